// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/ban/gap-internal.h"

#include "guard/model/rule/direct.h"
#include "guard/model/rule/protocol.h"
#include "guard/model/rule/reject.h"
#include "guard/model/rule/richrule.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

/* The names of ports that were asked for; a thousand bans have the same five. */
struct gap_port {
	char *name;     /* owned */
	char *protocol; /* owned */
	int port;
};

/* What leads to a chain of fail2ban's, or looks into an ipset: where, and for which ports. */
struct gap_frame {
	char *zone;   /* owned; direct:FAMILY */
	char *target; /* owned; f2b-NAME, or the ipset's name */
	bool is_set;
	bool unfit;                /* a set cannot say it, or nothing leads there */
	struct gap_match *matches; /* owned; with an action where it is an ipset */
	size_t n, capacity;
};

static void frame_deinit(struct gap_frame *frame)
{
	free(frame->zone);
	free(frame->target);
	free(frame->matches);
}

/** gap_deinit() - free it; it is empty and usable afterwards, but for its port_of */
void gap_deinit(struct gap *gap)
{
	free(gap->bans);
	for (size_t i = 0; i < gap->n_places; i++)
		gap_place_deinit(&gap->places[i]);
	free(gap->places);
	for (size_t i = 0; i < gap->n_ports; i++) {
		free(gap->ports[i].name);
		free(gap->ports[i].protocol);
	}
	free(gap->ports);
	for (size_t i = 0; i < gap->n_frames; i++)
		frame_deinit(&gap->frames[i]);
	free(gap->frames);
	*gap = GAP_NULL;
}

/* --- a rule ------------------------------------------------------------------------------ */

/* @type: NULL: none is named */
static bool reject_of(const char *type, struct gap_match *match)
{
	enum cidr_family family = (enum cidr_family)match->family;
	const struct reject *reject = type ? reject_find(family, type) : reject_usual(family);

	if (!reject)
		return false;
	match->action = reject->reset ? GAP_REJECT_RESET : GAP_REJECT_ICMP;
	match->code = reject->code;
	return true;
}

static bool action_of(const struct richrule *rule, struct gap_match *match)
{
	match->action = GAP_DROP;
	return rule->action == RICHRULE_ACTION_DROP || reject_of(rule->reject_type, match);
}

/* Return: the port; 0 when there is none of that name; negative errno. */
static int named_port(struct gap *gap, const char *name, const char *protocol)
{
	struct gap_port port;
	int r;

	for (size_t i = 0; i < gap->n_ports; i++)
		if (strcmp(gap->ports[i].name, name) == 0 &&
		    strcmp(gap->ports[i].protocol, protocol) == 0)
			return gap->ports[i].port;
	r = grow(&gap->ports, &gap->ports_capacity, gap->n_ports + 1, sizeof(*gap->ports));
	if (r < 0)
		return r;
	port.port = gap->port_of ? gap->port_of(name, protocol) : -ENOENT;
	if (port.port <= 0 || port.port > UINT16_MAX)
		port.port = 0;
	port.name = strdup(name);
	port.protocol = strdup(protocol);
	if (!port.name || !port.protocol) {
		free(port.name);
		free(port.protocol);
		return -ENOMEM;
	}
	gap->ports[gap->n_ports++] = port;
	return port.port;
}

static int port_of(struct gap *gap, const char *text, const char *protocol, uint16_t *out)
{
	unsigned long number;
	int r;

	if (!parse_uint(text, UINT16_MAX, &number)) {
		r = named_port(gap, text, protocol);
		if (r < 0)
			return r;
		number = (unsigned long)r;
	}
	*out = (uint16_t)number;
	return number > 0 ? 0 : GAP_E_UNFIT;
}

/* "25", "smtp" or "1000-2000"; a name may hold a hyphen, so it is looked up first. */
static int ports_of(struct gap *gap, const struct richrule *rule, struct gap_match *match)
{
	char first[64];
	const char *dash = strchr(rule->port, '-');
	int r = GAP_E_UNFIT;

	if (dash && rule->port[0] >= '0' && rule->port[0] <= '9') {
		if ((size_t)(dash - rule->port) >= sizeof(first))
			return GAP_E_UNFIT;
		memcpy(first, rule->port, (size_t)(dash - rule->port));
		first[dash - rule->port] = '\0';
		r = port_of(gap, first, rule->protocol, &match->first);
		if (r == 0)
			r = port_of(gap, dash + 1, rule->protocol, &match->last);
	} else {
		r = port_of(gap, rule->port, rule->protocol, &match->first);
		match->last = match->first;
	}
	if (r == 0 && match->first > match->last)
		r = GAP_E_UNFIT;
	return r;
}

