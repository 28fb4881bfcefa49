// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/cli/cli.h"

#include <string.h>

#include "guard/audit/banpresent.h"
#include "guard/base/cidr.h"
#include "guard/base/text.h"
#include "guard/model/ban/banplace.h"
#include "guard/model/ban/jailuse.h"
#include "guard/system/fail2ban/fail2ban-process.h"
#include "guard/system/fail2ban/fail2ban.h"
#include "guard/system/kernel/bantables.h"

/* A server answers in some milliseconds; one that does not is not waited for. */
#define ASK_MS     1000
#define ASK_ALL_MS 3000

enum { BANS_JAIL, BANS_ADDRESS, BANS_ACTIVE, BANS_SINCE, BANS_UNTIL, BANS_LIMIT };

static const struct cli_option command_options[] = {
    [BANS_JAIL] = {"jail", 'j', "JAIL", "only bans of this jail"},
    [BANS_ADDRESS] = {"address", 'a', "ADDRESS",
                      "only bans of this address, inside this prefix, or covering either"},
    [BANS_ACTIVE] = {"active", 'A', NULL, "only bans in force now"},
    [BANS_SINCE] = {"since", 's', "TIME", "banned at this time or later"},
    [BANS_UNTIL] = {"until", 'u', "TIME", "banned up to this time; a day counts to its end"},
    [BANS_LIMIT] = {"limit", 'n', "N", "show at most this many (default 200)"},
};

static int take_row(const struct store_ban *ban, void *userdata)
{
	report_bans_row(userdata, ban);
	return 0;
}

/* A typing error must not look like an address that nobody banned. */
static bool check_address(struct cli *cli, const char *text)
{
	struct cidr cidr;

	if (text[0] == '\0') {
		cli_fail(cli, CLI_USAGE, "--address needs an address, a prefix or a host name");
		return false;
	}
	return text_is_host_name(text) || cli_parse_cidr(cli, text, &cidr);
}

static bool parse_query(struct cli *cli, const struct cli_args *args, struct store_ban_query *query)
{
	const char *limit = args->values[BANS_LIMIT];

	*query = (struct store_ban_query){
	    .jail = args->values[BANS_JAIL],
	    .address = args->n_words > 0 ? args->words[0] : args->values[BANS_ADDRESS],
	    .active = args->values[BANS_ACTIVE] != NULL,
	    .active_at_us = cli->now_us,
	    .limit = 200,
	};
	if (args->n_words > 0 && args->values[BANS_ADDRESS]) {
		cli_fail(cli, CLI_USAGE, "bans: give one address, as a word or with --address");
		return false;
	}
	if (query->address && !check_address(cli, query->address))
		return false;
	if (!cli_parse_period(cli, args->values[BANS_SINCE], args->values[BANS_UNTIL],
	                      &query->since_us, &query->until_us))
		return false;
	return !limit || cli_parse_count(cli, "limit", limit, 1000000, &query->limit);
}

/* What the running server holds. Return: whether that is known; @why: else why not. */
static bool ask_server(struct banpresent *present, struct tickets *tickets, const struct cli *cli,
                       struct err *why)
{
	const struct config *config = &cli->config;
	const char *pidfile =
	    config->fail2ban_pidfile ? config->fail2ban_pidfile : FAIL2BAN_DEFAULT_PIDFILE;
	struct fail2ban_options options = fail2ban_options_of(config);
	enum fail2ban_state state = FAIL2BAN_UNKNOWN;
	int r;

	options.timeout_ms = ASK_MS;
	options.wait_ms = ASK_ALL_MS;
	*present = (struct banpresent){.now_us = cli->now_us};
	r = fail2ban_read_wait(tickets, &state, &options, why);
	if (state == FAIL2BAN_STOPPED)
		return true;
	if (r == 0 && state != FAIL2BAN_RUNNING)
		r = err_set(why, FAIL2BAN_E_UNKNOWN, "it is %s", fail2ban_state_name(state));
	if (r != 0)
		return false;
	present->tickets = tickets;
	present->whole = !fail2ban_process_is_young(fail2ban_process_pid(pidfile));
	return true;
}

/* Of those that jails keep outside of firewalld; where nobody can tell it is left open. */
static int find_missing(struct tickets *missing, struct banpresent *present,
                        const struct banplaces *places)
{
	const struct banplace_evidence evidence = {
	    .tickets = present->tickets, .now = places, .now_us = present->now_us, .whole = true};

	present->missing = missing;
	return banplaces_lost(missing, &evidence);
}

/* Which of the jails let in, by the last snapshot: firewalld is not asked for a list of bans. */
static int see_use(struct tickets *tickets, struct store *store, struct err *err)
{
	_cleanup_store_snapshot_ struct store_snapshot meta = STORE_SNAPSHOT_NULL;
	_cleanup_firewall_ struct firewall fw = FIREWALL_NULL;
	int r;

	if (!jailuse_is_hidden(tickets))
		return 0;
	r = store_snapshot_last(store, &meta, &fw, err);
	if (r == STORE_E_NOT_FOUND)
		return 0;
	return r == 0 ? jailuse_settle(tickets, &fw) : r;
}

static int exec(struct cli *cli, const struct cli_args *args)
{
	_cleanup_store_ struct store *store = NULL;
	_cleanup_report_list_ struct report_list list = {0};
	_cleanup_tickets_ struct tickets tickets = TICKETS_NULL, missing = TICKETS_NULL;
	_cleanup_banplaces_ struct banplaces places = BANPLACES_NULL;
	bool places_known, known;
	struct store_ban_query query;
	struct banpresent present;
	struct err err = ERR_NULL, why = ERR_NULL;
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
	places_known = bantables_read_once(&places) == 0;
	known = ask_server(&present, &tickets, cli, &why);
	r = see_use(&tickets, store, &err);
	if (r == 0 && places_known && present.tickets)
		r = find_missing(&missing, &present, &places);
	if (r == 0)
		r = banpresent_list(store, &query, &present, take_row, &list, &err);
	if (r != 0)
		return cli_store_failed(cli, r, &err);
	if (!known)
		cli_warn(cli,
		         "fail2ban does not say what it holds (%s): who is banned now, and until "
		         "when, is told as it is on record",
		         err_text(&why, FAIL2BAN_E_UNKNOWN));
	if (report_bans_end(&list, known) < 0)
		return cli_fail(cli, CLI_NOT_FINE, "out of memory");
	return known ? CLI_FINE : CLI_NOT_FINE;
}

const struct cli_command cmd_bans = {
    .name = "bans",
    .words = "[ADDRESS]",
    .summary = "what fail2ban banned, and what became of it",
    .help = "Who was banned, by which jail, when, for how long, how often before, and how the\n"
            "ban ended: it expired, somebody unbanned the address, or the jail was stopped; and\n"
            "when a reload dropped its rules and how soon they were back. The bans come from\n"
            "the hook and from fail2ban's own database, which the watcher imports; whether one is\n"
            "in force, and until when, is what the running fail2ban says, where it answers. With\n"
            "ADDRESS: bans inside that prefix and bans that cover it. -v shows whole rules.\n",
    .examples = "  reload-guard bans --active\n"
                "  reload-guard bans 192.0.2.0/24 --since 7d\n"
                "  reload-guard --json bans --jail postfix | jq '.bans[].address'\n",
    .statuses = "  0  fine\n"
                "  1  a fail2ban that runs does not say what it holds\n"
                "  2  usage or configuration\n"
                "  4  the store cannot be used\n",
    CLI_OPTIONS(command_options),
    .max_words = 1,
    .exec = exec,
};
