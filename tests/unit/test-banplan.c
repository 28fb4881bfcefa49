// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/ban/banplan.h"

#include "tests/unit/jails.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define NOW INT64_C(1000)

/* As fail2ban's action writes it, and as firewalld tells it. */
#define RULE(address, port_)                                                                       \
	"rule family=\"ipv4\" source address=\"" address "\" port port=\"" port_                   \
	"\" protocol=\"tcp\" reject type=\"icmp-port-unreachable\""

static const char *answer_name(enum banplan_answer answer)
{
	static const char *const names[BANPLAN_N_ANSWERS] = {
	    [BANPLAN_HELD] = "held",          [BANPLAN_ENDED] = "ended",
	    [BANPLAN_STRANGER] = "no ticket", [BANPLAN_BY_HAND] = "by hand",
	    [BANPLAN_LEFT_OUT] = "left out",
	};

	return names[answer];
}

static struct item rule_item(const char *rule)
{
	struct item item;
	struct err err = ERR_NULL;

	ck_assert_msg(item_init(&item, "public", ITEM_RULE, rule, &err) == 0, "%s", err.text);
	return item;
}

/*
 * Tickets as words: JAIL!ADDRESS!END, END 0 for ever. The jails: rich bans smtp,
 * imaps and 8000:8010 with rich rules, wide every port with them, own with nftables,
 * udp with rich rules for UDP; any other jail's actions are not known.
 */
static struct tickets tickets_from_text(const char *text)
{
	static const struct jail_row jails[] = {
	    {.jail = "rich",
	     .kind = JAIL_ACTION_RICH,
	     .ports = "smtp, imaps,8000:8010",
	     .protocol = "tcp"},
	    {.jail = "wide", .kind = JAIL_ACTION_RICH},
	    {.jail = "own", .kind = JAIL_ACTION_NFTABLES, .ports = "smtp", .protocol = "tcp"},
	    {.jail = "udp", .kind = JAIL_ACTION_RICH, .ports = "smtp", .protocol = "udp"},
	    {"inside", JAIL_ACTION_RICH, "smtp", "tcp", .zone = "internal"},
	    {"outside", JAIL_ACTION_RICH, "smtp", "tcp", .zone = "public"},
	};
	_cleanup_strv_ struct strv words = STRV_NULL;
	struct tickets tickets = TICKETS_NULL;

	for (size_t i = 0; i < ARRAY_SIZE(jails); i++) {
		/* what bans is not always the first */
		jails_add(&tickets,
		          &(struct jail_row){.jail = jails[i].jail, .kind = JAIL_ACTION_OTHER});
		jails_add(&tickets, &jails[i]);
	}
	ck_assert_int_eq(tickets_add_jail(&tickets, "dark", NULL), 0);
	ck_assert_int_eq(strv_split(&words, text, " "), 0);
	for (size_t i = 0; i < words.n; i++) {
		char *at = strchr(words.strings[i], '!'), *address;

		ck_assert_ptr_nonnull(at);
		*at = '\0';
		address = at + 1;
		at = strchr(address, '!');
		ck_assert_ptr_nonnull(at);
		*at = '\0';
		ck_assert_int_eq(tickets_add(&tickets, words.strings[i], address, (int64_t)(10 + i),
		                             strtoll(at + 1, NULL, 10), 1, TICKET_SOURCE_SOCKET),
		                 0);
	}
	tickets_sort(&tickets);
	return tickets;
}

/* "192.0.2.0/24 ~198.51.100.1": the one with the ~ is known from logins alone. */
static struct coverage_ranges ranges_from_text(const char *text, bool learned_alone)
{
	_cleanup_strv_ struct strv words = STRV_NULL;
	struct coverage_ranges ranges = COVERAGE_RANGES_NULL;
	struct cidr cidr;

	ck_assert_int_eq(strv_split(&words, text, " "), 0);
	for (size_t i = 0; i < words.n; i++) {
		bool learned = words.strings[i][0] == '~';

		if (learned_alone && !learned)
			continue;
		ck_assert_int_eq(cidr_parse(&cidr, words.strings[i] + learned, 0, NULL), 0);
		ck_assert_int_eq(coverage_ranges_add(&ranges, &cidr), 0);
	}
	ck_assert_int_eq(coverage_ranges_sort(&ranges), 0);
	return ranges;
}

