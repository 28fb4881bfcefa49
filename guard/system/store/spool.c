// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/store/spool-internal.h"

#include "guard/base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum {
	BATCH = 256, /* events in one transaction: one fsync for many, and still a short lock */
	NEW_MAX_AGE_S = 3600, /* after that, whoever was writing it is gone */
};

DEFINE_CLEANUP(json_t *, json_decref, json_cleanup);

/* --- an event as JSON -------------------------------------------------------------------- */

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

	if (json_unpack(json, "{s:i, s?s, s:s, s:I, s:o, s:o, s:I, s:I, s:I, s:I, s:b, s:o, s:o !}",
	                "version", &version, "id", &event.id, "event", &kind, "at_us", &at_us,
	                "jail", &jail, "address", &address, "time_us", &time_us, "bantime_s",
	                &bantime_s, "failures", &failures, "count", &count, "restored", &restored,
	                "source", &source, "rule", &rule) < 0 ||
	    version != (event.id ? 2 : 1) || store_ban_event_parse(&event.kind, kind) < 0 ||
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

static bool is_event(const char *name)
{
	return name[0] != '.' && strlen(name) < SPOOL_NAME_SIZE &&
	       text_has_suffix(name, SPOOL_EVENT_SUFFIX);
}

/* --- draining ---------------------------------------------------------------------------- */

static void remove_stale(int folder, const char *name)
{
	struct stat st;

	if (strncmp(name, SPOOL_NEW_PREFIX, strlen(SPOOL_NEW_PREFIX)) == 0 &&
	    fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    time(NULL) - st.st_mtime > NEW_MAX_AGE_S)
		unlinkat(folder, name, 0);
}

static int find_events(int folder, struct strv *out)
{
	_cleanup_(spool_closedir_cleanup) DIR *list = spool_list(folder);
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
	return 0;
}

/* text has room for SPOOL_SIZE_MAX + 1; Return: the length, or -EINVAL for what is no event file.
 */
static ssize_t read_file(int folder, const char *name, char *text)
{
	_cleanup_fd_ int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
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
	char bad[SPOOL_NAME_SIZE + sizeof(SPOOL_BAD_SUFFIX)];

	snprintf(bad, sizeof(bad), "%s" SPOOL_BAD_SUFFIX, name);
	if (spool_count(folder, SPOOL_BAD_SUFFIX, SPOOL_BAD_MAX, 0) < SPOOL_BAD_MAX &&
	    renameat(folder, name, folder, bad) == 0)
		return;
	if (unlinkat(folder, name, 0) < 0 && errno == EISDIR)
		unlinkat(folder, name, AT_REMOVEDIR);
}

/* --- what waits, of files and of messages ------------------------------------------------- */

enum fate { KEEP, APPLIED, BAD };

struct waiting {
	const char *key;               /* borrowed; files and messages of one time sort together */
	struct spool_message *message; /* borrowed; NULL: it is the file of that name */
	json_t *json;                  /* owned; of a message */
	struct store_ban_event event;  /* the same; borrows from there */
	enum fate fate;
};

struct queue {
	struct waiting *waiting; /* owned */
	size_t n;
	struct strv names; /* owned */
	int folder;        /* owned; -1: there is none */
};
#define QUEUE_NULL ((struct queue){.folder = -1})

static void queue_deinit(struct queue *queue)
{
	for (size_t i = 0; i < queue->n; i++)
		json_decref(queue->waiting[i].json);
	free(queue->waiting);
	strv_deinit(&queue->names);
	fd_cleanup(&queue->folder);
}

static int waiting_cmp(const void *a, const void *b)
{
	return strcmp(((const struct waiting *)a)->key, ((const struct waiting *)b)->key);
}

/* What is no event is told so at once, and waits for nothing. */
static void add_message(struct queue *queue, struct spool_message *message)
{
	_cleanup_(json_cleanup) json_t *json =
	    json_loadb(message->text, message->length, JSON_REJECT_DUPLICATES, NULL);
	struct waiting waiting = {.message = message};

	if (!json || event_from_json(&waiting.event, json, NULL) != 0 || !waiting.event.id) {
		message->fate = SPOOL_REFUSED;
		return;
	}
	waiting.key = waiting.event.id;
	waiting.json = steal(json);
	queue->waiting[queue->n++] = waiting;
}

static int queue_fill(struct queue *queue, struct spool_message *messages, size_t n)
{
	int r = queue->folder < 0 ? 0 : find_events(queue->folder, &queue->names);

	if (r < 0)
		return r;
	queue->waiting = calloc(queue->names.n + n + 1, sizeof(*queue->waiting));
	if (!queue->waiting)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		add_message(queue, &messages[i]);
	for (size_t i = 0; i < queue->names.n; i++)
		queue->waiting[queue->n++].key = queue->names.strings[i];
	qsort(queue->waiting, queue->n, sizeof(*queue->waiting), waiting_cmp);
	return 0;
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

static int apply(const struct queue *queue, struct waiting *waiting, struct store *store,
                 struct err *err)
{
	int r = waiting->message ? store_ban_event_apply(store, &waiting->event, err)
	                         : apply_file(queue->folder, waiting->key, store, err);

	if (r && r != -EINVAL && r != -ENOENT)
		return r;
	waiting->fate = r == 0 ? APPLIED : r == -ENOENT ? KEEP : BAD;
	return 0;
}

static void settle(const struct queue *queue, const struct waiting *waiting)
{
	if (waiting->message)
		waiting->message->fate = waiting->fate == APPLIED ? SPOOL_TAKEN : SPOOL_REFUSED;
	else if (waiting->fate == BAD)
		set_aside(queue->folder, waiting->key);
	else if (waiting->fate == APPLIED)
		unlinkat(queue->folder, waiting->key, 0);
}

/* One transaction; files go only after its commit, and each event counts once by its number. */
static int apply_batch(const struct queue *queue, struct waiting *batch, size_t n,
                       struct store *store, struct spool_result *result, struct err *err)
{
	int r = store_begin(store, err);

	if (r)
		return r;
	for (size_t i = 0; i < n; i++) {
		r = apply(queue, &batch[i], store, err);
		if (r) {
			store_rollback(store);
			return r;
		}
	}
	r = store_commit(store, err);
	if (r)
		return r;
	for (size_t i = 0; i < n; i++) {
		settle(queue, &batch[i]);
		result->applied += batch[i].fate == APPLIED;
		result->bad += batch[i].fate == BAD;
	}
	return 0;
}

static int apply_queue(const struct queue *queue, size_t n, struct store *store,
                       struct spool_result *result, struct err *err)
{
	for (size_t at = 0; at < n; at += BATCH) {
		size_t length = n - at < BATCH ? n - at : BATCH;
		int r = apply_batch(queue, &queue->waiting[at], length, store, result, err);

		if (r) {
			result->store_code = r;
			return SPOOL_E_STORE;
		}
	}
	return 0;
}

static int take(const char *dir, struct store *store, struct spool_message *messages, size_t n,
                size_t limit, struct spool_result *result, struct err *err)
{
	_cleanup_(queue_deinit) struct queue queue = QUEUE_NULL;
	int unreadable, r;

	*result = (struct spool_result){0};
	unreadable = spool_open(&queue.folder, dir);
	if (unreadable == -ENOENT)
		unreadable = 0;
	r = queue_fill(&queue, messages, n);
	if (r < 0)
		return err_set(err, r, "%s: %s", dir, strerror(-r));
	n = limit && limit < queue.n ? limit : queue.n;
	result->more = n < queue.n;
	r = apply_queue(&queue, n, store, result, err);
	if (r == 0 && unreadable)
		return err_set(err, unreadable, "%s: %s", dir, strerror(-unreadable));
	return r;
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
	return take(dir, store, NULL, 0, limit, result, err);
}

/**
 * spool_take() - the same, all of it, with what came over the socket in its place by the time
 * @messages: borrowed; the fate of each is written, whatever is returned
 *
 * Return: as spool_drain(); messages count also where the folder cannot be read.
 */
int spool_take(const char *dir, struct store *store, struct spool_message *messages, size_t n,
               struct spool_result *result, struct err *err)
{
	return take(dir, store, messages, n, 0, result, err);
}

/**
 * spool_settle() - take in what waits where no watcher does it, before a question is asked
 * @store_dir: where the store is; it is made where there is something for it
 *
 * Trouble is not told: the question meets it, too, and what waits goes on waiting.
 */
void spool_settle(const char *dir, const char *store_dir, unsigned busy_ms)
{
	const struct store_options options = {.create = true, .busy_ms = busy_ms};
	_cleanup_store_ struct store *store = NULL;
	struct spool_result result;

	if (spool_pending(dir) && store_open(&store, store_dir, &options, NULL) == 0)
		(void)!spool_drain(dir, store, 0, &result, NULL);
}
