// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/fail2ban.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "guard/system/clock.h"

/* A list of one string as a pickle of protocol 0, and the end that fail2ban waits for. */
#define PING       "(Vping\nl."
#define END        "<F2B_END_COMMAND>"
#define ANSWER_MAX 4096

static void close_fd(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/* How many milliseconds are left; 0: none. */
static int left_ms(int64_t deadline_ms)
{
	int64_t left = deadline_ms - clock_monotonic_ms();

	if (left < 0)
		return 0;
	return left > 60000 ? 60000 : (int)left;
}

/* fail2ban's backlog is 1: while it is busy, connect() says EAGAIN. */
static int connect_until(int fd, const struct sockaddr_un *address, int64_t deadline_ms)
{
	for (;;) {
		if (connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0)
			return 0;
		if (errno != EAGAIN && errno != EINTR)
			return -errno;
		if (left_ms(deadline_ms) == 0)
			return -ETIMEDOUT;
		(void)poll(NULL, 0, 10);
	}
}

static int wait_for(int fd, short events, int64_t deadline_ms)
{
	struct pollfd poll_fd = {.fd = fd, .events = events};
	int r = poll(&poll_fd, 1, left_ms(deadline_ms));

	if (r < 0)
		return errno == EINTR ? 0 : -errno;
	return r == 0 ? -ETIMEDOUT : 0;
}

static int send_all(int fd, const char *text, size_t length, int64_t deadline_ms)
{
	while (length > 0) {
		int r = wait_for(fd, POLLOUT, deadline_ms);
		ssize_t n;

		if (r < 0)
			return r;
		n = send(fd, text, length, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		if (n > 0) {
			text += n;
			length -= (size_t)n;
		}
	}
	return 0;
}

/* Anything that ends as an answer does and holds the word is one: it is not decoded. */
static int receive_pong(int fd, int64_t deadline_ms)
{
	char answer[ANSWER_MAX];
	size_t length = 0;

	while (length < sizeof(answer)) {
		int r = wait_for(fd, POLLIN, deadline_ms);
		ssize_t n;

		if (r < 0)
			return r;
		n = recv(fd, answer + length, sizeof(answer) - length, MSG_DONTWAIT);
		if (n == 0)
			return -EPIPE;
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		if (n > 0)
			length += (size_t)n;
		if (memmem(answer, length, END, strlen(END)))
			return memmem(answer, length, "pong", 4) ? 0 : -EBADMSG;
	}
	return -EBADMSG;
}

static enum fail2ban_state state_of(int r)
{
	switch (-r) {
	case 0:
		return FAIL2BAN_RUNNING;
	case ENOENT:
	case ENOTDIR:
	case ECONNREFUSED:
		return FAIL2BAN_STOPPED;
	case EACCES:
	case EPERM:
		return FAIL2BAN_UNKNOWN;
	default:
		return FAIL2BAN_UNREACHABLE;
	}
}

/**
 * fail2ban_ping() - ask fail2ban whether it is there
 * @socket_path: borrowed; NULL: where distributions have it
 * @timeout_ms:  for all of it together
 */
enum fail2ban_state fail2ban_ping(const char *socket_path, int timeout_ms)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int64_t deadline_ms = clock_monotonic_ms() + timeout_ms;
	_cleanup_(close_fd) int fd = -1;
	int r;

	if (!socket_path)
		socket_path = FAIL2BAN_DEFAULT_SOCKET;
	if (strlen(socket_path) >= sizeof(address.sun_path))
		return FAIL2BAN_UNKNOWN;
	strcpy(address.sun_path, socket_path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return FAIL2BAN_UNKNOWN;
	r = connect_until(fd, &address, deadline_ms);
	if (r == 0)
		r = send_all(fd, PING END, strlen(PING END), deadline_ms);
	if (r == 0)
		r = receive_pong(fd, deadline_ms);
	return state_of(r);
}

/** fail2ban_state_name() - one word; static */
const char *fail2ban_state_name(enum fail2ban_state state)
{
	static const char *const names[FAIL2BAN_N_STATES] = {
	    [FAIL2BAN_UNKNOWN] = "unknown",   [FAIL2BAN_RUNNING] = "running",
	    [FAIL2BAN_STOPPED] = "stopped",   [FAIL2BAN_UNREACHABLE] = "unreachable",
	    [FAIL2BAN_STOPPING] = "stopping", [FAIL2BAN_CRASHED] = "crashed",
	    [FAIL2BAN_STARTING] = "starting",
	};

	return names[state];
}
