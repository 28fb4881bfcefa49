// SPDX-License-Identifier: GPL-2.0-or-later
/* What the store promises while nothing is wrong; test-store-faults.c has the rest. */
#include "guard/system/store/store-internal.h"
#include "tests/unit/store-fixture.h"

#include <errno.h>

/* --- snapshots --------------------------------------------------------------------------- */

START_TEST(test_snapshot_comes_back)
{
	_cleanup_store_ struct store *store = fixture_open(&fixture_writer);
	_cleanup_store_snapshot_ struct store_snapshot meta = STORE_SNAPSHOT_NULL;
	_cleanup_firewall_ struct firewall fw = FIREWALL_NULL, back = FIREWALL_NULL;
	const struct firewall_entry *entry;
	struct item item = ITEM_NULL;
	int64_t id;

	fixture_mail(&fw);
	fw.panic = true;
	id = fixture_put(store, &fw, NOW, true);
	store_close(store);
	store = fixture_open(&fixture_writer);
	ck_ok(store_snapshot_last_good(store, &meta, &back, &err));
	ck_firewall_eq(&fw, &back);
	ck_assert_str_eq(back.default_zone, "public");
	ck_assert_uint_eq(back.zones.n, 2);
	ck_assert(back.panic);
	ck_ok(item_init(&item, "public", ITEM_PORT, "465/tcp", &err));
	entry = firewall_find(&back, &item);
	item_deinit(&item);
	ck_assert_ptr_nonnull(entry);
	ck_assert_uint_eq(entry->flags, FIREWALL_RUNTIME | FIREWALL_GUARD_TIMED);
	ck_assert_int_eq(entry->until_us, NOW + 60 * SECOND);
	ck_assert_int_eq(meta.id, id);
	ck_assert_str_eq(meta.boot_id, BOOT);
	ck_assert_str_eq(meta.instance, INSTANCE);
	ck_assert_int_eq(meta.good_us, NOW);
	ck_assert_uint_eq(meta.n_items, 4);
}
END_TEST

START_TEST(test_snapshot_none)
{
	_cleanup_store_ struct store *store = fixture_open(&fixture_writer);
	struct firewall fw = FIREWALL_NULL;

	ck_assert_int_eq(store_snapshot_last_good(store, NULL, &fw, NULL), STORE_E_NOT_FOUND);
	ck_assert_int_eq(store_snapshot_last(store, NULL, &fw, NULL), STORE_E_NOT_FOUND);
	ck_assert_int_eq(store_snapshot_load(store, 7, NULL, &fw, NULL), STORE_E_NOT_FOUND);
}
END_TEST

/* An empty firewall, and one that nobody named a default zone for, are states too. */
START_TEST(test_snapshot_empty)
{
	_cleanup_store_ struct store *store = fixture_open(&fixture_writer);
	_cleanup_firewall_ struct firewall fw = FIREWALL_NULL, back = FIREWALL_NULL;

	fixture_put(store, &fw, NOW, true);
	ck_ok(store_snapshot_last_good(store, NULL, &back, &err));
	ck_assert_uint_eq(back.n, 0);
	ck_assert_ptr_null(back.default_zone);
}
END_TEST

START_TEST(test_same_state_is_one_row)
{
	_cleanup_store_ struct store *store = fixture_open(&fixture_writer);
	_cleanup_store_snapshot_ struct store_snapshot meta = STORE_SNAPSHOT_NULL;
	_cleanup_firewall_ struct firewall fw = FIREWALL_NULL;
	const struct store_sighting other = {.boot_id = "b2",
	                                     .instance = "7:8",
	                                     .loaded = 5,
	                                     .at_us = NOW + 9 * SECOND,
	                                     .good = true};
	int64_t first, again;

	fixture_mail(&fw);
	first = fixture_put(store, &fw, NOW, true);
	again = fixture_put(store, &fw, NOW + SECOND, false);
	ck_assert_int_eq(first, again);
	ck_ok(store_snapshot_put(store, &fw, &other, &again, &err));
	ck_assert_int_eq(first, again);
	ck_assert_int_eq(fixture_number("SELECT count(*) FROM snapshot"), 1);
	ck_assert_int_eq(fixture_number("SELECT count(*) FROM snapshot_item"), 4);
	ck_ok(store_snapshot_load(store, first, &meta, NULL, &err));
	ck_assert_int_eq(meta.times_seen, 3);
	ck_assert_int_eq(meta.first_us, NOW);
	ck_assert_int_eq(meta.last_us, NOW + 9 * SECOND);
	ck_assert_str_eq(meta.boot_id, "b2");
	ck_assert_str_eq(meta.instance, "7:8");
	ck_assert_int_eq(meta.loaded, 5);
}
END_TEST

/* A wiped state that once was a good one must not become what to go back to. */
START_TEST(test_last_good_is_the_last_good_sighting)
{
	_cleanup_store_ struct store *store = fixture_open(&fixture_writer);
	_cleanup_firewall_ struct firewall bare = FIREWALL_NULL, mail = FIREWALL_NULL;
	_cleanup_store_snapshot_ struct store_snapshot meta = STORE_SNAPSHOT_NULL;
	const struct store_sighting wiped = {
	    .boot_id = BOOT, .instance = "900:1", .loaded = 9, .at_us = NOW - 5 * SECOND};
	int64_t good;

	fixture_mail(&mail);
	fixture_put(store, &bare, NOW, true);
	/* The clock went back meanwhile: the order of sightings counts, not the time. */
	good = fixture_put(store, &mail, NOW - 9 * SECOND, true);
	ck_ok(store_snapshot_put(store, &bare, &wiped, NULL, &err));
	ck_ok(store_snapshot_last_good(store, &meta, NULL, &err));
	ck_assert_int_eq(meta.id, good);
	ck_assert_str_eq(meta.instance, INSTANCE);
	ck_assert_int_eq(meta.loaded, 0);
	store_snapshot_deinit(&meta);
	ck_ok(store_snapshot_last(store, &meta, NULL, &err));
	ck_assert_int_ne(meta.id, good);
	ck_assert_int_eq(meta.loaded, 0); /* it is that of the good sighting */
	store_snapshot_deinit(&meta);
	/* seen as good again, it is */
	fixture_put(store, &bare, NOW, true);
	ck_ok(store_snapshot_last_good(store, &meta, NULL, &err));
	ck_assert_int_ne(meta.id, good);
}
END_TEST

