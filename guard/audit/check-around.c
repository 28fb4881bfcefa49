// SPDX-License-Identifier: GPL-2.0-or-later
/* Checks of fail2ban, of what it and firewalld hold of each other, and of whom that cuts off. */
#include "guard/audit/checks-internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "guard/model/ban/denial.h"
#include "guard/audit/conflictlist.h"
#include "guard/audit/denylist.h"

static int fail2ban_down(struct check_run *run)
{
	switch (run->picture->fail2ban) {
	case FAIL2BAN_RUNNING:
	case FAIL2BAN_STARTING:
		return 0;
	case FAIL2BAN_STOPPED:
		/* nobody misses what was never there */
		if (!run->picture->fail2ban_installed)
			return 0;
		return check_add_as(run, FINDING_WARNING, NULL, strdup("systemctl start fail2ban"),
		                    "fail2ban is stopped: nobody is banned");
	case FAIL2BAN_CRASHED:
		return check_add(
		    run, NULL, strdup("systemctl restart fail2ban"),
		    "fail2ban crashed: its last bans stay, and nobody ends them or adds new ones");
	case FAIL2BAN_UNREACHABLE:
		return check_add(run, NULL, strdup("systemctl restart fail2ban"),
		                 "fail2ban does not answer");
	case FAIL2BAN_STOPPING:
	case FAIL2BAN_UNKNOWN:
	case FAIL2BAN_N_STATES:
		break;
	}
	if (picture_is_for_root(run->picture))
		return 0;
	return check_add_as(run, FINDING_UNKNOWN, NULL, NULL, "fail2ban is %s",
	                    fail2ban_state_name(run->picture->fail2ban));
}

const struct check check_fail2ban_down = {
    .name = "fail2ban-down",
    .severity = FINDING_ERROR,
    .help = "fail2ban does not run, or does not answer",
    .also = PICTURE_FAIL2BAN,
    .status = true,
    .fn = fail2ban_down,
};

/* --- bans and rules that have come apart -------------------------------------------------- */

/* The action that a row of the log is about; NULL: there is none such now. */
static const struct jail_action *row_action(const struct picture *picture,
                                            const struct actionlog_row *row)
{
	const struct jail *jail = tickets_jail(&picture->tickets, row->jail);

	for (size_t i = 0; jail && i < jail->n_actions; i++)
		if (strcmp(jail->actions[i].name, row->action) == 0)
			return &jail->actions[i];
	return NULL;
}

/* That firewalld was down for a while is over once it runs: see ban-without-rule. */
static bool is_failing(const struct picture *picture, const struct actionlog_row *row)
{
	return actionlog_row_fails(&picture->actionlog, row) && row_action(picture, row) &&
	       (picture->state != FIREWALL_STATE_RUNNING || !actionlog_blames_firewalld(row));
}

static int list_failing(struct strv *out, const struct picture *picture)
{
	int r = 0;

	for (size_t i = 0; i < picture->actionlog.n && r == 0; i++)
		if (is_failing(picture, &picture->actionlog.rows[i]))
			r = strv_add(out, picture->actionlog.rows[i].jail);
	return r;
}

