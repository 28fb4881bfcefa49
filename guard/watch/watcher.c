// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The daemon around the cycle: what is heard, when things are due, how it begins
 * and how it ends.
 */
#include "guard/watch/watcher.h"

#include "guard/model/ban/banplan.h"
#include "guard/system/host/bootid.h"
#include "guard/system/host/clock.h"
#include "guard/system/fail2ban/fail2ban.h"
#include "guard/system/host/filewatch.h"
#include "guard/system/host/lock.h"
#include "guard/system/host/spool.h"
#include "guard/watch/edits.h"
#include "guard/watch/importer.h"
#include "guard/watch/fail2banwatch.h"
#include "guard/watch/persister.h"
#include "guard/watch/risk.h"
#include "guard/watch/watcher-internal.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Bans come in bursts, and each is on record anyway: one snapshot for all of them. */
#define SNAPSHOT_RULES_MS 5000

/* Without firewalld the guard is ready all the same: the boot must not wait for it. */
#define READY_WITHOUT_FIREWALLD_MS 3000

#define LAST_WORDS_MS     50
#define BUS_TROUBLE_MS    2000
#define STORE_RETRY_MS    10000
#define SPOOL_FALLBACK_MS 60000
#define PRUNE_PAUSE_MS    500
#define DAY_MS            (24 * 3600 * INT64_C(1000))

/*
 * The instance in a snapshot while what a start of firewalld took is not all back: no
 * firewalld has this one, so a guard that is interrupted sees that start again.
 */
#define UNSETTLED "unsettled"

/* What the daemon has beside what cycle.c needs to know. */
struct daemon {
	struct watcher watcher;
	struct logger logger;
	struct filewatch *spool_watch;
	struct importer *importer;
	struct loop_source *ready_timer, *bus_timer, *store_timer, *spool_timer, *prune_timer,
	    *watchdog_timer;
	struct loop_source *exit_timer, *sigterm, *sigint, *sighup;
	bool told_bus_trouble;
	int lock;
};

/* --- what is due ------------------------------------------------------------------------- */

/** watcher_tell_status() - one line for who asks the service manager */
void watcher_tell_status(struct watcher *watcher)
{
	size_t bare, n, n_bans = bankeeper_n_open(watcher->bans);
	char bans[64] = "";

	n = tracker_count_protected(&watcher->tracker, &watcher->config.scope, &bare);
	if (n_bans)
		snprintf(bans, sizeof(bans), "; %zu lost bans still to be settled", n_bans);
	logger_notify_status(
	    &watcher->notifier,
	    "guarding %zu services and ports, %zu of them in the runtime only%s%s%s", n, bare,
	    watcher->last_wipe[0] ? "; " : "", watcher->last_wipe, bans);
}

static void tell_ready(struct watcher *watcher)
{
	if (watcher->told_ready)
		return;
	watcher->told_ready = true;
	logger_notify_ready(&watcher->notifier);
}

/**
 * watcher_store_snapshot() - put on record what is meant to be there
 *
 * Return: the snapshot's id; 0 when it could not be written.
 */
int64_t watcher_store_snapshot(struct watcher *watcher)
{
	bool settled = watcher->idle ||
	               (watcher->cycle.kind != WIPE_RESTART && watcher->cycle.kind != WIPE_REBOOT);
	int64_t id = record_snapshot(watcher->record, &watcher->tracker.wanted,
	                             settled ? watcher->instance : UNSETTLED);

	/* the timer goes on: what is at risk, or to be made permanent, is looked for when it is due
	 */
	if (id) {
		watcher->snapshot_id = id;
		watcher->tracker.dirty = false;
	}
	return id;
}

/** watcher_store_if_dirty() - the same, if it is not what was stored last */
void watcher_store_if_dirty(struct watcher *watcher)
{
	if (watcher->tracker.known && watcher->tracker.dirty)
		(void)watcher_store_snapshot(watcher);
}

static void on_snapshot_due(void *userdata)
{
	watcher_store_if_dirty(userdata);
	persister_look(userdata);
	risk_look(userdata);
}

static bool protects(const struct watcher *watcher, const struct item *item)
{
	return scope_protects(&watcher->config.scope, &watcher->tracker.wanted, item);
}

