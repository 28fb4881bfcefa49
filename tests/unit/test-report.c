// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/report/report-check.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "tests/unit/unit.h"

#define S INT64_C(1000000)
/* 2026-11-21T20:34:25.5Z */
#define NOW (INT64_C(1795293265) * S + 500000)

/* What a report wrote. */
struct output {
	FILE *file;
	char *text;
	size_t length;
	struct report report;
};

static void output_begin(struct output *output, bool json)
{
	*output = (struct output){0};
	output->file = open_memstream(&output->text, &output->length);
	ck_assert_ptr_nonnull(output->file);
	report_init(&output->report, output->file, json, NULL);
}

static const char *output_text(struct output *output)
{
	ck_assert_int_eq(fflush(output->file), 0);
	return output->text;
}

/* One document and nothing after it. */
static json_t *output_json(struct output *output)
{
	json_error_t error;
	json_t *document = json_loads(output_text(output), JSON_REJECT_DUPLICATES, &error);

	ck_assert_msg(document != NULL, "%s in: %s", error.text, output->text);
	return document;
}

static void output_end(struct output *output)
{
	fclose(output->file);
	free(output->text);
}

static void assert_clean(const char *text)
{
	for (; *text; text++)
		ck_assert_msg((unsigned char)*text >= 0x20 || *text == '\n',
		              "control character 0x%02x", (unsigned)(unsigned char)*text);
}

START_TEST(aligns_columns)
{
	static const char *const headings[] = {"A", "LONG HEADING", "C"};
	struct report_table table;
	struct output output;

	output_begin(&output, false);
	report_table_init(&table, headings, 3);
	report_table_cell(&table, REPORT_BAD, "wide cell");
	report_table_cell(&table, REPORT_PLAIN, "x");
	report_table_cell(&table, REPORT_PLAIN, "y");
	report_table_cell(&table, REPORT_PLAIN, "\xe2\x82\xac");
	report_table_cell(&table, REPORT_PLAIN, "b");
	report_table_cell(&table, REPORT_PLAIN, "%s", "");
	ck_assert_uint_eq(report_table_n_rows(&table), 2);
	ck_assert_int_eq(report_table_print(&output.report, &table), 0);
	ck_assert_str_eq(output_text(&output), "A          LONG HEADING  C\n"
	                                       "wide cell  x             y\n"
	                                       "\xe2\x82\xac          b\n");
	report_table_deinit(&table);
	report_table_deinit(&table);
	output_end(&output);
}
END_TEST

/* Words go on below, a column that may go goes, and what cannot be parted stays whole. */
START_TEST(fits_the_terminal)
{
	static const char *const headings[] = {"WHO", "SPARE", "WHAT", "TOO"};
	_cleanup_report_table_ struct report_table table = {0};
	struct output output;

	output_begin(&output, false);
	output.report.columns = 44;
	report_line(&output.report, REPORT_PLAIN,
	            "fail2ban   running; 5 bans in 2 jails, of which one is idle");
	report_line(&output.report, REPORT_PLAIN,
	            "  details: public/rule:a-word-that-is-longer-than-a-line and more");
	report_command(&output.report, REPORT_PLAIN,
	               "  fix: ", "firewall-cmd --permanent --zone=public --add-service=imaps");
	report_table_init(&table, headings, ARRAY_SIZE(headings));
	report_table_spare(&table, 1);
	report_table_cell(&table, REPORT_PLAIN, "192.0.2.7");
	report_table_cell(&table, REPORT_PLAIN, "not needed");
	report_table_cell(&table, REPORT_PLAIN, "lost in the reload at noon, back after a while");
	report_table_cell(&table, REPORT_PLAIN, "x");
	ck_assert_int_eq(report_table_print(&output.report, &table), 0);
	output.report.columns = 0;
	ck_assert_int_eq(report_table_print(&output.report, &table), 0);
	ck_assert_str_eq(
	    output_text(&output),
	    "fail2ban   running; 5 bans in 2 jails, of\n"
	    "           which one is idle\n"
	    "  details:\n"
	    "      public/rule:a-word-that-is-longer-than-a-line\n"
	    "      and more\n"
	    "  fix: firewall-cmd --permanent --zone=public --add-service=imaps\n"
	    "WHO        WHAT                          TOO\n"
	    "192.0.2.7  lost in the reload at noon,   x\n"
	    "           back after a while\n"
	    "(some columns are left out: --wide shows\n"
	    "    them)\n"
	    "WHO        SPARE       WHAT                                            TOO\n"
	    "192.0.2.7  not needed  lost in the reload at noon, back after a while  x\n");
	output_end(&output);
}
END_TEST

