// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/restore/tracker.h"

#include "guard/model/portspace.h"

#include <errno.h>
#include <string.h>

/* What belongs to the life of an item in the runtime, and ends with it. */
#define RUNTIME_FLAGS                                                                              \
	(FIREWALL_RUNTIME | FIREWALL_WITHDRAWN | FIREWALL_GUARD_TIMED | FIREWALL_EDITED |          \
	 FIREWALL_JOINED | FIREWALL_OWED | FIREWALL_UNHEARD | FIREWALL_GOING)

/** tracker_deinit() - release everything; the result is TRACKER_NULL and usable */
void tracker_deinit(struct tracker *tracker)
{
	firewall_deinit(&tracker->wanted);
	firewall_deinit(&tracker->heard);
	firewall_deinit(&tracker->heard_since);
	*tracker = TRACKER_NULL;
}

/** tracker_nothing_before() - it was asked what was meant before: nothing */
void tracker_nothing_before(struct tracker *tracker)
{
	tracker->unasked = false;
	firewall_deinit(&tracker->heard_since);
}

static void forget_runtime(struct tracker *tracker, struct firewall_entry *entry)
{
	if (!(entry->flags & RUNTIME_FLAGS))
		return;
	entry->flags &= ~(unsigned)RUNTIME_FLAGS;
	entry->until_us = 0;
	tracker->dirty = true;
}

/* Of ports also a part. */
static int take_out(struct tracker *tracker, const struct item *item)
{
	struct firewall_entry *entry;

	if (portspace_cut(&tracker->wanted, item) < 0)
		return -ENOMEM;
	for (size_t at = 0; (entry = portspace_next(&tracker->wanted, item, &at));)
		forget_runtime(tracker, entry);
	entry = portspace_after(&tracker->wanted, item);
	if (entry)
		entry->flags &= ~(unsigned)FIREWALL_JOINED;
	return 0;
}

/*
 * Of what was heard since this guard began, that counts. What is left without a flag is swept out
 * when the marks of what stands in are taken (makeshift_resume()).
 */
static int prefer_heard(struct tracker *tracker, struct firewall *now)
{
	struct firewall *wanted = &tracker->wanted, *heard = &tracker->heard_since;
	int r = portspace_align(heard, now);

	if (r == 0)
		r = portspace_align(heard, wanted);
	for (size_t i = 0; i < heard->n && r == 0; i++) {
		const struct item *item = &heard->entries[i].item;
		const struct firewall_entry *is = firewall_find(now, item);
		struct firewall_entry *entry;

		r = take_out(tracker, item);
		if (r == 0 && is && (is->flags & RUNTIME_FLAGS)) {
			r = firewall_put(wanted, item, &entry);
			if (r == 0) {
				entry->flags |= is->flags & RUNTIME_FLAGS;
				entry->until_us = is->until_us;
			}
		}
	}
	tracker->dirty |= heard->n > 0;
	tracker_nothing_before(tracker);
	return r;
}

/**
 * tracker_start_from_take() - begin with a stored snapshot
 * @snapshot:      taken over; FIREWALL_NULL afterwards
 * @same_instance: firewalld is the one that was running then, so timeouts and
 *                 withdrawals still hold
 *
 * Return: 0 or -ENOMEM.
 */
int tracker_start_from_take(struct tracker *tracker, struct firewall *snapshot, bool same_instance)
{
	_cleanup_firewall_ struct firewall now = tracker->wanted;

	tracker->wanted = *snapshot;
	*snapshot = FIREWALL_NULL;
	tracker->known = true;
	tracker->from_store = true;
	tracker->looked = false;
	tracker->dirty = false;
	/* an older guard stored ranges of ports one over the other */
	if (portspace_settle(&tracker->wanted) < 0)
		return -ENOMEM;
	/* A new firewalld has no timers of the old one; the ends themselves still count. */
	for (size_t i = 0; i < tracker->wanted.n && !same_instance; i++)
		tracker->wanted.entries[i].flags &= ~(unsigned)FIREWALL_GUARD_TIMED;
	return prefer_heard(tracker, &now);
}

/**
 * tracker_put_back() - the guard before this one has put these back, or was about to
 * @items: with the ends of their time
 *
 * Killed before the next snapshot, it has left items there that firewalld never ends.
 */
