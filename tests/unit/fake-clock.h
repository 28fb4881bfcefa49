/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fake-clock - the clock of a test, which can be moved on
 *
 * Linked in place of system/host/clock: with it timers of the loop are due when the test
 * says so, and nobody waits for an hour to pass.
 */
#ifndef TESTS_UNIT_FAKE_CLOCK_H
#define TESTS_UNIT_FAKE_CLOCK_H

#include "guard/system/host/clock.h"

void fake_clock_skip(int64_t ms);

#endif
