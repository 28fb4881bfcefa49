// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/packet/absent.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "guard/model/mail/services.h"
#include "guard/model/packet/match.h"

/* So many rules are held against others; where there are more, and in another order, nobody waits
 * for the rest. */
#define MATCHES_MAX 500000

/* More than firewalld lets services include each other. */
#define INCLUDES_DEEP 8

/* A client that no rule was made for. */
#define STRANGER_4 "203.0.113.77"
#define STRANGER_6 "2001:db8:77::1"

/* A table of firewalld's that looks at what comes in. */
struct house {
	const struct ruleset *ruleset;
	const struct ruleset_chain *base; /* the first that a packet to this machine comes to */
	bool iptables;
	bool nat;      /* where it translates what comes in */
	bool *reached; /* by place of a chain: something leads there */
	size_t at;     /* behind the rule that was found last: the next is there, mostly */
	size_t n_matches;
	struct absent *out;
};

/** absent_deinit() - free what it owns; may be called twice */
void absent_deinit(struct absent *absent)
{
	for (size_t i = 0; i < ABSENT_N; i++)
		strv_deinit(&absent->of[i]);
}

/** absent_n() - how much is absent; at most ABSENT_MAX of each kind */
size_t absent_n(const struct absent *absent)
{
	size_t n = 0;

	for (size_t i = 0; i < ABSENT_N; i++)
		n += absent->of[i].n;
	return n;
}

static void keep(struct strv *strv, const struct strv *other, bool common)
{
	size_t kept = 0;

	for (size_t i = 0; i < strv->n; i++) {
		if (strv_contains(other, strv->strings[i]) == common)
			strv->strings[kept++] = strv->strings[i];
		else
			free(strv->strings[i]);
	}
	strv->n = kept;
}

/** absent_keep() - of these, those that are in the other too (@common), or are not */
void absent_keep(struct absent *absent, const struct absent *other, bool common)
{
	for (size_t i = 0; i < ABSENT_N; i++)
		keep(&absent->of[i], &other->of[i], common);
}

/** absent_add() - and what the other has; Return: 0 or -ENOMEM */
int absent_add(struct absent *absent, const struct absent *other)
{
	int r = 0;

	for (size_t i = 0; i < ABSENT_N; i++)
		for (size_t k = 0; k < other->of[i].n && r == 0; k++)
			r = strv_add_once(&absent->of[i], other->of[i].strings[k]);
	return r;
}

/* Of mail, if there is one. */
static const char *first_of(const struct strv *list)
{
	for (size_t i = 0; i < list->n; i++) {
		_cleanup_item_ struct item item = ITEM_NULL;

		if (item_parse(&item, list->strings[i], NULL) == 0 &&
		    item_class(&item) == ITEM_CLASS_MAIL)
			return list->strings[i];
	}
	return list->strings[0];
}

/** absent_words() - for a person: the first of them, and how many more there are */
void absent_words(struct builder *out, const struct absent *absent)
{
	size_t n = absent_n(absent);

	for (size_t i = 0; i < ABSENT_N; i++) {
		if (absent->of[i].n == 0)
			continue;
		builder_addf(out, "%s", first_of(&absent->of[i]));
		if (n > 1)
			builder_addf(out, " and %zu more", n - 1);
		return;
	}
}

static bool is_ipv6(const struct house *house)
{
	return strcmp(house->base->family, "ip6") == 0;
}

static bool is_inet(const struct house *house)
{
	return strcmp(house->base->family, "inet") == 0;
}

/** absent_note() - one more, in its words, once; Return: 0 or -ENOMEM */
int absent_note(struct absent *absent, enum absent_what what, const char *text)
{
	struct strv *list = &absent->of[what];

	/* in either family it is one thing */
	return list->n == ABSENT_MAX ? 0 : strv_add_once(list, text);
}

/* @of: a zone, a policy or a set, as an item names it */
static int add(struct house *house, enum absent_what what, const char *of, const char *kind,
               const char *value)
{
	_cleanup_free_ char *text = NULL;

	if (xasprintf(&text, "%s%s%s%s%s", of, *kind ? "/" : "", kind, *kind ? ":" : "", value) < 0)
		return -ENOMEM;
	return absent_note(house->out, what, text);
}

