// SPDX-License-Identifier: GPL-2.0-or-later
/* Checks of what keeps everybody out of mail that is open: rules, zones, policies, the kernel. */
#include "guard/audit/checks-internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "guard/model/packet/dispatch.h"
#include "guard/audit/explain.h"
#include "guard/model/rule/richrule.h"
#include "guard/model/packet/walk.h"
#include "guard/restore/repair.h"

/* --- what is told already ----------------------------------------------------------------- */

#define TOLD_MAX 64

struct look {
	struct check_run *run;
	const struct ruleset *ruleset;
	struct verdict_step told[TOLD_MAX]; /* what decides; one thing is told once */
	size_t n_told;
};

static bool is_told(struct look *look, const struct verdict_step *step)
{
	for (size_t i = 0; i < look->n_told; i++)
		if (verdict_is_same(&look->told[i], step))
			return true;
	if (look->n_told < TOLD_MAX)
		look->told[look->n_told++] = *step;
	return false;
}

/* NULL: panic mode has a check of its own. */
static const struct check *check_of(const struct verdict_step *step)
{
	if (explain_is_strange(step))
		return &check_kernel_rules;
	if (step->chain)
		return step->chain->direct ? &check_refused_by_direct_rule
		                           : &check_refused_by_table;
	if (step->zone && step->zone->is_policy)
		return &check_refused_by_policy;
	if (step->what == VERDICT_WHAT_RULE)
		return &check_refused_by_rule;
	return step->what == VERDICT_WHAT_TARGET ? &check_refused_by_zone : NULL;
}

/* --- commands ----------------------------------------------------------------------------- */

static int join(char **out, const struct strv *commands)
{
	_cleanup_builder_ struct builder text = BUILDER_NULL;

	builder_join_all(&text, " && ", commands);
	return check_take(&text, out);
}

/* --- one way in --------------------------------------------------------------------------- */

/* Does the zone of the interface have it open, or a policy? */
static bool is_open_in(const struct look *look, const char *zone, unsigned port)
{
	const struct firewall *fw = &look->run->picture->firewall;

	for (size_t i = 0; i < fw->n; i++) {
		const struct firewall_entry *entry = &fw->entries[i];

		if ((entry->flags & FIREWALL_RUNTIME) && entry->item.kind != ITEM_RULE &&
		    entry->item.kind != ITEM_FORWARD_PORT && strcmp(entry->item.zone, zone) == 0 &&
		    check_item_opens(look->run, &entry->item, port))
			return true;
	}
	return false;
}

static bool refuses_all(const struct look *look, const struct explain *explain, size_t reason)
{
	const struct explain_port *row = NULL;
	struct packet packet = explain->packet;

	for (size_t i = 0; i < explain->n_ports && !row; i++)
		if (explain->ports[i].reason == reason)
			row = &explain->ports[i];
	if (!row || !row->verdict.certain)
		return false;
	packet.protocol = "tcp";
	packet.port = row->port;
	for (size_t k = 1; picture_stranger(&packet.source, explain->packet.source.family, k);
	     k++) {
		_cleanup_verdict_ struct verdict verdict = VERDICT_NULL;
		int r = walk_packet(&verdict, look->ruleset, &packet);

		look->run->failed |= r < 0;
		if (r != 0 || verdict.action == VERDICT_ACCEPT)
			return false;
	}
	return true;
}

static int list_services(char **out, const struct explain *explain, size_t reason)
{
	_cleanup_builder_ struct builder text = BUILDER_NULL;

	for (size_t i = 0; i < explain->n_ports; i++) {
		if (explain->ports[i].reason != reason)
			continue;
		builder_join(&text, ", ", "");
		builder_addf(&text, "%u/tcp", explain->ports[i].port);
	}
	return check_take(&text, out);
}

