// SPDX-License-Identifier: GPL-2.0-or-later
/* The expressions of a rule: what it does with a packet; what it asks of one is nftrules-match's.
 */
#include "guard/system/kernel/nftrules-internal.h"

#include <string.h>

#include "guard/model/packet/iptables.h"

/* --- statements --------------------------------------------------------------------------- */

static int take_jump(const struct nftrules_reader *reader, const json_t *rule,
                     struct ruleset_step *step, const json_t *jump, enum ruleset_action action)
{
	const char *target = nftrules_string(jump, "target");

	if (!reader->all && !nftrules_is_firewalld(rule) && iptables_is_direct(target))
		return 0;
	step->action = action;
	return replace_string(&step->argument, target);
}

static bool tells_family(const struct ruleset_step *step)
{
	for (size_t i = 0; i < step->n_matches; i++)
		if (step->matches[i].field == RULESET_FIELD_FAMILY ||
		    step->matches[i].field == RULESET_FIELD_SOURCE ||
		    step->matches[i].field == RULESET_FIELD_DESTINATION)
			return true;
	return false;
}

static int add_hidden_family(struct ruleset_step *step)
{
	struct ruleset_match *match;
	int r = ruleset_add_match(step, RULESET_FIELD_UNKNOWN, false, &match);

	if (r == 0)
		match->hidden_family = true;
	return r;
}

/*
 * nft leaves out that a rule is for one family where its answer is of that family alone; and with
 * a tcp reset, which is of both, it leaves that out as well (1.0.6).
 */
static int take_reject(const json_t *rule, struct ruleset_step *step, const json_t *reject)
{
	const char *type = nftrules_string(reject, "type"), *expr = nftrules_string(reject, "expr");
	bool reset = strcmp(type, "tcp reset") == 0;
	int r = 0;

	step->action = RULESET_ACTION_REJECT;
	if (strcmp(type, "icmp") == 0 || strcmp(type, "icmpv6") == 0)
		r = nftrules_add_name(step, RULESET_FIELD_FAMILY, type[4] ? "ipv6" : "ipv4");
	else if (reset && strcmp(nftrules_string(rule, "family"), "inet") == 0 &&
	         !tells_family(step))
		r = add_hidden_family(step);
	if (r < 0)
		return r;
	if (reset)
		return replace_string(&step->argument, "tcp-reset");
	return *expr ? replace_string(&step->argument, expr) : 0;
}

/* To one address and port, or to one of these alone; else nobody knows where to. */
static int take_translation(struct ruleset_step *step, const json_t *to)
{
	const json_t *address = json_object_get(to, "addr"), *port = json_object_get(to, "port");
	const char *family = nftrules_string(to, "family");
	int r = *family ? nftrules_add_name(step, RULESET_FIELD_FAMILY, family[2] ? "ipv6" : "ipv4")
	                : 0;

	if (r < 0)
		return r;
	step->action = RULESET_ACTION_UNKNOWN;
	if ((address && !json_is_string(address)) ||
	    (port && (!nftrules_port(port, &step->to_port) || step->to_port == 0)))
		return 0;
	step->action = RULESET_ACTION_TRANSLATE;
	return address ? replace_string(&step->to_address, json_string_value(address)) : 0;
}

/* What iptables does through a module of its own; only the name is told. */
static int take_xt(const struct nftrules_reader *reader, struct ruleset_step *step,
                   const json_t *xt)
{
	const char *type = nftrules_string(xt, "type"), *name = nftrules_string(xt, "name");
	struct ruleset_match *match;

	if (strcmp(type, "target") == 0 && iptables_is_idle(name))
		return 0;
	if (strcmp(type, "match") == 0 && strcmp(name, "comment") == 0)
		return 0;
	reader->ruleset->iptables_hidden = true;
	if (strcmp(type, "target") != 0)
		return ruleset_add_match(step, RULESET_FIELD_UNKNOWN, false, &match);
	step->marks = step->mark_unknown = strstr(name, "MARK") != NULL;
	if (step->marks)
		return 0;
	step->action = strcmp(name, "REJECT") == 0 ? RULESET_ACTION_REJECT : RULESET_ACTION_UNKNOWN;
	return 0;
}

