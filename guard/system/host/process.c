// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/host/process.h"

#include "guard/system/host/clock.h"
#include "guard/system/host/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Longer than this the loop does not look through all processes; 1,000 take about 8 ms. */
#define LOOK_MS 25

DEFINE_CLEANUP(DIR *, closedir, dir_cleanup);

/**
 * process_read() - the beginning of one of a process's files
 * @proc: the folder, "/proc"
 * @name: "comm", "cmdline"…
 *
 * Return: bytes read, and a NUL behind them; negative errno.
 */
ssize_t process_read(char *out, size_t size, const char *proc, int64_t pid, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%lld/%s", proc, (long long)pid, name);
	return file_read(out, size, path);
}

/* "PID (NAME) STATE PPID …"; the name may hold spaces and parentheses. */
static int read_stat(struct cause_process *out, int64_t *parent, const char *proc, int64_t pid)
{
	char text[512], digits[24], state;
	ssize_t n = process_read(text, sizeof(text), proc, pid, "stat");
	const char *open, *close;
	size_t length;

	if (n < 0)
		return (int)n;
	open = memchr(text, '(', (size_t)n);
	close = memrchr(text, ')', (size_t)n);
	if (!open || !close || close < open ||
	    sscanf(close + 1, " %c %23[0-9]", &state, digits) != 2 || !parse_int64(digits, parent))
		return -EINVAL;
	length = (size_t)(close - open) - 1;
	if (length >= sizeof(out->comm))
		length = sizeof(out->comm) - 1;
	memcpy(out->comm, open + 1, length);
	out->comm[length] = '\0';
	out->pid = pid;
	return 0;
}

/** process_parent() - who has started it; 0: it is gone */
int64_t process_parent(const char *proc, int64_t pid)
{
	struct cause_process process;
	int64_t parent = 0;

	return read_stat(&process, &parent, proc, pid) == 0 ? parent : 0;
}

static void read_args(struct cause_process *out, const char *proc)
{
	ssize_t n = process_read(out->args, sizeof(out->args), proc, out->pid, "cmdline");

	out->args_length = n > 0 ? (size_t)n : 0;
}

static int64_t read_login_uid(const char *proc, int64_t pid)
{
	char text[24];
	ssize_t n = process_read(text, sizeof(text), proc, pid, "loginuid");
	int64_t uid;

	if (n <= 0)
		return -1;
	text[strcspn(text, "\n")] = '\0';
	/* 2^32 - 1: nobody has logged in for it */
	return parse_int64(text, &uid) && uid >= 0 && uid < UINT32_MAX ? uid : -1;
}

static int64_t owner_of(const char *proc, int64_t pid)
{
	char path[256];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%lld", proc, (long long)pid);
	return stat(path, &st) == 0 ? (int64_t)st.st_uid : -1;
}

/**
 * process_origin() - a process and its parents
 * @out:  receives what could be read; untouched when the process is not there
 * @proc: the folder, "/proc"
 * @pid:  of the process
 *
 * Return: 0; negative errno, -ENOENT or -ESRCH when it is gone.
 */
int process_origin(struct cause_origin *out, const char *proc, int64_t pid)
{
	struct cause_process first = {.pid = 0};
	int64_t parent = 0;
	int r = read_stat(&first, &parent, proc, pid);

	if (r < 0)
		return r;
	read_args(&first, proc);
	memset(out, 0, sizeof(*out));
	out->chain[out->n++] = first;
	/* of itself before its parents: it may be gone soonest */
	out->uid = owner_of(proc, pid);
	out->login_uid = read_login_uid(proc, pid);
	if (process_read(out->cgroup, sizeof(out->cgroup), proc, pid, "cgroup") < 0)
		out->cgroup[0] = '\0';
	while (parent > 1 && out->n < CAUSE_CHAIN_MAX) {
		struct cause_process *process = &out->chain[out->n];

		if (read_stat(process, &parent, proc, parent) < 0)
			break;
		read_args(process, proc);
		out->n++;
	}
	return 0;
}

/* Return: for which of them; NULL: none. */
static const char *unit_asked_for(const struct cause_process *process, const char *const *units)
{
	for (; *units; units++)
		if (cause_asks_systemd(process, *units))
			return *units;
	return NULL;
}

