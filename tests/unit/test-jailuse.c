// SPDX-License-Identifier: GPL-2.0-or-later
/* Which jails let in, by what firewalld makes of where they put somebody. */
#include "guard/model/ban/jailuse.h"

#include "tests/unit/firewalls.h"
#include "tests/unit/jails.h"
#include "tests/unit/unit.h"

#define SET(name)  JAIL_ACTION_FW_IPSET, .command = "firewall-cmd --ipset=" name " --add-entry=<ip>"
#define ZONE(name) JAIL_ACTION_SOURCE, .zone = (name)
/* What strangers meet: ssh alone, or mail too. */
#define SHUT "public/interface:eth0=rp;public/service:ssh=rp;"
#define OPEN SHUT "public/service:imaps=r;"

static const struct {
	const char *what; /* for who reads it */
	const char *firewall;
	struct jail_row jail;
	bool lets_in;
} rows[] = {
    {"a rule accepts its members",
     SHUT "public/rule:rule family=ipv4 source ipset=friends service name=imaps accept=r",
     {"a", SET("friends")},
     true},
    {"a rule drops them",
     OPEN "public/rule:rule family=ipv4 source ipset=friends drop=r",
     {"a", SET("friends")},
     false},
    {"one drops, another accepts",
     OPEN "public/rule:rule family=ipv4 source ipset=friends service name=imaps accept=r;"
          "public/rule:rule family=ipv4 source ipset=friends drop=r",
     {"a", SET("friends")},
     false},
    {"a rule drops all others",
     OPEN "public/rule:rule family=ipv4 source NOT ipset=friends drop=r",
     {"a", SET("friends")},
     true},
    {"the rule is not in force",
     SHUT "public/rule:rule family=ipv4 source ipset=friends accept=p",
     {"a", SET("friends")},
     false},
    {"the rule is another set's",
     SHUT "public/rule:rule family=ipv4 source ipset=friends2 accept=r",
     {"a", SET("friends")},
     false},
    {"a policy accepts them",
     SHUT "policy:in/rule:rule family=ipv4 source ipset=friends accept=r",
     {"a", SET("friends")},
     true},
    {"a direct rule accepts them",
     SHUT "direct:ipv4/direct-rule:filter INPUT 0 -m set --match-set friends src -j ACCEPT=r",
     {"a", SET("friends")},
     true},
    {"and another drops them",
     SHUT "direct:ipv4/direct-rule:filter INPUT 0 -m set --match-set friends src -j ACCEPT=r;"
          "direct:ipv4/direct-rule:filter INPUT 0 -m set --match-set friends src -j DROP=r",
     {"a", SET("friends")},
     false},
    {"nothing reads it", OPEN, {"a", SET("friends")}, false},
    {"a set for each ban",
     SHUT "public/rule:rule family=ipv4 source ipset=friends accept=r",
     {"a", SET("<name>")},
     false},
    {"it is the source of a zone with mail",
     SHUT "work/source:ipset:friends=rp;work/service:imaps=r",
     {"a", SET("friends")},
     true},
    {"it is the source of a zone without",
     OPEN "work/source:ipset:friends=rp;work/service:ssh=r",
     {"a", SET("friends")},
     false},
    {"it is the source of an empty zone",
     SHUT "drop/source:ipset:friends=rp",
     {"a", SET("friends")},
     false},
    {"a zone with mail", SHUT "work/service:imaps=r", {"a", ZONE("work")}, true},
    {"a zone with as much", OPEN "work/service:imaps=r", {"a", ZONE("work")}, false},
    {"a zone with some of it",
     OPEN "public/service:smtp=r;work/service:imaps=r;work/service:pop3s=r",
     {"a", ZONE("work")},
     false},
    {"a zone with nothing", SHUT, {"a", ZONE("work")}, false},
    {"a zone that takes all", OPEN, {"a", ZONE("lan")}, true},
    {"the zone of all", OPEN, {"a", ZONE("public")}, false},
    {"no zone, which is the default one", OPEN, {"a", ZONE(NULL)}, false},
    {"a rule of its own",
     SHUT "public/rule:rule family=ipv4 source ipset=friends accept=r",
     {"a", JAIL_ACTION_RICH, .zone = NULL},
     false},
};

static void settle(const struct firewall *fw, struct tickets *tickets, bool lets_in)
{
	ck_assert_int_eq(jailuse_settle(tickets, fw), 0);
	ck_assert_msg(jail_lets_in(&tickets->jails[0]) == lets_in, "%s",
	              jail_action_kind_name(tickets->jails[0].actions[0].kind));
}

static struct firewall firewall_of(const char *text)
{
	_cleanup_strv_ struct strv items = STRV_NULL;
	struct firewall fw = FIREWALL_NULL;

	ck_assert_int_eq(strv_split(&items, text, ";"), 0);
	for (size_t i = 0; i < items.n; i++)
		firewall_entry_from_text(&fw, items.strings[i]);
	ck_assert_int_eq(firewall_set_default_zone(&fw, "public"), 0);
	ck_assert_int_eq(firewall_add_zone(&fw, "public"), 0);
	return fw;
}

