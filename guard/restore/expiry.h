/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * expiry - what was opened for a time, and is the guard's to end
 *
 * After a wipe the guard puts it back with no timeout of firewalld's (law 7).
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
	void (*on_ended)(const struct item *item, void *userdata); /* it is gone */
	void *userdata;
};

int expiry_new(struct expiry **out, const struct expiry_options *options) _must_check_;
void expiry_free(struct expiry *expiry); /* before firewalld; NULL is fine */
void expiry_plan(struct expiry *expiry);

#endif
