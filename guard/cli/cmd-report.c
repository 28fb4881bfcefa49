// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/cli/cli.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "guard/base/mime.h"
#include "guard/system/host/clock.h"
#include "guard/system/host/sendmail.h"
#include "guard/report/report-summary.h"
#include "guard/system/host/wholefile.h"

enum { REPORT_SINCE, REPORT_UNTIL, REPORT_FORMAT, REPORT_OUTPUT, REPORT_MAIL };

static const struct cli_option command_options[] = {
    [REPORT_SINCE] = {"since", 's', "TIME", "from this time on (default -7d)"},
    [REPORT_UNTIL] = {"until", 'u', "TIME", "up to this time (default now)"},
    [REPORT_FORMAT] = {"format", 'F', "text|html|json", "output format (default text)"},
    [REPORT_OUTPUT] = {"output", 'o', "FILE", "write to this file, replaced in one step"},
    [REPORT_MAIL] = {"mail", 'm', NULL, "send it to [report] mail-to, as text and HTML"},
};

#define WEEK_US         (INT64_C(7) * 24 * 3600 * 1000000)
#define MAIL_TIMEOUT_MS 60000

enum format {
	FORMAT_TEXT,
	FORMAT_HTML,
	FORMAT_JSON,
	FORMAT_N,
};

struct run {
	struct cli *cli;
	struct summary period;
	struct picture picture;
	struct status status;
	char host[256];
	struct report_summary from;
	enum format format;
};

static void run_deinit(struct run *run)
{
	summary_deinit(&run->period);
	status_deinit(&run->status);
	picture_deinit(&run->picture);
}

static bool parse_format(struct run *run, const char *text)
{
	static const char *const names[FORMAT_N] = {"text", "html", "json"};

	run->format = run->cli->json ? FORMAT_JSON : FORMAT_TEXT;
	for (unsigned i = 0; text && i < FORMAT_N; i++) {
		if (strcmp(text, names[i]) == 0) {
			run->format = (enum format)i;
			return true;
		}
	}
	if (text)
		cli_fail(run->cli, CLI_USAGE, "--format is text, html or json, not \"%.32s\"",
		         text);
	return !text;
}

static bool parse_times(struct run *run, const struct cli_args *args)
{
	const char *since = args->values[REPORT_SINCE], *until = args->values[REPORT_UNTIL];
	struct cli *cli = run->cli;
	int64_t since_us, until_us = cli->now_us;

	if (until && !cli_parse_time(cli, "until", until, true, &until_us))
		return false;
	since_us = until_us - WEEK_US;
	if (since && !cli_parse_time(cli, "since", since, false, &since_us))
		return false;
	if (since_us >= until_us) {
		cli_fail(cli, CLI_USAGE, "--since is later than --until");
		return false;
	}
	summary_begin(&run->period, since_us, until_us);
	return true;
}

/* --- what it tells of -------------------------------------------------------------------- */

static int take_row(const struct store_history_row *row, void *userdata)
{
	return summary_row(userdata, row);
}

static int take_ban(const struct store_ban *ban, void *userdata)
{
	return summary_ban(userdata, ban);
}

static int read_period(struct run *run)
{
	_cleanup_store_ struct store *store = NULL;
	struct summary *period = &run->period;
	const struct store_history_query history = {
	    .since_us = period->since_us, .until_us = period->until_us, .oldest_first = true};
	const struct store_ban_query bans = {.since_us = period->since_us,
	                                     .until_us = period->until_us,
	                                     .active_at_us = run->cli->now_us};
	struct err err = ERR_NULL;
	int r = cli_open_store(run->cli, &store, (struct cli_store_need){0});

	if (r != CLI_FINE)
		return r;
	r = store_history(store, &history, take_row, period, &err);
	if (r == 0)
		r = store_bans(store, &bans, take_ban, period, &err);
	summary_end(period);
	return r == 0 ? CLI_FINE : cli_store_failed(run->cli, r, &err);
}

static int collect(struct run *run)
{
	bool selected[CHECKS_N];
	int r = cli_load_config(run->cli);

	checks_select(selected, &run->cli->config.check_skip);
	if (r == CLI_FINE)
		r = read_period(run);
	if (r == CLI_FINE)
		r = cli_status(run->cli, &run->picture, &run->status, selected);
	if (r == CLI_FINE)
		(void)!cli_reached(run->cli, &run->picture, PICTURE_FIREWALLD);
	if (gethostname(run->host, sizeof(run->host) - 1) < 0 || !run->host[0])
		strcpy(run->host, "localhost");
	run->from.host = run->host;
	run->from.period = &run->period;
	run->from.status = &run->status;
	return r;
}

/* --- writing ----------------------------------------------------------------------------- */

static int put(const struct run *run, FILE *out, enum format format)
{
	struct report report;

	cli_report(run->cli, &report);
	report.json = format == FORMAT_JSON;
	report.quiet = false;
	if (out != stdout)
		report.color = false;
	report.out = out;
	switch (format) {
	case FORMAT_HTML:
		return report_summary_html(&report, &run->from);
	case FORMAT_JSON:
		return report_summary_json(&report, &run->from);
	case FORMAT_TEXT:
	case FORMAT_N:
		break;
	}
	return report_summary_text(&report, &run->from);
}

