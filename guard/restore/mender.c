// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/restore/mender.h"

#include "guard/system/firewalld/culprit.h"
#include "guard/system/host/clock.h"
#include "guard/system/host/unitcall.h"
#include "guard/system/kernel/fwtables.h"

#include <errno.h>
#include <stdio.h>

/* A restart comes to its end by firewalld's coming back; this is for one that does not. */
#define RESTART_MS 30000

struct mender {
	struct mender_options given;
	struct repair repair;
	struct firewalld_op *reloading;
	struct unitcall *restarting;
	bool restart_begun;        /* and firewalld is still to go */
	bool away;                 /* it went with that, and is still to come */
	struct loop_source *timer; /* look again */
	int64_t since_us;          /* monotonic; of the trouble */
	bool acted;                /* since then */
	bool told;                 /* something of it */
	char who[NEWS_WHO_SIZE];
	char what[NEWS_WHAT_SIZE];
};

/* `restore = no` changes nothing, whatever else is said. */
static bool may_repair(const struct mender *mender)
{
	return mender->given.config->repair && mender->given.config->restore;
}

/* Until it acts. */
static int64_t wait_ms(const struct mender *mender)
{
	int64_t left_us = mender->repair.due_us - clock_monotonic_us();

	return left_us > 0 ? left_us / 1000 + 1 : 0;
}

/*
 * Somebody may have taken the policy DROP of a reload that broke off out of the kernel as well, and
 * with the backend iptables panic mode stays when the rules go.
 */
static enum fwtables_gate read_gate(void)
{
	struct fwtables now;

	return fwtables_read_once(&now) == 0 ? fwtables_gate(&now) : FWTABLES_GUARDED;
}

static void tell(struct mender *mender, enum repair_act act, const char *why)
{
	const enum repair_trouble what = mender->repair.trouble;
	const bool iptables = firewalld_has_iptables(mender->given.fw);
	const struct news_trouble trouble = {.trouble = what,
	                                     .words = repair_words(what, read_gate()),
	                                     .advice = repair_advice(what, iptables),
	                                     .act = act,
	                                     .since_us = mender->since_us,
	                                     .who = mender->who,
	                                     .what = mender->what,
	                                     .why = why,
	                                     .wait_ms = wait_ms(mender),
	                                     .may_repair = may_repair(mender)};

	news_tell(mender->given.listener, NEWS_TROUBLE, .trouble = &trouble);
}

static void look_again(struct mender *mender, bool reloaded)
{
	mender->given.on_done(reloaded, mender->given.userdata);
}

static void on_due(void *userdata)
{
	struct mender *mender = userdata;

	mender->restart_begun = false;
	if (mender->away)
		tell(mender, REPAIR_WAIT,
		     "it has not come back from the guard's restart; see `systemctl status "
		     "firewalld`, then: systemctl start firewalld");
	else
		look_again(mender, false);
}

static void on_reloaded(int result, const struct err *err, void *userdata)
{
	struct mender *mender = userdata;
	_cleanup_free_ char *why = NULL;

	mender->reloading = NULL;
	if (result != 0) {
		mender->repair.refused = true;
		if (culprit_name(&why, err_text(err, result), "") < 0)
			why = NULL;
		tell(mender, REPAIR_WAIT, why ? why : err_text(err, result));
	}
	if (result != FIREWALLD_E_GONE)
		look_again(mender, result == 0);
}

static void on_restarted(const char *why, void *userdata)
{
	struct mender *mender = userdata;

	mender->restarting = NULL;
	mender->restart_begun = !why;
	if (!why)
		return; /* firewalld's coming back is what ends it */
	tell(mender, REPAIR_WAIT, why);
	loop_timer_stop(mender->timer);
	look_again(mender, false);
}

static void reload(struct mender *mender)
{
	mender->given.on_reload(mender->given.userdata);
	if (firewalld_reload(mender->given.fw, &mender->reloading, on_reloaded, mender) != 0)
		mender->reloading = NULL; /* it went: its coming back is another chance */
}

static void restart(struct mender *mender)
{
	int r = mender->given.bus ? unitcall_restart(&mender->restarting, mender->given.bus,
	                                             "firewalld.service", on_restarted, mender)
	                          : -ENOENT;

	loop_timer_set(mender->timer, r == 0 ? RESTART_MS : 0);
	if (r != 0)
		mender->restarting = NULL;
}

static void act(struct mender *mender, enum repair_trouble trouble)
{
	enum repair_act next = repair_noted(&mender->repair, trouble, clock_monotonic_us());

	/* with that it waits, and meanwhile a person may be quicker */
	if (next != REPAIR_WAIT || !mender->told)
		tell(mender, next, NULL);
	mender->told = true;
	switch (next) {
	case REPAIR_RELOAD:
		reload(mender);
		break;
	case REPAIR_RESTART:
		restart(mender);
		break;
	case REPAIR_WAIT:
	case REPAIR_PERSON:
		loop_timer_set(mender->timer, wait_ms(mender));
		break;
	}
	mender->acted |= next == REPAIR_RELOAD || next == REPAIR_RESTART;
}

