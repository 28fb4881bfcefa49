/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dialogue - what a client and a mail server say to each other until the client knows enough
 *
 * Pure: lines of the server go in, what to do next comes out. Enough is a greeting,
 * whether STARTTLS is offered, and a polite end; nobody logs in.
 */
#ifndef GUARD_MODEL_MAIL_DIALOGUE_H
#define GUARD_MODEL_MAIL_DIALOGUE_H

#include "guard/base/err.h"

#define DIALOGUE_TEXT_MAX  256
#define DIALOGUE_LINES_MAX 100 /* more than that in one answer is no mail server */

enum dialogue_protocol {
	DIALOGUE_NONE, /* not known: being let in is all that can be asked */
	DIALOGUE_SMTP,
	DIALOGUE_IMAP,
	DIALOGUE_POP3,
	DIALOGUE_HTTP,
};

enum dialogue_step {
	DIALOGUE_WAIT, /* for the next line */
	DIALOGUE_SEND, /* dialogue->output, then wait */
	DIALOGUE_TLS,  /* the server is ready: shake hands, then dialogue_secured() */
	DIALOGUE_DONE,
	DIALOGUE_BAD, /* it says something else than its protocol has it; dialogue->reason */
};

struct dialogue {
	enum dialogue_protocol protocol;
	unsigned place; /* in the dialogue; dialogue.c knows */
	unsigned n_lines;
	bool secured; /* TLS is on */
	bool greeted;
	bool starttls;                    /* was offered */
	const char *output;               /* static; what to send */
	char greeting[DIALOGUE_TEXT_MAX]; /* the server's first line, as it came */
	char reason[DIALOGUE_TEXT_MAX];
};

enum dialogue_step dialogue_begin(struct dialogue *dialogue, enum dialogue_protocol protocol,
                                  bool secured);
enum dialogue_step dialogue_line(struct dialogue *dialogue, const char *line);
enum dialogue_step dialogue_secured(struct dialogue *dialogue);

#endif
