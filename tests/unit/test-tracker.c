// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/restore/tracker.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/firewalls.h"
#include "tests/unit/unit.h"

static const struct loss no_loss;

static struct tracker tracker_from_text(const char *text)
{
	struct tracker tracker = TRACKER_NULL;
	struct firewall fw = firewall_from_text(text);

	ck_assert_int_eq(tracker_start_from_take(&tracker, &fw, true), 0);
	return tracker;
}

static void absorb(struct tracker *tracker, const char *reading, bool after_wipe)
{
	_cleanup_firewall_ struct firewall fw = firewall_from_text(reading);
	struct tracker_absorb options = {
	    .reading = &fw, .loss = &no_loss, .after_wipe = after_wipe, .whole = true};

	ck_assert_int_eq(tracker_absorb(tracker, &options), 0);
}

static void expect(const struct tracker *tracker, const char *text)
{
	_cleanup_firewall_ struct firewall fw = firewall_from_text(text);

	ck_assert_uint_eq(tracker->wanted.n, fw.n);
	for (size_t i = 0; i < fw.n; i++) {
		const struct firewall_entry *want = &fw.entries[i];
		const struct firewall_entry *have = &tracker->wanted.entries[i];

		ck_assert_int_eq(item_cmp(&have->item, &want->item), 0);
		ck_assert_msg(have->flags == want->flags, "%s has flags %x, not %x",
		              have->item.value, have->flags, want->flags);
		ck_assert_int_eq(have->until_us, want->until_us);
	}
}

START_TEST(follows_signals)
{
	struct tracker tracker = tracker_from_text("public/service:imap=rp");
	_cleanup_item_ struct item imap = item_from_text("public/service:imap");
	_cleanup_item_ struct item imaps = item_from_text("public/service:imaps");

	ck_assert_int_eq(tracker_added(&tracker, &imaps, 0, 60 * SECOND), 0);
	expect(&tracker, "public/service:imap=rp public/service:imaps=r@60");
	ck_assert(tracker.dirty);
	ck_assert_int_eq(tracker_removed(&tracker, &imap), 0);
	expect(&tracker, "public/service:imap=p public/service:imaps=r@60");
	ck_assert_int_eq(tracker_removed(&tracker, &imaps), 0);
	expect(&tracker, "public/service:imap=p");
	ck_assert_int_eq(tracker_removed(&tracker, &imaps), 0);
	expect(&tracker, "public/service:imap=p");
	tracker_deinit(&tracker);
}
END_TEST

START_TEST(an_interface_is_in_one_zone)
{
	struct tracker tracker = tracker_from_text("home/interface:eth0=r home/interface:eth1=r");
	_cleanup_item_ struct item moved = item_from_text("mail/interface:eth0");

	ck_assert_int_eq(tracker_moved(&tracker, &moved), 0);
	expect(&tracker, "home/interface:eth1=r mail/interface:eth0=r");
	tracker_deinit(&tracker);
}
END_TEST

static void note(const struct item *item, bool withdrawn, void *userdata)
{
	int *count = userdata;

	ck_assert_str_eq(item->value, "imap");
	*count += withdrawn ? 1 : 100;
}

/* What leaves the permanent configuration is marked, and unmarked when it comes back. */
START_TEST(sees_withdrawals)
{
	struct tracker tracker =
	    tracker_from_text("public/service:imap=rp public/service:ssh=rp home/service:x=p");
	_cleanup_firewall_ struct firewall without =
	    firewall_from_text("public/service:imap=r public/service:ssh=rp");
	_cleanup_firewall_ struct firewall with =
	    firewall_from_text("public/service:imap=rp public/service:ssh=rp");
	int count = 0;
	struct tracker_absorb options = {.reading = &without,
	                                 .loss = &no_loss,
	                                 .whole = true,
	                                 .on_permanent = note,
	                                 .userdata = &count};

	ck_assert_int_eq(tracker_absorb(&tracker, &options), 0);
	expect(&tracker, "public/service:imap=rw public/service:ssh=rp");
	ck_assert_int_eq(count, 1);
	ck_assert_int_eq(tracker_absorb(&tracker, &options), 0);
	ck_assert_int_eq(count, 1);
	options.reading = &with;
	ck_assert_int_eq(tracker_absorb(&tracker, &options), 0);
	expect(&tracker, "public/service:imap=rp public/service:ssh=rp");
	ck_assert_int_eq(count, 101);
	tracker_deinit(&tracker);
}
END_TEST