static void changed(struct watcher *watcher, const struct item *item)
{
	bool may_wait = item->kind == ITEM_RULE && !protects(watcher, item);
	int64_t delay_ms = may_wait ? SNAPSHOT_RULES_MS : watcher->config.settle_ms;

	if (may_wait && loop_timer_is_set(watcher->snapshot_timer))
		return;
	loop_timer_set(watcher->snapshot_timer, delay_ms);
}

static void refresh_soon(struct watcher *watcher)
{
	loop_timer_set(watcher->refresh_timer, watcher->config.settle_ms);
}

/** watcher_went_idle() - everything is read and in place */
void watcher_went_idle(struct watcher *watcher)
{
	(void)watcher_store_snapshot(watcher);
	expiry_plan(watcher);
	persister_look(watcher);
	risk_look(watcher);
	edits_look(watcher);
	clientwatch_look(watcher->clients);
	bankeeper_go(watcher->bans);
	watcher_tell_status(watcher);
	tell_ready(watcher);
}

static void on_read_due(void *userdata)
{
	cycle_read_again(userdata);
}

static void on_refresh_due(void *userdata)
{
	struct watcher *watcher = userdata;

	if (watcher->present && !watcher->idle)
		refresh_soon(
		    watcher); /* a cycle is under way; it may have read before the change */
	else
		cycle_look(watcher);
}

/** watcher_out_of_memory() - something was missed for want of memory */
void watcher_out_of_memory(struct watcher *watcher)
{
	/* what was missed is found by looking */
	logger_write(watcher->logger, LOGGER_ERROR, "out of memory; looking again");
	watcher->gaps++;
	refresh_soon(watcher);
}

/* --- calls about one item ---------------------------------------------------------------- */

/** item_call_new() - Return: remembered by the watcher; NULL without memory */
struct item_call *item_call_new(struct watcher *watcher, const struct item *item)
{
	struct item_call *call = calloc(1, sizeof(*call));

	if (!call || item_copy(&call->item, item) < 0) {
		free(call);
		return NULL;
	}
	call->watcher = watcher;
	call->next = watcher->calls;
	call->link = &watcher->calls;
	if (call->next)
		call->next->link = &call->next;
	watcher->calls = call;
	return call;
}

/** item_call_free() - NULL is fine; the call itself is not cancelled */
void item_call_free(struct item_call *call)
{
	if (!call)
		return;
	*call->link = call->next;
	if (call->next)
		call->next->link = call->link;
	item_deinit(&call->item);
	free(call);
}

/* --- what firewalld says ----------------------------------------------------------------- */

static void protect_again(struct watcher *watcher, const struct item *item)
{
	_cleanup_store_items_ struct store_items released = STORE_ITEMS_NULL;

	/* bans come in bursts, and nobody releases one */
	if ((item->kind == ITEM_RULE && !protects(watcher, item)) ||
	    record_released(watcher->record, &released) < 0)
		return;
	if (items_contain(released.items, released.n, item))
		record_protected_again(watcher->record, item);
}

static void on_item_added(struct watcher *watcher, const struct firewalld_event *event)
{
	const struct plan_step *ours = restorer_step_of(watcher->cycle.restorer, event->item);
	int64_t until_us = 0;
	unsigned flags = 0;

	if (!ours)
		ours = restorer_step_of(watcher->cycle.retired, event->item);
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
	if (tracker_added(&watcher->tracker, event->item, flags, until_us) < 0)
		watcher_out_of_memory(watcher);
	if (!ours)
		protect_again(watcher, event->item);
	if (event->item->kind == ITEM_RULE)
		clientwatch_rule_added(watcher->clients, event->item);
	changed(watcher, event->item);
}

