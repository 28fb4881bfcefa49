// SPDX-License-Identifier: GPL-2.0-or-later
/* From a wipe to everything being back: each state and failure of a cycle. */
#include "guard/restore/trust.h"
#include "tests/unit/engine-world.h"
#include "tests/unit/firewalls.h"

#define IMAPS "public/service:imaps"
#define SMTPS "public/port:465/tcp"
#define OPEN  "public/service:ssh=rp " IMAPS "=r " SMTPS "=r"

/* A guard that has read a firewalld with these items. */
static void begin(const char *items)
{
	world_wall(items);
	world_guard();
	world_idle();
}

static void require(const char *text)
{
	_cleanup_item_ struct item item = item_from_text(text);

	ck_assert_int_eq(scope_require(&world.config.scope, &item), 0);
}

static bool is_back(const char *item)
{
	return fakewall_has(&world.wall, item);
}

/* --- wipes ------------------------------------------------------------------------------- */

START_TEST(reload)
{
	_cleanup_store_wipe_info_ struct store_wipe_info wipe = STORE_WIPE_INFO_NULL;

	begin(OPEN);
	ck_assert_uint_eq(world.wall.calls.n, 0);
	fakewall_reload(&world.wall);
	ck_assert(!is_back(IMAPS));
	world_idle();
	ck_assert(is_back(IMAPS) && is_back(SMTPS));
	ck_assert_uint_eq(world.wall.calls.n, 2);
	ck_assert_uint_eq(world_told("lost " IMAPS " lost"), 1);
	ck_assert_uint_eq(world_told("added " IMAPS " by us"), 1);
	ck_assert_uint_eq(world_told("ended reload"), 1);
	ck_assert_str_eq(world_outcome(IMAPS), "restored");
	wipe = world_last_wipe();
	ck_assert_int_eq(wipe.kind, WIPE_RELOAD);
	ck_assert_str_eq(wipe.cause, "reload by the test, 1 reloads");
	ck_assert_str_eq(wipe.outcome, "restored");
	ck_assert_uint_eq(wipe.n_restored, 2);
}
END_TEST

/* The first service is on its way before anything is written, and nothing waits for an answer. */
START_TEST(sends_before_all_else)
{
	begin(OPEN);
	world.wall.silent = "addService";
	fakewall_reload(&world.wall);
	world_await(fakewall_asked(&world.wall, "add " SMTPS) == 1);
	ck_assert(!is_back(IMAPS));
	fakewall_answer(&world.wall);
	world_idle();
	ck_assert(is_back(IMAPS));
	ck_assert_uint_eq(world_last()->n_restored, 2);
}
END_TEST

START_TEST(nothing_lost)
{
	_cleanup_store_wipe_info_ struct store_wipe_info wipe = STORE_WIPE_INFO_NULL;

	begin("public/service:ssh=rp");
	fakewall_reload(&world.wall);
	world_idle();
	ck_assert_uint_eq(world.wall.calls.n, 0);
	wipe = world_last_wipe();
	ck_assert_str_eq(wipe.outcome, "nothing lost");
}
END_TEST

START_TEST(restart_of_firewalld)
{
	begin(OPEN);
	world_restart();
	world_idle();
	ck_assert(is_back(IMAPS));
	ck_assert_int_eq(world_last()->kind, WIPE_RESTART);
	ck_assert_uint_eq(world_told("ended restart"), 1);
}
END_TEST

/* While it is away nothing is missing, and nothing is forgotten (law 2). */
START_TEST(away_for_long)
{
	begin(OPEN);
	fakewall_stop(&world.wall);
	world_pass(600000);
	ck_assert(!engine_now(world.engine).present);
	ck_assert(!engine_now(world.engine).busy);
	fakewall_wipe(&world.wall);
	fakewall_start(&world.wall, world.address, world.proc);
	world_idle();
	ck_assert(is_back(IMAPS) && is_back(SMTPS));
}
END_TEST

/* It goes while the answers are on their way: what they would have said is not known. */
START_TEST(gone_while_restoring)
{
	_cleanup_store_wipe_info_ struct store_wipe_info wipe = STORE_WIPE_INFO_NULL;

	begin(OPEN);
	world.wall.silent = "addService";
	fakewall_reload(&world.wall);
	world_await(fakewall_asked(&world.wall, "add " IMAPS) == 0 &&
	            fakewall_asked(&world.wall, "add " SMTPS) == 1);
	fakewall_stop(&world.wall);
	world_await(!engine_now(world.engine).present);
	wipe = world_last_wipe();
	ck_assert_str_eq(wipe.outcome, "interrupted");
	ck_assert_str_eq(world_outcome(IMAPS), "superseded");
	world.wall.silent = NULL;
	fakewall_wipe(&world.wall);
	fakewall_start(&world.wall, world.address, world.proc);
	world_idle();
	ck_assert(is_back(IMAPS) && is_back(SMTPS));
	ck_assert_str_eq(world_outcome(IMAPS), "restored");
	ck_assert_uint_eq(world_n_unfinished(), 0);
}
END_TEST

START_TEST(burst_is_one_wipe)
{
	_cleanup_store_wipe_info_ struct store_wipe_info wipe = STORE_WIPE_INFO_NULL;

	begin(OPEN);
	for (int i = 0; i < 3; i++)
		fakewall_reload(&world.wall);
	world_idle();
	wipe = world_last_wipe();
	ck_assert_str_eq(wipe.cause, "reload by the test, 3 reloads");
	ck_assert_uint_eq(world_told("ended reload"), 1);
	ck_assert(is_back(IMAPS));
}
END_TEST

START_TEST(wiped_while_restoring)
{
	unsigned n;

	begin(OPEN);
	world.wall.silent = "addService";
	fakewall_reload(&world.wall);
	world_await(fakewall_asked(&world.wall, "add " SMTPS) == 1);
	n = world.n_idle;
	fakewall_reload(&world.wall);
	world_await(world.n_idle > n);
	fakewall_answer(&world.wall);
	world_settle();
	ck_assert(is_back(IMAPS) && is_back(SMTPS));
	ck_assert_uint_eq(world_told("ended reload"), 2);
	ck_assert_str_eq(world_outcome(IMAPS), "restored");
	ck_assert_uint_eq(world_n_unfinished(), 0);
}
END_TEST

/* A reload that fails half way tells nobody. */
START_TEST(silent_wipe)
{
	begin(OPEN);
	fakewall_wipe(&world.wall);
	engine_look(world.engine, ENGINE_LOOK_AT_ALL);
	world_idle();
	ck_assert(is_back(IMAPS) && is_back(SMTPS));
	ck_assert_int_eq(world_last()->kind, WIPE_SILENT);
}
END_TEST

/* One of several is gone, and nobody can tell why: that is left to a person. */
START_TEST(unattributed)
{
	_cleanup_store_wipe_info_ struct store_wipe_info wipe = STORE_WIPE_INFO_NULL;

	begin(OPEN);
	world_kill();
	fakewall_drop(&world.wall, IMAPS);
	world_guard();
	world_idle();
	ck_assert(!is_back(IMAPS));
	ck_assert_uint_eq(world_told("lost " IMAPS " unattributed"), 1);
	wipe = world_last_wipe();
	ck_assert_str_eq(wipe.outcome, "left to the administrator");
	/* and it is not wanted any more */
	fakewall_reload(&world.wall);
	world_idle();
	ck_assert(!is_back(IMAPS) && is_back(SMTPS));
}
END_TEST

