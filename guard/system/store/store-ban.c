// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/store/store-internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* 950 years: more is for ever, and its end would not fit. */
static const int64_t BANTIME_MAX_S = 30000000000;

/* --- what an address is ------------------------------------------------------------------ */

/* fail2ban bans what a regular expression found: an address, a prefix, a host name, anything. */
void store_address_read(struct store_address *out, const char *text)
{
	snprintf(out->text, sizeof(out->text), "%s", text);
	out->family = "dns";
	out->is_prefix = cidr_parse(&out->cidr, text, 0, NULL) == 0;
	if (!out->is_prefix)
		return;
	cidr_format(&out->cidr, out->text);
	out->family = out->cidr.family == CIDR_IPV4 ? "inet4" : "inet6";
	cidr_first(&out->cidr, out->first);
	cidr_last(&out->cidr, out->last);
}

/* --- writing ----------------------------------------------------------------------------- */

static int64_t normal_bantime(int64_t bantime_s)
{
	return bantime_s < 0 || bantime_s > BANTIME_MAX_S ? -1 : bantime_s;
}

/* 0 for never; a ban of no length at all ends when it begins. */
static int64_t end_of(int64_t time_us, int64_t bantime_s)
{
	int64_t end_us;

	if (bantime_s < 0 || __builtin_add_overflow(time_us, bantime_s * 1000000, &end_us))
		return 0;
	return end_us ? end_us : 1;
}

/*
 * The same ban again changes what is known about it. Told by the hook, it also takes back its
 * end: fail2ban puts its bans back after a restart with the time that they had.
 */
static int put_ban(struct store *store, const struct store_ban *ban, struct err *err)
{
	int64_t bantime_s = normal_bantime(ban->bantime_s);
	struct store_address address;

	store_address_read(&address, ban->address);
	return store_run(store, err, STMT_BAN_PUT, "tttkkiipiiitt", ban->jail, address.text,
	                 address.family, address.is_prefix ? address.first : NULL,
	                 address.is_prefix ? address.last : NULL, ban->time_us, bantime_s,
	                 end_of(ban->time_us, bantime_s), ban->failures, ban->count,
	                 (int64_t)ban->restored, ban->source ? ban->source : "hook", ban->rule);
}

/*
 * @address: NULL ends all bans of the jail that have not run out
 * @at_us:   bans that began later are not meant
 */
static int end_bans(struct store *store, const char *jail, const char *address, int64_t at_us,
                    const char *how, struct err *err)
{
	struct store_address one;
	int r;

	if (address) {
		store_address_read(&one, address);
		r = store_run(store, err, STMT_BAN_END, "ttit", jail, one.text, at_us, how);
	} else {
		r = store_run(store, err, STMT_BAN_END_JAIL, "tit", jail, at_us, how);
	}
	if (r == 0 && sqlite3_changes(store->db) == 0)
		r = STORE_E_NOT_FOUND;
	return r;
}

/**
 * store_bans_end_ids() - these bans hold no longer, as one transaction
 * @how: unban, stop, flush, expired…
 *
 * Return: 0, also for those that have ended already; others as in store.h.
 */
int store_bans_end_ids(struct store *store, const int64_t *ids, size_t n, int64_t at_us,
                       const char *how, struct err *err)
{
	int r = store_transaction_begin(store, err);

	if (r)
		return r;
	for (size_t i = 0; i < n && r == 0; i++)
		r = store_run(store, err, STMT_BAN_END_ID, "iit", ids[i], at_us, how);
	return store_transaction_end(store, r, STORE_RELAXED, err);
}

/*
 * @time_us:   when it began; without a ban of that time the latest one is meant
 * @bantime_s: its whole length from its beginning; -1: for ever
 */
static int prolong(struct store *store, const char *jail, const char *address, int64_t time_us,
                   int64_t bantime_s, int64_t count, struct err *err)
{
	struct store_address one;
	int r;

	store_address_read(&one, address);
	r = store_run(store, err, STMT_BAN_PROLONG, "ttiii", jail, one.text, time_us,
	              normal_bantime(bantime_s), count);
	if (r == 0 && sqlite3_changes(store->db) == 0)
		r = STORE_E_NOT_FOUND;
	return r;
}

static int jail_event(struct store *store, const struct store_ban_event *event,
                      enum event_kind kind, struct err *err)
{
	char text[STORE_JAIL_MAX + 32];
	const struct store_event told = {
	    .kind = kind, .jail = event->ban.jail, .text = text, .at_us = event->at_us};

	snprintf(text, sizeof(text), "jail %s", event->ban.jail);
	return store_event_put(store, &told, err);
}

