// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/packet/itemview.h"

#include <string.h>

#include "tests/unit/firewalls.h"
#include "tests/unit/rulesets.h"
#include "tests/unit/unit.h"

/* "ZONE KIND:VALUE" of the permanent configuration, or with ! in front of the direct interface. */
static const struct {
	const char *rules, *held[4], *firewall;
	unsigned n_skipped;
} rows[] = {
    {"default public\npublic interface eth0\npublic service imaps\npublic port 465/tcp\n"
     "public source-port 1024-65535/tcp\npublic protocol gre\npublic icmp-block echo-request\n"
     "public forward-port port=25:proto=tcp:toport=2525\npublic source 192.0.2.0/24",
     {NULL},
     "public/interface:eth0=r public/service:imaps=r public/port:465/tcp=r "
     "public/source-port:1024-65535/tcp=r public/protocol:gre=r "
     "public/icmp-block:echo-request=r "
     "public/forward-port:port=25:proto=tcp:toport=2525:toaddr==r public/source:192.0.2.0/24=r",
     0},
    /* in both it is one; what is permanent alone has no zone of the runtime */
    {"public service imaps",
     {"public service:imaps", "public service:pop3s", "office service:smtp"},
     "public/service:imaps=rp public/service:pop3s=p office/service:smtp=p",
     0},
    /* policies, ipsets, the direct interface */
    {"policy:in service smtps",
     {"policy:in service:smtps", "ipset:friends entry:192.0.2.1", "!direct:ipv4 chain:filter f2b",
      "direct:ipv4 chain:filter f2b"},
     "policy:in/service:smtps=rp ipset:friends/entry:192.0.2.1=p",
     0},
    /* one spelling of two is enough */
    {"public port 465/tcp\npublic port 0465/tcp", {NULL}, "public/port:465/tcp=r", 0},
    /* what is no item is left out and counted */
    {"public service imaps\npublic port 465\npublic forward-port nonsense",
     {NULL},
     "public/service:imaps=r",
     2},
    {"public service imaps", {"public rule:not a rule"}, "public/service:imaps=r", 1},
};

static void hold(struct ruleset *ruleset, const char *line)
{
	_cleanup_free_ char *zone = NULL;
	struct ruleset_held *held;
	bool permanent = *line != '!';
	const char *text;

	line += !permanent;
	text = strchr(line, ' ') + 1;
	zone = strndup(line, (size_t)(text - 1 - line));
	ck_assert_int_eq(ruleset_add_held(ruleset, zone, permanent, &held), 0);
	ck_assert_int_eq(strv_add(&held->items, text), 0);
}

static bool has_all(const struct firewall *have, const struct firewall *want)
{
	for (size_t i = 0; i < want->n; i++) {
		const struct firewall_entry *entry = firewall_find(have, &want->entries[i].item);

		if (!entry || entry->flags != want->entries[i].flags)
			return false;
	}
	return true;
}

START_TEST(makes_items)
{
	_cleanup_ruleset_ struct ruleset ruleset = ruleset_from_text(rows[_i].rules);
	_cleanup_firewall_ struct firewall want = FIREWALL_NULL;
	_cleanup_itemview_ struct itemview view = ITEMVIEW_NULL;

	for (size_t i = 0; i < ARRAY_SIZE(rows[_i].held) && rows[_i].held[i]; i++)
		hold(&ruleset, rows[_i].held[i]);
	want = firewall_from_text(rows[_i].firewall);
	ck_assert_int_eq(itemview_of(&view, &ruleset), 0);
	for (size_t i = 1; i < view.firewall.n; i++)
		ck_assert_int_lt(
		    item_cmp(&view.firewall.entries[i - 1].item, &view.firewall.entries[i].item),
		    0);
	ck_assert(has_all(&view.firewall, &want));
	ck_assert_uint_eq(view.n_skipped, rows[_i].n_skipped);
	ck_assert_int_eq(*view.skipped != '\0', rows[_i].n_skipped > 0);
}
END_TEST