void tracker_put_back(struct tracker *tracker, const struct firewall *items)
{
	for (size_t i = 0; i < items->n; i++) {
		struct firewall_entry *entry =
		    firewall_find(&tracker->wanted, &items->entries[i].item);

		if (entry && entry->until_us && entry->until_us == items->entries[i].until_us)
			entry->flags |= FIREWALL_GUARD_TIMED;
	}
}

static int note_heard(struct tracker *tracker, const struct item *item)
{
	if (tracker->unasked && portspace_tile(&tracker->heard_since, item) < 0)
		return -ENOMEM;
	/* without a reading to be newer than, it would only grow, ban by ban */
	return tracker->reading ? portspace_tile(&tracker->heard, item) : 0;
}

/*
 * What some ports of a range have already stays: firewalld's own timer takes away those
 * that it is for.
 */
static void begin_runtime(struct firewall_entry *entry, bool part, unsigned flags, int64_t until_us)
{
	bool keeps_end = part && (entry->flags & FIREWALL_RUNTIME) && entry->until_us;

	if (keeps_end && (!until_us || entry->until_us < until_us)) {
		until_us = entry->until_us;
		flags = entry->flags & FIREWALL_GUARD_TIMED;
	}
	flags |= entry->flags & FIREWALL_JOINED;
	entry->flags = (entry->flags & ~(unsigned)RUNTIME_FLAGS) | FIREWALL_RUNTIME | flags;
	entry->until_us = until_us;
	entry->fresh = true;
}

/**
 * tracker_added() - an item was added to the runtime
 * @flags:    FIREWALL_GUARD_TIMED or 0
 * @until_us: the end of its timeout; 0: none
 *
 * Ports of a range that were there before are one range with the others from now on, as
 * firewalld has it (functions.py, coalescePortRange).
 *
 * Return: 0 or -ENOMEM.
 */
int tracker_added(struct tracker *tracker, const struct item *item, unsigned flags,
                  int64_t until_us)
{
	struct item_ports all, ports;
	struct firewall_entry *entry;
	bool part = item_ports(item, &all);

	if (note_heard(tracker, item) < 0 || portspace_tile(&tracker->wanted, item) < 0)
		return -ENOMEM;
	for (size_t at = 0; (entry = portspace_next(&tracker->wanted, item, &at));) {
		begin_runtime(entry, item_cmp(&entry->item, item) != 0, flags, until_us);
		if (part && item_ports(&entry->item, &ports) && ports.first > all.first)
			entry->flags |= FIREWALL_JOINED;
	}
	tracker->dirty = true;
	return 0;
}

/** tracker_removed() - an item was removed from the runtime, on purpose; Return: 0 or -ENOMEM */
int tracker_removed(struct tracker *tracker, const struct item *item)
{
	if (note_heard(tracker, item) < 0 || take_out(tracker, item) < 0)
		return -ENOMEM;
	firewall_sweep(&tracker->wanted);
	return 0;
}

/**
 * tracker_listed() - how firewalld lists the ports of an item that is in the runtime now
 *
 * Who sets the whole list of a policy may say a range beside its parts, or parts in the
 * place of a range: no port is added or removed by that, and yet it is listed otherwise.
 *
 * Return: 0 or -ENOMEM.
 */
int tracker_listed(struct tracker *tracker, const struct item *item)
{
	struct item_ports all, ports;
	struct firewall_entry *entry;

	if (!item_ports(item, &all))
		return 0;
	if (portspace_cut(&tracker->wanted, item) < 0)
		return -ENOMEM;
	for (size_t at = 0; (entry = portspace_next(&tracker->wanted, item, &at));) {
		bool joined = item_ports(&entry->item, &ports) && ports.first > all.first;

		if (!(entry->flags & FIREWALL_RUNTIME) ||
		    joined == !!(entry->flags & FIREWALL_JOINED))
			continue;
		if (note_heard(tracker, &entry->item) < 0)
			return -ENOMEM;
		entry->flags ^= FIREWALL_JOINED;
		tracker->dirty = true;
	}
	return 0;
}

