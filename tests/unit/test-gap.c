// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/ban/gap.h"

#include "tests/unit/firewalls.h"
#include "tests/unit/unit.h"

#include <netinet/in.h>
#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>
#include <stdio.h>
#include <string.h>

#define NOW_US INT64_C(1700000000000000)
#define S      INT64_C(1000000)

static void put(struct firewall *fw, const char *text)
{
	_cleanup_item_ struct item item = ITEM_NULL;
	struct firewall_entry *entry;

	ck_assert_int_eq(item_parse(&item, text, NULL), 0);
	ck_assert_int_eq(firewall_put(fw, &item, &entry), 0);
	entry->flags = FIREWALL_RUNTIME;
}

/* public is the default zone; lan has two interfaces, office and home are sources, idle nothing. */
static void fill(struct firewall *fw)
{
	static const char *const items[] = {
	    "public/interface:host0",
	    "lan/interface:lan0",
	    "lan/interface:wg+",
	    "office/source:10.1.0.0/16",
	    "home/source:ipset:homes",
	    "ipset:homes/entry:10.2.0.1",
	    "ipset:homes/entry:10.2.1.0/24",
	    "office/source:fd00:1::/32",
	};

	ck_assert_int_eq(firewall_set_default_zone(fw, "public"), 0);
	for (size_t i = 0; i < ARRAY_SIZE(items); i++)
		put(fw, items[i]);
}

static unsigned n_asked;

static int port_of(const char *name, const char *protocol)
{
	n_asked++;
	if (strcmp(name, "smtp") == 0 && strcmp(protocol, "tcp") == 0)
		return 25;
	return strcmp(name, "sieve-filter") == 0 ? 2000 : -1;
}

static int add(struct gap *gap, const char *zone, const char *rule, int64_t end_us)
{
	_cleanup_firewall_ struct firewall fw = FIREWALL_NULL;
	_cleanup_item_ struct item item = ITEM_NULL;
	struct err err = ERR_NULL;
	int r;

	fill(&fw);
	ck_assert_msg(item_init(&item, zone, ITEM_RULE, rule, &err) == 0, "%s: %s", rule, err.text);
	gap->port_of = port_of;
	r = gap_add_item(gap, &fw, &item, end_us, &err);
	ck_assert_int_eq(r != 0, err.text[0] != '\0');
	return r;
}

/* --- a rule -------------------------------------------------------------------------------- */

#define PORT4 "rule family=ipv4 source address=192.0.2.1 port port=smtp protocol=tcp "

static const struct {
	const char *zone, *rule;
	struct gap_match match; /* place: 1 for "anywhere" */
} fit[] = {
    /* what fail2ban's firewallcmd-rich-rules makes */
    {"public",
     PORT4 "reject type=icmp-port-unreachable",
     {GAP_REJECT_ICMP, ICMP_PORT_UNREACH, CIDR_IPV4, IPPROTO_TCP, 25, 25, 0}},
    {"public",
     "rule family=ipv6 source address=2001:db8::1 port port=25 protocol=tcp "
     "reject type=icmp6-port-unreachable",
     {GAP_REJECT_ICMP, ICMP6_DST_UNREACH_NOPORT, CIDR_IPV6, IPPROTO_TCP, 25, 25, 0}},
    {"public", PORT4 "drop", {GAP_DROP, 0, CIDR_IPV4, IPPROTO_TCP, 25, 25, 0}},
    /* without a type it is the port that is unreachable */
    {"public",
     PORT4 "reject",
     {GAP_REJECT_ICMP, ICMP_PORT_UNREACH, CIDR_IPV4, IPPROTO_TCP, 25, 25, 0}},
    {"public",
     "rule family=ipv6 source address=2001:db8::/32 reject",
     {GAP_REJECT_ICMP, ICMP6_DST_UNREACH_NOPORT, CIDR_IPV6, 0, 0, 0, 0}},
    {"public",
     PORT4 "reject type=tcp-reset",
     {GAP_REJECT_RESET, 0, CIDR_IPV4, IPPROTO_TCP, 25, 25, 0}},
    /* nft(8) adds the protocol to a reset */
    {"public",
     "rule family=ipv4 source address=192.0.2.1 reject type=tcp-reset",
     {GAP_REJECT_RESET, 0, CIDR_IPV4, IPPROTO_TCP, 0, 0, 0}},
    {"public",
     "rule family=ipv4 source address=192.0.2.0/24 port port=1000-2000 protocol=udp "
     "reject type=host-prohib",
     {GAP_REJECT_ICMP, ICMP_HOST_ANO, CIDR_IPV4, IPPROTO_UDP, 1000, 2000, 0}},
    {"public",
     "rule family=ipv4 source address=192.0.2.1 port port=sieve-filter protocol=tcp drop",
     {GAP_DROP, 0, CIDR_IPV4, IPPROTO_TCP, 2000, 2000, 0}},
    {"public",
     "rule family=ipv4 source address=192.0.2.1 protocol value=udp drop",
     {GAP_DROP, 0, CIDR_IPV4, IPPROTO_UDP, 0, 0, 0}},
    {"public",
     "rule family=ipv4 source address=192.0.2.1 protocol value=47 drop",
     {GAP_DROP, 0, CIDR_IPV4, 47, 0, 0, 0}},
    /* a log says that it was denied, and denies nothing */
    {"public",
     "rule family=ipv4 source address=192.0.2.1 port port=25 protocol=tcp "
     "log prefix=f2b level=info limit value=1/m drop",
     {GAP_DROP, 0, CIDR_IPV4, IPPROTO_TCP, 25, 25, 0}},
    {"public",
     "rule priority=-5 family=ipv4 source address=192.0.2.1 drop",
     {GAP_DROP, 0, CIDR_IPV4, 0, 0, 0, 0}},
    {"lan", "rule family=ipv4 source address=192.0.2.1 drop", {GAP_DROP, 0, CIDR_IPV4, 0, 0, 0, 0}},
    /* an address that is the zone's by a source binding comes in anywhere */
    {"office",
     "rule family=ipv4 source address=10.1.2.3 drop",
     {GAP_DROP, 0, CIDR_IPV4, 0, 0, 0, 1}},
    {"home", "rule family=ipv4 source address=10.2.1.9 drop", {GAP_DROP, 0, CIDR_IPV4, 0, 0, 0, 1}},
};

