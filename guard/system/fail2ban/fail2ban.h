/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fail2ban - its state, and the tickets that it holds
 *
 * Asks over its socket, in a bounded time, and reads its database, read-only, in
 * short statements: a reader that holds it open makes fail2ban lose rows. A socket
 * that nobody answers on, or that we may not open, is not the same as a fail2ban
 * that does not run; and what could not be read is unknown, not empty (law 2).
 *
 * A list of bans is whole: every ticket of every jail, or FAIL2BAN_E_UNKNOWN. Only what no
 * firewall could hold is left out (names longer than TICKET_ADDRESS_MAX). While a server
 * starts, bans that it still has to put back are not in its list yet.
 *
 * struct fail2ban follows it in a loop: inotify on the folders that hold its
 * socket and database (and on their parents, since systemd removes the first at
 * each stop) says when to look again.
 */
#ifndef GUARD_SYSTEM_FAIL2BAN_FAIL2BAN_H
#define GUARD_SYSTEM_FAIL2BAN_FAIL2BAN_H

#include "guard/system/fail2ban/fail2ban-reading.h"

struct fail2ban;

/* @tickets: NULL unless @result is 0; borrowed, and may be taken: copy, then TICKETS_NULL. */
typedef void (*fail2ban_read_fn)(int result, struct tickets *tickets, const struct err *err,
                                 void *userdata);

/* Who is told what becomes of it, in the order in which they came; none leaves meanwhile. */
struct fail2ban_follower {
	/* The state changed; both RUNNING: another server has taken its place meanwhile. */
	void (*on_state)(enum fail2ban_state from, enum fail2ban_state to, void *userdata);
	/* The tickets may have changed; once for a burst. A ban that just ends does not show. May
	 * be NULL. */
	void (*on_change)(void *userdata);
	void *userdata;
	struct fail2ban_follower *next; /* fail2ban.c's */
};

int fail2ban_new(struct fail2ban **out, struct loop *loop,
                 const struct fail2ban_options *options) _must_check_;
void fail2ban_free(struct fail2ban *fail2ban); /* before its loop */
DEFINE_CLEANUP(struct fail2ban *, fail2ban_free, fail2ban_cleanup);
#define _cleanup_fail2ban_ _cleanup_(fail2ban_cleanup)

void fail2ban_follow(struct fail2ban *fail2ban, struct fail2ban_follower *follower);
void fail2ban_unfollow(struct fail2ban *fail2ban, struct fail2ban_follower *follower);
enum fail2ban_state fail2ban_state(const struct fail2ban *fail2ban);
/* One at a time: a second wish while one is under way is answered by a reading of its own after. */
int fail2ban_read(struct fail2ban *fail2ban, fail2ban_read_fn fn, void *userdata) _must_check_;
void fail2ban_read_cancel(struct fail2ban *fail2ban); /* of everybody */
void fail2ban_read_forget(struct fail2ban *fail2ban, fail2ban_read_fn fn, void *userdata);
int64_t fail2ban_began_us(const struct fail2ban *fail2ban);
const char *fail2ban_database(const struct fail2ban *fail2ban);
int fail2ban_configure(struct fail2ban *fail2ban,
                       const struct fail2ban_options *options) _must_check_;

/* For short-lived commands. */
int fail2ban_read_wait(struct tickets *out, enum fail2ban_state *state,
                       const struct fail2ban_options *options, struct err *err) _must_check_;

#endif
