/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guard/model/rule/richrule.h"

#include "guard/model/rule/protocol.h"
#include "guard/model/rule/reject.h"
#include "guard/model/rule/richlex.h"
#include "guard/model/rule/richvalue.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define PRIORITY_MIN      (-32768)
#define PRIORITY_MAX      32767
#define LOG_PREFIX_MAX    127
#define IPSET_NAME_MAX    32
#define BURST_MAX         10000000
#define CANONICAL_ROUNDS  16
#define FORMAT_FIRST_SIZE 256

/* --- the grammar, as rows ---------------------------------------------------------------- */

enum attr {
	ATTR_PRIORITY,
	ATTR_FAMILY,
	ATTR_ADDRESS,
	ATTR_MAC,
	ATTR_IPSET,
	ATTR_INVERT,
	ATTR_VALUE,
	ATTR_PORT,
	ATTR_PROTOCOL,
	ATTR_TO_PORT,
	ATTR_TO_ADDR,
	ATTR_NAME,
	ATTR_GROUP,
	ATTR_PREFIX,
	ATTR_LEVEL,
	ATTR_QUEUE_SIZE,
	ATTR_TYPE,
	ATTR_SET,
	ATTR_BURST,
	N_ATTRS,
};
#define BIT(attr) (1u << (attr))

static const char *const attr_names[N_ATTRS] = {
    [ATTR_PRIORITY] = "priority", [ATTR_FAMILY] = "family",
    [ATTR_ADDRESS] = "address",   [ATTR_MAC] = "mac",
    [ATTR_IPSET] = "ipset",       [ATTR_INVERT] = "invert",
    [ATTR_VALUE] = "value",       [ATTR_PORT] = "port",
    [ATTR_PROTOCOL] = "protocol", [ATTR_TO_PORT] = "to-port",
    [ATTR_TO_ADDR] = "to-addr",   [ATTR_NAME] = "name",
    [ATTR_GROUP] = "group",       [ATTR_PREFIX] = "prefix",
    [ATTR_LEVEL] = "level",       [ATTR_QUEUE_SIZE] = "queue-size",
    [ATTR_TYPE] = "type",         [ATTR_SET] = "set",
    [ATTR_BURST] = "burst",
};

/* A rule has each of these once. */
enum slot {
	SLOT_RULE,
	SLOT_SOURCE,
	SLOT_DESTINATION,
	SLOT_ELEMENT,
	SLOT_LOG,
	SLOT_AUDIT,
	SLOT_ACTION,
	N_SLOTS,
};

struct word {
	const char *name;
	enum slot slot;
	int kind;         /* enum richrule_element, richrule_log or richrule_action */
	unsigned attrs;   /* that may follow it */
	bool single;      /* its one attribute must follow, and ends it */
	bool limits;      /* may be followed by a limit */
	bool negates;     /* may be followed by NOT */
	bool overwriting; /* takes the slot from another: firewalld does not look */
};

static const struct word words[] = {
    {"source", SLOT_SOURCE, .negates = true,
     .attrs = BIT(ATTR_ADDRESS) | BIT(ATTR_MAC) | BIT(ATTR_IPSET) | BIT(ATTR_INVERT)},
    {"destination", SLOT_DESTINATION, .negates = true,
     .attrs = BIT(ATTR_ADDRESS) | BIT(ATTR_IPSET) | BIT(ATTR_INVERT)},
    {"protocol", SLOT_ELEMENT, RICHRULE_ELEMENT_PROTOCOL, .attrs = BIT(ATTR_VALUE), .single = true},
    {"service", SLOT_ELEMENT, RICHRULE_ELEMENT_SERVICE, .attrs = BIT(ATTR_NAME), .single = true},
    {"port", SLOT_ELEMENT, RICHRULE_ELEMENT_PORT, .attrs = BIT(ATTR_PORT) | BIT(ATTR_PROTOCOL)},
    {"icmp-block", SLOT_ELEMENT, RICHRULE_ELEMENT_ICMP_BLOCK, .attrs = BIT(ATTR_NAME),
     .single = true},
    {"icmp-type", SLOT_ELEMENT, RICHRULE_ELEMENT_ICMP_TYPE, .attrs = BIT(ATTR_NAME),
     .single = true},
    {"masquerade", SLOT_ELEMENT, RICHRULE_ELEMENT_MASQUERADE, .attrs = 0},
    {"forward-port", SLOT_ELEMENT, RICHRULE_ELEMENT_FORWARD_PORT,
     .attrs = BIT(ATTR_PORT) | BIT(ATTR_PROTOCOL) | BIT(ATTR_TO_PORT) | BIT(ATTR_TO_ADDR)},
    {"source-port", SLOT_ELEMENT, RICHRULE_ELEMENT_SOURCE_PORT,
     .attrs = BIT(ATTR_PORT) | BIT(ATTR_PROTOCOL)},
    {"tcp-mss-clamp", SLOT_ELEMENT, RICHRULE_ELEMENT_TCP_MSS_CLAMP, .attrs = BIT(ATTR_VALUE),
     .overwriting = true},
    {"log", SLOT_LOG, RICHRULE_LOG_SYSLOG, .limits = true,
     .attrs = BIT(ATTR_PREFIX) | BIT(ATTR_LEVEL)},
    {"nflog", SLOT_LOG, RICHRULE_LOG_NFLOG, .limits = true,
     .attrs = BIT(ATTR_GROUP) | BIT(ATTR_PREFIX) | BIT(ATTR_QUEUE_SIZE)},
    {"audit", SLOT_AUDIT, .limits = true},
    {"accept", SLOT_ACTION, RICHRULE_ACTION_ACCEPT, .limits = true},
    {"reject", SLOT_ACTION, RICHRULE_ACTION_REJECT, .attrs = BIT(ATTR_TYPE), .limits = true},
    {"drop", SLOT_ACTION, RICHRULE_ACTION_DROP, .limits = true},
    {"mark", SLOT_ACTION, RICHRULE_ACTION_MARK, .attrs = BIT(ATTR_SET), .limits = true},
};

