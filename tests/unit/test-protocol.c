// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/rule/protocol.h"

#include "tests/unit/unit.h"

START_TEST(numbers)
{
	uint8_t number;

	ck_assert(protocol_number("tcp", &number));
	ck_assert_uint_eq(number, 6);
	ck_assert(protocol_number("icmpv6", &number));
	ck_assert_uint_eq(number, 58);
	ck_assert(protocol_number("250", &number));
	ck_assert_uint_eq(number, 250);
	ck_assert(!protocol_number("0", &number));
	ck_assert(!protocol_number("256", &number));
	ck_assert(!protocol_number("all", &number));
	ck_assert(!protocol_number("", &number));
}
END_TEST

START_TEST(the_same)
{
	ck_assert(protocol_is_same("tcp", "6"));
	ck_assert(protocol_is_same("icmpv6", "ipv6-icmp"));
	ck_assert(protocol_is_same("all", "all"));
	ck_assert(!protocol_is_same("icmp", "icmpv6"));
	ck_assert(!protocol_is_same("all", "0"));
}
END_TEST

START_TEST(ports)
{
	ck_assert_ptr_nonnull(protocol_with_ports("dccp"));
	ck_assert_ptr_null(protocol_with_ports("icmp"));
	ck_assert_ptr_null(protocol_with_ports("6")); /* as firewalld: by its name alone */
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("protocol");
	TCase *tcase = tcase_create("protocol");

	tcase_add_test(tcase, numbers);
	tcase_add_test(tcase, the_same);
	tcase_add_test(tcase, ports);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
