/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * listeners - does anything listen on this port?
 *
 * Asks the kernel for the listening TCP and the bound, unconnected UDP sockets
 * of this network namespace (NETLINK_SOCK_DIAG). An open port without a
 * listener, or with one on loopback alone, is worth a word to the
 * administrator. Whose socket it is can be found out as well, by root.
 */
#ifndef GUARD_SYSTEM_KERNEL_LISTENERS_H
#define GUARD_SYSTEM_KERNEL_LISTENERS_H

#include "guard/base/cidr.h"
#include "guard/base/err.h"

#define LISTENERS_PROCESS_SIZE 16 /* as the kernel keeps it */

enum listeners_answer {
	LISTENERS_UNKNOWN, /* not asked, or a protocol that sock_diag is not asked for */
	LISTENERS_NO,
	LISTENERS_LOOPBACK, /* only on a loopback address */
	LISTENERS_YES,
};

struct listeners_socket {
	int family;   /* AF_INET or AF_INET6 */
	int protocol; /* IPPROTO_TCP or IPPROTO_UDP */
	unsigned port;
	unsigned char address[16];            /* AF_INET: the first four */
	bool v6only;                          /* AF_INET6: takes no IPv4 */
	uint32_t inode;                       /* 0: not known */
	int64_t pid;                          /* of the first process that has it; 0: not known */
	char process[LISTENERS_PROCESS_SIZE]; /* its name; "": not known */
};

/* Who is connected to a port of this machine. */
struct listeners_peer {
	struct cidr address;
	unsigned port;
};

struct listeners_peers {
	struct listeners_peer *peers;
	size_t n;
	size_t capacity;
};
#define LISTENERS_PEERS_NULL      ((struct listeners_peers){0})
#define _cleanup_listeners_peers_ _cleanup_(listeners_peers_deinit)

struct listeners {
	struct listeners_socket *sockets;
	size_t n;
	size_t capacity;
};
#define LISTENERS_NULL      ((struct listeners){0})
#define _cleanup_listeners_ _cleanup_(listeners_deinit)

int listeners_read(struct listeners *out, struct err *err) _must_check_;
int listeners_read_peers(struct listeners_peers *out, struct err *err) _must_check_;
void listeners_peers_deinit(struct listeners_peers *peers);
void listeners_deinit(struct listeners *listeners);
enum listeners_answer listeners_on(const struct listeners *listeners, const char *protocol,
                                   unsigned first, unsigned last, int family);
int listeners_find_processes(struct listeners *listeners, const char *proc) _must_check_;
const struct listeners_socket *listeners_first(const struct listeners *listeners,
                                               const char *protocol, unsigned port);
const char *listeners_answer_name(enum listeners_answer answer);

#endif
