// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/store/store-internal.h"

#include <string.h>

static const char *const outcome_names[STORE_STEP_N] = {
    [STORE_STEP_RESTORED] = "restored",     [STORE_STEP_FAILED] = "failed",
    [STORE_STEP_SUPERSEDED] = "superseded", [STORE_STEP_SKIPPED] = "skipped",
    [STORE_STEP_ENDED] = "ended",           [STORE_STEP_LEFT_OUT] = "left-out",
};

static const char *const ending_names[STORE_WIPE_N] = {
    [STORE_WIPE_RESTORED] = "restored",
    [STORE_WIPE_PARTLY] = "partly restored",
    [STORE_WIPE_BANS_PARTLY] = "bans partly restored",
    [STORE_WIPE_NOTHING_LOST] = "nothing lost",
    [STORE_WIPE_NOT_RESTORED] = "not restored",
    [STORE_WIPE_LEFT] = "left to the administrator",
    [STORE_WIPE_INTERRUPTED] = "interrupted",
    [STORE_WIPE_SUPERSEDED] = "superseded",
    [STORE_WIPE_TAKEN_OVER] = "taken over by reload-guard restore",
};

/** store_outcome_name() - one word; Return: static */
const char *store_outcome_name(enum store_outcome outcome)
{
	return (unsigned)outcome < STORE_STEP_N ? outcome_names[outcome] : "unknown";
}

/** store_outcome_of() - the step of that name; STORE_STEP_N: none; NULL is none */
enum store_outcome store_outcome_of(const char *name)
{
	for (enum store_outcome i = 0; name && i < STORE_STEP_N; i++)
		if (strcmp(outcome_names[i], name) == 0)
			return i;
	return STORE_STEP_N;
}

/** store_wipe_info_deinit() - free what it owns */
void store_wipe_info_deinit(struct store_wipe_info *info)
{
	free(info->cause);
	free(info->outcome);
	free(info->boot_id);
	free(info->instance);
	*info = STORE_WIPE_INFO_NULL;
}

static void unfinished_deinit(struct store_unfinished *wipe)
{
	store_wipe_info_deinit(&wipe->wipe);
	loss_deinit(&wipe->loss);
	free(wipe->row);
}

/** store_unfinished_list_deinit() - free what it owns */
void store_unfinished_list_deinit(struct store_unfinished_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		unfinished_deinit(&list->wipes[i]);
	free(list->wipes);
	*list = STORE_UNFINISHED_LIST_NULL;
}

/* --- writing ----------------------------------------------------------------------------- */

static int put_loss_row(struct store *store, int64_t wipe, size_t position,
                        const struct loss_row *row, struct err *err)
{
	int64_t item;
	int r;

	r = store_item_id(store, &row->item, &item, err);
	if (r)
		return r;
	return store_run(store, err, STMT_LOSS_PUT, "iiitiii", wipe, (int64_t)position, item,
	                 loss_verdict_name(row->verdict),
	                 (int64_t)loss_verdict_is_open(row->verdict), (int64_t)row->flags,
	                 row->until_us);
}

static int put_loss(struct store *store, int64_t wipe, const struct loss *loss, struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < loss->n && r == 0; i++)
		r = put_loss_row(store, wipe, i, &loss->rows[i], err);
	return r;
}

static int put_wipe(struct store *store, const struct store_wipe *wipe, const struct loss *loss,
                    int64_t *id, struct err *err)
{
	int64_t boot;
	int r;

	r = store_boot_id(store, wipe->boot_id, wipe->at_us, &boot, err);
	if (r == 0)
		r = store_run(store, err, STMT_WIPE_PUT, "ttiitp", wipe_kind_name(wipe->kind),
		              wipe->cause, wipe->at_us, boot, wipe->instance, wipe->before_id);
	if (r)
		return r;
	*id = sqlite3_last_insert_rowid(store->db);
	return put_loss(store, *id, loss, err);
}

/**
 * store_wipe_begin() - put a wipe on record and all that it took, before acting
 * @wipe:    borrowed
 * @loss:    borrowed; every row with its verdict, also those that are not restored
 * @wipe_id: receives its number on success
 *
 * One transaction, one fsync; housekeeping of the file waits for another call.
 * A before_id that is not there (any more) is left out.
 *
 * Return: 0; others as in store.h.
 */
