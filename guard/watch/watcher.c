// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/watch/watcher.h"

#include "guard/restore/engine.h"
#include "guard/system/fail2ban/fail2ban.h"
#include "guard/system/host/bootid.h"
#include "guard/system/host/clock.h"
#include "guard/system/host/filewatch.h"
#include "guard/system/host/lock.h"
#include "guard/system/store/spool.h"
#include "guard/watch/announce.h"
#include "guard/watch/canary.h"
#include "guard/watch/clientwatch.h"
#include "guard/watch/confcheck.h"
#include "guard/watch/edits.h"
#include "guard/watch/fail2banwatch.h"
#include "guard/watch/hookserver.h"
#include "guard/watch/importer.h"
#include "guard/watch/risk.h"

#include <errno.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Without firewalld the guard is ready all the same: the boot must not wait for it. */
#define READY_WITHOUT_FIREWALLD_MS 3000

#define LAST_WORDS_MS     50
#define BUS_TROUBLE_MS    2000
#define STORE_RETRY_MS    10000
#define STORE_FALLBACK_MS 60000
#define SPOOL_FALLBACK_MS 60000
#define PRUNE_PAUSE_MS    500
#define DAY_MS            (24 * 3600 * INT64_C(1000))
#define TRIM_MS           200 /* by then what was read is freed */

/* Its parts, and what else it waits for. */
struct watcher {
	const struct watcher_options *options; /* borrowed */
	struct config config;
	bool mistakes; /* in the file that it began with */
	struct logger logger;
	struct notify notifier;
	struct loop *loop;
	struct bus *bus;
	struct firewalld *fw;
	struct attribution *attribution;
	struct record *record;
	struct fail2banwatch *fail2banwatch;
	struct fail2ban *fail2ban; /* borrowed; the one that is followed */
	struct engine *engine;
	struct announcer *announcer;
	struct persister *persister;
	struct risk *risk;
	struct edits *edits;
	struct canary *canary;
	struct confcheck *confcheck;
	struct clientwatch *clients;
	struct importer *importer;
	struct filewatch *spool_watch;
	struct hookserver *hookserver;
	char boot_id[BOOTID_SIZE];
	struct loop_source *ready_timer, *bus_timer, *store_timer, *spool_timer, *prune_timer,
	    *watchdog_timer, *trim_timer;
	struct loop_source *exit_timer, *sigterm, *sigint, *sighup;
	bool told_ready, told_bus_trouble, told_answers;
	int lock;
};

static void tell_ready(struct watcher *watcher)
{
	if (watcher->told_ready)
		return;
	watcher->told_ready = true;
	notify_ready(&watcher->notifier);
}

/* --- what the engine tells --------------------------------------------------------------- */

static void on_cause(const struct news_wipe *wipe, char words[CAUSE_WORDS_SIZE], void *userdata)
{
	announcer_cause(((const struct watcher *)userdata)->announcer, wipe, words);
}

static enum cause_mover on_mover(const struct item *interface, bool removed, bool zone_is_default,
                                 void *userdata)
{
	return attribution_mover(((const struct watcher *)userdata)->attribution, interface,
	                         removed, zone_is_default);
}

static const struct strv *on_ignoreip(void *userdata)
{
	return clientwatch_ignoreip(((const struct watcher *)userdata)->clients);
}

static void look(struct watcher *watcher)
{
	persister_look(watcher->persister);
	risk_look(watcher->risk);
}

static void put_answers(struct watcher *watcher)
{
	record_event(watcher->record, EVENT_FIREWALLD_ANSWERS, NULL, "firewalld answers again");
}

/* It was silent when the watcher before this one ended, and has answered now. */
static void end_silence(struct watcher *watcher)
{
	struct store *store = record_store(watcher->record);
	int64_t since_us;

	if (watcher->told_answers || !store || store_silence(store, &since_us, NULL) != 0)
		return;
	watcher->told_answers = true;
	if (since_us)
		put_answers(watcher);
}

