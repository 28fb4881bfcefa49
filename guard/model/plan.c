// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/plan.h"

#include <errno.h>

/** plan_deinit() - release everything; the result is PLAN_NULL and usable */
void plan_deinit(struct plan *plan)
{
	for (size_t i = 0; i < plan->n; i++)
		item_deinit(&plan->steps[i].item);
	free(plan->steps);
	*plan = PLAN_NULL;
}

/**
 * plan_build() - derive the restore steps from what was lost
 * @out:    written on success alone; release with plan_deinit()
 * @loss:   borrowed; its order is the order of the steps
 * @now:    the state as it is now: what is there already needs no step
 * @now_us: microseconds since the epoch, UTC: what has ended meanwhile needs none either
 *
 * Return: 0 or -ENOMEM.
 */
int plan_build(struct plan *out, const struct loss *loss, const struct firewall *now,
               int64_t now_us)
{
	_cleanup_plan_ struct plan plan = PLAN_NULL;

	for (size_t i = 0; i < loss->n; i++) {
		const struct loss_row *row = &loss->rows[i];
		struct plan_step step = {.until_us = row->until_us, .loss_row = i};

		/* required for good, whatever timeout it once had */
		if (row->verdict == LOSS_REQUIRED)
			step.until_us = 0;
		if (!loss_verdict_restores(row->verdict) ||
		    firewall_has(now, &row->item, FIREWALL_RUNTIME))
			continue;
		if (step.until_us && step.until_us <= now_us)
			continue;
		if (grow(&plan.steps, &plan.capacity, plan.n + 1, sizeof(step)) < 0 ||
		    item_copy(&step.item, &row->item) < 0)
			return -ENOMEM;
		plan.steps[plan.n++] = step;
	}
	*out = plan;
	plan = PLAN_NULL;
	return 0;
}
