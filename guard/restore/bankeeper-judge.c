// SPDX-License-Identifier: GPL-2.0-or-later
/* What becomes of each lost ban, by fresh tickets. */
#include "guard/restore/bankeeper-internal.h"

#include "guard/restore/banlog.h"
#include "guard/system/host/clock.h"

#include <errno.h>

/* The last look at the tickets, after all is back. */
#define CLOSE_MS 1500

/* of each rule that firewalld does not take */
#define TELL_LINES 20 /* bans that are told one by one */

void bankeeper_decision_deinit(struct decision *decision)
{
	clientranges_deinit(&decision->ranges);
	free(decision->rules);
	free(decision->wanted);
}

struct banplan_evidence bankeeper_evidence(const struct decision *decision)
{
	struct bankeeper *keeper = decision->keeper;

	return (struct banplan_evidence){
	    .tickets = &keeper->tickets,
	    .past = &keeper->past,
	    .shapes = &keeper->learn.shapes,
	    .clients = &decision->ranges.effective,
	    .learned = &decision->ranges.learned,
	    .safe = keeper->given.config->restore_bans == CONFIG_RESTORE_BANS_SAFE,
	    .now_us = clock_now_us(),
	};
}

int bankeeper_read_ranges(struct decision *decision)
{
	const struct bankeeper_options *given = &decision->keeper->given;
	struct clientranges_options options = {
	    .config = given->config,
	    .store = record_store(given->record),
	    .ignoreip = given->ignoreip(given->userdata),
	    .now_us = clock_now_us(),
	};

	return clientranges_read(&decision->ranges, &options, NULL);
}

static int judge_list(struct decision *decision)
{
	struct banlist *list = &decision->keeper->list;
	struct banplan_evidence evidence = bankeeper_evidence(decision);

	decision->rules = calloc(list->n + 1, sizeof(*decision->rules));
	decision->wanted = calloc(list->n + 1, sizeof(*decision->wanted));
	if (!decision->rules || !decision->wanted)
		return -ENOMEM;
	for (size_t i = 0; i < list->n; i++)
		decision->rules[i].item = list->bans[i].item;
	return banplan_judge(decision->rules, list->n, &evidence);
}

/* Each wipe once, unless it is none. */
static void tell_wipe(struct bankeeper *keeper, struct ban_wipe *wipe, struct banlog_count *count)
{
	if (wipe->recorded)
		banlog_lost(bankeeper_log(keeper), wipe, count);
	wipe->told |= wipe->recorded;
}

static void tell_wipes(struct decision *decision)
{
	struct bankeeper *keeper = decision->keeper;

	for (struct ban_wipe *wipe = keeper->list.wipes; wipe; wipe = wipe->next) {
		_cleanup_banlog_count_ struct banlog_count count = {0};

		for (size_t i = 0; i < keeper->list.n && !wipe->told; i++)
			if (keeper->list.bans[i].wipe == wipe &&
			    keeper->list.bans[i].state == BAN_LOST)
				banlog_count(&count, &decision->rules[i]);
		/* of those that seem to have ended, some may only not be there yet */
		if (!wipe->told &&
		    (!decision->young || count.ended.n_rules + count.strangers.n_rules == 0))
			tell_wipe(keeper, wipe, &count);
	}
}

/* Returns whether it is to be taken away: it is there by our doing, and nobody holds it. */
static bool decide_lost(struct decision *decision, struct ban *ban, struct banplan_rule *rule)
{
	struct bankeeper *keeper = decision->keeper;
	bool there = bankeeper_is_there(keeper, ban->item);
	char why[BANLOG_WHY_MAX];

	switch (rule->answer) {
	case BANPLAN_HELD:
		if (!there)
			decision->wanted[decision->n_wanted++] = *rule;
		else if (ban->ours) /* by a call of ours whose answer was not waited for */
			banlist_back(ban);
		else
			banlist_settle(ban, STORE_STEP_SKIPPED, "fail2ban restored it itself");
		break;
	case BANPLAN_LEFT_OUT:
		banlog_why(why, rule, &decision->ranges);
		if (decision->n_told++ < TELL_LINES)
			banlog_left_out(bankeeper_log(keeper), rule, why);
		banlist_settle(ban, STORE_STEP_LEFT_OUT, why);
		break;
	case BANPLAN_ENDED:
	case BANPLAN_STRANGER:
		if (decision->young) {
			loop_timer_set(keeper->timer, BANKEEPER_RETRY_MS);
			break;
		}
		if (there && ban->ours)
			return true;
		banlist_settle(ban, STORE_STEP_ENDED,
		               rule->answer == BANPLAN_ENDED ? "fail2ban no longer bans it"
		                                             : "fail2ban does not know this ban");
		break;
	case BANPLAN_BY_HAND:
		bankeeper_decide_by_hand(decision, ban, rule);
		break;
	case BANPLAN_N_ANSWERS:
		break;
	}
	return false;
}

