// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/host/logfollow.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guard/base/lines.h"
#include "guard/system/host/clock.h"

#define CHUNK        65536
#define CHUNKS_MAX   16   /* a look; then others have their turn */
#define GATHER_MS    300  /* a busy log is read in pieces, not line by line */
#define LOOK_MS      5000 /* without being told */
#define FALLBACK_MS  30000
#define OLD_GRACE_MS 10000
#define HEAD_MAX     64 /* bytes of a file that tell it from another */

#define FOLDER_EVENTS (IN_CREATE | IN_MOVED_TO | IN_ONLYDIR)
#define FILE_EVENTS   (IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF)

struct logfollow {
	struct loop *loop;
	struct logfollow_options options; /* path and from are NULL */
	char *path;                       /* owned */
	char *folder;                     /* owned */
	const char *name;                 /* in path */
	int inotify;
	int folder_watch; /* -1: none */
	int file_watch;
	struct loop_source *io, *timer;
	int file;                     /* -1: none is open */
	struct logfollow_position at; /* its offset is that of the next byte to read */
	bool resumed;                 /* the position that was given is used up */
	struct logfollow_position from;
	int64_t old_since_ms; /* since when the path is another file's; 0: it is ours */
	int trouble;          /* errno that was told; 0: none */
	struct lines lines;
	char buffer[CHUNK];
};

/* --- telling ------------------------------------------------------------------------------- */

static void tell_trouble(struct logfollow *follow, int error)
{
	char text[512];

	if (follow->trouble == error)
		return;
	follow->trouble = error;
	if (!follow->options.on_trouble)
		return;
	snprintf(text, sizeof(text), "%.400s: %s", follow->path, strerror(error));
	follow->options.on_trouble(error ? text : NULL, follow->options.userdata);
}

static void tell_line(const char *line, size_t length, void *userdata)
{
	struct logfollow *follow = userdata;

	follow->options.on_line(line, length, follow->options.userdata);
}

/* --- files --------------------------------------------------------------------------------- */

static void close_file(struct logfollow *follow)
{
	if (follow->file >= 0)
		close(follow->file);
	follow->file = -1;
	/* a removed watch of a file that is gone is an error that means nothing */
	if (follow->file_watch >= 0)
		(void)inotify_rm_watch(follow->inotify, follow->file_watch);
	follow->file_watch = -1;
}

static void begin_anew(struct logfollow *follow)
{
	follow->at.offset = 0;
	memset(follow->at.head, 0, sizeof(follow->at.head));
	lines_reset(&follow->lines);
}

static int open_log(const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
	}
	return fd;
}

/* Of the first @n bytes, or of as many as there are: their number and sum (FNV-1a). */
static void sum_head(int fd, size_t n, uint8_t out[LOGFOLLOW_HEAD])
{
	uint64_t sum = UINT64_C(14695981039346656037);
	uint8_t head[HEAD_MAX];
	ssize_t got = pread(fd, head, n < sizeof(head) ? n : sizeof(head), 0);

	for (ssize_t i = 0; i < got; i++)
		sum = (sum ^ head[i]) * UINT64_C(1099511628211);
	out[0] = got > 0 ? (uint8_t)got : 0;
	for (unsigned i = 1; i < LOGFOLLOW_HEAD; i++)
		out[i] = (uint8_t)(sum >> (8 * (i - 1)));
}

/* Whether the file begins as the one of the position did. */
static bool has_head(int fd, const struct logfollow_position *position)
{
	uint8_t head[LOGFOLLOW_HEAD];

	sum_head(fd, position->head[0], head);
	return position->head[0] == 0 || memcmp(head, position->head, sizeof(head)) == 0;
}

static bool is_of(int fd, const struct logfollow_position *position)
{
	char newline = '\n';
	struct stat st;

	/* half a line would be a line that somebody else begins */
	return fstat(fd, &st) == 0 && (uint64_t)st.st_dev == position->dev &&
	       (uint64_t)st.st_ino == position->inode && st.st_size >= position->offset &&
	       has_head(fd, position) &&
	       (position->offset == 0 || pread(fd, &newline, 1, position->offset - 1) == 1) &&
	       newline == '\n';
}

