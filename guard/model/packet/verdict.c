// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/packet/verdict.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "guard/model/item.h"

/* firewalld's own base chains (core/nftables.py, IPTABLES_TO_NFT_HOOK). */
#define PANIC_PRIORITY  (-291)
#define NAT_PRIORITY    (-90)
#define FILTER_PRIORITY 10

#define ZONE_REJECT "admin-prohibited" /* of targets and icmp-blocks, in either family */
#define RULE_REJECT "port-unreachable" /* of a reject without a type */
#define JUMPS_MAX   32                 /* within each other; the kernel has 16 */
#define VISITS_MAX  10000 /* of chains by one packet: who jumps in circles gets no answer */

enum match {
	MATCH_NO,
	MATCH_MAYBE,
	MATCH_YES,
};

/* A question, with what the answer hangs on if it is MAYBE. */
struct answer {
	enum match match;
	const char *doubt;
};

#define ANSWER_NO  ((struct answer){MATCH_NO, NULL})
#define ANSWER_YES ((struct answer){MATCH_YES, NULL})

static struct answer maybe(const char *doubt)
{
	return (struct answer){MATCH_MAYBE, doubt};
}

static struct answer answer_if(bool yes)
{
	return yes ? ANSWER_YES : ANSWER_NO;
}

static struct answer both(struct answer a, struct answer b)
{
	return a.match <= b.match ? a : b;
}

static struct answer either(struct answer a, struct answer b)
{
	return a.match >= b.match ? a : b;
}

static struct answer inverted(struct answer a, bool invert)
{
	if (invert && a.match != MATCH_MAYBE)
		a.match = a.match == MATCH_YES ? MATCH_NO : MATCH_YES;
	return a;
}

/* The way of one packet. */
struct walk {
	const struct ruleset *ruleset;
	struct verdict_packet packet; /* as forward ports have left it */
	struct verdict verdict;       /* its decider is set at the end */
	size_t decider;               /* index of it */
	bool decided;
	bool rewritten;
	bool away; /* to another machine */
	unsigned n_visits;
};

/* --- parts of a packet -------------------------------------------------------------------- */

static bool is_ipv6(const struct walk *walk)
{
	return walk->packet.source.family == CIDR_IPV6;
}

static bool is_protocol(const struct walk *walk, const char *name)
{
	static const struct {
		const char *name, *number;
	} numbers[] = {
	    {"icmp", "1"},       {"igmp", "2"},    {"tcp", "6"},    {"udp", "17"},
	    {"dccp", "33"},      {"gre", "47"},    {"esp", "50"},   {"ah", "51"},
	    {"ipv6-icmp", "58"}, {"icmpv6", "58"}, {"sctp", "132"},
	};
	const char *protocol = walk->packet.protocol, *wanted = name;

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		if (strcmp(numbers[i].name, protocol) == 0)
			protocol = numbers[i].number;
		if (strcmp(numbers[i].name, wanted) == 0)
			wanted = numbers[i].number;
	}
	return strcmp(protocol, wanted) == 0;
}

static bool is_icmp(const struct walk *walk)
{
	return is_protocol(walk, "icmp") || is_protocol(walk, "ipv6-icmp");
}

static bool names_interface(const char *bound, const char *interface)
{
	size_t n = strlen(bound);

	if (n > 0 && (bound[n - 1] == '+' || bound[n - 1] == '*'))
		return strncmp(bound, interface, n - 1) == 0;
	return strcmp(bound, interface) == 0;
}

static struct answer source_port_is(const struct walk *walk, unsigned first, unsigned last)
{
	unsigned port = walk->packet.source_port;

	if (port == 0)
		return first <= 1 && last >= 65535 ? ANSWER_YES
		                                   : maybe("the client's port is not known");
	return answer_if(port >= first && port <= last);
}

static struct answer mac_is(const struct walk *walk, const char *mac)
{
	if (!walk->packet.mac)
		return maybe("the client's MAC address is not known");
	return answer_if(strcasecmp(walk->packet.mac, mac) == 0);
}

