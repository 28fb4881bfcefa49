// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/ban/jailuse.h"

#include "guard/model/rule/direct.h"
#include "guard/model/rule/richrule.h"

#include <errno.h>
#include <string.h>

/* What a packet of somebody in there meets. */
struct use {
	bool lets_in, keeps_away;
};

static bool lets_in_alone(struct use use)
{
	return use.lets_in && !use.keeps_away;
}

/* --- a zone -------------------------------------------------------------------------------- */

/* For mail and webmail the guard is there; of ssh for customers nothing follows. */
static bool is_opening(const struct firewall_entry *entry)
{
	enum item_class class = item_class(&entry->item);

	return (entry->flags & FIREWALL_RUNTIME) &&
	       (entry->item.kind == ITEM_SERVICE || entry->item.kind == ITEM_PORT) &&
	       (class == ITEM_CLASS_MAIL || class == ITEM_CLASS_WEB);
}

/* Where those come in who are in no such zone: by an interface, or by default. */
static bool is_for_all(const struct firewall *fw, const char *zone)
{
	if (firewall_is_default_zone(fw, zone))
		return true;
	for (size_t i = firewall_first(fw, zone, ITEM_INTERFACE);
	     i < fw->n && fw->entries[i].item.kind == ITEM_INTERFACE &&
	     strcmp(fw->entries[i].item.zone, zone) == 0;
	     i++)
		if (fw->entries[i].flags & FIREWALL_RUNTIME)
			return true;
	return false;
}

/* Is it open to some of all others? */
static bool is_open_to_all(const struct firewall *fw, const struct item *item)
{
	for (size_t i = 0; i < fw->zones.n; i++)
		if (is_for_all(fw, fw->zones.strings[i]) &&
		    firewall_lets_in(fw, item, fw->zones.strings[i]))
			return true;
	return false;
}

static struct use use_of_zone(const struct firewall *fw, const char *zone)
{
	struct use use = {.lets_in = firewall_target(fw, zone) == TARGET_ACCEPT};
	bool opens = use.lets_in;

	if (opens || is_for_all(fw, zone))
		return use;
	for (size_t i = 0; i < fw->n; i++) {
		const struct firewall_entry *entry = &fw->entries[i];

		if (!is_opening(entry))
			continue;
		if (strcmp(entry->item.zone, zone) == 0)
			use.lets_in |= !is_open_to_all(fw, &entry->item);
		else if (is_for_all(fw, entry->item.zone))
			use.keeps_away |= !firewall_lets_in(fw, &entry->item, zone);
		opens |= strcmp(entry->item.zone, zone) == 0;
	}
	use.keeps_away |= !opens;
	return use;
}

/* --- a set --------------------------------------------------------------------------------- */

/* Return: 0 or -ENOMEM. */
static int see_rule(struct use *use, const char *rule, const char *set)
{
	_cleanup_richrule_ struct richrule parsed = RICHRULE_NULL;
	bool denies;
	int r;

	/* there may be thousands */
	if (!strstr(rule, "ipset=") || !strstr(rule, set))
		return 0;
	r = richrule_parse(&parsed, rule, NULL);
	if (r != 0)
		return r < 0 ? r : 0;
	denies = richrule_is_deny(&parsed);
	if (!parsed.source.ipset || strcmp(parsed.source.ipset, set) != 0 ||
	    (!denies && parsed.action != RICHRULE_ACTION_ACCEPT))
		return 0;
	if (denies != parsed.source.invert)
		use->keeps_away = true;
	else
		use->lets_in = true;
	return 0;
}

static bool is_word(const char *word, const char *wanted)
{
	return word && strcmp(word, wanted) == 0;
}

/* Return: 0 or -ENOMEM. */
static int see_direct(struct use *use, const char *value, const char *set)
{
	_cleanup_direct_ struct direct direct = DIRECT_NULL;
	const char *target;
	int r;

	if (!strstr(value, "--match-set ") || !strstr(value, set))
		return 0;
	r = direct_parse(&direct, false, value);
	if (r != 0)
		return r < 0 ? r : 0;
	if (!is_word(direct_option(&direct, "--match-set"), set))
		return 0;
	target = direct_option(&direct, "-j");
	use->lets_in |= is_word(target, "ACCEPT");
	use->keeps_away |= is_word(target, "DROP") || is_word(target, "REJECT");
	return 0;
}

