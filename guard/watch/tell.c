// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the log says of a wipe and of what it took.
 */
#include "guard/watch/watcher-internal.h"

#include <stdio.h>

/** tell_wipe() - what happened, in words; Return: @buffer */
const char *tell_wipe(const struct watcher *watcher, char buffer[TELL_WIPE_SIZE])
{
	const struct cycle *cycle = &watcher->cycle;

	if (cycle->unfinished.n) {
		snprintf(buffer, TELL_WIPE_SIZE, "the guard was interrupted after a %s",
		         wipe_kind_name(cycle->kind));
		return buffer;
	}
	if (attribution_cause(watcher->attribution, cycle->kind, cycle->n_reloads, buffer))
		return buffer;
	switch (cycle->kind) {
	case WIPE_REQUIRE:
		snprintf(buffer, TELL_WIPE_SIZE, "items under `require` were missing");
		break;
	case WIPE_SILENT:
		snprintf(buffer, TELL_WIPE_SIZE,
		         "a wipe that nobody told of: what was in the runtime alone is gone, and "
		         "neither a reload nor a removal was heard");
		break;
	case WIPE_RELOAD:
	case WIPE_RESTART:
	case WIPE_REBOOT:
	case WIPE_UNKNOWN:
	case WIPE_BY_HAND:
	case WIPE_N_KINDS:
		snprintf(buffer, TELL_WIPE_SIZE,
		         "items were missing, and nobody was seen to remove them");
		break;
	}
	return buffer;
}

/** tell_default_zone() - say in the log and the history who set it */
void tell_default_zone(struct watcher *watcher, const char *zone)
{
	char words[CAUSE_WORDS_SIZE];

	if (!attribution_cause(watcher->attribution, WIPE_UNKNOWN, 0, words))
		snprintf(words, sizeof(words), "default zone set to %.64s, by whom is unknown",
		         zone);
	journal_write(watcher->journal, JOURNAL_NOTICE, "%s", words);
	record_event(watcher->record, "default-zone", "%s", words);
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

static void log_items(struct watcher *watcher, const struct loss *loss, enum loss_verdict verdict,
                      enum journal_level level, const char *words, const char *advice)
{
	size_t n = loss_count(loss, verdict);
	char items[1024];

	if (n == 0)
		return;
	list_items(loss, verdict, items, sizeof(items));
	journal_write(watcher->journal, level, "%s (%zu): %s%s%s", words, n, items,
	              *advice ? "; " : "", advice);
}

/** tell_loss() - say in the log what was lost, and what the guard makes of it */
void tell_loss(struct watcher *watcher, const struct loss *loss)
{
	const struct episode *episode = watcher->cycle.episode;
	char words[TELL_WIPE_SIZE + 16], wipe[TELL_WIPE_SIZE];

	snprintf(words, sizeof(words), "%s; lost",
	         episode && episode->cause ? episode->cause : tell_wipe(watcher, wipe));
	log_items(watcher, loss, LOSS_LOST, JOURNAL_WARNING, words,
	          watcher->config.restore ? "restoring" : "not restored: restore = no");
	log_items(watcher, loss, LOSS_REQUIRED, JOURNAL_WARNING, "required and missing",
	          watcher->config.restore ? "restoring" : "not restored: restore = no");
	log_items(watcher, loss, LOSS_UNATTRIBUTED, JOURNAL_WARNING,
	          "gone since the guard last looked, and nobody can tell why",
	          "`reload-guard restore` brings back what was lost, `reload-guard release ITEM` "
	          "says that it was meant");
	log_items(watcher, loss, LOSS_REMOVED, JOURNAL_NOTICE,
	          "stays away, it was taken out of the permanent configuration", "");
	log_items(watcher, loss, LOSS_CLAIMED, JOURNAL_NOTICE,
	          "stays where it is, somebody has bound it to another zone meanwhile", "");
	log_items(watcher, loss, LOSS_RELEASED, JOURNAL_NOTICE, "stays away, it was released", "");
	log_items(watcher, loss, LOSS_EXPIRED, JOURNAL_INFO, "stays away, its time was over", "");
	log_items(watcher, loss, LOSS_UNPROTECTED, JOURNAL_NOTICE,
	          "lost and not restored by the guard", "");
}
