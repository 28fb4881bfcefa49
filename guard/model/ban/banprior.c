// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/ban/banprior.h"

#include "guard/model/ban/banplan.h"

#include <errno.h>
#include <string.h>

#define PLACE "<ip>"

enum {
	/* More than these are somebody's lists. */
	CANDIDATES_MAX = 4096,
	SHAPES_MAX = 256,
	/* One address that is denied, and banned as well, may be so by chance. */
	TICKETS_MIN = 2,
};

/* What a ban needs to be carried out. */
static const int64_t YOUNG_US = 5 * INT64_C(1000000);

/* Something in the runtime that names an address, and that nothing explains yet. */
struct candidate {
	const struct item *item; /* borrowed */
	char *pattern;           /* owned */
	struct cidr source;
};

struct search {
	const struct banprior_evidence *evidence;
	struct banshapes *out;        /* borrowed */
	struct candidate *candidates; /* owned; those of one shape stand together */
	struct banplan_rule *rules;   /* owned; of the candidates, in their order */
	size_t n;
	bool by_command; /* by what commands say first: who bans whom they ban, too, made nothing */
};

static void search_deinit(struct search *search)
{
	for (size_t i = 0; i < search->n; i++)
		free(search->candidates[i].pattern);
	free(search->candidates);
	free(search->rules);
}

/* --- candidates ---------------------------------------------------------------------------- */

static int by_shape(const void *a, const void *b)
{
	const struct candidate *one = a, *two = b;
	int r = strcmp(one->item->zone, two->item->zone);

	if (r == 0)
		r = (one->item->kind > two->item->kind) - (one->item->kind < two->item->kind);
	if (r == 0)
		r = strcmp(one->pattern, two->pattern);
	return r ? r : cidr_cmp(&one->source, &two->source);
}

static int add_candidate(struct search *search, const struct firewall_entry *entry)
{
	struct candidate candidate = {.item = &entry->item};
	int r;

	if (!(entry->flags & FIREWALL_RUNTIME) || (entry->flags & FIREWALL_PERMANENT) ||
	    search->n == CANDIDATES_MAX)
		return 0;
	r = banshape_cut(&candidate.pattern, &candidate.source, &entry->item);
	if (r == 0)
		search->candidates[search->n++] = candidate;
	return r < 0 ? r : 0;
}

static int judge(struct search *search, const struct banshapes *shapes)
{
	const struct banplan_evidence evidence = {.tickets = search->evidence->tickets,
	                                          .shapes = shapes,
	                                          .now_us = search->evidence->now_us};

	for (size_t i = 0; i < search->n; i++)
		search->rules[i] = (struct banplan_rule){.item = search->candidates[i].item};
	return banplan_judge(search->rules, search->n, &evidence);
}

/* What a jail's actions explain, or one of the shapes. */
static int drop_explained(struct search *search, const struct banshapes *shapes)
{
	size_t n = 0;
	int r = judge(search, shapes);

	if (r < 0)
		return r;
	for (size_t i = 0; i < search->n; i++) {
		if (search->rules[i].answer == BANPLAN_HELD)
			free(search->candidates[i].pattern);
		else
			search->candidates[n++] = search->candidates[i];
	}
	search->n = n;
	return 0;
}

static int find_candidates(struct search *search)
{
	const struct firewall *fw = search->evidence->fw;
	size_t most = fw->n < CANDIDATES_MAX ? fw->n : CANDIDATES_MAX;
	int r = 0;

	search->candidates = calloc(most + 1, sizeof(*search->candidates));
	search->rules = calloc(most + 1, sizeof(*search->rules));
	if (!search->candidates || !search->rules)
		return -ENOMEM;
	for (size_t i = 0; i < fw->n && r == 0; i++)
		r = add_candidate(search, &fw->entries[i]);
	if (r == 0)
		r = drop_explained(search, search->evidence->known);
	if (search->n)
		qsort(search->candidates, search->n, sizeof(*search->candidates), by_shape);
	return r;
}

static bool is_same_shape(const struct candidate *a, const struct candidate *b)
{
	return a->item->kind == b->item->kind && strcmp(a->item->zone, b->item->zone) == 0 &&
	       strcmp(a->pattern, b->pattern) == 0;
}

/* --- whose they are ------------------------------------------------------------------------ */

static int make_shape(struct banshape *out, const struct jail *jail, const char *zone,
                      enum item_kind kind, const char *pattern, const struct cidr *first)
{
	*out = (struct banshape){.jail = strdup(jail->name),
	                         .zone = strdup(zone),
	                         .pattern = strdup(pattern),
	                         .kind = kind,
	                         .first = *first,
	                         .sure = true};
	if (out->jail && out->zone && out->pattern)
		return 0;
	banshape_deinit(out);
	return -ENOMEM;
}

/* As if all shapes that there are were the jail's. */
static int suppose(struct banshapes *out, const struct search *search, const struct jail *jail)
{
	int r = 0;

	for (size_t i = 0; i < search->n && out->n < SHAPES_MAX && r == 0; i++) {
		const struct candidate *candidate = &search->candidates[i];
		struct banshape shape;

		if (i > 0 && is_same_shape(candidate, &search->candidates[i - 1]))
			continue;
		r = make_shape(&shape, jail, candidate->item->zone, candidate->item->kind,
		               candidate->pattern, &candidate->source);
		if (r == 0)
			r = banshapes_add_take(out, &shape);
	}
	return r;
}

