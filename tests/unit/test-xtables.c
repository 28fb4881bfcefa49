// SPDX-License-Identifier: GPL-2.0-or-later
/* What iptables-save writes, and what becomes of a packet by it. */
#include "guard/system/kernel/xtables.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "guard/audit/explain.h"
#include "guard/model/ban/owner.h"
#include "guard/model/packet/iptables.h"
#include "guard/model/packet/walk.h"
#include "guard/system/kernel/ipsets.h"

#include "tests/unit/rulesets.h"

/* Docker 20 to 28, a mail server in a container: published 25, and 143 that it forgot to let in. */
#define DOCKER                                                                                     \
	"*nat\n:PREROUTING ACCEPT [0:0]\n:DOCKER - [0:0]\n"                                        \
	"-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER\n"                                   \
	"-A DOCKER -i docker0 -j RETURN\n"                                                         \
	"-A DOCKER ! -i docker0 -p tcp -m tcp --dport 25 -j DNAT --to-destination 172.17.0.2:25\n" \
	"-A DOCKER ! -i docker0 -p tcp -m tcp --dport 2143 -j DNAT --to-destination "              \
	"172.17.0.2:143\nCOMMIT\n"                                                                 \
	"*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n:DOCKER - [0:0]\n"                     \
	":DOCKER-USER - [0:0]\n"                                                                   \
	"-A FORWARD -j DOCKER-USER\n"                                                              \
	"-A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n"             \
	"-A FORWARD -o docker0 -j DOCKER\n"                                                        \
	"-A FORWARD -i docker0 ! -o docker0 -j ACCEPT\n"                                           \
	"-A DOCKER -d 172.17.0.2/32 ! -i docker0 -o docker0 -p tcp -m tcp --dport 25 -j ACCEPT\n"  \
	"-A DOCKER-USER -j RETURN\nCOMMIT\n"

/* netavark 1.4 to 1.10: the port is kept, and so is the source's mark */
#define PODMAN                                                                                     \
	"*nat\n:PREROUTING ACCEPT [0:0]\n:NETAVARK-HOSTPORT-DNAT - [0:0]\n"                        \
	":NETAVARK-DN-1D8721804F16F - [0:0]\n:NETAVARK-HOSTPORT-SETMARK - [0:0]\n"                 \
	"-A PREROUTING -m addrtype --dst-type LOCAL -j NETAVARK-HOSTPORT-DNAT\n"                   \
	"-A NETAVARK-HOSTPORT-SETMARK -j MARK --set-xmark 0x2000/0x2000\n"                         \
	"-A NETAVARK-HOSTPORT-DNAT -p tcp -m tcp --dport 25 -m comment --comment "                 \
	"\"dnat name: podman id: \\\"ab\\\"\" -j NETAVARK-DN-1D8721804F16F\n"                      \
	"-A NETAVARK-DN-1D8721804F16F -s 172.17.0.0/16 -p tcp -m tcp --dport 25 -j "               \
	"NETAVARK-HOSTPORT-SETMARK\n"                                                              \
	"-A NETAVARK-DN-1D8721804F16F -p tcp -m tcp --dport 25 -j DNAT --to-destination "          \
	"172.17.0.2:25\nCOMMIT\n"

/* ufw of Debian 12, shortened where nothing is decided */
#define UFW                                                                                        \
	"*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:ufw-before-input - [0:0]\n"             \
	":ufw-user-input - [0:0]\n:ufw-not-local - [0:0]\n:ufw-user-limit - [0:0]\n"               \
	"-A INPUT -j ufw-before-input\n"                                                           \
	"-A ufw-before-input -i lo -j ACCEPT\n"                                                    \
	"-A ufw-before-input -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n"               \
	"-A ufw-before-input -m conntrack --ctstate INVALID -j DROP\n"                             \
	"-A ufw-before-input -p icmp -m icmp --icmp-type 8 -j ACCEPT\n"                            \
	"-A ufw-before-input -j ufw-not-local\n"                                                   \
	"-A ufw-before-input -d 224.0.0.251/32 -p udp -m udp --dport 5353 -j ACCEPT\n"             \
	"-A ufw-before-input -j ufw-user-input\n"                                                  \
	"-A ufw-not-local -m addrtype --dst-type LOCAL -j RETURN\n"                                \
	"-A ufw-not-local -m addrtype --dst-type MULTICAST -j RETURN\n"                            \
	"-A ufw-not-local -m limit --limit 3/min --limit-burst 10 -j LOG --log-prefix \"[UFW] "    \
	"\"\n"                                                                                     \
	"-A ufw-not-local -j DROP\n"                                                               \
	"-A ufw-user-input -s 198.51.100.9/32 -j DROP\n"                                           \
	"-A ufw-user-input -s 198.51.100.10/32 -p tcp -m tcp --dport 25 -j REJECT --reject-with "  \
	"tcp-reset\n"                                                                              \
	"-A ufw-user-input -s 203.0.113.0/24 -p tcp -m tcp --dport 25 -j DROP\n"                   \
	"-A ufw-user-input -p tcp -m multiport --dports 25,80 -j ACCEPT\nCOMMIT\n"