/* The rule itself: what stands between its elements. */
static const struct word rule_word = {
    "rule", SLOT_RULE, .attrs = BIT(ATTR_PRIORITY) | BIT(ATTR_FAMILY), .limits = true};

/* --- the parser -------------------------------------------------------------------------- */

/*
 * One pass over the words, as firewalld's _import_from_string() makes it. An
 * element ends at the first word that it cannot take, which then counts for
 * the rule: so "source address=… family=ipv4 drop" is fine. What a limit said
 * waits until an element that may have one ends, wherever it stood.
 */
struct parser {
	const char *text;
	struct richlex lex;
	struct richrule rule;
	const struct word *in; /* NULL before the rule has begun */
	bool in_limit;
	bool limit_said; /* the limit that we are in has its value */
	const char *attrs[N_ATTRS];
	struct richrule_limit limit;
	unsigned burst;
	bool taken[N_SLOTS];
	size_t at[N_SLOTS]; /* where each began, for what is wrong with it */
	struct err *err;
};

static int refuse_at(const struct parser *p, size_t at, const char *format, ...) _printf_(3, 4);

static int refuse_at(const struct parser *p, size_t at, const char *format, ...)
{
	char what[256];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	return err_set(p->err, RICHRULE_E_SYNTAX, "column %u: %s", richlex_column(p->text, at),
	               what);
}

static const struct word *find_word(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strcmp(words[i].name, name) == 0)
			return &words[i];
	return NULL;
}

static enum attr find_attr(const char *name)
{
	unsigned i = 0;

	while (i < N_ATTRS && strcmp(attr_names[i], name) != 0)
		i++;
	return (enum attr)i;
}

static void fill_source(struct parser *p)
{
	p->rule.source = (struct richrule_peer){
	    .address = p->attrs[ATTR_ADDRESS],
	    .mac = p->attrs[ATTR_MAC],
	    .ipset = p->attrs[ATTR_IPSET],
	    .invert = p->attrs[ATTR_INVERT] != NULL,
	};
}

static void fill_destination(struct parser *p)
{
	p->rule.destination = (struct richrule_peer){
	    .address = p->attrs[ATTR_ADDRESS],
	    .ipset = p->attrs[ATTR_IPSET],
	    .invert = p->attrs[ATTR_INVERT] != NULL,
	};
}

static void fill_element(struct parser *p, enum richrule_element kind)
{
	p->rule.element = kind;
	p->rule.value = p->attrs[p->attrs[ATTR_NAME] ? ATTR_NAME : ATTR_VALUE];
	p->rule.port = p->attrs[ATTR_PORT];
	p->rule.protocol = p->attrs[ATTR_PROTOCOL];
	p->rule.to_port = p->attrs[ATTR_TO_PORT];
	p->rule.to_address = p->attrs[ATTR_TO_ADDR];
}

static void fill_log(struct parser *p, enum richrule_log kind)
{
	p->rule.log = kind;
	p->rule.log_prefix = p->attrs[ATTR_PREFIX];
	p->rule.log_level = p->attrs[ATTR_LEVEL];
	p->rule.log_group = p->attrs[ATTR_GROUP];
	p->rule.log_queue_size = p->attrs[ATTR_QUEUE_SIZE];
	p->rule.log_limit = p->limit;
}