static const struct cidr *address_of(const struct walk *walk, bool destination)
{
	return destination ? walk->packet.destination : &walk->packet.source;
}

static struct answer address_is(const struct walk *walk, bool destination,
                                const struct cidr *prefix)
{
	const struct cidr *address = address_of(walk, destination);

	if (prefix->family != walk->packet.source.family)
		return ANSWER_NO;
	if (!address)
		return prefix->prefix == 0 ? ANSWER_YES
		                           : maybe("which address of this machine is meant");
	return answer_if(cidr_contains(prefix, address));
}

/* "465/tcp", "smtps/tcp", of a service or zone; false: not of this packet's protocol, or strange */
static bool split_port(const struct walk *walk, const char *port, unsigned *first, unsigned *last)
{
	const char *slash = strchr(port, '/');
	char text[32];

	if (!slash || (size_t)(slash - port) >= sizeof(text) || !is_protocol(walk, slash + 1))
		return false;
	memcpy(text, port, (size_t)(slash - port));
	text[slash - port] = '\0';
	return ruleset_port_range(text, first, last);
}

static bool port_is(const struct walk *walk, const char *port)
{
	unsigned first, last;

	return split_port(walk, port, &first, &last) && walk->packet.port >= first &&
	       walk->packet.port <= last;
}

static struct answer source_port_in(const struct walk *walk, const char *port)
{
	unsigned first, last;

	if (!split_port(walk, port, &first, &last))
		return ANSWER_NO;
	return source_port_is(walk, first, last);
}

/* --- ipsets ------------------------------------------------------------------------------- */

/* ADDRESS,[PROTOCOL:]PORT: of a source its port, of a destination the one asked for. */
static struct answer entry_matches(const struct walk *walk, const char *entry, bool destination)
{
	const char *comma = strchr(entry, ','), *colon = comma ? strchr(comma, ':') : NULL;
	const char *port = colon ? colon + 1 : comma ? comma + 1 : NULL;
	char address[CIDR_TEXT_LENGTH], protocol[8] = "tcp";
	struct answer answer;
	struct cidr prefix;
	unsigned first, last;

	if (!comma || (size_t)(comma - entry) >= sizeof(address))
		return ANSWER_NO;
	memcpy(address, entry, (size_t)(comma - entry));
	address[comma - entry] = '\0';
	if (colon && (size_t)(colon - comma - 1) < sizeof(protocol)) {
		memcpy(protocol, comma + 1, (size_t)(colon - comma - 1));
		protocol[colon - comma - 1] = '\0';
	}
	if (cidr_parse(&prefix, address, 0, NULL) != 0)
		return maybe("an entry of an ipset is not understood");
	answer = address_is(walk, destination, &prefix);
	if (answer.match == MATCH_NO || !is_protocol(walk, protocol))
		return ANSWER_NO;
	if (!ruleset_port_range(port, &first, &last))
		return maybe("an entry of an ipset is not understood");
	if (destination)
		return both(answer,
		            answer_if(walk->packet.port >= first && walk->packet.port <= last));
	return both(answer, source_port_is(walk, first, last));
}

static struct answer ipset_holds(const struct walk *walk, const char *name, bool destination)
{
	const struct ruleset_ipset *ipset = ruleset_ipset(walk->ruleset, name);
	const struct cidr *address = address_of(walk, destination);
	struct answer answer = ANSWER_NO;
	bool pairs;

	if (!ipset || !ipset->known)
		return maybe("the entries of its ipset are not known");
	if (strcmp(ipset->type, "hash:mac") == 0) {
		for (size_t i = 0; i < ipset->entries.n; i++)
			answer = either(answer, mac_is(walk, ipset->entries.strings[i]));
		return answer;
	}
	/* The match names the set's family, so no packet of the other fulfils it. */
	if (ipset->ipv6 != is_ipv6(walk))
		return ANSWER_NO;
	if (strcmp(ipset->type, "hash:ip") == 0 || strcmp(ipset->type, "hash:net") == 0)
		return address ? answer_if(rangeset_contains(&ipset->ranges, address))
		               : maybe("which address of this machine is meant");
	pairs =
	    strcmp(ipset->type, "hash:ip,port") == 0 || strcmp(ipset->type, "hash:net,port") == 0;
	if (!pairs)
		return ipset->entries.n > 0 ? maybe("an ipset of this type is not understood")
		                            : ANSWER_NO;
	for (size_t i = 0; i < ipset->entries.n; i++)
		answer =
		    either(answer, entry_matches(walk, ipset->entries.strings[i], destination));
	return answer;
}