START_TEST(colours_where_asked_for)
{
	struct output output;

	output_begin(&output, false);
	ck_assert(!output.report.color); /* not a terminal */
	report_line(&output.report, REPORT_BAD, "plain");
	output.report.color = true;
	report_line(&output.report, REPORT_BAD, "red \x1b[2J");
	output.report.quiet = true;
	report_line(&output.report, REPORT_BAD, "unheard");
	ck_assert_str_eq(output_text(&output), "plain\n\x1b[31mred \\x1b[2J\x1b[0m\n");
	output_end(&output);
}
END_TEST

/* Items as no firewalld has them, but as a bus could hand them over. */
static void add_item(struct status *status, enum item_kind kind, const char *value)
{
	struct status_item *row;

	ck_assert_int_eq(
	    grow(&status->items, &status->capacity, status->n + 1, sizeof(*status->items)), 0);
	row = &status->items[status->n++];
	*row = (struct status_item){.item = {.kind = kind}};
	ck_assert_int_eq(item_set_zone(&row->item, "public"), 0);
	row->item.value = strdup(value);
}

static struct config config = {.restore = true};

static void fill_status(struct status *status, struct picture *picture)
{
	status->picture = picture;
	picture->config = &config;
	add_item(status, ITEM_SERVICE, "imaps");
	status->items[0].open = status->items[0].listed = true;
	status->items[0].listens = LISTENERS_YES;
	add_item(status, ITEM_SERVICE, "smtp\n\x1b[2J\xff");
	status->items[1].lost = true;
	add_item(status, ITEM_PORT, "465/tcp");
	status->items[2].open = status->items[2].listed = status->items[2].permanent = true;
	status->items[2].listens = LISTENERS_NO;
	add_item(status, ITEM_PORT, "21/tcp");
	status->items[3].open = status->items[3].listed = true;
	status->items[3].until_us = NOW;
	add_item(status, ITEM_SERVICE, "pop3");
	status->items[4].required = true;
	add_item(status, ITEM_SERVICE, "imap");
	status->items[5].listed = true;
	picture->now_us = NOW;
	picture->known = PICTURE_FIREWALLD | PICTURE_STORE;
	picture->state = FIREWALL_STATE_RUNNING;
	picture->firewall.default_zone = strdup("public");
	picture->watcher = (struct watcher_state){.known = true, .running = true, .pid = 77};
	picture->has_wipe = true;
	picture->wipe = (struct store_wipe_info){.id = 3,
	                                         .kind = WIPE_RELOAD,
	                                         .cause = strdup("evil\r\nforged"),
	                                         .at_us = NOW,
	                                         .finished_us = NOW + S,
	                                         .n_rows = 9,
	                                         .n_lost = 8,
	                                         .n_restored = 8,
	                                         .restored_us = NOW + 34000};
}

static void add_finding(struct status *status, enum finding_severity severity, const char *name,
                        const char *text)
{
	ck_assert_int_eq(findings_add_take(&status->findings, name, severity, strdup(text), NULL,
	                                   strdup("type \"this\" && that")),
	                 0);
	ck_assert_int_eq(findings_or_take(&status->findings, strdup("something else")), 0);
	findings_sort(&status->findings);
}

