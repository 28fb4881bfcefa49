// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/report/report.h"

#include <errno.h>
#include <string.h>

#include "guard/base/builder.h"
#include "guard/model/rule/richrule.h"
#include "guard/report/report-internal.h"

static void add_bans(struct builder *text, const struct report_list *list)
{
	if (list->n_bans == 0)
		return;
	builder_addf(text, "%zu ban%s in force", list->n_in_force, text_plural(list->n_in_force));
	if (list->n_missing)
		builder_addf(text, ", %zu of them not in the kernel", list->n_missing);
	if (list->n_bans > list->n_in_force)
		builder_addf(text, "; %zu over", list->n_bans - list->n_in_force);
}

static void add_wipes(struct builder *text, const struct report_list *list)
{
	static const enum wipe_kind told[] = {WIPE_RELOAD, WIPE_RESTART, WIPE_REBOOT};
	size_t others = list->n_wipes;

	if (list->n_wipes == 0)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(told); i++) {
		size_t n = list->n_of_kind[told[i]];

		others -= n;
		if (n)
			builder_addf(text, "%s%zu %s%s", text->n ? ", " : "", n,
			             wipe_kind_name(told[i]), text_plural(n));
	}
	if (others)
		builder_addf(text, "%s%zu other time%s", text->n ? ", " : "", others,
		             text_plural(others));
	builder_addf(text, ": %lld item%s lost, %lld restored", list->n_lost,
	             text_plural((unsigned long long)list->n_lost), list->n_restored);
}

/* What the rows come to, which is told before them. */
static void put_headline(const struct report_list *list)
{
	_cleanup_builder_ struct builder text = BUILDER_NULL;

	add_bans(&text, list);
	add_wipes(&text, list);
	if (text.n == 0 || text.failed)
		return;
	report_line(list->report, REPORT_PLAIN, "%s.", text.text);
	report_line(list->report, REPORT_PLAIN, "%s", "");
}

static void count_wipe(struct report_list *list, const struct store_history_row *row)
{
	enum wipe_kind kind;

	if (!event_is(row->kind, EVENT_WIPE))
		return;
	list->n_wipes++;
	list->n_lost += row->n_lost;
	list->n_restored += row->n_restored;
	if (row->wipe_kind && wipe_kind_parse(&kind, row->wipe_kind) == 0)
		list->n_of_kind[kind]++;
}

static void list_begin(struct report_list *list, const struct report *report, const char *name,
                       const char *const *headings, size_t n)
{
	*list = (struct report_list){.report = report, .name = name};
	if (report->json) {
		list->rows = json_array();
		list->failed = !list->rows;
	} else {
		report_table_init(&list->table, headings, n);
	}
}

/* Takes the row, also a NULL that means out of memory. */
static void list_append(struct report_list *list, json_t *row)
{
	json_t *rows = list->rows;

	report_json_append(&rows, row);
	list->rows = rows;
	list->failed |= !rows;
}

/** report_list_deinit() - free all of it; may be called twice */
void report_list_deinit(struct report_list *list)
{
	json_decref(list->rows);
	list->rows = NULL;
	report_table_deinit(&list->table);
	history_fold_deinit(&list->fold);
}

static void cell_time(struct report_list *list, int64_t us, const char *none)
{
	char text[TIMESPEC_TEXT_MAX];

	timespec_format_local(us, list->report->zone, text);
	report_table_cell(&list->table, REPORT_PLAIN, "%s", us ? text : none);
}

static enum report_color step_color(enum store_outcome step)
{
	return step == STORE_STEP_FAILED     ? REPORT_BAD
	       : step == STORE_STEP_RESTORED ? REPORT_GOOD
	                                     : REPORT_PLAIN;
}

/* The rows stand from the newest to the oldest, so the last line goes first. */
static void put_fold_lines(struct report_list *list, const struct history_fold_lines *lines,
                           bool with_time)
{
	for (size_t i = lines->texts.n; i > 0; i--) {
		const char *heading = lines->headings.strings[i - 1];

		cell_time(list, with_time && i == 1 ? lines->at_us : 0, "");
		report_table_cell(&list->table, step_color(lines->steps[i - 1]), "%s", heading);
		report_table_cell(&list->table, REPORT_PLAIN, "%s", lines->texts.strings[i - 1]);
		report_table_cell(&list->table, REPORT_PLAIN, "%s", "");
	}
}

