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

void complete_line(FILE *out, const struct cli *cli, char *const *words, size_t n);

#endif
