// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/host/spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define EVENT_SUFFIX ".json"
#define BAD_SUFFIX   ".bad"
#define NEW_PREFIX   ".new-"

enum {
	NAME_SIZE = 80,
	BATCH = 256, /* events in one transaction: one fsync for many, and still a short lock */
	NEW_MAX_AGE_S = 3600, /* after that, whoever was writing it is gone */
};

static void close_cleanup(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}
#define _cleanup_close_ _cleanup_(close_cleanup)

DEFINE_CLEANUP(DIR *, closedir, closedir_cleanup);
DEFINE_CLEANUP(json_t *, json_decref, json_cleanup);

/* --- an event as JSON -------------------------------------------------------------------- */

/* Log lines are in any encoding; JSON is UTF-8. What is not becomes '?'. */
static json_t *text_or_null(const char *text)
{
	json_t *json;
	char *ascii;

	if (!text)
		return json_null();
	json = json_string(text);
	if (json)
		return json;
	ascii = strdup(text);
	if (!ascii)
		return NULL;
	for (char *at = ascii; *at; at++)
		if ((unsigned char)*at >= 0x80)
			*at = '?';
	json = json_string(ascii);
	free(ascii);
	return json;
}

static char *event_to_text(const struct store_ban_event *event)
{
	const struct store_ban *ban = &event->ban;
	_cleanup_(json_cleanup) json_t *json =
	    json_pack("{s:i, s:s, s:I, s:o, s:o, s:I, s:I, s:I, s:I, s:b, s:o, s:o}", "version", 1,
	              "event", store_ban_event_name(event->kind), "at_us", (json_int_t)event->at_us,
	              "jail", text_or_null(ban->jail), "address", text_or_null(ban->address),
	              "time_us", (json_int_t)ban->time_us, "bantime_s", (json_int_t)ban->bantime_s,
	              "failures", (json_int_t)ban->failures, "count", (json_int_t)ban->count,
	              "restored", (int)ban->restored, "source", text_or_null(ban->source), "rule",
	              text_or_null(ban->rule));

	return json ? json_dumps(json, JSON_COMPACT) : NULL;
}

/* A text, or NULL for null; false for anything else. */
static bool take_text(json_t *value, const char **out)
{
	*out = json_string_value(value);
	return json_is_null(value) || *out;
}

/* Texts in the event are borrowed from the JSON. */
static int event_from_json(struct store_ban_event *out, json_t *json, struct err *err)
{
	json_t *jail, *address, *source, *rule;
	json_int_t at_us, time_us, bantime_s, failures, count;
	struct store_ban_event event = {0};
	int version, restored;
	const char *kind;

	if (json_unpack(json, "{s:i, s:s, s:I, s:o, s:o, s:I, s:I, s:I, s:I, s:b, s:o, s:o !}",
	                "version", &version, "event", &kind, "at_us", &at_us, "jail", &jail,
	                "address", &address, "time_us", &time_us, "bantime_s", &bantime_s,
	                "failures", &failures, "count", &count, "restored", &restored, "source",
	                &source, "rule", &rule) < 0 ||
	    version != 1 || store_ban_event_parse(&event.kind, kind) < 0 ||
	    !take_text(jail, &event.ban.jail) || !take_text(address, &event.ban.address) ||
	    !take_text(source, &event.ban.source) || !take_text(rule, &event.ban.rule))
		return err_set(err, -EINVAL, "not a ban event");
	event.at_us = at_us;
	event.ban.time_us = time_us;
	event.ban.bantime_s = bantime_s;
	event.ban.failures = failures;
	event.ban.count = count;
	event.ban.restored = restored;
	*out = event;
	return store_ban_event_check(out, err);
}

/* --- the folder -------------------------------------------------------------------------- */

static bool has_suffix(const char *name, const char *suffix)
{
	size_t length = strlen(name), tail = strlen(suffix);

	return length > tail && strcmp(name + length - tail, suffix) == 0;
}

static bool is_event(const char *name)
{
	return name[0] != '.' && strlen(name) < NAME_SIZE && has_suffix(name, EVENT_SUFFIX);
}

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
	_cleanup_free_ char *parent = strdup(dir);
	_cleanup_close_ int above = -1;
	char *slash;
	int r;

	if (!parent)
		return -ENOMEM;
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

