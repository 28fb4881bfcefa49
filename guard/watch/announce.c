// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the log says of a wipe and of what it took.
 */
#include "guard/watch/watcher-internal.h"

#include "guard/system/host/clock.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* What a reload that failed is held responsible for: the guard looks at once. */
#define FAILED_RELOAD_US (60 * INT64_C(1000000))

/**
 * announce_failed_reload() - who called for a reload that failed just now
 *
 * Return: the words; "" when there was none.
 */
const char *announce_failed_reload(const struct watcher *watcher)
{
	return watcher->failed_reload_us &&
	               clock_monotonic_us() - watcher->failed_reload_us < FAILED_RELOAD_US
	           ? watcher->failed_reload
	           : "";
}

static void say_silent(const struct watcher *watcher, char buffer[ANNOUNCE_WIPE_SIZE])
{
	const char *failed = announce_failed_reload(watcher);

	snprintf(buffer, ANNOUNCE_WIPE_SIZE,
	         "a wipe that nobody told of: what was in the runtime alone is gone, and neither "
	         "a reload nor a removal was heard%s%.250s%s",
	         *failed ? "; before it, " : "", failed, *failed ? " came to nothing" : "");
}

/** announce_wipe() - what happened, in words; Return: @buffer */
const char *announce_wipe(const struct watcher *watcher, char buffer[ANNOUNCE_WIPE_SIZE])
{
	const struct cycle *cycle = &watcher->cycle;

	if (cycle->unfinished.n) {
		snprintf(buffer, ANNOUNCE_WIPE_SIZE, "the guard was interrupted after a %s",
		         wipe_kind_name(cycle->kind));
		return buffer;
	}
	if (attribution_cause(watcher->attribution, cycle->kind, cycle->n_reloads, buffer))
		return buffer;
	switch (cycle->kind) {
	case WIPE_REQUIRE:
		snprintf(buffer, ANNOUNCE_WIPE_SIZE, "items under `require` were missing");
		break;
	case WIPE_SILENT:
		say_silent(watcher, buffer);
		break;
	case WIPE_RELOAD:
	case WIPE_RESTART:
	case WIPE_REBOOT:
	case WIPE_UNKNOWN:
	case WIPE_BY_HAND:
	case WIPE_N_KINDS:
		snprintf(buffer, ANNOUNCE_WIPE_SIZE,
		         "items were missing, and nobody was seen to remove them");
		break;
	}
	return buffer;
}

/** announce_lockdown() - firewalld takes nothing from us; said once until it does again */
void announce_lockdown(struct watcher *watcher)
{
	if (watcher->told_lockdown)
		return;
	watcher->told_lockdown = true;
	logger_write(watcher->logger, LOGGER_ERROR,
	             "firewalld is in lockdown and lets the guard change nothing, so what was lost "
	             "stays closed; put the guard on the list in "
	             "/etc/firewalld/lockdown-whitelist.xml (<command name=\"%s*\"/>, or "
	             "<user id=\"0\"/> for root) and reload firewalld, or end it: firewall-cmd "
	             "--lockdown-off; it is tried again and again",
	             program_invocation_name);
	record_event(watcher->record, EVENT_LOCKDOWN, NULL,
	             "firewalld is in lockdown and lets the guard change nothing");
}

/** announce_default_zone() - say in the log and the history who set it */
void announce_default_zone(struct watcher *watcher, const char *zone)
{
	char words[CAUSE_WORDS_SIZE];

	if (!attribution_cause(watcher->attribution, WIPE_UNKNOWN, 0, words))
		snprintf(words, sizeof(words), "default zone set to %.64s, by whom is unknown",
		         zone);
	logger_write(watcher->logger, LOGGER_NOTICE, "%s", words);
	record_event(watcher->record, EVENT_DEFAULT_ZONE, NULL, "%s", words);
}

/*
 * Who asked for it; "" when that is not known. firewalld takes longer to remove an item
 * than it takes to look the caller up, so nothing has to wait.
 */
static void who_removed(const struct watcher *watcher, const struct item *item,
                        char out[CAUSE_WORDS_SIZE])
{
	const char *default_zone = watcher->tracker.wanted.default_zone;

	(void)attribution_remover(watcher->attribution, item,
	                          default_zone && strcmp(default_zone, item->zone) == 0, out);
}

static bool is_slow(const struct watcher *watcher, const struct item *item)
{
	return pace_items_is_slow(&watcher->required, item, clock_monotonic_us());
}

/** announce_is_old_news() - nothing but what goes missing again and again, which was said once */
bool announce_is_old_news(const struct watcher *watcher, const struct loss *loss)
{
	for (size_t i = 0; i < loss->n; i++)
		if (loss->rows[i].verdict != LOSS_REQUIRED ||
		    !is_slow(watcher, &loss->rows[i].item))
			return false;
	return loss->n > 0;
}