static int add_of(struct house *house, enum absent_what what, const struct ruleset_zone *zone,
                  enum item_kind kind, const char *value)
{
	_cleanup_free_ char *of = NULL;

	if (xasprintf(&of, "%s%s", zone->is_policy ? ITEM_POLICY_PREFIX : "", zone->name) < 0)
		return -ENOMEM;
	return add(house, what, of, item_kind_name(kind), value);
}

/* --- the kernel's ------------------------------------------------------------------------- */

static void reach(struct house *house, const struct ruleset_chain *chain)
{
	house->reached[chain - house->ruleset->chains] = true;
	for (size_t i = 0; i < chain->n_steps; i++) {
		const struct ruleset_step *step = &chain->steps[i];
		const struct ruleset_chain *to =
		    step->action == RULESET_ACTION_JUMP || step->action == RULESET_ACTION_GOTO
		        ? ruleset_chain(house->ruleset, chain, step->argument)
		        : NULL;

		if (to && !house->reached[to - house->ruleset->chains])
			reach(house, to);
	}
}

/* core/nftables.py and core/ipXtables.py; NULL: there is none, or nothing leads to it. */
static const struct ruleset_chain *chain_of(const struct house *house,
                                            const struct ruleset_zone *zone, const char *part)
{
	char name[128];
	const struct ruleset_chain *chain;

	(void)snprintf(name, sizeof(name), "%s%s_%s%s%s",
	               house->iptables ? ""
	               : house->nat    ? "nat_"
	                               : "filter_",
	               house->nat ? "PRE" : "IN",
	               zone->is_policy && !house->iptables ? "policy_" : "", zone->name, part);
	chain = ruleset_chain(house->ruleset, house->base, name);
	return chain && house->reached[chain - house->ruleset->chains] ? chain : NULL;
}

static bool does(const struct ruleset_step *step, bool deny)
{
	return deny ? step->action == RULESET_ACTION_DROP || step->action == RULESET_ACTION_REJECT
	            : step->action == RULESET_ACTION_ACCEPT;
}

/* firewalld leads nowhere from there; who does has the rule behind it, maybe. */
static bool may_do(const struct ruleset_step *step, bool deny)
{
	return does(step, deny) || step->action == RULESET_ACTION_UNKNOWN ||
	       step->action == RULESET_ACTION_JUMP || step->action == RULESET_ACTION_GOTO;
}

/* What is not understood may be it. */
static bool carries(struct house *house, const struct ruleset_chain *chain,
                    const struct packet *packet, bool deny)
{
	for (size_t i = 0; chain && i < chain->n_steps; i++) {
		const size_t at = (house->at + i) % chain->n_steps;
		const struct ruleset_step *step = &chain->steps[at];

		if (!may_do(step, deny))
			continue;
		if (house->n_matches++ > MATCHES_MAX ||
		    match_step(packet, step).match != MATCH_NO) {
			house->at = at + 1;
			return true;
		}
	}
	return false;
}

static bool refuses_all(const struct ruleset_chain *chain)
{
	if (chain->policy == RULESET_ACTION_DROP)
		return true;
	for (size_t i = 0; i < chain->n_steps; i++)
		if (does(&chain->steps[i], true) && chain->steps[i].n_matches == 0)
			return true;
	return false;
}

/* --- a packet that firewalld says something of -------------------------------------------- */

static struct packet stranger(const struct house *house)
{
	struct packet packet = {.protocol = "tcp", .port = 9};

	if (cidr_parse(&packet.source, is_ipv6(house) ? STRANGER_6 : STRANGER_4, 0, NULL) != 0)
		packet.source = CIDR_NULL;
	return packet;
}