START_TEST(test_one_more_ban_costs_one_row)
{
	_cleanup_store_ struct store *store = fixture_open(&fixture_writer);
	_cleanup_firewall_ struct firewall fw = FIREWALL_NULL, back = FIREWALL_NULL;
	int64_t before, id = 0;

	fixture_mail(&fw);
	for (unsigned i = 0; i < 1000; i++)
		fixture_ban_rule(&fw, i);
	fixture_put(store, &fw, NOW, true);
	before = fixture_number("SELECT count(*) FROM snapshot_item");
	ck_assert_int_eq(before, 1004);
	for (unsigned i = 1000; i < 1010; i++) {
		fixture_ban_rule(&fw, i);
		id = fixture_put(store, &fw, NOW, true);
		if (i == 1005) { /* a store that has just been opened knows no base yet */
			store_close(store);
			store = fixture_open(&fixture_writer);
		}
	}
	ck_assert_int_eq(fixture_number("SELECT count(*) FROM snapshot_item"), before + 10);
	ck_ok(store_snapshot_load(store, id, NULL, &back, &err));
	ck_firewall_eq(&fw, &back);
}
END_TEST

static unsigned next_random(unsigned *state)
{
	*state = *state * 1103515245 + 12345;
	return *state >> 16 & 0x7fff;
}

static void mutate(struct firewall *fw, unsigned *state)
{
	static const char *const zones[] = {"drop", "public", "work"};
	char value[32];

	if (next_random(state) % 10 == 0)
		ck_assert_int_eq(firewall_set_default_zone(fw, zones[next_random(state) % 3]), 0);
	ck_assert_int_eq(firewall_add_zone(fw, zones[next_random(state) % 3]), 0);
	if (next_random(state) % 40 == 0) { /* a wipe */
		firewall_deinit(fw);
		return;
	}
	for (unsigned n = 1 + next_random(state) % 4; n > 0; n--) {
		if (fw->n > 0 && next_random(state) % 3 == 0) {
			struct item gone = ITEM_NULL;

			ck_assert_int_eq(
			    item_copy(&gone, &fw->entries[next_random(state) % fw->n].item), 0);
			firewall_drop(fw, &gone);
			item_deinit(&gone);
			continue;
		}
		snprintf(value, sizeof(value), "%u/tcp", 1 + next_random(state) % 200);
		fixture_add(fw, zones[next_random(state) % 3], ITEM_PORT, value,
		            1 + next_random(state) % 15, next_random(state) % 2 ? 0 : NOW);
	}
}

/* Whatever the changes between them: each state loads as it was put, also long chains. */
START_TEST(test_random_states_come_back)
{
	enum { ROUNDS = 300 };
	_cleanup_store_ struct store *store = fixture_open(&fixture_writer);
	struct firewall fw = FIREWALL_NULL, *kept = calloc(ROUNDS, sizeof(*kept));
	int64_t ids[ROUNDS];
	unsigned state = 20261121u + (unsigned)_i;

	ck_ok(store_begin(store, &err));
	for (unsigned i = 0; i < ROUNDS; i++) {
		if (i > 0 && next_random(&state) % 8 == 0) { /* back to an older one */
			firewall_deinit(&fw);
			ck_assert_int_eq(firewall_copy(&fw, &kept[next_random(&state) % i]), 0);
		}
		mutate(&fw, &state);
		ids[i] = fixture_put(store, &fw, NOW + i, i % 2);
		ck_assert_int_eq(firewall_copy(&kept[i], &fw), 0);
	}
	ck_ok(store_commit(store, &err));
	ck_assert_int_ge(fixture_number("SELECT max(chain) FROM snapshot"), 10);
	ck_assert_int_lt(fixture_number("SELECT max(chain) FROM snapshot"), 64);
	for (unsigned i = 0; i < ROUNDS; i++) {
		struct firewall back = FIREWALL_NULL;

		ck_ok(store_snapshot_load(store, ids[i], NULL, &back, &err));
		ck_firewall_eq(&kept[i], &back);
		firewall_deinit(&back);
		firewall_deinit(&kept[i]);
	}
	free(kept);
	firewall_deinit(&fw);
}
END_TEST

START_TEST(test_chain_ends_in_a_whole_one)
{
	_cleanup_store_ struct store *store = fixture_open(&fixture_writer);
	_cleanup_firewall_ struct firewall fw = FIREWALL_NULL;

	ck_ok(store_begin(store, &err));
	for (unsigned i = 0; i < 200; i++) {
		fixture_ban_rule(&fw, i);
		fixture_put(store, &fw, NOW + i, true);
	}
	ck_ok(store_commit(store, &err));
	ck_assert_int_eq(fixture_number("SELECT max(chain) FROM snapshot"), 63);
	ck_assert_int_eq(fixture_number("SELECT count(*) FROM snapshot WHERE base_id IS NULL"), 4);
}
END_TEST

/* The base that is remembered goes with a transaction that is undone: its number is given again. */
START_TEST(test_rollback_forgets_the_base)
{
	_cleanup_store_ struct store *store = fixture_open(&fixture_writer);
	_cleanup_firewall_ struct firewall one = FIREWALL_NULL, two = FIREWALL_NULL,
	                                   back = FIREWALL_NULL;
	int64_t undone, id;

	for (unsigned i = 0; i < 50; i++) {
		fixture_ban_rule(&one, i);
		fixture_ban_rule(&two, i + 20);
	}
	ck_ok(store_begin(store, &err));
	undone = fixture_put(store, &one, NOW, true);
	store_rollback(store);
	id = fixture_put(store, &two, NOW, true);
	ck_assert_int_eq(undone, id);
	/* what is only in the second one goes: a difference to the first would not say so */
	firewall_drop(&two, &two.entries[two.n - 1].item);
	fixture_ban_rule(&two, 99);
	id = fixture_put(store, &two, NOW, true);
	ck_ok(store_snapshot_load(store, id, NULL, &back, &err));
	ck_firewall_eq(&two, &back);
}
END_TEST

static int count_snapshot(const struct store_snapshot *snapshot, void *userdata)
{
	int64_t *last = userdata;

	ck_assert(*last == 0 || snapshot->last_us < *last);
	*last = snapshot->last_us;
	return 0;
}

START_TEST(test_snapshot_list)
{
	_cleanup_store_ struct store *store = fixture_open(&fixture_writer);
	_cleanup_firewall_ struct firewall fw = FIREWALL_NULL;
	int64_t last = 0;

	for (unsigned i = 0; i < 5; i++) {
		fixture_ban_rule(&fw, i);
		fixture_put(store, &fw, NOW + i, true);
	}
	ck_ok(store_snapshot_list(store, 3, count_snapshot, &last, &err));
	ck_assert_int_eq(last, NOW + 2);
}
END_TEST

/* --- wipes ------------------------------------------------------------------------------- */

