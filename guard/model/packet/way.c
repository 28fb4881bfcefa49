// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/packet/way.h"

#include <errno.h>
#include <string.h>

/** way_is_of_others() - is it a stage where chains of others are met? */
bool way_is_of_others(enum verdict_stage stage)
{
	return stage == VERDICT_STAGE_BEFORE || stage == VERDICT_STAGE_AFTER ||
	       stage == VERDICT_STAGE_KERNEL;
}

/**
 * way_decide() - does that step decide?
 * @at: its index
 *
 * The first thing that decides, decides; but what firewalld lets in, chains of others
 * may still stop.
 */
void way_decide(struct way *way, size_t at)
{
	const struct verdict_step *step = &way->verdict.steps[at], *so_far;

	if (!step->decides || !step->certain)
		return;
	if (way->decided) {
		so_far = &way->verdict.steps[way->decider];
		if (so_far->action != VERDICT_ACCEPT || !way_is_of_others(step->stage) ||
		    step->action == VERDICT_ACCEPT)
			return;
	}
	way->decided = true;
	way->decider = at;
}

/**
 * way_note() - the packet meets something
 * @answer: is it for this packet? What is not is not noted
 *
 * Return: 0; -ENOMEM.
 */
int way_note(struct way *way, struct verdict_step step, struct match_answer answer)
{
	struct verdict *verdict = &way->verdict;
	int r;

	if (answer.match == MATCH_NO)
		return 0;
	r = grow(&verdict->steps, &verdict->capacity, verdict->n_steps + 1,
	         sizeof(*verdict->steps));
	if (r < 0)
		return r;
	step.certain = answer.match == MATCH_YES;
	if (answer.doubt)
		step.doubt = answer.doubt;
	verdict->steps[verdict->n_steps++] = step;
	way_decide(way, verdict->n_steps - 1);
	return 0;
}

/** way_step() - one that decides, of a zone or policy, or of none */
struct verdict_step way_step(enum verdict_stage stage, enum verdict_what what,
                             const struct ruleset_zone *zone, const char *value,
                             enum verdict_action action)
{
	return (struct verdict_step){
	    .stage = stage,
	    .what = what,
	    .zone = zone,
	    .value = value,
	    .decides = true,
	    .action = action,
	    .priority = zone && zone->is_policy ? zone->priority : 0,
	    .reject = action == VERDICT_REJECT ? WAY_ZONE_REJECT : NULL,
	};
}

/**
 * way_zone() - the zone that the packet comes into
 * @zone:    receives it, borrowed; NULL: none
 * @telling: note the binding that leads there, and those that may have led elsewhere
 *
 * Return: 0; -ENOMEM.
 */
int way_zone(struct way *way, const struct ruleset_zone **zone, bool telling)
{
	int r = 0;

	*zone = NULL;
	for (size_t i = 0; i < way->dispatch.n && r == 0 && !*zone; i++) {
		const struct dispatch_way *into = &way->dispatch.ways[i];
		struct match_answer answer = dispatch_takes(&way->dispatch, into, &way->packet);

		if (answer.match == MATCH_YES)
			*zone = into->zone;
		if (telling)
			r = way_note(way,
			             (struct verdict_step){.stage = VERDICT_STAGE_ZONE,
			                                   .what = VERDICT_WHAT_BINDING,
			                                   .zone = into->zone,
			                                   .value = into->value},
			             answer);
	}
	return r;
}