static int tell_reason(struct look *look, const struct explain *explain, const char *zone,
                       size_t index)
{
	const struct explain_reason *reason = &explain->reasons[index];
	const struct check *check = check_of(reason->step);
	_cleanup_free_ char *ports = NULL, *words = NULL, *text = NULL, *evidence = NULL,
	                    *command = NULL, *other = NULL;
	int r;

	if (!check || !refuses_all(look, explain, index) || is_told(look, reason->step))
		return 0;
	if (list_services(&ports, explain, index) < 0 ||
	    explain_step_words(&words, reason->step) < 0 ||
	    xasprintf(&text, "%s: open in zone %s, but everybody who comes in on %s is refused",
	              ports, zone, explain->packet.interface) < 0 ||
	    xasprintf(&evidence, "%s. %s", words, reason->why ? reason->why : "") < 0 ||
	    join(&command, &reason->commands) < 0 || join(&other, &reason->others) < 0)
		return -ENOMEM;
	r = findings_add_take(&look->run->shared, check->name, check->severity, steal(text),
	                      steal(evidence), steal(command));
	return r == 0 && other ? findings_or_take(&look->run->shared, steal(other)) : r;
}

static int look_at(struct look *look, const char *interface, enum cidr_family family)
{
	const struct firewall *fw = &look->run->picture->firewall;
	const char *zone = NULL;
	_cleanup_explain_ struct explain explain = EXPLAIN_NULL;
	const struct service *service = NULL;
	/* a machine without one is not reached so */
	const struct cidr *local = picture_local(look->run->picture, interface, family);
	int r = dispatch_zone(&zone, fw, &(struct packet){.interface = interface});

	if (r < 0 || !zone || !local)
		return r;
	explain.ruleset = look->ruleset;
	explain.now_us = look->run->picture->now_us;
	if (picture_knows(look->run->picture, PICTURE_FAIL2BAN))
		explain.tickets = &look->run->picture->tickets;
	explain.shapes = &look->run->picture->shapes;
	explain.packet.interface = interface;
	explain.packet.destination = local;
	if (!picture_stranger(&explain.packet.source, family, 0))
		return 0;
	while (r == 0 && (service = services_next(service, SERVICES_MAIL)))
		if (is_open_in(look, zone, service->port))
			r = explain_add(&explain, service->transport, service->port, service->name,
			                true);
	if (r == 0)
		r = explain_decide(&explain, NULL);
	for (size_t i = 0; i < explain.n_reasons && r == 0; i++)
		r = tell_reason(look, &explain, zone, i);
	return r;
}

static int find_refused(struct check_run *run)
{
	struct look look = {.run = run, .ruleset = &run->picture->ruleset};
	const struct strv *interfaces = &run->picture->interfaces;
	int r = 0;

	for (size_t i = 0; i < interfaces->n && r == 0; i++) {
		r = look_at(&look, interfaces->strings[i], CIDR_IPV4);
		if (r == 0)
			r = look_at(&look, interfaces->strings[i], CIDR_IPV6);
	}
	return r;
}

/* Found once for all of its checks. */
static int refused(struct check_run *run)
{
	int r = run->refused_found ? 0 : find_refused(run);

	run->refused_found = r == 0;
	return r == 0 ? findings_move(run->findings, &run->shared, run->check->name) : r;
}

const struct check check_refused_by_rule = {
    .name = "refused-by-rule",
    .severity = FINDING_ERROR,
    .help = "a rich rule keeps everybody out of mail that is open",
    .needs = PICTURE_FIREWALLD | PICTURE_RULES | PICTURE_LINKS,
    .also = PICTURE_TABLES | PICTURE_FAIL2BAN | PICTURE_SOCKETS,
    .status = true,
    .fn = refused,
};

const struct check check_refused_by_zone = {
    .name = "refused-by-zone",
    .severity = FINDING_ERROR,
    .help = "what is open in one zone comes into another, which refuses it",
    .needs = PICTURE_FIREWALLD | PICTURE_RULES | PICTURE_LINKS,
    .also = PICTURE_TABLES | PICTURE_FAIL2BAN | PICTURE_SOCKETS,
    .status = true,
    .fn = refused,
};

const struct check check_refused_by_policy = {
    .name = "refused-by-policy",
    .severity = FINDING_ERROR,
    .help = "a policy keeps everybody out of mail that is open",
    .needs = PICTURE_FIREWALLD | PICTURE_RULES | PICTURE_LINKS,
    .also = PICTURE_TABLES | PICTURE_FAIL2BAN | PICTURE_SOCKETS,
    .status = true,
    .fn = refused,
};

const struct check check_refused_by_direct_rule = {
    .name = "refused-by-direct-rule",
    .severity = FINDING_ERROR,
    .help = "a direct rule keeps everybody out of mail that is open",
    .needs = PICTURE_FIREWALLD | PICTURE_RULES | PICTURE_LINKS,
    .also = PICTURE_TABLES | PICTURE_FAIL2BAN | PICTURE_SOCKETS,
    .status = true,
    .fn = refused,
};

