// SPDX-License-Identifier: GPL-2.0-or-later
/* fail2ban's own database, as it is and as somebody might make it. */
#include "guard/system/fail2ban/fail2ban-history.h"
#include "guard/system/host/clock.h"
#include "tests/unit/store-fixture.h"

#include <errno.h>

static sqlite3 *db;

static const char *path(void)
{
	static char text[300];

	snprintf(text, sizeof(text), "%s/fail2ban.sqlite3", fixture_top);
	return text;
}

static void sql(const char *text)
{
	char *error = NULL;

	ck_assert_msg(sqlite3_exec(db, text, NULL, NULL, &error) == SQLITE_OK, "%s: %s", text,
	              error);
}

/* As fail2ban 1.0 makes it. */
static void setup(void)
{
	fixture_setup();
	ck_assert_int_eq(sqlite3_open(path(), &db), SQLITE_OK);
	sql("CREATE TABLE jails(name TEXT NOT NULL UNIQUE, enabled INTEGER NOT NULL DEFAULT 1);"
	    "CREATE TABLE bans(jail TEXT NOT NULL, ip TEXT, timeofban INTEGER NOT NULL, bantime "
	    "INTEGER"
	    " NOT NULL, bancount INTEGER NOT NULL default 1, data JSON,"
	    " FOREIGN KEY(jail) REFERENCES jails(name));"
	    "CREATE TABLE bips(ip TEXT NOT NULL, jail TEXT NOT NULL, timeofban INTEGER NOT NULL,"
	    " bantime INTEGER NOT NULL, bancount INTEGER NOT NULL default 1, data JSON,"
	    " PRIMARY KEY(ip, jail), FOREIGN KEY(jail) REFERENCES jails(name));");
}

static void teardown(void)
{
	sqlite3_close(db);
	fixture_teardown();
}

static int read_from(struct fail2ban_history *piece, enum fail2ban_history_table table,
                     struct store_import *from)
{
	int r = fail2ban_history_read(piece, path(), table, from, NULL);

	if (r == 0)
		*from = piece->upto;
	return r;
}

static const struct {
	const char *values; /* jail, ip, timeofban, bantime, bancount, data */
	const char *expected;
} rows[] = {
    {"'imap', '192.0.2.1', 1795293265, 600, 1, '{\"matches\": [\"x\"], \"failures\": 5}'",
     "imap 192.0.2.1 1795293265 600 1 5"},
    {"'imap', '2001:db8::1', 1795293265, -1, 3, NULL", "imap 2001:db8::1 1795293265 -1 3 0"},
    {"'imap', '192.0.2.0/24', 1, 600, 1, ''", "imap 192.0.2.0/24 1 600 1 0"},
    {"'imap', 'host.example', 1, 600, 1, '{'", "imap host.example 1 600 1 0"},
    /* from a database of fail2ban 0.10: how long is not known */
    {"'imap', '192.0.2.1', 1, -2, 1, NULL", "imap 192.0.2.1 1 600 1 0"},
    {"'imap', '192.0.2.1', 1, 'long', 'often', NULL", "imap 192.0.2.1 1 600 0 0"},
    {"'imap', '192.0.2.1', 1, 9e18, 1e300, NULL", "imap 192.0.2.1 1 9000000000000000000 0 0"},
    {"'imap', '192.0.2.1', 1, 60, -7, '{\"failures\": -5}'", "imap 192.0.2.1 1 60 0 0"},
    {"'imap', '192.0.2.1', 1, 60, 1, '{\"failures\": 99999999999}'", "imap 192.0.2.1 1 60 1 0"},
    {"'imap', '192.0.2.1', 1, 60, 1, '{\"failures\": \"5\"}'", "imap 192.0.2.1 1 60 1 0"},
    {"'imap', '192.0.2.1', 1, 60, 1, '[1]'", "imap 192.0.2.1 1 60 1 0"},
    {"'imap', '192.0.2.1', 1, 60, 1, x'00ff00'", "imap 192.0.2.1 1 60 1 0"},
    {"'imap', '192.0.2.1', 1, 60, 1, zeroblob(900000)", "imap 192.0.2.1 1 60 1 0"},
    {"'imap', '192.0.2.1', 1, 60, 1, replace(hex(zeroblob(30000)), '0', '[')",
     "imap 192.0.2.1 1 60 1 0"},
    {"'imap', '$(reboot)', 1, 60, 1, NULL", "imap $(reboot) 1 60 1 0"},
    {"'imap', x'c0000201', 1, 60, 1, NULL", NULL},
    {"'imap', NULL, 1, 60, 1, NULL", NULL},
    {"'imap', '', 1, 60, 1, NULL", NULL},
    {"'', '192.0.2.1', 1, 60, 1, NULL", NULL},
    {"x'00', '192.0.2.1', 1, 60, 1, NULL", NULL},
    {"'imap', '192.0.2.1' || char(10) || 'x', 1, 60, 1, NULL", NULL},
    {"'imap', '192.0.2.1' || char(0) || 'x', 1, 60, 1, NULL", NULL},
    {"'imap', '192.0.2.1' || char(27) || '[2J', 1, 60, 1, NULL", NULL},
    {"'imap', hex(zeroblob(400000)), 1, 60, 1, NULL", NULL},
    {"'imap', '192.0.2.1', -1, 60, 1, NULL", NULL},
    {"'imap', '192.0.2.1', 9223372036854775807, 60, 1, NULL", NULL},
    {"'imap', '192.0.2.1', 253402300800, 60, 1, NULL", NULL},
    {"'imap', '192.0.2.1', 'yesterday', 60, 1, NULL", NULL},
};

