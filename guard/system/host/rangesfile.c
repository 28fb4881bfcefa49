// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/host/rangesfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guard/base/text.h"
#include "guard/model/ban/coverage.h"
#include "guard/system/host/file.h"

/* A hundred thousand prefixes with notes; lists of whole countries are smaller. */
#define FILE_SIZE_MAX (8 * 1024 * 1024)
#define LINE_MAX_LEN  1024

static void close_file(FILE **file)
{
	if (*file)
		fclose(*file);
}

/* fgets(), but with the length of what it read, which NUL bytes may be in. 0: the end. */
static size_t next_line(FILE *file, char line[LINE_MAX_LEN])
{
	size_t n = 0;
	int c;

	while (n + 1 < LINE_MAX_LEN && (c = getc(file)) != EOF) {
		line[n++] = (char)c;
		if (c == '\n')
			break;
	}
	line[n] = '\0';
	return n;
}

static int take_line(char *line, const char *path, unsigned number, rangesfile_fn *fn,
                     void *userdata, struct err *err)
{
	char *note = strchr(line, '#'), *word;
	struct err why = ERR_NULL;
	struct cidr range;

	if (note)
		*note++ = '\0';
	word = text_trim(line);
	if (*word == '\0')
		return 0;
	if (cidr_parse(&range, word, CIDR_NETMASK, &why) != 0 ||
	    coverage_check_range(&range, &why) != 0) {
		char shown[320];

		text_escape(shown, sizeof(shown), why.text);
		return err_set(err, RANGESFILE_E_INVALID, "%s:%u: %s", path, number, shown);
	}
	if (note)
		note = text_trim(note);
	return fn(&range, note && *note ? note : NULL, userdata);
}

/**
 * rangesfile_read() - every range of a file
 * @path: borrowed; a symbolic link is refused
 * @fn:   called for each, in the order of the file
 *
 * Return: 0; RANGESFILE_E_INVALID; negative errno; what @fn returned.
 */
int rangesfile_read(const char *path, rangesfile_fn *fn, void *userdata, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	_cleanup_(close_file) FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	char line[LINE_MAX_LEN];
	struct stat st;
	size_t length;
	int r;

	if (!file || fstat(fd, &st) < 0) {
		r = -errno;
		if (!file && fd >= 0)
			close(fd);
		return err_set(err, r, "%s: %s", path,
		               r == -ELOOP ? "a symbolic link, which is not followed"
		                           : strerror(-r));
	}
	r = file_check_ours(path, &st, FILE_SIZE_MAX, RANGESFILE_E_INVALID, err);
	for (unsigned number = 1; r == 0 && (length = next_line(file, line)) > 0; number++) {
		if (length + 1 == sizeof(line) && line[length - 1] != '\n')
			return err_set(err, RANGESFILE_E_INVALID,
			               "%s:%u: the line is longer than %d bytes", path, number,
			               LINE_MAX_LEN - 2);
		if (strlen(line) != length)
			return err_set(err, RANGESFILE_E_INVALID,
			               "%s:%u: a NUL byte: this is not a text file", path, number);
		r = take_line(line, path, number, fn, userdata, err);
	}
	if (r == 0 && ferror(file))
		return err_set(err, -EIO, "%s: cannot be read", path);
	return r;
}
