// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/cli/cli.h"
#include "guard/restore/clientranges.h"
#include "guard/restore/engine.h"
#include "guard/restore/missing.h"
#include "guard/restore/repair.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "guard/system/fail2ban/fail2ban-ignoreip.h"
#include "guard/system/host/bootid.h"
#include "guard/system/host/clock.h"
#include "guard/system/kernel/fwtables.h"

enum { RESTORE_DRY_RUN, RESTORE_FROM, RESTORE_WAIT };

static const struct cli_option command_options[] = {
    [RESTORE_DRY_RUN] = {"dry-run", 'n', NULL, "show what would be done, and do nothing"},
    [RESTORE_FROM] = {"from", 'f', "ID", "go back to the items of this snapshot"},
    [RESTORE_WAIT] = {"wait", 'w', "SECONDS", "for firewalld to come, at most (default 0)"},
};

/* With a thousand rules a call takes 25 ms; but nothing at all for so long is the end. */
#define SILENCE_MS (10 * 60 * 1000)

#define PROGRESS_US 1000000

/* As long as a reload may take. */
#define PROBE_MS 30000

#define WAIT_MAX_S 3600

/* Whoever waits for the answer would not wait longer for this part of it. */
#define IGNOREIP_MS 3000

/* Everything that one run knows. */
struct run {
	struct cli *cli;
	struct firewalld_session session;
	struct fail2ban *fail2ban;
	struct logger logger; /* writes nothing: what is said here is for the person who asked */
	struct record *record;
	struct engine *engine;
	struct store_snapshot meta; /* of the snapshot to go back to */
	struct firewall from;
	struct strv ignoreip;
	int64_t from_id; /* 0: what the last wipe took */
	struct report_action action;
	struct report_action left_out; /* rows alone; they come last */
	size_t n_failed, n_over;       /* n_over: bans that fail2ban has no ticket for */
	size_t n_back;                 /* bans */
	int64_t told_us;
	unsigned n_heard; /* so that a long silence is noticed */
	bool store_failed;
	struct firewalld_op *probe; /* under way */
	bool answers;               /* since then */
	bool shut;                  /* firewalld says open, and the kernel lets nobody in */
	bool panic_told, unknown, over, out_of_memory;
	int status; /* CLI_FINE until something ends it */
};

static void run_deinit(struct run *run)
{
	engine_free(run->engine);
	fail2ban_free(run->fail2ban);
	firewalld_session_close(&run->session);
	record_close(run->record);
	store_snapshot_deinit(&run->meta);
	firewall_deinit(&run->from);
	strv_deinit(&run->ignoreip);
	report_action_deinit(&run->action);
	report_action_deinit(&run->left_out);
}

static int out_of_memory(struct run *run)
{
	return cli_fail(run->cli, CLI_NOT_FINE, "out of memory");
}

static void end(struct run *run, int status)
{
	run->status = status;
	loop_exit(run->session.loop, 0);
}

/* @error: copied; may be NULL */
static void add_row(struct run *run, struct report_action *action, const struct item *item,
                    const char *outcome, enum loss_verdict verdict, const char *error,
                    enum report_color color)
{
	struct report_action_row *row = report_action_add(action, item, outcome, color);

	if (row) {
		row->verdict = loss_verdict_name(verdict);
		row->error = error ? strdup(error) : NULL;
	}
	run->out_of_memory |= !row || (error && !row->error);
}

/* --- what the engine tells --------------------------------------------------------------- */

static void on_cause(const struct news_wipe *wipe _unused_, char words[CAUSE_WORDS_SIZE],
                     void *userdata)
{
	const struct run *run = userdata;

	snprintf(words, CAUSE_WORDS_SIZE, "reload-guard restore%s", run->from_id ? " --from" : "");
}

/* What stays away, and why; rules have their own law and are not told of here. */
static void add_left_out(struct run *run, const struct loss *loss)
{
	for (size_t i = 0; i < loss->n; i++) {
		const struct loss_row *row = &loss->rows[i];
		struct report_action_row *line;

		if (loss_verdict_is_open(row->verdict) || row->verdict == LOSS_UNPROTECTED)
			continue;
		line = report_action_add(&run->left_out, &row->item, "left out", REPORT_DIM);
		run->out_of_memory |= !line;
		if (!line)
			continue;
		line->until_us = row->until_us;
		if (row->verdict != LOSS_UNATTRIBUTED)
			line->verdict = loss_verdict_name(row->verdict);
		else if (!(line->error = strdup(
		               "it has a timeout, which only the running watcher can enforce")))
			run->out_of_memory = true;
	}
}

