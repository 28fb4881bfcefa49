/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * spool-internal - what those who write to the folder and those who read it have in common
 */
#ifndef GUARD_SYSTEM_HOST_SPOOL_INTERNAL_H
#define GUARD_SYSTEM_HOST_SPOOL_INTERNAL_H

#include <dirent.h>
#include <unistd.h>

#include "guard/system/host/file.h"
#include "guard/system/store/spool.h"

#define SPOOL_EVENT_SUFFIX ".json"
#define SPOOL_BAD_SUFFIX   ".bad"
#define SPOOL_NEW_PREFIX   ".new-"
#define SPOOL_NAME_SIZE    80

DEFINE_CLEANUP(DIR *, closedir, spool_closedir_cleanup);

int spool_open(int *out, const char *dir) _must_check_;
DIR *spool_list(int folder) _must_check_;
size_t spool_count(int folder, const char *suffix, size_t limit, size_t unknown);

#endif
