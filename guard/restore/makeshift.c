// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/restore/makeshift.h"

#include "guard/model/packet/dispatch.h"
#include "guard/model/portspace.h"
#include "guard/restore/unread.h"

#include <errno.h>
#include <string.h>

/* Nor are the administrator's zones and policies there, which nobody has removed for that. */
static int keep_zones(struct firewall *now, const struct firewall *wanted)
{
	int r = 0;

	for (size_t i = 0; i < wanted->n && r == 0; i++)
		if (!item_direct_family(wanted->entries[i].item.zone))
			r = strv_add_once(&now->zones, wanted->entries[i].item.zone);
	return r;
}

/**
 * makeshift_keep() - what was meant does not follow from a stock configuration
 * @now:    as it was read; gets the permanent side, the zones and the policies as they were
 * @wanted: as it was before
 *
 * Return: 0 or -ENOMEM.
 */
int makeshift_keep(struct firewall *now, const struct firewall *wanted)
{
	int r = unread_keep_all(now, wanted);

	return r == 0 ? keep_zones(now, wanted) : r;
}

/** makeshift_takes() - may what is of @zone be put into one with these? Direct rules need none */
bool makeshift_takes(const struct strv *zones, const char *zone)
{
	return item_direct_family(zone) || strv_contains(zones, zone);
}

/* --- what it has and had ------------------------------------------------------------------ */

/* In whole or in part. */
static bool is_lacking(const struct makeshift *makeshift, const struct item *item)
{
	size_t at = 0;

	return portspace_next(&makeshift->lacking, item, &at) != NULL;
}

static int note(struct firewall *set, const struct item *item, unsigned flags)
{
	struct firewall_entry *entry;
	int r = firewall_put(set, item, &entry);

	if (r == 0)
		entry->flags = flags;
	return r;
}

/**
 * makeshift_compare() - what of the loss the start took that failed, and what went out of it since
 * @loss:     all that is missing, as lost
 * @listened: a removal since it was compared last would have been heard
 * @gone:     empty; receives copies of what has gone unheard, as of which nobody can tell why, and
 *            as which it stays in @loss
 *
 * Return: 0 or -ENOMEM.
 */
int makeshift_compare(struct makeshift *makeshift, struct loss *loss, bool listened,
                      struct loss *gone)
{
	_cleanup_firewall_ struct firewall lacking = FIREWALL_NULL;
	int r = 0;

	for (size_t i = 0; i < loss->n && r == 0; i++) {
		struct loss_row *row = &loss->rows[i];

		if (row->verdict != LOSS_LOST)
			continue;
		if (makeshift->compared && !listened && !is_lacking(makeshift, &row->item)) {
			row->verdict = LOSS_UNATTRIBUTED;
			r = loss_add(gone, &row->item, row->verdict, row->flags, row->until_us);
		} else {
			r = note(&lacking, &row->item, FIREWALL_RUNTIME);
		}
	}
	if (r < 0)
		return r;
	firewall_deinit(&makeshift->lacking);
	makeshift->lacking = lacking;
	lacking = FIREWALL_NULL;
	makeshift->compared = true;
	return 0;
}

/* --- in the place of another zone --------------------------------------------------------- */

/* To all that comes in on an interface of which the packets come into @zone now? */
static int was_open_on(const struct makeshift_world *world, const struct item *item,
                       const char *zone, const char *interface)
{
	const struct packet packet = {.interface = interface};
	const char *now = NULL, *before = NULL;
	int r = dispatch_zone(&now, world->now, &packet);

	if (r == 0)
		r = dispatch_zone(&before, world->wanted, &packet);
	if (r < 0)
		return r;
	return (now && strcmp(now, zone) != 0) ||
	       (before && firewall_lets_in(world->wanted, item, before));
}