/* Whoever it is about. @match: its family is set */
static int match_of(struct gap *gap, const struct richrule *rule, struct gap_match *match,
                    struct err *err)
{
	int r = 0;

	/* after a rule that allows, a ban of a later priority denies nothing */
	if (rule->priority > 0 || rule->source.invert || rule->destination.address ||
	    rule->destination.mac || rule->destination.ipset)
		return err_set(err, GAP_E_UNFIT, "a set cannot say it");
	if (!action_of(rule, match))
		return err_set(err, GAP_E_UNFIT, "reject type %.40s", rule->reject_type);
	switch (rule->element) {
	case RICHRULE_ELEMENT_NONE:
		break;
	case RICHRULE_ELEMENT_PROTOCOL:
		if (!protocol_number(rule->value, &match->protocol))
			return err_set(err, GAP_E_UNFIT, "protocol %.40s", rule->value);
		break;
	case RICHRULE_ELEMENT_PORT:
		if (!protocol_number(rule->protocol, &match->protocol))
			return err_set(err, GAP_E_UNFIT, "protocol %.40s", rule->protocol);
		r = ports_of(gap, rule, match);
		if (r > 0)
			return err_set(err, r, "no port is called %.40s", rule->port);
		break;
	case RICHRULE_ELEMENT_SERVICE:
	case RICHRULE_ELEMENT_ICMP_BLOCK:
	case RICHRULE_ELEMENT_ICMP_TYPE:
	case RICHRULE_ELEMENT_MASQUERADE:
	case RICHRULE_ELEMENT_FORWARD_PORT:
	case RICHRULE_ELEMENT_SOURCE_PORT:
	case RICHRULE_ELEMENT_TCP_MSS_CLAMP:
		return err_set(err, GAP_E_UNFIT, "a set cannot say it");
	}
	if (r == 0 && match->action == GAP_REJECT_RESET) {
		/* firewalld's own rule matches nothing else either */
		if (match->protocol == 0)
			match->protocol = IPPROTO_TCP;
		if (match->protocol != IPPROTO_TCP)
			return err_set(err, GAP_E_UNFIT, "a reset of what is not TCP");
	}
	return r;
}

static int add_ban(struct gap *gap, const struct gap_ban *ban)
{
	int r = grow(&gap->bans, &gap->capacity, gap->n + 1, sizeof(*gap->bans));

	if (r == 0)
		gap->bans[gap->n++] = *ban;
	return r;
}

/* --- what fail2ban's actions have in the direct interface --------------------------------- */

/* Only what these actions write; whatever else there is might narrow the rule down. */
static bool is_understood(const struct direct *rule)
{
	static const char *const pairs[][2] = {
	    {"-m", "conntrack"}, {"-m", "state"},      {"-m", "multiport"},     {"-m", "set"},
	    {"-p", NULL},        {"--ctstate", "NEW"}, {"--state", "NEW"},      {"--dports", NULL},
	    {"--dport", NULL},   {"-j", NULL},         {"--reject-with", NULL}, {"-s", NULL},
	};

	for (size_t i = 0; i < rule->n_args; i += 2) {
		bool known = false;

		/* --match-set NAME src */
		if (strcmp(rule->args[i], "--match-set") == 0 && i + 2 < rule->n_args &&
		    strcmp(rule->args[i + 2], "src") == 0) {
			i++;
			continue;
		}
		for (size_t k = 0; k < ARRAY_SIZE(pairs) && i + 1 < rule->n_args && !known; k++)
			known = strcmp(rule->args[i], pairs[k][0]) == 0 &&
			        (!pairs[k][1] || strcmp(rule->args[i + 1], pairs[k][1]) == 0);
		if (!known)
			return false;
	}
	return true;
}

static bool target_action(const struct direct *rule, struct gap_match *match)
{
	const char *target = direct_option(rule, "-j");

	if (target && strcmp(target, "DROP") == 0) {
		match->action = GAP_DROP;
		return true;
	}
	return target && strcmp(target, "REJECT") == 0 &&
	       reject_of(direct_option(rule, "--reject-with"), match);
}

static int add_match(struct gap_frame *frame, const struct gap_match *match)
{
	int r = grow(&frame->matches, &frame->capacity, frame->n + 1, sizeof(*frame->matches));

	if (r == 0)
		frame->matches[frame->n++] = *match;
	return r;
}

