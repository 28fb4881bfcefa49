// SPDX-License-Identifier: GPL-2.0-or-later
#include "build-config.h"

#include "guard/cli/cli.h"

static int exec(struct cli *cli, const struct cli_args *args _unused_)
{
	fputs(PACKAGE_NAME " " PACKAGE_VERSION "\n", cli->out ? cli->out : stdout);
	return CLI_FINE;
}

const struct cli_command cmd_version = {
    .name = "version",
    .words = "",
    .summary = "print the version",
    .help = "The same as reload-guard --version.\n",
    .examples = "  reload-guard version\n",
    .statuses = "  0  fine\n",
    .flags = CLI_NO_JSON,
    .exec = exec,
};