static bool ipset_is_of_family(const struct walk *walk, const char *name)
{
	const struct ruleset_ipset *ipset = ruleset_ipset(walk->ruleset, name);

	return !ipset || strcmp(ipset->type, "hash:mac") == 0 || ipset->ipv6 == is_ipv6(walk);
}

/* --- rich rules --------------------------------------------------------------------------- */

static struct answer peer_matches(const struct walk *walk, const struct richrule_peer *peer,
                                  const struct cidr *prefix, bool has_prefix, bool destination)
{
	if (peer->mac)
		return inverted(mac_is(walk, peer->mac), peer->invert);
	if (peer->ipset) {
		/* NOT a set of IPv4 addresses still is about IPv4 alone. */
		if (!ipset_is_of_family(walk, peer->ipset))
			return ANSWER_NO;
		return inverted(ipset_holds(walk, peer->ipset, destination), peer->invert);
	}
	if (!peer->address)
		return ANSWER_YES;
	if (!has_prefix)
		return maybe("its address is not understood");
	if (prefix->family != walk->packet.source.family)
		return ANSWER_NO;
	return inverted(address_is(walk, destination, prefix), peer->invert);
}

static struct answer icmp_is(const struct walk *walk, const char *type)
{
	if (!is_icmp(walk))
		return ANSWER_NO;
	if (!walk->packet.icmp_type)
		return maybe("the ICMP type is not known");
	return answer_if(strcmp(walk->packet.icmp_type, type) == 0);
}

/* The names of services on the way into their includes, which may run in circles. */
struct including {
	const struct including *outer;
	const char *name;
};

static bool is_included(const struct including *in, const char *name)
{
	for (; in; in = in->outer)
		if (strcmp(in->name, name) == 0)
			return true;
	return false;
}

static struct answer service_destination(const struct walk *walk,
                                         const struct ruleset_service *service)
{
	const char *text = is_ipv6(walk) ? service->destination6 : service->destination4;
	struct cidr prefix;

	if (!service->destination4 && !service->destination6)
		return ANSWER_YES;
	if (!text)
		return ANSWER_NO;
	if (cidr_parse(&prefix, text, CIDR_NETMASK, NULL) != 0)
		return maybe("the destination of its service is not understood");
	return address_is(walk, true, &prefix);
}

static struct answer service_itself(const struct walk *walk, const struct ruleset_service *service)
{
	struct answer answer = ANSWER_NO;

	for (size_t i = 0; i < service->ports.n; i++)
		answer = either(answer, answer_if(port_is(walk, service->ports.strings[i])));
	for (size_t i = 0; i < service->protocols.n; i++)
		answer =
		    either(answer, answer_if(is_protocol(walk, service->protocols.strings[i])));
	for (size_t i = 0; i < service->source_ports.n; i++)
		answer = either(answer, source_port_in(walk, service->source_ports.strings[i]));
	return both(answer, service_destination(walk, service));
}

static struct answer service_matches(const struct walk *walk, const char *name,
                                     const struct including *outer)
{
	const struct ruleset_service *service = ruleset_service(walk->ruleset, name);
	struct including here = {.outer = outer, .name = name};
	struct answer answer;

	if (!service)
		return maybe("the definition of its service is not known");
	answer = service_itself(walk, service);
	for (size_t i = 0; i < service->includes.n && answer.match != MATCH_YES; i++)
		if (!is_included(&here, service->includes.strings[i]))
			answer = either(answer,
			                service_matches(walk, service->includes.strings[i], &here));
	return answer;
}

