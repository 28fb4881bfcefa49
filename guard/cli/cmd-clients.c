// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "guard/base/lines.h"
#include "guard/system/kernel/gateways.h"
#include "guard/watch/logins.h"
#include "guard/report/report-clients.h"

enum { CLIENTS_NOTE };

static const struct cli_option command_options[] = {
    [CLIENTS_NOTE] = {"note", 'N', "TEXT", "with add: whose range it is"},
};

#define NOTE_MAX 256

static void close_fd(const int *fd)
{
	if (*fd > STDIN_FILENO)
		close(*fd);
}

/* --- list -------------------------------------------------------------------------------- */

static int list(struct cli *cli)
{
	struct clientranges_options options = {.config = &cli->config, .now_us = cli->now_us};
	_cleanup_clientranges_ struct clientranges ranges = CLIENTRANGES_NULL;
	_cleanup_store_ struct store *store = NULL;
	struct report report;
	int r = cli_open_store(cli, &store, (struct cli_store_need){.absent = true});

	if (r != CLI_FINE)
		return r;
	options.store = store;
	if (clientranges_wait(&ranges, &options, NULL) < 0)
		return cli_fail(cli, CLI_NOT_FINE, "out of memory");
	for (size_t i = 0; i < ranges.troubles.n; i++)
		cli_warn(cli, "some client ranges could not be read: %s",
		         ranges.troubles.strings[i]);
	cli_report(cli, &report);
	if (report_clients(&report, &ranges, cli->now_us) < 0)
		return cli_fail(cli, CLI_NOT_FINE, "out of memory");
	return CLI_FINE;
}

/* --- add and remove ---------------------------------------------------------------------- */

static bool parse_range(struct cli *cli, const char *word, struct cidr *range,
                        char out[CIDR_TEXT_LENGTH])
{
	if (!cli_parse_cidr(cli, word, range))
		return false;
	cidr_format(range, out);
	return true;
}

/* With host bits, or mapped into IPv6, it is another text than what is kept. */
static void tell_spelling(struct cli *cli, const char *word, const char *text)
{
	struct cidr kept, written;

	if (strcmp(word, text) == 0 ||
	    cidr_parse(&written, word, CIDR_NETMASK | CIDR_KEEP_HOST_BITS, NULL) != 0 ||
	    cidr_parse(&kept, text, 0, NULL) != 0)
		return;
	if (cidr_cmp(&written, &kept) != 0 ||
	    (strchr(word, ':') != NULL) != (kept.family == CIDR_IPV6))
		cli_note(cli, "%.100s is kept as %s", word, text);
}

struct known {
	const struct cidr *range;
	char text[CIDR_TEXT_LENGTH]; /* of a range that has all of it; "": none */
	bool same, by_hand;
};

static int note_known(const struct store_client_range *row, void *userdata)
{
	struct known *known = userdata;
	struct cidr range;

	if (cidr_parse(&range, row->cidr, 0, NULL) != 0 || !cidr_contains(&range, known->range))
		return 0;
	known->same = cidr_cmp(&range, known->range) == 0;
	known->by_hand = strcmp(row->source, "hand") == 0;
	cidr_format(&range, known->text);
	return 0;
}

/* Added all the same: what has it now may go, or has another note. */
static void tell_known(struct cli *cli, struct store *store, const struct cidr *range,
                       const char *text, const char *note)
{
	struct known known = {.range = range};

	if (store_client_range_list(store, note_known, &known, NULL) != 0 || !known.text[0])
		return;
	if (!known.same)
		cli_note(cli, "%s is a part of %s, which is there already", text, known.text);
	else if (known.by_hand)
		cli_note(cli, "%s was added before%s", text, note ? "; its note is replaced" : "");
}