/* A zone of the permanent configuration alone is none of the runtime. */
START_TEST(knows_the_zones_of_the_runtime)
{
	_cleanup_ruleset_ struct ruleset ruleset =
	    ruleset_from_text("default public\npanic\npublic \nzoo \npolicy:in \n"
	                      "ipset:friends hash:ip 192.0.2.1\nipset:others hash:ip 192.0.2.2\n"
	                      "ipset:ending hash:ip 192.0.2.3");
	_cleanup_itemview_ struct itemview view = ITEMVIEW_NULL;

	hold(&ruleset, "office service:smtp");
	ruleset.ipsets[0].as_items = ruleset.ipsets[2].as_items = ruleset.ipsets[2].timed = true;
	ck_assert_int_eq(itemview_of(&view, &ruleset), 0);
	ck_assert_uint_eq(view.firewall.zones.n, 4);
	ck_assert(strv_contains(&view.firewall.zones, "policy:in"));
	ck_assert(strv_contains(&view.firewall.zones, "ipset:friends"));
	ck_assert_uint_eq(view.firewall.n, 2);
	ck_assert_str_eq(view.firewall.default_zone, "public");
	ck_assert(view.firewall.panic);
	ck_assert(!view.firewall.by_priority);
}
END_TEST

/* Who is in such a zone gets in by it, though it has no item that opens anything. */
START_TEST(knows_zones_that_let_in)
{
	static const char *const let_in[] = {"trusted", "office", "dmz", "work"};
	static const char *const not_so[] = {"public", "home", "drop"};
	_cleanup_ruleset_ struct ruleset ruleset = ruleset_from_text(
	    "default public\npublic target DROP\ntrusted target ACCEPT\npolicy:in service imaps\n"
	    "policy:in ingress office\npolicy:out ingress home\npolicy:all target ACCEPT\n"
	    "policy:all ingress dmz\npolicy:all ingress office\npolicy:rule ingress work\n"
	    "policy:rule rule rule family=ipv4 source address=192.0.2.1 accept\npolicy:deny "
	    "ingress "
	    "drop\n"
	    "policy:deny rule rule family=ipv4 source address=192.0.2.1 drop");
	_cleanup_itemview_ struct itemview view = ITEMVIEW_NULL;
	_cleanup_firewall_ struct firewall copy = FIREWALL_NULL;

	ck_assert_int_eq(itemview_of(&view, &ruleset), 0);
	ck_assert_int_eq(firewall_copy(&copy, &view.firewall), 0);
	for (size_t i = 0; i < ARRAY_SIZE(let_in); i++)
		ck_assert_msg(firewall_has_hidden_opening(&copy, let_in[i]), "%s", let_in[i]);
	for (size_t i = 0; i < ARRAY_SIZE(not_so); i++)
		ck_assert_msg(!firewall_has_hidden_opening(&copy, not_so[i]), "%s", not_so[i]);
}
END_TEST

/* The order of the permanent rules is that of their file, and of each zone it is told what stays.
 */
START_TEST(settles_what_is_permanent)
{
	_cleanup_ruleset_ struct ruleset ruleset =
	    ruleset_from_text("public unordered rule family=ipv4 source address=192.0.2.1 drop\n"
	                      "public unordered rule family=ipv4 source address=192.0.2.2 "
	                      "accept\npublic service imaps");
	const struct ruleset_zone *zone = ruleset_zone(&ruleset, "public");

	hold(&ruleset, "public rule:rule family=ipv4 source address=192.0.2.2 accept");
	hold(&ruleset, "public rule:rule family=ipv4 source address=192.0.2.1 drop");
	hold(&ruleset, "public service:imaps");
	hold(&ruleset, "office service:imaps");
	ck_assert_int_eq(ruleset_settle_permanent(&ruleset), 0);
	ck_assert_uint_eq(ruleset.n_zones, 1);
	ck_assert(strv_contains(&zone->permanent, "service:imaps"));
	ck_assert_uint_eq(zone->permanent.n, 1);
	ck_assert_ptr_nonnull(strstr(zone->rules[0].text, "accept"));
	ck_assert(zone->rules[0].permanent && zone->rules[0].in_order);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("itemview");
	TCase *tcase = tcase_create("itemview");

	tcase_add_loop_test(tcase, makes_items, 0, (int)ARRAY_SIZE(rows));
	tcase_add_test(tcase, knows_the_zones_of_the_runtime);
	tcase_add_test(tcase, knows_zones_that_let_in);
	tcase_add_test(tcase, settles_what_is_permanent);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
