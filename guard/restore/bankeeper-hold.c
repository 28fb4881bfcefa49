// SPDX-License-Identifier: GPL-2.0-or-later
/* What stands in for lost bans until their rules are back: the guard's own table denies them. */
#include "guard/restore/bankeeper-internal.h"

#include "guard/restore/banlog.h"
#include "guard/restore/makeshift.h"

#include <errno.h>

/* What a jail is for that lets in must never be kept away. */
static bool is_to_hold(const struct bankeeper *keeper, const struct banplan_rule *rule)
{
	const struct jail *jail =
	    rule->ticket ? tickets_jail(&keeper->tickets, rule->ticket->jail) : NULL;

	return rule->answer == BANPLAN_HELD && rule->ticket && !(jail && jail_lets_in(jail));
}

/* Of @rules those that fail2ban holds; the caller frees them; NULL without memory. */
static struct gapkeeper_ban *pick_bans(const struct bankeeper *keeper,
                                       const struct banplan_rule *rules, size_t n, size_t *n_held)
{
	struct gapkeeper_ban *bans = calloc(n + 1, sizeof(*bans));

	*n_held = 0;
	for (size_t i = 0; bans && i < n; i++)
		if (is_to_hold(keeper, &rules[i]))
			bans[(*n_held)++] = (struct gapkeeper_ban){
			    .item = rules[i].item, .end_us = rules[i].ticket->end_us};
	return bans;
}

/* Of @rules those that are to be there: until they are, the guard's own table denies them. */
void bankeeper_hold(struct bankeeper *keeper, const struct banplan_rule *rules, size_t n,
                    int64_t wiped_us)
{
	size_t n_held;
	_cleanup_free_ struct gapkeeper_ban *bans = pick_bans(keeper, rules, n, &n_held);

	if (!bans) {
		bankeeper_missed(keeper);
		return;
	}
	gapkeeper_hold(keeper->given.gapkeeper, &keeper->given.tracker->wanted, bans, n_held,
	               wiped_us);
}

void bankeeper_end_hold_if_idle(struct bankeeper *keeper)
{
	if (bankeeper_n_open(keeper) == 0)
		gapkeeper_end(keeper->given.gapkeeper);
}

/* By the tickets as they were read last, so that nothing has to be waited for. */
static bool judge_by_tickets(struct bankeeper *keeper, struct decision *decision, size_t n)
{
	struct banplan_evidence evidence;

	if (n && bankeeper_read_ranges(decision) < 0) {
		bankeeper_missed(keeper);
		return false;
	}
	evidence = bankeeper_evidence(decision);
	return n && banplan_judge(decision->rules, n, &evidence) == 0;
}

/* Those that the next wipe would take. Return: 0 or -ENOMEM. */
static int find_bans(struct decision *decision, size_t *n)
{
	const struct firewall *wanted = &decision->keeper->given.tracker->wanted;
	int r = 0;

	decision->rules = calloc(wanted->n + 1, sizeof(*decision->rules));
	if (!decision->rules)
		return -ENOMEM;
	for (size_t i = 0; i < wanted->n && r >= 0; i++) {
		const struct firewall_entry *entry = &wanted->entries[i];

		if (!(entry->flags & FIREWALL_RUNTIME) || (entry->flags & FIREWALL_PERMANENT))
			continue;
		r = banplan_is_ban(&entry->item, &decision->keeper->learn.shapes);
		if (r > 0)
			decision->rules[(*n)++].item = &entry->item;
	}
	return r < 0 ? r : 0;
}

/* Has ready what the next wipe would take of the bans that hold now. */
void bankeeper_prepare(struct bankeeper *keeper)
{
	_cleanup_(bankeeper_decision_deinit) struct decision decision = {
	    .keeper = keeper, .ranges = CLIENTRANGES_NULL};
	const struct firewall *wanted = &keeper->given.tracker->wanted;
	_cleanup_free_ struct gapkeeper_ban *bans = NULL;
	size_t n = 0, n_held;

	gapkeeper_unprepare(keeper->given.gapkeeper);
	if (!keeper->known || !bankeeper_fail2ban_runs(keeper) || !bankeeper_restores(keeper))
		return;
	if (find_bans(&decision, &n) < 0) {
		bankeeper_missed(keeper);
		return;
	}
	if (!judge_by_tickets(keeper, &decision, n))
		return;
	bans = pick_bans(keeper, decision.rules, n, &n_held);
	if (bans)
		gapkeeper_prepare(keeper->given.gapkeeper, wanted, bans, n_held);
}

