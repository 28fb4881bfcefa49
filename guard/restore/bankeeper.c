// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/restore/bankeeper-internal.h"

#include "guard/model/ban/jailuse.h"
#include "guard/restore/banlog.h"
#include "guard/restore/restorer.h"
#include "guard/system/host/clock.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/*
 * firewalld answers in the order of asking, so another client of it waits for as many
 * calls as are under way, at 12 to 25 ms each. Four keep it busy all the same.
 */
#define WINDOW 4

/* Rules that go out between two looks at the tickets. */
#define BATCH 48

/* A rule that goes may be one of many: fail2ban stops, or a jail of it is restarted. */
#define FREED_MS  1000
#define FREED_MAX 4096

/* The tickets are read again so long after a ban, so that bursts cost fail2ban little. */
#define REFRESH_MS 2000

#define LONG_US 3600000000LL /* fail2ban cannot be asked for so long: that is said once more */
/* A server that has just begun puts its bans back one by one, and lists only these: until none has
 * been added for so long, or it begins with none. */
#define GROWS_US 10000000LL

/*
 * A rule comes some time after its ticket, and is on record some seconds later; and a guard
 * may be killed again and again before it has asked.
 */
#define UNSEEN_US 600000000LL

#define STOPPED_MS 10000 /* so long stopped, it is not just being restarted */
#define LOOK_MS    60000 /* while something waits, for a notice that was missed */
#define TRIES      3
/* --- what it works on -------------------------------------------------------------------- */

/** bankeeper_is_wanted() - do lost bans come back at all? */
bool bankeeper_is_wanted(const struct config *config)
{
	return config->restore && config->restore_bans != CONFIG_RESTORE_BANS_NONE;
}

/** bankeeper_tickets() - what fail2ban holds, as last read; NULL while not known */
const struct tickets *bankeeper_tickets(const struct bankeeper *keeper)
{
	return keeper->known ? &keeper->tickets : NULL;
}

/** bankeeper_shapes() - what the bans of jails were seen to look like */
const struct banshapes *bankeeper_shapes(const struct bankeeper *keeper)
{
	return &keeper->learn.shapes;
}

/** bankeeper_ipsets() - add the ipsets (ipset:NAME) that bans are, or were, in; Return: 0, -ENOMEM
 */
int bankeeper_ipsets(const struct bankeeper *keeper, struct strv *out)
{
	int r = banshapes_ipsets(&keeper->learn.shapes, out);

	for (size_t i = 0; i < keeper->list.n && r == 0; i++) {
		const struct item *item = keeper->list.bans[i].item;

		if (item->kind == ITEM_ENTRY)
			r = strv_add_once(out, item->zone);
	}
	return r;
}

/** bankeeper_n_open() - bans that are lost and not settled */
size_t bankeeper_n_open(const struct bankeeper *keeper)
{
	return banlist_n_open(&keeper->list);
}

/* Mail and everything else comes first. */
static bool may_act(const struct bankeeper *keeper)
{
	return (keeper->given.may_act(keeper->given.userdata) || keeper->makes_do) &&
	       (!keeper->given.tracker->wanted.panic || keeper->given.errand) &&
	       bankeeper_restores(keeper);
}

static bool is_busy(const struct bankeeper *keeper)
{
	return keeper->reading || keeper->restorer || keeper->n_removing;
}

/* Does fail2ban still put its bans back, so that the list of them grows? */
bool bankeeper_still_grows(const struct bankeeper *keeper)
{
	return clock_monotonic_us() - keeper->grown_us < GROWS_US;
}

/** bankeeper_has_bans() - is there a lost ban that is not settled, or was put back just now? */
bool bankeeper_has_bans(const struct bankeeper *keeper)
{
	return keeper->list.n > 0 || keeper->list.late;
}

static bool has_work(const struct bankeeper *keeper)
{
	return bankeeper_has_bans(keeper) || keeper->suspects.n || keeper->freed.n ||
	       keeper->asked.n || keeper->unseen_us;
}

