// SPDX-License-Identifier: GPL-2.0-or-later
/* Of which bans in chains of iptables it is told that they are gone, and what took them. */
#include "guard/restore/unrestored.h"

#include "tests/unit/store-fixture.h"

#include <string.h>

static struct logger logger = LOGGER_NULL;
static struct record *record;

static void setup(void)
{
	fixture_setup();
	ck_assert_int_eq(record_open(&record, fixture_dir, BOOT, &logger), 0);
}

static void teardown(void)
{
	record_close(record);
	fixture_teardown();
}

/* One ban at second 100, one at second 200. */
static const struct {
	enum jail_action_kind kind;
	enum jail_fate iptables;
	int64_t at_s;
	const char *told; /* NULL: nothing */
} rows[] = {
    {JAIL_ACTION_IPTABLES, JAIL_FATE_LOST, 300,
     "the flush took 2 bans of jail sshd out of the kernel: "
     "fail2ban-client reload --restart sshd"},
    /* what came after it is there */
    {JAIL_ACTION_IPTABLES, JAIL_FATE_LOST, 150, "the flush took 1 ban of jail sshd out of"},
    {JAIL_ACTION_IPTABLES, JAIL_FATE_KEPT, 300, NULL},
    {JAIL_ACTION_NFTABLES, JAIL_FATE_LOST, 300, NULL},
    {JAIL_ACTION_RICH, JAIL_FATE_LOST, 300, NULL},
};

static int take(const struct store_history_row *row, void *userdata)
{
	snprintf(userdata, STORE_EVENT_MAX + 1, "%s", row->text);
	return 0;
}

START_TEST(says_what_took_which)
{
	const struct store_history_query query = {.kind = event_kind_name(EVENT_FAIL2BAN),
	                                          .limit = 1};
	struct tickets tickets = TICKETS_NULL, seen = TICKETS_NULL;
	const struct unrestored_wipe wipe = {.tickets = &tickets,
	                                     .by = "the flush",
	                                     .seen = &seen,
	                                     .at_us = rows[_i].at_s * SECOND,
	                                     .iptables = rows[_i].iptables};
	char told[STORE_EVENT_MAX + 1] = "";
	struct jail_action *action;
	struct jail *jail;

	ck_assert_int_eq(tickets_add_jail(&tickets, "sshd", &jail), 0);
	ck_assert_int_eq(jail_add_action(jail, "block", &action), 0);
	action->kind = rows[_i].kind;
	ck_assert_int_eq(
	    tickets_add(&tickets, "sshd", "192.0.2.1", 100 * SECOND, 0, 1, TICKET_SOURCE_SOCKET),
	    0);
	ck_assert_int_eq(
	    tickets_add(&tickets, "sshd", "192.0.2.2", 200 * SECOND, 0, 1, TICKET_SOURCE_SOCKET),
	    0);
	unrestored_tell(&logger, record, &wipe);
	ck_ok(store_history(record_store(record), &query, take, told, &err));
	if (rows[_i].told)
		ck_assert_msg(strncmp(told, rows[_i].told, strlen(rows[_i].told)) == 0, "%s", told);
	else
		ck_assert_str_eq(told, "");
	tickets_deinit(&tickets);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("unrestored");
	TCase *tc = tcase_create("unrestored");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, says_what_took_which, 0, (int)ARRAY_SIZE(rows));
	suite_add_tcase(s, tc);
	return s;
}

int main(void)
{
	return unit_run(suite());
}
