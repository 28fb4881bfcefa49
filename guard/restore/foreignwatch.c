// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/restore/foreignwatch.h"

#include "guard/base/text.h"
#include "guard/model/ban/ticket.h"
#include "guard/system/host/clock.h"
#include "guard/system/kernel/foreigntables.h"

#include <errno.h>
#include <stdio.h>

/*
 * For so long nothing has changed: firewalld empties the chains, lets packets in again, and only
 * then says that it has reloaded; what it left must not be taken for what was there.
 */
#define QUIET_MS 500
/* Where there are thousands of rules, no more than a hundredth of the time goes into it. */
#define COST_FACTOR 100
/* Until then who hears of a reload has put back what is his. */
#define SETTLE_MS 10000

/* What has wiped it where firewalld has not, since. */
static const char flush[] = "flush";

struct foreignwatch {
	struct foreignwatch_options given;
	struct loop_source *timer;
	struct nfsocket sock;
	struct foreign before;          /* as it was when all was quiet */
	const char *by;                 /* static; what has wiped it since then; NULL: nothing */
	struct foreign flushed;         /* of it, what somebody took before that */
	char flushed_by[NEWS_WHO_SIZE]; /* in words */
	bool known;                     /* that, and what is on record; nothing changed since */
	bool shared;                    /* firewalld had rules of its own among them */
	int64_t cost_ms;                /* of the last look */
};

static bool is_shared(const struct foreignwatch *watch)
{
	const struct tracker *tracker = watch->given.tracker;

	return jail_shares_iptables(firewalld_backend(watch->given.fw),
	                            tracker->known ? &tracker->wanted : NULL);
}

/* What took the rules of this owner. */
static int name_cause(char **out, const struct foreignwatch *watch, const struct owner *owner)
{
	const char *who = watch->flushed_by;

	return foreign_has(&watch->flushed, owner)
	           ? xasprintf(out, "the flush of the kernel's rules%s%s", *who ? " by " : "", who)
	           : xasprintf(out, "the %s of firewalld", watch->by);
}

static void tell_lost(const struct foreignwatch *watch, const struct foreign *lost,
                      const struct owner *owner)
{
	const char *name = owner_name(owner), *again = owner_again(owner);
	_cleanup_free_ char *chains = NULL, *cause = NULL;

	if (foreign_list(&chains, lost, owner) < 0 || name_cause(&cause, watch, owner) < 0)
		return;
	if (again)
		logger_write(watch->given.logger, LOGGER_WARNING,
		             "%s took rules of %s, which are not back: %s. What needs them %s. To "
		             "have them again, type: " TEXT_COMMAND,
		             cause, name, chains,
		             owner_is_fail2ban(owner) ? "bans nobody" : "is not reached", again);
	else
		logger_write(watch->given.logger, LOGGER_WARNING,
		             "%s took rules of %s, which are not back: %s. Whoever made them has "
		             "to make them again",
		             cause, name, chains);
	record_event(watch->given.record, EVENT_OTHERS_LOST, NULL, "%s took rules of %s: %s%s%s",
	             cause, name, chains, again ? ": " : "", again ? again : "");
}

static void tell_back(const struct foreignwatch *watch, const struct owner *owner)
{
	const char *name = owner_name(owner);

	logger_write(watch->given.logger, LOGGER_NOTICE, "the rules of %s that were taken are back",
	             name);
	record_event(watch->given.record, EVENT_OTHERS_BACK, NULL, "the rules of %s are back",
	             name);
}

/* One that runs holds tickets, of which others tell; one that was ended in order has taken its
 * bans off itself. */
static bool has_left_bans(const struct foreignwatch *watch)
{
	return fail2ban_state(watch->given.fail2ban) == FAIL2BAN_CRASHED;
}

/* Of whom something was lost, or is back, since the record said so last. */
static void tell(const struct foreignwatch *watch, const struct foreign *was,
                 const struct foreign *is)
{
	const struct owner *owner;

	for (size_t at = 0; watch->by && foreign_next(is, &at, &owner);)
		if (!foreign_has(was, owner))
			tell_lost(watch, is, owner);
	owner = owner_fail2ban();
	if (watch->by && foreign_has(is, owner) && !foreign_has(was, owner) && has_left_bans(watch))
		tell_lost(watch, is, owner);
	for (size_t at = 0; foreign_next(was, &at, &owner);)
		if (!foreign_has(is, owner))
			tell_back(watch, owner);
}

