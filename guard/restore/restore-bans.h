/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * restore-bans - the bans among what is to be restored by hand
 *
 * The same law as the watcher's (watch/bankeeper): fail2ban tells which of them
 * still hold, before each batch and after the last one, and what it cannot tell
 * is not restored.
 */
#ifndef GUARD_RESTORE_RESTORE_BANS_H
#define GUARD_RESTORE_RESTORE_BANS_H

#include "guard/model/ban/banplan.h"
#include "guard/model/plan.h"
#include "guard/restore/clientranges.h"

struct restore_bans {
	const struct config *config; /* borrowed */
	struct store *store;         /* borrowed; may be NULL */
	const struct loss *loss;     /* borrowed */
	struct tickets tickets;
	struct clientranges ranges;
	struct banplan_rule *rules; /* owned; one for each ban of the loss that is not there */
	size_t *rows;               /* owned; their places in the loss */
	bool *done;                 /* owned; was tried */
	size_t n, n_held, n_ended, n_strangers, n_left_out;
	bool known; /* fail2ban has answered */
	const char *state;
};
#define RESTORE_BANS_NULL      ((struct restore_bans){0})
#define _cleanup_restore_bans_ _cleanup_(restore_bans_deinit)

void restore_bans_deinit(struct restore_bans *bans);
int restore_bans_find(struct restore_bans *bans, const struct firewall *now) _must_check_;
int restore_bans_ask(struct restore_bans *bans) _must_check_;
int restore_bans_batch(struct plan *out, struct restore_bans *bans, size_t max) _must_check_;
int restore_bans_why(char **out, const struct restore_bans *bans,
                     const struct banplan_rule *rule) _must_check_;

#endif
