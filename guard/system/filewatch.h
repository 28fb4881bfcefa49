/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * filewatch - inotify on folders, which says "something changed in there" and no more
 *
 * Since nothing but that is told, an overflow of the queue is harmless: it too
 * means that something changed. Who is told looks for itself.
 */
#ifndef GUARD_SYSTEM_FILEWATCH_H
#define GUARD_SYSTEM_FILEWATCH_H

#include "guard/system/loop.h"

struct filewatch;

typedef void (*filewatch_fn)(void *userdata);

int filewatch_new(struct filewatch **out, struct loop *loop, const char *dir, filewatch_fn fn,
                  void *userdata) _must_check_;
void filewatch_free(struct filewatch *watch); /* before its loop */
DEFINE_CLEANUP(struct filewatch *, filewatch_free, filewatch_cleanup);

#endif
