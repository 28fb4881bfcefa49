// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/cli/help.h"

static int exec(struct cli *cli, const struct cli_args *args)
{
	const struct cli_command *command = NULL;
	char text[256];

	if (args->n_words > 0) {
		command = cli_find_command(cli, args->words[0]);
		if (!command)
			return cli_fail(
			    cli, CLI_USAGE, "%s",
			    cli_unknown_command(cli, args->words[0], text, sizeof(text)));
	}
	help_print(cli->out ? cli->out : stdout, cli->tables, command);
	return CLI_FINE;
}

const struct cli_command cmd_help = {
    .name = "help",
    .words = "[COMMAND]",
    .summary = "all commands, or what one command does",
    .help = "The same as reload-guard --help, or with COMMAND as reload-guard COMMAND --help.\n",
    .examples = "  reload-guard help\n"
                "  reload-guard help explain\n",
    .statuses = "  0  fine\n"
                "  2  there is no such command\n",
    .max_words = 1,
    .flags = CLI_NO_JSON,
    .exec = exec,
};
