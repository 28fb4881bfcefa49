// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/packet/dispatch.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

/** dispatch_deinit() - free what it owns; it is DISPATCH_NULL afterwards */
void dispatch_deinit(struct dispatch *dispatch)
{
	ruleset_deinit(&dispatch->made_of);
	free(dispatch->ways);
	*dispatch = DISPATCH_NULL;
}

/* --- the order ---------------------------------------------------------------------------- */

static int add_way(struct dispatch *dispatch, const struct ruleset_zone *zone, const char *value,
                   enum dispatch_by by)
{
	int r =
	    grow(&dispatch->ways, &dispatch->capacity, dispatch->n + 1, sizeof(*dispatch->ways));

	if (r == 0) {
		dispatch->ways[dispatch->n] = (struct dispatch_way){zone, value, by, dispatch->n};
		dispatch->n++;
	}
	return r;
}

/* 1.x puts each interface in front of those before it (core/nftables.py, "insert"). */
static int by_order_1(const void *a, const void *b)
{
	const struct dispatch_way *one = a, *two = b;

	if (one->by != two->by)
		return one->by < two->by ? -1 : 1;
	if (one->by == DISPATCH_BY_INTERFACE)
		return one->at > two->at ? -1 : 1;
	return one->at < two->at ? -1 : 1;
}

/* To 2.x the default zone is one with the interface +, and all of these come last. */
static bool is_any_interface(const struct dispatch_way *way)
{
	return way->by == DISPATCH_BY_DEFAULT ||
	       (way->by == DISPATCH_BY_INTERFACE && strcmp(way->value, "+") == 0);
}

/* core/nftables.py, _zone_ingress_dispatch_sort_key (2.0: _policy_dispatch_sort_key) */
static int by_order_2(const void *a, const void *b)
{
	const struct dispatch_way *one = a, *two = b;
	bool any = is_any_interface(one);
	int r = 0;

	if (any != is_any_interface(two))
		return any ? 1 : -1;
	if (!any && one->zone->ingress_priority != two->zone->ingress_priority)
		return one->zone->ingress_priority < two->zone->ingress_priority ? -1 : 1;
	if (!any && one->by != two->by)
		return one->by < two->by ? -1 : 1;
	r = strcmp(one->zone->name, two->zone->name);
	if (r == 0)
		r = strcmp(one->value ? one->value : "", two->value ? two->value : "");
	return r;
}

static int add_ways_of(struct dispatch *dispatch, const struct ruleset_zone *zone)
{
	int r = 0;

	for (size_t i = 0; i < zone->sources.n && r == 0; i++)
		r = add_way(dispatch, zone, zone->sources.strings[i], DISPATCH_BY_SOURCE);
	for (size_t i = 0; i < zone->interfaces.n && r == 0; i++)
		r = add_way(dispatch, zone, zone->interfaces.strings[i], DISPATCH_BY_INTERFACE);
	return r;
}

/**
 * dispatch_init() - all ways into the zones of a ruleset, in order
 * @out:     written on success alone; it borrows from @ruleset; free with dispatch_deinit()
 * @ruleset: borrowed, and must outlive it
 *
 * Return: 0; -ENOMEM.
 */
int dispatch_init(struct dispatch *out, const struct ruleset *ruleset)
{
	struct dispatch dispatch = {.ruleset = ruleset};
	const struct ruleset_zone *zone =
	    ruleset->default_zone ? ruleset_zone(ruleset, ruleset->default_zone) : NULL;
	int r = 0;

	for (size_t i = 0; i < ruleset->n_zones && r == 0; i++)
		if (!ruleset->zones[i].is_policy)
			r = add_ways_of(&dispatch, &ruleset->zones[i]);
	if (r == 0 && zone)
		r = add_way(&dispatch, zone, NULL, DISPATCH_BY_DEFAULT);
	if (r < 0) {
		dispatch_deinit(&dispatch);
		return r;
	}
	if (dispatch.n > 1)
		qsort(dispatch.ways, dispatch.n, sizeof(*dispatch.ways),
		      ruleset->dispatch == RULESET_DISPATCH_1 ? by_order_1 : by_order_2);
	*out = dispatch;
	return 0;
}

/* --- of a struct firewall ----------------------------------------------------------------- */

