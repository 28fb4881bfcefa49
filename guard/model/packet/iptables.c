// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/packet/iptables.h"

#include "guard/base/builder.h"
#include "guard/base/text.h"
#include "guard/model/mail/services.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct reading {
	const struct strv *words;
	size_t at;
	struct ruleset_step *step;
	bool invert;
	bool ipv6;
};

static const char *next_word(struct reading *reading)
{
	return reading->at < reading->words->n ? reading->words->strings[reading->at++] : NULL;
}

static int add_match(struct reading *reading, enum ruleset_field field, bool invert)
{
	struct ruleset_match *match = NULL;

	return ruleset_add_match(reading->step, field, invert, &match);
}

static int not_understood(struct reading *reading)
{
	return add_match(reading, RULESET_FIELD_UNKNOWN, false);
}

/* Each packet that is asked about fulfils it, or none does. */
static int settled(struct reading *reading, bool fulfilled)
{
	return fulfilled != reading->invert ? 0 : add_match(reading, RULESET_FIELD_NEVER, false);
}

/* --- values ------------------------------------------------------------------------------- */

/* FIRST-LAST, of the module iprange */
static int add_range(struct rangeset *out, const char *text)
{
	_cleanup_strv_ struct strv ends = STRV_NULL;
	int r = strv_split(&ends, text, "-");

	if (r < 0)
		return r;
	return ends.n == 2 ? rangeset_add_between(out, ends.strings[0], ends.strings[1]) : 1;
}

static int add_address(struct ruleset_match *match, const char *text)
{
	struct cidr cidr;

	match->prefixes = true;
	if (cidr_parse(&cidr, text, CIDR_NETMASK, NULL) == 0)
		return rangeset_add(&match->addresses, &cidr);
	return add_range(&match->addresses, text);
}

static int add_ports(struct ruleset_match *match, const char *text)
{
	unsigned first, last;

	return services_port_range(text, &first, &last) ? ruleset_match_ports(match, first, last)
	                                                : 1;
}

/* @add: takes one of them; 1: it is not understood */
static int read_list(struct reading *reading, enum ruleset_field field,
                     int (*add)(struct ruleset_match *match, const char *text))
{
	const char *word = next_word(reading);
	_cleanup_strv_ struct strv list = STRV_NULL;
	struct ruleset_match *match = NULL;
	int r;

	if (!word)
		return not_understood(reading);
	r = strv_split(&list, word, ",");
	if (r == 0)
		r = ruleset_add_match(reading->step, field, reading->invert, &match);
	for (size_t i = 0; i < list.n && r == 0; i++)
		r = add(match, list.strings[i]);
	return r > 0 ? not_understood(reading) : r;
}

static int read_addresses(struct reading *reading, enum ruleset_field field)
{
	return read_list(reading, field, add_address);
}

static int read_ports(struct reading *reading, enum ruleset_field field)
{
	return read_list(reading, field, add_ports);
}

static int read_names(struct reading *reading, enum ruleset_field field)
{
	const char *word = next_word(reading);
	struct ruleset_match *match = NULL;
	int r;

	if (!word)
		return not_understood(reading);
	if (strcmp(word, "all") == 0)
		return 0;
	r = ruleset_add_match(reading->step, field, reading->invert, &match);
	return r == 0 ? strv_add(&match->names, word) : r;
}

/* Of a new connection, that no other has announced; DNAT is what it is after a translation. */
static int read_state(struct reading *reading, enum ruleset_field field _unused_)
{
	const char *word = next_word(reading);

	if (!word)
		return not_understood(reading);
	if (strstr(word, "NEW"))
		return settled(reading, true);
	return strstr(word, "DNAT") ? add_match(reading, RULESET_FIELD_TRANSLATED, reading->invert)
	                            : settled(reading, false);
}

/*
 * What is not for this machine is for some other one; of the source only that it is no own one. Of
 * IPv6 each address is unicast that is no group's, an own one, too, and what is asked besides has
 * to hold as well (net/netfilter/xt_addrtype.c).
 */
static int read_kind(struct reading *reading, enum ruleset_field field)
{
	const char *word = next_word(reading);
	_cleanup_strv_ struct strv kinds = STRV_NULL;
	bool local, unicast;
	int r = word ? strv_split(&kinds, word, ",") : 0;

	if (r < 0 || !word)
		return r < 0 ? r : not_understood(reading);
	local = strv_contains(&kinds, "LOCAL");
	unicast = strv_contains(&kinds, "UNICAST");
	if (reading->ipv6 && !local)
		return settled(reading, unicast);
	if (field == RULESET_FIELD_SOURCE)
		return settled(reading, unicast && !reading->ipv6);
	if (local == unicast && !reading->ipv6)
		return settled(reading, local);
	return add_match(reading, RULESET_FIELD_LOCAL, reading->invert == local);
}

