// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/fuzz/rows.h"

#include <sqlite3.h>

#include "guard/base/builder.h"
#include "guard/base/util.h"

#include "tests/fuzz/fuzz.h"

#define COLUMNS_MAX 24

static void bind(sqlite3_stmt *row, int at, const char *value)
{
	int64_t number;

	if (value[0] == '\0')
		sqlite3_bind_null(row, at);
	else if (parse_int64(value, &number))
		sqlite3_bind_int64(row, at, number);
	else if (strncmp(value, "x:", 2) == 0)
		sqlite3_bind_blob(row, at, value + 2, (int)strlen(value + 2), SQLITE_STATIC);
	else
		sqlite3_bind_text(row, at, value, -1, SQLITE_STATIC);
}

static void put_row(sqlite3 *db, const char *table, char *values)
{
	_cleanup_builder_ struct builder sql = BUILDER_NULL;
	_cleanup_free_ char *text = NULL;
	const char *value[COLUMNS_MAX];
	sqlite3_stmt *row = NULL;
	int n = 0;

	builder_addf(&sql, "INSERT OR REPLACE INTO %s VALUES (", table);
	for (; n < COLUMNS_MAX && (value[n] = strsep(&values, "\t")); n++)
		builder_add(&sql, n ? ",?" : "?");
	builder_add(&sql, ")");
	FUZZ_CHECK(builder_take(&sql, &text) == 0);
	if (sqlite3_prepare_v2(db, text, -1, &row, NULL) == SQLITE_OK) {
		for (int i = 0; i < n; i++)
			bind(row, i + 1, value[i]);
		sqlite3_step(row);
	}
	sqlite3_finalize(row);
}

static int empty(void *userdata, int n, char **values, char **names)
{
	char sql[128];

	(void)n;
	(void)names;
	snprintf(sql, sizeof(sql), "DELETE FROM %.64s", values[0]);
	return sqlite3_exec(userdata, sql, NULL, NULL, NULL);
}

void fuzz_rows(const char *path, const char *schema, char *text)
{
	sqlite3 *db = NULL;

	FUZZ_CHECK(sqlite3_open(path, &db) == SQLITE_OK);
	sqlite3_exec(db, schema, NULL, NULL, NULL);
	FUZZ_CHECK(sqlite3_exec(db, "BEGIN; SELECT name FROM sqlite_master WHERE type = 'table'",
	                        empty, db, NULL) == SQLITE_OK);
	for (char *line = strsep(&text, "\n"); line; line = strsep(&text, "\n")) {
		const char *table = strsep(&line, "\t");

		if (line && table[0] && table[strspn(table, "abcdefghijklmnopqrstuvwxyz_")] == '\0')
			put_row(db, table, line);
	}
	FUZZ_CHECK(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK);
	sqlite3_close(db);
}
