// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The report as one page of HTML that needs nothing from elsewhere: no script, no font,
 * no picture, light or dark as the reader's system is, readable on a telephone. What
 * strangers may have written goes through put_text() and nowhere else.
 */
#include "guard/report/report-summary.h"

#include <errno.h>
#include <string.h>

#include "guard/base/text.h"

#define DAY_US (INT64_C(24) * 3600 * 1000000)

static const char style[] =
    ":root{color-scheme:light dark;--back:#fff;--fore:#1c2024;--dim:#5d666f;--line:#d8dee4;"
    "--card:#f6f8fa;--good:#1a7f37;--warn:#9a6700;--bad:#cf222e;--ban:#6e5bd0}"
    "@media(prefers-color-scheme:dark){:root{--back:#0f1419;--fore:#e6edf3;--dim:#9aa4ae;"
    "--line:#313940;--card:#171d24;--good:#57ab5a;--warn:#d4a72c;--bad:#f47067;--ban:#a899f5}}"
    "*{box-sizing:border-box}"
    "body{margin:0 auto;max-width:62rem;padding:1.2rem;background:var(--back);color:var(--fore);"
    "font:1rem/1.5 system-ui,sans-serif}"
    "h1{font-size:1.35rem;margin:0}h2{font-size:1.05rem;margin:2rem 0 .6rem}"
    "p{margin:.3rem 0}.dim{color:var(--dim)}.good{color:var(--good)}.warn{color:var(--warn)}"
    ".bad{color:var(--bad)}"
    ".summary{font-size:1.1rem;font-weight:600;border-left:.3rem solid;padding:.4rem .8rem;"
    "margin:1rem 0;background:var(--card)}"
    ".tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:.6rem}"
    ".tile{background:var(--card);border:1px solid var(--line);border-radius:.4rem;padding:.6rem "
    ".8rem}"
    ".tile b{display:block;font-size:1.5rem;line-height:1.2}"
    ".lane{display:grid;grid-template-columns:5.5rem 1fr;align-items:center;margin:.25rem 0}"
    ".lane>span{color:var(--dim);font-size:.85rem}"
    ".lane svg{display:block;width:100%;height:2.6rem;background:var(--card);border-radius:.2rem}"
    ".axis{display:flex;justify-content:space-between;margin-left:5.5rem;font-size:.8rem;"
    "color:var(--dim)}"
    ".scroll{overflow-x:auto}"
    "table{border-collapse:collapse;width:100%;font-size:.92rem}"
    "th{text-align:left;font-weight:600;color:var(--dim)}"
    "th,td{padding:.35rem .7rem .35rem 0;border-bottom:1px solid var(--line);"
    "vertical-align:top}"
    "td.number,th.number{text-align:right;font-variant-numeric:tabular-nums}"
    "time{white-space:nowrap}"
    ".finding{border:1px solid var(--line);border-left-width:.3rem;border-radius:.3rem;"
    "padding:.5rem .8rem;margin:.5rem 0;overflow-wrap:anywhere}"
    ".finding.error{border-left-color:var(--bad)}.finding.warning{border-left-color:var(--warn)}"
    ".finding.unknown{border-left-color:var(--dim)}"
    "code{font:0.88rem ui-monospace,monospace;background:var(--card);border-radius:.2rem;"
    "padding:.1rem .3rem;overflow-wrap:anywhere}"
    ".finding code{display:block;margin-top:.4rem;padding:.4rem .5rem}"
    "@media(max-width:40rem){body{padding:.8rem}.axis .far{display:none}"
    ".lane{grid-template-columns:1fr}.axis{margin-left:0}"
    "table.cards thead{display:none}"
    "table.cards tr{display:block;border-bottom:1px solid var(--line);padding:.4rem 0}"
    "table.cards td{display:flex;justify-content:space-between;gap:1rem;border:0;padding:.1rem 0;"
    "text-align:right}"
    "table.cards td::before{content:attr(data-name);color:var(--dim);text-align:left}}"
    "@media print{body{max-width:none}}";

/* --- text of strangers ------------------------------------------------------------------- */

