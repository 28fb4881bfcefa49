// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/packet/walk.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "guard/model/packet/client.h"
#include "guard/model/packet/forwarding.h"
#include "guard/model/packet/otherchain.h"
#include "guard/model/packet/zonechain.h"

/* firewalld's own base chains (core/nftables.py, IPTABLES_TO_NFT_HOOK). */
#define PANIC_PRIORITY  (-291)
#define NAT_PRIORITY    (-90)
#define FILTER_PRIORITY 10

/* A station of the way: a base chain, or one of firewalld's. */
struct station {
	enum ruleset_hook hook;
	int priority;
	size_t at;
	const struct ruleset_chain *chain;
	int (*fn)(struct way *way);
};

static int by_station(const void *a, const void *b)
{
	const struct station *one = a, *two = b;

	if (one->hook != two->hook)
		return one->hook < two->hook ? -1 : 1;
	if (one->priority != two->priority)
		return one->priority < two->priority ? -1 : 1;
	return one->at < two->at ? -1 : 1;
}

static int walk_panic(struct way *way)
{
	return way_note(way,
	                way_step(VERDICT_STAGE_PANIC, VERDICT_WHAT_PANIC, NULL, NULL, VERDICT_DROP),
	                match_if(way->ruleset->panic));
}

/* net/ipv4/fib_frontend.c, fib_validate_source(); of IPv6 firewalld's rule does the same. */
static int walk_back(struct way *way)
{
	return way_note(way,
	                way_step(VERDICT_STAGE_BEFORE, VERDICT_WHAT_WAY_BACK, NULL,
	                         way->packet.filtered_back, VERDICT_DROP),
	                match_if(way->packet.filtered_back != NULL));
}

static int walk_filter(struct way *way)
{
	bool loopback = packet_is_loopback(&way->packet);

	if (loopback)
		return way_note(way,
		                way_step(VERDICT_STAGE_LOOPBACK, VERDICT_WHAT_LOOPBACK, NULL, "lo",
		                         VERDICT_ACCEPT),
		                MATCH_ANSWER_YES);
	return zonechain_walk(way);
}

/* firewalld's own are known in better words, and only held against these. */
enum whose {
	WHOSE_OTHERS = 1,
	WHOSE_OWN = 2,
	WHOSE_ALL = WHOSE_OTHERS | WHOSE_OWN,
};

/* The base chains for packets of this family. */
static void take_chains(struct station *stations, size_t *n, const struct way *way,
                        enum whose whose)
{
	for (size_t i = 0; i < way->ruleset->n_chains; i++) {
		const struct ruleset_chain *chain = &way->ruleset->chains[i];

		if (chain->hook != RULESET_HOOK_NONE && otherchain_is_for(way, chain) &&
		    (whose & (chain->beside ? WHOSE_ALL
		              : chain->own  ? WHOSE_OWN
		                            : WHOSE_OTHERS)))
			stations[(*n)++] =
			    (struct station){chain->hook, chain->priority, i, chain, NULL};
	}
}

/* What goes to another machine does not come into this one. */
static bool is_passed(const struct way *way, const struct station *station)
{
	return station->hook == RULESET_HOOK_INPUT     ? !way->packet.away
	       : station->hook == RULESET_HOOK_FORWARD ? way->packet.away
	                                               : true;
}

static int walk_all(struct way *way)
{
	const struct ruleset *ruleset = way->ruleset;
	_cleanup_free_ struct station *stations = calloc(ruleset->n_chains + 4, sizeof(*stations));
	size_t n = 0;
	bool passed = false;
	int r = 0;

	if (!stations)
		return -ENOMEM;
	stations[n++] = (struct station){
	    .hook = RULESET_HOOK_PREROUTING, .priority = PANIC_PRIORITY, .fn = walk_panic};
	stations[n++] = (struct station){
	    .hook = RULESET_HOOK_PREROUTING, .priority = NAT_PRIORITY, .fn = forwarding_walk};
	stations[n++] = (struct station){
	    .hook = RULESET_HOOK_INPUT, .priority = FILTER_PRIORITY, .fn = walk_filter};
	stations[n++] =
	    (struct station){.hook = RULESET_HOOK_PREROUTING, .priority = INT_MAX, .fn = walk_back};
	take_chains(stations, &n, way, WHOSE_OTHERS);
	qsort(stations, n, sizeof(*stations), by_station);
	for (size_t i = 0; i < n && r == 0; i++) {
		if (!is_passed(way, &stations[i]))
			continue;
		if (stations[i].fn)
			r = stations[i].fn(way);
		else
			r = otherchain_walk(way, stations[i].chain,
			                    passed ? VERDICT_STAGE_AFTER : VERDICT_STAGE_BEFORE);
		passed = passed || stations[i].fn == walk_filter;
	}
	return r;
}

