// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/host/hooksocket.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "guard/system/host/clock.h"

enum {
	BACKLOG = 4096, /* the kernel allows as many as net.core.somaxconn says */
	FIRST_FD = 3,   /* sd_listen_fds(3) */
};

static int address_of(struct sockaddr_un *out, const char *dir)
{
	int n;

	*out = (struct sockaddr_un){.sun_family = AF_UNIX};
	n = snprintf(out->sun_path, sizeof(out->sun_path), "%s/" HOOKSOCKET_NAME, dir);
	return n > 0 && (size_t)n < sizeof(out->sun_path) ? 0 : -ENAMETOOLONG;
}

static int new_socket(int flags)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | flags, 0);

	return fd < 0 ? -errno : fd;
}

/* --- the hook's side --------------------------------------------------------------------- */

/**
 * hooksocket_send() - hand an event to the watcher
 * @fd:      the connection, for hooksocket_wait(); the caller closes it
 * @wait_ms: for a place in a queue that is full
 *
 * Return: 0: it is in the queue; negative errno: nobody is there, or too many are.
 */
int hooksocket_send(int *fd, const char *dir, const char *text, size_t length, int wait_ms)
{
	struct timeval limit = {.tv_sec = wait_ms / 1000, .tv_usec = wait_ms % 1000 * 1000};
	struct sockaddr_un address;
	int connection, r = address_of(&address, dir);

	if (r < 0)
		return r;
	connection = new_socket(0);
	if (connection < 0)
		return connection;
	if (setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) < 0 ||
	    connect(connection, (const struct sockaddr *)&address, sizeof(address)) < 0 ||
	    send(connection, text, length, MSG_NOSIGNAL) != (ssize_t)length) {
		r = errno ? -errno : -EIO;
		close(connection);
		return r;
	}
	*fd = connection;
	return 0;
}

/** hooksocket_wait() - for the word that it is on record; @until_ms by clock_monotonic_ms() */
enum hooksocket_word hooksocket_wait(int fd, int64_t until_ms)
{
	struct pollfd poller = {.fd = fd, .events = POLLIN};
	int64_t left;
	char word = 0;

	for (;;) {
		int n;

		left = until_ms - clock_monotonic_ms();
		n = poll(&poller, 1, left > 0 ? (int)left : 0);
		if (n > 0)
			break;
		if (left <= 0 || (n < 0 && errno != EINTR))
			return HOOKSOCKET_LATE;
	}
	return recv(fd, &word, 1, 0) == 1 && word == HOOKSOCKET_RECORDED ? HOOKSOCKET_TOLD
	                                                                 : HOOKSOCKET_NOBODY;
}

/* --- the watcher's side ------------------------------------------------------------------ */

static int option(int fd, int name)
{
	int value = -1;
	socklen_t length = sizeof(value);

	return getsockopt(fd, SOL_SOCKET, name, &value, &length) == 0 ? value : -1;
}

static bool is_ours(int fd)
{
	return option(fd, SO_DOMAIN) == AF_UNIX && option(fd, SO_TYPE) == SOCK_SEQPACKET &&
	       option(fd, SO_ACCEPTCONN) == 1;
}

/* sd_listen_fds(3), without the library; what is for us is not for what we start. */
static int handed_over(void)
{
	const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");
	unsigned long owner, n;
	bool given = pid && count && parse_uint(pid, INT32_MAX, &owner) &&
	             (pid_t)owner == getpid() && parse_uint(count, 64, &n) && n > 0;

	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	if (!given || !is_ours(FIRST_FD) || fcntl(FIRST_FD, F_SETFD, FD_CLOEXEC) < 0 ||
	    fcntl(FIRST_FD, F_SETFL, O_RDWR | O_NONBLOCK) < 0)
		return -1;
	return FIRST_FD;
}

