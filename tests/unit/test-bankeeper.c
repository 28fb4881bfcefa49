// SPDX-License-Identifier: GPL-2.0-or-later
/* Lost bans come back while fail2ban holds their tickets (law 5), and what can go wrong with that.
 */
#include "tests/unit/engine-world.h"
#include "tests/unit/firewalls.h"

#define IMAPS "public/service:imaps"
#define OPEN  "public/service:ssh=rp " IMAPS "=r"
#define SSH_DENY(n)                                                                                \
	"public/rule:rule family=\"ipv4\" source address=\"192.0.2." #n                            \
	"\" port port=\"22\" protocol=\"tcp\" reject"
#define LASTS  "fail2ban has not answered for an hour"
#define BAN(n) "public/rule:rule family=\"ipv4\" source address=\"192.0.2." #n "\" reject"

static bool is_back(const char *item)
{
	return fakewall_has(&world.wall, item);
}

static void fail2ban_is(enum fail2ban_state state)
{
	fake_fail2ban.state = state;
	fake_fail2ban_tell();
}

static void ban(const char *address, const char *rule)
{
	fake_fail2ban.command = "firewall-cmd --add-rich-rule=\"rule family='<family>' source "
	                        "address='<ip>' reject\"";
	fake_fail2ban_ban("sshd", address, 0);
	fakewall_add(&world.wall, rule, 0);
}

/* A guard that knows of a fail2ban that has long been running, and of these bans. */
static void begin(void)
{
	world_wall(OPEN);
	world_guard();
	world_idle();
	ban("192.0.2.1", BAN(1));
	ban("192.0.2.2", BAN(2));
	fail2ban_is(FAIL2BAN_RUNNING);
	world_pass(30000);
}

static void rise(void)
{
	world_guard();
	fail2ban_is(fake_fail2ban.state);
	world_idle();
}

static void tickets_change(void)
{
	fake_fail2ban_change();
	world_pass(5000);
}

#define await_closed(n)                                                                            \
	do {                                                                                       \
		world_await(world_n_unfinished() == 0 && engine_n_open_bans(world.engine) == 0 &&  \
		            world_told("settled") >= (n));                                         \
		world_pass(3000);                                                                  \
	} while (0)

START_TEST(come_back)
{
	_cleanup_store_wipe_info_ struct store_wipe_info wipe = STORE_WIPE_INFO_NULL;

	begin();
	fakewall_reload(&world.wall);
	world_await(world.table_there);
	ck_assert(!is_back(BAN(1)));
	world_await(is_back(BAN(1)) && is_back(BAN(2)));
	/* services before bans (law 3) */
	ck_assert_ptr_nonnull(strstr(world.wall.calls.strings[0], IMAPS));
	await_closed(1);
	ck_assert(!world.table_there);
	ck_assert_str_eq(world_outcome(BAN(1)), "restored");
	wipe = world_last_wipe();
	ck_assert_uint_eq(wipe.n_bans_restored, 2);
	ck_assert(world_said("restored 2 bans (2 of 2 rules) in"));
	ck_assert(world_said("bans lost (2 rules): fail2ban still holds 2"));
}
END_TEST

/* No call to firewalld for a ban while nothing is lost (law 7). */
START_TEST(cost_nothing)
{
	begin();
	world_pass(60000);
	ck_assert_uint_eq(world.wall.calls.n, 0);
	ck_assert_uint_gt(fake_fail2ban.n_asked, 0);
}
END_TEST

/* A slow action: the ticket was read before anything of it was to be seen in firewalld. */
START_TEST(asks_again_for_what_comes_late)
{
	begin();
	fake_fail2ban_ban("sshd", "192.0.2.3", 0);
	tickets_change();
	fakewall_add(&world.wall,
	             "public/rule:rule family=\"ipv4\" source address=\"192.0.2.3\" "
	             "port port=\"25\" protocol=\"tcp\" drop",
	             0);
	world_pass(10000);
	ck_assert(world_said("jail sshd was seen to ban by"));
}
END_TEST

START_TEST(ended_meanwhile)
{
	begin();
	fake_fail2ban_unban("sshd", "192.0.2.1");
	fakewall_reload(&world.wall);
	await_closed(1);
	ck_assert(!is_back(BAN(1)) && is_back(BAN(2)));
	ck_assert_str_eq(world_outcome(BAN(1)), "ended");
	ck_assert_uint_eq(fakewall_asked(&world.wall, "192.0.2.1"), 0);
}
END_TEST

static void ban_in_iptables(const char *jail, const char *address)
{
	struct jail *added;

	fake_fail2ban_ban(jail, address, 0);
	ck_assert_int_eq(tickets_add_jail(&fake_fail2ban.tickets, jail, &added), 0);
	added->actions[0].told = added->actions[0].kind = JAIL_ACTION_IPTABLES;
}

/* Those in iptables' chains: firewalld empties these or not, and nobody puts them back. */
static void reload_with_iptables(const char *version, const char *backend, const char *items)
{
	world.wall.version = version;
	world.wall.backend = backend;
	world_wall(items);
	world_guard();
	world_idle();
	ban_in_iptables("ipt", "192.0.2.9");
	fail2ban_is(FAIL2BAN_RUNNING);
	world_pass(30000);
	fakewall_reload(&world.wall);
	world_idle();
	/* and fail2ban is asked what it held */
	world_pass(10000);
}

#define GONE "took 1 ban of jail ipt out of the kernel"

START_TEST(in_iptables_of_an_old_one)
{
	reload_with_iptables("1.3.3", "nftables", OPEN);
	ck_assert(world_said(GONE));
	ck_assert(world_said("type: fail2ban-client reload --restart ipt"));
}
END_TEST

START_TEST(in_iptables_of_its_own)
{
	reload_with_iptables("2.5.2", "iptables", OPEN);
	ck_assert(world_said(GONE));
}
END_TEST

START_TEST(in_iptables_that_stay)
{
	reload_with_iptables("2.5.2", "nftables", OPEN);
	ck_assert(!world_said("out of the kernel"));
}
END_TEST

/* Of the latest ban nobody has heard; of one that came after the reload nothing is to be told. */
START_TEST(in_iptables_and_nobody_heard)
{
	reload_with_iptables("1.3.3", "nftables", OPEN);
	ban_in_iptables("quick", "192.0.2.10");
	fakewall_reload(&world.wall);
	world_pass(1000);
	ban_in_iptables("late", "192.0.2.11");
	world_pass(10000);
	ck_assert(world_said("took 1 ban of jail quick out of the kernel"));
	ck_assert(!world_said("of jail late out"));
}
END_TEST

