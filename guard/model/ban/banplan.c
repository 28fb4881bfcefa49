// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/ban/banplan.h"

#include "guard/base/search.h"
#include "guard/model/ban/directban.h"
#include "guard/model/rule/direct.h"

#include <errno.h>
#include <string.h>

/* --- whose rule is it? ------------------------------------------------------------------- */

/* NAME, in f2b-NAME, of an ipset that fail2ban's firewallcmd-ipset fills; NULL: it is none. */
static const char *ipset_of_bans(const struct item *item)
{
	const char *ipset = item->kind == ITEM_ENTRY ? item_ipset_name(item->zone) : NULL;

	return ipset && strncmp(ipset, DIRECTBAN_PREFIX, strlen(DIRECTBAN_PREFIX)) == 0
	           ? ipset + strlen(DIRECTBAN_PREFIX)
	           : NULL;
}

/* Return: 1 or 0; -ENOMEM. */
static int is_named_ban(const struct item *item)
{
	_cleanup_richrule_ struct richrule rule = RICHRULE_NULL;
	char name[ITEM_ZONE_MAX + 1];
	struct cidr source;
	int r;

	if (item_direct_family(item->zone)) {
		r = directban_role(item, name, &source);
		return r < 0 ? r : r != DIRECTBAN_NONE;
	}
	if (item->kind == ITEM_ENTRY)
		return ipset_of_bans(item) != NULL;
	if (item->kind != ITEM_RULE || !strstr(item->value, "source ") ||
	    (!strstr(item->value, " reject") && !strstr(item->value, " drop")))
		return 0;
	r = richrule_parse(&rule, item->value, NULL);
	return r < 0 ? r : r == 0 && richrule_is_ban(&rule);
}

/**
 * banplan_is_ban() - does the item keep an address away, or have a part in that?
 * @shapes: what bans of jails were seen to look like; NULL: not known
 *
 * Rich rules, whoever made them; what fail2ban's actions write by the direct
 * interface and into firewalld's ipsets, the chains and rules around it included;
 * and what has the shape of a jail's bans.
 * Cheap where it is not: there may be thousands of items, and mail waits.
 *
 * Return: 1 or 0; -ENOMEM.
 */
int banplan_is_ban(const struct item *item, const struct banshapes *shapes)
{
	int r = is_named_ban(item);

	return r != 0 ? r : banshapes_have(shapes, item);
}

/* A word of the jail's list of ports; the action writes a range with a hyphen. */
static bool is_port_word(const char *word, size_t length, const char *port)
{
	if (length != strlen(port))
		return false;
	for (size_t i = 0; i < length; i++)
		if ((word[i] == ':' ? '-' : word[i]) != port[i])
			return false;
	return true;
}

static bool lists_port(const char *ports, const char *port)
{
	for (const char *at = ports + strspn(ports, ", \t"); *at; at += strspn(at, ", \t")) {
		size_t length = strcspn(at, ", \t");

		if (is_port_word(at, length, port))
			return true;
		at += length;
	}
	return false;
}

/* May the action have written this, whoever it was against? A known blocktype says how it ends. */
static bool action_denies_so(const struct jail_action *action, const struct richrule *rule)
{
	const char *word = rule->action == RICHRULE_ACTION_DROP ? "drop" : "reject";

	return !action->blocktype || strncmp(action->blocktype, word, strlen(word)) == 0 ||
	       (action->blocktype6 && strncmp(action->blocktype6, word, strlen(word)) == 0) ||
	       (action->command && strstr(action->command, word));
}

static bool action_fits(const struct jail_action *action, const struct richrule *rule)
{
	if (action->kind != JAIL_ACTION_RICH)
		return false;
	/* an action that somebody changed so that it bans for everything */
	if (!action->ports || rule->element == RICHRULE_ELEMENT_NONE)
		return true;
	if (rule->element != RICHRULE_ELEMENT_PORT || !lists_port(action->ports, rule->port))
		return false;
	return !action->protocol || strcmp(action->protocol, rule->protocol) == 0;
}

/* What the action's command names counts, not what its parameter says. */
static bool writes_into(const struct jail_action *action, const char *zone,
                        const char *default_zone)
{
	const char *own = action->zone ? action->zone : default_zone;

	return !zone || !own || strcmp(zone, own) == 0;
}

