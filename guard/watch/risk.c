// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/watch/risk.h"

#include "guard/base/text.h"
#include "guard/model/item-words.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct risk {
	struct risk_options given;
	struct firewall told; /* what is at risk, and was told */
	/* What left the permanent configuration, or came back to it, and is not told yet. */
	struct firewall withdrawn, returned;
};

/**
 * risk_new() - begin with nothing told
 * @out:     written on success alone; release with risk_free()
 * @options: copied
 *
 * Return: 0 or -ENOMEM.
 */
int risk_new(struct risk **out, const struct risk_options *options)
{
	struct risk *risk = calloc(1, sizeof(*risk));

	if (!risk)
		return -ENOMEM;
	risk->given = *options;
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

/* What a jail puts there for a while, be it an allow list, is its own. */
static bool is_at_risk(struct scope_view *view, const struct firewall_entry *entry,
                       const struct store_items *released, const struct banshapes *shapes)
{
	return scope_view_at_risk(view, entry) &&
	       !items_contain(released->items, released->n, &entry->item) &&
	       banshapes_have(shapes, &entry->item) == 0;
}

static void tell_at_risk(struct risk *risk, struct item_words *gathered, const char *command)
{
	const char *them = gathered->n == 1 ? "it" : "them";
	_cleanup_free_ char *names = NULL;

	if (gathered->n == 0 || !command)
		return;
	item_words_sort(gathered);
	names = item_words_names(gathered);
	if (!names)
		return;
	logger_write(risk->given.logger, LOGGER_NOTICE,
	             "Runtime only (%zu): %s. The next reload drops %s%s. To make %s "
	             "permanent: " TEXT_COMMAND,
	             gathered->n, names, them,
	             risk->given.config->restore ? ", and the guard restores what it dropped"
	                                         : ", and restore = no: nothing restores it",
	             them, command);
	record_event(risk->given.record, EVENT_AT_RISK,
	             gathered->n == 1 ? gathered->items[0] : NULL,
	             "runtime only (%zu): %s; fix: " TEXT_COMMAND, gathered->n, names, command);
}

/* What `persist` writes and what is left to firewall-cmd are two lines. */
static int tell_new(struct risk *risk, const struct firewall *now,
                    const struct store_items *released)
{
	const struct firewall *wanted = engine_wanted(risk->given.engine);
	struct scope_view view = SCOPE_VIEW(&risk->given.config->scope, wanted);
	_cleanup_item_words_ struct item_words by_persist = ITEM_WORDS_NULL,
	                                       by_hand = ITEM_WORDS_NULL;
	_cleanup_free_ char *command = NULL;
	int r = 0;

	for (size_t i = 0; i < now->n && r == 0; i++) {
		const struct item *item = &now->entries[i].item;
		const struct firewall_entry *entry = firewall_find(wanted, item);

		if (firewall_find(&risk->told, item))
			continue;
		if (!persister_wants(&view, entry, released))
			r = item_words_add(&by_hand, item);
		else if (!risk->given.config->persist || (entry->flags & FIREWALL_UNHEARD))
			r = item_words_add(&by_persist, item);
	}
	if (r < 0 || view.failed)
		return -ENOMEM;
	tell_at_risk(risk, &by_persist, "reload-guard persist");
	item_words_sort(&by_hand);
	command = by_hand.n ? item_words_command(&by_hand, NULL) : NULL;
	tell_at_risk(risk, &by_hand, command);
	return 0;
}

/**
 * risk_look() - say what is at risk and was not told yet
 *
 * To be called when things have been quiet for a moment. What was told is told
 * anew only after it was not at risk in between.
 */
void risk_look(struct risk *risk)
{
	_cleanup_store_items_ struct store_items released = STORE_ITEMS_NULL;
	_cleanup_banshapes_ struct banshapes shapes = BANSHAPES_NULL;
	const struct firewall *wanted = engine_wanted(risk->given.engine);
	struct scope_view view = SCOPE_VIEW(&risk->given.config->scope, wanted);
	struct firewall now = FIREWALL_NULL;
	struct firewall_entry *entry;
	int r;

	if (!engine_now(risk->given.engine).compared)
		return;
	r = record_released(risk->given.record, &released);
	if (r == 0)
		r = record_shapes(risk->given.record, &shapes, NULL);
	for (size_t i = 0; i < wanted->n && r == 0; i++)
		if (is_at_risk(&view, &wanted->entries[i], &released, &shapes))
			r = firewall_put(&now, &wanted->entries[i].item, &entry);
	if (view.failed)
		r = -ENOMEM;
	if (r == 0)
		r = tell_new(risk, &now, &released);
	if (r < 0) {
		firewall_deinit(&now);
		return; /* told the next time */
	}
	firewall_deinit(&risk->told);
	risk->told = now;
}

/* --- out of the permanent configuration -------------------------------------------------- */

/**
 * risk_permanent() - an item has left the permanent configuration, or come back to it
 *
 * On record at once, for that is what an intent is read from; told by
 * risk_tell_permanent().
 */
void risk_permanent(struct risk *risk, const struct item *item, bool withdrawn)
{
	_cleanup_free_ char *text = NULL;
	struct firewall_entry *entry;

	if (!scope_protects(&risk->given.config->scope, engine_wanted(risk->given.engine), item) ||
	    item_format(&text, item) < 0)
		return;
	firewall_drop(withdrawn ? &risk->returned : &risk->withdrawn, item);
	if (firewall_put(withdrawn ? &risk->withdrawn : &risk->returned, item, &entry) < 0)
		logger_write(risk->given.logger, LOGGER_ERROR, "out of memory");
	entry = firewall_find(engine_wanted(risk->given.engine), item);
	if (withdrawn)
		record_event(risk->given.record, EVENT_PERMANENT_REMOVED, item,
		             "%s%s was removed from the permanent configuration", text,
		             entry && (entry->flags & FIREWALL_GOING) ? ", zone and all," : "");
}

static void tell_withdrawn(struct risk *risk, struct item_words *gathered)
{
	_cleanup_strv_ struct strv going = STRV_NULL;
	_cleanup_free_ char *names = NULL, *command = NULL;

	item_words_sort(gathered);
	names = item_words_names(gathered);
	if (firewall_going(engine_wanted(risk->given.engine), &going) == 0)
		command = item_words_command(gathered, &going);
	if (names && command)
		logger_write(
		    risk->given.logger, LOGGER_WARNING,
		    "Removed from the permanent configuration (%zu): %s. The next reload closes "
		    "this and the guard does not restore it. To keep it open: " TEXT_COMMAND,
		    gathered->n, names, command);
}

static void tell_returned(struct risk *risk, struct item_words *gathered)
{
	_cleanup_free_ char *names = NULL;

	item_words_sort(gathered);
	names = item_words_names(gathered);
	if (names)
		logger_write(risk->given.logger, LOGGER_NOTICE, "Permanent again (%zu): %s",
		             gathered->n, names);
}

static void tell_gathered(struct risk *risk, struct firewall *items,
                          void (*tell)(struct risk *risk, struct item_words *gathered))
{
	_cleanup_item_words_ struct item_words gathered = ITEM_WORDS_NULL;

	if (items->n && item_words_all(&gathered, items) == 0)
		tell(risk, &gathered);
	firewall_deinit(items);
}

/** risk_tell_permanent() - say what risk_permanent() was told, in one line each way */
void risk_tell_permanent(struct risk *risk)
{
	tell_gathered(risk, &risk->withdrawn, tell_withdrawn);
	tell_gathered(risk, &risk->returned, tell_returned);
}
