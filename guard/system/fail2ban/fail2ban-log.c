// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/fail2ban/fail2ban-log.h"

#include "guard/base/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Some thousand lines: what an action did longer ago tells nothing of now. */
#define END_BYTES ((off_t)512 * 1024)

/** fail2ban_log_is_file() - not syslog, the journal or the like; NULL: not known, and no */
bool fail2ban_log_is_file(const char *target)
{
	return target && target[0] == '/';
}

struct reading {
	struct actionlog *log; /* borrowed */
	int result;
};

static void on_line(const char *line, size_t length, void *userdata)
{
	struct reading *reading = userdata;

	if (reading->result == 0)
		reading->result = actionlog_add(reading->log, line, length);
}

static int feed(struct actionlog *log, int fd, off_t at)
{
	struct reading reading = {.log = log};
	struct lines lines = LINES_NULL;
	char buffer[16384];
	ssize_t n = 1;

	if (at > 0)
		lines_skip_first(&lines);
	/* whoever writes meanwhile does not make it longer */
	for (off_t left = END_BYTES; left > 0 && n > 0 && reading.result == 0; left -= n, at += n) {
		n = pread(fd, buffer, sizeof(buffer), at);
		if (n < 0)
			return -errno;
		lines_feed(&lines, buffer, (size_t)n, on_line, &reading);
	}
	return reading.result;
}

/* Receives in @left what of END_BYTES is left. Return: 0, also when there is no such file. */
static int open_log(int *fd, off_t *size, const char *path)
{
	struct stat st;

	*size = 0;
	*fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (*fd < 0)
		return errno == ENOENT ? 0 : -errno;
	if (fstat(*fd, &st) == 0 && S_ISREG(st.st_mode)) {
		*size = st.st_size;
		return 0;
	}
	(void)close(*fd);
	*fd = -1;
	return -EINVAL;
}

/* Its last @most bytes. */
static int read_end(struct actionlog *log, const char *path, off_t most)
{
	off_t size;
	int fd, r = open_log(&fd, &size, path);

	if (fd < 0)
		return r;
	r = feed(log, fd, size > most ? size - most : 0);
	(void)close(fd);
	return r;
}

static off_t size_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? st.st_size : 0;
}

/**
 * fail2ban_log_read() - the end of the log, and of the one before where this one is short
 * @out:  added to; the caller deinits it
 * @path: of a file; where there is none, nothing is added
 *
 * Return: 0; negative errno.
 */
int fail2ban_log_read(struct actionlog *out, const char *path, struct err *err)
{
	off_t size = size_of(path);
	char before[4096];
	int r = 0;

	/* logrotate begins a new one each week */
	if (size < END_BYTES &&
	    snprintf(before, sizeof(before), "%s.1", path) < (int)sizeof(before))
		r = read_end(out, before, END_BYTES - size);
	if (r == 0 || r == -EINVAL)
		r = read_end(out, path, END_BYTES);
	return r < 0 ? err_set(err, r, "%s: %s", path, strerror(-r)) : 0;
}