static void on_idle(struct watcher *watcher)
{
	look(watcher);
	edits_look(watcher->edits);
	clientwatch_look(watcher->clients);
	tell_ready(watcher);
	loop_timer_set(watcher->trim_timer, TRIM_MS);
}

static void on_news(const struct news *news, void *userdata)
{
	struct watcher *watcher = userdata;

	announcer_hear(watcher->announcer, news);
	switch (news->kind) {
	case NEWS_STATE:
		confcheck_state(watcher->confcheck, news->state);
		break;
	case NEWS_PERMANENT:
		risk_permanent(watcher->risk, news->item, news->withdrawn);
		break;
	case NEWS_ABSORBED:
		end_silence(watcher);
		risk_tell_permanent(watcher->risk);
		break;
	case NEWS_ADDED:
		if (news->item->kind == ITEM_RULE)
			clientwatch_rule_added(watcher->clients, news->item);
		break;
	case NEWS_REMOVED:
		if (news->item->kind == ITEM_RULE)
			clientwatch_rule_removed(watcher->clients, news->item);
		break;
	case NEWS_QUIET:
		look(watcher);
		break;
	case NEWS_IDLE:
		on_idle(watcher);
		break;
	case NEWS_LOST:
	case NEWS_ENDED:
	case NEWS_FAILED:
	case NEWS_CLOSED:
	case NEWS_FIGHT:
	case NEWS_BREAKER:
	case NEWS_DENIED:
	case NEWS_UNREAD:
	case NEWS_SKIPPED:
	case NEWS_TROUBLE:
	case NEWS_REPAIRED:
	case NEWS_MADE_DO:
	case NEWS_PENDING:
	case NEWS_MOVED:
	case NEWS_LOADED:
	case NEWS_TRUSTED:
	case NEWS_SETTLED:
	case NEWS_PLANNED:
	case NEWS_JUDGED:
	case NEWS_UNKNOWN:
	case NEWS_OVER:
		break;
	}
}

/* --- what firewalld and fail2ban say ----------------------------------------------------- */

/* Who did it, and what was written into files before it, is to be known before the engine acts. */
static void prepare(struct watcher *watcher, const struct firewalld_event *event)
{
	switch (event->type) {
	case FIREWALLD_EVENT_APPEARED:
		edits_settle(watcher->edits);
		attribution_came(watcher->attribution);
		announcer_appeared(watcher->announcer, record_instance(watcher->record) != NULL);
		break;
	case FIREWALLD_EVENT_GONE:
	case FIREWALLD_EVENT_BUS_GONE:
		if (engine_now(watcher->engine).present)
			attribution_gone(watcher->attribution,
			                 event->type == FIREWALLD_EVENT_BUS_GONE);
		if (event->type == FIREWALLD_EVENT_BUS_GONE)
			loop_timer_set(watcher->bus_timer, BUS_TROUBLE_MS);
		break;
	case FIREWALLD_EVENT_BUS_BACK:
		logger_write(&watcher->logger, LOGGER_INFO, "connected to the bus");
		break;
	case FIREWALLD_EVENT_RELOADED:
		edits_settle(watcher->edits);
		attribution_reloaded(watcher->attribution);
		break;
	case FIREWALLD_EVENT_DEFAULT_ZONE:
		announcer_default_zone(watcher->announcer, event->zone);
		break;
	case FIREWALLD_EVENT_PANIC:
		announcer_panic(watcher->announcer, event->on);
		break;
	case FIREWALLD_EVENT_PERMANENT_CHANGED:
		edits_heard(watcher->edits, event->zone, event->at_us);
		break;
	case FIREWALLD_EVENT_ITEM_ADDED:
	case FIREWALLD_EVENT_ITEM_REMOVED:
	case FIREWALLD_EVENT_ITEM_MOVED:
	case FIREWALLD_EVENT_POLICY_CHANGED:
	case FIREWALLD_EVENT_TRAIT:
	case FIREWALLD_EVENT_ZONE_CHANGED:
	case FIREWALLD_EVENT_LOST_TRACK:
		break;
	}
}

