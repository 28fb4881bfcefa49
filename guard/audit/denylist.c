// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/audit/denylist.h"

#include "guard/base/search.h"

#include <errno.h>
#include <string.h>

/* The widest ones; each costs a walk for every service. */
#define JUDGED_MAX 200

/* What is near: a network, a login, or both. */
struct near {
	struct coverage_ranges ranges;
	const struct picture_network **networks; /* owned; of each range the first; NULL: none */
	bool *is_login;                          /* owned; of each range */
};

struct hit {
	size_t conflict, range;
};

struct making {
	const struct conflictlist_options *options;
	const struct picture *picture;
	struct denylist *list;
	struct near near;
	struct hit *hits; /* owned; by conflict */
	size_t n_hits, hits_capacity;
	struct tickets_index tickets; /* live ones */
	struct rangeset banned;       /* all that these are for */
};

static void row_deinit(struct denylist_row *row)
{
	free(row->where);
	free(row->whom);
	free(row->networks);
	free(row->why_not);
}

/** denylist_deinit() - release all of it; it is empty and usable afterwards */
void denylist_deinit(struct denylist *list)
{
	for (size_t i = 0; i < list->n; i++)
		row_deinit(&list->rows[i]);
	free(list->rows);
	conflicts_deinit(&list->conflicts);
	*list = DENYLIST_NULL;
}

/** denylist_hits() - does it deny anybody near? */
bool denylist_hits(const struct denylist_row *row)
{
	return row->n_networks > 0 || row->n_logins > 0;
}

/** denylist_is_idle() - was it judged to keep nobody near from mail? */
bool denylist_is_idle(const struct denylist_row *row)
{
	return row->judged && !row->effective;
}

/* --- who is near --------------------------------------------------------------------------- */

static void near_deinit(struct near *near)
{
	coverage_ranges_deinit(&near->ranges);
	free(near->networks);
	free(near->is_login);
}

static bool counts_as_login(const struct clientrange *range)
{
	return range->source == CLIENTRANGE_LEARNED && !range->aged;
}

/* Its place among the ranges, which has it. */
static size_t place_of(const struct near *near, const struct cidr *range)
{
	size_t at = 0;

	(void)coverage_ranges_within(&near->ranges, range, &at);
	return at;
}

static int collect_near(struct near *near, const struct picture *picture,
                        const struct clientranges *clients)
{
	int r = 0;

	for (size_t i = 0; i < picture->n_networks && r == 0; i++)
		r = coverage_ranges_add(&near->ranges, &picture->networks[i].cidr);
	for (size_t i = 0; i < clients->n && r == 0; i++)
		if (counts_as_login(&clients->ranges[i]))
			r = coverage_ranges_add(&near->ranges, &clients->ranges[i].cidr);
	return r == 0 ? coverage_ranges_sort(&near->ranges) : r;
}

static int find_near(struct near *near, const struct picture *picture,
                     const struct clientranges *clients)
{
	int r = collect_near(near, picture, clients);

	if (r < 0)
		return r;
	near->networks = calloc(near->ranges.n + 1, sizeof(*near->networks));
	near->is_login = calloc(near->ranges.n + 1, sizeof(*near->is_login));
	if (!near->networks || !near->is_login)
		return -ENOMEM;
	for (size_t i = picture->n_networks; i-- > 0;)
		near->networks[place_of(near, &picture->networks[i].cidr)] = &picture->networks[i];
	for (size_t i = 0; i < clients->n; i++)
		if (counts_as_login(&clients->ranges[i]))
			near->is_login[place_of(near, &clients->ranges[i].cidr)] = true;
	return 0;
}

static int take_hit(size_t conflict, size_t range, void *userdata)
{
	struct making *making = userdata;
	int r =
	    grow(&making->hits, &making->hits_capacity, making->n_hits + 1, sizeof(*making->hits));

	if (r == 0)
		making->hits[making->n_hits++] = (struct hit){conflict, range};
	return r;
}

static int take_near(struct denylist_row *row, const struct near *near, size_t range)
{
	int r = 0;

	row->n_logins += near->is_login[range];
	if (near->networks[range])
		r = grow(&row->networks, &row->networks_capacity, row->n_networks + 1,
		         sizeof(*row->networks));
	if (r == 0 && near->networks[range])
		row->networks[row->n_networks++] = near->networks[range];
	return r;
}

