// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/restore/missing.h"

#include <errno.h>
#include <string.h>

#include "guard/model/portspace.h"
#include "guard/restore/judge.h"
#include "guard/restore/unread.h"
#include "guard/system/host/lock.h"
#include "guard/system/kernel/fwtables.h"

/* So many wipes back a loss that was left open is still offered. */
#define WIPES_BACK 10

/** missing_deinit() - free all of it; may be called twice */
void missing_deinit(struct missing *missing)
{
	loss_deinit(&missing->loss);
	firewall_deinit(&missing->before);
	store_snapshot_deinit(&missing->meta);
	*missing = MISSING_NULL;
}

/* A binding that a later wipe took from another zone was meant to be there by then. */
static bool has_row(const struct loss *loss, const struct item *item)
{
	for (size_t i = 0; i < loss->n; i++)
		if (item_covers(&loss->rows[i].item, item) ||
		    item_is_same_binding(&loss->rows[i].item, item))
			return true;
	return false;
}

struct search {
	const struct config *config;
	struct store *store;
	struct firewall *now;
	struct store_items released;
	struct store_unfinished_list unfinished; /* wipes that a guard has left */
	struct banshapes shapes;
	int64_t now_us;
	bool bans;
};

/* By somebody, since it was lost: that is where it is meant to be. */
static bool is_claimed(const struct firewall *now, const struct item *item)
{
	const struct firewall_entry *at = firewall_bound_elsewhere(now, item);

	return at && !firewall_is_fallback(now, at);
}

/* As add_recorded() for what has no part that is another matter than the rest. */
static int add_recorded_part(struct missing *missing, const struct search *search,
                             const struct loss_row *row, enum loss_verdict verdict)
{
	struct loss_row copy = *row;
	struct loss *loss = &missing->loss;

	if ((verdict == LOSS_BAN && !search->bans) ||
	    firewall_has(search->now, &row->item, FIREWALL_RUNTIME) || has_row(loss, &row->item))
		return 0;
	copy.verdict = verdict;
	if (row->until_us && row->until_us <= search->now_us)
		copy.verdict = LOSS_EXPIRED;
	else if (items_contain(search->released.items, search->released.n, &row->item))
		copy.verdict = LOSS_RELEASED;
	else if (is_claimed(search->now, &row->item))
		copy.verdict = LOSS_CLAIMED;
	if (grow(&loss->rows, &loss->capacity, loss->n + 1, sizeof(copy)) < 0 ||
	    item_copy(&copy.item, &row->item) < 0)
		return -ENOMEM;
	loss->rows[loss->n++] = copy;
	return 0;
}

/* Of ports some may be there by now, some released, some let go by somebody. */
static int cut_row(struct firewall *out, const struct missing *missing, const struct search *search,
                   const struct item *item, const struct store_items *let_go)
{
	struct item_ports ports;
	int r = portspace_tile(out, item);

	if (!item_ports(item, &ports))
		return r;
	if (r == 0)
		r = portspace_cut_by(out, search->now);
	if (r == 0)
		r = portspace_cut_each(out, search->released.items, search->released.n);
	if (r == 0 && let_go)
		r = portspace_cut_each(out, let_go->items, let_go->n);
	for (size_t i = 0; i < missing->loss.n && r == 0; i++)
		r = portspace_cut(out, &missing->loss.rows[i].item);
	return r;
}

/* A binding also by what was said of it in another zone: it is in one only. */
static bool is_let_go(const struct store_items *let_go, const struct item *item)
{
	for (size_t i = 0; i < let_go->n; i++)
		if (item_is_same_binding(&let_go->items[i], item))
			return true;
	return items_contain(let_go->items, let_go->n, item);
}

/*
 * Rows on record that the comparison with the last good state did not bring up.
 * @let_go: what somebody let go since; may be NULL
 */
static int add_recorded(struct missing *missing, const struct search *search,
                        const struct loss_row *row, enum loss_verdict verdict,
                        const struct store_items *let_go)
{
	_cleanup_firewall_ struct firewall parts = FIREWALL_NULL;
	struct loss_row part = *row;
	int r = cut_row(&parts, missing, search, &row->item, let_go);

	for (size_t i = 0; i < parts.n && r == 0; i++) {
		part.item = parts.entries[i].item;
		if (!let_go || !is_let_go(let_go, &part.item))
			r = add_recorded_part(missing, search, &part, verdict);
	}
	return r;
}

