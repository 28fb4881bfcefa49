/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fail2ban-ignoreip - whom the jails of the running fail2ban ignore
 *
 * Asked over its socket, jail by jail, without waiting. What comes back are its
 * words: addresses, prefixes, host names, anything.
 */
#ifndef GUARD_SYSTEM_FAIL2BAN_FAIL2BAN_IGNOREIP_H
#define GUARD_SYSTEM_FAIL2BAN_FAIL2BAN_IGNOREIP_H

#include "guard/system/host/loop.h"

struct fail2ban_ignoreip;

enum {
	FAIL2BAN_IGNOREIP_E_ABSENT = 1, /* no fail2ban runs, so nobody is ignored by it */
};

/*
 * @words: of all jails together, NULL unless @result is 0; borrowed. Called from the loop,
 * once; may free what asked.
 */
typedef void (*fail2ban_ignoreip_fn)(int result, const struct strv *words, const struct err *err,
                                     void *userdata);

int fail2ban_ignoreip_new(struct fail2ban_ignoreip **out, struct loop *loop,
                          const char *socket_path, int timeout_ms, fail2ban_ignoreip_fn fn,
                          void *userdata) _must_check_;
void fail2ban_ignoreip_free(struct fail2ban_ignoreip *asking); /* before its loop */
DEFINE_CLEANUP(struct fail2ban_ignoreip *, fail2ban_ignoreip_free, fail2ban_ignoreip_cleanup);

/* For short-lived commands. */
int fail2ban_ignoreip_wait(struct strv *out, const char *socket_path, int timeout_ms,
                           struct err *err) _must_check_;

#endif
