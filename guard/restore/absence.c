// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/restore/absence.h"

#include <errno.h>
#include <string.h>

#include "guard/model/ban/directcount.h"
#include "guard/system/host/clock.h"
#include "guard/system/kernel/foreigntables.h"
#include "guard/system/kernel/nftrules.h"
#include "guard/system/kernel/xtables.h"

/* Whoever lists them has so long; mail waits meanwhile. */
#define LIST_MS 2000

/* Between two looks. */
#define SURE_MS 100

/* Where there are thousands of rules, and somebody changes them all the time, no more than a fifth
 * of it goes into that. */
#define COST_FACTOR 4

struct absence {
	struct firewalld *fw;
	absence_fn fn;
	void *userdata;
	struct loop_source *timer;
	struct firewalld_op *reading; /* under way */
	struct absent first;          /* absent at the first of two looks */
	int64_t next_us;              /* monotonic; not before */
	bool unheard;                 /* something is where nobody tells of changes */
};

static void answer(struct absence *absence, enum absence_answer answer, struct absent *absent)
{
	absent_deinit(&absence->first);
	absence->fn(answer, absent, absence->userdata);
}

/* The first look is not told of. Takes @now. */
static void judge(struct absence *absence, struct absent *now)
{
	if (absent_n(now) > 0 && absent_n(&absence->first) == 0) {
		absence->first = *now;
		*now = ABSENT_NULL;
		loop_timer_set(absence->timer, SURE_MS);
		return;
	}
	absent_keep(now, &absence->first, true);
	answer(absence, ABSENCE_KNOWN, now);
}

/* Of iptables-legacy and of its own sets the kernel does not tell. */
static bool is_unheard(const struct ruleset *ruleset)
{
	for (size_t i = 0; i < ruleset->n_chains; i++)
		if (ruleset->chains[i].legacy)
			return true;
	for (size_t i = 0; i < ruleset->n_ipsets; i++)
		if (ruleset->ipsets[i].kernel_known)
			return true;
	return false;
}

/* By how many they are; of what iptables-legacy has nobody tells. */
static int hold_direct(struct absent *now, const struct ruleset *ruleset, bool iptables)
{
	_cleanup_foreign_ struct foreign counts = FOREIGN_NULL;
	struct nfsocket sock = NFSOCKET_NULL;
	int r =
	    xtables_has_any_legacy() ? FOREIGNTABLES_E_UNKNOWN : foreigntables_read(&counts, &sock);

	nfsocket_close(&sock);
	if (r != 0)
		return r == -ENOMEM ? r : 0;
	return directcount_find(now, ruleset, iptables, &counts);
}

static int hold(struct absence *absence, struct ruleset *ruleset, struct absent *now)
{
	int64_t began_us = clock_monotonic_us(), end_us;
	bool iptables = firewalld_has_iptables(absence->fw);
	/* others may have sets of a hundred thousand addresses */
	int r = iptables ? nftrules_read(ruleset, NFTRULES_OTHERS, LIST_MS, NULL)
	                 : nftrules_read_own(ruleset, LIST_MS, NULL);

	if (r == 0 && !ruleset->kernel.shut)
		r = absent_find(now, ruleset, iptables);
	if (r == 0 && directcount_any(ruleset))
		r = hold_direct(now, ruleset, iptables);
	absence->unheard = r == 0 && iptables && is_unheard(ruleset);
	end_us = clock_monotonic_us();
	absence->next_us = end_us + COST_FACTOR * (end_us - began_us);
	return r;
}

static void on_reading(int result, struct firewalld_reading *reading,
                       const struct err *err _unused_, void *userdata)
{
	_cleanup_absent_ struct absent now = ABSENT_NULL;
	struct absence *absence = userdata;
	int r;

	absence->reading = NULL;
	if (result != 0 || reading->stale || reading->state != FIREWALL_STATE_RUNNING) {
		answer(absence, ABSENCE_NOT_NOW, &now);
		return;
	}
	r = hold(absence, &reading->ruleset, &now);
	if (r == 0 && !reading->ruleset.kernel.shut)
		judge(absence, &now);
	else
		answer(absence, r > 0 ? ABSENCE_NEVER : ABSENCE_NOT_NOW, &(struct absent){0});
}

static void read_now(struct absence *absence)
{
	const struct firewalld_query query = {.flags = FIREWALL_RUNTIME, .packets = true};

	if (!absence->reading &&
	    firewalld_read(absence->fw, &absence->reading, &query, on_reading, absence) != 0)
		absence->reading = NULL; /* it went */
}

static void on_due(void *userdata)
{
	read_now(userdata);
}

/** absence_look() - soon, unless that is under way */
void absence_look(struct absence *absence)
{
	int64_t left_us = absence->next_us - clock_monotonic_us();

	if (absence->reading || loop_timer_is_set(absence->timer))
		return;
	if (left_us > 0)
		loop_timer_set(absence->timer, left_us / 1000 + 1);
	else
		read_now(absence);
}

/** absence_is_unheard() - was there something of whose changes nobody tells? */
bool absence_is_unheard(const struct absence *absence)
{
	return absence->unheard;
}

/** absence_cancel() - nobody wants to know any more */
void absence_cancel(struct absence *absence)
{
	firewalld_cancel(steal(absence->reading));
	loop_timer_stop(absence->timer);
	absent_deinit(&absence->first);
	absence->next_us = 0; /* whoever asks then has another reason */
}

/** absence_new() - @out: written on success alone; 0 or negative errno */
int absence_new(struct absence **out, struct loop *loop, struct firewalld *fw, absence_fn fn,
                void *userdata)
{
	struct absence *absence = calloc(1, sizeof(*absence));
	int r;

	if (!absence)
		return -ENOMEM;
	*absence = (struct absence){.fw = fw, .fn = fn, .userdata = userdata};
	r = loop_add_timer(loop, &absence->timer, on_due, absence);
	if (r == 0)
		*out = absence;
	else
		free(absence);
	return r;
}

/** absence_free() - NULL is fine */
void absence_free(struct absence *absence)
{
	if (!absence)
		return;
	absence_cancel(absence);
	loop_remove(absence->timer);
	free(absence);
}
