// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/packet/otherchain.h"

#include "guard/model/packet/forwarding.h"

#include <string.h>

#define JUMPS_MAX  32    /* within each other; the kernel has 16 */
#define VISITS_MAX 10000 /* of chains by one packet: who jumps in circles gets no answer */

enum chain_end {
	CHAIN_ENDED,   /* came to its end, or was told to return */
	CHAIN_DECIDED, /* accepted, dropped or rejected for sure */
};

/* @step: NULL: none of them, so that it comes to what the chain does at its end */
static struct verdict_step met(const struct way *way, const struct ruleset_chain *chain,
                               const struct ruleset_step *step, enum verdict_stage stage,
                               enum verdict_action action)
{
	struct verdict_step out =
	    way_step(stage, step ? VERDICT_WHAT_CHAIN_RULE : VERDICT_WHAT_CHAIN_POLICY, NULL,
	             step                       ? step->text
	             : action == VERDICT_ACCEPT ? "policy accept"
	                                        : "policy drop",
	             action);

	out.chain = chain;
	out.base = way->base;
	return out;
}

/* Of which nobody knows whether it lets in or not. */
static int note_unknown(struct way *way, const struct ruleset_chain *chain,
                        const struct ruleset_step *step, enum verdict_stage stage,
                        const char *doubt)
{
	struct verdict_step out = met(way, chain, step, stage, VERDICT_DROP);

	out.either = true;
	return way_note(way, out, match_maybe(doubt));
}

static int note_chain(struct way *way, const struct ruleset_chain *chain,
                      const struct ruleset_step *step, enum verdict_stage stage,
                      enum verdict_action action, struct match_answer answer)
{
	struct verdict_step out = met(way, chain, step, stage, action);

	/* To accept ends this base chain alone: those behind it are still asked. */
	out.decides = action != VERDICT_ACCEPT;
	if (action == VERDICT_REJECT)
		out.reject = step && step->argument ? step->argument : WAY_RULE_REJECT;
	return way_note(way, out, answer);
}

/* Whoever leads it elsewhere means that it gets there; chains behind it may stop it all the same.
 */
static int translate(struct way *way, const struct ruleset_chain *chain,
                     const struct ruleset_step *step, enum verdict_stage stage,
                     struct match_answer answer)
{
	struct verdict_step out = met(way, chain, step, stage, VERDICT_ACCEPT);

	/* in the kernel's own words what lets it pass is told behind that */
	out.decides = !way->leads;
	return forwarding_translate(way, out, answer, step->to_port, step->to_address);
}

static int walk_chain(struct way *way, const struct ruleset_chain *chain, enum verdict_stage stage,
                      struct match_answer so_far, unsigned depth, enum chain_end *end);

/* What leads to it is told where something is met there. */
static int walk_lead(struct way *way, const struct ruleset_chain *chain,
                     const struct ruleset_step *step, const struct ruleset_chain *to,
                     enum verdict_stage stage, struct match_answer answer, unsigned depth,
                     enum chain_end *end)
{
	const size_t before = way->verdict.n_steps;
	struct verdict_step lead = met(way, chain, step, stage, VERDICT_ACCEPT);
	int r = 0;

	lead.decides = false;
	if (way->leads)
		r = way_note(way, lead, answer);
	if (r == 0)
		r = walk_chain(way, to, stage, answer, depth + 1, end);
	if (way->leads && way->verdict.n_steps == before + 1)
		way->verdict.n_steps = before;
	return r;
}

/* Whoever asks for it behind this finds it. */
static void give_mark(struct packet *packet, const struct ruleset_step *step, bool sure)
{
	packet->mark = (packet->mark & ~step->mark_mask) ^ step->mark_xor;
	/* to set all of it settles it */
	if (sure && step->mark_mask == UINT32_MAX)
		packet->mark_unknown = false;
	packet->mark_unknown |= !sure || step->mark_unknown;
}

static int walk_step(struct way *way, const struct ruleset_chain *chain,
                     const struct ruleset_step *step, enum verdict_stage stage,
                     struct match_answer answer, unsigned depth, enum chain_end *end, bool *leave)
{
	const struct ruleset_chain *to;
	bool sure = answer.match == MATCH_YES;
	int r;

