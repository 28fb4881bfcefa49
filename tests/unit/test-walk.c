// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/packet/verdict.h"
#include "guard/model/packet/walk.h"

#include <errno.h>
#include <string.h>

#include "tests/unit/rulesets.h"

#define SERVICES                                                                                   \
	"service:imaps 993/tcp\nservice:smtps 465/tcp\nservice:smtp 25/tcp\n"                      \
	"service:mail include:imaps include:smtps include:loop\nservice:loop include:mail\n"       \
	"service:mdns 5353/udp dest:224.0.0.251 dest:ff02::fb\n"                                   \
	"service:old from:88/tcp\nservice:esp esp\n"
#define PUBLIC SERVICES "default public\npublic interface eth0\npublic service imaps\n"
#define RICH4  "public rule rule family=ipv4 source address="

/* from is ADDRESS[%INTERFACE]; to is PORT/PROTOCOL; who is "STAGE what-decides". */
static const struct {
	const char *rules, *from, *to;
	enum verdict_action action;
	int sees;
	enum verdict_stage stage;
	const char *value;
} rows[] = {
    {PUBLIC, "192.0.2.1%eth0", "993/tcp", VERDICT_ACCEPT, 0, VERDICT_STAGE_ALLOW, "imaps"},
    {PUBLIC, "192.0.2.1%eth0", "993/udp", VERDICT_REJECT, EHOSTUNREACH, VERDICT_STAGE_TARGET,
     "default"},
    {PUBLIC, "2001:db8::1%eth0", "25/tcp", VERDICT_REJECT, EACCES, VERDICT_STAGE_TARGET, "default"},
    {PUBLIC, "192.0.2.1%lo", "25/tcp", VERDICT_ACCEPT, 0, VERDICT_STAGE_LOOPBACK, "lo"},
    {PUBLIC "panic", "192.0.2.1%lo", "993/tcp", VERDICT_DROP, ETIMEDOUT, VERDICT_STAGE_PANIC, NULL},
    {PUBLIC "public target DROP", "192.0.2.1%eth0", "25/tcp", VERDICT_DROP, ETIMEDOUT,
     VERDICT_STAGE_TARGET, "DROP"},
    {PUBLIC "public target ACCEPT", "192.0.2.1%eth0", "25/tcp", VERDICT_ACCEPT, 0,
     VERDICT_STAGE_TARGET, "ACCEPT"},
    {PUBLIC "public target %%REJECT%%", "192.0.2.1%eth0", "25/tcp", VERDICT_REJECT, EHOSTUNREACH,
     VERDICT_STAGE_TARGET, "REJECT"},
    /* the classic: what is open is denied to some, before services are looked at */
    {PUBLIC "public service smtps\n" RICH4 "101.13.5.0/24 drop", "101.13.5.7%eth0", "465/tcp",
     VERDICT_DROP, ETIMEDOUT, VERDICT_STAGE_DENY,
     "rule family=ipv4 source address=101.13.5.0/24 drop"},
    {PUBLIC "public service smtps\n" RICH4 "101.13.5.0/24 drop", "101.13.6.7%eth0", "465/tcp",
     VERDICT_ACCEPT, 0, VERDICT_STAGE_ALLOW, "smtps"},
    /* fail2ban's, with a port's name */
    {PUBLIC RICH4 "192.0.2.1 port port=imaps protocol=tcp reject type=icmp-port-unreachable",
     "192.0.2.1%eth0", "993/tcp", VERDICT_REJECT, ECONNREFUSED, VERDICT_STAGE_DENY, NULL},
    {PUBLIC RICH4 "192.0.2.1 port port=smtp protocol=tcp reject", "192.0.2.1%eth0", "993/tcp",
     VERDICT_ACCEPT, 0, VERDICT_STAGE_ALLOW, "imaps"},
    /* an accept of a lower priority comes before the denial, one of priority 0 does not */
    {PUBLIC RICH4 "192.0.2.0/24 drop\n" RICH4 "192.0.2.1 accept", "192.0.2.1%eth0", "993/tcp",
     VERDICT_DROP, ETIMEDOUT, VERDICT_STAGE_DENY, NULL},
    {PUBLIC RICH4
     "192.0.2.0/24 drop\npublic rule rule priority=-5 family=ipv4 source address=192.0.2.1 accept",
     "192.0.2.1%eth0", "25/tcp", VERDICT_ACCEPT, 0, VERDICT_STAGE_PRE, NULL},
    {PUBLIC "public rule rule priority=5 family=ipv4 source address=192.0.2.1 drop",
     "192.0.2.1%eth0", "993/tcp", VERDICT_ACCEPT, 0, VERDICT_STAGE_ALLOW, "imaps"},
    {PUBLIC "public rule rule priority=5 family=ipv4 source address=192.0.2.1 drop",
     "192.0.2.1%eth0", "25/tcp", VERDICT_DROP, ETIMEDOUT, VERDICT_STAGE_POST, NULL},
    {PUBLIC "public rule rule priority=-5 family=ipv4 source address=192.0.2.1 drop\npublic rule "
            "rule priority=-10 service name=imaps accept",
     "192.0.2.1%eth0", "993/tcp", VERDICT_ACCEPT, 0, VERDICT_STAGE_PRE,
     "rule priority=-10 service name=imaps accept"},
    {PUBLIC RICH4 "192.0.2.1 NOT drop", "192.0.2.1%eth0", "993/tcp", VERDICT_ACCEPT, 0,
     VERDICT_STAGE_ALLOW, "imaps"},
    {PUBLIC "public rule rule family=ipv4 source NOT address=192.0.2.1 drop", "192.0.2.2%eth0",
     "993/tcp", VERDICT_DROP, ETIMEDOUT, VERDICT_STAGE_DENY, NULL},
    {PUBLIC "public rule rule family=ipv4 source NOT address=192.0.2.1 drop", "2001:db8::1%eth0",
     "993/tcp", VERDICT_ACCEPT, 0, VERDICT_STAGE_ALLOW, "imaps"},
    {PUBLIC "public rule rule family=ipv6 port port=1-65535 protocol=tcp drop", "192.0.2.1%eth0",
     "993/tcp", VERDICT_ACCEPT, 0, VERDICT_STAGE_ALLOW, "imaps"},
    {PUBLIC "public rule rule family=ipv4 source address=192.0.2.0/255.255.255.0 drop",
     "192.0.2.2%eth0", "993/tcp", VERDICT_DROP, ETIMEDOUT, VERDICT_STAGE_DENY, NULL},
    {PUBLIC "public rule rule service name=mail reject", "192.0.2.1%eth0", "465/tcp",
     VERDICT_REJECT, ECONNREFUSED, VERDICT_STAGE_DENY, NULL},
    {PUBLIC "public service mail", "192.0.2.1%eth0", "465/tcp", VERDICT_ACCEPT, 0,
     VERDICT_STAGE_ALLOW, "mail"},
    {PUBLIC "public service loop", "192.0.2.1%eth0", "25/tcp", VERDICT_REJECT, EHOSTUNREACH,
     VERDICT_STAGE_TARGET, "default"},
    {PUBLIC "public service esp", "192.0.2.1%eth0", "0/esp", VERDICT_ACCEPT, 0, VERDICT_STAGE_ALLOW,
     "esp"},
    {PUBLIC "public protocol tcp", "192.0.2.1%eth0", "25/tcp", VERDICT_ACCEPT, 0,
     VERDICT_STAGE_ALLOW, "tcp"},
    {PUBLIC "public port 20-30/tcp", "192.0.2.1%eth0", "25/tcp", VERDICT_ACCEPT, 0,
     VERDICT_STAGE_ALLOW, "20-30/tcp"},
    {PUBLIC "public rule rule protocol value=tcp drop", "192.0.2.1%eth0", "993/tcp", VERDICT_DROP,
     ETIMEDOUT, VERDICT_STAGE_DENY, NULL},
    /* the zone: sources by zone name, before interfaces, before the default */
    {PUBLIC "zoo source 192.0.2.0/24\nzoo target DROP", "192.0.2.1%eth0", "993/tcp", VERDICT_DROP,
     ETIMEDOUT, VERDICT_STAGE_TARGET, "DROP"},
    {PUBLIC "zoo source 192.0.2.0/24\nzoo target DROP\nabc source 192.0.0.0/16\nabc service smtp",
     "192.0.2.1%eth0", "25/tcp", VERDICT_ACCEPT, 0, VERDICT_STAGE_ALLOW, "smtp"},
    {PUBLIC "zoo source ipset:bad\nzoo target DROP\nipset:bad hash:net 192.0.2.0/24",
     "192.0.2.1%eth0", "993/tcp", VERDICT_DROP, ETIMEDOUT, VERDICT_STAGE_TARGET, "DROP"},
    {PUBLIC "work interface eth1\nwork service smtp", "192.0.2.1%eth1", "25/tcp", VERDICT_ACCEPT, 0,
     VERDICT_STAGE_ALLOW, "smtp"},
    {PUBLIC "work interface et+\nwork service smtp", "192.0.2.1%eth1", "25/tcp", VERDICT_ACCEPT, 0,
     VERDICT_STAGE_ALLOW, "smtp"},
    {PUBLIC, "192.0.2.1%eth7", "993/tcp", VERDICT_ACCEPT, 0, VERDICT_STAGE_ALLOW, "imaps"},
    {PUBLIC "dispatch2\nabc source 192.0.2.0/24\nabc target DROP\nwork interface eth1\nwork "
            "priority -5\nwork service smtp",
     "192.0.2.1%eth1", "25/tcp", VERDICT_ACCEPT, 0, VERDICT_STAGE_ALLOW, "smtp"},
    {PUBLIC "dispatch2\nabc source 192.0.2.0/24\nabc target DROP\nzoo source 192.0.2.0/24\nzoo "
            "priority -1",
     "192.0.2.1%eth0", "25/tcp", VERDICT_REJECT, EHOSTUNREACH, VERDICT_STAGE_TARGET, "default"},
    /* ipsets */
    {PUBLIC "public rule rule source ipset=bad drop\nipset:bad hash:ip 192.0.2.1", "192.0.2.1%eth0",
     "993/tcp", VERDICT_DROP, ETIMEDOUT, VERDICT_STAGE_DENY, NULL},
    {PUBLIC "public rule rule source ipset=bad drop\nipset:bad inet6 hash:ip 2001:db8::1",
     "192.0.2.1%eth0", "993/tcp", VERDICT_ACCEPT, 0, VERDICT_STAGE_ALLOW, "imaps"},
    {PUBLIC "public rule rule source NOT ipset=ok drop\nipset:ok inet6 hash:ip 2001:db8::1",
     "192.0.2.1%eth0", "993/tcp", VERDICT_ACCEPT, 0, VERDICT_STAGE_ALLOW, "imaps"},
    {PUBLIC "public rule rule source NOT ipset=ok drop\nipset:ok hash:ip 192.0.2.2-192.0.2.9",
     "192.0.2.1%eth0", "993/tcp", VERDICT_DROP, ETIMEDOUT, VERDICT_STAGE_DENY, NULL},
    /* policies, before and behind the zone */
    {PUBLIC
     "policy:in ingress ANY\npolicy:in egress HOST\npolicy:in priority -1\npolicy:in target DROP",
     "192.0.2.1%eth0", "993/tcp", VERDICT_DROP, ETIMEDOUT, VERDICT_STAGE_TARGET, "DROP"},
    {PUBLIC
     "policy:in ingress ANY\npolicy:in egress HOST\npolicy:in priority 1\npolicy:in target DROP",
     "192.0.2.1%eth0", "993/tcp", VERDICT_ACCEPT, 0, VERDICT_STAGE_ALLOW, "imaps"},
    {PUBLIC
     "policy:in ingress ANY\npolicy:in egress HOST\npolicy:in priority 1\npolicy:in target DROP",
     "192.0.2.1%eth0", "25/tcp", VERDICT_DROP, ETIMEDOUT, VERDICT_STAGE_TARGET, "DROP"},
    {PUBLIC
     "policy:in ingress ANY\npolicy:in egress ANY\npolicy:in priority -1\npolicy:in target DROP",
     "192.0.2.1%eth0", "993/tcp", VERDICT_ACCEPT, 0, VERDICT_STAGE_ALLOW, "imaps"},
    {PUBLIC "policy:in ingress public\npolicy:in egress HOST\npolicy:in priority -1\npolicy:in "
            "service smtp",
     "192.0.2.1%eth0", "25/tcp", VERDICT_ACCEPT, 0, VERDICT_STAGE_ALLOW, "smtp"},
    /* 1.x asks a policy for the interface, though the source is another zone's; 2.x does not */
    {PUBLIC "policy:in ingress public\npolicy:in egress HOST\npolicy:in priority -1\npolicy:in "
            "service smtp\nzoo source 192.0.2.0/24",
     "192.0.2.1%eth0", "25/tcp", VERDICT_ACCEPT, 0, VERDICT_STAGE_ALLOW, "smtp"},
    {PUBLIC "dispatch2\npolicy:in ingress public\npolicy:in egress HOST\npolicy:in priority "
            "-1\npolicy:in service smtp\nzoo source 192.0.2.0/24",
     "192.0.2.1%eth0", "25/tcp", VERDICT_REJECT, EHOSTUNREACH, VERDICT_STAGE_TARGET, "default"},
    /* what a forward port rewrites is let in, whatever denies it */
    {PUBLIC "public forward-port port=25:proto=tcp:toport=2525\npublic rule rule family=ipv4 "
            "source address=192.0.2.1 drop",
     "192.0.2.1%eth0", "25/tcp", VERDICT_ACCEPT, 0, VERDICT_STAGE_FORWARD_PORT, NULL},
    {PUBLIC "public forward-port port=25:proto=tcp:toport=2525", "2001:db8::1%eth0", "25/tcp",
     VERDICT_REJECT, EACCES, VERDICT_STAGE_TARGET, "default"},
    {PUBLIC "public rule rule family=ipv6 forward-port port=25 protocol=tcp to-port=2525",
     "2001:db8::1%eth0", "25/tcp", VERDICT_ACCEPT, 0, VERDICT_STAGE_FORWARD_PORT, NULL},
    {PUBLIC "public forward-port port=25:proto=tcp:toport=2525\ndirect:ipv4 filter INPUT -p tcp "
            "--dport 2525 -j DROP",
     "192.0.2.1%eth0", "25/tcp", VERDICT_DROP, ETIMEDOUT, VERDICT_STAGE_BEFORE, NULL},
    {PUBLIC "public forward-port port=25:proto=tcp:toport=2525:toaddr=198.51.100.1\ndirect:ipv4 "
            "filter INPUT -p tcp --dport 2525 -j DROP",
     "192.0.2.1%eth0", "25/tcp", VERDICT_ACCEPT, 0, VERDICT_STAGE_FORWARD_PORT, NULL},
    /* to where it is going anyway: the kernel counts that as no forwarding */
    {PUBLIC "public forward-port port=993:proto=tcp:toport=993\npublic rule rule family=ipv4 "
            "source address=192.0.2.1 drop",
     "192.0.2.1%eth0", "993/tcp", VERDICT_DROP, ETIMEDOUT, VERDICT_STAGE_DENY, NULL},
    {PUBLIC "public port pop3/tcp", "192.0.2.1%eth0", "110/tcp", VERDICT_ACCEPT, 0,
     VERDICT_STAGE_ALLOW, "pop3/tcp"},
    /* direct rules come first; to accept is not to let in */
    {PUBLIC "direct:ipv4 filter INPUT -s 192.0.2.0/24 -p tcp -m multiport --dports smtp,993 -j "
            "REJECT --reject-with icmp-host-prohibited",
     "192.0.2.1%eth0", "993/tcp", VERDICT_REJECT, EHOSTUNREACH, VERDICT_STAGE_BEFORE, NULL},
    {PUBLIC "direct:ipv4 filter INPUT -s 192.0.2.0/24 -j ACCEPT", "192.0.2.1%eth0", "25/tcp",
     VERDICT_REJECT, EHOSTUNREACH, VERDICT_STAGE_TARGET, "default"},
    {PUBLIC "direct:ipv4 filter INPUT -s 192.0.2.0/24 -j f2b\ndirect:ipv4 filter f2b ! -s "
            "192.0.2.9 -j DROP\ndirect:ipv4 filter INPUT -j ACCEPT",
     "192.0.2.1%eth0", "993/tcp", VERDICT_DROP, ETIMEDOUT, VERDICT_STAGE_BEFORE,
     "! -s 192.0.2.9 -j DROP"},
    {PUBLIC "direct:ipv4 filter INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j DROP",
     "192.0.2.1%eth0", "993/tcp", VERDICT_ACCEPT, 0, VERDICT_STAGE_ALLOW, "imaps"},
    {PUBLIC "direct:ipv6 filter INPUT -j DROP", "192.0.2.1%eth0", "993/tcp", VERDICT_ACCEPT, 0,
     VERDICT_STAGE_ALLOW, "imaps"},
    /* ICMP */
    {PUBLIC, "192.0.2.1%eth0", "0/icmp", VERDICT_ACCEPT, 0, VERDICT_STAGE_TARGET, NULL},
    {PUBLIC "public icmp-block echo-request", "192.0.2.1%eth0", "0/icmp", VERDICT_REJECT,
     EHOSTUNREACH, VERDICT_STAGE_DENY, "echo-request"},
    {PUBLIC "public invert\npublic icmp-block echo-request", "192.0.2.1%eth0", "0/icmp",
     VERDICT_ACCEPT, 0, VERDICT_STAGE_ALLOW, "echo-request"},
    {PUBLIC "public invert", "192.0.2.1%eth0", "0/icmp", VERDICT_REJECT, EHOSTUNREACH,
     VERDICT_STAGE_TARGET, NULL},
    {PUBLIC "public target DROP", "192.0.2.1%eth0", "0/icmp", VERDICT_DROP, ETIMEDOUT,
     VERDICT_STAGE_TARGET, "DROP"},
};