static void tell_gone(struct watcher *watcher, bool bus, bool was_there)
{
	char why[CAUSE_WORDS_SIZE] = "";

	if (!bus)
		(void)attribution_end(watcher->attribution, why);
	announcer_gone(watcher->announcer, bus, was_there, why);
}

static void on_event(const struct firewalld_event *event, void *userdata)
{
	struct watcher *watcher = userdata;
	bool bus = event->type == FIREWALLD_EVENT_BUS_GONE;
	bool was_there = engine_now(watcher->engine).present;
	bool goes = bus || (event->type == FIREWALLD_EVENT_GONE && was_there);

	prepare(watcher, event);
	engine_hear(watcher->engine, event);
	if (goes)
		tell_gone(watcher, bus, was_there);
}

/* It may have been wiped before it failed, and nobody else tells of that. */
static void on_reload_failed(const char *who, void *userdata)
{
	struct watcher *watcher = userdata;

	announcer_failed_reload(watcher->announcer, who);
	canary_ask(watcher->canary);
}

static void on_slow(bool slow, void *userdata)
{
	struct watcher *watcher = userdata;

	logger_write(&watcher->logger, slow ? LOGGER_WARNING : LOGGER_NOTICE,
	             slow ? "firewalld does not answer; waiting for it"
	                  : "firewalld answers again");
	if (slow)
		record_event_at(watcher->record, firewalld_waited_for_us(watcher->fw),
		                EVENT_FIREWALLD_SILENT, "firewalld does not answer");
	else
		put_answers(watcher);
}

/* --- timers and signals ------------------------------------------------------------------ */

static void on_ready_due(void *userdata)
{
	struct watcher *watcher = userdata;

	if (!watcher->told_ready && !engine_now(watcher->engine).present)
		notify_status(&watcher->notifier, "waiting for firewalld");
	tell_ready(watcher);
}

static void on_bus_due(void *userdata)
{
	struct watcher *watcher = userdata;
	struct bus *bus = watcher->bus;

	if (bus_is_connected(bus)) {
		watcher->told_bus_trouble = false;
		return; /* until it goes */
	}
	if (!watcher->told_bus_trouble && bus_failed_attempts(bus)) {
		watcher->told_bus_trouble = true;
		logger_write(&watcher->logger, LOGGER_ERROR,
		             "the system bus cannot be reached: %s; trying again and again",
		             bus_last_error(bus));
	}
	loop_timer_set(watcher->bus_timer, BUS_TROUBLE_MS);
}

static void on_spool_changed(void *userdata)
{
	struct watcher *watcher = userdata;

	record_drain_spool(watcher->record, watcher->options->spool_dir);
}

/* The folder is made by whoever needs it first, so it may not be there yet. */
static void watch_spool(struct watcher *watcher)
{
	const char *dir = watcher->options->spool_dir;

	if (watcher->spool_watch)
		return;
	(void)mkdir(dir, 0700);
	if (filewatch_new(&watcher->spool_watch, watcher->loop, dir, on_spool_changed, watcher) < 0)
		watcher->spool_watch = NULL; /* then the timer looks */
}

/* Up to 0.2.0 it was beside the store, wherever that is. */
static void drain_old_spool(struct watcher *watcher)
{
	_cleanup_free_ char *dir = NULL;

	if (xasprintf(&dir, "%s/" SPOOL_DIR, watcher->options->state_dir) == 0 &&
	    strcmp(dir, watcher->options->spool_dir) != 0)
		record_drain_spool(watcher->record, dir);
}

