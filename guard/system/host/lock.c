// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/host/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define TRIES        20
#define TRY_PAUSE_MS 10

static int open_in(const char *dir, int flags)
{
	_cleanup_free_ char *path = NULL;
	struct stat st;
	int fd;

	if (xasprintf(&path, "%s/%s", dir, LOCK_FILE) < 0)
		return -ENOMEM;
	fd = open(path, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0600);
	if (fd < 0)
		return -errno;
	/* A pipe would hold up who asks, and a second name of a file is somebody else's file. */
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_nlink != 1) {
		close(fd);
		return -EPERM;
	}
	return fd;
}

/* The pid is for people alone, so it is no error when it cannot be written. */
static void write_pid(int fd)
{
	char text[32];
	int n = snprintf(text, sizeof(text), "%ld\n", (long)getpid());
	bool written = ftruncate(fd, 0) == 0 && pwrite(fd, text, (size_t)n, 0) == n;

	(void)written;
}

/*
 * Somebody who asks whether a watcher runs holds the lock for an instant, so that
 * only a lock that stays held is another watcher's.
 */
static int lock_exclusively(int fd)
{
	struct timespec pause = {.tv_nsec = TRY_PAUSE_MS * 1000000L};

	for (int i = 0; flock(fd, LOCK_EX | LOCK_NB) < 0; i++) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return -errno;
		if (i == TRIES)
			return LOCK_E_HELD;
		(void)nanosleep(&pause, NULL);
	}
	return 0;
}

/**
 * lock_take() - become the watcher of a state directory
 * @fd:  the lock, to be given to lock_release(); written on success alone
 * @dir: the state directory; made (0700) if it is not there
 *
 * Return: 0; LOCK_E_HELD; negative errno (a read-only or full file system: the
 * caller may go on without a lock).
 */
int lock_take(int *fd, const char *dir, struct err *err)
{
	int lock, r;

	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		return err_set(err, -errno, "%s: %s", dir, strerror(errno));
	lock = open_in(dir, O_RDWR | O_CREAT);
	/* what cannot be written can be held, if only it is there */
	if (lock == -EROFS)
		lock = open_in(dir, O_RDONLY);
	if (lock == -ENOENT)
		lock = -EROFS;
	if (lock < 0)
		return err_set(err, lock, "%s/%s: %s", dir, LOCK_FILE, strerror(-lock));
	r = lock_exclusively(lock);
	if (r) {
		err_set(err, r, "%s/%s: %s", dir, LOCK_FILE,
		        r > 0 ? "another watcher is running" : strerror(-r));
		close(lock);
		return r;
	}
	write_pid(lock);
	*fd = lock;
	return 0;
}

/** lock_release() - stop being the watcher; *fd is -1 afterwards, -1 is fine */
void lock_release(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/**
 * lock_is_held() - does a watcher run on this state directory?
 * @held: written on success alone
 * @pid:  the watcher's as it wrote it, or 0; may be NULL
 *
 * Asks with a shared lock for an instant, so two askers do not meet each other.
 *
 * Return: 0; negative errno, -EACCES above all: nobody but root may know.
 */
int lock_is_held(const char *dir, bool *held, long *pid)
{
	char text[32] = "";
	unsigned long value = 0;
	int fd = open_in(dir, O_RDONLY);

	/* a watcher has nowhere to make it */
	if (fd == -ENOENT && access(dir, W_OK) < 0 && errno == EROFS)
		return -EROFS;
	if (fd == -ENOENT || fd == -ENOTDIR) {
		*held = false;
		if (pid)
			*pid = 0;
		return 0;
	}
	if (fd < 0)
		return fd;
	*held = flock(fd, LOCK_SH | LOCK_NB) < 0;
	if (*held && pread(fd, text, sizeof(text) - 1, 0) > 0) {
		text[strcspn(text, "\n")] = '\0';
		/* one that could not write has left what another wrote */
		if (!parse_uint(text, INT32_MAX, &value) ||
		    (kill((pid_t)value, 0) < 0 && errno == ESRCH))
			value = 0;
	}
	if (pid)
		*pid = (long)value;
	close(fd);
	return 0;
}
