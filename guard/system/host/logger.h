/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * logger - log lines for people
 *
 * One message is one line on standard error. Under journald lines carry their
 * priority as <N>; elsewhere they read "reload-guard: warning: …". What a value
 * may hold is escaped, so a hostile name cannot forge a line. A line that is
 * repeated is written once in LOGGER_REPEAT_US, with the number of the others.
 *
 * Where standard error is the journal's, lines of some kinds carry fields, so that what
 * became of an item or a jail can be asked for by its name. Without libsystemd, and
 * everywhere else, the line is all.
 */
#ifndef GUARD_SYSTEM_HOST_LOGGER_H
#define GUARD_SYSTEM_HOST_LOGGER_H

#include "guard/base/err.h"

/* Syslog's numbers. */
enum logger_level {
	LOGGER_ERROR = 3,
	LOGGER_WARNING = 4,
	LOGGER_NOTICE = 5,
	LOGGER_INFO = 6,
	LOGGER_DEBUG = 7,
};

#define LOGGER_LINE_MAX  2048
#define LOGGER_REPEAT_US (60 * INT64_C(1000000))
#define LOGGER_N_RECENT  32

struct logger_recent {
	uint64_t hash;
	int64_t written_us; /* 0: the slot is free */
	unsigned long held_back;
};

struct logger {
	int fd;                  /* borrowed; -1: nothing is written */
	enum logger_level level; /* the least important that is written */
	bool prefixed;           /* <N> instead of words */
	size_t columns;          /* of the terminal that it is; 0: lines as long as they are */
	int64_t (*now_us)(void); /* monotonic; a seam for tests */
	struct logger_recent recent[LOGGER_N_RECENT];
};
#define LOGGER_NULL ((struct logger){.fd = -1})

void logger_init(struct logger *logger, int fd, int verbosity);
void logger_write(struct logger *logger, enum logger_level level, const char *format, ...)
    _printf_(3, 4);
void logger_flush(struct logger *logger);

/* What a line is about, by which it is found again: each has a MESSAGE_ID of its own. */
enum logger_kind {
	LOGGER_KIND_NONE,
	LOGGER_KIND_LOST,     /* a wipe took items */
	LOGGER_KIND_RESTORED, /* they are back */
	LOGGER_KIND_FAILED,   /* something could not be restored */
	LOGGER_KIND_REMOVED,  /* somebody took an item away, on purpose */
	LOGGER_KIND_BANS_LOST,
	LOGGER_KIND_BANS_RESTORED,
	LOGGER_KIND_BAN_LEFT_OUT,
	LOGGER_N_KINDS,
};

/* Fields beside the message, for journald alone; all but the kind may be missing. */
struct logger_fields {
	enum logger_kind kind;
	int64_t wipe;             /* RELOAD_GUARD_WIPE; 0: none */
	int64_t occasion;         /* 0: none; no field: of another it is another line */
	const struct strv *items; /* RELOAD_GUARD_ITEM, one for each; borrowed */
	const char *jail;         /* RELOAD_GUARD_JAIL; borrowed */
	const char *address;      /* RELOAD_GUARD_ADDRESS; borrowed */
};

void logger_write_about(struct logger *logger, enum logger_level level,
                        const struct logger_fields *fields, const char *format, ...) _printf_(4, 5);
const char *logger_message_id(enum logger_kind kind);

#endif
