// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/item.h"

#include "guard/base/cidr.h"
#include "guard/base/shell.h"
#include "guard/model/mail/services.h"
#include "guard/model/rule/direct.h"
#include "guard/model/rule/protocol.h"
#include "guard/model/rule/richrule.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char *const kind_names[ITEM_N_KINDS] = {
    [ITEM_INTERFACE] = "interface",
    [ITEM_SOURCE] = "source",
    [ITEM_SERVICE] = "service",
    [ITEM_PORT] = "port",
    [ITEM_SOURCE_PORT] = "source-port",
    [ITEM_PROTOCOL] = "protocol",
    [ITEM_FORWARD_PORT] = "forward-port",
    [ITEM_MASQUERADE] = "masquerade",
    [ITEM_FORWARD] = "forward",
    [ITEM_ICMP_BLOCK] = "icmp-block",
    [ITEM_RULE] = "rule",
    [ITEM_ENTRY] = "entry",
    [ITEM_CHAIN] = "chain",
    [ITEM_DIRECT_RULE] = "direct-rule",
};

/** item_kind_name() - the word for a kind, as in ZONE/KIND:VALUE; static */
const char *item_kind_name(enum item_kind kind)
{
	return kind_names[kind];
}

/** item_option_name() - the word for a kind in the options of firewall-cmd; static */
const char *item_option_name(enum item_kind kind)
{
	return kind == ITEM_RULE ? "rich-rule" : kind_names[kind];
}

/** item_kind_parse() - the kind for a word; Return: 0 or ITEM_E_SYNTAX */
int item_kind_parse(enum item_kind *out, const char *name)
{
	for (unsigned i = 0; i < ITEM_N_KINDS; i++) {
		if (strcmp(kind_names[i], name) == 0) {
			*out = (enum item_kind)i;
			return 0;
		}
	}
	return ITEM_E_SYNTAX;
}

/** item_is_switch() - is there one at most in a zone, of value "yes"? */
bool item_is_switch(enum item_kind kind)
{
	return kind == ITEM_MASQUERADE || kind == ITEM_FORWARD;
}

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       strchr("_-./:+@", c) != NULL;
}

/* Names of zones and services (firewalld: core/io/io_object.py, check_name) and of interfaces. */
static bool is_name(const char *text, size_t max)
{
	size_t length = strlen(text);

	if (length == 0 || length > max)
		return false;
	for (size_t i = 0; i < length; i++)
		if (!is_name_char(text[i]))
			return false;
	return true;
}

/** item_ipset_name() - the name of an ipset that stands for a zone; NULL: it is none */
const char *item_ipset_name(const char *zone)
{
	size_t n = strlen(ITEM_IPSET_PREFIX);

	return strncmp(zone, ITEM_IPSET_PREFIX, n) == 0 ? zone + n : NULL;
}

/** item_policy_name() - the name of a policy that stands for a zone; NULL: it is a zone */
const char *item_policy_name(const char *zone)
{
	size_t n = strlen(ITEM_POLICY_PREFIX);

	return strncmp(zone, ITEM_POLICY_PREFIX, n) == 0 ? zone + n : NULL;
}

/** item_direct_family() - ipv4, ipv6 or eb, of which direct rules are; NULL: it is none of these */
const char *item_direct_family(const char *zone)
{
	size_t n = strlen(ITEM_DIRECT_PREFIX);

	return strncmp(zone, ITEM_DIRECT_PREFIX, n) == 0 ? zone + n : NULL;
}

static bool is_family(const char *name)
{
	return strcmp(name, "ipv4") == 0 || strcmp(name, "ipv6") == 0 || strcmp(name, "eb") == 0;
}

static bool is_zone_name(const char *text)
{
	const char *policy = item_policy_name(text), *ipset = item_ipset_name(text);
	const char *family = item_direct_family(text);

	if (family)
		return is_family(family);

	if (strlen(text) > ITEM_ZONE_MAX)
		return false;
	if (policy || ipset)
		text = policy ? policy : ipset;
	return is_name(text, ITEM_ZONE_MAX) && !strchr(text, '/') && !strchr(text, ':');
}

