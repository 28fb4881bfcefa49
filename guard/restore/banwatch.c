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
/* An unban, or a jail that is restarted, is over by then. */
#define SURE_MS 500
/* A jail makes its bans anew one by one: what it lacks alone may be waiting for those of others. */
#define SURE_ALONE_MS 3000
/* As long as that a ban may be on its way, whatever time its ticket has. */
#define HELD_MS 60000
/* Where there are thousands, a look takes no more than a hundredth of the time, and a twentieth of
 * fail2ban's. */
#define LOOK_FACTOR 100
#define ASK_FACTOR  20
/* It may just have been busy. */
#define ASK_PAUSE_MAX_MS 2000
#define RETRY_MS         5000
/* As the bankeeper has it: until then a server that starts may put back bans. */
#define GROWS_US 10000000LL
/* By then each ban that it holds is in its place, or is missed. */
#define LEARN_MS 180000

struct costs {
	int64_t began_ms, ms; /* the last time; monotonic */
};

/* Changes of the kernel's rules. */
struct burst {
	bool changed;
	char who[NEWS_WHO_SIZE]; /* the first to do it; "": firewalld, or not known */
};

struct banwatch {
	struct banwatch_options given;
	struct loop_source *timer; /* look */
	int64_t due_ms;            /* monotonic; when that is, while it is set */
	struct nfsocket sock;
	struct banplaces before, now; /* where bans were seen; as read last */
	struct tickets missing;       /* as the last look has it */
	struct tickets lost;          /* told */
	struct tickets held, recent;  /* for a minute, and since recent_ms */
	int64_t recent_ms;            /* monotonic */
	int64_t since_ms;             /* monotonic; missing is the same */
	bool asking, again;           /* fail2ban; and once more after that */
	int64_t state_ms;             /* monotonic; since when fail2ban is as it is */
	bool asked;                   /* since it runs, and since it was time to */
	bool known;                   /* now */
	bool unsure;                  /* whether what is missing stays so */
	struct burst since;           /* the last look */
	struct burst taking;          /* in which something went, since all was known */
	int64_t wiped_us;             /* by firewalld since then, UTC; 0: it was not */
	const char *wiped_by;         /* "the reload"; while that is not 0 */
	struct costs look, ask;
};

/* What begins now, or is over, and what it costs. */
static void begin(struct costs *costs)
{
	costs->began_ms = clock_monotonic_ms();
}

static void end(struct costs *costs)
{
	costs->ms = clock_monotonic_ms() - costs->began_ms;
}

static int64_t next_ms(const struct costs *costs, int64_t factor)
{
	return costs->began_ms + factor * costs->ms;
}

/* Or sooner, when that is planned. */
static void plan(struct banwatch *watch, int64_t delay_ms)
{
	int64_t now_ms = clock_monotonic_ms(), due_ms = now_ms + delay_ms;
	int64_t next = next_ms(&watch->look, LOOK_FACTOR);

	if (due_ms < next)
		due_ms = next;
	if (loop_timer_is_set(watch->timer) && watch->due_ms <= due_ms)
		return;
	watch->due_ms = due_ms;
	loop_timer_set(watch->timer, due_ms - now_ms);
}

static bool runs(const struct banwatch *watch)
{
	return fail2ban_state(watch->given.fail2ban) == FAIL2BAN_RUNNING;
}

static void forget_change(struct banwatch *watch)
{
	watch->since = watch->taking = (struct burst){0};
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
		                     watch->taking.who[0]    ? watch->taking.who
		                     : watch->wiped_us       ? watch->wiped_by
		                     : watch->taking.changed ? "firewalld"
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

	if (!watch->wiped_us)
		return 0;
	for (size_t i = 0; i < tickets->n && r == 0; i++) {
		const struct ticket *ticket = &tickets->tickets[i];

		if (tickets_have(&watch->missing, ticket) ||
		    (ticket->has_cidr && banplaces_have(&watch->now, &ticket->cidr)))
			r = add(&seen, ticket);
	}
	if (r == 0)
		unrestored_tell(watch->given.logger, watch->given.record, &wipe);
	return r;
}

/* Which tickets are no news: of times in the past there may be new ones. */
static int age(struct banwatch *watch, const struct tickets *tickets)
{
	_cleanup_tickets_ struct tickets now = TICKETS_NULL;
	int r;

	if (watch->recent_ms && clock_monotonic_ms() - watch->recent_ms < HELD_MS)
		return 0;
	r = copy(&now, tickets);
	if (r < 0)
		return r;
	tickets_deinit(&watch->held);
	watch->held = watch->recent;
	watch->recent = now;
	now = TICKETS_NULL;
	watch->recent_ms = clock_monotonic_ms();
	return 0;
}

static int64_t sure_ms(const struct tickets *missing)
{
	for (size_t i = 1; i < missing->n; i++)
		if (strcmp(missing->tickets[i].jail, missing->tickets[i - 1].jail) == 0)
			return SURE_MS;
	return missing->n ? SURE_ALONE_MS : SURE_MS;
}

/* What stays the same is no accident. Return: for how long it is still to. */
static int64_t unsure_ms(struct banwatch *watch, const struct tickets *missing)
{
	int64_t now_ms = clock_monotonic_ms(), left_ms;

	if (!are_same(missing, &watch->missing))
		watch->since_ms = now_ms;
	left_ms = watch->since_ms + sure_ms(missing) - now_ms;
	return are_same(missing, &watch->lost) || left_ms < 0 ? 0 : left_ms;
}

