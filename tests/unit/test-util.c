// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/base/err.h"
#include "guard/base/util.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <string.h>

static const struct {
	const char *text;
	unsigned long max;
	long value; /* -1: refused */
} uint_rows[] = {
    {"0", 10, 0},
    {"10", 10, 10},
    {"11", 10, -1},
    {"007", 10, 7},
    {"", 10, -1},
    {NULL, 10, -1},
    {" 1", 10, -1},
    {"1 ", 10, -1},
    {"+1", 10, -1},
    {"-1", 10, -1},
    {"0x1", 10, -1},
    {"1e1", 10, -1},
    {"\xd9\xa1", 10, -1}, /* an Arabic digit one is no digit here */
    {"65535", 65535, 65535},
    {"18446744073709551616", 65535, -1}, /* 2^64 must not wrap to 0 */
    {"99999999999999999999999999", 65535, -1},
    {"5", 3, -1}, /* one digit above the bound */
};

START_TEST(parses_plain_numbers)
{
	unsigned long value = 4711;
	bool ok = parse_uint(uint_rows[_i].text, uint_rows[_i].max, &value);

	ck_assert_int_eq(ok, uint_rows[_i].value >= 0);
	ck_assert_uint_eq(value, ok ? (unsigned long)uint_rows[_i].value : 4711);
}
END_TEST

static const struct {
	const char *text;
	bool ok;
	int64_t value;
} int64_rows[] = {
    {"0", true, 0},
    {"-1", true, -1},
    {"9223372036854775807", true, INT64_MAX},
    {"-9223372036854775807", true, -INT64_MAX},
    {"9223372036854775808", false, 0},
    {"--1", false, 0},
    {"-", false, 0},
    {"", false, 0},
    {NULL, false, 0},
    {"1.5", false, 0},
};

START_TEST(parses_signed_numbers)
{
	int64_t value = 4711;
	bool ok = parse_int64(int64_rows[_i].text, &value);

	ck_assert_int_eq(ok, int64_rows[_i].ok);
	ck_assert_int_eq(value, ok ? int64_rows[_i].value : 4711);
}
END_TEST

START_TEST(splits_and_keeps_order)
{
	_cleanup_strv_ struct strv strv = STRV_NULL;
	_cleanup_strv_ struct strv copy = STRV_NULL;

	ck_assert_int_eq(strv_split(&strv, " ,imaps,, smtp\timaps ", " ,\t"), 0);
	ck_assert_uint_eq(strv.n, 3);
	ck_assert_str_eq(strv.strings[0], "imaps");
	ck_assert_str_eq(strv.strings[1], "smtp");
	ck_assert_int_eq(strv_copy(&copy, &strv), 0);
	strv_remove(&strv, "imaps");
	ck_assert_uint_eq(strv.n, 1);
	ck_assert(!strv_contains(&strv, "imaps"));
	ck_assert(strv_contains(&copy, "imaps"));
	ck_assert_int_eq(strv_split(&strv, "", " "), 0);
	ck_assert_int_eq(strv_split(&strv, "   ", " "), 0);
	ck_assert_uint_eq(strv.n, 1);
	ck_assert_int_eq(strv_add_take(&strv, NULL), -ENOMEM); /* of a strdup that failed */
}
END_TEST

START_TEST(grows_without_overflow)
{
	_cleanup_free_ int *numbers = NULL;
	size_t capacity = 0;

	ck_assert_int_eq(grow(&numbers, &capacity, 1, sizeof(*numbers)), 0);
	ck_assert_uint_ge(capacity, 1);
	for (int i = 0; i < 1000; i++) {
		ck_assert_int_eq(grow(&numbers, &capacity, (size_t)i + 1, sizeof(*numbers)), 0);
		numbers[i] = i;
	}
	ck_assert_int_eq(numbers[999], 999);
	ck_assert_int_eq(grow(&numbers, &capacity, SIZE_MAX, sizeof(*numbers)), -ENOMEM);
	ck_assert_int_eq(grow(&numbers, &capacity, SIZE_MAX / 2, sizeof(*numbers)), -ENOMEM);
	ck_assert_int_eq(numbers[999], 999);
}
END_TEST

static int *make_number(int value)
{
	int *number = malloc(sizeof(*number));

	*number = value;
	return number;
}

START_TEST(steals_from_cleanup)
{
	_cleanup_free_ int *kept = NULL;

	{
		_cleanup_free_ int *number = make_number(5);

		kept = steal(number);
		ck_assert_ptr_null(number);
	}
	ck_assert_int_eq(*kept, 5);
}
END_TEST

START_TEST(errors_carry_words_and_context)
{
	struct err err = ERR_NULL;
	char lengthy[2000];

	ck_assert_int_eq(err_set(NULL, -EINVAL, "nobody listens"), -EINVAL);
	ck_assert_str_eq(err_text(&err, -ENOENT), strerror(ENOENT));
	ck_assert_str_eq(err_text(NULL, 3), "unknown error");
	ck_assert_int_eq(err_set(&err, 7, "line %d", 4), 7);
	ck_assert_int_eq(err_prefix(&err, 7, "%s", "guard.conf"), 7);
	ck_assert_str_eq(err_text(&err, 7), "guard.conf: line 4");
	err = ERR_NULL;
	ck_assert_int_eq(err_prefix(&err, -EACCES, "guard.db"), -EACCES);
	ck_assert_ptr_nonnull(strstr(err.text, strerror(EACCES)));
	memset(lengthy, 'x', sizeof(lengthy) - 1);
	lengthy[sizeof(lengthy) - 1] = '\0';
	ck_assert_int_eq(err_set(&err, 1, "%s", lengthy), 1);
	ck_assert_int_eq(err_prefix(&err, 1, "%s", lengthy), 1);
	ck_assert_uint_eq(strlen(err.text), sizeof(err.text) - 1);
	ck_assert_str_eq(err.text + sizeof(err.text) - 4, "...");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("util");
	TCase *tcase = tcase_create("util");

	tcase_add_loop_test(tcase, parses_plain_numbers, 0, (int)ARRAY_SIZE(uint_rows));
	tcase_add_loop_test(tcase, parses_signed_numbers, 0, (int)ARRAY_SIZE(int64_rows));
	tcase_add_test(tcase, splits_and_keeps_order);
	tcase_add_test(tcase, grows_without_overflow);
	tcase_add_test(tcase, steals_from_cleanup);
	tcase_add_test(tcase, errors_carry_words_and_context);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
