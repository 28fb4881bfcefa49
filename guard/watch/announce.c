// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/watch/announce.h"

#include "guard/base/text.h"
#include "guard/base/timespec.h"
#include "guard/model/fault.h"
#include "guard/model/pace.h"
#include "guard/model/trait.h"
#include "guard/restore/makeshift.h"
#include "guard/restore/trust.h"
#include "guard/system/host/clock.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* What a reload that failed is held responsible for: the guard looks at once. */
#define FAILED_RELOAD_US (60 * INT64_C(1000000))

/* A wipe that begins while the guard repairs firewalld is its doing; so long, if it does not end.
 */
#define REPAIR_US (10 * INT64_C(1000000))

struct announcer {
	struct announcer_options given;
	bool told_lockdown;                   /* since something was last restored */
	enum firewall_state told_state;       /* what was last said about its state */
	char failed_reload[CAUSE_WORDS_SIZE]; /* who called for the last one that came to nothing */
	int64_t failed_reload_us;             /* monotonic; 0: none */
	char repair[CAUSE_WORDS_SIZE];        /* what the guard last did to repair firewalld */
	int64_t failed_us;                    /* monotonic; of the start that failed last */
	int64_t repair_at_us;                 /* time of day; 0: none */
	int64_t repaired_at_us;               /* the same; when it was over; 0: it is not */
	char last_wipe[160];                  /* for the status line; "" : none yet */
	bool mistakes;                        /* in the configuration */
};

/**
 * announcer_new() - begin with nothing said
 * @out:     written on success alone; release with announcer_free()
 * @options: copied
 *
 * Return: 0 or -ENOMEM.
 */
int announcer_new(struct announcer **out, const struct announcer_options *options)
{
	struct announcer *announcer = calloc(1, sizeof(*announcer));

	if (!announcer)
		return -ENOMEM;
	announcer->given = *options;
	announcer->told_state = FIREWALL_STATE_UNKNOWN;
	*out = announcer;
	return 0;
}

/** announcer_free() - NULL is fine */
void announcer_free(struct announcer *announcer)
{
	free(announcer);
}

/* --- firewalld --------------------------------------------------------------------------- */

/** announcer_appeared() - firewalld is there; @again: it was there before */
void announcer_appeared(struct announcer *announcer, bool again)
{
	announcer->told_state = FIREWALL_STATE_UNKNOWN;
	announcer->failed_reload_us = 0; /* that was another one's */
	if (again)
		logger_write(announcer->given.logger, LOGGER_NOTICE, "firewalld is back");
	record_event(announcer->given.record, EVENT_FIREWALLD_BACK, NULL, "firewalld runs");
}

/**
 * announcer_gone() - firewalld went away, or the bus and it with it
 * @was_there: firewalld, until now
 * @why:       in words; "" when that is not known
 */
void announcer_gone(struct announcer *announcer, bool bus, bool was_there, const char *why)
{
	const char *who = bus ? "the bus" : "firewalld", *colon = *why ? ": " : "";

	logger_write(announcer->given.logger, LOGGER_WARNING, "%s went away%s%s; waiting for it",
	             who, colon, why);
	if (was_there)
		record_event(announcer->given.record, EVENT_FIREWALLD_GONE, NULL,
		             "%s went away%s%s", who, colon, why);
	notify_status(announcer->given.notifier, "waiting for %s", who);
}

/** announcer_panic() - firewalld drops everything from now on, or does not any more */
void announcer_panic(struct announcer *announcer, bool on)
{
	logger_write(announcer->given.logger, on ? LOGGER_WARNING : LOGGER_NOTICE,
	             "panic mode is %s", on ? "on: firewalld drops everything" : "off");
	record_event(announcer->given.record, EVENT_PANIC, NULL, "panic mode %s",
	             on ? "on" : "off");
}

/** announcer_failed_reload() - a reload was called for and came to nothing, by @who */
void announcer_failed_reload(struct announcer *announcer, const char *who)
{
	snprintf(announcer->failed_reload, sizeof(announcer->failed_reload), "%s", who);
	announcer->failed_reload_us = clock_monotonic_us();
	logger_write(announcer->given.logger, LOGGER_WARNING, "%s failed: looking what it did",
	             who);
}

/* Who called for a reload that failed just now; "" when there was none. */
static const char *failed_reload(const struct announcer *announcer)
{
	return announcer->failed_reload_us &&
	               clock_monotonic_us() - announcer->failed_reload_us < FAILED_RELOAD_US
	           ? announcer->failed_reload
	           : "";
}