static void note_loaded(const struct item *interface, const char *from, void *userdata)
{
	char *told = userdata;

	ck_assert_uint_eq(strlen(told), 0);
	snprintf(told, 64, "%s from %s to %s", interface->value, from ? from : "?",
	         interface->zone);
}

/* A wipe takes an interface to where it is permanently, and no signal says so. */
START_TEST(sees_interfaces_that_were_loaded)
{
	static const struct {
		const char *before, *after, *heard, *told;
	} rows[] = {
	    {"home/interface:eth0=rp mail/interface:eth0=p", "mail/interface:eth0=rp", NULL,
	     "eth0 from home to mail"},
	    /* bound nowhere */
	    {"mail/interface:eth0=p", "mail/interface:eth0=rp", NULL, "eth0 from public to mail"},
	    {"", "mail/interface:eth0=rp", NULL, "eth0 from public to mail"},
	    /* it was there, it is not permanent there, or somebody has bound it */
	    {"mail/interface:eth0=rp", "mail/interface:eth0=rp", NULL, ""},
	    {"home/interface:eth0=r", "public/interface:eth0=r", NULL, ""},
	    {"mail/interface:eth0=p", "mail/interface:eth0=rp", "mail/interface:eth0", ""},
	    {"", "mail/service:imaps=rp mail/source:192.0.2.1=rp", NULL, ""},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct tracker tracker = tracker_from_text(rows[i].before);
		_cleanup_firewall_ struct firewall after = firewall_from_text(rows[i].after);
		char told[64] = "";
		struct tracker_absorb options = {.reading = &after,
		                                 .loss = &no_loss,
		                                 .on_loaded = note_loaded,
		                                 .userdata = told};

		tracker.from_store = false;
		ck_assert_int_eq(tracker_default_zone(&tracker, "public"), 0);
		tracker_reading_begins(&tracker);
		if (rows[i].heard) {
			_cleanup_item_ struct item item = item_from_text(rows[i].heard);

			ck_assert_int_eq(tracker_added(&tracker, &item, 0, 0), 0);
		}
		ck_assert_int_eq(tracker_absorb(&tracker, &options), 0);
		ck_assert_str_eq(told, rows[i].told);
		tracker_deinit(&tracker);
	}
}
END_TEST

/* What an edit took out is neither lost nor removed, whenever firewalld finds out. */
START_TEST(keeps_edits_apart_from_withdrawals)
{
	struct tracker tracker = tracker_from_text("public/service:imap=rp public/service:pop3=r");
	_cleanup_item_ struct item imap = item_from_text("public/service:imap");
	_cleanup_item_ struct item pop3 = item_from_text("public/service:pop3");

	tracker_edited(&tracker, &imap, true);
	tracker_edited(&tracker, &pop3, true);
	expect(&tracker, "public/service:imap=rpe public/service:pop3=r");
	ck_assert(tracker.dirty);
	/* firewalld does not know yet */
	absorb(&tracker, "public/service:imap=rp public/service:pop3=r", false);
	expect(&tracker, "public/service:imap=rpe public/service:pop3=r");
	absorb(&tracker, "public/service:imap=r public/service:pop3=r", false);
	expect(&tracker, "public/service:imap=re public/service:pop3=r");
	/* put back, by whatever way */
	absorb(&tracker, "public/service:imap=rp public/service:pop3=r", false);
	expect(&tracker, "public/service:imap=rp public/service:pop3=r");
	tracker_edited(&tracker, &imap, true);
	tracker_edited(&tracker, &imap, false);
	expect(&tracker, "public/service:imap=rp public/service:pop3=r");
	/* loaded by a wipe all the same */
	tracker_edited(&tracker, &imap, true);
	absorb(&tracker, "public/service:imap=rp public/service:pop3=r", true);
	expect(&tracker, "public/service:imap=rp public/service:pop3=r");
	/* removed from the runtime, too: nothing is left to say */
	tracker_edited(&tracker, &imap, true);
	ck_assert_int_eq(tracker_removed(&tracker, &imap), 0);
	expect(&tracker, "public/service:imap=p public/service:pop3=r");
	tracker_deinit(&tracker);
}
END_TEST

