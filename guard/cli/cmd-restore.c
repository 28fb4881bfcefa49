// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/cli/cli.h"
#include "guard/restore/missing.h"
#include "guard/restore/restore-bans.h"
#include "guard/restore/restorer.h"

#include <errno.h>
#include <string.h>

#include "guard/system/host/clock.h"

enum { RESTORE_DRY_RUN, RESTORE_FROM };

static const struct cli_option command_options[] = {
    [RESTORE_DRY_RUN] = {"dry-run", 'n', NULL, "say what would be done, and do nothing"},
    [RESTORE_FROM] = {"from", 'f', "ID", "go back to the items of this snapshot"},
};

/* Restoring may be long where firewalld is slow: with a thousand rules each call takes 25 ms. */
#define RESTORE_DEADLINE_MS (10 * 60 * 1000)

/* As the watcher does it: others are to get through to firewalld meanwhile. */
#define BANS_WINDOW 4
#define BANS_BATCH  48

#define PROGRESS_US 1000000

/* Everything that one run knows. */
struct run {
	struct cli *cli;
	struct firewalld_session connection;
	struct firewalld_reading reading;
	struct store *store; /* NULL: cannot be used; the restore goes on */
	bool store_failed;
	int64_t from_id; /* 0: what the last wipe took */
	struct missing missing;
	struct plan plan;
	struct restore_bans bans;
	size_t n_bans_back;
	int64_t wipe_id; /* 0: not journalled */
	struct report_action action;
	bool done;
	size_t n_steps, n_failed;
};

static void run_deinit(struct run *run)
{
	plan_deinit(&run->plan);
	restore_bans_deinit(&run->bans);
	missing_deinit(&run->missing);
	report_action_deinit(&run->action);
	firewalld_reading_deinit(&run->reading);
	firewalld_session_close(&run->connection);
	store_close(run->store);
}

static int out_of_memory(struct run *run)
{
	return cli_fail(run->cli, CLI_NOT_FINE, "out of memory");
}

/* --- what is to be restored -------------------------------------------------------------- */

static int open_both(struct run *run)
{
	struct cli *cli = run->cli;
	int r =
	    cli_open_store(cli, &run->store,
	                   (struct cli_store_need){.write = !run->action.dry_run, .absent = true});

	run->store_failed = r != CLI_FINE;
	if (r != CLI_FINE && run->from_id)
		return r;
	if (run->store_failed)
		cli_warn(cli, "without the store only what the configuration requires is known");
	r = cli_firewalld_open(cli, &run->connection);
	if (r == CLI_FINE)
		r = cli_firewalld_read(cli, &run->connection, &run->reading);
	if (r != CLI_FINE)
		return r;
	if (run->reading.state != FIREWALL_STATE_RUNNING || run->reading.stale)
		return cli_fail(
		    cli, CLI_NO_FIREWALLD,
		    "firewalld is %s: what it holds is not known, so nothing is restored; "
		    "see: firewall-cmd --check-config, systemctl restart firewalld",
		    run->reading.stale ? "reloading without end"
		                       : firewall_state_name(run->reading.state));
	if (run->reading.firewall.panic)
		cli_warn(cli, "firewalld is in panic mode and drops everything; end it with: "
		              "firewall-cmd --panic-off");
	return CLI_FINE;
}

/* The state that a person named, whatever happened since. */
static int find_from(struct run *run)
{
	_cleanup_store_items_ struct store_items released = STORE_ITEMS_NULL;
	struct missing *missing = &run->missing;
	struct err err = ERR_NULL;
	int r = bootid_read(missing->boot_id, &err);

	if (r == 0)
		r = store_snapshot_load(run->store, run->from_id, &missing->meta, &missing->before,
		                        &err);
	if (r == STORE_E_NOT_FOUND)
		return cli_fail(run->cli, CLI_USAGE,
		                "there is no snapshot %lld; see: reload-guard snapshot list",
		                (long long)run->from_id);
	if (r == 0)
		r = store_release_list(run->store, &released, &err);
	if (r != 0)
		return cli_store_failed(run->cli, r, &err);
	missing->kind = WIPE_BY_HAND;
	r = loss_find(&missing->loss,
	              &(struct loss_evidence){
	                  .before = &missing->before,
	                  .after = &run->reading.firewall,
	                  .scope = &run->cli->config.scope,
	                  .released = released.items,
	                  .n_released = released.n,
	                  .bans = run->cli->config.restore_bans != CONFIG_RESTORE_BANS_NONE,
	                  .kind = WIPE_BY_HAND,
	                  .now_us = run->cli->now_us,
	              });
	return r == 0 ? CLI_FINE : out_of_memory(run);
}

