// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/fail2ban/fail2ban-files.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/unit.h"

/* NAME and its flags: a: an action of its own, c: chained, h: hooked. */
static void format(char *out, size_t size, const struct fail2ban_files *files)
{
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < files->n && n < size; i++) {
		const struct fail2ban_section *section = &files->sections[i];

		n += (size_t)snprintf(out + n, size - n, "%s%s%s%s%s|", section->name,
		                      section->action || section->chained || section->hooked ? " "
		                                                                             : "",
		                      section->action ? "a" : "", section->chained ? "c" : "",
		                      section->hooked ? "h" : "");
	}
}

static const struct {
	const char *text, *sections;
} rows[] = {
    {"", ""},
    {"[sshd]\nenabled = true\n", "sshd|"},
    {"[sshd]\naction = a\n", "sshd a|"},
    {"[sshd]\r\naction : a\r\n", "sshd a|"},
    {"[sshd]\nACTION=a\n", "sshd a|"},
    {"[sshd]\naction = a\n  reload-guard\n", "sshd ah|"},
    {"[sshd]\naction = a\n\n\treload-guard[guard=\"/x\"]\n", "sshd ah|"},
    /* another option's lines */
    {"[sshd]\naction = a\nlogpath = x\n  reload-guard\n", "sshd a|"},
    {"[sshd]\naction_ = reload-guard\nbanaction = reload-guard\n", "sshd|"},
    /* a comment is none */
    {"[sshd]\naction = a\n  # reload-guard\n", "sshd a|"},
    {"[sshd]\naction = a ; reload-guard\n", "sshd a|"},
    {"#[sshd]\n;[dovecot]\n", ""},
    /* another word */
    {"[sshd]\naction = a[cmd=/usr/sbin/reload-guard]\n", "sshd a|"},
    {"[sshd]\naction = my-reload-guard reload-guard-2\n", "sshd a|"},
    {"[sshd]\naction = %(known/action)s\n  b\n", "sshd ac|"},
    /* what is said last counts */
    {"[sshd]\naction = reload-guard\n[x]\n[sshd]\naction = b\n", "sshd a|x|"},
    {"[DEFAULT]\naction = %(action_)s\n         reload-guard\n[x]\n", "DEFAULT ah|x|"},
    /* names that could not be written as a section */
    {"[INCLUDES]\nbefore = x\n[a b]\naction = c\n[KNOWN/x]\n[]\n[x?family=inet6]\n", ""},
    {"[sshd\naction = a\n", ""},
    {"action = a\n  b\n", ""},
    {"[a]] x\n", "a|"},
};

START_TEST(sections)
{
	struct fail2ban_files files = FAIL2BAN_FILES_NULL;
	char got[256];

	ck_assert_int_eq(fail2ban_files_add(&files, "file", rows[_i].text), 0);
	format(got, sizeof(got), &files);
	ck_assert_str_eq(got, rows[_i].sections);
	fail2ban_files_deinit(&files);
}
END_TEST

static void put(const char *folder, const char *name, const char *text)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
}

/* jail.conf, jail.d/NAME.conf, jail.local, jail.d/NAME.local; never our own. */
START_TEST(order)
{
	static const char *const names[] = {"jail.conf",  "jail.d/a.conf",  "jail.d/b.conf",
	                                    "jail.local", "jail.d/a.local", "jail.d/c.local"};
	char folder[] = "/tmp/test-fail2ban-files.XXXXXX", path[256];
	struct fail2ban_files files = FAIL2BAN_FILES_NULL;
	const struct fail2ban_section *x;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_int_eq(fail2ban_files_read(&files, folder, NULL), 0);
	ck_assert_uint_eq(files.n, 0);
	snprintf(path, sizeof(path), "%s/jail.d", folder);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	put(folder, FAIL2BAN_HOOK_FILE, "[x]\naction = reload-guard\n");
	put(folder, "jail.d/c.local.before", "[y]\n");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		put(folder, names[i], "[x]\naction = a\n");
		ck_assert_int_eq(fail2ban_files_read(&files, folder, NULL), 0);
		ck_assert_uint_eq(files.n, 1);
		x = fail2ban_files_find(&files, "x");
		ck_assert_ptr_nonnull(x);
		ck_assert_str_eq(x->file + strlen(folder) + 1, names[i]);
		ck_assert(!x->hooked);
		fail2ban_files_deinit(&files);
	}
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		unlink(path);
	}
	snprintf(path, sizeof(path), "%s/" FAIL2BAN_HOOK_FILE, folder);
	unlink(path);
	snprintf(path, sizeof(path), "%s/jail.d/c.local.before", folder);
	unlink(path);
	snprintf(path, sizeof(path), "%s/jail.d", folder);
	rmdir(path);
	rmdir(folder);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("fail2ban-files");
	TCase *c = tcase_create("files");

	tcase_add_loop_test(c, sections, 0, ARRAY_SIZE(rows));
	tcase_add_test(c, order);
	suite_add_tcase(s, c);
	return s;
}

int main(void)
{
	return unit_run(suite());
}
