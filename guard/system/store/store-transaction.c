// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/store/store-internal.h"

#include <errno.h>

/* Of the write-ahead log; about 4 MB. */
enum { CHECKPOINT_PAGES = 1000 };

/**
 * store_empty_log() - what is committed goes into the file itself; costs nothing without any
 *
 * Whoever takes the file alone, or loses the log, has that then. Whatever comes of it: what is
 * committed stays so, and the next time tries again.
 */
void store_empty_log(struct store *store)
{
	if (store->wal_pages == 0 || store->read_only || store->depth > 0)
		return;
	if (sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL) ==
	    SQLITE_OK)
		store->wal_pages = 0;
}

int store_transaction_begin(struct store *store, struct err *err)
{
	int r;

	if (store->broken)
		return err_set(err, store->broken, "%s: the transaction was rolled back",
		               store->path);
	r = store_run(store, err, store->depth ? STMT_SAVEPOINT : STMT_BEGIN, "");
	if (r == 0)
		store->depth++;
	return r;
}

static void transaction_undo(struct store *store)
{
	store->depth--;
	store->base_id = 0; /* its id may be given away again */
	if (!sqlite3_get_autocommit(store->db)) {
		int r = store->depth ? store_run(store, NULL, STMT_SAVEPOINT_ROLLBACK, "")
		                     : store_run(store, NULL, STMT_ROLLBACK, "");

		if (r == 0 && store->depth)
			r = store_run(store, NULL, STMT_SAVEPOINT_RELEASE, "");
		if (r && store->depth) /* the outer one would commit half a call */
			store->broken = r;
	}
	if (store->depth == 0)
		store->broken = 0;
}

/**
 * store_transaction_end() - commit, or undo everything since the begin
 * @code:    what the body returned; not 0 undoes, and is returned
 * @urgency: STORE_URGENT leaves the write-ahead log to a later commit
 */
int store_transaction_end(struct store *store, int code, enum store_urgency urgency,
                          struct err *err)
{
	int r = code;

	if (r == 0 && store->broken)
		r = err_set(err, store->broken, "%s: the transaction was rolled back", store->path);
	if (r == 0)
		r = store_run(store, err, store->depth > 1 ? STMT_SAVEPOINT_RELEASE : STMT_COMMIT,
		              "");
	if (r) {
		transaction_undo(store);
		return r;
	}
	store->depth--;
	if (store->depth == 0 && urgency == STORE_RELAXED && store->wal_pages > CHECKPOINT_PAGES)
		store_empty_log(store);
	return 0;
}

/**
 * store_begin() - open a transaction around the calls that follow
 *
 * Not nested. A call in it that fails undoes itself alone, unless SQLite had
 * to roll everything back: then store_commit() tells why.
 */
int store_begin(struct store *store, struct err *err)
{
	if (store->depth > 0)
		return err_set(err, -EALREADY, "a transaction is open already");
	return store_transaction_begin(store, err);
}

/** store_commit() - end it; on failure everything since store_begin() is undone */
int store_commit(struct store *store, struct err *err)
{
	if (store->depth != 1)
		return err_set(err, -EINVAL, "no transaction is open");
	return store_transaction_end(store, 0, STORE_RELAXED, err);
}

/** store_rollback() - undo everything since store_begin(); harmless without one */
void store_rollback(struct store *store)
{
	if (store->depth > 0)
		transaction_undo(store);
}