int bankeeper_remember(struct firewall *set, const struct item *item)
{
	struct firewall_entry *entry;
	int r = firewall_put(set, item, &entry);

	if (r == 0)
		entry->flags = FIREWALL_RUNTIME;
	return r;
}

/* --- wipes that come to their end -------------------------------------------------------- */

static enum store_ending ending_of(const struct ban_wipe *wipe)
{
	return wipe->n_failed ? STORE_WIPE_BANS_PARTLY : wipe->ending;
}

static void end_wipe_take(struct bankeeper *keeper, struct ban_wipe *wipe)
{
	if (wipe->n_restored && wipe->recorded)
		banlog_restored(bankeeper_log(keeper), wipe);
	if (wipe->recorded && keeper->given.errand && wipe->episode->n_steps == 0) {
		/* nothing came of it, and the next one finds the same: it is no news */
		record_episode_forget_take(keeper->given.record, steal(wipe->episode));
	} else if (wipe->recorded) {
		keeper->given.on_closed(wipe->episode, keeper->given.userdata);
		record_episode_end_take(keeper->given.record, steal(wipe->episode),
		                        ending_of(wipe));
	} else {
		episode_free(wipe->episode);
	}
	bancount_deinit(&wipe->back);
	free(wipe);
}

/*
 * What was put back is on record as wanted before its wipe is closed: a guard that is killed
 * in between finds the wipe, and one that is killed afterwards finds the bans.
 */
static void before_the_end(struct bankeeper *keeper)
{
	for (const struct ban_wipe *wipe = keeper->list.wipes; wipe; wipe = wipe->next)
		if (wipe->n_open == 0) {
			keeper->given.on_ending(keeper->given.userdata);
			return;
		}
}

void bankeeper_end_wipes(struct bankeeper *keeper)
{
	struct ban_wipe **link = &keeper->list.wipes;
	bool some = keeper->list.wipes != NULL;

	banlist_sweep(&keeper->list);
	banlist_write(&keeper->list);
	before_the_end(keeper);
	while (*link) {
		struct ban_wipe *wipe = *link;

		if (wipe->n_open) {
			link = &wipe->next;
			continue;
		}
		*link = wipe->next;
		end_wipe_take(keeper, wipe);
	}
	if (some)
		keeper->given.on_settled(keeper->given.userdata);
}

/* --- putting back ------------------------------------------------------------------------ */

static int64_t end_of(const struct ban *ban)
{
	return ban->wipe->episode->loss.rows[ban->row].until_us;
}

/* What was to hold for a time has lost its timer with the rest: its end is the guard's now. */
static void keep_end(struct bankeeper *keeper, const struct ban *ban)
{
	if (end_of(ban) &&
	    tracker_added(keeper->given.tracker, ban->item, FIREWALL_GUARD_TIMED, end_of(ban)) < 0)
		bankeeper_missed(keeper);
}

/* It is not there, and stays wanted: the next wipe is another chance, if fail2ban holds it then. */
static void owe(struct bankeeper *keeper, const struct item *item)
{
	struct tracker *tracker = keeper->given.tracker;

	if (tracker_added(tracker, item, 0, 0) < 0 || tracker_owed(tracker, item) < 0)
		bankeeper_missed(keeper);
}

static void take_step(struct bankeeper *keeper, struct ban *ban, const struct restorer_step *step)
{
	switch (step->outcome) {
	case STORE_STEP_RESTORED:
		keep_end(keeper, ban);
		/* stays in the list until its wipe is closed, with its step on record */
		ban->state = BAN_BACK;
		banlist_restored(ban, step->finished_us);
		if (ban->by_hand)
			banlist_drop(ban);
		break;
	case STORE_STEP_FAILED:
		ban->state = BAN_LOST;
		if (++ban->tries < TRIES && !keeper->given.errand)
			break;
		banlog_failed(bankeeper_log(keeper), ban, step->error);
		ban->wipe->n_failed++;
		owe(keeper, ban->item);
		banlist_drop(ban);
		break;
	case STORE_STEP_SKIPPED: /* somebody removed it while it was on its way */
	case STORE_STEP_SUPERSEDED:
	case STORE_STEP_ENDED:
	case STORE_STEP_LEFT_OUT:
	case STORE_STEP_N:
		banlist_drop(ban);
		break;
	}
}

