/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * forwarding - what rewrites where a packet goes to: forward ports, and rules of others
 */
#ifndef GUARD_MODEL_PACKET_FORWARDING_H
#define GUARD_MODEL_PACKET_FORWARDING_H

#include "guard/model/packet/way.h"

int forwarding_walk(struct way *way) _must_check_;
int forwarding_translate(struct way *way, struct verdict_step step, struct match_answer answer,
                         unsigned to_port, const char *to_address) _must_check_;

#endif