/* Whom bans must not cut off is asked for once, and only if there are bans. */
static void learn_clients(struct run *run)
{
	const struct config *config = &run->cli->config;
	const struct clientranges_options options = {
	    .config = config, .store = record_store(run->record), .now_us = run->cli->now_us};
	_cleanup_clientranges_ struct clientranges ranges = CLIENTRANGES_NULL;

	if (config->use_fail2ban_ignoreip &&
	    fail2ban_ignoreip_wait(&run->ignoreip, config->fail2ban_socket, IGNOREIP_MS, NULL) < 0)
		strv_deinit(&run->ignoreip);
	if (clientranges_wait(&ranges, &options, NULL) < 0)
		run->out_of_memory = true;
	for (size_t i = 0; i < ranges.troubles.n; i++)
		cli_warn(run->cli, "some client ranges could not be read: %s",
		         ranges.troubles.strings[i]);
}

static void warn_of_panic(struct run *run)
{
	if (engine_wanted(run->engine)->panic && !run->panic_told)
		cli_warn(run->cli, "firewalld is in panic mode and drops everything; end it with: "
		                   "firewall-cmd --panic-off");
	run->panic_told = true;
}

static const struct strv *on_ignoreip(void *userdata)
{
	return &((const struct run *)userdata)->ignoreip;
}

static void add_planned(struct run *run, const struct plan *plan, const struct loss *loss)
{
	for (size_t i = 0; i < plan->n; i++)
		add_row(run, &run->action, &plan->steps[i].item, "would restore",
		        loss->rows[plan->steps[i].loss_row].verdict, NULL, REPORT_WARN);
}

static void add_judged(struct run *run, const struct banplan_rule *ban, const char *why)
{
	if (ban->answer == BANPLAN_HELD || ban->answer == BANPLAN_BY_HAND)
		add_row(run, &run->action, ban->item, "would restore", LOSS_BAN, NULL, REPORT_WARN);
	else if (ban->answer == BANPLAN_LEFT_OUT)
		add_row(run, &run->left_out, ban->item, "left out", LOSS_BAN, why, REPORT_WARN);
	else
		run->n_over++;
}

/* A person would not see each try of a step, but what became of it. */
static const struct store_step *last_step(const struct episode *episode, size_t row, bool *was_back)
{
	const struct store_step *last = NULL;

	*was_back = false;
	for (size_t i = 0; i < episode->n_steps; i++) {
		if (episode->steps[i].row != row)
			continue;
		last = &episode->steps[i];
		*was_back |= last->outcome == STORE_STEP_RESTORED;
	}
	return last;
}

static void add_outcome(struct run *run, const struct loss_row *row, const struct store_step *step,
                        bool was_back)
{
	switch (step->outcome) {
	case STORE_STEP_FAILED:
		run->n_failed++;
		add_row(run, &run->action, &row->item, store_outcome_name(step->outcome),
		        row->verdict, step->error ? step->error : "failed", REPORT_BAD);
		break;
	case STORE_STEP_LEFT_OUT:
		add_row(run, &run->left_out, &row->item, "left out", row->verdict, step->error,
		        REPORT_WARN);
		break;
	case STORE_STEP_ENDED:
		run->n_over++;
		if (was_back) /* while it was put back */
			add_row(run, &run->action, &row->item, store_outcome_name(step->outcome),
			        row->verdict, NULL, REPORT_DIM);
		break;
	case STORE_STEP_RESTORED:
	case STORE_STEP_SKIPPED:
		add_row(run, &run->action, &row->item, store_outcome_name(step->outcome),
		        row->verdict, NULL, REPORT_GOOD);
		break;
	case STORE_STEP_SUPERSEDED: /* it stands in a later wipe */
	case STORE_STEP_N:
		break;
	}
}

