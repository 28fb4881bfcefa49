// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/audit/historyfold.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum {
	LINE_WIDTH = 76,
	LINES_MAX = 8, /* of one group: a thousand bans are lost like one service */
};

/* Items of one fate: restored, failed… or, without an attempt, the verdict. */
struct group {
	char *fate; /* owned */
	enum store_outcome step;
	struct strv names; /* the last one first */
};

struct history_fold_wipe {
	int64_t id;
	int64_t at_us;
	struct strv tried; /* items whose last attempt has been seen */
	struct group *groups;
	size_t n;
	size_t capacity;
};

static void wipe_deinit(struct history_fold_wipe *wipe)
{
	for (size_t i = 0; i < wipe->n; i++) {
		free(wipe->groups[i].fate);
		strv_deinit(&wipe->groups[i].names);
	}
	free(wipe->groups);
	strv_deinit(&wipe->tried);
	*wipe = (struct history_fold_wipe){0};
}

/** history_fold_deinit() - free all of it; may be called twice */
void history_fold_deinit(struct history_fold *fold)
{
	for (size_t i = 0; i < fold->n; i++)
		wipe_deinit(&fold->wipes[i]);
	free(fold->wipes);
	*fold = HISTORY_FOLD_NULL;
}

/** history_fold_lines_deinit() - free all of it; may be called twice */
void history_fold_lines_deinit(struct history_fold_lines *lines)
{
	strv_deinit(&lines->headings);
	free(lines->steps);
	strv_deinit(&lines->texts);
	*lines = HISTORY_FOLD_LINES_NULL;
}

static struct history_fold_wipe *find_wipe(struct history_fold *fold, int64_t id)
{
	for (size_t i = 0; i < fold->n; i++)
		if (fold->wipes[i].id == id)
			return &fold->wipes[i];
	return NULL;
}

static struct history_fold_wipe *need_wipe(struct history_fold *fold, int64_t id, int64_t at_us)
{
	struct history_fold_wipe *wipe = find_wipe(fold, id);

	if (wipe)
		return wipe;
	if (grow(&fold->wipes, &fold->capacity, fold->n + 1, sizeof(*fold->wipes)) < 0)
		return NULL;
	wipe = &fold->wipes[fold->n++];
	*wipe = (struct history_fold_wipe){.id = id, .at_us = at_us};
	return wipe;
}

static struct group *need_group(struct history_fold_wipe *wipe, const char *fate,
                                enum store_outcome step)
{
	struct group *group;

	for (size_t i = 0; i < wipe->n; i++)
		if (strcmp(wipe->groups[i].fate, fate) == 0)
			return &wipe->groups[i];
	if (grow(&wipe->groups, &wipe->capacity, wipe->n + 1, sizeof(*wipe->groups)) < 0)
		return NULL;
	group = &wipe->groups[wipe->n];
	*group = (struct group){.fate = strdup(fate), .step = step};
	if (!group->fate)
		return NULL;
	wipe->n++;
	return group;
}

static int add_name(struct group *group, const struct store_history_row *row, const char *item)
{
	char *name;
	int r;

	if (!row->error)
		return strv_add(&group->names, item);
	r = xasprintf(&name, "%s (%s)", item, row->error);
	return r < 0 ? r : strv_add_take(&group->names, name);
}

/**
 * history_fold_take() - a row of kind "loss" or "restore"; of an item's attempts the newest counts
 *
 * Return: 0 or -ENOMEM.
 */
int history_fold_take(struct history_fold *fold, const struct store_history_row *row)
{
	struct history_fold_wipe *wipe = need_wipe(fold, row->wipe_id, row->at_us);
	const char *item = row->item ? row->item : row->text;
	bool attempt = event_is(row->kind, EVENT_RESTORE);
	const char *fate = attempt ? row->outcome : row->verdict;
	struct group *group;

	if (!wipe)
		return -ENOMEM;
	if (strv_contains(&wipe->tried, item))
		return 0;
	if (attempt && strv_add(&wipe->tried, item) < 0)
		return -ENOMEM;
	group = need_group(wipe, fate ? fate : row->kind, attempt ? row->step : STORE_STEP_N);
	return group ? add_name(group, row, item) : -ENOMEM;
}

/* --- lines ------------------------------------------------------------------------------- */

static int put_line(struct history_fold_lines *out, const char *heading, enum store_outcome step,
                    const char *text)
{
	int r = grow(&out->steps, &out->capacity, out->texts.n + 1, sizeof(*out->steps));

	if (r < 0)
		return r;
	out->steps[out->texts.n] = *heading ? step : STORE_STEP_N;
	r = strv_add(&out->headings, heading);
	return r < 0 ? r : strv_add(&out->texts, text);
}

/* As many names as a line holds, one at least; *at is moved behind them. */
static char *fill_line(const struct strv *names, size_t *at)
{
	char *line = NULL, *longer;

	while (*at > 0) {
		const char *name = names->strings[*at - 1];

		if (line && strlen(line) + strlen(name) + 2 > LINE_WIDTH)
			break;
		if (xasprintf(&longer, "%s%s%s%s", line ? line : "", line ? " " : "", name,
		              *at > 1 ? "," : "") < 0) {
			free(line);
			return NULL;
		}
		free(line);
		line = longer;
		(*at)--;
	}
	return line;
}

static int put_group(struct history_fold_lines *out, const struct group *group)
{
	_cleanup_free_ char *heading = NULL, *rest = NULL;
	size_t at = group->names.n;
	int r = xasprintf(&heading, "  %s (%zu)", group->fate, at);

	for (size_t i = 0; at > 0 && r >= 0 && i < LINES_MAX; i++) {
		_cleanup_free_ char *line = fill_line(&group->names, &at);

		r = line ? put_line(out, i == 0 ? heading : "", group->step, line) : -ENOMEM;
	}
	if (r < 0 || at == 0)
		return r < 0 ? r : 0;
	r = xasprintf(&rest, "and %zu more: reload-guard -v history shows all", at);
	return r < 0 ? r : put_line(out, "", STORE_STEP_N, rest);
}

/**
 * history_fold_give() - the lines of a wipe, which is forgotten then
 * @out: added to; none when nothing is known of it
 *
 * What was done comes before what was lost and not tried.
 *
 * Return: 0 or -ENOMEM.
 */
int history_fold_give(struct history_fold *fold, int64_t wipe_id, struct history_fold_lines *out)
{
	struct history_fold_wipe *wipe = find_wipe(fold, wipe_id);
	int r = 0;

	if (!wipe)
		return 0;
	out->at_us = wipe->at_us;
	for (size_t i = 0; i < wipe->n && r == 0; i++)
		r = put_group(out, &wipe->groups[i]);
	wipe_deinit(wipe);
	*wipe = fold->wipes[--fold->n];
	return r;
}

/** history_fold_give_any() - the lines of some wipe that did not come along; none: no more */
int history_fold_give_any(struct history_fold *fold, struct history_fold_lines *out)
{
	return fold->n > 0 ? history_fold_give(fold, fold->wipes[fold->n - 1].id, out) : 0;
}
