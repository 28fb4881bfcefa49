// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/audit/conflictlist.h"
#include "guard/model/packet/walk.h"

#include "guard/base/shell.h"
#include "guard/base/text.h"

#include <errno.h>
#include <string.h>

/* The widest ones; whoever has more has another trouble than this. */
#define JUDGED_MAX 1000

/* Nobody's addresses (RFC 2544, RFC 5180): a stranger's, from wherever clients come. */
#define STRANGER_IPV4 "198.18.0.1"
#define STRANGER_IPV6 "2001:2::1"

/** conflictlist_row_deinit() - release what it owns */
void conflictlist_row_deinit(struct conflictlist_row *row)
{
	free(row->what);
	free(row->denied);
	free(row->why_not);
	free(row->services);
	free(row->jail);
	strv_deinit(&row->commands);
	strv_deinit(&row->others);
	free(row->withheld);
}

/** conflictlist_deinit() - release all of it; it is empty and usable afterwards */
void conflictlist_deinit(struct conflictlist *list)
{
	for (size_t i = 0; i < list->n; i++)
		conflictlist_row_deinit(&list->rows[i]);
	free(list->rows);
	conflicts_deinit(&list->conflicts);
	*list = CONFLICTLIST_NULL;
}

/* --- what it is ---------------------------------------------------------------------------- */

static int describe(struct conflictlist_row *row)
{
	const struct conflict *conflict = row->conflict;
	const struct ruleset_zone *zone = conflict->zone;
	char text[CIDR_TEXT_LENGTH];
	int r = 0;

	if (conflict->rule && conflict->rule->has_source && !conflict->rule->rule.source.invert) {
		cidr_format(&conflict->rule->source, text);
		r = xasprintf(&row->denied, "%s", text);
	} else if (conflict->source) {
		r = xasprintf(&row->denied, "%s", conflict->source);
	} else if (conflict->rule && conflict->rule->rule.source.ipset) {
		r = xasprintf(&row->denied, "%sipset:%s",
		              conflict->rule->rule.source.invert ? "all but " : "",
		              conflict->rule->rule.source.ipset);
	}
	if (r < 0)
		return r;
	switch (conflict->kind) {
	case CONFLICT_RULE:
		row->permanent = conflict->rule->permanent;
		return xasprintf(&row->what, "%s in %s %s", conflict->rule->text,
		                 zone->is_policy ? "policy" : "zone", zone->name);
	case CONFLICT_SOURCE:
		return xasprintf(&row->what, "zone %s, target %s, with the source %s", zone->name,
		                 target_name(zone->target), conflict->source);
	case CONFLICT_POLICY:
		return xasprintf(&row->what, "policy %s, target %s", zone->name,
		                 target_name(zone->target));
	case CONFLICT_CHAIN:
		row->permanent = conflict->step->permanent;
		return xasprintf(&row->what, "\"%s\" in %s%s %s, chain %s", conflict->step->text,
		                 conflict->chain->direct ? "the direct rules of " : "table ",
		                 conflict->chain->family, conflict->chain->table,
		                 conflict->chain->name);
	case CONFLICT_N_KINDS:
		break;
	}
	return -EINVAL;
}

/* --- whether it decides -------------------------------------------------------------------- */

static bool is_ours(const struct conflict *conflict, const struct verdict_step *step)
{
	switch (conflict->kind) {
	case CONFLICT_RULE:
		return step->rule == conflict->rule;
	case CONFLICT_SOURCE:
	case CONFLICT_POLICY:
		return step->what == VERDICT_WHAT_TARGET && step->zone == conflict->zone;
	case CONFLICT_CHAIN:
		return step->what == VERDICT_WHAT_CHAIN_RULE && step->chain == conflict->chain &&
		       step->value == conflict->step->text;
	case CONFLICT_N_KINDS:
		break;
	}
	return false;
}