/*
 * What was missing already, and what the wipe took since all was quiet. Return: whether it could
 * be told; without a store nobody knows what was.
 */
static bool judge(struct foreignwatch *watch, const struct foreign *now)
{
	_cleanup_foreign_ struct foreign was = FOREIGN_NULL, is = FOREIGN_NULL;
	int r;

	if (!record_foreign(watch->given.record, &was))
		return false;
	if (was.n == 0 && !watch->by)
		return true;
	r = foreign_missing(&is, &was, now, false);
	if (r == 0 && watch->by)
		r = foreign_missing(&is, &watch->before, now, watch->shared || is_shared(watch));
	if (r == 0 && (is.n > 0 || was.n > 0)) {
		tell(watch, &was, &is);
		record_foreign_lost(watch->given.record, &is);
	}
	return r == 0;
}

static void on_due(void *userdata)
{
	struct foreignwatch *watch = userdata;
	int64_t began_ms = clock_monotonic_ms();
	struct foreign now = FOREIGN_NULL;
	int r = foreigntables_read(&now, &watch->sock);

	/* somebody is at work there */
	if (r < 0)
		loop_timer_set(watch->timer, QUIET_MS);
	if (r != 0)
		return;
	watch->cost_ms = clock_monotonic_ms() - began_ms;
	watch->known = judge(watch, &now);
	foreign_deinit(&watch->before);
	watch->before = now;
	foreign_deinit(&watch->flushed);
	watch->by = NULL;
	watch->shared = false;
}

/** foreignwatch_changed() - somebody has changed the kernel's rules */
void foreignwatch_changed(struct foreignwatch *watch)
{
	watch->known = false;
}

/** foreignwatch_quiet() - those of firewalld are fine; of a change to these the kernel tells */
void foreignwatch_quiet(struct foreignwatch *watch)
{
	if (!watch->by && !watch->known)
		loop_timer_set(watch->timer, QUIET_MS + COST_FACTOR * watch->cost_ms);
}

/**
 * foreignwatch_wiped() - firewalld may have emptied what is not its own
 * @by: static; its reload, restart, start or end
 */
void foreignwatch_wiped(struct foreignwatch *watch, const char *by)
{
	watch->shared |= is_shared(watch);
	watch->by = by;
	loop_timer_set(watch->timer, SETTLE_MS);
}

/**
 * foreignwatch_flushed() - somebody has taken firewalld's rules out of the kernel
 * @who: did it, in words; "": not known
 *
 * What of others went with them is not there any more when firewalld is reloaded for it. To be
 * called before that.
 */
void foreignwatch_flushed(struct foreignwatch *watch, const char *who)
{
	struct foreign now = FOREIGN_NULL;

	if ((watch->by && watch->by != flush) || foreigntables_read(&now, &watch->sock) != 0)
		return;
	watch->shared |= is_shared(watch);
	if (foreign_missing(&watch->flushed, &watch->before, &now, watch->shared) == 0 &&
	    watch->flushed.n > 0 && watch->by != flush) {
		snprintf(watch->flushed_by, sizeof(watch->flushed_by), "%s", who);
		foreignwatch_wiped(watch, flush);
	}
	foreign_deinit(&now);
}

/** foreignwatch_new() - @out: written on success alone; @options: copied; 0 or negative errno */
int foreignwatch_new(struct foreignwatch **out, const struct foreignwatch_options *options)
{
	struct foreignwatch *watch = calloc(1, sizeof(*watch));
	int r;

	if (!watch)
		return -ENOMEM;
	watch->given = *options;
	watch->sock = NFSOCKET_NULL;
	r = loop_add_timer(options->loop, &watch->timer, on_due, watch);
	if (r < 0) {
		foreignwatch_free(watch);
		return r;
	}
	on_due(watch); /* firewalld may be reloaded at once */
	*out = watch;
	return 0;
}

/** foreignwatch_free() - NULL is fine */
void foreignwatch_free(struct foreignwatch *watch)
{
	if (!watch)
		return;
	loop_remove(watch->timer);
	nfsocket_close(&watch->sock);
	foreign_deinit(&watch->before);
	foreign_deinit(&watch->flushed);
	free(watch);
}
