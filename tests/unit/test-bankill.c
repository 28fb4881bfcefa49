// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Bans outlive kill -9: a guard is killed at any moment, again and again, around reloads that
 * it hears and reloads that nobody hears, while fail2ban bans and unbans. When it may work in
 * peace at last, there are the rules that the tickets say, and no others.
 *
 * Killed is between two turns of its loop, or in front of a commit: from then on nothing that
 * it writes is kept, and nothing that it asks is heard.
 *
 * BANKILL_ROUNDS: how many (default 20). BANKILL_SEED repeats a run; a failure names its own.
 */
#include "tests/unit/engine-world.h"
#include "tests/unit/firewalls.h"

#define IMAPS      "public/service:imaps"
#define OPEN       "public/service:ssh=rp " IMAPS "=r"
#define N_BANNED   6 /* 192.0.2.1 and so on */
#define PER_WORLD  20
#define TRIES      4000
#define COMMIT_MAX 12

static uint64_t seed;
static unsigned n_rounds = 20, n_round;
static unsigned commits_left; /* 0: nobody is killed at one */
static bool frozen;
static bool is_banned[N_BANNED + 1];

static unsigned any(unsigned below)
{
	seed = seed * 6364136223846793005U + 1442695040888963407U;
	return (unsigned)(seed >> 33) % below;
}

/* --- a store that stands still ------------------------------------------------------------- */

static int on_commit(void *userdata)
{
	(void)userdata;
	if (commits_left && --commits_left == 0)
		frozen = world.wall.deaf = true;
	return frozen;
}

static int on_open(sqlite3 *db, char **error, const struct sqlite3_api_routines *api)
{
	(void)error;
	(void)api;
	sqlite3_commit_hook(db, on_commit, NULL);
	return SQLITE_OK;
}

/* --- the guard ----------------------------------------------------------------------------- */

static void rise(void)
{
	commits_left = 0;
	frozen = world.wall.deaf = false;
	world_guard();
	fake_fail2ban_tell();
}

static void fall(void)
{
	world_kill();
	/* what it had asked in time is answered, and nobody is there to hear it */
	fakewall_turn(&world.wall);
	frozen = world.wall.deaf = false;
	commits_left = 0;
}

/* --- what happens meanwhile ------------------------------------------------------------------ */

static const char *rule_of(unsigned i)
{
	static char rule[160];

	snprintf(rule, sizeof(rule),
	         "public/rule:rule family=\"ipv4\" source address=\"192.0.2.%u\" "
	         "port port=\"imaps\" protocol=\"tcp\" reject",
	         i);
	return rule;
}

static const char *address_of(unsigned i)
{
	static char address[32];

	snprintf(address, sizeof(address), "192.0.2.%u", i);
	return address;
}

static void toggle(unsigned i)
{
	if (!is_banned[i]) {
		fake_fail2ban_ban("sshd", address_of(i), 0);
		if (!fakewall_has(&world.wall, rule_of(i)))
			fakewall_add(&world.wall, rule_of(i), 0);
	} else {
		fake_fail2ban_unban("sshd", address_of(i));
		if (fakewall_has(&world.wall, rule_of(i)))
			fakewall_remove(&world.wall, rule_of(i));
	}
	is_banned[i] = !is_banned[i];
	if (world.engine)
		fake_fail2ban_change();
}

static void something(void)
{
	switch (any(8)) {
	case 0:
	case 1:
		fakewall_reload(&world.wall);
		break;
	case 2:
		toggle(1 + any(N_BANNED));
		break;
	case 3:
		fakewall_stop(&world.wall);
		fakewall_wipe(&world.wall);
		fakewall_start(&world.wall, world.address, world.proc);
		break;
	default:
		break;
	}
}

/* It lives for a while, and time goes on or stands. */
static void live(void)
{
	unsigned turns = any(4) ? any(40) : any(400);

	if (any(3) == 0)
		commits_left = 1 + any(COMMIT_MAX);
	for (unsigned i = 0; i < turns && !frozen; i++) {
		if (any(60) == 0)
			something();
		if (any(4))
			world_turn();
		else
			world_go_on();
	}
}

/* Faster than world_pass(): much of a round is this. */
static void pass(unsigned ms)
{
	for (unsigned passed = 0; passed < ms; passed += 500) {
		for (unsigned i = 0; i < 3; i++)
			world_turn();
		fake_clock_skip(500);
	}
}

/* --- the end ------------------------------------------------------------------------------- */

static const char *what_is_wrong(void)
{
	static char text[128];

	for (unsigned i = 1; i <= N_BANNED; i++) {
		bool there = fakewall_has(&world.wall, rule_of(i));

		if (there == is_banned[i])
			continue;
		snprintf(text, sizeof(text), "%s %s", address_of(i),
		         there ? "has a rule, and no ticket" : "is banned, and has no rule");
		return text;
	}
	if (!engine_now(world.engine).idle || engine_now(world.engine).busy ||
	    engine_n_open_bans(world.engine))
		return "the guard is at work";
	return world_n_unfinished() ? "a wipe was not finished" : NULL;
}

static void round_of_kills(void)
{
	const uint64_t began_with = seed;
	unsigned tries = 0;

	for (unsigned i = 1; i <= N_BANNED; i++)
		if (!is_banned[i] && any(2))
			toggle(i);
	if (!fakewall_has(&world.wall, IMAPS))
		fakewall_add(&world.wall, IMAPS, 0);
	pass(any(2) ? 8000 : any(6000));
	fakewall_reload(&world.wall);
	for (unsigned kills = 1 + any(4); kills > 0; kills--) {
		live();
		fall();
		something();
		if (any(3) == 0)
			something();
		rise();
	}
	while (what_is_wrong() && tries++ < TRIES)
		world_go_on();
	pass(3000);
	ck_assert_msg(!what_is_wrong(), "round %u: %s (BANKILL_ROUNDS=1 BANKILL_SEED=%llu)",
	              n_round, what_is_wrong(), (unsigned long long)began_with);
	strv_deinit(&world.told);
	strv_deinit(&world.wall.calls);
}

START_TEST(outlive_kills)
{
	/* each world is a process of its own */
	for (int i = 0; i < _i; i++)
		seed = seed * 2862933555777941757U + 3037000493U;
	memset(is_banned, 0, sizeof(is_banned));
	fake_fail2ban.state = FAIL2BAN_RUNNING;
	world_wall(OPEN);
	rise();
	world_idle();
	for (n_round = 0; n_round < PER_WORLD && n_round < n_rounds; n_round++)
		round_of_kills();
}
END_TEST

static unsigned long long number_of(const char *name, unsigned long long otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 10) : otherwise;
}

static Suite *suite(void)
{
	Suite *s = suite_create("bankill");
	TCase *tc = tcase_create("bankill");

	seed = number_of("BANKILL_SEED", (unsigned long long)clock_now_us());
	n_rounds = (unsigned)number_of("BANKILL_ROUNDS", n_rounds);
	printf("%u rounds, BANKILL_SEED=%llu\n", n_rounds, (unsigned long long)seed);
	sqlite3_auto_extension((void (*)(void))on_open);
	tcase_add_checked_fixture(tc, world_setup, world_teardown);
	tcase_set_timeout(tc, 300);
	tcase_add_loop_test(tc, outlive_kills, 0, (int)((n_rounds + PER_WORLD - 1) / PER_WORLD));
	suite_add_tcase(s, tc);
	return s;
}

int main(void)
{
	return unit_run(suite());
}
