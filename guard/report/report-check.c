// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/report/report-check.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "guard/base/text.h"
#include "guard/report/report-internal.h"

static json_t *names_json(void)
{
	json_t *rows = json_array();

	for (size_t i = 0; rows && i < CHECKS_N; i++)
		report_json_append(&rows, json_pack("{s:s, s:s}", "name", checks[i]->name, "help",
		                                    checks[i]->help));
	return json_pack("{s:o}", "checks", rows);
}

/** report_check_names() - the answer of `check --list`; Return: 0 or -ENOMEM */
int report_check_names(const struct report *report)
{
	static const char *const headings[] = {"CHECK", "LOOKS FOR"};
	_cleanup_report_table_ struct report_table table = {0};

	if (report->json)
		return report_put_document(report, names_json());
	report_table_init(&table, headings, ARRAY_SIZE(headings));
	for (size_t i = 0; i < CHECKS_N; i++) {
		report_table_cell(&table, REPORT_PLAIN, "%s", checks[i]->name);
		report_table_cell(&table, REPORT_PLAIN, "%s", checks[i]->help);
	}
	return report_table_print(report, &table);
}

static json_t *finding_json(const struct finding *finding)
{
	return json_pack(
	    "{s:s, s:s, s:o, s:o, s:o, s:o}", "name", finding->name, "severity",
	    finding_severity_name(finding->severity), "text", report_json_text(finding->text),
	    "evidence", report_json_text(finding->evidence), "command",
	    report_json_text(finding->command), "or", report_json_text(finding->other));
}

/** report_findings_json() - an array; NULL without memory */
json_t *report_findings_json(const struct findings *findings)
{
	json_t *rows = json_array();

	for (size_t i = 0; rows && i < findings->n; i++)
		report_json_append(&rows, finding_json(&findings->findings[i]));
	return rows;
}

static json_t *check_json(const struct findings *findings, const bool run[CHECKS_N],
                          const struct picture *picture)
{
	json_t *names = json_array();

	for (size_t i = 0; names && i < CHECKS_N; i++)
		if (run[i])
			report_json_append(&names, json_string(checks[i]->name));
	return json_pack("{s:b, s:o, s:o, s:o, s:o}", "ok",
	                 findings_worst(findings) < FINDING_UNKNOWN, "at",
	                 report_json_time(picture->now_us), "silent_since",
	                 report_json_time(picture->silent_since_us), "checks", names, "findings",
	                 report_findings_json(findings));
}

static enum report_color color_of(enum finding_severity severity)
{
	switch (severity) {
	case FINDING_ERROR:
		return REPORT_BAD;
	case FINDING_WARNING:
	case FINDING_UNKNOWN:
		return REPORT_WARN;
	case FINDING_INFO:
	case FINDING_N_SEVERITIES:
		break;
	}
	return REPORT_PLAIN;
}

/** report_findings_put() - each with its details, and with the commands as they are typed */
void report_findings_put(const struct report *report, const struct findings *findings)
{
	for (size_t i = 0; i < findings->n; i++) {
		const struct finding *finding = &findings->findings[i];

		report_line(report, color_of(finding->severity), "%s: %s: %s",
		            finding_severity_name(finding->severity), finding->name, finding->text);
		if (finding->evidence)
			report_line(report, REPORT_PLAIN, "  details: %s", finding->evidence);
		if (finding->command)
			report_command(report, REPORT_PLAIN, "  fix: ", finding->command);
		if (finding->other)
			report_command(report, REPORT_PLAIN, "  or: ", finding->other);
	}
}

/* "2 problems: 1 error, 1 warning; 3 notes" */
static void put_findings_headline(const struct report *report, const struct findings *findings)
{
	static const char *const words[] = {[FINDING_INFO] = "note",
	                                    [FINDING_UNKNOWN] = "unknown",
	                                    [FINDING_WARNING] = "warning",
	                                    [FINDING_ERROR] = "error"};
	size_t n[FINDING_N_SEVERITIES] = {0}, problems, at = 0;
	char text[128];

	for (size_t i = 0; i < findings->n; i++)
		n[findings->findings[i].severity]++;
	problems = findings->n - n[FINDING_INFO];
	if (problems == 0)
		at += (size_t)snprintf(text, sizeof(text), "No problem");
	else
		at += (size_t)snprintf(text, sizeof(text), "%zu problem%s", problems,
		                       text_plural(problems));
	for (unsigned i = FINDING_N_SEVERITIES; i-- > 0;)
		if (n[i])
			at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%zu %s%s",
			                       i == FINDING_INFO               ? "; "
			                       : findings_worst(findings) == i ? ": "
			                                                       : ", ",
			                       n[i], words[i],
			                       i == FINDING_UNKNOWN ? "" : text_plural(n[i]));
	report_line(report, color_of(findings_worst(findings)), "%s.", text);
	report_line(report, REPORT_PLAIN, "%s", "");
}

/**
 * report_check() - the answer of `check`
 * @run: which checks were made
 * @picture: of what
 *
 * Return: 0 or -ENOMEM.
 */