static void tell_failed(struct announcer *announcer)
{
	const char *failed = failed_reload(announcer);
	struct logger_fields about;

	announcer->failed_us = clock_monotonic_us();
	about = (struct logger_fields){.occasion = announcer->failed_us};
	logger_write_about(
	    announcer->given.logger, LOGGER_ERROR, &about,
	    "firewalld is in state FAILED%s%s: it could not load its configuration and "
	    "uses a stock one. Fix what `firewall-cmd --check-config` and firewalld's log "
	    "name. Until then the guard puts mail back into what there is.",
	    *failed ? " after " : "", failed);
	record_event(announcer->given.record, EVENT_FIREWALLD_FAILED, NULL,
	             "firewalld is in state FAILED%s%s", *failed ? " after " : "", failed);
}

/* That firewalld is not ready, once for each state. */
static void tell_state(struct announcer *announcer, enum firewall_state state)
{
	if (state == announcer->told_state)
		return;
	announcer->told_state = state;
	if (state == FIREWALL_STATE_RUNNING)
		return;
	if (state == FIREWALL_STATE_FAILED)
		tell_failed(announcer);
	else if (state != FIREWALL_STATE_BROKEN) /* what is done about it is told */
		logger_write(announcer->given.logger, LOGGER_INFO,
		             "firewalld is not ready yet (%s)", firewall_state_name(state));
	notify_status(announcer->given.notifier, "firewalld is not ready (%s): waiting",
	              firewall_state_name(state));
}

/* --- a firewalld that is broken ----------------------------------------------------------- */

/* A repair is a wipe, too, and this is its cause. */
static void note_repair(struct announcer *announcer, const struct news_trouble *trouble)
{
	announcer->repair_at_us = clock_now_us();
	announcer->repaired_at_us = 0;
	snprintf(announcer->repair, sizeof(announcer->repair),
	         "%s of firewalld by the guard: %s%s%s",
	         trouble->act == REPAIR_RESTART ? "restart" : "reload",
	         repair_cause(trouble->trouble), *trouble->who ? " by " : "", trouble->who);
}

static const char *words_of(const struct news_trouble *trouble)
{
	switch (trouble->act) {
	case REPAIR_RELOAD:
		return "Reloading firewalld.";
	case REPAIR_RESTART:
		return "Reloads did not help: restarting firewalld.";
	case REPAIR_WAIT:
	case REPAIR_PERSON:
		break;
	}
	return trouble->may_repair ? "The guard could not repair it."
	                           : "Left to you (repair = no).";
}

static void tell_waiting(struct announcer *announcer, const struct news_trouble *trouble)
{
	const struct logger_fields about = {.occasion = trouble->since_us};

	if (trouble->why) {
		logger_write_about(announcer->given.logger, LOGGER_ERROR, &about,
		                   "firewalld could not be repaired: %s", trouble->why);
		record_event(announcer->given.record, EVENT_REPAIR, NULL, "it failed: %s",
		             trouble->why);
		return;
	}
	logger_write_about(
	    announcer->given.logger, LOGGER_ERROR, &about,
	    "%s%s%s%s%s. It happens again and again, so the guard repairs it in %lld ms only. "
	    "To be quicker: " TEXT_COMMAND,
	    trouble->words, *trouble->what ? ": " : "", trouble->what,
	    *trouble->who ? ". Done by " : "", trouble->who, (long long)trouble->wait_ms,
	    trouble->advice);
}

/* What is the matter, what is done about it, and what to type. */
static void tell_trouble(struct announcer *announcer, const struct news_trouble *trouble)
{
	const struct logger_fields about = {.occasion = trouble->since_us};
	bool person = trouble->act == REPAIR_PERSON;
	const char *by = *trouble->who ? ". Done by " : "", *of = *trouble->what ? ": " : "";

	if (trouble->act == REPAIR_WAIT) {
		tell_waiting(announcer, trouble);
		return;
	}
	logger_write_about(announcer->given.logger, LOGGER_ERROR, &about, "%s%s%s%s%s. %s%s%s",
	                   trouble->words, of, trouble->what, by, trouble->who, words_of(trouble),
	                   person ? " See firewalld's log, then: " : "",
	                   person ? trouble->advice : "");
	record_event(announcer->given.record,
	             repair_is_flush(trouble->trouble) ? EVENT_FLUSHED : EVENT_FIREWALLD_FAILED,
	             NULL, "%s%s%s%s%s", trouble->words, of, trouble->what, by, trouble->who);
	if (person)
		notify_status(announcer->given.notifier, "firewalld is broken: see the log");
	else
		note_repair(announcer, trouble);
}

static void describe_waiting(char *out, size_t size, size_t n)
{
	snprintf(
	    out, size,
	    ", and %zu cannot be: %s until firewalld's files are in order, for want of %s zone "
	    "or policy",
	    n, n == 1 ? "it waits" : "they wait", n == 1 ? "its" : "their");
}