static int add(struct cli *cli, const char *word, const char *note)
{
	_cleanup_store_ struct store *store = NULL;
	char text[CIDR_TEXT_LENGTH];
	struct cidr cidr;
	struct store_client_range range = {
	    .cidr = text, .note = note, .source = "hand", .last_seen_us = cli->now_us};
	struct err err = ERR_NULL;
	struct report report;
	int r;

	if (note && strlen(note) > NOTE_MAX)
		return cli_fail(cli, CLI_USAGE, "--note: longer than %d bytes", NOTE_MAX);
	if (!parse_range(cli, word, &cidr, text))
		return CLI_USAGE;
	if (coverage_check_range(&cidr, &err) != 0)
		return cli_fail(cli, CLI_USAGE, "%s", err.text);
	r = cli_open_store(cli, &store, (struct cli_store_need){.write = true});
	if (r != CLI_FINE)
		return r;
	tell_spelling(cli, word, text);
	tell_known(cli, store, &cidr, text, note);
	r = store_client_range_put(store, &range, &err);
	if (r != 0)
		return cli_store_failed(cli, r, &err);
	cli_report(cli, &report);
	if (report_client_changed(&report, "added", text, note) < 0)
		return cli_fail(cli, CLI_NOT_FINE, "out of memory");
	return CLI_FINE;
}

static int take_away(struct cli *cli, const char *word)
{
	_cleanup_store_ struct store *store = NULL;
	char text[CIDR_TEXT_LENGTH];
	struct err err = ERR_NULL;
	struct report report;
	struct cidr cidr;
	int r;

	if (!parse_range(cli, word, &cidr, text))
		return CLI_USAGE;
	r = cli_open_store(cli, &store, (struct cli_store_need){.write = true});
	if (r != CLI_FINE)
		return r;
	r = store_client_range_remove(store, text, &err);
	if (r == STORE_E_NOT_FOUND)
		return cli_fail(cli, CLI_NOT_FINE,
		                "%s was neither added nor learned; `reload-guard clients list` "
		                "shows where each range comes from",
		                text);
	if (r != 0)
		return cli_store_failed(cli, r, &err);
	cli_report(cli, &report);
	if (report_client_changed(&report, "removed", text, NULL) < 0)
		return cli_fail(cli, CLI_NOT_FINE, "out of memory");
	return CLI_FINE;
}

/* --- learn ------------------------------------------------------------------------------- */

struct reading {
	struct logins logins;
	struct lines lines;
	struct journal journal;
	uint64_t n_long; /* of lines, as far as the journal knows */
	struct rangeset nobodys;
	int64_t now_us;
	int result;
};

static void take_line(const char *line, size_t length, void *userdata)
{
	struct reading *reading = userdata;

	if (reading->n_long != reading->lines.n_long)
		journal_passed_over(&reading->journal);
	reading->n_long = reading->lines.n_long;
	if (reading->result == 0)
		reading->result =
		    logins_line(&reading->logins, &reading->journal, line, length, reading->now_us);
}

static int read_all(struct reading *reading, int fd)
{
	char *buffer = malloc(1 << 16);
	ssize_t n = 0;

	if (!buffer)
		return -ENOMEM;
	while (reading->result == 0) {
		n = read(fd, buffer, 1 << 16);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		lines_feed(&reading->lines, buffer, (size_t)n, take_line, reading);
	}
	if (n < 0)
		reading->result = -errno;
	/* the end of a file ends its last line, too */
	if (n == 0 && reading->lines.pending > 0)
		lines_feed(&reading->lines, "\n", 1, take_line, reading);
	free(buffer);
	return reading->result;
}

static int put(struct cli *cli, struct logins *logins)
{
	_cleanup_store_ struct store *store = NULL;
	struct err err = ERR_NULL;
	int r = cli_open_store(cli, &store, (struct cli_store_need){.write = true});

	if (r != CLI_FINE)
		return r;
	r = store_begin(store, &err);
	if (r == 0)
		r = logins_put(logins, store, &err);
	if (r == 0)
		r = store_commit(store, &err);
	return r == 0 ? CLI_FINE : cli_store_failed(cli, r, &err);
}