/**
 * tracker_owed() - an item that is wanted could not be put back, or is out for a moment
 *
 * It is not there, and stays wanted, end and all, until somebody removes it.
 *
 * Return: 0 or -ENOMEM.
 */
int tracker_owed(struct tracker *tracker, const struct item *item)
{
	struct firewall_entry *entry;

	if (note_heard(tracker, item) < 0)
		return -ENOMEM;
	for (size_t at = 0; (entry = portspace_next(&tracker->wanted, item, &at));) {
		entry->flags = (entry->flags & ~(unsigned)FIREWALL_RUNTIME) | FIREWALL_OWED;
		tracker->dirty = true;
	}
	return 0;
}

/** tracker_claim() - firewalld was wiped: what is owed counts as lost with the rest */
void tracker_claim(struct tracker *tracker)
{
	for (size_t i = 0; i < tracker->wanted.n; i++) {
		struct firewall_entry *entry = &tracker->wanted.entries[i];

		if (!(entry->flags & FIREWALL_OWED))
			continue;
		entry->flags = (entry->flags & ~(unsigned)FIREWALL_OWED) | FIREWALL_RUNTIME;
		tracker->dirty = true;
	}
}

/** tracker_moved() - an interface or source is in this zone now, and in no other */
int tracker_moved(struct tracker *tracker, const struct item *item)
{
	for (size_t i = 0; i < tracker->wanted.n; i++) {
		struct firewall_entry *entry = &tracker->wanted.entries[i];

		if (entry->item.kind != item->kind || strcmp(entry->item.value, item->value) != 0 ||
		    item_cmp(&entry->item, item) == 0)
			continue;
		if (note_heard(tracker, &entry->item) < 0)
			return -ENOMEM;
		forget_runtime(tracker, entry);
	}
	firewall_sweep(&tracker->wanted);
	return tracker_added(tracker, item, 0, 0);
}

/**
 * tracker_edited() - somebody other than firewalld wrote a file without the item, or with it
 * @gone: without it; then it counts as neither lost nor removed
 *
 * What is in the runtime alone has no file to leave.
 *
 * Return: 0 or -ENOMEM.
 */
int tracker_edited(struct tracker *tracker, const struct item *item, bool gone)
{
	struct firewall_entry *entry;
	int r = portspace_cut(&tracker->wanted, item);

	for (size_t at = 0; r == 0 && (entry = portspace_next(&tracker->wanted, item, &at));) {
		unsigned flags = entry->flags & ~(unsigned)FIREWALL_EDITED;

		if (!(entry->flags & FIREWALL_RUNTIME))
			continue;
		if (gone && (entry->flags & (FIREWALL_PERMANENT | FIREWALL_EDITED)))
			flags |= FIREWALL_EDITED;
		tracker->dirty |= flags != entry->flags;
		entry->flags = flags;
	}
	return r;
}

/** tracker_default_zone() - Return: 0 or -ENOMEM */
int tracker_default_zone(struct tracker *tracker, const char *zone)
{
	const char *now = tracker->wanted.default_zone;

	if (now && strcmp(now, zone) == 0)
		return 0;
	tracker->dirty = true;
	return firewall_set_default_zone(&tracker->wanted, zone);
}

/**
 * tracker_default_zone_left() - another zone is going to be the default zone
 * @zone: the new one
 *
 * firewalld takes along the interfaces that were in the old one for want of another,
 * and does not say which these are: the next reading tells.
 */
void tracker_default_zone_left(struct tracker *tracker, const char *zone)
{
	const char *old = tracker->wanted.default_zone;

	if (!old || strcmp(old, zone) == 0)
		return;
	for (size_t i = 0; i < tracker->wanted.n; i++) {
		struct firewall_entry *entry = &tracker->wanted.entries[i];

		if (entry->item.kind == ITEM_INTERFACE && strcmp(entry->item.zone, old) == 0)
			forget_runtime(tracker, entry);
	}
	firewall_sweep(&tracker->wanted);
}

/** tracker_panic() - panic mode was switched */
void tracker_panic(struct tracker *tracker, bool on)
{
	tracker->dirty |= tracker->wanted.panic != on;
	tracker->wanted.panic = on;
}

