/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * clock - what time it is
 *
 * clock_now_us() is the time of day that is stored and shown; the monotonic
 * ones measure and set deadlines, and never go back.
 */
#ifndef GUARD_SYSTEM_HOST_CLOCK_H
#define GUARD_SYSTEM_HOST_CLOCK_H

#include "guard/base/timespec.h"

int64_t clock_now_us(void);
int64_t clock_monotonic_us(void);
int64_t clock_monotonic_ms(void);

/* Until a moment of clock_monotonic_ms(); at least 1. */
static inline int clock_left_ms(int64_t end_ms)
{
	int64_t left_ms = end_ms - clock_monotonic_ms();

	return left_ms > 1 ? (int)left_ms : 1;
}

const struct timespec_zone *clock_local_zone(void);

#endif