struct judge {
	const struct conflictlist_options *options;
	struct conflictlist_row *row;
	bool elsewhere;   /* some packet came into another zone */
	char *first;      /* owned; what decided instead; NULL: nothing yet */
	bool let_in;      /* and let it in */
	bool failed;      /* memory ran out where no result could say so */
	bool not_offered; /* it decided, about what nobody could reach anyway */
};

static bool finds_way(const struct judge *judge, struct explain *explain)
{
	return !judge->options->way ||
	       judge->options->way(&explain->packet.source, &explain->packet,
	                           judge->options->userdata);
}

/* Whether a stranger that comes the same way is let in there. */
static bool is_offered(struct judge *judge, const struct explain *explain, unsigned port)
{
	_cleanup_verdict_ struct verdict verdict = VERDICT_NULL;
	struct packet packet = explain->packet;
	int r;

	packet.protocol = "tcp";
	packet.port = port;
	if (cidr_parse(&packet.source,
	               packet.source.family == CIDR_IPV4 ? STRANGER_IPV4 : STRANGER_IPV6, 0,
	               NULL) != 0)
		return false;
	r = walk_packet(&verdict, judge->options->ruleset, &packet);
	judge->failed |= r < 0;
	return r == 0 && verdict.action == VERDICT_ACCEPT;
}

static bool cuts_off(struct judge *judge, const struct explain *explain,
                     const struct explain_port *port)
{
	bool open = verdict_otherwise(&port->verdict) != NULL;

	if (judge->row->conflict->kind == CONFLICT_SOURCE)
		open = is_offered(judge, explain, port->port);
	if (!open)
		judge->not_offered = true;
	return open;
}

static int add_service(struct conflictlist_row *row, const struct service *service)
{
	int r;

	for (size_t i = 0; i < row->n_services; i++)
		if (row->services[i] == service)
			return 0;
	r = grow(&row->services, &row->services_capacity, row->n_services + 1,
	         sizeof(*row->services));
	if (r == 0)
		row->services[row->n_services++] = service;
	return r;
}

/* A set is of several bans: what ends each of them is told. */
static int take_reason(struct conflictlist_row *row, const struct explain_reason *reason)
{
	int r = 0;

	if (!row->jail && reason->jail) {
		row->until_us = reason->until_us;
		row->jail = strdup(reason->jail);
		r = row->jail ? 0 : -ENOMEM;
	}
	if (r == 0)
		r = strv_add_each(&row->commands, &reason->commands);
	return r == 0 ? strv_add_each(&row->others, &reason->others) : r;
}

/* What decides in its place is the reason why it has no effect. */
static int note_other(struct judge *judge, const struct explain_port *port)
{
	const struct conflict *conflict = judge->row->conflict;
	const struct verdict *verdict = &port->verdict;

	if (conflict->zone && !conflict->zone->is_policy && verdict->zone != conflict->zone) {
		judge->elsewhere = true;
		return 0;
	}
	for (size_t i = 0; i < verdict->n_steps && !judge->first; i++) {
		/* only where it would have had its turn */
		if (&verdict->steps[i] <= verdict->decider ||
		    !is_ours(conflict, &verdict->steps[i]))
			continue;
		judge->let_in = verdict->action == VERDICT_ACCEPT;
		return explain_step_words(&judge->first, verdict->decider);
	}
	return 0;
}

static int judge_port(struct judge *judge, const struct explain *explain,
                      const struct explain_port *port)
{
	struct conflictlist_row *row = judge->row;
	int r;

	if (port->verdict.action == VERDICT_ACCEPT ||
	    !is_ours(row->conflict, port->verdict.decider))
		return note_other(judge, port);
	if (!cuts_off(judge, explain, port))
		return 0;
	row->certain = row->certain && port->verdict.certain;
	row->effective = true;
	r = add_service(row, services_by_port(port->port, "tcp"));
	return r == 0 && port->reason != SIZE_MAX
	           ? take_reason(row, &explain->reasons[port->reason])
	           : r;
}

