// SPDX-License-Identifier: GPL-2.0-or-later
/* Which bans that jails keep outside of firewalld are gone from where they were. */
#include "guard/model/ban/banplace.h"

#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#define MINUTE_US (60 * INT64_C(1000000))
#define NOW_US    (1000 * MINUTE_US)

static const struct {
	const char *name;
	enum jail_action_kind kind;
	const char *ban;
} actions[] = {
    {"nft", JAIL_ACTION_NFTABLES, "nft add element inet f2b-table addr-set-x \\{ <ip> \\}"},
    /* <ip> is one of two: nobody knows which of them the set holds first */
    {"pair", JAIL_ACTION_NFTABLES, "nft add element inet t s \\{ <ip> . 25 \\}"},
    {"ipt", JAIL_ACTION_IPTABLES, "<iptables> -I f2b-x 1 -s <ip> -j <blocktype>"},
    {"recent", JAIL_ACTION_IPTABLES, "echo '+<ip>' > /proc/net/xt_recent/f2b-x"},
    {"ufw", JAIL_ACTION_IPTABLES, "ufw insert 1 reject from <ip> to any"},
    {"set", JAIL_ACTION_IPTABLES, "ipset add f2b-x <ip> timeout 60 -exist"},
    {"fwset", JAIL_ACTION_IPSET, "ipset add f2b-x <ip> timeout 60 -exist"},
    {"rich", JAIL_ACTION_RICH, "firewall-cmd --add-rich-rule='<rule>'"},
    {"let", JAIL_ACTION_ALLOW, "nft add element inet t s \\{ <ip> \\}"},
};

/* "JAIL ACTION, JAIL ACTION": a jail that comes again has another action, too */
static void add_jails(struct tickets *out, const char *text)
{
	char name[32], kind[16];

	for (int length; sscanf(text, "%31s %15[a-z]%n", name, kind, &length) == 2;
	     text += length + (text[length] ? 2 : 0)) {
		struct jail_action *action;
		struct jail *jail;
		size_t i = 0;

		while (strcmp(actions[i].name, kind) != 0)
			i++;
		ck_assert_int_eq(tickets_add_jail(out, name, &jail), 0);
		jail->actions_known = true;
		ck_assert_int_eq(jail_add_action(jail, kind, &action), 0);
		action->told = action->kind = actions[i].kind;
		action->command = strdup(actions[i].ban);
	}
}

/* "JAIL ADDRESS, JAIL ADDRESS": banned two minutes ago, with a + behind it just now */
static void add_tickets(struct tickets *out, const char *text)
{
	char name[32], address[64];

	for (int length; sscanf(text, "%31s %63[^ ,]%n", name, address, &length) == 2;
	     text += length + (text[length] ? 2 : 0)) {
		char *fresh = strchr(address, '+');

		if (fresh)
			*fresh = '\0';
		ck_assert_int_eq(tickets_add(out, name, address,
		                             NOW_US - (fresh ? 1 : 2 * MINUTE_US), 0, 1,
		                             TICKET_SOURCE_SOCKET),
		                 0);
	}
	tickets_sort(out);
}

/* "PLACE: ADDRESS ADDRESS; PLACE: ADDRESS" */
static void add_places(struct banplaces *out, const char *text)
{
	char name[64], addresses[128];

	for (int length; sscanf(text, "%63[^:]:%127[^;]%n", name, addresses, &length) == 2;
	     text += length + (text[length] ? 2 : 0)) {
		struct banplace *place;

		ck_assert_int_eq(banplaces_add(out, name, &place), 0);
		for (char *rest, *one = strtok_r(addresses, " ", &rest); one;
		     one = strtok_r(NULL, " ", &rest)) {
			struct cidr cidr;

			ck_assert_int_eq(cidr_parse(&cidr, one, 0, NULL), 0);
			ck_assert_int_eq(rangeset_add(&place->addresses, &cidr), 0);
		}
	}
}

#define F2B "inet f2b-table addr-set-"