/* Somebody's own rule that denies: fail2ban knows nothing of it, and it stays away. */
START_TEST(stranger)
{
	begin();
	fakewall_add(&world.wall, BAN(99), 0);
	world_settle();
	fakewall_reload(&world.wall);
	await_closed(1);
	ck_assert(!is_back(BAN(99)));
	ck_assert_str_eq(world_outcome(BAN(99)), "ended");
}
END_TEST

/* --- denies by hand ---------------------------------------------------------------------- */

#define DENY(n) "public/rule:rule family=\"ipv4\" source address=\"192.0.2." #n "\" drop"

/* A guard on a machine on which fail2ban does not run, and never has. */
static void begin_without_fail2ban(void)
{
	fake_fail2ban.database = "/nonexistent/fail2ban.sqlite3";
	world_wall(OPEN);
	world_guard();
	world_idle();
	fail2ban_is(FAIL2BAN_STOPPED);
	fakewall_add(&world.wall, BAN(99), 0);
	world_pass(10000);
}

/* What fail2ban has no hand in is an item like another. */
START_TEST(by_hand_without_fail2ban)
{
	begin_without_fail2ban();
	fakewall_reload(&world.wall);
	await_closed(1);
	ck_assert(is_back(BAN(99)));
	ck_assert_str_eq(world_outcome(BAN(99)), "restored");
	ck_assert_str_eq(world_last()->outcome, "restored");
	ck_assert(!world_said("only fail2ban knows"));
	ck_assert(world_said("1 deny rule lost that no jail of fail2ban made: restoring"));
	/* mail first (law 3) */
	ck_assert_ptr_nonnull(strstr(world.wall.calls.strings[0], IMAPS));
	/* nothing of it is taken away again, also by a guard that finds it on record */
	world_kill();
	world_guard();
	fail2ban_is(FAIL2BAN_STOPPED);
	world_pass(120000);
	ck_assert(is_back(BAN(99)));
}
END_TEST

/* What was to hold for a time is put back for no longer, though firewalld has no timer any more. */
START_TEST(by_hand_for_a_time)
{
	begin_without_fail2ban();
	fakewall_add(&world.wall, BAN(98), 600);
	world_pass(10000);
	fakewall_reload(&world.wall);
	await_closed(1);
	ck_assert(is_back(BAN(98)));
	world_pass(560000);
	ck_assert(is_back(BAN(98)));
	world_pass(40000);
	ck_assert(!is_back(BAN(98)));
	ck_assert(is_back(BAN(99)));
	ck_assert_uint_eq(world_told("removed " BAN(98) " timed"), 1);
}
END_TEST

/* Killed when it had just put it back: it is not taken for a ban that came too late. */
START_TEST(by_hand_and_killed)
{
	begin_without_fail2ban();
	fakewall_add(&world.wall, DENY(98), 0);
	world_pass(10000);
	world.wall.silent = "addRichRule";
	fakewall_reload(&world.wall);
	world_await(fakewall_asked(&world.wall, "add public/rule") == 1);
	world_kill();
	fakewall_answer(&world.wall);
	world.wall.silent = NULL;
	world_guard();
	fail2ban_is(FAIL2BAN_STOPPED);
	world_await(is_back(BAN(99)));
	world_pass(120000);
	ck_assert(is_back(BAN(99)) && is_back(DENY(98)));
	ck_assert_uint_eq(fakewall_asked(&world.wall, "remove public/rule"), 0);
	ck_assert_uint_eq(world_n_unfinished(), 0);
}
END_TEST

/* A ban of a fail2ban that is away waits; what is by hand beside it does not. */
START_TEST(by_hand_beside_a_ban)
{
	fake_fail2ban.database = "/nonexistent/fail2ban.sqlite3";
	begin();
	fakewall_add(&world.wall, BAN(99), 0);
	world_pass(10000);
	fail2ban_is(FAIL2BAN_STOPPED);
	fakewall_reload(&world.wall);
	world_await(is_back(BAN(99)));
	world_pass(60000);
	ck_assert(!is_back(BAN(1)) && !is_back(BAN(2)));
	ck_assert_uint_eq(engine_n_open_bans(world.engine), 2);
	ck_assert(world_said("2 bans lost. Which still hold"));
}
END_TEST

/* On record in the store as banned, and where nobody can tell what is on record. */
START_TEST(by_hand_or_not)
{
	const struct store_ban ban = {.jail = "sshd",
	                              .address = "192.0.2.99",
	                              .time_us = clock_now_us(),
	                              .bantime_s = 3600,
	                              .source = "database"};
	const struct store_import upto = {0};
	struct store_import_counts counts;

	begin_without_fail2ban();
	fakewall_add(&world.wall, DENY(98), 0);
	ck_ok(store_bans_import(record_store(world.record), &ban, 1, "test", &upto, &counts, &err));
	fakewall_reload(&world.wall);
	world_await(is_back(DENY(98)));
	world_pass(60000);
	ck_assert(!is_back(BAN(99)));
	/* nor when it has been over for days */
	fake_clock_skip(48 * 3600 * INT64_C(1000));
	world_pass(120000);
	ck_assert(!is_back(BAN(99)));
	fake_fail2ban.database = NULL;
	fakewall_reload(&world.wall);
	world_pass(60000);
	ck_assert(!is_back(DENY(98)));
	/* killed, and it keeps no database */
	fake_fail2ban.database = "/nonexistent/fail2ban.sqlite3";
	fail2ban_is(FAIL2BAN_CRASHED);
	world_pass(120000);
	ck_assert(!is_back(DENY(98)));
	fail2ban_is(FAIL2BAN_STOPPED);
	world_await(is_back(DENY(98)));
}
END_TEST

/* Whoever takes it out of the permanent configuration means that (law 1). */
START_TEST(by_hand_and_withdrawn)
{
	begin_without_fail2ban();
	fakewall_make_permanent(&world.wall, BAN(99), true);
	engine_look(world.engine, ENGINE_LOOK_AT_ALL);
	world_idle();
	fakewall_make_permanent(&world.wall, BAN(99), false);
	engine_look(world.engine, ENGINE_LOOK_AT_ALL);
	world_idle();
	fakewall_reload(&world.wall);
	await_closed(1);
	world_pass(60000);
	ck_assert(!is_back(BAN(99)));
	ck_assert_uint_eq(world_n_unfinished(), 0);
}
END_TEST

