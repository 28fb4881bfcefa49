// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/audit/check-internal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "guard/report/report-check.h"

enum {
	CHECK_OPTION_ONLY,
	CHECK_OPTION_SKIP,
	CHECK_OPTION_FIX,
	CHECK_OPTION_FORMAT,
	CHECK_OPTION_LIST
};

static const struct cli_option command_options[] = {
    [CHECK_OPTION_ONLY] = {"only", 'o', "CHECK", "only this check; may be given again"},
    [CHECK_OPTION_SKIP] = {"skip", 's', "CHECK", "not this check; may be given again"},
    [CHECK_OPTION_FIX] = {"fix", 'f', "raw-ports",
                          "put services in the place of their raw ports, and check that"},
    [CHECK_OPTION_FORMAT] = {"format", 'F', "text|json|nagios", "how it is written (default text)"},
    [CHECK_OPTION_LIST] = {"list", 'l', NULL, "list the checks"},
};

#define FAIL2BAN_MS 3000

static check_fn *const checks[CHECK_N] = {
    [CHECK_FIREWALLD_STATE] = check_firewalld_state,
    [CHECK_PANIC] = check_panic,
    [CHECK_ZONE_FILE] = check_zone_file,
    [CHECK_REQUIRED_MISSING] = check_missing,
    [CHECK_LOST] = check_missing,
    [CHECK_UNREACHED_ZONE] = check_unreached_zone,
    [CHECK_RUNTIME_ONLY] = check_runtime_only,
    [CHECK_RAW_PORT] = check_raw_port,
    [CHECK_SERVICE_DEFINITION] = check_service_definition,
    [CHECK_EXPECTED_SERVICES] = check_expected_services,
    [CHECK_FLUSH_ALL] = check_flush_all,
    [CHECK_IPTABLES_BACKEND] = check_iptables_backend,
    [CHECK_RELOAD_CRASH] = check_reload_crash,
    [CHECK_KERNEL_RULES] = check_kernel,
    [CHECK_REFUSED_BY_RULE] = check_refused,
    [CHECK_REFUSED_BY_ZONE] = check_refused,
    [CHECK_REFUSED_BY_POLICY] = check_refused,
    [CHECK_REFUSED_BY_DIRECT_RULE] = check_refused,
    [CHECK_REFUSED_BY_TABLE] = check_refused,
    [CHECK_LISTENING_CLOSED] = check_listening_closed,
    [CHECK_NO_LISTENER] = check_no_listener,
    [CHECK_LOOPBACK_ONLY] = check_loopback_only,
    [CHECK_ONE_FAMILY] = check_one_family,
    [CHECK_FAIL2BAN_DOWN] = check_fail2ban_down,
    [CHECK_BAN_WITHOUT_RULE] = check_drift,
    [CHECK_JAIL_ACTION_FAILS] = check_drift,
    [CHECK_RULE_WITHOUT_BAN] = check_drift,
    [CHECK_BAN_PERMANENT] = check_drift,
    [CHECK_BAN_ZONE] = check_drift,
    [CHECK_NO_JAIL] = check_no_jail,
    [CHECK_BANS_NOT_RESTORED] = check_bans_not_restored,
    [CHECK_HOOK_MISSING] = check_hook_missing,
    [CHECK_CLIENTS_CUT_OFF] = check_clients,
    [CHECK_WATCHER_STOPPED] = check_watcher,
    [CHECK_NOT_AT_BOOT] = check_not_at_boot,
    [CHECK_STORE] = check_store,
    [CHECK_STORE_SPACE] = check_store_space,
};

/**
 * check_add() - one finding
 * @evidence: taken over; may be NULL
 * @command:  taken over; may be NULL
 */
int check_add(struct check_context *context, enum check_id id, enum finding_severity severity,
              char *evidence, char *command, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return findings_add_take(context->findings, check_name(id)->name, severity, strdup(text),
	                         evidence, command);
}

/** check_deinit() - free what was read, but not the findings */
void check_deinit(struct check_context *context)
{
	listeners_deinit(&context->listeners);
	firewalld_rules_deinit(&context->rules);
	clientranges_deinit(&context->clients);
	tickets_deinit(&context->tickets);
	strv_deinit(&context->interfaces);
	missing_deinit(&context->missing);
	firewalld_reading_deinit(&context->reading);
	firewalld_session_close(&context->connection);
	store_close(context->store);
}