/* What happened after a wipe that lies before the time asked for; not what the limit cut off. */
static void put_orphans(struct report_list *list)
{
	while (list->fold.n > 0 && !report_history_is_full(list)) {
		_cleanup_history_fold_lines_ struct history_fold_lines lines =
		    HISTORY_FOLD_LINES_NULL;

		if (history_fold_give_any(&list->fold, &lines) < 0)
			list->failed = true;
		put_fold_lines(list, &lines, true);
		list->n_told++;
	}
}

/* Takes the array. */
static json_t *reversed(json_t *rows)
{
	json_t *other = json_array();

	for (size_t i = json_array_size(rows); other && i > 0; i--)
		report_json_append(&other, json_incref(json_array_get(rows, i - 1)));
	json_decref(rows);
	return other;
}

/**
 * report_list_end() - write it
 * @nothing: what to say in text when there is no row
 *
 * Return: 0 or -ENOMEM.
 */
int report_list_end(struct report_list *list, const char *nothing)
{
	put_orphans(list);
	if (list->failed)
		return -ENOMEM;
	if (list->report->json) {
		json_t *rows = list->table.reversed ? reversed(list->rows) : list->rows;

		list->rows = NULL;
		return report_put_document(list->report, json_pack("{s:o}", list->name, rows));
	}
	if (report_table_n_rows(&list->table) == 0 && !list->table.failed) {
		report_line(list->report, REPORT_DIM, "%s", nothing);
		return 0;
	}
	put_headline(list);
	return report_table_print(list->report, &list->table);
}

/** report_history_begin() - the answer of `history`; rows come in from the newest to the oldest */
void report_history_begin(struct report_list *list, const struct report *report)
{
	static const char *const headings[] = {"TIME", "WHAT", "", ""};

	list_begin(list, report, "history", headings, ARRAY_SIZE(headings));
	/* The store hands out the newest first; people read from then to now. */
	list->table.reversed = true;
}

/**
 * report_history_fold() - tell what a wipe took and what became of it under the wipe, in text
 * @limit: how many wipes and events are told; the rows of items do not count
 */
void report_history_fold(struct report_list *list, size_t limit)
{
	list->folded = !list->report->json;
	list->limit = limit;
}

/** report_history_is_full() - has a folded history what its limit allows? */
bool report_history_is_full(const struct report_list *list)
{
	return list->folded && list->n_told >= list->limit;
}

static json_t *history_json(const struct store_history_row *row)
{
	json_t *object = json_pack("{s:o, s:o, s:o, s:I}", "at", report_json_time(row->at_us),
	                           "kind", report_json_text(row->kind), "text",
	                           report_json_text(row->text), "id", (json_int_t)row->id);

	if (!object)
		return NULL;
	if (row->wipe_id)
		report_json_set(&object, "wipe_id", json_integer(row->wipe_id));
	if (row->wipe_kind)
		report_json_set(&object, "wipe_kind", report_json_text(row->wipe_kind));
	if (event_is(row->kind, EVENT_WIPE)) {
		report_json_set(&object, "finished", report_json_time(row->finished_us));
		report_json_set(&object, "lost", json_integer(row->n_lost));
		report_json_set(&object, "restored", json_integer(row->n_restored));
		report_json_set(&object, "failed", json_integer(row->n_failed));
		report_json_set(&object, "restore_ms",
		                row->restore_ms < 0 ? json_null() : json_integer(row->restore_ms));
	}
	if (row->outcome)
		report_json_set(&object, "outcome", report_json_text(row->outcome));
	if (row->item)
		report_json_set(&object, "item", report_json_text(row->item));
	if (row->verdict)
		report_json_set(&object, "verdict", report_json_text(row->verdict));
	if (row->error)
		report_json_set(&object, "error", report_json_text(row->error));
	if (row->started_us)
		report_json_set(&object, "started", report_json_time(row->started_us));
	if (row->jail)
		report_json_set(&object, "jail", report_json_text(row->jail));
	if (row->address)
		report_json_set(&object, "address", report_json_text(row->address));
	if (row->how)
		report_json_set(&object, "how", report_json_text(row->how));
	return object;
}

/**
 * report_history_line() - one thing that happened, as one line of JSON
 *
 * Return: 0; -ENOMEM; -EIO.
 */