/* fail2ban runs, and none of its jails drops: its bans are rejects. */
START_TEST(by_hand_and_no_jail_makes_such)
{
	begin();
	fakewall_add(&world.wall, DENY(99), 0);
	world_pass(10000);
	fakewall_reload(&world.wall);
	await_closed(1);
	ck_assert(is_back(DENY(99)) && is_back(BAN(1)));
	ck_assert(world_said("1 deny rule lost that no jail of fail2ban made"));
	ck_assert_str_eq(world_outcome(DENY(99)), "restored");
}
END_TEST

/* Unbanned while our own call is under way: the rule would be our residue. */
static void unban_it(const char *what, void *userdata)
{
	bool *done = userdata;

	if (*done || !strstr(what, "192.0.2.1"))
		return;
	*done = true;
	fake_fail2ban_unban("sshd", "192.0.2.1");
}

START_TEST(ended_while_put_back)
{
	bool done = false;

	begin();
	world.wall.on_change = unban_it;
	world.wall.userdata = &done;
	fakewall_reload(&world.wall);
	await_closed(1);
	ck_assert(done);
	ck_assert(!is_back(BAN(1)) && is_back(BAN(2)));
	ck_assert_uint_eq(fakewall_asked(&world.wall, "remove public/rule"), 1);
	ck_assert_str_eq(world_outcome(BAN(1)), "ended");
}
END_TEST

/* The same of a server that has just begun, and may not have listed all: it is waited for. */
START_TEST(ended_while_put_back_by_a_young_one)
{
	bool done = false;

	begin();
	world.wall.on_change = unban_it;
	world.wall.userdata = &done;
	fail2ban_is(FAIL2BAN_RUNNING);
	fakewall_reload(&world.wall);
	await_closed(1);
	ck_assert(done);
	ck_assert(!is_back(BAN(1)) && is_back(BAN(2)));
}
END_TEST

/* Our own residue that firewalld does not let go is tried again. */
START_TEST(residue_that_stays)
{
	bool done = false;

	begin();
	world.wall.on_change = unban_it;
	world.wall.userdata = &done;
	fakewall_reload(&world.wall);
	world_await(is_back(BAN(1)));
	world.wall.refuse = "192.0.2.1";
	world.wall.error = "COMMAND_FAILED: nft";
	world_await(world_said("a ban that ended could not be removed"));
	ck_assert(is_back(BAN(1)));
	world.wall.refuse = NULL;
	world_await(!is_back(BAN(1)));
	await_closed(1);
}
END_TEST

/* From tickets that are not known nothing follows (law 2). */
START_TEST(fail2ban_is_silent)
{
	begin();
	fake_fail2ban.broken = true;
	fakewall_reload(&world.wall);
	world_await(is_back(IMAPS));
	world_await(world_said("only fail2ban knows"));
	world_pass(60000);
	ck_assert(!is_back(BAN(1)));
	ck_assert_uint_eq(engine_n_open_bans(world.engine), 2);
	fake_fail2ban.broken = false;
	await_closed(1);
	ck_assert(is_back(BAN(1)) && is_back(BAN(2)));
}
END_TEST

START_TEST(fail2ban_is_stopped)
{
	begin();
	fail2ban_is(FAIL2BAN_STOPPED);
	fakewall_reload(&world.wall);
	world_await(is_back(IMAPS));
	world_pass(60000);
	ck_assert(!is_back(BAN(1)));
	ck_assert_uint_eq(world_n_unfinished(), 1);
	fail2ban_is(FAIL2BAN_RUNNING);
	await_closed(1);
	ck_assert(is_back(BAN(1)) && is_back(BAN(2)));
}
END_TEST

/* It ends while rules are on their way: it takes its bans off, and ours that came too late go. */
START_TEST(fail2ban_stops_while_put_back)
{
	begin();
	world.wall.silent = "addRichRule";
	fakewall_reload(&world.wall);
	world_await(fakewall_asked(&world.wall, "add public/rule") == 1);
	fail2ban_is(FAIL2BAN_STOPPED);
	fakewall_answer(&world.wall);
	world_settle();
	ck_assert(is_back(BAN(1)) && is_back(BAN(2)));
	world_await(!is_back(BAN(1)) && !is_back(BAN(2)));
	ck_assert_uint_eq(fakewall_asked(&world.wall, "remove public/rule"), 2);
}
END_TEST

/* Nothing that is wanted is given up; that it takes long is said, once. */
START_TEST(fail2ban_hangs_for_days)
{
	begin();
	fail2ban_is(FAIL2BAN_UNREACHABLE);
	fakewall_reload(&world.wall);
	world_await(is_back(IMAPS));
	world_pass(3500000);
	ck_assert_uint_eq(world_said(LASTS), 0);
	fake_clock_skip(47 * 3600 * INT64_C(1000));
	world_pass(200000);
	ck_assert_uint_eq(engine_n_open_bans(world.engine), 2);
	ck_assert_uint_eq(world_said(LASTS), 1);
	ck_assert_uint_eq(world_n_unfinished(), 1);
	fake_fail2ban.age_us = 48 * 3600 * INT64_C(1000000);
	fail2ban_is(FAIL2BAN_RUNNING);
	await_closed(1);
	ck_assert(is_back(BAN(1)) && is_back(BAN(2)));
	ck_assert(!world.table_there);
}
END_TEST

/* The same where it takes what is asked, and never says what it holds. */
START_TEST(fail2ban_is_silent_for_days)
{
	begin();
	fake_fail2ban.broken = true;
	fakewall_reload(&world.wall);
	world_await(world_said("only fail2ban knows"));
	fake_clock_skip(48 * 3600 * INT64_C(1000));
	world_pass(600000);
	ck_assert_uint_eq(world_said(LASTS), 1);
	fake_fail2ban.broken = false;
	await_closed(1);
	ck_assert(is_back(BAN(1)) && is_back(BAN(2)));
}
END_TEST

/* One that has ended in order holds nobody: they wait, and nobody is kept away for ever. */
START_TEST(fail2ban_is_stopped_for_days)
{
	begin();
	world.wall.silent = "addRichRule";
	fakewall_reload(&world.wall);
	world_await(world.table_there);
	fail2ban_is(FAIL2BAN_STOPPED);
	fakewall_drop_held(&world.wall);
	world.wall.silent = NULL;
	world_pass(60000);
	ck_assert(world.table_there);
	world_pass(3600000);
	ck_assert(!world.table_there);
	fail2ban_is(FAIL2BAN_RUNNING);
	await_closed(1);
	ck_assert(is_back(BAN(1)) && is_back(BAN(2)));
}
END_TEST

