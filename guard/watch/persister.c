// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/watch/persister.h"

#include "guard/restore/itemcall.h"
#include "guard/system/firewalld/zonefile.h"

#include <errno.h>
#include <string.h>

struct persister {
	struct persister_options given;
	struct itemcalls writes; /* to the permanent configuration, under way */
	struct strv refused;     /* zones of which it was told that nothing is written */
};

/**
 * persister_wants() - is this an item that should be permanent and is not?
 * @view:  of what is wanted
 * @entry: of the same
 *
 * Interfaces that come into the default zone anyway are left alone.
 */
bool persister_wants(struct scope_view *view, const struct firewall_entry *entry,
                     const struct store_items *released)
{
	return scope_view_at_risk(view, entry) && !scope_not_to_persist(view->fw, &entry->item) &&
	       !items_contain(released->items, released->n, &entry->item);
}

static void on_written(int result, const struct err *err, void *userdata)
{
	struct itemcall *write = userdata;
	struct persister *persister = write->userdata;
	_cleanup_free_ char *text = NULL;

	if (result == 0)
		engine_edited(persister->given.engine, &write->item, ENGINE_WRITTEN);
	if (result != FIREWALLD_E_GONE && item_format(&text, &write->item) == 0) {
		logger_write(persister->given.logger, result ? LOGGER_ERROR : LOGGER_NOTICE,
		             result ? "%s could not be made permanent: %s"
		                    : "%s was made permanent%s",
		             text, result ? err_text(err, result) : "");
		if (!result)
			record_event(persister->given.record, EVENT_PERSIST, &write->item,
			             "%s was made permanent", text);
	}
	itemcall_free(write);
}

static void start_write(struct persister *persister, const struct item *item)
{
	struct itemcall *write = itemcall_new(&persister->writes, item, persister);

	if (!write || firewalld_permanent_add(persister->given.fw, &write->op, &write->item,
	                                      on_written, write) != 0)
		itemcall_free(write);
}

/* Once for all writes to a zone's file; false: it must not be written. */
static bool save_zone(struct persister *persister, struct strv *saved, const char *zone)
{
	_cleanup_free_ char *path = NULL;
	struct err err = ERR_NULL;
	int r;

	if (strv_contains(saved, zone))
		return true;
	r = zonefile_backup(&path, persister->given.state_dir, zone, &err);
	if (r == 0)
		r = strv_add(saved, zone);
	if (r == 0)
		return true;
	/* each look comes to the same */
	if (!strv_contains(&persister->refused, zone) && strv_add(&persister->refused, zone) == 0)
		logger_write(persister->given.logger, LOGGER_ERROR,
		             "nothing is made permanent in zone %s: %s", zone, err_text(&err, r));
	return false;
}

/**
 * persister_look() - write what should be permanent and is not
 *
 * What may have an end that nobody heard of is left to a person.
 *
 * While writes are under way nothing is begun: firewalld tells when they are done,
 * and then it is looked again.
 */
void persister_look(struct persister *persister)
{
	_cleanup_store_items_ struct store_items released = STORE_ITEMS_NULL;
	_cleanup_banshapes_ struct banshapes shapes = BANSHAPES_NULL;
	_cleanup_strv_ struct strv saved = STRV_NULL;
	const struct firewall *wanted = engine_wanted(persister->given.engine);
	struct scope_view view = SCOPE_VIEW(&persister->given.config->scope, wanted);
	bool shapes_known = false; /* without them a ban would be written for ever */

	if (!persister->given.config->persist || !engine_now(persister->given.engine).idle ||
	    persister->writes.first || record_released(persister->given.record, &released) < 0 ||
	    record_shapes(persister->given.record, &shapes, &shapes_known) < 0 || !shapes_known)
		return;
	for (size_t i = 0; i < wanted->n; i++)
		if (persister_wants(&view, &wanted->entries[i], &released) &&
		    !(wanted->entries[i].flags & FIREWALL_UNHEARD) &&
		    banshapes_have(&shapes, &wanted->entries[i].item) == 0 &&
		    save_zone(persister, &saved, wanted->entries[i].item.zone))
			start_write(persister, &wanted->entries[i].item);
}

/**
 * persister_new() - begin with nothing to write
 * @out:     written on success alone; release with persister_free()
 * @options: copied
 *
 * Return: 0 or -ENOMEM.
 */
int persister_new(struct persister **out, const struct persister_options *options)
{
	struct persister *persister = calloc(1, sizeof(*persister));

	if (!persister)
		return -ENOMEM;
	persister->given = *options;
	*out = persister;
	return 0;
}

/** persister_free() - NULL is fine */
void persister_free(struct persister *persister)
{
	if (!persister)
		return;
	itemcalls_deinit(&persister->writes);
	strv_deinit(&persister->refused);
	free(persister);
}
