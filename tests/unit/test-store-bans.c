// SPDX-License-Identifier: GPL-2.0-or-later
/* Bans: what the hook says, and how they are found again. */
#include "guard/system/store/store-internal.h"
#include "tests/unit/store-fixture.h"

#include <errno.h>

static void put(struct store *store, const char *jail, const char *address, int64_t time_us,
                int64_t bantime_s)
{
	const struct store_ban ban = {.jail = jail,
	                              .address = address,
	                              .time_us = time_us,
	                              .bantime_s = bantime_s,
	                              .failures = 3,
	                              .count = 1,
	                              .source = "hook"};

	fixture_ban_event(store, STORE_BAN_BAN, &ban, 0);
}

static void end(struct store *store, enum store_ban_event_kind kind, const char *jail,
                const char *address, int64_t at_us)
{
	const struct store_ban ban = {.jail = jail, .address = address};

	fixture_ban_event(store, kind, &ban, at_us);
}

static int tell(const struct store_ban *ban, void *userdata)
{
	char *text = userdata;
	size_t at = strlen(text);

	snprintf(text + at, 4096 - at, "%s%s%s", ban->address, ban->active ? "+" : "",
	         ban->ended_how ? ban->ended_how : "");
	strcat(text, " ");
	return 0;
}

static const char *ask(struct store *store, const struct store_ban_query *query)
{
	static char text[4096];

	text[0] = '\0';
	ck_ok(store_bans(store, query, tell, text, &err));
	return text;
}

static void fixture_bans(struct store *store)
{
	put(store, "imap", "192.0.2.1", NOW + 1 * SECOND, 600);
	put(store, "imap", "192.0.2.0/25", NOW + 2 * SECOND, 600);
	put(store, "smtp", "192.0.0.0/16", NOW + 3 * SECOND, -1);
	put(store, "smtp", "198.51.100.9", NOW + 4 * SECOND, 600);
	put(store, "imap", "2001:db8::1", NOW + 5 * SECOND, 600);
	put(store, "imap", "2001:DB8::/32", NOW + 6 * SECOND, 600);
	put(store, "imap", "::/0", NOW + 7 * SECOND, 600);
	put(store, "imap", "0.0.0.0/0", NOW + 8 * SECOND, 600);
	put(store, "imap", "host.example", NOW + 9 * SECOND, 600);
	put(store, "smtp", "192.0.2.128/25", NOW + 10 * SECOND, 600);
}

static const struct {
	const char *address;
	const char *expected;
} address_rows[] = {
    {"192.0.2.1", "0.0.0.0/0 192.0.0.0/16 192.0.2.0/25 192.0.2.1 "},
    {"192.0.2.0/24", "192.0.2.128/25 0.0.0.0/0 192.0.0.0/16 192.0.2.0/25 192.0.2.1 "},
    {"192.0.2.200", "192.0.2.128/25 0.0.0.0/0 192.0.0.0/16 "},
    {"203.0.113.1", "0.0.0.0/0 "},
    {"0.0.0.0/0", "192.0.2.128/25 0.0.0.0/0 198.51.100.9 192.0.0.0/16 192.0.2.0/25 192.0.2.1 "},
    {"::ffff:198.51.100.9", "0.0.0.0/0 198.51.100.9 "},
    {"2001:db8:0::1", "::/0 2001:db8::/32 2001:db8::1 "},
    {"2001:db8:1::/48", "::/0 2001:db8::/32 "},
    {"::/0", "::/0 2001:db8::/32 2001:db8::1 "}, /* and not IPv4, though its keys lie inside */
    {"::", "::/0 "},
    {"host.example", "host.example "},
    {"other.example", ""},
    {"%", ""},
    {"' OR 1=1 --", ""},
};

START_TEST(test_bans_by_address)
{
	_cleanup_store_ struct store *store = fixture_open(&fixture_writer);
	const struct store_ban_query query = {.address = address_rows[_i].address,
	                                      .active_at_us = NOW - SECOND};

	fixture_bans(store);
	ck_assert_str_eq(ask(store, &query), address_rows[_i].expected);
}
END_TEST

