// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/ban/ticket.h"

#include "guard/base/rangeset.h"
#include "guard/base/search.h"
#include "guard/base/shell.h"
#include "guard/model/fault.h"
#include "guard/model/firewall.h"

#include <errno.h>
#include <string.h>

static void jail_deinit(struct jail *jail)
{
	for (size_t i = 0; i < jail->n_actions; i++) {
		free(jail->actions[i].name);
		free(jail->actions[i].ports);
		free(jail->actions[i].protocol);
		free(jail->actions[i].zone);
		free(jail->actions[i].ipset);
		free(jail->actions[i].blocktype);
		free(jail->actions[i].blocktype6);
		free(jail->actions[i].reject);
		free(jail->actions[i].reject6);
		free(jail->actions[i].command);
	}
	free(jail->actions);
	free(jail->name);
}

/** tickets_deinit() - free jails and tickets */
void tickets_deinit(struct tickets *tickets)
{
	for (size_t i = 0; i < tickets->n_jails; i++)
		jail_deinit(&tickets->jails[i]);
	free(tickets->jails);
	for (size_t i = 0; i < tickets->n; i++) {
		free(tickets->tickets[i].jail);
		free(tickets->tickets[i].address);
	}
	free(tickets->tickets);
	free(tickets->log);
	*tickets = TICKETS_NULL;
}

static int compare_jail(const void *element, const void *name)
{
	const struct jail *jail = element;

	return strcmp(jail->name, name);
}

static size_t jail_position(const struct tickets *tickets, const char *name)
{
	return search_lower_bound(tickets->jails, tickets->n_jails, sizeof(*tickets->jails), name,
	                          compare_jail);
}

/**
 * tickets_add_jail() - make sure that a jail is there
 * @out: receives it, valid until the next one is added; may be NULL
 *
 * Return: 0; -EINVAL for a name that is empty or too long; -ENOMEM.
 */
int tickets_add_jail(struct tickets *tickets, const char *name, struct jail **out)
{
	size_t at = jail_position(tickets, name);
	size_t length = strlen(name);

	if (length == 0 || length > TICKET_JAIL_MAX)
		return -EINVAL;
	if (at == tickets->n_jails || strcmp(tickets->jails[at].name, name) != 0) {
		_cleanup_free_ char *copy = strdup(name);

		if (!copy || grow(&tickets->jails, &tickets->jails_capacity, tickets->n_jails + 1,
		                  sizeof(*tickets->jails)) < 0)
			return -ENOMEM;
		memmove(&tickets->jails[at + 1], &tickets->jails[at],
		        (tickets->n_jails - at) * sizeof(*tickets->jails));
		tickets->jails[at] = (struct jail){.name = steal(copy)};
		tickets->n_jails++;
	}
	if (out)
		*out = &tickets->jails[at];
	return 0;
}

/**
 * tickets_add() - one more ticket; tickets_sort() when all are there
 * @address: what fail2ban holds; need not be an address
 * @time_us: when it was banned, microseconds since the epoch, UTC
 * @end_us:  when it ends; 0: never
 * @count:   how often it has been banned; 0: not known
 *
 * Return: 0; -EINVAL for a name or address that is empty or too long; -ENOMEM.
 */
int tickets_add(struct tickets *tickets, const char *jail, const char *address, int64_t time_us,
                int64_t end_us, int64_t count, enum ticket_source source)
{
	_cleanup_free_ char *jail_copy = strdup(jail), *address_copy = strdup(address);
	struct ticket ticket = {
	    .time_us = time_us,
	    .end_us = end_us,
	    .count = count,
	    .source = source,
	};

	if (!*jail || strlen(jail) > TICKET_JAIL_MAX || !*address ||
	    strlen(address) > TICKET_ADDRESS_MAX)
		return -EINVAL;
	if (!jail_copy || !address_copy ||
	    grow(&tickets->tickets, &tickets->capacity, tickets->n + 1, sizeof(*tickets->tickets)) <
	        0)
		return -ENOMEM;
	ticket.has_cidr = cidr_parse(&ticket.cidr, address, 0, NULL) == 0;
	ticket.jail = steal(jail_copy);
	ticket.address = steal(address_copy);
	tickets->tickets[tickets->n++] = ticket;
	return 0;
}

