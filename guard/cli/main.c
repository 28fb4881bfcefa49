// SPDX-License-Identifier: GPL-2.0-or-later
#include "build-config.h"

#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <string.h>
#include <unistd.h>

#include "guard/cli/cli.h"
#include "guard/cli/complete.h"
#include "guard/base/text.h"
#include "guard/audit/checks.h"
#include "guard/system/host/clock.h"

/* --- the commands ------------------------------------------------------------------------ */

#define POINTER(name) &cmd_##name,
static const struct cli_command *const commands[] = {CLI_COMMANDS(POINTER)};

/* --- the options that every command has
 * ----------------------------------------------- */

enum global {
	GLOBAL_CONFIG,
	GLOBAL_STATE,
	GLOBAL_JSON,
	GLOBAL_QUIET,
	GLOBAL_VERBOSE,
	GLOBAL_CHECK_CONFIG,
	GLOBAL_HELP,
	GLOBAL_VERSION,
	GLOBAL_EXAMPLE_CONFIG,
	GLOBAL_COMPLETE,
	GLOBAL_N,
};

static const struct cli_option global_options[GLOBAL_N] = {
    [GLOBAL_CONFIG] = {"config", 'c', "FILE",
                       "the configuration (default " CONFIG_DEFAULT_PATH ")"},
    [GLOBAL_STATE] = {"state", 0, "DIR",
                      "where the state is (default " CONFIG_DEFAULT_STATE_DIR ")"},
    [GLOBAL_JSON] = {"json", 0, NULL, "answer with one JSON document"},
    [GLOBAL_QUIET] = {"quiet", 'q', NULL, "warnings and errors only"},
    [GLOBAL_VERBOSE] = {"verbose", 'v', NULL, "tell more"},
    [GLOBAL_CHECK_CONFIG] = {"check-config", 0, NULL,
                             "check the configuration and show what it comes to"},
    [GLOBAL_HELP] = {"help", 'h', NULL, "help, also on each command"},
    [GLOBAL_VERSION] = {"version", 'V', NULL, "the version"},
    /* Without a word in the help: for the build, and for the shell. */
    [GLOBAL_EXAMPLE_CONFIG] = {"example-config", 0, NULL, NULL},
    [GLOBAL_COMPLETE] = {"complete", 0, NULL, NULL},
};

/* What the command line came to. */
struct line {
	const char *values[GLOBAL_N];
	const struct cli_command *command; /* NULL: none was named */
	struct cli_args args;
};

/* --- help -------------------------------------------------------------------------------- */

static void print_option(const struct cli_option *option)
{
	char left[64];

	snprintf(left, sizeof(left), "%c%c%s--%s%s%s", option->letter ? '-' : ' ',
	         option->letter ? option->letter : ' ', option->letter ? ", " : "  ", option->name,
	         option->argument ? " " : "", option->argument ? option->argument : "");
	if (strlen(left) > 26)
		printf("  %s\n  %-26s  %s\n", left, "", option->help);
	else
		printf("  %-26s  %s\n", left, option->help);
}

static void print_globals(void)
{
	for (size_t i = 0; i < GLOBAL_N; i++)
		if (global_options[i].help)
			print_option(&global_options[i]);
}

static void print_usage(FILE *out)
{
	fputs("Usage: reload-guard [-c FILE] [--state DIR] [--json] [-q|-v] COMMAND [OPTION]…\n",
	      out);
}

static void print_command_usage(FILE *out, const struct cli_command *command)
{
	fprintf(out, "Usage: reload-guard %s%s%s%s\n", command->name, command->words[0] ? " " : "",
	        command->words, command->n_options > 0 ? " [OPTION]…" : "");
}

