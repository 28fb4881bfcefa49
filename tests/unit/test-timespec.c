// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/base/timespec.h"

#include <string.h>

#include "tests/unit/unit.h"

#define S INT64_C(1000000)
/* 2026-11-21T20:34:25.5Z */
#define NOW (INT64_C(1795293265) * S + 500000)

/* A place one hour east of Greenwich. */
static int64_t east_to_local(int64_t s)
{
	return s + 3600;
}
static int64_t east_to_utc(int64_t s)
{
	return s - 3600;
}
static const struct timespec_zone east = {east_to_local, east_to_utc};

static const struct {
	const char *text;
	const char *utc;  /* read in UTC, shown as ISO; NULL: refused */
	const char *late; /* in the place east, as the end of a period */
} rows[] = {
    {"now", "2026-11-21T20:34:25.500000Z", "2026-11-21T20:34:25.500000Z"},
    {"today", "2026-11-21T00:00:00.000000Z", "2026-11-21T22:59:59.999999Z"},
    {"Yesterday", "2026-11-20T00:00:00.000000Z", "2026-11-20T22:59:59.999999Z"},
    {"-2h", "2026-11-21T18:34:25.500000Z", "2026-11-21T18:34:25.500000Z"},
    {"-30m", "2026-11-21T20:04:25.500000Z", "2026-11-21T20:04:25.500000Z"},
    {"-1h30m", "2026-11-21T19:04:25.500000Z", "2026-11-21T19:04:25.500000Z"},
    {"-7d", "2026-11-14T20:34:25.500000Z", "2026-11-14T20:34:25.500000Z"},
    {"2h", "2026-11-21T18:34:25.500000Z", "2026-11-21T18:34:25.500000Z"},
    {"3d", "2026-11-18T20:34:25.500000Z", "2026-11-18T20:34:25.500000Z"},
    {"2h ago", "2026-11-21T18:34:25.500000Z", "2026-11-21T18:34:25.500000Z"},
    {"2 hours 5 min ago", "2026-11-21T18:29:25.500000Z", "2026-11-21T18:29:25.500000Z"},
    {"1w ago", "2026-11-14T20:34:25.500000Z", "2026-11-14T20:34:25.500000Z"},
    {"@1795293265", "2026-11-21T20:34:25.000000Z", "2026-11-21T20:34:25.000000Z"},
    {"@1795293265.25", "2026-11-21T20:34:25.250000Z", "2026-11-21T20:34:25.250000Z"},
    {"@0", "1970-01-01T00:00:00.000000Z", "1970-01-01T00:00:00.000000Z"},
    {"2026-11-21", "2026-11-21T00:00:00.000000Z", "2026-11-21T22:59:59.999999Z"},
    {"2024-02-29", "2024-02-29T00:00:00.000000Z", "2024-02-29T22:59:59.999999Z"},
    {"2000-02-29", "2000-02-29T00:00:00.000000Z", "2000-02-29T22:59:59.999999Z"},
    {"2026-11-21T10:00", "2026-11-21T10:00:00.000000Z", "2026-11-21T09:00:00.000000Z"},
    {"2026-11-21 10:00:30", "2026-11-21T10:00:30.000000Z", "2026-11-21T09:00:30.000000Z"},
    {"2026-11-21T10:00:30.125", "2026-11-21T10:00:30.125000Z", "2026-11-21T09:00:30.125000Z"},
    {"2026-11-21T10:00:30Z", "2026-11-21T10:00:30.000000Z", "2026-11-21T10:00:30.000000Z"},
    {"2026-11-21T10:00:30+02:00", "2026-11-21T08:00:30.000000Z", "2026-11-21T08:00:30.000000Z"},
    {"2026-11-21T10:00:30-0330", "2026-11-21T13:30:30.000000Z", "2026-11-21T13:30:30.000000Z"},
    {"2026-11-21T10:00:30+02", "2026-11-21T08:00:30.000000Z", "2026-11-21T08:00:30.000000Z"},
    {"2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000000Z", "2017-01-01T00:00:00.000000Z"},
    {"9999-12-31T23:59:59Z", "9999-12-31T23:59:59.000000Z", "9999-12-31T23:59:59.000000Z"},
    {"", NULL, NULL},
    {"-", NULL, NULL},
    {"-2", NULL, NULL},
    {"-2 fortnights", NULL, NULL},
    {"-2h ago", NULL, NULL},
    {"ago", NULL, NULL},
    {" ago", NULL, NULL},
    {"tomorrow", NULL, NULL},
    {"-99999999999999999999d", NULL, NULL},
    {"-253402300800w", NULL, NULL}, /* number times unit beyond 64 bits */
    {"-100000d", NULL, NULL},       /* before 1970 */
    {"2025-02-29", NULL, NULL},
    {"1900-02-29", NULL, NULL},
    {"2026-13-01", NULL, NULL},
    {"2026-00-10", NULL, NULL},
    {"2026-04-31", NULL, NULL},
    {"2026-11-21T24:00", NULL, NULL},
    {"2026-11-21T10:60", NULL, NULL},
    {"2026-11-21T10", NULL, NULL},
    {"2026-11-21T10:00:30.", NULL, NULL},
    {"2026-11-21T10:00Zulu", NULL, NULL},
    {"2026-11-21T10:00+", NULL, NULL},
    {"2026-11-21T10:00+25:00", NULL, NULL},
    {"2026-11-21 ", NULL, NULL},
    {"26-11-21", NULL, NULL},
    {"1969-12-31", NULL, NULL},
    {"1970-01-01T00:00:00+01:00", NULL, NULL}, /* before 1970, by its offset */
    {"10000-01-01", NULL, NULL},
    {"@", NULL, NULL},
    {"@-1", NULL, NULL},
    {"@1e9", NULL, NULL},
    {"@99999999999999999999", NULL, NULL},
    {"2026-11-21T10:00:00                                                          Z", NULL, NULL},
};