static const struct {
	const char *jails, *tickets;
	const char *before; /* NULL: nobody has looked */
	const char *now, *lost;
	bool young; /* fail2ban puts back its bans */
} rows[] = {
    {"a nft", "a 192.0.2.1", F2B "a: 192.0.2.1", F2B "a: 192.0.2.1", "", false},
    {"a nft", "a 192.0.2.1", F2B "a: 192.0.2.1", "", "a 192.0.2.1", false},
    /* flushed, and the table stays */
    {"a nft", "a 192.0.2.1", F2B "a: 192.0.2.1", F2B "a: ", "a 192.0.2.1", false},
    /* two of three are back */
    {"a nft", "a 192.0.2.1, a 192.0.2.2, a 192.0.2.3", F2B "a: 192.0.2.1 192.0.2.2 192.0.2.3",
     F2B "a: 192.0.2.1 192.0.2.3", "a 192.0.2.2", false},
    /* unbanned; the jail is stopped */
    {"a nft", "", F2B "a: 192.0.2.1", "", "", false},
    {"b nft", "b 192.0.2.9", F2B "a: 192.0.2.1; " F2B "b: 192.0.2.9", F2B "b: 192.0.2.9", "",
     false},
    /* a table that was not made yet */
    {"a nft", "a 192.0.2.1+", "", "", "", false},
    {"a nft", "", "", "", "", false},
    /* while it puts them back, what was not seen is not lost yet; what was is */
    {"a nft", "a 192.0.2.1", "", "", "", true},
    {"a nft", "a 192.0.2.1", F2B "a: 192.0.2.1", "", "a 192.0.2.1", true},
    /* nobody has looked before */
    {"a nft", "a 192.0.2.1, a 2001:db8::1", NULL, F2B "a: 192.0.2.1", "a 2001:db8::1", false},
    {"a ipt", "a 192.0.2.1", NULL, "", "a 192.0.2.1", false},
    {"a set", "a 192.0.2.1", NULL, "", "a 192.0.2.1", false},
    /* of these nobody knows where they put it; if it was seen, it is known */
    {"a pair", "a 192.0.2.1", NULL, "", "", false},
    {"a recent", "a 192.0.2.1", NULL, "", "", false},
    {"a ufw", "a 192.0.2.1", NULL, "", "", false},
    {"a ufw", "a 192.0.2.1", "ip filter ufw-user-input: 192.0.2.1", "", "a 192.0.2.1", false},
    /* not ours to tell: the guard puts these back; nobody is banned by that */
    {"a rich", "a 192.0.2.1", "inet blocklist bad: 192.0.2.1", "", "", false},
    {"a let", "a 192.0.2.1", F2B "a: 192.0.2.1", "", "", false},
    /* what leads to firewallcmd-ipset's set is firewalld's; that it was emptied is not */
    {"a fwset", "a 192.0.2.1", "ipset f2b-a: 192.0.2.1", "", "", false},
    {"a fwset", "a 192.0.2.1", "ipset f2b-a: 192.0.2.1", "ipset f2b-a: ", "a 192.0.2.1", false},
    /* two jails, one address: the one that has unbanned it, and the one that was flushed */
    {"a nft, b ipt", "b 192.0.2.1", F2B "a: 192.0.2.1; ip filter f2b-b: 192.0.2.1",
     "ip filter f2b-b: 192.0.2.1", "", false},
    {"a nft, b ipt", "a 192.0.2.1, b 192.0.2.1", F2B "a: 192.0.2.1; ip filter f2b-b: 192.0.2.1",
     "ip filter f2b-b: 192.0.2.1", "a 192.0.2.1", false},
    /* of places with other names: as long as he is kept away somewhere nobody knows whose it was */
    {"a nft, b nft", "a 192.0.2.1, b 192.0.2.1", "ip mine one: 192.0.2.1; ip mine two: 192.0.2.1",
     "ip mine two: 192.0.2.1", "", false},
    {"a nft, b nft", "a 192.0.2.1, b 192.0.2.1", "ip mine one: 192.0.2.1; ip mine two: 192.0.2.1",
     "ip mine one: ", "a 192.0.2.1, b 192.0.2.1", false},
    /* a jail with two actions */
    {"a nft, a ipt", "a 192.0.2.1", F2B "a: 192.0.2.1; ip filter f2b-a: 192.0.2.1",
     "ip filter f2b-a: 192.0.2.1", "a 192.0.2.1", false},
    /* one jail's name is the end of another's */
    {"ssh nft, my-ssh nft", "ssh 192.0.2.1", F2B "my-ssh: 192.0.2.1; " F2B "ssh: 192.0.2.1",
     F2B "ssh: 192.0.2.1", "", false},
    /* a network */
    {"a nft", "a 192.0.2.0/24", F2B "a: 192.0.2.0/24", F2B "a: 192.0.2.7", "a 192.0.2.0/24", false},
    {"a nft", "a 192.0.2.7", F2B "a: 192.0.2.0/24", F2B "a: 192.0.2.0/24", "", false},
};

