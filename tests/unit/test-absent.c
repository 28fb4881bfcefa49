// SPDX-License-Identifier: GPL-2.0-or-later
/* What firewalld says, and the kernel has no rule for: what it wrote itself, and what became of it.
 */
#include "guard/model/packet/absent.h"

#include <linux/netfilter.h>
#include <string.h>

#include "guard/model/ban/directcount.h"
#include "guard/model/packet/iptables.h"
#include "guard/system/kernel/ipsets.h"
#include "guard/system/kernel/nftrules.h"
#include "guard/system/kernel/xtables.h"

#include "tests/unit/rulesets.h"

#define SAYS                                                                                       \
	"default public\npublic interface eth0\npublic service mail\npublic port 1000-1010/udp\n"  \
	"public rule rule family=ipv4 source address=192.0.2.0/24 port port=25 protocol=tcp "      \
	"drop\n"                                                                                   \
	"public rule rule priority=-5 family=ipv4 source address=192.0.2.9 reject\n"               \
	"public rule rule priority=5 service name=pop3 accept\n"                                   \
	"service:mail 25/tcp include:imaps\nservice:imaps 993/tcp\nservice:pop3 110/tcp\n"

/* All that others may have there as well. */
#define BEFORE "-A INPUT -p tcp --dport 22 -j ACCEPT\n-A INPUT -s 198.51.100.7/32 -j DROP\n"
#define LEADS  "-A INPUT -j INPUT_ZONES\n"
#define END    "-A INPUT -j REJECT --reject-with icmp-host-prohibited\n"
#define GOTO   "-A INPUT_ZONES -i eth0 -g IN_public\n"
#define PARTS                                                                                      \
	"-A IN_public -j IN_public_pre\n-A IN_public -j IN_public_deny\n"                          \
	"-A IN_public -j IN_public_allow\n-A IN_public -j IN_public_post\n"
#define PRE  "-A IN_public_pre -s 192.0.2.9/32 -j REJECT --reject-with icmp-port-unreachable\n"
#define DENY "-A IN_public_deny -s 192.0.2.0/24 -p tcp --dport 25 -j DROP\n"
#define NEW  " -m conntrack --ctstate NEW,UNTRACKED -j ACCEPT\n"
#define SMTP "-A IN_public_allow -p tcp -m tcp --dport 25" NEW
#define MORE                                                                                       \
	"-A IN_public_allow -p tcp -m tcp --dport 993" NEW                                         \
	"-A IN_public_allow -p udp -m udp --dport 1000:1010" NEW
#define POST  "-A IN_public_post -p tcp -m tcp --dport 110" NEW
#define ALLOW SMTP MORE
#define OF_ZONE                                                                                    \
	":IN_public - [0:0]\n:IN_public_pre - [0:0]\n:IN_public_deny - [0:0]\n"                    \
	":IN_public_allow - [0:0]\n:IN_public_post - [0:0]\n"
#define CHAINS "*filter\n:INPUT ACCEPT [0:0]\n:INPUT_ZONES - [0:0]\n" OF_ZONE
#define WHOLE  BEFORE LEADS END GOTO PARTS PRE DENY ALLOW POST

/* What lets in elsewhere: a policy, a target, forward ports. */
#define POLICY                                                                                     \
	SAYS "policy:in ingress ANY\npolicy:in egress HOST\npolicy:in service imaps\n"             \
	     "policy:in rule rule family=ipv4 source address=192.0.2.5 drop\n"                     \
	     "policy:out ingress HOST\npolicy:out egress ANY\npolicy:out service pop3\n"           \
	     "policy:work ingress work\npolicy:work egress HOST\npolicy:work service pop3\n"
#define OF_POLICY                                                                                  \
	":IN_in - [0:0]\n:IN_in_allow - [0:0]\n:IN_in_deny - [0:0]\n"                              \
	"-A INPUT -j IN_in\n-A IN_in -j IN_in_deny\n"                                              \
	"-A IN_in -j IN_in_allow\n"
