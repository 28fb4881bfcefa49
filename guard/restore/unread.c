// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/restore/unread.h"

#include "guard/system/firewalld/zonefile.h"

#include <errno.h>

#define OF_PERMANENT (FIREWALL_PERMANENT | FIREWALL_JOINED_PERMANENT | FIREWALL_CONNECTION)

static int keep(struct firewall *now, const struct firewall_entry *wanted)
{
	struct firewall_entry *entry;

	if (firewall_put(now, &wanted->item, &entry) < 0)
		return -ENOMEM;
	entry->flags |= wanted->flags & OF_PERMANENT;
	return 0;
}

/**
 * unread_keep_all() - nothing of the permanent side can be known
 * @now:    what was read; changed in place
 * @wanted: as it was before
 *
 * Return: 0 or -ENOMEM.
 */
int unread_keep_all(struct firewall *now, const struct firewall *wanted)
{
	int r = 0;

	for (size_t i = 0; i < wanted->n && r == 0; i++)
		if (wanted->entries[i].flags & FIREWALL_PERMANENT)
			r = keep(now, &wanted->entries[i]);
	return r;
}

/* Each file is looked at once, and only where something is missing. */
struct files {
	const char *root;
	struct strv whole, broken;
};

/* Return: whether it is; -ENOMEM. */
static int is_broken(struct files *files, const char *zone)
{
	_cleanup_firewall_ struct firewall file = FIREWALL_NULL;
	struct err err = ERR_NULL;
	bool broken;
	int r;

	if (strv_contains(&files->whole, zone) || item_direct_family(zone))
		return false;
	if (strv_contains(&files->broken, zone))
		return true;
	r = zonefile_read(&file, zone, files->root, &err);
	broken = r == ZONEFILE_E_BROKEN;
	if (r >= 0)
		r = strv_add(broken ? &files->broken : &files->whole, zone);
	return r < 0 ? r : broken;
}

static bool was_read(const struct strv *zones, const struct item *item)
{
	return !item_direct_family(item->zone) && (!zones || strv_contains(zones, item->zone));
}

/* One that has a file is not gone (law 2), whatever firewalld makes of that. */
static int keep_zones(struct firewall *now, const struct firewall *wanted, const struct strv *zones,
                      const char *root)
{
	int r = 0;

	for (size_t i = 0; i < wanted->n && r == 0; i++) {
		const struct item *item = &wanted->entries[i].item;

		if (was_read(zones, item) && !strv_contains(&now->zones, item->zone) &&
		    zonefile_is_there(item->zone, root))
			r = firewall_add_zone(now, item->zone);
	}
	for (size_t i = 0; i < now->n && r == 0; i++)
		if ((now->entries[i].flags & FIREWALL_GOING) &&
		    zonefile_is_there(now->entries[i].item.zone, root))
			now->entries[i].flags &= ~(unsigned)FIREWALL_GOING;
	return r;
}

/**
 * unread_keep() - of zones, policies and ipsets whose file is broken the permanent side is as it
 * was, and none that has a file is gone
 * @now:    what was read; changed in place
 * @wanted: as it was before
 * @zones:  what was read; NULL: everything
 * @root:   as for zonefile_read()
 *
 * Return: 0 or -ENOMEM.
 */
int unread_keep(struct firewall *now, const struct firewall *wanted, const struct strv *zones,
                const char *root)
{
	struct files files = {.root = root, .whole = STRV_NULL, .broken = STRV_NULL};
	int r = 0;

	for (size_t i = 0; i < wanted->n && r >= 0; i++) {
		const struct firewall_entry *entry = &wanted->entries[i];

		if (!(entry->flags & FIREWALL_PERMANENT) ||
		    (zones && !strv_contains(zones, entry->item.zone)) ||
		    firewall_has(now, &entry->item, FIREWALL_PERMANENT))
			continue;
		r = is_broken(&files, entry->item.zone);
		if (r > 0)
			r = keep(now, entry);
	}
	strv_deinit(&files.whole);
	strv_deinit(&files.broken);
	return r < 0 ? r : keep_zones(now, wanted, zones, root);
}
