// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/packet/zonerules.h"

#include <errno.h>
#include <string.h>

static bool rule_forwards(const struct ruleset_rule *rule)
{
	return rule->rule.element == RICHRULE_ELEMENT_FORWARD_PORT;
}

/* What a rule says of packets that it matches; false: nothing. */
static bool rule_action(const struct ruleset_rule *rule, enum verdict_action *action)
{
	switch (rule->rule.action) {
	case RICHRULE_ACTION_ACCEPT:
		*action = VERDICT_ACCEPT;
		return true;
	case RICHRULE_ACTION_REJECT:
		*action = VERDICT_REJECT;
		return true;
	case RICHRULE_ACTION_DROP:
		*action = VERDICT_DROP;
		return true;
	case RICHRULE_ACTION_NONE:
		*action = VERDICT_REJECT;
		return rule->rule.element == RICHRULE_ELEMENT_ICMP_BLOCK;
	case RICHRULE_ACTION_MARK:
		break;
	}
	return false;
}

static const char *rule_reject(const struct ruleset_rule *rule)
{
	if (rule->rule.action == RICHRULE_ACTION_NONE)
		return WAY_ZONE_REJECT;
	return rule->rule.reject_type ? rule->rule.reject_type : WAY_RULE_REJECT;
}

static int note_rule(struct way *way, const struct ruleset_zone *zone,
                     const struct ruleset_rule *rule, enum verdict_stage stage,
                     struct match_answer answer)
{
	enum verdict_action action = VERDICT_DROP;
	struct verdict_step step;

	if (!rule_action(rule, &action))
		return 0;
	step = way_step(stage, VERDICT_WHAT_RULE, zone, rule->text, action);
	step.rule = rule;
	step.priority = rule->rule.priority;
	step.reject = action == VERDICT_REJECT ? rule_reject(rule) : NULL;
	return way_note(way, step, answer);
}

static int by_priority(const void *a, const void *b)
{
	const struct zonerules_hit *one = a, *two = b;

	if (one->rule->rule.priority != two->rule->rule.priority)
		return one->rule->rule.priority < two->rule->rule.priority ? -1 : 1;
	return one->rule < two->rule ? -1 : one->rule > two->rule; /* of one array */
}

static bool is_of_stage(const struct ruleset_rule *rule, enum verdict_stage stage)
{
	enum verdict_action action;

	if (stage == VERDICT_STAGE_PRE)
		return rule->rule.priority < 0;
	if (stage == VERDICT_STAGE_POST)
		return rule->rule.priority > 0;
	if (rule->rule.priority != 0)
		return false;
	if (rule_forwards(rule))
		return stage == VERDICT_STAGE_ALLOW;
	return rule_action(rule, &action) &&
	       (action == VERDICT_ACCEPT) == (stage == VERDICT_STAGE_ALLOW);
}

struct collecting {
	const struct way *way;
	enum verdict_stage stage;
	bool forwarding;
	struct zonerules *hits;
};

static int collect(const struct ruleset_rule *rule, void *userdata)
{
	const struct collecting *of = userdata;
	struct match_answer answer;
	int r;

	if (rule_forwards(rule) != of->forwarding || !is_of_stage(rule, of->stage))
		return 0;
	answer = match_rule(of->way->ruleset, &of->way->packet, rule);
	if (answer.match == MATCH_NO)
		return 0;
	r = grow(&of->hits->hits, &of->hits->capacity, of->hits->n + 1, sizeof(*of->hits->hits));
	if (r == 0)
		of->hits->hits[of->hits->n++] = (struct zonerules_hit){rule, answer};
	return r;
}

/**
 * zonerules_collect() - the rules of a stage that may be for the packet, by priority
 * @forwarding: those that forward ports; else all others
 *
 * Return: 0; -ENOMEM.
 */
int zonerules_collect(const struct way *way, const struct ruleset_zone *zone,
                      enum verdict_stage stage, bool forwarding, struct zonerules *hits)
{
	struct collecting of = {way, stage, forwarding, hits};
	int r = ruleset_each_rule(zone, &way->packet.source, collect, &of);

	if (hits->n > 1)
		qsort(hits->hits, hits->n, sizeof(*hits->hits), by_priority);
	return r;
}

/* Two that say different things, and nobody knows which of them comes first. */
static bool order_matters(const struct zonerules *hits, size_t at)
{
	const struct ruleset_rule *rule = hits->hits[at].rule;

	for (size_t i = at + 1; i < hits->n; i++) {
		const struct ruleset_rule *other = hits->hits[i].rule;

		if (other->rule.priority != rule->rule.priority)
			return false;
		bool same = other->rule.action == rule->rule.action &&
		            (rule->rule.action != RICHRULE_ACTION_REJECT ||
		             strcmp(rule_reject(other), rule_reject(rule)) == 0);

		if (!same && !other->in_order && !rule->in_order)
			return true;
	}
	return false;
}

/** zonerules_walk() - note those of a stage; Return: 0 or -ENOMEM */
int zonerules_walk(struct way *way, const struct ruleset_zone *zone, enum verdict_stage stage)
{
	struct zonerules hits = {0};
	int r = zonerules_collect(way, zone, stage, false, &hits);

	for (size_t i = 0; i < hits.n && r == 0; i++) {
		struct match_answer answer = hits.hits[i].answer;

		if (answer.match == MATCH_YES && order_matters(&hits, i))
			answer.doubt = "the order of rules of one priority is not known";
		r = note_rule(way, zone, hits.hits[i].rule, stage, answer);
	}
	free(hits.hits);
	return r;
}