/* What is let in by one may be kept out behind it. */
static bool is_over(const struct way *way)
{
	return way->decided && way->verdict.steps[way->decider].action != VERDICT_ACCEPT;
}

/* What the kernel has, in its order, up to what keeps out. */
static int walk_kernel(struct way *way, enum whose whose, enum verdict_stage stage)
{
	const size_t n_chains = way->ruleset->n_chains;
	_cleanup_free_ struct station *stations = calloc(n_chains + 1, sizeof(*stations));
	size_t n = 0;
	int r = 0;

	if (!stations)
		return -ENOMEM;
	take_chains(stations, &n, way, whose);
	qsort(stations, n, sizeof(*stations), by_station);
	for (size_t i = 0; i < n && r == 0 && !is_over(way); i++)
		if (is_passed(way, &stations[i]))
			r = otherchain_walk(way, stations[i].chain, stage);
	return r;
}

/* --- the verdict -------------------------------------------------------------------------- */

/* Two that look at packets to this machine, at one place in the order. */
static bool policies_clash(const struct ruleset *ruleset)
{
	for (size_t i = 0; i < ruleset->n_zones; i++) {
		const struct ruleset_zone *one = &ruleset->zones[i];

		if (!one->is_policy || one->unapplied || !strv_contains(&one->egress_zones, "HOST"))
			continue;
		for (size_t j = i + 1; j < ruleset->n_zones; j++) {
			const struct ruleset_zone *two = &ruleset->zones[j];

			if (two->priority == one->priority && !two->unapplied &&
			    strv_contains(&two->egress_zones, "HOST"))
				return true;
		}
	}
	return false;
}

/*
 * Policies of one priority come in an order that firewalld does not tell: in 1.x by name
 * when all is loaded, later by what happened since, which the kernel shows. In 2.x they
 * put all that comes behind them in a wrong place as well (its list of places has one
 * for both: core/nftables.py, _set_rule_sort_policy_dispatch), zones and targets too. Where its
 * table can be read, that tells (settle_order).
 */
static bool order_of_policies_matters(const struct way *way)
{
	const struct verdict_step *decider = &way->verdict.steps[way->decider];
	bool by_chance = way->ruleset->dispatch == RULESET_DISPATCH_2;

	if (!decider->zone || (by_chance ? !policies_clash(way->ruleset)
	                                 : !decider->zone->is_policy || decider->zone->order > 0))
		return false;
	for (size_t i = 0; i < way->verdict.n_steps; i++) {
		const struct verdict_step *step = &way->verdict.steps[i];

		if (step->decides && step->certain && step->zone && step->zone != decider->zone &&
		    (by_chance ||
		     (step->zone->is_policy && step->zone->priority == decider->zone->priority)) &&
		    client_errno(&way->packet, step) != client_errno(&way->packet, decider))
			return true;
	}
	return false;
}

/*
 * Of two base chains at one place the one comes first that was made last, which nobody tells: both
 * keep out, and in different ways.
 */
static bool order_of_chains_matters(const struct way *way)
{
	const struct verdict_step *decider = &way->verdict.steps[way->decider];

	for (size_t i = 0; decider->base && i < way->verdict.n_steps; i++) {
		const struct verdict_step *step = &way->verdict.steps[i];

		if (step->base && step->base != decider->base && step->certain && step->decides &&
		    step->base->hook == decider->base->hook &&
		    step->base->priority == decider->base->priority &&
		    client_errno(&way->packet, step) != client_errno(&way->packet, decider))
			return true;
	}
	return false;
}

/* The check of the way back (IPv6_rpfilter), which firewalld makes and nobody else can. */
static bool is_way_back(const struct verdict_step *step)
{
	return step->chain && (step->chain->own || step->chain->beside) &&
	       step->chain->hook == RULESET_HOOK_PREROUTING;
}