#define POLICY_ALLOW "-A IN_in_allow -p tcp -m tcp --dport 993" NEW
#define POLICY_DENY  "-A IN_in_deny -s 192.0.2.5/32 -j DROP\n"
#define TRUSTED      "trusted target ACCEPT\ntrusted source 198.51.100.0/24\n"
#define OF_TRUSTED                                                                                 \
	":IN_trusted - [0:0]\n-A INPUT_ZONES -s 198.51.100.0/24 -g IN_trusted\n"                   \
	"-A IN_trusted -j IN_public_deny\n"
#define FORWARDED                                                                                  \
	"public forward-port port=465:proto=tcp:toport=25\n"                                       \
	"public forward-port port=465:proto=tcp:toport=25:toaddr=2001:db8::1\n"
#define NAT                                                                                        \
	"COMMIT\n*nat\n:PREROUTING ACCEPT [0:0]\n:PREROUTING_ZONES - [0:0]\n"                      \
	":PRE_public - [0:0]\n:PRE_public_allow - [0:0]\n"                                         \
	"-A PREROUTING -j PREROUTING_ZONES\n-A PREROUTING_ZONES -i eth0 -g PRE_public\n"           \
	"-A PRE_public -j PRE_public_allow\n"

/* 2.0 to 2.3, and 2.4 and later, lead there in other ways. */
#define POLICIES                                                                                   \
	"*filter\n:INPUT ACCEPT [0:0]\n:INPUT_POLICIES - [0:0]\n" OF_ZONE                          \
	"-A INPUT -j INPUT_POLICIES\n" END "-A INPUT_POLICIES -i eth0 -j IN_public\n"
#define DISPATCH                                                                                   \
	"*filter\n:INPUT ACCEPT [0:0]\n:INPUT_dispatch - [0:0]\n:IN_public_to_HOST - "             \
	"[0:0]\n" OF_ZONE "-A INPUT -j INPUT_dispatch\n" END                                       \
	"-A INPUT_dispatch -i eth0 -j IN_public_to_HOST\n"                                         \
	"-A IN_public_to_HOST -j IN_public\n-A IN_public_to_HOST -j REJECT\n"

