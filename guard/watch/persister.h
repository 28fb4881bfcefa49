/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * persister - `persist = yes`: what is protected becomes permanent by itself
 *
 * Only then does the watcher write the permanent configuration (law 8): one write
 * at a time, after a copy of the zone's file, and only what is meant to stay: no
 * item with an end, none that was released or taken out of the permanent
 * configuration, no rule.
 */
#ifndef GUARD_WATCH_PERSISTER_H
#define GUARD_WATCH_PERSISTER_H

#include "guard/restore/engine.h"

struct persister;

/* All borrowed, for its life. */
struct persister_options {
	struct firewalld *fw;
	struct logger *logger;
	struct record *record;
	const struct config *config;
	const char *state_dir; /* copies of zone files go there */
	struct engine *engine;
};

int persister_new(struct persister **out, const struct persister_options *options) _must_check_;
void persister_free(struct persister *persister); /* before firewalld */
bool persister_wants(struct scope_view *view, const struct firewall_entry *entry,
                     const struct store_items *released);
void persister_look(struct persister *persister);

#endif
