/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * event - the kinds of lines that the history has, in one table
 *
 * The first ones are made from their own tables (a wipe and what it took, what was
 * put back, bans); the others are put on record as they happen.
 */
#ifndef GUARD_MODEL_EVENT_H
#define GUARD_MODEL_EVENT_H

#include "guard/model/loss.h"

enum event_kind {
	EVENT_WIPE,
	EVENT_LOSS,
	EVENT_RESTORE,
	EVENT_BAN,
	EVENT_UNBAN,
	/* from here on: put on record */
	EVENT_START,  /* of the guard */
	EVENT_STOP,   /* likewise */
	EVENT_CONFIG, /* was read again */
	EVENT_STORE,  /* what it could not take */
	EVENT_FIREWALLD_GONE,
	EVENT_FIREWALLD_BACK,
	EVENT_FIREWALLD_FAILED,
	EVENT_FIREWALLD_SILENT,  /* it does not answer */
	EVENT_FIREWALLD_ANSWERS, /* it does again, or is gone */
	EVENT_FLUSHED,           /* its rules, out of the kernel, by somebody else */
	EVENT_REPAIR,            /* what the guard did about it, or that it is over */
	EVENT_DEFAULT_ZONE,
	EVENT_PANIC,
	EVENT_LOCKDOWN,
	EVENT_BREAKER, /* law 6; of an item, or of firewalld as a whole */
	EVENT_AT_RISK,
	EVENT_MOVED, /* an interface, by what is permanent, away from what is open */
	EVENT_ZONE_FILE_CHANGED,
	/* of one item */
	EVENT_INTENT_REMOVED,
	EVENT_PERMANENT_REMOVED,
	EVENT_EXPIRED,
	EVENT_RELEASED,
	EVENT_PROTECTED_AGAIN,
	EVENT_TRUSTED, /* for a while, or, made permanent, for good */
	EVENT_PERSIST, /* or a summary of a command, without an item */
	EVENT_SETUP,   /* what `setup` did, and what became of that */
	/* fail2ban and bans */
	EVENT_FAIL2BAN,
	EVENT_JAIL_START,
	EVENT_JAIL_STOP,
	EVENT_GAP,
	EVENT_BAN_KEPT,
	EVENT_BAN_TAKEN_BACK,
	EVENT_CONFLICT,
	/* rules of other programs, which firewalld took */
	EVENT_OTHERS_LOST,
	EVENT_OTHERS_BACK,
	EVENT_N_KINDS,
};

/* Several kinds, as bits. */
#define EVENT_BIT(kind) (UINT64_C(1) << (kind))

/* Somebody let an item go, or its time was over: it does not come back by itself (law 1). */
#define EVENT_LET_GO                                                                               \
	(EVENT_BIT(EVENT_INTENT_REMOVED) | EVENT_BIT(EVENT_PERMANENT_REMOVED) |                    \
	 EVENT_BIT(EVENT_EXPIRED) | EVENT_BIT(EVENT_RELEASED))

#define EVENT_N_FILTERS (EVENT_N_KINDS + WIPE_N_KINDS)

const char *event_kind_name(enum event_kind kind);
const char *event_words(const char *name);
const char *event_name(const char *words);
bool event_is(const char *name, enum event_kind kind);
bool event_is_recorded(enum event_kind kind);
const char *event_filter(size_t index);

#endif
