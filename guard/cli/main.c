// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <string.h>
#include <unistd.h>

#include "guard/cli/cli.h"
#include "guard/cli/complete.h"
#include "guard/cli/help.h"
#include "guard/base/text.h"
#include "guard/audit/checks.h"
#include "guard/system/host/clock.h"

/* --- the commands ------------------------------------------------------------------------ */

#define POINTER(name) &cmd_##name,
static const struct cli_command *const commands[] = {CLI_COMMANDS(POINTER)};

/* --- the options that every command has -------------------------------------------------- */

enum global {
	GLOBAL_CONFIG,
	GLOBAL_STATE,
	GLOBAL_JSON,
	GLOBAL_QUIET,
	GLOBAL_VERBOSE,
	GLOBAL_WIDE,
	GLOBAL_CHECK_CONFIG,
	GLOBAL_HELP,
	GLOBAL_VERSION,
	GLOBAL_EXAMPLE_CONFIG,
	GLOBAL_COMPLETE,
	GLOBAL_N,
};

static const struct cli_option global_options[GLOBAL_N] = {
    [GLOBAL_CONFIG] = {"config", 'c', "FILE",
                       "configuration file (default " CONFIG_DEFAULT_PATH ")"},
    [GLOBAL_STATE] = {"state", 0, "DIR", "state directory (default " CONFIG_DEFAULT_STATE_DIR ")"},
    [GLOBAL_JSON] = {"json", 0, NULL, "print one JSON document"},
    [GLOBAL_QUIET] = {"quiet", 'q', NULL, "print warnings and errors only"},
    [GLOBAL_VERBOSE] = {"verbose", 'v', NULL, "tell more, in full width"},
    [GLOBAL_WIDE] = {"wide", 0, NULL, "do not fit the terminal: whole lines, all columns"},
    [GLOBAL_CHECK_CONFIG] = {"check-config", 0, NULL,
                             "check the configuration and print all its values"},
    [GLOBAL_HELP] = {"help", 'h', NULL, "print help; after a command, its help"},
    [GLOBAL_VERSION] = {"version", 'V', NULL, "print the version"},
    /* Without a word in the help: for the build, and for the shell. */
    [GLOBAL_EXAMPLE_CONFIG] = {"example-config", 0, NULL, NULL},
    [GLOBAL_COMPLETE] = {"complete", 0, NULL, NULL},
};

static const struct cli_tables tables = {commands, ARRAY_SIZE(commands), global_options, GLOBAL_N};

/* What the command line came to. */
struct line {
	const char *values[GLOBAL_N];
	const struct cli_command *command; /* NULL: none was named */
	struct cli_args args;
};

/* --- the command line -------------------------------------------------------------------- */

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

