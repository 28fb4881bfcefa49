/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * banlog - what the log says of lost bans
 *
 * The keeper decides; here it is put into words: once for a wipe how many of each sort it
 * took, and a line for each ban that stays away. Nothing in here changes anything.
 */
#ifndef GUARD_RESTORE_BANLOG_H
#define GUARD_RESTORE_BANLOG_H

#include "guard/model/ban/banplan.h"
#include "guard/model/ban/banshape.h"
#include "guard/restore/banlist.h"
#include "guard/restore/clientranges.h"
#include "guard/system/host/logger.h"

#define BANLOG_WHY_MAX 160

/* What a wipe took, by what becomes of it. */
struct banlog_count {
	size_t by_hand;                             /* rules */
	struct bancount lost;                       /* all but what was made by hand */
	struct bancount ended, strangers, left_out; /* of those */
	struct bancount held, inside, learned;      /* of those; the last two of those held */
};
#define _cleanup_banlog_count_ _cleanup_(banlog_count_deinit)

void banlog_count(struct banlog_count *count, const struct banplan_rule *rule);
void banlog_count_deinit(struct banlog_count *count);
void banlog_lost(struct logger *logger, const struct ban_wipe *wipe, struct banlog_count *count);
void banlog_restored(struct logger *logger, struct ban_wipe *wipe);
void banlog_failed(struct logger *logger, const struct ban *ban, const char *why);

void banlog_why(char why[BANLOG_WHY_MAX], const struct banplan_rule *rule,
                const struct clientranges *ranges);
void banlog_left_out(struct logger *logger, const struct banplan_rule *rule, const char *why);

void banlog_unknown(struct logger *logger, size_t n, const char *why);
void banlog_still_unknown(struct logger *logger, size_t n, const char *why);
void banlog_by_hand(struct logger *logger, size_t n);
void banlog_as_rules(struct logger *logger, size_t n);
void banlog_unheld(struct logger *logger, struct record *record, const struct item *one, size_t n);
void banlog_kept(struct logger *logger, const char *item);
void banlog_residue(struct logger *logger, const char *why);
void banlog_shape(struct logger *logger, const struct banshape *shape, bool lets_in);

#endif
