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

#include "guard/restore/record.h"
#include "guard/system/fail2ban/fail2ban.h"
#include "guard/system/host/config.h"

struct fail2banwatch;

/* All borrowed, for its life. */
struct fail2banwatch_options {
	struct loop *loop;
	struct logger *logger;
	struct record *record;
	const struct config *config; /* what it points to may change: fail2banwatch_configure() */
};

int fail2banwatch_new(struct fail2banwatch **out,
                      const struct fail2banwatch_options *options) _must_check_;
void fail2banwatch_free(struct fail2banwatch *watch);
void fail2banwatch_configure(struct fail2banwatch *watch);
struct fail2ban *fail2banwatch_fail2ban(const struct fail2banwatch *watch);

#endif
