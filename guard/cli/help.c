// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/cli/help.h"

#include <string.h>

#include "guard/base/builder.h"
#include "guard/base/fold.h"

#define HELP_COLUMNS 80

static void print_folded(FILE *out, const char *text, size_t hang)
{
	_cleanup_free_ char *folded = NULL;

	if (fold_text(&folded, text, HELP_COLUMNS, hang) == 0)
		fprintf(out, "%s\n", folded);
}

/* What stands on the left, and what it is about, from a column on. */
static void print_pair(FILE *out, const char *left, size_t column, const char *about)
{
	_cleanup_free_ char *text = NULL;

	if (xasprintf(&text, "  %-*s%s", (int)column - 2, left, about) >= 0)
		print_folded(out, text, column);
}

/* Lines are filled up: one goes on in the next that is no further out, "  list  …" in those that
 * are further in. */
static void print_prose(FILE *out, const char *text)
{
	while (*text) {
		_cleanup_builder_ struct builder filled = BUILDER_NULL;
		size_t indent = strspn(text, " "), hang = 0;

		do {
			size_t further = strspn(text, " "), length = strcspn(text, "\n");

			if (filled.n > 0) {
				hang = further;
				builder_add(&filled, " ");
				text += further;
				length -= further;
			}
			builder_add_bytes(&filled, text, length);
			text += length + (text[length] == '\n');
		} while (*text && *text != '\n' &&
		         (indent == 0 ? *text != ' ' : strspn(text, " ") > indent));
		if (!filled.failed)
			print_folded(out, filled.text, hang);
		for (; *text == '\n'; text++)
			fputc('\n', out);
	}
}

static void print_option(FILE *out, const struct cli_option *option)
{
	char left[64];

	snprintf(left, sizeof(left), "%c%c%s--%s%s%s", option->letter ? '-' : ' ',
	         option->letter ? option->letter : ' ', option->letter ? ", " : "  ", option->name,
	         option->argument ? " " : "", option->argument ? option->argument : "");
	if (strlen(left) > 26) {
		fprintf(out, "  %s\n", left);
		left[0] = '\0';
	}
	print_pair(out, left, 30, option->help);
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
	_cleanup_free_ char *usage = NULL;

	if (command && xasprintf(&usage, "Usage: reload-guard %s%s%s%s", command->name,
	                         command->words[0] ? " " : "", command->words,
	                         command->n_options > 0 ? " [OPTION]…" : "") >= 0)
		print_folded(out, usage, 7);
	else if (!command)
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
		print_pair(out, tables->commands[i]->name, 13, tables->commands[i]->summary);
	fputs("\nOptions:\n", out);
	print_options(out, tables->globals, tables->n_globals);
	fputs("\n"
	      "Items are written ZONE/KIND:VALUE, such as public/service:imaps or\n"
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
	fputs("\n", out);
	print_prose(out, command->help);
	fputs("\n", out);
	if (command->n_options > 0) {
		fputs("Options:\n", out);
		print_options(out, command->options, command->n_options);
		fputs("\n", out);
	}
	fputs("Options of every command:\n", out);
	print_options(out, tables->globals, tables->n_globals);
	fprintf(out, "\nExamples:\n%s\nExit status:\n", command->examples);
	print_prose(out, command->statuses);
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
