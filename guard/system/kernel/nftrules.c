/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guard/system/kernel/nftrules.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "guard/base/shell.h"
#include "guard/model/mail/services.h"
#include "guard/model/packet/iptables.h"
#include "guard/model/rule/protocol.h"
#include "guard/system/host/clock.h"
#include "guard/system/host/program.h"
#include "guard/system/kernel/ipsets.h"
#include "guard/system/kernel/xtables.h"

/* A ruleset larger than this is not read: a million elements of sets are about as much. */
#define OUTPUT_MAX ((size_t)256 * 1024 * 1024)
#define TEXT_MAX   400 /* of a rule, for a person */

/* --- sets --------------------------------------------------------------------------------- */

struct reader {
	struct ruleset *ruleset;
	json_t *objects;             /* all of them, borrowed */
	struct ruleset_chain *chain; /* the one that a rule is for */
	bool all;                    /* firewalld's own, too */
};

static const char *string_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

#define FIREWALLD_TABLE "firewalld"

static bool is_firewalld(const json_t *object)
{
	return strcmp(string_of(object, "table"), FIREWALLD_TABLE) == 0 &&
	       strcmp(string_of(object, "family"), "inet") == 0;
}

static const json_t *find_set(const struct reader *reader, const json_t *rule, const char *name)
{
	static const char *const kinds[] = {"set", "map"};
	size_t i;
	json_t *object;

	json_array_foreach(reader->objects, i, object)
	{
		for (size_t k = 0; k < ARRAY_SIZE(kinds); k++) {
			const json_t *set = json_object_get(object, kinds[k]);

			if (set && strcmp(string_of(set, "name"), name) == 0 &&
			    strcmp(string_of(set, "table"), string_of(rule, "table")) == 0 &&
			    strcmp(string_of(set, "family"), string_of(rule, "family")) == 0)
				return set;
		}
	}
	return NULL;
}

/* --- values of a match -------------------------------------------------------------------- */

/* 0; 1: not understood; negative errno. */
typedef int (*value_fn)(struct ruleset_match *match, const json_t *value);

static int take_prefix(struct ruleset_match *match, const json_t *prefix)
{
	_cleanup_free_ char *text = NULL;
	struct cidr cidr;

	if (xasprintf(&text, "%s/%d", string_of(prefix, "addr"),
	              (int)json_integer_value(json_object_get(prefix, "len"))) < 0)
		return -ENOMEM;
	if (cidr_parse(&cidr, text, 0, NULL) != 0)
		return 1;
	return rangeset_add(&match->addresses, &cidr);
}

static int take_address_range(struct ruleset_match *match, const json_t *range)
{
	return rangeset_add_between(&match->addresses, json_string_value(json_array_get(range, 0)),
	                            json_string_value(json_array_get(range, 1)));
}

static int take_address(struct ruleset_match *match, const json_t *value)
{
	struct cidr cidr;

	if (json_object_get(value, "prefix"))
		return take_prefix(match, json_object_get(value, "prefix"));
	if (json_object_get(value, "range"))
		return take_address_range(match, json_object_get(value, "range"));
	if (!json_is_string(value) || cidr_parse(&cidr, json_string_value(value), 0, NULL) != 0)
		return 1;
	return rangeset_add(&match->addresses, &cidr);
}

static bool port_of(const json_t *value, unsigned *out)
{
	unsigned last;

	if (json_is_integer(value)) {
		*out = (unsigned)json_integer_value(value);
		return *out <= 65535;
	}
	return json_is_string(value) && services_port_range(json_string_value(value), out, &last);
}

static int take_port(struct ruleset_match *match, const json_t *value)
{
	const json_t *range = json_object_get(value, "range");
	unsigned first, last;

	if (range) {
		if (!port_of(json_array_get(range, 0), &first) ||
		    !port_of(json_array_get(range, 1), &last))
			return 1;
		return ruleset_match_ports(match, first, last);
	}
	return port_of(value, &first) ? ruleset_match_ports(match, first, first) : 1;
}

static int take_name(struct ruleset_match *match, const json_t *value)
{
	char number[16];

	if (json_is_integer(value)) {
		(void)snprintf(number, sizeof(number), "%d", (int)json_integer_value(value));
		return strv_add(&match->names, number);
	}
	return json_is_string(value) ? strv_add(&match->names, json_string_value(value)) : 1;
}

/* An element may be wrapped up with its timeout or counter. */
static int take_element(struct ruleset_match *match, const json_t *element, value_fn fn)
{
	const json_t *elem = json_object_get(element, "elem");

	return fn(match, elem ? json_object_get(elem, "val") : element);
}

