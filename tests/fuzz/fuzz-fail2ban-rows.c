// SPDX-License-Identifier: GPL-2.0-or-later
// Parses: guard/system/fail2ban/fail2ban-database.c guard/system/fail2ban/fail2ban-history.c
/* Rows of fail2ban's database, of any type: what is taken from them could be bans. */
#include "guard/system/fail2ban/fail2ban-database.h"
#include "guard/system/fail2ban/fail2ban-history.h"

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/rows.h"

#define SCHEMA                                                                                     \
	"PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY;"                                  \
	"CREATE TABLE jails (name TEXT, enabled INTEGER);"                                         \
	"CREATE TABLE bips (ip, jail, timeofban, bantime, bancount, data, PRIMARY KEY (ip, "       \
	"jail));"                                                                                  \
	"CREATE TABLE bans (jail, ip, timeofban, bantime, bancount, data);"

const unsigned fuzz_runs_max = 300;

static int check_jail(const char *jail, void *userdata)
{
	(void)userdata;
	FUZZ_CHECK(jail[0] && strlen(jail) <= FAIL2BAN_DATABASE_TEXT_MAX);
	return 0;
}

static int check_row(const struct fail2ban_database_row *row, void *userdata)
{
	FUZZ_CHECK(row->address[0] && row->time_s >= 0 && row->count >= 0);
	FUZZ_CHECK(row->bantime_s < 0 || row->time_s + row->bantime_s < INT64_MAX / 1000000);
	return check_jail(row->jail, userdata);
}

static void read_history(const char *path, enum fail2ban_history_table table)
{
	_cleanup_fail2ban_history_ struct fail2ban_history piece = FAIL2BAN_HISTORY_NULL;
	struct store_import from = {0};

	if (fail2ban_history_read(&piece, path, table, &from, NULL) != 0)
		return;
	for (size_t i = 0; i < piece.n; i++) {
		struct store_ban_event event = {.kind = STORE_BAN_BAN, .ban = piece.bans[i]};

		FUZZ_CHECK(store_ban_event_check(&event, NULL) == 0);
		FUZZ_CHECK(event.ban.bantime_s >= -1 && event.ban.failures >= 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(fail2ban_database_cleanup) struct fail2ban_database *db = NULL;
	_cleanup_free_ char *text = fuzz_string(data, size), *path = strdup(fuzz_path("f2b"));
	unsigned n = 0;

	FUZZ_CHECK(path);
	fuzz_rows(path, SCHEMA, text);
	FUZZ_CHECK(fail2ban_database_open(&db, path, NULL) == 0);
	FUZZ_CHECK(fail2ban_database_jails(db, check_jail, NULL, NULL) == 0);
	while (fail2ban_database_step(db, check_row, NULL, NULL) == FAIL2BAN_DATABASE_MORE)
		FUZZ_CHECK(++n < 100);
	read_history(path, FAIL2BAN_HISTORY_BANS);
	read_history(path, FAIL2BAN_HISTORY_CURRENT);
	return 0;
}
