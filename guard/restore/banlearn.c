// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/restore/banlearn.h"

#include "guard/model/ban/jailuse.h"
#include "guard/system/host/clock.h"

#include <errno.h>
#include <string.h>

/* More at once are bans of a shape that is known, or somebody's list. */
#define NEWCOMERS_MAX 256

/* An item comes so long after its ban at most, and the ban shows up so long after it. */
#define AFTER_US  INT64_C(60000000)
#define FORGET_US INT64_C(30000000)
/* The clock of the one, and seconds of the other. */
#define SLACK_US INT64_C(2000000)

/** banlearn_deinit() - the result is BANLEARN_NULL and usable */
void banlearn_deinit(struct banlearn *learn)
{
	for (size_t i = 0; i < learn->n; i++)
		item_deinit(&learn->newcomers[i].item);
	free(learn->newcomers);
	banshapes_deinit(&learn->shapes);
	*learn = BANLEARN_NULL;
}

static void drop(struct banlearn *learn, size_t at)
{
	item_deinit(&learn->newcomers[at].item);
	memmove(&learn->newcomers[at], &learn->newcomers[at + 1],
	        (--learn->n - at) * sizeof(*learn->newcomers));
}

/** banlearn_added() - something appeared in firewalld's runtime; Return: 0 or -ENOMEM */
int banlearn_added(struct banlearn *learn, const struct item *item)
{
	struct newcomer newcomer = {.at_us = clock_now_us()};
	_cleanup_free_ char *pattern = NULL;
	int r = banshape_cut(&pattern, &newcomer.source, item);

	if (r == 0)
		r = banshapes_have(&learn->shapes, item);
	if (r != 0)
		return r < 0 ? r : 0;
	if (learn->n == NEWCOMERS_MAX)
		drop(learn, 0);
	if (grow(&learn->newcomers, &learn->capacity, learn->n + 1, sizeof(newcomer)) < 0 ||
	    item_copy(&newcomer.item, item) < 0)
		return -ENOMEM;
	learn->newcomers[learn->n++] = newcomer;
	return 0;
}

/** banlearn_removed() - it went again, and nothing is to be learned from it */
void banlearn_removed(struct banlearn *learn, const struct item *item)
{
	for (size_t i = learn->n; i-- > 0;)
		if (item_cmp(&learn->newcomers[i].item, item) == 0)
			drop(learn, i);
}

/* --- held against tickets ---------------------------------------------------------------- */

/* The tickets that a newcomer can have come with. */
struct young {
	const struct ticket **tickets; /* owned */
	size_t n;
};

static int find_young(struct young *out, const struct banlearn *learn,
                      const struct banlearn_reading *reading)
{
	/* the oldest newcomer comes first: a slow fail2ban may have answered long after it */
	int64_t since_us = learn->newcomers[0].at_us - AFTER_US;

	out->tickets = calloc(reading->now->n + 1, sizeof(const struct ticket *));
	if (!out->tickets)
		return -ENOMEM;
	for (size_t i = 0; i < reading->now->n; i++) {
		const struct ticket *ticket = &reading->now->tickets[i];

		if (ticket->has_cidr &&
		    (ticket->time_us >= since_us ||
		     (reading->before && !tickets_have(reading->before, ticket))))
			out->tickets[out->n++] = ticket;
	}
	return 0;
}

/* Whose ban it is; NULL: nobody's, or it cannot be told which jail's. */
static const struct ticket *find_ticket(const struct newcomer *newcomer, const struct young *young,
                                        const struct tickets *before)
{
	const struct ticket *found = NULL;

	for (size_t i = 0; i < young->n; i++) {
		const struct ticket *ticket = young->tickets[i];

		if (!cidr_contains(&newcomer->source, &ticket->cidr) ||
		    ticket->time_us > newcomer->at_us + SLACK_US ||
		    (ticket->time_us < newcomer->at_us - AFTER_US &&
		     (!before || tickets_have(before, ticket))))
			continue;
		if (found && strcmp(found->jail, ticket->jail) != 0)
			return NULL;
		found = ticket;
	}
	return found;
}