static int take_elements(struct ruleset_match *match, const json_t *elements, value_fn fn)
{
	size_t i;
	json_t *element;
	int r = 0;

	json_array_foreach(elements, i, element)
	{
		r = take_element(match, element, fn);
		if (r != 0)
			return r;
	}
	return r;
}

static int take_values(const struct reader *reader, const json_t *rule, struct ruleset_match *match,
                       const json_t *right, value_fn fn)
{
	const char *text = json_string_value(right);
	const json_t *set = json_object_get(right, "set");

	if (text && *text == '@') {
		set = find_set(reader, rule, text + 1);
		return set ? take_elements(match, json_object_get(set, "elem"), fn) : 1;
	}
	if (json_is_array(set))
		return take_elements(match, set, fn);
	if (json_is_array(right)) /* flags such as ct states: nft 1.0 */
		return take_elements(match, right, fn);
	return take_element(match, right, fn);
}

/* --- matches ------------------------------------------------------------------------------ */

struct left {
	enum ruleset_field field;
	value_fn fn;
	const char *family;   /* that it implies; NULL: none */
	const char *protocol; /* the same */
	bool state;
};

static struct left payload_left(const json_t *payload)
{
	const char *protocol = string_of(payload, "protocol"), *field = string_of(payload, "field");
	struct left left = {.field = RULESET_FIELD_UNKNOWN};

	if (strcmp(protocol, "ip") == 0)
		left.family = "ipv4";
	else if (strcmp(protocol, "ip6") == 0)
		left.family = "ipv6";
	if (protocol_with_ports(protocol) || strcmp(protocol, "icmp") == 0 ||
	    strcmp(protocol, "icmpv6") == 0)
		left.protocol = protocol_find(protocol)->name;
	if (left.family && (strcmp(field, "saddr") == 0 || strcmp(field, "daddr") == 0)) {
		left.field = *field == 's' ? RULESET_FIELD_SOURCE : RULESET_FIELD_DESTINATION;
		left.fn = take_address;
	} else if (left.family &&
	           (strcmp(field, "protocol") == 0 || strcmp(field, "nexthdr") == 0)) {
		left.field = RULESET_FIELD_PROTOCOL;
		left.fn = take_name;
	} else if (strcmp(protocol, "ether") == 0 && strcmp(field, "saddr") == 0) {
		left.field = RULESET_FIELD_MAC;
		left.fn = take_name;
	} else if ((left.protocol || strcmp(protocol, "th") == 0) &&
	           (strcmp(field, "dport") == 0 || strcmp(field, "sport") == 0)) {
		left.field = *field == 'd' ? RULESET_FIELD_PORT : RULESET_FIELD_SOURCE_PORT;
		left.fn = take_port;
	}
	return left;
}

static struct left meta_left(const char *key)
{
	struct left left = {.field = RULESET_FIELD_UNKNOWN, .fn = take_name};

	if (strcmp(key, "l4proto") == 0)
		left.field = RULESET_FIELD_PROTOCOL;
	else if (strcmp(key, "iifname") == 0 || strcmp(key, "iif") == 0)
		left.field = RULESET_FIELD_INTERFACE;
	else if (strcmp(key, "oifname") == 0 || strcmp(key, "oif") == 0)
		left.field = RULESET_FIELD_OUT_INTERFACE;
	else if (strcmp(key, "mark") == 0)
		left.field = RULESET_FIELD_MARK;
	else if (strcmp(key, "nfproto") == 0)
		left.field = RULESET_FIELD_FAMILY;
	return left;
}

/* A flag is written as a text where it is the only one. */
static bool is_destination(const json_t *fib)
{
	const json_t *flags = json_object_get(fib, "flags");
	const char *flag =
	    json_string_value(json_is_array(flags) ? json_array_get(flags, 0) : flags);

	return flag && strcmp(flag, "daddr") == 0;
}

static struct left left_of(const json_t *left)
{
	const json_t *payload = json_object_get(left, "payload");
	const json_t *meta = json_object_get(left, "meta"), *ct = json_object_get(left, "ct");
	const json_t *fib = json_object_get(left, "fib");
	struct left out = {.field = RULESET_FIELD_UNKNOWN};

	if (payload)
		return payload_left(payload);
	if (meta)
		return meta_left(string_of(meta, "key"));
	if (ct && strcmp(string_of(ct, "key"), "state") == 0) {
		out.state = true;
		out.fn = take_name;
	}
	if (ct && strcmp(string_of(ct, "key"), "status") == 0) {
		out.field = RULESET_FIELD_TRANSLATED;
		out.fn = take_name;
	}
	if (fib && strcmp(string_of(fib, "result"), "type") == 0 && is_destination(fib)) {
		out.field = RULESET_FIELD_LOCAL;
		out.fn = take_name;
	}
	return out;
}

