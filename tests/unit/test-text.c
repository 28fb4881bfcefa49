// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/base/text.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/unit.h"

static const struct {
	const char *in, *out;
} escape_rows[] = {
    {"", ""},
    {"imaps", "imaps"},
    {"Käse \xe2\x82\xac", "Käse \xe2\x82\xac"},
    {"a\nFATAL: forged line", "a\\x0aFATAL: forged line"},
    {"\x1b[2J", "\\x1b[2J"},
    {"tab\there", "tab\\x09here"},
    {"\x7f", "\\x7f"},
    {"\xc2\x9b"
     "2J",
     "\\xc2\\x9b2J"}, /* CSI as one C1 character: terminals obey it */
    {"\xe2\x80\xae"
     "gnp.exe",
     "\\xe2\\x80\\xaegnp.exe"}, /* right-to-left override */
    {"\xef\xbb\xbf", "\\xef\\xbb\\xbf"},
    {"\xff\xfe", "\\xff\\xfe"},
    {"\xc0\xaf", "\\xc0\\xaf"},                   /* overlong / */
    {"\xed\xa0\x80", "\\xed\\xa0\\x80"},          /* surrogate */
    {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"}, /* above U+10FFFF */
    {"\xe2\x82", "\\xe2\\x82"},                   /* cut off */
    {"back\\slash", "back\\\\slash"},
    /* a command is to be pasted; what a terminal might obey is not left in it either */
    {"a\\b: " TEXT_COMMAND_BEGIN "x 'c\\d'\x1b" TEXT_COMMAND_END "; e\\f",
     "a\\\\b: x 'c\\d'\\x1b; e\\\\f"},
};

START_TEST(escapes)
{
	char out[256];
	size_t n = text_escape(out, sizeof(out), escape_rows[_i].in);

	ck_assert_str_eq(out, escape_rows[_i].out);
	ck_assert_uint_eq(n, strlen(escape_rows[_i].out));
}
END_TEST

START_TEST(escape_is_bounded)
{
	_cleanup_free_ char *whole = NULL;

	for (size_t size = 1; size < 16; size++) {
		char out[17];

		memset(out, 'X', sizeof(out));
		ck_assert_uint_eq(text_escape(out, size, "a\n\xe2\x82\xac\x01z"),
		                  1 + 4 + 3 + 4 + 1);
		ck_assert_uint_lt(strlen(out), size);
		ck_assert_int_eq(out[size], 'X');
		ck_assert(text_is_utf8(out, strlen(out)));
	}
	ck_assert_uint_eq(text_escape(NULL, 0, "\n"), 4);
	ck_assert_int_eq(text_escape_new(&whole, "a\nb"), 0);
	ck_assert_str_eq(whole, "a\\x0ab");
}
END_TEST

START_TEST(measures)
{
	ck_assert_uint_eq(text_width("abc"), 3);
	ck_assert_uint_eq(text_width("\xe2\x82\xac"), 1);
	ck_assert(text_is_utf8("K\xc3\xa4se", 5));
	ck_assert(!text_is_utf8("K\xc3", 2));
}
END_TEST

static const struct {
	const char *a, *b;
	size_t distance;
} distance_rows[] = {
    {"", "", 0},
    {"zones", "zones", 0},
    {"zone", "zones", 1},
    {"zoens", "zones", 1},
    {"keep_days", "keep-days", 0},
    {"", "abc", 3},
    {"kitten", "sitting", 3},
    {"restore-bans", "restorebans", 1},
};

START_TEST(distances)
{
	ck_assert_uint_eq(text_distance(distance_rows[_i].a, distance_rows[_i].b),
	                  distance_rows[_i].distance);
	ck_assert_uint_eq(text_distance(distance_rows[_i].b, distance_rows[_i].a),
	                  distance_rows[_i].distance);
}
END_TEST

START_TEST(guesses)
{
	static const char *const words[] = {"zones", "services", "require", "restore"};
	char endless[4096];

	memset(endless, 'z', sizeof(endless) - 1);
	endless[sizeof(endless) - 1] = '\0';
	ck_assert_str_eq(text_nearest("zone", words, 4), "zones");
	ck_assert_str_eq(text_nearest("requires", words, 4), "require");
	ck_assert_ptr_null(text_nearest("xyzzy-plugh", words, 4));
	ck_assert_ptr_null(text_nearest("", words, 4));
	ck_assert_ptr_null(text_nearest(endless, words, 4));
	ck_assert_ptr_null(text_nearest("zones", words, 0));
}
END_TEST

/* A typing error must not look like a host that nobody knows. */
START_TEST(host_names)
{
	char name[TEXT_HOST_MAX + 2];

	ck_assert(text_is_host_name("mail.example.org") && text_is_host_name("a_b-1"));
	ck_assert(!text_is_host_name("") && !text_is_host_name("1.2.3") &&
	          !text_is_host_name("-a"));
	ck_assert(!text_is_host_name("a b") && !text_is_host_name("a/8") &&
	          !text_is_host_name("::a"));
	memset(name, 'a', sizeof(name));
	name[TEXT_HOST_MAX + 1] = '\0';
	ck_assert(!text_is_host_name(name));
	name[TEXT_HOST_MAX] = '\0';
	ck_assert(text_is_host_name(name));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("text");
	TCase *tcase = tcase_create("text");

	tcase_add_loop_test(tcase, escapes, 0, ARRAY_SIZE(escape_rows));
	tcase_add_test(tcase, escape_is_bounded);
	tcase_add_test(tcase, measures);
	tcase_add_loop_test(tcase, distances, 0, ARRAY_SIZE(distance_rows));
	tcase_add_test(tcase, guesses);
	tcase_add_test(tcase, host_names);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
