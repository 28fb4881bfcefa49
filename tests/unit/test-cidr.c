// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/base/cidr.h"

#include <errno.h>
#include <string.h>

#include "tests/unit/unit.h"

static const struct {
	const char *text;
	unsigned flags;
	const char *canonical; /* NULL: refused */
} parse_rows[] = {
    {"192.0.2.1", 0, "192.0.2.1"},
    {"192.0.2.1/32", 0, "192.0.2.1"},
    {"192.0.2.77/24", 0, "192.0.2.0/24"},
    {"192.0.2.77/24", CIDR_KEEP_HOST_BITS, "192.0.2.77/24"},
    {"255.255.255.255/1", 0, "128.0.0.0/1"},
    {"0.0.0.0/0", 0, "0.0.0.0/0"},
    {"2001:DB8:0:0::1", 0, "2001:db8::1"},
    {"2001:db8::1/128", 0, "2001:db8::1"},
    {"2001:db8:ffff::1/33", 0, "2001:db8:8000::/33"},
    {"2001:db8::1/64", CIDR_KEEP_HOST_BITS, "2001:db8::1/64"},
    {"::/0", 0, "::/0"},
    {"::1", 0, "::1"},
    {"::ffff:192.0.2.1", 0, "192.0.2.1"}, /* as dovecot logs on a dual-stack socket */
    {"::ffff:c000:201", 0, "192.0.2.1"},
    {"::ffff:192.0.2.77/120", 0, "192.0.2.0/24"},
    {"::ffff:0:0/96", 0, "0.0.0.0/0"},
    {"::ffff:0:0/95", 0, "::fffe:0:0/95"},
    {"192.0.2.0/255.255.255.0", CIDR_NETMASK, "192.0.2.0/24"},
    {"192.0.2.0/255.255.255.255", CIDR_NETMASK, "192.0.2.0"},
    {"192.0.2.0/0.0.0.0", CIDR_NETMASK, "0.0.0.0/0"},
    {"192.0.2.0/255.0.255.0", CIDR_NETMASK, NULL},
    {"192.0.2.0/255.255.255.0", 0, NULL},
    {"2001:db8::/255.255.0.0", CIDR_NETMASK, NULL},
    {"192.0.2.1/24", CIDR_ADDRESS_ONLY, NULL},
    {"192.0.2.1", CIDR_ADDRESS_ONLY, "192.0.2.1"},
    {"", 0, NULL},
    {"/", 0, NULL},
    {"/24", 0, NULL},
    {"192.0.2.1/", 0, NULL},
    {"192.0.2.1/33", 0, NULL},
    {"192.0.2.1/-1", 0, NULL},
    {"192.0.2.1/+8", 0, NULL},
    {"192.0.2.1/08", 0, NULL},
    {"192.0.2.1/8/8", 0, NULL},
    {"192.0.2.1/4294967304", 0, NULL}, /* 2^32 + 8 must not wrap to 8 */
    {"192.0.2.1 ", 0, NULL},
    {" 192.0.2.1", 0, NULL},
    {"192.0.2.1\n", 0, NULL},
    {"192.0.2.1, 192.0.2.2", 0, NULL},
    {"192.0.2", 0, NULL}, /* inet_aton() reads 192.0.0.2 */
    {"192.0.2.010", 0, NULL},
    {"192.0.2.256", 0, NULL},
    {"3221225985", 0, NULL},
    {"0xc0000201", 0, NULL},
    {"localhost", 0, NULL}, /* fail2ban's ip column may hold a name */
    {"2001:db8::1/129", 0, NULL},
    {"2001:db8::1/0128", 0, NULL},
    {"2001:db8:::1", 0, NULL},
    {"1::2::3", 0, NULL},
    {"[2001:db8::1]", 0, NULL},
    {"fe80::1%eth0", 0, NULL},
    {"::ffff:192.0.2.256", 0, NULL},
    {"0000000000000000000000000000000000000000000000000000000000000000000001", 0, NULL},
    {"0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0", 0, NULL},
};

START_TEST(parses)
{
	struct cidr cidr = CIDR_NULL, again;
	char text[CIDR_TEXT_LENGTH];
	struct err err = ERR_NULL;
	int r = cidr_parse(&cidr, parse_rows[_i].text, parse_rows[_i].flags, &err);

	if (!parse_rows[_i].canonical) {
		ck_assert_msg(r == CIDR_E_SYNTAX, "accepted: %s", parse_rows[_i].text);
		ck_assert_str_ne(err.text, "");
		return;
	}
	ck_assert_msg(r == 0, "refused: %s: %s", parse_rows[_i].text, err.text);
	cidr_format(&cidr, text);
	ck_assert_str_eq(text, parse_rows[_i].canonical);
	ck_assert_int_eq(cidr_parse(&again, text, parse_rows[_i].flags & CIDR_KEEP_HOST_BITS, NULL),
	                 0);
	ck_assert_int_eq(cidr_cmp(&cidr, &again), 0);
}
END_TEST

