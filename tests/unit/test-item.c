// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/item.h"

#include "tests/unit/commands.h"
#include "tests/unit/unit.h"

static const struct {
	const char *text;
	const char *canonical; /* NULL: refused */
} parse_rows[] = {
    {"public/service:imaps", "public/service:imaps"},
    {"public/port:465/tcp", "public/port:465/tcp"},
    {"public/port:0465/tcp", "public/port:465/tcp"},
    {"public/port:465-465/tcp", "public/port:465/tcp"},
    {"public/port:6000-6010/udp", "public/port:6000-6010/udp"},
    {"iredmail/interface:enp6s0", "iredmail/interface:enp6s0"},
    {"iredmail/source:2001:db8::/32", "iredmail/source:2001:db8::/32"},
    {"public/masquerade:yes", "public/masquerade:yes"},
    {"public/forward:yes", "public/forward:yes"},
    {"policy:in/forward:yes", NULL},
    {"policy:mail-in/service:imaps", "policy:mail-in/service:imaps"},
    {"ipset:friends/entry:192.0.2.1/32", "ipset:friends/entry:192.0.2.1"},
    {"ipset:friends/entry:192.0.2.7/24", "ipset:friends/entry:192.0.2.0/24"},
    {"ipset:friends/entry:192.0.2.1,tcp:993", "ipset:friends/entry:192.0.2.1,tcp:993"},
    {"ipset:friends/entry:192.0.2.1 x", NULL},
    {"ipset:friends/service:imaps", NULL},
    {"public/entry:192.0.2.1", NULL},
    {"direct:ipv4/chain:filter  f2b-lab", "direct:ipv4/chain:filter f2b-lab"},
    {"direct:eb/direct-rule:filter INPUT 00 -j \"DROP\"",
     "direct:eb/direct-rule:filter INPUT 0 -j DROP"},
    {"direct:ipv5/chain:filter f2b-lab", NULL},
    {"direct:/chain:filter f2b-lab", NULL},
    {"direct:ipv4/chain:filter", NULL},
    {"direct:ipv4/service:imaps", NULL},
    {"public/chain:filter f2b-lab", NULL},
    {"public/direct-rule:filter INPUT 0 -j DROP", NULL},
    {"ipset:/entry:192.0.2.1", NULL},
    {"policy:mail-in/interface:eth0", NULL},
    {"policy:/service:imaps", NULL},
    {"policy:policy:x/service:imaps", NULL},
    {"zone:public/service:imaps", NULL},
    {"public/service:", NULL},
    {"public/service:imaps imap", NULL},
    {"public/service:imaps\n", NULL},
    {"public/service:../../etc", "public/service:../../etc"},
    {"public/port:465", NULL},
    {"public/port:0/tcp", NULL},
    {"public/port:65536/tcp", NULL},
    {"public/port:18446744073709551617/tcp", NULL}, /* 2^64 + 1 must not wrap to 1 */
    {"public/port:-1/tcp", NULL},
    {"public/port:10-9/tcp", NULL},
    {"public/port:465/tcp ", NULL},
    {"public/port: 465/tcp", NULL},
    {"public/port:465/tcpx", NULL},
    {"public/masquerade:no", NULL},
    {"public/forward:no", NULL},
    {"public/forward-port:port=25:proto=tcp:toport=2525",
     "public/forward-port:port=25:proto=tcp:toport=2525:toaddr="},
    {"public/forward-port:port=025:proto=tcp:toaddr=192.0.2.1",
     "public/forward-port:port=25:proto=tcp:toport=:toaddr=192.0.2.1"},
    {"public/forward-port:port=1-9:proto=udp:toport=11-19:toaddr=2001:db8::1",
     "public/forward-port:port=1-9:proto=udp:toport=11-19:toaddr=2001:db8::1"},
    {"public/forward-port:port=25:toport=2525", NULL},
    {"public/forward-port:proto=tcp:port=25", NULL},
    {"public/forward-port:port=25:proto=tcp:toport=2525:toaddr=x y", NULL},
    {"public/forward-port:port=25:proto=tcp:toport=smtp", NULL},
    {"public/forward-port:port=25:proto=tcp:toport=2525:toport=1", NULL},
    {"public/forward-port:port=99999999999999999999:proto=tcp:toport=1", NULL},
    {"public/forward-port:", NULL},
    {"public/rule:", NULL},
    {"public/rule:rule\x1b[2Jdrop", NULL}, /* would reach a terminal */
    {"public/thing:x", NULL},
    {"public", NULL},
    {"public/service", NULL},
    {"/service:imaps", NULL},
    {"pub lic/service:imaps", NULL},
    {"", NULL},
    {"/", NULL},
    {":", NULL},
};