static void on_item_removed(struct watcher *watcher, const struct firewalld_event *event)
{
	const struct firewall_entry *entry = firewall_find(&watcher->tracker.wanted, event->item);
	/* timers fire a little late, never early; the slack is for the two clocks */
	bool timed = entry && entry->until_us && entry->until_us <= event->at_us + 500000;
	bool was_there = entry && (entry->flags & FIREWALL_RUNTIME);
	bool protected = was_there && protects(watcher, event->item);

	restorer_forget(watcher->cycle.restorer, event->item);
	if (event->item->kind == ITEM_RULE)
		clientwatch_rule_removed(watcher->clients, event->item);
	if (protected)
		announce_removal(watcher, event->item, timed);
	if (tracker_removed(&watcher->tracker, event->item) < 0)
		watcher_out_of_memory(watcher);
	bankeeper_removed(watcher->bans, event->item);
	/* an intent that is not on record when the power goes would be undone */
	if (protected)
		watcher_store_if_dirty(watcher);
	else
		changed(watcher, event->item);
	if (scope_requires(&watcher->config.scope, event->item))
		refresh_soon(watcher);
}

/* Where it was bound until now it is not wanted any more: one zone has it. */
static void tell_moved(struct watcher *watcher, const struct item *from, const struct item *to)
{
	_cleanup_free_ char *text = NULL;

	if (!protects(watcher, from) || item_format(&text, from) < 0)
		return;
	logger_write(watcher->logger, LOGGER_NOTICE,
	             "%s is bound to %s now, on purpose: it will not be restored", text, to->zone);
	record_event(watcher->record, EVENT_INTENT_REMOVED, from, "%s is bound to %s now", text,
	             to->zone);
}

/*
 * Ipsets may be used to ban, too, and then fill fast. Only the entries of those
 * that let somebody in are followed, and fail2ban's; what is used later is found by
 * reading.
 */
static bool is_followed(const struct watcher *watcher, const struct item *item)
{
	return item->kind != ITEM_ENTRY || banplan_is_ban(item) || protects(watcher, item);
}

static void on_binding(struct watcher *watcher, const struct item *item)
{
	const struct firewall_entry *from =
	    firewall_bound_elsewhere(&watcher->tracker.wanted, item);
	bool ours = restorer_step_of(watcher->cycle.restorer, item) ||
	            restorer_step_of(watcher->cycle.retired, item);

	if (from && !ours) {
		tell_moved(watcher, &from->item, item);
		restorer_forget(watcher->cycle.restorer, &from->item);
	}
	if (tracker_moved(&watcher->tracker, item) < 0)
		watcher_out_of_memory(watcher);
	if (!ours)
		protect_again(watcher, item);
	/* as with a removal: an intent is on record at once */
	if (from && !ours)
		watcher_store_if_dirty(watcher);
	else
		changed(watcher, item);
}

/*
 * firewalld tells of a policy only all that it has now: what is not there any more
 * was removed, and what is new was added. While a change of our own is under way,
 * the list may lack what somebody adds at the same moment; then nothing is taken
 * for a removal.
 */
static void on_policy(struct watcher *watcher, const struct firewalld_event *event)
{
	_cleanup_firewall_ struct firewall wanted = FIREWALL_NULL;
	struct firewalld_event change = *event;

	if (firewall_copy(&wanted, &watcher->tracker.wanted) < 0) {
		watcher_out_of_memory(watcher);
		return;
	}
	watcher->gaps += event->ours;
	for (size_t i = 0; i < wanted.n && !event->ours; i++) {
		change.item = &wanted.entries[i].item;
		if (strcmp(change.item->zone, event->zone) == 0 &&
		    (wanted.entries[i].flags & FIREWALL_RUNTIME) &&
		    (event->kinds & 1U << change.item->kind) &&
		    !firewall_find(event->contents, change.item))
			on_item_removed(watcher, &change);
	}
	for (size_t i = 0; i < event->contents->n; i++) {
		change.item = &event->contents->entries[i].item;
		if (!firewall_has(&wanted, change.item, FIREWALL_RUNTIME))
			on_item_added(watcher, &change);
	}
}

static void on_panic(struct watcher *watcher, bool on)
{
	tracker_panic(&watcher->tracker, on);
	logger_write(watcher->logger, on ? LOGGER_WARNING : LOGGER_NOTICE, "panic mode is %s",
	             on ? "on: firewalld drops everything" : "off");
	record_event(watcher->record, EVENT_PANIC, NULL, "panic mode %s", on ? "on" : "off");
	if (on)
		return;
	cycle_panic_ended(watcher);
	bankeeper_go(watcher->bans);
}

/*
 * Compares with what was stored when the guard ran last. Another boot or another
 * firewalld: what is missing was lost. The same: nobody can tell.
 */
