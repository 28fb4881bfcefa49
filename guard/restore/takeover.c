// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/restore/takeover.h"

#include "guard/model/fault.h"
#include "guard/system/host/clock.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* A rule that stands in goes after so long at the latest, whoever was killed meanwhile. */
#define COVER_US 30000000

/* What ends so soon is not worth it. */
#define SOON_US 1000000

struct hold {
	struct takeover *owner;
	struct item item, cover;
	int64_t until_us;
	bool covers;                           /* the cover is ours to take away */
	bool expects_removed, expects_added;   /* our own calls' signals */
	struct firewalld_op *op, *removing_op; /* under way */
	struct hold *next;
};

struct takeover {
	struct takeover_options given;
	struct hold *holds;
	struct firewall told; /* what is left to firewalld, and its end */
};

/* --- what lets in the same ----------------------------------------------------------------- */

static int cover_port(char *out, size_t size, const char *kind, const char *value)
{
	const char *slash = strchr(value, '/');

	return slash ? snprintf(out, size, "rule %s port=\"%.*s\" protocol=\"%s\" accept", kind,
	                        (int)(slash - value), value, slash + 1)
	             : -1;
}

/* Return: 0; -ENOENT where there is no such rule; -ENOMEM. */
static int cover_of(struct item *out, const struct item *item)
{
	char rule[ITEM_OPENED_MAX + 64];
	int n = -1;

	if (item_policy_name(item->zone))
		return -ENOENT;
	if (item->kind == ITEM_SERVICE)
		n = snprintf(rule, sizeof(rule), "rule service name=\"%s\" accept", item->value);
	else if (item->kind == ITEM_PORT)
		n = cover_port(rule, sizeof(rule), "port", item->value);
	else if (item->kind == ITEM_SOURCE_PORT)
		n = cover_port(rule, sizeof(rule), "source-port", item->value);
	else if (item->kind == ITEM_PROTOCOL)
		n = snprintf(rule, sizeof(rule), "rule protocol value=\"%s\" accept", item->value);
	if (n < 0 || (size_t)n >= sizeof(rule))
		return -ENOENT;
	n = item_init(out, item->zone, ITEM_RULE, rule, NULL);
	return n > 0 ? -ENOENT : n;
}

/* --- the list of them ---------------------------------------------------------------------- */

static void hold_free(struct hold *hold)
{
	struct hold **link = &hold->owner->holds;

	while (*link && *link != hold)
		link = &(*link)->next;
	if (*link)
		*link = hold->next;
	firewalld_cancel(hold->op);
	firewalld_cancel(hold->removing_op);
	item_deinit(&hold->item);
	item_deinit(&hold->cover);
	free(hold);
}

static struct hold *hold_new(struct takeover *takeover, const struct firewall_entry *entry,
                             struct item *cover)
{
	struct hold *hold = calloc(1, sizeof(*hold));

	if (!hold || item_copy(&hold->item, &entry->item) < 0) {
		free(hold);
		return NULL;
	}
	hold->owner = takeover;
	hold->cover = *cover;
	*cover = ITEM_NULL;
	hold->until_us = entry->until_us;
	hold->next = takeover->holds;
	takeover->holds = hold;
	return hold;
}

static struct hold *find(const struct takeover *takeover, const struct item *item)
{
	struct hold *hold = takeover->holds;

	while (hold && item_cmp(&hold->item, item) != 0)
		hold = hold->next;
	return hold;
}

/* --- telling ------------------------------------------------------------------------------- */

static void tell(struct takeover *takeover, const struct item *item, int64_t until_us,
                 enum listener_pending_act act, const char *why)
{
	const struct listener_pending pending = {
	    .item = item,
	    .until_us = until_us,
	    .act = act,
	    .version = firewalld_version(takeover->given.fw),
	    .why = why,
	};

	listener_tell(takeover->given.listener, pending, &pending);
}

/* Once for each time that it is opened; of a flood of rules one stands for all. */
static void tell_left(struct takeover *takeover, const struct firewall_entry *entry,
                      enum listener_pending_act act, const char *why)
{
	struct firewall_entry *told;
	int64_t now_us = clock_now_us();
	bool many = false;

	for (size_t i = 0; i < takeover->told.n && entry->item.kind == ITEM_RULE; i++)
		many |= takeover->told.entries[i].item.kind == ITEM_RULE &&
		        takeover->told.entries[i].until_us > now_us;
	for (size_t i = 0; i < takeover->told.n; i++)
		if (takeover->told.entries[i].until_us <= now_us)
			takeover->told.entries[i].flags = 0;
	firewall_sweep(&takeover->told);
	told = firewall_find(&takeover->told, &entry->item);
	if (told && told->until_us == entry->until_us)
		return;
	if (firewall_put(&takeover->told, &entry->item, &told) == 0) {
		told->flags = FIREWALL_RUNTIME;
		told->until_us = entry->until_us;
	}
	if (!many)
		tell(takeover, &entry->item, entry->until_us, act, why);
}

