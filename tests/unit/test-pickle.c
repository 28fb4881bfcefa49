// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/base/pickle.h"

#include <errno.h>
#include <string.h>

#include "tests/unit/unit.h"

#define BYTES(text) text, sizeof(text) - 1

static const struct {
	const char *bytes;
	size_t length;
	int result;
	const char *why;
} rows[] = {
    {BYTES("\x80\x05K\0."), 0, "a number"},
    {BYTES("\x80\x02K\0."), 0, "of an older protocol"},
    {BYTES("N."), 0, "of the oldest, with no header"},
    {BYTES(""), PICKLE_E_TRUNCATED, "nothing"},
    {BYTES("\x80"), PICKLE_E_TRUNCATED, "a header cut short"},
    {BYTES("\x80\x06N."), PICKLE_E_MALFORMED, "a protocol to come"},
    {BYTES("N\x80\x05."), PICKLE_E_MALFORMED, "a header in the middle"},
    {BYTES("."), PICKLE_E_MALFORMED, "no value"},
    {BYTES("NN."), PICKLE_E_MALFORMED, "two values"},
    {BYTES("(N."), PICKLE_E_MALFORMED, "a mark left over"},
    {BYTES("N.N"), PICKLE_E_MALFORMED, "more behind the end"},
    {BYTES("\x8c\x05pong"), PICKLE_E_TRUNCATED, "a string cut short"},
    {BYTES("X\xff\xff\xff\xffpong."), PICKLE_E_TRUNCATED, "a string of four gigabytes"},
    {BYTES("\x8d\xff\xff\xff\xff\xff\xff\xff\xffx."), PICKLE_E_TRUNCATED, "an endless one"},
    {BYTES("\x95\xff\xff\xff\xff\xff\xff\xff\xffN."), PICKLE_E_TRUNCATED, "an endless frame"},
    {BYTES("\x86."), PICKLE_E_MALFORMED, "a pair of nothing"},
    {BYTES("N(\x85."), PICKLE_E_MALFORMED, "a tuple from below a mark"},
    {BYTES("a."), PICKLE_E_MALFORMED, "an item without a list"},
    {BYTES("NNa."), PICKLE_E_MALFORMED, "an item into what is no list"},
    {BYTES("](Ne."), 0, "a list of one"},
    {BYTES("](N."), PICKLE_E_MALFORMED, "a list not closed"},
    {BYTES("(e."), PICKLE_E_MALFORMED, "items without a list"},
    {BYTES("}(Nu."), PICKLE_E_MALFORMED, "a key without a value"},
    {BYTES("(Nd."), PICKLE_E_MALFORMED, "likewise"},
    {BYTES("}NNs."), 0, "a dict of one"},
    {BYTES("h\0."), PICKLE_E_MALFORMED, "what was not remembered"},
    {BYTES("Nq\0h\0\x86."), 0, "what was"},
    {BYTES("Nr\xff\xff\xff\x7f."), PICKLE_E_MALFORMED, "a memo of gigabytes"},
    {BYTES("\x94."), PICKLE_E_MALFORMED, "nothing to remember"},
    {BYTES("]\x94h\0a."), 0, "a list within itself"},
    {BYTES("NR."), PICKLE_E_MALFORMED, "a call of nothing"},
    {BYTES("N)R."), PICKLE_E_MALFORMED, "a call of what is no function"},
    {BYTES("cposix\nsystem\n\x8c\x02id\x85R."), 0, "a call, which is not made"},
    {BYTES("cposix\nsystem\n)\x81}b."), 0, "an object, which is not built"},
    {BYTES("\x8c\x05posix\x8c\x06system\x93."), 0, "a function, which is not looked up"},
    {BYTES("\x8c\x05posixN\x93."), PICKLE_E_MALFORMED, "one without a name"},
    {BYTES("cposix\nsys"), PICKLE_E_TRUNCATED, "a line cut short"},
    {BYTES("N}b."), PICKLE_E_MALFORMED, "a state of what is no object"},
    {BYTES("P123\n."), PICKLE_E_MALFORMED, "an opcode for what is kept elsewhere"},
    {BYTES("\x82\x01."), PICKLE_E_MALFORMED, "one of a registry"},
    {BYTES("I42\n."), PICKLE_E_MALFORMED, "one that is not written any more"},
};

