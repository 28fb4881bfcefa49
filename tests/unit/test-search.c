// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/base/search.h"

#include "tests/unit/unit.h"

static int compare(const void *element, const void *key)
{
	const int *a = element, *b = key;

	return (*a > *b) - (*a < *b);
}

START_TEST(finds_the_first)
{
	const int array[] = {1, 3, 3, 3, 5, 7};

	for (int key = 0; key < 9; key++)
		for (size_t n = 0; n <= ARRAY_SIZE(array); n++) {
			size_t at =
			    search_lower_bound(n ? array : NULL, n, sizeof(*array), &key, compare);

			ck_assert_uint_le(at, n);
			ck_assert(at == n || array[at] >= key);
			ck_assert(at == 0 || array[at - 1] < key);
		}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("search");
	TCase *tcase = tcase_create("search");

	tcase_add_test(tcase, finds_the_first);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