#define FILTER(rules) "*filter\n:INPUT ACCEPT [0:0]\n:mine - [0:0]\n" rules "COMMIT\n"
#define INPUT(words)  FILTER("-A INPUT " words "\n")

/* From 198.51.100.7, unless another is named, to a machine whose zone has 25 and 993. */
static const struct {
	const char *save, *source;
	unsigned port;
	int sees;
	bool certain;
	const char *to, *owner, *command;
} rows[] = {
    {"", NULL, 25, 0, true, "", NULL, NULL},
    {DOCKER, NULL, 25, 0, true, "172.17.0.2", "Docker", NULL},
    {DOCKER, NULL, 993, 0, true, "", NULL, NULL},
    {DOCKER, NULL, 2143, ETIMEDOUT, true, "172.17.0.2", NULL, NULL},
    {PODMAN, NULL, 25, 0, true, "172.17.0.2", "Podman", NULL},
    {UFW, NULL, 25, 0, true, "", NULL, NULL},
    {UFW, NULL, 993, ETIMEDOUT, true, "", "ufw", "ufw allow 993/tcp"},
    {UFW, "198.51.100.9", 25, ETIMEDOUT, true, "", "ufw", "ufw delete deny from 198.51.100.9"},
    {UFW, "198.51.100.10", 25, ECONNREFUSED, true, "", "ufw",
     "ufw allow proto tcp from 198.51.100.10 to any port 25"},
    {UFW, "203.0.113.5", 25, ETIMEDOUT, true, "", "ufw",
     "ufw insert 1 allow proto tcp from 203.0.113.5 to any port 25"},
    /* conditions of modules */
    {INPUT("-p tcp -m multiport --dports 110,993:995 -j DROP"), NULL, 993, ETIMEDOUT, true, "",
     NULL, "iptables-nft -t filter -D INPUT -p tcp -m multiport --dports 110,993:995 -j DROP"},
    {INPUT("-p tcp -m multiport ! --dports 25,993 -j DROP"), NULL, 993, 0, true, "", NULL, NULL},
    {INPUT("-m iprange --src-range 198.51.100.1-198.51.100.8 -j DROP"), NULL, 25, ETIMEDOUT, true,
     "", NULL, NULL},
    {INPUT("-m iprange ! --src-range 198.51.100.1-198.51.100.8 -j DROP"), NULL, 25, 0, true, "",
     NULL, NULL},
    {INPUT("-m conntrack --ctstate NEW -j DROP"), NULL, 25, ETIMEDOUT, true, "", NULL, NULL},
    {INPUT("-m conntrack ! --ctstate NEW,ESTABLISHED -j DROP"), NULL, 25, 0, true, "", NULL, NULL},
    {INPUT("-m state --state INVALID -j DROP"), NULL, 25, 0, true, "", NULL, NULL},
    {INPUT("-m conntrack --ctstate DNAT -j DROP"), NULL, 25, 0, true, "", NULL, NULL},
    {INPUT("-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j DROP"), NULL, 25, ETIMEDOUT, true, "",
     NULL, NULL},
    {INPUT("-p tcp -m tcp --tcp-flags FIN,SYN FIN,SYN -j DROP"), NULL, 25, 0, true, "", NULL, NULL},
    {INPUT("-p tcp -m tcp --tcp-flags ALL NONE -j DROP"), NULL, 25, 0, true, "", NULL, NULL},
    {INPUT("-p tcp -m tcp --tcp-flags FIN NONE -j DROP"), NULL, 25, ETIMEDOUT, true, "", NULL,
     NULL},
    {INPUT("-p tcp -m tcp ! --tcp-flags FIN,SYN,RST,ACK SYN -j DROP"), NULL, 25, 0, true, "", NULL,
     NULL},
    {INPUT("-m addrtype --dst-type UNICAST -j DROP"), NULL, 25, 0, true, "", NULL, NULL},
    {INPUT("-m addrtype ! --dst-type LOCAL -j DROP"), NULL, 25, 0, true, "", NULL, NULL},
    {INPUT("-m addrtype --src-type LOCAL -j DROP"), NULL, 25, 0, true, "", NULL, NULL},
    {INPUT("-o eth0 -j DROP"), NULL, 25, 0, true, "", NULL, NULL},
    {INPUT("-m mark --mark 0x7 -j DROP"), NULL, 25, 0, true, "", NULL, NULL},
    {INPUT("-m mark ! --mark 0x7 -j DROP"), NULL, 25, ETIMEDOUT, true, "", NULL, NULL},
    {INPUT("-m mark --mark 0x0/0xff -j DROP"), NULL, 25, ETIMEDOUT, true, "", NULL, NULL},
    {FILTER("-A INPUT -i eth9 -j MARK --set-xmark 0x7\n-A INPUT -m mark --mark 0x7 -j DROP\n"),
     NULL, 25, 0, true, "", NULL, NULL},
    {FILTER("-A INPUT -j MARK --set-xmark 0x7/0xffffffff\n-A INPUT -m mark --mark 0x7 -j DROP\n"),
     NULL, 25, ETIMEDOUT, true, "", NULL, NULL},
    {FILTER("-A INPUT -j MARK --set-xmark 0x40000/0xff0000\n-A INPUT -m mark --mark "
            "0x40000/0xff0000 -j DROP\n"),
     NULL, 25, ETIMEDOUT, true, "", NULL, NULL},
    {FILTER("-A INPUT -j MARK --or-mark 6\n-A INPUT -j MARK --and-mark 2\n-A INPUT -j MARK "
            "--xor-mark 0x10\n-A INPUT -m mark --mark 0x12 -j DROP\n"),
     NULL, 25, ETIMEDOUT, true, "", NULL, NULL},
    {FILTER("-A INPUT -j MARK --set-mark 0x7/0x4\n-A INPUT -m mark ! --mark 0x7 -j DROP\n"), NULL,
     25, 0, true, "", NULL, NULL},
    {FILTER("-A INPUT -j CONNMARK --restore-mark\n-A INPUT -m mark --mark 0x7 -j DROP\n"), NULL, 25,
     0, false, "", NULL, NULL},
    {FILTER("-A INPUT -j CONNMARK --save-mark --nfmask 0xffffffff --ctmask 0xffffffff\n-A INPUT -m "
            "mark --mark 0x7 -j DROP\n"),
     NULL, 25, 0, true, "", NULL, NULL},
    /* what nobody here knows stays uncertain: whether it lets in, or leaves the chain */
    {INPUT("-m set --match-set bl src -j DROP"), NULL, 25, 0, false, "", NULL, NULL},
    {INPUT("-m recent --update --seconds 60 -j DROP"), NULL, 25, 0, false, "", NULL, NULL},
    {FILTER("-A INPUT -j mine\n-A mine -m recent --rcheck -j RETURN\n-A mine -j DROP\n"), NULL, 25,
     0, false, "", NULL, NULL},
    {FILTER("-A INPUT -p tcp -m tcp --dport 25 -j TARPIT\n-A INPUT -j DROP\n"), NULL, 25, ETIMEDOUT,
     false, "", NULL, NULL},
    /* to this machine itself, or to one of several */
    {"*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp -m tcp --dport 2525 -j REDIRECT "
     "--to-ports 25\nCOMMIT\n",
     NULL, 2525, 0, true, "", NULL, NULL},
    {"*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp -m tcp --dport 25 -j DNAT "
     "--to-destination 10.0.0.1-10.0.0.9\nCOMMIT\n",
     NULL, 25, 0, false, "", NULL, NULL},
    /* a word that holds what would end another; firewalld's direct rules, which it tells itself */
    {INPUT("-s 198.51.100.7/32 -m comment --comment \"a \\\"b\\\" -j ACCEPT\" -j DROP"), NULL, 25,
     ETIMEDOUT, true, "", NULL,
     "iptables-nft -t filter -D INPUT -s 198.51.100.7/32 -m comment --comment 'a \"b\" -j ACCEPT' "
     "-j DROP"},
    {FILTER("-A INPUT -j INPUT_direct\n:INPUT_direct - [0:0]\n-A INPUT_direct -j DROP\n"), NULL, 25,
     0, true, "", NULL, NULL},
    {"-A INPUT -j DROP\n:INPUT DROP\n*filter\n-A INPUT -j DROP\n:\n-A\n-A \n-A x", NULL, 25, 0,
     true, "", NULL, NULL},
};

