// SPDX-License-Identifier: GPL-2.0-or-later
/* Where a pending --timeout breaks firewalld's reload, the guard keeps the end (firewalld#1597). */
#include "guard/model/fault.h"
#include "guard/model/rule/standin.h"

#include "tests/unit/engine-world.h"
#include "tests/unit/firewalls.h"

#define SSH   "public/service:ssh=rp"
#define IMAPS "public/service:imaps"
#define COVER "public/rule:rule service name=\"imaps\" accept"
#define BAN   "public/rule:rule family=\"ipv4\" source address=\"192.0.2.1\" reject"
#define EARLIER                                                                                    \
	"public/rule:rule priority=\"-1\" family=\"ipv4\" source address=\"192.0.2.1\" reject"

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

static void begin_with_imaps_out(void)
{
	begin("2.5.2");
	world.wall.silent = "addService";
	fakewall_add(&world.wall, IMAPS, 600);
	world_await(fakewall_asked(&world.wall, "remove " IMAPS));
	world_settle_calls();
	ck_assert(!fakewall_has(&world.wall, IMAPS));
	fakewall_drop_held(&world.wall);
	world.wall.silent = NULL;
}

/* To its end, also where the bus is slow. */
static void taken_over(void)
{
	begin("2.5.2");
	fakewall_add(&world.wall, IMAPS, 600);
	world_await(world_told("pending " IMAPS " held"));
	world_await(!fakewall_has(&world.wall, COVER));
	world_settle();
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
	world_await(world.wall.calls.n >= ARRAY_SIZE(calls));
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
	taken_over();
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
	taken_over();
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

/* Taken out, and not put back: it is on record that it is to be there. */
START_TEST(killed_in_between)
{
	begin_with_imaps_out();
	kill_and_see();
	ck_assert_uint_eq(world_told("removed " IMAPS " timed"), 1);
	ck_assert_uint_eq(world_told("lost"), 0);
}
END_TEST

/* The same, and firewalld was restarted before there was another guard. */
START_TEST(killed_in_between_and_wiped)
{
	begin_with_imaps_out();
	world_kill();
	world_restart();
	world_guard();
	world_idle();
	ck_assert(fakewall_has(&world.wall, IMAPS));
	world_pass(610000);
	world_await(!is_open());
}
END_TEST

/* Nor is it put back when its time was over before there was another guard. */
START_TEST(killed_until_its_end)
{
	begin_with_imaps_out();
	world_kill();
	fake_clock_skip(601000);
	world_guard();
	world_idle();
	world_pass(5000);
	ck_assert(!is_open());
	ck_assert_uint_eq(fakewall_asked(&world.wall, "add " IMAPS), 0);
}
END_TEST

START_TEST(killed_afterwards)
{
	taken_over();
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
	world_await(world_told("pending"));
	ck_assert_uint_eq(world_told("pending " IMAPS " held"), 1);
}
END_TEST

/* The same rule by somebody else's will stays. */
START_TEST(covered_already)
{
	begin("2.5.2");
	fakewall_add(&world.wall, COVER, 0);
	fakewall_add(&world.wall, IMAPS, 600);
	world_await(world_told("pending"));
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
	world_await(world_told("pending"));
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
	world_await(world_told("pending"));
	world_settle();
	ck_assert_uint_eq(world_told("pending " IMAPS " failed"), 1);
	ck_assert_uint_eq(fakewall_asked(&world.wall, "remove " IMAPS), 0);
	ck_assert(fakewall_has(&world.wall, IMAPS));
}
END_TEST

static void left_alone(const char *item)
{
	fakewall_add(&world.wall, item, 600);
	world_await(world_told("pending"));
	world_pass(5000);
	ck_assert_uint_eq(fakewall_asked(&world.wall, "accept"), 0);
	fakewall_reload(&world.wall);
	world_idle();
	ck_assert_uint_eq(world_told("pending"), 1);
	ck_assert_uint_eq(world_told("left"), 1);
	/* nothing stands in; an item that lets in comes back itself */
	ck_assert_uint_eq(fakewall_asked(&world.wall, "accept"), strstr(item, "accept") != NULL);
}

START_TEST(not_allowed)
{
	world.config.repair = false;
	begin("2.5.2");
	left_alone(IMAPS);
}
END_TEST

/* There is none that could stand in for it. */
START_TEST(last_rule_of_all)
{
	begin("2.5.2");
	left_alone("public/rule:rule priority=\"32767\" accept");
}
END_TEST

static void never_gone(const char *what, void *userdata)
{
	bool *exchanging = userdata;

	*exchanging |= strcmp(what, "remove " BAN) == 0;
	if (*exchanging)
		ck_assert_msg(fakewall_has(&world.wall, BAN) || fakewall_has(&world.wall, EARLIER),
		              "let in in front of: %s", what);
}

/* What keeps out holds all the time, and to its end. */
START_TEST(bans)
{
	bool exchanging = false;

	begin("2.5.2");
	world.wall.on_change = never_gone;
	world.wall.userdata = &exchanging;
	fakewall_add(&world.wall, BAN, 600);
	world_await(world.wall.calls.n >= 4);
	world_settle();
	world.wall.on_change = NULL;
	ck_assert(exchanging);
	ck_assert_uint_eq(world_told("pending " BAN " held"), 1);
	world_pass(590000);
	ck_assert(fakewall_has(&world.wall, BAN) && !fakewall_has(&world.wall, EARLIER));
	world_pass(11000);
	world_await(!fakewall_has(&world.wall, BAN));
}
END_TEST

/* All of a flood, some at a time; one is told. */
START_TEST(flood)
{
	char rule[128];

	begin("2.5.2");
	for (unsigned i = 1; i < 60; i++) {
		snprintf(rule, sizeof(rule),
		         "public/rule:rule family=\"ipv4\" source address=\"192.0.2.%u\" drop", i);
		fakewall_add(&world.wall, rule, 600);
	}
	world_await(fakewall_asked(&world.wall, "remove public/rule") >= 2 * 59);
	world_settle();
	ck_assert_uint_eq(world_told("pending"), 1);
	ck_assert_uint_eq(fakewall_asked(&world.wall, "remove public/rule"), 2 * 59);
	for (size_t i = 0; i < world.wall.fw.n; i++)
		ck_assert_ptr_null(strstr(world.wall.fw.entries[i].item.value, "priority"));
	world_pass(610000);
	ck_assert_uint_eq(world.wall.fw.n, 1);
}
END_TEST

/* What stands in for each kind; NULL: nothing does, "": nothing needs to. */
START_TEST(standins)
{
	static const struct {
		const char *item, *standin;
	} rows[] = {
	    {"public/service:imaps", "rule service name=\"imaps\" accept"},
	    {"public/port:465/tcp", "rule port port=\"465\" protocol=\"tcp\" accept"},
	    {"public/port:1000-1010/udp", "rule port port=\"1000-1010\" protocol=\"udp\" accept"},
	    {"public/source-port:53/udp", "rule source-port port=\"53\" protocol=\"udp\" accept"},
	    {"public/protocol:gre", "rule protocol value=\"gre\" accept"},
	    {"public/masquerade:yes", "rule family=\"ipv4\" masquerade"},
	    {"public/icmp-block:echo-request", "rule icmp-block name=\"echo-request\""},
	    {"public/forward-port:port=80:proto=tcp:toport=8080:toaddr=",
	     "rule family=\"ipv4\" forward-port port=\"80\" protocol=\"tcp\" to-port=\"8080\""},
	    {"public/forward-port:port=80-81:proto=tcp:toport=:toaddr=192.0.2.1",
	     "rule family=\"ipv4\" forward-port port=\"80-81\" protocol=\"tcp\" "
	     "to-addr=\"192.0.2.1\""},
	    {"public/forward-port:port=80:proto=tcp:toport=81:toaddr=2001:db8::1",
	     "rule family=\"ipv6\" forward-port port=\"80\" protocol=\"tcp\" to-port=\"81\" "
	     "to-addr=\"2001:db8::1\""},
	    {"public/rule:rule family=ipv4 source address=192.0.2.1 log prefix=x audit drop",
	     "rule priority=\"-1\" family=\"ipv4\" source address=\"192.0.2.1\" drop"},
	    {"public/rule:rule family=ipv4 source address=192.0.2.1 accept",
	     "rule priority=\"1\" family=\"ipv4\" source address=\"192.0.2.1\" accept"},
	    {"public/rule:rule priority=-5 service name=imaps accept limit value=2/m",
	     "rule priority=\"-4\" service name=\"imaps\" accept limit value=\"2/m\""},
	    {"public/rule:rule priority=1 icmp-block name=redirect",
	     "rule icmp-block name=\"redirect\""},
	    {"public/rule:rule family=ipv4 forward-port port=80 protocol=tcp to-port=81",
	     "rule priority=\"1\" family=\"ipv4\" forward-port port=\"80\" protocol=\"tcp\" "
	     "to-port=\"81\""},
	    /* with priority 0 a rule for everybody is none */
	    {"public/rule:rule priority=1 reject", "rule priority=\"-1\" reject"},
	    {"public/rule:rule priority=-1 accept", "rule priority=\"1\" accept"},
	    {"public/rule:rule priority=32767 accept", NULL},
	    {"public/rule:rule priority=-32768 drop", NULL},
	    {"public/rule:rule service name=imaps log limit value=1/m", ""},
	    {"public/forward:yes", ""},
	    {"public/interface:eth0", NULL},
	    {"ipset:friends/entry:192.0.2.1", NULL},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_item_ struct item item = ITEM_NULL, standin = ITEM_NULL;
		int r;

		ck_assert_int_eq(item_parse(&item, rows[i].item, NULL), 0);
		r = standin_for(&standin, &item);
		if (!rows[i].standin)
			ck_assert_msg(r == STANDIN_E_NONE, "%s", rows[i].item);
		else if (!*rows[i].standin)
			ck_assert_msg(r == STANDIN_E_NEEDLESS, "%s", rows[i].item);
		else
			ck_assert_msg(r == 0, "%s", rows[i].item);
		if (r == 0) {
			ck_assert_int_eq(standin.kind, ITEM_RULE);
			ck_assert_str_eq(standin.value, rows[i].standin);
		}
	}
}
END_TEST

START_TEST(other_kinds)
{
	static const char *const items[] = {
	    "public/port:465/tcp",
	    "public/protocol:gre",
	    "public/source-port:1000-1010/udp",
	    "public/icmp-block:echo-request",
	    "public/rule:rule service name=\"imaps\" log",
	};

	begin("2.5.2");
	for (size_t i = 0; i < ARRAY_SIZE(items); i++)
		fakewall_add(&world.wall, items[i], 600);
	world_await(world_told("held") >= ARRAY_SIZE(items));
	world_settle();
	ck_assert_uint_eq(world_told("held"), ARRAY_SIZE(items));
	for (size_t i = 0; i < ARRAY_SIZE(items); i++)
		ck_assert(fakewall_has(&world.wall, items[i]));
	/* with nothing that stands in */
	ck_assert_uint_eq(fakewall_asked(&world.wall, "log"), 2);
	world_pass(610000);
	ck_assert_uint_eq(world.wall.fw.n, 1);
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
	    killed_in_between,
	    killed_in_between_and_wiped,
	    killed_until_its_end,
	    killed_afterwards,
	    of_a_guard_before,
	    covered_already,
	    not_taken_again,
	    not_covered,
	    not_allowed,
	    last_rule_of_all,
	    bans,
	    flood,
	    standins,
	    other_kinds,
	};

	return world_suite("takeover", tests, ARRAY_SIZE(tests));
}

int main(void)
{
	return unit_run(suite());
}