/* --- reading ----------------------------------------------------------------------------- */

static void open_store(struct check_context *context)
{
	struct store_options options = {.read_only = true, .busy_ms = STORE_BUSY_MS};
	int r =
	    store_open(&context->store, context->cli->store_dir, &options, &context->store_error);

	if (r == 0)
		return;
	context->store = NULL;
	context->store_absent = r == STORE_E_ABSENT;
	context->store_newer = r == STORE_E_NEWER;
}

static int take_start(const struct store_history_row *row, void *userdata)
{
	*(int64_t *)userdata = row->at_us;
	return 0;
}

/* Only a watcher that runs knows of every wipe, and only since it runs. */
static void read_wipes(struct check_context *context)
{
	const struct store_history_query starts = {.kind = event_kind_name(EVENT_START),
	                                           .limit = 1};
	_cleanup_store_wipe_info_ struct store_wipe_info wipe = STORE_WIPE_INFO_NULL;
	int64_t start_us = 0;
	int r;

	context->unwiped_us = -1;
	if (!context->store)
		return;
	r = store_wipe_last(context->store, &wipe, NULL);
	context->wipe_open = r == 0 && wipe.finished_us == 0 && context->watcher.running;
	if (!context->watcher.running || (r && r != STORE_E_NOT_FOUND) ||
	    store_history(context->store, &starts, take_start, &start_us, NULL) != 0 || !start_us)
		return;
	context->unwiped_us = wipe.at_us > start_us ? wipe.at_us : start_us;
}

static int find_missing(struct check_context *context)
{
	const char *instance = firewalld_instance(context->connection.fw);
	const struct firewall *fw = &context->reading.firewall;
	struct missing_query query = {.config = &context->cli->config,
	                              .store = context->store,
	                              .now = fw,
	                              .instance = instance,
	                              .now_us = context->cli->now_us};
	int r = missing_find(&context->missing, &query, &context->store_error);

	if (r != 0 && context->store) {
		store_close(context->store);
		context->store = NULL;
		query.store = NULL;
		r = missing_find(&context->missing, &query, NULL);
	}
	if (r == 0)
		missing_attribute(&context->missing, fw);
	if (r == 0)
		missing_overlay(&context->missing, &context->reading.firewall, instance);
	return r;
}

/* The rules were read before: a ban that comes meanwhile must not make an orphan of its rule. */
static int read_tickets(struct check_context *context)
{
	const struct config *config = &context->cli->config;
	const struct fail2ban_options options = {
	    .socket = config->fail2ban_socket,
	    .pidfile = config->fail2ban_pidfile,
	    .database = config->fail2ban_database,
	    .timeout_ms = FAIL2BAN_MS,
	};
	int r = fail2ban_read_wait(&context->tickets, &context->fail2ban, &options,
	                           &context->tickets_error);

	context->tickets_known = r == 0;
	return r < 0 ? r : 0;
}

/* Return: an exit status; CLI_FINE: everything that could be read is there. */
static int read_all(struct check_context *context)
{
	struct cli *cli = context->cli;
	int r;

	context->watcher = missing_watcher(cli->store_dir);
	open_store(context);
	read_wipes(context);
	r = cli_firewalld_open(cli, &context->connection);
	if (r == CLI_FINE)
		r = cli_firewalld_read(cli, &context->connection, &context->reading);
	if (r != CLI_FINE)
		return r;
	r = cli_list_interfaces(&context->interfaces);
	if (r == 0)
		r = find_missing(context);
	if (r == 0)
		r = read_tickets(context);
	return r == 0 ? CLI_FINE : cli_fail(cli, CLI_NOT_FINE, "%s", strerror(r < 0 ? -r : EIO));
}

/* --- which of them ----------------------------------------------------------------------- */

static bool take_name(struct cli *cli, const char *option, const char *name, bool set[CHECK_N])
{
	const char *nearest;
	enum check_id id;

	if (check_parse(&id, name) == 0) {
		set[id] = true;
		return true;
	}
	nearest = check_nearest(name);
	cli_fail(cli, CLI_USAGE, "--%s: there is no check \"%.64s\"%s%s%s", option, name,
	         nearest ? "; did you mean \"" : "; see: reload-guard check --list",
	         nearest ? nearest : "", nearest ? "\"?" : "");
	return false;
}