static struct packet packet_from(char *from, const char *to)
{
	struct packet packet = {.source_port = 40000, .icmp_type = "echo-request"};
	char *percent = strchr(from, '%');

	if (percent) {
		*percent = '\0';
		packet.interface = percent + 1;
	}
	ck_assert_int_eq(cidr_parse(&packet.source, from, CIDR_ADDRESS_ONLY, NULL), 0);
	packet.port = (unsigned)atoi(to);
	packet.protocol = strchr(to, '/') + 1;
	return packet;
}

START_TEST(decides_as_the_kernel_does)
{
	_cleanup_ruleset_ struct ruleset ruleset = ruleset_from_text(rows[_i].rules);
	_cleanup_verdict_ struct verdict verdict = VERDICT_NULL;
	_cleanup_free_ char *from = strdup(rows[_i].from);
	struct packet packet = packet_from(from, rows[_i].to);

	ck_assert_int_eq(walk_packet(&verdict, &ruleset, &packet), 0);
	ck_assert_str_eq(verdict_action_name(verdict.action), verdict_action_name(rows[_i].action));
	ck_assert_int_eq(verdict.client_errno, rows[_i].sees);
	ck_assert_str_eq(verdict_stage_name(verdict.decider->stage),
	                 verdict_stage_name(rows[_i].stage));
	if (rows[_i].value)
		ck_assert_str_eq(verdict.decider->value, rows[_i].value);
	ck_assert(verdict.certain);
}
END_TEST