/* A server that has just begun puts its bans back one by one, and lists only these. */
START_TEST(fail2ban_is_young)
{
	begin();
	fail2ban_is(FAIL2BAN_STOPPED);
	fake_fail2ban_unban("sshd", "192.0.2.1");
	fake_fail2ban_unban("sshd", "192.0.2.2");
	fakewall_reload(&world.wall);
	world_await(is_back(IMAPS));
	world_settle();
	fail2ban_is(FAIL2BAN_RUNNING);
	world_pass(1000);
	ck_assert_uint_eq(engine_n_open_bans(world.engine), 2);
	ban("192.0.2.1", BAN(1)); /* by its own hand */
	fake_fail2ban_change();
	world_pass(3000);
	fake_fail2ban_ban("sshd", "192.0.2.2", 0);
	fake_fail2ban_change();
	await_closed(1);
	ck_assert(is_back(BAN(1)) && is_back(BAN(2)));
	ck_assert_str_eq(world_outcome(BAN(1)), "skipped");
	ck_assert_str_eq(world_outcome(BAN(2)), "restored");
}
END_TEST

/* One that did not answer for a while, and has all its bans in its list. */
START_TEST(fail2ban_is_old)
{
	begin();
	fail2ban_is(FAIL2BAN_UNREACHABLE);
	fake_fail2ban_unban("sshd", "192.0.2.1");
	fakewall_reload(&world.wall);
	world_await(is_back(IMAPS));
	world_settle();
	fake_fail2ban.age_us = 60 * INT64_C(1000000);
	fail2ban_is(FAIL2BAN_RUNNING);
	world_pass(1000);
	ck_assert_uint_eq(engine_n_open_bans(world.engine), 0);
	ck_assert(!is_back(BAN(1)) && is_back(BAN(2)));
}
END_TEST

/* What covers legitimate clients stays away, and that is said. */
START_TEST(safe)
{
	ck_assert_int_eq(strv_add(&world.config.client_ranges, "192.0.2.1"), 0);
	begin();
	fakewall_reload(&world.wall);
	await_closed(1);
	ck_assert(!is_back(BAN(1)) && is_back(BAN(2)));
	ck_assert_str_eq(world_outcome(BAN(1)), "left-out");
	ck_assert(world_said("covers the legitimate clients 192.0.2.1 (configured)"));
	ck_assert(world_said("fail2ban-client set sshd unbanip 192.0.2.1"));
}
END_TEST

START_TEST(safe_by_what_fail2ban_ignores)
{
	world.config.use_fail2ban_ignoreip = true;
	ck_assert_int_eq(strv_add(&world.ignoreip, "192.0.2.0/24"), 0);
	begin();
	fakewall_reload(&world.wall);
	world_await(world_told("settled") && engine_n_open_bans(world.engine) == 0);
	/* inside of a range is told, not left out */
	await_closed(1);
	ck_assert(is_back(BAN(1)));
	ck_assert(world_said("inside a legitimate client range"));
}
END_TEST

/* A login buys no immunity; that a client is kept away is told. */
START_TEST(learned)
{
	struct store_client_range range = {
	    .cidr = "192.0.2.1", .source = "learned", .last_seen_us = clock_now_us(), .count = 1};

	begin();
	ck_ok(store_client_range_put(record_store(world.record), &range, &err));
	range.cidr = "192.0.2.2";
	range.source = "hand";
	ck_ok(store_client_range_put(record_store(world.record), &range, &err));
	fakewall_reload(&world.wall);
	await_closed(1);
	ck_assert(is_back(BAN(1)) && !is_back(BAN(2)));
	ck_assert_str_eq(world_outcome(BAN(2)), "left-out");
	ck_assert(world_said("1 of them is of addresses that clients come from"));
}
END_TEST

START_TEST(all)
{
	world.config.restore_bans = CONFIG_RESTORE_BANS_ALL;
	ck_assert_int_eq(strv_add(&world.config.client_ranges, "192.0.2.1"), 0);
	begin();
	fakewall_reload(&world.wall);
	await_closed(1);
	ck_assert(is_back(BAN(1)) && is_back(BAN(2)));
}
END_TEST

START_TEST(none)
{
	world.config.restore_bans = CONFIG_RESTORE_BANS_NONE;
	begin();
	fakewall_reload(&world.wall);
	world_idle();
	world_pass(60000);
	ck_assert(!is_back(BAN(1)));
	ck_assert_uint_eq(engine_n_open_bans(world.engine), 0);
	ck_assert_uint_eq(world_n_unfinished(), 0);
}
END_TEST

/* firewalld counts no references: of two jails with one rule the first unban frees both. */
START_TEST(two_jails)
{
	begin();
	fake_fail2ban_ban("dovecot", "192.0.2.1", 0);
	tickets_change();
	fake_fail2ban_unban("dovecot", "192.0.2.1");
	fake_fail2ban_change();
	fakewall_remove(&world.wall, BAN(1));
	world_settle();
	ck_assert(!is_back(BAN(1)));
	world_await(is_back(BAN(1)));
	ck_assert(world_said("another jail still bans that address"));
}
END_TEST

/* The guard is killed before that rule is back, and after it has stored what is there. */
static void two_jails_and_kill(bool on_its_way)
{
	begin();
	fake_fail2ban_ban("dovecot", "192.0.2.1", 0);
	tickets_change();
	world_pass(3600000);
	fake_fail2ban_unban("dovecot", "192.0.2.1");
	fake_fail2ban_change();
	fakewall_remove(&world.wall, BAN(1));
	world_settle();
	if (on_its_way) {
		world.wall.silent = "addRichRule";
		world_await(engine_now(world.engine).busy);
	}
	engine_store(world.engine);
	world_kill();
	fakewall_drop_held(&world.wall);
	world.wall.silent = NULL;
	ck_assert(!is_back(BAN(1)));
	rise();
	world_await(is_back(BAN(1)));
}

START_TEST(two_jails_and_killed)
{
	two_jails_and_kill(false);
}
END_TEST

START_TEST(two_jails_and_killed_on_its_way)
{
	two_jails_and_kill(true);
}
END_TEST

/* The guard began after the unban, and before the rule went: that there were two is on record. */
START_TEST(two_jails_and_risen)
{
	struct store_ban other = {.jail = "dovecot", .address = "192.0.2.1", .source = "hook"};

	begin();
	other.time_us = clock_now_us();
	other.bantime_s = 3600;
	fixture_ban_event(record_store(world.record), STORE_BAN_BAN, &other, 0);
	world_kill();
	rise();
	world_pass(10000);
	fakewall_remove(&world.wall, BAN(1));
	world_await(is_back(BAN(1)));
	ck_assert(world_said("another jail still bans"));
	/* of this one nobody else had any */
	fakewall_remove(&world.wall, BAN(2));
	world_pass(30000);
	ck_assert(!is_back(BAN(2)));
}
END_TEST