/* Is there something before the decision, or behind it where that counts, that nobody knows? */
static bool is_certain(const struct way *way)
{
	const struct verdict_step *decider = &way->verdict.steps[way->decider];

	if (decider->doubt)
		return false;
	for (size_t i = 0; i < way->verdict.n_steps; i++) {
		const struct verdict_step *step = &way->verdict.steps[i];
		bool counts = i < way->decider ||
		              (decider->action == VERDICT_ACCEPT && way_is_of_others(step->stage));

		if (step->certain || !counts || is_way_back(step))
			continue;
		if (step->what == VERDICT_WHAT_BINDING || step->either ||
		    step->action != decider->action)
			return false;
	}
	return true;
}

/* By others, and firewalld passes on only what its own forward ports and policies say. */
static bool is_strictly_forwarded(const struct way *way, const struct verdict_step *step)
{
	const struct ruleset_kernel *kernel = &way->ruleset->kernel;

	return way->packet.translated && step->action == VERDICT_ACCEPT &&
	       way_is_of_others(step->stage) && kernel->table && !kernel->translated;
}

static void conclude_by(struct way *way)
{
	struct verdict *verdict = &way->verdict;

	verdict->decider = &verdict->steps[way->decider];
	verdict->action = verdict->decider->action;
	verdict->client_errno = client_errno(&way->packet, verdict->decider);
	verdict->certain = is_certain(way);
}

#define CHAINS_CLASH "the order of chains at one place (hook and priority) is not known"

static void settle(struct way *way)
{
	struct verdict *verdict = &way->verdict;

	if (!way->order_known && order_of_policies_matters(way))
		verdict->steps[way->decider].doubt =
		    "the order of policies of one priority is not known";
	else if (order_of_chains_matters(way))
		verdict->steps[way->decider].doubt = CHAINS_CLASH;
	else if (way->ruleset->remembered && !verdict->steps[way->decider].chain &&
	         !verdict->steps[way->decider].doubt)
		verdict->steps[way->decider].doubt =
		    "so it was when firewalld was read last, and it does not answer now";
	else if (way->ruleset->flushed && !way_is_of_others(verdict->steps[way->decider].stage))
		verdict->steps[way->decider].doubt =
		    "so firewalld says, but its rules are gone from the kernel: nothing of it is "
		    "in force";
	else if (is_strictly_forwarded(way, &verdict->steps[way->decider]))
		verdict->steps[way->decider].doubt =
		    "firewalld passes on what others forward only where its policies do "
		    "(StrictForwardPorts)";
	conclude_by(way);
}

/*
 * May it decide otherwise, for a reason that is not understood? All that firewalld has put there
 * itself is: what depends on a rate or a MAC address is told as its own.
 */
static bool may_differ(const struct verdict_step *step, enum verdict_action action)
{
	return !step->certain && (step->either || step->action != action) && !is_way_back(step);
}

/* Walked up to the first that decides, the last is the one that does so. */
static const struct verdict_step *decider_of(const struct way *own)
{
	const struct verdict_step *last;

	if (own->decided)
		return &own->verdict.steps[own->decider];
	if (own->verdict.n_steps == 0)
		return NULL;
	last = &own->verdict.steps[own->verdict.n_steps - 1];
	return last->certain && last->action == VERDICT_ACCEPT ? last : NULL;
}

/* What firewalld refuses is let in there, or refused in another way, or may be. */
static int overrule(struct way *way, const struct verdict_step *own, bool sure)
{
	struct verdict_step step = *own;
	int r;

	if (!sure) {
		way->verdict.steps[way->decider].doubt =
		    "so firewalld says; but what it knows nothing of stands in its own table and "
		    "may decide otherwise";
		return 0;
	}
	step.decides = true;
	r = way_note(way, step, MATCH_ANSWER_YES);
	if (r < 0)
		return r;
	way->decider = way->verdict.n_steps - 1;
	/* what is let in there may be stopped behind it */
	for (size_t i = 0; i < way->verdict.n_steps; i++)
		way_decide(way, i);
	return 0;
}

static int keep_out(struct way *way, const struct verdict_step *own, bool understood)
{
	const char *doubt = !own->certain ? "firewalld knows nothing of it, and whom it is for is "
	                                    "not understood"
	                    : !understood
	                        ? "firewalld knows nothing of it, and what stands before it in its "
	                          "table is not understood"
	                        : NULL;

	return way_note(way, *own, doubt ? match_maybe(doubt) : MATCH_ANSWER_YES);
}

/* What is behind firewalld keeps out whatever is let in here. */
static bool differs(const struct way *way, const struct verdict_step *step, bool decides)
{
	const struct verdict *verdict = &way->verdict;

	if (step->action == VERDICT_ACCEPT &&
	    verdict->steps[way->decider].stage == VERDICT_STAGE_AFTER)
		return false;
	return decides ? client_errno(&way->packet, step) != verdict->client_errno
	               : may_differ(step, verdict->action);
}