static int note_step(const struct ban *ban, const struct restorer_step *step)
{
	struct store_step *noted;
	struct episode *episode = ban->wipe->episode;
	int r;

	if (!ban->wipe->recorded)
		return 0;
	r = episode_add_step(episode, ban->row, step->outcome, step->error);
	if (r < 0)
		return r;
	noted = &episode->steps[episode->n_steps - 1];
	noted->started_us = step->started_us;
	if (step->finished_us)
		noted->finished_us = step->finished_us;
	return 0;
}

static void on_batch(const struct plan *plan, const struct restorer_step *steps, void *userdata)
{
	struct bankeeper *keeper = userdata;
	bool failed = false;

	for (size_t i = 0; i < plan->n; i++) {
		struct ban *ban = banlist_find(&keeper->list, &plan->steps[i].item);

		if (!ban || !ban->wipe || ban->state != BAN_SENT)
			continue;
		if (note_step(ban, &steps[i]) < 0)
			bankeeper_missed(keeper);
		failed |= steps[i].outcome == STORE_STEP_FAILED;
		take_step(keeper, ban, &steps[i]);
	}
	restorer_free(steal(keeper->restorer));
	bankeeper_end_wipes(keeper);
	if (failed)
		loop_timer_set(keeper->timer, BANKEEPER_RETRY_MS);
	else
		bankeeper_advance(keeper);
}

static int plan_batch(struct plan *plan, struct bankeeper *keeper, const struct banplan_rule *rules,
                      size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct ban *ban = banlist_find(&keeper->list, rules[i].item);
		struct plan_step step = {.loss_row = ban->row};

		if (grow(&plan->steps, &plan->capacity, plan->n + 1, sizeof(step)) < 0 ||
		    item_copy(&step.item, ban->item) < 0)
			return -ENOMEM;
		plan->steps[plan->n++] = step;
		ban->state = BAN_SENT;
		ban->ours = true;
	}
	return 0;
}

/* @rules: those that are to be there and are not; changes their order */
void bankeeper_put_back(struct bankeeper *keeper, struct banplan_rule *rules, size_t n)
{
	_cleanup_plan_ struct plan plan = PLAN_NULL;
	int r;

	banplan_newest_first(rules, n);
	r = plan_batch(&plan, keeper, rules, n < BATCH ? n : BATCH);
	if (r == 0)
		r = restorer_start_paced(&keeper->restorer, keeper->given.fw, &plan, WINDOW,
		                         on_batch, keeper);
	if (r == 0)
		return;
	/* firewalld goes just now, or memory is short */
	bankeeper_halt(keeper);
	loop_timer_set(keeper->timer, BANKEEPER_RETRY_MS);
}

/* --- taking our own away again ----------------------------------------------------------- */

