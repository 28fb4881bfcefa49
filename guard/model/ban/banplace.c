// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/ban/banplace.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

/* One that is younger may be on its way, behind those of other jails. */
#define GRACE_US (60 * INT64_C(1000000))

/** banplaces_deinit() - free it; the result is BANPLACES_NULL and usable */
void banplaces_deinit(struct banplaces *places)
{
	for (size_t i = 0; i < places->n; i++) {
		free(places->places[i].name);
		rangeset_deinit(&places->places[i].addresses);
	}
	free(places->places);
	*places = BANPLACES_NULL;
}

/** banplaces_find() - the place of that name; NULL: there is none */
struct banplace *banplaces_find(const struct banplaces *places, const char *name)
{
	for (size_t i = 0; i < places->n; i++)
		if (strcmp(places->places[i].name, name) == 0)
			return &places->places[i];
	return NULL;
}

/**
 * banplaces_add() - a place, which is made unless it is there
 * @out: receives it, valid until the next one is made
 *
 * Return: 0 or -ENOMEM.
 */
int banplaces_add(struct banplaces *places, const char *name, struct banplace **out)
{
	struct banplace *place = banplaces_find(places, name);
	_cleanup_free_ char *copy = place ? NULL : strdup(name);

	if (!place) {
		if (!copy || grow(&places->places, &places->capacity, places->n + 1,
		                  sizeof(*places->places)) < 0)
			return -ENOMEM;
		place = &places->places[places->n++];
		*place = (struct banplace){.name = steal(copy)};
	}
	*out = place;
	return 0;
}

/** banplaces_have() - is it in any of them? */
bool banplaces_have(const struct banplaces *places, const struct cidr *cidr)
{
	for (size_t i = 0; i < places->n; i++)
		if (rangeset_contains(&places->places[i].addresses, cidr))
			return true;
	return false;
}

/** banplaces_lack() - is anything gone that was there @before? */
bool banplaces_lack(const struct banplaces *places, const struct banplaces *before)
{
	for (size_t i = 0; i < before->n; i++) {
		const struct banplace *had = &before->places[i],
		                      *has = banplaces_find(places, had->name);

		if (had->addresses.n &&
		    (!has || !rangeset_covers(&has->addresses, &had->addresses)))
			return true;
	}
	return false;
}

/** banplaces_take() - a place, or what is in it, too; copied; Return: 0 or -ENOMEM */
int banplaces_take(struct banplaces *places, const struct banplace *from)
{
	const struct rangeset *set = &from->addresses;
	struct banplace *place;
	int r = banplaces_add(places, from->name, &place);

	if (r < 0 || rangeset_covers(&place->addresses, set))
		return r;
	for (size_t i = 0; i < set->n && r == 0; i++)
		r = rangeset_add_range(&place->addresses, set->ranges[i].first,
		                       set->ranges[i].last);
	return r;
}

static int add_held(struct banplaces *out, const struct banplace *had,
                    const struct tickets *tickets, int64_t now_us)
{
	struct banplace *place;
	int r = banplaces_add(out, had->name, &place);

	for (size_t i = 0; i < tickets->n && r == 0; i++) {
		const struct ticket *ticket = &tickets->tickets[i];

		if (ticket->has_cidr && ticket_is_live(ticket, now_us) &&
		    rangeset_contains(&had->addresses, &ticket->cidr))
			r = rangeset_add(&place->addresses, &ticket->cidr);
	}
	return r;
}

/**
 * banplaces_learn() - what is there now was there before from now on
 * @before:  of it nothing is forgotten that a ticket stands for
 * @tickets: NULL: not known; then nothing at all is forgotten
 *
 * Return: 0 or -ENOMEM.
 */
int banplaces_learn(struct banplaces *before, const struct banplaces *now,
                    const struct tickets *tickets, int64_t now_us)
{
	_cleanup_banplaces_ struct banplaces held = BANPLACES_NULL;
	int r = 0;

	for (size_t i = 0; tickets && i < before->n && r == 0; i++)
		r = add_held(&held, &before->places[i], tickets, now_us);
	if (r == 0 && tickets) {
		struct banplaces old = *before;

		*before = held;
		held = old;
	}
	for (size_t i = 0; i < now->n && r == 0; i++)
		r = banplaces_take(before, &now->places[i]);
	return r;
}

/* --- whose they are ------------------------------------------------------------------------ */

static bool is_kept_outside(enum jail_action_kind kind)
{
	return kind == JAIL_ACTION_NFTABLES || kind == JAIL_ACTION_IPTABLES ||
	       kind == JAIL_ACTION_IPSET;
}

/**
 * banplaces_keep() - does each ban of it put the banned, alone, into a place of that kind?
 *
 * As its command says. One that writes into a list of a module's (xt_recent), or calls a program
 * that does it in its own way (ufw), says nothing of it.
 */
