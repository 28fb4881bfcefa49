// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/restore/cycle.h"

#include "guard/model/pace.h"
#include "guard/restore/banlist.h"
#include "guard/restore/judge.h"
#include "guard/restore/makeshift.h"
#include "guard/restore/restorer.h"
#include "guard/restore/unread.h"
#include "guard/system/host/clock.h"
#include "guard/system/kernel/fwtables.h"
#include "guard/system/kernel/links.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* How long until it is read again, after so many failures in a row; the last one repeats. */
static const int64_t read_pause_ms[] = {100, 200, 500, 1000, 2000, 5000};

/* The same for items that firewalld did not take; after the last one they wait for a wipe. */
static const int64_t restore_pause_ms[] = {1000, 5000, 30000};

/*
 * One that has failed tells when it is reloaded, and goes when it is restarted; each reading leaves
 * a traceback in its log. So it is read seldom in the long run, for what it did not take.
 */
#define FAILED_PAUSE_MS 30000

/* In panic mode firewalld takes nothing; its end is told by a signal, and this is for a missed one.
 */
#define PANIC_PAUSE_MS 60000

/* So often an errand reads a firewalld that reloads meanwhile. */
#define STALE_ATTEMPTS 10

/*
 * So many readings in a row of a firewalld in state INIT, some seconds, are no coincidence;
 * nor are two of one that has lost its zones.
 */
#define INIT_ATTEMPTS   4
#define BROKEN_ATTEMPTS 1

struct cycle {
	struct cycle_options given;
	enum wipe_kind kind;       /* WIPE_UNKNOWN while nothing but looking is going on */
	bool present;              /* firewalld is there */
	bool idle;                 /* present, everything read, nothing to restore */
	bool tell;                 /* a wipe that has not been put on record yet */
	bool whole;                /* the reading under way is of everything */
	int64_t at_us;             /* of the wipe */
	unsigned n_reloads;        /* that came in one burst */
	unsigned unheard;          /* how often something may have happened that was not heard of */
	unsigned reading_unheard;  /* as counted when the reading under way began */
	int64_t loaded;            /* fwtables_loaded() then */
	unsigned compared_unheard; /* before all was compared with firewalld last */
	unsigned failed_unheard;   /* the same of one that has failed */
	unsigned attempts;         /* of reading in a row, that failed */
	unsigned tries;            /* of restoring, the same */
	struct strv zones;         /* what the reading under way is of, unless whole */
	struct firewalld_op *reading;
	struct episode *foretold; /* owned; a reload of the guard's own, not heard of yet */
	struct episode *heard;    /* owned; a wipe of which it is not known yet what it took */
	struct episode *episode;  /* owned; a wipe whose losses are being restored */
	struct restorer *restorer;
	struct makeshift makeshift; /* while firewalld has failed */
	struct restorer *retired;   /* of the cycle before; what it sent may still be under way */
	/* From before a crash of the guard: what it had not yet restored. */
	struct store_unfinished_list unfinished;
	struct pace pace;      /* of wipes */
	int64_t hold_until_us; /* monotonic; in a loop of reloads nothing is read before */
	/* Enforcing `require` against somebody who removes it again and again slows down. */
	struct pace_items required;
	struct loop_source *read_timer;    /* try to read (and restore) again */
	struct loop_source *refresh_timer; /* look at everything, now that it is quiet */
};

static void read_whole(struct cycle *cycle);

/* --- the end of an episode --------------------------------------------------------------- */

static bool is_old_news(const struct cycle *cycle, const struct loss *loss)
{
	for (size_t i = 0; i < loss->n; i++)
		if (loss->rows[i].verdict != LOSS_REQUIRED ||
		    !cycle_is_slow(cycle, &loss->rows[i].item))
			return false;
	return loss->n > 0;
}

