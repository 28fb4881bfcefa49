// SPDX-License-Identifier: GPL-2.0-or-later
/* What the kernel takes of it; whether packets are denied by it is a matter of the lab. */
#include "guard/system/host/clock.h"
#include "guard/system/kernel/gaptable.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define HOUR_US INT64_C(3600000000)

static struct firewall fw;
static struct gaptable table;
static bool usable;

static void put(const char *zone, enum item_kind kind, const char *value)
{
	_cleanup_item_ struct item item = ITEM_NULL;
	struct firewall_entry *entry;

	ck_assert_int_eq(item_init(&item, zone, kind, value, NULL), 0);
	ck_assert_int_eq(firewall_put(&fw, &item, &entry), 0);
	entry->flags = FIREWALL_RUNTIME;
}

/* A network of its own for each test, with nothing in it. */
static void setup(void)
{
	struct err err = ERR_NULL;
	bool exists;

	fw = FIREWALL_NULL;
	table = GAPTABLE_NULL;
	ck_assert_int_eq(firewall_set_default_zone(&fw, "public"), 0);
	put("lan", ITEM_INTERFACE, "lan0");
	put("lan", ITEM_INTERFACE, "wg+");
	usable = unshare(CLONE_NEWNET) == 0 && gaptable_exists(&table, &exists, &err) == 0;
	if (!usable)
		printf("gaptable: left out, as this place has no nf_tables for us: %s\n", err.text);
}

static void teardown(void)
{
	gaptable_close(&table);
	firewall_deinit(&fw);
}

static void add(struct gap *gap, const char *zone, const char *rule, int64_t end_us)
{
	_cleanup_item_ struct item item = ITEM_NULL;
	struct err err = ERR_NULL;

	gap->port_of = gaptable_port_of;
	ck_assert_int_eq(item_init(&item, zone, ITEM_RULE, rule, NULL), 0);
	ck_assert_msg(gap_add_item(gap, &fw, &item, end_us, &err) == 0, "%s: %s", rule, err.text);
}

static int fill(const struct gap *gap, struct err *err)
{
	_cleanup_gap_sets_ struct gap_sets sets = GAP_SETS_NULL;

	ck_assert_int_eq(gap_sets_build(&sets, gap, clock_now_us()), 0);
	return gaptable_fill(&table, &sets, gap, clock_now_us(), err);
}

static bool is_there(void)
{
	bool exists = false;

	ck_assert_int_eq(gaptable_exists(&table, &exists, NULL), 0);
	return exists;
}

static const char *const rules[] = {
    "rule family=ipv4 source address=192.0.2.1 port port=25 protocol=tcp "
    "reject type=icmp-port-unreachable",
    "rule family=ipv4 source address=192.0.2.0/24 port port=imaps protocol=tcp drop",
    "rule family=ipv6 source address=2001:db8::1 port port=25 protocol=tcp "
    "reject type=icmp6-port-unreachable",
    "rule family=ipv6 source address=2001:db8::/32 reject type=tcp-reset",
    "rule family=ipv4 source address=192.0.2.1 port port=1000-2000 protocol=udp drop",
    "rule family=ipv4 source address=0.0.0.0/0 drop",
    "rule family=ipv4 source address=255.255.255.255 drop",
    "rule family=ipv6 source address=ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff drop",
    "rule family=ipv4 source address=192.0.2.1 protocol value=gre reject",
};

START_TEST(is_taken)
{
	static const char *const zones[] = {"public", "lan"};
	_cleanup_gap_ struct gap gap = GAP_NULL;
	struct err err = ERR_NULL;

	if (!usable)
		return;
	add(&gap, zones[_i % 2], rules[_i / 2], _i % 3 ? clock_now_us() + HOUR_US : 0);
	ck_assert_msg(fill(&gap, &err) == 0, "%s: %s", rules[_i / 2], err.text);
	ck_assert(is_there());
	ck_assert_int_eq(gaptable_drop(&table, NULL), 0);
	ck_assert(!is_there());
}
END_TEST

