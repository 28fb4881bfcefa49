// SPDX-License-Identifier: GPL-2.0-or-later
/* `reload-guard restore`: one cycle of the engine, by hand. */
#include "guard/restore/missing.h"
#include "guard/system/host/bootid.h"
#include "tests/unit/engine-world.h"
#include "tests/unit/firewalls.h"

#define IMAPS  "public/service:imaps"
#define SMTPS  "public/port:465/tcp"
#define OPEN   "public/service:ssh=rp " IMAPS "=r " SMTPS "=r"
#define BAN(n) "public/rule:rule family=\"ipv4\" source address=\"192.0.2." #n "\" reject"

static const struct errand by_hand = {.alone = true};

static bool is_back(const char *item)
{
	return fakewall_has(&world.wall, item);
}

static void ban(const char *address, const char *rule)
{
	fake_fail2ban_ban("sshd", address, 0);
	fakewall_add(&world.wall, rule, 0);
}

/* What a guard knew when it ended, and a reload that it did not see. */
static void lose(const char *more)
{
	world_wall(OPEN);
	world_guard();
	world_idle();
	ban("192.0.2.1", BAN(1));
	if (*more)
		fakewall_add(&world.wall, more, 0);
	world_pass(10000);
	world_kill();
	strv_deinit(&world.told);
	strv_deinit(&world.wall.calls);
	fakewall_reload(&world.wall);
}

START_TEST(puts_back)
{
	_cleanup_store_wipe_info_ struct store_wipe_info wipe = STORE_WIPE_INFO_NULL;

	lose("");
	fake_fail2ban.state = FAIL2BAN_RUNNING;
	world_errand(&by_hand);
	ck_assert(is_back(IMAPS) && is_back(SMTPS) && is_back(BAN(1)));
	ck_assert_str_eq(world_outcome(IMAPS), "restored");
	ck_assert_str_eq(world_outcome(BAN(1)), "restored");
	wipe = world_last_wipe();
	ck_assert_str_eq(wipe.outcome, "restored");
	ck_assert_uint_eq(world_n_unfinished(), 0);
	/* a second one has nothing to do */
	world_kill();
	strv_deinit(&world.wall.calls);
	world_errand(&by_hand);
	ck_assert_uint_eq(world.wall.calls.n, 0);
	ck_assert_int_eq(world_last()->id, wipe.id);
}
END_TEST

START_TEST(pretends)
{
	struct store_wipe_info info = STORE_WIPE_INFO_NULL;
	const struct errand errand = {.pretend = true, .alone = true};

	lose(BAN(99));
	fake_fail2ban.state = FAIL2BAN_RUNNING;
	world_errand(&errand);
	ck_assert_uint_eq(world.wall.calls.n, 0);
	ck_assert_uint_eq(world_told("planned " IMAPS), 1);
	ck_assert_uint_eq(world_told("judged " BAN(1) " held"), 1);
	ck_assert_uint_eq(world_told("judged " BAN(99) " no ticket"), 1);
	{
		struct err why = ERR_NULL;

		ck_assert_int_eq(store_wipe_last(record_store(world.record), &info, &why),
		                 STORE_E_NOT_FOUND);
	}
}
END_TEST

/* From tickets that are not known nothing follows, and nobody waits; they stay open. */
START_TEST(fail2ban_cannot_tell)
{
	lose("");
	fake_fail2ban.state = FAIL2BAN_CRASHED;
	world_errand(&by_hand);
	ck_assert(is_back(IMAPS) && !is_back(BAN(1)));
	ck_assert_uint_eq(world_told("unknown 1"), 1);
	ck_assert_uint_eq(world_n_unfinished(), 0);
	world_kill();
	fake_fail2ban.state = FAIL2BAN_RUNNING;
	world_errand(&by_hand);
	ck_assert(is_back(BAN(1)));
}
END_TEST

