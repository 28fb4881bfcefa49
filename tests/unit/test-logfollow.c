// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/host/logfollow.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guard/base/lines.h"
#include "guard/system/host/clock.h"
#include "tests/unit/unit.h"

static char folder[] = "/tmp/test-logfollow.XXXXXX";
static char log_path[64], old_path[64];
static struct loop *loop;
static struct logfollow *follow;
static char got[65536], trouble[1024];
static unsigned n_lines, n_progress;

static void on_line(const char *line, size_t length, void *userdata _unused_)
{
	size_t n = strlen(got);

	n_lines++;
	if (n < sizeof(got) - 200)
		snprintf(got + n, sizeof(got) - n, "%.*s|", (int)(length > 100 ? 100 : length),
		         line);
}

static void on_progress(void *userdata _unused_)
{
	n_progress++;
}

static void on_trouble(const char *why, void *userdata _unused_)
{
	snprintf(trouble, sizeof(trouble), "%s", why ? why : "fine");
}

static void setup(void)
{
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(log_path, sizeof(log_path), "%s/mail.log", folder);
	snprintf(old_path, sizeof(old_path), "%s/mail.log.1", folder);
	ck_assert_int_eq(loop_new(&loop), 0);
	got[0] = trouble[0] = '\0';
	n_lines = n_progress = 0;
}

static void teardown(void)
{
	char command[128];

	logfollow_free(follow);
	follow = NULL;
	loop_free(loop);
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	ck_assert_int_eq(system(command), 0);
	strcpy(folder, "/tmp/test-logfollow.XXXXXX");
}

static void begin_at(const char *path, const struct logfollow_position *from)
{
	const struct logfollow_options options = {.path = path,
	                                          .from = from,
	                                          .on_line = on_line,
	                                          .on_progress = on_progress,
	                                          .on_trouble = on_trouble};

	ck_assert_int_eq(logfollow_new(&follow, loop, &options), 0);
}

static void begin(const struct logfollow_position *from)
{
	begin_at(log_path, from);
}

static void end(struct logfollow_position *position)
{
	if (position)
		ck_assert(logfollow_position(follow, position));
	logfollow_free(follow);
	follow = NULL;
}

static void append_to(const char *path, const char *text)
{
	FILE *file = fopen(path, "a");

	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	ck_assert_int_eq(fclose(file), 0);
}

static void append(const char *text)
{
	append_to(log_path, text);
}

static void run(int64_t ms)
{
	int code;

	ck_assert_int_eq(loop_run_until(loop, clock_monotonic_ms() + ms, &code), LOOP_E_DEADLINE);
}

/* Until that much was told, and then a moment more, in which nothing else may come. */
static void expect(const char *text)
{
	int64_t deadline_ms = clock_monotonic_ms() + 20000;

	while (strcmp(got, text) != 0 && clock_monotonic_ms() < deadline_ms)
		run(50);
	run(50);
	ck_assert_str_eq(got, text);
	got[0] = '\0';
}

START_TEST(follows)
{
	append("one\ntwo\n");
	begin(NULL);
	expect("one|two|");
	append("three\n");
	expect("three|");
	/* half a line is told when it is whole */
	append("fo");
	run(600);
	append("ur\nfive\n");
	expect("four|five|");
	ck_assert_uint_ge(n_progress, 3);
	ck_assert_str_eq(trouble, "");
}
END_TEST

START_TEST(is_not_there_yet)
{
	char sub[128];

	snprintf(sub, sizeof(sub), "%s/later", folder);
	snprintf(log_path, sizeof(log_path), "%s/later/mail.log", folder);
	begin(NULL);
	run(100);
	ck_assert_str_eq(trouble, "");
	ck_assert_int_eq(mkdir(sub, 0755), 0);
	append("one\n");
	expect("one|");
}
END_TEST

/* As logrotate does it: the writer goes on with the old file until it is told. */
START_TEST(rotation)
{
	append("one\n");
	begin(NULL);
	expect("one|");
	ck_assert_int_eq(rename(log_path, old_path), 0);
	append("");
	append_to(old_path, "two\n");
	expect("two|");
	append_to(old_path, "three\n");
	append("four\n");
	expect("three|four|");
	append("five\n");
	expect("five|");
	/* and without a new file for a while */
	ck_assert_int_eq(rename(log_path, old_path), 0);
	append_to(old_path, "six\n");
	expect("six|");
	append("seven\n");
	expect("seven|");
}
END_TEST

START_TEST(truncation)
{
	append("one\ntwo\nthree\n");
	begin(NULL);
	expect("one|two|three|");
	ck_assert_int_eq(truncate(log_path, 0), 0);
	append("four\n");
	expect("four|");
	/* cut and filled further than before between two looks */
	ck_assert_int_eq(truncate(log_path, 0), 0);
	append("a much longer line than what was there\n");
	expect("a much longer line than what was there|");
	/* cut within a line */
	append("half");
	run(600);
	ck_assert_int_eq(truncate(log_path, 0), 0);
	append("whole\n");
	expect("whole|");
}
END_TEST

START_TEST(goes_on_where_it_was)
{
	struct logfollow_position position;

	append("one\ntwo\nhal");
	begin(NULL);
	expect("one|two|");
	end(&position);
	append("f\nthree\n");
	begin(&position);
	expect("half|three|");
	end(&position);
	/* nothing new: nothing is told again */
	begin(&position);
	run(600);
	expect("");
}
END_TEST