/* Bans that a guard which was killed had put back, and another wipe has taken since. */
static int add_back_and_gone(struct missing *missing, const struct search *search, int64_t id,
                             struct err *err)
{
	_cleanup_free_ enum store_outcome *outcomes = NULL;
	_cleanup_loss_ struct loss loss = LOSS_NULL;
	int r = store_wipe_load(search->store, id, NULL, &loss, err);

	if (r)
		return r;
	outcomes = calloc(loss.n + 1, sizeof(*outcomes));
	if (!outcomes)
		return err_set(err, -ENOMEM, "out of memory");
	r = store_wipe_outcomes(search->store, id, outcomes, loss.n, err);
	for (size_t i = 0; i < loss.n && r == 0; i++)
		if (loss.rows[i].verdict == LOSS_BAN &&
		    (outcomes[i] == STORE_STEP_RESTORED || outcomes[i] == STORE_STEP_SKIPPED))
			r = add_recorded(missing, search, &loss.rows[i], LOSS_BAN, NULL);
	return r;
}

static int add_unfinished(struct missing *missing, const struct search *search, struct err *err)
{
	const struct store_unfinished_list *list = &search->unfinished;
	int r = 0;

	for (size_t i = 0; i < list->n && r == 0; i++) {
		for (size_t j = 0; j < list->wipes[i].loss.n && r == 0; j++)
			r = add_recorded(missing, search, &list->wipes[i].loss.rows[j],
			                 list->wipes[i].loss.rows[j].verdict, NULL);
		if (r == 0)
			r = add_back_and_gone(missing, search, list->wipes[i].wipe.id, err);
	}
	return r;
}

/* What the record says of the items of one wipe. */
struct verdicts {
	int64_t wipe_id;
	struct strv settled;       /* items that came back then, or were not wanted any more */
	struct store_items let_go; /* by somebody, or by the end of its time, since */
};

static void verdicts_deinit(struct verdicts *verdicts)
{
	strv_deinit(&verdicts->settled);
	store_items_deinit(&verdicts->let_go);
}

static int note_settled(const struct store_history_row *row, void *userdata)
{
	struct verdicts *verdicts = userdata;

	if (row->wipe_id != verdicts->wipe_id || !row->item || row->step == STORE_STEP_N ||
	    row->step == STORE_STEP_FAILED || row->step == STORE_STEP_LEFT_OUT)
		return 0;
	return strv_add(&verdicts->settled, row->item);
}

/* Return: 1 or 0; -ENOMEM. */
static int is_open_question(const struct verdicts *verdicts, const struct loss_row *row)
{
	_cleanup_free_ char *text = NULL;

	if (row->verdict != LOSS_UNATTRIBUTED && !loss_verdict_is_open(row->verdict))
		return 0;
	if (item_format(&text, &row->item) < 0)
		return -ENOMEM;
	return !strv_contains(&verdicts->settled, text);
}

/* What one wipe on record left open: nobody could tell, or it was not to be restored. */
static int add_wipe(struct missing *missing, const struct search *search, int64_t id,
                    struct err *err)
{
	_cleanup_store_wipe_info_ struct store_wipe_info info = STORE_WIPE_INFO_NULL;
	_cleanup_(verdicts_deinit) struct verdicts verdicts = {.wipe_id = id,
	                                                       .let_go = STORE_ITEMS_NULL};
	_cleanup_loss_ struct loss loss = LOSS_NULL;
	struct store_history_query query = {0};
	int r = store_wipe_load(search->store, id, &info, &loss, err);

	if (r == STORE_E_NOT_FOUND)
		return 0;
	if (r == 0) {
		query = (struct store_history_query){.since_us = info.at_us,
		                                     .until_us = info.at_us + 1,
		                                     .kind = event_kind_name(EVENT_LOSS)};
		r = store_history(search->store, &query, note_settled, &verdicts, err);
	}
	if (r == 0)
		r = store_event_items(search->store, EVENT_LET_GO, info.at_us, &verdicts.let_go,
		                      err);
	for (size_t i = 0; i < loss.n && r == 0; i++) {
		if (!search->bans && loss.rows[i].verdict == LOSS_BAN)
			continue;
		r = is_open_question(&verdicts, &loss.rows[i]);
		if (r > 0)
			r = add_recorded(missing, search, &loss.rows[i], loss.rows[i].verdict,
			                 &verdicts.let_go);
	}
	return r;
}

