// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/ban/mismatch.h"

#include "guard/base/search.h"
#include "guard/base/shell.h"
#include "guard/model/mail/services.h"
#include "guard/model/ban/banrule.h"
#include "guard/model/ban/directban.h"
#include "guard/model/rule/direct.h"
#include "guard/model/packet/dispatch.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum {
	/* More than these are not typed, nor read. */
	RULES_MAX = 16,
	NAMES_MAX = 8,
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

/* --- texts that grow --------------------------------------------------------------------- */

struct words {
	struct builder text;
	size_t n;
};

/* Return: the text, the caller's; NULL without memory. */
static char *words_take(struct words *words)
{
	char *out;

	return builder_take(&words->text, &out) < 0 ? NULL : out;
}

/* --- the rules that keep somebody away --------------------------------------------------- */

struct ban_rule {
	const struct firewall_entry *entry; /* borrowed */
	struct richrule rule;               /* owned */
	struct cidr source;
	const struct ticket *ticket; /* borrowed; a live one that stands for it; NULL: none */
};

/* In f2b-NAME of the direct interface or of an ipset: a ban, or what leads there. */
struct named {
	const struct firewall_entry *entry; /* borrowed */
	char name[ITEM_ZONE_MAX + 1];
	struct cidr source;          /* of a ban */
	const struct ticket *ticket; /* of a ban; borrowed; NULL: none */
};

struct named_list {
	struct named *rows; /* owned; bans by source */
	size_t n, capacity;
};

struct look {
	const struct mismatch_evidence *evidence;
	struct named_list bans, leads;
	struct ban_rule *rules; /* owned; by source */
	size_t n;
	size_t capacity;
	struct strv mail_zones; /* where mail comes in */
};

static void look_deinit(struct look *look)
{
	for (size_t i = 0; i < look->n; i++)
		richrule_deinit(&look->rules[i].rule);
	free(look->rules);
	free(look->bans.rows);
	free(look->leads.rows);
	strv_deinit(&look->mail_zones);
}

static int compare_sources(const void *a, const void *b)
{
	const struct ban_rule *x = a, *y = b;

	return cidr_cmp(&x->source, &y->source);
}

static int add_rule(struct look *look, const struct firewall_entry *entry)
{
	struct ban_rule row = {.entry = entry, .rule = RICHRULE_NULL};
	int r = banplan_is_ban(&entry->item, NULL);

	if (r <= 0)
		return r;
	r = richrule_parse(&row.rule, entry->item.value, NULL);
	if (r != 0)
		return r < 0 ? r : 0;
	if (!richrule_source_cidr(&row.rule, &row.source) ||
	    grow(&look->rules, &look->capacity, look->n + 1, sizeof(row)) < 0) {
		richrule_deinit(&row.rule);
		return -ENOMEM;
	}
	cidr_first(&row.source, row.source.key);
	look->rules[look->n++] = row;
	return 0;
}

static int compare_named(const void *a, const void *b)
{
	const struct named *x = a, *y = b;

	return cidr_cmp(&x->source, &y->source);
}

static bool leads_to_bans(const struct item *item)
{
	return item->kind == ITEM_DIRECT_RULE &&
	       (strstr(item->value, "-j " DIRECTBAN_PREFIX) ||
	        strstr(item->value, "--match-set " DIRECTBAN_PREFIX));
}

static int add_named(struct look *look, const struct firewall_entry *entry)
{
	const struct item *item = &entry->item;
	const char *set = item->kind == ITEM_ENTRY ? item_ipset_name(item->zone) : NULL;
	struct named row = {.entry = entry};
	struct named_list *list;
	int role = DIRECTBAN_BAN;

	if (set) {
		if (strncmp(set, DIRECTBAN_PREFIX, strlen(DIRECTBAN_PREFIX)) != 0 ||
		    cidr_parse(&row.source, item->value, 0, NULL) != 0)
			return 0;
		snprintf(row.name, sizeof(row.name), "%s", set + strlen(DIRECTBAN_PREFIX));
	} else {
		role = directban_role(item, row.name, &row.source);
	}
	if (role <= DIRECTBAN_NONE || (role == DIRECTBAN_FRAME && !leads_to_bans(item)))
		return role < 0 ? role : 0;
	if (role == DIRECTBAN_BAN)
		cidr_first(&row.source, row.source.key);
	list = role == DIRECTBAN_BAN ? &look->bans : &look->leads;
	if (grow(&list->rows, &list->capacity, list->n + 1, sizeof(row)) < 0)
		return -ENOMEM;
	list->rows[list->n++] = row;
	return 0;
}