static int ticket_cmp(const void *a, const void *b)
{
	const struct ticket *left = a, *right = b;
	int order = strcmp(left->jail, right->jail);

	return order ? order : strcmp(left->address, right->address);
}

/** tickets_sort() - by jail, then address */
void tickets_sort(struct tickets *tickets)
{
	if (tickets->n)
		qsort(tickets->tickets, tickets->n, sizeof(*tickets->tickets), ticket_cmp);
}

/** tickets_have() - is one of the same jail and address among them? They are sorted. */
bool tickets_have(const struct tickets *tickets, const struct ticket *ticket)
{
	size_t at = search_lower_bound(tickets->tickets, tickets->n, sizeof(*tickets->tickets),
	                               ticket, ticket_cmp);

	return at < tickets->n && ticket_cmp(&tickets->tickets[at], ticket) == 0;
}

/** tickets_jail() - the jail of that name, or NULL */
const struct jail *tickets_jail(const struct tickets *tickets, const char *name)
{
	size_t at = jail_position(tickets, name);

	return at < tickets->n_jails && strcmp(tickets->jails[at].name, name) == 0
	           ? &tickets->jails[at]
	           : NULL;
}

/** ticket_is_live() - has it not ended by @now_us? */
bool ticket_is_live(const struct ticket *ticket, int64_t now_us)
{
	return ticket->end_us == 0 || ticket->end_us > now_us;
}

/**
 * tickets_add_banned() - add all addresses that live tickets are for
 *
 * Whoever holds each address of a set that denies is its owner: where others stand in it, too,
 * it is somebody else's, whatever is banned beside.
 *
 * Return: 0 or -ENOMEM.
 */
int tickets_add_banned(struct rangeset *out, const struct tickets *tickets, int64_t now_us)
{
	int r = 0;

	for (size_t i = 0; i < tickets->n && r == 0; i++) {
		const struct ticket *ticket = &tickets->tickets[i];

		if (ticket->has_cidr && ticket_is_live(ticket, now_us))
			r = rangeset_add(out, &ticket->cidr);
	}
	return r;
}

/* --- by address --------------------------------------------------------------------------- */

static int by_address(const void *a, const void *b)
{
	const struct ticket *const *left = a, *const *right = b;
	int order = cidr_cmp(&(*left)->cidr, &(*right)->cidr);

	return order ? order : strcmp((*left)->jail, (*right)->jail);
}

/**
 * tickets_index() - those of an address can be found at once
 * @out:     the caller frees it; as long as @tickets stay as they are
 * @tickets: borrowed; NULL: not known, which makes it empty
 * @live_us: without those that have ended by then; INT64_MIN: all
 *
 * Return: 0 or -ENOMEM.
 */
int tickets_index(struct tickets_index *out, const struct tickets *tickets, int64_t live_us)
{
	*out = TICKETS_INDEX_NULL;
	if (!tickets || tickets->n == 0)
		return 0;
	out->tickets = calloc(tickets->n, sizeof(struct ticket *));
	if (!out->tickets)
		return -ENOMEM;
	for (size_t i = 0; i < tickets->n; i++)
		if (tickets->tickets[i].has_cidr && ticket_is_live(&tickets->tickets[i], live_us))
			out->tickets[out->n++] = &tickets->tickets[i];
	qsort(out->tickets, out->n, sizeof(struct ticket *), by_address);
	return 0;
}

/** tickets_index_deinit() - free it; the tickets stay */
void tickets_index_deinit(struct tickets_index *index)
{
	free(index->tickets);
	*index = TICKETS_INDEX_NULL;
}

static int compare_address(const void *element, const void *key)
{
	const struct ticket *const *ticket = element;

	return cidr_cmp(&(*ticket)->cidr, key);
}

