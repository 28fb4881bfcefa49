/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * spool - ban events that could not be told to the watcher, one small file each
 *
 * The fail2ban hook leaves a file here when the watcher does not answer in time; the watcher
 * takes the files in, and where none runs the next question does, in the order in which they
 * were written. Files are complete or not there: written under another name, renamed. What the
 * hook tells the watcher over its socket is the same text. What is read back is hostile until
 * checked, and an event counts once, by its number, in whatever way and however often it comes.
 *
 * @dir is the spool folder itself, STATE/spool; made 0700 where it is missing.
 */
#ifndef GUARD_SYSTEM_HOST_SPOOL_H
#define GUARD_SYSTEM_HOST_SPOOL_H

#include <sys/types.h>

#include "guard/system/store/store.h"

enum {
	SPOOL_E_FULL = 1, /* SPOOL_FILES_MAX files wait already, or no space on the disk */
	SPOOL_E_STORE,    /* the store refused; the files are kept for the next time */
};

#define SPOOL_DIR       "spool"
#define SPOOL_FILES_MAX 100000
#define SPOOL_BAD_MAX   1000
#define SPOOL_SIZE_MAX  32768

struct spool_result {
	size_t applied;
	size_t bad;     /* set aside as NAME.bad */
	bool more;      /* the limit was reached: call again */
	int store_code; /* what the store said, with SPOOL_E_STORE */
};

/* What came over the socket. */
struct spool_message {
	char *text; /* borrowed */
	size_t length;
	enum {
		SPOOL_WAITS,   /* not on record yet */
		SPOOL_TAKEN,   /* on record, now or before */
		SPOOL_REFUSED, /* no event */
	} fate;
};

/* spool-write.c: nothing in there needs the database */
ssize_t spool_text(char *out, const struct store_ban_event *event, struct err *err) _must_check_;
void spool_event_id(char *out);
int spool_write(const char *dir, const struct store_ban_event *event, struct err *err) _must_check_;
bool spool_pending(const char *dir);

int spool_drain(const char *dir, struct store *store, size_t limit, struct spool_result *result,
                struct err *err) _must_check_;
int spool_take(const char *dir, struct store *store, struct spool_message *messages, size_t n,
               struct spool_result *result, struct err *err) _must_check_;
void spool_settle(const char *dir, const char *store_dir, unsigned busy_ms);

#endif