/* PORT/PROTOCOL; false: nobody knows which number that is. */
static bool take_port(struct packet *packet, const char *port)
{
	const char *slash = strchr(port, '/');
	char number[32];
	unsigned last;

	if (!slash || (size_t)(slash - port) >= sizeof(number))
		return false;
	(void)snprintf(number, sizeof(number), "%.*s", (int)(slash - port), port);
	packet->protocol = slash + 1;
	return services_port_range(number, &packet->port, &last);
}

/* For one address of this machine alone, in one family maybe. */
static bool has_destination(const struct ruleset *ruleset, const char *name, unsigned deep)
{
	const struct ruleset_service *service = ruleset_service(ruleset, name);

	if (!service || deep == 0)
		return false;
	for (size_t i = 0; i < service->includes.n; i++)
		if (has_destination(ruleset, service->includes.strings[i], deep - 1))
			return true;
	return service->destination4 || service->destination6;
}

/* What a service consists of, as far as that can be looked for. */
static int ports_of(struct strv *out, const struct house *house, const char *service)
{
	return has_destination(house->ruleset, service, INCLUDES_DEEP)
	           ? 0
	           : ruleset_service_ports(house->ruleset, service, out);
}

/* --- what a zone lets in ------------------------------------------------------------------ */

/* Return: 1: there is a rule for each of these, as far as can be told. */
static bool carries_ports(struct house *house, const struct ruleset_chain *chain,
                          const struct packet *base, const struct strv *ports, bool deny)
{
	for (size_t i = 0; i < ports->n; i++) {
		struct packet packet = *base;

		if (take_port(&packet, ports->strings[i]) && !carries(house, chain, &packet, deny))
			return false;
	}
	return true;
}

/* Return: 1: there is a rule for it, as far as can be told; 0; -ENOMEM. */
static int carries_item(struct house *house, const struct ruleset_zone *zone, enum item_kind kind,
                        const char *value)
{
	_cleanup_strv_ struct strv ports = STRV_NULL;
	const struct packet base = stranger(house);
	int r = kind == ITEM_SERVICE ? ports_of(&ports, house, value) : strv_add(&ports, value);

	return r < 0 ? r
	             : carries_ports(house, chain_of(house, zone, "_allow"), &base, &ports, false);
}

static int look_at_open(struct house *house, const struct ruleset_zone *zone, enum item_kind kind,
                        const struct strv *values)
{
	int r = 1;

	for (size_t i = 0; i < values->n && r >= 0; i++) {
		r = carries_item(house, zone, kind, values->strings[i]);
		if (r == 0)
			r = add_of(house, ABSENT_OPEN, zone, kind, values->strings[i]);
	}
	return r < 0 ? r : 0;
}

/* --- its rich rules ----------------------------------------------------------------------- */

/* False: it is for nobody of this family, or for whom is not to be had from its words. */
static bool take_source(struct packet *packet, const struct house *house,
                        const struct ruleset_rule *rule)
{
	if (rule->rule.source.invert || rule->rule.source.mac || rule->rule.source.ipset ||
	    (rule->rule.source.address && !rule->has_source) || rule->rule.destination.address ||
	    rule->rule.destination.ipset)
		return false;
	*packet = stranger(house);
	if (rule->has_source)
		packet->source = rule->source;
	else if (is_inet(house) && rule->rule.family == RICHRULE_FAMILY_IPV6 &&
	         cidr_parse(&packet->source, STRANGER_6, 0, NULL) != 0)
		return false;
	return is_inet(house) || rule->rule.family == RICHRULE_FAMILY_BOTH ||
	       (rule->rule.family == RICHRULE_FAMILY_IPV6) == is_ipv6(house);
}

/* Where firewalld has put it: core/fw_policy.py, by its priority and what it does. */
static const char *part_of(const struct richrule *rule, bool deny)
{
	return rule->priority < 0   ? "_pre"
	       : rule->priority > 0 ? "_post"
	       : deny               ? "_deny"
	                            : "_allow";
}

