// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/packet/policies.h"

#include <errno.h>
#include <string.h>

/* 1.x looks at the bindings of a policy's zones, whichever zone the packet is in. */
static struct match_answer comes_from(const struct way *way, const struct ruleset_zone *policy)
{
	struct match_answer answer = MATCH_ANSWER_NO;

	for (size_t i = 0; i < policy->ingress_zones.n; i++) {
		const struct ruleset_zone *zone =
		    ruleset_zone(way->ruleset, policy->ingress_zones.strings[i]);

		if (!zone)
			continue;
		for (size_t j = 0; j < zone->sources.n; j++)
			answer = match_either(answer, match_source(way->ruleset, &way->packet,
			                                           zone->sources.strings[j]));
		for (size_t j = 0; j < zone->interfaces.n; j++)
			answer = match_either(
			    answer, match_interface(&way->packet, zone->interfaces.strings[j]));
	}
	return answer;
}

static struct match_answer policy_applies(const struct way *way, const struct ruleset_zone *policy,
                                          const struct ruleset_zone *zone)
{
	if (policy->unapplied || strv_contains(&policy->ingress_zones, "HOST"))
		return MATCH_ANSWER_NO;
	if (strv_contains(&policy->ingress_zones, "ANY"))
		return MATCH_ANSWER_YES;
	if (way->ruleset->dispatch == RULESET_DISPATCH_1)
		return comes_from(way, policy);
	return match_if(strv_contains(&policy->ingress_zones, zone->name));
}

struct applied {
	const struct ruleset_zone *policy;
	struct match_answer answer;
};

static int by_policy(const void *a, const void *b)
{
	const struct applied *one = a, *two = b;

	if (one->policy->priority != two->policy->priority)
		return one->policy->priority < two->policy->priority ? -1 : 1;
	if (one->policy->order != two->policy->order)
		return one->policy->order < two->policy->order ? -1 : 1;
	return strcmp(one->policy->name, two->policy->name);
}

/* What a policy says that may not apply is not for sure either. */
static int doubt(struct way *way, const struct applied *applied, policies_fn fn)
{
	bool decided = way->decided;
	size_t decider = way->decider, first = way->verdict.n_steps;
	int r = fn(way, applied->policy);

	way->decided = decided;
	way->decider = decider;
	for (size_t i = first; i < way->verdict.n_steps; i++) {
		way->verdict.steps[i].certain = false;
		way->verdict.steps[i].doubt = applied->answer.doubt;
	}
	return r;
}

/**
 * policies_each() - call @fn for each that applies, in order
 * @zone:    that the packet comes into
 * @before:  those that come before the zone, with a priority below 0; else those behind it
 * @to_host: only those that look at packets to this machine
 *
 * Return: 0; -ENOMEM; what @fn returned, which ends it.
 */
int policies_each(struct way *way, const struct ruleset_zone *zone, bool before, bool to_host,
                  policies_fn fn)
{
	_cleanup_free_ struct applied *applied =
	    calloc(way->ruleset->n_zones + 1, sizeof(*applied));
	size_t n = 0;
	int r = 0;

	if (!applied)
		return -ENOMEM;
	for (size_t i = 0; i < way->ruleset->n_zones; i++) {
		const struct ruleset_zone *policy = &way->ruleset->zones[i];
		struct match_answer answer;

		if (!policy->is_policy || (policy->priority < 0) != before ||
		    (to_host && !strv_contains(&policy->egress_zones, "HOST")))
			continue;
		answer = policy_applies(way, policy, zone);
		if (answer.match != MATCH_NO)
			applied[n++] = (struct applied){policy, answer};
	}
	if (n > 1)
		qsort(applied, n, sizeof(*applied), by_policy);
	for (size_t i = 0; i < n && r == 0; i++)
		r = applied[i].answer.match == MATCH_MAYBE ? doubt(way, &applied[i], fn)
		                                           : fn(way, applied[i].policy);
	return r;
}