START_TEST(test_rows)
{
	_cleanup_fail2ban_history_ struct fail2ban_history piece = FAIL2BAN_HISTORY_NULL;
	struct store_import from = {0};
	char text[1024];

	snprintf(text, sizeof(text), "INSERT INTO bans VALUES (%s)", rows[_i].values);
	sql(text);
	ck_assert_int_eq(read_from(&piece, FAIL2BAN_HISTORY_BANS, &from), 0);
	ck_assert(piece.end);
	ck_assert_int_eq(from.position, 1);
	ck_assert_uint_eq(piece.n, rows[_i].expected ? 1 : 0);
	ck_assert_uint_eq(piece.n_refused, rows[_i].expected ? 0 : 1);
	if (!rows[_i].expected)
		return;
	snprintf(text, sizeof(text), "%s %s %lld %lld %lld %lld", piece.bans[0].jail,
	         piece.bans[0].address, (long long)piece.bans[0].time_us / 1000000,
	         (long long)piece.bans[0].bantime_s, (long long)piece.bans[0].count,
	         (long long)piece.bans[0].failures);
	ck_assert_str_eq(text, rows[_i].expected);
	ck_assert_str_eq(piece.bans[0].source, "database");
}
END_TEST

static void add(const char *address, int64_t time_s)
{
	char text[256];

	snprintf(text, sizeof(text),
	         "INSERT INTO bans(jail, ip, timeofban, bantime) VALUES ('imap', '%s', %lld, 60);"
	         "INSERT OR REPLACE INTO bips(jail, ip, timeofban, bantime)"
	         " VALUES ('imap', '%s', %lld, 60)",
	         address, (long long)time_s, address, (long long)time_s);
	sql(text);
}

