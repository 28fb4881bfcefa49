// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/fail2ban/fail2ban-database.h"

#include <errno.h>
#include <sqlite3.h>
#include <string.h>

#include "guard/base/text.h"

/* One step reads so many rows at most: well below a millisecond. */
#define ROWS_AT_ONCE 256
#define JAILS_MAX    4096

#define JAILS "SELECT name FROM jails WHERE enabled = 1 LIMIT ?1"
/*
 * In the order of its key, so that each step goes on where the last one ended. What is
 * current is told apart by the reader: a condition here would make one step go through
 * any number of rows.
 */
#define ROWS                                                                                       \
	"SELECT ip, jail, timeofban, bantime, bancount FROM bips WHERE (ip, jail) > (?1, ?2) "     \
	"ORDER BY ip, jail LIMIT ?3"

struct fail2ban_database {
	sqlite3 *sqlite;
	sqlite3_stmt *rows;
	sqlite3_value *address, *jail; /* owned; the last row's key, of whatever type */
};

static int refuse(const struct fail2ban_database *db, int code, struct err *err)
{
	switch (code & 0xff) {
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return err_set(err, FAIL2BAN_DATABASE_E_BUSY, "fail2ban's database is locked");
	default:
		return err_set(err, FAIL2BAN_DATABASE_E_INVALID, "fail2ban's database: %s",
		               db->sqlite ? sqlite3_errmsg(db->sqlite) : sqlite3_errstr(code));
	}
}

/* A path may hold what means something in a URI. */
static int uri_of(char **out, const char *path)
{
	char *escaped = sqlite3_mprintf("file:"), *next;

	for (; escaped && *path; path++) {
		unsigned char c = (unsigned char)*path;

		next = c == '?' || c == '#' || c == '%' ? sqlite3_mprintf("%s%%%02x", escaped, c)
		                                        : sqlite3_mprintf("%s%c", escaped, c);
		sqlite3_free(escaped);
		escaped = next;
	}
	if (!escaped)
		return -ENOMEM;
	/* never immutable: it would read what is being written */
	*out = sqlite3_mprintf("%s?mode=ro", escaped);
	sqlite3_free(escaped);
	return *out ? 0 : -ENOMEM;
}

/**
 * fail2ban_database_open() - open it read-only; nothing is read and nothing locked yet
 * @out:  written on success alone; release with fail2ban_database_close()
 * @path: borrowed
 *
 * Return: 0; FAIL2BAN_DATABASE_E_INVALID; -ENOMEM.
 */
int fail2ban_database_open(struct fail2ban_database **out, const char *path, struct err *err)
{
	_cleanup_(fail2ban_database_cleanup) struct fail2ban_database *db = calloc(1, sizeof(*db));
	char *uri;
	int r;

	if (!db || uri_of(&uri, path) < 0)
		return -ENOMEM;
	r = sqlite3_open_v2(uri, &db->sqlite,
	                    SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, NULL);
	sqlite3_free(uri);
	if (r != SQLITE_OK)
		return refuse(db, r, err);
	sqlite3_busy_timeout(db->sqlite, 0);
	*out = steal(db);
	return 0;
}

/** fail2ban_database_close() - NULL is fine */
void fail2ban_database_close(struct fail2ban_database *db)
{
	if (!db)
		return;
	sqlite3_finalize(db->rows);
	sqlite3_close(db->sqlite);
	sqlite3_value_free(db->address);
	sqlite3_value_free(db->jail);
	free(db);
}

/* Anything may be in there: NULL when it is empty, too long, or no text. */
static const char *text_column(sqlite3_stmt *statement, int column)
{
	const char *text = (const char *)sqlite3_column_text(statement, column);
	size_t length = (size_t)sqlite3_column_bytes(statement, column);

	return text && length > 0 && length <= FAIL2BAN_DATABASE_TEXT_MAX &&
	               strlen(text) == length && text_is_utf8(text, length)
	           ? text
	           : NULL;
}

/**
 * fail2ban_database_jails() - the jails that are enabled
 * @fn: called with each; what it returns other than 0 ends it
 *
 * Return: 0; FAIL2BAN_DATABASE_E_BUSY, after which @fn may have been called;
 * FAIL2BAN_DATABASE_E_INVALID; what @fn returned; -ENOMEM.
 */
