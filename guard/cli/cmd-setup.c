// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/cli/cli.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "guard/base/shell.h"
#include "guard/cli/setup-steps.h"
#include "guard/cli/setup-undo.h"
#include "guard/model/mail/services.h"
#include "guard/report/report-setup.h"
#include "guard/system/firewalld/zonefile.h"
#include "guard/system/host/clock.h"
#include "guard/system/host/file.h"

enum {
	SETUP_OPTION_ZONE,
	SETUP_OPTION_INTERFACE,
	SETUP_OPTION_APPLY,
	SETUP_OPTION_CONFIRM,
	SETUP_OPTION_ROLLBACK,
	SETUP_OPTION_NO_ROLLBACK,
	SETUP_OPTION_WITHIN,
};

static const struct cli_option command_options[] = {
    [SETUP_OPTION_ZONE] = {"zone", 'z', "ZONE",
                           "for mail and web, made if need be (default: the one in use)"},
    [SETUP_OPTION_INTERFACE] = {"interface", 'i', "INTERFACE",
                                "that clients come in on; with --zone it is moved there"},
    [SETUP_OPTION_APPLY] = {"apply", 'a', NULL, "do it, after copies of the files"},
    [SETUP_OPTION_CONFIRM] = {"confirm", 'y', NULL, "it is fine: what was done stays"},
    [SETUP_OPTION_ROLLBACK] = {"rollback", 0, NULL, "undo it now"},
    [SETUP_OPTION_NO_ROLLBACK] = {"no-rollback", 0, NULL,
                                  "with --apply: for good at once, without a way back"},
    [SETUP_OPTION_WITHIN] = {"within", 0, "DURATION",
                             "with --apply: undo it after this long (default: 2m, at most 1h)"},
};

#define DEFAULT_WITHIN "2m"
#define SHORTEST_US    (INT64_C(5) * 1000000)
#define LONGEST_US     (INT64_C(3600) * 1000000)

struct run {
	struct cli *cli;
	const struct cli_args *args;
	struct firewalld_session session;
	struct fail2ban_hook hook;
	struct picture picture;
	struct setup setup;
	struct undo undo;
	int64_t within_us;
	bool timed; /* it is undone unless somebody confirms */
};

static void run_deinit(struct run *run)
{
	undo_deinit(&run->undo);
	setup_deinit(&run->setup);
	picture_deinit(&run->picture);
	fail2ban_hook_deinit(&run->hook);
	firewalld_session_close(&run->session);
}

static int out_of_memory(struct run *run)
{
	return cli_fail(run->cli, CLI_NOT_FINE, "out of memory");
}

/* --- what is asked -------------------------------------------------------------------------- */

static int check_services(struct cli *cli, const struct cli_args *args)
{
	for (size_t i = 0; i < args->n_words; i++) {
		const struct service *service = services_by_name(args->words[i]);

		if (!service || service->purpose == SERVICES_OTHER)
			return cli_fail(cli, CLI_USAGE,
			                "\"%.64s\" is no service of mail or web; name one such as "
			                "imap or pop3",
			                args->words[i]);
	}
	return CLI_FINE;
}

/* As firewalld takes them: its chains have names of that length. */
static bool is_zone_name(const char *name)
{
	size_t n = strlen(name);

	return n > 0 && n <= 17 &&
	       strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") ==
	           n;
}

static int parse_within(struct run *run)
{
	const char *text = run->args->values[SETUP_OPTION_WITHIN];
	_cleanup_free_ char *back = NULL;
	struct cli *cli = run->cli;
	int64_t then_us;

	if (!text)
		text = DEFAULT_WITHIN;
	if (xasprintf(&back, "-%s", text) < 0)
		return out_of_memory(run);
	if (*text < '0' || *text > '9' ||
	    timespec_parse(&then_us, back, cli->now_us, cli->zone, false, NULL) != 0 ||
	    cli->now_us - then_us < SHORTEST_US || cli->now_us - then_us > LONGEST_US)
		return cli_fail(cli, CLI_USAGE,
		                "--within: \"%.100s\" is not from 5s to 1h; give one such as 2m",
		                text);
	run->within_us = cli->now_us - then_us;
	return CLI_FINE;
}

