// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/audit/explain.h"

#include <string.h>

#include "guard/report/report-explain.h"
#include "guard/base/builder.h"
#include "tests/unit/commands.h"
#include "tests/unit/rulesets.h"

#define PUBLIC                                                                                     \
	"service:smtps 465/tcp\nservice:imaps 993/tcp\ndefault public\npublic interface eth0\n"    \
	"public service smtps\npublic service imaps\n"
#define NOW_US  INT64_C(1000000000)
#define HOUR_US INT64_C(3600000000)

static struct ruleset ruleset;
static struct tickets tickets;

static struct explain asked(const char *rules, const char *from, unsigned port)
{
	struct explain explain = {.ruleset = &ruleset, .tickets = &tickets, .now_us = NOW_US};

	ruleset = ruleset_from_text(rules);
	ruleset.chains_known = true;
	ck_assert_int_eq(cidr_parse(&explain.packet.source, from, CIDR_ADDRESS_ONLY, NULL), 0);
	explain.packet.interface = "eth0";
	ck_assert_int_eq(explain_add(&explain, "tcp", port, NULL, true), 0);
	return explain;
}

static void done(struct explain *explain)
{
	explain_deinit(explain);
	ruleset_deinit(&ruleset);
	tickets_deinit(&tickets);
	tickets = TICKETS_NULL;
}

/* What keeps a port shut, in one sentence, and the first command that changes it. */
static const struct {
	const char *rules, *from;
	unsigned port;
	const char *sentence, *command;
} rows[] = {
    {PUBLIC "public rule rule family=ipv4 source address=101.13.5.0/24 drop", "101.13.5.7", 465,
     "465/tcp is open (service smtps in zone public), but this rule drops 101.13.5.0/24 before "
     "services are evaluated.",
     "firewall-cmd --zone=public --remove-rich-rule='rule family=ipv4 source address=101.13.5.0/24 "
     "drop'"},
    {PUBLIC "public rule rule priority=-7 family=ipv4 source address=101.13.5.7 reject",
     "101.13.5.7", 465,
     "465/tcp is open (service smtps in zone public), but this rule rejects 101.13.5.7. Its "
     "priority of -7 is below 0: it is evaluated before everything of priority 0, services and "
     "ports included.",
     "firewall-cmd --zone=public --remove-rich-rule='rule priority=-7 family=ipv4 source "
     "address=101.13.5.7 reject'"},
    {PUBLIC, "101.13.5.7", 4190, "Nothing opens the port, so the target decides.",
     "firewall-cmd --zone=public --add-port=4190/tcp"},
    {PUBLIC "drop source 101.13.5.0/24\ndrop target DROP", "101.13.5.7", 465,
     "Nothing opens the port, so the target decides.",
     "firewall-cmd --zone=drop --remove-source=101.13.5.0/24"},
    {PUBLIC "policy:in ingress ANY\npolicy:in egress HOST\npolicy:in priority -1\npolicy:in rule "
            "rule family=ipv4 source address=101.13.5.7 drop",
     "101.13.5.7", 465,
     "465/tcp is open (service smtps in zone public), but this rule drops 101.13.5.7. Policy in "
     "(priority -1) is asked before zone public. Rules that drop or reject are evaluated before "
     "services, ports and rules that accept.",
     "firewall-cmd --policy=in --remove-rich-rule='rule family=ipv4 source address=101.13.5.7 "
     "drop'"},
    {PUBLIC
     "policy:in ingress ANY\npolicy:in egress HOST\npolicy:in priority -1\npolicy:in target DROP",
     "101.13.5.7", 465,
     "465/tcp is open (service smtps in zone public), but the target drops it. Policy in (priority "
     "-1) is asked before zone public. Nothing opens the port, so the target decides.",
     "firewall-cmd --permanent --policy=in --set-target=CONTINUE"},
    {PUBLIC "panic", "101.13.5.7", 465,
     "465/tcp would be open (service smtps in zone public), but panic mode drops it. Panic mode "
     "drops "
     "every packet, before anything else.",
     "firewall-cmd --panic-off"},
    {PUBLIC "direct:ipv4 filter INPUT -s 101.13.5.7 -j DROP", "101.13.5.7", 465,
     "465/tcp is open (service smtps in zone public), but this rule drops it. Direct rules come "
     "before all zones and policies.",
     NULL},
    /* a quote in the prefix of a log does not end the command */
    {PUBLIC "public rule rule family=ipv4 source address=101.13.5.7 log prefix=\"it's\" drop",
     "101.13.5.7", 465, NULL,
     "firewall-cmd --zone=public --remove-rich-rule='rule family=ipv4 source address=101.13.5.7 "
     "log prefix=\"it'\\''s\" drop'"},
};

