// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/audit/historyfold.h"

#include <errno.h>
#include <string.h>

#include "guard/base/builder.h"
#include "guard/base/text.h"
#include "guard/model/ban/bancount.h"

/* Of one group: a thousand bans are lost like one service. */
#define NAMES_MAX 24

/* Items of one fate: restored, failed… or, without an attempt, the verdict. */
struct group {
	char *fate; /* owned */
	enum store_outcome step;
	struct strv names;    /* the last one first; of bans those of the first few alone */
	struct bancount bans; /* rules of bans: such a group has nothing else */
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
		bancount_deinit(&wipe->groups[i].bans);
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
                                enum store_outcome step, bool of_bans)
{
	struct group *group;

	for (size_t i = 0; i < wipe->n; i++)
		if (strcmp(wipe->groups[i].fate, fate) == 0 &&
		    (wipe->groups[i].bans.n_rules > 0) == of_bans)
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

/* Whom a rule bans is told in its place: one ban has many. */
static int add_ban(struct group *group, const struct item *item)
{
	char whom[CIDR_TEXT_LENGTH];
	size_t n = group->bans.n;
	int r = bancount_add(&group->bans, item);

	if (r < 0 || group->bans.n == n || group->names.n >= NAMES_MAX)
		return r;
	cidr_format(&group->bans.whom[n], whom);
	return strv_contains(&group->names, whom) ? 0 : strv_add(&group->names, whom);
}

/* Is it a rule of a ban? What cannot be read is told as it stands there. */
static bool is_ban(struct item *out, const struct store_history_row *row, const char *text)
{
	return row->verdict && strcmp(row->verdict, loss_verdict_name(LOSS_BAN)) == 0 &&
	       row->step != STORE_STEP_FAILED && item_parse(out, text, NULL) == 0;
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
	const char *fate = attempt        ? row->outcome
	                   : row->verdict ? loss_verdict_words(row->verdict)
	                                  : NULL;
	_cleanup_item_ struct item ban = ITEM_NULL;
	struct group *group;
	bool of_ban;

	if (!wipe)
		return -ENOMEM;
	if (strv_contains(&wipe->tried, item))
		return 0;
	if (attempt && strv_add(&wipe->tried, item) < 0)
		return -ENOMEM;
	of_ban = is_ban(&ban, row, item);
	group =
	    need_group(wipe, fate ? fate : row->kind, attempt ? row->step : STORE_STEP_N, of_ban);
	if (!group)
		return -ENOMEM;
	return of_ban ? add_ban(group, &ban) : add_name(group, row, item);
}

/* --- lines ------------------------------------------------------------------------------- */

/* Items, or bans. */
static size_t group_size(struct group *group)
{
	return group->bans.n_rules ? bancount_bans(&group->bans) : group->names.n;
}

/* "bans put back by fail2ban (2)" */
static int write_heading(char **out, struct group *group)
{
	const char *skipped = store_outcome_name(STORE_STEP_SKIPPED);

	if (!group->bans.n_rules)
		return xasprintf(out, "  %s (%zu)", group->fate, group_size(group));
	return xasprintf(out, "  bans %s (%zu)",
	                 strcmp(group->fate, skipped) == 0 ? "put back by fail2ban" : group->fate,
	                 group_size(group));
}

/* The first of them; whoever prints it folds it. */
static int join_names(char **out, struct group *group)
{
	_cleanup_builder_ struct builder text = BUILDER_NULL;
	size_t n = group->names.n, told = n > NAMES_MAX ? NAMES_MAX : n;

	for (size_t i = 0; i < told; i++)
		builder_join(&text, ", ", group->names.strings[n - 1 - i]);
	if (told < group_size(group))
		builder_addf(&text, ", and %zu more: reload-guard -v history shows all",
		             group_size(group) - told);
	if (group->bans.n_rules)
		builder_addf(&text, " (%zu rule%s)", group->bans.n_rules,
		             text_plural(group->bans.n_rules));
	return builder_take(&text, out);
}

static int put_group(struct history_fold_lines *out, struct group *group)
{
	char *heading, *text;
	int r = grow(&out->steps, &out->capacity, out->texts.n + 1, sizeof(*out->steps));

	if (r < 0)
		return r;
	out->steps[out->texts.n] = group->step;
	r = write_heading(&heading, group);
	if (r >= 0)
		r = strv_add_take(&out->headings, heading);
	if (r == 0)
		r = join_names(&text, group);
	return r < 0 ? r : strv_add_take(&out->texts, text);
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
