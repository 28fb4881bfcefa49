/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * way - the way of one packet, as far as it has come
 *
 * Each station notes what the packet meets there; what decides, and for sure, is kept.
 */
#ifndef GUARD_MODEL_PACKET_WAY_H
#define GUARD_MODEL_PACKET_WAY_H

#include "guard/model/packet/dispatch.h"
#include "guard/model/packet/match.h"
#include "guard/model/packet/verdict.h"

/* What firewalld rejects with (core/nftables.py). */
#define WAY_ZONE_REJECT "admin-prohibited" /* of targets and icmp-blocks, in either family */
#define WAY_RULE_REJECT "port-unreachable" /* of a reject without a type */

struct way {
	const struct ruleset *ruleset;
	struct dispatch dispatch;
	struct packet packet;   /* as forward ports have left it */
	struct verdict verdict; /* its decider is set at the end */
	size_t decider;         /* index of it */
	bool decided;
	bool order_known; /* of firewalld's policies: its table in the kernel has told */
	const struct ruleset_chain *base; /* of others, that is gone through */
	bool rewritten;          /* what translates destinations had its turn, if it changed none */
	struct cidr destination; /* that packet.destination points to since then */
	bool leads;              /* the rules that lead to what is met are told, too */
	bool others;             /* firewalld's own chains are left out, and what is behind them */
	unsigned n_visits;
};

bool way_is_of_others(enum verdict_stage stage);
struct verdict_step way_step(enum verdict_stage stage, enum verdict_what what,
                             const struct ruleset_zone *zone, const char *value,
                             enum verdict_action action);
void way_decide(struct way *way, size_t at);
int way_note(struct way *way, struct verdict_step step, struct match_answer answer) _must_check_;
int way_zone(struct way *way, const struct ruleset_zone **zone, bool telling) _must_check_;

#endif
