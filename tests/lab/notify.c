// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * notify SOCKET FILE - plays the service manager
 *
 * Binds SOCKET, goes into the background (printing its pid), and appends what
 * arrives to FILE, one assignment a line, each with the monotonic milliseconds
 * of its arrival before it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/lab/wire.h"

static void take(FILE *out, char *message)
{
	char *rest = message, *line;

	while ((line = strsep(&rest, "\n")))
		if (*line)
			fprintf(out, "%" PRId64 " %s\n", wire_now_us() / 1000, line);
	fflush(out);
}

int main(int argc, char **argv)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char message[8192];
	pid_t child;
	FILE *out;
	int fd;

	if (argc != 3 || strlen(argv[1]) >= sizeof(address.sun_path)) {
		fprintf(stderr, "usage: notify SOCKET FILE\n");
		return 2;
	}
	strcpy(address.sun_path, argv[1]);
	out = fopen(argv[2], "a");
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (!out || fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		perror("notify");
		return 1;
	}
	child = fork();
	if (child < 0)
		return 1;
	if (child > 0) {
		printf("%d\n", (int)child);
		return 0;
	}
	(void)!freopen("/dev/null", "w", stdout);
	for (;;) {
		ssize_t n = recv(fd, message, sizeof(message) - 1, 0);

		if (n > 0) {
			message[n] = '\0';
			take(out, message);
		}
	}
}