static int find_named_tickets(struct look *look)
{
	const struct banplan_evidence evidence = {.tickets = look->evidence->tickets,
	                                          .now_us = look->evidence->now_us};
	struct banplan_rule *judged = calloc(look->bans.n + 1, sizeof(*judged));
	int r;

	if (!judged)
		return -ENOMEM;
	for (size_t i = 0; i < look->bans.n; i++)
		judged[i].item = &look->bans.rows[i].entry->item;
	r = banplan_judge(judged, look->bans.n, &evidence);
	for (size_t i = 0; i < look->bans.n && r == 0; i++)
		look->bans.rows[i].ticket = judged[i].ticket;
	free(judged);
	return r;
}

static int find_named(struct look *look)
{
	const struct firewall *fw = look->evidence->fw;
	int r = 0;

	for (size_t i = 0; i < fw->n && r == 0; i++)
		r = add_named(look, &fw->entries[i]);
	if (r == 0 && look->bans.n)
		qsort(look->bans.rows, look->bans.n, sizeof(*look->bans.rows), compare_named);
	return r == 0 ? find_named_tickets(look) : r;
}

static int find_tickets(struct look *look)
{
	const struct banplan_evidence evidence = {.tickets = look->evidence->tickets,
	                                          .now_us = look->evidence->now_us};
	struct banplan_rule *judged = calloc(look->n + 1, sizeof(*judged));
	int r;

	if (!judged)
		return -ENOMEM;
	for (size_t i = 0; i < look->n; i++)
		judged[i].item = &look->rules[i].entry->item;
	r = banplan_judge(judged, look->n, &evidence);
	for (size_t i = 0; i < look->n && r == 0; i++)
		look->rules[i].ticket = judged[i].ticket;
	free(judged);
	return r;
}

static int find_mail_zones(struct look *look)
{
	const struct firewall *fw = look->evidence->fw;
	int r = 0;

	for (size_t i = 0; i < fw->n && r >= 0; i++) {
		const struct item *item = &fw->entries[i].item;

		if (!(fw->entries[i].flags & FIREWALL_RUNTIME) ||
		    item_class(item) != ITEM_CLASS_MAIL ||
		    strv_contains(&look->mail_zones, item->zone))
			continue;
		r = dispatch_zone_gets_packets(fw, item->zone, look->evidence->interfaces);
		if (r > 0)
			r = strv_add(&look->mail_zones, item->zone);
	}
	return r < 0 ? r : 0;
}

static int look_init(struct look *look, const struct mismatch_evidence *evidence)
{
	int r = 0;

	*look = (struct look){.evidence = evidence};
	for (size_t i = 0; i < evidence->fw->n && r == 0; i++)
		r = add_rule(look, &evidence->fw->entries[i]);
	if (r == 0 && look->n)
		qsort(look->rules, look->n, sizeof(*look->rules), compare_sources);
	if (r == 0)
		r = find_tickets(look);
	if (r == 0)
		r = find_named(look);
	return r == 0 ? find_mail_zones(look) : r;
}

static int compare_source(const void *element, const void *key)
{
	const struct ban_rule *row = element;

	return cidr_cmp(&row->source, key);
}

/* The first rule for @source or behind it. */
static size_t lower_bound(const struct look *look, const struct cidr *source)
{
	return search_lower_bound(look->rules, look->n, sizeof(*look->rules), source,
	                          compare_source);
}

static bool denies(const struct richrule *rule, const char *port, const char *protocol)
{
	if (rule->element == RICHRULE_ELEMENT_NONE)
		return true;
	return rule->element == RICHRULE_ELEMENT_PORT && strcmp(rule->port, port) == 0 &&
	       (!protocol || strcmp(rule->protocol, protocol) == 0);
}

enum place { NOWHERE, ELSEWHERE, IN_PLACE };

/* Is the source kept from the port, and where mail comes in? */
static enum place place_of(const struct look *look, const struct cidr *source, const char *port,
                           const char *protocol)
{
	enum place best = NOWHERE;

	for (size_t i = lower_bound(look, source);
	     i < look->n && cidr_cmp(&look->rules[i].source, source) == 0; i++) {
		const struct ban_rule *row = &look->rules[i];

		if (!(row->entry->flags & FIREWALL_RUNTIME) || !denies(&row->rule, port, protocol))
			continue;
		best = ELSEWHERE;
		if (strv_contains(&look->mail_zones, row->entry->item.zone))
			return IN_PLACE;
	}
	return best;
}

