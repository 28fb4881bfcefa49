/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * store - everything that must outlive the process, in one SQLite file
 *
 * DIR/guard.db: what the firewall looked like (snapshots), what wipes took and
 * what became of it (the journal of law 4), bans, client ranges, events. WAL
 * with synchronous=FULL: what a function returned 0 for survives a power cut.
 *
 * Return values: 0, a negative errno, or one of STORE_E_*, which the caller
 * handles: a store that cannot be used never stops a restore. A function that
 * did not return 0 has changed nothing in the file. After STORE_E_CORRUPT the
 * store must be closed; store_open() with set_aside makes a new one.
 *
 * Texts in what a callback gets are borrowed and valid during the call alone;
 * a callback must not call the store again; what it returns other than 0 ends
 * the listing and is returned. Times are microseconds since the epoch, UTC.
 * One thread; a struct store must not be carried across fork().
 */
#ifndef GUARD_SYSTEM_STORE_STORE_H
#define GUARD_SYSTEM_STORE_STORE_H

#include "guard/model/ban/banshape.h"
#include "guard/model/ban/foreign.h"
#include "guard/model/event.h"
#include "guard/model/loss.h"

enum {
	STORE_E_BUSY = 1,  /* another process holds the lock for longer than busy_ms */
	STORE_E_FULL,      /* no space (or quota, or file size limit) */
	STORE_E_READ_ONLY, /* file system or permissions allow no writing */
	STORE_E_CORRUPT,   /* not a database, or a damaged one */
	STORE_E_OLDER,     /* its schema is older than this program, and it is opened read-only */
	STORE_E_NEWER,     /* its schema is newer than this program */
	STORE_E_ABSENT,    /* there is no such file (opened without create) */
	STORE_E_NOT_FOUND, /* no such snapshot, wipe, ban, range… */
	STORE_E_UNSAFE, /* a symbolic link, not a regular file, or others may write to its folder */
	STORE_E_MORE,   /* done in part: call again */
};

#define STORE_FILE    "guard.db"
#define STORE_BUSY_MS 2000 /* what the watcher and commands wait for a lock */

struct store;

struct store_options {
	bool create;      /* make folder (0700) and file (0600) when they are not there */
	bool read_only;   /* for queries; works beside a watcher and without one */
	bool set_aside;   /* move a corrupt file away and begin a new one (the watcher only) */
	unsigned busy_ms; /* the bound of each wait for a lock; 0: do not wait */
};

int store_open(struct store **out, const char *dir, const struct store_options *options,
               struct err *err) _must_check_;
int store_check(struct store *store, int timeout_ms, struct err *err) _must_check_;
void store_close(struct store *store);
DEFINE_CLEANUP(struct store *, store_close, store_close_cleanup);
#define _cleanup_store_ _cleanup_(store_close_cleanup)
const char *store_notice(const struct store *store);
bool store_is_in_place(const struct store *store);
void store_empty_log(struct store *store);
const char *store_error_name(int code);

/* Changes whenever another process has written to the store; costs next to nothing. */
unsigned store_n_bans_told(const struct store *store);
int store_data_version(struct store *store, int64_t *out, struct err *err) _must_check_;

/* Several calls as one transaction (one fsync): begin, calls, commit. */
int store_begin(struct store *store, struct err *err) _must_check_;
int store_commit(struct store *store, struct err *err) _must_check_;
void store_rollback(struct store *store);

/* --- snapshots --------------------------------------------------------------------------- */

/* Who saw it, and when. */
struct store_sighting {
	const char *boot_id;  /* borrowed; /proc/sys/kernel/random/boot_id */
	const char *instance; /* borrowed; of firewalld, "PID:STARTTIME"; may be NULL */
	int64_t loaded;       /* fwtables_loaded(); 0: not known */
	int64_t at_us;
	bool good; /* what is meant to be: worth going back to */
};

