// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/store/store-internal.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include "guard/system/host/clock.h"

enum {
	QUICK_CHECK_MAX =
	    64 * 1024 * 1024, /* bytes; above, the check at open would take too long */
	BUSY_PAUSE_MS = 5,
};

static const char *const error_names[] = {
    [STORE_E_BUSY] = "busy",           [STORE_E_FULL] = "full",
    [STORE_E_READ_ONLY] = "read-only", [STORE_E_CORRUPT] = "corrupt",
    [STORE_E_OLDER] = "older",         [STORE_E_NEWER] = "newer",
    [STORE_E_ABSENT] = "absent",       [STORE_E_NOT_FOUND] = "not-found",
    [STORE_E_UNSAFE] = "unsafe",       [STORE_E_MORE] = "more",
};

/** store_error_name() - a stable word for a code, for logs and JSON; Return: static */
const char *store_error_name(int code)
{
	if (code > 0 && (size_t)code < ARRAY_SIZE(error_names))
		return error_names[code];
	return code == 0 ? "ok" : "error";
}

/** store_error_of_errno() - what the system said, of a file or beneath a SQLite error */
int store_error_of_errno(int error)
{
	switch (error) {
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return STORE_E_FULL;
	case EROFS:
	case EACCES:
	case EPERM:
		return STORE_E_READ_ONLY;
	case ELOOP:
		return STORE_E_UNSAFE;
	default:
		return error > 0 ? -error : -EIO;
	}
}

static int code_of_sqlite(int code, int system_error)
{
	switch (code & 0xff) {
	case SQLITE_OK:
		return 0;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return STORE_E_BUSY;
	case SQLITE_FULL:
		return STORE_E_FULL;
	case SQLITE_READONLY:
		return STORE_E_READ_ONLY;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		/* SQLite says so, too, of a schema that the disk did not give out */
		return system_error == EIO ? -EIO : STORE_E_CORRUPT;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_CONSTRAINT:
	case SQLITE_MISMATCH:
		return -EINVAL;
	case SQLITE_TOOBIG:
		return -E2BIG;
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
		if (code == SQLITE_IOERR_NOMEM)
			return -ENOMEM;
		return store_error_of_errno(system_error);
	default:
		return -EIO;
	}
}

/**
 * store_error() - a SQLite result as one of ours
 * @code: of SQLite, extended or not
 * @what: what was tried
 *
 * Return: 0, STORE_E_* or a negative errno, with @err set.
 */
int store_error(struct store *store, int code, struct err *err, const char *what)
{
	/* SQLite remembers the system's error of an open, but not that of a write. */
	int system_error = errno, r;

	if (code == SQLITE_OK)
		return 0;
	if (sqlite3_system_errno(store->db))
		system_error = sqlite3_system_errno(store->db);
	if ((code & 0xff) == (sqlite3_errcode(store->db) & 0xff))
		code = sqlite3_extended_errcode(store->db);
	r = code_of_sqlite(code, system_error);
	/* Some errors make SQLite roll back at once; the rest of the transaction must not run. */
	if (store->depth > 0 && sqlite3_get_autocommit(store->db) && !store->broken)
		store->broken = r;
	return err_set(err, r, "%s: %s: %s", store->path, what, sqlite3_errmsg(store->db));
}

static int bind_one(sqlite3_stmt *statement, int at, char type, va_list *args)
{
	const char *text;
	const void *blob;

	switch (type) {
	case 'i':
		return sqlite3_bind_int64(statement, at, va_arg(*args, int64_t));
	case 't': /* text; NULL is NULL */
		text = va_arg(*args, const char *);
		return text ? sqlite3_bind_text(statement, at, text, -1, SQLITE_TRANSIENT)
		            : sqlite3_bind_null(statement, at);
	case 'p': /* positive number; 0 is NULL */
	{
		int64_t value = va_arg(*args, int64_t);

		return value > 0 ? sqlite3_bind_int64(statement, at, value)
		                 : sqlite3_bind_null(statement, at);
	}
	case 'b': /* bytes and their number */
		blob = va_arg(*args, const void *);
		return sqlite3_bind_blob64(
		    statement, at, blob, (sqlite3_uint64)va_arg(*args, int64_t), SQLITE_TRANSIENT);
	case 'k': /* key of an address; NULL is NULL */
		blob = va_arg(*args, const void *);
		return blob ? sqlite3_bind_blob(statement, at, blob, CIDR_KEY_LENGTH,
		                                SQLITE_TRANSIENT)
		            : sqlite3_bind_null(statement, at);
	default:
		return SQLITE_MISUSE;
	}
}

