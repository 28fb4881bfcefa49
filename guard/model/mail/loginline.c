/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guard/model/mail/loginline.h"

#include <string.h>
#include <strings.h>

#include "guard/model/mail/logtime.h"

/* What Dovecot and Postfix write is far shorter; longer ones hold somebody's text. */
#define LENGTH_MAX 4096
/* Of what stands before the host: Sat Nov 21 23:46:36 2026 CET, behind multilog's label. */
#define WORDS_MAX 8

#define DIGITS "0123456789"
/* Of queue identifiers, short (hexadecimal) and long: "warning" and "NOQUEUE" are none. */
#define QUEUE   DIGITS "ABCDEFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* What is not read yet. */
struct cursor {
	const char *at, *end;
};

struct token {
	const char *at;
	size_t length;
};

static bool take(struct cursor *cursor, const char *text)
{
	size_t length = strlen(text);

	if ((size_t)(cursor->end - cursor->at) < length || memcmp(cursor->at, text, length) != 0)
		return false;
	cursor->at += length;
	return true;
}

/* One or more characters of @set. */
static bool take_of(struct cursor *cursor, const char *set, struct token *out)
{
	struct token token = {.at = cursor->at};

	while (cursor->at < cursor->end && *cursor->at && strchr(set, *cursor->at))
		cursor->at++;
	token.length = (size_t)(cursor->at - token.at);
	if (out)
		*out = token;
	return token.length > 0;
}

static bool take_number(struct cursor *cursor, size_t digits)
{
	struct token token;

	return take_of(cursor, DIGITS, &token) && token.length <= digits;
}

static bool take_host(struct cursor *cursor)
{
	struct token host;

	return take_of(cursor, LETTERS DIGITS "._:-", &host) && host.at[host.length - 1] != ':' &&
	       take(cursor, " ");
}

static bool is(const struct token *token, const char *text)
{
	return token->length == strlen(text) && memcmp(token->at, text, token->length) == 0;
}

