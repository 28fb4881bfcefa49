// SPDX-License-Identifier: GPL-2.0-or-later
/* Bans as the running server has them, over what the store says of them. */
#include "guard/audit/banpresent.h"

#include "tests/unit/store-fixture.h"

static struct store *store;
static struct tickets tickets;
static struct banpresent present;
static char told[4096];

static void setup(void)
{
	fixture_setup();
	store = fixture_open(&fixture_writer);
	told[0] = '\0';
	present = (struct banpresent){.tickets = &tickets, .whole = true, .now_us = NOW};
}

static void teardown(void)
{
	store_close(store);
	tickets_deinit(&tickets);
	fixture_teardown();
}

static void on_record(const char *jail, const char *address, int64_t ago_s, int64_t bantime_s)
{
	const struct store_ban ban = {.jail = jail,
	                              .address = address,
	                              .time_us = NOW - ago_s * SECOND,
	                              .bantime_s = bantime_s,
	                              .failures = 3,
	                              .count = 1,
	                              .source = "database"};

	fixture_ban_event(store, STORE_BAN_BAN, &ban, 0);
}

static void held(const char *jail, const char *address, int64_t ago_s, int64_t end_s)
{
	ck_assert_int_eq(tickets_add(&tickets, jail, address, NOW - ago_s * SECOND,
	                             end_s ? NOW + end_s * SECOND : 0, 0, TICKET_SOURCE_SOCKET),
	                 0);
	tickets_sort(&tickets);
}

static int tell(const struct store_ban *ban, void *userdata)
{
	size_t at = strlen(told);

	ck_assert_ptr_null(userdata);
	snprintf(told + at, sizeof(told) - at, "%s%s:%s:%lld%s%s%s", at ? " " : "", ban->jail,
	         ban->address, (long long)ban->bantime_s, ban->active ? "+" : "",
	         ban->missing ? "missing" : "", ban->ended_how ? ban->ended_how : "");
	return 0;
}

static const char *list(bool active, const char *address)
{
	const struct store_ban_query query = {
	    .active = active, .active_at_us = NOW, .address = address, .limit = 100};

	told[0] = '\0';
	ck_ok(banpresent_list(store, &query, &present, tell, NULL, &err));
	return told;
}

START_TEST(a_ban_that_is_prolonged_is_in_force)
{
	on_record("imap", "192.0.2.1", 100, 60);
	ck_assert_str_eq(list(true, NULL), "");
	held("imap", "192.0.2.1", 100, 20);
	ck_assert_str_eq(list(true, NULL), "imap:192.0.2.1:120+");
	ck_assert_str_eq(list(false, NULL), "imap:192.0.2.1:120+");
}
END_TEST

/* It is held, and nothing in the kernel keeps him away. */
START_TEST(a_ban_that_is_missing_in_the_kernel)
{
	_cleanup_tickets_ struct tickets missing = TICKETS_NULL;

	on_record("sshd", "192.0.2.1", 600, 3600);
	on_record("sshd", "192.0.2.2", 600, 3600);
	held("sshd", "192.0.2.1", 600, 3000);
	held("sshd", "192.0.2.2", 600, 3000);
	ck_assert_int_eq(tickets_add(&missing, "sshd", "192.0.2.2", NOW - 600 * SECOND, 0, 0,
	                             TICKET_SOURCE_SOCKET),
	                 0);
	present.missing = &missing;
	ck_assert_ptr_nonnull(strstr(list(true, NULL), "sshd:192.0.2.2:3600+missing"));
	ck_assert_ptr_nonnull(strstr(told, "sshd:192.0.2.1:3600+"));
	ck_assert_ptr_null(strstr(told, "192.0.2.1:3600+missing"));
	ck_assert_ptr_nonnull(strstr(list(false, NULL), "sshd:192.0.2.2:3600+missing"));
}
END_TEST

START_TEST(an_older_ban_of_the_address_stays_over)
{
	on_record("imap", "192.0.2.1", 5000, 60);
	on_record("imap", "192.0.2.1", 100, -1);
	held("imap", "192.0.2.1", 100, 0);
	ck_assert_str_eq(list(false, NULL), "imap:192.0.2.1:-1+ imap:192.0.2.1:60");
	ck_assert_str_eq(list(true, NULL), "imap:192.0.2.1:-1+");
}
END_TEST

START_TEST(what_the_server_does_not_hold_is_over)
{
	on_record("imap", "192.0.2.1", 100, 600);
	on_record("renamed", "192.0.2.2", 200, -1);
	on_record("imap", "192.0.2.3", 1, 600); /* it may be on its way */
	held("imap", "198.51.100.1", 50, 60);
	ck_assert_str_eq(list(false, NULL), "imap:192.0.2.3:600+ imap:192.0.2.1:600gone "
	                                    "renamed:192.0.2.2:-1gone");
	/* of which there is no record */
	ck_assert_str_eq(list(true, NULL), "imap:198.51.100.1:110+");
	ck_assert_str_eq(list(true, "192.0.2.0/24"), "");
	ck_assert_str_eq(list(true, "198.51.100.0/24"), "imap:198.51.100.1:110+");
}
END_TEST

START_TEST(a_server_that_starts_has_not_all_yet)
{
	present.whole = false;
	on_record("imap", "192.0.2.1", 100, 600);
	on_record("imap", "192.0.2.2", 100, 60);
	held("imap", "192.0.2.2", 100, 20);
	ck_assert_str_eq(list(false, NULL), "imap:192.0.2.2:120+ imap:192.0.2.1:600+");
	ck_assert_str_eq(list(true, NULL), "imap:192.0.2.2:120+ imap:192.0.2.1:600+");
}
END_TEST

START_TEST(without_a_server_the_record_stands)
{
	present.tickets = NULL;
	on_record("imap", "192.0.2.1", 100, 600);
	on_record("imap", "192.0.2.2", 100, 60);
	ck_assert_str_eq(list(true, NULL), "imap:192.0.2.1:600+");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("banpresent");
	TCase *tests = tcase_create("banpresent");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, a_ban_that_is_prolonged_is_in_force);
	tcase_add_test(tests, a_ban_that_is_missing_in_the_kernel);
	tcase_add_test(tests, an_older_ban_of_the_address_stays_over);
	tcase_add_test(tests, what_the_server_does_not_hold_is_over);
	tcase_add_test(tests, a_server_that_starts_has_not_all_yet);
	tcase_add_test(tests, without_a_server_the_record_stands);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