/* --- bans that are no rich rules ---------------------------------------------------------- */

/* By the names that fail2ban's own actions give; of others it is known what was seen. */
static bool is_named(const struct jail_action *action)
{
	if (action->command && !strstr(action->command, DIRECTBAN_PREFIX) &&
	    !strstr(action->command, "<ipmset>"))
		return false;
	return action->kind == JAIL_ACTION_DIRECT || action->kind == JAIL_ACTION_IPSET ||
	       action->kind == JAIL_ACTION_FW_IPSET;
}

/* Does a rule lead packets of that family to where the action bans? */
static bool is_led_to(const struct look *look, const struct jail *jail,
                      const struct jail_action *action, enum cidr_family family)
{
	const char *wanted = family == CIDR_IPV4 ? "ipv4" : "ipv6";

	for (size_t i = 0; i < look->leads.n; i++) {
		const struct named *row = &look->leads.rows[i];

		if ((row->entry->flags & FIREWALL_RUNTIME) &&
		    strcmp(item_direct_family(row->entry->item.zone), wanted) == 0 &&
		    banplan_action_fits(jail, action, ITEM_DIRECT_RULE, row->name, true))
			return true;
	}
	return false;
}

static bool has_named(const struct look *look, const struct jail *jail,
                      const struct jail_action *action, const struct cidr *source)
{
	size_t low = 0, high = look->bans.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (cidr_cmp(&look->bans.rows[middle].source, source) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < look->bans.n && cidr_cmp(&look->bans.rows[low].source, source) == 0; low++) {
		const struct named *row = &look->bans.rows[low];

		if ((row->entry->flags & FIREWALL_RUNTIME) &&
		    banplan_action_fits(jail, action, row->entry->item.kind, row->name, false))
			return true;
	}
	return false;
}

/* What the kernel's own ipsets hold is not to be seen here. */
static bool is_carried_out(const struct look *look, const struct jail *jail,
                           const struct jail_action *action, const struct cidr *source)
{
	return is_led_to(look, jail, action, source->family) &&
	       (action->kind == JAIL_ACTION_IPSET || has_named(look, jail, action, source));
}

static bool is_a_jails(const struct look *look, const struct named *row)
{
	const struct tickets *tickets = look->evidence->tickets;

	for (size_t i = 0; i < tickets->n_jails; i++)
		for (size_t k = 0; k < tickets->jails[i].n_actions; k++)
			if (banplan_action_fits(&tickets->jails[i], &tickets->jails[i].actions[k],
			                        row->entry->item.kind, row->name, false))
				return true;
	return false;
}

/* --- the rule that an action writes ------------------------------------------------------ */

static bool is_rich(const struct jail_action *action)
{
	return action->kind == JAIL_ACTION_RICH;
}

static int writes(bool *out, const struct jail_action *action, const struct ban_rule *row)
{
	_cleanup_strv_ struct strv ports = STRV_NULL;
	_cleanup_free_ char *text = NULL;
	int r;

	if (!is_rich(action) || row->rule.element != RICHRULE_ELEMENT_PORT)
		return 0;
	r = banrule_ports(&ports, action);
	if (r < 0 || !strv_contains(&ports, row->rule.port))
		return r;
	r = banrule_write(&text, action, &row->source, row->rule.port);
	*out = r == 0 && strcmp(text, row->entry->item.value) == 0;
	return r < 0 ? r : 0;
}

/* Is it what one of the jails would write? */
static int is_fail2bans(bool *out, const struct look *look, const struct ban_rule *row)
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

/* --- the bans of one jail ---------------------------------------------------------------- */

struct tally {
	const struct jail *jail;
	size_t n, n_bare;         /* bans; those of them that lack a rule */
	size_t n_new, n_new_bare; /* of these, since nothing was wiped; without any rule */
	size_t n_elsewhere;       /* have their rules where mail does not come in */
	struct words names, elsewhere_names;
	struct strv rules, elsewhere_rules; /* that are not there, or not there */
	struct strv commands;               /* for what is no such rule, and not there */
	bool untold;                        /* there are more, or others than can be told */
	const char *zone;                   /* of the action; NULL: the default zone */
	const char *action;                 /* that writes rich rules; the last one's name */
};