static enum wipe_kind start_from_store(struct watcher *watcher, const char *instance)
{
	_cleanup_store_snapshot_ struct store_snapshot meta = STORE_SNAPSHOT_NULL;
	_cleanup_firewall_ struct firewall snapshot = FIREWALL_NULL;
	struct store *store = record_store(watcher->record);
	struct err err = ERR_NULL;
	bool same_boot, same_instance;

	if (record_last_good(watcher->record, &meta, &snapshot))
		return WIPE_UNKNOWN;
	if (store_wipe_unfinished(store, &watcher->cycle.unfinished, &err))
		logger_write(watcher->logger, LOGGER_WARNING,
		             "unfinished restores could not be read: %s", err_text(&err, -EIO));
	bankeeper_adopt(watcher->bans, &watcher->cycle.unfinished);
	same_boot = meta.boot_id && strcmp(meta.boot_id, watcher->boot_id) == 0;
	same_instance = same_boot && (!*instance || !meta.instance || !*meta.instance ||
	                              strcmp(meta.instance, instance) == 0);
	if (tracker_start_from_take(&watcher->tracker, &snapshot, same_instance) < 0)
		return WIPE_UNKNOWN;
	watcher->snapshot_id = meta.id;
	record_mark_put_back(watcher->record, &watcher->tracker.wanted);
	return !same_boot ? WIPE_REBOOT : !same_instance ? WIPE_RESTART : WIPE_UNKNOWN;
}

static void on_appeared(struct watcher *watcher, const struct firewalld_event *event)
{
	enum wipe_kind kind = WIPE_UNKNOWN;
	bool other = !watcher->instance || strcmp(watcher->instance, event->instance) != 0;
	char *instance = strdup(event->instance);

	edits_settle(watcher);
	if (!watcher->tracker.known)
		kind = start_from_store(watcher, event->instance);
	else if (*event->instance ? other : watcher->instance != NULL)
		kind = WIPE_RESTART; /* also when nothing is known but that it went and came */
	if (watcher->instance)
		logger_write(watcher->logger, LOGGER_NOTICE, "firewalld is back");
	record_event(watcher->record, EVENT_FIREWALLD_BACK, NULL, "firewalld is there");
	/* what was meant until now belongs to the instance that went */
	if (watcher->instance && watcher->tracker.dirty)
		(void)watcher_store_snapshot(watcher);
	if (instance) {
		free(watcher->instance);
		watcher->instance = instance;
	}
	watcher->present = true;
	watcher->told_state = FIREWALL_STATE_UNKNOWN;
	cycle_begin(watcher, kind, event->at_us);
}

static void on_gone(struct watcher *watcher, bool bus)
{
	if (!watcher->present && !bus)
		return;
	if (watcher->present)
		attribution_gone(watcher->attribution, bus);
	if (watcher->present)
		record_event(watcher->record, EVENT_FIREWALLD_GONE, NULL, "%s went away",
		             bus ? "the bus" : "firewalld");
	watcher->present = false;
	watcher->gaps++;
	cycle_stop(watcher, "interrupted");
	logger_write(watcher->logger, LOGGER_WARNING, "%s went away; waiting for it",
	             bus ? "the bus" : "firewalld");
	logger_notify_status(&watcher->notifier, "waiting for %s", bus ? "the bus" : "firewalld");
}

