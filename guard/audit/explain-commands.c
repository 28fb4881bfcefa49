// SPDX-License-Identifier: GPL-2.0-or-later
/* What changes a verdict, as typed. */
#include "guard/audit/explain-internal.h"

#include "guard/base/shell.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

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

/** explain_source_of() - by which of its sources the client is in the zone; NULL: by none */
const char *explain_source_of(const struct ruleset_zone *zone, const struct verdict *verdict)
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
	const char *source = explain_source_of(zone, verdict);
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

/* Is the port shut for this reason, and to be opened? Not one that nobody serves; where none
 * counts, all of which that is not known. */
static bool is_to_open(const struct explain *explain, const struct explain_reason *reason,
                       const struct explain_port *row)
{
	const size_t at = (size_t)(reason - explain->reasons);

	if (row->reason != at || explain_counts(row))
		return row->reason == at;
	if (row->listens != LISTENERS_UNKNOWN)
		return false;
	for (size_t i = 0; i < explain->n_ports; i++)
		if (explain->ports[i].reason == at && explain_counts(&explain->ports[i]))
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

	if (explain_is_strange(reason->step) && explain->ruleset->remembered)
		return 0; /* what to do where it hangs is told with that */
	if (explain_is_amid_reload(reason->step))
		return strv_add(&reason->commands, EXPLAIN_LOAD_SAFELY);
	if (explain_is_strange(reason->step))
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

/* Where the way back leads elsewhere on purpose: a route for it is the other way. */
static int way_back_commands(struct explain_reason *reason, const struct explain *explain)
{
	struct builder command = BUILDER_NULL;

	if (explain->packet.source.family == CIDR_IPV4) {
		shell_addf(&command, "sysctl -w net.ipv4.conf.%s.rp_filter=2",
		           explain->packet.interface);
		return add_command(&reason->commands, &command);
	}
	return strv_add(&reason->commands,
	                "sed -i 's/^IPv6_rpfilter=.*/IPv6_rpfilter=no/' "
	                "/etc/firewalld/firewalld.conf && " EXPLAIN_RELOAD_SAFELY);
}

/**
 * explain_commands() - what opens the ports that a reason keeps shut
 * @reason: of @explain, whose ports are all decided; its commands are added
 * @row:    the first of its ports
 *
 * Return: 0; -ENOMEM.
 */
int explain_commands(struct explain_reason *reason, const struct explain *explain,
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
	case VERDICT_WHAT_WAY_BACK:
		return way_back_commands(reason, explain);
	case VERDICT_WHAT_CHAIN_RULE:
		return chain_commands(reason, explain);
	case VERDICT_WHAT_CHAIN_POLICY:
		return explain_is_strange(reason->step) ? chain_commands(reason, explain)
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
