// SPDX-License-Identifier: GPL-2.0-or-later
/* Where a pending --timeout breaks firewalld's reload, the guard keeps the end (firewalld#1597). */
#include "guard/model/fault.h"

#include "tests/unit/engine-world.h"
#include "tests/unit/firewalls.h"

#define SSH   "public/service:ssh=rp"
#define IMAPS "public/service:imaps"
#define COVER "public/rule:rule service name=\"imaps\" accept"
#define BAN   "public/rule:rule family=\"ipv4\" source address=\"192.0.2.1\" reject"

START_TEST(versions)
{
	static const struct {
		const char *version;
		bool has;
	} rows[] = {
	    {"0.9.3", false}, {"1.3.3", false}, {"2.3.1", false},  {"2.4.0", false},
	    {"2.4", false},   {"2.4.1", true},  {"2.4.2", true},   {"2.5.0", true},
	    {"2.5.2", true},  {"2.6.0", false}, {"3.0.0", false},  {"2", false},
	    {"", false},      {NULL, false},    {"2.5_rc1", true}, {"99999999999.5.1", false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		ck_assert_msg(fault_has(FAULT_TIMED_RELOAD, rows[i].version) == rows[i].has, "%s",
		              rows[i].version);
	ck_assert_str_eq(fault_issue(FAULT_TIMED_RELOAD), "firewalld#1597");
}
END_TEST

static void begin(const char *version)
{
	world.wall.version = version;
	world_wall(SSH);
	world_guard();
	world_idle();
}

static bool is_open(void)
{
	return fakewall_has(&world.wall, IMAPS) || fakewall_has(&world.wall, COVER);
}

static void never_shut(const char *what, void *userdata)
{
	bool *exchanging = userdata;

	*exchanging |= strcmp(what, "remove " IMAPS) == 0;
	if (*exchanging && world.wall.fw.n)
		ck_assert_msg(is_open(), "shut in front of: %s", what);
}

/* In the right order, so that it is not shut for a moment; and it ends in time. */
START_TEST(held)
{
	static const char *const calls[] = {"add " COVER, "remove " IMAPS, "add " IMAPS,
	                                    "remove " COVER};
	bool exchanging = false;

	begin("2.5.2");
	world.wall.on_change = never_shut;
	world.wall.userdata = &exchanging;
	fakewall_add(&world.wall, IMAPS, 600);
	world_settle();
	world.wall.on_change = NULL;
	ck_assert_uint_eq(world.wall.calls.n, ARRAY_SIZE(calls));
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
		ck_assert_str_eq(world.wall.calls.strings[i], calls[i]);
	ck_assert_uint_eq(world_told("pending " IMAPS " held"), 1);
	ck_assert_uint_eq(world_told("removed"), 0);
	world_pass(590000);
	ck_assert(fakewall_has(&world.wall, IMAPS) && !fakewall_has(&world.wall, COVER));
	world_pass(11000);
	world_await(!is_open());
	ck_assert_uint_eq(world_told("pending"), 1);
}
END_TEST

/* firewalld says that it ended, by the timer of the signal alone. */
START_TEST(said_to_end)
{
	begin("2.5.2");
	fakewall_add(&world.wall, IMAPS, 600);
	world_settle();
	fakewall_say_removed(&world.wall, IMAPS);
	world_pass(10000);
	/* it is still known, and comes back */
	fakewall_reload(&world.wall);
	world_idle();
	ck_assert(fakewall_has(&world.wall, IMAPS));
	world_pass(588500);
	fakewall_say_removed(&world.wall, IMAPS);
	world_pass(3000);
	world_await(!is_open());
}
END_TEST

/* Removed by somebody before its end, it is not restored. */
START_TEST(removed)
{
	begin("2.5.2");
	fakewall_add(&world.wall, IMAPS, 600);
	world_settle();
	fakewall_remove(&world.wall, IMAPS);
	world_pass(5000);
	ck_assert_uint_eq(world_told("removed " IMAPS), 1);
	fakewall_reload(&world.wall);
	world_idle();
	ck_assert(!is_open());
}
END_TEST

static void kill_and_see(void)
{
	world_kill();
	fakewall_turn(&world.wall);
	world_guard();
	world_idle();
	world_pass(40000);
	ck_assert(fakewall_has(&world.wall, IMAPS) && !fakewall_has(&world.wall, COVER));
	world_pass(540000);
	ck_assert(is_open());
	world_pass(30000);
	world_await(!is_open());
}

START_TEST(killed_with_the_cover)
{
	begin("2.5.2");
	fakewall_add(&world.wall, IMAPS, 600);
	world_await(fakewall_has(&world.wall, COVER));
	kill_and_see();
}
END_TEST

START_TEST(killed_before_the_cover_goes)
{
	begin("2.5.2");
	fakewall_add(&world.wall, IMAPS, 600);
	world_await(fakewall_asked(&world.wall, "add " IMAPS));
	kill_and_see();
}
END_TEST

START_TEST(killed_afterwards)
{
	begin("2.5.2");
	fakewall_add(&world.wall, IMAPS, 600);
	world_settle();
	kill_and_see();
}
END_TEST

/* Opened before there was this guard: another one had heard of it. */
START_TEST(of_a_guard_before)
{
	begin("2.4.0");
	fakewall_add(&world.wall, IMAPS, 600);
	world_settle();
	world_pass(10000);
	ck_assert_uint_eq(world_told("pending"), 0);
	ck_assert_uint_eq(world.wall.calls.n, 0);
	world_kill();
	world.wall.version = "2.5.2";
	world_guard();
	world_idle();
	world_settle();
	ck_assert_uint_eq(world_told("pending " IMAPS " held"), 1);
}
END_TEST

/* The same rule by somebody else's will stays. */
START_TEST(covered_already)
{
	begin("2.5.2");
	fakewall_add(&world.wall, COVER, 0);
	fakewall_add(&world.wall, IMAPS, 600);
	world_settle();
	ck_assert_uint_eq(world_told("pending " IMAPS " held"), 1);
	ck_assert_uint_eq(fakewall_asked(&world.wall, COVER), 0);
	world_pass(610000);
	ck_assert(!fakewall_has(&world.wall, IMAPS) && fakewall_has(&world.wall, COVER));
}
END_TEST

static void refuse(const char *what, void *userdata)
{
	(void)userdata;
	if (strcmp(what, "add " IMAPS) == 0)
		world.wall.refuse = IMAPS;
}

/* firewalld does not take it again: what stands in stays, to the end. */
START_TEST(not_taken_again)
{
	begin("2.5.2");
	world.wall.error = "COMMAND_FAILED: nft";
	world.wall.on_change = refuse;
	fakewall_add(&world.wall, IMAPS, 600);
	world_settle();
	world.wall.refuse = NULL;
	world.wall.on_change = NULL;
	ck_assert_uint_eq(world_told("pending " IMAPS " failed"), 1);
	world_pass(500000);
	ck_assert(fakewall_has(&world.wall, COVER));
	world_pass(110000);
	world_await(!is_open());
}
END_TEST

START_TEST(not_covered)
{
	begin("2.5.2");
	world.wall.refuse = COVER;
	world.wall.error = "COMMAND_FAILED: nft";
	fakewall_add(&world.wall, IMAPS, 600);
	world_settle();
	ck_assert_uint_eq(world_told("pending " IMAPS " failed"), 1);
	ck_assert_uint_eq(fakewall_asked(&world.wall, "remove " IMAPS), 0);
	ck_assert(fakewall_has(&world.wall, IMAPS));
}
END_TEST

static void left_alone(const char *item, const char *again)
{
	fakewall_add(&world.wall, item, 600);
	if (again)
		fakewall_add(&world.wall, again, 600);
	world_settle();
	world_pass(5000);
	fakewall_reload(&world.wall);
	world_idle();
	ck_assert_uint_eq(world_told("pending"), 1);
	ck_assert_uint_eq(world_told("left"), 1);
	ck_assert_uint_eq(fakewall_asked(&world.wall, "accept"), 0);
}

START_TEST(not_allowed)
{
	world.config.repair = false;
	begin("2.5.2");
	left_alone(IMAPS, NULL);
}
END_TEST

/* A ban would not hold for a moment; and of a flood of them one is told. */
START_TEST(rules)
{
	begin("2.5.2");
	left_alone(BAN, "public/rule:rule family=\"ipv4\" source address=\"192.0.2.2\" reject");
}
END_TEST

START_TEST(other_kinds)
{
	begin("2.5.2");
	fakewall_add(&world.wall, "public/port:465/tcp", 600);
	fakewall_add(&world.wall, "public/protocol:gre", 600);
	fakewall_add(&world.wall, "public/source-port:1000-1010/udp", 600);
	world_settle();
	ck_assert_uint_eq(world_told("held"), 3);
	ck_assert_uint_eq(
	    fakewall_asked(&world.wall, "add public/rule:rule port port=\"465\" protocol=\"tcp\""),
	    1);
	ck_assert_uint_eq(
	    fakewall_asked(&world.wall, "add public/rule:rule protocol value=\"gre\""), 1);
	ck_assert_uint_eq(fakewall_asked(&world.wall, "source-port port=\"1000-1010\""), 2);
	world_pass(610000);
	ck_assert(!fakewall_has(&world.wall, "public/port:465/tcp"));
}
END_TEST

static Suite *suite(void)
{
	const TTest *const tests[] = {
	    versions,
	    held,
	    said_to_end,
	    removed,
	    killed_with_the_cover,
	    killed_before_the_cover_goes,
	    killed_afterwards,
	    of_a_guard_before,
	    covered_already,
	    not_taken_again,
	    not_covered,
	    not_allowed,
	    rules,
	    other_kinds,
	};

	return world_suite("takeover", tests, ARRAY_SIZE(tests));
}

int main(void)
{
	return unit_run(suite());
}