static struct answer rule_port(const struct walk *walk, const struct ruleset_rule *rule,
                               bool of_source)
{
	if (!is_protocol(walk, rule->rule.protocol))
		return ANSWER_NO;
	if (rule->port_last == 0)
		return maybe("the number of its port is not known");
	if (of_source)
		return source_port_is(walk, rule->port_first, rule->port_last);
	return answer_if(walk->packet.port >= rule->port_first &&
	                 walk->packet.port <= rule->port_last);
}

static struct answer element_matches(const struct walk *walk, const struct ruleset_rule *rule)
{
	switch (rule->rule.element) {
	case RICHRULE_ELEMENT_NONE:
		return ANSWER_YES;
	case RICHRULE_ELEMENT_PROTOCOL:
		return answer_if(is_protocol(walk, rule->rule.value));
	case RICHRULE_ELEMENT_SERVICE:
		return service_matches(walk, rule->rule.value, NULL);
	case RICHRULE_ELEMENT_PORT:
	case RICHRULE_ELEMENT_FORWARD_PORT:
		return rule_port(walk, rule, false);
	case RICHRULE_ELEMENT_SOURCE_PORT:
		return rule_port(walk, rule, true);
	case RICHRULE_ELEMENT_ICMP_BLOCK:
	case RICHRULE_ELEMENT_ICMP_TYPE:
		return icmp_is(walk, rule->rule.value);
	case RICHRULE_ELEMENT_MASQUERADE:
	case RICHRULE_ELEMENT_TCP_MSS_CLAMP:
		break;
	}
	return ANSWER_NO;
}

static struct answer rule_matches(const struct walk *walk, const struct ruleset_rule *rule)
{
	struct answer answer;

	if ((rule->rule.family == RICHRULE_FAMILY_IPV4 && is_ipv6(walk)) ||
	    (rule->rule.family == RICHRULE_FAMILY_IPV6 && !is_ipv6(walk)))
		return ANSWER_NO;
	answer = peer_matches(walk, &rule->rule.source, &rule->source, rule->has_source, false);
	if (answer.match == MATCH_NO)
		return answer;
	answer = both(answer, peer_matches(walk, &rule->rule.destination, &rule->destination,
	                                   rule->has_destination, true));
	answer = both(answer, element_matches(walk, rule));
	if (answer.match == MATCH_YES && rule->rule.action_limit.value)
		answer = maybe("it holds up to a rate only");
	return answer;
}

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

static int note(struct walk *walk, struct verdict_step step, struct answer answer)
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
                     struct answer answer)
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
	struct answer answer;
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
		struct answer answer;
		int r;

		if (rule_forwards(rule) != forwarding || !is_of_stage(rule, stage))
			continue;
		answer = rule_matches(walk, rule);
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
		struct answer answer = hits.hits[i].answer;

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
		         icmp_is(walk, zone->icmp_blocks.strings[i]));
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
	ALLOW(services, VERDICT_WHAT_SERVICE, service_matches(walk, value, NULL))
	ALLOW(ports, VERDICT_WHAT_PORT, answer_if(port_is(walk, value)))
	ALLOW(protocols, VERDICT_WHAT_PROTOCOL, answer_if(is_protocol(walk, value)))
	ALLOW(source_ports, VERDICT_WHAT_SOURCE_PORT, source_port_in(walk, value))
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
	            ANSWER_YES);
}

/* ICMP as a whole, between what a zone allows and its target (_icmp_block_inversion). */
static int walk_icmp(struct walk *walk, const struct ruleset_zone *zone)
{
	enum verdict_action action = zone->icmp_block_inversion ? VERDICT_REJECT : VERDICT_ACCEPT;

	if (zone->target == RULESET_TARGET_DROP || zone->target == RULESET_TARGET_REJECT)
		return 0;
	return note(walk, step_of(VERDICT_STAGE_TARGET, VERDICT_WHAT_ICMP, zone, NULL, action),
	            answer_if(is_icmp(walk)));
}

/* --- which zone, which policies ----------------------------------------------------------- */

static struct answer binding_holds(const struct walk *walk, const char *source)
{
	const char *ipset = item_ipset_name(source);
	struct cidr prefix;

