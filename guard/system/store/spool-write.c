// SPDX-License-Identifier: GPL-2.0-or-later
/* The writing side of the spool, which the hook links: no database, no parser, no allocation. */
#include "guard/system/store/spool-internal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>

#include "guard/base/text.h"

/* --- an event as JSON -------------------------------------------------------------------- */

struct line {
	char *text;
	size_t length, size; /* of what it would be; of what there is room for */
};

static void add(struct line *line, const char *text, size_t length)
{
	if (line->length + length < line->size)
		memcpy(line->text + line->length, text, length);
	line->length += length;
}

static _printf_(2, 3) void addf(struct line *line, const char *format, ...)
{
	char text[256];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	add(line, text, n < 0 ? 0 : (size_t)n);
}

/* Log lines are in any encoding; JSON is UTF-8. What is not becomes '?'. */
static void add_text(struct line *line, const char *key, const char *text)
{
	bool utf8;

	addf(line, ",\"%s\":", key);
	if (!text) {
		add(line, "null", 4);
		return;
	}
	utf8 = text_is_utf8(text, strlen(text));
	add(line, "\"", 1);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			add(line, "\\", 1);
		add(line, !utf8 && (unsigned char)*text >= 0x80 ? "?" : text, 1);
	}
	add(line, "\"", 1);
}

static void add_number(struct line *line, const char *key, int64_t number)
{
	addf(line, ",\"%s\":%" PRId64, key, number);
}

/**
 * spool_text() - an event as it is sent to the watcher, and as a file holds it
 * @out:   SPOOL_SIZE_MAX bytes
 * @event: borrowed
 *
 * Return: its length; -EINVAL for an event that cannot be true.
 */
ssize_t spool_text(char *out, const struct store_ban_event *event, struct err *err)
{
	const struct store_ban *ban = &event->ban;
	struct line line = {.text = out, .size = SPOOL_SIZE_MAX};
	int r = store_ban_event_check(event, err);

	if (r)
		return r;
	addf(&line, "{\"version\":%d", event->id ? 2 : 1);
	if (event->id)
		add_text(&line, "id", event->id);
	add_text(&line, "event", store_ban_event_name(event->kind));
	add_number(&line, "at_us", event->at_us);
	add_text(&line, "jail", ban->jail);
	add_text(&line, "address", ban->address);
	add_number(&line, "time_us", ban->time_us);
	add_number(&line, "bantime_s", ban->bantime_s);
	add_number(&line, "failures", ban->failures);
	add_number(&line, "count", ban->count);
	addf(&line, ",\"restored\":%s", ban->restored ? "true" : "false");
	add_text(&line, "source", ban->source);
	add_text(&line, "rule", ban->rule);
	add(&line, "}", 1);
	return line.length < line.size ? (ssize_t)line.length : -EINVAL;
}

/**
 * spool_event_id() - a number that no other event has
 * @out: STORE_TOLD_MAX + 1 bytes; sorts by the time, as far as the clock goes forward
 */
void spool_event_id(char *out)
{
	struct timespec now;
	uint64_t random;

	clock_gettime(CLOCK_REALTIME, &now);
	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) != (ssize_t)sizeof(random))
		random = (uint64_t)getpid(); /* of the time, and of whoever had that number then */
	snprintf(out, STORE_TOLD_MAX + 1, "%012lld%09ld-%016" PRIx64,
	         (long long)now.tv_sec % 1000000000000, now.tv_nsec, random);
}

/* --- the folder -------------------------------------------------------------------------- */

static int make_folder(const char *path)
{
	if (mkdir(path, 0700) == 0) /* whatever the umask is */
		return chmod(path, 0700) == 0 ? 0 : -errno;
	return errno == EEXIST ? 0 : -errno;
}

/* Who else may write here could forge bans, or their end. */
static int check_folder(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	return (st.st_mode & 022) || (st.st_uid != geteuid() && st.st_uid != 0) ? -EPERM : 0;
}

/* The state directory too: the first ban may come before the first watch. */
static int make_folders(const char *dir)
{
	_cleanup_fd_ int above = -1;
	char parent[PATH_MAX], *slash;
	int r;

	if (strlen(dir) >= sizeof(parent))
		return -ENAMETOOLONG;
	strcpy(parent, dir);
	slash = strrchr(parent, '/');
	if (!slash || slash == parent)
		return make_folder(dir);
	*slash = '\0';
	r = make_folder(parent);
	if (r < 0)
		return r;
	above = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	r = above < 0 ? -errno : check_folder(above);
	return r < 0 ? r : make_folder(dir);
}

/**
 * spool_open() - the folder
 *
 * Who may write to the folder above could put another spool in the place of ours.
 *
 * Return: 0; -EPERM where others may write to it or above; negative errno.
 */