START_TEST(parses)
{
	_cleanup_item_ struct item item = ITEM_NULL;
	_cleanup_free_ char *text = NULL;
	struct err err = ERR_NULL;
	int r = item_parse(&item, parse_rows[_i].text, &err);

	if (!parse_rows[_i].canonical) {
		ck_assert_msg(r == ITEM_E_SYNTAX, "accepted: %s", parse_rows[_i].text);
		ck_assert_str_ne(err.text, "");
		return;
	}
	ck_assert_msg(r == 0, "refused: %s: %s", parse_rows[_i].text, err.text);
	ck_assert_int_eq(item_format(&text, &item), 0);
	ck_assert_str_eq(text, parse_rows[_i].canonical);
}
END_TEST

/* Each is restored before the next (law 3). */
static const char *const restore_order[] = {
    "public/interface:eth0",
    "public/service:imaps",
    "public/service:smtp",
    "public/port:587/tcp",
    "public/service:smtps",
    "public/service:imap",
    "public/forward-port:port=995:proto=tcp:toport=1995:toaddr=",
    "public/service:pop3",
    "public/service:https",
    "public/port:80/tcp",
    "public/service:openvpn",
    "public/rule:rule family=\"ipv4\" source address=\"192.0.2.1\" drop",
};

START_TEST(ranks_mail_before_web_before_the_rest)
{
	unsigned last = 0;

	for (size_t i = 0; i < ARRAY_SIZE(restore_order); i++) {
		_cleanup_item_ struct item item = ITEM_NULL;
		unsigned rank;

		ck_assert_int_eq(item_parse(&item, restore_order[i], NULL), 0);
		rank = item_rank(&item);
		ck_assert_msg(rank > last || i == 0, "%s comes too early", restore_order[i]);
		last = rank;
	}
}
END_TEST

static const struct {
	const char *item;
	const char *opens; /* NULL: nothing */
} opening_rows[] = {
    {"a/service:imaps", "imaps"},
    {"a/port:993/tcp", "993/tcp"},
    {"a/forward-port:port=993:proto=tcp:toport=1993:toaddr=", "993/tcp"},
    {"a/rule:rule family=ipv4 source address=203.0.113.0/24 service name=imaps accept", "imaps"},
    {"a/rule:rule port port=993 protocol=tcp accept limit value=9/m", "993/tcp"},
    {"a/rule:rule family=ipv4 source address=203.0.113.1 accept", NULL}, /* opens no service */
    {"a/rule:rule family=ipv4 source address=203.0.113.1 service name=imaps reject", NULL},
    {"a/rule:rule service name=imaps log prefix=\" accept\" drop", NULL}, /* only says so */
    {"a/rule:rule family=ipv4 forward-port port=993 protocol=tcp to-port=1993", "993/tcp"},
    {"a/rule:rule family=ipv4 source address=203.0.113.0/24 masquerade", NULL},
    {"a/rule:rule service name=imaps mark set=1", NULL},
    {"a/rule:rule protocol value=esp accept", NULL},
    {"a/masquerade:yes", NULL},
    {"a/forward:yes", NULL},
    {"a/interface:imaps", NULL},
    {"a/source-port:993/tcp", NULL},
};

START_TEST(tells_what_is_opened)
{
	_cleanup_item_ struct item item = ITEM_NULL;
	char opened[ITEM_OPENED_MAX];

	ck_assert_int_eq(item_parse(&item, opening_rows[_i].item, NULL), 0);
	ck_assert_msg(item_opens(&item, opened) == (opening_rows[_i].opens != NULL), "%s",
	              opening_rows[_i].item);
	if (opening_rows[_i].opens)
		ck_assert_str_eq(opened, opening_rows[_i].opens);
}
END_TEST

static const struct {
	const char *item, *command;
} command_rows[] = {
    {"public/service:imaps", "--zone=public --add-service=imaps"},
    {"public/forward-port:port=25:proto=tcp:toport=2525",
     "--zone=public --add-forward-port=port=25:proto=tcp:toport=2525:toaddr="},
    {"public/masquerade:yes", "--zone=public --add-masquerade"},
    {"public/forward:yes", "--zone=public --add-forward"},
    {"policy:in/masquerade:yes", "--policy=in --add-masquerade"},
    {"policy:in/port:993/tcp", "--policy=in --add-port=993/tcp"},
    {"ipset:friends/entry:192.0.2.1", "--ipset=friends --add-entry=192.0.2.1"},
    {"public/rule:rule service name=imaps accept",
     "--zone=public --add-rich-rule='rule service name=\"imaps\" accept'"},
    {"direct:ipv4/chain:filter f2b-lab", "--direct --add-chain ipv4 filter f2b-lab"},
    {"direct:ipv6/direct-rule:filter INPUT 0 -m comment --comment 'a b' -j DROP",
     "--direct --add-rule ipv6 filter INPUT 0 -m comment --comment 'a b' -j DROP"},
};