/* Of a TCP connection's first packet, of all the flags SYN alone is set. */
static int read_syn(struct reading *reading, enum ruleset_field field _unused_)
{
	return settled(reading, true);
}

static int read_flags(struct reading *reading, enum ruleset_field field _unused_)
{
	const char *mask = next_word(reading), *set = next_word(reading);

	if (!mask || !set)
		return not_understood(reading);
	return settled(
	    reading,
	    strcmp(set, strstr(mask, "SYN") || strcmp(mask, "ALL") == 0 ? "SYN" : "NONE") == 0);
}

/* VALUE or VALUE/MASK, each in C's writing */
static bool mark_of(const char *text, uint32_t *value, uint32_t *mask)
{
	char *end = NULL;

	*mask = UINT32_MAX;
	*value = text ? (uint32_t)strtoul(text, &end, 0) : 0;
	if (text && *end == '/')
		*mask = (uint32_t)strtoul(end + 1, &end, 0);
	return text && *end == '\0';
}

static int read_mark(struct reading *reading, enum ruleset_field field)
{
	struct ruleset_match *match = NULL;
	uint32_t value, mask;
	int r;

	if (!mark_of(next_word(reading), &value, &mask))
		return not_understood(reading);
	r = ruleset_add_match(reading->step, field, reading->invert, &match);
	if (r < 0)
		return r;
	match->mask = mask;
	return ruleset_match_ports(match, value, value);
}

/* NAME and of which address; one of several (src,dst), or of a port, is another matter. */
static int read_set(struct reading *reading, enum ruleset_field field _unused_)
{
	const char *name = next_word(reading), *of = next_word(reading);
	struct ruleset_match *match = NULL;
	bool source = of && strcmp(of, "src") == 0;
	int r = ruleset_add_match(reading->step, RULESET_FIELD_UNKNOWN, reading->invert, &match);

	if (r < 0 || !of || (!source && strcmp(of, "dst") != 0))
		return r;
	match->ipset_field = source ? RULESET_FIELD_SOURCE : RULESET_FIELD_DESTINATION;
	match->ipset = strdup(name);
	return match->ipset ? 0 : -ENOMEM;
}

static int read_comment(struct reading *reading, enum ruleset_field field _unused_)
{
	(void)next_word(reading);
	return 0;
}

/* A module is understood by the options that it brings; these bring only such as are known. */
static int read_module(struct reading *reading, enum ruleset_field field _unused_)
{
	static const char *const known[] = {"tcp",   "udp",      "multiport", "conntrack",
	                                    "state", "addrtype", "iprange",   "mark",
	                                    "mac",   "set",      "comment"};
	const char *word = next_word(reading);

	for (size_t i = 0; word && i < ARRAY_SIZE(known); i++)
		if (strcmp(word, known[i]) == 0)
			return 0;
	return not_understood(reading);
}

/* --- targets ------------------------------------------------------------------------------ */

static int read_reject_type(struct reading *reading, enum ruleset_field field _unused_)
{
	const char *word = next_word(reading);

	if (!word || reading->step->argument)
		return not_understood(reading);
	reading->step->argument = strdup(word);
	return reading->step->argument ? 0 : -ENOMEM;
}

/* ADDRESS, ADDRESS:PORT, [ADDRESS]:PORT or :PORT */
static int read_destination(struct reading *reading, enum ruleset_field field _unused_)
{
	const char *word = next_word(reading);

	if (!word)
		return not_understood(reading);
	return ruleset_step_leads(reading->step, word);
}

/* A PORT of this machine; without one it is the same */
static int read_redirection(struct reading *reading, enum ruleset_field field _unused_)
{
	const char *word = next_word(reading);
	unsigned last;

	if (!word || !services_port_range(word, &reading->step->to_port, &last) ||
	    last != reading->step->to_port)
		reading->step->action = RULESET_ACTION_UNKNOWN;
	return 0;
}

