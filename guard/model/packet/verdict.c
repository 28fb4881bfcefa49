// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/packet/verdict.h"

/** verdict_deinit() - free what a verdict owns; it is VERDICT_NULL afterwards */
void verdict_deinit(struct verdict *verdict)
{
	free(verdict->steps);
	*verdict = VERDICT_NULL;
}

/**
 * verdict_otherwise() - the first thing that would have let a refused packet in
 *
 * "465/tcp is open, but…": what stands behind the decision and accepts, or before it, where it
 * was let in only to be refused behind firewalld.
 *
 * Return: borrowed; NULL: nothing, or the packet is let in.
 */
const struct verdict_step *verdict_otherwise(const struct verdict *verdict)
{
	if (verdict->action == VERDICT_ACCEPT)
		return NULL;
	for (const struct verdict_step *step = verdict->decider->stage == VERDICT_STAGE_AFTER
	                                           ? verdict->steps
	                                           : verdict->decider + 1;
	     step < verdict->steps + verdict->n_steps; step++)
		if (step->decides && step->certain && step->action == VERDICT_ACCEPT)
			return step;
	return NULL;
}

/** verdict_is_same() - are the steps of two verdicts over one ruleset about the same thing in it?
 */
bool verdict_is_same(const struct verdict_step *a, const struct verdict_step *b)
{
	return a->what == b->what && a->zone == b->zone && a->rule == b->rule &&
	       a->chain == b->chain && a->value == b->value;
}

/** verdict_action_name() - ACCEPT, REJECT or DROP; static */
const char *verdict_action_name(enum verdict_action action)
{
	static const char *const names[] = {
	    [VERDICT_ACCEPT] = "ACCEPT", [VERDICT_REJECT] = "REJECT", [VERDICT_DROP] = "DROP"};

	return names[action];
}

/** verdict_stage_name() - the stable word for a stage, as in JSON; static */
const char *verdict_stage_name(enum verdict_stage stage)
{
	static const char *const names[] = {
	    [VERDICT_STAGE_BEFORE] = "before-firewalld",
	    [VERDICT_STAGE_PANIC] = "panic",
	    [VERDICT_STAGE_FORWARD_PORT] = "forward-port",
	    [VERDICT_STAGE_LOOPBACK] = "loopback",
	    [VERDICT_STAGE_ZONE] = "zone",
	    [VERDICT_STAGE_PRE] = "pre",
	    [VERDICT_STAGE_DENY] = "deny",
	    [VERDICT_STAGE_ALLOW] = "allow",
	    [VERDICT_STAGE_POST] = "post",
	    [VERDICT_STAGE_TARGET] = "target",
	    [VERDICT_STAGE_AFTER] = "after-firewalld",
	    [VERDICT_STAGE_KERNEL] = "kernel",
	};

	return names[stage];
}
