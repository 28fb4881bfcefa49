// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/report/report-clients.h"

#include <errno.h>

#include "guard/report/report-internal.h"

static json_t *range_json(const struct clientrange *range)
{
	char text[CIDR_TEXT_LENGTH];

	cidr_format(&range->cidr, text);
	return json_pack("{s:s, s:s, s:o, s:o, s:I, s:b}", "range", text, "source",
	                 clientrange_source_name(range->source), "note",
	                 report_json_text(range->note), "last_seen",
	                 report_json_time(range->last_seen_us), "count", (json_int_t)range->count,
	                 "effective", !range->aged);
}

static json_t *ranges_json(const struct clientranges *ranges)
{
	json_t *rows = json_array(), *troubles = json_array();

	for (size_t i = 0; rows && i < ranges->n; i++)
		report_json_append(&rows, range_json(&ranges->ranges[i]));
	for (size_t i = 0; troubles && i < ranges->troubles.n; i++)
		report_json_append(&troubles, report_json_text(ranges->troubles.strings[i]));
	return json_pack("{s:b, s:o, s:o}", "complete", ranges->complete, "troubles", troubles,
	                 "clients", rows);
}

static void put_seen(const struct report *report, struct report_table *table,
                     const struct clientrange *range, int64_t now_us)
{
	char text[TIMESPEC_TEXT_MAX];
	enum report_color color = range->aged ? REPORT_DIM : REPORT_PLAIN;

	timespec_format_local(range->last_seen_us, report->zone, text);
	report_table_cell(table, color, "%s", range->last_seen_us ? text : "");
	timespec_format_duration(now_us - range->last_seen_us, text);
	report_table_cell(table, color, "%s", range->last_seen_us ? text : "");
}

static void put_range(const struct report *report, struct report_table *table,
                      const struct clientrange *range, int64_t now_us)
{
	enum report_color color = range->aged ? REPORT_DIM : REPORT_PLAIN;
	char text[CIDR_TEXT_LENGTH];

	cidr_format(&range->cidr, text);
	report_table_cell(table, color, "%s", text);
	report_table_cell(table, color, "%s%s", clientrange_source_name(range->source),
	                  range->aged ? ", too long ago" : "");
	put_seen(report, table, range, now_us);
	if (range->count)
		report_table_cell(table, color, "%lld", (long long)range->count);
	else
		report_table_cell(table, color, "%s", "");
	report_table_cell(table, color, "%s", range->note ? range->note : "");
}

static void put_number(const struct report *report, const struct clientranges *ranges)
{
	size_t n_aged = 0;

	for (size_t i = 0; i < ranges->n; i++)
		n_aged += ranges->ranges[i].aged;
	report_line(report, REPORT_PLAIN, "Legitimate clients come from %zu range%s.",
	            ranges->n - n_aged, text_plural(ranges->n - n_aged));
	if (n_aged)
		report_line(report, REPORT_DIM, "%zu more %s seen too long ago and do%s not count.",
		            n_aged, n_aged == 1 ? "was" : "were", n_aged == 1 ? "es" : "");
	report_line(report, REPORT_PLAIN, "%s", "");
}

/** report_clients() - the answer of `clients list`; Return: 0 or -ENOMEM */
int report_clients(const struct report *report, const struct clientranges *ranges, int64_t now_us)
{
	static const char *const headings[] = {"RANGE", "SOURCE", "SEEN", "AGE", "COUNT", "NOTE"};
	_cleanup_report_table_ struct report_table table = {0};

	if (report->json)
		return report_put_document(report, ranges_json(ranges));
	if (ranges->n == 0) {
		report_line(report, REPORT_PLAIN,
		            "No client ranges are known: see clients --help.");
		return 0;
	}
	put_number(report, ranges);
	report_table_init(&table, headings, ARRAY_SIZE(headings));
	for (size_t i = 0; i < ranges->n; i++)
		put_range(report, &table, &ranges->ranges[i], now_us);
	return report_table_print(report, &table);
}

/** report_client_changed() - the answer of `clients add` and `remove`; Return: 0 or -ENOMEM */
int report_client_changed(const struct report *report, const char *what, const char *cidr,
                          const char *note)
{
	if (report->json)
		return report_put_document(report,
		                           json_pack("{s:s, s:s, s:o}", "range", cidr, "action",
		                                     what, "note", report_json_text(note)));
	report_line(report, REPORT_PLAIN, "%s: %s", what, cidr);
	return 0;
}

/** report_clients_learned() - the answer of `clients learn`; Return: 0 or -ENOMEM */
int report_clients_learned(const struct report *report, const struct logins *learned)
{
	if (report->json)
		return report_put_document(
		    report,
		    json_pack("{s:I, s:I, s:I, s:I}", "lines", (json_int_t)learned->n_lines,
		              "understood", (json_int_t)learned->n_known, "logins",
		              (json_int_t)learned->n_logins, "ranges", (json_int_t)learned->n));
	report_line(report, REPORT_PLAIN, "%llu line%s, %llu successful login%s from %zu range%s",
	            (unsigned long long)learned->n_lines, text_plural(learned->n_lines),
	            (unsigned long long)learned->n_logins, text_plural(learned->n_logins),
	            learned->n, text_plural(learned->n));
	return 0;
}
