/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bankeeper - lost bans come back while fail2ban holds their tickets (law 5)
 *
 * The cycle hands over a wipe when everything else of it is in place; then the
 * keeper asks fail2ban which of the bans still hold, and puts these back, newest
 * first, a batch at a time and few calls at once. After each batch it asks again.
 * From tickets that are not known nothing follows (law 2): it waits until
 * fail2ban runs and answers, however long that takes. While nothing was lost it asks
 * firewalld nothing (law 7).
 *
 * fail2ban takes a ticket off its list before it takes the rule away. So a list
 * that was read after our own call was answered tells whether that call came too
 * late: then the rule is our own residue, and is taken away again. Nothing else
 * ever is.
 *
 * firewalld counts no references: of two jails with the same rule the first unban
 * frees both. A rule that goes while one ticket for it has ended and another
 * holds is put back; one that somebody took away by hand is not.
 */
#ifndef GUARD_RESTORE_BANKEEPER_H
#define GUARD_RESTORE_BANKEEPER_H

#include "guard/model/ban/banplan.h"
#include "guard/system/fail2ban/fail2ban.h"
#include "guard/restore/gapkeeper.h"
#include "guard/restore/record.h"
#include "guard/restore/tracker.h"
#include "guard/system/host/config.h"

struct bankeeper;

/* All borrowed, for its life. */
struct bankeeper_options {
	struct loop *loop;
	struct firewalld *fw;
	struct fail2ban *fail2ban;
	struct logger *logger;
	struct record *record;
	struct gapkeeper *gapkeeper;
	struct tracker *tracker;
	const struct config *config;
	bool (*may_act)(void *userdata); /* firewalld is there, and everything else in place */
	const struct strv *(*ignoreip)(void *userdata); /* whom fail2ban ignores; NULL: not known */
	/* For a person who asks: what is not known now stays unknown, and nothing is tried twice.
	 */
	bool errand;
	bool pretend;                       /* judge, and change nothing */
	void (*on_missed)(void *userdata);  /* for want of memory: look again */
	void (*on_learned)(void *userdata); /* what some bans look like: look again */
	void (*on_ending)(void *userdata);  /* a wipe is about to be closed: its bans are back */
	void (*on_settled)(void *userdata); /* bans were */
	void (*on_closed)(const struct episode *episode, void *userdata); /* all of a wipe is */
	/* Told of errands: what would become of a ban, and why it is left out; what is not known.
	 */
	void (*on_judged)(const struct banplan_rule *ban, const char *why, void *userdata);
	void (*on_unknown)(size_t n, void *userdata);
	void *userdata;
};

int bankeeper_new(struct bankeeper **out, const struct bankeeper_options *options) _must_check_;
void bankeeper_free(struct bankeeper *keeper); /* before firewalld and fail2ban */

/* The cycle: what was lost, when everything else is back, when firewalld was wiped or went. */
bool bankeeper_is_wanted(const struct config *config);
void bankeeper_wiped(struct bankeeper *keeper, int64_t wiped_us);
void bankeeper_lost(struct bankeeper *keeper, const struct loss *loss, int64_t wiped_us);
void bankeeper_stranded(struct bankeeper *keeper, const struct loss *loss, const struct strv *zones,
                        int64_t wiped_us);
void bankeeper_take(struct bankeeper *keeper, struct episode *episode, enum store_ending ending);
void bankeeper_suspect(struct bankeeper *keeper, struct loss *loss);
void bankeeper_adopt(struct bankeeper *keeper, const struct store_unfinished_list *unfinished);
void bankeeper_began(struct bankeeper *keeper, int64_t seen_us);
bool bankeeper_has_wipe(const struct bankeeper *keeper, int64_t wipe_id);
void bankeeper_go(struct bankeeper *keeper);
void bankeeper_halt(struct bankeeper *keeper);

/* What is heard. */
void bankeeper_added(struct bankeeper *keeper, const struct item *item);
void bankeeper_removed(struct bankeeper *keeper, const struct item *item);
void bankeeper_fail2ban(struct bankeeper *keeper, enum fail2ban_state to);
void bankeeper_tickets_changed(struct bankeeper *keeper);

/* As last read; NULL while not known. */
const struct tickets *bankeeper_tickets(const struct bankeeper *keeper);
const struct banshapes *bankeeper_shapes(const struct bankeeper *keeper);
int bankeeper_ipsets(const struct bankeeper *keeper, struct strv *out) _must_check_;
bool bankeeper_has_bans(const struct bankeeper *keeper);
bool bankeeper_is_at_work(const struct bankeeper *keeper);
size_t bankeeper_n_open(const struct bankeeper *keeper);
int bankeeper_undecided(const struct bankeeper *keeper, struct firewall *out) _must_check_;

#endif
