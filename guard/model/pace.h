/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pace - the circuit breaker (law 6): how long to wait before acting once more
 *
 * Something that makes firewalld reload whenever the guard has restored would
 * keep both busy for ever. After PACE_LIMIT times within PACE_WINDOW_US each
 * further time waits, twice as long as the last, up to PACE_DELAY_MAX_MS, until
 * it has been quiet for PACE_QUIET_US.
 */
#ifndef GUARD_MODEL_PACE_H
#define GUARD_MODEL_PACE_H

#include "guard/model/util.h"

#define PACE_LIMIT        30
#define PACE_WINDOW_US    (600 * INT64_C(1000000))
#define PACE_QUIET_US     (180 * INT64_C(1000000))
#define PACE_DELAY_MIN_MS 1000
#define PACE_DELAY_MAX_MS 60000

struct pace {
	int64_t times_us[PACE_LIMIT]; /* of the latest, a ring; 0: none */
	size_t next;                  /* the oldest of them */
	unsigned delay_ms;            /* 0: not tripped */
};
#define PACE_NULL ((struct pace){0})

unsigned pace_note(struct pace *pace, int64_t now_us);

#endif
