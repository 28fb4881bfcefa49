// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/firewalld/confwatch.h"

#include "guard/base/text.h"
#include "guard/system/firewalld/zoneparts.h"
#include "guard/system/host/clock.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#define IN_PLACE IN_CLOSE_WRITE
#define BY_MOVE  (IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE)

/* More different files than these at a time: everything counts as changed. */
#define CHANGES_MAX 1024

/* Copies that nothing follows; more than these are forgotten. */
#define COPIES_MAX 256

static const char *const folders[] = {"zones",    "policies",  "ipsets",
                                      "services", "icmptypes", "helpers"};

/* In zones/: each is a zone that is put together from the files in it. */
#define PARTS_MAX 64

struct part {
	int wd;
	char *name; /* owned; zones/public */
};

struct confwatch {
	int fd;
	char *folder;
	int root_wd; /* -1: not there */
	int wds[ARRAY_SIZE(folders)];
	struct part parts[PARTS_MAX];
	size_t n_parts;
	struct loop_source *source;
	confwatch_fn fn;
	void *userdata;
	struct strv copied;   /* NAMEs with a NAME.old that is newer than what was written last */
	uint32_t move_cookie; /* of the last file that was moved away */
};

static struct part *find_part(struct confwatch *watch, int wd)
{
	for (size_t i = 0; i < watch->n_parts; i++)
		if (watch->parts[i].wd == wd)
			return &watch->parts[i];
	return NULL;
}

static bool watch_parts(struct confwatch *watch, const char *name, unsigned depth);

/* Return: whether it was not watched before, or one in it. */
static bool watch_part(struct confwatch *watch, const char *folder, const char *entry,
                       unsigned depth)
{
	_cleanup_free_ char *name = NULL, *path = NULL;
	bool anew;
	int wd;

	if (xasprintf(&name, "%s/%s", folder, entry) < 0 ||
	    xasprintf(&path, "%s/%s", watch->folder, name) < 0)
		return false;
	wd = inotify_add_watch(watch->fd, path, IN_PLACE | BY_MOVE | IN_CREATE | IN_ONLYDIR);
	if (wd < 0)
		return false;
	anew = !find_part(watch, wd);
	if (anew && watch->n_parts == PARTS_MAX)
		return false;
	anew |= watch_parts(watch, name, depth + 1);
	if (!find_part(watch, wd))
		watch->parts[watch->n_parts++] = (struct part){.wd = wd, .name = steal(name)};
	return anew;
}

/* One that is watched already keeps its watch. */
static bool watch_parts(struct confwatch *watch, const char *name, unsigned depth)
{
	_cleanup_free_ char *path = NULL;
	const struct dirent *entry;
	bool anew = false;
	DIR *dir;

	if (depth > ZONEPARTS_DEPTH || xasprintf(&path, "%s/%s", watch->folder, name) < 0)
		return false;
	dir = opendir(path);
	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.' &&
		    (entry->d_type == DT_DIR || entry->d_type == DT_LNK ||
		     entry->d_type == DT_UNKNOWN))
			anew |= watch_part(watch, name, entry->d_name, depth);
	if (dir)
		closedir(dir);
	return anew;
}

/* Folders come and go; what cannot be watched now is tried again with the next reading. */
static bool watch_folders(struct confwatch *watch)
{
	bool anew = false;

	if (watch->root_wd < 0) {
		watch->root_wd = inotify_add_watch(watch->fd, watch->folder,
		                                   IN_PLACE | BY_MOVE | IN_CREATE | IN_ONLYDIR);
		anew |= watch->root_wd >= 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		_cleanup_free_ char *path = NULL;

		if (watch->wds[i] >= 0 || xasprintf(&path, "%s/%s", watch->folder, folders[i]) < 0)
			continue;
		watch->wds[i] =
		    inotify_add_watch(watch->fd, path, IN_PLACE | BY_MOVE | IN_CREATE | IN_ONLYDIR);
		anew |= watch->wds[i] >= 0;
	}
	return watch_parts(watch, folders[0], 1) || anew;
}