/* Opened anew while nobody watched: firewalld's timer would have closed it. */
START_TEST(what_outlives_its_timer_has_no_end)
{
	struct tracker tracker =
	    tracker_from_text("public/service:imap=r@50 public/service:imaps=rg@50 "
	                      "public/service:smtp=r@60");
	_cleanup_firewall_ struct firewall there = firewall_from_text(
	    "public/service:imap=r public/service:imaps=r public/service:smtp=r");
	struct tracker_absorb options = {
	    .reading = &there, .loss = &no_loss, .whole = true, .now_us = 60 * SECOND};

	ck_assert_int_eq(tracker_absorb(&tracker, &options), 0);
	expect(&tracker, "public/service:imap=ru public/service:imaps=rg@50 "
	                 "public/service:smtp=r@60");
	tracker_deinit(&tracker);
}
END_TEST

/* Taken out of the permanent configuration, and opened by somebody while that was read. */
START_TEST(what_is_opened_meanwhile_is_not_withdrawn)
{
	struct tracker tracker = tracker_from_text("public/service:imap=p public/service:pop3=rp");
	_cleanup_firewall_ struct firewall there = firewall_from_text("public/service:pop3=r");
	_cleanup_item_ struct item imap = item_from_text("public/service:imap");
	struct tracker_absorb options = {.reading = &there, .loss = &no_loss, .whole = true};

	tracker_reading_begins(&tracker);
	ck_assert_int_eq(tracker_added(&tracker, &imap, 0, 0), 0);
	ck_assert_int_eq(tracker_correct_reading(&tracker, &there), 0);
	ck_assert_int_eq(tracker_absorb(&tracker, &options), 0);
	expect(&tracker, "public/service:imap=r public/service:pop3=rw");
	tracker_deinit(&tracker);
}
END_TEST

/* Loaded by a wipe means there for good: no timeout of the old runtime holds any more. */
START_TEST(a_wipe_ends_timeouts_of_what_it_loaded)
{
	struct tracker tracker =
	    tracker_from_text("public/service:imap=rg@50 public/service:imaps=r@50");

	absorb(&tracker, "public/service:imap=rp public/service:imaps=rp", false);
	expect(&tracker, "public/service:imap=rp@50 public/service:imaps=rp@50");
	absorb(&tracker, "public/service:imap=rp public/service:imaps=rp", true);
	expect(&tracker, "public/service:imap=rp public/service:imaps=rp");
	tracker_deinit(&tracker);
}
END_TEST

/* The answer may be older than a signal that came before it was complete. */
START_TEST(a_signal_beats_an_older_answer)
{
	struct tracker tracker = tracker_from_text("public/service:imap=r public/service:ssh=r");
	_cleanup_firewall_ struct firewall reading =
	    firewall_from_text("public/service:imap=r public/service:ssh=r");
	_cleanup_item_ struct item imap = item_from_text("public/service:imap");
	_cleanup_item_ struct item imaps = item_from_text("public/service:imaps");
	_cleanup_item_ struct item ssh = item_from_text("public/service:ssh");

	ck_assert_int_eq(tracker_removed(&tracker, &ssh), 0); /* before the reading: no matter */
	tracker_reading_begins(&tracker);
	ck_assert_int_eq(tracker_removed(&tracker, &imap), 0);
	ck_assert_int_eq(tracker_added(&tracker, &imaps, 0, 0), 0);
	ck_assert_int_eq(tracker_correct_reading(&tracker, &reading), 0);
	ck_assert(!firewall_find(&reading, &imap));
	ck_assert(firewall_has(&reading, &imaps, FIREWALL_RUNTIME));
	ck_assert(firewall_has(&reading, &ssh, FIREWALL_RUNTIME));
	tracker_deinit(&tracker);
}
END_TEST

/* The list of a policy says a range and its parts, then the parts alone: firewalld lists that. */
START_TEST(knows_how_ports_are_listed)
{
	struct tracker tracker =
	    tracker_from_text("policy:walk/port:140/tcp=r policy:walk/port:141-142/tcp=r "
	                      "policy:walk/port:143-147/tcp=r policy:walk/port:148/tcp=p");
	_cleanup_item_ struct item whole = item_from_text("policy:walk/port:140-148/tcp");
	_cleanup_item_ struct item first = item_from_text("policy:walk/port:140-144/tcp");
	_cleanup_item_ struct item second = item_from_text("policy:walk/port:145-147/tcp");

	ck_assert_int_eq(tracker_listed(&tracker, &whole), 0);
	expect(&tracker, "policy:walk/port:140/tcp=r policy:walk/port:141-142/tcp=rj "
	                 "policy:walk/port:143-147/tcp=rj policy:walk/port:148/tcp=p");
	tracker_reading_begins(&tracker);
	ck_assert_int_eq(tracker_listed(&tracker, &first), 0);
	ck_assert_uint_eq(tracker.heard.n, 0);
	ck_assert_int_eq(tracker_listed(&tracker, &second), 0);
	ck_assert_uint_eq(tracker.heard.n, 1);
	expect(&tracker, "policy:walk/port:140/tcp=r policy:walk/port:141-142/tcp=rj "
	                 "policy:walk/port:143-144/tcp=rj policy:walk/port:145-147/tcp=r "
	                 "policy:walk/port:148/tcp=p");
	tracker_deinit(&tracker);
}
END_TEST

