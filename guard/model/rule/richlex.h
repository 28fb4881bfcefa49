/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * richlex - the words of a rich rule
 *
 * As firewalld splits it (functions.py, splitArgs, which is Python's
 * shlex.split): blanks separate, quotes and backslashes work as in a POSIX
 * shell, control characters are dropped first. A word with a `=` is an
 * attribute; where its quotes stood does not matter.
 */
#ifndef GUARD_MODEL_RULE_RICHLEX_H
#define GUARD_MODEL_RULE_RICHLEX_H

#include "guard/base/err.h"

struct richlex {
	const char *text; /* borrowed */
	size_t at;
	char *out; /* where the next word is written */
};

struct richlex_token {
	const char *word;  /* name of the element or attribute; NULL: end of the rule */
	const char *value; /* NULL: not an attribute */
	size_t at;         /* where it begins in the text */
};

enum {
	RICHLEX_E_SYNTAX = 1,
};

void richlex_init(struct richlex *lex, const char *text, char *buffer);
int richlex_next(struct richlex *lex, struct richlex_token *token, struct err *err) _must_check_;
bool richlex_utf8(const char *text, size_t *bad) _must_check_;
unsigned richlex_column(const char *text, size_t at);

#endif
