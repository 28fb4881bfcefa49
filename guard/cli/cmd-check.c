// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/cli/cli.h"

#include <errno.h>
#include <string.h>

#include "guard/base/text.h"
#include "guard/report/report-check.h"
#include "guard/system/firewalld/zonefile.h"
#include "guard/system/host/clock.h"

enum {
	CHECK_OPTION_ONLY,
	CHECK_OPTION_SKIP,
	CHECK_OPTION_FIX,
	CHECK_OPTION_FORMAT,
	CHECK_OPTION_LIST
};

static const struct cli_option command_options[] = {
    [CHECK_OPTION_ONLY] = {"only", 'o', "CHECK", "only this check; may be repeated"},
    [CHECK_OPTION_SKIP] = {"skip", 's', "CHECK", "not this check; may be repeated"},
    [CHECK_OPTION_FIX] = {"fix", 'f', "raw-ports",
                          "replace raw ports by the services they belong to, and verify"},
    [CHECK_OPTION_FORMAT] = {"format", 'F', "text|json|nagios", "output format (default text)"},
    [CHECK_OPTION_LIST] = {"list", 'l', NULL, "list the checks"},
};

/* --- which of them ----------------------------------------------------------------------- */

static bool take_name(struct cli *cli, const char *option, const char *name, bool set[CHECKS_N])
{
	const char *nearest;
	size_t index;

	if (checks_find(name, &index)) {
		set[index] = true;
		return true;
	}
	nearest = text_nearest(name, cli->known.checks, cli->known.n_checks);
	cli_fail(cli, CLI_USAGE, "--%s: unknown check \"%.64s\"%s%s%s", option, name,
	         nearest ? "; did you mean \"" : "; see: reload-guard check --list",
	         nearest ? nearest : "", nearest ? "\"?" : "");
	return false;
}

/* Few things can be mended without asking what was meant. */
static bool take_fix(struct cli *cli, const char *name, bool only[CHECKS_N])
{
	if (strcmp(name, check_raw_ports.name) == 0)
		return take_name(cli, "fix", name, only);
	cli_fail(cli, CLI_USAGE,
	         "--fix cannot fix \"%.64s\", only %s; for other checks, run the command printed "
	         "with the finding",
	         name, check_raw_ports.name);
	return false;
}

static bool choose(struct cli *cli, const struct cli_args *args, bool run[CHECKS_N])
{
	bool only[CHECKS_N] = {false}, skip[CHECKS_N] = {false}, any = false, fine = true;

	for (size_t i = 0; i < args->n_given && fine; i++) {
		const struct cli_given *given = &args->given[i];

		if (given->option == CHECK_OPTION_ONLY)
			fine = take_name(cli, "only", given->value, only);
		else if (given->option == CHECK_OPTION_FIX)
			fine = take_fix(cli, given->value, only);
		else if (given->option == CHECK_OPTION_SKIP)
			fine = take_name(cli, "skip", given->value, skip);
		any |= given->option == CHECK_OPTION_ONLY || given->option == CHECK_OPTION_FIX;
	}
	checks_select(run, &cli->config.check_skip);
	/* who asks for a check by its name wants to know */
	for (size_t i = 0; i < CHECKS_N; i++)
		run[i] = (any ? only[i] : run[i]) && !skip[i];
	return fine;
}

/* --- what is mended at once --------------------------------------------------------------- */

#define INCLUDES_MAX 8

struct fix {
	struct cli *cli;
	struct firewalld_session session;
	struct firewalld_reading reading;
};

static void fix_deinit(struct fix *fix)
{
	firewalld_reading_deinit(&fix->reading);
	firewalld_session_close(&fix->session);
}

static int64_t deadline(void)
{
	return clock_monotonic_ms() + FIREWALLD_SESSION_MS;
}

