// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/fail2ban/fail2ban-process.h"

#include <string.h>

#include "guard/base/util.h"
#include "guard/system/host/file.h"
#include "guard/system/host/process.h"

/* It reads its configuration and puts its bans back at some ten a second, while nobody can see how
 * many are left: this long its jails and bans are not taken for all of them. */
#define YOUNG_US (30 * INT64_C(1000000))

#define PROC   "/proc"
#define SERVER "fail2ban-server"

/** fail2ban_process_pid() - the number in a pid file; 0: there is none in there */
int64_t fail2ban_process_pid(const char *pidfile)
{
	char text[32];
	int64_t pid;

	if (file_read(text, sizeof(text), pidfile) < 0)
		return 0;
	text[strcspn(text, "\r\n ")] = '\0';
	return parse_int64(text, &pid) && pid > 0 ? pid : 0;
}

/** fail2ban_process_is_fail2ban() - is that a process, alive, and fail2ban's server? */
bool fail2ban_process_is_fail2ban(int64_t pid)
{
	char line[1024];
	ssize_t n = pid > 0 ? process_read(line, sizeof(line), PROC, pid, "cmdline") : 0;

	return n > 0 && memmem(line, (size_t)n, SERVER, strlen(SERVER)) &&
	       process_is_alive(PROC, pid);
}

/** fail2ban_process_is_young() - has it just been started, so that it may not have all its bans? */
bool fail2ban_process_is_young(int64_t pid)
{
	int64_t us;

	return pid > 0 && process_age_us(&us, PROC, pid) == 0 && us < YOUNG_US;
}