/* What nobody could put back leaves no wipe in the history each time that it is tried. */
START_TEST(fail2ban_cannot_tell_again_and_again)
{
	struct store_wipe_info info = STORE_WIPE_INFO_NULL;

	lose("");
	fakewall_add(&world.wall, IMAPS, 0);
	fakewall_add(&world.wall, SMTPS, 0);
	for (int i = 0; i < 3; i++) {
		struct err why = ERR_NULL;

		fake_fail2ban.state = FAIL2BAN_CRASHED;
		world_errand(&by_hand);
		ck_assert_uint_eq(world_told("unknown 1"), (size_t)i + 1);
		ck_assert_int_eq(store_wipe_last(record_store(world.record), &info, &why),
		                 STORE_E_NOT_FOUND);
		world_kill();
	}
	fake_fail2ban.state = FAIL2BAN_RUNNING;
	world_errand(&by_hand);
	ck_assert(is_back(BAN(1)));
}
END_TEST

/* A deny by hand on a machine that has no fail2ban. */
START_TEST(by_hand_without_fail2ban)
{
	const struct errand errand = {.pretend = true, .alone = true};

	fake_fail2ban.database = "/nonexistent/fail2ban.sqlite3";
	world_wall(OPEN);
	world_guard();
	world_idle();
	fakewall_add(&world.wall, BAN(99), 0);
	world_pass(10000);
	world_kill();
	fakewall_reload(&world.wall);
	fake_fail2ban.state = FAIL2BAN_STOPPED;
	world_errand(&errand);
	ck_assert_uint_eq(world_told("judged " BAN(99) " by hand"), 1);
	world_kill();
	world_errand(&by_hand);
	ck_assert(is_back(BAN(99)));
	ck_assert_uint_eq(world_told("unknown"), 0);
	ck_assert_str_eq(world_outcome(BAN(99)), "restored");
	ck_assert_uint_eq(world_n_unfinished(), 0);
}
END_TEST

START_TEST(fail2ban_breaks)
{
	lose("");
	fake_fail2ban.state = FAIL2BAN_RUNNING;
	fake_fail2ban.broken = true;
	world_errand(&by_hand);
	ck_assert_uint_eq(world_told("unknown 1"), 1);
	ck_assert(!is_back(BAN(1)));
}
END_TEST

START_TEST(fail2ban_cannot_tell_when_asked_to_pretend)
{
	const struct errand errand = {.pretend = true, .alone = true};

	lose("");
	world_errand(&errand);
	ck_assert_uint_eq(world_told("unknown 1"), 1);
	ck_assert_uint_eq(world_told("planned " IMAPS), 1);
}
END_TEST

START_TEST(leaves_out_what_covers_clients)
{
	const struct errand errand = {.pretend = true, .alone = true};

	ck_assert_int_eq(strv_add(&world.config.client_ranges, "192.0.2.1"), 0);
	lose("");
	fake_fail2ban.state = FAIL2BAN_RUNNING;
	world_errand(&errand);
	ck_assert_uint_eq(world_told("judged " BAN(1) " covers the legitimate clients"), 1);
	world_kill();
	world_errand(&by_hand);
	ck_assert(!is_back(BAN(1)));
	ck_assert_str_eq(world_outcome(BAN(1)), "left-out");
}
END_TEST

/* Each step once: a person sees what firewalld says, and asks again. */
START_TEST(refused)
{
	_cleanup_store_wipe_info_ struct store_wipe_info wipe = STORE_WIPE_INFO_NULL;

	lose("");
	fake_fail2ban.state = FAIL2BAN_RUNNING;
	world.wall.refuse = "public/";
	world.wall.error = "COMMAND_FAILED: nft";
	world_errand(&by_hand);
	ck_assert_uint_eq(world.wall.calls.n, 3);
	ck_assert_str_eq(world_outcome(IMAPS), "failed");
	ck_assert_str_eq(world_outcome(BAN(1)), "failed");
	wipe = world_last_wipe();
	ck_assert_uint_eq(wipe.n_failed, 2);
	world_kill();
	world.wall.refuse = NULL;
	world_errand(&by_hand);
	ck_assert(is_back(IMAPS) && is_back(SMTPS) && is_back(BAN(1)));
}
END_TEST

