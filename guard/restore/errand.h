/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * errand - a person asks for what is missing to be put back
 *
 * One cycle, and the engine is done: no second look, no other try, no snapshot (cmd-restore.c looks
 * again, where no watcher runs, and puts that on record). What is missing
 * is judged by all that is on record, or by a snapshot that the person named. That somebody asks
 * decides what nobody could tell. What has an end stays away: only a watcher would end it.
 */
#ifndef GUARD_RESTORE_ERRAND_H
#define GUARD_RESTORE_ERRAND_H

#include "guard/model/loss.h"
#include "guard/restore/record.h"
#include "guard/system/firewalld/firewalld.h"
#include "guard/system/host/config.h"

struct errand {
	bool pretend;    /* find and plan, and change nothing */
	bool alone;      /* no watcher runs: what one has left unfinished is taken over */
	int64_t from_id; /* a snapshot to go back to; 0: what wipes took is put back */
	const struct firewall *from; /* borrowed; the same; NULL with from_id 0 */
};

/* What it is judged by; all borrowed. */
struct errand_evidence {
	const struct config *config;
	struct record *record;
	const struct firewalld *fw;
};

int errand_judge(struct loss *out, enum wipe_kind *kind, struct firewall *now,
                 const struct errand *errand, const struct errand_evidence *by) _must_check_;

#endif
