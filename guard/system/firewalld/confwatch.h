/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * confwatch - which files below /etc/firewalld were written, moved or removed
 *
 * Names are told, and in which way they changed, since that tells who did it:
 * firewalld writes in place, after a copy to NAME.old; editors and package
 * managers mostly move a new file there. NAME.old itself is not told of. Read after the writer has
 * closed a file, never in between. When too much happened to be told apart, everything counts as
 * changed.
 */
#ifndef GUARD_SYSTEM_FIREWALLD_CONFWATCH_H
#define GUARD_SYSTEM_FIREWALLD_CONFWATCH_H

#include "guard/base/err.h"
#include "guard/system/host/loop.h"

struct confwatch;

struct confwatch_change {
	char *name;    /* owned; below the folder: zones/public.xml, firewalld.conf,
	                * zones/public/10-mail.xml
	                */
	int64_t at_us; /* microseconds UTC; when it was first noticed */
	bool written;  /* in place */
	bool bare;     /* of these, at least once without a copy to NAME.old just before */
	bool moved;    /* a file was moved here, from here, or removed */
	bool to_old;   /* moved from here to NAME.old */
};

struct confwatch_changes {
	struct confwatch_change *changes;
	size_t n, capacity;
	bool all; /* whatever there is may have changed */
};
#define CONFWATCH_CHANGES_NULL ((struct confwatch_changes){0})

typedef void (*confwatch_fn)(void *userdata);

int confwatch_new(struct confwatch **out, struct loop *loop, const char *folder, confwatch_fn fn,
                  void *userdata) _must_check_;
void confwatch_free(struct confwatch *watch); /* before its loop */
DEFINE_CLEANUP(struct confwatch *, confwatch_free, confwatch_cleanup);
int confwatch_take(struct confwatch *watch, struct confwatch_changes *into) _must_check_;
void confwatch_changes_deinit(struct confwatch_changes *changes);
void confwatch_changes_drop(struct confwatch_changes *changes, size_t index);

#endif
