/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * banlist - the lost bans that are still to be dealt with, and the wipes they are from
 *
 * A wipe (an episode) whose services are back is handed over to the list, and stays
 * unfinished in the store until each of its bans is settled: put back, ended, left
 * out. So a guard that is killed finds there what is left to do. A ban stands in
 * the list once: when a later wipe takes it again, the later wipe has it.
 */
#ifndef GUARD_RESTORE_BANLIST_H
#define GUARD_RESTORE_BANLIST_H

#include "guard/model/ban/bancount.h"
#include "guard/restore/record.h"

enum ban_state {
	BAN_LOST, /* to be put back, if it is to be */
	BAN_SENT, /* on its way to firewalld */
	BAN_BACK, /* put back by a guard; looked after until its wipe is closed */
};

struct ban_wipe {
	struct episode *episode;             /* owned */
	enum store_ending ending;            /* of its services */
	bool recorded;                       /* false: it is no wipe, and has no place on record */
	bool told;                           /* what is to become of its bans */
	size_t n_open;                       /* bans in the list */
	size_t n_bans, n_restored, n_failed; /* rules */
	struct bancount back;                /* of these, what fail2ban holds */
	int64_t restored_us; /* of the last one; microseconds since the epoch, UTC */
	struct ban_wipe *next;
};

struct ban {
	const struct item *item; /* borrowed from the wipe's episode */
	struct ban_wipe *wipe;
	size_t row;
	enum ban_state state;
	unsigned tries;
	/* A guard has sent it, or may have before it was killed: then it is ours to take away. */
	bool ours;
	bool by_hand;  /* no ban of fail2ban's: nothing is to be looked after once it is back */
	bool removing; /* a call of ours to take it away is under way */
};

struct banlist {
	struct ban *bans; /* sorted by item_cmp() */
	size_t n;
	size_t capacity;
	struct ban_wipe *wipes; /* the latest first */
	struct episode *late;   /* owned; the latest first: there was no memory for their bans */
	struct record *record;  /* borrowed */
};

void banlist_deinit(struct banlist *list);
int banlist_take(struct banlist *list, struct episode **episode, enum store_ending ending,
                 bool recorded, struct ban_wipe **out) _must_check_;
void banlist_restored(struct ban *ban, int64_t at_us);
void banlist_take_later(struct banlist *list, struct episode *episode, enum store_ending ending);
int banlist_retry(struct banlist *list, bool recorded) _must_check_;
size_t banlist_n_open(const struct banlist *list);
int banlist_adopt(struct banlist *list, int64_t wipe_id) _must_check_;
bool banlist_has_wipe(const struct banlist *list, int64_t wipe_id);
struct ban *banlist_find(const struct banlist *list, const struct item *item);
void banlist_settle(struct ban *ban, enum store_outcome outcome, const char *why);
void banlist_back(struct ban *ban);
void banlist_drop(struct ban *ban);
void banlist_write(struct banlist *list);
void banlist_sweep(struct banlist *list);
bool loss_has_bans(const struct loss *loss);

#endif
