// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/clock.h"

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