static void add_options(struct getopt_tables *getopts, const struct cli_option *options, size_t n,
                        int value)
{
	for (size_t i = 0; i < n; i++) {
		getopts->longs[getopts->n_longs++] = (struct option){
		    .name = options[i].name,
		    .has_arg = options[i].argument ? required_argument : no_argument,
		    .val = value + (int)i,
		};
		if (!options[i].letter)
			continue;
		getopts->shorts[getopts->n_shorts++] = options[i].letter;
		if (options[i].argument)
			getopts->shorts[getopts->n_shorts++] = ':';
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
	help_usage(stderr, command);
	fprintf(stderr, "Try: reload-guard %s%s--help\n", command ? command->name : "",
	        command ? " " : "");
	return CLI_USAGE;
}

/*
 * @number: getopt's optopt: of a letter that is none the letter, of a flag that was
 * given a value the flag's number, of a long name that is none 0
 */
static int unknown_option(struct cli *cli, const struct cli_command *command, const char *word,
                          int number, const struct getopt_tables *getopts)
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
	for (size_t i = 0; i < getopts->n_longs; i++)
		names[i] = getopts->longs[i].name;
	nearest = text_nearest(bare, names, getopts->n_longs);
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
	struct getopt_tables getopts = {.shorts = {command ? ':' : '+', command ? '\0' : ':'},
	                                .n_shorts = command ? 1 : 2};
	int value;

	if (command)
		add_options(&getopts, command->options, command->n_options, VALUE_COMMAND);
	add_options(&getopts, global_options, GLOBAL_N, VALUE_GLOBAL);
	opterr = 0;
	optind = 0; /* glibc: begin anew */
	while ((value = getopt_long(argc, argv, getopts.shorts, getopts.longs, NULL)) != -1) {
		if (value == '?')
			return unknown_option(cli, command, argv[optind - 1], optopt, &getopts);
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

static int parse_line(struct cli *cli, struct line *line, int argc, char **argv)
{
	int used, r = parse_options(cli, line, NULL, argc, argv, &used);

	if (r != CLI_FINE || used >= argc)
		return r;
	line->command = cli_find_command(cli, argv[used]);
	if (!line->command) {
		char text[256];

		return usage_error(cli, NULL,
		                   cli_unknown_command(cli, argv[used], text, sizeof(text)));
	}
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
		snprintf(text, sizeof(text), "unexpected argument \"%.100s\" for %s",
		         line->args.words[command->max_words], command->name);
		return usage_error(cli, command, text);
	}
	if (line->args.n_words < command->min_words) {
		snprintf(text, sizeof(text), "%s needs an argument: %s", command->name,
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
	report.columns = 0; /* it may become a file */
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

static void apply_globals(struct cli *cli, const struct line *line)
{
	cli->config_path = line->values[GLOBAL_CONFIG];
	cli->state_dir = line->values[GLOBAL_STATE];
	cli->json = line->values[GLOBAL_JSON] != NULL;
	cli->wide = line->values[GLOBAL_WIDE] || line->values[GLOBAL_VERBOSE];
	if (line->values[GLOBAL_VERBOSE])
		cli->verbosity = 1;
	if (line->values[GLOBAL_QUIET])
		cli->verbosity = -1;
	cli_log(cli);
}

static int run_command(struct cli *cli, const struct line *line)
{
	int r = check_words(cli, line);

	if (r != CLI_FINE)
		return r;
	if (cli->json && (line->command->flags & CLI_NO_JSON))
		cli_warn(cli, "%s has no JSON output", line->command->name);
	if (cli->state_dir && cli->state_dir[0] == '\0')
		return usage_error(cli, line->command, "--state needs the name of a directory");
	return line->command->exec(cli, &line->args);
}

static int run(struct cli *cli, struct line *line, int argc, char **argv)
{
	int r;

	if (is_complete(argc, argv)) {
		complete_line(stdout, cli, argv + 2, (size_t)argc - 2);
		return CLI_FINE;
	}
	r = parse_line(cli, line, argc, argv);
	if (r != CLI_FINE)
		return r;
	apply_globals(cli, line);
	if (line->values[GLOBAL_HELP]) {
		help_print(stdout, cli->tables, line->command);
		return CLI_FINE;
	}
	if (line->values[GLOBAL_VERSION])
		return cmd_version.exec(cli, &line->args);
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
static bool never_fails(const struct cli *cli, const struct line *line, int argc, char **argv)
{
	if (line->command)
		return line->command->flags & CLI_NEVER_FAILS;
	for (int i = 1; i < argc; i++) {
		const struct cli_command *command = cli_find_command(cli, argv[i]);

		if (command)
			return command->flags & CLI_NEVER_FAILS;
	}
	return false;
}

int main(int argc, char **argv)
{
	const char *names[CHECKS_N]; /* which the configuration may name */
	struct cli cli = {.tables = &tables,
	                  .now_us = clock_now_us(),
	                  .deadline_ms = clock_monotonic_ms() + CLI_PATIENCE_MS,
	                  .zone = clock_local_zone(),
	                  .known = {names, CHECKS_N}};
	struct line line = {0};
	int status;

	checks_names(names);
	setlocale(LC_CTYPE, "C.UTF-8");
	cli_log(&cli);
	status = flush_output(&cli, run(&cli, &line, argc, argv));
	logger_flush(&cli.logger);
	config_deinit(&cli.config);
	free(cli.store_dir);
	free(cli.spool_dir);
	return !cli.may_fail && never_fails(&cli, &line, argc, argv) ? CLI_FINE : status;
}
