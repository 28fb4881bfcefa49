// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From a wipe to everything being back: read, judge, journal, restore, read back,
 * journal, look at everything once more.
 */
#include "guard/watch/risk.h"
#include "guard/watch/watcher-internal.h"

#include "guard/system/host/clock.h"
#include "guard/restore/banlist.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* How long until it is read again, after so many failures in a row; the last one repeats. */
static const int64_t read_pause_ms[] = {100, 200, 500, 1000, 2000, 5000};

/* The same for items that firewalld did not take; after the last one the guard gives up. */
static const int64_t restore_pause_ms[] = {1000, 5000, 30000};

/* In panic mode firewalld takes nothing; its end is told by a signal, and this is for a missed one.
 */
#define PANIC_PAUSE_MS 60000

/* So many readings in a row of a firewalld in state INIT, some seconds, are no coincidence. */
#define INIT_ATTEMPTS 4

/** cycle_deinit() - release everything; firewalld's adapter must still be there */
void cycle_deinit(struct cycle *cycle)
{
	firewalld_cancel(cycle->reading);
	cycle->reading = NULL;
	restorer_free(cycle->restorer);
	cycle->restorer = NULL;
	restorer_free(cycle->retired);
	cycle->retired = NULL;
	episode_free(cycle->episode);
	cycle->episode = NULL;
	episode_free(cycle->heard);
	cycle->heard = NULL;
	strv_deinit(&cycle->zones);
	store_unfinished_list_deinit(&cycle->unfinished);
}

static void read_whole(struct watcher *watcher);

/* --- the end of an episode --------------------------------------------------------------- */

static int64_t last_restored_us(const struct episode *episode)
{
	int64_t last = 0;

	for (size_t i = 0; i < episode->n_steps; i++)
		if (episode->steps[i].outcome == STORE_STEP_RESTORED &&
		    episode->steps[i].finished_us > last)
			last = episode->steps[i].finished_us;
	return last;
}

static size_t count_restored(const struct episode *episode)
{
	size_t count = 0;

	for (size_t i = 0; i < episode->n_steps; i++)
		count += episode->steps[i].outcome == STORE_STEP_RESTORED;
	return count;
}

/* For the fields of the line; without memory the line is all. */
static void name_restored(const struct episode *episode, struct strv *out)
{
	for (size_t i = 0; i < episode->n_steps; i++) {
		char *text = NULL;

		if (episode->steps[i].outcome != STORE_STEP_RESTORED)
			continue;
		if (item_format(&text, &episode->loss.rows[episode->steps[i].row].item) < 0 ||
		    strv_add_take(out, text) < 0)
			return;
	}
}

static void end_episode(struct watcher *watcher, const char *outcome)
{
	struct episode *episode = steal(watcher->cycle.episode);
	size_t wanted =
	    loss_count(&episode->loss, LOSS_LOST) + loss_count(&episode->loss, LOSS_REQUIRED);
	size_t restored = count_restored(episode);
	int64_t last_us = last_restored_us(episode);
	_cleanup_strv_ struct strv names = STRV_NULL;
	const struct logger_fields fields = {
	    .kind = LOGGER_KIND_RESTORED, .wipe = episode->wipe_id, .items = &names};

	name_restored(episode, &names);
	if (restored)
		logger_write_about(
		    watcher->logger,
		    announce_is_old_news(watcher, &episode->loss) ? LOGGER_DEBUG : LOGGER_NOTICE,
		    &fields, "restored %zu of %zu in %lld ms, read back from firewalld", restored,
		    wanted, (long long)((last_us - episode->at_us) / 1000));
	snprintf(watcher->last_wipe, sizeof(watcher->last_wipe), "last %s: %zu lost, %zu restored",
	         wipe_kind_name(episode->kind), wanted, restored);
	if (loss_has_bans(&episode->loss))
		bankeeper_take(watcher->bans, episode, outcome);
	else
		record_episode_end_take(watcher->record, episode, outcome);
}

