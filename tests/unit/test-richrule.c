// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What firewalld itself makes of rules is compared by richrule-oracle; here
 * stand the rules that people and fail2ban write, and what must never pass.
 */
#include "guard/model/rule/richrule.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/unit.h"

#define BAN4 "rule family=\"ipv4\" source address=\"192.0.2.11\""

static const struct {
	const char *text;
	const char *canonical; /* NULL: refused */
} parse_rows[] = {
    /* fail2ban's firewallcmd-rich-rules: port names stay as they are */
    {"rule family='ipv4' source address='192.0.2.11' port port='smtp' protocol='tcp' "
     "reject type='icmp-port-unreachable'",
     BAN4 " port port=\"smtp\" protocol=\"tcp\" reject type=\"icmp-port-unreachable\""},
    {"rule family=ipv6 source address=2001:DB8::1 port port=25 protocol=tcp reject "
     "type=icmp6-port-unreachable",
     "rule family=\"ipv6\" source address=\"2001:DB8::1\" port port=\"25\" protocol=\"tcp\" "
     "reject type=\"icmp6-port-unreachable\""},
    /* order and quotes */
    {"rule drop source address=192.0.2.11 family=ipv4", BAN4 " drop"},
    {"rule   drop \"source\"  'address=192.0.2.11'   family=ip\"v4\"", BAN4 " drop"},
    {"rule family=ipv4 family=ipv6 family=ipv4 source address=192.0.2.11 drop", BAN4 " drop"},
    {"rule priority=-100 family=ipv4 source address=192.0.2.11 drop",
     "rule priority=\"-100\" family=\"ipv4\" source address=\"192.0.2.11\" drop"},
    {"rule priority=0 family=ipv4 source address=192.0.2.11 drop", BAN4 " drop"},
    {"rule family=ipv4 source address=192.0.2.11\n\tdrop", NULL}, /* dropped, so "…11drop" */
    {"rule family=ipv4 source address=192.0.2.11 \n drop\x01", BAN4 " drop"},
    /* the elements */
    {"rule service name=imaps accept", "rule service name=\"imaps\" accept"},
    {"rule protocol value=esp accept", "rule protocol value=\"esp\" accept"},
    {"rule source-port port=53 protocol=udp accept",
     "rule source-port port=\"53\" protocol=\"udp\" accept"},
    {"rule icmp-block name=echo-request", "rule icmp-block name=\"echo-request\""},
    {"rule icmp-type name=echo-request drop", "rule icmp-type name=\"echo-request\" drop"},
    {"rule masquerade family=ipv4 source address=10.0.0.0/8",
     "rule family=\"ipv4\" source address=\"10.0.0.0/8\" masquerade"},
    {"rule tcp-mss-clamp value=pmtu", "rule tcp-mss-clamp value=\"pmtu\""},
    {"rule tcp-mss-clamp", "rule tcp-mss-clamp"},
    {"rule family=ipv4 forward-port port=80 protocol=tcp to-port=8080 to-addr=10.0.0.2",
     "rule family=\"ipv4\" forward-port port=\"80\" protocol=\"tcp\" to-port=\"8080\" "
     "to-addr=\"10.0.0.2\""},
    {"rule source NOT mac=aa:bb:cc:00:11:22 accept",
     "rule source NOT mac=\"AA:BB:CC:00:11:22\" accept"},
    {"rule source ipset=blocked drop", "rule source ipset=\"blocked\" drop"},
    {"rule family=ipv4 destination not address=192.0.2.0/24 accept",
     "rule family=\"ipv4\" destination NOT address=\"192.0.2.0/24\" accept"},
    {"rule service name=smtp log prefix='mail in: ' level=info limit value=3/minute audit accept "
     "limit value=2/day",
     "rule service name=\"smtp\" log prefix=\"mail in: \" level=\"info\" limit value=\"3/m\" audit "
     "accept limit value=\"2/d\""},
    {"rule service name=smtp nflog queue-size=7 prefix=x group=1 limit value=1/s",
     "rule service name=\"smtp\" nflog group=\"1\" prefix=\"x\" queue-size=\"7\" limit "
     "value=\"1/s\""},
    {"rule family=ipv4 source address=192.0.2.11 mark set=0x10/0xff",
     "rule family=\"ipv4\" source address=\"192.0.2.11\" mark set=0x10/0xff"},
    {"rule priority=5 log", "rule priority=\"5\" log"},
    /* firewalld 2.2 and later */
    {"rule service name=smtp accept limit value=3/m burst=5",
     "rule service name=\"smtp\" accept limit value=\"3/m\" burst=5"},
    {"rule service name=smtp accept limit burst=0 value=3/m",
     "rule service name=\"smtp\" accept limit value=\"3/m\""},
    {"rule service name=smtp accept limit value=3/m burst=-1", NULL},
    {"rule service name=smtp accept limit burst=5", NULL},
    /* quirks of firewalld that are kept */
    {"rule limit value=1/s service name=smtp accept",
     "rule service name=\"smtp\" accept limit value=\"1/s\""},
    {"rule limit value=1/s masquerade", "rule masquerade"},
    {"rule port port=1 protocol=tcp tcp-mss-clamp", "rule tcp-mss-clamp"},
    {"rule service name=smtp accept EOL whatever=follows", "rule service name=\"smtp\" accept"},
    {"rule family=ipv4 source address=192.0.2.0/024 invert=no drop",
     "rule family=\"ipv4\" source NOT address=\"192.0.2.0/024\" drop"},
    {"rule port port=25- protocol=tcp accept", "rule port port=\"25-\" protocol=\"tcp\" accept"},
    /* only the second form is stable; a signal carries the first, a getter the one between */
    {"rule service name='sm\"t\"p' accept", "rule service name=\"smtp\" accept"},
    {"rule service name='smt\"p' accept", NULL},
    {"rule service name='smtp\\' accept", NULL},
    {"rule service name=smtp mark set='1 '", "rule service name=\"smtp\" mark set=1"},
    {"rule service name=smtp mark set=' 1'", NULL},
    /* no rule */
    {"", NULL},
    {" ", NULL},
    {"\x01", NULL},
    {"EOL", NULL},
    {"rule", NULL},
    {"rules drop", NULL},
    {"rule drop", NULL},
    {"rule rule family=ipv4 source address=192.0.2.11 drop", NULL},
    {"family=ipv4 rule source address=192.0.2.11 drop", NULL},
    {"rule family=ipv4 source address=192.0.2.11", NULL},
    {"rule source address=192.0.2.11 drop", NULL},
    {"rule family=ipv6 source address=192.0.2.11 drop", NULL},
    {"rule family=ipv4 source address=2001:db8::1 drop", NULL},
    {"rule family=ipv4 source drop", NULL},
    {"rule family=ipv4 source address=192.0.2.11 mac=00:00:00:00:00:00 drop", NULL},
    {"rule family=ipv4 source address=192.0.2.11 source address=192.0.2.12 drop", NULL},
    {"rule family=ipv4 source address=192.0.2.11 drop accept", NULL},
    {"rule family=ipv4 source address=192.0.2.11/33 drop", NULL},
    {"rule family=ipv4 source address=192.0.2.11 reject type=icmp6-port-unreachable", NULL},
    {"rule service name=a reject type=tcp-reset", NULL},
    {"rule service name=a service name=b accept", NULL},
    {"rule service accept", NULL},
    {"rule service name=a audit", NULL},
    {"rule service name=a audit mark set=1", NULL},
    {"rule icmp-block name=a drop", NULL},
    {"rule masquerade source mac=00:11:22:33:44:55", NULL},
    {"rule port port=25 protocol=icmp accept", NULL},
    {"rule port port=65536 protocol=tcp accept", NULL},
    {"rule port port=18446744073709551641 protocol=tcp accept", NULL}, /* 2^64 + 25 */
    {"rule port port=-25 protocol=tcp accept", NULL},
    {"rule port protocol=tcp accept", NULL},
    {"rule priority=32768 service name=a accept", NULL},
    {"rule priority=99999999999999999999 service name=a accept", NULL},
    {"rule service name=a accept limit value=1/d", NULL},
    {"rule service name=a accept limit", NULL},
    {"rule service name=a accept limit value=0/s", NULL},
    {"rule service name=a mark", NULL},
    {"rule service name=a mark set=4294967296", NULL},
    {"rule service name=a log level=err accept", NULL},
    {"rule service name=a log level=info log level=info accept", NULL},
    {"rule service name=a=b accept", NULL},
    {"rule service name= accept", NULL},
    {"rule service =a accept", NULL},
    {"rule service name=\"a accept", NULL},
    {"rule service name='a accept", NULL},
    {"rule service name=a accept \\", NULL},
    {"rule service name=a accept \"\"", NULL},
    {"rule service name=a accept EOL \"", NULL},
    {"rule service name=\xff accept", NULL},         /* no D-Bus string */
    {"rule service name=\xc0\xaf accept", NULL},     /* overlong '/' */
    {"rule service name=\xed\xa0\x80 accept", NULL}, /* a surrogate */
    {"rule service name=\xe6\x97 accept", NULL},
    {"rule service name=\xf4\x90\x80\x80 accept", NULL},
};

