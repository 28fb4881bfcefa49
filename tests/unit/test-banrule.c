// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/ban/banrule.h"

#include "tests/unit/firewalls.h"
#include "tests/unit/jails.h"
#include "tests/unit/unit.h"

#define PORTS_LOOP                                                                                 \
	"ports=\"smtp,imaps\"; for p in $(echo $ports | tr \", \" \" \"); do firewall-cmd "
#define RULE(address, port)                                                                        \
	"public/rule:rule family=\"ipv4\" source address=\"" address "\" port port=\"" port        \
	"\" protocol=\"tcp\" reject type=\"icmp-port-unreachable\""

/* The jails of which it is asked what their bans lack; what is in none of their ways is left. */
static const struct jail_row jails[] = {
    {"rich", JAIL_ACTION_RICH, "smtp,imaps", "tcp",
     .command = PORTS_LOOP "--add-rich-rule=\"rule family='<family>' source address='<ip>' port "
                           "port='$p' protocol='tcp' reject type='<rejecttype>'\"; done"},
    {"logs", JAIL_ACTION_RICH, "smtp", "tcp",
     .command = PORTS_LOOP "--add-rich-rule=\"rule family='<family>' source address='<ip>' port "
                           "port='$p' protocol='tcp' log prefix='f2b' drop\"; done"},
    {"whole", JAIL_ACTION_RICH,
     .command = "firewall-cmd --zone=dmz --add-rich-rule='rule family=<family> source address=<ip> "
                "drop'",
     .zone = "dmz"},
    {"network", JAIL_ACTION_RICH,
     .command = "firewall-cmd --add-rich-rule='rule family=ipv4 source address=<ip>/24 drop'"},
    {"script", JAIL_ACTION_RICH,
     .command = "firewall-cmd --add-rich-rule=\"rule source address=<ip> $how\""},
    {"direct", JAIL_ACTION_DIRECT,
     .command = "firewall-cmd --direct --add-rule <family> filter f2b-direct 0 -s <ip> -j REJECT "
                "--reject-with <rejecttype>"},
    {"set", JAIL_ACTION_FW_IPSET, .command = "firewall-cmd --ipset=<ipmset> --add-entry=<ip>"},
    {"unread", JAIL_ACTION_FW_IPSET, .command = "firewall-cmd --ipset=x --add-entry=<ip>"},
    {"cell", JAIL_ACTION_SOURCE, .command = "firewall-cmd --zone=drop --add-source=<ip>"},
    {"cells", JAIL_ACTION_OTHER, .command = "/usr/local/bin/deny <ip>"},
    {"white", JAIL_ACTION_ALLOW, .command = "firewall-cmd --zone=trusted --add-source=<ip>"},
};

static const struct {
	const char *jail, *address, *now;
	const char *want; /* the items, a line each */
} rows[] = {
    {"rich", "192.0.2.1", "", RULE("192.0.2.1", "imaps") "\n" RULE("192.0.2.1", "smtp") "\n"},
    /* between two rules, and beside what somebody else denies */
    {"rich", "192.0.2.1", RULE("192.0.2.1", "imaps"), RULE("192.0.2.1", "smtp") "\n"},
    {"rich", "192.0.2.1", RULE("192.0.2.1", "22"),
     RULE("192.0.2.1", "imaps") "\n" RULE("192.0.2.1", "smtp") "\n"},
    {"rich", "2001:db8::1", "",
     "public/rule:rule family=\"ipv6\" source address=\"2001:db8::1\" port port=\"imaps\" "
     "protocol=\"tcp\" reject type=\"icmp6-port-unreachable\"\n"
     "public/rule:rule family=\"ipv6\" source address=\"2001:db8::1\" port port=\"smtp\" "
     "protocol=\"tcp\" reject type=\"icmp6-port-unreachable\"\n"},
    {"logs", "192.0.2.1", "",
     "public/rule:rule family=\"ipv4\" source address=\"192.0.2.1\" port port=\"smtp\" "
     "protocol=\"tcp\" log prefix=\"f2b\" drop\n"},
    {"whole", "192.0.2.1", "", "dmz/rule:rule family=\"ipv4\" source address=\"192.0.2.1\" drop\n"},
    /* in which form is not known, nor in which place */
    {"network", "192.0.2.1", "", ""},
    {"script", "192.0.2.1", "", ""},
    {"unread", "192.0.2.1", "", ""},
    {"direct", "192.0.2.1", "",
     "direct:ipv4/direct-rule:filter f2b-direct 0 -s 192.0.2.1 -j REJECT --reject-with "
     "icmp-port-unreachable\n"},
    {"set", "192.0.2.1", "", "ipset:f2b-set/entry:192.0.2.1\n"},
    {"set", "192.0.2.1", "ipset:f2b-set/entry:192.0.2.1", ""},
    {"set", "2001:db8::1", "", ""},
    /* by what was seen of them */
    {"cell", "192.0.2.1", "", "drop/source:192.0.2.1\n"},
    {"cell", "192.0.2.1", "drop/source:192.0.2.1", ""},
    {"cells", "192.0.2.1", "", ""},
    {"white", "192.0.2.1", "", ""},
    /* over, or of another time */
    {"rich", "192.0.2.99", "", ""},
    {"rich", "192.0.2.98", "", ""},
    {"rich", "mail.example.org", "", ""},
};