static void fill_action(struct parser *p, enum richrule_action kind)
{
	p->rule.action = kind;
	p->rule.reject_type = p->attrs[ATTR_TYPE];
	p->rule.mark = p->attrs[ATTR_SET];
	p->rule.action_limit = p->limit;
}

/* The element is over: what was said goes into the rule. */
static void end_element(struct parser *p)
{
	const struct word *word = p->in;

	switch (word->slot) {
	case SLOT_SOURCE:
		fill_source(p);
		break;
	case SLOT_DESTINATION:
		fill_destination(p);
		break;
	case SLOT_ELEMENT:
		fill_element(p, (enum richrule_element)word->kind);
		break;
	case SLOT_LOG:
		fill_log(p, (enum richrule_log)word->kind);
		break;
	case SLOT_AUDIT:
		p->rule.audit = true;
		p->rule.audit_limit = p->limit;
		break;
	case SLOT_ACTION:
		fill_action(p, (enum richrule_action)word->kind);
		break;
	case SLOT_RULE:
	case N_SLOTS:
		break;
	}
	memset(p->attrs, 0, sizeof(p->attrs));
	/* firewalld forgets a limit that nobody took, but not behind these four */
	if (!word->single)
		p->limit = (struct richrule_limit){0};
	p->in = &rule_word;
}

static int begin_element(struct parser *p, const struct richlex_token *token)
{
	const struct word *word = find_word(token->word);

	if (!word)
		return refuse_at(p, token->at, "'%.40s' cannot stand here", token->word);
	if (p->taken[word->slot] && !word->overwriting)
		return refuse_at(p, token->at, "'%s' is one too many: the rule has its %s already",
		                 word->name,
		                 word->slot == SLOT_ELEMENT  ? "element"
		                 : word->slot == SLOT_ACTION ? "action"
		                                             : word->name);
	p->taken[word->slot] = true;
	p->at[word->slot] = token->at;
	p->in = word;
	return 0;
}

static int take_rule_attr(struct parser *p, enum attr attr, const struct richlex_token *token)
{
	int64_t value;

	if (attr == ATTR_PRIORITY) {
		if (!richvalue_int(token->value, &value))
			return refuse_at(p, token->at, "'%.40s' is not a priority", token->value);
		/* as firewalld, take the last one and look at its range at the end */
		p->rule.priority = (int)(value < INT32_MIN   ? INT32_MIN
		                         : value > INT32_MAX ? INT32_MAX
		                                             : value);
		p->at[SLOT_RULE] = token->at;
		return 0;
	}
	if (strcmp(token->value, "ipv4") == 0)
		p->rule.family = RICHRULE_FAMILY_IPV4;
	else if (strcmp(token->value, "ipv6") == 0)
		p->rule.family = RICHRULE_FAMILY_IPV6;
	else
		return refuse_at(p, token->at, "the family is ipv4 or ipv6, not '%.40s'",
		                 token->value);
	return 0;
}

/* 3/second and 3/s are the same to firewalld; the text is ours to cut. */
static void shorten_limit(char *value)
{
	static const char *const units[] = {"second", "minute", "hour", "day"};
	char *unit = strchr(value, '/');

	for (size_t i = 0; unit && i < ARRAY_SIZE(units); i++)
		if (strcmp(unit + 1, units[i]) == 0)
			unit[2] = '\0';
}

/* Inside of a limit. *@ended: the word is for what the limit belongs to. */
static int take_limit_word(struct parser *p, const struct richlex_token *token, bool *ended)
{
	enum attr attr = token->value ? find_attr(token->word) : N_ATTRS;
	int64_t burst;

	*ended = false;
	if (attr == ATTR_BURST) {
		if (!richvalue_int(token->value, &burst) || burst < 0 || burst > BURST_MAX)
			return refuse_at(p, token->at, "'%.40s' is not a burst", token->value);
		p->burst = (unsigned)burst;
		if (p->limit_said)
			p->limit.burst = p->burst;
		return 0;
	}
	if (attr == ATTR_VALUE && !p->limit_said) {
		/* lies in the parser's own buffer */
		shorten_limit(p->rule.text + (token->value - p->rule.text));
		p->limit = (struct richrule_limit){token->value, p->burst};
		p->limit_said = true;
		return 0;
	}
	if (!p->limit_said)
		return refuse_at(p, token->at, "a limit needs its value: limit value=RATE/UNIT");
	p->in_limit = false;
	*ended = true;
	return 0;
}

static bool is_not(const char *word)
{
	return strcmp(word, "not") == 0 || strcmp(word, "NOT") == 0;
}

