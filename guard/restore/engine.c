// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/restore/engine.h"

#include "guard/model/ban/banplan.h"
#include "guard/model/portspace.h"
#include "guard/restore/bankeeper.h"
#include "guard/restore/banwatch.h"
#include "guard/restore/cycle.h"
#include "guard/restore/expiry.h"
#include "guard/restore/foreignwatch.h"
#include "guard/restore/gapkeeper.h"
#include "guard/restore/judge.h"
#include "guard/restore/kernelwatch.h"
#include "guard/restore/mender.h"
#include "guard/restore/takeover.h"
#include "guard/restore/trust.h"
#include "guard/system/host/clock.h"
#include "guard/system/kernel/fwtables.h"

#include <errno.h>
#include <string.h>

/* Bans come in bursts, and each is on record anyway: one snapshot for all of them. */
#define SNAPSHOT_RULES_MS 5000
/* Asks the store at the start so often for what is meant. */
#define STORE_ATTEMPTS 3
/* And then again and again. */
#define ASK_MS 1000

struct engine {
	struct engine_options given;
	struct errand errand;
	bool is_over;
	bool has_closed; /* a wipe of its own */
	struct tracker tracker;
	struct gapkeeper *gapkeeper;
	struct bankeeper *bans;
	struct expiry *expiry;
	struct takeover *takeover; /* NULL for an errand */
	struct cycle *cycle;
	struct kernelwatch *kernelwatch;    /* NULL for an errand */
	struct mender *mender;              /* likewise */
	struct foreignwatch *foreignwatch;  /* likewise */
	struct banwatch *banwatch;          /* likewise */
	struct loop_source *snapshot_timer; /* store what is meant */
	struct loop_source *ask_timer;      /* what was meant before; while tracker.unasked */
	struct fail2ban_follower follower;
};

/* --- what is put on record --------------------------------------------------------------- */

/* A snapshot may have held what was not decided yet, and the next says what became of it. */
static void store_rest_later(struct engine *engine)
{
	if (engine->tracker.dirty && !engine->given.errand &&
	    !loop_timer_is_set(engine->snapshot_timer))
		loop_timer_set(engine->snapshot_timer, SNAPSHOT_RULES_MS);
}

/**
 * engine_store() - put on record what is meant to be there, if it is not what was stored last
 *
 * Return: whether all of it is on record now.
 */
bool engine_store(struct engine *engine)
{
	cycle_store(engine->cycle);
	store_rest_later(engine);
	return !engine->tracker.dirty;
}

static void on_snapshot_due(void *userdata)
{
	struct engine *engine = userdata;

	engine_store(engine);
	news_tell(&engine->given.listener, NEWS_QUIET);
}

static bool protects(const struct engine *engine, const struct item *item)
{
	return scope_protects(&engine->given.config->scope, &engine->tracker.wanted, item);
}

/* As banplan_is_ban(). */
static int is_ban(const struct engine *engine, const struct item *item)
{
	return banplan_is_ban(item, bankeeper_shapes(engine->bans));
}

/* Bans come in bursts, and so do the rules of others. */
static bool may_be_many(const struct engine *engine, const struct item *item)
{
	return (item->kind == ITEM_RULE || is_ban(engine, item) > 0) && !protects(engine, item);
}

static void changed(struct engine *engine, const struct item *item)
{
	bool may_wait = may_be_many(engine, item);
	int64_t delay_ms = may_wait ? SNAPSHOT_RULES_MS : engine->given.config->settle_ms;

	if (may_wait && loop_timer_is_set(engine->snapshot_timer))
		return;
	loop_timer_set(engine->snapshot_timer, delay_ms);
}

static void protect_again(struct engine *engine, const struct item *item)
{
	_cleanup_store_items_ struct store_items released = STORE_ITEMS_NULL;

	/* and nobody releases a ban */
	if (engine->given.errand || may_be_many(engine, item) ||
	    record_released(engine->given.record, &released) < 0)
		return;
	if (items_contain(released.items, released.n, item))
		record_protected_again(engine->given.record, item);
}

/* --- items ------------------------------------------------------------------------------- */

static void on_item_added(struct engine *engine, const struct firewalld_event *event)
{
	const struct plan_step *ours = cycle_step_of(engine->cycle, event->item);
	int64_t until_us = 0;
	unsigned flags = 0;

	/* nobody has meant that, and nobody is to put it back: it is for as long as its zone is
	 * away */
	if (ours && cycle_stands_in(engine->cycle, event->item))
		return;
	/* ours never has a timeout: one that does came before it, and counts */
	if (event->timeout_s > 0)
		ours = NULL;
	if (ours) {
		/* we add with no timeout, and keep to the one that it had */
		until_us = ours->until_us;
		flags = until_us ? FIREWALL_GUARD_TIMED : 0;
	} else if (event->timeout_s > 0) {
		until_us = event->at_us + INT64_C(1000000) * event->timeout_s;
	}
	if (tracker_added(&engine->tracker, ours ? &ours->item : event->item, flags, until_us) < 0)
		cycle_missed(engine->cycle);
	if (flags)
		expiry_plan(engine->expiry); /* no reading may follow: firewalld may have failed */
	if (!ours)
		protect_again(engine, event->item);
	bankeeper_added(engine->bans, event->item);
	news_tell(&engine->given.listener, NEWS_ADDED, .item = event->item, .ours = ours != NULL,
	          .is_ban = is_ban(engine, event->item) > 0);
	changed(engine, event->item);
	if (event->timeout_s > 0 && engine->takeover)
		takeover_opened(engine->takeover, event->item);
}