static int learn_from(struct banlearn *learn, const struct newcomer *newcomer,
                      const struct young *young, const struct banlearn_reading *reading)
{
	const struct ticket *ticket = find_ticket(newcomer, young, reading->before);
	const struct jail *jail = ticket ? tickets_jail(reading->now, ticket->jail) : NULL;
	const struct banshape *learned = NULL;
	int r = ticket ? jailuse_makes(jail, &newcomer->item, reading->fw) : 0;

	if (r > 0)
		r = banshapes_see(&learn->shapes, &newcomer->item, ticket, jail, &learned);
	if (r == 0 && learned)
		reading->on_shape(learned, reading->userdata);
	return r;
}

/* Which of them the jails' own actions explain: for these nothing is to be learned. */
static int judge(struct banplan_rule **out, const struct banlearn *learn,
                 const struct banlearn_reading *reading, int64_t now_us)
{
	const struct banplan_evidence evidence = {.tickets = reading->now, .now_us = now_us};
	_cleanup_free_ struct banplan_rule *rules = calloc(learn->n, sizeof(*rules));
	int r;

	if (!rules)
		return -ENOMEM;
	for (size_t i = 0; i < learn->n; i++)
		rules[i].item = &learn->newcomers[i].item;
	r = banplan_judge(rules, learn->n, &evidence);
	if (r == 0)
		*out = steal(rules);
	return r;
}

/* What is known to be a ban by now, or came too long ago, is new no more. Return: 0, -ENOMEM. */
static int sweep(struct banlearn *learn, const struct banlearn_reading *reading, int64_t now_us)
{
	int r = 0;

	for (size_t i = learn->n; i-- > 0;) {
		const struct newcomer *newcomer = &learn->newcomers[i];
		int is_ban = banshapes_have(&learn->shapes, &newcomer->item);

		if (is_ban < 0)
			r = is_ban;
		if (is_ban > 0)
			reading->on_ban(&newcomer->item, reading->userdata);
		if (is_ban > 0 || newcomer->at_us < now_us - FORGET_US || newcomer->at_us > now_us)
			drop(learn, i);
	}
	return r;
}

/**
 * banlearn_read() - fail2ban's tickets were read
 *
 * Return: 0 or -ENOMEM.
 */
int banlearn_read(struct banlearn *learn, const struct banlearn_reading *reading)
{
	_cleanup_free_ struct banplan_rule *rules = NULL;
	struct young young = {0};
	int64_t now_us = clock_now_us();
	int r, swept;

	if (learn->n == 0)
		return 0;
	r = find_young(&young, learn, reading);
	if (r == 0)
		r = judge(&rules, learn, reading, now_us);
	for (size_t i = 0; i < learn->n && r == 0; i++)
		if (rules[i].answer != BANPLAN_HELD)
			r = learn_from(learn, &learn->newcomers[i], &young, reading);
	swept = sweep(learn, reading, now_us);
	free(young.tickets);
	return r != 0 ? r : swept;
}

/**
 * banlearn_look_back() - learn from the bans that were there before anything was heard
 * @reading: only @now, @fw and @on_shape count
 *
 * Return: 0 or -ENOMEM.
 */
int banlearn_look_back(struct banlearn *learn, const struct banlearn_reading *reading)
{
	const struct banprior_evidence evidence = {.fw = reading->fw,
	                                           .tickets = reading->now,
	                                           .known = &learn->shapes,
	                                           .now_us = clock_now_us()};
	_cleanup_banshapes_ struct banshapes found = BANSHAPES_NULL;
	int r = banprior_find(&found, &evidence);

	for (size_t i = 0; i < found.n && r == 0; i++) {
		r = banshapes_add_take(&learn->shapes, &found.shapes[i]);
		if (r == 0)
			reading->on_shape(&learn->shapes.shapes[learn->shapes.n - 1],
			                  reading->userdata);
	}
	return r;
}