/* Few things can be mended without asking what was meant. */
static bool check_fix(struct cli *cli, const char *name, bool only[CHECK_N])
{
	enum check_id id;

	if (check_parse(&id, name) != 0 || id != CHECK_RAW_PORT) {
		cli_fail(cli, CLI_USAGE,
		         "--fix: \"%.64s\" is not mended by itself; only %s is; for the others "
		         "run the command that the finding names",
		         name, check_name(CHECK_RAW_PORT)->name);
		return false;
	}
	only[id] = true;
	return true;
}

static bool choose(struct cli *cli, const struct cli_args *args, bool run[CHECK_N])
{
	bool only[CHECK_N] = {false}, skip[CHECK_N] = {false}, any = false;

	for (size_t i = 0; i < args->n_given; i++) {
		const struct cli_given *given = &args->given[i];

		if (given->option == CHECK_OPTION_ONLY) {
			any = true;
			if (!take_name(cli, "only", given->value, only))
				return false;
		} else if (given->option == CHECK_OPTION_FIX) {
			any = true;
			if (!check_fix(cli, given->value, only))
				return false;
		} else if (given->option == CHECK_OPTION_SKIP &&
		           !take_name(cli, "skip", given->value, skip)) {
			return false;
		}
	}
	for (size_t i = 0; i < CHECK_N; i++) {
		bool silenced = skip[i] || strv_contains(&cli->config.check_skip,
		                                         check_name((enum check_id)i)->name);

		/* who asks for a check by its name wants to know */
		run[i] = any ? only[i] && !skip[i] : !silenced;
	}
	return true;
}

static int run_checks(struct check_context *context, const bool run[CHECK_N])
{
	int r = 0;

	for (size_t i = 0; i < CHECK_N && r == 0; i++)
		if (run[i])
			r = checks[i](context, (enum check_id)i);
	findings_sort(context->findings);
	return r;
}

static int status_of(const struct check_context *context)
{
	bool only_store = true;

	if (findings_worst(context->findings) < FINDING_UNKNOWN)
		return CLI_FINE;
	for (size_t i = 0; i < context->findings->n; i++) {
		const struct finding *finding = &context->findings->findings[i];

		only_store &= finding->severity < FINDING_UNKNOWN ||
		              strcmp(finding->name, check_name(CHECK_STORE)->name) == 0;
	}
	return only_store ? CLI_NO_STORE : CLI_NOT_FINE;
}

/**
 * cli_check_collect() - run the checks that the configuration does not silence
 * @out:   FINDINGS_NULL before; the caller deinits it, also after a failure
 * @known: receives whether firewalld could be looked at; the reason was said
 *
 * Return: CLI_FINE, or an exit status after the reason was said.
 */
int cli_check_collect(struct cli *cli, struct findings *out, bool *known)
{
	static const struct cli_args none = {.n_words = 0};
	_cleanup_(check_deinit) struct check_context context = {.cli = cli, .findings = out};
	bool run[CHECK_N];
	int r = cli_load_config(cli);

	if (r != CLI_FINE)
		return r;
	if (!choose(cli, &none, run))
		return CLI_USAGE;
	*known = read_all(&context) == CLI_FINE;
	if (*known && run_checks(&context, run) < 0)
		return cli_fail(cli, CLI_NOT_FINE, "out of memory");
	return CLI_FINE;
}

/* Mends, and reads again what there is then to be said. */
static int fix(struct check_context *context)
{
	struct cli *cli = context->cli;
	int r;

	if (context->reading.state != FIREWALL_STATE_RUNNING)
		return cli_fail(cli, CLI_NO_FIREWALLD,
		                "firewalld is in state %s: nothing was changed",
		                firewall_state_name(context->reading.state));
	if (check_fix_raw_ports(context) < 0)
		return cli_fail(cli, CLI_NOT_FINE, "out of memory");
	firewalld_reading_deinit(&context->reading);
	context->reading = (struct firewalld_reading){0};
	r = cli_firewalld_read(cli, &context->connection, &context->reading);
	if (r == CLI_FINE)
		missing_overlay(&context->missing, &context->reading.firewall,
		                firewalld_instance(context->connection.fw));
	return r;
}

/* --- the answer -------------------------------------------------------------------------- */

