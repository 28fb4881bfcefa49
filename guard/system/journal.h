/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * journal - log lines for people, and the words that systemd wants to hear
 *
 * One message is one line on standard error. Under journald lines carry their
 * priority as <N>; elsewhere they read "reload-guard: warning: …". What a value
 * may hold is escaped, so a hostile name cannot forge a line. A line that is
 * repeated is written once in JOURNAL_REPEAT_US, with the number of the others.
 *
 * Where standard error is the journal's, lines of some kinds carry fields, so that what
 * became of an item or a jail can be asked for by its name. Without libsystemd, and
 * everywhere else, the line is all.
 *
 * struct journal_notifier speaks sd_notify's protocol; without NOTIFY_SOCKET
 * all of its functions do nothing.
 */
#ifndef GUARD_SYSTEM_JOURNAL_H
#define GUARD_SYSTEM_JOURNAL_H

#include <sys/socket.h>
#include <sys/un.h>

#include "guard/model/err.h"

/* Syslog's numbers. */
enum journal_level {
	JOURNAL_ERROR = 3,
	JOURNAL_WARNING = 4,
	JOURNAL_NOTICE = 5,
	JOURNAL_INFO = 6,
	JOURNAL_DEBUG = 7,
};

#define JOURNAL_LINE_MAX  2048
#define JOURNAL_REPEAT_US (60 * INT64_C(1000000))
#define JOURNAL_N_RECENT  32

struct journal_recent {
	uint64_t hash;
	int64_t written_us; /* 0: the slot is free */
	unsigned long held_back;
};

struct journal {
	int fd;                   /* borrowed; -1: nothing is written */
	enum journal_level level; /* the least important that is written */
	bool prefixed;            /* <N> instead of words */
	int64_t (*now_us)(void);  /* monotonic; a seam for tests */
	struct journal_recent recent[JOURNAL_N_RECENT];
};
#define JOURNAL_NULL ((struct journal){.fd = -1})

void journal_init(struct journal *journal, int fd, int verbosity);
void journal_write(struct journal *journal, enum journal_level level, const char *format, ...)
    _printf_(3, 4);
void journal_flush(struct journal *journal);

/* What a line is about, by which it is found again: each has a MESSAGE_ID of its own. */
enum journal_kind {
	JOURNAL_KIND_NONE,
	JOURNAL_KIND_LOST,     /* a wipe took items */
	JOURNAL_KIND_RESTORED, /* they are back */
	JOURNAL_KIND_FAILED,   /* something could not be restored */
	JOURNAL_KIND_REMOVED,  /* somebody took an item away, on purpose */
	JOURNAL_KIND_BANS_LOST,
	JOURNAL_KIND_BANS_RESTORED,
	JOURNAL_KIND_BAN_LEFT_OUT,
	JOURNAL_N_KINDS,
};

/* Fields beside the message, for journald alone; all but the kind may be missing. */
struct journal_fields {
	enum journal_kind kind;
	int64_t wipe;             /* RELOAD_GUARD_WIPE; 0: none */
	const struct strv *items; /* RELOAD_GUARD_ITEM, one for each; borrowed */
	const char *jail;         /* RELOAD_GUARD_JAIL; borrowed */
	const char *address;      /* RELOAD_GUARD_ADDRESS; borrowed */
};

void journal_write_about(struct journal *journal, enum journal_level level,
                         const struct journal_fields *fields, const char *format, ...)
    _printf_(4, 5);
const char *journal_message_id(enum journal_kind kind);

struct journal_notifier {
	int fd; /* owned; -1: nobody listens */
	struct sockaddr_un address;
	socklen_t address_length;
	int64_t watchdog_us; /* how often the watchdog wants to hear of us, at least; 0: never */
	char status[256];    /* what was told last, so that the same is not told twice */
};
#define JOURNAL_NOTIFIER_NULL ((struct journal_notifier){.fd = -1})

int journal_notifier_init(struct journal_notifier *notifier, struct err *err) _must_check_;
void journal_notifier_deinit(struct journal_notifier *notifier);
void journal_notify_ready(struct journal_notifier *notifier);
void journal_notify_reloading(struct journal_notifier *notifier);
void journal_notify_stopping(struct journal_notifier *notifier);
void journal_notify_watchdog(struct journal_notifier *notifier);
void journal_notify_status(struct journal_notifier *notifier, const char *format, ...)
    _printf_(2, 3);

#endif
