// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/audit/explain-internal.h"
#include "guard/model/mail/services.h"
#include "guard/model/packet/walk.h"

#include <errno.h>
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
		free(explain->reasons[i].withheld);
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

/* What is at its end, too: firewalld decides before that. */
static bool is_own_beside(const struct verdict_step *step)
{
	const struct ruleset_step *rule = owner_rule(step);

	return step->chain->beside && step->chain->hook != RULESET_HOOK_NONE &&
	       (!rule || rule->own);
}

/** explain_is_amid_reload() - does it let nobody in until firewalld has loaded all? */
bool explain_is_amid_reload(const struct verdict_step *step)
{
	return step->chain && step->chain->own && strcmp(step->chain->table, RULESET_SHUT) == 0;
}

/** explain_is_strange() - is it among firewalld's own, and firewalld says something else? */
bool explain_is_strange(const struct verdict_step *step)
{
	return step->chain && step->stage != VERDICT_STAGE_KERNEL &&
	       (step->chain->own || is_own_beside(step));
}

/* Of firewalld's own, where the kernel alone tells what there is: nobody else is to change it. */
bool explain_is_firewallds(const struct verdict_step *step)
{
	return step->stage == VERDICT_STAGE_KERNEL &&
	       (!step->chain || step->chain->own || step->chain->direct || is_own_beside(step));
}

/** explain_counts() - of the usual ports those count that somebody has opened, or serves */
bool explain_counts(const struct explain_port *row)
{
	return row->asked || verdict_otherwise(&row->verdict) || row->listens == LISTENERS_YES;
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
		r = explain_why_words(&reason->why, explain, &row->verdict, step);
	return r == 0 ? explain_find_who(reason, explain, &row->verdict) : r;
}

/* When all ports are decided that it keeps shut: each is to be opened by what is printed. */
static int find_commands(struct explain *explain, size_t at)
{
	struct explain_reason *reason = &explain->reasons[at];
	size_t first = 0;

	/* What fail2ban put there is fail2ban's to take away; else it puts it back. */
	if (reason->who == EXPLAIN_WHO_FAIL2BAN || explain_is_firewallds(reason->step))
		return 0;
	while (explain->ports[first].reason != at)
		first++;
	return explain_commands(reason, explain, &explain->ports[first]);
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
	if (explain->ruleset->remembered || explain->ruleset->bare)
		return false;
	for (size_t i = 0; i < explain->n_ports; i++)
		if ((explain->ports[i].verdict.action != VERDICT_ACCEPT ||
		     !explain->ports[i].verdict.certain) &&
		    explain_counts(&explain->ports[i]))
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

		if (!explain_counts(was) && !explain_counts(is))
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
