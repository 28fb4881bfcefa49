// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/host/clock.h"
#include "guard/system/firewalld/confwatch.h"

#include "tests/unit/unit.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[64];
static struct loop *loop;
static struct confwatch *watch;
static struct confwatch_changes changes;

static void on_change(void *userdata)
{
	int *n = userdata;

	(*n)++;
	ck_assert_int_ge(confwatch_take(watch, &changes), 0);
	loop_exit(loop, 0);
}

static const char *path_of(const char *name)
{
	static char path[2][256];
	static unsigned turn;

	turn = !turn;
	snprintf(path[turn], sizeof(path[turn]), "%s/%s", root, name);
	return path[turn];
}

static void run_shell(const char *format)
{
	char command[512];

	snprintf(command, sizeof(command), "cd '%s' && %s", root, format);
	ck_assert_int_eq(system(command), 0);
}

static int n_calls;

static void begin(void)
{
	snprintf(root, sizeof(root), "/tmp/test-confwatch.%d", getpid());
	ck_assert_int_eq(mkdir(root, 0700), 0);
	ck_assert_int_eq(mkdir(path_of("zones"), 0700), 0);
	ck_assert_int_eq(loop_new(&loop), 0);
	n_calls = 0;
	changes = CONFWATCH_CHANGES_NULL;
	ck_assert_int_eq(confwatch_new(&watch, loop, root, on_change, &n_calls), 0);
}

static void end(void)
{
	run_shell("rm -rf -- *; rmdir \"$PWD\"");
	confwatch_changes_deinit(&changes);
	confwatch_free(watch);
	loop_free(loop);
}

/* Until it is quiet for a moment. */
static void settle(void)
{
	int code;

	while (loop_run_until(loop, clock_monotonic_ms() + 50, &code) == 0)
		;
}

static const struct confwatch_change *change_of(const char *name)
{
	for (size_t i = 0; i < changes.n; i++)
		if (strcmp(changes.changes[i].name, name) == 0)
			return &changes.changes[i];
	return NULL;
}

START_TEST(tells_writing_from_moving)
{
	run_shell(
	    "echo >zones/a.xml; echo >zones/.b.new; mv zones/.b.new zones/b.xml; echo >c.conf");
	settle();
	ck_assert(!changes.all);
	ck_assert_ptr_nonnull(change_of("zones/a.xml"));
	ck_assert(change_of("zones/a.xml")->written && !change_of("zones/a.xml")->moved);
	ck_assert(!change_of("zones/b.xml")->written && change_of("zones/b.xml")->moved);
	ck_assert(change_of("c.conf")->written);
	confwatch_changes_deinit(&changes);
	run_shell("rm zones/a.xml");
	settle();
	ck_assert(change_of("zones/a.xml")->moved);
	ck_assert_uint_eq(changes.n, 1);
	confwatch_changes_drop(&changes, 0);
	ck_assert_uint_eq(changes.n, 0);
}
END_TEST

/* A zone that is put together from the files in a folder; such a folder may come at any time. */
START_TEST(parts)
{
	run_shell("mkdir -p elsewhere/archive; echo >elsewhere/archive/a.xml");
	settle();
	confwatch_changes_deinit(&changes);
	run_shell("mv elsewhere/archive zones/");
	settle();
	ck_assert(changes.all);
	confwatch_changes_deinit(&changes);
	run_shell("echo >zones/archive/public.3.xml");
	settle();
	ck_assert(!changes.all);
	ck_assert(change_of("zones/archive/public.3.xml")->written);
	confwatch_changes_deinit(&changes);
	run_shell("mkdir -p zones/archive/2026");
	settle();
	ck_assert(changes.all);
	confwatch_changes_deinit(&changes);
	run_shell("echo >zones/archive/2026/b.xml; rm zones/archive/a.xml");
	settle();
	ck_assert_ptr_nonnull(change_of("zones/archive/2026/b.xml"));
	ck_assert(change_of("zones/archive/a.xml")->moved);
	confwatch_changes_deinit(&changes);
	n_calls = 0;
	run_shell("rm -r zones/archive");
	settle();
	ck_assert_int_gt(n_calls, 0);
	run_shell("mkdir zones/archive");
	settle();
	ck_assert(changes.all);
}
END_TEST

