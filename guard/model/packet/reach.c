// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/packet/reach.h"

#include <string.h>

/* A name that ends in + stands for all that begin so (firewalld: core/nftables.py). */
static bool names_interface(const char *bound, const char *interface)
{
	size_t n = strlen(bound);

	if (n > 0 && bound[n - 1] == '+')
		return strncmp(bound, interface, n - 1) == 0;
	return strcmp(bound, interface) == 0;
}

/* MAC addresses and ipsets tell nothing about an address. */
static bool holds_source(const char *bound, const struct cidr *source)
{
	struct cidr cidr;

	return cidr_parse(&cidr, bound, CIDR_NETMASK, NULL) == 0 && cidr_contains(&cidr, source);
}

static bool fits(const struct firewall_entry *entry, enum item_kind kind,
                 const struct reach_from *from)
{
	if (!(entry->flags & FIREWALL_RUNTIME) || entry->item.kind != kind)
		return false;
	if (kind == ITEM_SOURCE)
		return from->source && holds_source(entry->item.value, from->source);
	return from->interface && names_interface(entry->item.value, from->interface);
}

/**
 * reach_zone() - the zone that a connection comes into
 *
 * Of several zones with a fitting source firewalld asks the first by name.
 *
 * Return: borrowed from @fw; NULL when nothing fits and the default zone is not known.
 */
const char *reach_zone(const struct firewall *fw, const struct reach_from *from)
{
	static const enum item_kind order[] = {ITEM_SOURCE, ITEM_INTERFACE};

	for (size_t k = 0; k < ARRAY_SIZE(order); k++)
		for (size_t i = 0; i < fw->n; i++)
			if (fits(&fw->entries[i], order[k], from))
				return fw->entries[i].item.zone;
	return fw->default_zone;
}

/**
 * reach_service() - is a service or port open to a connection?
 * @service: its name, or PORT/PROTO, as it stands in the zone
 *
 * Rules that accept it count for nobody, since they are for some sources only.
 */
bool reach_service(const struct firewall *fw, const struct reach_from *from, const char *service)
{
	const char *zone = reach_zone(fw, from);

	for (size_t i = 0; i < fw->n; i++) {
		const struct firewall_entry *entry = &fw->entries[i];
		bool in_zone = (zone && strcmp(entry->item.zone, zone) == 0) ||
		               item_policy_name(entry->item.zone);
		char opened[ITEM_OPENED_MAX];

		if (in_zone && (entry->flags & FIREWALL_RUNTIME) && entry->item.kind != ITEM_RULE &&
		    item_opens(&entry->item, opened) && strcmp(opened, service) == 0)
			return true;
	}
	return false;
}

/* Does the interface, whatever the source, come into another zone? */
static bool is_bound_away(const struct firewall *fw, const char *interface, const char *zone)
{
	const char *chosen = reach_zone(fw, &(struct reach_from){.interface = interface});

	return chosen && strcmp(chosen, zone) != 0;
}

/**
 * reach_zone_gets_packets() - does any packet come into the zone?
 * @zone:       or a policy, which does
 * @interfaces: those of this machine, without loopback: the default zone gets what
 *              is left of them; NULL or empty: not known, so there may be some
 */
bool reach_zone_gets_packets(const struct firewall *fw, const char *zone,
                             const struct strv *interfaces)
{
	bool is_default = fw->default_zone && strcmp(fw->default_zone, zone) == 0;

	if (item_policy_name(zone))
		return true;
	for (size_t i = 0; i < fw->n; i++)
		if ((fw->entries[i].flags & FIREWALL_RUNTIME) &&
		    item_is_binding(&fw->entries[i].item) &&
		    strcmp(fw->entries[i].item.zone, zone) == 0)
			return true;
	if (!is_default || !interfaces || interfaces->n == 0)
		return is_default;
	for (size_t i = 0; i < interfaces->n; i++)
		if (!is_bound_away(fw, interfaces->strings[i], zone))
			return true;
	return false;
}
