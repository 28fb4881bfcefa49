// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/restore/banlist.h"

#include "guard/system/host/clock.h"

#include <errno.h>
#include <string.h>

/** loss_has_bans() - is there a ban among the rows? */
bool loss_has_bans(const struct loss *loss)
{
	return loss_count(loss, LOSS_BAN) > 0;
}

/** banlist_deinit() - forget everything; what is in the store waits for the next guard */
void banlist_deinit(struct banlist *list)
{
	while (list->wipes) {
		struct ban_wipe *wipe = list->wipes;

		list->wipes = wipe->next;
		episode_free(wipe->episode);
		bancount_deinit(&wipe->back);
		free(wipe);
	}
	while (list->late) {
		struct episode *episode = list->late;

		list->late = episode->next;
		episode_free(episode);
	}
	free(list->bans);
	*list = (struct banlist){.record = list->record};
}

static int compare_bans(const void *a, const void *b)
{
	const struct ban *x = a, *y = b;

	return item_cmp(x->item, y->item);
}

/** banlist_find() - the ban in the list, or NULL; valid until one is added or swept away */
struct ban *banlist_find(const struct banlist *list, const struct item *item)
{
	struct ban key = {.item = item};

	return list->n ? bsearch(&key, list->bans, list->n, sizeof(key), compare_bans) : NULL;
}

/**
 * banlist_settle() - nothing more is to be done about this ban
 * @why: copied; NULL: the outcome says it all
 *
 * It leaves the list with the next banlist_sweep().
 */
void banlist_settle(struct ban *ban, enum store_outcome outcome, const char *why)
{
	/* without memory for it the row stays open, and the next guard looks at it again */
	if (ban->wipe->recorded)
		(void)!episode_add_step(ban->wipe->episode, ban->row, outcome, why);
	ban->wipe->n_failed += outcome == STORE_STEP_FAILED;
	banlist_drop(ban);
}

/** banlist_back() - it is there by our doing, and stays in the list for now */
void banlist_back(struct ban *ban)
{
	if (ban->wipe->recorded)
		(void)!episode_add_step(ban->wipe->episode, ban->row, STORE_STEP_RESTORED, NULL);
	banlist_restored(ban, clock_now_us());
	ban->state = BAN_BACK;
}

/** banlist_restored() - one more is back */
void banlist_restored(struct ban *ban, int64_t at_us)
{
	ban->wipe->n_restored++;
	ban->wipe->restored_us = at_us;
	/* without memory the line about it counts one less */
	if (!ban->by_hand)
		(void)!bancount_add(&ban->wipe->back, ban->item);
}

/** banlist_drop() - the same as to settle it where what became of it is on record already */
void banlist_drop(struct ban *ban)
{
	ban->wipe->n_open--;
	ban->wipe = NULL;
}

/** banlist_sweep() - take what is settled out of the list */
void banlist_sweep(struct banlist *list)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->n; i++)
		if (list->bans[i].wipe)
			list->bans[kept++] = list->bans[i];
	list->n = kept;
}

/** banlist_write() - put what became of bans on record */
void banlist_write(struct banlist *list)
{
	for (struct ban_wipe *wipe = list->wipes; wipe; wipe = wipe->next)
		if (wipe->recorded && wipe->episode->n_steps > wipe->episode->n_written)
			record_episode_steps(list->record, wipe->episode);
}

static struct ban_wipe *add_wipe(struct banlist *list, struct episode *episode,
                                 enum store_ending ending, bool recorded)
{
	struct ban_wipe *wipe = calloc(1, sizeof(*wipe));

	if (!wipe)
		return NULL;
	wipe->episode = episode;
	wipe->ending = ending;
	wipe->recorded = recorded;
	wipe->next = list->wipes;
	list->wipes = wipe;
	return wipe;
}

/* A later wipe has taken it again: there it stands from now on. */
static void take_over(struct ban *from, const struct ban *to)
{
	struct ban old = *from;

	*from = *to;
	from->ours |= old.ours;
	if (old.state == BAN_BACK) {
		banlist_drop(&old);
		return;
	}
	old.wipe->n_bans--;
	banlist_settle(&old, STORE_STEP_SUPERSEDED, NULL);
}

/* Sorts in what was added behind the first @n_sorted, none of which is in there. */
static void sort_in(struct banlist *list)
{
	if (list->n)
		qsort(list->bans, list->n, sizeof(*list->bans), compare_bans);
}

/**
 * banlist_take() - the bans of a wipe are to be looked after from now on
 * @episode:  taken over on success, and NULL then
 * @ending:   of everything else in it
 * @recorded: is it on record?
 * @out:      receives the wipe; may be NULL
 *
 * Return: 0 or -ENOMEM.
 */
