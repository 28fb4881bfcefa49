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

#include "guard/model/ban/ticket.h"
#include "guard/system/host/config.h"
#include "guard/system/host/loop.h"

#define FAIL2BAN_DEFAULT_SOCKET   "/run/fail2ban/fail2ban.sock"
#define FAIL2BAN_DEFAULT_PIDFILE  "/run/fail2ban/fail2ban.pid"
#define FAIL2BAN_DEFAULT_DATABASE "/var/lib/fail2ban/fail2ban.sqlite3"

enum fail2ban_state {
	FAIL2BAN_UNKNOWN,     /* may not be asked */
	FAIL2BAN_RUNNING,     /* answers */
	FAIL2BAN_STOPPED,     /* ended in order: no socket, no pid file */
	FAIL2BAN_UNREACHABLE, /* the socket is there, and no answer came in time */
	FAIL2BAN_STOPPING,    /* told to end, unbans under way */
	FAIL2BAN_CRASHED,     /* a dead server left its socket */
	FAIL2BAN_STARTING,    /* a process, and no answer yet; bans are being put back */
	FAIL2BAN_N_STATES,
};

enum {
	FAIL2BAN_E_UNKNOWN = 1, /* neither the server nor its database could tell */
};

struct fail2ban_options {
	const char *socket;   /* NULL: the default; borrowed */
	const char *pidfile;  /* NULL: the default; borrowed */
	const char *database; /* NULL: asked from the running server, else the default; borrowed */
	int timeout_ms;       /* for each question; 0: 5 s */
	int wait_ms;          /* for all of them, of fail2ban_read_wait(); 0: 30 s */
};

struct fail2ban_options fail2ban_options_of(const struct config *config);
const char *fail2ban_state_name(enum fail2ban_state state);

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