START_TEST(seen_by_what_firewalld_holds)
{
	_cleanup_firewall_ struct firewall fw = firewall_of(rows[_i].firewall),
	                                   empty = firewall_of("");
	_cleanup_tickets_ struct tickets tickets = TICKETS_NULL;

	firewall_new_trait(&fw, "lan")->target = TARGET_ACCEPT;
	firewall_new_trait(&fw, "drop")->target = TARGET_DROP;
	jails_add(&tickets, &rows[_i].jail);
	settle(&fw, &tickets, rows[_i].lets_in);
	/* what it holds may change */
	settle(&empty, &tickets, false);
	settle(&fw, &tickets, rows[_i].lets_in);
}
END_TEST

#define DENY "public/rule:rule family=ipv4 source address=192.0.2.1 drop"
#define LET  "public/rule:rule family=ipv4 source address=192.0.2.1 accept"

static const struct {
	const char *what, *item;
	struct jail_row jail;
	int makes;
} made[] = {
    {"a script may deny by a rule", DENY, {"a", JAIL_ACTION_OTHER, .zone = NULL}, 1},
    {"and by a zone", "drop/source:192.0.2.1", {"a", JAIL_ACTION_OTHER, .zone = NULL}, 1},
    {"and by a direct rule",
     "direct:ipv4/direct-rule:filter INPUT 0 -s 192.0.2.1 -j DROP",
     {"a", JAIL_ACTION_OTHER, .zone = NULL},
     1},
    {"but it lets nobody in", LET, {"a", JAIL_ACTION_OTHER, .zone = NULL}, 0},
    {"nor by a zone", "lan/source:192.0.2.1", {"a", JAIL_ACTION_OTHER, .zone = NULL}, 0},
    {"nor by a set", "ipset:friends/entry:192.0.2.1", {"a", JAIL_ACTION_OTHER, .zone = NULL}, 0},
    {"nor by a direct rule",
     "direct:ipv4/direct-rule:filter INPUT 0 -s 192.0.2.1 -j ACCEPT",
     {"a", JAIL_ACTION_OTHER, .zone = NULL},
     0},
    {"one that is known to let in does", LET, {"a", JAIL_ACTION_ALLOW, .zone = NULL}, 1},
    {"and does not deny", DENY, {"a", JAIL_ACTION_ALLOW, .zone = NULL}, 0},
    {"one that writes rules", DENY, {"a", JAIL_ACTION_RICH, .zone = NULL}, 1},
    {"writes none that accept", LET, {"a", JAIL_ACTION_RICH, .zone = NULL}, 0},
    {"and binds nobody", "drop/source:192.0.2.1", {"a", JAIL_ACTION_RICH, .zone = NULL}, 0},
    {"unless its words do that, too",
     "drop/source:192.0.2.1",
     {"a", JAIL_ACTION_RICH,
      .command = "firewall-cmd --zone=drop --add-source=<ip>; firewall-cmd --add-rich-rule='x'"},
     1},
    {"beside rules that firewalld does not hold",
     "drop/source:192.0.2.1",
     {"a", JAIL_ACTION_IPTABLES,
      .command = "iptables -I INPUT -s <ip> -j DROP\nfirewall-cmd --zone drop --add-source=<ip>"},
     1},
    {"or direct rules",
     "direct:ipv4/direct-rule:filter INPUT 0 -s 192.0.2.1 -j DROP",
     {"a", JAIL_ACTION_RICH,
      .command = "firewall-cmd --direct --add-rule ipv4 filter INPUT 0 -s <ip> -j DROP; "
                 "firewall-cmd --add-rich-rule='x'"},
     1},
    {"or only speak of it",
     "drop/source:192.0.2.1",
     {"a", JAIL_ACTION_RICH,
      .command = "firewall-cmd --add-rich-rule='x'; logger 'firewall-cmd --add-source=<ip>'"},
     0},
    {"one that binds to a zone", "drop/source:192.0.2.1", {"a", ZONE("drop")}, 1},
    {"binds to no other", "block/source:192.0.2.1", {"a", ZONE("drop")}, 0},
    {"one that fills a set", "ipset:bad/entry:192.0.2.1", {"a", SET("bad")}, 1},
    {"fills no other", "ipset:worse/entry:192.0.2.1", {"a", SET("bad")}, 0},
};

START_TEST(may_have_made_it)
{
	_cleanup_firewall_ struct firewall fw =
	    firewall_of(OPEN "public/rule:rule family=ipv4 source ipset=friends accept=r");
	_cleanup_tickets_ struct tickets tickets = TICKETS_NULL;
	_cleanup_item_ struct item item = item_from_text(made[_i].item);

	firewall_new_trait(&fw, "lan")->target = TARGET_ACCEPT;
	firewall_new_trait(&fw, "drop")->target = TARGET_DROP;
	jails_add(&tickets, &made[_i].jail);
	ck_assert_int_eq(jailuse_settle(&tickets, &fw), 0);
	ck_assert_int_eq(jailuse_makes(&tickets.jails[0], &item, &fw), made[_i].makes);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("jailuse");
	TCase *tests = tcase_create("jailuse");

	tcase_add_loop_test(tests, seen_by_what_firewalld_holds, 0, ARRAY_SIZE(rows));
	tcase_add_loop_test(tests, may_have_made_it, 0, ARRAY_SIZE(made));
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