START_TEST(tells_the_status)
{
	_cleanup_picture_ struct picture picture = PICTURE_NULL;
	_cleanup_status_ struct status status = STATUS_NULL;
	struct output output;
	const char *text;

	fill_status(&status, &picture);
	ck_assert(!status_is_degraded(&status));
	add_finding(&status, FINDING_WARNING, "w", "a \x1b[1mwarning");
	ck_assert(!status_is_degraded(&status));
	add_finding(&status, FINDING_ERROR, "p", "a problem");
	ck_assert(status_is_degraded(&status));
	output_begin(&output, false);
	ck_assert_int_eq(report_status(&output.report, &status), 0);
	text = output_text(&output);
	assert_clean(text);
	ck_assert_ptr_eq(text,
	                 strstr(text, "Something that should be open is closed. The next "
	                              "reload drops 2 items, and the guard puts them back.\n"));
	ck_assert_ptr_nonnull(strstr(text, "public/service:imaps"));
	ck_assert_ptr_nonnull(strstr(text, "runtime only, put back"));
	ck_assert_ptr_nonnull(strstr(text, "public/service:smtp\\x0a\\x1b[2J\\xff"));
	ck_assert_ptr_nonnull(strstr(text, "LOST"));
	ck_assert_ptr_nonnull(strstr(text, "MISSING"));
	ck_assert_ptr_nonnull(strstr(text, "open, but no packet reaches zone public"));
	ck_assert_ptr_nonnull(strstr(text, "until 2026-11-21 20:34:25"));
	ck_assert_ptr_nonnull(strstr(text, "nothing listens"));
	ck_assert_ptr_nonnull(strstr(text, "8 items lost, 8 restored in 34 ms"));
	ck_assert_ptr_nonnull(strstr(text, "error: p: a problem\n  fix: type \"this\" && that\n"
	                                   "  or: something else\n"));
	ck_assert(strstr(text, "error: p: a problem") < strstr(text, "warning: w: a "));
	ck_assert_ptr_null(strstr(text, "\nforged"));
	output_end(&output);
}
END_TEST

/* What closes for good is told before what comes back; several by their number. */
START_TEST(tells_what_the_next_reload_closes)
{
	static const char *const more[] = {"smtp", "smtps", "pop3s"};
	static const char *const words[] = {
	    "Mail is open. The next reload closes imaps, and nobody puts it back. It drops 2 more "
	    "items, and the guard puts them back.\n",
	    "Mail is open. The next reload closes imaps and smtp, and nobody puts them back. It "
	    "drops",
	    "Mail is open. The next reload closes imaps, smtp and smtps, and nobody",
	    "Mail is open. The next reload closes 4 items, and nobody puts them back. It drops",
	};
	_cleanup_picture_ struct picture picture = PICTURE_NULL;
	_cleanup_status_ struct status status = STATUS_NULL;
	struct output output;
	const char *text;

	fill_status(&status, &picture);
	status.items[1].lost = status.items[4].required = false;
	add_item(&status, ITEM_SERVICE, "managesieve");
	status.items[6].open = status.items[6].listed = true;
	status.items[0].withdrawn = true;
	for (int i = 0; i < _i; i++) {
		add_item(&status, ITEM_SERVICE, more[i]);
		status.items[7 + i].open = status.items[7 + i].listed = true;
		status.items[7 + i].withdrawn = true;
	}
	ck_assert(status_is_degraded(&status));
	output_begin(&output, false);
	ck_assert_int_eq(report_status(&output.report, &status), 0);
	text = output_text(&output);
	ck_assert_ptr_eq(text, strstr(text, words[_i]));
	ck_assert_ptr_nonnull(strstr(text, "closed (removed from the permanent configuration)"));
	ck_assert_ptr_nonnull(strstr(text, "8 items lost, 8 restored in 34 ms, 1 left out"));
	output_end(&output);
	/* whoever released it knows */
	for (size_t i = 0; i < status.n; i++) {
		status.items[i].released = status.items[i].withdrawn;
		status.items[i].withdrawn = false;
	}
	ck_assert(!status_is_degraded(&status));
}
END_TEST

