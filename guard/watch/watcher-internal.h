/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * watcher-internal - what watcher.c (the daemon) and cycle.c (its work) share
 *
 * A cycle begins with a wipe, or with the wish to look again, and goes through
 * reading, judging, restoring and reading everything once more, until the
 * watcher is idle. A new wipe ends the cycle that is under way and begins another.
 */
#ifndef GUARD_WATCH_WATCHER_INTERNAL_H
#define GUARD_WATCH_WATCHER_INTERNAL_H

#include "guard/model/pace.h"
#include "guard/system/host/bootid.h"
#include "guard/system/host/busname.h"
#include "guard/system/host/config.h"
#include "guard/system/kernel/dropchain.h"
#include "guard/system/fail2ban/fail2ban.h"
#include "guard/system/host/logger.h"
#include "guard/watch/attribution.h"
#include "guard/watch/clientwatch.h"
#include "guard/restore/gapkeeper.h"
#include "guard/restore/bankeeper.h"
#include "guard/restore/record.h"
#include "guard/restore/restorer.h"
#include "guard/restore/tracker.h"
#include "guard/watch/watcher.h"

#define ANNOUNCE_WIPE_SIZE CAUSE_WORDS_SIZE

struct cycle {
	enum wipe_kind kind; /* WIPE_UNKNOWN while nothing but looking is going on */
	bool tell;           /* a wipe that has not been put on record yet */
	bool looked;         /* firewalld was judged at least once since it appeared */
	bool whole;          /* the reading under way is of everything */
	int64_t at_us;       /* of the wipe */
	unsigned n_reloads;  /* that came in one burst */
	bool held;           /* bindings wait for what NetworkManager says */
	unsigned gaps;       /* as counted when the reading under way began */
	unsigned attempts;   /* of reading in a row, that failed */
	unsigned tries;      /* of restoring, the same */
	struct strv zones;   /* what the reading under way is of, unless whole */
	struct firewalld_op *reading;
	struct episode *heard;   /* owned; a wipe of which it is not known yet what it took */
	struct episode *episode; /* owned; a wipe whose losses are being restored */
	struct restorer *restorer;
	struct restorer *retired; /* of the cycle before; what it sent may still be under way */
	/* From before a crash of the guard: what it had not yet restored. */
	struct store_unfinished_list unfinished;
};

/* A call about one item that is under way; the watcher owns it. */
struct item_call {
	struct watcher *watcher;
	struct item item; /* owned */
	struct item_call *next, **link;
};

struct edits;
struct risk;

struct watcher {
	const struct watcher_options *options; /* borrowed */
	struct config config;
	struct logger *logger; /* borrowed */
	struct logger_notifier notifier;
	struct loop *loop;
	struct bus *bus;
	struct firewalld *fw;
	struct attribution *attribution;
	struct busname *network_manager;
	struct record *record;
	struct fail2ban *fail2ban;
	struct fail2banwatch *fail2banwatch;
	struct clientwatch *clients;
	struct gapkeeper *gapkeeper;
	struct risk *risk;
	struct bankeeper *bans;
	struct edits *edits;
	struct tracker tracker;
	struct cycle cycle;
	struct pace pace;      /* of wipes */
	int64_t hold_until_us; /* monotonic; in a loop of reloads nothing is read before */
	char boot_id[BOOTID_SIZE];
	char *instance;          /* of firewalld, as it appeared last */
	bool present;            /* firewalld is there */
	bool idle;               /* present, everything read, nothing to restore */
	struct item_call *calls; /* what is under way to firewalld beside the cycle */
	unsigned gaps;           /* how often something may have happened that was not heard of */
	unsigned compared_gaps;  /* of these, before all was compared with firewalld last */
	struct firewalld_op *probe; /* the canary that is under way */
	unsigned n_probes;
	struct nfsocket nft;   /* to look for the policy DROP that a reload left behind */
	unsigned n_shut;       /* probes in a row that found it */
	unsigned n_persisting; /* writes to the permanent configuration under way */
	bool told_ready;
	bool told_lockdown;             /* since something was last restored */
	enum firewall_state told_state; /* what was last said about its state */
	int64_t snapshot_id;            /* of what was last stored */
	/* Enforcing `require` against somebody who removes it again and again slows down. */
	struct pace_items required;
	char failed_reload[CAUSE_WORDS_SIZE]; /* who called for the last one that came to nothing */
	int64_t failed_reload_us;             /* monotonic; 0: none */
	char last_wipe[160];                  /* for the status line; "" : none yet */
	struct loop_source *read_timer;       /* try to read (and restore) again */
	struct loop_source *refresh_timer;    /* look at everything, now that it is quiet */
	struct loop_source *snapshot_timer;   /* store what is meant */
	struct loop_source *audit_timer;      /* ask whether all is still there */
	struct loop_source *expiry_timer;     /* take away what was opened for a time */
};

/* watcher.c */
void watcher_went_idle(struct watcher *watcher);
int64_t watcher_store_snapshot(struct watcher *watcher);
void watcher_store_if_dirty(struct watcher *watcher);
void watcher_tell_status(struct watcher *watcher);
void watcher_out_of_memory(struct watcher *watcher);
struct item_call *item_call_new(struct watcher *watcher, const struct item *item) _must_check_;
void item_call_free(struct item_call *call);

/* audit.c */
void audit_due(void *userdata);
void audit_now(struct watcher *watcher);
void audit_plan(struct watcher *watcher);

/* expiry.c */
void expiry_plan(struct watcher *watcher);
void expiry_due(void *userdata);

/* tell.c */
const char *announce_wipe(const struct watcher *watcher, char buffer[ANNOUNCE_WIPE_SIZE]);
const char *announce_failed_reload(const struct watcher *watcher);
void announce_default_zone(struct watcher *watcher, const char *zone);
void announce_removal(struct watcher *watcher, const struct item *item, bool timed);
void announce_fight(struct watcher *watcher, const struct item *item);
bool announce_is_old_news(const struct watcher *watcher, const struct loss *loss);
void announce_lockdown(struct watcher *watcher);
void announce_loss(struct watcher *watcher, const struct loss *loss);

/* cycle.c */
void cycle_begin(struct watcher *watcher, enum wipe_kind kind, int64_t at_us);
void cycle_look(struct watcher *watcher);
void cycle_read_again(struct watcher *watcher);
void cycle_panic_ended(struct watcher *watcher);
void cycle_stop(struct watcher *watcher, const char *why);
void cycle_deinit(struct cycle *cycle);

#endif
