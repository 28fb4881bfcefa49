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

/* Those that were there at the wipe, are in force, and whose places were not seen. */
static size_t count_bans(const struct unrestored_wipe *wipe, const struct jail *jail,
                         int64_t now_us)
{
	const struct tickets *tickets = wipe->tickets;
	size_t n = 0;

	for (size_t i = 0; i < tickets->n; i++)
		n += strcmp(tickets->tickets[i].jail, jail->name) == 0 &&
		     tickets->tickets[i].time_us <= wipe->at_us &&
		     ticket_is_live(&tickets->tickets[i], now_us) &&
		     !tickets_have(wipe->seen, &tickets->tickets[i]);
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

/**
 * unrestored_tell_jail() - say of a jail that nobody puts its bans back
 * @by: what took them out of the kernel, in words
 * @n:  how many
 */
void unrestored_tell_jail(struct logger *logger, struct record *record, const char *by,
                          const char *jail, size_t n)
{
	_cleanup_free_ char *command = NULL;

	if (jail_restart_command(&command, jail) != 0)
		return;
	logger_write(logger, LOGGER_WARNING,
	             "%s took %zu ban%s of jail %s out of the kernel, and nobody puts %s back. To "
	             "ban again, type: %s",
	             by, n, text_plural(n), jail, n == 1 ? "it" : "them", command);
	record_event(record, EVENT_FAIL2BAN, NULL,
	             "%s took %zu ban%s of jail %s out of the kernel: %s", by, n, text_plural(n),
	             jail, command);
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
			unrestored_tell_jail(logger, record, wipe->by, jail->name, n);
	}
}