static void make(struct ruleset *ruleset, const char *save, bool legacy)
{
	static const char *const lines[] = {"default public", "public port 25/tcp",
	                                    "public port 993/tcp", "public interface eth0"};
	const struct xtables_source source = {
	    .family = "ip", .tool = legacy ? "iptables-legacy" : "iptables-nft", .legacy = legacy};
	struct cidr own, bridge;
	char *text = strdup(save);

	for (size_t i = ruleset->default_zone ? ARRAY_SIZE(lines) : 0; i < ARRAY_SIZE(lines); i++) {
		char *line = strdup(lines[i]);

		rulesets_line(ruleset, line);
		free(line);
	}
	ck_assert_int_eq(cidr_parse(&own, "192.0.2.1", CIDR_ADDRESS_ONLY, NULL), 0);
	ck_assert_int_eq(cidr_parse(&bridge, "172.17.0.1", CIDR_ADDRESS_ONLY, NULL), 0);
	ck_assert_int_eq(ruleset_add_own(ruleset, "eth0", &own, 24), 0);
	ck_assert_int_eq(ruleset_add_own(ruleset, "docker0", &bridge, 16), 0);
	ck_assert_int_eq(xtables_parse(ruleset, &source, text), 0);
	ruleset->chains_known = true;
	free(text);
}

