/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guard/base/lines.h"

#include <string.h>

/** lines_reset() - forget the line that has not ended yet */
void lines_reset(struct lines *lines)
{
	lines->n = 0;
	lines->pending = 0;
	lines->skip = false;
}

/** lines_skip_first() - what comes up to the first newline is the rest of a line: leave it out */
void lines_skip_first(struct lines *lines)
{
	lines_reset(lines);
	lines->skip = true;
}

/* More of a line whose end has not come. */
static void keep(struct lines *lines, const char *data, size_t length)
{
	if (lines->pending + length <= LINES_MAX) {
		memcpy(lines->buffer + lines->n, data, length);
		lines->n += length;
	}
	lines->pending += length;
}

/**
 * lines_feed() - the next piece of the stream
 * @data: borrowed, @length bytes
 * @fn:   called for each line that ends in it
 */
void lines_feed(struct lines *lines, const char *data, size_t length, lines_fn fn, void *userdata)
{
	while (length > 0) {
		const char *newline = memchr(data, '\n', length);
		size_t part = newline ? (size_t)(newline - data) : length;

		if (newline && lines->pending == 0 && !lines->skip && part <= LINES_MAX) {
			fn(data, part, userdata);
		} else {
			keep(lines, data, part);
			if (newline && !lines->skip && lines->pending <= LINES_MAX)
				fn(lines->buffer, lines->n, userdata);
			if (newline) {
				lines->n_long += lines->pending > LINES_MAX;
				lines_reset(lines);
			}
		}
		if (newline)
			part++;
		data += part;
		length -= part;
	}
}
