// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/ban/actionlog.h"

#include "guard/base/shell.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

enum {
	JAILS_MAX = 256, /* more than these nobody has; who forges lines gets no memory for them */
	ROWS_MAX = 512,
};

/* A piece of a line; nothing in it is terminated. */
struct piece {
	const char *text;
	size_t n;
};

static bool skip(struct piece *piece, const char *word)
{
	size_t n = strlen(word);

	if (piece->n < n || memcmp(piece->text, word, n) != 0)
		return false;
	piece->text += n;
	piece->n -= n;
	return true;
}

/* What stands before @word, which is passed over; false: it does not stand there. */
static bool until(struct piece *out, struct piece *piece, const char *word)
{
	const char *at = piece->n ? memmem(piece->text, piece->n, word, strlen(word)) : NULL;

	if (!at)
		return false;
	*out = (struct piece){.text = piece->text, .n = (size_t)(at - piece->text)};
	piece->text += out->n;
	piece->n -= out->n;
	return skip(piece, word);
}

static void skip_blanks(struct piece *piece)
{
	while (piece->n > 0 && piece->text[0] == ' ') {
		piece->text++;
		piece->n--;
	}
}

/* As much of it as there is room for; what is not text becomes a question mark. */
static void keep(char *out, size_t size, const struct piece *piece)
{
	size_t n = piece->n < size ? piece->n : size - 1;

	for (size_t i = 0; i < n; i++)
		out[i] = (char)(piece->text[i] == '\0' ? '?' : piece->text[i]);
	out[n] = '\0';
}

static bool is_digits(const struct piece *piece)
{
	for (size_t i = 0; i < piece->n; i++)
		if (!isdigit((unsigned char)piece->text[i]))
			return false;
	return piece->n > 0;
}

static bool is_time(const struct piece *piece)
{
	for (size_t i = 0; i < piece->n; i++)
		if (!memchr("0123456789-:,. ", piece->text[i], strlen("0123456789-:,. ")))
			return false;
	return piece->n > 0;
}

/*
 * "2026-11-28 21:40:18,943 fail2ban.utils          [115]: ERROR   ": what follows is left.
 * @part: receives "utils".
 */
static bool skip_head(struct piece *line, struct piece *part)
{
	struct piece rest = *line, word;

	if (!until(&word, &rest, " fail2ban.") || !is_time(&word) || !until(part, &rest, "["))
		return false;
	while (part->n > 0 && part->text[part->n - 1] == ' ')
		part->n--;
	if (!until(&word, &rest, "]: ") || !is_digits(&word) || !until(&word, &rest, " "))
		return false;
	skip_blanks(&rest);
	*line = rest;
	return true;
}

static bool is_part(const struct piece *part, const char *word)
{
	return part->n == strlen(word) && memcmp(part->text, word, part->n) == 0;
}

/* --- calls ------------------------------------------------------------------------------- */

static struct actionlog_call *find_call(struct actionlog *log, const char *id)
{
	for (size_t i = 0; i < ACTIONLOG_CALLS; i++)
		if (strcmp(log->calls[i].id, id) == 0)
			return &log->calls[i];
	return NULL;
}

static struct actionlog_call *begin_call(struct actionlog *log, const char *id)
{
	struct actionlog_call *known = find_call(log, id);
	size_t at = known ? (size_t)(known - log->calls) : ACTIONLOG_CALLS - 1;

	memmove(&log->calls[1], &log->calls[0], at * sizeof(log->calls[0]));
	log->calls[0] = (struct actionlog_call){0};
	snprintf(log->calls[0].id, sizeof(log->calls[0].id), "%s", id);
	return &log->calls[0];
}

/* "'ipset: no such set'": Python's quotes, and what it puts before a quote within. */
static void unquote(struct piece *piece)
{
	char quote = piece->n >= 2 ? piece->text[0] : '\0';

	if ((quote != '\'' && quote != '"') || piece->text[piece->n - 1] != quote)
		return;
	piece->text++;
	piece->n -= 2;
}

