/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * complete - which words may come next on a command line, for the shell
 *
 * All of it is read from what the help prints: names, options, and the words that a
 * command or an option takes ("show ID|diff ID [ID]", "text|html|json"). A word in small
 * letters is offered as it stands; of one in capitals this knows what it stands for, or
 * leaves it to the shell as <WORD>.
 */
#ifndef GUARD_CLI_COMPLETE_H
#define GUARD_CLI_COMPLETE_H

#include "guard/cli/cli.h"

struct complete_tables {
	const struct cli_command *const *commands;
	size_t n_commands;
	const struct cli_option *globals;
	size_t n_globals;
	const struct config_known *known;
};

void complete_line(FILE *out, const struct complete_tables *tables, char *const *words, size_t n);

#endif
