// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/packet/ruleset.h"

#include "guard/base/builder.h"
#include "guard/base/search.h"
#include "guard/model/mail/services.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* --- freeing ------------------------------------------------------------------------------ */

static void rule_deinit(struct ruleset_rule *rule)
{
	free(rule->text);
	richrule_deinit(&rule->rule);
}

static void unindex_rules(struct ruleset_zone *zone)
{
	cidrindex_deinit(&zone->sourced);
	free(zone->others);
	zone->others = NULL;
	zone->n_others = 0;
}

static void zone_deinit(struct ruleset_zone *zone)
{
	free(zone->name);
	strv_deinit(&zone->ingress_zones);
	strv_deinit(&zone->egress_zones);
	strv_deinit(&zone->interfaces);
	strv_deinit(&zone->sources);
	strv_deinit(&zone->services);
	strv_deinit(&zone->ports);
	strv_deinit(&zone->protocols);
	strv_deinit(&zone->source_ports);
	strv_deinit(&zone->icmp_blocks);
	strv_deinit(&zone->forward_ports);
	strv_deinit(&zone->permanent);
	for (size_t i = 0; i < zone->n_rules; i++)
		rule_deinit(&zone->rules[i]);
	free(zone->rules);
	unindex_rules(zone);
}

static void service_deinit(struct ruleset_service *service)
{
	free(service->name);
	strv_deinit(&service->ports);
	strv_deinit(&service->protocols);
	strv_deinit(&service->source_ports);
	strv_deinit(&service->includes);
	strv_deinit(&service->helpers);
	free(service->destination4);
	free(service->destination6);
}

static void ipset_deinit(struct ruleset_ipset *ipset)
{
	free(ipset->name);
	free(ipset->type);
	strv_deinit(&ipset->entries);
	rangeset_deinit(&ipset->ranges);
	rangeset_deinit(&ipset->in_kernel);
}

static void held_deinit(struct ruleset_held *held)
{
	free(held->zone);
	strv_deinit(&held->items);
}

static void step_deinit(struct ruleset_step *step)
{
	free(step->text);
	free(step->argument);
	free(step->to_address);
	free(step->command);
	free(step->set);
	for (size_t i = 0; i < step->n_matches; i++) {
		rangeset_deinit(&step->matches[i].addresses);
		strv_deinit(&step->matches[i].names);
		free(step->matches[i].ipset);
		free(step->matches[i].ports);
	}
	free(step->matches);
}

static void chain_deinit(struct ruleset_chain *chain)
{
	free(chain->family);
	free(chain->table);
	free(chain->name);
	for (size_t i = 0; i < chain->n_steps; i++)
		step_deinit(&chain->steps[i]);
	free(chain->steps);
}

/** ruleset_deinit() - free all of it; empty and usable afterwards */
void ruleset_deinit(struct ruleset *ruleset)
{
	free(ruleset->version);
	free(ruleset->default_zone);
	for (size_t i = 0; i < ruleset->n_zones; i++)
		zone_deinit(&ruleset->zones[i]);
	free(ruleset->zones);
	for (size_t i = 0; i < ruleset->n_services; i++)
		service_deinit(&ruleset->services[i]);
	free(ruleset->services);
	for (size_t i = 0; i < ruleset->n_ipsets; i++)
		ipset_deinit(&ruleset->ipsets[i]);
	free(ruleset->ipsets);
	for (size_t i = 0; i < ruleset->n_held; i++)
		held_deinit(&ruleset->held[i]);
	free(ruleset->held);
	for (size_t i = 0; i < ruleset->n_chains; i++)
		chain_deinit(&ruleset->chains[i]);
	free(ruleset->chains);
	rangeset_deinit(&ruleset->own);
	free(ruleset->networks);
	*ruleset = RULESET_NULL;
}

/* --- zones and policies ------------------------------------------------------------------- */

struct zone_key {
	const char *name;
	bool is_policy;
};

/* Zones before policies, each by name, as firewalld sorts them. */
static int zone_cmp(const void *element, const void *wanted)
{
	const struct ruleset_zone *zone = element;
	const struct zone_key *key = wanted;

	if (zone->is_policy != key->is_policy)
		return zone->is_policy ? 1 : -1;
	return strcmp(zone->name, key->name);
}

