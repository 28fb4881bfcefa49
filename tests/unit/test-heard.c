// SPDX-License-Identifier: GPL-2.0-or-later
/* Bans that fail2ban holds, and what the hook told of them: a real store, tickets made by hand. */
#include "guard/audit/heard.h"

#include "guard/system/store/spool.h"
#include "tests/unit/store-fixture.h"

#define LATER (NOW + 2 * HEARD_AFTER_US)

static struct store *store;
static struct tickets tickets;
static struct heard heard;
static char spool[512];

static void setup(void)
{
	fixture_setup();
	snprintf(spool, sizeof(spool), "%s/" SPOOL_DIR, fixture_dir);
	tickets = TICKETS_NULL;
	heard = HEARD_NULL;
	ck_ok(store_open(&store, fixture_dir, &fixture_writer, &err));
}

static void teardown(void)
{
	heard_deinit(&heard);
	tickets_deinit(&tickets);
	store_close(store);
	fixture_teardown();
}

static void hold(const char *jail, const char *address, int64_t time_us)
{
	ck_assert_int_eq(tickets_add(&tickets, jail, address, time_us, 0, 1, TICKET_SOURCE_SOCKET),
	                 0);
	tickets_sort(&tickets);
}

static struct store_ban_event event_of(enum store_ban_event_kind kind, const char *jail,
                                       const char *address, int64_t time_us)
{
	return (struct store_ban_event){.kind = kind,
	                                .at_us = time_us,
	                                .ban = {.jail = jail,
	                                        .address = address,
	                                        .time_us = time_us,
	                                        .bantime_s = -1,
	                                        .source = "hook"}};
}

static void tell(enum store_ban_event_kind kind, const char *jail, const char *address,
                 int64_t time_us)
{
	struct store_ban_event event = event_of(kind, jail, address, time_us);

	ck_ok(store_ban_event_apply(store, &event, &err));
}

static void take_in(const char *jail, const char *address, int64_t time_us)
{
	struct store_ban ban = event_of(STORE_BAN_BAN, jail, address, time_us).ban;
	struct store_import upto = {.position = 1, .mark = "x"};
	struct store_import_counts counts;

	ban.source = "database";
	ck_ok(store_bans_import(store, &ban, 1, "bips", &upto, &counts, &err));
}

/* "JAIL=told JAIL=silent" */
static void expect(const char *wanted)
{
	char text[256] = "";

	heard_deinit(&heard);
	ck_ok(heard_read(&heard, store, spool, &tickets, LATER, &err));
	for (size_t i = 0; i < heard.n; i++) {
		size_t n = strlen(text);

		snprintf(text + n, sizeof(text) - n, "%s%s=%s", i ? " " : "",
		         heard.jails[i].ticket->jail, heard.jails[i].told ? "told" : "silent");
	}
	ck_assert_str_eq(text, wanted);
}

START_TEST(silent)
{
	expect("");
	hold("dovecot", "192.0.2.1", NOW);
	expect("dovecot=silent");
	/* that it was seen elsewhere is not the hook's word */
	take_in("dovecot", "192.0.2.1", NOW);
	expect("dovecot=silent");
	/* nor is what another jail told, or what this one told before */
	tell(STORE_BAN_BAN, "postfix", "192.0.2.1", NOW);
	tell(STORE_BAN_START, "postfix", NULL, NOW + SECOND);
	tell(STORE_BAN_BAN, "dovecot", "192.0.2.9", NOW - DAY);
	tell(STORE_BAN_START, "dovecot", NULL, NOW - DAY);
	expect("dovecot=silent");
}
END_TEST

START_TEST(told)
{
	hold("dovecot", "192.0.2.1", NOW);
	hold("postfix", "192.0.2.1", NOW);
	hold("sshd", "192.0.2.1", NOW);
	tell(STORE_BAN_BAN, "dovecot", "192.0.2.1", NOW + SECOND / 2);
	tell(STORE_BAN_BAN, "postfix", "192.0.2.2", NOW + SECOND);
	/* it was switched on after the ban, and nobody was banned since */
	tell(STORE_BAN_START, "sshd", NULL, NOW + SECOND);
	expect("dovecot=told postfix=told sshd=told");
	/* the latest one counts */
	hold("dovecot", "192.0.2.3", NOW + 60 * SECOND);
	expect("dovecot=silent postfix=told sshd=told");
}
END_TEST

/* fail2ban has it in its list before its actions run. */
START_TEST(young)
{
	hold("dovecot", "192.0.2.1", LATER - HEARD_AFTER_US + SECOND);
	expect("");
	hold("dovecot", "192.0.2.2", NOW);
	tell(STORE_BAN_BAN, "dovecot", "192.0.2.2", NOW);
	expect("dovecot=told");
}
END_TEST

START_TEST(waits)
{
	struct store_ban_event event = event_of(STORE_BAN_BAN, "dovecot", "192.0.2.1", NOW);
	hold("dovecot", "192.0.2.1", NOW);
	expect("dovecot=silent");
	ck_assert(!heard.waits);
	ck_ok(spool_write(spool, &event, &err));
	expect("dovecot=silent");
	ck_assert(heard.waits);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("heard");
	TCase *cases = tcase_create("heard");

	tcase_add_checked_fixture(cases, setup, teardown);
	tcase_add_test(cases, silent);
	tcase_add_test(cases, told);
	tcase_add_test(cases, young);
	tcase_add_test(cases, waits);
	suite_add_tcase(suite, cases);
	return unit_run(suite);
}