enum format {
	FORMAT_TEXT,
	FORMAT_JSON,
	FORMAT_NAGIOS,
	FORMAT_N,
};

static bool parse_format(struct cli *cli, const char *text, enum format *out)
{
	static const char *const names[FORMAT_N] = {"text", "json", "nagios"};

	*out = cli->json ? FORMAT_JSON : FORMAT_TEXT;
	for (unsigned i = 0; text && i < FORMAT_N; i++)
		if (strcmp(text, names[i]) == 0) {
			*out = (enum format)i;
			/* --json says the same, or something else */
			if (!cli->json || *out == FORMAT_JSON)
				return true;
			cli_fail(cli, CLI_USAGE, "--json is not --format %s", text);
			return false;
		}
	if (text)
		cli_fail(cli, CLI_USAGE, "--format is text, json or nagios, not \"%.32s\"", text);
	return !text;
}

/* Return: an exit status; CLI_FINE: the checks were made. */
static int look(struct check_context *context, const struct cli_args *args, bool run[CHECK_N])
{
	int r = choose(context->cli, args, run) ? CLI_FINE : CLI_USAGE;

	if (r == CLI_FINE)
		r = read_all(context);
	if (r == CLI_FINE && args->values[CHECK_OPTION_FIX])
		r = fix(context);
	if (r == CLI_FINE && run_checks(context, run) < 0)
		r = cli_fail(context->cli, CLI_NOT_FINE, "out of memory");
	return r;
}

/* Why no check was made was said; a monitoring system shows what stands here. */
static int nagios(const struct report *report, const struct findings *findings, int r)
{
	if (r == CLI_FINE)
		return (int)report_check_nagios(report, findings);
	if (r == CLI_NO_FIREWALLD)
		return (int)report_nagios_unknown(report, "firewalld cannot be reached");
	if (r == CLI_USAGE)
		return (int)report_nagios_unknown(report,
		                                  "the configuration or an option is not valid");
	return (int)report_nagios_unknown(report, "the checks could not be made");
}

static int exec(struct cli *cli, const struct cli_args *args)
{
	_cleanup_findings_ struct findings findings = FINDINGS_NULL;
	_cleanup_(check_deinit) struct check_context context = {.cli = cli, .findings = &findings};
	struct report report;
	enum format format;
	bool run[CHECK_N];
	int r;

	if (!parse_format(cli, args->values[CHECK_OPTION_FORMAT], &format))
		return CLI_USAGE;
	r = cli_load_config(cli);
	cli_report(cli, &report);
	report.json = format == FORMAT_JSON;
	if (r == CLI_FINE && args->values[CHECK_OPTION_LIST])
		return report_check_names(&report) < 0
		           ? cli_fail(cli, CLI_NOT_FINE, "out of memory")
		           : CLI_FINE;
	if (r == CLI_FINE)
		r = look(&context, args, run);
	if (format == FORMAT_NAGIOS)
		return nagios(&report, &findings, r);
	if (r != CLI_FINE)
		return r;
	if (report_check(&report, &findings, run, cli->now_us) < 0)
		return cli_fail(cli, CLI_NOT_FINE, "out of memory");
	return status_of(&context);
}

const struct cli_command cmd_check = {
    .name = "check",
    .words = "",
    .summary = "find what is wrong, with the command that mends it",
    .help = "Looks at firewalld, fail2ban and the guard itself. Each finding has a weight, the\n"
            "name of its check, one line in plain words, what was seen, and the command that\n"
            "mends it, which is not run. Checks can be chosen with --only and silenced with\n"
            "--skip, or by `skip` in section [check] of the configuration. With --format nagios\n"
            "one line and the exit statuses of a monitoring plugin: 0 fine, 1 warning,\n"
            "2 critical, 3 unknown.\n",
    .examples = "  reload-guard check\n"
                "  reload-guard check --only ban-without-rule --only rule-without-ban\n"
                "  reload-guard check --list\n"
                "  reload-guard check --format nagios --skip no-listener\n"
                "  reload-guard --json check | jq '.findings[].command'\n",
    .statuses = "  0  nothing is wrong\n"
                "  1  something was found, or could not be looked at\n"
                "  2  usage or configuration\n"
                "  3  firewalld cannot be reached\n"
                "  4  nothing is wrong but that the store cannot be used\n",
    CLI_OPTIONS(command_options),
    .exec = exec,
};
