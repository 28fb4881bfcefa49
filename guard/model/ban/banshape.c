// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/ban/banshape.h"

#include "guard/base/text.h"
#include "guard/model/ban/directban.h"
#include "guard/model/ban/jailaction.h"
#include "guard/model/rule/direct.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLACE      "<ip>"
#define RULE_START "source address=\""

/* --- the shape of an item ---------------------------------------------------------------- */

/* What stands in the place of an address: <ip>, or <ip>/24 for a network. */
static void format_place(char out[16], const struct cidr *source)
{
	if (cidr_is_address(source))
		strcpy(out, PLACE);
	else
		snprintf(out, 16, PLACE "/%u", source->prefix);
}

/* @at: where the address stands in the value, @length characters of it */
static int cut_at(char **out, struct cidr *source, const char *value, size_t at, size_t length)
{
	char text[CIDR_TEXT_LENGTH], place[16];

	if (length >= sizeof(text))
		return 1;
	memcpy(text, value + at, length);
	text[length] = '\0';
	if (cidr_parse(source, text, 0, NULL) != 0)
		return 1;
	format_place(place, source);
	return xasprintf(out, "%.*s%s%s", (int)at, value, place, value + at + length) < 0 ? -ENOMEM
	                                                                                  : 0;
}

static int cut_rule(char **out, struct cidr *source, const char *value)
{
	const char *at = strstr(value, RULE_START);

	if (!at)
		return 1;
	at += strlen(RULE_START);
	return cut_at(out, source, value, (size_t)(at - value), strcspn(at, "\""));
}

static int cut_direct(char **out, struct cidr *source, const char *value)
{
	_cleanup_direct_ struct direct direct = DIRECT_NULL;
	_cleanup_free_ const char **words = NULL;
	const char *address;
	char place[16];

	/* not taken apart where it cannot be: there may be thousands */
	if (!strstr(value, " -s ") || direct_parse(&direct, false, value) != 0)
		return 1;
	address = direct_option(&direct, "-s");
	if (!address || cidr_parse(source, address, 0, NULL) != 0)
		return 1;
	words = calloc(direct.words.n, sizeof(*words));
	if (!words)
		return -ENOMEM;
	format_place(place, source);
	for (size_t i = 0; i < direct.words.n; i++)
		words[i] = direct.words.strings[i] == address ? place : direct.words.strings[i];
	return direct_format(out, words, direct.words.n);
}

/**
 * banshape_cut() - take the address out of an item
 * @out:    receives its value with <ip> or <ip>/N in that place; the caller frees it
 * @source: receives the address
 *
 * Return: 0; 1 when it names no address that a jail could have banned; -ENOMEM.
 */
int banshape_cut(char **out, struct cidr *source, const struct item *item)
{
	switch (item->kind) {
	case ITEM_SOURCE:
		return cut_at(out, source, item->value, 0, strlen(item->value));
	case ITEM_ENTRY: /* of more dimensions the address comes first */
		return cut_at(out, source, item->value, 0, strcspn(item->value, ","));
	case ITEM_RULE:
		return cut_rule(out, source, item->value);
	case ITEM_DIRECT_RULE:
		return cut_direct(out, source, item->value);
	case ITEM_INTERFACE:
	case ITEM_SERVICE:
	case ITEM_PORT:
	case ITEM_SOURCE_PORT:
	case ITEM_PROTOCOL:
	case ITEM_FORWARD_PORT:
	case ITEM_MASQUERADE:
	case ITEM_FORWARD:
	case ITEM_ICMP_BLOCK:
	case ITEM_CHAIN:
	case ITEM_N_KINDS:
		break;
	}
	return 1;
}

/**
 * banshape_fill() - what a ban of that shape looks like for an address; undoes banshape_cut()
 * @network: of a shape that is wider: as its network, not as the address with the prefix's length
 *
 * Return: 0; 1: its bans of that family are not known, or no item comes of it; -ENOMEM.
 */
int banshape_fill(struct item *out, const struct banshape *shape, const struct cidr *address,
                  bool network)
{
	const char *at = strstr(shape->pattern, PLACE), *rest = at ? at + strlen(PLACE) : NULL;
	_cleanup_free_ char *value = NULL;
	char text[CIDR_TEXT_LENGTH];
	struct cidr place = *address;
	int r;

	/* a source is a source, whatever its family; rules, chains and ipsets are of one */
	if (!at || (shape->kind != ITEM_SOURCE && shape->first.family != address->family))
		return 1;
	if (*rest == '/' && network) {
		place.prefix = (uint8_t)strtoul(rest + 1, NULL, 10);
		cidr_first(&place, place.key);
		rest += 1 + strspn(rest + 1, "0123456789");
	}
	cidr_format(&place, text);
	r = xasprintf(&value, "%.*s%s%s", (int)(at - shape->pattern), shape->pattern, text, rest);
	return r < 0 ? -ENOMEM : item_init(out, shape->zone, shape->kind, value, NULL);
}

