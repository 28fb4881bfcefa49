// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/ban/coverage.h"

#include <stdio.h>

#include "tests/unit/unit.h"

static const char *const clients[] = {
    "192.0.2.0/24", "192.0.2.64/26", "198.51.100.7", "2001:db8::/32",
    "10.0.0.0/8",   "198.51.100.7",  "192.0.0.0/16",
};

static const struct {
	const char *denied;
	enum coverage coverage;
	size_t which;
} rows[] = {
    {"203.0.113.1", COVERAGE_NONE, 99},
    {"192.0.2.1", COVERAGE_INSIDE, 0},
    {"192.0.2.65", COVERAGE_INSIDE, 1}, /* of both ranges the narrower */
    {"192.0.2.0/25", COVERAGE_COVERS, 1},
    {"192.0.2.0/24", COVERAGE_COVERS, 1}, /* equals one, covers another, lies in a third */
    {"192.0.2.64/26", COVERAGE_EQUAL, 1}, /* and lies inside of the other */
    {"198.51.100.7", COVERAGE_EQUAL, 2},  /* the first of two */
    {"198.51.100.0/24", COVERAGE_COVERS, 2},
    {"0.0.0.0/0", COVERAGE_COVERS, 2},
    {"10.0.0.0/8", COVERAGE_EQUAL, 4},
    {"9.255.255.255", COVERAGE_NONE, 99},
    {"11.0.0.0", COVERAGE_NONE, 99},
    {"::/0", COVERAGE_COVERS, 3}, /* IPv6 only */
    {"2001:db8::1", COVERAGE_INSIDE, 3},
    {"2001:db9::/32", COVERAGE_NONE, 99},
    {"::ffff:10.1.2.3", COVERAGE_INSIDE, 4},
};

static enum coverage compare(const struct cidr *denied, const struct cidr *client)
{
	bool covers = cidr_contains(denied, client);
	bool inside = cidr_contains(client, denied);

	if (covers && inside)
		return COVERAGE_EQUAL;
	if (covers)
		return COVERAGE_COVERS;
	return inside ? COVERAGE_INSIDE : COVERAGE_NONE;
}

/*
 * Looks at each. Receives the narrowest of the ranges with the weightiest answer, then the
 * first; untouched for COVERAGE_NONE.
 */
static enum coverage coverage_of(const struct cidr *denied, const struct cidr *ranges, size_t n,
                                 size_t *which)
{
	enum coverage worst = COVERAGE_NONE;
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		enum coverage one = compare(denied, &ranges[i]);

		if (one == COVERAGE_NONE || one < worst)
			continue;
		if (one > worst || ranges[i].prefix > ranges[at].prefix)
			at = i;
		worst = one;
	}
	if (which && worst != COVERAGE_NONE)
		*which = at;
	return worst;
}

START_TEST(weighs)
{
	struct cidr list[ARRAY_SIZE(clients)], denied;
	size_t which = 99;

	for (size_t i = 0; i < ARRAY_SIZE(clients); i++)
		ck_assert_int_eq(cidr_parse(&list[i], clients[i], 0, NULL), 0);
	ck_assert_int_eq(cidr_parse(&denied, rows[_i].denied, 0, NULL), 0);
	ck_assert_int_eq(coverage_of(&denied, list, ARRAY_SIZE(list), &which), rows[_i].coverage);
	ck_assert_uint_eq(which, rows[_i].which);
	ck_assert_int_eq(coverage_of(&denied, list, ARRAY_SIZE(list), NULL), rows[_i].coverage);
	ck_assert_int_eq(coverage_of(&denied, NULL, 0, &which), COVERAGE_NONE);
}
END_TEST

/* Few bits, so that prefixes meet often. */
static struct cidr random_prefix(unsigned *seed)
{
	struct cidr cidr;
	char text[CIDR_TEXT_LENGTH];
	unsigned bits = (unsigned)rand_r(seed) % 9;
	unsigned value = (unsigned)rand_r(seed) % 256;

	if (rand_r(seed) % 4)
		snprintf(text, sizeof(text), "10.0.%u.0/%u", value, bits + 16);
	else if (rand_r(seed) % 2)
		snprintf(text, sizeof(text), "2001:db8:%02x00::/%u", value, bits + 32);
	else
		snprintf(text, sizeof(text), "::/%u", bits * 10);
	ck_assert_int_eq(cidr_parse(&cidr, text, 0, NULL), 0);
	return cidr;
}

START_TEST(agrees_with_looking_at_each)
{
	_cleanup_coverage_ranges_ struct coverage_ranges ranges = COVERAGE_RANGES_NULL;
	unsigned seed = (unsigned)_i + 1;

	for (size_t i = 0; i < 20; i++) {
		struct cidr cidr = random_prefix(&seed);

		ck_assert_int_eq(coverage_ranges_add(&ranges, &cidr), 0);
	}
	ck_assert_int_eq(coverage_ranges_sort(&ranges), 0);
	for (size_t i = 0; i < 100; i++) {
		struct cidr denied = random_prefix(&seed);
		enum coverage expected = coverage_of(&denied, ranges.ranges, ranges.n, NULL);
		size_t which = SIZE_MAX;

		ck_assert_int_eq(coverage_ranges_ask(&ranges, &denied, &which), expected);
		ck_assert_int_eq(which == SIZE_MAX, expected == COVERAGE_NONE);
		if (expected != COVERAGE_NONE)
			ck_assert_int_eq(coverage_of(&denied, &ranges.ranges[which], 1, NULL),
			                 expected);
		if (expected == COVERAGE_INSIDE) {
			size_t narrowest = SIZE_MAX;

			coverage_of(&denied, ranges.ranges, ranges.n, &narrowest);
			ck_assert_uint_eq(which, narrowest);
		}
	}
}
END_TEST

START_TEST(asks_nobody)
{
	_cleanup_coverage_ranges_ struct coverage_ranges ranges = COVERAGE_RANGES_NULL;
	struct cidr denied;

	ck_assert_int_eq(cidr_parse(&denied, "0.0.0.0/0", 0, NULL), 0);
	ck_assert_int_eq(coverage_ranges_sort(&ranges), 0);
	ck_assert_int_eq(coverage_ranges_ask(&ranges, &denied, NULL), COVERAGE_NONE);
}
END_TEST

static Suite *suite(void)
{
	Suite *suite = suite_create("coverage");
	TCase *tcase = tcase_create("coverage");

	tcase_add_loop_test(tcase, weighs, 0, ARRAY_SIZE(rows));
	tcase_add_loop_test(tcase, agrees_with_looking_at_each, 0, 200);
	tcase_add_test(tcase, asks_nobody);
	suite_add_tcase(suite, tcase);
	return suite;
}

int main(void)
{
	return unit_run(suite());
}
