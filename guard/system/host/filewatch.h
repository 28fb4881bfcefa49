/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * filewatch - inotify on folders, which says "something changed in there" and no more
 *
 * Since nothing but that is told, an overflow of the queue is harmless: it too
 * means that something changed. Who is told looks for itself.
 */
#ifndef GUARD_SYSTEM_HOST_FILEWATCH_H
#define GUARD_SYSTEM_HOST_FILEWATCH_H

#include "guard/system/host/loop.h"

struct filewatch;

typedef void (*filewatch_fn)(void *userdata);

/* What counts as a change, beside a file that is complete, moved or removed. */
enum {
	FILEWATCH_MADE = 1 << 0,    /* one that appears, not complete yet: a socket, a folder */
	FILEWATCH_WRITTEN = 1 << 1, /* one that is written to, and stays open: a database */
};

int filewatch_new(struct filewatch **out, struct loop *loop, const char *dir, filewatch_fn fn,
                  void *userdata) _must_check_;
int filewatch_new_of(struct filewatch **out, struct loop *loop, const char *dir, const char *name,
                     unsigned more, filewatch_fn fn, void *userdata) _must_check_;
void filewatch_free(struct filewatch *watch); /* before its loop */
DEFINE_CLEANUP(struct filewatch *, filewatch_free, filewatch_cleanup);

#endif