static bool kind_makes(enum jail_action_kind action, enum item_kind kind)
{
	switch (action) {
	case JAIL_ACTION_OTHER:
	case JAIL_ACTION_ALLOW:
		return true;
	case JAIL_ACTION_RICH:
		return kind == ITEM_RULE;
	case JAIL_ACTION_DIRECT:
		return kind == ITEM_DIRECT_RULE;
	case JAIL_ACTION_FW_IPSET:
		return kind == ITEM_ENTRY;
	case JAIL_ACTION_SOURCE:
		return kind == ITEM_SOURCE;
	case JAIL_ACTION_IPSET:
	case JAIL_ACTION_NFTABLES:
	case JAIL_ACTION_IPTABLES:
	case JAIL_ACTION_ROUTE:
	case JAIL_ACTION_REPORT:
	case JAIL_ACTION_N_KINDS:
		break;
	}
	return false;
}

/** banshape_makes() - can a ban of the action's be such an item, or leave one beside another? */
bool banshape_makes(const struct jail_action *action, enum item_kind kind)
{
	return kind_makes(action->kind, kind) || jailaction_names(action->command, kind);
}

static bool is_zone_of(const struct jail_action *action, const char *zone, const char *default_zone)
{
	const char *own = action->zone ? action->zone : default_zone;

	return own && strcmp(own, zone) == 0;
}

/** banshape_is_place() - is it where the action puts its bans, as far as that is known? */
bool banshape_is_place(const struct jail_action *action, enum item_kind kind, const char *zone,
                       const char *default_zone)
{
	if (kind == ITEM_SOURCE && action->told == JAIL_ACTION_SOURCE)
		return is_zone_of(action, zone, default_zone);
	return kind != ITEM_ENTRY || !action->ipset ||
	       strcmp(action->ipset, item_ipset_name(zone)) == 0;
}

/**
 * banshape_names_its_own() - are the action's bans known by the names of fail2ban's own actions?
 *
 * Those of firewalld's direct interface, and its sets; of others it is known what was seen.
 */
bool banshape_names_its_own(const struct jail_action *action)
{
	return !action->command || strstr(action->command, DIRECTBAN_PREFIX) ||
	       strstr(action->command, "<ipmset>");
}

/* By its kind. What it makes for good as well, no reload drops. */
static bool needs_shape(const struct jail_action *action)
{
	if (!action->command || strstr(action->command, "--permanent"))
		return false;
	switch (action->kind) {
	case JAIL_ACTION_RICH: /* of a whole network */
		return strstr(action->command, PLACE "/") != NULL;
	case JAIL_ACTION_DIRECT:
	case JAIL_ACTION_FW_IPSET:
		return !banshape_names_its_own(action);
	case JAIL_ACTION_SOURCE:
		return true;
	case JAIL_ACTION_OTHER:
	case JAIL_ACTION_ALLOW:
	case JAIL_ACTION_IPSET:
	case JAIL_ACTION_NFTABLES:
	case JAIL_ACTION_IPTABLES:
	case JAIL_ACTION_ROUTE:
	case JAIL_ACTION_REPORT:
	case JAIL_ACTION_N_KINDS:
		break;
	}
	return false;
}

/** banshape_fits() - can the jail, as it is now, make bans of that shape? It may have changed. */
bool banshape_fits(const struct banshape *shape, const struct jail *jail)
{
	if (strcmp(shape->jail, jail->name) != 0)
		return false;
	for (size_t i = 0; i < jail->n_actions; i++)
		if (banshape_makes(&jail->actions[i], shape->kind))
			return true;
	return !jail->actions_known;
}

/* --- what a command says ------------------------------------------------------------------- */

