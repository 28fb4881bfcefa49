// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/ban/banrule.h"

#include "guard/base/search.h"
#include "guard/model/rule/richrule.h"

#include <errno.h>
#include <stdlib.h>

/**
 * banrule_write() - the rule for one port
 * @out: receives it in its normal form; the caller frees it
 *
 * Return: 0; 1 when it cannot be told; -ENOMEM.
 */
int banrule_write(char **out, const struct jail_action *action, const struct cidr *source,
                  const char *port)
{
	bool v4 = source->family == CIDR_IPV4;
	const char *end = v4 ? action->blocktype : action->blocktype6;
	_cleanup_free_ char *text = NULL;
	char address[CIDR_TEXT_LENGTH];
	int r;

	if (!end || !action->protocol)
		return 1;
	cidr_format(source, address);
	if (xasprintf(&text,
	              "rule family=\"%s\" source address=\"%s\" port port=\"%s\" "
	              "protocol=\"%s\" %s",
	              v4 ? "ipv4" : "ipv6", address, port, action->protocol, end) < 0)
		return -ENOMEM;
	r = richrule_canonical(out, text, NULL);
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

struct sources {
	struct cidr *sources; /* owned */
	size_t n, capacity;
};

static void sources_deinit(struct sources *sources)
{
	free(sources->sources);
}

static int compare_sources(const void *a, const void *b)
{
	return cidr_cmp(a, b);
}

static int add_source(struct sources *out, const struct item *item)
{
	_cleanup_richrule_ struct richrule rule = RICHRULE_NULL;
	struct cidr source;
	int r = item->kind == ITEM_RULE ? richrule_parse(&rule, item->value, NULL) : 1;

	if (r != 0 || !richrule_is_ban(&rule) || !richrule_source_cidr(&rule, &source))
		return r < 0 ? r : 0;
	r = grow(&out->sources, &out->capacity, out->n + 1, sizeof(*out->sources));
	if (r == 0)
		out->sources[out->n++] = source;
	return r;
}

/* Whoever is kept away already, by a rule of whatever form. */
static int find_denied(struct sources *out, const struct firewall *now)
{
	for (size_t i = 0; i < now->n; i++)
		if ((now->entries[i].flags & FIREWALL_RUNTIME) &&
		    add_source(out, &now->entries[i].item) < 0)
			return -ENOMEM;
	if (out->n)
		qsort(out->sources, out->n, sizeof(*out->sources), compare_sources);
	return 0;
}

static bool is_denied(const struct sources *denied, const struct cidr *source)
{
	return denied->n && bsearch(source, denied->sources, denied->n, sizeof(*denied->sources),
	                            compare_sources);
}

static int add_port(struct firewall *out, const struct jail_action *action,
                    const struct ticket *ticket, const char *zone, const char *port)
{
	_cleanup_free_ char *rule = NULL;
	_cleanup_item_ struct item item = ITEM_NULL;
	struct firewall_entry *entry;
	int r = banrule_write(&rule, action, &ticket->cidr, port);

	if (r == 0)
		r = item_init(&item, zone, ITEM_RULE, rule, NULL);
	if (r == 0)
		r = firewall_put(out, &item, &entry);
	if (r != 0)
		return r < 0 ? r : 0;
	entry->flags = FIREWALL_RUNTIME;
	return 0;
}

static int add_ticket(struct firewall *out, const struct jail *jail, const struct ticket *ticket,
                      const char *default_zone)
{
	int r = 0;

	for (size_t i = 0; i < jail->n_actions && r == 0; i++) {
		const struct jail_action *action = &jail->actions[i];
		const char *zone = action->zone ? action->zone : default_zone;
		_cleanup_strv_ struct strv ports = STRV_NULL;

		if (action->kind != JAIL_ACTION_RICH || !zone)
			continue;
		r = banrule_ports(&ports, action);
		for (size_t k = 0; k < ports.n && r == 0; k++)
			r = add_port(out, action, ticket, zone, ports.strings[k]);
	}
	return r;
}

static bool is_young(const struct ticket *ticket, const struct banrule_query *query)
{
	return ticket->has_cidr && ticket->time_us >= query->since_us &&
	       ticket_is_live(ticket, query->now_us);
}

/**
 * banrule_unseen() - the rules of young bans that are in force in no form
 * @out: added to; in the runtime
 *
 * Of jails that ban with rich rules. Nobody has seen these rules: they may have been lost
 * before anybody could, or are not written yet, which comes to the same.
 *
 * Return: 0 or -ENOMEM.
 */
int banrule_unseen(struct firewall *out, const struct banrule_query *query)
{
	_cleanup_(sources_deinit) struct sources denied = {0};
	const struct tickets *tickets = query->tickets;
	bool looked = false;
	int r = 0;

	for (size_t i = 0; i < tickets->n && r == 0; i++) {
		const struct ticket *ticket = &tickets->tickets[i];
		const struct jail *jail = tickets_jail(tickets, ticket->jail);

		if (!jail || !is_young(ticket, query))
			continue;
		if (!looked)
			r = find_denied(&denied, query->now);
		looked = true;
		if (r == 0 && !is_denied(&denied, &ticket->cidr))
			r = add_ticket(out, jail, ticket, query->now->default_zone);
	}
	return r;
}
