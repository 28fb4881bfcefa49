// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/cli/cli.h"

enum { STATUS_ZONE, STATUS_ALL_ZONES };

static const struct cli_option command_options[] = {
    [STATUS_ZONE] = {"zone", 'z', "ZONE",
                     "list what this zone holds, and the policies that it passes"},
    [STATUS_ALL_ZONES] = {"all-zones", 'a', NULL, "list what every zone and policy holds"},
};

static int show_zones(struct cli *cli, const char *name)
{
	_cleanup_picture_ struct picture picture = PICTURE_NULL;
	const struct ruleset_zone *zone = NULL;
	struct report report;
	int r = cli_load_config(cli);

	if (r == CLI_FINE)
		r = cli_picture(cli, &picture, PICTURE_RULES, NULL);
	if (r == CLI_FINE)
		r = cli_reached(cli, &picture, PICTURE_RULES);
	if (r != CLI_FINE)
		return r;
	if (name)
		zone = ruleset_zone_of_item(&picture.ruleset, name);
	if (name && !zone)
		return cli_fail(cli, CLI_USAGE,
		                "there is no zone \"%.100s\" in firewalld's runtime; see: "
		                "reload-guard status --all-zones",
		                name);
	cli_report(cli, &report);
	if (report_zones(&report, &picture, zone) < 0)
		return cli_fail(cli, CLI_NOT_FINE, "out of memory");
	return CLI_FINE;
}

static int show_status(struct cli *cli)
{
	_cleanup_picture_ struct picture picture = PICTURE_NULL;
	_cleanup_status_ struct status status = STATUS_NULL;
	struct report report;
	int r = cli_status(cli, &picture, &status, NULL);

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

static int exec(struct cli *cli, const struct cli_args *args)
{
	const char *zone = args->values[STATUS_ZONE];

	if (zone && args->values[STATUS_ALL_ZONES])
		return cli_fail(cli, CLI_USAGE, "--zone and --all-zones exclude each other");
	return zone || args->values[STATUS_ALL_ZONES] ? show_zones(cli, zone) : show_status(cli);
}

const struct cli_command cmd_status = {
    .name = "status",
    .words = "",
    .summary = "is mail open now, and would it be after a reload?",
    .help = "Says first how things are. Then lists every protected item of every watched zone:\n"
            "whether it is open now, whether it is permanent or runtime only (then the next\n"
            "reload drops it, and the watcher puts it back), when its time ends, and whether\n"
            "anything listens there. Then: firewalld, the watcher, the last reload and what was\n"
            "restored after it, fail2ban, and findings.\n"
            "With --zone or --all-zones: what the zones hold instead, with the ports of services,\n"
            "the target, rules in the order in which they are looked at, and what of it is\n"
            "runtime only.\n",
    .examples = "  reload-guard status\n"
                "  reload-guard status --zone public\n"
                "  reload-guard --json status | jq .findings\n",
    .statuses = "  0  fine\n"
                "  1  degraded: something that should be open is not, or will not stay so, or\n"
                "     something could not be looked at\n"
                "  2  usage or configuration\n"
                "  3  firewalld cannot be reached\n",
    CLI_OPTIONS(command_options),
    .exec = exec,
};