/* Inside of an element. *@ended: it was over before this word, which is for the rule. */
static int take_element_word(struct parser *p, const struct richlex_token *token, bool *ended)
{
	enum attr attr = token->value ? find_attr(token->word) : N_ATTRS;

	*ended = false;
	if (attr < N_ATTRS && (p->in->attrs & BIT(attr))) {
		p->attrs[attr] = token->value;
		if (p->in->single)
			end_element(p);
		return 0;
	}
	if (p->in->single)
		return refuse_at(p, p->at[p->in->slot], "'%s' needs its %s", p->in->name,
		                 p->in->attrs & BIT(ATTR_NAME) ? "name" : "value");
	if (token->word && !token->value && p->in->negates && is_not(token->word)) {
		p->attrs[ATTR_INVERT] = token->word;
		return 0;
	}
	if (token->word && !token->value && p->in->limits && strcmp(token->word, "limit") == 0) {
		p->in_limit = true;
		p->limit_said = false;
		p->burst = 0;
		return 0;
	}
	end_element(p);
	*ended = true;
	return 0;
}

/* Between elements. */
static int take_rule_word(struct parser *p, const struct richlex_token *token)
{
	enum attr attr = token->value ? find_attr(token->word) : N_ATTRS;

	if (!token->value) {
		if (strcmp(token->word, "limit") != 0)
			return begin_element(p, token);
		p->in_limit = true;
		p->limit_said = false;
		p->burst = 0;
		return 0;
	}
	if (attr == N_ATTRS)
		return refuse_at(p, token->at, "there is no attribute '%.40s'", token->word);
	if (rule_word.attrs & BIT(attr))
		return take_rule_attr(p, attr, token);
	return refuse_at(p, token->at, "the attribute '%s' does not belong here", token->word);
}

static bool is_end(const struct richlex_token *token)
{
	/* firewalld's own mark for the end; whoever writes it gets what he asked for */
	return !token->word || (!token->value && strcmp(token->word, "EOL") == 0);
}

static int take_word(struct parser *p, const struct richlex_token *token)
{
	bool ended;
	int r;

	if (!p->in) {
		if (!token->word || token->value || strcmp(token->word, "rule") != 0)
			return refuse_at(p, token->at, "a rich rule begins with 'rule'");
		p->in = &rule_word;
		return 0;
	}
	if (p->in_limit) {
		r = take_limit_word(p, token, &ended);
		if (r || !ended)
			return r;
	}
	if (p->in != &rule_word) {
		r = take_element_word(p, token, &ended);
		if (r || !ended)
			return r;
	}
	return is_end(token) ? 0 : take_rule_word(p, token);
}

static int parse_words(struct parser *p)
{
	struct richlex_token token;
	bool over = false;
	int r;

	do {
		r = richlex_next(&p->lex, &token, p->err);
		if (r)
			return RICHRULE_E_SYNTAX;
		if (over)
			continue; /* behind a written EOL only the quotes count */
		r = take_word(p, &token);
		if (r)
			return r;
		over = is_end(&token);
	} while (token.word);
	return 0;
}

/* --- what firewalld's check() asks ------------------------------------------------------- */

static bool peer_is_set(const struct richrule_peer *peer)
{
	return peer->address || peer->mac || peer->ipset;
}

static int check_peer(const struct parser *p, enum slot slot, const struct richrule_peer *peer)
{
	bool ipv6 = p->rule.family == RICHRULE_FAMILY_IPV6;

	if (!p->taken[slot])
		return 0;
	if (!peer_is_set(peer))
		return refuse_at(p, p->at[slot], "no address%s or ipset",
		                 slot == SLOT_SOURCE ? ", mac" : "");
	if (!!peer->address + !!peer->mac + !!peer->ipset > 1)
		return refuse_at(p, p->at[slot], "one of address, mac and ipset, not two");
	if (p->rule.family == RICHRULE_FAMILY_BOTH && (peer->address || slot == SLOT_DESTINATION))
		return refuse_at(p, p->at[slot], "the rule needs a family");
	if (peer->address && !richvalue_prefix(peer->address, ipv6, NULL))
		return refuse_at(p, p->at[slot], "'%.60s' is not an IPv%d address or prefix",
		                 peer->address, ipv6 ? 6 : 4);
	if (peer->mac && !richvalue_mac(peer->mac))
		return refuse_at(p, p->at[slot], "'%.60s' is not a MAC address", peer->mac);
	if (peer->ipset && richvalue_length(peer->ipset) > IPSET_NAME_MAX)
		return refuse_at(p, p->at[slot], "the name of the ipset is too long");
	return 0;
}

static int check_ports(const struct parser *p)
{
	const struct richrule *rule = &p->rule;

	if (!rule->port || !richvalue_port(rule->port))
		return refuse_at(p, p->at[SLOT_ELEMENT], "'%.60s' is not a port or range",
		                 rule->port ? rule->port : "");
	if (!rule->protocol || !protocol_with_ports(rule->protocol))
		return refuse_at(p, p->at[SLOT_ELEMENT],
		                 "the protocol of a port is tcp, udp, sctp or dccp");
	return 0;
}