static int add_name(struct ruleset_step *step, enum ruleset_field field, const char *name)
{
	struct ruleset_match *match;
	int r = ruleset_add_match(step, field, false, &match);

	return r == 0 ? strv_add(&match->names, name) : r;
}

/* A new connection is new: either that is among the states or it never matches. */
static void settle_state(struct ruleset_match *match, bool invert)
{
	bool fits = strv_contains(&match->names, "new") != invert;

	match->field = fits ? RULESET_FIELD_PROTOCOL : RULESET_FIELD_NEVER;
	match->invert = fits; /* of no protocol: all of them */
	strv_deinit(&match->names);
}

static int keep(char **to, const char *text)
{
	free(*to);
	*to = strdup(text);
	return *to ? 0 : -ENOMEM;
}

static bool has_intervals(const json_t *set)
{
	size_t i;
	json_t *flag;

	json_array_foreach(json_object_get(set, "flags"), i,
	                   flag) if (strcmp(json_string_value(flag) ? json_string_value(flag) : "",
	                                    "interval") == 0) return true;
	return false;
}

/* What is in a set is taken out of it, not the rule that asks for it. */
static int keep_set(const struct reader *reader, const json_t *rule, struct ruleset_step *step,
                    struct ruleset_match *match, const json_t *right)
{
	const char *text = json_string_value(right);

	if (!text || *text != '@')
		return 0;
	match->prefixes = has_intervals(find_set(reader, rule, text + 1));
	return keep(&step->set, text + 1);
}

/* The kinds and states that are known by one word; of others nobody knows. */
static void settle_word(struct ruleset_match *match, const char *word)
{
	if (match->names.n != 1 || strcmp(match->names.strings[0], word) != 0)
		match->field = RULESET_FIELD_UNKNOWN;
	strv_deinit(&match->names);
}

static int take_match(const struct reader *reader, const json_t *rule, struct ruleset_step *step,
                      const json_t *expression)
{
	struct left left = left_of(json_object_get(expression, "left"));
	const char *op = string_of(expression, "op");
	bool invert = strcmp(op, "!=") == 0;
	struct ruleset_match *match;
	int r = 0;

	if (left.family)
		r = add_name(step, RULESET_FIELD_FAMILY, left.family);
	if (r == 0 && left.protocol)
		r = add_name(step, RULESET_FIELD_PROTOCOL, left.protocol);
	if (r == 0)
		r = ruleset_add_match(step, left.field, invert, &match);
	if (r != 0)
		return r;
	if (!left.fn || (!left.state && left.field == RULESET_FIELD_UNKNOWN))
		return 0;
	if (strcmp(op, "==") != 0 && strcmp(op, "in") != 0 && !invert)
		r = 1;
	else
		r = take_values(reader, rule, match, json_object_get(expression, "right"), left.fn);
	if (r == 0 && left.state)
		settle_state(match, invert);
	if (r == 0 && left.field == RULESET_FIELD_TRANSLATED)
		settle_word(match, "dnat");
	if (r == 0 && left.field == RULESET_FIELD_LOCAL)
		settle_word(match, "local");
	if (r == 0 && left.field == RULESET_FIELD_MARK && strv_contains(&match->names, "0"))
		match->invert = !match->invert;
	if (r == 0 && left.field == RULESET_FIELD_SOURCE && !invert)
		r = keep_set(reader, rule, step, match, json_object_get(expression, "right"));
	if (r > 0)
		match->field = RULESET_FIELD_UNKNOWN;
	return r > 0 ? 0 : r;
}

/* --- statements --------------------------------------------------------------------------- */

static int take_jump(const struct reader *reader, const json_t *rule, struct ruleset_step *step,
                     const json_t *jump, enum ruleset_action action)
{
	const char *target = string_of(jump, "target");

	if (!reader->all && !is_firewalld(rule) && iptables_is_direct(target))
		return 0;
	step->action = action;
	return keep(&step->argument, target);
}

