// SPDX-License-Identifier: GPL-2.0-or-later
/* That firewalld does not answer, since when, and from when the answer is that is given anyway. */
#include "guard/report/report-internal.h"

/** report_remembered_put() - some lines; none where the rules are known */
void report_remembered_put(const struct report *report, const struct picture *picture)
{
	char at[TIMESPEC_TEXT_MAX], ago[TIMESPEC_TEXT_MAX], since[TIMESPEC_TEXT_MAX];

	if (!picture->ruleset.remembered && !picture->ruleset.bare)
		return;
	timespec_format_local(picture->last_us, report->zone, at);
	timespec_format_duration(picture->now_us - picture->last_us, ago);
	timespec_format_local(picture->silent_since_us, report->zone, since);
	report_line(report, REPORT_WARN, "firewalld %s%s%s; %s.", picture_unreached_words(picture),
	            picture->silent_since_us ? " since " : "",
	            picture->silent_since_us ? since : "", picture_kernel_words(picture));
	if (picture->ruleset.bare)
		report_line(
		    report, REPORT_WARN,
		    "What it held is not on record. This is what the kernel has by itself:");
	else
		report_line(report, REPORT_WARN, "This is what it held at %s (%s ago):", at, ago);
	report_line(report, REPORT_PLAIN, "%s", "");
}

/** report_remembered_set() - the same in an object of JSON, which is NULL without memory */
void report_remembered_set(json_t **object, const struct picture *picture)
{
	report_json_set(object, "silent_since", report_json_time(picture->silent_since_us));
	report_json_set(object, "held_at",
	                report_json_time(picture->ruleset.remembered ? picture->last_us
	                                 : picture->result == 0      ? picture->now_us
	                                                             : 0));
}