/* Steps for what no step has settled, so that nobody resumes it. */
static void settle_rest(struct episode *episode, enum store_outcome outcome)
{
	for (size_t row = 0; row < episode->loss.n; row++) {
		bool settled = !loss_verdict_restores(episode->loss.rows[row].verdict);

		for (size_t i = 0; i < episode->n_steps && !settled; i++)
			settled = episode->steps[i].row == row &&
			          episode->steps[i].outcome != STORE_STEP_FAILED;
		if (settled || grow(&episode->steps, &episode->steps_capacity, episode->n_steps + 1,
		                    sizeof(*episode->steps)) < 0)
			continue;
		episode->steps[episode->n_steps++] = (struct store_step){
		    .row = row,
		    .outcome = outcome,
		    .started_us = clock_now_us(),
		    .finished_us = clock_now_us(),
		};
	}
}

static void halt(struct watcher *watcher)
{
	struct cycle *cycle = &watcher->cycle;

	bankeeper_halt(watcher->bans);
	firewalld_cancel(cycle->reading);
	cycle->reading = NULL;
	if (cycle->restorer) {
		/* firewalld answers in order: what an older one sent is answered by now */
		restorer_free(cycle->retired);
		restorer_retire(cycle->restorer);
		cycle->retired = steal(cycle->restorer);
	}
	loop_timer_stop(watcher->read_timer);
	loop_timer_stop(watcher->refresh_timer);
	cycle->attempts = 0;
	cycle->tries = 0;
	watcher->idle = false;
}

/* Ends the episode that did not come to its end; what it was to restore stays wanted. */
static void cut_short(struct watcher *watcher, const char *why)
{
	if (!watcher->cycle.episode)
		return;
	settle_rest(watcher->cycle.episode, STORE_STEP_SUPERSEDED);
	end_episode(watcher, why);
}

/**
 * cycle_stop() - drop what is under way: firewalld went
 * @why: static; the outcome of an episode that did not come to its end
 *
 * What was to be restored stays wanted, so the next cycle finds it again.
 */
void cycle_stop(struct watcher *watcher, const char *why)
{
	halt(watcher);
	cut_short(watcher, why);
}

/* --- restoring --------------------------------------------------------------------------- */

static void after_episode(struct watcher *watcher)
{
	watcher->cycle.tries = 0;
	read_whole(watcher);
}

static void tell_not_restored(struct watcher *watcher, char *item, const char *why)
{
	const struct episode *episode = watcher->cycle.episode;
	const struct strv names = {.strings = &item, .n = 1};
	const struct logger_fields fields = {
	    .kind = LOGGER_KIND_FAILED, .wipe = episode ? episode->wipe_id : 0, .items = &names};

	logger_write_about(watcher->logger, LOGGER_ERROR, &fields,
	                   "%s could not be restored: %s; when that is mended, "
	                   "`reload-guard restore` tries again",
	                   item, why ? why : "unknown error");
}

/* What could not be restored is not there, and not wanted until somebody adds it again. */
static void give_up(struct watcher *watcher, const struct plan *plan,
                    const struct restorer_step *steps)
{
	for (size_t i = 0; i < plan->n; i++) {
		_cleanup_free_ char *text = NULL;

		if (steps[i].outcome != STORE_STEP_FAILED)
			continue;
		if (item_format(&text, &plan->steps[i].item) == 0)
			tell_not_restored(watcher, text, steps[i].error);
		if (tracker_removed(&watcher->tracker, &plan->steps[i].item) < 0)
			logger_write(watcher->logger, LOGGER_ERROR, "out of memory");
	}
}

/*
 * NetworkManager sends the zones of its interfaces again some time after firewalld
 * is back. What it binds is its own; only what is left then is ours to bind.
 */
static int64_t bindings_wait_ms(const struct watcher *watcher)
{
	int64_t due_us =
	    watcher->cycle.episode->at_us + INT64_C(1000) * (int64_t)watcher->config.settle_ms;
	int64_t now_us = clock_now_us();

	if (!busname_is_present(watcher->network_manager) || now_us >= due_us)
		return 0;
	/* the clock may have been set */
	return due_us - now_us > INT64_C(1000) * (int64_t)watcher->config.settle_ms
	           ? (int64_t)watcher->config.settle_ms
	           : (due_us - now_us) / 1000 + 1;
}