/* Is there a rule for it, as far as can be told? */
static int carries_rule(bool *out, struct house *house, const struct ruleset_zone *zone,
                        const struct ruleset_rule *rule, bool deny)
{
	_cleanup_strv_ struct strv ports = STRV_NULL;
	const struct ruleset_chain *chain = chain_of(house, zone, part_of(&rule->rule, deny));
	struct packet packet;
	int r;

	*out = true;
	if (!take_source(&packet, house, rule))
		return 0;
	if (rule->rule.element == RICHRULE_ELEMENT_SERVICE) {
		r = ports_of(&ports, house, rule->rule.value);
		*out = r < 0 || carries_ports(house, chain, &packet, &ports, deny);
		return r;
	}
	if (rule->rule.element == RICHRULE_ELEMENT_PORT) {
		if (rule->port_last == 0)
			return 0;
		packet.protocol = rule->rule.protocol;
		packet.port = rule->port_first;
	} else if (rule->rule.element != RICHRULE_ELEMENT_NONE) {
		return 0;
	}
	*out = carries(house, chain, &packet, deny);
	return 0;
}

static int look_at_rules(struct house *house, const struct ruleset_zone *zone)
{
	int r = 0;

	house->at = 0;
	for (size_t i = 0; i < zone->n_rules && r == 0; i++) {
		const struct ruleset_rule *rule = &zone->rules[i];
		const bool deny = richrule_is_deny(&rule->rule);
		bool there = true;

		/* of a kind that enough are gone of no more are looked for */
		if ((deny && house->out->of[ABSENT_DENIED].n < ABSENT_MAX) ||
		    (rule->rule.action == RICHRULE_ACTION_ACCEPT &&
		     house->out->of[ABSENT_OPEN].n < ABSENT_MAX))
			r = carries_rule(&there, house, zone, rule, deny);
		if (r == 0 && !there)
			r = add_of(house, deny ? ABSENT_DENIED : ABSENT_OPEN, zone, ITEM_RULE,
			           rule->text);
	}
	return r;
}

/* --- the reverse: what it lets in and firewalld does not say ------------------------------- */

/* Return: 1; 0: not all of it is known; -ENOMEM. */
static int add_service(struct strv *out, const struct ruleset *ruleset, const char *name)
{
	int r;

	if (!ruleset_service(ruleset, name))
		return 0;
	r = ruleset_service_ports(ruleset, name, out);
	return r < 0 ? r : 1;
}

static int add_rule(struct strv *out, const struct ruleset *ruleset,
                    const struct ruleset_rule *rule)
{
	_cleanup_free_ char *text = NULL;

	if (rule->rule.element == RICHRULE_ELEMENT_SERVICE)
		return add_service(out, ruleset, rule->rule.value);
	if (rule->rule.element != RICHRULE_ELEMENT_PORT)
		return 1;
	if (rule->port_last == 0)
		return 0;
	if (xasprintf(&text, "%u-%u/%s", rule->port_first, rule->port_last, rule->rule.protocol) <
	        0 ||
	    strv_add_once(out, text) < 0) /* many rules are of few ports */
		return -ENOMEM;
	return 1;
}

/* All ports that it lists in whatever way; as add_service(). */
static int listed_ports(struct strv *out, const struct ruleset *ruleset,
                        const struct ruleset_zone *zone)
{
	int r = strv_add_each(out, &zone->ports);

	r = r < 0 ? r : 1;
	for (size_t i = 0; i < zone->services.n && r > 0; i++)
		r = add_service(out, ruleset, zone->services.strings[i]);
	for (size_t i = 0; i < zone->n_rules && r > 0; i++)
		r = add_rule(out, ruleset, &zone->rules[i]);
	return r;
}

/* A port whose number nobody knows may be it. */
static bool lists(const struct strv *ports, const char *protocol, unsigned port)
{
	for (size_t i = 0; i < ports->n; i++) {
		const char *text = ports->strings[i], *slash = strchr(text, '/');
		unsigned first, last;
		char range[32];

		if (!slash || strcmp(slash + 1, protocol) != 0 ||
		    (size_t)(slash - text) >= sizeof(range))
			continue;
		(void)snprintf(range, sizeof(range), "%.*s", (int)(slash - text), text);
		if (!services_port_range(range, &first, &last) || (first <= port && port <= last))
			return true;
	}
	return false;
}

