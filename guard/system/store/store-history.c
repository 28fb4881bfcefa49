// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/store/store-internal.h"

#include <errno.h>
#include <string.h>

/* In the order of STMT_HISTORY. */
enum history_column {
	COLUMN_AT,
	COLUMN_STEP,
	COLUMN_POSITION,
	COLUMN_KIND,
	COLUMN_TEXT,
	COLUMN_ID,
	COLUMN_WIPE,
	COLUMN_WIPE_KIND,
	COLUMN_FINISHED,
	COLUMN_LOST,
	COLUMN_RESTORED,
	COLUMN_FAILED,
	COLUMN_RESTORED_US,
	COLUMN_OUTCOME,
	COLUMN_ITEM,
	COLUMN_VERDICT,
	COLUMN_ERROR,
	COLUMN_STARTED,
	COLUMN_JAIL,
	COLUMN_ADDRESS,
	COLUMN_HOW,
};

static int put(struct store *store, const struct store_event *event, struct err *err)
{
	int64_t item_id = 0; /* none */
	int r = 0;

	if (event->item)
		r = store_item_id(store, event->item, &item_id, err);
	return r ? r
	         : store_run(store, err, STMT_EVENT_PUT, "itptt", event->at_us,
	                     event_kind_name(event->kind), item_id, event->jail, event->text);
}

/**
 * store_event_put() - something that happened
 *
 * Return: 0; -EINVAL for a kind that history makes from another table, or a
 * text that is too long; others as in store.h.
 */
int store_event_put(struct store *store, const struct store_event *event, struct err *err)
{
	int r;

	if (!event_is_recorded(event->kind) || strlen(event->text) > STORE_EVENT_MAX)
		return err_set(err, -EINVAL, "not an event: %.40s", event->text);
	r = store_transaction_begin(store, err);
	if (r)
		return r;
	return store_transaction_end(store, put(store, event, err), STORE_RELAXED, err);
}

/**
 * store_event_items() - the items that events of some kinds are about
 * @kinds:    EVENT_BIT() of each
 * @since_us: inclusive
 * @out:      written on success alone; sorted by item_cmp(), for items_contain(), and one
 *            of several kinds stands there as often; the caller deinits it
 *
 * Return: 0; others as in store.h.
 */
int store_event_items(struct store *store, uint64_t kinds, int64_t since_us,
                      struct store_items *out, struct err *err)
{
	_cleanup_store_items_ struct store_items items = STORE_ITEMS_NULL;

	for (enum event_kind kind = 0; kind < EVENT_N_KINDS; kind++) {
		_cleanup_reset_ sqlite3_stmt *rows = NULL;
		int r;

		if (!(kinds & EVENT_BIT(kind)))
			continue;
		rows = store_bind(store, STMT_EVENT_ITEMS, "ti", event_kind_name(kind), since_us);
		r = store_items_read(&items, rows, store, err);
		if (r)
			return r;
	}
	*out = items;
	items = STORE_ITEMS_NULL;
	return 0;
}

static void read_row(struct store_history_row *out, sqlite3_stmt *row)
{
	int64_t at_us = sqlite3_column_int64(row, COLUMN_AT);
	int64_t restored_us = sqlite3_column_int64(row, COLUMN_RESTORED_US);

	*out = (struct store_history_row){
	    .at_us = at_us,
	    .kind = store_text(row, COLUMN_KIND),
	    .text = store_text(row, COLUMN_TEXT),
	    .id = sqlite3_column_int64(row, COLUMN_ID),
	    .wipe_id = sqlite3_column_int64(row, COLUMN_WIPE),
	    .wipe_kind = store_text(row, COLUMN_WIPE_KIND),
	    .finished_us = sqlite3_column_int64(row, COLUMN_FINISHED),
	    .n_lost = sqlite3_column_int64(row, COLUMN_LOST),
	    .n_restored = sqlite3_column_int64(row, COLUMN_RESTORED),
	    .n_failed = sqlite3_column_int64(row, COLUMN_FAILED),
	    .restore_ms = restored_us >= at_us && restored_us ? (restored_us - at_us) / 1000 : -1,
	    .outcome = store_text(row, COLUMN_OUTCOME),
	    .item = store_text(row, COLUMN_ITEM),
	    .verdict = store_text(row, COLUMN_VERDICT),
	    .error = store_text(row, COLUMN_ERROR),
	    .started_us = sqlite3_column_int64(row, COLUMN_STARTED),
	    .jail = store_text(row, COLUMN_JAIL),
	    .address = store_text(row, COLUMN_ADDRESS),
	    .how = store_text(row, COLUMN_HOW),
	    .step = STORE_STEP_N,
	};
	if (!event_is(out->kind, EVENT_WIPE))
		out->step = store_outcome_of(out->outcome);
}

static bool asks_for_bans(const struct store_history_query *query)
{
	return query->bans || (query->kind && (event_is(query->kind, EVENT_BAN) ||
	                                       event_is(query->kind, EVENT_UNBAN)));
}

/**
 * store_history() - what happened, the newest first unless the query wants the oldest
 * @query: borrowed
 *
 * A step of a wipe may lie outside of the time when the wipe itself lies in it, and the
 * other way round: with @query->whole there are no parts.
 *
 * Within one instant the restored come before the lost and these before their
 * wipe, so that the list read backwards is the order of events.
 *
 * Return: 0; what @fn returned; others as in store.h.
 */
int store_history(struct store *store, const struct store_history_query *query,
                  store_history_fn *fn, void *userdata, struct err *err)
{
	_cleanup_reset_ sqlite3_stmt *rows =
	    store_bind(store, query->oldest_first ? STMT_HISTORY_FORWARD : STMT_HISTORY, "iitiiii",
	               query->since_us ? query->since_us : INT64_MIN,
	               query->until_us ? query->until_us : INT64_MAX, query->kind,
	               (int64_t)asks_for_bans(query), store_limit(query->limit),
	               (int64_t)query->whole, query->told_from ? query->told_from : INT64_MAX);
	bool row;
	int r;

	while ((r = store_step(store, rows, &row, err)) == 0 && row) {
		struct store_history_row out;

		read_row(&out, rows);
		if (!out.kind || !out.text)
			return err_set(err, STORE_E_CORRUPT, "%s: the history is damaged",
			               store->path);
		r = fn(&out, userdata);
		if (r)
			break;
	}
	return r;
}

static int take_time(const struct store_history_row *row, void *userdata)
{
	*(int64_t *)userdata = row->at_us;
	return 0;
}

/**
 * store_event_latest() - when that happened last
 * @at_us: written where it ever did
 *
 * Return: 0; others as in store.h.
 */
int store_event_latest(struct store *store, enum event_kind kind, int64_t *at_us, struct err *err)
{
	const struct store_history_query query = {.kind = event_kind_name(kind), .limit = 1};

	return store_history(store, &query, take_time, at_us, err);
}

/**
 * store_silence() - since when firewalld does not answer, if that is the last that was heard of it
 * @since_us: written on success alone; 0: it answered since, or nobody found that it does not
 *
 * Return: 0; others as in store.h.
 */
int store_silence(struct store *store, int64_t *since_us, struct err *err)
{
	int64_t began_us = 0, ended_us = 0;
	int r = store_event_latest(store, EVENT_FIREWALLD_SILENT, &began_us, err);

	if (r == 0)
		r = store_event_latest(store, EVENT_FIREWALLD_ANSWERS, &ended_us, err);
	if (r == 0)
		*since_us = began_us >= ended_us ? began_us : 0;
	return r;
}