static void add_loss(struct loss *loss, const char *text, enum loss_verdict verdict)
{
	ck_assert_int_eq(grow(&loss->rows, &loss->capacity, loss->n + 1, sizeof(*loss->rows)), 0);
	loss->rows[loss->n] = (struct loss_row){
	    .verdict = verdict, .flags = FIREWALL_RUNTIME, .until_us = (int64_t)loss->n};
	ck_ok(item_parse(&loss->rows[loss->n].item, text, &err));
	loss->n++;
}

static void fixture_loss(struct loss *loss)
{
	add_loss(loss, "public/service:imaps", LOSS_LOST);
	add_loss(loss, "public/service:imap", LOSS_REMOVED);
	add_loss(loss, "public/service:smtp", LOSS_REQUIRED);
	add_loss(loss, "public/port:465/tcp", LOSS_LOST);
	add_loss(loss, "work/port:993/tcp", LOSS_UNPROTECTED);
}

static int64_t fixture_wipe(struct store *store, enum wipe_kind kind, int64_t at_us,
                            int64_t before_id)
{
	_cleanup_loss_ struct loss loss = LOSS_NULL;
	const struct store_wipe wipe = {
	    .kind = kind,
	    .cause = "firewall-cmd --reload",
	    .at_us = at_us,
	    .boot_id = BOOT,
	    .instance = INSTANCE,
	    .before_id = before_id,
	};
	int64_t id = 0;

	fixture_loss(&loss);
	ck_ok(store_wipe_begin(store, &wipe, &loss, &id, &err));
	return id;
}

START_TEST(test_wipe_journal)
{
	_cleanup_store_ struct store *store = fixture_open(&fixture_writer);
	_cleanup_store_unfinished_list_ struct store_unfinished_list list =
	    STORE_UNFINISHED_LIST_NULL;
	_cleanup_store_wipe_info_ struct store_wipe_info info = STORE_WIPE_INFO_NULL;
	_cleanup_loss_ struct loss all = LOSS_NULL;
	int64_t id = fixture_wipe(store, WIPE_RELOAD, NOW, 0);
	const struct store_step first[] = {
	    {.row = 0,
	     .outcome = STORE_STEP_RESTORED,
	     .started_us = NOW,
	     .finished_us = NOW + 20000},
	    {.row = 2,
	     .outcome = STORE_STEP_FAILED,
	     .error = "INVALID_SERVICE",
	     .finished_us = NOW},
	};
	const struct store_step rest[] = {
	    {.row = 2,
	     .outcome = STORE_STEP_RESTORED,
	     .started_us = NOW,
	     .finished_us = NOW + 50000},
	    {.row = 3,
	     .outcome = STORE_STEP_SKIPPED,
	     .started_us = NOW,
	     .finished_us = NOW + 60000},
	};

	ck_ok(store_steps_put(store, id, first, 2, &err));
	store_close(store); /* a guard killed now goes on from here */
	store = fixture_open(&fixture_writer);
	ck_ok(store_wipe_unfinished(store, &list, &err));
	ck_assert_uint_eq(list.n, 1);
	ck_assert_int_eq(list.wipes[0].wipe.id, id);
	ck_assert_int_eq(list.wipes[0].wipe.kind, WIPE_RELOAD);
	ck_assert_uint_eq(list.wipes[0].loss.n, 2);
	ck_assert_str_eq(list.wipes[0].loss.rows[0].item.value, "smtp");
	ck_assert_int_eq(list.wipes[0].loss.rows[0].verdict, LOSS_REQUIRED);
	ck_assert_uint_eq(list.wipes[0].row[0], 2);
	ck_assert_str_eq(list.wipes[0].loss.rows[1].item.value, "465/tcp");
	ck_assert_uint_eq(list.wipes[0].row[1], 3);
	ck_assert_int_eq(list.wipes[0].loss.rows[1].until_us, 3);
	ck_assert_uint_eq(list.wipes[0].wipe.n_failed, 1);

	ck_ok(store_steps_put(store, id, rest, 2, &err));
	ck_ok(store_wipe_finish(store, id, NOW + 70000, STORE_WIPE_RESTORED, &err));
	store_unfinished_list_deinit(&list);
	ck_ok(store_wipe_unfinished(store, &list, &err));
	ck_assert_uint_eq(list.n, 0);
	ck_ok(store_wipe_last(store, &info, &err));
	ck_assert_int_eq(info.id, id);
	ck_assert_str_eq(info.cause, "firewall-cmd --reload");
	ck_assert_str_eq(info.outcome, "restored");
	ck_assert_uint_eq(info.n_rows, 5);
	ck_assert_uint_eq(info.n_lost, 3);
	ck_assert_uint_eq(info.n_restored, 2);
	ck_assert_uint_eq(info.n_failed, 0);
	ck_assert_uint_eq(info.n_skipped, 1);
	ck_assert_int_eq(info.restored_us, NOW + 50000);
	ck_ok(store_wipe_load(store, id, NULL, &all, &err));
	ck_assert_uint_eq(all.n, 5);
	ck_assert_int_eq(all.rows[4].verdict, LOSS_UNPROTECTED);
}
END_TEST

/* A step of a row is what the word says, and a wipe has none, though its end may be called so. */
static int check_step(const struct store_history_row *row, void *userdata)
{
	bool is_wipe = event_is(row->kind, EVENT_WIPE);
	unsigned *seen = userdata;

	ck_assert_int_eq(row->step == STORE_STEP_N, is_wipe || !row->outcome);
	if (row->step != STORE_STEP_N) {
		ck_assert_str_eq(row->outcome, store_outcome_name(row->step));
		*seen |= 1U << row->step;
	}
	return 0;
}

