/* SPDX-License-Identifier: GPL-2.0-or-later */
/* help - what the tables of commands and options say, for people */
#ifndef GUARD_CLI_HELP_H
#define GUARD_CLI_HELP_H

#include "guard/cli/cli.h"

void help_usage(FILE *out, const struct cli_command *command);
void help_print(FILE *out, const struct cli_tables *tables, const struct cli_command *command);

#endif
