// SPDX-License-Identifier: GPL-2.0-or-later
/* What an administrator denied himself: an item like another. */
#include "guard/restore/bankeeper-internal.h"

#include "guard/restore/banlog.h"
#include "guard/restore/banorigin.h"
#include "guard/system/host/clock.h"

#include <errno.h>

/* When a ban had been over for so long at the loss, its rule was long gone, too. */
#define OVER_US 86400000000LL

/* Taken out of the permanent configuration, by whoever wants it gone. */
static bool is_withdrawn(const struct bankeeper *keeper, const struct ban *ban)
{
	unsigned flags = ban->wipe->episode->loss.rows[ban->row].flags;

	return (flags & (FIREWALL_PERMANENT | FIREWALL_WITHDRAWN | FIREWALL_EDITED)) &&
	       !firewall_has(&keeper->given.tracker->wanted, ban->item, FIREWALL_PERMANENT);
}

/** bankeeper_decide_by_hand() - put it back, unless that is not wanted or not needed */
void bankeeper_decide_by_hand(struct decision *decision, struct ban *ban,
                              const struct banplan_rule *rule)
{
	struct bankeeper *keeper = decision->keeper;

	if (is_withdrawn(keeper, ban)) {
		banlist_settle(ban, STORE_STEP_ENDED, "taken out of the permanent configuration");
	} else if (bankeeper_is_there(keeper, ban->item)) {
		banlist_settle(ban, STORE_STEP_SKIPPED, "it is there already");
	} else if (decision->young) { /* not all jails may be known yet */
		loop_timer_set(keeper->timer, BANKEEPER_RETRY_MS);
	} else {
		ban->by_hand = true;
		decision->wanted[decision->n_wanted++] = *rule;
	}
}

/* They may wait for days. */
static int64_t first_loss_us(const struct banlist *list)
{
	int64_t first_us = clock_now_us();

	for (const struct ban_wipe *wipe = list->wipes; wipe; wipe = wipe->next)
		if (wipe->episode->at_us < first_us)
			first_us = wipe->episode->at_us;
	return first_us;
}

/* Answers for those that a fail2ban which does not run has had no hand in; none for the rest. */
static int judge_origin(struct decision *decision)
{
	struct bankeeper *keeper = decision->keeper;
	struct banlist *list = &keeper->list;
	_cleanup_free_ struct banorigin *denies = calloc(list->n + 1, sizeof(*denies));
	const struct banorigin_query query = {
	    .state = fail2ban_state(keeper->given.fail2ban),
	    .tickets = bankeeper_tickets(keeper),
	    .past = &keeper->past,
	    .database = fail2ban_database(keeper->given.fail2ban),
	    .store = record_store(keeper->given.record),
	    .since_us = first_loss_us(list) - OVER_US,
	};
	int r;

	decision->rules = calloc(list->n + 1, sizeof(*decision->rules));
	decision->wanted = calloc(list->n + 1, sizeof(*decision->wanted));
	if (!denies || !decision->rules || !decision->wanted)
		return -ENOMEM;
	for (size_t i = 0; i < list->n; i++)
		denies[i].item = list->bans[i].item;
	r = banorigin_judge(denies, list->n, &query);
	for (size_t i = 0; i < list->n; i++)
		decision->rules[i] = (struct banplan_rule){
		    .item = list->bans[i].item,
		    .answer = denies[i].by_hand ? BANPLAN_BY_HAND : BANPLAN_N_ANSWERS};
	return r;
}

static void pretend_by_hand(struct decision *decision)
{
	struct bankeeper *keeper = decision->keeper;

	for (size_t i = 0; i < keeper->list.n; i++) {
		if (decision->rules[i].answer != BANPLAN_BY_HAND)
			continue;
		keeper->given.on_judged(&decision->rules[i], NULL, keeper->given.userdata);
		banlist_drop(&keeper->list.bans[i]);
	}
	banlist_sweep(&keeper->list);
}

static void decide_without_fail2ban(struct decision *decision)
{
	struct bankeeper *keeper = decision->keeper;

	for (size_t i = 0; i < keeper->list.n; i++) {
		struct ban *ban = &keeper->list.bans[i];

		if (decision->rules[i].answer != BANPLAN_BY_HAND)
			continue;
		if (ban->state == BAN_BACK && bankeeper_is_there(keeper, ban->item)) {
			banlist_drop(ban); /* put back by a guard that was killed then */
			continue;
		}
		ban->state = BAN_LOST;
		bankeeper_decide_by_hand(decision, ban, &decision->rules[i]);
	}
	banlist_sweep(&keeper->list);
}

/*
 * What an administrator denied himself waits for nobody. Returns whether something is on its
 * way to firewalld.
 */
bool bankeeper_put_back_by_hand(struct bankeeper *keeper)
{
	_cleanup_(bankeeper_decision_deinit) struct decision decision = {
	    .keeper = keeper, .ranges = CLIENTRANGES_NULL};

	if (keeper->list.n == 0)
		return false;
	if (judge_origin(&decision) < 0) {
		bankeeper_missed(keeper);
		return false;
	}
	if (keeper->given.pretend) {
		pretend_by_hand(&decision);
		return false;
	}
	decide_without_fail2ban(&decision);
	if (decision.n_wanted == 0)
		return false;
	banlog_by_hand(bankeeper_log(keeper), decision.n_wanted);
	bankeeper_put_back(keeper, decision.wanted, decision.n_wanted);
	return true;
}