static const struct {
	struct store_ban_query query;
	const char *expected;
} query_rows[] = {
    {{.jail = "smtp", .active_at_us = NOW}, "192.0.2.128/25 198.51.100.9 192.0.0.0/16 "},
    {{.jail = "smtp", .active_at_us = NOW + 500 * SECOND},
     "192.0.2.128/25+ 198.51.100.9+ 192.0.0.0/16+ "},
    {{.active = true, .active_at_us = NOW + 9999 * SECOND}, "192.0.0.0/16+ "},
    {{.jail = "smtp", .address = "192.0.2.1", .active_at_us = NOW}, "192.0.0.0/16 "},
    {{.address = "192.0.2.1", .active = true, .active_at_us = NOW + 602 * SECOND},
     "0.0.0.0/0+ 192.0.0.0/16+ "},
    {{.limit = 1, .active_at_us = NOW}, "192.0.2.128/25 "},
    {{.since_us = NOW + 9 * SECOND, .active_at_us = NOW}, "192.0.2.128/25 host.example "},
    {{.jail = "none", .active_at_us = NOW}, ""},
    {{.until_us = NOW + 3 * SECOND, .active_at_us = NOW}, "192.0.2.0/25 192.0.2.1 "},
    {{.since_us = NOW + 3 * SECOND, .until_us = NOW + 5 * SECOND, .active_at_us = NOW},
     "198.51.100.9 192.0.0.0/16 "},
    {{.active = true, .jail = "smtp", .active_at_us = NOW + 604 * SECOND},
     "192.0.2.128/25+ 192.0.0.0/16+ "},
    {{.active = true, .jail = "imap", .active_at_us = NOW + 9999 * SECOND}, ""},
};

/* So many in one prefix that they are found by another way: the answer is the same. */
START_TEST(test_bans_by_wide_range)
{
	_cleanup_store_ struct store *store = fixture_open(&fixture_writer);
	struct store_ban_query query = {
	    .address = "198.18.0.0/15", .active_at_us = NOW + 700 * SECOND, .limit = 3};
	char address[32];

	ck_ok(store_begin(store, &err));
	for (unsigned i = 0; i < 50000; i++) {
		snprintf(address, sizeof(address), "198.18.%u.%u", i / 256, i % 256);
		put(store, "many", address, NOW, 60);
	}
	put(store, "imap", "198.18.0.1", NOW + 200 * SECOND, 600);
	put(store, "imap", "198.0.0.0/8", NOW + 201 * SECOND, 600);
	put(store, "imap", "::/0", NOW + 202 * SECOND, 600);
	put(store, "imap", "192.0.2.1", NOW + 203 * SECOND, 600);
	ck_ok(store_commit(store, &err));
	ck_assert_str_eq(ask(store, &query), "198.0.0.0/8+ 198.18.0.1+ 198.18.195.79 ");
	query.active = true;
	ck_assert_str_eq(ask(store, &query), "198.0.0.0/8+ 198.18.0.1+ ");
	query.jail = "many";
	ck_assert_str_eq(ask(store, &query), "");
	query.active = false;
	ck_assert_str_eq(ask(store, &query), "198.18.195.79 198.18.195.78 198.18.195.77 ");
}
END_TEST

START_TEST(test_bans_by_query)
{
	_cleanup_store_ struct store *store = fixture_open(&fixture_writer);

	fixture_bans(store);
	ck_assert_str_eq(ask(store, &query_rows[_i].query), query_rows[_i].expected);
}
END_TEST