/* nft leaves out that a rule is for one family where its answer is of that family alone. */
static int take_reject(struct ruleset_step *step, const json_t *reject)
{
	const char *type = string_of(reject, "type"), *expr = string_of(reject, "expr");
	int r = 0;

	step->action = RULESET_ACTION_REJECT;
	if (strcmp(type, "icmp") == 0 || strcmp(type, "icmpv6") == 0)
		r = add_name(step, RULESET_FIELD_FAMILY, type[4] ? "ipv6" : "ipv4");
	if (r < 0)
		return r;
	if (strcmp(type, "tcp reset") == 0)
		return keep(&step->argument, "tcp-reset");
	return *expr ? keep(&step->argument, expr) : 0;
}

/* To one address and port, or to one of these alone; else nobody knows where to. */
static int take_translation(struct ruleset_step *step, const json_t *to)
{
	const json_t *address = json_object_get(to, "addr"), *port = json_object_get(to, "port");
	const char *family = string_of(to, "family");
	int r = *family ? add_name(step, RULESET_FIELD_FAMILY, family[2] ? "ipv6" : "ipv4") : 0;

	if (r < 0)
		return r;
	step->action = RULESET_ACTION_UNKNOWN;
	if ((address && !json_is_string(address)) ||
	    (port && (!port_of(port, &step->to_port) || step->to_port == 0)))
		return 0;
	step->action = RULESET_ACTION_TRANSLATE;
	return address ? keep(&step->to_address, json_string_value(address)) : 0;
}

/* What iptables does through a module of its own; only the name is told. */
static int take_xt(const struct reader *reader, struct ruleset_step *step, const json_t *xt)
{
	const char *type = string_of(xt, "type"), *name = string_of(xt, "name");
	struct ruleset_match *match;

	if (strcmp(type, "target") == 0 && iptables_is_idle(reader->ruleset, name))
		return 0;
	if (strcmp(type, "match") == 0 && strcmp(name, "comment") == 0)
		return 0;
	reader->ruleset->iptables_hidden = true;
	if (strcmp(type, "target") != 0)
		return ruleset_add_match(step, RULESET_FIELD_UNKNOWN, false, &match);
	step->action = strcmp(name, "REJECT") == 0 ? RULESET_ACTION_REJECT : RULESET_ACTION_UNKNOWN;
	return 0;
}

static bool is_harmless(const char *key)
{
	static const char *const keys[] = {"counter", "log",        "notrack",   "secmark",
	                                   "snat",    "masquerade", "ct helper", "ct count",
	                                   "dup",     "last"};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (strcmp(key, keys[i]) == 0)
			return true;
	return false;
}

/* "mark" of {"mangle": {"key": {"meta": {"key": "mark"}}, …}}; "" where it is something else */
static const char *mangled(const json_t *mangle)
{
	return string_of(json_object_get(json_object_get(mangle, "key"), "meta"), "key");
}

static int take_expression(const struct reader *reader, const json_t *rule,
                           struct ruleset_step *step, const char *key, const json_t *value)
{
	struct ruleset_match *match;

	if (strcmp(key, "match") == 0)
		return take_match(reader, rule, step, value);
	if (strcmp(key, "mangle") == 0)
		reader->ruleset->marks |= strcmp(mangled(value), "mark") == 0;
	else if (strcmp(key, "accept") == 0)
		step->action = RULESET_ACTION_ACCEPT;
	else if (strcmp(key, "drop") == 0)
		step->action = RULESET_ACTION_DROP;
	else if (strcmp(key, "return") == 0)
		step->action = RULESET_ACTION_RETURN;
	else if (strcmp(key, "reject") == 0)
		return take_reject(step, value);
	else if (strcmp(key, "jump") == 0)
		return take_jump(reader, rule, step, value, RULESET_ACTION_JUMP);
	else if (strcmp(key, "goto") == 0)
		return take_jump(reader, rule, step, value, RULESET_ACTION_GOTO);
	else if (strcmp(key, "xt") == 0)
		return take_xt(reader, step, value);
	else if (strcmp(key, "dnat") == 0 || strcmp(key, "redirect") == 0)
		return take_translation(step, value);
	else if (strcmp(key, "limit") == 0)
		return ruleset_add_match(step, RULESET_FIELD_UNKNOWN, false, &match);
	else if (!is_harmless(key))
		step->action = RULESET_ACTION_UNKNOWN;
	return 0;
}

/* --- a rule's text, for a person ---------------------------------------------------------- */

struct text {
	char bytes[TEXT_MAX];
	size_t length;
};

static void put(struct text *text, const char *word)
{
	int n = snprintf(text->bytes + text->length, sizeof(text->bytes) - text->length, "%s%s",
	                 text->length > 0 && *word != ',' && *word != '}' ? " " : "", word);

	if (n > 0)
		text->length += (size_t)n;
	if (text->length >= sizeof(text->bytes))
		text->length = sizeof(text->bytes) - 1;
}

