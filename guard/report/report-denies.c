// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "guard/report/report-internal.h"

/* --- JSON ---------------------------------------------------------------------------------- */

/** report_count_json() - beyond what every program can count it is the nearest that it can */
json_t *report_count_json(const struct conflict_count *count)
{
	if (count->high == 0 && count->low <= (UINT64_C(1) << 53))
		return json_integer((json_int_t)count->low);
	return json_real((double)count->high * 18446744073709551616.0 + (double)count->low);
}

static json_t *networks_json(const struct denylist_row *row)
{
	json_t *array = json_array();

	for (size_t i = 0; array && i < row->n_networks; i++) {
		char text[CIDR_TEXT_LENGTH];

		cidr_format(&row->networks[i]->cidr, text);
		report_json_append(&array,
		                   json_pack("{s:s, s:o}", "network", text, "interface",
		                             report_json_text(row->networks[i]->interface)));
	}
	return array;
}

static json_t *row_json(const struct denylist_row *row)
{
	const struct conflict *conflict = row->conflict;
	const struct ruleset_zone *zone = conflict->zone;

	return json_pack(
	    "{s:s, s:o, s:o, s:o, s:o, s:o, s:I, s:o, s:b, s:o, s:b, s:o, s:I, s:o, s:o}", "kind",
	    conflict_kind_name(conflict->kind), "denied", report_json_text(row->whom), "where",
	    report_json_text(row->where), "zone",
	    report_json_text(zone && !zone->is_policy ? zone->name : NULL), "policy",
	    report_json_text(zone && zone->is_policy ? zone->name : NULL), "addresses",
	    conflict->unknown ? json_null() : report_count_json(&conflict->covers), "rules",
	    (json_int_t)row->n_rules, "jail", report_json_text(row->jail), "other_jails",
	    row->more_jails, "until", report_json_time(row->until_us), "permanent", row->permanent,
	    "networks", networks_json(row), "logins", (json_int_t)row->n_logins, "effective",
	    row->judged ? json_boolean(row->effective) : json_null(), "why_not",
	    report_json_text(row->why_not));
}

/** report_denies_json() - all of them, the widest first */
json_t *report_denies_json(const struct denylist *denies)
{
	json_t *rows = json_array();

	for (size_t i = 0; rows && i < denies->n; i++)
		report_json_append(&rows, row_json(&denies->rows[i]));
	return rows;
}

/* --- text ---------------------------------------------------------------------------------- */

/* So many are told one by one. */
#define SHOWN_MAX 40

/* Of a list in a line. */
#define NETWORKS_MAX 2

/* In ten places: beyond a thousand millions the power of two at or below it. */
static void format_count(const struct conflict *conflict, char out[16])
{
	const struct conflict_count *count = &conflict->covers;
	unsigned bits = 0;

	if (conflict->unknown) {
		strcpy(out, "?");
		return;
	}
	if (count->high == 0 && count->low < UINT64_C(10000000000)) {
		snprintf(out, 16, "%" PRIu64, count->low);
		return;
	}
	for (uint64_t rest = count->high ? count->high : count->low; rest > 1; rest >>= 1)
		bits++;
	snprintf(out, 16, "%s2^%u",
	         (count->high & (count->high - 1)) ||
	                 (count->high ? count->low != 0 : (count->low & (count->low - 1)) != 0)
	             ? ">"
	             : "",
	         bits + (count->high ? 64 : 0));
}

static void put_line(const struct report *report, const struct denylist_row *row)
{
	char count[16];

	format_count(row->conflict, count);
	report_line(report,
	            denylist_is_idle(row) ? REPORT_DIM
	            : denylist_hits(row)  ? REPORT_WARN
	                                  : REPORT_PLAIN,
	            "%10s  %s %s%s%s%s%s", count, row->whom, row->where,
	            row->jail ? ", by jail " : "", row->jail ? row->jail : "",
	            row->more_jails ? " and others" : "", row->permanent ? ", permanent" : "");
}

static size_t add_networks(char *text, size_t size, const struct denylist_row *row)
{
	size_t n = 0;

	for (size_t i = 0; i < row->n_networks && i < NETWORKS_MAX; i++) {
		char network[CIDR_TEXT_LENGTH];

		cidr_format(&row->networks[i]->cidr, network);
		n += (size_t)snprintf(text + n, size - n, "%s%s (%s)", i ? ", " : "", network,
		                      row->networks[i]->interface);
	}
	if (row->n_networks > NETWORKS_MAX)
		n += (size_t)snprintf(text + n, size - n, ", %zu more networks",
		                      row->n_networks - NETWORKS_MAX);
	return n;
}