START_TEST(says_it_in_a_sentence)
{
	struct explain explain = asked(rows[_i].rules, rows[_i].from, rows[_i].port);
	_cleanup_free_ char *sentence = NULL;

	ck_assert_int_eq(explain_decide(&explain, NULL), 0);
	ck_assert_uint_eq(explain.n_reasons, 1);
	ck_assert(!explain_is_fine(&explain));
	ck_assert_int_eq(explain_sentence(&sentence, &explain, 0), 0);
	if (rows[_i].sentence)
		ck_assert_str_eq(sentence, rows[_i].sentence);
	if (rows[_i].command) {
		ck_assert_uint_gt(explain.reasons[0].commands.n, 0);
		ck_assert_str_eq(explain.reasons[0].commands.strings[0], rows[_i].command);
	} else {
		ck_assert_uint_eq(explain.reasons[0].commands.n, 0);
	}
	done(&explain);
}
END_TEST

/* To let the client out of the zone, or the port into it: one of both is enough. */
START_TEST(or_another_way)
{
	struct explain explain =
	    asked(PUBLIC "drop source 101.13.5.0/24\ndrop target DROP", "101.13.5.7", 465);
	const struct explain_reason *reason;

	ck_assert_int_eq(explain_decide(&explain, NULL), 0);
	reason = &explain.reasons[0];
	ck_assert_uint_eq(reason->commands.n, 1);
	ck_assert_str_eq(reason->commands.strings[0],
	                 "firewall-cmd --zone=drop --remove-source=101.13.5.0/24");
	ck_assert_uint_eq(reason->others.n, 2);
	ck_assert_str_eq(reason->others.strings[0], "firewall-cmd --zone=drop --add-port=465/tcp");
	ck_assert_str_eq(reason->others.strings[1],
	                 "firewall-cmd --permanent --zone=drop --add-port=465/tcp");
	done(&explain);
}
END_TEST

/* What check would print for it, and no command less: it is judged here alone. */
static void commands_are(const struct explain *explain, const char *expected)
{
	_cleanup_builder_ struct builder text = BUILDER_NULL;
	_cleanup_free_ char *all = NULL;

	ck_assert_uint_eq(explain->n_reasons, 1);
	builder_join_all(&text, "\n", &explain->reasons[0].commands);
	ck_assert_int_eq(builder_take(&text, &all), 0);
	ck_assert_str_eq(all, expected);
}

/* The target of a policy is permanent alone. */
START_TEST(a_policy_takes_a_reload)
{
	struct explain explain = asked(PUBLIC "policy:in ingress ANY\npolicy:in egress HOST\n"
	                                      "policy:in priority -1\npolicy:in target DROP",
	                               "101.13.5.7", 465);

	ck_assert_int_eq(explain_decide(&explain, NULL), 0);
	commands_are(&explain,
	             "firewall-cmd --permanent --policy=in --set-target=CONTINUE\n"
	             "reload-guard snapshot take && firewall-cmd --reload && reload-guard restore");
	done(&explain);
}
END_TEST

static const struct {
	const char *permanent; /* another rule is */
	const char *commands;
} direct_rows[] = {
    {"direct-rule:filter INPUT 0 -s 101.13.5.8 -j DROP",
     "firewall-cmd --direct --remove-rule ipv4 filter INPUT 0 -s 101.13.5.7 -j DROP"},
    {"direct-rule:filter INPUT 1 -s 101.13.5.7 -j DROP",
     "firewall-cmd --direct --remove-rule ipv4 filter INPUT 0 -s 101.13.5.7 -j DROP"},
    {"direct-rule:filter INPUT 0 -s 101.13.5.7 -j DROP",
     "firewall-cmd --direct --remove-rule ipv4 filter INPUT 0 -s 101.13.5.7 -j DROP\n"
     "firewall-cmd --permanent --direct --remove-rule ipv4 filter INPUT 0 -s 101.13.5.7 -j DROP"},
};