static bool is_lost_already(const struct bankeeper *keeper, const struct item *item)
{
	const struct ban *ban = banlist_find(&keeper->list, item);

	return ban && ban->state != BAN_BACK;
}

/* @n: rules that the decision has; there is room for those that the wipe before has taken */
static void hold_lost(struct bankeeper *keeper, struct decision *decision, size_t n,
                      int64_t wiped_us)
{
	for (size_t i = 0; decision->rules && i < keeper->list.n; i++)
		if (keeper->list.bans[i].state != BAN_BACK)
			decision->rules[n++].item = keeper->list.bans[i].item;
	if (judge_by_tickets(keeper, decision, n))
		bankeeper_hold(keeper, decision->rules, n, wiped_us);
}

/* Where there is no table these are all that nothing keeps away. */
static void tell_unheld(struct bankeeper *keeper, const struct banplan_rule *rules, size_t n)
{
	size_t n_unheld = 0;

	for (size_t i = 0; i < n; i++)
		n_unheld += is_to_hold(keeper, &rules[i]);
	if (n_unheld && n_unheld != keeper->n_unheld)
		banlog_unheld(bankeeper_log(keeper), keeper->given.record, rules[0].item, n_unheld);
	keeper->n_unheld = n_unheld;
}

/* While firewalld is not RUNNING nobody decides anything, and the table is all that there is. */
void bankeeper_hold_stranded(struct bankeeper *keeper)
{
	_cleanup_(bankeeper_decision_deinit) struct decision decision = {
	    .keeper = keeper, .ranges = CLIENTRANGES_NULL};
	size_t n = 0;

	decision.rules = calloc(keeper->stranded.n + keeper->list.n + 1, sizeof(*decision.rules));
	for (size_t i = 0; decision.rules && i < keeper->stranded.n; i++)
		if (!is_lost_already(keeper, &keeper->stranded.entries[i].item))
			decision.rules[n++].item = &keeper->stranded.entries[i].item;
	hold_lost(keeper, &decision, n, keeper->stranded_us);
	if (keeper->makes_do && decision.rules)
		tell_unheld(keeper, decision.rules, n);
}

/**
 * bankeeper_wiped() - firewalld has just dropped what was in the runtime only
 * @wiped_us: when that was noticed, microseconds since the epoch, UTC
 *
 * What exactly it took is being read; the bans among it need not be free until then.
 */
void bankeeper_wiped(struct bankeeper *keeper, int64_t wiped_us)
{
	if (bankeeper_restores(keeper) && keeper->known && bankeeper_fail2ban_runs(keeper))
		gapkeeper_wiped(keeper->given.gapkeeper, wiped_us);
}

/**
 * bankeeper_lost() - a wipe took these, and mail is on its way back
 * @loss:     borrowed
 * @wiped_us: when the wipe was noticed, microseconds since the epoch, UTC
 */
void bankeeper_lost(struct bankeeper *keeper, const struct loss *loss, int64_t wiped_us)
{
	_cleanup_(bankeeper_decision_deinit) struct decision decision = {
	    .keeper = keeper, .ranges = CLIENTRANGES_NULL};
	size_t n = 0;

	if (!loss_has_bans(loss) || !keeper->known || !bankeeper_fail2ban_runs(keeper))
		return;
	decision.rules = calloc(loss->n + keeper->list.n, sizeof(*decision.rules));
	for (size_t i = 0; decision.rules && i < loss->n; i++)
		if (loss->rows[i].verdict == LOSS_BAN &&
		    !is_lost_already(keeper, &loss->rows[i].item))
			decision.rules[n++].item = &loss->rows[i].item;
	hold_lost(keeper, &decision, n, wiped_us);
}