/* Removed by hand, it is not kept for longer than it takes to see that. */
START_TEST(removed_by_hand_and_stored)
{
	begin();
	fakewall_remove(&world.wall, BAN(1));
	world_settle();
	engine_store(world.engine);
	world_pass(30000);
	world_kill();
	rise();
	world_pass(60000);
	ck_assert(!is_back(BAN(1)) && is_back(BAN(2)));
}
END_TEST

/* One that somebody took away by hand, while all tickets stay, is not put back. */
START_TEST(removed_by_hand)
{
	begin();
	fakewall_remove(&world.wall, BAN(1));
	world_pass(60000);
	ck_assert(!is_back(BAN(1)));
	fakewall_reload(&world.wall);
	await_closed(1);
	ck_assert(!is_back(BAN(1)) && is_back(BAN(2)));
}
END_TEST

/* Removed by somebody while it was on its way. */
static void remove_it(const char *what, void *userdata)
{
	bool *done = userdata;

	if (*done || !strstr(what, "192.0.2.1"))
		return;
	*done = true;
	fakewall_remove(&world.wall, BAN(2));
}

START_TEST(removed_while_put_back)
{
	bool done = false;

	begin();
	world.wall.on_change = remove_it;
	world.wall.userdata = &done;
	fakewall_reload(&world.wall);
	await_closed(1);
	ck_assert(done);
	ck_assert_uint_eq(engine_n_open_bans(world.engine), 0);
}
END_TEST

/* Missing, and nobody saw a wipe: fail2ban knows which were to stay. */
START_TEST(suspects)
{
	_cleanup_store_wipe_info_ struct store_wipe_info wipe = STORE_WIPE_INFO_NULL;

	begin();
	fakewall_add(&world.wall, BAN(99), 0);
	world_pass(10000);
	fakewall_drop(&world.wall, BAN(1));
	fakewall_drop(&world.wall, BAN(99));
	engine_look(world.engine, ENGINE_LOOK_AT_ALL);
	world_await(is_back(BAN(1)));
	await_closed(1);
	ck_assert(!is_back(BAN(99)));
	wipe = world_last_wipe();
	ck_assert_str_eq(wipe.cause, "bans were missing, though nobody was seen to remove them");
}
END_TEST

START_TEST(suspects_without_fail2ban)
{
	begin();
	fail2ban_is(FAIL2BAN_CRASHED);
	fakewall_drop(&world.wall, BAN(1));
	engine_look(world.engine, ENGINE_LOOK_AT_ALL);
	world_idle();
	world_pass(3700000);
	ck_assert_uint_eq(world_said(LASTS), 1);
	ck_assert(!is_back(BAN(1)));
	fail2ban_is(FAIL2BAN_RUNNING);
	world_await(is_back(BAN(1)));
}
END_TEST

/* What firewalld does not take is tried three times, and told. */
START_TEST(refused)
{
	_cleanup_store_wipe_info_ struct store_wipe_info wipe = STORE_WIPE_INFO_NULL;

	begin();
	world.wall.refuse = "192.0.2.1";
	world.wall.error = "COMMAND_FAILED: nft";
	fakewall_reload(&world.wall);
	await_closed(1);
	ck_assert_uint_eq(fakewall_asked(&world.wall, "192.0.2.1"), 3);
	ck_assert(is_back(BAN(2)));
	ck_assert(world_said("could not be restored: COMMAND_FAILED: nft"));
	wipe = world_last_wipe();
	ck_assert_str_eq(wipe.outcome, "bans partly restored");
	ck_assert_uint_eq(wipe.n_bans_failed, 1);
	/* and once more after the next wipe */
	world.wall.refuse = NULL;
	fakewall_reload(&world.wall);
	world_await(is_back(BAN(1)) && is_back(BAN(2)));
}
END_TEST

START_TEST(wiped_while_put_back)
{
	begin();
	world.wall.silent = "addRichRule";
	fakewall_reload(&world.wall);
	world_await(fakewall_asked(&world.wall, "add public/rule") == 1);
	fakewall_drop_held(&world.wall);
	world.wall.silent = NULL;
	fakewall_reload(&world.wall);
	world_await(is_back(BAN(1)) && is_back(BAN(2)));
	world_await(world_n_unfinished() == 0);
	ck_assert_str_eq(world_outcome(BAN(1)), "restored");
	ck_assert_str_eq(world_outcome(BAN(2)), "restored");
}
END_TEST

START_TEST(gone_while_put_back)
{
	begin();
	world.wall.silent = "addRichRule";
	fakewall_reload(&world.wall);
	world_await(fakewall_asked(&world.wall, "add public/rule") == 1);
	world.wall.silent = NULL;
	world_restart();
	await_closed(1);
	ck_assert(is_back(BAN(1)) && is_back(BAN(2)));
	ck_assert(is_back(IMAPS));
}
END_TEST

START_TEST(panic)
{
	begin();
	fakewall_reload(&world.wall);
	world_await(is_back(IMAPS));
	fakewall_panic(&world.wall, true);
	world_pass(60000);
	fakewall_panic(&world.wall, false);
	await_closed(1);
	ck_assert(is_back(BAN(1)) && is_back(BAN(2)));
}
END_TEST

/* A guard that is killed leaves in the store what is left to do. */
START_TEST(killed)
{
	begin();
	fail2ban_is(FAIL2BAN_STOPPED);
	fakewall_reload(&world.wall);
	world_await(is_back(IMAPS));
	world_settle();
	world_kill();
	world_guard();
	fail2ban_is(FAIL2BAN_RUNNING);
	world_idle();
	await_closed(1);
	ck_assert(is_back(BAN(1)) && is_back(BAN(2)));
	ck_assert_str_eq(world_outcome(BAN(1)), "restored");
}
END_TEST

/* Killed when its call was on its way, and the ticket ended: the rule is a residue of ours. */
START_TEST(killed_and_ended)
{
	begin();
	world.wall.silent = "addRichRule";
	fakewall_reload(&world.wall);
	world_await(fakewall_asked(&world.wall, "add public/rule") == 1);
	world_kill();
	fakewall_answer(&world.wall);
	ck_assert(is_back(BAN(1)) && is_back(BAN(2)));
	fake_fail2ban_unban("sshd", "192.0.2.1");
	world_guard();
	fail2ban_is(FAIL2BAN_RUNNING);
	world_idle();
	world_await(!is_back(BAN(1)));
	await_closed(1);
	ck_assert(is_back(BAN(2)));
}
END_TEST