/** tracker_reading_begins() - what is heard from now on may be newer than what is read */
void tracker_reading_begins(struct tracker *tracker)
{
	firewall_deinit(&tracker->heard);
	tracker->reading = true;
}

/* From here on the ports of all three are the same parts. */
static int align(struct tracker *tracker, struct firewall *reading)
{
	int r = portspace_align(&tracker->heard, &tracker->wanted);

	if (r == 0)
		r = portspace_align(&tracker->heard, reading);
	if (r == 0)
		r = portspace_align(&tracker->wanted, reading);
	return r;
}

/**
 * tracker_correct_reading() - let signals count that came while it was read
 * @reading: changed in place; its ports are in the same parts as what is wanted afterwards
 *
 * An older signal does no harm: then the answer says the same.
 *
 * Return: 0 or -ENOMEM.
 */
int tracker_correct_reading(struct tracker *tracker, struct firewall *reading)
{
	if (align(tracker, reading) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < tracker->heard.n; i++) {
		const struct item *item = &tracker->heard.entries[i].item;
		struct firewall_entry *entry;

		if (firewall_has(&tracker->wanted, item, FIREWALL_RUNTIME)) {
			if (firewall_put(reading, item, &entry) < 0)
				return -ENOMEM;
			entry->flags |= FIREWALL_RUNTIME;
			entry->flags |=
			    firewall_find(&tracker->wanted, item)->flags & FIREWALL_JOINED;
		} else {
			entry = firewall_find(reading, item);
			if (entry)
				entry->flags &= ~(unsigned)FIREWALL_RUNTIME;
		}
	}
	firewall_sweep(reading);
	portspace_keep_joins(reading, &tracker->wanted);
	return 0;
}

/**
 * tracker_keep_connections() - let what was known count of connections that tell nothing now
 * @reading: changed in place
 * @links:   what NetworkManager told; nothing, when it was not asked or did not answer
 *
 * A connection that is not active, or a NetworkManager that is away, says nothing of the
 * zone of an interface (law 2).
 *
 * Return: 0 or -ENOMEM.
 */
int tracker_keep_connections(const struct tracker *tracker, struct firewall *reading,
                             const struct networkmanager_links *links)
{
	for (size_t i = 0; i < tracker->wanted.n; i++) {
		const struct firewall_entry *known = &tracker->wanted.entries[i];
		struct firewall_entry *entry;

		if (!(known->flags & FIREWALL_CONNECTION) ||
		    networkmanager_links_have(links, known->item.value))
			continue;
		if (firewall_put(reading, &known->item, &entry) < 0)
			return -ENOMEM;
		entry->flags |= FIREWALL_PERMANENT | FIREWALL_CONNECTION;
	}
	return 0;
}

/* What was lost and will not be restored is not wanted any more. */
static void drop_what_stays_lost(struct tracker *tracker, const struct loss *loss)
{
	for (size_t i = 0; i < loss->n; i++) {
		struct firewall_entry *entry = firewall_find(&tracker->wanted, &loss->rows[i].item);

		if (entry && !loss_verdict_restores(loss->rows[i].verdict))
			forget_runtime(tracker, entry);
	}
}

/* What is to be restored is wanted, also if it never was there (`require`). */
static int want_what_is_restored(struct tracker *tracker, const struct loss *loss)
{
	for (size_t i = 0; i < loss->n; i++) {
		const struct loss_row *row = &loss->rows[i];
		struct firewall_entry *entry;

		if (!loss_verdict_restores(row->verdict))
			continue;
		if (firewall_put(&tracker->wanted, &row->item, &entry) < 0)
			return -ENOMEM;
		entry->flags |= FIREWALL_RUNTIME;
		if (row->verdict == LOSS_REQUIRED) {
			entry->until_us = 0;
			entry->flags &= ~(unsigned)FIREWALL_GUARD_TIMED;
		} else if (entry->until_us) {
			entry->flags |= FIREWALL_GUARD_TIMED;
		}
	}
	return 0;
}

/*
 * What a wipe loaded has no end of its time any more. At the guard's start the wipe
 * was earlier: then what is there, is not permanent and was put back by a guard is
 * what that guard had to end.
 */
