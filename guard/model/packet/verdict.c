// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/packet/verdict.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "guard/model/packet/dispatch.h"
#include "guard/model/mail/services.h"
#include "guard/model/rule/reject.h"

/* firewalld's own base chains (core/nftables.py, IPTABLES_TO_NFT_HOOK). */
#define PANIC_PRIORITY  (-291)
#define NAT_PRIORITY    (-90)
#define FILTER_PRIORITY 10

#define ZONE_REJECT "admin-prohibited" /* of targets and icmp-blocks, in either family */
#define RULE_REJECT "port-unreachable" /* of a reject without a type */
#define JUMPS_MAX   32                 /* within each other; the kernel has 16 */
#define VISITS_MAX  10000 /* of chains by one packet: who jumps in circles gets no answer */

/* The way of one packet. */
struct walk {
	const struct ruleset *ruleset;
	struct dispatch dispatch;
	struct packet packet;   /* as forward ports have left it */
	struct verdict verdict; /* its decider is set at the end */
	size_t decider;         /* index of it */
	bool decided;
	bool rewritten;
	bool away; /* to another machine */
	unsigned n_visits;
};

/* --- what rich rules say --- */

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
		return ZONE_REJECT;
	return rule->rule.reject_type ? rule->rule.reject_type : RULE_REJECT;
}

/* --- steps -------------------------------------------------------------------------------- */

static bool is_of_others(enum verdict_stage stage)
{
	return stage == VERDICT_STAGE_BEFORE || stage == VERDICT_STAGE_AFTER;
}

/*
 * The first thing that decides, decides; but what firewalld lets in, chains of others
 * may still stop.
 */
static void decide(struct walk *walk, size_t at)
{
	const struct verdict_step *step = &walk->verdict.steps[at], *so_far;

	if (!step->decides || !step->certain)
		return;
	if (walk->decided) {
		so_far = &walk->verdict.steps[walk->decider];
		if (so_far->action != VERDICT_ACCEPT || !is_of_others(step->stage) ||
		    step->action == VERDICT_ACCEPT)
			return;
	}
	walk->decided = true;
	walk->decider = at;
}

static int note(struct walk *walk, struct verdict_step step, struct match_answer answer)
{
	struct verdict *verdict = &walk->verdict;
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
	decide(walk, verdict->n_steps - 1);
	return 0;
}

static struct verdict_step step_of(enum verdict_stage stage, enum verdict_what what,
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
	    .reject = action == VERDICT_REJECT ? ZONE_REJECT : NULL,
	};
}

static int note_rule(struct walk *walk, const struct ruleset_zone *zone,
                     const struct ruleset_rule *rule, enum verdict_stage stage,
                     struct match_answer answer)
{
	enum verdict_action action = VERDICT_DROP;
	struct verdict_step step;

	if (!rule_action(rule, &action))
		return 0;
	step = step_of(stage, VERDICT_WHAT_RULE, zone, rule->text, action);
	step.rule = rule;
	step.priority = rule->rule.priority;
	step.reject = action == VERDICT_REJECT ? rule_reject(rule) : NULL;
	return note(walk, step, answer);
}

/* --- rules by their priority -------------------------------------------------------------- */

struct hit {
	const struct ruleset_rule *rule;
	struct match_answer answer;
};

struct hits {
	struct hit *hits;
	size_t n;
	size_t capacity;
};