static void on_taken_away(int result, const struct err *err, void *userdata)
{
	struct itemcall *call = userdata;
	struct bankeeper *keeper = call->userdata;
	struct ban *ban = banlist_find(&keeper->list, &call->item);
	_cleanup_free_ char *text = NULL;

	keeper->n_removing--;
	if (ban && ban->wipe)
		ban->removing = false;
	if (result == 0 || result == FIREWALLD_E_NOT_ENABLED) {
		/* the signal has told it already, unless it was gone before */
		if (tracker_removed(keeper->given.tracker, &call->item) < 0)
			bankeeper_missed(keeper);
		if (item_format(&text, &call->item) == 0)
			record_event(
			    keeper->given.record, EVENT_BAN_TAKEN_BACK, &call->item,
			    "%s was removed again: its ban ended while it was being restored",
			    text);
		/* banned again at this moment, it has to come back; the tickets tell */
		if (ban && ban->wipe && ban->state == BAN_BACK)
			ban->wipe->n_restored--;
		if (ban && ban->wipe)
			ban->state = BAN_LOST;
	} else if (result != FIREWALLD_E_GONE && keeper->given.errand) {
		if (ban && ban->wipe) { /* it stays, as if it had been asked for a moment later */
			banlist_drop(ban);
			bankeeper_end_wipes(keeper);
		}
	} else if (result != FIREWALLD_E_GONE) {
		banlog_residue(bankeeper_log(keeper), err_text(err, result));
		itemcall_free(call);
		loop_timer_set(keeper->timer, BANKEEPER_RETRY_MS);
		return;
	}
	itemcall_free(call);
	bankeeper_advance(keeper);
}

void bankeeper_take_away(struct bankeeper *keeper, struct ban *ban)
{
	struct itemcall *call = itemcall_new(&keeper->calls, ban->item, keeper);

	if (!call ||
	    firewalld_remove(keeper->given.fw, &call->op, &call->item, on_taken_away, call) != 0) {
		itemcall_free(call);
		loop_timer_set(keeper->timer, BANKEEPER_RETRY_MS);
		return;
	}
	ban->removing = true;
	keeper->n_removing++;
}

/* --- telling ----------------------------------------------------------------------------- */

/* At first, and once more when it lasts. */
static void tell_unknown(struct bankeeper *keeper, const char *why)
{
	size_t n = bankeeper_n_open(keeper) + keeper->suspects.n;
	int64_t now_us = clock_monotonic_us();

	if (n == 0)
		return;
	if (!keeper->unknown_us) {
		keeper->unknown_us = now_us;
		banlog_unknown(bankeeper_log(keeper), n, why);
	} else if (!keeper->told_long && now_us - keeper->unknown_us >= LONG_US) {
		keeper->told_long = true;
		banlog_still_unknown(bankeeper_log(keeper), n, why);
	}
}

/* It answers, or there is nothing more to ask it. */
static void forget_unknown(struct bankeeper *keeper)
{
	keeper->unknown_us = 0;
	keeper->told_long = false;
}

/* Nobody waits until fail2ban can tell: they are as open as before. */
static void leave_open(struct bankeeper *keeper)
{
	size_t n = bankeeper_n_open(keeper);

	if (!keeper->looked) {
		loop_timer_set(keeper->timer, BANKEEPER_RETRY_MS);
		return;
	}
	if (n)
		keeper->given.on_unknown(n, keeper->given.userdata);
	for (size_t i = 0; i < keeper->list.n; i++)
		banlist_drop(&keeper->list.bans[i]);
	bankeeper_end_wipes(keeper);
}

/* --- what bans look like ----------------------------------------------------------------- */

static void on_shape(const struct banshape *shape, void *userdata)
{
	struct bankeeper *keeper = userdata;
	const struct jail *jail = tickets_jail(&keeper->tickets, shape->jail);

	banlog_shape(bankeeper_log(keeper), shape, jail && jail_lets_in(jail));
	record_shape(keeper->given.record, shape);
	keeper->given.on_learned(keeper->given.userdata);
}

/* It was not followed until now. */
static void on_ban(const struct item *item, void *userdata)
{
	struct bankeeper *keeper = userdata;

	if (!bankeeper_is_there(keeper, item) &&
	    tracker_added(keeper->given.tracker, item, 0, 0) < 0)
		bankeeper_missed(keeper);
}

static void learn(struct bankeeper *keeper, const struct tickets *now)
{
	const struct banlearn_reading reading = {.before = keeper->known ? &keeper->tickets : NULL,
	                                         .now = now,
	                                         .fw = &keeper->given.tracker->wanted,
	                                         .on_shape = on_shape,
	                                         .on_ban = on_ban,
	                                         .userdata = keeper};

	if (banlearn_read(&keeper->learn, &reading) < 0)
		bankeeper_missed(keeper);
}