/* A look-up by address over all bans must not become a scan when there are many. */
START_TEST(test_look_ups_use_indexes)
{
	static const enum store_statement asked[] = {
	    STMT_BANS,
	    STMT_BANS_BY_RANGE,
	    STMT_BANS_BY_WIDE_RANGE,
	    STMT_BANS_IN_RANGE,
	    STMT_BANS_BY_JAIL,
	    STMT_BANS_ACTIVE,
	    STMT_BANS_UNENDED,
	    STMT_BAN_END_ID,
	    STMT_BAN_RULES,
	    STMT_BAN_LOSSES,
	    STMT_BAN_PUT,
	    STMT_IMPORT_GET,
	    STMT_BANS_BY_NAME,
	    STMT_BAN_END,
	    STMT_BAN_END_JAIL,
	    STMT_BAN_PROLONG,
	    STMT_ITEM_ID,
	    STMT_SNAPSHOT_LAST_GOOD_ID,
	    STMT_SNAPSHOT_NEWEST,
	    STMT_SNAPSHOT_SEEN,
	    STMT_SNAPSHOT_BY_DIGEST,
	    STMT_WIPE_UNFINISHED_IDS,
	    STMT_LOSS_LIST,
	    STMT_HISTORY,
	};
	static const char *const fine[] = {
	    "USING INDEX", "USING COVERING INDEX", "CONSTANT ROW", "wider", "subquery", "SUBQUERY"};
	_cleanup_store_ struct store *store = fixture_open(&fixture_writer);
	sqlite3_stmt *statement;
	char sql[8192];

	for (size_t i = 0; i < ARRAY_SIZE(asked); i++) {
		unsigned lines = 0;

		snprintf(sql, sizeof(sql), "EXPLAIN QUERY PLAN %s", store_sql[asked[i]]);
		ck_assert_int_eq(sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL),
		                 SQLITE_OK);
		while (sqlite3_step(statement) == SQLITE_ROW) {
			const char *line = (const char *)sqlite3_column_text(statement, 3);
			bool good = strstr(line, "SCAN") == NULL;

			for (size_t k = 0; k < ARRAY_SIZE(fine); k++)
				good = good || strstr(line, fine[k]);
			ck_assert_msg(good, "%s\n%s", line, store_sql[asked[i]]);
			if (asked[i] == STMT_BANS_BY_RANGE)
				lines += strstr(line, "ban_by_range") != NULL;
			/* the latest come from the index on time, until there are enough */
			if (asked[i] == STMT_BANS || asked[i] == STMT_BANS_BY_WIDE_RANGE)
				ck_assert_msg(!strstr(line, "TEMP B-TREE"), "%s", line);
			ck_assert_msg(!strstr(line, "SCAN ban"), "%s", line);
		}
		sqlite3_finalize(statement);
		if (asked[i] == STMT_BANS_BY_RANGE)
			ck_assert_uint_eq(lines, 2); /* those inside, and those that cover */
	}
}
END_TEST

START_TEST(test_ban_again_is_one_row)
{
	_cleanup_store_ struct store *store = fixture_open(&fixture_writer);
	const struct store_ban_query all = {.active_at_us = NOW + SECOND};

	put(store, "imap", "192.0.2.1", NOW, 600);
	put(store, "imap", "192.0.2.1/32", NOW, 600);
	ck_assert_int_eq(fixture_number("SELECT count(*) FROM ban"), 1);
	end(store, STORE_BAN_STOP, "imap", NULL, NOW + SECOND);
	ck_assert_str_eq(ask(store, &all), "192.0.2.1stop ");
	put(store, "imap", "192.0.2.1", NOW, 600); /* restored with the time that it had */
	ck_assert_str_eq(ask(store, &all), "192.0.2.1+ ");
	put(store, "imap", "192.0.2.1", NOW + 9 * SECOND, 600);
	ck_assert_int_eq(fixture_number("SELECT count(*) FROM ban"), 2);
}
END_TEST

/* fail2ban restores a ban with the whole second that is in its database, up or down. */
START_TEST(test_restored_ban_is_no_other_ban)
{
	_cleanup_store_ struct store *store = fixture_open(&fixture_writer);
	struct store_ban ban = {.jail = "imap",
	                        .address = "192.0.2.1",
	                        .time_us = NOW + 986000,
	                        .bantime_s = 600,
	                        .source = "hook"};

	fixture_ban_event(store, STORE_BAN_BAN, &ban, 0);
	end(store, STORE_BAN_STOP, "imap", NULL, NOW + 2 * SECOND);
	ban.restored = true;
	ban.time_us = NOW + SECOND;
	fixture_ban_event(store, STORE_BAN_BAN, &ban, 0);
	ban.time_us = NOW;
	fixture_ban_event(store, STORE_BAN_BAN, &ban, 0);
	ck_assert_int_eq(fixture_number("SELECT count(*) FROM ban"), 1);
	ck_assert_int_eq(fixture_number("SELECT restored FROM ban"), 1);
	ck_assert_int_eq(fixture_number("SELECT ended_us IS NULL FROM ban"), 1);
	/* a ban of its own, however soon */
	ban.restored = false;
	ban.time_us = NOW + SECOND;
	fixture_ban_event(store, STORE_BAN_BAN, &ban, 0);
	ck_assert_int_eq(fixture_number("SELECT count(*) FROM ban"), 2);
}
END_TEST

