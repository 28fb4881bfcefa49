// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/cli/cli.h"

#include <errno.h>

static int put_row(const struct store_history_row *row, void *userdata)
{
	return report_history_line(userdata, row);
}

int cmd_export(struct cli *cli, const struct cli_args *args)
{
	_cleanup_store_ struct store *store = NULL;
	const char *since = args->values[EXPORT_SINCE], *until = args->values[EXPORT_UNTIL];
	struct store_history_query query = {.bans = true, .oldest_first = true};
	struct err err = ERR_NULL;
	struct report report;
	int r;

	if (since && !cli_parse_time(cli, "since", since, false, &query.since_us))
		return CLI_USAGE;
	if (until && !cli_parse_time(cli, "until", until, false, &query.until_us))
		return CLI_USAGE;
	r = cli_load_config(cli);
	if (r == CLI_FINE)
		r = cli_open_store(cli, &store, (struct cli_store_need){0});
	if (r != CLI_FINE)
		return r;
	cli_report(cli, &report);
	r = store_history(store, &query, put_row, &report, &err);
	if (r == -ENOMEM || r == -EIO)
		return cli_fail(cli, CLI_NOT_FINE, "%s", err_text(&err, r));
	return r == 0 ? CLI_FINE : cli_store_failed(cli, r, &err);
}
