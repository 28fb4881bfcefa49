/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lock - one watcher a state directory, and everybody can ask whether it runs
 *
 * STATE/watch.lock is held with flock() for as long as the watcher lives, so a
 * crash leaves nothing behind. It contains the holder's pid, for people.
 */
#ifndef GUARD_SYSTEM_HOST_LOCK_H
#define GUARD_SYSTEM_HOST_LOCK_H

#include "guard/base/err.h"

#define LOCK_FILE "watch.lock"

enum {
	LOCK_E_HELD = 1, /* another process holds it */
};

int lock_take(int *fd, const char *dir, struct err *err) _must_check_;
void lock_release(int *fd);
int lock_is_held(const char *dir, bool *held, long *pid) _must_check_;

#endif
