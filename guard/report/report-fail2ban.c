// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fail2ban's part of `status`: its jails, how their actions ban, and what of it a wipe
 * can take.
 */
#include "guard/report/report-internal.h"

#include <stdio.h>
#include <string.h>

#define WORDS_MAX 256

static size_t count_bans(const struct picture *picture, const char *jail)
{
	size_t n = 0;

	for (size_t i = 0; i < picture->tickets.n; i++)
		if (strcmp(picture->tickets.tickets[i].jail, jail) == 0)
			n++;
	return n;
}

static bool is_unknown(const struct picture *picture, const struct jail *jail)
{
	return !jail->actions_known ||
	       (!jail_lets_in(jail) && picture_jail_fate(picture, jail) == JAIL_FATE_UNKNOWN);
}

/* Is there one of which it is not known what its actions do, or what a reload does to them? */
static bool any_unknown(const struct picture *picture)
{
	for (size_t i = 0; i < picture->tickets.n_jails; i++)
		if (is_unknown(picture, &picture->tickets.jails[i]))
			return true;
	return false;
}

static size_t count_wiped(const struct picture *picture)
{
	size_t n = 0;

	for (size_t i = 0; i < picture->tickets.n_jails; i++)
		if (jail_fate_is_wiped(picture_jail_fate(picture, &picture->tickets.jails[i])))
			n += count_bans(picture, picture->tickets.jails[i].name);
	return n;
}

/* --- as a document ----------------------------------------------------------------------- */

static json_t *actions_json(const struct picture *picture, const struct jail *jail)
{
	json_t *actions = json_array();

	for (size_t i = 0; actions && i < jail->n_actions; i++) {
		const struct jail_action *action = &jail->actions[i];
		enum jail_fate fate = picture_action_fate(picture, jail, action);

		report_json_append(&actions, json_pack("{s:o, s:s, s:b, s:s}", "name",
		                                       report_json_text(action->name), "kind",
		                                       jail_action_kind_name(action->kind), "wiped",
		                                       jail_fate_is_wiped(fate), "after_reload",
		                                       jail_fate_name(fate)));
	}
	return actions;
}

static json_t *seen_json(const struct picture *picture, const struct jail *jail)
{
	json_t *seen = json_array();
	char name[WORDS_MAX];

	for (size_t i = 0; seen && i < picture->shapes.n; i++) {
		if (strcmp(picture->shapes.shapes[i].jail, jail->name) != 0)
			continue;
		banshape_name(name, sizeof(name), &picture->shapes.shapes[i]);
		report_json_append(&seen, report_json_text(name));
	}
	return seen;
}

static json_t *jails_json(const struct picture *picture)
{
	json_t *jails = json_array();

	for (size_t i = 0; jails && i < picture->tickets.n_jails; i++) {
		const struct jail *jail = &picture->tickets.jails[i];

		report_json_append(&jails, json_pack("{s:o, s:I, s:b, s:o, s:o}", "name",
		                                     report_json_text(jail->name), "bans",
		                                     (json_int_t)count_bans(picture, jail->name),
		                                     "actions_known", jail->actions_known,
		                                     "actions", actions_json(picture, jail), "seen",
		                                     seen_json(picture, jail)));
	}
	return jails;
}

/** report_fail2ban_json() - NULL without memory */
json_t *report_fail2ban_json(const struct picture *picture)
{
	bool known = picture_knows_tickets(picture);

	return json_pack(
	    "{s:s, s:o, s:o, s:o, s:o}", "state", fail2ban_state_name(picture->fail2ban), "reason",
	    known || picture->fail2ban == FAIL2BAN_STOPPED
	        ? json_null()
	        : report_json_text(picture_why(picture, PICTURE_FAIL2BAN)),
	    "bans", known ? json_integer((json_int_t)picture->tickets.n) : json_null(),
	    "wiped_bans",
	    known && !any_unknown(picture) ? json_integer((json_int_t)count_wiped(picture))
	                                   : json_null(),
	    "jails", known ? jails_json(picture) : json_null());
}

/* --- as text ----------------------------------------------------------------------------- */

