// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * For LD_PRELOAD: a disk that takes its time. Environment: LAB_SLOW_SYNC, a file with the
 * milliseconds that each sync takes; none, or none in it: as ever.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void wait_for_disk(void)
{
	const char *path = getenv("LAB_SLOW_SYNC");
	FILE *file = path ? fopen(path, "re") : NULL;
	long ms = 0;
	struct timespec left;

	if (!file)
		return;
	if (fscanf(file, "%ld", &ms) != 1)
		ms = 0;
	(void)fclose(file);
	left = (struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
	while (nanosleep(&left, &left) < 0)
		continue;
}

int fsync(int fd)
{
	wait_for_disk();
	return (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd)
{
	wait_for_disk();
	return (int)syscall(SYS_fdatasync, fd);
}
