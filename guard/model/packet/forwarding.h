/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * forwarding - forward ports, which rewrite where a packet goes to
 */
#ifndef GUARD_MODEL_PACKET_FORWARDING_H
#define GUARD_MODEL_PACKET_FORWARDING_H

#include "guard/model/packet/way.h"

int forwarding_walk(struct way *way) _must_check_;

#endif
