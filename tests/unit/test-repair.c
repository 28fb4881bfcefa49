// SPDX-License-Identifier: GPL-2.0-or-later
/* A firewalld that is broken itself: what is done about it, and when. */
#include "guard/restore/repair.h"

#include "guard/system/host/process.h"
#include "tests/unit/engine-world.h"
#include "tests/unit/firewalls.h"

#include <sys/prctl.h>
#include <unistd.h>

#define SECOND INT64_C(1000000)
#define IMAPS  "public/service:imaps"
#define OPEN   "public/service:ssh=rp " IMAPS "=r"

/* --- the state machine ------------------------------------------------------------------- */

START_TEST(mildest_first)
{
	struct repair repair = REPAIR_NULL;

	ck_assert_int_eq(repair_noted(&repair, REPAIR_FLUSHED, SECOND), REPAIR_RELOAD);
	/* that may have met another flush, or have broken off itself */
	ck_assert_int_eq(repair_noted(&repair, REPAIR_SHUT, SECOND), REPAIR_RELOAD);
	ck_assert_int_eq(repair_noted(&repair, REPAIR_SHUT, 2 * SECOND), REPAIR_RESTART);
	ck_assert_int_eq(repair.trouble, REPAIR_SHUT);
	/* the graver one stays */
	ck_assert_int_eq(repair_noted(&repair, REPAIR_FLUSHED, 3 * SECOND), REPAIR_PERSON);
	ck_assert_int_eq(repair.trouble, REPAIR_SHUT);
	/* a person has time */
	ck_assert_int_eq(repair_noted(&repair, REPAIR_SHUT, 4 * SECOND), REPAIR_WAIT);
	ck_assert_int_eq(repair.due_us, 3 * SECOND + REPAIR_AGAIN_US);
	/* and is not left alone for ever */
	ck_assert_int_eq(repair_noted(&repair, REPAIR_SHUT, 3 * SECOND + REPAIR_AGAIN_US),
	                 REPAIR_RELOAD);
	ck_assert(repair_ended(&repair));
	ck_assert(!repair_ended(&repair));
	ck_assert_int_eq(repair_noted(&repair, REPAIR_BROKEN, 5000 * SECOND), REPAIR_RELOAD);
}
END_TEST

/* Each try to load them shuts mail, which the guard has opened meanwhile. */
START_TEST(files_are_tried_once)
{
	struct repair repair = REPAIR_NULL;
	int64_t now_us = SECOND;

	for (int round = 0; round < 3; round++) {
		ck_assert_int_eq(repair_noted(&repair, REPAIR_FAILED, now_us), REPAIR_RELOAD);
		repair.refused = true;
		ck_assert_int_eq(repair_noted(&repair, REPAIR_FAILED, now_us), REPAIR_RESTART);
		ck_assert_int_eq(repair_noted(&repair, REPAIR_FAILED, now_us), REPAIR_PERSON);
		for (int i = 0; i < 100; i++)
			ck_assert_int_eq(
			    repair_noted(&repair, REPAIR_FAILED, now_us += REPAIR_AGAIN_US),
			    REPAIR_WAIT);
		repair_files_changed(&repair, now_us);
	}
	/* in the first of these tries, too */
	ck_assert_int_eq(repair_noted(&repair, REPAIR_FAILED, now_us), REPAIR_RELOAD);
	repair_files_changed(&repair, now_us);
	ck_assert_int_eq(repair_noted(&repair, REPAIR_FAILED, now_us), REPAIR_RELOAD);
	/* and where all had been tried for a reload that broke off over them */
	repair = REPAIR_NULL;
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(repair_noted(&repair, REPAIR_BROKEN, now_us),
		                 i < 2 ? REPAIR_RELOAD : REPAIR_RESTART);
	repair_files_changed(&repair, now_us);
	ck_assert_int_eq(repair_noted(&repair, REPAIR_FAILED, now_us), REPAIR_RELOAD);
}
END_TEST

