// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/ban/conflict.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/rulesets.h"

/* KIND RELATION CLIENT xN =ADDRESSES, the widest first */
static const struct {
	const char *lines;
	const char *clients;
	const char *found;
} rows[] = {
    {"public rule rule family=\"ipv4\" source address=\"101.13.5.0/24\" drop\n",
     "101.13.5.7 192.0.2.0/24", "rule covers 101.13.5.7 x1 =1; "},
    {"public rule rule family=\"ipv4\" source address=\"101.13.5.0/24\" drop\n", "101.13.5.0/24",
     "rule equal 101.13.5.0/24 x1 =256; "},
    {"public rule rule family=\"ipv4\" source address=\"101.13.5.9\" drop\n", "101.13.5.0/24",
     "rule inside 101.13.5.0/24 x1 =1; "},
    {"public rule rule family=\"ipv4\" source address=\"101.13.5.9\" drop\n", "101.13.6.0/24", ""},
    {"public rule rule family=\"ipv6\" source address=\"2001:db8::/32\" reject\n",
     "2001:db8:1::/48 2001:db8:2::/64 2001:db9::/48",
     "rule covers 2001:db8:1::/48 x2 =1208944266358702884257792; "},
    /* nested and overlapping ranges count each address once */
    {"public rule rule family=\"ipv4\" source address=\"10.0.0.0/8\" drop\n",
     "10.1.0.0/16 10.1.2.0/24 10.1.2.3", "rule covers 10.1.0.0/16 x3 =65536; "},
    {"public rule rule family=\"ipv4\" source address=\"10.1.2.3\" drop\n",
     "10.1.0.0/16 10.1.2.0/24", "rule inside 10.1.2.0/24 x2 =1; "},
    /* the widest first */
    {"public rule rule family=\"ipv4\" source address=\"10.1.2.3\" drop\n"
     "public rule rule family=\"ipv4\" source address=\"10.0.0.0/8\" drop\n"
     "public rule rule family=\"ipv4\" source address=\"10.1.2.0/25\" drop\n",
     "10.1.2.0/24",
     "rule covers 10.1.2.0/24 x1 =256; rule inside 10.1.2.0/24 x1 =128; "
     "rule inside 10.1.2.0/24 x1 =1; "},
    /* who denies nothing */
    {"public rule rule family=\"ipv4\" source address=\"10.0.0.0/8\" accept\n"
     "public rule rule family=\"ipv4\" source address=\"10.0.0.0/8\" log accept\n"
     "public service imaps\n",
     "10.1.2.0/24", ""},
    /* of everybody, and of everybody but */
    {"public rule rule service name=\"imaps\" reject\n", "10.1.2.0/24 2001:db8::/126",
     "rule covers 10.1.2.0/24 x2 =260; "},
    {"public rule rule family=\"ipv6\" service name=\"imaps\" reject\n",
     "10.1.2.0/24 2001:db8::/126", "rule covers 2001:db8::/126 x1 =4; "},
    {"public rule rule family=\"ipv4\" source NOT address=\"10.1.2.0/25\" drop\n", "10.1.2.0/24",
     "rule partial 10.1.2.0/24 x1 =128; "},
    {"public rule rule family=\"ipv4\" source NOT address=\"10.1.0.0/16\" drop\n", "10.1.2.0/24",
     ""},
    {"public rule rule family=\"ipv4\" source NOT address=\"10.1.0.0/16\" drop\n",
     "10.1.2.0/24 192.0.2.1 2001:db8::1", "rule covers 192.0.2.1 x1 =1; "},
    /* IPv6 rules leave the keys of IPv4 alone */
    {"public rule rule family=\"ipv6\" source address=\"::/0\" drop\n", "10.1.2.0/24", ""},
    {"public rule rule family=\"ipv6\" source address=\"::/0\" drop\n", "10.1.2.0/24 ::1",
     "rule covers ::1 x1 =1; "},
    /* sets */
    {"ipset:bad hash:net 10.1.2.0/26 10.1.2.192/26 172.16.0.0/12\n"
     "public rule rule source ipset=\"bad\" drop\n",
     "10.1.2.0/24", "rule partial 10.1.2.0/24 x1 =128; "},
    {"ipset:bad hash:net 10.1.2.0/25 10.1.2.128/25\npublic rule rule source ipset=\"bad\" drop\n",
     "10.1.2.0/24", "rule equal 10.1.2.0/24 x1 =256; "},
    {"ipset:bad hash:ip 10.1.2.3 10.1.2.9\npublic rule rule source ipset=\"bad\" drop\n",
     "10.1.2.0/24", "rule inside 10.1.2.0/24 x1 =2; "},
    {"ipset:bad hash:net 10.1.0.0/16 172.16.0.0/12\npublic rule rule source ipset=\"bad\" drop\n",
     "10.1.2.0/24 172.16.0.0/12 10.1.255.0/16", "rule covers 10.1.0.0/16 x3 =1114112; "},
    {"public rule rule source ipset=\"unknown\" drop\n", "10.1.2.0/24", "(1 skipped)"},
    {"public rule rule source mac=\"00:11:22:33:44:55\" drop\n", "10.1.2.0/24", "(1 skipped)"},
    /* zones, by what is bound to them */
    {"evil target DROP\nevil source 10.1.2.128/25\n", "10.1.2.0/24",
     "source inside 10.1.2.0/24 x1 =128; "},
    {"evil target %%REJECT%%\nevil source 10.0.0.0/8\nevil source 192.0.2.0/24\n",
     "10.1.2.0/24 192.0.2.5", "source covers 10.1.2.0/24 x1 =256; source covers 192.0.2.5 x1 =1; "},
    {"good target ACCEPT\ngood source 10.1.2.128/25\n", "10.1.2.0/24", ""},
    {"evil target DROP\nevil interface eth1\n", "10.1.2.0/24", ""},
    {"ipset:bad hash:net 10.1.2.0/26\nevil target DROP\nevil source ipset:bad\n", "10.1.2.0/24",
     "source inside 10.1.2.0/24 x1 =64; "},
    /* policies */
    {"policy:in ingress ANY\npolicy:in egress HOST\npolicy:in target DROP\n", "10.1.2.0/24",
     "policy covers 10.1.2.0/24 x1 =256; "},
    {"policy:in ingress ANY\npolicy:in egress HOST\n"
     "policy:in rule rule family=\"ipv4\" source address=\"10.1.2.3\" drop\n",
     "10.1.2.0/24", "rule inside 10.1.2.0/24 x1 =1; "},
    /* direct rules */
    {"direct:ipv4 filter INPUT -s 10.1.2.0/25 -p tcp --dport 993 -j DROP\n", "10.1.2.0/24",
     "chain inside 10.1.2.0/24 x1 =128; "},
    {"direct:ipv4 filter INPUT -s 10.1.2.0/25 -j ACCEPT\n", "10.1.2.0/24", ""},
    /* nobody to protect */
    {"public rule rule family=\"ipv4\" source address=\"0.0.0.0/0\" drop\n", "", ""},
    /* everybody: 2^32 and 2^128 - 2^32 addresses */
    {"public rule rule service name=\"imaps\" reject\n", "0.0.0.0/0 ::/0",
     "rule covers 0.0.0.0/0 x2 =340282366920938463463374607431768211455; "},
};