/* What nobody could tell, a person decides by asking; and what has an end stays away. */
START_TEST(unattributed_and_timed)
{
	world_wall(OPEN);
	world_guard();
	world_idle();
	fakewall_add(&world.wall, "public/service:ftp", 600);
	world_pass(10000);
	world_kill();
	fakewall_drop(&world.wall, IMAPS);
	world_guard();
	world_idle();
	ck_assert(!is_back(IMAPS));
	world_kill();
	fakewall_reload(&world.wall);
	world_errand(&by_hand);
	ck_assert(is_back(IMAPS) && is_back(SMTPS));
	ck_assert(!is_back("public/service:ftp"));
	ck_assert_uint_eq(world_told("public/service:ftp unattributed"), 1);
}
END_TEST

/* Removed on purpose since it was found gone: its event names it, whatever its words. */
START_TEST(let_go)
{
	world_wall(OPEN);
	world_guard();
	world_idle();
	world_kill();
	fakewall_drop(&world.wall, IMAPS);
	world_guard();
	world_idle();
	{
		_cleanup_item_ struct item item = item_from_text(IMAPS);

		record_event(world.record, EVENT_INTENT_REMOVED, &item, "no words about it");
	}
	world_kill();
	world_errand(&by_hand);
	ck_assert(!is_back(IMAPS));
}
END_TEST

/* A snapshot that a person names, whatever happened since. */
START_TEST(from_a_snapshot)
{
	_cleanup_firewall_ struct firewall from = firewall_from_text(OPEN);
	const struct errand errand = {.from_id = 1, .from = &from, .alone = true};

	world_wall(OPEN);
	world_guard();
	world_idle();
	fakewall_remove(&world.wall, IMAPS);
	fakewall_add(&world.wall, "public/service:ldap", 0);
	world_pass(5000);
	world_kill();
	world_errand(&errand);
	ck_assert(is_back(IMAPS));
	ck_assert(is_back("public/service:ldap"));
	ck_assert_int_eq(world_last()->kind, WIPE_BY_HAND);
	ck_assert_int_eq(world_last()->before_id, 1);
}
END_TEST

/* What a guard that was killed has left is in our own wipe now, unless one runs. */
START_TEST(takes_over)
{
	const struct errand beside = {.alone = false};

	world_wall(OPEN);
	world_guard();
	world_idle();
	world.wall.silent = "getZoneSettings2";
	fakewall_reload(&world.wall);
	world_await(world_n_unfinished() == 1);
	world_kill();
	world.wall.silent = NULL;
	fakewall_drop_held(&world.wall);
	world_errand(&beside);
	ck_assert(is_back(IMAPS));
	ck_assert_uint_eq(world_n_unfinished(), 1);
	world_kill();
	fakewall_reload(&world.wall);
	world_errand(&by_hand);
	ck_assert(is_back(IMAPS));
	ck_assert_uint_eq(world_n_unfinished(), 0);
}
END_TEST

/* Put back by a guard that was killed before the wipe was closed, and taken once more. */
START_TEST(back_and_gone_again)
{
	world_wall(OPEN);
	world_guard();
	world_idle();
	ban("192.0.2.1", BAN(1));
	fake_fail2ban.state = FAIL2BAN_RUNNING;
	fake_fail2ban_tell();
	world_pass(30000);
	fakewall_reload(&world.wall);
	world_await(strcmp(world_outcome(BAN(1)), "restored") == 0);
	ck_assert_uint_eq(world_n_unfinished(), 1);
	world_kill();
	fakewall_reload(&world.wall);
	world_errand(&by_hand);
	ck_assert(is_back(BAN(1)));
	ck_assert_uint_eq(world_n_unfinished(), 0);
}
END_TEST

static void reload_once(const char *what, void *userdata)
{
	bool *done = userdata;

	(void)what;
	if (*done)
		return;
	*done = true;
	fakewall_reload(&world.wall);
}