static sqlite3_stmt *bind_all(struct store *store, enum store_statement which, const char *types,
                              va_list *args)
{
	sqlite3_stmt *statement;

	store->bind_code = store_prepare(store, which);
	statement = store->statements[which];
	sqlite3_reset(statement);
	for (int at = 1; statement && types[at - 1]; at++) {
		int code = bind_one(statement, at, types[at - 1], args);

		if (code != SQLITE_OK && store->bind_code == SQLITE_OK)
			store->bind_code = code;
	}
	return statement;
}

/**
 * store_bind() - make a statement ready to be stepped
 * @types: one letter a parameter: i an int64_t, p the same with 0 for NULL,
 *         t a text or NULL, k a key of CIDR_KEY_LENGTH bytes or NULL,
 *         b bytes, given as a pointer and an int64_t
 *
 * Return: the statement; an error is told by the next store_step().
 */
sqlite3_stmt *store_bind(struct store *store, enum store_statement which, const char *types, ...)
{
	sqlite3_stmt *statement;
	va_list args;

	va_start(args, types);
	statement = bind_all(store, which, types, &args);
	va_end(args);
	return statement;
}

/** store_statement_error() - one could not be compiled, or run */
int store_statement_error(struct store *store, int code, struct err *err)
{
	if (code ==
	    SQLITE_ERROR) /* a database, but tables of ours are not in it, or not any more */
		return err_set(err, STORE_E_CORRUPT, "%s: is not a store of reload-guard: %s",
		               store->path, sqlite3_errmsg(store->db));
	return store_error(store, code, err, "cannot be used");
}

/**
 * store_step() - the next row of a bound statement
 * @row: whether there is one
 */
int store_step(struct store *store, sqlite3_stmt *statement, bool *row, struct err *err)
{
	int code = store->bind_code;

	errno = 0;
	if (code == SQLITE_OK)
		code = sqlite3_step(statement);
	*row = code == SQLITE_ROW;
	if (code == SQLITE_ROW || code == SQLITE_DONE)
		return 0;
	return store_statement_error(store, code, err);
}

/** store_run() - bind and step a statement that gives no rows; see store_bind() */
int store_run(struct store *store, struct err *err, enum store_statement which, const char *types,
              ...)
{
	_cleanup_reset_ sqlite3_stmt *statement = NULL;
	va_list args;
	bool row;

	va_start(args, types);
	statement = bind_all(store, which, types, &args);
	va_end(args);
	return store_step(store, statement, &row, err);
}

/** store_id() - the number in the first column of a one-row query; STORE_E_NOT_FOUND if none */
int store_id(struct store *store, sqlite3_stmt *statement, int64_t *id, struct err *err)
{
	_cleanup_reset_ sqlite3_stmt *reset = statement;
	bool row;
	int r;

	r = store_step(store, reset, &row, err);
	if (r)
		return r;
	if (!row)
		return STORE_E_NOT_FOUND;
	*id = sqlite3_column_int64(reset, 0);
	return 0;
}

/** store_text() - a column's text, NULL for NULL; borrowed until the next step */
const char *store_text(sqlite3_stmt *statement, int column)
{
	return (const char *)sqlite3_column_text(statement, column);
}

int store_text_dup(char **out, sqlite3_stmt *statement, int column)
{
	const char *text = store_text(statement, column);

	*out = NULL;
	if (!text)
		return sqlite3_column_type(statement, column) == SQLITE_NULL ? 0 : -ENOMEM;
	*out = strdup(text);
	return *out ? 0 : -ENOMEM;
}

/**
 * store_column_item() - an item from three columns: zone, kind, value
 *
 * Not checked against today's rules of item_init(): what was an item once is
 * one for ever.
 *
 * Return: 0; STORE_E_CORRUPT for a kind that nobody wrote; -ENOMEM.
 */