static void on_event(const struct firewalld_event *event, void *userdata)
{
	struct watcher *watcher = userdata;

	switch (event->type) {
	case FIREWALLD_EVENT_APPEARED:
		on_appeared(watcher, event);
		break;
	case FIREWALLD_EVENT_GONE:
		on_gone(watcher, false);
		break;
	case FIREWALLD_EVENT_BUS_GONE:
		on_gone(watcher, true);
		break;
	case FIREWALLD_EVENT_BUS_BACK:
		logger_write(watcher->logger, LOGGER_INFO, "connected to the bus");
		break;
	case FIREWALLD_EVENT_RELOADED:
		edits_settle(watcher);
		attribution_reloaded(watcher->attribution);
		cycle_begin(watcher, WIPE_RELOAD, event->at_us);
		break;
	case FIREWALLD_EVENT_ITEM_ADDED:
		if (!is_followed(watcher, event->item))
			break;
		if (item_is_binding(event->item))
			on_binding(watcher, event->item);
		else
			on_item_added(watcher, event);
		break;
	case FIREWALLD_EVENT_ITEM_REMOVED:
		if (is_followed(watcher, event->item))
			on_item_removed(watcher, event);
		break;
	case FIREWALLD_EVENT_ITEM_MOVED:
		on_binding(watcher, event->item);
		break;
	case FIREWALLD_EVENT_DEFAULT_ZONE:
		announce_default_zone(watcher, event->zone);
		tracker_default_zone_left(&watcher->tracker, event->zone);
		if (tracker_default_zone(&watcher->tracker, event->zone) < 0)
			watcher_out_of_memory(watcher);
		refresh_soon(watcher);
		break;
	case FIREWALLD_EVENT_PANIC:
		on_panic(watcher, event->on);
		break;
	case FIREWALLD_EVENT_POLICY_CHANGED:
		on_policy(watcher, event);
		break;
	case FIREWALLD_EVENT_ZONE_CHANGED:
	case FIREWALLD_EVENT_LOST_TRACK:
		/* what is gone with this may have been meant to go */
		watcher->gaps++;
		refresh_soon(watcher);
		break;
	case FIREWALLD_EVENT_PERMANENT_CHANGED:
		edits_heard(watcher, event->zone, event->at_us);
		refresh_soon(watcher);
		break;
	}
}

/* It may have been wiped before it failed, and nobody else tells of that. */
static void on_reload_failed(const char *who, void *userdata)
{
	struct watcher *watcher = userdata;

	snprintf(watcher->failed_reload, sizeof(watcher->failed_reload), "%s", who);
	watcher->failed_reload_us = clock_monotonic_us();
	logger_write(watcher->logger, LOGGER_WARNING, "%s came to nothing: looking what it did",
	             who);
	audit_now(watcher);
}

static void on_slow(bool slow, void *userdata)
{
	struct watcher *watcher = userdata;

	logger_write(watcher->logger, slow ? LOGGER_WARNING : LOGGER_NOTICE,
	             slow ? "firewalld does not answer; waiting for it"
	                  : "firewalld answers again");
}

/* --- timers and signals of the daemon
 * ------------------------------------------------- */

static void on_ready_due(void *userdata)
{
	struct daemon *daemon = userdata;

	if (!daemon->watcher.told_ready && !daemon->watcher.present)
		logger_notify_status(&daemon->watcher.notifier, "waiting for firewalld");
	tell_ready(&daemon->watcher);
}

static void on_bus_due(void *userdata)
{
	struct daemon *daemon = userdata;
	struct bus *bus = daemon->watcher.bus;

	if (bus_is_connected(bus)) {
		daemon->told_bus_trouble = false;
	} else if (!daemon->told_bus_trouble && bus_failed_attempts(bus)) {
		daemon->told_bus_trouble = true;
		logger_write(&daemon->logger, LOGGER_ERROR,
		             "the system bus cannot be reached: %s; trying again and again",
		             bus_last_error(bus));
	}
	loop_timer_set(daemon->bus_timer, BUS_TROUBLE_MS);
}

static void on_spool_changed(void *userdata)
{
	struct daemon *daemon = userdata;

	record_drain_spool(daemon->watcher.record);
}

/* The folder is made by whoever needs it first, so it may not be there yet. */
static void watch_spool(struct daemon *daemon)
{
	_cleanup_free_ char *dir = NULL;

	if (daemon->spool_watch ||
	    xasprintf(&dir, "%s/%s", daemon->watcher.options->state_dir, SPOOL_DIR) < 0)
		return;
	(void)mkdir(dir, 0700);
	if (filewatch_new(&daemon->spool_watch, daemon->watcher.loop, dir, on_spool_changed,
	                  daemon) < 0)
		daemon->spool_watch = NULL; /* then the timer looks */
}

static void on_spool_due(void *userdata)
{
	struct daemon *daemon = userdata;

	watch_spool(daemon);
	record_drain_spool(daemon->watcher.record);
	loop_timer_set(daemon->spool_timer, SPOOL_FALLBACK_MS);
}

