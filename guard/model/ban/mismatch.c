// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/ban/mismatch-internal.h"

#include "guard/model/mail/services.h"
#include "guard/model/ban/banplace.h"
#include "guard/model/ban/banrule.h"
#include "guard/model/ban/directban.h"

#include <string.h>

enum {
	/* So many bans without any success are no accident. */
	FAILURES_MIN = 2,
};

/* A ban waits for those before it, a quarter of a second for each port. */
static const int64_t GRACE_US = 60 * INT64_C(1000000);

static const char *const kind_names[MISMATCH_N_KINDS] = {
    [MISMATCH_BAN_WITHOUT_RULE] = "ban-without-rule",
    [MISMATCH_JAIL_ACTION_FAILS] = "jail-action-fails",
    [MISMATCH_RULE_WITHOUT_BAN] = "rule-without-ban",
    [MISMATCH_BAN_PERMANENT] = "ban-permanent",
    [MISMATCH_BAN_ZONE] = "ban-zone",
};

/** mismatch_kind_name() - the stable name of the check; static */
const char *mismatch_kind_name(enum mismatch_kind kind)
{
	return kind_names[kind];
}

static bool is_named(const struct jail_action *action)
{
	return banshape_names_its_own(action) &&
	       (action->kind == JAIL_ACTION_DIRECT || action->kind == JAIL_ACTION_IPSET ||
	        action->kind == JAIL_ACTION_FW_IPSET);
}

static bool is_rich(const struct jail_action *action)
{
	return action->kind == JAIL_ACTION_RICH;
}

/* --- the bans of one jail ---------------------------------------------------------------- */

struct tally {
	struct mismatch_writer by;
	size_t n, n_bare;         /* bans; those of them that lack a rule */
	size_t n_new, n_new_bare; /* of these, since nothing was wiped; without any rule */
	size_t n_elsewhere;       /* have their rules where mail does not come in */
	struct mismatch_names names, elsewhere_names;
	struct strv rules, elsewhere_rules; /* that are not there, or not there */
	struct strv commands;               /* for what is no such rule, and not there */
	bool untold;                        /* there are more, or others than can be told */
};

static void tally_deinit(struct tally *tally)
{
	builder_deinit(&tally->names.text);
	builder_deinit(&tally->elsewhere_names.text);
	strv_deinit(&tally->rules);
	strv_deinit(&tally->elsewhere_rules);
	strv_deinit(&tally->commands);
}

/* Of rules to come: the protocol may not be known, and a service may be named as such. */
static bool is_mail_port(const char *port, const char *protocol)
{
	const struct service *service = services_by_name(port);

	return services_stand_in(port, protocol ? protocol : "tcp", SERVICES_MAIL) ||
	       (service && service->purpose == SERVICES_MAIL);
}

struct ban_state {
	size_t n_ports, n_bare, n_elsewhere;
};

static int keep_rule(struct tally *tally, struct strv *rules, const struct jail_action *action,
                     const struct ticket *ticket, const char *port)
{
	_cleanup_free_ char *rule = NULL;
	int r;

	if (rules->n == MISMATCH_RULES_MAX) {
		tally->untold = true;
		return 0;
	}
	r = banrule_write(&rule, action, &ticket->cidr, port);
	if (r > 0)
		tally->untold = true;
	return r == 0 ? strv_add_take(rules, steal(rule)) : r < 0 ? r : 0;
}

static int look_at_action(struct tally *tally, struct ban_state *state,
                          const struct mismatch_look *look, const struct ticket *ticket,
                          const struct jail_action *action)
{
	_cleanup_strv_ struct strv ports = STRV_NULL;
	int r = banrule_ports(&ports, action);

	for (size_t i = 0; i < ports.n && r == 0; i++) {
		enum mismatch_place place =
		    mismatch_place_of(look, &ticket->cidr, ports.strings[i], action->protocol);

		state->n_ports++;
		if (place == MISMATCH_NOWHERE) {
			state->n_bare++;
			r = keep_rule(tally, &tally->rules, action, ticket, ports.strings[i]);
		} else if (place == MISMATCH_ELSEWHERE && look->mail_zones.n &&
		           is_mail_port(ports.strings[i], action->protocol)) {
			state->n_elsewhere++;
			r = keep_rule(tally, &tally->elsewhere_rules, action, ticket,
			              ports.strings[i]);
		}
	}
	return r;
}