int store_column_item(struct item *out, sqlite3_stmt *statement, int column)
{
	_cleanup_item_ struct item item = ITEM_NULL;
	const char *zone = store_text(statement, column);
	const char *kind = store_text(statement, column + 1);
	int r;

	if ((!zone || !kind) && sqlite3_errcode(sqlite3_db_handle(statement)) == SQLITE_NOMEM)
		return -ENOMEM;
	if (!zone || !kind || item_kind_parse(&item.kind, kind) != 0)
		return STORE_E_CORRUPT;
	r = item_set_zone(&item, zone);
	if (r == 0)
		r = store_text_dup(&item.value, statement, column + 2);
	if (r < 0)
		return r;
	if (!item.value)
		return STORE_E_CORRUPT;
	*out = item;
	item = ITEM_NULL;
	return 0;
}

int store_boot_id(struct store *store, const char *boot_id, int64_t at_us, int64_t *id,
                  struct err *err)
{
	int r;

	if (!boot_id)
		return err_set(err, -EINVAL, "no boot id");
	r = store_run(store, err, STMT_BOOT_PUT, "ti", boot_id, at_us);
	if (r)
		return r;
	return store_id(store, store_bind(store, STMT_BOOT_ID, "t", boot_id), id, err);
}

/** store_item_is_known() - has it ever been on record? */
int store_item_is_known(struct store *store, const struct item *item, bool *out, struct err *err)
{
	int64_t id;
	int r = store_id(store,
	                 store_bind(store, STMT_ITEM_ID, "ttt", item->zone,
	                            item_kind_name(item->kind), item->value),
	                 &id, err);

	*out = r == 0;
	return r == STORE_E_NOT_FOUND ? 0 : r;
}

int store_item_id(struct store *store, const struct item *item, int64_t *id, struct err *err)
{
	const char *kind = item_kind_name(item->kind);
	int r;

	r = store_id(store, store_bind(store, STMT_ITEM_ID, "ttt", item->zone, kind, item->value),
	             id, err);
	if (r != STORE_E_NOT_FOUND)
		return r;
	r = store_run(store, err, STMT_ITEM_PUT, "ttt", item->zone, kind, item->value);
	if (r == 0)
		*id = sqlite3_last_insert_rowid(store->db);
	return r;
}

/** store_limit() - a limit for SQL, where a negative one means none */
int64_t store_limit(size_t limit)
{
	return limit == 0 || limit > INT64_MAX ? -1 : (int64_t)limit;
}

/* --- open and close ---------------------------------------------------------------------- */

static int remember_wal_pages(void *userdata, _unused_ sqlite3 *db, _unused_ const char *name,
                              int pages)
{
	struct store *store = userdata;

	store->wal_pages = pages;
	return SQLITE_OK;
}

/* Two that change the journal mode at once get SQLITE_BUSY without any waiting. */
static int exec_patiently(struct store *store, const char *sql, unsigned busy_ms, struct err *err)
{
	const struct timespec pause = {.tv_nsec = BUSY_PAUSE_MS * 1000000L};
	int64_t deadline = clock_monotonic_ms() + busy_ms;
	int code;

	for (;;) {
		errno = 0;
		code = sqlite3_exec(store->db, sql, NULL, NULL, NULL);
		if ((code & 0xff) != SQLITE_BUSY || clock_monotonic_ms() >= deadline)
			return store_error(store, code, err, "cannot be opened");
		nanosleep(&pause, NULL);
	}
}

static int configure(struct store *store, const struct store_options *options, struct err *err)
{
	int r;

	sqlite3_busy_timeout(store->db, (int)options->busy_ms);
	/* Sorting in memory: a query must not need space on a full disk. */
	r = exec_patiently(store,
	                   "PRAGMA foreign_keys = ON;"
	                   "PRAGMA trusted_schema = OFF;"
	                   "PRAGMA temp_store = MEMORY;"
	                   "PRAGMA synchronous = FULL;",
	                   options->busy_ms, err);
	if (r || store->read_only)
		return r;
	r = exec_patiently(store,
	                   "PRAGMA journal_mode = WAL;"
	                   "PRAGMA journal_size_limit = 8388608;",
	                   options->busy_ms, err);
	if (r)
		return r;
	/* This hook stands in the place of the automatic checkpoint, see transaction_end. */
	sqlite3_wal_hook(store->db, remember_wal_pages, store);
	return 0;
}

