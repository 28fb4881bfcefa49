// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Memory runs out once, anywhere in a reload with one ban: when it is back, so is everything.
 *
 * At one allocation after the other of the guard's and its libraries', none of the test's. All of
 * them take minutes, so a run takes a part of them: SCARCE_EVERY=1 tests/unit/test-scarce.
 */
#include "tests/unit/engine-world.h"
#include "tests/unit/failing.h"
#include "tests/unit/firewalls.h"

#define IMAPS "public/service:imaps"
#define SMTPS "public/port:465/tcp"
#define OPEN  "public/service:ssh=rp " IMAPS "=r " SMTPS "=r"
#define BAN   "public/rule:rule family=\"ipv4\" source address=\"192.0.2.1\" reject"

/* One of so many fails in a plain run. */
#define EVERY 97

static bool all_is_back(void)
{
	return fakewall_has(&world.wall, IMAPS) && fakewall_has(&world.wall, SMTPS) &&
	       fakewall_has(&world.wall, BAN);
}

static void begin(void)
{
	world_wall(OPEN);
	world_guard();
	world_idle();
	fake_fail2ban_ban("sshd", "192.0.2.1", 0);
	fakewall_add(&world.wall, BAN, 0);
	fake_fail2ban.state = FAIL2BAN_RUNNING;
	fake_fail2ban_tell();
	world_pass(30000);
}

/* The record is written again and again by whoever runs the engine. */
static bool is_over(void)
{
	const struct engine_state now = engine_now(world.engine);

	return record_retry(world.record) && all_is_back() && now.idle && !now.busy &&
	       engine_n_open_bans(world.engine) == 0 && world_n_unfinished() == 0;
}

static void reload(void)
{
	fakewall_reload(&world.wall);
}

/* Nobody sees a wipe, and fail2ban is asked what was to stay. */
static void lose_a_ban(void)
{
	fakewall_drop(&world.wall, BAN);
	engine_look(world.engine, ENGINE_LOOK_AT_ALL);
}

/* One rule for two jails, and the unban in one of them takes it from both. */
static void ban_in_another(void)
{
	fake_fail2ban_ban("dovecot", "192.0.2.1", 0);
	fake_fail2ban_change();
	world_pass(10000);
}

static void unban_in_another(void)
{
	fake_fail2ban_unban("dovecot", "192.0.2.1");
	fake_fail2ban_change();
	fakewall_remove(&world.wall, BAN);
}

static const struct row {
	void (*before)(void);
	void (*wipe)(void);
} rows[] = {
    {NULL, reload},
    {NULL, lose_a_ban},
    {ban_in_another, unban_in_another},
};

/* Returns whether it failed: else there are fewer than @at. */
static bool wipe_and_fail(const struct row *row, unsigned long at)
{
	bool failed;

	failing_only = &world.in_guard;
	if (row->before)
		row->before();
	failing_begin(at);
	row->wipe();
	for (unsigned i = 0; i < 4000 && !failing_has && !is_over(); i++)
		world_go_on();
	failed = failing_end();
	for (unsigned i = 0; i < 4000 && !is_over(); i++)
		world_go_on();
	ck_assert_msg(is_over(), "allocation %lu: imaps %d, smtps %d, ban %d, %zu wipes open", at,
	              fakewall_has(&world.wall, IMAPS), fakewall_has(&world.wall, SMTPS),
	              fakewall_has(&world.wall, BAN), world_n_unfinished());
	return failed;
}

START_TEST(at_each_allocation)
{
	const char *every = getenv("SCARCE_EVERY");
	unsigned long step = every ? strtoul(every, NULL, 10) : EVERY, at = 1;

	begin();
	while (wipe_and_fail(&rows[_i], at))
		at += step;
	/* some did fail: how many there are is the libraries' affair, too */
	ck_assert_uint_gt(at, FAILING ? 2 * EVERY : 0);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("scarce");
	TCase *tc = tcase_create("scarce");

	tcase_add_checked_fixture(tc, world_setup, world_teardown);
	tcase_set_timeout(tc, 3600);
	tcase_add_loop_test(tc, at_each_allocation, 0, ARRAY_SIZE(rows));
	suite_add_tcase(s, tc);
	return s;
}

int main(void)
{
	return unit_run(suite());
}
