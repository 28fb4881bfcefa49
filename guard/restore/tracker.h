/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tracker - what the firewall is meant to look like
 *
 * Kept from what firewalld says (signals) and from what is read from it. A wipe
 * does not change what is meant; only evidence does: a removal that was
 * signalled, the end of a timeout, a verdict of model/loss. So what was lost is
 * what is meant, less what is there. No I/O in here.
 */
#ifndef GUARD_RESTORE_TRACKER_H
#define GUARD_RESTORE_TRACKER_H

#include "guard/model/loss.h"
#include "guard/system/host/networkmanager.h"

struct tracker {
	struct firewall wanted;
	bool known; /* wanted means something: it comes from firewalld or from a snapshot */
	bool dirty; /* wanted is not what was last stored */
	/* It comes from a snapshot, and was not compared with firewalld yet. */
	bool from_store;
	bool looked; /* at all that firewalld has, since it was begun with */
	/*
	 * What was meant before this guard began could not be asked yet. What is heard meanwhile
	 * counts for more than that.
	 */
	bool unasked;
	struct firewall heard_since; /* the guard began, while unasked */
	bool reading;                /* a reading is under way, or its result not yet absorbed */
	/*
	 * What was heard of since the present reading began, until it is absorbed. The signal may
	 * be newer than the answer, so for these the signal counts.
	 */
	struct firewall heard;
};
#define TRACKER_NULL ((struct tracker){0})

void tracker_deinit(struct tracker *tracker);
int tracker_start_from_take(struct tracker *tracker, struct firewall *snapshot,
                            bool same_instance) _must_check_;

void tracker_nothing_before(struct tracker *tracker);
void tracker_put_back(struct tracker *tracker, const struct firewall *items);

int tracker_added(struct tracker *tracker, const struct item *item, unsigned flags,
                  int64_t until_us) _must_check_;
int tracker_listed(struct tracker *tracker, const struct item *item) _must_check_;
int tracker_owed(struct tracker *tracker, const struct item *item) _must_check_;
void tracker_claim(struct tracker *tracker);
int tracker_removed(struct tracker *tracker, const struct item *item) _must_check_;
int tracker_moved(struct tracker *tracker, const struct item *item) _must_check_;
int tracker_default_zone(struct tracker *tracker, const char *zone) _must_check_;
int tracker_edited(struct tracker *tracker, const struct item *item, bool gone);
void tracker_default_zone_left(struct tracker *tracker, const char *zone);
void tracker_panic(struct tracker *tracker, bool on);

void tracker_reading_begins(struct tracker *tracker);
int tracker_correct_reading(struct tracker *tracker, struct firewall *reading) _must_check_;
int tracker_keep_connections(const struct tracker *tracker, struct firewall *reading,
                             const struct networkmanager_links *links) _must_check_;

/* Called for an item that has just left the permanent configuration, or come back to it. */
typedef void (*tracker_permanent_fn)(const struct item *item, bool withdrawn, void *userdata);

/*
 * Called for an interface that has come into the zone where it is permanently, and nobody said so;
 * @from: where it was; NULL: not known.
 */
typedef void (*tracker_loaded_fn)(const struct item *interface, const char *from, void *userdata);

struct tracker_absorb {
	const struct firewall *reading; /* corrected; what is there now */
	const struct loss *loss;        /* judged from it */
	bool after_wipe; /* what is there was loaded, not kept: its timeouts are gone */
	bool whole;      /* all zones, and the permanent configuration too */
	int64_t now_us;  /* UTC, when it was read; 0: ends are not looked at */
	tracker_permanent_fn on_permanent;
	tracker_loaded_fn on_loaded; /* may be NULL */
	void *userdata;
};
int tracker_absorb(struct tracker *tracker, const struct tracker_absorb *options) _must_check_;

int tracker_zones_at_stake(const struct tracker *tracker, const struct scope *scope,
                           struct strv *out) _must_check_;
int tracker_ipsets(const struct tracker *tracker, struct strv *out) _must_check_;
int tracker_next_end(const struct tracker *tracker, int64_t *until_us) _must_check_;

#endif