static int check_options(struct run *run)
{
	const char *const *values = run->args->values;
	bool applies = values[SETUP_OPTION_APPLY], confirms = values[SETUP_OPTION_CONFIRM],
	     rolls_back = values[SETUP_OPTION_ROLLBACK];
	bool plans = applies || values[SETUP_OPTION_ZONE] || values[SETUP_OPTION_INTERFACE] ||
	             run->args->n_words > 0;

	if (confirms + rolls_back > 1 || ((confirms || rolls_back) && plans))
		return cli_fail(run->cli, CLI_USAGE, "--confirm and --rollback each go alone");
	if (!applies && (values[SETUP_OPTION_NO_ROLLBACK] || values[SETUP_OPTION_WITHIN]))
		return cli_fail(run->cli, CLI_USAGE, "--no-rollback and --within need --apply");
	if (values[SETUP_OPTION_ZONE] && !is_zone_name(values[SETUP_OPTION_ZONE]))
		return cli_fail(
		    run->cli, CLI_USAGE,
		    "--zone: \"%.64s\" is no name of a zone: up to 17 letters, digits, - "
		    "and _",
		    values[SETUP_OPTION_ZONE]);
	if (check_services(run->cli, run->args) != CLI_FINE)
		return CLI_USAGE;
	return parse_within(run);
}

/* What was asked, and then --apply; before it what ends the reason against it. */
static int apply_command(char **out, const struct run *run)
{
	static const int asked[] = {SETUP_OPTION_ZONE, SETUP_OPTION_INTERFACE};
	_cleanup_builder_ struct builder text = BUILDER_NULL;

	builder_addf(&text, "%s%sreload-guard setup", run->setup.mend ? run->setup.mend : "",
	             run->setup.mend ? " && " : "");
	for (size_t i = 0; i < ARRAY_SIZE(asked); i++)
		if (run->args->values[asked[i]])
			shell_addf(&text, " --%s %s", command_options[asked[i]].name,
			           run->args->values[asked[i]]);
	for (size_t i = 0; i < run->args->n_words; i++)
		shell_addf(&text, " %s", run->args->words[i]);
	builder_add(&text, " --apply");
	return builder_take(&text, out);
}

/* --- the plan ------------------------------------------------------------------------------- */

/* NULL: there is no fail2ban, or nothing that could be planned. */
static const struct fail2ban_hook *look_at_hook(struct run *run)
{
	struct err err = ERR_NULL;
	int r;

	fail2ban_hook_deinit(&run->hook);
	r = fail2ban_hook_look(&run->hook, FAIL2BAN_DEFAULT_FOLDER, &err);
	if (r == 0)
		return &run->hook;
	if (r != FAIL2BAN_HOOK_E_ABSENT)
		cli_warn(run->cli,
		         "whether fail2ban reports its bans is not known: %s; see: "
		         "reload-guard hook status",
		         err_text(&err, r));
	return NULL;
}

/* What it is, also where it is in no zone yet; one that this firewalld does not have is fine. */
static int add_service(struct run *run, const char *name)
{
	struct firewalld_service service = {0};
	struct ruleset *ruleset = &run->picture.ruleset;
	struct ruleset_service *added;
	struct err err = ERR_NULL;
	int r;

	/* what it does not have, its log would call an error */
	if (!name || ruleset_service(ruleset, name) || !zonefile_exists("services", name, ""))
		return CLI_FINE;
	r = firewalld_service_wait(run->session.fw, &service, name,
	                           clock_monotonic_ms() + FIREWALLD_SESSION_MS, &err);
	if (r == FIREWALLD_E_INVALID_SERVICE)
		return CLI_FINE;
	if (r != 0)
		return cli_firewalld_failed(run->cli, r, &err);
	r = ruleset_add_service(ruleset, name, &added);
	if (r == 0) {
		added->ports = service.ports;
		added->protocols = service.protocols;
		added->source_ports = service.source_ports;
		added->includes = service.includes;
		service = (struct firewalld_service){0};
	}
	firewalld_service_deinit(&service);
	return r == 0 ? CLI_FINE : out_of_memory(run);
}