static int apply_new(struct store *store, const struct store_ban_event *event, struct err *err)
{
	const struct store_ban *ban = &event->ban;
	int r;

	switch (event->kind) {
	case STORE_BAN_BAN:
		return put_ban(store, ban, err);
	case STORE_BAN_UNBAN:
		r = end_bans(store, ban->jail, ban->address, event->at_us, "unban", err);
		return r == STORE_E_NOT_FOUND ? 0 : r;
	case STORE_BAN_PROLONG:
		r = prolong(store, ban->jail, ban->address, ban->time_us, ban->bantime_s,
		            ban->count, err);
		/* Its beginning was missed: what is known is better than nothing. */
		return r == STORE_E_NOT_FOUND ? put_ban(store, ban, err) : r;
	case STORE_BAN_FLUSH:
		r = end_bans(store, ban->jail, NULL, event->at_us, "flush", err);
		return r == STORE_E_NOT_FOUND ? 0 : r;
	case STORE_BAN_START:
		return jail_event(store, event, EVENT_JAIL_START, err);
	case STORE_BAN_STOP:
		r = end_bans(store, ban->jail, NULL, event->at_us, "stop", err);
		if (r && r != STORE_E_NOT_FOUND)
			return r;
		return jail_event(store, event, EVENT_JAIL_STOP, err);
	case STORE_BAN_N_EVENTS:
	default:
		return -EINVAL;
	}
}

static int apply(struct store *store, const struct store_ban_event *event, struct err *err)
{
	if (event->id) {
		int r = store_run(store, err, STMT_TOLD_PUT, "ti", event->id, event->at_us);

		if (r || sqlite3_changes(store->db) == 0)
			return r;
	}
	return apply_new(store, event, err);
}

/**
 * store_ban_event_apply() - what the hook was told, or a spool file says
 *
 * An event that is on record already, by its id, changes nothing more.
 *
 * Return: 0, also when an unban meets no ban; -EINVAL when the event cannot be
 * true; others as in store.h.
 */
int store_ban_event_apply(struct store *store, const struct store_ban_event *event, struct err *err)
{
	int r;

	r = store_ban_event_check(event, err);
	if (r == 0)
		r = store_transaction_begin(store, err);
	if (r)
		return r;
	store->n_bans_told++;
	return store_transaction_end(store, apply(store, event, err), STORE_RELAXED, err);
}

/** store_n_bans_told() - grows with each ban event, and each import of some, that we write */
unsigned store_n_bans_told(const struct store *store)
{
	return store->n_bans_told;
}

/* --- taking in what others have on record -------------------------------------------------- */

/**
 * store_import_get() - how far a history has been taken in
 * @out: nothing of it, when it never was
 *
 * Return: 0; others as in store.h.
 */
int store_import_get(struct store *store, const char *source, struct store_import *out,
                     struct err *err)
{
	_cleanup_reset_ sqlite3_stmt *row = store_bind(store, STMT_IMPORT_GET, "t", source);
	bool found;
	int r;

	*out = (struct store_import){0};
	r = store_step(store, row, &found, err);
	if (r || !found)
		return r;
	out->position = sqlite3_column_int64(row, 0);
	snprintf(out->mark, sizeof(out->mark), "%s", store_text(row, 1) ? store_text(row, 1) : "");
	return 0;
}

static int import_bans(struct store *store, const struct store_ban *bans, size_t n,
                       struct store_import_counts *counts, struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++) {
		const struct store_ban_event event = {.kind = STORE_BAN_BAN, .ban = bans[i]};

		if (store_ban_event_check(&event, NULL) != 0) {
			counts->n_refused++;
			continue;
		}
		r = put_ban(store, &bans[i], err);
		if (r == 0 && sqlite3_changes(store->db) > 0)
			counts->n_taken++;
	}
	return r;
}

/**
 * store_bans_import() - a piece of another program's history, as one transaction
 * @bans:   source "database"; what is on record already stays one ban
 * @source: which history
 * @upto:   up to where it is taken in with these
 *
 * Return: 0; others as in store.h.
 */
int store_bans_import(struct store *store, const struct store_ban *bans, size_t n,
                      const char *source, const struct store_import *upto,
                      struct store_import_counts *counts, struct err *err)
{
	int r = store_transaction_begin(store, err);

	*counts = (struct store_import_counts){0};
	if (r)
		return r;
	store->n_bans_told++;
	r = import_bans(store, bans, n, counts, err);
	if (r == 0)
		r = store_run(store, err, STMT_IMPORT_PUT, "tit", source, upto->position,
		              upto->mark);
	return store_transaction_end(store, r, STORE_RELAXED, err);
}