	if (step->marks)
		give_mark(&way->packet, step, sure);
	switch (step->action) {
	case RULESET_ACTION_NONE:
		return 0;
	case RULESET_ACTION_ACCEPT:
	case RULESET_ACTION_DROP:
	case RULESET_ACTION_REJECT:
		*leave = sure;
		*end = sure ? CHAIN_DECIDED : CHAIN_ENDED;
		return note_chain(way, chain, step, stage,
		                  step->action == RULESET_ACTION_ACCEPT ? VERDICT_ACCEPT
		                  : step->action == RULESET_ACTION_DROP ? VERDICT_DROP
		                                                        : VERDICT_REJECT,
		                  answer);
	case RULESET_ACTION_TRANSLATE:
		*leave = sure;
		*end = sure ? CHAIN_DECIDED : CHAIN_ENDED;
		return translate(way, chain, step, stage, answer);
	case RULESET_ACTION_RETURN:
		*leave = sure;
		return 0;
	case RULESET_ACTION_JUMP:
	case RULESET_ACTION_GOTO:
		to = step->argument ? ruleset_chain(way->ruleset, chain, step->argument) : NULL;
		if (!to || depth >= JUMPS_MAX || way->n_visits++ >= VISITS_MAX)
			return note_unknown(way, chain, step, stage,
			                    "the chain that it leads to is not known");
		r = walk_lead(way, chain, step, to, stage, answer, depth, end);
		*leave = *end == CHAIN_DECIDED || (sure && step->action == RULESET_ACTION_GOTO);
		return r;
	case RULESET_ACTION_UNKNOWN:
		break;
	}
	return note_unknown(way, chain, step, stage, "what it does is not understood");
}

static int walk_chain(struct way *way, const struct ruleset_chain *chain, enum verdict_stage stage,
                      struct match_answer so_far, unsigned depth, enum chain_end *end)
{
	int r = 0;

	*end = CHAIN_ENDED;
	for (size_t i = 0; i < chain->n_steps && r == 0; i++) {
		const struct ruleset_step *step = &chain->steps[i];
		struct match_answer answer = match_both(so_far, match_step(&way->packet, step));
		bool leave = false;

		if (step->own && way->others) {
			*end = CHAIN_DECIDED;
			return 0;
		}
		if (answer.match == MATCH_NO)
			continue;
		r = walk_step(way, chain, step, stage, answer, depth, end, &leave);
		if (leave)
			return r;
		if (step->action == RULESET_ACTION_RETURN || step->action == RULESET_ACTION_GOTO)
			so_far = match_both(
			    so_far,
			    match_maybe("whether a rule before it ends its chain is not known"));
	}
	return r;
}

/** otherchain_is_for() - is the chain one for packets of this family? */
bool otherchain_is_for(const struct way *way, const struct ruleset_chain *chain)
{
	if (strcmp(chain->family, "ip") == 0)
		return !packet_is_ipv6(&way->packet);
	if (strcmp(chain->family, "ip6") == 0)
		return packet_is_ipv6(&way->packet);
	return strcmp(chain->family, "inet") == 0 || strcmp(chain->family, "netdev") == 0;
}

/* firewalld's own decides of each packet before its end. */
static bool ends_own(const struct way *way, const struct ruleset_chain *chain)
{
	return (chain->own || chain->beside) && chain->hook == RULESET_HOOK_INPUT && !way->leads &&
	       !way->others;
}

/**
 * otherchain_walk() - go through a base chain
 *
 * Who gets to the end of firewalld's own is let in by somebody else.
 *
 * Return: 0 or -ENOMEM.
 */
int otherchain_walk(struct way *way, const struct ruleset_chain *chain, enum verdict_stage stage)
{
	enum chain_end end;
	int r;

	way->base = chain;
	r = walk_chain(way, chain, stage, MATCH_ANSWER_YES, 0, &end);
	if (r < 0 || end != CHAIN_ENDED)
		return r;
	if (chain->policy == RULESET_ACTION_DROP)
		return note_chain(way, chain, NULL, stage, VERDICT_DROP, MATCH_ANSWER_YES);
	return ends_own(way, chain)
	           ? note_chain(way, chain, NULL, stage, VERDICT_ACCEPT, MATCH_ANSWER_YES)
	           : 0;
}
