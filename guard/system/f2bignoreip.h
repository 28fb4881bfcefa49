/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * f2bignoreip - whom the jails of the running fail2ban ignore
 *
 * Asked over its socket, jail by jail, without waiting. What comes back are its
 * words: addresses, prefixes, host names, anything.
 */
#ifndef GUARD_SYSTEM_F2BIGNOREIP_H
#define GUARD_SYSTEM_F2BIGNOREIP_H

#include "guard/system/loop.h"

struct f2bignoreip;

enum {
	F2BIGNOREIP_E_ABSENT = 1, /* no fail2ban runs, so nobody is ignored by it */
};

/*
 * @words: of all jails together, NULL unless @result is 0; borrowed. Called from the loop,
 * once; may free what asked.
 */
typedef void (*f2bignoreip_fn)(int result, const struct strv *words, const struct err *err,
                               void *userdata);

int f2bignoreip_new(struct f2bignoreip **out, struct loop *loop, const char *socket_path,
                    int timeout_ms, f2bignoreip_fn fn, void *userdata) _must_check_;
void f2bignoreip_free(struct f2bignoreip *asking); /* before its loop */
DEFINE_CLEANUP(struct f2bignoreip *, f2bignoreip_free, f2bignoreip_cleanup);

/* For short-lived commands. */
int f2bignoreip_wait(struct strv *out, const char *socket_path, int timeout_ms,
                     struct err *err) _must_check_;

#endif
