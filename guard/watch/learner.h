/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * learner - follows the mail logs, and puts into the store where clients come from
 *
 * What was learned and how far the logs have been read are written in one
 * transaction: a guard that is killed at any time counts nothing twice and leaves
 * nothing out. Without a store it waits, and remembers.
 */
#ifndef GUARD_WATCH_LEARNER_H
#define GUARD_WATCH_LEARNER_H

#include "guard/system/journal.h"
#include "guard/system/loop.h"
#include "guard/watch/record.h"

struct learner;

struct learner_options {
	struct loop *loop;
	struct record *record;   /* borrowed */
	struct journal *journal; /* borrowed */
	/* Ranges were put into the store. May be NULL. */
	void (*on_learned)(void *userdata);
	void *userdata;
};

int learner_new(struct learner **out, const struct learner_options *options) _must_check_;
void learner_free(struct learner *learner); /* before its loop and its record */
DEFINE_CLEANUP(struct learner *, learner_free, learner_cleanup);
int learner_set_logs(struct learner *learner, const struct strv *paths) _must_check_;

#endif