static struct trust trust_of(struct engine *engine)
{
	return (struct trust){.record = engine->given.record,
	                      .tracker = &engine->tracker,
	                      .listener = &engine->given.listener};
}

/* Return: whether that is on record. */
static bool removed(struct engine *engine, const struct item *item, bool timed)
{
	bool was_there = firewall_has(&engine->tracker.wanted, item, FIREWALL_RUNTIME);
	bool is_protected = was_there && protects(engine, item);
	const struct trust trust = trust_of(engine);

	cycle_forget(engine->cycle, item);
	news_tell(&engine->given.listener, NEWS_REMOVED, .item = item, .is_protected = is_protected,
	          .timed = timed, .is_slow = is_protected && cycle_is_slow(engine->cycle, item));
	if (tracker_removed(&engine->tracker, item) < 0)
		cycle_missed(engine->cycle);
	bankeeper_removed(engine->bans, item);
	trust_removed(&trust, item);
	/* an intent that is not on record when the power goes would be undone */
	if (is_protected)
		engine_store(engine);
	else
		changed(engine, item);
	/*
	 * What is required comes back. And a timer of firewalld 2.4.1 and later says "removed" when
	 * the time is over that an item was once opened for, also when it was removed before that
	 * and opened anew for good, and is there.
	 */
	if (is_protected || scope_requires(&engine->given.config->scope, item))
		cycle_look_soon(engine->cycle);
	return is_protected;
}

static void on_item_removed(struct engine *engine, const struct firewalld_event *event)
{
	const struct firewall_entry *entry = firewall_find(&engine->tracker.wanted, event->item);
	/* timers fire a little late, never early; the slack is for the two clocks */
	bool timed = entry && entry->until_us && entry->until_us <= event->at_us + 500000;

	if (!expiry_doubt(engine->expiry, event->item))
		(void)removed(engine, event->item, timed);
}

/* Of our own calls that take an item over. */
static bool is_takeover(struct engine *engine, const struct firewalld_event *event)
{
	return engine->takeover && takeover_hears(engine->takeover, event);
}

/*
 * Ipsets may be used to ban, too, and then fill fast. Only the entries of those
 * that let somebody in are followed, and jails'; what is used later is found by
 * reading.
 */
static bool is_followed(const struct engine *engine, const struct item *item)
{
	return item->kind != ITEM_ENTRY || is_ban(engine, item) != 0 || protects(engine, item);
}

static bool has_end(const struct engine *engine, const struct item *item)
{
	const struct firewall_entry *entry = firewall_find(&engine->tracker.wanted, item);

	return entry && entry->until_us;
}

static void on_binding(struct engine *engine, const struct item *item)
{
	const struct firewall_entry *from = firewall_bound_elsewhere(&engine->tracker.wanted, item);
	const struct plan_step *ours = cycle_step_of(engine->cycle, item);
	const struct trust trust = trust_of(engine);
	int64_t until_us = ours ? ours->until_us : 0;

	if (from && !ours) {
		/* where it was bound until now it is not wanted any more: one zone has it */
		if (protects(engine, &from->item))
			news_tell(&engine->given.listener, NEWS_MOVED, .item = &from->item,
			          .to = item);
		cycle_forget(engine->cycle, &from->item);
	}
	if (tracker_moved(&engine->tracker, item) < 0)
		cycle_missed(engine->cycle);
	trust_bound(&trust, item, until_us);
	if (!ours)
		protect_again(engine, item);
	/* who is trusted for a while is often banned, and that is not what his jail does */
	if (!has_end(engine, item))
		bankeeper_added(engine->bans, item);
	/* as with a removal: an intent is on record at once, and so is an end that is ours */
	if ((from && !ours) || has_end(engine, item))
		engine_store(engine);
	expiry_plan(engine->expiry);
	changed(engine, item);
}

/*
 * firewalld tells of a policy only all that it has now: what is not there any more
 * was removed, and what is new was added. While a change of our own is under way,
 * the list may lack what somebody adds at the same moment; then nothing is taken
 * for a removal.
 */