static void put_text(FILE *out, const char *text)
{
	_cleanup_free_ char *escaped = NULL;

	if (text_escape_new(&escaped, text) < 0)
		return;
	for (const char *at = escaped; *at; at++) {
		switch (*at) {
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '&':
			fputs("&amp;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		case '\'':
			fputs("&#39;", out);
			break;
		default:
			fputc(*at, out);
			break;
		}
	}
}

static void put_time(const struct report *report, int64_t us)
{
	char iso[TIMESPEC_TEXT_MAX], local[TIMESPEC_TEXT_MAX];

	timespec_format_iso(us, iso);
	timespec_format_local(us, report->zone, local);
	fprintf(report->out, "<time datetime=\"%s\">%s</time>", iso, local);
}

static const char *class_of(enum report_color color)
{
	static const char *const classes[REPORT_N_COLORS] = {[REPORT_PLAIN] = "",
	                                                     [REPORT_GOOD] = "good",
	                                                     [REPORT_WARN] = "warn",
	                                                     [REPORT_BAD] = "bad",
	                                                     [REPORT_DIM] = "dim"};

	return classes[color];
}

/* --- the head ---------------------------------------------------------------------------- */

static void put_tile(FILE *out, const char *class, const char *value, const char *name)
{
	fprintf(out, "<div class=\"tile\"><b class=\"%s\">%s</b>%s</div>\n", class, value, name);
}

static void put_number_tile(FILE *out, const char *class, size_t value, const char *name)
{
	char text[32];

	snprintf(text, sizeof(text), "%zu", value);
	put_tile(out, class, text, name);
}

static void put_tiles(FILE *out, const struct report_summary *from)
{
	const struct summary *period = from->period;
	size_t lost = summary_n_lost(period), restored = summary_n_restored(period);
	int64_t longest_us = 0;
	char longest[TIMESPEC_TEXT_MAX] = "none";

	for (size_t i = 0; i < period->n_wipes; i++)
		if (summary_outage_us(period, &period->wipes[i]) > longest_us)
			longest_us = summary_outage_us(period, &period->wipes[i]);
	if (longest_us)
		timespec_format_duration(longest_us, longest);
	fputs("<div class=\"tiles\">\n", out);
	put_number_tile(out, "", period->n_wipes, "reloads and restarts");
	put_number_tile(out, "", lost, "items lost");
	put_number_tile(out, restored < lost ? "bad" : "", restored, "restored");
	put_tile(out, longest_us > 5000000 ? "bad" : "", longest, "longest outage of mail");
	put_number_tile(out, "", period->n_bans, "bans");
	put_number_tile(out, "", period->n_active, "of them active");
	fputs("</div>\n", out);
}

static void put_head(const struct report *report, const struct report_summary *from)
{
	struct report_summary_summary summary;
	FILE *out = report->out;

	report_summary_summarize(&summary, from);
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>",
	      out);
	fputs("reload-guard on ", out);
	put_text(out, from->host);
	fprintf(out, "</title>\n<style>%s</style>\n</head>\n<body>\n<h1>", style);
	put_text(out, from->host);
	fputs("</h1>\n<p class=\"dim\">What happened to mail behind firewalld from ", out);
	put_time(report, from->period->since_us);
	fputs(" to ", out);
	put_time(report, from->period->until_us);
	fprintf(out, "</p>\n<p class=\"summary %s\">", class_of(summary.color));
	put_text(out, summary.text);
	fputs("</p>\n", out);
	put_tiles(out, from);
}

/* --- the time line ----------------------------------------------------------------------- */

#define LINE_WIDTH  1000.0
#define LINE_HEIGHT 40.0

static double place_of(const struct summary *period, int64_t us)
{
	return (double)(us - period->since_us) / (double)(period->until_us - period->since_us) *
	       LINE_WIDTH;
}

static void put_bar(FILE *out, double x, double width, double height, const char *color)
{
	fprintf(out,
	        "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"var(--%s)\">", x,
	        LINE_HEIGHT - height, width, height, color);
}

static void begin_lane(FILE *out, const char *name)
{
	fprintf(out,
	        "<div class=\"lane\"><span>%s</span><svg viewBox=\"0 0 %.0f %.0f\" "
	        "preserveAspectRatio=\"none\" role=\"img\" aria-label=\"%s over time\">",
	        name, LINE_WIDTH, LINE_HEIGHT, name);
}

static void end_lane(FILE *out)
{
	fputs("</svg></div>\n", out);
}

static void put_wipes_lane(const struct report *report, const struct summary *period)
{
	FILE *out = report->out;

	begin_lane(out, "Reloads");
	for (size_t i = 0; i < period->n_wipes; i++) {
		const struct summary_wipe *wipe = &period->wipes[i];

		put_bar(out, place_of(period, wipe->at_us) - 1.5, 3.0, LINE_HEIGHT,
		        wipe->n_restored < wipe->n_lost ? "bad" : "warn");
		fputs("<title>", out);
		put_text(out, wipe->kind);
		fputs(": ", out);
		put_text(out, wipe->cause);
		fputs("</title></rect>", out);
	}
	end_lane(out);
}

