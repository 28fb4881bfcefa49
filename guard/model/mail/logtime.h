/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * logtime - when a line of a log was written, in whatever form that stands before it
 *
 * Dovecot's log_timestamp is any text of strftime(), and syslog daemons, journalctl and
 * multilog have their own ways. So there is no list of formats: the words before a
 * message are read one by one, and each must consist of pieces of a time: numbers,
 * names of months and days, a clock, an offset, seconds since the epoch, a label of
 * TAI64N (@4000…). What a number means follows from its length, from its neighbours and
 * from the calendar. Where several readings are left (03/04/26), the latest that is not
 * in the future is meant: that is right for whatever has just been written.
 *
 * Names are those of the C locale; that of a time zone is taken for this machine's.
 */
#ifndef GUARD_MODEL_MAIL_LOGTIME_H
#define GUARD_MODEL_MAIL_LOGTIME_H

#include "guard/base/timespec.h"

struct logtime_number {
	unsigned value;
	size_t digits;
};

struct logtime {
	struct logtime_number day[3]; /* what tells the day, in its order */
	unsigned n_day;
	unsigned month; /* that has a name, and is not among these; 0: none */
	char joint;     /* what stands before the last of them */
	unsigned hour, minute, second, us;
	bool clock;     /* these are known */
	int half;       /* of the day; 1: AM, 2: PM, 0: all 24 hours */
	char offset[8]; /* "Z", "+0100"; "": the place's */
	bool absolute;  /* at_us is the time, whatever the other pieces say */
	int64_t at_us;
};
#define LOGTIME_NULL ((struct logtime){.n_day = 0})

bool logtime_word(struct logtime *time, const char *word, size_t length) _must_check_;
bool logtime_get(const struct logtime *time, int64_t now_us, const struct timespec_zone *zone,
                 int64_t *out_us) _must_check_;

#endif
