// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/packet/itemview.h"

#include "guard/model/portspace.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/** itemview_deinit() - free what it owns; it is ITEMVIEW_NULL afterwards */
void itemview_deinit(struct itemview *view)
{
	firewall_deinit(&view->firewall);
	*view = ITEMVIEW_NULL;
}

/* One strange entry must not blind the guard to all the others: it is left out and counted. */
static int add_item(struct itemview *view, const char *zone, enum item_kind kind, const char *value,
                    unsigned flag)
{
	struct firewall *fw = &view->firewall;
	struct item item;
	struct err err = ERR_NULL;
	int r = item_init(&item, zone, kind, value, &err);

	if (r > 0) {
		if (view->n_skipped++ == 0)
			(void)snprintf(view->skipped, sizeof(view->skipped), "%.64s: %.180s", zone,
			               err.text);
		return 0;
	}
	if (r < 0)
		return r;
	r = grow(&fw->entries, &fw->capacity, fw->n + 1, sizeof(*fw->entries));
	if (r < 0) {
		item_deinit(&item);
		return r;
	}
	fw->entries[fw->n++] = (struct firewall_entry){.item = item, .flags = flag};
	return 0;
}

/* --- the parts ---------------------------------------------------------------------------- */

static int add_list(struct itemview *view, const char *zone, enum item_kind kind,
                    const struct strv *values)
{
	int r = 0;

	for (size_t i = 0; i < values->n && r == 0; i++)
		r = add_item(view, zone, kind, values->strings[i], FIREWALL_RUNTIME);
	return r;
}

static int add_contents(struct itemview *view, const char *name, const struct ruleset_zone *zone)
{
	int r = 0;

	for (unsigned kind = 0; kind < ITEM_N_KINDS && r == 0; kind++) {
		const struct strv *values = ruleset_values(zone, (enum item_kind)kind);

		if (values)
			r = add_list(view, name, (enum item_kind)kind, values);
	}
	if (r == 0 && zone->masquerade)
		r = add_item(view, name, ITEM_MASQUERADE, "yes", FIREWALL_RUNTIME);
	if (r == 0 && zone->forward)
		r = add_item(view, name, ITEM_FORWARD, "yes", FIREWALL_RUNTIME);
	for (size_t i = 0; i < zone->n_rules && r == 0; i++)
		r = add_item(view, name, ITEM_RULE, zone->rules[i].text, FIREWALL_RUNTIME);
	return r;
}

static bool lets_in(const struct ruleset_zone *policy)
{
	for (size_t i = 0; i < policy->n_rules; i++)
		if (policy->rules[i].rule.action == RICHRULE_ACTION_ACCEPT)
			return true;
	return policy->target == TARGET_ACCEPT || policy->services.n || policy->ports.n ||
	       policy->protocols.n || policy->source_ports.n || policy->forward_ports.n;
}

static int add_trait(struct firewall *fw, const char *name, const struct ruleset_zone *zone)
{
	struct firewall_trait *trait;
	int r;

	if (!zone->is_policy && zone->ingress_priority == 0 && zone->target == TARGET_DEFAULT)
		return 0;
	r = firewall_add_trait(fw, name, &trait);
	if (r < 0)
		return r;
	trait->ingress = zone->ingress_priority;
	trait->target = zone->target;
	if (!zone->is_policy)
		return 0;
	trait->leads_here = !zone->unapplied && strv_contains(&zone->egress_zones, "HOST");
	trait->lets_in = lets_in(zone);
	return strv_copy(&trait->from, &zone->ingress_zones);
}

static int add_zone(struct itemview *view, const struct ruleset_zone *zone)
{
	_cleanup_free_ char *name = NULL;
	int r = ruleset_zone_holder(&name, zone);

	if (r == 0)
		r = firewall_add_zone(&view->firewall, name);
	if (r == 0)
		r = add_trait(&view->firewall, name, zone);
	return r == 0 ? add_contents(view, name, zone) : r;
}