START_TEST(tells_the_status_as_json)
{
	_cleanup_picture_ struct picture picture = PICTURE_NULL;
	_cleanup_status_ struct status status = STATUS_NULL;
	struct output output;
	json_t *document, *items;

	fill_status(&status, &picture);
	output_begin(&output, true);
	ck_assert_int_eq(report_status(&output.report, &status), 0);
	document = output_json(&output);
	ck_assert(json_is_true(json_object_get(document, "ok")));
	ck_assert_str_eq(json_string_value(json_object_get(document, "at")),
	                 "2026-11-21T20:34:25.500000Z");
	items = json_object_get(document, "items");
	ck_assert_uint_eq(json_array_size(items), 6);
	/* in the runtime, and yet not open */
	ck_assert(json_is_true(json_object_get(json_array_get(items, 5), "listed")));
	ck_assert(json_is_false(json_object_get(json_array_get(items, 5), "open")));
	/* not UTF-8, and JSON must be */
	ck_assert_str_eq(json_string_value(json_object_get(json_array_get(items, 1), "value")),
	                 "smtp\\x0a\\x1b[2J\\xff");
	ck_assert_int_eq(json_integer_value(
	                     json_object_get(json_object_get(document, "last_wipe"), "restore_ms")),
	                 34);
	json_decref(document);
	output_end(&output);
}
END_TEST

/* --- without memory ----------------------------------------------------------------------- */

static size_t allocations, fails_at; /* the allocation that fails; 0: none */

static void *scarce_malloc(size_t size)
{
	return ++allocations == fails_at ? NULL : malloc(size);
}

static int put_history(const struct report *report)
{
	static const struct store_history_row row = {.at_us = NOW,
	                                             .kind = "wipe",
	                                             .text = "reload by somebody",
	                                             .id = 1,
	                                             .wipe_id = 1,
	                                             .wipe_kind = "reload",
	                                             .outcome = "restored",
	                                             .item = "public/service:imaps",
	                                             .verdict = "lost",
	                                             .error = "none",
	                                             .started_us = NOW,
	                                             .jail = "postfix",
	                                             .address = "192.0.2.1",
	                                             .how = "hook",
	                                             .restore_ms = 34,
	                                             .finished_us = NOW + S};
	_cleanup_report_list_ struct report_list list = {0};

	report_history_begin(&list, report);
	report_history_row(&list, &row);
	report_history_row(&list, &row);
	return report_list_end(&list, "nothing");
}

static int put_bans(const struct report *report)
{
	static const struct store_ban ban = {.id = 1,
	                                     .jail = "postfix",
	                                     .address = "192.0.2.1",
	                                     .family = "inet4",
	                                     .time_us = NOW,
	                                     .bantime_s = 600,
	                                     .source = "hook",
	                                     .rule = "rule",
	                                     .loss = {.n = 1, .at_us = NOW}};
	_cleanup_report_list_ struct report_list list = {0};

	report_bans_begin(&list, report, NOW, false);
	report_bans_row(&list, &ban);
	return report_list_end(&list, "nothing");
}

static int put_status(const struct report *report)
{
	_cleanup_picture_ struct picture picture = PICTURE_NULL;
	_cleanup_status_ struct status status = STATUS_NULL;

	fill_status(&status, &picture);
	status.counts.mismatch_known = true;
	add_finding(&status, FINDING_ERROR, "lost", "gone");
	return report_status(report, &status);
}

static int put_checks(const struct report *report)
{
	_cleanup_findings_ struct findings findings = FINDINGS_NULL;
	bool selected[CHECKS_N] = {[0] = true, [3] = true};

	ck_assert_int_eq(findings_add_take(&findings, "lost", FINDING_ERROR, strdup("gone"),
	                                   strdup("seen"), strdup("restore")),
	                 0);
	return report_check(report, &findings, selected, &(struct picture){.now_us = NOW});
}

static int put_names(const struct report *report)
{
	return report_check_names(report);
}

static int (*const scarce[])(const struct report *report) = {put_history, put_bans, put_status,
                                                             put_checks, put_names};

