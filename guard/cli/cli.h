/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cli - what the commands have in common
 *
 * A command owns its entry in its own file: name, words, options, help, exec, which
 * gets the options parsed. A command writes its answer to standard output and what
 * went wrong to standard error, and returns an exit status; only main() exits.
 */
#ifndef GUARD_CLI_CLI_H
#define GUARD_CLI_CLI_H

#include <netdb.h>
#include <stdio.h>

#include "guard/audit/status.h"
#include "guard/base/text.h"
#include "guard/base/timespec.h"
#include "guard/system/host/config.h"
#include "guard/system/firewalld/firewalld-session.h"
#include "guard/system/host/logger.h"
#include "guard/system/store/store.h"
#include "guard/report/report.h"

enum cli_status {
	CLI_FINE = 0,
	CLI_NOT_FINE = 1, /* the answer is "not fine" */
	CLI_USAGE = 2,    /* usage or configuration */
	CLI_NO_FIREWALLD = 3,
	CLI_NO_STORE = 4,
};

/* Goes on from what is refused to others. */
#define CLI_AS_ROOT "; run it as root"

#define CLI_N_OPTIONS_MAX 16
#define CLI_N_GIVEN_MAX   64

struct cli_tables;

struct cli {
	const struct cli_tables *tables; /* borrowed */
	const char *config_path;         /* borrowed; NULL: the default, which may be missing */
	const char *state_dir; /* borrowed; NULL: by the configuration, else the default */
	bool json;
	FILE *out;     /* borrowed; where answers go; NULL: standard output */
	int verbosity; /* below 0: quiet */
	bool wide;     /* whole lines and all columns, whatever the terminal shows */
	bool may_fail; /* its status counts, also with CLI_NEVER_FAILS: a person asks, not fail2ban
	                */
	int64_t now_us;
	int64_t deadline_ms; /* clock_monotonic_ms(): until then whoever does not answer is waited
	                        for */
	const struct timespec_zone *zone;
	struct logger logger;      /* for errors and warnings, to standard error */
	struct config_known known; /* borrowed words that the configuration may hold */
	struct config config;      /* owned; after cli_load_config() */
	char *store_dir;           /* owned; after cli_load_config() */
	char *spool_dir;           /* owned; the same */
};

/* An option of a command; flags have no argument. */
struct cli_option {
	const char *name;
	char letter;          /* 0: none */
	const char *argument; /* NULL: a flag */
	const char *help;
};

/* An option as it was given; for those that may be given more than once. */
struct cli_given {
	int option; /* its place in the command's options */
	const char *value;
};

struct cli_args {
	struct cli_given given[CLI_N_GIVEN_MAX]; /* in the order of the command line */
	size_t n_given;
	const char *values[CLI_N_OPTIONS_MAX]; /* by place in the command's options; "" for flags */
	char *const *words;                    /* what is no option */
	size_t n_words;
};

enum {
	/* fail2ban calls it: whatever happens, the exit status is 0. */
	CLI_NEVER_FAILS = 1 << 0,
	/* Has no answer that could be JSON. */
	CLI_NO_JSON = 1 << 1,
};

struct cli_command {
	const char *name;
	const char *words;   /* as in the usage; "" for none */
	const char *summary; /* one line */
	const char *help;    /* what it does, in full */
	const char *examples;
	const char *statuses; /* the exit statuses that it has, in words */
	const struct cli_option *options;
	size_t n_options;
	size_t min_words, max_words;
	unsigned flags;
	int (*exec)(struct cli *cli, const struct cli_args *args);
};

/* All commands, and the options that each has besides its own. */
struct cli_tables {
	const struct cli_command *const *commands;
	size_t n_commands;
	const struct cli_option *globals;
	size_t n_globals;
};

/* Of a command; no more than there are places for (cli_args). */
#define CLI_OPTIONS(table)                                                                         \
	.options = table,                                                                          \
	.n_options = ARRAY_SIZE(table) +                                                           \
	             0 * sizeof(struct {                                                           \
		             _Static_assert(ARRAY_SIZE(table) <= CLI_N_OPTIONS_MAX, "too many");   \
		             int unused;                                                           \
	             })