/* What hangs on something that nobody knows is told, and not taken for the decision. */
static const struct {
	const char *rules;
	bool certain;
	enum verdict_action action;
} doubts[] = {
    {PUBLIC "public rule rule source mac=00:11:22:33:44:55 drop", false, VERDICT_ACCEPT},
    {PUBLIC "public rule rule source mac=00:11:22:33:44:55 accept", true, VERDICT_ACCEPT},
    {PUBLIC "public rule rule family=ipv4 source address=192.0.2.1 drop limit value=1/m", false,
     VERDICT_ACCEPT},
    {PUBLIC "public rule rule source ipset=gone drop", false, VERDICT_ACCEPT},
    {PUBLIC "public rule rule family=ipv4 destination address=198.51.100.1 drop", false,
     VERDICT_ACCEPT},
    {PUBLIC "public rule rule port port=nosuchname protocol=tcp drop", false, VERDICT_ACCEPT},
    {PUBLIC "public rule rule priority=5 source mac=00:11:22:33:44:55 drop", true, VERDICT_ACCEPT},
    {PUBLIC "direct:ipv4 filter INPUT -m recent --name x --rcheck -j DROP", false, VERDICT_ACCEPT},
    {PUBLIC "direct:ipv4 filter INPUT -j nowhere", false, VERDICT_ACCEPT},
    {PUBLIC "zoo source 00:11:22:33:44:55", false, VERDICT_ACCEPT},
    {PUBLIC "policy:a ingress ANY\npolicy:a egress HOST\npolicy:a priority -1\npolicy:a service "
            "imaps\npolicy:b ingress ANY\npolicy:b egress HOST\npolicy:b priority -1\npolicy:b "
            "target DROP",
     false, VERDICT_ACCEPT},
    {PUBLIC "policy:a ingress ANY\npolicy:a egress HOST\npolicy:a priority -2\npolicy:a service "
            "imaps\npolicy:b ingress ANY\npolicy:b egress HOST\npolicy:b priority -1\npolicy:b "
            "target DROP",
     true, VERDICT_ACCEPT},
    /* 2.x loses the order of what stands behind two of one priority, of the zone itself too */
    {PUBLIC "dispatch2\npolicy:a ingress ANY\npolicy:a egress HOST\npolicy:a priority 5\npolicy:a "
            "target DROP\npolicy:b ingress ANY\npolicy:b egress HOST\npolicy:b priority 5",
     false, VERDICT_ACCEPT},
    {PUBLIC "dispatch2\npolicy:a ingress ANY\npolicy:a egress HOST\npolicy:a priority 5\npolicy:a "
            "target DROP\npolicy:b ingress ANY\npolicy:b egress HOST\npolicy:b priority 6",
     true, VERDICT_ACCEPT},
    {PUBLIC "direct:ipv4 filter INPUT -j a\ndirect:ipv4 filter a -j a\ndirect:ipv4 filter a -j "
            "a\ndirect:ipv4 filter a -j a",
     false, VERDICT_ACCEPT},
    {PUBLIC "public service unheard-of", true, VERDICT_ACCEPT},
    {PUBLIC "public rule rule family=ipv4 source address=192.0.2.1 drop\npublic rule rule "
            "family=ipv4 source address=192.0.2.0/24 reject",
     true, VERDICT_DROP},
    {PUBLIC "public unordered rule family=ipv4 source address=192.0.2.1 drop\npublic unordered "
            "rule family=ipv4 source address=192.0.2.0/24 reject",
     false, VERDICT_DROP},
};

