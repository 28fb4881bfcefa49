// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/base/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Words longer than this are not compared: nobody mistypes that much. */
#define TEXT_DISTANCE_MAX 64

/* One well-formed UTF-8 character; Return: its bytes, 0 when it is none. */
static size_t decode(const unsigned char *in, size_t length, uint32_t *out)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	uint32_t c;
	size_t n;

	if (length == 0)
		return 0;
	if (in[0] < 0x80) {
		*out = in[0];
		return 1;
	}
	if ((in[0] & 0xe0) == 0xc0)
		n = 2;
	else if ((in[0] & 0xf0) == 0xe0)
		n = 3;
	else if ((in[0] & 0xf8) == 0xf0)
		n = 4;
	else
		return 0;
	if (length < n)
		return 0;
	c = in[0] & (0xffu >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if ((in[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (in[i] & 0x3fu);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*out = c;
	return n;
}

/* Controls, line separators, and what turns the direction of writing or is not seen at all. */
static bool is_treacherous(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || c == 0x61c ||
	       (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	       (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb) ||
	       (c >= 0xe0000 && c <= 0xe0fff);
}

static bool is_mark(unsigned char c)
{
	return c == TEXT_COMMAND_BEGIN[0] || c == TEXT_COMMAND_END[0];
}

/** text_is_clean() - may it be shown as it is, but for what a backslash means? */
bool text_is_clean(const char *text)
{
	size_t left = strlen(text);

	while (left > 0) {
		uint32_t c;
		size_t n = decode((const unsigned char *)text, left, &c);

		if (n == 0 || is_treacherous(c))
			return false;
		text += n;
		left -= n;
	}
	return true;
}

/** text_drop_marks() - the marks of TEXT_COMMAND, for readers who need none */
void text_drop_marks(char *text)
{
	char *out = text;

	for (; *text; text++)
		if (!is_mark((unsigned char)*text))
			*out++ = *text;
	*out = '\0';
}

/**
 * text_escape() - a copy that may be shown: \xNN for each byte that may not
 * @out:  receives the copy, always ended by NUL when @size > 0; may be NULL with @size 0
 * @size: bytes at @out; what does not fit is left out at a character's boundary
 * @in:   borrowed; any bytes
 *
 * A backslash becomes two, so that what is shown says exactly one thing; but not between
 * the marks of TEXT_COMMAND, since a command is to be pasted. The marks are left out.
 *
 * Return: the length of the whole copy, as snprintf() tells it.
 */
size_t text_escape(char *out, size_t size, const char *in)
{
	const unsigned char *bytes = (const unsigned char *)in;
	size_t left = strlen(in), written = 0;
	bool full = false, command = false;

	if (size > 0)
		out[0] = '\0';
	while (left > 0) {
		char piece[17];
		uint32_t c;
		size_t used = decode(bytes, left, &c), n = 0;

		if (is_mark(*bytes)) {
			command = *bytes == TEXT_COMMAND_BEGIN[0];
		} else if (used > 0 && !is_treacherous(c) && (command || c != '\\')) {
			memcpy(piece, bytes, used);
			n = used;
		} else if (used == 1 && c == '\\') {
			piece[n++] = '\\';
			piece[n++] = '\\';
		} else {
			if (used == 0)
				used = 1;
			for (size_t i = 0; i < used; i++)
				n += (size_t)snprintf(piece + n, sizeof(piece) - n, "\\x%02x",
				                      (unsigned)bytes[i]);
		}
		if (!full && written + n < size) {
			memcpy(out + written, piece, n);
			out[written + n] = '\0';
		} else {
			full = true;
		}
		written += n;
		bytes += used;
		left -= used;
	}
	return written;
}

/** text_escape_new() - text_escape() into memory of its own; the caller frees it; 0 or -ENOMEM */
int text_escape_new(char **out, const char *in)
{
	size_t size = text_escape(NULL, 0, in) + 1;
	char *copy = malloc(size);

	if (!copy)
		return -ENOMEM;
	text_escape(copy, size, in);
	*out = copy;
	return 0;
}

/** text_width() - columns of an escaped text: its characters, taking each for one column */
size_t text_width(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

/** text_trim() - without the white space at both ends; in place; Return: its first byte */
char *text_trim(char *text)
{
	size_t length;

	text += strspn(text, " \t\r\n");
	length = strlen(text);
	while (length > 0 && strchr(" \t\r\n", text[length - 1]))
		text[--length] = '\0';
	return text;
}

/** text_is_same() - two that may be NULL, which only NULL is the same as */
bool text_is_same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/** text_has_suffix() - and something before it */
bool text_has_suffix(const char *text, const char *suffix)
{
	size_t length = strlen(text), tail = strlen(suffix);

	return length > tail && strcmp(text + length - tail, suffix) == 0;
}

/**
 * text_is_host_name() - could a host be called that?
 *
 * As the resolver takes it, so with underscores. It has a letter: 1.2.3 is a mistyped address.
 */
bool text_is_host_name(const char *text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	size_t n = 0;

	while (text[n] && (strchr(letters, text[n]) || strchr("0123456789-._", text[n])))
		n++;
	return !text[n] && n <= TEXT_HOST_MAX && *text != '-' && strpbrk(text, letters);
}

/** text_is_utf8() - is all of it well-formed UTF-8? */
bool text_is_utf8(const char *text, size_t length)
{
	while (length > 0) {
		uint32_t c;
		size_t n = decode((const unsigned char *)text, length, &c);

		if (n == 0)
			return false;
		text += n;
		length -= n;
	}
	return true;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/** text_plural() - what a noun gets behind a number: "1 ban", "2 bans" */
const char *text_plural(unsigned long long n)
{
	return n == 1 ? "" : "s";
}

/**
 * text_distance() - how many letters must change to make one word the other
 *
 * Inserting, deleting, replacing a letter and swapping two neighbours count
 * one each; '-' and '_' are the same. Words that are too long are far apart.
 */
size_t text_distance(const char *a, const char *b)
{
	size_t rows[3][TEXT_DISTANCE_MAX + 1];
	size_t *before = rows[0], *last = rows[1], *this = rows[2];
	size_t na = strlen(a), nb = strlen(b);

	if (na > TEXT_DISTANCE_MAX || nb > TEXT_DISTANCE_MAX)
		return SIZE_MAX;
	memset(rows, 0, sizeof(rows));
	for (size_t j = 0; j <= nb; j++)
		last[j] = j;
	for (size_t i = 1; i <= na; i++) {
		size_t *oldest = before;
		char x = (char)(a[i - 1] == '_' ? '-' : a[i - 1]);

		this[0] = i;
		for (size_t j = 1; j <= nb; j++) {
			char y = (char)(b[j - 1] == '_' ? '-' : b[j - 1]);

			this[j] =
			    least(least(last[j] + 1, this[j - 1] + 1), last[j - 1] + (x != y));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				this[j] = least(this[j], before[j - 2] + 1);
		}
		before = last;
		last = this;
		this = oldest;
	}
	return last[nb];
}

/**
 * text_nearest() - what a misspelt word probably was meant to be
 *
 * Return: one of the candidates, or NULL when none is near enough to be worth
 * a guess (more than a third of the letters differ).
 */
const char *text_nearest(const char *word, const char *const *candidates, size_t n)
{
	const char *nearest = NULL;
	size_t best = SIZE_MAX;

	for (size_t i = 0; i < n; i++) {
		size_t distance = text_distance(word, candidates[i]);

		if (distance < best) {
			best = distance;
			nearest = candidates[i];
		}
	}
	if (!nearest || best > 1 + strlen(nearest) / 3)
		return NULL;
	return nearest;
}
