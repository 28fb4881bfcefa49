// SPDX-License-Identifier: GPL-2.0-or-later
/* What a jail's bans look like, as it is seen, and whose ban an item is by that. */
#include "guard/restore/banlearn.h"

#include "tests/unit/fake-clock.h"
#include "tests/unit/firewalls.h"
#include "tests/unit/jails.h"
#include "tests/unit/store-fixture.h"

static const struct {
	const char *item, *pattern, *source; /* NULL: it names nobody */
} cuts[] = {
    {"drop/source:192.0.2.7", "<ip>", "192.0.2.7"},
    {"drop/source:192.0.2.0/24", "<ip>/24", "192.0.2.0/24"},
    {"drop/source:2001:db8::/64", "<ip>/64", "2001:db8::/64"},
    {"drop/source:ipset:blocked", NULL, NULL},
    {"drop/source:00:11:22:33:44:55", NULL, NULL},
    {"ipset:blocked/entry:192.0.2.7", "<ip>", "192.0.2.7"},
    {"ipset:blocked/entry:192.0.2.7,tcp:25", "<ip>,tcp:25", "192.0.2.7"},
    {"public/rule:rule family=ipv4 source address=192.0.2.7 drop",
     "rule family=\"ipv4\" source address=\"<ip>\" drop", "192.0.2.7"},
    {"public/rule:rule family=ipv4 source address=192.0.2.0/25 port port=25 protocol=tcp reject",
     "rule family=\"ipv4\" source address=\"<ip>/25\" port port=\"25\" protocol=\"tcp\" reject",
     "192.0.2.0/25"},
    {"public/rule:rule family=ipv4 source NOT address=192.0.2.7 drop", NULL, NULL},
    {"public/rule:rule family=ipv4 destination address=192.0.2.7 drop", NULL, NULL},
    {"public/rule:rule service name=imaps reject", NULL, NULL},
    {"direct:ipv4/direct-rule:filter INPUT 0 -s 192.0.2.7 -j DROP",
     "filter INPUT 0 -s '<ip>' -j DROP", "192.0.2.7"},
    {"direct:ipv4/direct-rule:filter INPUT 0 ! -s 192.0.2.7 -j DROP", NULL, NULL},
    {"direct:ipv4/direct-rule:filter INPUT 0 -d 192.0.2.7 -j DROP", NULL, NULL},
    {"public/service:imaps", NULL, NULL},
    {"public/interface:eth0", NULL, NULL},
};

START_TEST(an_item_has_a_shape)
{
	_cleanup_item_ struct item item = item_from_text(cuts[_i].item);
	_cleanup_free_ char *pattern = NULL;
	char source[CIDR_TEXT_LENGTH];
	struct cidr cidr;
	int r = banshape_cut(&pattern, &cidr, &item);

	ck_assert_msg(r == (cuts[_i].pattern ? 0 : 1), "%s: %d", cuts[_i].item, r);
	if (r)
		return;
	ck_assert_str_eq(pattern, cuts[_i].pattern);
	cidr_format(&cidr, source);
	ck_assert_str_eq(source, cuts[_i].source);
}
END_TEST

/* --- learned from what appears when somebody is banned ------------------------------------- */

static struct banlearn learn;
static struct tickets before, now;
static unsigned n_shapes, n_bans;
static int64_t now_us;

static void setup(void)
{
	fixture_setup();
	now_us = clock_now_us();
	n_shapes = n_bans = 0;
}

static void teardown(void)
{
	banlearn_deinit(&learn);
	tickets_deinit(&before);
	tickets_deinit(&now);
	fixture_teardown();
}

static void jail(struct tickets *tickets, const char *name, const char *command)
{
	struct jail_action *action;
	struct jail *jail;

	ck_assert_int_eq(tickets_add_jail(tickets, name, &jail), 0);
	jail->actions_known = true;
	ck_assert_int_eq(jail_add_action(jail, "mine", &action), 0);
	action->command = strdup(command);
}

static void ticket(struct tickets *tickets, const char *name, const char *address, int64_t ago_s)
{
	ck_assert_int_eq(tickets_add(tickets, name, address, now_us - ago_s * SECOND, 0, 1,
	                             TICKET_SOURCE_SOCKET),
	                 0);
	tickets_sort(tickets);
}

