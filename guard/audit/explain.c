// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/audit/explain.h"
#include "guard/model/mail/services.h"
#include "guard/model/packet/owner.h"
#include "guard/model/packet/walk.h"

#include "guard/base/shell.h"
#include "guard/model/ban/directban.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/** explain_deinit() - free what it owns */
void explain_deinit(struct explain *explain)
{
	for (size_t i = 0; i < explain->n_ports; i++) {
		free(explain->ports[i].service);
		verdict_deinit(&explain->ports[i].verdict);
		verdict_deinit(&explain->ports[i].rules);
		strv_deinit(&explain->ports[i].doubts);
	}
	free(explain->ports);
	for (size_t i = 0; i < explain->n_reasons; i++) {
		free(explain->reasons[i].what);
		free(explain->reasons[i].why);
		free(explain->reasons[i].jail);
		strv_deinit(&explain->reasons[i].commands);
		strv_deinit(&explain->reasons[i].others);
	}
	free(explain->reasons);
	*explain = EXPLAIN_NULL;
}

/**
 * explain_add() - ask about one more port; one that is there already is not asked twice
 * @protocol: "tcp"…
 * @service:  what it is known as; may be NULL
 * @asked:    somebody named it, so that a refusal is an answer that is not fine
 *
 * Return: 0; -EINVAL for a protocol of too many letters; -ENOMEM.
 */
int explain_add(struct explain *explain, const char *protocol, unsigned port, const char *service,
                bool asked)
{
	struct explain_port row = {.port = port, .asked = asked, .reason = SIZE_MAX};
	int r;

	if (strlen(protocol) >= sizeof(row.protocol))
		return -EINVAL;
	for (size_t i = 0; i < explain->n_ports; i++)
		if (explain->ports[i].port == port &&
		    strcmp(explain->ports[i].protocol, protocol) == 0)
			return 0;
	r = grow(&explain->ports, &explain->ports_capacity, explain->n_ports + 1,
	         sizeof(*explain->ports));
	if (r < 0)
		return r;
	strcpy(row.protocol, protocol);
	if (service && !(row.service = strdup(service)))
		return -ENOMEM;
	explain->ports[explain->n_ports++] = row;
	return 0;
}

/** explain_add_usual() - ask about the ports of mail and web over TCP; Return: 0; -ENOMEM */
int explain_add_usual(struct explain *explain)
{
	const struct service *service = NULL;
	int r = 0;

	while (r == 0 && (service = services_next(service, SERVICES_MAIL | SERVICES_WEB)))
		if (strcmp(service->transport, "tcp") == 0)
			r = explain_add(explain, "tcp", service->port, service->name, false);
	return r;
}

/* --- words -------------------------------------------------------------------------------- */

static const char *kind_words(const struct verdict_step *step)
{
	switch (step->what) {
	case VERDICT_WHAT_SERVICE:
		return "service ";
	case VERDICT_WHAT_PORT:
		return "port ";
	case VERDICT_WHAT_PROTOCOL:
		return "protocol ";
	case VERDICT_WHAT_SOURCE_PORT:
		return "source port ";
	case VERDICT_WHAT_ICMP_BLOCK:
		return "icmp-block ";
	case VERDICT_WHAT_TARGET:
		return "target ";
	case VERDICT_WHAT_FORWARD_PORT:
		return "forward port ";
	case VERDICT_WHAT_BINDING:
		return "binding ";
	case VERDICT_WHAT_LOOPBACK:
		return "interface ";
	case VERDICT_WHAT_CHAIN_RULE:
	case VERDICT_WHAT_CHAIN_POLICY:
	case VERDICT_WHAT_PANIC:
	case VERDICT_WHAT_RULE:
	case VERDICT_WHAT_ICMP:
		break;
	}
	return "";
}

static const char *value_words(const struct verdict_step *step)
{
	if (step->what == VERDICT_WHAT_PANIC)
		return "panic mode";
	if (step->what == VERDICT_WHAT_ICMP)
		return "ICMP as a whole";
	if (step->what == VERDICT_WHAT_BINDING && !step->value)
		return "default zone";
	return step->value ? step->value : "none";
}

/**
 * explain_step_words() - "service imaps in zone public", "rule … in policy mail-in"
 * @out: the caller frees it
 *
 * Return: 0; -ENOMEM.
 */
int explain_step_words(char **out, const struct verdict_step *step)
{
	const char *kind = kind_words(step), *value = value_words(step);

	if (step->chain && step->chain->direct)
		return xasprintf(out, "direct rule \"%s\" of %s %s %s", value, step->chain->family,
		                 step->chain->table, step->chain->name);
	if (step->chain)
		return xasprintf(out, "\"%s\" in table %s %s, chain %s", value, step->chain->family,
		                 step->chain->table, step->chain->name);
	if (step->zone)
		return xasprintf(out, "%s%s in %s %s", kind, value,
		                 step->zone->is_policy ? "policy" : "zone", step->zone->name);
	return xasprintf(out, "%s%s", kind, value);
}

