// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/audit/rules.h"

#include "guard/system/host/clock.h"
#include "guard/system/fail2ban/fail2ban.h"
#include "guard/system/kernel/nftrules.h"
#include "guard/system/kernel/route.h"

#define FAIL2BAN_MS 3000
#define NFT_MS      20000
#define READINGS    10

/**
 * rules_read() - firewalld's rules, and the chains of others
 * @out: empty; the caller deinits it, also after a failure
 *
 * Return: CLI_FINE, or another status with the reason told.
 */
int rules_read(struct cli *cli, struct firewalld_session *connection, struct firewalld_rules *out)
{
	struct err err = ERR_NULL;
	int r;

	for (int attempt = 0; attempt < READINGS; attempt++) {
		firewalld_rules_deinit(out);
		r = firewalld_rules_wait(connection->fw, out,
		                         clock_monotonic_ms() + FIREWALLD_SESSION_MS, &err);
		if (r != 0)
			return cli_firewalld_failed(cli, r, &err);
		if (!out->stale)
			break;
	}
	if (out->state != FIREWALL_STATE_RUNNING)
		return cli_fail(
		    cli, CLI_NO_FIREWALLD,
		    "firewalld is in state %s: what it says is not what the kernel does",
		    firewall_state_name(out->state));
	r = nftrules_read(&out->ruleset, NFT_MS, &err);
	if (r < 0)
		return cli_fail(cli, CLI_NOT_FINE, "out of memory");
	if (r > 0)
		cli_note(cli, "%s", err.text);
	/* To know which forward ports stay on this machine. */
	if (route_own_addresses(&out->ruleset.own, &err) != 0)
		cli_note(cli, "%s", err.text);
	return CLI_FINE;
}

/** rules_tickets() - fail2ban's tickets; false: they are not known, and *out is untouched */
bool rules_tickets(struct cli *cli, struct tickets *out)
{
	const struct fail2ban_options options = {
	    .socket = cli->config.fail2ban_socket,
	    .pidfile = cli->config.fail2ban_pidfile,
	    .database = cli->config.fail2ban_database,
	    .timeout_ms = FAIL2BAN_MS,
	};
	enum fail2ban_state state = FAIL2BAN_UNKNOWN;

	if (fail2ban_read_wait(out, &state, &options, NULL) == 0)
		return true;
	/* one that was ended in order has taken its bans back, and holds none */
	if (state != FAIL2BAN_STOPPED)
		return false;
	*out = TICKETS_NULL;
	return true;
}
