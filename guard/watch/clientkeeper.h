/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * clientkeeper - has the legitimate client ranges at hand, and warns at once when
 * a rule or a ban that is new cuts some of them off
 *
 * Rules come from firewalld's signals, other bans from the store, where fail2ban's
 * hook and its database put them; firewalld is asked nothing (law 7). A source that
 * is denied by several rules, a port each, is told once, and again only after all
 * of them were gone. What was there when the guard began is told once, too.
 */
#ifndef GUARD_WATCH_CLIENTKEEPER_H
#define GUARD_WATCH_CLIENTKEEPER_H

#include "guard/system/config.h"
#include "guard/system/journal.h"
#include "guard/system/loop.h"
#include "guard/watch/clientranges.h"
#include "guard/watch/record.h"
#include "guard/watch/tracker.h"

struct clientkeeper;

struct clientkeeper_options {
	struct loop *loop;
	struct record *record;       /* borrowed */
	struct journal *journal;     /* borrowed */
	const struct config *config; /* borrowed; what it points to may change: see configured() */
	const struct tracker *tracker; /* borrowed; what firewalld has */
};

int clientkeeper_new(struct clientkeeper **out,
                     const struct clientkeeper_options *options) _must_check_;
void clientkeeper_free(struct clientkeeper *keeper); /* before its loop and its record */
DEFINE_CLEANUP(struct clientkeeper *, clientkeeper_free, clientkeeper_cleanup);

int clientkeeper_configured(struct clientkeeper *keeper) _must_check_;
void clientkeeper_learned(struct clientkeeper *keeper);
void clientkeeper_rule_added(struct clientkeeper *keeper, const struct item *item);
void clientkeeper_rule_removed(struct clientkeeper *keeper, const struct item *item);
void clientkeeper_look(struct clientkeeper *keeper);
const struct clientranges *clientkeeper_ranges(const struct clientkeeper *keeper);
const struct strv *clientkeeper_ignoreip(const struct clientkeeper *keeper);

#endif