START_TEST(restore_is_off)
{
	_cleanup_store_wipe_info_ struct store_wipe_info wipe = STORE_WIPE_INFO_NULL;

	world.config.restore = false;
	begin(OPEN);
	fakewall_reload(&world.wall);
	world_idle();
	ck_assert_uint_eq(world.wall.calls.n, 0);
	wipe = world_last_wipe();
	ck_assert_str_eq(wipe.outcome, "not restored");
}
END_TEST

/* --- reading ----------------------------------------------------------------------------- */

/* From a firewalld that is not ready nothing follows, however long it lasts (law 2). */
START_TEST(not_ready)
{
	begin(OPEN);
	world.wall.state = "FAILED";
	fakewall_reload(&world.wall);
	world_await(world_told("state FAILED") == 1);
	world_pass(120000);
	/* it takes what it is told, and mail is back; nothing is learned, nor on record */
	ck_assert_uint_eq(world.wall.calls.n, 2);
	ck_assert_uint_eq(world_told("made do 2, 0 in no zone, 0 wait"), 1);
	ck_assert(is_back(IMAPS) && is_back(SMTPS));
	ck_assert_uint_eq(world_told("lost "), 0);
	ck_assert_uint_eq(world_told("withdrawn"), 0);
	/* whatever else a stock configuration has is nobody's wish */
	fakewall_make_permanent(&world.wall, "public/service:ssh", false);
	world_pass(20000);
	fakewall_make_permanent(&world.wall, "public/service:ssh", true);
	world.wall.state = "RUNNING";
	fakewall_reload(&world.wall);
	world_idle();
	ck_assert_uint_eq(world_told("lost public/service:ssh"), 0);
	ck_assert(is_back(IMAPS) && is_back(SMTPS));
}
END_TEST

/* What it did not take is tried again, which is told when something comes of it. */
START_TEST(takes_it_later_while_it_has_failed)
{
	begin(OPEN);
	world.wall.state = "FAILED";
	world.wall.refuse = SMTPS;
	world.wall.error = "COMMAND_FAILED: nft";
	world.wall.silent = "addService";
	world_restart();
	world_await(fakewall_asked(&world.wall, "add " IMAPS) == 0 &&
	            fakewall_asked(&world.wall, "add " SMTPS) == 1);
	fake_clock_skip(1000); /* longer than the pause until the next reading */
	world_settle_calls();
	world.wall.silent = NULL;
	fakewall_answer(&world.wall);
	world_pass(120000);
	ck_assert(is_back(IMAPS) && !is_back(SMTPS));
	ck_assert_uint_gt(fakewall_asked(&world.wall, "add " SMTPS), 2);
	ck_assert_uint_le(fakewall_asked(&world.wall, "add " SMTPS), 12);
	ck_assert_uint_eq(world_told("made do 1, "), 1);
	world.wall.refuse = NULL;
	world_pass(31000);
	ck_assert(is_back(SMTPS));
	ck_assert_uint_eq(world_told("made do "), 2);
}
END_TEST

/* What was open for a time ends there, too. */
START_TEST(time_ends_while_it_has_failed)
{
	begin(OPEN);
	fakewall_add(&world.wall, "public/service:imap", 120);
	world_pass(5000);
	world.wall.state = "FAILED";
	world_restart();
	world_await(is_back("public/service:imap"));
	world_pass(60000);
	ck_assert(is_back("public/service:imap"));
	world_pass(60000);
	ck_assert(is_back(IMAPS) && !is_back("public/service:imap"));
	ck_assert_uint_eq(world_told("removed public/service:imap timed"), 1);
}
END_TEST

#define IMAP "public/service:imap"

/* Another guard begins with it: what was taken out of it stays away, and what is timed ends. */
START_TEST(another_guard_while_it_has_failed)
{
	begin(OPEN " " IMAP "=r");
	fakewall_add(&world.wall, "public/service:pop3s", 120);
	world_pass(5000);
	world.wall.state = "FAILED";
	world_restart();
	world_await(is_back(IMAPS) && is_back(SMTPS) && is_back(IMAP));
	world_pass(10000);
	fakewall_remove(&world.wall, IMAP);
	world_pass(1000);
	world_kill();
	fakewall_remove(&world.wall, SMTPS);
	world_guard();
	world_pass(60000);
	ck_assert(is_back(IMAPS) && !is_back(IMAP) && !is_back(SMTPS));
	ck_assert_uint_eq(world_told("lost " SMTPS " unattributed"), 1);
	ck_assert_uint_eq(world_told("lost " IMAP), 0);
	ck_assert(is_back("public/service:pop3s"));
	world_pass(60000);
	ck_assert(!is_back("public/service:pop3s"));
	/* also where it was over before */
	fakewall_add(&world.wall, "public/service:pop3s", 60);
	world_pass(1000);
	world_restart();
	world_await(is_back("public/service:pop3s"));
	world_pass(1000);
	world_kill();
	fake_clock_skip(120000);
	world_guard();
	world_pass(3000);
	ck_assert(is_back(IMAPS) && !is_back("public/service:pop3s"));
	/* another firewalld that fails, too */
	world_kill();
	fakewall_remove(&world.wall, IMAPS);
	world_restart();
	world_guard();
	world_await(is_back(IMAPS));
	world.wall.state = "RUNNING";
	fakewall_reload(&world.wall);
	world_idle();
	ck_assert(is_back(IMAPS) && !is_back(IMAP) && !is_back(SMTPS));
}
END_TEST

/* What the guard before did not come to put back, is; and all, where it has loaded anew. */
START_TEST(killed_before_it_was_filled)
{
	begin(OPEN);
	world.wall.state = "FAILED";
	world.wall.refuse = SMTPS;
	world.wall.error = "COMMAND_FAILED: nft";
	world_restart();
	world_await(is_back(IMAPS));
	world_pass(_i ? 5000 : 0);
	world_kill();
	world.wall.refuse = NULL;
	if (_i == 2) {
		fakewall_remove(&world.wall, IMAPS);
		world.wall.loaded++;
	}
	world_guard();
	world_await(is_back(SMTPS) && is_back(IMAPS));
	ck_assert_uint_eq(world_told("unattributed"), 0);
}
END_TEST

/* Whatever was before, also at the first start of a guard; nothing else follows from it. */
START_TEST(required_while_it_has_failed)
{
	require(IMAPS);
	world_wall("public/service:ssh=rp");
	world.wall.state = "FAILED";
	world_guard();
	world_await(is_back(IMAPS));
	world_pass(1000);
	ck_assert_uint_eq(world_told("made do 1, "), 1);
	ck_assert(!engine_now(world.engine).known);
	fakewall_remove(&world.wall, IMAPS);
	world_pass(31000);
	ck_assert(is_back(IMAPS));
	world.wall.state = "RUNNING";
	fakewall_make_permanent(&world.wall, SMTPS, true);
	fakewall_reload(&world.wall);
	world_idle();
	ck_assert(is_back(IMAPS) && is_back(SMTPS));
	ck_assert_uint_eq(world_told("withdrawn"), 0);
}
END_TEST

/* Whom firewalld takes along to another default zone, only a reading tells that counts. */
START_TEST(default_zone_changes_while_it_has_failed)
{
	begin(OPEN " public/interface:host0=r");
	world.wall.state = "FAILED";
	world_restart();
	world_await(is_back("public/interface:host0"));
	fakewall_default_zone(&world.wall, "work");
	world_pass(20000);
	world.wall.state = "RUNNING";
	fakewall_reload(&world.wall);
	world_idle();
	ck_assert(is_back(IMAPS) && is_back("public/interface:host0"));
}
END_TEST

