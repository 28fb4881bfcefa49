// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/packet/dispatch.h"

#include "tests/unit/firewalls.h"
#include "tests/unit/rulesets.h"
#include "tests/unit/unit.h"

static const char *zone_of(const struct firewall *fw, const struct packet *packet)
{
	const char *zone = NULL;

	ck_assert_int_eq(dispatch_zone(&zone, fw, packet), 0);
	return zone;
}

/* The default zone of all of them is public. */
#define MAIL                                                                                       \
	"mail/interface:eth0=r office/source:192.0.2.0/24=r office/source:2001:db8::/32=r "        \
	"zoo/source:192.0.0.0/16=r mac/source:00:11:22:33:44:55=r vpn/interface:tun+=r "           \
	"set/source:ipset:friends=r ipset:friends/entry:198.51.100.7=r "                           \
	"ipset:friends/entry:198.51.100.64/28=r pair/source:ipset:pairs=r "                        \
	"ipset:pairs/entry:203.0.113.1,tcp:1024=r macs/source:ipset:cards=r "                      \
	"ipset:cards/entry:00:aa:bb:cc:dd:ee=r six/source:ipset:six=r "                            \
	"ipset:six/entry:fd00::1=r unread/source:ipset:unread=r old/interface:eth9=p "
#define MAIL_RULES                                                                                 \
	"default public\nmail interface eth0\noffice source 192.0.2.0/24\n"                        \
	"office source 2001:db8::/32\nzoo source 192.0.0.0/16\nmac source 00:11:22:33:44:55\n"     \
	"vpn interface tun+\nset source ipset:friends\npair source ipset:pairs\n"                  \
	"macs source ipset:cards\nsix source ipset:six\nunread source ipset:unread\npublic \n"     \
	"ipset:friends hash:net 198.51.100.7 198.51.100.64/28\n"                                   \
	"ipset:six inet6 hash:ip fd00::1\nipset:cards hash:mac 00:aa:bb:cc:dd:ee\n"

static const struct {
	const char *interface, *source, *mac, *zone;
} rows[] = {
    {"eth0", NULL, NULL, "mail"},
    {"eth1", NULL, NULL, "public"},
    {"eth9", NULL, NULL, "public"},         /* a binding that is not in the runtime */
    {"eth0", "192.0.2.7", NULL, "office"},  /* the source before the interface */
    {"eth0", "192.0.3.7", NULL, "zoo"},     /* of sources the zones by name */
    {"eth0", "198.51.100.1", NULL, "mail"}, /* in no source */
    {NULL, "198.51.100.1", NULL, "public"},
    {NULL, "2001:db8::1", NULL, "office"},
    {"tun3", NULL, NULL, "vpn"}, /* tun+ */
    {"tu", NULL, NULL, "public"},
    {"lo", NULL, NULL, "public"},
    /* ipsets and MAC addresses are sources as well */
    {"eth0", "198.51.100.7", NULL, "set"},
    {"eth0", "198.51.100.70", NULL, "set"},
    {"eth0", "198.51.100.8", NULL, "mail"},
    {"eth0", "fd00::1", NULL, "six"},
    {"eth0", "fd00::2", NULL, "mail"},
    {"eth0", "203.0.113.9", "00:11:22:33:44:55", "mac"},
    {"eth0", "203.0.113.9", "00:AA:BB:CC:DD:EE", "macs"},
    {"eth0", "203.0.113.9", "00:11:22:33:44:56", "mail"},
    {"eth0", NULL, "00:11:22:33:44:55", "mac"},
};

static struct packet packet_of(const char *interface, const char *source, const char *mac)
{
	struct packet packet = {
	    .interface = interface, .mac = mac, .protocol = "tcp", .source_port = 40000};

	if (source)
		ck_assert_int_eq(cidr_parse(&packet.source, source, 0, NULL), 0);
	return packet;
}

START_TEST(chooses_the_zone_as_firewalld_does)
{
	_cleanup_firewall_ struct firewall fw = firewall_from_text(MAIL);
	_cleanup_ruleset_ struct ruleset ruleset = ruleset_from_text(MAIL_RULES);
	_cleanup_dispatch_ struct dispatch dispatch = DISPATCH_NULL;
	struct packet packet = packet_of(rows[_i].interface, rows[_i].source, rows[_i].mac);
	const struct dispatch_way *way;

	ck_assert_str_eq(zone_of(&fw, &packet), rows[_i].zone);
	ck_assert_int_eq(dispatch_init(&dispatch, &ruleset), 0);
	way = dispatch_way(&dispatch, &packet);
	ck_assert_ptr_nonnull(way);
	ck_assert_str_eq(way->zone->name, rows[_i].zone);
}
END_TEST