	if (ipset)
		return ipset_holds(walk, ipset, false);
	if (cidr_parse(&prefix, source, CIDR_NETMASK, NULL) == 0)
		return address_is(walk, false, &prefix);
	return mac_is(walk, source);
}

static struct answer interface_is(const struct walk *walk, const char *bound)
{
	if (!walk->packet.interface)
		return maybe("the interface is not known");
	return answer_if(names_interface(bound, walk->packet.interface));
}

/* One way into a zone. */
struct binding {
	const struct ruleset_zone *zone;
	const char *value;
	bool is_interface;
	size_t at; /* in the order of reading */
};

struct bindings {
	struct binding *bindings;
	size_t n;
	size_t capacity;
};

static int add_binding(struct bindings *bindings, const struct ruleset_zone *zone,
                       const char *value, bool is_interface)
{
	int r = grow(&bindings->bindings, &bindings->capacity, bindings->n + 1,
	             sizeof(*bindings->bindings));

	if (r == 0) {
		bindings->bindings[bindings->n] =
		    (struct binding){zone, value, is_interface, bindings->n};
		bindings->n++;
	}
	return r;
}

/* 1.x puts sources in the order of zones, and each interface in front of those before it. */
static int by_order_1(const void *a, const void *b)
{
	const struct binding *one = a, *two = b;

	if (one->is_interface != two->is_interface)
		return one->is_interface ? 1 : -1;
	if (one->is_interface)
		return one->at > two->at ? -1 : 1;
	return one->at < two->at ? -1 : 1;
}

/* 2.x sorts them all (core/nftables.py, _policy_dispatch_sort_key). */
static int by_order_2(const void *a, const void *b)
{
	const struct binding *one = a, *two = b;
	int r = one->zone->ingress_priority - two->zone->ingress_priority;

	if (r == 0)
		r = (int)one->is_interface - (int)two->is_interface;
	if (r == 0)
		r = strcmp(one->zone->name, two->zone->name);
	return r != 0 ? r : strcmp(one->value, two->value);
}

static int list_bindings(const struct ruleset *ruleset, struct bindings *bindings)
{
	int r = 0;

	for (size_t i = 0; i < ruleset->n_zones; i++) {
		const struct ruleset_zone *zone = &ruleset->zones[i];

		if (zone->is_policy)
			continue;
		for (size_t j = 0; j < zone->sources.n && r == 0; j++)
			r = add_binding(bindings, zone, zone->sources.strings[j], false);
		for (size_t j = 0; j < zone->interfaces.n && r == 0; j++)
			r = add_binding(bindings, zone, zone->interfaces.strings[j], true);
	}
	if (r == 0 && bindings->n > 1)
		qsort(bindings->bindings, bindings->n, sizeof(*bindings->bindings),
		      ruleset->dispatch == RULESET_DISPATCH_1 ? by_order_1 : by_order_2);
	return r;
}

/* The zone that the packet comes into; what may have been another is noted on the way. */
static int choose_zone(struct walk *walk, const struct ruleset_zone **zone, const char **binding,
                       bool telling)
{
	struct bindings bindings = {0};
	int r = list_bindings(walk->ruleset, &bindings);

	*zone = NULL;
	*binding = NULL;
	for (size_t i = 0; i < bindings.n && r == 0 && !*zone; i++) {
		const struct binding *one = &bindings.bindings[i];
		struct answer answer = one->is_interface ? interface_is(walk, one->value)
		                                         : binding_holds(walk, one->value);
		struct verdict_step step = {.stage = VERDICT_STAGE_ZONE,
		                            .what = VERDICT_WHAT_BINDING,
		                            .zone = one->zone,
		                            .value = one->value};

		if (answer.match == MATCH_YES) {
			*zone = one->zone;
			*binding = one->value;
		}
		if (telling)
			r = note(walk, step, answer);
	}
	if (r == 0 && !*zone && walk->ruleset->default_zone) {
		*zone = ruleset_zone(walk->ruleset, walk->ruleset->default_zone);
		if (*zone && telling)
			r = note(walk,
			         (struct verdict_step){.stage = VERDICT_STAGE_ZONE,
			                               .what = VERDICT_WHAT_BINDING,
			                               .zone = *zone},
			         ANSWER_YES);
	}
	free(bindings.bindings);
	return r;
}