static bool worth_another_try(const struct restorer_step *step)
{
	return step->outcome == STORE_STEP_FAILED && step->code != FIREWALLD_E_INVALID_SERVICE &&
	       step->code != FIREWALLD_E_CONFLICT;
}

/* Sees to another try, and says whether there is to be one. */
static bool try_again_later(struct watcher *watcher, bool denied)
{
	struct cycle *cycle = &watcher->cycle;
	size_t last = ARRAY_SIZE(restore_pause_ms) - 1;

	if (watcher->tracker.wanted.panic) {
		logger_write(watcher->logger, LOGGER_WARNING,
		             "firewalld takes nothing in panic mode; waiting for its end");
		loop_timer_set(watcher->read_timer, PANIC_PAUSE_MS);
		return true;
	}
	if (denied) {
		/* as long as it lasts: who ends it wants mail back, too */
		announce_lockdown(watcher);
		loop_timer_set(watcher->read_timer,
		               restore_pause_ms[cycle->tries < last ? cycle->tries++ : last]);
		return true;
	}
	if (cycle->tries >= ARRAY_SIZE(restore_pause_ms))
		return false;
	loop_timer_set(watcher->read_timer, restore_pause_ms[cycle->tries++]);
	return true;
}

static void on_restored(const struct plan *plan, const struct restorer_step *steps, void *userdata)
{
	struct watcher *watcher = userdata;
	struct cycle *cycle = &watcher->cycle;
	size_t failed = 0, retriable = 0, denied = 0;

	for (size_t i = 0; i < plan->n; i++) {
		failed += steps[i].outcome == STORE_STEP_FAILED;
		retriable += worth_another_try(&steps[i]);
		denied += steps[i].code == FIREWALLD_E_DENIED;
	}
	if (episode_add_steps(cycle->episode, plan, steps) < 0)
		logger_write(watcher->logger, LOGGER_ERROR,
		             "out of memory: steps are not recorded");
	record_episode_steps(watcher->record, cycle->episode);
	if (cycle->held) {
		restorer_free(steal(cycle->restorer));
		loop_timer_set(watcher->read_timer, bindings_wait_ms(watcher));
		return;
	}
	if (retriable && try_again_later(watcher, denied > 0)) {
		restorer_free(steal(cycle->restorer));
		return;
	}
	if (failed)
		give_up(watcher, plan, steps);
	restorer_free(steal(cycle->restorer));
	watcher->told_lockdown = false;
	end_episode(watcher, failed ? "partly restored" : "restored");
	after_episode(watcher);
}

/* Steps of the plan that the administrator took back while they waited. */
static void drop_unwanted(struct plan *plan, const struct firewall *wanted)
{
	size_t kept = 0;

	for (size_t i = 0; i < plan->n; i++) {
		if (firewall_has(wanted, &plan->steps[i].item, FIREWALL_RUNTIME))
			plan->steps[kept++] = plan->steps[i];
		else
			item_deinit(&plan->steps[i].item);
	}
	plan->n = kept;
}

/* Starts what the open episode still needs; false when that is nothing. */
static bool restore(struct watcher *watcher, const struct firewall *now, bool again)
{
	struct cycle *cycle = &watcher->cycle;
	_cleanup_plan_ struct plan plan = PLAN_NULL;
	int r;

	if (!watcher->config.restore)
		return false;
	r = plan_build(&plan, &cycle->episode->loss, now, clock_now_us());
	if (r == 0 && again)
		drop_unwanted(&plan, &watcher->tracker.wanted);
	cycle->held = r == 0 && bindings_wait_ms(watcher) > 0 && plan_hold_bindings(&plan) > 0;
	if (cycle->held && plan.n == 0) {
		loop_timer_set(watcher->read_timer, bindings_wait_ms(watcher));
		return true;
	}
	if (r == 0 && plan.n == 0)
		return false;
	if (r == 0)
		r = restorer_start(&cycle->restorer, watcher->fw, &plan, on_restored, watcher);
	if (r != 0)
		/* firewalld goes just now, or memory is short: the pause brings us back here */
		loop_timer_set(watcher->read_timer, restore_pause_ms[0]);
	return true;
}

/* --- judging ----------------------------------------------------------------------------- */

