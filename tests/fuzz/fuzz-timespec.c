// SPDX-License-Identifier: GPL-2.0-or-later
// Parses: guard/base/timespec.c
#include "guard/base/timespec.h"

#include "tests/fuzz/fuzz.h"

#define NOW   INT64_C(1795305600000000)
#define END_S INT64_C(253402300800) /* of the year 9999 */

static int64_t east(int64_t utc_s)
{
	return utc_s + 3600;
}

static int64_t west(int64_t local_s)
{
	return local_s - 3600;
}

/* A time that is accepted is within the calendar, and reads as itself in the form for machines. */
static void read_time(const char *text, const struct timespec_zone *zone, bool end_of_day)
{
	char iso[TIMESPEC_TEXT_MAX], local[TIMESPEC_TEXT_MAX];
	int64_t us = -1, again = -1;
	struct err err = ERR_NULL;
	int r = timespec_parse(&us, text, NOW, zone, end_of_day, &err);

	FUZZ_CHECK(r == 0 || (r == TIMESPEC_E_SYNTAX && err.text[0] && us == -1));
	if (r)
		return;
	FUZZ_CHECK(us >= 0 && us < END_S * 1000000);
	timespec_format_iso(us, iso);
	FUZZ_CHECK(timespec_parse(&again, iso, 0, zone, end_of_day, NULL) == 0 && again == us);
	timespec_format_local(us, zone, local);
	timespec_format_duration(NOW - us, local);
	FUZZ_CHECK(strlen(local) < sizeof(local));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct timespec_zone zone = {east, west};
	_cleanup_free_ char *text = fuzz_string(data, size);

	for (int end_of_day = 0; end_of_day <= 1; end_of_day++) {
		read_time(text, NULL, end_of_day);
		read_time(text, &zone, end_of_day);
	}
	return 0;
}