static void on_policy(struct engine *engine, const struct firewalld_event *event)
{
	_cleanup_firewall_ struct firewall wanted = FIREWALL_NULL, contents = FIREWALL_NULL;
	struct firewalld_event change = *event;

	if (firewall_copy(&wanted, &engine->tracker.wanted) < 0 ||
	    firewall_copy(&contents, event->contents) < 0 ||
	    portspace_align(&wanted, &contents) < 0) {
		cycle_missed(engine->cycle);
		return;
	}
	if (event->ours)
		cycle_unheard(engine->cycle);
	for (size_t i = 0; i < wanted.n && !event->ours; i++) {
		change.item = &wanted.entries[i].item;
		if (strcmp(change.item->zone, event->zone) == 0 &&
		    (wanted.entries[i].flags & FIREWALL_RUNTIME) &&
		    (event->kinds & 1U << change.item->kind) &&
		    !firewall_find(&contents, change.item))
			on_item_removed(engine, &change);
	}
	for (size_t i = 0; i < contents.n; i++) {
		change.item = &contents.entries[i].item;
		if (!firewall_has(&wanted, change.item, FIREWALL_RUNTIME))
			on_item_added(engine, &change);
	}
	for (size_t i = 0; i < event->contents->n; i++)
		if (tracker_listed(&engine->tracker, &event->contents->entries[i].item) < 0)
			cycle_missed(engine->cycle);
}

/* --- firewalld itself -------------------------------------------------------------------- */

static void on_panic(struct engine *engine, bool on)
{
	tracker_panic(&engine->tracker, on);
	if (on)
		return;
	cycle_panic_ended(engine->cycle);
	bankeeper_go(engine->bans);
}

/* It is no item, so nobody puts it back; but its timer may break a reload off. */
static void on_trait(struct engine *engine, const struct firewalld_event *event)
{
	if (!engine->takeover)
		return;
	record_timed(engine->given.record, event->zone, event->trait,
	             event->on ? event->at_us + INT64_C(1000000) * event->timeout_s : 0);
	if (event->on)
		takeover_trait(engine->takeover, event);
}

static void on_default_zone(struct engine *engine, const char *zone)
{
	/* the reading that tells whom it took along counts for nothing while it has failed */
	if (!cycle_is_blind(engine->cycle))
		tracker_default_zone_left(&engine->tracker, zone);
	if (tracker_default_zone(&engine->tracker, zone) < 0)
		cycle_missed(engine->cycle);
	cycle_look_soon(engine->cycle);
}

/* Without it nothing of before is known: one that fails for a moment is asked again. */
static int recall(struct engine *engine, struct recollection *out)
{
	int r = -EIO;

	for (unsigned i = 0; i < STORE_ATTEMPTS && r != 0 && r != STORE_E_NOT_FOUND; i++) {
		(void)record_retry(engine->given.record);
		recollection_deinit(out);
		*out = RECOLLECTION_NULL;
		r = record_recall(engine->given.record, out);
	}
	return r;
}

/* What is there counts, and nothing is stored over what was meant. */
static void begin_unasked(struct engine *engine)
{
	if (!engine->tracker.unasked)
		logger_write(engine->given.logger, LOGGER_WARNING,
		             "what was open before the guard began is not known until the store "
		             "can be read; what is lacking of it is restored then");
	engine->tracker.unasked = true;
	loop_timer_set(engine->ask_timer, ASK_MS);
}

static void begin_with_nothing(struct engine *engine)
{
	logger_write(engine->given.logger, LOGGER_NOTICE,
	             "nothing of before is on record: what was open at run time before a reload of "
	             "firewalld that is past cannot be put back");
	tracker_nothing_before(&engine->tracker);
}

/* Compares with what was stored when the guard ran last. */
static enum wipe_kind start_from_store(struct engine *engine, const char *instance)
{
	_cleanup_recollection_ struct recollection before = RECOLLECTION_NULL;
	int64_t loaded = fwtables_loaded();
	enum wipe_kind kind;
	bool same;
	int r = recall(engine, &before);

	if (r == STORE_E_NOT_FOUND)
		begin_with_nothing(engine);
	else if (r != 0)
		begin_unasked(engine);
	if (r != 0)
		return WIPE_UNKNOWN;
	bankeeper_adopt(engine->bans, &before.unfinished);
	cycle_resume_take(engine->cycle, &before.unfinished);
	kind = judge_kind(&before.meta, engine->given.boot_id, instance, loaded);
	same = judge_is_same(&before.meta, kind, instance, loaded);
	(void)record_loaded(engine->given.record, before.meta.loaded);
	if (tracker_start_from_take(&engine->tracker, &before.wanted, same) < 0 ||
	    cycle_stood_in(engine->cycle, same) < 0)
		return WIPE_UNKNOWN;
	tracker_put_back(&engine->tracker, &before.put_back);
	bankeeper_began(engine->bans, before.meta.good_us);
	return kind;
}

