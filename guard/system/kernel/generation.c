// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/kernel/generation.h"

#include <errno.h>
#include <stdlib.h>

#ifdef HAVE_NF_TABLES

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "guard/system/kernel/netlink.h"

/* The message is some 60 bytes; whatever else is longer is none. */
#define MESSAGE_SIZE 512

/* So many at a time, so that who changes rules without end does not keep us from the rest. */
#define MESSAGES_MAX 64

#define NEWGEN ((NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_NEWGEN)

struct generation {
	generation_fn fn;
	void *userdata;
	struct loop_source *source;
	int fd;
};

/**
 * generation_parse() - who ended a transaction
 * @message: one of netlink, @length bytes
 * @pid:     0 when it does not say
 * @name:    "" when it does not say
 *
 * Return: whether it is such a message; else nothing was written.
 */
bool generation_parse(const void *message, size_t length, uint32_t *pid,
                      char name[GENERATION_NAME_SIZE])
{
	const size_t head = sizeof(struct nlmsghdr) + sizeof(struct nfgenmsg);
	struct nlmsghdr header;
	const void *value;
	size_t n = 0;

	if (length < head)
		return false;
	memcpy(&header, message, sizeof(header));
	if (header.nlmsg_type != NEWGEN || header.nlmsg_len < head || header.nlmsg_len > length)
		return false;
	*pid = 0;
	name[0] = '\0';
	value = netlink_attribute(message, header.nlmsg_len, head, NFTA_GEN_PROC_PID, &n);
	if (value && n == sizeof(*pid)) {
		memcpy(pid, value, n);
		*pid = ntohl(*pid);
	}
	value = netlink_attribute(message, header.nlmsg_len, head, NFTA_GEN_PROC_NAME, &n);
	if (value)
		snprintf(name, GENERATION_NAME_SIZE, "%.*s", (int)n, (const char *)value);
	return true;
}

/* Return: whether there may be more. */
static bool receive(struct generation *generation)
{
	union {
		char bytes[MESSAGE_SIZE];
		struct nlmsghdr header; /* for its alignment */
	} message;
	struct sockaddr_nl from = {0};
	socklen_t from_length = sizeof(from);
	char name[GENERATION_NAME_SIZE] = "";
	uint32_t pid = 0;
	ssize_t n = recvfrom(generation->fd, message.bytes, sizeof(message), MSG_DONTWAIT,
	                     (struct sockaddr *)&from, &from_length);

	if (n < 0 && errno != ENOBUFS)
		return errno == EINTR;
	/* with ENOBUFS some were missed, and nobody knows whose */
	if (n < 0 || (from.nl_pid == 0 && generation_parse(message.bytes, (size_t)n, &pid, name)))
		generation->fn(pid, name, generation->userdata);
	return true;
}

static void on_readable(int fd _unused_, unsigned events _unused_, void *userdata)
{
	struct generation *generation = userdata;

	for (unsigned i = 0; i < MESSAGES_MAX && receive(generation);)
		i++;
	/* ENOBUFS comes as an error of the socket, which is none */
	loop_io_set_events(generation->source, LOOP_READ);
}

/* The kernel has the type in its own byte order, and a filter loads it in the network's. */
static int listen_to_ends(int fd)
{
	struct sock_filter code[] = {
	    BPF_STMT(BPF_LD | BPF_H | BPF_ABS, offsetof(struct nlmsghdr, nlmsg_type)),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(NEWGEN), 0, 1),
	    BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
	    BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog program = {.len = ARRAY_SIZE(code), .filter = code};
	struct sockaddr_nl self = {.nl_family = AF_NETLINK};
	int group = NFNLGRP_NFTABLES;

	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) < 0 ||
	    bind(fd, (const struct sockaddr *)&self, sizeof(self)) < 0 ||
	    setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) < 0)
		return -errno;
	return 0;
}

/**
 * generation_new() - hear of each transaction from now on
 * @out: written on success alone; release with generation_free()
 * @fn:  called from the loop
 *
 * Return: 0; GENERATION_E_UNKNOWN: they are not told to us; negative errno.
 */
int generation_new(struct generation **out, struct loop *loop, generation_fn fn, void *userdata)
{
	struct generation *generation = calloc(1, sizeof(*generation));
	int r;

	if (!generation)
		return -ENOMEM;
	generation->fn = fn;
	generation->userdata = userdata;
	generation->fd = netlink_open(NETLINK_NETFILTER);
	r = generation->fd < 0 ? GENERATION_E_UNKNOWN : 0;
	if (r == 0 && listen_to_ends(generation->fd) < 0)
		r = GENERATION_E_UNKNOWN;
	if (r == 0)
		r = loop_add_io(loop, &generation->source, generation->fd, LOOP_READ, on_readable,
		                generation);
	if (r == 0)
		*out = generation;
	else
		generation_free(generation);
	return r;
}

/** generation_free() - NULL is fine */
void generation_free(struct generation *generation)
{
	if (!generation)
		return;
	loop_remove(generation->source);
	netlink_close(&generation->fd);
	free(generation);
}

#else

int generation_new(struct generation **out _unused_, struct loop *loop _unused_,
                   generation_fn fn _unused_, void *userdata _unused_)
{
	return GENERATION_E_UNKNOWN;
}

void generation_free(struct generation *generation)
{
	free(generation);
}

bool generation_parse(const void *message _unused_, size_t length _unused_, uint32_t *pid _unused_,
                      char name[GENERATION_NAME_SIZE] _unused_)
{
	return false;
}

#endif