START_TEST(broken_off)
{
	begin(OPEN);
	world.config.repair = false; /* test-repair has that */
	world.wall.state = "INIT";
	fakewall_reload(&world.wall);
	world_await(world_told("trouble broken person") == 1);
	world_pass(60000);
	ck_assert_uint_eq(world_told("trouble"), 1);
	ck_assert_uint_eq(world.wall.calls.n, 0);
	world.wall.state = "RUNNING";
	world_idle();
	ck_assert(is_back(IMAPS));
}
END_TEST

/* A guard that was killed before it heard of it finds what the reload has left. */
START_TEST(broken_off_unseen)
{
	const char *const states[] = {"INIT", "FAILED"};

	world.config.repair = false;
	begin(OPEN);
	for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
		world_kill();
		fakewall_wipe(&world.wall);
		world.wall.state = states[i];
		world_guard();
		world_pass(20000);
		ck_assert_uint_eq(world_told("lost "), 2 * i);
		world.wall.state = "RUNNING";
		fakewall_reload(&world.wall);
		world_idle();
		ck_assert(is_back(IMAPS) && is_back(SMTPS));
		ck_assert_int_eq(world_last()->kind, WIPE_RELOAD);
	}
}
END_TEST

START_TEST(reading_fails)
{
	begin(OPEN);
	world.wall.fail_reading = "TRACEBACK: something";
	fakewall_reload(&world.wall);
	world_await(world_told("unread ") > 1);
	world_pass(30000);
	ck_assert_uint_eq(world_told("lost "), 0);
	world.wall.fail_reading = NULL;
	world_idle();
	ck_assert(is_back(IMAPS));
}
END_TEST

/* What was heard while it was read is newer than the answer. */
START_TEST(removed_while_reading)
{
	begin(OPEN);
	world.wall.silent = "getZoneSettings2";
	engine_look(world.engine, ENGINE_LOOK_AT_ALL);
	world_settle_calls();
	fakewall_remove(&world.wall, IMAPS);
	fakewall_add(&world.wall, "public/service:pop3s", 0);
	fakewall_answer(&world.wall);
	world_idle();
	fakewall_reload(&world.wall);
	world_idle();
	ck_assert(!is_back(IMAPS));
	ck_assert(is_back("public/service:pop3s"));
}
END_TEST

/* --- restoring --------------------------------------------------------------------------- */

/* What firewalld refuses is tried again, and in the end told: the rest is back. */
START_TEST(step_refused)
{
	_cleanup_store_wipe_info_ struct store_wipe_info wipe = STORE_WIPE_INFO_NULL;

	begin(OPEN);
	world.wall.refuse = IMAPS;
	world.wall.error = "COMMAND_FAILED: nft";
	fakewall_reload(&world.wall);
	world_idle();
	ck_assert_uint_eq(fakewall_asked(&world.wall, "add " IMAPS), 4);
	ck_assert_uint_eq(fakewall_asked(&world.wall, "add " SMTPS), 1);
	ck_assert_uint_eq(world_told("failed " IMAPS " COMMAND_FAILED: nft"), 1);
	ck_assert(is_back(SMTPS));
	wipe = world_last_wipe();
	ck_assert_str_eq(wipe.outcome, "partly restored");
	ck_assert_uint_eq(wipe.n_failed, 1);
}
END_TEST

START_TEST(refused_for_a_while)
{
	begin(OPEN);
	world.wall.refuse = IMAPS;
	world.wall.error = "COMMAND_FAILED: nft";
	fakewall_reload(&world.wall);
	world_await(fakewall_asked(&world.wall, "add " IMAPS) == 2);
	world.wall.refuse = NULL;
	world_idle();
	ck_assert(is_back(IMAPS));
	ck_assert_str_eq(world_outcome(IMAPS), "restored");
	ck_assert_uint_eq(world_told("failed "), 0);
}
END_TEST

/* Nothing mends a service that is not known by trying again. */
START_TEST(no_such_service)
{
	begin(OPEN);
	world.wall.refuse = IMAPS;
	world.wall.error = "INVALID_SERVICE: imaps";
	fakewall_reload(&world.wall);
	world_idle();
	ck_assert_uint_eq(fakewall_asked(&world.wall, "add " IMAPS), 1);
	ck_assert_uint_eq(world_told("failed " IMAPS), 1);
}
END_TEST

/* As long as it lasts: who ends it wants mail back, too. */
START_TEST(lockdown)
{
	begin(OPEN);
	world.wall.refuse = "public";
	world.wall.error = "ACCESS_DENIED: lockdown is enabled";
	fakewall_reload(&world.wall);
	world_await(world_told("denied") == 8);
	ck_assert_uint_eq(world_told("failed "), 0);
	world.wall.refuse = NULL;
	world_idle();
	ck_assert(is_back(IMAPS) && is_back(SMTPS));
}
END_TEST

/* Nothing is reported restored that was not read back (law 4). */
START_TEST(accepted_and_not_there)
{
	begin(OPEN);
	world.wall.forget = IMAPS;
	fakewall_reload(&world.wall);
	world_idle();
	ck_assert_uint_eq(world_told("failed " IMAPS " firewalld accepted it"), 1);
	ck_assert_str_eq(world_outcome(SMTPS), "restored");
	ck_assert_str_eq(world_outcome(IMAPS), "failed");
}
END_TEST

START_TEST(panic)
{
	begin(OPEN);
	fakewall_panic(&world.wall, true);
	world_settle();
	fakewall_reload(&world.wall);
	world_await(world_said("firewalld accepts nothing in panic mode"));
	world_pass(10000);
	ck_assert(!is_back(IMAPS));
	fakewall_panic(&world.wall, false);
	world_idle();
	ck_assert(is_back(IMAPS) && is_back(SMTPS));
	ck_assert_uint_eq(world_told("failed "), 0);
}
END_TEST

static void turns(unsigned n)
{
	while (n-- > 0)
		world_turn();
}

/* The reading has the answer from before, and ends after the signal. */
START_TEST(panic_amid_a_reading)
{
	begin(OPEN);
	world.wall.silent = "getAllChains";
	fakewall_reload(&world.wall);
	world_await(is_back(IMAPS) && is_back(SMTPS));
	turns(20);
	fakewall_panic(&world.wall, true);
	turns(20);
	fakewall_answer(&world.wall);
	world_settle();
	fakewall_reload(&world.wall);
	world_await(world_said("firewalld accepts nothing in panic mode"));
}
END_TEST

/* It was removed when it had just come back: then it stays away. */
static void remove_it(const char *what, void *userdata)
{
	bool *done = userdata;

	if (*done || !strstr(what, "add " SMTPS))
		return;
	*done = true;
	fakewall_remove(&world.wall, IMAPS);
}

START_TEST(removed_meanwhile)
{
	bool done = false;

	begin(OPEN);
	world.wall.on_change = remove_it;
	world.wall.userdata = &done;
	fakewall_reload(&world.wall);
	world_idle();
	ck_assert(done);
	ck_assert(!is_back(IMAPS) && is_back(SMTPS));
	ck_assert_str_eq(world_outcome(IMAPS), "skipped");
	fakewall_reload(&world.wall);
	world_idle();
	ck_assert(!is_back(IMAPS));
}
END_TEST

/* While another try waits, the administrator takes it back, or puts it back himself. */
START_TEST(taken_back_while_it_waits)
{
	begin(OPEN);
	world.wall.refuse = "public/";
	world.wall.error = "COMMAND_FAILED: nft";
	fakewall_reload(&world.wall);
	world_await(fakewall_asked(&world.wall, "add " IMAPS) == 1 &&
	            firewalld_pending(world.fw) == 0);
	world_settle();
	world.wall.refuse = NULL;
	fakewall_add(&world.wall, IMAPS, 0);
	fakewall_remove(&world.wall, IMAPS);
	fakewall_add(&world.wall, SMTPS, 0);
	world_idle();
	ck_assert(!is_back(IMAPS) && is_back(SMTPS));
	ck_assert_uint_eq(fakewall_asked(&world.wall, "add "), 2);
	ck_assert_str_eq(world_outcome(IMAPS), "skipped");
}
END_TEST

