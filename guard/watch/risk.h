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

#include "guard/watch/watcher-internal.h"

int risk_new(struct risk **out) _must_check_;
void risk_free(struct risk *risk);
void risk_look(struct watcher *watcher);
void risk_permanent(const struct item *item, bool withdrawn, void *watcher);
void risk_tell_permanent(struct watcher *watcher);

#endif