/* What the journal says of a row that cannot be attributed otherwise. */
static enum loss_verdict verdict_of_unfinished(const struct store_unfinished *unfinished,
                                               const struct loss_row *row)
{
	/* heard of, and killed before it was read what it took: it took what is missing */
	if (unfinished->wipe.n_rows == 0)
		return row->flags & FIREWALL_PERMANENT ? LOSS_REMOVED : LOSS_LOST;
	for (size_t i = 0; i < unfinished->loss.n; i++)
		if (item_cmp(&unfinished->loss.rows[i].item, &row->item) == 0)
			return unfinished->loss.rows[i].verdict;
	return LOSS_UNATTRIBUTED;
}

/* A loss that the guard knew of before it was interrupted is a loss still. */
static void resume_unfinished(struct watcher *watcher, struct loss *loss)
{
	const struct store_unfinished_list *list = &watcher->cycle.unfinished;

	for (size_t i = 0; i < loss->n; i++) {
		struct loss_row *row = &loss->rows[i];

		if (row->flags & FIREWALL_EDITED)
			continue; /* there is evidence, and it tells neither */
		for (size_t w = list->n; w > 0 && row->verdict == LOSS_UNATTRIBUTED; w--) {
			row->verdict = verdict_of_unfinished(&list->wipes[w - 1], row);
			if (row->verdict != LOSS_UNATTRIBUTED)
				watcher->cycle.kind = list->wipes[w - 1].wipe.kind;
		}
	}
}

static void close_unfinished(struct watcher *watcher)
{
	struct store_unfinished_list *list = &watcher->cycle.unfinished;
	struct store *store = record_store(watcher->record);
	struct err err = ERR_NULL;

	for (size_t i = 0; store && i < list->n; i++)
		if (!bankeeper_has_wipe(watcher->bans, list->wipes[i].wipe.id) &&
		    store_wipe_finish(store, list->wipes[i].wipe.id, clock_now_us(), "interrupted",
		                      &err))
			logger_write(watcher->logger, LOGGER_WARNING, "%s", err_text(&err, -EIO));
	store_unfinished_list_deinit(list);
}

static void notice_silent_wipe(struct cycle *cycle)
{
	cycle->kind = WIPE_SILENT;
	cycle->tell = true;
	cycle->at_us = clock_now_us();
	cycle->n_reloads = 0;
}

static int judge(struct watcher *watcher, const struct firewall *now, struct loss *out)
{
	_cleanup_store_items_ struct store_items released = STORE_ITEMS_NULL;
	struct cycle *cycle = &watcher->cycle;
	struct loss_evidence evidence = {
	    .before = watcher->tracker.known ? &watcher->tracker.wanted : NULL,
	    .after = now,
	    .scope = &watcher->config.scope,
	    .zones = cycle->whole ? NULL : &cycle->zones,
	    .bans = bankeeper_is_wanted(watcher),
	    .tickets = bankeeper_tickets(watcher->bans),
	    .kind = cycle->kind,
	    .heard_all = watcher->compared_gaps == watcher->gaps && !watcher->tracker.from_store,
	    .now_us = clock_now_us(),
	};
	int r = record_released(watcher->record, &released);

	if (r < 0)
		return r;
	evidence.released = released.items;
	evidence.n_released = released.n;
	r = loss_find(out, &evidence);
	if (r != 0)
		return r;
	/* nothing is lost without a wipe */
	if (cycle->kind == WIPE_UNKNOWN && loss_count(out, LOSS_LOST))
		notice_silent_wipe(cycle);
	resume_unfinished(watcher, out);
	return 0;
}

/* Return: whether it has to wait. */
static bool has_to_wait(struct watcher *watcher, const struct item *item, int64_t *wake_us)
{
	bool tripped = false;
	int64_t due_us = pace_items_due(&watcher->required, item, clock_monotonic_us(), &tripped);

	if (tripped)
		announce_fight(watcher, item);
	if (due_us && (*wake_us == 0 || due_us < *wake_us))
		*wake_us = due_us;
	return due_us != 0;
}

/*
 * Something may remove a required item again and again, or firewalld may never
 * take it: from some time on the guard waits longer each time before it tries once
 * more (law 6).
 */