/* Of no protocol: as "ct state new" is told, which firewalld 0.9 asks in each rule. */
static bool is_always(const struct ruleset_match *match)
{
	return match->field == RULESET_FIELD_PROTOCOL && match->invert && match->names.n == 0;
}

/* The ports that it lets in, and says no more of than whose; false: it is of another kind. */
static bool opens_ports(const struct ruleset_step *step, const struct ruleset_match **ports,
                        const char **protocol)
{
	*ports = NULL;
	*protocol = NULL;
	for (size_t i = 0; i < step->n_matches; i++) {
		const struct ruleset_match *match = &step->matches[i];

		if (match->field == RULESET_FIELD_PORT && !match->invert && !*ports)
			*ports = match;
		else if (match->field == RULESET_FIELD_PROTOCOL && !match->invert &&
		         match->names.n == 1)
			*protocol = match->names.strings[0];
		else if (!is_always(match) && match->field != RULESET_FIELD_FAMILY &&
		         match->field != RULESET_FIELD_SOURCE &&
		         match->field != RULESET_FIELD_DESTINATION)
			return false;
	}
	return does(step, false) && *ports && *protocol;
}

static int look_at_step(struct house *house, const struct ruleset_zone *zone,
                        const struct ruleset_step *step, const struct strv *listed)
{
	const struct ruleset_match *ports;
	const char *protocol;
	int r = 0;

	if (!opens_ports(step, &ports, &protocol))
		return 0;
	for (size_t i = 0; i < ports->n_ports && r == 0; i++) {
		const struct ruleset_ports *range = &ports->ports[i];
		char text[64];

		if (lists(listed, protocol, range->first) && lists(listed, protocol, range->last))
			continue;
		if (range->first == range->last)
			(void)snprintf(text, sizeof(text), "%u/%.16s", range->first, protocol);
		else
			(void)snprintf(text, sizeof(text), "%u-%u/%.16s", range->first, range->last,
			               protocol);
		r = add_of(house, ABSENT_UNLISTED, zone, ITEM_PORT, text);
	}
	return r;
}

static int look_at_unlisted(struct house *house, const struct ruleset_zone *zone)
{
	const struct ruleset_chain *chain = chain_of(house, zone, "_allow");
	_cleanup_strv_ struct strv listed = STRV_NULL;
	int r = chain ? listed_ports(&listed, house->ruleset, zone) : 0;

	if (r <= 0)
		return r;
	r = 0;
	for (size_t i = 0; i < chain->n_steps && r == 0; i++)
		r = look_at_step(house, zone, &chain->steps[i], &listed);
	return r;
}

/* --- all of it ---------------------------------------------------------------------------- */

/* Can it be a source in this family? */
static bool is_for(const struct house *house, const char *source)
{
	const char *name = item_ipset_name(source);
	const struct ruleset_ipset *set = name ? ruleset_ipset(house->ruleset, name) : NULL;
	struct cidr cidr;

	if (is_inet(house))
		return true;
	if (name)
		return set && set->ipv6 == is_ipv6(house);
	return cidr_parse(&cidr, source, CIDR_NETMASK, NULL) != 0 ||
	       (cidr.family == CIDR_IPV6) == is_ipv6(house);
}

/* firewalld makes the chains of a zone, and leads to them, when it is used. */
static bool is_used(const struct house *house, const struct ruleset_zone *zone)
{
	const char *by_default = house->ruleset->default_zone;

	if (zone->is_policy)
		return false;
	for (size_t i = 0; i < zone->sources.n; i++)
		if (is_for(house, zone->sources.strings[i]))
			return true;
	return zone->interfaces.n > 0 || (by_default && strcmp(by_default, zone->name) == 0);
}