static int keep_command(struct tally *tally, const struct banshape *shape,
                        const struct ticket *ticket)
{
	_cleanup_builder_ struct builder text = BUILDER_NULL;
	_cleanup_item_ struct item item = ITEM_NULL;
	char *command;
	int r = banshape_fill(&item, shape, &ticket->cidr, false);

	if (r != 0 || tally->commands.n == MISMATCH_RULES_MAX) {
		tally->untold = true;
		return r < 0 ? r : 0;
	}
	item_add_command(&text, "add", &item, false);
	r = builder_take(&text, &command);
	return r == 0 ? strv_add_take(&tally->commands, command) : r;
}

/* A ban that keeps legitimate clients away is left out on purpose, and must not be typed. */
static bool is_left_out(const struct mismatch_look *look, const struct cidr *denied)
{
	const struct mismatch_evidence *evidence = look->evidence;

	return evidence->clients && coverage_spares(evidence->clients, evidence->learned, denied);
}

/* Of an action that denies the network of the banned, who is in it counts. Return: 1, 0, -ENOMEM.
 */
static int covers_clients(const struct mismatch_look *look, const struct item *item)
{
	_cleanup_free_ char *pattern = NULL;
	struct cidr denied;
	int r = banshapes_cut(&pattern, &denied, look->evidence->shapes, item);

	return r == 0 ? is_left_out(look, &denied) : r < 0 ? r : 0;
}

/* What was seen of the jail's bans, whatever its actions are. Return: 0 or -ENOMEM. */
static int look_at_shapes(struct tally *tally, struct ban_state *state,
                          const struct mismatch_look *look, const struct ticket *ticket)
{
	const struct mismatch_evidence *evidence = look->evidence;
	const struct banshapes *shapes = evidence->shapes;
	int r = 0;

	for (size_t i = 0; shapes && i < shapes->n && r >= 0; i++) {
		const struct banshape *shape = &shapes->shapes[i];
		_cleanup_item_ struct item item = ITEM_NULL;

		if (!banrule_is_shaped(shape, tally->by.jail, evidence->fw))
			continue;
		r = banshape_fill(&item, shape, &ticket->cidr, false);
		if (r == 0)
			r = covers_clients(look, &item);
		if (r != 0)
			continue;
		state->n_ports++;
		r = banrule_is_as_seen(shape, &ticket->cidr, evidence->fw);
		state->n_bare += r == 0;
		if (r == 0)
			r = keep_command(tally, shape, ticket);
	}
	return r < 0 ? r : 0;
}

/* Of one that writes no rule for each port: about the address as it is, not its network. */
static bool names_the_banned(const struct jail_action *action)
{
	const char *at = action->command ? strstr(action->command, "<ip>") : NULL;

	return !action->ports && at && at[strlen("<ip>")] != '/';
}

/* What firewalld has of it, or should have. */
static int look_in_firewalld(struct tally *tally, struct ban_state *state,
                             const struct mismatch_look *look, const struct ticket *ticket)
{
	int r = 0;

	for (size_t i = 0; i < tally->by.jail->n_actions && r == 0; i++) {
		const struct jail_action *action = &tally->by.jail->actions[i];

		if (is_rich(action))
			r = look_at_action(tally, state, look, ticket, action);
		if (is_rich(action) ? !names_the_banned(action) : !is_named(action))
			continue;
		state->n_ports++;
		if (is_rich(action)
		        ? !mismatch_denies_all(look, &ticket->cidr)
		        : !mismatch_is_carried_out(look, tally->by.jail, action, &ticket->cidr)) {
			state->n_bare++;
			tally->untold = true; /* more than a rule may be missing */
		}
	}
	return r == 0 && !jail_lets_in(tally->by.jail) ? look_at_shapes(tally, state, look, ticket)
	                                               : r;
}

