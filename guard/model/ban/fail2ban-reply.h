/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fail2ban-reply - what fail2ban's server answers, checked down to the last character
 *
 * An answer is (0, value) or (1, exception). What does not have the form that
 * the question calls for is malformed as a whole: half an answer is none.
 * Addresses and names of jails may hold anything, as fail2ban allows it.
 */
#ifndef GUARD_MODEL_BAN_FAIL2BAN_REPLY_H
#define GUARD_MODEL_BAN_FAIL2BAN_REPLY_H

#include "guard/base/pickle.h"

enum {
	FAIL2BAN_REPLY_E_MALFORMED = 1,
	FAIL2BAN_REPLY_E_TRUNCATED, /* good so far, but it goes on */
	FAIL2BAN_REPLY_E_REFUSED,   /* there is no such jail, action or property */
	FAIL2BAN_REPLY_E_SHUTDOWN,  /* the server is about to end, and answers no more questions */
};

struct fail2ban_reply {
	struct pickle pickle;
	size_t value;
};
#define FAIL2BAN_REPLY_NULL      ((struct fail2ban_reply){0})
#define _cleanup_fail2ban_reply_ _cleanup_(fail2ban_reply_deinit)

/* A line of `get JAIL banip --with-time`. */
struct fail2ban_reply_ban {
	const char *address; /* borrowed; not terminated */
	size_t length;
	int64_t from_s;    /* the server's local time, as if it were UTC */
	int64_t until_s;   /* likewise; 0: never */
	int64_t bantime_s; /* -1: for ever */
};

int fail2ban_reply_read(struct fail2ban_reply *out, const void *data, size_t length,
                        struct err *err) _must_check_;
void fail2ban_reply_deinit(struct fail2ban_reply *reply);
int fail2ban_reply_text(char **out, const struct fail2ban_reply *reply) _must_check_;
int fail2ban_reply_texts(struct strv *out, const struct fail2ban_reply *reply) _must_check_;
int fail2ban_reply_jails(struct strv *out, const struct fail2ban_reply *reply,
                         struct err *err) _must_check_;
int fail2ban_reply_ban(struct fail2ban_reply_ban *out, const struct fail2ban_reply *reply,
                       size_t value) _must_check_;
int fail2ban_reply_ban_line(struct fail2ban_reply_ban *out, const char *line,
                            size_t length) _must_check_;

#endif