/* Does something that is reached lead such a packet to that chain? */
static bool leads(const struct house *house, const char *to, const struct packet *packet)
{
	const struct ruleset *ruleset = house->ruleset;

	for (size_t i = 0; i < ruleset->n_chains; i++)
		for (size_t k = 0; k < ruleset->chains[i].n_steps && house->reached[i]; k++) {
			const struct ruleset_step *step = &ruleset->chains[i].steps[k];

			if ((step->action == RULESET_ACTION_JUMP ||
			     step->action == RULESET_ACTION_GOTO) &&
			    strcmp(step->argument, to) == 0 &&
			    match_step(packet, step).match != MATCH_NO)
				return true;
		}
	return false;
}

static int look_at_bindings(struct house *house, const struct ruleset_zone *zone, const char *chain)
{
	struct packet packet = stranger(house);
	int r = 0;

	for (size_t i = 0; i < zone->interfaces.n && r == 0; i++) {
		packet.interface = zone->interfaces.strings[i];
		if (!strpbrk(packet.interface, "+*") && !leads(house, chain, &packet))
			r = add_of(house, ABSENT_WAY, zone, ITEM_INTERFACE, packet.interface);
	}
	packet.interface = ""; /* none that is bound anywhere */
	for (size_t i = 0; i < zone->sources.n && r == 0; i++) {
		const char *source = zone->sources.strings[i];

		if (is_for(house, source) &&
		    cidr_parse(&packet.source, source, CIDR_NETMASK, NULL) == 0 &&
		    !leads(house, chain, &packet))
			r = add_of(house, ABSENT_WAY, zone, ITEM_SOURCE, source);
	}
	return r;
}

static bool may_let_in(const struct packet *packet, const struct ruleset_step *step)
{
	return (does(step, false) || step->action == RULESET_ACTION_UNKNOWN) &&
	       match_step(packet, step).match != MATCH_NO;
}

/* In its chain (0.9, 1.x), or where that has been gone through: behind what leads there (2.x). */
static bool lets_all_in(const struct house *house, const struct ruleset_chain *zone)
{
	const struct packet packet = stranger(house);

	for (size_t i = 0; i < zone->n_steps; i++)
		if (may_let_in(&packet, &zone->steps[i]))
			return true;
	for (size_t i = 0; i < house->ruleset->n_chains; i++) {
		const struct ruleset_chain *chain = &house->ruleset->chains[i];

		for (size_t k = 1; k < chain->n_steps && house->reached[i]; k++)
			if (chain->steps[k - 1].action == RULESET_ACTION_JUMP &&
			    strcmp(chain->steps[k - 1].argument, zone->name) == 0 &&
			    (does(&chain->steps[k], false) ||
			     chain->steps[k].action == RULESET_ACTION_UNKNOWN))
				return true;
	}
	return false;
}

static int look_at_target(struct house *house, const struct ruleset_zone *zone)
{
	return zone->target != TARGET_ACCEPT || lets_all_in(house, chain_of(house, zone, ""))
	           ? 0
	           : add(house, ABSENT_OPEN, zone->name, "target", target_name(zone->target));
}

static int look_at_contents(struct house *house, const struct ruleset_zone *zone)
{
	int r = look_at_open(house, zone, ITEM_SERVICE, &zone->services);

	if (r == 0)
		r = look_at_open(house, zone, ITEM_PORT, &zone->ports);
	if (r == 0)
		r = look_at_rules(house, zone);
	return r == 0 ? look_at_unlisted(house, zone) : r;
}

static int look_at_zone(struct house *house, const struct ruleset_zone *zone)
{
	const struct ruleset_chain *chain = chain_of(house, zone, "");
	int r;

	if (!chain)
		return add(house, ABSENT_WAY, zone->name, "", "");
	r = look_at_bindings(house, zone, chain->name);
	if (r == 0)
		r = look_at_target(house, zone);
	return r == 0 ? look_at_contents(house, zone) : r;
}

/* Does it look at packets to this machine, and is it in force? (FirewallPolicy's
 * get_active_policies; whether 1.x has taken it out, unapplied tells.) */
