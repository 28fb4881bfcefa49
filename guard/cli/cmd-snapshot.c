// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/cli/cli.h"
#include "guard/restore/missing.h"
#include "guard/system/kernel/fwtables.h"

#include <string.h>

enum { SNAPSHOT_LIMIT };

static const struct cli_option command_options[] = {
    [SNAPSHOT_LIMIT] = {"limit", 'n', "N", "with list: show at most this many (default 20)"},
};

static int out_of_memory(struct cli *cli)
{
	return cli_fail(cli, CLI_NOT_FINE, "out of memory");
}

/* The state as it is now, or the reason why it is not known. */
static int read_now(struct cli *cli, struct firewalld_session *connection,
                    struct firewalld_reading *reading)
{
	int r = cli_firewalld_open(cli, connection);

	if (r == CLI_FINE)
		r = cli_firewalld_read(cli, connection, reading);
	if (r != CLI_FINE)
		return r;
	if (reading->state == FIREWALL_STATE_RUNNING && !reading->stale)
		return CLI_FINE;
	return cli_fail(
	    cli, CLI_NO_FIREWALLD,
	    "firewalld is %s, so its state cannot be used now; see: systemctl status firewalld",
	    reading->stale ? "reloading without end" : firewall_state_name(reading->state));
}

/*
 * Worth going back to? Not when protected items are gone: the next restore would
 * believe that this is how it should be. And while a watcher runs, that judges.
 */
static bool is_good(struct cli *cli, const struct missing *missing)
{
	size_t n = missing_count(missing);

	if (n > 0)
		cli_warn(cli,
		         "%zu protected item%s missing, so this state is stored, but not as a good "
		         "one; `reload-guard restore` brings back what is missing, `reload-guard "
		         "release ITEM` says that it was meant",
		         n, text_plural(n));
	return n == 0 && !missing_watcher(cli->store_dir).running;
}

static int take(struct cli *cli)
{
	_cleanup_store_ struct store *store = NULL;
	_cleanup_firewalld_session_ struct firewalld_session connection = FIREWALLD_SESSION_NULL;
	_cleanup_(firewalld_reading_deinit) struct firewalld_reading reading = {0};
	_cleanup_missing_ struct missing missing = MISSING_NULL;
	struct missing_query query = {
	    .config = &cli->config, .now = &reading.firewall, .now_us = cli->now_us};
	struct err err = ERR_NULL;
	struct report report;
	int64_t loaded = fwtables_loaded(), id;
	bool good = false;
	int r = read_now(cli, &connection, &reading);

	if (r == CLI_FINE)
		r = cli_open_store(cli, &store, (struct cli_store_need){.write = true});
	if (r != CLI_FINE)
		return r;
	query.store = store;
	query.instance = firewalld_instance(connection.fw);
	r = missing_see(&missing, &query, &err);
	if (r == 0) {
		good = is_good(cli, &missing);
		r = missing_put(&missing, &query, loaded, good, &id, &err);
	}
	if (r != 0)
		return cli_store_failed(cli, r, &err);
	cli_report(cli, &report);
	if (report_snapshot_taken(&report, id, &reading.firewall, good) < 0)
		return out_of_memory(cli);
	return CLI_FINE;
}

static int take_row(const struct store_snapshot *snapshot, void *userdata)
{
	report_snapshots_row(userdata, snapshot);
	return 0;
}

static int list(struct cli *cli, size_t limit)
{
	_cleanup_store_ struct store *store = NULL;
	_cleanup_report_list_ struct report_list rows = {0};
	struct err err = ERR_NULL;
	struct report report;
	int r = cli_open_store(cli, &store, (struct cli_store_need){0});

	if (r != CLI_FINE)
		return r;
	cli_report(cli, &report);
	report_snapshots_begin(&rows, &report);
	r = store_snapshot_list(store, limit, take_row, &rows, &err);
	if (r != 0)
		return cli_store_failed(cli, r, &err);
	return report_list_end(&rows, "no snapshots") < 0 ? out_of_memory(cli) : CLI_FINE;
}

static int load(struct cli *cli, struct store *store, int64_t id, struct store_snapshot *meta,
                struct firewall *fw)
{
	struct err err = ERR_NULL;
	int r = store_snapshot_load(store, id, meta, fw, &err);

	if (r == STORE_E_NOT_FOUND)
		return cli_fail(cli, CLI_USAGE,
		                "there is no snapshot %lld; see: reload-guard snapshot list",
		                (long long)id);
	return r == 0 ? CLI_FINE : cli_store_failed(cli, r, &err);
}

static int show(struct cli *cli, int64_t id)
{
	_cleanup_store_ struct store *store = NULL;
	_cleanup_store_snapshot_ struct store_snapshot meta = STORE_SNAPSHOT_NULL;
	_cleanup_firewall_ struct firewall fw = FIREWALL_NULL;
	struct report report;
	int r = cli_open_store(cli, &store, (struct cli_store_need){0});

	if (r == CLI_FINE)
		r = load(cli, store, id, &meta, &fw);
	if (r != CLI_FINE)
		return r;
	cli_report(cli, &report);
	return report_snapshot(&report, &meta, &fw) < 0 ? out_of_memory(cli) : CLI_FINE;
}

