// SPDX-License-Identifier: GPL-2.0-or-later
/* Checks of fail2ban, of what it and firewalld hold of each other, and of the guard itself. */
#include "guard/audit/check-internal.h"
#include "guard/audit/ranges.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "guard/model/ban/denial.h"
#include "guard/system/kernel/route.h"
#include "guard/audit/conflictlist.h"

/* A store of some 100 MB is seen to its end in that time. */
#define STORE_CHECK_MS 2000

int check_fail2ban_down(struct check_context *context, enum check_id id)
{
	const char *database = context->cli->config.fail2ban_database
	                           ? context->cli->config.fail2ban_database
	                           : FAIL2BAN_DEFAULT_DATABASE;

	switch (context->fail2ban) {
	case FAIL2BAN_RUNNING:
	case FAIL2BAN_STARTING:
		return 0;
	case FAIL2BAN_STOPPED:
		/* nobody misses what was never there */
		if (access(database, F_OK) != 0)
			return 0;
		return check_add(context, id, FINDING_WARNING, NULL,
		                 strdup("systemctl start fail2ban"),
		                 "fail2ban is stopped: nobody is banned");
	case FAIL2BAN_CRASHED:
		return check_add(context, id, FINDING_ERROR, NULL,
		                 strdup("systemctl restart fail2ban"),
		                 "fail2ban has crashed: its last bans stay, and nobody ends them");
	case FAIL2BAN_UNREACHABLE:
		return check_add(context, id, FINDING_WARNING, NULL,
		                 strdup("systemctl restart fail2ban"), "fail2ban does not answer");
	case FAIL2BAN_STOPPING:
	case FAIL2BAN_UNKNOWN:
	case FAIL2BAN_N_STATES:
		break;
	}
	return check_add(context, id, FINDING_UNKNOWN, NULL, NULL, "fail2ban is %s",
	                 fail2ban_state_name(context->fail2ban));
}

/* One for all checks of drift that were asked for would name the wrong one: each says it. */
static int tell_unknown(struct check_context *context, enum check_id id, const char *why)
{
	char *evidence = strdup(why);

	return evidence ? check_add(context, id, FINDING_UNKNOWN, evidence, NULL,
	                            "fail2ban's bans could not be compared with the rules")
	                : -ENOMEM;
}

/* Once for all checks that need it. */
static int read_clients(struct check_context *context)
{
	if (context->clients_known || context->cli->config.restore_bans != CONFIG_RESTORE_BANS_SAFE)
		return 0;
	context->clients_known = true;
	return ranges_read(context->cli, context->store, context->tickets_known,
	                   &context->clients) == CLI_FINE
	           ? 0
	           : -ENOMEM;
}

int check_drift(struct check_context *context, enum check_id id)
{
	const struct drift_evidence evidence = {
	    .fw = &context->reading.firewall,
	    .tickets = &context->tickets,
	    .interfaces = &context->interfaces,
	    .clients = &context->clients.effective, /* empty unless bans are left out */
	    .now_us = context->cli->now_us,
	    .unwiped_us = context->unwiped_us,
	};
	struct drift_counts counts;

	if (context->reading.state != FIREWALL_STATE_RUNNING)
		return tell_unknown(context, id, "firewalld is not in a state to be trusted");
	if (context->wipe_open)
		return tell_unknown(context, id, "what a wipe took is being put back right now");
	if (!context->tickets_known) {
		/* where there is no fail2ban there are no bans of it */
		if (context->fail2ban == FAIL2BAN_STOPPED)
			return 0;
		return tell_unknown(context, id, err_text(&context->tickets_error, -EIO));
	}
	if (read_clients(context) < 0)
		return -ENOMEM;
	return drift_find(context->findings, &counts, 1U << (unsigned)(id - CHECK_BAN_WITHOUT_RULE),
	                  &evidence);
}

/* --- legitimate clients ------------------------------------------------------------------ */

/* More than these are counted, and listed by `conflicts`. */
#define CONFLICTS_MAX 10

static bool find_way(const struct cidr *address, struct packet *packet, void *userdata)
{
	struct route *route = userdata;

	if (route_to(route, address, NULL) != 0)
		return false;
	packet->interface = route->interface;
	packet->destination = route->has_local ? &route->local : NULL;
	return true;
}

static int join(char **out, const char *next, const char *between)
{
	char *longer = NULL;

	if (xasprintf(&longer, "%s%s%s", *out ? *out : "", *out ? between : "", next) < 0)
		return -ENOMEM;
	free(*out);
	*out = longer;
	return 0;
}

static int tell_conflict(struct check_context *context, enum check_id id,
                         const struct conflictlist_row *row)
{
	enum conflict_relation relation = row->conflict->relation;
	_cleanup_free_ char *command = NULL, *services = NULL, *evidence = NULL;
	char client[CIDR_TEXT_LENGTH];

	for (size_t i = 0; i < row->commands.n; i++)
		if (join(&command, row->commands.strings[i], " && ") < 0)
			return -ENOMEM;
	for (size_t i = 0; i < row->n_services; i++)
		if (join(&services, row->services[i]->name, ", ") < 0)
			return -ENOMEM;
	if (xasprintf(&evidence, "%s%s%s", row->what, row->jail ? ", by fail2ban, jail " : "",
	              row->jail ? row->jail : "") < 0)
		return -ENOMEM;
	cidr_format(&row->client->cidr, client);
	return check_add(context, id,
	                 relation == CONFLICT_COVERS || relation == CONFLICT_EQUAL
	                     ? FINDING_ERROR
	                     : FINDING_WARNING,
	                 steal(evidence), steal(command), "clients in %s are cut off from %s",
	                 client, services ? services : "mail");
}