/* Who may write to the folder above could put another spool in the place of ours. */
static int open_folder(int *out, const char *dir)
{
	_cleanup_close_ int fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	_cleanup_close_ int above = -1;
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

static DIR *list_folder(int fd)
{
	int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list;

	if (copy < 0)
		return NULL;
	list = fdopendir(copy);
	if (!list)
		close(copy);
	return list;
}

/* How many names end so; stops counting at the limit. @unknown: where they cannot be listed */
static size_t count_files(int fd, const char *suffix, size_t limit, size_t unknown)
{
	_cleanup_(closedir_cleanup) DIR *list = list_folder(fd);
	struct dirent *entry;
	size_t n = 0;

	if (!list)
		return unknown;
	while (n < limit && (entry = readdir(list)))
		n += entry->d_name[0] != '.' && has_suffix(entry->d_name, suffix);
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
	_cleanup_close_ int fd =
	    openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	int r;

	if (fd < 0)
		return code_of_errno(errno);
	r = write_all(fd, text, strlen(text));
	if (r == 0 && (fchmod(fd, 0600) < 0 || fsync(fd) < 0))
		r = code_of_errno(errno);
	return r;
}

/* Names sort in the order of writing, as far as the clock goes forward. */
static int publish(int folder, const char *text)
{
	static unsigned serial;
	char name[NAME_SIZE], temporary[NAME_SIZE + sizeof(NEW_PREFIX)];
	struct timespec now;
	int r;

	clock_gettime(CLOCK_REALTIME, &now);
	snprintf(name, sizeof(name), "%012lld%09ld-%d-%06u" EVENT_SUFFIX, (long long)now.tv_sec,
	         now.tv_nsec, (int)getpid(), serial++ % 1000000);
	snprintf(temporary, sizeof(temporary), NEW_PREFIX "%s", name);
	r = write_file(folder, temporary, text);
	if (r == 0 && (renameat(folder, temporary, folder, name) < 0 || fsync(folder) < 0))
		r = code_of_errno(errno);
	if (r)
		unlinkat(folder, temporary, 0);
	return r;
}

/**
 * spool_write() - leave an event for the watcher
 * @dir:   the spool folder
 * @event: borrowed; checked
 *
 * When it returns 0 the event survives a power cut.
 *
 * Return: 0; SPOOL_E_FULL; -EINVAL for an event that cannot be true; -EPERM
 * when others may write to the folder; negative errno.
 */
int spool_write(const char *dir, const struct store_ban_event *event, struct err *err)
{
	_cleanup_free_ char *text = NULL;
	_cleanup_close_ int folder = -1;
	int r;

	r = store_ban_event_check(event, err);
	if (r)
		return r;
	r = make_folders(dir);
	if (r == 0)
		r = open_folder(&folder, dir);
	if (r < 0)
		return err_set(err, code_of_errno(-r), "%s: %s", dir, strerror(-r));
	if (count_files(folder, EVENT_SUFFIX, SPOOL_FILES_MAX, 0) >= SPOOL_FILES_MAX)
		return err_set(err, SPOOL_E_FULL, "%s: %d events wait already", dir,
		               SPOOL_FILES_MAX);
	text = event_to_text(event);
	if (!text)
		return -ENOMEM;
	r = publish(folder, text);
	if (r)
		return err_set(err, r, "%s: the event cannot be written: %s", dir,
		               r == SPOOL_E_FULL ? "no space" : strerror(-r));
	return 0;
}

/**
 * spool_pending() - do events wait? Whoever has another one must then queue behind them
 *
 * Return: also true when the folder is there and cannot be listed: unknown is not empty.
 */
bool spool_pending(const char *dir)
{
	_cleanup_close_ int folder = -1;

	return open_folder(&folder, dir) == 0 && count_files(folder, EVENT_SUFFIX, 1, 1) > 0;
}

/* --- draining ---------------------------------------------------------------------------- */

static void remove_stale(int folder, const char *name)
{
	struct stat st;

	if (strncmp(name, NEW_PREFIX, strlen(NEW_PREFIX)) == 0 &&
	    fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    time(NULL) - st.st_mtime > NEW_MAX_AGE_S)
		unlinkat(folder, name, 0);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int find_events(int folder, struct strv *out)
{
	_cleanup_(closedir_cleanup) DIR *list = list_folder(folder);
	struct dirent *entry;
	int r;

	if (!list)
		return -errno;
	while ((entry = readdir(list))) {
		if (!is_event(entry->d_name)) {
			remove_stale(folder, entry->d_name);
			continue;
		}
		r = strv_add(out, entry->d_name);
		if (r < 0)
			return r;
	}
	if (out->n > 1)
		qsort(out->strings, out->n, sizeof(*out->strings), compare_names);
	return 0;
}

/* text has room for SPOOL_SIZE_MAX + 1; Return: the length, or -EINVAL for what is no event file.
 */
static ssize_t read_file(int folder, const char *name, char *text)
{
	_cleanup_close_ int fd =
	    openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	size_t length = 0;
	struct stat st;

	if (fd < 0 && (errno == ENOENT || errno == ENOMEM || errno == EMFILE || errno == ENFILE))
		return -errno;
	if (fd < 0) /* a link, a socket, without permission: it must not hold up the others */
		return -EINVAL;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_size > SPOOL_SIZE_MAX)
		return -EINVAL;
	while (length <= SPOOL_SIZE_MAX) {
		ssize_t n = read(fd, text + length, SPOOL_SIZE_MAX + 1 - length);

		if (n < 0 && errno != EINTR)
			return -EINVAL;
		if (n == 0)
			return (ssize_t)length;
		length += n > 0 ? (size_t)n : 0;
	}
	return -EINVAL;
}

/* Kept for a person to look at, but not without bound. */
static void set_aside(int folder, const char *name)
{
	char bad[NAME_SIZE + sizeof(BAD_SUFFIX)];

	snprintf(bad, sizeof(bad), "%s" BAD_SUFFIX, name);
	if (count_files(folder, BAD_SUFFIX, SPOOL_BAD_MAX, 0) < SPOOL_BAD_MAX &&
	    renameat(folder, name, folder, bad) == 0)
		return;
	if (unlinkat(folder, name, 0) < 0 && errno == EISDIR)
		unlinkat(folder, name, AT_REMOVEDIR);
}

/* Return: 0; -EINVAL for a bad file; what the store said. */
static int apply_file(int folder, const char *name, struct store *store, struct err *err)
{
	char text[SPOOL_SIZE_MAX + 1];
	_cleanup_(json_cleanup) json_t *json = NULL;
	struct store_ban_event event;
	ssize_t length;
	int r;

	length = read_file(folder, name, text);
	if (length < 0)
		return (int)length;
	json = json_loadb(text, (size_t)length, JSON_REJECT_DUPLICATES, NULL);
	if (!json)
		return -EINVAL;
	r = event_from_json(&event, json, err);
	return r ? r : store_ban_event_apply(store, &event, err);
}

/* One transaction; files go only after its commit, and to apply them twice does no harm. */
static int drain_batch(int folder, struct store *store, char *const *names, size_t n,
                       struct spool_result *result, struct err *err)
{
	enum { KEEP, APPLIED, BAD } fate[BATCH] = {KEEP};
	int r;

	r = store_begin(store, err);
	if (r)
		return r;
	for (size_t i = 0; i < n; i++) {
		r = apply_file(folder, names[i], store, err);
		if (r && r != -EINVAL && r != -ENOENT) {
			store_rollback(store);
			return r;
		}
		fate[i] = r == 0 ? APPLIED : r == -ENOENT ? KEEP : BAD;
	}
	r = store_commit(store, err);
	if (r)
		return r;
	for (size_t i = 0; i < n; i++) {
		if (fate[i] == BAD)
			set_aside(folder, names[i]);
		else if (fate[i] == APPLIED)
			unlinkat(folder, names[i], 0);
		result->applied += fate[i] == APPLIED;
		result->bad += fate[i] == BAD;
	}
	return 0;
}

/**
 * spool_drain() - take waiting events into the store, the oldest first
 * @dir:    the spool folder; none there is an empty one
 * @limit:  how many files at most, 0: all; a watcher has other things to do too
 * @result: always written
 *
 * What is no event is set aside as NAME.bad, and does not stop the others.
 *
 * Return: 0; SPOOL_E_STORE, with the store's answer in result->store_code: the
 * files are kept; -EPERM when others may write to the folder; negative errno.
 */
int spool_drain(const char *dir, struct store *store, size_t limit, struct spool_result *result,
                struct err *err)
{
	_cleanup_strv_ struct strv names = STRV_NULL;
	_cleanup_close_ int folder = -1;
	size_t n;
	int r;

	*result = (struct spool_result){0};
	r = open_folder(&folder, dir);
	if (r == -ENOENT)
		return 0;
	if (r == 0)
		r = find_events(folder, &names);
	if (r < 0)
		return err_set(err, r, "%s: %s", dir, strerror(-r));
	n = limit && limit < names.n ? limit : names.n;
	result->more = n < names.n;
	for (size_t at = 0; at < n; at += BATCH) {
		size_t length = n - at < BATCH ? n - at : BATCH;

		r = drain_batch(folder, store, &names.strings[at], length, result, err);
		if (r) {
			result->store_code = r;
			return SPOOL_E_STORE;
		}
	}
	return 0;
}