/* --- law 1 ------------------------------------------------------------------------------- */

START_TEST(removed_on_purpose)
{
	begin(OPEN);
	fakewall_remove(&world.wall, IMAPS);
	world_await(world_told("removed " IMAPS " protected") == 1);
	fakewall_reload(&world.wall);
	world_idle();
	ck_assert(!is_back(IMAPS) && is_back(SMTPS));
}
END_TEST

START_TEST(left_the_permanent_configuration)
{
	begin(OPEN);
	fakewall_make_permanent(&world.wall, "public/service:ssh", false);
	engine_look(world.engine, ENGINE_LOOK_AT_ALL);
	world_idle();
	ck_assert_uint_eq(world_told("withdrawn public/service:ssh"), 1);
	fakewall_reload(&world.wall);
	world_idle();
	ck_assert(!is_back("public/service:ssh"));
	ck_assert_uint_eq(world_told("lost public/service:ssh removed"), 1);
}
END_TEST

/* What was open for a time comes back for the rest of it, and the guard ends it. */
START_TEST(timed)
{
	begin("public/service:ssh=rp");
	fakewall_add(&world.wall, IMAPS, 600);
	world_settle();
	world_pass(60000);
	fakewall_reload(&world.wall);
	world_idle();
	ck_assert(is_back(IMAPS));
	world_pass(500000);
	ck_assert(is_back(IMAPS));
	world_await(!is_back(IMAPS));
	ck_assert_uint_eq(fakewall_asked(&world.wall, "remove " IMAPS), 1);
	world_settle();
	fakewall_reload(&world.wall);
	world_idle();
	ck_assert(!is_back(IMAPS));
}
END_TEST

/* firewalld 2.4.1 and later: the timer of what was removed, and opened anew for good, tells, too.
 */
START_TEST(opened_anew_and_said_to_be_gone)
{
	begin("public/service:ssh=rp");
	fakewall_add(&world.wall, IMAPS, 600);
	fakewall_remove(&world.wall, IMAPS);
	fakewall_add(&world.wall, IMAPS, 0);
	world_settle();
	world_pass(600000);
	fakewall_say_removed(&world.wall, IMAPS);
	world_settle();
	world_pass(5000);
	fakewall_reload(&world.wall);
	world_idle();
	ck_assert(is_back(IMAPS));
}
END_TEST

/* One that firewalld does not let go is tried again. */
START_TEST(end_refused)
{
	begin("public/service:ssh=rp");
	fakewall_add(&world.wall, IMAPS, 600);
	world_settle();
	fakewall_reload(&world.wall);
	world_idle();
	world.wall.refuse = IMAPS;
	world.wall.error = "COMMAND_FAILED: nft";
	world_pass(660000);
	ck_assert(is_back(IMAPS));
	ck_assert(world_said("could not be closed at the end of its time"));
	world.wall.refuse = NULL;
	world_await(!is_back(IMAPS));
}
END_TEST

START_TEST(required)
{
	require(IMAPS);
	begin("public/service:ssh=rp");
	ck_assert(is_back(IMAPS));
	ck_assert_int_eq(world_last()->kind, WIPE_REQUIRE);
	fakewall_remove(&world.wall, IMAPS);
	world_idle();
	ck_assert(is_back(IMAPS));
}
END_TEST

/* Whoever removes it again and again is not fought at full speed (law 6). */
START_TEST(required_again_and_again)
{
	int64_t before_us;
	size_t n;

	require(IMAPS);
	begin("public/service:ssh=rp");
	for (int i = 0; i < 12 && !world_told("fight " IMAPS); i++) {
		fakewall_remove(&world.wall, IMAPS);
		world_await(is_back(IMAPS));
		world_settle();
	}
	ck_assert_uint_eq(world_told("fight " IMAPS), 1);
	before_us = clock_monotonic_us();
	for (int i = 0; i < 4; i++) {
		fakewall_remove(&world.wall, IMAPS);
		world_await(is_back(IMAPS));
		world_settle();
	}
	ck_assert_int_gt(clock_monotonic_us() - before_us, 8 * SECOND);
	ck_assert_uint_eq(world_told("fight " IMAPS), 1);
	n = world_told("removed again " IMAPS);
	ck_assert_uint_gt(n, 0);
	/* who reads the configuration again wants to see what comes of it now */
	engine_configured(world.engine);
	fakewall_remove(&world.wall, IMAPS);
	world_await(is_back(IMAPS));
	ck_assert_uint_eq(world_told("removed again " IMAPS), n);
}
END_TEST

START_TEST(loop_of_reloads)
{
	int64_t before_us;

	begin(OPEN);
	for (int i = 0; i < 40 && !world_told("breaker "); i++) {
		fakewall_reload(&world.wall);
		world_idle();
	}
	ck_assert_uint_eq(world_told("breaker reload by the test"), 1);
	before_us = clock_monotonic_us();
	for (int i = 0; i < 4; i++) {
		fakewall_reload(&world.wall);
		world_idle();
	}
	ck_assert_int_gt(clock_monotonic_us() - before_us, 8 * SECOND);
	ck_assert(is_back(IMAPS));
	ck_assert_uint_eq(world_told("breaker "), 1);
}
END_TEST

START_TEST(released_and_opened_again)
{
	_cleanup_store_items_ struct store_items released = STORE_ITEMS_NULL;
	_cleanup_item_ struct item item = item_from_text(IMAPS);

	begin(OPEN);
	ck_ok(store_release_put(record_store(world.record), &item, clock_now_us(), &err));
	fakewall_reload(&world.wall);
	world_idle();
	ck_assert(!is_back(IMAPS));
	ck_assert_uint_eq(world_told("lost " IMAPS " released"), 1);
	fakewall_add(&world.wall, IMAPS, 0);
	/* on a busy machine the signal is still on its way when all seems quiet */
	for (int i = 0; i == 0 || (released.n && i < 50); i++) {
		store_items_deinit(&released);
		world_settle();
		ck_assert_int_eq(record_released(world.record, &released), 0);
	}
	ck_assert_uint_eq(released.n, 0);
	fakewall_reload(&world.wall);
	world_idle();
	ck_assert(is_back(IMAPS));
}
END_TEST

/* --- bindings ---------------------------------------------------------------------------- */

#define HOST "work/interface:host0"

START_TEST(binding)
{
	begin("public/service:ssh=rp work/service:imaps=r " HOST "=r");
	fakewall_reload(&world.wall);
	world_idle();
	ck_assert(is_back(HOST) && is_back("work/service:imaps"));
}
END_TEST

/* It is another's by now: what somebody bound elsewhere stays there. */
START_TEST(binding_moved)
{
	begin("public/service:ssh=rp work/service:imaps=r " HOST "=r");
	fakewall_drop(&world.wall, HOST);
	fakewall_add(&world.wall, "public/interface:host0", 0);
	world_settle();
	ck_assert_uint_eq(world_told("moved " HOST " public"), 1);
	fakewall_reload(&world.wall);
	world_idle();
	ck_assert(!is_back(HOST));
}
END_TEST

/* --- whom a person trusts for a while ---------------------------------------------------- */

#define TRUSTED "trusted/source:192.0.2.7"