static int find_mismatch(struct findings *out, struct mismatch_counts *counts, unsigned kinds,
                         const struct picture *picture)
{
	const bool safe = picture->config->restore_bans == CONFIG_RESTORE_BANS_SAFE;
	const bool failed = picture->state == FIREWALL_STATE_FAILED;
	_cleanup_firewall_ struct firewall stock = FIREWALL_NULL;
	_cleanup_strv_ struct strv failing = STRV_NULL;
	_cleanup_tickets_ struct tickets lost = TICKETS_NULL;
	const struct banplace_evidence outside = {.tickets = &picture->tickets,
	                                          .now = &picture->places,
	                                          .now_us = picture->now_us,
	                                          .whole = true};
	const struct mismatch_evidence evidence = {
	    .fw = failed ? &stock : &picture->firewall,
	    .lost = picture->places_known ? &lost : NULL,
	    .tickets = &picture->tickets,
	    .shapes = &picture->shapes,
	    .interfaces = &picture->interfaces,
	    .clients = safe ? &picture->clients.effective : NULL,
	    .learned = &picture->clients.learned,
	    .failing = &failing,
	    .now_us = picture->now_us,
	    .unwiped_us = picture->unwiped_us,
	};
	int r = list_failing(&failing, picture);

	/* an ipset that is not told was not read, but here there is none */
	if (r == 0 && failed)
		r = firewall_copy(&stock, &picture->firewall);
	if (r == 0 && failed)
		r = banshapes_ipsets(&picture->shapes, &stock.zones);
	if (r == 0)
		r = banplaces_lost(&lost, &outside);

	return r == 0 ? mismatch_find(out, counts, kinds, &evidence) : r;
}

/* One that has failed holds bans itself only where no table is to do it meanwhile. */
static bool holds_bans(const struct picture *picture)
{
	return picture->state == FIREWALL_STATE_RUNNING ||
	       (picture->state == FIREWALL_STATE_FAILED && !picture->config->close_gap);
}

/* And then its wipe is open for as long as it lasts. */
static bool is_under_way(const struct picture *picture)
{
	return picture->wipe_open && picture->state == FIREWALL_STATE_RUNNING;
}

/* There it is its files that lack something, and what the jail does says nothing. */
static int mend_files(struct findings *findings)
{
	for (size_t i = 0; i < findings->n; i++) {
		char *command = strdup(CHECK_MEND_FAILED);

		if (!command)
			return -ENOMEM;
		free(findings->findings[i].command);
		findings->findings[i].command = command;
	}
	return 0;
}

/* Found once for all of its checks. */
static int mismatch(struct check_run *run)
{
	const struct picture *picture = run->picture;
	int r = 0;

	/* another check tells of that, and what a wipe took is known to be without rules */
	if (!holds_bans(picture))
		return check_unmade(run, PICTURE_RULES);
	if (is_under_way(picture) && run->mismatch_found)
		return 0;
	if (is_under_way(picture)) {
		run->mismatch_found = true;
		return check_add_as(run, FINDING_UNKNOWN,
		                    strdup("a restore is under way right now"), NULL,
		                    "fail2ban's bans could not be compared with the rules");
	}
	if (!run->mismatch_found)
		r = find_mismatch(&run->shared, &run->mismatch_counts, ~0U, picture);
	if (r == 0 && !run->mismatch_found && picture->state == FIREWALL_STATE_FAILED)
		r = mend_files(&run->shared);
	run->mismatch_found = r == 0;
	return r == 0 ? findings_move(run->findings, &run->shared, run->check->name) : r;
}

const struct check check_ban_without_rule = {
    .name = "ban-without-rule",
    .severity = FINDING_ERROR,
    .help = "fail2ban holds a ban that there is no rule for",
    .needs = PICTURE_FIREWALLD | PICTURE_LINKS | PICTURE_FAIL2BAN,
    .also = PICTURE_STORE | PICTURE_CLIENTS,
    .status = true,
    .fn = mismatch,
};

static int failing_text(char **out, const struct actionlog_row *row, const char *why)
{
	if (row->start)
		return xasprintf(out, "action %s of jail %s could not be started: %s", row->action,
		                 row->jail, why);
	return xasprintf(out, "action %s of jail %s fails each time, at its %zu latest bans: %s",
	                 row->action, row->jail, row->n, why);
}

static int failing_evidence(char **out, const struct actionlog_call *call)
{
	*out = NULL;
	if (!call->command[0])
		return 0;
	return xasprintf(out, "%s: %s", call->command, call->said[0] ? call->said : call->ended);
}

