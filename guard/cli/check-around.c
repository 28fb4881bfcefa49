// SPDX-License-Identifier: GPL-2.0-or-later
/* Checks of fail2ban, of what it and firewalld hold of each other, and of the guard itself. */
#include "guard/cli/check.h"
#include "guard/cli/ranges.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "guard/model/denial.h"

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

/* From a glance at the rules; `conflicts` weighs each of them. */
int check_clients(struct check_context *context, enum check_id id)
{
	_cleanup_clientranges_ struct clientranges ranges = CLIENTRANGES_NULL;
	size_t n = 0;
	int r = ranges_read(context->cli, context->store, context->tickets_known, &ranges);

	if (r == CLI_FINE)
		r = denial_count(&n, &context->reading.firewall, &ranges.effective);
	if (r != 0)
		return -ENOMEM;
	if (!ranges.complete)
		r = check_add(context, id, FINDING_UNKNOWN,
		              ranges.troubles.n ? strdup(ranges.troubles.strings[0]) : NULL, NULL,
		              "some client ranges could not be read");
	if (r == 0 && n > 0)
		r = check_add(context, id, FINDING_WARNING, NULL, strdup("reload-guard conflicts"),
		              "%zu rule%s or ban%s cut%s off legitimate clients", n,
		              n == 1 ? "" : "s", n == 1 ? "" : "s", n == 1 ? "s" : "");
	return r;
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

int check_store(struct check_context *context, enum check_id id)
{
	struct err err = ERR_NULL;
	int r;

	if (context->store_absent)
		return check_add(context, id, FINDING_INFO, NULL,
		                 strdup("systemctl enable --now reload-guard"),
		                 "there is no store yet: nothing is on record");
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