static int add_binding(struct ruleset *ruleset, const struct item *item)
{
	struct ruleset_zone *zone;
	int r = ruleset_add_zone(ruleset, item->zone, &zone);

	if (r < 0)
		return r;
	return strv_add(item->kind == ITEM_SOURCE ? &zone->sources : &zone->interfaces,
	                item->value);
}

/* Items do not tell of which type their ipset is; the first entry shows it. */
static const char *type_of_entry(const char *entry, bool *ipv6)
{
	_cleanup_free_ char *address = strndup(entry, strcspn(entry, ",-"));
	struct cidr cidr;

	*ipv6 = false;
	if (!address || cidr_parse(&cidr, address, CIDR_NETMASK, NULL) != 0)
		return strlen(entry) == strlen("00:11:22:33:44:55") && strchr(entry, ':')
		           ? "hash:mac"
		           : "unknown";
	*ipv6 = cidr.family == CIDR_IPV6;
	return strchr(entry, ',') ? "hash:net,port" : "hash:net";
}

static int add_entry(struct ruleset *ruleset, const char *name, const char *entry)
{
	struct ruleset_ipset *ipset = NULL;
	int r = 0;

	if (ruleset->n_ipsets > 0)
		ipset = &ruleset->ipsets[ruleset->n_ipsets - 1];
	if (!ipset || strcmp(ipset->name, name) != 0) {
		bool ipv6;
		const char *type = type_of_entry(entry, &ipv6);

		r = ruleset_add_ipset(ruleset, name, type, ipv6, &ipset);
	}
	if (r == 0)
		r = ruleset_add_entry(ipset, entry, NULL);
	if (r > 0) {
		ipset->known = false;
		r = 0;
	}
	return r;
}

static bool is_bound(const struct ruleset *ruleset, const char *source)
{
	for (size_t i = 0; i < ruleset->n_zones; i++)
		if (strv_contains(&ruleset->zones[i].sources, source))
			return true;
	return false;
}

static int add_entries(struct ruleset *ruleset, const struct firewall *fw)
{
	const char *zone = NULL; /* sorted, so that the entries of one ipset stand together */
	bool bound = false;
	int r = 0;

	for (size_t i = 0; i < fw->n && r == 0; i++) {
		const struct item *item = &fw->entries[i].item;

		if (item->kind != ITEM_ENTRY || !(fw->entries[i].flags & FIREWALL_RUNTIME))
			continue;
		if (!zone || strcmp(zone, item->zone) != 0)
			bound = is_bound(ruleset, item->zone);
		zone = item->zone;
		if (bound)
			r = add_entry(ruleset, item_ipset_name(zone), item->value);
	}
	return r;
}

static int add_priorities(struct ruleset *ruleset, const struct firewall *fw)
{
	int r = 0;

	ruleset->dispatch = fw->by_priority ? RULESET_DISPATCH_2 : RULESET_DISPATCH_1;
	for (size_t i = 0; i < fw->n_traits && r == 0; i++) {
		struct ruleset_zone *zone;

		if (fw->traits[i].ingress == 0)
			continue;
		r = ruleset_add_zone(ruleset, fw->traits[i].zone, &zone);
		if (r == 0)
			zone->ingress_priority = fw->traits[i].ingress;
	}
	return r;
}

static int make_ruleset(struct ruleset *ruleset, const struct firewall *fw)
{
	struct ruleset_zone *zone;
	int r = 0;

	for (size_t i = 0; i < fw->n && r == 0; i++)
		if ((fw->entries[i].flags & FIREWALL_RUNTIME) &&
		    (fw->entries[i].item.kind == ITEM_SOURCE ||
		     fw->entries[i].item.kind == ITEM_INTERFACE))
			r = add_binding(ruleset, &fw->entries[i].item);
	if (r == 0)
		r = add_entries(ruleset, fw);
	if (r == 0)
		r = add_priorities(ruleset, fw);
	if (r == 0 && fw->default_zone) {
		ruleset->default_zone = strdup(fw->default_zone);
		r = ruleset->default_zone ? ruleset_add_zone(ruleset, fw->default_zone, &zone)
		                          : -ENOMEM;
	}
	return r;
}

/**
 * dispatch_init_firewall() - the same of the runtime's items
 * @out: written on success alone; it borrows nothing; free with dispatch_deinit()
 *
 * Return: 0; -ENOMEM.
 */
