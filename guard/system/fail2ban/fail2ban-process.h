/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fail2ban-process - is there a fail2ban, as its pid file and /proc tell
 *
 * A pid file may be left behind, and its number be somebody else's by now.
 */
#ifndef GUARD_SYSTEM_FAIL2BAN_FAIL2BAN_PROCESS_H
#define GUARD_SYSTEM_FAIL2BAN_FAIL2BAN_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

int64_t fail2ban_process_pid(const char *pidfile);
bool fail2ban_process_is_fail2ban(int64_t pid);
bool fail2ban_process_is_young(int64_t pid);

#endif
