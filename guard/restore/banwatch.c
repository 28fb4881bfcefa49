// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/restore/banwatch.h"

#include "guard/base/text.h"
#include "guard/model/ban/banplace.h"
#include "guard/restore/news.h"
#include "guard/restore/unrestored.h"
#include "guard/system/host/clock.h"
#include "guard/system/kernel/bantables.h"
#include "guard/system/kernel/fwtables.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Changes come in bursts. */
#define LOOK_MS 50
/* An unban, or a jail that is restarted, is over by then, a ban at a time. */
#define SURE_MS 500
/* Where there are thousands, a look takes no more than a hundredth of the time. */
#define COST_FACTOR 100
#define RETRY_MS    5000
/* As the bankeeper has it: until then a server that starts may put back bans. */
#define GROWS_US 10000000LL

struct banwatch {
	struct banwatch_options given;
	struct loop_source *timer; /* look */
	int64_t due_ms;            /* monotonic; when that is, while it is set */
	struct nfsocket sock;
	struct banplaces before, now; /* where bans were seen; as read last */
	struct tickets missing;       /* as the last look has it */
	struct tickets lost;          /* told */
	bool asking, again;           /* fail2ban; and once more after that */
	bool asked;                   /* since it runs, and since it was time to */
	bool known;                   /* now */
	bool unsure;                  /* whether what is missing stays so */
	bool changed;                 /* the kernel's rules were, since all was known */
	char who[NEWS_WHO_SIZE];      /* the first to do it; "": firewalld, or not known */
	int64_t wiped_us;             /* by firewalld since then, UTC; 0: it was not */
	const char *wiped_by;         /* "the reload"; while that is not 0 */
	int64_t cost_ms;              /* of the last look */
};

/* Or sooner, when that is planned. */
static void plan(struct banwatch *watch, int64_t delay_ms)
{
	int64_t due_ms = clock_monotonic_ms() + delay_ms + COST_FACTOR * watch->cost_ms;

	if (loop_timer_is_set(watch->timer) && watch->due_ms <= due_ms)
		return;
	watch->due_ms = due_ms;
	loop_timer_set(watch->timer, delay_ms + COST_FACTOR * watch->cost_ms);
}

static bool runs(const struct banwatch *watch)
{
	return fail2ban_state(watch->given.fail2ban) == FAIL2BAN_RUNNING;
}

static void forget_change(struct banwatch *watch)
{
	watch->changed = false;
	watch->who[0] = '\0';
	watch->wiped_us = 0;
}

/* --- telling ------------------------------------------------------------------------------- */

static size_t count(const struct tickets *tickets, const char *jail)
{
	size_t n = 0;

	for (size_t i = 0; i < tickets->n; i++)
		n += strcmp(tickets->tickets[i].jail, jail) == 0;
	return n;
}

static bool has_new(const struct tickets *now, const struct tickets *before, const char *jail)
{
	for (size_t i = 0; i < now->n; i++)
		if (strcmp(now->tickets[i].jail, jail) == 0 &&
		    !tickets_have(before, &now->tickets[i]))
			return true;
	return false;
}

static void tell_fewer(const struct banwatch *watch, const char *jail, size_t n)
{
	/* said of another loss it is news */
	const struct logger_fields fields = {.occasion = clock_now_us(), .jail = jail};
	char words[TICKET_JAIL_MAX + 100];

	if (n == 0)
		snprintf(words, sizeof(words),
		         "no ban of jail %s is missing in the kernel any more", jail);
	else
		snprintf(words, sizeof(words),
		         "%zu ban%s of jail %s %s still missing in the kernel", n, text_plural(n),
		         jail, n == 1 ? "is" : "are");
	logger_write_about(watch->given.logger, LOGGER_NOTICE, &fields, "%s", words);
	record_event(watch->given.record, EVENT_FAIL2BAN, NULL, "%s", words);
}

static void tell(const struct banwatch *watch, const char *jail)
{
	size_t n = count(&watch->missing, jail), was = count(&watch->lost, jail);

	if (has_new(&watch->missing, &watch->lost, jail))
		unrestored_tell_jail(watch->given.logger, watch->given.record,
		                     watch->who[0]     ? watch->who
		                     : watch->wiped_us ? watch->wiped_by
		                     : watch->changed  ? "firewalld"
		                                       : "somebody",
		                     jail, n);
	else if (n < was)
		tell_fewer(watch, jail, n);
}