/* What the jails do there; firewalld may hold other things when they are asked again. */
static void settle_use(struct bankeeper *keeper, struct tickets *tickets)
{
	const struct tracker *tracker = keeper->given.tracker;

	if (tracker->known && jailuse_settle(tickets, &tracker->wanted) < 0)
		bankeeper_missed(keeper);
}

/* Once, when both firewalld and fail2ban have told what there is. */
static void look_back(struct bankeeper *keeper)
{
	const struct tracker *tracker = keeper->given.tracker;
	const struct banlearn_reading reading = {.now = &keeper->tickets,
	                                         .fw = &tracker->wanted,
	                                         .on_shape = on_shape,
	                                         .userdata = keeper};

	if (keeper->looked_back || !keeper->known || !tracker->known || tracker->from_store ||
	    keeper->given.errand || !bankeeper_restores(keeper))
		return;
	keeper->looked_back = true;
	settle_use(keeper, &keeper->tickets);
	if (banlearn_look_back(&keeper->learn, &reading) < 0)
		bankeeper_missed(keeper);
}

static void on_tickets(int result, struct tickets *tickets, const struct err *err, void *userdata)
{
	struct bankeeper *keeper = userdata;
	bool first = !keeper->known;

	keeper->reading = false;
	keeper->cost_us = clock_monotonic_us() - keeper->asked_us;
	if (result != 0) {
		tell_unknown(keeper, err_text(err, result));
		/* whoever ends just now takes everything along, and means it */
		bankeeper_forget_freed(keeper);
		if (keeper->given.errand)
			leave_open(keeper);
		else if (has_work(keeper))
			loop_timer_set(keeper->timer, BANKEEPER_RETRY_MS);
		return;
	}
	if (keeper->known &&
	    banplan_note_ended(&keeper->past, &keeper->tickets, tickets, clock_now_us()) < 0) {
		/* what has ended would be forgotten: they are read once more */
		bankeeper_try_later(keeper);
		bankeeper_tickets_changed(keeper);
		return;
	}
	settle_use(keeper, tickets);
	learn(keeper, tickets);
	if (keeper->known && tickets->n > keeper->tickets.n && bankeeper_still_grows(keeper))
		keeper->grown_us = clock_monotonic_us();
	tickets_deinit(&keeper->tickets);
	keeper->tickets = *tickets;
	*tickets = TICKETS_NULL;
	keeper->known = true;
	forget_unknown(keeper);
	look_back(keeper);
	/* what a server that has just begun does not list yet has not ended */
	keeper->stranded_settled = !bankeeper_still_grows(keeper);
	if (keeper->stranded.n && (keeper->stranded_settled || first))
		bankeeper_hold_stranded(keeper);
	if ((has_work(keeper) || keeper->asked.n) && may_act(keeper) &&
	    bankeeper_fail2ban_runs(keeper))
		bankeeper_decide(keeper);
	if (bankeeper_n_open(keeper) == 0 && may_act(keeper))
		bankeeper_prepare(keeper);
}

void bankeeper_ask(struct bankeeper *keeper)
{
	int r;

	loop_timer_stop(keeper->refresh_timer);
	loop_timer_stop(keeper->timer);
	keeper->asked_us = clock_monotonic_us();
	if (keeper->freed.n) { /* else what could not be decided the last time is asked for again */
		firewall_deinit(&keeper->asked);
		keeper->asked = keeper->freed;
		keeper->freed = FIREWALL_NULL;
	}
	r = fail2ban_read(keeper->given.fail2ban, on_tickets, keeper);
	keeper->reading = r == 0;
	if (r != 0 && has_work(keeper))
		loop_timer_set(keeper->timer, BANKEEPER_RETRY_MS);
}

