// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/ban/conflict.h"

#include "guard/base/search.h"

#include <errno.h>
#include <string.h>

__extension__ typedef unsigned __int128 wide;

/** conflicts_deinit() - release all of it; it is empty and usable afterwards */
void conflicts_deinit(struct conflicts *conflicts)
{
	free(conflicts->conflicts);
	*conflicts = CONFLICTS_NULL;
}

/** conflict_relation_name() - the word for it in output; static */
const char *conflict_relation_name(enum conflict_relation relation)
{
	static const char *const names[CONFLICT_N_RELATIONS] = {
	    [CONFLICT_INSIDE] = "inside",
	    [CONFLICT_PARTIAL] = "partial",
	    [CONFLICT_EQUAL] = "equal",
	    [CONFLICT_COVERS] = "covers",
	};

	return names[relation];
}

/** conflict_kind_name() - the word for it in output; static */
const char *conflict_kind_name(enum conflict_kind kind)
{
	static const char *const names[CONFLICT_N_KINDS] = {
	    [CONFLICT_RULE] = "rule",
	    [CONFLICT_SOURCE] = "source",
	    [CONFLICT_POLICY] = "policy",
	    [CONFLICT_CHAIN] = "chain",
	};

	return names[kind];
}

/* --- numbers of addresses ------------------------------------------------------------------ */

static wide wide_of(const struct conflict_count *count)
{
	return (wide)count->high << 64 | count->low;
}

static wide wide_key(const uint8_t key[CIDR_KEY_LENGTH])
{
	wide value = 0;

	for (size_t i = 0; i < CIDR_KEY_LENGTH; i++)
		value = value << 8 | key[i];
	return value;
}

/** conflict_count_cmp() - below, equal to or above 0 */
int conflict_count_cmp(const struct conflict_count *a, const struct conflict_count *b)
{
	wide x = wide_of(a), y = wide_of(b);

	return x < y ? -1 : x > y;
}

/** conflict_count_format() - in decimal */
void conflict_count_format(const struct conflict_count *count, char out[CONFLICT_COUNT_SIZE])
{
	char digits[CONFLICT_COUNT_SIZE];
	wide value = wide_of(count);
	size_t n = 0;

	do {
		digits[n++] = (char)('0' + (int)(value % 10));
		value /= 10;
	} while (value);
	for (size_t i = 0; i < n; i++)
		out[i] = digits[n - 1 - i];
	out[n] = '\0';
}

static void add_range(struct conflict_count *count, const uint8_t *first, const uint8_t *last)
{
	wide sum = wide_of(count), more = wide_key(last) - wide_key(first);

	if (more == ~(wide)0 || sum > ~(wide)0 - (more + 1))
		sum = ~(wide)0;
	else
		sum += more + 1;
	count->high = (uint64_t)(sum >> 64);
	count->low = (uint64_t)sum;
}

/* --- what two sets share ------------------------------------------------------------------- */

static const uint8_t *higher(const uint8_t *a, const uint8_t *b)
{
	return memcmp(a, b, CIDR_KEY_LENGTH) > 0 ? a : b;
}

static const uint8_t *lower(const uint8_t *a, const uint8_t *b)
{
	return memcmp(a, b, CIDR_KEY_LENGTH) < 0 ? a : b;
}

static int last_cmp(const void *element, const void *key)
{
	const struct range *range = element;

	return memcmp(range->last, key, CIDR_KEY_LENGTH);
}

/* The first range of the set that ends at @key or behind it. */
static size_t seek(const struct rangeset *set, const uint8_t *key)
{
	return search_lower_bound(set->ranges, set->n, sizeof(*set->ranges), key, last_cmp);
}

static void count_shared(struct conflict_count *count, const struct rangeset *set,
                         const struct range *range)
{
	for (size_t i = seek(set, range->first); i < set->n; i++) {
		const struct range *other = &set->ranges[i];

		if (memcmp(other->first, range->last, CIDR_KEY_LENGTH) > 0)
			break;
		add_range(count, higher(other->first, range->first),
		          lower(other->last, range->last));
	}
}

/* --- the search ---------------------------------------------------------------------------- */

struct search {
	struct conflicts *out;
	const struct ruleset *ruleset;
	const struct coverage_ranges *clients;
	struct rangeset all; /* the clients, without what overlaps among them */
	/* Every deny is wanted, also what touches nobody; NULL: conflicts alone. */
	conflicts_touch_fn *touch;
	void *userdata;
};