START_TEST(a_direct_rule_goes_from_where_it_is)
{
	static const char *const args[] = {"-s", "101.13.5.7", "-j", "DROP"};
	struct explain explain = asked(PUBLIC, "101.13.5.7", 465);
	_cleanup_strv_ struct strv words = STRV_NULL;
	struct ruleset_held *held;

	for (size_t i = 0; i < ARRAY_SIZE(args); i++)
		ck_assert_int_eq(strv_add(&words, args[i]), 0);
	ck_assert_int_eq(iptables_add_direct(&ruleset, "ipv4", "filter", "INPUT", &words,
	                                     RULESET_DIRECT_REMOVAL
	                                     " ipv4 filter INPUT 0 -s 101.13.5.7 -j DROP"),
	                 0);
	ck_assert_int_eq(ruleset_add_held(&ruleset, "direct:ipv4", true, &held), 0);
	ck_assert_int_eq(strv_add(&held->items, direct_rows[_i].permanent), 0);
	ck_assert_int_eq(ruleset_settle_permanent(&ruleset), 0);
	ck_assert_int_eq(explain_decide(&explain, NULL), 0);
	commands_are(&explain, direct_rows[_i].commands);
	ck_assert_int_eq(explain.reasons[0].lifetime,
	                 _i == 2 ? EXPLAIN_LIFETIME_PERMANENT : EXPLAIN_LIFETIME_UNKNOWN);
	done(&explain);
}
END_TEST

/* To have the chain let in everything would open more than was asked about. */
START_TEST(a_chain_that_ends_in_a_drop_gets_a_rule)
{
	struct explain explain = asked(PUBLIC, "101.13.5.7", 465);
	struct ruleset_chain *chain;

	ck_assert_int_eq(explain_add(&explain, "tcp", 993, "imaps", true), 0);
	ck_assert_int_eq(ruleset_add_chain(&ruleset, "inet", "mine", "in", &chain), 0);
	chain->hook = RULESET_HOOK_INPUT;
	chain->policy = RULESET_ACTION_DROP;
	ck_assert_int_eq(explain_decide(&explain, NULL), 0);
	commands_are(&explain, "nft add rule inet mine in tcp dport '{ 465, 993 }' accept");
	done(&explain);
}
END_TEST

/* A zone that denies others, too, is not to be opened for one of them. */
START_TEST(no_other_way_where_others_are_denied)
{
	struct explain explain = asked(PUBLIC "drop source 101.13.5.7\ndrop source 192.0.2.1\n"
	                                      "drop target DROP",
	                               "101.13.5.7", 465);

	ck_assert_int_eq(explain_decide(&explain, NULL), 0);
	ck_assert_uint_eq(explain.reasons[0].commands.n, 1);
	ck_assert_uint_eq(explain.reasons[0].others.n, 0);
	done(&explain);
}
END_TEST

/* By a jail whose actions are not understood, or whose bans were seen to look so. */
static const struct {
	enum jail_action_kind kind;
	bool seen;
	const char *source; /* of zone drop */
	enum explain_who who;
} binders[] = {
    {JAIL_ACTION_OTHER, false, "101.13.5.7", EXPLAIN_WHO_FAIL2BAN},
    {JAIL_ACTION_RICH, false, "101.13.5.7", EXPLAIN_WHO_NONE},
    {JAIL_ACTION_RICH, true, "101.13.5.7", EXPLAIN_WHO_FAIL2BAN},
    {JAIL_ACTION_RICH, true, "101.13.5.0/24", EXPLAIN_WHO_NONE},
};