static int add_services(struct run *run)
{
	const struct service *service = NULL;
	int r = CLI_FINE;

	while (r == CLI_FINE && (service = services_next(service, SERVICES_MAIL | SERVICES_WEB))) {
		r = add_service(run, service->name);
		if (r == CLI_FINE)
			r = add_service(run, service->also);
	}
	return r;
}

static int look(struct run *run)
{
	int r;

	picture_deinit(&run->picture);
	run->cli->now_us = clock_now_us();
	run->cli->deadline_ms = clock_monotonic_ms() + CLI_PATIENCE_MS;
	r = cli_picture(run->cli, &run->picture, SETUP_PARTS, &run->session);
	if (r == CLI_FINE)
		r = cli_reached(run->cli, &run->picture, PICTURE_FIREWALLD);
	if (r != CLI_FINE)
		return r;
	if (run->picture.state != FIREWALL_STATE_RUNNING)
		return cli_fail(
		    run->cli, CLI_NO_FIREWALLD,
		    "firewalld is in state %s, so nothing can be planned; see: systemctl "
		    "status firewalld",
		    firewall_state_name(run->picture.state));
	for (unsigned part = 1; part < PICTURE_ALL; part <<= 1)
		if ((part & SETUP_NEEDS) && !picture_knows(&run->picture, part))
			return cli_fail(run->cli, CLI_NO_FIREWALLD, "%s: %s",
			                picture_part_name(part), picture_why(&run->picture, part));
	return add_services(run);
}

static int plan(struct run *run)
{
	const struct setup_wish wish = {
	    .zone = run->args->values[SETUP_OPTION_ZONE],
	    .interface = run->args->values[SETUP_OPTION_INTERFACE],
	    .services = run->args->words,
	    .n_services = run->args->n_words,
	    .hook = look_at_hook(run),
	};
	struct err err = ERR_NULL;
	int r = look(run);

	if (r != CLI_FINE)
		return r;
	setup_deinit(&run->setup);
	r = setup_plan(&run->setup, &run->picture, &wish, &err);
	if (r == -ENOMEM)
		return out_of_memory(run);
	return r == 0 ? CLI_FINE
	              : cli_fail(run->cli, r == SETUP_E_WISH ? CLI_USAGE : CLI_NO_FIREWALLD, "%s",
	                         err_text(&err, r));
}

/* Law 4: is it as it was meant to be? What could not be planned is none of it. */
static bool is_done(struct run *run, struct err *err)
{
	_cleanup_setup_ struct setup done = run->setup;
	bool fine;

	run->setup = SETUP_NULL;
	fine = plan(run) == CLI_FINE && !run->setup.refused;
	for (size_t i = 0; i < run->setup.n && fine; i++)
		if (setup_is_firewalld(&run->setup.steps[i])) {
			(void)err_set(err, 0, "when read back it is not so: %s",
			              run->setup.steps[i].words);
			fine = false;
		}
	if (!fine && !err->text[0])
		(void)err_set(err, 0, "it could not be read back");
	setup_deinit(&run->setup);
	run->setup = done;
	done = SETUP_NULL;
	return fine;
}

/* --- the record ----------------------------------------------------------------------------- */

static void record(struct run *run, const char *text)
{
	const struct store_event event = {
	    .kind = EVENT_SETUP, .text = text, .at_us = clock_now_us()};
	_cleanup_store_ struct store *store = NULL;

	if (cli_open_store(run->cli, &store, (struct cli_store_need){.write = true}) != CLI_FINE ||
	    store_event_put(store, &event, NULL) != 0)
		cli_warn(run->cli, "the history could not be written");
}

