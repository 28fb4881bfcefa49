/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guard/model/mail/loginline.h"

#include <stdio.h>
#include <string.h>

/* What Dovecot and Postfix write is far shorter; longer ones hold somebody's text. */
#define LENGTH_MAX 4096
#define DAY_US     (INT64_C(24) * 3600 * 1000000)

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

/* --- when ---------------------------------------------------------------------------------- */

/* A time of which it is not known yet whether it is one; its text. */
struct moment {
	char text[48];
	bool no_year; /* the text begins behind it */
};

static bool set_moment(struct moment *out, const char *prefix, const struct token *token)
{
	out->no_year = false;
	return snprintf(out->text, sizeof(out->text), "%s%.*s", prefix, (int)token->length,
	                token->at) < (int)sizeof(out->text);
}

/* 2026-11-21T23:46:36.123456+01:00, …+0100 */
static bool take_iso(struct cursor *cursor, struct moment *out)
{
	struct token token;

	return take_of(cursor, DIGITS "T:.+-Z", &token) && token.length >= 19 &&
	       token.at[10] == 'T' && set_moment(out, "", &token);
}

/* Nov 21 23:46:36, Nov  1 23:46:36.123456 */
static bool take_bsd(struct cursor *cursor, struct moment *out)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct token month = {.at = cursor->at, .length = 3}, day, clock;
	size_t number = 0;

	if (cursor->end - cursor->at < 16)
		return false;
	while (number < 12 && memcmp(months + 3 * number, month.at, 3) != 0)
		number++;
	cursor->at += 3;
	if (number == 12 || !take(cursor, " "))
		return false;
	(void)take(cursor, " ");
	if (!take_of(cursor, DIGITS, &day) || day.length > 2 || !take(cursor, " ") ||
	    !take_of(cursor, DIGITS ":.", &clock) || clock.length > 15)
		return false;
	out->no_year = true;
	snprintf(out->text, sizeof(out->text), "-%02zu-%s%.*sT%.*s", number + 1,
	         day.length == 1 ? "0" : "", (int)day.length, day.at, (int)clock.length, clock.at);
	return true;
}

/* Sat 2026-11-21 23:46:36 CET: the name of the zone is that of this machine */
static bool take_full(struct cursor *cursor, struct moment *out)
{
	struct token weekday, token;

	if (!take_of(cursor, LETTERS, &weekday) || weekday.length != 3 || !take(cursor, " "))
		return false;
	token.at = cursor->at;
	if (!take_of(cursor, DIGITS "-", NULL) || !take(cursor, " ") ||
	    !take_of(cursor, DIGITS ":.", NULL))
		return false;
	token.length = (size_t)(cursor->at - token.at);
	return take(cursor, " ") && take_of(cursor, LETTERS DIGITS "+-", NULL) &&
	       set_moment(out, "", &token);
}

/* 1795293265.250000 */
static bool take_epoch(struct cursor *cursor, struct moment *out)
{
	struct token token;

	return take_of(cursor, DIGITS ".", &token) && token.length >= 12 &&
	       set_moment(out, "@", &token);
}

static bool take_moment(struct cursor *cursor, struct moment *out)
{
	static bool (*const forms[])(struct cursor *, struct moment *) = {take_iso, take_bsd,
	                                                                  take_full, take_epoch};

	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		struct cursor copy = *cursor;

		if (forms[i](&copy, out) && take(&copy, " ")) {
			*cursor = copy;
			return true;
		}
	}
	return false;
}

static int year_of(int64_t now_us, const struct timespec_zone *zone)
{
	char text[TIMESPEC_TEXT_MAX];
	unsigned long year = 0;

	timespec_format_local(now_us, zone, text);
	text[4] = '\0';
	return parse_uint(text, 9999, &year) ? (int)year : 1970;
}

/* The latest that is not in the future: a line of December is read in January, too. */
static bool without_year(int64_t *out_us, const char *text, int64_t now_us,
                         const struct timespec_zone *zone)
{
	int year = year_of(now_us, zone);

	/* leap days: a year in which that day is */
	for (int back = 0; back <= 8; back++) {
		char whole[64];

		snprintf(whole, sizeof(whole), "%04d%s", year - back, text);
		if (timespec_parse(out_us, whole, now_us, zone, false, NULL) == 0 &&
		    *out_us <= now_us + DAY_US)
			return true;
	}
	return false;
}

static bool time_of(int64_t *out_us, const struct moment *moment, int64_t now_us,
                    const struct timespec_zone *zone)
{
	bool ok = moment->no_year
	              ? without_year(out_us, moment->text, now_us, zone)
	              : timespec_parse(out_us, moment->text, now_us, zone, false, NULL) == 0;

	/* a clock that is ahead must not make a login count for longer */
	if (ok && *out_us > now_us)
		*out_us = now_us;
	return ok;
}

