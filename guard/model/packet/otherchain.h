/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * otherchain - base chains of others and direct rules, and the chains that they lead to
 */
#ifndef GUARD_MODEL_PACKET_OTHERCHAIN_H
#define GUARD_MODEL_PACKET_OTHERCHAIN_H

#include "guard/model/packet/way.h"

bool otherchain_is_for(const struct way *way, const struct ruleset_chain *chain);
int otherchain_walk(struct way *way, const struct ruleset_chain *chain,
                    enum verdict_stage stage) _must_check_;

#endif
