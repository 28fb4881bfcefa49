// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/portspace.h"

#include <errno.h>
#include <string.h>

#define JOINED (FIREWALL_JOINED | FIREWALL_JOINED_PERMANENT)

static bool has_ports(const struct item *item)
{
	struct item_ports ports;

	return item_ports(item, &ports);
}

/* What flags of a range mean for its second half: firewalld lists both as one. */
static unsigned joined_by(unsigned flags)
{
	return (flags & FIREWALL_RUNTIME ? FIREWALL_JOINED : 0) |
	       (flags & FIREWALL_PERMANENT ? FIREWALL_JOINED_PERMANENT : 0);
}

static size_t group_end(const struct firewall *fw, size_t at)
{
	const struct item *item = &fw->entries[at].item;

	while (at < fw->n && fw->entries[at].item.kind == item->kind &&
	       strcmp(fw->entries[at].item.zone, item->zone) == 0)
		at++;
	return at;
}

/* --- parts of a firewall ------------------------------------------------------------------ */

/**
 * portspace_next() - go through the entries that are parts of an item
 * @at: 0 at first
 *
 * Of anything but ports that is the item's own entry.
 *
 * Return: borrowed as from firewall_find(); NULL behind the last.
 */
struct firewall_entry *portspace_next(const struct firewall *fw, const struct item *item,
                                      size_t *at)
{
	if (!has_ports(item)) {
		struct firewall_entry *entry = *at == 0 ? firewall_find(fw, item) : NULL;

		*at = fw->n + 1;
		return entry;
	}
	if (*at == 0)
		*at = firewall_first(fw, item->zone, item->kind);
	for (; *at < fw->n; (*at)++) {
		struct firewall_entry *entry = &fw->entries[*at];

		if (entry->item.kind != item->kind || strcmp(entry->item.zone, item->zone) != 0)
			break;
		if (item_covers(item, &entry->item)) {
			(*at)++;
			return entry;
		}
	}
	*at = fw->n + 1;
	return NULL;
}

/* The entry that ends (begins) at a port of the item's zone, kind and protocol. */
static struct firewall_entry *find_border(const struct firewall *fw, const struct item *item,
                                          bool ends, unsigned border)
{
	struct item_ports wanted, ports;

	if (!item_ports(item, &wanted))
		return NULL;
	for (size_t at = firewall_first(fw, item->zone, item->kind); at < fw->n; at++) {
		struct firewall_entry *entry = &fw->entries[at];

		if (entry->item.kind != item->kind || strcmp(entry->item.zone, item->zone) != 0)
			break;
		if (item_ports(&entry->item, &ports) &&
		    (ends ? ports.last : ports.first) == border &&
		    strcmp(ports.protocol, wanted.protocol) == 0)
			return entry;
	}
	return NULL;
}

/* The entry that ends right before an item's first port; NULL: none. */
static struct firewall_entry *ending_before(const struct firewall *fw, const struct item *item)
{
	struct item_ports ports;

	return item_ports(item, &ports) && ports.first > 0
	           ? find_border(fw, item, true, ports.first - 1)
	           : NULL;
}

/** portspace_after() - the entry that begins right behind an item's last port; NULL: none */
struct firewall_entry *portspace_after(const struct firewall *fw, const struct item *item)
{
	struct item_ports ports;

	return item_ports(item, &ports) ? find_border(fw, item, false, ports.last + 1) : NULL;
}

/* --- cutting ------------------------------------------------------------------------------ */

static int put_like(struct firewall *fw, const struct firewall_entry *like,
                    const struct item_ports *ports, unsigned flags)
{
	_cleanup_item_ struct item item = ITEM_NULL;
	struct firewall_entry *entry;
	int r = item_init_ports(&item, &like->item, ports);

	if (r == 0)
		r = firewall_put(fw, &item, &entry);
	if (r < 0)
		return r;
	entry->flags = flags;
	entry->until_us = like->until_us;
	entry->fresh = like->fresh;
	return 0;
}

