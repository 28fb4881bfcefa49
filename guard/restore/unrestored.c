// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/restore/unrestored.h"

#include "guard/base/text.h"
#include "guard/system/host/clock.h"

#include <string.h>

static bool is_lost(const struct jail *jail, enum jail_fate iptables)
{
	for (size_t i = 0; i < jail->n_actions; i++)
		if (jail_action_kind_fate(jail->actions[i].kind, iptables) == JAIL_FATE_LOST)
			return true;
	return false;
}

/* Those that were there when it was emptied, and are in force. */
static size_t count_bans(const struct unrestored_wipe *wipe, const struct jail *jail,
                         int64_t now_us)
{
	const struct tickets *tickets = wipe->tickets;
	size_t n = 0;

	for (size_t i = 0; i < tickets->n; i++)
		n += strcmp(tickets->tickets[i].jail, jail->name) == 0 &&
		     tickets->tickets[i].time_us > wipe->since_us &&
		     tickets->tickets[i].time_us <= wipe->at_us &&
		     ticket_is_live(&tickets->tickets[i], now_us);
	return n;
}

static bool has_direct_rules(const struct jail *jail)
{
	for (size_t i = 0; i < jail->n_actions; i++)
		if (jail->actions[i].kind == JAIL_ACTION_DIRECT ||
		    jail->actions[i].kind == JAIL_ACTION_IPSET)
			return true;
	return false;
}

/* Where somebody has direct rules it empties them; firewalld tells nobody of a new one. */
static enum jail_fate iptables_fate(const struct unrestored_wipe *wipe, int64_t now_us)
{
	for (size_t i = 0; i < wipe->tickets->n_jails; i++) {
		const struct jail *jail = &wipe->tickets->jails[i];

		if (has_direct_rules(jail) && count_bans(wipe, jail, now_us))
			return JAIL_FATE_LOST;
	}
	return wipe->iptables;
}

static void tell_jail(struct logger *logger, struct record *record, const struct jail *jail,
                      size_t n, const char *by)
{
	_cleanup_free_ char *command = NULL;

	if (jail_restart_command(&command, jail->name) != 0)
		return;
	logger_write(logger, LOGGER_WARNING,
	             "%s emptied the chains of iptables: %zu ban%s of jail %s %s gone, and "
	             "nobody puts them back. To ban again, type: %s",
	             by, n, text_plural(n), jail->name, n == 1 ? "is" : "are", command);
	record_event(record, EVENT_FAIL2BAN, NULL,
	             "%s took %zu ban%s of jail %s out of the chains of iptables: %s", by, n,
	             text_plural(n), jail->name, command);
}

/** unrestored_tell() - say of which jails nobody puts the bans back */
void unrestored_tell(struct logger *logger, struct record *record,
                     const struct unrestored_wipe *wipe)
{
	int64_t now_us = clock_now_us();
	enum jail_fate iptables = iptables_fate(wipe, now_us);

	for (size_t i = 0; i < wipe->tickets->n_jails; i++) {
		const struct jail *jail = &wipe->tickets->jails[i];
		size_t n = is_lost(jail, iptables) ? count_bans(wipe, jail, now_us) : 0;

		if (n)
			tell_jail(logger, record, jail, n, wipe->by);
	}
}