int store_wipe_begin(struct store *store, const struct store_wipe *wipe, const struct loss *loss,
                     int64_t *wipe_id, struct err *err)
{
	int64_t id = 0;
	int r;

	r = store_transaction_begin(store, err);
	if (r)
		return r;
	r = store_transaction_end(store, put_wipe(store, wipe, loss, &id, err), STORE_URGENT, err);
	if (r == 0)
		*wipe_id = id;
	return r;
}

static int put_late(struct store *store, int64_t id, const char *cause, const struct loss *loss,
                    struct err *err)
{
	int r = store_run(store, err, STMT_WIPE_CAUSE, "it", id, cause);

	if (r == 0 && sqlite3_changes(store->db) == 0)
		return err_set(err, STORE_E_NOT_FOUND, "there is no wipe %lld", (long long)id);
	return r ? r : put_loss(store, id, loss, err);
}

/**
 * store_wipe_losses() - what a wipe took, which was begun when it was only heard of
 * @wipe_id: was begun with an empty loss
 * @cause:   replaces the one that it was begun with; may be NULL
 * @loss:    borrowed; as for store_wipe_begin()
 *
 * One transaction, one fsync.
 *
 * Return: 0; STORE_E_NOT_FOUND; others as in store.h.
 */
int store_wipe_losses(struct store *store, int64_t wipe_id, const char *cause,
                      const struct loss *loss, struct err *err)
{
	int r = store_transaction_begin(store, err);

	if (r)
		return r;
	return store_transaction_end(store, put_late(store, wipe_id, cause, loss, err),
	                             STORE_URGENT, err);
}

static int put_step(struct store *store, int64_t wipe, const struct store_step *step,
                    struct err *err)
{
	const char *outcome = store_outcome_name(step->outcome);
	int64_t loss;
	int r;

	r = store_id(store, store_bind(store, STMT_LOSS_ID, "ii", wipe, (int64_t)step->row), &loss,
	             err);
	if (r == STORE_E_NOT_FOUND)
		return err_set(err, r, "wipe %lld has no row %zu", (long long)wipe, step->row);
	if (r == 0)
		r = store_run(store, err, STMT_STEP_PUT, "ittii", loss, outcome, step->error,
		              step->started_us, step->finished_us);
	if (r == 0)
		r = store_run(store, err, STMT_LOSS_OUTCOME, "iti", loss, outcome,
		              step->finished_us);
	return r;
}

/**
 * store_steps_put() - what became of rows of a wipe
 * @steps: borrowed; a row may get several steps over time, the last one counts
 *
 * Return: 0; STORE_E_NOT_FOUND when the wipe has no such row; others as in store.h.
 */
int store_steps_put(struct store *store, int64_t wipe_id, const struct store_step *steps, size_t n,
                    struct err *err)
{
	int r;

	if (n == 0)
		return 0;
	r = store_transaction_begin(store, err);
	if (r)
		return r;
	for (size_t i = 0; i < n && r == 0; i++)
		r = put_step(store, wipe_id, &steps[i], err);
	return store_transaction_end(store, r, STORE_URGENT, err);
}

static int finish(struct store *store, int64_t id, int64_t finished_us, enum store_ending ending,
                  struct err *err)
{
	int r;

	r = store_run(store, err, STMT_WIPE_FINISH, "iit", id, finished_us, ending_names[ending]);
	if (r == 0 && sqlite3_changes(store->db) == 0)
		return err_set(err, STORE_E_NOT_FOUND, "there is no wipe %lld", (long long)id);
	return r;
}

/**
 * store_wipe_finish() - nothing more will be done about it
 *
 * Return: 0; STORE_E_NOT_FOUND; others as in store.h.
 */
int store_wipe_finish(struct store *store, int64_t wipe_id, int64_t finished_us,
                      enum store_ending ending, struct err *err)
{
	int r;

	r = store_transaction_begin(store, err);
	if (r)
		return r;
	return store_transaction_end(store, finish(store, wipe_id, finished_us, ending, err),
	                             STORE_RELAXED, err);
}

/**
 * store_wipe_forget() - a wipe of which nothing came leaves no trace
 *
 * One with steps stays.
 *
 * Return: as in store.h.
 */