int banlist_take(struct banlist *list, struct episode **episode, enum store_ending ending,
                 bool recorded, struct ban_wipe **out)
{
	const struct loss *loss = &(*episode)->loss;
	size_t n_sorted = list->n;
	struct ban_wipe *wipe;

	if (grow(&list->bans, &list->capacity, list->n + loss->n, sizeof(*list->bans)) < 0)
		return -ENOMEM;
	wipe = add_wipe(list, *episode, ending, recorded);
	if (!wipe)
		return -ENOMEM;
	*episode = NULL;
	for (size_t i = 0; i < loss->n; i++) {
		struct ban ban = {
		    .item = &loss->rows[i].item, .wipe = wipe, .row = i, .state = BAN_LOST};
		struct banlist sorted = {.bans = list->bans, .n = n_sorted};
		struct ban *known;

		if (loss->rows[i].verdict != LOSS_BAN)
			continue;
		wipe->n_open++;
		wipe->n_bans++;
		known = banlist_find(&sorted, ban.item);
		if (known)
			take_over(known, &ban);
		else
			list->bans[list->n++] = ban;
	}
	sort_in(list);
	if (out)
		*out = wipe;
	return 0;
}

/** banlist_take_later() - there was no memory for banlist_take(): it waits for banlist_retry() */
void banlist_take_later(struct banlist *list, struct episode *episode, enum store_ending ending)
{
	episode->ending = ending;
	episode->next = list->late;
	list->late = episode;
}

/** banlist_retry() - take what waits; as banlist_take() */
int banlist_retry(struct banlist *list, bool recorded)
{
	while (list->late) {
		struct episode *episode = list->late, *next = episode->next;

		if (banlist_take(list, &episode, episode->ending, recorded, NULL) < 0)
			return -ENOMEM;
		list->late = next;
	}
	return 0;
}

/** banlist_n_open() - bans that are lost and not settled */
size_t banlist_n_open(const struct banlist *list)
{
	size_t n = 0;

	for (size_t i = 0; i < list->n; i++)
		n += list->bans[i].state != BAN_BACK;
	for (const struct episode *late = list->late; late; late = late->next)
		n += loss_count(&late->loss, LOSS_BAN);
	return n;
}

/** banlist_has_wipe() - is a wipe of this number in the list? */
bool banlist_has_wipe(const struct banlist *list, int64_t wipe_id)
{
	for (const struct episode *late = list->late; late; late = late->next)
		if (late->wipe_id == wipe_id)
			return true;
	for (const struct ban_wipe *wipe = list->wipes; wipe; wipe = wipe->next)
		if (wipe->episode->wipe_id == wipe_id)
			return true;
	return false;
}

/*
 * What a guard that was killed has left of a ban; false: nothing. What a later wipe has
 * taken over is looked after there, and who was left out or has ended is not expected back.
 */
static bool adopt_row(struct ban *ban, enum store_outcome outcome)
{
	switch (outcome) {
	case STORE_STEP_FAILED:
	case STORE_STEP_N: /* it may have been sent */
		ban->state = BAN_LOST;
		ban->ours = true;
		return true;
	case STORE_STEP_RESTORED: /* maybe just before its ticket ended */
		ban->state = BAN_BACK;
		ban->ours = true;
		return true;
	case STORE_STEP_SKIPPED: /* by fail2ban itself */
		ban->state = BAN_BACK;
		return true;
	case STORE_STEP_SUPERSEDED:
	case STORE_STEP_ENDED:
	case STORE_STEP_LEFT_OUT:
		break;
	}
	return false;
}

/* @known: the same in a later wipe */
static void adopt_known(struct ban *known, const struct ban *ban)
{
	known->ours |= ban->ours;
	if (ban->state == BAN_LOST)
		(void)!episode_add_step(ban->wipe->episode, ban->row, STORE_STEP_SUPERSEDED, NULL);
}

static void adopt_rows(struct banlist *list, struct ban_wipe *wipe,
                       const enum store_outcome *outcomes)
{
	const struct loss *loss = &wipe->episode->loss;
	const struct banlist sorted = {.bans = list->bans, .n = list->n};

	for (size_t i = 0; i < loss->n; i++) {
		struct ban ban = {.item = &loss->rows[i].item, .wipe = wipe, .row = i};
		struct ban *known = banlist_find(&sorted, ban.item);

		if (loss->rows[i].verdict != LOSS_BAN || !adopt_row(&ban, outcomes[i]))
			continue;
		wipe->n_bans += ban.state == BAN_LOST;
		if (known) {
			adopt_known(known, &ban);
			continue;
		}
		wipe->n_open++;
		list->bans[list->n++] = ban;
	}
	sort_in(list);
}

/**
 * banlist_adopt() - go on with what a guard that was killed has left
 * @wipe_id: of a wipe that is not finished
 *
 * What is on record as back was back then, and says nothing of now: whether it still
 * is there is looked at, as with those that were not settled.
 *
 * Return: 0; STORE_E_NOT_FOUND when there is no ban in it, or it cannot be read; -ENOMEM.
 */
int banlist_adopt(struct banlist *list, int64_t wipe_id)
{
	_cleanup_free_ enum store_outcome *outcomes = NULL;
	struct episode *episode = NULL;
	struct ban_wipe *wipe;
	int r = episode_adopt(&episode, list->record, wipe_id, &outcomes);

	if (r == 0 && !loss_has_bans(&episode->loss))
		r = STORE_E_NOT_FOUND;
	if (r == 0)
		r = grow(&list->bans, &list->capacity, list->n + episode->loss.n,
		         sizeof(*list->bans));
	wipe = r == 0 ? add_wipe(list, episode, STORE_WIPE_INTERRUPTED, true) : NULL;
	if (!wipe) {
		episode_free(episode);
		return r ? r : -ENOMEM;
	}
	adopt_rows(list, wipe, outcomes);
	return 0;
}