START_TEST(lost)
{
	_cleanup_tickets_ struct tickets tickets = TICKETS_NULL, found = TICKETS_NULL;
	_cleanup_banplaces_ struct banplaces before = BANPLACES_NULL, now = BANPLACES_NULL;
	const struct banplace_evidence evidence = {.tickets = &tickets,
	                                           .now = &now,
	                                           .before = rows[_i].before ? &before : NULL,
	                                           .now_us = NOW_US,
	                                           .whole = !rows[_i].young};
	char words[256] = "";

	add_jails(&tickets, rows[_i].jails);
	add_tickets(&tickets, rows[_i].tickets);
	add_places(&now, rows[_i].now);
	if (rows[_i].before)
		add_places(&before, rows[_i].before);
	ck_assert_int_eq(banplaces_lost(&found, &evidence), 0);
	for (size_t i = 0, n = 0; i < found.n; i++)
		n += (size_t)snprintf(words + n, sizeof(words) - n, "%s%s %s", i ? ", " : "",
		                      found.tickets[i].jail, found.tickets[i].address);
	ck_assert_str_eq(words, rows[_i].lost);
}
END_TEST

/* iptables-legacy may have them, where nobody looks. */
START_TEST(legacy)
{
	_cleanup_tickets_ struct tickets tickets = TICKETS_NULL, found = TICKETS_NULL;
	struct banplaces now = {.legacy = true};
	const struct banplace_evidence evidence = {
	    .tickets = &tickets, .now = &now, .now_us = NOW_US, .whole = true};

	add_jails(&tickets, "a ipt, b nft");
	add_tickets(&tickets, "a 192.0.2.1, b 192.0.2.2");
	ck_assert_int_eq(banplaces_lost(&found, &evidence), 0);
	ck_assert_uint_eq(found.n, 1);
	ck_assert_str_eq(found.tickets[0].jail, "b");
}
END_TEST

START_TEST(learned)
{
	_cleanup_tickets_ struct tickets tickets = TICKETS_NULL;
	_cleanup_banplaces_ struct banplaces before = BANPLACES_NULL, now = BANPLACES_NULL;

	add_places(&before, F2B "a: 192.0.2.1 192.0.2.2");
	add_places(&now, "ip filter f2b-b: 192.0.2.3");
	ck_assert(banplaces_lack(&now, &before));
	ck_assert_int_eq(banplaces_learn(&before, &now, NULL, NOW_US), 0);
	ck_assert(banplaces_lack(&now, &before));
	/* only of 192.0.2.2 somebody holds a ticket */
	add_tickets(&tickets, "a 192.0.2.2");
	ck_assert_int_eq(banplaces_learn(&before, &now, &tickets, NOW_US), 0);
	ck_assert(banplaces_lack(&now, &before));
	add_places(&now, F2B "a: 192.0.2.2");
	ck_assert(!banplaces_lack(&now, &before));
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("banplace");
	TCase *c = tcase_create("lost");

	tcase_add_loop_test(c, lost, 0, (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_test(c, legacy);
	tcase_add_test(c, learned);
	suite_add_tcase(s, c);
	return s;
}

int main(void)
{
	return unit_run(suite());
}