START_TEST(gives_the_command_that_makes_it_permanent)
{
	_cleanup_item_ struct item item = ITEM_NULL;
	_cleanup_free_ char *command = NULL, *want = NULL;

	ck_assert_int_eq(item_parse(&item, command_rows[_i].item, NULL), 0);
	ck_assert_int_ge(xasprintf(&want, "firewall-cmd --permanent %s", command_rows[_i].command),
	                 0);
	ck_assert_int_ge(item_permanent_command(&command, &item), 0);
	ck_assert_str_eq(command, want);
}
END_TEST

#define PREFIXED "rule family=\"ipv4\" source address=\"192.0.2.7\" log prefix=\"%s\" drop"

/* Pasted into a shell, it is the rule that reaches firewall-cmd, and nothing is run. */
START_TEST(its_command_can_be_pasted)
{
	_cleanup_free_ char *rule = NULL, *command = NULL, *want = NULL;
	_cleanup_item_ struct item item = ITEM_NULL;
	_cleanup_strv_ struct strv words = STRV_NULL;

	ck_assert_int_ge(xasprintf(&rule, PREFIXED, commands_hostile[_i]), 0);
	/* firewalld takes no rule that it could not read again */
	if (item_init(&item, "public", ITEM_RULE, rule, NULL) != 0) {
		ck_assert_int_ge(_i, 4);
		return;
	}
	ck_assert_int_eq(item_permanent_command(&command, &item), 0);
	ck_assert_int_ge(xasprintf(&want, "--add-rich-rule=%s", item.value), 0);
	words = commands_run(command);
	ck_assert_uint_eq(words.n, 4);
	ck_assert_str_eq(words.strings[3], want);
}
END_TEST

/* firewall-cmd takes many options at a time, but of one zone and one kind. */
START_TEST(joins_commands_of_many)
{
	static const char *const texts[] = {"public/service:imaps", "home/service:smtp",
	                                    "public/port:465/tcp", "public/service:smtp"};
	_cleanup_free_ char *command = NULL, *none = NULL;
	const struct item *borrowed[ARRAY_SIZE(texts)];
	struct item items[ARRAY_SIZE(texts)];

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		ck_assert_int_eq(item_parse(&items[i], texts[i], NULL), 0);
		borrowed[i] = &items[i];
	}
	ck_assert_int_eq(items_permanent_commands(&command, borrowed, ARRAY_SIZE(texts), NULL), 0);
	ck_assert_str_eq(
	    command,
	    "firewall-cmd --permanent --zone=public --add-service=imaps --add-service=smtp && "
	    "firewall-cmd --permanent --zone=home --add-service=smtp && "
	    "firewall-cmd --permanent --zone=public --add-port=465/tcp");
	ck_assert_int_eq(items_permanent_commands(&none, borrowed, 0, NULL), 0);
	ck_assert_str_eq(none, "");
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		item_deinit(&items[i]);
}
END_TEST

START_TEST(orders_by_zone_kind_value)
{
	static const char *const sorted[] = {
	    "a/service:x", "b/interface:x", "b/service:a", "b/service:b", "b/port:1/tcp",
	};
	struct item items[ARRAY_SIZE(sorted)];

	for (size_t i = 0; i < ARRAY_SIZE(sorted); i++)
		ck_assert_int_eq(item_parse(&items[i], sorted[i], NULL), 0);
	for (size_t i = 0; i < ARRAY_SIZE(sorted); i++)
		for (size_t j = 0; j < ARRAY_SIZE(sorted); j++)
			ck_assert_int_eq((item_cmp(&items[i], &items[j]) > 0) -
			                     (item_cmp(&items[i], &items[j]) < 0),
			                 (i > j) - (i < j));
	for (size_t i = 0; i < ARRAY_SIZE(sorted); i++)
		item_deinit(&items[i]);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("item");
	TCase *tcase = tcase_create("item");

	tcase_add_loop_test(tcase, parses, 0, (int)ARRAY_SIZE(parse_rows));
	tcase_add_test(tcase, ranks_mail_before_web_before_the_rest);
	tcase_add_loop_test(tcase, tells_what_is_opened, 0, (int)ARRAY_SIZE(opening_rows));
	tcase_add_loop_test(tcase, gives_the_command_that_makes_it_permanent, 0,
	                    (int)ARRAY_SIZE(command_rows));
	tcase_add_loop_test(tcase, its_command_can_be_pasted, 0, ARRAY_SIZE(commands_hostile));
	tcase_add_test(tcase, joins_commands_of_many);
	tcase_add_test(tcase, orders_by_zone_kind_value);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