/* An action that keeps nobody away, a mail, is less grave. */
static int tell_failing(struct check_run *run, const struct actionlog_row *row)
{
	const struct jail_action *action = row_action(run->picture, row);
	_cleanup_free_ char *why = NULL, *mend = NULL, *text = NULL, *evidence = NULL;

	if (actionlog_why(&why, &mend, row, action->starts, run->picture->dnf) < 0 ||
	    failing_text(&text, row, why) < 0 || failing_evidence(&evidence, &row->call) < 0)
		return -ENOMEM;
	return check_add_as(run,
	                    action->kind == JAIL_ACTION_OTHER ||
	                            !jail_action_kind_keeps_away(action->kind)
	                        ? FINDING_WARNING
	                        : FINDING_ERROR,
	                    steal(evidence), steal(mend), "%s", text);
}

/* A file that cannot be read is to be seen to; where the log goes elsewhere, that is as it is. */
static int tell_unread(struct check_run *run)
{
	bool file = run->picture->tickets.log[0] == '/';

	return check_add_as(run, file ? FINDING_UNKNOWN : FINDING_INFO,
	                    strdup(run->picture->actionlog_why), NULL,
	                    "fail2ban's log is not read: an action that fails is seen by bans "
	                    "without rules alone, and its cause stands there");
}

/* What the log says is the cause; that bans have no rules is what comes of it. */
static int jail_action_fails(struct check_run *run)
{
	const struct picture *picture = run->picture;
	int r = picture->actionlog_why ? tell_unread(run) : 0;

	for (size_t i = 0; i < picture->actionlog.n && r == 0; i++)
		if (is_failing(picture, &picture->actionlog.rows[i]))
			r = tell_failing(run, &picture->actionlog.rows[i]);
	if (r < 0 || !picture_knows(picture, PICTURE_FIREWALLD | PICTURE_LINKS) ||
	    (picture->wipe_open && !check_is_asked(run, &check_ban_without_rule)))
		return r;
	return mismatch(run);
}

const struct check check_jail_action_fails = {
    .name = "jail-action-fails",
    .severity = FINDING_ERROR,
    .help = "an action of a jail fails each time, or none of its latest bans got a rule",
    .needs = PICTURE_FAIL2BAN,
    .also = PICTURE_FIREWALLD | PICTURE_LINKS | PICTURE_STORE | PICTURE_CLIENTS,
    .status = true,
    .fn = jail_action_fails,
};

const struct check check_rule_without_ban = {
    .name = "rule-without-ban",
    .severity = FINDING_WARNING,
    .help = "a rule still blocks an address that no jail bans",
    .needs = PICTURE_FIREWALLD | PICTURE_LINKS | PICTURE_FAIL2BAN,
    .also = PICTURE_STORE | PICTURE_CLIENTS,
    .fn = mismatch,
};

const struct check check_ban_permanent = {
    .name = "ban-permanent",
    .severity = FINDING_WARNING,
    .help = "a ban became part of the permanent configuration",
    .needs = PICTURE_FIREWALLD | PICTURE_LINKS | PICTURE_FAIL2BAN,
    .also = PICTURE_STORE | PICTURE_CLIENTS,
    .fn = mismatch,
};

const struct check check_ban_zone = {
    .name = "ban-zone",
    .severity = FINDING_ERROR,
    .help = "bans stand in a zone that mail does not come through",
    .needs = PICTURE_FIREWALLD | PICTURE_LINKS | PICTURE_FAIL2BAN,
    .also = PICTURE_STORE | PICTURE_CLIENTS,
    .status = true,
    .fn = mismatch,
};

/* --- legitimate clients ------------------------------------------------------------------ */

/* More than these are counted, and listed by `conflicts`. */
#define CONFLICTS_MAX 10