static void on_store_due(void *userdata)
{
	struct daemon *daemon = userdata;

	(void)record_retry(daemon->watcher.record);
	watcher_store_if_dirty(&daemon->watcher);
	loop_timer_set(daemon->store_timer, STORE_RETRY_MS);
}

static void on_prune_due(void *userdata)
{
	struct daemon *daemon = userdata;

	bool more = record_prune(daemon->watcher.record, daemon->watcher.config.keep_days);

	loop_timer_set(daemon->prune_timer, more ? PRUNE_PAUSE_MS : DAY_MS);
}

static void on_watchdog_due(void *userdata)
{
	struct daemon *daemon = userdata;

	logger_notify_watchdog(&daemon->watcher.notifier);
	loop_timer_set(daemon->watchdog_timer, daemon->watcher.notifier.watchdog_us / 2000);
}

/* What firewalld has said before the signal came is still on its way through the bus. */
static void on_terminate(int signo _unused_, void *userdata)
{
	struct daemon *daemon = userdata;

	if (!loop_timer_is_set(daemon->exit_timer))
		loop_timer_set(daemon->exit_timer, LAST_WORDS_MS);
}

static void on_exit_due(void *userdata)
{
	struct daemon *daemon = userdata;

	loop_exit(daemon->watcher.loop, 0);
}

static void on_hangup(int signo _unused_, void *userdata)
{
	struct daemon *daemon = userdata;
	struct watcher *watcher = &daemon->watcher;
	_cleanup_config_ struct config config = CONFIG_NULL;
	const char *path = watcher->options->config_path;
	struct err err = ERR_NULL;
	int r;

	logger_notify_reloading(&watcher->notifier);
	r = config_load(&config, path ? path : CONFIG_DEFAULT_PATH, path != NULL,
	                watcher->options->known, &err);
	if (r) {
		logger_write(&daemon->logger, LOGGER_ERROR, "%s; the configuration stays as it was",
		             err_text(&err, r));
	} else {
		config_deinit(&watcher->config);
		watcher->config = config;
		config = CONFIG_NULL;
		logger_write(&daemon->logger, LOGGER_NOTICE, "the configuration was read again");
		record_event(watcher->record, EVENT_CONFIG, NULL,
		             "the configuration was read again");
		pace_items_deinit(&watcher->required);
		if (clientwatch_configured(watcher->clients) < 0)
			watcher_out_of_memory(watcher);
		audit_plan(watcher);
		fail2banwatch_configure(watcher->fail2banwatch);
		gapkeeper_enable(watcher->gapkeeper, watcher->config.close_gap);
		refresh_soon(watcher);
	}
	logger_notify_ready(&watcher->notifier);
	watcher_tell_status(watcher);
}

/* --- beginning and end
 * ---------------------------------------------------------------- */

static int add_timers(struct daemon *daemon)
{
	struct watcher *watcher = &daemon->watcher;
	const struct {
		struct loop_source **source;
		loop_fn fn;
		void *userdata;
	} timers[] = {
	    {&watcher->read_timer, on_read_due, watcher},
	    {&watcher->refresh_timer, on_refresh_due, watcher},
	    {&watcher->snapshot_timer, on_snapshot_due, watcher},
	    {&watcher->audit_timer, audit_due, watcher},
	    {&watcher->expiry_timer, expiry_due, watcher},
	    {&daemon->ready_timer, on_ready_due, daemon},
	    {&daemon->bus_timer, on_bus_due, daemon},
	    {&daemon->store_timer, on_store_due, daemon},
	    {&daemon->spool_timer, on_spool_due, daemon},
	    {&daemon->prune_timer, on_prune_due, daemon},
	    {&daemon->watchdog_timer, on_watchdog_due, daemon},
	    {&daemon->exit_timer, on_exit_due, daemon},
	};

	for (size_t i = 0; i < ARRAY_SIZE(timers); i++) {
		int r = loop_add_timer(watcher->loop, timers[i].source, timers[i].fn,
		                       timers[i].userdata);

		if (r < 0)
			return r;
	}
	return 0;
}

