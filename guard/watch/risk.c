// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/watch/risk.h"

#include "guard/model/item-words.h"
#include "guard/watch/persister.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct risk {
	struct firewall told; /* what is at risk, and was told */
	/* What left the permanent configuration, or came back to it, and is not told yet. */
	struct firewall withdrawn, returned;
};

/**
 * risk_new() - begin with nothing told
 * @out: written on success alone; release with risk_free()
 *
 * Return: 0 or -ENOMEM.
 */
int risk_new(struct risk **out)
{
	struct risk *risk = calloc(1, sizeof(*risk));

	if (!risk)
		return -ENOMEM;
	*out = risk;
	return 0;
}

/** risk_free() - NULL is fine */
void risk_free(struct risk *risk)
{
	if (!risk)
		return;
	firewall_deinit(&risk->told);
	firewall_deinit(&risk->withdrawn);
	firewall_deinit(&risk->returned);
	free(risk);
}

/* --- in the runtime only ----------------------------------------------------------------- */

/* NetworkManager keeps the zones of its interfaces, and puts them back by itself. */
static bool is_kept_by_another(const struct watcher *watcher, const struct item *item)
{
	return item->kind == ITEM_INTERFACE && busname_is_present(watcher->network_manager);
}

static bool is_at_risk(const struct watcher *watcher, const struct firewall_entry *entry,
                       const struct store_items *released)
{
	const struct firewall *wanted = &watcher->tracker.wanted;

	return scope_at_risk(&watcher->config.scope, wanted, entry) &&
	       !is_kept_by_another(watcher, &entry->item) &&
	       !items_contain(released->items, released->n, &entry->item);
}

static void tell_at_risk(struct watcher *watcher, struct item_words *gathered, const char *command)
{
	_cleanup_free_ char *names = NULL;

	if (gathered->n == 0 || !command)
		return;
	item_words_sort(gathered);
	names = item_words_names(gathered);
	if (!names)
		return;
	logger_write(watcher->logger, LOGGER_NOTICE,
	             "at risk, for in the runtime only (%zu): %s; the next reload takes it%s; to "
	             "make permanent what is open: %s",
	             gathered->n, names,
	             watcher->config.restore ? ", until the guard has put it back"
	                                     : ", and with restore = no nobody puts it back",
	             command);
	record_event(watcher->record, EVENT_AT_RISK, gathered->n == 1 ? gathered->items[0] : NULL,
	             "in the runtime only (%zu): %s; mended by: %s", gathered->n, names, command);
}

/* What `persist` writes and what is left to firewall-cmd are two lines. */
static int tell_new(struct watcher *watcher, const struct firewall *now,
                    const struct store_items *released)
{
	const struct firewall *wanted = &watcher->tracker.wanted;
	_cleanup_item_words_ struct item_words by_persist = ITEM_WORDS_NULL,
	                                       by_hand = ITEM_WORDS_NULL;
	_cleanup_free_ char *command = NULL;
	int r = 0;

	for (size_t i = 0; i < now->n && r == 0; i++) {
		const struct item *item = &now->entries[i].item;
		const struct firewall_entry *entry = firewall_find(wanted, item);

		if (firewall_find(&watcher->risk->told, item))
			continue;
		if (!persister_wants(watcher, entry, released))
			r = item_words_add(&by_hand, item);
		else if (!watcher->config.persist)
			r = item_words_add(&by_persist, item);
	}
	if (r < 0)
		return r;
	tell_at_risk(watcher, &by_persist, "reload-guard persist");
	item_words_sort(&by_hand);
	command = by_hand.n ? item_words_command(&by_hand) : NULL;
	tell_at_risk(watcher, &by_hand, command);
	return 0;
}

/**
 * risk_look() - say what is at risk and was not told yet
 *
 * To be called when things have been quiet for a moment. What was told is told
 * anew only after it was not at risk in between.
 */
void risk_look(struct watcher *watcher)
{
	_cleanup_store_items_ struct store_items released = STORE_ITEMS_NULL;
	const struct firewall *wanted = &watcher->tracker.wanted;
	struct firewall now = FIREWALL_NULL;
	struct firewall_entry *entry;
	int r;

	if (!watcher->tracker.known || watcher->tracker.from_store)
		return;
	r = record_released(watcher->record, &released);
	for (size_t i = 0; i < wanted->n && r == 0; i++)
		if (is_at_risk(watcher, &wanted->entries[i], &released))
			r = firewall_put(&now, &wanted->entries[i].item, &entry);
	if (r == 0)
		r = tell_new(watcher, &now, &released);
	if (r < 0) {
		firewall_deinit(&now);
		return; /* told the next time */
	}
	firewall_deinit(&watcher->risk->told);
	watcher->risk->told = now;
}

/* --- out of the permanent configuration -------------------------------------------------- */

/**
 * risk_permanent() - an item has left the permanent configuration, or come back to it
 * @userdata: the watcher
 *
 * On record at once, for that is what an intent is read from; told by
 * risk_tell_permanent().
 */
void risk_permanent(const struct item *item, bool withdrawn, void *userdata)
{
	struct watcher *watcher = userdata;
	struct risk *risk = watcher->risk;
	_cleanup_free_ char *text = NULL;
	struct firewall_entry *entry;

	if (!scope_protects(&watcher->config.scope, &watcher->tracker.wanted, item) ||
	    item_format(&text, item) < 0)
		return;
	firewall_drop(withdrawn ? &risk->returned : &risk->withdrawn, item);
	if (firewall_put(withdrawn ? &risk->withdrawn : &risk->returned, item, &entry) < 0)
		logger_write(watcher->logger, LOGGER_ERROR, "out of memory");
	if (withdrawn)
		record_event(watcher->record, EVENT_PERMANENT_REMOVED, item,
		             "%s was taken out of the permanent configuration", text);
}

static void tell_withdrawn(struct watcher *watcher, struct item_words *gathered)
{
	_cleanup_free_ char *names = NULL, *command = NULL;

	item_words_sort(gathered);
	names = item_words_names(gathered);
	command = item_words_command(gathered);
	if (names && command)
		logger_write(watcher->logger, LOGGER_WARNING,
		             "taken out of the permanent configuration (%zu): %s; the next reload "
		             "closes it, and the guard will not restore it; if that is not meant: "
		             "%s",
		             gathered->n, names, command);
}

static void tell_returned(struct watcher *watcher, struct item_words *gathered)
{
	_cleanup_free_ char *names = NULL;

	item_words_sort(gathered);
	names = item_words_names(gathered);
	if (names)
		logger_write(watcher->logger, LOGGER_NOTICE,
		             "in the permanent configuration again (%zu): %s", gathered->n, names);
}

static void tell_gathered(struct watcher *watcher, struct firewall *items,
                          void (*tell)(struct watcher *watcher, struct item_words *gathered))
{
	_cleanup_item_words_ struct item_words gathered = ITEM_WORDS_NULL;

	if (items->n && item_words_all(&gathered, items) == 0)
		tell(watcher, &gathered);
	firewall_deinit(items);
}

/** risk_tell_permanent() - say what risk_permanent() was told, in one line each way */
void risk_tell_permanent(struct watcher *watcher)
{
	tell_gathered(watcher, &watcher->risk->withdrawn, tell_withdrawn);
	tell_gathered(watcher, &watcher->risk->returned, tell_returned);
}
