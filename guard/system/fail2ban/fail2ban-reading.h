/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fail2ban-reading - one reading of fail2ban: who runs, its jails, their actions, their bans
 *
 * Over the socket where that answers; the database then adds what the list of
 * bans does not say (how often, and which of two o'clocks). Where fail2ban runs
 * and does not answer, from the database alone, and the actions are not known.
 * Otherwise it is unknown (law 2).
 */
#ifndef GUARD_SYSTEM_FAIL2BAN_FAIL2BAN_READING_H
#define GUARD_SYSTEM_FAIL2BAN_FAIL2BAN_READING_H

#include "guard/system/fail2ban/fail2ban.h"

struct fail2ban_reading;

struct fail2ban_reading_result {
	int result;             /* 0; FAIL2BAN_E_UNKNOWN; negative errno */
	struct tickets tickets; /* when result is 0 */
	enum fail2ban_state state;
	int64_t pid;    /* of the server; 0: not known */
	char *database; /* as the server has it; NULL: not known */
	struct err err;
};

typedef void (*fail2ban_reading_fn)(struct fail2ban_reading_result *result, void *userdata);

/* What was known before. */
struct fail2ban_reading_before {
	enum fail2ban_state state; /* a process without a socket may be coming or going */
	const char *database;      /* as a server had it that may be gone; NULL: not known */
};

/*
 * @brief: only who runs. @before: copied; NULL: nothing was known. The callback comes from the
 * loop, once; it may free the reading.
 */
int fail2ban_reading_new(struct fail2ban_reading **out, struct loop *loop,
                         const struct fail2ban_options *options, bool brief,
                         const struct fail2ban_reading_before *before, fail2ban_reading_fn fn,
                         void *userdata) _must_check_;
void fail2ban_reading_free(struct fail2ban_reading *reading); /* before its loop */
DEFINE_CLEANUP(struct fail2ban_reading *, fail2ban_reading_free, fail2ban_reading_cleanup);

#endif