START_TEST(stands_in)
{
	_cleanup_gap_ struct gap gap = GAP_NULL;
	const struct gap_match *want = &fit[_i].match, *have;

	ck_assert_int_eq(add(&gap, fit[_i].zone, fit[_i].rule, 7), 0);
	ck_assert_uint_eq(gap.n, 1);
	have = &gap.bans[0].match;
	ck_assert_int_eq(have->action, want->action);
	ck_assert_uint_eq(have->code, want->code);
	ck_assert_uint_eq(have->family, want->family);
	ck_assert_uint_eq(have->protocol, want->protocol);
	ck_assert_uint_eq(have->first, want->first);
	ck_assert_uint_eq(have->last, want->last);
	ck_assert_int_eq(gap.places[have->place].zone == NULL, want->place == 1);
	ck_assert_int_eq(gap.bans[0].end_us, 7);
}
END_TEST

static const struct {
	const char *zone, *rule;
} unfit[] = {
    {"public", "rule family=ipv4 source address=192.0.2.1 accept"},
    {"public", "rule service name=smtp drop"},
    {"public", "rule family=ipv4 source address=192.0.2.1 service name=smtp drop"},
    {"public", "rule family=ipv4 source not address=192.0.2.1 drop"},
    {"public", "rule family=ipv4 source address=192.0.2.1 destination address=192.0.2.9 drop"},
    {"public", "rule source mac=00:11:22:33:44:55 drop"},
    {"public", "rule source ipset=bad drop"},
    {"public", "rule family=ipv4 source address=192.0.2.1 drop limit value=1/m"},
    {"public", "rule family=ipv4 source address=192.0.2.1 source-port port=25 protocol=tcp drop"},
    {"public", "rule family=ipv4 source address=192.0.2.1 icmp-type name=echo-request drop"},
    {"public", "rule family=ipv4 source address=192.0.2.1 protocol value=nosuch drop"},
    {"public", "rule family=ipv4 source address=192.0.2.1 port port=nosuch protocol=tcp drop"},
    {"public", "rule family=ipv4 source address=192.0.2.1 port port=53 protocol=udp "
               "reject type=tcp-reset"},
    /* what is allowed in the zone comes before it */
    {"public", "rule priority=5 family=ipv4 source address=192.0.2.1 drop"},
    {"policy:mail-in", "rule family=ipv4 source address=192.0.2.1 drop"},
    /* a zone's own clients, whom a ban in another zone does not reach */
    {"public", "rule family=ipv4 source address=10.1.2.3 drop"},
    {"public", "rule family=ipv4 source address=10.0.0.0/8 drop"},
    {"public", "rule family=ipv4 source address=10.2.1.9 drop"},
    {"public", "rule family=ipv6 source address=fd00:1::5 drop"},
    {"idle", "rule family=ipv4 source address=192.0.2.1 drop"},
    {"office", "rule family=ipv4 source address=192.0.2.1 drop"},
};

START_TEST(leaves_to_the_rule)
{
	_cleanup_gap_ struct gap gap = GAP_NULL;

	ck_assert_int_eq(add(&gap, unfit[_i].zone, unfit[_i].rule, 0), GAP_E_UNFIT);
	ck_assert_uint_eq(gap.n, 0);
}
END_TEST

/* --- what fail2ban's other actions write ---------------------------------------------------- */

#define NEW4(how, ports, to)                                                                       \
	"direct:ipv4/direct-rule:filter INPUT_direct 0 -m " how                                    \
	" -p tcp -m multiport --dports " ports " -j " to