static void take_output(struct actionlog_call *call, struct piece *text)
{
	unquote(text);
	skip_blanks(text);
	if (!call->said[0] && text->n > 0)
		keep(call->said, sizeof(call->said), text);
}

/* "7ff551dee510 -- stderr: '/bin/sh: 1: ipset: not found'" */
static void take_call(struct actionlog *log, struct piece line)
{
	struct actionlog_call *call;
	struct piece number;
	char id[sizeof(log->calls[0].id)];

	if (!until(&number, &line, " -- ") || number.n == 0 || number.n >= sizeof(id))
		return;
	keep(id, sizeof(id), &number);
	if (skip(&line, "exec: ")) {
		call = begin_call(log, id);
		keep(call->command, sizeof(call->command), &line);
		log->in_command = true;
		return;
	}
	call = find_call(log, id);
	if (!call)
		return;
	if (skip(&line, "stderr: ") || skip(&line, "stdout: "))
		take_output(call, &line);
	else
		keep(call->ended, sizeof(call->ended), &line);
}

/* A command of several lines. */
static void go_on(struct actionlog *log, const struct piece *line)
{
	char *command = log->calls[0].command;
	size_t n = strlen(command);

	if (!log->in_command || n + 2 >= sizeof(log->calls[0].command))
		return;
	command[n] = '\n';
	keep(command + n + 1, sizeof(log->calls[0].command) - n - 1, line);
}

/* The latest with the address, and else the latest: calls of other jails may come between. */
static struct actionlog_call *call_for(struct actionlog *log, const char *address)
{
	for (size_t i = 0; i < ACTIONLOG_CALLS; i++)
		if (log->calls[i].id[0] && address[0] && strstr(log->calls[i].command, address))
			return &log->calls[i];
	return log->calls[0].id[0] ? &log->calls[0] : NULL;
}

/* --- jails and their actions ------------------------------------------------------------- */

static void forget_jail(struct actionlog *log, const char *jail)
{
	for (size_t i = 0; i < log->n; i++)
		if (!jail || strcmp(log->rows[i].jail, jail) == 0) {
			log->rows[i].n = 0;
			log->rows[i].start = false;
		}
}

static struct actionlog_jail *find_jail(struct actionlog *log, const char *name)
{
	for (size_t i = 0; i < log->n_jails; i++)
		if (strcmp(log->jails[i].name, name) == 0)
			return &log->jails[i];
	return NULL;
}

static int count_ban(struct actionlog *log, const char *name)
{
	struct actionlog_jail *jail = find_jail(log, name);

	if (!jail && log->n_jails < JAILS_MAX) {
		if (grow(&log->jails, &log->jails_capacity, log->n_jails + 1, sizeof(*jail)) < 0)
			return -ENOMEM;
		jail = &log->jails[log->n_jails++];
		*jail = (struct actionlog_jail){0};
		snprintf(jail->name, sizeof(jail->name), "%s", name);
	}
	if (jail)
		jail->n_bans++;
	return 0;
}

static int find_row(struct actionlog_row **out, struct actionlog *log, const char *jail,
                    const char *action)
{
	struct actionlog_row *row;

	*out = NULL;
	for (size_t i = 0; i < log->n; i++)
		if (strcmp(log->rows[i].jail, jail) == 0 &&
		    strcmp(log->rows[i].action, action) == 0) {
			*out = &log->rows[i];
			return 0;
		}
	if (log->n == ROWS_MAX)
		return 0;
	if (grow(&log->rows, &log->capacity, log->n + 1, sizeof(*row)) < 0)
		return -ENOMEM;
	row = *out = &log->rows[log->n++];
	*row = (struct actionlog_row){0};
	snprintf(row->jail, sizeof(row->jail), "%s", jail);
	snprintf(row->action, sizeof(row->action), "%s", action);
	return 0;
}

