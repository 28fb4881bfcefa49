/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bancount - how many are banned by so many rules
 *
 * A jail makes a rule for each port, so one ban is many rules. Who is meant, the rule says.
 */
#ifndef GUARD_MODEL_BAN_BANCOUNT_H
#define GUARD_MODEL_BAN_BANCOUNT_H

#include "guard/base/cidr.h"
#include "guard/model/item.h"

struct bancount {
	struct cidr *whom; /* owned; one for each rule that names somebody */
	size_t n, capacity;
	size_t n_rules;
};
#define BANCOUNT_NULL      ((struct bancount){0})

void bancount_deinit(struct bancount *count);
int bancount_add(struct bancount *count, const struct item *item) _must_check_;
size_t bancount_bans(struct bancount *count);

#endif