/* Wiped again in the middle: all is back, and what is its own is not called taken over. */
START_TEST(reloaded_in_the_middle)
{
	_cleanup_store_wipe_info_ struct store_wipe_info first = STORE_WIPE_INFO_NULL;
	bool done = false;

	lose("");
	fake_fail2ban.state = FAIL2BAN_RUNNING;
	world.wall.on_change = reload_once;
	world.wall.userdata = &done;
	world_errand(&by_hand);
	ck_assert(done);
	ck_assert(is_back(IMAPS) && is_back(SMTPS) && is_back(BAN(1)));
	ck_assert_uint_eq(world_n_unfinished(), 0);
	ck_assert_str_ne(world_last()->outcome, "taken over by reload-guard restore");
	ck_ok(
	    store_wipe_load(record_store(world.record), world_last()->id - 1, &first, NULL, &err));
	ck_assert_str_ne(first.outcome, "taken over by reload-guard restore");
}
END_TEST

/* Unbanned while it was put back, and firewalld does not let it go: told, and no more is tried. */
static void unban_it(const char *what, void *userdata)
{
	bool *done = userdata;

	if (!strstr(what, "192.0.2.1"))
		return;
	if (*done) { /* to take it away again */
		world.wall.refuse = "192.0.2.1";
		world.wall.error = "COMMAND_FAILED: nft";
		return;
	}
	*done = true;
	fake_fail2ban_unban("sshd", "192.0.2.1");
}

START_TEST(residue_that_stays)
{
	bool done = false;

	lose("");
	fake_fail2ban.state = FAIL2BAN_RUNNING;
	world.wall.on_change = unban_it;
	world.wall.userdata = &done;
	world_errand(&by_hand);
	ck_assert(done);
	ck_assert(is_back(BAN(1)) && is_back(IMAPS));
	ck_assert_uint_eq(fakewall_asked(&world.wall, "remove public/rule"), 1);
	ck_assert_uint_eq(world_n_unfinished(), 0);
}
END_TEST

/* The same where the ban has left the list when the answer comes: firewalld went meanwhile. */
START_TEST(gone_while_a_residue_is_taken_away)
{
	bool done = false;

	lose("");
	fake_fail2ban.state = FAIL2BAN_RUNNING;
	world.wall.on_change = unban_it;
	world.wall.userdata = &done;
	world.wall.silent = "removeRichRule";
	world_errand_begin(&by_hand);
	world_await(*(volatile bool *)&done);
	world_pass(5000);
	fakewall_stop(&world.wall);
	world_settle_calls();
	world_pass(5000);
	ck_assert_uint_eq(world_told("done"), 0);
	ck_assert_str_eq(world_outcome(BAN(1)), "restored");
}
END_TEST

/* firewalld goes while bans are put back: what is back by then is on record, the rest open. */
START_TEST(gone_during_the_bans)
{
	lose(BAN(2));
	fake_fail2ban_ban("sshd", "192.0.2.2", 0);
	fake_fail2ban.state = FAIL2BAN_RUNNING;
	world.wall.silent = "addRichRule";
	world_errand_begin(&by_hand);
	world_await(fakewall_asked(&world.wall, "add public/rule") == 1);
	fakewall_stop(&world.wall);
	world_settle_calls();
	world_pass(5000);
	ck_assert_uint_eq(world_told("done"), 0);
	ck_assert_uint_eq(world_told("ended"), 1);
	ck_assert_str_eq(world_outcome(IMAPS), "restored");
	ck_assert_uint_eq(world_n_unfinished(), 1);
	/* nothing of that is lost */
	world_kill();
	world.wall.silent = NULL;
	fakewall_wipe(&world.wall);
	fakewall_start(&world.wall, world.address, world.proc);
	world_errand(&by_hand);
	ck_assert(is_back(BAN(1)) && is_back(BAN(2)) && is_back(IMAPS));
	ck_assert_uint_eq(world_n_unfinished(), 0);
}
END_TEST