static bool is_printable(const char *text, size_t max)
{
	size_t length = strlen(text);

	if (length == 0 || length > max)
		return false;
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			return false;
	return true;
}

/**
 * item_port_parse() - PORT/PROTO or FIRST-LAST/PROTO
 * @value:    e.g. "465/tcp", "6000-6010/udp"
 * @first:    first port; written on success alone, as are the others
 * @last:     last port, the same as @first for a single one
 * @protocol: tcp, udp, sctp or dccp (what firewalld accepts: functions.py, checkProtocol
 *            for ports)
 */
bool item_port_parse(const char *value, unsigned *first, unsigned *last, char protocol[8])
{
	const char *slash = strchr(value, '/');
	char ports[16];
	char *dash;
	unsigned long low, high;

	if (!slash || (size_t)(slash - value) >= sizeof(ports))
		return false;
	memcpy(ports, value, (size_t)(slash - value));
	ports[slash - value] = '\0';
	dash = strchr(ports, '-');
	if (dash)
		*dash++ = '\0';
	if (!parse_uint(ports, 65535, &low) || !parse_uint(dash ? dash : ports, 65535, &high))
		return false;
	if (high == 0 || low > high)
		return false;
	if (!protocol_with_ports(slash + 1))
		return false;
	*first = (unsigned)low;
	*last = (unsigned)high;
	strcpy(protocol, slash + 1);
	return true;
}

static int format_ports(char **out, const struct item_ports *ports)
{
	if (ports->first == ports->last)
		return xasprintf(out, "%u/%s", ports->first, ports->protocol);
	return xasprintf(out, "%u-%u/%s", ports->first, ports->last, ports->protocol);
}

/* A port in the one way of writing it: 0465/tcp and 465-465/tcp are 465/tcp. */
static int canonical_port(char **out, const char *value)
{
	struct item_ports ports;

	if (!item_port_parse(value, &ports.first, &ports.last, ports.protocol))
		return ITEM_E_SYNTAX;
	return format_ports(out, &ports);
}

static bool take_part(const char **at, const char *key, char *out, size_t size)
{
	size_t skip = strlen(key), length;

	*out = '\0';
	if (strncmp(*at, key, skip) != 0)
		return true;
	length = strcspn(*at + skip, ":");
	if (length >= size)
		return false;
	memcpy(out, *at + skip, length);
	out[length] = '\0';
	*at += skip + length;
	if (**at == ':')
		(*at)++;
	return true;
}

static bool is_address(const char *text)
{
	return strspn(text, "0123456789abcdefABCDEF.:") == strlen(text);
}

/**
 * item_forward_parse() - the parts of port=…:proto=…[:toport=…][:toaddr=…]
 * @out:   written in part on failure
 * @value: borrowed, also afterwards; the parts in this order, and an address may hold colons
 */
bool item_forward_parse(struct item_forward *out, const char *value)
{
	const char *at = value;

	out->to_address = "";
	if (!take_part(&at, "port=", out->port, sizeof(out->port)) ||
	    !take_part(&at, "proto=", out->protocol, sizeof(out->protocol)) ||
	    !take_part(&at, "toport=", out->to_port, sizeof(out->to_port)))
		return false;
	if (strncmp(at, "toaddr=", 7) == 0) {
		out->to_address = at + 7;
		at += strlen(at);
	}
	return *at == '\0' && is_address(out->to_address) &&
	       strspn(out->to_port, "0123456789-") == strlen(out->to_port);
}

/* A forward port with all its parts, as firewalld's getters and signals have it. */
static int canonical_forward(char **out, const char *value)
{
	_cleanup_free_ char *text = NULL, *port = NULL;
	struct item_forward forward;
	int r;

	if (strlen(value) > ITEM_VALUE_MAX || !item_forward_parse(&forward, value))
		return ITEM_E_SYNTAX;
	if (xasprintf(&text, "%s/%s", forward.port, forward.protocol) < 0)
		return -ENOMEM;
	r = canonical_port(&port, text);
	if (r != 0)
		return r;
	*strchr(port, '/') = '\0';
	return xasprintf(out, "port=%s:proto=%s:toport=%s:toaddr=%s", port, forward.protocol,
	                 forward.to_port, forward.to_address);
}