/** announce_removal() - say in the log and the history that an item was removed, and by whom */
void announce_removal(struct watcher *watcher, const struct item *item, bool timed)
{
	_cleanup_free_ char *text = NULL;
	char *name[1];
	struct strv names = {.strings = name, .n = 1};
	const struct logger_fields fields = {.kind = LOGGER_KIND_REMOVED, .items = &names};
	char who[CAUSE_WORDS_SIZE];

	if (item_format(&text, item) < 0)
		return;
	name[0] = text;
	if (timed) {
		logger_write(watcher->logger, LOGGER_INFO, "%s ended with its timeout", text);
		record_event(watcher->record, EVENT_EXPIRED, item, "%s ended with its timeout",
		             text);
		return;
	}
	who_removed(watcher, item, who);
	/* what goes on for ever was said once */
	logger_write_about(
	    watcher->logger, is_slow(watcher, item) ? LOGGER_DEBUG : LOGGER_NOTICE, &fields,
	    "%s was removed on purpose%s%s%s", text, *who ? " by " : "", who,
	    scope_requires(&watcher->config.scope, item) ? ", but is required: it will be put back"
	                                                 : ": it will not be restored");
	record_event(watcher->record, EVENT_INTENT_REMOVED, item, "%s was removed on purpose%s%s",
	             text, *who ? " by " : "", who);
}

/** announce_fight() - say once that a required item goes missing again and again, and who removes
 * it */
void announce_fight(struct watcher *watcher, const struct item *item)
{
	const int minutes = (int)(PACE_WINDOW_US / 60000000);
	_cleanup_free_ char *text = NULL;
	char who[CAUSE_WORDS_SIZE];

	if (item_format(&text, item) < 0)
		return;
	who_removed(watcher, item, who);
	logger_write(watcher->logger, LOGGER_ERROR,
	             "%s %s again and again, more than %d times in %d minutes%s%s; it is required "
	             "and comes back, but at a slower pace from now on: end what removes it, or "
	             "take it out of `require`",
	             text, *who ? "is removed" : "goes missing", PACE_ITEM_LIMIT, minutes,
	             *who ? ", the last time by " : "", who);
	record_event(watcher->record, EVENT_BREAKER, item,
	             "%s %s more than %d times in %d minutes%s%s: put back at a slower pace", text,
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
	case LOSS_N_VERDICTS:
		break;
	}
	return LOGGER_KIND_NONE;
}

static void log_items(struct watcher *watcher, const struct loss *loss, enum loss_verdict verdict,
                      enum logger_level level, const char *words, const char *advice)
{
	const struct episode *episode = watcher->cycle.episode;
	_cleanup_strv_ struct strv names = STRV_NULL;
	struct logger_fields fields = {
	    .kind = kind_of(verdict), .wipe = episode ? episode->wipe_id : 0, .items = &names};
	size_t n = loss_count(loss, verdict);
	char items[1024];

	if (n == 0)
		return;
	list_items(loss, verdict, items, sizeof(items));
	name_items(loss, verdict, &names);
	logger_write_about(watcher->logger, level, &fields, "%s (%zu): %s%s%s", words, n, items,
	                   *advice ? "; " : "", advice);
}

/** announce_loss() - say in the log what was lost, and what the guard makes of it */
void announce_loss(struct watcher *watcher, const struct loss *loss)
{
	const struct episode *episode = watcher->cycle.episode;
	char words[ANNOUNCE_WIPE_SIZE + 16], wipe[ANNOUNCE_WIPE_SIZE];

	snprintf(words, sizeof(words), "%s; lost",
	         episode && episode->cause ? episode->cause : announce_wipe(watcher, wipe));
	log_items(watcher, loss, LOSS_LOST, LOGGER_WARNING, words,
	          watcher->config.restore ? "restoring" : "not restored: restore = no");
	log_items(watcher, loss, LOSS_REQUIRED,
	          announce_is_old_news(watcher, loss) ? LOGGER_DEBUG : LOGGER_WARNING,
	          "required and missing",
	          watcher->config.restore ? "restoring" : "not restored: restore = no");
	log_items(watcher, loss, LOSS_UNATTRIBUTED, LOGGER_WARNING,
	          "gone since the guard last looked, and nobody can tell why",
	          "`reload-guard restore` brings back what was lost, `reload-guard release ITEM` "
	          "says that it was meant");
	log_items(watcher, loss, LOSS_REMOVED, LOGGER_NOTICE,
	          "stays away, it was taken out of the permanent configuration", "");
	log_items(watcher, loss, LOSS_CLAIMED, LOGGER_NOTICE,
	          "stays where it is, somebody has bound it to another zone meanwhile", "");
	log_items(watcher, loss, LOSS_RELEASED, LOGGER_NOTICE, "stays away, it was released", "");
	log_items(watcher, loss, LOSS_EXPIRED, LOGGER_INFO, "stays away, its time was over", "");
	log_items(watcher, loss, LOSS_UNPROTECTED, LOGGER_NOTICE,
	          "lost and not restored by the guard", "");
}