/* --- who says it --------------------------------------------------------------------------- */

enum speaker {
	SPEAKER_OTHER,
	SPEAKER_DOVECOT, /* the login process follows */
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

static enum speaker speaker_of(const struct token *program)
{
	if (is(program, "dovecot"))
		return SPEAKER_DOVECOT;
	return is_smtpd(program) ? SPEAKER_SMTPD : SPEAKER_OTHER;
}

/* PROGRAM: or PROGRAM[PID]: */
static enum speaker take_tag(struct cursor *cursor)
{
	struct token program;

	if (!take_of(cursor, LETTERS DIGITS "/._-", &program))
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

static enum speaker take_head(struct cursor *cursor, struct moment *moment, bool *own)
{
	bool rfc5424 = false;
	struct cursor copy;

	*own = false;
	if (take(cursor, "<")) {
		if (!take_number(cursor, 3) || !take(cursor, ">"))
			return SPEAKER_OTHER;
		rfc5424 = take(cursor, "1 ");
	}
	if (!take_moment(cursor, moment))
		return SPEAKER_OTHER;
	if (rfc5424)
		return take_fields(cursor);
	copy = *cursor;
	if (take_host(&copy)) {
		*cursor = copy;
		return take_tag(cursor);
	}
	/* a log file that Dovecot writes itself has neither a host nor a program */
	*own = true;
	return SPEAKER_DOVECOT;
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

/* imap-login: Login: or, as of 2.4, imap-login: Logged in: */
static bool take_success(struct cursor *cursor, bool own)
{
	struct token service;

	if (!take_of(cursor, LETTERS DIGITS "-", &service) || service.length <= 6 ||
	    memcmp(service.at + service.length - 6, "-login", 6) != 0 || !take(cursor, ": ") ||
	    (own && !take(cursor, "Info: ")))
		return false;
	return take(cursor, "Login: ") || take(cursor, "Logged in: ");
}

/*
 * user=<NAME>: nothing in the name that the rest of the line is made of. Whoever
 * has an account may choose it; Dovecot puts it here as it is.
 */
static bool take_user(struct cursor *cursor)
{
	const char *begin;

	if (!take(cursor, "user=<"))
		return false;
	begin = cursor->at;
	while (cursor->at < cursor->end && (unsigned char)*cursor->at > 0x20 &&
	       !strchr("<>=,", *cursor->at))
		cursor->at++;
	return cursor->at > begin && take(cursor, ">");
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

static bool dovecot_says(struct cursor *cursor, bool own, struct cidr *address)
{
	struct cursor all = *cursor;

	if (!take_success(cursor, own) || holds(&all, "rip=", 1) || holds(&all, "user=<", 1))
		return false;
	return take_user(cursor) && take_elements(cursor, address);
}

/*
 * QUEUEID: client=NAME[ADDRESS]:PORT, sasl_method=…, sasl_username=…
 * The name is a host name (Postfix checks it) or "unknown"; what the client chose
 * itself stands behind all that is read here.
 */
static bool smtpd_says(struct cursor *cursor, struct cidr *address)
{
	struct token token;

	if (!take_of(cursor, QUEUE, &token) || token.length < 5 || token.length > 32 ||
	    !take(cursor, ": client=") || !take_of(cursor, LETTERS DIGITS "._-", NULL) ||
	    !take(cursor, "["))
		return false;
	if (!take_of(cursor, LETTERS DIGITS ".:", &token) || !set_address(address, &token) ||
	    !take(cursor, "]"))
		return false;
	if (take(cursor, ":") && !take_number(cursor, 5))
		return false;
	return take(cursor, ", sasl_method=") && take_of(cursor, LETTERS DIGITS "_-", NULL) &&
	       take(cursor, ", sasl_username=") && cursor->at < cursor->end;
}

/**
 * loginline_parse() - read a line
 * @out:    written when it tells of a successful login
 * @line:   borrowed; @length bytes, without the newline
 * @now_us: microseconds since the epoch, UTC; the year of times that have none
 *          follows from it, and later times are taken for it
 * @zone:   of times that name none
 *
 * Return: whether it tells of one.
 */
bool loginline_parse(struct loginline *out, const char *line, size_t length, int64_t now_us,
                     const struct timespec_zone *zone)
{
	struct cursor cursor = {line, line + length};
	struct loginline login;
	struct moment moment;
	enum speaker speaker;
	bool own;

	if (length > LENGTH_MAX)
		return false;
	speaker = take_head(&cursor, &moment, &own);
	if (speaker == SPEAKER_OTHER || memchr(line, '\0', length))
		return false;
	if (speaker == SPEAKER_DOVECOT ? !dovecot_says(&cursor, own, &login.address)
	                               : !smtpd_says(&cursor, &login.address))
		return false;
	if (!time_of(&login.at_us, &moment, now_us, zone))
		return false;
	*out = login;
	return true;
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