START_TEST(says_what_it_does_not_know)
{
	_cleanup_ruleset_ struct ruleset ruleset = ruleset_from_text(doubts[_i].rules);
	_cleanup_verdict_ struct verdict verdict = VERDICT_NULL;
	char from[] = "192.0.2.1%eth0";
	struct packet packet = packet_from(from, "993/tcp");

	ck_assert_int_eq(walk_packet(&verdict, &ruleset, &packet), 0);
	ck_assert_str_eq(verdict_action_name(verdict.action),
	                 verdict_action_name(doubts[_i].action));
	ck_assert(verdict.certain == doubts[_i].certain);
	if (!verdict.certain) {
		bool told = false;

		for (size_t i = 0; i < verdict.n_steps; i++)
			told = told || verdict.steps[i].doubt;
		ck_assert(told);
	}
}
END_TEST

/* firewalld's own table: what it comes to first accepts or drops. */
static void add_kernel(struct ruleset *ruleset, const char *const *chains)
{
	struct ruleset_chain *base, *chain;
	struct ruleset_step *step;

	ck_assert_int_eq(ruleset_add_chain(ruleset, "inet", "firewalld", "filter_INPUT", &base), 0);
	base->own = true;
	base->hook = RULESET_HOOK_INPUT;
	for (size_t i = 0; chains[i]; i++) {
		ck_assert_int_eq(ruleset_add_step(base, "jump", &step), 0);
		step->action = RULESET_ACTION_JUMP;
		step->argument = strdup(chains[i]);
	}
	for (size_t i = 0; chains[i]; i++) {
		ck_assert_int_eq(ruleset_add_chain(ruleset, "inet", "firewalld", chains[i], &chain),
		                 0);
		chain->own = true;
		ck_assert_int_eq(ruleset_add_step(chain, "verdict", &step), 0);
		step->action =
		    strstr(chains[i], "allow") ? RULESET_ACTION_ACCEPT : RULESET_ACTION_DROP;
	}
}

