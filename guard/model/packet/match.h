/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * match - does this packet fulfil that condition?
 *
 * Sources, interfaces, services, rich rules, and the rules of others: each is asked by
 * itself, and the answer may be that nobody knows (law 12), with what it hangs on.
 */
#ifndef GUARD_MODEL_PACKET_MATCH_H
#define GUARD_MODEL_PACKET_MATCH_H

#include "guard/model/packet/packet.h"
#include "guard/model/packet/ruleset.h"

enum match {
	MATCH_NO,
	MATCH_MAYBE,
	MATCH_YES,
};

struct match_answer {
	enum match match;
	const char *doubt; /* static; what it hangs on if it is MAYBE */
};
#define MATCH_ANSWER_NO  ((struct match_answer){MATCH_NO, NULL})
#define MATCH_ANSWER_YES ((struct match_answer){MATCH_YES, NULL})

static inline struct match_answer match_if(bool yes)
{
	return yes ? MATCH_ANSWER_YES : MATCH_ANSWER_NO;
}

static inline struct match_answer match_maybe(const char *doubt)
{
	return (struct match_answer){MATCH_MAYBE, doubt};
}

static inline struct match_answer match_both(struct match_answer a, struct match_answer b)
{
	return a.match <= b.match ? a : b;
}

static inline struct match_answer match_either(struct match_answer a, struct match_answer b)
{
	return a.match >= b.match ? a : b;
}

bool match_interface_name(const char *bound, const char *interface);
struct match_answer match_interface(const struct packet *packet, const char *bound);
struct match_answer match_source(const struct ruleset *ruleset, const struct packet *packet,
                                 const char *source);
struct match_answer match_port(const struct packet *packet, const char *port);
struct match_answer match_source_port(const struct packet *packet, const char *port);
struct match_answer match_icmp(const struct packet *packet, const char *type);
struct match_answer match_service(const struct ruleset *ruleset, const struct packet *packet,
                                  const char *name);
struct match_answer match_rule(const struct ruleset *ruleset, const struct packet *packet,
                               const struct ruleset_rule *rule);
struct match_answer match_step(const struct packet *packet, const struct ruleset_step *step);

#endif
