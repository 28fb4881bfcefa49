// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guard/system/clock.h"
#include "guard/watch/metrics.h"

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

/* Complete beside the file, and then in its place: a collector never reads half of it. */
static int write_file(const struct metrics *metrics, const char *path, struct err *err)
{
	_cleanup_free_ char *beside = NULL;
	FILE *file = NULL;
	int fd, r;

	if (xasprintf(&beside, "%s.XXXXXX", path) < 0)
		return -ENOMEM;
	fd = mkstemp(beside);
	if (fd < 0)
		return err_set(err, -errno, "%s: %s", beside, strerror(errno));
	file = fdopen(fd, "w");
	if (!file) {
		close(fd);
		unlink(beside);
		return -ENOMEM;
	}
	r = metrics_print(metrics, file);
	/* node_exporter is not root */
	if (r == 0 && (fchmod(fd, 0644) < 0 || fflush(file) != 0 || fsync(fd) < 0))
		r = -errno;
	if (fclose(file) != 0 && r == 0)
		r = -errno;
	if (r == 0 && rename(beside, path) < 0)
		r = -errno;
	if (r < 0) {
		err_set(err, r, "%s: %s", path, strerror(-r));
		unlink(beside);
	}
	return r;
}

int cmd_metrics(struct cli *cli, const struct cli_args *args)
{
	_cleanup_report_status_ struct report_status status = REPORT_STATUS_NULL;
	_cleanup_metrics_ struct metrics metrics = METRICS_NULL;
	const char *path = args->values[METRICS_OUTPUT];
	int64_t started_us = clock_monotonic_us();
	struct err err = ERR_NULL;
	int reached, r;

	if (path && !path[0])
		return cli_fail(cli, CLI_USAGE, "--output needs a file");
	r = cli_status_collect(cli, &status, &reached);
	if (r != CLI_FINE)
		return r;
	metrics.status = &status;
	if (status.store_usable) {
		r = count_bans(cli, &metrics);
		if (r != CLI_FINE)
			return r;
	}
	metrics.took_us = clock_monotonic_us() - started_us;
	r = path ? write_file(&metrics, path, &err) : metrics_print(&metrics, stdout);
	if (r < 0)
		return cli_fail(cli, CLI_NOT_FINE, "%s", err_text(&err, r));
	return CLI_FINE;
}