static const struct {
	const char *what, *rule, *tickets, *past, *clients, *answer;
} rows[] = {
    {"a live ticket", RULE("192.0.2.1", "smtp"), "rich!192.0.2.1!2000", "", "", "held"},
    {"one for ever", RULE("192.0.2.1", "imaps"), "rich!192.0.2.1!0", "", "", "held"},
    {"it ends this very moment", RULE("192.0.2.1", "smtp"), "rich!192.0.2.1!1000", "", "", "ended"},
    {"unbanned since", RULE("192.0.2.1", "smtp"), "", "rich!192.0.2.1!2000", "", "ended"},
    {"nobody knows it", RULE("192.0.2.1", "smtp"), "", "", "", "no ticket"},
    {"another's ticket", RULE("192.0.2.1", "smtp"), "rich!192.0.2.2!0", "rich!192.0.2.3!0", "",
     "no ticket"},
    {"a port that the jail does not ban", RULE("192.0.2.1", "ssh"), "rich!192.0.2.1!0", "", "",
     "no ticket"},
    {"a number is not the name, for firewalld", RULE("192.0.2.1", "25"), "rich!192.0.2.1!0", "", "",
     "no ticket"},
    {"a part of a name", RULE("192.0.2.1", "imap"), "rich!192.0.2.1!0", "", "", "no ticket"},
    {"a range of ports, as the action writes it", RULE("192.0.2.1", "8000-8010"),
     "rich!192.0.2.1!0", "", "", "held"},
    {"another protocol", RULE("192.0.2.1", "smtp"), "udp!192.0.2.1!0", "", "", "no ticket"},
    {"a jail that bans every port", RULE("192.0.2.1", "ssh"), "wide!192.0.2.1!0", "", "", "held"},
    {"a jail whose bans firewalld never sees", RULE("192.0.2.1", "smtp"), "own!192.0.2.1!0", "", "",
     "no ticket"},
    {"that jail and one that does", RULE("192.0.2.1", "smtp"),
     "own!192.0.2.1!0 rich!192.0.2.1!2000", "", "", "held"},
    {"a jail of which nothing is known", RULE("192.0.2.1", "ssh"), "dark!192.0.2.1!0", "", "",
     "held"},
    {"a jail that is not even listed", RULE("192.0.2.1", "ssh"), "gone!192.0.2.1!0", "", "",
     "held"},
    {"no port at all", "rule family=ipv4 source address=192.0.2.1 drop", "rich!192.0.2.1!0", "", "",
     "held"},
    {"a service instead of a port",
     "rule family=ipv4 source address=192.0.2.1 service name=smtp drop", "rich!192.0.2.1!0", "", "",
     "no ticket"},
    {"a prefix", RULE("192.0.2.0/24", "smtp"), "rich!192.0.2.0/24!0", "", "", "held"},
    {"one address and all of its length", RULE("192.0.2.1/32", "smtp"), "rich!192.0.2.1!0", "", "",
     "held"},
    {"a prefix that holds the banned one", RULE("192.0.2.0/24", "smtp"), "rich!192.0.2.1!0", "", "",
     "no ticket"},
    {"IPv6 in two spellings",
     "rule family=ipv6 source address=2001:DB8:0::1 port port=smtp protocol=tcp reject",
     "rich!2001:db8::1!0", "", "", "held"},
    {"what is no address", RULE("192.0.2.1", "smtp"), "rich!192.0.2.1;reboot!0 rich!host.example!0",
     "", "", "no ticket"},
    {"not a ban: lets in", "rule family=ipv4 source address=192.0.2.1 service name=imaps accept",
     "wide!192.0.2.1!0", "", "", "no ticket"},
    {"not a ban: all but", "rule family=ipv4 source NOT address=192.0.2.1 drop", "wide!192.0.2.1!0",
     "", "", "no ticket"},
    {"not a ban: only slows down",
     "rule family=ipv4 source address=192.0.2.1 port port=smtp protocol=tcp drop limit value=1/s",
     "wide!192.0.2.1!0", "", "", "no ticket"},
    {"a jail whose command names another zone", RULE("192.0.2.1", "smtp"), "inside!192.0.2.1!0", "",
     "", "no ticket"},
    {"one whose command names this zone", RULE("192.0.2.1", "smtp"), "outside!192.0.2.1!0", "", "",
     "held"},
    /* law 5 */
    {"a legitimate client", RULE("192.0.2.1", "smtp"), "rich!192.0.2.1!0", "", "192.0.2.1",
     "left out"},
    {"the office", RULE("192.0.2.0/24", "smtp"), "rich!192.0.2.0/24!0", "", "192.0.2.0/24",
     "left out"},
    {"more than the office", RULE("192.0.0.0/16", "smtp"), "rich!192.0.0.0/16!0", "",
     "192.0.2.0/24 198.51.100.0/24", "left out"},
    {"one client of the office", RULE("192.0.2.1", "smtp"), "rich!192.0.2.1!0", "", "192.0.2.0/24",
     "held"},
    {"everybody", RULE("0.0.0.0/0", "smtp"), "rich!0.0.0.0/0!0", "", "2001:db8::/32 192.0.2.7",
     "left out"},
    {"everybody, and clients of the other family", RULE("0.0.0.0/0", "smtp"), "rich!0.0.0.0/0!0",
     "", "2001:db8::/32", "held"},
    {"who has only logged in", RULE("192.0.2.1", "smtp"), "rich!192.0.2.1!0", "", "~192.0.2.1",
     "held"},
    {"a login, and more", RULE("192.0.2.0/24", "smtp"), "rich!192.0.2.0/24!0", "",
     "~192.0.2.1 ~198.51.100.1", "left out"},
    {"a client by name, and logins of others", RULE("192.0.2.1", "smtp"), "rich!192.0.2.1!0", "",
     "192.0.2.1 ~192.0.2.2", "left out"},
    {"over, whatever it covers", RULE("192.0.2.1", "smtp"), "rich!192.0.2.1!1", "", "192.0.2.1",
     "ended"},
};