/* "imaps,25,8000:8010" */
static int add_ports(struct gap *gap, struct gap_frame *frame, const char *list,
                     const char *protocol, struct gap_match *match)
{
	_cleanup_strv_ struct strv words = STRV_NULL;
	int r = strv_split(&words, list, ",");

	for (size_t i = 0; i < words.n && r == 0; i++) {
		char *colon = strchr(words.strings[i], ':');

		if (colon)
			*colon++ = '\0';
		r = port_of(gap, words.strings[i], protocol, &match->first);
		match->last = match->first;
		if (r == 0 && colon)
			r = port_of(gap, colon, protocol, &match->last);
		if (r == 0 && match->first > match->last)
			r = GAP_E_UNFIT;
		if (r == 0)
			r = add_match(frame, match);
	}
	return r;
}

static bool is_for_input(const struct direct *rule)
{
	return strcmp(rule->table, "filter") == 0 && strncmp(rule->chain, "INPUT", 5) == 0;
}

/* For all of its ports; @match says the rest, and comes in anywhere: before any zone. */
static int add_matches(struct gap *gap, struct gap_frame *frame, const struct firewall *fw,
                       const struct direct *rule, struct gap_match *match)
{
	const char *protocol = direct_option(rule, "-p"), *ports = direct_option(rule, "--dports");
	int r = gap_place_find(gap, fw, NULL, &match->place);

	if (r < 0)
		return r;
	if (protocol && !protocol_number(protocol, &match->protocol))
		return GAP_E_UNFIT;
	if (!ports)
		ports = direct_option(rule, "--dport");
	if (!ports)
		return add_match(frame, match);
	return protocol ? add_ports(gap, frame, ports, protocol, match) : GAP_E_UNFIT;
}

/* One rule that may lead there; GAP_E_UNFIT when it does, in a way that a set cannot say. */
static int look_at(struct gap *gap, struct gap_frame *frame, const struct firewall *fw,
                   const struct item *item, enum cidr_family family)
{
	_cleanup_direct_ struct direct rule = DIRECT_NULL;
	struct gap_match match = {.family = (uint8_t)family};
	const char *to;
	int r = direct_parse(&rule, item->kind == ITEM_CHAIN, item->value);

	if (r != 0)
		return r < 0 ? r : 0;
	to = direct_option(&rule, frame->is_set ? "--match-set" : "-j");
	if (!to || strcmp(to, frame->target) != 0)
		return 0;
	if (!is_for_input(&rule) || direct_option(&rule, "-s") || !is_understood(&rule) ||
	    (frame->is_set && !target_action(&rule, &match)))
		return GAP_E_UNFIT;
	return add_matches(gap, frame, fw, &rule, &match);
}

/* Into such a zone comes nothing but what something in it is for, and not for whom it passes on. */
static bool denies_all(const struct firewall *fw, const char *zone, struct gap_match *match)
{
	enum target target = firewall_target(fw, zone);

	for (size_t i = firewall_first(fw, zone, ITEM_SERVICE);
	     i < fw->n && strcmp(fw->entries[i].item.zone, zone) == 0; i++)
		if ((fw->entries[i].flags & FIREWALL_RUNTIME) &&
		    !item_is_switch(fw->entries[i].item.kind))
			return false;
	match->action = GAP_DROP;
	/* core/nftables.py, _reject_fragment() */
	return target == TARGET_DROP ||
	       (target == TARGET_REJECT && reject_of("admin-prohibited", match));
}

/* Does the rule look into the ipset, and what does it deny? Return: as look_at(). */
static int look_at_reader(bool *reads, struct gap *gap, const struct gap_frame *frame,
                          const struct item *item, struct gap_match *match)
{
	_cleanup_richrule_ struct richrule rule = RICHRULE_NULL;
	int r = strstr(item->value, "ipset=") ? richrule_parse(&rule, item->value, NULL) : 1;

	if (r != 0 || !rule.source.ipset || strcmp(rule.source.ipset, frame->target) != 0)
		return r < 0 ? r : 0;
	*reads = true;
	if (!richrule_is_deny(&rule) || rule.action_limit.value)
		return GAP_E_UNFIT;
	return match_of(gap, &rule, match, NULL);
}

