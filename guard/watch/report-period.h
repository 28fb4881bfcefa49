/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report-period - the report on a period: as text, as one page of HTML, as JSON
 */
#ifndef GUARD_WATCH_REPORT_PERIOD_H
#define GUARD_WATCH_REPORT_PERIOD_H

#include "guard/model/finding.h"
#include "guard/watch/period.h"
#include "guard/watch/report.h"

/* What the report is made of; all borrowed. */
struct report_period {
	const char *host;
	const struct period *period;
	const struct report_status *status;
	const struct findings *findings; /* of `check` */
	bool findings_known;             /* false: `check` could not look */
};

/* How things are, in one line and one colour. */
struct report_period_summary {
	enum report_color color;
	char text[160];
};

void report_period_summarize(struct report_period_summary *out, const struct report_period *from);
bool report_period_is_fine(const struct report_period *from);
int report_period_text(const struct report *report, const struct report_period *from) _must_check_;
int report_period_json(const struct report *report, const struct report_period *from) _must_check_;
int report_period_html(const struct report *report, const struct report_period *from) _must_check_;

#endif