static struct cidr cidr_of(const char *text)
{
	struct cidr cidr;

	ck_assert_int_eq(cidr_parse(&cidr, text, CIDR_KEEP_HOST_BITS, NULL), 0);
	return cidr;
}

static const struct {
	const char *a, *b;
	int cmp;
	bool a_contains_b, b_contains_a;
} pair_rows[] = {
    {"192.0.2.1", "192.0.2.1", 0, true, true},
    {"192.0.2.1", "192.0.2.2", -1, false, false},
    {"192.0.2.0/24", "192.0.2.0/25", -1, true, false},
    {"192.0.2.0/24", "192.0.2.255", -1, true, false},
    {"192.0.2.0/24", "192.0.3.0", -1, false, false},
    {"192.0.2.9/24", "192.0.2.7/24", 1, true, true}, /* host bits do not count */
    {"0.0.0.0/0", "255.255.255.255", -1, true, false},
    {"128.0.0.0/1", "127.255.255.255", 1, false, false},
    {"::/0", "2001:db8::1", -1, true, false},
    {"::/0", "192.0.2.1", -1, false, false}, /* ip6 rules see no IPv4 packet */
    {"::/0", "0.0.0.0/0", -1, false, false},
    {"2001:db8::/127", "2001:db8::1", -1, true, false},
    {"2001:db8::/127", "2001:db8::2", -1, false, false},
    {"2001:db8::/32", "2001:db9::", -1, false, false},
    {"10.0.0.0/8", "2001:db8::", -1, false, false},
    {"::ffff:192.0.2.1", "192.0.2.1", 0, true, true},
};

static int sign(int n)
{
	return (n > 0) - (n < 0);
}

START_TEST(compares)
{
	struct cidr a = cidr_of(pair_rows[_i].a), b = cidr_of(pair_rows[_i].b);

	ck_assert_int_eq(sign(cidr_cmp(&a, &b)), pair_rows[_i].cmp);
	ck_assert_int_eq(sign(cidr_cmp(&b, &a)), -pair_rows[_i].cmp);
	ck_assert(cidr_contains(&a, &b) == pair_rows[_i].a_contains_b);
	ck_assert(cidr_contains(&b, &a) == pair_rows[_i].b_contains_a);
}
END_TEST

START_TEST(keys)
{
	static const uint8_t first4[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 64};
	static const uint8_t last4[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 127};
	static const uint8_t last6[] = {0x20, 0x01, 0x0d, 0xbf, 0xff, 0xff, 0xff, 0xff,
	                                0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
	struct cidr cidr = cidr_of("192.0.2.77/26"), back;
	uint8_t key[CIDR_KEY_LENGTH];

	ck_assert_uint_eq(cidr_bits(&cidr), 122);
	ck_assert(!cidr_is_address(&cidr));
	cidr_first(&cidr, key);
	ck_assert_mem_eq(key, first4, sizeof(key));
	cidr_last(&cidr, key);
	ck_assert_mem_eq(key, last4, sizeof(key));
	ck_assert_int_eq(cidr_from_key(&back, first4, 122), 0);
	ck_assert(cidr_contains(&back, &cidr) && cidr_contains(&cidr, &back));
	cidr = cidr_of("2001:db8::/29");
	cidr_last(&cidr, key);
	ck_assert_mem_eq(key, last6, sizeof(key));
	ck_assert_int_eq(cidr_from_key(&back, key, 129), -EINVAL);
}
END_TEST

START_TEST(bytes)
{
	const uint8_t v4[4] = {192, 0, 2, 77}, v6[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 1};
	char text[CIDR_TEXT_LENGTH];
	struct cidr cidr = CIDR_NULL;

	ck_assert_int_eq(cidr_from_bytes(&cidr, v4, sizeof(v4), 24), 0);
	cidr_format(&cidr, text);
	ck_assert_str_eq(text, "192.0.2.77/24");
	ck_assert_int_eq(cidr_from_bytes(&cidr, v6, sizeof(v6), 128), 0);
	cidr_format(&cidr, text);
	ck_assert_str_eq(text, "2001:db8::1");
	ck_assert_int_eq(cidr_from_bytes(&cidr, v4, sizeof(v4), 33), -EINVAL);
	ck_assert_int_eq(cidr_from_bytes(&cidr, v6, 5, 1), -EINVAL);
}
END_TEST

static Suite *suite(void)
{
	Suite *suite = suite_create("cidr");
	TCase *tcase = tcase_create("cidr");

	tcase_add_loop_test(tcase, parses, 0, ARRAY_SIZE(parse_rows));
	tcase_add_loop_test(tcase, compares, 0, ARRAY_SIZE(pair_rows));
	tcase_add_test(tcase, keys);
	tcase_add_test(tcase, bytes);
	suite_add_tcase(suite, tcase);
	return suite;
}

int main(void)
{
	return unit_run(suite());
}
