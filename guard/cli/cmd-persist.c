// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/cli/cli.h"
#include "guard/restore/missing.h"

#include <errno.h>
#include <string.h>

#include "guard/system/host/clock.h"
#include "guard/system/firewalld/zonefile.h"

enum { PERSIST_DRY_RUN };

static const struct cli_option command_options[] = {
    [PERSIST_DRY_RUN] = {"dry-run", 'n', NULL, "show what would be written, and write nothing"},
};

#define SETTLE_MARGIN_MS 300

struct run {
	struct cli *cli;
	struct firewalld_session connection;
	struct firewalld_reading reading;
	struct missing missing;
	struct store_items released;
	struct banshapes shapes;
	struct strv saved; /* zones whose file was copied, or has none */
	struct report_action action;
	size_t n_wanted, n_failed, n_unheard;
};

static void run_deinit(struct run *run)
{
	missing_deinit(&run->missing);
	store_items_deinit(&run->released);
	banshapes_deinit(&run->shapes);
	strv_deinit(&run->saved);
	report_action_deinit(&run->action);
	firewalld_reading_deinit(&run->reading);
	firewalld_session_close(&run->connection);
}

static int out_of_memory(struct run *run)
{
	return cli_fail(run->cli, CLI_NOT_FINE, "out of memory");
}

/* Once a zone, before its first item is written. */
static int save_zone(struct run *run, const char *zone, struct err *err)
{
	_cleanup_free_ char *copy = NULL;
	int r;

	if (strv_contains(&run->saved, zone))
		return 0;
	r = zonefile_backup(&copy, run->cli->store_dir, zone, err);
	if (r == 0 && copy)
		r = strv_add(&run->action.backups, copy);
	return r == 0 ? strv_add(&run->saved, zone) : r;
}

/* --- which items
 * ---------------------------------------------------------------------- */

/* Why an item of the runtime is not written; NULL: it is. */
static const char *reason_against(const struct run *run, const struct firewall_entry *entry)
{
	if (entry->until_us > 0 || (entry->flags & FIREWALL_GUARD_TIMED))
		return "it has a timeout";
	if (entry->flags & FIREWALL_GOING)
		return "its zone was removed from the permanent configuration";
	if (entry->flags & FIREWALL_WITHDRAWN)
		return "somebody removed it from the permanent configuration";
	if (entry->flags & FIREWALL_EDITED)
		return "somebody's edit removed it from its file";
	if (items_contain(run->released.items, run->released.n, &entry->item))
		return "it is released";
	if (banshapes_have(&run->shapes, &entry->item) != 0)
		return "a jail of fail2ban's puts it there, and takes it away";
	return scope_not_to_persist(&run->reading.firewall, &entry->item);
}

static bool is_candidate(const struct run *run, struct scope_view *view,
                         const struct firewall_entry *entry)
{
	return (entry->flags & FIREWALL_RUNTIME) && !(entry->flags & FIREWALL_PERMANENT) &&
	       !firewall_is_fallback(&run->reading.firewall, entry) &&
	       scope_view_protects(view, &entry->item);
}

/* What the store knows of ends, withdrawals and releases; without it, no end is known. */
static int ask_store(struct run *run)
{
	_cleanup_store_ struct store *store = NULL;
	struct err err = ERR_NULL;
	int r = cli_open_store(run->cli, &store, (struct cli_store_need){.absent = true});

	if (r != CLI_FINE)
		return r;
	r = missing_see(&run->missing,
	                &(struct missing_query){.config = &run->cli->config,
	                                        .store = store,
	                                        .now = &run->reading.firewall,
	                                        .instance = firewalld_instance(run->connection.fw),
	                                        .now_us = run->cli->now_us},
	                &err);
	if (r == 0 && store)
		r = store_release_list(store, &run->released, &err);
	if (r == 0 && store)
		r = store_shapes(store, &run->shapes, &err);
	return r == 0 ? CLI_FINE : cli_store_failed(run->cli, r, &err);
}

/* --- writing
 * -------------------------------------------------------------------------- */

