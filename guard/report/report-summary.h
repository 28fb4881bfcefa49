/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report-summary - the report on a period: as text, as one page of HTML, as JSON
 */
#ifndef GUARD_REPORT_REPORT_SUMMARY_H
#define GUARD_REPORT_REPORT_SUMMARY_H

#include "guard/model/finding.h"
#include "guard/audit/summary.h"
#include "guard/report/report.h"

/* What the report is made of; all borrowed. */
struct report_summary {
	const char *host;
	const struct summary *period;
	const struct status *status; /* with the findings of `check` */
};

/* How things are, in one line and one colour. */
struct report_summary_summary {
	enum report_color color;
	char text[160];
};

void report_summary_summarize(struct report_summary_summary *out,
                              const struct report_summary *from);
bool report_summary_is_fine(const struct report_summary *from);
int report_summary_text(const struct report *report,
                        const struct report_summary *from) _must_check_;
int report_summary_json(const struct report *report,
                        const struct report_summary *from) _must_check_;
int report_summary_html(const struct report *report,
                        const struct report_summary *from) _must_check_;

#endif