/*
 * Put back, and killed before the wipe was closed: that it was put back is on record, and
 * says nothing of the reload that followed.
 */
START_TEST(killed_and_wiped_again)
{
	begin();
	fakewall_reload(&world.wall);
	world_await(strcmp(world_outcome(BAN(1)), "restored") == 0);
	ck_assert_uint_eq(world_n_unfinished(), 1);
	world_kill();
	fakewall_reload(&world.wall);
	rise();
	await_closed(1);
	ck_assert(is_back(BAN(1)) && is_back(BAN(2)));
	ck_assert(world_said("bans lost (2 rules): fail2ban still holds 2"));
	ck_assert(!world_said("bans lost (0"));
	ck_assert_str_eq(world_last()->cause,
	                 "bans were missing, though nobody was seen to remove them");
	ck_assert_uint_eq(world_last()->n_bans_restored, 2);
}
END_TEST

/* The same, and killed once more before anything was put back again. */
START_TEST(killed_and_wiped_again_and_killed)
{
	begin();
	fakewall_reload(&world.wall);
	world_await(strcmp(world_outcome(BAN(1)), "restored") == 0);
	world_kill();
	fakewall_reload(&world.wall);
	fake_fail2ban.mute = true;
	rise();
	world_pass(20000);
	world_kill();
	fake_fail2ban.mute = false;
	rise();
	await_closed(1);
	ck_assert(is_back(BAN(1)) && is_back(BAN(2)));
}
END_TEST

/* Banned in the last seconds of a guard that is killed: only fail2ban knows. */
START_TEST(killed_and_banned_lately)
{
	begin();
	ban("192.0.2.3", BAN(3));
	/* somebody else's deny of another port keeps nobody from mail */
	fakewall_add(&world.wall, SSH_DENY(3), 0);
	fakewall_make_permanent(&world.wall, SSH_DENY(3), true);
	world_settle();
	world_kill();
	fakewall_reload(&world.wall);
	rise();
	await_closed(1);
	ck_assert(is_back(BAN(1)) && is_back(BAN(2)) && is_back(BAN(3)));
	ck_assert_str_eq(world_outcome(BAN(3)), "restored");
	/* and what is in force already is not written twice */
	ck_assert_uint_eq(fakewall_asked(&world.wall, "add public/rule"), 3);
}
END_TEST

/* As they were carried out hours ago: fail2ban has done so again since the last snapshot. */
START_TEST(killed_and_fail2ban_restarted)
{
	begin();
	world_pass(3600000);
	fakewall_remove(&world.wall, BAN(1));
	fake_fail2ban_unban("sshd", "192.0.2.1");
	tickets_change();
	world_pass(30000);
	ck_assert_int_eq(tickets_add(&fake_fail2ban.tickets, "sshd", "192.0.2.1",
	                             clock_now_us() - INT64_C(1800000000), 0, 1,
	                             TICKET_SOURCE_SOCKET),
	                 0);
	tickets_sort(&fake_fail2ban.tickets);
	fakewall_add(&world.wall, BAN(1), 0);
	fake_fail2ban.age_us = 11000000;
	world_settle();
	world_kill();
	fakewall_reload(&world.wall);
	rise();
	await_closed(1);
	ck_assert(is_back(BAN(1)) && is_back(BAN(2)));
}
END_TEST

/* Removed by hand while its ticket lives, and that is on record: however young it is. */
START_TEST(freed_and_killed)
{
	begin();
	ban("192.0.2.3", BAN(3));
	tickets_change();
	fakewall_remove(&world.wall, BAN(3));
	world_pass(30000);
	world_kill();
	fakewall_reload(&world.wall);
	rise();
	await_closed(1);
	ck_assert(is_back(BAN(1)) && is_back(BAN(2)) && !is_back(BAN(3)));
	/* banned again, it is another ban */
	fake_fail2ban_unban("sshd", "192.0.2.3");
	tickets_change();
	ban("192.0.2.3", BAN(3));
	world_settle();
	world_kill();
	fakewall_reload(&world.wall);
	rise();
	await_closed(1);
	ck_assert(is_back(BAN(3)));
}
END_TEST

/* Put back by the guard, and taken away by hand before the wipe was closed. */
START_TEST(removed_after_it_was_put_back)
{
	begin();
	fakewall_reload(&world.wall);
	world_await(is_back(BAN(1)) && is_back(BAN(2)));
	world_settle();
	ck_assert_uint_eq(world_n_unfinished(), 1);
	fakewall_remove(&world.wall, BAN(1));
	await_closed(1);
	ck_assert(!is_back(BAN(1)) && is_back(BAN(2)));
}
END_TEST

/* More than go out between two looks at the tickets. */
START_TEST(many)
{
	char address[32], rule[128];
	unsigned n_asked;

	begin();
	for (unsigned i = 0; i < 120; i++) {
		snprintf(address, sizeof(address), "198.51.100.%u", i);
		snprintf(rule, sizeof(rule),
		         "public/rule:rule family=\"ipv4\" source address=\"%s\" reject", address);
		ban(address, rule);
	}
	tickets_change();
	n_asked = fake_fail2ban.n_asked;
	fakewall_reload(&world.wall);
	await_closed(1);
	ck_assert_uint_eq(fakewall_asked(&world.wall, "add public/rule"), 122);
	ck_assert_uint_ge(fake_fail2ban.n_asked - n_asked, 4);
	ck_assert_uint_eq(world_last()->n_bans_restored, 122);
}
END_TEST

/* The table of held bans cannot be made: said once, and the rules come back all the same. */
START_TEST(no_table)
{
	begin();
	world.table_fails = true;
	fakewall_reload(&world.wall);
	await_closed(1);
	ck_assert(is_back(BAN(1)));
	ck_assert(world_said("no temporary table for lost bans: no nf_tables here"));
}
END_TEST

/* A table that an earlier guard left is taken over, and goes when nothing is to be held. */
START_TEST(table_of_the_guard_before)
{
	world.table_there = true;
	begin();
	ck_assert(world_said("of an earlier guard taken over"));
	ck_assert(!world.table_there);
}
END_TEST

/* One that is kept for long is filled again, for its elements end by themselves. */
START_TEST(table_is_renewed)
{
	begin();
	world.wall.refuse = "rule";
	world.wall.error = "COMMAND_FAILED: nft";
	world.wall.silent = "addRichRule";
	fakewall_reload(&world.wall);
	world_await(world.table_there);
	world_settle_calls();
	world.n_held = 0;
	for (int i = 0; i < 40; i++) {
		fake_clock_skip(60000);
		world_settle_calls();
	}
	ck_assert_uint_gt(world.n_held, 0);
}
END_TEST

