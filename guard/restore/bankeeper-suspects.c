// SPDX-License-Identifier: GPL-2.0-or-later
/* Rules that went though nobody saw a wipe, and that an unban took along with another's. */
#include "guard/restore/bankeeper-internal.h"

#include "guard/model/ban/banrule.h"
#include "guard/restore/banlog.h"
#include "guard/restore/banorigin.h"
#include "guard/system/host/clock.h"

#include <errno.h>

/* Another jail had it, too: by hand it goes while all tickets stay. Return: 1, 0, -ENOMEM. */
static int was_unbanned(const struct decision *decision, const struct banplan_rule *rule)
{
	const struct bankeeper *keeper = decision->keeper;
	const struct banorigin_query query = {
	    .tickets = &keeper->tickets,
	    .store = record_store(keeper->given.record),
	    .since_us = clock_now_us() - BANPLAN_PAST_US,
	};

	/* a guard that has just begun has not seen those that were there before */
	return rule->n_past ? 1 : banorigin_was_unbanned(rule->item, &query);
}

/* By hand: the guard that follows is not to take it for a ban that nobody has seen. */
static void note_freed(struct bankeeper *keeper, const struct item *item)
{
	_cleanup_free_ char *text = NULL;

	if (item_format(&text, item) == 0)
		record_event(keeper->given.record, EVENT_INTENT_REMOVED, item,
		             "%s was removed, and stays away though fail2ban still bans it", text);
}

/* Is it to be there, and is not? Return: 1, 0, -ENOMEM. */
static int is_missed(const struct decision *decision, const struct banplan_rule *rule, bool freed)
{
	int r;

	if (rule->answer != BANPLAN_HELD && (freed || rule->answer != BANPLAN_LEFT_OUT))
		return 0;
	if (!freed)
		return 1;
	if (bankeeper_is_there(decision->keeper, rule->item))
		return 0;
	r = was_unbanned(decision, rule);
	if (r == 0)
		note_freed(decision->keeper, rule->item);
	return r;
}

static int find_held(struct loss *out, const struct decision *decision, const struct firewall *set,
                     bool freed)
{
	struct banplan_evidence evidence = bankeeper_evidence(decision);
	_cleanup_free_ struct banplan_rule *rules = calloc(set->n + 1, sizeof(*rules));
	int r;

	if (!rules)
		return -ENOMEM;
	if (freed)
		evidence.default_zone = decision->keeper->given.tracker->wanted.default_zone;
	for (size_t i = 0; i < set->n; i++)
		rules[i].item = &set->entries[i].item;
	r = banplan_judge(rules, set->n, &evidence);
	for (size_t i = 0; i < set->n && r >= 0; i++) {
		r = is_missed(decision, &rules[i], freed);
		if (r > 0)
			r = loss_add(out, rules[i].item, LOSS_BAN, FIREWALL_RUNTIME, 0);
	}
	return r < 0 ? r : 0;
}

/*
 * Those of the set that are to be there, as an episode of their own; NULL: none.
 *
 * Return: 0; -ENOMEM: nothing is known of them, and they have to be kept.
 */
static int pick_held(struct episode **out, const struct decision *decision,
                     const struct firewall *set, bool freed)
{
	struct episode *episode;
	int r;

	*out = NULL;
	if (set->n == 0)
		return 0;
	episode = record_episode_new(decision->keeper->given.record, WIPE_UNKNOWN, clock_now_us(),
	                             "bans were missing, though nobody was seen to remove them");
	r = episode ? find_held(&episode->loss, decision, set, freed) : -ENOMEM;
	if (r == 0 && episode->loss.n) {
		*out = episode;
		return 0;
	}
	episode_free(episode);
	return r;
}

/* Takes those of the set that are to be there into the list; @out: their wipe, NULL: none. */
static int take_held(struct ban_wipe **out, struct decision *decision, const struct firewall *set,
                     bool freed)
{
	struct episode *episode;
	int r = pick_held(&episode, decision, set, freed);

	*out = NULL;
	if (r == 0 && episode)
		r = banlist_take(&decision->keeper->list, &episode, STORE_WIPE_RESTORED, !freed,
		                 out);
	episode_free(episode);
	if (r < 0)
		bankeeper_try_later(decision->keeper);
	return r;
}

