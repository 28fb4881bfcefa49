// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/base/fold.h"

#include "tests/unit/unit.h"

static const struct {
	const char *text, *folded;
	size_t columns, hang;
} rows[] = {
    {"", "", 10, 2},
    {"one two", "one two", 7, 2},
    {"one two", "one\n  two", 6, 2},
    {"one two three", "one two\nthree", 8, 0},
    {"one  two", "one\ntwo", 5, 0},        /* as many blanks as there are */
    {"  one two", "  one\n    two", 8, 4}, /* what stands before a line is no place to part it */
    {"longest-of-all x", "longest-of-all\nx", 4, 0},
    {"a longest-of-all", "a\nlongest-of-all", 4, 0},
    {"\xc3\xa4\xc3\xb6 \xc3\xbc", "\xc3\xa4\xc3\xb6 \xc3\xbc", 4, 0}, /* columns, not bytes */
    {"a b c", "a\nb\nc", 2, 2},                                       /* no room for the blanks */
    {"one two", "one two", 0, 2},                                     /* no end */
    {"one ", "one", 3, 0},
};

START_TEST(folds)
{
	_cleanup_free_ char *folded = NULL;

	ck_assert_int_eq(fold_text(&folded, rows[_i].text, rows[_i].columns, rows[_i].hang), 0);
	ck_assert_str_eq(folded, rows[_i].folded);
}
END_TEST

START_TEST(tells_where_a_line_goes_on)
{
	ck_assert_uint_eq(fold_hang("fail2ban   running"), 11);
	ck_assert_uint_eq(fold_hang("         1  192.0.2.7 in zone public"), 12);
	ck_assert_uint_eq(fold_hang("  details: some"), 6);
	ck_assert_uint_eq(fold_hang(""), 4);
	ck_assert_uint_eq(fold_longest_word("one three two"), 5);
	ck_assert_uint_eq(fold_longest_word(""), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("fold");
	TCase *tcase = tcase_create("lines");

	tcase_add_loop_test(tcase, folds, 0, ARRAY_SIZE(rows));
	tcase_add_test(tcase, tells_where_a_line_goes_on);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
