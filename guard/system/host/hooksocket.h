/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hooksocket - how the fail2ban hook tells the watcher of an event
 *
 * A connection is one event: one packet (SOCK_SEQPACKET) with the text that a file of the spool
 * holds, and one byte back once it is on record. systemd holds the socket, so that what waits in
 * it outlives a restart of the watcher; where none does, the watcher makes it. Linked by the
 * hook, so nothing in here needs more than the C library.
 *
 * @dir is the folder of the socket: HOOKSOCKET_FOLDER, or the state directory that was named.
 */
#ifndef GUARD_SYSTEM_HOST_HOOKSOCKET_H
#define GUARD_SYSTEM_HOST_HOOKSOCKET_H

#include <sys/types.h>

#include "guard/base/err.h"

#define HOOKSOCKET_FOLDER "/run/reload-guard"
#define HOOKSOCKET_NAME   "hook.sock"

/* What comes back; a connection that ends without it has told nothing. */
#define HOOKSOCKET_RECORDED 'R'

enum hooksocket_word {
	HOOKSOCKET_TOLD,   /* it is on record */
	HOOKSOCKET_NOBODY, /* nobody took it */
	HOOKSOCKET_LATE,   /* nobody has said anything yet; who reads it later may still take it */
};

/* The hook's side. */
int hooksocket_send(int *fd, const char *dir, const char *text, size_t length,
                    int wait_ms) _must_check_;
enum hooksocket_word hooksocket_wait(int fd, int64_t until_ms);

/* The watcher's side. */
int hooksocket_listen(int *fd, const char *dir, bool *made, struct err *err) _must_check_;
void hooksocket_remove(const char *dir);
int hooksocket_accept(int fd) _must_check_;
ssize_t hooksocket_read(int fd, char *text, size_t size);
void hooksocket_answer(int fd);

#endif
