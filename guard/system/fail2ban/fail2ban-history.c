// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/fail2ban/fail2ban-history.h"

#include "guard/system/host/clock.h"

#include <errno.h>
#include <jansson.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* What one piece may take: a database made to keep us busy must not. */
#define PIECE_MS 250

/* fail2ban does not know the length of bans from before its version 0.11, and takes this one. */
enum { UNKNOWN_BANTIME_S = 600 };

/* The year 9999: what is later is no time. */
static const int64_t TIME_MAX_S = 253402300799;

#define COLUMNS "SELECT rowid, jail, ip, timeofban, bantime, bancount,"
/* ?1: after this row; ?2: how many. The data may be megabytes of log lines. */
#define REST " CASE WHEN length(data) <= 65536 THEN data END"

static const struct {
	const char *name;
	const char *sql;
	const char *mark_sql;
} tables[FAIL2BAN_HISTORY_N_TABLES] = {
    [FAIL2BAN_HISTORY_BANS] = {"bans",
                               COLUMNS REST " FROM bans WHERE rowid > ?1 ORDER BY rowid LIMIT ?2",
                               COLUMNS " NULL FROM bans WHERE rowid = ?1"},
    [FAIL2BAN_HISTORY_CURRENT] = {"bips",
                                  COLUMNS REST
                                  " FROM bips WHERE rowid > ?1 ORDER BY rowid LIMIT ?2",
                                  COLUMNS " NULL FROM bips WHERE rowid = ?1"},
};

DEFINE_CLEANUP(sqlite3 *, sqlite3_close, db_cleanup);
#define _cleanup_db_ _cleanup_(db_cleanup)
DEFINE_CLEANUP(sqlite3_stmt *, sqlite3_finalize, statement_cleanup);
#define _cleanup_statement_ _cleanup_(statement_cleanup)

/** fail2ban_history_table_name() - as fail2ban calls it; static */
const char *fail2ban_history_table_name(enum fail2ban_history_table table)
{
	return tables[table].name;
}

/** fail2ban_history_deinit() - free its bans; may be called twice */
void fail2ban_history_deinit(struct fail2ban_history *piece)
{
	for (size_t i = 0; i < ARRAY_SIZE(piece->texts); i++) {
		free(piece->texts[i]);
		piece->texts[i] = NULL;
	}
	piece->n = 0;
}

static int tell(sqlite3 *db, int code, const char *path, struct err *err)
{
	switch (code & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return err_set(err, FAIL2BAN_HISTORY_E_BUSY, "%s: fail2ban is writing to it", path);
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return err_set(err, -EACCES, "%s: cannot be opened", path);
	case SQLITE_INTERRUPT:
		return err_set(err, FAIL2BAN_HISTORY_E_FOREIGN, "%s: takes too long to read", path);
	default:
		return err_set(err, FAIL2BAN_HISTORY_E_FOREIGN, "%s: %s", path,
		               db ? sqlite3_errmsg(db) : sqlite3_errstr(code));
	}
}

static int is_late(void *deadline_ms)
{
	return clock_monotonic_ms() > *(int64_t *)deadline_ms;
}