START_TEST(a_source_is_of_a_jail)
{
	_cleanup_tickets_ struct tickets held = TICKETS_NULL;
	_cleanup_banshapes_ struct banshapes shapes = BANSHAPES_NULL;
	struct banshape shape = {.jail = strdup("zone"),
	                         .zone = strdup("drop"),
	                         .pattern = strdup("<ip>"),
	                         .kind = ITEM_SOURCE,
	                         .sure = true};
	char rules[256];
	struct jail_action *action;
	struct explain explain;
	struct jail *jail;

	snprintf(rules, sizeof(rules), PUBLIC "drop source %s\ndrop target DROP",
	         binders[_i].source);
	explain = asked(rules, "101.13.5.7", 465);
	ck_assert_int_eq(tickets_add_jail(&held, "zone", &jail), 0);
	jail->actions_known = true;
	ck_assert_int_eq(jail_add_action(jail, "mine", &action), 0);
	action->kind = binders[_i].kind;
	ck_assert_int_eq(tickets_add(&held, "zone", "101.13.5.7", 1, 0, 1, TICKET_SOURCE_SOCKET),
	                 0);
	ck_assert_int_eq(banshapes_add_take(&shapes, &shape), 0);
	explain.tickets = &held;
	explain.shapes = binders[_i].seen ? &shapes : NULL;
	ck_assert_int_eq(explain_decide(&explain, NULL), 0);
	ck_assert_int_eq(explain.reasons[0].who, binders[_i].who);
	if (binders[_i].who == EXPLAIN_WHO_FAIL2BAN) {
		ck_assert_str_eq(explain.reasons[0].jail, "zone");
		ck_assert_uint_eq(explain.reasons[0].commands.n, 1);
		ck_assert_str_eq(explain.reasons[0].commands.strings[0],
		                 "fail2ban-client set zone unbanip 101.13.5.7");
		ck_assert_uint_eq(explain.reasons[0].others.n, 0);
	}
	done(&explain);
}
END_TEST

/* A ticket makes it fail2ban's when it is for the rule's very source, and lives. */
static const struct {
	const char *jail, *address;
	int64_t end_us;
	enum explain_who who;
	const char *command;
} holders[] = {
    {"postfix", "101.13.5.7", NOW_US + HOUR_US, EXPLAIN_WHO_FAIL2BAN,
     "fail2ban-client set postfix unbanip 101.13.5.7"},
    {"postfix", "101.13.5.7", 0, EXPLAIN_WHO_FAIL2BAN,
     "fail2ban-client set postfix unbanip 101.13.5.7"},
    {"a jail; rm", "101.13.5.7", 0, EXPLAIN_WHO_FAIL2BAN,
     "fail2ban-client set 'a jail; rm' unbanip 101.13.5.7"},
    {"postfix", "101.13.5.7", NOW_US - 1, EXPLAIN_WHO_OTHERS,
     "firewall-cmd --zone=public --remove-rich-rule='rule family=ipv4 source address=101.13.5.7 "
     "drop'"},
    {"postfix", "101.13.5.0/24", 0, EXPLAIN_WHO_OTHERS,
     "firewall-cmd --zone=public --remove-rich-rule='rule family=ipv4 source address=101.13.5.7 "
     "drop'"},
};

START_TEST(knows_who_put_it_there)
{
	struct explain explain =
	    asked(PUBLIC "public rule rule family=ipv4 source address=101.13.5.7 drop",
	          "101.13.5.7", 465);

	ck_assert_int_eq(tickets_add(&tickets, holders[_i].jail, holders[_i].address, 1,
	                             holders[_i].end_us, 1, TICKET_SOURCE_SOCKET),
	                 0);
	ck_assert_int_eq(explain_decide(&explain, NULL), 0);
	ck_assert_int_eq((int)explain.reasons[0].who, (int)holders[_i].who);
	ck_assert_str_eq(explain.reasons[0].commands.strings[0], holders[_i].command);
	done(&explain);
}
END_TEST

/* A set is whose who holds all of it, or has given it its name: that one of many is banned, too,
 * makes it nobody's jail. */
