/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report-check - the answers of `reload-guard check`
 */
#ifndef GUARD_REPORT_REPORT_CHECK_H
#define GUARD_REPORT_REPORT_CHECK_H

#include "guard/audit/checks.h"
#include "guard/report/report.h"

int report_check_names(const struct report *report) _must_check_;
int report_check(const struct report *report, const struct findings *findings,
                 const bool run[CHECKS_N], const struct picture *picture) _must_check_;

/* What monitoring systems want of a plugin: one line, and an exit status of their own. */
enum report_nagios {
	REPORT_NAGIOS_OK,
	REPORT_NAGIOS_WARNING,
	REPORT_NAGIOS_CRITICAL,
	REPORT_NAGIOS_UNKNOWN,
};

enum report_nagios report_check_nagios(const struct report *report,
                                       const struct findings *findings);
enum report_nagios report_nagios_unknown(const struct report *report, const char *why);

#endif