static bool lost_its_end(const struct tracker *tracker, const struct firewall_entry *entry,
                         const struct firewall_entry *now)
{
	if (tracker->from_store && (entry->flags & FIREWALL_GUARD_TIMED) &&
	    !(now->flags & FIREWALL_PERMANENT))
		return false;
	return !firewall_find(&tracker->heard, &entry->item) &&
	       (entry->until_us ||
	        entry->flags & (FIREWALL_WITHDRAWN | FIREWALL_GUARD_TIMED | FIREWALL_EDITED));
}

/*
 * firewalld's own timer has run out, and yet it is there: it was opened anew while
 * nobody watched. Timers may be late, by far less than this.
 */
#define TIMER_LATE_US 1000000

static bool outlived_its_end(const struct firewall_entry *entry, int64_t now_us)
{
	return now_us && entry->until_us && !(entry->flags & FIREWALL_GUARD_TIMED) &&
	       entry->until_us + TIMER_LATE_US <= now_us;
}

/*
 * It came before this guard looked for the first time, and is not what was there when one looked
 * last: opened for a time, perhaps.
 */
static bool is_unheard(const struct tracker *tracker, const struct firewall_entry *entry,
                       const struct firewall_entry *now, bool came)
{
	return came && !tracker->looked && !entry->fresh && !entry->until_us &&
	       !(now->flags & FIREWALL_PERMANENT) && item_takes_timeout(&now->item);
}

/* Its zone or policy has left the permanent configuration, or has come back to it. */
static void absorb_going(struct tracker *tracker, struct firewall_entry *entry,
                         const struct firewall_entry *now, const struct tracker_absorb *options)
{
	unsigned going =
	    options->whole ? now->flags & FIREWALL_GOING : entry->flags & FIREWALL_GOING;
	bool is_news = going && !(entry->flags & (FIREWALL_GOING | FIREWALL_PERMANENT |
	                                          FIREWALL_WITHDRAWN | FIREWALL_EDITED));

	tracker->dirty |= (entry->flags & FIREWALL_GOING) != going;
	entry->flags = (entry->flags & ~(unsigned)FIREWALL_GOING) | going;
	if (is_news && options->on_permanent)
		options->on_permanent(&entry->item, true, options->userdata);
}

static int absorb_runtime(struct tracker *tracker, const struct tracker_absorb *options)
{
	const struct firewall *reading = options->reading;

	for (size_t i = 0; i < reading->n; i++) {
		struct firewall_entry *entry;
		bool was_there;

		if (!(reading->entries[i].flags & FIREWALL_RUNTIME))
			continue;
		if (firewall_put(&tracker->wanted, &reading->entries[i].item, &entry) < 0)
			return -ENOMEM;
		was_there = entry->flags & FIREWALL_RUNTIME;
		if (!was_there)
			tracker->dirty = true;
		entry->flags = (entry->flags & ~(unsigned)(FIREWALL_JOINED | FIREWALL_OWED)) |
		               FIREWALL_RUNTIME | (reading->entries[i].flags & FIREWALL_JOINED);
		if (options->after_wipe && lost_its_end(tracker, entry, &reading->entries[i])) {
			entry->until_us = 0;
			entry->flags &= ~(unsigned)(FIREWALL_WITHDRAWN | FIREWALL_GUARD_TIMED |
			                            FIREWALL_EDITED);
			tracker->dirty = true;
		}
		if (outlived_its_end(entry, options->now_us)) {
			entry->until_us = 0;
			was_there = false;
			tracker->dirty = true;
		}
		if (is_unheard(tracker, entry, &reading->entries[i],
		               options->after_wipe || !was_there)) {
			entry->flags |= FIREWALL_UNHEARD;
			tracker->dirty = true;
		}
		absorb_going(tracker, entry, &reading->entries[i], options);
	}
	return 0;
}

/* What is said of an item in the permanent configuration, beside that it is there. */
#define OF_PERMANENT (FIREWALL_JOINED_PERMANENT | FIREWALL_CONNECTION)