/* What a reload for another trouble has failed over needs no second one to be known. */
START_TEST(a_reload_that_failed_is_a_try)
{
	struct repair repair = REPAIR_NULL;

	ck_assert_int_eq(repair_noted(&repair, REPAIR_FLUSHED, SECOND), REPAIR_RELOAD);
	repair.refused = true;
	if (_i)
		ck_assert(repair_ended(&repair));
	ck_assert_int_eq(repair_noted(&repair, REPAIR_FAILED, 2 * SECOND), REPAIR_RESTART);
	ck_assert_int_eq(repair_noted(&repair, REPAIR_FAILED, 3 * SECOND), REPAIR_PERSON);
	/* who flushes it then makes a trouble of his own, and what comes after it no new one */
	ck_assert(!repair_begins(&repair, REPAIR_FAILED));
	ck_assert(repair_begins(&repair, REPAIR_FLUSHED));
	ck_assert_int_eq(repair_noted(&repair, REPAIR_FLUSHED, 4 * SECOND), REPAIR_RELOAD);
	ck_assert_int_eq(repair_noted(&repair, REPAIR_FLUSHED, 5 * SECOND), REPAIR_RELOAD);
	ck_assert_int_eq(repair_noted(&repair, REPAIR_FLUSHED, 6 * SECOND), REPAIR_RESTART);
	ck_assert_int_eq(repair_noted(&repair, REPAIR_FAILED, 7 * SECOND), REPAIR_PERSON);
	ck_assert_int_eq(repair_noted(&repair, REPAIR_FAILED, 7000 * SECOND), REPAIR_WAIT);
}
END_TEST

START_TEST(never_in_a_loop)
{
	struct repair repair = REPAIR_NULL;
	int64_t now_us = SECOND;
	unsigned acts = 0;

	/* somebody flushes as often as it is repaired, for an hour */
	for (; now_us < 3600 * SECOND; now_us += SECOND)
		if (repair_noted(&repair, REPAIR_FLUSHED, now_us) == REPAIR_RELOAD) {
			acts++;
			ck_assert(repair_ended(&repair));
			if (acts <= REPAIR_LIMIT)
				ck_assert_int_eq(now_us, acts * SECOND);
		}
	ck_assert_uint_gt(acts, 3600 / 62);
	ck_assert_uint_lt(acts, 3600 / 60 + 20);
}
END_TEST

START_TEST(each_says_what_to_type)
{
	for (enum repair_trouble trouble = REPAIR_FLUSHED; trouble < REPAIR_N_TROUBLES; trouble++) {
		for (enum fwtables_gate gate = 0; gate < FWTABLES_N_GATES; gate++)
			ck_assert(*repair_words(trouble, gate));
		ck_assert(strstr(repair_advice(trouble, false), "firewall-cmd --reload"));
		ck_assert(!strstr(repair_advice(trouble, true), "nft add table"));
	}
}
END_TEST

/* --- in the engine ----------------------------------------------------------------------- */

static void begin(void)
{
	world_wall(OPEN);
	world_guard();
	world.config.repair = true;
	world_idle();
}

/* @rules: of one chain, more or fewer. */
static void change_by(const char *name, uint32_t pid, int rules)
{
	struct generation_change change = {.pid = pid, .chains = CHAINCHANGE_NULL};

	snprintf(change.name, sizeof(change.name), "%s", name);
	if (rules != 0)
		change.chains =
		    (struct chainchange){.rows[0] = {.name = "deny", .by = rules}, .n = 1};
	world.on_generation(&change, world.generation_userdata);
}

/* In a container it is known by the name of its process, and that is this one. */
static void change_by_firewalld(int rules)
{
	char name[16] = "firewalld";

	if (process_is_contained("/proc") != 0)
		ck_assert_int_eq(prctl(PR_GET_NAME, name), 0);
	change_by(name, 1, rules);
}

static void flush_by(const char *name, uint32_t pid)
{
	world.tables = (struct fwtables){0};
	change_by(name, pid, 0);
}

static void load_tables(const char *what, void *userdata)
{
	(void)userdata;
	if (strcmp(what, "reload") == 0)
		world.tables =
		    (struct fwtables){.tables = 1, .chains = 3, .shut = world.tables.shut};
}

START_TEST(flushed)
{
	begin();
	world.wall.on_change = load_tables;
	flush_by("nft", 4711);
	world_await(world_told("repaired flushed by us"));
	ck_assert_uint_eq(world_told("trouble flushed reload by nft (pid 4711)"), 1);
	ck_assert_uint_eq(world_told("trouble"), 1);
	ck_assert_uint_eq(world.n_tables_added, 1);
	ck_assert_uint_eq(fakewall_asked(&world.wall, "reload"), 1);
	world_await(fakewall_has(&world.wall, IMAPS));
	/* the same again is a trouble of its own */
	world_pass(60000);
	flush_by("nft\nx", 12);
	world_await(world_told("repaired flushed by us") == 2);
	ck_assert_uint_eq(world_told("trouble flushed reload by nft"), 2);
	ck_assert_uint_eq(world_told("\n"), 0);
}
END_TEST