/* @zone: NULL: any */
static bool rich_jail_fits(const struct jail *jail, const struct richrule *rule, const char *zone,
                           const char *default_zone)
{
	if (!jail || !jail->actions_known)
		return true;
	for (size_t i = 0; i < jail->n_actions; i++) {
		const struct jail_action *action = &jail->actions[i];

		if (action_fits(action, rule) && writes_into(action, zone, default_zone))
			return true;
	}
	return false;
}

/* Does a command speak of f2b-NAME? */
static bool speaks_of(const char *command, const char *name)
{
	size_t length = strlen(name);

	while ((command = strstr(command, DIRECTBAN_PREFIX))) {
		command += strlen(DIRECTBAN_PREFIX);
		if (strncmp(command, name, length) == 0 &&
		    (command[length] == '\0' || strchr(" \t\n'\"", command[length])))
			return true;
	}
	return false;
}

/* The IPv6 ipset of a jail has a 6 behind its name. */
static bool is_named_after(const char *name, const char *jail)
{
	size_t length = strlen(jail);

	return strncmp(name, jail, length) == 0 &&
	       (name[length] == '\0' || strcmp(name + length, "6") == 0);
}

/* What the item that is looked for can be made by. */
struct maker {
	const struct tickets *jails; /* of fail2ban as they are now; NULL: not known */
	const struct richrule *rule; /* NULL: not by a rich rule, but for f2b-NAME: */
	const char *zone;            /* of the rule */
	const char *default_zone;    /* of bans whose command names none; NULL: any */
	const char *name;
	enum item_kind kind;
	bool frame; /* no ban itself */
	/* Or by a jail whose bans were seen to have this shape: */
	const struct banshapes *shapes; /* NULL: as above */
	const struct item *item;
	const char *pattern;
};

static bool named_action_fits(const struct jail *jail, const struct jail_action *action,
                              const struct maker *maker)
{
	bool sets = action->kind == JAIL_ACTION_IPSET || action->kind == JAIL_ACTION_FW_IPSET;

	if (action->kind == JAIL_ACTION_DIRECT)
		return maker->kind != ITEM_ENTRY &&
		       (!action->command || speaks_of(action->command, maker->name));
	if (maker->kind == ITEM_ENTRY ? action->kind != JAIL_ACTION_FW_IPSET
	                              : !sets || !maker->frame)
		return false;
	/* the server puts the name in with each ban, since it is not the same for IPv6 */
	if (!action->command || strstr(action->command, "<ipmset>"))
		return is_named_after(maker->name, jail->name);
	return speaks_of(action->command, maker->name);
}

/**
 * banplan_action_fits() - may the action have made this in f2b-NAME?
 * @kind:  ITEM_ENTRY, or of the direct interface
 * @name:  NAME
 * @frame: it is no ban itself, but what packets need to get there
 */
bool banplan_action_fits(const struct jail *jail, const struct jail_action *action,
                         enum item_kind kind, const char *name, bool frame)
{
	const struct maker maker = {.name = name, .kind = kind, .frame = frame};

	return named_action_fits(jail, action, &maker);
}

static bool jail_fits(const struct jail *jail, const struct maker *maker)
{
	if (maker->rule)
		return rich_jail_fits(jail, maker->rule, maker->zone, maker->default_zone);
	if (!jail || !jail->actions_known)
		return !maker->frame || (jail && is_named_after(maker->name, jail->name));
	for (size_t i = 0; i < jail->n_actions; i++)
		if (named_action_fits(jail, &jail->actions[i], maker))
			return true;
	return false;
}

/*
 * Can the jail have made the rule, whoever it is against? What a script of somebody's does is
 * not known, where it is all that the jail has.
 */
static bool may_have_made(const struct jail *jail, const struct maker *maker)
{
	bool understood = false, unknown = false;

	if (!jail->actions_known)
		return true;
	for (size_t i = 0; i < jail->n_actions; i++) {
		const struct jail_action *action = &jail->actions[i];

		unknown |= action->kind == JAIL_ACTION_OTHER;
		understood |=
		    action->kind != JAIL_ACTION_OTHER && jail_action_kind_keeps_away(action->kind);
		if (action_fits(action, maker->rule) && action_denies_so(action, maker->rule) &&
		    writes_into(action, maker->zone, maker->default_zone))
			return true;
	}
	return !understood && unknown;
}

/* Only a rich rule can be: what is called f2b-NAME, nobody else makes. */
static bool is_by_hand(const struct maker *maker)
{
	if (!maker->rule)
		return false;
	for (size_t i = 0; maker->jails && i < maker->jails->n_jails; i++)
		if (may_have_made(&maker->jails->jails[i], maker))
			return false;
	return true;
}

