/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * announce - what the log, the history and the status line say of what happens
 *
 * What goes on for ever is said once.
 */
#ifndef GUARD_WATCH_ANNOUNCE_H
#define GUARD_WATCH_ANNOUNCE_H

#include "guard/restore/engine.h"
#include "guard/system/host/notify.h"
#include "guard/watch/attribution.h"

struct announcer;

/* All borrowed, for its life. */
struct announcer_options {
	struct logger *logger;
	struct notify *notifier;
	struct record *record;
	const struct config *config;
	const struct attribution *attribution;
	struct engine *const *engine; /* where it is, once there is one */
};

int announcer_new(struct announcer **out, const struct announcer_options *options) _must_check_;
void announcer_free(struct announcer *announcer);

/* firewalld. */
void announcer_appeared(struct announcer *announcer, bool again);
void announcer_gone(struct announcer *announcer, bool bus);
void announcer_state(struct announcer *announcer, enum firewall_state state, bool broken_off);
void announcer_panic(struct announcer *announcer, bool on);
void announcer_failed_reload(struct announcer *announcer, const char *who);
void announcer_default_zone(struct announcer *announcer, const char *zone);

/* Wipes. */
void announcer_cause(const struct announcer *announcer, enum wipe_kind kind, unsigned n_reloads,
                     char buffer[CAUSE_WORDS_SIZE]);
void announcer_breaker(struct announcer *announcer, const char *cause);
void announcer_loss(struct announcer *announcer, const struct loss *loss,
                    const struct episode *episode, bool old_news);
void announcer_pending(struct announcer *announcer, const struct listener_pending *pending);
void announcer_denied(struct announcer *announcer);
void announcer_failed(struct announcer *announcer, const struct episode *episode,
                      const struct item *item, const char *why);
void announcer_ended(struct announcer *announcer, const struct episode *episode, bool old_news);

/* Items. */
void announcer_removal(struct announcer *announcer, const struct item *item, bool timed);
void announcer_moved(struct announcer *announcer, const struct item *from, const struct item *to);
void announcer_fight(struct announcer *announcer, const struct item *item);

void announcer_trouble(struct announcer *announcer, const struct listener_trouble *trouble);
void announcer_made_do(struct announcer *announcer, const struct makeshift_outcome *outcome);
void announcer_repaired(struct announcer *announcer, const struct listener_repaired *repaired);
void announcer_trusted(struct announcer *announcer, const struct item *item,
                       const struct store_trust *trust, bool stays);
void announcer_mistakes(struct announcer *announcer, bool any);
void announcer_status(struct announcer *announcer);

#endif