/* Again and again: it waits ever longer, and says that it does, since everything is open. */
START_TEST(flushed_without_end)
{
	begin();
	world.wall.on_change = load_tables;
	for (unsigned i = 1; i <= REPAIR_LIMIT; i++) {
		flush_by("nft", 4711);
		world_await(world_told("repaired flushed by us") == i);
		world_idle();
	}
	ck_assert_uint_eq(world_told("trouble flushed waits"), 0);
	/* the guard looks when its pause since the last look is over, which time alone ends */
	flush_by("nft", 4711);
	world_await(world_told("trouble flushed waits by nft (pid 4711)") == 1);
	change_by("docker", 7, 0);
	world_await(world_told("repaired flushed by us") == REPAIR_LIMIT + 1);
	ck_assert_uint_eq(world_told("trouble flushed waits"), 1);
}
END_TEST

START_TEST(partly_flushed)
{
	begin();
	world.wall.on_change = load_tables;
	world.tables.chains = 1;
	change_by("iptables-nft-re", 7, 0);
	world_await(world_told("repaired flushed by us"));
	/* more than there was is nobody's business */
	world.tables.chains = 7;
	change_by("docker", 7, 0);
	world_pass(1000);
	ck_assert_uint_eq(world_told("trouble"), 1);
}
END_TEST

/* One chain, of which somebody leaves nothing; the rest is as it was. */
START_TEST(emptied)
{
	begin();
	world.wall.on_change = load_tables;
	/* with rules of his own in it, or without */
	world.emptied = true;
	change_by("nft", 7, 2);
	change_by("nft", 7, -2);
	change_by_firewalld(-3);
	world_pass(1000);
	ck_assert_uint_eq(world_told("trouble"), 0);
	/* some of firewalld's are left */
	world.emptied = false;
	change_by("nft", 7, -1);
	world_pass(1000);
	ck_assert_uint_eq(world_told("trouble"), 0);
	world.emptied = true;
	change_by("nft", 7, -1);
	world_await(world_told("repaired cut by us"));
	ck_assert_uint_eq(world_told("trouble cut reload of deny by nft (pid 7)"), 1);
	ck_assert_uint_eq(world_told("trouble"), 1);
	world_await(fakewall_has(&world.wall, IMAPS));
	/* that was all before the reload: what firewalld leaves empty now is meant to be */
	change_by("nft", 7, 0);
	world_pass(60000);
	ck_assert_uint_eq(world_told("trouble"), 1);
}
END_TEST

/* A whole ruleset that was saved earlier: all is there, and none of it is firewalld's. */
START_TEST(replaced)
{
	begin();
	world.wall.on_change = load_tables;
	world.config.repair = _i == 0;
	world.wall.loaded++;
	change_by("nft", 4711, 0);
	if (_i) {
		world_pass(60000);
		ck_assert_uint_eq(world_told("trouble replaced person by nft (pid 4711)"), 1);
		fakewall_reload(&world.wall);
	}
	world_await(world_told("repaired replaced"));
	ck_assert_uint_eq(world_told("trouble"), 1);
	ck_assert_uint_eq(fakewall_asked(&world.wall, "reload"), _i == 0);
	world_await(fakewall_has(&world.wall, IMAPS));
}
END_TEST

/* firewalld does so itself with each reload, and who changes something beside it is not to blame.
 */
START_TEST(replaced_by_firewalld)
{
	begin();
	for (int i = 0; i < 3; i++) {
		fakewall_reload(&world.wall);
		change_by_firewalld(0);
		change_by("docker", 7, 0);
		world_pass(1000);
		change_by("docker", 7, 0);
		world_pass(1000);
	}
	ck_assert_uint_eq(world_told("trouble"), 0);
	ck_assert_uint_eq(fakewall_asked(&world.wall, "reload"), 0);
}
END_TEST

/* --- what firewalld lists, and the kernel has no rule for --------------------------------- */

static void lose(const char *item)
{
	ck_assert_int_eq(strv_add(&world.absent, item), 0);
}

static void taken_by(const char *name, uint32_t pid, bool iptables)
{
	struct generation_change change = {.pid = pid, .chains = CHAINCHANGE_NULL};

	snprintf(change.name, sizeof(change.name), "%s", name);
	change.chains.taken = !iptables;
	change.chains.taken_from_iptables = iptables;
	world.on_generation(&change, world.generation_userdata);
}

/* Somebody takes something out, which is heard of. */
static void take_by(const char *name, uint32_t pid, bool iptables)
{
	taken_by(name, pid, iptables);
	world_pass(1000);
}

static void load_all(const char *what, void *userdata)
{
	load_tables(what, userdata);
	if (strcmp(what, "reload") == 0)
		strv_deinit(&world.absent);
}

static void begin_lacking(void)
{
	world_wall(OPEN);
	world.wall.on_change = load_all;
	world.config.repair = true;
	lose("public/service:imaps");
	world_guard();
	world_pass(5000);
}