static void appears(const char *text)
{
	_cleanup_item_ struct item item = item_from_text(text);

	ck_assert_int_eq(banlearn_added(&learn, &item), 0);
}

static void on_shape(const struct banshape *shape, void *userdata)
{
	ck_assert_ptr_eq(userdata, &learn);
	ck_assert(shape->sure);
	n_shapes++;
}

static void on_ban(const struct item *item, void *userdata)
{
	ck_assert_ptr_eq(userdata, &learn);
	ck_assert_ptr_nonnull(item);
	n_bans++;
}

static void tickets_are_read(bool known_before)
{
	const struct firewall none = FIREWALL_NULL;
	const struct banlearn_reading reading = {.before = known_before ? &before : NULL,
	                                         .now = &now,
	                                         .fw = &none,
	                                         .on_shape = on_shape,
	                                         .on_ban = on_ban,
	                                         .userdata = &learn};

	ck_assert_int_eq(banlearn_read(&learn, &reading), 0);
}

static enum banplan_answer answer(const char *text)
{
	_cleanup_item_ struct item item = item_from_text(text);
	const struct banplan_evidence evidence = {
	    .tickets = &now, .past = &before, .shapes = &learn.shapes, .now_us = now_us};
	struct banplan_rule rule = {.item = &item};

	ck_assert_int_eq(banplan_judge(&rule, 1, &evidence), 0);
	return rule.answer;
}

static bool is_ban(const char *text)
{
	_cleanup_item_ struct item item = item_from_text(text);

	return banplan_is_ban(&item, &learn.shapes);
}

START_TEST(the_moment_tells_whose_it_is)
{
	jail(&now, "zone", "ban-script <ip>");
	ticket(&now, "zone", "192.0.2.7", 1);
	ck_assert(!is_ban("drop/source:192.0.2.7"));
	ck_assert_int_eq(answer("drop/source:192.0.2.7"), BANPLAN_STRANGER);
	appears("drop/source:192.0.2.7");
	appears("drop/source:198.51.100.7"); /* nobody's: somebody's own */
	tickets_are_read(false);
	ck_assert_uint_eq(n_shapes, 1);
	/* with the shape the other one is known to have it, and to be held by nobody */
	ck_assert_uint_eq(n_bans, 2);
	ck_assert(is_ban("drop/source:192.0.2.7"));
	ck_assert(!is_ban("block/source:192.0.2.7"));
	ck_assert(!is_ban("drop/source:192.0.2.0/24"));
	ck_assert_int_eq(answer("drop/source:192.0.2.7"), BANPLAN_HELD);
	ck_assert_int_eq(answer("drop/source:198.51.100.7"), BANPLAN_STRANGER);
	/* it is known from then on, and told once */
	appears("drop/source:192.0.2.7");
	tickets_are_read(false);
	ck_assert_uint_eq(learn.n, 0);
	ck_assert_uint_eq(n_shapes, 1);
}
END_TEST

START_TEST(an_old_ban_tells_nothing)
{
	jail(&now, "zone", "ban-script <ip>");
	jail(&before, "zone", "ban-script <ip>");
	ticket(&now, "zone", "192.0.2.7", 600);
	ticket(&before, "zone", "192.0.2.7", 600);
	appears("drop/source:192.0.2.7");
	tickets_are_read(true);
	ck_assert_uint_eq(n_shapes, 0);
	/* unless a fail2ban that has begun anew is just putting it back */
	tickets_deinit(&before);
	tickets_are_read(true);
	ck_assert_uint_eq(n_shapes, 1);
}
END_TEST

#define SOURCE "firewall-cmd --zone=drop --add-source=<ip>"
#define ENTRY  "firewall-cmd --ipset=blocked --add-entry=<ip>"
#define RICH   "firewall-cmd --add-rich-rule='rule family=ipv4 source address=<ip> drop'"
#define SCRIPT "ban-script <ip>"

/* Two jails that ban the same one at the same moment, what appears, and whose it is. */
static const struct {
	const char *what, *one, *two, *item, *whose;
} pairs[] = {
    {"two scripts", SCRIPT, SCRIPT, "drop/source:192.0.2.7", ""},
    {"each its own: a source", ENTRY, SOURCE, "drop/source:192.0.2.7", "two"},
    {"and an entry", ENTRY, SOURCE, "ipset:blocked/entry:192.0.2.7", "one"},
    {"nobody's", ENTRY, SOURCE, "ipset:other/entry:192.0.2.7", ""},
    {"one of rich rules beside it", RICH, SOURCE, "drop/source:192.0.2.7", "two"},
    {"a script beside one that says so", SCRIPT, SOURCE, "drop/source:192.0.2.7", "two"},
    {"or says something else", SCRIPT, ENTRY, "drop/source:192.0.2.7", "one"},
    {"both say so", ENTRY, ENTRY, "ipset:blocked/entry:192.0.2.7", "one two"},
};

