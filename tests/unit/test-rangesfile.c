// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/host/rangesfile.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/unit.h"

static char folder[] = "/tmp/test-rangesfile.XXXXXX";
static char path[64];

static void setup(void)
{
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/ranges", folder);
}

static void teardown(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	ck_assert_int_eq(system(command), 0);
	strcpy(folder, "/tmp/test-rangesfile.XXXXXX");
}

static void put(const char *text, size_t length)
{
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(text, 1, length, file), length);
	fclose(file);
	ck_assert_int_eq(chmod(path, 0644), 0);
}

static int append(const struct cidr *range, const char *note, void *userdata)
{
	char text[CIDR_TEXT_LENGTH], *out = userdata;

	cidr_format(range, text);
	sprintf(out + strlen(out), "%s(%s) ", text, note ? note : "");
	return 0;
}

/* Length 0: as strlen() has it. */
static const struct {
	const char *text;
	const char *answer; /* the ranges, or a part of the error */
	int r;
	size_t length;
} rows[] = {
    {"", "", 0, 0},
    {"# nobody\n\n  \t\n", "", 0, 0},
    {"192.0.2.0/24\n2001:db8::/32\n", "192.0.2.0/24() 2001:db8::/32() ", 0, 0},
    {"192.0.2.7/24 # the office \r\n", "192.0.2.0/24(the office) ", 0, 0},
    {"  192.0.2.1", "192.0.2.1() ", 0, 0},
    {"192.0.2.0/255.255.255.0#\n", "192.0.2.0/24() ", 0, 0},
    {"192.0.2.1#a#b\n", "192.0.2.1(a#b) ", 0, 0},
    {"192.0.2.1\n192.0.2.0/33\n", "ranges:2: not an address or prefix", RANGESFILE_E_INVALID, 0},
    {"192.0.2.1 192.0.2.2\n", "ranges:1: not an address or prefix", RANGESFILE_E_INVALID, 0},
    {"192.0.2.1\n::/0 # all\n", "ranges:2: ::/0 is too wide for a range of clients",
     RANGESFILE_E_INVALID, 0},
    {"office.example\n", "ranges:1: not an address", RANGESFILE_E_INVALID, 0},
    {"192.0.2.0-192.0.2.9\n", "ranges:1: not an address", RANGESFILE_E_INVALID, 0},
    {"\033[2J\n", "ranges:1: not an address", RANGESFILE_E_INVALID, 0},
    {"192.0.2.1\0 and more\n", "ranges:1: a NUL byte", RANGESFILE_E_INVALID, 20},
};

START_TEST(reads)
{
	char got[1024] = "";
	struct err err = ERR_NULL;
	size_t length = rows[_i].length ? rows[_i].length : strlen(rows[_i].text);

	put(rows[_i].text, length);
	ck_assert_int_eq(rangesfile_read(path, append, got, &err), rows[_i].r);
	if (rows[_i].r == 0)
		ck_assert_str_eq(got, rows[_i].answer);
	else
		ck_assert_msg(strstr(err.text, rows[_i].answer) && !strchr(err.text, 033), "%s",
		              err.text);
}
END_TEST

START_TEST(refuses_files)
{
	struct err err = ERR_NULL;
	char got[64] = "", other[80], long_line[3000];

	ck_assert_int_eq(rangesfile_read(path, append, got, &err), -ENOENT);
	put("192.0.2.1\n", 10);
	ck_assert_int_eq(chmod(path, 0664), 0);
	ck_assert_int_eq(rangesfile_read(path, append, got, &err), RANGESFILE_E_INVALID);
	snprintf(other, sizeof(other), "%s/link", folder);
	ck_assert_int_eq(symlink(path, other), 0);
	ck_assert_int_eq(rangesfile_read(other, append, got, &err), -ELOOP);
	ck_assert_int_eq(rangesfile_read(folder, append, got, &err), RANGESFILE_E_INVALID);
	memset(long_line, ' ', sizeof(long_line));
	put(long_line, sizeof(long_line));
	ck_assert_int_eq(rangesfile_read(path, append, got, &err), RANGESFILE_E_INVALID);
	ck_assert_str_eq(got, "");
}
END_TEST

static int stop(const struct cidr *range _unused_, const char *note _unused_, void *userdata)
{
	return ++*(int *)userdata == 2 ? -ECANCELED : 0;
}

START_TEST(stops)
{
	int n = 0;

	put("192.0.2.1\n192.0.2.2\n192.0.2.3\n", 30);
	ck_assert_int_eq(rangesfile_read(path, stop, &n, NULL), -ECANCELED);
	ck_assert_int_eq(n, 2);
}
END_TEST

static Suite *suite(void)
{
	Suite *suite = suite_create("rangesfile");
	TCase *tcase = tcase_create("rangesfile");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, reads, 0, ARRAY_SIZE(rows));
	tcase_add_test(tcase, refuses_files);
	tcase_add_test(tcase, stops);
	suite_add_tcase(suite, tcase);
	return suite;
}

int main(void)
{
	return unit_run(suite());
}
