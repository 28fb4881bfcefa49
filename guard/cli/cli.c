// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/cli/cli.h"

#include <errno.h>
#include <libgen.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "guard/base/text.h"
#include "guard/system/store/spool.h"

/* --- words to standard error ------------------------------------------------------------- */

/** cli_fail() - say why, and hand the exit status through */
int cli_fail(struct cli *cli, int status, const char *format, ...)
{
	char text[LOGGER_LINE_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	logger_write(&cli->logger, LOGGER_ERROR, "%s", text);
	return status;
}

/** cli_warn() - what the person should know, though it goes on */
void cli_warn(struct cli *cli, const char *format, ...)
{
	char text[LOGGER_LINE_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	logger_write(&cli->logger, LOGGER_WARNING, "%s", text);
}

/** cli_note() - what is good to know; not with --quiet */
void cli_note(struct cli *cli, const char *format, ...)
{
	char text[LOGGER_LINE_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	logger_write(&cli->logger, LOGGER_NOTICE, "%s", text);
}

/* Colours are for people: on a terminal that can show them, and not against their will. */
static bool wants_color(FILE *out)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	return !(no_color && no_color[0]) && term && strcmp(term, "dumb") != 0 &&
	       fileno(out) >= 0 && isatty(fileno(out)) == 1;
}

/* As COLUMNS says, else as wide as the terminal is, else as one was for decades; 0: no end. */
static size_t wants_columns(const struct cli *cli, FILE *out)
{
	const char *asked = getenv("COLUMNS");
	struct winsize size;
	unsigned long columns;

	if (cli->wide)
		return 0;
	if (asked && parse_uint(asked, 100000, &columns) && columns > 0)
		return columns;
	if (fileno(out) >= 0 && ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	return 80;
}

/** cli_log() - the way to standard error; what is no terminal gets whole lines, as a log does */
void cli_log(struct cli *cli)
{
	logger_init(&cli->logger, STDERR_FILENO, cli->verbosity);
	if (isatty(STDERR_FILENO))
		cli->logger.columns = wants_columns(cli, stderr);
}

/** cli_report() - the way to standard output that the options ask for */
void cli_report(const struct cli *cli, struct report *report)
{
	FILE *out = cli->out ? cli->out : stdout;

	report_init(report, out, cli->json, cli->zone);
	report->color = !cli->json && wants_color(out);
	report->quiet = cli->verbosity < 0;
	report->columns = wants_columns(cli, out);
}

/* --- commands ---------------------------------------------------------------------------- */

/** cli_find_command() - by its name; NULL: there is none */
const struct cli_command *cli_find_command(const struct cli *cli, const char *name)
{
	for (size_t i = 0; i < cli->tables->n_commands; i++)
		if (strcmp(cli->tables->commands[i]->name, name) == 0)
			return cli->tables->commands[i];
	return NULL;
}

static bool is_global(const struct cli *cli, const char *word)
{
	bool found = false;

	for (size_t i = 0; i < cli->tables->n_globals; i++)
		found |= strcmp(cli->tables->globals[i].name, word) == 0;
	return found;
}

/** cli_unknown_command() - say so, with the name that may have been meant; Return: @out */
const char *cli_unknown_command(const struct cli *cli, const char *word, char *out, size_t size)
{
	_cleanup_free_ const char **names = calloc(cli->tables->n_commands, sizeof(*names));
	const char *nearest = NULL;

	for (size_t i = 0; names && i < cli->tables->n_commands; i++)
		names[i] = cli->tables->commands[i]->name;
	if (names)
		nearest = text_nearest(word, names, cli->tables->n_commands);
	if (is_global(cli, word))
		snprintf(out, size, "unknown command \"%s\"; did you mean --%s?", word, word);
	else
		snprintf(out, size, "unknown command \"%.100s\"%s%s%s", word,
		         nearest ? "; did you mean \"" : "", nearest ? nearest : "",
		         nearest ? "\"?" : "");
	return out;
}

/* --- values ------------------------------------------------------------------------------ */

static char *state_folder(const char *state_dir, const char *store_path)
{
	_cleanup_free_ char *copy = NULL;

	if (state_dir || !store_path)
		return strdup(state_dir ? state_dir : CONFIG_DEFAULT_STATE_DIR);
	copy = strdup(store_path);
	return copy ? strdup(dirname(copy)) : NULL;
}

/**
 * cli_read_config() - read the configuration, and from it where the state is
 * @mistakes: NULL: one is a failure; else as for config_load_anyway()
 *
 * Return: 0, or what config_load() says, not told yet.
 */
int cli_read_config(struct cli *cli, struct strv *mistakes, struct err *err)
{
	const char *path = cli->config_path ? cli->config_path : CONFIG_DEFAULT_PATH;
	_cleanup_config_ struct config config = CONFIG_NULL;
	char *folder, *spool = NULL;
	bool required = cli->config_path != NULL;
	int r = config_load_anyway(&config, path, required, &cli->known, mistakes, err);

	if (r != 0)
		return r;
	folder = state_folder(cli->state_dir, config.store_path);
	if (!folder)
		return -ENOMEM;
	r = xasprintf(&spool, "%s/" SPOOL_DIR,
	              cli->state_dir ? cli->state_dir : CONFIG_DEFAULT_STATE_DIR);
	if (r < 0) {
		free(folder);
		return r;
	}
	free(cli->store_dir);
	free(cli->spool_dir);
	cli->store_dir = folder;
	cli->spool_dir = spool;
	config_deinit(&cli->config);
	cli->config = config;
	config = CONFIG_NULL;
	return 0;
}

/** cli_load_config() - the same; Return: CLI_FINE or CLI_USAGE, with the reason told */
int cli_load_config(struct cli *cli)
{
	struct err err = ERR_NULL;
	int r = cli_read_config(cli, NULL, &err);

	return r == 0 ? CLI_FINE : cli_fail(cli, CLI_USAGE, "%s", err_text(&err, r));
}

/** cli_load_config_anyway() - for commands that bring mail back: a mistake is told, and left out */
int cli_load_config_anyway(struct cli *cli)
{
	_cleanup_strv_ struct strv mistakes = STRV_NULL;
	struct err err = ERR_NULL;
	int r = cli_read_config(cli, &mistakes, &err);

	for (size_t i = 0; i < mistakes.n; i++)
		cli_warn(cli, "%s; left out", mistakes.strings[i]);
	return r == 0 ? CLI_FINE : cli_fail(cli, CLI_USAGE, "%s", err_text(&err, r));
}

/** cli_parse_time() - the value of --since and --until; false: it is none, and that was said */
bool cli_parse_time(struct cli *cli, const char *option, const char *text, bool end_of_day,
                    int64_t *out_us)
{
	struct err err = ERR_NULL;

	if (timespec_parse(out_us, text, cli->now_us, cli->zone, end_of_day, &err) == 0)
		return true;
	cli_fail(cli, CLI_USAGE, "--%s: %s", option, err.text);
	return false;
}

/**
 * cli_parse_period() - the values of --since and --until, where they were given
 * @until_us: the end, which does not belong to it: what happened at UNTIL itself does
 *
 * Return: false: they are none, and that was said.
 */
bool cli_parse_period(struct cli *cli, const char *since, const char *until, int64_t *since_us,
                      int64_t *until_us)
{
	if (since && !cli_parse_time(cli, "since", since, false, since_us))
		return false;
	if (until && !cli_parse_time(cli, "until", until, true, until_us))
		return false;
	*until_us += until != NULL;
	if (!since || !until || *since_us < *until_us)
		return true;
	cli_fail(cli, CLI_USAGE, "--since is later than --until");
	return false;
}

/** cli_parse_count() - a number from 1 to @max; false: it is none, and that was said */
bool cli_parse_count(struct cli *cli, const char *option, const char *text, unsigned long max,
                     size_t *out)
{
	unsigned long number;

	if (parse_uint(text, max, &number) && number > 0) {
		*out = number;
		return true;
	}
	cli_fail(cli, CLI_USAGE, "--%s: \"%.100s\" is not a number from 1 to %lu", option, text,
	         max);
	return false;
}

/**
 * cli_look_up() - the addresses of a host
 * @out:    the caller calls freeaddrinfo(); at least one, when this is fine
 * @status: what a host that is not found comes to
 *
 * Return: CLI_FINE, or @status, and that was said.
 */
int cli_look_up(struct cli *cli, struct addrinfo **out, const char *host, int status)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
	int r = getaddrinfo(host, NULL, &hints, out);

	return r == 0 ? CLI_FINE
	              : cli_fail(cli, status, "%s: %s; give an address such as 192.0.2.7", host,
	                         gai_strerror(r));
}

/** cli_parse_cidr() - an address or a range; false: it is none, and that was said */
bool cli_parse_cidr(struct cli *cli, const char *text, struct cidr *out)
{
	if (cidr_parse(out, text, CIDR_NETMASK, NULL) == 0)
		return true;
	cli_fail(cli, CLI_USAGE,
	         "\"%.100s\" is neither an address nor a prefix; give one such as 192.0.2.7 or "
	         "192.0.2.0/24",
	         text);
	return false;
}

/** cli_parse_id() - the number of a snapshot; false: it is none, and that was said */
bool cli_parse_id(struct cli *cli, const char *text, int64_t *out)
{
	if (parse_int64(text, out) && *out > 0)
		return true;
	cli_fail(cli, CLI_USAGE,
	         "\"%.100s\" is not the number of a snapshot; see: reload-guard snapshot list",
	         text);
	return false;
}