#define BAN4(in) "direct:ipv4/direct-rule:filter " in " 0 -s 192.0.2.1 -j REJECT "

static const char *const frames[] = {
    NEW4("conntrack --ctstate NEW", "smtp,993,8000:8010", "f2b-multi"),
    NEW4("state --state NEW", "465", "f2b-new"),
    "direct:ipv4/direct-rule:filter INPUT_direct 0 -j f2b-all",
    "direct:ipv6/direct-rule:filter INPUT_direct 0 -m conntrack --ctstate NEW -p tcp -m multiport "
    "--dports 25 -j f2b-multi",
    "direct:ipv4/direct-rule:filter INPUT_direct 0 -p tcp -m multiport --dports 143 -m set "
    "--match-set f2b-own src -j REJECT --reject-with icmp-port-unreachable",
    /* what narrows it down, or is somewhere else */
    "direct:ipv4/direct-rule:filter INPUT_direct 0 -i eth0 -j f2b-narrow",
    "direct:ipv4/direct-rule:filter INPUT_direct 0 -d 192.0.2.9 -j f2b-dest",
    "direct:ipv4/direct-rule:filter FORWARD_direct 0 -j f2b-forward",
    "direct:ipv4/direct-rule:nat INPUT 0 -j f2b-nat",
    "direct:ipv4/direct-rule:filter INPUT_direct 0 -m conntrack --ctstate ESTABLISHED -j f2b-old",
    NEW4("conntrack --ctstate NEW", "nosuch", "f2b-unnamed"),
    "direct:ipv4/direct-rule:filter INPUT_direct 0 -p tcp -m multiport '!' --dports 25 -j f2b-not",
    /* two that lead to one chain */
    NEW4("conntrack --ctstate NEW", "25", "f2b-two"),
    NEW4("conntrack --ctstate NEW", "993", "f2b-two"),
};

/* What is denied: PORT or FIRST-LAST, all: every one; "" : left to the rule. */
static const struct {
	const char *item, *denied;
	enum gap_action action;
	uint8_t code;
} direct_rows[] = {
    {BAN4("f2b-multi") "--reject-with icmp-port-unreachable", "25 993 8000-8010", GAP_REJECT_ICMP,
     ICMP_PORT_UNREACH},
    {BAN4("f2b-multi"), "25 993 8000-8010", GAP_REJECT_ICMP, ICMP_PORT_UNREACH},
    {BAN4("f2b-new") "--reject-with tcp-reset", "465", GAP_REJECT_RESET, 0},
    {"direct:ipv4/direct-rule:filter f2b-new 0 -s 192.0.2.0/24 -j DROP", "465", GAP_DROP, 0},
    {"direct:ipv6/direct-rule:filter f2b-multi 0 -s 2001:db8::1 -j REJECT --reject-with "
     "icmp6-port-unreachable",
     "25", GAP_REJECT_ICMP, ICMP6_DST_UNREACH_NOPORT},
    {BAN4("f2b-all"), "all", GAP_REJECT_ICMP, ICMP_PORT_UNREACH},
    {BAN4("f2b-two"), "25 993", GAP_REJECT_ICMP, ICMP_PORT_UNREACH},
    {"ipset:f2b-own/entry:192.0.2.1", "143", GAP_REJECT_ICMP, ICMP_PORT_UNREACH},
    {BAN4("f2b-all") "--reject-with tcp-reset", "", 0, 0},
    {BAN4("f2b-all") "--reject-with icmp-nonsense", "", 0, 0},
    {BAN4("f2b-all") "-m limit --limit 1/m", "", 0, 0},
    {BAN4("f2b-gone"), "", 0, 0},
    {BAN4("f2b-narrow"), "", 0, 0},
    {BAN4("f2b-dest"), "", 0, 0},
    {BAN4("f2b-forward"), "", 0, 0},
    {BAN4("f2b-nat"), "", 0, 0},
    {BAN4("f2b-old"), "", 0, 0},
    {BAN4("f2b-unnamed"), "", 0, 0},
    {BAN4("f2b-not"), "", 0, 0},
    {BAN4("f2b-mult"), "", 0, 0},
    {"direct:ipv4/chain:filter f2b-multi", "", 0, 0},
    {"direct:ipv4/direct-rule:filter f2b-multi 1000 -j RETURN", "", 0, 0},
    /* not fail2ban's own, and asked before any zone: what an action of somebody's may write */
    {"direct:ipv4/direct-rule:filter INPUT 0 -s 192.0.2.1 -j DROP", "all", GAP_DROP, 0},
    {"direct:ipv4/direct-rule:filter INPUT_direct 0 -s 192.0.2.1 -p tcp -m multiport --dports "
     "25,8000:8010 -j REJECT",
     "25 8000-8010", GAP_REJECT_ICMP, ICMP_PORT_UNREACH},
    {"direct:ipv4/direct-rule:filter INPUT 0 -s 192.0.2.1 -j ACCEPT", "", 0, 0},
    {"direct:ipv4/direct-rule:filter FORWARD 0 -s 192.0.2.1 -j DROP", "", 0, 0},
    {"direct:ipv4/direct-rule:nat INPUT 0 -s 192.0.2.1 -j DROP", "", 0, 0},
    {"direct:ipv4/direct-rule:filter INPUT 0 -i eth0 -s 192.0.2.1 -j DROP", "", 0, 0},
    {"direct:ipv4/direct-rule:filter f2b-multi 0 -s 192.0.2.1 -p tcp --dport 25 -j DROP", "", 0, 0},
    {"ipset:f2b-gone/entry:192.0.2.1", "", 0, 0},
    {"ipset:f2b-own/entry:192.0.2.1,tcp:25", "", 0, 0},
    {"ipset:f2b-own/entry:2001:db8::1", "", 0, 0},
};

