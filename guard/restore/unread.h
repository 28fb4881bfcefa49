/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unread - the permanent side of what firewalld could not read
 *
 * A start that fails puts a stock configuration in the place of the administrator's; firewalld
 * 0.9 starts without the one file that is broken, in state RUNNING, and has the stock zone for
 * it. Neither says what was meant (law 2): there the permanent side is as it was.
 */
#ifndef GUARD_RESTORE_UNREAD_H
#define GUARD_RESTORE_UNREAD_H

#include "guard/model/firewall.h"

int unread_keep_all(struct firewall *now, const struct firewall *wanted) _must_check_;
int unread_keep(struct firewall *now, const struct firewall *wanted, const struct strv *zones,
                const char *root) _must_check_;

#endif