START_TEST(parses)
{
	_cleanup_free_ char *text = NULL, *again = NULL;
	struct err err = ERR_NULL;
	int r = richrule_canonical(&text, parse_rows[_i].text, &err);

	if (!parse_rows[_i].canonical) {
		ck_assert_msg(r == RICHRULE_E_SYNTAX, "accepted: %s", parse_rows[_i].text);
		ck_assert_str_ne(err.text, "");
		return;
	}
	ck_assert_msg(r == 0, "refused: %s: %s", parse_rows[_i].text, err.text);
	ck_assert_str_eq(text, parse_rows[_i].canonical);
	ck_assert_int_eq(richrule_canonical(&again, text, &err), 0);
	ck_assert_str_eq(text, again);
}
END_TEST

static const struct {
	const char *text;
	const char *error; /* its beginning */
} error_rows[] = {
    {"drop", "column 1: a rich rule begins with 'rule'"},
    {"rule family=ipv5 drop", "column 6: the family is ipv4 or ipv6, not 'ipv5'"},
    {"rule service name=é accept drop", "column 28: 'drop' is one too many"},
    {"rule family=ipv4 source address=x drop", "column 18: 'x' is not an IPv4 address"},
    {"rule service name=\"x", "column 19: this quote is never closed"},
    {"rule service name=x accept limit value=9/y", "column 21: '9/y' is not a limit"},
    {"rule service name=\xff", "column 19: this is not UTF-8"},
};