/* --- one takeover, step by step ------------------------------------------------------------ */

static void changed(struct takeover *takeover)
{
	takeover->given.on_changed(takeover->given.userdata);
}

static void drop_cover(struct hold *hold)
{
	/* in want of memory expiry takes it away */
	if (hold->covers)
		(void)!tracker_removed(hold->owner->given.tracker, &hold->cover);
}

static void on_uncovered(int result, const struct err *err, void *userdata)
{
	struct hold *hold = userdata;
	struct takeover *takeover = hold->owner;

	(void)err;
	hold->op = NULL;
	/* else expiry tries again, at the end that it has */
	if (result == 0 || result == FIREWALLD_E_NOT_ENABLED)
		drop_cover(hold);
	hold_free(hold);
	changed(takeover);
}

static void uncover(struct hold *hold)
{
	if (hold->covers && firewalld_remove(hold->owner->given.fw, &hold->op, &hold->cover,
	                                     on_uncovered, hold) == 0)
		return;
	if (!firewalld_is_present(hold->owner->given.fw))
		drop_cover(hold); /* it went with it */
	hold_free(hold);
}

/* It is shut but for its cover, which stays as long as it was meant to. */
static void keep_cover(struct hold *hold)
{
	struct tracker *tracker = hold->owner->given.tracker;

	if (!hold->covers || tracker_owed(tracker, &hold->item) < 0 ||
	    tracker_added(tracker, &hold->cover, FIREWALL_GUARD_TIMED, hold->until_us) < 0)
		return;
	hold->covers = false;
}

static void on_added(int result, const struct err *err, void *userdata)
{
	struct hold *hold = userdata;
	struct takeover *takeover = hold->owner;

	hold->op = NULL;
	hold->expects_added = false;
	if (result == 0 || result == FIREWALLD_E_ALREADY) {
		tell(takeover, &hold->item, hold->until_us, LISTENER_PENDING_HELD, NULL);
	} else if (result != FIREWALLD_E_GONE) {
		keep_cover(hold);
		tell(takeover, &hold->item, hold->until_us, LISTENER_PENDING_FAILED,
		     err_text(err, result));
	}
	uncover(hold);
	changed(takeover);
}

static void on_removed(int result, const struct err *err, void *userdata)
{
	struct hold *hold = userdata;

	(void)result; /* was it not there, it is added all the same; the answer to that tells */
	(void)err;
	hold->removing_op = NULL;
	hold->expects_removed = false;
}

/* firewalld does one after the other, and nothing else in between. */
static void exchange(struct hold *hold)
{
	struct takeover *takeover = hold->owner;
	struct firewalld *fw = takeover->given.fw;

	if (tracker_added(takeover->given.tracker, &hold->item, FIREWALL_GUARD_TIMED,
	                  hold->until_us) < 0) {
		uncover(hold);
		return;
	}
	changed(takeover);
	hold->expects_removed = hold->expects_added = true;
	if (firewalld_remove(fw, &hold->removing_op, &hold->item, on_removed, hold) != 0)
		hold_free(hold); /* it went, and its timer with it */
	else if (firewalld_add(fw, &hold->op, &hold->item, on_added, hold) != 0)
		hold_free(hold);
}

static bool is_pending(const struct firewall_entry *entry, int64_t now_us)
{
	return (entry->flags & FIREWALL_RUNTIME) && !(entry->flags & FIREWALL_GUARD_TIMED) &&
	       entry->until_us > now_us + SOON_US;
}

static void on_covered(int result, const struct err *err, void *userdata)
{
	struct hold *hold = userdata;
	struct takeover *takeover = hold->owner;
	const struct firewall_entry *entry =
	    firewall_find(&takeover->given.tracker->wanted, &hold->item);

	hold->op = NULL;
	if (result == FIREWALLD_E_GONE || !entry || !is_pending(entry, clock_now_us())) {
		uncover(hold); /* somebody has removed it just now, or it is over */
	} else if (result == 0 || result == FIREWALLD_E_ALREADY) {
		hold->until_us = entry->until_us;
		exchange(hold);
	} else {
		tell_left(takeover, entry, LISTENER_PENDING_FAILED, err_text(err, result));
		drop_cover(hold);
		hold_free(hold);
	}
}