/* What `reload-guard trust` does, and what it waits for. */
static void trust_for(int64_t seconds)
{
	char address[] = "192.0.2.7";
	const struct store_trust trust = {.address = address,
	                                  .since_us = clock_now_us(),
	                                  .until_us = clock_now_us() + seconds * SECOND};

	ck_ok(store_trust_put(record_store(world.record), &trust, &err));
	fakewall_add(&world.wall, TRUSTED, 0);
}

static size_t n_trusted(bool held)
{
	_cleanup_store_trusts_ struct store_trusts trusts = STORE_TRUSTS_NULL;
	size_t n = 0;

	ck_ok(store_trust_list(record_store(world.record), &trusts, &err));
	for (size_t i = 0; i < trusts.n; i++)
		n += trusts.rows[i].held || !held;
	return n;
}

static const struct {
	const char *range;
	int result;
} trustees[] = {
    {"192.0.2.7", 0},
    {"10.0.0.0/16", 0},
    {"2001:db8::7", 0},
    {"2001:db8:1::/48", 0},
    {"::ffff:192.0.2.7", 0},
    {"10.0.0.0/15", TRUST_E_REFUSED},
    {"0.0.0.0/0", TRUST_E_REFUSED},
    {"::/0", TRUST_E_REFUSED},
    {"2001:db8::/47", TRUST_E_REFUSED},
    {"::ffff:0:0/96", TRUST_E_REFUSED},
    {"0.0.0.0", TRUST_E_REFUSED},
    {"127.0.0.1", TRUST_E_REFUSED},
    {"224.0.0.1", TRUST_E_REFUSED},
    {"255.255.255.255", TRUST_E_REFUSED},
    {"::1", TRUST_E_REFUSED},
    {"ff02::1", TRUST_E_REFUSED},
};

START_TEST(trustees_are_some)
{
	for (size_t i = 0; i < ARRAY_SIZE(trustees); i++) {
		struct cidr range;

		ck_assert_int_eq(cidr_parse(&range, trustees[i].range, 0, NULL), 0);
		ck_assert_msg(trust_check(&range, NULL) == trustees[i].result, "%s",
		              trustees[i].range);
	}
}
END_TEST

START_TEST(trusted)
{
	begin(OPEN);
	trust_for(600);
	world_await(n_trusted(true) == 1);
	fakewall_reload(&world.wall);
	world_idle();
	ck_assert(is_back(TRUSTED));
	world_pass(500000);
	ck_assert(is_back(TRUSTED));
	world_await(!is_back(TRUSTED));
	world_await(n_trusted(false) == 0);
	fakewall_reload(&world.wall);
	world_idle();
	ck_assert(!is_back(TRUSTED) && is_back(IMAPS));
}
END_TEST

/* firewalld has no timer for a source: a guard that begins knows the end from the store. */
START_TEST(trusted_by_the_guard_before)
{
	begin(OPEN);
	trust_for(600);
	world_await(n_trusted(true) == 1);
	world_kill();
	world_restart();
	world_guard();
	world_idle();
	ck_assert(is_back(TRUSTED));
	world_kill();
	world_pass(700000);
	ck_assert(is_back(TRUSTED));
	world_guard();
	world_await(!is_back(TRUSTED));
	world_await(n_trusted(false) == 0);
}
END_TEST

/* Who takes it out means it, and who puts it in without a word for how long is not asked. */
START_TEST(trusted_no_more)
{
	begin(OPEN);
	trust_for(600);
	world_await(n_trusted(true) == 1);
	fakewall_remove(&world.wall, TRUSTED);
	world_await(n_trusted(false) == 0);
	fakewall_reload(&world.wall);
	world_idle();
	ck_assert(!is_back(TRUSTED));
	fakewall_add(&world.wall, TRUSTED, 0);
	world_settle();
	world_pass(700000);
	ck_assert(is_back(TRUSTED));
}
END_TEST

/* Whoever asked for it and was killed before firewalld heard of it has asked for nothing. */
START_TEST(trusted_by_nobody)
{
	char address[] = "192.0.2.7";
	struct store_trust trust = {.address = address};

	begin(OPEN);
	trust.since_us = clock_now_us();
	trust.until_us = trust.since_us + 600 * SECOND;
	ck_ok(store_trust_put(record_store(world.record), &trust, &err));
	fakewall_reload(&world.wall);
	world_idle();
	ck_assert_uint_eq(n_trusted(false), 1);
	world_pass(61000);
	fakewall_reload(&world.wall);
	world_idle();
	ck_assert_uint_eq(n_trusted(false), 0);
	ck_assert(!is_back(TRUSTED));
}
END_TEST

static void hear_of(enum firewalld_event_type type, const char *text, enum cause_mover mover)
{
	_cleanup_item_ struct item item = item_from_text(text);
	const struct firewalld_event event = {.type = type, .at_us = clock_now_us(), .item = &item};

	world.mover = mover;
	engine_hear(world.engine, &event);
	world.mover = CAUSE_MOVER_SOMEBODY;
}

/* NetworkManager did this out of habit, as who watches the bus knows. */
static void unbind(enum firewalld_event_type type, const char *text)
{
	hear_of(type, text, CAUSE_MOVER_HABIT);
}

/* What its connection says is permanent, before it is read, and where it was it is not missed. */
START_TEST(bound_by_its_connection)
{
	_cleanup_item_ struct item here = item_from_text("public/interface:host0"),
	                           there = item_from_text(HOST);

	begin("public/service:imaps=rp public/interface:host0=r work/service:imaps=r");
	hear_of(FIREWALLD_EVENT_ITEM_MOVED, HOST, CAUSE_MOVER_CONNECTION);
	ck_assert(firewall_has(engine_wanted(world.engine), &there, FIREWALL_PERMANENT));
	ck_assert(!firewall_has(engine_wanted(world.engine), &here, FIREWALL_RUNTIME));
	/* and is looked at without another word */
	ck_assert(engine_now(world.engine).idle);
	world_await(!engine_now(world.engine).idle);
}
END_TEST

START_TEST(unbound)
{
	const struct {
		enum firewalld_event_type type;
		const char *item;
	} rows[] = {{FIREWALLD_EVENT_ITEM_MOVED, "public/interface:host0"},
	            {FIREWALLD_EVENT_ITEM_REMOVED, HOST}};

	begin("public/service:ssh=rp work/service:imaps=r " HOST "=r");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		fakewall_drop(&world.wall, HOST);
		unbind(rows[i].type, rows[i].item);
		world_idle();
		ck_assert(is_back(HOST));
		ck_assert_int_eq(world_last()->kind, WIPE_NETWORK_MANAGER);
	}
	ck_assert_uint_eq(world_told("moved "), 0);
	ck_assert_uint_eq(world_told("removed "), 0);
	fakewall_reload(&world.wall);
	world_idle();
	ck_assert(is_back(HOST));
}
END_TEST

/* It takes a binding, and is no reason for anything else to be gone, or to lose its end. */
START_TEST(unbound_and_nothing_else)
{
	_cleanup_item_ struct item imap = ITEM_NULL;

	begin("public/service:ssh=rp work/service:imaps=r work/service:pop3s=r " HOST "=r");
	fakewall_add(&world.wall, "work/service:imap", 600);
	world_settle();
	ck_assert_int_eq(item_parse(&imap, "work/service:imap", NULL), 0);
	fakewall_drop(&world.wall, HOST);
	fakewall_drop(&world.wall, "work/service:pop3s");
	unbind(FIREWALLD_EVENT_ITEM_MOVED, "public/interface:host0");
	world_idle();
	ck_assert(is_back(HOST) && !is_back("work/service:pop3s"));
	ck_assert_uint_eq(world_told("lost work/service:pop3s unattributed"), 1);
	ck_assert_int_ne(firewall_find(engine_wanted(world.engine), &imap)->until_us, 0);
}
END_TEST

