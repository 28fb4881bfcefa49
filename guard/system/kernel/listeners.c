// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/kernel/listeners.h"

#include "guard/system/host/file.h"
#include "guard/system/host/process.h"
#include "guard/system/kernel/netlink.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* More sockets than this are not kept: by then the answer for the mail ports is known. */
#define LISTENERS_MAX 65536

struct request {
	struct nlmsghdr header;
	struct inet_diag_req_v2 body;
};

/** listeners_deinit() - free it; may be called twice */
void listeners_deinit(struct listeners *listeners)
{
	free(listeners->sockets);
	*listeners = LISTENERS_NULL;
}

static bool is_v6only(const struct inet_diag_msg *msg, size_t length)
{
	const char *at = (const char *)(msg + 1);
	size_t left = length - sizeof(*msg);

	while (left >= sizeof(struct rtattr)) {
		struct rtattr attr;
		size_t step;

		memcpy(&attr, at, sizeof(attr));
		if (attr.rta_len < sizeof(attr) || attr.rta_len > left)
			break;
		if (attr.rta_type == INET_DIAG_SKV6ONLY && attr.rta_len > sizeof(attr))
			return at[sizeof(attr)] != 0;
		step = RTA_ALIGN(attr.rta_len);
		if (step > left)
			break;
		at += step;
		left -= step;
	}
	return false;
}

struct dump {
	struct listeners *listeners;
	struct listeners_peers *peers; /* or these */
	int protocol;
};

static int add_listener(const struct dump *dump, const struct inet_diag_msg *msg, size_t length)
{
	struct listeners *listeners = dump->listeners;
	struct listeners_socket *sock;
	int r;

	if (listeners->n >= LISTENERS_MAX)
		return 0;
	r = grow(&listeners->sockets, &listeners->capacity, listeners->n + 1, sizeof(*sock));
	if (r < 0)
		return r;
	sock = &listeners->sockets[listeners->n++];
	*sock = (struct listeners_socket){.family = msg->idiag_family,
	                                  .protocol = dump->protocol,
	                                  .port = ntohs(msg->id.idiag_sport),
	                                  .inode = msg->idiag_inode};
	memcpy(sock->address, msg->id.idiag_src, sizeof(sock->address));
	sock->v6only = msg->idiag_family == AF_INET6 && is_v6only(msg, length);
	return 0;
}

static int add_peer(struct listeners_peers *peers, const struct inet_diag_msg *msg)
{
	struct listeners_peer peer = {.port = ntohs(msg->id.idiag_sport)};
	bool is_ipv6 = msg->idiag_family == AF_INET6;

	if (cidr_from_bytes(&peer.address, msg->id.idiag_dst, is_ipv6 ? 16 : 4,
	                    is_ipv6 ? 128 : 32) != 0)
		return -EBADMSG;
	if (grow(&peers->peers, &peers->capacity, peers->n + 1, sizeof(peer)) < 0)
		return -ENOMEM;
	peers->peers[peers->n++] = peer;
	return 0;
}

static int add_socket(struct nlmsghdr *header, void *userdata)
{
	const struct dump *dump = userdata;
	const struct inet_diag_msg *msg = NLMSG_DATA(header);

	if (header->nlmsg_type == NLMSG_ERROR)
		return -EBADMSG; /* a list was asked for, and it says that all is well */
	if (header->nlmsg_type != SOCK_DIAG_BY_FAMILY)
		return 0;
	if (header->nlmsg_len < NLMSG_LENGTH(sizeof(*msg)))
		return -EBADMSG;
	if (msg->id.idiag_sport == 0)
		return 0;
	return dump->peers ? add_peer(dump->peers, msg)
	                   : add_listener(dump, msg, header->nlmsg_len - NLMSG_HDRLEN);
}