int store_wipe_forget(struct store *store, int64_t wipe_id, struct err *err)
{
	int r = store_transaction_begin(store, err);

	if (r)
		return r;
	r = store_run(store, err, STMT_WIPE_FORGET, "i", wipe_id);
	return store_transaction_end(store, r, STORE_RELAXED, err);
}

/* --- reading ----------------------------------------------------------------------------- */

static int read_info(struct store_wipe_info *info, sqlite3_stmt *row)
{
	const char *kind = store_text(row, 1);
	int r;

	if (!kind || wipe_kind_parse(&info->kind, kind) != 0)
		return STORE_E_CORRUPT;
	info->id = sqlite3_column_int64(row, 0);
	info->at_us = sqlite3_column_int64(row, 3);
	info->finished_us = sqlite3_column_int64(row, 4);
	info->before_id = sqlite3_column_int64(row, 8);
	info->n_rows = (size_t)sqlite3_column_int64(row, 9);
	info->n_lost = (size_t)sqlite3_column_int64(row, 10);
	info->n_restored = (size_t)sqlite3_column_int64(row, 11);
	info->n_failed = (size_t)sqlite3_column_int64(row, 12);
	info->n_skipped = (size_t)sqlite3_column_int64(row, 13);
	info->restored_us = sqlite3_column_int64(row, 14);
	info->n_bans = (size_t)sqlite3_column_int64(row, 15);
	info->n_bans_restored = (size_t)sqlite3_column_int64(row, 16);
	info->n_bans_failed = (size_t)sqlite3_column_int64(row, 17);
	info->n_bans_left_out = (size_t)sqlite3_column_int64(row, 18);
	info->n_bans_ended = (size_t)sqlite3_column_int64(row, 19);
	info->bans_restored_us = sqlite3_column_int64(row, 20);
	r = store_text_dup(&info->cause, row, 2);
	if (r == 0)
		r = store_text_dup(&info->outcome, row, 5);
	if (r == 0)
		r = store_text_dup(&info->boot_id, row, 6);
	if (r == 0)
		r = store_text_dup(&info->instance, row, 7);
	return r;
}

static int load_info(struct store *store, int64_t id, struct store_wipe_info *out, struct err *err)
{
	_cleanup_store_wipe_info_ struct store_wipe_info info = STORE_WIPE_INFO_NULL;
	_cleanup_reset_ sqlite3_stmt *rows = store_bind(store, STMT_WIPE_LOAD, "i", id);
	bool row;
	int r;

	r = store_step(store, rows, &row, err);
	if (r)
		return r;
	if (!row)
		return err_set(err, STORE_E_NOT_FOUND, "there is no wipe %lld", (long long)id);
	r = read_info(&info, rows);
	if (r)
		return err_set(err, r, "%s: wipe %lld cannot be read", store->path, (long long)id);
	*out = info;
	info = STORE_WIPE_INFO_NULL;
	return 0;
}

static int read_loss_row(struct loss *loss, sqlite3_stmt *row)
{
	_cleanup_item_ struct item item = ITEM_NULL;
	const char *name = store_text(row, 4);
	enum loss_verdict verdict;
	int r;

	r = store_column_item(&item, row, 1);
	if (r)
		return r;
	if (!name || loss_verdict_parse(&verdict, name) != 0)
		return STORE_E_CORRUPT;
	r = grow(&loss->rows, &loss->capacity, loss->n + 1, sizeof(*loss->rows));
	if (r < 0)
		return r;
	loss->rows[loss->n++] = (struct loss_row){
	    .item = item,
	    .verdict = verdict,
	    .flags = (unsigned)sqlite3_column_int64(row, 5),
	    .until_us = sqlite3_column_int64(row, 6),
	};
	item = ITEM_NULL;
	return 0;
}

