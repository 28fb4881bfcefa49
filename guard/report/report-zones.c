// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/report/report.h"

#include <errno.h>
#include <string.h>

#include "guard/report/report-internal.h"

/* Where the lines go, as text or as JSON. */
struct lines {
	const struct report *report;
	const struct ruleset *ruleset;
	const struct ruleset_zone *zone;
	const char *name;          /* of the zone, or policy:NAME */
	struct report_table table; /* owned */
	json_t *rows;              /* owned */
	int result;
};

static void lines_deinit(struct lines *lines)
{
	report_table_deinit(&lines->table);
	json_decref(lines->rows);
}

/* After a reload; of a setting, or an interface that others bind, nobody asks. */
enum kept { KEPT_YES, KEPT_NO, KEPT_NOT_ASKED };

static json_t *row_json(const struct lines *lines, const char *kind, const char *value,
                        const char *ports, enum kept kept)
{
	return json_pack("{s:o, s:s, s:o, s:o, s:o}", "zone", report_json_text(lines->name), "kind",
	                 kind, "value", report_json_text(value), "ports", report_json_text(ports),
	                 "permanent",
	                 kept == KEPT_NOT_ASKED ? json_null() : json_boolean(kept == KEPT_YES));
}

static void put(struct lines *lines, const char *kind, const char *value, const char *ports,
                enum kept kept)
{
	if (lines->report->json) {
		report_json_append(&lines->rows, row_json(lines, kind, value, ports, kept));
		return;
	}
	report_table_cell(&lines->table, REPORT_PLAIN, "%s", lines->name);
	report_table_cell(&lines->table, REPORT_PLAIN, "%s", kind);
	report_table_cell(&lines->table, REPORT_PLAIN, "%s%s%s%s", value, ports ? " (" : "",
	                  ports ? ports : "", ports ? ")" : "");
	report_table_cell(&lines->table, kept == KEPT_NO ? REPORT_WARN : REPORT_PLAIN, "%s",
	                  kept == KEPT_NO    ? "no"
	                  : kept == KEPT_YES ? "yes"
	                                     : "");
}

/* What a service opens, in one text; NULL: nothing is known of it. */
static char *ports_of(struct lines *lines, const char *service)
{
	const struct ruleset_service *definition = ruleset_service(lines->ruleset, service);
	struct builder text = BUILDER_NULL;
	char *out = NULL;

	if (!definition)
		return NULL;
	builder_join_all(&text, ", ", &definition->ports);
	builder_join_all(&text, ", ", &definition->protocols);
	builder_join_all(&text, ", ", &definition->includes);
	if (builder_take(&text, &out) < 0)
		lines->result = -ENOMEM;
	return out;
}

static void put_value(struct lines *lines, enum item_kind kind, const char *value)
{
	_cleanup_free_ char *ports = kind == ITEM_SERVICE ? ports_of(lines, value) : NULL;
	bool kept = false;

	if (ruleset_keeps(&kept, lines->zone, kind, value) < 0)
		lines->result = -ENOMEM;
	put(lines, item_kind_name(kind), value, ports,
	    kept                     ? KEPT_YES
	    : kind == ITEM_INTERFACE ? KEPT_NOT_ASKED
	                             : KEPT_NO);
}

static void put_words(struct lines *lines, const char *kind, const struct strv *words)
{
	for (size_t i = 0; i < words->n; i++)
		put(lines, kind, words->strings[i], NULL, KEPT_NOT_ASKED);
}

static void put_number(struct lines *lines, const char *kind, int number)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", number);
	if (number != 0)
		put(lines, kind, text, NULL, KEPT_NOT_ASKED);
}

/* What decides before any item does. */
static void put_settings(struct lines *lines)
{
	const struct ruleset_zone *zone = lines->zone;

	put(lines, "target", target_name(zone->target), NULL, KEPT_NOT_ASKED);
	put_number(lines, "priority", zone->is_policy ? zone->priority : zone->ingress_priority);
	put_words(lines, "ingress-zone", &zone->ingress_zones);
	put_words(lines, "egress-zone", &zone->egress_zones);
	if (zone->icmp_block_inversion)
		put(lines, "icmp-block-inversion", "yes", NULL, KEPT_NOT_ASKED);
}

static void put_zone(struct lines *lines, const struct ruleset_zone *zone)
{
	_cleanup_free_ char *name = NULL;

	if (ruleset_zone_holder(&name, zone) < 0) {
		lines->result = -ENOMEM;
		return;
	}
	lines->zone = zone;
	lines->name = name;
	put_settings(lines);
	for (unsigned kind = 0; kind < ITEM_N_KINDS; kind++) {
		const struct strv *values = ruleset_values(zone, (enum item_kind)kind);

		for (size_t i = 0; values && i < values->n; i++)
			put_value(lines, (enum item_kind)kind, values->strings[i]);
	}
	if (zone->masquerade)
		put_value(lines, ITEM_MASQUERADE, "yes");
	if (zone->forward)
		put_value(lines, ITEM_FORWARD, "yes");
	for (size_t i = 0; i < zone->n_rules; i++)
		put(lines, item_kind_name(ITEM_RULE), zone->rules[i].text, NULL,
		    zone->rules[i].permanent ? KEPT_YES : KEPT_NO);
}

static bool leads_on(const struct ruleset_zone *policy, const struct ruleset_zone *zone)
{
	return policy->is_policy && !zone->is_policy &&
	       (strv_contains(&policy->ingress_zones, zone->name) ||
	        strv_contains(&policy->ingress_zones, "ANY"));
}

/**
 * report_zones() - what zones and policies hold, a line each
 * @only: of this zone and of the policies that packets from it pass; NULL: of all
 *
 * Rules are in the order in which they are looked at, as far as firewalld tells it.
 *
 * Return: 0 or -ENOMEM.
 */
int report_zones(const struct report *report, const struct picture *picture,
                 const struct ruleset_zone *only)
{
	static const char *const headings[] = {"ZONE", "KIND", "VALUE", "PERMANENT"};
	const struct ruleset *ruleset = &picture->ruleset;
	_cleanup_(lines_deinit) struct lines lines = {
	    .report = report, .ruleset = ruleset, .rows = report->json ? json_array() : NULL};

	report_table_init(&lines.table, headings, ARRAY_SIZE(headings));
	for (size_t i = 0; i < ruleset->n_zones; i++)
		if (!only || only == &ruleset->zones[i] || leads_on(&ruleset->zones[i], only))
			put_zone(&lines, &ruleset->zones[i]);
	if (lines.result < 0)
		return lines.result;
	if (!report->json)
		return report_table_print(report, &lines.table);
	return report_put_document(report, json_pack("{s:o, s:o}", "default_zone",
	                                             report_json_text(ruleset->default_zone),
	                                             "rows", steal(lines.rows)));
}