/* Of a zone that is put together from parts a person chooses the part; which, none can tell. */
static int refuse_combined(char **out, const struct item *item)
{
	_cleanup_free_ char *part = NULL, *command = NULL;
	struct item of_part = *item;
	int r = zonefile_part(&part, item->zone, "");

	if (r != 0)
		return r < 0 ? r : 0;
	of_part.zone = part;
	if (item_permanent_command(&command, &of_part) < 0 ||
	    xasprintf(out,
	              "zone %s is put together from the files in /etc/firewalld/zones/%s/, and "
	              "what is written to %s.xml has no effect; add it to one of them, such as: "
	              "%s",
	              item->zone, item->zone, item->zone, command) < 0)
		return -ENOMEM;
	return 0;
}

static int write_item(struct run *run, const struct item *item, struct err *err)
{
	int r = save_zone(run, item->zone, err);

	if (r == 0)
		r = firewalld_permanent_add_wait(run->connection.fw, item,
		                                 clock_monotonic_ms() + FIREWALLD_SESSION_MS, err);
	return r == FIREWALLD_E_ALREADY ? 0 : r;
}

static int handle(struct run *run, const struct firewall_entry *entry)
{
	const char *reason = reason_against(run, entry), *outcome = "left out";
	enum report_color color = REPORT_DIM;
	_cleanup_free_ char *combined = NULL;
	struct report_action_row *row;
	struct err err = ERR_NULL;
	int r = 0;

	if (!reason && refuse_combined(&combined, &entry->item) < 0)
		return -ENOMEM;
	if (combined) {
		outcome = "failed";
		color = REPORT_BAD;
		reason = combined;
		run->n_wanted++;
		run->n_failed++;
	} else if (!reason) {
		run->n_wanted++;
		outcome = run->action.dry_run ? "would write" : "written";
		color = run->action.dry_run ? REPORT_WARN : REPORT_GOOD;
		if (!run->action.dry_run)
			r = write_item(run, &entry->item, &err);
		if (r != 0) {
			outcome = "failed";
			color = REPORT_BAD;
			reason = err_text(&err, r);
			run->n_failed++;
		} else if (entry->flags & FIREWALL_UNHEARD) {
			/* law 2: that no end is known does not say that there is none */
			color = REPORT_WARN;
			reason = "nobody heard whether it has a timeout";
			run->n_unheard++;
		}
	}
	row = report_action_add(&run->action, &entry->item, outcome, color);
	if (!row)
		return -ENOMEM;
	row->until_us = entry->until_us;
	row->error = reason ? strdup(reason) : NULL;
	return 0;
}

/* Law 4: nothing is written that was not read back. */
static int read_back(struct run *run)
{
	_cleanup_(firewalld_reading_deinit) struct firewalld_reading after = {0};
	int r = cli_firewalld_read(run->cli, &run->connection, &after);

	if (r != CLI_FINE)
		return r;
	for (size_t i = 0; i < run->action.n; i++) {
		struct report_action_row *row = &run->action.rows[i];

		if (strcmp(row->outcome, "written") != 0 ||
		    firewall_has(&after.firewall, &row->item, FIREWALL_PERMANENT))
			continue;
		row->outcome = "failed";
		row->color = REPORT_BAD;
		row->error = strdup("firewalld accepted it, but it is not there when read back");
		run->n_failed++;
	}
	return CLI_FINE;
}

static void record(struct run *run)
{
	_cleanup_store_ struct store *store = NULL;
	char text[128];
	const struct store_event event = {
	    .kind = EVENT_PERSIST, .text = text, .at_us = run->cli->now_us};

	snprintf(text, sizeof(text), "written to the permanent configuration: %zu; failed: %zu",
	         run->n_wanted - run->n_failed, run->n_failed);
	if (cli_open_store(run->cli, &store,
	                   (struct cli_store_need){.write = true, .absent = true}) == CLI_FINE &&
	    store && store_event_put(store, &event, NULL) != 0)
		cli_warn(run->cli, "the history could not be written");
}

