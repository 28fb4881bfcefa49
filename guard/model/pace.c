// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/pace.h"

/**
 * pace_note() - it happens once more
 * @now_us: monotonic, above 0
 *
 * Return: milliseconds to wait before acting; 0: none.
 */
unsigned pace_note(struct pace *pace, int64_t now_us)
{
	int64_t oldest_us = pace->times_us[pace->next];
	int64_t last_us = pace->times_us[(pace->next + PACE_LIMIT - 1) % PACE_LIMIT];

	pace->times_us[pace->next] = now_us;
	pace->next = (pace->next + 1) % PACE_LIMIT;
	if (pace->delay_ms && now_us - last_us < PACE_QUIET_US) {
		pace->delay_ms *= 2;
		if (pace->delay_ms > PACE_DELAY_MAX_MS)
			pace->delay_ms = PACE_DELAY_MAX_MS;
	} else if (oldest_us && now_us - oldest_us < PACE_WINDOW_US &&
	           now_us - last_us < PACE_QUIET_US) {
		pace->delay_ms = PACE_DELAY_MIN_MS;
	} else {
		pace->delay_ms = 0;
	}
	return pace->delay_ms;
}
