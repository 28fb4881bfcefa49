/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan - the ordered, idempotent steps that undo a loss (law 3)
 */
#ifndef GUARD_MODEL_PLAN_H
#define GUARD_MODEL_PLAN_H

#include "guard/model/loss.h"

struct plan_step {
	struct item item; /* owned */
	/*
	 * Owned: what firewalld is asked for, where that is more than the item: ports as the one
	 * range that they were listed in, of which the rest is there or comes back, too.
	 */
	struct item whole;
	int64_t until_us; /* when the guard takes it away again; 0: never */
	size_t loss_row;  /* index into the loss that it was made from */
	bool move;        /* a binding that is in another zone now, and to be taken from it */
};

struct plan {
	struct plan_step *steps;
	size_t n;
	size_t capacity;
};
#define PLAN_NULL      ((struct plan){0})
#define _cleanup_plan_ _cleanup_(plan_deinit)

void plan_deinit(struct plan *plan);
int plan_build(struct plan *out, const struct loss *loss, const struct firewall *now,
               int64_t now_us) _must_check_;
int plan_step_copy(struct plan_step *out, const struct plan_step *from) _must_check_;
void plan_step_deinit(struct plan_step *step);
const struct item *plan_step_call(const struct plan_step *step);
void plan_step_narrow(struct plan_step *step);

#endif