static void walk(struct verdict *out, const struct ruleset *ruleset, const char *from,
                 unsigned port)
{
	struct packet packet = {.interface = "eth0", .protocol = "tcp", .port = port};
	struct cidr own;

	ck_assert_int_eq(cidr_parse(&own, "192.0.2.1", CIDR_ADDRESS_ONLY, NULL), 0);
	ck_assert_int_eq(
	    cidr_parse(&packet.source, from ? from : "198.51.100.7", CIDR_ADDRESS_ONLY, NULL), 0);
	packet.destination = &own;
	ck_assert_int_eq(walk_packet(out, ruleset, &packet), 0);
}

static void command_is(const struct ruleset *ruleset, const struct verdict *verdict,
                       const char *from, unsigned port, const char *command)
{
	const struct owner *owner = owner_of(ruleset, verdict->decider);
	_cleanup_strv_ struct strv commands = STRV_NULL, ports = STRV_NULL;
	struct cidr client;
	char text[16];

	snprintf(text, sizeof(text), "%u/tcp", port);
	ck_assert_int_eq(strv_add(&ports, text), 0);
	ck_assert_int_eq(cidr_parse(&client, from ? from : "198.51.100.7", CIDR_ADDRESS_ONLY, NULL),
	                 0);
	if (owner)
		ck_assert_int_eq(
		    owner_commands(&commands, owner, verdict->decider, &client, &ports), 0);
	else
		ck_assert_int_eq(strv_add(&commands, owner_rule(verdict->decider)->command), 0);
	ck_assert_uint_eq(commands.n, 1);
	ck_assert_str_eq(commands.strings[0], command);
}

START_TEST(tells_what_becomes_of_a_packet)
{
	_cleanup_ruleset_ struct ruleset ruleset = RULESET_NULL;
	_cleanup_verdict_ struct verdict verdict = VERDICT_NULL;
	const struct owner *owner;

	make(&ruleset, rows[_i].save, false);
	walk(&verdict, &ruleset, rows[_i].source, rows[_i].port);
	ck_assert_msg(verdict.client_errno == rows[_i].sees && verdict.certain == rows[_i].certain,
	              "%s to %u sees %s, %s", rows[_i].save, rows[_i].port,
	              strerror(verdict.client_errno), verdict.certain ? "certain" : "uncertain");
	ck_assert_str_eq(verdict.to_address, rows[_i].to);
	owner = owner_of(&ruleset, verdict.decider);
	ck_assert_str_eq(owner ? owner_name(owner) : "nobody",
	                 rows[_i].owner ? rows[_i].owner : "nobody");
	if (rows[_i].command)
		command_is(&ruleset, &verdict, rows[_i].source, rows[_i].port, rows[_i].command);
}
END_TEST

