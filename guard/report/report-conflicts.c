// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/report/report-conflicts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "guard/report/report-internal.h"

/* --- JSON ---------------------------------------------------------------------------------- */

static json_t *services_json(const struct conflictlist_row *row)
{
	json_t *array = json_array();

	for (size_t i = 0; array && i < row->n_services; i++)
		report_json_append(&array,
		                   json_pack("{s:i, s:s}", "port", (int)row->services[i]->port,
		                             "service", row->services[i]->name));
	return array;
}

static json_t *client_json(const struct clientrange *client)
{
	char text[CIDR_TEXT_LENGTH];

	cidr_format(&client->cidr, text);
	return json_pack("{s:s, s:s, s:o}", "range", text, "source",
	                 clientrange_source_name(client->source), "note",
	                 report_json_text(client->note));
}

static json_t *row_json(const struct conflictlist_row *row)
{
	const struct conflict *conflict = row->conflict;
	const struct ruleset_zone *zone = conflict->zone;

	return json_pack(
	    "{s:s, s:o, s:I, s:o, s:o, s:o, s:s, s:o, s:I, s:o, s:o, s:b, s:o, s:o, s:o, s:o, s:o, "
	    "s:b, s:o, s:o, s:o}",
	    "kind", conflict_kind_name(conflict->kind), "what", report_json_text(row->what),
	    "rules", (json_int_t)row->n_rules, "denied", report_json_text(row->denied), "zone",
	    report_json_text(zone && !zone->is_policy ? zone->name : NULL), "policy",
	    report_json_text(zone && zone->is_policy ? zone->name : NULL), "relation",
	    conflict_relation_name(conflict->relation), "client", client_json(row->client),
	    "n_clients", (json_int_t)conflict->n_clients, "addresses",
	    report_count_json(&conflict->addresses), "effective",
	    row->judged ? json_boolean(row->effective) : json_null(), "certain", row->certain,
	    "why_not", report_json_text(row->why_not), "services", services_json(row), "jail",
	    report_json_text(row->jail), "until", report_json_time(row->until_us), "failures",
	    row->failures >= 0 ? json_integer(row->failures) : json_null(), "permanent",
	    row->permanent, "commands", report_json_strv(&row->commands), "or",
	    report_json_strv(&row->others), "withheld", report_json_text(row->withheld));
}

static json_t *list_json(const struct conflictlist *list, const struct denylist *denies,
                         const struct conflictlist_options *options, const struct picture *picture)
{
	json_t *rows = json_array(), *document;

	for (size_t i = 0; rows && i < list->n; i++)
		report_json_append(&rows, row_json(&list->rows[i]));
	document = json_pack(
	    "{s:b, s:b, s:o, s:b, s:b, s:I, s:I, s:I, s:I, s:o, s:b, s:o}", "ok",
	    conflictlist_is_fine(list, options), "ranges_complete", options->ranges->complete,
	    "troubles", report_json_strv(&options->ranges->troubles), "fail2ban_known",
	    options->tickets != NULL, "others_known", options->ruleset->chains_known, "n_ranges",
	    (json_int_t)options->ranges->effective.n, "n_denies",
	    (json_int_t)list->conflicts.n_denies, "n_skipped",
	    (json_int_t)list->conflicts.n_skipped, "n_effective", (json_int_t)list->n_effective,
	    "conflicts", rows, "networks_known", picture_knows(picture, PICTURE_LINKS), "denies",
	    report_denies_json(denies));
	report_remembered_set(&document, picture);
	return document;
}

/* --- text ---------------------------------------------------------------------------------- */

static void put_relation(const struct report *report, const struct conflictlist_row *row)
{
	static const char *const words[CONFLICT_N_RELATIONS] = {
	    [CONFLICT_INSIDE] = "lies inside",
	    [CONFLICT_PARTIAL] = "overlaps in part",
	    [CONFLICT_EQUAL] = "is exactly",
	    [CONFLICT_COVERS] = "covers",
	};
	const struct conflict *conflict = row->conflict;
	char range[CIDR_TEXT_LENGTH], count[CONFLICT_COUNT_SIZE], more[64] = "";

	cidr_format(&row->client->cidr, range);
	conflict_count_format(&conflict->addresses, count);
	if (conflict->n_clients > 1)
		snprintf(more, sizeof(more), ", and touches %zu more", conflict->n_clients - 1);
	report_line(report, REPORT_PLAIN, "    %s %s %s (%s%s%s)%s: %s address%s cut off",
	            row->denied ? row->denied : "it", words[conflict->relation], range,
	            clientrange_source_name(row->client->source), row->client->note ? ": " : "",
	            row->client->note ? row->client->note : "", more, count,
	            strcmp(count, "1") == 0 ? "" : "es");
}

static void put_services(const struct report *report, const struct conflictlist_row *row)
{
	char text[512] = "";
	size_t n = 0;

	if (!row->judged) {
		report_line(report, REPORT_WARN,
		            "    services not looked at: there are too many conflicts");
		return;
	}
	if (!row->effective) {
		report_line(report, REPORT_DIM, "    without effect: %s", row->why_not);
		return;
	}
	for (size_t i = 0; i < row->n_services && n < sizeof(text); i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s (%u)", i ? ", " : "",
		                      row->services[i]->name, row->services[i]->port);
	report_line(report, REPORT_BAD, "    from %s%s", text,
	            row->certain ? "" : ", as far as can be known");
}

