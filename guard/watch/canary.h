/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * canary - the slow look beside the signals
 *
 * A reload that fails half way tells nobody, and messages get lost. A canary asks for
 * one protected item and for firewalld's state, two calls whatever the number of bans;
 * when it is gone, and now and then without a reason, everything is compared.
 */
#ifndef GUARD_WATCH_CANARY_H
#define GUARD_WATCH_CANARY_H

#include "guard/restore/engine.h"

struct canary;

/* All borrowed, for its life. */
struct canary_options {
	struct loop *loop;
	struct firewalld *fw;
	struct logger *logger;
	struct record *record;
	const struct config *config;
	struct engine *engine;
};

int canary_new(struct canary **out, const struct canary_options *options) _must_check_;
void canary_free(struct canary *canary); /* before firewalld */
void canary_ask(struct canary *canary);
void canary_plan(struct canary *canary);

#endif
