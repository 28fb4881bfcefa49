// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/audit/summary.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

static struct summary period;

static void setup(void)
{
	summary_begin(&period, 1000000, 61000000);
}

static void teardown(void)
{
	summary_deinit(&period);
}

static void wipe(int64_t id, int64_t at_us, int64_t n_lost, int64_t n_restored)
{
	const struct store_history_row row = {
	    .kind = "wipe",
	    .text = "reload by somebody",
	    .id = id,
	    .wipe_kind = "reload",
	    .at_us = at_us,
	    .n_lost = n_lost,
	    .n_restored = n_restored,
	    .restore_ms = n_restored ? 500 : -1,
	};

	ck_assert_int_eq(summary_row(&period, &row), 0);
}

static void item(const char *kind, int64_t wipe_id, const char *name, const char *result,
                 int64_t at_us)
{
	const struct store_history_row row = {
	    .kind = kind,
	    .text = name,
	    .item = name,
	    .wipe_id = wipe_id,
	    .at_us = at_us,
	    .verdict = strcmp(kind, "loss") == 0 ? result : "lost",
	    .outcome = strcmp(kind, "restore") == 0 ? result : NULL,
	    .step = strcmp(result, "restored") == 0 ? STORE_STEP_RESTORED : STORE_STEP_N,
	};

	ck_assert_int_eq(summary_row(&period, &row), 0);
}

START_TEST(an_outage_ends_with_the_last_mail_service)
{
	wipe(1, 2000000, 3, 3);
	item("loss", 1, "public/service:imaps", "lost", 2000000);
	item("loss", 1, "public/service:smtp", "lost", 2000000);
	item("loss", 1, "public/service:http", "lost", 2000000);
	item("loss", 1, "public/service:imap", "removed", 2000000);
	item("restore", 1, "public/service:imaps", "restored", 2100000);
	item("restore", 1, "public/service:smtp", "failed", 2200000);
	item("restore", 1, "public/service:smtp", "restored", 2300000);
	item("restore", 1, "public/service:http", "restored", 2500000);
	summary_end(&period);
	ck_assert_int_eq(summary_outage_us(&period, &period.wipes[0]), 300000);
	ck_assert_int_eq(period.wipes[0].restored_us, 2500000);
	ck_assert_uint_eq(summary_n_lost(&period), 3);
}
END_TEST

START_TEST(what_stays_shut_is_shut_until_the_next_wipe_or_the_end)
{
	wipe(1, 2000000, 1, 0);
	item("loss", 1, "public/port:465/tcp", "lost", 2000000);
	wipe(2, 5000000, 1, 0);
	item("loss", 2, "public/port:465/tcp", "lost", 5000000);
	wipe(3, 6000000, 1, 0);
	item("loss", 3, "public/service:https", "lost", 6000000);
	ck_assert_int_eq(summary_outage_us(&period, &period.wipes[0]), 3000000);
	ck_assert_int_eq(summary_outage_us(&period, &period.wipes[1]), 1000000);
	ck_assert_int_eq(summary_outage_us(&period, &period.wipes[2]), 0);
}
END_TEST

static void ban(const char *jail, const char *address, int64_t time_us, bool active)
{
	const struct store_ban row = {
	    .jail = jail, .address = address, .time_us = time_us, .active = active};

	ck_assert_int_eq(summary_ban(&period, &row), 0);
}

START_TEST(bans_by_jail_network_and_time)
{
	char text[CIDR_TEXT_LENGTH];

	ban("postfix", "192.0.2.1", 1000000, true);
	ban("postfix", "192.0.2.200", 1999999, false);
	ban("dovecot", "192.0.2.0/25", 60999999, true);
	ban("postfix", "2001:db8::1", 31000000, true);
	ban("postfix", "2001:db8:0:1::1", 31000000, true);
	ban("postfix", "mail.example.org", 31000000, true);
	ban("postfix", "198.51.100.1", 999999, true);
	ban("postfix", "198.51.100.1", 61000000, true);
	summary_end(&period);
	ck_assert_uint_eq(period.n_bans, 6);
	ck_assert_uint_eq(period.n_active, 5);
	ck_assert_uint_eq(period.n_jails, 2);
	ck_assert_str_eq(period.jails[0].name, "postfix");
	ck_assert_uint_eq(period.jails[0].n_bans, 5);
	ck_assert_uint_eq(period.n_networks, 2);
	cidr_format(&period.networks[0].cidr, text);
	ck_assert_str_eq(text, "192.0.2.0/24");
	ck_assert_uint_eq(period.networks[0].n_bans, 3);
	cidr_format(&period.networks[1].cidr, text);
	ck_assert_str_eq(text, "2001:db8::/48");
	ck_assert_uint_eq(period.buckets[0], 2);
	ck_assert_uint_eq(period.buckets[30], 3);
	ck_assert_uint_eq(period.buckets[SUMMARY_BUCKETS - 1], 1);
}
END_TEST

START_TEST(only_the_busiest_networks)
{
	char address[32];

	for (unsigned network = 0; network < 30; network++) {
		for (unsigned i = 0; i <= network; i++) {
			snprintf(address, sizeof(address), "10.0.%u.%u", network, i);
			ban("postfix", address, 2000000, false);
		}
	}
	summary_end(&period);
	ck_assert_uint_eq(period.n_networks, SUMMARY_NETWORKS);
	for (size_t i = 0; i < SUMMARY_NETWORKS; i++)
		ck_assert_uint_eq(period.networks[i].n_bans, 30 - i);
}
END_TEST

static Suite *suite(void)
{
	Suite *suite = suite_create("period");
	TCase *tcase = tcase_create("period");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, an_outage_ends_with_the_last_mail_service);
	tcase_add_test(tcase, what_stays_shut_is_shut_until_the_next_wipe_or_the_end);
	tcase_add_test(tcase, bans_by_jail_network_and_time);
	tcase_add_test(tcase, only_the_busiest_networks);
	suite_add_tcase(suite, tcase);
	return suite;
}

int main(void)
{
	return unit_run(suite());
}