/** tickets_index_find() - the first that is for exactly this, or sorts behind it; may be n */
size_t tickets_index_find(const struct tickets_index *index, const struct cidr *cidr)
{
	return search_lower_bound(index->tickets, index->n, sizeof(*index->tickets), cidr,
	                          compare_address);
}

/* --- jails and what they do --------------------------------------------------------------- */

/**
 * jail_add_action() - one more action, of which nothing is known yet but its name
 * @out: receives it, valid until the next one is added
 *
 * Return: 0; -ENOMEM.
 */
int jail_add_action(struct jail *jail, const char *name, struct jail_action **out)
{
	_cleanup_free_ char *copy = strdup(name);

	if (!copy || grow(&jail->actions, &jail->actions_capacity, jail->n_actions + 1,
	                  sizeof(*jail->actions)) < 0)
		return -ENOMEM;
	*out = &jail->actions[jail->n_actions++];
	**out = (struct jail_action){.name = steal(copy)};
	return 0;
}

/* Where each kind keeps its bans decides what a reload does to them. */
static const struct {
	const char *name;
	enum jail_fate fate;
} kinds[JAIL_ACTION_N_KINDS] = {
    [JAIL_ACTION_OTHER] = {"other", JAIL_FATE_KEPT},
    [JAIL_ACTION_RICH] = {"rich rules", JAIL_FATE_RESTORED},
    [JAIL_ACTION_DIRECT] = {"direct rules", JAIL_FATE_RESTORED},
    /* the kernel's set stays, the direct rule that looks into it goes */
    [JAIL_ACTION_IPSET] = {"ipset", JAIL_FATE_RESTORED},
    [JAIL_ACTION_FW_IPSET] = {"firewalld ipset", JAIL_FATE_RESTORED},
    [JAIL_ACTION_NFTABLES] = {"nftables", JAIL_FATE_KEPT},
    [JAIL_ACTION_IPTABLES] = {"iptables", JAIL_FATE_LOST},
    [JAIL_ACTION_ROUTE] = {"routes", JAIL_FATE_KEPT},
    [JAIL_ACTION_SOURCE] = {"sources of a zone", JAIL_FATE_RESTORED},
    /* by anything from a source of a zone to a set of the kernel's */
    [JAIL_ACTION_ALLOW] = {"allow list", JAIL_FATE_UNKNOWN},
    [JAIL_ACTION_REPORT] = {"report", JAIL_FATE_KEPT},
};

static bool has_direct_rules(const struct firewall *fw)
{
	for (size_t i = 0; i < fw->n; i++)
		if ((fw->entries[i].flags & FIREWALL_RUNTIME) &&
		    item_direct_family(fw->entries[i].item.zone))
			return true;
	return false;
}

/** jail_shares_iptables() - has firewalld rules of its own in iptables' tables? NULL: not known */
bool jail_shares_iptables(const char *backend, const struct firewall *fw)
{
	return (backend && strcmp(backend, "iptables") == 0) || (fw && has_direct_rules(fw));
}

/**
 * jail_iptables_fate() - what a reload does to iptables' chains, whoever filled them
 * @version: of firewalld; NULL: not known
 * @backend: its FirewallBackend; NULL: not known
 * @fw:      what it holds before the reload; NULL: not known
 *
 * See flush() of firewalld's core/fw.py: it empties them where they are its own backend, where
 * it is older than 2.0, and where somebody has direct rules.
 */
enum jail_fate jail_iptables_fate(const char *version, const char *backend,
                                  const struct firewall *fw)
{
	if (jail_shares_iptables(backend, fw) || fault_has(FAULT_EMPTIES_IPTABLES, version))
		return JAIL_FATE_LOST;
	return version && backend && fw ? JAIL_FATE_KEPT : JAIL_FATE_UNKNOWN;
}

/**
 * jail_action_kind_fate() - what a reload does to the bans of such an action
 * @iptables: what it does to iptables' chains: not every firewalld empties them
 */