/** bankeeper_decide_freed() - an unban in one jail has taken the rule of another one along */
void bankeeper_decide_freed(struct decision *decision)
{
	struct bankeeper *keeper = decision->keeper;
	struct ban_wipe *wipe;

	if (take_held(&wipe, decision, &keeper->asked, true) < 0)
		return;
	firewall_deinit(&keeper->asked);
	for (size_t i = 0; wipe && i < wipe->episode->loss.n; i++) {
		const struct item *item = &wipe->episode->loss.rows[i].item;
		_cleanup_free_ char *text = NULL;

		if (item_format(&text, item) < 0)
			continue;
		banlog_kept(bankeeper_log(keeper), text);
		record_event(keeper->given.record, EVENT_BAN_KEPT, item,
		             "%s was removed by an unban, and another jail still holds it", text);
	}
}

/*
 * On record as back, and not there: another wipe has taken it, which nobody saw. Its tickets
 * tell whether it was to stay.
 */
void bankeeper_find_gone(struct bankeeper *keeper)
{
	for (size_t i = 0; i < keeper->list.n; i++) {
		struct ban *ban = &keeper->list.bans[i];

		if (ban->state != BAN_BACK || ban->removing ||
		    bankeeper_is_there(keeper, ban->item))
			continue;
		if (bankeeper_remember(&keeper->suspects, ban->item) < 0)
			bankeeper_missed(
			    keeper); /* its wipe stays open, and it is found the next time */
		else
			banlist_drop(ban);
	}
	/* their wipes are closed when it is on record that they are lost again */
	banlist_sweep(&keeper->list);
}

/* When the running server began, and carried out again what it held; 0: not known. */
static int64_t fail2ban_since_us(const struct bankeeper *keeper)
{
	int64_t age_us = clock_monotonic_us() - fail2ban_began_us(keeper->given.fail2ban);

	/* of one whose age is not told, it is said that it begins just now */
	return age_us > 0 ? clock_now_us() - age_us : 0;
}

/* What is on record as removed by hand. Return: 0; negative errno: not known. */
static int read_removed(struct store_items *out, const struct bankeeper *keeper, int64_t since_us)
{
	struct store *store = record_store(keeper->given.record);
	struct err err = ERR_NULL;
	int r = store
	            ? store_event_items(store, EVENT_BIT(EVENT_INTENT_REMOVED), since_us, out, &err)
	            : 0;

	return r > 0 ? -EIO : r;
}

/* Removed, and not banned again since: of those of @removed, few. Return: 1, 0; negative errno. */
static int was_freed(const struct decision *decision, const struct store_items *removed,
                     const struct item *item, int64_t began_us)
{
	const struct banplan_evidence evidence = bankeeper_evidence(decision);
	_cleanup_store_items_ struct store_items since = STORE_ITEMS_NULL;
	struct banplan_rule rule = {.item = item};
	int r;

	if (!items_contain(removed->items, removed->n, item))
		return 0;
	r = banplan_judge(&rule, 1, &evidence);
	if (r == 0 && rule.ticket && rule.ticket->time_us > began_us)
		began_us = rule.ticket->time_us;
	if (r == 0)
		r = read_removed(&since, decision->keeper, began_us);
	return r != 0 ? r : items_contain(since.items, since.n, item);
}

static int suspect_unseen(const struct decision *decision, const struct banrule_query *query)
{
	struct bankeeper *keeper = decision->keeper;
	_cleanup_firewall_ struct firewall unseen = FIREWALL_NULL;
	_cleanup_store_items_ struct store_items removed = STORE_ITEMS_NULL;
	int r = read_removed(&removed, keeper, query->since_us);

	if (r == 0)
		r = banrule_unseen(&unseen, query);
	for (size_t i = 0; i < unseen.n && r == 0; i++) {
		const struct item *item = &unseen.entries[i].item;

		if (banlist_find(&keeper->list, item))
			continue;
		r = was_freed(decision, &removed, item, query->began_us);
		if (r == 0)
			r = bankeeper_remember(&keeper->suspects, item);
		else if (r == 1)
			r = 0;
	}
	return r;
}

/*
 * Who was banned in the last seconds of the guard before this one, or after them, may be on
 * no record of ours. A server that has just begun writes its rules by itself.
 */
void bankeeper_find_unseen(const struct decision *decision)
{
	struct bankeeper *keeper = decision->keeper;
	const struct banrule_query query = {.tickets = &keeper->tickets,
	                                    .shapes = &keeper->learn.shapes,
	                                    .now = &keeper->given.tracker->wanted,
	                                    .since_us = keeper->unseen_us,
	                                    .began_us = fail2ban_since_us(keeper),
	                                    .now_us = clock_now_us()};

	if (!keeper->unseen_us)
		return;
	if (decision->young) {
		loop_timer_set(keeper->timer, BANKEEPER_RETRY_MS);
		return;
	}
	if (suspect_unseen(decision, &query) == 0)
		keeper->unseen_us = 0;
	else
		bankeeper_try_later(keeper);
}