/*
 * firewalld's getters return its normal form, its signals what the caller typed:
 * only the normal form tells whether two rules are the same.
 */
static int canonical_rule(char **out, const char *value, struct err *err)
{
	int r = richrule_canonical(out, value, err);

	return r > 0 ? ITEM_E_SYNTAX : r;
}

/* Of addresses and prefixes the one way of writing them; what else there is as it is. */
static int canonical_entry(char **out, const char *value)
{
	char text[CIDR_TEXT_LENGTH];
	struct cidr cidr;

	if (!is_printable(value, 256) || strchr(value, ' '))
		return ITEM_E_SYNTAX;
	if (cidr_parse(&cidr, value, 0, NULL) == 0) {
		cidr_format(&cidr, text);
		value = text;
	}
	*out = strdup(value);
	return *out ? 0 : -ENOMEM;
}

static int canonical_direct(char **out, enum item_kind kind, const char *value)
{
	int r = direct_canonical(out, kind == ITEM_CHAIN, value);

	return r > 0 ? ITEM_E_SYNTAX : r;
}

static int canonical_value(char **out, enum item_kind kind, const char *value, struct err *err)
{
	bool valid = false;

	switch (kind) {
	case ITEM_PORT:
	case ITEM_SOURCE_PORT:
		return canonical_port(out, value);
	case ITEM_SERVICE:
	case ITEM_PROTOCOL:
	case ITEM_ICMP_BLOCK:
	case ITEM_INTERFACE:
		valid = is_name(value, 128);
		break;
	case ITEM_SOURCE:
		valid = is_printable(value, ITEM_VALUE_MAX);
		break;
	case ITEM_FORWARD_PORT:
		return canonical_forward(out, value);
	case ITEM_RULE:
		return canonical_rule(out, value, err);
	case ITEM_ENTRY:
		return canonical_entry(out, value);
	case ITEM_CHAIN:
	case ITEM_DIRECT_RULE:
		return canonical_direct(out, kind, value);
	case ITEM_MASQUERADE:
	case ITEM_FORWARD:
		valid = strcmp(value, "yes") == 0;
		break;
	case ITEM_N_KINDS:
		break;
	}
	if (!valid)
		return ITEM_E_SYNTAX;
	*out = strdup(value);
	return *out ? 0 : -ENOMEM;
}

/*
 * Names of zones, which thousands of items have in common one after the other: an ipset, a zone
 * full of bans.
 */
struct zone_name {
	size_t refs;
	char text[];
};

/* What was named last is kept for the next. */
static struct zone_name *last_name;

static void zone_name_unref(const char *text)
{
	struct zone_name *name;

	if (!text)
		return;
	name = (struct zone_name *)(uintptr_t)(text - offsetof(struct zone_name, text));
	if (--name->refs == 0)
		free(name);
}

static struct zone_name *zone_name_new(const char *text)
{
	size_t size = strlen(text) + 1;
	struct zone_name *name = malloc(sizeof(*name) + size);

	if (name) {
		name->refs = 1;
		memcpy(name->text, text, size);
	}
	return name;
}

/** item_set_zone() - Return: 0 or -ENOMEM; @zone is borrowed, and may be that of any item */
int item_set_zone(struct item *item, const char *zone)
{
	if (!last_name || strcmp(last_name->text, zone) != 0) {
		struct zone_name *name = zone_name_new(zone);

		if (!name)
			return -ENOMEM;
		if (last_name)
			zone_name_unref(last_name->text);
		last_name = name;
	}
	zone_name_unref(item->zone);
	last_name->refs++;
	item->zone = last_name->text;
	return 0;
}

/**
 * item_init() - make an item, in normal form
 * @out:   written on success alone; release with item_deinit()
 * @zone:  borrowed
 * @value: borrowed; brought into normal form
 * @err:   says what is not valid
 *
 * Return: 0; ITEM_E_SYNTAX; -ENOMEM.
 */