static void add_outcomes(struct run *run, const struct episode *episode, bool bans)
{
	run->action.wipe_id = episode->wipe_id;
	for (size_t row = 0; row < episode->loss.n; row++) {
		bool was_back;
		const struct store_step *step = last_step(episode, row, &was_back);

		if (step && (episode->loss.rows[row].verdict == LOSS_BAN) == bans)
			add_outcome(run, &episode->loss.rows[row], step, was_back);
	}
}

static void warn_of_unknown(struct run *run, size_t n_bans)
{
	run->unknown = true;
	cli_warn(
	    run->cli,
	    "%zu ban%s missing and not restored: which still hold, only fail2ban knows, and it "
	    "is %s",
	    n_bans, text_plural(n_bans), fail2ban_state_name(fail2ban_state(run->fail2ban)));
}

static void count_added(struct run *run, bool is_ban)
{
	run->n_heard++;
	if (!is_ban)
		return;
	run->n_back++;
	if (clock_monotonic_us() - run->told_us < PROGRESS_US)
		return;
	run->told_us = clock_monotonic_us();
	cli_note(run->cli, "%zu ban%s restored", run->n_back, text_plural(run->n_back));
}

static void on_state(struct run *run, enum firewall_state state)
{
	if (state != FIREWALL_STATE_RUNNING)
		end(run, cli_fail(run->cli, CLI_NO_FIREWALLD,
		                  "firewalld is in state %s, so nothing is restored; see: "
		                  "firewall-cmd --check-config, systemctl restart firewalld",
		                  firewall_state_name(state)));
}

static void on_unread(struct run *run, const char *why)
{
	end(run, cli_fail(run->cli, CLI_NO_FIREWALLD,
	                  "firewalld could not be read (%s), so nothing is restored%s", why,
	                  geteuid() == 0 ? "; see: systemctl status firewalld" : CLI_AS_ROOT));
}

static void on_news(const struct news *news, void *userdata)
{
	struct run *run = userdata;

	switch (news->kind) {
	case NEWS_LOST:
		add_left_out(run, news->loss);
		if (loss_count(news->loss, LOSS_BAN))
			learn_clients(run);
		break;
	case NEWS_ABSORBED:
		warn_of_panic(run);
		break;
	case NEWS_ENDED: /* firewalld may go while bans come back: this much is told by then */
		add_outcomes(run, news->episode, false);
		break;
	case NEWS_CLOSED:
		add_outcomes(run, news->episode, true);
		break;
	case NEWS_STATE:
		on_state(run, news->state);
		break;
	case NEWS_UNREAD:
		on_unread(run, news->why);
		break;
	case NEWS_SKIPPED:
		cli_warn(run->cli,
		         "firewalld: entries not understood and ignored: %zu; the first: %s",
		         news->n, news->why);
		break;
	case NEWS_ADDED:
		count_added(run, news->is_ban);
		break;
	case NEWS_PLANNED:
		add_planned(run, news->plan, news->loss);
		break;
	case NEWS_JUDGED:
		add_judged(run, news->ban, news->why);
		break;
	case NEWS_UNKNOWN:
		warn_of_unknown(run, news->n);
		break;
	case NEWS_OVER:
		run->over = true;
		end(run, CLI_FINE);
		break;
	case NEWS_FAILED: /* what became of a step says so */
	case NEWS_FIGHT:
	case NEWS_BREAKER:
	case NEWS_DENIED:
	case NEWS_TROUBLE:
	case NEWS_REPAIRED:
	case NEWS_MADE_DO:
	case NEWS_PENDING:
	case NEWS_REMOVED:
	case NEWS_MOVED:
	case NEWS_LOADED:
	case NEWS_TRUSTED:
	case NEWS_PERMANENT:
	case NEWS_QUIET:
	case NEWS_IDLE:
	case NEWS_SETTLED:
		break;
	}
}

static void on_event(const struct firewalld_event *event, void *userdata)
{
	struct run *run = userdata;

	if (!run->engine)
		return;
	if (event->type == FIREWALLD_EVENT_GONE || event->type == FIREWALLD_EVENT_BUS_GONE)
		loop_exit(run->session.loop, 0);
	else
		engine_hear(run->engine, event);
}

/* --- beginning --------------------------------------------------------------------------- */