static void on_ask_due(void *userdata)
{
	struct engine *engine = userdata;
	enum wipe_kind kind;

	if (!engine->tracker.unasked)
		return;
	loop_timer_set(engine->ask_timer, ASK_MS);
	if (!cycle_is_idle(engine->cycle))
		return;
	kind = start_from_store(engine, record_instance(engine->given.record));
	if (engine->tracker.unasked)
		return;
	logger_write(engine->given.logger, LOGGER_NOTICE,
	             "the store tells what was open before the guard began");
	cycle_appeared(engine->cycle, kind, clock_now_us());
}

/* Of an errand nothing is on record. */
static void timers_gone(struct engine *engine)
{
	if (engine->takeover)
		record_timed_clear(engine->given.record);
}

static void on_appeared(struct engine *engine, const struct firewalld_event *event)
{
	const char *before = record_instance(engine->given.record);
	bool other = !before || strcmp(before, event->instance) != 0;
	enum wipe_kind kind = WIPE_UNKNOWN;

	if (engine->given.errand)
		kind = WIPE_UNKNOWN; /* the record is asked */
	else if (!engine->tracker.known)
		kind = start_from_store(engine, event->instance);
	else if (*event->instance ? other : before != NULL)
		kind = WIPE_RESTART; /* also when nothing is known but that it went and came */
	if (engine->mender)
		mender_back(engine->mender);
	/* what was meant until now belongs to the instance that went */
	if (before)
		engine_store(engine);
	if (kind != WIPE_UNKNOWN)
		timers_gone(engine);
	record_appeared(engine->given.record, event->instance);
	if (engine->foreignwatch && kind != WIPE_UNKNOWN)
		foreignwatch_wiped(engine->foreignwatch, before ? "restart" : "start");
	if (engine->banwatch && kind == WIPE_RESTART)
		banwatch_wiped(engine->banwatch, "the restart of firewalld", true);
	cycle_appeared(engine->cycle, kind, event->at_us);
	/* of one that has failed no reading counts, and what is there for a time ends in it, too */
	expiry_plan(engine->expiry);
}

static void on_gone(struct engine *engine)
{
	if (engine->kernelwatch) {
		foreignwatch_wiped(engine->foreignwatch, "end");
		kernelwatch_forget(engine->kernelwatch);
		mender_gone(engine->mender, engine->tracker.wanted.panic);
		takeover_gone(engine->takeover);
	}
	cycle_gone(engine->cycle);
}

static void take(struct engine *engine, const struct firewalld_event *event)
{
	switch (event->type) {
	case FIREWALLD_EVENT_APPEARED:
		on_appeared(engine, event);
		break;
	case FIREWALLD_EVENT_GONE:
		if (engine->banwatch)
			banwatch_wiped(engine->banwatch, "the end of firewalld", true);
		if (cycle_is_present(engine->cycle))
			on_gone(engine);
		break;
	case FIREWALLD_EVENT_BUS_GONE:
		on_gone(engine);
		break;
	case FIREWALLD_EVENT_BUS_BACK:
		break;
	case FIREWALLD_EVENT_RELOADED:
		if (engine->kernelwatch) {
			foreignwatch_wiped(engine->foreignwatch, "reload");
			kernelwatch_learn(engine->kernelwatch);
			banwatch_wiped(engine->banwatch, "the reload", false);
		}
		cycle_wiped(engine->cycle, WIPE_RELOAD, event->at_us);
		timers_gone(engine); /* which can wait; mail cannot */
		break;
	case FIREWALLD_EVENT_ITEM_ADDED:
		if (is_takeover(engine, event))
			break;
		if (!is_followed(engine, event->item))
			bankeeper_added(engine->bans, event->item);
		else if (item_is_binding(event->item))
			on_binding(engine, event->item);
		else
			on_item_added(engine, event);
		break;
	case FIREWALLD_EVENT_ITEM_REMOVED:
		if (is_takeover(engine, event))
			break;
		if (is_followed(engine, event->item))
			on_item_removed(engine, event);
		else
			bankeeper_removed(engine->bans, event->item);
		break;
	case FIREWALLD_EVENT_ITEM_MOVED:
		on_binding(engine, event->item);
		break;
	case FIREWALLD_EVENT_DEFAULT_ZONE:
		on_default_zone(engine, event->zone);
		break;
	case FIREWALLD_EVENT_PANIC:
		on_panic(engine, event->on);
		break;
	case FIREWALLD_EVENT_POLICY_CHANGED:
		on_policy(engine, event);
		break;
	case FIREWALLD_EVENT_TRAIT:
		on_trait(engine, event);
		break;
	case FIREWALLD_EVENT_ZONE_CHANGED:
	case FIREWALLD_EVENT_LOST_TRACK:
		/* what is gone with this may have been meant to go */
		cycle_unheard(engine->cycle);
		cycle_look_soon(engine->cycle);
		break;
	case FIREWALLD_EVENT_PERMANENT_CHANGED:
		cycle_look_soon(engine->cycle);
		break;
	}
}