/* --- the answers ------------------------------------------------------------------------- */

static bool ends_later(const struct ticket *a, const struct ticket *b)
{
	if (!b || b->end_us == 0)
		return !b;
	return a->end_us == 0 || a->end_us > b->end_us;
}

static bool ticket_fits(const struct ticket *ticket, const struct maker *maker)
{
	if (maker->shapes)
		return banshapes_of_jail(maker->shapes, maker->item, maker->pattern, ticket->jail);
	return jail_fits(tickets_jail(maker->jails, ticket->jail), maker);
}

/* A learned shape may be wider than the address that it is for. */
static bool is_about(const struct maker *maker, const struct cidr *source,
                     const struct ticket *ticket)
{
	return maker->shapes ? cidr_contains(source, &ticket->cidr)
	                     : cidr_cmp(&ticket->cidr, source) == 0;
}

/* Looks through the tickets for the source; says whether there was a fitting one at all. */
static bool find_tickets(struct banplan_rule *out, const struct tickets_index *index,
                         const struct maker *maker, const struct cidr *source, int64_t now_us)
{
	bool any = false;

	for (size_t i = tickets_index_find(index, source);
	     i < index->n && is_about(maker, source, index->tickets[i]); i++) {
		const struct ticket *ticket = index->tickets[i];

		if (!ticket_fits(ticket, maker))
			continue;
		any = true;
		if (!ticket_is_live(ticket, now_us))
			continue;
		out->n_jails++;
		if (ends_later(ticket, out->ticket))
			out->ticket = ticket;
	}
	return any;
}

/* One address that is kept away, by whatever makes it. */
static void judge_ban(struct banplan_rule *out, const struct maker *maker,
                      const struct cidr *banned, const struct tickets_index *now,
                      const struct tickets_index *past, const struct banplan_evidence *evidence)
{
	struct banplan_rule gone = {0};
	struct cidr source = *banned;

	cidr_first(banned, source.key);
	if (evidence->clients)
		out->coverage = coverage_ranges_ask(evidence->clients, &source, &out->client);
	if (find_tickets(out, now, maker, &source, evidence->now_us))
		out->answer = BANPLAN_ENDED;
	/* whether these have ended since does not matter: they were there */
	if (find_tickets(&gone, past, maker, &source, INT64_MIN))
		out->answer = BANPLAN_ENDED;
	out->n_past = gone.n_jails;
	if (out->answer == BANPLAN_STRANGER && is_by_hand(maker))
		out->answer = BANPLAN_BY_HAND;
	if (!out->ticket)
		return;
	/* what lies inside a range, one client of the office, is fail2ban's to decide */
	out->answer = evidence->safe && evidence->clients &&
	                      coverage_spares(evidence->clients, evidence->learned, &source)
	                  ? BANPLAN_LEFT_OUT
	                  : BANPLAN_HELD;
}

/* A chain and what leads there are to be as long as a jail runs that puts its bans there. */
static void judge_frame(struct banplan_rule *out, const struct maker *maker)
{
	for (size_t i = 0; maker->jails && i < maker->jails->n_jails; i++)
		out->n_jails += jail_fits(&maker->jails->jails[i], maker);
	if (out->n_jails)
		out->answer = BANPLAN_HELD;
}

/* By what was seen of jails whose actions do not tell it. */
static int judge_shape(struct banplan_rule *out, const struct tickets_index *now,
                       const struct tickets_index *past, const struct banplan_evidence *evidence)
{
	struct maker maker = {.kind = out->item->kind,
	                      .jails = evidence->tickets,
	                      .shapes = evidence->shapes,
	                      .item = out->item};
	_cleanup_free_ char *pattern = NULL;
	struct cidr source;
	int r;

	if (out->ticket)
		return 0;
	r = banshapes_cut(&pattern, &source, evidence->shapes, out->item);
	if (r != 0)
		return r < 0 ? r : 0;
	maker.pattern = pattern;
	judge_ban(out, &maker, &source, now, past, evidence);
	return 0;
}

