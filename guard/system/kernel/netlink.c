// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/kernel/netlink.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* The kernel answers at once, or something is wrong. */
#define WAIT_S 5

/* Of one piece of an answer; the kernel makes none that is larger for us. */
#define ANSWER_SIZE 65536

/** netlink_close() - of what netlink_open() gave, a failure included */
void netlink_close(const int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

/** netlink_open() - a socket for NETLINK_*; Return: to be closed by the caller; negative errno */
int netlink_open(int protocol)
{
	struct timeval wait = {.tv_sec = WAIT_S};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);

	if (fd < 0)
		return -errno;
	/* Without it a lost answer would hold us for ever; that it cannot be set is no reason not
	 * to ask. */
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	return fd;
}

static int send_request(int fd, const void *request, size_t size)
{
	struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};

	while (sendto(fd, request, size, 0, (const struct sockaddr *)&kernel, sizeof(kernel)) < 0)
		if (errno != EINTR)
			return -errno;
	return 0;
}

/* Return: 1 at the end of the answer, 0 when more follows, negative errno. */
static int take_messages(void *buffer, size_t length, netlink_fn *fn, void *userdata)
{
	struct nlmsghdr *header;
	size_t at = 0;
	int done = 0;

	while (netlink_next_message(buffer, length, &at, &header)) {
		int r;

		if (header->nlmsg_type == NLMSG_DONE)
			return 1;
		if (header->nlmsg_type == NLMSG_ERROR) {
			const struct nlmsgerr *error = NLMSG_DATA(header);

			if (header->nlmsg_len < NLMSG_LENGTH(sizeof(*error)))
				return -EBADMSG;
			if (error->error)
				return error->error;
		}
		r = fn(header, userdata);
		if (r < 0)
			return r;
		done |= r;
	}
	return done;
}

/* From others than the kernel nothing is taken. Return: bytes; 0: none of its; negative errno. */
static ssize_t receive(int fd, void *buffer)
{
	struct sockaddr_nl from = {0};
	socklen_t from_length = sizeof(from);
	ssize_t n = recvfrom(fd, buffer, ANSWER_SIZE, 0, (struct sockaddr *)&from, &from_length);

	if (n < 0 && errno == EINTR)
		return 0;
	if (n < 0)
		return errno == EAGAIN ? -ETIMEDOUT : -errno;
	if (n == 0)
		return -EBADMSG;
	return from.nl_pid == 0 ? n : 0;
}

/**
 * netlink_ask() - send a request, and take its answer
 * @request: borrowed; one message, or several
 * @fn:      gets each message of the answer, those that only tell of success included, but
 *           neither the end of a list nor an error
 *
 * After a failure more of the answer may be under way: the socket is of no more use.
 *
 * Return: 0; negative errno, that of the kernel for the request included.
 */
int netlink_ask(int fd, const void *request, size_t size, netlink_fn *fn, void *userdata)
{
	_cleanup_free_ void *buffer = malloc(ANSWER_SIZE);
	int r;

	if (!buffer)
		return -ENOMEM;
	r = send_request(fd, request, size);
	while (r == 0) {
		ssize_t n = receive(fd, buffer);

		r = n < 0 ? (int)n : take_messages(buffer, (size_t)n, fn, userdata);
	}
	return r < 0 ? r : 0;
}

/** netlink_list() - all links or routes, each as netlink_ask(); Return: likewise */
int netlink_list(int type, netlink_fn *fn, void *userdata)
{
	_cleanup_netlink_ int fd = netlink_open(NETLINK_ROUTE);
	struct {
		struct nlmsghdr header;
		union {
			struct rtmsg route;
			struct ifinfomsg link;
		};
	} request = {.header = {.nlmsg_len = sizeof(request),
	                        .nlmsg_type = (uint16_t)type,
	                        .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP}};

	return fd < 0 ? fd : netlink_ask(fd, &request, sizeof(request), fn, userdata);
}

/**
 * netlink_next_message() - the next message of an answer
 * @at:  0 before the first
 * @out: receives it, borrowed from @messages
 *
 * NLMSG_NEXT() takes more from an unsigned length than there is, where the last one is not padded.
 *
 * Return: false after the last one, or where it is cut off.
 */
bool netlink_next_message(void *messages, size_t length, size_t *at, struct nlmsghdr **out)
{
	struct nlmsghdr *header = (void *)((char *)messages + *at);

	if (*at >= length || length - *at < sizeof(*header) ||
	    header->nlmsg_len < sizeof(*header) || header->nlmsg_len > length - *at)
		return false;
	*out = header;
	*at += NLMSG_ALIGN((size_t)header->nlmsg_len);
	return true;
}

/** netlink_is() - is it of that type, and not too short for it? */
bool netlink_is(const struct nlmsghdr *header, unsigned type, size_t head)
{
	return header->nlmsg_type == type && header->nlmsg_len >= head;
}

/**
 * netlink_next() - the next attribute of a message, or of one that holds others
 * @at:  what is in front of the attributes, a multiple of four, before the first
 * @out: receives it, borrowed from @message
 *
 * Return: false after the last one, or where it is cut off.
 */
bool netlink_next(const void *message, size_t length, size_t *at, struct netlink_piece *out)
{
	const char *bytes = message;
	struct nlattr attr;

	if (*at >= length || length - *at < sizeof(attr))
		return false;
	memcpy(&attr, bytes + *at, sizeof(attr));
	if (attr.nla_len < sizeof(attr) || attr.nla_len > length - *at)
		return false;
	*out = (struct netlink_piece){.type = attr.nla_type & (unsigned)NLA_TYPE_MASK,
	                              .bytes = bytes + *at + sizeof(attr),
	                              .n = attr.nla_len - sizeof(attr)};
	*at += ((size_t)attr.nla_len + 3) & ~(size_t)3;
	return true;
}

/**
 * netlink_attribute() - find an attribute
 * @message: with its header; @length bytes
 * @head:    what is in front of the attributes, a multiple of four
 * @out:     receives how many bytes it has
 *
 * Return: borrowed from @message; NULL when there is none, or it is cut off.
 */
const void *netlink_attribute(const void *message, size_t length, size_t head, unsigned type,
                              size_t *out)
{
	struct netlink_piece piece;

	while (netlink_next(message, length, &head, &piece))
		if (piece.type == type) {
			*out = piece.n;
			return piece.bytes;
		}
	return NULL;
}

/** netlink_attribute_is() - is there such an attribute, and is it this text? */
bool netlink_attribute_is(const void *message, size_t length, size_t head, unsigned type,
                          const char *text)
{
	size_t n = 0;
	const char *value = netlink_attribute(message, length, head, type, &n);

	return value && n == strlen(text) + 1 && memcmp(value, text, n) == 0;
}

/** netlink_attribute_int() - its number, in the byte order of this machine; 0: there is none */
int netlink_attribute_int(const void *message, size_t length, size_t head, unsigned type)
{
	size_t n = 0;
	const void *value = netlink_attribute(message, length, head, type, &n);
	int number = 0;

	if (value && n == sizeof(number))
		memcpy(&number, value, n);
	return number;
}
