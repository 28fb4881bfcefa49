// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/fail2ban/fail2ban-time.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tests/unit/unit.h"

/*
 * 2026-10-25 in Berlin: 03:00 +0200 is 02:00 +0100, at 1792890000. What is written 02:30:00 is
 * 1792888200 or, an hour later, 1792891800. 2026-03-29: 02:00 +0100 is 03:00 +0200, at
 * 1774746000, and there is no 02:30.
 */
#define FIRST  1792888200
#define SECOND 1792891800

static const struct {
	const char *zone, *from, *until;
	int64_t bantime_s, now_s, began_s;
	const char *why;
} rows[] = {
    {"Europe/Berlin", "2026-11-21 20:00:00", "2026-11-21 21:00:00", 3600, 1795290000, 1795287600,
     "in winter"},
    {"Europe/Berlin", "2026-07-21 20:00:00", "2026-07-21 21:00:00", 3600, 1784660000, 1784656800,
     "in summer"},
    {"UTC", "2026-10-25 02:30:00", "2026-10-25 03:30:00", 3600, 1792899000, 1792895400, "anywhere"},
    {"Europe/Berlin", "2026-10-25 02:30:00", "2026-10-25 02:30:00", 3600, FIRST + 60, FIRST,
     "the first, of an hour: both ends read the same"},
    {"Europe/Berlin", "2026-10-25 02:30:00", "2026-10-25 03:30:00", 3600, SECOND + 60, SECOND,
     "the second, of an hour"},
    {"Europe/Berlin", "2026-10-25 02:30:00", "2026-10-25 02:40:00", 600, FIRST + 60, FIRST,
     "a short one, while the second has not come"},
    {"Europe/Berlin", "2026-10-25 02:30:00", "2026-10-25 02:40:00", 600, SECOND + 60, SECOND,
     "a short one, when the first is over"},
    {"Europe/Berlin", "2026-10-25 02:30:00", "9999-12-31 23:59:59", -1, SECOND + 60, FIRST,
     "for ever: it does not matter"},
    {"Europe/Berlin", "2026-10-25 02:30:00", "2026-10-26 01:30:00", 86400, SECOND + 60, FIRST,
     "a day from the first"},
    {"Europe/Berlin", "2026-10-25 02:30:00", "2026-10-26 02:30:00", 86400, SECOND + 60, SECOND,
     "a day from the second"},
    {"Europe/Berlin", "2026-03-29 02:30:00", "2026-03-29 04:30:00", 3600, 1774750000, 1774744200,
     "a time that no clock shows: whatever is near"},
};

static int64_t seconds(const char *text)
{
	struct fail2ban_reply_ban ban;
	char line[128];

	ck_assert(snprintf(line, sizeof(line), "x \t%s + 1 = 2026-01-01 00:00:00", text) > 0);
	ck_assert_int_eq(fail2ban_reply_ban_line(&ban, line, strlen(line)), 0);
	return ban.from_s;
}

START_TEST(means_a_time)
{
	struct fail2ban_reply_ban ban = {
	    .from_s = seconds(rows[_i].from),
	    .until_s = rows[_i].bantime_s < 0 ? 0 : seconds(rows[_i].until),
	    .bantime_s = rows[_i].bantime_s,
	};
	int64_t began_s;

	setenv("TZ", rows[_i].zone, 1);
	tzset();
	began_s = fail2ban_time_began_at(&ban, rows[_i].now_s);
	ck_assert_msg(began_s == rows[_i].began_s, "%s: off by %lld s", rows[_i].why,
	              (long long)(began_s - rows[_i].began_s));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("fail2ban_time");
	TCase *tcase = tcase_create("fail2ban_time");

	tcase_add_loop_test(tcase, means_a_time, 0, ARRAY_SIZE(rows));
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
