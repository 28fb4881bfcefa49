// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/cli/cli.h"

#include <string.h>

#include "guard/base/cidr.h"

static int take_row(const struct store_ban *ban, void *userdata)
{
	report_bans_row(userdata, ban);
	return 0;
}

/* A typing error must not look like an address that nobody banned. */
static bool check_address(struct cli *cli, const char *text)
{
	struct err err = ERR_NULL;
	struct cidr cidr;

	if (text[0] == '\0') {
		cli_fail(cli, CLI_USAGE, "--address needs an address, a prefix or a host name");
		return false;
	}
	if (cidr_parse(&cidr, text, CIDR_NETMASK, &err) == 0)
		return true;
	/* A host name has another sign in it than numbers have, and none of theirs. */
	if (!strpbrk(text, ":/") && strspn(text, "0123456789.") < strlen(text))
		return true;
	cli_fail(cli, CLI_USAGE, "--address: \"%.100s\" is neither an address nor a prefix: %s",
	         text, err.text);
	return false;
}

static bool parse_query(struct cli *cli, const struct cli_args *args, struct store_ban_query *query)
{
	const char *since = args->values[BANS_SINCE], *until = args->values[BANS_UNTIL];
	const char *limit = args->values[BANS_LIMIT];

	*query = (struct store_ban_query){
	    .jail = args->values[BANS_JAIL],
	    .address = args->values[BANS_ADDRESS],
	    .active = args->values[BANS_ACTIVE] != NULL,
	    .active_at_us = cli->now_us,
	    .limit = 200,
	};
	if (query->address && !check_address(cli, query->address))
		return false;
	if (since && !cli_parse_time(cli, "since", since, false, &query->since_us))
		return false;
	if (until) {
		if (!cli_parse_time(cli, "until", until, true, &query->until_us))
			return false;
		query->until_us++; /* what happened at that very time belongs to it */
	}
	if (since && until && query->since_us >= query->until_us) {
		cli_fail(cli, CLI_USAGE, "--since is later than --until");
		return false;
	}
	return !limit || cli_parse_count(cli, "limit", limit, 1000000, &query->limit);
}

int cmd_bans(struct cli *cli, const struct cli_args *args)
{
	_cleanup_store_ struct store *store = NULL;
	_cleanup_report_list_ struct report_list list = {0};
	struct store_ban_query query;
	struct err err = ERR_NULL;
	struct report report;
	int r;

	if (!parse_query(cli, args, &query))
		return CLI_USAGE;
	r = cli_load_config(cli);
	if (r == CLI_FINE)
		r = cli_open_store(cli, &store, (struct cli_store_need){0});
	if (r != CLI_FINE)
		return r;
	cli_report(cli, &report);
	report_bans_begin(&list, &report, cli->now_us, cli->verbosity > 0);
	r = store_bans(store, &query, take_row, &list, &err);
	if (r != 0)
		return cli_store_failed(cli, r, &err);
	if (report_list_end(&list, "no bans") < 0)
		return cli_fail(cli, CLI_NOT_FINE, "out of memory");
	return CLI_FINE;
}