/*
 * What was found gone and not put back is no longer in the good snapshots, but
 * left to a person's `restore`, unless it was removed on purpose since.
 */
static int add_left_open(struct missing *missing, const struct search *search, struct err *err)
{
	_cleanup_store_wipe_info_ struct store_wipe_info last = STORE_WIPE_INFO_NULL;
	int r = store_wipe_last(search->store, &last, err);

	if (r == STORE_E_NOT_FOUND)
		return 0;
	for (int64_t id = last.id; r == 0 && id > 0 && id > last.id - WIPES_BACK; id--)
		r = add_wipe(missing, search, id, err);
	return r;
}

static int compare(struct missing *missing, const struct search *search, const char *instance,
                   struct err *err)
{
	struct loss_evidence evidence = {
	    .scope = &search->config->scope,
	    .bans = search->bans,
	    .shapes = &search->shapes,
	    .now_us = search->now_us,
	};
	enum wipe_kind kind;
	int r = STORE_E_NOT_FOUND;

	if (search->store)
		r = store_snapshot_last_good(search->store, &missing->meta, &missing->before, err);
	if (r != 0 && r != STORE_E_NOT_FOUND)
		return r;
	missing->kind = WIPE_REQUIRE;
	if (r == 0) {
		evidence.before = &missing->before;
		missing->kind =
		    judge_kind(&missing->meta, missing->boot_id, instance, fwtables_loaded());
	}
	evidence.kind = missing->kind;
	if (portspace_cut_by(&missing->before, search->now) < 0 ||
	    unread_keep(search->now, &missing->before, NULL, "") < 0)
		return -ENOMEM;
	r = judge_find(&missing->loss, &missing->before, search->now, &search->released, &evidence);
	if (r == 0)
		judge_resume(&missing->loss, &search->unfinished, &kind);
	return r;
}

/* What is on record beside the last good state. */
static int read_record(struct search *search, struct err *err)
{
	int r = store_release_list(search->store, &search->released, err);

	if (r == 0)
		r = store_shapes(search->store, &search->shapes, err);
	if (r == 0)
		r = store_wipe_unfinished(search->store, &search->unfinished, err);
	return r;
}

static int find(struct missing *out, struct search *search, const char *instance, struct err *err)
{
	_cleanup_missing_ struct missing missing = MISSING_NULL;
	struct store *store = search->store;
	int r = bootid_read(missing.boot_id, err);

	if (r == 0 && store)
		r = read_record(search, err);
	if (r == 0)
		r = compare(&missing, search, instance, err);
	if (r == 0 && store)
		r = add_unfinished(&missing, search, err);
	if (r == 0 && store)
		r = add_left_open(&missing, search, err);
	store_items_deinit(&search->released);
	store_unfinished_list_deinit(&search->unfinished);
	banshapes_deinit(&search->shapes);
	if (r != 0)
		return r;
	loss_sort(&missing.loss);
	*out = missing;
	missing = MISSING_NULL;
	return 0;
}

/**
 * missing_find() - compare what is on record with what is there
 * @out: written on success alone; the caller deinits it
 *
 * Where firewalld could not read a file, what is there gets the permanent side that is on record.
 *
 * Return: 0; STORE_E_*; negative errno.
 */
int missing_find(struct missing *out, const struct missing_query *query, struct err *err)
{
	struct search search = {
	    .config = query->config,
	    .store = query->store,
	    .now = query->now,
	    .released = STORE_ITEMS_NULL,
	    .now_us = query->now_us,
	    .bans = query->bans && query->config->restore_bans != CONFIG_RESTORE_BANS_NONE,
	};

	return find(out, &search, query->instance, err);
}

/*
 * What is on record of an item that is there.
 * @current: it is of what is loaded now; else what had an end then was put back without a timer
 */