struct store_snapshot {
	int64_t id;
	char digest[FIREWALL_DIGEST_LENGTH + 1];
	char *default_zone; /* owned; NULL when not known */
	size_t n_items;
	int64_t first_us, last_us;
	int64_t times_seen;
	bool good;       /* was seen as good at least once */
	int64_t good_us; /* when it was seen as good for the last time; 0: never */
	/* Of the last good sighting, or of the last one where it never was good. */
	char *boot_id;  /* owned */
	char *instance; /* owned; may be NULL */
	int64_t loaded; /* 0: not known */
};
#define STORE_SNAPSHOT_NULL      ((struct store_snapshot){0})
#define _cleanup_store_snapshot_ _cleanup_(store_snapshot_deinit)

typedef int store_snapshot_fn(const struct store_snapshot *snapshot, void *userdata);

void store_snapshot_deinit(struct store_snapshot *snapshot);
int store_snapshot_put(struct store *store, const struct firewall *fw,
                       const struct store_sighting *sighting, int64_t *id,
                       struct err *err) _must_check_;
int store_snapshot_last_good(struct store *store, struct store_snapshot *meta, struct firewall *out,
                             struct err *err) _must_check_;
int store_snapshot_last(struct store *store, struct store_snapshot *meta, struct firewall *out,
                        struct err *err) _must_check_;
int store_snapshot_load(struct store *store, int64_t id, struct store_snapshot *meta,
                        struct firewall *out, struct err *err) _must_check_;
int store_snapshot_list(struct store *store, size_t limit, store_snapshot_fn *fn, void *userdata,
                        struct err *err) _must_check_;

/* --- wipes: what they took, and what became of it --------------------------------------- */

struct store_wipe {
	enum wipe_kind kind;
	const char *cause; /* borrowed; who or what, in words; may be NULL */
	int64_t at_us;     /* when it was noticed */
	const char *boot_id;
	const char *instance; /* of firewalld after the wipe; may be NULL */
	int64_t before_id;    /* snapshot that it was compared with; 0: none */
};

enum store_outcome {
	STORE_STEP_RESTORED,   /* read back from firewalld */
	STORE_STEP_FAILED,     /* see its error; stays open until another step settles it */
	STORE_STEP_SUPERSEDED, /* a later wipe took over */
	STORE_STEP_SKIPPED,    /* not wanted any more, or there already */
	STORE_STEP_ENDED,      /* a ban whose ticket is over, or that fail2ban knows nothing of */
	STORE_STEP_LEFT_OUT,   /* a ban that covers legitimate clients */
	STORE_STEP_N,
};

/* How a wipe ended. */
enum store_ending {
	STORE_WIPE_RESTORED,
	STORE_WIPE_PARTLY,      /* firewalld did not take everything */
	STORE_WIPE_BANS_PARTLY, /* not all bans; everything else is back */
	STORE_WIPE_NOTHING_LOST,
	STORE_WIPE_NOT_RESTORED, /* nobody wanted it to be */
	STORE_WIPE_LEFT,         /* nobody can tell what was meant */
	STORE_WIPE_INTERRUPTED,
	STORE_WIPE_SUPERSEDED, /* by a later one */
	STORE_WIPE_TAKEN_OVER, /* by a person who typed `reload-guard restore` */
	STORE_WIPE_N,
};

struct store_step {
	size_t row; /* index into the struct loss of store_wipe_begin() */
	enum store_outcome outcome;
	const char *error; /* borrowed; NULL: none */
	int64_t started_us, finished_us;
};