/* --- in words ------------------------------------------------------------------------------ */

static int everybody(char **out, enum richrule_family family)
{
	return xasprintf(out, "everybody%s",
	                 family == RICHRULE_FAMILY_IPV4   ? ", IPv4"
	                 : family == RICHRULE_FAMILY_IPV6 ? ", IPv6"
	                                                  : "");
}

static int whom_of_rule(char **out, const struct ruleset_rule *rule)
{
	const struct richrule_peer *source = &rule->rule.source;
	const char *but = source->invert ? "all but " : "";
	char text[CIDR_TEXT_LENGTH];

	if (source->ipset)
		return xasprintf(out, "%sipset:%s", but, source->ipset);
	if (source->mac)
		return xasprintf(out, "%s%s", but, source->mac);
	if (!rule->has_source)
		return everybody(out, rule->rule.family);
	cidr_format(&rule->source, text);
	return xasprintf(out, "%s%s", but, text);
}

static const struct ruleset_match *source_of(const struct ruleset_step *step)
{
	for (size_t i = 0; i < step->n_matches; i++)
		if (step->matches[i].field == RULESET_FIELD_SOURCE)
			return &step->matches[i];
	return NULL;
}

/* One prefix as such, a set by its name, and else the rule. */
static int whom_of_step(char **out, const struct ruleset_step *step)
{
	const struct ruleset_match *match = source_of(step);
	const char *but = match && match->invert ? "all but " : "";
	char text[CIDR_TEXT_LENGTH];
	struct cidr prefix;

	if (step->set)
		return xasprintf(out, "%sset %s", but, step->set);
	if (!match || match->addresses.n != 1 ||
	    !rangeset_prefix(&match->addresses.ranges[0], &prefix))
		return xasprintf(out, "\"%s\"", step->text);
	cidr_format(&prefix, text);
	return xasprintf(out, "%s%s", but, text);
}

static int find_whom(char **out, const struct conflict *conflict)
{
	switch (conflict->kind) {
	case CONFLICT_RULE:
		return whom_of_rule(out, conflict->rule);
	case CONFLICT_SOURCE:
		return xasprintf(out, "%s", conflict->source);
	case CONFLICT_POLICY:
		return everybody(out, RICHRULE_FAMILY_BOTH);
	case CONFLICT_CHAIN:
		return whom_of_step(out, conflict->step);
	case CONFLICT_N_KINDS:
		break;
	}
	return -EINVAL;
}

static int find_where(char **out, const struct conflict *conflict)
{
	const char *of = conflict->zone && conflict->zone->is_policy ? "policy" : "zone";

	switch (conflict->kind) {
	case CONFLICT_RULE:
		return xasprintf(out, "in %s %s", of, conflict->zone->name);
	case CONFLICT_SOURCE:
		return xasprintf(out, "bound to zone %s", conflict->zone->name);
	case CONFLICT_POLICY:
		return xasprintf(out, "by the target of policy %s", conflict->zone->name);
	case CONFLICT_CHAIN:
		return xasprintf(out, "in %s%s %s",
		                 conflict->chain->direct ? "the direct rules of " : "table ",
		                 conflict->chain->family, conflict->chain->table);
	case CONFLICT_N_KINDS:
		break;
	}
	return -EINVAL;
}

/* --- whose it is --------------------------------------------------------------------------- */

/* The first that is for exactly this. */
static const struct ticket *ticket_of(const struct making *making, const struct cidr *prefix)
{
	const struct tickets_index *index = &making->tickets;
	size_t at = tickets_index_find(index, prefix);

	return at < index->n && cidr_cmp(&index->tickets[at]->cidr, prefix) == 0
	           ? index->tickets[at]
	           : NULL;
}

/* What a set of them holds; NULL: it is none. */
static const struct rangeset *set_of(const struct making *making, const struct conflict *conflict)
{
	const char *name = conflict->source ? item_ipset_name(conflict->source) : NULL;
	const struct ruleset_ipset *ipset;

	if (conflict->step && conflict->step->set && source_of(conflict->step) &&
	    !source_of(conflict->step)->invert)
		return &source_of(conflict->step)->addresses;
	if (conflict->rule && !conflict->rule->rule.source.invert)
		name = conflict->rule->rule.source.ipset;
	ipset = name ? ruleset_ipset(making->options->ruleset, name) : NULL;
	return ipset ? &ipset->ranges : NULL;
}