static void recall(struct firewall_entry *entry, const struct firewall_entry *known, bool current,
                   int64_t now_us)
{
	unsigned kept = current ? FIREWALL_GUARD_TIMED | FIREWALL_UNHEARD : 0;

	if (!(entry->flags & FIREWALL_PERMANENT))
		kept |= FIREWALL_WITHDRAWN;
	/* firewalld finds some seconds later what somebody edited */
	if (!(entry->flags & FIREWALL_PERMANENT) || (known->flags & FIREWALL_PERMANENT))
		kept |= FIREWALL_EDITED;
	entry->flags |= known->flags & kept;
	if (current ? known->until_us > 0 : known->until_us > now_us) {
		entry->until_us = known->until_us;
		entry->flags |= current ? 0 : FIREWALL_GUARD_TIMED;
	}
}

/*
 * firewalld does not tell when a timed item ends; the watcher heard it and put it into its
 * snapshots. What they say of no end holds for what was loaded then; the end that somebody gave,
 * and that it was taken out of the files, hold as long as the machine runs.
 */
static void overlay(const struct missing *missing, const struct missing_query *query)
{
	struct firewall *now = query->now;
	bool same_boot = missing->meta.id && missing->kind != WIPE_REBOOT;
	bool current = same_boot && missing->kind == WIPE_UNKNOWN && query->instance[0];

	for (size_t i = 0; i < now->n; i++) {
		struct firewall_entry *entry = &now->entries[i];
		const struct firewall_entry *known =
		    same_boot ? firewall_find(&missing->before, &entry->item) : NULL;

		if (!(entry->flags & FIREWALL_RUNTIME))
			continue;
		if (known)
			recall(entry, known, current, query->now_us);
		if ((!current || !known || !(known->flags & FIREWALL_RUNTIME)) &&
		    !entry->until_us && !(entry->flags & FIREWALL_PERMANENT) &&
		    item_takes_timeout(&entry->item))
			entry->flags |= FIREWALL_UNHEARD;
	}
}

/**
 * missing_attribute() - a person asks for what is missing: that decides what nobody could tell
 *
 * What left the permanent configuration while it was in it stays away.
 */
void missing_attribute(struct missing *missing, const struct firewall *now)
{
	for (size_t i = 0; i < missing->loss.n; i++) {
		struct loss_row *row = &missing->loss.rows[i];

		if (row->verdict != LOSS_UNATTRIBUTED)
			continue;
		row->verdict = LOSS_LOST;
		if ((row->flags & FIREWALL_PERMANENT) && !(row->flags & FIREWALL_EDITED) &&
		    !firewall_has(now, &row->item, FIREWALL_PERMANENT))
			row->verdict = LOSS_REMOVED;
	}
}

/* --- what is there as a state to go back to ------------------------------------------------ */

/** missing_count() - how many items a restore would bring back */
size_t missing_count(const struct missing *missing)
{
	size_t n = 0;

	for (size_t i = 0; i < missing->loss.n; i++)
		n += loss_verdict_restores(missing->loss.rows[i].verdict);
	return n;
}

/**
 * missing_see() - what is there, with what is on record of it, and what is missing
 * @query: its now gets ends, marks of what left the permanent configuration, and of what nobody
 *         can tell an end
 *
 * All else as missing_find() and missing_attribute().
 */
int missing_see(struct missing *out, const struct missing_query *query, struct err *err)
{
	int r = missing_find(out, query, err);

	if (r != 0)
		return r;
	missing_attribute(out, query->now);
	overlay(out, query);
	return 0;
}

/**
 * missing_put() - put on record what is there
 * @missing: of missing_see()
 * @loaded:  fwtables_loaded() before it was read: what is loaded meanwhile is not what was read
 * @good:    worth going back to: nothing is missing, and no watcher runs, which judges by itself
 *
 * Return: 0; STORE_E_*; negative errno.
 */
int missing_put(const struct missing *missing, const struct missing_query *query, int64_t loaded,
                bool good, int64_t *id, struct err *err)
{
	const struct store_sighting sighting = {
	    .boot_id = missing->boot_id,
	    .instance = query->instance[0] ? query->instance : NULL,
	    .loaded = loaded,
	    .at_us = query->now_us,
	    .good = good,
	};

	return store_snapshot_put(query->store, query->now, &sighting, id, err);
}

/* --- the watcher ------------------------------------------------------------------------- */

/** missing_watcher() - does a watcher run with this state directory? */
struct watcher_state missing_watcher(const char *state_dir)
{
	struct watcher_state state = {0};
	long pid = 0;

	state.known = lock_is_held(state_dir, &state.running, &pid) == 0;
	state.pid = state.running ? pid : 0;
	return state;
}