START_TEST(stands_in_for_other_actions)
{
	_cleanup_firewall_ struct firewall fw = FIREWALL_NULL;
	_cleanup_gap_ struct gap gap = {.port_of = port_of};
	_cleanup_item_ struct item item = ITEM_NULL;
	char denied[256] = "";
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(frames); i++)
		put(&fw, frames[i]);
	ck_assert_int_eq(item_parse(&item, direct_rows[_i].item, NULL), 0);
	ck_assert_int_eq(gap_add_item(&gap, &fw, &item, 7, NULL),
	                 *direct_rows[_i].denied ? 0 : GAP_E_UNFIT);
	for (size_t i = 0; i < gap.n; i++) {
		const struct gap_match *match = &gap.bans[i].match;

		ck_assert_int_eq(match->action, direct_rows[_i].action);
		ck_assert_uint_eq(match->code, direct_rows[_i].code);
		ck_assert_uint_eq(match->protocol, match->first ? IPPROTO_TCP : 0);
		ck_assert_ptr_null(gap.places[match->place].zone);
		n += (size_t)snprintf(denied + n, sizeof(denied) - n, "%s", i ? " " : "");
		if (!match->first)
			n += (size_t)snprintf(denied + n, sizeof(denied) - n, "all");
		else
			n += (size_t)snprintf(denied + n, sizeof(denied) - n, "%u", match->first);
		if (match->last != match->first)
			n += (size_t)snprintf(denied + n, sizeof(denied) - n, "-%u", match->last);
	}
	ck_assert_str_eq(denied, direct_rows[_i].denied);
}
END_TEST

/* What is denied by a zone, as seen by what is bound to it; "": nothing that a set can say. */
static const struct {
	const char *firewall, *item, *denied;
} zone_rows[] = {
    {"", "drop/source:192.0.2.1", "all drop"},
    {"", "drop/source:192.0.2.0/24", "all drop"},
    {"", "drop/source:2001:db8::1", "all drop"},
    {"", "block/source:192.0.2.1", "all reject 13"},
    {"", "block/source:2001:db8::1", "all reject 1"},
    /* into these somebody comes */
    {"", "public/source:192.0.2.1", ""},
    {"", "trusted/source:192.0.2.1", ""},
    {"drop/forward:yes", "drop/source:192.0.2.1", "all drop"},
    {"drop/service:ssh", "drop/source:192.0.2.1", ""},
    {"drop/rule:rule service name=\"ssh\" accept", "drop/source:192.0.2.1", ""},
    {"", "drop/source:00:11:22:33:44:55", ""},
    /* another zone has the address first, or in part */
    {"abc/source:192.0.2.0/24", "drop/source:192.0.2.1", ""},
    {"zoo/source:192.0.2.0/24", "drop/source:192.0.2.1", "all drop"},
    /* entries of what such a zone reads */
    {"drop/source:ipset:bad ipset:bad/entry:192.0.2.1", "ipset:bad/entry:192.0.2.1", "all drop"},
    {"block/source:ipset:bad ipset:bad/entry:192.0.2.1", "ipset:bad/entry:192.0.2.1",
     "all reject 13"},
    {"trusted/source:ipset:bad", "ipset:bad/entry:192.0.2.1", ""},
    {"drop/source:ipset:other", "ipset:bad/entry:192.0.2.1", ""},
    /* or a rule: where its zone's packets come in */
    {"public/rule:rule source ipset=\"bad\" drop", "ipset:bad/entry:192.0.2.1", "public drop"},
    {"public/rule:rule source ipset=\"bad\" drop", "ipset:bad/entry:2001:db8::1", "public drop"},
    {"public/rule:rule source ipset=\"bad\" reject", "ipset:bad/entry:192.0.2.1",
     "public reject 3"},
    {"public/rule:rule source ipset=\"bad\" accept", "ipset:bad/entry:192.0.2.1", ""},
    {"public/rule:rule source NOT ipset=\"bad\" drop", "ipset:bad/entry:192.0.2.1", ""},
    {"public/rule:rule source ipset=\"badly\" drop", "ipset:bad/entry:192.0.2.1", ""},
    {"public/rule:rule source ipset=\"bad\" drop limit value=\"1/m\"", "ipset:bad/entry:192.0.2.1",
     ""},
    {"public/rule:rule source ipset=\"bad\" drop;lan/rule:rule source ipset=\"bad\" drop",
     "ipset:bad/entry:192.0.2.1", "lan drop, public drop"},
    /* one of both lets in: what becomes of it is not known */
    {"public/rule:rule source ipset=\"bad\" accept;drop/source:ipset:bad",
     "ipset:bad/entry:192.0.2.1", ""},
    {"public/rule:rule source ipset=\"bad\" drop;drop/source:ipset:bad;ipset:bad/entry:192.0.2.1",
     "ipset:bad/entry:192.0.2.1", "all drop"},
};

