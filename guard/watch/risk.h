/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * risk - what the next reload will take, said before it does
 *
 * Two things are told, each item once until it changes, and all that comes within
 * a short time in one line with the command that mends it: protected items that
 * are in the runtime only, and those that have just left the permanent
 * configuration.
 */
#ifndef GUARD_WATCH_RISK_H
#define GUARD_WATCH_RISK_H

#include "guard/watch/persister.h"

struct risk;

/* All borrowed, for its life. */
struct risk_options {
	struct logger *logger;
	struct record *record;
	const struct config *config;
	const struct engine *engine;
};

int risk_new(struct risk **out, const struct risk_options *options) _must_check_;
void risk_free(struct risk *risk);
void risk_look(struct risk *risk);
void risk_permanent(struct risk *risk, const struct item *item, bool withdrawn);
void risk_tell_permanent(struct risk *risk);

#endif