static int load_snapshot(struct run *run, struct store *store)
{
	_cleanup_store_items_ struct store_items released = STORE_ITEMS_NULL;
	struct err err = ERR_NULL;
	int r = store_snapshot_load(store, run->from_id, &run->meta, &run->from, &err);

	/* without them released items would be put back */
	if (r == 0)
		r = store_release_list(store, &released, &err);
	if (r == STORE_E_NOT_FOUND)
		return cli_fail(run->cli, CLI_USAGE,
		                "there is no snapshot %lld; see: reload-guard snapshot list",
		                (long long)run->from_id);
	return r == 0 ? CLI_FINE : cli_store_failed(run->cli, r, &err);
}

static int open_record(struct run *run, const char *boot_id)
{
	const struct cli_store_need need = {.write = !run->action.dry_run, .absent = true};
	struct store *store = NULL;
	int r = cli_open_store(run->cli, &store, need);

	run->store_failed = r != CLI_FINE;
	if (run->from_id && r == CLI_FINE && !store)
		r = cli_fail(run->cli, CLI_USAGE,
		             "there is no snapshot %lld; see: reload-guard snapshot list",
		             (long long)run->from_id);
	else if (run->from_id && r == CLI_FINE)
		r = load_snapshot(run, store);
	if (run->from_id && r != CLI_FINE) {
		store_close(store);
		return r;
	}
	if (run->store_failed)
		cli_warn(run->cli,
		         "without the store, only what the configuration requires can be restored");
	if (record_over_take(&run->record, store, boot_id, &run->logger) == 0)
		return CLI_FINE;
	store_close(store);
	return out_of_memory(run);
}

static int start_engine(struct run *run, const char *boot_id)
{
	struct config *config = &run->cli->config;
	const struct fail2ban_options fail2ban = fail2ban_options_of(config);
	const struct errand errand = {
	    .pretend = run->action.dry_run,
	    .alone = !missing_watcher(run->cli->store_dir).running,
	    .from_id = run->from_id,
	    .from = run->from_id ? &run->from : NULL,
	};
	struct engine_options options = {
	    .loop = run->session.loop,
	    .fw = run->session.fw,
	    .logger = &run->logger,
	    .record = run->record,
	    .config = config,
	    .boot_id = boot_id,
	    .listener = {.tell = on_news,
	                 .cause = on_cause,
	                 .ignoreip = on_ignoreip,
	                 .userdata = run},
	    .errand = &errand,
	};
	int r;

	config->restore = true; /* a person asks for it */
	r = fail2ban_new(&run->fail2ban, run->session.loop, &fail2ban);
	options.fail2ban = run->fail2ban;
	if (r == 0)
		r = engine_new(&run->engine, &options);
	return r == 0 ? CLI_FINE : cli_fail(run->cli, CLI_NOT_FINE, "%s", strerror(-r));
}

/* Until it is over, or nothing has happened for long. */
static int go(struct run *run)
{
	unsigned n_heard;
	int code, r;

	do {
		n_heard = run->n_heard;
		r = loop_run_until(run->session.loop, clock_monotonic_ms() + SILENCE_MS, &code);
	} while (r == LOOP_E_DEADLINE && run->n_heard != n_heard);
	if (r < 0)
		return cli_fail(run->cli, CLI_NO_FIREWALLD, "%s", strerror(-r));
	if (run->session.silent)
		return cli_firewalld_failed(run->cli, run->session.result, &run->session.why);
	if (run->status == CLI_FINE && !run->over)
		return cli_fail(run->cli, CLI_NO_FIREWALLD,
		                "firewalld went away or does not answer; run it again");
	return run->status;
}

/* --- what the kernel says to it ---------------------------------------------------------- */

/* In panic mode that is meant. */
static bool reads_shut(const struct run *run)
{
	struct fwtables now;

	return fwtables_read_once(&now) == 0 && now.shut && !engine_wanted(run->engine)->panic;
}

static void on_probe(int result, enum firewall_state state, bool there _unused_,
                     const struct err *err _unused_, void *userdata)
{
	struct run *run = userdata;

	run->probe = NULL;
	run->answers = result == 0 && state == FIREWALL_STATE_RUNNING;
	loop_exit(run->session.loop, 0);
}

/* During a reload it is shut, too, and firewalld does not answer before its end. */
static bool is_shut(struct run *run)
{
	int code, r;

	if (!reads_shut(run) ||
	    firewalld_probe(run->session.fw, &run->probe, NULL, on_probe, run) != 0)
		return false;
	r = loop_run_until(run->session.loop, clock_monotonic_ms() + PROBE_MS, &code);
	firewalld_cancel(steal(run->probe));
	return r == 0 && run->answers && reads_shut(run);
}