static void own_jail(const char *name, const char *command)
{
	bool source = strstr(command, "--add-source") != NULL;

	jails_add(&now, &(struct jail_row){.jail = name,
	                                   .kind = jailaction_classify(command, NULL),
	                                   .zone = source ? "drop" : NULL,
	                                   .command = command});
}

static void whose_it_is(const char *expected)
{
	char whose[64] = "";

	for (size_t i = 0; i < learn.shapes.n; i++) {
		ck_assert(learn.shapes.shapes[i].sure);
		if (i)
			strcat(whose, " ");
		strcat(whose, learn.shapes.shapes[i].jail);
	}
	ck_assert_str_eq(whose, expected);
	ck_assert_uint_eq(n_shapes, learn.shapes.n);
}

START_TEST(of_two_jails_what_they_can_make_tells)
{
	own_jail("one", pairs[_i].one);
	own_jail("two", pairs[_i].two);
	ticket(&now, "one", "192.0.2.7", 1);
	ticket(&now, "two", "192.0.2.7", 1);
	appears(pairs[_i].item);
	tickets_are_read(false);
	whose_it_is(pairs[_i].whose);
}
END_TEST

START_TEST(another_jail_may_ban_likewise)
{
	own_jail("one", SCRIPT);
	own_jail("two", SCRIPT);
	own_jail("word", SOURCE);
	ticket(&now, "one", "192.0.2.7", 1);
	appears("drop/source:192.0.2.7");
	tickets_are_read(false);
	whose_it_is("one");
	/* it came by the first one, which still bans him: put back, it may be */
	ticket(&now, "two", "192.0.2.7", 1);
	appears("drop/source:192.0.2.7");
	tickets_are_read(false);
	whose_it_is("one");
	ticket(&now, "word", "192.0.2.7", 1);
	appears("drop/source:192.0.2.7");
	tickets_are_read(false);
	whose_it_is("one word");
	/* somebody whom the second alone bans */
	ticket(&now, "two", "192.0.2.8", 1);
	appears("drop/source:192.0.2.8");
	tickets_are_read(false);
	whose_it_is("one word two");
	ck_assert_int_eq(answer("drop/source:192.0.2.8"), BANPLAN_HELD);
}
END_TEST

START_TEST(of_two_that_share_it_each_holds_it)
{
	own_jail("one", ENTRY);
	own_jail("two", ENTRY);
	ticket(&now, "one", "192.0.2.7", 1);
	ticket(&now, "two", "192.0.2.7", 1);
	appears("ipset:blocked/entry:192.0.2.7");
	tickets_are_read(false);
	tickets_deinit(&now);
	own_jail("two", ENTRY);
	ticket(&now, "two", "192.0.2.7", 1);
	ck_assert_int_eq(answer("ipset:blocked/entry:192.0.2.7"), BANPLAN_HELD);
	tickets_deinit(&now);
	ticket(&before, "two", "192.0.2.7", 1);
	ck_assert_int_eq(answer("ipset:blocked/entry:192.0.2.7"), BANPLAN_ENDED);
}
END_TEST

START_TEST(a_network_needs_two_or_a_word)
{
	jail(&now, "net", "ban-script <ip>");
	jail(&now, "word", "deny <ip>/24");
	ticket(&now, "net", "192.0.2.7", 1);
	appears("drop/source:192.0.2.0/24");
	tickets_are_read(false);
	ck_assert_uint_eq(n_shapes, 0);
	ck_assert(!is_ban("drop/source:192.0.2.0/24"));
	ticket(&now, "net", "198.51.100.9", 1);
	appears("drop/source:198.51.100.0/24");
	tickets_are_read(false);
	ck_assert_uint_eq(n_shapes, 1);
	ck_assert_int_eq(answer("drop/source:192.0.2.0/24"), BANPLAN_HELD);
	ticket(&now, "word", "203.0.113.77", 1);
	appears("block/source:203.0.113.0/24");
	tickets_are_read(false);
	ck_assert_uint_eq(n_shapes, 2);
	ck_assert_int_eq(answer("block/source:203.0.113.0/24"), BANPLAN_HELD);
}
END_TEST