static void note_failure(struct actionlog *log, struct actionlog_row *row, bool start,
                         const char *address)
{
	const struct actionlog_jail *jail = find_jail(log, row->jail);
	const struct actionlog_call *call = call_for(log, address);
	size_t n_bans = jail ? jail->n_bans : 0;

	row->start |= start;
	if (row->n == 0 || row->at_ban + 1 < n_bans)
		row->n = 1; /* the ban before was carried out */
	else
		row->n += row->at_ban != n_bans;
	row->at_ban = n_bans;
	row->call = call ? *call : (struct actionlog_call){0};
}

/* The last that stands behind "': ": what is before it may hold anything. */
static void last_word(char *out, size_t size, const struct piece *line)
{
	struct piece rest = *line, word = {0};

	for (size_t i = line->n; i-- > 0;)
		if (line->text[i] == ' ') {
			word = (struct piece){.text = line->text + i + 1, .n = line->n - i - 1};
			break;
		}
	keep(out, size, word.text ? &word : &rest);
}

/* "jail 'x' action 'y' info …: Error banning 192.0.2.1" */
static int take_failure(struct actionlog *log, struct piece line, bool start)
{
	char jail[TICKET_JAIL_MAX + 1], action[TICKET_JAIL_MAX + 1], address[TICKET_ADDRESS_MAX];
	struct actionlog_row *row;
	struct piece word;
	int r;

	if (!skip(&line, "jail '") || !until(&word, &line, "' action '") || word.n >= sizeof(jail))
		return 0;
	keep(jail, sizeof(jail), &word);
	if (!until(&word, &line, "'") || word.n >= sizeof(action))
		return 0;
	keep(action, sizeof(action), &word);
	last_word(address, sizeof(address), &line);
	r = find_row(&row, log, jail, action);
	if (r == 0 && row)
		note_failure(log, row, start, start ? "" : address);
	return r;
}

/* "[x] Ban 192.0.2.1", "[x] Restore Ban 192.0.2.1" */
static int take_ban(struct actionlog *log, struct piece line)
{
	char jail[TICKET_JAIL_MAX + 1];
	struct piece word;

	if (!skip(&line, "[") || !until(&word, &line, "] ") || word.n >= sizeof(jail))
		return 0;
	keep(jail, sizeof(jail), &word);
	(void)skip(&line, "Restore ");
	return skip(&line, "Ban ") ? count_ban(log, jail) : 0;
}

static void take_jail(struct actionlog *log, struct piece line)
{
	char jail[TICKET_JAIL_MAX + 1];
	struct piece word;

	if (!skip(&line, "Creating new jail '") || !until(&word, &line, "'") ||
	    word.n >= sizeof(jail))
		return;
	keep(jail, sizeof(jail), &word);
	forget_jail(log, jail);
}

static int take_action(struct actionlog *log, struct piece line)
{
	if (skip(&line, "Failed to execute ban ") || skip(&line, "Failed to execute reban "))
		return take_failure(log, line, false);
	if (skip(&line, "Failed to start "))
		return take_failure(log, line, true);
	return take_ban(log, line);
}

/**
 * actionlog_add() - the next line of the log
 * @line: without its end; not terminated
 *
 * Return: 0; -ENOMEM.
 */
int actionlog_add(struct actionlog *log, const char *line, size_t length)
{
	struct piece rest = {.text = line, .n = length}, part;

	if (!skip_head(&rest, &part)) {
		go_on(log, &rest);
		return 0;
	}
	log->in_command = false;
	if (is_part(&part, "utils"))
		take_call(log, rest);
	else if (is_part(&part, "actions"))
		return take_action(log, rest);
	else if (is_part(&part, "jail"))
		take_jail(log, rest);
	else if (is_part(&part, "server") && skip(&rest, "Starting Fail2ban "))
		forget_jail(log, NULL);
	return 0;
}