/* What 1.x and 2.x make of the same; priorities are "ZONE=N …". */
static const struct {
	const char *bindings, *priorities, *interface, *source, *zone1, *zone2;
} orders[] = {
    /* a source of a later priority is asked behind an interface */
    {"office/source:192.0.2.0/24=r mail/interface:eth0=r", "mail=-5", "eth0", "192.0.2.7", "office",
     "mail"},
    {"office/source:192.0.2.0/24=r mail/interface:eth0=r", "office=5", "eth0", "192.0.2.7",
     "office", "mail"},
    {"office/source:192.0.2.0/24=r mail/interface:eth0=r", "", "eth0", "192.0.2.7", "office",
     "office"},
    /* sources among each other */
    {"abc/source:192.0.2.0/24=r zoo/source:192.0.2.0/24=r", "zoo=-1", "eth0", "192.0.2.7", "abc",
     "zoo"},
    {"abc/source:192.0.2.0/24=r zoo/source:192.0.2.0/24=r", "abc=1", "eth0", "192.0.2.7", "abc",
     "zoo"},
    /* interfaces: 1.x the last one first, 2.x by name and priority */
    {"abc/interface:eth+=r zoo/interface:eth0=r", "", "eth0", NULL, "zoo", "abc"},
    {"abc/interface:eth+=r zoo/interface:eth0=r", "zoo=-1", "eth0", NULL, "zoo", "zoo"},
    /* to 2.x the default zone is one with the interface + among others */
    {"zoo/interface:+=r", "zoo=-9", "eth0", NULL, "zoo", "public"},
    {"abc/interface:+=r", "abc=9", "eth0", NULL, "abc", "abc"},
    {"zoo/interface:+=r mail/interface:eth0=r", "mail=100", "eth0", NULL, "zoo", "mail"},
};

static void set_priorities(struct firewall *fw, const char *text)
{
	_cleanup_strv_ struct strv words = STRV_NULL;

	fw->by_priority = true;
	ck_assert_int_eq(strv_split(&words, text, " "), 0);
	for (size_t i = 0; i < words.n; i++) {
		char *equal = strchr(words.strings[i], '=');

		*equal++ = '\0';
		firewall_new_trait(fw, words.strings[i])->ingress = atoi(equal);
	}
}

START_TEST(asks_in_the_order_of_each_generation)
{
	_cleanup_firewall_ struct firewall fw = firewall_from_text(orders[_i].bindings);
	_cleanup_firewall_ struct firewall copy = FIREWALL_NULL;
	struct packet packet = packet_of(orders[_i].interface, orders[_i].source, NULL);

	ck_assert_str_eq(zone_of(&fw, &packet), orders[_i].zone1);
	set_priorities(&fw, orders[_i].priorities);
	ck_assert_str_eq(zone_of(&fw, &packet), orders[_i].zone2);
	ck_assert_int_eq(firewall_copy(&copy, &fw), 0);
	ck_assert_str_eq(zone_of(&copy, &packet), orders[_i].zone2);
}
END_TEST

/* Nobody knows whether it is in a set that was not read: then it is not taken for sure. */
START_TEST(does_not_know_sets_that_were_not_read)
{
	_cleanup_ruleset_ struct ruleset ruleset = ruleset_from_text(MAIL_RULES);
	_cleanup_dispatch_ struct dispatch dispatch = DISPATCH_NULL;
	struct packet packet = packet_of("eth0", "203.0.113.9", NULL);
	unsigned n_doubts = 0;

	ck_assert_int_eq(dispatch_init(&dispatch, &ruleset), 0);
	for (size_t i = 0; i < dispatch.n; i++) {
		struct match_answer answer = dispatch_takes(&dispatch, &dispatch.ways[i], &packet);

		n_doubts += answer.match == MATCH_MAYBE;
		ck_assert(answer.match != MATCH_MAYBE || answer.doubt);
	}
	ck_assert_uint_eq(n_doubts, 4); /* two sets that were not read, a card, a set of cards */
}
END_TEST

