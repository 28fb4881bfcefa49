// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/host/clock.h"

#include <time.h>

static int64_t read_clock(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/** clock_now_us() - microseconds since the epoch, UTC */
int64_t clock_now_us(void)
{
	return read_clock(CLOCK_REALTIME);
}

/** clock_monotonic_us() - microseconds of a clock that nobody can set */
int64_t clock_monotonic_us(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

/** clock_monotonic_ms() - the same, in milliseconds */
int64_t clock_monotonic_ms(void)
{
	return clock_monotonic_us() / 1000;
}

/* --- the time zone ----------------------------------------------------------------------- */

/* What the clocks on the wall show, as if it were UTC. */
static int64_t zone_to_local(int64_t utc_s)
{
	time_t t = (time_t)utc_s;
	struct tm tm;

	if (!localtime_r(&t, &tm))
		return utc_s;
	return utc_s + tm.tm_gmtoff;
}

static int64_t zone_to_utc(int64_t local_s)
{
	time_t t = (time_t)local_s, utc;
	struct tm tm;

	if (!gmtime_r(&t, &tm))
		return local_s;
	tm.tm_isdst = -1;
	utc = mktime(&tm);
	return utc == (time_t)-1 ? local_s : utc;
}

/** clock_local_zone() - the time zone of this process (TZ, /etc/localtime); static */
const struct timespec_zone *clock_local_zone(void)
{
	static const struct timespec_zone zone = {zone_to_local, zone_to_utc};

	return &zone;
}
