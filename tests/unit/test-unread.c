// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/restore/unread.h"

#include "tests/unit/firewalls.h"
#include "tests/unit/unit.h"

#include <check.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[64];

static void put_file(const char *name, const char *text)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/etc/firewalld/%s", root, name);
	file = fopen(path, "we");
	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	ck_assert_int_eq(fclose(file), 0);
}

static void make_root(void)
{
	static const char *const folders[] = {"", "/etc", "/etc/firewalld", "/etc/firewalld/zones",
	                                      "/etc/firewalld/policies"};

	snprintf(root, sizeof(root), "/tmp/test-unread.%d", getpid());
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		char path[256];

		snprintf(path, sizeof(path), "%s%s", root, folders[i]);
		ck_assert_int_eq(mkdir(path, 0700), 0);
	}
	put_file("zones/public.xml", "<zone><service nam=\"imaps\"/");
	put_file("zones/work.xml", "<zone/>");
	put_file("policies/in.xml", "<polic");
}

static void remove_root(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", root);
	ck_assert_int_eq(system(command), 0);
}

static const char wanted_text[] =
    "public/service:imaps=rp public/service:smtp=r work/service:imaps=rp "
    "home/service:imaps=rp policy:in/service:imaps=rp";

static const struct {
	const char *what;
	const char *now;
	const char *zone; /* the only one that was read; NULL: everything */
	bool all;         /* of a start that failed */
	const char *then;
} rows[] = {
    {"of a broken file it is as it was; not of a whole one, nor where there is none",
     "public/service:ssh=rp", NULL, false,
     "public/service:ssh=rp public/service:imaps=p policy:in/service:imaps=p"},
    {"what is there stays as it is", "public/service:imaps=rp policy:in/service:imaps=r", NULL,
     false, "public/service:imaps=rp policy:in/service:imaps=rp"},
    {"of what was not read it says nothing", "", "policy:in", false, "policy:in/service:imaps=p"},
    {"of a start that failed all of it is as it was", "home/service:imaps=r", NULL, true,
     "public/service:imaps=p work/service:imaps=p home/service:imaps=rp "
     "policy:in/service:imaps=p"},
};

START_TEST(keeps_what_nobody_could_read)
{
	_cleanup_firewall_ struct firewall wanted = firewall_from_text(wanted_text);
	_cleanup_firewall_ struct firewall now = firewall_from_text(rows[_i].now);
	_cleanup_firewall_ struct firewall then = firewall_from_text(rows[_i].then);
	_cleanup_strv_ struct strv zones = STRV_NULL;
	int r;

	if (rows[_i].zone)
		ck_assert_int_eq(strv_add(&zones, rows[_i].zone), 0);
	r = rows[_i].all ? unread_keep_all(&now, &wanted)
	                 : unread_keep(&now, &wanted, zones.n ? &zones : NULL, root);
	ck_assert_int_eq(r, 0);
	ck_assert_msg(now.n == then.n, "%s: %zu entries", rows[_i].what, now.n);
	for (size_t i = 0; i < then.n; i++)
		ck_assert_msg(firewall_has(&now, &then.entries[i].item, then.entries[i].flags),
		              "%s: %s", rows[_i].what, then.entries[i].item.zone);
}
END_TEST

static const struct {
	const char *zone;
	bool is_there;
} known[] = {{"public", true}, {"work", true}, {"policy:in", true}, {"home", false}};

/* A file is the administrator's word that the zone is meant to be: firewalld 0.9 passes over a
 * broken one. */
START_TEST(a_zone_with_a_file_is_not_gone)
{
	_cleanup_firewall_ struct firewall wanted = firewall_from_text(wanted_text);
	_cleanup_firewall_ struct firewall now =
	    firewall_from_text("work/service:smtp=r home/service:smtp=r");

	for (size_t i = 0; i < now.n; i++)
		now.entries[i].flags |= FIREWALL_GOING;
	ck_assert_int_eq(unread_keep(&now, &wanted, NULL, root), 0);
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		ck_assert_msg(strv_contains(&now.zones, known[i].zone) == known[i].is_there, "%s",
		              known[i].zone);
	for (size_t i = 0; i < now.n; i++)
		if (now.entries[i].flags & FIREWALL_RUNTIME)
			ck_assert_msg(!(now.entries[i].flags & FIREWALL_GOING) ==
			                  (strcmp(now.entries[i].item.zone, "work") == 0),
			              "%s", now.entries[i].item.zone);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("unread");
	TCase *files = tcase_create("files");

	tcase_add_checked_fixture(files, make_root, remove_root);
	tcase_add_loop_test(files, keeps_what_nobody_could_read, 0, (int)ARRAY_SIZE(rows));
	tcase_add_test(files, a_zone_with_a_file_is_not_gone);
	suite_add_tcase(suite, files);
	return unit_run(suite);
}