int item_init(struct item *out, const char *zone, enum item_kind kind, const char *value,
              struct err *err)
{
	_cleanup_item_ struct item item = {.kind = kind};
	int r;

	if (!is_zone_name(zone))
		return err_set(err, ITEM_E_SYNTAX, "\"%.64s\" is not a zone name", zone);
	if (item_policy_name(zone) &&
	    (kind == ITEM_INTERFACE || kind == ITEM_SOURCE || kind == ITEM_FORWARD))
		return err_set(err, ITEM_E_SYNTAX,
		               "a policy has no interfaces, no sources and no forward");
	if ((kind == ITEM_ENTRY) != (item_ipset_name(zone) != NULL))
		return err_set(err, ITEM_E_SYNTAX, "ipsets have entries, and nothing else");
	if ((kind == ITEM_CHAIN || kind == ITEM_DIRECT_RULE) != (item_direct_family(zone) != NULL))
		return err_set(err, ITEM_E_SYNTAX,
		               "direct:FAMILY has chains and direct rules, and nothing else");
	r = canonical_value(&item.value, kind, value, err);
	if (r > 0 && kind == ITEM_RULE)
		return err_prefix(err, r, "not a valid rule");
	if (r > 0)
		return err_set(err, r, "\"%.128s\" is not a valid %s", value, item_kind_name(kind));
	if (r < 0)
		return r;
	if (item_set_zone(&item, zone) < 0)
		return -ENOMEM;
	*out = item;
	item = ITEM_NULL;
	return 0;
}

/**
 * item_parse() - read ZONE/KIND:VALUE
 * @out:  written on success alone; release with item_deinit()
 * @text: borrowed
 *
 * Return: 0; ITEM_E_SYNTAX with the reason in @err; -ENOMEM.
 */
int item_parse(struct item *out, const char *text, struct err *err)
{
	const char *slash = strchr(text, '/');
	const char *colon = slash ? strchr(slash, ':') : NULL;
	char zone[ITEM_ZONE_MAX + 1], kind_name[32];
	enum item_kind kind;

	if (!colon || (size_t)(slash - text) >= sizeof(zone) ||
	    (size_t)(colon - slash - 1) >= sizeof(kind_name))
		return err_set(err, ITEM_E_SYNTAX,
		               "\"%.128s\" is not an item; write ZONE/KIND:VALUE, for example "
		               "public/service:imaps or public/port:465/tcp",
		               text);
	memcpy(zone, text, (size_t)(slash - text));
	zone[slash - text] = '\0';
	memcpy(kind_name, slash + 1, (size_t)(colon - slash - 1));
	kind_name[colon - slash - 1] = '\0';
	if (item_kind_parse(&kind, kind_name))
		return err_set(err, ITEM_E_SYNTAX,
		               "\"%s\" is not a kind of item; known are service, port, "
		               "source-port, protocol, forward-port, masquerade, forward, "
		               "icmp-block, interface, source, rule, entry, chain and direct-rule",
		               kind_name);
	return item_init(out, zone, kind, colon + 1, err);
}

/** item_copy() - deep copy; @out is written on success alone; Return: 0 or -ENOMEM */
int item_copy(struct item *out, const struct item *from)
{
	_cleanup_item_ struct item copy = {.kind = from->kind};

	copy.value = strdup(from->value);
	if (!copy.value || item_set_zone(&copy, from->zone) < 0)
		return -ENOMEM;
	*out = copy;
	copy = ITEM_NULL;
	return 0;
}

/** item_deinit() - release what an item owns; the item is ITEM_NULL afterwards */
void item_deinit(struct item *item)
{
	zone_name_unref(item->zone);
	free(item->value);
	*item = ITEM_NULL;
}

/** item_cmp() - the canonical order: zone, kind, value; 0 exactly for the same thing */
int item_cmp(const struct item *a, const struct item *b)
{
	int r = strcmp(a->zone, b->zone);

	if (r == 0 && a->kind != b->kind)
		r = a->kind < b->kind ? -1 : 1;
	return r ? r : strcmp(a->value, b->value);
}

