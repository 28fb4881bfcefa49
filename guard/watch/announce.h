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
	const struct engine *engine;
};

int announcer_new(struct announcer **out, const struct announcer_options *options) _must_check_;
void announcer_free(struct announcer *announcer);

void announcer_hear(struct announcer *announcer, const struct news *news);
void announcer_cause(const struct announcer *announcer, const struct news_wipe *wipe,
                     char buffer[CAUSE_WORDS_SIZE]);

/* What the engine does not tell. */
void announcer_appeared(struct announcer *announcer, bool again);
void announcer_gone(struct announcer *announcer, bool bus, bool was_there, const char *why);
void announcer_panic(struct announcer *announcer, bool on);
void announcer_failed_reload(struct announcer *announcer, const char *who);
void announcer_default_zone(struct announcer *announcer, const char *zone);
void announcer_mistakes(struct announcer *announcer, bool any);
void announcer_status(struct announcer *announcer);

#endif