/* --- waiting for fail2ban ---------------------------------------------------------------- */

/* It ended in order, and took off every ban with it: what is there of ours came too late. */
static void take_away_residue(struct bankeeper *keeper)
{
	for (size_t i = 0; i < keeper->list.n; i++) {
		struct ban *ban = &keeper->list.bans[i];

		if (ban->ours && !ban->removing && bankeeper_is_there(keeper, ban->item))
			bankeeper_take_away(keeper, ban);
	}
}

/*
 * Nothing that is wanted is given up, however long that takes. But a server that has ended in order
 * holds nobody, and one that stays away so long is not just being updated.
 */
static void wait_for_fail2ban(struct bankeeper *keeper)
{
	enum fail2ban_state state = fail2ban_state(keeper->given.fail2ban);
	int64_t now_us = clock_monotonic_us();

	tell_unknown(keeper, fail2ban_state_name(state));
	bankeeper_forget_freed(keeper);
	if (keeper->told_long && state == FAIL2BAN_STOPPED)
		gapkeeper_end(keeper->given.gapkeeper);
	if (state != FAIL2BAN_STOPPED)
		keeper->stopped_us = 0;
	else if (!keeper->stopped_us)
		keeper->stopped_us = now_us;
	else if (now_us - keeper->stopped_us >= STOPPED_MS * INT64_C(1000))
		take_away_residue(keeper);
	bankeeper_end_wipes(keeper);
	if (has_work(keeper) && !keeper->n_removing)
		loop_timer_set(keeper->timer, state == FAIL2BAN_STOPPED ? STOPPED_MS + 1 : LOOK_MS);
}

/* The next thing that is to be done, if anything is. */
void bankeeper_advance(struct bankeeper *keeper)
{
	if (is_busy(keeper) || !has_work(keeper) || !may_act(keeper))
		return;
	if (banlist_retry(&keeper->list, !keeper->given.pretend) < 0)
		bankeeper_try_later(keeper);
	if (bankeeper_fail2ban_runs(keeper)) {
		keeper->stopped_us = 0;
		bankeeper_ask(keeper);
	} else if (bankeeper_put_back_by_hand(keeper)) {
		return; /* its answer comes back here */
	} else if (keeper->given.errand) {
		leave_open(keeper);
	} else {
		wait_for_fail2ban(keeper);
	}
}

static void on_due(void *userdata)
{
	bankeeper_advance(userdata);
}

static void on_refresh_due(void *userdata)
{
	struct bankeeper *keeper = userdata;

	if (is_busy(keeper))
		loop_timer_set(keeper->refresh_timer, REFRESH_MS);
	else if (bankeeper_fail2ban_runs(keeper))
		bankeeper_ask(keeper);
}

/* --- from the cycle ---------------------------------------------------------------------- */

/**
 * bankeeper_take() - everything but the bans of this wipe is in place
 * @episode: taken over
 * @ending:  of everything else
 *
 * They wait for bankeeper_go().
 */
void bankeeper_take(struct bankeeper *keeper, struct episode *episode, enum store_ending ending)
{
	keeper->closing_us = 0;
	if (banlist_take(&keeper->list, &episode, ending, !keeper->given.pretend, NULL) < 0) {
		banlist_take_later(&keeper->list, episode, ending);
		bankeeper_try_later(keeper);
	}
	bankeeper_end_wipes(keeper);
}

/** bankeeper_adopt() - a guard before this one was interrupted; before anything is read */
void bankeeper_adopt(struct bankeeper *keeper, const struct store_unfinished_list *unfinished)
{
	if (!bankeeper_restores(keeper))
		return;
	/* the latest first: a ban is in the list once */
	for (size_t i = unfinished->n; i > 0; i--)
		if (banlist_adopt(&keeper->list, unfinished->wipes[i - 1].wipe.id) < 0)
			bankeeper_missed(keeper);
}

