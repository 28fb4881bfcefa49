// SPDX-License-Identifier: GPL-2.0-or-later
/* Which boot this is, for a service with a /proc of its own and for a command line. */
#include "guard/system/host/bootid.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/unit.h"

static char root[64], service[80], shell[80], run_folder[80];

static void command(const char *words, const char *path)
{
	char text[512];

	snprintf(text, sizeof(text), "%s '%s'", words, path);
	ck_assert_int_eq(system(text), 0);
}

/* A /proc of a container whose first process began at so many ticks. */
static void proc_make(const char *proc, const char *id, const char *began)
{
	char text[512];

	snprintf(
	    text, sizeof(text),
	    "mkdir -p '%1$s/sys/kernel/random' '%1$s/self/ns' '%1$s/1' && : >'%1$s/self/ns/pid' && "
	    "echo '%2$s' >'%1$s/sys/kernel/random/boot_id' && "
	    "echo '1 (a ) b) S 0 1 1 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 %3$s 0' >'%1$s/1/stat'",
	    proc, id, began);
	ck_assert_int_eq(system(text), 0);
}

static void setup(void)
{
	strcpy(root, "/tmp/test-bootid.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(root));
	snprintf(service, sizeof(service), "%s/service", root);
	snprintf(shell, sizeof(shell), "%s/shell", root);
	snprintf(run_folder, sizeof(run_folder), "%s/run", root);
	proc_make(service, "11111111-the-host", "4711");
	proc_make(shell, "22222222-mounted-over", "4711");
}

static void teardown(void)
{
	command("rm -rf", root);
}

START_TEST(container_is_one_for_all)
{
	char first[BOOTID_SIZE], second[BOOTID_SIZE];
	struct err err = ERR_NULL;

	ck_assert_int_eq(bootid_read_in(first, service, run_folder, &err), 0);
	ck_assert_int_eq(bootid_read_in(second, shell, run_folder, &err), 0);
	ck_assert_str_eq(first, second);
	ck_assert_uint_eq(strlen(first), 32);
	/* the host's is not this container's: it would be the same after a boot */
	ck_assert_ptr_null(strstr(first, "the-host"));
}
END_TEST

START_TEST(container_boots)
{
	char first[BOOTID_SIZE], second[BOOTID_SIZE];
	struct err err = ERR_NULL;

	ck_assert_int_eq(bootid_read_in(first, shell, run_folder, &err), 0);
	command("rm -r", run_folder);
	ck_assert_int_eq(bootid_read_in(second, service, run_folder, &err), 0);
	ck_assert_str_ne(first, second);
	/* a manager that keeps /run: it is another first process */
	proc_make(service, "11111111-the-host", "4712");
	proc_make(shell, "22222222-mounted-over", "4712");
	ck_assert_int_eq(bootid_read_in(first, service, run_folder, &err), 0);
	ck_assert_str_ne(first, second);
	ck_assert_int_eq(bootid_read_in(second, shell, run_folder, &err), 0);
	ck_assert_str_eq(first, second);
}
END_TEST

START_TEST(container_garbage)
{
	static const char *const texts[] = {
	    "", "x", " 4711", "x 4711x", "x -", "\\0\\0", "x 99999999999999999999"};
	char first[BOOTID_SIZE], second[BOOTID_SIZE], text[256];
	struct err err = ERR_NULL;

	command("mkdir", run_folder);
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		snprintf(text, sizeof(text), "printf '%s' >'%s/boot-id'", texts[i], run_folder);
		ck_assert_int_eq(system(text), 0);
		ck_assert_int_eq(bootid_read_in(first, service, run_folder, &err), 0);
		ck_assert_uint_eq(strlen(first), 32);
		ck_assert_int_eq(bootid_read_in(second, shell, run_folder, &err), 0);
		ck_assert_str_eq(first, second);
	}
}
END_TEST

START_TEST(container_without_a_place)
{
	char id[BOOTID_SIZE];
	struct err err = ERR_NULL;

	command(": >", run_folder);
	ck_assert_int_eq(bootid_read_in(id, shell, run_folder, &err), 0);
	ck_assert_str_eq(id, "22222222-mounted-over");
}
END_TEST

/* Nothing is made: only the kernel's number counts, even if /run is kept. */
START_TEST(machine)
{
	char id[BOOTID_SIZE];
	struct err err = ERR_NULL;
	struct stat namespace;

	if (stat("/proc/self/ns/pid", &namespace) < 0 || namespace.st_ino != 0xEFFFFFFC)
		return;
	ck_assert_int_eq(bootid_read_in(id, "/proc", run_folder, &err), 0);
	ck_assert_uint_eq(strlen(id), 36);
	ck_assert_int_lt(access(run_folder, F_OK), 0);
}
END_TEST

START_TEST(unknown)
{
	char id[BOOTID_SIZE] = "as it was";
	struct err err = ERR_NULL;
	char path[256];

	snprintf(path, sizeof(path), "%s/sys/kernel/random/boot_id", shell);
	command(": >", path);
	ck_assert_int_eq(bootid_read_in(id, shell, run_folder, &err), -ENODATA);
	command("rm", path);
	ck_assert_int_eq(bootid_read_in(id, shell, run_folder, &err), -ENOENT);
	ck_assert_str_eq(id, "as it was");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("bootid");
	TCase *tcase = tcase_create("bootid");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, container_is_one_for_all);
	tcase_add_test(tcase, container_boots);
	tcase_add_test(tcase, container_garbage);
	tcase_add_test(tcase, container_without_a_place);
	tcase_add_test(tcase, machine);
	tcase_add_test(tcase, unknown);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
