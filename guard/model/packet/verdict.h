/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verdict - what happens to a packet of a new connection to this machine, and why
 *
 * Goes the way that the packet goes: chains of others before firewalld, panic mode,
 * forward ports, then the zone that its source, its interface or the default leads
 * to, with the policies before and behind it; in each rich rules below 0, denials,
 * what is allowed, rich rules above 0, the target; then the chains of others behind
 * firewalld. The first thing that decides, decides; what would have decided after it
 * is told as well, since that is what a person asks about: "465/tcp is open, but…".
 *
 * Established connections are let in before all this: a ban cuts nobody off who is in.
 *
 * What depends on something that nobody knows (a rule that is not understood, a MAC
 * address, a rate) is never taken for the decision: the verdict is what holds if it
 * does not match, is marked as not certain, and the steps tell what it depends on.
 */
#ifndef GUARD_MODEL_PACKET_VERDICT_H
#define GUARD_MODEL_PACKET_VERDICT_H

#include "guard/model/packet/packet.h"
#include "guard/model/packet/ruleset.h"

enum verdict_action {
	VERDICT_ACCEPT,
	VERDICT_REJECT,
	VERDICT_DROP,
};

/* In the order in which a packet meets them. */
enum verdict_stage {
	VERDICT_STAGE_BEFORE, /* a chain of others, or a direct rule */
	VERDICT_STAGE_PANIC,
	VERDICT_STAGE_FORWARD_PORT, /* rewrites the destination; all that was rewritten is let in */
	VERDICT_STAGE_LOOPBACK,
	VERDICT_STAGE_ZONE,  /* chooses the zone; decides nothing */
	VERDICT_STAGE_PRE,   /* rich rules with a priority below 0 */
	VERDICT_STAGE_DENY,  /* those of priority 0 that drop or reject, and icmp-blocks */
	VERDICT_STAGE_ALLOW, /* those of priority 0 that accept, services, ports… */
	VERDICT_STAGE_POST,  /* rich rules with a priority above 0 */
	VERDICT_STAGE_TARGET,
	VERDICT_STAGE_AFTER,  /* a chain of others, behind firewalld */
	VERDICT_STAGE_KERNEL, /* any chain of the kernel's, where that is all that is known */
};

enum verdict_what {
	VERDICT_WHAT_CHAIN_RULE, /* value: the rule's text; where: FAMILY TABLE CHAIN */
	VERDICT_WHAT_CHAIN_POLICY,
	VERDICT_WHAT_PANIC,
	VERDICT_WHAT_WAY_BACK, /* value: what looks at where answers would go out */
	VERDICT_WHAT_FORWARD_PORT,
	VERDICT_WHAT_LOOPBACK,
	VERDICT_WHAT_BINDING, /* value: the source or interface; NULL: it is the default zone */
	VERDICT_WHAT_RULE,
	VERDICT_WHAT_SERVICE,
	VERDICT_WHAT_PORT,
	VERDICT_WHAT_PROTOCOL,
	VERDICT_WHAT_SOURCE_PORT,
	VERDICT_WHAT_ICMP_BLOCK,
	VERDICT_WHAT_ICMP, /* let in, or with inversion kept out, as a whole */
	VERDICT_WHAT_TARGET,
};

/* One thing that the packet meets and that says something about it. */
struct verdict_step {
	enum verdict_stage stage;
	enum verdict_what what;
	const struct ruleset_zone *zone; /* borrowed; the zone or policy; NULL: none */
	const struct ruleset_rule *rule; /* borrowed; of VERDICT_WHAT_RULE and rich forward ports */
	const struct ruleset_chain *chain; /* borrowed; of chains of others */
	const struct ruleset_chain *base;  /* borrowed; the base chain that leads there */
	const char *value; /* borrowed; "imaps", "465/tcp", the text of a rule; may be NULL */
	int priority;
	bool decides;      /* false: a binding, or a change of the destination */
	bool certain;      /* false: whether it matches depends on what nobody knows */
	const char *doubt; /* static; what that is; NULL: none */
	enum verdict_action action;
	bool either;        /* or another: nobody knows which */
	const char *reject; /* borrowed; its type as firewalld calls it */
};

struct verdict {
	enum verdict_action action;
	bool certain;
	/* What the client's connect() says, an errno of Linux: 0, ECONNREFUSED, ETIMEDOUT,
	 * EHOSTUNREACH, ENETUNREACH, EACCES, ENOPROTOOPT. That something listens is another
	 * matter. */
	int client_errno;
	const struct ruleset_zone *zone; /* borrowed; that it comes into; NULL: did not get there */
	const struct verdict_step *decider; /* in steps; NULL never */
	struct verdict_step *steps;         /* owned; in the order of meeting them */
	size_t n_steps;
	size_t capacity;
	char to_address[CIDR_TEXT_LENGTH]; /* a forward port leads to another machine; "": none */
	unsigned to_port;                  /* a forward port leads to this one; 0: none */
};
#define VERDICT_NULL      ((struct verdict){0})
#define _cleanup_verdict_ _cleanup_(verdict_deinit)

void verdict_deinit(struct verdict *verdict);
const struct verdict_step *verdict_otherwise(const struct verdict *verdict);
bool verdict_is_same(const struct verdict_step *a, const struct verdict_step *b);
const char *verdict_action_name(enum verdict_action action);
const char *verdict_stage_name(enum verdict_stage stage);

#endif