START_TEST(test_pieces)
{
	_cleanup_fail2ban_history_ struct fail2ban_history piece = FAIL2BAN_HISTORY_NULL;
	struct store_import from = {0};
	size_t n = 0, pieces = 0;
	char address[32];

	for (unsigned i = 0; i < 3 * FAIL2BAN_HISTORY_PIECE; i++) {
		snprintf(address, sizeof(address), "192.0.%u.%u", i / 256, i % 256);
		add(address, i + 1);
	}
	do {
		fail2ban_history_deinit(&piece);
		ck_assert_int_eq(read_from(&piece, FAIL2BAN_HISTORY_BANS, &from), 0);
		for (size_t i = 0; i < piece.n; i++)
			ck_assert_int_eq(piece.bans[i].time_us, (int64_t)(n + i + 1) * SECOND);
		n += piece.n;
		pieces++;
	} while (!piece.end);
	ck_assert_uint_eq(n, 3 * FAIL2BAN_HISTORY_PIECE);
	ck_assert_uint_eq(pieces, 4); /* the last one finds that there is no more */
	/* what is new, and no more than that */
	add("192.0.2.1", 5000);
	fail2ban_history_deinit(&piece);
	ck_assert_int_eq(read_from(&piece, FAIL2BAN_HISTORY_BANS, &from), 0);
	ck_assert_uint_eq(piece.n, 1);
	/* nothing new */
	fail2ban_history_deinit(&piece);
	ck_assert_int_eq(read_from(&piece, FAIL2BAN_HISTORY_BANS, &from), 0);
	ck_assert_uint_eq(piece.n, 0);
	ck_assert(piece.end);
	ck_assert_int_eq(from.position, 3 * FAIL2BAN_HISTORY_PIECE + 1);
}
END_TEST

/* SQLite gives the number of a last row again: after an unban another ban may have it. */
START_TEST(test_numbers_given_again)
{
	_cleanup_fail2ban_history_ struct fail2ban_history piece = FAIL2BAN_HISTORY_NULL;
	struct store_import from = {0};

	add("192.0.2.1", 1);
	add("192.0.2.2", 2);
	ck_assert_int_eq(read_from(&piece, FAIL2BAN_HISTORY_BANS, &from), 0);
	ck_assert_uint_eq(piece.n, 2);
	sql("DELETE FROM bans WHERE ip = '192.0.2.2'");
	add("192.0.2.3", 3);
	fail2ban_history_deinit(&piece);
	ck_assert_int_eq(read_from(&piece, FAIL2BAN_HISTORY_BANS, &from), 0);
	ck_assert_uint_eq(piece.n, 2);
	ck_assert_str_eq(piece.bans[1].address, "192.0.2.3");
	/* an unban alone */
	sql("DELETE FROM bans");
	fail2ban_history_deinit(&piece);
	ck_assert_int_eq(read_from(&piece, FAIL2BAN_HISTORY_BANS, &from), 0);
	ck_assert_uint_eq(piece.n, 0);
	ck_assert_int_eq(from.position, 0);
	add("192.0.2.4", 4);
	fail2ban_history_deinit(&piece);
	ck_assert_int_eq(read_from(&piece, FAIL2BAN_HISTORY_BANS, &from), 0);
	ck_assert_uint_eq(piece.n, 1);
}
END_TEST

START_TEST(test_current)
{
	_cleanup_fail2ban_history_ struct fail2ban_history piece = FAIL2BAN_HISTORY_NULL;
	struct store_import from = {0};

	add("192.0.2.1", 1);
	add("192.0.2.1", 2);
	ck_assert_int_eq(read_from(&piece, FAIL2BAN_HISTORY_CURRENT, &from), 0);
	ck_assert_uint_eq(piece.n, 1);
	ck_assert_int_eq(piece.bans[0].time_us, 2 * SECOND);
}
END_TEST