static int find_missing(struct run *run)
{
	const char *instance = firewalld_instance(run->connection.fw);
	struct err err = ERR_NULL;
	struct missing_query query = {.config = &run->cli->config,
	                              .store = run->store,
	                              .now = &run->reading.firewall,
	                              .instance = instance,
	                              .now_us = run->cli->now_us,
	                              .bans = true};
	int r = missing_find(&run->missing, &query, &err);

	if (r != 0 && run->store) {
		/* A store that breaks under our hands is no store; the required items remain. */
		run->store_failed = true;
		(void)cli_store_failed(run->cli, r, &err);
		store_close(run->store);
		run->store = NULL;
		query.store = NULL;
		query.bans = false;
		r = missing_find(&run->missing, &query, &err);
	}
	if (r != 0)
		return cli_fail(run->cli, CLI_NOT_FINE, "%s", err_text(&err, r));
	missing_attribute(&run->missing, &run->reading.firewall);
	return CLI_FINE;
}

static int build_plan(struct run *run)
{
	struct loss *loss = &run->missing.loss;

	/*
	 * Who is to end a timed item? The watcher does for what it restores itself;
	 * for us it would stay open, which is more than there was (law 5).
	 */
	for (size_t i = 0; i < loss->n; i++)
		if (loss->rows[i].verdict == LOSS_LOST && loss->rows[i].until_us > 0)
			loss->rows[i].verdict = LOSS_UNATTRIBUTED;
	if (plan_build(&run->plan, loss, &run->reading.firewall, run->cli->now_us) < 0)
		return out_of_memory(run);
	return CLI_FINE;
}

/* Whom fail2ban still bans; what it cannot tell is told, and is no reason to stop. */
static int ask_for_bans(struct run *run)
{
	struct restore_bans *bans = &run->bans;
	int r;

	bans->config = &run->cli->config;
	bans->store = run->store;
	bans->loss = &run->missing.loss;
	r = restore_bans_find(bans, &run->reading.firewall);
	if (r == 0 && bans->n)
		r = restore_bans_ask(bans);
	if (r < 0)
		return out_of_memory(run);
	if (bans->n == 0)
		return CLI_FINE;
	for (size_t i = 0; i < bans->ranges.troubles.n; i++)
		cli_warn(run->cli, "client ranges are missing: %s",
		         bans->ranges.troubles.strings[i]);
	if (!bans->known)
		cli_warn(run->cli,
		         "%zu bans are missing, and which of them still hold only fail2ban knows, "
		         "which is %s: they are not restored",
		         bans->n, bans->state);
	else if (bans->n_ended + bans->n_strangers)
		cli_note(
		    run->cli,
		    "%zu rules that ban are missing, and fail2ban has no ticket for them: they "
		    "stay away",
		    bans->n_ended + bans->n_strangers);
	return CLI_FINE;
}

/* --- the journal ------------------------------------------------------------------------- */

static void store_broke(struct run *run, int r, const struct err *err)
{
	run->store_failed = true;
	(void)cli_store_failed(run->cli, r, err);
	cli_warn(run->cli, "the restore goes on, and is not recorded");
	store_close(run->store);
	run->store = NULL;
}

static void journal_begin(struct run *run)
{
	const char *instance = firewalld_instance(run->connection.fw);
	struct store_wipe wipe = {
	    .kind = run->missing.kind,
	    .cause = run->from_id ? "reload-guard restore --from" : "reload-guard restore",
	    .at_us = run->cli->now_us,
	    .boot_id = run->missing.boot_id,
	    .instance = instance[0] ? instance : NULL,
	    .before_id = run->missing.meta.id,
	};
	struct err err = ERR_NULL;
	int r;

	if (!run->store)
		return;
	r = store_wipe_begin(run->store, &wipe, &run->missing.loss, &run->wipe_id, &err);
	if (r != 0)
		store_broke(run, r, &err);
}

static int journal_steps(struct run *run, const struct restorer_step *steps, size_t n,
                         struct err *err)
{
	_cleanup_free_ struct store_step *rows = calloc(n, sizeof(*rows));