/* Makes two of an entry that has ports on both sides; @border is the first of the second. */
static int split(struct firewall *fw, size_t at, const struct item_ports *ports, unsigned border)
{
	struct item_ports low = *ports, high = *ports;
	struct firewall_entry whole = fw->entries[at];
	int r = item_copy(&whole.item, &fw->entries[at].item);

	if (r < 0)
		return r;
	low.last = border - 1;
	high.first = border;
	firewall_drop(fw, &whole.item);
	r = put_like(fw, &whole, &low, whole.flags);
	if (r == 0)
		r = put_like(fw, &whole, &high, whole.flags | joined_by(whole.flags));
	item_deinit(&whole.item);
	return r;
}

static int cut_at(struct firewall *fw, const struct item *like, const char *protocol,
                  unsigned border)
{
	struct item_ports ports;

	for (size_t at = firewall_first(fw, like->zone, like->kind);
	     at < fw->n && fw->entries[at].item.kind == like->kind &&
	     strcmp(fw->entries[at].item.zone, like->zone) == 0;
	     at++)
		if (item_ports(&fw->entries[at].item, &ports) && ports.first < border &&
		    border <= ports.last && strcmp(ports.protocol, protocol) == 0)
			return split(fw, at, &ports, border);
	return 0;
}

/**
 * portspace_cut() - let no entry have ports both in an item and outside of it
 *
 * Return: 0 or -ENOMEM.
 */
int portspace_cut(struct firewall *fw, const struct item *item)
{
	struct item_ports ports;
	int r;

	if (!item_ports(item, &ports))
		return 0;
	r = cut_at(fw, item, ports.protocol, ports.first);
	return r == 0 ? cut_at(fw, item, ports.protocol, ports.last + 1) : r;
}

/** portspace_cut_each() - the same for several items; Return: 0 or -ENOMEM */
int portspace_cut_each(struct firewall *fw, const struct item *items, size_t n)
{
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++)
		r = portspace_cut(fw, &items[i]);
	return r;
}

/** portspace_cut_by() - the same for all entries of another firewall; Return: 0 or -ENOMEM */
int portspace_cut_by(struct firewall *fw, const struct firewall *by)
{
	int r = 0;

	for (size_t i = 0; i < by->n && r == 0; i++)
		r = portspace_cut(fw, &by->entries[i].item);
	return r;
}

/**
 * portspace_align() - let entries of two firewalls be the same ports, or have none in common
 *
 * Return: 0 or -ENOMEM.
 */
int portspace_align(struct firewall *a, struct firewall *b)
{
	int r = portspace_cut_by(a, b);

	return r == 0 ? portspace_cut_by(b, a) : r;
}

/* Where the ports that have no entry begin and end; false: all have one. */
static bool find_gap(const struct firewall *fw, const struct item *item, struct item_ports *gap)
{
	struct firewall_entry *entry;
	struct item_ports ports;
	bool found = true;

	/* entries in no order: go on until none covers the beginning */
	while (found && gap->first <= gap->last) {
		found = false;
		for (size_t at = 0; (entry = portspace_next(fw, item, &at));)
			if (item_ports(&entry->item, &ports) && ports.first <= gap->first &&
			    gap->first <= ports.last) {
				gap->first = ports.last + 1;
				found = true;
			}
	}
	for (size_t at = 0; (entry = portspace_next(fw, item, &at));)
		if (item_ports(&entry->item, &ports) && ports.first > gap->first &&
		    ports.first <= gap->last)
			gap->last = ports.first - 1;
	return gap->first <= gap->last;
}

/**
 * portspace_tile() - make entries that together are exactly this item
 *
 * What was not there gets entries without flags; portspace_next() goes through all of them.
 *
 * Return: 0 or -ENOMEM.
 */
int portspace_tile(struct firewall *fw, const struct item *item)
{
	struct firewall_entry like = {.item = *item}, *entry;
	struct item_ports all, gap;
	int r = portspace_cut(fw, item);

	if (!item_ports(item, &all))
		return firewall_put(fw, item, &entry);
	for (gap = all; r == 0 && find_gap(fw, item, &gap);) {
		r = put_like(fw, &like, &gap, 0);
		gap.first = gap.last + 1;
		gap.last = all.last;
	}
	return r;
}

/* --- from lists to parts, and back -------------------------------------------------------- */

struct part {
	struct item_ports ports;
	unsigned flags;
	int64_t until_us;
	bool fresh;
};

