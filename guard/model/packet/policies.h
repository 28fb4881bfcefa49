/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * policies - which policies look at a packet
 */
#ifndef GUARD_MODEL_PACKET_POLICIES_H
#define GUARD_MODEL_PACKET_POLICIES_H

#include "guard/model/packet/way.h"

typedef int (*policies_fn)(struct way *way, const struct ruleset_zone *policy);

int policies_each(struct way *way, const struct ruleset_zone *zone, bool before, bool to_host,
                  policies_fn fn) _must_check_;

#endif
