// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/audit/ranges.h"
#include "guard/audit/rules.h"

#include <string.h>

#include "guard/system/kernel/route.h"
#include "guard/report/report-conflicts.h"

enum { CONFLICTS_ALL };

static const struct cli_option command_options[] = {
    [CONFLICTS_ALL] = {"all", 'a', NULL, "those that have no effect, too"},
};

struct run {
	struct cli *cli;
	struct firewalld_session connection;
	struct firewalld_rules rules;
	struct tickets tickets;
	struct listeners listeners;
	struct store *store;
	struct clientranges ranges;
	struct conflictlist list;
	struct route route; /* of the address that was asked about last */
};

static void run_deinit(struct run *run)
{
	conflictlist_deinit(&run->list);
	clientranges_deinit(&run->ranges);
	store_close(run->store);
	listeners_deinit(&run->listeners);
	tickets_deinit(&run->tickets);
	firewalld_rules_deinit(&run->rules);
	firewalld_session_close(&run->connection);
}

static bool find_way(const struct cidr *address, struct packet *packet, void *userdata)
{
	struct run *run = userdata;

	if (route_to(&run->route, address, NULL) != 0)
		return false;
	packet->interface = run->route.interface;
	packet->destination = run->route.has_local ? &run->route.local : NULL;
	return true;
}

static int take_ban(const struct store_ban *ban, void *userdata)
{
	struct conflictlist_row *row = userdata;

	if (strcmp(ban->address, row->denied) != 0)
		return 0;
	row->failures = ban->failures;
	return 1;
}

/* How many failures led to it: only the record knows. */
static void find_failures(struct run *run)
{
	for (size_t i = 0; i < run->list.n && run->store; i++) {
		struct conflictlist_row *row = &run->list.rows[i];
		const struct store_ban_query query = {.jail = row->jail,
		                                      .address = row->denied,
		                                      .active = true,
		                                      .active_at_us = run->cli->now_us,
		                                      .limit = 100};

		if (row->jail && row->denied && row->conflict->rule &&
		    store_bans(run->store, &query, take_ban, row, NULL) < 0)
			return;
	}
}

static int read_all(struct run *run)
{
	int r = cli_open_store(run->cli, &run->store, (struct cli_store_need){.absent = true});

	/* without a store the ranges of the configuration count all the same */
	if (r == CLI_NO_STORE)
		cli_warn(run->cli, "ranges that were added or learned are left out");
	r = ranges_read(run->cli, run->store, true, &run->ranges);
	if (r == CLI_FINE)
		r = cli_firewalld_open(run->cli, &run->connection);
	return r == CLI_FINE ? rules_read(run->cli, &run->connection, &run->rules) : r;
}

static int answer(struct run *run, bool all)
{
	struct conflictlist_options options = {.ruleset = &run->rules.ruleset,
	                                       .ranges = &run->ranges,
	                                       .way = find_way,
	                                       .userdata = run,
	                                       .now_us = run->cli->now_us};
	struct report report;

	if (rules_tickets(run->cli, &run->tickets))
		options.tickets = &run->tickets;
	if (listeners_read(&run->listeners, NULL) == 0)
		options.listeners = &run->listeners;
	if (conflictlist_make(&run->list, &options) < 0)
		return cli_fail(run->cli, CLI_NOT_FINE, "out of memory");
	find_failures(run);
	cli_report(run->cli, &report);
	if (report_conflicts(&report, &run->list, &options, all) < 0)
		return cli_fail(run->cli, CLI_NOT_FINE, "out of memory");
	return run->list.n_effective > 0 ? CLI_NOT_FINE : CLI_FINE;
}

static int exec(struct cli *cli, const struct cli_args *args)
{
	_cleanup_(run_deinit) struct run run = {.cli = cli};
	int r = cli_load_config(cli);

	if (r == CLI_FINE)
		r = read_all(&run);
	return r == CLI_FINE ? answer(&run, args->values[CONFLICTS_ALL] != NULL) : r;
}

const struct cli_command cmd_conflicts = {
    .name = "conflicts",
    .words = "",
    .summary = "what cuts legitimate clients off from mail",
    .help = "Holds everything that denies (rich rules of zones and policies, by address or\n"
            "ipset, zones that keep out what is bound to them, fail2ban's tables and direct\n"
            "rules) against the ranges that `clients list` tells, the widest first: how many\n"
            "addresses of which range are cut off from which services, who put it there and\n"
            "until when, and the commands that let the clients in again. What never decides,\n"
            "because something before it does or no packet comes there, is left out; --all\n"
            "tells it, and why.\n",
    .examples = "  reload-guard conflicts\n"
                "  reload-guard --json conflicts | jq -r '.conflicts[].commands[0]'\n",
    .statuses = "  0  no legitimate client is cut off\n"
                "  1  some are\n"
                "  2  usage or configuration\n"
                "  3  firewalld cannot be reached, or is not in a state to be trusted\n",
    CLI_OPTIONS(command_options),
    .exec = exec,
};