/** item_format() - ZONE/KIND:VALUE; the caller frees @out; Return: 0 or -ENOMEM */
int item_format(char **out, const struct item *item)
{
	return xasprintf(out, "%s/%s:%s", item->zone, item_kind_name(item->kind), item->value);
}

/* The name of what a rule with this element is for; false: it has none. */
static bool rule_names(const struct richrule *rule, char opened[ITEM_OPENED_MAX])
{
	int n = rule->element == RICHRULE_ELEMENT_SERVICE
	            ? snprintf(opened, ITEM_OPENED_MAX, "%s", rule->value)
	            : snprintf(opened, ITEM_OPENED_MAX, "%s/%s", rule->port, rule->protocol);

	return n >= 0 && n < ITEM_OPENED_MAX;
}

static enum item_opening opening_of(const struct richrule *rule, char opened[ITEM_OPENED_MAX])
{
	const bool accepts = rule->action == RICHRULE_ACTION_ACCEPT;

	switch (rule->element) {
	case RICHRULE_ELEMENT_FORWARD_PORT:
		return rule_names(rule, opened) ? ITEM_OPENING_NAMED : ITEM_OPENING_NONE;
	case RICHRULE_ELEMENT_MASQUERADE:
		return ITEM_OPENING_THROUGH;
	case RICHRULE_ELEMENT_SERVICE:
	case RICHRULE_ELEMENT_PORT:
		return accepts && rule_names(rule, opened) ? ITEM_OPENING_NAMED : ITEM_OPENING_NONE;
	case RICHRULE_ELEMENT_NONE:
		return accepts ? ITEM_OPENING_ALL : ITEM_OPENING_NONE;
	case RICHRULE_ELEMENT_PROTOCOL:
	case RICHRULE_ELEMENT_SOURCE_PORT:
		return accepts ? ITEM_OPENING_SOME : ITEM_OPENING_NONE;
	case RICHRULE_ELEMENT_ICMP_BLOCK:
	case RICHRULE_ELEMENT_ICMP_TYPE:
	case RICHRULE_ELEMENT_TCP_MSS_CLAMP:
		break;
	}
	return ITEM_OPENING_NONE;
}

/* Bans, of which there may be thousands, are not even parsed. */
static int rule_opening(const char *value, char opened[ITEM_OPENED_MAX])
{
	_cleanup_richrule_ struct richrule rule = RICHRULE_NULL;
	int r = ITEM_OPENING_NONE;

	if (!strstr(value, " accept") && !strstr(value, " forward-port") &&
	    !strstr(value, " masquerade"))
		return ITEM_OPENING_NONE;
	r = richrule_parse(&rule, value, NULL);
	if (r != 0)
		return r < 0 ? r : ITEM_OPENING_NONE;
	return (int)opening_of(&rule, opened);
}

static bool forward_opens(const char *value, char opened[ITEM_OPENED_MAX])
{
	struct item_forward forward;

	if (!item_forward_parse(&forward, value))
		return false;
	snprintf(opened, ITEM_OPENED_MAX, "%s/%s", forward.port, forward.protocol);
	return true;
}

/**
 * item_begin_command() - a firewall-cmd line that says whose items it changes
 * @out:  joined with && to what is there already; what is to be changed goes behind it
 * @zone: as of an item; NULL: the default zone
 */
void item_begin_command(struct builder *out, const char *zone, bool permanent)
{
	builder_join(out, " && ", permanent ? "firewall-cmd --permanent" : "firewall-cmd");
	if (!zone)
		return;
	if (item_direct_family(zone))
		builder_add(out, " --direct");
	else if (item_policy_name(zone))
		shell_addf(out, " --policy=%s", item_policy_name(zone));
	else if (item_ipset_name(zone))
		shell_addf(out, " --ipset=%s", item_ipset_name(zone));
	else
		shell_addf(out, " --zone=%s", zone);
}