/* Ends and marks are not in what firewalld tells: they are no difference to it. */
static void keep_places(struct firewall *fw)
{
	for (size_t i = 0; i < fw->n; i++) {
		fw->entries[i].flags &= FIREWALL_RUNTIME | FIREWALL_PERMANENT;
		fw->entries[i].until_us = 0;
	}
	firewall_sweep(fw);
}

/* @b 0: what firewalld holds now. */
static int diff(struct cli *cli, int64_t a, int64_t b)
{
	_cleanup_store_ struct store *store = NULL;
	_cleanup_firewalld_session_ struct firewalld_session connection = FIREWALLD_SESSION_NULL;
	_cleanup_(firewalld_reading_deinit) struct firewalld_reading reading = {0};
	_cleanup_firewall_ struct firewall before = FIREWALL_NULL, after = FIREWALL_NULL;
	_cleanup_diff_ struct diff changes = DIFF_NULL;
	struct report report;
	int r = cli_open_store(cli, &store, (struct cli_store_need){0});

	if (r == CLI_FINE)
		r = load(cli, store, a, NULL, &before);
	if (r == CLI_FINE)
		r = b > 0 ? load(cli, store, b, NULL, &after)
		          : read_now(cli, &connection, &reading);
	if (r != CLI_FINE)
		return r;
	if (b == 0) {
		after = reading.firewall;
		reading.firewall = FIREWALL_NULL;
		keep_places(&before);
		keep_places(&after);
	}
	if (diff_firewalls(&changes, &before, &after) < 0)
		return out_of_memory(cli);
	cli_report(cli, &report);
	return report_diff(&report, a, b, &changes) < 0 ? out_of_memory(cli) : CLI_FINE;
}

static int run(struct cli *cli, const char *what, size_t n, const int64_t ids[2], size_t limit)
{
	int r = cli_load_config(cli);

	if (r != CLI_FINE)
		return r;
	if (strcmp(what, "take") == 0)
		return take(cli);
	if (strcmp(what, "list") == 0)
		return list(cli, limit);
	if (strcmp(what, "show") == 0)
		return show(cli, ids[0]);
	return diff(cli, ids[0], n > 1 ? ids[1] : 0);
}

static int exec(struct cli *cli, const struct cli_args *args)
{
	static const struct {
		const char *name;
		size_t min, max; /* numbers that follow */
	} known[] = {{"take", 0, 0}, {"list", 0, 0}, {"show", 1, 1}, {"diff", 1, 2}};
	const char *what = args->words[0];
	size_t n = args->n_words - 1, limit = 20, i = 0;
	int64_t ids[2] = {0, 0};

	while (i < ARRAY_SIZE(known) && strcmp(known[i].name, what) != 0)
		i++;
	if (i == ARRAY_SIZE(known))
		return cli_fail(
		    cli, CLI_USAGE,
		    "snapshot: unknown word \"%.100s\"; known are take, list, show and diff", what);
	if (n < known[i].min || n > known[i].max)
		return cli_fail(cli, CLI_USAGE,
		                "snapshot %s takes %s; see: reload-guard snapshot --help", what,
		                known[i].max == 0   ? "no number"
		                : known[i].max == 1 ? "the number of a snapshot"
		                                    : "the numbers of one or two snapshots");
	for (size_t j = 0; j < n; j++)
		if (!cli_parse_id(cli, args->words[j + 1], &ids[j]))
			return CLI_USAGE;
	if (args->values[SNAPSHOT_LIMIT] &&
	    !cli_parse_count(cli, "limit", args->values[SNAPSHOT_LIMIT], 1000000, &limit))
		return CLI_USAGE;
	return run(cli, what, n, ids, limit);
}

const struct cli_command cmd_snapshot = {
    .name = "snapshot",
    .words = "take|list|show ID|diff ID [ID]",
    .summary = "take, list, show and compare states of the firewall",
    .help = "  take          store the current state of firewalld\n"
            "  list          list the stored states, the newest first\n"
            "  show ID       show the items of one\n"
            "  diff ID [ID]  show what changed from one to another, or to the current state\n",
    .examples = "  reload-guard snapshot list --limit 5\n"
                "  reload-guard snapshot diff 17\n"
                "  reload-guard snapshot diff 16 17\n",
    .statuses = "  0  fine\n"
                "  2  usage or configuration, or no such snapshot\n"
                "  3  firewalld cannot be reached, or is not in a state to be trusted\n"
                "  4  the store cannot be used\n",
    .min_words = 1,
    .max_words = 3,
    CLI_OPTIONS(command_options),
    .exec = exec,
};