/* What of mail is back in a firewalld that has failed, and what is not. */
static void tell_made_do(struct announcer *announcer, const struct makeshift_outcome *outcome)
{
	const struct logger_fields about = {.occasion = announcer->failed_us};
	size_t n_restored = outcome->n_restored + outcome->n_moved;
	char waiting[128] = "", moved[128] = "";

	if (outcome->n_waiting)
		describe_waiting(waiting, sizeof(waiting), outcome->n_waiting);
	if (outcome->n_moved)
		snprintf(moved, sizeof(moved),
		         " (%zu of them in zone %s, in the place of their own)", outcome->n_moved,
		         outcome->zone);
	logger_write_about(announcer->given.logger,
	                   outcome->n_waiting ? LOGGER_ERROR : LOGGER_WARNING, &about,
	                   "%zu restored into the stock configuration that firewalld uses%s%s",
	                   n_restored, moved, waiting);
	record_event(announcer->given.record, EVENT_REPAIR, NULL,
	             "%zu items were put back into a firewalld in state FAILED%s, %zu wait",
	             n_restored, moved, outcome->n_waiting);
}

/* It is over, and whose doing that was. */
static void tell_repaired(struct announcer *announcer, const struct news_repaired *repaired)
{
	const struct logger_fields about = {.occasion = repaired->since_us};
	const char *end = repair_end(repaired->trouble);
	const char *but = repaired->whole ? "" : ", but for what is left as it is,";
	const char *by = repaired->ours ? "repaired by the guard" : "repaired by somebody else";

	announcer->repaired_at_us = clock_now_us();
	logger_write_about(announcer->given.logger, LOGGER_NOTICE, &about, "%s%s after %lld ms, %s",
	                   end, but, (long long)(repaired->took_us / 1000), by);
	record_event(announcer->given.record, EVENT_REPAIR, NULL, "%s%s after %lld ms, %s", end,
	             but, (long long)(repaired->took_us / 1000), by);
}

/* What has the timeout, and what takes its timer away. */
static int pending_words(const struct news_pending *pending, char **text, char **command)
{
	_cleanup_builder_ struct builder removal = BUILDER_NULL;
	int r;

	if (pending->item)
		item_add_command(&removal, "remove", pending->item, false);
	else
		trait_add_removal(&removal, pending->zone, pending->trait);
	r = builder_take(&removal, command);
	if (r < 0)
		return r;
	return pending->item ? item_format(text, pending->item)
	                     : trait_format(text, pending->zone, pending->trait);
}

/* No reload gets through while an item has a timeout, or would. */
static void tell_pending(struct announcer *announcer, const struct news_pending *pending)
{
	/* opened again for as long it is another one */
	const struct logger_fields about = {.occasion = pending->until_us};
	const char *issue = fault_issue(FAULT_TIMED_RELOAD);
	const char *why = pending->why ? pending->why : "";
	/* it may let in or keep out */
	bool either = pending->item &&
	              (pending->item->kind == ITEM_RULE || pending->item->kind == ITEM_ICMP_BLOCK);
	const char *is = either ? "is there" : "is open", *ends = either ? "removes" : "closes";
	_cleanup_free_ char *text = NULL, *command = NULL;
	char left[TIMESPEC_TEXT_MAX];

	if (pending_words(pending, &text, &command) < 0)
		return;
	timespec_format_duration(pending->until_us - clock_now_us(), left);
	if (pending->act == NEWS_PENDING_HELD) {
		logger_write_about(
		    announcer->given.logger, LOGGER_NOTICE, &about,
		    "%s %s for %s, and the guard %s it then, in firewalld's place: "
		    "a reload of firewalld %s with a --timeout pending would break off (%s)",
		    text, is, left, ends, pending->version, issue);
		record_event(announcer->given.record, EVENT_AT_RISK, pending->item,
		             "%s %s for %s, and the guard %s it, not firewalld %s (%s)", text, is,
		             left, ends, pending->version, issue);
		return;
	}
	logger_write_about(
	    announcer->given.logger, LOGGER_WARNING, &about,
	    "%s has a --timeout of %s more. A reload of firewalld %s before its end breaks "
	    "off, and then no new connection gets in (%s)%s%s. Do not reload before, or "
	    "remove it first: " TEXT_COMMAND,
	    text, left, pending->version, issue,
	    pending->why ? "; the guard could not take it over: " : "", why, command);
	record_event(announcer->given.record, EVENT_AT_RISK, pending->item,
	             "a reload of firewalld %s in the next %s breaks off, since %s has a --timeout "
	             "(%s); fix: " TEXT_COMMAND,
	             pending->version, left, text, issue, command);
}

/* --- wipes ------------------------------------------------------------------------------- */

static void say_silent(const struct announcer *announcer, char buffer[CAUSE_WORDS_SIZE])
{
	const char *failed = failed_reload(announcer);

	snprintf(buffer, CAUSE_WORDS_SIZE,
	         "a loss that firewalld did not announce: what was runtime only is gone, and "
	         "neither a reload nor a removal was heard%s%.250s%s",
	         *failed ? "; before it, " : "", failed, *failed ? " failed" : "");
}

