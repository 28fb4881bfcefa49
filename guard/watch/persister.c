// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/watch/persister.h"

#include "guard/system/firewalld/zonefile.h"

#include <errno.h>
#include <string.h>

/**
 * persister_wants() - is this an item that should be permanent and is not?
 * @entry: of what is wanted
 *
 * Interfaces that come into the default zone anyway are left alone, and so is what
 * somebody else keeps permanent in a place of its own.
 */
bool persister_wants(const struct watcher *watcher, const struct firewall_entry *entry,
                     const struct store_items *released)
{
	const struct firewall *wanted = &watcher->tracker.wanted;

	return scope_at_risk(&watcher->config.scope, wanted, entry) &&
	       !scope_not_to_persist(wanted, &entry->item,
	                             busname_is_present(watcher->network_manager)) &&
	       !items_contain(released->items, released->n, &entry->item);
}

static void on_written(int result, const struct err *err, void *userdata)
{
	struct item_call *write = userdata;
	struct watcher *watcher = write->watcher;
	struct firewall_entry *entry = firewall_find(&watcher->tracker.wanted, &write->item);
	_cleanup_free_ char *text = NULL;

	watcher->n_persisting--;
	if (result == 0 && entry)
		entry->flags |= FIREWALL_PERMANENT; /* the signal that follows says the same */
	if (result != FIREWALLD_E_GONE && item_format(&text, &write->item) == 0) {
		logger_write(watcher->logger, result ? LOGGER_ERROR : LOGGER_NOTICE,
		             result ? "%s could not be made permanent: %s"
		                    : "%s was made permanent%s",
		             text, result ? err_text(err, result) : "");
		if (!result)
			record_event(watcher->record, EVENT_PERSIST, &write->item,
			             "%s was made permanent", text);
	}
	item_call_free(write);
}

static void start_write(struct watcher *watcher, const struct item *item)
{
	struct item_call *write = item_call_new(watcher, item);

	if (write &&
	    firewalld_permanent_add(watcher->fw, NULL, &write->item, on_written, write) == 0)
		watcher->n_persisting++;
	else
		item_call_free(write);
}

/* Once for all writes to a zone's file; false: it must not be written. */
static bool save_zone(struct watcher *watcher, struct strv *saved, const char *zone)
{
	_cleanup_free_ char *path = NULL;
	struct err err = ERR_NULL;
	int r;

	if (strv_contains(saved, zone))
		return true;
	r = zonefile_backup(&path, watcher->options->state_dir, zone, &err);
	if (r == 0)
		r = strv_add(saved, zone);
	if (r < 0)
		logger_write(watcher->logger, LOGGER_ERROR,
		             "the zone file of %s could not be copied, so nothing is made "
		             "permanent in it: %s",
		             zone, err_text(&err, r));
	return r == 0;
}

/**
 * persister_look() - write what should be permanent and is not
 *
 * While writes are under way nothing is begun: firewalld tells when they are done,
 * and then it is looked again.
 */
void persister_look(struct watcher *watcher)
{
	_cleanup_store_items_ struct store_items released = STORE_ITEMS_NULL;
	_cleanup_strv_ struct strv saved = STRV_NULL;
	const struct firewall *wanted = &watcher->tracker.wanted;

	if (!watcher->config.persist || !watcher->idle || watcher->n_persisting ||
	    record_released(watcher->record, &released) < 0)
		return;
	for (size_t i = 0; i < wanted->n; i++)
		if (persister_wants(watcher, &wanted->entries[i], &released) &&
		    save_zone(watcher, &saved, wanted->entries[i].item.zone))
			start_write(watcher, &wanted->entries[i].item);
}