/* firewalld has not answered our own call yet, so it gets to it after what it has just told. */
static bool is_moved_back(const struct engine *engine, const struct item *home)
{
	const struct plan_step *step = cycle_step_of(engine->cycle, home);

	return step && step->move;
}

/*
 * An interface was moved or removed, and nobody meant it: where it was is where it belongs.
 * To the default zone it comes by itself, and to the zone of its connection with NetworkManager.
 */
static void take_habit(struct engine *engine, const struct firewalld_event *event)
{
	const struct firewall *wanted = &engine->tracker.wanted;
	const struct firewall_entry *home = event->type == FIREWALLD_EVENT_ITEM_REMOVED
	                                        ? firewall_find(wanted, event->item)
	                                        : firewall_bound_elsewhere(wanted, event->item);

	if (!home || !(home->flags & FIREWALL_RUNTIME) || !protects(engine, &home->item)) {
		take(engine, event);
	} else if (event->type == FIREWALLD_EVENT_ITEM_MOVED &&
	           (home->flags & FIREWALL_CONNECTION)) {
		/* its connection named that zone, and now it, or another one, names none */
		take(engine, event);
	} else if (home->flags & FIREWALL_CONNECTION ||
	           firewall_is_default_zone(wanted, home->item.zone)) {
		if (tracker_removed(&engine->tracker, event->item) < 0)
			cycle_missed(engine->cycle);
	} else if (!is_moved_back(engine, &home->item)) {
		cycle_wiped(engine->cycle, WIPE_NETWORK_MANAGER, event->at_us);
	}
}

/* Of an interface that comes or goes; of all else nobody asks. */
static enum cause_mover mover_of(const struct engine *engine, const struct firewalld_event *event)
{
	const struct news_listener *listener = &engine->given.listener;
	bool removed = event->type == FIREWALLD_EVENT_ITEM_REMOVED;

	if ((!removed && event->type != FIREWALLD_EVENT_ITEM_ADDED &&
	     event->type != FIREWALLD_EVENT_ITEM_MOVED) ||
	    event->item->kind != ITEM_INTERFACE || !listener->mover)
		return CAUSE_MOVER_SOMEBODY;
	return listener->mover(event->item, removed,
	                       firewall_is_default_zone(&engine->tracker.wanted, event->item->zone),
	                       listener->userdata);
}

static void note_written(struct engine *engine, const struct item *item)
{
	struct firewall_entry *entry = firewall_find(&engine->tracker.wanted, item);

	if (entry)
		entry->flags |= FIREWALL_PERMANENT;
}

/** engine_hear() - firewalld's adapter tells something; each event once, in order */
void engine_hear(struct engine *engine, const struct firewalld_event *event)
{
	enum cause_mover mover = mover_of(engine, event);

	if (mover == CAUSE_MOVER_HABIT)
		take_habit(engine, event);
	else
		take(engine, event);
	/* before it is read, so that nobody is told that it is in the runtime only */
	if (mover == CAUSE_MOVER_CONNECTION)
		note_written(engine, event->item);
	/* what the connections name is read with everything else */
	if (mover != CAUSE_MOVER_SOMEBODY)
		cycle_look_soon(engine->cycle);
}

/* firewalld has appeared before there was an engine to hear of it. */
static void begin(struct engine *engine)
{
	const struct firewalld_event event = {
	    .type = FIREWALLD_EVENT_APPEARED,
	    .at_us = clock_now_us(),
	    .instance = firewalld_instance(engine->given.fw),
	};

	engine_hear(engine, &event);
}

/* --- whoever runs the engine ------------------------------------------------------------- */

/** engine_configured() - what the configuration says may be different now */
void engine_configured(struct engine *engine)
{
	if (engine->gapkeeper)
		gapkeeper_enable(engine->gapkeeper, engine->given.config->close_gap);
	cycle_configured(engine->cycle);
}

/**
 * engine_edited() - somebody wrote into a file of firewalld's
 *
 * Known from there before firewalld was read again, and before it tells so itself.
 */
void engine_edited(struct engine *engine, const struct item *item, enum engine_edit edit)
{
	if (edit == ENGINE_WRITTEN)
		note_written(engine, item);
	else if (tracker_edited(&engine->tracker, item, edit == ENGINE_EDITED_OUT) < 0)
		cycle_missed(engine->cycle);
}

