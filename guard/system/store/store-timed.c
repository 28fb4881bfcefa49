// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/store/store-internal.h"

#include <errno.h>

static void timed_deinit(struct store_timed *timed)
{
	free(timed->zone);
	free(timed->trait);
}

/** store_timeds_deinit() - free what it owns; the result is STORE_TIMEDS_NULL and usable */
void store_timeds_deinit(struct store_timeds *timeds)
{
	for (size_t i = 0; i < timeds->n; i++)
		timed_deinit(&timeds->rows[i]);
	free(timeds->rows);
	*timeds = STORE_TIMEDS_NULL;
}

/** store_timed_put() - it is there until then; @timed: borrowed */
int store_timed_put(struct store *store, const struct store_timed *timed, struct err *err)
{
	int r = store_transaction_begin(store, err);

	if (r == 0)
		r = store_transaction_end(store,
		                          store_run(store, err, STMT_TIMED_PUT, "tti", timed->zone,
		                                    timed->trait, timed->until_us),
		                          STORE_RELAXED, err);
	return r;
}

/** store_timed_end() - it is gone, if it was there for a time at all */
int store_timed_end(struct store *store, const char *zone, const char *trait, struct err *err)
{
	int r = store_transaction_begin(store, err);

	if (r == 0)
		r = store_transaction_end(
		    store, store_run(store, err, STMT_TIMED_END, "tt", zone, trait), STORE_RELAXED,
		    err);
	return r;
}

/** store_timed_clear() - firewalld has no timer any more */
int store_timed_clear(struct store *store, struct err *err)
{
	int r = store_transaction_begin(store, err);

	if (r == 0)
		r = store_transaction_end(store, store_run(store, err, STMT_TIMED_CLEAR, ""),
		                          STORE_RELAXED, err);
	return r;
}

static int read_row(struct store_timed *out, sqlite3_stmt *rows)
{
	int r = store_text_dup(&out->zone, rows, 0);

	if (r == 0)
		r = store_text_dup(&out->trait, rows, 1);
	if (r == 0 && (!out->zone || !out->trait))
		r = -EBADMSG;
	out->until_us = sqlite3_column_int64(rows, 2);
	return r;
}

/** store_timed_list() - all of them; @out is written on success alone */
int store_timed_list(struct store *store, struct store_timeds *out, struct err *err)
{
	_cleanup_reset_ sqlite3_stmt *rows = store_bind(store, STMT_TIMED_LIST, "");
	_cleanup_store_timeds_ struct store_timeds timeds = STORE_TIMEDS_NULL;
	bool row;
	int r;

	while ((r = store_step(store, rows, &row, err)) == 0 && row) {
		struct store_timed timed = {0};

		r = grow(&timeds.rows, &timeds.capacity, timeds.n + 1, sizeof(timed));
		if (r == 0)
			r = read_row(&timed, rows);
		if (r < 0) {
			timed_deinit(&timed);
			return err_set(err, r, "%s: what ends by itself cannot be read",
			               store->path);
		}
		timeds.rows[timeds.n++] = timed;
	}
	if (r)
		return r;
	*out = timeds;
	timeds = STORE_TIMEDS_NULL;
	return 0;
}