/* Is this wipe what a repair of the guard's own has come to? */
static bool of_repair(const struct announcer *announcer, const struct news_wipe *wipe)
{
	int64_t end_us = announcer->repaired_at_us ? announcer->repaired_at_us
	                                           : announcer->repair_at_us + REPAIR_US;

	return announcer->repair_at_us && wipe->n_reloads <= 1 &&
	       (wipe->kind == WIPE_RELOAD || wipe->kind == WIPE_RESTART) &&
	       wipe->at_us >= announcer->repair_at_us && wipe->at_us <= end_us;
}

/** announcer_cause() - what happened, in words */
void announcer_cause(const struct announcer *announcer, const struct news_wipe *wipe,
                     char buffer[CAUSE_WORDS_SIZE])
{
	if (of_repair(announcer, wipe)) {
		snprintf(buffer, CAUSE_WORDS_SIZE, "%s", announcer->repair);
		return;
	}
	if (attribution_cause(announcer->given.attribution, wipe->kind, wipe->n_reloads, buffer))
		return;
	switch (wipe->kind) {
	case WIPE_REQUIRE:
		snprintf(buffer, CAUSE_WORDS_SIZE, "items under `require` were missing");
		break;
	case WIPE_SILENT:
		say_silent(announcer, buffer);
		break;
	case WIPE_RELOAD:
	case WIPE_RESTART:
	case WIPE_REBOOT:
	case WIPE_UNKNOWN:
	case WIPE_BY_HAND:
	case WIPE_NETWORK_MANAGER:
	case WIPE_N_KINDS:
		snprintf(buffer, CAUSE_WORDS_SIZE,
		         "items were missing, though nobody was seen to remove them");
		break;
	}
}

/* firewalld is wiped again and again; @cause: of the last time. */
static void tell_breaker(struct announcer *announcer, const char *cause)
{
	const int minutes = (int)(PACE_WINDOW_US / 60000000);

	logger_write(
	    announcer->given.logger, LOGGER_ERROR,
	    "firewalld is reloaded or restarted again and again, more than %d times in %d "
	    "minutes (the last: %s). Restoring goes on at a slower pace. `reload-guard history "
	    "--kind reloads` shows the causes, `reload-guard persist` makes reloads harmless.",
	    PACE_LIMIT, minutes, cause);
	record_event(
	    announcer->given.record, EVENT_BREAKER, NULL,
	    "reloaded or restarted more than %d times in %d minutes: restoring at a slower pace",
	    PACE_LIMIT, minutes);
}

/* firewalld takes nothing from us; said once until it does again. */
static void tell_denied(struct announcer *announcer)
{
	if (announcer->told_lockdown)
		return;
	announcer->told_lockdown = true;
	logger_write(
	    announcer->given.logger, LOGGER_ERROR,
	    "firewalld is in lockdown and lets the guard change nothing, so what was lost stays "
	    "closed. Add the guard to /etc/firewalld/lockdown-whitelist.xml (<command "
	    "name=\"%s*\"/>, or <user id=\"0\"/> for root) and reload firewalld, or end the "
	    "lockdown: firewall-cmd --lockdown-off. The guard keeps trying.",
	    program_invocation_name);
	record_event(announcer->given.record, EVENT_LOCKDOWN, NULL,
	             "firewalld is in lockdown and lets the guard change nothing");
}

/** announcer_default_zone() - say in the log and the history who set it */
void announcer_default_zone(struct announcer *announcer, const char *zone)
{
	char words[CAUSE_WORDS_SIZE];

	if (!attribution_cause(announcer->given.attribution, WIPE_UNKNOWN, 0, words))
		snprintf(words, sizeof(words), "default zone set to %.64s (by whom is unknown)",
		         zone);
	logger_write(announcer->given.logger, LOGGER_NOTICE, "%s", words);
	record_event(announcer->given.record, EVENT_DEFAULT_ZONE, NULL, "%s", words);
}

/*
 * Who asked for it; "" when that is not known. firewalld takes longer to remove an item
 * than it takes to look the caller up, so nothing has to wait.
 */
static void who_removed(const struct announcer *announcer, const struct item *item,
                        char out[CAUSE_WORDS_SIZE])
{
	(void)attribution_remover(
	    announcer->given.attribution, item,
	    firewall_is_default_zone(engine_wanted(announcer->given.engine), item->zone), out);
}