/* To those who were in a zone of their own, because of where they come from? */
static bool was_open_to_sources(const struct makeshift_world *world, const struct item *item)
{
	for (size_t i = 0; i < world->wanted->n; i++) {
		const struct firewall_entry *entry = &world->wanted->entries[i];

		if (entry->item.kind == ITEM_SOURCE && (entry->flags & FIREWALL_RUNTIME) &&
		    !firewall_has(world->now, &entry->item, FIREWALL_RUNTIME) &&
		    !firewall_lets_in(world->wanted, item, entry->item.zone))
			return false;
	}
	return true;
}

/* Return: whether nobody gets in by it who did not before; -ENOMEM. */
static int may_stand_in(const struct makeshift_world *world, const struct item *item,
                        const char *zone)
{
	int r = 1;

	if ((item->kind != ITEM_SERVICE && item->kind != ITEM_PORT) || world->interfaces->n == 0 ||
	    !was_open_to_sources(world, item))
		return 0;
	for (size_t i = 0; i < world->interfaces->n && r > 0; i++)
		r = was_open_on(world, item, zone, world->interfaces->strings[i]);
	return r;
}

static bool is_listed(const struct loss *loss, size_t n, const struct item *item)
{
	for (size_t i = 0; i < n; i++)
		if (item_cmp(&loss->rows[i].item, item) == 0)
			return true;
	return false;
}

enum housing { HOUSED, WAITS, NEEDS_NOTHING };

/* Its time would be over, and nobody would take it away. */
static bool is_timed(const struct loss_row *row)
{
	return row->until_us != 0;
}

/* Who took away what stood in does not get it back. */
static int find_home(struct makeshift *makeshift, struct loss_row *row,
                     const struct makeshift_world *world)
{
	_cleanup_item_ struct item moved = ITEM_NULL;
	const char *zone = world->now->default_zone;
	int r;

	if (!zone || !strv_contains(world->zones, zone) || is_timed(row))
		return WAITS;
	r = item_init(&moved, zone, row->item.kind, row->item.value, NULL);
	if (r != 0)
		return r < 0 ? r : WAITS; /* no zone has such a one */
	if (makeshift_has(makeshift, &moved))
		return NEEDS_NOTHING;
	r = may_stand_in(world, &row->item, zone);
	if (r <= 0)
		return r < 0 ? r : WAITS;
	item_deinit(&row->item);
	row->item = moved;
	moved = ITEM_NULL;
	return firewall_has(world->now, &row->item, FIREWALL_RUNTIME) ? NEEDS_NOTHING : HOUSED;
}

/* @n: so many rows before it have a home. */
static int house(struct makeshift *makeshift, struct loss *loss, size_t n, struct loss_row *row,
                 const struct makeshift_world *world)
{
	int r = HOUSED;

	if (!makeshift_takes(world->zones, row->item.zone))
		r = loss_verdict_restores(row->verdict) ? find_home(makeshift, row, world) : WAITS;
	return r == HOUSED && is_listed(loss, n, &row->item) ? NEEDS_NOTHING : r;
}

/**
 * makeshift_house() - each loss gets a zone that there is, or waits
 * @loss: those that wait are taken out
 *
 * Return: 0 or -ENOMEM; then @loss is of no more use.
 */
int makeshift_house(struct makeshift *makeshift, struct loss *loss,
                    const struct makeshift_world *world)
{
	size_t kept = 0, n = loss->n;
	int r = 0;

	makeshift->n_waiting = 0;
	firewall_sweep(&makeshift->standins); /* of a plan that was not carried out */
	for (size_t i = 0; i < n; i++) {
		struct loss_row *row = &loss->rows[i];
		bool at_home = makeshift_takes(world->zones, row->item.zone);

		if (r >= 0)
			r = house(makeshift, loss, kept, row, world);
		/* without a flag: it is about to be there */
		if (r == HOUSED && !at_home && note(&makeshift->standins, &row->item, 0) < 0)
			r = -ENOMEM;
		if (r == HOUSED) {
			loss->rows[kept++] = *row;
			continue;
		}
		makeshift->n_waiting += r == WAITS && loss_verdict_restores(row->verdict) &&
		                        !item_is_binding(&row->item);
		item_deinit(&row->item);
	}
	loss->n = kept;
	loss_sort(loss);
	return r < 0 ? r : 0;
}

