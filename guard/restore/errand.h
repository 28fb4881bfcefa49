/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * errand - what is missing, for a person who asks for it to be put back
 *
 * By all that is on record, or by a snapshot that the person named. That somebody asks
 * decides what nobody could tell. What has an end stays away: only a watcher would end it.
 */
#ifndef GUARD_RESTORE_ERRAND_H
#define GUARD_RESTORE_ERRAND_H

#include "guard/model/loss.h"
#include "guard/restore/record.h"
#include "guard/system/firewalld/firewalld.h"
#include "guard/system/host/config.h"

/* All borrowed. */
struct errand {
	const struct config *config;
	struct record *record;
	const struct firewalld *fw;
	int64_t from_id;             /* 0: what wipes took */
	const struct firewall *from; /* the state to go back to; NULL with from_id 0 */
};

int errand_judge(struct loss *out, enum wipe_kind *kind, struct firewall *now,
                 void *errand) _must_check_;

#endif