START_TEST(cut_before_the_start)
{
	begin_lacking();
	ck_assert_uint_eq(world_told("trouble cut reload of public/service:imaps; shut"), 1);
	ck_assert_uint_eq(world_told("repaired cut by us"), 1);
	ck_assert_uint_eq(fakewall_asked(&world.wall, "reload"), 1);
	/* and later, which is another trouble */
	lose("public/port:25/tcp");
	lose("public/service:imaps");
	take_by("nft", 7, false);
	ck_assert_uint_eq(
	    world_told("trouble cut reload of public/port:25/tcp and 1 more by nft (pid 7)"), 1);
	ck_assert_uint_eq(world_told("repaired cut by us"), 2);
	strv_deinit(&world.absent);
}
END_TEST

/* Law 6: who takes for a loss what firewalld does not put there reloads once, not for ever. */
START_TEST(excused_after_a_reload)
{
	begin_lacking();
	ck_assert_uint_eq(fakewall_asked(&world.wall, "reload"), 1);
	world.wall.on_change = load_tables;
	lose("public/service:imaps");
	take_by("nft", 7, false);
	ck_assert_uint_eq(fakewall_asked(&world.wall, "reload"), 2);
	ck_assert(world_said("the kernel still has no rule for public/service:imaps"));
	ck_assert_uint_eq(world_told("repaired cut by us in part"), 1);
	for (unsigned i = 0; i < 5; i++) {
		take_by("nft", 7, false);
		world_pass(60000);
	}
	ck_assert_uint_eq(fakewall_asked(&world.wall, "reload"), 2);
	/* another is none, and it is one again once it was there */
	lose("public/port:25/tcp");
	world.wall.on_change = load_all;
	take_by("nft", 7, false);
	ck_assert_uint_eq(world_told("trouble cut reload of public/port:25/tcp by"), 1);
	ck_assert_uint_eq(fakewall_asked(&world.wall, "reload"), 3);
	lose("public/service:imaps");
	take_by("nft", 7, false);
	ck_assert_uint_eq(fakewall_asked(&world.wall, "reload"), 4);
	ck_assert_uint_eq(world_told("in part"), 1);
	strv_deinit(&world.absent);
}
END_TEST

/* It is there, and somebody takes it again before that was looked at. */
static void load_and_lose(const char *what, void *userdata)
{
	load_tables(what, userdata);
	if (strcmp(what, "reload") != 0)
		return;
	taken_by("nft", 7, false);
	world.wall.on_change = load_all;
}

START_TEST(cut_again_amid_the_repair)
{
	begin_lacking();
	world.wall.on_change = load_and_lose;
	lose("public/service:imaps");
	take_by("nft", 7, false);
	ck_assert(!world_said("the kernel still has no rule"));
	ck_assert_uint_eq(fakewall_asked(&world.wall, "reload"), 3);
	ck_assert_uint_eq(world_told("repaired cut by us"), 2);
	ck_assert_uint_eq(world_told("in part"), 0);
}
END_TEST

START_TEST(cut_and_left_to_a_person)
{
	begin_lacking();
	world.config.repair = false;
	lose("public/service:imaps");
	for (unsigned i = 0; i < 3; i++)
		take_by("nft", 7, false);
	ck_assert_uint_eq(world_told("trouble cut person of public/service:imaps by nft"), 1);
	ck_assert_uint_eq(fakewall_asked(&world.wall, "reload"), 1);
	ck_assert_uint_eq(world_told("repaired cut"), 1);
	/* firewalld has undone it itself; nobody tells */
	strv_deinit(&world.absent);
	engine_look(world.engine, ENGINE_LOOK_AT_KERNEL);
	world_pass(1000);
	ck_assert_uint_eq(world_told("repaired cut"), 2);
}
END_TEST

/* It is dear: nobody asks without a reason. */
START_TEST(asks_for_a_reason)
{
	unsigned before;

	world.wall.backend = "nftables";
	begin();
	before = world.n_absence_asked;
	ck_assert_uint_eq(before, 1);
	change_by_firewalld(-3);
	change_by("nft", 7, 2);
	take_by("iptables", 7, true); /* which is no backend of firewalld's here */
	engine_look(world.engine, ENGINE_LOOK_AT_KERNEL);
	world_pass(60000);
	ck_assert_uint_eq(world.n_absence_asked, before);
	take_by("nft", 7, false);
	ck_assert_uint_eq(world.n_absence_asked, before + 1);
	/* that nobody can tell is no trouble, and asked once */
	world.absence = ABSENCE_NEVER;
	lose("public/service:imaps");
	take_by("nft", 7, false);
	change_by("nft", 7, 2);
	ck_assert_uint_eq(world.n_absence_asked, before + 2);
	/* that it is not known just now is asked again at the next reason */
	world.absence = ABSENCE_NOT_NOW;
	take_by("nft", 7, false);
	change_by("nft", 7, 2);
	world_pass(1000);
	ck_assert_uint_eq(world.n_absence_asked, before + 4);
	ck_assert_uint_eq(world_told("trouble"), 0);
	strv_deinit(&world.absent);
}
END_TEST