/** engine_look() - somebody has a reason to look, and the engine has heard of none */
void engine_look(struct engine *engine, enum engine_look where)
{
	switch (where) {
	case ENGINE_LOOK_AT_ALL:
		cycle_look(engine->cycle);
		break;
	case ENGINE_LOOK_AT_KERNEL:
		if (!engine->kernelwatch)
			break;
		kernelwatch_look(engine->kernelwatch);
		banwatch_look(engine->banwatch);
		break;
	case ENGINE_LOOK_AT_NEW_FILES:
	case ENGINE_LOOK_AT_FILES:
		if (engine->mender)
			mender_failed(engine->mender, where == ENGINE_LOOK_AT_NEW_FILES);
		break;
	}
}

/** engine_wanted() - what the firewall is meant to look like; borrowed */
const struct firewall *engine_wanted(const struct engine *engine)
{
	return &engine->tracker.wanted;
}

/** engine_now() - how it stands; what it points to is borrowed until the loop goes on */
struct engine_state engine_now(const struct engine *engine)
{
	bool present = cycle_is_present(engine->cycle), idle = cycle_is_idle(engine->cycle);

	return (struct engine_state){
	    .present = present,
	    .idle = idle,
	    .busy = present && (!idle || bankeeper_is_at_work(engine->bans)),
	    .known = engine->tracker.known,
	    .compared = engine->tracker.known && !engine->tracker.from_store,
	    .kind = cycle_kind(engine->cycle),
	    .tickets = bankeeper_tickets(engine->bans),
	};
}

/** engine_n_open_bans() - that are lost and not settled; counts them */
size_t engine_n_open_bans(const struct engine *engine)
{
	return bankeeper_n_open(engine->bans);
}

/* --- fail2ban tells ---------------------------------------------------------------------- */

static void on_fail2ban(enum fail2ban_state from _unused_, enum fail2ban_state to, void *userdata)
{
	struct engine *engine = userdata;

	if (engine->banwatch)
		banwatch_fail2ban(engine->banwatch);
	bankeeper_fail2ban(engine->bans, to);
}

static void on_tickets_changed(void *userdata)
{
	struct engine *engine = userdata;

	if (engine->banwatch)
		banwatch_tickets_changed(engine->banwatch);
	bankeeper_tickets_changed(engine->bans);
}

/* --- its parts tell ---------------------------------------------------------------------- */

static void on_absorbed(void *userdata)
{
	struct engine *engine = userdata;

	/* not only when all is back: another item may be tried for half a minute */
	expiry_plan(engine->expiry);
}

static void end_errand(struct engine *engine)
{
	if (!engine->given.errand || engine->is_over || !cycle_is_idle(engine->cycle) ||
	    bankeeper_has_bans(engine->bans))
		return;
	engine->is_over = true;
	/* only now: until here a wipe of this very errand may be open */
	if (engine->has_closed && engine->errand.alone && !engine->errand.from)
		record_take_over(engine->given.record);
	news_tell(&engine->given.listener, NEWS_OVER);
}

/* Whose end is on record, and who is there. */
static void settle_trust(struct engine *engine)
{
	const struct trust trust = trust_of(engine);

	if (engine->given.errand)
		return;
	trust_settle(&trust, clock_now_us());
	expiry_plan(engine->expiry);
}

static void on_idle(void *userdata)
{
	struct engine *engine = userdata;

	settle_trust(engine);
	if (engine->kernelwatch && !kernelwatch_knows(engine->kernelwatch))
		kernelwatch_learn(engine->kernelwatch);
	store_rest_later(engine);
	if (engine->takeover)
		takeover_look(engine->takeover);
	news_tell(&engine->given.listener, NEWS_IDLE);
	bankeeper_go(engine->bans);
	end_errand(engine);
}

static bool may_act_on_bans(void *userdata)
{
	const struct engine *engine = userdata;

	return cycle_is_idle(engine->cycle);
}

static const struct strv *ignoreip(void *userdata)
{
	const struct news_listener *listener = &((const struct engine *)userdata)->given.listener;

	return listener->ignoreip(listener->userdata);
}

static void on_missed(void *userdata)
{
	cycle_missed(((struct engine *)userdata)->cycle);
}

static void on_learned(void *userdata)
{
	cycle_look_soon(((struct engine *)userdata)->cycle);
}

/* Else what is back were known to firewalld alone for some seconds. */
static void on_bans_ending(void *userdata)
{
	struct engine *engine = userdata;

	expiry_plan(engine->expiry);
	engine_store(engine);
}

static void on_bans_settled(void *userdata)
{
	struct engine *engine = userdata;

	news_tell(&engine->given.listener, NEWS_SETTLED);
	end_errand(engine);
}

static void on_closed(const struct episode *episode, void *userdata)
{
	struct engine *engine = userdata;

	engine->has_closed = true;
	news_tell(&engine->given.listener, NEWS_CLOSED, .episode = episode);
}

static void on_judged(const struct banplan_rule *ban, const char *why, void *userdata)
{
	news_tell(&((struct engine *)userdata)->given.listener, NEWS_JUDGED, .ban = ban,
	          .why = why);
}

