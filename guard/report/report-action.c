// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/report/report.h"

#include <errno.h>
#include <string.h>

#include "guard/report/report-internal.h"

/** report_action_deinit() - free all of it; may be called twice */
void report_action_deinit(struct report_action *action)
{
	for (size_t i = 0; i < action->n; i++) {
		item_deinit(&action->rows[i].item);
		free(action->rows[i].error);
	}
	free(action->rows);
	strv_deinit(&action->backups);
	*action = (struct report_action){0};
}

/**
 * report_action_add() - one more item
 * @item:    copied
 * @outcome: static
 *
 * Return: the row, valid until the next one is added; NULL when out of memory.
 */
struct report_action_row *report_action_add(struct report_action *action, const struct item *item,
                                            const char *outcome, enum report_color color)
{
	struct report_action_row row = {.outcome = outcome, .color = color};

	if (grow(&action->rows, &action->capacity, action->n + 1, sizeof(row)) < 0 ||
	    item_copy(&row.item, item) < 0)
		return NULL;
	action->rows[action->n] = row;
	return &action->rows[action->n++];
}

static json_t *action_json(const struct report_action *action)
{
	json_t *rows = json_array();

	for (size_t i = 0; rows && i < action->n; i++) {
		const struct report_action_row *row = &action->rows[i];

		report_json_append(&rows,
		                   json_pack("{s:o, s:o, s:s, s:o, s:o}", "item",
		                             report_json_item(&row->item), "verdict",
		                             report_json_text(row->verdict), "outcome",
		                             row->outcome, "error", report_json_text(row->error),
		                             "until", report_json_time(row->until_us)));
	}
	return json_pack("{s:b, s:b, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "ok", action->ok,
	                 "dry_run", action->dry_run, "action", action->verb, "kind",
	                 report_json_text(action->kind), "wipe_id", report_json_id(action->wipe_id),
	                 "snapshot_id", report_json_id(action->snapshot_id), "took_ms",
	                 json_integer(action->took_us / 1000), "backups",
	                 report_json_strv(&action->backups), "items", rows);
}

/** report_action() - the answer of `restore` and `persist`; Return: 0 or -ENOMEM */
int report_action(const struct report *report, const struct report_action *action)
{
	static const char *const headings[] = {"ITEM", "OUTCOME", "WHY"};
	_cleanup_report_table_ struct report_table table = {0};

	if (report->json)
		return report_put_document(report, action_json(action));
	for (size_t i = 0; i < action->backups.n; i++)
		report_line(report, REPORT_PLAIN, "copied to %s", action->backups.strings[i]);
	report_table_init(&table, headings, ARRAY_SIZE(headings));
	for (size_t i = 0; i < action->n; i++) {
		const struct report_action_row *row = &action->rows[i];
		_cleanup_free_ char *text = NULL;

		if (item_format(&text, &row->item) < 0)
			return -ENOMEM;
		report_table_cell(&table, REPORT_PLAIN, "%s", text);
		report_table_cell(&table, row->color, "%s", row->outcome);
		report_table_cell(&table, REPORT_PLAIN, "%s%s%s",
		                  row->verdict ? loss_verdict_words(row->verdict) : "",
		                  row->verdict && row->error ? ": " : "",
		                  row->error ? row->error : "");
	}
	return action->n > 0 ? report_table_print(report, &table) : 0;
}