START_TEST(parses)
{
	char shown[TIMESPEC_TEXT_MAX];
	struct err err = ERR_NULL;
	int64_t us = -1;
	int r = timespec_parse(&us, rows[_i].text, NOW, NULL, false, &err);

	if (!rows[_i].utc) {
		ck_assert_msg(r == TIMESPEC_E_SYNTAX, "accepted: %s", rows[_i].text);
		ck_assert_int_eq(us, -1);
		ck_assert_str_ne(err.text, "");
		return;
	}
	ck_assert_msg(r == 0, "refused: %s", rows[_i].text);
	timespec_format_iso(us, shown);
	ck_assert_str_eq(shown, rows[_i].utc);
	ck_assert_int_eq(timespec_parse(&us, rows[_i].text, NOW, &east, true, &err), 0);
	timespec_format_iso(us, shown);
	ck_assert_str_eq(shown, rows[_i].late);
}
END_TEST

/* Every day from 1970 to 2199, there and back. */
START_TEST(goes_there_and_back)
{
	for (int64_t day = 0; day < 84000; day++) {
		char text[TIMESPEC_TEXT_MAX];
		int64_t us;

		timespec_format_iso(day * 86400 * S + 86399 * S + 999999, text);
		ck_assert_int_eq(timespec_parse(&us, text, 0, NULL, false, NULL), 0);
		ck_assert_int_eq(us, (day + 1) * 86400 * S - 1);
	}
}
END_TEST

static const struct {
	int64_t us;
	const char *text;
} duration_rows[] = {
    {0, "0 us"},
    {999, "999 us"},
    {34000, "34 ms"},
    {1720000, "1.72 s"},
    {303 * S, "5 min 3 s"},
    {7500 * S, "2 h 5 min"},
    {273600 * S, "3 d 4 h"},
    {-34000, "-34 ms"},
    {INT64_MIN, "-106751991 d 4 h"},
};

START_TEST(formats)
{
	char text[TIMESPEC_TEXT_MAX];

	timespec_format_duration(duration_rows[_i].us, text);
	ck_assert_str_eq(text, duration_rows[_i].text);
}
END_TEST

START_TEST(formats_local_and_clamps)
{
	char text[TIMESPEC_TEXT_MAX];

	timespec_format_local(NOW, &east, text);
	ck_assert_str_eq(text, "2026-11-21 21:34:25");
	timespec_format_stamp(NOW, text);
	ck_assert_str_eq(text, "20261121T203425Z");
	timespec_format_iso(INT64_MAX, text);
	ck_assert_str_eq(text, "9999-12-31T23:59:59.999999Z");
	timespec_format_iso(INT64_MIN, text);
	ck_assert_str_eq(text, "1970-01-01T00:00:00.000000Z");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("timespec");
	TCase *tcase = tcase_create("timespec");

	tcase_add_loop_test(tcase, parses, 0, ARRAY_SIZE(rows));
	tcase_add_test(tcase, goes_there_and_back);
	tcase_add_loop_test(tcase, formats, 0, ARRAY_SIZE(duration_rows));
	tcase_add_test(tcase, formats_local_and_clamps);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
