/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * judge - what is missing, by law 1 and by all that is on record
 *
 * For the cycle, which has heard what happened since, as for commands, which see
 * one moment: both ask here, and so never say two things of one item.
 */
#ifndef GUARD_RESTORE_JUDGE_H
#define GUARD_RESTORE_JUDGE_H

#include "guard/system/store/store.h"

enum wipe_kind judge_kind(const struct store_snapshot *before, const char *boot_id,
                          const char *instance, int64_t loaded);
bool judge_is_same(const struct store_snapshot *before, enum wipe_kind kind, const char *instance,
                   int64_t loaded);
int judge_find(struct loss *out, struct firewall *before, struct firewall *now,
               const struct store_items *released, struct loss_evidence *evidence) _must_check_;
void judge_resume(struct loss *loss, const struct store_unfinished_list *unfinished,
                  enum wipe_kind *kind);

#endif
