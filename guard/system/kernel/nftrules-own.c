// SPDX-License-Identifier: GPL-2.0-or-later
/* What firewalld has put there itself, by which it is told whether all of it is there. */
#include "guard/system/kernel/nftrules-internal.h"

#include <stdio.h>
#include <string.h>

static void see_table(struct ruleset_kernel *kernel, const json_t *table)
{
	if (strcmp(nftrules_string(table, "family"), "inet") != 0)
		return;
	kernel->table |= strcmp(nftrules_string(table, "name"), NFTRULES_FIREWALLD) == 0;
	kernel->shut |= strcmp(nftrules_string(table, "name"), RULESET_SHUT) == 0;
}

/* "ct status dnat accept": what anybody leads elsewhere, it passes on (core/nftables.py). */
static bool passes_translated(const json_t *rule)
{
	const json_t *expressions = json_object_get(rule, "expr");
	const json_t *match = json_object_get(json_array_get(expressions, 0), "match");

	return strcmp(nftrules_string(rule, "chain"), "filter_FORWARD") == 0 &&
	       json_array_size(expressions) == 2 &&
	       nftrules_is_translated(json_object_get(match, "left")) &&
	       strcmp(nftrules_string(match, "right"), "dnat") == 0 &&
	       json_object_get(json_array_get(expressions, 1), "accept");
}

/* "fib saddr . mark . iif oif missing", before 1.0 without the mark (build_rpfilter_rules) */
static bool asks_way_back(const json_t *match)
{
	const json_t *fib = json_object_get(json_object_get(match, "left"), "fib");
	size_t i;
	json_t *flag;

	if (strcmp(nftrules_string(fib, "result"), "oif") != 0)
		return false;
	json_array_foreach(json_object_get(fib, "flags"), i, flag)
	{
		if (json_is_string(flag) && strcmp(json_string_value(flag), "iif") == 0)
			return true;
	}
	return false;
}

static bool filters_back(const json_t *rule)
{
	bool asks = false;
	size_t i;
	json_t *expression;

	json_array_foreach(json_object_get(rule, "expr"), i, expression)
	{
		asks |= asks_way_back(json_object_get(expression, "match"));
		if (asks && json_object_get(expression, "drop"))
			return true;
	}
	return false;
}

/** nftrules_see_own() - take note of what firewalld has put there itself */
void nftrules_see_own(struct ruleset_kernel *kernel, const json_t *object)
{
	const json_t *rule = json_object_get(object, "rule");

	if (json_object_get(object, "table"))
		see_table(kernel, json_object_get(object, "table"));
	if (!rule || !nftrules_is_firewalld(rule))
		return;
	kernel->translated |= passes_translated(rule);
	kernel->filters_back |= filters_back(rule);
}

/* --- firewalld's policies ----------------------------------------------------------------- */

static bool asks_policies(const json_t *rule)
{
	return strcmp(nftrules_string(rule, "table"), NFTRULES_FIREWALLD) == 0 &&
	       strncmp(nftrules_string(rule, "chain"), "filter_INPUT_POLICIES",
	               strlen("filter_INPUT_POLICIES")) == 0;
}

/* The policy that a jump leads to; NULL: it is none of a policy. */
static const char *policy_of(const json_t *rule)
{
	static const char prefix[] = "filter_IN_policy_";
	const json_t *expressions = json_object_get(rule, "expr");
	size_t i;
	json_t *expression;

	json_array_foreach(expressions, i, expression)
	{
		const char *target = nftrules_string(json_object_get(expression, "jump"), "target");

		if (strncmp(target, prefix, strlen(prefix)) == 0)
			return target + strlen(prefix);
	}
	return NULL;
}

static void note_policy(struct ruleset *ruleset, const char *name, unsigned order)
{
	for (size_t i = 0; i < ruleset->n_zones; i++) {
		struct ruleset_zone *zone = &ruleset->zones[i];

		if (zone->is_policy && zone->order == 0 && strcmp(zone->name, name) == 0)
			zone->order = order;
	}
}

/**
 * nftrules_take_policies() - the order of firewalld's policies as the kernel has them
 *
 * Which is not always what firewalld says.
 */
void nftrules_take_policies(struct nftrules_reader *reader)
{
	struct ruleset *ruleset = reader->ruleset;
	unsigned n = 0;
	size_t i;
	json_t *object;

	json_array_foreach(reader->objects, i, object)
	{
		const json_t *rule = json_object_get(object, "rule");
		const char *policy = rule && asks_policies(rule) ? policy_of(rule) : NULL;

		if (policy)
			note_policy(ruleset, policy, ++n);
	}
	/* None at all: iptables' backend, or another table. */
	for (size_t z = 0; z < ruleset->n_zones && n > 0; z++) {
		struct ruleset_zone *zone = &ruleset->zones[z];

		zone->unapplied = zone->is_policy && zone->order == 0 &&
		                  strv_contains(&zone->egress_zones, "HOST");
	}
}
