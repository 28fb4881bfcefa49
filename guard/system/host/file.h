/* SPDX-License-Identifier: GPL-2.0-or-later */
/* file - small files of the host: what is in them, and whether they are to be trusted */
#ifndef GUARD_SYSTEM_HOST_FILE_H
#define GUARD_SYSTEM_HOST_FILE_H

#include "guard/base/err.h"

#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static inline void fd_cleanup(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}
#define _cleanup_fd_ _cleanup_(fd_cleanup)

ssize_t file_read(char *out, size_t size, const char *path);
int file_check_ours(const char *path, const struct stat *st, off_t size_max, int wrong,
                    struct err *err) _must_check_;

#endif
