// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/host/filewatch.h"
#include "guard/system/host/lock.h"
#include "guard/system/host/clock.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char dir[64];
static char path[128];

static void setup(void)
{
	strcpy(dir, "/tmp/test-lock.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/%s", dir, LOCK_FILE);
}

static void teardown(void)
{
	unlink(path);
	rmdir(dir);
}

START_TEST(one_holder_and_everybody_may_ask)
{
	int fd = -1, second = -1;
	bool held = true;
	long pid = -1;
	struct stat st;

	ck_assert_int_eq(lock_is_held(dir, &held, &pid), 0);
	ck_assert(!held);
	ck_assert_int_eq(lock_take(&fd, dir, NULL), 0);
	ck_assert_int_eq(lock_take(&second, dir, NULL), LOCK_E_HELD);
	ck_assert_int_eq(second, -1);
	ck_assert_int_eq(lock_is_held(dir, &held, &pid), 0);
	ck_assert(held);
	ck_assert_int_eq(pid, getpid());
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0600);
	lock_release(&fd);
	lock_release(&fd);
	ck_assert_int_eq(lock_is_held(dir, &held, &pid), 0);
	ck_assert(!held);
	ck_assert_int_eq(pid, 0);
	ck_assert_int_eq(lock_take(&second, dir, NULL), 0);
	lock_release(&second);
}
END_TEST

/* A watcher that cannot write leaves the number of one that is gone. */
START_TEST(who_is_gone_is_not_named)
{
	bool held = false;
	long pid = 1;
	int fd = -1;

	ck_assert_int_eq(lock_take(&fd, dir, NULL), 0);
	ck_assert_int_eq(ftruncate(fd, 0), 0);
	ck_assert_int_eq(pwrite(fd, "2147483646\n", 11, 0), 11);
	ck_assert_int_eq(lock_is_held(dir, &held, &pid), 0);
	ck_assert(held);
	ck_assert_int_eq(pid, 0);
	lock_release(&fd);
}
END_TEST

/* `status` asks at the moment when the watcher starts. */
START_TEST(an_asker_does_not_keep_the_watcher_out)
{
	int fd = -1, asker = open(path, O_RDWR | O_CREAT, 0600);
	pid_t child;

	ck_assert_int_ge(asker, 0);
	ck_assert_int_eq(flock(asker, LOCK_SH), 0);
	child = fork();
	if (child == 0) {
		usleep(50000);
		_exit(0);
	}
	close(asker); /* the child has it still */
	ck_assert_int_eq(lock_take(&fd, dir, NULL), 0);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	lock_release(&fd);
}
END_TEST

START_TEST(a_link_is_not_followed)
{
	struct err err = ERR_NULL;
	char target[128];
	int fd = -1;

	snprintf(target, sizeof(target), "%s/elsewhere", dir);
	ck_assert_int_eq(symlink(target, path), 0);
	ck_assert_int_eq(lock_take(&fd, dir, &err), -ELOOP);
	ck_assert_ptr_nonnull(strstr(err.text, LOCK_FILE));
	ck_assert_int_eq(access(target, F_OK), -1);
}
END_TEST

/* `status` asks, and must not wait for somebody who opens the other end. */
START_TEST(a_pipe_holds_up_nobody)
{
	bool held = true;
	int fd = -1;

	ck_assert_int_eq(mkfifo(path, 0600), 0);
	ck_assert_int_eq(lock_is_held(dir, &held, NULL), -EPERM);
	ck_assert_int_eq(lock_take(&fd, dir, NULL), -EPERM);
}
END_TEST

/* Its content is cut off to write the number of our process. */
START_TEST(a_second_name_of_a_file_is_left_alone)
{
	char other[128];
	struct stat st;
	int fd = open(path, O_WRONLY | O_CREAT, 0600);

	ck_assert_int_eq(write(fd, "precious", 8), 8);
	close(fd);
	snprintf(other, sizeof(other), "%s/other", dir);
	ck_assert_int_eq(link(path, other), 0);
	ck_assert_int_eq(lock_take(&fd, dir, NULL), -EPERM);
	ck_assert_int_eq(stat(other, &st), 0);
	ck_assert_int_eq(st.st_size, 8);
	ck_assert_int_eq(unlink(other), 0);
}
END_TEST

static void count(void *userdata)
{
	(*(int *)userdata)++;
}

static void run_for(struct loop *loop, int64_t ms)
{
	int code;

	ck_assert_int_eq(loop_run_until(loop, clock_monotonic_ms() + ms, &code), LOOP_E_DEADLINE);
}

static void write_file(const char *name, const char *renamed)
{
	char from[160], to[160];
	int fd;

	snprintf(from, sizeof(from), "%s/%s", dir, name);
	fd = open(from, O_WRONLY | O_CREAT, 0600);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, "x", 1), 1);
	close(fd);
	if (!renamed)
		return;
	snprintf(to, sizeof(to), "%s/%s", dir, renamed);
	ck_assert_int_eq(rename(from, to), 0);
}

START_TEST(a_folder_tells_that_a_file_is_complete)
{
	_cleanup_loop_ struct loop *loop = NULL;
	struct filewatch *watch = NULL;
	char name[160];
	int changes = 0, half;

	ck_assert_int_eq(loop_new(&loop), 0);
	ck_assert_int_eq(filewatch_new(&watch, loop, "/nonexistent", count, &changes), -ENOENT);
	ck_assert_int_eq(filewatch_new(&watch, loop, dir, count, &changes), 0);
	run_for(loop, 20);
	ck_assert_int_eq(changes, 0);
	write_file("a", NULL);
	run_for(loop, 100);
	ck_assert_int_eq(changes, 1);
	write_file("b.tmp", "b");
	run_for(loop, 100);
	ck_assert_int_ge(changes, 2);
	changes = 0;
	/* half written is nothing yet */
	snprintf(name, sizeof(name), "%s/c", dir);
	half = open(name, O_WRONLY | O_CREAT, 0600);
	ck_assert_int_eq(write(half, "x", 1), 1);
	run_for(loop, 100);
	ck_assert_int_eq(changes, 0);
	close(half);
	run_for(loop, 100);
	ck_assert_int_eq(changes, 1);
	filewatch_free(watch);
	for (const char *const *file = (const char *const[]){"a", "b", "c", NULL}; *file; file++) {
		snprintf(name, sizeof(name), "%s/%s", dir, *file);
		ck_assert_int_eq(unlink(name), 0);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("lock and filewatch");
	TCase *tcase = tcase_create("lock and filewatch");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, one_holder_and_everybody_may_ask);
	tcase_add_test(tcase, who_is_gone_is_not_named);
	tcase_add_test(tcase, an_asker_does_not_keep_the_watcher_out);
	tcase_add_test(tcase, a_link_is_not_followed);
	tcase_add_test(tcase, a_pipe_holds_up_nobody);
	tcase_add_test(tcase, a_second_name_of_a_file_is_left_alone);
	tcase_add_test(tcase, a_folder_tells_that_a_file_is_complete);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