/* A set is fail2ban's when a ticket stands for each address in it; else it is whoever's table
 * it is in, even where tickets are for some. */
static void find_jails(const struct making *making, struct denylist_row *row,
                       const struct rangeset *set)
{
	const char *jail = NULL;
	bool more = false;

	if (!rangeset_covers(&making->banned, set))
		return;
	for (size_t i = 0; i < making->tickets.n; i++) {
		const struct ticket *ticket = making->tickets.tickets[i];

		if (!rangeset_contains(set, &ticket->cidr))
			continue;
		more = more || (jail && strcmp(jail, ticket->jail) != 0);
		jail = jail ? jail : ticket->jail;
	}
	row->jail = jail;
	row->more_jails = more;
}

/* What denies everybody is no matter of networks. */
static const struct cidr *find_whole(const struct making *making, const struct denylist_row *row)
{
	const struct coverage_ranges *clients = &making->options->ranges->effective;
	const struct rangeset *set = set_of(making, row->conflict);
	struct cidr prefix;
	bool is_prefix = cidr_parse(&prefix, row->whom, CIDR_NETMASK, NULL) == 0 &&
	                 cidr_bits(&prefix) > (prefix.family == CIDR_IPV4 ? 96 : 0);

	for (size_t i = 0; i < row->n_networks; i++) {
		const struct cidr *network = &row->networks[i]->cidr;

		if ((set ? rangeset_contains(set, network)
		         : is_prefix && cidr_contains(&prefix, network)) &&
		    coverage_ranges_ask(clients, network, NULL) == COVERAGE_NONE)
			return network;
	}
	return NULL;
}

static void find_owner(const struct making *making, struct denylist_row *row)
{
	const struct rangeset *set = set_of(making, row->conflict);
	const struct ticket *ticket;
	struct cidr prefix;

	if (set) {
		find_jails(making, row, set);
	} else if (cidr_parse(&prefix, row->whom, CIDR_NETMASK, NULL) == 0) {
		ticket = ticket_of(making, &prefix);
		row->jail = ticket ? ticket->jail : NULL;
		row->until_us = ticket ? ticket->end_us : 0;
	}
}

/* --- one deny is one row ------------------------------------------------------------------- */

static int make_row(struct making *making, size_t at, struct denylist_row *row)
{
	const struct conflict *conflict = &making->list->conflicts.conflicts[at];
	int r;

	row->conflict = conflict;
	row->n_rules = 1;
	r = find_whom(&row->whom, conflict);
	if (r >= 0)
		r = find_where(&row->where, conflict);
	if (r < 0)
		return r;
	if (conflict->rule)
		row->permanent = conflict->rule->permanent;
	if (conflict->source)
		return ruleset_keeps(&row->permanent, conflict->zone, ITEM_SOURCE,
		                     conflict->source);
	return 0;
}

static int by_identity(const void *a, const void *b)
{
	const struct denylist_row *x = a, *y = b;
	int r = strcmp(x->where, y->where);

	if (r == 0)
		r = strcmp(x->whom, y->whom);
	return r ? r : x->conflict == y->conflict ? 0 : x->conflict < y->conflict ? -1 : 1;
}

static int by_width(const void *a, const void *b)
{
	const struct denylist_row *x = a, *y = b;
	int r = conflict_count_cmp(&y->conflict->covers, &x->conflict->covers);

	return r ? r : by_identity(a, b);
}

static int make_rows(struct making *making)
{
	struct denylist *list = making->list;
	int r = 0;

	list->rows = calloc(list->conflicts.n + 1, sizeof(*list->rows));
	if (!list->rows)
		return -ENOMEM;
	for (size_t i = 0; i < list->conflicts.n && r >= 0; i++)
		r = make_row(making, i, &list->rows[list->n++]);
	if (r >= 0 && list->n > 1)
		qsort(list->rows, list->n, sizeof(*list->rows), by_identity);
	return r < 0 ? r : 0;
}