static void tally_deinit(struct tally *tally)
{
	builder_deinit(&tally->names.text);
	builder_deinit(&tally->elsewhere_names.text);
	strv_deinit(&tally->rules);
	strv_deinit(&tally->elsewhere_rules);
	strv_deinit(&tally->commands);
}

static void name_one(struct words *words, const char *name, const char *detail)
{
	if (words->n < NAMES_MAX)
		builder_addf(&words->text, "%s%s%s%s%s", words->n ? ", " : "", name,
		             detail ? " (" : "", detail ? detail : "", detail ? ")" : "");
	else if (words->n == NAMES_MAX)
		builder_add(&words->text, " and others");
	words->n++;
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

	if (rules->n == RULES_MAX) {
		tally->untold = true;
		return 0;
	}
	r = banrule_write(&rule, action, &ticket->cidr, port);
	if (r > 0)
		tally->untold = true;
	return r == 0 ? strv_add_take(rules, steal(rule)) : r < 0 ? r : 0;
}

static int look_at_action(struct tally *tally, struct ban_state *state, const struct look *look,
                          const struct ticket *ticket, const struct jail_action *action)
{
	_cleanup_strv_ struct strv ports = STRV_NULL;
	int r = banrule_ports(&ports, action);

	for (size_t i = 0; i < ports.n && r == 0; i++) {
		enum place place =
		    place_of(look, &ticket->cidr, ports.strings[i], action->protocol);

		state->n_ports++;
		if (place == NOWHERE) {
			state->n_bare++;
			r = keep_rule(tally, &tally->rules, action, ticket, ports.strings[i]);
		} else if (place == ELSEWHERE && look->mail_zones.n &&
		           is_mail_port(ports.strings[i], action->protocol)) {
			state->n_elsewhere++;
			r = keep_rule(tally, &tally->elsewhere_rules, action, ticket,
			              ports.strings[i]);
		}
	}
	return r;
}