static void on_spool_due(void *userdata)
{
	struct watcher *watcher = userdata;

	watch_spool(watcher);
	record_drain_spool(watcher->record, watcher->options->spool_dir);
	drain_old_spool(watcher);
	loop_timer_set_lazy(watcher->spool_timer, SPOOL_FALLBACK_MS);
}

/* A reading of everything, or of the kernel's rules, is as large as what is kept, and leaves holes.
 */
static void give_back_memory(void)
{
#ifdef __GLIBC__
	(void)malloc_trim(0);
#endif
}

static void on_store_due(void *userdata)
{
	struct watcher *watcher = userdata;
	bool retried, stored;

	record_tend(watcher->record);
	retried = record_retry(watcher->record);
	stored = engine_store(watcher->engine);

	if (retried && stored)
		loop_timer_set_lazy(watcher->store_timer, STORE_FALLBACK_MS);
	else
		loop_timer_set(watcher->store_timer, STORE_RETRY_MS);
	give_back_memory();
}

static void on_prune_due(void *userdata)
{
	struct watcher *watcher = userdata;

	bool more = record_prune(watcher->record, watcher->config.keep_days);

	loop_timer_set(watcher->prune_timer, more ? PRUNE_PAUSE_MS : DAY_MS);
}

static void on_trim_due(void *userdata _unused_)
{
	give_back_memory();
}

static void on_watchdog_due(void *userdata)
{
	struct watcher *watcher = userdata;

	notify_watchdog(&watcher->notifier);
	loop_timer_set_lazy(watcher->watchdog_timer, watcher->notifier.watchdog_us / 2000);
}

/* What firewalld has said before the signal came is still on its way through the bus. */
static void on_terminate(int signo _unused_, void *userdata)
{
	struct watcher *watcher = userdata;

	if (!loop_timer_is_set(watcher->exit_timer))
		loop_timer_set(watcher->exit_timer, LAST_WORDS_MS);
}

static void on_exit_due(void *userdata)
{
	struct watcher *watcher = userdata;

	loop_exit(watcher->loop, 0);
}

static void on_hangup(int signo _unused_, void *userdata)
{
	struct watcher *watcher = userdata;
	_cleanup_config_ struct config config = CONFIG_NULL;
	const char *path = watcher->options->config_path;
	struct err err = ERR_NULL;
	int r;

	notify_reloading(&watcher->notifier);
	r = config_load(&config, path ? path : CONFIG_DEFAULT_PATH, path != NULL,
	                watcher->options->known, &err);
	if (r) {
		logger_write(&watcher->logger, LOGGER_ERROR,
		             "%s; the old configuration stays in force", err_text(&err, r));
		announcer_mistakes(watcher->announcer, true);
	} else {
		announcer_mistakes(watcher->announcer, false);
		config_deinit(&watcher->config);
		watcher->config = config;
		config = CONFIG_NULL;
		logger_write(&watcher->logger, LOGGER_NOTICE, "the configuration was read again");
		record_event(watcher->record, EVENT_CONFIG, NULL,
		             "the configuration was read again");
		if (clientwatch_configured(watcher->clients) < 0)
			logger_write(&watcher->logger, LOGGER_ERROR,
			             "out of memory; some logs are not followed");
		canary_plan(watcher->canary);
		fail2banwatch_configure(watcher->fail2banwatch);
		engine_configured(watcher->engine);
	}
	notify_ready(&watcher->notifier);
	announcer_status(watcher->announcer);
}

/* --- beginning and end ------------------------------------------------------------------- */