/* Outages are short: none is thinner than what can be seen. */
static void put_outages_lane(const struct report *report, const struct summary *period)
{
	FILE *out = report->out;

	begin_lane(out, "Mail shut");
	for (size_t i = 0; i < period->n_wipes; i++) {
		int64_t outage_us = summary_outage_us(period, &period->wipes[i]);
		double x = place_of(period, period->wipes[i].at_us);
		double width = place_of(period, period->since_us + outage_us);
		char text[TIMESPEC_TEXT_MAX];

		if (!outage_us)
			continue;
		timespec_format_duration(outage_us, text);
		put_bar(out, x, width < 2.0 ? 2.0 : width, LINE_HEIGHT, "bad");
		fprintf(out, "<title>%s</title></rect>", text);
	}
	end_lane(out);
}

static void put_bans_lane(const struct report *report, const struct summary *period)
{
	double width = LINE_WIDTH / SUMMARY_BUCKETS;
	FILE *out = report->out;
	size_t most = 1;

	for (size_t i = 0; i < SUMMARY_BUCKETS; i++)
		if (period->buckets[i] > most)
			most = period->buckets[i];
	begin_lane(out, "Bans");
	for (size_t i = 0; i < SUMMARY_BUCKETS; i++) {
		if (!period->buckets[i])
			continue;
		put_bar(out, (double)i * width + 1.0, width - 2.0,
		        LINE_HEIGHT * (double)period->buckets[i] / (double)most, "ban");
		fprintf(out, "<title>%zu</title></rect>", period->buckets[i]);
	}
	end_lane(out);
}

/* Five times; on a narrow screen the first, the middle and the last. */
static void put_axis(const struct report *report, const struct summary *period)
{
	int64_t length_us = period->until_us - period->since_us;
	FILE *out = report->out;

	fputs("<div class=\"axis\">", out);
	for (int i = 0; i <= 4; i++) {
		char text[TIMESPEC_TEXT_MAX];

		timespec_format_local(period->since_us + length_us / 4 * i, report->zone, text);
		/* of "2026-11-21 20:34:05" the day, or the day and the minute */
		text[length_us > 3 * DAY_US ? 10 : 16] = '\0';
		fprintf(out, "<span%s>%s</span>", i % 2 ? " class=\"far\"" : "", text);
	}
	fputs("</div>\n", out);
}

static void put_timeline(const struct report *report, const struct summary *period)
{
	fputs("<h2>Time line</h2>\n", report->out);
	put_wipes_lane(report, period);
	put_outages_lane(report, period);
	put_bans_lane(report, period);
	put_axis(report, period);
}

/* --- the tables -------------------------------------------------------------------------- */

static void put_headings(FILE *out, const char *const *headings, size_t n)
{
	fputs("<div class=\"scroll\"><table class=\"cards\"><thead><tr>", out);
	for (size_t i = 0; i < n; i++)
		fprintf(out, "<th>%s</th>", headings[i]);
	fputs("</tr></thead><tbody>\n", out);
}

static void put_number(FILE *out, const char *name, const char *class, size_t value)
{
	fprintf(out, "<td data-name=\"%s\" class=\"%s\">%zu</td>", name, class, value);
}

static void put_duration(FILE *out, const char *name, int64_t us)
{
	char text[TIMESPEC_TEXT_MAX] = "–";

	if (us)
		timespec_format_duration(us, text);
	fprintf(out, "<td data-name=\"%s\">%s</td>", name, text);
}

static void put_wipe(const struct report *report, const struct summary *period,
                     const struct summary_wipe *wipe)
{
	FILE *out = report->out;

	fputs("<tr><td data-name=\"Time\">", out);
	put_time(report, wipe->at_us);
	fputs("</td><td data-name=\"What\">", out);
	put_text(out, wipe->kind);
	fputs("</td>", out);
	put_number(out, "Lost", "", wipe->n_lost);
	put_number(out, "Restored", wipe->n_restored < wipe->n_lost ? "bad" : "good",
	           wipe->n_restored);
	put_duration(out, "Mail shut", summary_outage_us(period, wipe));
	put_duration(out, "All back in", wipe->restored_us ? wipe->restored_us - wipe->at_us : 0);
	fputs("<td data-name=\"Cause\">", out);
	put_text(out, wipe->cause);
	fputs("</td></tr>\n", out);
}

static void put_wipes(const struct report *report, const struct summary *period)
{
	static const char *const headings[] = {"Time",      "What",        "Lost", "Restored",
	                                       "Mail shut", "All back in", "Cause"};

	fputs("<h2>Reloads, restarts and reboots</h2>\n", report->out);
	if (period->n_wipes == 0) {
		fputs("<p>No reload, restart or reboot took anything.</p>\n", report->out);
		return;
	}
	put_headings(report->out, headings, ARRAY_SIZE(headings));
	for (size_t i = 0; i < period->n_wipes; i++)
		put_wipe(report, period, &period->wipes[i]);
	fputs("</tbody></table></div>\n", report->out);
}