/* What is restored stays wanted, with the guard as the owner of its end; the rest is let go. */
START_TEST(keeps_what_is_being_restored)
{
	struct tracker tracker = tracker_from_text(
	    "public/service:imap=r@50 public/service:imaps=r public/service:pop3=r "
	    "public/service:smtp=rp");
	struct loss_row rows[] = {
	    {.item = item_from_text("public/service:imap"), .verdict = LOSS_LOST},
	    {.item = item_from_text("public/service:imaps"), .verdict = LOSS_LOST},
	    {.item = item_from_text("public/service:pop3"), .verdict = LOSS_RELEASED},
	    {.item = item_from_text("public/service:smtp"), .verdict = LOSS_REMOVED},
	    {.item = item_from_text("public/port:25/tcp"), .verdict = LOSS_REQUIRED},
	};
	struct loss loss = {.rows = rows, .n = ARRAY_SIZE(rows)};
	_cleanup_firewall_ struct firewall empty = firewall_from_text("");
	struct tracker_absorb options = {
	    .reading = &empty, .loss = &loss, .after_wipe = true, .whole = false};
	int64_t until_us = 0;

	ck_assert_int_eq(tracker_next_end(&tracker, &until_us), -ENOENT);
	ck_assert_int_eq(tracker_absorb(&tracker, &options), 0);
	expect(&tracker, "public/service:imap=rg@50 public/service:imaps=r public/service:smtp=p "
	                 "public/port:25/tcp=r");
	ck_assert_int_eq(tracker_next_end(&tracker, &until_us), 0);
	ck_assert_int_eq(until_us, 50 * SECOND);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		item_deinit(&rows[i].item);
	tracker_deinit(&tracker);
}
END_TEST

/* Without a reading under way there is nothing to be newer than: bans would pile up for ever. */
START_TEST(hears_only_while_it_reads)
{
	struct tracker tracker = tracker_from_text("public/service:ssh=r");
	_cleanup_item_ struct item imap = item_from_text("public/service:imap");

	ck_assert_int_eq(tracker_added(&tracker, &imap, 0, 0), 0);
	ck_assert_uint_eq(tracker.heard.n, 0);
	tracker_reading_begins(&tracker);
	ck_assert_int_eq(tracker_removed(&tracker, &imap), 0);
	ck_assert_uint_eq(tracker.heard.n, 1);
	absorb(&tracker, "public/service:ssh=r", false);
	ck_assert_int_eq(tracker_added(&tracker, &imap, 0, 0), 0);
	ck_assert(!firewall_has(&tracker.heard, &imap, FIREWALL_RUNTIME));
	ck_assert_uint_eq(tracker.heard.n, 1);
	tracker_deinit(&tracker);
}
END_TEST

/*
 * What a killed guard had put back is no loaded item: it keeps its end. What is
 * permanent was loaded all the same; and that holds for the first look alone.
 */
START_TEST(keeps_the_end_of_what_a_killed_guard_put_back)
{
	struct firewall snapshot = firewall_from_text(
	    "public/service:imap=r@50 public/service:imaps=r@50 public/service:pop3=r@50");
	struct tracker tracker = TRACKER_NULL;

	ck_assert_int_eq(tracker_start_from_take(&tracker, &snapshot, false), 0);
	/* as the journal says */
	tracker.wanted.entries[0].flags |= FIREWALL_GUARD_TIMED;
	tracker.wanted.entries[1].flags |= FIREWALL_GUARD_TIMED;
	absorb(&tracker, "public/service:imap=r public/service:imaps=rp public/service:pop3=r",
	       true);
	expect(&tracker,
	       "public/service:imap=rg@50 public/service:imaps=rp public/service:pop3=ru");
	absorb(&tracker, "public/service:imap=r public/service:imaps=rp public/service:pop3=r",
	       true);
	expect(&tracker, "public/service:imap=r public/service:imaps=rp public/service:pop3=ru");
	tracker_deinit(&tracker);
}
END_TEST

