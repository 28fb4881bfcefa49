// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/cli/setup-steps.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "guard/cli/setup-undo.h"
#include "guard/restore/missing.h"
#include "guard/system/host/clock.h"

#define BOTH        (FIREWALL_RUNTIME | FIREWALL_PERMANENT)
#define PROGRESS_US 5000000
#define UNIT        "reload-guard.service"

/* With many rules its work takes seconds; it begins when it has heard of the reload. */
#define WORK_MS        10000
#define WORK_MARGIN_MS 300
#define WORK_LOOK_MS   100

static int64_t deadline_ms(void)
{
	return clock_monotonic_ms() + FIREWALLD_SESSION_MS;
}

/* --- other commands, as a part of this one -------------------------------------------------- */

static int quietly(struct cli *cli, const struct cli_command *command, char *word)
{
	char *words[] = {word, NULL};
	struct cli quiet = *cli;
	const struct cli_args args = {.words = words, .n_words = word ? 1 : 0};
	int status;

	quiet.config = CONFIG_NULL;
	quiet.store_dir = quiet.spool_dir = NULL;
	quiet.json = false;
	quiet.verbosity = -1;
	quiet.now_us = clock_now_us();
	logger_init(&quiet.logger, cli->logger.fd, -1);
	status = command->exec(&quiet, &args);
	logger_flush(&quiet.logger);
	config_deinit(&quiet.config);
	free(quiet.store_dir);
	free(quiet.spool_dir);
	return status;
}

static int hook(struct cli *cli, const char *word)
{
	struct cli quiet = *cli;

	quiet.verbosity = -1;
	return cli_hook_switch(&quiet, word, NULL);
}

static bool is_at_work(struct cli *cli)
{
	_cleanup_picture_ struct picture picture = PICTURE_NULL;

	return cli_picture(cli, &picture, PICTURE_STORE, NULL) == CLI_FINE && picture.wipe_open;
}

/* It puts back what a reload took, and what is moved meanwhile it would move back. */
static void let_watcher_work(struct cli *cli)
{
	const int64_t until_ms = clock_monotonic_ms() + WORK_MS;
	int64_t wait_ms = cli->config.settle_ms + WORK_MARGIN_MS;

	do {
		const struct timespec wait = {.tv_sec = wait_ms / 1000,
		                              .tv_nsec = wait_ms % 1000 * 1000000};

		(void)nanosleep(&wait, NULL);
		wait_ms = WORK_LOOK_MS;
	} while (is_at_work(cli) && clock_monotonic_ms() < until_ms);
}

/**
 * setup_reload() - reload firewalld, and keep the runtime that is there
 *
 * Where a watcher runs it puts that back itself, as after any other reload, and is waited for.
 *
 * Return: 0; FIREWALLD_E_*; negative errno. That something did not come back is said.
 */
int setup_reload(struct cli *cli, struct firewalld *fw, struct err *err)
{
	bool alone = !missing_watcher(cli->store_dir).running;
	char take[] = "take";
	int r;

	if (alone && quietly(cli, &cmd_snapshot, take) != CLI_FINE)
		return err_set(err, -EIO,
		               "what is open now could not be put on record, so that "
		               "firewalld was not reloaded");
	r = firewalld_reload_wait(fw, deadline_ms(), err);
	if (r == 0 && alone && quietly(cli, &cmd_restore, NULL) != CLI_FINE)
		cli_warn(cli, "not all that was open in the runtime is back; see: reload-guard "
		              "restore");
	else if (r == 0 && !alone)
		let_watcher_work(cli);
	return r;
}

/* --- the watcher ---------------------------------------------------------------------------- */

static int systemctl(const char *verb, bool now, struct err *err)
{
	_cleanup_free_ char *copy = strdup(verb);
	char name[] = "systemctl", unit[] = UNIT, at_once[] = "--now";
	char *words[] = {name, copy, now ? at_once : unit, now ? unit : NULL, NULL};

	return copy ? undo_systemctl(err, words) : -ENOMEM;
}

static int start_watcher(const struct setup_step *step, struct err *err)
{
	if (step->where & FIREWALL_PERMANENT)
		return systemctl("enable", step->where & FIREWALL_RUNTIME, err);
	return systemctl("start", false, err);
}

static int stop_watcher(const struct setup_step *step, struct err *err)
{
	if (step->where & FIREWALL_PERMANENT)
		return systemctl("disable", step->where & FIREWALL_RUNTIME, err);
	return systemctl("stop", false, err);
}

