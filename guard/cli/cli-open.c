// SPDX-License-Identifier: GPL-2.0-or-later
/* What a command opens and reads, and how it says that this failed. */
#include "guard/cli/cli.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "guard/system/host/clock.h"
#include "guard/system/store/spool.h"

/* What a question waits for a lock, to take in what the hook has left; it has its own wait yet. */
#define SPOOL_BUSY_MS 500

/* --- the store --------------------------------------------------------------------------- */

/** cli_store_failed() - tell why the store cannot be used, and what to do; Return: CLI_NO_STORE */
int cli_store_failed(struct cli *cli, int r, const struct err *err)
{
	const char *advice = "";

	switch (r) {
	case STORE_E_BUSY:
		advice = "; another process is writing to it: try again";
		break;
	case STORE_E_FULL:
		advice = "; make room on its disk";
		break;
	case STORE_E_CORRUPT:
		advice = "; the watcher sets a damaged store aside when it starts: systemctl "
		         "restart reload-guard";
		break;
	case STORE_E_OLDER: /* their texts say what to do */
	case STORE_E_NEWER:
	case STORE_E_UNSAFE:
		break;
	case STORE_E_ABSENT:
		advice = "; nothing is on record there: start the watcher (systemctl start "
		         "reload-guard), or name the folder with --state";
		break;
	case STORE_E_READ_ONLY:
		advice = geteuid() == 0 ? "; is its file system mounted read-only?" : CLI_AS_ROOT;
		break;
	case -EACCES:
	case -EPERM:
		advice = geteuid() == 0 ? "" : CLI_AS_ROOT;
		break;
	default:
		break;
	}
	return cli_fail(cli, CLI_NO_STORE, "%s%s",
	                err && err->text[0] ? err->text
	                : r < 0             ? strerror(-r)
	                                    : store_error_name(r),
	                advice);
}

/* A folder that somebody names has to be there; the one of the configuration is made. */
static bool is_mistyped(const struct cli *cli)
{
	return cli->state_dir && access(cli->store_dir, F_OK) < 0;
}

/**
 * cli_open_store() - the store in the state directory
 * @out:  the caller closes it; NULL when it is absent and may be
 *
 * Return: CLI_FINE, or CLI_NO_STORE with the reason told.
 */
int cli_open_store(struct cli *cli, struct store **out, struct cli_store_need need)
{
	struct store_options options = {.create = need.write && !is_mistyped(cli),
	                                .read_only = !need.write,
	                                .busy_ms = STORE_BUSY_MS};
	struct err err = ERR_NULL;
	int r;

	spool_settle(cli->spool_dir, cli->store_dir, SPOOL_BUSY_MS);
	r = store_open(out, cli->store_dir, &options, &err);
	if (r == STORE_E_ABSENT && need.absent) {
		*out = NULL;
		return CLI_FINE;
	}
	return r == 0 ? CLI_FINE : cli_store_failed(cli, r, &err);
}

/* --- firewalld --------------------------------------------------------------------------- */

/** cli_firewalld_failed() - tell why firewalld cannot be asked; Return: CLI_NO_FIREWALLD */
int cli_firewalld_failed(struct cli *cli, int r, const struct err *err)
{
	const char *why = err && err->text[0] ? err->text : r < 0 ? strerror(-r) : "no answer";
	const char *advice = "";

	if (r == FIREWALLD_E_TIMEOUT) {
		why = "firewalld does not answer";
		advice = "; see: systemctl status firewalld";
	} else if (r == FIREWALLD_E_GONE) {
		advice = "; start it: systemctl start firewalld";
	} else if (r == FIREWALLD_E_NO_BUS || r == FIREWALLD_E_BUS_SILENT) {
		advice = "; is the system bus running? See: systemctl status dbus";
	} else if (r == FIREWALLD_E_UNAUTHORIZED) {
		why = "firewalld's rules, fail2ban's bans and what is on record are for root only";
		advice = CLI_AS_ROOT;
	} else if (r == FIREWALLD_E_PANIC) {
		why = "firewalld is in panic mode, and changes nothing meanwhile";
		advice = "; to end that: firewall-cmd --panic-off";
	} else if (geteuid() != 0) {
		advice = CLI_AS_ROOT;
	}
	return cli_fail(cli, CLI_NO_FIREWALLD, "%s%s%s",
	                strncmp(why, "firewalld", 9) == 0 ? "" : "firewalld: ", why, advice);
}

static void on_wait(void *waiting)
{
	cli_note(waiting,
	         "firewalld does not answer; waiting for it (see: systemctl status firewalld)");
}

/**
 * cli_firewalld_wait() - what is done when it has been silent for CLI_SILENCE_MS
 * @out:      not open yet
 * @gives_up: the command ends; else it says so, and goes on waiting
 */