/* fail2ban's file keeps rows after an unban, and knows prolonged bans in memory alone. */
START_TEST(test_database_knows_less_than_the_hook)
{
	_cleanup_store_ struct store *store = fixture_open(&fixture_writer);
	struct store_ban ban = {
	    .jail = "imap", .address = "192.0.2.1", .time_us = NOW, .bantime_s = 600};
	const struct store_ban_query all = {.active_at_us = NOW + SECOND};

	ban.rule = "rule family=\"ipv4\" source address=\"192.0.2.1\" reject";
	fixture_ban_event(store, STORE_BAN_BAN, &ban, 0);
	ban.bantime_s = 86400;
	ban.count = 2;
	fixture_ban_event(store, STORE_BAN_PROLONG, &ban, NOW);
	ban.source = "database";
	ban.rule = NULL;
	ban.bantime_s = 600;
	ban.count = 0;
	fixture_ban_event(store, STORE_BAN_BAN, &ban, 0);
	ck_assert_int_eq(fixture_number("SELECT bantime_s FROM ban"), 86400);
	ck_assert_int_eq(fixture_number("SELECT (end_us - time_us) / 1000000 FROM ban"), 86400);
	ck_assert_int_eq(fixture_number("SELECT count FROM ban"), 2);
	ck_assert_int_eq(fixture_number("SELECT rule LIKE '%192.0.2.1%' FROM ban"), 1);
	ban.bantime_s = -1;
	fixture_ban_event(store, STORE_BAN_BAN, &ban, 0);
	ck_assert_int_eq(fixture_number("SELECT end_us IS NULL FROM ban"), 1);
	end(store, STORE_BAN_UNBAN, "imap", "192.0.2.1", NOW + 1);
	fixture_ban_event(store, STORE_BAN_BAN, &ban, 0);
	ck_assert_str_eq(ask(store, &all), "192.0.2.1unban ");
}
END_TEST

/* The database has the second that the hook's time is rounded to; it may be heard of first. */
static const struct {
	int64_t hook_us, database_us;
	int bans;
} join_rows[] = {
    {NOW + 986000, NOW + SECOND, 1},
    {NOW + 499999, NOW, 1},
    {NOW + 500000, NOW, 1},
    {NOW + 500000, NOW + SECOND, 1},
    {NOW, NOW, 1},
    {NOW, NOW + SECOND, 2},
    {NOW, NOW - SECOND, 2},
    {NOW + 1000, NOW + SECOND, 1},
    {NOW, NOW + 3600 * SECOND, 2},
};

static void put_from(struct store *store, const char *source, int64_t time_us)
{
	const struct store_ban ban = {.jail = "imap",
	                              .address = "192.0.2.1",
	                              .time_us = time_us,
	                              .bantime_s = 600,
	                              .failures = strcmp(source, "hook") == 0 ? 5 : 3,
	                              .count = 1,
	                              .source = source};

	fixture_ban_event(store, STORE_BAN_BAN, &ban, 0);
}

START_TEST(test_hook_and_database_are_one_ban)
{
	_cleanup_store_ struct store *store = fixture_open(&fixture_writer);
	bool first = _i % 2;
	size_t row = (size_t)_i / 2;

	if (first)
		put_from(store, "database", join_rows[row].database_us);
	put_from(store, "hook", join_rows[row].hook_us);
	for (int again = 0; again < 2; again++)
		put_from(store, "database", join_rows[row].database_us);
	ck_assert_int_eq(fixture_number("SELECT count(*) FROM ban"), join_rows[row].bans);
	ck_assert_int_eq(fixture_number("SELECT count(*) FROM ban WHERE source = 'hook'"), 1);
	ck_assert_int_eq(fixture_number("SELECT max(failures) FROM ban WHERE source = 'hook'"), 5);
}
END_TEST

/* Two bans of one address within a second, told by both: two. */
START_TEST(test_quick_bans_stay_two)
{
	_cleanup_store_ struct store *store = fixture_open(&fixture_writer);

	put_from(store, "hook", NOW + 200000);
	put_from(store, "database", NOW);
	put_from(store, "hook", NOW + 900000);
	put_from(store, "database", NOW + SECOND);
	ck_assert_int_eq(fixture_number("SELECT count(*) FROM ban"), 2);
}
END_TEST

