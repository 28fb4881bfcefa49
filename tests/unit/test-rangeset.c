// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/base/rangeset.h"

#include <errno.h>
#include <string.h>

#include "tests/unit/unit.h"

static struct cidr cidr_of(const char *text)
{
	struct cidr cidr;

	ck_assert_msg(cidr_parse(&cidr, text, 0, NULL) == 0, "%s", text);
	return cidr;
}

static void key_of(const char *text, uint8_t key[CIDR_KEY_LENGTH])
{
	struct cidr cidr = cidr_of(text);

	cidr_first(&cidr, key);
}

#define MAX 6

static const struct {
	const char *add[MAX];
	const char *ranges[MAX]; /* FIRST, LAST, … */
} add_rows[] = {
    {{0}, {0}},
    {{"192.0.2.1"}, {"192.0.2.1", "192.0.2.1"}},
    {{"192.0.2.1", "192.0.2.1"}, {"192.0.2.1", "192.0.2.1"}},
    {{"192.0.2.2", "192.0.2.1"}, {"192.0.2.1", "192.0.2.2"}},
    {{"192.0.2.1", "192.0.2.2"}, {"192.0.2.1", "192.0.2.2"}},
    {{"192.0.2.1", "192.0.2.3"}, {"192.0.2.1", "192.0.2.1", "192.0.2.3", "192.0.2.3"}},
    {{"192.0.2.3", "192.0.2.1", "192.0.2.2"}, {"192.0.2.1", "192.0.2.3"}},
    {{"10.0.0.0/9", "10.128.0.0/9"}, {"10.0.0.0", "10.255.255.255"}},
    {{"10.0.0.0/8", "10.1.0.0/16"}, {"10.0.0.0", "10.255.255.255"}},
    {{"10.1.0.0/16", "10.0.0.0/8"}, {"10.0.0.0", "10.255.255.255"}},
    {{"10.0.0.1", "10.0.0.3", "10.0.0.5", "10.0.0.7", "10.0.0.0/30"},
     {"10.0.0.0", "10.0.0.3", "10.0.0.5", "10.0.0.5", "10.0.0.7", "10.0.0.7"}},
    {{"10.0.0.1", "10.0.0.9", "10.0.0.0/29"}, {"10.0.0.0", "10.0.0.7", "10.0.0.9", "10.0.0.9"}},
    {{"255.255.255.255", "0.0.0.0"}, {"0.0.0.0", "0.0.0.0", "255.255.255.255", "255.255.255.255"}},
    /* ffff:0:0 + 2^32 is the next key: one interval, and still right for each family */
    {{"255.255.255.255", "::1:0:0:0"}, {"255.255.255.255", "::1:0:0:0"}},
    {{"2001:db8::/32", "192.0.2.0/24"},
     {"192.0.2.0", "192.0.2.255", "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"}},
    /* all of IPv6 is no IPv4 */
    {{"::/0"}, {"::", "::fffe:ffff:ffff", "::1:0:0:0", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}},
    {{"::fffe:0:0/95"}, {"::fffe:0:0", "::fffe:ffff:ffff"}},
    {{"::/0", "0.0.0.0/0"}, {"::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}},
    /* the ends of the space do not wrap */
    {{"::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
     {"::", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
      "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}},
    {{"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff::/16", "::", "::/127"},
     {"::", "::1", "ffff::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}},
};

START_TEST(adds)
{
	_cleanup_rangeset_ struct rangeset set = RANGESET_NULL;
	size_t n = 0;

	for (size_t i = 0; i < MAX && add_rows[_i].add[i]; i++) {
		struct cidr cidr = cidr_of(add_rows[_i].add[i]);

		ck_assert_int_eq(rangeset_add(&set, &cidr), 0);
	}
	for (size_t i = 0; i < MAX && add_rows[_i].ranges[i]; i += 2, n++) {
		uint8_t first[CIDR_KEY_LENGTH], last[CIDR_KEY_LENGTH];

		ck_assert_uint_lt(n, set.n);
		key_of(add_rows[_i].ranges[i], first);
		key_of(add_rows[_i].ranges[i + 1], last);
		ck_assert_mem_eq(set.ranges[n].first, first, sizeof(first));
		ck_assert_mem_eq(set.ranges[n].last, last, sizeof(last));
	}
	ck_assert_uint_eq(set.n, n);
}
END_TEST

static const struct {
	const char *cidr;
	bool contains, overlaps;
} ask_rows[] = {
    {"192.0.2.0", true, true},        {"192.0.2.255", true, true},   {"192.0.1.255", false, false},
    {"192.0.3.0", false, false},      {"192.0.2.0/24", true, true},  {"192.0.2.0/23", false, true},
    {"0.0.0.0/0", false, true},       {"10.0.0.0/8", false, true},   {"10.0.0.7", true, true},
    {"10.0.0.6/31", false, true},     {"2001:db8::/33", true, true}, {"2001:db8::/31", false, true},
    {"2001:db9::", false, false},     {"::/0", false, true},         {"::/1", false, true},
    {"::/8", false, false}, /* holds only IPv4's block */
    {"::ffff:192.0.2.1", true, true},
};

START_TEST(answers)
{
	_cleanup_rangeset_ struct rangeset set = RANGESET_NULL, empty = RANGESET_NULL;
	static const char *const add[] = {"2001:db8::/32", "192.0.2.0/24", "10.0.0.7"};
	struct cidr cidr = cidr_of(ask_rows[_i].cidr);

	for (size_t i = 0; i < ARRAY_SIZE(add); i++) {
		struct cidr one = cidr_of(add[i]);

		ck_assert_int_eq(rangeset_add(&set, &one), 0);
	}
	ck_assert(rangeset_contains(&set, &cidr) == ask_rows[_i].contains);
	ck_assert(rangeset_overlaps(&set, &cidr) == ask_rows[_i].overlaps);
	ck_assert(!rangeset_contains(&empty, &cidr) && !rangeset_overlaps(&empty, &cidr));
}
END_TEST

/* A small space, each step checked against a plain array of flags. */
START_TEST(agrees_with_a_bitmap)
{
	_cleanup_rangeset_ struct rangeset set = RANGESET_NULL;
	bool in[256] = {false};
	unsigned seed = 12345;

	for (unsigned round = 0; round < 60; round++) {
		struct cidr cidr = cidr_of("192.0.2.0/24");
		unsigned first, count;
		size_t holes = 0;

		seed = seed * 1103515245 + 12345;
		cidr.prefix = (uint8_t)(29 + (seed >> 16) % 4);
		cidr.key[15] = (uint8_t)(seed >> 24);
		count = 1u << (32 - cidr.prefix);
		first = cidr.key[15] & ~(count - 1);
		ck_assert_int_eq(rangeset_add(&set, &cidr), 0);
		for (unsigned i = first; i < first + count; i++)
			in[i] = true;
		cidr.prefix = 32;
		for (unsigned i = 0; i < 256; i++) {
			cidr.key[15] = (uint8_t)i;
			ck_assert(rangeset_contains(&set, &cidr) == in[i]);
			holes += in[i] && (i == 0 || !in[i - 1]);
		}
		ck_assert_uint_eq(set.n, holes); /* merged as far as can be */
	}
}
END_TEST

START_TEST(refuses_backward_ranges)
{
	_cleanup_rangeset_ struct rangeset set = RANGESET_NULL;
	uint8_t low[CIDR_KEY_LENGTH] = {0}, high[CIDR_KEY_LENGTH] = {[15] = 1};

	ck_assert_int_eq(rangeset_add_range(&set, high, low), -EINVAL);
	ck_assert_uint_eq(set.n, 0);
}
END_TEST

static Suite *suite(void)
{
	Suite *suite = suite_create("rangeset");
	TCase *tcase = tcase_create("rangeset");

	tcase_add_loop_test(tcase, adds, 0, ARRAY_SIZE(add_rows));
	tcase_add_loop_test(tcase, answers, 0, ARRAY_SIZE(ask_rows));
	tcase_add_test(tcase, agrees_with_a_bitmap);
	tcase_add_test(tcase, refuses_backward_ranges);
	suite_add_tcase(suite, tcase);
	return suite;
}

int main(void)
{
	return unit_run(suite());
}
