// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tickets [-s SOCKET] [-t MS] [-n TIMES | -u FILE] - what fail2ban holds, read with the guard's
 * adapter: a line "state NAME", one "unknown REASON" or for each ban "JAIL ADDRESS SOURCE FROM
 * UNTIL COUNT" in seconds since the epoch. Read TIMES, or until FILE exists, it is the last
 * reading that is printed, after "read N times, M of them unknown, at most L ms".
 */
#include "guard/system/host/clock.h"
#include "guard/system/fail2ban/fail2ban.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void print_tickets(const struct tickets *tickets)
{
	for (size_t i = 0; i < tickets->n; i++) {
		const struct ticket *t = &tickets->tickets[i];

		printf("%s %s %s %lld %lld %lld\n", t->jail, t->address,
		       t->source == TICKET_SOURCE_SOCKET ? "socket" : "database",
		       (long long)t->time_us / 1000000, (long long)t->end_us / 1000000,
		       (long long)t->count);
	}
}

int main(int argc, char *argv[])
{
	struct fail2ban_options options = {.timeout_ms = 2000};
	_cleanup_tickets_ struct tickets tickets = TICKETS_NULL;
	enum fail2ban_state state = FAIL2BAN_UNKNOWN;
	unsigned long times = 1, n = 0, n_unknown = 0;
	const char *until = NULL;
	struct err err = ERR_NULL;
	int64_t longest_ms = 0;
	int c, r = 0;

	while ((c = getopt(argc, argv, "s:t:n:u:")) != -1) {
		if (c == 's')
			options.socket = optarg;
		else if (c == 't')
			options.timeout_ms = atoi(optarg);
		else if (c == 'n')
			times = strtoul(optarg, NULL, 10);
		else if (c == 'u')
			until = optarg;
		else
			return EXIT_FAILURE;
	}
	for (; until ? access(until, F_OK) < 0 : n < times; n++) {
		int64_t start_ms = clock_monotonic_ms(), took_ms;

		tickets_deinit(&tickets);
		r = fail2ban_read_wait(&tickets, &state, &options, &err);
		took_ms = clock_monotonic_ms() - start_ms;
		longest_ms = took_ms > longest_ms ? took_ms : longest_ms;
		n_unknown += r != 0;
	}
	if (times > 1 || until)
		printf("read %lu times, %lu of them unknown, at most %lld ms\n", n, n_unknown,
		       (long long)longest_ms);
	printf("state %s\n", fail2ban_state_name(state));
	if (r == 0)
		print_tickets(&tickets);
	else
		printf("unknown %s\n", err_text(&err, r));
	return r == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
