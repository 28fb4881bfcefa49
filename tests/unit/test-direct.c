// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/ban/directban.h"
#include "guard/model/rule/direct.h"

#include "tests/unit/unit.h"

#include <string.h>

#define CHAIN true
#define RULE  false

/* NULL: it is refused. */
static const struct {
	bool is_chain;
	const char *value, *normal;
} rows[] = {
    {CHAIN, "filter f2b-lab", "filter f2b-lab"},
    {CHAIN, "  filter   f2b-lab ", "filter f2b-lab"},
    {CHAIN, "'filter' \"f2b-lab\"", "filter f2b-lab"},
    {CHAIN, "filter", NULL},
    {CHAIN, "filter a b", NULL},
    {CHAIN, "", NULL},
    {CHAIN, "filter ''", NULL},
    {CHAIN, "'' chain", NULL},
    {CHAIN, "filter 'a b'", "filter 'a b'"},
    {RULE, "filter INPUT 0 -j DROP", "filter INPUT 0 -j DROP"},
    {RULE, "filter INPUT 007 -j DROP", "filter INPUT 7 -j DROP"},
    {RULE, "filter INPUT -1 -j DROP", "filter INPUT -1 -j DROP"},
    {RULE, "filter INPUT 2147483648 -j DROP", NULL},
    {RULE, "filter INPUT 1x -j DROP", NULL},
    {RULE, "filter INPUT 0", NULL},
    {RULE, "filter INPUT", NULL},
    {RULE, "filter INPUT 0 -m comment --comment 'it is a ban'",
     "filter INPUT 0 -m comment --comment 'it is a ban'"},
    {RULE, "filter INPUT 0 --comment \"it is a ban\"", "filter INPUT 0 --comment 'it is a ban'"},
    {RULE, "filter INPUT 0 --comment it\\ is", "filter INPUT 0 --comment 'it is'"},
    {RULE, "filter INPUT 0 --comment 'don'\\''t'", "filter INPUT 0 --comment 'don'\\''t'"},
    {RULE, "filter INPUT 0 --comment \"don't\"", "filter INPUT 0 --comment 'don'\\''t'"},
    {RULE, "filter INPUT 0 --comment ''", "filter INPUT 0 --comment ''"},
    {RULE, "filter INPUT 0 -m set ! --match-set a src",
     "filter INPUT 0 -m set '!' --match-set a src"},
    {RULE, "filter INPUT 0 --log-prefix '$(reboot);'", "filter INPUT 0 --log-prefix '$(reboot);'"},
    /* what a shell would do more with */
    {RULE, "filter INPUT 0 --comment \"$HOME\"", NULL},
    {RULE, "filter INPUT 0 --comment \"`id`\"", NULL},
    {RULE, "filter INPUT 0 --comment 'open", NULL},
    {RULE, "filter INPUT 0 --comment open\\", NULL},
    {RULE, "filter INPUT 0 --comment 'a\nb'", NULL},
    {RULE, "filter INPUT 0 a\tb", NULL},
    {RULE, "filter INPUT 0 --comment \xc3\xa4", "filter INPUT 0 --comment '\xc3\xa4'"},
};

START_TEST(has_one_form)
{
	_cleanup_free_ char *normal = NULL, *again = NULL;
	int r = direct_canonical(&normal, rows[_i].is_chain, rows[_i].value);

	if (!rows[_i].normal) {
		ck_assert_int_eq(r, DIRECT_E_SYNTAX);
		return;
	}
	ck_assert_int_eq(r, 0);
	ck_assert_str_eq(normal, rows[_i].normal);
	ck_assert_int_eq(direct_canonical(&again, rows[_i].is_chain, normal), 0);
	ck_assert_str_eq(again, normal);
}
END_TEST

/* Whatever the words are: what is read back is what was written. */
START_TEST(keeps_words)
{
	static const char signs[] = "a0-'\" \\$!;|&(){}<>*?#~\x80";
	unsigned seed = 7;

	for (int round = 0; round < 3000; round++) {
		_cleanup_direct_ struct direct direct = DIRECT_NULL;
		_cleanup_free_ char *text = NULL;
		const char *words[8] = {"filter", "INPUT", "0"};
		char args[5][8];
		size_t n = 4 + (seed = seed * 1103515245 + 12345) / 65536 % 5;

		for (size_t i = 3; i < n; i++) {
			size_t length = (seed = seed * 1103515245 + 12345) / 65536 % 7;

			for (size_t k = 0; k < length; k++)
				args[i - 3][k] = signs[(seed = seed * 1103515245 + 12345) / 65536 %
				                       (sizeof(signs) - 1)];
			args[i - 3][length] = '\0';
			words[i] = args[i - 3];
		}
		ck_assert_int_eq(direct_format(&text, words, n), 0);
		ck_assert_msg(direct_parse(&direct, RULE, text) == 0, "%s", text);
		ck_assert_uint_eq(direct.n_args, n - 3);
		for (size_t i = 3; i < n; i++)
			ck_assert_str_eq(direct.args[i - 3], words[i]);
	}
}
END_TEST