static void put_value(struct text *text, const json_t *value)
{
	const json_t *prefix = json_object_get(value, "prefix");
	const json_t *range = json_object_get(value, "range"), *set = json_object_get(value, "set");
	char word[128];
	size_t i;
	json_t *element;

	if (json_is_string(value)) {
		put(text, json_string_value(value));
	} else if (json_is_integer(value)) {
		(void)snprintf(word, sizeof(word), "%d", (int)json_integer_value(value));
		put(text, word);
	} else if (prefix) {
		(void)snprintf(word, sizeof(word), "%s/%d", string_of(prefix, "addr"),
		               (int)json_integer_value(json_object_get(prefix, "len")));
		put(text, word);
	} else if (range || json_is_array(set) || json_is_array(value)) {
		put(text, "{");
		json_array_foreach(range ? range : set ? set : value, i, element)
		{
			if (i > 0)
				put(text, range ? "-" : ",");
			put_value(text, element);
		}
		put(text, "}");
	} else {
		put(text, "…");
	}
}

static void put_left(struct text *text, const json_t *left)
{
	const json_t *payload = json_object_get(left, "payload");
	const json_t *meta = json_object_get(left, "meta"), *ct = json_object_get(left, "ct");

	if (payload) {
		put(text, string_of(payload, "protocol"));
		put(text, string_of(payload, "field"));
	} else if (meta) {
		put(text, string_of(meta, "key"));
	} else if (ct) {
		put(text, "ct");
		put(text, string_of(ct, "key"));
	} else {
		put(text, "…");
	}
}

static void put_translation(struct text *text, const char *key, const json_t *value)
{
	const json_t *address = json_object_get(value, "addr"),
	             *port = json_object_get(value, "port");

	put(text, key);
	if (address || port)
		put(text, "to");
	if (address)
		put_value(text, address);
	if (port) {
		put(text, "port");
		put_value(text, port);
	}
}

static void put_expression(struct text *text, const char *key, const json_t *value)
{
	if (strcmp(key, "match") == 0) {
		put_left(text, json_object_get(value, "left"));
		if (strcmp(string_of(value, "op"), "!=") == 0)
			put(text, "!=");
		put_value(text, json_object_get(value, "right"));
	} else if (strcmp(key, "jump") == 0 || strcmp(key, "goto") == 0) {
		put(text, key);
		put(text, string_of(value, "target"));
	} else if (strcmp(key, "xt") == 0) {
		put(text, string_of(value, "name"));
	} else if (strcmp(key, "dnat") == 0 || strcmp(key, "redirect") == 0) {
		put_translation(text, key, value);
	} else if (strcmp(key, "reject") == 0 && *string_of(value, "expr")) {
		put(text, "reject with");
		put(text, string_of(value, "expr"));
	} else if (strcmp(key, "counter") != 0) {
		put(text, key);
	}
}

static void put_rule(struct text *text, const json_t *rule)
{
	const json_t *expressions = json_object_get(rule, "expr");
	size_t i;
	json_t *expression;

	json_array_foreach(expressions, i, expression)
	{
		const char *key;
		json_t *value;

		json_object_foreach(expression, key, value) put_expression(text, key, value);
	}
}

/* --- chains and rules --------------------------------------------------------------------- */

/* Those of others and what firewalld has for inet; or all that a packet may pass. */
static bool is_taken(const struct reader *reader, const json_t *object)
{
	static const char *const families[] = {"ip", "ip6", "inet", "netdev"};
	const char *table = string_of(object, "table"), *family = string_of(object, "family");

	if (!reader->all && !is_firewalld(object) &&
	    (strncmp(table, "firewalld", strlen("firewalld")) == 0 ||
	     iptables_is_direct(string_of(object, "chain"))))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(families); i++)
		if (strcmp(family, families[i]) == 0)
			return true;
	return false;
}

static enum ruleset_hook hook_of(const json_t *chain)
{
	const char *hook = string_of(chain, "hook");
	bool is_nat = strcmp(string_of(chain, "type"), "nat") == 0;

	if (strcmp(hook, "ingress") == 0)
		return RULESET_HOOK_INGRESS;
	if (strcmp(hook, "prerouting") == 0)
		return RULESET_HOOK_PREROUTING;
	if (strcmp(hook, "forward") == 0)
		return RULESET_HOOK_FORWARD;
	/* NAT at input is of the source. */
	return strcmp(hook, "input") == 0 && !is_nat ? RULESET_HOOK_INPUT : RULESET_HOOK_NONE;
}