START_TEST(is_read_as_data)
{
	_cleanup_pickle_ struct pickle pickle = PICKLE_NULL;
	struct err err = ERR_NULL;

	ck_assert_msg(pickle_parse(&pickle, rows[_i].bytes, rows[_i].length, &err) ==
	                  rows[_i].result,
	              "%s: %s", rows[_i].why, err.text);
	ck_assert(rows[_i].result == 0 || (err.text[0] && !pickle.values));
}
END_TEST

static const struct {
	const char *bytes;
	size_t length;
	int64_t number;
} numbers[] = {
    {BYTES("K\xff."), 255},
    {BYTES("M\x01\x02."), 513},
    {BYTES("J\xff\xff\xff\xff."), -1},
    {BYTES("J\xff\xff\xff\x7f."), INT32_MAX},
    {BYTES("\x8a\0."), 0},
    {BYTES("\x8a\x01\xff."), -1},
    {BYTES("\x8a\x02\xff\0."), 255},
    {BYTES("\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f."), INT64_MAX},
    {BYTES("\x8b\x08\0\0\0\0\0\0\0\0\0\0\x80."), INT64_MIN},
};

START_TEST(reads_numbers)
{
	_cleanup_pickle_ struct pickle pickle = PICKLE_NULL;
	int64_t number = 42;

	ck_assert_int_eq(pickle_parse(&pickle, numbers[_i].bytes, numbers[_i].length, NULL), 0);
	ck_assert(pickle_int(&pickle, pickle_root(&pickle), &number));
	ck_assert_int_eq(number, numbers[_i].number);
}
END_TEST

START_TEST(numbers_too_large_are_none)
{
	_cleanup_pickle_ struct pickle pickle = PICKLE_NULL;
	int64_t number = 42;

	ck_assert_int_eq(pickle_parse(&pickle, BYTES("\x8a\x09\0\0\0\0\0\0\0\0\x01."), NULL), 0);
	ck_assert(!pickle_int(&pickle, pickle_root(&pickle), &number));
	ck_assert_int_eq(pickle_type(&pickle, pickle_root(&pickle)), PICKLE_OPAQUE);
	ck_assert_int_eq(number, 42);
}
END_TEST

/* `banned` has its addresses so: builtins.str('192.0.2.1'). */
START_TEST(str_of_a_string_is_it)
{
	_cleanup_pickle_ struct pickle pickle = PICKLE_NULL;
	_cleanup_free_ char *text = NULL;

	ck_assert_int_eq(pickle_parse(&pickle,
	                              BYTES("\x8c\x08"
	                                    "builtins\x8c\x03str\x93\x8c\x09"
	                                    "192.0.2.1\x85R."),
	                              NULL),
	                 0);
	ck_assert_int_eq(pickle_string_new(&text, &pickle, pickle_root(&pickle)), 0);
	ck_assert_str_eq(text, "192.0.2.1");
}
END_TEST

START_TEST(strings_for_c_are_checked)
{
	static const struct {
		const char *bytes;
		size_t length;
	} bad[] = {
	    {BYTES("\x8c\x03"
	           "a\0b.")},
	    {BYTES("\x8c\x03\xed\xb3\xa9.")}, /* a lone surrogate, which Python writes so */
	    {BYTES("N.")},
	    {BYTES("C\x01x.")},
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		_cleanup_pickle_ struct pickle pickle = PICKLE_NULL;
		char *text = NULL;

		ck_assert_int_eq(pickle_parse(&pickle, bad[i].bytes, bad[i].length, NULL), 0);
		ck_assert_int_eq(pickle_string_new(&text, &pickle, pickle_root(&pickle)),
		                 PICKLE_E_MALFORMED);
		ck_assert_ptr_null(text);
	}
}
END_TEST