/* One that nobody listens at has been left by a watcher that was killed. */
static int remove_left(const struct sockaddr_un *address)
{
	struct stat st;
	int fd, r;

	if (lstat(address->sun_path, &st) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(st.st_mode))
		return -EEXIST;
	fd = new_socket(SOCK_NONBLOCK);
	if (fd < 0)
		return fd;
	r = connect(fd, (const struct sockaddr *)address, sizeof(*address)) < 0 &&
	            errno == ECONNREFUSED
	        ? 0
	        : -EADDRINUSE;
	close(fd);
	return r == 0 && unlink(address->sun_path) < 0 ? -errno : r;
}

static int make(const char *dir)
{
	struct sockaddr_un address;
	int fd, r = address_of(&address, dir);
	mode_t mask;

	if (r == 0 && mkdir(dir, 0755) < 0 && errno != EEXIST)
		r = -errno;
	if (r == 0)
		r = remove_left(&address);
	fd = r < 0 ? r : new_socket(SOCK_NONBLOCK);
	if (fd < 0)
		return fd;
	mask = umask(0177);
	r = bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ? -errno : 0;
	umask(mask);
	if (r == 0 && listen(fd, BACKLOG) < 0)
		r = -errno;
	if (r < 0)
		close(fd);
	return r < 0 ? r : fd;
}

/**
 * hooksocket_listen() - the socket that systemd has handed over, or one of our own
 * @fd:   the caller closes it
 * @made: whether it is our own, and to be removed at the end
 *
 * Return: 0; -EADDRINUSE: somebody else listens there; negative errno.
 */
int hooksocket_listen(int *fd, const char *dir, bool *made, struct err *err)
{
	int r = handed_over();

	*made = r < 0;
	if (*made)
		r = make(dir);
	if (r < 0)
		return err_set(err, r, "%s/" HOOKSOCKET_NAME ": %s", dir,
		               r == -EADDRINUSE ? "somebody else listens there" : strerror(-r));
	*fd = r;
	return 0;
}

/** hooksocket_remove() - the one that hooksocket_listen() has made */
void hooksocket_remove(const char *dir)
{
	struct sockaddr_un address;

	if (address_of(&address, dir) == 0)
		unlink(address.sun_path);
}

/*
 * Root, ourselves, and whom the socket belongs to: who gives it to fail2ban's own user, with
 * SocketUser= or SocketGroup=, has said who may tell.
 */
static bool may_tell(int fd)
{
	struct ucred peer;
	struct sockaddr_un address = {0};
	socklen_t length = sizeof(peer), room = sizeof(address) - 1;
	struct stat st;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0)
		return false;
	if (peer.uid == 0 || peer.uid == geteuid())
		return true;
	if (getsockname(fd, (struct sockaddr *)&address, &room) < 0 ||
	    stat(address.sun_path, &st) < 0)
		return false;
	return peer.uid == st.st_uid || ((st.st_mode & S_IWGRP) && peer.gid == st.st_gid);
}

/**
 * hooksocket_accept() - the next who wants to tell something
 *
 * Return: the connection; -EAGAIN: nobody waits; -EPERM: it was a stranger; other negative errno.
 */
int hooksocket_accept(int fd)
{
	int connection = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (connection < 0)
		return -errno;
	if (may_tell(connection))
		return connection;
	close(connection);
	return -EPERM;
}

/** hooksocket_read() - Return: the length of the event; 0: none comes; -EAGAIN: not yet */
ssize_t hooksocket_read(int fd, char *text, size_t size)
{
	ssize_t n = recv(fd, text, size, MSG_TRUNC);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? -EAGAIN : 0;
	return (size_t)n > size ? 0 : n;
}

/** hooksocket_answer() - it is on record; who does not wait for that any more does not mind */
void hooksocket_answer(int fd)
{
	const char word = HOOKSOCKET_RECORDED;

	(void)!send(fd, &word, 1, MSG_NOSIGNAL | MSG_DONTWAIT);
}
