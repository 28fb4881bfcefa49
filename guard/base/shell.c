// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/base/shell.h"

#include <assert.h>
#include <stdarg.h>
#include <string.h>

#include "guard/base/text.h"

/* None of these means anything to a shell; a word may still not begin with ~ or hold *. */
static bool is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("_-./:+@,=%", c));
}

static bool is_plain_word(const char *word)
{
	bool plain = *word != '\0';

	for (; *word && plain; word++)
		plain = is_plain(*word);
	return plain;
}

/** shell_quote() - a word in single quotes, where it needs them */
void shell_quote(struct builder *builder, const char *word)
{
	if (is_plain_word(word)) {
		builder_add(builder, word);
		return;
	}
	builder_add(builder, "'");
	for (size_t n; *word; word += n) {
		n = strcspn(word, "'");
		builder_add_bytes(builder, word, n);
		if (word[n] == '\'') {
			builder_add(builder, "'\\''");
			n++;
		}
	}
	builder_add(builder, "'");
}

/*
 * What a terminal might obey, or not show, is told to printf by its number. A shell drops
 * newlines at the end of what printf says, so these stay as they are.
 */
static void put_encoded(struct builder *builder, const char *word)
{
	size_t length = strlen(word), n = length;

	while (n > 0 && word[n - 1] == '\n')
		n--;
	builder_add(builder, "\"$(printf %b '");
	for (size_t i = 0; i < n; i++) {
		if (is_plain(word[i]) || word[i] == ' ')
			builder_add_bytes(builder, word + i, 1);
		else
			builder_addf(builder, "\\0%03o", (unsigned)(unsigned char)word[i]);
	}
	builder_add(builder, "')\"");
	if (n < length)
		shell_quote(builder, word + n);
}

/* A word of a command that is shown; any bytes. */
static void put_word(struct builder *builder, const char *word)
{
	if (text_is_clean(word))
		shell_quote(builder, word);
	else
		put_encoded(builder, word);
}

static void add(struct builder *builder, const char *format, va_list args)
{
	while (*format) {
		size_t n = strcspn(format, "%");

		builder_add_bytes(builder, format, n);
		format += n;
		if (!*format)
			break;
		switch (format[1]) {
		case 's':
			put_word(builder, va_arg(args, const char *));
			break;
		case 'u':
			builder_addf(builder, "%u", va_arg(args, unsigned));
			break;
		case 'd':
			builder_addf(builder, "%d", va_arg(args, int));
			break;
		default:
			assert(format[1] == '%');
			builder_add(builder, "%");
		}
		format += 2;
	}
}

/**
 * shell_addf() - part of a command
 * @format: what stands in it is taken as it is; each %s becomes a word of the shell, or the
 *          rest of one: "--zone=%s"; besides %u, %d and %% nothing else is known
 */
void shell_addf(struct builder *builder, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add(builder, format, args);
	va_end(args);
}

/** shell_printf() - a whole command, as shell_addf(); the caller frees @out; Return: 0 or -ENOMEM
 */
int shell_printf(char **out, const char *format, ...)
{
	_cleanup_builder_ struct builder builder = BUILDER_NULL;
	va_list args;

	va_start(args, format);
	add(&builder, format, args);
	va_end(args);
	return builder_take(&builder, out);
}

/** shell_is_plain() - is the word the same in any command, and no option of one? */
bool shell_is_plain(const char *word)
{
	return *word && word[0] != '-' &&
	       strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:-") ==
	           strlen(word);
}

static bool separates(char c)
{
	return c != '\0' && strchr(";&|()", c);
}

/** shell_is_separator() - does it stand between commands? As shell_next() gives it */
bool shell_is_separator(const char *word)
{
	return separates(*word);
}

/**
 * shell_next() - the next word of a command that was made here, without its quotes
 * @word:    replaced; one that stands between commands is a word of its own
 * @command: moved behind it
 *
 * What is in double quotes is taken as it is: here it is never what an option of firewalld's is
 * about, but for a value that no terminal is to see.
 *
 * Return: false: there is no more.
 */
bool shell_next(struct builder *word, const char **command)
{
	const char *at = *command + strspn(*command, " \n");
	char quote = '\0';

	builder_deinit(word);
	builder_add(word, "");
	if (!*at)
		return false;
	if (separates(*at)) {
		*command = at + strspn(at, ";&|()");
		builder_add_bytes(word, at, (size_t)(*command - at));
		return true;
	}
	for (; *at && (quote || (*at != ' ' && *at != '\n' && !separates(*at))); at++) {
		if (quote ? *at == quote : *at == '\'' || *at == '"')
			quote = quote ? '\0' : *at;
		else if (!quote && *at == '\\' && at[1])
			builder_add_bytes(word, ++at, 1);
		else
			builder_add_bytes(word, at, 1);
	}
	*command = at;
	return true;
}