static int judge_probe(struct judge *judge, const struct cidr *address)
{
	_cleanup_explain_ struct explain explain = {.ruleset = judge->options->ruleset,
	                                            .tickets = judge->options->tickets,
	                                            .shapes = judge->options->shapes,
	                                            .now_us = judge->options->now_us,
	                                            .packet.source = *address};
	int r;

	if (!finds_way(judge, &explain))
		judge->row->certain = false;
	r = explain_add_usual(&explain);
	if (r == 0)
		r = explain_decide(&explain, judge->options->listeners);
	for (size_t i = 0; i < explain.n_ports && r == 0; i++)
		r = judge_port(judge, &explain, &explain.ports[i]);
	return r;
}

static int say_why_not(struct judge *judge)
{
	struct conflictlist_row *row = judge->row;
	const struct conflict *conflict = row->conflict;

	if (judge->first)
		return xasprintf(&row->why_not, "%s %s", judge->first,
		                 judge->let_in ? "lets them in before it"
		                               : "denies them before it");
	if (judge->elsewhere)
		return xasprintf(&row->why_not, "their packets do not reach zone %s",
		                 conflict->zone->name);
	if (judge->not_offered)
		return xasprintf(&row->why_not, "what it denies is open to nobody");
	if (conflict->zone && conflict->zone->is_policy &&
	    (!conflict->rule || conflict->rule->rule.element == RICHRULE_ELEMENT_NONE))
		return xasprintf(&row->why_not, "their packets do not come through policy %s",
		                 conflict->zone->name);
	return xasprintf(&row->why_not, "it concerns no mail service");
}

/* --- an ipset: its entry can go, the rule can stay ------------------------------------------ */

static const char *ipset_of(const struct conflict *conflict)
{
	if (conflict->rule && !conflict->rule->rule.source.invert)
		return conflict->rule->rule.source.ipset;
	if (conflict->source && strncmp(conflict->source, "ipset:", 6) == 0)
		return conflict->source + 6;
	return NULL;
}

static int improve_commands(struct conflictlist_row *row,
                            const struct conflictlist_options *options)
{
	const char *name = ipset_of(row->conflict);
	const struct ruleset_ipset *ipset = name ? ruleset_ipset(options->ruleset, name) : NULL;

	if (row->jail || !ipset || !row->client)
		return 0;
	return explain_entry_commands(&row->commands, ipset, &row->client->cidr);
}

/* --- one ban is one row -------------------------------------------------------------------- */

static bool is_same_ban(const struct conflictlist_row *a, const struct conflictlist_row *b)
{
	return a->effective && a->denied && strcmp(a->denied, b->denied) == 0 &&
	       cidr_cmp(&a->client->cidr, &b->client->cidr) == 0 && text_is_same(a->jail, b->jail);
}

static int merge(struct conflictlist_row *row, const struct conflictlist_row *more)
{
	int r = strv_add_each(&row->commands, &more->commands);

	if (r == 0)
		r = strv_add_each(&row->others, &more->others);
	for (size_t i = 0; i < more->n_services && r == 0; i++)
		r = add_service(row, more->services[i]);
	row->n_rules += more->n_rules;
	row->whole |= more->whole;
	row->certain &= more->certain;
	row->permanent |= more->permanent;
	return r;
}

static struct conflictlist_row *find_same(const struct conflictlist *list, size_t n,
                                          const struct conflictlist_row *row)
{
	for (size_t i = 0; row->effective && row->denied && i < n; i++)
		if (is_same_ban(&list->rows[i], row))
			return &list->rows[i];
	return NULL;
}

static int fold(struct conflictlist *list)
{
	size_t kept = 0;
	int r = 0;

	for (size_t i = 0; i < list->n; i++) {
		struct conflictlist_row row = list->rows[i];
		struct conflictlist_row *same = r == 0 ? find_same(list, kept, &row) : NULL;

		if (!same) {
			list->rows[kept++] = row;
			continue;
		}
		r = merge(same, &row);
		conflictlist_row_deinit(&row);
		list->n_effective--;
	}
	list->n = kept;
	return r;
}

