// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/host/wholefile.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/unit.h"

static char folder[] = "/tmp/test-wholefile.XXXXXX";
static char path[64];

static void setup(void)
{
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/x", folder);
}

static void teardown(void)
{
	unlink(path);
	ck_assert_int_eq(rmdir(folder), 0); /* nothing is left beside it */
	strcpy(folder, "/tmp/test-wholefile.XXXXXX");
}

static int put_text(FILE *out, void *userdata)
{
	return fputs(userdata, out) < 0 ? -EIO : 0;
}

static int put_half(FILE *out, void *userdata _unused_)
{
	fputs("half", out);
	return -ENOSPC;
}

static void has(const char *text, mode_t mode)
{
	char found[64] = "";
	struct stat st;
	FILE *file = fopen(path, "r");

	ck_assert_ptr_nonnull(file);
	ck_assert_ptr_nonnull(fgets(found, sizeof(found), file));
	fclose(file);
	ck_assert_str_eq(found, text);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, mode);
}

START_TEST(replaces)
{
	char one[] = "one", two[] = "two";

	umask(077);
	ck_assert_int_eq(wholefile_write(path, 0644, put_text, one, NULL), 0);
	has("one", 0644);
	ck_assert_int_eq(wholefile_write(path, 0600, put_text, two, NULL), 0);
	has("two", 0600);
}
END_TEST

START_TEST(leaves_the_old_one)
{
	struct err err = ERR_NULL;
	char one[] = "one";

	ck_assert_int_eq(wholefile_write(path, 0644, put_text, one, NULL), 0);
	ck_assert_int_eq(wholefile_write(path, 0644, put_half, NULL, &err), -ENOSPC);
	ck_assert_ptr_nonnull(strstr(err.text, path));
	has("one", 0644);
}
END_TEST

START_TEST(tells_a_missing_folder)
{
	char one[] = "one";
	struct err err = ERR_NULL;

	ck_assert_int_eq(wholefile_write("/nonexistent/x", 0644, put_text, one, &err), -ENOENT);
	ck_assert_ptr_nonnull(strstr(err.text, "/nonexistent/x"));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("wholefile");
	TCase *tcase = tcase_create("wholefile");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, replaces);
	tcase_add_test(tcase, leaves_the_old_one);
	tcase_add_test(tcase, tells_a_missing_folder);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