	if (!rows)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct store_step){
		    .row = steps[i].loss_row,
		    .outcome = steps[i].outcome,
		    .error = steps[i].error,
		    .started_us = steps[i].started_us,
		    .finished_us = steps[i].finished_us ? steps[i].finished_us : clock_now_us(),
		};
	return store_steps_put(run->store, run->wipe_id, rows, n, err);
}

/* What a guard that was interrupted left is in our own wipe now. */
static int supersede_unfinished(struct run *run, struct err *err)
{
	_cleanup_store_unfinished_list_ struct store_unfinished_list list =
	    STORE_UNFINISHED_LIST_NULL;
	int64_t now_us = clock_now_us();
	int r = store_wipe_unfinished(run->store, &list, err);

	for (size_t i = 0; i < list.n && r == 0; i++) {
		const struct store_unfinished *wipe = &list.wipes[i];

		if (wipe->wipe.id == run->wipe_id)
			continue;
		for (size_t j = 0; j < wipe->loss.n && r == 0; j++) {
			struct store_step step = {.row = wipe->row[j],
			                          .outcome = STORE_STEP_SUPERSEDED,
			                          .started_us = now_us,
			                          .finished_us = now_us};

			r = store_steps_put(run->store, wipe->wipe.id, &step, 1, err);
		}
		if (r == 0)
			r = store_wipe_finish(run->store, wipe->wipe.id, now_us,
			                      "taken over by reload-guard restore", err);
	}
	return r;
}

static void note_steps(struct run *run, const struct restorer_step *steps, size_t n)
{
	struct err err = ERR_NULL;
	int r;

	if (!run->store || !run->wipe_id || n == 0)
		return;
	r = journal_steps(run, steps, n, &err);
	if (r != 0)
		store_broke(run, r, &err);
}

static void journal_end(struct run *run)
{
	struct err err = ERR_NULL;
	char outcome[96];
	int r = 0;

	if (!run->store || !run->wipe_id)
		return;
	/* A watcher that runs finishes its own. */
	if (!run->from_id && !missing_watcher(run->cli->store_dir).running)
		r = supersede_unfinished(run, &err);
	snprintf(outcome, sizeof(outcome), "%zu restored, %zu failed", run->n_steps - run->n_failed,
	         run->n_failed);
	if (r == 0)
		r = store_wipe_finish(run->store, run->wipe_id, clock_now_us(), outcome, &err);
	if (r != 0)
		store_broke(run, r, &err);
}

/* --- doing it
 * ------------------------------------------------------------------------- */

static void on_done(const struct plan *plan, const struct restorer_step *steps, void *userdata)
{
	struct run *run = userdata;

	run->done = true;
	run->n_steps += plan->n;
	for (size_t i = 0; i < plan->n; i++) {
		bool failed = steps[i].outcome == STORE_STEP_FAILED;
		struct report_action_row *row = report_action_add(
		    &run->action, &plan->steps[i].item, store_outcome_name(steps[i].outcome),
		    failed ? REPORT_BAD : REPORT_GOOD);

		run->n_failed += failed;
		if (!row)
			continue;
		row->verdict = loss_verdict_name(run->missing.loss.rows[steps[i].loss_row].verdict);
		if (failed)
			row->error = strdup(steps[i].error ? steps[i].error : "failed");
	}
	note_steps(run, steps, plan->n);
	loop_exit(run->connection.loop, 0);
}

/* @window: calls at once; 0: as many as is usual */
static int run_plan(struct run *run, const struct plan *plan, size_t window)
{
	_cleanup_restorer_ struct restorer *restorer = NULL;
	int code, r;

	run->done = false;
	r = window ? restorer_start_paced(&restorer, run->connection.fw, plan, window, on_done, run)
	           : restorer_start(&restorer, run->connection.fw, plan, on_done, run);
	if (r == 0)
		r = loop_run_until(run->connection.loop, clock_monotonic_ms() + RESTORE_DEADLINE_MS,
		                   &code);
	if (r > 0 || (r == 0 && !run->done))
		return cli_fail(run->cli, CLI_NO_FIREWALLD,
		                "firewalld went away or does not answer; what was under way is not "
		                "known: run it again");
	if (r < 0)
		return cli_fail(run->cli, CLI_NO_FIREWALLD, "%s", strerror(-r));
	return CLI_FINE;
}

static void tell_ended(struct run *run, const struct item *item)
{
	for (size_t i = 0; i < run->action.n; i++)
		if (item_cmp(&run->action.rows[i].item, item) == 0) {
			run->action.rows[i].outcome = store_outcome_name(STORE_STEP_ENDED);
			run->action.rows[i].color = REPORT_DIM;
		}
}