static const struct verb {
	const char *name;
	enum ruleset_action action;
} targets[] = {
    {"ACCEPT", RULESET_ACTION_ACCEPT},   {"DROP", RULESET_ACTION_DROP},
    {"REJECT", RULESET_ACTION_REJECT},   {"RETURN", RULESET_ACTION_RETURN},
    {"DNAT", RULESET_ACTION_TRANSLATE},  {"REDIRECT", RULESET_ACTION_TRANSLATE},
    {"LOG", RULESET_ACTION_NONE},        {"NFLOG", RULESET_ACTION_NONE},
    {"MARK", RULESET_ACTION_NONE},       {"CT", RULESET_ACTION_NONE},
    {"CONNMARK", RULESET_ACTION_NONE},   {"SNAT", RULESET_ACTION_NONE},
    {"MASQUERADE", RULESET_ACTION_NONE}, {"TCPMSS", RULESET_ACTION_NONE},
    {"NOTRACK", RULESET_ACTION_NONE},    {"SET", RULESET_ACTION_NONE},
};

static const struct verb *find_verb(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(targets); i++)
		if (strcmp(name, targets[i].name) == 0)
			return &targets[i];
	return NULL;
}

/** iptables_is_idle() - does the target neither decide anything of a packet, nor mark it? */
bool iptables_is_idle(const char *name)
{
	const struct verb *target = find_verb(name);

	return target && target->action == RULESET_ACTION_NONE && !strstr(name, "MARK");
}

/* libxt_MARK.c; of what a connection bears nobody knows. */
static void read_marking(struct reading *reading, bool of_connection)
{
	const char *how = next_word(reading);
	struct ruleset_step *step = reading->step;
	uint32_t value, mask;

	step->marks = !of_connection || (how && strcmp(how, "--restore-mark") == 0);
	step->mark_unknown = of_connection || !how || !mark_of(next_word(reading), &value, &mask);
	if (step->mark_unknown)
		return;
	if (strcmp(how, "--or-mark") == 0 || strcmp(how, "--set-mark") == 0)
		mask = strcmp(how, "--or-mark") == 0 ? value : mask | value;
	else if (strcmp(how, "--and-mark") == 0)
		mask = ~value;
	else if (strcmp(how, "--xor-mark") == 0)
		mask = 0;
	else
		step->mark_unknown = strcmp(how, "--set-xmark") != 0;
	step->mark_mask = mask;
	step->mark_xor = strcmp(how, "--and-mark") == 0 ? 0 : value;
}

static int read_target(struct reading *reading, enum ruleset_action to_chain)
{
	const char *word = next_word(reading);
	const struct verb *target = word ? find_verb(word) : NULL;

	if (!word)
		return not_understood(reading);
	reading->step->action = target ? target->action : to_chain;
	if (strcmp(word, "MARK") == 0 || strcmp(word, "CONNMARK") == 0)
		read_marking(reading, *word == 'C');
	/* What a log is told is of no interest. */
	if (target && target->action == RULESET_ACTION_NONE)
		reading->at = reading->words->n;
	if (target)
		return 0;
	free(reading->step->argument);
	reading->step->argument = strdup(word);
	return reading->step->argument ? 0 : -ENOMEM;
}

static int read_jump(struct reading *reading, enum ruleset_field field _unused_)
{
	return read_target(reading, RULESET_ACTION_JUMP);
}

static int read_goto(struct reading *reading, enum ruleset_field field _unused_)
{
	return read_target(reading, RULESET_ACTION_GOTO);
}

/* --- options ------------------------------------------------------------------------------ */

typedef int read_fn(struct reading *reading, enum ruleset_field field);

static const struct {
	const char *names[4];
	read_fn *fn;
	enum ruleset_field field;
} options[] = {
    {{"-s", "--source", "--src-range"}, read_addresses, RULESET_FIELD_SOURCE},
    {{"--mac-source"}, read_names, RULESET_FIELD_MAC},
    {{"-d", "--destination", "--dst-range"}, read_addresses, RULESET_FIELD_DESTINATION},
    {{"-p", "--protocol"}, read_names, RULESET_FIELD_PROTOCOL},
    {{"-i", "--in-interface"}, read_names, RULESET_FIELD_INTERFACE},
    {{"-o", "--out-interface"}, read_names, RULESET_FIELD_OUT_INTERFACE},
    {{"--dport", "--dports", "--destination-port", "--destination-ports"},
     read_ports,
     RULESET_FIELD_PORT},
    {{"--sport", "--sports", "--source-port", "--source-ports"},
     read_ports,
     RULESET_FIELD_SOURCE_PORT},
    {{"--ctstate", "--state"}, read_state, 0},
    {{"--dst-type"}, read_kind, RULESET_FIELD_DESTINATION},
    {{"--src-type"}, read_kind, RULESET_FIELD_SOURCE},
    {{"--syn"}, read_syn, 0},
    {{"--tcp-flags"}, read_flags, 0},
    {{"-m", "--match"}, read_module, 0},
    {{"--mark"}, read_mark, RULESET_FIELD_MARK},
    {{"--match-set"}, read_set, 0},
    {{"--comment"}, read_comment, 0},
    {{"-j", "--jump"}, read_jump, 0},
    {{"-g", "--goto"}, read_goto, 0},
    {{"--reject-with"}, read_reject_type, 0},
    {{"--to-destination"}, read_destination, 0},
    {{"--to-ports", "--to-port"}, read_redirection, 0},
};