static bool is_strange(const struct verdict_step *step)
{
	return step->chain && step->chain->own;
}

static int order_words(char **out, const struct verdict_step *step)
{
	if (is_strange(step))
		return xasprintf(
		    out, "It is in firewalld's own table, but firewalld knows nothing of it: "
		         "it is not its doing.");
	switch (step->stage) {
	case VERDICT_STAGE_BEFORE:
		if (step->chain && step->chain->direct)
			return xasprintf(out, "Direct rules come before all zones and policies.");
		return xasprintf(
		    out, "It is evaluated before firewalld: its priority is %d, firewalld's 10.",
		    step->chain ? step->chain->priority : 0);
	case VERDICT_STAGE_AFTER:
		return xasprintf(out, "It is evaluated after firewalld has let the packet in.");
	case VERDICT_STAGE_PANIC:
		return xasprintf(out, "Panic mode drops every packet, before anything else.");
	case VERDICT_STAGE_PRE:
		return xasprintf(out,
		                 "Its priority of %d is below 0: it is evaluated before everything "
		                 "of priority 0, services and ports included.",
		                 step->priority);
	case VERDICT_STAGE_DENY:
		return xasprintf(out, "Rules that drop or reject are evaluated before services, "
		                      "ports and rules that accept.");
	case VERDICT_STAGE_POST:
		return xasprintf(out,
		                 "Nothing before it opens the port, and its priority of %d is "
		                 "above 0: it is evaluated after services and ports.",
		                 step->priority);
	case VERDICT_STAGE_TARGET:
		return xasprintf(out, "Nothing opens the port, so the target decides.");
	case VERDICT_STAGE_FORWARD_PORT:
	case VERDICT_STAGE_LOOPBACK:
	case VERDICT_STAGE_ZONE:
	case VERDICT_STAGE_ALLOW:
		break;
	}
	return xasprintf(out, "It is the first rule that matches.");
}

static int why_words(char **out, const struct verdict *verdict, const struct verdict_step *step)
{
	_cleanup_free_ char *order = NULL;
	int r = order_words(&order, step);

	if (r < 0 || !step->zone || !step->zone->is_policy || !verdict->zone) {
		*out = steal(order);
		return r;
	}
	return xasprintf(out, "Policy %s (priority %d) is asked %s zone %s. %s", step->zone->name,
	                 step->zone->priority, step->zone->priority < 0 ? "before" : "after",
	                 verdict->zone->name, order);
}

static const char *does(enum verdict_action action)
{
	return action == VERDICT_DROP ? "drops" : "rejects";
}

/* Whom it is for: "101.13.5.0/24", "all". */
static int whom(char **out, const struct verdict_step *step)
{
	char text[CIDR_TEXT_LENGTH];

	if (!step->rule || !step->rule->has_source || step->rule->rule.source.invert)
		return xasprintf(out, "it");
	cidr_format(&step->rule->source, text);
	return xasprintf(out, "%s", text);
}

static int list_ports(char **out, const struct explain *explain, size_t reason, bool open)
{
	_cleanup_free_ char *text = strdup("");

	for (size_t i = 0; text && i < explain->n_ports; i++) {
		const struct explain_port *row = &explain->ports[i];
		char *longer = NULL;

		if (row->reason != reason || (verdict_otherwise(&row->verdict) != NULL) != open)
			continue;
		if (xasprintf(&longer, "%s%s%u/%s", text, *text ? ", " : "", row->port,
		              row->protocol) < 0)
			return -ENOMEM;
		free(text);
		text = longer;
	}
	if (!text)
		return -ENOMEM;
	*out = steal(text);
	return 0;
}

static const struct verdict_step *first_otherwise(const struct explain *explain, size_t reason)
{
	for (size_t i = 0; i < explain->n_ports; i++)
		if (explain->ports[i].reason == reason &&
		    verdict_otherwise(&explain->ports[i].verdict))
			return verdict_otherwise(&explain->ports[i].verdict);
	return NULL;
}

/* "this rule" or what it is */
static const char *this_words(const struct verdict_step *step)
{
	switch (step->what) {
	case VERDICT_WHAT_TARGET:
		return "the target";
	case VERDICT_WHAT_PANIC:
		return "panic mode";
	case VERDICT_WHAT_CHAIN_POLICY:
		return "this chain";
	case VERDICT_WHAT_ICMP:
	case VERDICT_WHAT_ICMP_BLOCK:
		return "the ICMP block";
	case VERDICT_WHAT_CHAIN_RULE:
	case VERDICT_WHAT_RULE:
	case VERDICT_WHAT_FORWARD_PORT:
	case VERDICT_WHAT_LOOPBACK:
	case VERDICT_WHAT_BINDING:
	case VERDICT_WHAT_SERVICE:
	case VERDICT_WHAT_PORT:
	case VERDICT_WHAT_PROTOCOL:
	case VERDICT_WHAT_SOURCE_PORT:
		break;
	}
	return "this rule";
}

