/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * diff - two states of the firewall to the ordered changes between them
 */
#ifndef GUARD_MODEL_DIFF_H
#define GUARD_MODEL_DIFF_H

#include "guard/model/firewall.h"

enum diff_kind {
	DIFF_ADDED,
	DIFF_REMOVED,
	DIFF_CHANGED, /* in both, with other flags or another end */
};

struct diff_change {
	enum diff_kind kind;
	struct item item; /* owned */
	unsigned flags_before, flags_after;
	int64_t until_before_us, until_after_us;
};

struct diff {
	struct diff_change *changes; /* in the order of item_cmp() */
	size_t n;
	size_t capacity;
};
#define DIFF_NULL      ((struct diff){0})
#define _cleanup_diff_ _cleanup_(diff_deinit)

void diff_deinit(struct diff *diff);
int diff_firewalls(struct diff *out, const struct firewall *before,
                   const struct firewall *after) _must_check_;

#endif