int report_history_line(const struct report *report, const struct store_history_row *row)
{
	json_t *object = history_json(row);
	int r;

	if (!object)
		return -ENOMEM;
	r = json_dumpf(object, report->out, JSON_COMPACT | JSON_ENSURE_ASCII);
	json_decref(object);
	return r == 0 && fputc('\n', report->out) != EOF ? 0 : -EIO;
}

static enum report_color history_color(const struct store_history_row *row)
{
	if (row->step == STORE_STEP_FAILED)
		return REPORT_BAD;
	if (event_is(row->kind, EVENT_WIPE))
		return row->n_failed || row->n_restored < row->n_lost ? REPORT_BAD : REPORT_WARN;
	if (event_is(row->kind, EVENT_RESTORE))
		return REPORT_GOOD;
	return REPORT_PLAIN;
}

/* "reload", not what all of its kind are called */
static const char *what_of(const struct store_history_row *row)
{
	return event_is(row->kind, EVENT_WIPE) && row->wipe_kind ? row->wipe_kind
	                                                         : event_words(row->kind);
}

/* The one word that says most about it. */
static const char *result_of(const struct store_history_row *row)
{
	if (event_is(row->kind, EVENT_LOSS) && row->verdict)
		return loss_verdict_words(row->verdict);
	if (row->outcome)
		return row->outcome;
	return row->how && strcmp(row->how, row->kind) != 0 ? row->how : "";
}

static void put_wipe_counts(struct report_table *table, const struct store_history_row *row,
                            const char *before)
{
	char after[TIMESPEC_TEXT_MAX] = "", counts[160] = "no items lost";

	if (row->restore_ms >= 0)
		timespec_format_duration(row->restore_ms * 1000, after);
	if (row->n_lost)
		snprintf(counts, sizeof(counts), "%lld item%s lost, %lld restored%s%s",
		         (long long)row->n_lost, text_plural((unsigned long long)row->n_lost),
		         (long long)row->n_restored, after[0] ? " in " : "", after);
	report_table_cell(table, REPORT_PLAIN, "%s%s%s%s", before, before[0] ? ": " : "", counts,
	                  row->finished_us ? "" : ", not finished");
}

/* One line for a wipe or an event, and under a wipe what it took. */
static void put_folded(struct report_list *list, const struct store_history_row *row)
{
	_cleanup_history_fold_lines_ struct history_fold_lines lines = HISTORY_FOLD_LINES_NULL;
	struct report_table *table = &list->table;
	bool is_wipe = event_is(row->kind, EVENT_WIPE);
	const char *result = result_of(row);

	if (is_wipe && history_fold_give(&list->fold, row->id, &lines) < 0)
		list->failed = true;
	put_fold_lines(list, &lines, false);
	cell_time(list, row->at_us, "");
	report_table_cell(table, history_color(row), "%s", what_of(row));
	if (is_wipe)
		put_wipe_counts(table, row, row->text);
	else
		report_table_cell(table, REPORT_PLAIN, "%s%s%s", row->text, result[0] ? ": " : "",
		                  result);
	report_table_cell(table, REPORT_PLAIN, "%s", "");
	list->n_told++;
}

/** report_history_row() - one thing that happened; a failure is kept for report_list_end() */
void report_history_row(struct report_list *list, const struct store_history_row *row)
{
	struct report_table *table = &list->table;
	bool is_wipe;

	if (list->report->json) {
		list_append(list, history_json(row));
		return;
	}
	count_wipe(list, row);
	if (list->folded) {
		if (!event_is(row->kind, EVENT_LOSS) && !event_is(row->kind, EVENT_RESTORE))
			put_folded(list, row);
		else if (history_fold_take(&list->fold, row) < 0)
			list->failed = true;
		return;
	}
	cell_time(list, row->at_us, "");
	is_wipe = event_is(row->kind, EVENT_WIPE);
	report_table_cell(table, history_color(row), "%s", what_of(row));
	report_table_cell(table, REPORT_PLAIN, "%s",
	                  row->wipe_id && row->item ? row->item : row->text);
	if (is_wipe)
		put_wipe_counts(table, row, "");
	else
		report_table_cell(table, REPORT_PLAIN, "%s%s%s", result_of(row),
		                  row->error ? ": " : "", row->error ? row->error : "");
}

/**
 * report_bans_end() - write it
 * @known: fail2ban says what it holds, or does not run; else there may be more
 *
 * Return: 0 or -ENOMEM.
 */
