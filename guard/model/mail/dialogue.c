// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/mail/dialogue.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/*
 * A place in a dialogue: what the client has said, and which answer it waits for.
 * The order of a protocol's places is the order of the dialogue; where the server
 * offers no STARTTLS, or TLS is on, that place is passed over.
 */
enum place {
	PLACE_GREETING,
	PLACE_OFFERS,
	PLACE_STARTTLS,
	PLACE_END,
};

static const char *const says[][PLACE_END + 1] = {
    [DIALOGUE_SMTP] = {NULL, "EHLO reload-guard.invalid\r\n", "STARTTLS\r\n", "QUIT\r\n"},
    [DIALOGUE_IMAP] = {NULL, "a CAPABILITY\r\n", "b STARTTLS\r\n", "c LOGOUT\r\n"},
    [DIALOGUE_POP3] = {NULL, "CAPA\r\n", "STLS\r\n", "QUIT\r\n"},
    [DIALOGUE_HTTP] = {"HEAD / HTTP/1.0\r\n\r\n", NULL, NULL, NULL},
};

/* --- single lines ------------------------------------------------------------------------ */

/* What a line means for the client that waits for an answer. */
enum answer {
	ANSWER_MORE,   /* not the last line of it */
	ANSWER_YES,    /* its end, and good */
	ANSWER_NO,     /* its end, and the server will not */
	ANSWER_FOREIGN /* nothing that belongs to the protocol */
};

/* RFC 5321, 4.2: three digits, "-" while more comes. */
static enum answer smtp_answer(const char *line)
{
	for (size_t i = 0; i < 3; i++)
		if (!isdigit((unsigned char)line[i]))
			return ANSWER_FOREIGN;
	if (line[3] == '-')
		return ANSWER_MORE;
	if (line[3] != ' ' && line[3] != '\0')
		return ANSWER_FOREIGN;
	return line[0] == '2' ? ANSWER_YES : ANSWER_NO;
}

/* RFC 9051, 7: untagged lines begin with "*"; the greeting is one, an answer ends with our tag. */
static enum answer imap_answer(const char *line, const char *tag)
{
	const char *word = line + 2;

	if (strncmp(line, "* ", 2) == 0 && strncasecmp(word, "BYE", 3) == 0 && tag[0] != 'c')
		return ANSWER_NO;
	if (strncmp(line, "* ", 2) == 0 && tag[0] != '*')
		return ANSWER_MORE;
	if (strncmp(line, tag, 1) != 0 || line[1] != ' ')
		return ANSWER_FOREIGN;
	if (strncasecmp(word, "OK", 2) == 0 || strncasecmp(word, "PREAUTH", 7) == 0)
		return ANSWER_YES;
	return ANSWER_NO;
}

/* RFC 1939, 3, and RFC 2449 for CAPA, whose answer ends with a dot. */
static enum answer pop3_answer(const struct dialogue *dialogue, const char *line)
{
	bool many = dialogue->place == PLACE_OFFERS;

	if (many && dialogue->n_lines > 1)
		return strcmp(line, ".") == 0 ? ANSWER_YES : ANSWER_MORE;
	if (strncmp(line, "+OK", 3) == 0)
		return many ? ANSWER_MORE : ANSWER_YES;
	return strncmp(line, "-ERR", 4) == 0 ? ANSWER_NO : ANSWER_FOREIGN;
}

static enum answer answer_of(const struct dialogue *dialogue, const char *line)
{
	static const char *const tags[] = {"*", "a", "b", "c"};

	switch (dialogue->protocol) {
	case DIALOGUE_SMTP:
		return smtp_answer(line);
	case DIALOGUE_IMAP:
		return imap_answer(line, tags[dialogue->place]);
	case DIALOGUE_POP3:
		return pop3_answer(dialogue, line);
	case DIALOGUE_HTTP:
		return strncmp(line, "HTTP/", 5) == 0 ? ANSWER_YES : ANSWER_FOREIGN;
	case DIALOGUE_NONE:
		break;
	}
	return ANSWER_YES;
}

