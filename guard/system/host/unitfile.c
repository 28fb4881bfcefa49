// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/host/unitfile.h"

#include "guard/base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const unit_folders[] = {"/etc/systemd/system", "/run/systemd/system",
                                           "/usr/local/lib/systemd/system",
                                           "/usr/lib/systemd/system", "/lib/systemd/system"};

/** unitfile_exists() - is the unit installed, by a package or by hand? */
bool unitfile_exists(const char *unit)
{
	for (size_t i = 0; i < ARRAY_SIZE(unit_folders); i++) {
		char path[128];

		snprintf(path, sizeof(path), "%s/%s", unit_folders[i], unit);
		if (access(path, F_OK) == 0)
			return true;
	}
	return false;
}

/** unitfile_is_masked() - did the administrator forbid it to be started? */
bool unitfile_is_masked(const char *unit)
{
	char path[128], target[32];
	ssize_t n;

	snprintf(path, sizeof(path), "/etc/systemd/system/%s", unit);
	n = readlink(path, target, sizeof(target) - 1);
	return n == (ssize_t)strlen("/dev/null") && memcmp(target, "/dev/null", (size_t)n) == 0;
}

static bool wants_unit(int folder, const char *name, const char *unit)
{
	struct stat st;
	char path[512];

	if (!text_has_suffix(name, ".wants") && !text_has_suffix(name, ".requires"))
		return false;
	if ((size_t)snprintf(path, sizeof(path), "%s/%s", name, unit) >= sizeof(path))
		return false;
	return fstatat(folder, path, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static int find_wanted(bool *out, const char *folder, const char *unit, struct err *err)
{
	DIR *dir = opendir(folder);
	bool found = false;

	if (!dir && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (!dir)
		return err_set(err, -errno, "%s: %s", folder, strerror(errno));
	for (const struct dirent *entry = readdir(dir); entry && !found; entry = readdir(dir))
		found = wants_unit(dirfd(dir), entry->d_name, unit);
	closedir(dir);
	*out |= found;
	return 0;
}

/**
 * unitfile_is_wanted() - is it started with another unit, as systemctl's is-enabled has it?
 * @out: set when it is: a link in a folder of what another unit wants or requires
 *
 * Return: 0; negative errno when that cannot be read: err says where.
 */
int unitfile_is_wanted(bool *out, const char *unit, struct err *err)
{
	bool wanted = false;
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(unit_folders) && r == 0; i++)
		r = find_wanted(&wanted, unit_folders[i], unit, err);
	if (r == 0)
		*out = wanted;
	return r;
}