/* Of those with a timeout nobody tells what is in them. */
static int add_ipset(struct itemview *view, const struct ruleset_ipset *ipset)
{
	_cleanup_free_ char *name = NULL;
	int r;

	if (!ipset->as_items || ipset->timed)
		return 0;
	r = xasprintf(&name, ITEM_IPSET_PREFIX "%s", ipset->name);
	if (r == 0)
		r = firewall_add_zone(&view->firewall, name);
	return r == 0 ? add_list(view, name, ITEM_ENTRY, &ipset->entries) : r;
}

static int add_held(struct itemview *view, const struct ruleset_held *held)
{
	unsigned flag = held->permanent ? FIREWALL_PERMANENT : FIREWALL_RUNTIME;
	int r = 0;

	for (size_t i = 0; i < held->items.n && r == 0; i++) {
		const char *text = held->items.strings[i], *value = strchr(text, ':');
		_cleanup_free_ char *name = strndup(text, (size_t)(value - text));
		enum item_kind kind;

		if (!name)
			return -ENOMEM;
		/* it was written by ruleset_hold() */
		if (item_kind_parse(&kind, name) == 0)
			r = add_item(view, held->zone, kind, value + 1, flag);
	}
	return r;
}

/* --- in order ----------------------------------------------------------------------------- */

static int by_item(const void *a, const void *b)
{
	const struct firewall_entry *one = a, *two = b;

	return item_cmp(&one->item, &two->item);
}

/* What is in the runtime and permanent is one entry, as is what firewalld has in two spellings. */
static int settle(struct firewall *fw)
{
	size_t kept = 0;

	if (fw->n > 1)
		qsort(fw->entries, fw->n, sizeof(*fw->entries), by_item);
	for (size_t i = 0; i < fw->n; i++) {
		if (kept > 0 && item_cmp(&fw->entries[kept - 1].item, &fw->entries[i].item) == 0) {
			fw->entries[kept - 1].flags |= fw->entries[i].flags;
			item_deinit(&fw->entries[i].item);
		} else {
			fw->entries[kept++] = fw->entries[i];
		}
	}
	fw->n = kept;
	return portspace_settle(fw);
}

static int give(struct itemview *out, struct itemview *view, int r)
{
	if (r == 0)
		r = settle(&view->firewall);
	if (r < 0) {
		itemview_deinit(view);
		return r;
	}
	*out = *view;
	return 0;
}

/**
 * itemview_of() - all of a ruleset, the runtime and what is permanent
 * @out: written on success alone; the caller frees it
 *
 * Return: 0; -ENOMEM.
 */
int itemview_of(struct itemview *out, const struct ruleset *ruleset)
{
	struct itemview view = ITEMVIEW_NULL;
	int r = 0;

	view.firewall.panic = ruleset->panic;
	view.firewall.by_priority = ruleset->dispatch == RULESET_DISPATCH_2;
	if (ruleset->default_zone)
		r = firewall_set_default_zone(&view.firewall, ruleset->default_zone);
	for (size_t i = 0; i < ruleset->n_zones && r == 0; i++)
		r = add_zone(&view, &ruleset->zones[i]);
	for (size_t i = 0; i < ruleset->n_ipsets && r == 0; i++)
		r = add_ipset(&view, &ruleset->ipsets[i]);
	for (size_t i = 0; i < ruleset->n_held && r == 0; i++)
		r = add_held(&view, &ruleset->held[i]);
	return give(out, &view, r);
}

/** itemview_of_zone() - one zone or policy of the runtime; as itemview_of() */
int itemview_of_zone(struct itemview *out, const struct ruleset_zone *zone)
{
	struct itemview view = ITEMVIEW_NULL;

	return give(out, &view, add_zone(&view, zone));
}

/** itemview_of_held() - what is held of one name; as itemview_of() */
int itemview_of_held(struct itemview *out, const struct ruleset_held *held)
{
	struct itemview view = ITEMVIEW_NULL;

	return give(out, &view, add_held(&view, held));
}