/* firewalld's backend iptables rejects in its own way what no zone opens (core/ipXtables.py). */
static void take_reject(struct way *way, const struct verdict_step *own)
{
	struct verdict_step *step = &way->verdict.steps[way->decider];

	if (step->what != VERDICT_WHAT_TARGET || step->action != VERDICT_REJECT || !own ||
	    own->action != VERDICT_REJECT || !own->chain->own || !own->chain->beside)
		return;
	step->reject = own->reject;
	way->verdict.client_errno = client_errno(&way->packet, step);
}

static int note_own(struct way *way, const struct way *own)
{
	const struct verdict_step *decider = decider_of(own);
	const bool open = way->verdict.action == VERDICT_ACCEPT;
	bool understood = true;
	int r = 0;

	take_reject(way, decider);
	for (size_t i = 0; i < own->verdict.n_steps && r == 0; i++) {
		const struct verdict_step *step = &own->verdict.steps[i];

		if (differs(way, step, step == decider))
			r = open ? keep_out(way, step, understood)
			         : overrule(way, step, step->certain && understood);
		if (step == decider)
			break;
		understood = understood && (step->certain || is_way_back(step));
	}
	return r;
}

/* Its chains are named after it: filter_IN_ZONE, filter_IN_policy_NAME, and parts of these. */
static bool is_chain_of(const char *name, const struct ruleset_zone *zone)
{
	static const char *const parts[] = {"", "_pre", "_log", "_deny", "_allow", "_post"};
	const size_t length = strlen(zone->name);

	if (strncmp(name, "filter_IN_", 10) != 0)
		return false;
	name += 10;
	if (zone->is_policy && strncmp(name, "policy_", 7) != 0)
		return false;
	name += zone->is_policy ? 7 : 0;
	if (strncmp(name, zone->name, length) != 0)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (strcmp(name + length, parts[i]) == 0)
			return true;
	return false;
}

/* Would the client see something else if it decided? As may_differ(), in what is seen. */
static bool may_show(const struct way *way, const struct verdict_step *step,
                     const struct verdict_step *decider)
{
	return !step->certain && step->chain->hook != RULESET_HOOK_PREROUTING &&
	       (step->either ||
	        client_errno(&way->packet, step) != client_errno(&way->packet, decider));
}

/* What decides in firewalld's own table; NULL: nothing does, or what stands before it may. */
static const struct verdict_step *sure_decider_of(const struct way *own)
{
	const struct verdict_step *decider = decider_of(own);

	for (const struct verdict_step *step = own->verdict.steps; decider && step != decider;
	     step++)
		if (may_show(own, step, decider))
			return NULL;
	return decider && decider->certain ? decider : NULL;
}

/* The one that the kernel comes to first, of those that firewalld tells in no order. */
static void settle_order(struct way *way, const struct way *own)
{
	const struct verdict_step *decider = sure_decider_of(own);

	for (size_t i = 0; decider && i < way->verdict.n_steps; i++) {
		const struct verdict_step *step = &way->verdict.steps[i];

		if (!step->decides || !step->certain || !step->zone ||
		    !is_chain_of(decider->chain->name, step->zone) ||
		    client_errno(&way->packet, step) != client_errno(&way->packet, decider))
			continue;
		way->verdict.steps[way->decider].doubt = NULL;
		way->decider = i;
		way->order_known = true;
		return;
	}
}

/* Is there a verdict of firewalld's on what comes into this machine, and its table in the kernel?
 */
static bool is_to_hold(const struct way *way)
{
	const enum verdict_stage stage = way->verdict.decider->stage;

	if (way->packet.away || way->ruleset->kernel.asleep)
		return false;
	if (!way->verdict.certain)
		return order_of_policies_matters(way) || way->ruleset->remembered;
	return way->verdict.action == VERDICT_ACCEPT ||
	       (stage >= VERDICT_STAGE_PRE && stage <= VERDICT_STAGE_AFTER);
}

/*
 * firewalld's own table keeps out what firewalld lets in, or lets in what it keeps out: somebody
 * else has changed something there. Where something that nobody knows stands before that, nothing
 * is certain.
 */
