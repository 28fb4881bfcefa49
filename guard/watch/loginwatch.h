/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loginwatch - follows the mail logs, and puts into the store where clients come from
 *
 * What was learned and how far the logs have been read are written in one
 * transaction: a guard that is killed at any time counts nothing twice and leaves
 * nothing out. Without a store it waits, and remembers.
 */
#ifndef GUARD_WATCH_LOGINWATCH_H
#define GUARD_WATCH_LOGINWATCH_H

#include "guard/system/host/logger.h"
#include "guard/system/host/loop.h"
#include "guard/restore/record.h"

struct loginwatch;

struct loginwatch_options {
	struct loop *loop;
	struct record *record; /* borrowed */
	struct logger *logger; /* borrowed */
	/* Ranges were put into the store. May be NULL. */
	void (*on_learned)(void *userdata);
	void *userdata;
};

int loginwatch_new(struct loginwatch **out, const struct loginwatch_options *options) _must_check_;
void loginwatch_free(struct loginwatch *loginwatch); /* before its loop and its record */
DEFINE_CLEANUP(struct loginwatch *, loginwatch_free, loginwatch_cleanup);
int loginwatch_set_logs(struct loginwatch *loginwatch, const struct strv *paths) _must_check_;

#endif