static void start_timers(struct daemon *daemon)
{
	loop_timer_set(daemon->ready_timer, READY_WITHOUT_FIREWALLD_MS);
	loop_timer_set(daemon->bus_timer, BUS_TROUBLE_MS);
	loop_timer_set(daemon->store_timer, STORE_RETRY_MS);
	loop_timer_set(daemon->spool_timer, 0);
	loop_timer_set(daemon->prune_timer, 60000);
	audit_plan(&daemon->watcher);
	if (daemon->watcher.notifier.watchdog_us)
		loop_timer_set(daemon->watchdog_timer, 0);
}

static int add_signals(struct daemon *daemon)
{
	struct loop *loop = daemon->watcher.loop;
	int r = loop_add_signal(loop, &daemon->sigterm, SIGTERM, on_terminate, daemon);

	if (r == 0)
		r = loop_add_signal(loop, &daemon->sigint, SIGINT, on_terminate, daemon);
	if (r == 0)
		r = loop_add_signal(loop, &daemon->sighup, SIGHUP, on_hangup, daemon);
	return r;
}

/* What was lost comes first; without firewalld there is nothing that could come first. */
static bool has_time(void *userdata)
{
	const struct watcher *watcher = userdata;

	return (watcher->idle && !bankeeper_is_at_work(watcher->bans)) || !watcher->present;
}

static int start_importer(struct daemon *daemon)
{
	const struct importer_options options = {
	    .loop = daemon->watcher.loop,
	    .record = daemon->watcher.record,
	    .logger = &daemon->logger,
	    .fail2ban = &daemon->watcher.fail2ban,
	    .may_work = has_time,
	    .userdata = &daemon->watcher,
	};

	return importer_new(&daemon->importer, &options);
}

static int start_clientkeeper(struct daemon *daemon)
{
	struct watcher *watcher = &daemon->watcher;
	const struct clientwatch_options options = {.loop = watcher->loop,
	                                            .record = watcher->record,
	                                            .logger = &daemon->logger,
	                                            .config = &watcher->config,
	                                            .tracker = &watcher->tracker};

	return clientwatch_new(&watcher->clients, &options);
}

static int connect_parts(struct daemon *daemon, struct err *err)
{
	struct watcher *watcher = &daemon->watcher;
	struct firewalld_options options = {
	    .on_event = on_event, .userdata = watcher, .on_slow = on_slow};
	int r;

	r = loop_new(&watcher->loop);
	if (r == 0)
		r = add_signals(daemon);
	if (r == 0)
		r = add_timers(daemon);
	if (r == 0)
		r = bus_new(&watcher->bus, watcher->loop, NULL);
	if (r == 0)
		r = firewalld_new(&watcher->fw, watcher->bus, &options);
	if (r == 0)
		r = attribution_new(&watcher->attribution, watcher->bus, &daemon->logger);
	if (r == 0)
		attribution_on_failed(watcher->attribution, on_reload_failed, watcher);
	if (r == 0)
		r = busname_new(&watcher->network_manager, watcher->bus,
		                "org.freedesktop.NetworkManager");
	if (r == 0)
		r = bootid_read(watcher->boot_id, NULL);
	if (r == 0)
		r = record_open(&watcher->record, watcher->options->state_dir, watcher->boot_id,
		                &daemon->logger);
	if (r == 0)
		r = start_importer(daemon);
	if (r == 0)
		r = risk_new(&watcher->risk);
	if (r == 0)
		r = edits_new(&watcher->edits, watcher);
	if (r == 0)
		r = fail2banwatch_new(&watcher->fail2banwatch, watcher);
	if (r == 0)
		r = gapkeeper_new(&watcher->gapkeeper, watcher->loop, &daemon->logger,
		                  watcher->record);
	if (r == 0)
		r = bankeeper_new(&watcher->bans, watcher);
	if (r == 0)
		r = start_clientkeeper(daemon);
	if (r < 0)
		return err_set(err, r, "the watcher could not be set up: %s", strerror(-r));
	gapkeeper_enable(watcher->gapkeeper, watcher->config.close_gap);
	return 0;
}

/*
 * A second watcher would restore everything twice. Without a lock file, on a
 * full or read-only disk, guarding counts for more.
 */
