// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/cli/help.h"

#include <string.h>

static void print_option(FILE *out, const struct cli_option *option)
{
	char left[64];

	snprintf(left, sizeof(left), "%c%c%s--%s%s%s", option->letter ? '-' : ' ',
	         option->letter ? option->letter : ' ', option->letter ? ", " : "  ", option->name,
	         option->argument ? " " : "", option->argument ? option->argument : "");
	if (strlen(left) > 26)
		fprintf(out, "  %s\n  %-26s  %s\n", left, "", option->help);
	else
		fprintf(out, "  %-26s  %s\n", left, option->help);
}

static void print_options(FILE *out, const struct cli_option *options, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (options[i].help)
			print_option(out, &options[i]);
}

/** help_usage() - one line; @command: NULL: of all of it */
void help_usage(FILE *out, const struct cli_command *command)
{
	if (command)
		fprintf(out, "Usage: reload-guard %s%s%s%s\n", command->name,
		        command->words[0] ? " " : "", command->words,
		        command->n_options > 0 ? " [OPTION]…" : "");
	else
		fputs("Usage: reload-guard [-c FILE] [--state DIR] [--json] [-q|-v] COMMAND "
		      "[OPTION]…\n",
		      out);
}

static void print_all(FILE *out, const struct cli_tables *tables)
{
	fputs("\n"
	      "Keeps mail reachable when firewalld reloads or restarts, or the machine reboots.\n"
	      "\n"
	      "Commands:\n",
	      out);
	for (size_t i = 0; i < tables->n_commands; i++)
		fprintf(out, "  %-10s %s\n", tables->commands[i]->name,
		        tables->commands[i]->summary);
	fputs("\nOptions:\n", out);
	print_options(out, tables->globals, tables->n_globals);
	fputs("\n"
	      "Items are written ZONE/KIND:VALUE, such as public/service:imaps or "
	      "public/port:465/tcp.\n"
	      "Times are written 2026-11-21, 2026-11-21T20:34Z, 2h, -2h, \"3 days ago\",\n"
	      "yesterday, today or now, in the machine's time zone.\n"
	      "\n"
	      "Exit status: 0 fine; 1 not fine; 2 wrong usage or configuration;\n"
	      "3 firewalld or the bus cannot be reached; 4 the store cannot be used.\n"
	      "\n"
	      "More: reload-guard COMMAND --help, reload-guard(8), reload-guard.conf(5).\n",
	      out);
}

static void print_command(FILE *out, const struct cli_tables *tables,
                          const struct cli_command *command)
{
	fprintf(out, "\n%s\n", command->help);
	if (command->n_options > 0) {
		fputs("Options:\n", out);
		print_options(out, command->options, command->n_options);
		fputs("\n", out);
	}
	fputs("Options of every command:\n", out);
	print_options(out, tables->globals, tables->n_globals);
	fprintf(out, "\nExamples:\n%s\nExit status:\n%s", command->examples, command->statuses);
}

/** help_print() - what --help says; @command: NULL: of all of it */
void help_print(FILE *out, const struct cli_tables *tables, const struct cli_command *command)
{
	help_usage(out, command);
	if (command)
		print_command(out, tables, command);
	else
		print_all(out, tables);
}
