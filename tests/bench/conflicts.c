// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * conflicts DENIES RANGES [SEED] - how long does it take to hold so many deny rules
 * against so many client ranges?
 *
 * Prints the number of conflicts, and milliseconds: for the rules' text to become a
 * ruleset, and for the conflicts to be found in it. With -d and -r FILE it writes the
 * sources and the ranges there, one a line, for others to do the same job.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "guard/model/ban/conflict.h"

static uint64_t state;

/* splitmix64 */
static uint32_t next(void)
{
	uint64_t z = (state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (uint32_t)(z ^ (z >> 31));
}

static double now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* As on a server: single addresses above all, some networks, a sixth IPv6. */
static void make_prefix(char out[CIDR_TEXT_LENGTH], bool range)
{
	uint32_t a = next(), kind = next() % 12;
	struct cidr cidr;
	char text[80];

	if (kind < 2)
		snprintf(text, sizeof(text), "2001:%x:%x:%x::/%u", 0xdb0 + a % 16, a >> 20,
		         a & 0xffff,
		         range  ? 64
		         : kind ? 64
		                : 48);
	else
		snprintf(text, sizeof(text), "%u.%u.%u.%u/%u", 1 + a % 223, a >> 8 & 255,
		         a >> 16 & 255, a >> 24,
		         kind < 4            ? 24
		         : range && kind < 8 ? 28
		                             : 32);
	if (cidr_parse(&cidr, text, 0, NULL) != 0)
		abort();
	cidr_format(&cidr, out);
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

		make_prefix(prefix, false);
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

		make_prefix(prefix, true);
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
	printf("%zu conflicts; rules read in %.1f ms, conflicts found in %.1f ms\n", conflicts.n,
	       parsed, best);
	conflicts_deinit(&conflicts);
	coverage_ranges_deinit(&clients);
	ruleset_deinit(&ruleset);
	if (denies)
		fclose(denies);
	if (ranges)
		fclose(ranges);
	return 0;
}
