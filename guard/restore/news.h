/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * news - what the engine tells whoever runs it
 *
 * The engine judges, acts and records; what is said of it, and what else is to be
 * done then, is the listener's. It may not free the engine. Everything that is
 * handed over is borrowed.
 */
#ifndef GUARD_RESTORE_NEWS_H
#define GUARD_RESTORE_NEWS_H

#include "guard/model/ban/banplan.h"
#include "guard/model/cause.h"
#include "guard/model/plan.h"
#include "guard/restore/record.h"
#include "guard/restore/repair.h"

#define NEWS_WHO_SIZE  128
#define NEWS_WHAT_SIZE 256

enum news_kind {
	/* Wipes. */
	NEWS_LOST,   /* loss was judged; episode: as part of this wipe, or NULL; is_old */
	NEWS_ENDED,  /* episode, is_old: a wipe is over, its bans apart */
	NEWS_FAILED, /* episode, item, why: firewalld does not take it, and no other try follows */
	NEWS_CLOSED, /* episode: all of a wipe is settled, its bans too; the last of it */
	NEWS_FIGHT, /* item: required, it goes missing again and again, and comes back ever later */
	NEWS_BREAKER, /* why: wiped again and again, the last time by this; at a slower pace now */
	NEWS_DENIED,  /* firewalld lets the guard change nothing (lockdown); at each try */
	/* firewalld. */
	NEWS_UNREAD,   /* why: it could not be read, or only amid reloads; it is tried again */
	NEWS_SKIPPED,  /* n of its entries are not understood, and not guarded; why: one of them */
	NEWS_STATE,    /* state, as it was read */
	NEWS_TROUBLE,  /* trouble: broken; at each act of repair, and when a person has to do it */
	NEWS_REPAIRED, /* repaired: and works again */
	NEWS_MADE_DO, /* made_do: it has failed to load its files, and mail is open as far as it can
	               */
	NEWS_PENDING, /* pending; once for each time that such an item is opened */
	/* Items. */
	NEWS_ADDED,   /* item, ours, is_ban: came into the runtime */
	NEWS_REMOVED, /* item, is_protected, timed, is_slow: about to be taken from the wanted */
	NEWS_MOVED,   /* item, to: bound there now, and not wanted any more where it was */
	NEWS_LOADED,  /* item, from: an interface, by a wipe, into the zone where it is permanently
	               */
	NEWS_TRUSTED, /* item, trust, stays: of zone trusted, until that end, or for good */
	NEWS_PERMANENT, /* item, withdrawn: has left the permanent configuration, or come back */
	NEWS_ABSORBED,  /* what was read is what is known now: all of NEWS_PERMANENT was told */
	/* Moments. */
	NEWS_QUIET,   /* after changes, for a little while */
	NEWS_IDLE,    /* everything is read and in place, but bans */
	NEWS_SETTLED, /* bans were */
	/* Of an errand alone. */
	NEWS_PLANNED, /* plan, loss: these it would put back */
	NEWS_JUDGED,  /* ban; why it would be left out, or NULL */
	NEWS_UNKNOWN, /* n bans, of which fail2ban could not tell whether they hold */
	NEWS_OVER,
};

struct makeshift_outcome;

/* What is the matter with firewalld, and what is done about it. */
struct news_trouble {
	enum repair_trouble trouble;
	const char *words;  /* what that is, and what it means in the kernel */
	const char *advice; /* what a person types */
	/* What is begun now, or is a person's to do; REPAIR_WAIT: the last one failed, see @why, or
	 * so much of it came that the guard begins in @wait_ms only. */
	enum repair_act act;
	int64_t since_us; /* monotonic; tells this trouble from the one before */
	const char *who;  /* did it; "" when that is not known */
	const char *what; /* of firewalld's it is about; "" when that is all */
	const char *why;  /* the act before it failed; NULL with others */
	int64_t wait_ms;
	bool may_repair; /* the guard is allowed to repair */
};

/* It is over. */
struct news_repaired {
	enum repair_trouble trouble;
	const char *who;
	int64_t since_us, took_us;
	bool ours;  /* the guard acted */
	bool whole; /* else something of it is left as it is */
};

/* Something is open for a time, and while firewalld has a timer for it no reload gets through. */
enum news_pending_act {
	NEWS_PENDING_HELD,   /* the guard keeps its end now, and firewalld has no timer for it */
	NEWS_PENDING_LEFT,   /* it is left to firewalld */
	NEWS_PENDING_FAILED, /* the same, since it could not be taken over: @why */
};

struct news_pending {
	const struct item *item; /* NULL: @trait of @zone, which is none; it is left to firewalld */
	const char *zone, *trait;
	int64_t until_us;
	enum news_pending_act act;
	const char *version; /* of firewalld */
	const char *why;     /* NULL with others */
};

/* What its kind names; all else is empty. */
struct news {
	enum news_kind kind;
	const struct episode *episode;
	const struct loss *loss;
	const struct item *item, *to;
	const char *why;  /* may be NULL */
	const char *from; /* a zone; NULL: not known */
	size_t n;
	const struct plan *plan;
	const struct banplan_rule *ban;
	const struct store_trust *trust;
	const struct news_trouble *trouble;
	const struct news_repaired *repaired;
	const struct news_pending *pending;
	const struct makeshift_outcome *made_do;
	enum firewall_state state;
	bool is_old; /* only what goes missing again and again, which was told once */
	bool ours;   /* the engine did it; else somebody */
	bool is_ban, is_protected;
	bool timed;   /* its own time was over */
	bool is_slow; /* it goes missing so often that it is put back ever later */
	bool withdrawn, stays;
};

struct news_wipe {
	enum wipe_kind kind;
	unsigned n_reloads; /* in one burst */
	int64_t at_us;      /* when the first of them was heard */
};

struct news_listener {
	void (*tell)(const struct news *news, void *userdata);
	/* Asked for a wipe's cause, in words, as they go on record. */
	void (*cause)(const struct news_wipe *wipe, char words[CAUSE_WORDS_SIZE], void *userdata);
	/* Once for each interface that comes into a zone or leaves it (@removed); may be NULL. */
	enum cause_mover (*mover)(const struct item *interface, bool removed, bool zone_is_default,
	                          void *userdata);
	/* Whom fail2ban ignores, as far as it is known; NULL: it is not. */
	const struct strv *(*ignoreip)(void *userdata);
	void *userdata;
};

/* news_tell(listener, NEWS_FAILED, .episode = episode, .item = item, .why = why) */
#define news_tell(listener, what, ...)                                                             \
	(listener)->tell(&(const struct news){.kind = (what), __VA_ARGS__}, (listener)->userdata)

#endif