/* @absent: what of it, by kind: ways; what is open; what is denied */
static const struct {
	const char *says, *save, *absent;
} rows[] = {
    {SAYS, CHAINS WHOLE, ""},
    /* emptied, one after the other */
    {SAYS, CHAINS BEFORE LEADS END GOTO PARTS PRE DENY POST,
     "public/service:mail public/port:1000-1010/udp"},
    {SAYS, CHAINS LEADS END GOTO PARTS PRE ALLOW POST,
     "public/rule:rule family=ipv4 source address=192.0.2.0/24 port port=25 protocol=tcp drop"},
    {SAYS, CHAINS LEADS END GOTO PARTS DENY ALLOW POST,
     "public/rule:rule priority=-5 family=ipv4 source address=192.0.2.9 reject"},
    {SAYS, CHAINS LEADS END GOTO PARTS PRE DENY ALLOW,
     "public/rule:rule priority=5 service name=pop3 accept"},
    {SAYS, CHAINS BEFORE, "INPUT public"},
    {SAYS, CHAINS BEFORE LEADS GOTO PARTS PRE DENY ALLOW POST, "INPUT"},
    {SAYS, CHAINS LEADS END PARTS PRE DENY ALLOW POST, "public"},
    {SAYS, CHAINS LEADS END "-A INPUT_ZONES -i eth1 -g IN_public\n" PARTS PRE DENY ALLOW POST,
     "public/interface:eth0"},
    {SAYS "public interface lan+\n", CHAINS WHOLE, ""},
    {SAYS "public source 198.51.100.0/24\npublic source 2001:db8::/32\n", CHAINS WHOLE,
     "public/source:198.51.100.0/24"},
    {SAYS "public source 198.51.100.0/24\n",
     CHAINS WHOLE "-A INPUT_ZONES -s 198.51.100.0/24 -g IN_public\n", ""},
    {SAYS, CHAINS LEADS END GOTO PRE DENY ALLOW POST,
     "public/service:mail public/port:1000-1010/udp "
     "public/rule:rule priority=5 service name=pop3 accept "
     "public/rule:rule family=ipv4 source address=192.0.2.0/24 port port=25 protocol=tcp drop "
     "public/rule:rule priority=-5 family=ipv4 source address=192.0.2.9 reject"},
    {SAYS, POLICIES PARTS PRE DENY ALLOW POST, ""},
    {SAYS, DISPATCH PARTS PRE DENY ALLOW POST, ""},
    {SAYS, POLICIES PARTS PRE DENY POST, "public/service:mail public/port:1000-1010/udp"},
    {SAYS, DISPATCH PARTS PRE DENY POST, "public/service:mail public/port:1000-1010/udp"},
    /* tables and all: nothing there is told for firewalld's */
    {SAYS, "*filter\n:INPUT ACCEPT [0:0]\n" BEFORE, "public"},
    /* emptied and filled again with less, or with another */
    {SAYS, CHAINS LEADS END GOTO PARTS PRE DENY SMTP POST,
     "public/service:mail public/port:1000-1010/udp"},
    {SAYS, CHAINS LEADS END GOTO PARTS PRE "-A IN_public_deny -s 192.0.2.7/32 -j DROP\n" ALLOW POST,
     "public/rule:rule family=ipv4 source address=192.0.2.0/24 port port=25 protocol=tcp drop"},
    {SAYS, CHAINS LEADS END GOTO PARTS PRE DENY "-A IN_public_allow -p tcp -j DROP\n" MORE POST,
     "public/service:mail"},
    /* what somebody has put there for himself is no loss, nor what is not understood */
    {SAYS, CHAINS BEFORE "-A INPUT -j DROP\n" WHOLE "-A IN_public -j DROP\n", ""},
    {SAYS, CHAINS LEADS END GOTO PARTS PRE DENY "-A IN_public_allow -m odd -j ACCEPT\n" POST, ""},
    {SAYS, CHAINS LEADS END GOTO PARTS PRE DENY ALLOW "-A IN_public_post -m odd -j ODD\n", ""},
    {POLICY, CHAINS WHOLE OF_POLICY POLICY_ALLOW POLICY_DENY, ""},
    {POLICY, CHAINS WHOLE OF_POLICY POLICY_DENY, "policy:in/service:imaps"},
    {POLICY, CHAINS WHOLE OF_POLICY POLICY_ALLOW,
     "policy:in/rule:rule family=ipv4 source address=192.0.2.5 drop"},
    {POLICY "work source 198.51.100.0/24\n",
     CHAINS WHOLE OF_POLICY POLICY_ALLOW POLICY_DENY
     ":IN_work - [0:0]\n-A INPUT_ZONES -s 198.51.100.0/24 -g IN_work\n",
     "policy:work/service:pop3"},
    {SAYS TRUSTED, CHAINS WHOLE OF_TRUSTED "-A IN_trusted -j ACCEPT\n", ""},
    {SAYS TRUSTED, CHAINS WHOLE OF_TRUSTED, "trusted/target:ACCEPT"},
    {SAYS TRUSTED,
     CHAINS WHOLE ":IN_trusted - [0:0]\n-A INPUT_ZONES -s 198.51.100.0/24 -j IN_trusted\n"
                  "-A INPUT_ZONES -s 198.51.100.0/24 -j ACCEPT\n",
     ""},
    {SAYS TRUSTED,
     CHAINS WHOLE ":IN_trusted - [0:0]\n-A INPUT_ZONES -s 198.51.100.0/24 -j IN_trusted\n"
                  "-A INPUT_ZONES -i eth5 -j DROP\n-A INPUT_ZONES -i lo -j ACCEPT\n",
     "trusted/target:ACCEPT"},
    {SAYS FORWARDED,
     CHAINS WHOLE NAT "-A PRE_public_allow -p tcp -m tcp --dport 465 -j REDIRECT --to-ports 25\n",
     ""},
    {SAYS FORWARDED,
     CHAINS WHOLE NAT "-A PRE_public_allow -p tcp -m tcp --dport 466 -j REDIRECT --to-ports 25\n",
     "public/forward-port:port=465:proto=tcp:toport=25"},
    /* what firewalld lists nowhere, as of an old copy of its table; or has from what is not known
     */
    {SAYS, CHAINS WHOLE "-A IN_public_allow -p tcp -m tcp --dport 143" NEW, "public/port:143/tcp"},
    {SAYS, CHAINS WHOLE "-A IN_public_allow -s 198.51.100.0/24 -p udp -m udp --dport 1009:1011" NEW,
     "public/port:1009-1011/udp"},
    {SAYS, CHAINS WHOLE "-A IN_public_allow -p udp -m udp --dport 1001:1009" NEW, ""},
    {SAYS "public service odd\n", CHAINS WHOLE "-A IN_public_allow -p tcp -m tcp --dport 143" NEW,
     ""},
    {SAYS "public port odd/tcp\n", CHAINS WHOLE "-A IN_public_allow -p tcp -m tcp --dport 143" NEW,
     ""},
    {SAYS
     "public rule rule family=ipv4 source address=192.0.2.1 port port=143 protocol=tcp accept\n",
     CHAINS WHOLE "-A IN_public_allow -s 192.0.2.1/32 -p tcp -m tcp --dport 143" NEW, ""},
    {SAYS, CHAINS WHOLE "-A IN_public_allow -p tcp -m tcp --sport 143" NEW, ""},
    {SAYS, CHAINS WHOLE "-A IN_public_allow -p tcp -m odd --dport 143" NEW, ""},
    {SAYS, CHAINS WHOLE "-A IN_public_deny -p tcp -m tcp --dport 143 -j DROP\n", ""},
    {POLICY,
     CHAINS WHOLE OF_POLICY POLICY_ALLOW POLICY_DENY "-A IN_in_allow -p tcp -m tcp --dport 143" NEW,
     "policy:in/port:143/tcp"},
    /* zones that nothing comes to have no chains; an empty one has nothing to lack */
    {SAYS "work service mail\n", CHAINS WHOLE, ""},
    {SAYS "work service mail\nwork source 198.51.100.0/24\n", CHAINS WHOLE, "work"},
    {"default public\npublic interface eth0\n", CHAINS LEADS END GOTO PARTS, ""},
    {"default public\npublic interface eth0\n", CHAINS LEADS END, "public"},
    {SAYS "panic\n", CHAINS, ""},
    /* what nobody can look for: an address of this machine, a protocol, ICMP, MAC addresses */
    {"default public\npublic service dns\nservice:dns 53/udp dest:ff02::fb\npublic service esp\n"
     "service:esp esp\npublic service none\n"
     "public rule rule icmp-type name=echo-request drop\n"
     "public rule rule source mac=00:11:22:33:44:55 drop\n"
     "public rule rule family=ipv4 source NOT address=192.0.2.1 drop\n"
     "public rule rule family=ipv4 destination address=192.0.2.1 drop\n",
     CHAINS LEADS END GOTO PARTS, ""},
};