/* The file of the position under the name that it was rotated to; -1: it is gone. */
static int find_rotated(const struct logfollow *follow, const struct logfollow_position *position)
{
	DIR *dir = opendir(follow->folder);
	const struct dirent *entry;
	int found = -1;

	while (dir && found < 0 && (entry = readdir(dir)) != NULL) {
		_cleanup_free_ char *path = NULL;

		if (strncmp(entry->d_name, follow->name, strlen(follow->name)) != 0 ||
		    xasprintf(&path, "%s/%s", follow->folder, entry->d_name) < 0)
			continue;
		found = open_log(path);
		if (found >= 0 && !is_of(found, position)) {
			close(found);
			found = -1;
		}
		found = found < 0 ? -1 : found;
	}
	if (dir)
		closedir(dir);
	return found;
}

/* Goes on where the position says, in this file or in the one that it was. */
static int resume(struct logfollow *follow, int fd)
{
	const struct logfollow_position *from = &follow->from;
	int old;

	follow->resumed = true;
	if (!from->inode)
		return fd;
	if (!is_of(fd, from)) {
		old = find_rotated(follow, from);
		if (old < 0)
			return fd;
		close(fd);
		fd = old;
	}
	follow->at = *from;
	return fd;
}

static void watch_file(struct logfollow *follow)
{
	char path[64];

	if (follow->inotify < 0)
		return;
	/* the file that is open, whatever has its name meanwhile */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", follow->file);
	follow->file_watch = inotify_add_watch(follow->inotify, path, FILE_EVENTS);
}

static int open_file(struct logfollow *follow)
{
	bool first = !follow->resumed && !follow->from.inode;
	int fd = open_log(follow->path);
	struct stat st;

	if (fd < 0)
		return fd;
	begin_anew(follow);
	if (!follow->resumed)
		fd = resume(follow, fd);
	follow->file = fd;
	if (fstat(fd, &st) < 0)
		return -errno;
	follow->at.dev = (uint64_t)st.st_dev;
	follow->at.inode = (uint64_t)st.st_ino;
	if (first && st.st_size > LOGFOLLOW_FIRST_MAX) {
		follow->at.offset = st.st_size - LOGFOLLOW_FIRST_MAX;
		lines_skip_first(&follow->lines);
	}
	follow->old_since_ms = 0;
	watch_file(follow);
	return 0;
}

/* --- reading ------------------------------------------------------------------------------- */

static void take_head(struct logfollow *follow)
{
	if (follow->at.head[0] < HEAD_MAX)
		sum_head(follow->file, HEAD_MAX, follow->at.head);
}

/* Return: 1 when there is more; 0 at the end; negative errno. */
static int read_some(struct logfollow *follow, bool *progress)
{
	for (unsigned i = 0; i < CHUNKS_MAX; i++) {
		ssize_t n =
		    pread(follow->file, follow->buffer, sizeof(follow->buffer), follow->at.offset);

		if (n < 0)
			return errno == EINTR ? 1 : -errno;
		if (n == 0)
			return 0;
		take_head(follow);
		follow->at.offset += n;
		lines_feed(&follow->lines, follow->buffer, (size_t)n, tell_line, follow);
		*progress = true;
	}
	return 1;
}

/* Cut, and perhaps filled again: what is in it now was not read. */
static bool was_cut(const struct logfollow *follow)
{
	struct stat st;

	return fstat(follow->file, &st) == 0 &&
	       (st.st_size < follow->at.offset || !has_head(follow->file, &follow->at));
}

/*
 * Whether the path leads to another file by now, which is to be read from here on.
 * Its writer goes on with the old one until it is told of the rotation: only when
 * the new one is written to, or after a while, the old one is done with.
 */
static bool is_over(struct logfollow *follow)
{
	struct stat st;

	if (stat(follow->path, &st) < 0 ||
	    ((uint64_t)st.st_dev == follow->at.dev && (uint64_t)st.st_ino == follow->at.inode)) {
		follow->old_since_ms = 0;
		return false;
	}
	if (st.st_size > 0)
		return true;
	if (!follow->old_since_ms)
		follow->old_since_ms = clock_monotonic_ms();
	return clock_monotonic_ms() - follow->old_since_ms > OLD_GRACE_MS;
}

/* Reads on; Return: as read_some(). */
static int read_on(struct logfollow *follow, bool *progress)
{
	bool over;
	int r;

	if (follow->file < 0) {
		r = open_file(follow);
		if (r < 0)
			return r;
	}
	if (was_cut(follow))
		begin_anew(follow);
	/* in this order: what was written before the new one began is in the old one by then */
	over = is_over(follow);
	r = read_some(follow, progress);
	if (r != 0 || !over)
		return r;
	close_file(follow);
	return 1;
}