static void print_help(void)
{
	print_usage(stdout);
	puts("\nKeeps mail reachable when firewalld reloads, restarts or the machine reboots.\n"
	     "\nCommands:");
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		printf("  %-10s %s\n", commands[i]->name, commands[i]->summary);
	puts("\nOptions:");
	print_globals();
	puts(
	    "\nItems are written ZONE/KIND:VALUE, such as public/service:imaps or "
	    "public/port:465/tcp.\n"
	    "Times are written 2026-11-21, 2026-11-21T20:34Z, -2h, \"3 days ago\", yesterday, "
	    "today\n"
	    "or now, in the machine's time zone.\n"
	    "\nExit status: 0 fine; 1 the answer is \"not fine\"; 2 usage or configuration error;\n"
	    "3 firewalld or the bus cannot be reached; 4 the store cannot be used.\n"
	    "\nMore: reload-guard COMMAND --help, reload-guard(8), reload-guard.conf(5).");
}

static void print_command_help(const struct cli_command *command)
{
	print_command_usage(stdout, command);
	printf("\n%s\n", command->help);
	if (command->n_options > 0) {
		puts("Options:");
		for (size_t i = 0; i < command->n_options; i++)
			print_option(&command->options[i]);
		puts("");
	}
	puts("Options of every command:");
	print_globals();
	printf("\nExamples:\n%s\nExit status:\n%s", command->examples, command->statuses);
}

/* --- the command line -------------------------------------------------------------------- */

