/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fail2banwatch - what becomes of fail2ban, told as it matters
 *
 * The adapter tells of each state as it sees it. Here they become what happened:
 * a stop and a start in close succession are one restart, with how long it took;
 * a server that is slow for a moment is not one that does not answer.
 */
#ifndef GUARD_WATCH_FAIL2BANWATCH_H
#define GUARD_WATCH_FAIL2BANWATCH_H

#include "guard/watch/watcher-internal.h"

int fail2banwatch_new(struct fail2banwatch **out, struct watcher *watcher) _must_check_;
void fail2banwatch_free(struct fail2banwatch *watch);
void fail2banwatch_configure(struct fail2banwatch *watch);

#endif