static bool is_active(const struct house *house, const struct ruleset_zone *policy)
{
	if (policy->unapplied || !strv_contains(&policy->egress_zones, "HOST"))
		return false;
	for (size_t i = 0; i < policy->ingress_zones.n; i++) {
		const char *name = policy->ingress_zones.strings[i];
		const struct ruleset_zone *zone = ruleset_zone(house->ruleset, name);

		if (strcmp(name, "ANY") == 0 ||
		    (zone && (zone->interfaces.n > 0 || zone->sources.n > 0)))
			return true;
	}
	return false;
}

static int look_around(struct house *house)
{
	const struct ruleset *ruleset = house->ruleset;
	int r = refuses_all(house->base) ? 0 : add(house, ABSENT_END, house->base->name, "", "");

	for (size_t i = 0; i < ruleset->n_zones && r == 0; i++) {
		const struct ruleset_zone *zone = &ruleset->zones[i];

		if (is_used(house, zone))
			r = look_at_zone(house, zone);
		else if (zone->is_policy && is_active(house, zone))
			r = look_at_contents(house, zone);
	}
	return r;
}

/* --- where it translates ------------------------------------------------------------------ */

static bool translates(const struct ruleset_chain *chain, const struct packet *packet)
{
	for (size_t i = 0; chain && i < chain->n_steps; i++) {
		const struct ruleset_step *step = &chain->steps[i];

		if ((step->action == RULESET_ACTION_TRANSLATE ||
		     step->action == RULESET_ACTION_UNKNOWN) &&
		    match_step(packet, step).match != MATCH_NO)
			return true;
	}
	return false;
}

static int look_at_forward_ports(struct house *house, const struct ruleset_zone *zone)
{
	const struct ruleset_chain *chain = chain_of(house, zone, "_allow");
	int r = 0;

	for (size_t i = 0; i < zone->forward_ports.n && r == 0; i++) {
		const char *text = zone->forward_ports.strings[i];
		struct packet packet = stranger(house);
		struct item_forward forward;
		unsigned last;

		if (!item_forward_parse(&forward, text) ||
		    !services_port_range(forward.port, &packet.port, &last) ||
		    (strchr(forward.to_address, ':') != NULL) != is_ipv6(house))
			continue;
		packet.protocol = forward.protocol;
		if (!translates(chain, &packet))
			r = add_of(house, ABSENT_OPEN, zone, ITEM_FORWARD_PORT, text);
	}
	return r;
}

static int look_at_nat(struct house *house)
{
	int r = 0;

	house->nat = true;
	for (size_t i = 0; i < house->ruleset->n_zones && r == 0; i++)
		if (is_used(house, &house->ruleset->zones[i]))
			r = look_at_forward_ports(house, &house->ruleset->zones[i]);
	return r;
}

static bool is_house(const struct ruleset_chain *chain, bool iptables)
{
	return chain->hook == RULESET_HOOK_INPUT && !chain->direct &&
	       (iptables ? chain->beside && strcmp(chain->table, "filter") == 0 : chain->own);
}

/* Before 1.0 it is not in the table that is read. */
static bool is_nat(const struct ruleset_chain *chain, bool iptables)
{
	return chain->hook == RULESET_HOOK_PREROUTING && !chain->direct &&
	       (iptables ? strncmp(chain->family, "ip", 2) == 0 && strcmp(chain->table, "nat") == 0
	                 : chain->own && strncmp(chain->name, "nat_", 4) == 0);
}

/* The caller frees what is reached. */
static int enter(struct house *out, const struct ruleset *ruleset, const struct ruleset_chain *base,
                 bool iptables)
{
	*out = (struct house){.ruleset = ruleset, .base = base, .iptables = iptables};
	out->reached = calloc(ruleset->n_chains, sizeof(*out->reached));
	if (!out->reached)
		return -ENOMEM;
	reach(out, base);
	return 0;
}

static int look_into(struct absent *out, const struct ruleset *ruleset,
                     const struct ruleset_chain *base, bool iptables)
{
	struct house house;
	int r = enter(&house, ruleset, base, iptables);

	house.out = out;
	if (r == 0)
		r = base->hook == RULESET_HOOK_INPUT ? look_around(&house) : look_at_nat(&house);
	free(house.reached);
	return r;
}

/* --- sets --------------------------------------------------------------------------------- */

