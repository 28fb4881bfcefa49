// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/report/report.h"

#include <errno.h>
#include <string.h>

#include "guard/base/builder.h"
#include "guard/model/mail/services.h"
#include "guard/report/report-internal.h"

/** report_snapshot_taken() - the answer of `snapshot take`; Return: 0 or -ENOMEM */
int report_snapshot_taken(const struct report *report, int64_t id, const struct firewall *fw,
                          bool good)
{
	char digest[FIREWALL_DIGEST_LENGTH + 1];

	firewall_digest(fw, digest);
	if (report->json)
		return report_put_document(
		    report, json_pack("{s:I, s:s, s:I, s:b}", "id", (json_int_t)id, "digest",
		                      digest, "n_items", (json_int_t)fw->n, "good", good));
	report_line(report, REPORT_PLAIN, "snapshot %lld: %zu item%s%s", (long long)id, fw->n,
	            text_plural(fw->n), good ? "" : ", not counted as good");
	return 0;
}

static const char *place_name(unsigned flags)
{
	switch (flags & (FIREWALL_RUNTIME | FIREWALL_PERMANENT)) {
	case FIREWALL_RUNTIME | FIREWALL_PERMANENT:
		return "both";
	case FIREWALL_RUNTIME:
		return "runtime";
	case FIREWALL_PERMANENT:
		return "permanent";
	default:
		return "none";
	}
}

static json_t *entries_json(const struct firewall *fw)
{
	json_t *items = json_array();

	for (size_t i = 0; items && i < fw->n; i++) {
		const struct firewall_entry *entry = &fw->entries[i];

		report_json_append(&items,
		                   json_pack("{s:o, s:b, s:b, s:b, s:b, s:o}", "item",
		                             report_json_item(&entry->item), "runtime",
		                             (entry->flags & FIREWALL_RUNTIME) != 0, "permanent",
		                             (entry->flags & FIREWALL_PERMANENT) != 0, "withdrawn",
		                             (entry->flags & FIREWALL_WITHDRAWN) != 0, "edited",
		                             (entry->flags & FIREWALL_EDITED) != 0, "until",
		                             report_json_time(entry->until_us)));
	}
	return items;
}

static void cell_until(const struct report *report, struct report_table *table, int64_t us)
{
	char text[TIMESPEC_TEXT_MAX];

	timespec_format_local(us, report->zone, text);
	report_table_cell(table, REPORT_PLAIN, "%s%s", us ? "until " : "", us ? text : "");
}

/** report_snapshot() - the answer of `snapshot show`; Return: 0 or -ENOMEM */
int report_snapshot(const struct report *report, const struct store_snapshot *snapshot,
                    const struct firewall *fw)
{
	static const char *const headings[] = {"ITEM", "WHERE", ""};
	_cleanup_report_table_ struct report_table table = {0};
	char last[TIMESPEC_TEXT_MAX];

	if (report->json)
		return report_put_document(report, json_pack("{s:o, s:o}", "snapshot",
		                                             report_json_snapshot(snapshot),
		                                             "items", entries_json(fw)));
	timespec_format_local(snapshot->last_us, report->zone, last);
	report_line(report, REPORT_PLAIN, "snapshot %lld, last seen %s, default zone %s, %sgood",
	            (long long)snapshot->id, last,
	            snapshot->default_zone ? snapshot->default_zone : "not known",
	            snapshot->good ? "" : "not ");
	report_table_init(&table, headings, ARRAY_SIZE(headings));
	for (size_t i = 0; i < fw->n; i++) {
		_cleanup_free_ char *text = NULL;

		if (item_format(&text, &fw->entries[i].item) < 0)
			return -ENOMEM;
		report_table_cell(&table, REPORT_PLAIN, "%s", text);
		report_table_cell(&table, REPORT_PLAIN, "%s", place_name(fw->entries[i].flags));
		cell_until(report, &table, fw->entries[i].until_us);
	}
	return report_table_print(report, &table);
}

static const char *change_name(enum diff_kind kind)
{
	switch (kind) {
	case DIFF_ADDED:
		return "added";
	case DIFF_REMOVED:
		return "removed";
	case DIFF_CHANGED:
		break;
	}
	return "changed";
}