static void put_hits(const struct report *report, const struct denylist_row *row)
{
	char text[256] = "";
	size_t n = add_networks(text, sizeof(text), row);

	if (row->n_logins > 0)
		snprintf(text + n, sizeof(text) - n, "%s%zu address%s that logged in lately",
		         n ? ", " : "", row->n_logins, row->n_logins == 1 ? "" : "es");
	report_line(report, denylist_is_idle(row) ? REPORT_DIM : REPORT_BAD, "%10s  hits %s", "",
	            text);
	if (denylist_is_idle(row) && row->why_not)
		report_line(report, REPORT_DIM, "%10s  without effect: %s", "", row->why_not);
	if (!row->whole || denylist_is_idle(row))
		return;
	cidr_format(row->whole, text);
	report_line(report, REPORT_PLAIN, "%10s  if clients are there: reload-guard clients add %s",
	            "", text);
}

static void put_row(const struct report *report, const struct denylist_row *row)
{
	put_line(report, row);
	if (denylist_hits(row))
		put_hits(report, row);
}

/* One address, which is nobody near. */
static bool is_single(const struct denylist_row *row)
{
	return !row->conflict->unknown && row->conflict->covers.high == 0 &&
	       row->conflict->covers.low <= 1 && !denylist_hits(row);
}

static bool is_of(const struct denylist_row *row, const struct denylist_row *like)
{
	return is_single(row) && strcmp(row->where, like->where) == 0 &&
	       strcmp(row->jail ? row->jail : "", like->jail ? like->jail : "") == 0;
}

static void put_sum(const struct report *report, const struct denylist *denies, size_t first)
{
	const struct denylist_row *like = &denies->rows[first];
	size_t n = 0;

	for (size_t i = first; i < denies->n; i++)
		n += is_of(&denies->rows[i], like);
	report_line(report, REPORT_PLAIN, "%10zu  single address%s %s%s%s", n, n == 1 ? "" : "es",
	            like->where, like->jail ? ", by jail " : "", like->jail ? like->jail : "");
}

static bool is_first(const struct denylist *denies, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (is_of(&denies->rows[i], &denies->rows[at]))
			return false;
	return true;
}

struct put {
	size_t shown, idle, left;
};

/* Those that hit somebody come first, whatever their width. */
static void put_rows(const struct report *report, const struct denylist *denies, bool hits,
                     bool all, struct put *put)
{
	for (size_t i = 0; i < denies->n; i++) {
		const struct denylist_row *row = &denies->rows[i];

		if ((denylist_hits(row) && !denylist_is_idle(row)) != hits ||
		    (is_single(row) && !all))
			continue;
		if (denylist_is_idle(row) && !all)
			put->idle++;
		else if (put->shown >= SHOWN_MAX && !all)
			put->left++;
		else if (++put->shown)
			put_row(report, row);
	}
}

static void put_rest(const struct report *report, const struct denylist *denies,
                     const struct put *put)
{
	for (size_t i = 0; i < denies->n; i++)
		if (is_single(&denies->rows[i]) && is_first(denies, i))
			put_sum(report, denies, i);
	if (put->left)
		report_line(report, REPORT_DIM, "%10zu  more like these; --all lists them",
		            put->left);
	if (put->idle)
		report_line(report, REPORT_DIM,
		            "%10zu  more without effect on mail; --all lists them", put->idle);
}

/**
 * report_denies_put() - everything that denies, and who of those near it hits
 * @all: each of them; else what is alike and hits nobody is told as a number
 */
void report_denies_put(const struct report *report, const struct denylist *denies,
                       const struct picture *picture, bool all)
{
	struct put put = {0};

	if (denies->n > 0)
		report_line(report, REPORT_DIM, "%10s  WHO IS DENIED, WHERE, BY WHOM", "ADDRESSES");
	put_rows(report, denies, true, all, &put);
	put_rows(report, denies, false, all, &put);
	if (!all)
		put_rest(report, denies, &put);
	if (denies->n > 0 && !picture_knows(picture, PICTURE_LINKS))
		report_line(report, REPORT_WARN,
		            "This machine's networks could not be read: some may be hit.");
}