static int take_lock(struct daemon *daemon, struct err *err)
{
	struct err trouble = ERR_NULL;
	int r = lock_take(&daemon->lock, daemon->watcher.options->state_dir, &trouble);

	if (r == LOCK_E_HELD)
		return err_set(err, -EEXIST, "%s", err_text(&trouble, r));
	if (r < 0)
		logger_write(&daemon->logger, LOGGER_WARNING, "%s; going on without a lock",
		             err_text(&trouble, r));
	return 0;
}

/* The watcher has a configuration of its own, since SIGHUP replaces it. */
static int take_config(struct watcher *watcher, struct err *err)
{
	const char *path = watcher->options->config_path;

	return config_load(&watcher->config, path ? path : CONFIG_DEFAULT_PATH, path != NULL,
	                   watcher->options->known, err);
}

static void daemon_deinit(struct daemon *daemon)
{
	struct watcher *watcher = &daemon->watcher;

	if (watcher->fw)
		cycle_deinit(&watcher->cycle);
	edits_free(watcher->edits);
	risk_free(watcher->risk);
	bankeeper_free(watcher->bans);
	gapkeeper_free(watcher->gapkeeper);
	clientwatch_free(watcher->clients);
	importer_free(daemon->importer);
	fail2banwatch_free(watcher->fail2banwatch);
	record_close(watcher->record);
	attribution_free(watcher->attribution);
	firewalld_free(watcher->fw);
	while (watcher->calls)
		item_call_free(watcher->calls);
	busname_free(watcher->network_manager);
	bus_free(watcher->bus);
	filewatch_free(daemon->spool_watch);
	loop_free(watcher->loop);
	tracker_deinit(&watcher->tracker);
	pace_items_deinit(&watcher->required);
	nfsocket_close(&watcher->nft);
	config_deinit(&watcher->config);
	logger_notifier_deinit(&watcher->notifier);
	lock_release(&daemon->lock);
	free(watcher->instance);
}

static int run(struct daemon *daemon, struct err *err)
{
	struct watcher *watcher = &daemon->watcher;
	struct err trouble = ERR_NULL;
	int code, r;

	r = take_config(watcher, err);
	if (r)
		return r;
	r = logger_notifier_init(&watcher->notifier, &trouble);
	if (r < 0)
		logger_write(&daemon->logger, LOGGER_WARNING,
		             "the service manager cannot be told anything: %s",
		             err_text(&trouble, r));
	r = take_lock(daemon, err);
	if (r < 0)
		return r;
	r = connect_parts(daemon, err);
	if (r < 0)
		return r;
	logger_write(&daemon->logger, LOGGER_INFO, "watching firewalld%s",
	             watcher->config.restore ? "" : "; restore = no, so nothing is restored");
	record_event(watcher->record, EVENT_START, NULL, "the guard was started");
	watch_spool(daemon);
	start_timers(daemon);
	r = loop_run(watcher->loop, &code);
	logger_notify_stopping(&watcher->notifier);
	watcher_store_if_dirty(watcher);
	record_event(watcher->record, EVENT_STOP, NULL, "the guard was stopped");
	logger_write(&daemon->logger, LOGGER_INFO, "stopped");
	logger_flush(&daemon->logger);
	return r;
}

/**
 * watcher_run() - watch firewalld until SIGTERM or SIGINT
 * @options: borrowed
 * @err:     says why it could not begin
 *
 * Once it runs, neither firewalld nor the bus nor the store can end it.
 *
 * Return: 0 after a signal; CONFIG_E_INVALID; -EEXIST when a watcher runs
 * already; other negative errno.
 */
int watcher_run(const struct watcher_options *options, struct err *err)
{
	struct daemon daemon = {.lock = -1, .logger = LOGGER_NULL};
	int r;

	daemon.watcher.options = options;
	daemon.watcher.logger = &daemon.logger;
	daemon.watcher.notifier = LOGGER_NOTIFIER_NULL;
	daemon.watcher.cycle.kind = WIPE_UNKNOWN;
	daemon.watcher.gaps = 1; /* nothing was compared yet */
	daemon.watcher.nft = NFSOCKET_NULL;
	logger_init(&daemon.logger, STDERR_FILENO, options->verbosity);
	r = run(&daemon, err);
	daemon_deinit(&daemon);
	return r;
}
