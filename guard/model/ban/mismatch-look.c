// SPDX-License-Identifier: GPL-2.0-or-later
/* The rules that keep somebody away, and the tickets behind them: who denies whom, and where. */
#include "guard/model/ban/mismatch-internal.h"

#include "guard/base/search.h"
#include "guard/model/ban/directban.h"
#include "guard/model/packet/dispatch.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/** mismatch_look_deinit() - free it; one that is all zero, too */
void mismatch_look_deinit(struct mismatch_look *look)
{
	for (size_t i = 0; i < look->n; i++)
		richrule_deinit(&look->rules[i].rule);
	free(look->rules);
	free(look->bans.rows);
	free(look->leads.rows);
	strv_deinit(&look->mail_zones);
}

static int compare_sources(const void *a, const void *b)
{
	const struct mismatch_rule *x = a, *y = b;

	return cidr_cmp(&x->source, &y->source);
}

static int add_rule(struct mismatch_look *look, const struct firewall_entry *entry)
{
	struct mismatch_rule row = {.entry = entry, .rule = RICHRULE_NULL};
	int r = banplan_is_ban(&entry->item, NULL);

	if (r <= 0)
		return r;
	r = richrule_parse(&row.rule, entry->item.value, NULL);
	if (r != 0)
		return r < 0 ? r : 0;
	if (!richrule_source_cidr(&row.rule, &row.source) ||
	    grow(&look->rules, &look->capacity, look->n + 1, sizeof(row)) < 0) {
		richrule_deinit(&row.rule);
		return -ENOMEM;
	}
	cidr_first(&row.source, row.source.key);
	look->rules[look->n++] = row;
	return 0;
}

static int compare_named(const void *a, const void *b)
{
	const struct mismatch_named *x = a, *y = b;

	return cidr_cmp(&x->source, &y->source);
}

static bool leads_to_bans(const struct item *item)
{
	return item->kind == ITEM_DIRECT_RULE &&
	       (strstr(item->value, "-j " DIRECTBAN_PREFIX) ||
	        strstr(item->value, "--match-set " DIRECTBAN_PREFIX));
}

static int add_named(struct mismatch_look *look, const struct firewall_entry *entry)
{
	const struct item *item = &entry->item;
	const char *set = item->kind == ITEM_ENTRY ? item_ipset_name(item->zone) : NULL;
	struct mismatch_named row = {.entry = entry};
	struct mismatch_named_list *list;
	int role = DIRECTBAN_BAN;

	if (set) {
		if (strncmp(set, DIRECTBAN_PREFIX, strlen(DIRECTBAN_PREFIX)) != 0 ||
		    cidr_parse(&row.source, item->value, 0, NULL) != 0)
			return 0;
		snprintf(row.name, sizeof(row.name), "%s", set + strlen(DIRECTBAN_PREFIX));
	} else {
		role = directban_role(item, row.name, &row.source);
	}
	if (role <= DIRECTBAN_NONE || (role == DIRECTBAN_FRAME && !leads_to_bans(item)))
		return role < 0 ? role : 0;
	if (role == DIRECTBAN_BAN)
		cidr_first(&row.source, row.source.key);
	list = role == DIRECTBAN_BAN ? &look->bans : &look->leads;
	if (grow(&list->rows, &list->capacity, list->n + 1, sizeof(row)) < 0)
		return -ENOMEM;
	list->rows[list->n++] = row;
	return 0;
}

static int find_named_tickets(struct mismatch_look *look)
{
	const struct banplan_evidence evidence = {.tickets = look->evidence->tickets,
	                                          .now_us = look->evidence->now_us};
	struct banplan_rule *judged = calloc(look->bans.n + 1, sizeof(*judged));
	int r;

	if (!judged)
		return -ENOMEM;
	for (size_t i = 0; i < look->bans.n; i++)
		judged[i].item = &look->bans.rows[i].entry->item;
	r = banplan_judge(judged, look->bans.n, &evidence);
	for (size_t i = 0; i < look->bans.n && r == 0; i++)
		look->bans.rows[i].ticket = judged[i].ticket;
	free(judged);
	return r;
}

static int find_named(struct mismatch_look *look)
{
	const struct firewall *fw = look->evidence->fw;
	int r = 0;

	for (size_t i = 0; i < fw->n && r == 0; i++)
		r = add_named(look, &fw->entries[i]);
	if (r == 0 && look->bans.n)
		qsort(look->bans.rows, look->bans.n, sizeof(*look->bans.rows), compare_named);
	return r == 0 ? find_named_tickets(look) : r;
}

static int find_tickets(struct mismatch_look *look)
{
	const struct banplan_evidence evidence = {.tickets = look->evidence->tickets,
	                                          .now_us = look->evidence->now_us};
	struct banplan_rule *judged = calloc(look->n + 1, sizeof(*judged));
	int r;

	if (!judged)
		return -ENOMEM;
	for (size_t i = 0; i < look->n; i++)
		judged[i].item = &look->rules[i].entry->item;
	r = banplan_judge(judged, look->n, &evidence);
	for (size_t i = 0; i < look->n && r == 0; i++)
		look->rules[i].ticket = judged[i].ticket;
	free(judged);
	return r;
}