static size_t zone_place(const struct ruleset *ruleset, const struct zone_key *key)
{
	return search_lower_bound(ruleset->zones, ruleset->n_zones, sizeof(*ruleset->zones), key,
	                          zone_cmp);
}

static const struct ruleset_zone *find_zone(const struct ruleset *ruleset, bool is_policy,
                                            const char *name)
{
	const struct zone_key key = {.name = name, .is_policy = is_policy};
	size_t at = zone_place(ruleset, &key);

	if (at < ruleset->n_zones && zone_cmp(&ruleset->zones[at], &key) == 0)
		return &ruleset->zones[at];
	return NULL;
}

static int add_zone(struct ruleset *ruleset, bool is_policy, const char *name,
                    struct ruleset_zone **out)
{
	size_t at = zone_place(ruleset, &(struct zone_key){.name = name, .is_policy = is_policy});
	char *copy;
	int r;

	if (find_zone(ruleset, is_policy, name)) {
		*out = &ruleset->zones[at];
		return 0;
	}
	r = grow(&ruleset->zones, &ruleset->zones_capacity, ruleset->n_zones + 1,
	         sizeof(*ruleset->zones));
	if (r < 0)
		return r;
	copy = strdup(name);
	if (!copy)
		return -ENOMEM;
	memmove(&ruleset->zones[at + 1], &ruleset->zones[at],
	        (ruleset->n_zones - at) * sizeof(*ruleset->zones));
	ruleset->n_zones++;
	ruleset->zones[at] = (struct ruleset_zone){.name = copy, .is_policy = is_policy};
	*out = &ruleset->zones[at];
	return 0;
}

/**
 * ruleset_add_zone() - the zone of that name, made when it is not there
 * @out: receives it, borrowed, valid until the next one is made
 *
 * Return: 0; -ENOMEM.
 */
int ruleset_add_zone(struct ruleset *ruleset, const char *name, struct ruleset_zone **out)
{
	return add_zone(ruleset, false, name, out);
}

/**
 * ruleset_add_policy() - the same for a policy, whose target is CONTINUE at first
 *
 * Return: 0; -ENOMEM.
 */
int ruleset_add_policy(struct ruleset *ruleset, const char *name, struct ruleset_zone **out)
{
	bool there = find_zone(ruleset, true, name) != NULL;
	int r = add_zone(ruleset, true, name, out);

	if (r == 0 && !there)
		(*out)->target = TARGET_CONTINUE;
	return r;
}

/** ruleset_zone_of_item() - NAME, or policy:NAME, borrowed; NULL: there is none in the runtime */
const struct ruleset_zone *ruleset_zone_of_item(const struct ruleset *ruleset, const char *zone)
{
	const char *policy = item_policy_name(zone);

	return find_zone(ruleset, policy != NULL, policy ? policy : zone);
}

/** ruleset_zone() - the zone of that name, borrowed; NULL: there is none */
const struct ruleset_zone *ruleset_zone(const struct ruleset *ruleset, const char *name)
{
	return find_zone(ruleset, false, name);
}

/* Where the values of a kind are; 0: it has no list. */
static const size_t lists[ITEM_N_KINDS] = {
    [ITEM_INTERFACE] = offsetof(struct ruleset_zone, interfaces),
    [ITEM_SOURCE] = offsetof(struct ruleset_zone, sources),
    [ITEM_SERVICE] = offsetof(struct ruleset_zone, services),
    [ITEM_PORT] = offsetof(struct ruleset_zone, ports),
    [ITEM_SOURCE_PORT] = offsetof(struct ruleset_zone, source_ports),
    [ITEM_PROTOCOL] = offsetof(struct ruleset_zone, protocols),
    [ITEM_FORWARD_PORT] = offsetof(struct ruleset_zone, forward_ports),
    [ITEM_ICMP_BLOCK] = offsetof(struct ruleset_zone, icmp_blocks),
};

/** ruleset_values() - what a zone has of a kind, borrowed; NULL: the kind has no list */
const struct strv *ruleset_values(const struct ruleset_zone *zone, enum item_kind kind)
{
	return lists[kind] ? (const struct strv *)((const char *)zone + lists[kind]) : NULL;
}

