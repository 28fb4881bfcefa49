// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/watch/loginwatch.h"

#include <errno.h>
#include <string.h>

#include "guard/system/host/clock.h"
#include "guard/system/host/logfollow.h"
#include "guard/system/kernel/gateways.h"
#include "guard/watch/logins.h"

_Static_assert(LOGFOLLOW_HEAD == STORE_LOG_HEAD, "the store keeps what the follower needs");

/* Logins come in crowds; one transaction for each is too much, and a minute too late. */
#define PUT_MS   2000
#define RETRY_MS 10000
/* Bridges come and go with containers. */
#define NOBODYS_US (INT64_C(1000) * PUT_MS)
/* A log of so many lines, none of which is a mail server's, is told of. */
#define STRANGE_MAX 500
/* One of so many logins, none of which says from where, likewise. */
#define NOWHERE_MAX 20

struct log {
	struct loginwatch *loginwatch;
	char *path; /* owned */
	struct logfollow *follow;
	struct journal journal;
	unsigned n_strange; /* lines that nobody known has written; of no interest once known */
	unsigned n_nowhere; /* logins that do not say from where; of no interest once one does */
	bool known;         /* some line was a mail server's */
	bool placed;        /* some login said from where */
	struct log *next;
};

struct loginwatch {
	struct loginwatch_options options;
	struct loop_source *timer;
	struct logins logins;
	struct rangeset nobodys; /* addresses that no client is known by */
	int64_t nobodys_us;      /* monotonic; when they were read; 0: never */
	bool forget;             /* some of them may have been learned before they were */
	struct log *logs;
	bool progress;     /* some log was read further than the store knows */
	bool told_trouble; /* with the store */
};

/* --- what was read ------------------------------------------------------------------------- */

/* Law 2: what cannot be read is as it was. */
static void read_nobodys(struct loginwatch *loginwatch)
{
	struct rangeset nobodys = RANGESET_NULL;
	int64_t now_us = clock_monotonic_us();

	if (loginwatch->nobodys_us && now_us - loginwatch->nobodys_us < NOBODYS_US)
		return;
	loginwatch->nobodys_us = now_us;
	if (gateways_find(&nobodys, NULL) == 0) {
		loginwatch->forget |= !rangeset_covers(&loginwatch->nobodys, &nobodys);
		rangeset_deinit(&loginwatch->nobodys);
		loginwatch->nobodys = nobodys;
	} else {
		rangeset_deinit(&nobodys);
	}
}

/* A wrong file, or a form that nobody has thought of: silence would look like no logins. */
static void judge(struct log *log, bool known)
{
	struct logger *logger = log->loginwatch->options.logger;

	if (known && log->n_strange >= STRANGE_MAX && !log->known)
		logger_write(logger, LOGGER_NOTICE, "lines of %s are understood now", log->path);
	log->known |= known;
	if (!log->known && ++log->n_strange == STRANGE_MAX)
		logger_write(logger, LOGGER_WARNING,
		             "nothing is learned from %s: none of its %u lines so far was read as "
		             "one of Dovecot or of Postfix's smtpd; check learn-logs, and the "
		             "form of the log",
		             log->path, log->n_strange);
}

/* Through a socket of this machine they come from nowhere; all of them do not. */
static void judge_places(struct log *log, const struct logins *before)
{
	const struct logins *now = &log->loginwatch->logins;

	log->placed |= now->n_placed > before->n_placed;
	if (now->n_nowhere == before->n_nowhere || log->placed || ++log->n_nowhere != NOWHERE_MAX)
		return;
	logger_write(log->loginwatch->options.logger, LOGGER_WARNING,
	             "nothing is learned from the %u logins of %s so far: none says from where; "
	             "Dovecot writes rip= when login_log_format_elements has it",
	             log->n_nowhere, log->path);
}

static void on_line(const char *line, size_t length, void *userdata)
{
	struct log *log = userdata;
	struct logins *logins = &log->loginwatch->logins;
	const struct logins before = *logins;

	read_nobodys(log->loginwatch);
	/* without memory a login is not learned; the next one is */
	if (logins_line(logins, &log->journal, line, length, clock_now_us()) < 0)
		return;
	judge(log, logins->n_known > before.n_known);
	judge_places(log, &before);
}

static void on_progress(void *userdata)
{
	struct log *log = userdata;

	log->loginwatch->progress = true;
	if (!loop_timer_is_set(log->loginwatch->timer))
		loop_timer_set(log->loginwatch->timer, PUT_MS);
}

static void on_trouble(const char *why, void *userdata)
{
	struct log *log = userdata;
	struct logger *logger = log->loginwatch->options.logger;

	if (!why)
		logger_write(logger, LOGGER_NOTICE, "learning from %s again", log->path);
	else
		logger_write(logger, LOGGER_WARNING, "logins cannot be learned from %s", why);
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
	                                  .n_head = sizeof(position.head),
	                                  .at_us = clock_now_us()};
	memcpy(row.head, position.head, sizeof(row.head));
	return store_log_position_put(store, log->path, &row, err);
}