static int judge_named(struct banplan_rule *out, const struct tickets_index *now,
                       const struct tickets_index *past, const struct banplan_evidence *evidence)
{
	_cleanup_richrule_ struct richrule rule = RICHRULE_NULL;
	struct maker maker = {.kind = out->item->kind, .jails = evidence->tickets};
	char name[ITEM_ZONE_MAX + 1];
	int r, role = DIRECTBAN_BAN;
	struct cidr source;

	*out = (struct banplan_rule){.item = out->item, .answer = BANPLAN_STRANGER};
	if (out->item->kind == ITEM_RULE) {
		r = richrule_parse(&rule, out->item->value, NULL);
		if (r != 0 || !richrule_is_ban(&rule) || !richrule_source_cidr(&rule, &source))
			return r < 0 ? r : 0;
		maker.rule = &rule;
		maker.zone = out->item->zone;
		maker.default_zone = evidence->default_zone;
	} else if (ipset_of_bans(out->item)) {
		maker.name = ipset_of_bans(out->item);
		if (cidr_parse(&source, out->item->value, 0, NULL) != 0)
			return 0;
	} else {
		maker.name = name;
		role = directban_role(out->item, name, &source);
		maker.frame = role == DIRECTBAN_FRAME;
	}
	if (role == DIRECTBAN_FRAME)
		judge_frame(out, &maker);
	else if (role == DIRECTBAN_BAN)
		judge_ban(out, &maker, &source, now, past, evidence);
	return role < 0 ? role : 0;
}

/**
 * banplan_judge() - is each of these rules to be there?
 * @rules:    only item needs to be set; the answers stand in the same order
 * @evidence: borrowed; the answers point into its tickets
 *
 * The caller has made sure that the tickets are known: from tickets that are not
 * known nothing follows (law 2).
 *
 * Return: 0 or -ENOMEM.
 */
int banplan_judge(struct banplan_rule *rules, size_t n, const struct banplan_evidence *evidence)
{
	_cleanup_tickets_index_ struct tickets_index now = TICKETS_INDEX_NULL;
	_cleanup_tickets_index_ struct tickets_index past = TICKETS_INDEX_NULL;
	int r = tickets_index(&now, evidence->tickets, INT64_MIN);

	if (r == 0)
		r = tickets_index(&past, evidence->past, INT64_MIN);
	for (size_t i = 0; i < n && r == 0; i++) {
		r = judge_named(&rules[i], &now, &past, evidence);
		if (r == 0)
			r = judge_shape(&rules[i], &now, &past, evidence);
	}
	return r;
}

static int add_past(struct tickets *past, const struct ticket *ticket, int64_t gone_us)
{
	return tickets_add(past, ticket->jail, ticket->address, ticket->time_us, gone_us,
	                   ticket->count, ticket->source);
}

/**
 * banplan_note_ended() - remember the tickets that are not there any more
 * @past:   those that ended lately, each with the time at which that was seen as its
 *          end; changed on success alone
 * @before: as they were; sorted, as tickets_sort() does
 * @now:    as they are; sorted
 *
 * An unban is seen in the firewall some time after the ticket has gone from the
 * list, so the list from just before it may lack the ticket already.
 *
 * Return: 0 or -ENOMEM.
 */
int banplan_note_ended(struct tickets *past, const struct tickets *before,
                       const struct tickets *now, int64_t now_us)
{
	_cleanup_tickets_ struct tickets fresh = TICKETS_NULL;
	int r = 0;

	for (size_t i = 0; i < past->n && r == 0; i++)
		if (past->tickets[i].end_us > now_us - BANPLAN_PAST_US &&
		    !tickets_have(now, &past->tickets[i]) &&
		    !tickets_have(before, &past->tickets[i]))
			r = add_past(&fresh, &past->tickets[i], past->tickets[i].end_us);
	for (size_t i = 0; i < before->n && r == 0; i++)
		if (!tickets_have(now, &before->tickets[i]))
			r = add_past(&fresh, &before->tickets[i], now_us);
	if (r < 0)
		return r;
	tickets_sort(&fresh);
	tickets_deinit(past);
	*past = fresh;
	fresh = TICKETS_NULL;
	return 0;
}

static int compare_rules(const void *a, const void *b)
{
	const struct banplan_rule *x = a, *y = b;
	/* what is held without a ticket is what the others need around them */
	int64_t left = x->ticket ? x->ticket->time_us : INT64_MAX;
	int64_t right = y->ticket ? y->ticket->time_us : INT64_MAX;

	if (left != right)
		return left > right ? -1 : 1;
	return item_restore_cmp(x->item, y->item);
}

/**
 * banplan_newest_first() - the order of putting back
 *
 * Chains and what leads there come first, since without them no ban is in effect.
 * Who was banned last is most likely still at it. The rules of one ticket, a port
 * each, stay together.
 */
void banplan_newest_first(struct banplan_rule *rules, size_t n)
{
	if (n)
		qsort(rules, n, sizeof(*rules), compare_rules);
}