static int by_priority(const void *a, const void *b)
{
	const struct hit *one = a, *two = b;

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

static int collect(const struct walk *walk, const struct ruleset_zone *zone,
                   enum verdict_stage stage, bool forwarding, struct hits *hits)
{
	for (size_t i = 0; i < zone->n_rules; i++) {
		const struct ruleset_rule *rule = &zone->rules[i];
		struct match_answer answer;
		int r;

		if (rule_forwards(rule) != forwarding || !is_of_stage(rule, stage))
			continue;
		answer = match_rule(walk->ruleset, &walk->packet, rule);
		if (answer.match == MATCH_NO)
			continue;
		r = grow(&hits->hits, &hits->capacity, hits->n + 1, sizeof(*hits->hits));
		if (r < 0)
			return r;
		hits->hits[hits->n++] = (struct hit){rule, answer};
	}
	if (hits->n > 1)
		qsort(hits->hits, hits->n, sizeof(*hits->hits), by_priority);
	return 0;
}

/* Two that say different things, and nobody knows which of them comes first. */
static bool order_matters(const struct hits *hits, size_t at)
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

static int walk_rules(struct walk *walk, const struct ruleset_zone *zone, enum verdict_stage stage)
{
	struct hits hits = {0};
	int r = collect(walk, zone, stage, false, &hits);

	for (size_t i = 0; i < hits.n && r == 0; i++) {
		struct match_answer answer = hits.hits[i].answer;

		if (answer.match == MATCH_YES && order_matters(&hits, i))
			answer.doubt = "the order of rules of one priority is not known";
		r = note_rule(walk, zone, hits.hits[i].rule, stage, answer);
	}
	free(hits.hits);
	return r;
}

/* --- a zone or policy --------------------------------------------------------------------- */

static int walk_icmp_blocks(struct walk *walk, const struct ruleset_zone *zone,
                            enum verdict_stage stage)
{
	enum verdict_action action = zone->icmp_block_inversion ? VERDICT_ACCEPT : VERDICT_REJECT;
	int r = 0;

	if ((stage == VERDICT_STAGE_ALLOW) != zone->icmp_block_inversion)
		return 0;
	for (size_t i = 0; i < zone->icmp_blocks.n && r == 0; i++)
		r = note(walk,
		         step_of(stage, VERDICT_WHAT_ICMP_BLOCK, zone, zone->icmp_blocks.strings[i],
		                 action),
		         match_icmp(&walk->packet, zone->icmp_blocks.strings[i]));
	return r;
}

static int walk_allowed(struct walk *walk, const struct ruleset_zone *zone)
{
	int r = 0;

#define ALLOW(list, kind, answer)                                                                  \
	for (size_t i = 0; i < zone->list.n && r == 0; i++) {                                      \
		const char *value = zone->list.strings[i];                                         \
                                                                                                   \
		r = note(walk, step_of(VERDICT_STAGE_ALLOW, kind, zone, value, VERDICT_ACCEPT),    \
		         answer);                                                                  \
	}
	ALLOW(services, VERDICT_WHAT_SERVICE, match_service(walk->ruleset, &walk->packet, value))
	ALLOW(ports, VERDICT_WHAT_PORT, match_port(&walk->packet, value))
	ALLOW(protocols, VERDICT_WHAT_PROTOCOL, match_if(packet_is_protocol(&walk->packet, value)))
	ALLOW(source_ports, VERDICT_WHAT_SOURCE_PORT, match_source_port(&walk->packet, value))
#undef ALLOW
	return r;
}

static int walk_contents(struct walk *walk, const struct ruleset_zone *zone)
{
	int r = walk_rules(walk, zone, VERDICT_STAGE_PRE);

	if (r == 0)
		r = walk_icmp_blocks(walk, zone, VERDICT_STAGE_DENY);
	if (r == 0)
		r = walk_rules(walk, zone, VERDICT_STAGE_DENY);
	if (r == 0)
		r = walk_allowed(walk, zone);
	if (r == 0)
		r = walk_icmp_blocks(walk, zone, VERDICT_STAGE_ALLOW);
	if (r == 0)
		r = walk_rules(walk, zone, VERDICT_STAGE_ALLOW);
	if (r == 0)
		r = walk_rules(walk, zone, VERDICT_STAGE_POST);
	return r;
}

static int walk_target(struct walk *walk, const struct ruleset_zone *zone)
{
	enum verdict_action action = VERDICT_REJECT;

	if (zone->target == RULESET_TARGET_CONTINUE)
		return 0;
	if (zone->target == RULESET_TARGET_ACCEPT)
		action = VERDICT_ACCEPT;
	else if (zone->target == RULESET_TARGET_DROP)
		action = VERDICT_DROP;
	return note(walk,
	            step_of(VERDICT_STAGE_TARGET, VERDICT_WHAT_TARGET, zone,
	                    ruleset_target_name(zone->target), action),
	            MATCH_ANSWER_YES);
}

/* ICMP as a whole, between what a zone allows and its target (_icmp_block_inversion). */
static int walk_icmp(struct walk *walk, const struct ruleset_zone *zone)
{
	enum verdict_action action = zone->icmp_block_inversion ? VERDICT_REJECT : VERDICT_ACCEPT;

	if (zone->target == RULESET_TARGET_DROP || zone->target == RULESET_TARGET_REJECT)
		return 0;
	return note(walk, step_of(VERDICT_STAGE_TARGET, VERDICT_WHAT_ICMP, zone, NULL, action),
	            match_if(packet_is_icmp(&walk->packet)));
}

/* --- which zone, which policies ----------------------------------------------------------- */

/* The zone that the packet comes into; what may have been another is noted on the way. */
static int choose_zone(struct walk *walk, const struct ruleset_zone **zone, bool telling)
{
	int r = 0;

	*zone = NULL;
	for (size_t i = 0; i < walk->dispatch.n && r == 0 && !*zone; i++) {
		const struct dispatch_way *way = &walk->dispatch.ways[i];
		struct match_answer answer = dispatch_takes(&walk->dispatch, way, &walk->packet);

		if (answer.match == MATCH_YES)
			*zone = way->zone;
		if (telling)
			r = note(walk,
			         (struct verdict_step){.stage = VERDICT_STAGE_ZONE,
			                               .what = VERDICT_WHAT_BINDING,
			                               .zone = way->zone,
			                               .value = way->value},
			         answer);
	}
	return r;
}

/* 1.x looks at the bindings of a policy's zones, whichever zone the packet is in. */
static struct match_answer comes_from(const struct walk *walk, const struct ruleset_zone *policy)
{
	struct match_answer answer = MATCH_ANSWER_NO;

	for (size_t i = 0; i < policy->ingress_zones.n; i++) {
		const struct ruleset_zone *zone =
		    ruleset_zone(walk->ruleset, policy->ingress_zones.strings[i]);

		if (!zone)
			continue;
		for (size_t j = 0; j < zone->sources.n; j++)
			answer = match_either(answer, match_source(walk->ruleset, &walk->packet,
			                                           zone->sources.strings[j]));
		for (size_t j = 0; j < zone->interfaces.n; j++)
			answer = match_either(
			    answer, match_interface(&walk->packet, zone->interfaces.strings[j]));
	}
	return answer;
}

static struct match_answer policy_applies(const struct walk *walk,
                                          const struct ruleset_zone *policy,
                                          const struct ruleset_zone *zone)
{
	if (policy->unapplied || strv_contains(&policy->ingress_zones, "HOST"))
		return MATCH_ANSWER_NO;
	if (strv_contains(&policy->ingress_zones, "ANY"))
		return MATCH_ANSWER_YES;
	if (walk->ruleset->dispatch == RULESET_DISPATCH_1)
		return comes_from(walk, policy);
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

typedef int (*policy_fn)(struct walk *walk, const struct ruleset_zone *policy);

/* Calls @fn for each that applies, in order, with priorities on one side of 0. */
static int each_policy(struct walk *walk, const struct ruleset_zone *zone, bool before,
                       bool to_host, policy_fn fn)
{
	_cleanup_free_ struct applied *applied =
	    calloc(walk->ruleset->n_zones + 1, sizeof(*applied));
	size_t n = 0;
	int r = 0;

	if (!applied)
		return -ENOMEM;
	for (size_t i = 0; i < walk->ruleset->n_zones; i++) {
		const struct ruleset_zone *policy = &walk->ruleset->zones[i];
		struct match_answer answer;

		if (!policy->is_policy || (policy->priority < 0) != before ||
		    (to_host && !strv_contains(&policy->egress_zones, "HOST")))
			continue;
		answer = policy_applies(walk, policy, zone);
		if (answer.match != MATCH_NO)
			applied[n++] = (struct applied){policy, answer};
	}
	if (n > 1)
		qsort(applied, n, sizeof(*applied), by_policy);
	for (size_t i = 0; i < n && r == 0; i++) {
		size_t first = walk->verdict.n_steps;

		/* What a policy says that may not apply is not for sure either. */
		if (applied[i].answer.match == MATCH_MAYBE) {
			bool decided = walk->decided;
			size_t decider = walk->decider;

			r = fn(walk, applied[i].policy);
			walk->decided = decided;
			walk->decider = decider;
			for (size_t j = first; j < walk->verdict.n_steps; j++) {
				walk->verdict.steps[j].certain = false;
				walk->verdict.steps[j].doubt = applied[i].answer.doubt;
			}
		} else {
			r = fn(walk, applied[i].policy);
		}
	}
	return r;
}

static int walk_policy(struct walk *walk, const struct ruleset_zone *policy)
{
	int r = walk_contents(walk, policy);

	return r == 0 ? walk_target(walk, policy) : r;
}

static int walk_zone(struct walk *walk)
{
	const struct ruleset_zone *zone;
	int r = choose_zone(walk, &zone, true);

	if (r != 0 || !zone)
		return r;
	walk->verdict.zone = zone;
	r = each_policy(walk, zone, true, true, walk_policy);
	if (r == 0)
		r = walk_contents(walk, zone);
	if (r == 0)
		r = each_policy(walk, zone, false, true, walk_policy);
	if (r == 0)
		r = walk_icmp(walk, zone);
	return r == 0 ? walk_target(walk, zone) : r;
}

/* --- forward ports ------------------------------------------------------------------------ */

/* port=…:proto=…:toport=…:toaddr=…, where an address may have colons of its own. */
struct forward {
	char port[16], protocol[8], to_port[16];
	const char *to_address;
};

static bool forward_part(const char *text, const char *key, char *out, size_t size)
{
	const char *at = strstr(text, key);
	size_t length;

	*out = '\0';
	if (!at)
		return false;
	at += strlen(key);
	length = strcspn(at, ":");
	if (length >= size)
		return false;
	memcpy(out, at, length);
	out[length] = '\0';
	return length > 0;
}

static bool forward_parse(const char *text, struct forward *out)
{
	const char *address = strstr(text, ":toaddr=");

	(void)forward_part(text, ":toport=", out->to_port, sizeof(out->to_port));
	out->to_address = address && address[8] ? address + 8 : NULL;
	return forward_part(text, "port=", out->port, sizeof(out->port)) &&
	       forward_part(text, ":proto=", out->protocol, sizeof(out->protocol));
}

static bool is_own_address(const struct walk *walk, const char *address)
{
	struct cidr to;

	if (!address || !*address)
		return true;
	return walk->packet.destination && cidr_parse(&to, address, CIDR_ADDRESS_ONLY, NULL) == 0 &&
	       cidr_cmp(&to, walk->packet.destination) == 0;
}

/* It stays on this machine, if at another of its addresses. */
static bool is_here(const struct walk *walk, const char *address)
{
	struct cidr to;

	return is_own_address(walk, address) ||
	       (cidr_parse(&to, address, CIDR_ADDRESS_ONLY, NULL) == 0 &&
	        rangeset_contains(&walk->ruleset->own, &to));
}

/* The packet is for another port, or another machine, from here on. */
static void rewrite(struct walk *walk, unsigned to_port, const char *to_address)
{
	struct verdict *verdict = &walk->verdict;

	walk->packet.port = to_port;
	verdict->to_port = to_port;
	if (!to_address || !*to_address)
		return;
	(void)snprintf(verdict->to_address, sizeof(verdict->to_address), "%s", to_address);
	walk->away = !is_here(walk, to_address);
}

static int note_forward(struct walk *walk, struct verdict_step step, struct match_answer answer,
                        const char *to_port, const char *to_address)
{
	unsigned port = walk->packet.port, last;
	int r;

	/* The first that matches ends it. */
	if (walk->rewritten || answer.match == MATCH_NO)
		return 0;
	if (to_port && *to_port && !services_port_range(to_port, &port, &last))
		answer = match_maybe("the number of its port is not known");
	/* Where nothing changes the kernel counts nothing as forwarded (ct status dnat). */
	if (answer.match == MATCH_YES)
		walk->rewritten = true;
	if (port == walk->packet.port && is_own_address(walk, to_address))
		return 0;
	r = note(walk, step, answer);
	if (r == 0 && answer.match == MATCH_YES)
		rewrite(walk, port, to_address);
	return r;
}

static int walk_forward_ports(struct walk *walk, const struct ruleset_zone *zone)
{
	int r = 0;

	for (size_t i = 0; i < zone->forward_ports.n && r == 0; i++) {
		const char *text = zone->forward_ports.strings[i];
		struct forward forward;
		unsigned first, last;
		bool v6;

		if (!forward_parse(text, &forward) ||
		    !services_port_range(forward.port, &first, &last))
			continue;
		v6 = forward.to_address && strchr(forward.to_address, ':');
		r = note_forward(walk,
		                 step_of(VERDICT_STAGE_FORWARD_PORT, VERDICT_WHAT_FORWARD_PORT,
		                         zone, text, VERDICT_ACCEPT),
		                 match_if(v6 == packet_is_ipv6(&walk->packet) &&
		                          packet_is_protocol(&walk->packet, forward.protocol) &&
		                          walk->packet.port >= first && walk->packet.port <= last),
		                 forward.to_port, forward.to_address);
	}
	return r;
}

static int walk_forward_rules(struct walk *walk, const struct ruleset_zone *zone,
                              enum verdict_stage stage)
{
	struct hits hits = {0};
	int r = collect(walk, zone, stage, true, &hits);

	for (size_t i = 0; i < hits.n && r == 0; i++) {
		const struct ruleset_rule *rule = hits.hits[i].rule;
		struct verdict_step step = step_of(VERDICT_STAGE_FORWARD_PORT, VERDICT_WHAT_RULE,
		                                   zone, rule->text, VERDICT_ACCEPT);

		step.rule = rule;
		step.priority = rule->rule.priority;
		r = note_forward(walk, step, hits.hits[i].answer, rule->rule.to_port,
		                 rule->rule.to_address);
	}
	free(hits.hits);
	return r;
}

static int walk_forwarding(struct walk *walk, const struct ruleset_zone *zone)
{
	int r = walk_forward_rules(walk, zone, VERDICT_STAGE_PRE);

	if (r == 0)
		r = walk_forward_ports(walk, zone);
	if (r == 0)
		r = walk_forward_rules(walk, zone, VERDICT_STAGE_ALLOW);
	return r == 0 ? walk_forward_rules(walk, zone, VERDICT_STAGE_POST) : r;
}

static int walk_nat(struct walk *walk)
{
	const struct ruleset_zone *zone;
	int r = choose_zone(walk, &zone, false);

	if (r != 0 || !zone || packet_is_loopback(&walk->packet))
		return r;
	r = each_policy(walk, zone, true, false, walk_forwarding);
	if (r == 0)
		r = walk_forwarding(walk, zone);
	return r == 0 ? each_policy(walk, zone, false, false, walk_forwarding) : r;
}

/* --- chains of others --------------------------------------------------------------------- */

enum chain_end {
	CHAIN_ENDED,   /* came to its end, or was told to return */
	CHAIN_DECIDED, /* accepted, dropped or rejected for sure */
};

static int note_chain(struct walk *walk, const struct ruleset_chain *chain,
                      const struct ruleset_step *step, enum verdict_stage stage,
                      enum verdict_action action, struct match_answer answer)
{
	struct verdict_step out =
	    step_of(stage, step ? VERDICT_WHAT_CHAIN_RULE : VERDICT_WHAT_CHAIN_POLICY, NULL,
	            step ? step->text : "policy drop", action);

	out.chain = chain;
	/* To accept ends this base chain alone: those behind it are still asked. */
	out.decides = action != VERDICT_ACCEPT;
	if (action == VERDICT_REJECT)
		out.reject = step && step->argument ? step->argument : RULE_REJECT;
	return note(walk, out, answer);
}

static int walk_chain(struct walk *walk, const struct ruleset_chain *chain,
                      enum verdict_stage stage, struct match_answer so_far, unsigned depth,
                      enum chain_end *end);

static int walk_step(struct walk *walk, const struct ruleset_chain *chain,
                     const struct ruleset_step *step, enum verdict_stage stage,
                     struct match_answer answer, unsigned depth, enum chain_end *end, bool *leave)
{
	const struct ruleset_chain *to;
	bool sure = answer.match == MATCH_YES;
	int r;

	switch (step->action) {
	case RULESET_ACTION_NONE:
		return 0;
	case RULESET_ACTION_ACCEPT:
	case RULESET_ACTION_DROP:
	case RULESET_ACTION_REJECT:
		*leave = sure;
		*end = sure ? CHAIN_DECIDED : CHAIN_ENDED;
		return note_chain(walk, chain, step, stage,
		                  step->action == RULESET_ACTION_ACCEPT ? VERDICT_ACCEPT
		                  : step->action == RULESET_ACTION_DROP ? VERDICT_DROP
		                                                        : VERDICT_REJECT,
		                  answer);
	case RULESET_ACTION_RETURN:
		*leave = sure;
		return 0;
	case RULESET_ACTION_JUMP:
	case RULESET_ACTION_GOTO:
		to = step->argument ? ruleset_chain(walk->ruleset, chain, step->argument) : NULL;
		if (!to || depth >= JUMPS_MAX || walk->n_visits++ >= VISITS_MAX)
			return note_chain(walk, chain, step, stage, VERDICT_DROP,
			                  match_maybe("the chain that it leads to is not known"));
		r = walk_chain(walk, to, stage, answer, depth + 1, end);
		*leave = *end == CHAIN_DECIDED || (sure && step->action == RULESET_ACTION_GOTO);
		return r;
	case RULESET_ACTION_UNKNOWN:
		break;
	}
	return note_chain(walk, chain, step, stage, VERDICT_DROP,
	                  match_maybe("what it does is not understood"));
}

static int walk_chain(struct walk *walk, const struct ruleset_chain *chain,
                      enum verdict_stage stage, struct match_answer so_far, unsigned depth,
                      enum chain_end *end)
{
	int r = 0;

	*end = CHAIN_ENDED;
	for (size_t i = 0; i < chain->n_steps && r == 0; i++) {
		const struct ruleset_step *step = &chain->steps[i];
		struct match_answer answer = match_both(so_far, match_step(&walk->packet, step));
		bool leave = false;

		if (answer.match == MATCH_NO)
			continue;
		r = walk_step(walk, chain, step, stage, answer, depth, end, &leave);
		if (leave)
			return r;
	}
	return r;
}

static bool is_of_family(const struct walk *walk, const struct ruleset_chain *chain)
{
	if (strcmp(chain->family, "ip") == 0)
		return !packet_is_ipv6(&walk->packet);
	if (strcmp(chain->family, "ip6") == 0)
		return packet_is_ipv6(&walk->packet);
	return strcmp(chain->family, "inet") == 0 || strcmp(chain->family, "netdev") == 0;
}

static int walk_base(struct walk *walk, const struct ruleset_chain *chain, enum verdict_stage stage)
{
	enum chain_end end;
	int r = walk_chain(walk, chain, stage, MATCH_ANSWER_YES, 0, &end);

	if (r == 0 && end == CHAIN_ENDED && chain->policy == RULESET_ACTION_DROP)
		r = note_chain(walk, chain, NULL, stage, VERDICT_DROP, MATCH_ANSWER_YES);
	return r;
}

/* --- the whole way ------------------------------------------------------------------------ */

/* A station of the way: a base chain, or one of firewalld's. */
struct station {
	enum ruleset_hook hook;
	int priority;
	size_t at;
	const struct ruleset_chain *chain;
	int (*fn)(struct walk *walk);
};

static int by_station(const void *a, const void *b)
{
	const struct station *one = a, *two = b;

	if (one->hook != two->hook)
		return one->hook < two->hook ? -1 : 1;
	if (one->priority != two->priority)
		return one->priority < two->priority ? -1 : 1;
	return one->at < two->at ? -1 : 1;
}

static int walk_panic(struct walk *walk)
{
	return note(walk,
	            step_of(VERDICT_STAGE_PANIC, VERDICT_WHAT_PANIC, NULL, NULL, VERDICT_DROP),
	            match_if(walk->ruleset->panic));
}

static int walk_filter(struct walk *walk)
{
	bool loopback = packet_is_loopback(&walk->packet);

	if (loopback)
		return note(walk,
		            step_of(VERDICT_STAGE_LOOPBACK, VERDICT_WHAT_LOOPBACK, NULL, "lo",
		                    VERDICT_ACCEPT),
		            MATCH_ANSWER_YES);
	return walk_zone(walk);
}

static int walk_all(struct walk *walk)
{
	const struct ruleset *ruleset = walk->ruleset;
	_cleanup_free_ struct station *stations = calloc(ruleset->n_chains + 3, sizeof(*stations));
	size_t n = 0;
	bool passed = false;
	int r = 0;

	if (!stations)
		return -ENOMEM;
	stations[n++] = (struct station){
	    .hook = RULESET_HOOK_PREROUTING, .priority = PANIC_PRIORITY, .fn = walk_panic};
	stations[n++] = (struct station){
	    .hook = RULESET_HOOK_PREROUTING, .priority = NAT_PRIORITY, .fn = walk_nat};
	stations[n++] = (struct station){
	    .hook = RULESET_HOOK_INPUT, .priority = FILTER_PRIORITY, .fn = walk_filter};
	for (size_t i = 0; i < ruleset->n_chains; i++) {
		const struct ruleset_chain *chain = &ruleset->chains[i];

		if (chain->hook != RULESET_HOOK_NONE && is_of_family(walk, chain))
			stations[n++] =
			    (struct station){chain->hook, chain->priority, i, chain, NULL};
	}
	qsort(stations, n, sizeof(*stations), by_station);
	for (size_t i = 0; i < n && r == 0; i++) {
		/* What goes to another machine does not come into this one. */
		if (walk->away && stations[i].hook == RULESET_HOOK_INPUT)
			break;
		if (stations[i].fn)
			r = stations[i].fn(walk);
		else
			r = walk_base(walk, stations[i].chain,
			              passed ? VERDICT_STAGE_AFTER : VERDICT_STAGE_BEFORE);
		passed = passed || stations[i].fn == walk_filter;
	}
	return r;
}

/* --- what the client sees ----------------------------------------------------------------- */

/* What connect() of a client tells. */
static int errno_of(const struct walk *walk, const struct verdict_step *step)
{
	const struct reject *reject;

	if (step->action == VERDICT_ACCEPT)
		return 0;
	if (step->action == VERDICT_DROP)
		return ETIMEDOUT;
	reject = step->reject ? reject_find(packet_is_ipv6(&walk->packet) ? CIDR_IPV6 : CIDR_IPV4,
	                                    step->reject)
	                      : NULL;
	return reject ? reject->client_errno : ECONNREFUSED;
}

/* Two that look at packets to this machine, at one place in the order. */
static bool policies_clash(const struct ruleset *ruleset)
{
	for (size_t i = 0; i < ruleset->n_zones; i++) {
		const struct ruleset_zone *one = &ruleset->zones[i];

		if (!one->is_policy || one->unapplied || !strv_contains(&one->egress_zones, "HOST"))
			continue;
		for (size_t j = i + 1; j < ruleset->n_zones; j++) {
			const struct ruleset_zone *two = &ruleset->zones[j];

			if (two->priority == one->priority && !two->unapplied &&
			    strv_contains(&two->egress_zones, "HOST"))
				return true;
		}
	}
	return false;
}

/*
 * Policies of one priority come in an order that firewalld does not tell: in 1.x by name
 * when all is loaded, later by what happened since, which the kernel shows. In 2.x they
 * put all that comes behind them in a wrong place as well (its list of places has one
 * for both: core/nftables.py, _set_rule_sort_policy_dispatch), zones and targets too.
 */
static bool order_of_policies_matters(const struct walk *walk)
{
	const struct verdict_step *decider = &walk->verdict.steps[walk->decider];
	bool by_chance = walk->ruleset->dispatch == RULESET_DISPATCH_2;

	if (!decider->zone || (by_chance ? !policies_clash(walk->ruleset)
	                                 : !decider->zone->is_policy || decider->zone->order > 0))
		return false;
	for (size_t i = 0; i < walk->verdict.n_steps; i++) {
		const struct verdict_step *step = &walk->verdict.steps[i];

		if (step->decides && step->certain && step->zone && step->zone != decider->zone &&
		    (by_chance ||
		     (step->zone->is_policy && step->zone->priority == decider->zone->priority)) &&
		    errno_of(walk, step) != errno_of(walk, decider))
			return true;
	}
	return false;
}

/* Is there something before the decision, or behind it where that counts, that nobody knows? */
static bool is_certain(const struct walk *walk)
{
	const struct verdict_step *decider = &walk->verdict.steps[walk->decider];

	if (decider->doubt)
		return false;
	for (size_t i = 0; i < walk->verdict.n_steps; i++) {
		const struct verdict_step *step = &walk->verdict.steps[i];
		bool counts = i < walk->decider ||
		              (decider->action == VERDICT_ACCEPT && is_of_others(step->stage));

		if (step->certain || !counts)
			continue;
		if (step->what == VERDICT_WHAT_BINDING || step->action != decider->action)
			return false;
	}
	return true;
}

static int conclude(struct walk *walk)
{
	struct verdict *verdict = &walk->verdict;
	int r = 0;

	/* Without a zone there is only the end of firewalld's chain, which rejects. */
	if (!walk->decided) {
		r = note(
		    walk,
		    step_of(VERDICT_STAGE_TARGET, VERDICT_WHAT_TARGET, NULL, NULL, VERDICT_REJECT),
		    MATCH_ANSWER_YES);
		if (r != 0)
			return r;
	}
	if (order_of_policies_matters(walk))
		verdict->steps[walk->decider].doubt =
		    "the order of policies of one priority is not known";
	verdict->decider = &verdict->steps[walk->decider];
	verdict->action = verdict->decider->action;
	verdict->client_errno = errno_of(walk, verdict->decider);
	verdict->certain = is_certain(walk);
	return 0;
}

/**
 * verdict_of() - what happens to the first packet of a connection
 * @out:     receives the verdict; untouched on failure; the caller frees it. It
 *           borrows from @ruleset
 * @ruleset: borrowed, and must outlive the verdict
 * @packet:  borrowed during the call
 *
 * Without an interface those bindings that have one are noted as doubtful, and the
 * default zone is taken; callers who can, ask for each interface.
 *
 * Return: 0; -ENOMEM.
 */
int verdict_of(struct verdict *out, const struct ruleset *ruleset, const struct packet *packet)
{
	struct walk walk = {.ruleset = ruleset, .packet = *packet};
	int r = dispatch_init(&walk.dispatch, ruleset);

	if (r == 0)
		r = walk_all(&walk);
	if (r == 0)
		r = conclude(&walk);
	dispatch_deinit(&walk.dispatch);
	if (r == 0)
		*out = walk.verdict;
	else
		free(walk.verdict.steps);
	return r;
}

/** verdict_deinit() - free what a verdict owns; it is VERDICT_NULL afterwards */
void verdict_deinit(struct verdict *verdict)
{
	free(verdict->steps);
	*verdict = VERDICT_NULL;
}

/**
 * verdict_otherwise() - the first thing that would have let a refused packet in
 *
 * "465/tcp is open, but…": what stands behind the decision and accepts.
 *
 * Return: borrowed; NULL: nothing, or the packet is let in.
 */
const struct verdict_step *verdict_otherwise(const struct verdict *verdict)
{
	if (verdict->action == VERDICT_ACCEPT)
		return NULL;
	for (const struct verdict_step *step = verdict->decider + 1;
	     step < verdict->steps + verdict->n_steps; step++)
		if (step->decides && step->certain && step->action == VERDICT_ACCEPT)
			return step;
	return NULL;
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
	};

	return names[stage];
}

/** verdict_client_words() - what a person at the client reads; static */
const char *verdict_client_words(int client_errno)
{
	switch (client_errno) {
	case 0:
		return "connects";
	case ETIMEDOUT:
		return "time-out, nobody answers";
	case ECONNREFUSED:
		return "\"Connection refused\"";
	case EHOSTUNREACH:
		return "\"No route to host\"";
	case ENETUNREACH:
		return "\"Network is unreachable\"";
	case EACCES:
		return "\"Permission denied\"";
	case ENOPROTOOPT:
		return "\"Protocol not available\"";
	default:
		return "an error";
	}
}