/* No snapshot is taken: whoever watches for ever knows more. */
START_TEST(takes_no_snapshot)
{
	_cleanup_store_snapshot_ struct store_snapshot before = STORE_SNAPSHOT_NULL,
	                                               after = STORE_SNAPSHOT_NULL;

	lose("");
	world_errand(&by_hand);
	ck_ok(store_snapshot_last(record_store(world.record), &before, NULL, &err));
	fakewall_add(&world.wall, "public/service:ldap", 0);
	world_pass(60000);
	ck_ok(store_snapshot_last(record_store(world.record), &after, NULL, &err));
	ck_assert_int_eq(before.id, after.id);
}
END_TEST

/* Nobody could tell where host0 went; then somebody said where it belongs. */
#define HOST "work/interface:host0"

static void lose_host(void)
{
	world_wall("public/service:ssh=rp work/service:imaps=r "
	           "trusted/service:imaps=r " HOST "=r");
	world_guard();
	world_idle();
	world_kill();
	fakewall_drop(&world.wall, HOST);
	fakewall_add(&world.wall, "public/interface:host0", 0);
	world_guard();
	world_idle();
	ck_assert_uint_eq(world_told("lost " HOST " unattributed"), 1);
}

static void bind_to(const char *from, const char *to)
{
	fakewall_drop(&world.wall, from);
	fakewall_add(&world.wall, to, 0);
	world_pass(5000);
}

static bool asks_for_host(void)
{
	const struct errand errand = {.pretend = true, .alone = true};
	bool asked;

	world_kill();
	strv_deinit(&world.told);
	world_errand(&errand);
	asked = world_told("missing " HOST " lost") > 0;
	world_kill();
	return asked;
}

START_TEST(bound_elsewhere_since)
{
	_cleanup_item_ struct item trusted = item_from_text("trusted/interface:host0");

	lose_host();
	ck_assert(asks_for_host());
	world_guard();
	world_idle();
	bind_to("public/interface:host0", "trusted/interface:host0");
	ck_assert(!asks_for_host());
	/* also when that is what goes next, and when somebody lets it go */
	fakewall_drop(&world.wall, "trusted/interface:host0");
	fakewall_add(&world.wall, "public/interface:host0", 0);
	world_guard();
	world_idle();
	ck_assert_uint_eq(world_told("lost trusted/interface:host0 unattributed"), 1);
	ck_assert(!asks_for_host());
	ck_assert_uint_eq(world_told("missing trusted/interface:host0 lost"), 1);
	world_guard();
	record_event(world.record, EVENT_INTENT_REMOVED, &trusted, "bound to public");
	ck_assert(!asks_for_host());
	ck_assert_uint_eq(world_told("missing "), 0);
}
END_TEST

/* --- one judge --------------------------------------------------------------------------- */

static void find_missing(struct missing *out)
{
	_cleanup_firewall_ struct firewall now = FIREWALL_NULL;
	struct missing_query query = {.config = &world.config,
	                              .store = record_store(world.record),
	                              .now = &now,
	                              .instance = "",
	                              .now_us = clock_now_us()};

	ck_assert_int_eq(firewall_copy(&now, &world.wall.fw), 0);
	ck_ok(missing_find(out, &query, &err));
}

/* Killed when half of it was back, or before it was read: who looks sees what the next guard does.
 */
START_TEST(sees_what_a_guard_would)
{
	static const char *const silent[] = {"addService", "getZoneSettings2"};
	_cleanup_missing_ struct missing missing = MISSING_NULL;
	char boot_id[BOOTID_SIZE];

	ck_ok(bootid_read(boot_id, &err));
	world.boot_id = boot_id;
	world_wall(OPEN);
	world_guard();
	world_idle();
	world.wall.silent = silent[_i];
	fakewall_reload(&world.wall);
	world_await(world_n_unfinished() == 1);
	world_settle_calls();
	find_missing(&missing);
	ck_assert_uint_eq(missing.loss.n, _i == 0 ? 1 : 2);
	ck_assert_str_eq(missing.loss.rows[0].item.value, "imaps");
	ck_assert_int_eq(missing.loss.rows[0].verdict, LOSS_LOST);
	world_kill();
	fakewall_drop_held(&world.wall);
	world.wall.silent = NULL;
	strv_deinit(&world.told);
	world_guard();
	world_idle();
	ck_assert_uint_eq(world_told("lost " IMAPS " lost"), 1);
}
END_TEST

