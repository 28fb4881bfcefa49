// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/cli/cli.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "guard/system/host/file.h"
#include "guard/system/host/wholefile.h"

/* fail2ban tells of a ban a moment after its time. */
#define LATE_US (60 * INT64_C(1000000))

enum { EXPORT_SINCE, EXPORT_UNTIL, EXPORT_CURSOR };

static const struct cli_option command_options[] = {
    [EXPORT_SINCE] = {"since", 's', "TIME", "from this time on"},
    [EXPORT_UNTIL] = {"until", 'u', "TIME", "before this time"},
    [EXPORT_CURSOR] = {"cursor-file", 0, "FILE", "go on where the last run with this file ended"},
};

/* Until when it is told, and the first ban that is not: who is told late has an earlier time. */
struct cursor {
	const struct report *report;
	int64_t until_us, next_ban;
};

static int put_row(const struct store_history_row *row, void *userdata)
{
	struct cursor *cursor = userdata;

	if (event_is(row->kind, EVENT_BAN) && row->id >= cursor->next_ban)
		cursor->next_ban = row->id + 1;
	return report_history_line(cursor->report, row);
}

/* Without a file it is the first run, which begins at the beginning; a time alone will do. */
static int read_cursor(struct cli *cli, const char *path, struct store_history_query *query)
{
	char text[2 * TIMESPEC_TEXT_MAX], *end;
	ssize_t n = file_read(text, sizeof(text), path);

	if (n == -ENOENT)
		return CLI_FINE;
	if (n < 0)
		return cli_fail(cli, CLI_NOT_FINE, "%s: %s", path, strerror((int)-n));
	text[strcspn(text, "\n")] = '\0';
	end = text + strcspn(text, " ");
	if (*end && !parse_int64(end + 1, &query->told_from))
		return cli_fail(cli, CLI_USAGE, "%s: no ban has the number%.40s", path, end);
	*end = '\0';
	return cli_parse_time(cli, "cursor-file", text, false, &query->since_us) ? CLI_FINE
	                                                                         : CLI_USAGE;
}

static int put_cursor(FILE *out, void *userdata)
{
	const struct cursor *cursor = userdata;
	char text[TIMESPEC_TEXT_MAX];

	timespec_format_iso(cursor->until_us, text);
	return fprintf(out, "%s %" PRId64 "\n", text, cursor->next_ban) < 0 ? -EIO : 0;
}

/* Not before all of it is out: what is written twice is no harm, what is missed is. */
static int write_cursor(struct cli *cli, struct cursor *cursor, const char *path)
{
	struct err err = ERR_NULL;
	int r = fflush(cursor->report->out) == 0 ? 0 : -errno;

	if (r < 0)
		err_set(&err, r, "standard output: %s", strerror(-r));
	else
		r = wholefile_write(path, 0644, put_cursor, cursor, &err);
	return r < 0 ? cli_fail(cli, CLI_NOT_FINE, "%s", err_text(&err, r)) : CLI_FINE;
}

static int read_period(struct cli *cli, const struct cli_args *args,
                       struct store_history_query *query)
{
	const char *since = args->values[EXPORT_SINCE], *until = args->values[EXPORT_UNTIL];
	const char *cursor = args->values[EXPORT_CURSOR];

	if (cursor && (since || until))
		return cli_fail(cli, CLI_USAGE, "--cursor-file says from when and until when");
	if (cursor) {
		query->until_us = cli->now_us - LATE_US;
		return read_cursor(cli, cursor, query);
	}
	if (since && !cli_parse_time(cli, "since", since, false, &query->since_us))
		return CLI_USAGE;
	if (until && !cli_parse_time(cli, "until", until, false, &query->until_us))
		return CLI_USAGE;
	return CLI_FINE;
}

static int exec(struct cli *cli, const struct cli_args *args)
{
	_cleanup_store_ struct store *store = NULL;
	struct store_history_query query = {.bans = true, .oldest_first = true};
	const char *path = args->values[EXPORT_CURSOR];
	struct err err = ERR_NULL;
	struct cursor cursor;
	struct report report;
	int r = read_period(cli, args, &query);

	if (r == CLI_FINE)
		r = cli_load_config(cli);
	if (r == CLI_FINE)
		r = cli_open_store(cli, &store, (struct cli_store_need){0});
	if (r != CLI_FINE)
		return r;
	cli_report(cli, &report);
	/* after a clock that was set back nothing is new, and the cursor stays */
	cursor = (struct cursor){
	    .report = &report,
	    .until_us = query.until_us > query.since_us ? query.until_us : query.since_us,
	    .next_ban = query.told_from ? query.told_from : 1,
	};
	r = store_history(store, &query, put_row, &cursor, &err);
	if (r == -ENOMEM || r == -EIO)
		return cli_fail(cli, CLI_NOT_FINE, "%s", err_text(&err, r));
	if (r != 0)
		return cli_store_failed(cli, r, &err);
	return path ? write_cursor(cli, &cursor, path) : CLI_FINE;
}

const struct cli_command cmd_export = {
    .name = "export",
    .words = "",
    .summary = "the history as JSON lines, for log shippers",
    .help = "Writes what happened, bans included, the oldest first: one JSON object a line,\n"
            "with the same fields as the rows of history --json. To go on where the last\n"
            "run ended, give its --until as the next --since, or have --cursor-file keep it:\n"
            "then what is younger than a minute waits for the next run.\n",
    .examples = "  reload-guard export --since -1h\n"
                "  reload-guard export --since 2026-11-20T00:00Z --until 2026-11-21T00:00Z\n"
                "  reload-guard export --cursor-file /var/lib/reload-guard/export.cursor\n",
    .statuses = "  0  done\n"
                "  1  standard output or the cursor could not be written\n"
                "  2  usage or configuration\n"
                "  4  the store cannot be used\n",
    CLI_OPTIONS(command_options),
    .exec = exec,
};