static void begin(struct hold *hold)
{
	struct takeover *takeover = hold->owner;
	struct tracker *tracker = takeover->given.tracker;
	const struct firewall_entry *there = firewall_find(&tracker->wanted, &hold->cover);
	int64_t end_us = clock_now_us() + COVER_US;

	/* by somebody's will, and for longer than we need it */
	if (there && (there->flags & FIREWALL_RUNTIME) && !there->until_us) {
		exchange(hold);
		return;
	}
	hold->covers = tracker_added(tracker, &hold->cover, FIREWALL_GUARD_TIMED,
	                             end_us < hold->until_us ? end_us : hold->until_us) == 0;
	/* on record before it is there */
	if (hold->covers)
		changed(takeover);
	if (!hold->covers ||
	    firewalld_add(takeover->given.fw, &hold->op, &hold->cover, on_covered, hold) != 0) {
		drop_cover(hold);
		hold_free(hold);
	}
}

static bool may_take_over(const struct takeover *takeover)
{
	return takeover->given.config->repair && takeover->given.config->restore;
}

/** takeover_opened() - an item is in the runtime, maybe for a time */
void takeover_opened(struct takeover *takeover, const struct item *item)
{
	const struct tracker *tracker = takeover->given.tracker;
	const struct firewall_entry *entry = firewall_find(&tracker->wanted, item);
	_cleanup_item_ struct item cover = ITEM_NULL;
	struct hold *hold;

	if (!entry || !is_pending(entry, clock_now_us()) || tracker->from_store ||
	    tracker->wanted.panic || find(takeover, item) ||
	    !fault_has(FAULT_TIMED_RELOAD, firewalld_version(takeover->given.fw)))
		return;
	if (!may_take_over(takeover) || cover_of(&cover, item) < 0) {
		tell_left(takeover, entry, LISTENER_PENDING_LEFT, NULL);
		return;
	}
	hold = hold_new(takeover, entry, &cover);
	if (hold)
		begin(hold);
}

/** takeover_look() - what was opened for a time while that could not be taken over yet */
void takeover_look(struct takeover *takeover)
{
	const struct firewall *wanted = &takeover->given.tracker->wanted;
	_cleanup_firewall_ struct firewall pending = FIREWALL_NULL;
	int64_t now_us = clock_now_us();
	struct firewall_entry *entry;

	if (!firewalld_is_present(takeover->given.fw) ||
	    !fault_has(FAULT_TIMED_RELOAD, firewalld_version(takeover->given.fw)))
		return;
	for (size_t i = 0; i < wanted->n; i++)
		if (is_pending(&wanted->entries[i], now_us) &&
		    firewall_put(&pending, &wanted->entries[i].item, &entry) < 0)
			return; /* the next time */
	for (size_t i = 0; i < pending.n; i++)
		takeover_opened(takeover, &pending.entries[i].item);
}

/** takeover_gone() - firewalld went, and its timers with it */
void takeover_gone(struct takeover *takeover)
{
	while (takeover->holds) {
		drop_cover(takeover->holds);
		hold_free(takeover->holds);
	}
	firewall_deinit(&takeover->told);
}

/**
 * takeover_hears() - is it what our own calls have come to, and nobody's will?
 * @event: FIREWALLD_EVENT_ITEM_ADDED or FIREWALLD_EVENT_ITEM_REMOVED
 */
bool takeover_hears(struct takeover *takeover, const struct firewalld_event *event)
{
	const bool added = event->type == FIREWALLD_EVENT_ITEM_ADDED;

	for (struct hold *hold = takeover->holds; hold; hold = hold->next) {
		if (hold->covers && item_cmp(&hold->cover, event->item) == 0)
			return true;
		if (item_cmp(&hold->item, event->item) != 0)
			continue;
		if (!added && hold->expects_removed) {
			hold->expects_removed = false;
			return true;
		}
		if (added && hold->expects_added && !hold->expects_removed && !event->timeout_s) {
			hold->expects_added = false;
			/* a reading that is under way may have missed it */
			return tracker_added(takeover->given.tracker, &hold->item,
			                     FIREWALL_GUARD_TIMED, hold->until_us) == 0;
		}
	}
	return false;
}

/**
 * takeover_new() - one that holds nothing
 * @out:     written on success alone; release with takeover_free()
 * @options: copied
 *
 * Return: 0 or -ENOMEM.
 */
int takeover_new(struct takeover **out, const struct takeover_options *options)
{
	struct takeover *takeover = calloc(1, sizeof(*takeover));

	if (!takeover)
		return -ENOMEM;
	takeover->given = *options;
	*out = takeover;
	return 0;
}

/** takeover_free() - what is under way is on record; NULL is fine */
void takeover_free(struct takeover *takeover)
{
	if (!takeover)
		return;
	while (takeover->holds)
		hold_free(takeover->holds);
	firewall_deinit(&takeover->told);
	free(takeover);
}