static void watch_folder(struct logfollow *follow)
{
	if (follow->inotify >= 0 && follow->folder_watch < 0)
		follow->folder_watch =
		    inotify_add_watch(follow->inotify, follow->folder, FOLDER_EVENTS);
}

/* Of the file, and of one that comes, the kernel tells; a rotation under way is looked at. */
static void look_again(struct logfollow *follow, bool absent)
{
	if ((absent || follow->file_watch >= 0) && follow->folder_watch >= 0 &&
	    !follow->old_since_ms)
		loop_timer_set_lazy(follow->timer, FALLBACK_MS);
	else
		loop_timer_set(follow->timer, LOOK_MS);
}

static void on_look(void *userdata)
{
	struct logfollow *follow = userdata;
	bool progress = false;
	int r;

	watch_folder(follow);
	r = read_on(follow, &progress);
	if (r < 0 && follow->file >= 0)
		close_file(follow);
	/* that it is not there yet is nothing to complain of */
	if (r >= 0 || r == -ENOENT)
		tell_trouble(follow, 0);
	else
		tell_trouble(follow, -r);
	if (r > 0)
		loop_timer_set(follow->timer, 0);
	else
		look_again(follow, r == -ENOENT);
	if (progress && follow->options.on_progress)
		follow->options.on_progress(follow->options.userdata);
}

static void on_readable(int fd, unsigned events _unused_, void *userdata)
{
	struct logfollow *follow = userdata;
	char buffer[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
	bool changed = false;
	ssize_t n;

	while ((n = read(fd, buffer, sizeof(buffer))) > 0) {
		for (const char *at = buffer; at < buffer + n;) {
			const struct inotify_event *event = (const void *)at;

			/* the folder was removed, or unmounted: it may come back */
			if ((event->mask & IN_IGNORED) && event->wd == follow->folder_watch)
				follow->folder_watch = -1;
			at += sizeof(*event) + event->len;
			changed = true;
		}
	}
	if (changed)
		loop_timer_set(follow->timer, GATHER_MS);
}

/* --- beginning and end --------------------------------------------------------------------- */

static int set_path(struct logfollow *follow, const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t length = slash ? (size_t)(slash - path) : 0;

	if (path[0] != '/' || !slash[1])
		return -EINVAL;
	follow->path = strdup(path);
	follow->folder = length ? strndup(path, length) : strdup("/");
	if (!follow->path || !follow->folder)
		return -ENOMEM;
	follow->name = follow->path + length + 1;
	return 0;
}

/**
 * logfollow_new() - follow a log
 * @out:     written on success alone; release with logfollow_free()
 * @options: borrowed; its path must be absolute
 *
 * Nothing is told before the loop runs. Without inotify (the user's limits) it is
 * slower to notice, and works all the same.
 *
 * Return: 0; -EINVAL: no absolute path of a file; other negative errno.
 */
int logfollow_new(struct logfollow **out, struct loop *loop,
                  const struct logfollow_options *options)
{
	_cleanup_(logfollow_cleanup) struct logfollow *follow = calloc(1, sizeof(*follow));
	int r;

	if (!follow)
		return -ENOMEM;
	follow->loop = loop;
	follow->options = *options;
	follow->options.path = NULL;
	follow->options.from = NULL;
	follow->file = follow->file_watch = follow->folder_watch = -1;
	if (options->from)
		follow->from = *options->from;
	follow->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	r = set_path(follow, options->path);
	if (r == 0)
		r = loop_add_timer(loop, &follow->timer, on_look, follow);
	if (r == 0 && follow->inotify >= 0)
		r = loop_add_io(loop, &follow->io, follow->inotify, LOOP_READ, on_readable, follow);
	if (r < 0)
		return r;
	loop_timer_set(follow->timer, 0);
	*out = steal(follow);
	return 0;
}

/** logfollow_free() - stop following */
void logfollow_free(struct logfollow *follow)
{
	if (!follow)
		return;
	loop_remove(follow->io);
	loop_remove(follow->timer);
	close_file(follow);
	if (follow->inotify >= 0)
		close(follow->inotify);
	free(follow->path);
	free(follow->folder);
	free(follow);
}

/**
 * logfollow_position() - how far it has been told
 * @out: receives where a follower that begins later has to go on
 *
 * Return: false when nothing has been read yet.
 */
bool logfollow_position(const struct logfollow *follow, struct logfollow_position *out)
{
	if (!follow->at.inode || follow->at.head[0] == 0 || follow->lines.skip)
		return false;
	*out = follow->at;
	out->offset -= (int64_t)follow->lines.pending;
	return true;
}