/* Bans come last and may be thousands: how long mail was down is not told by them. */
START_TEST(test_bans_are_counted_apart)
{
	static const enum store_outcome outcomes[] = {
	    STORE_STEP_RESTORED, STORE_STEP_RESTORED, STORE_STEP_RESTORED, STORE_STEP_ENDED,
	    STORE_STEP_LEFT_OUT, STORE_STEP_FAILED,   STORE_STEP_SKIPPED,
	};
	_cleanup_store_ struct store *store = fixture_open(&fixture_writer);
	_cleanup_store_unfinished_list_ struct store_unfinished_list list =
	    STORE_UNFINISHED_LIST_NULL;
	_cleanup_store_wipe_info_ struct store_wipe_info info = STORE_WIPE_INFO_NULL;
	_cleanup_loss_ struct loss loss = LOSS_NULL;
	const struct store_wipe wipe = {.kind = WIPE_RELOAD, .at_us = NOW, .boot_id = BOOT};
	unsigned seen = 0;
	int64_t id = 0;
	char item[128];

	add_loss(&loss, "public/service:imaps", LOSS_LOST);
	for (unsigned i = 0; i < ARRAY_SIZE(outcomes); i++) {
		snprintf(item, sizeof(item),
		         "public/rule:rule family=ipv4 source address=192.0.2.%u drop", i);
		add_loss(&loss, item, LOSS_BAN);
	}
	ck_ok(store_wipe_begin(store, &wipe, &loss, &id, &err));
	for (unsigned i = 0; i < ARRAY_SIZE(outcomes); i++) {
		struct store_step step = {.row = i,
		                          .outcome = outcomes[i],
		                          .error =
		                              outcomes[i] == STORE_STEP_LEFT_OUT ? "why" : NULL,
		                          .started_us = NOW,
		                          .finished_us = NOW + 1000 * (i + 1)};

		ck_ok(store_steps_put(store, id, &step, 1, &err));
	}
	ck_ok(store_wipe_last(store, &info, &err));
	ck_assert_uint_eq(info.n_rows, 8);
	ck_assert_uint_eq(info.n_lost, 1);
	ck_assert_uint_eq(info.n_restored, 1);
	ck_assert_uint_eq(info.n_failed, 0);
	ck_assert_uint_eq(info.n_skipped, 0);
	ck_assert_int_eq(info.restored_us, NOW + 1000);
	ck_assert_uint_eq(info.n_bans, 7);
	ck_assert_uint_eq(info.n_bans_restored, 2);
	ck_assert_uint_eq(info.n_bans_failed, 1);
	ck_assert_uint_eq(info.n_bans_left_out, 1);
	ck_assert_uint_eq(info.n_bans_ended, 2);
	ck_assert_int_eq(info.bans_restored_us, NOW + 3000);
	/* what failed and what had no step yet is still to be done */
	ck_ok(store_wipe_unfinished(store, &list, &err));
	ck_assert_uint_eq(list.n, 1);
	ck_assert_uint_eq(list.wipes[0].loss.n, 2);
	ck_assert_uint_eq(list.wipes[0].row[0], 5);
	ck_assert_uint_eq(list.wipes[0].row[1], 7);
	ck_ok(store_wipe_finish(store, id, NOW, STORE_WIPE_RESTORED, &err));
	ck_ok(
	    store_history(store, &(const struct store_history_query){0}, check_step, &seen, &err));
	ck_assert_uint_eq(seen, ((1U << STORE_STEP_N) - 1) & ~(1U << STORE_STEP_SUPERSEDED));
}
END_TEST

/* Heard first, told later what it took; what is open after its end is still to be had. */
START_TEST(test_wipe_heard_before_it_is_known)
{
	_cleanup_store_ struct store *store = fixture_open(&fixture_writer);
	_cleanup_store_unfinished_list_ struct store_unfinished_list list =
	    STORE_UNFINISHED_LIST_NULL;
	_cleanup_store_wipe_info_ struct store_wipe_info info = STORE_WIPE_INFO_NULL;
	_cleanup_loss_ struct loss loss = LOSS_NULL;
	const struct store_wipe wipe = {
	    .kind = WIPE_RELOAD, .cause = "a reload", .at_us = NOW, .boot_id = BOOT};
	const struct store_step restored = {
	    .row = 0, .outcome = STORE_STEP_RESTORED, .started_us = NOW, .finished_us = NOW};
	int64_t id = 0;

	ck_ok(store_wipe_begin(store, &wipe, &loss, &id, &err));
	ck_ok(store_wipe_unfinished(store, &list, &err));
	ck_assert_uint_eq(list.n, 1);
	ck_assert_uint_eq(list.wipes[0].wipe.n_rows, 0);

	fixture_loss(&loss);
	ck_ok(store_wipe_losses(store, id, "two reloads", &loss, &err));
	ck_assert_int_eq(store_wipe_losses(store, id + 1, NULL, &loss, NULL), STORE_E_NOT_FOUND);
	ck_ok(store_steps_put(store, id, &restored, 1, &err));
	ck_ok(store_wipe_finish(store, id, NOW, STORE_WIPE_NOT_RESTORED, &err));
	ck_ok(store_wipe_load(store, id, &info, NULL, &err));
	ck_assert_str_eq(info.cause, "two reloads");
	ck_assert_uint_eq(info.n_rows, 5);
	ck_assert_uint_eq(info.n_lost, 3);
	ck_assert_uint_eq(info.n_restored, 1);
}
END_TEST

START_TEST(test_wipe_refuses_what_is_not_there)
{
	_cleanup_store_ struct store *store = fixture_open(&fixture_writer);
	_cleanup_store_wipe_info_ struct store_wipe_info info = STORE_WIPE_INFO_NULL;
	const struct store_wipe wipe = {
	    .kind = WIPE_RELOAD, .at_us = NOW, .boot_id = BOOT, .before_id = 77};
	const struct store_step steps[] = {{.row = 0}, {.row = 9}};
	const struct loss nothing = LOSS_NULL;
	int64_t id = 0;

	ck_assert_int_eq(store_wipe_last(store, &info, NULL), STORE_E_NOT_FOUND);
	/* the store was begun anew since that snapshot: the wipe is written down nevertheless */
	ck_ok(store_wipe_begin(store, &wipe, &nothing, &id, &err));
	ck_ok(store_wipe_last(store, &info, &err));
	ck_assert_int_eq(info.before_id, 0);
	ck_assert_int_eq(store_wipe_finish(store, 5, NOW, STORE_WIPE_LEFT, NULL),
	                 STORE_E_NOT_FOUND);
	id = fixture_wipe(store, WIPE_RELOAD, NOW, 0);
	ck_assert_int_eq(store_steps_put(store, id, steps, 2, NULL), STORE_E_NOT_FOUND);
	/* all or nothing */
	ck_assert_int_eq(fixture_number("SELECT count(*) FROM restore_step"), 0);
}
END_TEST

/* --- history ----------------------------------------------------------------------------- */

struct told {
	char text[4096];
	size_t n;
};

static int tell(const struct store_history_row *row, void *userdata)
{
	struct told *told = userdata;
	size_t at = strlen(told->text);

	snprintf(told->text + at, sizeof(told->text) - at, "%lld %s %s\n",
	         (long long)((row->at_us - NOW) / SECOND), row->kind, row->text);
	told->n++;
	if (strcmp(row->kind, "wipe") == 0) {
		ck_assert_str_eq(row->wipe_kind, "reload");
		ck_assert_int_eq(row->n_lost, 3);
		ck_assert_int_eq(row->n_restored, 1);
		ck_assert_int_eq(row->n_failed, 1);
		ck_assert_int_eq(row->restore_ms, 1000);
	}
	if (strcmp(row->kind, "restore") == 0)
		ck_assert_str_eq(row->item, row->text);
	return 0;
}

