/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * expiry - what was opened for a time, and is the guard's to end
 *
 * After a wipe the guard puts it back with no timeout of firewalld's (law 7), and takes it
 * over where that timeout is a danger (takeover.h).
 */
#ifndef GUARD_RESTORE_EXPIRY_H
#define GUARD_RESTORE_EXPIRY_H

#include "guard/restore/tracker.h"
#include "guard/system/firewalld/firewalld.h"
#include "guard/system/host/logger.h"
#include "guard/system/host/loop.h"

struct expiry;

/* All borrowed, for its life. */
struct expiry_options {
	struct loop *loop;
	struct firewalld *fw;
	struct logger *logger;
	struct tracker *tracker;
	/* It is gone; @timed: because its time is over. */
	void (*on_ended)(const struct item *item, bool timed, void *userdata);
	void *userdata;
};

int expiry_new(struct expiry **out, const struct expiry_options *options) _must_check_;
void expiry_free(struct expiry *expiry); /* before firewalld; NULL is fine */
void expiry_plan(struct expiry *expiry);
bool expiry_doubt(struct expiry *expiry, const struct item *item) _must_check_;

#endif
