// SPDX-License-Identifier: GPL-2.0-or-later
/* A verdict in plain words: what it is, and why it came first. */
#include "guard/audit/explain-internal.h"

#include <errno.h>
#include <string.h>

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
	case VERDICT_WHAT_WAY_BACK:
		return "reverse path filter ";
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

static int order_words(char **out, const struct explain *explain, const struct verdict_step *step)
{
	if (explain_is_amid_reload(step))
		return xasprintf(out, "A reload of firewalld is under way, or broke off: until one "
		                      "is done, no new connection gets in.");
	if (explain_is_strange(step) && explain->ruleset->remembered)
		return xasprintf(out,
		                 "It is what the kernel does now, whatever firewalld held then.");
	if (explain_is_strange(step) && step->chain->beside)
		return xasprintf(out,
		                 "It is among firewalld's own rules, which are not in the kernel "
		                 "as firewalld says: somebody has changed them there.");
	if (explain_is_strange(step))
		return xasprintf(
		    out, "It is in firewalld's own table, but firewalld knows nothing of it: "
		         "it is not its doing.");
	switch (step->stage) {
	case VERDICT_STAGE_BEFORE:
		if (step->what == VERDICT_WHAT_WAY_BACK)
			return xasprintf(out, "Answers to this address go out by another "
			                      "interface: what comes from it here is dropped "
			                      "before firewalld's zones.");
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
	case VERDICT_STAGE_KERNEL:
		return xasprintf(out, "It is the first of the kernel's rules that keeps it out.");
	case VERDICT_STAGE_FORWARD_PORT:
	case VERDICT_STAGE_LOOPBACK:
	case VERDICT_STAGE_ZONE:
	case VERDICT_STAGE_ALLOW:
		break;
	}
	return xasprintf(out, "It is the first rule that matches.");
}

/** explain_why_words() - why it came first; @out: the caller frees it; Return: 0; -ENOMEM */
int explain_why_words(char **out, const struct explain *explain, const struct verdict *verdict,
                      const struct verdict_step *step)
{
	_cleanup_free_ char *order = NULL;
	int r = order_words(&order, explain, step);

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
	case VERDICT_WHAT_WAY_BACK:
		return "the reverse path filter";
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

/* "465/tcp is open (service smtps in zone public)", "25/tcp, 465/tcp are open in zone public"; in
 * panic mode nothing is */
static int open_words(char **out, const char *ports, const struct verdict_step *otherwise,
                      bool panic)
{
	bool many = strchr(ports, ',') != NULL;
	const char *are = panic ? "would be" : many ? "are" : "is";
	_cleanup_free_ char *by = NULL;

	if (explain_step_words(&by, otherwise) < 0)
		return -ENOMEM;
	if (otherwise->zone && many)
		return xasprintf(out, "%s %s open in %s %s", ports, are,
		                 otherwise->zone->is_policy ? "policy" : "zone",
		                 otherwise->zone->name);
	return xasprintf(out, "%s %s open (%s)", ports, are, by);
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
	    open_words(&open, ports, otherwise, step->what == VERDICT_WHAT_PANIC) < 0)
		return -ENOMEM;
	return xasprintf(out, "%s, but %s %s %s%s%s%s%s%s", open, this_words(step),
	                 does(step->action), who, deny ? " before services are evaluated." : ". ",
	                 deny ? "" : explain->reasons[reason].why,
	                 *shut ? " Nothing else opens " : "", shut, *shut ? "." : "");
}
