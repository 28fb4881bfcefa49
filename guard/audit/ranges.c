// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/audit/ranges.h"

#include "guard/system/fail2ban/fail2ban-ignoreip.h"

/* Whoever waits for the answer would not wait longer for this part of it. */
#define IGNOREIP_MS 3000

/**
 * ranges_read() - the legitimate client ranges, from every source
 * @store: borrowed; NULL: there is none
 * @ask:   false: nobody waits for fail2ban, which is known not to answer
 * @out:   written on success alone; the caller deinits it
 *
 * Sources that could not be read are warned about.
 *
 * Return: CLI_FINE, or another status with the reason told.
 */
int ranges_read(struct cli *cli, struct store *store, bool ask, struct clientranges *out)
{
	struct clientranges_options options = {
	    .config = &cli->config, .store = store, .now_us = cli->now_us};
	_cleanup_strv_ struct strv ignoreip = STRV_NULL;
	_cleanup_free_ char *trouble = NULL;
	struct err err = ERR_NULL;
	int r = 0;

	if (ask && cli->config.use_fail2ban_ignoreip)
		r = fail2ban_ignoreip_wait(&ignoreip, cli->config.fail2ban_socket, IGNOREIP_MS,
		                           &err);
	if (r < 0 && xasprintf(&trouble, "fail2ban's ignoreip: %s", err_text(&err, r)) < 0)
		return cli_fail(cli, CLI_NOT_FINE, "out of memory");
	options.ignoreip_trouble = trouble;
	options.ignoreip = trouble ? NULL : &ignoreip;
	r = clientranges_read(out, &options, &err);
	if (r != 0)
		return cli_fail(cli, CLI_NOT_FINE, "%s", err_text(&err, r));
	for (size_t i = 0; i < out->troubles.n; i++)
		cli_warn(cli, "client ranges are missing: %s", out->troubles.strings[i]);
	return CLI_FINE;
}
