// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/scope.h"

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

/* Where the item is under `require`, or where it would have to be inserted. */
static size_t require_position(const struct scope *scope, const struct item *item, bool *found)
{
	size_t at = 0;

	while (at < scope->n_require && item_cmp(&scope->require[at], item) < 0)
		at++;
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

/** scope_requires() - does the item stand under `require`? */
bool scope_requires(const struct scope *scope, const struct item *item)
{
	bool found;

	(void)require_position(scope, item, &found);
	return found;
}

/* Is there a mail or web service or port in the zone? */
static bool zone_serves_mail(const struct firewall *fw, const char *zone)
{
	for (size_t i = 0; i < fw->n; i++) {
		enum item_class class = item_class(&fw->entries[i].item);

		if (strcmp(fw->entries[i].item.zone, zone) == 0 &&
		    (class == ITEM_CLASS_MAIL || class == ITEM_CLASS_WEB))
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

/* A rule or a forward port may name the port of a service that is listed, too. */
static bool is_listed(const struct scope *scope, const struct item *item, const char *opened)
{
	unsigned first, last;
	char protocol[8];

	if (!scope->services.n || strv_contains(&scope->services, opened))
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

/* Does it open something that the guard is to keep open? */
static bool protects_opening(const struct scope *scope, const struct item *item)
{
	char opened[ITEM_OPENED_MAX];

	return item_opens(item, opened) && is_listed(scope, item, opened);
}

/* Masquerading and bindings count where they serve something that is protected. */
static bool is_needed(const struct scope *scope, const struct firewall *fw, const struct item *item)
{
	bool masquerade = item->kind == ITEM_MASQUERADE;

	for (size_t i = 0; i < fw->n; i++) {
		const struct item *other = &fw->entries[i].item;

		if (strcmp(other->zone, item->zone) == 0 &&
		    (!masquerade || item_forwards_away(other)) && protects_opening(scope, other))
			return true;
	}
	return false;
}

/* An entry counts where a source or a rule that is protected stands for its ipset. */
static bool entry_is_needed(const struct scope *scope, const struct firewall *fw,
                            const struct item *entry)
{
	for (size_t i = 0; i < fw->n; i++)
		if (item_uses_ipset(&fw->entries[i].item, entry->zone) &&
		    scope_protects(scope, fw, &fw->entries[i].item))
			return true;
	return false;
}

/** scope_protects() - does the guard restore this item when a wipe takes it? */
bool scope_protects(const struct scope *scope, const struct firewall *fw, const struct item *item)
{
	if (scope_requires(scope, item))
		return true;
	if (item->kind == ITEM_ENTRY)
		return entry_is_needed(scope, fw, item);
	if (item_is_binding(item) || item->kind == ITEM_MASQUERADE ? !is_needed(scope, fw, item)
	                                                           : !protects_opening(scope, item))
		return false;
	return scope_watches_zone(scope, fw, item->zone);
}

/**
 * scope_at_risk() - is it protected, in the runtime only, and meant to stay?
 * @entry: of @fw
 *
 * Not what has an end, what left the permanent configuration, and interfaces that
 * come into this zone anyway, since it is the default zone.
 */
bool scope_at_risk(const struct scope *scope, const struct firewall *fw,
                   const struct firewall_entry *entry)
{
	return (entry->flags & FIREWALL_RUNTIME) &&
	       !(entry->flags & (FIREWALL_PERMANENT | FIREWALL_WITHDRAWN | FIREWALL_EDITED)) &&
	       !entry->until_us && !firewall_is_fallback(fw, entry) &&
	       scope_protects(scope, fw, &entry->item);
}

/**
 * scope_not_to_persist() - why an item is not to be written to the permanent configuration
 * @fw:              what firewalld holds
 * @network_manager: it is there, and keeps the zones of its interfaces in a place of its own
 *
 * An interface that is permanently bound to two zones makes firewalld refuse to load both.
 *
 * Return: the reason, static; NULL: nothing speaks against it.
 */
const char *scope_not_to_persist(const struct firewall *fw, const struct item *item,
                                 bool network_manager)
{
	if (item_direct_family(item->zone))
		return "direct rules are left to: firewall-cmd --permanent --direct";
	if (item->kind == ITEM_INTERFACE && network_manager)
		return "NetworkManager keeps the zones of its interfaces: nmcli connection modify "
		       "NAME connection.zone ZONE";
	for (size_t i = 0; i < fw->n; i++)
		if (item_is_same_binding(&fw->entries[i].item, item) &&
		    (fw->entries[i].flags & FIREWALL_PERMANENT) &&
		    item_cmp(&fw->entries[i].item, item) != 0)
			return "it is permanently bound to another zone";
	return NULL;
}
