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

/* The last message is some 60 bytes; the kernel puts as many others together as a page takes. */
#define MESSAGE_SIZE 8192

/* So many at a time, so that who changes rules without end does not keep us from the rest. */
#define MESSAGES_MAX 64

#define NEWGEN ((NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_NEWGEN)

struct generation {
	generation_fn fn;
	void *userdata;
	struct loop_source *source;
	int fd;
	uint32_t spared;                 /* the address of firewalld's socket; 0: none yet */
	struct generation_change change; /* what has been told of the one under way */
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

/*
 * The ends of transactions, and what others than firewalld do in its table, or in iptables', where
 * it has its rules with that backend, and those of its direct interface with either. The kernel has
 * numbers in its own byte order, and a filter loads them in the network's.
 */
static int attach_filter(int fd, uint32_t firewalld)
{
	const uint32_t table =
	    sizeof(struct nlmsghdr) + sizeof(struct nfgenmsg) + sizeof(struct nlattr);
	struct sock_filter code[] = {
	    BPF_STMT(BPF_LD | BPF_H | BPF_ABS, offsetof(struct nlmsghdr, nlmsg_type)),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(NEWGEN), 10, 0),
	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct nlmsghdr, nlmsg_pid)),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(firewalld), 9, 0),
	    /* the first attribute of whatever is in a table is its name, of which this is enough:
	       "nat", "filt", "mang", "raw", "secu", and the second word of "firewall" */
	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, table),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x6e617400, 6, 0),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x66696c74, 5, 0),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x6d616e67, 4, 0),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x72617700, 3, 0),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x73656375, 2, 0),
	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, table + 4),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x77616c6c, 0, 1),
	    BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
	    BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog program = {.len = ARRAY_SIZE(code), .filter = code};

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) < 0 ? -errno
	                                                                                   : 0;
}

static void told(struct generation *generation)
{
	generation->fn(&generation->change, generation->userdata);
	generation->change = (struct generation_change){.pid = 0};
}

static void take(struct generation *generation, struct nlmsghdr *message, size_t length)
{
	struct generation_change *change = &generation->change;

	if (!generation_parse(message, length, &change->pid, change->name)) {
		chainchange_note(&change->chains, message, length);
		return;
	}
	change->address = message->nlmsg_pid;
	told(generation);
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
	ssize_t n = recvfrom(generation->fd, message.bytes, sizeof(message), MSG_DONTWAIT,
	                     (struct sockaddr *)&from, &from_length);

	if (n < 0 && errno != ENOBUFS)
		return errno == EINTR;
	if (n < 0) {
		/* some were missed, and nobody knows whose */
		generation->change = (struct generation_change){.pid = 0};
		told(generation);
	} else if (from.nl_pid == 0) {
		take(generation, &message.header, (size_t)n);
	}
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

static int listen_to_ends(int fd)
{
	struct sockaddr_nl self = {.nl_family = AF_NETLINK};
	int group = NFNLGRP_NFTABLES;
	int r = attach_filter(fd, 0);

	if (r == 0 &&
	    (bind(fd, (const struct sockaddr *)&self, sizeof(self)) < 0 ||
	     setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) < 0))
		r = -errno;
	return r;
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

/**
 * generation_spare() - what comes from firewalld's socket is not told in full any more
 * @generation: may be NULL
 *
 * Its transactions are the long ones. Where the filter cannot be had, all is told as before.
 */
void generation_spare(struct generation *generation, uint32_t address)
{
	if (generation && generation->spared != address &&
	    attach_filter(generation->fd, address) == 0)
		generation->spared = address;
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

void generation_spare(struct generation *generation _unused_, uint32_t address _unused_)
{
}

bool generation_parse(const void *message _unused_, size_t length _unused_, uint32_t *pid _unused_,
                      char name[GENERATION_NAME_SIZE] _unused_)
{
	return false;
}

#endif
