// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/kernel/listeners.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/unit.h"

/* A bound socket on a port of the kernel's choice; -1 where the family is not to be had. */
static int bind_to(const char *address, int type, bool v6only, unsigned *port)
{
	struct sockaddr_storage storage = {0};
	struct sockaddr_in *in4 = (struct sockaddr_in *)&storage;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&storage;
	socklen_t length = sizeof(*in4);
	int on = v6only, fd;

	if (inet_pton(AF_INET, address, &in4->sin_addr) == 1) {
		storage.ss_family = AF_INET;
	} else {
		ck_assert_int_eq(inet_pton(AF_INET6, address, &in6->sin6_addr), 1);
		storage.ss_family = AF_INET6;
		length = sizeof(*in6);
	}
	fd = socket(storage.ss_family, type | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (storage.ss_family == AF_INET6)
		ck_assert_int_eq(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)), 0);
	if (bind(fd, (struct sockaddr *)&storage, length) < 0) {
		close(fd);
		return -1;
	}
	if (type == SOCK_STREAM)
		ck_assert_int_eq(listen(fd, 1), 0);
	length = sizeof(storage);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&storage, &length), 0);
	*port = ntohs(storage.ss_family == AF_INET ? in4->sin_port : in6->sin6_port);
	return fd;
}

static const struct {
	const char *address;
	int type;
	bool v6only;
	enum listeners_answer any, v4, v6;
} rows[] = {
    {"0.0.0.0", SOCK_STREAM, false, LISTENERS_YES, LISTENERS_YES, LISTENERS_NO},
    {"127.0.0.1", SOCK_STREAM, false, LISTENERS_LOOPBACK, LISTENERS_LOOPBACK, LISTENERS_NO},
    {"127.9.9.9", SOCK_STREAM, false, LISTENERS_LOOPBACK, LISTENERS_LOOPBACK, LISTENERS_NO},
    {"::", SOCK_STREAM, false, LISTENERS_YES, LISTENERS_YES, LISTENERS_YES},
    {"::", SOCK_STREAM, true, LISTENERS_YES, LISTENERS_NO, LISTENERS_YES},
    {"::1", SOCK_STREAM, false, LISTENERS_LOOPBACK, LISTENERS_NO, LISTENERS_LOOPBACK},
    {"::ffff:127.0.0.1", SOCK_STREAM, false, LISTENERS_LOOPBACK, LISTENERS_LOOPBACK, LISTENERS_NO},
    {"0.0.0.0", SOCK_DGRAM, false, LISTENERS_YES, LISTENERS_YES, LISTENERS_NO},
    {"::", SOCK_DGRAM, true, LISTENERS_YES, LISTENERS_NO, LISTENERS_YES},
};

START_TEST(finds_real_sockets)
{
	_cleanup_listeners_ struct listeners listeners = LISTENERS_NULL;
	_cleanup_listeners_ struct listeners after = LISTENERS_NULL;
	const char *protocol = rows[_i].type == SOCK_STREAM ? "tcp" : "udp";
	struct err err = ERR_NULL;
	unsigned port = 0;
	int fd = bind_to(rows[_i].address, rows[_i].type, rows[_i].v6only, &port), r;

	if (fd < 0 && strchr(rows[_i].address, ':'))
		return; /* a machine without IPv6 */
	ck_assert_int_ge(fd, 0);
	r = listeners_read(&listeners, &err);
	ck_assert_msg(r == 0, "%s", err.text);
	ck_assert_int_eq(listeners_on(&listeners, protocol, port, port, AF_UNSPEC), rows[_i].any);
	ck_assert_int_eq(listeners_on(&listeners, protocol, port, port, AF_INET), rows[_i].v4);
	ck_assert_int_eq(listeners_on(&listeners, protocol, port, port, AF_INET6), rows[_i].v6);
	ck_assert_int_eq(
	    listeners_on(&listeners, protocol, port - 1, port, AF_UNSPEC) >= rows[_i].any, true);
	ck_assert_int_eq(listeners_on(&listeners, "sctp", port, port, AF_UNSPEC),
	                 LISTENERS_UNKNOWN);
	close(fd);
	ck_assert_int_eq(listeners_read(&after, NULL), 0);
	ck_assert_int_eq(listeners_on(&after, protocol, port, port, AF_UNSPEC), LISTENERS_NO);
}
END_TEST

