// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/cli/cli.h"

#include <string.h>

#include "guard/audit/hold.h"
#include "guard/report/report-conflicts.h"

enum { CONFLICTS_ALL };

static const struct cli_option command_options[] = {
    [CONFLICTS_ALL] = {"all", 'a', NULL, "also those without effect, and each single ban"},
};

#define PARTS                                                                                      \
	(PICTURE_FIREWALLD | PICTURE_RULES | PICTURE_TABLES | PICTURE_LINKS | PICTURE_SOCKETS |    \
	 PICTURE_FAIL2BAN | PICTURE_STORE | PICTURE_CLIENTS)

static int take_ban(const struct store_ban *ban, void *userdata)
{
	struct conflictlist_row *row = userdata;

	if (strcmp(ban->address, row->denied) != 0)
		return 0;
	row->failures = ban->failures;
	return 1;
}

/* How many failures led to it: only the record knows. */
static void find_failures(struct cli *cli, struct store *store, struct conflictlist *list)
{
	for (size_t i = 0; i < list->n && store; i++) {
		struct conflictlist_row *row = &list->rows[i];
		const struct store_ban_query query = {.jail = row->jail,
		                                      .address = row->denied,
		                                      .active = true,
		                                      .active_at_us = cli->now_us,
		                                      .limit = 100};

		if (row->jail && row->denied && row->conflict->rule &&
		    store_bans(store, &query, take_ban, row, NULL) < 0)
			return;
	}
}

/* Those that are printed. */
static int hold(struct conflictlist *list, const struct picture *picture)
{
	int r = 0;

	for (size_t i = 0; i < list->n && r == 0; i++) {
		struct conflictlist_row *row = &list->rows[i];

		if (row->effective)
			r = hold_commands(&row->commands, &row->others, &row->withheld, picture);
	}
	return r;
}

static int answer(struct cli *cli, const struct picture *picture, struct store *store, bool all)
{
	_cleanup_conflictlist_ struct conflictlist list = CONFLICTLIST_NULL;
	_cleanup_denylist_ struct denylist denies = DENYLIST_NULL;
	const struct conflictlist_options options = conflictlist_options(picture);
	struct report report;

	if (conflictlist_make(&list, &options) < 0 || hold(&list, picture) < 0 ||
	    denylist_make(&denies, &options, picture) < 0)
		return cli_fail(cli, CLI_NOT_FINE, "out of memory");
	find_failures(cli, store, &list);
	cli_report(cli, &report);
	if (report_conflicts(&report, &list, &denies, &options, picture, all) < 0)
		return cli_fail(cli, CLI_NOT_FINE, "out of memory");
	return conflictlist_is_fine(&list, &options) ? CLI_FINE : CLI_NOT_FINE;
}

static int exec(struct cli *cli, const struct cli_args *args)
{
	_cleanup_picture_ struct picture picture = PICTURE_NULL;
	_cleanup_store_ struct store *store = NULL;
	bool all = args->values[CONFLICTS_ALL] != NULL;
	int r = cli_load_config(cli);

	if (r != CLI_FINE)
		return r;
	/* without a store the ranges of the configuration count all the same; what is missing is
	 * told with the picture */
	r = cli_picture(cli, &picture, PARTS, NULL);
	if (r == CLI_FINE)
		r = cli_reached(cli, &picture, PICTURE_RULES);
	if (r == CLI_FINE && picture_knows(&picture, PICTURE_STORE) &&
	    cli_open_store(cli, &store, (struct cli_store_need){.absent = true}) != CLI_FINE)
		store = NULL;
	/* of a firewalld that does not answer what it held is better than nothing */
	if (r != CLI_FINE && picture.ruleset.remembered)
		(void)answer(cli, &picture, store, all);
	return r == CLI_FINE ? answer(cli, &picture, store, all) : r;
}

const struct cli_command cmd_conflicts = {
    .name = "conflicts",
    .words = "",
    .summary = "rules and bans that cut legitimate clients off from mail",
    .help = "Compares everything that denies (rich rules of zones and policies, by address or\n"
            "ipset, zones that refuse what is bound to them, fail2ban's tables and direct\n"
            "rules) with the ranges of `clients list`, the widest first: how many addresses of\n"
            "which range are cut off from which services, who added it and until when, and the\n"
            "commands that let the clients in again. A rule that never decides, because\n"
            "something before it does or no packet gets there, is left out; --all shows it,\n"
            "with the reason.\n"
            "Below them stands everything that denies, client ranges or not: how many addresses\n"
            "it covers, and which of this machine's own networks, or how many of the addresses\n"
            "that logged in lately, it hits. Bans of single addresses that hit none of these are\n"
            "told as one number for each jail; --all lists each.\n",
    .examples = "  reload-guard conflicts\n"
                "  reload-guard --json conflicts | jq -r '.conflicts[].commands[0]'\n",
    .statuses = "  0  no legitimate client is cut off\n"
                "  1  some are, or not everything could be read\n"
                "  2  usage or configuration\n"
                "  3  firewalld cannot be reached, or is not in a state to be trusted\n",
    CLI_OPTIONS(command_options),
    .exec = exec,
};
