/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * commands - run a command that was printed, as somebody who pastes it into a shell, and
 * see which words reach which program
 *
 * The programs are stubs in a folder of their own, in which the shell stands: what a
 * hostile value had it do leaves COMMANDS_TRACE there.
 */
#ifndef TESTS_UNIT_COMMANDS_H
#define TESTS_UNIT_COMMANDS_H

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guard/base/util.h"
#include "tests/unit/unit.h"

#define COMMANDS_TRACE "trace"

/* Things that have been somebody's log prefix, jail or chain. */
static const char *const commands_hostile[] = {
    "'; touch " COMMANDS_TRACE "; '",
    "$(touch " COMMANDS_TRACE ")",
    "`touch " COMMANDS_TRACE "`",
    "it's",
    "\\",
    "a\\'b\\\\c",
    "\"; touch " COMMANDS_TRACE "; \"",
    "two  words",
    "~ * ? [a] {b,c} & | < > # ! $HOME",
    "line\n'; touch " COMMANDS_TRACE "\n#",
    "\n",
    "ends in one\n",
    "\x1b[2J\x7f",
    "right to left \xe2\x80\xae",
    "\xff\xfe broken",
    "K\xc3\xa4se",
    "100%s \\0101",
    "-",
    "",
};

static inline void commands_stub(const char *folder, const char *name)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fputs("#!/bin/sh\nprintf '%s\\0' \"${0##*/}\" \"$@\" >>record\n", file);
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_int_eq(chmod(path, 0700), 0);
}

/* The words of all calls, each program's name before its own; the shell must end well. */
static inline struct strv commands_run(const char *command)
{
	static const char *const programs[] = {"firewall-cmd", "fail2ban-client", "nft",
	                                       "reload-guard", "stub"};
	char folder[] = "/tmp/commands.XXXXXX", line[512], path[256], word[8192];
	struct strv words = STRV_NULL;
	FILE *shell, *record;
	size_t n = 0;
	int c;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	for (size_t i = 0; i < ARRAY_SIZE(programs); i++)
		commands_stub(folder, programs[i]);
	snprintf(line, sizeof(line), "cd %s && PATH=%s:/usr/bin:/bin exec sh -s", folder, folder);
	shell = popen(line, "w");
	ck_assert_ptr_nonnull(shell);
	fputs(command, shell);
	fputc('\n', shell);
	ck_assert_msg(pclose(shell) == 0, "%s", command);
	snprintf(path, sizeof(path), "%s/" COMMANDS_TRACE, folder);
	ck_assert_msg(access(path, F_OK) != 0, "it ran what stood in a value: %s", command);
	snprintf(path, sizeof(path), "%s/record", folder);
	record = fopen(path, "r");
	ck_assert_msg(record != NULL, "nothing was called: %s", command);
	while ((c = fgetc(record)) != EOF) {
		ck_assert_uint_lt(n, sizeof(word));
		word[n++] = (char)c;
		if (c != '\0')
			continue;
		ck_assert_int_eq(strv_add(&words, word), 0);
		n = 0;
	}
	fclose(record);
	snprintf(line, sizeof(line), "rm -r %s", folder);
	ck_assert_int_eq(system(line), 0);
	return words;
}

/* Of the lines of an answer those that call a program, as they stand there. */
static inline struct strv commands_of(const char *text, const char *program)
{
	struct strv commands = STRV_NULL, lines = STRV_NULL;

	ck_assert_int_eq(strv_split(&lines, text, "\n"), 0);
	for (size_t i = 0; i < lines.n; i++) {
		const char *at = strstr(lines.strings[i], program);

		if (at && strspn(lines.strings[i], " =>") == (size_t)(at - lines.strings[i]))
			ck_assert_int_eq(strv_add(&commands, at), 0);
	}
	strv_deinit(&lines);
	return commands;
}

#endif
