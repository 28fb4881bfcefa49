/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * f2breading - one reading of fail2ban: who runs, its jails, their actions, their bans
 *
 * Over the socket where that answers; the database then adds what the list of
 * bans does not say (how often, and which of two o'clocks). Where fail2ban runs
 * and does not answer, from the database alone, and the actions are not known.
 * Otherwise it is unknown (law 2).
 */
#ifndef GUARD_SYSTEM_F2BREADING_H
#define GUARD_SYSTEM_F2BREADING_H

#include "guard/system/fail2ban.h"

struct f2breading;

struct f2breading_result {
	int result;             /* 0; FAIL2BAN_E_UNKNOWN; negative errno */
	struct tickets tickets; /* when result is 0 */
	enum fail2ban_state state;
	int64_t pid;    /* of the server; 0: not known */
	char *database; /* as the server has it; NULL: not known */
	struct err err;
};

typedef void (*f2breading_fn)(struct f2breading_result *result, void *userdata);

/* What was known before. */
struct f2breading_before {
	enum fail2ban_state state; /* a process without a socket may be coming or going */
	const char *database;      /* as a server had it that may be gone; NULL: not known */
};

/*
 * @brief: only who runs. @before: copied; NULL: nothing was known. The callback comes from the
 * loop, once; it may free the reading.
 */
int f2breading_new(struct f2breading **out, struct loop *loop,
                   const struct fail2ban_options *options, bool brief,
                   const struct f2breading_before *before, f2breading_fn fn,
                   void *userdata) _must_check_;
void f2breading_free(struct f2breading *reading); /* before its loop */
DEFINE_CLEANUP(struct f2breading *, f2breading_free, f2breading_cleanup);

#endif