int dispatch_init_firewall(struct dispatch *out, const struct firewall *fw)
{
	_cleanup_ruleset_ struct ruleset ruleset = RULESET_NULL;
	int r = make_ruleset(&ruleset, fw);

	if (r == 0)
		r = dispatch_init(out, &ruleset);
	if (r < 0)
		return r;
	/* what the ways lead to stays where it is */
	out->made_of = ruleset;
	out->ruleset = &out->made_of;
	ruleset = RULESET_NULL;
	return 0;
}

/* --- packets ------------------------------------------------------------------------------ */

/** dispatch_takes() - does a packet that nothing before it took go this way? */
struct match_answer dispatch_takes(const struct dispatch *dispatch, const struct dispatch_way *way,
                                   const struct packet *packet)
{
	switch (way->by) {
	case DISPATCH_BY_SOURCE:
		return match_source(dispatch->ruleset, packet, way->value);
	case DISPATCH_BY_INTERFACE:
		return match_interface(packet, way->value);
	case DISPATCH_BY_DEFAULT:
		break;
	}
	return MATCH_ANSWER_YES;
}

/**
 * dispatch_way() - the way that a packet goes
 *
 * Where nobody knows whether a way takes it, it does not.
 *
 * Return: borrowed; NULL when no way takes it.
 */
const struct dispatch_way *dispatch_way(const struct dispatch *dispatch,
                                        const struct packet *packet)
{
	for (size_t i = 0; i < dispatch->n; i++)
		if (dispatch_takes(dispatch, &dispatch->ways[i], packet).match == MATCH_YES)
			return &dispatch->ways[i];
	return NULL;
}

static int add_address_of_entry(struct rangeset *out, const char *entry)
{
	_cleanup_free_ char *address = strndup(entry, strcspn(entry, ","));
	struct cidr cidr;

	if (!address)
		return -ENOMEM;
	return cidr_parse(&cidr, address, CIDR_NETMASK, NULL) == 0 ? rangeset_add(out, &cidr) : 0;
}

/**
 * dispatch_add_sources() - the addresses whose packets may go this way
 * @way:   by source; of others nothing is added
 * @whole: only those of which every packet does: not where a port or more decides, too
 *
 * A MAC address stands for none: it is seen on the next hop alone.
 *
 * Return: 0; -ENOMEM.
 */
int dispatch_add_sources(struct rangeset *out, const struct dispatch *dispatch,
                         const struct dispatch_way *way, bool whole)
{
	const char *name = way->by == DISPATCH_BY_SOURCE ? item_ipset_name(way->value) : NULL;
	const struct ruleset_ipset *ipset = name ? ruleset_ipset(dispatch->ruleset, name) : NULL;
	struct cidr cidr;
	int r = 0;

	if (way->by == DISPATCH_BY_SOURCE && !name &&
	    cidr_parse(&cidr, way->value, CIDR_NETMASK, NULL) == 0)
		return rangeset_add(out, &cidr);
	for (size_t i = 0; ipset && i < ipset->ranges.n && r == 0; i++)
		r = rangeset_add_range(out, ipset->ranges.ranges[i].first,
		                       ipset->ranges.ranges[i].last);
	for (size_t i = 0; ipset && !whole && i < ipset->entries.n && r == 0; i++)
		r = add_address_of_entry(out, ipset->entries.strings[i]);
	return r;
}

/**
 * dispatch_zone() - the zone of the runtime that a packet comes into
 * @out: receives it, borrowed from @fw; NULL: nothing fits, and the default zone is not known
 *
 * Return: 0; -ENOMEM.
 */
int dispatch_zone(const char **out, const struct firewall *fw, const struct packet *packet)
{
	_cleanup_dispatch_ struct dispatch dispatch = DISPATCH_NULL;
	const struct dispatch_way *way;
	int r = dispatch_init_firewall(&dispatch, fw);

	if (r < 0)
		return r;
	way = dispatch_way(&dispatch, packet);
	*out = way && way->by == DISPATCH_BY_DEFAULT ? fw->default_zone : NULL;
	for (size_t i = 0; way && way->by != DISPATCH_BY_DEFAULT && i < fw->n && !*out; i++)
		if (strcmp(fw->entries[i].item.zone, way->zone->name) == 0)
			*out = fw->entries[i].item.zone;
	return 0;
}

/* --- zones -------------------------------------------------------------------------------- */

/* What the ways before one have taken, for other zones. */
struct taken {
	struct rangeset sources;
	struct strv interfaces; /* as they are bound */
};

