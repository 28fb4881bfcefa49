/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * importer - takes fail2ban's own history into the store, in small pieces
 *
 * Looks at its database, where the configuration or the running server says that it
 * is, when it is told of a change, and now and then; it reads what is new. Between two
 * pieces the loop goes on, and while a wipe is being dealt with nothing is read at
 * all. Bans that are known from there alone, and that the
 * running fail2ban does not hold any more, are ended: an unban deletes the row.
 */
#ifndef GUARD_WATCH_IMPORTER_H
#define GUARD_WATCH_IMPORTER_H

#include "guard/system/fail2ban/fail2ban.h"
#include "guard/system/host/logger.h"
#include "guard/system/host/loop.h"
#include "guard/restore/record.h"

struct importer_options {
	struct loop *loop;
	struct record *record;
	struct logger *logger;
	struct fail2ban *fail2ban;
	bool (*may_work)(void *userdata);
	void *userdata;
};

struct importer;

int importer_new(struct importer **out, const struct importer_options *options) _must_check_;
void importer_free(struct importer *importer);

#endif