static int check_forward_port(const struct parser *p)
{
	const struct richrule *rule = &p->rule;
	size_t at = p->at[SLOT_ELEMENT];
	int r;

	if (rule->family == RICHRULE_FAMILY_BOTH)
		return refuse_at(p, at, "the rule needs a family");
	r = check_ports(p);
	if (r)
		return r;
	if (!rule->to_port && !rule->to_address)
		return refuse_at(p, at, "neither to-port nor to-addr");
	if (rule->to_port && !richvalue_port(rule->to_port))
		return refuse_at(p, at, "'%.60s' is not a port or range", rule->to_port);
	if (rule->to_address &&
	    !richvalue_address(rule->to_address, rule->family == RICHRULE_FAMILY_IPV6))
		return refuse_at(p, at, "'%.60s' is not an address of the family",
		                 rule->to_address);
	return 0;
}

/** richrule_element_acts() - is it an action in itself? */
bool richrule_element_acts(enum richrule_element element)
{
	return element == RICHRULE_ELEMENT_ICMP_BLOCK || element == RICHRULE_ELEMENT_FORWARD_PORT ||
	       element == RICHRULE_ELEMENT_MASQUERADE || element == RICHRULE_ELEMENT_TCP_MSS_CLAMP;
}

static int check_element(const struct parser *p)
{
	const struct richrule *rule = &p->rule;
	size_t at = p->at[SLOT_ELEMENT];

	if (richrule_element_acts(rule->element) && rule->action != RICHRULE_ACTION_NONE)
		return refuse_at(p, at, "this element takes no action");
	switch (rule->element) {
	case RICHRULE_ELEMENT_PORT:
	case RICHRULE_ELEMENT_SOURCE_PORT:
		return check_ports(p);
	case RICHRULE_ELEMENT_FORWARD_PORT:
		return check_forward_port(p);
	case RICHRULE_ELEMENT_PROTOCOL:
		if (!richvalue_protocol(rule->value))
			return refuse_at(p, at, "'%.60s' is not a protocol", rule->value);
		return 0;
	case RICHRULE_ELEMENT_MASQUERADE:
		if (rule->source.mac)
			return refuse_at(p, at, "no masquerade with a MAC address as source");
		return 0;
	case RICHRULE_ELEMENT_TCP_MSS_CLAMP:
		if (rule->value && !richvalue_mss(rule->value))
			return refuse_at(p, at, "'%.60s' is neither pmtu nor a size above 535",
			                 rule->value);
		return 0;
	case RICHRULE_ELEMENT_NONE:
	case RICHRULE_ELEMENT_SERVICE:
	case RICHRULE_ELEMENT_ICMP_BLOCK:
	case RICHRULE_ELEMENT_ICMP_TYPE:
		return 0;
	}
	return 0;
}

static int check_limit(const struct parser *p, enum slot slot, const struct richrule_limit *limit)
{
	if (limit->value && !richvalue_limit(limit->value))
		return refuse_at(p, p->at[slot], "'%.60s' is not a limit", limit->value);
	return 0;
}

static bool is_level(const char *level)
{
	static const char *const levels[] = {"emerg",   "alert",  "crit", "error",
	                                     "warning", "notice", "info", "debug"};

	for (size_t i = 0; i < ARRAY_SIZE(levels); i++)
		if (strcmp(levels[i], level) == 0)
			return true;
	return false;
}

static int check_log(const struct parser *p)
{
	const struct richrule *rule = &p->rule;
	size_t at = p->at[SLOT_LOG];

	if (rule->log_prefix && richvalue_length(rule->log_prefix) > LOG_PREFIX_MAX)
		return refuse_at(p, at, "the prefix is longer than %d characters", LOG_PREFIX_MAX);
	if (rule->log_level && !is_level(rule->log_level))
		return refuse_at(p, at, "'%.60s' is not a log level", rule->log_level);
	if (rule->log_group && !richvalue_uint(rule->log_group, UINT16_MAX))
		return refuse_at(p, at, "'%.60s' is not a group", rule->log_group);
	if (rule->log_queue_size && !richvalue_uint(rule->log_queue_size, UINT16_MAX))
		return refuse_at(p, at, "'%.60s' is not a queue size", rule->log_queue_size);
	return check_limit(p, SLOT_LOG, &rule->log_limit);
}

