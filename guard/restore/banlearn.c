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

	/* nor is it left out where it has a known shape: another jail's bans may look the same */
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

/* By whom it is about, and by when it came. */
static bool can_come_of(const struct newcomer *newcomer, const struct ticket *ticket,
                        const struct tickets *before)
{
	return cidr_contains(&newcomer->source, &ticket->cidr) &&
	       ticket->time_us <= newcomer->at_us + SLACK_US &&
	       (ticket->time_us >= newcomer->at_us - AFTER_US ||
	        (before && !tickets_have(before, ticket)));
}

/* How well a jail explains a newcomer. */
enum claim {
	CLAIM_NONE,
	CLAIM_POSSIBLE, /* its actions may do such a thing */
	CLAIM_SURE,     /* its bans look so, as was seen, or as they say themselves */
};

/* Return: the claim; -ENOMEM. */
static int claim_of(const struct jail *jail, const struct item *item, const struct banlearn *learn,
                    const struct banlearn_reading *reading)
{
	_cleanup_(banshape_deinit) struct banshape shape = {.kind = item->kind,
	                                                    .zone = strdup(item->zone)};
	int r = shape.zone ? jailuse_makes(jail, item, reading->fw) : -ENOMEM;

	if (r <= 0 || !jail)
		return r < 0 ? r : r > 0 ? CLAIM_POSSIBLE : CLAIM_NONE;
	r = banshape_cut(&shape.pattern, &shape.first, item);
	if (r < 0)
		return r;
	return banshapes_of_jail(&learn->shapes, item, shape.pattern, jail->name) ||
	               banshape_is_said(&shape, jail, reading->fw->default_zone)
	           ? CLAIM_SURE
	           : CLAIM_POSSIBLE;
}

/*
 * Whose bans it is: those of the jails with the best claim. Of several that may have made it
 * nobody can tell which did, and who undoes it then: it is left to a ban of one of them alone.
 * Where several are sure, each makes it, and each undoes it, as fail2ban's own actions do when
 * jails share a rule: it stays for as long as one of them bans.
 */
static int find_makers(struct young *out, enum claim least, const struct banlearn *learn,
                       const struct newcomer *newcomer, const struct young *young,
                       const struct banlearn_reading *reading)
{
	int best = (int)least;

	out->tickets = calloc(young->n + 1, sizeof(const struct ticket *));
	if (!out->tickets)
		return -ENOMEM;
	for (size_t i = 0; i < young->n; i++) {
		const struct ticket *ticket = young->tickets[i];
		int claim;

		if (!can_come_of(newcomer, ticket, reading->before))
			continue;
		claim = claim_of(tickets_jail(reading->now, ticket->jail), &newcomer->item, learn,
		                 reading);
		if (claim < 0)
			return claim;
		if (claim < best)
			continue;
		if (claim > best)
			out->n = 0;
		best = claim;
		out->tickets[out->n++] = ticket;
	}
	/* they are sorted by jail */
	if (best == CLAIM_POSSIBLE && out->n &&
	    strcmp(out->tickets[0]->jail, out->tickets[out->n - 1]->jail) != 0)
		out->n = 0;
	return 0;
}

static int learn_from(struct banlearn *learn, enum claim least, const struct newcomer *newcomer,
                      const struct young *young, const struct banlearn_reading *reading)
{
	struct young makers = {0};
	int r = find_makers(&makers, least, learn, newcomer, young, reading);

	for (size_t i = 0; i < makers.n && r == 0; i++) {
		const struct ticket *ticket = makers.tickets[i];
		const struct banshape *learned = NULL;

		r = banshapes_see(&learn->shapes, &newcomer->item, ticket,
		                  tickets_jail(reading->now, ticket->jail), &learned);
		if (r == 0 && learned)
			reading->on_shape(learned, reading->userdata);
	}
	free(makers.tickets);
	return r;
}

/* Which of them the jails' own actions explain, or those shapes. */
static int judge(struct banplan_rule **out, const struct banlearn *learn,
                 const struct banshapes *shapes, const struct banlearn_reading *reading,
                 int64_t now_us)
{
	const struct banplan_evidence evidence = {
	    .tickets = reading->now, .shapes = shapes, .now_us = now_us};
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
	_cleanup_free_ struct banplan_rule *told = NULL, *known = NULL;
	struct young young = {0};
	int64_t now_us = clock_now_us();
	int r, swept;

	if (learn->n == 0)
		return 0;
	r = find_young(&young, learn, reading);
	if (r == 0)
		r = judge(&told, learn, NULL, reading, now_us);
	if (r == 0)
		r = judge(&known, learn, &learn->shapes, reading, now_us);
	for (size_t i = 0; i < learn->n && r == 0; i++) {
		bool is_held = known[i].answer == BANPLAN_HELD;

		/* what is a ban already is another jail's as well only if that says so */
		if (told[i].answer != BANPLAN_HELD)
			r = learn_from(learn, is_held ? CLAIM_SURE : CLAIM_POSSIBLE,
			               &learn->newcomers[i], &young, reading);
	}
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