static int put_to_file(FILE *out, void *userdata)
{
	const struct run *run = userdata;

	return put(run, out, run->format);
}

static int put_to_memory(char **text, const struct run *run, enum format format)
{
	size_t length;
	FILE *file = open_memstream(text, &length);
	int r;

	if (!file)
		return -ENOMEM;
	r = put(run, file, format);
	if (fclose(file) != 0 && r == 0)
		r = -ENOMEM;
	return r;
}

/* --- by mail ----------------------------------------------------------------------------- */

static int make_message(char **out, const struct run *run)
{
	_cleanup_free_ char *text = NULL, *html = NULL, *subject = NULL, *id = NULL;
	const struct config *config = &run->cli->config;
	struct report_summary_summary summary;
	struct mime_message message = {
	    .from = config->mail_from ? config->mail_from : "root",
	    .to = config->mail_to,
	    .host = run->host,
	    .date_us = run->cli->now_us,
	};
	int r = put_to_memory(&text, run, FORMAT_TEXT);

	if (r == 0)
		r = put_to_memory(&html, run, FORMAT_HTML);
	report_summary_summarize(&summary, &run->from);
	if (r == 0)
		r = xasprintf(&subject, "reload-guard on %s: %s", run->host, summary.text);
	if (r >= 0)
		r = xasprintf(&id, "%lld.%ld.reload-guard", (long long)run->cli->now_us,
		              (long)getpid());
	if (r < 0)
		return r;
	message.subject = subject;
	message.id = id;
	message.text = text;
	message.html = html;
	return mime_format(out, &message);
}

static int send_mail(const struct run *run)
{
	const struct config *config = &run->cli->config;
	_cleanup_free_ char *message = NULL;
	struct err err = ERR_NULL;
	int r;

	if (config->report_quiet && summary_is_quiet(&run->period) &&
	    report_summary_is_fine(&run->from)) {
		cli_note(run->cli, "nothing to report, so no mail is sent");
		return CLI_FINE;
	}
	r = make_message(&message, run);
	if (r < 0)
		return cli_fail(run->cli, CLI_NOT_FINE, "%s", strerror(-r));
	r = sendmail_send(config->sendmail ? config->sendmail : SENDMAIL_DEFAULT_PATH, message,
	                  MAIL_TIMEOUT_MS, &err);
	if (r != 0)
		return cli_fail(run->cli, CLI_NOT_FINE, "the report was not sent: %s",
		                err_text(&err, r));
	cli_note(run->cli, "the report for %s was handed to the mailer", config->mail_to);
	return CLI_FINE;
}

static int exec(struct cli *cli, const struct cli_args *args)
{
	_cleanup_(run_deinit) struct run run = {
	    .cli = cli, .picture = PICTURE_NULL, .status = STATUS_NULL};
	const char *path = args->values[REPORT_OUTPUT];
	bool mail = args->values[REPORT_MAIL] != NULL;
	struct err err = ERR_NULL;
	int r;

	if (!parse_format(&run, args->values[REPORT_FORMAT]) || !parse_times(&run, args))
		return CLI_USAGE;
	if (mail && (path || args->values[REPORT_FORMAT]))
		return cli_fail(cli, CLI_USAGE, "--mail goes without --format and --output");
	if (path && !path[0])
		return cli_fail(cli, CLI_USAGE, "--output needs a file");
	r = cli_load_config(cli);
	if (r != CLI_FINE)
		return r;
	if (mail && !cli->config.mail_to)
		return cli_fail(cli, CLI_USAGE,
		                "no recipient: set mail-to under [report] in the configuration");
	r = collect(&run);
	if (r != CLI_FINE)
		return r;
	if (mail)
		return send_mail(&run);
	r = path ? wholefile_write(path, 0600, put_to_file, &run, &err)
	         : put(&run, stdout, run.format);
	if (r < 0)
		return cli_fail(cli, CLI_NOT_FINE, "%s", err_text(&err, r));
	return report_summary_is_fine(&run.from) ? CLI_FINE : CLI_NOT_FINE;
}

const struct cli_command cmd_report = {
    .name = "report",
    .words = "",
    .summary = "what happened, what was found, what will be lost: text, HTML or by mail",
    .help = "Reports on a period (default: a week): reloads with their causes and how long mail\n"
            "was shut, bans by jail and by network, what check finds now, and what the next\n"
            "reload would drop. The HTML is one page that loads nothing from elsewhere. With\n"
            "--mail it goes to [report] mail-to through the system's sendmail, unless there is\n"
            "nothing to report and quiet = yes; reload-guard-report.timer does so weekly.\n",
    .examples = "  reload-guard report --since yesterday\n"
                "  reload-guard report --format html --output /var/www/html/firewall.html\n"
                "  reload-guard report --mail\n",
    .statuses = "  0  fine; with --mail: handed to the mailer, or nothing to report\n"
                "  1  something needs attention; with --mail: not sent\n"
                "  2  usage or configuration\n"
                "  4  the store cannot be used\n",
    CLI_OPTIONS(command_options),
    .exec = exec,
};