/**
 * makeshift_done() - the plan for what was housed was carried out
 *
 * What firewalld did not take is tried again with the next reading.
 */
struct makeshift_outcome makeshift_done(struct makeshift *makeshift, const struct plan *plan,
                                        const struct restorer_step *steps)
{
	struct makeshift_outcome outcome = {.n_waiting = makeshift->n_waiting};

	for (size_t i = 0; i < plan->n; i++) {
		const struct item *item = &plan->steps[i].item;
		struct firewall_entry *standin = firewall_find(&makeshift->standins, item);
		bool restored = steps[i].outcome == STORE_STEP_RESTORED;

		if (standin)
			standin->flags = restored ? FIREWALL_RUNTIME : 0;
		if (standin && restored)
			outcome.zone = standin->item.zone;
		if (!standin && restored)
			firewall_drop(&makeshift->lacking, item);
		outcome.n_moved += standin && restored;
		outcome.n_restored += !standin && restored;
	}
	firewall_sweep(&makeshift->standins);
	outcome.is_news = !makeshift->told || outcome.n_restored || outcome.n_moved ||
	                  makeshift->n_waiting != makeshift->n_told_waiting;
	makeshift->told = true;
	makeshift->n_told_waiting = makeshift->n_waiting;
	return outcome;
}

/** makeshift_has() - does it stand in for one of another zone? */
bool makeshift_has(const struct makeshift *makeshift, const struct item *item)
{
	return firewall_find(&makeshift->standins, item) != NULL;
}

/**
 * makeshift_mark() - note what is there, and what stands in, among what is wanted, to be stored
 *
 * Return: 0 or -ENOMEM.
 */
int makeshift_mark(const struct makeshift *makeshift, struct firewall *wanted)
{
	struct firewall_entry *entry;
	int r = 0;

	for (size_t i = 0; i < wanted->n && makeshift->compared; i++)
		if ((wanted->entries[i].flags & FIREWALL_RUNTIME) &&
		    !is_lacking(makeshift, &wanted->entries[i].item))
			wanted->entries[i].flags |= FIREWALL_IN_FAILED;
	for (size_t i = 0; i < makeshift->standins.n && r == 0; i++) {
		if (!(makeshift->standins.entries[i].flags & FIREWALL_RUNTIME))
			continue; /* not carried out yet */
		r = firewall_put(wanted, &makeshift->standins.entries[i].item, &entry);
		if (r == 0)
			entry->flags |= FIREWALL_STANDIN;
	}
	return r;
}

/**
 * makeshift_resume() - a guard before this one may have filled it
 * @wanted: as it was stored; the marks are taken out
 * @same:   this very firewalld
 *
 * Return: 0 or -ENOMEM.
 */
int makeshift_resume(struct makeshift *makeshift, struct firewall *wanted, bool same)
{
	int r = 0;

	for (size_t i = 0; i < wanted->n && r == 0; i++) {
		struct firewall_entry *entry = &wanted->entries[i];

		if (same && (entry->flags & FIREWALL_STANDIN))
			r = note(&makeshift->standins, &entry->item, FIREWALL_RUNTIME);
		else if (same && (entry->flags & (FIREWALL_RUNTIME | FIREWALL_OWED)) &&
		         !(entry->flags & FIREWALL_IN_FAILED))
			r = note(&makeshift->lacking, &entry->item, FIREWALL_RUNTIME);
		makeshift->compared |= same && (entry->flags & FIREWALL_IN_FAILED);
		entry->flags &= ~(unsigned)(FIREWALL_STANDIN | FIREWALL_IN_FAILED);
	}
	firewall_sweep(wanted);
	return r;
}

/** makeshift_end() - firewalld has other zones than the stock ones again, or is gone */
void makeshift_end(struct makeshift *makeshift)
{
	firewall_deinit(&makeshift->standins);
	firewall_deinit(&makeshift->lacking);
	*makeshift = MAKESHIFT_NULL;
}
