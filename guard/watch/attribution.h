/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * attribution - who or what caused a wipe
 *
 * Collects evidence from the bus and from systemd while nothing happens, and has
 * the words ready when something has: no restore waits for it. Without the right
 * to monitor the bus it says so once, and causes are unknown.
 */
#ifndef GUARD_WATCH_ATTRIBUTION_H
#define GUARD_WATCH_ATTRIBUTION_H

#include "guard/model/cause.h"
#include "guard/system/host/bus.h"
#include "guard/system/host/logger.h"

struct attribution;

/* A reload was called for and came to nothing, yet firewalld tried; who called: borrowed. */
typedef void (*attribution_failed_fn)(const char *who, void *userdata);

int attribution_new(struct attribution **out, struct bus *bus, struct logger *logger) _must_check_;
void attribution_free(struct attribution *attribution); /* before the bus */
void attribution_on_failed(struct attribution *attribution, attribution_failed_fn fn,
                           void *userdata);

void attribution_reloaded(struct attribution *attribution);
void attribution_gone(struct attribution *attribution, bool bus);
bool attribution_end(const struct attribution *attribution, char out[CAUSE_WORDS_SIZE]);
void attribution_came(struct attribution *attribution);
bool attribution_cause(const struct attribution *attribution, enum wipe_kind kind,
                       unsigned n_reloads, char out[CAUSE_WORDS_SIZE]);
enum cause_mover attribution_mover(struct attribution *attribution, const struct item *interface,
                                   bool removed, bool zone_is_default);
bool attribution_remover(const struct attribution *attribution, const struct item *item,
                         bool zone_is_default, char out[CAUSE_WORDS_SIZE]);

#endif
