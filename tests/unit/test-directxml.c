// SPDX-License-Identifier: GPL-2.0-or-later
/* Direct rules that iptables refuses, as it does (libxtables/xtables.c, iptables/nft.c). */
#include "guard/system/firewalld/directxml.h"

#include "tests/unit/unit.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <string.h>
#include <unistd.h>

static char root[64];

#define RULE(ipv, table, chain, args)                                                              \
	"<rule ipv=\"" ipv "\" table=\"" table "\" chain=\"" chain "\" priority=\"0\">" args       \
	"</rule>\n"
#define CHAIN(ipv, table, chain)                                                                   \
	"<chain ipv=\"" ipv "\" table=\"" table "\" chain=\"" chain "\"/>\n"
#define PASS(ipv, args) "<passthrough ipv=\"" ipv "\">" args "</passthrough>\n"

static const struct {
	const char *xml; /* in <direct>, from line 2 on */
	const char *why; /* NULL: it loads, or nobody can tell */
} rows[] = {
    {"", NULL},
    {RULE("ipv4", "filter", "INPUT", "-s 192.0.2.1 -j DROP"), NULL},
    {RULE("ipv4", "filter", "INPUT", "-s 192.0.2.1 -j nowhere"),
     "line 2: a rule leads to nowhere,"},
    {RULE("ipv4", "filter", "INPUT", "-s 192.0.2.1 --jump nowhere"), "leads to nowhere,"},
    {RULE("ipv4", "filter", "INPUT", "-g nowhere"), "leads to nowhere,"},
    {RULE("ipv4", "filter", "INPUT", "\n-s 192.0.2.1\n-j nowhere\n"), "leads to nowhere,"},
    {RULE("ipv4", "filter", "INPUT", "-m comment --comment 'a -j b' -j ACCEPT"), NULL},
    {RULE("ipv4", "filter", "INPUT", "-j LOG --log-prefix 'x'"), NULL},
    {RULE("ipv4", "filter", "INPUT", "-j NOSUCH"), "leads to NOSUCH,"},
    /* it counts without a target */
    {RULE("ipv4", "filter", "INPUT", "-s 192.0.2.1"), NULL},
    {CHAIN("ipv4", "filter", "here") RULE("ipv4", "filter", "INPUT", "-j here"), NULL},
    {RULE("ipv4", "filter", "INPUT", "-j here") CHAIN("ipv4", "filter", "here"), NULL},
    {CHAIN("ipv6", "filter", "here") RULE("ipv4", "filter", "INPUT", "-j here"),
     "line 3: a rule leads to here,"},
    {CHAIN("ipv4", "nat", "here") RULE("ipv4", "filter", "INPUT", "-j here"), "leads to here,"},
    {RULE("ipv4", "filter", "nowhere", "-j DROP"), "line 2: a rule in chain nowhere,"},
    {PASS("ipv4", "-A INPUT -j nowhere"), "leads to nowhere,"},
    {PASS("ipv4", "-t nat -A PREROUTING -j nowhere"), "no chain of nat's"},
    {PASS("ipv4", "-N made") PASS("ipv4", "-A INPUT -j made"), NULL},
    {CHAIN("ipv4", "filter", "here") PASS("ipv4", "-A INPUT -j here"), NULL},
    /* what is passed through comes behind the rules */
    {PASS("ipv4", "-N made") RULE("ipv4", "filter", "INPUT", "-j made"), "leads to made,"},
    /* ebtables and its words are another matter; so is what is not read here */
    {RULE("eb", "filter", "INPUT", "-j nowhere"), NULL},
    {RULE("ipv4", "filter", "INPUT", "-j 'nowhere"), NULL},
    {RULE("ipv4", "filter", "INPUT", "-j nowhere") "<rule", NULL},
    {"<!-- " RULE("ipv4", "filter", "INPUT", "-j nowhere") " -->", NULL},
};

static void run(const char *text)
{
	_cleanup_free_ char *command = NULL;

	ck_assert_int_ge(xasprintf(&command, "cd '%s' && %s", root, text), 0);
	ck_assert_int_eq(system(command), 0);
}

static void begin(void)
{
	snprintf(root, sizeof(root), "/tmp/test-directxml.%d", getpid());
	ck_assert_int_eq(mkdir(root, 0700), 0);
	run("mkdir -p etc/firewalld usr/lib/some-linux-gnu/xtables");
}

static void end(void)
{
	run("rm -rf etc usr && rmdir \"$PWD\"");
}

static char *broken(const char *xml)
{
	_cleanup_free_ char *path = NULL;
	char *found = NULL;
	FILE *out;

	ck_assert_int_ge(xasprintf(&path, "%s/etc/firewalld/direct.xml", root), 0);
	out = fopen(path, "w");
	ck_assert_ptr_nonnull(out);
	ck_assert_int_ge(fprintf(out, "<direct>\n%s</direct>\n", xml), 0);
	ck_assert_int_eq(fclose(out), 0);
	ck_assert_int_eq(directxml_broken(&found, root), 0);
	return found;
}

START_TEST(finds_what_iptables_refuses)
{
	_cleanup_free_ char *found = NULL;

	run("touch usr/lib/some-linux-gnu/xtables/libxt_LOG.so "
	    "usr/lib/some-linux-gnu/xtables/libipt_REJECT.so");
	found = broken(rows[_i].xml);
	if (!rows[_i].why)
		ck_assert_msg(!found, "%s: %s", rows[_i].xml, found);
	else
		ck_assert_msg(found && strstr(found, rows[_i].why) &&
		                  strncmp(found, "/etc/firewalld/direct.xml line ", 31) == 0,
		              "%s: %s", rows[_i].xml, found ? found : "nothing");
}
END_TEST

/* Where nobody knows where iptables keeps its targets each may be one. */
START_TEST(claims_nothing_of_targets_that_are_elsewhere)
{
	_cleanup_free_ char *found = broken(RULE("ipv4", "filter", "INPUT", "-j nowhere")
	                                        RULE("ipv4", "filter", "nowhere", "-j DROP"));

	ck_assert_ptr_nonnull(found);
	ck_assert_ptr_nonnull(strstr(found, "line 3: a rule in chain nowhere"));
}
END_TEST

START_TEST(has_nothing_to_say_without_a_file)
{
	char *found = root;

	ck_assert_int_eq(directxml_broken(&found, root), 0);
	ck_assert_ptr_null(found);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("directxml");
	TCase *tc = tcase_create("directxml");

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_loop_test(tc, finds_what_iptables_refuses, 0, (int)ARRAY_SIZE(rows));
	tcase_add_test(tc, claims_nothing_of_targets_that_are_elsewhere);
	tcase_add_test(tc, has_nothing_to_say_without_a_file);
	suite_add_tcase(s, tc);
	return s;
}

int main(void)
{
	return unit_run(suite());
}
