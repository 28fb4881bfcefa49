/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fail2ban-log - the end of the log that fail2ban writes: which of its actions fail */
#ifndef GUARD_SYSTEM_FAIL2BAN_FAIL2BAN_LOG_H
#define GUARD_SYSTEM_FAIL2BAN_FAIL2BAN_LOG_H

#include "guard/base/err.h"
#include "guard/model/ban/actionlog.h"

bool fail2ban_log_is_file(const char *target);
int fail2ban_log_read(struct actionlog *out, const char *path, struct err *err) _must_check_;

#endif
