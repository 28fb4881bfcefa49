// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/base/fold.h"

#include <stdio.h>
#include <string.h>

#include "guard/base/builder.h"

static bool begins_character(char c)
{
	return ((unsigned char)c & 0xc0) != 0x80;
}

/**
 * fold_line() - how much of a text goes on a line
 *
 * Return: bytes, up to a blank that the next line leaves out; all of them when it fits.
 */
size_t fold_line(const char *text, size_t columns)
{
	size_t i = strspn(text, " "), width = i, best = 0;

	for (; text[i] && (width <= columns || best == 0); i++) {
		if (text[i] == ' ' && text[i - 1] != ' ')
			best = i;
		width += begins_character(text[i]);
	}
	return width <= columns || best == 0 ? i : best;
}

/** fold_longest_word() - the columns that it takes at least */
size_t fold_longest_word(const char *text)
{
	size_t longest = 0, width = 0;

	for (; *text; text++) {
		width = *text == ' ' ? 0 : width + begins_character(*text);
		if (width > longest)
			longest = width;
	}
	return longest;
}

/** fold_hang() - where a line goes on: under what a label or a number stands before, or further in
 */
size_t fold_hang(const char *text)
{
	size_t indent = strspn(text, " "), word = strcspn(text + indent, " ");
	size_t blanks = strspn(text + indent + word, " ");

	return blanks > 1 ? indent + word + blanks : indent + 4;
}

/**
 * fold_text() - a text with line ends in it
 * @out:     receives the copy; the caller frees it
 * @columns: 0: it stays one line
 * @hang:    blanks before each line but the first; none where they would take half of a line
 *
 * Return: 0 or -ENOMEM.
 */
int fold_text(char **out, const char *text, size_t columns, size_t hang)
{
	struct builder folded = BUILDER_NULL;
	size_t room = columns;

	if (hang > columns / 2)
		hang = 0;
	while (columns > 0) {
		size_t n = fold_line(text, room);

		builder_add_bytes(&folded, text, n);
		text += n + strspn(text + n, " ");
		if (*text == '\0')
			break;
		builder_addf(&folded, "\n%*s", (int)hang, "");
		room = columns - hang;
	}
	builder_add(&folded, text);
	return builder_take(&folded, out);
}
