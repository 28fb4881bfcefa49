// SPDX-License-Identifier: GPL-2.0-or-later
/* What firewalld has put into iptables' tables itself, with its backend of that name. */
#include "guard/model/packet/iptables.h"

#include <stdio.h>
#include <string.h>

#include "guard/base/text.h"

static const char *const of_firewalld[] = {IPTABLES_ZONES, IPTABLES_POLICIES, IPTABLES_DISPATCH};

static bool has_chain(const struct ruleset *ruleset, const struct ruleset_chain *beside,
                      const char *name)
{
	return ruleset_chain(ruleset, beside, name) != NULL;
}

/* IN_ZONE, and with a part's name behind it: of each the others are there, too. */
static bool is_of_zone(const struct ruleset *ruleset, const struct ruleset_chain *chain)
{
	static const char *const parts[] = {"_pre", "_log", "_deny", "_allow", "_post"};
	char deny[80], allow[80];
	int n = (int)strlen(chain->name);

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (text_has_suffix(chain->name, parts[i]))
			n -= (int)strlen(parts[i]);
	(void)snprintf(deny, sizeof(deny), "%.*s_deny", n, chain->name);
	(void)snprintf(allow, sizeof(allow), "%.*s_allow", n, chain->name);
	return has_chain(ruleset, chain, deny) && has_chain(ruleset, chain, allow);
}

/* Those that lead there from the chains that each packet comes to. */
static bool is_dispatch(const char *name)
{
	static const char *const beginnings[] = {
	    IPTABLES_ZONES,     IPTABLES_POLICIES,   IPTABLES_DISPATCH,  "FORWARD_ZONES",
	    "FORWARD_IN_ZONES", "FORWARD_OUT_ZONES", "FORWARD_POLICIES", "OUTPUT_POLICIES",
	    "FORWARD_dispatch", "OUTPUT_dispatch"};

	for (size_t i = 0; i < ARRAY_SIZE(beginnings); i++)
		if (strncmp(name, beginnings[i], strlen(beginnings[i])) == 0)
			return true;
	/* IN_public_to_HOST: what zones and policies have for that, and then the target */
	return (strncmp(name, "IN_", 3) == 0 && text_has_suffix(name, "_to_HOST")) ||
	       iptables_is_direct(name);
}

static bool is_shared(const struct ruleset *ruleset, const struct ruleset_chain *chain)
{
	for (size_t i = 0; i < ARRAY_SIZE(of_firewalld); i++)
		if (has_chain(ruleset, chain, of_firewalld[i]))
			return true;
	return false;
}

static bool is_own_chain(const struct ruleset *ruleset, const struct ruleset_chain *chain)
{
	return chain->hook == RULESET_HOOK_NONE &&
	       (is_dispatch(chain->name) || is_of_zone(ruleset, chain));
}

static bool leads_to_own(const struct ruleset *ruleset, const struct ruleset_chain *chain,
                         const struct ruleset_step *step)
{
	const struct ruleset_chain *to =
	    step->action == RULESET_ACTION_JUMP || step->action == RULESET_ACTION_GOTO
	        ? ruleset_chain(ruleset, chain, step->argument)
	        : NULL;

	return to && is_own_chain(ruleset, to);
}

/* DEFAULT_REJECT_TYPE: what ends INPUT and FORWARD. */
static bool rejects_all(const struct ruleset_step *step)
{
	return step->action == RULESET_ACTION_REJECT && step->n_matches == 0 && step->argument &&
	       text_has_suffix(step->argument, "-prohibited");
}

/* Of two that reject alike the last is firewalld's: by its words the first is taken away. */
static void mark_steps(const struct ruleset *ruleset, struct ruleset_chain *chain)
{
	struct ruleset_step *last = NULL;

	for (size_t i = 0; i < chain->n_steps; i++) {
		struct ruleset_step *step = &chain->steps[i];

		step->own = leads_to_own(ruleset, chain, step);
		last = rejects_all(step) ? step : last;
	}
	if (last)
		last->own = true;
}

/**
 * iptables_mark_own() - mark what firewalld has put there itself, and where others may have theirs
 * @ruleset: with all of iptables' chains
 */
void iptables_mark_own(struct ruleset *ruleset)
{
	for (size_t i = 0; i < ruleset->n_chains; i++) {
		struct ruleset_chain *chain = &ruleset->chains[i];

		if (chain->direct || strncmp(chain->family, "ip", 2) != 0 ||
		    strcmp(chain->table, "filter") != 0 || !is_shared(ruleset, chain))
			continue;
		chain->beside = true;
		chain->own = is_own_chain(ruleset, chain);
		if (chain->hook != RULESET_HOOK_NONE)
			mark_steps(ruleset, chain);
	}
}
