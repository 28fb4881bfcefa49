// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lab/wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/**
 * wire_now_us() - microseconds of the monotonic clock
 *
 * Monotonic, so that lines of several processes on this machine can be compared.
 *
 * Return: the time.
 */
int64_t wire_now_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/**
 * wire_name() - the word for a result
 * @result: one of the final results
 *
 * Return: a static string.
 */
const char *wire_name(enum wire_result result)
{
	static const char *const names[] = {
	    [WIRE_OPEN] = "open",
	    [WIRE_REFUSED] = "refused",
	    [WIRE_TIMEOUT] = "timeout",
	    [WIRE_PENDING] = "pending",
	};

	return names[result];
}

static socklen_t fill(struct sockaddr_storage *out, const char *address, int port)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)out;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;

	memset(out, 0, sizeof(*out));
	if (inet_pton(AF_INET, address, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons((uint16_t)port);
		return sizeof(*v4);
	}
	if (inet_pton(AF_INET6, address, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons((uint16_t)port);
		return sizeof(*v6);
	}
	return 0;
}

static enum wire_result from_errno(int error)
{
	switch (error) {
	case 0:
		return WIRE_OPEN;
	case EINPROGRESS:
		return WIRE_PENDING;
	case ETIMEDOUT:
		return WIRE_TIMEOUT;
	default:
		return WIRE_REFUSED;
	}
}

/**
 * wire_start() - begin a connection without waiting for it
 * @fd_out:  receives the socket; the caller closes it
 * @result:  receives WIRE_PENDING, or the result when it is known at once
 * @address: IPv4 or IPv6, in digits
 * @port:    TCP port
 * @source:  address to connect from; NULL: any
 *
 * Return: 0; negative errno when no attempt could be made.
 */
int wire_start(int *fd_out, enum wire_result *result, const char *address, int port,
               const char *source)
{
	struct sockaddr_storage to, from;
	socklen_t to_size = fill(&to, address, port), from_size = 0;
	/* closed with a reset: thousands of attempts leave no TIME-WAIT behind */
	struct linger reset = {.l_onoff = 1, .l_linger = 0};
	int fd, error;

	if (source)
		from_size = fill(&from, source, 0);
	if (!to_size || (source && !from_size))
		return -EINVAL;
	fd = socket(to.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	if (source && bind(fd, (struct sockaddr *)&from, from_size) < 0) {
		error = errno;
		close(fd);
		return -error;
	}
	error = connect(fd, (struct sockaddr *)&to, to_size) < 0 ? errno : 0;
	*result = from_errno(error);
	*fd_out = fd;
	return 0;
}

/**
 * wire_finish() - the result of an attempt whose socket has become ready
 * @fd: from wire_start()
 *
 * Return: the result.
 */
enum wire_result wire_finish(int fd)
{
	int error = 0;
	socklen_t size = sizeof(error);

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
		return WIRE_REFUSED;
	return from_errno(error);
}