static struct ruleset held(const char *says, const char *save)
{
	static const struct xtables_source source = {.family = "ip", .tool = "iptables-nft"};
	struct ruleset ruleset = ruleset_from_text(says);
	_cleanup_free_ char *text = strdup(save);

	ck_assert_int_eq(xtables_parse(&ruleset, &source, text), 0);
	iptables_mark_own(&ruleset);
	ruleset.chains_known = true;
	return ruleset;
}

static void check_absent(const struct absent *absent, const char *expected)
{
	_cleanup_builder_ struct builder all = BUILDER_NULL;
	_cleanup_free_ char *text = NULL;

	for (size_t i = 0; i < ABSENT_N; i++)
		for (size_t k = 0; k < absent->of[i].n; k++) {
			if (all.n > 0)
				builder_addf(&all, " ");
			builder_addf(&all, "%s", absent->of[i].strings[k]);
		}
	ck_assert_int_eq(builder_take(&all, &text), 0);
	ck_assert_str_eq(text ? text : "", expected);
}

START_TEST(finds_what_is_gone)
{
	_cleanup_ruleset_ struct ruleset ruleset = held(rows[_i].says, rows[_i].save);
	_cleanup_absent_ struct absent absent = ABSENT_NULL;

	ck_assert_int_eq(absent_find(&absent, &ruleset, true), 0);
	check_absent(&absent, rows[_i].absent);
}
END_TEST

/* Law 2: of a kernel that nobody could ask nothing is absent. */
START_TEST(unknown_is_not_absent)
{
	_cleanup_ruleset_ struct ruleset ruleset = held(SAYS, CHAINS);
	_cleanup_absent_ struct absent absent = ABSENT_NULL;

	ruleset.chains_known = false;
	ck_assert_int_eq(absent_find(&absent, &ruleset, true), 0);
	ck_assert_uint_eq(absent_n(&absent), 0);
}
END_TEST

