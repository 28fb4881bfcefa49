// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/cli/cli.h"

#include <errno.h>
#include <libgen.h>
#include <string.h>
#include <unistd.h>

#include "guard/system/host/clock.h"
#include "guard/report/metrics.h"
#include "guard/system/host/wholefile.h"

enum { METRICS_OUTPUT };

static const struct cli_option command_options[] = {
    [METRICS_OUTPUT] = {"output", 'o', "FILE", "write to this file, replaced in one step"},
};

static int count_ban(const struct store_ban *ban, void *userdata)
{
	return metrics_count_ban(userdata, ban->jail);
}

static int count_bans(struct cli *cli, struct metrics *metrics)
{
	_cleanup_store_ struct store *store = NULL;
	struct store_ban_query query = {.active = true, .active_at_us = cli->now_us};
	struct err err = ERR_NULL;
	int r = cli_open_store(cli, &store, (struct cli_store_need){.absent = true});

	if (r != CLI_FINE || !store)
		return r;
	r = store_bans(store, &query, count_ban, metrics, &err);
	return r == 0 ? CLI_FINE : cli_store_failed(cli, r, &err);
}

/* Whoever switches the timer on, and has no collector, is to hear of that. */
static int check_folder(struct cli *cli, const char *path)
{
	_cleanup_free_ char *copy = strdup(path);
	const char *folder = copy ? dirname(copy) : NULL;

	if (!folder)
		return cli_fail(cli, CLI_NOT_FINE, "out of memory");
	if (access(folder, F_OK) == 0 || errno != ENOENT)
		return CLI_FINE;
	return cli_fail(cli, CLI_NOT_FINE,
	                "there is no folder %s, where node_exporter's textfile collector looks. "
	                "Install it (apt install prometheus-node-exporter), or name its folder "
	                "with --output and in a drop-in: systemctl edit reload-guard-metrics",
	                folder);
}

static int print(FILE *out, void *userdata)
{
	return metrics_print(userdata, out);
}

static int exec(struct cli *cli, const struct cli_args *args)
{
	_cleanup_picture_ struct picture picture = PICTURE_NULL;
	_cleanup_status_ struct status status = STATUS_NULL;
	_cleanup_metrics_ struct metrics metrics = METRICS_NULL;
	const char *path = args->values[METRICS_OUTPUT];
	int64_t started_us = clock_monotonic_us();
	struct err err = ERR_NULL;
	int r;

	if (path && !path[0])
		return cli_fail(cli, CLI_USAGE, "--output needs a file");
	if (path && check_folder(cli, path) != CLI_FINE)
		return CLI_NOT_FINE;
	r = cli_status(cli, &picture, &status, NULL);
	if (r != CLI_FINE)
		return r;
	metrics.status = &status;
	r = cli_reached(cli, &picture, PICTURE_FIREWALLD);
	if (picture_is_for_root(&picture))
		return r; /* that it is not up would not be true */
	if (picture_knows(&picture, PICTURE_STORE)) {
		r = count_bans(cli, &metrics);
		if (r != CLI_FINE)
			return r;
	}
	metrics.took_us = clock_monotonic_us() - started_us;
	/* node_exporter is not root */
	r = path ? wholefile_write(path, 0644, print, &metrics, &err)
	         : metrics_print(&metrics, stdout);
	if (r < 0)
		return cli_fail(cli, CLI_NOT_FINE, "%s", err_text(&err, r));
	return CLI_FINE;
}

const struct cli_command cmd_metrics = {
    .name = "metrics",
    .words = "",
    .summary = "the status as metrics for Prometheus",
    .help = "Writes what status knows as metrics in the text format of Prometheus, which is\n"
            "valid OpenMetrics as well. With --output the file is replaced in one step, as the\n"
            "textfile collector of node_exporter needs it. What is unknown is left out; that\n"
            "firewalld cannot be reached is a metric, not a failure.\n",
    .examples = "  reload-guard metrics\n"
                "  reload-guard -q metrics --output "
                "/var/lib/prometheus/node-exporter/reload_guard.prom\n",
    .statuses = "  0  fine\n"
                "  1  the file could not be written, or there is no such folder\n"
                "  2  usage or configuration\n"
                "  3  it is not run as root\n"
                "  4  the store cannot be used\n",
    .flags = CLI_NO_JSON,
    CLI_OPTIONS(command_options),
    .exec = exec,
};