int fail2ban_database_jails(struct fail2ban_database *db, fail2ban_database_jail_fn fn,
                            void *userdata, struct err *err)
{
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(db->sqlite, JAILS, -1, &statement, NULL), r = 0;

	if (code == SQLITE_OK)
		sqlite3_bind_int(statement, 1, JAILS_MAX);
	while (code == SQLITE_OK && r == 0) {
		const char *name;

		code = sqlite3_step(statement);
		if (code != SQLITE_ROW)
			break;
		code = SQLITE_OK;
		name = text_column(statement, 0);
		if (name)
			r = fn(name, userdata);
	}
	if (r == 0 && code != SQLITE_DONE)
		r = refuse(db, code, err);
	sqlite3_finalize(statement);
	return r;
}

static bool keep(sqlite3_value **out, sqlite3_value *value)
{
	sqlite3_value_free(*out);
	*out = sqlite3_value_dup(value);
	return *out != NULL;
}

/* The row's key, also of one that is left out: the next step goes on behind it. */
static int remember(struct fail2ban_database *db)
{
	return keep(&db->address, sqlite3_column_value(db->rows, 0)) &&
	               keep(&db->jail, sqlite3_column_value(db->rows, 1))
	           ? 0
	           : -ENOMEM;
}

static int give_row(struct fail2ban_database *db, fail2ban_database_row_fn fn, void *userdata,
                    struct err *err)
{
	struct fail2ban_database_row row = {
	    .address = text_column(db->rows, 0),
	    .jail = text_column(db->rows, 1),
	    .time_s = sqlite3_column_int64(db->rows, 2),
	    .bantime_s = sqlite3_column_int64(db->rows, 3),
	    .count = sqlite3_column_int64(db->rows, 4),
	};

	if (!row.address || !row.jail)
		return 0;
	if (sqlite3_column_type(db->rows, 2) != SQLITE_INTEGER ||
	    sqlite3_column_type(db->rows, 3) != SQLITE_INTEGER || row.time_s < 0 ||
	    row.time_s > INT64_MAX / 4000000 || row.bantime_s > INT64_MAX / 4000000)
		return err_set(err, FAIL2BAN_DATABASE_E_INVALID,
		               "fail2ban's database: a row without a time");
	if (row.count < 0)
		row.count = 0;
	return fn(&row, userdata);
}

static int bind_key(sqlite3_stmt *statement, int at, const sqlite3_value *value)
{
	return value ? sqlite3_bind_value(statement, at, value)
	             : sqlite3_bind_text(statement, at, "", 0, SQLITE_STATIC);
}

static int bind_rows(struct fail2ban_database *db)
{
	int code = SQLITE_OK;

	if (!db->rows)
		code = sqlite3_prepare_v2(db->sqlite, ROWS, -1, &db->rows, NULL);
	if (code == SQLITE_OK)
		code = bind_key(db->rows, 1, db->address);
	if (code == SQLITE_OK)
		code = bind_key(db->rows, 2, db->jail);
	if (code == SQLITE_OK)
		code = sqlite3_bind_int(db->rows, 3, ROWS_AT_ONCE);
	return code;
}

/**
 * fail2ban_database_step() - the next rows of its table of current bans
 * @fn: called with each, current or not; what it returns other than 0 ends it
 *
 * Return: FAIL2BAN_DATABASE_MORE; 0 after the last; FAIL2BAN_DATABASE_E_BUSY, and the next
 * step tries the same rows; FAIL2BAN_DATABASE_E_INVALID; what @fn returned; -ENOMEM.
 */
int fail2ban_database_step(struct fail2ban_database *db, fail2ban_database_row_fn fn,
                           void *userdata, struct err *err)
{
	int code = bind_rows(db), n = 0, r = 0;

	while (code == SQLITE_OK && r == 0) {
		code = sqlite3_step(db->rows);
		if (code != SQLITE_ROW)
			break;
		code = SQLITE_OK;
		n++;
		r = remember(db);
		if (r == 0)
			r = give_row(db, fn, userdata, err);
	}
	if (r == 0 && code != SQLITE_DONE)
		r = refuse(db, code, err);
	if (db->rows)
		sqlite3_reset(db->rows); /* lets go of the lock */
	return r == 0 && n == ROWS_AT_ONCE ? FAIL2BAN_DATABASE_MORE : r;
}
