/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fail2ban-socket - questions to fail2ban's server, one after the other, over one connection
 *
 * Never waits: connect() too is tried again from the loop while the server's
 * backlog of one is taken. Each question has its time, each answer its limit.
 */
#ifndef GUARD_SYSTEM_FAIL2BAN_FAIL2BAN_SOCKET_H
#define GUARD_SYSTEM_FAIL2BAN_FAIL2BAN_SOCKET_H

#include "guard/model/ban/fail2ban-reply.h"
#include "guard/system/host/loop.h"

#define FAIL2BAN_SOCKET_ANSWER_MAX (64 << 20)

struct fail2ban_socket;

/*
 * @result: 0; FAIL2BAN_REPLY_E_REFUSED, FAIL2BAN_REPLY_E_SHUTDOWN; -ENOENT, -ENOTDIR,
 * -ECONNREFUSED: nobody listens; -EACCES, -EPERM; -ETIMEDOUT; -EBADMSG: no answer of fail2ban;
 * -EPIPE: hung up; other negative errnos. @reply: NULL unless @result is 0; valid during the call.
 * Called from the loop; may ask the next question, and free the socket.
 */
typedef void (*fail2ban_socket_fn)(int result, const struct fail2ban_reply *reply,
                                   const struct err *err, void *userdata);

int fail2ban_socket_new(struct fail2ban_socket **out, struct loop *loop, const char *path,
                        int timeout_ms, fail2ban_socket_fn fn, void *userdata) _must_check_;
void fail2ban_socket_free(struct fail2ban_socket *s); /* before its loop */
DEFINE_CLEANUP(struct fail2ban_socket *, fail2ban_socket_free, fail2ban_socket_cleanup);
int fail2ban_socket_ask(struct fail2ban_socket *s, const char *const *words, size_t n) _must_check_;
int64_t fail2ban_socket_pid(const struct fail2ban_socket *s);

#endif
