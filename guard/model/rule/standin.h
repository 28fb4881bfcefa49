/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * standin - a rule that does the same as an item while that is out for a moment
 *
 * What lets in gets one that lets in no more, what keeps out one that keeps out no less: so
 * nothing is shut meanwhile, and nobody gets in who did not before.
 */
#ifndef GUARD_MODEL_RULE_STANDIN_H
#define GUARD_MODEL_RULE_STANDIN_H

#include "guard/model/item.h"

enum {
	STANDIN_E_NONE = 1, /* there is no such rule */
	/* It neither lets in nor keeps out: a log, an audit; or others through this machine alone,
	 * which nothing else can do, and who go without it for a moment. */
	STANDIN_E_NEEDLESS = 2,
};

int standin_for(struct item *out, const struct item *item) _must_check_;

#endif