/* "465/tcp is open in zone public (service smtps)", "25/tcp, 465/tcp are open in zone public" */
static int open_words(char **out, const char *ports, const struct verdict_step *otherwise)
{
	bool many = strchr(ports, ',') != NULL;
	_cleanup_free_ char *by = NULL;

	if (explain_step_words(&by, otherwise) < 0)
		return -ENOMEM;
	if (otherwise->zone && many)
		return xasprintf(out, "%s are open in %s %s", ports,
		                 otherwise->zone->is_policy ? "policy" : "zone",
		                 otherwise->zone->name);
	return xasprintf(out, "%s %s open (%s)", ports, many ? "are" : "is", by);
}

/**
 * explain_sentence() - "465/tcp is open (service smtps in zone public), but this rule drops
 *                      101.13.5.0/24 before services are looked at."
 * @out: the caller frees it
 *
 * Return: 0; -ENOMEM.
 */
int explain_sentence(char **out, const struct explain *explain, size_t reason)
{
	const struct verdict_step *step = explain->reasons[reason].step;
	const struct verdict_step *otherwise = first_otherwise(explain, reason);
	_cleanup_free_ char *ports = NULL, *shut = NULL, *open = NULL, *who = NULL;
	bool deny = step->stage == VERDICT_STAGE_DENY && !step->zone->is_policy;

	if (!otherwise)
		return xasprintf(out, "%s", explain->reasons[reason].why);
	if (list_ports(&ports, explain, reason, true) < 0 ||
	    list_ports(&shut, explain, reason, false) < 0 || whom(&who, step) < 0 ||
	    open_words(&open, ports, otherwise) < 0)
		return -ENOMEM;
	return xasprintf(out, "%s, but %s %s %s%s%s%s%s%s", open, this_words(step),
	                 does(step->action), who, deny ? " before services are evaluated." : ". ",
	                 deny ? "" : explain->reasons[reason].why,
	                 *shut ? " Nothing else opens " : "", shut, *shut ? "." : "");
}

/* --- commands ----------------------------------------------------------------------------- */

static int add_command(struct strv *out, struct builder *command)
{
	char *text;

	return builder_take(command, &text) < 0 ? -ENOMEM : strv_add_take(out, text);
}

/* @option: of firewall-cmd, with "=" */
static int firewall_cmd(struct strv *out, const struct ruleset_zone *zone, bool runtime,
                        bool permanent, const char *option, const char *value)
{
	const char *of = zone->is_policy ? "policy" : "zone";
	int r = 0;

	for (int i = 0; i < 2 && r == 0; i++) {
		struct builder command = BUILDER_NULL;

		if (!(i ? permanent : runtime))
			continue;
		builder_addf(&command, "firewall-cmd%s", i ? " --permanent" : "");
		shell_addf(&command, " --%s=%s --%s=%s", of, zone->name, option, value);
		r = add_command(out, &command);
	}
	return r;
}

static int rule_commands(struct explain_reason *reason)
{
	const struct verdict_step *step = reason->step;

	return firewall_cmd(&reason->commands, step->zone, true, step->rule->permanent,
	                    "remove-rich-rule", step->rule->text);
}

/**
 * explain_entry_commands() - what takes a client out of an ipset, and leaves everybody else in
 * @out: replaced by that, where it can be told; else left as it is
 *
 * Return: 0 or -ENOMEM.
 */
int explain_entry_commands(struct strv *out, const struct ruleset_ipset *ipset,
                           const struct cidr *client)
{
	struct strv commands = STRV_NULL;
	int r = 0;

	for (size_t i = 0; i < ipset->ranges.n && r == 0; i++) {
		const struct range *range = &ipset->ranges.ranges[i];
		uint8_t first[CIDR_KEY_LENGTH], last[CIDR_KEY_LENGTH];
		char text[CIDR_TEXT_LENGTH];
		struct cidr prefix;
		char *command;

		cidr_first(client, first);
		cidr_last(client, last);
		if (memcmp(range->last, first, sizeof(first)) < 0 ||
		    memcmp(range->first, last, sizeof(last)) > 0)
			continue;
		/* entries that stand side by side are one here: which they are is not known */
		if (!rangeset_prefix(range, &prefix)) {
			strv_deinit(&commands);
			return 0;
		}
		cidr_format(&prefix, text);
		r = shell_printf(&command, "firewall-cmd --ipset=%s --remove-entry=%s", ipset->name,
		                 text);
		if (r == 0)
			r = strv_add_take(&commands, command);
	}
	if (r == 0 && commands.n > 0) {
		strv_deinit(out);
		*out = commands;
		return 0;
	}
	strv_deinit(&commands);
	return r;
}

