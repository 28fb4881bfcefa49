// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/audit/banpresent.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The socket tells whole seconds, and a row may be written a moment after the ban. */
#define SLACK_US INT64_C(2000000)
/* A ban that is younger may have ended or begun between two answers. */
#define YOUNG_US INT64_C(5000000)
/* Bans of one address within the slack: more is nobody's. */
#define ROWS_MAX 32

struct listing {
	struct store *store;
	const struct store_ban_query *query;
	const struct banpresent *present;
	store_ban_fn *fn;
	void *userdata;
	struct err *err;
	/* of one ticket */
	const struct ticket *ticket;
	bool found;
};

static bool is_address_of(const struct ticket *ticket, const char *address)
{
	struct cidr cidr;

	if (ticket->has_cidr && cidr_parse(&cidr, address, 0, NULL) == 0)
		return cidr_cmp(&ticket->cidr, &cidr) == 0;
	return strcmp(ticket->address, address) == 0;
}

static bool is_of(const struct ticket *ticket, const struct store_ban *ban)
{
	/* the address last: it has to be read, and there may be thousands of tickets */
	return llabs(ticket->time_us - ban->time_us) <= SLACK_US &&
	       strcmp(ticket->jail, ban->jail) == 0 && is_address_of(ticket, ban->address);
}

static const struct ticket *find(const struct tickets *tickets, const struct store_ban *ban)
{
	for (size_t i = 0; i < tickets->n; i++)
		if (is_of(&tickets->tickets[i], ban))
			return &tickets->tickets[i];
	return NULL;
}

/* As the server has it now. */
static void prolong(struct store_ban *ban, const struct ticket *ticket,
                    const struct banpresent *present)
{
	const struct jail *jail = tickets_jail(present->tickets, ticket->jail);

	ban->missing = present->missing && tickets_have(present->missing, ticket);
	ban->lets_in = jail && jail_lets_in(jail);
	ban->active = true;
	ban->until_us = ticket->end_us;
	ban->bantime_s = ticket->end_us ? (ticket->end_us - ban->time_us + 999999) / 1000000 : -1;
	ban->ended_us = 0;
	ban->ended_how = NULL;
}

/* What the store says of a ban, corrected by what the server says. */
static void correct(struct store_ban *ban, const struct banpresent *present)
{
	const struct ticket *ticket = present->tickets ? find(present->tickets, ban) : NULL;

	if (ticket && ticket_is_live(ticket, present->now_us)) {
		prolong(ban, ticket, present);
	} else if (ban->active && present->tickets && present->whole &&
	           ban->time_us < present->now_us - YOUNG_US) {
		ban->active = false;
		ban->ended_how = "gone";
	}
}

static int on_row(const struct store_ban *ban, void *userdata)
{
	struct listing *listing = userdata;
	struct store_ban corrected = *ban;

	/* of those in force, what the server holds is told already */
	if (listing->query->active && listing->present->tickets &&
	    find(listing->present->tickets, ban))
		return 0;
	correct(&corrected, listing->present);
	return listing->fn(&corrected, listing->userdata);
}

/* --- those in force ------------------------------------------------------------------------ */

static bool is_asked_for(const struct store_ban_query *query, const struct ticket *ticket)
{
	struct cidr cidr;

	if ((query->jail && strcmp(query->jail, ticket->jail) != 0) ||
	    ticket->time_us < query->since_us ||
	    (query->until_us && ticket->time_us >= query->until_us))
		return false;
	if (!query->address)
		return true;
	if (!ticket->has_cidr || cidr_parse(&cidr, query->address, 0, NULL) != 0)
		return strcmp(query->address, ticket->address) == 0;
	return cidr_contains(&cidr, &ticket->cidr) || cidr_contains(&ticket->cidr, &cidr);
}

static int on_row_of_ticket(const struct store_ban *ban, void *userdata)
{
	struct listing *listing = userdata;
	struct store_ban held = *ban;

	if (listing->found || !is_of(listing->ticket, ban))
		return 0;
	listing->found = true;
	prolong(&held, listing->ticket, listing->present);
	return listing->fn(&held, listing->userdata);
}

/* The server holds it, and there is no record of how that came. */
static int tell_ticket(struct listing *listing)
{
	const struct ticket *ticket = listing->ticket;
	_cleanup_strv_ struct strv rules = STRV_NULL;
	struct store_ban ban = {
	    .jail = ticket->jail,
	    .address = ticket->address,
	    .family = !ticket->has_cidr                  ? "dns"
	              : ticket->cidr.family == CIDR_IPV4 ? "inet4"
	                                                 : "inet6",
	    .time_us = ticket->time_us,
	    .count = ticket->count,
	    .source = "server",
	    .rules = &rules,
	};

	prolong(&ban, ticket, listing->present);
	return listing->fn(&ban, listing->userdata);
}

static int tell_held(struct listing *listing, const struct ticket *ticket)
{
	const struct store_ban_query query = {.jail = ticket->jail,
	                                      .address = ticket->address,
	                                      .since_us = ticket->time_us - SLACK_US,
	                                      .until_us = ticket->time_us + SLACK_US + 1,
	                                      .limit = ROWS_MAX};
	int r;

	listing->ticket = ticket;
	listing->found = false;
	r = store_bans(listing->store, &query, on_row_of_ticket, listing, listing->err);
	return r == 0 && !listing->found ? tell_ticket(listing) : r;
}

static int latest_first(const void *a, const void *b)
{
	const struct ticket *const *x = a, *const *y = b;

	if ((*x)->time_us != (*y)->time_us)
		return (*x)->time_us > (*y)->time_us ? -1 : 1;
	return 0;
}

static int list_held(struct listing *listing)
{
	const struct tickets *tickets = listing->present->tickets;
	_cleanup_free_ const struct ticket **held =
	    calloc(tickets->n + 1, sizeof(const struct ticket *));
	size_t n = 0;
	int r = 0;

	if (!held)
		return -ENOMEM;
	for (size_t i = 0; i < tickets->n; i++)
		if (ticket_is_live(&tickets->tickets[i], listing->present->now_us) &&
		    is_asked_for(listing->query, &tickets->tickets[i]))
			held[n++] = &tickets->tickets[i];
	qsort(held, n, sizeof(const struct ticket *), latest_first);
	if (listing->query->limit && n > listing->query->limit)
		n = listing->query->limit;
	for (size_t i = 0; i < n && r == 0; i++)
		r = tell_held(listing, held[i]);
	return r;
}

/**
 * banpresent_list() - as store_bans(), with the present as the server has it
 * @query: for those in force, active_at_us is now
 *
 * Return: 0; what @fn returned; -ENOMEM; others as in store.h.
 */
int banpresent_list(struct store *store, const struct store_ban_query *query,
                    const struct banpresent *present, store_ban_fn *fn, void *userdata,
                    struct err *err)
{
	struct listing listing = {.store = store,
	                          .query = query,
	                          .present = present,
	                          .fn = fn,
	                          .userdata = userdata,
	                          .err = err};
	int r = 0;

	if (query->active && present->tickets)
		r = list_held(&listing);
	return r == 0 && !(query->active && present->tickets && present->whole)
	           ? store_bans(store, query, on_row, &listing, err)
	           : r;
}
