// SPDX-License-Identifier: GPL-2.0-or-later
/* What is learned from bans that were there before anybody watched. */
#include "guard/model/ban/banprior.h"

#include "tests/unit/firewalls.h"
#include "tests/unit/jails.h"
#include "tests/unit/unit.h"

#include <stdio.h>

#define NOW (INT64_C(100000) * SECOND)

static const struct jail_row jails[] = {
    {"cell", JAIL_ACTION_SOURCE, .zone = "drop",
     .command = "firewall-cmd --zone=drop --add-source=<ip>"},
    {"cell2", JAIL_ACTION_SOURCE, .zone = "drop",
     .command = "firewall-cmd --zone=drop --add-source=<ip>"},
    {"direct", JAIL_ACTION_DIRECT,
     .command = "firewall-cmd --direct --add-rule ipv4 filter INPUT 0 -s <ip> -j DROP"},
    {"letter", JAIL_ACTION_REPORT, .command = "mail -s <ip> root"},
    {"list", JAIL_ACTION_FW_IPSET, .command = "firewall-cmd --ipset=blocked --add-entry=<ip>"},
    {"named", JAIL_ACTION_FW_IPSET, .command = "firewall-cmd --ipset=f2b-named --add-entry=<ip>"},
    {"net", JAIL_ACTION_RICH,
     .command = "firewall-cmd --add-rich-rule='rule family=ipv4 source address=<ip>/24 drop'"},
    {"nft", JAIL_ACTION_NFTABLES, .command = "nft add element inet mine bad { <ip> }"},
    {"rich", JAIL_ACTION_RICH, .ports = "25",
     .command = "firewall-cmd --add-rich-rule='rule family=ipv4 source address=<ip> port port=25 "
                "protocol=tcp drop'"},
    {"script", JAIL_ACTION_OTHER, .command = "/usr/local/bin/ban <ip>"},
    {"tagged", JAIL_ACTION_FW_IPSET, .command = "firewall-cmd --ipset=<name> --add-entry=<ip>"},
    {"white", JAIL_ACTION_ALLOW, .zone = "trusted",
     .command = "firewall-cmd --zone=trusted --add-source=<ip>"},
};

/* "JAIL ADDRESS[ old|new]; …" */
static struct tickets tickets_from_text(const char *text)
{
	_cleanup_strv_ struct strv words = STRV_NULL;
	struct tickets tickets = TICKETS_NULL;

	for (size_t i = 0; i < ARRAY_SIZE(jails); i++)
		jails_add(&tickets, &jails[i]);
	ck_assert_int_eq(strv_split(&words, text, ";"), 0);
	for (size_t i = 0; i < words.n; i++) {
		char jail[32], address[64], age[8] = "";

		ck_assert_int_ge(sscanf(words.strings[i], " %31s %63s %7s", jail, address, age), 2);
		ck_assert_int_eq(
		    tickets_add(&tickets, jail, address,
		                NOW - (strcmp(age, "new") == 0 ? 1 : 3600) * SECOND,
		                strcmp(age, "old") == 0 ? NOW - SECOND : NOW + 3600 * SECOND, 1,
		                TICKET_SOURCE_SOCKET),
		    0);
	}
	tickets_sort(&tickets);
	return tickets;
}

#define DIRECT(address) "direct:ipv4/direct-rule:filter INPUT 0 -s " address " -j DROP"
#define RULE(address)   "public/rule:rule family=ipv4 source address=" address " drop"

