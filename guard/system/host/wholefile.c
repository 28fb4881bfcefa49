// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/host/wholefile.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/**
 * wholefile_write() - write a file beside its place, and then put it there
 * @path:  borrowed; who reads it never reads half of it
 * @mode:  its permissions
 * @write: writes all of it; its result below 0 is passed on
 *
 * Return: 0 or negative errno; nothing is left behind then.
 */
int wholefile_write(const char *path, unsigned mode, wholefile_fn *write, void *userdata,
                    struct err *err)
{
	_cleanup_free_ char *beside = NULL;
	FILE *file;
	int fd, r;

	if (xasprintf(&beside, "%s.XXXXXX", path) < 0)
		return -ENOMEM;
	fd = mkstemp(beside);
	if (fd < 0)
		return err_set(err, -errno, "%s: %s", beside, strerror(errno));
	file = fdopen(fd, "w");
	if (!file) {
		close(fd);
		unlink(beside);
		return -ENOMEM;
	}
	r = write(file, userdata);
	if (r == 0 && (fchmod(fd, (mode_t)mode) < 0 || fflush(file) != 0 || fsync(fd) < 0))
		r = -errno;
	if (fclose(file) != 0 && r == 0)
		r = -errno;
	if (r == 0 && rename(beside, path) < 0)
		r = -errno;
	if (r < 0) {
		err_set(err, r, "%s: %s", path, strerror(-r));
		unlink(beside);
	}
	return r;
}
