// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/scope.h"

#include "guard/base/search.h"
#include "guard/model/mail/services.h"

#include <errno.h>
#include <string.h>

/** scope_deinit() - release everything; the result is SCOPE_NULL and usable */
void scope_deinit(struct scope *scope)
{
	strv_deinit(&scope->zones);
	strv_deinit(&scope->services);
	for (size_t i = 0; i < scope->n_require; i++)
		item_deinit(&scope->require[i]);
	free(scope->require);
	*scope = SCOPE_NULL;
}

static int compare_item(const void *element, const void *key)
{
	return item_cmp(element, key);
}

/* Where the item is under `require`, or where it would have to be inserted. */
static size_t require_position(const struct scope *scope, const struct item *item, bool *found)
{
	size_t at = search_lower_bound(scope->require, scope->n_require, sizeof(*scope->require),
	                               item, compare_item);

	*found = at < scope->n_require && item_cmp(&scope->require[at], item) == 0;
	return at;
}

/** scope_require() - add an item under `require`; @item is copied; Return: 0 or -ENOMEM */
int scope_require(struct scope *scope, const struct item *item)
{
	struct item copy, *bigger;
	bool found;
	size_t at = require_position(scope, item, &found);

	if (found)
		return 0;
	bigger = reallocarray(scope->require, scope->n_require + 1, sizeof(*bigger));
	if (!bigger)
		return -ENOMEM;
	scope->require = bigger;
	if (item_copy(&copy, item) < 0)
		return -ENOMEM;
	memmove(&bigger[at + 1], &bigger[at], (scope->n_require - at) * sizeof(*bigger));
	bigger[at] = copy;
	scope->n_require++;
	return 0;
}

/** scope_requires() - does the item, or a range of which it is a part, stand under `require`? */
bool scope_requires(const struct scope *scope, const struct item *item)
{
	struct item_ports ports;
	bool found;

	(void)require_position(scope, item, &found);
	return found ||
	       (item_ports(item, &ports) && items_contain(scope->require, scope->n_require, item));
}

static bool is_in(const struct firewall *fw, size_t at, const char *zone)
{
	return at < fw->n && strcmp(fw->entries[at].item.zone, zone) == 0;
}

/* Is there a mail or web service or port in the zone? */
static bool zone_serves_mail(const struct firewall *fw, const char *zone)
{
	for (size_t i = firewall_first(fw, zone, ITEM_SERVICE); is_in(fw, i, zone); i++) {
		enum item_class class = item_class(&fw->entries[i].item);

		if (class == ITEM_CLASS_MAIL || class == ITEM_CLASS_WEB)
			return true;
	}
	return false;
}

/**
 * scope_watches_zone() - does the guard look after this zone?
 * @fw: the state before the wipe: an interface that was lost with the zone's
 *      services must not make the zone look unused
 *
 * With no `zones` configured: the active zones, the default zone, and those that
 * carry a mail or web service; and every policy.
 */
bool scope_watches_zone(const struct scope *scope, const struct firewall *fw, const char *zone)
{
	if (scope->zones.n)
		return strv_contains(&scope->zones, zone);
	return item_policy_name(zone) || firewall_zone_is_active(fw, zone) ||
	       zone_serves_mail(fw, zone);
}

/* A service may be listed by the other name that it goes by: submission is smtp-submission. */
static bool is_named(const struct scope *scope, const char *opened)
{
	const struct service *service = services_by_name(opened);

	for (size_t i = 0; service && i < scope->services.n; i++)
		if (services_by_name(scope->services.strings[i]) == service)
			return true;
	return strv_contains(&scope->services, opened);
}

/* A rule or a forward port may name the port of a service that is listed, too. */
static bool is_listed(const struct scope *scope, const struct item *item, const char *opened)
{
	unsigned first, last;
	char protocol[8];

	if (!scope->services.n || is_named(scope, opened))
		return true;
	if ((item->kind != ITEM_RULE && item->kind != ITEM_FORWARD_PORT) ||
	    !item_port_parse(opened, &first, &last, protocol) || first != last)
		return false;
	for (size_t i = 0; i < scope->services.n; i++) {
		const struct service *service = services_by_name(scope->services.strings[i]);

		if (service && service->port == first && strcmp(service->transport, protocol) == 0)
			return true;
	}
	return false;
}

