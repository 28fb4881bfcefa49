/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * setup-undo - what `setup --apply` does, on record before it is done, so that it can be undone
 *
 * STATE/setup/pending: what is to be done, how it was before, and the copies of the zones' files.
 * It is there until somebody confirms. Who undoes it renames it to `undoing` first: then nobody can
 * confirm any more, and one that is killed meanwhile is taken up by the next.
 *
 * When the time is over systemd undoes it, by a transient timer, and after a boot by
 * reload-guard-rollback.service: that survives the shell and the guard, and needs neither. The
 * watcher could not: it may write nothing below /etc, and is itself a part of what is set up.
 */
#ifndef GUARD_CLI_SETUP_UNDO_H
#define GUARD_CLI_SETUP_UNDO_H

#include "guard/audit/setup.h"
#include "guard/cli/cli.h"

struct undo {
	struct setup setup; /* its steps alone */
	struct strv zones;  /* whose files are written */
	struct strv copies; /* of each; "": the administrator has none */
	int64_t until_us;   /* all of it is undone then; 0: by nobody */
};
#define UNDO_NULL      ((struct undo){0})
#define _cleanup_undo_ _cleanup_(undo_deinit)

void undo_deinit(struct undo *undo);
int undo_copy_zones(struct undo *undo, const char *store_dir, const struct setup *setup,
                    struct err *err) _must_check_;
int undo_hold(const char *store_dir, struct err *err) _must_check_;
int undo_write(const struct undo *undo, const struct setup *setup, const char *store_dir,
               struct err *err) _must_check_;
int undo_read(struct undo *out, const char *path, struct err *err) _must_check_;

bool undo_waits(const char *store_dir);
bool undo_is_pending(const char *store_dir);
int undo_confirm(const char *store_dir) _must_check_;
int undo_begin(char **path, const char *store_dir) _must_check_;

bool undo_can_be_timed(void);
int undo_arm(const struct cli *cli, int64_t after_us, struct err *err) _must_check_;
void undo_disarm(void);

/* Runs systemctl with these words, the last NULL; Return: 0; negative errno, with its words. */
int undo_systemctl(struct err *err, char *const *words) _must_check_;

#endif