/* @zones: not those of these; NULL: all. Return: 0 or -ENOMEM. */
static int find_stranded(struct firewall *out, const struct loss *loss, const struct strv *zones)
{
	int r = 0;

	for (size_t i = 0; i < loss->n && r == 0; i++)
		if (loss->rows[i].verdict == LOSS_BAN &&
		    !(zones && makeshift_takes(zones, loss->rows[i].item.zone)))
			r = bankeeper_remember(out, &loss->rows[i].item);
	return r;
}

/* Those that it takes. */
static int pick_rules(struct loss *out, const struct loss *loss, const struct strv *zones)
{
	int r = 0;

	for (size_t i = 0; i < loss->n && r == 0; i++) {
		const struct loss_row *row = &loss->rows[i];

		if (row->verdict == LOSS_BAN && makeshift_takes(zones, row->item.zone))
			r = loss_add(out, &row->item, LOSS_BAN, row->flags, row->until_us);
	}
	return r;
}

/*
 * It takes rules as it takes services, for as long as it lasts: so they are owed, and the next wipe
 * takes them with the rest. Nothing of it is a wipe on record.
 */
static int take_as_rules(struct bankeeper *keeper, const struct loss *loss,
                         const struct strv *zones, int64_t wiped_us)
{
	struct episode *episode = episode_new(WIPE_RESTART, wiped_us);
	struct ban_wipe *wipe = NULL;
	int r = episode ? pick_rules(&episode->loss, loss, zones) : -ENOMEM;

	if (r == 0 && episode->loss.n)
		r = banlist_take(&keeper->list, &episode, STORE_WIPE_RESTORED, false, &wipe);
	episode_free(episode);
	if (!wipe)
		return r;
	banlog_as_rules(bankeeper_log(keeper), wipe->n_bans);
	for (size_t i = 0; i < wipe->episode->loss.n && r == 0; i++)
		r = tracker_owed(keeper->given.tracker, &wipe->episode->loss.rows[i].item);
	loop_timer_set(keeper->timer, 0); /* services before bans (law 3) */
	return r;
}

static bool is_same(const struct firewall *a, const struct firewall *b)
{
	bool same = a->n == b->n;

	for (size_t i = 0; i < a->n && same; i++)
		same = item_cmp(&a->entries[i].item, &b->entries[i].item) == 0;
	return same;
}

/**
 * bankeeper_stranded() - as bankeeper_lost(), in a firewalld that has failed
 * @zones: that it has
 *
 * They are held by the table, or put back as rules where that is not to be used or does not work;
 * those of a zone or ipset that is not there are told then.
 * No decision follows that would ask fail2ban, so it is asked at once: the tickets read before do
 * not have a ban of the last moments. What it tells later counts, too. The same again costs it
 * nothing.
 */
void bankeeper_stranded(struct bankeeper *keeper, const struct loss *loss, const struct strv *zones,
                        int64_t wiped_us)
{
	_cleanup_firewall_ struct firewall before = keeper->stranded;
	const bool made_do = keeper->makes_do;
	bool same;

	keeper->stranded = FIREWALL_NULL;
	if (!bankeeper_restores(keeper))
		return;
	keeper->makes_do = !gapkeeper_is_usable(keeper->given.gapkeeper);
	if ((keeper->makes_do && take_as_rules(keeper, loss, zones, wiped_us) < 0) ||
	    find_stranded(&keeper->stranded, loss, keeper->makes_do ? zones : NULL) < 0)
		bankeeper_missed(keeper);
	same = made_do == keeper->makes_do && is_same(&keeper->stranded, &before);
	if (same && (keeper->stranded_settled || keeper->stranded.n == 0)) {
		gapkeeper_look(keeper->given.gapkeeper);
		return;
	}
	keeper->stranded_us = wiped_us;
	if (keeper->stranded.n == 0)
		bankeeper_end_hold_if_idle(keeper);
	if (keeper->stranded.n == 0 || !bankeeper_fail2ban_runs(keeper))
		return;
	if (keeper->known && !same)
		bankeeper_hold_stranded(keeper);
	if (!keeper->reading)
		bankeeper_ask(keeper);
}