/* Where nothing of firewalld's is known its chains are gone through as everybody's are. */
static const struct {
	const char *chains[3];              /* of firewalld's; NULL: it has none */
	enum ruleset_action behind, before; /* of others, of each packet */
	enum verdict_action action;
	const char *decider;
	bool certain;
} bare[] = {
    {{"filter_IN_public_allow"},
     RULESET_ACTION_NONE,
     RULESET_ACTION_NONE,
     VERDICT_ACCEPT,
     "filter_IN_public_allow",
     true},
    {{"filter_IN_public_deny", "filter_IN_public_allow"},
     RULESET_ACTION_NONE,
     RULESET_ACTION_NONE,
     VERDICT_DROP,
     "filter_IN_public_deny",
     true},
    {{"filter_IN_public_allow"},
     RULESET_ACTION_DROP,
     RULESET_ACTION_NONE,
     VERDICT_DROP,
     "after",
     true},
    {{"filter_IN_public_allow"},
     RULESET_ACTION_UNKNOWN,
     RULESET_ACTION_NONE,
     VERDICT_ACCEPT,
     "filter_IN_public_allow",
     false},
    {{"filter_IN_public_deny"},
     RULESET_ACTION_UNKNOWN,
     RULESET_ACTION_NONE,
     VERDICT_DROP,
     "filter_IN_public_deny",
     true},
    {{"filter_IN_public_allow"},
     RULESET_ACTION_NONE,
     RULESET_ACTION_DROP,
     VERDICT_DROP,
     "before",
     true},
    /* led to another port, and kept out there; in a chain of NAT */
    {{"filter_IN_public_deny"},
     RULESET_ACTION_NONE,
     RULESET_ACTION_TRANSLATE,
     VERDICT_DROP,
     "filter_IN_public_deny",
     true},
    {{NULL}, RULESET_ACTION_NONE, RULESET_ACTION_NONE, VERDICT_ACCEPT, NULL, true},
};