/* positions: may be NULL; only with open alone */
static int load_rows(struct store *store, int64_t id, bool open, struct loss *out,
                     size_t **positions, struct err *err)
{
	_cleanup_reset_ sqlite3_stmt *rows =
	    store_bind(store, STMT_LOSS_LIST, "ii", id, (int64_t)open);
	_cleanup_loss_ struct loss loss = LOSS_NULL;
	_cleanup_free_ size_t *at = NULL;
	size_t capacity = 0;
	bool row;
	int r;

	while ((r = store_step(store, rows, &row, err)) == 0 && row) {
		r = grow(&at, &capacity, loss.n + 1, sizeof(*at));
		if (r == 0) {
			at[loss.n] = (size_t)sqlite3_column_int64(rows, 0);
			r = read_loss_row(&loss, rows);
		}
		if (r)
			return err_set(err, r, "%s: wipe %lld cannot be read", store->path,
			               (long long)id);
	}
	if (r)
		return r;
	*out = loss;
	loss = LOSS_NULL;
	if (positions)
		*positions = steal(at);
	return 0;
}

/**
 * store_wipe_load() - a wipe by its number
 * @info: may be NULL; release with store_wipe_info_deinit()
 * @loss: may be NULL; receives all its rows; release with loss_deinit()
 */
int store_wipe_load(struct store *store, int64_t wipe_id, struct store_wipe_info *info,
                    struct loss *loss, struct err *err)
{
	_cleanup_store_wipe_info_ struct store_wipe_info found = STORE_WIPE_INFO_NULL;
	int r;

	r = load_info(store, wipe_id, &found, err);
	if (r == 0 && loss)
		r = load_rows(store, wipe_id, false, loss, NULL, err);
	if (r || !info)
		return r;
	*info = found;
	found = STORE_WIPE_INFO_NULL;
	return 0;
}

/**
 * store_wipe_outcomes() - what became of the rows of a wipe, each by its last step
 * @out: of @n rows; STORE_STEP_N for one that no step was about
 */
int store_wipe_outcomes(struct store *store, int64_t wipe_id, enum store_outcome *out, size_t n,
                        struct err *err)
{
	_cleanup_reset_ sqlite3_stmt *rows = store_bind(store, STMT_LOSS_OUTCOMES, "i", wipe_id);
	bool row;
	int r;

	for (size_t i = 0; i < n; i++)
		out[i] = STORE_STEP_N;
	while ((r = store_step(store, rows, &row, err)) == 0 && row) {
		int64_t at = sqlite3_column_int64(rows, 0);

		if (at >= 0 && (uint64_t)at < n)
			out[at] = store_outcome_of(store_text(rows, 1));
	}
	return r;
}

/** store_wipe_last() - the latest wipe; STORE_E_NOT_FOUND when there was none */
int store_wipe_last(struct store *store, struct store_wipe_info *out, struct err *err)
{
	int64_t id;
	int r;

	r = store_id(store, store_bind(store, STMT_WIPE_LAST_ID, ""), &id, err);
	if (r == STORE_E_NOT_FOUND)
		return err_set(err, r, "no wipe is on record");
	return r ? r : load_info(store, id, out, err);
}

static int add_unfinished(struct store *store, int64_t id, struct store_unfinished_list *list,
                          struct err *err)
{
	struct store_unfinished wipe = {0};
	int r;

	r = grow(&list->wipes, &list->capacity, list->n + 1, sizeof(*list->wipes));
	if (r == 0)
		r = load_info(store, id, &wipe.wipe, err);
	if (r == 0)
		r = load_rows(store, id, true, &wipe.loss, &wipe.row, err);
	if (r)
		unfinished_deinit(&wipe);
	else
		list->wipes[list->n++] = wipe;
	return r;
}

/**
 * store_wipe_unfinished() - what an interrupted guard left to do
 * @out: written on success alone; release with store_unfinished_list_deinit()
 *
 * Wipes without store_wipe_finish(), oldest first, each with its rows that are
 * to be restored and have no step, or a failed one. A wipe with no rows left
 * is there too: it only wants finishing.
 */
int store_wipe_unfinished(struct store *store, struct store_unfinished_list *out, struct err *err)
{
	_cleanup_store_unfinished_list_ struct store_unfinished_list list =
	    STORE_UNFINISHED_LIST_NULL;
	_cleanup_reset_ sqlite3_stmt *ids = store_bind(store, STMT_WIPE_UNFINISHED_IDS, "");
	bool row;
	int r;

	while ((r = store_step(store, ids, &row, err)) == 0 && row) {
		r = add_unfinished(store, sqlite3_column_int64(ids, 0), &list, err);
		if (r)
			return r;
	}
	if (r)
		return r;
	*out = list;
	list = STORE_UNFINISHED_LIST_NULL;
	return 0;
}
