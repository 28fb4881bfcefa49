/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * banwatch - bans that jails keep outside of firewalld: are they still in the kernel?
 *
 * Whoever flushes the kernel's rules takes them as well, and nobody tells fail2ban. After each
 * change of the rules it is looked whether one is gone; then fail2ban is asked which it holds. What
 * is gone though it is held, and stays so for a moment, is told, with what has fail2ban ban again;
 * the guard makes none of them itself. Where the kernel cannot be read, of a reload or restart
 * alone is told what firewalld's version does to the chains of iptables (unrestored.h). While
 * fail2ban does not run, nothing is lost: it takes its own away at its end, and makes them anew
 * when it starts.
 */
#ifndef GUARD_RESTORE_BANWATCH_H
#define GUARD_RESTORE_BANWATCH_H

#include "guard/restore/record.h"
#include "guard/restore/tracker.h"
#include "guard/system/fail2ban/fail2ban.h"
#include "guard/system/firewalld/firewalld.h"

struct banwatch;

/* All borrowed, for its life. */
struct banwatch_options {
	struct loop *loop;
	struct firewalld *fw;
	struct fail2ban *fail2ban;
	struct logger *logger;
	struct record *record;
	const struct tracker *tracker;
};

int banwatch_new(struct banwatch **out, const struct banwatch_options *options) _must_check_;
void banwatch_free(struct banwatch *watch); /* before fail2ban; NULL is fine */

void banwatch_changed(struct banwatch *watch, const char *who);
void banwatch_flushed(struct banwatch *watch, const char *who);
void banwatch_look(struct banwatch *watch);
void banwatch_wiped(struct banwatch *watch, const char *by, bool ended);
void banwatch_fail2ban(struct banwatch *watch);
void banwatch_tickets_changed(struct banwatch *watch);

#endif