/* A direct rule has its address in quotes, as what a shell takes is. */
static bool says_direct(const char *command, const char *pattern)
{
	const char *quoted = strstr(pattern, "'" PLACE "'"), *at = command;
	size_t length = quoted ? (size_t)(quoted - pattern) : 0;
	_cleanup_free_ char *start = quoted ? strndup(pattern, length) : NULL;

	while (start && (at = strstr(at, start))) {
		const char *rest = quoted + strlen("'" PLACE "'");

		at += length;
		if (strncmp(at, PLACE, strlen(PLACE)) == 0 &&
		    strncmp(at + strlen(PLACE), rest, strlen(rest)) == 0)
			return true;
	}
	return false;
}

static bool says_network(const char *command, const char *pattern)
{
	const char *wide = strstr(pattern, PLACE "/");

	return wide && memmem(command, strlen(command), wide, strcspn(wide, "\""));
}

/* Does it say, word by word, that it makes bans of this shape? */
static bool says(const struct jail_action *action, const struct banshape *shape,
                 const char *default_zone)
{
	const char *ipset = item_ipset_name(shape->zone), *command = action->command;
	bool whole = strcmp(shape->pattern, PLACE) == 0;

	if (!command)
		return false;
	if (ipset)
		return whole && text_is_same(ipset, action->ipset);
	if (shape->kind == ITEM_DIRECT_RULE)
		return says_direct(command, shape->pattern);
	if (!is_zone_of(action, shape->zone, default_zone))
		return false;
	/* a rule for the address as it is needs no shape */
	return shape->kind == ITEM_SOURCE ? whole && strstr(command, "--add-source=" PLACE)
	                                  : says_network(command, shape->pattern);
}

/**
 * banshape_is_said() - does a command of the jail's say, word by word, that its bans look so?
 * @default_zone: NULL: not known
 */
bool banshape_is_said(const struct banshape *shape, const struct jail *jail,
                      const char *default_zone)
{
	for (size_t i = 0; i < jail->n_actions; i++)
		if (says(&jail->actions[i], shape, default_zone))
			return true;
	return false;
}

/* --- a set of them ----------------------------------------------------------------------- */

/** banshape_deinit() - free what it owns */
void banshape_deinit(struct banshape *shape)
{
	free(shape->jail);
	free(shape->zone);
	free(shape->pattern);
	*shape = BANSHAPE_NULL;
}

/** banshape_name() - "sources of zone drop", "entries of ipset blocked" */
void banshape_name(char *out, size_t size, const struct banshape *shape)
{
	const char *ipset = item_ipset_name(shape->zone), *policy = item_policy_name(shape->zone);

	if (ipset)
		snprintf(out, size, "entries of ipset %s", ipset);
	else if (shape->kind == ITEM_DIRECT_RULE)
		snprintf(out, size, "direct rules");
	else
		snprintf(out, size, "%s of %s %s",
		         shape->kind == ITEM_SOURCE ? "sources" : "rich rules",
		         policy ? "policy" : "zone", policy ? policy : shape->zone);
}

/** banshapes_deinit() - the result is BANSHAPES_NULL and usable */
void banshapes_deinit(struct banshapes *shapes)
{
	for (size_t i = 0; i < shapes->n; i++)
		banshape_deinit(&shapes->shapes[i]);
	free(shapes->shapes);
	*shapes = BANSHAPES_NULL;
}

/** banshapes_add_take() - one more; @shape is BANSHAPE_NULL afterwards; Return: 0 or -ENOMEM */
int banshapes_add_take(struct banshapes *shapes, struct banshape *shape)
{
	if (!shape->jail || !shape->zone || !shape->pattern ||
	    grow(&shapes->shapes, &shapes->capacity, shapes->n + 1, sizeof(*shape)) < 0) {
		banshape_deinit(shape);
		return -ENOMEM;
	}
	shapes->shapes[shapes->n++] = *shape;
	*shape = BANSHAPE_NULL;
	return 0;
}

/** banshapes_ipsets() - add the ipsets (ipset:NAME) that bans are entries of; Return: 0 or -ENOMEM
 */
int banshapes_ipsets(const struct banshapes *shapes, struct strv *out)
{
	int r = 0;

	for (size_t i = 0; i < shapes->n && r == 0; i++)
		if (shapes->shapes[i].kind == ITEM_ENTRY)
			r = strv_add_once(out, shapes->shapes[i].zone);
	return r;
}

static bool is_near(const struct banshape *shape, const struct item *item)
{
	return shape->kind == item->kind && strcmp(shape->zone, item->zone) == 0;
}

static struct banshape *find(const struct banshapes *shapes, const struct item *item,
                             const char *pattern, const char *jail)
{
	for (size_t i = 0; shapes && i < shapes->n; i++) {
		struct banshape *shape = &shapes->shapes[i];

		if (is_near(shape, item) && strcmp(shape->pattern, pattern) == 0 &&
		    (!jail || strcmp(shape->jail, jail) == 0))
			return shape;
	}
	return NULL;
}