START_TEST(replaces_what_was_there)
{
	_cleanup_gap_ struct gap gap = GAP_NULL, none = GAP_NULL;
	struct err err = ERR_NULL;

	if (!usable)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		add(&gap, "public", rules[i], 0);
		ck_assert_msg(fill(&gap, &err) == 0, "%s", err.text);
	}
	ck_assert(is_there());
	/* nothing to deny is no table */
	ck_assert_int_eq(fill(&none, NULL), 0);
	ck_assert(!is_there());
	/* and what is not there can be dropped */
	ck_assert_int_eq(gaptable_drop(&table, NULL), 0);
}
END_TEST

START_TEST(takes_many)
{
	_cleanup_gap_ struct gap gap = GAP_NULL;
	struct err err = ERR_NULL;
	char rule[128];
	int64_t begin_us;

	if (!usable)
		return;
	for (unsigned i = 0; i < 10000; i++) {
		snprintf(rule, sizeof(rule),
		         "rule family=ipv4 source address=198.%u.%u.%u port port=%u protocol=tcp "
		         "drop",
		         18 + i / 60000, i * 2 / 250 % 250, i * 2 % 250, i % 2 ? 25u : 143u);
		add(&gap, "public", rule, clock_now_us() + HOUR_US + (int64_t)i * 1000);
	}
	begin_us = clock_now_us();
	ck_assert_msg(fill(&gap, &err) == 0, "%s", err.text);
	printf("gaptable: 10000 bans in %lld us\n", (long long)(clock_now_us() - begin_us));
	ck_assert_int_eq(gaptable_drop(&table, NULL), 0);
}
END_TEST

/* Whoever may not use nf_tables is told so, and nothing else happens. */
START_TEST(is_forbidden)
{
	_cleanup_gap_ struct gap gap = GAP_NULL;
	struct err err = ERR_NULL;

	if (!usable)
		return;
	add(&gap, "public", rules[0], 0);
	gaptable_close(&table);
	ck_assert_int_eq(setuid(65534), 0);
	ck_assert_int_eq(fill(&gap, &err), GAPTABLE_E_MISSING);
	ck_assert_ptr_nonnull(strstr(err.text, "not permitted"));
	ck_assert_int_eq(gaptable_drop(&table, NULL), GAPTABLE_E_MISSING);
}
END_TEST

/* Over one socket: none of them gets the end of an answer to another. */
START_TEST(answers_each_question)
{
	_cleanup_gap_ struct gap gap = GAP_NULL;
	struct gaptable other = GAPTABLE_NULL;
	struct err err = ERR_NULL;
	bool exists;

	if (!usable)
		return;
	add(&gap, "public", rules[0], 0);
	ck_assert_int_eq(fill(&gap, &err), 0);
	for (int i = 0; i < 5; i++) {
		ck_assert_int_eq(gaptable_exists(&table, &exists, &err), 0);
		ck_assert(exists);
	}
	ck_assert_int_eq(gaptable_drop(&other, &err), 0);
	gaptable_close(&other);
	ck_assert_int_eq(gaptable_exists(&table, &exists, &err), 0);
	ck_assert(!exists);
}
END_TEST

START_TEST(knows_ports)
{
	ck_assert_int_eq(gaptable_port_of("smtp", "tcp"), 25);
	ck_assert_int_eq(gaptable_port_of("nosuchport", "tcp"), -ENOENT);
}
END_TEST

static Suite *suite(void)
{
	Suite *suite = suite_create("gaptable");
	TCase *tcase = tcase_create("gaptable");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, is_taken, 0, 2 * ARRAY_SIZE(rules));
	tcase_add_test(tcase, replaces_what_was_there);
	tcase_add_test(tcase, takes_many);
	tcase_add_test(tcase, is_forbidden);
	tcase_add_test(tcase, answers_each_question);
	tcase_add_test(tcase, knows_ports);
	suite_add_tcase(suite, tcase);
	return suite;
}

int main(void)
{
	return unit_run(suite());
}
