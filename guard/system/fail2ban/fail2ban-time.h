/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fail2ban-time - what the local times in fail2ban's list of bans mean
 *
 * In the time zone of this process, which is fail2ban's as a rule; where it is not, the
 * database tells (see fail2ban_reading).
 */
#ifndef GUARD_SYSTEM_FAIL2BAN_FAIL2BAN_TIME_H
#define GUARD_SYSTEM_FAIL2BAN_FAIL2BAN_TIME_H

#include "guard/model/ban/fail2ban-reply.h"

int64_t fail2ban_time_began_at(const struct fail2ban_reply_ban *ban, int64_t now_s);

#endif
