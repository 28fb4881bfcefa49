/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * journal - entries of systemd's journal, as journalctl -o json and -o export print them
 *
 * Of an entry three fields are wanted: who says it, what, and when. One that has any of
 * them twice, or that is longer than LINES_MAX, is none.
 *
 * An entry of an export has many lines, and its fields may hold newlines, and so whatever
 * a stranger has typed: then the field's length stands before it. Who does not count from
 * the very beginning can take a field's text for an entry. So an export is read only from
 * a stream whose first line begins one, and after a length that cannot be, nothing more.
 */
#ifndef GUARD_MODEL_MAIL_JOURNAL_H
#define GUARD_MODEL_MAIL_JOURNAL_H

#include "guard/base/lines.h"

struct journal_entry {
	char program[64];        /* SYSLOG_IDENTIFIER */
	char message[LINES_MAX]; /* not terminated */
	size_t length;           /* of the message */
	int64_t at_us;           /* when, UTC */
	unsigned has;            /* which of these are there; for journal_line() alone */
};

struct journal {
	bool begun;  /* some line was read */
	bool export; /* its first one has begun an export */
	bool lost;   /* what is a field and what is its text is not known any more */
	bool counts; /* the text of a field with a length is being passed over */
	unsigned n_size;
	uint64_t left; /* the length as far as it is known; then what is left, with its newline */
	struct journal_entry entry;
};
#define JOURNAL_NULL ((struct journal){.begun = false})

enum journal_kind {
	JOURNAL_NONE, /* the line is no journal's */
	JOURNAL_MORE, /* it is part of an entry, or of one that is of no use */
	JOURNAL_ENTRY,
};

enum journal_kind journal_line(struct journal *journal, const char *line,
                               size_t length) _must_check_;
void journal_passed_over(struct journal *journal);

#endif
