// SPDX-License-Identifier: GPL-2.0-or-later
/* Who put the rule there that decides: fail2ban for a ticket, another program, or somebody. */
#include "guard/audit/explain-internal.h"

#include "guard/base/shell.h"
#include "guard/model/ban/directban.h"

#include <errno.h>
#include <string.h>

/* A jail that bans the whole network of an address. */
static bool is_wider(const struct explain *explain, const struct verdict_step *step,
                     const struct ticket *ticket)
{
	_cleanup_item_ struct item item = ITEM_NULL;
	_cleanup_free_ char *zone = NULL, *pattern = NULL;
	struct cidr source;

	return explain->shapes && cidr_contains(&step->rule->source, &ticket->cidr) &&
	       ruleset_zone_holder(&zone, step->zone) == 0 &&
	       item_init(&item, zone, ITEM_RULE, step->rule->text, NULL) == 0 &&
	       banshape_cut(&pattern, &source, &item) == 0 &&
	       banshapes_of_jail(explain->shapes, &item, pattern, ticket->jail);
}

/* For exactly this prefix, or, of a set, for what covers the client. */
static bool is_for(const struct explain *explain, const struct verdict_step *step,
                   const struct ticket *ticket)
{
	const struct jail *jail = tickets_jail(explain->tickets, ticket->jail);

	if (!ticket->has_cidr || !ticket_is_live(ticket, explain->now_us) ||
	    (jail && jail_lets_in(jail)))
		return false;
	if (step->rule && step->rule->has_source)
		return cidr_cmp(&ticket->cidr, &step->rule->source) == 0 ||
		       is_wider(explain, step, ticket);
	return cidr_contains(&ticket->cidr, &explain->packet.source);
}

/* Whom it is about, where that is more than the source of a rich rule; NULL: nobody is named. */
static const struct rangeset *addresses_of(const struct explain *explain,
                                           const struct verdict_step *step)
{
	const struct ruleset_step *chain = owner_rule(step);
	const char *name = step->rule ? step->rule->rule.source.ipset : NULL;
	const struct ruleset_ipset *ipset = name ? ruleset_ipset(explain->ruleset, name) : NULL;

	for (size_t i = 0; chain && i < chain->n_matches; i++)
		if (chain->matches[i].field == RULESET_FIELD_SOURCE)
			return chain->matches[i].invert ? NULL : &chain->matches[i].addresses;
	return ipset ? &ipset->ranges : NULL;
}

static bool starts_as_fail2bans(const char *name)
{
	return name && strncmp(name, DIRECTBAN_PREFIX, strlen(DIRECTBAN_PREFIX)) == 0;
}

/* By a name that fail2ban's own actions give, or since a ticket stands for each address. */
static int is_fail2bans(const struct explain *explain, const struct explain_reason *reason)
{
	const struct verdict_step *step = reason->step;
	const struct rangeset *addresses = addresses_of(explain, step);
	const struct owner *owner = reason->owner;
	_cleanup_rangeset_ struct rangeset banned = RANGESET_NULL;

	if (!addresses || (owner && !owner_is_fail2ban(owner)))
		return 0;
	if (owner || (step->rule && starts_as_fail2bans(step->rule->rule.source.ipset)))
		return 1;
	return tickets_add_banned(&banned, explain->tickets, explain->now_us) < 0
	           ? -ENOMEM
	           : rangeset_covers(&banned, addresses);
}

/* Only what is about somebody's address can be a ban. Return: 1 or 0; -ENOMEM. */
static int may_be_ban(const struct explain *explain, const struct explain_reason *reason)
{
	const struct verdict_step *step = reason->step;

	if (step->rule && !richrule_is_deny(&step->rule->rule))
		return 0;
	return step->rule && step->rule->rule.source.address ? 1 : is_fail2bans(explain, reason);
}

static int take_ticket(struct explain_reason *reason, const struct ticket *ticket)
{
	char *command;
	int r;

	if (!reason->jail) {
		reason->jail = strdup(ticket->jail);
		reason->until_us = ticket->end_us;
		if (!reason->jail)
			return -ENOMEM;
	}
	r = shell_printf(&command, "fail2ban-client set %s unbanip %s", ticket->jail,
	                 ticket->address);
	return r == 0 ? strv_add_take(&reason->commands, command) : r;
}