/* 1.x looks at the bindings of a policy's zones, whichever zone the packet is in. */
static struct answer comes_from(const struct walk *walk, const struct ruleset_zone *policy)
{
	struct answer answer = ANSWER_NO;

	for (size_t i = 0; i < policy->ingress_zones.n; i++) {
		const struct ruleset_zone *zone =
		    ruleset_zone(walk->ruleset, policy->ingress_zones.strings[i]);

		if (!zone)
			continue;
		for (size_t j = 0; j < zone->sources.n; j++)
			answer = either(answer, binding_holds(walk, zone->sources.strings[j]));
		for (size_t j = 0; j < zone->interfaces.n; j++)
			answer = either(answer, interface_is(walk, zone->interfaces.strings[j]));
	}
	return answer;
}

static struct answer policy_applies(const struct walk *walk, const struct ruleset_zone *policy,
                                    const struct ruleset_zone *zone)
{
	if (policy->unapplied || strv_contains(&policy->ingress_zones, "HOST"))
		return ANSWER_NO;
	if (strv_contains(&policy->ingress_zones, "ANY"))
		return ANSWER_YES;
	if (walk->ruleset->dispatch == RULESET_DISPATCH_1)
		return comes_from(walk, policy);
	return answer_if(strv_contains(&policy->ingress_zones, zone->name));
}