/* A wipe as it stands on record. */
struct store_wipe_info {
	int64_t id;
	enum wipe_kind kind;
	char *cause; /* owned; may be NULL */
	int64_t at_us;
	int64_t finished_us; /* 0: not finished */
	char *outcome;       /* owned; its ending in words; NULL: not finished */
	char *boot_id;       /* owned */
	char *instance;      /* owned; may be NULL */
	int64_t before_id;   /* 0: none */
	size_t n_rows;       /* everything that was gone, whatever the verdict */
	/* Bans apart, of which there may be thousands, and which come last. */
	size_t n_lost;                          /* of these to be restored (lost, required) */
	size_t n_restored, n_failed, n_skipped; /* of these; superseded counts as skipped */
	int64_t restored_us;                    /* when the last one was back; 0: none */
	size_t n_bans;
	size_t n_bans_restored, n_bans_failed, n_bans_left_out;
	size_t n_bans_ended;      /* also those that needed nothing */
	int64_t bans_restored_us; /* when the last one was back; 0: none */
};
/* Bans that are neither back nor settled otherwise. */
static inline size_t store_wipe_n_bans_open(const struct store_wipe_info *info)
{
	size_t settled = info->n_bans_restored + info->n_bans_ended + info->n_bans_left_out +
	                 info->n_bans_failed;

	return info->n_bans > settled ? info->n_bans - settled : 0;
}

#define STORE_WIPE_INFO_NULL      ((struct store_wipe_info){0})
#define _cleanup_store_wipe_info_ _cleanup_(store_wipe_info_deinit)

/* A wipe that was not finished, with the rows that no step has settled. */
struct store_unfinished {
	struct store_wipe_info wipe;
	struct loss loss; /* only what is still to be restored */
	size_t *row;      /* owned; row[i] is what store_step.row of loss.rows[i] must be */
};
struct store_unfinished_list {
	struct store_unfinished *wipes; /* oldest first */
	size_t n;
	size_t capacity;
};
#define STORE_UNFINISHED_LIST_NULL      ((struct store_unfinished_list){0})
#define _cleanup_store_unfinished_list_ _cleanup_(store_unfinished_list_deinit)

void store_wipe_info_deinit(struct store_wipe_info *info);
void store_unfinished_list_deinit(struct store_unfinished_list *list);
int store_wipe_begin(struct store *store, const struct store_wipe *wipe, const struct loss *loss,
                     int64_t *wipe_id, struct err *err) _must_check_;
int store_wipe_losses(struct store *store, int64_t wipe_id, const char *cause,
                      const struct loss *loss, struct err *err) _must_check_;
int store_steps_put(struct store *store, int64_t wipe_id, const struct store_step *steps, size_t n,
                    struct err *err) _must_check_;
int store_wipe_finish(struct store *store, int64_t wipe_id, int64_t finished_us,
                      enum store_ending ending, struct err *err) _must_check_;
int store_wipe_forget(struct store *store, int64_t wipe_id, struct err *err) _must_check_;
int store_wipe_unfinished(struct store *store, struct store_unfinished_list *out,
                          struct err *err) _must_check_;
int store_wipe_last(struct store *store, struct store_wipe_info *out, struct err *err) _must_check_;
int store_wipe_load(struct store *store, int64_t wipe_id, struct store_wipe_info *info,
                    struct loss *loss, struct err *err) _must_check_;
int store_wipe_outcomes(struct store *store, int64_t wipe_id, enum store_outcome *out, size_t n,
                        struct err *err) _must_check_;
const char *store_outcome_name(enum store_outcome outcome);

/* --- events and history ------------------------------------------------------------------ */

#define STORE_EVENT_MAX 8192 /* an item and what became of it */

struct store_event {
	enum event_kind kind;    /* one that event_is_recorded() */
	const struct item *item; /* borrowed; NULL: it is about none, or about several */
	const char *jail;        /* borrowed; NULL: about none */
	const char *text;        /* borrowed; one line for a person */
	int64_t at_us;
};

int store_event_put(struct store *store, const struct store_event *event,
                    struct err *err) _must_check_;

struct store_history_query {
	int64_t since_us;  /* inclusive; 0: from the beginning */
	int64_t until_us;  /* exclusive; 0: to the end */
	const char *kind;  /* one of event_filter(); NULL: all */
	bool bans;         /* with bans and unbans (also when kind asks for them) */
	int64_t told_from; /* and bans from this id on, whenever they were; 0: no others */
	bool whole;        /* wipes that reach into the time belong to it with all of theirs */
	bool oldest_first;
	size_t limit; /* 0: no limit */
};