static void add_base(struct ruleset *ruleset, const char *name, enum ruleset_hook hook,
                     enum ruleset_action action)
{
	struct ruleset_chain *chain;
	struct ruleset_step *step;

	if (action == RULESET_ACTION_NONE)
		return;
	ck_assert_int_eq(ruleset_add_chain(ruleset, "inet", "another", name, &chain), 0);
	chain->hook = hook;
	chain->priority = 20;
	ck_assert_int_eq(ruleset_add_step(chain, "theirs", &step), 0);
	step->action = action;
	step->to_port = 2525;
}

START_TEST(goes_by_the_kernel_alone)
{
	_cleanup_ruleset_ struct ruleset ruleset = RULESET_NULL;
	_cleanup_verdict_ struct verdict verdict = VERDICT_NULL;
	char from[] = "192.0.2.1%eth0";
	struct packet packet = packet_from(from, "993/tcp");

	ruleset.bare = true;
	ruleset.chains_known = true;
	if (bare[_i].chains[0])
		add_kernel(&ruleset, bare[_i].chains);
	add_base(&ruleset, "after", RULESET_HOOK_INPUT, bare[_i].behind);
	add_base(&ruleset, "before", RULESET_HOOK_PREROUTING, bare[_i].before);
	ck_assert_int_eq(walk_packet(&verdict, &ruleset, &packet), 0);
	ck_assert_str_eq(verdict_action_name(verdict.action), verdict_action_name(bare[_i].action));
	ck_assert(verdict.certain == bare[_i].certain);
	ck_assert_str_eq(verdict_stage_name(verdict.decider->stage), "kernel");
	ck_assert(!bare[_i].decider == !verdict.decider->chain);
	if (bare[_i].decider)
		ck_assert_str_eq(verdict.decider->chain->name, bare[_i].decider);
}
END_TEST