static void pace_required(struct watcher *watcher, struct loss *loss)
{
	int64_t wake_us = 0;
	size_t kept = 0;

	if (watcher->cycle.tell)
		return;
	for (size_t i = 0; i < loss->n; i++) {
		if (loss->rows[i].verdict == LOSS_REQUIRED &&
		    has_to_wait(watcher, &loss->rows[i].item, &wake_us))
			item_deinit(&loss->rows[i].item);
		else
			loss->rows[kept++] = loss->rows[i];
	}
	loss->n = kept;
	if (wake_us)
		loop_timer_set(watcher->refresh_timer, (wake_us - clock_monotonic_us()) / 1000 + 1);
}

static bool needs_episode(const struct cycle *cycle, const struct loss *loss)
{
	return cycle->tell || loss_count(loss, LOSS_LOST) || loss_count(loss, LOSS_REQUIRED) ||
	       loss_count(loss, LOSS_UNATTRIBUTED);
}

static struct episode *begin_episode(struct watcher *watcher, int64_t at_us)
{
	struct cycle *cycle = &watcher->cycle;
	struct episode *episode = episode_new(cycle->kind, at_us);
	char words[ANNOUNCE_WIPE_SIZE];

	if (!episode)
		return NULL;
	episode->cause = strdup(announce_wipe(watcher, words));
	episode->instance = strdup(watcher->instance ? watcher->instance : "");
	episode->before_id = watcher->snapshot_id;
	return episode;
}

/*
 * A wipe is on record from the moment when it is heard, while the reading is
 * under way: a guard that is killed before the answer comes knows afterwards
 * that what is missing was lost (law 4).
 */
static void put_heard_on_record(struct watcher *watcher)
{
	struct cycle *cycle = &watcher->cycle;
	struct record *record = watcher->record;

	if (cycle->heard || !watcher->tracker.known)
		return;
	if (watcher->tracker.dirty && cycle->kind == WIPE_RELOAD)
		(void)watcher_store_snapshot(watcher);
	cycle->heard = begin_episode(watcher, cycle->at_us);
	if (!cycle->heard)
		return;
	record_episode_begin(record, cycle->heard);
}

/* Puts the loss on record; from here on it is the episode's. */
static int open_episode(struct watcher *watcher, struct loss *loss)
{
	struct cycle *cycle = &watcher->cycle;
	struct episode *episode = steal(cycle->heard);
	char words[ANNOUNCE_WIPE_SIZE];

	if (cycle->kind == WIPE_UNKNOWN && loss_count(loss, LOSS_REQUIRED) &&
	    !loss_count(loss, LOSS_UNATTRIBUTED))
		cycle->kind = WIPE_REQUIRE;
	if (!episode)
		episode = begin_episode(watcher, cycle->tell ? cycle->at_us : clock_now_us());
	if (!episode)
		return -ENOMEM;
	free(episode->cause);
	episode->cause = strdup(announce_wipe(watcher, words)); /* the burst may have grown */
	episode->loss = *loss;
	*loss = LOSS_NULL;
	cycle->episode = episode;
	cycle->tell = false;
	cycle->n_reloads = 0;
	record_episode_loss(watcher->record, episode);
	return 0;
}

static int absorb(struct watcher *watcher, const struct firewall *now, const struct loss *loss,
                  bool after_wipe)
{
	struct tracker_absorb options = {
	    .reading = now,
	    .loss = loss,
	    .after_wipe = after_wipe,
	    .whole = watcher->cycle.whole,
	    .now_us = clock_now_us(),
	    .on_permanent = risk_permanent,
	    .userdata = watcher,
	};
	int r = tracker_absorb(&watcher->tracker, &options);

	risk_tell_permanent(watcher);
	return r;
}

/* With `restore = no` the loss is told and recorded, and that is all. */
static void accept_loss(struct watcher *watcher, const struct loss *loss)
{
	for (size_t i = 0; i < loss->n; i++)
		if (loss_verdict_restores(loss->rows[i].verdict) &&
		    tracker_removed(&watcher->tracker, &loss->rows[i].item) < 0)
			logger_write(watcher->logger, LOGGER_ERROR, "out of memory");
}

