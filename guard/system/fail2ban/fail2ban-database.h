/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fail2ban-database - fail2ban's own database, read without getting in its way
 *
 * A reader that holds it for more than five seconds makes fail2ban lose rows. So
 * it is opened read-only, one short statement is a step, and between two steps
 * nothing is held. A step never waits: a lock is an answer (try again later).
 */
#ifndef GUARD_SYSTEM_FAIL2BAN_FAIL2BAN_DATABASE_H
#define GUARD_SYSTEM_FAIL2BAN_FAIL2BAN_DATABASE_H

#include "guard/base/err.h"

#define FAIL2BAN_DATABASE_TEXT_MAX 4096 /* of names and addresses; longer ones are left out */

struct fail2ban_database;

enum {
	FAIL2BAN_DATABASE_MORE = 1,  /* some rows; there may be more */
	FAIL2BAN_DATABASE_E_BUSY,    /* fail2ban writes; nothing was given */
	FAIL2BAN_DATABASE_E_INVALID, /* not there, not to be opened, corrupt, or not fail2ban's */
};

struct fail2ban_database_row {
	const char *jail, *address; /* borrowed, during the call */
	int64_t time_s, bantime_s;  /* -1 and below: for ever */
	int64_t count;
};

/* Return: 0, or what fail2ban_database_step() is to return. */
typedef int (*fail2ban_database_jail_fn)(const char *jail, void *userdata);
typedef int (*fail2ban_database_row_fn)(const struct fail2ban_database_row *row, void *userdata);

int fail2ban_database_open(struct fail2ban_database **out, const char *path,
                           struct err *err) _must_check_;
void fail2ban_database_close(struct fail2ban_database *db);
DEFINE_CLEANUP(struct fail2ban_database *, fail2ban_database_close, fail2ban_database_cleanup);
int fail2ban_database_jails(struct fail2ban_database *db, fail2ban_database_jail_fn fn,
                            void *userdata, struct err *err) _must_check_;
int fail2ban_database_step(struct fail2ban_database *db, fail2ban_database_row_fn fn,
                           void *userdata, struct err *err) _must_check_;

#endif