/* By which of its sources the client is in the zone; NULL: by none. */
static const char *source_of(const struct ruleset_zone *zone, const struct verdict *verdict)
{
	for (size_t i = 0; i < verdict->n_steps; i++) {
		const struct verdict_step *step = &verdict->steps[i];

		if (step->what == VERDICT_WHAT_BINDING && step->zone == zone && step->certain &&
		    step->value && strv_contains(&zone->sources, step->value))
			return step->value;
	}
	return NULL;
}

/* The client is in this zone by its address: that is what can be changed. */
static int source_commands(struct explain_reason *reason, const struct explain *explain,
                           const struct verdict *verdict)
{
	const struct ruleset_zone *zone = reason->step->zone;
	const char *source = source_of(zone, verdict);
	const char *ipset = source ? item_ipset_name(source) : NULL;
	const struct ruleset_ipset *set = ipset ? ruleset_ipset(explain->ruleset, ipset) : NULL;
	bool permanent;
	int r;

	if (!source)
		return 0;
	if (ruleset_keeps(&permanent, zone, ITEM_SOURCE, source) < 0)
		return -ENOMEM;
	r = firewall_cmd(&reason->commands, zone, true, permanent, "remove-source", source);
	return r == 0 && set
	           ? explain_entry_commands(&reason->commands, set, &explain->packet.source)
	           : r;
}

/* Of the usual ports those count that somebody has opened, or serves. */
static bool counts(const struct explain_port *row)
{
	return row->asked || verdict_otherwise(&row->verdict) || row->listens == LISTENERS_YES;
}

/* Is the port shut for this reason, and to be opened? Where none counts, all are. */
static bool is_to_open(const struct explain *explain, const struct explain_reason *reason,
                       const struct explain_port *row)
{
	const size_t at = (size_t)(reason - explain->reasons);

	if (row->reason != at || counts(row))
		return row->reason == at;
	for (size_t i = 0; i < explain->n_ports; i++)
		if (explain->ports[i].reason == at && counts(&explain->ports[i]))
			return false;
	return true;
}

/* firewall-cmd takes services together, and ports, but not both in one permanent change. */
static int add_opening(struct strv *out, const struct explain *explain,
                       const struct explain_reason *reason, bool services, bool permanent)
{
	struct builder command = BUILDER_NULL, options = BUILDER_NULL;
	_cleanup_free_ char *all = NULL;
	char port[32];
	size_t n = 0;

	for (size_t i = 0; i < explain->n_ports; i++) {
		const struct explain_port *row = &explain->ports[i];

		if ((row->service != NULL) != services || !is_to_open(explain, reason, row))
			continue;
		n++;
		snprintf(port, sizeof(port), "%u/%.8s", row->port, row->protocol);
		if (services)
			shell_addf(&options, " --add-service=%s", row->service);
		else
			shell_addf(&options, " --add-port=%s", port);
	}
	if (builder_take(&options, &all) < 0)
		return -ENOMEM;
	if (n == 0)
		return 0;
	builder_addf(&command, "firewall-cmd%s", permanent ? " --permanent" : "");
	shell_addf(&command, " --zone=%s", reason->step->zone->name);
	builder_addf(&command, "%s", all);
	return add_command(out, &command);
}

static int opening_commands(struct strv *out, const struct explain *explain,
                            const struct explain_reason *reason)
{
	int r = 0;

	for (int kind = 0; kind < 2 && r == 0; kind++)
		for (int when = 0; when < 2 && r == 0; when++)
			r = add_opening(out, explain, reason, kind == 0, when == 1);
	return r;
}

static bool holds_others(const struct ruleset_zone *zone)
{
	return zone->interfaces.n || zone->sources.n > 1 ||
	       (zone->sources.n && item_ipset_name(zone->sources.strings[0]));
}

static int target_commands(struct explain_reason *reason, const struct explain *explain,
                           const struct explain_port *row)
{
	const struct ruleset_zone *zone = reason->step->zone;
	struct builder command = BUILDER_NULL;
	struct strv *out = &reason->commands;
	int r;

	if (!zone)
		return 0;
	r = source_commands(reason, explain, &row->verdict);
	if (r < 0)
		return r;
	/* to open a zone that is there to deny would let in everybody else whom it denies */
	if (out->n > 0 && zone->target != TARGET_DEFAULT && holds_others(zone))
		return 0;
	/* to take the source out of the zone is enough; to open the zone to it is another way */
	if (out->n > 0)
		out = &reason->others;
	if (zone->is_policy) {
		/* the target of a policy is permanent alone */
		shell_addf(&command, "firewall-cmd --permanent --policy=%s --set-target=CONTINUE",
		           zone->name);
		r = add_command(out, &command);
		return r == 0 ? strv_add(out, EXPLAIN_RELOAD_SAFELY) : r;
	}
	return opening_commands(out, explain, reason);
}