/* --- back ----------------------------------------------------------------------------------- */

static int put_back_files(const struct undo *undo, struct err *err)
{
	int result = 0;

	for (size_t i = 0; i < undo->zones.n; i++) {
		const char *copy = undo->copies.strings[i];
		int r = zonefile_put_back(undo->zones.strings[i], copy[0] ? copy : NULL, err);

		result = result ? result : r;
	}
	return result;
}

static void trouble(struct run *run, int r, const struct err *err, bool *fine)
{
	if (r == 0)
		return;
	*fine = false;
	cli_warn(run->cli, "%s", err_text(err, r));
}

/* Whatever happens at one thing, the others are done. */
static bool undo_all(struct run *run, const struct undo *undo)
{
	struct firewalld_session session = FIREWALLD_SESSION_NULL;
	struct err err = ERR_NULL;
	bool fine = true;
	int there = firewalld_session_open(&session, &err);

	/* its next start reads the files */
	if (there != 0)
		cli_warn(run->cli, "%s: what is in its files counts at its next start",
		         err_text(&err, there));
	else
		trouble(run, setup_undo_firewalld(session.fw, &undo->setup, &err), &err, &fine);
	trouble(run, put_back_files(undo, &err), &err, &fine);
	/* a watcher that goes puts nothing back after the reload */
	trouble(run, setup_undo_others(run->cli, &undo->setup, &err), &err, &fine);
	if (there == 0)
		trouble(run, setup_reload(run->cli, session.fw, &err), &err, &fine);
	firewalld_session_close(&session);
	return fine;
}

static int roll_back(struct run *run)
{
	_cleanup_undo_ struct undo undo = UNDO_NULL;
	_cleanup_free_ char *path = NULL;
	struct err err = ERR_NULL;
	_cleanup_fd_ int held = undo_begin(&path, run->cli->store_dir);
	int r = held < 0 ? held : 0;
	bool fine;

	if (r == -ENOENT)
		return cli_fail(run->cli, CLI_NOT_FINE,
		                "there is nothing to roll back: it was confirmed, or rolled back");
	if (r == 0)
		r = undo_read(&undo, path, &err);
	if (r < 0)
		return cli_fail(run->cli, CLI_NOT_FINE, "%s. The copies of the files are in %s/%s",
		                err_text(&err, r), run->cli->store_dir, ZONEFILE_BACKUP_DIR);
	fine = undo_all(run, &undo);
	if (unlink(path) < 0)
		cli_warn(run->cli, "%s: %s", path, strerror(errno));
	undo_disarm();
	record(run,
	       fine ? "setup was rolled back" : "setup was rolled back, but for what could not be");
	return fine ? CLI_FINE : CLI_NOT_FINE;
}

static int answer(struct run *run, bool stays)
{
	struct report report;

	cli_report(run->cli, &report);
	return report_setup_answered(&report, stays) < 0 ? out_of_memory(run) : CLI_FINE;
}

static int confirm(struct run *run)
{
	int r = undo_confirm(run->cli->store_dir);

	if (r == -ENOENT)
		return cli_fail(run->cli, CLI_NOT_FINE,
		                undo_is_pending(run->cli->store_dir)
		                    ? "it is too late: it is being rolled back"
		                    : "nothing waits for an answer: it was confirmed, or rolled "
		                      "back; see: reload-guard history --kind setup");
	if (r < 0)
		return cli_fail(run->cli, CLI_NOT_FINE, "%s/setup: %s%s", run->cli->store_dir,
		                strerror(-r), geteuid() == 0 ? "" : CLI_AS_ROOT);
	undo_disarm();
	record(run, "setup was confirmed");
	return answer(run, true);
}

/* --- doing it ------------------------------------------------------------------------------- */

