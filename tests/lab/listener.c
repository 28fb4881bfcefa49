// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * listener PORT... - accepts and closes, on IPv4 and IPv6
 *
 * Goes into the background once it listens on every port, and prints its pid,
 * so that the caller need not wait or poll.
 */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAX_PORTS = 32 };

static int listen_on(int port)
{
	struct sockaddr_in6 address = {
	    .sin6_family = AF_INET6,
	    .sin6_port = htons((uint16_t)port),
	};
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
	(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &(int){0}, sizeof(int));
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(fd, 1024) < 0)
		return -errno;
	return fd;
}

static void serve(struct pollfd *sockets, nfds_t n)
{
	for (;;) {
		if (poll(sockets, n, -1) < 0)
			continue;
		for (nfds_t i = 0; i < n; i++) {
			int client;

			if (!sockets[i].revents)
				continue;
			while ((client = accept4(sockets[i].fd, NULL, NULL, SOCK_CLOEXEC)) >= 0)
				close(client);
		}
	}
}

int main(int argc, char **argv)
{
	struct pollfd sockets[MAX_PORTS];
	nfds_t n = 0;
	pid_t child;

	if (argc < 2 || argc > MAX_PORTS) {
		fprintf(stderr, "usage: listener PORT...\n");
		return 2;
	}
	for (int i = 1; i < argc; i++) {
		int port = atoi(argv[i]);
		int fd = port > 0 && port < 65536 ? listen_on(port) : -EINVAL;

		if (fd < 0) {
			fprintf(stderr, "listener: port %s: %s\n", argv[i], strerror(-fd));
			return 1;
		}
		sockets[n++] = (struct pollfd){.fd = fd, .events = POLLIN};
	}
	child = fork();
	if (child < 0)
		return 1;
	if (child > 0) {
		printf("%d\n", (int)child);
		return 0;
	}
	/* a pipe held open would keep $(listener ...) from ending */
	(void)!freopen("/dev/null", "w", stdout);
	(void)signal(SIGPIPE, SIG_IGN);
	serve(sockets, n);
	return 0;
}