START_TEST(what_the_action_says_is_not_learned)
{
	struct jail_action *action;
	struct jail *rich;

	ck_assert_int_eq(tickets_add_jail(&now, "rich", &rich), 0);
	rich->actions_known = true;
	ck_assert_int_eq(jail_add_action(rich, "rich", &action), 0);
	action->kind = JAIL_ACTION_RICH;
	ticket(&now, "rich", "192.0.2.7", 1);
	appears("public/rule:rule family=ipv4 source address=192.0.2.7 drop");
	tickets_are_read(false);
	ck_assert_uint_eq(n_shapes, 0);
}
END_TEST

START_TEST(what_went_again_is_not_learned)
{
	_cleanup_item_ struct item item = item_from_text("drop/source:192.0.2.7");

	jail(&now, "zone", "ban-script <ip>");
	ticket(&now, "zone", "192.0.2.7", 1);
	appears("drop/source:192.0.2.7");
	banlearn_removed(&learn, &item);
	tickets_are_read(false);
	ck_assert_uint_eq(n_shapes, 0);
}
END_TEST

START_TEST(a_list_costs_no_more_than_its_end)
{
	char text[64];

	for (unsigned i = 0; i < 2000; i++) {
		snprintf(text, sizeof(text), "ipset:country/entry:198.%u.%u.0/24", 18 + i / 256,
		         i % 256);
		appears(text);
	}
	ck_assert_uint_le(learn.n, 256);
	fake_clock_skip(3600000);
	tickets_are_read(false);
	ck_assert_uint_eq(learn.n, 0);
}
END_TEST

START_TEST(an_unban_ends_it)
{
	jail(&now, "zone", "ban-script <ip>");
	ticket(&now, "zone", "192.0.2.7", 1);
	appears("drop/source:192.0.2.7");
	tickets_are_read(false);
	before = now;
	now = TICKETS_NULL;
	jail(&now, "zone", "ban-script <ip>");
	ck_assert_int_eq(answer("drop/source:192.0.2.7"), BANPLAN_ENDED);
}
END_TEST

START_TEST(the_store_remembers)
{
	_cleanup_banshapes_ struct banshapes read = BANSHAPES_NULL;
	struct store *store = fixture_open(&fixture_writer);

	jail(&now, "zone", "ban-script <ip>");
	ticket(&now, "zone", "192.0.2.7", 1);
	appears("drop/source:192.0.2.7");
	tickets_are_read(false);
	for (unsigned i = 0; i < 2; i++)
		ck_ok(store_shape_put(store, &learn.shapes.shapes[0], NOW, &err));
	ck_ok(store_shapes(store, &read, &err));
	ck_assert_uint_eq(read.n, 1);
	ck_assert_str_eq(read.shapes[0].jail, "zone");
	ck_assert_str_eq(read.shapes[0].zone, "drop");
	ck_assert_str_eq(read.shapes[0].pattern, "<ip>");
	ck_assert_int_eq(read.shapes[0].kind, ITEM_SOURCE);
	ck_assert(read.shapes[0].sure);
	store_close(store);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("banshape");
	TCase *tests = tcase_create("banshape");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_loop_test(tests, an_item_has_a_shape, 0, ARRAY_SIZE(cuts));
	tcase_add_test(tests, the_moment_tells_whose_it_is);
	tcase_add_test(tests, an_old_ban_tells_nothing);
	tcase_add_loop_test(tests, of_two_jails_what_they_can_make_tells, 0, ARRAY_SIZE(pairs));
	tcase_add_test(tests, another_jail_may_ban_likewise);
	tcase_add_test(tests, of_two_that_share_it_each_holds_it);
	tcase_add_test(tests, a_network_needs_two_or_a_word);
	tcase_add_test(tests, what_the_action_says_is_not_learned);
	tcase_add_test(tests, what_went_again_is_not_learned);
	tcase_add_test(tests, a_list_costs_no_more_than_its_end);
	tcase_add_test(tests, an_unban_ends_it);
	tcase_add_test(tests, the_store_remembers);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