static const struct cli_command *find_command(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

/* getopt tells options apart by these numbers. */
enum {
	VALUE_GLOBAL = 1000,
	VALUE_COMMAND = 2000,
};

struct getopt_tables {
	struct option longs[GLOBAL_N + CLI_N_OPTIONS_MAX + 1];
	char shorts[2 + 2 * (GLOBAL_N + CLI_N_OPTIONS_MAX) + 1];
	size_t n_longs, n_shorts;
};

static void add_options(struct getopt_tables *tables, const struct cli_option *options, size_t n,
                        int value)
{
	for (size_t i = 0; i < n; i++) {
		tables->longs[tables->n_longs++] = (struct option){
		    .name = options[i].name,
		    .has_arg = options[i].argument ? required_argument : no_argument,
		    .val = value + (int)i,
		};
		if (!options[i].letter)
			continue;
		tables->shorts[tables->n_shorts++] = options[i].letter;
		if (options[i].argument)
			tables->shorts[tables->n_shorts++] = ':';
	}
}

/* The number of a letter's option, by the same tables. */
static int value_of_letter(const struct cli_command *command, int letter)
{
	for (size_t i = 0; command && i < command->n_options; i++)
		if (command->options[i].letter == letter)
			return VALUE_COMMAND + (int)i;
	for (size_t i = 0; i < GLOBAL_N; i++)
		if (global_options[i].letter == letter)
			return VALUE_GLOBAL + (int)i;
	return -1;
}

static int usage_error(struct cli *cli, const struct cli_command *command, const char *text)
{
	cli_fail(cli, CLI_USAGE, "%s", text);
	if (command)
		print_command_usage(stderr, command);
	else
		print_usage(stderr);
	fprintf(stderr, "Try: reload-guard %s%s--help\n", command ? command->name : "",
	        command ? " " : "");
	return CLI_USAGE;
}

/*
 * @number: getopt's optopt: of a letter that is none the letter, of a flag that was
 * given a value the flag's number, of a long name that is none 0
 */
static int unknown_option(struct cli *cli, const struct cli_command *command, const char *word,
                          int number, const struct getopt_tables *tables)
{
	const char *names[GLOBAL_N + CLI_N_OPTIONS_MAX], *nearest = NULL;
	char text[256], bare[64];

	if (number >= VALUE_GLOBAL) {
		snprintf(text, sizeof(text), "option --%s takes no value",
		         number >= VALUE_COMMAND ? command->options[number - VALUE_COMMAND].name
		                                 : global_options[number - VALUE_GLOBAL].name);
		return usage_error(cli, command, text);
	}
	if (number != 0) {
		snprintf(text, sizeof(text), "unknown option -%c", number);
		return usage_error(cli, command, text);
	}
	snprintf(bare, sizeof(bare), "%s", word + strspn(word, "-"));
	bare[strcspn(bare, "=")] = '\0';
	for (size_t i = 0; i < tables->n_longs; i++)
		names[i] = tables->longs[i].name;
	nearest = text_nearest(bare, names, tables->n_longs);
	snprintf(text, sizeof(text), "unknown option --%s%s%s%s", bare,
	         nearest ? "; did you mean --" : "", nearest ? nearest : "", nearest ? "?" : "");
	return usage_error(cli, command, text);
}

/*
 * One pass of getopt: before the command, up to it (command NULL), and after it
 * with its own options, too. *used receives how many words were options.
 */
static int parse_options(struct cli *cli, struct line *line, const struct cli_command *command,
                         int argc, char **argv, int *used)
{
	struct getopt_tables tables = {.shorts = {command ? ':' : '+', command ? '\0' : ':'},
	                               .n_shorts = command ? 1 : 2};
	int value;

	if (command)
		add_options(&tables, command->options, command->n_options, VALUE_COMMAND);
	add_options(&tables, global_options, GLOBAL_N, VALUE_GLOBAL);
	opterr = 0;
	optind = 0; /* glibc: begin anew */
	while ((value = getopt_long(argc, argv, tables.shorts, tables.longs, NULL)) != -1) {
		if (value == '?')
			return unknown_option(cli, command, argv[optind - 1], optopt, &tables);
		if (value == ':') {
			char text[256];

			snprintf(text, sizeof(text), "option %s needs a value", argv[optind - 1]);
			return usage_error(cli, command, text);
		}
		if (value < VALUE_GLOBAL)
			value = value_of_letter(command, value);
		if (value >= VALUE_COMMAND && line->args.n_given == CLI_N_GIVEN_MAX)
			return usage_error(cli, command, "too many options");
		if (value >= VALUE_COMMAND) {
			line->args.values[value - VALUE_COMMAND] = optarg ? optarg : "";
			line->args.given[line->args.n_given++] =
			    (struct cli_given){value - VALUE_COMMAND, optarg ? optarg : ""};
		}
		if (value >= VALUE_GLOBAL && value < VALUE_COMMAND)
			line->values[value - VALUE_GLOBAL] = optarg ? optarg : "";
	}
	*used = optind;
	return CLI_FINE;
}

static int unknown_command(struct cli *cli, const char *word)
{
	const char *names[ARRAY_SIZE(commands)], *nearest;
	char text[256];

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		names[i] = commands[i]->name;
	nearest = text_nearest(word, names, ARRAY_SIZE(commands));
	snprintf(text, sizeof(text), "unknown command \"%.100s\"%s%s%s", word,
	         nearest ? "; did you mean \"" : "", nearest ? nearest : "", nearest ? "\"?" : "");
	return usage_error(cli, NULL, text);
}

static int parse_line(struct cli *cli, struct line *line, int argc, char **argv)
{
	int used, r = parse_options(cli, line, NULL, argc, argv, &used);

	if (r != CLI_FINE || used >= argc)
		return r;
	line->command = find_command(argv[used]);
	if (!line->command)
		return unknown_command(cli, argv[used]);
	argc -= used;
	argv += used;
	r = parse_options(cli, line, line->command, argc, argv, &used);
	if (r != CLI_FINE)
		return r;
	line->args.words = argv + used;
	line->args.n_words = (size_t)(argc - used);
	return CLI_FINE;
}

static int check_words(struct cli *cli, const struct line *line)
{
	const struct cli_command *command = line->command;
	char text[256];

	if (line->args.n_words > command->max_words) {
		snprintf(text, sizeof(text), "\"%.100s\" is too much for %s",
		         line->args.words[command->max_words], command->name);
		return usage_error(cli, command, text);
	}
	if (line->args.n_words < command->min_words) {
		snprintf(text, sizeof(text), "%s needs to know what to do: %s", command->name,
		         command->words);
		return usage_error(cli, command, text);
	}
	return CLI_FINE;
}

/* --- what main does itself --------------------------------------------------------------- */

static int check_config(struct cli *cli)
{
	const char *path = cli->config_path ? cli->config_path : CONFIG_DEFAULT_PATH;
	struct report report;
	int r = cli_load_config(cli);

	if (r != CLI_FINE)
		return r;
	cli_report(cli, &report);
	if (report_config(&report, &cli->config, path) < 0)
		return cli_fail(cli, CLI_USAGE, "out of memory");
	return CLI_FINE;
}

/* Only as the first word: what follows is a line that is not finished. */
static bool is_complete(int argc, char **argv)
{
	return argc > 1 && strncmp(argv[1], "--", 2) == 0 &&
	       strcmp(argv[1] + 2, global_options[GLOBAL_COMPLETE].name) == 0;
}

static int complete(struct cli *cli, int n, char **words)
{
	const struct complete_tables tables = {
	    .commands = commands,
	    .n_commands = ARRAY_SIZE(commands),
	    .globals = global_options,
	    .n_globals = GLOBAL_N,
	    .known = &cli->known,
	};

	complete_line(stdout, &tables, words, (size_t)n);
	return CLI_FINE;
}

static void apply_globals(struct cli *cli, const struct line *line)
{
	cli->config_path = line->values[GLOBAL_CONFIG];
	cli->state_dir = line->values[GLOBAL_STATE];
	cli->json = line->values[GLOBAL_JSON] != NULL;
	if (line->values[GLOBAL_VERBOSE])
		cli->verbosity = 1;
	if (line->values[GLOBAL_QUIET])
		cli->verbosity = -1;
	logger_init(&cli->logger, STDERR_FILENO, cli->verbosity);
}

static int run_command(struct cli *cli, const struct line *line)
{
	int r = check_words(cli, line);

	if (r != CLI_FINE)
		return r;
	if (cli->json && (line->command->flags & CLI_NO_JSON))
		cli_warn(cli, "%s has no answer in JSON", line->command->name);
	if (cli->state_dir && cli->state_dir[0] == '\0')
		return usage_error(cli, line->command, "--state needs the name of a folder");
	return line->command->exec(cli, &line->args);
}

static int run(struct cli *cli, struct line *line, int argc, char **argv)
{
	int r;

	if (is_complete(argc, argv))
		return complete(cli, argc - 2, argv + 2);
	r = parse_line(cli, line, argc, argv);
	if (r != CLI_FINE)
		return r;
	apply_globals(cli, line);
	if (line->values[GLOBAL_HELP]) {
		if (line->command)
			print_command_help(line->command);
		else
			print_help();
		return CLI_FINE;
	}
	if (line->values[GLOBAL_VERSION]) {
		puts(PACKAGE_NAME " " PACKAGE_VERSION);
		return CLI_FINE;
	}
	if (line->values[GLOBAL_EXAMPLE_CONFIG]) {
		report_config_example(stdout);
		return CLI_FINE;
	}
	if (line->values[GLOBAL_CHECK_CONFIG])
		return check_config(cli);
	if (!line->command)
		return usage_error(cli, NULL, "no command");
	return run_command(cli, line);
}

/* An answer that did not arrive (a full disk behind >) must not look like one that did. */
static int flush_output(struct cli *cli, int status)
{
	if ((fflush(stdout) != 0 || ferror(stdout)) && status == CLI_FINE)
		return cli_fail(cli, CLI_NOT_FINE, "standard output: %s", strerror(errno));
	return status;
}

/* fail2ban must not see a failure, also of a call that could not be understood. */
static bool never_fails(const struct line *line, int argc, char **argv)
{
	if (line->command)
		return line->command->flags & CLI_NEVER_FAILS;
	for (int i = 1; i < argc; i++) {
		const struct cli_command *command = find_command(argv[i]);

		if (command)
			return command->flags & CLI_NEVER_FAILS;
	}
	return false;
}

int main(int argc, char **argv)
{
	const char *names[CHECKS_N]; /* which the configuration may name */
	struct cli cli = {
	    .now_us = clock_now_us(), .zone = clock_local_zone(), .known = {names, CHECKS_N}};
	struct line line = {0};
	int status;

	checks_names(names);
	setlocale(LC_CTYPE, "C.UTF-8");
	logger_init(&cli.logger, STDERR_FILENO, 0);
	status = flush_output(&cli, run(&cli, &line, argc, argv));
	logger_flush(&cli.logger);
	config_deinit(&cli.config);
	free(cli.store_dir);
	return !cli.may_fail && never_fails(&line, argc, argv) ? CLI_FINE : status;
}
