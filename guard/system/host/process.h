/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * process - who a process is, and who called it, as /proc tells
 *
 * Bounded reads that never wait. A process may end at any time: what was read
 * until then is what there is. The folder is a parameter, so that tests have
 * their own.
 */
#ifndef GUARD_SYSTEM_HOST_PROCESS_H
#define GUARD_SYSTEM_HOST_PROCESS_H

#include <sys/types.h>

#include "guard/model/cause.h"

ssize_t process_read(char *out, size_t size, const char *proc, int64_t pid, const char *name);
bool process_is_alive(const char *proc, int64_t pid);
int64_t process_parent(const char *proc, int64_t pid);
int process_origin(struct cause_origin *out, const char *proc, int64_t pid) _must_check_;
int process_start(int64_t *out, const char *proc, int64_t pid) _must_check_;
int process_age_us(int64_t *out, const char *proc, int64_t pid) _must_check_;
int process_is_contained(const char *proc);
int64_t process_who_asks_systemd(const char **unit, const char *proc, const char *const *units);

#endif