/* A document is whole, or there is none and a status that says so. */
START_TEST(gives_a_whole_document_or_none)
{
	_cleanup_free_ char *whole = NULL;
	int r = -ENOMEM;

	json_set_alloc_funcs(scarce_malloc, free);
	for (fails_at = 0; r != 0 || fails_at <= allocations; fails_at++) {
		struct output output;

		allocations = 0;
		output_begin(&output, true);
		r = scarce[_i](&output.report);
		output_text(&output);
		if (fails_at == 0)
			whole = strdup(output.text);
		ck_assert(r == 0 || r == -ENOMEM);
		ck_assert_msg(strcmp(output.text, r == 0 ? whole : "") == 0,
		              "allocation %zu failed, the answer is %d with: %s", fails_at, r,
		              output.text);
		output_end(&output);
	}
	ck_assert_uint_gt(fails_at, 10);
}
END_TEST

/* The store hands out the newest first; people and programs get the oldest first. */
START_TEST(turns_the_history_round)
{
	static const struct store_history_row rows[] = {
	    {.at_us = NOW + S, .kind = "stop", .text = "second\x1b", .id = 2, .restore_ms = -1},
	    {.at_us = NOW,
	     .kind = "wipe",
	     .text = "first",
	     .id = 1,
	     .wipe_id = 1,
	     .wipe_kind = "reload",
	     .n_lost = 2,
	     .n_restored = 2,
	     .restore_ms = 34,
	     .finished_us = NOW + S},
	};
	_cleanup_report_list_ struct report_list list = {0}, none = {0};
	struct output output;
	const char *text;

	output_begin(&output, false);
	report_history_begin(&list, &output.report);
	report_history_row(&list, &rows[0]);
	report_history_row(&list, &rows[1]);
	ck_assert_int_eq(report_list_end(&list, "nothing"), 0);
	text = output_text(&output);
	assert_clean(text);
	ck_assert_ptr_nonnull(strstr(text, "  reload  "));
	ck_assert_ptr_nonnull(strstr(text, "2 items lost, 2 restored in 34 ms"));
	ck_assert(strstr(text, "1 reload: 2 items lost, 2 restored.\n\nTIME") == text);
	ck_assert(strstr(text, "first") < strstr(text, "second\\x1b"));
	output_end(&output);
	output_begin(&output, false);
	report_history_begin(&none, &output.report);
	ck_assert_int_eq(report_list_end(&none, "nothing"), 0);
	ck_assert_str_eq(output_text(&output), "nothing\n");
	output_end(&output);
}
END_TEST

/* As the store hands them out: the newest first, a wipe behind its losses and these behind the
 * steps. */
static const struct store_history_row folded_rows[] = {
    {.at_us = NOW + 3 * S, .kind = "stop", .text = "bye", .id = 1, .restore_ms = -1},
    {.at_us = NOW + 2 * S,
     .kind = "restore",
     .text = "x",
     .id = 3,
     .wipe_id = 7,
     .item = "public/service:imap",
     .outcome = "restored",
     .verdict = "lost"},
    {.at_us = NOW + S,
     .kind = "restore",
     .text = "x",
     .id = 2,
     .wipe_id = 7,
     .item = "public/service:smtp",
     .outcome = "failed",
     .step = STORE_STEP_FAILED,
     .error = "no\x1b",
     .verdict = "lost"},
    {.at_us = NOW + S,
     .kind = "restore",
     .text = "x",
     .id = 1,
     .wipe_id = 7,
     .item = "public/service:imap",
     .outcome = "failed",
     .step = STORE_STEP_FAILED,
     .error = "busy",
     .verdict = "lost"},
    {.at_us = NOW,
     .kind = "loss",
     .text = "x",
     .id = 4,
     .wipe_id = 7,
     .item = "public/rule:b",
     .verdict = "unprotected"},
    {.at_us = NOW,
     .kind = "loss",
     .text = "x",
     .id = 3,
     .wipe_id = 7,
     .item = "public/rule:a\x1b",
     .verdict = "unprotected"},
    {.at_us = NOW,
     .kind = "loss",
     .text = "x",
     .id = 2,
     .wipe_id = 7,
     .item = "public/service:smtp",
     .verdict = "lost"},
    {.at_us = NOW,
     .kind = "loss",
     .text = "x",
     .id = 1,
     .wipe_id = 7,
     .item = "public/service:imap",
     .verdict = "lost"},
    {.at_us = NOW,
     .kind = "wipe",
     .text = "cause",
     .id = 7,
     .wipe_id = 7,
     .wipe_kind = "reload",
     .n_lost = 2,
     .n_restored = 1,
     .n_failed = 1,
     .restore_ms = 34,
     .finished_us = NOW + S},
    {.at_us = NOW - S, .kind = "start", .text = "hello", .id = 0, .restore_ms = -1},
};