static json_t *diff_json(int64_t a, int64_t b, const struct diff *diff)
{
	json_t *changes = json_array();

	for (size_t i = 0; changes && i < diff->n; i++) {
		const struct diff_change *change = &diff->changes[i];

		report_json_append(
		    &changes,
		    json_pack("{s:s, s:o, s:s, s:s, s:o, s:o}", "change", change_name(change->kind),
		              "item", report_json_item(&change->item), "before",
		              place_name(change->flags_before), "after",
		              place_name(change->flags_after), "until_before",
		              report_json_time(change->until_before_us), "until_after",
		              report_json_time(change->until_after_us)));
	}
	return json_pack("{s:b, s:I, s:o, s:o}", "equal", diff->n == 0, "a", (json_int_t)a, "b",
	                 report_json_id(b), "changes", changes);
}

/**
 * report_diff() - the answer of `snapshot diff`
 * @b: 0: what firewalld holds now
 *
 * Return: 0 or -ENOMEM.
 */
int report_diff(const struct report *report, int64_t a, int64_t b, const struct diff *diff)
{
	static const char *const headings[] = {"", "ITEM", "BEFORE", "AFTER"};
	static const char *const signs[] = {
	    [DIFF_ADDED] = "+", [DIFF_REMOVED] = "-", [DIFF_CHANGED] = "~"};
	static const enum report_color colors[] = {
	    [DIFF_ADDED] = REPORT_GOOD, [DIFF_REMOVED] = REPORT_BAD, [DIFF_CHANGED] = REPORT_WARN};
	_cleanup_report_table_ struct report_table table = {0};

	if (report->json)
		return report_put_document(report, diff_json(a, b, diff));
	report_table_init(&table, headings, ARRAY_SIZE(headings));
	for (size_t i = 0; i < diff->n; i++) {
		const struct diff_change *change = &diff->changes[i];
		_cleanup_free_ char *text = NULL;

		if (item_format(&text, &change->item) < 0)
			return -ENOMEM;
		report_table_cell(&table, colors[change->kind], "%s", signs[change->kind]);
		report_table_cell(&table, REPORT_PLAIN, "%s", text);
		report_table_cell(&table, REPORT_PLAIN, "%s", place_name(change->flags_before));
		report_table_cell(&table, REPORT_PLAIN, "%s", place_name(change->flags_after));
	}
	if (diff->n == 0)
		report_line(report, REPORT_DIM, "no difference");
	return diff->n > 0 ? report_table_print(report, &table) : 0;
}

/* The way back in is not for us to close. */
static bool is_ssh(const struct item *item)
{
	const struct service *service = services_by_name("ssh");
	char port[16];

	snprintf(port, sizeof(port), "%u/%s", service->port, service->transport);
	return (item->kind == ITEM_SERVICE && strcmp(item->value, service->name) == 0) ||
	       (item->kind == ITEM_PORT && strcmp(item->value, port) == 0);
}

/* To release it closes nothing. */
static int put_permanent(const struct report *report, const struct item *item, const char *text)
{
	_cleanup_builder_ struct builder commands = BUILDER_NULL;

	report_line(report, REPORT_WARN,
	            "%s is released, but it is permanent: every reload opens it all the same.%s",
	            text, is_ssh(item) ? " What closes it would shut out ssh." : " To close it:");
	if (is_ssh(item))
		return 0;
	item_add_command(&commands, "remove", item, true);
	item_add_command(&commands, "remove", item, false);
	if (commands.failed)
		return -ENOMEM;
	report_command(report, REPORT_PLAIN, "    ", commands.text);
	return 0;
}

/**
 * report_released() - the answer of `release ITEM` and `release --undo ITEM`
 * @presence: "open", "not open" or "unknown": what firewalld says of it
 * @permanent: so every reload opens it, released or not
 *
 * Return: 0 or -ENOMEM.
 */
int report_released(const struct report *report, const struct item *item, bool undo,
                    const char *presence, bool permanent)
{
	_cleanup_free_ char *text = NULL;

	if (report->json)
		return report_put_document(report, json_pack("{s:o, s:b, s:s}", "item",
		                                             report_json_item(item), "released",
		                                             !undo, "presence", presence));
	if (item_format(&text, item) < 0)
		return -ENOMEM;
	if (undo)
		report_line(report, REPORT_PLAIN, "%s is protected again", text);
	else if (permanent)
		return put_permanent(report, item, text);
	else if (strcmp(presence, "open") == 0)
		report_line(
		    report, REPORT_PLAIN,
		    "%s is released: it stays open until the next reload and will not be restored",
		    text);
	else
		report_line(report, REPORT_PLAIN, "%s is released: it will not be restored", text);
	return 0;
}