static void read_clients(struct coverage_ranges *clients, const char *text)
{
	_cleanup_strv_ struct strv words = STRV_NULL;

	ck_assert_int_eq(strv_split(&words, text, " "), 0);
	for (size_t i = 0; i < words.n; i++) {
		struct cidr cidr;

		if (!*words.strings[i])
			continue;
		ck_assert_int_eq(cidr_parse(&cidr, words.strings[i], 0, NULL), 0);
		ck_assert_int_eq(coverage_ranges_add(clients, &cidr), 0);
	}
	ck_assert_int_eq(coverage_ranges_sort(clients), 0);
}

static void describe(char *out, size_t size, const struct conflicts *conflicts,
                     const struct coverage_ranges *clients)
{
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < conflicts->n; i++) {
		const struct conflict *conflict = &conflicts->conflicts[i];
		char client[CIDR_TEXT_LENGTH], count[CONFLICT_COUNT_SIZE];

		cidr_format(&clients->ranges[conflict->client], client);
		conflict_count_format(&conflict->addresses, count);
		n += (size_t)snprintf(
		    out + n, size - n, "%s %s %s x%zu =%s; ", conflict_kind_name(conflict->kind),
		    conflict_relation_name(conflict->relation), client, conflict->n_clients, count);
	}
	if (conflicts->n_skipped)
		snprintf(out + n, size - n, "(%zu skipped)", conflicts->n_skipped);
}

/* What is asked about must be of a client, and denied. */
static void check_probes(const struct conflict *conflict, const struct coverage_ranges *clients)
{
	ck_assert_uint_gt(conflict->n_probes, 0);
	for (size_t i = 0; i < conflict->n_probes; i++) {
		const struct cidr *client = &clients->ranges[conflict->probe_clients[i]];

		ck_assert(cidr_is_address(&conflict->probes[i]));
		ck_assert(cidr_contains(client, &conflict->probes[i]));
		if (conflict->rule && conflict->rule->has_source &&
		    !conflict->rule->rule.source.invert)
			ck_assert(cidr_contains(&conflict->rule->source, &conflict->probes[i]));
	}
}

START_TEST(finds)
{
	_cleanup_conflicts_ struct conflicts conflicts = CONFLICTS_NULL;
	_cleanup_coverage_ranges_ struct coverage_ranges clients = COVERAGE_RANGES_NULL;
	_cleanup_ruleset_ struct ruleset ruleset = ruleset_from_text(rows[_i].lines);
	char found[1024];

	read_clients(&clients, rows[_i].clients);
	ck_assert_int_eq(conflicts_find(&conflicts, &ruleset, &clients), 0);
	describe(found, sizeof(found), &conflicts, &clients);
	ck_assert_str_eq(found, rows[_i].found);
	for (size_t i = 0; i < conflicts.n; i++)
		check_probes(&conflicts.conflicts[i], &clients);
}
END_TEST