/* What the record tells of items that are there, by what happened to firewalld since. */
static const struct {
	const char *boot, *instance; /* of the record; NULL: this boot */
	const char *sees;
} recall_rows[] = {
    {NULL, "1:1",
     "public/service:ftp=r@90 public/service:imap=rw public/service:imaps=ru "
     "public/service:pop3=r public/service:smtp=rp"},
    {NULL, "1:0",
     "public/service:ftp=rg@90 public/service:imap=rwu public/service:imaps=ru "
     "public/service:pop3=ru public/service:smtp=rp"},
    {"another", "1:1",
     "public/service:ftp=ru public/service:imap=ru public/service:imaps=ru "
     "public/service:pop3=ru public/service:smtp=rp"},
};

START_TEST(recalls_ends)
{
	_cleanup_firewall_ struct firewall before = firewall_from_text(
	    "public/service:ftp=r@90 public/service:imap=rw public/service:pop3=r "
	    "public/service:smtp=r");
	_cleanup_firewall_ struct firewall now =
	    firewall_from_text("public/service:ftp=r public/service:imap=r public/service:imaps=r "
	                       "public/service:pop3=r public/service:smtp=rp");
	_cleanup_firewall_ struct firewall want = firewall_from_text(recall_rows[_i].sees);
	_cleanup_missing_ struct missing missing = MISSING_NULL;
	struct store_sighting sighting = {
	    .instance = recall_rows[_i].instance, .at_us = 10 * SECOND, .good = true};
	struct missing_query query = {
	    .config = &world.config, .now = &now, .instance = "1:1", .now_us = 20 * SECOND};
	char boot_id[BOOTID_SIZE];
	int64_t id;

	ck_ok(bootid_read(boot_id, &err));
	sighting.boot_id = recall_rows[_i].boot ? recall_rows[_i].boot : boot_id;
	world_wall("");
	world_guard();
	query.store = record_store(world.record);
	ck_ok(store_snapshot_put(query.store, &before, &sighting, &id, &err));
	ck_ok(missing_see(&missing, &query, &err));
	ck_assert_uint_eq(now.n, want.n);
	for (size_t i = 0; i < want.n; i++) {
		ck_assert_msg(now.entries[i].flags == want.entries[i].flags, "%s: %x, not %x",
		              now.entries[i].item.value, now.entries[i].flags,
		              want.entries[i].flags);
		ck_assert_int_eq(now.entries[i].until_us, want.entries[i].until_us);
	}
}
END_TEST

static Suite *suite(void)
{
	const TTest *const tests[] = {
	    puts_back,
	    pretends,
	    fail2ban_cannot_tell,
	    fail2ban_cannot_tell_again_and_again,
	    by_hand_without_fail2ban,
	    fail2ban_breaks,
	    fail2ban_cannot_tell_when_asked_to_pretend,
	    leaves_out_what_covers_clients,
	    refused,
	    unattributed_and_timed,
	    let_go,
	    bound_elsewhere_since,
	    from_a_snapshot,
	    takes_over,
	    back_and_gone_again,
	    reloaded_in_the_middle,
	    residue_that_stays,
	    gone_while_a_residue_is_taken_away,
	    gone_during_the_bans,
	    takes_no_snapshot,
	};
	Suite *s = world_suite("errand", tests, ARRAY_SIZE(tests));

	world_suite_rows(s, sees_what_a_guard_would, 2);
	world_suite_rows(s, recalls_ends, ARRAY_SIZE(recall_rows));
	return s;
}

int main(void)
{
	return unit_run(suite());
}
