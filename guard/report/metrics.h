/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * metrics - how things stand, in the text format of Prometheus
 *
 * Valid OpenMetrics as well: families in one piece, escaped labels, an end. All are
 * gauges, since the two formats name counters differently, and since what is counted
 * here may be pruned from the store.
 */
#ifndef GUARD_REPORT_METRICS_H
#define GUARD_REPORT_METRICS_H

#include "guard/report/report.h"

struct metrics_jail {
	char *name; /* owned */
	size_t n_active;
};

struct metrics {
	const struct status *status; /* borrowed */
	struct metrics_jail *jails;
	size_t n_jails;
	size_t capacity;
	int64_t took_us;
};
#define METRICS_NULL      ((struct metrics){0})
#define _cleanup_metrics_ _cleanup_(metrics_deinit)

void metrics_deinit(struct metrics *metrics);
int metrics_count_ban(struct metrics *metrics, const char *jail) _must_check_;
int metrics_print(const struct metrics *metrics, FILE *out) _must_check_;

#endif
