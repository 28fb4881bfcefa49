/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * listener - how whoever runs the engine hears what happened
 *
 * The engine judges, acts and records; what is said of it, and what else is to be
 * done then, is the listener's. Each function may be NULL, and none may free the
 * engine. Everything that is handed over is borrowed.
 */
#ifndef GUARD_RESTORE_LISTENER_H
#define GUARD_RESTORE_LISTENER_H

#include "guard/model/ban/banplan.h"
#include "guard/model/cause.h"
#include "guard/model/plan.h"
#include "guard/restore/record.h"
#include "guard/restore/repair.h"

#define LISTENER_WHO_SIZE 128

/* What is the matter with firewalld, and what is done about it. */
struct makeshift_outcome;

struct listener_trouble {
	enum repair_trouble trouble;
	const char *words; /* what that is, and what it means in the kernel */
	/* What is begun now, or is a person's to do; REPAIR_WAIT: the last one failed, see @why, or
	 * so much of it came that the guard begins in @wait_ms only. */
	enum repair_act act;
	const char *who; /* did it; "" when that is not known */
	const char *why; /* the act before it failed; NULL with others */
	int64_t wait_ms;
	bool may_repair; /* the guard is allowed to repair */
};

/* It is over. */
struct listener_repaired {
	enum repair_trouble trouble;
	const char *who;
	int64_t took_us;
	bool ours; /* the guard acted */
};

/* Something is open for a time, and while firewalld has a timer for it no reload gets through. */
enum listener_pending_act {
	LISTENER_PENDING_HELD, /* the guard keeps its end now, and firewalld has no timer for it */
	LISTENER_PENDING_LEFT, /* it is left to firewalld */
	LISTENER_PENDING_FAILED, /* the same, since it could not be taken over: @why */
};

struct listener_pending {
	const struct item *item;
	int64_t until_us;
	enum listener_pending_act act;
	const char *version; /* of firewalld */
	const char *why;     /* NULL with others */
};

struct engine_listener {
	/* Asked for a wipe's cause, in words, as they go on record. */
	void (*cause)(enum wipe_kind kind, unsigned n_reloads, char words[CAUSE_WORDS_SIZE],
	              void *userdata);
	/* Asked once for each interface that comes into a zone or leaves it (@removed). */
	enum cause_mover (*mover)(const struct item *interface, bool removed, bool zone_is_default,
	                          void *userdata);
	/*
	 * What is missing was judged; @episode: as part of this wipe, or NULL; @old_news: it is
	 * only what goes missing again and again.
	 */
	void (*lost)(const struct loss *loss, const struct episode *episode, bool old_news,
	             void *userdata);
	/* A wipe is over, its bans apart. */
	void (*ended)(const struct episode *episode, bool old_news, void *userdata);
	/* firewalld does not take a step, and no other try follows; @why may be NULL. */
	void (*failed)(const struct episode *episode, const struct item *item, const char *why,
	               void *userdata);
	/* All of a wipe is settled, its bans too; the last that is heard of it. */
	void (*closed)(const struct episode *episode, void *userdata);
	/* firewalld could not be read, or only amid reloads; it is tried again. */
	void (*unread)(const char *why, void *userdata);
	/* So many entries of it are not understood, and not guarded; @first: one of them. */
	void (*skipped)(unsigned n, const char *first, void *userdata);
	/* firewalld was read; @broken_off: a reload broke off and left it in state INIT. */
	void (*state)(enum firewall_state state, bool broken_off, void *userdata);
	/* firewalld is broken: at each act of repair, and when a person has to do it. */
	void (*trouble)(const struct listener_trouble *trouble, void *userdata);
	/* And works again. */
	void (*repaired)(const struct listener_repaired *repaired, void *userdata);
	/*
	 * firewalld has failed to load its files; so many items are open in what it holds all the
	 * same, by the guard's doing, and so many wait for their zone.
	 */
	void (*made_do)(const struct makeshift_outcome *outcome, void *userdata);
	/* FAULT_TIMED_RELOAD, and an item with an end; once for each time that it is opened. */
	void (*pending)(const struct listener_pending *pending, void *userdata);
	/* firewalld lets the guard change nothing (lockdown); at each try. */
	void (*denied)(void *userdata);
	/* A required item goes missing again and again, and is put back ever later. */
	void (*fight)(const struct item *item, void *userdata);
	/* firewalld is wiped again and again: restoring goes on at a slower pace. */
	void (*breaker)(const char *cause, void *userdata);
	/* An item that is there has left the permanent configuration, or come back to it. */
	void (*permanent)(const struct item *item, bool withdrawn, void *userdata);
	/* What was read is what is known now: all of permanent() was told. */
	void (*absorbed)(void *userdata);
	/* Somebody added an item to the runtime, or the engine did (@ours). */
	void (*added)(const struct item *item, bool ours, void *userdata);
	/* About to be taken from what is wanted; @timed: its own time was over. */
	void (*removed)(const struct item *item, bool is_protected, bool timed, void *userdata);
	/* Of zone trusted, until that end; @stays: it was made permanent, and nobody ends it. */
	void (*trusted)(const struct item *item, const struct store_trust *trust, bool stays,
	                void *userdata);
	/* Bound somewhere else now, and not wanted any more where it was. */
	void (*moved)(const struct item *from, const struct item *to, void *userdata);
	/* It has been quiet for a moment after changes. */
	void (*quiet)(void *userdata);
	/* Everything is read and in place, but bans. */
	void (*idle)(void *userdata);
	/* Bans were settled. */
	void (*settled)(void *userdata);
	/* An errand would put these back; and this ban, or not: @why it is left out, or NULL. */
	void (*planned)(const struct plan *plan, const struct loss *loss, void *userdata);
	void (*judged)(const struct banplan_rule *ban, const char *why, void *userdata);
	/* Of so many bans of an errand fail2ban could not tell whether they hold. */
	void (*unknown)(size_t n_bans, void *userdata);
	/* An errand is done. */
	void (*over)(void *userdata);
	/* Whom fail2ban ignores, as far as it is known; NULL: it is not. */
	const struct strv *(*ignoreip)(void *userdata);
	void *userdata;
};

#define listener_tell(listener, what, ...)                                                         \
	do {                                                                                       \
		if ((listener)->what)                                                              \
			(listener)->what(__VA_ARGS__ __VA_OPT__(, )(listener)->userdata);          \
	} while (0)

#endif
