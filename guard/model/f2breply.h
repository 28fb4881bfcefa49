/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * f2breply - what fail2ban's server answers, checked down to the last character
 *
 * An answer is (0, value) or (1, exception). What does not have the form that
 * the question calls for is malformed as a whole: half an answer is none.
 * Addresses and names of jails may hold anything, as fail2ban allows it.
 */
#ifndef GUARD_MODEL_F2BREPLY_H
#define GUARD_MODEL_F2BREPLY_H

#include "guard/model/pickle.h"

enum {
	F2BREPLY_E_MALFORMED = 1,
	F2BREPLY_E_TRUNCATED, /* good so far, but it goes on */
	F2BREPLY_E_REFUSED,   /* there is no such jail, action or property */
	F2BREPLY_E_SHUTDOWN,  /* the server is about to end, and answers no more questions */
};

struct f2breply {
	struct pickle pickle;
	size_t value;
};
#define F2BREPLY_NULL      ((struct f2breply){0})
#define _cleanup_f2breply_ _cleanup_(f2breply_deinit)

/* A line of `get JAIL banip --with-time`. */
struct f2breply_ban {
	const char *address; /* borrowed; not terminated */
	size_t length;
	int64_t from_s;    /* the server's local time, as if it were UTC */
	int64_t until_s;   /* likewise; 0: never */
	int64_t bantime_s; /* -1: for ever */
};

int f2breply_read(struct f2breply *out, const void *data, size_t length,
                  struct err *err) _must_check_;
void f2breply_deinit(struct f2breply *reply);
int f2breply_text(char **out, const struct f2breply *reply) _must_check_;
int f2breply_texts(struct strv *out, const struct f2breply *reply) _must_check_;
int f2breply_jails(struct strv *out, const struct f2breply *reply, struct err *err) _must_check_;
int f2breply_ban(struct f2breply_ban *out, const struct f2breply *reply, size_t value) _must_check_;
int f2breply_ban_line(struct f2breply_ban *out, const char *line, size_t length) _must_check_;

#endif