START_TEST(test_import)
{
	_cleanup_store_ struct store *store = fixture_open(&fixture_writer);
	static char jail[STORE_JAIL_MAX + 2];
	struct store_ban bans[] = {
	    {.jail = "imap", .address = "192.0.2.1", .time_us = NOW, .bantime_s = 60},
	    {.jail = "imap", .address = "192.0.2.1\n", .time_us = NOW, .bantime_s = 60},
	    {.jail = "imap", .address = "", .time_us = NOW, .bantime_s = 60},
	    {.jail = jail, .address = "192.0.2.2", .time_us = NOW, .bantime_s = 60},
	    {.jail = "imap", .address = "192.0.2.3", .time_us = -1, .bantime_s = 60},
	    {.jail = "imap", .address = "no.address", .time_us = NOW, .bantime_s = -1},
	};
	struct store_import upto = {.position = 7, .mark = "seven"};
	struct store_import_counts counts;

	memset(jail, 'j', sizeof(jail) - 1);
	for (size_t i = 0; i < ARRAY_SIZE(bans); i++)
		bans[i].source = "database";
	ck_ok(store_bans_import(store, bans, ARRAY_SIZE(bans), "/db bans", &upto, &counts, &err));
	ck_assert_uint_eq(counts.n_refused, 4);
	ck_assert_uint_eq(counts.n_taken, 2);
	ck_ok(store_bans_import(store, bans, ARRAY_SIZE(bans), "/db bans", &upto, &counts, &err));
	ck_assert_uint_eq(counts.n_taken, 0);
	ck_assert_int_eq(fixture_number("SELECT count(*) FROM ban"), 2);
	ck_ok(store_import_get(store, "/db bips", &upto, &err));
	ck_assert_int_eq(upto.position, 0);
	ck_ok(store_import_get(store, "/db bans", &upto, &err));
	ck_assert_int_eq(upto.position, 7);
	ck_assert_str_eq(upto.mark, "seven");
}
END_TEST

static int tell_id(const struct store_ban *ban, void *userdata)
{
	int64_t *ids = userdata;

	ck_assert_str_eq(ban->jail, "imap");
	ids[++ids[0]] = ban->id;
	return 0;
}

START_TEST(test_unended)
{
	_cleanup_store_ struct store *store = fixture_open(&fixture_writer);
	int64_t ids[8] = {0};

	put_from(store, "database", NOW); /* over */
	put_from(store, "database", NOW + 500 * SECOND);
	put_from(store, "database", NOW + 700 * SECOND);
	put_from(store, "database", NOW + 890 * SECOND); /* too fresh */
	put_from(store, "hook", NOW + 600 * SECOND);     /* told by another */
	ck_ok(store_bans_unended(store, "database", NOW + 900 * SECOND, NOW + 890 * SECOND, tell_id,
	                         ids, &err));
	ck_assert_int_eq(ids[0], 2);
	ck_ok(store_bans_end_ids(store, ids + 1, 2, NOW + 900 * SECOND, "unban", &err));
	ck_ok(store_bans_end_ids(store, ids + 1, 2, NOW + 950 * SECOND, "flush", &err));
	ck_assert_int_eq(fixture_number("SELECT count(*) FROM ban WHERE ended_how = 'unban'"), 2);
	ck_assert_int_eq(fixture_number("SELECT count(*) FROM ban WHERE ended_us IS NULL"), 3);
	ids[0] = 0;
	ck_ok(store_bans_unended(store, "database", NOW + 900 * SECOND, NOW + 890 * SECOND, tell_id,
	                         ids, &err));
	ck_assert_int_eq(ids[0], 0);
}
END_TEST

static int tell_loss(const struct store_ban *ban, void *userdata)
{
	char *text = userdata;
	size_t at = strlen(text);

	snprintf(text + at, 4096 - at, "%s/%lld: %zu rules, lost %lld%s%s %lld ms\n", ban->jail,
	         (long long)(ban->time_us - NOW) / SECOND, ban->rules->n, (long long)ban->loss.n,
	         ban->loss.n ? wipe_kind_name(ban->loss.kind) : "", ban->loss.whole ? " whole" : "",
	         ban->loss.restored_us ? (long long)(ban->loss.restored_us - ban->loss.at_us) / 1000
	                               : -1);
	return 0;
}