/* The whole round is done: nothing is lost any more as far as can be seen. */
static void settle_down(struct watcher *watcher)
{
	struct cycle *cycle = &watcher->cycle;

	if (!cycle->whole) {
		read_whole(watcher);
		return;
	}
	cycle->kind = WIPE_UNKNOWN;
	watcher->compared_gaps = cycle->gaps;
	close_unfinished(watcher);
	watcher->idle = true;
	watcher_went_idle(watcher);
}

static int assess(struct watcher *watcher, const struct firewall *now)
{
	_cleanup_loss_ struct loss loss = LOSS_NULL;
	struct cycle *cycle = &watcher->cycle;
	bool after_wipe, restoring;
	int r = judge(watcher, now, &loss);

	if (r != 0)
		return r;
	after_wipe = cycle->tell; /* the first look after it */
	pace_required(watcher, &loss);
	cycle->looked = true;
	if (!needs_episode(cycle, &loss)) {
		bankeeper_suspect(watcher->bans, &loss);
		announce_loss(watcher, &loss);
		r = absorb(watcher, now, &loss, after_wipe);
		if (r == 0)
			settle_down(watcher);
		return r;
	}
	r = open_episode(watcher, &loss);
	if (r < 0)
		return r;
	/* on its way before anything else is done: mail is down until it arrives */
	restoring = restore(watcher, now, false);
	r = absorb(watcher, now, &cycle->episode->loss, after_wipe);
	if (r < 0)
		return r;
	/* not only when all is back: another item may be tried for half a minute */
	expiry_plan(watcher);
	announce_loss(watcher, &cycle->episode->loss);
	bankeeper_lost(watcher->bans, &cycle->episode->loss, cycle->episode->at_us);
	if (restoring)
		return 0;
	accept_loss(watcher, &cycle->episode->loss);
	end_episode(watcher, loss_count(&cycle->episode->loss, LOSS_UNATTRIBUTED)
	                         ? "left to the administrator"
	                     : loss_count(&cycle->episode->loss, LOSS_LOST) ? "not restored"
	                                                                    : "nothing lost");
	settle_down(watcher);
	return 0;
}

/* --- reading ----------------------------------------------------------------------------- */

static void try_reading_later(struct watcher *watcher)
{
	struct cycle *cycle = &watcher->cycle;
	size_t last = ARRAY_SIZE(read_pause_ms) - 1;
	size_t i = cycle->attempts < last ? cycle->attempts : last;

	cycle->attempts++;
	loop_timer_set(watcher->read_timer, read_pause_ms[i]);
}

/*
 * firewalld has one thread: while it loads it does not answer. So INIT as an answer,
 * again and again, is what a load left that was broken off by an error, amid the
 * policy DROP that lets no new connection in. Reloading is the administrator's to do.
 */
static void tell_broken_off(struct watcher *watcher)
{
	logger_write(watcher->logger, LOGGER_ERROR,
	             "a reload of firewalld broke off half way and left it in state INIT: the "
	             "kernel may drop every new connection, whatever firewalld says is open; see "
	             "its log, mend the cause, and `firewall-cmd --reload`; the guard waits and "
	             "restores then");
	record_event(watcher->record, EVENT_FIREWALLD_FAILED, NULL,
	             "a reload broke off and left firewalld in state INIT");
}

/* Unknown is not empty (law 2): whatever firewalld holds now, nothing follows from it. */
static void tell_not_ready(struct watcher *watcher, enum firewall_state state)
{
	const char *failed = announce_failed_reload(watcher);

	if (state == FIREWALL_STATE_INIT && watcher->cycle.attempts == INIT_ATTEMPTS)
		tell_broken_off(watcher);
	if (state == watcher->told_state)
		return;
	watcher->told_state = state;
	if (state == FIREWALL_STATE_FAILED) {
		logger_write(
		    watcher->logger, LOGGER_ERROR,
		    "firewalld is in state FAILED%s%s: it could not load its configuration "
		    "and holds a stock one; see `firewall-cmd --check-config` and its log, mend it "
		    "and reload or restart firewalld; the guard waits and restores then",
		    *failed ? " after " : "", failed);
		record_event(watcher->record, EVENT_FIREWALLD_FAILED, NULL,
		             "firewalld is in state FAILED%s%s", *failed ? " after " : "", failed);
	} else {
		logger_write(watcher->logger, LOGGER_INFO, "firewalld is not ready yet (%s)",
		             firewall_state_name(state));
	}
	logger_notify_status(&watcher->notifier, "firewalld is not ready (%s): waiting",
	                     firewall_state_name(state));
}