static void put_jails(FILE *out, const struct summary *period)
{
	static const char *const headings[] = {"Jail", "Bans", "Active"};

	put_headings(out, headings, ARRAY_SIZE(headings));
	for (size_t i = 0; i < period->n_jails; i++) {
		fputs("<tr><td data-name=\"Jail\">", out);
		put_text(out, period->jails[i].name);
		fputs("</td>", out);
		put_number(out, "Bans", "", period->jails[i].n_bans);
		put_number(out, "Active", "", period->jails[i].n_active);
		fputs("</tr>\n", out);
	}
	fputs("</tbody></table></div>\n", out);
}

static void put_networks(FILE *out, const struct summary *period)
{
	static const char *const headings[] = {"Network", "Bans"};
	char text[CIDR_TEXT_LENGTH];

	put_headings(out, headings, ARRAY_SIZE(headings));
	for (size_t i = 0; i < period->n_networks; i++) {
		cidr_format(&period->networks[i].cidr, text);
		fprintf(out, "<tr><td data-name=\"Network\">%s</td>", text);
		put_number(out, "Bans", "", period->networks[i].n_bans);
		fputs("</tr>\n", out);
	}
	fputs("</tbody></table></div>\n", out);
}

static void put_bans(FILE *out, const struct summary *period)
{
	fputs("<h2>Bans by jail</h2>\n", out);
	if (period->n_bans == 0) {
		fputs("<p>None.</p>\n", out);
		return;
	}
	put_jails(out, period);
	fputs("<h2>Bans by network</h2>\n", out);
	put_networks(out, period);
}

/* --- what was found ---------------------------------------------------------------------- */

static void put_command(FILE *out, const char *command)
{
	_cleanup_free_ char *marked = NULL;

	fputs("<code>", out);
	if (xasprintf(&marked, TEXT_COMMAND, command) == 0)
		put_text(out, marked);
	fputs("</code>", out);
}

static void put_finding(FILE *out, const struct finding *finding)
{
	fprintf(out, "<div class=\"finding %s\"><span class=\"dim\">",
	        finding_severity_name(finding->severity));
	put_text(out, finding->name);
	fputs("</span><br>", out);
	put_text(out, finding->text);
	if (finding->evidence) {
		fputs("<br><span class=\"dim\">", out);
		put_text(out, finding->evidence);
		fputs("</span>", out);
	}
	if (finding->command)
		put_command(out, finding->command);
	if (finding->other) {
		fputs("or: ", out);
		put_command(out, finding->other);
	}
	fputs("</div>\n", out);
}

static void put_findings(FILE *out, const struct report_summary *from)
{
	fputs("<h2>Findings</h2>\n", out);
	if (from->status->findings.n == 0 && !status_is_reached(from->status))
		fputs("<p class=\"warn\">Unknown: firewalld could not be read.</p>\n", out);
	else if (from->status->findings.n == 0)
		fputs("<p class=\"good\">None.</p>\n", out);
	for (size_t i = 0; i < from->status->findings.n; i++)
		put_finding(out, &from->status->findings.findings[i]);
}

static void put_at_risk(FILE *out, const struct status *status)
{
	bool any = false, back = false;

	fputs("<h2>The next reload would drop</h2>\n", out);
	for (size_t i = 0; i < status->n; i++) {
		_cleanup_free_ char *item = NULL;

		if (!status_item_is_at_risk(&status->items[i]) ||
		    item_format(&item, &status->items[i].item) < 0)
			continue;
		fputs(any ? " " : "<p>", out);
		fputs("<code>", out);
		put_text(out, item);
		fputs(status_item_is_leaving(&status->items[i]) ? "</code> for good" : "</code>",
		      out);
		any = true;
		back |= status_item_is_runtime_only(&status->items[i]);
	}
	if (any)
		fprintf(out, "</p>\n%s",
		        back ? "<p>To make them permanent: <code>reload-guard persist</code></p>\n"
		             : "");
	else
		fprintf(out, "<p>%s</p>\n", status_is_reached(status) ? "Nothing." : "Unknown.");
}

/** report_summary_html() - one page that needs nothing from elsewhere; Return: 0 or -EIO */
int report_summary_html(const struct report *report, const struct report_summary *from)
{
	FILE *out = report->out;

	put_head(report, from);
	put_timeline(report, from->period);
	put_findings(out, from);
	put_at_risk(out, from->status);
	put_wipes(report, from->period);
	put_bans(out, from->period);
	fputs("</body>\n</html>\n", out);
	return ferror(out) ? -EIO : 0;
}