static void add_probe(struct conflict *conflict, size_t client, const uint8_t *key)
{
	struct cidr address;

	if (conflict->n_probes == CONFLICT_PROBES_MAX || cidr_from_key(&address, key, 128) != 0)
		return;
	for (size_t i = 0; i < conflict->n_probes; i++)
		if (cidr_cmp(&conflict->probes[i], &address) == 0)
			return;
	conflict->probe_clients[conflict->n_probes] = client;
	conflict->probes[conflict->n_probes++] = address;
}

static int append(struct search *search, const struct conflict *conflict)
{
	struct conflicts *out = search->out;
	int r;

	if (conflict->n_clients == 0 && !search->touch)
		return 0;
	r = grow(&out->conflicts, &out->capacity, out->n + 1, sizeof(*out->conflicts));

	if (r == 0)
		out->conflicts[out->n++] = *conflict;
	return r;
}

static int touched(const struct search *search, size_t client)
{
	return search->touch ? search->touch(search->out->n, client, search->userdata) : 0;
}

/* Nobody knows whom it is for. */
static int skip(struct search *search, struct conflict *conflict)
{
	search->out->n_skipped++;
	conflict->unknown = true;
	return append(search, conflict);
}

static void count_all(struct conflict_count *covers, const struct rangeset *denied)
{
	for (size_t i = 0; i < denied->n; i++)
		add_range(covers, denied->ranges[i].first, denied->ranges[i].last);
}

/* Both ends of the narrower of the two, which lies in the other. */
static void probe_ends(struct conflict *conflict, size_t client, const struct cidr *narrower)
{
	uint8_t key[CIDR_KEY_LENGTH];

	cidr_first(narrower, key);
	add_probe(conflict, client, key);
	cidr_last(narrower, key);
	add_probe(conflict, client, key);
}

static enum conflict_relation relation_of(enum coverage coverage)
{
	return coverage == COVERAGE_COVERS  ? CONFLICT_COVERS
	       : coverage == COVERAGE_EQUAL ? CONFLICT_EQUAL
	                                    : CONFLICT_INSIDE;
}

/* How many it denies, and how many of clients: of one prefix. */
static int count_prefix(const struct search *search, struct conflict *conflict,
                        const struct cidr *denied)
{
	struct range range;

	cidr_first(denied, range.first);
	cidr_last(denied, range.last);
	/* IPv4 has its keys within ::/0, and is nothing that an IPv6 rule denies */
	if (denied->family == CIDR_IPV6 && denied->prefix < 96) {
		_cleanup_rangeset_ struct rangeset set = RANGESET_NULL;
		int r = rangeset_add(&set, denied);

		if (r < 0)
			return r;
		count_all(&conflict->covers, &set);
		for (size_t i = 0; i < set.n; i++)
			count_shared(&conflict->addresses, &search->all, &set.ranges[i]);
		return 0;
	}
	add_range(&conflict->covers, range.first, range.last);
	count_shared(&conflict->addresses, &search->all, &range);
	return 0;
}

/* The clients that it holds, or lies in. */
static int touch_prefix(const struct search *search, struct conflict *conflict,
                        const struct cidr *denied, enum coverage coverage, size_t which)
{
	const struct coverage_ranges *clients = search->clients;
	size_t first = 0, n = coverage_ranges_within(clients, denied, &first);
	int r = 0;

	conflict->relation = relation_of(coverage);
	conflict->client = which;
	conflict->n_clients = n;
	if (coverage == COVERAGE_INSIDE)
		probe_ends(conflict, which, denied);
	for (size_t i = which; i != SIZE_MAX && coverage == COVERAGE_INSIDE && r == 0;
	     i = clients->outer[i]) {
		conflict->n_clients++;
		r = touched(search, i);
	}
	for (size_t i = 0; i < n && r == 0; i++) {
		if (conflict->n_probes < CONFLICT_PROBES_MAX)
			probe_ends(conflict, first + i, &clients->ranges[first + i]);
		else if (!search->touch)
			break;
		r = touched(search, first + i);
	}
	return r;
}

/* The usual case: one prefix, however many clients. */
static int against_prefix(struct search *search, struct conflict *conflict,
                          const struct cidr *denied)
{
	size_t which = 0;
	enum coverage coverage = coverage_ranges_ask(search->clients, denied, &which);
	int r = 0;

	search->out->n_denies++;
	if (coverage == COVERAGE_NONE && !search->touch)
		return 0;
	if (coverage != COVERAGE_NONE)
		r = touch_prefix(search, conflict, denied, coverage, which);
	if (r == 0)
		r = count_prefix(search, conflict, denied);
	return r == 0 ? append(search, conflict) : r;
}

