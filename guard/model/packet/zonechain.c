// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/packet/zonechain.h"

#include "guard/model/packet/policies.h"
#include "guard/model/packet/zonerules.h"

static int walk_icmp_blocks(struct way *way, const struct ruleset_zone *zone,
                            enum verdict_stage stage)
{
	enum verdict_action action = zone->icmp_block_inversion ? VERDICT_ACCEPT : VERDICT_REJECT;
	int r = 0;

	if ((stage == VERDICT_STAGE_ALLOW) != zone->icmp_block_inversion)
		return 0;
	for (size_t i = 0; i < zone->icmp_blocks.n && r == 0; i++)
		r = way_note(way,
		             way_step(stage, VERDICT_WHAT_ICMP_BLOCK, zone,
		                      zone->icmp_blocks.strings[i], action),
		             match_icmp(&way->packet, zone->icmp_blocks.strings[i]));
	return r;
}

static int walk_allowed(struct way *way, const struct ruleset_zone *zone)
{
	int r = 0;

#define ALLOW(list, kind, answer)                                                                  \
	for (size_t i = 0; i < zone->list.n && r == 0; i++) {                                      \
		const char *value = zone->list.strings[i];                                         \
                                                                                                   \
		r = way_note(way,                                                                  \
		             way_step(VERDICT_STAGE_ALLOW, kind, zone, value, VERDICT_ACCEPT),     \
		             answer);                                                              \
	}
	ALLOW(services, VERDICT_WHAT_SERVICE, match_service(way->ruleset, &way->packet, value))
	ALLOW(ports, VERDICT_WHAT_PORT, match_port(&way->packet, value))
	ALLOW(protocols, VERDICT_WHAT_PROTOCOL, match_if(packet_is_protocol(&way->packet, value)))
	ALLOW(source_ports, VERDICT_WHAT_SOURCE_PORT, match_source_port(&way->packet, value))
#undef ALLOW
	return r;
}

static int walk_contents(struct way *way, const struct ruleset_zone *zone)
{
	int r = zonerules_walk(way, zone, VERDICT_STAGE_PRE);

	if (r == 0)
		r = walk_icmp_blocks(way, zone, VERDICT_STAGE_DENY);
	if (r == 0)
		r = zonerules_walk(way, zone, VERDICT_STAGE_DENY);
	if (r == 0)
		r = walk_allowed(way, zone);
	if (r == 0)
		r = walk_icmp_blocks(way, zone, VERDICT_STAGE_ALLOW);
	if (r == 0)
		r = zonerules_walk(way, zone, VERDICT_STAGE_ALLOW);
	if (r == 0)
		r = zonerules_walk(way, zone, VERDICT_STAGE_POST);
	return r;
}

static int walk_target(struct way *way, const struct ruleset_zone *zone)
{
	enum verdict_action action = VERDICT_REJECT;

	if (zone->target == TARGET_CONTINUE)
		return 0;
	if (zone->target == TARGET_ACCEPT)
		action = VERDICT_ACCEPT;
	else if (zone->target == TARGET_DROP)
		action = VERDICT_DROP;
	return way_note(way,
	                way_step(VERDICT_STAGE_TARGET, VERDICT_WHAT_TARGET, zone,
	                         target_name(zone->target), action),
	                MATCH_ANSWER_YES);
}

/* ICMP as a whole, between what a zone allows and its target (_icmp_block_inversion). */
static int walk_icmp(struct way *way, const struct ruleset_zone *zone)
{
	enum verdict_action action = zone->icmp_block_inversion ? VERDICT_REJECT : VERDICT_ACCEPT;

	if (zone->target == TARGET_DROP || zone->target == TARGET_REJECT)
		return 0;
	return way_note(way, way_step(VERDICT_STAGE_TARGET, VERDICT_WHAT_ICMP, zone, NULL, action),
	                match_if(packet_is_icmp(&way->packet)));
}

static int walk_policy(struct way *way, const struct ruleset_zone *policy)
{
	int r = walk_contents(way, policy);

	return r == 0 ? walk_target(way, policy) : r;
}

/** zonechain_walk() - choose the zone, and note what the packet meets there; Return: 0 or -ENOMEM
 */
int zonechain_walk(struct way *way)
{
	const struct ruleset_zone *zone;
	int r = way_zone(way, &zone, true);

	if (r != 0 || !zone)
		return r;
	way->verdict.zone = zone;
	r = policies_each(way, zone, true, true, walk_policy);
	if (r == 0)
		r = walk_contents(way, zone);
	if (r == 0)
		r = policies_each(way, zone, false, true, walk_policy);
	if (r == 0)
		r = walk_icmp(way, zone);
	return r == 0 ? walk_target(way, zone) : r;
}