/* Is that something that the guard is to keep open? */
static bool counts(const struct scope *scope, const struct item *item, int opening,
                   const char *opened)
{
	if (opening == ITEM_OPENING_NAMED)
		return is_listed(scope, item, opened);
	/* by a port or protocol one gets in whatever service it is for */
	return opening == ITEM_OPENING_ALL || (opening == ITEM_OPENING_SOME && !scope->services.n);
}

static bool keeps(struct scope_view *view, const struct item *item, bool through)
{
	char opened[ITEM_OPENED_MAX];
	int opening = item_opening(item, opened);

	view->failed |= opening < 0;
	return opening == ITEM_OPENING_THROUGH ? through
	                                       : counts(view->scope, item, opening, opened);
}

/* What it lets in by its target, or by a policy, is not seen from its items. */
static bool opens_unseen(const struct scope_view *view, const char *zone)
{
	return firewall_has_hidden_opening(view->fw, zone) ||
	       (view->now && firewall_has_hidden_opening(view->now, zone));
}

/* Bindings count where they serve something that is protected, and so does masquerading where
 * only some services are. */
static bool zone_opens(struct scope_view *view, const char *zone, bool forwards)
{
	const struct firewall *fw = view->fw;

	if (!forwards && opens_unseen(view, zone))
		return true;
	for (size_t i = firewall_first(fw, zone, ITEM_SERVICE); is_in(fw, i, zone); i++) {
		const struct item *item = &fw->entries[i].item;

		if ((!forwards || item_forwards_away(item)) && keeps(view, item, false))
			return true;
	}
	return false;
}

/* An entry counts where a source or a rule that is protected stands for its ipset. */
static bool ipset_is_needed(struct scope_view *view, const char *ipset)
{
	const struct firewall *fw = view->fw;
	struct scope_view inner = SCOPE_VIEW(view->scope, fw);

	for (size_t i = 0; i < fw->n; i++) {
		const struct item *item = &fw->entries[i].item;
		int uses;

		/* there may be very many, and none is what stands for a set */
		if (item->kind == ITEM_ENTRY) {
			while (i + 1 < fw->n && is_in(fw, i + 1, item->zone))
				i++;
			continue;
		}
		uses = item_uses_ipset(item, ipset);
		if (uses > 0 && scope_view_protects(&inner, item))
			return true;
		view->failed |= uses < 0 || inner.failed;
	}
	return false;
}

/* What is asked of zones, each thing when it is wanted first. */
enum fact {
	FACT_IS_WATCHED,
	FACT_OPENS,
	FACT_FORWARDS,
	FACT_IS_NEEDED, /* of an ipset */
};

static bool is_fact(struct scope_view *view, const char *zone, enum fact fact)
{
	unsigned bit = 1U << fact;
	bool yes = false;

	if (!view->zone || strcmp(view->zone, zone) != 0) {
		view->zone = zone;
		view->known = view->facts = 0;
	}
	if (view->known & bit)
		return (view->facts & bit) != 0;
	switch (fact) {
	case FACT_IS_WATCHED:
		yes = scope_watches_zone(view->scope, view->fw, zone);
		break;
	case FACT_OPENS:
	case FACT_FORWARDS:
		yes = zone_opens(view, zone, fact == FACT_FORWARDS);
		break;
	case FACT_IS_NEEDED:
		yes = ipset_is_needed(view, zone);
		break;
	}
	view->known |= bit;
	view->facts |= yes ? bit : 0;
	return yes;
}

/* firewalld knows no end for a source: one that has it was trusted by the guard's word. */
static bool is_trusted_for_a_time(const struct firewall *fw, const struct item *item)
{
	const struct firewall_entry *entry =
	    item->kind == ITEM_SOURCE ? firewall_find(fw, item) : NULL;

	return entry && entry->until_us != 0;
}

/* Containers and relays behind this machine get through it, for whatever service. */
static bool keeps_through(struct scope_view *view, const char *zone)
{
	return !view->scope->services.n || is_fact(view, zone, FACT_FORWARDS);
}

