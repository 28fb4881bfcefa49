// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/rule/reject.h"

#include <errno.h>
#include <string.h>

#include "tests/unit/unit.h"

static const struct {
	enum cidr_family family;
	const char *name;
	bool is_type;     /* of firewalld's */
	int client_errno; /* 0: not known at all */
} rows[] = {
    {CIDR_IPV4, "icmp-port-unreachable", true, ECONNREFUSED},
    {CIDR_IPV4, "port-unreach", true, ECONNREFUSED},
    {CIDR_IPV4, "icmp-admin-prohibited", true, EHOSTUNREACH},
    {CIDR_IPV4, "tcp-rst", true, ECONNREFUSED},
    {CIDR_IPV4, "host-prohibited", false, EHOSTUNREACH}, /* nft's word */
    {CIDR_IPV4, "icmp6-no-route", false, 0},
    {CIDR_IPV6, "icmp6-adm-prohibited", true, EACCES},
    {CIDR_IPV6, "admin-prohibited", false, EACCES}, /* of icmpx, in either family */
    {CIDR_IPV6, "tcp-rst", false, 0},
    {CIDR_IPV6, "icmp-port-unreachable", false, 0},
    {CIDR_IPV6, "", false, 0},
};

START_TEST(types)
{
	const struct reject *reject = reject_find(rows[_i].family, rows[_i].name);

	ck_assert_int_eq(reject_is_type(rows[_i].family, rows[_i].name), rows[_i].is_type);
	ck_assert_int_eq(reject ? reject->client_errno : 0, rows[_i].client_errno);
}
END_TEST

START_TEST(usual)
{
	ck_assert_str_eq(reject_usual(CIDR_IPV4)->name, "icmp-port-unreachable");
	ck_assert_str_eq(reject_usual(CIDR_IPV6)->name, "icmp6-port-unreachable");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("reject");
	TCase *tcase = tcase_create("reject");

	tcase_add_loop_test(tcase, types, 0, ARRAY_SIZE(rows));
	tcase_add_test(tcase, usual);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