static void forget_part(struct confwatch *watch, int wd)
{
	struct part *part = find_part(watch, wd);

	if (!part)
		return;
	free(part->name);
	*part = watch->parts[--watch->n_parts];
}

static void forget_folder(struct confwatch *watch, int wd)
{
	forget_part(watch, wd);
	if (watch->root_wd == wd)
		watch->root_wd = -1;
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++)
		if (watch->wds[i] == wd)
			watch->wds[i] = -1;
}

/* A folder of that name was replaced: the watch is still on the one that went. */
static void forget_named(struct confwatch *watch, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		if (strcmp(folders[i], name) != 0 || watch->wds[i] < 0)
			continue;
		(void)inotify_rm_watch(watch->fd, watch->wds[i]);
		watch->wds[i] = -1;
	}
}

static struct confwatch_change *find(const struct confwatch_changes *changes, const char *path)
{
	for (size_t i = 0; i < changes->n; i++)
		if (strcmp(changes->changes[i].name, path) == 0)
			return &changes->changes[i];
	return NULL;
}

/* NAME.old: what firewalld makes before it writes NAME, and what it makes of NAME to remove it. */
static int note_copy(struct confwatch *watch, const struct confwatch_changes *into,
                     const char *path, const struct inotify_event *event)
{
	struct confwatch_change *change = find(into, path);

	if ((event->mask & IN_MOVED_TO) && event->cookie == watch->move_cookie && change) {
		change->to_old = true;
		return 0;
	}
	if (!(event->mask & (IN_PLACE | IN_MOVED_TO)) || strv_contains(&watch->copied, path))
		return 0;
	if (watch->copied.n == COPIES_MAX)
		strv_deinit(&watch->copied);
	return strv_add(&watch->copied, path);
}

static void note_writing(struct confwatch *watch, struct confwatch_change *change,
                         const struct inotify_event *event)
{
	if (event->mask & IN_PLACE) {
		change->written = true;
		change->bare |= !strv_contains(&watch->copied, change->name);
		strv_remove(&watch->copied, change->name);
	}
	change->moved |= (event->mask & BY_MOVE) != 0;
	if (event->mask & IN_MOVED_FROM)
		watch->move_cookie = event->cookie;
}

static int note(struct confwatch *watch, struct confwatch_changes *into, const char *folder,
                const struct inotify_event *event)
{
	size_t n = strlen(event->name), suffix = strlen(".old");
	bool is_copy = text_has_suffix(event->name, ".old");
	_cleanup_free_ char *path = NULL;
	struct confwatch_change *change;

	if (xasprintf(&path, "%s%s%.*s", folder, *folder ? "/" : "",
	              (int)(is_copy ? n - suffix : n), event->name) < 0)
		return -ENOMEM;
	if (is_copy)
		return note_copy(watch, into, path, event);
	change = find(into, path);
	if (!change && into->n == CHANGES_MAX) {
		into->all = true;
		return 0;
	}
	if (!change) {
		if (grow(&into->changes, &into->capacity, into->n + 1, sizeof(*change)) < 0)
			return -ENOMEM;
		change = &into->changes[into->n++];
		*change = (struct confwatch_change){.name = steal(path), .at_us = clock_now_us()};
	}
	note_writing(watch, change, event);
	return 0;
}

static int take_event(struct confwatch *watch, const struct inotify_event *event,
                      struct confwatch_changes *into)
{
	const struct part *part;