static int add_timers(struct watcher *watcher)
{
	const struct {
		struct loop_source **source;
		loop_fn fn;
		void *userdata;
	} timers[] = {
	    {&watcher->ready_timer, on_ready_due, watcher},
	    {&watcher->bus_timer, on_bus_due, watcher},
	    {&watcher->store_timer, on_store_due, watcher},
	    {&watcher->spool_timer, on_spool_due, watcher},
	    {&watcher->prune_timer, on_prune_due, watcher},
	    {&watcher->watchdog_timer, on_watchdog_due, watcher},
	    {&watcher->trim_timer, on_trim_due, watcher},
	    {&watcher->exit_timer, on_exit_due, watcher},
	};

	for (size_t i = 0; i < ARRAY_SIZE(timers); i++) {
		int r = loop_add_timer(watcher->loop, timers[i].source, timers[i].fn,
		                       timers[i].userdata);

		if (r < 0)
			return r;
	}
	return 0;
}

static void start_timers(struct watcher *watcher)
{
	loop_timer_set(watcher->ready_timer, READY_WITHOUT_FIREWALLD_MS);
	loop_timer_set(watcher->bus_timer, BUS_TROUBLE_MS);
	loop_timer_set(watcher->store_timer, STORE_RETRY_MS);
	loop_timer_set(watcher->spool_timer, 0);
	loop_timer_set(watcher->prune_timer, 60000);
	if (watcher->notifier.watchdog_us)
		loop_timer_set(watcher->watchdog_timer, 0);
}

static int add_signals(struct watcher *watcher)
{
	struct loop *loop = watcher->loop;
	int r = loop_add_signal(loop, &watcher->sigterm, SIGTERM, on_terminate, watcher);

	if (r == 0)
		r = loop_add_signal(loop, &watcher->sigint, SIGINT, on_terminate, watcher);
	if (r == 0)
		r = loop_add_signal(loop, &watcher->sighup, SIGHUP, on_hangup, watcher);
	return r;
}

/* What was lost comes first; without firewalld there is nothing that could come first. */
static bool has_time(void *userdata)
{
	return !engine_now(((const struct watcher *)userdata)->engine).busy;
}

static int start_importer(struct watcher *watcher)
{
	const struct importer_options options = {
	    .loop = watcher->loop,
	    .record = watcher->record,
	    .logger = &watcher->logger,
	    .fail2ban = watcher->fail2ban,
	    .may_work = has_time,
	    .userdata = watcher,
	};

	return importer_new(&watcher->importer, &options);
}

static int start_clientwatch(struct watcher *watcher)
{
	const struct clientwatch_options options = {.loop = watcher->loop,
	                                            .record = watcher->record,
	                                            .folder = watcher->options->state_dir,
	                                            .logger = &watcher->logger,
	                                            .config = &watcher->config,
	                                            .fail2ban = watcher->fail2ban,
	                                            .engine = watcher->engine};

	return clientwatch_new(&watcher->clients, &options);
}

static int start_announcer(struct watcher *watcher)
{
	const struct announcer_options options = {
	    .logger = &watcher->logger,
	    .notifier = &watcher->notifier,
	    .record = watcher->record,
	    .config = &watcher->config,
	    .attribution = watcher->attribution,
	    .engine = watcher->engine,
	};

	return announcer_new(&watcher->announcer, &options);
}

static int follow_fail2ban(struct watcher *watcher)
{
	const struct fail2banwatch_options options = {
	    .loop = watcher->loop,
	    .logger = &watcher->logger,
	    .record = watcher->record,
	    .config = &watcher->config,
	};
	int r = fail2banwatch_new(&watcher->fail2banwatch, &options);

	if (r == 0)
		watcher->fail2ban = fail2banwatch_fail2ban(watcher->fail2banwatch);
	return r;
}

static int start_hookserver(struct watcher *watcher)
{
	const struct hookserver_options options = {
	    .loop = watcher->loop,
	    .logger = &watcher->logger,
	    .record = watcher->record,
	    .socket_dir = watcher->options->socket_dir,
	    .spool_dir = watcher->options->spool_dir,
	};

	return hookserver_new(&watcher->hookserver, &options);
}