/* And what it has outside, of which only fail2ban makes it again. */
static void look_outside(struct tally *tally, struct ban_state *state, const struct tickets *lost,
                         const struct ticket *ticket)
{
	bool keeps = false;

	for (size_t i = 0; i < tally->by.jail->n_actions; i++)
		keeps |= banplaces_keep(&tally->by.jail->actions[i]);
	if (!keeps || !lost)
		return;
	state->n_ports++;
	if (tickets_have(lost, ticket)) {
		state->n_bare++;
		tally->untold = true;
	}
}

static int look_at_ban(struct tally *tally, const struct mismatch_look *look,
                       const struct ticket *ticket)
{
	const struct mismatch_evidence *evidence = look->evidence;
	struct ban_state state = {0};
	int r = 0;

	if (!ticket->has_cidr || !ticket_is_live(ticket, evidence->now_us) ||
	    ticket->time_us > evidence->now_us - GRACE_US)
		return 0;
	if (!is_left_out(look, &ticket->cidr))
		r = look_in_firewalld(tally, &state, look, ticket);
	if (r == 0 && state.n_ports && evidence->unwiped_us >= 0 &&
	    ticket->time_us > evidence->unwiped_us) {
		tally->n_new++;
		tally->n_new_bare += state.n_bare == state.n_ports;
	}
	look_outside(tally, &state, evidence->lost, ticket);
	if (state.n_ports == 0)
		return r;
	tally->n++;
	if (state.n_bare) {
		tally->n_bare++;
		mismatch_names_add(&tally->names, ticket->address,
		                   state.n_bare < state.n_ports ? "in part" : NULL);
	}
	if (state.n_elsewhere) {
		tally->n_elsewhere++;
		mismatch_names_add(&tally->elsewhere_names, ticket->address, NULL);
	}
	return r;
}

/* What makes what is missing of a jail's bans; NULL: its actions have to, or no memory. */
static char *bare_command(const struct tally *tally)
{
	_cleanup_builder_ struct builder text = BUILDER_NULL;
	_cleanup_free_ char *rules = NULL;
	char *out;

	if (tally->untold)
		return mismatch_restart_command(tally->by.jail);
	if (tally->rules.n)
		rules =
		    mismatch_rules_command(false, tally->by.zone, &tally->rules, "add-rich-rule");
	builder_join(&text, "", rules ? rules : "");
	builder_join_all(&text, " && ", &tally->commands);
	return builder_take(&text, &out) < 0 ? NULL : out;
}

static int tell_bare(struct findings *out, struct mismatch_counts *counts, unsigned kinds,
                     struct tally *tally, const struct strv *failing)
{
	bool told = failing && strv_contains(failing, tally->by.jail->name);
	bool fails = told || (tally->n_new >= FAILURES_MIN && tally->n_new == tally->n_new_bare);
	enum mismatch_kind kind = fails ? MISMATCH_JAIL_ACTION_FAILS : MISMATCH_BAN_WITHOUT_RULE;
	char *text = NULL, *command;
	int r;

	counts->n[kind] += tally->n_bare;
	if (told || !(kinds & 1U << kind))
		return 0;
	if (fails)
		r = xasprintf(&text,
		              "none of the %zu latest bans of jail %s got a rule: its action "
		              "fails; see fail2ban's log",
		              tally->n_new, tally->by.jail->name);
	else
		r = xasprintf(&text,
		              "%zu of %zu bans of jail %s have no rule: the banned can connect",
		              tally->n_bare, tally->n, tally->by.jail->name);
	if (r < 0)
		return r;
	command = fails || tally->rules.n + tally->commands.n == 0
	              ? mismatch_restart_command(tally->by.jail)
	              : bare_command(tally);
	return findings_add_take(out, kind_names[kind], FINDING_ERROR, text,
	                         mismatch_names_take(&tally->names), command);
}

