// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What was opened for a time: after a wipe the guard puts it back with no timeout
 * of firewalld's (law 7), so it is the guard who ends it.
 */
#include "guard/watch/watcher-internal.h"

#include "guard/system/host/clock.h"

/* The clock may be set, so a long wait is cut into pieces. */
#define EXPIRY_LOOK_MS 30000

static void on_expired(int result, const struct err *err, void *userdata)
{
	struct item_call *expiry = userdata;
	struct watcher *watcher = expiry->watcher;
	struct firewall_entry *entry;
	_cleanup_free_ char *text = NULL;

	if (item_format(&text, &expiry->item) < 0)
		text = NULL;
	if (result == 0 || result == FIREWALLD_E_NOT_ENABLED) {
		/* the signal has told it already, unless it was gone before */
		restorer_forget(watcher->cycle.restorer, &expiry->item);
		if (tracker_removed(&watcher->tracker, &expiry->item) < 0)
			watcher_out_of_memory(watcher);
		watcher_store_if_dirty(watcher);
	} else {
		if (result != FIREWALLD_E_GONE)
			logger_write(watcher->logger, LOGGER_WARNING,
			             "%s could not be closed at the end of its time: %s; trying "
			             "again",
			             text ? text : "an item", err_text(err, result));
		/* it is still open, and still ours to close */
		entry = firewall_find(&watcher->tracker.wanted, &expiry->item);
		if (entry)
			entry->flags |= FIREWALL_GUARD_TIMED;
	}
	item_call_free(expiry);
	expiry_plan(watcher);
}

static void expire(struct watcher *watcher, struct firewall_entry *entry)
{
	struct item_call *expiry = item_call_new(watcher, &entry->item);

	if (expiry && firewalld_remove(watcher->fw, NULL, &expiry->item, on_expired, expiry) == 0)
		/* not a second time while the answer is on its way */
		entry->flags &= ~(unsigned)FIREWALL_GUARD_TIMED;
	else
		item_call_free(expiry);
}

/** expiry_due() - the timer: take away what is over */
void expiry_due(void *userdata)
{
	struct watcher *watcher = userdata;
	struct firewall *wanted = &watcher->tracker.wanted;
	int64_t now_us = clock_now_us();

	for (size_t i = 0; watcher->present && i < wanted->n; i++)
		if ((wanted->entries[i].flags & FIREWALL_GUARD_TIMED) &&
		    wanted->entries[i].until_us <= now_us)
			expire(watcher, &wanted->entries[i]);
	expiry_plan(watcher);
}

/** expiry_plan() - wake up when the next item has to go */
void expiry_plan(struct watcher *watcher)
{
	int64_t until_us, delay_ms;

	if (tracker_next_end(&watcher->tracker, &until_us) < 0) {
		loop_timer_stop(watcher->expiry_timer);
		return;
	}
	delay_ms = (until_us - clock_now_us()) / 1000 + 1;
	if (delay_ms < 1)
		delay_ms = watcher->present ? 1000 : EXPIRY_LOOK_MS; /* it was tried just now */
	if (delay_ms > EXPIRY_LOOK_MS)
		delay_ms = EXPIRY_LOOK_MS;
	loop_timer_set(watcher->expiry_timer, delay_ms);
}
