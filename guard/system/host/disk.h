/* SPDX-License-Identifier: GPL-2.0-or-later */
/* disk - the file system that a folder is on: its room, and whether it takes anything */
#ifndef GUARD_SYSTEM_HOST_DISK_H
#define GUARD_SYSTEM_HOST_DISK_H

#include "guard/base/util.h"

int disk_free_mib(int64_t *out, const char *folder) _must_check_;
bool disk_is_read_only(const char *folder);

#endif