/* firewalld's own look at the way back, which nobody can make for it, casts no doubt on a rule
 * behind it that somebody put into its table. */
START_TEST(the_way_back_is_looked_at_apart)
{
	_cleanup_ruleset_ struct ruleset ruleset = ruleset_from_text(PUBLIC);
	_cleanup_verdict_ struct verdict verdict = VERDICT_NULL;
	static const char *const chains[] = {"filter_IN_public_deny", NULL};
	char from[] = "2001:db8::1%eth0";
	struct packet packet = packet_from(from, "993/tcp");
	struct ruleset_chain *chain;
	struct ruleset_step *step;

	add_kernel(&ruleset, chains);
	ck_assert_int_eq(
	    ruleset_add_chain(&ruleset, "inet", "firewalld", "filter_PREROUTING", &chain), 0);
	chain->own = true;
	chain->hook = RULESET_HOOK_PREROUTING;
	ck_assert_int_eq(ruleset_add_step(chain, "fib saddr . iif oif missing drop", &step), 0);
	step->action = RULESET_ACTION_UNKNOWN;
	ruleset.chains_known = true;
	ck_assert_int_eq(walk_packet(&verdict, &ruleset, &packet), 0);
	ck_assert_str_eq(verdict_action_name(verdict.action), "DROP");
	ck_assert(verdict.certain);
}
END_TEST

static const struct {
	const char *chains[3];
	const char *decider; /* NULL: nobody knows */
} orders[] = {
    {{"filter_IN_policy_a", "filter_IN_policy_b_allow"}, "a"},
    {{"filter_IN_policy_b_allow", "filter_IN_policy_a"}, "b"},
    {{"filter_IN_policy_ba_allow", "filter_IN_policy_a"}, NULL},
    {{NULL}, NULL},
};

