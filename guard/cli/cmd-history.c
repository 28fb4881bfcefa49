// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/cli/cli.h"
#include "guard/base/builder.h"
#include "guard/base/text.h"

#include <errno.h>
#include <string.h>

enum { HISTORY_SINCE, HISTORY_UNTIL, HISTORY_KIND, HISTORY_LIMIT, HISTORY_BANS };

static const struct cli_option command_options[] = {
    [HISTORY_SINCE] = {"since", 's', "TIME", "from this time on"},
    [HISTORY_UNTIL] = {"until", 'u', "TIME", "up to this time; a day counts to its end"},
    [HISTORY_KIND] =
        {"kind", 'k', "KIND",
         "only this kind of line: reloads (restarts and reboots, too), reload, loss, restore, …"},
    [HISTORY_LIMIT] = {"limit", 'n', "N", "show at most this many (default 200)"},
    [HISTORY_BANS] = {"bans", 'b', NULL, "bans and unbans, too"},
};

static int take_row(const struct store_history_row *row, void *userdata)
{
	struct report_list *list = userdata;

	if (report_history_is_full(list))
		return -ECANCELED;
	report_history_row(list, row);
	return 0;
}

/* Who asks for losses or restores, for all of it or for JSON gets a row for each item. */
static bool is_folded(const struct cli *cli, const struct store_history_query *query)
{
	return !cli->json && cli->verbosity <= 0 &&
	       !(query->kind &&
	         (event_is(query->kind, EVENT_LOSS) || event_is(query->kind, EVENT_RESTORE)));
}

static bool check_kind(struct cli *cli, const char *kind)
{
	const char *words[EVENT_N_FILTERS], *word, *nearest;
	_cleanup_builder_ struct builder all = BUILDER_NULL;
	size_t n = 0;

	while ((word = event_filter(n)) && strcmp(word, event_words(kind)) != 0)
		words[n++] = word;
	if (word)
		return true;
	nearest = text_nearest(kind, words, n);
	for (size_t i = 0; i < n; i++)
		builder_join(&all, ", ", words[i]);
	cli_fail(cli, CLI_USAGE, "--kind: unknown kind \"%.100s\"; %s%s%s", kind,
	         nearest ? "did you mean \"" : "known are ",
	         nearest      ? nearest
	         : all.failed ? "…"
	                      : all.text,
	         nearest ? "\"?" : "");
	return false;
}

static bool parse_query(struct cli *cli, const struct cli_args *args,
                        struct store_history_query *query)
{
	const char *limit = args->values[HISTORY_LIMIT];

	*query = (struct store_history_query){
	    .kind = args->values[HISTORY_KIND],
	    .bans = args->values[HISTORY_BANS] != NULL,
	    .limit = 200,
	};
	if (query->kind && !check_kind(cli, query->kind))
		return false;
	query->kind = query->kind ? event_name(query->kind) : NULL;
	/* who asks for one kind of row asks for the rows of that time */
	query->whole = !query->kind ||
	               (!event_is(query->kind, EVENT_WIPE) && !event_is(query->kind, EVENT_LOSS) &&
	                !event_is(query->kind, EVENT_RESTORE));
	if (!cli_parse_period(cli, args->values[HISTORY_SINCE], args->values[HISTORY_UNTIL],
	                      &query->since_us, &query->until_us))
		return false;
	return !limit || cli_parse_count(cli, "limit", limit, 1000000, &query->limit);
}

static int exec(struct cli *cli, const struct cli_args *args)
{
	_cleanup_store_ struct store *store = NULL;
	_cleanup_report_list_ struct report_list list = {0};
	struct store_history_query query;
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
	report_history_begin(&list, &report);
	if (is_folded(cli, &query)) {
		report_history_fold(&list, query.limit);
		query.limit = 0; /* the rows of items are many, and do not count */
	}
	r = store_history(store, &query, take_row, &list, &err);
	if (r != 0 && r != -ECANCELED)
		return cli_store_failed(cli, r, &err);
	if (report_list_end(&list, "nothing happened") < 0)
		return cli_fail(cli, CLI_NOT_FINE, "out of memory");
	return CLI_FINE;
}

const struct cli_command cmd_history = {
    .name = "history",
    .words = "",
    .summary = "what happened: reloads, what was lost, what was restored and when",
    .help = "What happened, the oldest first: reloads, restarts and reboots that dropped\n"
            "something, what was lost and restored, starts and stops of the watcher and of\n"
            "firewalld. What was lost and restored is listed under its reload; with -v, and in\n"
            "JSON, each loss and each attempt has a row and a time of its own. With a limit, the\n"
            "newest are shown.\n",
    .examples = "  reload-guard history --since yesterday\n"
                "  reload-guard history --since -2h --kind restore\n"
                "  reload-guard history --since 2026-11-20 --until 2026-11-21 --bans\n",
    .statuses = "  0  fine\n"
                "  2  usage or configuration\n"
                "  4  the store cannot be used\n",
    CLI_OPTIONS(command_options),
    .exec = exec,
};