/* Return: 1 or 0; -ENOMEM. */
static int is_as_seen(const struct look *look, const struct banshape *shape,
                      const struct ticket *ticket)
{
	int r = 0;

	for (int network = 0; network <= 1 && r == 0; network++) {
		_cleanup_item_ struct item item = ITEM_NULL;

		r = banshape_fill(&item, shape, &ticket->cidr, network);
		if (r == 0)
			r = firewall_has(look->evidence->fw, &item, FIREWALL_RUNTIME);
		else if (r > 0)
			return 0;
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

	if (r != 0 || tally->commands.n == RULES_MAX) {
		tally->untold = true;
		return r < 0 ? r : 0;
	}
	item_add_command(&text, "add", &item, false);
	r = builder_take(&text, &command);
	return r == 0 ? strv_add_take(&tally->commands, command) : r;
}

/* What was seen of the jail's bans, whatever its actions are. Return: 0 or -ENOMEM. */
static int look_at_shapes(struct tally *tally, struct ban_state *state, const struct look *look,
                          const struct ticket *ticket)
{
	const struct mismatch_evidence *evidence = look->evidence;
	const struct banshapes *shapes = evidence->shapes;
	int r = 0;

	for (size_t i = 0; shapes && i < shapes->n && r >= 0; i++) {
		const struct banshape *shape = &shapes->shapes[i];
		_cleanup_item_ struct item item = ITEM_NULL;

		/* of an ipset that was not read nobody knows what is in it */
		if (!shape->sure || !banshape_fits(shape, tally->jail) ||
		    (item_ipset_name(shape->zone) &&
		     !strv_contains(&evidence->fw->zones, shape->zone)))
			continue;
		r = banshape_fill(&item, shape, &ticket->cidr, false);
		if (r != 0)
			continue;
		state->n_ports++;
		r = is_as_seen(look, shape, ticket);
		state->n_bare += r == 0;
		if (r == 0)
			r = keep_command(tally, shape, ticket);
	}
	return r < 0 ? r : 0;
}

/* For all ports: any rule about exactly the banned, wherever it is, as some are in policies. */
static bool denies_all(const struct look *look, const struct cidr *source)
{
	for (size_t i = lower_bound(look, source);
	     i < look->n && cidr_cmp(&look->rules[i].source, source) == 0; i++)
		if (look->rules[i].entry->flags & FIREWALL_RUNTIME)
			return true;
	return false;
}

/* Of one that writes no rule for each port: about the address as it is, not its network. */
static bool names_the_banned(const struct jail_action *action)
{
	const char *at = action->command ? strstr(action->command, "<ip>") : NULL;

	return !action->ports && at && at[strlen("<ip>")] != '/';
}

/* A ban that keeps legitimate clients away is left out on purpose, and must not be typed. */
static bool is_left_out(const struct look *look, const struct ticket *ticket)
{
	const struct mismatch_evidence *evidence = look->evidence;

	return evidence->clients &&
	       coverage_spares(evidence->clients, evidence->learned, &ticket->cidr);
}

static int look_at_ban(struct tally *tally, const struct look *look, const struct ticket *ticket)
{
	const struct mismatch_evidence *evidence = look->evidence;
	struct ban_state state = {0};
	int r = 0;

	if (!ticket->has_cidr || !ticket_is_live(ticket, evidence->now_us) ||
	    ticket->time_us > evidence->now_us - GRACE_US || is_left_out(look, ticket))
		return 0;
	for (size_t i = 0; i < tally->jail->n_actions && r == 0; i++) {
		const struct jail_action *action = &tally->jail->actions[i];

		if (is_rich(action))
			r = look_at_action(tally, &state, look, ticket, action);
		if (is_rich(action) ? !names_the_banned(action) : !is_named(action))
			continue;
		state.n_ports++;
		if (is_rich(action) ? !denies_all(look, &ticket->cidr)
		                    : !is_carried_out(look, tally->jail, action, &ticket->cidr)) {
			state.n_bare++;
			tally->untold = true; /* more than a rule may be missing */
		}
	}
	if (r == 0 && !jail_lets_in(tally->jail))
		r = look_at_shapes(tally, &state, look, ticket);
	if (state.n_ports == 0)
		return r;
	tally->n++;
	if (state.n_bare) {
		tally->n_bare++;
		name_one(&tally->names, ticket->address,
		         state.n_bare < state.n_ports ? "in part" : NULL);
	}
	if (state.n_elsewhere) {
		tally->n_elsewhere++;
		name_one(&tally->elsewhere_names, ticket->address, NULL);
	}
	if (evidence->unwiped_us >= 0 && ticket->time_us > evidence->unwiped_us) {
		tally->n_new++;
		tally->n_new_bare += state.n_bare == state.n_ports;
	}
	return r;
}

/* NULL, where that jail's name must not be typed, or without memory. */
static char *restart_command(const struct jail *jail)
{
	char *out;

	return jail_restart_command(&out, jail->name) == 0 ? out : NULL;
}

/* One call for all of them. NULL without memory. */
static char *rules_command(bool permanent, const char *zone, const struct strv *rules,
                           const char *option)
{
	_cleanup_builder_ struct builder text = BUILDER_NULL;
	char *out;

	item_begin_command(&text, zone, permanent);
	for (size_t i = 0; i < rules->n; i++)
		shell_addf(&text, " --%s=%s", option, rules->strings[i]);
	return builder_take(&text, &out) < 0 ? NULL : out;
}

/* What makes what is missing of a jail's bans; NULL: its actions have to, or no memory. */
static char *bare_command(const struct tally *tally)
{
	_cleanup_builder_ struct builder text = BUILDER_NULL;
	_cleanup_free_ char *rules = NULL;
	char *out;

	if (tally->untold)
		return restart_command(tally->jail);
	if (tally->rules.n)
		rules = rules_command(false, tally->zone, &tally->rules, "add-rich-rule");
	builder_join(&text, "", rules ? rules : "");
	builder_join_all(&text, " && ", &tally->commands);
	return builder_take(&text, &out) < 0 ? NULL : out;
}

static int tell_bare(struct findings *out, struct mismatch_counts *counts, unsigned kinds,
                     struct tally *tally, const struct strv *failing)
{
	bool told = failing && strv_contains(failing, tally->jail->name);
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
		              tally->n_new, tally->jail->name);
	else
		r = xasprintf(&text,
		              "%zu of %zu bans of jail %s have no rule: the banned can connect",
		              tally->n_bare, tally->n, tally->jail->name);
	if (r < 0)
		return r;
	command = fails || tally->rules.n + tally->commands.n == 0 ? restart_command(tally->jail)
	                                                           : bare_command(tally);
	return findings_add_take(out, kind_names[kind], FINDING_ERROR, text,
	                         words_take(&tally->names), command);
}