START_TEST(takes_the_order_of_the_kernel)
{
	_cleanup_ruleset_ struct ruleset ruleset = ruleset_from_text(
	    PUBLIC "dispatch2\npolicy:a ingress ANY\npolicy:a egress HOST\npolicy:a priority "
	           "-1\npolicy:a target DROP\npolicy:b ingress ANY\npolicy:b egress HOST\n"
	           "policy:b priority -1\npolicy:b service imaps");
	_cleanup_verdict_ struct verdict verdict = VERDICT_NULL;
	char from[] = "192.0.2.1%eth0";
	struct packet packet = packet_from(from, "993/tcp");

	add_kernel(&ruleset, orders[_i].chains);
	ck_assert_int_eq(walk_packet(&verdict, &ruleset, &packet), 0);
	ck_assert(verdict.certain == (orders[_i].decider != NULL));
	if (orders[_i].decider)
		ck_assert_str_eq(verdict.decider->zone->name, orders[_i].decider);
}
END_TEST

START_TEST(knows_what_would_have_let_it_in)
{
	_cleanup_ruleset_ struct ruleset ruleset =
	    ruleset_from_text(PUBLIC "public service smtps\npublic rule rule family=ipv4 source "
	                             "address=101.13.5.0/24 drop");
	_cleanup_verdict_ struct verdict verdict = VERDICT_NULL;
	char from[] = "101.13.5.7%eth0";
	struct packet packet = packet_from(from, "465/tcp");
	const struct verdict_step *otherwise;

	ck_assert_int_eq(walk_packet(&verdict, &ruleset, &packet), 0);
	otherwise = verdict_otherwise(&verdict);
	ck_assert_ptr_nonnull(otherwise);
	ck_assert_str_eq(otherwise->value, "smtps");
	ck_assert_str_eq(verdict.zone->name, "public");
	ck_assert_str_eq(verdict.steps[0].value, "eth0");
}
END_TEST

START_TEST(puts_rules_in_the_order_of_the_file)
{
	_cleanup_ruleset_ struct ruleset ruleset = ruleset_from_text(
	    PUBLIC "public rule rule family=ipv4 source address=192.0.2.3 drop\n"
	           "public rule rule family=ipv4 source address=192.0.2.2 drop\n"
	           "public rule rule family=ipv4 source address=192.0.2.1 drop\n"
	           "public rule rule family=ipv4 source address=192.0.2.4 drop\n");
	struct ruleset_zone *zone;
	_cleanup_strv_ struct strv order = STRV_NULL;

	ck_assert_int_eq(strv_add(&order, "rule family=ipv4 source address=192.0.2.1 drop"), 0);
	ck_assert_int_eq(strv_add(&order, "rule family=ipv4 source address=192.0.2.2 drop"), 0);
	ck_assert_int_eq(ruleset_add_zone(&ruleset, "public", &zone), 0);
	ck_assert_int_eq(ruleset_order_rules(zone, &order), 0);
	ck_assert_ptr_nonnull(strstr(zone->rules[0].text, "192.0.2.1"));
	ck_assert_ptr_nonnull(strstr(zone->rules[1].text, "192.0.2.2"));
	ck_assert(zone->rules[0].permanent && zone->rules[0].in_order);
	ck_assert(!zone->rules[2].permanent && !zone->rules[2].in_order);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("walk");
	TCase *tc = tcase_create("walk");

	tcase_add_loop_test(tc, decides_as_the_kernel_does, 0, (int)ARRAY_SIZE(rows));
	tcase_add_loop_test(tc, says_what_it_does_not_know, 0, (int)ARRAY_SIZE(doubts));
	tcase_add_loop_test(tc, goes_by_the_kernel_alone, 0, (int)ARRAY_SIZE(bare));
	tcase_add_test(tc, the_way_back_is_looked_at_apart);
	tcase_add_loop_test(tc, takes_the_order_of_the_kernel, 0, (int)ARRAY_SIZE(orders));
	tcase_add_test(tc, knows_what_would_have_let_it_in);
	tcase_add_test(tc, puts_rules_in_the_order_of_the_file);
	suite_add_tcase(s, tc);
	return s;
}

int main(void)
{
	return unit_run(suite());
}
