/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * historyfold - what a wipe took and what became of it, in a few lines
 *
 * The history has a row for each lost item and one for each attempt to restore
 * it; a person wants to see them under their wipe. The fold takes these rows,
 * from the newest to the oldest as the store hands them out, and gives lines
 * once their wipe comes along.
 */
#ifndef GUARD_AUDIT_HISTORYFOLD_H
#define GUARD_AUDIT_HISTORYFOLD_H

#include "guard/base/util.h"
#include "guard/system/store/store.h"

struct history_fold_wipe;

struct history_fold {
	struct history_fold_wipe *wipes; /* owned */
	size_t n;
	size_t capacity;
};
#define HISTORY_FOLD_NULL ((struct history_fold){0})

/* Heading, step and text of each line, in the order of reading. */
struct history_fold_lines {
	int64_t at_us; /* of the newest row in them */
	struct strv headings;
	enum store_outcome *steps; /* owned; STORE_STEP_N: there is none */
	size_t capacity;
	struct strv texts;
};
#define HISTORY_FOLD_LINES_NULL      ((struct history_fold_lines){0})
#define _cleanup_history_fold_lines_ _cleanup_(history_fold_lines_deinit)

void history_fold_deinit(struct history_fold *fold);
void history_fold_lines_deinit(struct history_fold_lines *lines);
int history_fold_take(struct history_fold *fold, const struct store_history_row *row) _must_check_;
int history_fold_give(struct history_fold *fold, int64_t wipe_id,
                      struct history_fold_lines *out) _must_check_;
int history_fold_give_any(struct history_fold *fold, struct history_fold_lines *out) _must_check_;

#endif