static int64_t wipe_of(struct store *store, int64_t at_us, const char *const *rules, size_t n)
{
	_cleanup_loss_ struct loss loss = LOSS_NULL;
	const struct store_wipe wipe = {
	    .kind = WIPE_RELOAD, .at_us = at_us, .boot_id = BOOT, .instance = INSTANCE};
	int64_t id;

	for (size_t i = 0; i < n; i++) {
		struct loss_row row = {.verdict = LOSS_LOST, .flags = FIREWALL_RUNTIME};

		ck_ok(item_init(&row.item, "public", ITEM_RULE, rules[i], &err));
		ck_assert_int_eq(grow(&loss.rows, &loss.capacity, loss.n + 1, sizeof(*loss.rows)),
		                 0);
		loss.rows[loss.n++] = row;
	}
	ck_ok(store_wipe_begin(store, &wipe, &loss, &id, &err));
	return id;
}

/* A ban and what reloads did to its rules, while it held. */
START_TEST(test_losses_of_a_ban)
{
	static const char *const rules[] = {
	    "rule family=\"ipv4\" source address=\"192.0.2.1\" port port=\"imaps\" "
	    "protocol=\"tcp\" reject",
	    "rule family=\"ipv4\" source address=\"192.0.2.1\" port port=\"smtp\" "
	    "protocol=\"tcp\" reject",
	    "rule family=\"ipv4\" source address=\"192.0.2.11\" drop"};
	_cleanup_store_ struct store *store = fixture_open(&fixture_writer);
	struct store_step steps[] = {{.row = 0, .finished_us = NOW + 20 * SECOND + 300000},
	                             {.row = 1, .finished_us = NOW + 20 * SECOND + 812000}};
	const struct store_ban_query query = {.address = "192.0.2.1", .active_at_us = NOW};
	char text[4096] = "";
	int64_t id;

	put(store, "imap", "192.0.2.1", NOW, 5);                 /* over before */
	put(store, "imap", "192.0.2.1", NOW + 6 * SECOND, 600);  /* lost twice */
	put(store, "imap", "192.0.2.1", NOW + 15 * SECOND, 600); /* lost once, and partly back */
	put(store, "imap", "192.0.2.1", NOW + 21 * SECOND, 600); /* began later */
	wipe_of(store, NOW + 10 * SECOND, rules, ARRAY_SIZE(rules));
	id = wipe_of(store, NOW + 20 * SECOND, rules, 2);
	ck_ok(store_steps_put(store, id, steps, 2, &err));
	ck_ok(store_bans(store, &query, tell_loss, text, &err));
	ck_assert_str_eq(text, "imap/21: 2 rules, lost 0 -1 ms\n"
	                       "imap/15: 2 rules, lost 1reload whole 812 ms\n"
	                       "imap/6: 2 rules, lost 2reload whole 812 ms\n"
	                       "imap/0: 2 rules, lost 0 -1 ms\n");
}
END_TEST

static int take_rules(const struct store_ban *ban, void *userdata)
{
	ck_assert_uint_eq(ban->rules->n, 1);
	snprintf(userdata, 128, "%s", ban->rules->strings[0]);
	return 0;
}

/* What a jail's bans look like tells which items are of a ban; of another jail, it is none. */
START_TEST(test_items_of_a_ban)
{
	_cleanup_store_ struct store *store = fixture_open(&fixture_writer);
	_cleanup_firewall_ struct firewall fw = FIREWALL_NULL;
	const struct store_sighting sighting = {
	    .boot_id = BOOT, .instance = INSTANCE, .at_us = NOW, .good = true};
	const struct store_ban_query zone = {.jail = "zone", .limit = 1};
	const struct store_ban_query imap = {.jail = "imap", .limit = 1};
	char zone_name[] = "drop", address[] = "192.0.2.1", jail[] = "zone", pattern[] = "<ip>";
	struct firewall_entry *entry;
	char text[128] = "";
	struct item item = {.zone = zone_name, .value = address, .kind = ITEM_SOURCE};
	const struct banshape shape = {.jail = jail,
	                               .zone = zone_name,
	                               .pattern = pattern,
	                               .kind = ITEM_SOURCE,
	                               .first = {.family = CIDR_IPV4, .prefix = 32}};
	int64_t id;

	put(store, "zone", "192.0.2.1", NOW, 600);
	put(store, "imap", "192.0.2.1", NOW, 600);
	ck_assert_int_eq(firewall_put(&fw, &item, &entry), 0);
	entry->flags = FIREWALL_RUNTIME;
	ck_ok(store_snapshot_put(store, &fw, &sighting, &id, &err));
	ck_ok(store_shape_put(store, &shape, NOW, &err));
	ck_ok(store_bans(store, &zone, take_rules, text, &err));
	ck_assert_str_eq(text, "drop/source:192.0.2.1");
	ck_assert_str_eq(ask(store, &imap), "192.0.2.1+ ");
}
END_TEST