/**
 * process_who_asks_systemd() - the systemctl that waits for a job of a unit just now
 * @unit:  receives the one of @units that it waits for; untouched when there is none
 * @proc:  the folder, "/proc"
 * @units: without ".service", NULL behind the last; the first counts for more than the others
 *
 * systemctl of root talks to systemd directly, so that the bus knows nothing of
 * it; but it waits until the job is done.
 *
 * Return: its pid; 0 when there is none, or none was found in time.
 */
int64_t process_who_asks_systemd(const char **unit, const char *proc, const char *const *units)
{
	int64_t until_ms = clock_monotonic_ms() + LOOK_MS, found = 0;
	_cleanup_(dir_cleanup) DIR *dir = opendir(proc);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)) && clock_monotonic_ms() <= until_ms) {
		struct cause_process process = {.pid = 0};
		const char *asked;
		char comm[24];
		int64_t pid;

		if (entry->d_name[0] < '1' || entry->d_name[0] > '9' ||
		    !parse_int64(entry->d_name, &pid) ||
		    process_read(comm, sizeof(comm), proc, pid, "comm") <= 0 ||
		    strcmp(comm, "systemctl\n") != 0)
			continue;
		strcpy(process.comm, "systemctl");
		process.pid = pid;
		read_args(&process, proc);
		asked = unit_asked_for(&process, units);
		if (!asked || (found && asked != *units))
			continue;
		*unit = asked;
		found = pid;
		if (asked == *units)
			break;
	}
	return found;
}

/* The number of the pid namespace that the kernel starts with: linux/proc_ns.h */
#define PROC_PID_INIT_INO 0xEFFFFFFCU

/**
 * process_is_contained() - do processes have other numbers here than the kernel tells of them?
 * @proc: the folder, "/proc"
 *
 * Return: 0 or 1; negative errno when that cannot be seen.
 */
int process_is_contained(const char *proc)
{
	char path[256];
	struct stat st;

	snprintf(path, sizeof(path), "%s/self/ns/pid", proc);
	return stat(path, &st) < 0 ? -errno : st.st_ino != PROC_PID_INIT_INO;
}

/** process_is_alive() - is it there, and not only waiting for its parent to hear of its end? */
bool process_is_alive(const char *proc, int64_t pid)
{
	char text[512];
	ssize_t n = process_read(text, sizeof(text), proc, pid, "stat");
	const char *behind_name = n > 0 ? memrchr(text, ')', (size_t)n) : NULL;

	return behind_name && strncmp(behind_name, ") Z", 3) != 0 &&
	       strncmp(behind_name, ") X", 3) != 0;
}

/* Of the fields of `stat` behind the name, the state being the first. */
#define FIELD_START 20

/**
 * process_start() - when did it begin?
 * @out: clock ticks since the kernel's start; written on success alone
 *
 * Return: 0; -EINVAL when that is not to be read; other negative errno.
 */
int process_start(int64_t *out, const char *proc, int64_t pid)
{
	char text[1024];
	ssize_t n = process_read(text, sizeof(text), proc, pid, "stat");
	char *at, *rest = NULL;
	int64_t ticks;

	if (n < 0)
		return (int)n;
	at = memrchr(text, ')', (size_t)n);
	at = at ? strtok_r(at + 1, " ", &rest) : NULL;
	for (unsigned field = 1; at && field < FIELD_START; field++)
		at = strtok_r(NULL, " ", &rest);
	if (!at || !parse_int64(at, &ticks) || ticks < 0)
		return -EINVAL;
	*out = ticks;
	return 0;
}

/**
 * process_age_us() - for how long has it been running?
 * @out: microseconds; written on success alone
 *
 * Return: 0; -EINVAL when that is not to be read; other negative errno.
 */
int process_age_us(int64_t *out, const char *proc, int64_t pid)
{
	long ticks_a_second = sysconf(_SC_CLK_TCK);
	struct timespec now;
	int64_t ticks;
	int r = process_start(&ticks, proc, pid);

	if (r < 0)
		return r;
	if (ticks_a_second <= 0 || ticks > INT64_MAX / 1000000 ||
	    clock_gettime(CLOCK_BOOTTIME, &now) < 0)
		return -EINVAL;
	*out =
	    (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000 - ticks * 1000000 / ticks_a_second;
	return 0;
}
