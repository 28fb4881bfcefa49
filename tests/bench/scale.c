// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * scale [RULES...] - what questions cost beyond the reading (1,000 10,000 100,000)
 *
 * A zone with so many rich rules that deny, an ipset with ten times as many entries whose zone
 * drops them, and a tenth as many client ranges. For each size: to take in what was read, to
 * explain a client to the usual ports, to list the conflicts, and to make all checks; in time of
 * the processor, the best of three; and the memory that all of it takes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "guard/audit/checks.h"
#include "guard/audit/conflictlist.h"
#include "guard/model/packet/itemview.h"
#include "tests/bench/prefix.h"

#define ROUNDS 3

static uint64_t state;
static struct config config;
static struct picture picture;

static void must(int r)
{
	if (r >= 0)
		return;
	fputs("scale: out of memory\n", stderr);
	exit(2);
}

/* So far, and each round is larger than the one before. */
static double most_mb(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (double)usage.ru_maxrss * 1024 / 1e6;
}

static double spent_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void take_rules(unsigned long n)
{
	struct ruleset_zone *zone;

	must(ruleset_add_zone(&picture.ruleset, "public", &zone));
	must(ruleset_add_value(zone, ITEM_INTERFACE, "eth0"));
	must(ruleset_add_value(zone, ITEM_PORT, "993/tcp"));
	for (unsigned long i = 0; i < n; i++) {
		char prefix[CIDR_TEXT_LENGTH], rule[160];

		prefix_make(prefix, &state, false);
		snprintf(rule, sizeof(rule), "rule family=\"%s\" source address=\"%s\" drop",
		         strchr(prefix, ':') ? "ipv6" : "ipv4", prefix);
		must(ruleset_add_rule(zone, rule, NULL));
	}
}

static void take_entries(unsigned long n)
{
	struct ruleset_ipset *ipset;
	struct ruleset_zone *zone;

	must(ruleset_add_zone(&picture.ruleset, "drop", &zone));
	zone->target = TARGET_DROP;
	must(ruleset_add_value(zone, ITEM_SOURCE, "ipset:many"));
	must(ruleset_add_ipset(&picture.ruleset, "many", "hash:ip", false, &ipset));
	ipset->known = true;
	for (unsigned long i = 0; i < n; i++) {
		char address[64];

		snprintf(address, sizeof(address), "10.%lu.%lu.%lu", i >> 16 & 255, i >> 8 & 255,
		         i & 255);
		must(ruleset_add_entry(ipset, address, NULL));
	}
}

static void take_clients(unsigned long n)
{
	const struct clientranges_options options = {.config = &config, .now_us = picture.now_us};

	for (unsigned long i = 0; i < n; i++) {
		char prefix[CIDR_TEXT_LENGTH];

		prefix_make(prefix, &state, true);
		must(strv_add(&config.client_ranges, prefix));
	}
	must(clientranges_read(&picture.clients, &options, NULL));
}

static void take(unsigned long n)
{
	struct itemview view = ITEMVIEW_NULL;

	config_init(&config);
	picture = PICTURE_NULL;
	picture.config = &config;
	picture.state_dir = "/nowhere";
	picture.now_us = 1;
	picture.asked = picture.known = PICTURE_ALL;
	picture.state = FIREWALL_STATE_RUNNING;
	picture.ruleset.chains_known = true;
	picture.backend = strdup("iptables"); /* what the kernel has is another question */
	picture.flush_all = strdup("no");
	picture.fail2ban = FAIL2BAN_STOPPED;
	picture.watcher = (struct watcher_state){.known = true, .running = true, .pid = 7};
	picture.free_mib = 4096;
	picture.ruleset.default_zone = strdup("public");
	must(picture.backend && picture.flush_all && picture.ruleset.default_zone ? 0 : -1);
	must(strv_add(&picture.interfaces, "eth0"));
	snprintf(picture.client_interface, sizeof(picture.client_interface), "eth0");
	take_rules(n);
	take_entries(10 * n);
	take_clients(n / 10);
	must(ruleset_settle_permanent(&picture.ruleset));
	must(itemview_of(&view, &picture.ruleset));
	picture.firewall = view.firewall;
}

static void explain(void)
{
	_cleanup_explain_ struct explain explain = {
	    .ruleset = &picture.ruleset, .tickets = &picture.tickets, .now_us = picture.now_us};

	must(cidr_parse(&explain.packet.source, "10.0.3.7", CIDR_ADDRESS_ONLY, NULL));
	explain.packet.interface = "eth0";
	must(explain_add_usual(&explain));
	must(explain_decide(&explain, NULL));
}

static void conflicts(void)
{
	const struct conflictlist_options options = conflictlist_options(&picture);
	_cleanup_conflictlist_ struct conflictlist list = CONFLICTLIST_NULL;

	must(conflictlist_make(&list, &options));
}

static void check(void)
{
	_cleanup_findings_ struct findings findings = FINDINGS_NULL;
	bool selected[CHECKS_N];

	checks_select(selected, &config.check_skip);
	must(checks_make(&findings, NULL, selected, &picture));
}

static void measure(const char *name, unsigned long n, void (*ask)(void))
{
	double best_ms = 0;

	for (int i = 0; i < ROUNDS; i++) {
		double begin_ms = spent_ms(), ms;

		ask();
		ms = spent_ms() - begin_ms;
		best_ms = i == 0 || ms < best_ms ? ms : best_ms;
	}
	printf("figure scale-%lu.%s %.2f ms\n", n, name, best_ms);
	fflush(stdout);
}

static void measure_all(unsigned long n)
{
	double begin_ms = spent_ms();

	state = 1;
	take(n);
	printf("figure scale-%lu.take %.1f ms\n", n, spent_ms() - begin_ms);
	printf("figure scale-%lu.memory %.1f MB\n", n, most_mb());
	measure("explain", n, explain);
	measure("conflicts", n, conflicts);
	measure("check", n, check);
	picture_deinit(&picture);
	config_deinit(&config);
}

int main(int argc, char **argv)
{
	for (unsigned long n = 1000; argc == 1 && n <= 100000; n *= 10)
		measure_all(n);
	for (int i = 1; i < argc; i++) {
		unsigned long n;

		if (!parse_uint(argv[i], 10000000, &n) || n < 10) {
			fputs("usage: scale [RULES...]\n", stderr);
			return 2;
		}
		measure_all(n);
	}
	return 0;
}