/* An item was removed, and by whom. */
static void tell_removal(struct announcer *announcer, const struct news *news)
{
	const struct item *item = news->item;
	_cleanup_free_ char *text = NULL;
	char *name[1];
	struct strv names = {.strings = name, .n = 1};
	const struct logger_fields fields = {.kind = LOGGER_KIND_REMOVED, .items = &names};
	char who[CAUSE_WORDS_SIZE];

	if (item_format(&text, item) < 0)
		return;
	name[0] = text;
	if (news->timed) {
		logger_write(announcer->given.logger, LOGGER_INFO, "%s ended with its timeout",
		             text);
		record_event(announcer->given.record, EVENT_EXPIRED, item,
		             "%s ended with its timeout", text);
		return;
	}
	who_removed(announcer, item, who);
	/* what goes on for ever was said once */
	logger_write_about(announcer->given.logger, news->is_slow ? LOGGER_DEBUG : LOGGER_NOTICE,
	                   &fields, "%s was removed on purpose%s%s%s", text, *who ? " by " : "",
	                   who,
	                   scope_requires(&announcer->given.config->scope, item)
	                       ? ", but is required: it will be restored"
	                       : ": it will not be restored");
	record_event(announcer->given.record, EVENT_INTENT_REMOVED, item,
	             "%s was removed on purpose%s%s", text, *who ? " by " : "", who);
}

/* Once: a required item goes missing again and again, and who removes it. */
static void tell_fight(struct announcer *announcer, const struct item *item)
{
	const int minutes = (int)(PACE_WINDOW_US / 60000000);
	_cleanup_free_ char *text = NULL;
	char who[CAUSE_WORDS_SIZE];

	if (item_format(&text, item) < 0)
		return;
	who_removed(announcer, item, who);
	logger_write(announcer->given.logger, LOGGER_ERROR,
	             "%s %s again and again, more than %d times in %d minutes%s%s. It is required "
	             "and comes back, from now on at a slower pace. Stop what removes it, or "
	             "remove it from `require`.",
	             text, *who ? "is removed" : "goes missing", PACE_ITEM_LIMIT, minutes,
	             *who ? ", the last time by " : "", who);
	record_event(announcer->given.record, EVENT_BREAKER, item,
	             "%s %s more than %d times in %d minutes%s%s: restored at a slower pace", text,
	             *who ? "was removed" : "went missing", PACE_ITEM_LIMIT, minutes,
	             *who ? ", the last time by " : "", who);
}

/* The items of one verdict, for a log line; long lists end with how many more there are. */
static void list_items(const struct loss *loss, enum loss_verdict verdict, char *buffer,
                       size_t size)
{
	size_t used = 0, left_out = 0;

	buffer[0] = '\0';
	for (size_t i = 0; i < loss->n; i++) {
		const struct item *item = &loss->rows[i].item;
		int n;

		if (loss->rows[i].verdict != verdict)
			continue;
		if (left_out || used + 64 > size) {
			left_out++;
			continue;
		}
		n = snprintf(buffer + used, size - used - 32, "%s%s/%s:%s", used ? ", " : "",
		             item->zone, item_kind_name(item->kind), item->value);
		used += (size_t)n < size - used - 32 ? (size_t)n : size - used - 33;
	}
	if (left_out)
		snprintf(buffer + used, size - used, " and %zu more", left_out);
}

/* What the fields of a line name; without memory the line is all. */
static void name_items(const struct loss *loss, enum loss_verdict verdict, struct strv *out)
{
	for (size_t i = 0; i < loss->n; i++) {
		char *text = NULL;

		if (loss->rows[i].verdict != verdict)
			continue;
		if (item_format(&text, &loss->rows[i].item) < 0 || strv_add_take(out, text) < 0)
			return;
	}
}

static enum logger_kind kind_of(enum loss_verdict verdict)
{
	switch (verdict) {
	case LOSS_LOST:
	case LOSS_REQUIRED:
	case LOSS_UNATTRIBUTED:
	case LOSS_UNPROTECTED:
		return LOGGER_KIND_LOST;
	case LOSS_REMOVED:
	case LOSS_CLAIMED:
	case LOSS_RELEASED:
		return LOGGER_KIND_REMOVED;
	case LOSS_EXPIRED:
	case LOSS_BAN:
	case LOSS_THEIRS:
	case LOSS_N_VERDICTS:
		break;
	}
	return LOGGER_KIND_NONE;
}

static void log_items(struct announcer *announcer, int64_t wipe, const struct loss *loss,
                      enum loss_verdict verdict, enum logger_level level, const char *words,
                      const char *advice)
{
	_cleanup_strv_ struct strv names = STRV_NULL;
	struct logger_fields fields = {.kind = kind_of(verdict), .wipe = wipe, .items = &names};
	size_t n = loss_count(loss, verdict);
	char items[1024];

	if (n == 0)
		return;
	list_items(loss, verdict, items, sizeof(items));
	name_items(loss, verdict, &names);
	logger_write_about(announcer->given.logger, level, &fields, "%s (%zu): %s%s%s", words, n,
	                   items, *advice ? "; " : "", advice);
}

/* --- a zone that was taken away ----------------------------------------------------------- */

