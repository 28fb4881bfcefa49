// SPDX-License-Identifier: GPL-2.0-or-later
/* Checks of the store, and of what it has on record of the last wipe. */
#include "guard/audit/checks-internal.h"

#include <errno.h>
#include <string.h>

/* A snapshot and a wipe of a firewall with thousands of rules take less. */
#define SPACE_MIN_MIB 32

/* A restart alone would end in the same way; with all that belongs to it, and under another name.
 */
static int set_aside(struct check_run *run, const char *prefix, const char *text)
{
	_cleanup_free_ char *command = NULL;

	if (shell_printf(&command,
	                 "systemctl stop reload-guard; (cd %s && for f in " STORE_FILE
	                 "*; do mv \"$f\" %s\"$f\"; done); systemctl start reload-guard",
	                 run->picture->state_dir, prefix) < 0)
		return -ENOMEM;
	return check_add(run, strdup(picture_why(run->picture, PICTURE_STORE)), steal(command),
	                 "%s", text);
}

/* A restart mends what is broken, and nothing else. */
static int unusable_store(struct check_run *run)
{
	const struct picture *picture = run->picture;
	char *why;

	if (picture->store_denied && picture_is_for_root(picture))
		return 0;
	why = strdup(picture_why(picture, PICTURE_STORE));
	if (picture->store_denied)
		return check_add_as(run, FINDING_UNKNOWN, why, strdup("sudo reload-guard check"),
		                    "the store may only be read by root, so it is unknown what was "
		                    "open before");
	switch (picture->store_result) {
	case STORE_E_UNSAFE:
	case -ENOTDIR: /* who may do what there is for a person to see */
		return check_add(run, why, NULL,
		                 "the store cannot be used, for where it is: nothing is recorded "
		                 "until that is fixed");
	case STORE_E_READ_ONLY:
		return check_add(run, why, NULL,
		                 "the store cannot be used: its file system is mounted read-only. "
		                 "Nothing is recorded until it can be written");
	case STORE_E_FULL:
		return check_add(run, why, NULL,
		                 "the store cannot be used: its disk is full. Nothing is recorded "
		                 "until there is room");
	default:
		return check_add(run, why, strdup("systemctl restart reload-guard"),
		                 "the store cannot be used, so it is unknown what was open before");
	}
}

static int store(struct check_run *run)
{
	const struct picture *picture = run->picture;

	if (picture->store_absent && picture->watcher.running)
		/* a restart would lose what the watcher knows */
		return check_add(
		    run, NULL, NULL,
		    "the store is gone while the watcher runs: within a minute it makes "
		    "a new one, and records what is meant to be open");
	if (picture->store_absent)
		return check_add_as(run, FINDING_UNKNOWN, NULL,
		                    strdup("systemctl enable --now reload-guard"),
		                    "there is no store: what was open before is not known");
	/* what the newer one has recorded stays for its return */
	if (picture->store_result == STORE_E_NEWER)
		return set_aside(run, "newer-",
		                 "the store was written by a newer reload-guard, so it cannot be "
		                 "used and nothing is recorded: install the newer version again, "
		                 "or start a new store and keep the old one aside");
	if (picture->store_blocked)
		return set_aside(run, "aside-",
		                 "the store cannot be used: something else has its name. "
		                 "Nothing is recorded until that is out of the way");
	if (!picture_knows(picture, PICTURE_STORE))
		return unusable_store(run);
	if (picture->store_fixed)
		return check_add(run, strdup(picture->state_dir), NULL,
		                 "the store's file system is mounted read-only: nothing is "
		                 "recorded, and a restart of the guard forgets what was open");
	if (!picture->damage)
		return 0;
	return check_add(run, strdup(picture->damage), strdup("systemctl restart reload-guard"),
	                 "the store is damaged: the watcher sets it aside when it starts");
}

const struct check check_store = {
    .name = "store",
    .severity = FINDING_ERROR,
    .help = "the store cannot be used",
    .also = PICTURE_STORE | PICTURE_DAMAGE,
    .status = true,
    .fn = store,
};