START_TEST(is_bounded)
{
	char value[3 * DIRECT_WORDS_MAX + 64] = "filter INPUT 0";
	_cleanup_free_ char *normal = NULL;

	for (size_t i = 3; i < DIRECT_WORDS_MAX; i++)
		strcat(value, " x");
	ck_assert_int_eq(direct_canonical(&normal, RULE, value), 0);
	strcat(value, " x");
	ck_assert_int_eq(direct_canonical(&normal, RULE, value), DIRECT_E_SYNTAX);
}
END_TEST

#define V4 "direct:ipv4/"
#define V6 "direct:ipv6/"

static const struct {
	const char *item;
	enum directban_role role;
	const char *name, *source;
} roles[] = {
    /* as the actions of fail2ban 1.0 write them */
    {V4 "chain:filter f2b-lab", DIRECTBAN_FRAME, "lab", NULL},
    {V4 "direct-rule:filter f2b-lab 1000 -j RETURN", DIRECTBAN_FRAME, "lab", NULL},
    {V4 "direct-rule:filter INPUT_direct 0 -m conntrack --ctstate NEW -p tcp -m multiport --dports "
        "imaps,25 -j f2b-lab",
     DIRECTBAN_FRAME, "lab", NULL},
    {V4 "direct-rule:filter INPUT_direct 0 -j f2b-lab", DIRECTBAN_FRAME, "lab", NULL},
    {V4 "direct-rule:filter INPUT_direct 0 -p tcp -m multiport --dports imaps -m set --match-set "
        "f2b-lab src -j REJECT --reject-with icmp-port-unreachable",
     DIRECTBAN_FRAME, "lab", NULL},
    {V6 "direct-rule:filter INPUT_direct 0 -p tcp -m multiport --dports imaps -m set --match-set "
        "f2b-lab6 src -j REJECT --reject-with icmp6-port-unreachable",
     DIRECTBAN_FRAME, "lab6", NULL},
    {V4 "direct-rule:filter f2b-lab 0 -s 192.0.2.1 -j REJECT --reject-with icmp-port-unreachable",
     DIRECTBAN_BAN, "lab", "192.0.2.1"},
    {V6 "direct-rule:filter f2b-lab 0 -s 2001:db8::1 -j DROP", DIRECTBAN_BAN, "lab", "2001:db8::1"},
    {V4 "direct-rule:filter f2b-lab 0 -s 192.0.2.0/24 -j DROP", DIRECTBAN_BAN, "lab",
     "192.0.2.0/24"},
    /* nothing that these actions write */
    {V4 "chain:filter mine", DIRECTBAN_NONE, NULL, NULL},
    {V4 "chain:filter f2b-", DIRECTBAN_NONE, NULL, NULL},
    {V4 "direct-rule:filter INPUT 0 -s 192.0.2.1 -j DROP", DIRECTBAN_NONE, NULL, NULL},
    {V4 "direct-rule:filter f2b-lab 0 -s 192.0.2.1 -j ACCEPT", DIRECTBAN_NONE, NULL, NULL},
    {V4 "direct-rule:filter f2b-lab 0 ! -s 192.0.2.1 -j DROP", DIRECTBAN_NONE, NULL, NULL},
    {V4 "direct-rule:filter f2b-lab 0 -s mail.example -j DROP", DIRECTBAN_NONE, NULL, NULL},
    {V4 "direct-rule:filter f2b-lab 0 -j ACCEPT", DIRECTBAN_NONE, NULL, NULL},
    {V4 "direct-rule:filter f2b-lab 0 -i eth0 -j RETURN", DIRECTBAN_NONE, NULL, NULL},
    {V4 "direct-rule:filter INPUT 0 -m set ! --match-set f2b-lab src -j DROP", DIRECTBAN_NONE, NULL,
     NULL},
    {V4 "direct-rule:filter INPUT 0 -m comment --comment f2b-lab -j DROP", DIRECTBAN_NONE, NULL,
     NULL},
    {"public/service:imaps", DIRECTBAN_NONE, NULL, NULL},
};

START_TEST(knows_fail2bans)
{
	_cleanup_item_ struct item item = ITEM_NULL;
	char name[ITEM_ZONE_MAX + 1], text[CIDR_TEXT_LENGTH];
	struct cidr source;

	ck_assert_int_eq(item_parse(&item, roles[_i].item, NULL), 0);
	ck_assert_int_eq(directban_role(&item, name, &source), roles[_i].role);
	if (roles[_i].name)
		ck_assert_str_eq(name, roles[_i].name);
	if (roles[_i].source) {
		cidr_format(&source, text);
		ck_assert_str_eq(text, roles[_i].source);
	}
}
END_TEST

static Suite *suite(void)
{
	Suite *suite = suite_create("direct");
	TCase *tcase = tcase_create("direct");

	tcase_add_loop_test(tcase, has_one_form, 0, ARRAY_SIZE(rows));
	tcase_add_test(tcase, keeps_words);
	tcase_add_test(tcase, is_bounded);
	tcase_add_loop_test(tcase, knows_fail2bans, 0, ARRAY_SIZE(roles));
	suite_add_tcase(suite, tcase);
	return suite;
}

int main(void)
{
	return unit_run(suite());
}