static const struct {
	const char *set, *entries, *banned, *jail; /* NULL: somebody else's */
} sets[] = {
    {"bad", "101.13.5.7", "101.13.5.7", "postfix"},
    {"bad", "101.13.5.7 101.13.5.8", "101.13.5.7 101.13.5.8", "postfix"},
    {"bad", "101.13.5.7 101.13.5.8", "101.13.5.7", NULL},
    {"bad", "101.13.5.0/24", "101.13.5.7", NULL},
    {"bad", "101.13.5.7", "101.13.5.0/24", "postfix"},
    {"f2b-bad", "101.13.5.7 101.13.5.8", "101.13.5.7", "postfix"},
    {"f2b-bad", "101.13.5.7", "101.13.5.8", NULL},
};

START_TEST(knows_whose_a_set_is)
{
	_cleanup_free_ char *text = NULL;
	_cleanup_strv_ struct strv banned = STRV_NULL;
	struct explain explain;

	ck_assert_int_ge(xasprintf(&text,
	                           PUBLIC "ipset:%s hash:net %s\n"
	                                  "public rule rule source ipset=%s drop",
	                           sets[_i].set, sets[_i].entries, sets[_i].set),
	                 0);
	explain = asked(text, "101.13.5.7", 465);
	ck_assert_int_eq(strv_split(&banned, sets[_i].banned, " "), 0);
	for (size_t i = 0; i < banned.n; i++)
		ck_assert_int_eq(tickets_add(&tickets, "postfix", banned.strings[i], 1, 0, 1,
		                             TICKET_SOURCE_SOCKET),
		                 0);
	ck_assert_int_eq(explain_decide(&explain, NULL), 0);
	ck_assert_int_eq(explain.reasons[0].who == EXPLAIN_WHO_FAIL2BAN, sets[_i].jail != NULL);
	if (sets[_i].jail)
		ck_assert_str_eq(explain.reasons[0].jail, sets[_i].jail);
	done(&explain);
}
END_TEST

/* What is printed, backslashes and all, removes the rule and runs nothing else. */
START_TEST(its_command_can_be_pasted)
{
	struct explain explain = asked(PUBLIC, "101.13.5.7", 465);
	_cleanup_free_ char *rule = NULL, *want = NULL, *text = NULL;
	_cleanup_strv_ struct strv commands = STRV_NULL, words = STRV_NULL;
	struct report report;
	size_t length;
	FILE *file = open_memstream(&text, &length);

	ck_assert_int_ge(xasprintf(&rule,
	                           "rule family=\"ipv4\" source address=\"101.13.5.7\" log "
	                           "prefix=\"%s\" drop",
	                           commands_hostile[_i]),
	                 0);
	ck_assert_ptr_nonnull(file);
	report_init(&report, file, false, NULL);
	if (ruleset_add_rule(&ruleset.zones[0], rule, NULL) == 0) {
		ck_assert_int_eq(explain_decide(&explain, NULL), 0);
		ck_assert_int_eq(report_explain(&report, &explain, &(struct picture){.now_us = 1}),
		                 0);
		ck_assert_int_eq(fflush(file), 0);
		commands = commands_of(text, "firewall-cmd");
		ck_assert_msg(commands.n == 1 || strchr(rule, '\n'), "%s", text);
	}
	if (commands.n == 1) {
		words = commands_run(commands.strings[0]);
		ck_assert_uint_eq(words.n, 3);
		ck_assert_int_ge(xasprintf(&want, "--remove-rich-rule=%s", rule), 0);
		ck_assert_str_eq(words.strings[2], want);
	}
	fclose(file);
	done(&explain);
}
END_TEST

START_TEST(does_not_guess_who)
{
	struct explain explain =
	    asked(PUBLIC "public rule rule family=ipv4 source address=101.13.5.7 drop",
	          "101.13.5.7", 465);

	explain.tickets = NULL;
	ck_assert_int_eq(explain_decide(&explain, NULL), 0);
	ck_assert_int_eq((int)explain.reasons[0].who, EXPLAIN_WHO_UNKNOWN);
	done(&explain);
}
END_TEST

