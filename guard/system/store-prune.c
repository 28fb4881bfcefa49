// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/store-internal.h"

#include <errno.h>

static const int64_t DAY_US = INT64_C(86400) * 1000000;

static int prune(struct store *store, int64_t before_us, struct err *err)
{
	/* In this order: wipes hold snapshots, all hold items and boots. */
	static const enum store_statement by_time[] = {
	    STMT_PRUNE_WIPES, STMT_PRUNE_SNAPSHOTS, STMT_PRUNE_EVENTS,
	    STMT_PRUNE_BANS,  STMT_PRUNE_BOOTS,
	};
	int r = 0;

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
 */
int store_prune(struct store *store, int64_t now_us, unsigned keep_days, struct err *err)
{
	int64_t before_us;
	int r;

	if (keep_days == 0 ||
	    __builtin_sub_overflow(now_us, (int64_t)keep_days * DAY_US, &before_us))
		return 0;
	r = store_transaction_begin(store, err);
	if (r)
		return r;
	store->base_id = 0;
	return store_transaction_end(store, prune(store, before_us, err), STORE_RELAXED, err);
}