/* Of the kernel's own sets and of iptables-legacy nobody tells. */
START_TEST(asks_now_and_then_with_iptables)
{
	unsigned before;

	world.wall.backend = "iptables";
	begin();
	before = world.n_absence_asked;
	take_by("iptables", 7, true);
	ck_assert_uint_eq(world.n_absence_asked, before + 1);
	engine_look(world.engine, ENGINE_LOOK_AT_KERNEL);
	world_pass(1000);
	ck_assert_uint_eq(world.n_absence_asked, before + 1);
	world.absence_unheard = true;
	engine_look(world.engine, ENGINE_LOOK_AT_KERNEL);
	world_pass(1000);
	ck_assert_uint_eq(world.n_absence_asked, before + 2);
}
END_TEST

/* While no guard was there: nobody has seen how it was. */
static void begin_flushed(const char *backend, const char *version, struct fwtables tables)
{
	world.wall.backend = backend;
	world.wall.version = version;
	world_wall(OPEN);
	world.tables = tables;
	world.wall.on_change = load_tables;
	world.config.repair = true;
	world_guard();
	world_pass(5000);
}

static void flushed_before(const char *version, unsigned tables, unsigned n_added)
{
	begin_flushed("nftables", version, (struct fwtables){.tables = tables});
	ck_assert_uint_eq(world_told("trouble flushed reload"), 1);
	ck_assert_uint_eq(world_told("trouble"), 1);
	ck_assert_uint_eq(world_told("repaired flushed by us"), 1);
	ck_assert_uint_eq(world.n_tables_added, n_added);
	ck_assert_uint_eq(fakewall_asked(&world.wall, "reload"), 1);
	ck_assert(fakewall_has(&world.wall, IMAPS));
	/* and from then on it is known */
	flush_by("nft", 4711);
	world_await(world_told("repaired flushed by us") == 2);
}

START_TEST(flushed_before_the_start)
{
	flushed_before("1.3.3", 0, 1);
}
END_TEST

START_TEST(flushed_before_the_start_of_a_newer_one)
{
	flushed_before("2.3.1", 0, 0);
}
END_TEST

START_TEST(partly_flushed_before_the_start)
{
	flushed_before("2.5.2", 1, 0);
}
END_TEST

/* 2.0 to 2.3 have no chain of that name, and rules in filter_INPUT as all others. */
START_TEST(not_flushed_before_the_start)
{
	begin_flushed("nftables", "2.3.1", (struct fwtables){.tables = 1, .chains = 1});
	ck_assert_uint_eq(world_told("trouble"), 0);
	ck_assert_uint_eq(fakewall_asked(&world.wall, "reload"), 0);
}
END_TEST

START_TEST(nothing_of_another_backend)
{
	begin_flushed("iptables", "1.3.3", FWTABLES_NULL);
	ck_assert_uint_eq(world_told("trouble"), 0);
	ck_assert_uint_eq(fakewall_asked(&world.wall, "reload"), 0);
}
END_TEST

static void pass_while_it_hangs(int64_t ms)
{
	world_settle_calls();
	fake_clock_skip(ms);
	world_settle_calls();
}

/* It hangs: who flushed its rules is told at once, and once, and what is done when it is back. */
START_TEST(flushed_while_it_hangs)
{
	static const char words[] = "Done by nft (pid 4711). firewalld does not answer";

	begin();
	world.wall.on_change = load_tables;
	world.wall.silent = "Get";
	flush_by("nft", 4711);
	pass_while_it_hangs(500);
	ck_assert(!world_said(words));
	pass_while_it_hangs(1000);
	ck_assert(world_said(words));
	ck_assert_int_eq(ftruncate(world.log_fd, 0), 0);
	change_by("nft", 4712, 0);
	pass_while_it_hangs(5000);
	ck_assert(!world_said("Done by"));
	ck_assert_uint_eq(world_told("trouble"), 0);
	world.wall.silent = NULL;
	fakewall_answer(&world.wall);
	world_await(world_told("repaired flushed by us"));
	ck_assert_uint_eq(world_told("trouble flushed reload by nft (pid 4711)"), 1);
}
END_TEST