START_TEST(errors_name_the_column)
{
	struct richrule rule = RICHRULE_NULL;
	struct err err = ERR_NULL;

	ck_assert_int_eq(richrule_parse(&rule, error_rows[_i].text, &err), RICHRULE_E_SYNTAX);
	ck_assert_ptr_null(rule.text);
	ck_assert_msg(strncmp(err.text, error_rows[_i].error, strlen(error_rows[_i].error)) == 0,
	              "%s: %s", error_rows[_i].text, err.text);
	ck_assert_int_eq(richrule_parse(&rule, error_rows[_i].text, NULL), RICHRULE_E_SYNTAX);
}
END_TEST

static const struct {
	const char *text;
	const char *source; /* NULL: none */
	bool deny, ban;
} ask_rows[] = {
    {BAN4 " drop", "192.0.2.11", true, true},
    {BAN4 " reject", "192.0.2.11", true, true},
    {BAN4 " port port=25 protocol=tcp reject", "192.0.2.11", true, true},
    {BAN4 " service name=smtp log drop", "192.0.2.11", true, true},
    {BAN4 " accept", "192.0.2.11", false, false},
    {BAN4 " log prefix=x", NULL, false, false}, /* refused: no action, priority 0 */
    {BAN4 " priority=1 log", "192.0.2.11", false, false},
    {BAN4 " drop limit value=1/s", "192.0.2.11", true, false},
    {BAN4 " icmp-type name=echo-request drop", "192.0.2.11", true, false},
    {BAN4 " icmp-block name=echo-request", "192.0.2.11", false, false},
    {"rule family=ipv4 source address=192.0.2.77/24 drop", "192.0.2.0/24", true, true},
    {"rule family=ipv4 source address=192.0.2.77/255.255.255.0 drop", "192.0.2.0/24", true, true},
    {"rule family=ipv4 source address=192.0.2.77/255.0.255.0 drop", "", true, false},
    {"rule family=ipv4 source address=0.0.0.0/0 drop", "0.0.0.0/0", true, true},
    {"rule family=ipv4 source NOT address=192.0.2.11 drop", "", true, false},
    {"rule family=ipv6 source address=[2001:db8::1]/32 drop", "2001:db8::/32", true, true},
    {"rule family=ipv6 source address=::ffff:192.0.2.1 drop", "", true, false},
    {"rule source ipset=x drop", "", true, false},
    {"rule source mac=00:11:22:33:44:55 drop", "", true, false},
    {"rule service name=smtp drop", "", true, false},
};