/* What this guard has learned itself is kept. */
static int know_shapes(struct bankeeper *keeper)
{
	_cleanup_banshapes_ struct banshapes stored = BANSHAPES_NULL;
	struct banshapes *learned = &keeper->learn.shapes;
	int r;

	if (keeper->shapes_known)
		return 0;
	r = record_shapes(keeper->given.record, &stored, &keeper->shapes_known);
	for (size_t i = 0; i < stored.n && r == 0; i++)
		r = banshapes_add_take(learned, &stored.shapes[i]);
	return r;
}

/**
 * bankeeper_began() - what was there is known from a snapshot
 * @seen_us: when that was taken, microseconds since the epoch, UTC
 */
void bankeeper_began(struct bankeeper *keeper, int64_t seen_us)
{
	if (know_shapes(keeper) < 0)
		bankeeper_missed(keeper);
	if (bankeeper_restores(keeper) && !keeper->given.errand)
		keeper->unseen_us = seen_us - UNSEEN_US;
}

/** bankeeper_has_wipe() - is it the keeper who finishes this wipe? */
bool bankeeper_has_wipe(const struct bankeeper *keeper, int64_t wipe_id)
{
	return banlist_has_wipe(&keeper->list, wipe_id);
}

/** bankeeper_is_at_work() - are rules on their way to firewalld just now? */
bool bankeeper_is_at_work(const struct bankeeper *keeper)
{
	return keeper->restorer || keeper->n_removing;
}

/** bankeeper_go() - everything else is in place */
void bankeeper_go(struct bankeeper *keeper)
{
	firewall_deinit(&keeper->stranded);
	keeper->makes_do = false;
	look_back(keeper);
	bankeeper_end_hold_if_idle(keeper);
	if (bankeeper_n_open(keeper) == 0)
		bankeeper_prepare(keeper);
	if (!loop_timer_is_set(keeper->timer))
		bankeeper_advance(keeper);
}

/** bankeeper_halt() - firewalld was wiped again, or went: what is under way says nothing more */
void bankeeper_halt(struct bankeeper *keeper)
{
	restorer_free(steal(keeper->restorer));
	for (size_t i = 0; i < keeper->list.n; i++)
		if (keeper->list.bans[i].state == BAN_SENT)
			keeper->list.bans[i].state = BAN_LOST;
	keeper->closing_us = 0;
	keeper->makes_do = false;
	keeper->n_unheld = 0;
	/* what was missing is among what this wipe took */
	firewall_deinit(&keeper->suspects);
	bankeeper_forget_freed(keeper);
	loop_timer_stop(keeper->timer);
}

/* --- what is heard ----------------------------------------------------------------------- */

/** bankeeper_added() - something came into the runtime: a ban, perhaps, that nobody knows yet */
void bankeeper_added(struct bankeeper *keeper, const struct item *item)
{
	size_t n = keeper->learn.n;

	if (!bankeeper_restores(keeper) || keeper->given.errand)
		return;
	if (banlearn_added(&keeper->learn, item) < 0)
		bankeeper_missed(keeper);
	/* an action that is slow has its ticket read before it has done anything */
	if (keeper->learn.n > n && bankeeper_fail2ban_runs(keeper))
		bankeeper_tickets_changed(keeper);
}

/** bankeeper_removed() - a rule was removed from the runtime, and the tracker knows it */
void bankeeper_removed(struct bankeeper *keeper, const struct item *item)
{
	struct ban *ban = banlist_find(&keeper->list, item);
	int r;

	if (ban && ban->removing)
		return;
	restorer_forget(keeper->restorer, item);
	banlearn_removed(&keeper->learn, item);
	r = banplan_is_ban(item, &keeper->learn.shapes);
	if (r < 0)
		bankeeper_missed(
		    keeper); /* and if it is one, its ticket says whether it is to be there */
	if (r == 0)
		return;
	if (ban && ban->state == BAN_BACK) { /* somebody means it: not to be missed */
		banlist_drop(ban);
		bankeeper_end_wipes(keeper);
	}
	gapkeeper_unprepare(keeper->given.gapkeeper);
	if (!bankeeper_restores(keeper) || keeper->freed.n >= FREED_MAX)
		return;
	if (bankeeper_remember(&keeper->freed, item) < 0)
		bankeeper_missed(keeper);
	if (!loop_timer_is_set(keeper->freed_timer))
		loop_timer_set(keeper->freed_timer, FREED_MS);
}