static bool all_sources_are_taken(const struct taken *taken)
{
	struct cidr v4, v6;

	return cidr_parse(&v4, "0.0.0.0/0", 0, NULL) == 0 &&
	       cidr_parse(&v6, "::/0", 0, NULL) == 0 && rangeset_contains(&taken->sources, &v4) &&
	       rangeset_contains(&taken->sources, &v6);
}

/* @bound: an interface, or many by a + at the end */
static bool interface_is_taken(const struct taken *taken, const char *bound)
{
	for (size_t i = 0; i < taken->interfaces.n; i++)
		if (match_interface_name(taken->interfaces.strings[i], bound))
			return true;
	return false;
}

/* Every interface that there is; none is known: not. */
static bool interfaces_are_taken(const struct taken *taken, const struct strv *interfaces)
{
	if (interface_is_taken(taken, "+"))
		return true;
	for (size_t i = 0; interfaces && i < interfaces->n; i++)
		if (!interface_is_taken(taken, interfaces->strings[i]))
			return false;
	return interfaces && interfaces->n > 0;
}

/**
 * dispatch_has_interface() - is there an interface that is bound so?
 * @interfaces: those of this machine; NULL or empty: not known, so there may be
 * @bound:      its name, or the start of many names and a +
 *
 * firewalld keeps the binding of one that was renamed, or is gone.
 */
bool dispatch_has_interface(const struct strv *interfaces, const char *bound)
{
	bool known = interfaces && interfaces->n > 0;

	for (size_t i = 0; known && i < interfaces->n; i++)
		if (match_interface_name(bound, interfaces->strings[i]))
			return true;
	return !known;
}

static bool source_is_taken(const struct taken *taken, const struct dispatch_way *way)
{
	struct cidr cidr;

	return cidr_parse(&cidr, way->value, CIDR_NETMASK, NULL) == 0 &&
	       rangeset_contains(&taken->sources, &cidr);
}

static bool gets_packets(const struct dispatch *dispatch, const struct taken *taken,
                         const struct dispatch_way *way, const struct strv *interfaces)
{
	if (all_sources_are_taken(taken))
		return false;
	/* 1.x asks first for the interface that was bound last, and does not tell which it was */
	if (way->by == DISPATCH_BY_INTERFACE)
		return dispatch_has_interface(interfaces, way->value) &&
		       (dispatch->ruleset->dispatch == RULESET_DISPATCH_1 ||
		        !interface_is_taken(taken, way->value));
	if (way->by == DISPATCH_BY_SOURCE && source_is_taken(taken, way))
		return false;
	return !interfaces_are_taken(taken, interfaces);
}

static int any_way_gets_packets(const struct dispatch *dispatch, const char *zone,
                                const struct strv *interfaces)
{
	struct taken taken = {0};
	bool gets = false;
	int r = 0;

	for (size_t i = 0; i < dispatch->n && !gets && r >= 0; i++) {
		const struct dispatch_way *way = &dispatch->ways[i];

		if (strcmp(way->zone->name, zone) == 0)
			gets = gets_packets(dispatch, &taken, way, interfaces);
		else if (way->by == DISPATCH_BY_DEFAULT)
			break;
		else if (way->by == DISPATCH_BY_INTERFACE)
			r = strv_add(&taken.interfaces, way->value);
		else
			r = dispatch_add_sources(&taken.sources, dispatch, way, true);
	}
	rangeset_deinit(&taken.sources);
	strv_deinit(&taken.interfaces);
	return r < 0 ? r : gets;
}

/**
 * dispatch_zone_gets_packets() - does any packet come into the zone?
 * @zone:       of the runtime; or a policy, which gets some
 * @interfaces: those of this machine, without loopback: a zone gets what comes in on those
 *              of its own that there are, the default zone what is left of them; NULL or
 *              empty: not known, so there may be some
 *
 * Return: 1 or 0; -ENOMEM.
 */
int dispatch_zone_gets_packets(const struct firewall *fw, const char *zone,
                               const struct strv *interfaces)
{
	_cleanup_dispatch_ struct dispatch dispatch = DISPATCH_NULL;
	int r;

	if (item_policy_name(zone))
		return 1;
	r = dispatch_init_firewall(&dispatch, fw);
	return r < 0 ? r : any_way_gets_packets(&dispatch, zone, interfaces);
}