int report_bans_end(struct report_list *list, bool known)
{
	json_t *rows = list->rows;

	if (list->failed || !list->report->json)
		return report_list_end(list, known ? "no bans" : "no bans on record");
	list->rows = NULL;
	return report_put_document(list->report,
	                           json_pack("{s:b, s:o}", "complete", known, "bans", rows));
}

/** report_bans_begin() - the answer of `bans`; with @rules, whole rules in the last column */
void report_bans_begin(struct report_list *list, const struct report *report, int64_t now_us,
                       bool rules)
{
	static const char *const headings[] = {"ADDRESS", "JAIL",     "BANNED", "FOR",   "UNTIL",
	                                       "BEFORE",  "FAILURES", "SOURCE", "STATE", "RULE"};

	list_begin(list, report, "bans", headings, ARRAY_SIZE(headings));
	/* the source, the failures, how often before, for how long, the rule, when */
	for (size_t i = 0; !report->json && i < 6; i++)
		report_table_spare(&list->table, (const size_t[]){7, 6, 5, 3, 9, 2}[i]);
	list->now_us = now_us;
	list->whole_rules = rules;
}

static int64_t ban_until(const struct store_ban *ban)
{
	if (ban->bantime_s < 0 || ban->bantime_s > (INT64_MAX - ban->time_us) / 1000000)
		return 0;
	return ban->time_us + ban->bantime_s * 1000000;
}

/* Of one that was ended before its time that is when. */
static int64_t ban_lasted_until(const struct store_ban *ban)
{
	int64_t until_us = ban_until(ban);

	return !ban->active && ban->ended_us && (!until_us || ban->ended_us < until_us)
	           ? ban->ended_us
	           : until_us;
}

/*
 * fail2ban calls the same action at the end of a ban's time and for an unban by
 * hand: which of them it was, the time tells. It looks once a second.
 */
static const char *ban_state(const struct store_ban *ban)
{
	int64_t until_us = ban_until(ban);

	if (ban->active)
		return ban->lets_in ? "let in" : ban->missing ? "missing" : "banned";
	if (!ban->ended_how)
		return "expired";
	if (strcmp(ban->ended_how, "unban") == 0)
		return until_us && ban->ended_us >= until_us - 1500000 ? "expired" : "unbanned";
	if (strcmp(ban->ended_how, "flush") == 0)
		return "flushed";
	if (strcmp(ban->ended_how, "stop") == 0)
		return "stopped";
	return "ended";
}

/* fail2ban counts what it still knows of, the store what it has on record. */
static int64_t ban_before(const struct store_ban *ban)
{
	return ban->count - 1 > ban->before ? ban->count - 1 : ban->before;
}

static json_t *ban_lost_json(const struct store_ban_loss *loss)
{
	bool back = loss->restored_us >= loss->at_us && loss->restored_us;

	if (loss->n == 0)
		return json_null();
	return json_pack("{s:I, s:o, s:s, s:o, s:o, s:b}", "times", (json_int_t)loss->n, "at",
	                 report_json_time(loss->at_us), "in", wipe_kind_name(loss->kind),
	                 "restored", report_json_time(loss->restored_us), "restored_ms",
	                 back ? json_integer((loss->restored_us - loss->at_us) / 1000)
	                      : json_null(),
	                 "whole", loss->whole);
}

static json_t *ban_json(const struct store_ban *ban)
{
	json_t *row = json_pack(
	    "{s:I, s:o, s:o, s:o, s:o, s:o, s:I, s:I, s:I, s:b, s:o, s:o, s:b, s:o, s:o}", "id",
	    (json_int_t)ban->id, "jail", report_json_text(ban->jail), "address",
	    report_json_text(ban->address), "family", report_json_text(ban->family), "time",
	    report_json_time(ban->time_us), "until", report_json_time(ban_until(ban)), "bantime",
	    (json_int_t)ban->bantime_s, "failures", (json_int_t)ban->failures, "count",
	    (json_int_t)ban->count, "restored", ban->restored, "source",
	    report_json_text(ban->source), "rule", report_json_text(ban->rule), "active",
	    ban->active, "ended", report_json_time(ban->ended_us), "ended_how",
	    report_json_text(ban->ended_how));

	if (!row)
		return NULL;
	report_json_set(&row, "state", json_string(ban_state(ban)));
	report_json_set(&row, "before", json_integer(ban_before(ban)));
	report_json_set(&row, "rules", ban->rules ? report_json_strv(ban->rules) : json_array());
	report_json_set(&row, "lost", ban_lost_json(&ban->loss));
	return row;
}