START_TEST(test_ends)
{
	_cleanup_store_ struct store *store = fixture_open(&fixture_writer);
	const struct store_ban_query all = {.active_at_us = NOW + 100 * SECOND};
	struct store_ban prolonged = {.jail = "smtp", .address = "198.51.100.9", .bantime_s = 1};

	fixture_bans(store);
	end(store, STORE_BAN_UNBAN, "imap", "192.0.2.99", NOW);
	/* an unban that was spooled and comes late ends no later ban */
	end(store, STORE_BAN_UNBAN, "imap", "192.0.2.1", NOW);
	ck_assert_int_eq(fixture_number("SELECT count(*) FROM ban WHERE ended_us IS NOT NULL"), 0);
	end(store, STORE_BAN_FLUSH, "smtp", NULL, NOW + 50 * SECOND);
	end(store, STORE_BAN_UNBAN, "imap", "host.example", NOW + 50 * SECOND);
	end(store, STORE_BAN_UNBAN, "imap", "2001:db8:0:0::1", NOW + 50 * SECOND);
	ck_assert_str_eq(ask(store, &all), "192.0.2.128/25flush host.exampleunban 0.0.0.0/0+ ::/0+ "
	                                   "2001:db8::/32+ 2001:db8::1unban 198.51.100.9flush "
	                                   "192.0.0.0/16flush 192.0.2.0/25+ 192.0.2.1+ ");
	/* one that is over is not prolonged */
	prolonged.time_us = NOW + 60 * SECOND;
	fixture_ban_event(store, STORE_BAN_PROLONG, &prolonged, NOW + 60 * SECOND);
	ck_assert_int_eq(fixture_number("SELECT count(*) FROM ban WHERE address = '198.51.100.9'"),
	                 2);
}
END_TEST

START_TEST(test_events)
{
	_cleanup_store_ struct store *store = fixture_open(&fixture_writer);
	struct store_ban_event event = {
	    .kind = STORE_BAN_BAN,
	    .at_us = NOW,
	    .ban = {.jail = "imap", .address = "192.0.2.1", .time_us = NOW, .bantime_s = 600}};
	const struct store_ban_query all = {.active_at_us = NOW + 700 * SECOND};

	ck_ok(store_ban_event_apply(store, &event, &err));
	ck_assert_str_eq(ask(store, &all), "192.0.2.1 ");
	event.kind = STORE_BAN_PROLONG;
	event.ban.bantime_s = 6000;
	ck_ok(store_ban_event_apply(store, &event, &err));
	ck_assert_str_eq(ask(store, &all), "192.0.2.1+ ");
	event.ban.address = "192.0.2.2"; /* whose beginning nobody heard */
	ck_ok(store_ban_event_apply(store, &event, &err));
	ck_assert_str_eq(ask(store, &all), "192.0.2.2+ 192.0.2.1+ ");
	event.kind = STORE_BAN_UNBAN;
	event.at_us = NOW + SECOND;
	ck_ok(store_ban_event_apply(store, &event, &err));
	ck_ok(store_ban_event_apply(store, &event, &err)); /* and again */
	ck_assert_str_eq(ask(store, &all), "192.0.2.2unban 192.0.2.1+ ");
	event.ban = (struct store_ban){.jail = "imap"};
	event.kind = STORE_BAN_STOP;
	ck_ok(store_ban_event_apply(store, &event, &err));
	ck_assert_str_eq(ask(store, &all), "192.0.2.2unban 192.0.2.1stop ");
	ck_assert_int_eq(fixture_number("SELECT count(*) FROM event WHERE kind = 'jail-stop'"), 1);
}
END_TEST

static char too_long[STORE_RULE_MAX + 10];

