/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * zonerules - the rich rules of a zone or policy that a packet meets, in their order
 */
#ifndef GUARD_MODEL_PACKET_ZONERULES_H
#define GUARD_MODEL_PACKET_ZONERULES_H

#include "guard/model/packet/way.h"

struct zonerules_hit {
	const struct ruleset_rule *rule;
	struct match_answer answer;
};

struct zonerules {
	struct zonerules_hit *hits; /* the caller frees it */
	size_t n;
	size_t capacity;
};

int zonerules_collect(const struct way *way, const struct ruleset_zone *zone,
                      enum verdict_stage stage, bool forwarding,
                      struct zonerules *hits) _must_check_;
int zonerules_walk(struct way *way, const struct ruleset_zone *zone,
                   enum verdict_stage stage) _must_check_;

#endif