/* --- sets --------------------------------------------------------------------------------- */

#define SETS                                                                                       \
	"ipset:bad hash:ip 192.0.2.1 192.0.2.2\nipset:idle hash:ip 192.0.2.3\n"                    \
	"ipset:nets hash:net 198.51.100.0/24\npublic source ipset:nets\n"                          \
	"public rule rule source ipset=bad drop\n"
#define NFT_SET(name, elements)                                                                    \
	",{\"set\":{\"family\":\"inet\",\"table\":\"firewalld\",\"name\":\"" name                  \
	"\",\"type\":\"ipv4_addr\",\"handle\":9" elements "}}"
#define NFT(sets)                                                                                  \
	"{\"nftables\":[{\"table\":{\"family\":\"inet\",\"name\":\"firewalld\"}}" sets "]}"
#define NETS NFT_SET("nets", ",\"elem\":[{\"prefix\":{\"addr\":\"198.51.100.0\",\"len\":24}}]")

static const struct {
	const char *json, *absent;
} set_rows[] = {
    {NFT(NETS NFT_SET("bad", ",\"elem\":[\"192.0.2.1\",\"192.0.2.2\"]")), ""},
    {NFT(NETS NFT_SET("bad", ",\"elem\":[{\"range\":[\"192.0.2.0\",\"192.0.2.9\"]}]")), ""},
    {NFT(NETS NFT_SET("bad", ",\"elem\":[\"192.0.2.1\",\"192.0.2.7\"]")),
     "ipset:bad/entry:192.0.2.2"},
    {NFT(NETS NFT_SET("bad", "")), "ipset:bad/entry:192.0.2.1 ipset:bad/entry:192.0.2.2"},
    {NFT(NFT_SET("nets", ",\"elem\":[\"198.51.100.1\"]")), "ipset:nets/entry:198.51.100.0/24"},
    /* nobody asks for it; nobody knows what is in the others */
    {NFT(NETS NFT_SET("idle", "")), ""},
    {NFT(NETS NFT_SET("bad", ",\"elem\":[{\"concat\":[\"192.0.2.1\",25]}]")), ""},
};

START_TEST(finds_what_sets_lack)
{
	_cleanup_ruleset_ struct ruleset ruleset = ruleset_from_text(SETS);
	_cleanup_absent_ struct absent absent = ABSENT_NULL;
	const char *json = set_rows[_i].json;

	for (size_t i = 0; i < ruleset.n_ipsets; i++)
		ruleset.ipsets[i].known = true;
	ck_assert_int_eq(nftrules_parse(&ruleset, NFTRULES_OTHERS, json, strlen(json), NULL), 0);
	ck_assert_int_eq(absent_find(&absent, &ruleset, false), 0);
	check_absent(&absent, set_rows[_i].absent);
}
END_TEST

/* Those that end by themselves, and those that could not be read, are no matter of this. */
START_TEST(leaves_sets_alone)
{
	for (unsigned what = 0; what < 3; what++) {
		_cleanup_ruleset_ struct ruleset ruleset = ruleset_from_text(SETS);
		_cleanup_absent_ struct absent absent = ABSENT_NULL;

		ruleset.chains_known = true;
		for (size_t i = 0; i < ruleset.n_ipsets; i++) {
			ruleset.ipsets[i].known = what != 0;
			ruleset.ipsets[i].timed = what == 1;
			ruleset.ipsets[i].kernel_known = what != 2;
		}
		ck_assert_int_eq(absent_find(&absent, &ruleset, false), 0);
		ck_assert_uint_eq(absent_n(&absent), 0);
	}
}
END_TEST

/* --- the direct interface ------------------------------------------------------------------ */

