// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/host/filewatch.h"

#include <errno.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

/*
 * Only what leaves a file complete: a writer that closes it, or a rename. A
 * MODIFY alone would have us read halves (firewalld writes zone files in place).
 */
#define COMPLETE (IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_DELETE_SELF)

struct filewatch {
	int fd;
	struct loop_source *source;
	char *name; /* owned; NULL: any */
	filewatch_fn fn;
	void *userdata;
};

/* An overflow and the folder's own end have no name. */
static bool concerns(const struct filewatch *watch, const struct inotify_event *event)
{
	return !watch->name || event->len == 0 || strcmp(event->name, watch->name) == 0;
}

static bool any_concerns(const struct filewatch *watch, const char *buffer, size_t length)
{
	const struct inotify_event *event;
	bool changed = false;

	for (size_t at = 0; at < length; at += sizeof(*event) + event->len) {
		event = (const void *)(buffer + at);
		changed |= concerns(watch, event);
	}
	return changed;
}

static void on_readable(int fd, unsigned events _unused_, void *userdata)
{
	struct filewatch *watch = userdata;
	char buffer[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
	bool changed = false;
	ssize_t n;

	while ((n = read(fd, buffer, sizeof(buffer))) > 0)
		changed |= any_concerns(watch, buffer, (size_t)n);
	if (changed)
		watch->fn(watch->userdata);
}

/**
 * filewatch_new() - be told when a file in a folder is written, moved or removed
 * @out:      written on success alone; release with filewatch_free()
 * @dir:      must exist
 * @fn:       called from the loop, once for a batch of changes
 * @userdata: handed to @fn
 *
 * Return: 0 or a negative errno (-ENOENT: no such folder; -ENOSPC, -EMFILE: the
 * user's inotify limits).
 */
int filewatch_new(struct filewatch **out, struct loop *loop, const char *dir, filewatch_fn fn,
                  void *userdata)
{
	return filewatch_new_of(out, loop, dir, NULL, 0, fn, userdata);
}

/**
 * filewatch_new_of() - the same, of one file, or for more than that
 * @name: in @dir; need not exist; NULL: any
 * @more: FILEWATCH_MADE, FILEWATCH_WRITTEN
 *
 * Return: as filewatch_new().
 */
int filewatch_new_of(struct filewatch **out, struct loop *loop, const char *dir, const char *name,
                     unsigned more, filewatch_fn fn, void *userdata)
{
	_cleanup_(filewatch_cleanup) struct filewatch *watch = calloc(1, sizeof(*watch));
	uint32_t mask = COMPLETE | IN_ONLYDIR;
	int r;

	if (!watch)
		return -ENOMEM;
	watch->fd = -1;
	watch->fn = fn;
	watch->userdata = userdata;
	watch->name = name ? strdup(name) : NULL;
	if (name && !watch->name)
		return -ENOMEM;
	if (more & FILEWATCH_MADE)
		mask |= IN_CREATE;
	if (more & FILEWATCH_WRITTEN)
		mask |= IN_MODIFY;
	watch->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (watch->fd < 0)
		return -errno;
	if (inotify_add_watch(watch->fd, dir, mask) < 0)
		return -errno;
	r = loop_add_io(loop, &watch->source, watch->fd, LOOP_READ, on_readable, watch);
	if (r < 0)
		return r;
	*out = steal(watch);
	return 0;
}

/** filewatch_free() - stop watching */
void filewatch_free(struct filewatch *watch)
{
	if (!watch)
		return;
	loop_remove(watch->source);
	if (watch->fd >= 0)
		close(watch->fd);
	free(watch->name);
	free(watch);
}