static void add_ticket(struct tickets *tickets, const char *jail, const char *address)
{
	bool over = strcmp(address, "192.0.2.99") == 0, old = strcmp(address, "192.0.2.98") == 0;

	ck_assert_int_eq(tickets_add(tickets, jail, address, old ? 50 : 150, over ? 199 : 0, 1,
	                             TICKET_SOURCE_SOCKET),
	                 0);
}

static void add_shape(struct banshapes *shapes, const char *jail, const char *zone,
                      const char *pattern)
{
	struct banshape shape = {.jail = strdup(jail),
	                         .zone = strdup(zone),
	                         .pattern = strdup(pattern),
	                         .kind = ITEM_SOURCE,
	                         .sure = true};

	ck_assert_int_eq(banshapes_add_take(shapes, &shape), 0);
}

static char *ask(size_t row, int64_t began_us)
{
	_cleanup_tickets_ struct tickets tickets = TICKETS_NULL;
	_cleanup_banshapes_ struct banshapes shapes = BANSHAPES_NULL;
	_cleanup_firewall_ struct firewall now = FIREWALL_NULL, out = FIREWALL_NULL;
	_cleanup_item_ struct item item = ITEM_NULL;
	struct firewall_entry *entry;
	struct banrule_query query = {.tickets = &tickets,
	                              .shapes = &shapes,
	                              .now = &now,
	                              .since_us = 100,
	                              .began_us = began_us,
	                              .now_us = 200};
	char *text = strdup("");

	for (size_t i = 0; i < ARRAY_SIZE(jails); i++) {
		struct jail_action *action = jails_add(&tickets, &jails[i]);

		action->reject = strdup("icmp-port-unreachable");
		action->reject6 = strdup("icmp6-port-unreachable");
	}
	add_shape(&shapes, "cell", "drop", "<ip>");
	add_shape(&shapes, "cells", "drop", "<ip>/24");
	add_shape(&shapes, "white", "trusted", "<ip>");
	add_ticket(&tickets, rows[row].jail, rows[row].address);
	tickets_sort(&tickets);
	now.default_zone = strdup("public");
	ck_assert_int_eq(strv_add(&now.zones, "ipset:f2b-set"), 0);
	if (*rows[row].now) {
		ck_assert_int_eq(item_parse(&item, rows[row].now, NULL), 0);
		ck_assert_int_eq(firewall_put(&now, &item, &entry), 0);
		entry->flags = FIREWALL_RUNTIME;
	}
	ck_assert_int_eq(banrule_unseen(&out, &query), 0);
	for (size_t i = 0; i < out.n; i++) {
		_cleanup_free_ char *line = NULL, *before = text;

		ck_assert_int_eq(item_format(&line, &out.entries[i].item), 0);
		ck_assert_int_ge(xasprintf(&text, "%s%s\n", before, line), 0);
	}
	return text;
}

START_TEST(makes_what_is_missing)
{
	_cleanup_free_ char *got = ask((size_t)_i, 0);

	ck_assert_str_eq(got, rows[_i].want);
}
END_TEST

/* A server that has just made all rules again: however old the ticket is. */
START_TEST(of_a_server_that_began_since)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_free_ char *got = ask(i, 150);

		if (strcmp(rows[i].address, "192.0.2.98") == 0)
			ck_assert_str_eq(
			    got, RULE("192.0.2.98", "imaps") "\n" RULE("192.0.2.98", "smtp") "\n");
		else
			ck_assert_str_eq(got, rows[i].want);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("banrule");
	TCase *tcase = tcase_create("banrule");

	tcase_add_loop_test(tcase, makes_what_is_missing, 0, ARRAY_SIZE(rows));
	tcase_add_test(tcase, of_a_server_that_began_since);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