struct applied {
	const struct ruleset_zone *policy;
	struct answer answer;
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
		struct answer answer;

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
	const char *binding;
	int r = choose_zone(walk, &zone, &binding, true);

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

static int note_forward(struct walk *walk, struct verdict_step step, struct answer answer,
                        const char *to_port, const char *to_address)
{
	unsigned port = walk->packet.port, last;
	int r;

	/* The first that matches ends it. */
	if (walk->rewritten || answer.match == MATCH_NO)
		return 0;
	if (to_port && *to_port && !ruleset_port_range(to_port, &port, &last))
		answer = maybe("the number of its port is not known");
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
		    !ruleset_port_range(forward.port, &first, &last))
			continue;
		v6 = forward.to_address && strchr(forward.to_address, ':');
		r = note_forward(walk,
		                 step_of(VERDICT_STAGE_FORWARD_PORT, VERDICT_WHAT_FORWARD_PORT,
		                         zone, text, VERDICT_ACCEPT),
		                 answer_if(v6 == is_ipv6(walk) &&
		                           is_protocol(walk, forward.protocol) &&
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
	const char *binding;
	int r = choose_zone(walk, &zone, &binding, false);

	if (r != 0 || !zone ||
	    (walk->packet.interface && strcmp(walk->packet.interface, "lo") == 0))
		return r;
	r = each_policy(walk, zone, true, false, walk_forwarding);
	if (r == 0)
		r = walk_forwarding(walk, zone);
	return r == 0 ? each_policy(walk, zone, false, false, walk_forwarding) : r;
}

/* --- chains of others --------------------------------------------------------------------- */

static struct answer any_name(const struct walk *walk, const struct ruleset_match *match)
{
	struct answer answer = ANSWER_NO;

	for (size_t i = 0; i < match->names.n; i++) {
		const char *name = match->names.strings[i];

		if (match->field == RULESET_FIELD_INTERFACE)
			answer = either(answer, interface_is(walk, name));
		else if (match->field == RULESET_FIELD_PROTOCOL)
			answer = either(answer, answer_if(is_protocol(walk, name)));
		else
			answer =
			    either(answer, answer_if((strcmp(name, "ipv6") == 0) == is_ipv6(walk)));
	}
	return answer;
}

static struct answer any_port(const struct walk *walk, const struct ruleset_match *match)
{
	struct answer answer = ANSWER_NO;

	for (size_t i = 0; i < match->n_ports; i++) {
		const struct ruleset_ports *ports = &match->ports[i];

		if (match->field == RULESET_FIELD_SOURCE_PORT)
			answer = either(answer, source_port_is(walk, ports->first, ports->last));
		else
			answer = either(answer, answer_if(walk->packet.port >= ports->first &&
			                                  walk->packet.port <= ports->last));
	}
	return answer;
}

static struct answer field_matches(const struct walk *walk, const struct ruleset_match *match)
{
	switch (match->field) {
	case RULESET_FIELD_UNKNOWN:
		return maybe("it is not understood");
	case RULESET_FIELD_NEVER:
		return ANSWER_NO;
	case RULESET_FIELD_FAMILY:
	case RULESET_FIELD_PROTOCOL:
	case RULESET_FIELD_INTERFACE:
		return any_name(walk, match);
	case RULESET_FIELD_SOURCE:
		return answer_if(rangeset_contains(&match->addresses, &walk->packet.source));
	case RULESET_FIELD_DESTINATION:
		if (!walk->packet.destination)
			return maybe("which address of this machine is meant");
		return answer_if(rangeset_contains(&match->addresses, walk->packet.destination));
	case RULESET_FIELD_PORT:
	case RULESET_FIELD_SOURCE_PORT:
		return any_port(walk, match);
	}
	return ANSWER_NO;
}

static struct answer step_matches(const struct walk *walk, const struct ruleset_step *step)
{
	struct answer answer = ANSWER_YES;

	for (size_t i = 0; i < step->n_matches && answer.match != MATCH_NO; i++)
		answer = both(answer, inverted(field_matches(walk, &step->matches[i]),
		                               step->matches[i].invert));
	return answer;
}

enum chain_end {
	CHAIN_ENDED,   /* came to its end, or was told to return */
	CHAIN_DECIDED, /* accepted, dropped or rejected for sure */
};

static int note_chain(struct walk *walk, const struct ruleset_chain *chain,
                      const struct ruleset_step *step, enum verdict_stage stage,
                      enum verdict_action action, struct answer answer)
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
                      enum verdict_stage stage, struct answer so_far, unsigned depth,
                      enum chain_end *end);

static int walk_step(struct walk *walk, const struct ruleset_chain *chain,
                     const struct ruleset_step *step, enum verdict_stage stage,
                     struct answer answer, unsigned depth, enum chain_end *end, bool *leave)
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
			                  maybe("the chain that it leads to is not known"));
		r = walk_chain(walk, to, stage, answer, depth + 1, end);
		*leave = *end == CHAIN_DECIDED || (sure && step->action == RULESET_ACTION_GOTO);
		return r;
	case RULESET_ACTION_UNKNOWN:
		break;
	}
	return note_chain(walk, chain, step, stage, VERDICT_DROP,
	                  maybe("what it does is not understood"));
}

static int walk_chain(struct walk *walk, const struct ruleset_chain *chain,
                      enum verdict_stage stage, struct answer so_far, unsigned depth,
                      enum chain_end *end)
{
	int r = 0;

	*end = CHAIN_ENDED;
	for (size_t i = 0; i < chain->n_steps && r == 0; i++) {
		const struct ruleset_step *step = &chain->steps[i];
		struct answer answer = both(so_far, step_matches(walk, step));
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
		return !is_ipv6(walk);
	if (strcmp(chain->family, "ip6") == 0)
		return is_ipv6(walk);
	return strcmp(chain->family, "inet") == 0 || strcmp(chain->family, "netdev") == 0;
}

static int walk_base(struct walk *walk, const struct ruleset_chain *chain, enum verdict_stage stage)
{
	enum chain_end end;
	int r = walk_chain(walk, chain, stage, ANSWER_YES, 0, &end);

	if (r == 0 && end == CHAIN_ENDED && chain->policy == RULESET_ACTION_DROP)
		r = note_chain(walk, chain, NULL, stage, VERDICT_DROP, ANSWER_YES);
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
	            answer_if(walk->ruleset->panic));
}