static int take_chain(struct reader *reader, const json_t *chain)
{
	struct ruleset_chain *out;
	int r;

	if (!is_taken(reader, chain))
		return 0;
	r = ruleset_add_chain(reader->ruleset, string_of(chain, "family"),
	                      string_of(chain, "table"), string_of(chain, "name"), &out);
	if (r != 0)
		return r;
	out->hook = hook_of(chain);
	out->own = is_firewalld(chain);
	out->priority = (int)json_integer_value(json_object_get(chain, "prio"));
	if (strcmp(string_of(chain, "policy"), "drop") == 0)
		out->policy = RULESET_ACTION_DROP;
	return 0;
}

static struct ruleset_chain *chain_of(const struct reader *reader, const json_t *rule)
{
	const struct ruleset_table table = {.family = string_of(rule, "family"),
	                                    .name = string_of(rule, "table")};

	return ruleset_find_chain(reader->ruleset, &table, string_of(rule, "chain"));
}

static int add_command(struct ruleset_step *step, const json_t *rule)
{
	return shell_printf(&step->command, "nft delete rule %s %s %s handle %d",
	                    string_of(rule, "family"), string_of(rule, "table"),
	                    string_of(rule, "chain"),
	                    (int)json_integer_value(json_object_get(rule, "handle")));
}

static int take_rule(struct reader *reader, const json_t *rule)
{
	struct ruleset_chain *chain = is_taken(reader, rule) ? chain_of(reader, rule) : NULL;
	const json_t *expressions = json_object_get(rule, "expr");
	struct text text = {.length = 0};
	struct ruleset_step *step;
	size_t i;
	json_t *expression;
	int r;

	if (!chain)
		return 0;
	put_rule(&text, rule);
	r = ruleset_add_step(chain, text.bytes, &step);
	if (r == 0)
		r = add_command(step, rule);
	if (r == 0)
		step->handle = (uint64_t)json_integer_value(json_object_get(rule, "handle"));
	json_array_foreach(expressions, i, expression)
	{
		const char *key;
		json_t *value;

		json_object_foreach(expression, key, value)
		{
			if (r == 0)
				r = take_expression(reader, rule, step, key, value);
		}
	}
	return r;
}

/* --- what firewalld has put there itself --------------------------------------------------- */

static void see_table(struct ruleset_kernel *kernel, const json_t *table)
{
	if (strcmp(string_of(table, "family"), "inet") != 0)
		return;
	kernel->table |= strcmp(string_of(table, "name"), FIREWALLD_TABLE) == 0;
	kernel->shut |= strcmp(string_of(table, "name"), FIREWALLD_TABLE "_policy_drop") == 0;
}

/* Once; rules come chain by chain, and there may be many. */
static int note_name(struct strv *names, const char *name)
{
	if ((names->n && strcmp(names->strings[names->n - 1], name) == 0) ||
	    strv_contains(names, name))
		return 0;
	return strv_add(names, name);
}

static int note_lead(struct ruleset_kernel *kernel, const char *to, const char *from)
{
	char text[256];

	(void)snprintf(text, sizeof(text), "%s %s", to, from);
	return note_name(&kernel->leads, text);
}

static int see_lead(struct ruleset_kernel *kernel, const json_t *rule)
{
	const char *chain = string_of(rule, "chain"), *to;
	int r = note_name(&kernel->filled, chain);
	size_t i;
	json_t *expression;

	json_array_foreach(json_object_get(rule, "expr"), i, expression)
	{
		to = string_of(json_object_get(expression, "jump"), "target");
		if (!*to)
			to = string_of(json_object_get(expression, "goto"), "target");
		if (*to && r == 0)
			r = note_lead(kernel, to, chain);
	}
	return r;
}

/* core/nftables.py: the rule of a port in a zone is its match and the verdict. */
static int see_accept(struct ruleset_kernel *kernel, const json_t *rule)
{
	const json_t *expressions = json_object_get(rule, "expr");
	const json_t *ports = NULL;
	const char *protocol = "";
	bool accepts = false;
	char text[256];
	size_t i;
	json_t *expression;

	json_array_foreach(expressions, i, expression)
	{
		const json_t *match = json_object_get(expression, "match");
		const json_t *payload = json_object_get(json_object_get(match, "left"), "payload");

		accepts |= json_object_get(expression, "accept") != NULL;
		if (strcmp(string_of(payload, "field"), "dport") == 0) {
			protocol = string_of(payload, "protocol");
			ports = json_object_get(match, "right");
		}
	}
	if (!accepts || !ports)
		return 0;
	if (json_is_integer(ports)) {
		snprintf(text, sizeof(text), "%s %d/%s", string_of(rule, "chain"),
		         (int)json_integer_value(ports), protocol);
	} else {
		const json_t *range = json_object_get(ports, "range");

		snprintf(text, sizeof(text), "%s %d-%d/%s", string_of(rule, "chain"),
		         (int)json_integer_value(json_array_get(range, 0)),
		         (int)json_integer_value(json_array_get(range, 1)), protocol);
	}
	return strv_add(&kernel->accepts, text);
}