static const struct {
	const char *what, *tickets, *firewall, *expected;
} rows[] = {
    {"nothing at all", "", "", ""},
    {"nobody is banned", "", "drop/source:192.0.2.1=r", ""},
    {"what the command says, once", "cell 192.0.2.1", "drop/source:192.0.2.1=r",
     "cell drop/source:<ip>"},
    {"beside somebody's own", "cell 192.0.2.1",
     "drop/source:192.0.2.1=r;drop/source:192.0.2.9=r;drop/source:10.0.0.0/8=r",
     "cell drop/source:<ip>"},
    {"and others that lack it", "cell 192.0.2.1;cell 192.0.2.2", "drop/source:192.0.2.1=r",
     "cell drop/source:<ip>"},
    {"nothing is there", "cell 192.0.2.1", "drop/source:192.0.2.2=r", ""},
    {"in another zone", "cell 192.0.2.1", "block/source:192.0.2.1=r", ""},
    {"for good, and so nobody's ban", "cell 192.0.2.1", "drop/source:192.0.2.1=rp", ""},
    {"for good alone", "cell 192.0.2.1", "drop/source:192.0.2.1=p", ""},
    {"over", "cell 192.0.2.1 old", "drop/source:192.0.2.1=r", ""},
    {"two jails, one zone", "cell 192.0.2.1;cell2 192.0.2.2",
     "drop/source:192.0.2.1=r;drop/source:192.0.2.2=r",
     "cell drop/source:<ip>, cell2 drop/source:<ip>"},
    {"a direct rule", "direct 192.0.2.1", DIRECT("192.0.2.1") "=r",
     "direct direct:ipv4/direct-rule:filter INPUT 0 -s '<ip>' -j DROP"},
    {"another direct rule", "direct 192.0.2.1",
     "direct:ipv4/direct-rule:filter INPUT 1 -s 192.0.2.1 -j DROP=r", ""},
    {"its network", "net 192.0.2.1", RULE("192.0.2.0/24") "=r",
     "net public/rule:rule family=\"ipv4\" source address=\"<ip>/24\" drop"},
    {"a wider one, somebody's own", "net 192.0.2.1", RULE("192.0.0.0/16") "=r", ""},
    {"what a rule's own action explains", "rich 192.0.2.1",
     "public/rule:rule family=ipv4 source address=192.0.2.1 port port=25 protocol=tcp drop=r", ""},
    {"an ipset, which nobody has read", "list 192.0.2.1", "", "list ipset:blocked/entry:<ip>"},
    {"one that was read", "list 192.0.2.1", "ipset:blocked/entry:192.0.2.1=r",
     "list ipset:blocked/entry:<ip>"},
    {"one that is known by its name", "named 192.0.2.1", "", ""},
    {"one whose name the server puts in", "tagged 192.0.2.1", "", ""},
    {"a script: one may be chance", "script 192.0.2.1", RULE("192.0.2.1") "=r", ""},
    {"two are not", "script 192.0.2.1;script 192.0.2.2",
     "block/source:192.0.2.1=r;block/source:192.0.2.2=r", "script block/source:<ip>"},
    {"unless others are there, too", "script 192.0.2.1;script 192.0.2.2",
     "drop/source:192.0.2.1=r;drop/source:192.0.2.2=r;drop/source:192.0.2.3=r", ""},
    {"or another one is banned, and not there",
     "script 192.0.2.1;script 192.0.2.2;script 192.0.2.3",
     "drop/source:192.0.2.1=r;drop/source:192.0.2.2=r", ""},
    {"who is not there yet may come", "script 192.0.2.1;script 192.0.2.2;script 192.0.2.3 new",
     "drop/source:192.0.2.1=r;drop/source:192.0.2.2=r", "script drop/source:<ip>"},
    {"of the other family", "script 192.0.2.1;script 192.0.2.2;script 2001:db8::1",
     DIRECT("192.0.2.1") "=r;" DIRECT("192.0.2.2") "=r",
     "script direct:ipv4/direct-rule:filter INPUT 0 -s '<ip>' -j DROP"},
    {"several things at once", "script 192.0.2.1;script 192.0.2.2",
     DIRECT("192.0.2.1") "=r;" DIRECT("192.0.2.2") "=r;drop/source:192.0.2.1=r;"
                                                   "drop/source:192.0.2.2=r",
     "script direct:ipv4/direct-rule:filter INPUT 0 -s '<ip>' -j DROP, script drop/source:<ip>"},
    {"a script beside a jail that says that it makes them",
     "script 192.0.2.1;script 192.0.2.2;cell 192.0.2.1;cell 192.0.2.2",
     "drop/source:192.0.2.1=r;drop/source:192.0.2.2=r", "cell drop/source:<ip>"},
    {"who lets in", "white 192.0.2.1", "trusted/source:192.0.2.1=r", "white trusted/source:<ip>"},
    {"who cannot have made it", "nft 192.0.2.1;nft 192.0.2.2;letter 192.0.2.1;letter 192.0.2.2",
     "drop/source:192.0.2.1=r;drop/source:192.0.2.2=r", ""},
};

static void describe(char *out, size_t size, const struct banshapes *shapes)
{
	size_t n = 0;

	*out = '\0';
	for (size_t i = 0; i < shapes->n; i++) {
		const struct banshape *shape = &shapes->shapes[i];

		ck_assert(shape->sure);
		n +=
		    (size_t)snprintf(out + n, size - n, "%s%s %s/%s:%s", i ? ", " : "", shape->jail,
		                     shape->zone, item_kind_name(shape->kind), shape->pattern);
	}
}

START_TEST(learns_from_what_is_there)
{
	_cleanup_tickets_ struct tickets tickets = tickets_from_text(rows[_i].tickets);
	_cleanup_firewall_ struct firewall fw = FIREWALL_NULL;
	_cleanup_banshapes_ struct banshapes found = BANSHAPES_NULL, again = BANSHAPES_NULL;
	_cleanup_strv_ struct strv items = STRV_NULL;
	struct banprior_evidence evidence = {
	    .fw = &fw, .tickets = &tickets, .known = &again, .now_us = NOW};
	char text[512];

	ck_assert_int_eq(firewall_set_default_zone(&fw, "public"), 0);
	ck_assert_int_eq(strv_split(&items, rows[_i].firewall, ";"), 0);
	for (size_t i = 0; i < items.n; i++)
		firewall_entry_from_text(&fw, items.strings[i]);
	ck_assert_int_eq(banprior_find(&found, &evidence), 0);
	describe(text, sizeof(text), &found);
	ck_assert_msg(strcmp(text, rows[_i].expected) == 0, "%s: %s instead of %s", rows[_i].what,
	              text, rows[_i].expected);
	/* what is known is not told twice */
	evidence.known = &found;
	ck_assert_int_eq(banprior_find(&again, &evidence), 0);
	describe(text, sizeof(text), &again);
	ck_assert_msg(!*text, "%s: again %s", rows[_i].what, text);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("banprior");
	TCase *tests = tcase_create("banprior");

	tcase_add_loop_test(tests, learns_from_what_is_there, 0, ARRAY_SIZE(rows));
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