static int start_engine(struct watcher *watcher)
{
	const struct engine_options options = {
	    .loop = watcher->loop,
	    .fw = watcher->fw,
	    .fail2ban = watcher->fail2ban,
	    .logger = &watcher->logger,
	    .record = watcher->record,
	    .config = &watcher->config,
	    .bus = watcher->bus,
	    .boot_id = watcher->boot_id,
	    .listener = {.tell = on_news,
	                 .cause = on_cause,
	                 .mover = on_mover,
	                 .ignoreip = on_ignoreip,
	                 .userdata = watcher},
	};

	return engine_new(&watcher->engine, &options);
}

static int start_persister(struct watcher *watcher)
{
	const struct persister_options options = {
	    .fw = watcher->fw,
	    .logger = &watcher->logger,
	    .record = watcher->record,
	    .config = &watcher->config,
	    .state_dir = watcher->options->state_dir,
	    .engine = watcher->engine,
	};

	return persister_new(&watcher->persister, &options);
}

static int start_risk(struct watcher *watcher)
{
	const struct risk_options options = {
	    .logger = &watcher->logger,
	    .record = watcher->record,
	    .config = &watcher->config,
	    .engine = watcher->engine,
	};

	return risk_new(&watcher->risk, &options);
}

static void on_file_changed(void *userdata)
{
	confcheck_changed(((struct watcher *)userdata)->confcheck);
}

static int start_edits(struct watcher *watcher)
{
	const struct edits_options options = {
	    .loop = watcher->loop,
	    .logger = &watcher->logger,
	    .record = watcher->record,
	    .config = &watcher->config,
	    .engine = watcher->engine,
	    .on_change = on_file_changed,
	    .userdata = watcher,
	};

	return edits_new(&watcher->edits, &options);
}

static int start_canary(struct watcher *watcher)
{
	const struct canary_options options = {
	    .loop = watcher->loop,
	    .fw = watcher->fw,
	    .logger = &watcher->logger,
	    .record = watcher->record,
	    .config = &watcher->config,
	    .engine = watcher->engine,
	};

	return canary_new(&watcher->canary, &options);
}

static int start_confcheck(struct watcher *watcher)
{
	const struct confcheck_options options = {
	    .loop = watcher->loop,
	    .fw = watcher->fw,
	    .logger = &watcher->logger,
	    .record = watcher->record,
	    .engine = watcher->engine,
	};

	return confcheck_new(&watcher->confcheck, &options);
}

/* What works around the engine; each needs some of those before it. */
static int start_parts(struct watcher *watcher)
{
	static int (*const start[])(struct watcher * watcher) = {
	    follow_fail2ban, start_engine,      start_announcer,  start_importer,
	    start_persister, start_risk,        start_confcheck,  start_edits,
	    start_canary,    start_clientwatch, start_hookserver,
	};

	for (size_t i = 0; i < ARRAY_SIZE(start); i++) {
		int r = start[i](watcher);

		if (r < 0)
			return r;
	}
	return 0;
}

static int connect_parts(struct watcher *watcher, struct err *err)
{
	struct firewalld_options options = {
	    .on_event = on_event, .userdata = watcher, .on_slow = on_slow};
	int r;

	r = loop_new(&watcher->loop);
	if (r == 0)
		r = add_signals(watcher);
	if (r == 0)
		r = add_timers(watcher);
	if (r == 0)
		r = bus_new(&watcher->bus, watcher->loop, NULL);
	if (r == 0)
		r = firewalld_new(&watcher->fw, watcher->bus, &options);
	if (r == 0)
		r = attribution_new(&watcher->attribution, watcher->bus, &watcher->logger);
	if (r == 0)
		attribution_on_failed(watcher->attribution, on_reload_failed, watcher);
	if (r == 0)
		r = bootid_read(watcher->boot_id, NULL);
	if (r == 0)
		r = record_open(&watcher->record, watcher->options->state_dir, watcher->boot_id,
		                &watcher->logger);
	if (r == 0)
		r = start_parts(watcher);
	if (r < 0)
		return err_set(err, r, "the watcher could not start: %s", strerror(-r));
	return 0;
}

