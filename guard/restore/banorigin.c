// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/restore/banorigin.h"

#include "guard/model/rule/richrule.h"
#include "guard/system/fail2ban/fail2ban-history.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* @jail: NULL: any */
static bool has_ticket(const struct tickets *tickets, const char *jail, const struct cidr *source)
{
	for (size_t i = 0; tickets && i < tickets->n; i++)
		if (tickets->tickets[i].has_cidr &&
		    cidr_cmp(&tickets->tickets[i].cidr, source) == 0 &&
		    (!jail || strcmp(tickets->tickets[i].jail, jail) == 0))
			return true;
	return false;
}

/* Only a rich rule can be: what is called f2b-NAME, nobody else makes. Return: 1, 0, -ENOMEM. */
static int read_source(struct banorigin *deny)
{
	_cleanup_richrule_ struct richrule rule = RICHRULE_NULL;
	int r = deny->item->kind == ITEM_RULE ? richrule_parse(&rule, deny->item->value, NULL) : 1;

	if (r != 0 || !richrule_source_cidr(&rule, &deny->source))
		return r < 0 ? r : 0;
	cidr_first(&deny->source, deny->source.key);
	return 1;
}

/* --- on record in the store -------------------------------------------------------------- */

struct search {
	const struct banorigin_query *query;
	const struct cidr *source;
};

static int note_ban(const struct store_ban *ban, void *userdata)
{
	const struct search *search = userdata;
	int64_t over_us = ban->ended_us ? ban->ended_us : ban->until_us;
	struct cidr cidr;

	if ((over_us && over_us < search->query->since_us) ||
	    has_ticket(search->query->tickets, ban->jail, search->source))
		return 0;
	/* of a wider range that holds it, or a part of it, this is another rule */
	return cidr_parse(&cidr, ban->address, 0, NULL) == 0 && cidr_cmp(&cidr, search->source) == 0
	           ? -EEXIST
	           : 0;
}

/* A ban without a ticket. Return: 0: not on record; -EEXIST: it is; others as store_bans(). */
static int look_into_store(const struct banorigin_query *query, const struct cidr *source)
{
	struct search search = {.query = query, .source = source};
	char text[CIDR_TEXT_LENGTH];
	struct store_ban_query bans = {.address = text};

	if (!query->store)
		return 0;
	cidr_format(source, text);
	return store_bans(query->store, &bans, note_ban, &search, NULL);
}

/* --- all of it --------------------------------------------------------------------------- */

/*
 * Of the denies those that may be by hand, as far as it is known without asking.
 *
 * Return: 0 or -ENOMEM.
 */
static int find_candidates(struct banorigin **out, size_t *n_out, struct banorigin *denies,
                           size_t n, const struct banorigin_query *query)
{
	*n_out = 0;
	for (size_t i = 0; i < n; i++) {
		int r = read_source(&denies[i]);

		if (r < 0)
			return r;
		if (r > 0 && !has_ticket(query->tickets, NULL, &denies[i].source) &&
		    !has_ticket(query->past, NULL, &denies[i].source))
			out[(*n_out)++] = &denies[i];
	}
	return 0;
}

/**
 * banorigin_was_unbanned() - did a ban of its address end lately, whoever else holds one?
 * @query: since_us says what is lately; tickets are those that are held now
 *
 * Return: 1 or 0, also where the store does not tell; -ENOMEM.
 */
int banorigin_was_unbanned(const struct item *item, const struct banorigin_query *query)
{
	struct banorigin deny = {.item = item};
	int r = read_source(&deny);

	if (r > 0)
		r = look_into_store(query, &deny.source);
	return r == -ENOMEM ? r : r == -EEXIST;
}

/* Without a database it has never run here, or keeps none: all its bans went with its end. */
static int ask_database(bool *known, const struct cidr *sources, size_t n, const char *database)
{
	int r = fail2ban_history_knows(known, sources, n, database, NULL);

	return r == FAIL2BAN_HISTORY_E_ABSENT ? 0 : r;
}

/**
 * banorigin_judge() - which of these are an administrator's own?
 * @denies: by_hand is false for what may be a ban of fail2ban's, and for what is not known
 *
 * Return: 0; -ENOMEM.
 */
int banorigin_judge(struct banorigin *denies, size_t n, const struct banorigin_query *query)
{
	_cleanup_free_ struct banorigin **maybe = calloc(n + 1, sizeof(struct banorigin *));
	_cleanup_free_ struct cidr *sources = calloc(n + 1, sizeof(*sources));
	_cleanup_free_ bool *known = calloc(n + 1, sizeof(*known));
	size_t n_maybe;
	int r;

	if (!maybe || !sources || !known)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		denies[i].by_hand = false;
	/* one that ended in order has taken its own off; any other may come back with what it knows
	 */
	if (query->state != FAIL2BAN_STOPPED || !query->database)
		return 0;
	r = find_candidates(maybe, &n_maybe, denies, n, query);
	if (r < 0)
		return r;
	for (size_t i = 0; i < n_maybe; i++)
		sources[i] = maybe[i]->source;
	if (n_maybe == 0 || ask_database(known, sources, n_maybe, query->database) != 0)
		return 0;
	for (size_t i = 0; i < n_maybe; i++)
		maybe[i]->by_hand = !known[i] && look_into_store(query, &sources[i]) == 0;
	return 0;
}
