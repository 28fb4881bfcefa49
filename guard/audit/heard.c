// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/audit/heard.h"

#include <stdlib.h>
#include <string.h>

#include "guard/system/store/spool.h"

/* The socket tells whole seconds. */
#define SLACK_US INT64_C(1000000)
/* What is on record since a jail's latest ban is that ban and few others. */
#define ROWS_MAX 256

/** heard_deinit() - free it; may be called twice */
void heard_deinit(struct heard *heard)
{
	free(heard->jails);
	*heard = HEARD_NULL;
}

static int see_ban(const struct store_ban *ban, void *userdata)
{
	bool *told = userdata;

	*told |= strcmp(ban->source, "hook") == 0;
	return 0;
}

struct jail_start {
	const char *jail;
	bool found;
};

static int see_start(const struct store_history_row *row, void *userdata)
{
	struct jail_start *start = userdata;

	start->found |= row->jail && strcmp(row->jail, start->jail) == 0;
	return 0;
}

/* Of the ban, of a later one, or that the jail was started since: only the hook tells of that. */
static int look_up(struct heard_jail *jail, struct store *store, struct err *err)
{
	int64_t since_us = jail->ticket->time_us - SLACK_US;
	const struct store_ban_query bans = {
	    .jail = jail->ticket->jail, .since_us = since_us, .limit = ROWS_MAX};
	const struct store_history_query starts = {
	    .kind = event_kind_name(EVENT_JAIL_START), .since_us = since_us, .limit = ROWS_MAX};
	struct jail_start start = {.jail = jail->ticket->jail};
	int r = store_bans(store, &bans, see_ban, &jail->told, err);

	if (r != 0 || jail->told)
		return r;
	r = store_history(store, &starts, see_start, &start, err);
	jail->told = start.found;
	return r;
}

static int add(struct heard *heard, const struct ticket *ticket)
{
	int r;

	/* they are sorted by jail */
	if (heard->n > 0 && strcmp(heard->jails[heard->n - 1].ticket->jail, ticket->jail) == 0) {
		struct heard_jail *last = &heard->jails[heard->n - 1];

		if (ticket->time_us > last->ticket->time_us)
			last->ticket = ticket;
		return 0;
	}
	r = grow(&heard->jails, &heard->capacity, heard->n + 1, sizeof(*heard->jails));
	if (r == 0)
		heard->jails[heard->n++] = (struct heard_jail){.ticket = ticket};
	return r;
}

/**
 * heard_read() - see what the hook told of
 * @out:       HEARD_NULL before; the caller deinits it, also after a failure
 * @store:     borrowed
 * @spool_dir: where the hook leaves what it cannot tell
 * @tickets:   borrowed, for as long as @out lives; those that fail2ban holds now
 *
 * Return: 0; -ENOMEM; others as in store.h.
 */
int heard_read(struct heard *out, struct store *store, const char *spool_dir,
               const struct tickets *tickets, int64_t now_us, struct err *err)
{
	int r = 0;

	out->waits = spool_pending(spool_dir);
	for (size_t i = 0; i < tickets->n && r == 0; i++)
		if (tickets->tickets[i].time_us <= now_us - HEARD_AFTER_US)
			r = add(out, &tickets->tickets[i]);
	for (size_t i = 0; i < out->n && r == 0; i++)
		r = look_up(&out->jails[i], store, err);
	return r;
}
