// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/diff.h"
#include "guard/model/scope.h"

#include "tests/unit/firewalls.h"
#include "tests/unit/unit.h"

START_TEST(keeps_entries_sorted_whatever_the_order_of_adding)
{
	static const char *const items[] = {"b/service:b", "a/port:1/tcp",     "a/service:z",
	                                    "c/service:a", "a/interface:eth0", "b/service:b"};
	_cleanup_firewall_ struct firewall fw = FIREWALL_NULL;

	for (size_t i = 0; i < ARRAY_SIZE(items); i++) {
		_cleanup_item_ struct item item = item_from_text(items[i]);
		struct firewall_entry *entry;

		ck_assert_int_eq(firewall_put(&fw, &item, &entry), 0);
		entry->flags |= FIREWALL_RUNTIME;
	}
	ck_assert_uint_eq(fw.n, ARRAY_SIZE(items) - 1);
	for (size_t i = 1; i < fw.n; i++)
		ck_assert_int_lt(item_cmp(&fw.entries[i - 1].item, &fw.entries[i].item), 0);
}
END_TEST

/* Equal exactly when nothing differs: each row differs from the first in one thing. */
static const char *const different[] = {
    "public/service:imaps=r public/port:465/tcp=rp",
    "public/service:imaps=rp public/port:465/tcp=rp",
    "public/service:imap=r public/port:465/tcp=rp",
    "public/service:imaps=r@5 public/port:465/tcp=rp",
    "public/service:imaps=rw public/port:465/tcp=rp",
    "home/service:imaps=r public/port:465/tcp=rp",
    "public/service:imaps=r",
    "",
};

START_TEST(digests_differ_exactly_when_states_do)
{
	char digests[ARRAY_SIZE(different) + 2][FIREWALL_DIGEST_LENGTH + 1];
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(different); i++) {
		_cleanup_firewall_ struct firewall fw = firewall_from_text(different[i]);
		_cleanup_firewall_ struct firewall copy = FIREWALL_NULL;
		char again[FIREWALL_DIGEST_LENGTH + 1];

		firewall_digest(&fw, digests[n++]);
		ck_assert_int_eq(firewall_copy(&copy, &fw), 0);
		firewall_digest(&copy, again);
		ck_assert_str_eq(again, digests[n - 1]);
		if (i == 0) {
			fw.panic = true;
			firewall_digest(&fw, digests[n++]);
			fw.panic = false;
			ck_assert_int_eq(firewall_add_zone(&fw, "home"), 0);
			firewall_digest(&fw, digests[n++]);
		}
	}
	for (size_t i = 0; i < n; i++) {
		ck_assert_uint_eq(strlen(digests[i]), FIREWALL_DIGEST_LENGTH);
		for (size_t j = 0; j < i; j++)
			ck_assert_msg(strcmp(digests[i], digests[j]) != 0, "%zu and %zu", i, j);
	}
}
END_TEST

START_TEST(knows_what_a_packet_can_reach)
{
	_cleanup_firewall_ struct firewall fw = firewall_from_text(
	    "mail/interface:eth1=r office/source:192.0.2.0/24=r dmz/interface:eth2=p "
	    "home/service:imaps=r");

	ck_assert(firewall_zone_is_active(&fw, "public")); /* the default zone */
	ck_assert(firewall_zone_is_active(&fw, "mail"));
	ck_assert(firewall_zone_is_active(&fw, "office"));
	ck_assert(!firewall_zone_is_active(&fw, "dmz")); /* bound permanently, not now */
	ck_assert(!firewall_zone_is_active(&fw, "home"));
}
END_TEST