static bool is_asked(const struct ruleset *ruleset, const char *name)
{
	for (size_t i = 0; i < ruleset->n_zones; i++) {
		const struct ruleset_zone *zone = &ruleset->zones[i];

		for (size_t k = 0; k < zone->sources.n; k++) {
			const char *set = item_ipset_name(zone->sources.strings[k]);

			if (set && strcmp(set, name) == 0)
				return true;
		}
		for (size_t k = 0; k < zone->n_rules; k++) {
			const char *set = zone->rules[k].rule.source.ipset;

			if (set && strcmp(set, name) == 0)
				return true;
		}
	}
	return false;
}

static int look_at_set(struct absent *out, const struct ruleset_ipset *set)
{
	struct house nowhere = {.out = out};
	struct cidr cidr;
	int r = 0;

	for (size_t i = 0; i < set->entries.n && r == 0; i++)
		if (cidr_parse(&cidr, set->entries.strings[i], 0, NULL) == 0 &&
		    !rangeset_contains(&set->in_kernel, &cidr)) {
			_cleanup_free_ char *name = NULL;

			if (xasprintf(&name, "ipset:%s", set->name) < 0)
				return -ENOMEM;
			r = add(&nowhere, ABSENT_ENTRY, name, "entry", set->entries.strings[i]);
		}
	return r;
}

static int look_at_sets(struct absent *out, const struct ruleset *ruleset)
{
	int r = 0;

	for (size_t i = 0; i < ruleset->n_ipsets && r == 0; i++) {
		const struct ruleset_ipset *set = &ruleset->ipsets[i];

		if (set->known && !set->timed && set->kernel_known && is_asked(ruleset, set->name))
			r = look_at_set(out, set);
	}
	return r;
}

/**
 * absent_find() - what firewalld says, and the kernel has no rule for
 * @out:      ABSENT_NULL before; the caller deinits it, also after a failure
 * @ruleset:  with the kernel's chains; where these are not known, nothing is absent
 * @iptables: firewalld's backend is that
 *
 * Nothing is told of panic mode, in which no rule counts, nor of a table that is gone as a whole
 * (ruleset_kernel_filters()).
 *
 * Return: 0 or -ENOMEM.
 */
int absent_find(struct absent *out, const struct ruleset *ruleset, bool iptables)
{
	bool found = false, unread = false;
	int r = 0;

	if (!ruleset->chains_known || ruleset->panic)
		return 0;
	for (size_t i = 0; i < ruleset->n_chains && r == 0; i++) {
		const struct ruleset_chain *chain = &ruleset->chains[i];

		if (is_house(chain, iptables) || is_nat(chain, iptables))
			r = look_into(out, ruleset, chain, iptables);
		found |= is_house(chain, iptables);
		unread |= chain->legacy;
	}
	/* its chains are made by nobody else, and taken away by who empties all tables */
	if (r == 0 && iptables && !found && !unread && ruleset->default_zone)
		r = add(&(struct house){.out = out}, ABSENT_WAY, ruleset->default_zone, "", "");
	return r == 0 ? look_at_sets(out, ruleset) : r;
}

/**
 * absent_carried() - does the kernel get to a rule of firewalld's for this service or port?
 * @ruleset: with the chains of backend nftables; its ports are those that the ruleset tells
 *
 * Return: 1: yes, or to one that may be it; 0: no; -ENOMEM.
 */
int absent_carried(const struct ruleset *ruleset, const struct item *item)
{
	const char *policy = item_policy_name(item->zone);
	const struct ruleset_zone zone = {.name = (char *)(uintptr_t)(policy ? policy : item->zone),
	                                  .is_policy = policy}; /* borrowed */
	int r = 0;

	for (size_t i = 0; i < ruleset->n_chains && r == 0; i++) {
		struct house house;

		if (!is_house(&ruleset->chains[i], false))
			continue;
		r = enter(&house, ruleset, &ruleset->chains[i], false);
		if (r == 0)
			r = carries_item(&house, &zone, item->kind, item->value);
		free(house.reached);
	}
	return r;
}
