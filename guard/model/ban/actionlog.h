/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * actionlog - which actions of fail2ban fail each time, by its log
 *
 * The server tells nobody else. Of a command that fails the log has the command, what it said
 * and how it ended, each with a number of that call; then that the ban of a jail's action failed.
 * An action fails as long as the jail's latest bans all failed in it, or when it could not be
 * started; a jail that is made anew, and a server that starts, begin anew.
 *
 * What is in the log may have been written by a stranger: an attempt to log in is not, but a
 * name that a jail bans by, and the output of a command, are. So lines are taken as fail2ban's by
 * their whole head, lengths are bounded, and the caller keeps of the jails and actions those
 * that the server says it has.
 */
#ifndef GUARD_MODEL_BAN_ACTIONLOG_H
#define GUARD_MODEL_BAN_ACTIONLOG_H

#include "guard/model/ban/ticket.h"

#define ACTIONLOG_TEXT_MAX 240
/* Commands that failed, of which it is not known yet whose they were. */
#define ACTIONLOG_CALLS 4
/* So many bans without any success are no accident. */
#define ACTIONLOG_FAILURES_MIN 2

/* A call of a command that failed. */
struct actionlog_call {
	char id[20];                      /* "": none */
	char command[ACTIONLOG_TEXT_MAX]; /* its beginning */
	char said[ACTIONLOG_TEXT_MAX];    /* the first thing that it said; "": nothing */
	char ended[ACTIONLOG_TEXT_MAX];   /* "returned 1", "timed out after 60 seconds." */
};

struct actionlog_row {
	char jail[TICKET_JAIL_MAX + 1];
	char action[TICKET_JAIL_MAX + 1];
	size_t n;                   /* bans that failed, one after the other */
	size_t at_ban;              /* of the jail's, the last that failed */
	bool start;                 /* it could not be started: what bans stand on may be missing */
	struct actionlog_call call; /* the last that failed */
};

struct actionlog_jail {
	char name[TICKET_JAIL_MAX + 1];
	size_t n_bans;
};

struct actionlog {
	struct actionlog_row *rows; /* owned */
	size_t n, capacity;
	struct actionlog_jail *jails; /* owned */
	size_t n_jails, jails_capacity;
	struct actionlog_call calls[ACTIONLOG_CALLS]; /* the last first */
	bool in_command; /* the last line had a command, which the next may go on with */
};
#define ACTIONLOG_NULL      ((struct actionlog){0})
#define _cleanup_actionlog_ _cleanup_(actionlog_deinit)

int actionlog_add(struct actionlog *log, const char *line, size_t length) _must_check_;
bool actionlog_row_fails(const struct actionlog *log, const struct actionlog_row *row);
int actionlog_why(char **why, char **mend, const struct actionlog_row *row, bool starts,
                  bool rpm) _must_check_;
bool actionlog_blames_firewalld(const struct actionlog_row *row);
void actionlog_deinit(struct actionlog *log);

#endif
