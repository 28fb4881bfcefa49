/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lines - the lines of a stream that comes in pieces
 *
 * A line is handed out when its newline has come, never before: who reads a log
 * while it is written must not take half a line for a whole one. Lines that are
 * longer than LINES_MAX are passed over as a whole.
 */
#ifndef GUARD_BASE_LINES_H
#define GUARD_BASE_LINES_H

#include "guard/base/util.h"

#define LINES_MAX 8192

struct lines {
	char buffer[LINES_MAX]; /* the line that has not ended yet */
	size_t n;
	uint64_t pending; /* its length so far, also where it is too long to be kept */
	bool skip;        /* it began before the stream: it is left out */
	uint64_t n_long;  /* lines that were passed over */
};
#define LINES_NULL ((struct lines){.n = 0})

/* Not terminated; without its newline. */
typedef void (*lines_fn)(const char *line, size_t length, void *userdata);

void lines_feed(struct lines *lines, const char *data, size_t length, lines_fn fn, void *userdata);
void lines_skip_first(struct lines *lines);
void lines_reset(struct lines *lines);

#endif