static int find_mail_zones(struct mismatch_look *look)
{
	const struct firewall *fw = look->evidence->fw;
	int r = 0;

	for (size_t i = 0; i < fw->n && r >= 0; i++) {
		const struct item *item = &fw->entries[i].item;

		if (!(fw->entries[i].flags & FIREWALL_RUNTIME) ||
		    item_class(item) != ITEM_CLASS_MAIL ||
		    strv_contains(&look->mail_zones, item->zone))
			continue;
		r = dispatch_zone_gets_packets(fw, item->zone, look->evidence->interfaces);
		if (r > 0)
			r = strv_add(&look->mail_zones, item->zone);
	}
	return r < 0 ? r : 0;
}

/**
 * mismatch_look_init() - find the rules that keep somebody away, and the tickets behind them
 * @look:     also on failure to be freed with mismatch_look_deinit()
 * @evidence: borrowed, for as long as @look
 *
 * Return: 0 or -ENOMEM.
 */
int mismatch_look_init(struct mismatch_look *look, const struct mismatch_evidence *evidence)
{
	int r = 0;

	*look = (struct mismatch_look){.evidence = evidence};
	for (size_t i = 0; i < evidence->fw->n && r == 0; i++)
		r = add_rule(look, &evidence->fw->entries[i]);
	if (r == 0 && look->n)
		qsort(look->rules, look->n, sizeof(*look->rules), compare_sources);
	if (r == 0)
		r = find_tickets(look);
	if (r == 0)
		r = find_named(look);
	return r == 0 ? find_mail_zones(look) : r;
}

static int compare_source(const void *element, const void *key)
{
	const struct mismatch_rule *row = element;

	return cidr_cmp(&row->source, key);
}

/* The first rule for @source or behind it. */
static size_t lower_bound(const struct mismatch_look *look, const struct cidr *source)
{
	return search_lower_bound(look->rules, look->n, sizeof(*look->rules), source,
	                          compare_source);
}

static bool denies(const struct richrule *rule, const char *port, const char *protocol)
{
	if (rule->element == RICHRULE_ELEMENT_NONE)
		return true;
	return rule->element == RICHRULE_ELEMENT_PORT && strcmp(rule->port, port) == 0 &&
	       (!protocol || strcmp(rule->protocol, protocol) == 0);
}

/** mismatch_place_of() - is the source kept from the port, and where mail comes in? */
enum mismatch_place mismatch_place_of(const struct mismatch_look *look, const struct cidr *source,
                                      const char *port, const char *protocol)
{
	enum mismatch_place best = MISMATCH_NOWHERE;

	for (size_t i = lower_bound(look, source);
	     i < look->n && cidr_cmp(&look->rules[i].source, source) == 0; i++) {
		const struct mismatch_rule *row = &look->rules[i];

		if (!(row->entry->flags & FIREWALL_RUNTIME) || !denies(&row->rule, port, protocol))
			continue;
		best = MISMATCH_ELSEWHERE;
		if (strv_contains(&look->mail_zones, row->entry->item.zone))
			return MISMATCH_IN_PLACE;
	}
	return best;
}

/* Does a rule lead packets of that family to where the action bans? */
static bool is_led_to(const struct mismatch_look *look, const struct jail *jail,
                      const struct jail_action *action, enum cidr_family family)
{
	const char *wanted = family == CIDR_IPV4 ? "ipv4" : "ipv6";

	for (size_t i = 0; i < look->leads.n; i++) {
		const struct mismatch_named *row = &look->leads.rows[i];

		if ((row->entry->flags & FIREWALL_RUNTIME) &&
		    strcmp(item_direct_family(row->entry->item.zone), wanted) == 0 &&
		    banplan_action_fits(jail, action, ITEM_DIRECT_RULE, row->name, true))
			return true;
	}
	return false;
}

static int compare_named_source(const void *element, const void *key)
{
	const struct mismatch_named *row = element;

	return cidr_cmp(&row->source, key);
}

static bool has_named(const struct mismatch_look *look, const struct jail *jail,
                      const struct jail_action *action, const struct cidr *source)
{
	for (size_t i = search_lower_bound(look->bans.rows, look->bans.n, sizeof(*look->bans.rows),
	                                   source, compare_named_source);
	     i < look->bans.n && cidr_cmp(&look->bans.rows[i].source, source) == 0; i++) {
		const struct mismatch_named *row = &look->bans.rows[i];

		if ((row->entry->flags & FIREWALL_RUNTIME) &&
		    banplan_action_fits(jail, action, row->entry->item.kind, row->name, false))
			return true;
	}
	return false;
}

/**
 * mismatch_is_carried_out() - does an action that bans by name keep the source away?
 * @action: of @jail; direct, or of an ipset
 *
 * What the kernel's own ipsets hold is not to be seen here.
 */
bool mismatch_is_carried_out(const struct mismatch_look *look, const struct jail *jail,
                             const struct jail_action *action, const struct cidr *source)
{
	return is_led_to(look, jail, action, source->family) &&
	       (action->kind == JAIL_ACTION_IPSET || has_named(look, jail, action, source));
}

/**
 * mismatch_denies_all() - is there a rule about exactly the banned, for whatever port?
 *
 * Wherever it is, as some are in policies.
 */
bool mismatch_denies_all(const struct mismatch_look *look, const struct cidr *source)
{
	for (size_t i = lower_bound(look, source);
	     i < look->n && cidr_cmp(&look->rules[i].source, source) == 0; i++)
		if (look->rules[i].entry->flags & FIREWALL_RUNTIME)
			return true;
	return false;
}