/* It ended while it was put back: fail2ban found nothing to remove, so it is ours to take away. */
static bool take_back(struct run *run, const struct item *item)
{
	int r = firewalld_remove_wait(run->connection.fw, item,
	                              clock_monotonic_ms() + RESTORE_DEADLINE_MS, NULL);

	if (r != 0 && r != FIREWALLD_E_NOT_ENABLED)
		return false;
	tell_ended(run, item);
	return true;
}

/* A last look at the tickets: what ended, and what stays away, is put on record. */
static int settle_bans(struct run *run)
{
	struct restore_bans *bans = &run->bans;
	_cleanup_free_ struct restorer_step *steps = calloc(bans->n + 1, sizeof(*steps));
	int64_t now_us = clock_now_us();
	size_t n = 0;

	if (!steps || restore_bans_ask(bans) < 0)
		return out_of_memory(run);
	for (size_t i = 0; i < bans->n && bans->known; i++) {
		enum banplan_answer answer = bans->rules[i].answer;

		if (answer == BANPLAN_HELD || (answer == BANPLAN_LEFT_OUT && bans->done[i]) ||
		    (answer != BANPLAN_LEFT_OUT && bans->done[i] &&
		     !take_back(run, bans->rules[i].item)))
			continue;
		steps[n++] = (struct restorer_step){
		    .loss_row = bans->rows[i],
		    .outcome = answer == BANPLAN_LEFT_OUT ? STORE_STEP_LEFT_OUT : STORE_STEP_ENDED,
		    .started_us = now_us,
		    .finished_us = now_us,
		};
	}
	note_steps(run, steps, n);
	return CLI_FINE;
}

static int execute_bans(struct run *run)
{
	int64_t told_us = clock_monotonic_us();
	int status = CLI_FINE;

	while (status == CLI_FINE && run->bans.known) {
		_cleanup_plan_ struct plan plan = PLAN_NULL;

		if (restore_bans_batch(&plan, &run->bans, BANS_BATCH) < 0)
			return out_of_memory(run);
		if (plan.n == 0)
			break;
		status = run_plan(run, &plan, BANS_WINDOW);
		run->n_bans_back += plan.n;
		if (clock_monotonic_us() - told_us > PROGRESS_US) {
			told_us = clock_monotonic_us();
			cli_note(run->cli, "%zu of %zu bans are back", run->n_bans_back,
			         run->bans.n_held);
		}
		if (status == CLI_FINE && restore_bans_ask(&run->bans) < 0)
			return out_of_memory(run);
	}
	return status == CLI_FINE && run->bans.known ? settle_bans(run) : status;
}

static int execute(struct run *run)
{
	int64_t begin_us = clock_monotonic_us();
	int status = CLI_FINE;

	journal_begin(run);
	if (run->plan.n)
		status = run_plan(run, &run->plan, 0);
	if (status == CLI_FINE && run->bans.n)
		status = execute_bans(run);
	run->action.took_us = clock_monotonic_us() - begin_us;
	if (status == CLI_FINE)
		journal_end(run);
	if (status == CLI_FINE && (run->n_failed > 0 || (run->bans.n && !run->bans.known)))
		return CLI_NOT_FINE;
	return status;
}

static int pretend_plan(struct run *run, const struct plan *plan)
{
	for (size_t i = 0; i < plan->n; i++) {
		const struct plan_step *step = &plan->steps[i];
		struct report_action_row *row =
		    report_action_add(&run->action, &step->item, "would restore", REPORT_WARN);

		if (!row)
			return out_of_memory(run);
		row->verdict = loss_verdict_name(run->missing.loss.rows[step->loss_row].verdict);
	}
	return CLI_FINE;
}

static int pretend(struct run *run)
{
	_cleanup_plan_ struct plan plan = PLAN_NULL;
	int r = pretend_plan(run, &run->plan);

	if (r == CLI_FINE && run->bans.known &&
	    restore_bans_batch(&plan, &run->bans, run->bans.n) < 0)
		return out_of_memory(run);
	return r == CLI_FINE ? pretend_plan(run, &plan) : r;
}

