/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kernelwatch - is what firewalld says in force in the kernel?
 *
 * The kernel tells of each change to its rules, and who made it; then it is asked whether
 * firewalld's tables are as they were, and the same, and whether there is anything left in a chain
 * of which somebody else took rules away, and then, as when the guard begins, whether there is a
 * rule for all that firewalld lists (absence.h). firewalld itself takes its tables away, and shuts
 * everything, while it reloads: it has one thread, so what is still so when it has answered a
 * question was not its doing.
 */
#ifndef GUARD_RESTORE_KERNELWATCH_H
#define GUARD_RESTORE_KERNELWATCH_H

#include "guard/restore/repair.h"
#include "guard/restore/tracker.h"
#include "guard/system/firewalld/firewalld.h"
#include "guard/system/host/logger.h"

struct kernelwatch;

/* All borrowed, for its life. */
struct kernelwatch_options {
	struct loop *loop;
	struct firewalld *fw;
	struct logger *logger;
	const struct tracker *tracker; /* is panic mode on, and are there direct rules? */
	/* REPAIR_CUT to REPAIR_SHUT; @who did it, in words, "" when that is not
	 * known; @what is gone, "" when that is all, or not known. */
	void (*on_trouble)(enum repair_trouble trouble, const char *who, const char *what,
	                   void *userdata);
	/* @whole: else something is left as it is, which a reload of the guard's did not bring */
	void (*on_fine)(bool whole, void *userdata);
	/* A transaction; @who did it, in words; "": firewalld; NULL: the guard, or not known. */
	void (*on_change)(const char *who, void *userdata);
	void *userdata;
};

int kernelwatch_new(struct kernelwatch **out,
                    const struct kernelwatch_options *options) _must_check_;
void kernelwatch_free(struct kernelwatch *watch); /* before firewalld; NULL is fine */

void kernelwatch_look(struct kernelwatch *watch);
void kernelwatch_learn(struct kernelwatch *watch);
void kernelwatch_reloaded(struct kernelwatch *watch);
void kernelwatch_forget(struct kernelwatch *watch);
bool kernelwatch_knows(const struct kernelwatch *watch);
void kernelwatch_prepare(struct kernelwatch *watch);

#endif