/* firewalld does not tell whether that has an end; what cannot have one, or was heard of, is known.
 */
START_TEST(knows_whose_coming_nobody_heard)
{
	struct tracker tracker = tracker_from_text("public/service:smtp=r");
	_cleanup_firewall_ struct firewall part = firewall_from_text("public/service:smtp=r");
	_cleanup_item_ struct item imap = item_from_text("public/service:imap");
	_cleanup_item_ struct item pop3 = item_from_text("public/service:pop3");
	struct tracker_absorb options = {.reading = &part, .loss = &no_loss};

	ck_assert_int_eq(tracker_absorb(&tracker, &options), 0);
	ck_assert_int_eq(tracker_added(&tracker, &pop3, 0, 0), 0);
	absorb(&tracker,
	       "public/service:imap=r public/service:imaps=rp public/service:pop3=r "
	       "public/service:smtp=r work/source:192.0.2.0/24=r",
	       false);
	expect(&tracker, "public/service:imap=ru public/service:imaps=rp public/service:pop3=r "
	                 "public/service:smtp=r work/source:192.0.2.0/24=r");
	/* made permanent, or opened once more: then it is known */
	absorb(&tracker,
	       "public/service:imap=r public/service:imaps=rp public/service:pop3=r "
	       "public/service:pop3s=r public/service:smtp=r work/source:192.0.2.0/24=r",
	       false);
	ck_assert_int_eq(tracker_added(&tracker, &imap, 0, 0), 0);
	expect(&tracker, "public/service:imap=r public/service:imaps=rp public/service:pop3=r "
	                 "public/service:pop3s=r public/service:smtp=r work/source:192.0.2.0/24=r");
	tracker_deinit(&tracker);
}
END_TEST

START_TEST(reads_first_where_something_is_at_stake)
{
	struct tracker tracker = tracker_from_text(
	    "dmz/service:ssh=rp home/service:ssh=p mail/service:imaps=r public/service:ssh=rp "
	    "public/service:imaps=r public/service:smtp=r");
	_cleanup_item_ struct item required = item_from_text("work/port:25/tcp");
	_cleanup_strv_ struct strv zones = STRV_NULL;
	struct scope scope = SCOPE_NULL;

	ck_assert_int_eq(scope_require(&scope, &required), 0);
	ck_assert_int_eq(tracker_zones_at_stake(&tracker, &scope, &zones), 0);
	ck_assert_uint_eq(zones.n, 3);
	ck_assert_str_eq(zones.strings[0], "mail");
	ck_assert_str_eq(zones.strings[1], "public");
	ck_assert_str_eq(zones.strings[2], "work");
	scope_deinit(&scope);
	tracker_deinit(&tracker);
}
END_TEST

/* Of a connection that is not active NetworkManager says nothing, and that is not "none". */
START_TEST(keeps_the_zone_of_a_connection_that_tells_nothing)
{
	struct tracker tracker = tracker_from_text("mail/interface:eth0=rp mail/interface:eth1=rp");
	_cleanup_item_ struct item eth0 = item_from_text("mail/interface:eth0");
	_cleanup_item_ struct item eth1 = item_from_text("mail/interface:eth1");
	char name[] = "eth0", zone[] = "";
	struct networkmanager_link told = {.interface = name, .zone = zone};
	const struct networkmanager_links links[] = {{.rows = &told, .n = 1},
	                                             NETWORKMANAGER_LINKS_NULL};

	/* eth1 is permanent in the zone's file: that is read */
	firewall_find(&tracker.wanted, &eth0)->flags |= FIREWALL_CONNECTION;
	for (size_t i = 0; i < ARRAY_SIZE(links); i++) {
		_cleanup_firewall_ struct firewall reading =
		    firewall_from_text("mail/service:imap=rp");

		ck_assert_int_eq(tracker_keep_connections(&tracker, &reading, &links[i]), 0);
		ck_assert_int_eq(firewall_has(&reading, &eth0, FIREWALL_PERMANENT), i == 1);
		ck_assert(!firewall_has(&reading, &eth1, FIREWALL_PERMANENT));
	}
	tracker_deinit(&tracker);
}
END_TEST