static bool went_with_its_zone(const struct firewall *now, const struct loss_row *row)
{
	return row->verdict == LOSS_REMOVED && !item_policy_name(row->item.zone) &&
	       !item_ipset_name(row->item.zone) && !item_direct_family(row->item.zone) &&
	       !strv_contains(&now->zones, row->item.zone);
}

/* Where that comes in now which came into the zone. */
static const char *zone_after(const struct firewall *now, const struct loss *loss, const char *zone)
{
	for (size_t i = 0; i < loss->n; i++) {
		const struct item *item = &loss->rows[i].item;
		const struct firewall_entry *at = firewall_bound_elsewhere(now, item);

		if (item->kind == ITEM_INTERFACE && at && strcmp(item->zone, zone) == 0)
			return at->item.zone;
	}
	return now->default_zone;
}

/* What opens it there, unless that lets it in already. Return: 0 or -ENOMEM. */
static int add_opening(struct builder *out, const struct firewall *now, const struct loss *loss,
                       const struct item *item)
{
	const char *zone = zone_after(now, loss, item->zone);
	_cleanup_item_ struct item moved = ITEM_NULL;
	int r;

	if ((item->kind != ITEM_SERVICE && item->kind != ITEM_PORT) || !zone ||
	    firewall_lets_in(now, item, zone))
		return 0;
	r = item_init(&moved, zone, item->kind, item->value, NULL);
	if (r != 0)
		return r < 0 ? r : 0;
	item_add_command(out, "add", &moved, false);
	item_add_command(out, "add", &moved, true);
	return 0;
}

/* Nothing can be put back into it: what let clients in is to be opened where they come in now. */
static void tell_zones_gone(struct announcer *announcer, int64_t wipe, const struct loss *loss)
{
	const struct logger_fields fields = {.wipe = wipe};
	const struct firewall *now = engine_wanted(announcer->given.engine);
	_cleanup_builder_ struct builder commands = BUILDER_NULL, names = BUILDER_NULL;
	_cleanup_free_ char *command = NULL, *named = NULL;
	_cleanup_strv_ struct strv zones = STRV_NULL;
	int r = 0;

	for (size_t i = 0; i < loss->n && r == 0; i++) {
		if (!went_with_its_zone(now, &loss->rows[i]))
			continue;
		r = strv_add_once(&zones, loss->rows[i].item.zone);
		if (r == 0)
			r = add_opening(&commands, now, loss, &loss->rows[i].item);
	}
	builder_join_all(&names, ", ", &zones);
	if (r < 0 || builder_take(&commands, &command) < 0 || !*command ||
	    builder_take(&names, &named) < 0)
		return;
	logger_write_about(
	    announcer->given.logger, LOGGER_WARNING, &fields,
	    "Taken out of the permanent configuration, and all that was in it with it: zone %s. "
	    "To open what it let in where its packets come in now: " TEXT_COMMAND,
	    named, command);
}

/* What was lost, and what the guard makes of it. */
static void tell_loss(struct announcer *announcer, const struct news *news)
{
	const struct loss *loss = news->loss;
	const struct episode *episode = news->episode;
	const bool restore = announcer->given.config->restore;
	int64_t wipe = episode ? episode->wipe_id : 0;
	char words[CAUSE_WORDS_SIZE + 16];

	snprintf(words, sizeof(words), "%s; lost",
	         episode && episode->cause ? episode->cause : "items were missing");
	log_items(announcer, wipe, loss, LOSS_LOST, LOGGER_WARNING, words,
	          restore ? "restoring" : "not restored: restore = no");
	log_items(announcer, wipe, loss, LOSS_REQUIRED,
	          news->is_old ? LOGGER_DEBUG : LOGGER_WARNING, "required and missing",
	          restore ? "restoring" : "not restored: restore = no");
	log_items(announcer, wipe, loss, LOSS_UNATTRIBUTED, LOGGER_WARNING,
	          "gone since the guard last looked, and nobody can tell why",
	          "lost: `reload-guard restore`; meant: `reload-guard release ITEM`");
	log_items(announcer, wipe, loss, LOSS_REMOVED, LOGGER_NOTICE,
	          "not restored, because somebody removed it from the permanent configuration", "");
	tell_zones_gone(announcer, wipe, loss);
	log_items(announcer, wipe, loss, LOSS_CLAIMED, LOGGER_NOTICE,
	          "stays where it is, because somebody bound it to another zone meanwhile", "");
	log_items(announcer, wipe, loss, LOSS_RELEASED, LOGGER_NOTICE,
	          "not restored, because it was released", "");
	log_items(announcer, wipe, loss, LOSS_EXPIRED, LOGGER_INFO,
	          "not restored, because its time was over", "");
	log_items(announcer, wipe, loss, LOSS_UNPROTECTED, LOGGER_NOTICE,
	          "lost, and not for the guard to restore", "");
}