struct store_history_row {
	int64_t at_us;
	const char *kind; /* a name of an enum event_kind; an older store may have others */
	const char *text; /* one line for a person: cause, item, event's text, address… */
	int64_t id;       /* in its own table */
	/* wipe, loss, restore; 0 or NULL otherwise */
	int64_t wipe_id;
	const char *wipe_kind; /* reload, restart… */
	/* wipe */
	int64_t finished_us; /* 0: not finished */
	int64_t n_lost, n_restored, n_failed;
	int64_t restore_ms;      /* from at_us to the last restored item; -1: nothing restored */
	const char *outcome;     /* in words: of the wipe; of a loss or restore, its step */
	enum store_outcome step; /* the latter; STORE_STEP_N: none, or one that is not known */
	const char *item;        /* loss, restore, event: ZONE/KIND:VALUE; may be NULL */
	/* loss, restore */
	const char *verdict; /* lost, required, removed… */
	const char *error;   /* restore; may be NULL */
	int64_t started_us;  /* restore */
	const char *jail;    /* ban, unban, event; may be NULL */
	/* ban, unban */
	const char *address;
	const char *how; /* unban: unban, stop, flush… */
};
typedef int store_history_fn(const struct store_history_row *row, void *userdata);

int store_history(struct store *store, const struct store_history_query *query,
                  store_history_fn *fn, void *userdata, struct err *err) _must_check_;
int store_event_latest(struct store *store, enum event_kind kind, int64_t *at_us,
                       struct err *err) _must_check_;
int store_silence(struct store *store, int64_t *since_us, struct err *err) _must_check_;

/* --- items, and which of them were released
 * ------------------------------------------------------------------- */

struct store_items {
	struct item *items; /* owned, sorted by item_cmp() */
	size_t n;
	size_t capacity;
};
#define STORE_ITEMS_NULL      ((struct store_items){0})
#define _cleanup_store_items_ _cleanup_(store_items_deinit)

void store_items_deinit(struct store_items *items);
int store_event_items(struct store *store, uint64_t kinds, int64_t since_us,
                      struct store_items *out, struct err *err) _must_check_;
int store_item_is_known(struct store *store, const struct item *item, bool *out,
                        struct err *err) _must_check_;
int store_release_put(struct store *store, const struct item *item, int64_t at_us,
                      struct err *err) _must_check_;
int store_release_clear(struct store *store, const struct item *item, struct err *err) _must_check_;
int store_release_list(struct store *store, struct store_items *out, struct err *err) _must_check_;

/* --- bans -------------------------------------------------------------------------------- */

#define STORE_JAIL_MAX    256
#define STORE_ADDRESS_MAX 256
#define STORE_RULE_MAX    4096
#define STORE_TOLD_MAX    64 /* the id of an event */

/* What wipes did to the rules of a ban while it was in force. */
struct store_ban_loss {
	int64_t n;           /* how many wipes took one; 0: none, and nothing else is set */
	int64_t at_us;       /* of the last one */
	enum wipe_kind kind; /* the same */
	int64_t restored_us; /* when the last rule of it was back; 0: none came back */
	bool whole;          /* all of them came back */
};

struct store_ban {
	const char *jail;
	const char *address; /* address, CIDR or host name, as fail2ban wrote it */
	const char *family;  /* "inet4", "inet6", "dns"; NULL: derived from the address */
	int64_t time_us;     /* when it was banned; with jail and address the key */
	int64_t bantime_s;   /* -1: for ever */
	int64_t failures;
	int64_t count;      /* how often it has been banned */
	bool restored;      /* put back by fail2ban at its start */
	const char *source; /* "hook", "database" */
	const char *rule;   /* firewalld's rule, where known; may be NULL */
	/* Only in what store_bans() hands out. */
	int64_t id;
	int64_t ended_us;      /* 0: nobody ended it */
	const char *ended_how; /* NULL: nobody ended it */
	bool active;           /* at active_at_us of the query */
	int64_t until_us;      /* when its time is over; 0: never */
	int64_t before;        /* earlier bans of the address in any jail; 1000: or more */
	const struct strv
	    *rules; /* borrowed; rule, else those that firewalld had for the address */
	struct store_ban_loss loss;
	bool missing; /* nothing in the kernel keeps the banned away; see banpresent.h */
	bool lets_in; /* its jail lets in, as the running server has it; see banpresent.h */
};