struct parts {
	struct part *parts; /* owned */
	size_t n, capacity;
};

static int add_part(struct parts *to, const struct part *part)
{
	if (grow(&to->parts, &to->capacity, to->n + 1, sizeof(*part)) < 0)
		return -ENOMEM;
	to->parts[to->n++] = *part;
	return 0;
}

static int compare_parts(const void *a, const void *b)
{
	const struct part *x = a, *y = b;
	int r = strcmp(x->ports.protocol, y->ports.protocol);

	if (r)
		return r;
	return x->ports.first != y->ports.first ? (x->ports.first < y->ports.first ? -1 : 1)
	       : x->ports.last != y->ports.last ? (x->ports.last < y->ports.last ? -1 : 1)
	                                        : 0;
}

static int compare_borders(const void *a, const void *b)
{
	unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;

	return (x > y) - (x < y);
}

/* What is listed of the ports from @first on, up to the next border, which is no matter. */
static bool gather(const struct parts *listed, const char *protocol, unsigned first,
                   struct part *out)
{
	*out = (struct part){0};
	for (size_t i = 0; i < listed->n; i++) {
		const struct part *part = &listed->parts[i];
		unsigned flags = part->flags & ~(unsigned)JOINED;

		if (first < part->ports.first || first > part->ports.last ||
		    strcmp(part->ports.protocol, protocol) != 0)
			continue;
		out->flags |=
		    flags | (part->ports.first < first ? joined_by(flags) : part->flags & JOINED);
		out->until_us = part->until_us ? part->until_us : out->until_us;
		out->fresh |= part->fresh;
	}
	return out->flags != 0;
}

static bool is_continued(const struct part *part, const struct part *next)
{
	return strcmp(part->ports.protocol, next->ports.protocol) == 0 &&
	       part->ports.last + 1 == next->ports.first &&
	       (part->flags & ~(unsigned)JOINED) == (next->flags & ~(unsigned)JOINED) &&
	       part->until_us == next->until_us && part->fresh == next->fresh &&
	       (next->flags & JOINED) == joined_by(next->flags);
}

static int add_or_continue(struct parts *to, const struct part *part)
{
	struct part *last = to->n ? &to->parts[to->n - 1] : NULL;

	if (!last || !is_continued(last, part))
		return add_part(to, part);
	last->ports.last = part->ports.last;
	return 0;
}

/* The parts of one protocol, which @listed begins with at @from and ends with before @to. */
static int refine(struct parts *out, const struct parts *listed, size_t from, size_t to)
{
	size_t n = 2 * (to - from);
	_cleanup_free_ unsigned *borders = calloc(n, sizeof(*borders));
	const char *protocol = listed->parts[from].ports.protocol;
	struct part part;
	int r = borders ? 0 : -ENOMEM;

	for (size_t i = from; i < to && r == 0; i++) {
		borders[2 * (i - from)] = listed->parts[i].ports.first;
		borders[2 * (i - from) + 1] = listed->parts[i].ports.last + 1;
	}
	if (r == 0)
		qsort(borders, n, sizeof(*borders), compare_borders);
	for (size_t i = 0; i + 1 < n && r == 0; i++) {
		if (borders[i] == borders[i + 1] || !gather(listed, protocol, borders[i], &part))
			continue;
		part.ports = (struct item_ports){.first = borders[i], .last = borders[i + 1] - 1};
		strcpy(part.ports.protocol, protocol);
		r = add_or_continue(out, &part);
	}
	return r;
}

static int refine_all(struct parts *out, struct parts *listed)
{
	size_t from = 0;
	int r = 0;

	qsort(listed->parts, listed->n, sizeof(*listed->parts), compare_parts);
	for (size_t i = 1; i <= listed->n && r == 0; i++)
		if (i == listed->n || strcmp(listed->parts[i].ports.protocol,
		                             listed->parts[from].ports.protocol) != 0) {
			r = refine(out, listed, from, i);
			from = i;
		}
	return r;
}

static bool is_same(const struct parts *a, const struct parts *b)
{
	for (size_t i = 0; a->n == b->n && i < a->n; i++)
		if (compare_parts(&a->parts[i], &b->parts[i]) != 0 ||
		    a->parts[i].flags != b->parts[i].flags)
			return false;
	return a->n == b->n;
}

