/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * f2bprocess - is there a fail2ban, as its pid file and /proc tell
 *
 * A pid file may be left behind, and its number be somebody else's by now.
 */
#ifndef GUARD_SYSTEM_F2BPROCESS_H
#define GUARD_SYSTEM_F2BPROCESS_H

#include <stdbool.h>
#include <stdint.h>

int64_t f2bprocess_pid(const char *pidfile);
bool f2bprocess_is_fail2ban(int64_t pid);
int64_t f2bprocess_age_ms(int64_t pid);

#endif