const struct check check_refused_by_table = {
    .name = "refused-by-table",
    .severity = FINDING_ERROR,
    .help = "a table that is not firewalld's keeps everybody out",
    .needs = PICTURE_FIREWALLD | PICTURE_RULES | PICTURE_LINKS | PICTURE_TABLES,
    .also = PICTURE_FAIL2BAN | PICTURE_SOCKETS,
    .status = true,
    .fn = refused,
};

/* --- the kernel --------------------------------------------------------------------------- */

/* What each of them means for who wants to get in, or is not to. */
static const char *const absent_words_of[ABSENT_N] = {
    [ABSENT_END] = "what refuses the rest at the end of firewalld's rules is gone: everybody comes "
                   "in",
    [ABSENT_WAY] = "the kernel does not get to these of firewalld's: what they open is shut, or "
                   "everybody comes in",
    [ABSENT_OPEN] = "these are open in firewalld, but the kernel does not get to a rule for them",
    [ABSENT_DENIED] = "the kernel has nothing of what this zone of firewalld's denies: whom it "
                      "keeps out gets in",
    [ABSENT_DIRECT] = "these chains have fewer rules than firewalld's direct interface lists",
    [ABSENT_UNLISTED] = "the kernel lets these in among firewalld's own rules, and firewalld lists "
                        "them nowhere: somebody has loaded an old copy of its table, or added a "
                        "rule to it",
    [ABSENT_ENTRY] = "these are in a set of firewalld's, but not in the kernel's",
};

static int tell_absent(struct check_run *run, const struct strv *names, const char *words)
{
	_cleanup_builder_ struct builder text = BUILDER_NULL;
	char *evidence = NULL;

	if (names->n == 0)
		return 0;
	builder_join_all(&text, ", ", names);
	if (check_take(&text, &evidence) < 0)
		return -ENOMEM;
	return check_add(run, evidence, strdup(EXPLAIN_RELOAD_SAFELY), "%s", words);
}

static int find_absent(struct check_run *run)
{
	const struct absent *absent = &run->picture->absent;
	int r = 0;

	for (size_t i = 0; i < ABSENT_N && r == 0; i++)
		r = tell_absent(run, &absent->of[i], absent_words_of[i]);
	return r;
}

/* Without a table the reload has nothing to delete, and breaks off. */
#define LOAD_FLUSHED "nft add table inet firewalld && " EXPLAIN_LOAD_SAFELY

static int kernel_rules(struct check_run *run)
{
	const struct picture *picture = run->picture;
	const struct ruleset_kernel *kernel = &picture->ruleset.kernel;
	bool flushed;
	int r;

	if (!picture_knows(picture, PICTURE_TABLES))
		return picture_uses_iptables(picture) ? refused(run)
		                                      : check_unmade(run, PICTURE_TABLES);
	flushed = picture_is_flushed(picture);
	/* what is shut is shut, whatever is gone besides */
	if (kernel->shut && !picture->firewall.panic && !picture_uses_iptables(picture))
		return check_add(run, strdup("table inet " RULESET_SHUT),
		                 strdup(flushed ? LOAD_FLUSHED : EXPLAIN_LOAD_SAFELY),
		                 "firewalld says open, the kernel does not: it lets no new "
		                 "connection in, because a reload broke off");
	if (flushed)
		return check_add(run,
		                 strdup(kernel->asleep ? "table inet firewalld is dormant"
		                                       : "no table inet firewalld"),
		                 strdup(LOAD_FLUSHED),
		                 "firewalld's rules are not in the kernel: nothing is shut, and "
		                 "nobody is banned");
	r = find_absent(run);
	/* rules that others have put among firewalld's own */
	return r == 0 ? refused(run) : r;
}

const struct check check_kernel_rules = {
    .name = "kernel-rules",
    .severity = FINDING_ERROR,
    .help = "open or denied in firewalld, but not in the kernel",
    .needs = PICTURE_FIREWALLD | PICTURE_RULES | PICTURE_LINKS,
    .also = PICTURE_TABLES | PICTURE_SETTINGS | PICTURE_FAIL2BAN | PICTURE_SOCKETS,
    .status = true,
    .fn = kernel_rules,
};