/* "ct status dnat accept": what anybody leads elsewhere, it passes on (core/nftables.py). */
static bool passes_translated(const json_t *rule)
{
	const json_t *expressions = json_object_get(rule, "expr");
	const json_t *match = json_object_get(json_array_get(expressions, 0), "match");

	return strcmp(string_of(rule, "chain"), "filter_FORWARD") == 0 &&
	       json_array_size(expressions) == 2 &&
	       left_of(json_object_get(match, "left")).field == RULESET_FIELD_TRANSLATED &&
	       strcmp(string_of(match, "right"), "dnat") == 0 &&
	       json_object_get(json_array_get(expressions, 1), "accept");
}

static int see_own(struct ruleset_kernel *kernel, const json_t *object)
{
	const json_t *chain = json_object_get(object, "chain"),
	             *rule = json_object_get(object, "rule");
	int r = 0;

	if (json_object_get(object, "table"))
		see_table(kernel, json_object_get(object, "table"));
	if (chain && is_firewalld(chain) && hook_of(chain) == RULESET_HOOK_INPUT)
		r = note_lead(kernel, string_of(chain, "name"), "");
	if (r < 0 || !rule || !is_firewalld(rule))
		return r;
	kernel->translated |= passes_translated(rule);
	r = see_lead(kernel, rule);
	return r == 0 ? see_accept(kernel, rule) : r;
}

/* --- firewalld's policies ----------------------------------------------------------------- */