/**
 * scope_view_protects() - does the guard restore this item when a wipe takes it?
 * @item: borrowed for as long as @view is used
 *
 * What is known of the zone of the last item is known for the next: to go through a
 * firewall in its order takes one look at each zone.
 */
bool scope_view_protects(struct scope_view *view, const struct item *item)
{
	if (scope_requires(view->scope, item) || is_trusted_for_a_time(view->fw, item))
		return true;
	if (item->kind == ITEM_ENTRY)
		return is_fact(view, item->zone, FACT_IS_NEEDED);
	if (item_is_theirs(item))
		return false;
	if (item_is_binding(item) ? !is_fact(view, item->zone, FACT_OPENS)
	                          : !keeps(view, item, keeps_through(view, item->zone)))
		return false;
	return is_fact(view, item->zone, FACT_IS_WATCHED);
}

/** scope_protects() - the same, asked once; in want of memory it does */
bool scope_protects(const struct scope *scope, const struct firewall *fw, const struct item *item)
{
	struct scope_view view = SCOPE_VIEW(scope, fw);

	return scope_view_protects(&view, item) || view.failed;
}

/**
 * scope_view_at_risk() - is it protected, in the runtime only, and meant to stay?
 * @entry: of the view's firewall
 *
 * Not what has an end, what left the permanent configuration or was released, and interfaces that
 * come into this zone anyway, since it is the default zone.
 */
bool scope_view_at_risk(struct scope_view *view, const struct firewall_entry *entry)
{
	return (entry->flags & FIREWALL_RUNTIME) &&
	       !(entry->flags & (FIREWALL_PERMANENT | FIREWALL_WITHDRAWN | FIREWALL_EDITED |
	                         FIREWALL_GOING | FIREWALL_RELEASED)) &&
	       !entry->until_us && !firewall_is_fallback(view->fw, entry) &&
	       scope_view_protects(view, &entry->item);
}

/**
 * scope_count_protected() - how many items of the runtime are protected, not counting bindings
 * @out:          written on success alone, as the other
 * @runtime_only: how many of these the next reload would take
 *
 * Return: 0 or -ENOMEM.
 */
int scope_count_protected(const struct scope *scope, const struct firewall *fw, size_t *out,
                          size_t *runtime_only)
{
	struct scope_view view = SCOPE_VIEW(scope, fw);
	size_t count = 0, bare = 0;

	for (size_t i = 0; i < fw->n; i++) {
		const struct firewall_entry *entry = &fw->entries[i];

		if (!(entry->flags & FIREWALL_RUNTIME) ||
		    item_class(&entry->item) == ITEM_CLASS_BINDING ||
		    !scope_view_protects(&view, &entry->item))
			continue;
		count++;
		bare += !(entry->flags & FIREWALL_PERMANENT);
	}
	if (view.failed)
		return -ENOMEM;
	*runtime_only = bare;
	*out = count;
	return 0;
}

/* The same interface or source, permanent in a zone other than this item's. */
static bool is_bound_elsewhere(const struct firewall *fw, const struct item *item)
{
	size_t i = 0;

	while (i < fw->n) {
		const char *zone = fw->entries[i].item.zone;
		const struct item same = {
		    .zone = fw->entries[i].item.zone, .value = item->value, .kind = item->kind};

		if (strcmp(zone, item->zone) != 0 && firewall_has(fw, &same, FIREWALL_PERMANENT))
			return true;
		/* behind the last kind of this zone */
		i = firewall_first(fw, zone, ITEM_N_KINDS);
	}
	return false;
}

/**
 * scope_not_to_persist() - why an item is not to be written to the permanent configuration
 * @fw: what firewalld holds
 *
 * An interface that is permanently bound to two zones makes firewalld refuse to load both.
 *
 * Return: the reason, static; NULL: nothing speaks against it.
 */
const char *scope_not_to_persist(const struct firewall *fw, const struct item *item)
{
	if (item_direct_family(item->zone))
		return "direct rules are left to you: firewall-cmd --permanent --direct";
	if (item_is_binding(item) && is_bound_elsewhere(fw, item))
		return "it is permanently bound to another zone";
	return NULL;
}
