// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/firewalld/zoneparts.h"

#include "tests/unit/unit.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ZONES "/etc/firewalld/zones/"

static char root[64];

/* As _loader_zones and check_name of firewalld have it (core/fw.py, core/io/zone.py). */
static const struct {
	const char *file; /* below zones/ */
	const char *xml;
	const char *why; /* NULL: it loads */
} rows[] = {
    {"public/10-mail.xml", "<zone><service name=\"imaps\"/></zone>", NULL},
    {"archive/public.3.xml", "<zone/>", "'.' is not allowed"},   /* firewalld#1487 */
    {"2026.backup/public.xml", "<zone/>", "'.' is not allowed"}, /* firewalld#1590 */
    {"archive/public copy.xml", "<zone/>", "' ' is not allowed"},
    {"archive/m\xc3\xa4rz.xml", "<zone/>", NULL},
    {"archive/.xml", "<zone/>", "it has no name"},
    {"seventeen-letters/a.xml", "<zone/>", NULL},
    {"eighteen---letters/a.xml", "<zone/>", "too long"},
    {"archive/a.xml", "<zone><service", "line 1: "},
    {"archive/a.xml", "<zone><service name=\"gone\"/></zone>", "there is no service 'gone'"},
    {"archive/a.xml", "<zone><source ipset=\"gone\"/></zone>", "there is no ipset 'gone'"},
    {"public.xml", "<zone>\n<source ipset=\"gone\"/></zone>", "there is no ipset 'gone'"},
    {"public.xml", "<zone><source ipset=\"bans\"/><source ipset=\"own\"/></zone>", NULL},
    {"public.xml", "<zone><source address=\"192.0.2.1\"/></zone>", NULL},
    {"archive/2026/a.b.xml", "<zone/>", "'.' is not allowed"},
    {"archive/public.xml.old", "<zone><service", NULL}, /* it reads none of these */
    {"archive/README", "", NULL},
    /* no parts: its own check sees it */
    {"public.3.xml", "<zone/>", NULL},
    {"public.xml", "<zone><service", NULL},
    {"public.xml", "<zone><service name=\"gone\"/></zone>", NULL},
    /* such a rule is passed over */
    {"public.xml", "<zone><rule><source ipset=\"gone\"/><drop/></rule></zone>", NULL},
};

/* @file: from the root on. */
static void write_file(const char *file, const char *text)
{
	_cleanup_free_ char *path = NULL, *command = NULL;
	FILE *out;

	ck_assert_int_ge(xasprintf(&path, "%s%s", root, file), 0);
	ck_assert_int_ge(xasprintf(&command, "f='%s'; mkdir -p \"${f%%/*}\"", path), 0);
	ck_assert_int_eq(system(command), 0);
	out = fopen(path, "w");
	ck_assert_ptr_nonnull(out);
	ck_assert_int_ge(fputs(text, out), 0);
	ck_assert_int_eq(fclose(out), 0);
}

static void setup(void)
{
	snprintf(root, sizeof(root), "/tmp/test-zoneparts.%d", getpid());
	write_file("/usr/lib/firewalld/services/imaps.xml", "<service/>");
	write_file("/usr/lib/firewalld/ipsets/bans.xml", "<ipset type=\"hash:ip\"/>");
	write_file("/etc/firewalld/ipsets/own.xml", "<ipset type=\"hash:ip\"/>");
}

static void teardown(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -r '%s'", root);
	ck_assert_int_eq(system(command), 0);
}

START_TEST(names_what_does_not_load)
{
	_cleanup_free_ char *found = NULL, *file = NULL, *begin = NULL;

	ck_assert_int_ge(xasprintf(&file, ZONES "%s", rows[_i].file), 0);
	write_file(file, rows[_i].xml);
	ck_assert_int_eq(zoneparts_broken(&found, root), 0);
	ck_assert_msg(!found == !rows[_i].why, "%s: %s", rows[_i].file, found ? found : "fine");
	if (!found)
		return;
	ck_assert_int_ge(xasprintf(&begin, "%s: ", file), 0);
	ck_assert_msg(strncmp(found, begin, strlen(begin)) == 0, "%s", found);
	ck_assert_msg(strstr(found, rows[_i].why) != NULL, "%s", found);
}
END_TEST

START_TEST(no_folder_at_all)
{
	char *found = root;

	ck_assert_int_eq(zoneparts_broken(&found, root), 0);
	ck_assert_ptr_null(found);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("zoneparts");
	TCase *tests = tcase_create("zoneparts");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_loop_test(tests, names_what_does_not_load, 0, (int)ARRAY_SIZE(rows));
	tcase_add_test(tests, no_folder_at_all);
	suite_add_tcase(s, tests);
	return s;
}

int main(void)
{
	return unit_run(suite());
}