static void describe_bans(char *out, size_t size, const struct gap *gap)
{
	size_t n = 0;

	*out = '\0';
	for (size_t i = 0; i < gap->n; i++) {
		const struct gap_match *match = &gap->bans[i].match;
		const char *zone = gap->places[match->place].zone;

		ck_assert_uint_eq(match->protocol, 0);
		n += (size_t)snprintf(out + n, size - n, "%s%s %s", i ? ", " : "",
		                      zone ? zone : "all",
		                      match->action == GAP_DROP ? "drop" : "reject");
		if (match->action != GAP_DROP)
			n += (size_t)snprintf(out + n, size - n, " %u", match->code);
	}
}

START_TEST(stands_in_for_zones_that_deny)
{
	_cleanup_firewall_ struct firewall fw = FIREWALL_NULL;
	_cleanup_gap_ struct gap gap = GAP_NULL;
	_cleanup_strv_ struct strv held = STRV_NULL;
	_cleanup_item_ struct item item = ITEM_NULL;
	char denied[128];

	fill(&fw);
	firewall_new_trait(&fw, "drop")->target = TARGET_DROP;
	firewall_new_trait(&fw, "block")->target = TARGET_REJECT;
	ck_assert_int_eq(strv_split(&held, zone_rows[_i].firewall,
	                            strchr(zone_rows[_i].firewall, ';') ||
	                                    strstr(zone_rows[_i].firewall, "rule ")
	                                ? ";"
	                                : " "),
	                 0);
	for (size_t i = 0; i < held.n; i++)
		put(&fw, held.strings[i]);
	put(&fw, zone_rows[_i].item);
	ck_assert_int_eq(item_parse(&item, zone_rows[_i].item, NULL), 0);
	ck_assert_int_eq(gap_add_item(&gap, &fw, &item, 7, NULL),
	                 *zone_rows[_i].denied ? 0 : GAP_E_UNFIT);
	describe_bans(denied, sizeof(denied), &gap);
	ck_assert_str_eq(denied, zone_rows[_i].denied);
}
END_TEST

START_TEST(knows_where_packets_come_in)
{
	_cleanup_gap_ struct gap gap = GAP_NULL;

	ck_assert_int_eq(add(&gap, "public", "rule family=ipv4 source address=192.0.2.1 drop", 0),
	                 0);
	ck_assert_int_eq(add(&gap, "lan", "rule family=ipv4 source address=192.0.2.1 drop", 0), 0);
	ck_assert_uint_eq(gap.n_places, 2);
	/* the default zone: wherever no other zone's interface is */
	ck_assert(gap.places[0].others);
	ck_assert_uint_eq(gap.places[0].interfaces.n, 2);
	ck_assert(strv_contains(&gap.places[0].interfaces, "lan0"));
	ck_assert(!gap.places[1].others);
	ck_assert(strv_contains(&gap.places[1].interfaces, "lan0"));
	ck_assert(strv_contains(&gap.places[1].interfaces, "wg+"));
}
END_TEST

/* Where a ban of 192.0.2.7 in the zone is held; "": nowhere; before and since zones have
 * priorities. */
static const struct {
	const char *bindings, *prior, *zone, *place1, *place2;
} places[] = {
    /* two sources overlap: the first in the order has it, wherever it comes in */
    {"abc/source:192.0.2.0/24 zoo/source:192.0.0.0/16", "", "abc", "all", "all"},
    {"abc/source:192.0.2.0/24 zoo/source:192.0.0.0/16", "zoo", "abc", "all", ""},
    {"abc/source:192.0.2.0/24 zoo/source:192.0.0.0/16", "", "zoo", "", ""},
    {"abc/source:192.0.2.0/24 zoo/source:192.0.0.0/16", "zoo", "zoo", "", "all"},
    /* an interface that is asked first leaves the source nothing */
    {"office/source:192.0.2.0/24 mail/interface:eth0", "mail", "mail", "", "eth0"},
    {"office/source:192.0.2.0/24 mail/interface:eth0", "mail", "office", "all", ""},
    {"office/source:192.0.2.0/24 mail/interface:eth0", "", "mail", "", ""},
    {"office/source:192.0.2.0/24 mail/interface:eth0", "mail", "public", "", ""},
    /* nothing is left for the default zone; in 2.x it is in front of what comes behind it */
    {"zoo/interface:+", "", "public", "", "all but"},
    {"abc/interface:+", "", "public", "", ""},
    {"zoo/interface:eth+", "", "public", "all but eth+", "all but eth+"},
    /* which of the two it is nobody says */
    {"abc/interface:eth0 zoo/interface:eth+", "", "abc", "", ""},
};

