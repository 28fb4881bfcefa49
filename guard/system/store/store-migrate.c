// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/store/store-internal.h"

#include <errno.h>

static int user_version(struct store *store, unsigned *out, struct err *err)
{
	sqlite3_stmt *statement = NULL;
	int code, r = 0;

	code = sqlite3_prepare_v2(store->db, "PRAGMA user_version", -1, &statement, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_step(statement);
	if (code == SQLITE_ROW)
		*out = (unsigned)sqlite3_column_int(statement, 0);
	else
		r = store_error(store, code, err, "its version cannot be read");
	sqlite3_finalize(statement);
	return r;
}

static int check_version(struct store *store, unsigned version, struct err *err)
{
	if (version > store_n_migrations)
		return err_set(err, STORE_E_NEWER,
		               "%s: was written by a newer reload-guard (schema %u, this one knows "
		               "%u); upgrade, or move the file away",
		               store->path, version, store_n_migrations);
	if (store->read_only && version < store_n_migrations)
		return err_set(err, STORE_E_OLDER,
		               "%s: has the older schema %u; it is brought up to date when "
		               "`reload-guard watch` starts",
		               store->path, version);
	return 0;
}

static int exec(struct store *store, const char *sql, struct err *err)
{
	errno = 0;
	return store_error(store, sqlite3_exec(store->db, sql, NULL, NULL, NULL), err,
	                   "its schema cannot be made");
}

/* Within the transaction: what another process has done meanwhile is seen. */
static int migrate_locked(struct store *store, bool *done, struct err *err)
{
	char bump[64];
	unsigned version;
	int r;

	r = user_version(store, &version, err);
	if (r == 0)
		r = check_version(store, version, err);
	if (r)
		return r;
	*done = version == store_n_migrations;
	if (*done)
		return 0;
	r = exec(store, store_migrations[version].sql, err);
	if (r && sqlite3_errcode(store->db) == SQLITE_ERROR) /* a database, but not ours */
		r = STORE_E_CORRUPT;
	if (r)
		return r;
	sqlite3_snprintf(sizeof(bump), bump, "PRAGMA user_version = %u", version + 1);
	return exec(store, bump, err);
}

/**
 * store_migrate() - bring the schema up to date, one transaction a step
 *
 * A log that is lost, or a copy of the file alone, does not take the schema along. The version is
 * read again under the lock: of two processes that start at the same time one finds the
 * work done.
 */
int store_migrate(struct store *store, struct err *err)
{
	unsigned version;
	bool done = false;
	int r;

	r = user_version(store, &version, err);
	if (r == 0)
		r = check_version(store, version, err);
	if (r)
		return r;
	if (version == store_n_migrations)
		return 0;
	while (!done) {
		r = exec(store, "BEGIN IMMEDIATE", err);
		if (r)
			return r;
		r = migrate_locked(store, &done, err);
		if (r == 0)
			r = exec(store, "COMMIT", err);
		if (r) {
			if (!sqlite3_get_autocommit(store->db))
				(void)sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
			return r;
		}
	}
	store_empty_log(store);
	return 0;
}