/* --- against looking at each address of a small world --------------------------------------- */

#define WORLD 1024 /* 10.0.0.0/22 */

static void random_prefix(unsigned *seed, char out[32])
{
	unsigned bits = 22 + (unsigned)rand_r(seed) % 11, at = (unsigned)rand_r(seed) % WORLD;

	snprintf(out, 32, "10.0.%u.%u/%u", at >> 8, at & 255, bits);
}

static void mark(bool *world, const struct cidr *prefix, bool value)
{
	for (unsigned i = 0; i < WORLD; i++) {
		struct cidr address;
		char text[32];

		snprintf(text, sizeof(text), "10.0.%u.%u", i >> 8, i & 255);
		ck_assert_int_eq(cidr_parse(&address, text, 0, NULL), 0);
		if (cidr_contains(prefix, &address))
			world[i] = value;
	}
}

START_TEST(counts_right)
{
	_cleanup_conflicts_ struct conflicts conflicts = CONFLICTS_NULL;
	_cleanup_coverage_ranges_ struct coverage_ranges clients = COVERAGE_RANGES_NULL;
	_cleanup_ruleset_ struct ruleset ruleset = RULESET_NULL;
	bool is_client[WORLD] = {false}, denied[WORLD];
	char lines[1024] = "ipset:bad hash:net ", text[128], prefix[32], sets[512] = "";
	unsigned seed = (unsigned)_i + 1;
	struct ruleset_zone *zone;
	size_t n = 0;

	for (unsigned i = 0; i < 4; i++) {
		struct cidr cidr;

		random_prefix(&seed, prefix);
		ck_assert_int_eq(cidr_parse(&cidr, prefix, 0, NULL), 0);
		ck_assert_int_eq(coverage_ranges_add(&clients, &cidr), 0);
		mark(is_client, &cidr, true);
	}
	ck_assert_int_eq(coverage_ranges_sort(&clients), 0);
	for (unsigned i = 0; i < 4; i++) {
		random_prefix(&seed, prefix);
		sprintf(sets + strlen(sets), "%s%s", i ? " " : "", prefix);
	}
	strcat(lines, sets);
	strcat(lines, "\n");
	ruleset = ruleset_from_text(lines);
	ck_assert_int_eq(ruleset_add_zone(&ruleset, "public", &zone), 0);
	for (unsigned i = 0; i < 6; i++) {
		random_prefix(&seed, prefix);
		snprintf(text, sizeof(text), "rule family=\"ipv4\" source %s%s=\"%s\" drop",
		         rand_r(&seed) % 3 ? "" : "NOT ", i ? "address" : "ipset",
		         i ? prefix : "bad");
		ck_assert_int_eq(ruleset_add_rule(zone, text, NULL), 0);
	}
	ck_assert_int_eq(conflicts_find(&conflicts, &ruleset, &clients), 0);
	for (size_t r = 0; r < zone->n_rules; r++) {
		const struct richrule *rule = &zone->rules[r].rule;
		_cleanup_strv_ struct strv words = STRV_NULL;
		const struct conflict *conflict = NULL;
		char count[CONFLICT_COUNT_SIZE] = "0", expected[32];
		size_t shared = 0;

		memset(denied, rule->source.invert, sizeof(denied));
		ck_assert_int_eq(
		    strv_split(&words, rule->source.ipset ? sets : rule->source.address, " "), 0);
		for (size_t i = 0; i < words.n; i++) {
			struct cidr cidr;

			ck_assert_int_eq(cidr_parse(&cidr, words.strings[i], 0, NULL), 0);
			mark(denied, &cidr, !rule->source.invert);
		}
		for (size_t i = 0; i < WORLD; i++)
			shared += is_client[i] && denied[i];
		for (size_t i = 0; i < conflicts.n; i++)
			if (conflicts.conflicts[i].rule == &zone->rules[r])
				conflict = &conflicts.conflicts[i];
		if (conflict)
			conflict_count_format(&conflict->addresses, count);
		snprintf(expected, sizeof(expected), "%zu", shared);
		ck_assert_msg(strcmp(count, expected) == 0, "%s: %s instead of %s",
		              zone->rules[r].text, count, expected);
		n += conflict != NULL;
	}
	ck_assert_uint_eq(n, conflicts.n);
	for (size_t i = 0; i + 1 < conflicts.n; i++)
		ck_assert_int_ge(conflict_count_cmp(&conflicts.conflicts[i].addresses,
		                                    &conflicts.conflicts[i + 1].addresses),
		                 0);
}
END_TEST

static Suite *suite(void)
{
	Suite *suite = suite_create("conflict");
	TCase *tcase = tcase_create("conflict");

	tcase_set_timeout(tcase, 30);
	tcase_add_loop_test(tcase, finds, 0, ARRAY_SIZE(rows));
	tcase_add_loop_test(tcase, counts_right, 0, 40);
	suite_add_tcase(suite, tcase);
	return suite;
}

int main(void)
{
	return unit_run(suite());
}