START_TEST(tells_what_ports_share_once)
{
	struct explain explain =
	    asked(PUBLIC "public rule rule family=ipv4 source address=101.13.5.0/24 drop",
	          "101.13.5.7", 465);
	_cleanup_free_ char *sentence = NULL;

	ck_assert_int_eq(explain_add(&explain, "tcp", 993, "imaps", false), 0);
	ck_assert_int_eq(explain_add(&explain, "tcp", 110, "pop3", false), 0);
	ck_assert_int_eq(explain_add(&explain, "tcp", 993, "again", false), 0);
	ck_assert_uint_eq(explain.n_ports, 3);
	ck_assert_int_eq(explain_decide(&explain, NULL), 0);
	ck_assert_uint_eq(explain.n_reasons, 1);
	ck_assert_int_eq(explain_sentence(&sentence, &explain, 0), 0);
	ck_assert_str_eq(
	    sentence, "465/tcp, 993/tcp are open in zone public, but this rule drops 101.13.5.0/24 "
	              "before services are evaluated. Nothing else opens 110/tcp.");
	done(&explain);
}
END_TEST

/* A usual port that nobody opened and nobody serves is no bad news; one that was asked for is. */
START_TEST(minds_what_was_asked_for)
{
	struct explain explain = asked(PUBLIC, "101.13.5.7", 465);

	ck_assert_int_eq(explain_add(&explain, "tcp", 110, "pop3", false), 0);
	ck_assert_int_eq(explain_decide(&explain, NULL), 0);
	ck_assert(explain_is_fine(&explain));
	explain.ports[1].asked = true;
	ck_assert(!explain_is_fine(&explain));
	explain.ports[1].asked = false;
	explain.ports[1].listens = LISTENERS_YES;
	ck_assert(!explain_is_fine(&explain));
	done(&explain);
}
END_TEST

/* Nor is it to be opened, or told first, where it is known that nobody serves it. */
START_TEST(opens_nothing_that_nobody_serves)
{
	struct explain explain = asked(PUBLIC, "101.13.5.7", 465);
	_cleanup_picture_ struct picture picture = PICTURE_NULL;
	struct listeners nobody = LISTENERS_NULL;
	_cleanup_free_ char *text = NULL;
	struct report report;
	size_t length;
	FILE *file = open_memstream(&text, &length);

	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(explain_add(&explain, "tcp", 110, "pop3", false), 0);
	ck_assert_int_eq(explain_decide(&explain, &nobody), 0);
	ck_assert_uint_eq(explain.n_reasons, 1);
	ck_assert_uint_eq(explain.reasons[0].commands.n, 0);
	report_init(&report, file, false, NULL);
	ck_assert_int_eq(report_explain(&report, &explain, &picture), 0);
	fclose(file);
	ck_assert_ptr_nonnull(strstr(text, "The firewall lets 101.13.5.7 in to 465/tcp.\n"));
	done(&explain);
}
END_TEST

/* Each port that the target keeps shut is opened by what is printed, in as few commands as can be.
 */
START_TEST(opens_each_port)
{
	struct explain explain = asked(PUBLIC, "101.13.5.7", 4190);
	const struct explain_reason *reason;

	ck_assert_int_eq(explain_add(&explain, "tcp", 25, "smtp", true), 0);
	ck_assert_int_eq(explain_add(&explain, "tcp", 8080, NULL, true), 0);
	ck_assert_int_eq(explain_add(&explain, "udp", 5353, NULL, true), 0);
	ck_assert_int_eq(explain_add(&explain, "tcp", 110, "pop3", true), 0);
	/* of the usual ones nobody asked for this, and nothing listens there */
	ck_assert_int_eq(explain_add(&explain, "tcp", 143, "imap", false), 0);
	ck_assert_int_eq(explain_decide(&explain, NULL), 0);
	ck_assert_uint_eq(explain.n_reasons, 1);
	reason = &explain.reasons[0];
	ck_assert_uint_eq(reason->commands.n, 4);
	ck_assert_str_eq(reason->commands.strings[0],
	                 "firewall-cmd --zone=public --add-service=smtp --add-service=pop3");
	ck_assert_str_eq(
	    reason->commands.strings[1],
	    "firewall-cmd --permanent --zone=public --add-service=smtp --add-service=pop3");
	ck_assert_str_eq(reason->commands.strings[2],
	                 "firewall-cmd --zone=public --add-port=4190/tcp --add-port=8080/tcp "
	                 "--add-port=5353/udp");
	done(&explain);
}
END_TEST