bool banplaces_keep(const struct jail_action *action)
{
	const char *command = action->command;

	if (!command || !is_kept_outside(action->kind) || action->kind == JAIL_ACTION_IPSET)
		return false;
	return strstr(command, "-s <ip>") ||
	       (strstr(command, "<ip>") && !strstr(command, "<ip> .") &&
	        (strstr(command, "add element") ||
	         (strstr(command, "ipset") && strstr(command, "add "))));
}

static bool is_named_for(const char *place, const char *jail)
{
	size_t n = strlen(place), m = strlen(jail);

	return m > 0 && n > m && strcmp(place + n - m, jail) == 0 &&
	       !isalnum((unsigned char)place[n - m - 1]);
}

/* By its name; NULL: that tells of none. */
static const struct jail *owner_of(const char *place, const struct tickets *tickets)
{
	const struct jail *owner = NULL;

	for (size_t i = 0; i < tickets->n_jails; i++) {
		const struct jail *jail = &tickets->jails[i];

		if (is_named_for(place, jail->name) &&
		    (!owner || strlen(jail->name) > strlen(owner->name)))
			owner = jail;
	}
	return owner;
}

/* --- what is lost ------------------------------------------------------------------------- */

struct search {
	const struct banplace_evidence *by;
	const struct jail **owners; /* owned; of each place before */
};

static bool is_ipset(const char *place)
{
	return strncmp(place, BANPLACE_IPSET, strlen(BANPLACE_IPSET)) == 0;
}

/*
 * firewallcmd-ipset has a rule of firewalld's lead to its set. While that rule is away the set is
 * not seen, and who puts it back is the guard.
 */
static bool is_away(const struct jail *jail, const char *place)
{
	for (size_t i = 0; i < jail->n_actions && is_ipset(place); i++)
		if (jail->actions[i].kind == JAIL_ACTION_IPSET)
			return true;
	return false;
}

/* Of a place that nobody's name is on it may have been another jail's ban, which has ended. */
static bool was_taken(const struct search *search, const struct jail *jail,
                      const struct ticket *ticket, bool somewhere)
{
	const struct banplaces *before = search->by->before;

	for (size_t i = 0; before && i < before->n; i++) {
		const struct banplace *had = &before->places[i],
		                      *has = banplaces_find(search->by->now, had->name);

		if (!rangeset_contains(&had->addresses, &ticket->cidr) ||
		    (!has && is_away(jail, had->name)) ||
		    (has && rangeset_contains(&has->addresses, &ticket->cidr)))
			continue;
		if (search->owners[i] == jail || (!search->owners[i] && !somewhere))
			return true;
	}
	return false;
}

static bool is_to_be_seen(const struct search *search, const struct jail_action *action)
{
	return banplaces_keep(action) &&
	       !(search->by->now->legacy && action->kind == JAIL_ACTION_IPTABLES);
}

static bool is_lost(const struct search *search, const struct jail *jail,
                    const struct ticket *ticket)
{
	const struct tickets *held = search->by->held;
	bool somewhere = banplaces_have(search->by->now, &ticket->cidr), outside = false,
	     keeps = false;

	for (size_t i = 0; i < jail->n_actions; i++) {
		outside |= is_kept_outside(jail->actions[i].kind);
		keeps |= is_to_be_seen(search, &jail->actions[i]);
	}
	return (outside && was_taken(search, jail, ticket, somewhere)) ||
	       (keeps && search->by->whole && !somewhere &&
	        ticket->time_us < search->by->now_us - GRACE_US &&
	        (!held || tickets_have(held, ticket)));
}

static int find_lost(struct tickets *out, const struct search *search)
{
	const struct tickets *tickets = search->by->tickets;
	int r = 0;

	for (size_t i = 0; i < tickets->n && r == 0; i++) {
		const struct ticket *ticket = &tickets->tickets[i];
		const struct jail *jail = tickets_jail(tickets, ticket->jail);

		if (!jail || jail_lets_in(jail) || !ticket->has_cidr ||
		    !ticket_is_live(ticket, search->by->now_us) || !is_lost(search, jail, ticket))
			continue;
		r = tickets_add(out, ticket->jail, ticket->address, ticket->time_us, ticket->end_us,
		                ticket->count, ticket->source);
	}
	tickets_sort(out);
	return r;
}

/**
 * banplaces_lost() - tickets of which nothing keeps the banned away any more, or not all of it
 * @out: TICKETS_NULL before; receives them; the caller frees it, also after a failure
 *
 * Return: 0 or -ENOMEM.
 */
int banplaces_lost(struct tickets *out, const struct banplace_evidence *evidence)
{
	const struct banplaces *before = evidence->before;
	struct search search = {
	    .by = evidence,
	    .owners = calloc((before ? before->n : 0) + 1, sizeof(const struct jail *))};
	int r = search.owners ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && before && i < before->n; i++)
		search.owners[i] = owner_of(before->places[i].name, evidence->tickets);
	if (r == 0)
		r = find_lost(out, &search);
	free(search.owners);
	return r;
}
