// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/host/disk.h"

#include <errno.h>
#include <sys/statvfs.h>

/**
 * disk_free_mib() - what whoever is not root may still write
 * @out:    MiB; written on success alone
 * @folder: on the disk
 *
 * Return: 0; negative errno.
 */
int disk_free_mib(int64_t *out, const char *folder)
{
	struct statvfs fs;

	if (statvfs(folder, &fs) < 0)
		return -errno;
	*out = (int64_t)((unsigned long long)fs.f_bavail * fs.f_frsize >> 20);
	return 0;
}

/** disk_is_read_only() - is the file system of a folder mounted so? false: not known, too */
bool disk_is_read_only(const char *folder)
{
	struct statvfs fs;

	return statvfs(folder, &fs) == 0 && (fs.f_flag & ST_RDONLY);
}