static int read_word(struct reading *reading, const char *word)
{
	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		for (size_t k = 0; k < ARRAY_SIZE(options[i].names) && options[i].names[k]; k++)
			if (strcmp(word, options[i].names[k]) == 0)
				return options[i].fn(reading, options[i].field);
	return not_understood(reading);
}

static int read_words(struct reading *reading)
{
	const char *word;
	int r = 0;

	while (r == 0 && (word = next_word(reading))) {
		if (strcmp(word, "!") == 0) {
			reading->invert = !reading->invert;
			continue;
		}
		r = read_word(reading, word);
		reading->invert = false;
	}
	return r;
}

/* --- chains ------------------------------------------------------------------------------- */

/** iptables_place() - where the tables of iptables are in the way of a packet */
void iptables_place(struct ruleset_chain *chain)
{
	static const struct {
		const char *table, *chain;
		enum ruleset_hook hook;
		int priority;
	} places[] = {
	    {"raw", "PREROUTING", RULESET_HOOK_PREROUTING, -300},
	    {"mangle", "PREROUTING", RULESET_HOOK_PREROUTING, -150},
	    {"nat", "PREROUTING", RULESET_HOOK_PREROUTING, -100},
	    {"mangle", "FORWARD", RULESET_HOOK_FORWARD, -150},
	    {"filter", "FORWARD", RULESET_HOOK_FORWARD, 0},
	    {"security", "FORWARD", RULESET_HOOK_FORWARD, 50},
	    {"mangle", "INPUT", RULESET_HOOK_INPUT, -150},
	    {"filter", "INPUT", RULESET_HOOK_INPUT, 0},
	    {"security", "INPUT", RULESET_HOOK_INPUT, 50},
	};

	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		if (strcmp(chain->table, places[i].table) == 0 &&
		    strcmp(chain->name, places[i].chain) == 0) {
			chain->hook = places[i].hook;
			chain->priority = places[i].priority;
		}
	}
}

/** iptables_is_direct() - is it one of firewalld's for direct rules, which it tells of itself? */
bool iptables_is_direct(const char *chain)
{
	return text_has_suffix(chain, "_direct");
}

/**
 * iptables_add_step() - a rule at the end of a chain
 * @words:   borrowed; the arguments, as iptables takes them
 * @command: what takes it away, as it is typed; may be NULL
 *
 * Return: 0; -ENOMEM.
 */
int iptables_add_step(struct ruleset_chain *chain, const struct strv *words, const char *command)
{
	struct reading reading = {.words = words, .ipv6 = strcmp(chain->family, "ip6") == 0};
	_cleanup_builder_ struct builder joined = BUILDER_NULL;
	_cleanup_free_ char *text = NULL;
	int r;

	builder_join_all(&joined, " ", words);
	r = builder_take(&joined, &text);
	if (r == 0)
		r = ruleset_add_step(chain, text, &reading.step);
	if (r == 0 && command && !(reading.step->command = strdup(command)))
		r = -ENOMEM;
	return r == 0 ? read_words(&reading) : r;
}

/**
 * iptables_add_direct() - one of firewalld's direct rules
 * @family: ipv4 or ipv6; rules of bridges (eb) are none of a packet to this machine
 * @table:  filter, raw…
 * @chain:  INPUT, or one that others jump to
 * @command: what takes it away, as it is typed behind firewall-cmd; may be NULL
 *
 * Call in the order of their priorities. Else as iptables_add_step().
 */
int iptables_add_direct(struct ruleset *ruleset, const char *family, const char *table,
                        const char *chain, const struct strv *words, const char *command)
{
	const char *ip = strcmp(family, "ipv6") == 0 ? "ip6" : "ip";
	struct ruleset_chain *to = ruleset_find_chain(
	    ruleset, &(struct ruleset_table){.family = ip, .name = table, .direct = true}, chain);
	int r = 0;

	if (!to) {
		r = ruleset_add_chain(ruleset, ip, table, chain, &to);
		if (r != 0)
			return r;
		to->direct = true;
		iptables_place(to);
	}
	return iptables_add_step(to, words, command);
}