/* Tickets are sorted by their jails. */
static void tell_each(const struct banwatch *watch, const struct tickets *of,
                      const struct tickets *told)
{
	for (size_t i = 0; i < of->n; i++)
		if ((i == 0 || strcmp(of->tickets[i].jail, of->tickets[i - 1].jail) != 0) &&
		    !(told && count(told, of->tickets[i].jail)))
			tell(watch, of->tickets[i].jail);
}

/* --- looking ------------------------------------------------------------------------------- */

static bool are_same(const struct tickets *a, const struct tickets *b)
{
	bool same = a->n == b->n;

	for (size_t i = 0; i < a->n && same; i++)
		same = tickets_have(b, &a->tickets[i]);
	return same;
}

static int add(struct tickets *out, const struct ticket *ticket)
{
	return tickets_add(out, ticket->jail, ticket->address, ticket->time_us, ticket->end_us,
	                   ticket->count, ticket->source);
}

static int copy(struct tickets *out, const struct tickets *from)
{
	int r = 0;

	for (size_t i = 0; i < from->n && r == 0; i++)
		r = add(out, &from->tickets[i]);
	return r;
}

/* Of what is not to be seen in the kernel it is known what a reload does to it. */
static int tell_unseen(const struct banwatch *watch, const struct tickets *tickets)
{
	_cleanup_tickets_ struct tickets seen = TICKETS_NULL;
	const struct tracker *tracker = watch->given.tracker;
	const struct unrestored_wipe wipe = {
	    .by = watch->wiped_by,
	    .tickets = tickets,
	    .seen = &seen,
	    .at_us = watch->wiped_us,
	    .iptables = jail_iptables_fate(firewalld_version(watch->given.fw),
	                                   firewalld_backend(watch->given.fw),
	                                   tracker->known ? &tracker->wanted : NULL)};
	int r = 0;

	for (size_t i = 0; i < tickets->n && r == 0; i++) {
		const struct ticket *ticket = &tickets->tickets[i];

		if (tickets_have(&watch->missing, ticket) ||
		    (ticket->has_cidr && banplaces_have(&watch->now, &ticket->cidr)))
			r = add(&seen, ticket);
	}
	if (r == 0 && watch->wiped_us)
		unrestored_tell(watch->given.logger, watch->given.record, &wipe);
	return r;
}

/* What two looks have in common is no accident. */
static int judge(struct banwatch *watch, const struct tickets *tickets)
{
	_cleanup_tickets_ struct tickets missing = TICKETS_NULL, lost = TICKETS_NULL;
	const struct banplace_evidence evidence = {
	    .tickets = tickets,
	    .now = &watch->now,
	    .before = &watch->before,
	    .now_us = clock_now_us(),
	    .whole = clock_monotonic_us() - fail2ban_began_us(watch->given.fail2ban) > GROWS_US};
	int r = watch->known ? banplaces_lost(&missing, &evidence) : copy(&missing, &watch->lost);

	if (r == 0 && watch->known)
		r = banplaces_learn(&watch->before, &watch->now, tickets, evidence.now_us);
	if (r == 0)
		r = copy(&lost, &missing);
	if (r < 0)
		return r;
	watch->unsure = !are_same(&missing, &watch->missing);
	tickets_deinit(&watch->missing);
	watch->missing = missing;
	missing = TICKETS_NULL;
	if (watch->unsure || !evidence.whole)
		plan(watch, watch->unsure ? SURE_MS : GROWS_US / 1000);
	if (watch->unsure)
		return 0;
	tell_each(watch, &watch->missing, NULL);
	tell_each(watch, &watch->lost, &watch->missing);
	tickets_deinit(&watch->lost);
	watch->lost = lost;
	lost = TICKETS_NULL;
	r = tell_unseen(watch, tickets);
	if (r == 0)
		forget_change(watch);
	return r;
}

static bool are_known(const struct tickets *tickets)
{
	for (size_t i = 0; i < tickets->n_jails; i++)
		if (!tickets->jails[i].actions_known)
			return false;
	return true;
}

static void on_tickets(int result, struct tickets *tickets, const struct err *err _unused_,
                       void *userdata)
{
	struct banwatch *watch = userdata;

	watch->asking = false;
	if (result != 0 || !runs(watch) || !are_known(tickets) || judge(watch, tickets) < 0) {
		plan(watch, RETRY_MS);
		return;
	}
	watch->asked = true;
	if (watch->again)
		plan(watch, LOOK_MS);
	watch->again = false;
}

