// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/report/report-summary.h"

#include <errno.h>
#include <string.h>

#include "guard/report/report-internal.h"

/* --- in one line ------------------------------------------------------------------------- */

/** report_summary_is_fine() - mail is open, and nothing was found that hurts or will hurt */
bool report_summary_is_fine(const struct report_summary *from)
{
	return status_is_reached(from->status) && status_n_missing(from->status) == 0 &&
	       !status_is_degraded(from->status) &&
	       findings_worst(&from->status->findings) < FINDING_UNKNOWN;
}

/** report_summary_summarize() - the first thing to read */
void report_summary_summarize(struct report_summary_summary *out, const struct report_summary *from)
{
	const struct summary *period = from->period;
	size_t lost = summary_n_lost(period), restored = summary_n_restored(period);
	const struct report_headline now = report_headline(from->status);

	out->color = now.color;
	if (period->n_wipes == 0)
		snprintf(out->text, sizeof(out->text),
		         "%s; no reload, restart or reboot took "
		         "anything",
		         now.text);
	else
		snprintf(out->text, sizeof(out->text),
		         "%s; %zu reload%s or restart%s, %zu item%s lost, %zu restored", now.text,
		         period->n_wipes, text_plural(period->n_wipes),
		         text_plural(period->n_wipes), lost, text_plural(lost), restored);
}

/* --- text -------------------------------------------------------------------------------- */

static void heading(const struct report *report, const char *text)
{
	report_line(report, REPORT_PLAIN, "%s", "");
	report_line(report, REPORT_PLAIN, "%s", text);
}

static int put_wipes(const struct report *report, const struct summary *period)
{
	static const char *const headings[] = {"TIME",      "WHAT",        "LOST", "RESTORED",
	                                       "MAIL SHUT", "ALL BACK IN", "CAUSE"};
	_cleanup_report_table_ struct report_table table;

	report_table_init(&table, headings, ARRAY_SIZE(headings));
	for (size_t i = 0; i < period->n_wipes; i++) {
		const struct summary_wipe *wipe = &period->wipes[i];
		int64_t outage_us = summary_outage_us(period, wipe);
		char at[TIMESPEC_TEXT_MAX], shut[TIMESPEC_TEXT_MAX] = "",
		                            back[TIMESPEC_TEXT_MAX] = "";

		timespec_format_local(wipe->at_us, report->zone, at);
		if (outage_us)
			timespec_format_duration(outage_us, shut);
		if (wipe->restored_us)
			timespec_format_duration(wipe->restored_us - wipe->at_us, back);
		report_table_cell(&table, REPORT_PLAIN, "%s", at);
		report_table_cell(&table, REPORT_PLAIN, "%s", wipe->kind);
		report_table_cell(&table, REPORT_PLAIN, "%zu", wipe->n_lost);
		report_table_cell(&table,
		                  wipe->n_restored < wipe->n_lost ? REPORT_BAD : REPORT_GOOD, "%zu",
		                  wipe->n_restored);
		report_table_cell(&table,
		                  wipe->n_mail_back < wipe->n_mail_lost ? REPORT_BAD : REPORT_PLAIN,
		                  "%s", shut);
		report_table_cell(&table, REPORT_PLAIN, "%s", back);
		report_table_cell(&table, REPORT_PLAIN, "%s", wipe->cause);
	}
	heading(report, "Reloads, restarts and reboots");
	if (period->n_wipes == 0) {
		report_line(report, REPORT_PLAIN, "none");
		return 0;
	}
	return report_table_print(report, &table);
}

static int put_bans(const struct report *report, const struct summary *period)
{
	static const char *const jails[] = {"JAIL", "BANS", "ACTIVE"};
	static const char *const networks[] = {"NETWORK", "BANS"};
	_cleanup_report_table_ struct report_table by_jail, by_network;
	char text[CIDR_TEXT_LENGTH];
	int r;

	report_table_init(&by_jail, jails, ARRAY_SIZE(jails));
	report_table_init(&by_network, networks, ARRAY_SIZE(networks));
	for (size_t i = 0; i < period->n_jails; i++) {
		report_table_cell(&by_jail, REPORT_PLAIN, "%s", period->jails[i].name);
		report_table_cell(&by_jail, REPORT_PLAIN, "%zu", period->jails[i].n_bans);
		report_table_cell(&by_jail, REPORT_PLAIN, "%zu", period->jails[i].n_active);
	}
	for (size_t i = 0; i < period->n_networks; i++) {
		cidr_format(&period->networks[i].cidr, text);
		report_table_cell(&by_network, REPORT_PLAIN, "%s", text);
		report_table_cell(&by_network, REPORT_PLAIN, "%zu", period->networks[i].n_bans);
	}
	heading(report, "Bans");
	if (period->n_bans == 0) {
		report_line(report, REPORT_PLAIN, "none");
		return 0;
	}
	r = report_table_print(report, &by_jail);
	report_line(report, REPORT_PLAIN, "%s", "");
	return r == 0 ? report_table_print(report, &by_network) : r;
}

static enum report_color color_of(enum finding_severity severity)
{
	static const enum report_color colors[FINDING_N_SEVERITIES] = {
	    [FINDING_INFO] = REPORT_PLAIN,
	    [FINDING_UNKNOWN] = REPORT_WARN,
	    [FINDING_WARNING] = REPORT_WARN,
	    [FINDING_ERROR] = REPORT_BAD,
	};

	return colors[severity];
}