/* What the hook is told; what it sends to the watcher, and what a spool file holds. */
enum store_ban_event_kind {
	STORE_BAN_BAN,     /* every field of ban */
	STORE_BAN_UNBAN,   /* jail, address */
	STORE_BAN_PROLONG, /* jail, address, time_us, bantime_s, count: moves the running ban's end
	                    */
	STORE_BAN_FLUSH,   /* jail: all of its bans were taken off */
	STORE_BAN_START,   /* jail: an event alone */
	STORE_BAN_STOP,    /* jail: ends all its bans, and an event */
	STORE_BAN_N_EVENTS,
};
struct store_ban_event {
	enum store_ban_event_kind kind;
	const char *id; /* one of many who never meet again; NULL: of an older hook */
	int64_t at_us;
	struct store_ban ban;
};

/* store-shape.c: what they look like in firewalld */
int store_shape_put(struct store *store, const struct banshape *shape, int64_t at_us,
                    struct err *err) _must_check_;
int store_shapes(struct store *store, struct banshapes *out, struct err *err) _must_check_;

/* store-foreign.c: what firewalld took from others, and they lack */
int store_foreign_put(struct store *store, const char *boot_id, const struct foreign *lost,
                      struct err *err) _must_check_;
int store_foreign(struct store *store, const char *boot_id, struct foreign *out,
                  struct err *err) _must_check_;

struct store_ban_query {
	const char *jail;    /* NULL: all */
	const char *address; /* address or CIDR: bans inside it and bans that cover it; or a name */
	bool active;         /* only those active at active_at_us */
	int64_t active_at_us; /* decides store_ban.active; 0: whether anybody ended it */
	int64_t since_us;     /* banned at or after; 0: all */
	int64_t until_us;     /* banned before; 0: all */
	size_t limit;         /* 0: no limit */
};
typedef int store_ban_fn(const struct store_ban *ban, void *userdata);

int store_bans_unended(struct store *store, const char *source, int64_t now_us, int64_t before_us,
                       store_ban_fn *fn, void *userdata, struct err *err) _must_check_;
int store_bans_end_ids(struct store *store, const int64_t *ids, size_t n, int64_t at_us,
                       const char *how, struct err *err) _must_check_;
int store_ban_event_check(const struct store_ban_event *event, struct err *err) _must_check_;
int store_ban_event_apply(struct store *store, const struct store_ban_event *event,
                          struct err *err) _must_check_;
int store_bans(struct store *store, const struct store_ban_query *query, store_ban_fn *fn,
               void *userdata, struct err *err) _must_check_;
const char *store_ban_event_name(enum store_ban_event_kind kind);
int store_ban_event_parse(enum store_ban_event_kind *out, const char *name) _must_check_;
bool store_ban_event_needs_address(enum store_ban_event_kind kind);

/*
 * How far another program's history was taken in. A position without a mark that
 * fits what is there now is worth nothing: row numbers are given again.
 */
struct store_import {
	int64_t position; /* 0: from the beginning */
	char mark[80];
};
struct store_import_counts {
	size_t n_taken;   /* new, or more is known now */
	size_t n_refused; /* cannot be bans */
};
int store_import_get(struct store *store, const char *source, struct store_import *out,
                     struct err *err) _must_check_;
