/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fail2ban - does it run?
 *
 * Asks over its socket, in a bounded time. A socket that nobody answers on, or
 * that we may not open, is not the same as a fail2ban that does not run.
 */
#ifndef GUARD_SYSTEM_FAIL2BAN_H
#define GUARD_SYSTEM_FAIL2BAN_H

#include "guard/model/err.h"

#define FAIL2BAN_DEFAULT_SOCKET "/run/fail2ban/fail2ban.sock"

enum fail2ban_state {
	FAIL2BAN_UNKNOWN,     /* may not be asked */
	FAIL2BAN_RUNNING,     /* answers */
	FAIL2BAN_STOPPED,     /* no socket, or one that a dead server left */
	FAIL2BAN_UNREACHABLE, /* the socket is there, and no answer came in time */
};

enum fail2ban_state fail2ban_ping(const char *socket_path, int timeout_ms);
const char *fail2ban_state_name(enum fail2ban_state state);

#endif
