// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * conflicts DENIES RANGES [SEED] - how long does it take to hold so many deny rules
 * against so many client ranges?
 *
 * Figures are the number of conflicts, and milliseconds: for the rules' text to become a
 * ruleset, and for the conflicts to be found in it. With -d and -r FILE it writes the
 * sources and the ranges there, one a line, for others to do the same job.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "guard/model/ban/conflict.h"
#include "tests/bench/prefix.h"

static uint64_t state;

static double now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static FILE *open_or_null(const char *name)
{
	FILE *file = name ? fopen(name, "w") : NULL;

	if (name && !file) {
		perror(name);
		exit(2);
	}
	return file;
}

static double read_rules(struct ruleset *ruleset, size_t n, FILE *list)
{
	struct ruleset_zone *zone;
	double took = 0;

	if (ruleset_add_zone(ruleset, "public", &zone) < 0)
		abort();
	for (size_t i = 0; i < n; i++) {
		char prefix[CIDR_TEXT_LENGTH], rule[160];
		double begin;

		prefix_make(prefix, &state, false);
		snprintf(rule, sizeof(rule), "rule family=\"%s\" source address=\"%s\" drop",
		         strchr(prefix, ':') ? "ipv6" : "ipv4", prefix);
		begin = now_ms();
		if (ruleset_add_rule(zone, rule, NULL) != 0)
			abort();
		took += now_ms() - begin;
		if (list)
			fprintf(list, "%s\n", prefix);
	}
	return took;
}

int main(int argc, char **argv)
{
	struct coverage_ranges clients = COVERAGE_RANGES_NULL;
	struct conflicts conflicts = CONFLICTS_NULL;
	struct ruleset ruleset = RULESET_NULL;
	FILE *denies = NULL, *ranges = NULL;
	double parsed, begin, best = 1e9;
	unsigned long n, m;
	int option;

	while ((option = getopt(argc, argv, "d:r:")) != -1) {
		if (option == 'd')
			denies = open_or_null(optarg);
		else if (option == 'r')
			ranges = open_or_null(optarg);
		else
			return 2;
	}
	argv += optind;
	argc -= optind;
	if (argc < 2 || !parse_uint(argv[0], 100000000, &n) || !parse_uint(argv[1], 10000000, &m)) {
		fprintf(stderr, "usage: conflicts [-d FILE] [-r FILE] DENIES RANGES [SEED]\n");
		return 2;
	}
	state = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
	parsed = read_rules(&ruleset, n, denies);
	for (size_t i = 0; i < m; i++) {
		char prefix[CIDR_TEXT_LENGTH];
		struct cidr cidr;

		prefix_make(prefix, &state, true);
		if (cidr_parse(&cidr, prefix, 0, NULL) != 0 ||
		    coverage_ranges_add(&clients, &cidr) < 0)
			abort();
		if (ranges)
			fprintf(ranges, "%s\n", prefix);
	}
	for (int i = 0; i < 3; i++) {
		conflicts_deinit(&conflicts);
		begin = now_ms();
		if (coverage_ranges_sort(&clients) < 0 ||
		    conflicts_find(&conflicts, &ruleset, &clients) < 0)
			abort();
		if (now_ms() - begin < best)
			best = now_ms() - begin;
	}
	printf("figure conflicts-%lu.found %zu conflicts\nfigure conflicts-%lu.rules-read %.1f ms\n"
	       "figure conflicts-%lu.took %.1f ms\n",
	       n, conflicts.n, n, parsed, n, best);
	conflicts_deinit(&conflicts);
	coverage_ranges_deinit(&clients);
	ruleset_deinit(&ruleset);
	if (denies)
		fclose(denies);
	if (ranges)
		fclose(ranges);
	return 0;
}