/* Does a service open this port, and nothing else? *@has: it was found; false: something else. */
static int look_into(struct fix *fix, const char *service, const char *port, unsigned depth,
                     bool *has, bool *only, struct err *err)
{
	struct firewalld_service parts = {0};
	int r = firewalld_service_wait(fix->session.fw, &parts, service, deadline(), err);

	if (r != 0)
		return r;
	*only &= parts.protocols.n == 0 && parts.source_ports.n == 0 && depth < INCLUDES_MAX;
	for (size_t i = 0; i < parts.ports.n; i++) {
		*has |= strcmp(parts.ports.strings[i], port) == 0;
		*only &= strcmp(parts.ports.strings[i], port) == 0;
	}
	/* firewalld 2.x: smtp-submission is what includes submission */
	for (size_t i = 0; *only && i < parts.includes.n && r == 0; i++)
		r = look_into(fix, parts.includes.strings[i], port, depth + 1, has, only, err);
	firewalld_service_deinit(&parts);
	return r;
}

/* Nothing more may be open than before: exactly this port, and nothing else. */
static int is_exactly(struct fix *fix, const char *service, const char *port, bool *out,
                      struct err *err)
{
	bool has = false, only = true;
	int r = look_into(fix, service, port, 0, &has, &only, err);

	*out = r == 0 && has && only;
	if (r == 0 && !*out)
		err_set(err, 0, "the service %s does not stand for %s alone", service, port);
	return r;
}

static int replace_permanent(struct fix *fix, const struct item *port, const struct item *service,
                             struct err *err)
{
	struct firewalld *fw = fix->session.fw;
	_cleanup_free_ char *copy = NULL;
	int r = zonefile_backup(&copy, fix->cli->store_dir, port->zone, err);

	if (r == 0)
		r = firewalld_permanent_add_wait(fw, service, deadline(), err);
	if (r == 0)
		r = firewalld_permanent_remove_wait(fw, port, deadline(), err);
	if (r == 0 && copy)
		cli_note(fix->cli, "the file of zone %s was copied to %s before", port->zone, copy);
	return r;
}

static int replace_runtime(struct fix *fix, const struct item *port, const struct item *service,
                           struct err *err)
{
	struct firewalld *fw = fix->session.fw;
	int r = firewalld_add_wait(fw, service, deadline(), err);

	if (r == 0 || r == FIREWALLD_E_ALREADY)
		r = firewalld_remove_wait(fw, port, deadline(), err);
	return r == FIREWALLD_E_NOT_ENABLED ? 0 : r;
}

/* Return: 0, also when it could not be done, which is said; -ENOMEM. */
static int replace(struct fix *fix, const struct firewall_entry *entry, const char *name)
{
	_cleanup_item_ struct item service = ITEM_NULL;
	_cleanup_free_ char *text = NULL;
	struct err err = ERR_NULL;
	bool exact;
	int r = item_format(&text, &entry->item);

	if (r == 0)
		r = item_init(&service, entry->item.zone, ITEM_SERVICE, name, &err);
	if (r < 0)
		return r;
	r = is_exactly(fix, name, entry->item.value, &exact, &err);
	if (r == 0 && exact && (entry->flags & FIREWALL_PERMANENT))
		r = replace_permanent(fix, &entry->item, &service, &err);
	if (r == 0 && exact && (entry->flags & FIREWALL_RUNTIME))
		r = replace_runtime(fix, &entry->item, &service, &err);
	if (r == -ENOMEM)
		return r;
	if (r == 0 && exact)
		cli_note(fix->cli, "%s was replaced by the service %s", text, name);
	else
		cli_warn(fix->cli, "%s was not replaced by the service %s: %s", text, name,
		         err_text(&err, r < 0 ? r : -EIO));
	return 0;
}

/*
 * Services in the place of ports, without a moment of closed port.
 *
 * The permanent configuration first, after a copy of the zone's file; then the
 * runtime. In each the service is there before the port goes.
 *
 * Return: 0; -ENOMEM.
 */
static int fix_raw_ports(struct fix *fix)
{
	const struct firewall *fw = &fix->reading.firewall;
	int r = 0;

	for (size_t i = 0; i < fw->n && r == 0; i++) {
		const char *service = check_raw_port_service(&fw->entries[i]);

		if (service)
			r = replace(fix, &fw->entries[i], service);
	}
	return r;
}

