/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * zonechain - the chains of the zone that a packet comes into, with the policies around it
 *
 * In each: rich rules below 0, denials, what is allowed, rich rules above 0, the target.
 */
#ifndef GUARD_MODEL_PACKET_ZONECHAIN_H
#define GUARD_MODEL_PACKET_ZONECHAIN_H

#include "guard/model/packet/way.h"

int zonechain_walk(struct way *way) _must_check_;

#endif