static int read_sockets(struct dump *dump, int fd, int family)
{
	struct request request = {
	    .header = {.nlmsg_len = sizeof(request),
	               .nlmsg_type = SOCK_DIAG_BY_FAMILY,
	               .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
	    .body = {.sdiag_family = (uint8_t)family,
	             .sdiag_protocol = (uint8_t)dump->protocol,
	             /* An unconnected UDP socket is "closed", a connected one "established". */
	             .idiag_states = dump->peers                     ? 1u << TCP_ESTABLISHED
	                             : dump->protocol == IPPROTO_TCP ? 1u << TCP_LISTEN
	                                                             : 1u << TCP_CLOSE},
	};

	return netlink_ask(fd, &request, sizeof(request), add_socket, dump);
}

/* A kernel without IPv6, or without the diag module of a protocol, has none to tell of. */
static int read_each(struct dump *dump, struct err *err)
{
	static const int families[] = {AF_INET, AF_INET6};

	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		/* A socket each: a broken dump leaves nothing behind for the next. */
		_cleanup_netlink_ int fd = netlink_open(NETLINK_SOCK_DIAG);
		int r;

		if (fd < 0)
			return err_set(err, fd, "cannot ask the kernel for its sockets: %s",
			               strerror(-fd));
		r = read_sockets(dump, fd, families[i]);
		if (r < 0 && r != -ENOENT && r != -EAFNOSUPPORT)
			return err_set(err, r, "cannot read the kernel's sockets: %s",
			               strerror(-r));
	}
	return 0;
}

/**
 * listeners_read() - all listening TCP and bound UDP sockets of this namespace
 * @out: written on success alone; the caller deinits it
 *
 * Return: 0 or negative errno.
 */
int listeners_read(struct listeners *out, struct err *err)
{
	static const int protocols[] = {IPPROTO_TCP, IPPROTO_UDP};
	_cleanup_listeners_ struct listeners listeners = LISTENERS_NULL;
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(protocols) && r == 0; i++)
		r = read_each(&(struct dump){.listeners = &listeners, .protocol = protocols[i]},
		              err);
	if (r < 0)
		return r;
	*out = listeners;
	listeners = LISTENERS_NULL;
	return 0;
}

/** listeners_peers_deinit() - free it; may be called twice */
void listeners_peers_deinit(struct listeners_peers *peers)
{
	free(peers->peers);
	*peers = LISTENERS_PEERS_NULL;
}

/**
 * listeners_read_peers() - the other ends of all TCP connections that stand
 * @out: written on success alone; the caller deinits it
 *
 * Also of those that this machine has made: who listens tells them apart.
 *
 * Return: 0 or negative errno.
 */
int listeners_read_peers(struct listeners_peers *out, struct err *err)
{
	_cleanup_listeners_peers_ struct listeners_peers peers = LISTENERS_PEERS_NULL;
	int r = read_each(&(struct dump){.peers = &peers, .protocol = IPPROTO_TCP}, err);

	if (r < 0)
		return r;
	*out = peers;
	peers = LISTENERS_PEERS_NULL;
	return 0;
}

/* --- whose they are ---------------------------------------------------------------------- */

/* The first process has it longest: a daemon's children share its sockets. */
static void take_owner(struct listeners *listeners, uint32_t inode, int64_t pid, const char *name)
{
	for (size_t i = 0; i < listeners->n; i++) {
		struct listeners_socket *sock = &listeners->sockets[i];

		if (sock->inode != inode || (sock->pid != 0 && sock->pid <= pid))
			continue;
		sock->pid = pid;
		snprintf(sock->process, sizeof(sock->process), "%s", name);
	}
}