static int refuse(struct run *run, int held, const struct err *err)
{
	if (held < 0 && held != -EWOULDBLOCK)
		return cli_fail(run->cli, CLI_NOT_FINE, "nothing was changed: %s",
		                err_text(err, held));
	if (undo_is_pending(run->cli->store_dir))
		return cli_fail(run->cli, CLI_NOT_FINE,
		                "one waits for its answer: reload-guard setup --confirm, or "
		                "reload-guard setup --rollback");
	if (held < 0)
		return cli_fail(run->cli, CLI_NOT_FINE,
		                "nothing was changed: another setup --apply is at work");
	if (!run->timed || undo_can_be_timed())
		return CLI_FINE;
	return cli_fail(
	    run->cli, CLI_NOT_FINE,
	    "nothing was changed: systemd does not run here, so nobody would undo it if it "
	    "shut you out. To do it nevertheless: --no-rollback");
}

static int failed(struct run *run, int r, const struct err *err)
{
	cli_fail(run->cli, CLI_NOT_FINE, "%s", err_text(err, r));
	if (r == -ECANCELED)
		return CLI_NOT_FINE;
	if (roll_back(run) == CLI_FINE)
		cli_warn(run->cli, "all of it was rolled back");
	return CLI_NOT_FINE;
}

static bool goes_on(void *userdata)
{
	const struct run *run = userdata;

	return undo_waits(run->cli->store_dir);
}

/* From here on it is undone, whatever becomes of us. Who would undo it is there first. */
static int begin(struct run *run)
{
	const char *folder = run->cli->store_dir;
	struct err err = ERR_NULL;
	int r = undo_copy_zones(&run->undo, folder, &run->setup, &err);

	if (r < 0)
		return cli_fail(run->cli, CLI_NOT_FINE, "nothing was changed: %s",
		                err_text(&err, r));
	run->undo.until_us = run->timed ? clock_now_us() + run->within_us : 0;
	if (run->timed && (r = undo_arm(run->cli, run->within_us, &err)) < 0)
		cli_fail(run->cli, CLI_NOT_FINE,
		         "nothing was changed: systemd would not undo it (%s). To do it "
		         "nevertheless: --no-rollback",
		         err_text(&err, r));
	else if ((r = undo_write(&run->undo, &run->setup, folder, &err)) < 0)
		cli_fail(run->cli, CLI_NOT_FINE, "nothing was changed: %s", err_text(&err, r));
	if (r == 0)
		return CLI_FINE;
	if (run->timed)
		undo_disarm();
	return CLI_NOT_FINE;
}

static int apply(struct run *run)
{
	struct setup_doing doing = {.cli = run->cli,
	                            .fw = run->session.fw,
	                            .told_us = clock_monotonic_us(),
	                            .goes_on = goes_on,
	                            .userdata = run};
	struct err err = ERR_NULL;
	_cleanup_fd_ int held = undo_hold(run->cli->store_dir, &err);
	int r = refuse(run, held, &err);

	if (r == CLI_FINE) {
		record(run, "setup begins");
		r = begin(run);
	}
	if (r != CLI_FINE)
		return r;
	r = setup_do(&doing, &run->setup, &err);
	if (r != 0)
		return failed(run, r, &err);
	if (!is_done(run, &err))
		return failed(run, -EIO, &err);
	if (!run->timed)
		(void)!undo_confirm(run->cli->store_dir);
	record(run, run->timed ? "setup is done, and waits for being confirmed" : "setup is done");
	return CLI_FINE;
}

/* Who would undo it at a time that is over is gone: a boot, or a removal of the package, took it.
 */
static void warn_of_pending(struct run *run)
{
	const int64_t until_us = run->picture.setup_until_us;
	char text[TIMESPEC_TEXT_MAX];

	timespec_format_local(until_us, run->cli->zone, text);
	cli_warn(run->cli,
	         "what was set up waits for an answer%s%s. To keep it: reload-guard setup "
	         "--confirm; to undo it: reload-guard setup --rollback",
	         until_us > run->cli->now_us ? ", and is undone at "
	         : until_us > 0              ? ", and is undone by the next boot"
	                                     : "",
	         until_us > run->cli->now_us ? text : "");
}

