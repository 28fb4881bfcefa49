// SPDX-License-Identifier: GPL-2.0-or-later
/* Bans that jails keep outside of firewalld: when they are told to be gone, and when not. */
#include "tests/unit/engine-world.h"

#include "guard/system/kernel/bantables.h"

#include <string.h>

#define PLACE "inet f2b-table addr-set-own"

/* What the kernel has: in place of system/kernel/bantables. */
static struct rangeset kernel;
static bool unknown;

int bantables_read(struct banplaces *out, struct nfsocket *sock)
{
	struct banplaces now = BANPLACES_NULL;
	struct banplace *place;

	(void)sock;
	if (unknown)
		return BANTABLES_E_UNKNOWN;
	ck_assert_int_eq(banplaces_add(&now, PLACE, &place), 0);
	for (size_t i = 0; i < kernel.n; i++)
		ck_assert_int_eq(rangeset_add_range(&place->addresses, kernel.ranges[i].first,
		                                    kernel.ranges[i].last),
		                 0);
	*out = now;
	return 0;
}

static void keep_away(const char *address)
{
	struct cidr cidr;

	ck_assert_int_eq(cidr_parse(&cidr, address, 0, NULL), 0);
	ck_assert_int_eq(rangeset_add(&kernel, &cidr), 0);
}

static void fail2ban_is(enum fail2ban_state state)
{
	fake_fail2ban.state = state;
	fake_fail2ban_tell();
}

static const char *const banned[] = {"192.0.2.1", "192.0.2.3", "192.0.2.5"};

static void ban(const char *address)
{
	struct jail *jail;

	fake_fail2ban_ban("own", address, 0);
	ck_assert_int_eq(tickets_add_jail(&fake_fail2ban.tickets, "own", &jail), 0);
	jail->actions[0].told = jail->actions[0].kind = JAIL_ACTION_NFTABLES;
	keep_away(address);
}

static void look(void)
{
	engine_look(world.engine, ENGINE_LOOK_AT_KERNEL);
	world_pass(6000);
}

static void begin(void)
{
	rangeset_deinit(&kernel);
	unknown = false;
	fake_fail2ban.age_us = 60 * INT64_C(1000000);
	world_wall("public/service:ssh=rp public/service:imaps=r");
	world_guard();
	world_idle();
	for (size_t i = 0; i < ARRAY_SIZE(banned); i++)
		ban(banned[i]);
	fail2ban_is(FAIL2BAN_RUNNING);
	world_pass(30000);
	ck_assert(!world_said("out of the kernel"));
}

START_TEST(flushed)
{
	begin();
	rangeset_deinit(&kernel);
	look();
	ck_assert(world_said("took 3 bans of jail own out of the kernel, and nobody puts them back"));
	ck_assert(world_said("type: fail2ban-client reload --restart own"));
}
END_TEST

static void change_by(const char *name, uint32_t pid)
{
	struct generation_change change = {.pid = pid, .chains = CHAINCHANGE_NULL};

	snprintf(change.name, sizeof(change.name), "%s", name);
	world.on_generation(&change, world.generation_userdata);
}

static void busy_before_the_flush(bool looked)
{
	if (looked)
		engine_look(world.engine, ENGINE_LOOK_AT_KERNEL);
	change_by("before", 100);
	world_pass(looked ? 1000 : 0);
	rangeset_deinit(&kernel);
	world.tables = (struct fwtables){0};
	change_by("flusher", 200);
	change_by("after", 300);
	world_pass(looked ? 1000 : 0);
	change_by("later", 400);
	world_pass(1000);
}

/* While fail2ban has not answered for what somebody else has done before. */
START_TEST(named_is_who_took_them)
{
	begin();
	fake_fail2ban.broken = true;
	busy_before_the_flush(true);
	fake_fail2ban.broken = false;
	world_pass(10000);
	ck_assert(world_said("flusher (pid 200) took 3 bans of jail own out of the kernel"));
}
END_TEST

/* Without a look at bans between them; firewalld is reloaded for what was flushed, by whomever. */
START_TEST(named_is_who_flushed)
{
	world.config.repair = true;
	begin();
	busy_before_the_flush(false);
	world_pass(10000);
	ck_assert(fakewall_asked(&world.wall, "reload"));
	ck_assert(world_said("flusher (pid 200) took 3 bans of jail own out of the kernel"));
}
END_TEST

