// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/ban/denial.h"

#include <string.h>

#include "tests/unit/unit.h"

static const struct {
	const char *rule;
	const char *source; /* NULL: nobody is kept from mail by it */
} rows[] = {
    {"rule family=\"ipv4\" source address=\"101.13.5.0/24\" drop", "101.13.5.0/24"},
    {"rule family=\"ipv6\" source address=\"2001:db8::/32\" reject", "2001:db8::/32"},
    /* as fail2ban makes them, a port each, names kept */
    {"rule family=\"ipv4\" source address=\"192.0.2.1\" port port=\"smtp\" protocol=\"tcp\" "
     "reject type=\"icmp-port-unreachable\"",
     "192.0.2.1"},
    {"rule family=\"ipv4\" source address=\"192.0.2.1\" port port=\"imap2\" protocol=\"tcp\" drop",
     "192.0.2.1"},
    {"rule family=\"ipv4\" source address=\"192.0.2.1\" port port=\"0-65535\" protocol=\"tcp\" "
     "reject",
     "192.0.2.1"},
    {"rule family=\"ipv4\" source address=\"192.0.2.1\" port port=\"460-470\" protocol=\"tcp\" "
     "drop",
     "192.0.2.1"},
    {"rule family=\"ipv4\" source address=\"192.0.2.1\" service name=\"imaps\" drop", "192.0.2.1"},
    {"rule family=\"ipv4\" source address=\"192.0.2.1\" protocol value=\"tcp\" drop", "192.0.2.1"},
    {"rule family=\"ipv4\" source address=\"192.0.2.1\" accept", NULL},
    {"rule family=\"ipv4\" source address=\"192.0.2.1\" port port=\"22\" protocol=\"tcp\" drop",
     NULL},
    {"rule family=\"ipv4\" source address=\"192.0.2.1\" port port=\"25\" protocol=\"udp\" drop",
     NULL},
    {"rule family=\"ipv4\" source address=\"192.0.2.1\" service name=\"ssh\" drop", NULL},
    {"rule family=\"ipv4\" source address=\"192.0.2.1\" protocol value=\"esp\" drop", NULL},
    {"rule family=\"ipv4\" source NOT address=\"192.0.2.1\" drop", NULL},
    {"rule family=\"ipv4\" source ipset=\"evil\" drop", NULL},
    {"rule service name=\"imaps\" drop", NULL},
    {"nonsense", NULL},
};

START_TEST(denies)
{
	struct item item = {.zone = (char[]){"public"}, .kind = ITEM_RULE};
	char value[512], text[CIDR_TEXT_LENGTH];
	struct cidr source;

	strcpy(value, rows[_i].rule);
	item.value = value;
	ck_assert_int_eq(denial_of_mail(&item, &source), rows[_i].source != NULL);
	if (rows[_i].source) {
		cidr_format(&source, text);
		ck_assert_str_eq(text, rows[_i].source);
	}
	item.kind = ITEM_SERVICE;
	ck_assert(!denial_of_mail(&item, &source));
}
END_TEST

START_TEST(counts)
{
	static const char *const rules[] = {
	    "rule family=\"ipv4\" source address=\"192.0.2.1\" port port=\"smtp\" protocol=\"tcp\" "
	    "reject",
	    "rule family=\"ipv4\" source address=\"192.0.2.1\" port port=\"imap\" protocol=\"tcp\" "
	    "reject",
	    "rule family=\"ipv4\" source address=\"192.0.0.0/16\" drop",
	    "rule family=\"ipv4\" source address=\"198.51.100.1\" drop",
	    "rule family=\"ipv4\" source address=\"192.0.2.9\" port port=\"22\" protocol=\"tcp\" "
	    "drop",
	};
	_cleanup_coverage_ranges_ struct coverage_ranges clients = COVERAGE_RANGES_NULL;
	_cleanup_firewall_ struct firewall fw = FIREWALL_NULL;
	struct cidr client;
	size_t n = 99;

	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		_cleanup_item_ struct item item = ITEM_NULL;
		struct firewall_entry *entry;

		ck_assert_int_eq(item_init(&item, "public", ITEM_RULE, rules[i], NULL), 0);
		ck_assert_int_eq(firewall_put(&fw, &item, &entry), 0);
		entry->flags = FIREWALL_RUNTIME;
	}
	ck_assert_int_eq(coverage_ranges_sort(&clients), 0);
	ck_assert_int_eq(denial_count(&n, &fw, &clients), 0);
	ck_assert_uint_eq(n, 0);
	ck_assert_int_eq(cidr_parse(&client, "192.0.2.0/24", 0, NULL), 0);
	ck_assert_int_eq(coverage_ranges_add(&clients, &client), 0);
	ck_assert_int_eq(coverage_ranges_sort(&clients), 0);
	ck_assert_int_eq(denial_count(&n, &fw, &clients), 0);
	ck_assert_uint_eq(n, 2);
	for (size_t i = 0; i < fw.n; i++)
		fw.entries[i].flags = FIREWALL_PERMANENT;
	ck_assert_int_eq(denial_count(&n, &fw, &clients), 0);
	ck_assert_uint_eq(n, 0);
}
END_TEST

static Suite *suite(void)
{
	Suite *suite = suite_create("denial");
	TCase *tcase = tcase_create("denial");

	tcase_add_loop_test(tcase, denies, 0, ARRAY_SIZE(rows));
	tcase_add_test(tcase, counts);
	suite_add_tcase(suite, tcase);
	return suite;
}

int main(void)
{
	return unit_run(suite());
}