static int tell_conflict(struct check_run *run, const struct conflictlist_row *row)
{
	_cleanup_builder_ struct builder commands = BUILDER_NULL, others = BUILDER_NULL;
	_cleanup_builder_ struct builder names = BUILDER_NULL;
	_cleanup_free_ char *command = NULL, *other = NULL, *services = NULL, *evidence = NULL;
	char client[CIDR_TEXT_LENGTH], more[64] = "";
	int r;

	builder_join_all(&commands, " && ", &row->commands);
	builder_join_all(&others, " && ", &row->others);
	for (size_t i = 0; i < row->n_services; i++)
		builder_join(&names, ", ", row->services[i]->name);
	if (row->n_rules > 1)
		snprintf(more, sizeof(more), " and %zu more for the same address",
		         row->n_rules - 1);
	if (check_take(&commands, &command) < 0 || check_take(&others, &other) < 0 ||
	    check_take(&names, &services) < 0 ||
	    xasprintf(&evidence, "%s%s%s%s", row->what, more,
	              row->jail ? ", by fail2ban, jail " : "", row->jail ? row->jail : "") < 0)
		return -ENOMEM;
	cidr_format(&row->client->cidr, client);
	r = check_add_as(run, row->whole ? FINDING_ERROR : FINDING_WARNING, steal(evidence),
	                 steal(command), "clients in %s are cut off from %s", client,
	                 services ? services : "mail");
	return r == 0 && other ? check_or(run, steal(other)) : r;
}

static int tell_conflicts(struct check_run *run, const struct conflictlist *list)
{
	size_t n = 0, unjudged = 0;
	int r = 0;

	for (size_t i = 0; i < list->n && r == 0; i++) {
		unjudged += !list->rows[i].judged;
		if (list->rows[i].effective && n++ < CONFLICTS_MAX)
			r = tell_conflict(run, &list->rows[i]);
	}
	if (r == 0 && (n > CONFLICTS_MAX || unjudged > 0))
		r = check_add_as(
		    run, FINDING_WARNING, NULL, strdup("reload-guard conflicts"),
		    "%zu more rules or bans cut clients off, and %zu were not looked at "
		    "each",
		    n > CONFLICTS_MAX ? n - CONFLICTS_MAX : 0, unjudged);
	return r;
}

/* How many there are, and which; where the rules are not known, from a glance at what is held. */
static int find_conflicts(struct conflictlist *out, struct check_run *run)
{
	const struct picture *picture = run->picture;
	const struct conflictlist_options options = conflictlist_options(picture);
	int r;

	if (picture_knows(picture, PICTURE_RULES)) {
		r = conflictlist_make(out, &options);
		run->n_cut_off = r == 0 ? out->n_effective : 0;
	} else {
		r = denial_count(&run->n_cut_off, &picture->firewall, &picture->clients.effective);
	}
	run->cut_off_found = r == 0;
	return r;
}

static int weigh_conflicts(struct check_run *run)
{
	_cleanup_conflictlist_ struct conflictlist list = CONFLICTLIST_NULL;
	int r = find_conflicts(&list, run);

	if (r < 0 || picture_knows(run->picture, PICTURE_RULES))
		return r < 0 ? r : tell_conflicts(run, &list);
	if (run->n_cut_off == 0)
		return 0;
	return check_add_as(run, FINDING_WARNING, NULL, strdup("reload-guard conflicts"),
	                    run->n_cut_off == 1 ? "%zu rule or ban cuts off legitimate clients"
	                                        : "%zu rules or bans cut off legitimate clients",
	                    run->n_cut_off);
}

/* Of the sources that could not be read, those whose cause is told by itself. */
static size_t n_told_troubles(const struct picture *picture)
{
	bool fail2ban =
	    picture->config->use_fail2ban_ignoreip && !picture_knows(picture, PICTURE_FAIL2BAN);
	bool store = !picture->store_absent && !picture_knows(picture, PICTURE_STORE);

	return (size_t)fail2ban + (size_t)store;
}

