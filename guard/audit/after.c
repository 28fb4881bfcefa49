// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/audit/after.h"

#include <errno.h>
#include <string.h>

/** after_deinit() - free it; may be called twice */
void after_deinit(struct after *after)
{
	free(after->ruleset.zones);
	free(after->ruleset.default_zone);
	ruleset_deinit(&after->zones);
	*after = AFTER_NULL;
}

static struct ruleset_zone *zone_in(struct ruleset *ruleset, const char *name)
{
	for (size_t i = 0; i < ruleset->n_zones; i++)
		if (!ruleset->zones[i].is_policy && strcmp(ruleset->zones[i].name, name) == 0)
			return &ruleset->zones[i];
	return NULL;
}

/* An empty one of its name, with what is no item. */
static int add_zone(struct ruleset *zones, const struct ruleset_zone *like)
{
	struct ruleset_zone *zone;
	int r = ruleset_add_zone(zones, like->name, &zone);

	if (r < 0)
		return r;
	zone->target = like->target;
	zone->ingress_priority = like->ingress_priority;
	zone->egress_priority = like->egress_priority;
	zone->icmp_block_inversion = like->icmp_block_inversion;
	return 0;
}

static int add_zones(struct ruleset *zones, const struct after_question *question)
{
	struct ruleset_zone *zone;
	int r = 0;

	for (size_t i = 0; i < question->now->n_zones && r == 0; i++)
		if (!question->now->zones[i].is_policy)
			r = add_zone(zones, &question->now->zones[i]);
	return r == 0 && question->new_zone ? ruleset_add_zone(zones, question->new_zone, &zone)
	                                    : r;
}

static int fill(struct ruleset *zones, const struct after_question *question)
{
	const struct firewall *fw = question->fw;
	int r = 0;

	for (size_t i = 0; i < fw->n && r >= 0; i++) {
		const struct item *item = &fw->entries[i].item;
		struct ruleset_zone *zone = zone_in(zones, item->zone);

		if (!zone || !question->is_there(&fw->entries[i], question->userdata))
			continue;
		r = item->kind == ITEM_RULE ? ruleset_add_rule(zone, item->value, NULL)
		                            : ruleset_add_value(zone, item->kind, item->value);
	}
	return r < 0 ? r : 0;
}

/**
 * after_init() - the rules as they would be
 * @out:      written on success alone; the caller deinits it, before what it is made of
 * @question: borrowed; its ruleset for as long as @out lives
 *
 * Return: 0 or -ENOMEM.
 */
int after_init(struct after *out, const struct after_question *question)
{
	_cleanup_after_ struct after after = {.ruleset = *question->now};
	const struct ruleset *now = question->now;
	size_t n = 0;
	int r;

	after.ruleset.zones = calloc(now->n_zones + 2, sizeof(*now->zones));
	after.ruleset.default_zone = question->default_zone ? strdup(question->default_zone) : NULL;
	if (!after.ruleset.zones || (question->default_zone && !after.ruleset.default_zone))
		return -ENOMEM;
	/* its own table is made anew then: what stands there now says nothing */
	after.ruleset.kernel.asleep = true;
	r = add_zones(&after.zones, question);
	if (r == 0)
		r = fill(&after.zones, question);
	if (r < 0)
		return r;
	for (size_t i = 0; i < after.zones.n_zones; i++)
		after.ruleset.zones[n++] = after.zones.zones[i];
	for (size_t i = 0; i < now->n_zones; i++)
		if (now->zones[i].is_policy)
			after.ruleset.zones[n++] = now->zones[i];
	after.ruleset.n_zones = n;
	*out = after;
	after = AFTER_NULL;
	return 0;
}