/* How many of the rows are taken in before the list is full. */
static size_t fold(struct output *output, size_t n, size_t limit)
{
	_cleanup_report_list_ struct report_list list = {0};
	size_t i = 0;

	output_begin(output, false);
	report_history_begin(&list, &output->report);
	report_history_fold(&list, limit);
	for (; i < n && !report_history_is_full(&list); i++)
		report_history_row(&list, &folded_rows[i]);
	ck_assert_int_eq(report_list_end(&list, "nothing"), 0);
	return i;
}

START_TEST(folds_what_a_wipe_took)
{
	struct output output;
	const char *text, *wipe, *items;

	ck_assert_uint_eq(fold(&output, ARRAY_SIZE(folded_rows), 100), ARRAY_SIZE(folded_rows));
	text = output_text(&output);
	assert_clean(text);
	wipe = strstr(text, "cause: 2 items lost, 1 restored in 34 ms");
	items = strstr(text, "restored (1)");
	ck_assert_ptr_nonnull(wipe);
	ck_assert_ptr_nonnull(items);
	ck_assert(wipe < items);
	/* the newest attempt counts, and an attempt more than the loss */
	ck_assert_ptr_nonnull(strstr(items, "public/service:imap\n"));
	ck_assert_ptr_nonnull(strstr(text, "failed (1)"));
	ck_assert_ptr_nonnull(strstr(text, "public/service:smtp (no\\x1b)\n"));
	ck_assert_ptr_null(strstr(text, "busy"));
	ck_assert_ptr_null(strstr(text, "  lost ("));
	ck_assert_ptr_nonnull(strstr(text, "not guarded (2)"));
	ck_assert_ptr_nonnull(strstr(text, "public/rule:a\\x1b, public/rule:b\n"));
	ck_assert(strstr(text, "hello") < wipe && strstr(text, "bye") > items);
	output_end(&output);
	/* a wipe and its items are one; what a limit cuts off leaves nothing behind */
	ck_assert_uint_eq(fold(&output, ARRAY_SIZE(folded_rows), 2), ARRAY_SIZE(folded_rows) - 1);
	ck_assert_ptr_nonnull(strstr(output_text(&output), "restored (1)"));
	output_end(&output);
	ck_assert_uint_eq(fold(&output, ARRAY_SIZE(folded_rows), 1), 1);
	ck_assert_ptr_null(strstr(output_text(&output), "restored (1)"));
	output_end(&output);
	/* the wipe lies before the time asked for: its items are told nevertheless */
	ck_assert_uint_eq(fold(&output, 3, 100), 3);
	ck_assert_ptr_nonnull(strstr(output_text(&output), "restored (1)"));
	ck_assert_ptr_nonnull(strstr(output_text(&output), "failed (1)"));
	output_end(&output);
}
END_TEST

/* A ban is a rule for each port: bans are counted, and whoever is banned is named. */
START_TEST(counts_bans_not_rules)
{
	static const char *const rules[] = {
	    "public/rule:rule family=\"ipv4\" source address=\"192.0.2.7\" port port=\"25\" "
	    "protocol=\"tcp\" reject",
	    "public/rule:rule family=\"ipv4\" source address=\"192.0.2.7\" port port=\"993\" "
	    "protocol=\"tcp\" reject",
	    "public/rule:rule family=\"ipv4\" source address=\"192.0.2.9\" port port=\"25\" "
	    "protocol=\"tcp\" reject",
	    "public/rule:rule family=\"ipv4\" source address=\"192.0.2.8\" drop"};
	_cleanup_history_fold_lines_ struct history_fold_lines lines = HISTORY_FOLD_LINES_NULL;
	struct history_fold fold_of = HISTORY_FOLD_NULL;

	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		const struct store_history_row row = {.at_us = NOW,
		                                      .kind = "restore",
		                                      .text = rules[i],
		                                      .wipe_id = 7,
		                                      .item = rules[i],
		                                      .outcome = i < 3 ? "restored" : "skipped",
		                                      .error = i < 3 ? NULL : "it is there",
		                                      .verdict = "ban"};

		ck_assert_int_eq(history_fold_take(&fold_of, &row), 0);
	}
	ck_assert_int_eq(history_fold_give(&fold_of, 7, &lines), 0);
	ck_assert_uint_eq(lines.texts.n, 2);
	ck_assert_str_eq(lines.headings.strings[0], "  bans restored (2)");
	ck_assert_str_eq(lines.texts.strings[0], "192.0.2.9, 192.0.2.7 (3 rules)");
	ck_assert_str_eq(lines.headings.strings[1], "  bans put back by fail2ban (1)");
	ck_assert_str_eq(lines.texts.strings[1], "192.0.2.8 (1 rule)");
	history_fold_deinit(&fold_of);
}
END_TEST

