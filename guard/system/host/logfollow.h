/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * logfollow - the lines of a log file, as they are written
 *
 * inotify says that something changed, and a look now and then finds what it did
 * not say. A rotation by rename is followed: the old file is read to its end, also
 * what its writer still adds to it, then the new one from its beginning. A file
 * that was cut (copytruncate) begins anew. The file, and its folder, may not be
 * there yet.
 *
 * The position can be kept and given back: then nothing is told twice, and what
 * was written and rotated away meanwhile is told too, if the old file is still in
 * the same folder, not compressed. A sum of the first bytes of the file is part of it,
 * so that another file of the same number is not taken for it; not the bytes: a log may
 * begin with the name of somebody who has logged in.
 */
#ifndef GUARD_SYSTEM_HOST_LOGFOLLOW_H
#define GUARD_SYSTEM_HOST_LOGFOLLOW_H

#include "guard/system/host/loop.h"

#define LOGFOLLOW_HEAD 9

/* A log that is followed for the first time is read from here before its end. */
#define LOGFOLLOW_FIRST_MAX (INT64_C(64) << 20)

struct logfollow_position {
	uint64_t dev, inode;
	int64_t offset;               /* behind the last whole line that was told */
	uint8_t head[LOGFOLLOW_HEAD]; /* of how many of its first bytes, and their sum */
};

struct logfollow_options {
	const char *path;                      /* borrowed until logfollow_new() returns */
	const struct logfollow_position *from; /* NULL: read for the first time */
	/* A whole line, without its newline, not terminated; longer than LINES_MAX: none. */
	void (*on_line)(const char *line, size_t length, void *userdata);
	/* Some lines were told; the position is that behind them. May be NULL. */
	void (*on_progress)(void *userdata);
	/* Why it cannot be read, once for each reason; NULL: now it can. May be NULL. */
	void (*on_trouble)(const char *why, void *userdata);
	void *userdata;
};

struct logfollow;

int logfollow_new(struct logfollow **out, struct loop *loop,
                  const struct logfollow_options *options) _must_check_;
void logfollow_free(struct logfollow *follow); /* before its loop */
DEFINE_CLEANUP(struct logfollow *, logfollow_free, logfollow_cleanup);
/* false: nothing was read yet, and *out is untouched. */
bool logfollow_position(const struct logfollow *follow,
                        struct logfollow_position *out) _must_check_;

#endif
