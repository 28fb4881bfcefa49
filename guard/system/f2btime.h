/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * f2btime - what the local times in fail2ban's list of bans mean
 *
 * In the time zone of this process, which is fail2ban's as a rule; where it is not, the
 * database tells (see f2breading).
 */
#ifndef GUARD_SYSTEM_F2BTIME_H
#define GUARD_SYSTEM_F2BTIME_H

#include "guard/model/f2breply.h"

int64_t f2btime_began_at(const struct f2breply_ban *ban, int64_t now_s);

#endif
