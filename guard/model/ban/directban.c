// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/ban/directban.h"

#include <stdio.h>
#include <errno.h>
#include <string.h>

#include "guard/model/rule/direct.h"

/* The name in f2b-NAME; false when it is none, or longer than any. */
static bool take_name(const char *text, char name[ITEM_ZONE_MAX + 1])
{
	size_t skip = strlen(DIRECTBAN_PREFIX);

	if (strncmp(text, DIRECTBAN_PREFIX, skip) != 0 || !text[skip] ||
	    strlen(text + skip) > ITEM_ZONE_MAX)
		return false;
	strcpy(name, text + skip);
	return true;
}

/* -s ADDRESS -j TARGET…: what -multiport, -new and -allports write for a ban. */
static bool is_ban(const struct direct *direct, struct cidr *source)
{
	return direct->n_args >= 4 && strcmp(direct->args[0], "-s") == 0 &&
	       strcmp(direct->args[2], "-j") == 0 &&
	       (strcmp(direct->args[3], "REJECT") == 0 || strcmp(direct->args[3], "DROP") == 0) &&
	       cidr_parse(source, direct->args[1], 0, NULL) == 0;
}

static int rule_role(const struct direct *rule, char *name, struct cidr *source)
{
	const char *target = direct_option(rule, "-j"), *set = direct_option(rule, "--match-set");

	if (take_name(rule->chain, name)) {
		if (is_ban(rule, source))
			return DIRECTBAN_BAN;
		return rule->n_args == 2 && target && strcmp(target, "RETURN") == 0
		           ? DIRECTBAN_FRAME
		           : DIRECTBAN_NONE;
	}
	/* firewallcmd-ipset puts a 6 behind the name of its second set */
	if ((target && take_name(target, name)) || (target && set && take_name(set, name)))
		return DIRECTBAN_FRAME;
	return DIRECTBAN_NONE;
}

/**
 * directban_role() - is it one of those that fail2ban's actions write?
 * @name:   receives NAME of f2b-NAME, unless the answer is NONE; of an IPv6 ipset it may
 *          have a 6 behind it
 * @source: receives whom a ban keeps away; unspecified otherwise
 *
 * Return: an enum directban_role; -ENOMEM.
 */
int directban_role(const struct item *item, char name[ITEM_ZONE_MAX + 1], struct cidr *source)
{
	_cleanup_direct_ struct direct direct = DIRECT_NULL;
	int r;

	/* not taken apart where it cannot be: there may be thousands */
	if ((item->kind != ITEM_CHAIN && item->kind != ITEM_DIRECT_RULE) ||
	    !strstr(item->value, DIRECTBAN_PREFIX))
		return DIRECTBAN_NONE;
	r = direct_parse(&direct, item->kind == ITEM_CHAIN, item->value);
	if (r != 0)
		return r < 0 ? r : DIRECTBAN_NONE;
	if (item->kind == ITEM_CHAIN)
		return take_name(direct.chain, name) ? DIRECTBAN_FRAME : DIRECTBAN_NONE;
	return rule_role(&direct, name, source);
}

/**
 * directban_ipset() - the ipset that a rule of fail2ban's firewallcmd-ipset looks into
 * @out: ipset:NAME; written on success alone; the caller frees it
 *
 * It is the kernel's or firewalld's: the rule reads the same.
 *
 * Return: 1 when there is one, 0 when not; -ENOMEM.
 */
int directban_ipset(const struct item *item, char **out)
{
	_cleanup_direct_ struct direct direct = DIRECT_NULL;
	char name[ITEM_ZONE_MAX + 1];
	const char *set;
	int r;

	if (!strstr(item->value, "--match-set " DIRECTBAN_PREFIX))
		return 0;
	r = direct_parse(&direct, item->kind == ITEM_CHAIN, item->value);
	if (r != 0)
		return r < 0 ? r : 0;
	set = direct_option(&direct, "--match-set");
	if (!set || !take_name(set, name) ||
	    strlen(set) + strlen(ITEM_IPSET_PREFIX) > ITEM_ZONE_MAX)
		return 0;
	return xasprintf(out, ITEM_IPSET_PREFIX "%s", set) < 0 ? -ENOMEM : 1;
}