static bool is_level(const struct token *word)
{
	static const char *const names[] = {"emerg",   "panic", "alert",  "crit", "err",  "error",
	                                    "warning", "warn",  "notice", "info", "debug"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (is(word, names[i]))
			return true;
	return word->length == 1 && strchr("01234567", *word->at);
}

/* What syslogd writes besides, of busybox and of FreeBSD with -v: mail.info, <mail.info>, <2.6>. */
static void skip_level(struct cursor *cursor)
{
	struct cursor copy = *cursor;
	bool angled = take(&copy, "<");
	struct token level;

	if (take_of(&copy, LETTERS DIGITS, NULL) && take(&copy, ".") &&
	    take_of(&copy, LETTERS DIGITS, &level) && is_level(&level) &&
	    (!angled || take(&copy, ">")) && take(&copy, " "))
		*cursor = copy;
}

/* --- who says it --------------------------------------------------------------------------- */

enum speaker {
	SPEAKER_OTHER,
	SPEAKER_DOVECOT, /* the login process follows */
	SPEAKER_LOGIN,   /* that is it: what it says follows */
	SPEAKER_SMTPD,
};

/* postfix/smtpd, postfix/submission/smtpd, and postfix-out/smtpd of another instance */
static bool is_smtpd(const struct token *program)
{
	static const char end[] = "/smtpd";
	size_t n = sizeof(end) - 1;

	return program->length > n && memcmp(program->at, "postfix", 7) == 0 &&
	       (program->at[7] == '/' || program->at[7] == '-') &&
	       memcmp(program->at + program->length - n, end, n) == 0;
}

/* postfix.service, and postfix@-.service of an instance: what smtpd says nobody else of it does */
static bool is_postfix_unit(const struct token *unit)
{
	static const char end[] = ".service";
	size_t n = sizeof(end) - 1;

	return unit->length >= 7 + n && memcmp(unit->at, "postfix", 7) == 0 &&
	       (unit->at[7] == '.' || unit->at[7] == '@') &&
	       memcmp(unit->at + unit->length - n, end, n) == 0;
}

/* @program: or the unit, which journalctl -o with-unit has in its place */
static enum speaker speaker_of(const struct token *program)
{
	if (is(program, "dovecot") || is(program, "dovecot.service"))
		return SPEAKER_DOVECOT;
	return is_smtpd(program) || is_postfix_unit(program) ? SPEAKER_SMTPD : SPEAKER_OTHER;
}

/* PROGRAM: or PROGRAM[PID]: */
static enum speaker take_tag(struct cursor *cursor)
{
	struct token program;

	if (!take_of(cursor, LETTERS DIGITS "/._@-", &program))
		return SPEAKER_OTHER;
	if (take(cursor, "[") && !(take_number(cursor, 10) && take(cursor, "]")))
		return SPEAKER_OTHER;
	return take(cursor, ": ") ? speaker_of(&program) : SPEAKER_OTHER;
}

/* HOST PROGRAM PID MSGID SD, of RFC 5424; structured data that is not empty is no mail daemon's */
static enum speaker take_fields(struct cursor *cursor)
{
	struct token program;

	if (!take_host(cursor) || !take_of(cursor, LETTERS DIGITS "/._-", &program) ||
	    !take(cursor, " ") || !take_of(cursor, DIGITS "-", NULL) || !take(cursor, " ") ||
	    !take_of(cursor, LETTERS DIGITS "-", NULL) || !take(cursor, " - "))
		return SPEAKER_OTHER;
	(void)take(cursor, "\xef\xbb\xbf");
	return speaker_of(&program);
}

/* imap-login: */
static bool take_service(struct cursor *cursor)
{
	struct token service;

	return take_of(cursor, LETTERS DIGITS "-", &service) && service.length > 6 &&
	       memcmp(service.at + service.length - 6, "-login", 6) == 0 && take(cursor, ": ");
}

/* A log file that Dovecot writes itself has neither a host nor a program, but the level. */
static bool take_own(struct cursor *cursor)
{
	return take_service(cursor) && take(cursor, "Info: ");
}

/* HOST PROGRAM[PID]: with the level before or behind the host, and without one (busybox -S) */
static enum speaker take_syslog(struct cursor *cursor)
{
	enum speaker speaker;
	struct cursor copy;

	skip_level(cursor);
	copy = *cursor;
	speaker = take_tag(&copy);
	if (speaker == SPEAKER_OTHER) {
		copy = *cursor;
		if (!take_host(&copy))
			return SPEAKER_OTHER;
		skip_level(&copy);
		speaker = take_tag(&copy);
	}
	*cursor = copy;
	return speaker;
}

/* Who speaks here, if a time has come to its end; what he says is left. */
static enum speaker take_speaker(struct cursor *cursor, bool rfc5424, bool timed)
{
	struct cursor copy = *cursor;
	enum speaker speaker = SPEAKER_LOGIN;

	if (rfc5424 || !take_own(&copy)) {
		copy = *cursor;
		speaker = !timed    ? SPEAKER_OTHER
		          : rfc5424 ? take_fields(&copy)
		                    : take_syslog(&copy);
	}
	if (speaker != SPEAKER_OTHER)
		*cursor = copy;
	return speaker;
}

static bool take_word(struct cursor *cursor, struct logtime *time)
{
	const char *blank = memchr(cursor->at, ' ', (size_t)(cursor->end - cursor->at));
	const char *word = cursor->at;

	if (!blank)
		return false;
	cursor->at = blank;
	/* Nov  1 */
	while (take(cursor, " "))
		;
	return logtime_word(time, word, (size_t)(blank - word));
}

/* <PRI>, and whether RFC 5424 follows */
static bool take_priority(struct cursor *cursor, bool *rfc5424)
{
	*rfc5424 = false;
	if (!take(cursor, "<"))
		return true;
	if (!take_number(cursor, 3) || !take(cursor, ">"))
		return false;
	*rfc5424 = take(cursor, "1 ");
	return true;
}

/*
 * Words are taken for pieces of the time until somebody speaks: a host that is called
 * UTC is none of them. What strangers have typed comes later, behind whoever speaks.
 */
static enum speaker take_head(struct cursor *cursor, struct logtime *time)
{
	enum speaker speaker;
	unsigned words = 0;
	bool rfc5424;

	if (!take_priority(cursor, &rfc5424))
		return SPEAKER_OTHER;
	do {
		speaker = take_speaker(cursor, rfc5424, time->clock || time->absolute);
		if (speaker != SPEAKER_OTHER)
			return speaker;
	} while (words++ < WORDS_MAX && take_word(cursor, time));
	return SPEAKER_OTHER;
}

/* A log_timestamp that is empty tells no time: what is read has just been written. */
static bool time_of(const struct logtime *time, int64_t now_us, const struct timespec_zone *zone,
                    int64_t *out_us)
{
	if (time->clock || time->absolute || time->n_day || time->month)
		return logtime_get(time, now_us, zone, out_us);
	*out_us = now_us;
	return true;
}

/* --- what is said -------------------------------------------------------------------------- */

static bool set_address(struct cidr *out, const struct token *token)
{
	char text[CIDR_TEXT_LENGTH];

	if (token->length >= sizeof(text))
		return false;
	memcpy(text, token->at, token->length);
	text[token->length] = '\0';
	return cidr_parse(out, text, CIDR_ADDRESS_ONLY, NULL) == 0;
}

/*
 * Nothing in a name that the rest of the line is made of. Whoever has an account may
 * choose it; Dovecot puts it here as it is.
 */
static bool take_name(struct cursor *cursor, const char *but, struct token *out)
{
	*out = (struct token){.at = cursor->at};
	while (cursor->at < cursor->end && (unsigned char)*cursor->at > 0x20 &&
	       !strchr(but, *cursor->at))
		cursor->at++;
	out->length = (size_t)(cursor->at - out->at);
	return out->length > 0;
}

/* user=<NAME>, the same as of the proxy, if there is one */
static bool take_user(struct cursor *cursor, const struct token *proxied)
{
	struct token name;

	return take(cursor, "user=<") && take_name(cursor, "<>=,", &name) && take(cursor, ">") &&
	       (!proxied->length ||
	        (proxied->length == name.length && memcmp(proxied->at, name.at, name.length) == 0));
}

/*
 * A proxy has logged the client in elsewhere: proxy(NAME): started proxying to HOST:PORT…,
 * or, later, proxy(NAME,HOST:PORT): Started proxying to <IP>…. What follows up to the
 * elements is the administrator's: where to, as whom, how long it took. A name that
 * imitates these words is not the whole of the name that the elements have.
 */
static bool take_proxied(struct cursor *cursor, struct token *user)
{
	const char *elements;
	struct token host;

	if (!take(cursor, "proxy(") || !take_name(cursor, "<>=,()", user))
		return false;
	if (take(cursor, ",") && !take_name(cursor, "<>=,()", &host))
		return false;
	if (!take(cursor, "): started proxying to ") && !take(cursor, "): Started proxying to "))
		return false;
	elements = memmem(cursor->at, (size_t)(cursor->end - cursor->at), ": user=<", 8);
	if (elements)
		cursor->at = elements + 2;
	return elements != NULL;
}

/* Login: or, as of 2.4, Logged in: or a proxy's; then *user is who has a name there. */
static bool take_success(struct cursor *cursor, struct token *user)
{
	struct cursor copy = *cursor;

	if (take_proxied(&copy, user)) {
		*cursor = copy;
		return true;
	}
	user->length = 0;
	return take(cursor, "Login: ") || take(cursor, "Logged in: ");
}

/* The rest: ", key=value" and ", word" again and again; one rip in all of it. */
static bool take_elements(struct cursor *cursor, struct cidr *address)
{
	unsigned n = 0;

	while (cursor->at < cursor->end) {
		struct token element;
		const char *comma;

		if (!take(cursor, ", "))
			return false;
		comma = memmem(cursor->at, (size_t)(cursor->end - cursor->at), ", ", 2);
		element.at = cursor->at;
		element.length = (size_t)((comma ? comma : cursor->end) - cursor->at);
		cursor->at += element.length;
		if (element.length < 4 || memcmp(element.at, "rip=", 4) != 0)
			continue;
		element.at += 4;
		element.length -= 4;
		if (++n > 1 || !set_address(address, &element))
			return false;
	}
	return n == 1;
}

static bool holds(const struct cursor *cursor, const char *text, unsigned times)
{
	size_t length = strlen(text);
	const char *at = cursor->at;

	while ((at = memmem(at, (size_t)(cursor->end - at), text, length)) != NULL) {
		if (times-- == 0)
			return true;
		at += length;
	}
	return false;
}

static enum loginline_kind login_says(struct cursor *cursor, struct cidr *address)
{
	struct cursor all = *cursor;
	struct token proxied = {.at = ""};

	/* who is let in without a name may be anybody */
	if (!take_success(cursor, &proxied) || holds(&all, "rip=", 1) || holds(&all, "user=<", 1) ||
	    holds(&all, ", method=ANONYMOUS", 0))
		return LOGINLINE_OTHER;
	/* login_log_format_elements of the administrator's may be without either */
	if (!holds(&all, "rip=", 0))
		return LOGINLINE_NOWHERE;
	return take_user(cursor, &proxied) && take_elements(cursor, address) ? LOGINLINE_LOGIN
	                                                                     : LOGINLINE_OTHER;
}

/* A queue identifier, or the word for a filter that takes the mail over before it has one. */
static bool take_queue(struct cursor *cursor)
{
	struct token token;

	return take(cursor, "NOQUEUE") ||
	       (take_of(cursor, QUEUE, &token) && token.length >= 5 && token.length <= 32);
}

static bool is_anonymous(const struct token *method)
{
	return method->length == 9 && strncasecmp(method->at, "anonymous", 9) == 0;
}

/*
 * QUEUEID: client=NAME[ADDRESS]:PORT, sasl_method=…, sasl_username=…
 * The name is a host name (Postfix checks it) or "unknown"; what the client chose
 * itself stands behind all that is read here.
 */
static bool smtpd_says(struct cursor *cursor, struct cidr *address)
{
	struct token token;

	if (!take_queue(cursor) || !take(cursor, ": client=") ||
	    !take_of(cursor, LETTERS DIGITS "._-", NULL) || !take(cursor, "["))
		return false;
	if (!take_of(cursor, LETTERS DIGITS ".:", &token) || !set_address(address, &token) ||
	    !take(cursor, "]"))
		return false;
	if (take(cursor, ":") && !take_number(cursor, 5))
		return false;
	return take(cursor, ", sasl_method=") && take_of(cursor, LETTERS DIGITS "_-", &token) &&
	       !is_anonymous(&token) && take(cursor, ", sasl_username=") &&
	       cursor->at < cursor->end;
}

static enum loginline_kind says(struct cursor *cursor, enum speaker speaker, struct cidr *address)
{
	if (speaker == SPEAKER_SMTPD)
		return smtpd_says(cursor, address) ? LOGINLINE_LOGIN : LOGINLINE_OTHER;
	return speaker == SPEAKER_LOGIN || take_service(cursor) ? login_says(cursor, address)
	                                                        : LOGINLINE_OTHER;
}

/**
 * loginline_parse() - read a line
 * @out:    written when it tells of a successful login
 * @line:   borrowed; @length bytes, without the newline
 * @now_us: microseconds since the epoch, UTC; what a time leaves open follows from it,
 *          and later times are taken for it
 * @zone:   of times that name none
 *
 * Return: what the line is.
 */
enum loginline_kind loginline_parse(struct loginline *out, const char *line, size_t length,
                                    int64_t now_us, const struct timespec_zone *zone)
{
	struct cursor cursor = {line, line + length};
	struct logtime time = LOGTIME_NULL;
	struct loginline login;
	enum loginline_kind kind;
	enum speaker speaker;

	if (length > LENGTH_MAX || memchr(line, '\0', length))
		return LOGINLINE_STRANGE;
	speaker = take_head(&cursor, &time);
	if (speaker == SPEAKER_OTHER)
		return LOGINLINE_STRANGE;
	kind = says(&cursor, speaker, &login.address);
	if (kind == LOGINLINE_LOGIN && !time_of(&time, now_us, zone, &login.at_us))
		return LOGINLINE_OTHER;
	if (kind == LOGINLINE_LOGIN)
		*out = login;
	return kind;
}

/**
 * loginline_entry() - the same of an entry of the journal
 *
 * Return: what the entry is.
 */
enum loginline_kind loginline_entry(struct loginline *out, const struct journal_entry *entry,
                                    int64_t now_us)
{
	const struct token program = {entry->program, strlen(entry->program)};
	struct cursor cursor = {entry->message, entry->message + entry->length};
	enum speaker speaker = speaker_of(&program);
	struct loginline login = {.at_us = entry->at_us < now_us ? entry->at_us : now_us};
	enum loginline_kind kind;

	if (speaker == SPEAKER_OTHER || entry->length > LENGTH_MAX ||
	    memchr(entry->message, '\0', entry->length))
		return LOGINLINE_STRANGE;
	kind = says(&cursor, speaker, &login.address);
	if (kind == LOGINLINE_LOGIN)
		*out = login;
	return kind;
}

/* --- what is learned from it --------------------------------------------------------------- */

/**
 * loginline_range() - the range that a client's address stands for
 * @out: receives the address itself for IPv4, its /64 for IPv6: there the lower half
 *       is the client's own choice, and changes daily
 *
 * Return: false for what nobody's clients come from: this machine (webmail), its
 * link, no address at all, multicast.
 */
bool loginline_range(const struct cidr *address, struct cidr *out)
{
	static const char *const nobody[] = {
	    "0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3",
	    "::/127",    "fe80::/10",   "ff00::/8",
	};

	for (size_t i = 0; i < ARRAY_SIZE(nobody); i++) {
		struct cidr prefix;

		if (cidr_parse(&prefix, nobody[i], 0, NULL) != 0 || cidr_contains(&prefix, address))
			return false;
	}
	*out = *address;
	if (out->family == CIDR_IPV6) {
		out->prefix = 64;
		cidr_first(out, out->key);
	}
	return true;
}