static void describe_place(char out[64], const struct gap *gap)
{
	const struct gap_place *place = &gap->places[gap->bans[0].match.place];
	size_t n = (size_t)snprintf(out, 64, "%s",
	                            !place->zone    ? "all"
	                            : place->others ? "all but"
	                                            : "");

	for (size_t i = 0; i < place->interfaces.n; i++)
		n += (size_t)snprintf(out + n, 64 - n, "%s%s", n > 0 ? " " : "",
		                      place->interfaces.strings[i]);
}

START_TEST(asks_which_zone_it_is)
{
	_cleanup_strv_ struct strv bindings = STRV_NULL;
	_cleanup_firewall_ struct firewall fw = FIREWALL_NULL;
	_cleanup_item_ struct item item = ITEM_NULL;

	ck_assert_int_eq(strv_split(&bindings, places[_i].bindings, " "), 0);
	ck_assert_int_eq(firewall_set_default_zone(&fw, "public"), 0);
	for (size_t i = 0; i < bindings.n; i++)
		put(&fw, bindings.strings[i]);
	ck_assert_int_eq(item_init(&item, places[_i].zone, ITEM_RULE,
	                           "rule family=ipv4 source address=192.0.2.7 drop", NULL),
	                 0);
	for (int generation = 1; generation <= 2; generation++) {
		const char *want = generation == 1 ? places[_i].place1 : places[_i].place2;
		_cleanup_gap_ struct gap gap = GAP_NULL;
		char have[64] = "";

		fw.by_priority = generation == 2;
		if (generation == 2 && *places[_i].prior)
			firewall_new_trait(&fw, places[_i].prior)->ingress = -5;
		ck_assert_int_eq(gap_add_item(&gap, &fw, &item, 0, NULL), *want ? 0 : GAP_E_UNFIT);
		if (*want)
			describe_place(have, &gap);
		ck_assert_str_eq(have, want);
	}
}
END_TEST

START_TEST(asks_for_a_name_once)
{
	_cleanup_gap_ struct gap gap = GAP_NULL;

	n_asked = 0;
	for (int i = 0; i < 5; i++) {
		ck_assert_int_eq(add(&gap, "public", PORT4 "drop", 0), 0);
		ck_assert_int_eq(add(&gap, "public",
		                     "rule family=ipv4 source address=192.0.2.1 port port=nosuch "
		                     "protocol=tcp drop",
		                     0),
		                 GAP_E_UNFIT);
	}
	ck_assert_uint_eq(n_asked, 2);
}
END_TEST

/* --- sets ---------------------------------------------------------------------------------- */

struct line {
	const char *prefix;
	int end_s; /* from now; 0: never */
	unsigned port;
};

static void add_line(struct gap *gap, const struct line *line)
{
	char rule[256];

	snprintf(rule, sizeof(rule),
	         "rule family=%s source address=%s port port=%u protocol=tcp drop",
	         strchr(line->prefix, ':') ? "ipv6" : "ipv4", line->prefix, line->port);
	ck_assert_int_eq(add(gap, "public", rule, line->end_s ? NOW_US + line->end_s * S : 0), 0);
}

static void describe(char *out, size_t size, const struct gap_sets *sets)
{
	size_t n = 0;

	*out = '\0';
	for (size_t i = 0; i < sets->n; i++) {
		const struct gap_set *set = &sets->sets[i];

		for (size_t k = 0; k < set->n_matches; k++)
			n += (size_t)snprintf(out + n, size - n, "%s%u", k ? "," : "",
			                      set->matches[k].first);
		n += (size_t)snprintf(out + n, size - n, ":");
		for (size_t k = 0; k < set->n; k++) {
			struct cidr first, last;
			char a[CIDR_TEXT_LENGTH], b[CIDR_TEXT_LENGTH];
			int64_t left = (set->intervals[k].end_us - NOW_US) / S;

			ck_assert_int_eq(cidr_from_key(&first, set->intervals[k].first, 128), 0);
			ck_assert_int_eq(cidr_from_key(&last, set->intervals[k].last, 128), 0);
			cidr_format(&first, a);
			cidr_format(&last, b);
			n += (size_t)snprintf(
			    out + n, size - n, " %s-%s@%lld", a, b,
			    set->intervals[k].end_us == INT64_MAX ? 0 : (long long)left);
		}
		n += (size_t)snprintf(out + n, size - n, "\n");
	}
}

