/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bankeeper-internal - what the files of the bankeeper share
 *
 * bankeeper.c has its state, its timers and what goes to firewalld; the others look at one
 * thing each, and change it through these.
 */
#ifndef GUARD_RESTORE_BANKEEPER_INTERNAL_H
#define GUARD_RESTORE_BANKEEPER_INTERNAL_H

#include "guard/restore/bankeeper.h"
#include "guard/restore/banlearn.h"
#include "guard/restore/banlist.h"
#include "guard/restore/clientranges.h"
#include "guard/restore/itemcall.h"

#define BANKEEPER_RETRY_MS 5000 /* fail2ban did not answer, or memory was short */

struct bankeeper {
	struct bankeeper_options given;
	struct itemcalls calls;
	struct banlist list;
	struct banlearn learn;
	struct tickets tickets; /* as last read */
	struct tickets past;    /* that ended lately */
	bool known;             /* tickets says something */
	bool reading;
	int64_t unknown_us; /* monotonic; when it was told that fail2ban cannot be asked; 0: it was
	                       not */
	bool told_long;
	bool looked;               /* it is known whether fail2ban runs */
	bool looked_back;          /* what was there before has been learned from */
	int64_t asked_us, cost_us; /* monotonic: when the tickets were asked for last; how long it
	                              took */
	int64_t stopped_us;        /* monotonic; since when fail2ban is stopped; 0: it is not */
	int64_t grown_us;          /* monotonic; when fail2ban began to run, or to hold more */
	int64_t closing_us; /* monotonic; since when nothing more is to be put back; 0: there is */
	bool shapes_known;  /* the store has told those that were learned before */
	int64_t unseen_us;  /* bans from then on may be on no record; 0: looked for */
	/* what a firewalld in state FAILED lacks, since when, and whether it was judged by all
	 * tickets
	 */
	struct firewall stranded;
	int64_t stranded_us;
	bool stranded_settled;
	bool makes_do;            /* it is the rules that keep them away there, not the table */
	size_t n_unheld;          /* and of these nothing does, as was told */
	struct firewall suspects; /* missing, and nobody saw a wipe */
	struct firewall freed;    /* removed by somebody */
	struct firewall asked;    /* of these, those that the reading under way is for */
	struct restorer *restorer;
	unsigned n_removing;
	struct loop_source *timer;         /* look again */
	struct loop_source *freed_timer;   /* rules went: was that meant? */
	struct loop_source *refresh_timer; /* keep the tickets in mind */
};

/* One look at everything, with fresh tickets. */
struct decision {
	struct bankeeper *keeper;
	struct clientranges ranges;
	struct banplan_rule *rules;  /* owned; one a ban of the list, in its order */
	struct banplan_rule *wanted; /* owned; to be put back */
	size_t n_wanted;
	bool young;    /* the tickets may not be all yet */
	size_t n_told; /* left out, and told one by one */
};

static inline struct logger *bankeeper_log(const struct bankeeper *keeper)
{
	return keeper->given.logger;
}

static inline bool bankeeper_restores(const struct bankeeper *keeper)
{
	return bankeeper_is_wanted(keeper->given.config);
}

/* For want of memory; it is found by looking. */
static inline void bankeeper_missed(struct bankeeper *keeper)
{
	keeper->given.on_missed(keeper->given.userdata);
}

static inline bool bankeeper_is_there(const struct bankeeper *keeper, const struct item *item)
{
	return firewall_has(&keeper->given.tracker->wanted, item, FIREWALL_RUNTIME);
}

static inline bool bankeeper_fail2ban_runs(const struct bankeeper *keeper)
{
	return fail2ban_state(keeper->given.fail2ban) == FAIL2BAN_RUNNING;
}

/* For want of memory, and nothing of it is lost. */
static inline void bankeeper_try_later(struct bankeeper *keeper)
{
	bankeeper_missed(keeper);
	loop_timer_set(keeper->timer, BANKEEPER_RETRY_MS);
}

/* bankeeper.c */
bool bankeeper_still_grows(const struct bankeeper *keeper);
void bankeeper_end_wipes(struct bankeeper *keeper);
void bankeeper_take_away(struct bankeeper *keeper, struct ban *ban);
void bankeeper_put_back(struct bankeeper *keeper, struct banplan_rule *rules, size_t n);
void bankeeper_advance(struct bankeeper *keeper);
int bankeeper_remember(struct firewall *set, const struct item *item) _must_check_;
void bankeeper_ask(struct bankeeper *keeper);

/* bankeeper-hold.c: what stands in for lost bans meanwhile */
void bankeeper_hold(struct bankeeper *keeper, const struct banplan_rule *rules, size_t n,
                    int64_t wiped_us);
void bankeeper_end_hold_if_idle(struct bankeeper *keeper);
void bankeeper_hold_stranded(struct bankeeper *keeper);
void bankeeper_prepare(struct bankeeper *keeper);

/* bankeeper-suspects.c */
void bankeeper_decide_freed(struct decision *decision);
void bankeeper_find_gone(struct bankeeper *keeper);
void bankeeper_find_unseen(const struct decision *decision);
void bankeeper_decide_suspects(struct decision *decision);
void bankeeper_forget_freed(struct bankeeper *keeper);
void bankeeper_freed_due(void *userdata);

/* bankeeper-hand.c */
void bankeeper_decide_by_hand(struct decision *decision, struct ban *ban,
                              const struct banplan_rule *rule);
bool bankeeper_put_back_by_hand(struct bankeeper *keeper);

/* bankeeper-judge.c */
void bankeeper_decide(struct bankeeper *keeper);
void bankeeper_decision_deinit(struct decision *decision);
struct banplan_evidence bankeeper_evidence(const struct decision *decision);
int bankeeper_read_ranges(struct decision *decision) _must_check_;

#endif