/* Each of them @n times, around a value: nesting, the stack and the memo have an end. */
static int parse_many(const char *what, size_t n, const char *end)
{
	_cleanup_pickle_ struct pickle pickle = PICKLE_NULL;
	size_t length = strlen(what), size = n * length + strlen(end);
	_cleanup_free_ char *bytes = malloc(size + 1);

	ck_assert_ptr_nonnull(bytes);
	for (size_t i = 0; i < n; i++)
		memcpy(bytes + i * length, what, length);
	strcpy(bytes + n * length, end);
	return pickle_parse(&pickle, bytes, size, NULL);
}

START_TEST(is_bounded)
{
	ck_assert_int_eq(parse_many("(", PICKLE_MARKS_MAX, ""), PICKLE_E_TRUNCATED);
	ck_assert_int_eq(parse_many("(", PICKLE_MARKS_MAX + 1, ""), PICKLE_E_MALFORMED);
	ck_assert_int_eq(parse_many("N", PICKLE_STACK_MAX, ""), PICKLE_E_TRUNCATED);
	ck_assert_int_eq(parse_many("N", PICKLE_STACK_MAX + 1, ""), PICKLE_E_MALFORMED);
	ck_assert_int_eq(parse_many("N0", PICKLE_VALUES_MAX, "N."), PICKLE_E_MALFORMED);
}
END_TEST

START_TEST(goes_through_lists)
{
	_cleanup_pickle_ struct pickle pickle = PICKLE_NULL;
	struct pickle_iterator iterator;
	int64_t sum = 0, number;
	size_t value, n = 0;

	ck_assert_int_eq(pickle_parse(&pickle,
	                              BYTES("](K\x01K\x02K\x03"
	                                    "eK\x04"
	                                    "a."),
	                              NULL),
	                 0);
	iterator = pickle_iterate(&pickle, pickle_root(&pickle));
	while (pickle_next(&iterator, &value)) {
		ck_assert(pickle_int(&pickle, value, &number));
		sum = sum * 10 + number;
		n++;
	}
	ck_assert_int_eq(sum, 1234);
	ck_assert_uint_eq(n, pickle_count(&pickle, pickle_root(&pickle)));
	iterator = pickle_iterate(&pickle, value); /* a number holds nothing */
	ck_assert(!pickle_next(&iterator, &value));
}
END_TEST

START_TEST(writes_questions)
{
	static const char *const words[] = {"get", "a\\b\nc\xc3\xa9\xf0\x9f\x98\x80", "banip"};
	static const char *const broken[] = {"get", "\xff"};
	_cleanup_free_ char *text = NULL;

	ck_assert_int_eq(pickle_write_strings(&text, words, ARRAY_SIZE(words)), 0);
	ck_assert_str_eq(text, "(Vget\nVa\\U0000005cb\\U0000000ac\\U000000e9\\U0001f600\n"
	                       "Vbanip\nl.");
	ck_assert_int_eq(pickle_write_strings(&text, broken, ARRAY_SIZE(broken)), -EINVAL);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("pickle");
	TCase *tcase = tcase_create("pickle");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, is_read_as_data, 0, ARRAY_SIZE(rows));
	tcase_add_loop_test(tcase, reads_numbers, 0, ARRAY_SIZE(numbers));
	tcase_add_test(tcase, numbers_too_large_are_none);
	tcase_add_test(tcase, str_of_a_string_is_it);
	tcase_add_test(tcase, strings_for_c_are_checked);
	tcase_add_test(tcase, is_bounded);
	tcase_add_test(tcase, goes_through_lists);
	tcase_add_test(tcase, writes_questions);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