/*
 * What it says of a page that could not be read: the disk's fault, which may pass, and no reason to
 * begin a new store.
 */
static bool is_unread(const char *complaint)
{
	const char *code = strstr(complaint, "error code=");

	return code && (strtol(code + strlen("error code="), NULL, 10) & 0xff) == SQLITE_IOERR;
}

static int judge_pages(struct store *store, const char *complaint, struct err *err)
{
	if (strcmp(complaint, "ok") == 0)
		return 0;
	if (is_unread(complaint))
		return err_set(err, -EIO, "%s: a page cannot be read", store->path);
	return err_set(err, STORE_E_CORRUPT, "%s: is damaged: %.200s", store->path, complaint);
}

static int check_pages(struct store *store, struct err *err)
{
	sqlite3_stmt *statement = NULL;
	const char *complaint;
	int code, r;

	code = sqlite3_prepare_v2(store->db, "PRAGMA quick_check(1)", -1, &statement, NULL);
	if (code != SQLITE_OK)
		return store_error(store, code, err, "cannot be checked");
	code = sqlite3_step(statement);
	complaint = code == SQLITE_ROW ? store_text(statement, 0) : NULL;
	r = complaint ? judge_pages(store, complaint, err)
	              : store_error(store, code, err, "cannot be checked");
	sqlite3_finalize(statement);
	return r;
}

static int is_over(void *userdata)
{
	return clock_monotonic_ms() >= *(const int64_t *)userdata;
}

/**
 * store_check() - are all pages sound, as far as can be seen in a bounded time?
 * @timeout_ms: after which a large store is left alone
 *
 * Return: 0; STORE_E_BUSY: not seen to the end; STORE_E_CORRUPT; another STORE_E_*.
 */
int store_check(struct store *store, int timeout_ms, struct err *err)
{
	int64_t deadline_ms = clock_monotonic_ms() + timeout_ms;
	struct err why = ERR_NULL;
	int r;

	sqlite3_progress_handler(store->db, 1000, is_over, &deadline_ms);
	r = check_pages(store, &why);
	sqlite3_progress_handler(store->db, 0, NULL, NULL);
	if (r != 0 && r != STORE_E_CORRUPT && is_over(&deadline_ms))
		return err_set(err, STORE_E_BUSY, "%s: not seen to its end in time", store->path);
	return r == 0 ? 0 : err_set(err, r, "%s", err_text(&why, r));
}

/* What a restore would stand on: its content too, not only the pages that it is in. */
static int check_snapshots(struct store *store, struct err *err)
{
	struct err why = ERR_NULL;
	int r;

	r = store_snapshot_last_good(store, NULL, NULL, &why);
	if (r == 0 || r == STORE_E_NOT_FOUND)
		r = store_snapshot_last(store, NULL, NULL, &why);
	if (r == 0 || r == STORE_E_NOT_FOUND)
		return 0;
	return err_set(err, r, "%s", err_text(&why, r));
}

static int open_flags(const struct store_options *options)
{
	int flags = options->read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;

#ifdef SQLITE_OPEN_NOFOLLOW
	flags |= SQLITE_OPEN_NOFOLLOW;
#endif
	return flags | SQLITE_OPEN_URI | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_NOMUTEX;
}

static int open_file(struct store **out, const struct store_file *file, bool immutable,
                     const struct store_options *options, struct err *err)
{
	_cleanup_store_ struct store *store = calloc(1, sizeof(*store));
	_cleanup_free_ char *uri = NULL;
	int code, r;

	if (!store)
		return -ENOMEM;
	store->read_only = options->read_only;
	store->path = strdup(file->path);
	if (!store->path)
		return -ENOMEM;
	r = store_file_uri(&uri, file, immutable);
	if (r < 0)
		return r;
	errno = 0;
	code = sqlite3_open_v2(uri, &store->db, open_flags(options), NULL);
	if (code != SQLITE_OK)
		return store->db ? store_error(store, code, err, "cannot be opened") : -ENOMEM;
	sqlite3_extended_result_codes(store->db, 1);
	if (!options->read_only && sqlite3_db_readonly(store->db, "main") == 1)
		return err_set(err, STORE_E_READ_ONLY, "%s: may not be written", store->path);
	r = configure(store, options, err);
	/* Only who can do something about it looks; a hook has no time to. */
	if (r == 0 && options->set_aside && file->size > 0 && file->size <= QUICK_CHECK_MAX)
		r = check_pages(store, err);
	if (r == 0)
		r = store_migrate(store, err);
	if (r == 0)
		r = store_check_statements(store, err);
	if (r == 0 && options->set_aside)
		r = check_snapshots(store, err);
	if (r == STORE_E_CORRUPT) /* the log is to be set aside with it, not written into it */
		sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	if (r)
		return r;
	store_file_parts(store->parts, store->path);
	*out = steal(store);
	return 0;
}