/* A thousand bans that a reload took are a few lines. */
START_TEST(folds_many)
{
	_cleanup_history_fold_lines_ struct history_fold_lines lines = HISTORY_FOLD_LINES_NULL;
	struct history_fold all = HISTORY_FOLD_NULL;
	char item[80];

	for (int i = 0; i < 1000; i++) {
		const struct store_history_row row = {.at_us = NOW,
		                                      .kind = "loss",
		                                      .text = item,
		                                      .wipe_id = 7,
		                                      .item = item,
		                                      .verdict = "unprotected"};

		snprintf(item, sizeof(item), "public/rule:%d", 999 - i);
		ck_assert_int_eq(history_fold_take(&all, &row), 0);
	}
	ck_assert_int_eq(history_fold_give(&all, 8, &lines), 0);
	ck_assert_uint_eq(lines.texts.n, 0);
	ck_assert_int_eq(history_fold_give(&all, 7, &lines), 0);
	ck_assert_uint_eq(lines.texts.n, 1);
	ck_assert_uint_eq(lines.texts.n, lines.headings.n);
	ck_assert_str_eq(lines.headings.strings[0], "  not guarded (1000)");
	ck_assert(strncmp(lines.texts.strings[0], "public/rule:0, public/rule:1,", 29) == 0);
	ck_assert_uint_le(strlen(lines.texts.strings[0]), 500);
	ck_assert_ptr_nonnull(strstr(lines.texts.strings[0], " more"));
	ck_assert_uint_eq(all.n, 0);
	history_fold_deinit(&all);
}
END_TEST

START_TEST(turns_the_history_round_in_json)
{
	static const struct store_history_row rows[] = {
	    {.at_us = NOW + S,
	     .kind = "unban",
	     .text = "x",
	     .id = 2,
	     .jail = "a\"b\xc2\x9b"
	             "31m\xe2\x80\xae",
	     .address = "192.0.2.1",
	     .how = "unban"},
	    {.at_us = NOW,
	     .kind = "expired",
	     .text = "first",
	     .id = 1,
	     .item = "public/service:imap"},
	};
	_cleanup_report_list_ struct report_list list = {0};
	struct output output;
	json_t *document, *history;

	output_begin(&output, true);
	report_history_begin(&list, &output.report);
	report_history_row(&list, &rows[0]);
	report_history_row(&list, &rows[1]);
	ck_assert_int_eq(report_list_end(&list, "nothing"), 0);
	ck_assert_ptr_nonnull(strstr(output_text(&output), "\\u009B31m\\u202E"));
	for (const char *at = output_text(&output); *at; at++)
		ck_assert(*at == '\n' || (*at >= 0x20 && *at < 0x7f));
	document = output_json(&output);
	history = json_object_get(document, "history");
	ck_assert_uint_eq(json_array_size(history), 2);
	ck_assert_str_eq(json_string_value(json_object_get(json_array_get(history, 0), "text")),
	                 "first");
	ck_assert_str_eq(json_string_value(json_object_get(json_array_get(history, 0), "item")),
	                 "public/service:imap");
	ck_assert_ptr_null(json_object_get(json_array_get(history, 1), "item"));
	json_decref(document);
	output_end(&output);
}
END_TEST