/* To the default zone an interface comes by itself, and what serves nothing may go. */
START_TEST(unbound_needs_nothing)
{
	begin("public/service:ssh=rp public/service:imaps=r public/interface:host0=r "
	      "work/interface:host1=r");
	fakewall_drop(&world.wall, "public/interface:host0");
	unbind(FIREWALLD_EVENT_ITEM_REMOVED, "public/interface:host0");
	fakewall_drop(&world.wall, "work/interface:host1");
	unbind(FIREWALLD_EVENT_ITEM_REMOVED, "work/interface:host1");
	world_settle();
	engine_look(world.engine, ENGINE_LOOK_AT_ALL);
	world_idle();
	ck_assert_uint_eq(world_told("lost "), 0);
	ck_assert_uint_eq(world.wall.calls.n, 0);
}
END_TEST

/* In the midst of what a reload took it belongs to that. */
START_TEST(unbound_amid_a_reload)
{
	begin("public/service:ssh=rp work/service:imaps=r " HOST "=r");
	fakewall_reload(&world.wall);
	world_await(world_told("lost ") > 0);
	unbind(FIREWALLD_EVENT_ITEM_MOVED, "public/interface:host0");
	world_idle();
	ck_assert(is_back(HOST) && is_back("work/service:imaps"));
	ck_assert_int_eq(world_last()->kind, WIPE_RELOAD);
}
END_TEST

START_TEST(default_zone_changes)
{
	unsigned n;

	begin(OPEN);
	n = world.wall.n_readings;
	fakewall_default_zone(&world.wall, "work");
	world_idle();
	ck_assert_uint_gt(world.wall.n_readings, n);
	ck_assert_str_eq(engine_wanted(world.engine)->default_zone, "work");
}
END_TEST

/* --- what else firewalld tells ------------------------------------------------------------ */

static void hear(enum firewalld_event_type type)
{
	const struct firewalld_event event = {
	    .type = type, .at_us = clock_now_us(), .zone = "public"};

	engine_hear(world.engine, &event);
}

/* Something may have happened that was not heard of: it is looked at, and what went was meant. */
START_TEST(lost_track)
{
	const enum firewalld_event_type types[] = {FIREWALLD_EVENT_LOST_TRACK,
	                                           FIREWALLD_EVENT_ZONE_CHANGED};
	unsigned n;

	begin(OPEN);
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		fakewall_drop(&world.wall, i ? SMTPS : IMAPS);
		n = world.n_idle;
		hear(types[i]);
		world_await(world.n_idle > n);
		world_settle();
	}
	ck_assert(!is_back(IMAPS) && !is_back(SMTPS));
	ck_assert_uint_eq(world_told("lost " IMAPS " unattributed"), 1);
	hear(FIREWALLD_EVENT_PERMANENT_CHANGED);
	world_idle();
	hear(FIREWALLD_EVENT_BUS_BACK);
	ck_assert(engine_now(world.engine).idle);
}
END_TEST

#define POLICY "policy:in"

static void hear_policy(const char *items, bool ours)
{
	_cleanup_firewall_ struct firewall contents = firewall_from_text(items);
	const struct firewalld_event event = {
	    .type = FIREWALLD_EVENT_POLICY_CHANGED,
	    .at_us = clock_now_us(),
	    .zone = POLICY,
	    .contents = &contents,
	    .kinds = 1U << ITEM_SERVICE,
	    .ours = ours,
	};

	engine_hear(world.engine, &event);
}

/* Of a policy all is told that it has now: what is not there any more was removed. */
START_TEST(policy)
{
	begin(OPEN);
	hear_policy(POLICY "/service:imaps=r " POLICY "/service:smtps=r", false);
	ck_assert_uint_eq(world_told("added " POLICY "/service:"), 2);
	hear_policy(POLICY "/service:smtps=r", false);
	ck_assert_uint_eq(world_told("removed " POLICY "/service:imaps"), 1);
	/* while a change of ours is under way nothing is taken for a removal */
	hear_policy("", true);
	ck_assert_uint_eq(world_told("removed "), 1);
}
END_TEST

/* Bans come in bursts, and one snapshot is enough for all of them. */
START_TEST(snapshots_of_a_burst)
{
	_cleanup_store_snapshot_ struct store_snapshot before = STORE_SNAPSHOT_NULL,
	                                               after = STORE_SNAPSHOT_NULL;
	char rule[128];

	begin(OPEN);
	ck_ok(store_snapshot_last(record_store(world.record), &before, NULL, &err));
	for (int i = 0; i < 20; i++) {
		snprintf(rule, sizeof(rule),
		         "public/rule:rule family=\"ipv4\" source address=\"192.0.2.%d\" drop", i);
		fakewall_add(&world.wall, rule, 0);
		world_pass(100);
	}
	ck_assert_uint_eq(world_told("quiet"), 0);
	world_pass(6000);
	ck_assert_uint_eq(world_told("quiet"), 1);
	ck_ok(store_snapshot_last(record_store(world.record), &after, NULL, &err));
	ck_assert_int_gt(after.id, before.id);
}
END_TEST

START_TEST(edited_and_made_permanent)
{
	_cleanup_item_ struct item ssh = item_from_text("public/service:ssh");
	_cleanup_item_ struct item imaps = item_from_text(IMAPS);

	begin(OPEN);
	engine_edited(world.engine, &imaps, ENGINE_WRITTEN);
	ck_assert(firewall_has(engine_wanted(world.engine), &imaps, FIREWALL_PERMANENT));
	/* evidence of neither (law 1): told, and left to the administrator */
	engine_edited(world.engine, &ssh, ENGINE_EDITED_OUT);
	fakewall_make_permanent(&world.wall, "public/service:ssh", false);
	fakewall_reload(&world.wall);
	world_idle();
	ck_assert(!is_back("public/service:ssh"));
	ck_assert_uint_eq(world_told("lost public/service:ssh unattributed"), 1);
}
END_TEST

/* --- another boot ------------------------------------------------------------------------ */

/* What was open when the machine went down was lost with it; nobody closed it. */
START_TEST(reboot)
{
	begin(OPEN);
	world_boot();
	world_idle();
	ck_assert(is_back(IMAPS) && is_back(SMTPS));
	ck_assert_int_eq(world_last()->kind, WIPE_REBOOT);
	ck_assert_str_eq(world_last()->boot_id, OTHER_BOOT);
	ck_assert_str_eq(world_last()->outcome, "restored");
	ck_assert_uint_eq(world_told("ended reboot"), 1);
	/* and that boot is known now: what goes from here on is nobody's loss */
	world_kill();
	fakewall_drop(&world.wall, IMAPS);
	world_guard();
	world_idle();
	ck_assert(!is_back(IMAPS) && is_back(SMTPS));
	ck_assert_uint_eq(world_told("lost " IMAPS " unattributed"), 1);
}
END_TEST

/* Who takes it out of the configuration while the machine is down means that (law 1). */
START_TEST(reboot_and_withdrawn)
{
	begin(OPEN);
	world_kill();
	fakewall_make_permanent(&world.wall, "public/service:ssh", false);
	world_boot();
	world_idle();
	ck_assert(is_back(IMAPS) && !is_back("public/service:ssh"));
	ck_assert_uint_eq(world_told("lost public/service:ssh removed"), 1);
}
END_TEST