START_TEST(no_gap_table)
{
	world.config.close_gap = false;
	begin();
	fakewall_reload(&world.wall);
	await_closed(1);
	ck_assert(!world.table_there);
	ck_assert(is_back(BAN(1)));
}
END_TEST

/* What is put back is under way for longer than the pause until the next reading. */
static void restart_slowly(void)
{
	world.wall.silent = "addService";
	world_restart();
	world_await(world_told("state FAILED") == 1);
	world_settle_calls();
	fake_clock_skip(1000);
	world_settle_calls();
	world.wall.silent = NULL;
	fakewall_answer(&world.wall);
	world_pass(30000);
}

/*
 * While firewalld has failed the table is all that keeps the banned away: what fail2ban says
 * counts, and who takes it away has not removed it. It costs fail2ban nothing where nothing
 * changes.
 */
START_TEST(in_the_table_while_it_has_failed)
{
	unsigned n_asked, n_readings;

	begin();
	ban("192.0.2.9", BAN(9));
	tickets_change();
	world.wall.state = "FAILED";
	restart_slowly();
	ck_assert(is_back(IMAPS) && !is_back(BAN(1)));
	ck_assert_uint_eq(world.n_held, 2);
	world_pass(600000); /* who looks at the kernel's rules asks for a while, too */
	n_asked = fake_fail2ban.n_asked;
	n_readings = world.wall.n_readings;
	world_pass(120000);
	ck_assert_uint_eq(fake_fail2ban.n_asked, n_asked);
	ck_assert_uint_le(world.wall.n_readings, n_readings + 5);
	fake_fail2ban_unban("sshd", "192.0.2.9");
	tickets_change();
	ck_assert_uint_eq(world.n_held, 1);
	ck_assert(world.table_there);
	world.table_there = false;
	world_pass(40000);
	ck_assert(world.table_there);
	ck_assert(world_said("somebody removed the temporary table"));
	world.wall.state = "RUNNING";
	fakewall_reload(&world.wall);
	await_closed(1);
	ck_assert(is_back(BAN(1)) && is_back(BAN(2)) && !is_back(BAN(9)));
	ck_assert(!world.table_there);
}
END_TEST

/* A fail2ban that has just begun does not list all yet, and who it lists adds his rule himself. */
START_TEST(in_the_table_while_both_begin)
{
	begin();
	world.wall.state = "FAILED";
	world_restart();
	world_await(world.table_there && is_back(IMAPS));
	fail2ban_is(FAIL2BAN_STARTING);
	fake_fail2ban_unban("sshd", "192.0.2.1");
	fake_fail2ban_unban("sshd", "192.0.2.2");
	fake_fail2ban.age_us = 1000000;
	fail2ban_is(FAIL2BAN_RUNNING);
	world_pass(5000);
	ck_assert_uint_eq(world.n_held, 1);
	ban("192.0.2.1", BAN(1));
	tickets_change();
	world_pass(60000);
	/* that of a rule that is there is not held, nor who is not banned any more */
	ck_assert(!world.table_there);
	ck_assert(is_back(BAN(1)) && !is_back(BAN(2)));
}
END_TEST

/* Where the table is not to be used, does not work, or is not to be used any more, rules keep away.
 */
START_TEST(as_rules_while_it_has_failed)
{
	world.config.close_gap = _i != 0;
	world.table_fails = _i == 1;
	begin();
	world.wall.state = "FAILED";
	world_restart();
	world_await(is_back(IMAPS));
	if (_i == 2) {
		world_pass(5000);
		ck_assert(world.table_there && !is_back(BAN(1)));
		world.config.close_gap = false;
		engine_configured(world.engine);
		ck_assert(!world.table_there);
		ck_assert(world_said("reload_guard removed: close-gap is off"));
	}
	fake_fail2ban_unban("sshd", "192.0.2.2");
	world_await(is_back(BAN(1)));
	ck_assert(world_said("their rules are restored into it"));
	world_pass(60000);
	ck_assert(!is_back(BAN(2)));
	ck_assert(!world_said("is back or has ended"));
	/* a rule that it did not take is wanted all the same when it is whole */
	world.wall.refuse = "rule";
	world.wall.error = "COMMAND_FAILED: nft";
	world_restart();
	world_pass(60000);
	ck_assert(is_back(IMAPS) && !is_back(BAN(1)));
	world.wall.refuse = NULL;
	world.wall.state = "RUNNING";
	fakewall_reload(&world.wall);
	await_closed(1);
	ck_assert(is_back(BAN(1)) && !is_back(BAN(2)));
}
END_TEST

/* --- each state of fail2ban -------------------------------------------------------------- */

/* Whatever it is but RUNNING: nobody can tell which bans still hold (law 2). */
static const enum fail2ban_state other_states[] = {
    FAIL2BAN_UNKNOWN,  FAIL2BAN_STOPPED, FAIL2BAN_UNREACHABLE,
    FAIL2BAN_STOPPING, FAIL2BAN_CRASHED, FAIL2BAN_STARTING,
};

START_TEST(bans_wait_in_any_other_state)
{
	begin();
	fail2ban_is(other_states[_i]);
	fakewall_reload(&world.wall);
	world_await(is_back(IMAPS));
	world_pass(60000);
	ck_assert(!is_back(BAN(1)) && !is_back(BAN(2)));
	ck_assert_uint_eq(engine_n_open_bans(world.engine), 2);
	ck_assert_uint_eq(world_n_unfinished(), 1);
	fail2ban_is(FAIL2BAN_RUNNING);
	await_closed(1);
	ck_assert(is_back(BAN(1)) && is_back(BAN(2)));
	ck_assert_str_eq(world_outcome(BAN(1)), "restored");
}
END_TEST

/* Only one that has ended in order has taken its bans off: then ours came too late. */
START_TEST(state_changes_while_put_back)
{
	bool stopped = other_states[_i] == FAIL2BAN_STOPPED;

	begin();
	world.wall.silent = "addRichRule";
	fakewall_reload(&world.wall);
	world_await(fakewall_asked(&world.wall, "add public/rule") == 1);
	fail2ban_is(other_states[_i]);
	fakewall_answer(&world.wall);
	world.wall.silent = NULL;
	world_pass(120000);
	ck_assert(is_back(BAN(1)) == !stopped && is_back(BAN(2)) == !stopped);
	fail2ban_is(FAIL2BAN_RUNNING);
	await_closed(1);
	ck_assert(is_back(BAN(1)) && is_back(BAN(2)));
}
END_TEST