static bool is_over(const struct banplan_rule *rule)
{
	return rule->answer == BANPLAN_ENDED || rule->answer == BANPLAN_STRANGER;
}

/* What is back is looked after until the tickets were seen a little later. */
static bool decide_back(const struct decision *decision, struct ban *ban,
                        const struct banplan_rule *rule)
{
	if (!ban->ours || !is_over(rule) || !bankeeper_is_there(decision->keeper, ban->item))
		return false;
	if (decision->young) /* it may only not be listed yet */
		loop_timer_set(decision->keeper->timer, BANKEEPER_RETRY_MS);
	return !decision->young;
}

static void decide_list(struct decision *decision)
{
	struct bankeeper *keeper = decision->keeper;

	for (size_t i = 0; i < keeper->list.n; i++) {
		struct ban *ban = &keeper->list.bans[i];
		struct banplan_rule *rule = &decision->rules[i];

		if (ban->state == BAN_LOST ? decide_lost(decision, ban, rule)
		                           : decide_back(decision, ban, rule))
			bankeeper_take_away(keeper, ban);
	}
}

/* Everything is back: a last look, a little later, and the wipes are closed. */
static void close_or_wait(struct bankeeper *keeper)
{
	int64_t now_us = clock_monotonic_us();

	if (keeper->closing_us && now_us - keeper->closing_us >= CLOSE_MS * INT64_C(1000)) {
		for (size_t i = 0; i < keeper->list.n; i++)
			if (keeper->list.bans[i].state == BAN_BACK)
				banlist_drop(&keeper->list.bans[i]);
		keeper->closing_us = 0;
		bankeeper_end_wipes(keeper);
		return;
	}
	if (!keeper->closing_us)
		keeper->closing_us = now_us;
	loop_timer_set(keeper->timer, CLOSE_MS - (now_us - keeper->closing_us) / 1000 + 1);
}

/* What would be done, newest first, for who only asks. */
static void pretend(struct decision *decision)
{
	struct bankeeper *keeper = decision->keeper;
	char why[BANLOG_WHY_MAX];

	banplan_newest_first(decision->rules, keeper->list.n);
	for (size_t i = 0; i < keeper->list.n; i++) {
		const struct banplan_rule *rule = &decision->rules[i];
		bool left_out = rule->answer == BANPLAN_LEFT_OUT;

		if (left_out)
			banlog_why(why, rule, &decision->ranges);
		keeper->given.on_judged(rule, left_out ? why : NULL, keeper->given.userdata);
	}
	for (size_t i = 0; i < keeper->list.n; i++)
		banlist_drop(&keeper->list.bans[i]);
	bankeeper_end_wipes(keeper);
}

/** bankeeper_decide() - what is known is fresh: do what follows from it */
void bankeeper_decide(struct bankeeper *keeper)
{
	_cleanup_(bankeeper_decision_deinit) struct decision decision = {
	    .keeper = keeper, .ranges = CLIENTRANGES_NULL};

	decision.young = bankeeper_still_grows(keeper);
	if (bankeeper_read_ranges(&decision) < 0) {
		loop_timer_set(keeper->timer, BANKEEPER_RETRY_MS);
		return;
	}
	bankeeper_find_gone(keeper);
	bankeeper_find_unseen(&decision);
	bankeeper_decide_suspects(&decision);
	bankeeper_decide_freed(&decision);
	if (judge_list(&decision) < 0) {
		loop_timer_set(keeper->timer, BANKEEPER_RETRY_MS);
		return;
	}
	if (keeper->given.pretend) {
		pretend(&decision);
		return;
	}
	tell_wipes(&decision);
	decide_list(&decision);
	if (keeper->stranded.n) /* which are held beside these */
		bankeeper_hold_stranded(keeper);
	else
		bankeeper_hold(keeper, decision.wanted, decision.n_wanted,
		               keeper->list.wipes ? keeper->list.wipes->episode->at_us : 0);
	bankeeper_end_wipes(keeper);
	if (keeper->n_removing)
		return; /* their answers come back here */
	if (decision.n_wanted) {
		keeper->closing_us = 0;
		bankeeper_put_back(keeper, decision.wanted, decision.n_wanted);
	} else if (keeper->list.n && !loop_timer_is_set(keeper->timer)) {
		close_or_wait(keeper);
	}
}