static void cell_ban_duration(struct report_list *list, const struct store_ban *ban)
{
	char text[TIMESPEC_TEXT_MAX];

	if (ban->bantime_s < 0 || ban->bantime_s > INT64_MAX / 1000000) {
		report_table_cell(&list->table, REPORT_PLAIN, "%s", "-");
		return;
	}
	if (ban->bantime_s < 60)
		snprintf(text, sizeof(text), "%lld s", (long long)ban->bantime_s);
	else
		timespec_format_duration(ban->bantime_s * 1000000, text);
	report_table_cell(&list->table, REPORT_PLAIN, "%s", text);
}

static const char *ban_state_words(const struct store_ban *ban)
{
	const char *state = ban_state(ban);

	if (!ban->active && ban->ended_how && strcmp(ban->ended_how, "gone") == 0)
		return "ended: not held by fail2ban";
	return strcmp(state, "missing") == 0   ? "banned, but not in the kernel"
	       : strcmp(state, "stopped") == 0 ? "ended: jail stopped"
	       : strcmp(state, "flushed") == 0 ? "ended: all unbanned"
	                                       : state;
}

static void cell_ban_state(struct report_list *list, const struct store_ban *ban)
{
	const struct store_ban_loss *loss = &ban->loss;
	char at[TIMESPEC_TEXT_MAX], after[TIMESPEC_TEXT_MAX];
	const char *state = ban_state_words(ban);
	bool back = loss->restored_us >= loss->at_us && loss->restored_us;

	if (loss->n == 0) {
		report_table_cell(&list->table,
		                  ban->missing  ? REPORT_BAD
		                  : ban->active ? REPORT_WARN
		                                : REPORT_DIM,
		                  "%s", state);
		return;
	}
	timespec_format_local(loss->at_us, list->report->zone, at);
	timespec_format_duration(loss->restored_us - loss->at_us, after);
	report_table_cell(&list->table,
	                  back && loss->whole ? REPORT_WARN
	                  : ban->active       ? REPORT_BAD
	                                      : REPORT_DIM,
	                  "%s; lost in %s %s, %s%s%s", state, wipe_kind_name(loss->kind), at,
	                  !back         ? "not restored"
	                  : loss->whole ? "restored after "
	                                : "restored in part after ",
	                  back ? after : "", loss->n > 1 ? " (and before)" : "");
}

/* "reject smtp/tcp": what people want to know of a rule whose address stands beside it. */
static void rule_words(char *out, size_t size, const char *text)
{
	static const char *const actions[] = {[RICHRULE_ACTION_NONE] = "",
	                                      [RICHRULE_ACTION_ACCEPT] = "accept",
	                                      [RICHRULE_ACTION_REJECT] = "reject",
	                                      [RICHRULE_ACTION_DROP] = "drop",
	                                      [RICHRULE_ACTION_MARK] = "mark"};
	_cleanup_richrule_ struct richrule rule = RICHRULE_NULL;

	if (richrule_parse(&rule, text, NULL) != 0)
		snprintf(out, size, "%.60s", text);
	else if (rule.element == RICHRULE_ELEMENT_PORT)
		snprintf(out, size, "%s %.30s/%.8s", actions[rule.action], rule.port,
		         rule.protocol);
	else if (rule.element == RICHRULE_ELEMENT_SERVICE)
		snprintf(out, size, "%s %.40s", actions[rule.action], rule.value);
	else
		snprintf(out, size, "%s", actions[rule.action]);
}

static void cell_ban_rules(struct report_list *list, const struct store_ban *ban)
{
	char text[600] = "", words[80];
	size_t at = 0;

	for (size_t i = 0; ban->rules && i < ban->rules->n && at < sizeof(text) - 100; i++) {
		rule_words(words, sizeof(words), ban->rules->strings[i]);
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%s", i ? ", " : "", words);
	}
	if (!list->whole_rules) {
		report_table_cell(&list->table, REPORT_DIM, "%s", text);
		return;
	}
	/* one a line, under each other */
	report_table_cell(&list->table, REPORT_DIM, "%s",
	                  ban->rules && ban->rules->n ? ban->rules->strings[0] : "");
	for (size_t i = 1; ban->rules && i < ban->rules->n; i++) {
		for (size_t k = 1; k < list->table.n_columns; k++)
			report_table_cell(&list->table, REPORT_PLAIN, "%s", "");
		report_table_cell(&list->table, REPORT_DIM, "%s", ban->rules->strings[i]);
	}
}