/* It reloads, and somebody else changes his own rules meanwhile. */
START_TEST(not_flushed_while_it_reloads)
{
	begin();
	world.wall.silent = "Get";
	world.tables = (struct fwtables){.shut = true};
	change_by("firewalld", 1, 0);
	change_by("nft", 4711, 0);
	for (int i = 0; i < 5; i++)
		pass_while_it_hangs(1500);
	ck_assert(!world_said("Done by"));
}
END_TEST

/* What firewalld does itself, while it does not answer. */
START_TEST(not_during_a_reload)
{
	begin();
	world.wall.silent = "Get";
	flush_by("firewalld", 1);
	world_settle_calls();
	ck_assert_uint_eq(world_told("trouble"), 0);
	world.tables = (struct fwtables){.tables = 1, .chains = 3};
	world.wall.silent = NULL;
	fakewall_answer(&world.wall);
	world_pass(2000);
	ck_assert_uint_eq(world_told("trouble"), 0);
	/* nor while it is away */
	fakewall_stop(&world.wall);
	world_settle();
	flush_by("firewalld", 1);
	world_pass(2000);
	ck_assert_uint_eq(world_told("trouble"), 0);
	/* another backend has nothing of that kind there */
	fakewall_start(&world.wall, world.address, world.proc);
	world_idle();
	change_by("nft", 7, 0);
	world_pass(2000);
	ck_assert_uint_eq(world_told("trouble"), 0);
	ck_assert_uint_eq(fakewall_asked(&world.wall, "reload"), 0);
}
END_TEST

START_TEST(not_allowed)
{
	begin();
	world.config.repair = false;
	flush_by("nft", 4711);
	world_await(world_told("trouble flushed person by nft"));
	change_by("nft", 4712, 0);
	world_pass(60000);
	ck_assert_uint_eq(world_told("trouble"), 1);
	ck_assert_uint_eq(fakewall_asked(&world.wall, "reload"), 0);
	ck_assert_uint_eq(world.n_tables_added, 0);
	/* somebody else mends it */
	world.tables = (struct fwtables){.tables = 1, .chains = 3};
	fakewall_reload(&world.wall);
	change_by("firewalld", 1, 0);
	world_await(world_told("repaired flushed"));
	ck_assert_uint_eq(world_told("repaired flushed by us"), 0);
	world_await(fakewall_has(&world.wall, IMAPS));
}
END_TEST

START_TEST(policy_drop_stays)
{
	begin();
	world.tables.shut = true;
	change_by("firewalld", 1, 0);
	world_pass(50);
	ck_assert_uint_eq(world_told("trouble"), 0);
	world_await(world_told("trouble shut reload"));
	/* that does not help, nor is there a service manager */
	world_await(world_told("trouble shut person"));
	ck_assert_uint_eq(world_told("trouble shut restart"), 1);
	ck_assert_uint_eq(fakewall_asked(&world.wall, "reload"), 2);
	world_pass(300000);
	ck_assert_uint_eq(world_told("trouble shut person"), 1);
	world_pass(310000);
	ck_assert_uint_eq(fakewall_asked(&world.wall, "reload"), 3);
	world.tables.shut = false;
	change_by("firewalld", 1, 0);
	world_await(world_told("repaired shut"));
}
END_TEST

static void begin_shut(void)
{
	begin();
	world.tables.shut = true;
	change_by("firewalld", 1, 0);
	world_await(world_told("trouble shut person"));
}

/* 0.9 leaves it behind, and may fail to start. */
START_TEST(policy_drop_goes_with_firewalld)
{
	begin_shut();
	fakewall_stop(&world.wall);
	world_settle();
	ck_assert(!world.tables.shut);
}
END_TEST

START_TEST(policy_drop_stays_when_the_guard_ends)
{
	begin_shut();
	world_kill();
	ck_assert(world.tables.shut);
}
END_TEST

START_TEST(policy_drop_stays_in_panic)
{
	begin_shut();
	fakewall_panic(&world.wall, true);
	world_settle();
	fakewall_stop(&world.wall);
	world_settle();
	ck_assert(world.tables.shut);
}
END_TEST

START_TEST(panic_is_meant)
{
	begin();
	fakewall_panic(&world.wall, true);
	world_settle();
	world.tables.shut = true;
	change_by("firewalld", 1, 0);
	world_pass(5000);
	ck_assert_uint_eq(world_told("trouble"), 0);
}
END_TEST

/* Nor has a guard that was not there seen how it was. */
START_TEST(flushed_in_panic_before_the_start)
{
	world_wall(OPEN);
	fakewall_panic(&world.wall, true);
	world.tables = FWTABLES_NULL;
	world.wall.backend = "nftables";
	world.wall.version = "2.3.1";
	world.wall.on_change = load_tables;
	world.config.repair = true;
	world_guard();
	world_await(world_told("repaired flushed by us"));
	ck_assert(world.tables.shut);
}
END_TEST