static int check_action(const struct parser *p)
{
	const struct richrule *rule = &p->rule;
	enum cidr_family family = rule->family == RICHRULE_FAMILY_IPV6 ? CIDR_IPV6 : CIDR_IPV4;
	size_t at = p->at[SLOT_ACTION];

	if (rule->audit &&
	    (rule->action == RICHRULE_ACTION_NONE || rule->action == RICHRULE_ACTION_MARK))
		return refuse_at(p, p->at[SLOT_AUDIT], "audit needs accept, reject or drop");
	if (rule->reject_type && rule->family == RICHRULE_FAMILY_BOTH)
		return refuse_at(p, at, "with a reject type the rule needs a family");
	if (rule->reject_type && !reject_is_type(family, rule->reject_type))
		return refuse_at(p, at, "'%.60s' is not a reject type of the family",
		                 rule->reject_type);
	if (rule->action == RICHRULE_ACTION_MARK && (!rule->mark || !richvalue_mark(rule->mark)))
		return refuse_at(p, at, "write mark set=MARK or mark set=MARK/MASK");
	return check_limit(p, SLOT_ACTION, &rule->action_limit);
}

/* Whether the rule says enough. */
static int check_sense(const struct parser *p)
{
	const struct richrule *rule = &p->rule;
	bool logs_only_here = rule->log != RICHRULE_LOG_NONE && rule->priority != 0;

	if (rule->priority < PRIORITY_MIN || rule->priority > PRIORITY_MAX)
		return refuse_at(p, p->at[SLOT_RULE], "a priority is from %d to %d", PRIORITY_MIN,
		                 PRIORITY_MAX);
	if (rule->element == RICHRULE_ELEMENT_NONE && !logs_only_here) {
		if (rule->action == RICHRULE_ACTION_NONE)
			return refuse_at(p, 0, "the rule has no element and no action");
		if (!p->taken[SLOT_SOURCE] && !p->taken[SLOT_DESTINATION] && rule->priority == 0)
			return refuse_at(p, 0, "the rule has no element, source or destination");
	}
	if (!richrule_element_acts(rule->element) && rule->log == RICHRULE_LOG_NONE &&
	    !rule->audit && rule->action == RICHRULE_ACTION_NONE)
		return refuse_at(p, 0, "the rule has no action, log or audit");
	return 0;
}

static int check_rule(const struct parser *p)
{
	int r = check_sense(p);

	r = r ? r : check_peer(p, SLOT_SOURCE, &p->rule.source);
	r = r ? r : check_peer(p, SLOT_DESTINATION, &p->rule.destination);
	r = r ? r : check_element(p);
	r = r ? r : check_log(p);
	r = r ? r : check_limit(p, SLOT_AUDIT, &p->rule.audit_limit);
	return r ? r : check_action(p);
}

/* firewalld writes a MAC address in capitals; the text is ours to change. */
static void raise_mac(struct parser *p)
{
	char *s = p->rule.source.mac ? p->rule.text + (p->rule.source.mac - p->rule.text) : NULL;

	for (; s && *s; s++)
		if (*s >= 'a' && *s <= 'f')
			*s = (char)(*s - 'a' + 'A');
}

/**
 * richrule_parse() - read a rich rule
 * @out:  written on success alone; release with richrule_deinit()
 * @text: borrowed; the rule as typed, as in a signal or as in a getter's answer
 * @err:  optional; says what firewalld would not take, with its column
 *
 * Return: 0; RICHRULE_E_SYNTAX; -ENOMEM.
 */
int richrule_parse(struct richrule *out, const char *text, struct err *err)
{
	struct parser parser = {.text = text, .err = err};
	size_t length = strnlen(text, RICHRULE_TEXT_MAX + 1), bad;
	int r;

	if (length > RICHRULE_TEXT_MAX)
		return err_set(err, RICHRULE_E_SYNTAX, "column %d: a rule has at most %d bytes",
		               RICHRULE_TEXT_MAX + 1, RICHRULE_TEXT_MAX);
	if (!richlex_utf8(text, &bad))
		return refuse_at(&parser, bad, "this is not UTF-8");
	parser.rule.text = malloc(length + 1);
	if (!parser.rule.text)
		return -ENOMEM;
	richlex_init(&parser.lex, text, parser.rule.text);
	r = parse_words(&parser);
	if (!r) {
		raise_mac(&parser);
		r = check_rule(&parser);
	}
	if (r) {
		richrule_deinit(&parser.rule);
		return r;
	}
	*out = parser.rule;
	return 0;
}

/** richrule_deinit() - release a rule; it is RICHRULE_NULL afterwards */
void richrule_deinit(struct richrule *rule)
{
	free(rule->text);
	*rule = RICHRULE_NULL;
}

/* --- the printer ------------------------------------------------------------------------- */

struct printer {
	char *text; /* owned; NULL after running out of memory */
	size_t n;
	size_t capacity;
};