/* All of them, in the order of the help; cmd_NAME stands in cmd-NAME.c. */
#define CLI_COMMANDS(X)                                                                            \
	X(setup)                                                                                   \
	X(watch)                                                                                   \
	X(status)                                                                                  \
	X(check)                                                                                   \
	X(restore)                                                                                 \
	X(persist)                                                                                 \
	X(release)                                                                                 \
	X(trust)                                                                                   \
	X(snapshot)                                                                                \
	X(history)                                                                                 \
	X(bans)                                                                                    \
	X(conflicts)                                                                               \
	X(clients)                                                                                 \
	X(probe)                                                                                   \
	X(explain)                                                                                 \
	X(metrics)                                                                                 \
	X(export)                                                                                  \
	X(after_boot)                                                                              \
	X(report)                                                                                  \
	X(hook)                                                                                    \
	X(help)                                                                                    \
	X(version)

#define CLI_DECLARE(name) extern const struct cli_command cmd_##name;
CLI_COMMANDS(CLI_DECLARE)

/* --- for the commands (cli.c) ------------------------------------------------------------ */

void cli_log(struct cli *cli);
int cli_fail(struct cli *cli, int status, const char *format, ...) _printf_(3, 4);
void cli_warn(struct cli *cli, const char *format, ...) _printf_(2, 3);
void cli_note(struct cli *cli, const char *format, ...) _printf_(2, 3);

void cli_report(const struct cli *cli, struct report *report);

const struct cli_command *cli_find_command(const struct cli *cli, const char *name);
const char *cli_unknown_command(const struct cli *cli, const char *word, char *out, size_t size);

int cli_read_config(struct cli *cli, struct strv *mistakes, struct err *err) _must_check_;
int cli_load_config_anyway(struct cli *cli) _must_check_;
int cli_load_config(struct cli *cli) _must_check_;
bool cli_parse_time(struct cli *cli, const char *option, const char *text, bool end_of_day,
                    int64_t *out_us) _must_check_;
bool cli_parse_period(struct cli *cli, const char *since, const char *until, int64_t *since_us,
                      int64_t *until_us) _must_check_;
bool cli_parse_count(struct cli *cli, const char *option, const char *text, unsigned long max,
                     size_t *out) _must_check_;
int cli_look_up(struct cli *cli, struct addrinfo **out, const char *host, int status) _must_check_;
bool cli_parse_cidr(struct cli *cli, const char *text, struct cidr *out) _must_check_;
bool cli_parse_id(struct cli *cli, const char *text, int64_t *out) _must_check_;

/* --- what a command opens (cli-open.c) ---------------------------------------------------- */

/* Who asks how things stand waits so long for a firewalld that answers nothing at all. */
#define CLI_SILENCE_MS 3000
/* And so long for all of them together: in an emergency there is an answer within 5 s. */
#define CLI_PATIENCE_MS 4000

struct cli_store_need {
	bool write; /* opened for writing, and made, but in a folder of --state that is not there */
	bool absent; /* it may be absent: *out is NULL then, and the status is fine */
};
int cli_open_store(struct cli *cli, struct store **out, struct cli_store_need need) _must_check_;
int cli_store_failed(struct cli *cli, int r, const struct err *err);

int cli_picture(struct cli *cli, struct picture *out, unsigned parts,
                struct firewalld_session *session) _must_check_;
int cli_reached(struct cli *cli, const struct picture *picture, unsigned part) _must_check_;
int cli_status(struct cli *cli, struct picture *picture, struct status *status,
               const bool selected[CHECKS_N]) _must_check_;

void cli_firewalld_wait(struct cli *cli, struct firewalld_session *out, bool gives_up);
int cli_firewalld_open(struct cli *cli, struct firewalld_session *out) _must_check_;
int cli_firewalld_failed(struct cli *cli, int r, const struct err *err);
int cli_firewalld_read(struct cli *cli, struct firewalld_session *session,
                       struct firewalld_reading *out) _must_check_;

/* --- the hook's switches (hook-switch.c) ------------------------------------------------- */

bool cli_hook_is_switch(const char *word);
int cli_hook_switch(struct cli *cli, const char *word, const char *folder) _must_check_;

#endif