/* What was heard of after the reading began may not have been there when it was made. */
START_TEST(knows_what_is_younger_than_the_last_look)
{
	struct tracker tracker = tracker_from_text("public/service:ssh=r");
	_cleanup_item_ struct item imap = item_from_text("public/service:imap");
	_cleanup_item_ struct item imaps = item_from_text("public/service:imaps");

	ck_assert_int_eq(tracker_added(&tracker, &imap, 0, 0), 0);
	ck_assert(firewall_find(&tracker.wanted, &imap)->fresh);
	tracker_reading_begins(&tracker);
	ck_assert_int_eq(tracker_added(&tracker, &imaps, 0, 0), 0);
	absorb(&tracker, "public/service:ssh=r public/service:imap=r public/service:imaps=r",
	       false);
	ck_assert(!firewall_find(&tracker.wanted, &imap)->fresh);
	ck_assert(firewall_find(&tracker.wanted, &imaps)->fresh);
	tracker_reading_begins(&tracker);
	absorb(&tracker, "public/service:ssh=r public/service:imap=r public/service:imaps=r",
	       false);
	ck_assert(!firewall_find(&tracker.wanted, &imaps)->fresh);
	tracker_deinit(&tracker);
}
END_TEST

START_TEST(another_instance_has_no_timers_of_the_old_one)
{
	struct firewall snapshot = firewall_from_text("public/service:imap=rg@50");
	struct tracker tracker = TRACKER_NULL;

	ck_assert_int_eq(tracker_start_from_take(&tracker, &snapshot, false), 0);
	ck_assert_ptr_null(snapshot.entries);
	expect(&tracker, "public/service:imap=r@50");
	tracker_deinit(&tracker);
}
END_TEST

START_TEST(what_was_heard_counts_for_more_than_what_is_told_late)
{
	struct tracker tracker = {.unasked = true};
	_cleanup_firewall_ struct firewall before =
	    firewall_from_text("public/service:imap=r@50 public/service:imaps=rp "
	                       "public/service:pop3s=r@60 public/port:100-110/tcp=r");
	const char *heard[] = {"public/service:imaps", "public/service:pop3s",
	                       "public/service:smtp", "public/port:105/tcp"};

	absorb(&tracker, "public/service:ssh=rp", false);
	for (size_t i = 0; i < ARRAY_SIZE(heard); i++) {
		_cleanup_item_ struct item item = item_from_text(heard[i]);

		ck_assert_int_eq(tracker_added(&tracker, &item, 0, 0), 0);
		if (i == 0 || i == 3)
			ck_assert_int_eq(tracker_removed(&tracker, &item), 0);
	}
	ck_assert_int_eq(tracker_start_from_take(&tracker, &before, true), 0);
	firewall_sweep(&tracker.wanted);
	expect(&tracker,
	       "public/service:imap=r@50 public/service:imaps=p public/service:pop3s=r "
	       "public/service:smtp=r public/port:100-104/tcp=r public/port:106-110/tcp=r");
	ck_assert(!tracker.unasked);
	ck_assert_uint_eq(tracker.heard_since.n, 0);
	tracker_deinit(&tracker);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("tracker");
	TCase *tcase = tcase_create("tracker");

	tcase_add_test(tcase, follows_signals);
	tcase_add_test(tcase, an_interface_is_in_one_zone);
	tcase_add_test(tcase, sees_withdrawals);
	tcase_add_test(tcase, sees_interfaces_that_were_loaded);
	tcase_add_test(tcase, keeps_edits_apart_from_withdrawals);
	tcase_add_test(tcase, what_outlives_its_timer_has_no_end);
	tcase_add_test(tcase, what_is_opened_meanwhile_is_not_withdrawn);
	tcase_add_test(tcase, a_wipe_ends_timeouts_of_what_it_loaded);
	tcase_add_test(tcase, a_signal_beats_an_older_answer);
	tcase_add_test(tcase, knows_how_ports_are_listed);
	tcase_add_test(tcase, keeps_what_is_being_restored);
	tcase_add_test(tcase, hears_only_while_it_reads);
	tcase_add_test(tcase, keeps_the_end_of_what_a_killed_guard_put_back);
	tcase_add_test(tcase, knows_whose_coming_nobody_heard);
	tcase_add_test(tcase, reads_first_where_something_is_at_stake);
	tcase_add_test(tcase, keeps_the_zone_of_a_connection_that_tells_nothing);
	tcase_add_test(tcase, knows_what_is_younger_than_the_last_look);
	tcase_add_test(tcase, another_instance_has_no_timers_of_the_old_one);
	tcase_add_test(tcase, what_was_heard_counts_for_more_than_what_is_told_late);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