static int use_of_set(struct use *use, const struct firewall *fw, const char *set)
{
	int r = 0;

	for (size_t i = 0; i < fw->n && r == 0; i++) {
		const struct item *item = &fw->entries[i].item;
		const char *source =
		    item->kind == ITEM_SOURCE ? item_ipset_name(item->value) : NULL;

		if (!(fw->entries[i].flags & FIREWALL_RUNTIME))
			continue;
		if (item->kind == ITEM_RULE)
			r = see_rule(use, item->value, set);
		if (item->kind == ITEM_DIRECT_RULE)
			r = see_direct(use, item->value, set);
		if (source && strcmp(source, set) == 0) {
			struct use zone = use_of_zone(fw, item->zone);

			use->lets_in |= zone.lets_in;
			use->keeps_away |= zone.keeps_away;
		}
	}
	return r;
}

static bool says_where_alone(const struct jail_action *action)
{
	return (action->told == JAIL_ACTION_FW_IPSET && action->ipset) ||
	       action->told == JAIL_ACTION_SOURCE;
}

/** jailuse_is_hidden() - is there an action of which firewalld has to tell? */
bool jailuse_is_hidden(const struct tickets *tickets)
{
	for (size_t i = 0; i < tickets->n_jails; i++)
		for (size_t j = 0; j < tickets->jails[i].n_actions; j++)
			if (says_where_alone(&tickets->jails[i].actions[j]))
				return true;
	return false;
}

static int settle_action(struct jail_action *action, const struct firewall *fw)
{
	const char *zone = action->zone ? action->zone : fw->default_zone;
	struct use use = {0};
	int r = 0;

	action->kind = action->told;
	if (!says_where_alone(action))
		return 0;
	if (action->told == JAIL_ACTION_FW_IPSET)
		r = use_of_set(&use, fw, action->ipset);
	else if (zone)
		use = use_of_zone(fw, zone);
	if (r == 0 && lets_in_alone(use))
		action->kind = JAIL_ACTION_ALLOW;
	return r;
}

/**
 * jailuse_settle() - tell actions that let in by what firewalld holds from those that deny
 * @fw: what it holds; the runtime counts
 *
 * Where something is denied, too, it is a ban; where nothing can be seen, what the action's own
 * words say holds. May be called again when firewalld holds something else.
 *
 * Return: 0 or -ENOMEM.
 */
int jailuse_settle(struct tickets *tickets, const struct firewall *fw)
{
	int r = 0;

	for (size_t i = 0; i < tickets->n_jails; i++)
		for (size_t j = 0; j < tickets->jails[i].n_actions && r == 0; j++)
			r = settle_action(&tickets->jails[i].actions[j], fw);
	return r;
}

/* --- one item ------------------------------------------------------------------------------ */

/* Return: 0 or -ENOMEM. */
static int use_of_rule(struct use *use, const char *value)
{
	_cleanup_richrule_ struct richrule rule = RICHRULE_NULL;
	int r = richrule_parse(&rule, value, NULL);

	if (r != 0)
		return r < 0 ? r : 0;
	use->keeps_away = richrule_is_deny(&rule);
	use->lets_in = rule.action == RICHRULE_ACTION_ACCEPT;
	return 0;
}

static int use_of_item(struct use *use, const struct item *item, const struct firewall *fw)
{
	if (item->kind == ITEM_RULE)
		return use_of_rule(use, item->value);
	if (item->kind == ITEM_ENTRY)
		return use_of_set(use, fw, item_ipset_name(item->zone));
	if (item->kind == ITEM_SOURCE)
		*use = use_of_zone(fw, item->zone);
	else
		use->lets_in = strstr(item->value, " -j ACCEPT") != NULL;
	return 0;
}

static bool may_make(const struct jail_action *action, const struct item *item, struct use use,
                     const struct firewall *fw)
{
	if (!banshape_makes(action, item->kind) ||
	    !banshape_is_place(action, item->kind, item->zone, fw->default_zone))
		return false;
	if (lets_in_alone(use))
		return action->kind == JAIL_ACTION_ALLOW;
	return !use.keeps_away || jail_action_kind_keeps_away(action->kind);
}

/**
 * jailuse_makes() - may a ban of the jail's have made this?
 * @jail: with its actions settled; NULL: not known
 * @item: that banshape_cut() finds an address in
 *
 * Of a script all that denies may be; what lets somebody in is an administrator's, as long as it is
 * not seen that the jail does so.
 *
 * Return: 1 or 0; -ENOMEM.
 */
int jailuse_makes(const struct jail *jail, const struct item *item, const struct firewall *fw)
{
	struct use use = {0};
	int r = use_of_item(&use, item, fw);

	if (r < 0)
		return r;
	if (!jail || !jail->actions_known)
		return !lets_in_alone(use);
	for (size_t i = 0; i < jail->n_actions; i++)
		if (may_make(&jail->actions[i], item, use, fw))
			return 1;
	return 0;
}
