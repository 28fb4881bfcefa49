// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/store/store-internal.h"

#include <errno.h>
#include <string.h>

enum {
	EVENT_KIND_MAX = 32,
	EVENT_TEXT_MAX = 4096,
	EVENT_DETAIL_MAX = 65536,
};

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
	COLUMN_DETAIL,
};

static bool kind_is_valid(const char *kind)
{
	static const char *const taken[] = {"wipe", "loss", "restore", "ban", "unban"};
	size_t length = strlen(kind);

	for (size_t i = 0; i < ARRAY_SIZE(taken); i++)
		if (strcmp(kind, taken[i]) == 0)
			return false;
	return length > 0 && length <= EVENT_KIND_MAX &&
	       strspn(kind, "abcdefghijklmnopqrstuvwxyz0123456789-") == length;
}

/**
 * store_event_put() - something that happened
 * @kind: one short word, see store.h; lower case and dashes
 * @text: one line for a person
 * @json: structured detail, or NULL; stored as it is
 *
 * Return: 0; -EINVAL for a kind that cannot be or a text that is too long;
 * others as in store.h.
 */
int store_event_put(struct store *store, const char *kind, const char *text, const char *json,
                    int64_t at_us, struct err *err)
{
	int r;

	if (!kind_is_valid(kind) || strlen(text) > EVENT_TEXT_MAX ||
	    (json && strlen(json) > EVENT_DETAIL_MAX))
		return err_set(err, -EINVAL, "not an event: %.40s", kind);
	r = store_transaction_begin(store, err);
	if (r)
		return r;
	r = store_run(store, err, STMT_EVENT_PUT, "ittt", at_us, kind, text, json);
	return store_transaction_end(store, r, STORE_RELAXED, err);
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
	    .detail = store_text(row, COLUMN_DETAIL),
	};
}

static bool asks_for_bans(const struct store_history_query *query)
{
	return query->bans || (query->kind && (strcmp(query->kind, "ban") == 0 ||
	                                       strcmp(query->kind, "unban") == 0));
}

/**
 * store_history() - what happened, the newest first unless the query wants the oldest
 * @query: borrowed
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
	    store_bind(store, query->oldest_first ? STMT_HISTORY_FORWARD : STMT_HISTORY, "iitii",
	               query->since_us ? query->since_us : INT64_MIN,
	               query->until_us ? query->until_us : INT64_MAX, query->kind,
	               (int64_t)asks_for_bans(query), store_limit(query->limit));
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
