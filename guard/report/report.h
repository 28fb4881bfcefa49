/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report - results as text for people and as JSON for programs
 *
 * Text is aligned in columns, escaped, and coloured only on a terminal without
 * NO_COLOR. With JSON exactly one document is written; schema/json/ describes
 * each form, and the forms only ever grow. Times in JSON are ISO 8601 in UTC.
 */
#ifndef GUARD_REPORT_REPORT_H
#define GUARD_REPORT_REPORT_H

#include <jansson.h>
#include <stdio.h>

#include "guard/model/diff.h"
#include "guard/base/timespec.h"
#include "guard/system/host/config.h"
#include "guard/system/store/store.h"
#include "guard/audit/historyfold.h"
#include "guard/audit/status.h"

enum report_color {
	REPORT_PLAIN,
	REPORT_GOOD,
	REPORT_WARN,
	REPORT_BAD,
	REPORT_DIM,
	REPORT_N_COLORS,
};

struct report {
	FILE *out; /* borrowed */
	bool json;
	bool quiet; /* no text; JSON was asked for and comes all the same */
	bool color;
	size_t columns; /* of the terminal, which text is folded to; 0: it is not */
	const struct timespec_zone *zone; /* for times in text */
};

void report_init(struct report *report, FILE *out, bool json, const struct timespec_zone *zone);
void report_command(const struct report *report, enum report_color color, const char *before,
                    const char *command);
void report_line(const struct report *report, enum report_color color, const char *format, ...)
    _printf_(3, 4);

/* --- columns ----------------------------------------------------------------------------- */

#define REPORT_COLUMNS_MAX 10

struct report_cell {
	char *text; /* owned, escaped */
	enum report_color color;
};

struct report_table {
	size_t n_columns;
	struct report_cell *cells; /* row by row; the first row is the headings */
	size_t n;
	size_t capacity;
	size_t spare[REPORT_COLUMNS_MAX]; /* columns that may be left out, the first one first */
	size_t n_spare;
	bool reversed; /* the last row first */
	bool failed;   /* out of memory: report_table_print() tells */
};
#define _cleanup_report_table_ _cleanup_(report_table_deinit)

void report_table_init(struct report_table *table, const char *const *headings, size_t n);
void report_table_deinit(struct report_table *table);
void report_table_cell(struct report_table *table, enum report_color color, const char *format, ...)
    _printf_(3, 4);
void report_table_spare(struct report_table *table, size_t column);
size_t report_table_n_rows(const struct report_table *table);
int report_table_print(const struct report *report, const struct report_table *table) _must_check_;

/* --- the configuration ------------------------------------------------------------------- */

int report_config(const struct report *report, const struct config *config,
                  const char *path) _must_check_;
void report_config_example(FILE *out);

/* --- status and findings (report-status.c, report-check.c) ------------------------------- */

int report_status(const struct report *report, const struct status *status) _must_check_;
int report_zones(const struct report *report, const struct picture *picture,
                 const struct ruleset_zone *only) _must_check_;
void report_findings_put(const struct report *report, const struct findings *findings);

/* --- restore and persist
 * -------------------------------------------------------------- */

struct report_action_row {
	struct item item;    /* owned */
	const char *verdict; /* static; NULL: none */
	const char *outcome; /* static: restored, written, failed, skipped, kept, would… */
	char *error;         /* owned; NULL: none */
	int64_t until_us;    /* 0: no end */
	enum report_color color;
};

/* What a command did to firewalld, item by item. */
struct report_action {
	bool dry_run;
	bool ok;
	const char *verb;    /* static: "restore" or "persist" */
	const char *kind;    /* of the wipe; static; NULL: none */
	int64_t wipe_id;     /* 0: not on record */
	int64_t snapshot_id; /* gone back to; 0: none */
	int64_t took_us;     /* from the first call to the last answer */
	struct strv backups; /* files that were copied before */
	struct report_action_row *rows;
	size_t n;
	size_t capacity;
};
#define _cleanup_report_action_ _cleanup_(report_action_deinit)

void report_action_deinit(struct report_action *action);
struct report_action_row *report_action_add(struct report_action *action, const struct item *item,
                                            const char *outcome, enum report_color color);
int report_action(const struct report *report, const struct report_action *action) _must_check_;

/* --- lists: begin, a row at a time, end
 * ----------------------------------------------- */

struct report_list {
	const struct report *report;
	const char *name; /* static; of the JSON array */
	void *rows;       /* json_t *, owned */
	struct report_table table;
	bool failed;
	int64_t now_us;
	bool whole_rules; /* of bans: not in short */
	/* what the rows come to */
	size_t n_bans, n_in_force, n_missing, n_wipes, n_of_kind[WIPE_N_KINDS];
	long long n_lost, n_restored;
	/* of a folded history */
	bool folded;
	struct history_fold fold;
	size_t n_told, limit;
};
#define _cleanup_report_list_ _cleanup_(report_list_deinit)

void report_list_deinit(struct report_list *list);
int report_list_end(struct report_list *list, const char *nothing) _must_check_;
int report_bans_end(struct report_list *list, bool known) _must_check_;

void report_history_begin(struct report_list *list, const struct report *report);
void report_history_fold(struct report_list *list, size_t limit);
int report_history_line(const struct report *report,
                        const struct store_history_row *row) _must_check_;
bool report_history_is_full(const struct report_list *list) _must_check_;
void report_history_row(struct report_list *list, const struct store_history_row *row);

void report_bans_begin(struct report_list *list, const struct report *report, int64_t now_us,
                       bool rules);
void report_bans_row(struct report_list *list, const struct store_ban *ban);

void report_snapshots_begin(struct report_list *list, const struct report *report);
void report_snapshots_row(struct report_list *list, const struct store_snapshot *snapshot);

void report_released_begin(struct report_list *list, const struct report *report);
void report_released_row(struct report_list *list, const struct item *item);

/* --- the rest
 * ------------------------------------------------------------------------- */

/* Of several answers in one; the document is taken. */
int report_put_document(const struct report *report, json_t *document) _must_check_;

int report_snapshot_taken(const struct report *report, int64_t id, const struct firewall *fw,
                          bool good) _must_check_;
int report_snapshot(const struct report *report, const struct store_snapshot *snapshot,
                    const struct firewall *fw) _must_check_;
int report_diff(const struct report *report, int64_t a, int64_t b,
                const struct diff *diff) _must_check_;
int report_released(const struct report *report, const struct item *item, bool undo,
                    const char *presence, bool permanent) _must_check_;

#endif
