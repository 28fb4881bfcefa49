/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * engine - what is wanted is there, or comes back
 *
 * Hears what happens to firewalld, follows fail2ban, keeps in mind and in the store
 * what the firewall is meant to look like (tracker, record), and after each wipe has
 * it back: services by the cycle, bans by the bankeeper, the ends of timed items by
 * the expiry, which the takeover gives it where firewalld's own timers are a danger.
 * Whoever runs it is told what happened (news), and asks how it stands and what is wanted.
 */
#ifndef GUARD_RESTORE_ENGINE_H
#define GUARD_RESTORE_ENGINE_H

#include "guard/restore/errand.h"
#include "guard/restore/news.h"
#include "guard/system/fail2ban/fail2ban.h"
#include "guard/system/firewalld/firewalld.h"
#include "guard/system/host/config.h"

struct engine;

/* All borrowed, for its life. */
struct engine_options {
	struct loop *loop;
	struct firewalld *fw;
	struct fail2ban *fail2ban;
	struct logger *logger;
	struct record *record;
	const struct config *config; /* what it points to may change: engine_configured() */
	struct bus *bus;             /* for the service manager; NULL: not asked */
	const char *boot_id;
	struct news_listener listener; /* copied */
	const struct errand *errand;   /* copied; NULL: it goes on for ever */
};

/* Where to look, for whoever has a reason. */
enum engine_look {
	ENGINE_LOOK_AT_ALL,       /* that firewalld has, unless a cycle does so anyway */
	ENGINE_LOOK_AT_KERNEL,    /* is what firewalld says in force? Also without a word of the
	                             kernel's */
	ENGINE_LOOK_AT_FILES,     /* firewalld has failed to load them, and would load them now */
	ENGINE_LOOK_AT_NEW_FILES, /* the same, and they are others than those that it failed over */
};

/* What was written into a file of firewalld's. */
enum engine_edit {
	ENGINE_EDITED_OUT, /* an item is not in it any more, by somebody other than firewalld */
	ENGINE_EDITED_IN,  /* and is again */
	ENGINE_WRITTEN,    /* it is in it now, by our own wish */
};

/* How it stands. */
struct engine_state {
	bool present;        /* firewalld is there */
	bool idle;           /* and everything is read and in place, but bans */
	bool busy;           /* something is read or put back just now, which comes first */
	bool known;          /* what is wanted comes from firewalld, or from a snapshot */
	bool compared;       /* it has been compared with firewalld */
	enum wipe_kind kind; /* of the wipe that it is about; WIPE_UNKNOWN: none, or not told */
	const struct tickets *tickets; /* of fail2ban, as last read; borrowed; NULL: not known */
};

int engine_new(struct engine **out, const struct engine_options *options) _must_check_;
void engine_free(struct engine *engine); /* before firewalld, fail2ban and the record */

/* What it is told. */
void engine_hear(struct engine *engine, const struct firewalld_event *event);
void engine_configured(struct engine *engine);
void engine_edited(struct engine *engine, const struct item *item, enum engine_edit edit);
void engine_look(struct engine *engine, enum engine_look where);
bool engine_store(struct engine *engine);

/* What it is asked. */
struct engine_state engine_now(const struct engine *engine);
size_t engine_n_open_bans(const struct engine *engine);
const struct firewall *engine_wanted(const struct engine *engine);

#endif