static void leave_permanent(struct tracker *tracker, struct firewall_entry *entry,
                            const struct tracker_absorb *options)
{
	entry->flags &= ~(unsigned)(FIREWALL_PERMANENT | OF_PERMANENT);
	tracker->dirty = true;
	/* what an edit took out was told then; firewalld finds it some seconds later */
	if (!(entry->flags & FIREWALL_RUNTIME) || (entry->flags & FIREWALL_EDITED))
		return;
	/* opened while it was read: by somebody who wants it */
	if (firewall_find(&tracker->heard, &entry->item))
		return;
	entry->flags |= FIREWALL_WITHDRAWN;
	if (options->on_permanent)
		options->on_permanent(&entry->item, true, options->userdata);
}

static void enter_permanent(struct tracker *tracker, struct firewall_entry *entry,
                            const struct tracker_absorb *options)
{
	bool was_withdrawn = entry->flags & (FIREWALL_WITHDRAWN | FIREWALL_EDITED);

	entry->flags = (entry->flags & ~(unsigned)(FIREWALL_WITHDRAWN | FIREWALL_GUARD_TIMED |
	                                           FIREWALL_EDITED | FIREWALL_UNHEARD)) |
	               FIREWALL_PERMANENT;
	/* Made permanent, it is meant to stay: firewalld itself may still end it, we do not. */
	tracker->dirty = true;
	if (was_withdrawn && options->on_permanent)
		options->on_permanent(&entry->item, false, options->userdata);
}

static int absorb_permanent(struct tracker *tracker, const struct tracker_absorb *options)
{
	const struct firewall *reading = options->reading;

	for (size_t i = 0; i < tracker->wanted.n; i++) {
		struct firewall_entry *entry = &tracker->wanted.entries[i];

		if ((entry->flags & FIREWALL_PERMANENT) &&
		    !firewall_has(reading, &entry->item, FIREWALL_PERMANENT))
			leave_permanent(tracker, entry, options);
	}
	for (size_t i = 0; i < reading->n; i++) {
		struct firewall_entry *entry;

		if (!(reading->entries[i].flags & FIREWALL_PERMANENT))
			continue;
		if (firewall_put(&tracker->wanted, &reading->entries[i].item, &entry) < 0)
			return -ENOMEM;
		if (!(entry->flags & FIREWALL_PERMANENT))
			enter_permanent(tracker, entry, options);
		entry->flags = (entry->flags & ~(unsigned)OF_PERMANENT) |
		               (reading->entries[i].flags & OF_PERMANENT);
	}
	return 0;
}

static int absorb_zones(struct tracker *tracker, const struct firewall *reading)
{
	_cleanup_strv_ struct strv zones = STRV_NULL;
	int r = strv_copy(&zones, &reading->zones);

	if (r == 0)
		r = firewall_copy_traits(&tracker->wanted, reading);
	if (r < 0)
		return r;
	strv_deinit(&tracker->wanted.zones);
	tracker->wanted.zones = zones;
	zones = STRV_NULL;
	tracker_panic(tracker, reading->panic);
	return 0;
}

/* From here on it is known that these were there; of what is younger than the answers it is not. */
static void grow_old(struct tracker *tracker)
{
	for (size_t i = 0; i < tracker->wanted.n; i++) {
		struct firewall_entry *entry = &tracker->wanted.entries[i];

		entry->fresh = entry->fresh && firewall_find(&tracker->heard, &entry->item);
	}
}

static bool was_loaded(const struct tracker *tracker, const struct firewall_entry *now)
{
	const struct firewall_entry *before = firewall_find(&tracker->wanted, &now->item);
	unsigned flags = before ? before->flags : 0;

	return now->item.kind == ITEM_INTERFACE && (now->flags & FIREWALL_RUNTIME) &&
	       !(flags & FIREWALL_RUNTIME) && ((now->flags | flags) & FIREWALL_PERMANENT) &&
	       !firewall_find(&tracker->heard, &now->item);
}

/* Who is bound nowhere was in the default zone. */
static void tell_loaded(const struct tracker *tracker, const struct tracker_absorb *options)
{
	const struct firewall *reading = options->reading;

	if (!options->on_loaded || !tracker->known || tracker->from_store)
		return;
	for (size_t i = 0; i < reading->n; i++) {
		const struct item *item = &reading->entries[i].item;
		const struct firewall_entry *from = NULL;

		if (!was_loaded(tracker, &reading->entries[i]))
			continue;
		from = firewall_bound_elsewhere(&tracker->wanted, item);
		options->on_loaded(item, from ? from->item.zone : tracker->wanted.default_zone,
		                   options->userdata);
	}
}

