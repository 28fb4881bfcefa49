/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * repair - what to do about a firewalld that is broken, and when (laws 6 and 9)
 *
 * A state machine without clock or I/O. The mildest act comes first: firewalld reloads,
 * twice; if that did not mend it, it is restarted; if that did not, a person has to. Acts
 * that come again and again come ever later.
 */
#ifndef GUARD_RESTORE_REPAIR_H
#define GUARD_RESTORE_REPAIR_H

#include "guard/model/pace.h"
#include "guard/system/kernel/fwtables.h"

/*
 * To type: firewalld loads all of its rules again. 0.9 cannot reload any more once its rules could
 * not be loaded, nor without its three tables; it can start.
 */
#define REPAIR_LOAD_AGAIN "firewall-cmd --reload || systemctl restart firewalld"

/* The graver the later. */
enum repair_trouble {
	REPAIR_NONE,
	REPAIR_CUT,      /* some of firewalld's rules are gone from the kernel */
	REPAIR_REPLACED, /* somebody else's table is in the place of firewalld's */
	REPAIR_FLUSHED,  /* firewalld's rules are gone from the kernel */
	REPAIR_SHUT,     /* a reload left its policy DROP: nothing gets in */
	REPAIR_BROKEN,   /* a reload broke off: firewalld has no zones, or never gets ready */
	REPAIR_FAILED,   /* it has failed to load its files, which its own check passes */
	REPAIR_N_TROUBLES,
};

enum repair_act {
	REPAIR_WAIT,    /* until repair.due_us, and look again then */
	REPAIR_RELOAD,  /* firewalld is to reload */
	REPAIR_RESTART, /* the service manager is to restart it */
	REPAIR_PERSON,  /* the guard has done what it can; it begins anew some time later */
};

/* So many troubles in ten minutes are repaired at once; PACE_WINDOW_US. */
#define REPAIR_LIMIT 5

/* How long a person has before the guard tries all of it once more. */
#define REPAIR_AGAIN_US (600 * INT64_C(1000000))

/* Each try to load files that could not be loaded shuts mail for a moment: not before they are
 * others. */
#define REPAIR_NEVER_US INT64_MAX

struct repair {
	enum repair_trouble trouble;
	enum repair_act next; /* what comes next */
	int64_t due_us;       /* monotonic; not to act before; 0: at once */
	bool restarted;       /* in REPAIR_FAILED, for this trouble */
	bool again;           /* a second reload is next, or was */
	bool refused;         /* a reload of the guard's failed with the files that there are */
	struct pace pace;     /* of troubles */
};
#define REPAIR_NULL ((struct repair){.next = REPAIR_RELOAD, .pace.limit = REPAIR_LIMIT})

enum repair_act repair_noted(struct repair *repair, enum repair_trouble trouble, int64_t now_us);
bool repair_begins(const struct repair *repair, enum repair_trouble trouble);
bool repair_ended(struct repair *repair);
void repair_files_changed(struct repair *repair, int64_t now_us);
const char *repair_words(enum repair_trouble trouble, enum fwtables_gate gate);
const char *repair_advice(enum repair_trouble trouble, bool iptables);
const char *repair_cause(enum repair_trouble trouble);
const char *repair_end(enum repair_trouble trouble);
bool repair_is_flush(enum repair_trouble trouble);

#endif