/* What trusting an address for a while has come to, by what was open to it before and is then. */
#define RICH_BAN "\npublic rule rule family=ipv4 source address=101.13.5.7 reject"
#define TRUSTED  "\ntrusted target ACCEPT\ntrusted source 101.13.5.7"
#define POLICY                                                                                     \
	"\npolicy:in ingress ANY\npolicy:in egress HOST\npolicy:in priority -1\npolicy:in rule "   \
	"rule family=ipv4 source address=101.13.5.7 drop"

static const struct {
	const char *before, *after;
	unsigned port;
	enum explain_change change;
} changes[] = {
    {PUBLIC RICH_BAN, PUBLIC RICH_BAN TRUSTED, 465, EXPLAIN_CHANGE_HELPED},
    {PUBLIC, PUBLIC TRUSTED, 465, EXPLAIN_CHANGE_NEEDLESS},
    {PUBLIC, PUBLIC TRUSTED, 4190, EXPLAIN_CHANGE_HELPED},
    {PUBLIC POLICY, PUBLIC POLICY TRUSTED, 465, EXPLAIN_CHANGE_SHUT},
    {PUBLIC, PUBLIC "\ntrusted target DROP\ntrusted source 101.13.5.7", 465, EXPLAIN_CHANGE_SHUT},
};

START_TEST(tells_what_a_change_did)
{
	struct ruleset first;
	struct explain before = asked(changes[_i].before, "101.13.5.7", changes[_i].port), after;

	first = ruleset;
	before.ruleset = &first;
	ck_assert_int_eq(explain_decide(&before, NULL), 0);
	after = asked(changes[_i].after, "101.13.5.7", changes[_i].port);
	ck_assert_int_eq(explain_decide(&after, NULL), 0);
	ck_assert_int_eq(explain_compare(&before, &after), changes[_i].change);
	/* what nobody asked for, opened or serves is no reason */
	before.ports[0].asked = after.ports[0].asked = false;
	if (changes[_i].port == 4190)
		ck_assert_int_eq(explain_compare(&before, &after), EXPLAIN_CHANGE_NEEDLESS);
	explain_deinit(&before);
	ruleset_deinit(&first);
	done(&after);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("explain");
	TCase *tc = tcase_create("explain");

	tcase_add_loop_test(tc, says_it_in_a_sentence, 0, (int)ARRAY_SIZE(rows));
	tcase_add_test(tc, or_another_way);
	tcase_add_test(tc, a_policy_takes_a_reload);
	tcase_add_loop_test(tc, a_direct_rule_goes_from_where_it_is, 0,
	                    (int)ARRAY_SIZE(direct_rows));
	tcase_add_test(tc, a_chain_that_ends_in_a_drop_gets_a_rule);
	tcase_add_test(tc, no_other_way_where_others_are_denied);
	tcase_add_loop_test(tc, a_source_is_of_a_jail, 0, ARRAY_SIZE(binders));
	tcase_add_test(tc, opens_nothing_that_nobody_serves);
	tcase_add_test(tc, opens_each_port);
	tcase_add_loop_test(tc, tells_what_a_change_did, 0, ARRAY_SIZE(changes));
	tcase_add_loop_test(tc, knows_who_put_it_there, 0, (int)ARRAY_SIZE(holders));
	tcase_add_loop_test(tc, knows_whose_a_set_is, 0, (int)ARRAY_SIZE(sets));
	tcase_add_loop_test(tc, its_command_can_be_pasted, 0, (int)ARRAY_SIZE(commands_hostile));
	tcase_add_test(tc, does_not_guess_who);
	tcase_add_test(tc, tells_what_ports_share_once);
	tcase_add_test(tc, minds_what_was_asked_for);
	suite_add_tcase(s, tc);
	return s;
}

int main(void)
{
	return unit_run(suite());
}