static int hold_against_kernel(struct way *way)
{
	struct way own = {
	    .ruleset = way->ruleset, .packet = way->packet, .rewritten = way->rewritten};
	int r;

	if (!is_to_hold(way))
		return 0;
	r = walk_kernel(&own, WHOSE_OWN, VERDICT_STAGE_AFTER);
	if (r == 0 && !way->verdict.certain && !way->ruleset->remembered)
		settle_order(way, &own);
	else if (r == 0)
		r = note_own(way, &own);
	free(own.verdict.steps);
	if (r == 0)
		settle(way);
	return r;
}

static int conclude(struct way *way)
{
	int r = 0;

	/* Without a zone there is only the end of firewalld's chain, which rejects. */
	if (!way->decided) {
		r = way_note(
		    way,
		    way_step(VERDICT_STAGE_TARGET, VERDICT_WHAT_TARGET, NULL, NULL, VERDICT_REJECT),
		    MATCH_ANSWER_YES);
		if (r != 0)
			return r;
	}
	settle(way);
	return hold_against_kernel(way);
}

/* --- where the kernel alone tells ---------------------------------------------------------- */

/* What let it in last; or nothing at all looks at it. */
static int find_opener(struct way *way)
{
	size_t at = way->verdict.n_steps;

	while (at > 0 && !(way->verdict.steps[at - 1].certain &&
	                   way->verdict.steps[at - 1].action == VERDICT_ACCEPT))
		at--;
	if (at == 0)
		return way_note(way,
		                way_step(VERDICT_STAGE_KERNEL, VERDICT_WHAT_CHAIN_POLICY, NULL,
		                         "no rule of the kernel's", VERDICT_ACCEPT),
		                MATCH_ANSWER_YES);
	way->verdict.steps[at - 1].decides = true;
	way_decide(way, at - 1);
	return 0;
}

/* Nobody is there who would say what these rules are meant to do: they are all there is. */
static int walk_bare(struct way *way)
{
	int r;

	way->leads = true; /* what lets pass what is led on stands behind that */
	r = walk_kernel(way, WHOSE_ALL, VERDICT_STAGE_KERNEL);
	if (r == 0 && !way->decided)
		r = find_opener(way);
	if (r < 0)
		return r;
	if (order_of_chains_matters(way))
		way->verdict.steps[way->decider].doubt = CHAINS_CLASH;
	conclude_by(way);
	return 0;
}

/* --- all of it ---------------------------------------------------------------------------- */

static int walk_known(struct way *way)
{
	int r = walk_all(way);

	return r == 0 ? conclude(way) : r;
}

/**
 * walk_packet() - what happens to the first packet of a connection
 * @out:     receives the verdict; untouched on failure; the caller frees it. It
 *           borrows from @ruleset
 * @ruleset: borrowed, and must outlive the verdict
 * @packet:  borrowed during the call
 *
 * Without an interface those bindings that have one are noted as doubtful, and the
 * default zone is taken; callers who can, ask for each interface.
 *
 * Return: 0; -ENOMEM.
 */
int walk_packet(struct verdict *out, const struct ruleset *ruleset, const struct packet *packet)
{
	struct way way = {.ruleset = ruleset, .packet = *packet, .others = true};
	int r = dispatch_init(&way.dispatch, ruleset);

	way.packet.mark_unknown = ruleset->marks;
	if (r == 0)
		r = ruleset->bare ? walk_bare(&way) : walk_known(&way);
	dispatch_deinit(&way.dispatch);
	if (r == 0)
		*out = way.verdict;
	else
		free(way.verdict.steps);
	return r;
}

/**
 * walk_chains() - the rules that a packet meets in the kernel's own chains
 * @out:     receives its steps, those that lead to others among them, and what they come to;
 *           untouched on failure; the caller frees it. It has no decider where all let it pass
 * @ruleset: chains alone count: all that there are, firewalld's among them
 *
 * Return: 0; -ENOMEM.
 */
int walk_chains(struct verdict *out, const struct ruleset *ruleset, const struct packet *packet)
{
	struct way way = {.ruleset = ruleset, .packet = *packet, .leads = true};
	int r;

	way.packet.mark_unknown = ruleset->marks;
	r = walk_kernel(&way, WHOSE_ALL, VERDICT_STAGE_AFTER);
	if (r < 0) {
		free(way.verdict.steps);
		return r;
	}
	if (way.decided) {
		way.verdict.decider = &way.verdict.steps[way.decider];
		way.verdict.action = way.verdict.decider->action;
	}
	*out = way.verdict;
	return 0;
}