START_TEST(some_come_back)
{
	begin();
	rangeset_deinit(&kernel);
	look();
	keep_away(banned[1]);
	look();
	ck_assert(world_said("2 bans of jail own are still missing"));
	keep_away(banned[0]);
	keep_away(banned[2]);
	look();
	ck_assert(world_said("no ban of jail own is missing in the kernel any more"));
}
END_TEST

START_TEST(unbanned)
{
	begin();
	rangeset_deinit(&kernel);
	for (size_t i = 0; i < ARRAY_SIZE(banned); i++)
		fake_fail2ban_unban("own", banned[i]);
	look();
	ck_assert(!world_said("out of the kernel"));
}
END_TEST

/* It is over before it is certain: a jail was restarted. */
START_TEST(for_a_moment)
{
	begin();
	rangeset_deinit(&kernel);
	engine_look(world.engine, ENGINE_LOOK_AT_KERNEL);
	world_pass(300);
	for (size_t i = 0; i < ARRAY_SIZE(banned); i++)
		keep_away(banned[i]);
	world_pass(5000);
	ck_assert(!world_said("out of the kernel"));
}
END_TEST

/* It takes its own away when it ends, and puts them back one by one. */
START_TEST(fail2ban_restarts)
{
	begin();
	fail2ban_is(FAIL2BAN_STOPPING);
	rangeset_deinit(&kernel);
	look();
	fake_fail2ban.age_us = 0;
	fail2ban_is(FAIL2BAN_RUNNING);
	look();
	ck_assert(!world_said("out of the kernel"));
}
END_TEST

START_TEST(fail2ban_does_not_answer)
{
	begin();
	rangeset_deinit(&kernel);
	fake_fail2ban.broken = true;
	look();
	ck_assert(!world_said("out of the kernel"));
	fake_fail2ban.broken = false;
	world_pass(10000);
	ck_assert(world_said("took 3 bans of jail own out of the kernel"));
}
END_TEST

START_TEST(kernel_does_not_tell)
{
	begin();
	rangeset_deinit(&kernel);
	unknown = true;
	look();
	ck_assert(!world_said("out of the kernel"));
	unknown = false;
	look();
	ck_assert(world_said("took 3 bans of jail own out of the kernel"));
}
END_TEST

/* Nobody was there to see it; a ban of the last moments may be on its way. */
START_TEST(flushed_before_the_start)
{
	begin();
	for (size_t i = 0; i < 5; i++) {
		look();
		world_pass(60000);
	}
	world_kill();
	rangeset_deinit(&kernel);
	world_guard();
	world_idle();
	fail2ban_is(FAIL2BAN_RUNNING);
	world_pass(30000);
	ck_assert(!world_said("out of the kernel"));
	world_pass(40000);
	look();
	ck_assert(world_said("somebody took 3 bans of jail own out of the kernel"));
}
END_TEST

/* Told after a moment, which is longer than that of several. */
START_TEST(one_alone)
{
	begin();
	rangeset_deinit(&kernel);
	keep_away(banned[0]);
	keep_away(banned[1]);
	look();
	ck_assert(world_said("took 1 ban of jail own out of the kernel"));
}
END_TEST

START_TEST(nothing_is_restored)
{
	world.config.restore_bans = CONFIG_RESTORE_BANS_NONE;
	begin();
	rangeset_deinit(&kernel);
	look();
	ck_assert(world_said("took 3 bans of jail own out of the kernel"));
}
END_TEST

static Suite *suite(void)
{
	const TTest *const tests[] = {
	    flushed,
	    named_is_who_took_them,
	    named_is_who_flushed,
	    some_come_back,
	    unbanned,
	    for_a_moment,
	    fail2ban_restarts,
	    fail2ban_does_not_answer,
	    kernel_does_not_tell,
	    nothing_is_restored,
	    flushed_before_the_start,
	    one_alone,
	};

	return world_suite("banwatch", tests, ARRAY_SIZE(tests));
}

int main(void)
{
	return unit_run(suite());
}