/** report_bans_row() - one ban; a failure is kept for report_list_end() */
void report_bans_row(struct report_list *list, const struct store_ban *ban)
{
	struct report_table *table = &list->table;
	int64_t before = ban_before(ban);

	if (list->report->json) {
		list_append(list, ban_json(ban));
		return;
	}
	list->n_bans += !ban->lets_in;
	list->n_in_force += ban->active && !ban->lets_in;
	list->n_missing += ban->active && !ban->lets_in && ban->missing;
	report_table_cell(table, REPORT_PLAIN, "%s", ban->address);
	report_table_cell(table, REPORT_PLAIN, "%s", ban->jail);
	cell_time(list, ban->time_us, "");
	cell_ban_duration(list, ban);
	cell_time(list, ban_lasted_until(ban), "for ever");
	report_table_cell(table, REPORT_PLAIN, "%lld%s", (long long)before,
	                  before >= 1000 ? "+" : "");
	report_table_cell(table, REPORT_PLAIN, "%lld", (long long)ban->failures);
	report_table_cell(table, REPORT_DIM, "%s", ban->source);
	cell_ban_state(list, ban);
	cell_ban_rules(list, ban);
}

/** report_snapshots_begin() - the answer of `snapshot list` */
void report_snapshots_begin(struct report_list *list, const struct report *report)
{
	static const char *const headings[] = {"ID",    "FIRST SEEN", "LAST SEEN", "TIMES",
	                                       "ITEMS", "GOOD",       "DIGEST"};

	list_begin(list, report, "snapshots", headings, ARRAY_SIZE(headings));
}

/** report_json_snapshot() - what is known of a snapshot without its items */
json_t *report_json_snapshot(const struct store_snapshot *snapshot)
{
	return json_pack(
	    "{s:I, s:s, s:o, s:I, s:o, s:o, s:I, s:b, s:o, s:o, s:o}", "id",
	    (json_int_t)snapshot->id, "digest", snapshot->digest, "default_zone",
	    report_json_text(snapshot->default_zone), "n_items", (json_int_t)snapshot->n_items,
	    "first", report_json_time(snapshot->first_us), "last",
	    report_json_time(snapshot->last_us), "times_seen", (json_int_t)snapshot->times_seen,
	    "good", snapshot->good, "last_good", report_json_time(snapshot->good_us), "boot_id",
	    report_json_text(snapshot->boot_id), "instance", report_json_text(snapshot->instance));
}

/** report_snapshots_row() - one snapshot; a failure is kept for report_list_end() */
void report_snapshots_row(struct report_list *list, const struct store_snapshot *snapshot)
{
	struct report_table *table = &list->table;

	if (list->report->json) {
		list_append(list, report_json_snapshot(snapshot));
		return;
	}
	report_table_cell(table, REPORT_PLAIN, "%lld", (long long)snapshot->id);
	cell_time(list, snapshot->first_us, "");
	cell_time(list, snapshot->last_us, "");
	report_table_cell(table, REPORT_PLAIN, "%lld", (long long)snapshot->times_seen);
	report_table_cell(table, REPORT_PLAIN, "%zu", snapshot->n_items);
	report_table_cell(table, snapshot->good ? REPORT_GOOD : REPORT_DIM,
	                  snapshot->good ? "yes" : "no");
	report_table_cell(table, REPORT_DIM, "%.12s", snapshot->digest);
}

/** report_released_begin() - the answer of `release --list` */
void report_released_begin(struct report_list *list, const struct report *report)
{
	static const char *const headings[] = {"ITEM"};

	list_begin(list, report, "released", headings, ARRAY_SIZE(headings));
}

/** report_released_row() - one item; a failure is kept for report_list_end() */
void report_released_row(struct report_list *list, const struct item *item)
{
	_cleanup_free_ char *text = NULL;

	if (list->report->json)
		list_append(list, report_json_item(item));
	else if (item_format(&text, item) < 0)
		list->failed = true;
	else
		report_table_cell(&list->table, REPORT_PLAIN, "%s", text);
}