START_TEST(answers)
{
	_cleanup_tickets_ struct tickets tickets = tickets_from_text(rows[_i].tickets);
	_cleanup_tickets_ struct tickets past = tickets_from_text(rows[_i].past);
	_cleanup_coverage_ranges_ struct coverage_ranges clients =
	    ranges_from_text(rows[_i].clients, false);
	_cleanup_coverage_ranges_ struct coverage_ranges learned =
	    ranges_from_text(rows[_i].clients, true);
	_cleanup_item_ struct item item = rule_item(rows[_i].rule);
	struct banplan_rule rule = {.item = &item};
	struct banplan_evidence evidence = {.tickets = &tickets,
	                                    .past = &past,
	                                    .clients = &clients,
	                                    .learned = &learned,
	                                    .safe = true,
	                                    .now_us = NOW};

	ck_assert_int_eq(banplan_judge(&rule, 1, &evidence), 0);
	ck_assert_msg(strcmp(answer_name(rule.answer), rows[_i].answer) == 0,
	              "%s: %s instead of %s", rows[_i].what, answer_name(rule.answer),
	              rows[_i].answer);
	ck_assert_int_eq(rule.ticket != NULL,
	                 rule.answer == BANPLAN_HELD || rule.answer == BANPLAN_LEFT_OUT);
	/* with `all` nothing is left out, and nothing else changes */
	evidence.safe = false;
	evidence.past = NULL;
	ck_assert_int_eq(banplan_judge(&rule, 1, &evidence), 0);
	ck_assert_int_ne(rule.answer, BANPLAN_LEFT_OUT);
	if (strcmp(rows[_i].answer, "left out") == 0)
		ck_assert_int_eq(rule.answer, BANPLAN_HELD);
}
END_TEST

/* --- what fail2ban's other actions make --------------------------------------------------- */

static void add_named_jail(struct tickets *tickets, const char *name, enum jail_action_kind kind,
                           const char *command)
{
	struct jail *jail;

	ck_assert_int_eq(tickets_add_jail(tickets, name, &jail), 0);
	ck_assert_int_eq(grow(&jail->actions, &jail->actions_capacity, 1, sizeof(*jail->actions)),
	                 0);
	jail->actions[0] = (struct jail_action){
	    .name = strdup("ban"), .kind = kind, .command = command ? strdup(command) : NULL};
	jail->n_actions = 1;
	jail->actions_known = true;
}

