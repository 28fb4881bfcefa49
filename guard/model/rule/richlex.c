/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guard/model/rule/richlex.h"

#include <string.h>

/* The length of the UTF-8 sequence at @s, 0 when it is none (RFC 3629). */
static size_t sequence_length(const unsigned char *s)
{
	size_t length;

	if (s[0] < 0x80)
		return 1;
	if (s[0] >= 0xc2 && s[0] <= 0xdf)
		length = 2;
	else if (s[0] >= 0xe0 && s[0] <= 0xef)
		length = 3;
	else if (s[0] >= 0xf0 && s[0] <= 0xf4)
		length = 4;
	else
		return 0;
	for (size_t i = 1; i < length; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return length;
}

/**
 * richlex_utf8() - whether a text is UTF-8, as all that D-Bus carries is
 * @bad: receives the place of the first byte that is not
 */
bool richlex_utf8(const char *text, size_t *bad)
{
	size_t at = 0;

	while (text[at]) {
		size_t length = sequence_length((const unsigned char *)text + at);

		if (length == 0) {
			*bad = at;
			return false;
		}
		at += length;
	}
	return true;
}

/** richlex_column() - the column of a byte as people count, from 1 and in characters */
unsigned richlex_column(const char *text, size_t at)
{
	unsigned column = 1;

	for (size_t i = 0; i < at && text[i]; i++)
		if (((unsigned char)text[i] & 0xc0) != 0x80)
			column++;
	return column;
}

/**
 * richlex_init() - begin at the start of a text
 * @text:   borrowed; UTF-8
 * @buffer: receives the words; one byte longer than @text with its NUL
 */
void richlex_init(struct richlex *lex, const char *text, char *buffer)
{
	*lex = (struct richlex){.text = text, .out = buffer};
}

/* The next byte, without control characters (C0, DEL and C1); 0 at the end. */
static char next_char(struct richlex *lex)
{
	for (;;) {
		unsigned char c = (unsigned char)lex->text[lex->at];
		unsigned char next = c ? (unsigned char)lex->text[lex->at + 1] : 0;

		if (c == 0)
			return 0;
		lex->at++;
		if (c == 0xc2 && next >= 0x80 && next <= 0x9f)
			lex->at++;
		else if (c >= 0x20 && c != 0x7f)
			return (char)c;
	}
}

static int unfinished(const struct richlex *lex, size_t at, struct err *err, const char *what)
{
	return err_set(err, RICHLEX_E_SYNTAX, "column %u: %s", richlex_column(lex->text, at), what);
}

/* From behind the opening quote to behind the closing one. */
static int read_quoted(struct richlex *lex, char quote, size_t at, struct err *err)
{
	char c;

	while ((c = next_char(lex)) != quote) {
		if (c == '\\' && quote == '"') {
			c = next_char(lex);
			if (c && c != '"' && c != '\\')
				*lex->out++ = '\\';
		}
		if (!c)
			return unfinished(lex, at, err, "this quote is never closed");
		*lex->out++ = c;
	}
	return 0;
}

static int read_word(struct richlex *lex, char c, struct err *err)
{
	int r;

	for (; c && c != ' '; c = next_char(lex)) {
		size_t at = lex->at - 1;

		if (c == '"' || c == '\'') {
			r = read_quoted(lex, c, at, err);
			if (r)
				return r;
			continue;
		}
		if (c == '\\')
			c = next_char(lex);
		if (!c)
			return unfinished(lex, at, err, "nothing follows this backslash");
		*lex->out++ = c;
	}
	*lex->out++ = '\0';
	return 0;
}

/**
 * richlex_next() - the next word
 * @token: receives it; strings lie in the buffer given to richlex_init()
 *
 * Return: 0; RICHLEX_E_SYNTAX for open quotes and attributes without name or value.
 */
int richlex_next(struct richlex *lex, struct richlex_token *token, struct err *err)
{
	char *word = lex->out, *equals;
	size_t at;
	char c;
	int r;

	do {
		at = lex->at;
		c = next_char(lex);
	} while (c == ' ');
	*token = (struct richlex_token){.at = at};
	if (!c)
		return 0;
	r = read_word(lex, c, err);
	if (r)
		return r;
	token->word = word;
	equals = strchr(word, '=');
	if (!equals)
		return 0;
	if (equals == word || equals[1] == '\0' || strchr(equals + 1, '='))
		return err_set(err, RICHLEX_E_SYNTAX,
		               "column %u: write NAME=VALUE with one '=', not '%.40s'",
		               richlex_column(lex->text, at), word);
	*equals = '\0';
	token->value = equals + 1;
	return 0;
}