static void put_change(struct builder *out, const char *verb, const struct item *item)
{
	if (item->kind == ITEM_CHAIN || item->kind == ITEM_DIRECT_RULE) {
		builder_addf(out, " --%s-%s ", verb, item->kind == ITEM_CHAIN ? "chain" : "rule");
		shell_addf(out, "%s ", item_direct_family(item->zone));
		/* these are words of a shell already (direct.h) */
		builder_add(out, item->value);
	} else if (item_is_switch(item->kind)) {
		builder_addf(out, " --%s-%s", verb, item_option_name(item->kind));
	} else {
		builder_addf(out, " --%s-%s", verb, item_option_name(item->kind));
		shell_addf(out, "=%s", item->value);
	}
}

/**
 * item_add_command() - the firewall-cmd line that changes one item, behind those of @out
 * @out:  joined with && to what is there already
 * @verb: "add" or "remove"
 */
void item_add_command(struct builder *out, const char *verb, const struct item *item,
                      bool permanent)
{
	item_begin_command(out, item->zone, permanent);
	put_change(out, verb, item);
}

static bool shares_command(const struct item *a, const struct item *b)
{
	/* a direct one takes all words behind it */
	return a->kind == b->kind && a->kind < ITEM_CHAIN && strcmp(a->zone, b->zone) == 0;
}

/* firewall-cmd takes many options of one kind at a time, for one zone. */
static void put_commands(struct builder *out, const struct item *const *items, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t j = 0;

		while (j < i && !shares_command(items[j], items[i]))
			j++;
		if (j < i)
			continue; /* told with the first of them */
		item_begin_command(out, items[i]->zone, true);
		for (j = i; j < n; j++)
			if (j == i || shares_command(items[i], items[j]))
				put_change(out, "add", items[j]);
	}
}

static bool has_of_zone(const struct item *const *items, size_t n, const char *zone)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(items[i]->zone, zone) == 0)
			return true;
	return false;
}

static void put_new_zone(struct builder *out, const char *zone)
{
	const char *policy = item_policy_name(zone);

	builder_join(out, " && ", "firewall-cmd --permanent");
	shell_addf(out, policy ? " --new-policy=%s" : " --new-zone=%s", policy ? policy : zone);
}

/**
 * items_permanent_commands() - the firewall-cmd lines that make items permanent
 * @out:  the caller frees it; more than one line is joined by &&
 * @anew: zones and policies that have to be made for that; NULL: none
 *
 * Return: 0 or -ENOMEM.
 */
int items_permanent_commands(char **out, const struct item *const *items, size_t n,
                             const struct strv *anew)
{
	_cleanup_builder_ struct builder text = BUILDER_NULL;

	for (size_t i = 0; anew && i < anew->n; i++)
		if (has_of_zone(items, n, anew->strings[i]))
			put_new_zone(&text, anew->strings[i]);
	put_commands(&text, items, n);
	return builder_take(&text, out);
}

/** item_permanent_command() - the same for one item; Return: 0 or -ENOMEM */
int item_permanent_command(char **out, const struct item *item)
{
	return items_permanent_commands(out, &item, 1, NULL);
}

/**
 * item_opening() - what does the item let in?
 * @opened: receives what has a name: a service's, or PORT/PROTOCOL
 *
 * Return: enum item_opening; -ENOMEM.
 */
int item_opening(const struct item *item, char opened[ITEM_OPENED_MAX])
{
	switch (item->kind) {
	case ITEM_RULE:
		return rule_opening(item->value, opened);
	case ITEM_FORWARD_PORT:
		return forward_opens(item->value, opened) ? ITEM_OPENING_NAMED : ITEM_OPENING_NONE;
	case ITEM_SERVICE:
	case ITEM_PORT:
		if (strlen(item->value) >= ITEM_OPENED_MAX)
			return ITEM_OPENING_NONE;
		strcpy(opened, item->value);
		return ITEM_OPENING_NAMED;
	case ITEM_SOURCE_PORT:
	case ITEM_PROTOCOL:
		return ITEM_OPENING_SOME;
	case ITEM_MASQUERADE:
	case ITEM_FORWARD:
		return ITEM_OPENING_THROUGH;
	case ITEM_INTERFACE:
	case ITEM_SOURCE:
	case ITEM_ICMP_BLOCK:
	case ITEM_ENTRY:
	case ITEM_CHAIN:
	case ITEM_DIRECT_RULE:
	case ITEM_N_KINDS:
		break;
	}
	return ITEM_OPENING_NONE;
}