START_TEST(rotated_meanwhile)
{
	struct logfollow_position position;

	append("one\n");
	begin(NULL);
	expect("one|");
	end(&position);
	append("two\n");
	ck_assert_int_eq(rename(log_path, old_path), 0);
	append("three\n");
	begin(&position);
	expect("two|three|");
	end(&position);
	append("four\n");
	begin(&position);
	expect("four|");
}
END_TEST

START_TEST(rotated_away_meanwhile)
{
	struct logfollow_position position;

	append("one\n");
	begin(NULL);
	expect("one|");
	end(&position);
	ck_assert_int_eq(rename(log_path, old_path), 0);
	append("two\n");
	ck_assert_int_eq(unlink(old_path), 0);
	begin(&position);
	expect("two|");
}
END_TEST

START_TEST(cut_meanwhile)
{
	struct logfollow_position position;

	append("one\ntwo\n");
	begin(NULL);
	expect("one|two|");
	end(&position);
	ck_assert_int_eq(truncate(log_path, 0), 0);
	append("three and four and five\nsix\n");
	begin(&position);
	expect("three and four and five|six|");
	end(&position);
	/* the same beginning, and the position would be within a line */
	ck_assert_int_eq(truncate(log_path, 0), 0);
	position.offset = 6;
	append("three and four and five\nsix\n");
	begin(&position);
	expect("three and four and five|six|");
}
END_TEST

START_TEST(long_lines)
{
	static char text[5 * LINES_MAX + 2];
	struct logfollow_position position;

	memset(text, 'x', sizeof(text) - 2);
	append("one\n");
	append(text);
	begin(NULL);
	expect("one|");
	append("\ntwo\n");
	expect("two|");
	end(&position);
	append("three\n");
	begin(&position);
	expect("three|");
}
END_TEST

/* More than is read at a time; every line comes once, in order. */
START_TEST(many_lines)
{
	FILE *file = fopen(log_path, "w");
	int64_t deadline_ms = clock_monotonic_ms() + 20000;

	ck_assert_ptr_nonnull(file);
	for (unsigned i = 0; i < 100000; i++)
		fprintf(file, "line %06u of the many that a busy server writes\n", i);
	ck_assert_int_eq(fclose(file), 0);
	begin(NULL);
	while (n_lines < 100000 && clock_monotonic_ms() < deadline_ms)
		run(20);
	ck_assert_uint_eq(n_lines, 100000);
	ck_assert_uint_gt(n_progress, 3);
	ck_assert_ptr_eq(strstr(got, "line 000000"), got);
}
END_TEST

/* All of the old log comes before the new one, also where it is not read at once. */
START_TEST(much_was_rotated)
{
	struct logfollow_position position;
	int64_t deadline_ms = clock_monotonic_ms() + 20000;
	FILE *file;

	append("one\n");
	begin(NULL);
	expect("one|");
	end(&position);
	file = fopen(log_path, "a");
	ck_assert_ptr_nonnull(file);
	for (unsigned i = 0; i < 60000; i++)
		fprintf(file, "line %06u of the many that a busy server writes\n", i);
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_int_eq(rename(log_path, old_path), 0);
	append("last\n");
	begin(&position);
	while (n_lines < 60002 && clock_monotonic_ms() < deadline_ms)
		run(20);
	ck_assert_uint_eq(n_lines, 60002);
}
END_TEST

/* Of a file that is read for the first time the end, and not from within a line. */
START_TEST(huge_file)
{
	struct logfollow_position position;

	append("first\n");
	ck_assert_int_eq(truncate(log_path, LOGFOLLOW_FIRST_MAX + 4096), 0);
	append("rest of a line\nlast\n");
	begin(NULL);
	expect("last|");
	end(&position);
	ck_assert_int_eq(position.offset, LOGFOLLOW_FIRST_MAX + 4096 + 20);
}
END_TEST

START_TEST(troubles)
{
	struct logfollow_options options = {.path = "mail.log", .on_line = on_line};

	ck_assert_int_eq(logfollow_new(&follow, loop, &options), -EINVAL);
	options.path = "/tmp/";
	ck_assert_int_eq(logfollow_new(&follow, loop, &options), -EINVAL);
	ck_assert_int_eq(mkdir(log_path, 0755), 0);
	begin(NULL);
	run(100);
	ck_assert_ptr_nonnull(strstr(trouble, "mail.log: Is a directory"));
	ck_assert_int_eq(rmdir(log_path), 0);
	append("one\n");
	expect("one|");
	ck_assert_str_eq(trouble, "fine");
}
END_TEST

START_TEST(refuses_fifos)
{
	ck_assert_int_eq(mkfifo(log_path, 0600), 0);
	begin(NULL);
	run(100);
	ck_assert_ptr_nonnull(strstr(trouble, "mail.log: "));
}
END_TEST

static Suite *suite(void)
{
	Suite *suite = suite_create("logfollow");
	TCase *tcase = tcase_create("logfollow");

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, follows);
	tcase_add_test(tcase, is_not_there_yet);
	tcase_add_test(tcase, rotation);
	tcase_add_test(tcase, truncation);
	tcase_add_test(tcase, goes_on_where_it_was);
	tcase_add_test(tcase, rotated_meanwhile);
	tcase_add_test(tcase, rotated_away_meanwhile);
	tcase_add_test(tcase, cut_meanwhile);
	tcase_add_test(tcase, long_lines);
	tcase_add_test(tcase, many_lines);
	tcase_add_test(tcase, much_was_rotated);
	tcase_add_test(tcase, huge_file);
	tcase_add_test(tcase, troubles);
	tcase_add_test(tcase, refuses_fifos);
	suite_add_tcase(suite, tcase);
	return suite;
}

int main(void)
{
	return unit_run(suite());
}
