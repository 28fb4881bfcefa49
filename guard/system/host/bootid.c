// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/host/bootid.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/**
 * bootid_read() - the random number that the kernel took at its start
 * @out: text, terminated; written on success alone
 *
 * Source: proc_sys_kernel(5), random/boot_id. A container manager may mount
 * another one over it.
 *
 * Return: 0; -ENODATA when it is empty; other negative errno.
 */
int bootid_read(char out[BOOTID_SIZE], struct err *err)
{
	static const char path[] = "/proc/sys/kernel/random/boot_id";
	char text[BOOTID_SIZE];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	int code = errno;

	if (fd >= 0)
		close(fd);
	if (n < 0)
		return err_set(err, -code, "%s: %s", path, strerror(code));
	text[n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	if (!text[0])
		return err_set(err, -ENODATA, "%s is empty", path);
	memcpy(out, text, sizeof(text));
	return 0;
}