/* Puts parts in the place of the entries from @from to before @to. */
static int replace(struct firewall *fw, size_t from, size_t to, const struct parts *parts)
{
	struct firewall_entry like = {0};
	int r = item_copy(&like.item, &fw->entries[from].item);

	if (r < 0)
		return r;
	for (size_t i = from; i < to; i++)
		item_deinit(&fw->entries[i].item);
	memmove(&fw->entries[from], &fw->entries[to], (fw->n - to) * sizeof(*fw->entries));
	fw->n -= to - from;
	for (size_t i = 0; i < parts->n && r == 0; i++) {
		like.until_us = parts->parts[i].until_us;
		like.fresh = parts->parts[i].fresh;
		r = put_like(fw, &like, &parts->parts[i].ports, parts->parts[i].flags);
	}
	item_deinit(&like.item);
	return r;
}

static int settle_group(struct firewall *fw, size_t from, size_t to)
{
	struct parts listed = {0}, parts = {0};
	int r = 0;

	for (size_t i = from; i < to && r == 0; i++) {
		const struct firewall_entry *entry = &fw->entries[i];
		struct part part = {
		    .flags = entry->flags, .until_us = entry->until_us, .fresh = entry->fresh};

		if (item_ports(&entry->item, &part.ports))
			r = add_part(&listed, &part);
	}
	if (r == 0)
		r = refine_all(&parts, &listed);
	if (r == 0 && !is_same(&listed, &parts))
		r = replace(fw, from, to, &parts);
	free(listed.parts);
	free(parts.parts);
	return r;
}

/**
 * portspace_settle() - from what was listed, or from many parts, to as few parts as there are
 *
 * Of what was listed twice, in the runtime and as permanent or in ranges that overlap, each
 * port is in one part afterwards; parts that differ in nothing, and that firewalld lists as
 * one, are one.
 *
 * Return: 0 or -ENOMEM.
 */
int portspace_settle(struct firewall *fw)
{
	int r = 0;

	for (size_t i = 0; i < fw->n && r == 0;) {
		size_t left = fw->n - group_end(fw, i);

		if (has_ports(&fw->entries[i].item))
			r = settle_group(fw, i, fw->n - left);
		i = fw->n - left;
	}
	return r;
}

/* --- ranges as firewalld lists them ------------------------------------------------------- */

/**
 * portspace_keep_joins() - mark in what is there what will be one range with what is not
 * @now:    aligned with @wanted
 * @wanted: what is meant
 */
void portspace_keep_joins(struct firewall *now, const struct firewall *wanted)
{
	for (size_t i = 0; i < wanted->n; i++) {
		const struct firewall_entry *entry = &wanted->entries[i], *before;
		struct firewall_entry *there;

		if (!(entry->flags & FIREWALL_JOINED))
			continue;
		there = firewall_find(now, &entry->item);
		before = ending_before(now, &entry->item);
		if (there && !(before && (before->flags & FIREWALL_RUNTIME)))
			there->flags |= FIREWALL_JOINED;
	}
}

/**
 * portspace_widen() - the whole range that an item is listed in
 * @out:  written on success alone; release with item_deinit()
 * @item: a part, or anything else, which is given as it is
 * @fw:   the parts that are there, with FIREWALL_RUNTIME, and how they are joined
 *
 * Return: 0 or -ENOMEM.
 */
int portspace_widen(struct item *out, const struct item *item, const struct firewall *fw)
{
	const struct firewall_entry *first = firewall_find(fw, item), *next = first;
	struct item_ports whole, ports;

	if (!first || !item_ports(item, &whole))
		return item_copy(out, item);
	while (first && (first->flags & FIREWALL_JOINED)) {
		first = ending_before(fw, &first->item);
		if (first && (first->flags & FIREWALL_RUNTIME) && item_ports(&first->item, &ports))
			whole.first = ports.first;
		else
			break;
	}
	while ((next = portspace_after(fw, &next->item)) && (next->flags & FIREWALL_JOINED) &&
	       (next->flags & FIREWALL_RUNTIME) && item_ports(&next->item, &ports))
		whole.last = ports.last;
	return item_init_ports(out, item, &whole);
}
