// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * probe ADDRESS PORT EVERY-MS SECONDS FILE - a time line of connection attempts
 *
 * Starts an attempt every EVERY-MS until SECONDS are over or SIGTERM comes, and
 * writes a line for each: start in monotonic microseconds, result, microseconds
 * until it was known. A SYN that nobody answers within 900 ms is a timeout: the
 * kernel would send it again after a second, and that attempt is another line.
 */
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/lab/wire.h"

enum { MAX_PENDING = 4096 };
static const int64_t give_up_us = 900000;

struct attempt {
	int64_t start_us;
};

struct probe {
	struct pollfd sockets[MAX_PENDING];
	struct attempt attempts[MAX_PENDING];
	nfds_t n;
	FILE *out;
};

static volatile sig_atomic_t stopped;

static void on_stop(int number)
{
	(void)number;
	stopped = 1;
}

static void note(FILE *out, int64_t start_us, enum wire_result result)
{
	fprintf(out, "%" PRId64 " %s %" PRId64 "\n", start_us, wire_name(result),
	        wire_now_us() - start_us);
}

static int attempt(struct probe *probe, const char *address, int port)
{
	int64_t start_us = wire_now_us();
	enum wire_result result;
	int fd, r;

	if (probe->n == MAX_PENDING)
		return 0;
	r = wire_start(&fd, &result, address, port, NULL);
	if (r < 0)
		return r;
	if (result != WIRE_PENDING) {
		note(probe->out, start_us, result);
		close(fd);
		return 0;
	}
	probe->sockets[probe->n] = (struct pollfd){.fd = fd, .events = POLLOUT};
	probe->attempts[probe->n++].start_us = start_us;
	return 0;
}

static void collect(struct probe *probe)
{
	int64_t now_us = wire_now_us();
	nfds_t kept = 0;

	for (nfds_t i = 0; i < probe->n; i++) {
		int64_t start_us = probe->attempts[i].start_us;

		if (probe->sockets[i].revents)
			note(probe->out, start_us, wire_finish(probe->sockets[i].fd));
		else if (now_us - start_us > give_up_us)
			note(probe->out, start_us, WIRE_TIMEOUT);
		else {
			probe->sockets[kept] = probe->sockets[i];
			probe->attempts[kept++] = probe->attempts[i];
			continue;
		}
		close(probe->sockets[i].fd);
	}
	probe->n = kept;
}

static int run(struct probe *probe, char **argv)
{
	int64_t every_us = (int64_t)(atof(argv[3]) * 1000);
	int64_t next_us = wire_now_us();
	int64_t end_us = next_us + (int64_t)(atof(argv[4]) * 1e6);

	for (;;) {
		int64_t now_us = wire_now_us(), wait_us = 20000;
		struct timespec wait;

		if (stopped || now_us >= end_us) {
			if (!probe->n)
				return 0;
		} else {
			if (now_us >= next_us) {
				int r = attempt(probe, argv[1], atoi(argv[2]));

				if (r < 0)
					return r;
				next_us += every_us;
				/* after a pause of the whole machine no burst is owed */
				if (next_us < now_us)
					next_us = now_us + every_us;
			}
			wait_us = next_us - wire_now_us();
		}
		wait_us = wait_us > 0 ? wait_us : 0;
		wait = (struct timespec){.tv_sec = wait_us / 1000000,
		                         .tv_nsec = (wait_us % 1000000) * 1000};
		for (nfds_t i = 0; i < probe->n; i++)
			probe->sockets[i].revents = 0;
		(void)ppoll(probe->sockets, probe->n, &wait, NULL);
		collect(probe);
	}
}

int main(int argc, char **argv)
{
	static struct probe probe;
	struct sigaction action = {.sa_handler = on_stop};
	int r;

	if (argc != 6 || atof(argv[3]) <= 0) {
		fprintf(stderr, "usage: probe ADDRESS PORT EVERY-MS SECONDS FILE\n");
		return 2;
	}
	(void)sigaction(SIGTERM, &action, NULL);
	(void)sigaction(SIGINT, &action, NULL);
	probe.out = fopen(argv[5], "w");
	if (!probe.out) {
		perror(argv[5]);
		return 2;
	}
	r = run(&probe, argv);
	if (r < 0)
		fprintf(stderr, "probe: %s: %s\n", argv[1], strerror(-r));
	return fclose(probe.out) == 0 && r == 0 ? 0 : 1;
}
