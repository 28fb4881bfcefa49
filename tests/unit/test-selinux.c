// SPDX-License-Identifier: GPL-2.0-or-later
/* Labels of files, and whether somebody enforces what they say: folders and labels made up here. */
#include "guard/system/host/selinux.h"

#include "guard/audit/picture.h"

#include <errno.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/unit.h"

static const struct {
	const char *label;
	size_t length;
	const char *type; /* NULL: it is no label */
} labels[] = {
#define LABEL(text) text, sizeof(text) - 1
    {LABEL("system_u:object_r:reload_guard_exec_t:s0"), "reload_guard_exec_t"},
    /* the kernel counts the NUL in */
    {LABEL("system_u:object_r:bin_t:s0\0"), "bin_t"},
    {LABEL("system_u:object_r:bin_t"), "bin_t"},
    {LABEL("system_u:object_r:bin_t\0"), "bin_t"},
    {LABEL("system_u:object_r:bin_t:s0:c1,c2"), "bin_t"},
    {LABEL("a:b:c"), "c"},
    {LABEL(""), NULL},
    {LABEL("\0"), NULL},
    {LABEL("unlabeled"), NULL},
    {LABEL("a:b"), NULL},
    {LABEL("a:b:"), NULL},
    {LABEL("a:b::s0"), NULL},
    {LABEL("::"), NULL},
    {LABEL("a:b:bin_t; reboot:s0"), NULL},
    {LABEL("a:b:\033[31m:s0"), NULL},
    {LABEL("a:b:bin\0_t:s0"), "bin"},
    {LABEL("a:b:xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx:s0"), NULL},
    {LABEL("a:b:xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx:s0"),
     "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
};

START_TEST(types)
{
	char type[SELINUX_TYPE_SIZE] = "untouched";
	/* without what stands behind it, so that a sanitizer sees who reads on */
	char *copy = malloc(labels[_i].length + 1);
	int r;

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, labels[_i].label, labels[_i].length);
	r = selinux_parse_type(type, copy, labels[_i].length);
	ck_assert_int_eq(r, labels[_i].type ? 0 : -EINVAL);
	ck_assert_str_eq(type, labels[_i].type ? labels[_i].type : "untouched");
	free(copy);
}
END_TEST

static const struct {
	const char *text; /* NULL: no file */
	bool enforces;
} states[] = {{"1", true}, {"1\n", true}, {"0", false}, {"", false}, {"yes", false}, {NULL, false}};

START_TEST(enforces)
{
	char folder[] = "/tmp/test-selinux.XXXXXX", path[64];
	FILE *file;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/enforce", folder);
	if (states[_i].text) {
		file = fopen(path, "w");
		ck_assert_ptr_nonnull(file);
		fputs(states[_i].text, file);
		ck_assert_int_eq(fclose(file), 0);
	}
	ck_assert(selinux_enforces(folder) == states[_i].enforces);
	(void)unlink(path);
	ck_assert_int_eq(rmdir(folder), 0);
	ck_assert(!selinux_enforces(folder));
}
END_TEST

/* On a machine with SELinux /proc has labels, too, on any other it has none. */
START_TEST(files)
{
	char type[SELINUX_TYPE_SIZE] = "untouched";

	ck_assert_int_eq(selinux_file_type(type, "/nowhere"), -ENOENT);
	ck_assert_str_eq(type, "untouched");
	if (selinux_file_type(type, "/") == 0)
		ck_assert_str_ne(type, "untouched");
}
END_TEST

/* "/etc/reload-guard(/.*)?  gen_context(system_u:object_r:reload_guard_conf_t,s0)" */
static bool says(const char *line, const char *path, const char *type)
{
	char pattern[256], whole[300], context[128];
	regex_t regex;
	bool matches;

	if (*line != '/' || sscanf(line, "%255s", pattern) != 1)
		return false;
	snprintf(whole, sizeof(whole), "^(%s)$", pattern);
	snprintf(context, sizeof(context), "system_u:object_r:%s,s0", type);
	ck_assert_int_eq(regcomp(&regex, whole, REG_EXTENDED | REG_NOSUB), 0);
	matches = regexec(&regex, path, 0, NULL, 0) == 0;
	regfree(&regex);
	return matches && strstr(line, context) != NULL;
}

/* Wherever this build has its state: the module has it below /var. */
START_TEST(are_labelled_as_the_module_says)
{
	const struct selinux_label *label = &picture_labels[_i];
	const char *top = getenv("srcdir"), *var = strstr(label->path, "/var/");
	_cleanup_free_ char *path = NULL;
	char line[512];
	bool said = false;
	FILE *file;

	ck_assert_int_ge(xasprintf(&path, "%s/packaging/selinux/reload_guard.fc", top ? top : "."),
	                 0);
	file = fopen(path, "re");
	ck_assert_ptr_nonnull(file);
	while (fgets(line, sizeof(line), file))
		said |= says(line, var ? var : label->path, label->type);
	(void)fclose(file);
	ck_assert_msg(said, "%s is not %s there", label->path, label->type);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("selinux");
	TCase *tc = tcase_create("selinux");

	tcase_add_loop_test(tc, types, 0, ARRAY_SIZE(labels));
	tcase_add_loop_test(tc, enforces, 0, ARRAY_SIZE(states));
	tcase_add_test(tc, files);
	tcase_add_loop_test(tc, are_labelled_as_the_module_says, 0, PICTURE_N_LABELS);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