static int direct_commands(struct explain_reason *reason, const struct ruleset_step *step)
{
	int r = 0;

	for (int permanent = 0; permanent <= step->permanent && r == 0; permanent++) {
		struct builder command = BUILDER_NULL;

		builder_addf(&command, "firewall-cmd%s %s", permanent ? " --permanent" : "",
		             step->command);
		r = add_command(&reason->commands, &command);
	}
	return r;
}

/* What is in a set is taken out of it, as it stands there, not the rule that asks for it. */
static int set_commands(struct explain_reason *reason, const struct explain *explain,
                        const struct ruleset_step *rule)
{
	const struct ruleset_chain *chain = reason->step->chain;
	struct builder command = BUILDER_NULL;
	_cleanup_free_ char *set = NULL;
	char address[CIDR_TEXT_LENGTH];
	struct cidr element;

	owner_element(&element, reason->step, &explain->packet.source);
	cidr_format(&element, address);
	if (!rule->set)
		shell_addf(&command, "ipset del %s %s", owner_ipset(rule), address);
	else if (xasprintf(&set, "{ %s }", address) < 0)
		return -ENOMEM;
	else
		shell_addf(&command, "nft delete element %s %s %s %s", chain->family, chain->table,
		           rule->set, set);
	return add_command(&reason->commands, &command);
}

static int chain_commands(struct explain_reason *reason, const struct explain *explain)
{
	const struct ruleset_step *rule = owner_rule(reason->step);

	if (is_strange(reason->step))
		return strv_add(&reason->commands, EXPLAIN_RELOAD_SAFELY);
	if (rule && (rule->set || owner_ipset(rule)))
		return set_commands(reason, explain, rule);
	if (!rule || !rule->command)
		return 0;
	return reason->step->chain->direct ? direct_commands(reason, rule)
	                                   : strv_add(&reason->commands, rule->command);
}

/* Where it is led to another port, that is the one which the chain sees. */
static int list_opening(char **out, const struct explain *explain,
                        const struct explain_reason *reason, const char *protocol,
                        const char *between)
{
	_cleanup_builder_ struct builder ports = BUILDER_NULL;

	for (size_t i = 0; i < explain->n_ports; i++) {
		const struct explain_port *row = &explain->ports[i];

		if (strcmp(row->protocol, protocol) != 0 || !is_to_open(explain, reason, row))
			continue;
		builder_join(&ports, between, "");
		builder_addf(&ports, "%u", row->verdict.to_port ? row->verdict.to_port : row->port);
	}
	return builder_take(&ports, out);
}

static int let_in(struct strv *out, const struct explain *explain,
                  const struct explain_reason *reason, const char *protocol)
{
	const struct ruleset_chain *chain = reason->step->chain;
	_cleanup_free_ char *ports = NULL, *set = NULL;
	struct builder command = BUILDER_NULL;
	int r = list_opening(&ports, explain, reason, protocol, chain->tool ? "," : ", ");

	if (r < 0 || !*ports)
		return r;
	if (chain->tool)
		shell_addf(&command, "%s -t %s -A %s -p %s -m multiport --dports %s -j ACCEPT",
		           chain->tool, chain->table, chain->name, protocol, ports);
	else if (xasprintf(&set, "{ %s }", ports) < 0)
		return -ENOMEM;
	else
		shell_addf(&command, "nft add rule %s %s %s %s dport %s accept", chain->family,
		           chain->table, chain->name, protocol, set);
	return add_command(out, &command);
}

/* Nothing in the chain is for them, so that its end is the place, and no port more is opened. */
static int policy_commands(struct explain_reason *reason, const struct explain *explain)
{
	int r = let_in(&reason->commands, explain, reason, "tcp");

	return r == 0 ? let_in(&reason->commands, explain, reason, "udp") : r;
}

/* The program whose rule it is knows best how it is told. */
static int ask_owner(struct explain_reason *reason, const struct explain *explain)
{
	_cleanup_strv_ struct strv ports = STRV_NULL;
	char port[32];
	int r = 0;

	for (size_t i = 0; i < explain->n_ports && r == 0; i++) {
		const struct explain_port *row = &explain->ports[i];

		(void)snprintf(port, sizeof(port), "%u/%s", row->port, row->protocol);
		if (is_to_open(explain, reason, row))
			r = strv_add(&ports, port);
	}
	return r == 0 ? owner_commands(&reason->commands, reason->owner, reason->step,
	                               &explain->packet.source, &ports)
	              : r;
}