/* --- firewalld ------------------------------------------------------------------------------ */

/* Also where it was so already. */
static int settle(int r)
{
	return r == FIREWALLD_E_ALREADY || r == FIREWALLD_E_NOT_ENABLED ? 0 : r;
}

typedef int item_fn(struct firewalld *fw, const struct item *item, int64_t deadline_ms,
                    struct err *err);

/* What opens something, and what closes it. */
struct calls {
	item_fn *add, *remove;
};

static const struct calls now = {firewalld_add_wait, firewalld_remove_wait};
static const struct calls for_good = {firewalld_permanent_add_wait,
                                      firewalld_permanent_remove_wait};

/* Of another kind it does nothing. */
static int put(struct firewalld *fw, const struct setup_step *step, const struct calls *calls,
               bool undo, struct err *err)
{
	item_fn *fn = (step->kind == SETUP_OPEN) != undo ? calls->add : calls->remove;

	if (step->kind != SETUP_OPEN && step->kind != SETUP_CLOSE)
		return 0;
	return settle(fn(fw, &step->item, deadline_ms(), err));
}

static int old_binding(struct item *out, const struct setup_step *step)
{
	return item_init(out, step->from, ITEM_INTERFACE, step->item.value, NULL);
}

static int bind_for_good(struct firewalld *fw, const struct setup_step *step, struct err *err)
{
	_cleanup_item_ struct item old = ITEM_NULL;
	int r = step->from ? old_binding(&old, step) : 0;

	/* in two zones at once firewalld would load neither */
	if (r == 0 && (step->was & FIREWALL_PERMANENT))
		r = settle(firewalld_permanent_remove_wait(fw, &old, deadline_ms(), err));
	if (r == 0)
		r = firewalld_permanent_add_wait(fw, &step->item, deadline_ms(), err);
	return settle(r);
}

static int do_for_good(struct firewalld *fw, const struct setup_step *step, struct err *err)
{
	return step->kind == SETUP_BIND ? bind_for_good(fw, step, err)
	                                : put(fw, step, &for_good, false, err);
}

static int do_now(struct firewalld *fw, const struct setup_step *step, struct err *err)
{
	return step->kind == SETUP_BIND
	           ? settle(firewalld_move_wait(fw, &step->item, deadline_ms(), err))
	           : put(fw, step, &now, false, err);
}

static int undo_now(struct firewalld *fw, const struct setup_step *step, struct err *err)
{
	_cleanup_item_ struct item old = ITEM_NULL;
	int r;

	if (step->kind != SETUP_BIND || !step->from)
		return put(fw, step, &now, true, err);
	r = old_binding(&old, step);
	return r == 0 ? settle(firewalld_move_wait(fw, &old, deadline_ms(), err)) : r;
}

static int bind_back_for_good(struct firewalld *fw, const struct setup_step *step, struct err *err)
{
	_cleanup_item_ struct item old = ITEM_NULL;
	int r = old_binding(&old, step);

	if (r == 0)
		r = settle(firewalld_permanent_add_wait(fw, &old, deadline_ms(), err));
	/* where NetworkManager keeps it, the zone that it had stays written there */
	if (r == 0 && !(step->was & FIREWALL_PERMANENT))
		r = settle(firewalld_permanent_remove_wait(fw, &old, deadline_ms(), err));
	return r;
}

static int undo_for_good(struct firewalld *fw, const struct setup_step *step, struct err *err)
{
	int r;

	if (step->kind != SETUP_BIND)
		return put(fw, step, &for_good, true, err);
	r = settle(firewalld_permanent_remove_wait(fw, &step->item, deadline_ms(), err));
	/* be it that the zone that it was to move to is not there */
	return step->from ? bind_back_for_good(fw, step, err) : r;
}

static int make_zone(struct firewalld *fw, const struct setup_step *step, struct err *err)
{
	return firewalld_new_zone_wait(fw, step->item.zone, deadline_ms(), err);
}

/* --- all of them ---------------------------------------------------------------------------- */

typedef int step_fn(struct firewalld *fw, const struct setup_step *step, struct err *err);

static int one(struct setup_doing *doing, const struct setup_step *step, step_fn *fn,
               struct err *err)
{
	struct err why = ERR_NULL;
	int r;