/* --- for the next watcher ----------------------------------------------------------------- */

/* What was put back has no timer of firewalld's; what has an end by the record was left out. */
static void note_restored(const struct report_action *action, struct firewall *now)
{
	for (size_t i = 0; i < action->n; i++) {
		const struct report_action_row *row = &action->rows[i];
		struct firewall_entry *entry = firewall_find(now, &row->item);

		if (entry && strcmp(row->outcome, store_outcome_name(STORE_STEP_RESTORED)) == 0)
			entry->flags &= ~(unsigned)FIREWALL_UNHEARD;
	}
}

/*
 * It is to judge by what is there after this: what somebody removes from now on was not lost.
 * Where something that is wanted is still missing, the state before says so, and stays.
 */
static int put_on_record(struct run *run, struct firewalld_reading *reading, int64_t loaded,
                         struct err *err)
{
	_cleanup_missing_ struct missing missing = MISSING_NULL;
	const struct missing_query query = {.config = &run->cli->config,
	                                    .store = record_store(run->record),
	                                    .now = &reading->firewall,
	                                    .instance = firewalld_instance(run->session.fw),
	                                    .now_us = clock_now_us()};
	int64_t id;
	int r = missing_see(&missing, &query, err);

	/* one that has begun meanwhile has looked itself, and knows more */
	if (r != 0 || !missing.meta.id || missing_count(&missing) > 0 ||
	    missing_watcher(run->cli->store_dir).running)
		return r;
	note_restored(&run->action, query.now);
	return missing_put(&missing, &query, loaded, true, &id, err);
}

/* With the sets that jails fill; whether it can be relied on. */
static bool read_again(struct run *run, struct firewalld_reading *out)
{
	_cleanup_banshapes_ struct banshapes shapes = BANSHAPES_NULL;
	_cleanup_strv_ struct strv ipsets = STRV_NULL;

	return record_shapes(run->record, &shapes, NULL) == 0 &&
	       banshapes_ipsets(&shapes, &ipsets) == 0 &&
	       firewalld_session_read(&run->session, out, false, &ipsets, NULL) == 0 &&
	       out->state == FIREWALL_STATE_RUNNING && !out->stale;
}

/* Return: 0, also where there is nothing to be put on record; STORE_E_*; negative errno. */
static int leave_record(struct run *run, struct err *err)
{
	_cleanup_(firewalld_reading_deinit) struct firewalld_reading reading = {0};
	int64_t loaded = fwtables_loaded(); /* before: see missing_put() */

	if (run->action.dry_run || !record_store(run->record) || run->n_failed || run->unknown ||
	    run->shut || missing_watcher(run->cli->store_dir).running || !read_again(run, &reading))
		return 0;
	return put_on_record(run, &reading, loaded, err);
}

/* --- the answer -------------------------------------------------------------------------- */

static int append_left_out(struct run *run)
{
	for (size_t i = 0; i < run->left_out.n; i++) {
		struct report_action_row *from = &run->left_out.rows[i];
		struct report_action_row *row =
		    report_action_add(&run->action, &from->item, from->outcome, from->color);

		if (!row)
			return -ENOMEM;
		row->verdict = from->verdict;
		row->until_us = from->until_us;
		row->error = steal(from->error);
	}
	return 0;
}