static int commands(struct explain_reason *reason, const struct explain *explain,
                    const struct explain_port *row)
{
	int r = reason->owner ? ask_owner(reason, explain) : 0;

	if (r < 0 || reason->commands.n > 0)
		return r;
	switch (reason->step->what) {
	case VERDICT_WHAT_RULE:
		return rule_commands(reason);
	case VERDICT_WHAT_TARGET:
		return target_commands(reason, explain, row);
	case VERDICT_WHAT_PANIC:
		return strv_add(&reason->commands, "firewall-cmd --panic-off");
	case VERDICT_WHAT_CHAIN_RULE:
		return chain_commands(reason, explain);
	case VERDICT_WHAT_CHAIN_POLICY:
		return is_strange(reason->step) ? chain_commands(reason, explain)
		                                : policy_commands(reason, explain);
	case VERDICT_WHAT_ICMP_BLOCK:
	case VERDICT_WHAT_ICMP:
	case VERDICT_WHAT_FORWARD_PORT:
	case VERDICT_WHAT_LOOPBACK:
	case VERDICT_WHAT_BINDING:
	case VERDICT_WHAT_SERVICE:
	case VERDICT_WHAT_PORT:
	case VERDICT_WHAT_PROTOCOL:
	case VERDICT_WHAT_SOURCE_PORT:
		break;
	}
	return 0;
}

/* --- who put it there --------------------------------------------------------------------- */

/* A jail that bans the whole network of an address. */
static bool is_wider(const struct explain *explain, const struct verdict_step *step,
                     const struct ticket *ticket)
{
	_cleanup_item_ struct item item = ITEM_NULL;
	_cleanup_free_ char *zone = NULL, *pattern = NULL;
	struct cidr source;

	return explain->shapes && cidr_contains(&step->rule->source, &ticket->cidr) &&
	       ruleset_zone_holder(&zone, step->zone) == 0 &&
	       item_init(&item, zone, ITEM_RULE, step->rule->text, NULL) == 0 &&
	       banshape_cut(&pattern, &source, &item) == 0 &&
	       banshapes_of_jail(explain->shapes, &item, pattern, ticket->jail);
}

/* For exactly this prefix, or, of a set, for what covers the client. */
static bool is_for(const struct explain *explain, const struct verdict_step *step,
                   const struct ticket *ticket)
{
	const struct jail *jail = tickets_jail(explain->tickets, ticket->jail);

	if (!ticket->has_cidr || !ticket_is_live(ticket, explain->now_us) ||
	    (jail && jail_lets_in(jail)))
		return false;
	if (step->rule && step->rule->has_source)
		return cidr_cmp(&ticket->cidr, &step->rule->source) == 0 ||
		       is_wider(explain, step, ticket);
	return cidr_contains(&ticket->cidr, &explain->packet.source);
}

/* Whom it is about, where that is more than the source of a rich rule; NULL: nobody is named. */
static const struct rangeset *addresses_of(const struct explain *explain,
                                           const struct verdict_step *step)
{
	const struct ruleset_step *chain = owner_rule(step);
	const char *name = step->rule ? step->rule->rule.source.ipset : NULL;
	const struct ruleset_ipset *ipset = name ? ruleset_ipset(explain->ruleset, name) : NULL;

	for (size_t i = 0; chain && i < chain->n_matches; i++)
		if (chain->matches[i].field == RULESET_FIELD_SOURCE)
			return chain->matches[i].invert ? NULL : &chain->matches[i].addresses;
	return ipset ? &ipset->ranges : NULL;
}

static bool starts_as_fail2bans(const char *name)
{
	return name && strncmp(name, DIRECTBAN_PREFIX, strlen(DIRECTBAN_PREFIX)) == 0;
}

/* By a name that fail2ban's own actions give, or since a ticket stands for each address. */
static int is_fail2bans(const struct explain *explain, const struct explain_reason *reason)
{
	const struct verdict_step *step = reason->step;
	const struct rangeset *addresses = addresses_of(explain, step);
	const struct owner *owner = reason->owner;
	_cleanup_rangeset_ struct rangeset banned = RANGESET_NULL;

	if (!addresses || (owner && !owner_is_fail2ban(owner)))
		return 0;
	if (owner || (step->rule && starts_as_fail2bans(step->rule->rule.source.ipset)))
		return 1;
	return tickets_add_banned(&banned, explain->tickets, explain->now_us) < 0
	           ? -ENOMEM
	           : rangeset_covers(&banned, addresses);
}

/* Only what is about somebody's address can be a ban. Return: 1 or 0; -ENOMEM. */
static int may_be_ban(const struct explain *explain, const struct explain_reason *reason)
{
	const struct verdict_step *step = reason->step;

	if (step->rule && !richrule_is_deny(&step->rule->rule))
		return 0;
	return step->rule && step->rule->rule.source.address ? 1 : is_fail2bans(explain, reason);
}