/** ruleset_add_value() - one more of a kind, unless that has no list; Return: 0 or -ENOMEM */
int ruleset_add_value(struct ruleset_zone *zone, enum item_kind kind, const char *value)
{
	zone->masquerade |= kind == ITEM_MASQUERADE;
	zone->forward |= kind == ITEM_FORWARD;
	return lists[kind] ? strv_add((struct strv *)((char *)zone + lists[kind]), value) : 0;
}

/** ruleset_keeps() - is a value, but not a rule, permanent, too? Return: 0 or -ENOMEM */
int ruleset_keeps(bool *out, const struct ruleset_zone *zone, enum item_kind kind,
                  const char *value)
{
	_cleanup_free_ char *text = NULL;

	if (xasprintf(&text, "%s:%s", item_kind_name(kind), value) < 0)
		return -ENOMEM;
	*out = strv_contains(&zone->permanent, text);
	return 0;
}

/* --- rich rules --------------------------------------------------------------------------- */

static bool peer_cidr(const struct richrule_peer *peer, struct cidr *out)
{
	return peer->address && cidr_parse(out, peer->address, CIDR_NETMASK, NULL) == 0;
}

/**
 * ruleset_add_rule() - a rich rule to a zone or policy, behind those that are there
 * @text: as firewalld gives it
 * @err:  says what is wrong with it
 *
 * Return: 0; RICHRULE_E_SYNTAX; -ENOMEM.
 */
int ruleset_add_rule(struct ruleset_zone *zone, const char *text, struct err *err)
{
	struct ruleset_rule rule = {.in_order = true};
	int r = grow(&zone->rules, &zone->rules_capacity, zone->n_rules + 1, sizeof(*zone->rules));

	if (r == 0)
		r = richrule_parse(&rule.rule, text, err);
	if (r != 0)
		return r;
	rule.text = strdup(text);
	if (!rule.text) {
		richrule_deinit(&rule.rule);
		return -ENOMEM;
	}
	rule.has_source = peer_cidr(&rule.rule.source, &rule.source);
	rule.has_destination = peer_cidr(&rule.rule.destination, &rule.destination);
	if (rule.rule.port &&
	    !services_port_range(rule.rule.port, &rule.port_first, &rule.port_last))
		rule.port_first = rule.port_last = 0;
	zone->rules[zone->n_rules++] = rule;
	return 0;
}

/* Where a rule stands among the permanent ones, which keep the order of their file. */
struct ranked {
	struct ruleset_rule rule;
	size_t rank;
	size_t was;
};

static int by_rank(const void *a, const void *b)
{
	const struct ranked *one = a, *two = b;

	if (one->rank != two->rank)
		return one->rank < two->rank ? -1 : 1;
	return one->was < two->was ? -1 : one->was > two->was;
}

struct named {
	const char *text;
	size_t at;
};

static int by_text(const void *a, const void *b)
{
	const struct named *one = a, *two = b;

	return strcmp(one->text, two->text);
}

/**
 * ruleset_order_rules() - put the rules in the order of the permanent configuration
 * @zone:      whose rules came in no order
 * @permanent: borrowed; the texts of its permanent rules, in order
 *
 * firewalld loads the permanent ones in the order of the file, and puts what is
 * added later behind them; the order of the latter among themselves nobody tells.
 *
 * Return: 0; -ENOMEM.
 */
int ruleset_order_rules(struct ruleset_zone *zone, const struct strv *permanent)
{
	_cleanup_free_ struct ranked *ranked = calloc(zone->n_rules + 1, sizeof(*ranked));
	_cleanup_free_ struct named *names = calloc(permanent->n + 1, sizeof(*names));
	size_t n_new = 0;

	if (!ranked || !names)
		return -ENOMEM;
	for (size_t i = 0; i < permanent->n; i++)
		names[i] = (struct named){permanent->strings[i], i};
	qsort(names, permanent->n, sizeof(*names), by_text);
	for (size_t i = 0; i < zone->n_rules; i++) {
		struct named key = {.text = zone->rules[i].text};
		const struct named *found =
		    bsearch(&key, names, permanent->n, sizeof(*names), by_text);

		ranked[i] = (struct ranked){zone->rules[i], found ? found->at : SIZE_MAX, i};
		ranked[i].rule.permanent = found != NULL;
		n_new += !found;
	}
	qsort(ranked, zone->n_rules, sizeof(*ranked), by_rank);
	unindex_rules(zone);
	for (size_t i = 0; i < zone->n_rules; i++) {
		zone->rules[i] = ranked[i].rule;
		zone->rules[i].in_order = ranked[i].rule.permanent || n_new < 2;
	}
	return 0;
}

