// SPDX-License-Identifier: GPL-2.0-or-later
/* /proc of other processes, as trees made up here: hostile, cut short, gone. */
#include "guard/system/host/process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/unit.h"

static char proc[64];

static void setup(void)
{
	strcpy(proc, "/tmp/test-process.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(proc));
}

static void teardown(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", proc);
	ck_assert_int_eq(system(command), 0);
}

static void put(const char *pid, const char *name, const char *text, size_t length)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", proc, pid);
	(void)mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/%s/%s", proc, pid, name);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(text, 1, length, file), length);
	ck_assert_int_eq(fclose(file), 0);
}
#define PUT(pid, name, text) put(pid, name, text, sizeof(text) - 1)

START_TEST(chain)
{
	struct cause_origin origin;

	PUT("812", "stat", "812 (firewall-cmd) S 800 812 1 0\n");
	PUT("812", "cmdline", "/usr/bin/python3\0/usr/bin/firewall-cmd\0--reload\0");
	PUT("812", "cgroup", "0::/system.slice/dnf-automatic.service\n");
	PUT("812", "loginuid", "1000");
	PUT("800", "stat", "800 (x.sh) S 1 1 1 0\n");
	PUT("800", "cmdline", "/bin/sh\0/opt/x.sh\0");
	PUT("1", "stat", "1 (systemd) S 0 1 1 0\n");
	ck_assert_int_eq(process_origin(&origin, proc, 812), 0);
	ck_assert_uint_eq(origin.n, 2);
	ck_assert_str_eq(origin.chain[0].comm, "firewall-cmd");
	ck_assert_uint_eq(origin.chain[0].args_length, 48);
	ck_assert_str_eq(origin.chain[1].args + 8, "/opt/x.sh");
	ck_assert_int_eq(origin.chain[1].pid, 800);
	ck_assert_str_eq(origin.cgroup, "0::/system.slice/dnf-automatic.service\n");
	ck_assert_int_eq(origin.login_uid, 1000);
	ck_assert_int_eq(origin.uid, (int64_t)getuid());
}
END_TEST

/* Names may hold what the line is made of: see proc(5). */
static const struct {
	const char *stat;
	const char *comm; /* NULL: not to be read */
	int64_t parent;
} stat_rows[] = {
    {"7 (a b) S 5 1\n", "a b", 5},
    {"7 (a) S 1 (b) S 5 1\n", "a) S 1 (b", 5},
    {"7 ()) S 5 1\n", ")", 5},
    {"7 () S 5 1\n", "", 5},
    {"7 (a\nb) S 5 1\n", "a\nb", 5},
    {"7 (a) S", NULL, 0},
    {"7 (a) S x", NULL, 0},
    {"7 (a) S -5 1", NULL, 0},
    {"7 (a) S 99999999999999999999999 1", NULL, 0},
    {"7 (a", NULL, 0},
    {"7 )(", NULL, 0},
    {"", NULL, 0},
};

START_TEST(stats)
{
	struct cause_origin origin = {.n = 99};

	put("7", "stat", stat_rows[_i].stat, strlen(stat_rows[_i].stat));
	PUT("5", "stat", "5 (parent) S 1 1\n");
	if (!stat_rows[_i].comm) {
		ck_assert_int_lt(process_origin(&origin, proc, 7), 0);
		ck_assert_uint_eq(origin.n, 99);
		return;
	}
	ck_assert_int_eq(process_origin(&origin, proc, 7), 0);
	ck_assert_str_eq(origin.chain[0].comm, stat_rows[_i].comm);
	ck_assert_uint_eq(origin.n, 2);
	ck_assert_int_eq(origin.chain[1].pid, stat_rows[_i].parent);
	ck_assert_str_eq(origin.cgroup, "");
	ck_assert_int_eq(origin.login_uid, -1);
}
END_TEST

START_TEST(gone)
{
	struct cause_origin origin = {.n = 99};

	ck_assert_int_lt(process_origin(&origin, proc, 7), 0);
	ck_assert_uint_eq(origin.n, 99);
	/* the parent went first */
	PUT("7", "stat", "7 (a) S 5 1\n");
	ck_assert_int_eq(process_origin(&origin, proc, 7), 0);
	ck_assert_uint_eq(origin.n, 1);
	ck_assert_int_eq(process_origin(&origin, "/nonexistent", 7), -2);
}
END_TEST

START_TEST(endless)
{
	struct cause_origin origin;
	char path[128], *huge = calloc(1, 100000);

	ck_assert_ptr_nonnull(huge);
	memset(huge, 'x', 100000);
	/* its own parent, with arguments without end and files that nobody writes to */
	PUT("7", "stat", "7 (a) S 7 1\n");
	put("7", "cmdline", huge, 100000);
	snprintf(path, sizeof(path), "%s/7/cgroup", proc);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	snprintf(path, sizeof(path), "%s/7/loginuid", proc);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	ck_assert_int_eq(process_origin(&origin, proc, 7), 0);
	ck_assert_uint_eq(origin.n, CAUSE_CHAIN_MAX);
	ck_assert_uint_lt(origin.chain[0].args_length, sizeof(origin.chain[0].args));
	ck_assert_str_eq(origin.cgroup, "");
	ck_assert_int_eq(origin.login_uid, -1);
	free(huge);
}
END_TEST

START_TEST(itself)
{
	struct cause_origin origin;

	ck_assert_int_eq(process_origin(&origin, "/proc", getpid()), 0);
	ck_assert_int_eq(origin.chain[0].pid, getpid());
	ck_assert_str_eq(origin.chain[0].comm, "test-process");
	ck_assert_uint_gt(origin.chain[0].args_length, 0);
	ck_assert_str_ne(origin.cgroup, "");
}
END_TEST

START_TEST(who_asks)
{
	const char *unit = NULL;

	ck_assert_int_eq(process_who_asks_systemd(&unit, proc, cause_units), 0);
	PUT("5", "comm", "systemctl\n");
	PUT("5", "cmdline", "systemctl\0status\0firewalld\0");
	PUT("6", "comm", "bash\n");
	PUT("6", "cmdline", "systemctl\0reload\0firewalld\0");
	PUT("self", "comm", "systemctl\n");
	PUT("self", "cmdline", "systemctl\0reload\0firewalld\0");
	ck_assert_int_eq(process_who_asks_systemd(&unit, proc, cause_units), 0);
	ck_assert_ptr_null(unit);
	/* Its start is firewalld's end; but who asks for firewalld itself counts for more. */
	for (const char *const *pid = (const char *const[]){"8", "4", NULL}; *pid; pid++) {
		PUT(*pid, "comm", "systemctl\n");
		PUT(*pid, "cmdline", "systemctl\0restart\0nftables\0");
	}
	ck_assert_int_ne(process_who_asks_systemd(&unit, proc, cause_units), 0);
	ck_assert_str_eq(unit, "nftables");
	PUT("7", "comm", "systemctl\n");
	PUT("7", "cmdline", "systemctl\0reload\0firewalld\0");
	ck_assert_int_eq(process_who_asks_systemd(&unit, proc, cause_units), 7);
	ck_assert_str_eq(unit, "firewalld");
	ck_assert_int_eq(process_who_asks_systemd(&unit, "/nonexistent", cause_units), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("process");
	TCase *tc = tcase_create("process");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, chain);
	tcase_add_loop_test(tc, stats, 0, ARRAY_SIZE(stat_rows));
	tcase_add_test(tc, gone);
	tcase_add_test(tc, endless);
	tcase_add_test(tc, itself);
	tcase_add_test(tc, who_asks);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