START_TEST(test_trouble)
{
	_cleanup_fail2ban_history_ struct fail2ban_history piece = FAIL2BAN_HISTORY_NULL;
	struct store_import from = {0};
	int64_t start_ms;
	FILE *file;

	/* fail2ban is writing: said at once */
	sql("BEGIN EXCLUSIVE");
	start_ms = clock_monotonic_ms();
	ck_assert_int_eq(read_from(&piece, FAIL2BAN_HISTORY_BANS, &from), FAIL2BAN_HISTORY_E_BUSY);
	ck_assert_int_lt(clock_monotonic_ms() - start_ms, 1000);
	sql("ROLLBACK");
	/* what reads stands in nobody's way afterwards */
	ck_assert_int_eq(read_from(&piece, FAIL2BAN_HISTORY_BANS, &from), 0);
	add("192.0.2.1", 1);
	/* a view that never ends */
	sql("DROP TABLE bans;"
	    "CREATE VIEW bans AS WITH RECURSIVE c(rowid) AS (SELECT 1 UNION ALL SELECT rowid + 1 "
	    "FROM c)"
	    " SELECT rowid, 'j' AS jail, 'a' AS ip, 1 AS timeofban, 1 AS bantime, 1 AS bancount,"
	    " NULL AS data FROM c WHERE rowid < 0");
	start_ms = clock_monotonic_ms();
	ck_assert_int_eq(read_from(&piece, FAIL2BAN_HISTORY_BANS, &from),
	                 FAIL2BAN_HISTORY_E_FOREIGN);
	ck_assert_int_lt(clock_monotonic_ms() - start_ms, 5000);
	/* another program's */
	sql("DROP VIEW bans");
	ck_assert_int_eq(read_from(&piece, FAIL2BAN_HISTORY_BANS, &from),
	                 FAIL2BAN_HISTORY_E_FOREIGN);
	sql("CREATE TABLE bans(jail, ip)");
	ck_assert_int_eq(read_from(&piece, FAIL2BAN_HISTORY_BANS, &from),
	                 FAIL2BAN_HISTORY_E_FOREIGN);
	/* no database */
	file = fopen(path(), "w");
	fputs("not a database, but long enough to be looked at as one: not a database, but long",
	      file);
	for (int i = 0; i < 100; i++)
		fputs("0123456789", file);
	fclose(file);
	ck_assert_int_eq(read_from(&piece, FAIL2BAN_HISTORY_BANS, &from),
	                 FAIL2BAN_HISTORY_E_FOREIGN);
	ck_assert_int_eq(remove(path()), 0);
	ck_assert_int_eq(read_from(&piece, FAIL2BAN_HISTORY_BANS, &from),
	                 FAIL2BAN_HISTORY_E_ABSENT);
	ck_assert_int_eq(mkfifo(path(), 0600), 0);
	ck_assert_int_eq(read_from(&piece, FAIL2BAN_HISTORY_BANS, &from),
	                 FAIL2BAN_HISTORY_E_FOREIGN);
}
END_TEST

/* Whether it ever banned somebody, in either table. */
START_TEST(test_knows)
{
	struct cidr asked[4];
	bool known[4] = {false};

	ck_assert_int_eq(cidr_parse(&asked[0], "192.0.2.1", 0, NULL), 0);
	ck_assert_int_eq(cidr_parse(&asked[1], "192.0.2.2", 0, NULL), 0);
	ck_assert_int_eq(cidr_parse(&asked[2], "2001:db8::/64", 0, NULL), 0);
	ck_assert_int_eq(cidr_parse(&asked[3], "192.0.2.0/24", 0, NULL), 0);
	sql("INSERT INTO bans VALUES ('a', '192.0.2.1', 1, 1, 1, NULL);"
	    "INSERT INTO bips VALUES ('2001:db8::/64', 'a', 1, 1, 1, NULL);");
	ck_assert_int_eq(fail2ban_history_knows(known, asked, 4, path(), NULL), 0);
	ck_assert(known[0] && !known[1] && known[2] && !known[3]);
	ck_assert_int_eq(fail2ban_history_knows(known, asked, 4, "/nonexistent/db", NULL),
	                 FAIL2BAN_HISTORY_E_ABSENT);
	sql("DROP TABLE bans");
	ck_assert_int_eq(fail2ban_history_knows(known, asked, 4, path(), NULL),
	                 FAIL2BAN_HISTORY_E_FOREIGN);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("fail2ban-history");
	TCase *tests = tcase_create("fail2ban-history");

	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_loop_test(tests, test_rows, 0, ARRAY_SIZE(rows));
	tcase_add_test(tests, test_pieces);
	tcase_add_test(tests, test_numbers_given_again);
	tcase_add_test(tests, test_current);
	tcase_add_test(tests, test_trouble);
	tcase_add_test(tests, test_knows);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