static void print(struct printer *out, const char *s)
{
	size_t length = strlen(s);

	if (!out->text)
		return;
	if (grow(&out->text, &out->capacity, out->n + length + 1, 1) < 0) {
		free(out->text);
		out->text = NULL;
		return;
	}
	memcpy(out->text + out->n, s, length + 1);
	out->n += length;
}

/* ` NAME="VALUE"`; firewalld escapes nothing in it. */
static void print_attr(struct printer *out, const char *name, const char *value)
{
	if (!value)
		return;
	print(out, " ");
	print(out, name);
	print(out, "=\"");
	print(out, value);
	print(out, "\"");
}

static void print_number(struct printer *out, const char *before, long number, const char *after)
{
	char digits[24];

	snprintf(digits, sizeof(digits), "%ld", number);
	print(out, before);
	print(out, digits);
	print(out, after);
}

static void print_limit(struct printer *out, const struct richrule_limit *limit)
{
	if (!limit->value)
		return;
	print(out, " limit");
	print_attr(out, "value", limit->value);
	if (limit->burst)
		print_number(out, " burst=", limit->burst, "");
}

static void print_word(struct printer *out, enum slot slot, int kind)
{
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (words[i].slot == slot && words[i].kind == kind) {
			print(out, " ");
			print(out, words[i].name);
		}
	}
}

static void print_peer(struct printer *out, enum slot slot, const struct richrule_peer *peer)
{
	if (!peer_is_set(peer))
		return;
	print_word(out, slot, 0);
	if (peer->invert)
		print(out, " NOT");
	print_attr(out, "address", peer->address);
	print_attr(out, "mac", peer->mac);
	print_attr(out, "ipset", peer->ipset);
}

static void print_element(struct printer *out, const struct richrule *rule)
{
	bool named = rule->element == RICHRULE_ELEMENT_SERVICE ||
	             rule->element == RICHRULE_ELEMENT_ICMP_BLOCK ||
	             rule->element == RICHRULE_ELEMENT_ICMP_TYPE;

	print_word(out, SLOT_ELEMENT, (int)rule->element);
	print_attr(out, named ? "name" : "value", rule->value);
	print_attr(out, "port", rule->port);
	print_attr(out, "protocol", rule->protocol);
	print_attr(out, "to-port", rule->to_port);
	print_attr(out, "to-addr", rule->to_address);
}

static void print_log(struct printer *out, const struct richrule *rule)
{
	print_word(out, SLOT_LOG, (int)rule->log);
	print_attr(out, "group", rule->log_group);
	print_attr(out, "prefix", rule->log_prefix);
	print_attr(out, "level", rule->log_level);
	print_attr(out, "queue-size", rule->log_queue_size);
	print_limit(out, &rule->log_limit);
}

static void print_action(struct printer *out, const struct richrule *rule)
{
	print_word(out, SLOT_ACTION, (int)rule->action);
	print_attr(out, "type", rule->reject_type);
	if (rule->mark) {
		print(out, " set=");
		print(out, rule->mark);
	}
	print_limit(out, &rule->action_limit);
}

/**
 * richrule_format() - write a rule as firewalld's getters do
 * @out: receives the text; the caller frees it
 *
 * firewalld escapes nothing, so a value with quotes or backslashes in it gives
 * a text that reads differently; see richrule_canonical().
 *
 * Return: 0; -ENOMEM.
 */
int richrule_format(char **out, const struct richrule *rule)
{
	struct printer printer = {.text = malloc(FORMAT_FIRST_SIZE), .capacity = FORMAT_FIRST_SIZE};

	print(&printer, "rule");
	if (rule->priority)
		print_number(&printer, " priority=\"", rule->priority, "\"");
	if (rule->family != RICHRULE_FAMILY_BOTH)
		print_attr(&printer, "family",
		           rule->family == RICHRULE_FAMILY_IPV6 ? "ipv6" : "ipv4");
	print_peer(&printer, SLOT_SOURCE, &rule->source);
	print_peer(&printer, SLOT_DESTINATION, &rule->destination);
	print_element(&printer, rule);
	print_log(&printer, rule);
	if (rule->audit)
		print(&printer, " audit");
	print_limit(&printer, &rule->audit_limit);
	print_action(&printer, rule);
	if (!printer.text)
		return -ENOMEM;
	*out = printer.text;
	return 0;
}

static int reformat(char **out, const char *text, struct err *err)
{
	_cleanup_richrule_ struct richrule rule = RICHRULE_NULL;
	int r = richrule_parse(&rule, text, err);

	return r ? r : richrule_format(out, &rule);
}

