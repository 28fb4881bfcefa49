// SPDX-License-Identifier: GPL-2.0-or-later
/* The matches of a rule: what it asks of a packet. */
#include "guard/system/kernel/nftrules-internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "guard/model/mail/services.h"
#include "guard/model/rule/protocol.h"

/* --- sets --------------------------------------------------------------------------------- */

/** nftrules_find_set() - a set or map with a name, of the rule's table; borrowed; NULL: none */
const json_t *nftrules_find_set(const struct nftrules_reader *reader, const json_t *rule,
                                const char *name)
{
	static const char *const kinds[] = {"set", "map"};
	size_t i;
	json_t *object;

	json_array_foreach(reader->objects, i, object)
	{
		for (size_t k = 0; k < ARRAY_SIZE(kinds); k++) {
			const json_t *set = json_object_get(object, kinds[k]);

			if (set && strcmp(nftrules_string(set, "name"), name) == 0 &&
			    strcmp(nftrules_string(set, "table"), nftrules_string(rule, "table")) ==
			        0 &&
			    strcmp(nftrules_string(set, "family"),
			           nftrules_string(rule, "family")) == 0)
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

	if (xasprintf(&text, "%s/%d", nftrules_string(prefix, "addr"),
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

/** nftrules_port() - a number or a name of services(5); false: neither */
bool nftrules_port(const json_t *value, unsigned *out)
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
		if (!nftrules_port(json_array_get(range, 0), &first) ||
		    !nftrules_port(json_array_get(range, 1), &last))
			return 1;
		return ruleset_match_ports(match, first, last);
	}
	return nftrules_port(value, &first) ? ruleset_match_ports(match, first, first) : 1;
}

static int take_mark(struct ruleset_match *match, const json_t *value)
{
	const unsigned mark = (unsigned)json_integer_value(value);

	return json_is_integer(value) ? ruleset_match_ports(match, mark, mark) : 1;
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

static int take_elements(struct ruleset_match *match, const json_t *elements, value_fn fn)
{
	size_t i;
	json_t *element;
	int r = 0;

	json_array_foreach(elements, i, element)
	{
		r = fn(match, nftrules_bare(element));
		if (r != 0)
			return r;
	}
	return r;
}

static int take_values(const struct nftrules_reader *reader, const json_t *rule,
                       struct ruleset_match *match, const json_t *right, value_fn fn)
{
	const char *text = json_string_value(right);
	const json_t *set = json_object_get(right, "set");

	if (text && *text == '@') {
		set = nftrules_find_set(reader, rule, text + 1);
		return set ? take_elements(match, json_object_get(set, "elem"), fn) : 1;
	}
	if (json_is_array(set))
		return take_elements(match, set, fn);
	if (json_is_array(right)) /* flags such as ct states: nft 1.0 */
		return take_elements(match, right, fn);
	return fn(match, nftrules_bare(right));
}

/** nftrules_take_set() - what a set of firewalld's own holds, if it is one of addresses
 *
 * Return: 0 or -ENOMEM.
 */
int nftrules_take_set(struct ruleset *ruleset, const json_t *set)
{
	struct ruleset_match held = {.addresses = RANGESET_NULL};
	struct ruleset_ipset *ipset = NULL;
	int r;

	for (size_t i = 0; i < ruleset->n_ipsets && nftrules_is_firewalld(set); i++)
		if (strcmp(ruleset->ipsets[i].name, nftrules_string(set, "name")) == 0)
			ipset = &ruleset->ipsets[i];
	r = ipset ? take_elements(&held, json_object_get(set, "elem"), take_address) : 1;
	if (r != 0) {
		rangeset_deinit(&held.addresses);
		return r < 0 ? r : 0;
	}
	rangeset_deinit(&ipset->in_kernel);
	ipset->in_kernel = held.addresses;
	ipset->kernel_known = true;
	return 0;
}

/* --- matches ------------------------------------------------------------------------------ */

struct left {
	enum ruleset_field field;
	value_fn fn;
	const char *family;   /* that it implies; NULL: none */
	const char *protocol; /* the same */
	bool state;
	bool flags;
	bool source;   /* of it, not of the destination */
	uint32_t mask; /* of a mark */
};

static struct left payload_left(const json_t *payload)
{
	const char *protocol = nftrules_string(payload, "protocol"),
	           *field = nftrules_string(payload, "field");
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
	} else if (strcmp(protocol, "tcp") == 0 && strcmp(field, "flags") == 0) {
		left.flags = true;
	}
	return left;
}

/** nftrules_is_mark() - is it the mark of the packet? */
bool nftrules_is_mark(const json_t *left)
{
	return strcmp(nftrules_string(json_object_get(left, "meta"), "key"), "mark") == 0;
}

/** nftrules_bits() - MARK, or some bits of it, {"&": [MARK, BITS]}; false: neither */
bool nftrules_bits(const json_t *value, uint32_t *bits)
{
	const json_t *part = json_object_get(value, "&");

	*bits = part ? (uint32_t)json_integer_value(json_array_get(part, 1)) : UINT32_MAX;
	return nftrules_is_mark(part ? json_array_get(part, 0) : value) &&
	       (!part || json_is_integer(json_array_get(part, 1)));
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
	else if (strcmp(key, "nfproto") == 0)
		left.field = RULESET_FIELD_FAMILY;
	return left;
}

/* What is asked of; a flag is written as a text where it is the only one. NULL: of several. */
static const char *fib_of(const json_t *fib)
{
	const json_t *flags = json_object_get(fib, "flags");

	return json_array_size(flags) > 1
	           ? NULL
	           : json_string_value(json_is_array(flags) ? json_array_get(flags, 0) : flags);
}

static struct left fib_left(const json_t *fib)
{
	const char *of = fib_of(fib);
	bool source = of && strcmp(of, "saddr") == 0;

	if (strcmp(nftrules_string(fib, "result"), "type") != 0 ||
	    (!source && (!of || strcmp(of, "daddr") != 0)))
		return (struct left){.field = RULESET_FIELD_UNKNOWN};
	return (struct left){.field = RULESET_FIELD_LOCAL, .fn = take_name, .source = source};
}

static struct left left_of(const json_t *left)
{
	const json_t *masked = json_array_get(json_object_get(left, "&"), 0);
	const json_t *payload = json_object_get(masked ? masked : left, "payload");
	const json_t *meta = json_object_get(left, "meta"), *ct = json_object_get(left, "ct"),
	             *fib = json_object_get(left, "fib");
	struct left out = {.field = RULESET_FIELD_UNKNOWN};

	if (nftrules_bits(left, &out.mask)) {
		out.field = RULESET_FIELD_MARK;
		out.fn = take_mark;
		return out;
	}
	if (payload) {
		out = payload_left(payload);
		/* of a part of an address or a port nothing is known */
		if (masked && !out.flags)
			out.field = RULESET_FIELD_UNKNOWN;
		return out;
	}
	if (meta)
		return meta_left(nftrules_string(meta, "key"));
	if (ct && strcmp(nftrules_string(ct, "key"), "state") == 0) {
		out.state = true;
		out.fn = take_name;
	}
	if (ct && strcmp(nftrules_string(ct, "key"), "status") == 0) {
		out.field = RULESET_FIELD_TRANSLATED;
		out.fn = take_name;
	}
	if (fib)
		return fib_left(fib);
	return out;
}

/** nftrules_is_translated() - is it what tells whether an address was translated? */
bool nftrules_is_translated(const json_t *left)
{
	return left_of(left).field == RULESET_FIELD_TRANSLATED;
}

/** nftrules_add_name() - one more condition: the field is this. Return: 0; -ENOMEM. */
int nftrules_add_name(struct ruleset_step *step, enum ruleset_field field, const char *name)
{
	struct ruleset_match *match;
	int r = ruleset_add_match(step, field, false, &match);

	return r == 0 ? strv_add(&match->names, name) : r;
}

/* Each packet that is asked about fulfils it, or none does. */
static void settle(struct ruleset_match *match, bool fulfilled)
{
	bool fits = fulfilled != match->invert;

	match->field = fits ? RULESET_FIELD_PROTOCOL : RULESET_FIELD_NEVER;
	match->invert = fits; /* of no protocol: all of them */
	strv_deinit(&match->names);
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
static int keep_set(const struct nftrules_reader *reader, const json_t *rule,
                    struct ruleset_step *step, struct ruleset_match *match, const json_t *right)
{
	const char *text = json_string_value(right);

	if (!text || *text != '@')
		return 0;
	match->prefixes = has_intervals(nftrules_find_set(reader, rule, text + 1));
	return replace_string(&step->set, text + 1);
}

/* Whether it was translated; of other states of a connection nobody knows. */
static void settle_status(struct ruleset_match *match)
{
	if (match->names.n != 1 || strcmp(match->names.strings[0], "dnat") != 0)
		match->field = RULESET_FIELD_UNKNOWN;
	strv_deinit(&match->names);
}

/* What is for no address of this machine is for one of another, and so is what comes from there. */
static void settle_kind(struct ruleset_match *match, bool of_source)
{
	bool own = strv_contains(&match->names, "local"),
	     other = strv_contains(&match->names, "unicast");

	if (of_source || own == other)
		settle(match, other);
	else if (other)
		match->invert = !match->invert;
	strv_deinit(&match->names);
}

/* --- the flags of TCP --- */

#define SYN 2U

/* NAME, or several: [NAME…], {"|": [NAME…]} */
static unsigned flags_of(const json_t *value)
{
	static const char *const names[] = {"fin", "syn", "rst", "psh", "ack", "urg", "ecn", "cwr"};
	const json_t *several = json_is_array(value) ? value : json_object_get(value, "|");
	unsigned flags = 0;
	size_t i;
	json_t *one;

	for (i = 0; json_is_string(value) && i < ARRAY_SIZE(names); i++)
		if (strcmp(json_string_value(value), names[i]) == 0)
			flags |= 1U << i;
	if (json_is_integer(value))
		flags = (unsigned)json_integer_value(value);
	json_array_foreach(several, i, one)
	{
		flags |= flags_of(one);
	}
	return flags;
}

static bool fits_one(unsigned flags, const json_t *value, const char *op)
{
	unsigned wanted = flags_of(nftrules_bare(value));

	return strcmp(op, "in") == 0 ? flags & wanted : flags == wanted;
}

/* Of a connection's first packet SYN alone is set: either it fits, or no such packet does. */
static int take_flags(struct ruleset_step *step, const json_t *expression)
{
	const json_t *right = json_object_get(expression, "right"),
	             *set = json_object_get(right, "set"),
	             *mask = json_array_get(
	                 json_object_get(json_object_get(expression, "left"), "&"), 1);
	const char *op = nftrules_string(expression, "op"), *name = json_string_value(right);
	unsigned flags = mask ? SYN & flags_of(mask) : SYN;
	bool fits = !set && fits_one(flags, right, op);
	struct ruleset_match *match;
	size_t i;
	json_t *one;

	if (name && *name == '@')
		return ruleset_add_match(step, RULESET_FIELD_UNKNOWN, false, &match);
	json_array_foreach(set, i, one)
	{
		fits |= fits_one(flags, one, "==");
	}
	return fits != (strcmp(op, "!=") == 0)
	           ? 0
	           : ruleset_add_match(step, RULESET_FIELD_NEVER, false, &match);
}

/**
 * nftrules_take_match() - what a rule asks of a packet, as a condition
 * @step: gets it; what is not understood becomes what nobody knows
 *
 * Return: 0; -ENOMEM.
 */
int nftrules_take_match(const struct nftrules_reader *reader, const json_t *rule,
                        struct ruleset_step *step, const json_t *expression)
{
	struct left left = left_of(json_object_get(expression, "left"));
	const char *op = nftrules_string(expression, "op");
	bool invert = strcmp(op, "!=") == 0;
	struct ruleset_match *match;
	int r = 0;

	if (left.family)
		r = nftrules_add_name(step, RULESET_FIELD_FAMILY, left.family);
	if (r == 0 && left.protocol)
		r = nftrules_add_name(step, RULESET_FIELD_PROTOCOL, left.protocol);
	if (r == 0 && left.flags)
		return take_flags(step, expression);
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
		settle(match, strv_contains(&match->names, "new"));
	if (r == 0 && left.field == RULESET_FIELD_TRANSLATED)
		settle_status(match);
	if (r == 0 && left.field == RULESET_FIELD_LOCAL)
		settle_kind(match, left.source);
	match->mask = left.mask;
	if (r == 0 && left.field == RULESET_FIELD_SOURCE && !invert)
		r = keep_set(reader, rule, step, match, json_object_get(expression, "right"));
	if (r > 0)
		match->field = RULESET_FIELD_UNKNOWN;
	return r > 0 ? 0 : r;
}
