// SPDX-License-Identifier: GPL-2.0-or-later
/* The rules of fail2ban's actions that no ban stands behind, or that are permanent. */
#include "guard/model/ban/mismatch-internal.h"

#include "guard/model/ban/banrule.h"

#include <stdio.h>
#include <string.h>

static bool is_a_jails(const struct mismatch_look *look, const struct mismatch_named *row)
{
	const struct tickets *tickets = look->evidence->tickets;

	for (size_t i = 0; i < tickets->n_jails; i++)
		for (size_t k = 0; k < tickets->jails[i].n_actions; k++)
			if (banplan_action_fits(&tickets->jails[i], &tickets->jails[i].actions[k],
			                        row->entry->item.kind, row->name, false))
				return true;
	return false;
}

static int writes(bool *out, const struct jail_action *action, const struct mismatch_rule *row)
{
	_cleanup_strv_ struct strv ports = STRV_NULL;
	_cleanup_free_ char *text = NULL;
	int r;

	if (action->kind != JAIL_ACTION_RICH || row->rule.element != RICHRULE_ELEMENT_PORT)
		return 0;
	r = banrule_ports(&ports, action);
	if (r < 0 || !strv_contains(&ports, row->rule.port))
		return r;
	r = banrule_write(&text, action, &row->source, row->rule.port);
	*out = r == 0 && strcmp(text, row->entry->item.value) == 0;
	return r < 0 ? r : 0;
}

/* Is it what one of the jails would write? */
static int is_fail2bans(bool *out, const struct mismatch_look *look,
                        const struct mismatch_rule *row)
{
	const struct tickets *tickets = look->evidence->tickets;

	*out = false;
	for (size_t i = 0; i < tickets->n_jails; i++)
		for (size_t k = 0; k < tickets->jails[i].n_actions && !*out; k++) {
			int r = writes(out, &tickets->jails[i].actions[k], row);

			if (r < 0)
				return r;
		}
	return 0;
}

struct leftover {
	enum mismatch_kind kind;
	const char *zone;
	struct strv rules;
	struct mismatch_names names;
	size_t n, n_rules;           /* addresses; rules, of which an address may have several */
	char last[CIDR_TEXT_LENGTH]; /* the address that came last */
	size_t n_details;            /* that were written of it */
};

static void leftover_deinit(struct leftover *leftover)
{
	strv_deinit(&leftover->rules);
	builder_deinit(&leftover->names.text);
}

static void end_last(struct leftover *leftover)
{
	if (leftover->n_details)
		builder_add(&leftover->names.text, ")");
	leftover->n_details = 0;
}

/* By address, in whose order they come: a ban on five ports is one. */
static int add_leftover(struct leftover *leftover, const char *address, const char *detail,
                        const char *rule)
{
	struct mismatch_names *names = &leftover->names;

	leftover->n_rules++;
	if (strcmp(leftover->last, address) != 0) {
		end_last(leftover);
		snprintf(leftover->last, sizeof(leftover->last), "%s", address);
		leftover->n++;
		mismatch_names_add(names, address, NULL);
	}
	if (detail && names->n <= MISMATCH_NAMES_MAX)
		builder_addf(&names->text, "%s%s", leftover->n_details++ ? ", " : " (", detail);
	return leftover->rules.n < MISMATCH_RULES_MAX ? strv_add(&leftover->rules, rule) : 0;
}

static bool is_of_kind(const struct firewall_entry *entry, const struct ticket *ticket,
                       enum mismatch_kind kind)
{
	if (kind == MISMATCH_BAN_PERMANENT)
		return (entry->flags & FIREWALL_PERMANENT) != 0;
	return !ticket && (entry->flags & FIREWALL_RUNTIME);
}

/* Of one kind: does the rule belong to it? */
static int belongs(bool *out, const struct mismatch_look *look, const struct mismatch_rule *row,
                   enum mismatch_kind kind)
{
	*out = false;
	return is_of_kind(row->entry, row->ticket, kind) ? is_fail2bans(out, look, row) : 0;
}

/* A command for each direct rule; one for the entries of an ipset. NULL without memory. */
static char *leftover_command(const struct leftover *leftover)
{
	const bool permanent = leftover->kind == MISMATCH_BAN_PERMANENT;
	const struct strv *rules = &leftover->rules;
	_cleanup_builder_ struct builder text = BUILDER_NULL;
	char *out;

	if (!item_direct_family(leftover->zone))
		return mismatch_rules_command(permanent, leftover->zone, rules,
		                              item_ipset_name(leftover->zone) ? "remove-entry"
		                                                              : "remove-rich-rule");
	for (size_t i = 0; i < rules->n; i++) {
		const struct item item = {
		    .zone = leftover->zone, .value = rules->strings[i], .kind = ITEM_DIRECT_RULE};

		item_add_command(&text, "remove", &item, permanent);
	}
	return builder_take(&text, &out) < 0 ? NULL : out;
}