static void end_episode(struct cycle *cycle, enum store_ending ending)
{
	struct episode *episode = steal(cycle->episode);

	news_tell(cycle->given.listener, NEWS_ENDED, .episode = episode,
	          .is_old = is_old_news(cycle, &episode->loss));
	if (loss_has_bans(&episode->loss))
		bankeeper_take(cycle->given.bans, episode, ending);
	else {
		cycle->given.on_closed(episode, cycle->given.userdata);
		record_episode_end_take(cycle->given.record, episode, ending);
	}
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

static void halt(struct cycle *cycle)
{
	bankeeper_halt(cycle->given.bans);
	firewalld_cancel(cycle->reading);
	cycle->reading = NULL;
	if (cycle->restorer) {
		/* firewalld answers in order: what an older one sent is answered by now */
		restorer_free(cycle->retired);
		restorer_retire(cycle->restorer);
		cycle->retired = steal(cycle->restorer);
	}
	loop_timer_stop(cycle->read_timer);
	loop_timer_stop(cycle->refresh_timer);
	cycle->attempts = 0;
	cycle->tries = 0;
	cycle->idle = false;
}

/* Ends the episode that did not come to its end; what it was to restore stays wanted. */
static void cut_short(struct cycle *cycle, enum store_ending why)
{
	if (!cycle->episode)
		return;
	settle_rest(cycle->episode, STORE_STEP_SUPERSEDED);
	end_episode(cycle, why);
}

/**
 * cycle_gone() - firewalld went: drop what is under way
 *
 * What was to be restored stays wanted, so the next cycle finds it again.
 */
void cycle_gone(struct cycle *cycle)
{
	cycle->present = false;
	cycle_unheard(cycle);
	halt(cycle);
	makeshift_end(&cycle->makeshift);
	cut_short(cycle, STORE_WIPE_INTERRUPTED);
}

/* A person waits, and sees what became of it: no other look, and no snapshot. */
static void finish_errand(struct cycle *cycle)
{
	cycle->idle = true;
	cycle->given.on_idle(cycle->given.userdata);
}

/* --- restoring --------------------------------------------------------------------------- */

static void after_episode(struct cycle *cycle)
{
	cycle->tries = 0;
	if (cycle->given.errand)
		finish_errand(cycle);
	else
		read_whole(cycle);
}

/* What could not be restored is not there, and stays wanted: a later wipe is another chance. */
static void give_up(struct cycle *cycle, const struct plan *plan, const struct restorer_step *steps)
{
	for (size_t i = 0; i < plan->n; i++) {
		if (steps[i].outcome != STORE_STEP_FAILED)
			continue;
		news_tell(cycle->given.listener, NEWS_FAILED, .episode = cycle->episode,
		          .item = &plan->steps[i].item, .why = steps[i].error);
		if (tracker_owed(cycle->given.tracker, &plan->steps[i].item) < 0)
			logger_write(cycle->given.logger, LOGGER_ERROR, "out of memory");
	}
}

static bool worth_another_try(const struct restorer_step *step)
{
	return step->outcome == STORE_STEP_FAILED && step->code != FIREWALLD_E_INVALID_SERVICE &&
	       step->code != FIREWALLD_E_CONFLICT;
}

/* Sees to another try, and says whether there is to be one. */
static bool try_again_later(struct cycle *cycle, bool denied)
{
	size_t last = ARRAY_SIZE(restore_pause_ms) - 1;

	if (cycle->given.tracker->wanted.panic) {
		logger_write(cycle->given.logger, LOGGER_WARNING,
		             "firewalld accepts nothing in panic mode; waiting for its end");
		loop_timer_set(cycle->read_timer, PANIC_PAUSE_MS);
		return true;
	}
	if (denied) {
		/* as long as it lasts: who ends it wants mail back, too */
		news_tell(cycle->given.listener, NEWS_DENIED);
		loop_timer_set(cycle->read_timer,
		               restore_pause_ms[cycle->tries < last ? cycle->tries++ : last]);
		return true;
	}
	if (cycle->tries >= ARRAY_SIZE(restore_pause_ms))
		return false;
	loop_timer_set(cycle->read_timer, restore_pause_ms[cycle->tries++]);
	return true;
}

static void on_restored(const struct plan *plan, const struct restorer_step *steps, void *userdata)
{
	struct cycle *cycle = userdata;
	size_t failed = 0, retriable = 0, denied = 0;

	for (size_t i = 0; i < plan->n; i++) {
		failed += steps[i].outcome == STORE_STEP_FAILED;
		retriable += worth_another_try(&steps[i]);
		denied += steps[i].code == FIREWALLD_E_DENIED;
	}
	if (episode_add_steps(cycle->episode, plan, steps) < 0)
		logger_write(cycle->given.logger, LOGGER_ERROR,
		             "out of memory: steps are not recorded");
	record_episode_steps(cycle->given.record, cycle->episode);
	if (retriable && !cycle->given.errand && try_again_later(cycle, denied > 0)) {
		restorer_free(steal(cycle->restorer));
		return;
	}
	if (failed)
		give_up(cycle, plan, steps);
	restorer_free(steal(cycle->restorer));
	end_episode(cycle, failed ? STORE_WIPE_PARTLY : STORE_WIPE_RESTORED);
	after_episode(cycle);
}

/* Steps of the plan that the administrator took back, in whole or in part, while they waited. */
static void drop_unwanted(struct plan *plan, const struct firewall *wanted)
{
	size_t kept = 0;

	for (size_t i = 0; i < plan->n; i++) {
		struct plan_step *step = &plan->steps[i];

		if (!firewall_has(wanted, &step->item, FIREWALL_RUNTIME)) {
			plan_step_deinit(step);
			continue;
		}
		if (!firewall_has(wanted, plan_step_call(step), FIREWALL_RUNTIME))
			plan_step_narrow(step);
		plan->steps[kept++] = *step;
	}
	plan->n = kept;
}

/* Starts what the open episode still needs; false when that is nothing. */
static bool restore(struct cycle *cycle, const struct firewall *now, bool again)
{
	_cleanup_plan_ struct plan plan = PLAN_NULL;
	int r;

	if (!cycle->given.config->restore)
		return false;
	r = plan_build(&plan, &cycle->episode->loss, now, clock_now_us());
	if (r == 0 && again)
		drop_unwanted(&plan, &cycle->given.tracker->wanted);
	if (r == 0 && plan.n == 0)
		return false;
	if (r == 0)
		r = restorer_start(&cycle->restorer, cycle->given.fw, &plan, on_restored, cycle);
	if (r != 0)
		/* firewalld goes just now, or memory is short: the pause brings us back here */
		loop_timer_set(cycle->read_timer, restore_pause_ms[0]);
	return true;
}

/* --- judging ----------------------------------------------------------------------------- */

static void close_unfinished(struct cycle *cycle)
{
	struct store_unfinished_list *list = &cycle->unfinished;
	struct store *store = record_store(cycle->given.record);
	struct err err = ERR_NULL;

	for (size_t i = 0; store && i < list->n; i++)
		if (!bankeeper_has_wipe(cycle->given.bans, list->wipes[i].wipe.id) &&
		    store_wipe_finish(store, list->wipes[i].wipe.id, clock_now_us(),
		                      STORE_WIPE_INTERRUPTED, &err))
			logger_write(cycle->given.logger, LOGGER_WARNING, "%s",
			             err_text(&err, -EIO));
	store_unfinished_list_deinit(list);
}

static void notice_silent_wipe(struct cycle *cycle)
{
	cycle->kind = WIPE_SILENT;
	cycle->tell = true;
	cycle->at_us = clock_now_us();
	cycle->n_reloads = 0;
}

static int judge_errand(struct cycle *cycle, struct firewall *now, struct loss *out)
{
	const struct errand_evidence evidence = {
	    .config = cycle->given.config, .record = cycle->given.record, .fw = cycle->given.fw};
	int r = errand_judge(out, &cycle->kind, now, cycle->given.errand, &evidence);

	if (r == 0) {
		cycle->at_us = clock_now_us();
		cycle->tell = loss_count(out, LOSS_LOST) || loss_count(out, LOSS_REQUIRED) ||
		              loss_count(out, LOSS_BAN);
	}
	return r;
}

static int judge(struct cycle *cycle, struct firewall *now, struct loss *out)
{
	_cleanup_store_items_ struct store_items released = STORE_ITEMS_NULL;
	struct loss_evidence evidence = {
	    .before = cycle->given.tracker->known ? &cycle->given.tracker->wanted : NULL,
	    .scope = &cycle->given.config->scope,
	    .zones = cycle->whole ? NULL : &cycle->zones,
	    .bans = bankeeper_is_wanted(cycle->given.config),
	    .tickets = bankeeper_tickets(cycle->given.bans),
	    .shapes = bankeeper_shapes(cycle->given.bans),
	    .kind = cycle->kind,
	    .heard_all =
	        cycle->compared_unheard == cycle->unheard && !cycle->given.tracker->from_store,
	    .now_us = clock_now_us(),
	};
	int r;

	if (cycle->given.errand)
		return judge_errand(cycle, now, out);
	r = record_released(cycle->given.record, &released);
	if (r == 0)
		r = judge_find(out, &cycle->given.tracker->wanted, now, &released, &evidence);
	if (r != 0)
		return r;
	/* nothing is lost without a wipe */
	if (cycle->kind == WIPE_UNKNOWN && loss_count(out, LOSS_LOST))
		notice_silent_wipe(cycle);
	judge_resume(out, &cycle->unfinished, &cycle->kind);
	return 0;
}

/* Return: whether it has to wait. */
static bool has_to_wait(struct cycle *cycle, const struct item *item, int64_t *wake_us)
{
	bool tripped = false;
	int64_t due_us = pace_items_due(&cycle->required, item, clock_monotonic_us(), &tripped);

	if (tripped)
		news_tell(cycle->given.listener, NEWS_FIGHT, .item = item);
	if (due_us && (*wake_us == 0 || due_us < *wake_us))
		*wake_us = due_us;
	return due_us != 0;
}

/*
 * Something may remove a required item again and again, or firewalld may never
 * take it: from some time on the guard waits longer each time before it tries once
 * more (law 6).
 */
static void pace_required(struct cycle *cycle, struct loss *loss)
{
	int64_t wake_us = 0;
	size_t kept = 0;

	if (cycle->tell)
		return;
	for (size_t i = 0; i < loss->n; i++) {
		if (loss->rows[i].verdict == LOSS_REQUIRED &&
		    has_to_wait(cycle, &loss->rows[i].item, &wake_us))
			item_deinit(&loss->rows[i].item);
		else
			loss->rows[kept++] = loss->rows[i];
	}
	loss->n = kept;
	if (wake_us)
		loop_timer_set(cycle->refresh_timer, (wake_us - clock_monotonic_us()) / 1000 + 1);
}

static bool needs_episode(const struct cycle *cycle, const struct loss *loss)
{
	if (cycle->given.errand)
		return cycle->tell && !cycle->given.errand->pretend;
	return cycle->tell || loss_count(loss, LOSS_LOST) || loss_count(loss, LOSS_REQUIRED) ||
	       loss_count(loss, LOSS_UNATTRIBUTED);
}

static void ask_cause(const struct cycle *cycle, const struct news_wipe *wipe,
                      char words[CAUSE_WORDS_SIZE])
{
	const struct news_listener *listener = cycle->given.listener;

	listener->cause(wipe, words, listener->userdata);
}

/* What happened, in words. */
static const char *cause_of(const struct cycle *cycle, int64_t at_us, char words[CAUSE_WORDS_SIZE])
{
	const struct news_wipe wipe = {cycle->kind, cycle->n_reloads, at_us};

	words[0] = '\0';
	if (cycle->unfinished.n)
		snprintf(words, CAUSE_WORDS_SIZE, "the guard was interrupted after a %s",
		         wipe_kind_name(cycle->kind));
	else
		ask_cause(cycle, &wipe, words);
	return words;
}

static struct episode *begin_episode(struct cycle *cycle, int64_t at_us)
{
	char words[CAUSE_WORDS_SIZE];

	return record_episode_new(cycle->given.record, cycle->kind, at_us,
	                          cause_of(cycle, at_us, words));
}

/*
 * A wipe is on record from the moment when it is heard, while the reading is
 * under way: a guard that is killed before the answer comes knows afterwards
 * that what is missing was lost (law 4).
 */
static void put_heard_on_record(struct cycle *cycle)
{
	/* an errand looks again, and may find nothing that it could close the wipe with */
	if (cycle->given.errand || cycle->heard || !cycle->given.tracker->known)
		return;
	if (cycle->kind == WIPE_RELOAD)
		cycle_store(cycle);
	cycle->heard = begin_episode(cycle, cycle->at_us);
	if (!cycle->heard)
		return;
	record_episode_begin(cycle->given.record, cycle->heard);
}

/* The reload that was foretold has come, or something else that took what it would have. */
static void end_foretold(struct cycle *cycle, enum store_ending ending)
{
	if (cycle->foretold)
		record_episode_end_take(cycle->given.record, steal(cycle->foretold), ending);
}

/**
 * cycle_foretell() - the guard is about to have firewalld reload
 *
 * It is on record before it is done: where this guard is killed before it hears of it, the next
 * one knows that what is missing was lost (law 4).
 */
void cycle_foretell(struct cycle *cycle)
{
	const struct news_wipe wipe = {WIPE_RELOAD, 1, clock_now_us()};
	char words[CAUSE_WORDS_SIZE] = "";

	if (cycle->foretold || cycle->heard || !cycle->given.tracker->known)
		return;
	cycle_store(cycle);
	ask_cause(cycle, &wipe, words);
	cycle->foretold = record_episode_new(cycle->given.record, wipe.kind, wipe.at_us, words);
	if (cycle->foretold)
		record_episode_begin(cycle->given.record, cycle->foretold);
}

/** cycle_not_reloaded() - firewalld has refused what was foretold */
void cycle_not_reloaded(struct cycle *cycle)
{
	end_foretold(cycle, STORE_WIPE_INTERRUPTED);
}

/* Puts the loss on record; from here on it is the episode's. */
static int open_episode(struct cycle *cycle, struct loss *loss)
{
	struct episode *episode = steal(cycle->heard);
	char words[CAUSE_WORDS_SIZE];

	if (cycle->kind == WIPE_UNKNOWN && loss_count(loss, LOSS_REQUIRED) &&
	    !loss_count(loss, LOSS_UNATTRIBUTED))
		cycle->kind = WIPE_REQUIRE;
	if (!episode)
		episode = begin_episode(cycle, cycle->tell ? cycle->at_us : clock_now_us());
	if (!episode)
		return -ENOMEM;
	free(episode->cause);
	episode->cause =
	    strdup(cause_of(cycle, episode->at_us, words)); /* the burst may have grown */
	episode->loss = *loss;
	*loss = LOSS_NULL;
	cycle->episode = episode;
	cycle->tell = false;
	cycle->n_reloads = 0;
	record_episode_loss(cycle->given.record, episode);
	return 0;
}

static void on_permanent(const struct item *item, bool withdrawn, void *userdata)
{
	const struct cycle *cycle = userdata;

	news_tell(cycle->given.listener, NEWS_PERMANENT, .item = item, .withdrawn = withdrawn);
}

static void on_loaded(const struct item *interface, const char *from, void *userdata)
{
	const struct cycle *cycle = userdata;

	news_tell(cycle->given.listener, NEWS_LOADED, .item = interface, .from = from);
}

static int absorb(struct cycle *cycle, const struct firewall *now, const struct loss *loss,
                  bool after_wipe)
{
	struct tracker_absorb options = {
	    .reading = now,
	    .loss = loss,
	    .after_wipe = after_wipe,
	    .whole = cycle->whole,
	    .now_us = clock_now_us(),
	    .on_permanent = on_permanent,
	    .on_loaded = on_loaded,
	    .userdata = cycle,
	};
	int r = tracker_absorb(cycle->given.tracker, &options);

	if (r == 0 && record_loaded(cycle->given.record, cycle->loaded))
		cycle->given.tracker->dirty = true;
	news_tell(cycle->given.listener, NEWS_ABSORBED);
	cycle->given.on_absorbed(cycle->given.userdata);
	return r;
}

/* With `restore = no` the loss is told and recorded, and that is all. */
static void accept_loss(struct cycle *cycle, const struct loss *loss)
{
	for (size_t i = 0; i < loss->n; i++)
		if (loss_verdict_restores(loss->rows[i].verdict) &&
		    tracker_removed(cycle->given.tracker, &loss->rows[i].item) < 0)
			logger_write(cycle->given.logger, LOGGER_ERROR, "out of memory");
}

/* What may have to come back counts as there. */
static int add_undecided(struct firewall *all, const struct firewall *undecided)
{
	int r = 0;

	for (size_t i = 0; i < undecided->n && r == 0; i++) {
		struct firewall_entry *entry;

		r = firewall_put(all, &undecided->entries[i].item, &entry);
		if (r == 0)
			entry->flags |= FIREWALL_RUNTIME;
	}
	return r;
}

/* Puts on record what is meant to be there. */
static void store(struct cycle *cycle)
{
	_cleanup_firewall_ struct firewall all = FIREWALL_NULL, undecided = FIREWALL_NULL;
	struct tracker *tracker = cycle->given.tracker;
	bool settled = cycle->idle || (cycle->kind != WIPE_RESTART && cycle->kind != WIPE_REBOOT &&
	                               !cycle->makeshift.compared);
	int r;

	if (cycle->given.errand)
		return; /* whoever watches for ever knows more */
	r = bankeeper_undecided(cycle->given.bans, &undecided);
	if (r == 0 && (undecided.n || cycle->makeshift.compared))
		r = firewall_copy(&all, &tracker->wanted);
	if (r == 0)
		r = add_undecided(&all, &undecided);
	if (r == 0)
		r = makeshift_mark(&cycle->makeshift, &all);
	if (r == 0 &&
	    record_snapshot(cycle->given.record, all.n ? &all : &tracker->wanted, settled))
		tracker->dirty = undecided.n > 0;
}

/* The whole round is done: nothing is lost any more as far as can be seen. */
static void settle_down(struct cycle *cycle)
{
	if (cycle->given.errand) {
		finish_errand(cycle);
		return;
	}
	if (!cycle->whole) {
		read_whole(cycle);
		return;
	}
	cycle->kind = WIPE_UNKNOWN;
	cycle->compared_unheard = cycle->reading_unheard;
	close_unfinished(cycle);
	cycle->idle = true;
	store(cycle);
	cycle->given.on_idle(cycle->given.userdata);
}

/* What would be done, for who only asks. */
static int pretend(struct cycle *cycle, const struct firewall *now, struct loss *loss)
{
	_cleanup_plan_ struct plan plan = PLAN_NULL;
	struct episode *episode = episode_new(cycle->kind, cycle->at_us);

	if (!episode || plan_build(&plan, loss, now, clock_now_us()) < 0) {
		episode_free(episode);
		return -ENOMEM;
	}
	news_tell(cycle->given.listener, NEWS_PLANNED, .plan = &plan, .loss = loss);
	episode->loss = *loss;
	*loss = LOSS_NULL;
	bankeeper_take(cycle->given.bans, episode, STORE_WIPE_NOT_RESTORED);
	return 0;
}

/* Nothing is to be put back, or nobody wants it to be. */
static int leave_it(struct cycle *cycle, const struct firewall *now, struct loss *loss,
                    bool after_wipe)
{
	const struct errand *errand = cycle->given.errand;
	int r;

	if (!errand)
		bankeeper_suspect(cycle->given.bans, loss);
	news_tell(cycle->given.listener, NEWS_LOST, .loss = loss,
	          .is_old = is_old_news(cycle, loss));
	r = absorb(cycle, now, loss, after_wipe);
	if (r == 0 && errand && errand->pretend)
		r = pretend(cycle, now, loss);
	if (r == 0)
		settle_down(cycle);
	return r;
}

static int assess(struct cycle *cycle, struct firewall *now)
{
	_cleanup_loss_ struct loss loss = LOSS_NULL;
	bool after_wipe, restoring;
	int r = judge(cycle, now, &loss);

	if (r != 0)
		return r;
	/* the first look after it */
	after_wipe = cycle->tell && cycle->kind != WIPE_NETWORK_MANAGER;
	pace_required(cycle, &loss);
	if (!needs_episode(cycle, &loss))
		return leave_it(cycle, now, &loss, after_wipe);
	r = open_episode(cycle, &loss);
	if (r < 0)
		return r;
	/* on its way before anything else is done: mail is down until it arrives */
	restoring = restore(cycle, now, false);
	r = absorb(cycle, now, &cycle->episode->loss, after_wipe);
	if (r < 0)
		return r;
	news_tell(cycle->given.listener, NEWS_LOST, .loss = &cycle->episode->loss,
	          .episode = cycle->episode, .is_old = is_old_news(cycle, &cycle->episode->loss));
	bankeeper_lost(cycle->given.bans, &cycle->episode->loss, cycle->episode->at_us);
	if (restoring)
		return 0;
	accept_loss(cycle, &cycle->episode->loss);
	end_episode(cycle, loss_count(&cycle->episode->loss, LOSS_UNATTRIBUTED) ? STORE_WIPE_LEFT
	                   : loss_count(&cycle->episode->loss, LOSS_LOST)
	                       ? STORE_WIPE_NOT_RESTORED
	                       : STORE_WIPE_NOTHING_LOST);
	settle_down(cycle);
	return 0;
}

/* --- reading ----------------------------------------------------------------------------- */

/* @long_ms: the pause in the long run */
static void try_reading_after(struct cycle *cycle, int64_t long_ms)
{
	size_t i = cycle->attempts++;

	loop_timer_set(cycle->read_timer,
	               i < ARRAY_SIZE(read_pause_ms) ? read_pause_ms[i] : long_ms);
}

static void try_reading_later(struct cycle *cycle)
{
	try_reading_after(cycle, read_pause_ms[ARRAY_SIZE(read_pause_ms) - 1]);
}

/*
 * Unknown is not empty (law 2): whatever firewalld holds now, nothing follows from it.
 * It has one thread, and while it loads it does not answer. So INIT as an answer, again
 * and again, is what a load left that was broken off by an error.
 */
static void wait_until_ready(struct cycle *cycle, enum firewall_state state)
{
	bool init = state == FIREWALL_STATE_INIT;
	bool broken = (init && cycle->attempts >= INIT_ATTEMPTS) ||
	              (state == FIREWALL_STATE_BROKEN && cycle->attempts >= BROKEN_ATTEMPTS);

	news_tell(cycle->given.listener, NEWS_STATE, .state = state);
	if (state == FIREWALL_STATE_FAILED)
		try_reading_after(cycle, FAILED_PAUSE_MS);
	else
		try_reading_later(cycle);
	if (broken)
		cycle->given.on_broken(cycle->given.userdata);
	if (state == FIREWALL_STATE_FAILED)
		cycle->given.on_failed(cycle->given.userdata);
}

/* A zone that is gone was taken out of the configuration, or firewalld is broken: all of it tells.
 */
static bool lacks_a_zone(const struct cycle *cycle, const struct firewall *now)
{
	for (size_t i = 0; i < cycle->zones.n && !cycle->whole; i++) {
		const char *zone = cycle->zones.strings[i];

		if (!item_policy_name(zone) && !item_ipset_name(zone) &&
		    !item_direct_family(zone) && !strv_contains(&now->zones, zone))
			return true;
	}
	return false;
}

/* --- a firewalld that has failed --------------------------------------------------------- */

static void on_made_do(const struct plan *plan, const struct restorer_step *steps, void *userdata)
{
	struct cycle *cycle = userdata;
	const struct makeshift_outcome outcome = makeshift_done(&cycle->makeshift, plan, steps);

	if (outcome.is_news)
		news_tell(cycle->given.listener, NEWS_MADE_DO, .made_do = &outcome);
	restorer_free(steal(cycle->restorer));
	if (!loop_timer_is_set(cycle->read_timer)) /* it was due meanwhile */
		try_reading_after(cycle, FAILED_PAUSE_MS);
	cycle->given.tracker->dirty |= outcome.n_moved || outcome.n_restored;
	cycle_store(cycle);
}

/* As from a firewalld that runs: nobody has it back but by `restore`. */
static int leave_gone(struct cycle *cycle, struct loss *gone)
{
	const struct news_wipe wipe = {WIPE_UNKNOWN, 0, clock_now_us()};
	struct record *record = cycle->given.record;
	char words[CAUSE_WORDS_SIZE] = "";
	struct episode *episode;
	int r = 0;

	if (gone->n == 0)
		return 0;
	for (size_t i = 0; i < gone->n && r == 0; i++)
		r = tracker_removed(cycle->given.tracker, &gone->rows[i].item);
	ask_cause(cycle, &wipe, words);
	episode = record_episode_new(record, wipe.kind, wipe.at_us, words);
	if (!episode)
		return -ENOMEM;
	episode->loss = *gone;
	*gone = LOSS_NULL;
	record_episode_loss(record, episode);
	news_tell(cycle->given.listener, NEWS_LOST, .loss = &episode->loss, .episode = episode);
	cycle->given.on_closed(episode, cycle->given.userdata);
	record_episode_end_take(record, episode, STORE_WIPE_LEFT);
	return r;
}

/* What the start took that failed, and what went out of it since, unless that was heard. */
static int compare_makeshift(struct cycle *cycle, struct loss *loss)
{
	_cleanup_loss_ struct loss gone = LOSS_NULL;
	struct makeshift *makeshift = &cycle->makeshift;
	bool first = !makeshift->compared;
	/* wiped once more, it counts as another one; when it was asked it may not have loaded yet
	 */
	bool other = record_loaded(cycle->given.record, fwtables_loaded());
	int r = makeshift_compare(makeshift, loss, other || cycle->failed_unheard == cycle->unheard,
	                          &gone);

	if (r == 0)
		r = leave_gone(cycle, &gone);
	cycle->failed_unheard = cycle->reading_unheard;
	cycle->given.tracker->dirty |= first || other;
	return r;
}

static int find_makeshift(struct cycle *cycle, struct firewall *now, struct loss *loss)
{
	enum wipe_kind kind = cycle->kind;
	int r = makeshift_keep(now, &cycle->given.tracker->wanted);

	/* whatever made it fail has wiped it */
	cycle->kind = WIPE_RESTART;
	if (r == 0)
		r = judge(cycle, now, loss);
	cycle->kind = kind;
	return r == 0 ? compare_makeshift(cycle, loss) : r;
}

static int house(struct cycle *cycle, struct loss *loss, const struct firewall *now,
                 const struct strv *zones)
{
	_cleanup_strv_ struct strv interfaces = STRV_NULL;
	const struct makeshift_world world = {.now = now,
	                                      .wanted = &cycle->given.tracker->wanted,
	                                      .zones = zones,
	                                      .interfaces = &interfaces};
	int r = links_names(&interfaces);

	if (r < 0 && r != -ENOMEM)
		strv_deinit(&interfaces); /* not known */
	return r == -ENOMEM ? r : makeshift_house(&cycle->makeshift, loss, &world);
}

/* Nobody else ends them there; known before they are there, whoever is killed in between. */
static void own_the_ends(struct cycle *cycle, const struct plan *plan)
{
	for (size_t i = 0; i < plan->n; i++)
		if (plan->steps[i].until_us &&
		    tracker_added(cycle->given.tracker, &plan->steps[i].item, FIREWALL_GUARD_TIMED,
		                  plan->steps[i].until_us) < 0)
			cycle_missed(cycle);
}

static void make_do(struct cycle *cycle, struct firewall *now)
{
	_cleanup_loss_ struct loss loss = LOSS_NULL;
	_cleanup_plan_ struct plan plan = PLAN_NULL;
	_cleanup_strv_ struct strv zones = STRV_NULL;
	int r;

	/* where nothing is known that was before, what is required is missing all the same */
	if (cycle->given.errand || !cycle->given.config->restore || cycle->restorer ||
	    cycle->episode)
		return;
	r = strv_copy(&zones, &now->zones);
	if (r == 0)
		r = find_makeshift(cycle, now, &loss);
	if (r != 0)
		return; /* it is read again */
	bankeeper_stranded(cycle->given.bans, &loss, &zones, cycle->at_us);
	r = house(cycle, &loss, now, &zones);
	if (r == 0)
		r = plan_build(&plan, &loss, now, clock_now_us());
	if (r == 0 && plan.n == 0 && cycle->makeshift.n_waiting != cycle->makeshift.n_told_waiting)
		on_made_do(&plan, NULL, cycle);
	if (r == 0 && plan.n > 0) {
		own_the_ends(cycle, &plan);
		if (restorer_start(&cycle->restorer, cycle->given.fw, &plan, on_made_do, cycle) !=
		    0)
			cycle->restorer = NULL;
	}
	cycle_store(cycle);
}

static int take_reading(struct cycle *cycle, struct firewalld_reading *reading)
{
	struct firewall *now = &reading->firewall;
	int r = tracker_correct_reading(cycle->given.tracker, now);

	makeshift_end(&cycle->makeshift);
	if (r == 0)
		r = tracker_keep_connections(cycle->given.tracker, now, &reading->links);
	if (r == 0)
		r = unread_keep(now, &cycle->given.tracker->wanted,
		                cycle->whole ? NULL : &cycle->zones, "");
	if (r < 0)
		return r;
	if (!cycle->episode)
		return assess(cycle, now);
	/* an episode is open: this reading is for another try */
	if (!restore(cycle, now, true)) {
		/* somebody else has put back what was missing, or it is not wanted any more */
		settle_rest(cycle->episode, STORE_STEP_SKIPPED);
		end_episode(cycle, STORE_WIPE_RESTORED);
		after_episode(cycle);
	}
	return 0;
}

static void on_reading(int result, struct firewalld_reading *reading, const struct err *err,
                       void *userdata)
{
	struct cycle *cycle = userdata;
	bool was_whole = cycle->whole;
	int r;

	cycle->reading = NULL;
	if (result == FIREWALLD_E_GONE)
		return; /* GONE has been heard, or will be; APPEARED begins again */
	if (result != 0) {
		news_tell(cycle->given.listener, NEWS_UNREAD, .why = err_text(err, result));
		try_reading_later(cycle);
		return;
	}
	if (reading->state != FIREWALL_STATE_RUNNING) {
		wait_until_ready(cycle, reading->state);
		cycle->whole = true;
		if (reading->state == FIREWALL_STATE_FAILED && was_whole && !reading->stale)
			make_do(cycle, &reading->firewall);
		return;
	}
	if (reading->stale) {
		if (cycle->given.errand && cycle->attempts >= STALE_ATTEMPTS)
			news_tell(cycle->given.listener, NEWS_UNREAD, .why = "it keeps reloading");
		try_reading_later(cycle);
		return;
	}
	if (lacks_a_zone(cycle, &reading->firewall)) {
		read_whole(cycle);
		return;
	}
	news_tell(cycle->given.listener, NEWS_STATE, .state = FIREWALL_STATE_RUNNING);
	cycle->attempts = 0;
	cycle->given.on_running(cycle->given.userdata);
	if (reading->n_skipped)
		news_tell(cycle->given.listener, NEWS_SKIPPED, .n = reading->n_skipped,
		          .why = reading->skipped);
	r = take_reading(cycle, reading);
	if (r < 0) {
		logger_write(cycle->given.logger, LOGGER_ERROR, "%s; trying again", strerror(-r));
		try_reading_later(cycle);
	}
}

/* In a loop of reloads: not yet; the timer comes back here. */
static bool is_held_back(struct cycle *cycle)
{
	int64_t left_us = cycle->hold_until_us - clock_monotonic_us();

	if (left_us <= 0)
		return false;
	loop_timer_set(cycle->read_timer, left_us / 1000 + 1);
	return true;
}

static void start_reading(struct cycle *cycle)
{
	_cleanup_strv_ struct strv ipsets = STRV_NULL;
	struct firewalld_query query = {
	    .ipsets = &ipsets,
	    .flags = cycle->whole ? FIREWALL_RUNTIME | FIREWALL_PERMANENT : FIREWALL_RUNTIME,
	    .zones = cycle->whole ? NULL : &cycle->zones,
	};
	int r;

	firewalld_cancel(cycle->reading);
	cycle->reading = NULL;
	if (is_held_back(cycle))
		return;
	cycle->reading_unheard = cycle->unheard;
	tracker_reading_begins(cycle->given.tracker);
	/* what uses them may be lost itself */
	if (cycle->whole && (tracker_ipsets(cycle->given.tracker, &ipsets) < 0 ||
	                     bankeeper_ipsets(cycle->given.bans, &ipsets) < 0)) {
		try_reading_later(cycle);
		return;
	}
	r = firewalld_read(cycle->given.fw, &cycle->reading, &query, on_reading, cycle);
	if (r == 0)
		cycle->loaded = fwtables_loaded(); /* while firewalld makes its answer */
	else if (r != FIREWALLD_E_GONE)
		try_reading_later(cycle);
}

static void read_whole(struct cycle *cycle)
{
	cycle->whole = true;
	start_reading(cycle);
}

/* The pause is over. */
static void read_again(struct cycle *cycle)
{
	if (cycle->reading || cycle->restorer)
		return;
	if (cycle->episode)
		cycle->whole = true;
	start_reading(cycle);
}

static void on_read_due(void *userdata)
{
	read_again(userdata);
}

/** cycle_retry() - it is worth while not to wait for the end of the pause */
void cycle_retry(struct cycle *cycle)
{
	if (cycle->present && !cycle->idle)
		read_again(cycle);
}

/** cycle_panic_ended() - what firewalld refused in panic mode can be put back */
void cycle_panic_ended(struct cycle *cycle)
{
	if (cycle->present && cycle->episode)
		read_again(cycle);
}

/*
 * Reloads of a burst are one wipe, from the first on, until that is on record, and so is one that
 * follows a start that is still to be told; what NetworkManager does after any of them belongs to
 * it; and to look again takes nothing from what is still to be told.
 */
static bool starts_anew(const struct cycle *cycle, enum wipe_kind kind)
{
	if (kind == WIPE_RELOAD)
		return !cycle->tell;
	if (kind == WIPE_UNKNOWN || kind == WIPE_NETWORK_MANAGER)
		return !cycle->tell && cycle->kind == WIPE_UNKNOWN;
	return true;
}

/*
 * Whoever makes firewalld reload each time that something was restored keeps it
 * and us busy for ever: then what is lost still comes back, but ever later (law 6).
 */
static void keep_pace(struct cycle *cycle)
{
	bool tripped = cycle->pace.delay_ms != 0;
	char words[CAUSE_WORDS_SIZE];
	unsigned delay_ms;

	if (cycle->kind != WIPE_RESTART && cycle->whole)
		return; /* nothing is at stake */
	delay_ms = pace_note(&cycle->pace, clock_monotonic_us());
	cycle->hold_until_us = delay_ms ? clock_monotonic_us() + INT64_C(1000) * delay_ms : 0;
	if (!delay_ms || tripped)
		return;
	news_tell(cycle->given.listener, NEWS_BREAKER, .why = cause_of(cycle, cycle->at_us, words));
}

/* Of the same firewalld, of which it is known what such a wipe can take. */
static bool leaves_the_rest(enum wipe_kind kind)
{
	return kind == WIPE_RELOAD || kind == WIPE_NETWORK_MANAGER;
}

/* @n_reloads: that were heard */
static void wiped(struct cycle *cycle, enum wipe_kind kind, int64_t at_us, unsigned n_reloads)
{
	bool interrupted = cycle->episode != NULL;
	bool anew;

	halt(cycle);
	if (kind == WIPE_RELOAD)
		makeshift_end(&cycle->makeshift);
	anew = starts_anew(cycle, kind);
	if (anew) {
		if (cycle->heard)
			record_episode_end_take(cycle->given.record, steal(cycle->heard),
			                        STORE_WIPE_SUPERSEDED);
		cycle->kind = kind;
		cycle->tell = kind != WIPE_UNKNOWN;
		cycle->at_us = at_us;
		cycle->n_reloads = 0;
	} else if (interrupted) {
		/* what was being restored is still to be restored, for the reason that it had */
		cycle->tell = true;
	}
	cycle->n_reloads += n_reloads;
	if (kind != WIPE_UNKNOWN)
		tracker_claim(cycle->given.tracker);
	cycle->whole = true;
	strv_deinit(&cycle->zones);
	/* what an errand compares with is of all zones */
	if (!cycle->given.errand && leaves_the_rest(cycle->kind) &&
	    tracker_zones_at_stake(cycle->given.tracker, &cycle->given.config->scope,
	                           &cycle->zones) == 0 &&
	    cycle->zones.n)
		cycle->whole = false;
	if (anew)
		keep_pace(cycle);
	start_reading(cycle);
	/* while firewalld makes its answer */
	if (anew && (cycle->kind == WIPE_RELOAD || cycle->kind == WIPE_RESTART))
		bankeeper_wiped(cycle->given.bans, at_us);
	if (cycle->tell && kind == WIPE_RELOAD && !cycle->heard)
		cycle->heard = steal(cycle->foretold);
	if (cycle->tell)
		put_heard_on_record(cycle);
	if (kind != WIPE_UNKNOWN && kind != WIPE_NETWORK_MANAGER)
		end_foretold(cycle, STORE_WIPE_SUPERSEDED);
	/* only now: killed in between, the guard must find that there is something to do */
	cut_short(cycle, STORE_WIPE_SUPERSEDED);
}

/**
 * cycle_wiped() - firewalld's runtime may have been wiped
 * @kind:  WIPE_UNKNOWN: look, and say nothing if nothing is missing
 * @at_us: when it was noticed
 *
 * After one that leaves the rest only the zones at stake are read at first: each costs 2 ms, and
 * mail is down meanwhile.
 */
void cycle_wiped(struct cycle *cycle, enum wipe_kind kind, int64_t at_us)
{
	wiped(cycle, kind, at_us, kind == WIPE_RELOAD);
}

/**
 * cycle_appeared() - firewalld is there; the parameters are those of cycle_wiped()
 *
 * Call record_appeared() before.
 */
void cycle_appeared(struct cycle *cycle, enum wipe_kind kind, int64_t at_us)
{
	cycle->present = true;
	wiped(cycle, kind, at_us, 0);
}

/* --- looking again ----------------------------------------------------------------------- */

/** cycle_look() - read everything, unless a cycle does so anyway */
void cycle_look(struct cycle *cycle)
{
	if (!cycle->present || !cycle->idle)
		return;
	cycle->idle = false;
	read_whole(cycle);
}

/** cycle_look_soon() - the same, when it has been quiet for a moment */
void cycle_look_soon(struct cycle *cycle)
{
	if (cycle->given.errand)
		return; /* it looks once: what goes meanwhile is not for it to judge */
	loop_timer_set(cycle->refresh_timer, cycle->given.config->settle_ms);
}

static void on_refresh_due(void *userdata)
{
	struct cycle *cycle = userdata;

	if (!cycle->present || cycle->idle)
		cycle_look(cycle);
	else if (!loop_timer_is_set(cycle->read_timer))
		cycle_look_soon(cycle); /* it may have read before the change */
}

/** cycle_unheard() - something may have happened unheard of: what is gone may be meant */
void cycle_unheard(struct cycle *cycle)
{
	cycle->unheard++;
}

/** cycle_missed() - something was missed for want of memory; it is found by looking */
void cycle_missed(struct cycle *cycle)
{
	logger_write(cycle->given.logger, LOGGER_ERROR, "out of memory; looking again");
	cycle_unheard(cycle);
	cycle_look_soon(cycle);
}

/* --- what it is about -------------------------------------------------------------------- */

/** cycle_step_of() - the step that puts back this item just now; NULL: it is none of ours */
const struct plan_step *cycle_step_of(const struct cycle *cycle, const struct item *item)
{
	const struct plan_step *step = restorer_step_of(cycle->restorer, item);

	return step ? step : restorer_step_of(cycle->retired, item);
}

/** cycle_stands_in() - is it open in the place of an item of a zone that is not there? */
bool cycle_stands_in(const struct cycle *cycle, const struct item *item)
{
	return makeshift_has(&cycle->makeshift, item);
}

/**
 * cycle_stood_in() - what is known is from the store, with what a failed firewalld was filled with
 * @same: this one
 *
 * Return: 0 or -ENOMEM.
 */
int cycle_stood_in(struct cycle *cycle, bool same)
{
	return makeshift_resume(&cycle->makeshift, &cycle->given.tracker->wanted, same);
}

/** cycle_forget() - somebody removed this item: it is not to be put back */
void cycle_forget(struct cycle *cycle, const struct item *item)
{
	restorer_forget(cycle->restorer, item);
}

/** cycle_resume_take() - a guard before this one has left these; before anything is read */
void cycle_resume_take(struct cycle *cycle, struct store_unfinished_list *unfinished)
{
	store_unfinished_list_deinit(&cycle->unfinished);
	cycle->unfinished = *unfinished;
	*unfinished = STORE_UNFINISHED_LIST_NULL;
}

/** cycle_configured() - what the configuration says may be different now */
void cycle_configured(struct cycle *cycle)
{
	pace_items_deinit(&cycle->required);
	if (cycle_is_blind(cycle))
		cycle_retry(cycle); /* whose next reading may be far off */
	else
		cycle_look_soon(cycle);
}

/** cycle_store() - put on record what is meant to be there, if it is not what was stored last */
void cycle_store(struct cycle *cycle)
{
	const struct tracker *tracker = cycle->given.tracker;

	/* nothing of it is in a store that was made anew */
	if (tracker->known && (tracker->dirty || !record_snapshot_id(cycle->given.record)))
		store(cycle);
}

/** cycle_kind() - of the wipe that it is about; WIPE_UNKNOWN: none, or it cannot be told */
enum wipe_kind cycle_kind(const struct cycle *cycle)
{
	return cycle->kind;
}

bool cycle_is_present(const struct cycle *cycle)
{
	return cycle->present;
}

/** cycle_is_blind() - did nothing follow from what was read last: firewalld was not as it is meant?
 */
bool cycle_is_blind(const struct cycle *cycle)
{
	return cycle->attempts > 0;
}

/** cycle_is_idle() - is firewalld there, and everything read and in place, but bans? */
bool cycle_is_idle(const struct cycle *cycle)
{
	return cycle->present && cycle->idle;
}

/** cycle_is_slow() - does it go missing so often that it is put back ever later? */
bool cycle_is_slow(const struct cycle *cycle, const struct item *item)
{
	return pace_items_is_slow(&cycle->required, item, clock_monotonic_us());
}

/* --- beginning and end ------------------------------------------------------------------- */

/**
 * cycle_new() - a cycle with nothing to do, until firewalld appears
 * @out:     written on success alone; release with cycle_free()
 * @options: copied
 *
 * Return: 0 or negative errno.
 */
int cycle_new(struct cycle **out, const struct cycle_options *options)
{
	struct cycle *cycle = calloc(1, sizeof(*cycle));
	int r;

	if (!cycle)
		return -ENOMEM;
	cycle->given = *options;
	cycle->makeshift = MAKESHIFT_NULL;
	cycle->kind = WIPE_UNKNOWN;
	cycle->unheard = 1; /* nothing was compared yet */
	r = loop_add_timer(options->loop, &cycle->read_timer, on_read_due, cycle);
	if (r == 0)
		r = loop_add_timer(options->loop, &cycle->refresh_timer, on_refresh_due, cycle);
	if (r == 0)
		*out = cycle;
	else
		cycle_free(cycle);
	return r;
}

/** cycle_free() - what is not settled is in the store, for the next guard */
void cycle_free(struct cycle *cycle)
{
	if (!cycle)
		return;
	firewalld_cancel(cycle->reading);
	restorer_free(cycle->restorer);
	restorer_free(cycle->retired);
	episode_free(cycle->episode);
	episode_free(cycle->heard);
	episode_free(cycle->foretold);
	strv_deinit(&cycle->zones);
	store_unfinished_list_deinit(&cycle->unfinished);
	pace_items_deinit(&cycle->required);
	makeshift_end(&cycle->makeshift);
	loop_remove(cycle->read_timer);
	loop_remove(cycle->refresh_timer);
	free(cycle);
}