static void fixture_event(struct store *store, enum event_kind kind, const char *item_text,
                          const char *text, int64_t at_us)
{
	_cleanup_item_ struct item item = ITEM_NULL;
	const struct store_event event = {
	    .kind = kind, .item = item_text ? &item : NULL, .text = text, .at_us = at_us};

	if (item_text)
		ck_ok(item_parse(&item, item_text, &err));
	ck_ok(store_event_put(store, &event, &err));
}

static void fixture_history(struct store *store)
{
	const struct store_ban ban = {
	    .jail = "dovecot", .address = "192.0.2.7", .time_us = NOW + SECOND, .bantime_s = 600};
	int64_t id;

	fixture_event(store, EVENT_START, NULL, "watching", NOW);
	id = fixture_wipe(store, WIPE_RELOAD, NOW + 2 * SECOND, 0);
	const struct store_step steps[] = {
	    {.row = 0, .outcome = STORE_STEP_RESTORED, .finished_us = NOW + 3 * SECOND},
	    {.row = 2,
	     .outcome = STORE_STEP_FAILED,
	     .error = "no",
	     .finished_us = NOW + 3 * SECOND},
	};
	ck_ok(store_steps_put(store, id, steps, 2, &err));
	fixture_ban_event(store, STORE_BAN_BAN, &ban, 0);
	fixture_ban_event(store, STORE_BAN_UNBAN, &ban, NOW + 4 * SECOND);
	fixture_event(store, EVENT_STOP, NULL, "SIGTERM", NOW + 5 * SECOND);
}

static const struct {
	struct store_history_query query;
	const char *expected;
} history_rows[] = {
    {{.bans = true},
     "5 stop SIGTERM\n4 unban 192.0.2.7 in dovecot\n3 restore public/service:smtp\n"
     "3 restore public/service:imaps\n2 loss work/port:993/tcp\n2 loss public/port:465/tcp\n"
     "2 loss public/service:smtp\n2 loss public/service:imap\n2 loss public/service:imaps\n"
     "2 wipe firewall-cmd --reload\n1 ban 192.0.2.7 in dovecot\n0 start watching\n"},
    {{.limit = 1}, "5 stop SIGTERM\n"},
    {{.kind = "wipe"}, "2 wipe firewall-cmd --reload\n"},
    {{.kind = "reload", .limit = 2},
     "3 restore public/service:smtp\n3 restore public/service:imaps\n"},
    {{.kind = "ban"}, "1 ban 192.0.2.7 in dovecot\n"},
    {{.kind = "unban"}, "4 unban 192.0.2.7 in dovecot\n"},
    {{.kind = "start"}, "0 start watching\n"},
    {{.kind = "restart"}, ""},
    {{.kind = "' OR 1 --"}, ""},
    {{.since_us = NOW + 5 * SECOND}, "5 stop SIGTERM\n"},
    {{.until_us = NOW + 2 * SECOND}, "0 start watching\n"},
    {{.since_us = NOW + 9 * SECOND}, ""},
    /* a wipe that reaches into the time is no orphan of it: it stands there with its head */
    {{.since_us = NOW + 3 * SECOND, .until_us = NOW + 4 * SECOND, .whole = true},
     "3 restore public/service:smtp\n3 restore public/service:imaps\n"
     "2 loss work/port:993/tcp\n2 loss public/port:465/tcp\n"
     "2 loss public/service:smtp\n2 loss public/service:imap\n2 loss public/service:imaps\n"
     "2 wipe firewall-cmd --reload\n"},
    {{.since_us = NOW + 2 * SECOND, .until_us = NOW + 3 * SECOND, .whole = true},
     "3 restore public/service:smtp\n3 restore public/service:imaps\n"
     "2 loss work/port:993/tcp\n2 loss public/port:465/tcp\n"
     "2 loss public/service:smtp\n2 loss public/service:imap\n2 loss public/service:imaps\n"
     "2 wipe firewall-cmd --reload\n"},
    {{.since_us = NOW + 4 * SECOND, .whole = true}, "5 stop SIGTERM\n"},
    {{.since_us = NOW + 3 * SECOND, .until_us = NOW + 4 * SECOND},
     "3 restore public/service:smtp\n3 restore public/service:imaps\n"},
};

START_TEST(test_history)
{
	_cleanup_store_ struct store *store = fixture_open(&fixture_writer);
	struct told told = {{0}, 0};

	fixture_history(store);
	ck_ok(store_history(store, &history_rows[_i].query, tell, &told, &err));
	ck_assert_str_eq(told.text, history_rows[_i].expected);
}
END_TEST

static int stop_at_once(const struct store_history_row *row, void *userdata)
{
	(*(int *)userdata)++;
	return row ? 42 : 0;
}

START_TEST(test_callback_can_stop)
{
	_cleanup_store_ struct store *store = fixture_open(&fixture_writer);
	const struct store_history_query all = {0};
	int calls = 0;

	fixture_history(store);
	ck_assert_int_eq(store_history(store, &all, stop_at_once, &calls, NULL), 42);
	ck_assert_int_eq(calls, 1);
}
END_TEST

START_TEST(test_event_kinds)
{
	_cleanup_store_ struct store *store = fixture_open(&fixture_writer);

	for (enum event_kind kind = 0; kind < EVENT_N_KINDS; kind++) {
		const struct store_event event = {
		    .kind = kind, .text = "it's \"away\"; DROP TABLE event", .at_us = NOW};

		ck_assert_int_eq(store_event_put(store, &event, NULL),
		                 kind <= EVENT_UNBAN ? -EINVAL : 0);
	}
	ck_assert_int_eq(fixture_number("SELECT count(*) FROM event"), EVENT_N_KINDS - EVENT_START);
	ck_assert_int_eq(fixture_number("SELECT count(DISTINCT kind) FROM event"),
	                 EVENT_N_KINDS - EVENT_START);
}
END_TEST

/* Every word is another one, so that a filter means one thing. */
START_TEST(test_event_filters)
{
	size_t n = 0;

	while (event_filter(n))
		n++;
	ck_assert_uint_eq(n, EVENT_N_FILTERS);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < i; k++)
			ck_assert_str_ne(event_filter(i), event_filter(k));
}
END_TEST

static const char *join_items(const struct store_items *items)
{
	static char text[2048];

	text[0] = '\0';
	for (size_t i = 0; i < items->n; i++) {
		_cleanup_free_ char *item = NULL;

		ck_assert_int_eq(item_format(&item, &items->items[i]), 0);
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s\n", item);
	}
	return text;
}