static int take_reading(struct watcher *watcher, struct firewall *now)
{
	int r = tracker_correct_reading(&watcher->tracker, now);

	if (r < 0)
		return r;
	if (!watcher->cycle.episode)
		return assess(watcher, now);
	/* an episode is open: this reading is for another try */
	if (!restore(watcher, now, true)) {
		/* somebody else has put back what was missing, or it is not wanted any more */
		settle_rest(watcher->cycle.episode, STORE_STEP_SKIPPED);
		end_episode(watcher, "restored");
		after_episode(watcher);
	}
	return 0;
}

static void on_reading(int result, struct firewalld_reading *reading, const struct err *err,
                       void *userdata)
{
	struct watcher *watcher = userdata;
	int r;

	watcher->cycle.reading = NULL;
	if (result == FIREWALLD_E_GONE)
		return; /* GONE has been heard, or will be; APPEARED begins again */
	if (result != 0) {
		logger_write(watcher->logger, LOGGER_WARNING,
		             "firewalld could not be read: %s; trying again",
		             err_text(err, result));
		try_reading_later(watcher);
		return;
	}
	if (reading->state != FIREWALL_STATE_RUNNING || reading->stale) {
		if (reading->state != FIREWALL_STATE_RUNNING)
			tell_not_ready(watcher, reading->state);
		try_reading_later(watcher);
		return;
	}
	watcher->told_state = FIREWALL_STATE_RUNNING;
	watcher->cycle.attempts = 0;
	if (reading->n_skipped)
		logger_write(watcher->logger, LOGGER_WARNING,
		             "%u entries of firewalld are not understood and not guarded: %s",
		             reading->n_skipped, reading->skipped);
	r = take_reading(watcher, &reading->firewall);
	if (r < 0) {
		logger_write(watcher->logger, LOGGER_ERROR, "%s; trying again", strerror(-r));
		try_reading_later(watcher);
	}
}

/* In a loop of reloads: not yet; the timer comes back here. */
static bool is_held_back(struct watcher *watcher)
{
	int64_t left_us = watcher->hold_until_us - clock_monotonic_us();

	if (left_us <= 0)
		return false;
	loop_timer_set(watcher->read_timer, left_us / 1000 + 1);
	return true;
}

static void start_reading(struct watcher *watcher)
{
	struct cycle *cycle = &watcher->cycle;
	_cleanup_strv_ struct strv ipsets = STRV_NULL;
	struct firewalld_query query = {
	    .ipsets = &ipsets,
	    .flags = cycle->whole ? FIREWALL_RUNTIME | FIREWALL_PERMANENT : FIREWALL_RUNTIME,
	    .zones = cycle->whole ? NULL : &cycle->zones,
	};
	int r;

	firewalld_cancel(cycle->reading);
	cycle->reading = NULL;
	if (is_held_back(watcher))
		return;
	cycle->gaps = watcher->gaps;
	tracker_reading_begins(&watcher->tracker);
	/* what uses them may be lost itself */
	if (cycle->whole && tracker_ipsets(&watcher->tracker, &ipsets) < 0) {
		try_reading_later(watcher);
		return;
	}
	r = firewalld_read(watcher->fw, &cycle->reading, &query, on_reading, watcher);
	if (r != 0 && r != FIREWALLD_E_GONE)
		try_reading_later(watcher);
}

static void read_whole(struct watcher *watcher)
{
	watcher->cycle.whole = true;
	start_reading(watcher);
}

/** cycle_read_again() - the pause is over */
void cycle_read_again(struct watcher *watcher)
{
	struct cycle *cycle = &watcher->cycle;

	if (cycle->reading || cycle->restorer)
		return;
	if (cycle->episode)
		cycle->whole = true;
	start_reading(watcher);
}

/** cycle_panic_ended() - what firewalld refused in panic mode can be put back */
void cycle_panic_ended(struct watcher *watcher)
{
	if (watcher->present && watcher->cycle.episode)
		cycle_read_again(watcher);
}