/* Without waiting for a lock: the caller has better things to do meanwhile. */
static int open_database(sqlite3 **out, const char *path, int64_t *deadline_ms, struct err *err)
{
	struct stat st;
	int code;

	if (stat(path, &st) < 0)
		return errno == ENOENT || errno == ENOTDIR
		           ? err_set(err, FAIL2BAN_HISTORY_E_ABSENT, "%s: is not there", path)
		           : err_set(err, -errno, "%s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return err_set(err, FAIL2BAN_HISTORY_E_FOREIGN, "%s: not a regular file", path);
	code = sqlite3_open_v2(
	    path, out, SQLITE_OPEN_READONLY | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_NOMUTEX, NULL);
	if (code != SQLITE_OK)
		return tell(*out, code, path, err);
	sqlite3_limit(*out, SQLITE_LIMIT_LENGTH, 1 << 20);
	sqlite3_progress_handler(*out, 10000, is_late, deadline_ms);
	code = sqlite3_exec(*out, "PRAGMA trusted_schema = OFF; PRAGMA mmap_size = 0;", NULL, NULL,
	                    NULL);
	return code == SQLITE_OK ? 0 : tell(*out, code, path, err);
}

/* A text that is one: of the type, without a NUL in it. */
static const char *text_of(sqlite3_stmt *row, int column)
{
	const char *text;

	if (sqlite3_column_type(row, column) != SQLITE_TEXT)
		return NULL;
	text = (const char *)sqlite3_column_text(row, column);
	return text && strlen(text) == (size_t)sqlite3_column_bytes(row, column) ? text : NULL;
}

/* {"matches": [...], "failures": 5, ...}; 0 when it does not say. */
static int64_t failures_of(sqlite3_stmt *row, int column)
{
	const void *data = sqlite3_column_blob(row, column);
	int length = sqlite3_column_bytes(row, column);
	json_t *document, *failures;
	int64_t n = 0;

	if (!data || length <= 0)
		return 0;
	document = json_loadb(data, (size_t)length, 0, NULL);
	failures = json_object_get(document, "failures");
	if (json_is_integer(failures))
		n = json_integer_value(failures);
	json_decref(document);
	return n > 0 && n <= INT32_MAX ? n : 0;
}

static int64_t number_of(sqlite3_stmt *row, int column, int64_t none)
{
	return sqlite3_column_type(row, column) == SQLITE_INTEGER
	           ? sqlite3_column_int64(row, column)
	           : none;
}

static void mark_of(char *out, size_t size, sqlite3_stmt *row)
{
	const char *jail = text_of(row, 1), *address = text_of(row, 2);

	snprintf(out, size, "%lld %.20s %.40s", (long long)number_of(row, 3, -1), jail ? jail : "",
	         address ? address : "");
}

/* Return: 0, also for what cannot be a ban, which is counted; -ENOMEM. */
static int take_row(struct fail2ban_history *piece, sqlite3_stmt *row)
{
	struct store_ban_event event = {.kind = STORE_BAN_BAN};
	struct store_ban *ban = &event.ban;
	int64_t time_s = number_of(row, 3, -1), count = number_of(row, 5, 0);

	ban->jail = text_of(row, 1);
	ban->address = text_of(row, 2);
	ban->source = "database";
	ban->bantime_s = number_of(row, 4, UNKNOWN_BANTIME_S);
	if (ban->bantime_s < -1)
		ban->bantime_s = UNKNOWN_BANTIME_S;
	ban->count = count > 0 && count <= INT32_MAX ? count : 0;
	ban->failures = failures_of(row, 6);
	if (time_s < 0 || time_s > TIME_MAX_S) {
		piece->n_refused++;
		return 0;
	}
	ban->time_us = time_s * 1000000;
	if (!ban->jail || !ban->address || store_ban_event_check(&event, NULL) != 0) {
		piece->n_refused++;
		return 0;
	}
	ban->jail = piece->texts[2 * piece->n] = strdup(ban->jail);
	ban->address = piece->texts[2 * piece->n + 1] = strdup(ban->address);
	piece->bans[piece->n++] = *ban;
	return ban->jail && ban->address ? 0 : -ENOMEM;
}

static int check_mark(sqlite3 *db, const char *path, enum fail2ban_history_table table,
                      struct store_import *from, struct err *err)
{
	_cleanup_statement_ sqlite3_stmt *row = NULL;
	char mark[sizeof(from->mark)];
	int code = sqlite3_prepare_v2(db, tables[table].mark_sql, -1, &row, NULL);

	if (code == SQLITE_OK)
		code = sqlite3_bind_int64(row, 1, from->position);
	if (code == SQLITE_OK)
		code = sqlite3_step(row);
	if (code != SQLITE_ROW && code != SQLITE_DONE)
		return tell(db, code, path, err);
	if (code == SQLITE_ROW) {
		mark_of(mark, sizeof(mark), row);
		if (strcmp(mark, from->mark) == 0)
			return 0;
	}
	*from = (struct store_import){0};
	return 0;
}

static int read_rows(struct fail2ban_history *piece, sqlite3 *db, const char *path,
                     enum fail2ban_history_table table, const struct store_import *from,
                     struct err *err)
{
	_cleanup_statement_ sqlite3_stmt *rows = NULL;
	int code = sqlite3_prepare_v2(db, tables[table].sql, -1, &rows, NULL);
	size_t n = 0;
	int r = 0;

	if (code == SQLITE_OK)
		code = sqlite3_bind_int64(rows, 1, from->position);
	if (code == SQLITE_OK)
		code = sqlite3_bind_int(rows, 2, FAIL2BAN_HISTORY_PIECE);
	if (code != SQLITE_OK)
		return tell(db, code, path, err);
	piece->upto = *from;
	while (r == 0 && n < FAIL2BAN_HISTORY_PIECE && (code = sqlite3_step(rows)) == SQLITE_ROW) {
		n++;
		piece->upto.position = sqlite3_column_int64(rows, 0);
		mark_of(piece->upto.mark, sizeof(piece->upto.mark), rows);
		r = take_row(piece, rows);
	}
	if (r == 0 && code != SQLITE_ROW && code != SQLITE_DONE)
		return tell(db, code, path, err);
	piece->end = n < FAIL2BAN_HISTORY_PIECE;
	return r;
}

/**
 * fail2ban_history_read() - the next piece of one of its tables
 * @out:      the caller deinits it, also when it is called in vain
 * @database: the path of its file
 * @from:     where the last piece ended; all zero for the beginning
 *
 * Never waits for a lock, and ends within a quarter of a second.
 *
 * Return: 0; FAIL2BAN_HISTORY_E_*; negative errno.
 */
int fail2ban_history_read(struct fail2ban_history *out, const char *database,
                          enum fail2ban_history_table table, const struct store_import *from,
                          struct err *err)
{
	int64_t deadline_ms = clock_monotonic_ms() + PIECE_MS;
	struct store_import start = *from;
	_cleanup_db_ sqlite3 *db = NULL;
	int r;

	*out = FAIL2BAN_HISTORY_NULL;
	r = open_database(&db, database, &deadline_ms, err);
	if (r == 0 && start.position != 0)
		r = check_mark(db, database, table, &start, err);
	if (r == 0)
		r = read_rows(out, db, database, table, &start, err);
	if (r)
		fail2ban_history_deinit(out);
	return r;
}

static int look_up(bool *known, sqlite3_stmt *row, const struct cidr *address)
{
	char text[CIDR_TEXT_LENGTH];
	int code;

	cidr_format(address, text);
	code = sqlite3_bind_text(row, 1, text, -1, SQLITE_STATIC);
	if (code == SQLITE_OK)
		code = sqlite3_step(row);
	if (code == SQLITE_ROW)
		*known = sqlite3_column_int(row, 0) != 0;
	sqlite3_reset(row);
	return code == SQLITE_ROW ? SQLITE_OK : code;
}

/**
 * fail2ban_history_knows() - which of these does it have on record as banned, now or before?
 * @known:     receives an answer for each address, on success alone of use
 * @addresses: addresses or prefixes, host bits cleared
 * @database:  the path of its file
 *
 * Ends within a quarter of a second, and never waits for a lock.
 *
 * Return: 0; FAIL2BAN_HISTORY_E_*; negative errno.
 */
int fail2ban_history_knows(bool *known, const struct cidr *addresses, size_t n,
                           const char *database, struct err *err)
{
	int64_t deadline_ms = clock_monotonic_ms() + PIECE_MS;
	_cleanup_db_ sqlite3 *db = NULL;
	_cleanup_statement_ sqlite3_stmt *row = NULL;
	int r = open_database(&db, database, &deadline_ms, err), code;

	if (r)
		return r;
	code = sqlite3_prepare_v2(db,
	                          "SELECT EXISTS (SELECT 1 FROM bips WHERE ip = ?1)"
	                          " OR EXISTS (SELECT 1 FROM bans WHERE ip = ?1)",
	                          -1, &row, NULL);
	for (size_t i = 0; i < n && code == SQLITE_OK; i++)
		code = look_up(&known[i], row, &addresses[i]);
	return code == SQLITE_OK ? 0 : tell(db, code, database, err);
}