static int store_space(struct check_run *run)
{
	int64_t free_mib = run->picture->free_mib;

	if (free_mib < 0 || free_mib >= SPACE_MIN_MIB)
		return 0;
	return check_add_as(run, free_mib == 0 ? FINDING_ERROR : FINDING_WARNING,
	                    strdup(run->picture->state_dir), NULL,
	                    "the disk of the store has %lld MiB left: the next loss may not be "
	                    "recorded; free some space",
	                    (long long)free_mib);
}

const struct check check_store_space = {
    .name = "store-space",
    .severity = FINDING_ERROR,
    .help = "the disk of the store is full, or nearly",
    .needs = PICTURE_HOST,
    .fn = store_space,
};

/* --- the last wipe ------------------------------------------------------------------------ */

static int restore_failed(struct check_run *run)
{
	const struct store_wipe_info *wipe = &run->picture->wipe;

	if (wipe->n_failed == 0)
		return 0;
	return check_add(
	    run, NULL, strdup("reload-guard history --kind restore"),
	    "after the last %s %zu of %zu items could not be restored; the history says why",
	    wipe_kind_words(wipe->kind), wipe->n_failed, wipe->n_lost);
}

const struct check check_restore_failed = {
    .name = "restore-failed",
    .severity = FINDING_WARNING,
    .help = "something could not be restored after the last reload",
    .needs = PICTURE_STORE,
    .status = true,
    .fn = restore_failed,
};

static int bans_failed(struct check_run *run)
{
	const struct store_wipe_info *wipe = &run->picture->wipe;
	const struct picture_bans bans = picture_wipe_bans(run->picture);

	if (wipe->n_bans_failed == 0)
		return 0;
	return check_add(run, NULL, strdup("reload-guard restore"),
	                 "after the last %s %zu of %zu bans could not be restored; reload-guard "
	                 "history --kind restore says why",
	                 wipe_kind_words(wipe->kind), bans.failed, bans.n);
}

const struct check check_bans_failed = {
    .name = "bans-failed",
    .severity = FINDING_WARNING,
    .help = "bans could not be restored after the last reload",
    .needs = PICTURE_STORE,
    .status = true,
    .fn = bans_failed,
};

/* Which of them still hold, it alone knows; where it runs, they are on their way. */
static int bans_waiting(struct check_run *run)
{
	const struct picture *picture = run->picture;
	size_t n = picture_wipe_bans(picture).open;

	if (n == 0 || picture->wipe.finished_us || picture->fail2ban == FAIL2BAN_RUNNING)
		return 0;
	/* a start does nothing to one that hangs */
	return check_add(run, NULL, strdup("systemctl restart fail2ban"),
	                 n == 1 ? "%zu ban was lost and is open: whether it still holds, only "
	                          "fail2ban knows, and it is %s. It is restored when fail2ban "
	                          "answers"
	                        : "%zu bans were lost and are open: which still hold, only "
	                          "fail2ban knows, and it is %s. They are restored when fail2ban "
	                          "answers",
	                 n, fail2ban_state_name(picture->fail2ban));
}

const struct check check_bans_waiting = {
    .name = "bans-waiting",
    .severity = FINDING_WARNING,
    .help = "lost bans of which only a fail2ban that does not run knows whether they hold",
    .needs = PICTURE_STORE,
    .also = PICTURE_FAIL2BAN,
    .status = true,
    .fn = bans_waiting,
};

static int bans_left_out(struct check_run *run)
{
	const struct store_wipe_info *wipe = &run->picture->wipe;
	size_t n = picture_wipe_bans(run->picture).left_out;

	if (n == 0)
		return 0;
	return check_add(run, NULL, NULL,
	                 n == 1
	                     ? "%zu ban that covers legitimate clients was not restored after the "
	                       "last %s. fail2ban still holds it: fail2ban-client set JAIL "
	                       "unbanip ADDRESS ends it, restore-bans = all restores such bans"
	                     : "%zu bans that cover legitimate clients were not restored after the "
	                       "last %s. fail2ban still holds them: fail2ban-client set JAIL "
	                       "unbanip ADDRESS ends one, restore-bans = all restores such bans",
	                 n, wipe_kind_words(wipe->kind));
}

const struct check check_bans_left_out = {
    .name = "bans-left-out",
    .severity = FINDING_WARNING,
    .help = "bans that cover legitimate clients were not restored after the last reload",
    .needs = PICTURE_STORE,
    .status = true,
    .fn = bans_left_out,
};
