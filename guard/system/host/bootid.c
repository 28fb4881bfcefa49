// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/host/bootid.h"

#include "guard/system/host/file.h"
#include "guard/system/host/process.h"
#include "guard/system/host/wholefile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

static int read_kernels(char out[BOOTID_SIZE], const char *proc, struct err *err)
{
	char path[256], text[BOOTID_SIZE];
	int r;

	snprintf(path, sizeof(path), "%s/sys/kernel/random/boot_id", proc);
	r = (int)file_read(text, sizeof(text), path);
	if (r < 0)
		return err_set(err, r, "%s: %s", path, strerror(-r));
	text[strcspn(text, "\n")] = '\0';
	if (!text[0])
		return err_set(err, -ENODATA, "%s is empty", path);
	memcpy(out, text, sizeof(text));
	return 0;
}

/* One that an earlier first process left, where /run is kept from boot to boot, does not count. */
static bool read_shared(char out[BOOTID_SIZE], const char *path, int64_t began)
{
	char text[BOOTID_SIZE], *space;
	int64_t of;

	if (file_read(text, sizeof(text), path) < 0 || !(space = strchr(text, ' ')) ||
	    space == text)
		return false;
	space[strcspn(space, "\n")] = '\0';
	if (!parse_int64(space + 1, &of) || of != began)
		return false;
	*space = '\0';
	memcpy(out, text, sizeof(text));
	return true;
}

static int put_line(FILE *out, void *userdata)
{
	return fputs(userdata, out) < 0 ? -errno : 0;
}

static bool write_shared(char out[BOOTID_SIZE], const char *path, int64_t began)
{
	unsigned char bytes[16];
	char id[2 * sizeof(bytes) + 1], line[BOOTID_SIZE];

	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		return false;
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(id + 2 * i, 3, "%02x", bytes[i]);
	snprintf(line, sizeof(line), "%s %lld\n", id, (long long)began);
	if (wholefile_write(path, 0644, put_line, line, NULL) < 0)
		return false;
	strcpy(out, id);
	return true;
}

/* Whoever comes first in this boot makes it; where that cannot be, out stays as it was. */
static void share(char out[BOOTID_SIZE], const char *run, int64_t began)
{
	char path[256];
	int folder;

	snprintf(path, sizeof(path), "%s/boot-id", run);
	if (read_shared(out, path, began))
		return;
	(void)mkdir(run, 0755);
	folder = open(run, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return;
	if (flock(folder, LOCK_EX) == 0 && !read_shared(out, path, began))
		(void)write_shared(out, path, began);
	close(folder);
}

/**
 * bootid_read_in() - what bootid_read() does, with other folders
 * @proc: in place of /proc
 * @run:  that every boot finds empty, in place of /run/reload-guard
 */
int bootid_read_in(char out[BOOTID_SIZE], const char *proc, const char *run, struct err *err)
{
	int64_t began;
	int r = read_kernels(out, proc, err);

	if (r == 0 && process_is_contained(proc) == 1 && process_start(&began, proc, 1) == 0)
		share(out, run, began);
	return r;
}

/**
 * bootid_read() - a random number of this boot
 * @out: text, terminated; written on success alone
 *
 * On a machine it is the one that the kernel took at its start: proc_sys_kernel(5),
 * random/boot_id. In a container that is the host's, and what its manager mounts over it
 * (systemd-nspawn does) is not seen by a service for which systemd 252 mounts a /proc of its
 * own (ProtectKernelTunables=). So there it is a number in /run, which goes with the
 * container's first process.
 *
 * Return: 0; -ENODATA when it is empty; other negative errno.
 */
int bootid_read(char out[BOOTID_SIZE], struct err *err)
{
	return bootid_read_in(out, "/proc", "/run/reload-guard", err);
}