/* Killed when half of it was back: the next guard of that boot sees the same boot in it (law 4). */
START_TEST(reboot_and_killed)
{
	begin(OPEN);
	world.wall.silent = "addService";
	world_boot();
	world_await(is_back(SMTPS));
	world_kill();
	world.wall.silent = NULL;
	fakewall_drop_held(&world.wall);
	world_guard();
	world_idle();
	ck_assert(is_back(IMAPS) && is_back(SMTPS));
	ck_assert_int_eq(world_last()->kind, WIPE_REBOOT);
	ck_assert_uint_eq(world_n_unfinished(), 0);
}
END_TEST

/* firewalld cannot be read at first, and reloads before it can: that boot is no less of a wipe. */
START_TEST(reboot_amid_a_reload)
{
	begin(OPEN);
	world.wall.silent = "getZoneSettings2";
	world_boot();
	world_settle_calls();
	world.wall.silent = NULL;
	fakewall_reload(&world.wall);
	world_idle();
	ck_assert(is_back(IMAPS) && is_back(SMTPS));
	ck_assert_int_eq(world_last()->kind, WIPE_REBOOT);
}
END_TEST

/* What fails at the boot is owed, also to the next one. */
START_TEST(reboot_and_refused)
{
	begin(OPEN);
	world.wall.refuse = IMAPS;
	world.wall.error = "INVALID_SERVICE: imaps";
	world_boot();
	world_idle();
	ck_assert_str_eq(world_outcome(IMAPS), "failed");
	world.wall.refuse = NULL;
	world_boot();
	world_idle();
	ck_assert(is_back(IMAPS) && is_back(SMTPS));
}
END_TEST

/* --- a guard before this one ------------------------------------------------------------- */

/* Killed before it heard what the wipe took: it took what is missing. */
START_TEST(killed_while_reading)
{
	begin(OPEN);
	world.wall.silent = "getZoneSettings2";
	fakewall_reload(&world.wall);
	world_await(world_n_unfinished() == 1);
	world_kill();
	world.wall.silent = NULL;
	fakewall_answer(&world.wall);
	world_guard();
	world_idle();
	ck_assert(is_back(IMAPS) && is_back(SMTPS));
	ck_assert_uint_eq(world_n_unfinished(), 0);
	ck_assert_uint_eq(world_told("ended reload"), 1);
}
END_TEST

/* Killed when half of it was sent: the rest is finished by the next one (law 4). */
START_TEST(killed_while_restoring)
{
	_cleanup_store_wipe_info_ struct store_wipe_info wipe = STORE_WIPE_INFO_NULL;

	begin(OPEN);
	world.wall.silent = "addService";
	fakewall_reload(&world.wall);
	world_await(is_back(SMTPS));
	world_kill();
	ck_assert(!is_back(IMAPS));
	world.wall.silent = NULL;
	fakewall_drop_held(&world.wall);
	world_guard();
	world_idle();
	ck_assert(is_back(IMAPS));
	ck_assert_uint_eq(world_n_unfinished(), 0);
	wipe = world_last_wipe();
	ck_assert_str_eq(wipe.cause, "the guard was interrupted after a reload");
}
END_TEST

START_TEST(restarted_unseen)
{
	begin(OPEN);
	world_kill();
	world_restart();
	world_guard();
	world_idle();
	ck_assert(is_back(IMAPS) && is_back(SMTPS));
	ck_assert_int_eq(world_last()->kind, WIPE_RESTART);
}
END_TEST

/* Its table is another one than when the guard looked last. */
START_TEST(reloaded_unseen)
{
	begin(OPEN);
	world_kill();
	fakewall_reload(&world.wall);
	fakewall_reload(&world.wall);
	world_guard();
	world_idle();
	ck_assert(is_back(IMAPS) && is_back(SMTPS));
	ck_assert_int_eq(world_last()->kind, WIPE_RELOAD);
	ck_assert_str_eq(world_last()->cause, "reload by the test, 0 reloads");
	/* heard, it is known by the number, too; and what is removed after it is a person's */
	fakewall_reload(&world.wall);
	world_idle();
	world_settle();
	ck_assert(is_back(IMAPS));
	world_kill();
	fakewall_drop(&world.wall, IMAPS);
	world_guard();
	world_idle();
	ck_assert(!is_back(IMAPS));
}
END_TEST

/* The guard begins in the midst of a reload, and hears its end before it has looked at anything. */
START_TEST(reloaded_as_it_begins)
{
	begin(OPEN);
	world_kill();
	world_guard();
	world_await(engine_now(world.engine).present);
	fakewall_reload(&world.wall);
	world_idle();
	ck_assert(is_back(IMAPS) && is_back(SMTPS));
	ck_assert_int_eq(world_last()->kind, WIPE_RELOAD);
}
END_TEST

/* The guard ends when the table is there, and before firewalld says so: what it stores is older. */
START_TEST(stopped_amid_a_reload)
{
	_cleanup_item_ struct item pop3s = item_from_text("public/service:pop3s");

	begin(OPEN);
	fakewall_add(&world.wall, "public/service:pop3s", 0);
	world_await(firewall_has(engine_wanted(world.engine), &pop3s, FIREWALL_RUNTIME));
	fakewall_wipe(&world.wall);
	(void)engine_store(world.engine);
	world_kill();
	world_guard();
	world_idle();
	ck_assert(is_back(IMAPS) && is_back(SMTPS));
	ck_assert_int_eq(world_last()->kind, WIPE_RELOAD);
}
END_TEST

/* Heard of, then killed; and the next one nobody has heard. */
START_TEST(reloaded_unseen_amid_a_restore)
{
	begin(OPEN);
	fakewall_reload(&world.wall);
	world_await(is_back(IMAPS));
	world_kill();
	fakewall_reload(&world.wall);
	world_guard();
	world_idle();
	ck_assert(is_back(IMAPS) && is_back(SMTPS));
	ck_assert_uint_eq(world_n_unfinished(), 0);
}
END_TEST

/* A timed item that the guard before this one had put back is still ours to end. */
START_TEST(timed_item_of_the_guard_before)
{
	begin("public/service:ssh=rp");
	fakewall_add(&world.wall, IMAPS, 600);
	world_settle();
	fakewall_reload(&world.wall);
	world_await(is_back(IMAPS));
	world_settle();
	world_kill();
	world_guard();
	world_idle();
	world_pass(620000);
	world_await(!is_back(IMAPS));
}
END_TEST

/* The store cannot be used: guarding goes on, and what waits is written later. */
START_TEST(without_a_store)
{
	char aside[400];
	FILE *file;

	snprintf(aside, sizeof(aside), "%s.aside", world.state_dir);
	ck_assert_int_eq(rename(world.state_dir, aside), 0);
	file = fopen(world.state_dir, "w");
	ck_assert_ptr_nonnull(file);
	fclose(file);
	begin(OPEN);
	ck_assert_ptr_null(record_store(world.record));
	fakewall_reload(&world.wall);
	world_idle();
	ck_assert(is_back(IMAPS));
	ck_assert_int_eq(unlink(world.state_dir), 0);
	ck_assert_int_eq(rename(aside, world.state_dir), 0);
	/* what was meant before is asked first */
	ck_assert(!record_retry(world.record));
	world_pass(1500);
	ck_assert(record_retry(world.record));
	ck_assert_str_eq(world_outcome(IMAPS), "restored");
	ck_assert_uint_eq(world_n_unfinished(), 0);
}
END_TEST

/* --- a store that breaks in mid-cycle ---------------------------------------------------- */

/* The loss is on record, and IMAPS on its way. */
static void begin_restoring(void)
{
	begin(OPEN);
	world.wall.silent = "addService";
	fakewall_reload(&world.wall);
	world_await(is_back(SMTPS));
	ck_assert_uint_eq(world_n_unfinished(), 1);
}