static int finish(struct run *run)
{
	struct report report;

	run->action.ok = run->n_failed == 0;
	cli_report(run->cli, &report);
	if (report_action(&report, &run->action) < 0)
		return out_of_memory(run);
	if (run->action.n == 0 && !run->cli->json)
		report_line(&report, REPORT_GOOD, "every protected item is permanent already");
	if (run->n_unheard)
		cli_warn(run->cli,
		         "%zu of these came while no watcher was there, or could put it on record, "
		         "and firewalld does not tell what has a timeout: one that was meant for "
		         "some time only has to be taken out again (firewall-cmd --permanent "
		         "--remove-...)",
		         run->n_unheard);
	return run->action.ok ? CLI_FINE : CLI_NOT_FINE;
}

/*
 * firewalld does not tell which items have an end; the watcher hears it and puts it
 * on record, but not at once. What was opened just now must not become permanent.
 */
static int let_settle(struct run *run)
{
	int64_t wait_ms = SETTLE_MARGIN_MS;
	int code, r;

	if (missing_watcher(run->cli->store_dir).running)
		wait_ms += run->cli->config.settle_ms;
	r = loop_run_until(run->connection.loop, clock_monotonic_ms() + wait_ms, &code);
	return r < 0 ? r : 0;
}

static int persist(struct run *run)
{
	struct scope_view view = SCOPE_VIEW(&run->cli->config.scope, &run->reading.firewall);
	int64_t begin_us = clock_monotonic_us();
	int r;

	cli_firewalld_wait(run->cli, &run->connection, run->action.dry_run);
	r = cli_firewalld_open(run->cli, &run->connection);
	if (r == CLI_FINE)
		r = cli_firewalld_read(run->cli, &run->connection, &run->reading);
	if (r != CLI_FINE)
		return r;
	if (run->reading.state != FIREWALL_STATE_RUNNING || run->reading.stale)
		return cli_fail(run->cli, CLI_NO_FIREWALLD,
		                "firewalld is in state %s, so nothing is written; see: systemctl "
		                "status firewalld",
		                firewall_state_name(run->reading.state));
	r = let_settle(run);
	if (r < 0)
		return cli_fail(run->cli, CLI_NOT_FINE, "%s", strerror(-r));
	r = ask_store(run);
	if (r != CLI_FINE)
		return r;
	for (size_t i = 0; i < run->reading.firewall.n; i++) {
		const struct firewall_entry *entry = &run->reading.firewall.entries[i];

		if ((is_candidate(run, &view, entry) && handle(run, entry) < 0) || view.failed)
			return out_of_memory(run);
	}
	if (run->n_wanted > 0 && !run->action.dry_run) {
		r = read_back(run);
		run->action.took_us = clock_monotonic_us() - begin_us;
		if (r != CLI_FINE)
			return r;
		record(run);
	}
	return finish(run);
}

static int exec(struct cli *cli, const struct cli_args *args)
{
	_cleanup_(run_deinit) struct run run = {
	    .cli = cli,
	    .action = {.verb = "persist", .dry_run = args->values[PERSIST_DRY_RUN] != NULL},
	};
	int r = cli_load_config(cli);

	return r == CLI_FINE ? persist(&run) : r;
}

const struct cli_command cmd_persist = {
    .name = "persist",
    .words = "",
    .summary = "write runtime-only protected items to the permanent configuration",
    .help = "Writes each protected item that is runtime only and has no timeout to the\n"
            "permanent configuration, so that a reload drops nothing. Items are written one at a\n"
            "time and read back. Before that, the zone's file is copied to\n"
            "STATE/backup/ZONE.xml.TIME. Bans and other rules are never written.\n"
            "\n"
            "firewalld does not tell what has a timeout; the watcher hears it. What came while\n"
            "none ran, or could not put it on record, is written, with a warning.\n",
    .examples = "  reload-guard persist --dry-run\n"
                "  reload-guard persist\n",
    .statuses = "  0  everything is permanent, or with --dry-run could be\n"
                "  1  something could not be written\n"
                "  2  usage or configuration\n"
                "  3  firewalld cannot be reached, or is not in a state to be trusted\n"
                "  4  the store cannot be used; nothing was written\n",
    CLI_OPTIONS(command_options),
    .exec = exec,
};