static const struct {
	const char *bindings, *zone, *interfaces;
	bool gets, gets2;
} packet_rows[] = {
    {MAIL, "mail", "eth0", true, true},
    {MAIL, "mail", "", true, true},
    {MAIL, "office", "eth0", true, true},
    {MAIL, "set", "eth0", true, true},
    {MAIL, "mac", "eth0", true, true},
    {MAIL, "unread", "eth0", true, true},
    {MAIL, "old", "eth0 eth9", false, false},
    {MAIL, "public", "", true, true},
    {MAIL, "public", "eth0 eth1", true, true},
    /* every interface of the machine is bound elsewhere */
    {MAIL, "public", "eth0", false, false},
    {MAIL, "public", "eth0 tun0", false, false},
    {MAIL, "nowhere", "eth0", false, false},
    {MAIL, "policy:in", "eth0", true, true},
    /* one that was renamed, or is gone, brings none */
    {"mail/interface:eth0=r", "mail", "enp6s0", false, false},
    {"mail/interface:eth0=r", "public", "enp6s0", true, true},
    {"mail/interface:eth0=r mail/interface:eth1=r", "mail", "eth1", true, true},
    {"mail/interface:eth+=r", "mail", "tun0 eth1", true, true},
    {"mail/interface:eth+=r", "mail", "tun0", false, false},
    {"mail/interface:eth0=r", "mail", "", true, true},
    /* a source is all that there is: nothing is left for interfaces */
    {"zoo/source:0.0.0.0/0=r zoo/source:::/0=r mail/interface:eth0=r", "mail", "eth0", false,
     false},
    {"zoo/source:0.0.0.0/0=r zoo/source:::/0=r", "public", "eth0", false, false},
    {"zoo/source:0.0.0.0/0=r mail/interface:eth0=r", "mail", "eth0", true, true},
    {"abc/source:192.0.0.0/16=r zoo/source:192.0.2.0/24=r", "zoo", "eth0", false, false},
    {"abc/source:192.0.2.0/24=r zoo/source:192.0.0.0/16=r", "zoo", "eth0", true, true},
    {"abc/source:192.0.0.0/25=r abc/source:192.0.0.128/25=r zoo/source:192.0.0.0/24=r", "zoo",
     "eth0", false, false},
    /* 1.x does not tell which of two interfaces was bound last */
    {"abc/interface:eth+=r zoo/interface:eth0=r", "zoo", "eth0", true, false},
    {"abc/interface:eth+=r zoo/interface:eth0=r", "abc", "eth0", true, true},
    {"abc/interface:+=r", "public", "eth0", false, false},
    {"zoo/interface:+=r", "public", "eth0", false, true},
    {"zoo/interface:+=r", "zoo", "eth0", true, false},
};

START_TEST(knows_which_zones_get_packets)
{
	_cleanup_firewall_ struct firewall fw = firewall_from_text(packet_rows[_i].bindings);
	_cleanup_strv_ struct strv interfaces = STRV_NULL;

	ck_assert_int_eq(strv_split(&interfaces, packet_rows[_i].interfaces, " "), 0);
	ck_assert_msg(dispatch_zone_gets_packets(&fw, packet_rows[_i].zone, &interfaces) ==
	                  packet_rows[_i].gets,
	              "%s with %s", packet_rows[_i].zone, packet_rows[_i].interfaces);
	fw.by_priority = true;
	ck_assert_msg(dispatch_zone_gets_packets(&fw, packet_rows[_i].zone, &interfaces) ==
	                  packet_rows[_i].gets2,
	              "2.x: %s with %s", packet_rows[_i].zone, packet_rows[_i].interfaces);
}
END_TEST

/* An interface that is asked for first takes the packets of a source behind it. */
START_TEST(priorities_decide_who_gets_packets)
{
	_cleanup_firewall_ struct firewall fw =
	    firewall_from_text("mail/interface:eth0=r office/source:192.0.2.0/24=r");
	_cleanup_strv_ struct strv interfaces = STRV_NULL;

	ck_assert_int_eq(strv_add(&interfaces, "eth0"), 0);
	ck_assert(dispatch_zone_gets_packets(&fw, "office", &interfaces));
	set_priorities(&fw, "mail=-1");
	ck_assert(!dispatch_zone_gets_packets(&fw, "office", &interfaces));
	ck_assert_int_eq(strv_add(&interfaces, "eth1"), 0);
	ck_assert(dispatch_zone_gets_packets(&fw, "office", &interfaces));
}
END_TEST

START_TEST(nothing_is_known_of_no_firewall)
{
	struct firewall fw = FIREWALL_NULL;

	ck_assert_ptr_null(zone_of(&fw, &(struct packet){.interface = "eth0"}));
	ck_assert(!dispatch_zone_gets_packets(&fw, "public", NULL));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("dispatch");
	TCase *tcase = tcase_create("dispatch");

	tcase_add_loop_test(tcase, chooses_the_zone_as_firewalld_does, 0, (int)ARRAY_SIZE(rows));
	tcase_add_loop_test(tcase, asks_in_the_order_of_each_generation, 0,
	                    (int)ARRAY_SIZE(orders));
	tcase_add_test(tcase, does_not_know_sets_that_were_not_read);
	tcase_add_loop_test(tcase, knows_which_zones_get_packets, 0, (int)ARRAY_SIZE(packet_rows));
	tcase_add_test(tcase, priorities_decide_who_gets_packets);
	tcase_add_test(tcase, nothing_is_known_of_no_firewall);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