static const struct {
	uint64_t kinds;
	int64_t since_us;
	const char *expected;
} event_items_rows[] = {
    {0, 0, ""},
    {EVENT_LET_GO, 0, "public/service:imap\npublic/service:smtp\nwork/port:993/tcp\n"},
    {EVENT_LET_GO, NOW + 2 * SECOND, "public/service:smtp\n"},
    {EVENT_LET_GO, NOW + 9 * SECOND, ""},
    {EVENT_BIT(EVENT_EXPIRED), 0, "work/port:993/tcp\n"},
    {EVENT_BIT(EVENT_PERSIST) | EVENT_BIT(EVENT_START), 0, "public/service:pop3\n"},
};

START_TEST(test_event_items)
{
	_cleanup_store_ struct store *store = fixture_open(&fixture_writer);
	_cleanup_store_items_ struct store_items items = STORE_ITEMS_NULL;

	fixture_event(store, EVENT_START, NULL, "public/service:text", NOW);
	fixture_event(store, EVENT_EXPIRED, "work/port:993/tcp", "x", NOW);
	fixture_event(store, EVENT_RELEASED, "public/service:imap", "x", NOW + SECOND);
	fixture_event(store, EVENT_INTENT_REMOVED, "public/service:smtp", "x", NOW + 2 * SECOND);
	fixture_event(store, EVENT_INTENT_REMOVED, "public/service:smtp", "x", NOW + 3 * SECOND);
	fixture_event(store, EVENT_PERSIST, "public/service:pop3", "x", NOW + 9 * SECOND);
	ck_ok(store_event_items(store, event_items_rows[_i].kinds, event_items_rows[_i].since_us,
	                        &items, &err));
	ck_assert_str_eq(join_items(&items), event_items_rows[_i].expected);
}
END_TEST

START_TEST(test_silence)
{
	_cleanup_store_ struct store *store = fixture_open(&fixture_writer);
	int64_t since_us = -1;

	ck_ok(store_silence(store, &since_us, &err));
	ck_assert_int_eq(since_us, 0);
	fixture_event(store, EVENT_FIREWALLD_SILENT, NULL, "x", NOW);
	ck_ok(store_silence(store, &since_us, &err));
	ck_assert_int_eq(since_us, NOW);
	fixture_event(store, EVENT_FIREWALLD_ANSWERS, NULL, "x", NOW + SECOND);
	ck_ok(store_silence(store, &since_us, &err));
	ck_assert_int_eq(since_us, 0);
	fixture_event(store, EVENT_FIREWALLD_SILENT, NULL, "x", NOW + 2 * SECOND);
	ck_ok(store_silence(store, &since_us, &err));
	ck_assert_int_eq(since_us, NOW + 2 * SECOND);
}
END_TEST

/* --- released items and client ranges ---------------------------------------------------- */

START_TEST(test_release)
{
	static const char *const texts[] = {"public/service:smtp", "drop/port:25/tcp",
	                                    "public/service:imap"};
	_cleanup_store_ struct store *store = fixture_open(&fixture_writer);
	_cleanup_store_items_ struct store_items items = STORE_ITEMS_NULL;
	_cleanup_item_ struct item smtp = ITEM_NULL;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		_cleanup_item_ struct item item = ITEM_NULL;

		ck_ok(item_parse(&item, texts[i], &err));
		ck_ok(store_release_put(store, &item, NOW, &err));
		ck_ok(store_release_put(store, &item, NOW + 1, &err));
	}
	ck_ok(store_release_list(store, &items, &err));
	ck_assert_uint_eq(items.n, 3);
	for (size_t i = 1; i < items.n; i++)
		ck_assert_int_lt(item_cmp(&items.items[i - 1], &items.items[i]), 0);
	ck_ok(item_parse(&smtp, texts[0], &err));
	ck_ok(store_release_clear(store, &smtp, &err));
	ck_assert_int_eq(store_release_clear(store, &smtp, NULL), STORE_E_NOT_FOUND);
	store_items_deinit(&items);
	ck_ok(store_release_list(store, &items, &err));
	ck_assert_uint_eq(items.n, 2);
}
END_TEST

START_TEST(test_timed)
{
	static char public[] = "public", policy[] = "policy:mail-in", forward[] = "forward",
	            home[] = "ingress-zone=home";
	_cleanup_store_ struct store *store = fixture_open(&fixture_writer);
	_cleanup_store_timeds_ struct store_timeds timeds = STORE_TIMEDS_NULL;

	ck_ok(store_timed_put(store, &(struct store_timed){public, forward, NOW}, &err));
	ck_ok(store_timed_put(store, &(struct store_timed){policy, home, NOW}, &err));
	/* opened once more, for longer */
	ck_ok(store_timed_put(store, &(struct store_timed){public, forward, NOW + SECOND}, &err));
	ck_ok(store_timed_list(store, &timeds, &err));
	ck_assert_uint_eq(timeds.n, 2);
	ck_assert_str_eq(timeds.rows[0].zone, "policy:mail-in");
	ck_assert_str_eq(timeds.rows[0].trait, "ingress-zone=home");
	ck_assert_int_eq(timeds.rows[1].until_us, NOW + SECOND);
	ck_ok(store_timed_end(store, "policy:mail-in", "ingress-zone=home", &err));
	ck_ok(store_timed_end(store, "policy:mail-in", "disable", &err));
	store_timeds_deinit(&timeds);
	ck_ok(store_timed_list(store, &timeds, &err));
	ck_assert_uint_eq(timeds.n, 1);
	ck_ok(store_timed_clear(store, &err));
	store_timeds_deinit(&timeds);
	ck_ok(store_timed_list(store, &timeds, &err));
	ck_assert_uint_eq(timeds.n, 0);
}
END_TEST

static void put_trust(struct store *store, const char *address, int64_t until_us, const char *note)
{
	_cleanup_free_ char *who = strdup(address), *why = note ? strdup(note) : NULL;
	const struct store_trust trust = {
	    .address = who, .note = why, .since_us = NOW, .until_us = until_us};

	ck_ok(store_trust_put(store, &trust, &err));
}