/* With backend nftables its rules stand where it was told to; with the other in chains beside. */
START_TEST(counts_direct_rules)
{
	static const char *const items[] = {"direct-rule:filter INPUT 0 -s 192.0.2.1 -j DROP",
	                                    "direct-rule:filter INPUT 0 -s 192.0.2.2 -j DROP",
	                                    "direct-rule:filter f2b-lab 0 -s 192.0.2.3 -j REJECT",
	                                    "chain:filter f2b-lab"};
	_cleanup_ruleset_ struct ruleset ruleset = RULESET_NULL;
	struct ruleset_held *held;

	ck_assert(!directcount_any(&ruleset));
	ck_assert_int_eq(ruleset_add_held(&ruleset, "direct:ipv4", false, &held), 0);
	for (size_t i = 0; i < ARRAY_SIZE(items); i++)
		ck_assert_int_eq(strv_add(&held->items, items[i]), 0);
	ck_assert(directcount_any(&ruleset));
	for (unsigned n = 0; n < 4; n++) {
		_cleanup_foreign_ struct foreign now = FOREIGN_NULL;
		_cleanup_absent_ struct absent absent = ABSENT_NULL;
		bool iptables = n == 3;

		ck_assert_int_eq(foreign_add(&now, NFPROTO_IPV4, "filter", "INPUT", n), 0);
		ck_assert_int_eq(foreign_add(&now, NFPROTO_IPV4, "filter", "f2b-lab", 1), 0);
		ck_assert_int_eq(foreign_add(&now, NFPROTO_IPV6, "filter", "INPUT_direct", 9), 0);
		ck_assert_int_eq(directcount_find(&absent, &ruleset, iptables, &now), 0);
		check_absent(&absent, iptables ? "direct:ipv4/chain:filter INPUT_direct"
		                      : n < 2  ? "direct:ipv4/chain:filter INPUT"
		                               : "");
	}
}
END_TEST

/* --- two looks ---------------------------------------------------------------------------- */

START_TEST(keeps_what_is_absent_twice)
{
	_cleanup_ruleset_ struct ruleset one =
	                                     held(SAYS, CHAINS LEADS END GOTO PARTS PRE DENY POST),
	                                 two =
	                                     held(SAYS, CHAINS LEADS END GOTO PARTS PRE SMTP POST);
	_cleanup_absent_ struct absent first = ABSENT_NULL, second = ABSENT_NULL;
	_cleanup_builder_ struct builder text = BUILDER_NULL;
	_cleanup_free_ char *words = NULL;

	ck_assert_int_eq(absent_find(&first, &one, true), 0);
	ck_assert_int_eq(absent_find(&second, &two, true), 0);
	absent_words(&text, &second);
	ck_assert_int_eq(builder_take(&text, &words), 0);
	ck_assert_str_eq(words, "public/service:mail and 2 more");
	absent_keep(&second, &first, true);
	check_absent(&second, "public/service:mail public/port:1000-1010/udp");
	absent_keep(&first, &second, false);
	ck_assert_uint_eq(absent_n(&first), 0);
	ck_assert_int_eq(absent_add(&first, &second), 0);
	ck_assert_int_eq(absent_add(&first, &second), 0);
	ck_assert_uint_eq(absent_n(&first), 2);
}
END_TEST

START_TEST(names_mail_first)
{
	_cleanup_absent_ struct absent absent = ABSENT_NULL;
	_cleanup_builder_ struct builder text = BUILDER_NULL;
	_cleanup_free_ char *words = NULL;

	ck_assert_int_eq(strv_add(&absent.of[ABSENT_OPEN], "public/service:dhcpv6-client"), 0);
	ck_assert_int_eq(strv_add(&absent.of[ABSENT_OPEN], "public/service:imaps"), 0);
	absent_words(&text, &absent);
	ck_assert_int_eq(builder_take(&text, &words), 0);
	ck_assert_str_eq(words, "public/service:imaps and 1 more");
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("absent");
	TCase *tc = tcase_create("absent");

	tcase_add_loop_test(tc, finds_what_is_gone, 0, (int)ARRAY_SIZE(rows));
	tcase_add_test(tc, unknown_is_not_absent);
	tcase_add_test(tc, counts_direct_rules);
	tcase_add_test(tc, names_mail_first);
	tcase_add_loop_test(tc, finds_what_sets_lack, 0, (int)ARRAY_SIZE(set_rows));
	tcase_add_test(tc, leaves_sets_alone);
	tcase_add_test(tc, keeps_what_is_absent_twice);
	suite_add_tcase(s, tc);
	return s;
}

int main(void)
{
	return unit_run(suite());
}