static bool has_word(const char *line, const char *word)
{
	size_t length = strlen(word);

	for (; *line; line += strcspn(line, " ")) {
		line += strspn(line, " ");
		if (strncasecmp(line, word, length) == 0 &&
		    (line[length] == ' ' || line[length] == '\0'))
			return true;
	}
	return false;
}

/* The greeting of an IMAP server may have its capabilities in brackets. */
static bool offers_starttls(const struct dialogue *dialogue, const char *line)
{
	switch (dialogue->protocol) {
	case DIALOGUE_SMTP:
		return strlen(line) > 4 && has_word(line + 4, "STARTTLS");
	case DIALOGUE_IMAP:
		return strncmp(line, "* CAPABILITY ", 13) == 0 && has_word(line + 13, "STARTTLS");
	case DIALOGUE_POP3:
		return has_word(line, "STLS");
	case DIALOGUE_HTTP:
	case DIALOGUE_NONE:
		break;
	}
	return false;
}

/* --- the dialogue ------------------------------------------------------------------------ */

static enum dialogue_step go_to(struct dialogue *dialogue, enum place place)
{
	dialogue->place = place;
	dialogue->n_lines = 0;
	dialogue->output = says[dialogue->protocol][place];
	return dialogue->output ? DIALOGUE_SEND : DIALOGUE_DONE;
}

static enum dialogue_step bad(struct dialogue *dialogue, const char *why, const char *line)
{
	snprintf(dialogue->reason, sizeof(dialogue->reason), "%s: %.200s", why, line);
	return DIALOGUE_BAD;
}

/* The answer to what was said at this place is complete. */
static enum dialogue_step proceed(struct dialogue *dialogue, bool good, const char *line)
{
	switch ((enum place)dialogue->place) {
	case PLACE_GREETING:
		if (!good)
			return bad(dialogue, "it refuses to serve", line);
		return go_to(dialogue, PLACE_OFFERS);
	case PLACE_OFFERS:
		/* an old server need not know how to answer that */
		if (dialogue->starttls && !dialogue->secured)
			return go_to(dialogue, PLACE_STARTTLS);
		return go_to(dialogue, PLACE_END);
	case PLACE_STARTTLS:
		if (!good)
			return bad(dialogue, "STARTTLS is offered and refused", line);
		return DIALOGUE_TLS;
	case PLACE_END:
		break;
	}
	return DIALOGUE_DONE;
}

/**
 * dialogue_begin() - the connection stands
 * @secured: TLS is on already
 */
enum dialogue_step dialogue_begin(struct dialogue *dialogue, enum dialogue_protocol protocol,
                                  bool secured)
{
	*dialogue = (struct dialogue){.protocol = protocol, .secured = secured};
	if (protocol == DIALOGUE_NONE)
		return DIALOGUE_DONE;
	dialogue->output = says[protocol][PLACE_GREETING];
	return dialogue->output ? DIALOGUE_SEND : DIALOGUE_WAIT;
}

/**
 * dialogue_line() - the server has said a line
 * @line: without its end; anything may be in it
 *
 * Return: what to do next.
 */
enum dialogue_step dialogue_line(struct dialogue *dialogue, const char *line)
{
	enum answer answer;

	if (++dialogue->n_lines > DIALOGUE_LINES_MAX)
		return bad(dialogue, "its answer does not end", line);
	if (!dialogue->greeted)
		snprintf(dialogue->greeting, sizeof(dialogue->greeting), "%s", line);
	dialogue->greeted = true;
	answer = answer_of(dialogue, line);
	if (answer == ANSWER_FOREIGN)
		return bad(dialogue, "it speaks another protocol", line);
	if (dialogue->place == PLACE_OFFERS && offers_starttls(dialogue, line))
		dialogue->starttls = true;
	if (answer == ANSWER_MORE)
		return DIALOGUE_WAIT;
	return proceed(dialogue, answer == ANSWER_YES, line);
}

/** dialogue_secured() - the handshake after DIALOGUE_TLS is done: go on inside of it */
enum dialogue_step dialogue_secured(struct dialogue *dialogue)
{
	dialogue->secured = true;
	return go_to(dialogue, PLACE_END);
}