/* Those of the jail that have had time to be carried out, and that the shape could be for. */
static size_t count_tickets(const struct search *search, const struct jail *jail,
                            const struct banshape *shape)
{
	const struct tickets *tickets = search->evidence->tickets;
	int64_t now_us = search->evidence->now_us;
	size_t n = 0;

	for (size_t i = 0; i < tickets->n; i++) {
		const struct ticket *ticket = &tickets->tickets[i];

		n += strcmp(ticket->jail, jail->name) == 0 && ticket->has_cidr &&
		     ticket_is_live(ticket, now_us) && ticket->time_us < now_us - YOUNG_US &&
		     (shape->kind == ITEM_SOURCE || ticket->cidr.family == shape->first.family);
	}
	return n;
}

/* Of one shape there are @n, of which @n_held are the jail's, by whom they are for. */
static bool is_proof(const struct search *search, const struct jail *jail,
                     const struct banshape *shape, size_t n, size_t n_held)
{
	if (n_held == 0 || !banshape_fits(shape, jail))
		return false;
	if (search->by_command)
		return banshape_is_said(shape, jail, search->evidence->fw->default_zone);
	return n_held >= TICKETS_MIN && n_held == n && n_held >= count_tickets(search, jail, shape);
}

static int take_shapes(struct search *search, const struct jail *jail,
                       const struct banshapes *supposed)
{
	size_t at = 0;
	int r = 0;

	for (size_t i = 0; i < supposed->n && r == 0; i++) {
		const struct banshape *shape = &supposed->shapes[i];
		size_t first = at, n_held = 0;
		struct banshape taken;

		do {
			n_held += search->rules[at].answer == BANPLAN_HELD;
			at++;
		} while (at < search->n &&
		         is_same_shape(&search->candidates[at], &search->candidates[first]));
		if (!is_proof(search, jail, shape, at - first, n_held))
			continue;
		r = make_shape(&taken, jail, shape->zone, shape->kind, shape->pattern,
		               &shape->first);
		if (r == 0)
			r = banshapes_add_take(search->out, &taken);
	}
	return r;
}

/* --- an ipset that nobody has read ---------------------------------------------------------- */

static const struct ticket *first_ticket(const struct search *search, const struct jail *jail)
{
	const struct tickets *tickets = search->evidence->tickets;

	for (size_t i = 0; i < tickets->n; i++)
		if (strcmp(tickets->tickets[i].jail, jail->name) == 0 &&
		    tickets->tickets[i].has_cidr &&
		    ticket_is_live(&tickets->tickets[i], search->evidence->now_us))
			return &tickets->tickets[i];
	return NULL;
}

static int take_ipset(struct search *search, const struct jail *jail,
                      const struct jail_action *action)
{
	const struct ticket *ticket = first_ticket(search, jail);
	const char *name = action->ipset;
	_cleanup_free_ char *zone = NULL;
	_cleanup_item_ struct item item = ITEM_NULL;
	struct banshape shape;
	int r;

	/* what is called f2b-NAME is known by that */
	if (!ticket || !name || strncmp(name, "f2b-", 4) == 0 ||
	    !strstr(action->command, "--add-entry=" PLACE))
		return 0;
	if (xasprintf(&zone, ITEM_IPSET_PREFIX "%s", name) < 0)
		return -ENOMEM;
	r = item_init(&item, zone, ITEM_ENTRY, ticket->address, NULL);
	if (r != 0 || banshapes_of_jail(search->evidence->known, &item, PLACE, jail->name) ||
	    banshapes_of_jail(search->out, &item, PLACE, jail->name))
		return r < 0 ? r : 0;
	r = make_shape(&shape, jail, zone, ITEM_ENTRY, PLACE, &ticket->cidr);
	return r == 0 ? banshapes_add_take(search->out, &shape) : r;
}

/* --- all of it ----------------------------------------------------------------------------- */

static int look_at_jail(struct search *search, const struct jail *jail)
{
	_cleanup_banshapes_ struct banshapes supposed = BANSHAPES_NULL;
	int r = suppose(&supposed, search, jail);

	if (r == 0)
		r = judge(search, &supposed);
	if (r == 0)
		r = take_shapes(search, jail, &supposed);
	for (size_t i = 0; i < jail->n_actions && r == 0 && search->by_command; i++)
		r = take_ipset(search, jail, &jail->actions[i]);
	return r;
}

static int look_at_jails(struct search *search, bool by_command)
{
	const struct tickets *tickets = search->evidence->tickets;
	int r = 0;

	search->by_command = by_command;
	for (size_t i = 0; i < tickets->n_jails && r == 0; i++)
		if (first_ticket(search, &tickets->jails[i]))
			r = look_at_jail(search, &tickets->jails[i]);
	return r;
}

/**
 * banprior_find() - learn from the bans that there are
 * @out: what was not known is added to it; each of these is sure
 *
 * Return: 0 or -ENOMEM.
 */
int banprior_find(struct banshapes *out, const struct banprior_evidence *evidence)
{
	_cleanup_(search_deinit) struct search search = {.evidence = evidence, .out = out};
	int r = find_candidates(&search);

	if (r == 0)
		r = look_at_jails(&search, true);
	if (r == 0)
		r = drop_explained(&search, out);
	return r == 0 ? look_at_jails(&search, false) : r;
}