/**
 * item_opens() - does the item let packets in, to which service or port?
 * @opened: receives it, when there is one: a service's name, or PORT/PROTOCOL
 *
 * Services, ports, forward ports, and rules that accept a service or a port or forward one.
 *
 * Return: 1 or 0; -ENOMEM.
 */
int item_opens(const struct item *item, char opened[ITEM_OPENED_MAX])
{
	int opening = item_opening(item, opened);

	return opening < 0 ? opening : opening == ITEM_OPENING_NAMED;
}

/**
 * item_ipset_of_rule() - the ipset whose entries a rule lets in
 * @out: ipset:NAME; written when there is one that an item can name; the caller frees it
 *
 * Return: 1 or 0; -ENOMEM.
 */
int item_ipset_of_rule(const struct item *item, char **out)
{
	_cleanup_richrule_ struct richrule rule = RICHRULE_NULL;
	_cleanup_free_ char *zone = NULL;
	int r;

	if (item->kind != ITEM_RULE || !strstr(item->value, " accept") ||
	    !strstr(item->value, "ipset="))
		return 0;
	r = richrule_parse(&rule, item->value, NULL);
	if (r != 0 || rule.action != RICHRULE_ACTION_ACCEPT || !rule.source.ipset)
		return r < 0 ? r : 0;
	if (xasprintf(&zone, ITEM_IPSET_PREFIX "%s", rule.source.ipset) < 0)
		return -ENOMEM;
	if (!is_zone_name(zone))
		return 0;
	*out = steal(zone);
	return 1;
}

/**
 * item_uses_ipset() - a source binding or an accepting rule for the entries of ipset:NAME?
 *
 * Return: 1 or 0; -ENOMEM.
 */
int item_uses_ipset(const struct item *item, const char *zone)
{
	_cleanup_free_ char *ipset = NULL;
	int r;

	if (item->kind == ITEM_SOURCE)
		return strcmp(item->value, zone) == 0;
	r = item_ipset_of_rule(item, &ipset);
	return r > 0 ? strcmp(ipset, zone) == 0 : r;
}

/** item_forwards_away() - a forward port to another address, which may need masquerading? */
bool item_forwards_away(const struct item *item)
{
	struct item_forward forward;

	return item->kind == ITEM_FORWARD_PORT && item_forward_parse(&forward, item->value) &&
	       *forward.to_address;
}

/* The mail or web service that it opens; NULL: none, or nothing else than a rule does. */
static const struct service *service_of(const struct item *item)
{
	const struct service *service;
	unsigned first, last;
	char opened[ITEM_OPENED_MAX], protocol[8];

	/* rules come after what they are exceptions of, whatever they open */
	if (item->kind == ITEM_RULE || item_opens(item, opened) <= 0)
		return NULL;
	if (item->kind == ITEM_SERVICE)
		service = services_by_name(opened);
	else if (item_port_parse(opened, &first, &last, protocol) && first == last)
		service = services_by_port(first, protocol);
	else
		return NULL;
	return service && service->purpose != SERVICES_OTHER ? service : NULL;
}

/** item_class() - what an item is for */
enum item_class item_class(const struct item *item)
{
	const struct service *service = service_of(item);

	if (service)
		return service->purpose == SERVICES_MAIL ? ITEM_CLASS_MAIL : ITEM_CLASS_WEB;
	if (item_is_binding(item) || item->kind == ITEM_ENTRY)
		return ITEM_CLASS_BINDING;
	if (item->kind == ITEM_RULE || item->kind == ITEM_CHAIN || item->kind == ITEM_DIRECT_RULE)
		return ITEM_CLASS_RULE;
	return ITEM_CLASS_OTHER;
}

/** item_is_binding() - does it bring packets into the zone, rather than open something? */
bool item_is_binding(const struct item *item)
{
	return item->kind == ITEM_INTERFACE || item->kind == ITEM_SOURCE;
}