static const struct {
	struct line lines[6];
	const char *sets;
} builds[] = {
    {{{0}}, ""},
    {{{"192.0.2.1", 10, 25}}, "25: 192.0.2.1-192.0.2.1@10\n"},
    /* ended while it was lost */
    {{{"192.0.2.1", -1, 25}, {"192.0.2.2", 5, 25}}, "25: 192.0.2.2-192.0.2.2@5\n"},
    /* the same twice, by name and by number */
    {{{"192.0.2.1", 10, 25}, {"192.0.2.1", 10, 25}}, "25: 192.0.2.1-192.0.2.1@10\n"},
    /* two jails with the same rule: it stays until the last ticket ends */
    {{{"192.0.2.1", 10, 25}, {"192.0.2.1", 20, 25}, {"192.0.2.1", 15, 25}},
     "25: 192.0.2.1-192.0.2.1@20\n"},
    {{{"192.0.2.1", 10, 25}, {"192.0.2.1", 0, 25}}, "25: 192.0.2.1-192.0.2.1@0\n"},
    /* one ban over many ports: one set with all of them */
    {{{"192.0.2.1", 10, 25}, {"192.0.2.1", 10, 465}, {"192.0.2.9", 9, 465}, {"192.0.2.9", 9, 25}},
     "25,465: 192.0.2.1-192.0.2.1@10 192.0.2.9-192.0.2.9@9\n"},
    /* two jails, other ports, other ends */
    {{{"192.0.2.1", 10, 25}, {"192.0.2.1", 20, 993}},
     "25: 192.0.2.1-192.0.2.1@10\n993: 192.0.2.1-192.0.2.1@20\n"},
    /* neighbours with one end are one interval, with two ends two */
    {{{"192.0.2.0", 10, 25}, {"192.0.2.1", 10, 25}, {"192.0.2.2", 20, 25}},
     "25: 192.0.2.0-192.0.2.1@10 192.0.2.2-192.0.2.2@20\n"},
    /* what lies in a longer one changes nothing; what lasts longer cuts it in two */
    {{{"192.0.2.0/24", 20, 25}, {"192.0.2.7", 10, 25}}, "25: 192.0.2.0-192.0.2.255@20\n"},
    {{{"192.0.2.0/24", 10, 25}, {"192.0.2.7", 20, 25}},
     "25: 192.0.2.0-192.0.2.6@10 192.0.2.7-192.0.2.7@20 192.0.2.8-192.0.2.255@10\n"},
    {{{"192.0.2.0/24", 10, 25}, {"192.0.2.0", 20, 25}, {"192.0.2.255", 0, 25}},
     "25: 192.0.2.0-192.0.2.0@20 192.0.2.1-192.0.2.254@10 192.0.2.255-192.0.2.255@0\n"},
    {{{"192.0.2.0/24", 10, 25},
      {"192.0.2.0/25", 20, 25},
      {"192.0.2.64/26", 15, 25},
      {"192.0.2.32/27", 30, 25},
      {"192.0.3.0", 10, 25}},
     "25: 192.0.2.0-192.0.2.31@20 192.0.2.32-192.0.2.63@30 192.0.2.64-192.0.2.127@20 "
     "192.0.2.128-192.0.3.0@10\n"},
    /* the ends of both spaces */
    {{{"255.255.255.255", 10, 25}, {"255.255.255.254", 20, 25}},
     "25: 255.255.255.254-255.255.255.254@20 255.255.255.255-255.255.255.255@10\n"},
    {{{"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 10, 25}, {"ffff:ffff::/32", 5, 25}},
     "25: ffff:ffff::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe@5 "
     "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff@10\n"},
    /* families stay apart */
    {{{"2001:db8::1", 10, 25}, {"192.0.2.1", 10, 25}},
     "25: 192.0.2.1-192.0.2.1@10\n25: 2001:db8::1-2001:db8::1@10\n"},
};

START_TEST(makes_sets)
{
	_cleanup_gap_ struct gap gap = GAP_NULL;
	_cleanup_gap_sets_ struct gap_sets sets = GAP_SETS_NULL;
	char text[2048];

	/* in either order */
	for (size_t i = 0; i < ARRAY_SIZE(builds[_i].lines); i++) {
		size_t at = _i % 2 ? ARRAY_SIZE(builds[_i].lines) - 1 - i : i;

		if (builds[_i].lines[at].prefix)
			add_line(&gap, &builds[_i].lines[at]);
	}
	ck_assert_int_eq(gap_sets_build(&sets, &gap, NOW_US), 0);
	describe(text, sizeof(text), &sets);
	ck_assert_str_eq(text, builds[_i].sets);
}
END_TEST

/* All of the space, in halves and at once, with one address that lasts longer at each end. */
START_TEST(takes_all_of_ipv6)
{
	static const char *const prefixes[] = {"::/0", "::/1", "8000::/1",
	                                       "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"};
	static const struct {
		size_t first, n, n_intervals;
	} rows[] = {{0, 1, 1}, {1, 2, 1}, {0, 3, 1}, {0, 5, 3}, {0, 4, 2}, {1, 3, 2}};
	static const uint8_t zero[CIDR_KEY_LENGTH];
	_cleanup_gap_sets_ struct gap_sets sets = GAP_SETS_NULL;
	struct gap_ban bans[5] = {0};
	struct gap gap = {.bans = bans, .n = rows[_i].n};
	uint8_t ones[CIDR_KEY_LENGTH];

	memset(ones, 0xff, sizeof(ones));
	for (size_t i = 0; i < gap.n; i++) {
		size_t at = rows[_i].first + i;

		bans[i].match.family = CIDR_IPV6;
		bans[i].end_us = NOW_US + (at < 3 ? S : 2 * S);
		ck_assert_int_eq(cidr_parse(&bans[i].source, prefixes[at], 0, NULL), 0);
	}
	ck_assert_int_eq(gap_sets_build(&sets, &gap, NOW_US), 0);
	ck_assert_uint_eq(sets.n, 1);
	ck_assert_uint_eq(sets.sets[0].n, rows[_i].n_intervals);
	ck_assert_mem_eq(sets.sets[0].intervals[0].first, zero, sizeof(zero));
	ck_assert_mem_eq(sets.sets[0].intervals[rows[_i].n_intervals - 1].last, ones, sizeof(ones));
}
END_TEST

/* Any prefixes with any ends, against looking at each address by itself. */
START_TEST(agrees_with_looking_at_each)
{
	unsigned seed = 1;

	for (int round = 0; round < 300; round++) {
		_cleanup_gap_ struct gap gap = GAP_NULL;
		_cleanup_gap_sets_ struct gap_sets sets = GAP_SETS_NULL;
		int64_t want[256] = {0}, have[256] = {0};
		unsigned n = (seed = seed * 1103515245 + 12345) / 65536 % 12;

		for (unsigned i = 0; i < n; i++) {
			unsigned draw = (seed = seed * 1103515245 + 12345) / 65536;
			unsigned bits = 24 + draw % 9, low = draw / 16 % 256;
			unsigned size = 1u << (32 - bits), first = low / size * size;
			int end_s = (int)(draw / 7 % 4) + 1;
			char text[32];

			snprintf(text, sizeof(text), "192.0.2.%u/%u", first, bits);
			add_line(&gap, &(struct line){text, end_s, 25});
			for (unsigned k = first; k < first + size; k++)
				if (want[k] < end_s)
					want[k] = end_s;
		}
		ck_assert_int_eq(gap_sets_build(&sets, &gap, NOW_US), 0);
		for (size_t i = 0; sets.n && i < sets.sets[0].n; i++) {
			const struct gap_interval *at = &sets.sets[0].intervals[i];

			for (unsigned k = at->first[15]; k <= at->last[15]; k++) {
				ck_assert_int_eq(have[k], 0);
				have[k] = (at->end_us - NOW_US) / S;
			}
		}
		for (unsigned k = 0; k < 256; k++)
			ck_assert_msg(have[k] == want[k], "round %d, .%u: %lld, not %lld", round, k,
			              (long long)have[k], (long long)want[k]);
	}
}
END_TEST

START_TEST(refuses_too_many_kinds)
{
	_cleanup_gap_ struct gap gap = GAP_NULL;
	_cleanup_gap_sets_ struct gap_sets sets = GAP_SETS_NULL;

	for (unsigned port = 1; port <= 1025; port++)
		add_line(&gap, &(struct line){"192.0.2.1", (int)port, port});
	ck_assert_int_eq(gap_sets_build(&sets, &gap, NOW_US), -7 /* E2BIG */);
	ck_assert_uint_eq(sets.n, 0);
}
END_TEST

static Suite *suite(void)
{
	Suite *suite = suite_create("gap");
	TCase *tcase = tcase_create("rules");

	tcase_add_loop_test(tcase, stands_in, 0, ARRAY_SIZE(fit));
	tcase_add_loop_test(tcase, leaves_to_the_rule, 0, ARRAY_SIZE(unfit));
	tcase_add_loop_test(tcase, stands_in_for_other_actions, 0, ARRAY_SIZE(direct_rows));
	tcase_add_loop_test(tcase, stands_in_for_zones_that_deny, 0, ARRAY_SIZE(zone_rows));
	tcase_add_test(tcase, knows_where_packets_come_in);
	tcase_add_loop_test(tcase, asks_which_zone_it_is, 0, (int)ARRAY_SIZE(places));
	tcase_add_test(tcase, asks_for_a_name_once);
	suite_add_tcase(suite, tcase);
	tcase = tcase_create("sets");
	tcase_add_loop_test(tcase, makes_sets, 0, ARRAY_SIZE(builds));
	tcase_add_loop_test(tcase, takes_all_of_ipv6, 0, 6);
	tcase_add_test(tcase, agrees_with_looking_at_each);
	tcase_add_test(tcase, refuses_too_many_kinds);
	suite_add_tcase(suite, tcase);
	return suite;
}

int main(void)
{
	return unit_run(suite());
}
