/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * walk - the whole way of a packet, and the verdict at its end
 *
 * Chains of others before firewalld, panic mode, forward ports, the zone with the policies
 * before and behind it, then the chains of others behind firewalld.
 */
#ifndef GUARD_MODEL_PACKET_WALK_H
#define GUARD_MODEL_PACKET_WALK_H

#include "guard/model/packet/verdict.h"

int walk_packet(struct verdict *out, const struct ruleset *ruleset,
                const struct packet *packet) _must_check_;
int walk_chains(struct verdict *out, const struct ruleset *ruleset,
                const struct packet *packet) _must_check_;

#endif
