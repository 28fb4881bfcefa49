/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * watcher - the daemon: hears of wipes, finds what was lost, has it restored
 */
#ifndef GUARD_WATCH_WATCHER_H
#define GUARD_WATCH_WATCHER_H

#include "guard/base/err.h"
#include "guard/system/host/config.h"

struct watcher_options {
	const char *config_path;          /* NULL: the default path, which may be missing */
	const struct config_known *known; /* words that the configuration may hold */
	const char *state_dir;            /* where the store and the lock are */
	const char *spool_dir;            /* where the hook leaves what it cannot tell */
	const char *socket_dir;           /* where it can; see hooksocket.h */
	int verbosity;                    /* -1 quiet, 0 normal, 1 verbose */
};

int watcher_run(const struct watcher_options *options, struct err *err) _must_check_;

#endif