static void put_findings(const struct report *report, const struct report_summary *from)
{
	heading(report, "Findings");
	/* a firewalld that could not be read is a finding, unless that check is skipped */
	if (from->status->findings.n == 0 && !status_is_reached(from->status))
		report_line(report, REPORT_WARN, "unknown: firewalld could not be read");
	else if (from->status->findings.n == 0)
		report_line(report, REPORT_GOOD, "none");
	for (size_t i = 0; i < from->status->findings.n; i++) {
		const struct finding *finding = &from->status->findings.findings[i];

		report_line(report, color_of(finding->severity), "%s: %s: %s",
		            finding_severity_name(finding->severity), finding->name, finding->text);
		if (finding->command)
			report_command(report, REPORT_PLAIN, "    ", finding->command);
		if (finding->other)
			report_command(report, REPORT_PLAIN, "    or: ", finding->other);
	}
}

static int put_at_risk(const struct report *report, const struct status *status)
{
	bool any = false, back = false;

	heading(report, "The next reload would drop");
	for (size_t i = 0; i < status->n; i++) {
		_cleanup_free_ char *item = NULL;

		if (!status_item_is_at_risk(&status->items[i]))
			continue;
		if (item_format(&item, &status->items[i].item) < 0)
			return -ENOMEM;
		report_line(report, REPORT_PLAIN, "%s%s", item,
		            status_item_is_leaving(&status->items[i]) ? ", for good" : "");
		any = true;
		back |= status_item_is_runtime_only(&status->items[i]);
	}
	if (back || !any)
		report_line(report, REPORT_PLAIN, "%s",
		            back ? "to make them permanent: reload-guard persist"
		                 : (status_is_reached(status) ? "nothing" : "unknown"));
	return 0;
}

/**
 * report_summary_text() - for a terminal, and the plain part of a mail
 *
 * Return: 0 or -ENOMEM.
 */
int report_summary_text(const struct report *report, const struct report_summary *from)
{
	char since[TIMESPEC_TEXT_MAX], until[TIMESPEC_TEXT_MAX];
	struct report_summary_summary summary;
	int r;

	report_summary_summarize(&summary, from);
	timespec_format_local(from->period->since_us, report->zone, since);
	timespec_format_local(from->period->until_us, report->zone, until);
	report_line(report, REPORT_PLAIN, "reload-guard on %s, from %s to %s", from->host, since,
	            until);
	report_line(report, summary.color, "%s", summary.text);
	r = put_wipes(report, from->period);
	if (r == 0)
		r = put_bans(report, from->period);
	if (r == 0)
		put_findings(report, from);
	return r == 0 ? put_at_risk(report, from->status) : r;
}

/* --- JSON -------------------------------------------------------------------------------- */

static json_t *wipes_json(const struct summary *period)
{
	json_t *rows = json_array();

	for (size_t i = 0; rows && i < period->n_wipes; i++) {
		const struct summary_wipe *wipe = &period->wipes[i];

		report_json_append(
		    &rows,
		    json_pack("{s:I, s:o, s:o, s:o, s:i, s:i, s:i, s:i, s:f, s:o}", "id",
		              (json_int_t)wipe->id, "at", report_json_time(wipe->at_us), "kind",
		              report_json_text(wipe->kind), "cause", report_json_text(wipe->cause),
		              "lost", (int)wipe->n_lost, "restored", (int)wipe->n_restored,
		              "failed", (int)wipe->n_failed, "mail_lost", (int)wipe->n_mail_lost,
		              "mail_shut_ms", (double)summary_outage_us(period, wipe) / 1e3,
		              "restored_at", report_json_time(wipe->restored_us)));
	}
	return rows;
}

static json_t *bans_json(const struct summary *period)
{
	json_t *jails = json_array(), *networks = json_array();
	char text[CIDR_TEXT_LENGTH];

	for (size_t i = 0; jails && i < period->n_jails; i++)
		report_json_append(&jails, json_pack("{s:o, s:i, s:i}", "jail",
		                                     report_json_text(period->jails[i].name),
		                                     "bans", (int)period->jails[i].n_bans, "active",
		                                     (int)period->jails[i].n_active));
	for (size_t i = 0; networks && i < period->n_networks; i++) {
		cidr_format(&period->networks[i].cidr, text);
		report_json_append(&networks, json_pack("{s:s, s:i}", "network", text, "bans",
		                                        (int)period->networks[i].n_bans));
	}
	return json_pack("{s:i, s:i, s:o, s:o}", "bans", (int)period->n_bans, "active",
	                 (int)period->n_active, "jails", jails, "networks", networks);
}

static json_t *at_risk_json(const struct status *status)
{
	json_t *rows = json_array();

	for (size_t i = 0; rows && i < status->n; i++)
		if (status_item_is_at_risk(&status->items[i]))
			report_json_append(&rows, report_json_item(&status->items[i].item));
	return rows;
}

/** report_summary_json() - one document; Return: 0 or -ENOMEM */
int report_summary_json(const struct report *report, const struct report_summary *from)
{
	struct report_summary_summary summary;

	report_summary_summarize(&summary, from);
	return report_put_document(
	    report, json_pack("{s:o, s:o, s:o, s:b, s:s, s:o, s:o, s:o, s:o}", "host",
	                      report_json_text(from->host), "since",
	                      report_json_time(from->period->since_us), "until",
	                      report_json_time(from->period->until_us), "fine",
	                      report_summary_is_fine(from), "summary", summary.text, "wipes",
	                      wipes_json(from->period), "bans", bans_json(from->period), "findings",
	                      report_findings_json(&from->status->findings), "at_risk",
	                      at_risk_json(from->status)));
}
