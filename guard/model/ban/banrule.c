// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/ban/banrule.h"

#include "guard/model/ban/directban.h"
#include "guard/model/ban/jailaction.h"
#include "guard/model/rule/richrule.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of a command that is not known: as fail2ban's own firewallcmd-rich-rules writes it. */
static int write_stock(char **out, const struct jail_action *action, bool v4)
{
	const char *end = v4 ? action->blocktype : action->blocktype6;

	if (action->kind != JAIL_ACTION_RICH || !end || !action->protocol)
		return 1;
	return xasprintf(out,
	                 "rule family='<family>' source address='<ip>' port port='$p' "
	                 "protocol='%s' %s",
	                 action->protocol, end) < 0
	           ? -ENOMEM
	           : 0;
}

/*
 * What the action adds for one port, as it is written.
 *
 * Return: 0; 1 when it cannot be told, as where a tag is left in it; -ENOMEM.
 */
static int write_made(enum item_kind *kind, char **out, const struct jail_action *action,
                      const struct cidr *source, const char *port)
{
	bool v4 = source->family == CIDR_IPV4;
	char address[CIDR_TEXT_LENGTH];
	const char *const tags[][2] = {
	    {"<ip>", address},
	    {"<family>", v4 ? "ipv4" : "ipv6"},
	    {"<rejecttype>", v4 || !action->reject6 ? action->reject : action->reject6},
	    {"$p", port},
	};
	_cleanup_free_ char *text = NULL;
	int r;

	*kind = ITEM_RULE;
	r = action->command ? jailaction_made(kind, &text, action->command)
	                    : write_stock(&text, action, v4);
	/* of a network it is not known in which form it is kept */
	if (r == 0 && strstr(text, "<ip>/"))
		r = 1;
	cidr_format(source, address);
	for (size_t i = 0; i < ARRAY_SIZE(tags) && r == 0; i++) {
		char *with = NULL;

		r = jailaction_substitute(&with, text, tags[i][0], tags[i][1]);
		if (r == 0) {
			free(text);
			text = with;
		}
	}
	if (r == 0 && action->command && strpbrk(text, "<>$`\\"))
		r = 1;
	if (r == 0)
		*out = steal(text);
	return r;
}

/**
 * banrule_write() - the rule for one port
 * @out: receives it in its normal form; the caller frees it
 *
 * Return: 0; 1 when it cannot be told; -ENOMEM.
 */
int banrule_write(char **out, const struct jail_action *action, const struct cidr *source,
                  const char *port)
{
	_cleanup_free_ char *text = NULL;
	enum item_kind kind;
	int r = write_made(&kind, &text, action, source, port);

	if (r == 0)
		r = kind == ITEM_RULE ? richrule_canonical(out, text, NULL) : 1;
	return r < 0 ? r : r > 0;
}

/** banrule_ports() - as the action writes them: a range with a hyphen; Return: 0 or -ENOMEM */
int banrule_ports(struct strv *out, const struct jail_action *action)
{
	int r = strv_split(out, action->ports ? action->ports : "", ", \t");

	for (size_t i = 0; i < out->n && r == 0; i++)
		for (char *at = out->strings[i]; *at; at++)
			if (*at == ':')
				*at = '-';
	return r;
}

/* --- bans that came while nobody watched -------------------------------------------------- */

/* Of firewallcmd-ipset, whose set is of another name for each family, the server tells none. */
static int find_set(char place[ITEM_ZONE_MAX + 1], const struct jail *jail,
                    const struct jail_action *action, const struct ticket *ticket,
                    const struct firewall *now)
{
	const char *six = ticket->cidr.family == CIDR_IPV4 ? "" : "6";
	int n = action->ipset
	            ? snprintf(place, ITEM_ZONE_MAX + 1, ITEM_IPSET_PREFIX "%s", action->ipset)
	            : snprintf(place, ITEM_ZONE_MAX + 1, ITEM_IPSET_PREFIX DIRECTBAN_PREFIX "%s%s",
	                       jail->name, six);

	/* of one that was not read nobody knows what is in it */
	return n > ITEM_ZONE_MAX || !strv_contains(&now->zones, place);
}

/*
 * What the action makes of the ticket for one port.
 *
 * Return: 0; 1 when it cannot be told; -ENOMEM.
 */
static int make_item(struct item *out, const struct jail *jail, const struct jail_action *action,
                     const struct ticket *ticket, const struct firewall *now, const char *port)
{
	const char *zone = action->zone ? action->zone : now->default_zone, *value;
	_cleanup_free_ char *text = NULL;
	char place[ITEM_ZONE_MAX + 1];
	enum item_kind kind;
	size_t family;
	int r = write_made(&kind, &text, action, &ticket->cidr, port);

	if (r != 0)
		return r;
	value = text + strspn(text, " ");
	if (kind == ITEM_DIRECT_RULE) {
		family = strcspn(value, " ");
		snprintf(place, sizeof(place), ITEM_DIRECT_PREFIX "%.*s", (int)family, value);
		value += family + strspn(value + family, " ");
	}
	if (kind == ITEM_ENTRY && find_set(place, jail, action, ticket, now) != 0)
		return 1;
	if (kind != ITEM_RULE)
		zone = place;
	r = zone ? item_init(out, zone, kind, value, NULL) : 1;
	return r < 0 ? r : r > 0;
}

