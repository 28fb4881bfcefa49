/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/fake-clock.h"

#include <stddef.h>
#include <time.h>

static int64_t skipped_us;

static int64_t read_clock(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000 + skipped_us;
}

void fake_clock_skip(int64_t ms)
{
	skipped_us += ms * 1000;
}

int64_t clock_now_us(void)
{
	return read_clock(CLOCK_REALTIME);
}

int64_t clock_monotonic_us(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

int64_t clock_monotonic_ms(void)
{
	return clock_monotonic_us() / 1000;
}

const struct timespec_zone *clock_local_zone(void)
{
	return NULL;
}