int spool_open(int *out, const char *dir)
{
	_cleanup_fd_ int fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	_cleanup_fd_ int above = -1;
	int r;

	if (fd < 0)
		return -errno;
	above = openat(fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (above < 0)
		return -errno;
	r = check_folder(above);
	if (r == 0)
		r = check_folder(fd);
	if (r < 0)
		return r;
	*out = fd;
	fd = -1;
	return 0;
}

/** spool_list() - NULL: errno tells */
DIR *spool_list(int folder)
{
	int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list;

	if (copy < 0)
		return NULL;
	list = fdopendir(copy);
	if (!list)
		close(copy);
	return list;
}

/** spool_count() - how many names end so, up to @limit; @unknown: where they cannot be listed */
size_t spool_count(int folder, const char *suffix, size_t limit, size_t unknown)
{
	_cleanup_(spool_closedir_cleanup) DIR *list = spool_list(folder);
	struct dirent *entry;
	size_t n = 0;

	if (!list)
		return unknown;
	while (n < limit && (entry = readdir(list)))
		n += entry->d_name[0] != '.' && text_has_suffix(entry->d_name, suffix);
	return n;
}

/* --- writing ----------------------------------------------------------------------------- */

static int code_of_errno(int error)
{
	return error == ENOSPC || error == EDQUOT || error == EFBIG ? SPOOL_E_FULL : -error;
}

static int write_all(int fd, const char *text, size_t length)
{
	while (length > 0) {
		ssize_t n = write(fd, text, length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return code_of_errno(errno);
		text += n;
		length -= (size_t)n;
	}
	return 0;
}

static int write_file(int folder, const char *name, const char *text)
{
	_cleanup_fd_ int fd =
	    openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	int r;

	if (fd < 0)
		return code_of_errno(errno);
	r = write_all(fd, text, strlen(text));
	if (r == 0 && fchmod(fd, 0600) < 0)
		r = code_of_errno(errno);
	return r;
}

static int publish(int folder, const char *id, const char *text)
{
	char name[SPOOL_NAME_SIZE], temporary[SPOOL_NAME_SIZE + sizeof(SPOOL_NEW_PREFIX)];
	int r;

	snprintf(name, sizeof(name), "%s" SPOOL_EVENT_SUFFIX, id);
	snprintf(temporary, sizeof(temporary), SPOOL_NEW_PREFIX "%s", name);
	r = write_file(folder, temporary, text);
	if (r == 0 && renameat(folder, temporary, folder, name) < 0)
		r = code_of_errno(errno);
	if (r)
		unlinkat(folder, temporary, 0);
	return r;
}

/**
 * spool_write() - leave an event for whoever writes to the store next
 * @dir:   the spool folder
 * @event: borrowed; checked
 *
 * When it returns 0 the event survives everything but a power cut within the seconds for which
 * the kernel holds it back. To wait for a disk that stalls would cost what it is here for: the
 * end of the hook's time comes first. fail2ban's own database is written so, too.
 *
 * Return: 0; SPOOL_E_FULL; -EINVAL for an event that cannot be true; -EPERM
 * when others may write to the folder; negative errno.
 */
int spool_write(const char *dir, const struct store_ban_event *event, struct err *err)
{
	char text[SPOOL_SIZE_MAX + 1], id[STORE_TOLD_MAX + 1];
	_cleanup_fd_ int folder = -1;
	ssize_t length = spool_text(text, event, err);
	int r;

	if (length < 0)
		return (int)length;
	text[length] = '\0';
	r = make_folders(dir);
	if (r == 0)
		r = spool_open(&folder, dir);
	if (r < 0)
		return err_set(err, code_of_errno(-r), "%s: %s", dir, strerror(-r));
	if (spool_count(folder, SPOOL_EVENT_SUFFIX, SPOOL_FILES_MAX, 0) >= SPOOL_FILES_MAX)
		return err_set(err, SPOOL_E_FULL, "%s: %d events wait already", dir,
		               SPOOL_FILES_MAX);
	if (!event->id)
		spool_event_id(id);
	r = publish(folder, event->id ? event->id : id, text);
	if (r)
		return err_set(err, r, "%s: the event cannot be written: %s", dir,
		               r == SPOOL_E_FULL ? "no space" : strerror(-r));
	return 0;
}

/**
 * spool_pending() - do events wait?
 *
 * Return: also true when the folder is there and cannot be listed: unknown is not empty.
 */
bool spool_pending(const char *dir)
{
	_cleanup_fd_ int folder = -1;

	return spool_open(&folder, dir) == 0 && spool_count(folder, SPOOL_EVENT_SUFFIX, 1, 1) > 0;
}
