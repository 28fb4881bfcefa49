/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report-probe - the answer of `probe`
 */
#ifndef GUARD_REPORT_REPORT_PROBE_H
#define GUARD_REPORT_REPORT_PROBE_H

#include "guard/system/host/probe.h"
#include "guard/report/report.h"

struct report_probe {
	const char *address; /* borrowed */
	unsigned port;
	const char *service; /* static or borrowed; NULL: not known */
	bool insecure;       /* who has signed its certificate does not matter */
	struct probe_result result;
};

bool report_probe_is_fine(const struct report_probe *probe);
int report_probes(const struct report *report, const char *host, const struct report_probe *probes,
                  size_t n, int64_t now_us) _must_check_;

#endif