	if (!doing->goes_on(doing->userdata))
		return err_set(err, -ECANCELED, "it has been rolled back meanwhile");
	if (clock_monotonic_us() - doing->told_us > PROGRESS_US) {
		doing->told_us = clock_monotonic_us();
		cli_note(doing->cli, "still at work: %s…", step->words);
	}
	r = fn(doing->fw, step, &why);
	return r == 0 ? 0 : err_set(err, r, "%s: %s", step->words, err_text(&why, r));
}

static int each(struct setup_doing *doing, const struct setup *setup, unsigned where, step_fn *fn,
                struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < setup->n && r == 0; i++)
		if (setup_is_firewalld(&setup->steps[i]) && (setup->steps[i].where & where))
			r = one(doing, &setup->steps[i], fn, err);
	return r;
}

static int do_others(struct cli *cli, const struct setup_step *step, struct err *err)
{
	if (step->kind == SETUP_WATCHER)
		return start_watcher(step, err);
	/* jails that it does not take are left out, and that is told */
	if (step->kind != SETUP_HOOK || hook(cli, "enable") == CLI_FINE ||
	    fail2ban_hook_is_enabled(FAIL2BAN_DEFAULT_FOLDER))
		return 0;
	return err_set(err, -EIO, "fail2ban does not take the hook");
}

/* It comes into the runtime by a reload, while there is nothing in it yet. */
static int do_zone(struct setup_doing *doing, const struct setup *setup, struct err *err)
{
	int r;

	if (setup->n == 0 || setup->steps[0].kind != SETUP_ZONE)
		return 0;
	r = one(doing, &setup->steps[0], make_zone, err);
	return r == 0 ? setup_reload(doing->cli, doing->fw, err) : r;
}

/**
 * setup_do() - carry it out
 *
 * What is for good comes before what is now, so that a reload meanwhile closes nothing, and
 * services come before the interface that needs them.
 *
 * Return: 0; a FIREWALLD_E_*; negative errno; err says at what.
 */
int setup_do(struct setup_doing *doing, struct setup *setup, struct err *err)
{
	int r = do_zone(doing, setup, err);

	if (r == 0)
		r = each(doing, setup, FIREWALL_PERMANENT, do_for_good, err);
	if (r == 0)
		r = each(doing, setup, FIREWALL_RUNTIME, do_now, err);
	for (size_t i = 0; i < setup->n && r == 0; i++)
		if (!setup_is_firewalld(&setup->steps[i]))
			r = do_others(doing->cli, &setup->steps[i], err);
	for (size_t i = 0; i < setup->n && r == 0; i++)
		setup->steps[i].outcome = "done";
	return r;
}

static int undo_step(struct firewalld *fw, const struct setup_step *step, struct err *err)
{
	int r = 0, later = 0;

	if (step->where & FIREWALL_RUNTIME)
		r = undo_now(fw, step, err);
	if (step->where & FIREWALL_PERMANENT)
		later = undo_for_good(fw, step, r ? NULL : err);
	return r ? r : later;
}

/* A zone that was to be made goes with its file; maybe it is not there yet. */
static bool goes_anyway(const struct setup *setup, const struct setup_step *step)
{
	return step->kind == SETUP_OPEN && setup->steps[0].kind == SETUP_ZONE &&
	       strcmp(step->item.zone, setup->steps[0].item.zone) == 0;
}

/**
 * setup_undo_firewalld() - take back what it says in firewalld; what was not done yet is fine
 *
 * Goes on after a failure.
 *
 * Return: 0; the first failure, of which err tells.
 */
int setup_undo_firewalld(struct firewalld *fw, const struct setup *setup, struct err *err)
{
	int result = 0;

	for (size_t i = setup->n; i-- > 0;) {
		const struct setup_step *step = &setup->steps[i];
		struct err why = ERR_NULL;
		int r = setup_is_firewalld(step) ? undo_step(fw, step, &why) : 0;

		if (r != 0 && result == 0 && !goes_anyway(setup, step))
			result = err_set(err, r, "%s", err_text(&why, r));
	}
	return result;
}

/** setup_undo_others() - the hook and the watcher as they were; Return: as the one before */
int setup_undo_others(struct cli *cli, const struct setup *setup, struct err *err)
{
	int r = 0;

	for (size_t i = setup->n; i-- > 0;) {
		const struct setup_step *step = &setup->steps[i];

		if (step->kind == SETUP_HOOK && hook(cli, "disable") != CLI_FINE)
			r = err_set(err, -EIO, "fail2ban's hook could not be switched off");
		if (step->kind == SETUP_WATCHER && stop_watcher(step, err) < 0)
			r = -EIO;
	}
	return r;
}
