/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * takeover - the end of a timed item becomes the guard's where firewalld's timer breaks reloads
 *
 * A firewalld with FAULT_TIMED_RELOAD breaks off its next reload while something with a
 * --timeout is in the runtime, and then lets nobody in. Taken out and put back without a
 * timeout, an item has no timer any more; its end is on record, and expiry keeps it.
 *
 * Nothing is shut, and nobody let in, in between: first another rule stands in (standin.h), and
 * goes when the item is back. That rule, too, has an end on record, so that it outlives no guard
 * that is killed; and that the item is out is on record before it is, so that another guard puts
 * it back.
 *
 * What has an end and is no item (model/trait.h) is left to firewalld, and told.
 *
 * The signal of an item's end has a timer of its own in firewalld, which nobody can take back:
 * it comes although nothing ended. See expiry_doubt().
 */
#ifndef GUARD_RESTORE_TAKEOVER_H
#define GUARD_RESTORE_TAKEOVER_H

#include "guard/restore/news.h"
#include "guard/restore/tracker.h"
#include "guard/system/firewalld/firewalld.h"
#include "guard/system/host/config.h"

struct takeover;

/* All borrowed, for its life. */
struct takeover_options {
	struct firewalld *fw;
	struct tracker *tracker;
	const struct config *config;
	const struct news_listener *listener;
	void (*on_changed)(
	    void *userdata); /* the tracker: to be stored now, and its ends planned */
	void *userdata;
};

int takeover_new(struct takeover **out, const struct takeover_options *options) _must_check_;
void takeover_free(struct takeover *takeover); /* before firewalld; NULL is fine */
void takeover_opened(struct takeover *takeover, const struct item *item);
void takeover_trait(const struct takeover *takeover, const struct firewalld_event *event);
void takeover_look(struct takeover *takeover);
void takeover_gone(struct takeover *takeover);
bool takeover_hears(struct takeover *takeover, const struct firewalld_event *event) _must_check_;

#endif
