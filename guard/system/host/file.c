// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/host/file.h"

#include <errno.h>
#include <fcntl.h>

/**
 * file_read() - the beginning of a file
 * @size: of @out, the NUL behind it counted
 *
 * Nothing is waited for, whatever somebody has put there.
 *
 * Return: bytes read; negative errno, and @out is empty.
 */
ssize_t file_read(char *out, size_t size, const char *path)
{
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	ssize_t n = fd < 0 ? -1 : read(fd, out, size - 1);

	out[n > 0 ? n : 0] = '\0';
	return n < 0 ? -errno : n;
}

/**
 * file_check_ours() - can nobody else write to it? Whoever can decides what the guard opens
 * @st:       of the open file
 * @size_max: bytes
 * @wrong:    what is returned when it is not to be taken
 *
 * Return: 0; @wrong, with the reason.
 */
int file_check_ours(const char *path, const struct stat *st, off_t size_max, int wrong,
                    struct err *err)
{
	if (!S_ISREG(st->st_mode))
		return err_set(err, wrong, "%s: not a regular file", path);
	if (st->st_uid != 0 && st->st_uid != geteuid())
		return err_set(err, wrong,
		               "%s: belongs to user %u, who could change what the guard opens; "
		               "chown root it",
		               path, (unsigned)st->st_uid);
	if (st->st_mode & (S_IWGRP | S_IWOTH))
		return err_set(err, wrong, "%s: others may write to it (mode %04o); chmod go-w it",
		               path, (unsigned)st->st_mode & 07777u);
	if (st->st_size > size_max)
		return err_set(err, wrong, "%s: larger than %lld bytes", path, (long long)size_max);
	return 0;
}
