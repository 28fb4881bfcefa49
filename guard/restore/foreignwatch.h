/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * foreignwatch - what firewalld took from others, or a flush, and whether they have it again
 *
 * The rules of others are counted whenever all is quiet, and once more some seconds after a
 * reload, a restart or an end of firewalld: by then Docker and libvirt, which hear of it, have
 * put theirs back. What is missing is told with what its owner has to be told, stays on record
 * until it is there again, and is never put back by the guard.
 */
#ifndef GUARD_RESTORE_FOREIGNWATCH_H
#define GUARD_RESTORE_FOREIGNWATCH_H

#include "guard/restore/news.h"
#include "guard/restore/record.h"
#include "guard/restore/tracker.h"
#include "guard/system/fail2ban/fail2ban.h"
#include "guard/system/firewalld/firewalld.h"

struct foreignwatch;

/* All borrowed, for its life. */
struct foreignwatch_options {
	struct loop *loop;
	struct firewalld *fw;
	struct logger *logger;
	struct record *record;
	const struct tracker *tracker;
	const struct fail2ban *fail2ban;
};

int foreignwatch_new(struct foreignwatch **out,
                     const struct foreignwatch_options *options) _must_check_;
void foreignwatch_free(struct foreignwatch *watch); /* NULL is fine */

void foreignwatch_changed(struct foreignwatch *watch);
void foreignwatch_quiet(struct foreignwatch *watch);
void foreignwatch_flushed(struct foreignwatch *watch, const char *who);
void foreignwatch_wiped(struct foreignwatch *watch, const char *by);

#endif