/* Is something under way that may end the trouble? */
static bool is_at_work(const struct mender *mender)
{
	return mender->reloading || mender->restarting || mender->restart_begun;
}

/**
 * mender_trouble() - it is there, or there still
 * @who:  did it, in words; "" or NULL: not known
 * @what: is the matter with it, as far as it has a name; "" or NULL: with all
 */
void mender_trouble(struct mender *mender, enum repair_trouble trouble, const char *who,
                    const char *what)
{
	if (is_at_work(mender))
		return;
	if (repair_begins(&mender->repair, trouble)) {
		mender->since_us = clock_monotonic_us();
		mender->acted = false;
		mender->told = false;
		snprintf(mender->who, sizeof(mender->who), "%s", who ? who : "");
		snprintf(mender->what, sizeof(mender->what), "%s", what ? what : "");
	}
	if (may_repair(mender)) {
		act(mender, trouble);
		return;
	}
	if (mender->told && mender->repair.trouble >= trouble)
		return;
	mender->told = true;
	if (trouble > mender->repair.trouble)
		mender->repair.trouble = trouble;
	tell(mender, REPAIR_PERSON, NULL);
}

/**
 * mender_failed() - firewalld has failed to load its files, and says that they are in order
 * @changed: they are others than those that it failed over
 */
void mender_failed(struct mender *mender, bool changed)
{
	mender->who[0] = '\0'; /* who flushed its rules did not do that */
	if (changed)
		repair_files_changed(&mender->repair, clock_monotonic_us());
	mender_trouble(mender, REPAIR_FAILED, NULL, NULL);
}

/**
 * mender_fine() - as far as can be seen, there is no such trouble (any more)
 * @whole: else something of it is left as it is
 */
void mender_fine(struct mender *mender, enum repair_trouble trouble, bool whole)
{
	struct news_repaired repaired = {.trouble = mender->repair.trouble,
	                                 .who = mender->who,
	                                 .ours = mender->acted,
	                                 .whole = whole};

	if (trouble == REPAIR_FAILED)
		mender->repair.refused = false; /* it has loaded them */
	if (is_at_work(mender) || mender->repair.trouble != trouble ||
	    !repair_ended(&mender->repair))
		return;
	loop_timer_stop(mender->timer);
	repaired.since_us = mender->since_us;
	repaired.took_us = clock_monotonic_us() - mender->since_us;
	news_tell(mender->given.listener, NEWS_REPAIRED, .repaired = &repaired);
}

/* 0.9 ends without taking it away, and a start that then fails over a file lets nobody in; where it
 * cannot be taken away here either, status says so. */
static void open_gate(const struct mender *mender)
{
	if (may_repair(mender) && mender->repair.trouble >= REPAIR_SHUT)
		(void)!fwtables_open();
}

static void cancel(struct mender *mender)
{
	firewalld_cancel(steal(mender->reloading));
	unitcall_cancel(steal(mender->restarting));
}

/**
 * mender_gone() - firewalld went, and what was under way with it; for a restart it is still to come
 * @panic: it is meant to let nobody in
 */
void mender_gone(struct mender *mender, bool panic)
{
	if (!panic)
		open_gate(mender);
	mender->away |= mender->restarting || mender->restart_begun;
	cancel(mender);
	mender->restart_begun = false;
	loop_timer_stop(mender->timer);
	if (mender->away)
		loop_timer_set(mender->timer, RESTART_MS);
}

/** mender_back() - firewalld is there */
void mender_back(struct mender *mender)
{
	if (!mender->away)
		return;
	mender->away = false;
	loop_timer_stop(mender->timer);
}

/**
 * mender_new() - one that has nothing to do
 * @out:     written on success alone; release with mender_free()
 * @options: copied
 *
 * Return: 0 or negative errno.
 */
int mender_new(struct mender **out, const struct mender_options *options)
{
	struct mender *mender = calloc(1, sizeof(*mender));
	int r;

	if (!mender)
		return -ENOMEM;
	mender->given = *options;
	mender->repair = REPAIR_NULL;
	r = loop_add_timer(options->loop, &mender->timer, on_due, mender);
	if (r == 0)
		*out = mender;
	else
		free(mender);
	return r;
}

/** mender_free() - NULL is fine */
void mender_free(struct mender *mender)
{
	if (!mender)
		return;
	cancel(mender);
	loop_remove(mender->timer);
	free(mender);
}
