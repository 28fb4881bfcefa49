/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * missing - what should be open and is not, by all that is on record
 *
 * For commands, which see one moment: the last good snapshot, the wipes that
 * were left unfinished, and what the last wipe took and nobody could attribute,
 * against what firewalld holds now.
 */
#ifndef GUARD_RESTORE_MISSING_H
#define GUARD_RESTORE_MISSING_H

#include "guard/system/host/bootid.h"
#include "guard/system/host/config.h"
#include "guard/system/store/store.h"

struct missing {
	struct loss loss; /* in the order of restoring */
	enum wipe_kind kind;
	struct firewall before;     /* the last good state; its meta.id is 0 when there is none */
	struct store_snapshot meta; /* of it */
	char boot_id[BOOTID_SIZE];
};
#define MISSING_NULL      ((struct missing){0})
#define _cleanup_missing_ _cleanup_(missing_deinit)

/* Against what; all borrowed. */
struct missing_query {
	const struct config *config;
	struct store *store;  /* NULL: only what is required can be missing */
	struct firewall *now; /* what firewalld holds; changed in place */
	const char *instance; /* of firewalld; "" when not known */
	int64_t now_us;
	bool bans; /* these, too, as far as they are to come back; there may be thousands */
};

void missing_deinit(struct missing *missing);
int missing_find(struct missing *out, const struct missing_query *query,
                 struct err *err) _must_check_;
void missing_attribute(struct missing *missing, const struct firewall *now);
int missing_see(struct missing *out, const struct missing_query *query,
                struct err *err) _must_check_;
size_t missing_count(const struct missing *missing);
int missing_put(const struct missing *missing, const struct missing_query *query, int64_t loaded,
                bool good, int64_t *id, struct err *err) _must_check_;

struct watcher_state {
	bool known;
	bool running;
	int64_t pid; /* 0: not known */
};
struct watcher_state missing_watcher(const char *state_dir);

#endif