	if (event->mask & IN_Q_OVERFLOW)
		into->all = true;
	if (event->mask & IN_IGNORED)
		forget_folder(watch, event->wd);
	if (event->len == 0 || !(event->mask & (IN_PLACE | BY_MOVE | IN_CREATE)))
		return 0;
	if (event->mask & IN_ISDIR) {
		if (event->wd == watch->root_wd)
			forget_named(watch, event->name);
		return 0;
	}
	if (event->mask & IN_CREATE)
		return 0; /* not complete before it is closed */
	if (event->wd == watch->root_wd)
		return note(watch, into, "", event);
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++)
		if (event->wd == watch->wds[i])
			return note(watch, into, folders[i], event);
	part = find_part(watch, event->wd);
	return part ? note(watch, into, part->name, event) : 0;
}

/**
 * confwatch_take() - what has changed since it was taken last
 * @into: gets it added; what is in there already is kept, each file once
 *
 * Return: 1, also when what is in there has changed once more; 0: nothing has; -ENOMEM, and then
 * everything counts as changed, too.
 */
int confwatch_take(struct confwatch *watch, struct confwatch_changes *into)
{
	char buffer[16384] __attribute__((aligned(__alignof__(struct inotify_event))));
	bool any = false;
	ssize_t n;
	int r = 0;

	while ((n = read(watch->fd, buffer, sizeof(buffer))) > 0) {
		any = true;
		for (char *at = buffer; at < buffer + n;) {
			const struct inotify_event *event =
			    (const struct inotify_event *)(void *)at;

			if (r == 0)
				r = take_event(watch, event, into);
			at += sizeof(*event) + event->len;
		}
	}
	if (watch_folders(watch) || r < 0)
		into->all = true;
	return r < 0 ? r : any;
}

static void on_readable(int fd _unused_, unsigned events _unused_, void *userdata)
{
	struct confwatch *watch = userdata;

	watch->fn(watch->userdata);
}

/**
 * confwatch_new() - watch the files of firewalld
 * @out:    written on success alone; release with confwatch_free()
 * @folder: /etc/firewalld; it and what is in it need not exist yet
 * @fn:     called from the loop while there is something to take; has to take it
 *
 * Return: 0 or a negative errno (-EMFILE: the user's inotify limits).
 */
int confwatch_new(struct confwatch **out, struct loop *loop, const char *folder, confwatch_fn fn,
                  void *userdata)
{
	_cleanup_(confwatch_cleanup) struct confwatch *watch = calloc(1, sizeof(*watch));
	int r;

	if (!watch)
		return -ENOMEM;
	watch->fn = fn;
	watch->userdata = userdata;
	watch->root_wd = -1;
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++)
		watch->wds[i] = -1;
	watch->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (watch->fd < 0)
		return -errno;
	watch->folder = strdup(folder);
	if (!watch->folder)
		return -ENOMEM;
	(void)watch_folders(watch);
	r = loop_add_io(loop, &watch->source, watch->fd, LOOP_READ, on_readable, watch);
	if (r < 0)
		return r;
	*out = steal(watch);
	return 0;
}

/** confwatch_free() - stop watching; NULL is fine */
void confwatch_free(struct confwatch *watch)
{
	if (!watch)
		return;
	loop_remove(watch->source);
	if (watch->fd >= 0)
		close(watch->fd);
	strv_deinit(&watch->copied);
	while (watch->n_parts)
		forget_part(watch, watch->parts[0].wd);
	free(watch->folder);
	free(watch);
}

/** confwatch_changes_deinit() - release everything; the result is usable */
void confwatch_changes_deinit(struct confwatch_changes *changes)
{
	for (size_t i = 0; i < changes->n; i++)
		free(changes->changes[i].name);
	free(changes->changes);
	*changes = CONFWATCH_CHANGES_NULL;
}

/** confwatch_changes_drop() - take one out; the order of the others stays */
void confwatch_changes_drop(struct confwatch_changes *changes, size_t index)
{
	free(changes->changes[index].name);
	changes->n--;
	memmove(&changes->changes[index], &changes->changes[index + 1],
	        (changes->n - index) * sizeof(*changes->changes));
}