/* Whose bans these are is known, or what its actions do is not. */
static bool may_bind(const struct explain *explain, const struct ticket *ticket,
                     const struct item *item, const char *pattern)
{
	const struct jail *jail = tickets_jail(explain->tickets, ticket->jail);

	if (banshapes_of_jail(explain->shapes, item, pattern, ticket->jail))
		return true;
	for (size_t i = 0; jail && i < jail->n_actions; i++)
		if (jail->actions[i].kind == JAIL_ACTION_OTHER ||
		    jail->actions[i].kind == JAIL_ACTION_SOURCE ||
		    jail->actions[i].kind == JAIL_ACTION_FW_IPSET)
			return true;
	return !jail || !jail->actions_known;
}

/* The client is in the zone by the address of a ban, or by an ipset that has it. */
static int find_binder(struct explain_reason *reason, const struct explain *explain,
                       const char *source)
{
	const char *ipset = item_ipset_name(source);
	_cleanup_free_ char *pattern = NULL;
	_cleanup_item_ struct item item = ITEM_NULL;
	char client[CIDR_TEXT_LENGTH];
	struct cidr bound;
	int r;

	cidr_format(&explain->packet.source, client);
	r = item_init(&item, ipset ? source : reason->step->zone->name,
	              ipset ? ITEM_ENTRY : ITEM_SOURCE, ipset ? client : source, NULL);
	if (r == 0)
		r = banshape_cut(&pattern, &bound, &item);
	for (size_t i = 0; i < explain->tickets->n && r == 0; i++) {
		const struct ticket *ticket = &explain->tickets->tickets[i];

		if (!ticket->has_cidr || !ticket_is_live(ticket, explain->now_us) ||
		    !cidr_contains(&bound, &ticket->cidr) ||
		    !may_bind(explain, ticket, &item, pattern))
			continue;
		reason->who = EXPLAIN_WHO_FAIL2BAN;
		r = take_ticket(reason, ticket);
	}
	return r < 0 ? r : 0;
}

/**
 * explain_find_who() - who put the rule there that decides
 * @reason:  with its step; its owner, lifetime, ticket and how that is ended are filled in
 * @verdict: that it decides
 *
 * Return: 0; -ENOMEM.
 */
int explain_find_who(struct explain_reason *reason, const struct explain *explain,
                     const struct verdict *verdict)
{
	const struct verdict_step *step = reason->step;
	const char *source = step->what == VERDICT_WHAT_TARGET && step->zone
	                         ? explain_source_of(step->zone, verdict)
	                         : NULL;
	int r = 0;

	reason->owner = owner_of(explain->ruleset, step);
	reason->lifetime = EXPLAIN_LIFETIME_UNKNOWN;
	/*
	 * What is met there is firewalld's as a rule, and what is missing is another's doing. Of
	 * one that does not answer nobody knows whether it would list it.
	 */
	if (explain_is_strange(step) && (step->chain->beside || explain->ruleset->remembered))
		return 0;
	if (step->rule)
		reason->lifetime =
		    step->rule->permanent ? EXPLAIN_LIFETIME_PERMANENT : EXPLAIN_LIFETIME_RUNTIME;
	else if (owner_rule(step) && owner_rule(step)->permanent)
		reason->lifetime = EXPLAIN_LIFETIME_PERMANENT;
	else if (explain_is_strange(step))
		reason->lifetime = EXPLAIN_LIFETIME_RUNTIME;
	if (source && explain->tickets)
		return find_binder(reason, explain, source);
	if (!step->rule && step->what != VERDICT_WHAT_CHAIN_RULE)
		return 0;
	if (!explain_is_firewallds(step))
		reason->who = explain->tickets ? EXPLAIN_WHO_OTHERS : EXPLAIN_WHO_UNKNOWN;
	if (explain->tickets)
		r = may_be_ban(explain, reason);
	if (r <= 0)
		return r;
	r = 0;
	for (size_t i = 0; i < explain->tickets->n && r == 0; i++) {
		if (!is_for(explain, step, &explain->tickets->tickets[i]))
			continue;
		reason->who = EXPLAIN_WHO_FAIL2BAN;
		r = take_ticket(reason, &explain->tickets->tickets[i]);
	}
	return r;
}
