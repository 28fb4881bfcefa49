// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/cli/cli.h"

#include <errno.h>

enum { EXPORT_SINCE, EXPORT_UNTIL };

static const struct cli_option command_options[] = {
    [EXPORT_SINCE] = {"since", 's', "TIME", "from this time on"},
    [EXPORT_UNTIL] = {"until", 'u', "TIME", "before this time"},
};

static int put_row(const struct store_history_row *row, void *userdata)
{
	return report_history_line(userdata, row);
}

static int exec(struct cli *cli, const struct cli_args *args)
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

const struct cli_command cmd_export = {
    .name = "export",
    .words = "",
    .summary = "the history as JSON lines, for log shippers",
    .help = "Writes what happened, bans included, the oldest first: one JSON object a line,\n"
            "with the same fields as the rows of history --json. To go on where the last\n"
            "run ended, give its --until as the next --since.\n",
    .examples = "  reload-guard export --since -1h\n"
                "  reload-guard export --since 2026-11-20T00:00Z --until 2026-11-21T00:00Z\n",
    .statuses = "  0  done\n"
                "  1  standard output could not be written\n"
                "  2  usage or configuration\n"
                "  4  the store cannot be used\n",
    CLI_OPTIONS(command_options),
    .exec = exec,
};
