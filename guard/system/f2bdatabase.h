/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * f2bdatabase - fail2ban's own database, read without getting in its way
 *
 * A reader that holds it for more than five seconds makes fail2ban lose rows. So
 * it is opened read-only, one short statement is a step, and between two steps
 * nothing is held. A step never waits: a lock is an answer (try again later).
 */
#ifndef GUARD_SYSTEM_F2BDATABASE_H
#define GUARD_SYSTEM_F2BDATABASE_H

#include "guard/model/err.h"

#define F2BDATABASE_TEXT_MAX 4096 /* of names and addresses; longer ones are left out */

struct f2bdatabase;

enum {
	F2BDATABASE_MORE = 1,  /* some rows; there may be more */
	F2BDATABASE_E_BUSY,    /* fail2ban writes; nothing was given */
	F2BDATABASE_E_INVALID, /* not there, not to be opened, corrupt, or not fail2ban's */
};

struct f2bdatabase_row {
	const char *jail, *address; /* borrowed, during the call */
	int64_t time_s, bantime_s;  /* -1 and below: for ever */
	int64_t count;
};

/* Return: 0, or what f2bdatabase_step() is to return. */
typedef int (*f2bdatabase_jail_fn)(const char *jail, void *userdata);
typedef int (*f2bdatabase_row_fn)(const struct f2bdatabase_row *row, void *userdata);

int f2bdatabase_open(struct f2bdatabase **out, const char *path, struct err *err) _must_check_;
void f2bdatabase_close(struct f2bdatabase *db);
DEFINE_CLEANUP(struct f2bdatabase *, f2bdatabase_close, f2bdatabase_cleanup);
int f2bdatabase_jails(struct f2bdatabase *db, f2bdatabase_jail_fn fn, void *userdata,
                      struct err *err) _must_check_;
int f2bdatabase_step(struct f2bdatabase *db, f2bdatabase_row_fn fn, void *userdata,
                     struct err *err) _must_check_;

#endif