static int take_ticket(struct explain_reason *reason, const struct ticket *ticket)
{
	struct builder command = BUILDER_NULL;

	if (!reason->jail) {
		reason->jail = strdup(ticket->jail);
		reason->until_us = ticket->end_us;
		if (!reason->jail)
			return -ENOMEM;
	}
	shell_addf(&command, "fail2ban-client set %s unbanip %s", ticket->jail, ticket->address);
	return add_command(&reason->commands, &command);
}

/* Whose bans these are is known, or what its actions do is not. */
static bool may_bind(const struct explain *explain, const struct ticket *ticket,
                     const struct item *item, const char *pattern)
{
	const struct jail *jail = tickets_jail(explain->tickets, ticket->jail);

	if (banshapes_of_jail(explain->shapes, item, pattern, ticket->jail))
		return true;
	for (size_t i = 0; jail && i < jail->n_actions; i++)
		if (jail->actions[i].kind == JAIL_ACTION_OTHER ||
		    jail->actions[i].kind == JAIL_ACTION_SOURCE ||
		    jail->actions[i].kind == JAIL_ACTION_FW_IPSET)
			return true;
	return !jail || !jail->actions_known;
}

/* The client is in the zone by the address of a ban, or by an ipset that has it. */
static int find_binder(struct explain_reason *reason, const struct explain *explain,
                       const char *source)
{
	const char *ipset = item_ipset_name(source);
	_cleanup_free_ char *pattern = NULL;
	_cleanup_item_ struct item item = ITEM_NULL;
	char client[CIDR_TEXT_LENGTH];
	struct cidr bound;
	int r;

	cidr_format(&explain->packet.source, client);
	r = item_init(&item, ipset ? source : reason->step->zone->name,
	              ipset ? ITEM_ENTRY : ITEM_SOURCE, ipset ? client : source, NULL);
	if (r == 0)
		r = banshape_cut(&pattern, &bound, &item);
	for (size_t i = 0; i < explain->tickets->n && r == 0; i++) {
		const struct ticket *ticket = &explain->tickets->tickets[i];

		if (!ticket->has_cidr || !ticket_is_live(ticket, explain->now_us) ||
		    !cidr_contains(&bound, &ticket->cidr) ||
		    !may_bind(explain, ticket, &item, pattern))
			continue;
		reason->who = EXPLAIN_WHO_FAIL2BAN;
		r = take_ticket(reason, ticket);
	}
	return r < 0 ? r : 0;
}

static int find_who(struct explain_reason *reason, const struct explain *explain,
                    const struct verdict *verdict)
{
	const struct verdict_step *step = reason->step;
	const char *source =
	    step->what == VERDICT_WHAT_TARGET && step->zone ? source_of(step->zone, verdict) : NULL;
	int r = 0;

	reason->owner = owner_of(explain->ruleset, step);
	reason->lifetime = EXPLAIN_LIFETIME_UNKNOWN;
	if (step->rule)
		reason->lifetime =
		    step->rule->permanent ? EXPLAIN_LIFETIME_PERMANENT : EXPLAIN_LIFETIME_RUNTIME;
	else if (owner_rule(step) && owner_rule(step)->permanent)
		reason->lifetime = EXPLAIN_LIFETIME_PERMANENT;
	else if (is_strange(step))
		reason->lifetime = EXPLAIN_LIFETIME_RUNTIME;
	if (source && explain->tickets)
		return find_binder(reason, explain, source);
	if (!step->rule && step->what != VERDICT_WHAT_CHAIN_RULE)
		return 0;
	reason->who = explain->tickets ? EXPLAIN_WHO_OTHERS : EXPLAIN_WHO_UNKNOWN;
	if (explain->tickets)
		r = may_be_ban(explain, reason);
	if (r <= 0)
		return r;
	r = 0;
	for (size_t i = 0; i < explain->tickets->n && r == 0; i++) {
		if (!is_for(explain, step, &explain->tickets->tickets[i]))
			continue;
		reason->who = EXPLAIN_WHO_FAIL2BAN;
		r = take_ticket(reason, &explain->tickets->tickets[i]);
	}
	return r;
}

/* --- reasons ------------------------------------------------------------------------------ */