/* Nearly all of very many are a ban each. */
static int index_rules(struct ruleset_zone *zone)
{
	int r = 0;

	unindex_rules(zone);
	zone->others = calloc(zone->n_rules + 1, sizeof(*zone->others));
	if (!zone->others)
		return -ENOMEM;
	for (size_t i = 0; i < zone->n_rules && r == 0; i++) {
		const struct ruleset_rule *rule = &zone->rules[i];

		if (rule->has_source && !rule->rule.source.invert)
			r = cidrindex_add(&zone->sourced, &rule->source, i);
		else
			zone->others[zone->n_others++] = i;
	}
	cidrindex_sort(&zone->sourced);
	return r;
}

struct rules {
	const struct ruleset_zone *zone;
	ruleset_rule_fn fn;
	void *userdata;
};

static int take_rule(size_t at, void *userdata)
{
	const struct rules *rules = userdata;

	return rules->fn(&rules->zone->rules[at], rules->userdata);
}

/**
 * ruleset_each_rule() - the rich rules that may be for a source, in no order
 * @source: without a family: not known; then it is all of them, as until they are settled
 *
 * Return: 0, or what @fn has returned.
 */
int ruleset_each_rule(const struct ruleset_zone *zone, const struct cidr *source,
                      ruleset_rule_fn fn, void *userdata)
{
	struct rules rules = {zone, fn, userdata};
	bool indexed = zone->sourced.n + zone->n_others == zone->n_rules && source->family;
	size_t n = indexed ? zone->n_others : zone->n_rules;
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++)
		r = take_rule(indexed ? zone->others[i] : i, &rules);
	return r == 0 && indexed ? cidrindex_each(&zone->sourced, source, take_rule, &rules) : r;
}

/* --- services and ipsets ------------------------------------------------------------------ */

/** ruleset_service() - the definition of that service, borrowed; NULL: not known */
const struct ruleset_service *ruleset_service(const struct ruleset *ruleset, const char *name)
{
	for (size_t i = 0; i < ruleset->n_services; i++)
		if (strcmp(ruleset->services[i].name, name) == 0)
			return &ruleset->services[i];
	return NULL;
}

/**
 * ruleset_add_service() - a service, to be filled in by the caller
 * @out: receives it, borrowed, valid until the next one is made
 *
 * Return: 0; -ENOMEM.
 */
int ruleset_add_service(struct ruleset *ruleset, const char *name, struct ruleset_service **out)
{
	int r = grow(&ruleset->services, &ruleset->services_capacity, ruleset->n_services + 1,
	             sizeof(*ruleset->services));
	char *copy = r == 0 ? strdup(name) : NULL;

	if (!copy)
		return -ENOMEM;
	*out = &ruleset->services[ruleset->n_services++];
	**out = (struct ruleset_service){.name = copy};
	return 0;
}

/** ruleset_zone_holder() - as items name it, a policy with its prefix; Return: 0 or -ENOMEM */
int ruleset_zone_holder(char **out, const struct ruleset_zone *zone)
{
	return xasprintf(out, "%s%s", zone->is_policy ? ITEM_POLICY_PREFIX : "", zone->name);
}

/* Services that include each other do not go deeper. */
#define INCLUDES_MAX 8

static int add_ports(const struct ruleset *ruleset, const char *name, struct strv *out,
                     unsigned depth)
{
	const struct ruleset_service *service = ruleset_service(ruleset, name);
	int r = 0;

	if (!service || depth > INCLUDES_MAX)
		return 0;
	r = strv_add_each(out, &service->ports);
	for (size_t i = 0; i < service->includes.n && r == 0; i++)
		r = add_ports(ruleset, service->includes.strings[i], out, depth + 1);
	return r;
}