/* The tables of both stand beside each other, and each jump stays in its own. */
START_TEST(two_ways_into_the_kernel)
{
	_cleanup_ruleset_ struct ruleset ruleset = RULESET_NULL;
	_cleanup_verdict_ struct verdict verdict = VERDICT_NULL;

	make(&ruleset, FILTER("-A INPUT -j mine\n-A mine -j RETURN\n"), false);
	make(&ruleset, FILTER("-A INPUT -j mine\n-A mine -j DROP\n"), true);
	walk(&verdict, &ruleset, NULL, 25);
	ck_assert_int_eq(verdict.client_errno, ETIMEDOUT);
	ck_assert(verdict.certain);
	ck_assert_str_eq(owner_rule(verdict.decider)->command,
	                 "iptables-legacy -t filter -D mine -j DROP");
}
END_TEST

/* What is told in full takes the place of what was told in part. */
START_TEST(takes_the_place_of_what_nft_told)
{
	_cleanup_ruleset_ struct ruleset ruleset = RULESET_NULL;
	_cleanup_verdict_ struct verdict verdict = VERDICT_NULL;

	make(&ruleset, INPUT("-j DROP"), false);
	make(&ruleset, INPUT("-m conntrack --ctstate ESTABLISHED -j ACCEPT"), false);
	walk(&verdict, &ruleset, NULL, 25);
	ck_assert_int_eq(verdict.client_errno, 0);
	ck_assert(verdict.certain);
}
END_TEST

/* As `ipset save` writes them; whom a set is about that is not understood nobody knows. */
static const struct {
	const char *save;
	int result;
	const char *in, *out; /* of it and not; NULL: not asked */
	bool prefixes;
} sets[] = {
    {"create bl hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x1\n"
     "add bl 192.0.2.7\nadd bl 192.0.2.9\n",
     0, "192.0.2.9", "192.0.2.8", false},
    {"create bl hash:net family inet6 timeout 600\nadd bl 2001:db8::/32 timeout 86\n", 0,
     "2001:db8::1", "2001:db9::1", true},
    {"create bl hash:net family inet comment\nadd bl 192.0.2.0/24 comment \"a b\"\n", 0,
     "192.0.2.1", "192.0.3.1", true},
    {"create bl hash:ip family inet\n", 0, NULL, "192.0.2.1", false},
    {"create bl hash:net family inet\nadd bl 192.0.2.0/24\nadd bl 192.0.2.7 nomatch\n",
     IPSETS_E_UNKNOWN, NULL, NULL, true},
    {"create bl hash:ip,port family inet\nadd bl 192.0.2.1,tcp:25\n", IPSETS_E_UNKNOWN, NULL, NULL,
     false},
    {"create bl list:set size 8\nadd bl other\n", IPSETS_E_UNKNOWN, NULL, NULL, false},
    {"add\n\nadd bl\n", 0, NULL, "192.0.2.1", false},
};

static bool is_in(const struct ruleset_match *set, const char *address)
{
	struct cidr cidr;

	ck_assert_int_eq(cidr_parse(&cidr, address, CIDR_ADDRESS_ONLY, NULL), 0);
	return rangeset_contains(&set->addresses, &cidr);
}

START_TEST(knows_whom_a_set_is_about)
{
	struct ruleset_match set = {.addresses = RANGESET_NULL};
	char *text = strdup(sets[_i].save);

	ck_assert_int_eq(ipsets_parse(&set, text), sets[_i].result);
	ck_assert(!sets[_i].in || is_in(&set, sets[_i].in));
	ck_assert(!sets[_i].out || !is_in(&set, sets[_i].out));
	ck_assert(set.prefixes == sets[_i].prefixes);
	rangeset_deinit(&set.addresses);
	free(text);
}
END_TEST

