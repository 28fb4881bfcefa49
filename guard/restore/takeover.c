// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/restore/takeover.h"

#include "guard/model/fault.h"
#include "guard/model/rule/standin.h"
#include "guard/system/host/clock.h"

#include <errno.h>

/* A rule that stands in goes after so long at the latest, whoever was killed meanwhile. */
#define COVER_US 30000000

/* What ends so soon is not worth it. */
#define SOON_US 1000000

/* So many at a time: firewalld answers others, too, while there is a flood of them. */
#define HOLDS_MAX 8

struct hold {
	struct takeover *owner;
	struct item item, cover;
	int64_t until_us;
	bool covers;                           /* the cover is ours to take away */
	bool expects_removed, expects_added;   /* our own calls' signals */
	bool stuck;                            /* firewalld did not take it out, nor its timer */
	struct firewalld_op *op, *removing_op; /* under way */
	struct hold *next;
};

struct takeover {
	struct takeover_options given;
	struct hold *holds;
	unsigned n_holds;
	bool resumed;            /* what a guard before this one had taken out is back */
	struct firewall waiting; /* to be taken over, as soon as fewer are under way */
	struct firewall told;    /* that it was told of, and its end */
};

/* --- the list of them ---------------------------------------------------------------------- */

static void hold_free(struct hold *hold)
{
	struct hold **link = &hold->owner->holds;

	while (*link && *link != hold)
		link = &(*link)->next;
	if (*link)
		*link = hold->next;
	hold->owner->n_holds--;
	firewalld_cancel(hold->op);
	firewalld_cancel(hold->removing_op);
	item_deinit(&hold->item);
	item_deinit(&hold->cover);
	free(hold);
}

/* @cover: taken over; ITEM_NULL: nothing has to stand in */
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
	takeover->n_holds++;
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
                 enum news_pending_act act, const char *why)
{
	const struct news_pending pending = {
	    .item = item,
	    .until_us = until_us,
	    .act = act,
	    .version = firewalld_version(takeover->given.fw),
	    .why = why,
	};

	news_tell(takeover->given.listener, NEWS_PENDING, .pending = &pending);
}

static void forget_told(struct takeover *takeover, int64_t now_us)
{
	for (size_t i = 0; i < takeover->told.n; i++)
		if (takeover->told.entries[i].until_us <= now_us)
			takeover->told.entries[i].flags = 0;
	firewall_sweep(&takeover->told);
}

/* Of a flood of rules one stands for all. */
static bool has_told_of_a_rule(const struct takeover *takeover)
{
	for (size_t i = 0; i < takeover->told.n; i++)
		if (takeover->told.entries[i].item.kind == ITEM_RULE)
			return true;
	return false;
}

/* Once for each time that it is opened. */
static void tell_once(struct takeover *takeover, const struct item *item, int64_t until_us,
                      enum news_pending_act act, const char *why)
{
	struct firewall_entry *told;
	bool one_of_many;

	forget_told(takeover, clock_now_us());
	one_of_many = item->kind == ITEM_RULE && has_told_of_a_rule(takeover);
	told = firewall_find(&takeover->told, item);
	if (told && told->until_us == until_us)
		return;
	if (firewall_put(&takeover->told, item, &told) == 0) {
		told->flags = FIREWALL_RUNTIME;
		told->until_us = until_us;
	}
	if (!one_of_many)
		tell(takeover, item, until_us, act, why);
}

/* --- one takeover, step by step ------------------------------------------------------------ */

static void go_on(struct takeover *takeover);

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
	go_on(takeover);
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
	struct tracker *tracker = takeover->given.tracker;

	hold->op = NULL;
	hold->expects_added = false;
	if (result == FIREWALLD_E_ALREADY && hold->stuck) {
		(void)!tracker_added(tracker, &hold->item, 0, hold->until_us);
		tell_once(takeover, &hold->item, hold->until_us, NEWS_PENDING_FAILED,
		          "firewalld does not take it out");
	} else if (result == 0 || result == FIREWALLD_E_ALREADY) {
		/* in want of memory it is found by reading */
		(void)!tracker_added(tracker, &hold->item, FIREWALL_GUARD_TIMED, hold->until_us);
		tell_once(takeover, &hold->item, hold->until_us, NEWS_PENDING_HELD, NULL);
	} else if (result != FIREWALLD_E_GONE) {
		keep_cover(hold);
		tell_once(takeover, &hold->item, hold->until_us, NEWS_PENDING_FAILED,
		          err_text(err, result));
	}
	uncover(hold);
	changed(takeover);
	go_on(takeover);
}

static void on_removed(int result, const struct err *err, void *userdata)
{
	struct hold *hold = userdata;

	/* was it not there, it is added all the same; the answer to that tells */
	(void)err;
	hold->removing_op = NULL;
	hold->expects_removed = false;
	hold->stuck = result != 0 && result != FIREWALLD_E_NOT_ENABLED;
}

/* On record as the guard's to end, and as out for a moment: to be put back by whoever follows. */
static int record_exchange(const struct hold *hold)
{
	struct tracker *tracker = hold->owner->given.tracker;
	int r = tracker_added(tracker, &hold->item, FIREWALL_GUARD_TIMED, hold->until_us);

	return r == 0 ? tracker_owed(tracker, &hold->item) : r;
}

static void put_back(struct hold *hold)
{
	hold->expects_added = true;
	if (firewalld_add(hold->owner->given.fw, &hold->op, &hold->item, on_added, hold) != 0)
		hold_free(hold);
}