#define ADD_RULE  "firewall-cmd --direct --add-rule <family> filter f2b-"
#define V4        "direct:ipv4/"
#define JUMP(to)  V4 "direct-rule:filter INPUT_direct 0 -p tcp -m multiport --dports 25 -j " to
#define LOOK(set) V4 "direct-rule:filter INPUT_direct 0 -m set --match-set " set " src -j REJECT"
#define RULE_ITEM "public/rule:" RULE("192.0.2.1", "smtp")
#define BAN(in)   V4 "direct-rule:filter " in " 0 -s 192.0.2.1 -j REJECT"

/* Banned is 192.0.2.1 in every jail, and was 192.0.2.2 in all. */
static const struct {
	const char *item, *answer;
} named[] = {
    {V4 "chain:filter f2b-multi", "held"},
    {V4 "direct-rule:filter f2b-multi 1000 -j RETURN", "held"},
    {JUMP("f2b-multi"), "held"},
    {BAN("f2b-multi"), "held"},
    {V4 "direct-rule:filter f2b-multi 0 -s 192.0.2.2 -j REJECT", "ended"},
    {V4 "direct-rule:filter f2b-multi 0 -s 192.0.2.3 -j REJECT", "no ticket"},
    /* the action's name need not be the jail's */
    {V4 "chain:filter f2b-elsewhere", "held"},
    {BAN("f2b-elsewhere"), "held"},
    /* no jail that runs makes these */
    {V4 "chain:filter f2b-gone", "no ticket"},
    {JUMP("f2b-gone"), "no ticket"},
    {V4 "chain:filter f2b-mult", "no ticket"},
    {V4 "chain:filter f2b-multi2", "no ticket"},
    {V4 "chain:filter f2b-rich", "no ticket"},
    /* the kernel's ipset keeps its entries, and needs the rule alone */
    {LOOK("f2b-kernel"), "held"},
    {LOOK("f2b-kernel6"), "held"},
    {LOOK("f2b-gone"), "no ticket"},
    {BAN("f2b-kernel"), "no ticket"},
    {LOOK("f2b-own"), "held"},
    {LOOK("f2b-named"), "held"},
    {"ipset:f2b-own/entry:192.0.2.1", "held"},
    {"ipset:f2b-own/entry:192.0.2.2", "ended"},
    {"ipset:f2b-own/entry:192.0.2.3", "no ticket"},
    {"ipset:f2b-own/entry:192.0.2.1,tcp:25", "no ticket"},
    {"ipset:f2b-kernel/entry:192.0.2.1", "no ticket"},
    {"ipset:f2b-named/entry:192.0.2.1", "held"},
    /* a jail that cannot say how it bans: by its name; whom, by its tickets */
    {V4 "chain:filter f2b-dark", "held"},
};

static void make_named(struct tickets *now, struct tickets *past)
{
	static const char *const jails[] = {"multi", "other", "kernel", "own", "named", "rich"};

	add_named_jail(now, "multi", JAIL_ACTION_DIRECT, ADD_RULE "multi 0 -s <ip> -j REJECT");
	add_named_jail(now, "other", JAIL_ACTION_DIRECT, ADD_RULE "elsewhere 0 -s <ip> -j REJECT");
	add_named_jail(now, "kernel", JAIL_ACTION_IPSET,
	               "ipset -exist add <ipmset> <ip> timeout 0");
	add_named_jail(now, "own", JAIL_ACTION_FW_IPSET,
	               "firewall-cmd --ipset=<ipmset> --add-entry=<ip>");
	add_named_jail(now, "named", JAIL_ACTION_FW_IPSET,
	               "firewall-cmd --ipset=f2b-named --add-entry=<ip>");
	add_named_jail(now, "rich", JAIL_ACTION_RICH, NULL);
	ck_assert_int_eq(tickets_add_jail(now, "dark", NULL), 0);
	for (size_t i = 0; i < ARRAY_SIZE(jails); i++) {
		ck_assert_int_eq(
		    tickets_add(now, jails[i], "192.0.2.1", 10, 0, 1, TICKET_SOURCE_SOCKET), 0);
		ck_assert_int_eq(
		    tickets_add(past, jails[i], "192.0.2.2", 10, 20, 1, TICKET_SOURCE_SOCKET), 0);
	}
	tickets_sort(now);
	tickets_sort(past);
}