static int clients_cut_off(struct check_run *run)
{
	const struct strv *troubles = &run->picture->clients.troubles;
	_cleanup_builder_ struct builder text = BUILDER_NULL;
	_cleanup_free_ char *evidence = NULL;
	int r = 0;

	builder_join_all(&text, "; ", troubles);
	if (check_take(&text, &evidence) < 0)
		return -ENOMEM;
	if (!run->picture->clients.complete &&
	    (troubles->n == 0 || troubles->n > n_told_troubles(run->picture)))
		r = check_add_as(run, FINDING_UNKNOWN, steal(evidence), NULL,
		                 "some client ranges could not be read");
	return r == 0 ? weigh_conflicts(run) : r;
}

const struct check check_clients_cut_off = {
    .name = "clients-cut-off",
    .severity = FINDING_ERROR,
    .help = "rules or bans cut legitimate clients off from mail",
    .needs = PICTURE_FIREWALLD | PICTURE_CLIENTS,
    .also = PICTURE_RULES | PICTURE_TABLES | PICTURE_LINKS | PICTURE_SOCKETS | PICTURE_FAIL2BAN |
            PICTURE_STORE,
    .status = true,
    .fn = clients_cut_off,
};

static int tell_network(struct check_run *run, const struct denylist_row *row)
{
	_cleanup_free_ char *command = NULL, *evidence = NULL;
	char network[CIDR_TEXT_LENGTH];

	cidr_format(row->whole, network);
	if (xasprintf(&command, "reload-guard clients add %s", network) < 0 ||
	    xasprintf(&evidence, "%s %s%s%s", row->whom, row->where, row->jail ? ", by jail " : "",
	              row->jail ? row->jail : "") < 0)
		return -ENOMEM;
	return check_add(run, steal(evidence), steal(command),
	                 "this machine's own network %s is cut off from mail; if clients are "
	                 "there, tell the guard, and it says what lets them in",
	                 network);
}

static int network_cut_off(struct check_run *run)
{
	_cleanup_denylist_ struct denylist denies = DENYLIST_NULL;
	const struct conflictlist_options options = conflictlist_options(run->picture);
	int r = denylist_make(&denies, &options, run->picture);

	for (size_t i = 0; i < denies.n && r == 0; i++)
		if (denies.rows[i].whole && denies.rows[i].effective)
			r = tell_network(run, &denies.rows[i]);
	return r;
}

const struct check check_network_cut_off = {
    .name = "network-cut-off",
    .severity = FINDING_WARNING,
    .help = "a network of this machine's own, of which no clients are known, is cut off from mail",
    .needs = PICTURE_FIREWALLD | PICTURE_RULES | PICTURE_LINKS | PICTURE_CLIENTS,
    .also = PICTURE_TABLES | PICTURE_SOCKETS | PICTURE_FAIL2BAN,
    .status = true,
    .fn = network_cut_off,
};

/* --- in numbers --------------------------------------------------------------------------- */

/** check_count() - what these checks are about, in numbers; Return: 0 or -ENOMEM */
int check_count(struct checks_counts *out, struct check_run *run)
{
	const struct picture *picture = run->picture;
	_cleanup_conflictlist_ struct conflictlist list = CONFLICTLIST_NULL;
	const bool runs =
	    picture_knows(picture, PICTURE_FIREWALLD) && picture->state == FIREWALL_STATE_RUNNING;
	int r = 0;

	*out = (struct checks_counts){
	    .mismatch_known = picture_knows(picture, PICTURE_FIREWALLD) && holds_bans(picture) &&
	                      picture_knows_tickets(picture) && !is_under_way(picture),
	    .clients_known = runs && picture_knows(picture, PICTURE_CLIENTS),
	};
	if (out->mismatch_known && !run->mismatch_found)
		r = find_mismatch(&run->shared, &run->mismatch_counts, 0, picture);
	if (r == 0 && out->clients_known && !run->cut_off_found)
		r = find_conflicts(&list, run);
	if (out->mismatch_known)
		out->mismatch = run->mismatch_counts;
	out->n_cut_off = run->n_cut_off;
	return r;
}