enum jail_fate jail_action_kind_fate(enum jail_action_kind kind, enum jail_fate iptables)
{
	return kinds[kind].fate == JAIL_FATE_LOST ? iptables : kinds[kind].fate;
}

/** jail_action_kind_name() - as it is written in output */
const char *jail_action_kind_name(enum jail_action_kind kind)
{
	return kinds[kind].name;
}

/** jail_action_kind_keeps_away() - may its bans keep packets away? Of a script nobody knows */
bool jail_action_kind_keeps_away(enum jail_action_kind kind)
{
	return kind != JAIL_ACTION_ALLOW && kind != JAIL_ACTION_REPORT;
}

/** jail_lets_in() - is it known of all of its actions that they keep nobody away, and one lets in?
 */
bool jail_lets_in(const struct jail *jail)
{
	bool allows = false;

	for (size_t i = 0; i < jail->n_actions; i++) {
		if (jail_action_kind_keeps_away(jail->actions[i].kind))
			return false;
		allows |= jail->actions[i].kind == JAIL_ACTION_ALLOW;
	}
	return jail->actions_known && allows;
}

/** jail_fate_is_wiped() - are they known to be gone when the reload is done? */
bool jail_fate_is_wiped(enum jail_fate fate)
{
	return fate == JAIL_FATE_RESTORED || fate == JAIL_FATE_LOST;
}

/** jail_fate_name() - one word; static */
const char *jail_fate_name(enum jail_fate fate)
{
	static const char *const names[JAIL_FATE_N] = {
	    [JAIL_FATE_KEPT] = "kept",
	    [JAIL_FATE_RESTORED] = "restored",
	    [JAIL_FATE_UNKNOWN] = "unknown",
	    [JAIL_FATE_LOST] = "lost",
	};

	return names[fate];
}

/**
 * jail_restart_command() - what has a jail's actions started and its bans made anew
 * @out: receives it; the caller's
 *
 * Return: 0; 1: that jail's name must not be typed; -ENOMEM.
 */
int jail_restart_command(char **out, const char *jail)
{
	return shell_is_plain(jail) ? shell_printf(out, "fail2ban-client reload --restart %s", jail)
	                            : 1;
}

/**
 * jail_zone_command() - what has an action of a jail write into another zone from now on
 * @out:    receives it; the caller's
 * @action: its name
 * @now:    the zone that it names; NULL: none
 *
 * Its bans are written anew. Where it names a zone, its parameter is set; else (fail2ban's own do
 * not before its change #4184) a copy of the action gets one. Neither is done where somebody has
 * made changes before; where another jail's command has, its bans alone are written anew.
 *
 * Return: 0; 1: one of these names must not be typed; -ENOMEM.
 */
int jail_zone_command(char **out, const char *jail, const char *action, const char *now,
                      const char *zone)
{
	/* firewallcmd-rich-logging has its commands from there */
	const char *name =
	    strcmp(action, "firewallcmd-rich-logging") == 0 ? "firewallcmd-rich-rules" : action;
	_cleanup_free_ char *edit = NULL, *restart = NULL;
	int r = jail_restart_command(&restart, jail);

	if (r != 0)
		return r;
	if (!shell_is_plain(name) || !shell_is_plain(zone))
		return 1;
	if (now)
		r = xasprintf(&edit, "{ echo '[Init]'; echo 'zone = %s'; }", zone);
	else
		r = xasprintf(&edit, "sed 's/firewall-cmd --/firewall-cmd --zone=%s --/g' $a.conf",
		              zone);
	return r < 0 ? r
	             : xasprintf(out,
	                         "a=/etc/fail2ban/action.d/%s && grep -qs firewall-cmd $a.conf && "
	                         "{ grep -Eqs 'zone ?= ?%s( |$)' $a.local || "
	                         "{ test ! -e $a.local && %s >$a.local; }; } && %s",
	                         name, zone, edit, restart);
}