static int add_reason(struct explain *explain, struct explain_port *row)
{
	const struct verdict_step *step = row->verdict.decider;
	struct explain_reason *reason;
	int r;

	for (size_t i = 0; i < explain->n_reasons; i++) {
		if (verdict_is_same(explain->reasons[i].step, step)) {
			row->reason = i;
			return 0;
		}
	}
	r = grow(&explain->reasons, &explain->reasons_capacity, explain->n_reasons + 1,
	         sizeof(*explain->reasons));
	if (r < 0)
		return r;
	row->reason = explain->n_reasons;
	reason = &explain->reasons[explain->n_reasons++];
	*reason = (struct explain_reason){.step = step};
	r = explain_step_words(&reason->what, step);
	if (r == 0)
		r = why_words(&reason->why, &row->verdict, step);
	return r == 0 ? find_who(reason, explain, &row->verdict) : r;
}

/* When all ports are decided that it keeps shut: each is to be opened by what is printed. */
static int find_commands(struct explain *explain, size_t at)
{
	struct explain_reason *reason = &explain->reasons[at];
	size_t first = 0;

	/* What fail2ban put there is fail2ban's to take away; else it puts it back. */
	if (reason->who == EXPLAIN_WHO_FAIL2BAN)
		return 0;
	while (explain->ports[first].reason != at)
		first++;
	return commands(reason, explain, &explain->ports[first]);
}

static int add_doubts(struct explain_port *row)
{
	for (size_t i = 0; i < row->verdict.n_steps; i++) {
		const struct verdict_step *step = &row->verdict.steps[i];
		_cleanup_free_ char *words = NULL, *doubt = NULL;

		if (!step->doubt)
			continue;
		if (explain_step_words(&words, step) < 0 ||
		    xasprintf(&doubt, "%s: %s", words, step->doubt) < 0 ||
		    strv_add_once(&row->doubts, doubt) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int family_of(const struct explain *explain)
{
	return explain->packet.source.family == CIDR_IPV4 ? AF_INET : AF_INET6;
}

static int decide_port(struct explain *explain, struct explain_port *row,
                       const struct listeners *listeners)
{
	struct packet packet = explain->packet;
	int r;

	packet.port = row->port;
	packet.protocol = row->protocol;
	r = walk_packet(&row->verdict, explain->ruleset, &packet);
	if (r == 0 && explain->kernel)
		r = walk_chains(&row->rules, explain->kernel, &packet);
	if (r != 0)
		return r;
	if (listeners && !row->verdict.to_address[0])
		row->listens = listeners_on(listeners, row->protocol,
		                            row->verdict.to_port ? row->verdict.to_port : row->port,
		                            row->verdict.to_port ? row->verdict.to_port : row->port,
		                            family_of(explain));
	/* what is let in here, others may refuse; what is refused here, nobody lets in */
	if (row->verdict.action == VERDICT_ACCEPT && !explain->ruleset->chains_known)
		row->verdict.certain = false;
	if (row->verdict.action != VERDICT_ACCEPT)
		r = add_reason(explain, row);
	if (r == 0 && !row->verdict.certain)
		r = add_doubts(row);
	return r;
}

/**
 * explain_decide() - the verdict of each port, and the reasons of those that are shut
 * @explain:   with its ruleset, tickets, packet and ports
 * @listeners: borrowed; NULL: not known
 *
 * Return: 0; -ENOMEM.
 */
int explain_decide(struct explain *explain, const struct listeners *listeners)
{
	int r = 0;

	for (size_t i = 0; i < explain->n_ports && r == 0; i++)
		r = decide_port(explain, &explain->ports[i], listeners);
	for (size_t i = 0; i < explain->n_reasons && r == 0; i++)
		r = find_commands(explain, i);
	return r;
}

/** explain_is_fine() - is all that was asked about let in, as far as it takes to be certain? */
bool explain_is_fine(const struct explain *explain)
{
	if (explain->ruleset->remembered)
		return false;
	for (size_t i = 0; i < explain->n_ports; i++)
		if ((explain->ports[i].verdict.action != VERDICT_ACCEPT ||
		     !explain->ports[i].verdict.certain) &&
		    counts(&explain->ports[i]))
			return false;
	return true;
}

/**
 * explain_compare() - what a change did that was made between two readings
 * @before: of the same client and ports as @after
 */
enum explain_change explain_compare(const struct explain *before, const struct explain *after)
{
	size_t n_shut_before = 0, n_shut = 0, n_unknown = 0;

	for (size_t i = 0; i < before->n_ports; i++) {
		const struct explain_port *was = &before->ports[i], *is = &after->ports[i];

		if (!counts(was) && !counts(is))
			continue;
		n_shut_before += was->verdict.action != VERDICT_ACCEPT;
		n_shut += is->verdict.action != VERDICT_ACCEPT;
		n_unknown += !is->verdict.certain;
	}
	if (n_shut > 0)
		return EXPLAIN_CHANGE_SHUT;
	if (n_unknown > 0)
		return EXPLAIN_CHANGE_UNKNOWN;
	return n_shut_before > 0 ? EXPLAIN_CHANGE_HELPED : EXPLAIN_CHANGE_NEEDLESS;
}