static int put_all(struct loginwatch *loginwatch, struct store *store, struct err *err)
{
	int r = store_begin(store, err);

	if (r)
		return r;
	r = logins_put(&loginwatch->logins, store, err);
	if (r == 0 && loginwatch->forget)
		r = logins_forget(store, &loginwatch->nobodys, err);
	for (const struct log *log = loginwatch->logs; log && r == 0; log = log->next)
		r = put_position(store, log, err);
	if (r == 0)
		return store_commit(store, err);
	store_rollback(store);
	return r;
}

static void put(struct loginwatch *loginwatch)
{
	struct store *store = record_store(loginwatch->options.record);
	struct err err = ERR_NULL;
	bool some = loginwatch->logins.n > 0 || loginwatch->forget;
	int r;

	if (!loginwatch->progress)
		return;
	r = store ? put_all(loginwatch, store, &err) : STORE_E_ABSENT;
	if (r != 0) {
		if (store && !loginwatch->told_trouble)
			logger_write(loginwatch->options.logger, LOGGER_WARNING,
			             "what was learned cannot be stored yet: %s",
			             err_text(&err, r));
		loginwatch->told_trouble = store != NULL;
		loop_timer_set(loginwatch->timer, RETRY_MS);
		return;
	}
	loginwatch->told_trouble = false;
	loginwatch->progress = loginwatch->forget = false;
	logins_clear(&loginwatch->logins);
	if (some && loginwatch->options.on_learned)
		loginwatch->options.on_learned(loginwatch->options.userdata);
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
static bool position_of(struct loginwatch *loginwatch, const char *path,
                        struct logfollow_position *out)
{
	struct store *store = record_store(loginwatch->options.record);
	struct store_log_position row;
	struct err err = ERR_NULL;
	int r;

	if (!store)
		return false;
	r = store_log_position_get(store, path, &row, &err);
	if (r != 0 && r != STORE_E_NOT_FOUND)
		logger_write(loginwatch->options.logger, LOGGER_WARNING,
		             "how far %s was read is unknown, so it is read again: %s", path,
		             err_text(&err, r));
	if (r != 0)
		return false;
	*out =
	    (struct logfollow_position){.dev = row.dev, .inode = row.inode, .offset = row.offset};
	memcpy(out->head, row.head, sizeof(out->head));
	return true;
}

static int log_new(struct loginwatch *loginwatch, const char *path, struct log **out)
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
	log->loginwatch = loginwatch;
	log->path = strdup(path);
	/* an export cannot be read from where another guard has left off */
	log->journal.begun = true;
	if (position_of(loginwatch, path, &from))
		options.from = &from;
	r = log->path ? logfollow_new(&log->follow, loginwatch->options.loop, &options) : -ENOMEM;
	if (r < 0) {
		log_free(log);
		return r;
	}
	*out = log;
	return 0;
}

static bool is_followed(const struct loginwatch *loginwatch, const char *path)
{
	for (const struct log *log = loginwatch->logs; log; log = log->next)
		if (strcmp(log->path, path) == 0)
			return true;
	return false;
}

/**
 * loginwatch_set_logs() - follow these logs, and no others
 * @paths: borrowed; absolute
 *
 * Return: 0; -ENOMEM. A path that cannot be followed is told, and left out.
 */
int loginwatch_set_logs(struct loginwatch *loginwatch, const struct strv *paths)
{
	/* what is given up is put first: its position would be forgotten with it */
	put(loginwatch);
	for (struct log **link = &loginwatch->logs; *link;) {
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

		if (is_followed(loginwatch, paths->strings[i]))
			continue;
		r = log_new(loginwatch, paths->strings[i], &log);
		if (r == -ENOMEM)
			return r;
		if (r < 0) {
			logger_write(loginwatch->options.logger, LOGGER_WARNING,
			             "%s cannot be followed: %s", paths->strings[i], strerror(-r));
			continue;
		}
		log->next = loginwatch->logs;
		loginwatch->logs = log;
	}
	return 0;
}

/** loginwatch_new() - it follows nothing yet; Return: 0 or a negative errno */
int loginwatch_new(struct loginwatch **out, const struct loginwatch_options *options)
{
	_cleanup_(loginwatch_cleanup) struct loginwatch *loginwatch =
	    calloc(1, sizeof(*loginwatch));
	int r;

	if (!loginwatch)
		return -ENOMEM;
	loginwatch->options = *options;
	loginwatch->logins.zone = clock_local_zone();
	loginwatch->logins.nobodys = &loginwatch->nobodys;
	r = loop_add_timer(options->loop, &loginwatch->timer, on_due, loginwatch);
	if (r < 0)
		return r;
	*out = steal(loginwatch);
	return 0;
}

/** loginwatch_free() - puts what is left into the store first; NULL is fine */
void loginwatch_free(struct loginwatch *loginwatch)
{
	if (!loginwatch)
		return;
	loginwatch->options.on_learned = NULL;
	put(loginwatch);
	while (loginwatch->logs) {
		struct log *log = loginwatch->logs;

		loginwatch->logs = log->next;
		log_free(log);
	}
	loop_remove(loginwatch->timer);
	logins_deinit(&loginwatch->logins);
	rangeset_deinit(&loginwatch->nobodys);
	free(loginwatch);
}