START_TEST(lists_bans)
{
	static const struct store_ban rows[] = {
	    {.id = 2,
	     .jail = "postfix",
	     .address = "2001:db8::1",
	     .family = "inet6",
	     .time_us = NOW,
	     .bantime_s = -1,
	     .failures = 5,
	     .count = 1,
	     .source = "hook",
	     .active = true},
	    {.id = 1,
	     .jail = "dovecot",
	     .address = "192.0.2.11",
	     .family = "inet4",
	     .time_us = NOW,
	     .bantime_s = INT64_MAX,
	     .source = "hook",
	     .ended_us = NOW + S,
	     .ended_how = "unban"},
	    {.id = 3,
	     .jail = "x",
	     .address = "192.0.2.12",
	     .family = "inet4",
	     .time_us = NOW,
	     .bantime_s = 60,
	     .source = "hook"},
	};
	_cleanup_report_list_ struct report_list list = {0};
	struct output output;
	const char *text;

	output_begin(&output, false);
	report_bans_begin(&list, &output.report, NOW, false);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		report_bans_row(&list, &rows[i]);
	ck_assert_int_eq(report_list_end(&list, "no bans"), 0);
	text = output_text(&output);
	ck_assert_ptr_eq(strstr(text, "1 ban in force; 2 over.\n\n"), text);
	ck_assert_ptr_nonnull(strstr(text, "for ever"));
	ck_assert_ptr_nonnull(strstr(text, "banned"));
	ck_assert_ptr_nonnull(strstr(text, "unban"));
	ck_assert_ptr_nonnull(strstr(text, "2026-11-21 20:35:25"));
	/* until it was ended, not until it would have */
	ck_assert_ptr_nonnull(strstr(text, "2026-11-21 20:34:26"));
	ck_assert_ptr_nonnull(strstr(text, "expired"));
	output_end(&output);
}
END_TEST

START_TEST(tells_what_was_done)
{
	_cleanup_report_action_ struct report_action action = {.verb = "restore", .ok = true};
	struct item imaps = {
	    .zone = (char[]){"public"}, .value = (char[]){"imaps"}, .kind = ITEM_SERVICE};
	struct report_action_row *row;
	struct output output;
	json_t *document;

	row = report_action_add(&action, &imaps, "failed", REPORT_BAD);
	ck_assert_ptr_nonnull(row);
	row->verdict = "lost";
	row->error = strdup("INVALID_SERVICE: \x1b[2Jimaps");
	output_begin(&output, false);
	ck_assert_int_eq(report_action(&output.report, &action), 0);
	assert_clean(output_text(&output));
	ck_assert_ptr_nonnull(strstr(output.text, "lost: INVALID_SERVICE: \\x1b[2Jimaps"));
	output_end(&output);
	output_begin(&output, true);
	ck_assert_int_eq(report_action(&output.report, &action), 0);
	document = output_json(&output);
	ck_assert_uint_eq(json_array_size(json_object_get(document, "items")), 1);
	ck_assert(json_is_null(json_object_get(document, "wipe_id")));
	json_decref(document);
	output_end(&output);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("report");
	TCase *tcase = tcase_create("report");

	tcase_add_loop_test(tcase, gives_a_whole_document_or_none, 0, ARRAY_SIZE(scarce));
	tcase_add_test(tcase, aligns_columns);
	tcase_add_test(tcase, fits_the_terminal);
	tcase_add_test(tcase, colours_where_asked_for);
	tcase_add_test(tcase, tells_the_status);
	tcase_add_loop_test(tcase, tells_what_the_next_reload_closes, 0, 4);
	tcase_add_test(tcase, tells_the_status_as_json);
	tcase_add_test(tcase, turns_the_history_round);
	tcase_add_test(tcase, folds_what_a_wipe_took);
	tcase_add_test(tcase, counts_bans_not_rules);
	tcase_add_test(tcase, folds_many);
	tcase_add_test(tcase, turns_the_history_round_in_json);
	tcase_add_test(tcase, lists_bans);
	tcase_add_test(tcase, tells_what_was_done);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