static const struct {
	enum store_ban_event_kind kind;
	struct store_ban ban;
	int code;
} check_rows[] = {
    {STORE_BAN_BAN, {.jail = "imap", .address = "192.0.2.1"}, 0},
    {STORE_BAN_BAN, {.jail = "imap", .address = "not an address"}, -EINVAL},
    {STORE_BAN_BAN, {.jail = "imap", .address = "any.thing; rm -rf"}, -EINVAL},
    {STORE_BAN_BAN, {.jail = "imap", .address = "$(id)"}, 0}, /* a text like another */
    {STORE_BAN_BAN, {.jail = "imap", .address = ""}, -EINVAL},
    {STORE_BAN_BAN, {.jail = "imap"}, -EINVAL},
    {STORE_BAN_BAN, {.jail = "", .address = "192.0.2.1"}, -EINVAL},
    {STORE_BAN_BAN, {.address = "192.0.2.1"}, -EINVAL},
    {STORE_BAN_BAN, {.jail = "a\nb", .address = "192.0.2.1"}, -EINVAL},
    {STORE_BAN_BAN, {.jail = "imap", .address = "192.0.2.1\x1b[31m"}, -EINVAL},
    {STORE_BAN_BAN, {.jail = too_long, .address = "192.0.2.1"}, -EINVAL},
    {STORE_BAN_BAN, {.jail = "imap", .address = too_long}, -EINVAL},
    {STORE_BAN_BAN, {.jail = "imap", .address = "192.0.2.1", .rule = too_long}, -EINVAL},
    {STORE_BAN_BAN, {.jail = "imap", .address = "192.0.2.1", .time_us = -1}, -EINVAL},
    {STORE_BAN_BAN, {.jail = "imap", .address = "192.0.2.1", .failures = -1}, -EINVAL},
    {STORE_BAN_BAN,
     {.jail = "imap", .address = "192.0.2.1", .time_us = INT64_MAX, .bantime_s = INT64_MAX},
     0},
    {STORE_BAN_BAN,
     {.jail = "imap", .address = "192.0.2.1", .time_us = INT64_MAX, .bantime_s = 9},
     0},
    {STORE_BAN_BAN, {.jail = "imap", .address = "192.0.2.1", .bantime_s = INT64_MIN}, 0},
    {STORE_BAN_STOP, {.jail = "imap"}, 0},
    {STORE_BAN_N_EVENTS, {.jail = "imap", .address = "192.0.2.1"}, -EINVAL},
};

START_TEST(test_hostile_events)
{
	_cleanup_store_ struct store *store = fixture_open(&fixture_writer);
	const struct store_ban_event event = {
	    .kind = check_rows[_i].kind, .at_us = NOW, .ban = check_rows[_i].ban};

	memset(too_long, 'x', sizeof(too_long) - 1);
	ck_assert_int_eq(store_ban_event_apply(store, &event, NULL), check_rows[_i].code);
	if (check_rows[_i].code)
		ck_assert_int_eq(fixture_number("SELECT count(*) FROM ban"), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("store-bans");
	TCase *tests = tcase_create("store-bans");

	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, fixture_setup, fixture_teardown);
	tcase_add_loop_test(tests, test_bans_by_address, 0, ARRAY_SIZE(address_rows));
	tcase_add_loop_test(tests, test_bans_by_query, 0, ARRAY_SIZE(query_rows));
	tcase_add_test(tests, test_bans_by_wide_range);
	tcase_add_test(tests, test_look_ups_use_indexes);
	tcase_add_test(tests, test_ban_again_is_one_row);
	tcase_add_test(tests, test_restored_ban_is_no_other_ban);
	tcase_add_test(tests, test_database_knows_less_than_the_hook);
	tcase_add_loop_test(tests, test_hook_and_database_are_one_ban, 0,
	                    2 * ARRAY_SIZE(join_rows));
	tcase_add_test(tests, test_quick_bans_stay_two);
	tcase_add_test(tests, test_import);
	tcase_add_test(tests, test_unended);
	tcase_add_test(tests, test_losses_of_a_ban);
	tcase_add_test(tests, test_items_of_a_ban);
	tcase_add_test(tests, test_ends);
	tcase_add_test(tests, test_events);
	tcase_add_loop_test(tests, test_hostile_events, 0, ARRAY_SIZE(check_rows));
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