/** actionlog_row_fails() - does the action fail each time, as far as the log goes? */
bool actionlog_row_fails(const struct actionlog *log, const struct actionlog_row *row)
{
	if (row->start)
		return true;
	for (size_t i = 0; i < log->n_jails; i++)
		if (strcmp(log->jails[i].name, row->jail) == 0 &&
		    log->jails[i].n_bans != row->at_ban)
			return false;
	return row->n >= ACTIONLOG_FAILURES_MIN;
}

/* --- why ---------------------------------------------------------------------------------- */

#define FIREWALLD_IS_DOWN "FirewallD is not running"

/* Where the name of what is missing stands. */
enum name_place {
	NAME_NONE,
	NAME_BEHIND,  /* what was said, after the words */
	NAME_BEFORE,  /* what was said, the last word before them */
	NAME_COMMAND, /* the command, after "add" */
};

struct reason {
	const char *said; /* in what the command said, or in how it ended */
	const char *why;  /* with %s for the name */
	const char *mend; /* before the jail is started anew; with the name; NULL: nothing is */
	enum name_place place;
	bool own; /* what the start of an action makes it makes again: only where it has none */
};

static const struct reason reasons[] = {
    {FIREWALLD_IS_DOWN, "firewalld does not run", "systemctl start firewalld", NAME_NONE, false},
    {"INVALID_ZONE: ", "firewalld has no zone %s",
     "firewall-cmd --permanent --new-zone=%s && firewall-cmd --reload", NAME_BEHIND, false},
    {"INVALID_IPSET: ", "firewalld has no ipset %s",
     "firewall-cmd --permanent --new-ipset=%s --type=hash:ip && firewall-cmd --reload", NAME_BEHIND,
     false},
    {"The set with the given name does not exist", "the kernel has no ipset %s",
     "ipset create %s hash:ip", NAME_COMMAND, true},
    {": not found", "there is no program %s", NULL, NAME_BEFORE, false},
    {": command not found", "there is no program %s", NULL, NAME_BEFORE, false},
    {"No chain/target/match by that name", "its chain of iptables does not exist", NULL, NAME_NONE,
     false},
    {"No such file or directory", "what it adds to does not exist", NULL, NAME_NONE, false},
    {"xtables lock", "another program holds the lock of iptables", NULL, NAME_NONE, false},
    {"Operation not permitted", "the kernel does not let it: the table may be another program's",
     NULL, NAME_NONE, false},
    {"Permission denied", "fail2ban may not do that", NULL, NAME_NONE, false},
    {"timed out after", "the command took too long", NULL, NAME_NONE, false},
};

/* Of programs that are packages of other names it is said. */
static const struct {
	const char *program, *deb, *rpm;
} packages[] = {
    {"firewall-cmd", "firewalld", "firewalld"},
    {"ipset", "ipset", "ipset"},
    {"nft", "nftables", "nftables"},
    {"iptables", "iptables", "iptables-nft"},
    {"ip6tables", "iptables", "iptables-nft"},
    {"ip", "iproute2", "iproute"},
    {"conntrack", "conntrack", "conntrack-tools"},
    {"curl", "curl", "curl"},
    {"whois", "whois", "whois"},
    {"sendmail", "postfix", "postfix"},
    {"mail", "bsd-mailx", "mailx"},
};

/* A name that can be said and typed, and cannot be an option. */
static bool is_name_letter(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '.' || c == '-' || c == '/';
}

static bool copy_name(char *out, size_t size, const char *text)
{
	size_t n = 0;

	while (is_name_letter(text[n]))
		n++;
	if (n == 0 || n >= size || text[0] == '-')
		return false;
	memcpy(out, text, n);
	out[n] = '\0';
	return true;
}

/* "/bin/sh: 1: ipset" */
static bool name_before(char *out, size_t size, const char *text, const char *end)
{
	const char *start = end;

	while (start > text && is_name_letter(start[-1]))
		start--;
	return start < end && (size_t)(end - start) < size && copy_name(out, size, start);
}

/* "ipset -exist add NAME 192.0.2.1" */
static bool name_in_command(char *out, size_t size, const char *command)
{
	const char *at = strstr(command, " add ");

	at = at ? at + strlen(" add ") : "";
	while (*at == '-') {
		at += strcspn(at, " ");
		at += strspn(at, " ");
	}
	return copy_name(out, size, at);
}