/**
 * banshapes_cut() - as banshape_cut(), of what has the shape of a jail's bans
 * @shapes: NULL: none are known
 *
 * Cheap where it has not: the kind and the zone are compared first.
 *
 * Return: 0; 1 when it has no such shape, whoever it is about; -ENOMEM.
 */
int banshapes_cut(char **out, struct cidr *source, const struct banshapes *shapes,
                  const struct item *item)
{
	_cleanup_free_ char *pattern = NULL;
	bool near = false;
	int r;

	for (size_t i = 0; shapes && i < shapes->n && !near; i++)
		near = is_near(&shapes->shapes[i], item);
	r = near ? banshape_cut(&pattern, source, item) : 1;
	for (size_t i = 0; r == 0 && i < shapes->n; i++)
		if (shapes->shapes[i].sure && is_near(&shapes->shapes[i], item) &&
		    strcmp(shapes->shapes[i].pattern, pattern) == 0) {
			*out = steal(pattern);
			return 0;
		}
	return r < 0 ? r : 1;
}

/** banshapes_have() - has it such a shape? Return: 1 or 0; -ENOMEM. */
int banshapes_have(const struct banshapes *shapes, const struct item *item)
{
	_cleanup_free_ char *pattern = NULL;
	struct cidr source;
	int r = banshapes_cut(&pattern, &source, shapes, item);

	return r < 0 ? r : r == 0;
}

/** banshapes_of_jail() - do the jail's bans look like items of this zone, kind and @pattern? */
bool banshapes_of_jail(const struct banshapes *shapes, const struct item *item, const char *pattern,
                       const char *jail)
{
	const struct banshape *shape = find(shapes, item, pattern, jail);

	return shape && shape->sure;
}

/**
 * banshapes_lack() - are the action's bans in firewalld in a form of its own that was not seen yet?
 * @default_zone: NULL: not known
 *
 * Nobody knows then which of what is there they are.
 */
bool banshapes_lack(const struct banshapes *shapes, const struct jail *jail,
                    const struct jail_action *action, const char *default_zone)
{
	if (!needs_shape(action))
		return false;
	for (size_t i = 0; i < shapes->n; i++) {
		const struct banshape *shape = &shapes->shapes[i];

		if (shape->sure && strcmp(shape->jail, jail->name) == 0 &&
		    banshape_makes(action, shape->kind) &&
		    (!default_zone ||
		     banshape_is_place(action, shape->kind, shape->zone, default_zone)))
			return false;
	}
	return true;
}

/* Does a command of the jail's speak of that width? */
static bool names_width(const struct jail *jail, const struct cidr *source)
{
	char width[8];

	snprintf(width, sizeof(width), "/%u", source->prefix);
	for (size_t i = 0; jail && i < jail->n_actions; i++)
		if (jail->actions[i].command && strstr(jail->actions[i].command, width))
			return true;
	return false;
}

/**
 * banshapes_see() - the item appeared as the ticket did, and nothing else explains it
 * @jail:    of the ticket; NULL: not known
 * @learned: receives the shape when it is sure from now on, and was not before; else NULL;
 *           borrowed until the next change
 *
 * Return: 0 or -ENOMEM.
 */
int banshapes_see(struct banshapes *shapes, const struct item *item, const struct ticket *ticket,
                  const struct jail *jail, const struct banshape **learned)
{
	_cleanup_(banshape_deinit) struct banshape fresh = {.kind = item->kind};
	struct banshape *known;
	int r = banshape_cut(&fresh.pattern, &fresh.first, item);

	*learned = NULL;
	if (r != 0)
		return r < 0 ? r : 0;
	known = find(shapes, item, fresh.pattern, ticket->jail);
	if (known && (known->sure || cidr_cmp(&known->first, &fresh.first) == 0))
		return 0;
	fresh.sure =
	    known || cidr_cmp(&fresh.first, &ticket->cidr) == 0 || names_width(jail, &fresh.first);
	if (known) {
		known->sure = true;
	} else {
		fresh.jail = strdup(ticket->jail);
		fresh.zone = strdup(item->zone);
		r = banshapes_add_take(shapes, &fresh);
		known = r == 0 ? &shapes->shapes[shapes->n - 1] : NULL;
	}
	if (known && known->sure)
		*learned = known;
	return r;
}
