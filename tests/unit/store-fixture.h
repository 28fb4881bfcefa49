/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * store-fixture - a state directory of its own for each test
 */
#ifndef TESTS_UNIT_STORE_FIXTURE_H
#define TESTS_UNIT_STORE_FIXTURE_H

#include <ftw.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guard/system/store/store.h"
#include "tests/unit/unit.h"

#define BOOT       "b0000000-0000-0000-0000-000000000001"
#define OTHER_BOOT "b0000000-0000-0000-0000-000000000002"
#define INSTANCE   "100:2000"
#define SECOND     INT64_C(1000000)
#define DAY        (86400 * SECOND)
#define NOW        (INT64_C(1790000000) * SECOND)

static char fixture_top[256], fixture_dir[300];

static const struct store_options fixture_writer = {.create = true, .busy_ms = STORE_BUSY_MS};
static const struct store_options fixture_reader = {.read_only = true, .busy_ms = STORE_BUSY_MS};
static const struct store_options fixture_watcher = {
    .create = true, .set_aside = true, .busy_ms = STORE_BUSY_MS};

#define ck_ok(expression)                                                                          \
	do {                                                                                       \
		struct err err = ERR_NULL;                                                         \
		int ck_r = (expression);                                                           \
		ck_assert_msg(ck_r == 0, #expression ": %d %s", ck_r, err_text(&err, ck_r));       \
	} while (0)

static inline void fixture_setup(void)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(fixture_top, sizeof(fixture_top), "%s/test-store-XXXXXX", tmp ? tmp : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(fixture_top));
	snprintf(fixture_dir, sizeof(fixture_dir), "%s/state", fixture_top);
}

static inline int fixture_remove_one(const char *path, _unused_ const struct stat *st,
                                     _unused_ int type, _unused_ struct FTW *ftw)
{
	return remove(path);
}

static inline void fixture_teardown(void)
{
	chmod(fixture_dir, 0700);
	nftw(fixture_top, fixture_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static inline const char *fixture_path(const char *name)
{
	static char path[400];

	snprintf(path, sizeof(path), "%s/%s", fixture_dir, name);
	return path;
}

static inline struct store *fixture_open(const struct store_options *options)
{
	struct store *store = NULL;

	ck_ok(store_open(&store, fixture_dir, options, &err));
	ck_assert_ptr_nonnull(store);
	return store;
}

/* The first column of the first row, asked on a connection of its own. */
static inline int64_t fixture_number(const char *sql)
{
	sqlite3_stmt *statement;
	sqlite3 *db;
	int64_t number;

	ck_assert_int_eq(sqlite3_open(fixture_path(STORE_FILE), &db), SQLITE_OK);
	ck_assert_msg(sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK, "%s: %s", sql,
	              sqlite3_errmsg(db));
	ck_assert_int_eq(sqlite3_step(statement), SQLITE_ROW);
	number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return number;
}

/* As the hook tells it; @at_us: 0 for a ban, which has a time of its own. */
static inline void fixture_ban_event(struct store *store, enum store_ban_event_kind kind,
                                     const struct store_ban *ban, int64_t at_us)
{
	const struct store_ban_event event = {
	    .kind = kind, .at_us = at_us ? at_us : ban->time_us, .ban = *ban};

	ck_ok(store_ban_event_apply(store, &event, &err));
}

static inline void fixture_add(struct firewall *fw, const char *zone, enum item_kind kind,
                               const char *value, unsigned flags, int64_t until_us)
{
	struct item item = ITEM_NULL;
	struct firewall_entry *entry;

	ck_ok(item_init(&item, zone, kind, value, &err));
	ck_assert_int_eq(firewall_put(fw, &item, &entry), 0);
	entry->flags = flags;
	entry->until_us = until_us;
	item_deinit(&item);
}

static inline void fixture_mail(struct firewall *fw)
{
	ck_assert_int_eq(firewall_set_default_zone(fw, "public"), 0);
	ck_assert_int_eq(firewall_add_zone(fw, "drop"), 0);
	ck_assert_int_eq(firewall_add_zone(fw, "public"), 0);
	fixture_add(fw, "public", ITEM_INTERFACE, "eth0", FIREWALL_RUNTIME, 0);
	fixture_add(fw, "public", ITEM_SERVICE, "imaps", FIREWALL_RUNTIME, 0);
	fixture_add(fw, "public", ITEM_SERVICE, "smtp", FIREWALL_RUNTIME | FIREWALL_PERMANENT, 0);
	fixture_add(fw, "public", ITEM_PORT, "465/tcp", FIREWALL_RUNTIME | FIREWALL_GUARD_TIMED,
	            NOW + 60 * SECOND);
}

static inline void fixture_ban_rule(struct firewall *fw, unsigned n)
{
	char value[200];

	snprintf(value, sizeof(value),
	         "rule family=\"ipv4\" source address=\"198.%u.%u.%u\" reject", 18 + n / 65536,
	         n / 256 % 256, n % 256);
	fixture_add(fw, "public", ITEM_RULE, value, FIREWALL_RUNTIME, 0);
}

static inline struct store_sighting fixture_seen(int64_t at_us, bool good)
{
	return (struct store_sighting){
	    .boot_id = BOOT, .instance = INSTANCE, .at_us = at_us, .good = good};
}

static inline int64_t fixture_put(struct store *store, const struct firewall *fw, int64_t at_us,
                                  bool good)
{
	struct store_sighting seen = fixture_seen(at_us, good);
	int64_t id = 0;

	ck_ok(store_snapshot_put(store, fw, &seen, &id, &err));
	ck_assert_int_gt(id, 0);
	return id;
}

static inline void ck_firewall_eq(const struct firewall *a, const struct firewall *b)
{
	char left[FIREWALL_DIGEST_LENGTH + 1], right[FIREWALL_DIGEST_LENGTH + 1];

	firewall_digest(a, left);
	firewall_digest(b, right);
	ck_assert_uint_eq(a->n, b->n);
	ck_assert_str_eq(left, right);
}

#endif