/* --- the end of a wipe ------------------------------------------------------------------- */

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

/* How much of what a wipe took is back. */
static void tell_ended(struct announcer *announcer, const struct episode *episode, bool old_news)
{
	size_t wanted =
	    loss_count(&episode->loss, LOSS_LOST) + loss_count(&episode->loss, LOSS_REQUIRED);
	size_t restored = count_restored(episode);
	_cleanup_strv_ struct strv names = STRV_NULL;
	const struct logger_fields fields = {
	    .kind = LOGGER_KIND_RESTORED, .wipe = episode->wipe_id, .items = &names};

	name_restored(episode, &names);
	if (restored)
		logger_write_about(
		    announcer->given.logger, old_news ? LOGGER_DEBUG : LOGGER_NOTICE, &fields,
		    "restored %zu of %zu in %lld ms, read back from firewalld", restored, wanted,
		    (long long)((last_restored_us(episode) - episode->at_us) / 1000));
	if (restored)
		announcer->told_lockdown = false;
	snprintf(announcer->last_wipe, sizeof(announcer->last_wipe),
	         "last %s: %zu lost, %zu restored", wipe_kind_name(episode->kind), wanted,
	         restored);
}

/* An item could not be restored, and what brings it back then. */
static void tell_not_restored(struct announcer *announcer, const struct news *news)
{
	_cleanup_free_ char *text = NULL;
	char *name[1];
	const struct strv names = {.strings = name, .n = 1};
	const struct logger_fields fields = {
	    .kind = LOGGER_KIND_FAILED, .wipe = news->episode->wipe_id, .items = &names};

	if (item_format(&text, news->item) < 0)
		return;
	name[0] = text;
	logger_write_about(
	    announcer->given.logger, LOGGER_ERROR, &fields,
	    "%s could not be restored: %s. When that is fixed, type: reload-guard restore", text,
	    news->why ? news->why : "unknown error");
}

/* Something is bound to another zone now, by somebody's will. */
static void tell_moved(struct announcer *announcer, const struct item *from, const struct item *to)
{
	_cleanup_free_ char *text = NULL;

	if (item_format(&text, from) < 0)
		return;
	logger_write(announcer->given.logger, LOGGER_NOTICE,
	             "%s was bound to %s on purpose: it will not be restored", text, to->zone);
	record_event(announcer->given.record, EVENT_INTENT_REMOVED, from, "%s was bound to %s",
	             text, to->zone);
}

/* Is it open here, and not in that zone? */
static bool is_shut_in(const struct announcer *announcer, const struct item *item, const char *zone)
{
	const struct firewall *wanted = engine_wanted(announcer->given.engine);
	struct item there = {.zone = zone, .kind = item->kind, .value = item->value};
	char opened[ITEM_OPENED_MAX];

	return item_opens(item, opened) > 0 && firewall_target(wanted, zone) != TARGET_ACCEPT &&
	       !firewall_has(wanted, &there, FIREWALL_RUNTIME) &&
	       scope_protects(&announcer->given.config->scope, wanted, item);
}

/* Of what is open in @from, as far as it has room. Return: whether there is any. */
static bool list_shut(const struct announcer *announcer, const char *from, const char *to,
                      char *buffer, size_t size)
{
	const struct firewall *wanted = engine_wanted(announcer->given.engine);
	size_t used = 0;

	for (size_t i = firewall_first(wanted, from, ITEM_SERVICE); i < wanted->n; i++) {
		const struct item *item = &wanted->entries[i].item;

		if (strcmp(item->zone, from) != 0)
			break;
		if (used < size && (wanted->entries[i].flags & FIREWALL_RUNTIME) &&
		    is_shut_in(announcer, item, to))
			used += (size_t)snprintf(buffer + used, size - used, "%s%s",
			                         used ? ", " : "", item->value);
	}
	return used > 0;
}

/* A wipe has brought an interface where it is permanently: away from what was open for it. */
static void tell_loaded(struct announcer *announcer, const struct item *interface, const char *from)
{
	char shut[512];

	if (!from || strcmp(from, interface->zone) == 0 ||
	    !list_shut(announcer, from, interface->zone, shut, sizeof(shut)))
		return;
	logger_write(announcer->given.logger, LOGGER_WARNING,
	             "%s went from zone %s to zone %s, where it is permanently; open in %s and not "
	             "in %s: %s. To fix it: reload-guard check",
	             interface->value, from, interface->zone, from, interface->zone, shut);
	record_event(announcer->given.record, EVENT_MOVED, interface,
	             "%s went from zone %s to zone %s; open in %s and not in %s: %s",
	             interface->value, from, interface->zone, from, interface->zone, shut);
}