/*
 * A second watcher would restore everything twice. Without a lock file, on a
 * full or read-only disk, guarding counts for more.
 */
static int take_lock(struct watcher *watcher, struct err *err)
{
	struct err trouble = ERR_NULL;
	int r = lock_take(&watcher->lock, watcher->options->state_dir, &trouble);

	if (r == LOCK_E_HELD)
		return err_set(err, -EEXIST, "%s", err_text(&trouble, r));
	if (r < 0)
		logger_write(&watcher->logger, LOGGER_WARNING, "%s; going on without a lock",
		             err_text(&trouble, r));
	return 0;
}

/*
 * The watcher has a configuration of its own, since SIGHUP replaces it. What somebody mistyped
 * must not cost mail: it begins without that, and says so.
 */
static int take_config(struct watcher *watcher, struct err *err)
{
	const char *path = watcher->options->config_path;
	_cleanup_strv_ struct strv mistakes = STRV_NULL;
	int r = config_load_anyway(&watcher->config, path ? path : CONFIG_DEFAULT_PATH,
	                           path != NULL, watcher->options->known, &mistakes, err);

	for (size_t i = 0; i < mistakes.n; i++)
		logger_write(&watcher->logger, LOGGER_ERROR, "%s; left out", mistakes.strings[i]);
	watcher->mistakes = mistakes.n > 0;
	return r;
}

static void watcher_deinit(struct watcher *watcher)
{
	hookserver_free(watcher->hookserver);
	confcheck_free(watcher->confcheck);
	canary_free(watcher->canary);
	edits_free(watcher->edits);
	risk_free(watcher->risk);
	persister_free(watcher->persister);
	engine_free(watcher->engine);
	clientwatch_free(watcher->clients);
	importer_free(watcher->importer);
	fail2banwatch_free(watcher->fail2banwatch);
	announcer_free(watcher->announcer);
	record_close(watcher->record);
	attribution_free(watcher->attribution);
	firewalld_free(watcher->fw);
	bus_free(watcher->bus);
	filewatch_free(watcher->spool_watch);
	loop_free(watcher->loop);
	config_deinit(&watcher->config);
	notify_deinit(&watcher->notifier);
	lock_release(&watcher->lock);
}

static int run(struct watcher *watcher, struct err *err)
{
	struct err trouble = ERR_NULL;
	int code, r;

	r = take_config(watcher, err);
	if (r)
		return r;
	r = notify_init(&watcher->notifier, &trouble);
	if (r < 0)
		logger_write(&watcher->logger, LOGGER_WARNING, "systemd cannot be notified: %s",
		             err_text(&trouble, r));
	r = take_lock(watcher, err);
	if (r < 0)
		return r;
	r = connect_parts(watcher, err);
	if (r < 0)
		return r;
	logger_write(&watcher->logger, LOGGER_INFO, "watching firewalld%s",
	             watcher->config.restore ? "" : "; restore = no, so nothing is restored");
	announcer_mistakes(watcher->announcer, watcher->mistakes);
	record_event(watcher->record, EVENT_START, NULL, "the guard was started");
	watch_spool(watcher);
	start_timers(watcher);
	r = loop_run(watcher->loop, &code);
	notify_stopping(&watcher->notifier);
	engine_store(watcher->engine);
	record_event(watcher->record, EVENT_STOP, NULL, "the guard was stopped");
	logger_write(&watcher->logger, LOGGER_INFO, "stopped");
	logger_flush(&watcher->logger);
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
	struct watcher watcher = {
	    .options = options, .lock = -1, .logger = LOGGER_NULL, .notifier = NOTIFY_NULL};
	int r;

	logger_init(&watcher.logger, STDERR_FILENO, options->verbosity);
	r = run(&watcher, err);
	watcher_deinit(&watcher);
	return r;
}
