// SPDX-License-Identifier: GPL-2.0-or-later
/* The list of lost bans against a real store: what a guard that is killed leaves, and who goes on.
 */
#include "guard/restore/banlist.h"

#include "tests/unit/firewalls.h"
#include "tests/unit/store-fixture.h"

static struct logger logger;
static struct record *record;
static struct banlist list;

/* As every guard does that begins: nothing is on record before it. */
static int recall(struct record *from)
{
	_cleanup_recollection_ struct recollection before = RECOLLECTION_NULL;

	return record_recall(from, &before);
}

static void setup(void)
{
	fixture_setup();
	ck_assert_int_eq(mkdir(fixture_dir, 0700), 0);
	logger_init(&logger, -1, 0);
	ck_assert_int_eq(record_open(&record, fixture_dir, BOOT, &logger), 0);
	ck_assert_int_eq(recall(record), STORE_E_NOT_FOUND);
	list = (struct banlist){.record = record};
}

static void teardown(void)
{
	banlist_deinit(&list);
	record_close(record);
	fixture_teardown();
}

static void add_row(struct loss *loss, const char *text, enum loss_verdict verdict)
{
	ck_assert_int_eq(grow(&loss->rows, &loss->capacity, loss->n + 1, sizeof(*loss->rows)), 0);
	loss->rows[loss->n++] =
	    (struct loss_row){.item = item_from_text(text), .verdict = verdict, .flags = 1};
}

#define BAN(n) "public/rule:rule family=ipv4 source address=192.0.2." #n " drop"

/* A wipe that took imaps and the bans of 192.0.2.FIRST to .3, journalled. */
static struct episode *wipe(int first)
{
	struct episode *episode = episode_new(WIPE_RELOAD, NOW);

	ck_assert_ptr_nonnull(episode);
	add_row(&episode->loss, "public/service:imaps", LOSS_LOST);
	if (first <= 1)
		add_row(&episode->loss, BAN(1), LOSS_BAN);
	if (first <= 2)
		add_row(&episode->loss, BAN(2), LOSS_BAN);
	add_row(&episode->loss, BAN(3), LOSS_BAN);
	record_episode_begin(record, episode);
	ck_assert_int_ne(episode->wipe_id, 0);
	return episode;
}

static struct ban *find(const char *text)
{
	_cleanup_item_ struct item item = item_from_text(text);

	return banlist_find(&list, &item);
}

static struct store_wipe_info last_wipe(void)
{
	struct store_wipe_info info = STORE_WIPE_INFO_NULL;

	ck_ok(store_wipe_last(record_store(record), &info, &err));
	return info;
}

START_TEST(settles_one_by_one)
{
	struct episode *episode = wipe(1);
	struct ban_wipe *taken = NULL;
	_cleanup_store_wipe_info_ struct store_wipe_info info = STORE_WIPE_INFO_NULL;

	ck_assert_int_eq(banlist_take(&list, &episode, STORE_WIPE_RESTORED, true, &taken), 0);
	ck_assert_ptr_null(episode);
	ck_assert_uint_eq(list.n, 3);
	ck_assert_uint_eq(taken->n_open, 3);
	ck_assert_ptr_null(find("public/service:imaps"));
	banlist_back(find(BAN(1)));
	banlist_settle(find(BAN(2)), STORE_STEP_ENDED, "over");
	banlist_settle(find(BAN(3)), STORE_STEP_LEFT_OUT, "an office");
	banlist_sweep(&list);
	banlist_write(&list);
	ck_assert_uint_eq(list.n, 1); /* what is back is looked after */
	ck_assert_int_eq(list.bans[0].state, BAN_BACK);
	ck_assert_uint_eq(taken->n_open, 1);
	ck_assert_uint_eq(taken->n_restored, 1);
	info = last_wipe();
	ck_assert_uint_eq(info.n_bans, 3);
	ck_assert_uint_eq(info.n_bans_restored, 1);
	ck_assert_uint_eq(info.n_bans_ended, 1);
	ck_assert_uint_eq(info.n_bans_left_out, 1);
	ck_assert_int_eq(info.finished_us, 0);
}
END_TEST

/* A ban stands in the list once, in the latest wipe that took it. */
START_TEST(a_later_wipe_takes_over)
{
	struct episode *first = wipe(1), *second = wipe(2);
	struct ban_wipe *one = NULL, *two = NULL;
	_cleanup_store_wipe_info_ struct store_wipe_info info = STORE_WIPE_INFO_NULL;

	ck_assert_int_eq(banlist_take(&list, &first, STORE_WIPE_RESTORED, true, &one), 0);
	find(BAN(2))->ours = true;
	banlist_back(find(BAN(3)));
	ck_assert_int_eq(banlist_take(&list, &second, STORE_WIPE_RESTORED, true, &two), 0);
	ck_assert_uint_eq(list.n, 3);
	ck_assert_uint_eq(one->n_open, 1);
	ck_assert_uint_eq(two->n_open, 2);
	ck_assert_ptr_eq(find(BAN(1))->wipe, one);
	ck_assert_ptr_eq(find(BAN(2))->wipe, two);
	ck_assert(find(BAN(2))->ours);
	ck_assert_int_eq(find(BAN(3))->state, BAN_LOST);
	banlist_write(&list);
	ck_ok(store_wipe_load(record_store(record), one->episode->wipe_id, &info, NULL, &err));
	ck_assert_uint_eq(info.n_bans_ended, 1);    /* superseded */
	ck_assert_uint_eq(info.n_bans_restored, 1); /* it was, then */
}
END_TEST

