/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * f2bsocket - questions to fail2ban's server, one after the other, over one connection
 *
 * Never waits: connect() too is tried again from the loop while the server's
 * backlog of one is taken. Each question has its time, each answer its limit.
 */
#ifndef GUARD_SYSTEM_F2BSOCKET_H
#define GUARD_SYSTEM_F2BSOCKET_H

#include "guard/model/f2breply.h"
#include "guard/system/loop.h"

#define F2BSOCKET_ANSWER_MAX (64 << 20)

struct f2bsocket;

/*
 * @result: 0; F2BREPLY_E_REFUSED, F2BREPLY_E_SHUTDOWN; -ENOENT, -ENOTDIR, -ECONNREFUSED:
 * nobody listens; -EACCES, -EPERM; -ETIMEDOUT; -EBADMSG: no answer of fail2ban; -EPIPE: hung
 * up; other negative errnos. @reply: NULL unless @result is 0; valid during the call.
 * Called from the loop; may ask the next question, and free the socket.
 */
typedef void (*f2bsocket_fn)(int result, const struct f2breply *reply, const struct err *err,
                             void *userdata);

int f2bsocket_new(struct f2bsocket **out, struct loop *loop, const char *path, int timeout_ms,
                  f2bsocket_fn fn, void *userdata) _must_check_;
void f2bsocket_free(struct f2bsocket *s); /* before its loop */
DEFINE_CLEANUP(struct f2bsocket *, f2bsocket_free, f2bsocket_cleanup);
int f2bsocket_ask(struct f2bsocket *s, const char *const *words, size_t n) _must_check_;
int64_t f2bsocket_pid(const struct f2bsocket *s);

#endif