/**
 * richrule_canonical() - the one text of a rule
 * @out:  receives it; the caller frees it
 * @text: borrowed
 * @err:  optional
 *
 * firewalld's own form, formatted until it stays as it is: a signal carries
 * what was typed, a getter what became of it, and for values with quotes or
 * backslashes in them only the fixed point is the same for both. A rule
 * without one could not be given back to firewalld and is refused.
 *
 * Return: 0; RICHRULE_E_SYNTAX; -ENOMEM.
 */
int richrule_canonical(char **out, const char *text, struct err *err)
{
	_cleanup_free_ char *before = NULL;
	int r = reformat(&before, text, err);

	for (unsigned i = 0; i < CANONICAL_ROUNDS && !r; i++) {
		_cleanup_free_ char *after = NULL;

		r = reformat(&after, before, NULL);
		if (r > 0)
			return err_set(err, r,
			               "firewalld cannot read its own form of this rule: %.200s",
			               before);
		if (!r && strcmp(before, after) == 0) {
			*out = steal(before);
			return 0;
		}
		free(before);
		before = steal(after);
	}
	return r ? r : err_set(err, RICHRULE_E_SYNTAX, "the rule has too many quotes");
}

/* --- questions --------------------------------------------------------------------------- */

#define N_STRINGS 19

static void rule_strings(const struct richrule *rule, const char *out[N_STRINGS])
{
	const char *const strings[N_STRINGS] = {
	    rule->source.address,
	    rule->source.mac,
	    rule->source.ipset,
	    rule->destination.address,
	    rule->destination.ipset,
	    rule->value,
	    rule->port,
	    rule->protocol,
	    rule->to_port,
	    rule->to_address,
	    rule->log_prefix,
	    rule->log_level,
	    rule->log_group,
	    rule->log_queue_size,
	    rule->log_limit.value,
	    rule->audit_limit.value,
	    rule->reject_type,
	    rule->mark,
	    rule->action_limit.value,
	};

	memcpy(out, strings, sizeof(strings));
}

#define N_NUMBERS 11

static void rule_numbers(const struct richrule *rule, long out[N_NUMBERS])
{
	const long numbers[N_NUMBERS] = {
	    rule->priority,
	    rule->family,
	    rule->source.invert,
	    rule->destination.invert,
	    rule->element,
	    rule->log,
	    rule->audit,
	    rule->action,
	    rule->log_limit.burst,
	    rule->audit_limit.burst,
	    rule->action_limit.burst,
	};

	memcpy(out, numbers, sizeof(numbers));
}

static int string_cmp(const char *a, const char *b)
{
	if (!a || !b)
		return !!a - !!b;
	return strcmp(a, b);
}

/** richrule_cmp() - a total order; 0 exactly when firewalld takes them for the same rule */
int richrule_cmp(const struct richrule *a, const struct richrule *b)
{
	const char *x[N_STRINGS], *y[N_STRINGS];
	long m[N_NUMBERS], n[N_NUMBERS];

	rule_numbers(a, m);
	rule_numbers(b, n);
	for (size_t i = 0; i < N_NUMBERS; i++)
		if (m[i] != n[i])
			return m[i] < n[i] ? -1 : 1;
	rule_strings(a, x);
	rule_strings(b, y);
	for (size_t i = 0; i < N_STRINGS; i++)
		if (string_cmp(x[i], y[i]))
			return string_cmp(x[i], y[i]);
	return 0;
}

/**
 * richrule_source_cidr() - the addresses that the rule is about
 * @out: receives them; untouched when there are none
 *
 * Return: false for a rule without source address, with NOT before it, or with
 * one that matches no plain prefix.
 */
bool richrule_source_cidr(const struct richrule *rule, struct cidr *out)
{
	struct cidr cidr;

	if (!rule->source.address || rule->source.invert)
		return false;
	if (!richvalue_prefix(rule->source.address, rule->family == RICHRULE_FAMILY_IPV6, &cidr) ||
	    cidr.prefix == UINT8_MAX)
		return false;
	*out = cidr;
	return true;
}

/** richrule_is_deny() - whether it refuses what it matches */
bool richrule_is_deny(const struct richrule *rule)
{
	return rule->action == RICHRULE_ACTION_REJECT || rule->action == RICHRULE_ACTION_DROP;
}

/**
 * richrule_is_ban() - whether it keeps an address away, as fail2ban's rules do
 *
 * Refuses a source address for everything, a service, a port or a protocol. A
 * refusal with a limit only thins out, and one of an ICMP type keeps nobody
 * from the mail.
 */
bool richrule_is_ban(const struct richrule *rule)
{
	struct cidr cidr;

	return richrule_is_deny(rule) && !rule->action_limit.value &&
	       rule->element != RICHRULE_ELEMENT_ICMP_TYPE && richrule_source_cidr(rule, &cidr);
}