/* firewalld's reload does not make it again. */
START_TEST(flushed_in_panic)
{
	world.wall.backend = "nftables";
	begin();
	world.wall.on_change = load_tables;
	fakewall_panic(&world.wall, true);
	world_settle();
	world.tables.shut = true;
	change_by("firewalld", 1, 0);
	world_pass(1000);
	flush_by("nft", 4711);
	world_await(world_told("repaired flushed by us"));
	ck_assert(world.tables.shut);
	/* once it has ended, a flush is a flush */
	fakewall_panic(&world.wall, false);
	world_settle();
	world.tables.shut = false;
	change_by("firewalld", 1, 0);
	world_pass(60000);
	flush_by("nft", 4711);
	world_await(world_told("repaired flushed by us") == 2);
	ck_assert(!world.tables.shut);
}
END_TEST

START_TEST(reload_fails)
{
	begin();
	world.wall.fail_reload = "COMMAND_FAILED: no such table";
	flush_by("nft", 4711);
	world_await(world_told("trouble flushed waits by nft (pid 4711): "));
	world_await(world_told("trouble flushed restart"));
	world_await(world_told("trouble flushed person"));
	ck_assert_uint_eq(fakewall_asked(&world.wall, "reload"), 2);
}
END_TEST

/* Nothing is learned from one that is broken, and the reload is the guard's own. */
START_TEST(reload_broke_off)
{
	begin();
	fakewall_wipe(&world.wall);
	world.wall.broken = true;
	world.wall.on_change = load_tables;
	engine_look(world.engine, ENGINE_LOOK_AT_ALL);
	world_await(world_told("repaired broken by us"));
	ck_assert_uint_eq(world_told("trouble broken reload"), 1);
	ck_assert_uint_eq(world_told("trouble"), 1);
	ck_assert_uint_eq(world_told("withdrawn"), 0);
	ck_assert_uint_eq(world_told("missing"), 0);
	world_await(fakewall_has(&world.wall, IMAPS));
	ck_assert_uint_eq(world_told("lost " IMAPS " lost"), 1);
	ck_assert_uint_eq(fakewall_asked(&world.wall, "reload"), 1);
}
END_TEST

static void get_ready(const char *what, void *userdata)
{
	load_tables(what, userdata);
	if (strcmp(what, "reload") == 0)
		world.wall.state = "RUNNING";
}

/* It broke off behind its zones: they are there, and it never says that it is ready. */
START_TEST(reload_broke_off_late)
{
	begin();
	world.wall.state = "INIT";
	world.wall.on_change = get_ready;
	fakewall_reload(&world.wall);
	world_await(world_told("repaired broken by us"));
	ck_assert_uint_eq(world_told("trouble broken reload"), 1);
	ck_assert_uint_eq(world_told("trouble"), 1);
	ck_assert_uint_eq(fakewall_asked(&world.wall, "reload"), 1);
	world_await(fakewall_has(&world.wall, IMAPS));
}
END_TEST

/* What its check finds nothing in, and it fails over; then somebody mends it. */
START_TEST(failed_over_its_files)
{
	begin();
	world.wall.state = "FAILED";
	world.wall.fail_reload = "INVALID_NAME: '.' is not allowed in 'archive/public.3'";
	fakewall_wipe(&world.wall);
	world_pass(1000);
	for (int i = 0; i < 4; i++) {
		engine_look(world.engine, ENGINE_LOOK_AT_FILES);
		world_pass(i == 3 ? 610000 : 1000);
	}
	engine_look(world.engine, ENGINE_LOOK_AT_FILES);
	world_pass(1000);
	ck_assert_uint_eq(fakewall_asked(&world.wall, "reload"), 1);
	ck_assert_uint_eq(world_told("trouble failed person"), 1);
	world.wall.fail_reload = NULL;
	world.wall.on_change = get_ready;
	engine_look(world.engine, ENGINE_LOOK_AT_NEW_FILES);
	world_await(world_told("repaired failed by us"));
	ck_assert_uint_eq(fakewall_asked(&world.wall, "reload"), 2);
	world_await(fakewall_has(&world.wall, IMAPS));
}
END_TEST

/* What it means follows from the kernel. */
static const struct {
	struct fwtables tables;
	const char *words;
} means[] = {
    {{.tables = 1, .chains = 3, .shut = true}, "; shut"},
    {{.shut = true}, "; shut"},
    {{0}, "; open"},
};