/*
 * A reader of a write-ahead log needs a file of shared memory beside it. Where
 * none can be made, nobody writes either; without a log to read the file alone
 * is the whole truth.
 */
static int open_any(struct store **out, const struct store_file *file,
                    const struct store_options *options, struct err *err)
{
	int r;

	r = open_file(out, file, false, options, err);
	if (r != 0 && r != STORE_E_CORRUPT && r != STORE_E_OLDER && r != STORE_E_NEWER &&
	    r != STORE_E_BUSY && options->read_only && !store_file_has_log(file))
		r = open_file(out, file, true, options, err);
	return r;
}

/**
 * store_open() - the store of a state directory
 * @out:     written on success alone; close with store_close()
 * @dir:     the state directory; the file in it is STORE_FILE
 * @options: borrowed
 *
 * With set_aside the pages and the snapshots that a restore would stand on are
 * checked, and a corrupt file is renamed to guard.db.corrupt-TIME, with its log,
 * and a new one begun: that is success, and store_notice() tells of it. Without
 * it damage is met where it is, here or later, as STORE_E_CORRUPT, and the file
 * stays. A file with a newer schema is never touched.
 *
 * Return: 0; STORE_E_ABSENT, _BUSY, _FULL, _READ_ONLY, _CORRUPT, _VERSION,
 * _UNSAFE; negative errno.
 */
int store_open(struct store **out, const char *dir, const struct store_options *options,
               struct err *err)
{
	_cleanup_store_file_ struct store_file file = STORE_FILE_NULL;
	_cleanup_store_ struct store *store = NULL;
	_cleanup_free_ char *aside = NULL;
	struct err first = ERR_NULL;
	int r;

	r = store_file_find(&file, dir, options, err);
	if (r)
		return r;
	r = open_any(&store, &file, options, &first);
	if (r == STORE_E_CORRUPT && options->set_aside && !options->read_only) {
		struct store_options again = *options;

		again.create = true;
		r = store_file_set_aside(&file, &aside, err);
		if (r)
			return r;
		store_file_deinit(&file);
		r = store_file_find(&file, dir, &again, err);
		if (r)
			return r;
		r = open_any(&store, &file, &again, err);
		if (r == 0)
			r = xasprintf(&store->notice, "%s; kept as %s, a new store is begun",
			              first.text, aside);
		if (r)
			return r;
	} else if (r) {
		return err_set(err, r, "%s", err_text(&first, r));
	}
	*out = steal(store);
	return 0;
}

/**
 * store_is_in_place() - are the files still those that were opened?
 *
 * Whoever takes them away or puts others in their place does that to what is written from then on:
 * it is in no file that anybody finds. What the log has is in the file after store_close(), if that
 * is in its place.
 */
bool store_is_in_place(const struct store *store)
{
	struct store_part now[STORE_N_PARTS];

	store_file_parts(now, store->path);
	return memcmp(now, store->parts, sizeof(now)) == 0;
}

/** store_close() - forget it; an open transaction is undone; accepts NULL */
void store_close(struct store *store)
{
	if (!store)
		return;
	for (size_t i = 0; i < STMT_N; i++)
		sqlite3_finalize(store->statements[i]);
	sqlite3_close(store->db);
	firewall_deinit(&store->base);
	free(store->path);
	free(store->notice);
	free(store);
}

/** store_notice() - what a person should know about the opening; NULL: nothing */
const char *store_notice(const struct store *store)
{
	return store->notice;
}