static bool is_one_of(const char *key, const char *const *keys)
{
	for (size_t i = 0; keys[i]; i++)
		if (strcmp(key, keys[i]) == 0)
			return true;
	return false;
}

static const char *const harmless[] = {"counter", "log",        "notrack",   "secmark",
                                       "snat",    "masquerade", "ct helper", "dup",
                                       "last",    "continue",   NULL};

/* What stands behind these is for some packets alone. */
static const char *const conditions[] = {"limit", "ct count", "quota", "set", "map", "meter", NULL};

/* A number; of the mark that it has, some bits, with others set or turned. */
static void take_marking(struct ruleset_step *step, const json_t *value)
{
	const json_t *set = json_object_get(value, "|"), *turned = json_object_get(value, "^"),
	             *by = json_array_get(set ? set : turned, 1);
	uint32_t kept = 0, number = (uint32_t)json_integer_value(by ? by : value);

	step->marks = true;
	step->mark_unknown = by ? !json_is_integer(by) ||
	                              !nftrules_bits(json_array_get(set ? set : turned, 0), &kept)
	                        : !json_is_integer(value) && !nftrules_bits(value, &kept);
	step->mark_mask = ~kept | (set ? number : 0);
	step->mark_xor = number;
}

static void take_mangling(const struct nftrules_reader *reader, const json_t *rule,
                          struct ruleset_step *step, const json_t *mangle)
{
	if (!nftrules_is_mark(json_object_get(mangle, "key")))
		return;
	take_marking(step, json_object_get(mangle, "value"));
	reader->ruleset->marks |= nftrules_is_firewalld(rule);
}

/* Whatever stands behind it, it may have been done with the packet before. */
static int take_unknown(struct ruleset_step *step, const char *key)
{
	struct ruleset_match *match;

	if (!is_one_of(key, conditions))
		step->action = RULESET_ACTION_UNKNOWN;
	return ruleset_add_match(step, RULESET_FIELD_UNKNOWN, false, &match);
}

/**
 * nftrules_take_expression() - one expression of a rule, as a condition or as what it does
 * @rule: that it is of
 * @step: gets it
 * @key:  its kind: "match", "accept"…
 *
 * What is not understood becomes what nobody knows.
 *
 * Return: 0; -ENOMEM.
 */
int nftrules_take_expression(const struct nftrules_reader *reader, const json_t *rule,
                             struct ruleset_step *step, const char *key, const json_t *value)
{
	if (strcmp(key, "match") == 0)
		return nftrules_take_match(reader, rule, step, value);
	if (strcmp(key, "mangle") == 0)
		take_mangling(reader, rule, step, value);
	else if (strcmp(key, "accept") == 0)
		step->action = RULESET_ACTION_ACCEPT;
	else if (strcmp(key, "drop") == 0)
		step->action = RULESET_ACTION_DROP;
	else if (strcmp(key, "return") == 0)
		step->action = RULESET_ACTION_RETURN;
	else if (strcmp(key, "reject") == 0)
		return take_reject(rule, step, value);
	else if (strcmp(key, "jump") == 0)
		return take_jump(reader, rule, step, value, RULESET_ACTION_JUMP);
	else if (strcmp(key, "goto") == 0)
		return take_jump(reader, rule, step, value, RULESET_ACTION_GOTO);
	else if (strcmp(key, "xt") == 0)
		return take_xt(reader, step, value);
	else if (strcmp(key, "dnat") == 0 || strcmp(key, "redirect") == 0)
		return take_translation(step, value);
	else if (!is_one_of(key, harmless))
		return take_unknown(step, key);
	return 0;
}