START_TEST(says_what_a_broken_one_lets_in)
{
	world.wall.backend = "nftables";
	begin();
	world.config.repair = false;
	world.wall.broken = true;
	world.tables = means[_i].tables;
	fakewall_reload(&world.wall);
	world_await(world_told("trouble broken person"));
	ck_assert_uint_eq(world_told(means[_i].words), 1);
}
END_TEST

/* A reload may tell that it has reloaded, and break off then. */
START_TEST(broken_after_a_reload)
{
	begin();
	world.config.repair = false;
	world.wall.broken = true;
	fakewall_reload(&world.wall);
	world_await(world_told("trouble broken person"));
	world_pass(120000);
	ck_assert_uint_eq(world_told("trouble"), 1);
	ck_assert_uint_eq(world_told("lost"), 0);
	ck_assert_uint_eq(world_told("failed"), 0);
	ck_assert_uint_eq(world.wall.calls.n, 0);
	/* by whomever */
	world.wall.broken = false;
	fakewall_reload(&world.wall);
	world_await(world_told("repaired broken"));
	world_await(fakewall_has(&world.wall, IMAPS));
}
END_TEST

/* What could not be put back is not given up. */
START_TEST(never_given_up)
{
	begin();
	world.wall.refuse = IMAPS;
	world.wall.error = "COMMAND_FAILED: nft";
	fakewall_reload(&world.wall);
	world_await(world_told("failed " IMAPS));
	world_idle();
	ck_assert(!fakewall_has(&world.wall, IMAPS));
	/* nobody says that it is missing as long as nothing happens */
	engine_look(world.engine, ENGINE_LOOK_AT_ALL);
	world_idle();
	ck_assert_uint_eq(world_told("missing"), 0);
	/* also for the next guard */
	world_kill();
	world_guard();
	world_idle();
	world.wall.refuse = NULL;
	fakewall_reload(&world.wall);
	world_await(fakewall_has(&world.wall, IMAPS));
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("repair");
	TCase *pure = tcase_create("repair"), *engine = tcase_create("engine");

	tcase_add_test(pure, mildest_first);
	tcase_add_test(pure, files_are_tried_once);
	tcase_add_loop_test(pure, a_reload_that_failed_is_a_try, 0, 2);
	tcase_add_test(pure, never_in_a_loop);
	tcase_add_test(pure, each_says_what_to_type);
	suite_add_tcase(s, pure);
	tcase_add_checked_fixture(engine, world_setup, world_teardown);
	tcase_set_timeout(engine, 60);
	tcase_add_test(engine, flushed);
	tcase_add_test(engine, flushed_without_end);
	tcase_add_test(engine, partly_flushed);
	tcase_add_test(engine, emptied);
	tcase_add_test(engine, cut_before_the_start);
	tcase_add_loop_test(engine, replaced, 0, 2);
	tcase_add_test(engine, replaced_by_firewalld);
	tcase_add_test(engine, excused_after_a_reload);
	tcase_add_test(engine, cut_again_amid_the_repair);
	tcase_add_test(engine, cut_and_left_to_a_person);
	tcase_add_test(engine, asks_for_a_reason);
	tcase_add_test(engine, asks_now_and_then_with_iptables);
	tcase_add_test(engine, flushed_before_the_start);
	tcase_add_test(engine, flushed_before_the_start_of_a_newer_one);
	tcase_add_test(engine, partly_flushed_before_the_start);
	tcase_add_test(engine, not_flushed_before_the_start);
	tcase_add_test(engine, nothing_of_another_backend);
	tcase_add_test(engine, flushed_while_it_hangs);
	tcase_add_test(engine, not_flushed_while_it_reloads);
	tcase_add_test(engine, not_during_a_reload);
	tcase_add_test(engine, not_allowed);
	tcase_add_test(engine, policy_drop_stays);
	tcase_add_test(engine, policy_drop_goes_with_firewalld);
	tcase_add_test(engine, policy_drop_stays_when_the_guard_ends);
	tcase_add_test(engine, policy_drop_stays_in_panic);
	tcase_add_test(engine, panic_is_meant);
	tcase_add_test(engine, flushed_in_panic);
	tcase_add_test(engine, flushed_in_panic_before_the_start);
	tcase_add_test(engine, reload_fails);
	tcase_add_test(engine, reload_broke_off);
	tcase_add_test(engine, reload_broke_off_late);
	tcase_add_test(engine, failed_over_its_files);
	tcase_add_test(engine, broken_after_a_reload);
	tcase_add_loop_test(engine, says_what_a_broken_one_lets_in, 0, (int)ARRAY_SIZE(means));
	tcase_add_test(engine, never_given_up);
	suite_add_tcase(s, engine);
	return s;
}

int main(void)
{
	return unit_run(suite());
}