/* Of IPv6 an own address is unicast, too (net/netfilter/xt_addrtype.c). */
START_TEST(knows_the_kinds_of_ipv6_addresses)
{
	static const struct {
		const char *kind;
		enum verdict_action action;
	} kinds[] = {
	    {"--dst-type UNICAST", VERDICT_DROP},     {"! --dst-type UNICAST", VERDICT_ACCEPT},
	    {"--dst-type LOCAL", VERDICT_DROP},       {"! --dst-type LOCAL", VERDICT_ACCEPT},
	    {"--dst-type MULTICAST", VERDICT_ACCEPT}, {"--src-type UNICAST", VERDICT_DROP},
	    {"--src-type LOCAL", VERDICT_ACCEPT}};
	const struct xtables_source source = {.family = "ip6", .tool = "ip6tables-nft"};

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		_cleanup_ruleset_ struct ruleset ruleset = RULESET_NULL;
		_cleanup_verdict_ struct verdict verdict = VERDICT_NULL;
		_cleanup_free_ char *text = NULL;

		make(&ruleset, "", false);
		ck_assert_int_eq(
		    xasprintf(&text, FILTER("-A INPUT -m addrtype %s -j DROP\n"), kinds[i].kind),
		    0);
		ck_assert_int_eq(xtables_parse(&ruleset, &source, text), 0);
		walk(&verdict, &ruleset, "2001:db8::7", 25);
		ck_assert_msg(verdict.action == kinds[i].action && verdict.certain, "%s",
		              kinds[i].kind);
	}
}
END_TEST

/* firewalld 1.3 with its backend iptables, shortened where nothing is decided */
#define ZONE(allow, deny)                                                                          \
	"-A IN_public -j INPUT_POLICIES_pre\n-A IN_public -j IN_public_pre\n"                      \
	"-A IN_public -j IN_public_deny\n-A IN_public -j IN_public_allow\n"                        \
	"-A IN_public -j IN_public_post\n-A IN_public -p icmp -j ACCEPT\n"                         \
	"-A IN_public -j REJECT --reject-with icmp-port-unreachable\n" deny allow
#define BACKEND(first, rest)                                                                       \
	"*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:INPUT_POLICIES_pre - [0:0]\n"       \
	":INPUT_ZONES - [0:0]\n:INPUT_direct - [0:0]\n:IN_public - [0:0]\n"                        \
	":IN_public_allow - [0:0]\n:IN_public_deny - [0:0]\n:IN_public_post - [0:0]\n"             \
	":IN_public_pre - [0:0]\n:f2b-mail - [0:0]\n:mine - [0:0]\n" first                         \
	"-A INPUT_ZONES -i eth0 -g IN_public\n-A INPUT_ZONES -g IN_public\n" rest "COMMIT\n"
#define OPEN(port)                                                                                 \
	"-A IN_public_allow -p tcp -m tcp --dport " port " -m conntrack --ctstate NEW,UNTRACKED "  \
	"-j ACCEPT\n"
#define LEAD                                                                                       \
	"-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED,DNAT -j ACCEPT\n"                     \
	"-A INPUT -i lo -j ACCEPT\n-A INPUT -m conntrack --ctstate INVALID -j DROP\n"              \
	"-A INPUT -j INPUT_direct\n-A INPUT -j INPUT_ZONES\n"
#define LAST   "-A INPUT -j REJECT --reject-with icmp-host-prohibited\n"
#define INTACT ZONE(OPEN("25") OPEN("993"), "")