static bool asks_policies(const json_t *rule)
{
	return strcmp(string_of(rule, "table"), "firewalld") == 0 &&
	       strncmp(string_of(rule, "chain"), "filter_INPUT_POLICIES",
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
		const char *target = string_of(json_object_get(expression, "jump"), "target");

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

/* What the kernel has of them, which is not always what firewalld says. */
static void take_policies(struct reader *reader)
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

/**
 * nftrules_parse() - the chains in what nft wrote
 * @ruleset: gets them added; its chains_known is set
 * @whose:   those of others alone, or firewalld's own, too
 * @json:    @length bytes, as `nft -j list ruleset` writes them
 * @err:     says what is wrong with it
 *
 * Return: 0; NFTRULES_E_MALFORMED; -ENOMEM, with a part of them added maybe.
 */
int nftrules_parse(struct ruleset *ruleset, enum nftrules_whose whose, const char *json,
                   size_t length, struct err *err)
{
	json_error_t error;
	json_t *document = json_loadb(json, length, JSON_REJECT_DUPLICATES, &error);
	struct reader reader = {.ruleset = ruleset, .all = whose == NFTRULES_ALL};
	size_t i;
	json_t *object;
	int r = 0;

	reader.objects = json_object_get(document, "nftables");
	if (!json_is_array(reader.objects)) {
		err_set(err, NFTRULES_E_MALFORMED, "nft's answer is not understood: %s",
		        document ? "no list" : error.text);
		json_decref(document);
		return NFTRULES_E_MALFORMED;
	}
	json_array_foreach(reader.objects, i, object)
	{
		if (r == 0 && json_object_get(object, "chain"))
			r = take_chain(&reader, json_object_get(object, "chain"));
	}
	json_array_foreach(reader.objects, i, object)
	{
		if (r == 0)
			r = see_own(&ruleset->kernel, object);
		if (r == 0 && json_object_get(object, "rule"))
			r = take_rule(&reader, json_object_get(object, "rule"));
	}
	if (r == 0)
		take_policies(&reader);
	ruleset->chains_known = r == 0;
	json_decref(document);
	return r;
}

/* --- asking nft --------------------------------------------------------------------------- */

/* @option: how it is to be written; the caller deinits @out */
static int ask_nft(struct program_output *out, char option, int timeout_ms, struct err *err)
{
	static const char *const places[] = {"/usr/sbin/nft", "/sbin/nft", "/usr/bin/nft", NULL};
	char how[] = {'-', option, '\0'};
	char *arguments[] = {(char[]){"nft"}, how, (char[]){"list"}, (char[]){"ruleset"}, NULL};
	const struct program nft = {
	    .places = places, .arguments = arguments, .timeout_ms = timeout_ms, .max = OUTPUT_MAX};
	int r = program_read(out, &nft);

	if (r == -ENOMEM)
		return r;
	if (r != 0)
		return err_set(err, NFTRULES_E_UNKNOWN, "nft: %s", strerror(-r));
	if (out->status != 0)
		return err_set(err, NFTRULES_E_UNKNOWN, "nft cannot list the ruleset");
	return 0;
}

/**
 * nftrules_read() - ask nft for the chains of others, or for all
 * @ruleset:    gets them added; its chains_known is set on success
 * @timeout_ms: that nft has, with whom else has to be asked
 * @err:        says why not
 *
 * Return: 0; NFTRULES_E_UNKNOWN; NFTRULES_E_MALFORMED; -ENOMEM.
 */
int nftrules_read(struct ruleset *ruleset, enum nftrules_whose whose, int timeout_ms,
                  struct err *err)
{
	_cleanup_program_output_ struct program_output output = PROGRAM_OUTPUT_NULL;
	int64_t end_ms = clock_monotonic_ms() + timeout_ms;
	int r = ask_nft(&output, 'j', timeout_ms, err);

	if (r == 0)
		r = nftrules_parse(ruleset, whose, output.text, output.n, err);
	if (r == 0)
		r = xtables_read(ruleset, whose == NFTRULES_ALL, end_ms);
	return r == 0 ? ipsets_fill(ruleset, end_ms) : r;
}

/* --- rules as nft prints them -------------------------------------------------------------- */

/* Where a list of nft's is, and which rule comes next there. */
struct place {
	struct ruleset *ruleset;
	char family[16], table[256];
	struct ruleset_chain *chain; /* NULL: none of them */
	size_t next;
};

/* "table inet firewalld { # handle 1", "\tchain filter_INPUT { # handle 7" */
static bool see_place(struct place *place, const char *line)
{
	char name[256];

	if (sscanf(line, "table %15s %255s {", place->family, place->table) == 2)
		return true;
	if (sscanf(line, " chain %255s {", name) != 1)
		return false;
	place->chain = ruleset_find_chain(
	    place->ruleset, &(struct ruleset_table){.family = place->family, .name = place->table},
	    name);
	place->next = 0;
	return true;
}

/* A comment may say so, too: the last one counts. */
static uint64_t handle_of(const char *line)
{
	static const char mark[] = " # handle ";
	const char *at = NULL;
	unsigned long long handle;
	char rest;

	for (const char *next = strstr(line, mark); next; next = strstr(next + 1, mark))
		at = next;
	return at && sscanf(at, " # handle %llu%c", &handle, &rest) == 1 ? handle : 0;
}

static int take_line(struct place *place, const char *line)
{
	uint64_t handle = place->chain ? handle_of(line) : 0;
	struct ruleset_step *step;

	/* somebody may have changed some since they were read */
	for (size_t i = place->next; handle && i < place->chain->n_steps; i++) {
		step = &place->chain->steps[i];
		if (step->handle != handle)
			continue;
		place->next = i + 1;
		return keep(&step->text, line + strspn(line, " \t"));
	}
	return 0;
}

/**
 * nftrules_word() - give each rule the text that nft prints for it
 * @ruleset: as nftrules_parse() has left it; what is not in @list keeps its text
 * @list:    as `nft -a list ruleset` writes it; is cut into lines
 *
 * Return: 0; -ENOMEM.
 */
int nftrules_word(struct ruleset *ruleset, char *list)
{
	struct place place = {.ruleset = ruleset};
	char *rest = NULL;
	int r = 0;

	for (char *line = strtok_r(list, "\n", &rest); line && r == 0;
	     line = strtok_r(NULL, "\n", &rest))
		if (!see_place(&place, line))
			r = take_line(&place, line);
	return r;
}

/**
 * nftrules_read_worded() - ask nft for all chains, with each rule as nft prints it
 *
 * All as nftrules_read() with NFTRULES_ALL.
 */
int nftrules_read_worded(struct ruleset *ruleset, int timeout_ms, struct err *err)
{
	_cleanup_program_output_ struct program_output output = PROGRAM_OUTPUT_NULL;
	int r = nftrules_read(ruleset, NFTRULES_ALL, timeout_ms, err);

	if (r == 0)
		r = ask_nft(&output, 'a', timeout_ms, err);
	return r == 0 && output.text ? nftrules_word(ruleset, output.text) : r;
}