START_TEST(answers_for_other_actions)
{
	_cleanup_tickets_ struct tickets now = TICKETS_NULL, past = TICKETS_NULL;
	_cleanup_item_ struct item item = ITEM_NULL;
	struct banplan_rule rule = {.item = &item};
	struct banplan_evidence evidence = {.tickets = &now, .past = &past, .now_us = NOW};

	make_named(&now, &past);
	ck_assert_int_eq(item_parse(&item, named[_i].item, NULL), 0);
	ck_assert(banplan_is_ban(&item, NULL));
	ck_assert_int_eq(banplan_judge(&rule, 1, &evidence), 0);
	ck_assert_msg(strcmp(answer_name(rule.answer), named[_i].answer) == 0,
	              "%s: %s instead of %s", named[_i].item, answer_name(rule.answer),
	              named[_i].answer);
}
END_TEST

/* Chains, then what leads there, then the bans, whatever their tickets say. */
START_TEST(frames_come_first)
{
	static const char *const texts[] = {V4 "chain:filter f2b-multi",
	                                    V4 "chain:filter f2b-elsewhere", JUMP("f2b-multi"),
	                                    BAN("f2b-multi"), RULE_ITEM};
	_cleanup_tickets_ struct tickets now = TICKETS_NULL, past = TICKETS_NULL;
	struct banplan_evidence evidence = {.tickets = &now, .past = &past, .now_us = NOW};
	struct banplan_rule rules[ARRAY_SIZE(texts)] = {{0}};
	struct item items[ARRAY_SIZE(texts)];

	make_named(&now, &past);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		ck_assert_int_eq(item_parse(&items[i], texts[ARRAY_SIZE(texts) - 1 - i], NULL), 0);
		rules[i].item = &items[i];
	}
	ck_assert_int_eq(banplan_judge(rules, ARRAY_SIZE(texts), &evidence), 0);
	banplan_newest_first(rules, ARRAY_SIZE(texts));
	ck_assert_int_eq(rules[0].item->kind, ITEM_CHAIN);
	ck_assert_int_eq(rules[1].item->kind, ITEM_CHAIN);
	ck_assert_ptr_nonnull(strstr(rules[2].item->value, "-j f2b-multi"));
	ck_assert_ptr_nonnull(rules[3].ticket);
	ck_assert_ptr_nonnull(rules[4].ticket);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		item_deinit(&items[i]);
}
END_TEST

/* firewalld counts no references: the rule is to be there until the last ticket ends. */
START_TEST(two_jails_with_one_rule)
{
	_cleanup_tickets_ struct tickets both =
	    tickets_from_text("rich!192.0.2.1!1500 wide!192.0.2.1!3000 own!192.0.2.1!0");
	_cleanup_tickets_ struct tickets one = tickets_from_text("wide!192.0.2.1!3000");
	_cleanup_tickets_ struct tickets past = TICKETS_NULL;
	_cleanup_item_ struct item item = rule_item(RULE("192.0.2.1", "smtp"));
	struct banplan_rule rule = {.item = &item};
	struct banplan_evidence evidence = {.tickets = &both, .past = &past, .now_us = NOW};

	ck_assert_int_eq(banplan_judge(&rule, 1, &evidence), 0);
	ck_assert_uint_eq(rule.n_jails, 2);
	ck_assert_uint_eq(rule.n_past, 0);
	ck_assert_str_eq(rule.ticket->jail, "wide");
	evidence.now_us = 2000; /* the first one ended by itself */
	ck_assert_int_eq(banplan_judge(&rule, 1, &evidence), 0);
	ck_assert_uint_eq(rule.n_jails, 1);
	evidence.now_us = NOW;
	ck_assert_int_eq(banplan_note_ended(&past, &both, &one, NOW), 0);
	evidence.tickets = &one;
	ck_assert_int_eq(banplan_judge(&rule, 1, &evidence), 0);
	ck_assert_int_eq(rule.answer, BANPLAN_HELD);
	ck_assert_uint_eq(rule.n_jails, 1);
	/* the jail that bans with nftables has no part in it */
	ck_assert_uint_eq(rule.n_past, 1);
}
END_TEST