/*
 * Has fail2ban's action write into @zone from now on, and its bans written anew. Where it
 * names a zone, its parameter is set; else (fail2ban's own do not before its change #4184)
 * a copy of the action gets one. Neither is done where somebody has made changes before;
 * where another jail's command has, its bans alone are written anew.
 */
static int action_command(char **out, const struct tally *tally, const char *zone)
{
	/* firewallcmd-rich-logging has its commands from there */
	const char *name = strcmp(tally->action, "firewallcmd-rich-logging") == 0
	                       ? "firewallcmd-rich-rules"
	                       : tally->action;
	_cleanup_free_ char *edit = NULL, *restart = restart_command(tally->jail);
	int r;

	if (!restart || !shell_is_plain(name) || !shell_is_plain(zone))
		return 1;
	if (tally->zone)
		r = xasprintf(&edit, "{ echo '[Init]'; echo 'zone = %s'; }", zone);
	else
		r = xasprintf(&edit, "sed 's/firewall-cmd --/firewall-cmd --zone=%s --/g' $a.conf",
		              zone);
	return r < 0 ? r
	             : xasprintf(out,
	                         "a=/etc/fail2ban/action.d/%s; grep -qs firewall-cmd $a.conf && "
	                         "{ grep -Eqs 'zone ?= ?%s( |$)' $a.local || "
	                         "{ test ! -e $a.local && %s >$a.local; }; } && %s",
	                         name, zone, edit, restart);
}

/* The next reload brings something there; from firewalld 2 on another default zone is one. */
static bool is_bound_for_good(const struct firewall *fw, const char *zone)
{
	static const enum item_kind kinds[] = {ITEM_INTERFACE, ITEM_SOURCE};

	for (size_t k = 0; k < ARRAY_SIZE(kinds); k++)
		for (size_t i = firewall_first(fw, zone, kinds[k]);
		     i < fw->n && fw->entries[i].item.kind == kinds[k] &&
		     strcmp(fw->entries[i].item.zone, zone) == 0;
		     i++)
			if (fw->entries[i].flags & FIREWALL_PERMANENT)
				return true;
	return false;
}

/* What ends it, and not only for the bans that there are. Return: 0; 1: nothing; -ENOMEM. */
static int zone_command(char **out, const struct tally *tally, const struct look *look,
                        const char *zone)
{
	const struct firewall *fw = look->evidence->fw;
	int reached;

	if (tally->zone || !fw->default_zone || !shell_is_plain(zone))
		return action_command(out, tally, zone);
	/* made before it was the default zone */
	if (strcmp(fw->default_zone, zone) == 0)
		return (*out = restart_command(tally->jail)) ? 0 : 1;
	reached = dispatch_zone_gets_packets(fw, fw->default_zone, look->evidence->interfaces);
	if (reached < 0)
		return reached;
	if (reached > 0 || is_bound_for_good(fw, fw->default_zone))
		return action_command(out, tally, zone);
	/* nobody needs that default zone, and all jails profit */
	return xasprintf(out,
	                 "systemctl stop fail2ban && firewall-cmd --set-default-zone=%s; "
	                 "systemctl start fail2ban",
	                 zone);
}

static int tell_elsewhere(struct findings *out, struct mismatch_counts *counts, unsigned kinds,
                          struct tally *tally, const struct look *look)
{
	const char *zone = look->mail_zones.strings[0];
	_cleanup_free_ char *command = NULL;
	char *text = NULL;
	int r;

	counts->n[MISMATCH_BAN_ZONE] += tally->n_elsewhere;
	if (!(kinds & 1U << MISMATCH_BAN_ZONE))
		return 0;
	r = zone_command(&command, tally, look, zone);
	if (r > 0 && tally->elsewhere_rules.n)
		command = rules_command(false, zone, &tally->elsewhere_rules, "add-rich-rule");
	if (r >= 0)
		r = xasprintf(&text,
		              "%zu bans of jail %s stand in a zone that mail does not come "
		              "through: its action writes into %s, and mail comes through %s",
		              tally->n_elsewhere, tally->jail->name,
		              tally->zone ? tally->zone : "the default zone", zone);
	if (r < 0)
		return r;
	return findings_add_take(out, kind_names[MISMATCH_BAN_ZONE], FINDING_ERROR, text,
	                         words_take(&tally->elsewhere_names), steal(command));
}