/* A ban that fail2ban holds and that covers legitimate clients; the ended ones are over. */
static int add_left_out_bans(struct run *run)
{
	for (size_t i = 0; i < run->bans.n && run->bans.known; i++) {
		const struct banplan_rule *rule = &run->bans.rules[i];
		struct report_action_row *line;

		if (rule->answer != BANPLAN_LEFT_OUT)
			continue;
		line = report_action_add(&run->action, rule->item, "left out", REPORT_WARN);
		if (!line || restore_bans_why(&line->error, &run->bans, rule) < 0)
			return out_of_memory(run);
		line->verdict = loss_verdict_name(LOSS_BAN);
	}
	return CLI_FINE;
}

/* What stays away, and why; rules have their own law and are not told of here. */
static int add_left_out(struct run *run)
{
	for (size_t i = 0; i < run->missing.loss.n; i++) {
		const struct loss_row *row = &run->missing.loss.rows[i];
		struct report_action_row *line;

		if (loss_verdict_is_open(row->verdict) || row->verdict == LOSS_UNPROTECTED)
			continue;
		line = report_action_add(&run->action, &row->item, "left out", REPORT_DIM);
		if (!line)
			return out_of_memory(run);
		line->until_us = row->until_us;
		if (row->verdict != LOSS_UNATTRIBUTED)
			line->verdict = loss_verdict_name(row->verdict);
		else if (!(line->error = strdup("it has an end, which only the watcher keeps")))
			return out_of_memory(run);
	}
	return CLI_FINE;
}

static int finish(struct run *run, int status)
{
	struct report report;

	run->action.ok = status == CLI_FINE;
	run->action.kind = wipe_kind_name(run->missing.kind);
	run->action.wipe_id = run->wipe_id;
	run->action.snapshot_id = run->missing.meta.id;
	cli_report(run->cli, &report);
	if (report_action(&report, &run->action) < 0)
		return out_of_memory(run);
	if (run->action.n == 0 && !run->cli->json)
		report_line(&report, REPORT_GOOD, "nothing to restore");
	if (status == CLI_FINE && run->store_failed)
		return CLI_NO_STORE;
	if (status == CLI_FINE && !run->store && !run->from_id)
		cli_note(run->cli, "there is no store in %s: what was open before is not known",
		         run->cli->store_dir);
	return status;
}

static int restore(struct run *run)
{
	int r = open_both(run), status;

	if (r == CLI_FINE)
		r = run->from_id ? find_from(run) : find_missing(run);
	if (r == CLI_FINE)
		r = build_plan(run);
	if (r == CLI_FINE)
		r = ask_for_bans(run);
	if (r != CLI_FINE)
		return r;
	if (run->plan.n == 0 && run->bans.n_held == 0)
		status = run->bans.n && !run->bans.known ? CLI_NOT_FINE : CLI_FINE;
	else
		status = run->action.dry_run ? pretend(run) : execute(run);
	r = add_left_out(run);
	if (r == CLI_FINE)
		r = add_left_out_bans(run);
	return r == CLI_FINE ? finish(run, status) : r;
}

static int exec(struct cli *cli, const struct cli_args *args)
{
	_cleanup_(run_deinit) struct run run = {
	    .cli = cli,
	    .action = {.verb = "restore", .dry_run = args->values[RESTORE_DRY_RUN] != NULL},
	};
	int r;

	if (args->values[RESTORE_FROM] &&
	    !cli_parse_id(cli, args->values[RESTORE_FROM], &run.from_id))
		return CLI_USAGE;
	r = cli_load_config(cli);
	return r == CLI_FINE ? restore(&run) : r;
}

const struct cli_command cmd_restore = {
    .name = "restore",
    .words = "",
    .summary = "restore what the last wipe took",
    .help = "Puts back what a reload, restart or reboot took and nobody removed: what the\n"
            "watcher left open, and what the last good snapshot has and firewalld lacks. It\n"
            "works without the watcher. Items that were removed, released or are over are\n"
            "never put back. With --from the protected items of that snapshot are put back,\n"
            "whatever happened since. Each item is read back from firewalld before it counts\n"
            "as restored. Bans come last: those that fail2ban still holds.\n",
    .examples = "  reload-guard restore --dry-run\n"
                "  reload-guard restore\n"
                "  reload-guard snapshot list; reload-guard restore --from 17\n",
    .statuses = "  0  everything is there, or with --dry-run could be\n"
                "  1  something could not be restored, or fail2ban could not tell which bans hold\n"
                "  2  usage or configuration\n"
                "  3  firewalld cannot be reached, or is not in a state to be trusted\n"
                "  4  the store cannot be used; only what is required was restored\n",
    CLI_OPTIONS(command_options),
    .exec = exec,
};