static int tell(struct run *run, bool done)
{
	_cleanup_free_ char *command = NULL;
	struct report_setup answered = {.setup = &run->setup,
	                                .backups = done ? &run->undo.copies : NULL,
	                                .done = done,
	                                .until_us = done ? run->undo.until_us : 0};
	struct report report;

	if (apply_command(&command, run) < 0)
		return out_of_memory(run);
	answered.command = command;
	if (!done && undo_is_pending(run->cli->store_dir))
		warn_of_pending(run);
	cli_report(run->cli, &report);
	if (report_setup(&report, &answered) < 0)
		return out_of_memory(run);
	return run->setup.refused || (!done && run->setup.n + run->setup.shut.n > 0) ? CLI_NOT_FINE
	                                                                             : CLI_FINE;
}

static int set_up(struct run *run)
{
	bool applies = run->args->values[SETUP_OPTION_APPLY] != NULL, done = false;
	int r = cli_firewalld_open(run->cli, &run->session);

	if (r == CLI_FINE)
		r = plan(run);
	if (r != CLI_FINE)
		return r;
	if (applies && run->setup.n > 0) {
		r = apply(run);
		done = r == CLI_FINE;
	}
	return r == CLI_FINE ? tell(run, done) : r;
}

static int exec(struct cli *cli, const struct cli_args *args)
{
	_cleanup_(run_deinit) struct run run = {
	    .cli = cli,
	    .args = args,
	    .picture = PICTURE_NULL,
	    .timed = args->values[SETUP_OPTION_NO_ROLLBACK] == NULL,
	};
	int r = check_options(&run);

	if (r == CLI_FINE)
		r = cli_load_config(cli);
	if (r != CLI_FINE)
		return r;
	if (args->values[SETUP_OPTION_CONFIRM])
		return confirm(&run);
	if (!args->values[SETUP_OPTION_ROLLBACK])
		return set_up(&run);
	r = roll_back(&run);
	return r == CLI_FINE ? answer(&run, false) : r;
}

const struct cli_command cmd_setup = {
    .name = "setup",
    .words = "[SERVICE]…",
    .summary = "open what is served, now and for good, with a way back",
    .help =
        "Looks at which servers of mail and web listen, which zone their clients come through,\n"
        "what is open, banned and permanent, and prints what is left to do: services (in the\n"
        "place of ports), now and for good; fail2ban's hook; the watcher. What many keep shut\n"
        "(imap, pop3, managesieve) is opened when it is named.\n"
        "\n"
        "--apply does it, after copies of the files to STATE/backup. All of it is undone after\n"
        "two minutes, and at a boot before that, unless you type setup --confirm: so nobody\n"
        "stays locked out. That is systemd's work, and needs neither your shell nor the guard.\n"
        "\n"
        "With --zone and --interface the interface moves to that zone, which is made if need\n"
        "be, and ssh and all else that is open comes along. What would close ssh or another\n"
        "server that is open now, to strangers or to who is connected, is never proposed.\n",
    .examples = "  reload-guard setup\n"
                "  reload-guard setup --apply\n"
                "  reload-guard setup --confirm    # once you have logged in anew\n"
                "  reload-guard setup --zone mail --interface eth0 --apply\n",
    .statuses =
        "  0  there is nothing to do, or it is done\n"
        "  1  there is something to do, or something else keeps shut what is served; or it\n"
        "     could not be done, and was rolled back\n"
        "  2  usage or configuration\n"
        "  3  it cannot be known: firewalld cannot be reached, or who listens\n"
        "  4  the store cannot be used\n",
    .max_words = SIZE_MAX,
    CLI_OPTIONS(command_options),
    .exec = exec,
};