/**
 * ruleset_service_ports() - PORT/PROTOCOL of a service and of what it includes
 * @out: added to; nothing of a service that is not known
 *
 * Return: 0; -ENOMEM.
 */
int ruleset_service_ports(const struct ruleset *ruleset, const char *service, struct strv *out)
{
	return add_ports(ruleset, service, out, 0);
}

/** ruleset_ipset() - the ipset of that name, borrowed; NULL: not known */
const struct ruleset_ipset *ruleset_ipset(const struct ruleset *ruleset, const char *name)
{
	for (size_t i = 0; i < ruleset->n_ipsets; i++)
		if (strcmp(ruleset->ipsets[i].name, name) == 0)
			return &ruleset->ipsets[i];
	return NULL;
}

/**
 * ruleset_add_ipset() - an ipset without entries; its caller says whether they are known
 * @type: "hash:ip"…
 * @ipv6: the family of its addresses
 * @out:  receives it, borrowed, valid until the next one is made
 *
 * Return: 0; -ENOMEM.
 */
int ruleset_add_ipset(struct ruleset *ruleset, const char *name, const char *type, bool ipv6,
                      struct ruleset_ipset **out)
{
	_cleanup_free_ char *name_copy = strdup(name), *type_copy = strdup(type);
	int r = grow(&ruleset->ipsets, &ruleset->ipsets_capacity, ruleset->n_ipsets + 1,
	             sizeof(*ruleset->ipsets));

	if (r < 0 || !name_copy || !type_copy)
		return -ENOMEM;
	*out = &ruleset->ipsets[ruleset->n_ipsets++];
	**out = (struct ruleset_ipset){
	    .name = steal(name_copy), .type = steal(type_copy), .ipv6 = ipv6, .known = true};
	return 0;
}

/* FIRST-LAST, as hash:ip takes them. */
static int add_span(struct rangeset *set, const char *entry, struct err *err)
{
	const char *dash = strchr(entry, '-');
	_cleanup_free_ char *first = dash ? strndup(entry, (size_t)(dash - entry)) : NULL;
	uint8_t low[CIDR_KEY_LENGTH], high[CIDR_KEY_LENGTH];
	struct cidr from, to;
	int r;

	if (!first)
		return dash ? -ENOMEM : err_set(err, CIDR_E_SYNTAX, "not an address");
	r = cidr_parse(&from, first, CIDR_ADDRESS_ONLY, err);
	if (r == 0)
		r = cidr_parse(&to, dash + 1, CIDR_ADDRESS_ONLY, err);
	if (r != 0)
		return r;
	cidr_first(&from, low);
	cidr_last(&to, high);
	if (memcmp(low, high, sizeof(low)) > 0)
		return err_set(err, CIDR_E_SYNTAX, "a range that ends before it begins");
	return rangeset_add_range(set, low, high);
}

/**
 * ruleset_add_entry() - an entry of an ipset
 * @entry: as firewalld writes it
 * @err:   says what is wrong with it
 *
 * Return: 0; CIDR_E_SYNTAX; negative errno.
 */
int ruleset_add_entry(struct ruleset_ipset *ipset, const char *entry, struct err *err)
{
	struct cidr cidr;
	int r;

	r = strv_add(&ipset->entries, entry);
	if (r < 0 || (strcmp(ipset->type, "hash:ip") != 0 && strcmp(ipset->type, "hash:net") != 0))
		return r;
	if (strchr(entry, '-'))
		return add_span(&ipset->ranges, entry, err);
	r = cidr_parse(&cidr, entry, 0, err);
	return r == 0 ? rangeset_add(&ipset->ranges, &cidr) : r;
}

/* --- what decides nothing by itself ------------------------------------------------------- */

/**
 * ruleset_add_held() - what is held under that name, made when it is not there
 * @zone: as of an item
 * @out:  receives it, borrowed, valid until the next one is made
 *
 * Return: 0; -ENOMEM.
 */
int ruleset_add_held(struct ruleset *ruleset, const char *zone, bool permanent,
                     struct ruleset_held **out)
{
	char *copy;
	int r;