static bool is_within(const struct rangeset *set, const struct cidr *client)
{
	uint8_t first[CIDR_KEY_LENGTH], last[CIDR_KEY_LENGTH];

	cidr_first(client, first);
	cidr_last(client, last);
	return set->n > 0 && memcmp(set->ranges[0].first, first, CIDR_KEY_LENGTH) >= 0 &&
	       memcmp(set->ranges[set->n - 1].last, last, CIDR_KEY_LENGTH) <= 0;
}

static enum conflict_relation relate(const struct rangeset *set, const struct cidr *client)
{
	bool covers = rangeset_contains(set, client), within = is_within(set, client);

	if (covers)
		return within ? CONFLICT_EQUAL : CONFLICT_COVERS;
	return within ? CONFLICT_INSIDE : CONFLICT_PARTIAL;
}

static void probe_shared(struct conflict *conflict, size_t client, const struct rangeset *set,
                         const struct cidr *range)
{
	uint8_t first[CIDR_KEY_LENGTH], last[CIDR_KEY_LENGTH];
	size_t at;

	cidr_first(range, first);
	cidr_last(range, last);
	at = seek(set, first);
	if (at == set->n)
		return;
	add_probe(conflict, client, higher(first, set->ranges[at].first));
	add_probe(conflict, client, lower(last, set->ranges[at].last));
}

/* A set: each client is held against it. Sets are few. */
static int against_set(struct search *search, struct conflict *conflict,
                       const struct rangeset *denied)
{
	const struct coverage_ranges *clients = search->clients;
	int r = 0;

	search->out->n_denies++;
	for (size_t i = 0; i < clients->n && r == 0; i++) {
		enum conflict_relation relation;

		if (!rangeset_overlaps(denied, &clients->ranges[i]))
			continue;
		relation = relate(denied, &clients->ranges[i]);
		if (conflict->n_clients++ == 0 || relation > conflict->relation) {
			conflict->relation = relation;
			conflict->client = i;
		}
		probe_shared(conflict, i, denied, &clients->ranges[i]);
		r = touched(search, i);
	}
	for (size_t i = 0; i < denied->n && conflict->n_clients > 0; i++)
		count_shared(&conflict->addresses, &search->all, &denied->ranges[i]);
	count_all(&conflict->covers, denied);
	return r == 0 ? append(search, conflict) : r;
}

/* --- whom a deny is for -------------------------------------------------------------------- */

static int add_everybody(struct rangeset *set, enum richrule_family family)
{
	struct cidr prefix;
	int r = 0;

	if (family != RICHRULE_FAMILY_IPV6 && cidr_parse(&prefix, "0.0.0.0/0", 0, NULL) == 0)
		r = rangeset_add(set, &prefix);
	if (r == 0 && family != RICHRULE_FAMILY_IPV4 && cidr_parse(&prefix, "::/0", 0, NULL) == 0)
		r = rangeset_add(set, &prefix);
	return r;
}

/* What of @whole is not in @set. */
static int complement(struct rangeset *out, const struct rangeset *whole,
                      const struct rangeset *set)
{
	int r = 0;

	for (size_t i = 0; i < whole->n && r == 0; i++) {
		struct range rest = whole->ranges[i];
		bool left = true;

		for (size_t k = seek(set, rest.first); k < set->n && r == 0 && left; k++) {
			const struct range *hole = &set->ranges[k];
			struct range before = rest;

			if (memcmp(hole->first, rest.last, CIDR_KEY_LENGTH) > 0)
				break;
			if (memcmp(hole->first, rest.first, CIDR_KEY_LENGTH) > 0) {
				memcpy(before.last, hole->first, CIDR_KEY_LENGTH);
				(void)cidr_key_step(before.last, -1);
				r = rangeset_add_range(out, before.first, before.last);
			}
			memcpy(rest.first, hole->last, CIDR_KEY_LENGTH);
			left = cidr_key_step(rest.first, 1) &&
			       memcmp(rest.first, rest.last, CIDR_KEY_LENGTH) <= 0;
		}
		if (r == 0 && left)
			r = rangeset_add_range(out, rest.first, rest.last);
	}
	return r;
}

