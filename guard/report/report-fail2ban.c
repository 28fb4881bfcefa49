// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fail2ban's part of `status`: its jails, how their actions ban, and what of it a wipe
 * can take.
 */
#include "guard/report/report-internal.h"

#include <stdio.h>
#include <string.h>

#define WORDS_MAX 256

static size_t count_bans(const struct report_status *status, const char *jail)
{
	size_t n = 0;

	for (size_t i = 0; i < status->tickets.n; i++)
		if (strcmp(status->tickets.tickets[i].jail, jail) == 0)
			n++;
	return n;
}

static bool is_wiped(const struct jail *jail)
{
	for (size_t i = 0; i < jail->n_actions; i++)
		if (jail_action_kind_is_wiped(jail->actions[i].kind))
			return true;
	return false;
}

/* Is there one of which it is not known what its actions do? */
static bool any_unknown(const struct report_status *status)
{
	for (size_t i = 0; i < status->tickets.n_jails; i++)
		if (!status->tickets.jails[i].actions_known)
			return true;
	return false;
}

static size_t count_wiped(const struct report_status *status)
{
	size_t n = 0;

	for (size_t i = 0; i < status->tickets.n_jails; i++)
		if (is_wiped(&status->tickets.jails[i]))
			n += count_bans(status, status->tickets.jails[i].name);
	return n;
}

/* --- as a document ----------------------------------------------------------------------- */

static json_t *actions_json(const struct jail *jail)
{
	json_t *actions = json_array();

	for (size_t i = 0; actions && i < jail->n_actions; i++)
		json_array_append_new(
		    actions,
		    json_pack("{s:o, s:s, s:b}", "name", report_json_text(jail->actions[i].name),
		              "kind", jail_action_kind_name(jail->actions[i].kind), "wiped",
		              jail_action_kind_is_wiped(jail->actions[i].kind)));
	return actions;
}

static json_t *jails_json(const struct report_status *status)
{
	json_t *jails = json_array();

	for (size_t i = 0; jails && i < status->tickets.n_jails; i++) {
		const struct jail *jail = &status->tickets.jails[i];

		json_array_append_new(jails, json_pack("{s:o, s:I, s:b, s:o}", "name",
		                                       report_json_text(jail->name), "bans",
		                                       (json_int_t)count_bans(status, jail->name),
		                                       "actions_known", jail->actions_known,
		                                       "actions", actions_json(jail)));
	}
	return jails;
}

/** report_fail2ban_json() - NULL without memory */
json_t *report_fail2ban_json(const struct report_status *status)
{
	bool known = status->tickets_known;

	return json_pack(
	    "{s:s, s:o, s:o, s:o, s:o}", "state", status->fail2ban, "reason",
	    report_json_text(status->tickets_error), "bans",
	    known ? json_integer((json_int_t)status->tickets.n) : json_null(), "wiped_bans",
	    known && !any_unknown(status) ? json_integer((json_int_t)count_wiped(status))
	                                  : json_null(),
	    "jails", known ? jails_json(status) : json_null());
}

/* --- as text ----------------------------------------------------------------------------- */

/* "rich rules, other", each kind once, in the order of the jail's actions. */
static void name_kinds(const struct jail *jail, char *out, size_t size)
{
	bool seen[JAIL_ACTION_N_KINDS] = {false};
	size_t length = 0;

	out[0] = '\0';
	for (size_t i = 0; i < jail->n_actions; i++) {
		enum jail_action_kind kind = jail->actions[i].kind;

		if (!seen[kind] && length < size)
			length += (size_t)snprintf(out + length, size - length, "%s%s",
			                           length ? ", " : "", jail_action_kind_name(kind));
		seen[kind] = true;
	}
}

static void put_jail(const struct report *report, const struct report_status *status,
                     const struct jail *jail)
{
	size_t n = count_bans(status, jail->name);
	char kinds[WORDS_MAX];

	name_kinds(jail, kinds, sizeof(kinds));
	report_line(report, REPORT_PLAIN, "           %s: %zu ban%s by %s%s", jail->name, n,
	            n == 1 ? "" : "s",
	            !jail->actions_known ? "actions that are not known"
	            : kinds[0]           ? kinds
	                                 : "no action",
	            !jail->actions_known ? ""
	            : is_wiped(jail)     ? ", which a wipe takes"
	                                 : ", which a wipe leaves alone");
}

/** report_fail2ban_put() - a line about it, and one for each jail */
void report_fail2ban_put(const struct report *report, const struct report_status *status)
{
	size_t n = status->tickets.n, n_jails = status->tickets.n_jails;

	if (!status->tickets_known) {
		report_line(report, REPORT_PLAIN, "fail2ban   %s; its bans are not known",
		            status->fail2ban);
		return;
	}
	report_line(report, REPORT_PLAIN, "fail2ban   %s; %zu ban%s in %zu jail%s",
	            status->fail2ban, n, n == 1 ? "" : "s", n_jails, n_jails == 1 ? "" : "s");
	for (size_t i = 0; i < n_jails; i++)
		put_jail(report, status, &status->tickets.jails[i]);
}