/* What its bans were seen to look like, each once: those of IPv6 may differ by words alone. */
static size_t name_shapes(const struct picture *picture, const struct jail *jail, char *out,
                          size_t size)
{
	char name[WORDS_MAX];
	size_t length = 0;

	out[0] = '\0';
	for (size_t i = 0; i < picture->shapes.n && length < size; i++) {
		if (strcmp(picture->shapes.shapes[i].jail, jail->name) != 0)
			continue;
		banshape_name(name, sizeof(name), &picture->shapes.shapes[i]);
		if (!strstr(out, name))
			length += (size_t)snprintf(out + length, size - length, "%s%s",
			                           length ? ", " : "", name);
	}
	return length;
}

/*
 * "rich rules, nftables", each kind once, in the order of the jail's actions. Mails and
 * hooks, the guard's own among them, ban nobody: they are named where nothing else is there.
 */
static void name_kinds(const struct picture *picture, const struct jail *jail, char *out,
                       size_t size)
{
	bool seen[JAIL_ACTION_N_KINDS] = {false};
	size_t length = name_shapes(picture, jail, out, size);
	bool bans = length > 0;

	/* what was seen is what they do */
	seen[JAIL_ACTION_SOURCE] = seen[JAIL_ACTION_ALLOW] = bans;
	for (size_t i = 0; i < jail->n_actions; i++)
		bans |= jail->actions[i].kind != JAIL_ACTION_OTHER &&
		        jail->actions[i].kind != JAIL_ACTION_REPORT;
	seen[JAIL_ACTION_OTHER] = bans;
	for (size_t i = 0; i < jail->n_actions; i++)
		bans |= jail->actions[i].kind == JAIL_ACTION_OTHER;
	seen[JAIL_ACTION_REPORT] = bans;
	for (size_t i = 0; i < jail->n_actions; i++) {
		enum jail_action_kind kind = jail->actions[i].kind;

		if (!seen[kind] && length < size)
			length += (size_t)snprintf(out + length, size - length, "%s%s",
			                           length ? ", " : "", jail_action_kind_name(kind));
		seen[kind] = true;
	}
}

/* By what its actions are, or by what was seen. */
static bool keeps_away(const struct picture *picture, const struct jail *jail)
{
	char names[WORDS_MAX];

	for (size_t i = 0; i < jail->n_actions; i++)
		if (jail_action_kind_keeps_away(jail->actions[i].kind))
			return true;
	return jail->n_actions == 0 || name_shapes(picture, jail, names, sizeof(names)) > 0;
}

static const char *fate_words(const struct picture *picture, const struct jail *jail)
{
	static const char *const words[JAIL_FATE_N] = {
	    [JAIL_FATE_KEPT] = ", which a reload does not touch",
	    [JAIL_FATE_RESTORED] = ", which a reload drops",
	    [JAIL_FATE_UNKNOWN] = ", which a reload may drop",
	    [JAIL_FATE_LOST] = ", which a reload drops, and nobody puts back",
	};
	enum jail_fate fate = picture_jail_fate(picture, jail);

	if (!jail->actions_known)
		return "";
	if (jail_lets_in(jail))
		return ", which lets in and keeps nobody away";
	if (!keeps_away(picture, jail))
		return ", which keeps nobody away";
	return fate == JAIL_FATE_RESTORED && picture_restores_bans(picture)
	           ? ", which a reload drops, and the guard puts back"
	           : words[fate];
}

static void put_jail(const struct report *report, const struct picture *picture,
                     const struct jail *jail)
{
	size_t n = count_bans(picture, jail->name);
	char kinds[WORDS_MAX];

	name_kinds(picture, jail, kinds, sizeof(kinds));
	report_line(report, REPORT_PLAIN, "           %s: %zu ban%s by %s%s", jail->name, n,
	            text_plural(n),
	            !jail->actions_known ? "unknown actions"
	            : kinds[0]           ? kinds
	                                 : "no action",
	            fate_words(picture, jail));
}

/** report_fail2ban_put() - a line about it, and one for each jail */
void report_fail2ban_put(const struct report *report, const struct picture *picture)
{
	size_t n = picture->tickets.n, n_jails = picture->tickets.n_jails;

	if (!picture_knows_tickets(picture)) {
		report_line(report, REPORT_PLAIN, "fail2ban   %s; its bans are unknown",
		            fail2ban_state_name(picture->fail2ban));
		return;
	}
	report_line(report, REPORT_PLAIN, "fail2ban   %s; %zu ban%s in %zu jail%s",
	            fail2ban_state_name(picture->fail2ban), n, text_plural(n), n_jails,
	            text_plural(n_jails));
	for (size_t i = 0; i < n_jails; i++)
		put_jail(report, picture, &picture->tickets.jails[i]);
}