static void on_unknown(size_t n, void *userdata)
{
	news_tell(&((struct engine *)userdata)->given.listener, NEWS_UNKNOWN, .n = n);
}

static void on_timed_item_ended(const struct item *item, bool timed, void *userdata)
{
	struct engine *engine = userdata;

	if (!removed(engine, item, timed))
		engine_store(engine);
}

/* Before each call that it makes: killed after it, another guard finds the end in the store. */
static void on_taken_over(void *userdata)
{
	struct engine *engine = userdata;

	expiry_plan(engine->expiry);
	engine_store(engine);
}

/* --- when firewalld itself is broken ------------------------------------------------------ */

static void on_trouble(enum repair_trouble trouble, const char *who, const char *what,
                       void *userdata)
{
	struct engine *engine = userdata;

	/* what of others went with it, before firewalld is reloaded for it and takes what is left
	 */
	if (repair_is_flush(trouble)) {
		foreignwatch_flushed(engine->foreignwatch, who);
		banwatch_flushed(engine->banwatch, who);
	}
	mender_trouble(engine->mender, trouble, who, what);
}

static void on_kernel_fine(bool whole, void *userdata)
{
	struct engine *engine = userdata;

	foreignwatch_quiet(engine->foreignwatch);
	for (enum repair_trouble of = REPAIR_CUT; of <= REPAIR_SHUT; of++)
		mender_fine(engine->mender, of, whole);
}

static void on_kernel_change(const char *who, void *userdata)
{
	struct engine *engine = userdata;

	foreignwatch_changed(engine->foreignwatch);
	banwatch_changed(engine->banwatch, who);
	if (who && *who)
		gapkeeper_look(engine->gapkeeper);
}

static void on_repair_reload(void *userdata)
{
	struct engine *engine = userdata;

	cycle_foretell(engine->cycle);
	kernelwatch_prepare(engine->kernelwatch);
}

static void on_mended(bool reloaded, void *userdata)
{
	struct engine *engine = userdata;

	if (reloaded)
		kernelwatch_reloaded(engine->kernelwatch);
	else
		cycle_not_reloaded(engine->cycle);
	kernelwatch_look(engine->kernelwatch);
	cycle_retry(engine->cycle);
}

static void on_broken(void *userdata)
{
	struct engine *engine = userdata;

	if (engine->mender)
		mender_trouble(engine->mender, REPAIR_BROKEN, NULL, NULL);
}

static void on_running(void *userdata)
{
	struct engine *engine = userdata;

	if (!engine->mender)
		return;
	mender_fine(engine->mender, REPAIR_BROKEN, true);
	mender_fine(engine->mender, REPAIR_FAILED, true);
}

/* Its rules may have been flushed before this guard began, and nothing changes by itself. */
static void on_failed(void *userdata)
{
	engine_look(userdata, ENGINE_LOOK_AT_KERNEL);
}

/* --- beginning and end ------------------------------------------------------------------- */

static int start_bans(struct engine *engine)
{
	const struct engine_options *given = &engine->given;
	const struct bankeeper_options options = {
	    .loop = given->loop,
	    .fw = given->fw,
	    .fail2ban = given->fail2ban,
	    .logger = given->logger,
	    .record = given->record,
	    .gapkeeper = engine->gapkeeper,
	    .tracker = &engine->tracker,
	    .config = given->config,
	    .errand = given->errand != NULL,
	    .pretend = given->errand && given->errand->pretend,
	    .may_act = may_act_on_bans,
	    .ignoreip = ignoreip,
	    .on_missed = on_missed,
	    .on_learned = on_learned,
	    .on_ending = on_bans_ending,
	    .on_settled = on_bans_settled,
	    .on_closed = on_closed,
	    .on_judged = on_judged,
	    .on_unknown = on_unknown,
	    .userdata = engine,
	};

	return bankeeper_new(&engine->bans, &options);
}

static int start_expiry(struct engine *engine)
{
	const struct expiry_options options = {
	    .loop = engine->given.loop,
	    .fw = engine->given.fw,
	    .logger = engine->given.logger,
	    .tracker = &engine->tracker,
	    .on_ended = on_timed_item_ended,
	    .userdata = engine,
	};

	return expiry_new(&engine->expiry, &options);
}

static int start_takeover(struct engine *engine)
{
	const struct takeover_options options = {
	    .fw = engine->given.fw,
	    .tracker = &engine->tracker,
	    .config = engine->given.config,
	    .listener = &engine->given.listener,
	    .on_changed = on_taken_over,
	    .userdata = engine,
	};

	return takeover_new(&engine->takeover, &options);
}

