// SPDX-License-Identifier: GPL-2.0-or-later
// Parses: guard/model/ban/actionlog.c guard/system/fail2ban/fail2ban-log.c
#include "guard/model/ban/actionlog.h"
#include "guard/system/fail2ban/fail2ban-log.h"

#include "tests/fuzz/fuzz.h"

const unsigned fuzz_runs_max = 2000;

/* A command that is to be typed: what came from the log is a word of it, and never more. */
static void check_command(const char *command)
{
	FUZZ_CHECK(command[0] && !strpbrk(command, "\n;|$`'\"<>(){}*?\\"));
	for (const char *at = strchr(command, '&'); at; at = strchr(at + 2, '&'))
		FUZZ_CHECK(strncmp(at - 1, " && ", 4) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_actionlog_ struct actionlog log = ACTIONLOG_NULL;
	struct err err = ERR_NULL;

	FUZZ_CHECK(fail2ban_log_read(&log, fuzz_file("fail2ban.log", data, size), &err) == 0);
	for (size_t i = 0; i < log.n; i++) {
		const struct actionlog_row *row = &log.rows[i];
		_cleanup_free_ char *why = NULL, *mend = NULL;

		FUZZ_CHECK(!actionlog_row_fails(&log, row) || row->start ||
		           row->n >= ACTIONLOG_FAILURES_MIN);
		FUZZ_CHECK(actionlog_why(&why, &mend, row, i % 2, i % 3 == 0) == 0);
		FUZZ_CHECK(why && strlen(why) < 2 * ACTIONLOG_TEXT_MAX);
		if (mend)
			check_command(mend);
	}
	return 0;
}