/* What may look into the ipset in a zone, as its source or by a rule; otherwise as look_at(). */
static int look_at_zone(struct gap *gap, struct gap_frame *frame, const struct firewall *fw,
                        const struct item *item, enum cidr_family family)
{
	struct gap_match match = {.family = (uint8_t)family};
	const char *ipset = item->kind == ITEM_SOURCE ? item_ipset_name(item->value) : NULL;
	bool reads = ipset && strcmp(ipset, frame->target) == 0;
	int r = reads && !denies_all(fw, item->zone, &match) ? GAP_E_UNFIT : 0;

	if (item->kind == ITEM_RULE && !item_policy_name(item->zone))
		r = look_at_reader(&reads, gap, frame, item, &match);
	if (r == 0 && reads)
		r = gap_place_find(gap, fw, item->zone, &match.place);
	return r == 0 && reads ? add_match(frame, &match) : r;
}

static int fill_frame(struct gap *gap, struct gap_frame *frame, const struct firewall *fw,
                      enum cidr_family family)
{
	int r = 0;

	for (size_t i = 0; i < fw->n && r == 0; i++) {
		const struct item *item = &fw->entries[i].item;

		if (item->kind == ITEM_DIRECT_RULE && strcmp(item->zone, frame->zone) == 0 &&
		    strstr(item->value, frame->target))
			r = look_at(gap, frame, fw, item, family);
		else if (frame->is_set && (fw->entries[i].flags & FIREWALL_RUNTIME))
			r = look_at_zone(gap, frame, fw, item, family);
	}
	frame->unfit = r > 0 || frame->n == 0;
	return r < 0 ? r : 0;
}

static int find_frame(struct gap *gap, const struct firewall *fw, const char *target, bool is_set,
                      enum cidr_family family, const struct gap_frame **out)
{
	const char *zone =
	    family == CIDR_IPV4 ? ITEM_DIRECT_PREFIX "ipv4" : ITEM_DIRECT_PREFIX "ipv6";
	struct gap_frame frame = {.is_set = is_set};
	int r;

	for (size_t i = 0; i < gap->n_frames; i++) {
		*out = &gap->frames[i];
		if ((*out)->is_set == is_set && strcmp((*out)->zone, zone) == 0 &&
		    strcmp((*out)->target, target) == 0)
			return 0;
	}
	r = grow(&gap->frames, &gap->frames_capacity, gap->n_frames + 1, sizeof(*gap->frames));
	if (r < 0)
		return r;
	frame.zone = strdup(zone);
	frame.target = strdup(target);
	r = frame.zone && frame.target ? fill_frame(gap, &frame, fw, family) : -ENOMEM;
	if (r < 0) {
		frame_deinit(&frame);
		return r;
	}
	gap->frames[gap->n_frames] = frame;
	*out = &gap->frames[gap->n_frames++];
	return 0;
}

/*
 * Of @ban one for each match of the frame; what looks into an ipset where the address does not
 * come in denies nothing. @own: how it is denied; NULL: the frame says so.
 */
static int add_in_frame(struct gap *gap, const struct firewall *fw, struct gap_ban *ban,
                        const struct gap_frame *frame, const struct gap_match *own, struct err *err)
{
	const size_t before = gap->n;

	for (size_t i = 0; i < frame->n; i++) {
		const char *zone = gap->places[frame->matches[i].place].zone;
		int r = 0;

		ban->match = frame->matches[i];
		if (own) {
			ban->match.action = own->action;
			ban->match.code = own->code;
		}
		if (ban->match.action == GAP_REJECT_RESET && ban->match.protocol != IPPROTO_TCP)
			return err_set(err, GAP_E_UNFIT, "a reset of what is not TCP");
		if (zone)
			r = gap_place_of(gap, fw, zone, &ban->source, &ban->match.place, err);
		if (r == 0)
			r = add_ban(gap, ban);
		if (r < 0)
			return r;
	}
	return gap->n > before ? 0 : err_set(err, GAP_E_UNFIT, "it denies nothing");
}

/* In what has a name: a chain of fail2ban's, or an ipset. */
static int add_in(struct gap *gap, const struct firewall *fw, struct gap_ban *ban,
                  const char *target, bool is_set, struct err *err)
{
	const struct gap_match own = ban->match;
	const struct gap_frame *frame;
	int r = find_frame(gap, fw, target, is_set, ban->source.family, &frame);

	if (r < 0)
		return r;
	if (frame->unfit)
		return err_set(err, GAP_E_UNFIT, "what leads to %.64s is not understood", target);
	return add_in_frame(gap, fw, ban, frame, is_set ? NULL : &own, err);
}

