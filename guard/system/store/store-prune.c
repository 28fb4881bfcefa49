// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/store/store-internal.h"

#include <errno.h>

static const int64_t DAY_US = INT64_C(86400) * 1000000;

/* What goes at once: a guard that restores must not wait for more than that. */
enum { PRUNE_BANS = 250 };

static int prune(struct store *store, int64_t before_us, bool *more, struct err *err)
{
	/* In this order: wipes hold snapshots, all hold items and boots. */
	static const enum store_statement by_time[] = {
	    STMT_PRUNE_WIPES,
	    STMT_PRUNE_SNAPSHOTS,
	    STMT_PRUNE_EVENTS,
	    STMT_PRUNE_TOLD,
	    STMT_PRUNE_BOOTS,
	};
	int r = store_run(store, err, STMT_PRUNE_BANS, "ii", before_us, (int64_t)PRUNE_BANS);

	*more = r == 0 && sqlite3_changes(store->db) == PRUNE_BANS;
	if (*more)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(by_time) && r == 0; i++)
		r = store_run(store, err, by_time[i], "i", before_us);
	return r ? r : store_run(store, err, STMT_PRUNE_ITEMS, "");
}

/**
 * store_prune() - forget what is older than keep_days
 * @keep_days: 0 keeps everything
 *
 * Never the last good snapshot, the one seen last, those that a kept wipe was
 * compared with, and what these are differences to; never an unfinished wipe,
 * a released item, a client range, or a ban that may still hold.
 *
 * Return: 0; STORE_E_MORE when it is to be called again, soon; others as in store.h.
 */
int store_prune(struct store *store, int64_t now_us, unsigned keep_days, struct err *err)
{
	int64_t before_us;
	bool more;
	int r;

	if (keep_days == 0 ||
	    __builtin_sub_overflow(now_us, (int64_t)keep_days * DAY_US, &before_us))
		return 0;
	r = store_transaction_begin(store, err);
	if (r)
		return r;
	store->base_id = 0;
	r = prune(store, before_us, &more, err);
	r = store_transaction_end(store, r, STORE_RELAXED, err);
	return r == 0 && more ? STORE_E_MORE : r;
}