/*
 * Reloads of a burst are one wipe, from the first on, until that is on record; a
 * start that was not looked at yet counts for more than a reload that follows it;
 * and to look again takes nothing from what is still to be told.
 */
static bool starts_anew(const struct cycle *cycle, enum wipe_kind kind)
{
	if (kind == WIPE_RELOAD)
		return !cycle->tell && cycle->looked;
	if (kind == WIPE_UNKNOWN)
		return !cycle->tell && cycle->kind == WIPE_UNKNOWN;
	return true;
}

/*
 * Whoever makes firewalld reload each time that something was restored keeps it
 * and us busy for ever: then what is lost still comes back, but ever later (law 6).
 */
static void keep_pace(struct watcher *watcher)
{
	struct cycle *cycle = &watcher->cycle;
	bool tripped = watcher->pace.delay_ms != 0;
	char words[ANNOUNCE_WIPE_SIZE];
	unsigned delay_ms;

	if (cycle->kind != WIPE_RESTART && (cycle->kind != WIPE_RELOAD || cycle->whole))
		return; /* nothing is at stake */
	delay_ms = pace_note(&watcher->pace, clock_monotonic_us());
	watcher->hold_until_us = delay_ms ? clock_monotonic_us() + INT64_C(1000) * delay_ms : 0;
	if (!delay_ms || tripped)
		return;
	logger_write(watcher->logger, LOGGER_ERROR,
	             "firewalld is wiped again and again, more than %d times in %d minutes (the "
	             "last: %s); restoring goes on at a slower pace; `reload-guard history --kind "
	             "wipe` names the causes, `reload-guard persist` makes reloads harmless",
	             PACE_LIMIT, (int)(PACE_WINDOW_US / 60000000), announce_wipe(watcher, words));
	record_event(watcher->record, EVENT_BREAKER, NULL,
	             "wiped more than %d times in %d minutes: restoring at a slower pace",
	             PACE_LIMIT, (int)(PACE_WINDOW_US / 60000000));
}

/**
 * cycle_begin() - firewalld's runtime may have been wiped
 * @kind:  WIPE_UNKNOWN: look, and say nothing if nothing is missing
 * @at_us: when it was noticed
 *
 * After a reload only the zones at stake are read at first: each costs 2 ms, and
 * mail is down meanwhile.
 */
void cycle_begin(struct watcher *watcher, enum wipe_kind kind, int64_t at_us)
{
	struct cycle *cycle = &watcher->cycle;
	bool interrupted = cycle->episode != NULL;
	bool anew;

	halt(watcher);
	anew = starts_anew(cycle, kind);
	if (anew) {
		if (cycle->heard)
			record_episode_end_take(watcher->record, steal(cycle->heard), "superseded");
		cycle->kind = kind;
		cycle->tell = kind != WIPE_UNKNOWN;
		cycle->at_us = at_us;
		cycle->n_reloads = 0;
		cycle->looked = kind == WIPE_RELOAD;
	} else if (interrupted) {
		/* what was being restored is still to be restored, for the reason that it had */
		cycle->tell = true;
	}
	cycle->n_reloads += kind == WIPE_RELOAD;
	cycle->whole = true;
	strv_deinit(&cycle->zones);
	if (cycle->kind == WIPE_RELOAD &&
	    tracker_zones_at_stake(&watcher->tracker, &watcher->config.scope, &cycle->zones) == 0 &&
	    cycle->zones.n)
		cycle->whole = false;
	if (anew)
		keep_pace(watcher);
	start_reading(watcher);
	/* while firewalld makes its answer */
	if (anew && (cycle->kind == WIPE_RELOAD || cycle->kind == WIPE_RESTART))
		bankeeper_wiped(watcher->bans, at_us);
	if (cycle->tell)
		put_heard_on_record(watcher);
	/* only now: killed in between, the guard must find that there is something to do */
	cut_short(watcher, "superseded");
}

/** cycle_look() - read everything, unless a cycle does so anyway */
void cycle_look(struct watcher *watcher)
{
	if (!watcher->present || !watcher->idle)
		return;
	watcher->idle = false;
	read_whole(watcher);
}