static const struct {
	const char *zones, *services; /* as configured */
	const char *item;
	bool protected;
} scope_rows[] = {
    {"", "", "public/service:imaps", true},
    {"", "", "public/service:ssh", true}, /* the rest comes back too, after mail */
    {"", "", "public/port:8080/tcp", true},
    {"", "", "home/service:imaps", true}, /* carries a mail service */
    {"", "", "home/service:ssh", true},
    {"", "", "work/service:ssh", false}, /* no packet gets there, no mail in it */
    {"", "", "public/rule:rule family=ipv4 source address=192.0.2.1 drop", false},
    {"", "", "public/interface:eth0", true}, /* services stand in its zone */
    {"", "", "drop/interface:eth0", false},
    {"home", "", "public/service:imaps", false},
    {"home", "", "home/service:imaps", true},
    {"", "imaps 465/tcp", "public/service:imaps", true},
    {"", "imaps 465/tcp", "public/port:465/tcp", true},
    {"", "imaps 465/tcp", "public/service:ssh", false},
    {"", "smtp submission", "public/service:smtp-submission", true}, /* by its other name */
    {"", "smtp-submission", "public/service:submission", true},
    {"", "submission", "public/service:smtps", false},
    {"home", "imaps", "work/port:25/tcp", true}, /* under require */
    {"", "", "public/rule:rule family=ipv4 source address=192.0.2.1 service name=imaps accept",
     true},
    {"", "", "public/rule:rule family=ipv4 source address=192.0.2.1 service name=imaps reject",
     false},
    {"", "", "public/rule:rule family=ipv4 source address=192.0.2.1 accept", true},
    {"", "imaps", "public/rule:rule family=ipv4 source address=192.0.2.1 accept", true},
    {"", "", "public/rule:rule family=ipv4 source address=192.0.2.1 log drop", false},
    {"", "", "public/rule:rule family=ipv4 source address=192.0.2.1 log prefix=\" accept\" drop",
     false},
    {"", "", "public/rule:rule protocol value=tcp accept", true},
    {"", "imaps", "public/rule:rule protocol value=tcp accept", false}, /* as the kind protocol */
    {"", "", "public/rule:rule icmp-type name=echo-request accept", false},
    {"", "", "public/rule:rule family=ipv4 forward-port port=993 protocol=tcp to-port=1993", true},
    {"", "smtp", "public/rule:rule family=ipv4 forward-port port=993 protocol=tcp to-port=1993",
     false},
    {"", "", "public/rule:rule family=ipv4 source address=192.0.2.0/24 masquerade", true},
    {"", "imaps", "public/rule:rule family=ipv4 source address=192.0.2.0/24 masquerade", false},
    {"", "", "work/rule:rule family=ipv4 source address=192.0.2.1 accept", false},
    {"", "", "trusted/source:192.0.2.0/24", true}, /* its target lets all in */
    {"", "imaps", "trusted/source:192.0.2.0/24", true},
    {"", "", "partners/source:198.51.100.0/24", true}, /* a policy opens something for it */
    {"public", "", "trusted/source:192.0.2.0/24", false},
    {"", "", "ipset:trust/entry:192.0.2.1", true}, /* a source binding of trusted */
    {"", "ssh", "public/rule:rule family=ipv4 source address=192.0.2.1 service name=imaps accept",
     false},
    {"", "imaps", "public/rule:rule port port=993 protocol=tcp accept", true},
    {"", "imaps", "public/forward-port:port=993:proto=tcp:toport=1993:toaddr=", true},
    {"", "smtp", "public/forward-port:port=993:proto=tcp:toport=1993:toaddr=", false},
    {"", "", "public/masquerade:yes", true}, /* containers get out by it */
    {"", "imaps", "public/masquerade:yes", false},
    {"", "", "public/forward:yes", true}, /* hosts behind it reach each other by it */
    {"", "imaps", "public/forward:yes", false},
    {"", "", "work/forward:yes", false},         /* nobody is there */
    {"", "", "docker/interface:docker0", false}, /* whose zone accepts all: Docker binds it */
    {"", "", "docker/source:192.0.2.0/24", true},
    {"", "", "home/masquerade:yes", true},
    {"", "imaps", "home/masquerade:yes", false},
    {"", "", "ipset:friends/entry:192.0.2.1", true},    /* a source binding of home */
    {"", "", "ipset:colleagues/entry:192.0.2.1", true}, /* a rule that accepts imaps */
    {"", "ssh", "ipset:colleagues/entry:192.0.2.1", false},
    {"", "", "ipset:banned/entry:192.0.2.1", false}, /* used to drop */
    {"", "", "ipset:nobody/entry:192.0.2.1", false},
};

