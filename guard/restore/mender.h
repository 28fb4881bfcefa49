/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mender - has firewalld repaired when it is broken, as repair.h says
 *
 * Is told of trouble by whoever finds it, and of its end; what it does itself goes to
 * firewalld and to the service manager, and everything to the listener. With
 * `repair = no`, or `restore = no`, it says what a person has to type, and does nothing.
 */
#ifndef GUARD_RESTORE_MENDER_H
#define GUARD_RESTORE_MENDER_H

#include "guard/restore/news.h"
#include "guard/restore/repair.h"
#include "guard/system/firewalld/firewalld.h"
#include "guard/system/host/config.h"

struct mender;

/* All borrowed, for its life. */
struct mender_options {
	struct loop *loop;
	struct firewalld *fw;
	struct bus *bus; /* for the service manager; NULL: there is none */
	const struct config *config;
	const struct news_listener *listener;
	void (*on_reload)(void *userdata);              /* firewalld is about to reload */
	void (*on_done)(bool reloaded, void *userdata); /* look what became of it */
	void *userdata;
};

int mender_new(struct mender **out, const struct mender_options *options) _must_check_;
void mender_free(struct mender *mender); /* before firewalld and the bus; NULL is fine */

void mender_trouble(struct mender *mender, enum repair_trouble trouble, const char *who,
                    const char *what);
void mender_failed(struct mender *mender, bool changed);
void mender_fine(struct mender *mender, enum repair_trouble trouble, bool whole);
void mender_gone(struct mender *mender, bool panic);
void mender_back(struct mender *mender);

#endif