static int start_cycle(struct engine *engine)
{
	const struct engine_options *given = &engine->given;
	const struct cycle_options options = {
	    .loop = given->loop,
	    .fw = given->fw,
	    .logger = given->logger,
	    .record = given->record,
	    .tracker = &engine->tracker,
	    .bans = engine->bans,
	    .config = given->config,
	    .listener = &given->listener,
	    .errand = given->errand,
	    .on_closed = on_closed,
	    .on_absorbed = on_absorbed,
	    .on_broken = on_broken,
	    .on_running = on_running,
	    .on_failed = on_failed,
	    .on_idle = on_idle,
	    .userdata = engine,
	};

	return cycle_new(&engine->cycle, &options);
}

static int start_repair(struct engine *engine)
{
	const struct engine_options *given = &engine->given;
	const struct mender_options mender = {
	    .loop = given->loop,
	    .fw = given->fw,
	    .bus = given->bus,
	    .config = given->config,
	    .listener = &given->listener,
	    .on_reload = on_repair_reload,
	    .on_done = on_mended,
	    .userdata = engine,
	};
	const struct kernelwatch_options kernelwatch = {
	    .loop = given->loop,
	    .fw = given->fw,
	    .logger = given->logger,
	    .tracker = &engine->tracker,
	    .on_trouble = on_trouble,
	    .on_fine = on_kernel_fine,
	    .on_change = on_kernel_change,
	    .userdata = engine,
	};
	const struct foreignwatch_options foreignwatch = {
	    .loop = given->loop,
	    .fw = given->fw,
	    .logger = given->logger,
	    .record = given->record,
	    .tracker = &engine->tracker,
	    .fail2ban = given->fail2ban,
	};
	const struct banwatch_options banwatch = {
	    .loop = given->loop,
	    .fw = given->fw,
	    .fail2ban = given->fail2ban,
	    .logger = given->logger,
	    .record = given->record,
	    .tracker = &engine->tracker,
	};
	int r = mender_new(&engine->mender, &mender);

	if (r == 0)
		r = foreignwatch_new(&engine->foreignwatch, &foreignwatch);
	if (r == 0)
		r = banwatch_new(&engine->banwatch, &banwatch);
	return r == 0 ? kernelwatch_new(&engine->kernelwatch, &kernelwatch) : r;
}

static int start(struct engine *engine)
{
	const struct engine_options *given = &engine->given;
	int r = loop_add_timer(given->loop, &engine->snapshot_timer, on_snapshot_due, engine);

	if (r == 0)
		r = loop_add_timer(given->loop, &engine->ask_timer, on_ask_due, engine);

	/* the table is the watcher's */
	if (r == 0 && !given->errand)
		r = gapkeeper_new(&engine->gapkeeper, given->loop, given->logger, given->record);
	if (r == 0)
		r = start_bans(engine);
	if (r == 0)
		r = start_expiry(engine);
	if (r == 0 && !given->errand)
		r = start_takeover(engine);
	if (r == 0)
		r = start_cycle(engine);
	/* a person who wants one cycle looks at firewalld himself */
	if (r == 0 && !given->errand)
		r = start_repair(engine);
	if (r == 0 && engine->gapkeeper)
		gapkeeper_enable(engine->gapkeeper, given->config->close_gap);
	return r;
}

/**
 * engine_new() - an engine that knows nothing yet
 * @out:     written on success alone; release with engine_free()
 * @options: copied
 *
 * It begins with a firewalld that is there, or when it hears that one has appeared; from then on
 * the listener is told, and may ask.
 *
 * Return: 0 or negative errno.
 */
int engine_new(struct engine **out, const struct engine_options *options)
{
	struct engine *engine = calloc(1, sizeof(*engine));
	int r;

	if (!engine)
		return -ENOMEM;
	engine->given = *options;
	if (options->errand) {
		engine->errand = *options->errand;
		engine->given.errand = &engine->errand;
	}
	engine->tracker = TRACKER_NULL;
	engine->follower = (struct fail2ban_follower){
	    .on_state = on_fail2ban, .on_change = on_tickets_changed, .userdata = engine};
	r = start(engine);
	if (r < 0) {
		engine_free(engine);
		return r;
	}
	*out = engine;
	fail2ban_follow(engine->given.fail2ban, &engine->follower);
	if (firewalld_is_present(engine->given.fw))
		begin(engine);
	return 0;
}

/** engine_free() - what is not settled is in the store, for the next guard; NULL is fine */
void engine_free(struct engine *engine)
{
	if (!engine)
		return;
	fail2ban_unfollow(engine->given.fail2ban, &engine->follower);
	kernelwatch_free(engine->kernelwatch);
	banwatch_free(engine->banwatch);
	foreignwatch_free(engine->foreignwatch);
	mender_free(engine->mender);
	cycle_free(engine->cycle);
	bankeeper_free(engine->bans);
	takeover_free(engine->takeover);
	expiry_free(engine->expiry);
	gapkeeper_free(engine->gapkeeper);
	loop_remove(engine->ask_timer);
	loop_remove(engine->snapshot_timer);
	tracker_deinit(&engine->tracker);
	free(engine);
}
