// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * connect ADDRESS PORT [SOURCE [TIMEOUT-MS]] - one attempt
 *
 * Prints open, refused or timeout; exits 0 when open, 1 when not, 2 on misuse.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lab/wire.h"

int main(int argc, char **argv)
{
	const char *source = argc > 3 && *argv[3] ? argv[3] : NULL;
	int timeout_ms = argc > 4 ? atoi(argv[4]) : 800;
	enum wire_result result;
	int fd, r;

	if (argc < 3 || argc > 5) {
		fprintf(stderr, "usage: connect ADDRESS PORT [SOURCE [TIMEOUT-MS]]\n");
		return 2;
	}
	r = wire_start(&fd, &result, argv[1], atoi(argv[2]), source);
	if (r < 0) {
		fprintf(stderr, "connect: %s: %s\n", argv[1], strerror(-r));
		return 2;
	}
	if (result == WIRE_PENDING) {
		struct pollfd one = {.fd = fd, .events = POLLOUT};

		result = poll(&one, 1, timeout_ms) == 1 ? wire_finish(fd) : WIRE_TIMEOUT;
	}
	puts(wire_name(result));
	return result == WIRE_OPEN ? 0 : 1;
}