/* Return: 0 or -ENOMEM. */
static int add_missing(struct firewall *out, const struct item *item, const struct firewall *now)
{
	struct firewall_entry *entry;
	int r = firewall_has(now, item, FIREWALL_RUNTIME) ? 1 : firewall_put(out, item, &entry);

	if (r == 0)
		entry->flags = FIREWALL_RUNTIME;
	return r < 0 ? r : 0;
}

static int add_port(struct firewall *out, const struct jail *jail, const struct jail_action *action,
                    const struct ticket *ticket, const struct firewall *now, const char *port)
{
	_cleanup_item_ struct item item = ITEM_NULL;
	int r = make_item(&item, jail, action, ticket, now, port);

	return r == 0 ? add_missing(out, &item, now) : r < 0 ? r : 0;
}

static bool is_for_each_port(const struct jail_action *action)
{
	return action->kind == JAIL_ACTION_RICH &&
	       (!action->command || strstr(action->command, "$p"));
}

static int add_made(struct firewall *out, const struct jail *jail, const struct ticket *ticket,
                    const struct firewall *now)
{
	int r = 0;

	for (size_t i = 0; i < jail->n_actions && r == 0; i++) {
		const struct jail_action *action = &jail->actions[i];
		_cleanup_strv_ struct strv ports = STRV_NULL;

		if (action->kind != JAIL_ACTION_RICH && action->kind != JAIL_ACTION_DIRECT &&
		    action->kind != JAIL_ACTION_FW_IPSET)
			continue;
		if (!is_for_each_port(action)) {
			r = add_port(out, jail, action, ticket, now, NULL);
			continue;
		}
		r = banrule_ports(&ports, action);
		for (size_t k = 0; k < ports.n && r == 0; k++)
			r = add_port(out, jail, action, ticket, now, ports.strings[k]);
	}
	return r;
}

/** banrule_is_shaped() - is it known what a ban of the jail's has there, and can it be looked for?
 */
bool banrule_is_shaped(const struct banshape *shape, const struct jail *jail,
                       const struct firewall *now)
{
	/* of an ipset that was not read nobody knows what is in it */
	return shape->sure && banshape_fits(shape, jail) &&
	       (!item_ipset_name(shape->zone) || strv_contains(&now->zones, shape->zone));
}

/** banrule_is_as_seen() - is there a ban of that shape? Return: 1 or 0; -ENOMEM. */
int banrule_is_as_seen(const struct banshape *shape, const struct cidr *source,
                       const struct firewall *now)
{
	int r = 0;

	for (int network = 0; network <= 1 && r == 0; network++) {
		_cleanup_item_ struct item item = ITEM_NULL;

		r = banshape_fill(&item, shape, source, network);
		if (r == 0)
			r = firewall_has(now, &item, FIREWALL_RUNTIME);
		else if (r > 0)
			return 0;
	}
	return r;
}

/* Of a network, the address as its action writes it is for sure, not what a script makes of it. */
static bool is_for_sure(const struct banshape *shape, const struct jail *jail)
{
	bool written = !strstr(shape->pattern, "<ip>/");

	for (size_t i = 0; i < jail->n_actions && !written; i++)
		written = jail->actions[i].command && strstr(jail->actions[i].command, "<ip>/");
	return written;
}

static int add_shaped(struct firewall *out, const struct banshapes *shapes, const struct jail *jail,
                      const struct ticket *ticket, const struct firewall *now)
{
	int r = 0;

	for (size_t i = 0; shapes && i < shapes->n && r >= 0; i++) {
		_cleanup_item_ struct item item = ITEM_NULL;

		if (!banrule_is_shaped(&shapes->shapes[i], jail, now) ||
		    !is_for_sure(&shapes->shapes[i], jail))
			continue;
		r = banshape_fill(&item, &shapes->shapes[i], &ticket->cidr, false);
		if (r != 0)
			continue;
		r = banrule_is_as_seen(&shapes->shapes[i], &ticket->cidr, now);
		if (r == 0)
			r = add_missing(out, &item, now);
	}
	return r < 0 ? r : 0;
}

/* Also of long ago, where fail2ban has just made its rules again. */
static bool is_young(const struct ticket *ticket, const struct banrule_query *query)
{
	return ticket->has_cidr && ticket_is_live(ticket, query->now_us) &&
	       (ticket->time_us >= query->since_us || query->began_us >= query->since_us);
}

/**
 * banrule_unseen() - the rules of young bans that are not in force
 * @out: added to; in the runtime
 *
 * What the jails' actions write, and what was learned of their bans. Nobody has seen these rules:
 * they may have been lost before anybody could, or are not written yet, which comes to the same.
 * Each is looked for as its action writes it: whoever is denied something else, or by somebody
 * else, is not banned yet.
 *
 * Return: 0 or -ENOMEM.
 */
int banrule_unseen(struct firewall *out, const struct banrule_query *query)
{
	const struct tickets *tickets = query->tickets;
	int r = 0;

	for (size_t i = 0; i < tickets->n && r == 0; i++) {
		const struct ticket *ticket = &tickets->tickets[i];
		const struct jail *jail = tickets_jail(tickets, ticket->jail);

		if (!jail || !is_young(ticket, query))
			continue;
		r = add_made(out, jail, ticket, query->now);
		if (r == 0 && !jail_lets_in(jail))
			r = add_shaped(out, query->shapes, jail, ticket, query->now);
	}
	return r;
}
