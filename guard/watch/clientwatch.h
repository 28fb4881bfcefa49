/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * clientwatch - has the legitimate client ranges at hand, and warns at once when
 * a rule or a ban that is new cuts some of them off
 *
 * Rules come from firewalld's signals, other bans from the store, where fail2ban's
 * hook and its database put them; firewalld is asked nothing (law 7). A source that
 * is denied by several rules, a port each, is told once, and again only after all
 * of them were gone. What was there when the guard began is told once, too.
 */
#ifndef GUARD_WATCH_CLIENTWATCH_H
#define GUARD_WATCH_CLIENTWATCH_H

#include "guard/system/host/config.h"
#include "guard/system/host/logger.h"
#include "guard/system/host/loop.h"
#include "guard/restore/clientranges.h"
#include "guard/restore/engine.h"

struct clientwatch;

struct clientwatch_options {
	struct loop *loop;
	struct record *record;       /* borrowed */
	const char *folder;          /* of its store; borrowed */
	struct logger *logger;       /* borrowed */
	const struct config *config; /* borrowed; what it points to may change: see configured() */
	struct fail2ban *fail2ban;   /* borrowed */
	const struct engine *engine; /* borrowed; knows what firewalld and fail2ban have */
};

int clientwatch_new(struct clientwatch **out,
                    const struct clientwatch_options *options) _must_check_;
void clientwatch_free(struct clientwatch *keeper); /* before its loop, fail2ban and its record */
DEFINE_CLEANUP(struct clientwatch *, clientwatch_free, clientwatch_cleanup);

int clientwatch_configured(struct clientwatch *keeper) _must_check_;
void clientwatch_rule_added(struct clientwatch *keeper, const struct item *item);
void clientwatch_rule_removed(struct clientwatch *keeper, const struct item *item);
void clientwatch_look(struct clientwatch *keeper);
const struct strv *clientwatch_ignoreip(const struct clientwatch *keeper);

#endif
