// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/watch/learner.h"

#include <errno.h>
#include <string.h>

#include "guard/system/clock.h"
#include "guard/system/logfollow.h"
#include "guard/watch/learned.h"

_Static_assert(LOGFOLLOW_HEAD == STORE_LOG_HEAD, "the store keeps what the follower needs");

/* Logins come in crowds; one transaction for each is too much, and a minute too late. */
#define PUT_MS   2000
#define RETRY_MS 10000

struct log {
	struct learner *learner;
	char *path; /* owned */
	struct logfollow *follow;
	struct log *next;
};

struct learner {
	struct learner_options options;
	struct loop_source *timer;
	struct learned learned;
	struct log *logs;
	bool progress;     /* some log was read further than the store knows */
	bool told_trouble; /* with the store */
};

/* --- what was read ------------------------------------------------------------------------- */

static void on_line(const char *line, size_t length, void *userdata)
{
	struct log *log = userdata;

	/* without memory a login is not learned; the next one is */
	if (learned_line(&log->learner->learned, line, length, clock_now_us()) < 0)
		return;
}

static void on_progress(void *userdata)
{
	struct log *log = userdata;

	log->learner->progress = true;
	if (!loop_timer_is_set(log->learner->timer))
		loop_timer_set(log->learner->timer, PUT_MS);
}

static void on_trouble(const char *why, void *userdata)
{
	struct log *log = userdata;
	struct journal *journal = log->learner->options.journal;

	if (!why)
		journal_write(journal, JOURNAL_NOTICE, "learning from %s again", log->path);
	else
		journal_write(journal, JOURNAL_WARNING, "logins cannot be learned from %s", why);
}

/* --- into the store ------------------------------------------------------------------------ */

static int put_position(struct store *store, const struct log *log, struct err *err)
{
	struct logfollow_position position;
	struct store_log_position row;

	if (!logfollow_position(log->follow, &position))
		return 0;
	row = (struct store_log_position){.dev = position.dev,
	                                  .inode = position.inode,
	                                  .offset = position.offset,
	                                  .n_head = position.n_head,
	                                  .at_us = clock_now_us()};
	memcpy(row.head, position.head, sizeof(row.head));
	return store_log_position_put(store, log->path, &row, err);
}

static int put_all(struct learner *learner, struct store *store, struct err *err)
{
	int r = store_begin(store, err);

	if (r)
		return r;
	r = learned_put(&learner->learned, store, err);
	for (const struct log *log = learner->logs; log && r == 0; log = log->next)
		r = put_position(store, log, err);
	if (r == 0)
		return store_commit(store, err);
	store_rollback(store);
	return r;
}

static void put(struct learner *learner)
{
	struct store *store = record_store(learner->options.record);
	struct err err = ERR_NULL;
	bool some = learner->learned.n > 0;
	int r;

	if (!learner->progress)
		return;
	r = store ? put_all(learner, store, &err) : STORE_E_ABSENT;
	if (r != 0) {
		if (store && !learner->told_trouble)
			journal_write(learner->options.journal, JOURNAL_WARNING,
			              "what was learned cannot be stored yet: %s",
			              err_text(&err, r));
		learner->told_trouble = store != NULL;
		loop_timer_set(learner->timer, RETRY_MS);
		return;
	}
	learner->told_trouble = false;
	learner->progress = false;
	learned_clear(&learner->learned);
	if (some && learner->options.on_learned)
		learner->options.on_learned(learner->options.userdata);
}

static void on_due(void *userdata)
{
	put(userdata);
}

/* --- the logs ------------------------------------------------------------------------------ */

static void log_free(struct log *log)
{
	logfollow_free(log->follow);
	free(log->path);
	free(log);
}

/* Where the guard that ran before had come to; false: nowhere. */
static bool position_of(struct learner *learner, const char *path, struct logfollow_position *out)
{
	struct store *store = record_store(learner->options.record);
	struct store_log_position row;
	struct err err = ERR_NULL;
	int r;

	if (!store)
		return false;
	r = store_log_position_get(store, path, &row, &err);
	if (r != 0 && r != STORE_E_NOT_FOUND)
		journal_write(learner->options.journal, JOURNAL_WARNING,
		              "how far %s was read is not known, so it is read anew: %s", path,
		              err_text(&err, r));
	if (r != 0)
		return false;
	*out = (struct logfollow_position){
	    .dev = row.dev, .inode = row.inode, .offset = row.offset, .n_head = row.n_head};
	memcpy(out->head, row.head, sizeof(out->head));
	return true;
}

static int log_new(struct learner *learner, const char *path, struct log **out)
{
	struct log *log = calloc(1, sizeof(*log));
	struct logfollow_options options = {.path = path,
	                                    .on_line = on_line,
	                                    .on_progress = on_progress,
	                                    .on_trouble = on_trouble,
	                                    .userdata = log};
	struct logfollow_position from;
	int r;

	if (!log)
		return -ENOMEM;
	log->learner = learner;
	log->path = strdup(path);
	if (position_of(learner, path, &from))
		options.from = &from;
	r = log->path ? logfollow_new(&log->follow, learner->options.loop, &options) : -ENOMEM;
	if (r < 0) {
		log_free(log);
		return r;
	}
	*out = log;
	return 0;
}

static bool is_followed(const struct learner *learner, const char *path)
{
	for (const struct log *log = learner->logs; log; log = log->next)
		if (strcmp(log->path, path) == 0)
			return true;
	return false;
}

/**
 * learner_set_logs() - follow these logs, and no others
 * @paths: borrowed; absolute
 *
 * Return: 0; -ENOMEM. A path that cannot be followed is told, and left out.
 */
int learner_set_logs(struct learner *learner, const struct strv *paths)
{
	/* what is given up is put first: its position would be forgotten with it */
	put(learner);
	for (struct log **link = &learner->logs; *link;) {
		struct log *log = *link;

		if (strv_contains(paths, log->path)) {
			link = &log->next;
			continue;
		}
		*link = log->next;
		log_free(log);
	}
	for (size_t i = 0; i < paths->n; i++) {
		struct log *log;
		int r;

		if (is_followed(learner, paths->strings[i]))
			continue;
		r = log_new(learner, paths->strings[i], &log);
		if (r == -ENOMEM)
			return r;
		if (r < 0) {
			journal_write(learner->options.journal, JOURNAL_WARNING,
			              "%s cannot be followed: %s", paths->strings[i], strerror(-r));
			continue;
		}
		log->next = learner->logs;
		learner->logs = log;
	}
	return 0;
}

/** learner_new() - it follows nothing yet; Return: 0 or a negative errno */
int learner_new(struct learner **out, const struct learner_options *options)
{
	_cleanup_(learner_cleanup) struct learner *learner = calloc(1, sizeof(*learner));
	int r;

	if (!learner)
		return -ENOMEM;
	learner->options = *options;
	learner->learned.zone = clock_local_zone();
	r = loop_add_timer(options->loop, &learner->timer, on_due, learner);
	if (r < 0)
		return r;
	*out = steal(learner);
	return 0;
}

/** learner_free() - puts what is left into the store first; NULL is fine */
void learner_free(struct learner *learner)
{
	if (!learner)
		return;
	learner->options.on_learned = NULL;
	put(learner);
	while (learner->logs) {
		struct log *log = learner->logs;

		learner->logs = log->next;
		log_free(log);
	}
	loop_remove(learner->timer);
	learned_deinit(&learner->learned);
	free(learner);
}
