/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * clock - the two clocks
 */
#ifndef GUARD_SYSTEM_CLOCK_H
#define GUARD_SYSTEM_CLOCK_H

#include <stdint.h>

int64_t clock_now_us(void);
int64_t clock_monotonic_us(void);

#endif