START_TEST(protects_what_is_configured)
{
	_cleanup_firewall_ struct firewall fw =
	    firewall_from_text("public/service:imaps=r public/service:ssh=rp home/service:imaps=r "
	                       "home/service:ssh=r work/service:ssh=r "
	                       "home/forward-port:port=25:proto=tcp:toport=:toaddr=192.0.2.1=r "
	                       "public/forward-port:port=25:proto=tcp:toport=2525:toaddr==r");
	static const char *const users[] = {
	    "home/source:ipset:friends",
	    "home/rule:rule family=ipv4 source ipset=colleagues service name=imaps accept",
	    "home/rule:rule family=ipv4 source ipset=banned service name=imaps drop",
	    "drop/source:ipset:banned",
	    "trusted/source:ipset:trust",
	    "trusted/source:192.0.2.0/24",
	    "partners/source:198.51.100.0/24",
	    "docker/interface:docker0",
	    "docker/source:192.0.2.0/24",
	};
	_cleanup_item_ struct item required = item_from_text("work/port:25/tcp");
	struct firewall_trait *policy;
	_cleanup_item_ struct item item = item_from_text(scope_rows[_i].item);
	struct scope scope = SCOPE_NULL;

	for (size_t i = 0; i < ARRAY_SIZE(users); i++) {
		_cleanup_item_ struct item user = item_from_text(users[i]);
		struct firewall_entry *entry;

		ck_assert_int_eq(firewall_put(&fw, &user, &entry), 0);
		entry->flags = FIREWALL_RUNTIME;
	}
	firewall_new_trait(&fw, "trusted")->target = TARGET_ACCEPT;
	firewall_new_trait(&fw, "docker")->target = TARGET_ACCEPT;
	policy = firewall_new_trait(&fw, "policy:in");
	policy->lets_in = true;
	ck_assert_int_eq(strv_add(&policy->from, "partners"), 0);
	ck_assert_int_eq(strv_split(&scope.zones, scope_rows[_i].zones, " "), 0);
	ck_assert_int_eq(strv_split(&scope.services, scope_rows[_i].services, " "), 0);
	ck_assert_int_eq(scope_require(&scope, &required), 0);
	ck_assert_int_eq(scope_require(&scope, &required), 0); /* twice is once */
	ck_assert_uint_eq(scope.n_require, 1);
	ck_assert_msg(scope_protects(&scope, &fw, &item) == scope_rows[_i].protected, "%s",
	              scope_rows[_i].item);
	scope_deinit(&scope);
}
END_TEST

/* What is known of one zone is not taken for another's, in whatever order it is asked. */
START_TEST(a_view_answers_as_each_question)
{
	_cleanup_firewall_ struct firewall fw = firewall_from_text(
	    "public/interface:eth0=r public/service:imaps=r public/masquerade:yes=r "
	    "home/source:192.0.2.0/24=r home/source:ipset:friends=r home/service:ssh=r "
	    "home/masquerade:yes=r home/forward-port:port=25:proto=tcp:toport=:toaddr=192.0.2.1=r "
	    "work/interface:eth1=r drop/source:ipset:bad=r drop/masquerade:yes=r "
	    "ipset:friends/entry:192.0.2.1=r ipset:friends/entry:192.0.2.2=r "
	    "ipset:bad/entry:192.0.2.3=r unused/service:imap=r other/service:ssh=r");
	const char *const services[] = {"", "imaps", "ssh 25/tcp"};

	for (size_t k = 0; k < ARRAY_SIZE(services); k++) {
		struct scope scope = SCOPE_NULL;
		struct scope_view view = SCOPE_VIEW(&scope, &fw);

		ck_assert_int_eq(strv_split(&scope.services, services[k], " "), 0);
		/* 7 is prime to their number: each is asked, and few after their neighbours */
		for (size_t i = 0; i < 8 * fw.n; i++) {
			size_t at = i < fw.n ? i : i * 7 % fw.n;
			const struct item *item = &fw.entries[at].item;

			ck_assert_msg(scope_view_protects(&view, item) ==
			                  scope_protects(&scope, &fw, item),
			              "%s/%s", item->zone, item->value);
		}
		scope_deinit(&scope);
	}
}
END_TEST