static void put_origin(const struct report *report, const struct conflictlist_row *row,
                       const struct conflictlist_options *options)
{
	char until[TIMESPEC_TEXT_MAX], failures[64] = "";

	if (row->jail) {
		timespec_format_local(row->until_us, report->zone, until);
		if (row->failures >= 0)
			snprintf(failures, sizeof(failures), ", after %lld failure%s",
			         (long long)row->failures,
			         text_plural((unsigned long long)row->failures));
		report_line(report, REPORT_PLAIN, "    banned by jail %s %s%s%s", row->jail,
		            row->until_us ? "until " : "for ever", row->until_us ? until : "",
		            failures);
	} else if (row->conflict->kind == CONFLICT_RULE) {
		report_line(report, REPORT_PLAIN, "    %s; %s",
		            options->tickets
		                ? "added by hand or by another program: it is no ban of fail2ban's"
		                : "whether fail2ban added it is unknown",
		            row->permanent ? "permanent" : "runtime only");
	}
}

static void put_row(const struct report *report, const struct conflictlist_row *row,
                    const struct conflictlist_options *options)
{
	report_line(report, row->effective || !row->judged ? REPORT_WARN : REPORT_DIM, "%s",
	            row->what);
	if (row->n_rules > 1)
		report_line(report, REPORT_WARN, "    and %zu more rule%s for the same address",
		            row->n_rules - 1, text_plural(row->n_rules - 1));
	put_relation(report, row);
	put_services(report, row);
	if (row->judged && !row->effective)
		return;
	put_origin(report, row, options);
	for (size_t i = 0; i < row->commands.n; i++)
		report_command(report, REPORT_PLAIN, i ? "        " : "    =>  ",
		               row->commands.strings[i]);
	for (size_t i = 0; i < row->others.n; i++)
		report_command(report, REPORT_PLAIN, i ? "        " : "    or  ",
		               row->others.strings[i]);
	if (row->withheld)
		report_line(report, REPORT_WARN, "    what lets them in would close %s",
		            row->withheld);
}

/* Are clients cut off? */
static void put_answer(const struct report *report, const struct conflictlist *list,
                       const struct conflictlist_options *options)
{
	if (options->ranges->effective.n == 0)
		report_line(report, REPORT_WARN,
		            "No client ranges are known, so no conflict can be found: see "
		            "clients --help.");
	else if (list->conflicts.n_denies == 0)
		report_line(report, REPORT_GOOD, "No rule denies anybody.");
	else if (list->n_effective == 0)
		report_line(report, conflictlist_is_blind(options) ? REPORT_PLAIN : REPORT_GOOD,
		            "No rule or ban cuts off a client range (looked at: %zu, with %zu "
		            "range%s).",
		            list->conflicts.n_denies, options->ranges->effective.n,
		            text_plural(options->ranges->effective.n));
	else
		report_line(report, REPORT_BAD, "%zu rule%s or ban%s cut%s off legitimate clients.",
		            list->n_effective, text_plural(list->n_effective),
		            text_plural(list->n_effective), list->n_effective == 1 ? "s" : "");
	if (!options->ranges->complete)
		report_line(report, REPORT_WARN,
		            "Not all client ranges could be read: more may be cut off.");
}

static void put_end(const struct report *report, const struct conflictlist *list,
                    const struct conflictlist_options *options, bool all)
{
	size_t harmless = list->n - list->n_effective;

	if (harmless > 0 && !all)
		report_line(report, REPORT_DIM,
		            "%zu more overlap%s client ranges without effect; --all lists them.",
		            harmless, harmless == 1 ? "s" : "");
	if (list->conflicts.n_skipped)
		report_line(report, REPORT_WARN,
		            "%zu rule%s could not be compared (MAC addresses, ipsets of ports).",
		            list->conflicts.n_skipped, text_plural(list->conflicts.n_skipped));
	if (!options->ruleset->chains_known)
		report_line(report, REPORT_WARN,
		            "The rules of other programs could not be read and may block more.");
}

/**
 * report_conflicts() - the answer of `conflicts`
 * @denies:  everything that denies
 * @picture: what they were found in
 * @all: with those that have no effect; JSON has them always
 *
 * Return: 0 or -ENOMEM.
 */
int report_conflicts(const struct report *report, const struct conflictlist *list,
                     const struct denylist *denies, const struct conflictlist_options *options,
                     const struct picture *picture, bool all)
{
	if (report->json)
		return report_put_document(report, list_json(list, denies, options, picture));
	report_remembered_put(report, picture);
	put_answer(report, list, options);
	report_line(report, REPORT_PLAIN, "%s", "");
	for (size_t i = 0; i < list->n; i++)
		if (all || list->rows[i].effective || !list->rows[i].judged)
			put_row(report, &list->rows[i], options);
	put_end(report, list, options, all);
	if (list->n > 0)
		report_line(report, REPORT_PLAIN, "%s", "");
	report_denies_put(report, denies, picture, all);
	return 0;
}
