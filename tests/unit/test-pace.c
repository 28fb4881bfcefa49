// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/pace.h"

#include "tests/unit/unit.h"

#include <stdio.h>

#define SECOND INT64_C(1000000)

/* @n times, @every_us apart; the delay of the last one. */
static unsigned repeat(struct pace *pace, int64_t *now_us, int n, int64_t every_us)
{
	unsigned delay_ms = 0;

	for (int i = 0; i < n; i++) {
		*now_us += every_us;
		delay_ms = pace_note(pace, *now_us);
	}
	return delay_ms;
}

START_TEST(never_slows_down_what_is_rare)
{
	struct pace pace = PACE_NULL;
	int64_t now_us = 1;

	for (int i = 0; i < 500; i++)
		ck_assert_uint_eq(repeat(&pace, &now_us, 1, PACE_WINDOW_US / PACE_LIMIT), 0);
}
END_TEST

START_TEST(waits_longer_and_longer_in_a_loop)
{
	struct pace pace = PACE_NULL;
	int64_t now_us = 1;

	ck_assert_uint_eq(repeat(&pace, &now_us, PACE_LIMIT, SECOND / 3), 0);
	ck_assert_uint_eq(repeat(&pace, &now_us, 1, SECOND / 3), PACE_DELAY_MIN_MS);
	ck_assert_uint_eq(repeat(&pace, &now_us, 1, 2 * SECOND), 2 * PACE_DELAY_MIN_MS);
	ck_assert_uint_eq(repeat(&pace, &now_us, 1, 3 * SECOND), 4 * PACE_DELAY_MIN_MS);
	/* a loop that is held up goes on for an hour: it stays slow */
	for (int i = 0; i < 60; i++) {
		unsigned delay_ms = repeat(&pace, &now_us, 1, 61 * SECOND);

		ck_assert_uint_ge(delay_ms, 8 * PACE_DELAY_MIN_MS);
		ck_assert_uint_le(delay_ms, PACE_DELAY_MAX_MS);
	}
}
END_TEST

START_TEST(quiet_ends_it)
{
	struct pace pace = PACE_NULL;
	int64_t now_us = 1;

	ck_assert_uint_gt(repeat(&pace, &now_us, PACE_LIMIT + 5, SECOND), 0);
	ck_assert_uint_eq(repeat(&pace, &now_us, 1, PACE_QUIET_US), 0);
	/* what was before the quiet counts no more than its window */
	ck_assert_uint_eq(repeat(&pace, &now_us, 1, PACE_WINDOW_US), 0);
	ck_assert_uint_eq(repeat(&pace, &now_us, PACE_LIMIT - 2, SECOND), 0);
}
END_TEST

/* When it may be put back, from now; 0: now. */
static int64_t due_in(struct pace_items *items, const char *text, int64_t now_us, bool *tripped)
{
	_cleanup_item_ struct item item = ITEM_NULL;
	int64_t due_us;

	ck_assert_int_eq(item_parse(&item, text, NULL), 0);
	due_us = pace_items_due(items, &item, now_us, tripped);
	ck_assert_int_eq(pace_items_is_slow(items, &item, now_us), *tripped || due_us);
	return due_us ? due_us - now_us : 0;
}

START_TEST(items_have_a_pace_each)
{
	struct pace_items items = PACE_ITEMS_NULL;
	int64_t now_us = 1;
	bool tripped = false;

	for (int i = 0; i < PACE_ITEM_LIMIT; i++, now_us += SECOND)
		ck_assert_int_eq(due_in(&items, "public/service:imaps", now_us, &tripped), 0);
	ck_assert(!tripped);
	ck_assert_int_eq(due_in(&items, "public/service:imaps", now_us, &tripped), SECOND);
	ck_assert(tripped);
	/* another one is not held up */
	tripped = false;
	ck_assert_int_eq(due_in(&items, "public/service:imap", now_us, &tripped), 0);
	pace_items_deinit(&items);
}
END_TEST

START_TEST(a_waiting_item_waits_once)
{
	struct pace_items items = PACE_ITEMS_NULL;
	_cleanup_item_ struct item item = ITEM_NULL;
	int64_t now_us = 1, due_us;
	int n_tripped = 0;

	ck_assert_int_eq(item_parse(&item, "public/service:imaps", NULL), 0);
	/* looked at thrice a second, missing again whenever it was put back, for an hour */
	for (int i = 0, put_back = 0; i < 3 * 3600; i++, now_us += SECOND / 3) {
		bool tripped = false;

		due_us = pace_items_due(&items, &item, now_us, &tripped);
		n_tripped += tripped;
		put_back += due_us == 0;
		if (i == 3 * 3600 - 1)
			ck_assert_int_le(put_back, PACE_ITEM_LIMIT + 10 + 60);
		ck_assert(!due_us || due_us > now_us);
		ck_assert_int_le(due_us - now_us, INT64_C(1000) * PACE_DELAY_MAX_MS);
	}
	ck_assert_int_eq(n_tripped, 1);
	/* it was quiet: a new fight is told anew */
	now_us += PACE_WINDOW_US;
	ck_assert(!pace_items_is_slow(&items, &item, now_us));
	pace_items_deinit(&items);
}
END_TEST

START_TEST(remembers_no_more_items_than_there_is_room_for)
{
	struct pace_items items = PACE_ITEMS_NULL;
	bool tripped = false;
	char text[64];

	for (int64_t i = 1; i <= 10 * PACE_ITEMS_MAX; i++) {
		snprintf(text, sizeof(text), "public/port:%d/tcp", (int)i);
		ck_assert_int_eq(due_in(&items, text, i, &tripped), 0);
		ck_assert_uint_le(items.n, PACE_ITEMS_MAX);
	}
	ck_assert(!tripped);
	pace_items_deinit(&items);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("pace");
	TCase *tcase = tcase_create("pace");

	tcase_add_test(tcase, never_slows_down_what_is_rare);
	tcase_add_test(tcase, waits_longer_and_longer_in_a_loop);
	tcase_add_test(tcase, quiet_ends_it);
	tcase_add_test(tcase, items_have_a_pace_each);
	tcase_add_test(tcase, a_waiting_item_waits_once);
	tcase_add_test(tcase, remembers_no_more_items_than_there_is_room_for);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