static int judge(struct banwatch *watch, const struct tickets *tickets)
{
	_cleanup_tickets_ struct tickets missing = TICKETS_NULL, lost = TICKETS_NULL;
	const struct banplace_evidence evidence = {
	    .tickets = tickets,
	    .now = &watch->now,
	    .before = &watch->before,
	    .held = &watch->held,
	    .now_us = clock_now_us(),
	    .whole = clock_monotonic_us() - fail2ban_began_us(watch->given.fail2ban) > GROWS_US};
	int64_t left_ms;
	int r = age(watch, tickets);

	if (r == 0)
		r = watch->known ? banplaces_lost(&missing, &evidence)
		                 : copy(&missing, &watch->lost);
	if (r == 0 && watch->known)
		r = banplaces_learn(&watch->before, &watch->now, tickets, evidence.now_us);
	if (r == 0)
		r = copy(&lost, &missing);
	if (r < 0)
		return r;
	left_ms = unsure_ms(watch, &missing);
	watch->unsure = left_ms > 0;
	tickets_deinit(&watch->missing);
	watch->missing = missing;
	missing = TICKETS_NULL;
	if (watch->unsure || !evidence.whole)
		plan(watch, watch->unsure ? left_ms : GROWS_US / 1000);
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
	end(&watch->ask);
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
	int64_t now_ms = clock_monotonic_ms(), next = next_ms(&watch->ask, ASK_FACTOR);
	int64_t latest = next_ms(&watch->ask, 1) + ASK_PAUSE_MAX_MS;

	if (next > latest)
		next = latest;
	if (next > now_ms && !watch->unsure) {
		plan(watch, next - now_ms);
		return;
	}
	begin(&watch->ask);
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

/* Of what is missing those are to blame who were at work when it went, not before or after. */
static void note_taking(struct banwatch *watch, const struct banplaces *now)
{
	if (banplaces_lack(now, &watch->now))
		watch->taking = watch->since;
	watch->since = (struct burst){0};
}

static void look(struct banwatch *watch)
{
	struct banplaces now = BANPLACES_NULL;
	bool is_whole;
	int r;

	watch->again |= watch->asking;
	if (!runs(watch) || watch->asking || is_reloading(watch))
		return;
	begin(&watch->look);
	r = bantables_read(&now, &watch->sock);
	end(&watch->look);
	if (r == -EINTR)
		plan(watch, LOOK_MS);
	watch->known = r == 0;
	if (r == -EINTR || (r != 0 && !watch->wiped_us))
		return;
	note_taking(watch, &now);
	banplaces_deinit(&watch->now);
	watch->now = now;
	is_whole = !banplaces_lack(&watch->now, &watch->before) &&
	           banplaces_learn(&watch->before, &watch->now, NULL, 0) == 0;
	if (!watch->asked || watch->missing.n || watch->lost.n || watch->wiped_us || !is_whole)
		ask(watch);
	else
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
 * As in an ipset, which is seen there; or one that came before it was seen where the bans are, and
 * of that fail2ban is asked for a while.
 */
void banwatch_look(struct banwatch *watch)
{
	if (clock_monotonic_ms() - watch->state_ms < LEARN_MS)
		watch->asked = false;
	plan(watch, 0);
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
	if (who && !watch->since.changed)
		snprintf(watch->since.who, sizeof(watch->since.who), "%s", who);
	watch->since.changed |= who != NULL;
	plan(watch, LOOK_MS);
}

/**
 * banwatch_flushed() - firewalld's rules were taken out of the kernel
 * @who: did it, in words; "": not known
 *
 * And what went with them, whoever changed something just before. To be called before firewalld is
 * reloaded for it.
 */
void banwatch_flushed(struct banwatch *watch, const char *who)
{
	struct burst *burst = watch->since.changed ? &watch->since : &watch->taking;

	if (*who)
		snprintf(burst->who, sizeof(burst->who), "%s", who);
}

/**
 * banwatch_wiped() - firewalld has loaded its rules, and emptied those of iptables, perhaps
 * @by:    a literal; "the reload"
 * @ended: it ends or begins; iptables-restore is its child then, and nobody can tell whose it was
 */
void banwatch_wiped(struct banwatch *watch, const char *by, bool ended)
{
	if (runs(watch)) {
		watch->wiped_us = clock_now_us();
		watch->wiped_by = by;
	}
	if (ended)
		watch->since.who[0] = watch->taking.who[0] = '\0';
	plan(watch, LOOK_MS);
}

/** banwatch_fail2ban() - its state changed: it takes its own away, or begins anew */
void banwatch_fail2ban(struct banwatch *watch)
{
	banplaces_deinit(&watch->before);
	tickets_deinit(&watch->missing);
	tickets_deinit(&watch->lost);
	tickets_deinit(&watch->held);
	tickets_deinit(&watch->recent);
	watch->recent_ms = 0;
	watch->asked = false;
	watch->state_ms = clock_monotonic_ms();
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
	tickets_deinit(&watch->held);
	tickets_deinit(&watch->recent);
	free(watch);
}