static int tell_conflicts(struct check_context *context, enum check_id id,
                          const struct conflictlist *list)
{
	size_t n = 0, unjudged = 0;
	int r = 0;

	for (size_t i = 0; i < list->n && r == 0; i++) {
		unjudged += !list->rows[i].judged;
		if (list->rows[i].judged && list->rows[i].effective && n++ < CONFLICTS_MAX)
			r = tell_conflict(context, id, &list->rows[i]);
	}
	if (r == 0 && (n > CONFLICTS_MAX || unjudged > 0))
		r = check_add(context, id, FINDING_WARNING, NULL, strdup("reload-guard conflicts"),
		              "%zu more rules or bans cut clients off, and %zu were not looked at "
		              "each",
		              n > CONFLICTS_MAX ? n - CONFLICTS_MAX : 0, unjudged);
	return r;
}

/* From a glance at the rules, where more is not known. */
static int count_conflicts(struct check_context *context, enum check_id id,
                           const struct clientranges *ranges)
{
	size_t n = 0;

	if (denial_count(&n, &context->reading.firewall, &ranges->effective) < 0)
		return -ENOMEM;
	if (n == 0)
		return 0;
	return check_add(context, id, FINDING_WARNING, NULL, strdup("reload-guard conflicts"),
	                 "%zu rule%s or ban%s cut%s off legitimate clients", n, n == 1 ? "" : "s",
	                 n == 1 ? "" : "s", n == 1 ? "s" : "");
}

static int weigh_conflicts(struct check_context *context, enum check_id id,
                           const struct clientranges *ranges)
{
	_cleanup_conflictlist_ struct conflictlist list = CONFLICTLIST_NULL;
	struct route route;
	const struct conflictlist_options options = {
	    .ruleset = check_ruleset(context),
	    .ranges = ranges,
	    .tickets = context->tickets_known ? &context->tickets : NULL,
	    .listeners = check_listeners(context),
	    .way = find_way,
	    .userdata = &route,
	    .now_us = context->cli->now_us,
	};

	if (!options.ruleset)
		return count_conflicts(context, id, ranges);
	if (conflictlist_make(&list, &options) < 0)
		return -ENOMEM;
	return tell_conflicts(context, id, &list);
}

int check_clients(struct check_context *context, enum check_id id)
{
	_cleanup_clientranges_ struct clientranges ranges = CLIENTRANGES_NULL;
	int r = ranges_read(context->cli, context->store, context->tickets_known, &ranges);

	if (r != CLI_FINE)
		return -ENOMEM;
	if (!ranges.complete)
		r = check_add(context, id, FINDING_UNKNOWN,
		              ranges.troubles.n ? strdup(ranges.troubles.strings[0]) : NULL, NULL,
		              "some client ranges could not be read");
	return r == 0 ? weigh_conflicts(context, id, &ranges) : r;
}

int check_watcher(struct check_context *context, enum check_id id)
{
	if (!context->watcher.known)
		return check_add(context, id, FINDING_UNKNOWN, NULL, NULL,
		                 "whether the watcher runs cannot be told");
	if (context->watcher.running)
		return 0;
	return check_add(context, id, FINDING_WARNING, NULL,
	                 strdup("systemctl enable --now reload-guard"),
	                 "the watcher does not run: nothing is put back after a reload");
}

/* A restart would end in the same way; what the newer one has recorded stays for its return. */
static int check_newer(struct check_context *context, enum check_id id)
{
	_cleanup_free_ char *command = NULL;

	if (xasprintf(&command,
	              "systemctl stop reload-guard; (cd %s && for f in " STORE_FILE
	              "*; do mv \"$f\" \"newer-$f\"; done); systemctl start reload-guard",
	              context->cli->store_dir) < 0)
		return -ENOMEM;
	return check_add(context, id, FINDING_ERROR, strdup(context->store_error.text),
	                 steal(command),
	                 "the store is of a newer reload-guard, so nothing is restored and nothing "
	                 "recorded: install the newer one again, or begin anew and keep its store "
	                 "aside");
}

int check_store(struct check_context *context, enum check_id id)
{
	struct err err = ERR_NULL;
	int r;

	if (context->store_absent)
		return check_add(context, id, FINDING_INFO, NULL,
		                 strdup("systemctl enable --now reload-guard"),
		                 "there is no store yet: nothing is on record");
	if (context->store_newer)
		return check_newer(context, id);
	if (!context->store)
		return check_add(context, id, FINDING_ERROR, strdup(context->store_error.text),
		                 strdup("systemctl restart reload-guard"),
		                 "the store cannot be used: what was open before is not known");
	r = store_check(context->store, STORE_CHECK_MS, &err);
	if (r < 0 && r != -EIO)
		return r;
	if (r == 0 || r == STORE_E_BUSY)
		return 0;
	return check_add(context, id, FINDING_ERROR, strdup(err.text),
	                 strdup("systemctl restart reload-guard"),
	                 "the store is damaged: the watcher sets it aside when it starts");
}