/* Somebody is trusted for a while, or, made permanent, for good. */
static void tell_trusted(struct announcer *announcer, const struct news *news)
{
	const struct item *item = news->item;
	const struct store_trust *trust = news->trust;
	char until[TIMESPEC_TEXT_MAX], left[TIMESPEC_TEXT_MAX];

	timespec_format_iso(trust->until_us, until);
	timespec_format_duration(trust->until_us - clock_now_us(), left);
	if (news->stays)
		logger_write(announcer->given.logger, LOGGER_WARNING,
		             "%s was trusted until %s and was made permanent: nobody ends it. To "
		             "end it: firewall-cmd --permanent --zone=" TRUST_ZONE
		             " --remove-source=%s && reload-guard trust --end %s",
		             item->value, until, item->value, item->value);
	else
		logger_write(announcer->given.logger, LOGGER_NOTICE,
		             "%s is trusted until %s%s%s; then the guard ends it", item->value,
		             until, trust->note ? ": " : "", trust->note ? trust->note : "");
	record_event(announcer->given.record, EVENT_TRUSTED, item, "%s is trusted for %s%s%s",
	             item->value, news->stays ? "good" : left, trust->note ? ": " : "",
	             trust->note ? trust->note : "");
}

/** announcer_mistakes() - the configuration has mistakes, or none any more */
void announcer_mistakes(struct announcer *announcer, bool any)
{
	announcer->mistakes = any;
	if (!any)
		return;
	logger_write(announcer->given.logger, LOGGER_WARNING,
	             "the configuration has mistakes. The guard goes on without them. Fix them, "
	             "then type: systemctl reload reload-guard");
	record_event(announcer->given.record, EVENT_CONFIG, NULL,
	             "the configuration has mistakes: reload-guard --check-config");
}

/** announcer_status() - one line for who asks the service manager */
void announcer_status(struct announcer *announcer)
{
	const struct engine *engine = announcer->given.engine;
	size_t bare, n, n_bans = engine_n_open_bans(engine);
	char bans[64] = "";

	if (scope_count_protected(&announcer->given.config->scope, engine_wanted(engine), &n,
	                          &bare) < 0)
		return; /* what was said last stays */
	if (n_bans)
		snprintf(bans, sizeof(bans), "; %zu lost bans still to be restored", n_bans);
	notify_status(announcer->given.notifier,
	              "guarding %zu services and ports, %zu of them runtime only%s%s%s%s", n, bare,
	              announcer->last_wipe[0] ? "; " : "", announcer->last_wipe, bans,
	              announcer->mistakes ? "; mistakes in the configuration" : "");
}

/** announcer_hear() - say what the engine tells, as far as it is for people */
void announcer_hear(struct announcer *announcer, const struct news *news)
{
	switch (news->kind) {
	case NEWS_LOST:
		tell_loss(announcer, news);
		break;
	case NEWS_ENDED:
		tell_ended(announcer, news->episode, news->is_old);
		break;
	case NEWS_FAILED:
		tell_not_restored(announcer, news);
		break;
	case NEWS_FIGHT:
		tell_fight(announcer, news->item);
		break;
	case NEWS_BREAKER:
		tell_breaker(announcer, news->why);
		break;
	case NEWS_DENIED:
		tell_denied(announcer);
		break;
	case NEWS_UNREAD:
		logger_write(announcer->given.logger, LOGGER_WARNING,
		             "firewalld could not be read: %s; trying again", news->why);
		break;
	case NEWS_SKIPPED:
		logger_write(announcer->given.logger, LOGGER_WARNING,
		             "not understood and not guarded: %zu of firewalld's entries; the "
		             "first: %s",
		             news->n, news->why);
		break;
	case NEWS_STATE:
		tell_state(announcer, news->state);
		break;
	case NEWS_TROUBLE:
		tell_trouble(announcer, news->trouble);
		break;
	case NEWS_REPAIRED:
		tell_repaired(announcer, news->repaired);
		break;
	case NEWS_MADE_DO:
		tell_made_do(announcer, news->made_do);
		break;
	case NEWS_PENDING:
		tell_pending(announcer, news->pending);
		break;
	case NEWS_REMOVED:
		if (news->is_protected)
			tell_removal(announcer, news);
		break;
	case NEWS_MOVED:
		tell_moved(announcer, news->item, news->to);
		break;
	case NEWS_LOADED:
		tell_loaded(announcer, news->item, news->from);
		break;
	case NEWS_TRUSTED:
		tell_trusted(announcer, news);
		break;
	case NEWS_IDLE:
	case NEWS_SETTLED:
		announcer_status(announcer);
		break;
	case NEWS_CLOSED:
	case NEWS_ADDED:
	case NEWS_PERMANENT:
	case NEWS_ABSORBED:
	case NEWS_QUIET:
	case NEWS_PLANNED:
	case NEWS_JUDGED:
	case NEWS_UNKNOWN:
	case NEWS_OVER:
		break;
	}
}