	for (size_t i = 0; i < ruleset->n_held; i++) {
		*out = &ruleset->held[i];
		if ((*out)->permanent == permanent && strcmp((*out)->zone, zone) == 0)
			return 0;
	}
	r = grow(&ruleset->held, &ruleset->held_capacity, ruleset->n_held + 1,
	         sizeof(*ruleset->held));
	copy = r == 0 ? strdup(zone) : NULL;
	if (!copy)
		return -ENOMEM;
	*out = &ruleset->held[ruleset->n_held++];
	**out = (struct ruleset_held){.zone = copy, .permanent = permanent};
	return 0;
}

/** ruleset_hold() - one more item; Return: 0 or -ENOMEM */
int ruleset_hold(struct ruleset_held *held, enum item_kind kind, const char *value)
{
	char *text = NULL;

	if (xasprintf(&text, "%s:%s", item_kind_name(kind), value) < 0)
		return -ENOMEM;
	return strv_add_take(&held->items, text);
}

static int settle_zone(struct ruleset_zone *zone, const struct ruleset_held *held)
{
	static const char prefix[] = "rule:";
	_cleanup_strv_ struct strv rules = STRV_NULL;
	int r = 0;

	for (size_t i = 0; i < held->items.n && r == 0; i++) {
		const char *text = held->items.strings[i];

		if (strncmp(text, prefix, strlen(prefix)) == 0)
			r = strv_add(&rules, text + strlen(prefix));
		else
			r = strv_add(&zone->permanent, text);
	}
	return r == 0 ? ruleset_order_rules(zone, &rules) : r;
}