static void ask(struct banwatch *watch)
{
	watch->asking = fail2ban_read(watch->given.fail2ban, on_tickets, watch) == 0;
	if (!watch->asking)
		plan(watch, RETRY_MS);
}

/* The rules of iptables are firewalld's affair while it reloads; its end is another change. */
static bool is_reloading(struct banwatch *watch)
{
	struct fwtables now;

	return fwtables_read(&now, &watch->sock) == 0 && now.shut;
}

static void look(struct banwatch *watch)
{
	struct banplaces now = BANPLACES_NULL;
	int64_t began_ms = clock_monotonic_ms();
	int r;

	watch->again |= watch->asking;
	if (!runs(watch) || watch->asking || is_reloading(watch))
		return;
	r = bantables_read(&now, &watch->sock);
	if (r == -EINTR)
		plan(watch, LOOK_MS);
	watch->known = r == 0;
	if (r == -EINTR || (r != 0 && !watch->wiped_us))
		return;
	watch->cost_ms = clock_monotonic_ms() - began_ms;
	banplaces_deinit(&watch->now);
	watch->now = now;
	if (!watch->asked || watch->missing.n || watch->lost.n || watch->wiped_us ||
	    banplaces_lack(&watch->now, &watch->before))
		ask(watch);
	else if (banplaces_learn(&watch->before, &watch->now, NULL, 0) == 0)
		forget_change(watch);
}

static void on_due(void *userdata)
{
	look(userdata);
}

/* --- what is heard ------------------------------------------------------------------------- */

/**
 * banwatch_look() - there may have been a change of which the kernel tells nobody
 *
 * As in an ipset; or one that came before it was seen where the bans are.
 */
void banwatch_look(struct banwatch *watch)
{
	watch->asked = false;
	plan(watch, LOOK_MS);
}

/**
 * banwatch_changed() - the kernel's rules were changed
 * @who: did it, in words; "": firewalld; NULL: the guard, or not known
 *
 * Of a burst it is the first: firewalld shuts everything before it empties iptables' chains by
 * programs of other names, and is made to reload by the guard when somebody else was first.
 */
void banwatch_changed(struct banwatch *watch, const char *who)
{
	if (who && !watch->changed && !watch->unsure)
		snprintf(watch->who, sizeof(watch->who), "%s", who);
	watch->changed |= who != NULL;
	plan(watch, LOOK_MS);
}

/**
 * banwatch_wiped() - firewalld has loaded its rules, and emptied those of iptables, perhaps
 * @by: a literal; "the reload"
 */
void banwatch_wiped(struct banwatch *watch, const char *by)
{
	if (runs(watch)) {
		watch->wiped_us = clock_now_us();
		watch->wiped_by = by;
	}
	plan(watch, LOOK_MS);
}

/** banwatch_fail2ban() - its state changed: it takes its own away, or begins anew */
void banwatch_fail2ban(struct banwatch *watch)
{
	banplaces_deinit(&watch->before);
	tickets_deinit(&watch->missing);
	tickets_deinit(&watch->lost);
	watch->asked = false;
	watch->unsure = false;
	forget_change(watch);
	plan(watch, LOOK_MS);
}

/** banwatch_tickets_changed() - what is lost may have ended, of which the kernel knows nothing */
void banwatch_tickets_changed(struct banwatch *watch)
{
	if (watch->lost.n)
		plan(watch, LOOK_MS);
}

/* --- beginning and end --------------------------------------------------------------------- */

/** banwatch_new() - @out: written on success alone; @options: copied; 0 or negative errno */
int banwatch_new(struct banwatch **out, const struct banwatch_options *options)
{
	struct banwatch *watch = calloc(1, sizeof(*watch));
	int r;

	if (!watch)
		return -ENOMEM;
	watch->given = *options;
	watch->sock = NFSOCKET_NULL;
	r = loop_add_timer(options->loop, &watch->timer, on_due, watch);
	if (r < 0) {
		banwatch_free(watch);
		return r;
	}
	plan(watch, LOOK_MS); /* there may be no change that would be told */
	*out = watch;
	return 0;
}

/** banwatch_free() - NULL is fine */
void banwatch_free(struct banwatch *watch)
{
	if (!watch)
		return;
	if (watch->asking)
		fail2ban_read_forget(watch->given.fail2ban, on_tickets, watch);
	loop_remove(watch->timer);
	nfsocket_close(&watch->sock);
	banplaces_deinit(&watch->before);
	banplaces_deinit(&watch->now);
	tickets_deinit(&watch->missing);
	tickets_deinit(&watch->lost);
	free(watch);
}
