// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/packet/remembered.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "guard/model/mail/services.h"
#include "guard/model/packet/absent.h"

/* Of mail and web what the table knows; what another service is made of is not known. */
static int add_service(struct ruleset *ruleset, const char *name)
{
	const struct service *known = services_by_name(name);
	struct ruleset_service *service;
	char port[32];
	int r;

	if (!known || ruleset_service(ruleset, name))
		return 0;
	snprintf(port, sizeof(port), "%u/%s", known->port, known->transport);
	r = ruleset_add_service(ruleset, name, &service);
	return r == 0 ? strv_add(&service->ports, port) : r;
}

static int add_rule(struct ruleset *ruleset, struct ruleset_zone *zone, const char *text)
{
	struct err err = ERR_NULL;
	int r = ruleset_add_rule(zone, text, &err);

	if (r <= 0)
		return r;
	ruleset_skip(ruleset, zone->name, err.text);
	return 0;
}

static int add_item(struct ruleset *ruleset, struct ruleset_zone *zone, const struct item *item)
{
	int r = 0;

	if (item->kind == ITEM_SERVICE)
		r = add_service(ruleset, item->value);
	if (item->kind == ITEM_RULE)
		return add_rule(ruleset, zone, item->value);
	return r == 0 ? ruleset_add_value(zone, item->kind, item->value) : r;
}

/* What is permanent, too, so that nobody says of it that a reload drops it. */
static int hold(struct ruleset *ruleset, const struct item *item)
{
	struct ruleset_held *held;
	int r = ruleset_add_held(ruleset, item->zone, true, &held);

	return r == 0 ? ruleset_hold(held, item->kind, item->value) : r;
}

static int add_entry(struct ruleset *ruleset, const struct firewall_entry *entry)
{
	const struct item *item = &entry->item;
	struct ruleset_zone *zone;
	int r = 0;

	if (item_policy_name(item->zone) || item_ipset_name(item->zone) ||
	    item_direct_family(item->zone))
		return 0;
	if (entry->flags & FIREWALL_PERMANENT)
		r = hold(ruleset, item);
	if (r != 0 || !(entry->flags & FIREWALL_RUNTIME))
		return r;
	r = ruleset_add_zone(ruleset, item->zone, &zone);
	return r == 0 ? add_item(ruleset, zone, item) : r;
}

/**
 * remembered_add() - what firewalld held once, beside the kernel's own rules
 * @ruleset: without firewalld's; gets it added, and is marked as remembered
 * @past:    borrowed
 *
 * Return: 0; -ENOMEM.
 */
int remembered_add(struct ruleset *ruleset, const struct firewall *past)
{
	int r = 0;

	ruleset->remembered = true;
	ruleset->panic = past->panic;
	if (past->default_zone && !(ruleset->default_zone = strdup(past->default_zone)))
		return -ENOMEM;
	for (size_t i = 0; i < past->n && r == 0; i++)
		r = add_entry(ruleset, &past->entries[i]);
	return r == 0 ? ruleset_settle_permanent(ruleset) : r;
}

/**
 * remembered_in_kernel() - has the kernel the rules that let in this service or port of a zone?
 * @ruleset: with the kernel's, if they could be read
 */
enum remembered_kernel remembered_in_kernel(const struct ruleset *ruleset, const struct item *item)
{
	const struct ruleset_service *service =
	    item->kind == ITEM_SERVICE ? ruleset_service(ruleset, item->value) : NULL;
	int r;

	/* without its table the rules may be iptables' */
	if (!ruleset->chains_known || !ruleset->kernel.table ||
	    (item->kind != ITEM_PORT && (!service || service->ports.n == 0)))
		return REMEMBERED_KERNEL_UNKNOWN;
	r = absent_carried(ruleset, item);
	return r < 0    ? REMEMBERED_KERNEL_UNKNOWN
	       : r == 0 ? REMEMBERED_KERNEL_LACKS
	                : REMEMBERED_KERNEL_HAS;
}