static int by_word(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* What takes away each permanent one, sorted. */
static int list_removals(struct strv *out, const struct ruleset *ruleset)
{
	int r = 0;

	for (size_t i = 0; i < ruleset->n_held; i++) {
		const struct ruleset_held *held = &ruleset->held[i];
		const char *family = held->permanent ? item_direct_family(held->zone) : NULL;

		for (size_t k = 0; family && k < held->items.n && r == 0; k++) {
			char *removal = NULL;

			r = xasprintf(&removal, RULESET_DIRECT_REMOVAL " %s %s", family,
			              strchr(held->items.strings[k], ':') + 1);
			if (r == 0)
				r = strv_add_take(out, removal);
		}
	}
	if (out->n > 0)
		qsort(out->strings, out->n, sizeof(*out->strings), by_word);
	return r;
}

/* A direct rule is known by what takes it away, which has the words of the item. */
static int settle_direct(struct ruleset *ruleset)
{
	_cleanup_strv_ struct strv removals = STRV_NULL;
	int r = list_removals(&removals, ruleset);

	for (size_t i = 0; i < ruleset->n_chains && removals.n > 0 && r == 0; i++) {
		struct ruleset_chain *chain = &ruleset->chains[i];

		for (size_t k = 0; chain->direct && k < chain->n_steps; k++)
			chain->steps[k].permanent =
			    chain->steps[k].command &&
			    bsearch(&chain->steps[k].command, removals.strings, removals.n,
			            sizeof(*removals.strings), by_word);
	}
	return r;
}

/**
 * ruleset_settle_permanent() - what of each zone and policy is permanent, and the order of its
 * rules, which can be searched from here on; and which direct rules are
 *
 * Once, when all that is permanent is held.
 *
 * Return: 0; -ENOMEM.
 */
int ruleset_settle_permanent(struct ruleset *ruleset)
{
	int r = 0;

	for (size_t i = 0; i < ruleset->n_held && r == 0; i++) {
		const struct ruleset_held *held = &ruleset->held[i];
		const struct ruleset_zone *zone =
		    held->permanent ? ruleset_zone_of_item(ruleset, held->zone) : NULL;

		if (zone)
			r = settle_zone(&ruleset->zones[zone - ruleset->zones], held);
	}
	for (size_t i = 0; i < ruleset->n_zones && r == 0; i++)
		r = index_rules(&ruleset->zones[i]);
	return r == 0 ? settle_direct(ruleset) : r;
}

/* --- chains of others --------------------------------------------------------------------- */

/**
 * ruleset_add_chain() - a chain without rules
 * @family: ip, ip6, inet or netdev
 * @out:    receives it, borrowed, valid until the next one is made; it is no base
 *          chain as it is
 *
 * Return: 0; -ENOMEM.
 */
int ruleset_add_chain(struct ruleset *ruleset, const char *family, const char *table,
                      const char *name, struct ruleset_chain **out)
{
	struct ruleset_chain chain = {.policy = RULESET_ACTION_ACCEPT};
	int r = grow(&ruleset->chains, &ruleset->chains_capacity, ruleset->n_chains + 1,
	             sizeof(*ruleset->chains));

	if (r < 0)
		return r;
	chain.family = strdup(family);
	chain.table = strdup(table);
	chain.name = strdup(name);
	if (!chain.family || !chain.table || !chain.name) {
		chain_deinit(&chain);
		return -ENOMEM;
	}
	*out = &ruleset->chains[ruleset->n_chains++];
	**out = chain;
	return 0;
}

static bool is_in(const struct ruleset_chain *chain, const struct ruleset_table *table)
{
	return chain->direct == table->direct && chain->legacy == table->legacy &&
	       strcmp(chain->family, table->family) == 0 && strcmp(chain->table, table->name) == 0;
}

/** ruleset_find_chain() - that of this name; borrowed from @ruleset; NULL: there is none */
struct ruleset_chain *ruleset_find_chain(const struct ruleset *ruleset,
                                         const struct ruleset_table *table, const char *name)
{
	for (size_t i = 0; i < ruleset->n_chains; i++)
		if (strcmp(ruleset->chains[i].name, name) == 0 && is_in(&ruleset->chains[i], table))
			return &ruleset->chains[i];
	return NULL;
}

/** ruleset_drop_table() - without the chains of a table */
void ruleset_drop_table(struct ruleset *ruleset, const struct ruleset_table *table)
{
	size_t kept = 0;

	for (size_t i = 0; i < ruleset->n_chains; i++) {
		struct ruleset_chain *chain = &ruleset->chains[i];

		if (is_in(chain, table))
			chain_deinit(chain);
		else
			ruleset->chains[kept++] = *chain;
	}
	ruleset->n_chains = kept;
}

/**
 * ruleset_chain() - the chain that a jump from another leads to
 * @from: a chain of the same table
 *
 * Return: borrowed; NULL: there is none.
 */
const struct ruleset_chain *ruleset_chain(const struct ruleset *ruleset,
                                          const struct ruleset_chain *from, const char *name)
{
	for (size_t i = 0; i < ruleset->n_chains; i++) {
		const struct ruleset_chain *chain = &ruleset->chains[i];

		if (chain->legacy == from->legacy && strcmp(chain->name, name) == 0 &&
		    strcmp(chain->table, from->table) == 0 &&
		    strcmp(chain->family, from->family) == 0)
			return chain;
	}
	return NULL;
}

/**
 * ruleset_add_step() - a rule at the end of a chain, which matches all and does nothing
 * @text: as a person would read it
 * @out:  receives it, borrowed, valid until the next one is made
 *
 * Return: 0; -ENOMEM.
 */
int ruleset_add_step(struct ruleset_chain *chain, const char *text, struct ruleset_step **out)
{
	int r =
	    grow(&chain->steps, &chain->steps_capacity, chain->n_steps + 1, sizeof(*chain->steps));
	char *copy = r == 0 ? strdup(text) : NULL;

	if (!copy)
		return -ENOMEM;
	*out = &chain->steps[chain->n_steps++];
	**out = (struct ruleset_step){.text = copy};
	return 0;
}

/**
 * ruleset_add_match() - a condition, to be filled in
 * @out: receives it, borrowed, valid until the next one is made
 *
 * Return: 0; -ENOMEM.
 */
int ruleset_add_match(struct ruleset_step *step, enum ruleset_field field, bool invert,
                      struct ruleset_match **out)
{
	int r = grow(&step->matches, &step->matches_capacity, step->n_matches + 1,
	             sizeof(*step->matches));

	if (r < 0)
		return r;
	*out = &step->matches[step->n_matches++];
	**out = (struct ruleset_match){.field = field, .invert = invert};
	return 0;
}

/** ruleset_match_ports() - one more range of ports that fulfils it; Return: 0 or -ENOMEM */
int ruleset_match_ports(struct ruleset_match *match, unsigned first, unsigned last)
{
	int r =
	    grow(&match->ports, &match->ports_capacity, match->n_ports + 1, sizeof(*match->ports));

	if (r == 0)
		match->ports[match->n_ports++] = (struct ruleset_ports){first, last};
	return r;
}

/**
 * ruleset_step_leads() - the rule translates the destination
 * @to: ADDRESS, ADDRESS:PORT, [ADDRESS]:PORT or :PORT; where it is one of several, nobody knows
 *      what the rule does
 *
 * Return: 0 or -ENOMEM.
 */
int ruleset_step_leads(struct ruleset_step *step, const char *to)
{
	const char *colon = strrchr(to, ':'), *end = to + strlen(to);
	bool bracket = *to == '[';
	char address[CIDR_TEXT_LENGTH];
	struct cidr cidr;
	unsigned last = 0;
	size_t n;

	step->action = RULESET_ACTION_UNKNOWN;
	/* an IPv6 address has colons of its own */
	if (colon && (bracket ? colon[-1] == ']' : strchr(to, ':') == colon)) {
		if (!services_port_range(colon + 1, &step->to_port, &last) || last != step->to_port)
			return 0;
		end = colon;
	}
	n = (size_t)(end - to);
	if (bracket)
		n -= n >= 2 && to[n - 1] == ']' ? 2 : n;
	if (n >= sizeof(address))
		return 0;
	memcpy(address, to + bracket, n);
	address[n] = '\0';
	if (n > 0 && cidr_parse(&cidr, address, CIDR_ADDRESS_ONLY, NULL) != 0)
		return 0;
	free(step->to_address);
	step->to_address = n > 0 ? strdup(address) : NULL;
	if (n > 0 && !step->to_address)
		return -ENOMEM;
	step->action = RULESET_ACTION_TRANSLATE;
	return 0;
}

/* --- this machine ------------------------------------------------------------------------- */

/**
 * ruleset_add_own() - an address of this machine
 * @prefix: of the network that it is in
 *
 * Return: 0 or -ENOMEM.
 */
int ruleset_add_own(struct ruleset *ruleset, const char *interface, const struct cidr *address,
                    unsigned prefix)
{
	struct ruleset_network row = {.network = *address};
	int r = rangeset_add(&ruleset->own, address);

	if (r == 0)
		r = grow(&ruleset->networks, &ruleset->networks_capacity, ruleset->n_networks + 1,
		         sizeof(row));
	if (r < 0)
		return r;
	row.network.prefix = (uint8_t)prefix;
	(void)snprintf(row.interface, sizeof(row.interface), "%s", interface);
	ruleset->networks[ruleset->n_networks++] = row;
	return 0;
}

/** ruleset_out() - the interface behind which an address is; borrowed; NULL: not known */
const char *ruleset_out(const struct ruleset *ruleset, const struct cidr *address)
{
	const struct ruleset_network *best = NULL;

	for (size_t i = 0; i < ruleset->n_networks; i++) {
		const struct ruleset_network *row = &ruleset->networks[i];

		if (cidr_contains(&row->network, address) &&
		    (!best || row->network.prefix > best->network.prefix))
			best = row;
	}
	return best ? best->interface : NULL;
}

/* --- what the kernel has of firewalld's own ----------------------------------------------- */

/** ruleset_kernel_filters() - do packets to this machine come to anything of firewalld's? */
bool ruleset_kernel_filters(const struct ruleset *ruleset)
{
	for (size_t i = 0; i < ruleset->n_chains && !ruleset->kernel.asleep; i++) {
		const struct ruleset_chain *chain = &ruleset->chains[i];

		for (size_t k = 0;
		     k < chain->n_steps && chain->own && chain->hook == RULESET_HOOK_INPUT; k++)
			if (chain->steps[k].action == RULESET_ACTION_JUMP ||
			    chain->steps[k].action == RULESET_ACTION_GOTO)
				return true;
	}
	return false;
}

/** ruleset_skip() - note that an entry of @where was left out since @what */
void ruleset_skip(struct ruleset *ruleset, const char *where, const char *what)
{
	if (ruleset->n_skipped++ == 0)
		(void)snprintf(ruleset->skipped, sizeof(ruleset->skipped), "%.64s: %.180s", where,
		               what);
}
