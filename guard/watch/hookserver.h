/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hookserver - takes what the fail2ban hook tells over its socket
 *
 * Whoever waits is served together: one transaction, then the word to each that it is on record.
 * Who says nothing, who may not speak and who speaks too much is put out, and never waited for.
 */
#ifndef GUARD_WATCH_HOOKSERVER_H
#define GUARD_WATCH_HOOKSERVER_H

#include "guard/restore/record.h"
#include "guard/system/host/loop.h"

struct hookserver;

struct hookserver_options {
	struct loop *loop;
	struct logger *logger;
	struct record *record;
	const char *socket_dir; /* see hooksocket.h */
	const char *spool_dir;
};

int hookserver_new(struct hookserver **out, const struct hookserver_options *options) _must_check_;
void hookserver_free(struct hookserver *server); /* before its loop */

#endif