static enum richrule_family family_of(const struct cidr *prefix)
{
	return prefix->family == CIDR_IPV4 ? RICHRULE_FAMILY_IPV4 : RICHRULE_FAMILY_IPV6;
}

static int copy_set(struct rangeset *out, const struct rangeset *from)
{
	int r = 0;

	for (size_t i = 0; i < from->n && r == 0; i++)
		r = rangeset_add_range(out, from->ranges[i].first, from->ranges[i].last);
	return r;
}

/* The addresses of an ipset; 1: nobody knows them. */
static int add_ipset(struct search *search, struct rangeset *set, const char *name,
                     enum richrule_family *family)
{
	const struct ruleset_ipset *ipset = ruleset_ipset(search->ruleset, name);

	if (!ipset || !ipset->known || (ipset->ranges.n == 0 && ipset->entries.n > 0))
		return 1;
	*family = ipset->ipv6 ? RICHRULE_FAMILY_IPV6 : RICHRULE_FAMILY_IPV4;
	return copy_set(set, &ipset->ranges);
}

static int invert(struct rangeset *set, enum richrule_family family)
{
	_cleanup_rangeset_ struct rangeset whole = RANGESET_NULL;
	struct rangeset rest = RANGESET_NULL, old;
	int r = add_everybody(&whole, family);

	if (r == 0)
		r = complement(&rest, &whole, set);
	old = *set;
	*set = rest;
	rangeset_deinit(&old);
	return r;
}

/* 1: nobody knows */
static int add_rule_sources(struct search *search, struct rangeset *set,
                            const struct ruleset_rule *rule)
{
	const struct richrule_peer *source = &rule->rule.source;
	enum richrule_family family = rule->rule.family;
	int r;

	if (source->mac)
		return 1;
	if (source->ipset) {
		r = add_ipset(search, set, source->ipset, &family);
	} else if (rule->has_source) {
		family = family_of(&rule->source);
		r = rangeset_add(set, &rule->source);
	} else {
		return source->address ? 1 : add_everybody(set, family);
	}
	return r == 0 && source->invert ? invert(set, family) : r;
}

static int look_at_rule(struct search *search, const struct ruleset_zone *zone,
                        const struct ruleset_rule *rule)
{
	struct conflict conflict = {.kind = CONFLICT_RULE, .zone = zone, .rule = rule};
	_cleanup_rangeset_ struct rangeset set = RANGESET_NULL;
	int r;

	if (!richrule_is_deny(&rule->rule))
		return 0;
	if (rule->has_source && !rule->rule.source.invert)
		return against_prefix(search, &conflict, &rule->source);
	r = add_rule_sources(search, &set, rule);
	if (r == 0)
		return against_set(search, &conflict, &set);
	return r > 0 ? skip(search, &conflict) : r;
}

static int look_at_binding(struct search *search, const struct ruleset_zone *zone,
                           const char *source)
{
	static const char ipset[] = "ipset:";
	struct conflict conflict = {.kind = CONFLICT_SOURCE, .zone = zone, .source = source};
	_cleanup_rangeset_ struct rangeset set = RANGESET_NULL;
	enum richrule_family family;
	struct cidr prefix;
	int r = 1;

	if (cidr_parse(&prefix, source, CIDR_NETMASK, NULL) == 0)
		return against_prefix(search, &conflict, &prefix);
	if (strncmp(source, ipset, sizeof(ipset) - 1) == 0)
		r = add_ipset(search, &set, source + sizeof(ipset) - 1, &family);
	if (r == 0)
		return against_set(search, &conflict, &set);
	return r > 0 ? skip(search, &conflict) : r;
}

static int look_at_zone(struct search *search, const struct ruleset_zone *zone)
{
	int r = 0;

	for (size_t i = 0; i < zone->n_rules && r == 0; i++)
		r = look_at_rule(search, zone, &zone->rules[i]);
	if (zone->is_policy && r == 0 &&
	    (zone->target == TARGET_DROP || zone->target == TARGET_REJECT)) {
		struct conflict conflict = {.kind = CONFLICT_POLICY, .zone = zone};
		_cleanup_rangeset_ struct rangeset set = RANGESET_NULL;

		r = add_everybody(&set, RICHRULE_FAMILY_BOTH);
		if (r == 0)
			r = against_set(search, &conflict, &set);
	}
	for (size_t i = 0;
	     i < zone->sources.n && r == 0 && !zone->is_policy && zone->target != TARGET_ACCEPT;
	     i++)
		r = look_at_binding(search, zone, zone->sources.strings[i]);
	return r;
}

