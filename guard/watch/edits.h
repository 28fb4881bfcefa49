/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * edits - what somebody other than firewalld wrote into its files
 *
 * An editor, a package or configuration management that rewrites the file of a
 * zone says nothing to firewalld, which finds it some seconds later, if at all.
 * Here it is noticed at once. It is evidence of neither loss nor removal (law 1):
 * the coming loss is announced, with the command for both answers, and that is all.
 *
 * What firewalld writes itself it does in place, after a copy to NAME.old where
 * there was a file, and says Updated right afterwards; all of it together is firewalld's.
 */
#ifndef GUARD_WATCH_EDITS_H
#define GUARD_WATCH_EDITS_H

#include "guard/restore/engine.h"

struct edits;

/* All borrowed, for its life. */
struct edits_options {
	struct loop *loop;
	struct logger *logger;
	struct record *record;
	const struct config *config;
	struct engine *engine;
	void (*on_change)(void *userdata); /* some file was changed, by whomever */
	void *userdata;
};

int edits_new(struct edits **out, const struct edits_options *options) _must_check_;
void edits_free(struct edits *edits);
void edits_look(struct edits *edits);
void edits_heard(struct edits *edits, const char *name, int64_t at_us);
void edits_settle(struct edits *edits);

#endif