/* A socket that is bound but does not listen, or is connected, serves nobody. */
START_TEST(ignores_what_does_not_listen)
{
	_cleanup_listeners_ struct listeners listeners = LISTENERS_NULL;
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9)};
	unsigned port;
	int fd = bind_to("127.0.0.1", SOCK_DGRAM, false, &port);

	ck_assert_int_ge(fd, 0);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	ck_assert_int_eq(listeners_read(&listeners, NULL), 0);
	ck_assert_int_eq(listeners_on(&listeners, "udp", port, port, AF_UNSPEC), LISTENERS_NO);
	close(fd);
}
END_TEST

/* More than fits into one answer of the kernel. */
START_TEST(reads_long_answers)
{
	_cleanup_listeners_ struct listeners listeners = LISTENERS_NULL;
	unsigned ports[600];
	int fds[ARRAY_SIZE(ports)];

	for (size_t i = 0; i < ARRAY_SIZE(ports); i++) {
		fds[i] = bind_to("127.0.0.1", SOCK_STREAM, false, &ports[i]);
		ck_assert_int_ge(fds[i], 0);
	}
	ck_assert_int_eq(listeners_read(&listeners, NULL), 0);
	for (size_t i = 0; i < ARRAY_SIZE(ports); i++) {
		ck_assert_int_eq(listeners_on(&listeners, "tcp", ports[i], ports[i], AF_INET),
		                 LISTENERS_LOOPBACK);
		close(fds[i]);
	}
}
END_TEST

START_TEST(finds_whose_they_are)
{
	_cleanup_listeners_ struct listeners listeners = LISTENERS_NULL;
	const struct listeners_socket *sock;
	unsigned port;
	int fd = bind_to("127.0.0.1", SOCK_STREAM, false, &port);
	int beside = dup(fd);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(prctl(PR_SET_NAME, "a mail\tdaemon"), 0);
	ck_assert_int_eq(listeners_read(&listeners, NULL), 0);
	ck_assert_int_eq(listeners_find_processes(&listeners, "/nonexistent"), -ENOENT);
	ck_assert_int_eq(listeners_find_processes(&listeners, "/proc"), 0);
	sock = listeners_first(&listeners, "tcp", port);
	ck_assert_ptr_nonnull(sock);
	ck_assert_int_eq(sock->pid, getpid());
	ck_assert_str_eq(sock->process, "a mail\tdaemon");
	ck_assert_ptr_null(listeners_first(&listeners, "udp", port));
	close(beside);
	close(fd);
}
END_TEST

/* The other end of what stands, by the port on this machine; IPv4 on an IPv6 socket is IPv4. */
START_TEST(finds_who_is_connected)
{
	static const char *const places[] = {"127.0.0.1", "::"};

	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		_cleanup_listeners_peers_ struct listeners_peers peers = LISTENERS_PEERS_NULL;
		struct sockaddr_in to = {.sin_family = AF_INET};
		int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		char text[CIDR_TEXT_LENGTH] = "";
		unsigned port;
		int fd = bind_to(places[i], SOCK_STREAM, false, &port);

		if (fd < 0)
			continue; /* no IPv6 here */
		to.sin_port = htons((uint16_t)port);
		to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		ck_assert_int_eq(connect(client, (struct sockaddr *)&to, sizeof(to)), 0);
		ck_assert_int_eq(listeners_read_peers(&peers, NULL), 0);
		for (size_t k = 0; k < peers.n; k++)
			if (peers.peers[k].port == port)
				cidr_format(&peers.peers[k].address, text);
		ck_assert_str_eq(text, "127.0.0.1");
		close(client);
		close(fd);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("listeners");
	TCase *tcase = tcase_create("listeners");

	tcase_add_loop_test(tcase, finds_real_sockets, 0, ARRAY_SIZE(rows));
	tcase_add_test(tcase, ignores_what_does_not_listen);
	tcase_add_test(tcase, reads_long_answers);
	tcase_add_test(tcase, finds_whose_they_are);
	tcase_add_test(tcase, finds_who_is_connected);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