static int look_at_step(struct search *search, const struct ruleset_chain *chain,
                        const struct ruleset_step *step)
{
	struct conflict conflict = {.kind = CONFLICT_CHAIN, .chain = chain, .step = step};
	const struct ruleset_match *match = NULL;
	_cleanup_rangeset_ struct rangeset set = RANGESET_NULL;
	int r;

	if (step->action != RULESET_ACTION_DROP && step->action != RULESET_ACTION_REJECT)
		return 0;
	for (size_t i = 0; i < step->n_matches && !match; i++)
		if (step->matches[i].field == RULESET_FIELD_SOURCE)
			match = &step->matches[i];
	/* without a source it is part of a policy, not somebody's ban */
	if (!match)
		return 0;
	r = copy_set(&set, &match->addresses);
	if (r == 0 && match->invert)
		r = invert(&set, RICHRULE_FAMILY_BOTH);
	return r == 0 ? against_set(search, &conflict, &set) : r;
}

static int by_weight(const void *a, const void *b)
{
	const struct conflict *x = a, *y = b;
	int r = conflict_count_cmp(&y->addresses, &x->addresses);

	if (r == 0)
		r = (int)y->relation - (int)x->relation;
	if (r == 0 && x->client != y->client)
		r = x->client < y->client ? -1 : 1;
	if (r == 0 && x->rule && y->rule)
		r = strcmp(x->rule->text, y->rule->text);
	return r ? r : (int)x->kind - (int)y->kind;
}

static int look_everywhere(struct search *search)
{
	const struct ruleset *ruleset = search->ruleset;
	int r = 0;

	for (size_t i = 0; i < search->clients->n && r == 0; i++)
		r = rangeset_add(&search->all, &search->clients->ranges[i]);
	for (size_t i = 0; i < ruleset->n_zones && r == 0; i++)
		r = look_at_zone(search, &ruleset->zones[i]);
	/* firewalld's own chains say what its zones say */
	for (size_t i = 0; i < ruleset->n_chains && r == 0; i++)
		for (size_t k = 0;
		     k < ruleset->chains[i].n_steps && !ruleset->chains[i].own && r == 0; k++)
			r = look_at_step(search, &ruleset->chains[i], &ruleset->chains[i].steps[k]);
	rangeset_deinit(&search->all);
	return r;
}

/**
 * conflicts_find() - every deny against every range of clients
 * @out:     receives them; untouched on failure; the caller deinits it
 * @ruleset: borrowed; must outlive @out, which points into it
 * @clients: borrowed; sorted
 *
 * Return: 0 or -ENOMEM.
 */
int conflicts_find(struct conflicts *out, const struct ruleset *ruleset,
                   const struct coverage_ranges *clients)
{
	_cleanup_conflicts_ struct conflicts conflicts = CONFLICTS_NULL;
	struct search search = {.out = &conflicts, .ruleset = ruleset, .clients = clients};
	int r = look_everywhere(&search);

	if (r < 0)
		return r;
	if (conflicts.n > 1)
		qsort(conflicts.conflicts, conflicts.n, sizeof(*conflicts.conflicts), by_weight);
	*out = conflicts;
	conflicts = CONFLICTS_NULL;
	return 0;
}

/**
 * conflicts_find_all() - every deny, whether it touches one of the ranges or not
 * @out:     receives them, in the order of the ruleset; untouched on failure; the caller
 *           deinits it
 * @ruleset: borrowed; must outlive @out, which points into it
 * @clients: borrowed; sorted
 * @touch:   gets each range that a deny touches; 0: go on
 *
 * Return: 0, -ENOMEM, or what @touch ended it with.
 */
int conflicts_find_all(struct conflicts *out, const struct ruleset *ruleset,
                       const struct coverage_ranges *clients, conflicts_touch_fn *touch,
                       void *userdata)
{
	_cleanup_conflicts_ struct conflicts conflicts = CONFLICTS_NULL;
	struct search search = {.out = &conflicts,
	                        .ruleset = ruleset,
	                        .clients = clients,
	                        .touch = touch,
	                        .userdata = userdata};
	int r = look_everywhere(&search);

	if (r != 0)
		return r;
	*out = conflicts;
	conflicts = CONFLICTS_NULL;
	return 0;
}