static int learn(struct cli *cli, const char *file)
{
	bool from_stdin = !file || strcmp(file, "-") == 0;
	_cleanup_(close_fd) int fd =
	    from_stdin ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct reading *reading;
	struct err err = ERR_NULL;
	struct report report;
	int r;

	if (fd < 0)
		return cli_fail(cli, CLI_USAGE, "%s: %s", file, strerror(errno));
	reading = calloc(1, sizeof(*reading));
	if (!reading)
		return cli_fail(cli, CLI_NOT_FINE, "out of memory");
	reading->logins.zone = cli->zone;
	if (gateways_find(&reading->nobodys, &err) != 0)
		cli_warn(cli, "%s: a login from one of its gateways is learned, too", err.text);
	reading->logins.nobodys = &reading->nobodys;
	reading->now_us = cli->now_us;
	r = read_all(reading, fd);
	if (r < 0)
		r = cli_fail(cli, CLI_USAGE, "%s: %s", from_stdin ? "standard input" : file,
		             strerror(-r));
	else
		r = put(cli, &reading->logins);
	if (r == CLI_FINE && reading->logins.n_lines > 0 && reading->logins.n_known == 0)
		cli_warn(
		    cli,
		    "%s: no line was read as one of Dovecot or of Postfix's smtpd; is it a log of "
		    "theirs, and in which form?",
		    from_stdin ? "standard input" : file);
	if (r == CLI_FINE && reading->logins.n_nowhere > 0 && reading->logins.n_placed == 0)
		cli_warn(cli,
		         "%s: no login says from where; Dovecot writes rip= when "
		         "login_log_format_elements has it",
		         from_stdin ? "standard input" : file);
	cli_report(cli, &report);
	if (r == CLI_FINE && report_clients_learned(&report, &reading->logins) < 0)
		r = cli_fail(cli, CLI_NOT_FINE, "out of memory");
	logins_deinit(&reading->logins);
	rangeset_deinit(&reading->nobodys);
	free(reading);
	return r;
}

/* --- the command ------------------------------------------------------------------------- */

static int exec(struct cli *cli, const struct cli_args *args)
{
	const char *what = args->n_words > 0 ? args->words[0] : "list",
	           *word = args->n_words > 1 ? args->words[1] : NULL;
	const char *note = args->values[CLIENTS_NOTE];
	bool adds = strcmp(what, "add") == 0, removes = strcmp(what, "remove") == 0;
	int r;

	if (note && !adds)
		return cli_fail(cli, CLI_USAGE, "--note goes with add");
	if (!word && (adds || removes))
		return cli_fail(cli, CLI_USAGE, "clients %s needs an address or a prefix", what);
	r = cli_load_config(cli);
	if (r != CLI_FINE)
		return r;
	if (adds)
		return add(cli, word, note);
	if (removes)
		return take_away(cli, word);
	if (strcmp(what, "learn") == 0)
		return learn(cli, word);
	if (strcmp(what, "list") == 0 && !word)
		return list(cli);
	return cli_fail(cli, CLI_USAGE,
	                "clients: unknown word \"%.100s\"; known are list, add CIDR, remove CIDR "
	                "and learn [FILE|-]",
	                strcmp(what, "list") == 0 ? word : what);
}

const struct cli_command cmd_clients = {
    .name = "clients",
    .words = "[list]|add CIDR|remove CIDR|learn [FILE|-]",
    .summary = "the ranges that legitimate clients come from",
    .help =
        "  list         show all ranges and where each comes from: the configuration, a file,\n"
        "               added by hand, fail2ban's ignoreip, or learned from logins (default)\n"
        "  add CIDR     add a range; it stays until it is removed\n"
        "  remove CIDR  remove a range that was added or learned; the next login may teach it\n"
        "               again\n"
        "  learn [FILE] learn the addresses of successful logins from a log of Dovecot or\n"
        "               Postfix, or from what journalctl prints; without FILE, or with -, from\n"
        "               standard input. Of an IPv6 address the /64 is kept, of users nothing.\n",
    .examples = "  reload-guard clients add 192.0.2.0/24 --note 'the office'\n"
                "  reload-guard clients learn /var/log/mail.log.1\n"
                "  journalctl -u dovecot --since -30d | reload-guard clients learn\n"
                "  reload-guard --json clients list | jq '.clients[].range'\n",
    .statuses = "  0  done\n"
                "  1  remove: no such range was added or learned\n"
                "  2  usage or configuration, or the file cannot be read\n"
                "  4  the store cannot be used\n",
    .max_words = 2,
    CLI_OPTIONS(command_options),
    .exec = exec,
};