static void go_on_restoring(void)
{
	fakewall_answer(&world.wall);
	world.wall.silent = NULL;
	world_idle();
	ck_assert(is_back(IMAPS) && is_back(SMTPS));
	ck_assert_uint_eq(world_told("ended reload"), 1);
}

/* Somebody sits on it until all is over: what became of the loss is written then. */
START_TEST(store_is_locked_meanwhile)
{
	sqlite3 *other;

	begin_restoring();
	other = world_other_writer("BEGIN IMMEDIATE");
	go_on_restoring();
	ck_assert(world_said("could not be recorded"));
	ck_assert_uint_eq(world_n_unfinished(), 1);
	sqlite3_close(other);
	ck_assert(record_retry(world.record));
	ck_assert_uint_eq(world_n_unfinished(), 0);
	ck_assert_str_eq(world_outcome(IMAPS), "restored");
	ck_assert(world_said("the store works again"));
}
END_TEST

/* And a guard that is killed before that has lost nothing but the outcome. */
START_TEST(store_is_locked_and_killed)
{
	sqlite3 *other;

	begin_restoring();
	other = world_other_writer("BEGIN IMMEDIATE");
	go_on_restoring();
	world_kill();
	sqlite3_close(other);
	world_guard();
	world_idle();
	ck_assert(is_back(IMAPS) && is_back(SMTPS));
	ck_assert_uint_eq(world_n_unfinished(), 0);
}
END_TEST

/* It is set aside, and all that is known goes into the new one: the wipe, and what is wanted. */
START_TEST(store_is_damaged_meanwhile)
{
	begin_restoring();
	sqlite3_close(world_other_writer("DROP TABLE restore_step"));
	go_on_restoring();
	ck_assert(world_said(".corrupt-"));
	ck_assert_str_eq(world_outcome(IMAPS), "restored");
	ck_assert_str_eq(world_last()->outcome, "restored");
	ck_assert_uint_eq(world_n_unfinished(), 0);
	world_kill();
	world_restart();
	world_guard();
	world_idle();
	ck_assert(is_back(IMAPS) && is_back(SMTPS));
	ck_assert_int_eq(world_last()->kind, WIPE_RESTART);
}
END_TEST

/* The same while nothing is under way, noticed by whatever is written next. */
START_TEST(store_is_damaged_while_idle)
{
	begin(OPEN);
	sqlite3_close(world_other_writer("DROP TABLE event"));
	record_event(world.record, EVENT_STORE, NULL, "something");
	ck_assert(world_said(".corrupt-"));
	/* as the watcher does, again and again */
	ck_assert(record_retry(world.record));
	engine_store(world.engine);
	world_boot();
	world_idle();
	ck_assert(is_back(IMAPS) && is_back(SMTPS));
	ck_assert_int_eq(world_last()->kind, WIPE_REBOOT);
}
END_TEST

/* Is it in the last snapshot, as another process sees it? */
static bool is_on_record(const char *item)
{
	_cleanup_store_ struct store *store = NULL;
	_cleanup_firewall_ struct firewall last = FIREWALL_NULL;
	_cleanup_item_ struct item wanted = ITEM_NULL;

	ck_assert_int_eq(item_parse(&wanted, item, NULL), 0);
	ck_ok(store_open(&store, world.state_dir, &fixture_reader, &err));
	ck_ok(store_snapshot_last_good(store, NULL, &last, &err));
	return firewall_has(&last, &wanted, FIREWALL_RUNTIME);
}

/*
 * Somebody takes files of it away under a guard that runs: what it records from then on is in files
 * again, with what it knew.
 */
static void lose(const char *const files[], size_t n)
{
	char path[400];

	begin(OPEN);
	for (size_t i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", world.state_dir, files[i]);
		ck_assert_int_eq(unlink(path), 0);
	}
	fakewall_add(&world.wall, "public/service:pop3s", 0);
	world_pass(60000);
	ck_assert_uint_eq(world_said("took files of the store in"), 1);
	/* by another reader, as the next guard is one */
	ck_assert(is_on_record("public/service:pop3s") && is_on_record(IMAPS));
	world_boot();
	world_idle();
	ck_assert(is_back(IMAPS) && is_back("public/service:pop3s"));
}

START_TEST(store_loses_its_log)
{
	static const char *const files[] = {STORE_FILE "-wal"};

	lose(files, ARRAY_SIZE(files));
}
END_TEST

START_TEST(store_loses_its_index)
{
	static const char *const files[] = {STORE_FILE "-shm"};

	lose(files, ARRAY_SIZE(files));
}
END_TEST

START_TEST(store_loses_all)
{
	static const char *const files[] = {STORE_FILE, STORE_FILE "-wal", STORE_FILE "-shm"};

	lose(files, ARRAY_SIZE(files));
}
END_TEST

/* And nothing was there before: that is said, as nobody can put back what went before that. */
START_TEST(nothing_of_before)
{
	begin(OPEN);
	ck_assert_uint_eq(world_said("nothing of before is on record"), 1);
	world_boot();
	world_idle();
	ck_assert_uint_eq(world_said("nothing of before is on record"), 1);
}
END_TEST

static Suite *suite(void)
{
	const TTest *const tests[] = {
	    reload,
	    sends_before_all_else,
	    nothing_lost,
	    restart_of_firewalld,
	    away_for_long,
	    gone_while_restoring,
	    burst_is_one_wipe,
	    wiped_while_restoring,
	    silent_wipe,
	    unattributed,
	    restore_is_off,
	    not_ready,
	    takes_it_later_while_it_has_failed,
	    time_ends_while_it_has_failed,
	    another_guard_while_it_has_failed,
	    required_while_it_has_failed,
	    default_zone_changes_while_it_has_failed,
	    broken_off,
	    broken_off_unseen,
	    reading_fails,
	    removed_while_reading,
	    step_refused,
	    refused_for_a_while,
	    no_such_service,
	    lockdown,
	    accepted_and_not_there,
	    panic,
	    panic_amid_a_reading,
	    removed_meanwhile,
	    taken_back_while_it_waits,
	    removed_on_purpose,
	    left_the_permanent_configuration,
	    timed,
	    opened_anew_and_said_to_be_gone,
	    end_refused,
	    required,
	    required_again_and_again,
	    loop_of_reloads,
	    released_and_opened_again,
	    binding,
	    binding_moved,
	    trustees_are_some,
	    trusted,
	    trusted_by_the_guard_before,
	    trusted_no_more,
	    trusted_by_nobody,
	    bound_by_its_connection,
	    unbound,
	    unbound_and_nothing_else,
	    unbound_needs_nothing,
	    unbound_amid_a_reload,
	    default_zone_changes,
	    lost_track,
	    policy,
	    snapshots_of_a_burst,
	    edited_and_made_permanent,
	    reboot,
	    reboot_and_withdrawn,
	    reboot_and_killed,
	    reboot_amid_a_reload,
	    reboot_and_refused,
	    killed_while_reading,
	    killed_while_restoring,
	    restarted_unseen,
	    reloaded_unseen,
	    reloaded_as_it_begins,
	    stopped_amid_a_reload,
	    reloaded_unseen_amid_a_restore,
	    timed_item_of_the_guard_before,
	    without_a_store,
	    store_is_locked_meanwhile,
	    store_is_locked_and_killed,
	    store_is_damaged_meanwhile,
	    store_is_damaged_while_idle,
	    store_loses_its_log,
	    store_loses_its_index,
	    store_loses_all,
	    nothing_of_before,
	};

	Suite *s = world_suite("cycle", tests, ARRAY_SIZE(tests));

	world_suite_rows(s, killed_before_it_was_filled, 3);
	return s;
}

int main(void)
{
	return unit_run(suite());
}