int store_bans_import(struct store *store, const struct store_ban *bans, size_t n,
                      const char *source, const struct store_import *upto,
                      struct store_import_counts *counts, struct err *err) _must_check_;

/* --- the clients' ranges ----------------------------------------------------------------- */

struct store_client_range {
	const char *cidr;   /* its canonical text */
	const char *note;   /* may be NULL */
	const char *source; /* "hand", "learned"… */
	int64_t last_seen_us;
	int64_t count; /* in put: added to what is there */
};
typedef int store_client_range_fn(const struct store_client_range *range, void *userdata);

int store_client_range_put(struct store *store, const struct store_client_range *range,
                           struct err *err) _must_check_;
int store_client_range_remove(struct store *store, const char *cidr, struct err *err) _must_check_;
int store_client_range_list(struct store *store, store_client_range_fn *fn, void *userdata,
                            struct err *err) _must_check_;

/* Forgets those that were learned, and not seen since. */
int store_client_range_forget(struct store *store, int64_t before_us, struct err *err) _must_check_;

#define STORE_LOG_HEAD 9

/* How far a log has been read. */
struct store_log_position {
	uint64_t dev, inode;
	int64_t offset;               /* of the first byte that was not read as part of a line */
	uint8_t head[STORE_LOG_HEAD]; /* what tells the file from others; n_head bytes of it */
	size_t n_head;
	int64_t at_us;
};

/* With what was learned from there: between store_begin() and store_commit(). */
int store_log_position_put(struct store *store, const char *path,
                           const struct store_log_position *position, struct err *err) _must_check_;
int store_log_position_get(struct store *store, const char *path, struct store_log_position *out,
                           struct err *err) _must_check_;

/* --- whom a person trusts for a while (store-trust.c) -------------------------------------- */

#define STORE_TRUST_NOTE_MAX 200 /* bytes */

struct store_trust {
	char *address; /* owned; or a prefix, in its canonical text */
	char *note;    /* owned; NULL: none */
	int64_t since_us, until_us;
	bool held; /* the watcher knows of that end, and keeps it */
};
struct store_trusts {
	struct store_trust *rows; /* those that end first come first */
	size_t n;
	size_t capacity;
};
#define STORE_TRUSTS_NULL      ((struct store_trusts){0})
#define _cleanup_store_trusts_ _cleanup_(store_trusts_deinit)

void store_trusts_deinit(struct store_trusts *trusts);
const struct store_trust *store_trusts_find(const struct store_trusts *trusts, const char *address);
int store_trust_put(struct store *store, const struct store_trust *trust,
                    struct err *err) _must_check_;
int store_trust_hold(struct store *store, const char *address, int64_t until_us,
                     struct err *err) _must_check_;
int store_trust_end(struct store *store, const char *address, struct err *err) _must_check_;
int store_trust_list(struct store *store, struct store_trusts *out, struct err *err) _must_check_;

/* --- what firewalld ends by itself, and is no item (store-timed.c) -------------------------- */

struct store_timed {
	char *zone;  /* owned; or policy:NAME */
	char *trait; /* owned; as struct firewalld_event has it */
	int64_t until_us;
};
struct store_timeds {
	struct store_timed *rows;
	size_t n;
	size_t capacity;
};
#define STORE_TIMEDS_NULL      ((struct store_timeds){0})
#define _cleanup_store_timeds_ _cleanup_(store_timeds_deinit)

void store_timeds_deinit(struct store_timeds *timeds);
int store_timed_put(struct store *store, const struct store_timed *timed,
                    struct err *err) _must_check_;
int store_timed_end(struct store *store, const char *zone, const char *trait,
                    struct err *err) _must_check_;
int store_timed_clear(struct store *store, struct err *err) _must_check_;
int store_timed_list(struct store *store, struct store_timeds *out, struct err *err) _must_check_;

/* --- retention --------------------------------------------------------------------------- */

int store_prune(struct store *store, int64_t now_us, unsigned keep_days,
                struct err *err) _must_check_;

#endif