void cli_firewalld_wait(struct cli *cli, struct firewalld_session *out, bool gives_up)
{
	out->silence_ms = CLI_SILENCE_MS;
	out->on_wait = gives_up ? NULL : on_wait;
	out->waiting = cli;
}

/** cli_firewalld_open() - connect; Return: CLI_FINE, or CLI_NO_FIREWALLD with the reason told */
int cli_firewalld_open(struct cli *cli, struct firewalld_session *out)
{
	struct err err = ERR_NULL;
	int r = firewalld_session_open(out, &err);

	return r == 0 ? CLI_FINE : cli_firewalld_failed(cli, r, &err);
}

/**
 * cli_firewalld_read() - runtime and permanent state of all zones
 * @out: the caller deinits it
 *
 * Return: CLI_FINE, or CLI_NO_FIREWALLD with the reason told.
 */
int cli_firewalld_read(struct cli *cli, struct firewalld_session *session,
                       struct firewalld_reading *out)
{
	struct err err = ERR_NULL;
	int r = firewalld_session_read(session, out, false, NULL, &err);

	if (r != 0)
		return cli_firewalld_failed(cli, r, &err);
	if (out->n_skipped > 0)
		cli_warn(cli, "firewalld: entries not understood and ignored: %u; the first: %s",
		         out->n_skipped, out->skipped);
	return CLI_FINE;
}

/* --- the picture ------------------------------------------------------------------------- */

static void tell_troubles(struct cli *cli, const struct picture *picture)
{
	if (picture->n_skipped > 0)
		cli_warn(cli, "firewalld: entries not understood and ignored: %u; the first: %s",
		         picture->n_skipped, picture->skipped);
	if (picture_knows(picture, PICTURE_RULES) && !picture_knows(picture, PICTURE_TABLES))
		cli_note(cli, "%s", picture_why(picture, PICTURE_TABLES));
	if (picture->own_trouble)
		cli_note(cli, "%s", picture->own_trouble);
	for (size_t i = 0; i < picture->clients.troubles.n && !picture_is_for_root(picture); i++)
		cli_warn(cli, "some client ranges could not be read: %s",
		         picture->clients.troubles.strings[i]);
}

/**
 * cli_picture() - read what a question needs
 * @out:     PICTURE_NULL before; the caller deinits it, also after a failure
 * @session: borrowed; NULL: one of its own
 *
 * The configuration was loaded. What could not be read is for cli_reached() to tell.
 *
 * Return: CLI_FINE, or CLI_NOT_FINE after the reason was said.
 */
int cli_picture(struct cli *cli, struct picture *out, unsigned parts,
                struct firewalld_session *session)
{
	const struct picture_question question = {
	    .parts = parts,
	    .config = &cli->config,
	    .config_path = cli->config_path,
	    .state_dir = cli->store_dir,
	    .spool_dir = cli->spool_dir,
	    .session = session,
	    .now_us = cli->now_us,
	    .silence_ms = CLI_SILENCE_MS,
	    .deadline_ms = cli->deadline_ms,
	    .settled = (parts & PICTURE_FIREWALLD) != 0,
	};

	if (parts & PICTURE_STORE)
		spool_settle(cli->spool_dir, cli->store_dir, SPOOL_BUSY_MS);
	if (picture_read(out, &question) < 0)
		return cli_fail(cli, CLI_NOT_FINE, "out of memory");
	tell_troubles(cli, out);
	return CLI_FINE;
}

/**
 * cli_reached() - has firewalld answered to the end, and is this part known?
 *
 * Return: CLI_FINE, or CLI_NO_FIREWALLD, which is told.
 */
int cli_reached(struct cli *cli, const struct picture *picture, unsigned part)
{
	struct err err = ERR_NULL;

	if (picture_knows(picture, part) && picture->result == 0)
		return CLI_FINE;
	err_set(&err, 0, "%s", picture_why(picture, part));
	return picture->result ? cli_firewalld_failed(cli, picture->result, &err)
	                       : cli_fail(cli, CLI_NO_FIREWALLD, "%s", err.text);
}

/**
 * cli_status() - how things stand
 * @picture:  as for cli_picture(); must outlive @status
 * @status:   STATUS_NULL before; the caller deinits it, also after a failure
 * @selected: checks; NULL: those of status
 *
 * Loads the configuration.
 *
 * Return: CLI_FINE, or another status after the reason was said; that firewalld cannot be
 * reached is a finding, and for cli_reached() to tell.
 */
int cli_status(struct cli *cli, struct picture *picture, struct status *status,
               const bool selected[CHECKS_N])
{
	bool usual[CHECKS_N];
	int r = cli_load_config(cli);

	checks_select_status(usual);
	if (!selected)
		selected = usual;
	if (r == CLI_FINE)
		r = cli_picture(cli, picture, STATUS_PARTS | checks_parts(selected), NULL);
	if (r == CLI_FINE && status_make(status, selected, picture) < 0)
		r = cli_fail(cli, CLI_NOT_FINE, "out of memory");
	return r;
}