static int look_at_jail(struct findings *out, struct mismatch_counts *counts, unsigned kinds,
                        const struct look *look, const struct jail *jail, size_t *at)
{
	_cleanup_(tally_deinit) struct tally tally = {.jail = jail};
	const struct tickets *tickets = look->evidence->tickets;
	int r = 0;

	for (size_t i = 0; i < jail->n_actions; i++) {
		if (!is_rich(&jail->actions[i]))
			continue;
		tally.action = jail->actions[i].name;
		if (jail->actions[i].zone)
			tally.zone = jail->actions[i].zone;
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

/* --- the rules of one zone --------------------------------------------------------------- */

struct leftover {
	enum mismatch_kind kind;
	const char *zone;
	struct strv rules;
	struct words names;
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
	struct words *names = &leftover->names;

	leftover->n_rules++;
	if (strcmp(leftover->last, address) != 0) {
		end_last(leftover);
		snprintf(leftover->last, sizeof(leftover->last), "%s", address);
		leftover->n++;
		name_one(names, address, NULL);
	}
	if (detail && names->n <= NAMES_MAX)
		builder_addf(&names->text, "%s%s", leftover->n_details++ ? ", " : " (", detail);
	return leftover->rules.n < RULES_MAX ? strv_add(&leftover->rules, rule) : 0;
}

static bool is_of_kind(const struct firewall_entry *entry, const struct ticket *ticket,
                       enum mismatch_kind kind)
{
	if (kind == MISMATCH_BAN_PERMANENT)
		return (entry->flags & FIREWALL_PERMANENT) != 0;
	return !ticket && (entry->flags & FIREWALL_RUNTIME);
}

/* Of one kind: does the rule belong to it? */
static int belongs(bool *out, const struct look *look, const struct ban_rule *row,
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
		return rules_command(permanent, leftover->zone, rules,
		                     item_ipset_name(leftover->zone) ? "remove-entry"
		                                                     : "remove-rich-rule");
	for (size_t i = 0; i < rules->n; i++) {
		const struct item item = {
		    .zone = (char *)(uintptr_t)leftover->zone, /* borrowed, and not written to */
		    .value = rules->strings[i],
		    .kind = ITEM_DIRECT_RULE};

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
	if (leftover->n_rules > RULES_MAX)
		builder_addf(&leftover->names.text, "; the command is for the first %d rules",
		             RULES_MAX);
	names = words_take(&leftover->names);
	return findings_add_take(out, kind_names[leftover->kind], FINDING_WARNING, text, names,
	                         leftover_command(leftover));
}

static int look_at_zone(struct findings *out, struct mismatch_counts *counts, bool told,
                        const struct look *look, const char *zone, enum mismatch_kind kind)
{
	_cleanup_(leftover_deinit) struct leftover leftover = {.kind = kind, .zone = zone};
	int r = 0;

	for (size_t i = 0; i < look->n && r == 0; i++) {
		const struct ban_rule *row = &look->rules[i];
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
                         const struct look *look, const char *place, enum mismatch_kind kind)
{
	_cleanup_(leftover_deinit) struct leftover leftover = {.kind = kind, .zone = place};
	int r = 0;

	for (size_t i = 0; i < look->bans.n && r == 0; i++) {
		const struct named *row = &look->bans.rows[i];
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
                          const struct look *look, enum mismatch_kind kind)
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
	static const enum mismatch_kind of_zones[] = {MISMATCH_RULE_WITHOUT_BAN,
	                                              MISMATCH_BAN_PERMANENT};
	_cleanup_(look_deinit) struct look look = {0};
	int r = look_init(&look, evidence);
	size_t at = 0;

	*counts = (struct mismatch_counts){0};
	for (size_t i = 0; i < evidence->tickets->n_jails && r == 0; i++)
		r = look_at_jail(out, counts, kinds, &look, &evidence->tickets->jails[i], &at);
	for (size_t k = 0; k < ARRAY_SIZE(of_zones); k++) {
		bool told = kinds & 1U << of_zones[k];

		for (size_t i = 0; i < evidence->fw->zones.n && r == 0; i++)
			r = look_at_zone(out, counts, told, &look, evidence->fw->zones.strings[i],
			                 of_zones[k]);
		if (r == 0)
			r = look_at_places(out, counts, told, &look, of_zones[k]);
	}
	return r;
}