static bool is_same(const struct denylist_row *a, const struct denylist_row *b)
{
	return strcmp(a->where, b->where) == 0 && strcmp(a->whom, b->whom) == 0;
}

static int judge(struct making *making, struct denylist_row *row, const struct conflict *conflict)
{
	struct conflictlist_row judged = {.conflict = conflict, .failures = -1};
	int r = conflictlist_judge(&judged, making->options);

	row->judged = true;
	if (r == 0 && judged.effective) {
		row->effective = true;
		free(row->why_not);
		row->why_not = NULL;
	} else if (r == 0 && !row->effective && !row->why_not) {
		row->why_not = steal(judged.why_not);
	}
	conflictlist_row_deinit(&judged);
	return r;
}

static int compare_conflict(const void *element, const void *key)
{
	const struct hit *hit = element;
	const size_t *wanted = key;

	return hit->conflict < *wanted ? -1 : hit->conflict > *wanted;
}

/* The hits of a deny stand together. */
static int find_hits(struct making *making, struct denylist_row *row)
{
	const size_t wanted = (size_t)(row->conflict - making->list->conflicts.conflicts);
	size_t at = search_lower_bound(making->hits, making->n_hits, sizeof(*making->hits), &wanted,
	                               compare_conflict);
	int r = 0;

	for (; at < making->n_hits && making->hits[at].conflict == wanted && r == 0; at++)
		r = take_near(row, &making->near, making->hits[at].range);
	return r;
}

/* Rows of the same deny become the first of them. */
static int fold(struct making *making)
{
	struct denylist *list = making->list;
	size_t n = 0, judged = 0, all = list->n;
	int r = 0;

	for (size_t i = 0; i < all && r == 0; i++) {
		struct denylist_row *row = &list->rows[n];

		if (n > 0 && is_same(&list->rows[n - 1], &list->rows[i])) {
			row = &list->rows[n - 1];
			row->n_rules++;
			row->permanent |= list->rows[i].permanent;
			if (denylist_hits(row) && judged++ < JUDGED_MAX)
				r = judge(making, row, list->rows[i].conflict);
			row_deinit(&list->rows[i]);
			list->rows[i] = (struct denylist_row){0};
			continue;
		}
		if (n != i) {
			*row = list->rows[i];
			list->rows[i] = (struct denylist_row){0};
		}
		n++;
		find_owner(making, row);
		r = find_hits(making, row);
		row->whole = r == 0 ? find_whole(making, row) : NULL;
		if (r == 0 && denylist_hits(row) && judged++ < JUDGED_MAX)
			r = judge(making, row, row->conflict);
	}
	if (r == 0)
		list->n = n;
	return r;
}

static int make(struct making *making)
{
	const struct tickets *tickets = making->options->tickets;
	struct denylist *list = making->list;
	int r = find_near(&making->near, making->picture, making->options->ranges);

	if (r == 0)
		r = conflicts_find_all(&list->conflicts, making->options->ruleset,
		                       &making->near.ranges, take_hit, making);
	if (r == 0)
		r = tickets_index(&making->tickets, tickets, making->options->now_us);
	if (r == 0 && tickets)
		r = tickets_add_banned(&making->banned, tickets, making->options->now_us);
	if (r == 0)
		r = make_rows(making);
	if (r == 0)
		r = fold(making);
	if (r == 0 && list->n > 1)
		qsort(list->rows, list->n, sizeof(*list->rows), by_width);
	return r;
}

/**
 * denylist_make() - find them, and who of those that they deny is near
 * @out:     receives them; untouched on failure; the caller deinits it
 * @options: borrowed; what it points to must outlive @out
 * @picture: borrowed; likewise; of its links are the networks
 *
 * Return: 0 or -ENOMEM.
 */
int denylist_make(struct denylist *out, const struct conflictlist_options *options,
                  const struct picture *picture)
{
	_cleanup_denylist_ struct denylist list = DENYLIST_NULL;
	struct making making = {.options = options, .picture = picture, .list = &list};
	int r = make(&making);

	near_deinit(&making.near);
	free(making.hits);
	tickets_index_deinit(&making.tickets);
	rangeset_deinit(&making.banned);
	if (r < 0)
		return r;
	*out = list;
	list = DENYLIST_NULL;
	return 0;
}