static int tell(struct run *run, int status)
{
	struct report report;
	struct err err = ERR_NULL;
	int trouble = record_trouble(run->record, &err);

	if (trouble) {
		run->store_failed = true;
		(void)cli_store_failed(run->cli, trouble, &err);
		cli_warn(run->cli, "what was restored is not recorded");
	}
	if (run->n_over)
		cli_note(run->cli,
		         "%zu ban rule%s not restored: fail2ban no longer holds the ban%s",
		         run->n_over, text_plural(run->n_over), text_plural(run->n_over));
	run->action.ok = status == CLI_FINE && !run->shut;
	run->action.kind = wipe_kind_name(engine_now(run->engine).kind);
	run->action.snapshot_id = record_snapshot_id(run->record);
	cli_report(run->cli, &report);
	if (run->out_of_memory || append_left_out(run) < 0 ||
	    report_action(&report, &run->action) < 0)
		return out_of_memory(run);
	if (run->shut)
		return cli_fail(run->cli, CLI_NOT_FINE, "%s; type: %s",
		                repair_words(REPAIR_SHUT, FWTABLES_SHUT),
		                repair_advice(REPAIR_SHUT, false));
	if (run->action.n == 0 && status == CLI_FINE && !run->cli->json)
		report_line(
		    &report, REPORT_GOOD,
		    "nothing to restore. To open what is served and shut: reload-guard setup");
	if (status == CLI_FINE && run->store_failed)
		return CLI_NO_STORE;
	if (status == CLI_FINE && !run->action.snapshot_id)
		cli_warn(run->cli,
		         "no state of the firewall is on record in %s, so it is unknown what was "
		         "open before",
		         run->cli->store_dir);
	return status;
}

static int restore(struct run *run)
{
	char boot_id[BOOTID_SIZE];
	struct err err = ERR_NULL;
	int64_t begin_us;
	int stored, r = bootid_read(boot_id, &err);

	if (r < 0)
		return cli_fail(run->cli, CLI_NOT_FINE, "%s", err_text(&err, r));
	r = open_record(run, boot_id);
	if (r != CLI_FINE)
		return r;
	run->session.on_event = on_event;
	cli_firewalld_wait(run->cli, &run->session, run->action.dry_run);
	run->session.userdata = run;
	r = cli_firewalld_open(run->cli, &run->session);
	begin_us = run->told_us = clock_monotonic_us();
	if (r == CLI_FINE)
		r = start_engine(run, boot_id);
	if (r != CLI_FINE)
		return r;
	r = go(run);
	run->action.took_us = clock_monotonic_us() - begin_us;
	if ((run->status != CLI_FINE || run->session.silent) && !run->action.n)
		return r; /* nothing was begun */
	run->shut = is_shut(run);
	if (r == CLI_FINE && (stored = leave_record(run, &err)) != 0)
		record_broke(run->record, stored, &err);
	return tell(run, r != CLI_FINE                   ? r
	                 : run->n_failed || run->unknown ? CLI_NOT_FINE
	                                                 : CLI_FINE);
}

static int exec(struct cli *cli, const struct cli_args *args)
{
	_cleanup_(run_deinit) struct run run = {
	    .cli = cli,
	    .logger = LOGGER_NULL,
	    .action = {.verb = "restore", .dry_run = args->values[RESTORE_DRY_RUN] != NULL},
	};
	size_t seconds = 0;
	int r;

	if ((args->values[RESTORE_FROM] &&
	     !cli_parse_id(cli, args->values[RESTORE_FROM], &run.from_id)) ||
	    (args->values[RESTORE_WAIT] &&
	     !cli_parse_count(cli, "wait", args->values[RESTORE_WAIT], WAIT_MAX_S, &seconds)))
		return CLI_USAGE;
	run.session.patience_ms = (int64_t)seconds * 1000;
	r = cli_load_config_anyway(cli);
	return r == CLI_FINE ? restore(&run) : r;
}

const struct cli_command cmd_restore = {
    .name = "restore",
    .words = "",
    .summary = "restore what the last reload, restart or reboot dropped",
    .help = "Restores what a reload, restart or reboot dropped and nobody removed: what the\n"
            "watcher could not restore, and what is in the last good snapshot and not in\n"
            "firewalld. It works without the watcher. Items that were removed or released, or\n"
            "whose time is over, are not restored. With --from the protected items of that\n"
            "snapshot are restored, whatever happened since. Each item is read back from\n"
            "firewalld before it counts as restored. Bans that fail2ban still holds come last.\n",
    .examples = "  reload-guard restore --dry-run\n"
                "  reload-guard restore\n"
                "  reload-guard snapshot list; reload-guard restore --from 17\n",
    .statuses =
        "  0  everything is there, or with --dry-run could be\n"
        "  1  something could not be restored, or fail2ban did not say which bans it holds\n"
        "  2  usage or configuration\n"
        "  3  firewalld cannot be reached, or is not in a state to be trusted\n"
        "  4  the store cannot be used; only what is required was restored\n",
    CLI_OPTIONS(command_options),
    .exec = exec,
};