/* firewalld does one after the other, and nothing else in between. */
static void exchange(struct hold *hold)
{
	struct takeover *takeover = hold->owner;

	if (record_exchange(hold) < 0) {
		uncover(hold);
		return;
	}
	changed(takeover);
	hold->expects_removed = true;
	if (firewalld_remove(takeover->given.fw, &hold->removing_op, &hold->item, on_removed,
	                     hold) == 0)
		put_back(hold);
	else
		hold_free(hold); /* it went, and its timer with it */
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
		tell_once(takeover, &hold->item, entry->until_us, NEWS_PENDING_FAILED,
		          err_text(err, result));
		drop_cover(hold);
		hold_free(hold);
	}
	go_on(takeover);
}

static void begin(struct hold *hold)
{
	struct takeover *takeover = hold->owner;
	struct tracker *tracker = takeover->given.tracker;
	const struct firewall_entry *there =
	    hold->cover.value ? firewall_find(&tracker->wanted, &hold->cover) : NULL;
	int64_t end_us = clock_now_us() + COVER_US;

	/* by somebody's will, and for longer than we need it */
	if (!hold->cover.value ||
	    (there && (there->flags & FIREWALL_RUNTIME) && !there->until_us)) {
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

static bool is_at_fault(const struct takeover *takeover)
{
	return fault_has(FAULT_TIMED_RELOAD, firewalld_version(takeover->given.fw));
}

static void take(struct takeover *takeover, const struct firewall_entry *entry)
{
	_cleanup_item_ struct item cover = ITEM_NULL;
	int r = may_take_over(takeover) ? standin_for(&cover, &entry->item) : STANDIN_E_NONE;
	struct hold *hold;

	if (r == STANDIN_E_NONE)
		tell_once(takeover, &entry->item, entry->until_us, NEWS_PENDING_LEFT, NULL);
	if (r != 0 && r != STANDIN_E_NEEDLESS)
		return;
	hold = hold_new(takeover, entry, &cover);
	if (hold)
		begin(hold);
}

/* The next ones of those that wait. */
static void go_on(struct takeover *takeover)
{
	const struct tracker *tracker = takeover->given.tracker;

	while (takeover->n_holds < HOLDS_MAX && takeover->waiting.n) {
		struct firewall_entry *last = &takeover->waiting.entries[takeover->waiting.n - 1];
		const struct firewall_entry *entry = firewall_find(&tracker->wanted, &last->item);

		firewall_drop(&takeover->waiting, &last->item);
		if (entry && is_pending(entry, clock_now_us()) && !tracker->wanted.panic &&
		    !find(takeover, &entry->item))
			take(takeover, entry);
	}
}

/** takeover_opened() - an item is in the runtime, maybe for a time */
void takeover_opened(struct takeover *takeover, const struct item *item)
{
	struct firewall_entry *entry;

	if (takeover->given.tracker->from_store || !is_at_fault(takeover) ||
	    firewall_put(&takeover->waiting, item, &entry) < 0)
		return; /* found by the next look */
	go_on(takeover);
}

/* Of what is wanted, that for which @is says so; in want of memory some, the rest the next time. */
static void collect(struct firewall *out, const struct firewall *wanted,
                    bool (*is)(const struct firewall_entry *entry, int64_t now_us))
{
	int64_t now_us = clock_now_us();
	struct firewall_entry *entry;

	for (size_t i = 0; i < wanted->n; i++)
		if (is(&wanted->entries[i], now_us) &&
		    firewall_put(out, &wanted->entries[i].item, &entry) == 0)
			entry->until_us = wanted->entries[i].until_us;
}

static bool is_taken_out(const struct firewall_entry *entry, int64_t now_us)
{
	return (entry->flags & FIREWALL_OWED) && (entry->flags & FIREWALL_GUARD_TIMED) &&
	       entry->until_us > now_us;
}

/* A guard before this one was stopped while it had something out, which is put back. */
static void resume(struct takeover *takeover)
{
	_cleanup_firewall_ struct firewall out = FIREWALL_NULL;
	struct item no_cover = ITEM_NULL;

	takeover->resumed = true;
	collect(&out, &takeover->given.tracker->wanted, is_taken_out);
	for (size_t i = 0; i < out.n; i++) {
		struct hold *hold = hold_new(takeover, &out.entries[i], &no_cover);

		if (hold)
			put_back(hold);
	}
}

/** takeover_look() - what was opened for a time while that could not be taken over yet */
void takeover_look(struct takeover *takeover)
{
	const struct firewall *wanted = &takeover->given.tracker->wanted;

	if (!firewalld_is_present(takeover->given.fw) || wanted->panic)
		return;
	if (!takeover->resumed)
		resume(takeover);
	if (!is_at_fault(takeover))
		return;
	collect(&takeover->waiting, wanted, is_pending);
	go_on(takeover);
}

/** takeover_trait() - what is no item is there for a time; @event: FIREWALLD_EVENT_TRAIT */
void takeover_trait(const struct takeover *takeover, const struct firewalld_event *event)
{
	const struct news_pending pending = {
	    .zone = event->zone,
	    .trait = event->trait,
	    .until_us = event->at_us + INT64_C(1000000) * event->timeout_s,
	    .act = NEWS_PENDING_LEFT,
	    .version = firewalld_version(takeover->given.fw),
	};

	if (is_at_fault(takeover))
		news_tell(takeover->given.listener, NEWS_PENDING, .pending = &pending);
}

/** takeover_gone() - firewalld went, and its timers with it */
void takeover_gone(struct takeover *takeover)
{
	while (takeover->holds) {
		drop_cover(takeover->holds);
		hold_free(takeover->holds);
	}
	takeover->resumed = false;
	firewall_deinit(&takeover->waiting);
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
	firewall_deinit(&takeover->waiting);
	firewall_deinit(&takeover->told);
	free(takeover);
}
