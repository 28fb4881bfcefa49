// SPDX-License-Identifier: GPL-2.0-or-later
// Parses: guard/system/fail2ban/fail2ban-files.c
#include "guard/system/fail2ban/fail2ban-files.h"

#include "tests/fuzz/fuzz.h"

static void check_section(const struct fail2ban_files *files, size_t at)
{
	const struct fail2ban_section *section = &files->sections[at];

	FUZZ_CHECK(fail2ban_is_jail(section->name) && section->file);
	FUZZ_CHECK(fail2ban_files_find(files, section->name) == section); /* each name once */
	FUZZ_CHECK(section->action || (!section->chained && !section->hooked));
}

/* The input as a file, and twice as two: the later one says the same again. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_fail2ban_files_ struct fail2ban_files files = FAIL2BAN_FILES_NULL;
	_cleanup_free_ char *text = fuzz_string(data, size);
	size_t n;

	FUZZ_CHECK(fail2ban_files_add(&files, "jail.conf", text) == 0);
	n = files.n;
	for (size_t i = 0; i < n; i++)
		check_section(&files, i);
	FUZZ_CHECK(fail2ban_files_add(&files, "jail.local", text) == 0);
	FUZZ_CHECK(files.n == n);
	for (size_t i = 0; i < n; i++) {
		check_section(&files, i);
		FUZZ_CHECK(strcmp(files.sections[i].file,
		                  files.sections[i].action ? "jail.local" : "jail.conf") == 0);
	}
	return 0;
}
