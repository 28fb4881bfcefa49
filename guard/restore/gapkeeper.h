/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gapkeeper - keeps the banned away until the rules of their bans are back
 *
 * Who knows which bans were lost and still live says so, as early as it is known
 * and again whenever that changes; the keeper has them denied by the guard's own
 * table (system/gaptable), renews it while it lasts, and removes it at the end. It
 * never fails its caller: what goes wrong is told once, and then the banned are
 * kept away by the restored rules alone, as these come back.
 *
 * What a wipe would take can be made ready before: then the table is there 2 ms after
 * it, with a thousand bans, and nothing else has to wait.
 *
 * A table that an earlier guard left in the middle of a restore is taken over: it
 * stays in effect until the first word of what is to be held.
 *
 * NULL is a keeper that holds nothing.
 */
#ifndef GUARD_RESTORE_GAPKEEPER_H
#define GUARD_RESTORE_GAPKEEPER_H

#include "guard/model/ban/gap.h"
#include "guard/system/host/loop.h"
#include "guard/restore/record.h"

struct gapkeeper;

struct gapkeeper_ban {
	const struct item *item; /* borrowed; its rule */
	int64_t end_us;          /* of its ticket; 0: never */
};

int gapkeeper_new(struct gapkeeper **out, struct loop *loop, struct logger *logger,
                  struct record *record) _must_check_;
void gapkeeper_free(struct gapkeeper *keeper); /* before its loop */

void gapkeeper_enable(struct gapkeeper *keeper, bool on);
void gapkeeper_prepare(struct gapkeeper *keeper, const struct firewall *fw,
                       const struct gapkeeper_ban *bans, size_t n);
void gapkeeper_unprepare(struct gapkeeper *keeper);
void gapkeeper_wiped(struct gapkeeper *keeper, int64_t wiped_us);
void gapkeeper_hold(struct gapkeeper *keeper, const struct firewall *fw,
                    const struct gapkeeper_ban *bans, size_t n, int64_t wiped_us);
void gapkeeper_look(struct gapkeeper *keeper);
bool gapkeeper_is_usable(const struct gapkeeper *keeper);
void gapkeeper_end(struct gapkeeper *keeper);

#endif