static int fix(struct cli *cli)
{
	_cleanup_(fix_deinit) struct fix fix = {.cli = cli};
	int r = cli_firewalld_open(cli, &fix.session);

	if (r == CLI_FINE)
		r = cli_firewalld_read(cli, &fix.session, &fix.reading);
	if (r != CLI_FINE)
		return r;
	if (fix.reading.state != FIREWALL_STATE_RUNNING)
		return cli_fail(cli, CLI_NO_FIREWALLD,
		                "firewalld is in state %s, so nothing was changed",
		                firewall_state_name(fix.reading.state));
	return fix_raw_ports(&fix) < 0 ? cli_fail(cli, CLI_NOT_FINE, "out of memory") : CLI_FINE;
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
			cli_fail(cli, CLI_USAGE, "--json and --format %s exclude each other", text);
			return false;
		}
	if (text)
		cli_fail(cli, CLI_USAGE, "--format is text, json or nagios, not \"%.32s\"", text);
	return !text;
}

static int status_of(const struct findings *findings)
{
	bool only_store = true;

	if (findings_worst(findings) < FINDING_UNKNOWN)
		return CLI_FINE;
	for (size_t i = 0; i < findings->n; i++)
		only_store &= findings->findings[i].severity < FINDING_UNKNOWN ||
		              strcmp(findings->findings[i].name, check_store.name) == 0;
	return only_store ? CLI_NO_STORE : CLI_NOT_FINE;
}

/* Return: an exit status; CLI_FINE: the checks were made. */
static int look(struct cli *cli, const struct cli_args *args, bool run[CHECKS_N],
                struct picture *picture, struct findings *out, bool *made)
{
	int r = choose(cli, args, run) ? CLI_FINE : CLI_USAGE;

	if (r == CLI_FINE && args->values[CHECK_OPTION_FIX])
		r = fix(cli);
	if (r == CLI_FINE)
		r = cli_picture(cli, picture, PICTURE_FIREWALLD | checks_parts(run), NULL);
	if (r == CLI_FINE && checks_make(out, NULL, run, picture) < 0)
		r = cli_fail(cli, CLI_NOT_FINE, "out of memory");
	if (r != CLI_FINE)
		return r;
	*made = true;
	return cli_reached(cli, picture, PICTURE_FIREWALLD);
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
	return (int)report_nagios_unknown(report, "the checks could not run");
}

static int exec(struct cli *cli, const struct cli_args *args)
{
	_cleanup_findings_ struct findings findings = FINDINGS_NULL;
	_cleanup_picture_ struct picture picture = PICTURE_NULL;
	struct report report;
	enum format format;
	bool run[CHECKS_N], made = false;
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
		r = look(cli, args, run, &picture, &findings, &made);
	if (format == FORMAT_NAGIOS)
		return nagios(&report, &findings, r);
	/* without firewalld, too: what was found is what can be had */
	if (!made)
		return r;
	if (report_check(&report, &findings, run, &picture) < 0)
		return cli_fail(cli, CLI_NOT_FINE, "out of memory");
	return r == CLI_FINE ? status_of(&findings) : r;
}

const struct cli_command cmd_check = {
    .name = "check",
    .words = "",
    .summary = "find what is wrong, with the command that fixes it",
    .help = "Looks at firewalld, fail2ban and the guard itself. Each finding has a severity, the\n"
            "name of its check, one line in plain words, details, and the command that fixes\n"
            "it, which is printed, not run. Choose checks with --only and silence them with\n"
            "--skip, or with `skip` in section [check] of the configuration. --format nagios\n"
            "prints one line and has the exit statuses of a monitoring plugin: 0 fine,\n"
            "1 warning, 2 critical, 3 unknown.\n",
    .examples = "  reload-guard check\n"
                "  reload-guard check --only ban-without-rule --only rule-without-ban\n"
                "  reload-guard check --list\n"
                "  reload-guard check --format nagios --skip no-listener\n"
                "  reload-guard --json check | jq '.findings[].command'\n",
    .statuses = "  0  nothing is wrong\n"
                "  1  something was found, or could not be checked\n"
                "  2  usage or configuration\n"
                "  3  firewalld cannot be reached\n"
                "  4  nothing is wrong, except that the store cannot be used\n",
    CLI_OPTIONS(command_options),
    .exec = exec,
};