static bool find_name(char *out, size_t size, const struct reason *reason,
                      const struct actionlog_call *call)
{
	const char *at = strstr(call->said, reason->said);

	switch (reason->place) {
	case NAME_BEHIND:
		return at && copy_name(out, size, at + strlen(reason->said));
	case NAME_BEFORE:
		return at && name_before(out, size, call->said, at);
	case NAME_COMMAND:
		return name_in_command(out, size, call->command);
	case NAME_NONE:
		break;
	}
	out[0] = '\0';
	return true;
}

static const struct reason *find_reason(char *name, size_t size, const struct actionlog_call *call)
{
	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++)
		if ((strstr(call->said, reasons[i].said) || strstr(call->ended, reasons[i].said)) &&
		    find_name(name, size, &reasons[i], call))
			return &reasons[i];
	return NULL;
}

static int install_command(char **out, const char *program, bool rpm)
{
	for (size_t i = 0; i < ARRAY_SIZE(packages); i++)
		if (strcmp(packages[i].program, program) == 0)
			return xasprintf(out, "%s install %s", rpm ? "dnf" : "apt-get",
			                 rpm ? packages[i].rpm : packages[i].deb);
	return 0;
}

static int join_commands(char **out, const char *first, const char *jail)
{
	_cleanup_free_ char *restart = NULL;
	int r = jail_restart_command(&restart, jail);

	*out = NULL;
	if (r != 0)
		return r < 0 ? r : 0;
	if (!first) {
		*out = steal(restart);
		return 0;
	}
	return xasprintf(out, "%s && %s", first, restart);
}

/* printf() with a format of the table, which has one %s or none. */
static int write_name(char **out, const char *format, const char *name)
{
	const char *at = strstr(format, "%s");

	if (!at)
		return xasprintf(out, "%s", format);
	return xasprintf(out, "%.*s%s%s", (int)(at - format), format, name, at + 2);
}

/** actionlog_blames_firewalld() - was it that firewalld did not run? That may be over */
bool actionlog_blames_firewalld(const struct actionlog_row *row)
{
	return strstr(row->call.said, FIREWALLD_IS_DOWN) != NULL;
}

/**
 * actionlog_why() - the cause in words, and what mends the jail
 * @why:    receives it, the caller's; what is in it may have come from strangers
 * @mend:   receives a command, the caller's; NULL: the jail has a name that is not to be typed
 * @starts: the action has a command of its own for its start
 * @rpm:    packages are RPMs
 *
 * Where the cause is not one of those that are known, it is what the command said.
 *
 * Return: 0; -ENOMEM.
 */
int actionlog_why(char **why, char **mend, const struct actionlog_row *row, bool starts, bool rpm)
{
	const struct actionlog_call *call = &row->call;
	_cleanup_free_ char *words = NULL, *first = NULL;
	char name[ACTIONLOG_TEXT_MAX] = "";
	const struct reason *reason = find_reason(name, sizeof(name), call);
	int r;

	if (reason)
		r = write_name(&words, reason->why, name);
	else if (call->said[0])
		r = xasprintf(&words, "%s", call->said);
	else
		r = xasprintf(&words, "its command says nothing (%s)",
		              call->ended[0] ? call->ended : "see fail2ban's log");
	if (r == 0 && reason && reason->place == NAME_BEFORE)
		r = install_command(&first, name, rpm);
	else if (r == 0 && reason && reason->mend && !(reason->own && starts))
		r = write_name(&first, reason->mend, name);
	if (r == 0)
		r = join_commands(mend, first, row->jail);
	if (r == 0)
		*why = steal(words);
	return r;
}

/** actionlog_deinit() - free it; may be called twice */
void actionlog_deinit(struct actionlog *log)
{
	free(log->rows);
	free(log->jails);
	*log = ACTIONLOG_NULL;
}