/* What is by hand waits until it is known that fail2ban ended in order. */
START_TEST(by_hand_in_any_other_state)
{
	begin_without_fail2ban();
	fail2ban_is(other_states[_i]);
	fakewall_reload(&world.wall);
	world_await(is_back(IMAPS));
	world_pass(60000);
	ck_assert(is_back(BAN(99)) == (other_states[_i] == FAIL2BAN_STOPPED));
	fail2ban_is(FAIL2BAN_STOPPED);
	await_closed(1);
	ck_assert(is_back(BAN(99)));
}
END_TEST

/* A restart of it, told one by one: what it does not hold afterwards stays away. */
START_TEST(restarted)
{
	begin();
	fail2ban_is(FAIL2BAN_STOPPING);
	fakewall_reload(&world.wall);
	world_await(is_back(IMAPS));
	world_pass(5000);
	fail2ban_is(FAIL2BAN_STOPPED);
	world_pass(60000);
	fail2ban_is(FAIL2BAN_STARTING);
	fake_fail2ban_unban("sshd", "192.0.2.1");
	world_pass(5000);
	ck_assert(!is_back(BAN(1)) && !is_back(BAN(2)));
	fail2ban_is(FAIL2BAN_RUNNING);
	await_closed(1);
	ck_assert(!is_back(BAN(1)) && is_back(BAN(2)));
	ck_assert_str_eq(world_outcome(BAN(1)), "ended");
}
END_TEST

/* --- another boot ------------------------------------------------------------------------ */

/* fail2ban puts its own back at the boot; what it does not is the guard's, while it holds it. */
START_TEST(reboot)
{
	begin();
	fake_fail2ban.state = FAIL2BAN_STARTING;
	world_boot();
	fail2ban_is(FAIL2BAN_STARTING);
	world_await(is_back(IMAPS));
	world_pass(5000);
	ck_assert(!is_back(BAN(1)) && !is_back(BAN(2)));
	fakewall_add(&world.wall, BAN(1), 0);
	world_settle();
	fail2ban_is(FAIL2BAN_RUNNING);
	await_closed(1);
	ck_assert(is_back(BAN(1)) && is_back(BAN(2)));
	ck_assert_str_eq(world_outcome(BAN(1)), "skipped");
	ck_assert_str_eq(world_outcome(BAN(2)), "restored");
	ck_assert_int_eq(world_last()->kind, WIPE_REBOOT);
}
END_TEST

/* --- a store that breaks ----------------------------------------------------------------- */

/* While rules are on their way: they come back, and what became of them is written in the end. */
static void break_while_put_back(const char *sql)
{
	sqlite3 *other;

	begin();
	world.wall.silent = "addRichRule";
	fakewall_reload(&world.wall);
	world_await(fakewall_asked(&world.wall, "add public/rule") == 1);
	other = world_other_writer(sql);
	fakewall_answer(&world.wall);
	world.wall.silent = NULL;
	world_await(is_back(BAN(1)) && is_back(BAN(2)));
	world_await(world_told("settled") && engine_n_open_bans(world.engine) == 0);
	world_pass(10000);
	sqlite3_close(other);
	ck_assert(record_retry(world.record));
	ck_assert_uint_eq(world_n_unfinished(), 0);
	ck_assert_str_eq(world_outcome(BAN(1)), "restored");
	ck_assert_uint_eq(world_last()->n_bans_restored, 2);
}

START_TEST(store_is_locked_meanwhile)
{
	break_while_put_back("BEGIN IMMEDIATE");
}
END_TEST

START_TEST(store_is_damaged_meanwhile)
{
	break_while_put_back("DROP TABLE restore_step");
	ck_assert(world_said(".corrupt-"));
	/* what is wanted is in the new one */
	world_kill();
	fakewall_reload(&world.wall);
	world_restart();
	rise();
	await_closed(1);
	ck_assert(is_back(BAN(1)) && is_back(BAN(2)));
}
END_TEST

static Suite *suite(void)
{
	const TTest *const tests[] = {
	    come_back,
	    cost_nothing,
	    ended_meanwhile,
	    in_iptables_of_an_old_one,
	    in_iptables_of_its_own,
	    in_iptables_that_stay,
	    in_iptables_and_nobody_heard,
	    stranger,
	    by_hand_without_fail2ban,
	    by_hand_for_a_time,
	    by_hand_and_killed,
	    by_hand_beside_a_ban,
	    by_hand_or_not,
	    by_hand_and_withdrawn,
	    by_hand_and_no_jail_makes_such,
	    ended_while_put_back,
	    ended_while_put_back_by_a_young_one,
	    residue_that_stays,
	    fail2ban_is_silent,
	    fail2ban_is_stopped,
	    fail2ban_stops_while_put_back,
	    fail2ban_hangs_for_days,
	    fail2ban_is_silent_for_days,
	    fail2ban_is_stopped_for_days,
	    fail2ban_is_young,
	    fail2ban_is_old,
	    safe,
	    safe_by_what_fail2ban_ignores,
	    learned,
	    asks_again_for_what_comes_late,
	    all,
	    none,
	    two_jails,
	    two_jails_and_killed,
	    two_jails_and_killed_on_its_way,
	    two_jails_and_risen,
	    removed_by_hand_and_stored,
	    removed_by_hand,
	    removed_while_put_back,
	    suspects,
	    suspects_without_fail2ban,
	    refused,
	    wiped_while_put_back,
	    gone_while_put_back,
	    panic,
	    killed,
	    killed_and_ended,
	    killed_and_wiped_again,
	    killed_and_wiped_again_and_killed,
	    killed_and_banned_lately,
	    killed_and_fail2ban_restarted,
	    freed_and_killed,
	    removed_after_it_was_put_back,
	    many,
	    no_table,
	    table_of_the_guard_before,
	    table_is_renewed,
	    no_gap_table,
	    in_the_table_while_it_has_failed,
	    in_the_table_while_both_begin,
	    restarted,
	    reboot,
	    store_is_locked_meanwhile,
	    store_is_damaged_meanwhile,
	};
	Suite *s = world_suite("bankeeper", tests, ARRAY_SIZE(tests));

	world_suite_rows(s, as_rules_while_it_has_failed, 3);
	world_suite_rows(s, bans_wait_in_any_other_state, ARRAY_SIZE(other_states));
	world_suite_rows(s, state_changes_while_put_back, ARRAY_SIZE(other_states));
	world_suite_rows(s, by_hand_in_any_other_state, ARRAY_SIZE(other_states));
	return s;
}

int main(void)
{
	return unit_run(suite());
}
