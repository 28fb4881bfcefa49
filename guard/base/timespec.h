/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * timespec - points in time as people write them
 *
 *   now · today · yesterday
 *   -2h · -1h30m · -7d · 2h ago · 2 hours ago
 *   2026-11-21 · 2026-11-21T20:34 · 2026-11-21 20:34:25.5 · …Z · …+01:00
 *   @1795293265.25
 *
 * Nothing here reads a clock or the time zone: the caller passes both in. Times
 * are microseconds since the epoch, UTC, from 1970 to the end of 9999.
 */
#ifndef GUARD_BASE_TIMESPEC_H
#define GUARD_BASE_TIMESPEC_H

#include "guard/base/err.h"

/* How the place counts its time: seconds since the epoch as its clocks show them, and back. */
struct timespec_zone {
	int64_t (*to_local)(int64_t utc_s);
	int64_t (*to_utc)(int64_t local_s);
};

enum {
	TIMESPEC_E_SYNTAX = 1, /* not a time, or out of range */
};

/* Long enough for every form below. */
#define TIMESPEC_TEXT_MAX 40

int timespec_parse(int64_t *out_us, const char *text, int64_t now_us,
                   const struct timespec_zone *zone, bool end_of_day, struct err *err) _must_check_;
void timespec_format_iso(int64_t us, char out[TIMESPEC_TEXT_MAX]);
void timespec_format_stamp(int64_t us, char out[TIMESPEC_TEXT_MAX]);
void timespec_format_local(int64_t us, const struct timespec_zone *zone,
                           char out[TIMESPEC_TEXT_MAX]);
void timespec_format_duration(int64_t us, char out[TIMESPEC_TEXT_MAX]);

#endif
