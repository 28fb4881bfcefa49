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

#include "guard/watch/watcher-internal.h"

bool persister_wants(const struct watcher *watcher, const struct firewall_entry *entry,
                     const struct store_items *released);
void persister_look(struct watcher *watcher);

#endif