static int tell_leftover(struct findings *out, struct leftover *leftover)
{
	bool permanent = leftover->kind == MISMATCH_BAN_PERMANENT, one = leftover->n == 1;
	const char *zone = strchr(leftover->zone, ':') ? "" : "zone ";
	char *text = NULL, *names;
	int r;

	if (permanent)
		r = xasprintf(&text,
		              "%zu ban%s in the permanent configuration of %s%s: every reload "
		              "brings %s back, and fail2ban does not end %s",
		              leftover->n, one ? " is" : "s are", zone, leftover->zone,
		              one ? "it" : "them", one ? "it" : "them");
	else
		r = xasprintf(&text, "%s%s still blocks %zu address%s that no jail bans", zone,
		              leftover->zone, leftover->n, one ? "" : "es");
	if (r < 0)
		return r;
	end_last(leftover);
	if (leftover->n_rules > MISMATCH_RULES_MAX)
		builder_addf(&leftover->names.text, "; the command is for the first %d rules",
		             MISMATCH_RULES_MAX);
	names = mismatch_names_take(&leftover->names);
	return findings_add_take(out, mismatch_kind_name(leftover->kind), FINDING_WARNING, text,
	                         names, leftover_command(leftover));
}

static int look_at_zone(struct findings *out, struct mismatch_counts *counts, bool told,
                        const struct mismatch_look *look, const char *zone, enum mismatch_kind kind)
{
	_cleanup_(leftover_deinit) struct leftover leftover = {.kind = kind, .zone = zone};
	int r = 0;

	for (size_t i = 0; i < look->n && r == 0; i++) {
		const struct mismatch_rule *row = &look->rules[i];
		char address[CIDR_TEXT_LENGTH];
		bool found;

		if (strcmp(row->entry->item.zone, zone) != 0)
			continue;
		r = belongs(&found, look, row, kind);
		if (r < 0 || !found)
			continue;
		cidr_format(&row->source, address);
		r = add_leftover(&leftover, address, row->rule.port, row->entry->item.value);
	}
	counts->n[kind] += leftover.n;
	return r == 0 && leftover.n && told ? tell_leftover(out, &leftover) : r;
}

static int look_at_place(struct findings *out, struct mismatch_counts *counts, bool told,
                         const struct mismatch_look *look, const char *place,
                         enum mismatch_kind kind)
{
	_cleanup_(leftover_deinit) struct leftover leftover = {.kind = kind, .zone = place};
	int r = 0;

	for (size_t i = 0; i < look->bans.n && r == 0; i++) {
		const struct mismatch_named *row = &look->bans.rows[i];
		char address[CIDR_TEXT_LENGTH];

		if (strcmp(row->entry->item.zone, place) != 0 ||
		    !is_of_kind(row->entry, row->ticket, kind) || !is_a_jails(look, row))
			continue;
		cidr_format(&row->source, address);
		r = add_leftover(&leftover, address, row->name, row->entry->item.value);
	}
	counts->n[kind] += leftover.n;
	return r == 0 && leftover.n && told ? tell_leftover(out, &leftover) : r;
}

/* The pseudo-zones of the direct interface, and ipsets, one after the other. */
static int look_at_places(struct findings *out, struct mismatch_counts *counts, bool told,
                          const struct mismatch_look *look, enum mismatch_kind kind)
{
	_cleanup_strv_ struct strv places = STRV_NULL;
	int r = 0;

	for (size_t i = 0; i < look->bans.n && r == 0; i++) {
		const char *place = look->bans.rows[i].entry->item.zone;

		if (strv_contains(&places, place))
			continue;
		r = strv_add(&places, place);
		if (r == 0)
			r = look_at_place(out, counts, told, look, place, kind);
	}
	return r;
}

/**
 * mismatch_find_leftovers() - the rules that outlived their bans, and bans that became permanent
 * @out:    findings are added to it
 * @counts: those of these kinds are added to
 * @kinds:  1U << kind of what is to be told
 *
 * Return: 0 or -ENOMEM.
 */
int mismatch_find_leftovers(struct findings *out, struct mismatch_counts *counts, unsigned kinds,
                            const struct mismatch_look *look)
{
	static const enum mismatch_kind of_zones[] = {MISMATCH_RULE_WITHOUT_BAN,
	                                              MISMATCH_BAN_PERMANENT};
	const struct strv *zones = &look->evidence->fw->zones;
	int r = 0;

	for (size_t k = 0; k < ARRAY_SIZE(of_zones); k++) {
		bool told = kinds & 1U << of_zones[k];

		for (size_t i = 0; i < zones->n && r == 0; i++)
			r = look_at_zone(out, counts, told, look, zones->strings[i], of_zones[k]);
		if (r == 0)
			r = look_at_places(out, counts, told, look, of_zones[k]);
	}
	return r;
}