/* --- all of them --------------------------------------------------------------------------- */

/**
 * conflictlist_judge() - does it ever decide about a packet, and about which service?
 * @row:     with its conflict, whose probes are the packets; its client may be NULL; the caller
 *           releases it, also after a failure
 *
 * Return: 0 or -ENOMEM.
 */
int conflictlist_judge(struct conflictlist_row *row, const struct conflictlist_options *options)
{
	struct judge judge = {.options = options, .row = row};
	int r = 0;

	row->judged = row->certain = true;
	for (size_t i = 0; i < row->conflict->n_probes && r == 0; i++)
		r = judge_probe(&judge, &row->conflict->probes[i]);
	if (r == 0 && !row->effective)
		r = say_why_not(&judge);
	if (r == 0 && row->effective)
		r = improve_commands(row, options);
	free(judge.first);
	return r == 0 && judge.failed ? -ENOMEM : r;
}

static int make_row(struct conflictlist *list, size_t at,
                    const struct conflictlist_options *options)
{
	struct conflictlist_row *row = &list->rows[list->n++];
	int r;

	*row = (struct conflictlist_row){
	    .conflict = &list->conflicts.conflicts[at], .n_rules = 1, .failures = -1};
	row->whole =
	    row->conflict->relation == CONFLICT_COVERS || row->conflict->relation == CONFLICT_EQUAL;
	row->client = clientranges_find(options->ranges,
	                                &options->ranges->effective.ranges[row->conflict->client]);
	if (!row->client)
		return -EINVAL;
	r = describe(row);
	if (r == 0 && at < JUDGED_MAX)
		r = conflictlist_judge(row, options);
	/* what was not looked at may do harm */
	if (!row->judged || row->effective)
		list->n_effective++;
	return r;
}

/** conflictlist_options() - by what is known of a picture, which must outlive them */
struct conflictlist_options conflictlist_options(const struct picture *picture)
{
	return (struct conflictlist_options){
	    .ruleset = &picture->ruleset,
	    .ranges = &picture->clients,
	    .tickets = picture_knows(picture, PICTURE_FAIL2BAN) ? &picture->tickets : NULL,
	    .shapes = &picture->shapes,
	    .listeners = picture_knows(picture, PICTURE_SOCKETS) ? &picture->listeners : NULL,
	    .way = picture->way,
	    .userdata = picture->way_userdata,
	    .now_us = picture->now_us,
	};
}

/**
 * conflictlist_make() - find the conflicts, and judge them
 * @out:     receives them; untouched on failure; the caller deinits it
 * @options: borrowed; what it points to must outlive @out where it says so
 *
 * Return: 0 or -ENOMEM.
 */
int conflictlist_make(struct conflictlist *out, const struct conflictlist_options *options)
{
	_cleanup_conflictlist_ struct conflictlist list = CONFLICTLIST_NULL;
	int r = conflicts_find(&list.conflicts, options->ruleset, &options->ranges->effective);

	if (r < 0)
		return r;
	list.rows = calloc(list.conflicts.n + 1, sizeof(*list.rows));
	if (!list.rows)
		return -ENOMEM;
	for (size_t i = 0; i < list.conflicts.n && r == 0; i++)
		r = make_row(&list, i, options);
	if (r == 0)
		r = fold(&list);
	if (r < 0)
		return r;
	*out = list;
	list = CONFLICTLIST_NULL;
	return 0;
}

/** conflictlist_is_blind() - could some ranges, or what filters, not be read? */
bool conflictlist_is_blind(const struct conflictlist_options *options)
{
	return !options->ranges->complete || !options->ruleset->chains_known ||
	       options->ruleset->remembered;
}

/** conflictlist_is_fine() - does nothing cut off anybody, and was all of it seen? */
bool conflictlist_is_fine(const struct conflictlist *list,
                          const struct conflictlist_options *options)
{
	return list->n_effective == 0 && !conflictlist_is_blind(options);
}
