// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/cli/cli.h"

static int exec(struct cli *cli, const struct cli_args *args)
{
	_cleanup_picture_ struct picture picture = PICTURE_NULL;
	_cleanup_status_ struct status status = STATUS_NULL;
	struct report report;
	int r = cli_status(cli, &picture, &status, NULL);

	(void)args;
	if (r != CLI_FINE)
		return r;
	cli_report(cli, &report);
	if (report_status(&report, &status) < 0)
		return cli_fail(cli, CLI_NOT_FINE, "out of memory");
	r = cli_reached(cli, &picture, PICTURE_FIREWALLD);
	if (r != CLI_FINE)
		return r;
	return status_is_degraded(&status) ? CLI_NOT_FINE : CLI_FINE;
}

const struct cli_command cmd_status = {
    .name = "status",
    .words = "",
    .summary = "is mail open now, and would it be after a reload?",
    .help = "Lists every protected item of every watched zone: whether it is open now,\n"
            "whether it is permanent or runtime only (then the next reload drops it), when\n"
            "its time ends, and whether anything listens there. Then: firewalld, the watcher,\n"
            "the last wipe and what was restored after it, fail2ban, and findings.\n",
    .examples = "  reload-guard status\n"
                "  reload-guard --json status | jq .findings\n",
    .statuses = "  0  fine\n"
                "  1  degraded: something that should be open is not, or will not stay so, or\n"
                "     something could not be looked at\n"
                "  2  usage or configuration\n"
                "  3  firewalld cannot be reached\n",
    .exec = exec,
};