static int walk_filter(struct walk *walk)
{
	bool loopback = walk->packet.interface && strcmp(walk->packet.interface, "lo") == 0;

	if (loopback)
		return note(walk,
		            step_of(VERDICT_STAGE_LOOPBACK, VERDICT_WHAT_LOOPBACK, NULL, "lo",
		                    VERDICT_ACCEPT),
		            ANSWER_YES);
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

/* As Linux clients understand the answers (net/ipv4/icmp.c, net/ipv6/icmp.c). */
static const struct {
	const char *type;
	int errno4, errno6;
} rejects[] = {
    {"icmp-host-prohibited", EHOSTUNREACH, EHOSTUNREACH},
    {"host-prohib", EHOSTUNREACH, EHOSTUNREACH},
    {"host-prohibited", EHOSTUNREACH, EHOSTUNREACH},
    {"icmp-net-prohibited", ENETUNREACH, ENETUNREACH},
    {"net-prohib", ENETUNREACH, ENETUNREACH},
    {"net-prohibited", ENETUNREACH, ENETUNREACH},
    {"icmp-admin-prohibited", EHOSTUNREACH, EACCES},
    {"admin-prohib", EHOSTUNREACH, EACCES},
    {"admin-prohibited", EHOSTUNREACH, EACCES},
    {"icmp6-adm-prohibited", EHOSTUNREACH, EACCES},
    {"adm-prohibited", EHOSTUNREACH, EACCES},
    {"icmp-net-unreachable", ENETUNREACH, ENETUNREACH},
    {"net-unreach", ENETUNREACH, ENETUNREACH},
    {"net-unreachable", ENETUNREACH, ENETUNREACH},
    {"icmp-host-unreachable", EHOSTUNREACH, EHOSTUNREACH},
    {"host-unreach", EHOSTUNREACH, EHOSTUNREACH},
    {"host-unreachable", EHOSTUNREACH, EHOSTUNREACH},
    {"icmp-proto-unreachable", ENOPROTOOPT, ENOPROTOOPT},
    {"proto-unreach", ENOPROTOOPT, ENOPROTOOPT},
    {"prot-unreachable", ENOPROTOOPT, ENOPROTOOPT},
    {"icmp6-addr-unreachable", EHOSTUNREACH, EHOSTUNREACH},
    {"addr-unreach", EHOSTUNREACH, EHOSTUNREACH},
    {"addr-unreachable", EHOSTUNREACH, EHOSTUNREACH},
    {"icmp6-no-route", ENETUNREACH, ENETUNREACH},
    {"no-route", ENETUNREACH, ENETUNREACH},
};

static int errno_of(const struct walk *walk, const struct verdict_step *step)
{
	if (step->action == VERDICT_ACCEPT)
		return 0;
	if (step->action == VERDICT_DROP)
		return ETIMEDOUT;
	for (size_t i = 0; step->reject && i < ARRAY_SIZE(rejects); i++)
		if (strcmp(rejects[i].type, step->reject) == 0)
			return is_ipv6(walk) ? rejects[i].errno6 : rejects[i].errno4;
	return ECONNREFUSED;
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
		    ANSWER_YES);
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
int verdict_of(struct verdict *out, const struct ruleset *ruleset,
               const struct verdict_packet *packet)
{
	struct walk walk = {.ruleset = ruleset, .packet = *packet};
	int r = walk_all(&walk);

	if (r == 0)
		r = conclude(&walk);
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
 * verdict_zone() - the zone that a packet comes into
 * @binding: may be NULL; receives the source or interface that leads there, borrowed;
 *           NULL: none does, it is the default zone
 *
 * Return: borrowed; NULL when there is none, or no memory.
 */
const struct ruleset_zone *verdict_zone(const struct ruleset *ruleset,
                                        const struct verdict_packet *packet, const char **binding)
{
	struct walk walk = {.ruleset = ruleset, .packet = *packet};
	const struct ruleset_zone *zone = NULL;
	const char *by = NULL;

	if (choose_zone(&walk, &zone, &by, false) != 0)
		return NULL;
	if (binding)
		*binding = by;
	return zone;
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