static void look_at_files(struct listeners *listeners, const char *proc, int process, int64_t pid)
{
	int fd = openat(process, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
	char comm[LISTENERS_PROCESS_SIZE] = "";

	if (!folder) {
		fd_cleanup(&fd);
		return;
	}
	for (const struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
		char target[64];
		unsigned long inode;
		ssize_t n = readlinkat(fd, entry->d_name, target, sizeof(target) - 1);

		if (n <= (ssize_t)strlen("socket:[]") || strncmp(target, "socket:[", 8) != 0)
			continue;
		target[n - 1] = '\0'; /* the bracket */
		if (!parse_uint(target + 8, UINT32_MAX, &inode) || inode == 0)
			continue;
		if (comm[0] == '\0' && process_read(comm, sizeof(comm), proc, pid, "comm") > 0)
			comm[strcspn(comm, "\n")] = '\0';
		take_owner(listeners, (uint32_t)inode, pid, comm);
	}
	closedir(folder);
}

/**
 * listeners_find_processes() - find out whose the sockets are
 * @listeners: gets the processes that can be seen; of others than ours, root sees them
 * @proc:      where proc is mounted
 *
 * Return: 0; negative errno when @proc cannot be read at all.
 */
int listeners_find_processes(struct listeners *listeners, const char *proc)
{
	DIR *folder = opendir(proc);

	if (!folder)
		return -errno;
	for (const struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
		unsigned long pid;
		_cleanup_fd_ int fd = -1;

		if (!parse_uint(entry->d_name, INT32_MAX, &pid))
			continue;
		fd = openat(dirfd(folder), entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0)
			continue; /* it has ended meanwhile */
		look_at_files(listeners, proc, fd, (int64_t)pid);
	}
	closedir(folder);
	return 0;
}

static bool is_any(const struct listeners_socket *sock)
{
	static const unsigned char any[16];

	return memcmp(sock->address, any, sock->family == AF_INET ? 4 : 16) == 0;
}

static bool is_mapped(const struct listeners_socket *sock)
{
	static const unsigned char prefix[12] = {[10] = 0xff, [11] = 0xff};

	return sock->family == AF_INET6 && memcmp(sock->address, prefix, sizeof(prefix)) == 0;
}

static bool is_loopback(const struct listeners_socket *sock)
{
	static const unsigned char one[16] = {[15] = 1};

	if (sock->family == AF_INET)
		return sock->address[0] == 127;
	if (is_mapped(sock))
		return sock->address[12] == 127;
	return memcmp(sock->address, one, sizeof(one)) == 0;
}

/* An IPv6 socket takes IPv4 when it is bound to :: and not v6only, or to a mapped address. */
static bool takes_family(const struct listeners_socket *sock, int family)
{
	if (family == AF_UNSPEC)
		return true;
	if (family == AF_INET6)
		return sock->family == AF_INET6 && !is_mapped(sock);
	return sock->family == AF_INET || is_mapped(sock) || (is_any(sock) && !sock->v6only);
}

/**
 * listeners_on() - does anything listen there?
 * @listeners: borrowed
 * @protocol:  "tcp" or "udp"; others are not asked for
 * @first, @last: the ports
 * @family:    AF_INET, AF_INET6 or AF_UNSPEC for either
 *
 * Return: the best answer over all ports of the range.
 */
enum listeners_answer listeners_on(const struct listeners *listeners, const char *protocol,
                                   unsigned first, unsigned last, int family)
{
	enum listeners_answer answer = LISTENERS_NO;
	int wanted;

	if (strcmp(protocol, "tcp") == 0)
		wanted = IPPROTO_TCP;
	else if (strcmp(protocol, "udp") == 0)
		wanted = IPPROTO_UDP;
	else
		return LISTENERS_UNKNOWN;
	for (size_t i = 0; i < listeners->n; i++) {
		const struct listeners_socket *sock = &listeners->sockets[i];

		if (sock->protocol != wanted || sock->port < first || sock->port > last ||
		    !takes_family(sock, family))
			continue;
		if (!is_loopback(sock))
			return LISTENERS_YES;
		answer = LISTENERS_LOOPBACK;
	}
	return answer;
}

/**
 * listeners_first() - one of those that listen on a port; not on loopback rather than on it
 * @protocol: "tcp" or "udp"
 *
 * Return: borrowed; NULL: nothing listens there.
 */
const struct listeners_socket *listeners_first(const struct listeners *listeners,
                                               const char *protocol, unsigned port)
{
	int wanted = strcmp(protocol, "udp") == 0 ? IPPROTO_UDP : IPPROTO_TCP;
	const struct listeners_socket *first = NULL;

	for (size_t i = 0; i < listeners->n; i++) {
		const struct listeners_socket *sock = &listeners->sockets[i];

		if (sock->protocol != wanted || sock->port != port)
			continue;
		if (!is_loopback(sock))
			return sock;
		if (!first)
			first = sock;
	}
	return first;
}

/** listeners_answer_name() - "no", "loopback", "yes" or "unknown" */
const char *listeners_answer_name(enum listeners_answer answer)
{
	switch (answer) {
	case LISTENERS_NO:
		return "no";
	case LISTENERS_LOOPBACK:
		return "loopback";
	case LISTENERS_YES:
		return "yes";
	case LISTENERS_UNKNOWN:
		break;
	}
	return "unknown";
}