/* firewalld refuses to load an interface or source that is permanent in two zones. */
START_TEST(tells_what_is_bound_elsewhere)
{
	_cleanup_firewall_ struct firewall fw = firewall_from_text(
	    "public/interface:eth0=p public/source:192.0.2.0/24=r home/interface:eth0=r "
	    "home/source:192.0.2.0/24=p work/interface:eth1=p work/service:imaps=p");
	static const struct {
		const char *item;
		bool elsewhere;
	} items[] = {
	    {"home/interface:eth0", true},      {"public/interface:eth0", false},
	    {"work/source:192.0.2.0/24", true}, {"home/source:192.0.2.0/24", false},
	    {"zzz/interface:eth1", true},       {"work/interface:eth1", false},
	    {"home/service:imaps", false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(items); i++) {
		_cleanup_item_ struct item item = item_from_text(items[i].item);

		ck_assert_msg((scope_not_to_persist(&fw, &item) != NULL) == items[i].elsewhere,
		              "%s", items[i].item);
	}
}
END_TEST

START_TEST(tells_added_removed_and_changed_in_order)
{
	_cleanup_firewall_ struct firewall before = firewall_from_text(
	    "public/service:imap=rp public/service:imaps=r public/service:ssh=rp");
	_cleanup_firewall_ struct firewall after = firewall_from_text(
	    "public/service:imap=r public/service:ssh=rp public/port:465/tcp=r@9");
	_cleanup_diff_ struct diff diff = DIFF_NULL;

	ck_assert_int_eq(diff_firewalls(&diff, &before, &after), 0);
	ck_assert_uint_eq(diff.n, 3);
	ck_assert_int_eq(diff.changes[0].kind, DIFF_CHANGED);
	ck_assert_str_eq(diff.changes[0].item.value, "imap");
	ck_assert_uint_eq(diff.changes[0].flags_before, FIREWALL_RUNTIME | FIREWALL_PERMANENT);
	ck_assert_uint_eq(diff.changes[0].flags_after, FIREWALL_RUNTIME);
	ck_assert_int_eq(diff.changes[1].kind, DIFF_REMOVED);
	ck_assert_str_eq(diff.changes[1].item.value, "imaps");
	ck_assert_int_eq(diff.changes[2].kind, DIFF_ADDED);
	ck_assert_str_eq(diff.changes[2].item.value, "465/tcp");
	ck_assert_int_eq(diff.changes[2].until_after_us, 9 * SECOND);
}
END_TEST

START_TEST(equal_states_do_not_differ)
{
	_cleanup_firewall_ struct firewall fw = firewall_from_text(different[0]);
	_cleanup_diff_ struct diff diff = DIFF_NULL;

	ck_assert_int_eq(diff_firewalls(&diff, &fw, &fw), 0);
	ck_assert_uint_eq(diff.n, 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("firewall");
	TCase *tcase = tcase_create("firewall");

	tcase_add_test(tcase, keeps_entries_sorted_whatever_the_order_of_adding);
	tcase_add_test(tcase, digests_differ_exactly_when_states_do);
	tcase_add_test(tcase, knows_what_a_packet_can_reach);
	tcase_add_loop_test(tcase, protects_what_is_configured, 0, (int)ARRAY_SIZE(scope_rows));
	tcase_add_test(tcase, a_view_answers_as_each_question);
	tcase_add_test(tcase, tells_what_is_bound_elsewhere);
	tcase_add_test(tcase, tells_added_removed_and_changed_in_order);
	tcase_add_test(tcase, equal_states_do_not_differ);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
