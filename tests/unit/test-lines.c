// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/base/lines.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/unit.h"

static char got[4 * LINES_MAX];

static void append(const char *line, size_t length, void *userdata _unused_)
{
	size_t n = strlen(got);

	if (length > 64)
		snprintf(got + n, sizeof(got) - n, "#%zu|", length);
	else
		snprintf(got + n, sizeof(got) - n, "%.*s|", (int)length, line);
}

static const struct {
	const char *text, *lines;
	bool skip_first;
} rows[] = {
    {"", "", false},
    {"a\nbc\n", "a|bc|", false},
    {"a\nbc", "a|", false}, /* half a line is none */
    {"\n\n", "||", false},
    {"a\r\n", "a\r|", false},
    {"rest\nwhole\n", "whole|", true},
    {"\nwhole\n", "whole|", true},
    {"rest", "", true},
};

/* In pieces of every size it is the same. */
START_TEST(splits)
{
	size_t length = strlen(rows[_i].text);

	for (size_t piece = 1; piece <= length + 1; piece++) {
		struct lines lines = LINES_NULL;

		got[0] = '\0';
		if (rows[_i].skip_first)
			lines_skip_first(&lines);
		for (size_t at = 0; at < length; at += piece)
			lines_feed(&lines, rows[_i].text + at,
			           length - at < piece ? length - at : piece, append, NULL);
		ck_assert_str_eq(got, rows[_i].lines);
	}
}
END_TEST

START_TEST(passes_over_long_lines)
{
	static const size_t pieces[] = {1, 7, LINES_MAX, 1000000};
	size_t length = 3 * LINES_MAX + 5;
	char *text = malloc(length);

	memset(text, 'x', length);
	text[LINES_MAX] = '\n';                /* just fits */
	text[2 * LINES_MAX + 2] = '\n';        /* one too long */
	memcpy(text + length - 3, "\nz\n", 3); /* the third fits */
	for (size_t i = 0; i < ARRAY_SIZE(pieces); i++) {
		struct lines lines = LINES_NULL;

		got[0] = '\0';
		for (size_t at = 0; at < length; at += pieces[i])
			lines_feed(&lines, text + at,
			           length - at < pieces[i] ? length - at : pieces[i], append, NULL);
		ck_assert_str_eq(got, "#8192|#8191|z|");
	}
	free(text);
}
END_TEST

START_TEST(forgets)
{
	struct lines lines = LINES_NULL;

	got[0] = '\0';
	lines_feed(&lines, "half", 4, append, NULL);
	ck_assert_uint_eq(lines.pending, 4);
	lines_reset(&lines);
	lines_feed(&lines, "whole\n", 6, append, NULL);
	ck_assert_str_eq(got, "whole|");
	ck_assert_uint_eq(lines.pending, 0);
}
END_TEST

static Suite *suite(void)
{
	Suite *suite = suite_create("lines");
	TCase *tcase = tcase_create("lines");

	tcase_add_loop_test(tcase, splits, 0, ARRAY_SIZE(rows));
	tcase_add_test(tcase, passes_over_long_lines);
	tcase_add_test(tcase, forgets);
	suite_add_tcase(suite, tcase);
	return suite;
}

int main(void)
{
	return unit_run(suite());
}
