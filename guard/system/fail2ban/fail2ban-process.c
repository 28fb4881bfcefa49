// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/fail2ban/fail2ban-process.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "guard/base/util.h"

#define SERVER "fail2ban-server"

/* Reads the beginning of a file. Return: how much of it, 0 when there is nothing. */
static size_t read_some(const char *path, char *buffer, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t n = -1;

	if (fd >= 0) {
		n = read(fd, buffer, size - 1);
		close(fd);
	}
	if (n < 0)
		n = 0;
	buffer[n] = '\0';
	return (size_t)n;
}

static size_t read_proc(int64_t pid, const char *name, char *buffer, size_t size)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%lld/%s", (long long)pid, name);
	return read_some(path, buffer, size);
}

/** fail2ban_process_pid() - the number in a pid file; 0: there is none in there */
int64_t fail2ban_process_pid(const char *pidfile)
{
	char text[32];
	int64_t pid;

	if (read_some(pidfile, text, sizeof(text)) == 0)
		return 0;
	text[strcspn(text, "\r\n ")] = '\0';
	return parse_int64(text, &pid) && pid > 0 ? pid : 0;
}

/* Of a process that has ended and waits for its parent nothing more is to be expected. */
static bool has_ended(int64_t pid)
{
	char stat[512];
	const char *behind_name;

	if (read_proc(pid, "stat", stat, sizeof(stat)) == 0)
		return true;
	behind_name = strrchr(stat, ')');
	return !behind_name || strncmp(behind_name, ") Z", 3) == 0 ||
	       strncmp(behind_name, ") X", 3) == 0;
}

/** fail2ban_process_is_fail2ban() - is that a process, alive, and fail2ban's server? */
bool fail2ban_process_is_fail2ban(int64_t pid)
{
	char line[1024];
	size_t n = pid > 0 ? read_proc(pid, "cmdline", line, sizeof(line)) : 0;

	return n > 0 && memmem(line, n, SERVER, strlen(SERVER)) && !has_ended(pid);
}

/* When it began, in clock ticks since the boot: the 22nd field of /proc/PID/stat. */
static bool started_at(int64_t pid, int64_t *out)
{
	char stat[1024], *at;

	if (read_proc(pid, "stat", stat, sizeof(stat)) == 0 || !(at = strrchr(stat, ')')))
		return false;
	for (int field = 2; field < 22 && at; field++)
		at = strchr(at + 1, ' ');
	if (!at)
		return false;
	at++;
	at[strcspn(at, " ")] = '\0';
	return parse_int64(at, out);
}

/** fail2ban_process_age_ms() - how long it has been running; INT64_MAX: not known */
int64_t fail2ban_process_age_ms(int64_t pid)
{
	int64_t ticks, hertz = sysconf(_SC_CLK_TCK);
	struct timespec now;

	if (pid <= 0 || hertz <= 0 || !started_at(pid, &ticks) ||
	    clock_gettime(CLOCK_BOOTTIME, &now) < 0)
		return INT64_MAX;
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 - ticks * 1000 / hertz;
}