/* A rule with the address in it: in fail2ban's own chain, or right where packets come in. */
static int add_direct(struct gap *gap, const struct firewall *fw, const struct item *item,
                      struct gap_ban *ban, struct err *err)
{
	_cleanup_direct_ struct direct rule = DIRECT_NULL;
	_cleanup_(frame_deinit) struct gap_frame ports = {0};
	const char *source;
	int r = item->kind == ITEM_CHAIN ? 1 : direct_parse(&rule, false, item->value);

	if (r < 0)
		return r;
	source = r == 0 ? direct_option(&rule, "-s") : NULL;
	if (!source || cidr_parse(&ban->source, source, 0, NULL) != 0)
		return err_set(err, GAP_E_UNFIT, "not a ban");
	ban->match.family = ban->source.family;
	if (strcmp(rule.table, "filter") != 0 || !is_understood(&rule) ||
	    !target_action(&rule, &ban->match))
		return err_set(err, GAP_E_UNFIT, "not a rule as fail2ban's actions write it");
	if (!is_for_input(&rule) && direct_option(&rule, "-p"))
		return err_set(err, GAP_E_UNFIT, "for some ports of those that lead to it");
	if (!is_for_input(&rule))
		return add_in(gap, fw, ban, rule.chain, false, err);
	r = add_matches(gap, &ports, fw, &rule, &ban->match);
	if (r > 0)
		return err_set(err, GAP_E_UNFIT, "its ports are not understood");
	return r == 0 ? add_in_frame(gap, fw, ban, &ports, NULL, err) : r;
}

static int add_entry(struct gap *gap, const struct firewall *fw, const struct item *item,
                     struct gap_ban *ban, struct err *err)
{
	if (cidr_parse(&ban->source, item->value, 0, NULL) != 0)
		return err_set(err, GAP_E_UNFIT, "not an address");
	return add_in(gap, fw, ban, item_ipset_name(item->zone), true, err);
}

/* Bound to a zone that denies all. */
static int add_source(struct gap *gap, const struct firewall *fw, const struct item *item,
                      struct gap_ban *ban, struct err *err)
{
	int r;

	if (cidr_parse(&ban->source, item->value, 0, NULL) != 0)
		return err_set(err, GAP_E_UNFIT, "not an address");
	ban->match.family = ban->source.family;
	if (!denies_all(fw, item->zone, &ban->match))
		return err_set(err, GAP_E_UNFIT, "zone %s lets something in", item->zone);
	r = gap_place_of(gap, fw, item->zone, &ban->source, &ban->match.place, err);
	return r == 0 ? add_ban(gap, ban) : r;
}

static int add_rule(struct gap *gap, const struct firewall *fw, const struct item *item,
                    struct gap_ban *ban, struct err *err)
{
	_cleanup_richrule_ struct richrule rule = RICHRULE_NULL;
	int r = richrule_parse(&rule, item->value, err);

	if (r)
		return r < 0 ? r : GAP_E_UNFIT;
	if (!richrule_is_ban(&rule) || !richrule_source_cidr(&rule, &ban->source))
		return err_set(err, GAP_E_UNFIT, "not a ban");
	ban->match.family = ban->source.family;
	r = match_of(gap, &rule, &ban->match, err);
	if (r == 0)
		r = gap_place_of(gap, fw, item->zone, &ban->source, &ban->match.place, err);
	return r == 0 ? add_ban(gap, ban) : r;
}

/**
 * gap_add_item() - have a ban stand in for its lost rule
 * @gap:    its port_of is asked for the names of ports, each once
 * @fw:     borrowed; the firewall as it was, which tells where the packets of a zone
 *          come in, and for which ports chains and ipsets are. The same for all items of
 *          one gap
 * @item:   borrowed; the rule, entry or source that was lost
 * @end_us: when the ticket behind it ends, microseconds since the epoch, UTC; 0: never
 *
 * Return: 0; GAP_E_UNFIT when this is no ban, or when it cannot be said exactly, so
 * that a set would deny less or more than the rule did: err says what; negative errno.
 */
int gap_add_item(struct gap *gap, const struct firewall *fw, const struct item *item,
                 int64_t end_us, struct err *err)
{
	struct gap_ban ban = {.end_us = end_us};

	if (item->kind == ITEM_DIRECT_RULE)
		return add_direct(gap, fw, item, &ban, err);
	if (item->kind == ITEM_ENTRY)
		return add_entry(gap, fw, item, &ban, err);
	if (item->kind == ITEM_SOURCE)
		return add_source(gap, fw, item, &ban, err);
	if (item->kind != ITEM_RULE || item_policy_name(item->zone))
		return err_set(err, GAP_E_UNFIT, "not a rule of a zone");
	return add_rule(gap, fw, item, &ban, err);
}