int report_check(const struct report *report, const struct findings *findings,
                 const bool run[CHECKS_N], const struct picture *picture)
{
	size_t n = 0;

	if (report->json)
		return report_put_document(report, check_json(findings, run, picture));
	for (size_t i = 0; i < CHECKS_N; i++)
		n += run[i];
	if (findings->n > 0)
		put_findings_headline(report, findings);
	report_findings_put(report, findings);
	if (findings->n == 0)
		report_line(report, REPORT_GOOD, "nothing found (%zu check%s)", n, text_plural(n));
	return 0;
}

/* --- for monitoring ---------------------------------------------------------------------- */

/* More than these do not fit on a screen of problems; their number is told. */
#define NAGIOS_TOLD_MAX 5

static const char *const nagios_names[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};

/* What is behind a bar is taken for figures. */
static void put_nagios(const struct report *report, const char *text)
{
	char line[1024];

	text_escape(line, sizeof(line), text);
	for (char *at = strchr(line, '|'); at; at = strchr(at, '|'))
		*at = '/';
	fputs(line, report->out);
}

/* How many findings of a check, for the first of them; 0: it is not the first. */
static size_t count_named(const struct findings *findings, size_t index)
{
	const char *name = findings->findings[index].name;
	size_t n = 0;

	for (size_t i = 0; i < findings->n; i++) {
		if (findings->findings[i].severity <= FINDING_INFO ||
		    strcmp(findings->findings[i].name, name) != 0)
			continue;
		if (i < index)
			return 0;
		n++;
	}
	return n;
}

/* Each check is told once, with its gravest finding. */
static void put_problems(const struct report *report, const struct findings *findings,
                         size_t problems)
{
	size_t told = 0, names = 0;

	for (size_t i = 0; i < problems; i++) {
		size_t n = count_named(findings, i);

		if (n == 0 || names == NAGIOS_TOLD_MAX)
			continue;
		fprintf(report->out, "%s%s", names++ == 0 ? ": " : "; ",
		        findings->findings[i].name);
		if (n > 1)
			fprintf(report->out, " (%zu)", n);
		fputs(": ", report->out);
		put_nagios(report, findings->findings[i].text);
		told += n;
	}
	if (told < problems)
		fprintf(report->out, "; and %zu more", problems - told);
}

static enum report_nagios nagios_of(const struct findings *findings)
{
	switch (findings_worst(findings)) {
	case FINDING_ERROR:
		return REPORT_NAGIOS_CRITICAL;
	case FINDING_WARNING:
		return REPORT_NAGIOS_WARNING;
	case FINDING_UNKNOWN:
		return REPORT_NAGIOS_UNKNOWN;
	case FINDING_INFO:
	case FINDING_N_SEVERITIES:
		break;
	}
	return REPORT_NAGIOS_OK;
}

/**
 * report_check_nagios() - the answer of `check`, as the one line of a plugin
 * @findings: the worst first
 *
 * "RELOAD-GUARD CRITICAL - 2 problems: lost: …; panic: … | problems=2;0 errors=2;;0 …".
 *
 * Return: the exit status that goes with it.
 */
enum report_nagios report_check_nagios(const struct report *report, const struct findings *findings)
{
	enum report_nagios status = nagios_of(findings);
	size_t n[FINDING_N_SEVERITIES] = {0}, problems = 0;

	for (size_t i = 0; i < findings->n; i++) {
		n[findings->findings[i].severity]++;
		problems += findings->findings[i].severity > FINDING_INFO;
	}
	fprintf(report->out, "RELOAD-GUARD %s - ", nagios_names[status]);
	if (problems == 0)
		fputs("nothing found", report->out);
	else
		fprintf(report->out, "%zu problem%s", problems, text_plural(problems));
	put_problems(report, findings, problems);
	fprintf(report->out, " | problems=%zu;0 errors=%zu;;0 warnings=%zu;0 unknown=%zu\n",
	        problems, n[FINDING_ERROR], n[FINDING_WARNING], n[FINDING_UNKNOWN]);
	return status;
}

/** report_nagios_unknown() - the same where nothing could be looked at */
enum report_nagios report_nagios_unknown(const struct report *report, const char *why)
{
	fprintf(report->out, "RELOAD-GUARD %s - ", nagios_names[REPORT_NAGIOS_UNKNOWN]);
	put_nagios(report, why);
	fputc('\n', report->out);
	return REPORT_NAGIOS_UNKNOWN;
}

/* --- in the status ----------------------------------------------------------------------- */

/** report_mismatch_json() - how many of each kind; null: not known */
json_t *report_mismatch_json(const struct status *status)
{
	json_t *counts = json_object();

	for (unsigned i = 0; i < MISMATCH_N_KINDS; i++)
		report_json_set(&counts, mismatch_kind_name((enum mismatch_kind)i),
		                json_integer((json_int_t)status->counts.mismatch.n[i]));
	if (status->counts.mismatch_known)
		return counts;
	json_decref(counts);
	return json_null();
}

/** report_mismatch_put() - a line, where there is something to say */
void report_mismatch_put(const struct report *report, const struct status *status)
{
	char text[256];
	size_t at = 0;

	for (unsigned i = 0; status->counts.mismatch_known && i < MISMATCH_N_KINDS; i++)
		if (status->counts.mismatch.n[i])
			at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%s: %zu",
			                       at ? ", " : "",
			                       mismatch_kind_name((enum mismatch_kind)i),
			                       status->counts.mismatch.n[i]);
	if (at)
		report_line(report, REPORT_WARN, "mismatch   %s; see: reload-guard check", text);
}