/** item_takes_timeout() - can firewalld be told to end it by itself? */
bool item_takes_timeout(const struct item *item)
{
	static const bool takes[ITEM_N_KINDS] = {
	    [ITEM_SERVICE] = true,    [ITEM_PORT] = true,         [ITEM_SOURCE_PORT] = true,
	    [ITEM_PROTOCOL] = true,   [ITEM_FORWARD_PORT] = true, [ITEM_MASQUERADE] = true,
	    [ITEM_ICMP_BLOCK] = true, [ITEM_RULE] = true,
	};

	return takes[item->kind];
}

/**
 * item_is_theirs() - does Docker or libvirt bind this interface, and again after each wipe?
 *
 * Known by the zone, which they have made, too, for these alone.
 */
bool item_is_theirs(const struct item *item)
{
	static const char *const zones[] = {"docker", "libvirt", "libvirt-routed"};

	for (size_t i = 0; item->kind == ITEM_INTERFACE && i < ARRAY_SIZE(zones); i++)
		if (strcmp(item->zone, zones[i]) == 0)
			return true;
	return false;
}

/** item_is_same_binding() - the same interface or source, in whatever zone? */
bool item_is_same_binding(const struct item *a, const struct item *b)
{
	return item_is_binding(a) && a->kind == b->kind && strcmp(a->value, b->value) == 0;
}

/** item_rank() - the place in the order of restoring; lower comes first */
unsigned item_rank(const struct item *item)
{
	const struct service *service = service_of(item);

	/* what stands in a chain needs it */
	if (item->kind == ITEM_CHAIN)
		return (unsigned)ITEM_CLASS_RULE * 64;
	return (unsigned)item_class(item) * 64 + (service ? service->rank : 63);
}

/** item_restore_cmp() - the order of restoring: what comes before what */
int item_restore_cmp(const struct item *a, const struct item *b)
{
	unsigned rank_a = item_rank(a), rank_b = item_rank(b);

	if (rank_a != rank_b)
		return rank_a < rank_b ? -1 : 1;
	return item_cmp(a, b);
}

/** items_contain() - is the item one of these, or a part of one? */
bool items_contain(const struct item *items, size_t n, const struct item *item)
{
	for (size_t i = 0; i < n; i++)
		if (item_covers(&items[i], item))
			return true;
	return false;
}

/* --- ports ------------------------------------------------------------------------------- */

/** item_ports() - the ports that an item consists of; false: it is of another kind */
bool item_ports(const struct item *item, struct item_ports *out)
{
	return (item->kind == ITEM_PORT || item->kind == ITEM_SOURCE_PORT) &&
	       item_port_parse(item->value, &out->first, &out->last, out->protocol);
}

/**
 * item_init_ports() - an item of other ports in the same zone, of the same kind
 * @out: written on success alone; release with item_deinit()
 *
 * Return: 0 or -ENOMEM.
 */
int item_init_ports(struct item *out, const struct item *like, const struct item_ports *ports)
{
	_cleanup_item_ struct item item = {.kind = like->kind};

	if (item_set_zone(&item, like->zone) < 0 || format_ports(&item.value, ports) < 0)
		return -ENOMEM;
	*out = item;
	item = ITEM_NULL;
	return 0;
}

static bool get_both(const struct item *a, const struct item *b, struct item_ports *x,
                     struct item_ports *y)
{
	return a->kind == b->kind && strcmp(a->zone, b->zone) == 0 && item_ports(a, x) &&
	       item_ports(b, y) && strcmp(x->protocol, y->protocol) == 0;
}

/** item_covers() - is it the same item, or one whose ports are all among these? */
bool item_covers(const struct item *all, const struct item *part)
{
	struct item_ports x, y;

	return item_cmp(all, part) == 0 ||
	       (get_both(all, part, &x, &y) && x.first <= y.first && y.last <= x.last);
}

/** item_overlaps() - is it the same item, or do they have a port in common? */
bool item_overlaps(const struct item *a, const struct item *b)
{
	struct item_ports x, y;

	return item_cmp(a, b) == 0 ||
	       (get_both(a, b, &x, &y) && x.first <= y.last && y.first <= x.last);
}