/* NULL: what firewalld says holds; "": a rule of its own decides, which nobody takes away */
static const struct {
	const char *save;
	unsigned port;
	enum verdict_action action;
	const char *command;
} own_rows[] = {
    {BACKEND(LEAD LAST, INTACT), 25, VERDICT_ACCEPT, NULL},
    {BACKEND(LEAD LAST, INTACT), 110, VERDICT_REJECT, NULL},
    /* emptied */
    {BACKEND(LEAD LAST, ZONE("", "")), 25, VERDICT_REJECT, ""},
    {BACKEND(LEAD LAST, ""), 25, VERDICT_REJECT, ""},
    {BACKEND(LAST, INTACT), 25, VERDICT_REJECT, ""},
    {BACKEND("", INTACT), 110, VERDICT_ACCEPT, ""},
    {BACKEND("", INTACT), 25, VERDICT_ACCEPT, NULL},
    /* what somebody has put among its own goes with a reload */
    {BACKEND(LEAD LAST, "-A IN_public -p tcp -j DROP\n" INTACT), 25, VERDICT_DROP, ""},
    /* what others have put beside it is theirs */
    {BACKEND("-A INPUT -p tcp -m tcp --dport 25 -j DROP\n" LEAD LAST, INTACT), 25, VERDICT_DROP,
     "iptables-nft -t filter -D INPUT -p tcp -m tcp --dport 25 -j DROP"},
    {BACKEND("-A INPUT -j mine\n" LEAD LAST, "-A mine -j DROP\n" INTACT), 25, VERDICT_DROP,
     "iptables-nft -t filter -D mine -j DROP"},
    {BACKEND("-A INPUT -j f2b-mail\n" LEAD LAST, "-A f2b-mail -s 198.51.100.7/32 -j DROP\n" INTACT),
     25, VERDICT_DROP, "iptables-nft -t filter -D f2b-mail -s 198.51.100.7/32 -j DROP"},
    {BACKEND("-A INPUT -j REJECT --reject-with icmp-host-prohibited\n" LEAD LAST, INTACT), 25,
     VERDICT_REJECT,
     "iptables-nft -t filter -D INPUT -j REJECT --reject-with icmp-host-prohibited"},
    {BACKEND(LEAD LAST "-A INPUT -j DROP\n", INTACT), 25, VERDICT_ACCEPT, NULL},
    {BACKEND("-A INPUT -s 198.51.100.7/32 -j ACCEPT\n" LEAD LAST, INTACT), 110, VERDICT_ACCEPT,
     "iptables-nft -t filter -D INPUT -s 198.51.100.7/32 -j ACCEPT"},
    {BACKEND("-A INPUT -j DROP\n", INTACT), 25, VERDICT_DROP,
     "iptables-nft -t filter -D INPUT -j DROP"},
};

/* What explain and check print to be typed, where it is refused. */
static void typed_is(const struct ruleset *ruleset, unsigned port, const char *command)
{
	_cleanup_explain_ struct explain explain = {.ruleset = ruleset};
	struct cidr own;

	ck_assert_int_eq(cidr_parse(&own, "192.0.2.1", CIDR_ADDRESS_ONLY, NULL), 0);
	ck_assert_int_eq(
	    cidr_parse(&explain.packet.source, "198.51.100.7", CIDR_ADDRESS_ONLY, NULL), 0);
	explain.packet.interface = "eth0";
	explain.packet.destination = &own;
	ck_assert_int_eq(explain_add(&explain, "tcp", port, NULL, true), 0);
	ck_assert_int_eq(explain_decide(&explain, NULL), 0);
	if (explain.n_reasons == 0)
		return;
	ck_assert_uint_gt(explain.reasons[0].commands.n, 0);
	ck_assert_str_eq(explain.reasons[0].commands.strings[0], command);
}

/* Of firewalld's own no rule may be taken away: what it keeps out would come in. */
START_TEST(knows_what_firewalld_has_put_there)
{
	_cleanup_ruleset_ struct ruleset ruleset = RULESET_NULL;
	_cleanup_verdict_ struct verdict verdict = VERDICT_NULL;
	const char *expected = own_rows[_i].command;

	make(&ruleset, own_rows[_i].save, false);
	iptables_mark_own(&ruleset);
	walk(&verdict, &ruleset, NULL, own_rows[_i].port);
	ck_assert_msg(verdict.action == own_rows[_i].action && verdict.certain, "%s to %u: %s",
	              own_rows[_i].save, own_rows[_i].port, verdict_action_name(verdict.action));
	ck_assert_msg(!expected == !verdict.decider->chain, "%s", verdict.decider->value);
	typed_is(&ruleset, own_rows[_i].port,
	         !expected    ? "firewall-cmd --zone=public --add-port=110/tcp"
	         : !*expected ? EXPLAIN_RELOAD_SAFELY
	                      : expected);
}
END_TEST

static Suite *suite(void)
{
	Suite *suite = suite_create("xtables");
	TCase *tcase = tcase_create("xtables");

	tcase_add_loop_test(tcase, tells_what_becomes_of_a_packet, 0, ARRAY_SIZE(rows));
	tcase_add_loop_test(tcase, knows_whom_a_set_is_about, 0, ARRAY_SIZE(sets));
	tcase_add_loop_test(tcase, knows_what_firewalld_has_put_there, 0, ARRAY_SIZE(own_rows));
	tcase_add_test(tcase, two_ways_into_the_kernel);
	tcase_add_test(tcase, takes_the_place_of_what_nft_told);
	tcase_add_test(tcase, knows_the_kinds_of_ipv6_addresses);
	suite_add_tcase(suite, tcase);
	return suite;
}

int main(void)
{
	return unit_run(suite());
}