START_TEST(test_trust)
{
	_cleanup_store_ struct store *store = fixture_open(&fixture_writer);
	_cleanup_store_trusts_ struct store_trusts trusts = STORE_TRUSTS_NULL;

	put_trust(store, "192.0.2.7", NOW + 2 * SECOND, "a test");
	put_trust(store, "2001:db8::/64", NOW + SECOND, NULL);
	ck_ok(store_trust_list(store, &trusts, &err));
	ck_assert_uint_eq(trusts.n, 2);
	ck_assert_str_eq(trusts.rows[0].address, "2001:db8::/64");
	ck_assert_ptr_null(trusts.rows[0].note);
	ck_assert(!trusts.rows[1].held);
	/* the watcher keeps the end that it knows of, and no other */
	ck_assert_int_eq(store_trust_hold(store, "192.0.2.7", NOW, NULL), STORE_E_NOT_FOUND);
	ck_ok(store_trust_hold(store, "192.0.2.7", NOW + 2 * SECOND, &err));
	store_trusts_deinit(&trusts);
	ck_ok(store_trust_list(store, &trusts, &err));
	ck_assert(store_trusts_find(&trusts, "192.0.2.7")->held);
	/* another end is to be heard of anew; the note stays */
	put_trust(store, "192.0.2.7", NOW + 9 * SECOND, NULL);
	store_trusts_deinit(&trusts);
	ck_ok(store_trust_list(store, &trusts, &err));
	ck_assert(!store_trusts_find(&trusts, "192.0.2.7")->held);
	ck_assert_str_eq(store_trusts_find(&trusts, "192.0.2.7")->note, "a test");
	ck_ok(store_trust_end(store, "192.0.2.7", &err));
	ck_assert_int_eq(store_trust_end(store, "192.0.2.7", NULL), STORE_E_NOT_FOUND);
	store_trusts_deinit(&trusts);
	ck_ok(store_trust_list(store, &trusts, &err));
	ck_assert_uint_eq(trusts.n, 1);
	ck_assert_ptr_null(store_trusts_find(&trusts, "192.0.2.7"));
}
END_TEST

static int tell_range(const struct store_client_range *range, void *userdata)
{
	struct told *told = userdata;
	size_t at = strlen(told->text);

	snprintf(told->text + at, sizeof(told->text) - at, "%s %s %lld\n", range->cidr,
	         range->source, (long long)range->count);
	return 0;
}

START_TEST(test_client_ranges)
{
	static const struct store_client_range ranges[] = {
	    {.cidr = "2001:db8::/32", .source = "hand"},
	    {.cidr = "192.0.2.77/24", .source = "learned", .count = 2, .last_seen_us = NOW},
	    {.cidr = "192.0.2.0/24", .source = "hand", .count = 1, .note = "office"},
	    {.cidr = "192.0.2.5", .source = "learned", .count = 1},
	};
	_cleanup_store_ struct store *store = fixture_open(&fixture_writer);
	struct told told = {{0}, 0};
	const struct store_client_range bad = {.cidr = "office.example"};

	for (size_t i = 0; i < ARRAY_SIZE(ranges); i++)
		ck_ok(store_client_range_put(store, &ranges[i], &err));
	ck_assert_int_eq(store_client_range_put(store, &bad, NULL), -EINVAL);
	ck_ok(store_client_range_list(store, tell_range, &told, &err));
	ck_assert_str_eq(told.text,
	                 "192.0.2.0/24 hand 3\n192.0.2.5 learned 1\n2001:db8::/32 hand 0\n");
	ck_ok(store_client_range_remove(store, "192.0.2.9/24", &err));
	ck_assert_int_eq(store_client_range_remove(store, "192.0.2.0/24", NULL), STORE_E_NOT_FOUND);
}
END_TEST

/* --- retention --------------------------------------------------------------------------- */

START_TEST(test_prune_keeps_what_it_must)
{
	_cleanup_store_ struct store *store = fixture_open(&fixture_writer);
	_cleanup_firewall_ struct firewall fw = FIREWALL_NULL, good = FIREWALL_NULL,
	                                   seen = FIREWALL_NULL, back = FIREWALL_NULL;
	_cleanup_store_unfinished_list_ struct store_unfinished_list list =
	    STORE_UNFINISHED_LIST_NULL;
	_cleanup_store_items_ struct store_items released = STORE_ITEMS_NULL;
	_cleanup_item_ struct item item = ITEM_NULL;
	const struct store_ban bans[] = {
	    {.jail = "a", .address = "192.0.2.1", .time_us = NOW - 99 * DAY, .bantime_s = -1},
	    {.jail = "a", .address = "192.0.2.2", .time_us = NOW - 99 * DAY, .bantime_s = 60},
	    {.jail = "a",
	     .address = "192.0.2.3",
	     .time_us = NOW - 99 * DAY,
	     .bantime_s = 86400 * 200},
	    {.jail = "b", .address = "192.0.2.4", .time_us = NOW - 99 * DAY, .bantime_s = -1},
	};
	int64_t compared = 0, open_wipe, old_wipe, good_id = 0, recent;

	for (unsigned i = 0; i < 60; i++) { /* one chain of differences, all old */
		fixture_ban_rule(&fw, i);
		int64_t id = fixture_put(store, &fw, NOW - 100 * DAY + i, i <= 40);
		if (i == 20) {
			compared = id;
			ck_assert_int_eq(firewall_copy(&seen, &fw), 0);
		}
		if (i == 40) {
			good_id = id;
			ck_assert_int_eq(firewall_copy(&good, &fw), 0);
		}
	}
	old_wipe = fixture_wipe(store, WIPE_RELOAD, NOW - 98 * DAY, 0);
	ck_ok(store_wipe_finish(store, old_wipe, NOW - 98 * DAY, STORE_WIPE_RESTORED, &err));
	open_wipe = fixture_wipe(store, WIPE_REBOOT, NOW - 97 * DAY, compared);
	for (size_t i = 0; i < ARRAY_SIZE(bans); i++)
		fixture_ban_event(store, STORE_BAN_BAN, &bans[i], 0);
	fixture_ban_event(store, STORE_BAN_STOP, &bans[3], NOW - 95 * DAY);
	fixture_event(store, EVENT_EXPIRED, "public/service:old", "old", NOW - 99 * DAY);
	fixture_event(store, EVENT_EXPIRED, "public/service:new", "new", NOW - DAY);
	ck_ok(item_parse(&item, "public/service:pop3", &err));
	ck_ok(store_release_put(store, &item, NOW - 99 * DAY, &err));

	ck_ok(store_prune(store, NOW, 0, &err));
	ck_assert_int_eq(fixture_number("SELECT count(*) FROM snapshot"), 60);
	ck_ok(store_prune(store, NOW, 90, &err));

	/* 0 to 40 as bases of the last good one, and the one seen last with its bases */
	ck_assert_int_le(fixture_number("SELECT count(*) FROM snapshot"), 60);
	ck_ok(store_snapshot_load(store, compared, NULL, &back, &err));
	ck_firewall_eq(&back, &seen);
	firewall_deinit(&back);
	ck_ok(store_snapshot_load(store, good_id, NULL, &back, &err));
	ck_firewall_eq(&back, &good);
	ck_ok(store_wipe_unfinished(store, &list, &err));
	ck_assert_uint_eq(list.n, 1);
	ck_assert_int_eq(list.wipes[0].wipe.id, open_wipe);
	ck_assert_uint_eq(list.wipes[0].loss.n, 3);
	ck_assert_int_eq(fixture_number("SELECT count(*) FROM wipe"), 1);
	ck_assert_int_eq(fixture_number("SELECT count(*) FROM ban"), 2);
	ck_assert_int_eq(fixture_number("SELECT count(*) FROM event"), 1);
	ck_ok(store_release_list(store, &released, &err));
	ck_assert_uint_eq(released.n, 1);

	/* When a whole one is seen, good, and nothing needs the old ones, they go. */
	ck_ok(store_wipe_finish(store, open_wipe, NOW, STORE_WIPE_RESTORED, &err));
	firewall_deinit(&fw);
	fixture_mail(&fw);
	recent = fixture_put(store, &fw, NOW, true);
	ck_ok(store_prune(store, NOW, 90, &err));
	ck_assert_int_eq(fixture_number("SELECT count(*) FROM snapshot"), 1);
	ck_assert_int_eq(fixture_number("SELECT count(*) FROM wipe"), 0);
	ck_assert_int_eq(fixture_number("SELECT count(*) FROM loss"), 0);
	ck_assert_int_eq(fixture_number("SELECT count(*) FROM item"), 6);
	firewall_deinit(&back);
	ck_ok(store_snapshot_load(store, recent, NULL, &back, &err));
	ck_firewall_eq(&back, &fw);
	ck_assert_int_eq(fixture_number("SELECT count(*) FROM pragma_foreign_key_check"), 0);
}
END_TEST