/**
 * tracker_absorb() - make what was read, and what was judged about it, the present state
 *
 * The reading has been through tracker_correct_reading().
 *
 * Return: 0 or -ENOMEM.
 */
int tracker_absorb(struct tracker *tracker, const struct tracker_absorb *options)
{
	int r;

	tell_loaded(tracker, options);
	drop_what_stays_lost(tracker, options->loss);
	r = absorb_runtime(tracker, options);
	if (r == 0)
		r = want_what_is_restored(tracker, options->loss);
	if (r == 0 && options->whole)
		r = absorb_permanent(tracker, options);
	if (r == 0 && options->whole)
		r = absorb_zones(tracker, options->reading);
	if (r == 0 && options->reading->default_zone)
		r = tracker_default_zone(tracker, options->reading->default_zone);
	firewall_sweep(&tracker->wanted);
	if (options->whole)
		grow_old(tracker);
	tracker->looked |= options->whole;
	if (r == 0)
		r = portspace_settle(&tracker->wanted);
	tracker->known = true;
	tracker->from_store = false;
	tracker->reading = false;
	return r;
}

/*
 * Where the interfaces of these fall back to must be known too: it decides
 * whether they are put back.
 */
static bool falls_back(const struct firewall_entry *entry, const char *default_zone)
{
	return default_zone && entry->item.kind == ITEM_INTERFACE &&
	       strcmp(entry->item.zone, default_zone) != 0;
}

/* In the runtime alone; or an interface that a reload brings here, from wherever it is. */
static bool may_change(const struct firewall_entry *entry)
{
	unsigned where = entry->flags & (FIREWALL_RUNTIME | FIREWALL_PERMANENT);

	return where == FIREWALL_RUNTIME ||
	       (where == FIREWALL_PERMANENT && entry->item.kind == ITEM_INTERFACE);
}

/**
 * tracker_zones_at_stake() - the zones that a reload can have taken something from
 * @out: appended to
 *
 * Those with something that is in the runtime alone, those with something
 * required, and those into which it can have moved an interface. Reading these first is what makes
 * a restore fast.
 *
 * Return: 0 or -ENOMEM.
 */
int tracker_zones_at_stake(const struct tracker *tracker, const struct scope *scope,
                           struct strv *out)
{
	const char *default_zone = tracker->wanted.default_zone;

	for (size_t i = 0; i < tracker->wanted.n; i++) {
		const struct firewall_entry *entry = &tracker->wanted.entries[i];

		if (!may_change(entry))
			continue;
		if (strv_add_once(out, entry->item.zone) < 0)
			return -ENOMEM;
		if (falls_back(entry, default_zone) && strv_add_once(out, default_zone) < 0)
			return -ENOMEM;
	}
	for (size_t i = 0; i < scope->n_require; i++)
		if (strv_add_once(out, scope->require[i].zone) < 0)
			return -ENOMEM;
	return 0;
}

/** tracker_ipsets() - add the ipsets (ipset:NAME) that entries are wanted in; Return: 0 or -ENOMEM
 */
int tracker_ipsets(const struct tracker *tracker, struct strv *out)
{
	for (size_t i = 0; i < tracker->wanted.n; i++) {
		const struct item *item = &tracker->wanted.entries[i].item;

		if (item->kind == ITEM_ENTRY && strv_add_once(out, item->zone) < 0)
			return -ENOMEM;
	}
	return 0;
}

/**
 * tracker_next_end() - when does the guard have to take the next item away?
 * @until_us: microseconds since the epoch, UTC; written on success alone
 *
 * Return: 0, or -ENOENT when there is none.
 */
int tracker_next_end(const struct tracker *tracker, int64_t *until_us)
{
	int64_t next = 0;

	for (size_t i = 0; i < tracker->wanted.n; i++) {
		const struct firewall_entry *entry = &tracker->wanted.entries[i];

		if ((entry->flags & FIREWALL_GUARD_TIMED) && entry->until_us &&
		    (next == 0 || entry->until_us < next))
			next = entry->until_us;
	}
	if (next == 0)
		return -ENOENT;
	*until_us = next;
	return 0;
}
