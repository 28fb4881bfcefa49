// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/base/shell.h"

#include "guard/base/text.h"
#include "tests/unit/commands.h"

START_TEST(reaches_the_program_as_it_is)
{
	const char *word = commands_hostile[_i];
	_cleanup_free_ char *command = NULL;
	_cleanup_strv_ struct strv words = STRV_NULL;

	ck_assert_int_eq(
	    shell_printf(&command, "stub %s --zone=%s %u %d%% %s", word, word, 7U, -7, "last"), 0);
	words = commands_run(command);
	ck_assert_uint_eq(words.n, 6);
	ck_assert_str_eq(words.strings[1], word);
	ck_assert_int_eq(strncmp(words.strings[2], "--zone=", 7), 0);
	ck_assert_str_eq(words.strings[2] + 7, word);
	ck_assert_str_eq(words.strings[3], "7");
	ck_assert_str_eq(words.strings[4], "-7%");
	ck_assert_str_eq(words.strings[5], "last");
}
END_TEST

/* Whoever shows it need not escape anything, but where a shell leaves no way. */
START_TEST(may_be_shown_as_it_is)
{
	const char *word = commands_hostile[_i];
	_cleanup_free_ char *command = NULL;
	size_t n = strlen(word);

	ck_assert_int_eq(shell_printf(&command, "%s", word), 0);
	ck_assert_msg(text_is_clean(command) == !(n && word[n - 1] == '\n'), "%s", command);
}
END_TEST

START_TEST(what_is_plain_stays_plain)
{
	_cleanup_free_ char *command = NULL;

	ck_assert_int_eq(shell_printf(&command, "x %s=%s %s", "--zone", "public", "2001:db8::/32"),
	                 0);
	ck_assert_str_eq(command, "x --zone=public 2001:db8::/32");
}
END_TEST

START_TEST(builds)
{
	_cleanup_builder_ struct builder builder = BUILDER_NULL;
	_cleanup_free_ char *text = NULL, *none = NULL;

	ck_assert_int_eq(builder_take(&builder, &none), 0);
	ck_assert_str_eq(none, "");
	for (int i = 0; i < 1000; i++)
		builder_join(&builder, ", ", "x");
	builder_addf(&builder, "%05d", 42);
	builder_add_bytes(&builder, "abc", 2);
	ck_assert_int_eq(builder_take(&builder, &text), 0);
	ck_assert_uint_eq(strlen(text), 1000 + 999 * 2 + 5 + 2);
	ck_assert_str_eq(text + strlen(text) - 8, "x00042ab");
	ck_assert_uint_eq(builder.n, 0);
}
END_TEST

/* After a failure nothing is half there. */
START_TEST(failure_sticks)
{
	struct builder builder = {.failed = true};
	char *text = NULL;

	builder_add(&builder, "x");
	ck_assert_int_lt(builder_take(&builder, &text), 0);
	ck_assert_ptr_null(text);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("shell");
	TCase *tcase = tcase_create("shell");

	tcase_add_loop_test(tcase, reaches_the_program_as_it_is, 0, ARRAY_SIZE(commands_hostile));
	tcase_add_loop_test(tcase, may_be_shown_as_it_is, 0, ARRAY_SIZE(commands_hostile));
	tcase_add_test(tcase, what_is_plain_stays_plain);
	tcase_add_test(tcase, builds);
	tcase_add_test(tcase, failure_sticks);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