START_TEST(remembers_what_ended_lately)
{
	_cleanup_tickets_ struct tickets first =
	    tickets_from_text("rich!192.0.2.1!0 rich!192.0.2.2!0 wide!host!0");
	_cleanup_tickets_ struct tickets second = tickets_from_text("rich!192.0.2.2!0");
	_cleanup_tickets_ struct tickets past = TICKETS_NULL;

	ck_assert_int_eq(banplan_note_ended(&past, &first, &first, NOW), 0);
	ck_assert_uint_eq(past.n, 0);
	ck_assert_int_eq(banplan_note_ended(&past, &first, &second, NOW), 0);
	ck_assert_uint_eq(past.n, 2);
	ck_assert_int_eq(past.tickets[0].end_us, NOW);
	/* from the list for a while, and not longer */
	ck_assert_int_eq(banplan_note_ended(&past, &second, &second, NOW + BANPLAN_PAST_US - 1), 0);
	ck_assert_uint_eq(past.n, 2);
	ck_assert_int_eq(past.tickets[0].end_us, NOW);
	/* banned again */
	ck_assert_int_eq(banplan_note_ended(&past, &second, &first, NOW + 1), 0);
	ck_assert_uint_eq(past.n, 0);
	ck_assert_int_eq(banplan_note_ended(&past, &first, &second, NOW), 0);
	ck_assert_int_eq(banplan_note_ended(&past, &second, &second, NOW + BANPLAN_PAST_US), 0);
	ck_assert_uint_eq(past.n, 0);
}
END_TEST

START_TEST(newest_first)
{
	_cleanup_tickets_ struct tickets tickets =
	    tickets_from_text("rich!192.0.2.1!0 rich!192.0.2.2!0 rich!192.0.2.3!0");
	struct item items[] = {
	    rule_item(RULE("192.0.2.1", "smtp")), rule_item(RULE("192.0.2.3", "smtp")),
	    rule_item(RULE("192.0.2.2", "smtp")), rule_item(RULE("192.0.2.3", "imaps"))};
	struct banplan_rule order[ARRAY_SIZE(items)];
	struct banplan_evidence evidence = {.tickets = &tickets, .now_us = NOW};

	for (size_t i = 0; i < ARRAY_SIZE(items); i++)
		order[i].item = &items[i];
	ck_assert_int_eq(banplan_judge(order, ARRAY_SIZE(items), &evidence), 0);
	banplan_newest_first(order, ARRAY_SIZE(items));
	ck_assert_ptr_eq(order[0].item, &items[3]); /* both of .3, in their own order */
	ck_assert_ptr_eq(order[1].item, &items[1]);
	ck_assert_ptr_eq(order[2].item, &items[2]);
	ck_assert_ptr_eq(order[3].item, &items[0]);
	for (size_t i = 0; i < ARRAY_SIZE(items); i++)
		item_deinit(&items[i]);
}
END_TEST

static const struct {
	const char *item;
	bool is;
} bans[] = {
    {"public/rule:rule family=ipv4 source address=192.0.2.1 drop", true},
    {"public/rule:rule family=ipv4 source address=192.0.2.1 service name=smtp reject", true},
    {"public/rule:rule family=ipv4 source address=192.0.2.1 accept", false},
    {"public/rule:rule source mac=00:11:22:33:44:55 drop", false},
    {"public/rule:rule source ipset=evil drop", false},
    {"public/rule:rule service name=smtp reject", false},
    {"public/service:smtp", false},
    {"public/source:192.0.2.1", false},
};

START_TEST(what_is_a_ban)
{
	_cleanup_item_ struct item item = ITEM_NULL;
	struct err err = ERR_NULL;

	ck_assert_msg(item_parse(&item, bans[_i].item, &err) == 0, "%s", err.text);
	ck_assert_msg(banplan_is_ban(&item, NULL) == bans[_i].is, "%s", bans[_i].item);
}
END_TEST

/* A jail that was restarted without its zone: what stands elsewhere is not its any more. */
START_TEST(a_zone_that_no_command_names_is_the_default_zone)
{
	_cleanup_tickets_ struct tickets tickets = tickets_from_text("rich!192.0.2.1!0");
	_cleanup_item_ struct item item = rule_item(RULE("192.0.2.1", "smtp"));
	struct banplan_rule rule = {.item = &item};
	struct banplan_evidence evidence = {.tickets = &tickets, .now_us = NOW};

	ck_assert_int_eq(banplan_judge(&rule, 1, &evidence), 0);
	ck_assert_int_eq(rule.answer, BANPLAN_HELD);
	evidence.default_zone = "public";
	ck_assert_int_eq(banplan_judge(&rule, 1, &evidence), 0);
	ck_assert_int_eq(rule.answer, BANPLAN_HELD);
	evidence.default_zone = "internal";
	ck_assert_int_eq(banplan_judge(&rule, 1, &evidence), 0);
	ck_assert_int_eq(rule.answer, BANPLAN_STRANGER);
}
END_TEST