static int tell_elsewhere(struct findings *out, struct mismatch_counts *counts, unsigned kinds,
                          struct tally *tally, const struct mismatch_look *look)
{
	const char *zone = look->mail_zones.strings[0];
	const bool one = tally->n_elsewhere == 1;
	_cleanup_free_ char *command = NULL;
	char *text = NULL;
	int r;

	counts->n[MISMATCH_BAN_ZONE] += tally->n_elsewhere;
	if (!(kinds & 1U << MISMATCH_BAN_ZONE))
		return 0;
	r = mismatch_zone_command(&command, &tally->by, look, zone);
	if (r > 0 && tally->elsewhere_rules.n)
		command =
		    mismatch_rules_command(false, zone, &tally->elsewhere_rules, "add-rich-rule");
	if (r >= 0)
		r = xasprintf(&text,
		              "%zu ban%s of jail %s stand%s in a zone that mail does not come "
		              "through: its action writes into %s, and mail comes through %s",
		              tally->n_elsewhere, one ? "" : "s", tally->by.jail->name,
		              one ? "s" : "", tally->by.zone ? tally->by.zone : "the default zone",
		              zone);
	if (r < 0)
		return r;
	return findings_add_take(out, kind_names[MISMATCH_BAN_ZONE], FINDING_ERROR, text,
	                         mismatch_names_take(&tally->elsewhere_names), steal(command));
}

static int look_at_jail(struct findings *out, struct mismatch_counts *counts, unsigned kinds,
                        const struct mismatch_look *look, const struct jail *jail, size_t *at)
{
	_cleanup_(tally_deinit) struct tally tally = {.by.jail = jail};
	const struct tickets *tickets = look->evidence->tickets;
	int r = 0;

	for (size_t i = 0; i < jail->n_actions; i++) {
		if (!is_rich(&jail->actions[i]))
			continue;
		tally.by.action = jail->actions[i].name;
		if (jail->actions[i].zone)
			tally.by.zone = jail->actions[i].zone;
	}
	/* both are sorted by the name of the jail */
	while (*at < tickets->n && strcmp(tickets->tickets[*at].jail, jail->name) < 0)
		(*at)++;
	for (; r == 0 && *at < tickets->n && strcmp(tickets->tickets[*at].jail, jail->name) == 0;
	     (*at)++)
		r = look_at_ban(&tally, look, &tickets->tickets[*at]);
	if (r == 0 && tally.n_bare)
		r = tell_bare(out, counts, kinds, &tally, look->evidence->failing);
	if (r == 0 && tally.n_elsewhere)
		r = tell_elsewhere(out, counts, kinds, &tally, look);
	return r;
}

/* --- all of it --------------------------------------------------------------------------- */

/**
 * mismatch_find() - look for what has come apart
 * @out:    findings are added to it
 * @counts: receives how many there are of each kind, whatever is told
 * @kinds:  1U << kind of what is to be told
 *
 * Return: 0 or -ENOMEM.
 */
int mismatch_find(struct findings *out, struct mismatch_counts *counts, unsigned kinds,
                  const struct mismatch_evidence *evidence)
{
	_cleanup_(mismatch_look_deinit) struct mismatch_look look = {0};
	int r = mismatch_look_init(&look, evidence);
	size_t at = 0;

	*counts = (struct mismatch_counts){0};
	for (size_t i = 0; i < evidence->tickets->n_jails && r == 0; i++)
		r = look_at_jail(out, counts, kinds, &look, &evidence->tickets->jails[i], &at);
	return r == 0 ? mismatch_find_leftovers(out, counts, kinds, &look) : r;
}
