/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netlink - a question to the kernel, and its answers
 */
#ifndef GUARD_SYSTEM_KERNEL_NETLINK_H
#define GUARD_SYSTEM_KERNEL_NETLINK_H

#include <linux/netlink.h>

#include "guard/base/util.h"

/* One message of the answer. Return: 0: more follows; 1: that was the last; negative errno. */
typedef int netlink_fn(struct nlmsghdr *header, void *userdata);

int netlink_open(int protocol) _must_check_;
int netlink_ask(int fd, const void *request, size_t size, netlink_fn *fn,
                void *userdata) _must_check_;

/* RTM_GETLINK or RTM_GETROUTE: all there are in this network namespace. */
int netlink_list(int type, netlink_fn *fn, void *userdata) _must_check_;

/* Messages one behind the other, aligned for their headers; one that is cut off is the end. */
bool netlink_next_message(void *messages, size_t length, size_t *at, struct nlmsghdr **out);
/* Is it of that type, with all of the @head bytes that are in front of its attributes? */
bool netlink_is(const struct nlmsghdr *header, unsigned type, size_t head);

/* An attribute. */
struct netlink_piece {
	unsigned type;
	const char *bytes; /* borrowed */
	size_t n;
};

bool netlink_next(const void *message, size_t length, size_t *at, struct netlink_piece *out);

/* An attribute of a message: its bytes, borrowed; NULL: it has none of that type. */
const void *netlink_attribute(const void *message, size_t length, size_t head, unsigned type,
                              size_t *out);

bool netlink_attribute_is(const void *message, size_t length, size_t head, unsigned type,
                          const char *text);
int netlink_attribute_int(const void *message, size_t length, size_t head, unsigned type);

void netlink_close(const int *fd);
#define _cleanup_netlink_ _cleanup_(netlink_close)

#endif