/* As firewalld does it (core/io/zone.py, zone_writer; core/fw_config.py, remove_zone). */
START_TEST(knows_what_was_copied_before)
{
	run_shell("echo >zones/a.xml");
	settle();
	ck_assert(change_of("zones/a.xml")->bare);
	confwatch_changes_deinit(&changes);
	run_shell("for i in 1 2 3; do cp zones/a.xml zones/a.xml.old; echo >zones/a.xml; done");
	settle();
	ck_assert_uint_eq(changes.n, 1);
	ck_assert(change_of("zones/a.xml")->written && !change_of("zones/a.xml")->bare);
	confwatch_changes_deinit(&changes);
	/* one of them by somebody else; inotify joins two that nobody has read in between */
	run_shell("cp zones/a.xml zones/a.xml.old; echo >zones/a.xml");
	settle();
	run_shell("echo >zones/a.xml");
	settle();
	ck_assert(change_of("zones/a.xml")->bare);
	confwatch_changes_deinit(&changes);
	/* the copy is heard of before, on its own */
	run_shell("cp zones/a.xml zones/a.xml.old");
	settle();
	ck_assert_uint_eq(changes.n, 0);
	run_shell("echo >zones/a.xml");
	settle();
	ck_assert(!change_of("zones/a.xml")->bare);
	confwatch_changes_deinit(&changes);
	run_shell("mv zones/a.xml zones/a.xml.old");
	settle();
	ck_assert(change_of("zones/a.xml")->moved && change_of("zones/a.xml")->to_old);
	confwatch_changes_deinit(&changes);
	run_shell("echo >zones/a.xml; mv zones/a.xml zones/a.bak; cp zones/a.bak zones/a.xml.old");
	settle();
	ck_assert(change_of("zones/a.xml")->moved && !change_of("zones/a.xml")->to_old);
}
END_TEST

/* firewalld writes in place: what is not closed yet would be read by halves. */
START_TEST(waits_until_the_writer_has_closed)
{
	int fd = open(path_of("zones/a.xml"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq((int)write(fd, "<zo", 3), 3);
	settle();
	ck_assert_uint_eq(changes.n, 0);
	close(fd);
	settle();
	ck_assert_uint_eq(changes.n, 1);
}
END_TEST

START_TEST(follows_folders_that_come_and_go)
{
	run_shell("mkdir policies");
	settle();
	ck_assert(changes.all);
	changes.all = false;
	run_shell("echo >policies/in.xml");
	settle();
	ck_assert_ptr_nonnull(change_of("policies/in.xml"));
	ck_assert(!changes.all);
	run_shell("mkdir zones.new; mv zones zones.old; mv zones.new zones");
	settle();
	ck_assert(changes.all);
	confwatch_changes_deinit(&changes);
	run_shell("echo >zones/a.xml; echo >zones.old/b.xml");
	settle();
	ck_assert_ptr_nonnull(change_of("zones/a.xml"));
	ck_assert_ptr_null(change_of("zones/b.xml"));
	run_shell("rm -r zones; mkdir zones");
	settle();
	ck_assert(changes.all);
}
END_TEST

/* Too many to tell apart are told as everything. */
START_TEST(is_bounded)
{
	run_shell("i=0; while [ $i -lt 1100 ]; do : >zones/$i.xml; i=$((i + 1)); done");
	settle();
	ck_assert(changes.all);
	ck_assert_uint_le(changes.n, 1024);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("confwatch");
	TCase *tcase = tcase_create("confwatch");

	tcase_add_checked_fixture(tcase, begin, end);
	tcase_add_test(tcase, tells_writing_from_moving);
	tcase_add_test(tcase, parts);
	tcase_add_test(tcase, knows_what_was_copied_before);
	tcase_add_test(tcase, waits_until_the_writer_has_closed);
	tcase_add_test(tcase, follows_folders_that_come_and_go);
	tcase_add_test(tcase, is_bounded);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