/** bankeeper_decide_suspects() - missing although nobody saw a wipe: fail2ban knows which were to
 * stay */
void bankeeper_decide_suspects(struct decision *decision)
{
	struct bankeeper *keeper = decision->keeper;
	struct record *record = keeper->given.record;
	struct ban_wipe *wipe;

	if (take_held(&wipe, decision, &keeper->suspects, false) < 0)
		return;
	if (wipe) {
		record_episode_begin(record, wipe->episode);
		record_episode_loss(record, wipe->episode);
	}
	for (size_t i = 0; i < keeper->suspects.n; i++)
		if (tracker_removed(keeper->given.tracker, &keeper->suspects.entries[i].item) < 0)
			bankeeper_missed(keeper);
	firewall_deinit(&keeper->suspects);
}

/** bankeeper_forget_freed() - what somebody removed was meant, or nobody can tell any more */
void bankeeper_forget_freed(struct bankeeper *keeper)
{
	firewall_deinit(&keeper->freed);
	firewall_deinit(&keeper->asked);
}

/*
 * Which of them another ticket may hold is known well enough without asking; most are
 * just over, and cost nobody anything.
 */
void bankeeper_freed_due(void *userdata)
{
	struct bankeeper *keeper = userdata;
	struct decision decision = {.keeper = keeper, .ranges = CLIENTRANGES_NULL};
	struct banplan_evidence evidence = bankeeper_evidence(&decision);
	_cleanup_free_ struct banplan_rule *rules = calloc(keeper->freed.n + 1, sizeof(*rules));
	size_t n_held = 0;
	int r = rules ? 0 : -ENOMEM;

	evidence.clients = NULL;
	evidence.default_zone = keeper->given.tracker->wanted.default_zone;
	for (size_t i = 0; rules && i < keeper->freed.n; i++)
		rules[i].item = &keeper->freed.entries[i].item;
	if (r == 0 && keeper->known)
		r = banplan_judge(rules, keeper->freed.n, &evidence);
	if (r < 0) {
		bankeeper_missed(keeper);
		loop_timer_set(keeper->freed_timer, BANKEEPER_RETRY_MS);
		return;
	}
	if (!keeper->known) {
		firewall_deinit(&keeper->freed);
		return;
	}
	for (size_t i = 0; i < keeper->freed.n; i++) {
		n_held += rules[i].answer == BANPLAN_HELD;
		if (rules[i].answer != BANPLAN_HELD)
			keeper->freed.entries[i].flags = 0;
	}
	firewall_sweep(&keeper->freed);
	if (n_held)
		bankeeper_advance(keeper);
}

static int add_all(struct firewall *out, const struct firewall *set)
{
	int r = 0;

	for (size_t i = 0; i < set->n && r == 0; i++)
		r = bankeeper_remember(out, &set->entries[i].item);
	return r;
}

/**
 * bankeeper_undecided() - what went and may have to come back, and stands in no wipe's record
 * @out: added to
 *
 * A snapshot that lacked it would say that it was let go, and a guard that is killed before
 * the rule is back leaves nothing but the snapshot.
 *
 * Return: 0 or -ENOMEM.
 */
int bankeeper_undecided(const struct bankeeper *keeper, struct firewall *out)
{
	int r = add_all(out, &keeper->freed);

	if (r == 0)
		r = add_all(out, &keeper->asked);
	for (size_t i = 0; i < keeper->list.n && r == 0; i++) {
		const struct ban *ban = &keeper->list.bans[i];

		if (!ban->wipe->recorded && ban->state != BAN_BACK &&
		    !bankeeper_is_there(keeper, ban->item))
			r = bankeeper_remember(out, ban->item);
	}
	return r;
}

/**
 * bankeeper_suspect() - bans are missing, and nobody saw a wipe
 * @loss: the bans are taken out of it
 *
 * They stay wanted until fail2ban has told which of them still hold.
 */
void bankeeper_suspect(struct bankeeper *keeper, struct loss *loss)
{
	size_t kept = 0;

	for (size_t i = 0; i < loss->n; i++) {
		struct item *item = &loss->rows[i].item;

		if (loss->rows[i].verdict != LOSS_BAN) {
			loss->rows[kept++] = loss->rows[i];
			continue;
		}
		/* what is in the list already is looked after there */
		if (banlist_find(&keeper->list, item)
		        ? tracker_removed(keeper->given.tracker, item) < 0
		        : bankeeper_remember(&keeper->suspects, item) < 0)
			bankeeper_missed(keeper);
		item_deinit(item);
	}
	loss->n = kept;
}
