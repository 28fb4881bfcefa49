// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/restore/restore-bans.h"

#include <errno.h>
#include <string.h>

#include "guard/system/host/clock.h"
#include "guard/system/fail2ban/fail2ban.h"

/** restore_bans_deinit() - free all of it; may be called twice */
void restore_bans_deinit(struct restore_bans *bans)
{
	tickets_deinit(&bans->tickets);
	clientranges_deinit(&bans->ranges);
	free(bans->rules);
	free(bans->rows);
	free(bans->done);
	bans->rules = NULL;
	bans->rows = NULL;
	bans->done = NULL;
	bans->n = 0;
}

/**
 * restore_bans_find() - the bans of the loss that are not there
 * @bans: its config, store and loss are set; these and @now are borrowed
 *
 * Return: 0 or -ENOMEM.
 */
int restore_bans_find(struct restore_bans *bans, const struct firewall *now)
{
	size_t n = loss_count(bans->loss, LOSS_BAN);

	bans->rules = calloc(n + 1, sizeof(*bans->rules));
	bans->rows = calloc(n + 1, sizeof(*bans->rows));
	bans->done = calloc(n + 1, sizeof(*bans->done));
	if (!bans->rules || !bans->rows || !bans->done)
		return -ENOMEM;
	for (size_t i = 0; i < bans->loss->n; i++) {
		const struct loss_row *row = &bans->loss->rows[i];

		if (row->verdict != LOSS_BAN || firewall_has(now, &row->item, FIREWALL_RUNTIME))
			continue;
		bans->rules[bans->n].item = &row->item;
		bans->rows[bans->n++] = i;
	}
	return 0;
}

static int read_tickets(struct restore_bans *bans)
{
	const struct config *config = bans->config;
	const struct fail2ban_options options = {
	    .socket = config->fail2ban_socket,
	    .pidfile = config->fail2ban_pidfile,
	    .database = config->fail2ban_database,
	};
	enum fail2ban_state state;
	struct tickets tickets = TICKETS_NULL;
	int r = fail2ban_read_wait(&tickets, &state, &options, NULL);

	bans->state = fail2ban_state_name(state);
	bans->known = r == 0 && state == FAIL2BAN_RUNNING;
	tickets_deinit(&bans->tickets);
	bans->tickets = tickets;
	return r == -ENOMEM ? r : 0;
}

static int read_ranges(struct restore_bans *bans)
{
	const struct clientranges_options options = {
	    .config = bans->config, .store = bans->store, .now_us = clock_now_us()};

	if (bans->ranges.n || bans->ranges.troubles.n)
		return 0;
	return clientranges_wait(&bans->ranges, &options, NULL);
}

static void count(struct restore_bans *bans)
{
	bans->n_held = bans->n_ended = bans->n_strangers = bans->n_left_out = 0;
	for (size_t i = 0; i < bans->n; i++) {
		enum banplan_answer answer = bans->rules[i].answer;

		bans->n_held += answer == BANPLAN_HELD;
		bans->n_ended += answer == BANPLAN_ENDED;
		bans->n_strangers += answer == BANPLAN_STRANGER;
		bans->n_left_out += answer == BANPLAN_LEFT_OUT;
	}
}

/**
 * restore_bans_ask() - which of them still hold?
 *
 * Sets known; without it nothing follows (law 2).
 *
 * Return: 0 or -ENOMEM.
 */
int restore_bans_ask(struct restore_bans *bans)
{
	struct banplan_evidence evidence = {
	    .tickets = &bans->tickets,
	    .clients = &bans->ranges.effective,
	    .safe = bans->config->restore_bans == CONFIG_RESTORE_BANS_SAFE,
	};
	int r = read_tickets(bans);

	if (r < 0 || !bans->known)
		return r;
	r = read_ranges(bans);
	evidence.now_us = clock_now_us();
	if (r == 0)
		r = banplan_judge(bans->rules, bans->n, &evidence);
	if (r == 0)
		count(bans);
	return r;
}

/**
 * restore_bans_batch() - the next bans to put back, the latest first
 * @out: empty when all are tried
 *
 * Return: 0 or -ENOMEM.
 */
int restore_bans_batch(struct plan *out, struct restore_bans *bans, size_t max)
{
	_cleanup_free_ struct banplan_rule *rules = calloc(bans->n + 1, sizeof(*rules));
	size_t n = 0;

	if (!rules)
		return -ENOMEM;
	for (size_t i = 0; i < bans->n; i++)
		if (bans->rules[i].answer == BANPLAN_HELD && !bans->done[i])
			rules[n++] = bans->rules[i];
	banplan_newest_first(rules, n);
	for (size_t i = 0; i < n && i < max; i++) {
		size_t at = 0;
		struct plan_step step = {0};

		while (bans->rules[at].item != rules[i].item)
			at++;
		step.loss_row = bans->rows[at];
		if (grow(&out->steps, &out->capacity, out->n + 1, sizeof(step)) < 0 ||
		    item_copy(&step.item, rules[i].item) < 0)
			return -ENOMEM;
		out->steps[out->n++] = step;
		bans->done[at] = true;
	}
	return 0;
}

/** restore_bans_why() - why one is left out; the caller frees @out; Return: 0 or -ENOMEM */
int restore_bans_why(char **out, const struct restore_bans *bans, const struct banplan_rule *rule)
{
	const struct clientrange *range = NULL;
	char cidr[CIDR_TEXT_LENGTH] = "legitimate clients";

	(void)clientranges_coverage(&bans->ranges, &rule->ticket->cidr, &range);
	if (range)
		cidr_format(&range->cidr, cidr);
	return xasprintf(out,
	                 "covers the legitimate clients %s (%s): restore-bans = safe; jail %s "
	                 "still holds it",
	                 cidr, range ? clientrange_source_name(range->source) : "not known",
	                 rule->ticket->jail);
}