/** bankeeper_fail2ban() - fail2ban's state changed */
void bankeeper_fail2ban(struct bankeeper *keeper, enum fail2ban_state to)
{
	keeper->looked = true;
	if (to == FAIL2BAN_RUNNING) {
		keeper->grown_us = fail2ban_began_us(keeper->given.fail2ban);
		bankeeper_tickets_changed(keeper);
		bankeeper_advance(keeper);
		return;
	}
	/* what it holds is not known from now on, and it may be taking everything off */
	if (keeper->restorer) {
		bankeeper_halt(keeper);
		bankeeper_advance(keeper);
	}
	bankeeper_forget_freed(keeper);
	if (has_work(keeper) && keeper->given.errand)
		bankeeper_advance(keeper);
	else if (has_work(keeper))
		loop_timer_set(keeper->timer, BANKEEPER_RETRY_MS);
}

/** bankeeper_tickets_changed() - somebody was banned or unbanned, as far as can be seen */
void bankeeper_tickets_changed(struct bankeeper *keeper)
{
	/* at most a twentieth of fail2ban's time */
	int64_t pause_ms = keeper->cost_us / 1000 * 20;

	if (bankeeper_restores(keeper) && !loop_timer_is_set(keeper->refresh_timer))
		loop_timer_set(keeper->refresh_timer, !keeper->known          ? 0
		                                      : pause_ms > REFRESH_MS ? pause_ms
		                                                              : REFRESH_MS);
}

/* --- beginning and end ------------------------------------------------------------------- */

/**
 * bankeeper_new() - a keeper with nothing to do yet
 * @out:     written on success alone; release with bankeeper_free()
 * @options: copied
 *
 * Return: 0 or negative errno.
 */
int bankeeper_new(struct bankeeper **out, const struct bankeeper_options *options)
{
	struct bankeeper *keeper = calloc(1, sizeof(*keeper));
	int r;

	if (!keeper)
		return -ENOMEM;
	keeper->given = *options;
	keeper->list.record = options->record;
	r = know_shapes(keeper);
	if (r == 0)
		r = loop_add_timer(options->loop, &keeper->timer, on_due, keeper);
	if (r == 0)
		r = loop_add_timer(options->loop, &keeper->freed_timer, bankeeper_freed_due,
		                   keeper);
	if (r == 0)
		r = loop_add_timer(options->loop, &keeper->refresh_timer, on_refresh_due, keeper);
	if (r == 0)
		*out = keeper;
	else
		bankeeper_free(keeper);
	return r;
}

/** bankeeper_free() - what is not settled is in the store, for the next guard */
void bankeeper_free(struct bankeeper *keeper)
{
	if (!keeper)
		return;
	if (keeper->reading)
		fail2ban_read_forget(keeper->given.fail2ban, on_tickets, keeper);
	restorer_free(keeper->restorer);
	itemcalls_deinit(&keeper->calls);
	loop_remove(keeper->timer);
	loop_remove(keeper->freed_timer);
	loop_remove(keeper->refresh_timer);
	firewall_deinit(&keeper->suspects);
	firewall_deinit(&keeper->stranded);
	firewall_deinit(&keeper->freed);
	firewall_deinit(&keeper->asked);
	tickets_deinit(&keeper->tickets);
	tickets_deinit(&keeper->past);
	banlist_deinit(&keeper->list);
	banlearn_deinit(&keeper->learn);
	free(keeper);
}