/* --- transactions ------------------------------------------------------------------------ */

START_TEST(test_failed_call_undoes_itself_alone)
{
	_cleanup_store_ struct store *store = fixture_open(&fixture_writer);
	const struct store_step steps[] = {{.row = 0}, {.row = 99}};
	int64_t id;

	ck_ok(store_begin(store, &err));
	ck_assert_int_eq(store_begin(store, NULL), -EALREADY);
	id = fixture_wipe(store, WIPE_RELOAD, NOW, 0);
	ck_assert_int_eq(store_steps_put(store, id, steps, 2, NULL), STORE_E_NOT_FOUND);
	fixture_event(store, EVENT_START, NULL, "x", NOW);
	ck_assert_int_eq(fixture_number("SELECT count(*) FROM wipe"), 0);
	ck_ok(store_commit(store, &err));
	ck_assert_int_eq(fixture_number("SELECT count(*) FROM wipe"), 1);
	ck_assert_int_eq(fixture_number("SELECT count(*) FROM event"), 1);
	ck_assert_int_eq(fixture_number("SELECT count(*) FROM restore_step"), 0);
	ck_assert_int_eq(store_commit(store, NULL), -EINVAL);
	store_rollback(store);
}
END_TEST

/* --- the file without its log --------------------------------------------------------------- */

/* Without what only the log has; as one that was copied alone. */
static struct store *open_copy(void)
{
	_cleanup_free_ char *content = NULL;
	struct store *store = NULL;
	char copy[400];
	size_t n;
	FILE *from = fopen(fixture_path(STORE_FILE), "re"), *to;

	ck_assert_ptr_nonnull(from);
	snprintf(copy, sizeof(copy), "%s/copy", fixture_top);
	(void)mkdir(copy, 0700);
	snprintf(copy, sizeof(copy), "%s/copy/" STORE_FILE, fixture_top);
	to = fopen(copy, "we");
	ck_assert_ptr_nonnull(to);
	content = malloc(1 << 20);
	ck_assert_ptr_nonnull(content);
	n = fread(content, 1, 1 << 20, from);
	ck_assert_uint_eq(fwrite(content, 1, n, to), n);
	fclose(from);
	fclose(to);
	*strrchr(copy, '/') = '\0';
	ck_ok(store_open(&store, copy, &fixture_reader, &err));
	return store;
}

START_TEST(test_file_alone)
{
	_cleanup_store_ struct store *store = fixture_open(&fixture_writer);
	_cleanup_store_ struct store *fresh = open_copy(), *later = NULL;
	_cleanup_firewall_ struct firewall fw = FIREWALL_NULL;

	fixture_mail(&fw);
	ck_assert_int_eq(store_snapshot_last(fresh, NULL, NULL, NULL), STORE_E_NOT_FOUND);
	(void)fixture_put(store, &fw, NOW, true);
	store_empty_log(store);
	later = open_copy();
	ck_ok(store_snapshot_last(later, NULL, NULL, &err));
}
END_TEST

START_TEST(test_in_place)
{
	_cleanup_store_ struct store *store = fixture_open(&fixture_writer);
	_cleanup_store_ struct store *other = fixture_open(&fixture_writer);

	ck_assert(store_is_in_place(store));
	fixture_event(other, EVENT_START, NULL, "x", NOW);
	store_close(steal(other));
	ck_assert(store_is_in_place(store));
	ck_assert_int_eq(unlink(fixture_path(STORE_FILE "-wal")), 0);
	ck_assert(!store_is_in_place(store));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("store");
	TCase *tests = tcase_create("store");

	tcase_set_timeout(tests, 120);
	tcase_add_checked_fixture(tests, fixture_setup, fixture_teardown);
	tcase_add_test(tests, test_snapshot_comes_back);
	tcase_add_test(tests, test_snapshot_none);
	tcase_add_test(tests, test_snapshot_empty);
	tcase_add_test(tests, test_same_state_is_one_row);
	tcase_add_test(tests, test_last_good_is_the_last_good_sighting);
	tcase_add_test(tests, test_one_more_ban_costs_one_row);
	tcase_add_loop_test(tests, test_random_states_come_back, 0, 4);
	tcase_add_test(tests, test_chain_ends_in_a_whole_one);
	tcase_add_test(tests, test_rollback_forgets_the_base);
	tcase_add_test(tests, test_snapshot_list);
	tcase_add_test(tests, test_wipe_journal);
	tcase_add_test(tests, test_bans_are_counted_apart);
	tcase_add_test(tests, test_wipe_heard_before_it_is_known);
	tcase_add_test(tests, test_wipe_refuses_what_is_not_there);
	tcase_add_loop_test(tests, test_history, 0, ARRAY_SIZE(history_rows));
	tcase_add_test(tests, test_callback_can_stop);
	tcase_add_test(tests, test_event_kinds);
	tcase_add_test(tests, test_event_filters);
	tcase_add_test(tests, test_silence);
	tcase_add_loop_test(tests, test_event_items, 0, (int)ARRAY_SIZE(event_items_rows));
	tcase_add_test(tests, test_release);
	tcase_add_test(tests, test_trust);
	tcase_add_test(tests, test_timed);
	tcase_add_test(tests, test_client_ranges);
	tcase_add_test(tests, test_prune_keeps_what_it_must);
	tcase_add_test(tests, test_failed_call_undoes_itself_alone);
	tcase_add_test(tests, test_file_alone);
	tcase_add_test(tests, test_in_place);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
