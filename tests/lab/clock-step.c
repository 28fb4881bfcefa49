// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * For LD_PRELOAD: a clock that somebody sets. Environment: LAB_CLOCK, a file with the seconds
 * that the time of day is ahead (or, below 0, behind); none, or none in it: as ever. What
 * counts from the boot goes on as it does when a real clock is set.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long ahead_s(void)
{
	const char *path = getenv("LAB_CLOCK");
	FILE *file = path ? fopen(path, "re") : NULL;
	long s = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%ld", &s) != 1)
		s = 0;
	(void)fclose(file);
	return s;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
	int r = (int)syscall(SYS_clock_gettime, clock, now);

	if (r == 0 && clock == CLOCK_REALTIME)
		now->tv_sec += ahead_s();
	return r;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
	struct timespec spec;
	int r = clock_gettime(CLOCK_REALTIME, &spec);

	(void)zone;
	if (r == 0)
		*now = (struct timeval){.tv_sec = spec.tv_sec, .tv_usec = spec.tv_nsec / 1000};
	return r;
}

time_t time(time_t *now)
{
	struct timespec spec;

	if (clock_gettime(CLOCK_REALTIME, &spec) != 0)
		return (time_t)-1;
	if (now)
		*now = spec.tv_sec;
	return spec.tv_sec;
}
