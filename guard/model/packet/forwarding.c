// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/packet/forwarding.h"

#include <stdio.h>
#include <string.h>

#include "guard/model/mail/services.h"
#include "guard/model/packet/policies.h"
#include "guard/model/packet/zonerules.h"

static bool is_own_address(const struct way *way, const struct cidr *to)
{
	return way->packet.destination && cidr_cmp(to, way->packet.destination) == 0;
}

/* It stays on this machine, if at another of its addresses. */
static bool is_here(const struct way *way, const struct cidr *to)
{
	return is_own_address(way, to) || rangeset_contains(&way->ruleset->own, to);
}

static void rewrite_address(struct way *way, const char *text, const struct cidr *to)
{
	(void)snprintf(way->verdict.to_address, sizeof(way->verdict.to_address), "%s", text);
	way->packet.away = !is_here(way, to);
	if (way->packet.away)
		way->packet.out = ruleset_out(way->ruleset, to);
	way->destination = *to;
	way->packet.destination = &way->destination;
}

/**
 * forwarding_translate() - something leads the packet to another port, or another machine
 * @step:       it
 * @to_port:    0: the same
 * @to_address: NULL or "": it stays on this machine
 *
 * The first that matches ends it. Where it changes nothing, nothing counts as forwarded for the
 * kernel (ct status dnat).
 *
 * Return: 0 or -ENOMEM.
 */
int forwarding_translate(struct way *way, struct verdict_step step, struct match_answer answer,
                         unsigned to_port, const char *to_address)
{
	unsigned port = to_port ? to_port : way->packet.port;
	bool has_address = to_address && *to_address;
	struct cidr to = CIDR_NULL;
	int r;

	if (way->rewritten || answer.match == MATCH_NO)
		return 0;
	if (has_address && cidr_parse(&to, to_address, CIDR_ADDRESS_ONLY, NULL) != 0)
		answer = match_maybe("its address is not understood");
	if (answer.match == MATCH_YES)
		way->rewritten = true;
	if (port == way->packet.port && (!has_address || is_own_address(way, &to)))
		return 0;
	r = way_note(way, step, answer);
	if (r < 0 || answer.match != MATCH_YES)
		return r;
	way->packet.translated = true;
	way->packet.port = port;
	way->verdict.to_port = port;
	if (has_address)
		rewrite_address(way, to_address, &to);
	return 0;
}

static int note_forward(struct way *way, struct verdict_step step, struct match_answer answer,
                        const char *to_port, const char *to_address)
{
	unsigned port = 0, last;

	if (answer.match != MATCH_NO && to_port && *to_port &&
	    !services_port_range(to_port, &port, &last))
		answer = match_maybe("the number of its port is not known");
	return forwarding_translate(way, step, answer, port, to_address);
}

static int note_forward_ports(struct way *way, const struct ruleset_zone *zone)
{
	int r = 0;

	for (size_t i = 0; i < zone->forward_ports.n && r == 0; i++) {
		const char *text = zone->forward_ports.strings[i];
		struct item_forward forward;
		unsigned first, last;
		bool v6;

		if (!item_forward_parse(&forward, text) ||
		    !services_port_range(forward.port, &first, &last))
			continue;
		v6 = strchr(forward.to_address, ':');
		r = note_forward(way,
		                 way_step(VERDICT_STAGE_FORWARD_PORT, VERDICT_WHAT_FORWARD_PORT,
		                          zone, text, VERDICT_ACCEPT),
		                 match_if(v6 == packet_is_ipv6(&way->packet) &&
		                          packet_is_protocol(&way->packet, forward.protocol) &&
		                          way->packet.port >= first && way->packet.port <= last),
		                 forward.to_port, forward.to_address);
	}
	return r;
}

static int note_forward_rules(struct way *way, const struct ruleset_zone *zone,
                              enum verdict_stage stage)
{
	struct zonerules hits = {0};
	int r = zonerules_collect(way, zone, stage, true, &hits);

	for (size_t i = 0; i < hits.n && r == 0; i++) {
		const struct ruleset_rule *rule = hits.hits[i].rule;
		struct verdict_step step = way_step(VERDICT_STAGE_FORWARD_PORT, VERDICT_WHAT_RULE,
		                                    zone, rule->text, VERDICT_ACCEPT);

		step.rule = rule;
		step.priority = rule->rule.priority;
		r = note_forward(way, step, hits.hits[i].answer, rule->rule.to_port,
		                 rule->rule.to_address);
	}
	free(hits.hits);
	return r;
}

static int note_forwarding(struct way *way, const struct ruleset_zone *zone)
{
	int r = note_forward_rules(way, zone, VERDICT_STAGE_PRE);

	if (r == 0)
		r = note_forward_ports(way, zone);
	if (r == 0)
		r = note_forward_rules(way, zone, VERDICT_STAGE_ALLOW);
	return r == 0 ? note_forward_rules(way, zone, VERDICT_STAGE_POST) : r;
}

/** forwarding_walk() - note what rewrites the packet, and rewrite it; Return: 0 or -ENOMEM */
int forwarding_walk(struct way *way)
{
	const struct ruleset_zone *zone;
	int r = way_zone(way, &zone, false);

	if (r != 0 || !zone || packet_is_loopback(&way->packet))
		return r;
	r = policies_each(way, zone, true, false, note_forwarding);
	if (r == 0)
		r = note_forwarding(way, zone);
	return r == 0 ? policies_each(way, zone, false, false, note_forwarding) : r;
}
