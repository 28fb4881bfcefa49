// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/ban/banrule.h"

#include "guard/model/ban/jailaction.h"
#include "guard/model/rule/richrule.h"

#include <errno.h>
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

static int add_port(struct firewall *out, const struct jail_action *action,
                    const struct ticket *ticket, const struct firewall *now, const char *port)
{
	const char *zone = action->zone ? action->zone : now->default_zone;
	_cleanup_free_ char *rule = NULL;
	_cleanup_item_ struct item item = ITEM_NULL;
	struct firewall_entry *entry;
	int r = zone ? banrule_write(&rule, action, &ticket->cidr, port) : 1;

	if (r == 0)
		r = item_init(&item, zone, ITEM_RULE, rule, NULL);
	if (r != 0 || firewall_has(now, &item, FIREWALL_RUNTIME))
		return r < 0 ? r : 0;
	r = firewall_put(out, &item, &entry);
	if (r == 0)
		entry->flags = FIREWALL_RUNTIME;
	return r;
}

static bool is_for_each_port(const struct jail_action *action)
{
	return !action->command || strstr(action->command, "$p");
}

static int add_ticket(struct firewall *out, const struct jail *jail, const struct ticket *ticket,
                      const struct firewall *now)
{
	int r = 0;

	for (size_t i = 0; i < jail->n_actions && r == 0; i++) {
		const struct jail_action *action = &jail->actions[i];
		_cleanup_strv_ struct strv ports = STRV_NULL;

		if (action->kind != JAIL_ACTION_RICH)
			continue;
		if (!is_for_each_port(action)) {
			r = add_port(out, action, ticket, now, NULL);
			continue;
		}
		r = banrule_ports(&ports, action);
		for (size_t k = 0; k < ports.n && r == 0; k++)
			r = add_port(out, action, ticket, now, ports.strings[k]);
	}
	return r;
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
 * Of jails that ban with rich rules. Nobody has seen these rules: they may have been lost
 * before anybody could, or are not written yet, which comes to the same. Each is looked for as
 * its action writes it: whoever is denied something else, or by somebody else, is not banned yet.
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

		if (jail && is_young(ticket, query))
			r = add_ticket(out, jail, ticket, query->now);
	}
	return r;
}
