// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/pace.h"

#include "tests/unit/unit.h"

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

int main(void)
{
	Suite *suite = suite_create("pace");
	TCase *tcase = tcase_create("pace");

	tcase_add_test(tcase, never_slows_down_what_is_rare);
	tcase_add_test(tcase, waits_longer_and_longer_in_a_loop);
	tcase_add_test(tcase, quiet_ends_it);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
