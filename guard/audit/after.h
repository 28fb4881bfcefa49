/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * after - the rules that decide, as they would be with other contents of zones
 *
 * After the next reload, say, or after what somebody is about to do: policies, services and
 * what others filter stay as they are. Who holds packets against it knows what would be closed.
 */
#ifndef GUARD_AUDIT_AFTER_H
#define GUARD_AUDIT_AFTER_H

#include "guard/model/firewall.h"
#include "guard/model/packet/ruleset.h"

struct after {
	struct ruleset ruleset; /* borrows all but its zones and its default zone */
	struct ruleset zones;   /* owns these */
};
#define AFTER_NULL      ((struct after){0})
#define _cleanup_after_ _cleanup_(after_deinit)

/* All borrowed. */
struct after_question {
	const struct ruleset *now;
	const struct firewall *fw; /* has what the zones would hold */
	const char *new_zone;      /* that is made; NULL: none */
	const char *default_zone;  /* NULL: not known */
	bool (*is_there)(const struct firewall_entry *entry, void *userdata);
	void *userdata;
};

int after_init(struct after *out, const struct after_question *question) _must_check_;
void after_deinit(struct after *after);

#endif