START_TEST(answers)
{
	_cleanup_richrule_ struct richrule rule = RICHRULE_NULL;
	char text[CIDR_TEXT_LENGTH] = "";
	struct cidr cidr;

	if (!ask_rows[_i].source) {
		ck_assert_int_eq(richrule_parse(&rule, ask_rows[_i].text, NULL), RICHRULE_E_SYNTAX);
		return;
	}
	ck_assert_int_eq(richrule_parse(&rule, ask_rows[_i].text, NULL), 0);
	if (richrule_source_cidr(&rule, &cidr))
		cidr_format(&cidr, text);
	ck_assert_str_eq(text, ask_rows[_i].source);
	ck_assert(richrule_is_deny(&rule) == ask_rows[_i].deny);
	ck_assert(richrule_is_ban(&rule) == ask_rows[_i].ban);
}
END_TEST

/* Sorted; no two are the same rule. */
static const char *const order_rows[] = {
    "rule priority=-1 service name=smtp accept",
    "rule service name=imap accept",
    "rule service name=smtp accept",
    "rule service name=smtp accept limit value=1/m",
    "rule service name=smtp accept limit value=2/m",
    "rule service name=smtp accept limit value=2/m burst=2",
    "rule service name=smtp drop",
    BAN4 " port port=25 protocol=tcp drop",
    BAN4 " port port=smtp protocol=tcp drop",
    "rule family=ipv4 source address=192.0.2.12 port port=25 protocol=tcp drop",
    "rule family=ipv4 source NOT address=192.0.2.11 port port=25 protocol=tcp drop",
};

START_TEST(compares)
{
	_cleanup_richrule_ struct richrule a = RICHRULE_NULL;

	ck_assert_int_eq(richrule_parse(&a, order_rows[_i], NULL), 0);
	for (size_t i = 0; i < ARRAY_SIZE(order_rows); i++) {
		_cleanup_richrule_ struct richrule b = RICHRULE_NULL;

		ck_assert_int_eq(richrule_parse(&b, order_rows[i], NULL), 0);
		ck_assert_msg((richrule_cmp(&a, &b) == 0) == (i == (size_t)_i), "%s | %s",
		              order_rows[_i], order_rows[i]);
		ck_assert((richrule_cmp(&a, &b) < 0) == (richrule_cmp(&b, &a) > 0));
	}
}
END_TEST

START_TEST(bounds)
{
	_cleanup_free_ char *text = malloc(RICHRULE_TEXT_MAX + 2), *out = NULL;
	const char *before = "rule service name=", *after = " accept";
	size_t length = RICHRULE_TEXT_MAX - strlen(after);
	struct richrule rule = RICHRULE_NULL;

	ck_assert_ptr_nonnull(text);
	memset(text, 'x', RICHRULE_TEXT_MAX + 1);
	memcpy(text, before, strlen(before));
	memcpy(text + length, after, strlen(after) + 1);
	ck_assert_int_eq(richrule_parse(&rule, text, NULL), 0);
	ck_assert_int_eq(richrule_format(&out, &rule), 0);
	ck_assert_uint_eq(strlen(out), RICHRULE_TEXT_MAX + 2); /* two quotes more */
	richrule_deinit(&rule);
	memcpy(text + length, "x accept", strlen(after) + 2);
	ck_assert_int_eq(richrule_parse(&rule, text, NULL), RICHRULE_E_SYNTAX);
	memset(text, '-', RICHRULE_TEXT_MAX);
	memcpy(text, "rule port port=1", strlen("rule port port=1"));
	ck_assert_int_eq(richrule_parse(&rule, text, NULL), RICHRULE_E_SYNTAX);
}
END_TEST

static Suite *suite(void)
{
	Suite *suite = suite_create("richrule");
	TCase *tcase = tcase_create("richrule");

	tcase_add_loop_test(tcase, parses, 0, ARRAY_SIZE(parse_rows));
	tcase_add_loop_test(tcase, errors_name_the_column, 0, ARRAY_SIZE(error_rows));
	tcase_add_loop_test(tcase, answers, 0, ARRAY_SIZE(ask_rows));
	tcase_add_loop_test(tcase, compares, 0, ARRAY_SIZE(order_rows));
	tcase_add_test(tcase, bounds);
	suite_add_tcase(suite, tcase);
	return suite;
}

int main(void)
{
	return unit_run(suite());
}