static const struct {
	const char *what, *item;
	enum jail_action_kind kind;
	const char *ports, *zone, *blocktype, *command;
	enum banplan_answer answer;
} by_hand[] = {
    {"no jail that bans with rich rules", RULE("192.0.2.1", "smtp"), JAIL_ACTION_NFTABLES, "smtp",
     NULL, NULL, NULL, BANPLAN_BY_HAND},
    {"one that does", RULE("192.0.2.1", "smtp"), JAIL_ACTION_RICH, "smtp", NULL, "reject", NULL,
     BANPLAN_STRANGER},
    {"from another port", RULE("192.0.2.1", "ssh"), JAIL_ACTION_RICH, "smtp", NULL, "reject", NULL,
     BANPLAN_BY_HAND},
    {"in another zone", RULE("192.0.2.1", "smtp"), JAIL_ACTION_RICH, "smtp", "internal", "reject",
     NULL, BANPLAN_BY_HAND},
    {"a drop, where the jail rejects", "rule family=ipv4 source address=192.0.2.1 drop",
     JAIL_ACTION_RICH, "smtp", NULL, "reject type='icmp-port-unreachable'", NULL, BANPLAN_BY_HAND},
    {"unless its command says otherwise", "rule family=ipv4 source address=192.0.2.1 drop",
     JAIL_ACTION_RICH, "smtp", NULL, "reject", "firewall-cmd --add-rich-rule='... drop'",
     BANPLAN_STRANGER},
    {"a script may do anything", RULE("192.0.2.1", "ssh"), JAIL_ACTION_OTHER, NULL, NULL, NULL,
     "/usr/local/bin/ban <ip>", BANPLAN_STRANGER},
    {"what is called f2b-NAME is nobody else's", NULL, JAIL_ACTION_NFTABLES, "smtp", NULL, NULL,
     NULL, BANPLAN_STRANGER},
};

/* What no jail can have made is an administrator's own, whoever is banned. */
START_TEST(denies_by_hand)
{
	_cleanup_tickets_ struct tickets tickets = TICKETS_NULL;
	struct err err = ERR_NULL;
	_cleanup_item_ struct item item = ITEM_NULL;
	struct banplan_rule rule = {.item = &item};
	struct banplan_evidence evidence = {.tickets = &tickets, .now_us = NOW};

	if (by_hand[_i].item)
		item = rule_item(by_hand[_i].item);
	else
		ck_assert_int_eq(item_init(&item, "ipset:f2b-own", ITEM_ENTRY, "192.0.2.1", &err),
		                 0);
	jails_add(&tickets,
	          &(struct jail_row){"lab", by_hand[_i].kind, .ports = by_hand[_i].ports,
	                             .zone = by_hand[_i].zone, .blocktype = by_hand[_i].blocktype,
	                             .command = by_hand[_i].command});
	tickets_sort(&tickets);
	ck_assert_int_eq(banplan_judge(&rule, 1, &evidence), 0);
	ck_assert_msg(rule.answer == by_hand[_i].answer, "%s: %s", by_hand[_i].what,
	              answer_name(rule.answer));
}
END_TEST

static Suite *suite(void)
{
	Suite *suite = suite_create("banplan");
	TCase *tcase = tcase_create("banplan");

	tcase_add_loop_test(tcase, answers, 0, ARRAY_SIZE(rows));
	tcase_add_loop_test(tcase, denies_by_hand, 0, ARRAY_SIZE(by_hand));
	tcase_add_loop_test(tcase, answers_for_other_actions, 0, ARRAY_SIZE(named));
	tcase_add_test(tcase, frames_come_first);
	tcase_add_test(tcase, two_jails_with_one_rule);
	tcase_add_test(tcase, remembers_what_ended_lately);
	tcase_add_test(tcase, newest_first);
	tcase_add_loop_test(tcase, what_is_a_ban, 0, ARRAY_SIZE(bans));
	tcase_add_test(tcase, a_zone_that_no_command_names_is_the_default_zone);
	suite_add_tcase(suite, tcase);
	return suite;
}

int main(void)
{
	return unit_run(suite());
}