/* Killed in the middle: the next guard finds what was open, and what was back. */
START_TEST(adopts_what_was_left)
{
	_cleanup_store_unfinished_list_ struct store_unfinished_list left =
	    STORE_UNFINISHED_LIST_NULL;
	struct episode *episode = wipe(1);

	ck_assert_int_eq(banlist_take(&list, &episode, STORE_WIPE_RESTORED, true, NULL), 0);
	banlist_back(find(BAN(1)));
	banlist_settle(find(BAN(2)), STORE_STEP_ENDED, NULL);
	banlist_sweep(&list);
	banlist_write(&list);
	banlist_deinit(&list);

	ck_ok(store_wipe_unfinished(record_store(record), &left, &err));
	ck_assert_uint_eq(left.n, 1);
	ck_assert_int_eq(banlist_adopt(&list, left.wipes[0].wipe.id), 0);
	ck_assert(banlist_has_wipe(&list, left.wipes[0].wipe.id));
	ck_assert(!banlist_has_wipe(&list, left.wipes[0].wipe.id + 1));
	/* who has ended is not expected: a rule that is there for him is somebody else's */
	ck_assert_uint_eq(list.n, 2);
	ck_assert_ptr_null(find(BAN(2)));
	ck_assert_int_eq(find(BAN(3))->state, BAN_LOST);
	ck_assert_int_eq(find(BAN(1))->state, BAN_BACK);
	ck_assert(find(BAN(1))->ours);
	ck_assert_uint_eq(list.wipes->n_bans, 1);
	/* a step goes to the row that the first guard journalled */
	banlist_settle(find(BAN(3)), STORE_STEP_LEFT_OUT, NULL);
	banlist_write(&list);
	store_unfinished_list_deinit(&left);
	ck_ok(store_wipe_unfinished(record_store(record), &left, &err));
	ck_assert_uint_eq(left.wipes[0].loss.n, 1); /* imaps is not the list's */
	ck_assert_str_eq(left.wipes[0].loss.rows[0].item.value, "imaps");
}
END_TEST

START_TEST(a_wipe_without_bans_is_not_adopted)
{
	_cleanup_store_unfinished_list_ struct store_unfinished_list left =
	    STORE_UNFINISHED_LIST_NULL;
	struct episode *episode = episode_new(WIPE_RELOAD, NOW);

	ck_assert_ptr_nonnull(episode);
	add_row(&episode->loss, "public/service:imaps", LOSS_LOST);
	record_episode_begin(record, episode);
	ck_assert(!loss_has_bans(&episode->loss));
	episode_free(episode);
	ck_ok(store_wipe_unfinished(record_store(record), &left, &err));
	ck_assert_uint_eq(left.n, 1);
	ck_assert_int_eq(banlist_adopt(&list, left.wipes[0].wipe.id), STORE_E_NOT_FOUND);
	ck_assert_ptr_null(list.wipes);
}
END_TEST

/* What is no wipe has no place in the journal. */
START_TEST(what_is_not_recorded_leaves_no_trace)
{
	_cleanup_store_wipe_info_ struct store_wipe_info info = STORE_WIPE_INFO_NULL;
	struct episode *episode = episode_new(WIPE_UNKNOWN, NOW);
	struct err err = ERR_NULL;

	ck_assert_ptr_nonnull(episode);
	add_row(&episode->loss, BAN(1), LOSS_BAN);
	ck_assert_int_eq(banlist_take(&list, &episode, STORE_WIPE_RESTORED, false, NULL), 0);
	banlist_back(find(BAN(1)));
	banlist_settle(find(BAN(1)), STORE_STEP_ENDED, NULL);
	banlist_sweep(&list);
	banlist_write(&list);
	ck_assert_uint_eq(list.n, 0);
	ck_assert_int_eq(store_wipe_last(record_store(record), &info, &err), STORE_E_NOT_FOUND);
}
END_TEST

static Suite *suite(void)
{
	Suite *suite = suite_create("banlist");
	TCase *tcase = tcase_create("banlist");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, settles_one_by_one);
	tcase_add_test(tcase, a_later_wipe_takes_over);
	tcase_add_test(tcase, adopts_what_was_left);
	tcase_add_test(tcase, a_wipe_without_bans_is_not_adopted);
	tcase_add_test(tcase, what_is_not_recorded_leaves_no_trace);
	suite_add_tcase(suite, tcase);
	return suite;
}

int main(void)
{
	return unit_run(suite());
}
