// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/restore/gapkeeper.h"

#include "guard/system/host/clock.h"
#include "guard/system/kernel/gaptable.h"

#include <errno.h>
#include <string.h>

struct gapkeeper {
	struct loop *loop;     /* borrowed */
	struct logger *logger; /* borrowed */
	struct record *record; /* borrowed */
	struct loop_source *renew_timer;
	struct gaptable table;
	struct gap gap; /* what is held */
	size_t n_held;  /* bans in it; one may be for many ports */
	/* What is to be held when the next wipe takes it. */
	struct gap ready;
	size_t n_ready;
	struct gap_sets ready_sets;
	bool is_ready;
	bool enabled;
	bool there;        /* a table, ours or one that was left */
	bool told_trouble; /* why it cannot be done, once */
	int64_t since_us;  /* when the present table was filled first */
	int64_t told_us;   /* the wipe that was told last */
};

static void trouble(struct gapkeeper *keeper, int r, const struct err *err)
{
	if (keeper->told_trouble)
		return;
	keeper->told_trouble = true;
	logger_write(keeper->logger, LOGGER_WARNING,
	             "no temporary table for lost bans: %s. The banned can connect until their "
	             "rules are restored, one after the other.",
	             err_text(err, r));
	record_event(keeper->record, EVENT_GAP, NULL, "no temporary table for lost bans: %s",
	             err_text(err, r));
}

/* @sets: of keeper->gap; false when it is told that it cannot be. */
static bool fill_with(struct gapkeeper *keeper, const struct gap_sets *sets)
{
	struct err err = ERR_NULL;
	int r = gaptable_fill(&keeper->table, sets, &keeper->gap, clock_now_us(), &err);

	if (r) {
		trouble(keeper, r, &err);
		return false;
	}
	keeper->told_trouble = false;
	keeper->there = sets->n > 0;
	if (keeper->there)
		loop_timer_set(keeper->renew_timer, GAPTABLE_RENEW_MS);
	else
		loop_timer_stop(keeper->renew_timer);
	return true;
}

/* Fills the table with what is held and still lives. */
static bool fill(struct gapkeeper *keeper)
{
	_cleanup_gap_sets_ struct gap_sets sets = GAP_SETS_NULL;
	int r = gap_sets_build(&sets, &keeper->gap, clock_now_us());

	if (r == 0)
		return fill_with(keeper, &sets);
	trouble(keeper, r, NULL);
	return false;
}

static void on_renew(void *userdata)
{
	struct gapkeeper *keeper = userdata;

	/* not at once: what cannot be renewed ends by itself half an hour from now */
	if (!fill(keeper))
		loop_timer_set(keeper->renew_timer, GAPTABLE_RENEW_MS / 6);
}

/* @why: in words */
static void end(struct gapkeeper *keeper, const char *why)
{
	struct err err = ERR_NULL;
	int64_t since_us = keeper->since_us;
	int r;

	loop_timer_stop(keeper->renew_timer);
	gap_deinit(&keeper->gap);
	keeper->since_us = 0;
	if (!keeper->there)
		return;
	r = gaptable_drop(&keeper->table, &err);
	if (r) {
		/* it ends by itself, later */
		logger_write(keeper->logger, LOGGER_WARNING,
		             "temporary table inet %s could not be removed: %s; what it blocks "
		             "ends within the hour",
		             GAPTABLE_NAME, err_text(&err, r));
		return;
	}
	keeper->there = false;
	logger_write(keeper->logger, LOGGER_INFO, "temporary table inet %s removed: %s",
	             GAPTABLE_NAME, why);
	if (since_us)
		record_event(keeper->record, EVENT_GAP, NULL,
		             "temporary table removed after %lld ms: %s",
		             (long long)((clock_now_us() - since_us) / 1000), why);
}

/**
 * gapkeeper_new() - begin, and look for what an earlier guard has left
 * @logger, @record: borrowed
 *
 * It is not enabled.
 *
 * Return: 0; -ENOMEM.
 */
int gapkeeper_new(struct gapkeeper **out, struct loop *loop, struct logger *logger,
                  struct record *record)
{
	struct gapkeeper *keeper = calloc(1, sizeof(*keeper));
	int r;

	if (!keeper)
		return -ENOMEM;
	keeper->loop = loop;
	keeper->logger = logger;
	keeper->record = record;
	keeper->table = GAPTABLE_NULL;
	r = loop_add_timer(loop, &keeper->renew_timer, on_renew, keeper);
	if (r < 0) {
		free(keeper);
		return r;
	}
	/* where nobody can tell, there is nothing of ours either */
	if (gaptable_exists(&keeper->table, &keeper->there, NULL) != 0)
		keeper->there = false;
	if (keeper->there)
		logger_write(logger, LOGGER_NOTICE,
		             "temporary table inet %s of an earlier guard taken over",
		             GAPTABLE_NAME);
	*out = keeper;
	return 0;
}

/**
 * gapkeeper_free() - end it in order: the table goes, too
 *
 * A guard that is stopped leaves nothing behind that nobody renews.
 */
void gapkeeper_free(struct gapkeeper *keeper)
{
	if (!keeper)
		return;
	end(keeper, "the guard ends");
	loop_remove(keeper->renew_timer);
	gaptable_close(&keeper->table);
	gapkeeper_unprepare(keeper);
	gap_deinit(&keeper->gap);
	free(keeper);
}

/** gapkeeper_enable() - `close-gap`; while it is off nothing is held */
void gapkeeper_enable(struct gapkeeper *keeper, bool on)
{
	keeper->enabled = on;
	if (on)
		return;
	gapkeeper_unprepare(keeper);
	end(keeper, "close-gap is off");
}

/* Where the banned come in by what is lost itself: a source, or an entry of what is one. */
static bool is_lost_binding(const struct firewall *fw, const struct item *item)
{
	return (item->kind == ITEM_SOURCE || item->kind == ITEM_ENTRY) &&
	       !firewall_has(fw, item, FIREWALL_RUNTIME);
}

/* @out: @fw with such bans in it; empty where there are none. Return: 0 or -ENOMEM. */
static int add_lost(struct firewall *out, const struct firewall *fw,
                    const struct gapkeeper_ban *bans, size_t n)
{
	size_t first = 0;
	int r;

	while (first < n && !is_lost_binding(fw, bans[first].item))
		first++;
	r = first < n ? firewall_copy(out, fw) : 0;
	for (size_t i = first; i < n && r == 0; i++) {
		struct firewall_entry *entry;

		if (!is_lost_binding(fw, bans[i].item))
			continue;
		r = firewall_put(out, bans[i].item, &entry);
		if (r == 0)
			entry->flags |= FIREWALL_RUNTIME;
	}
	return r;
}

/* Those of @bans that a set can stand in for; the others have their rules alone. */
static int collect(struct gap *gap, size_t *n_fit, const struct firewall *fw,
                   const struct gapkeeper_ban *bans, size_t n)
{
	_cleanup_firewall_ struct firewall before = FIREWALL_NULL;
	int r = add_lost(&before, fw, bans, n);

	*n_fit = 0;
	gap_deinit(gap);
	gap->port_of = gaptable_port_of;
	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++) {
		r = gap_add_item(gap, before.n ? &before : fw, bans[i].item, bans[i].end_us, NULL);

		if (r < 0)
			return r;
		*n_fit += r == 0;
	}
	return 0;
}

static void tell_closed(struct gapkeeper *keeper, size_t n, int64_t wiped_us)
{
	int64_t now_us = clock_now_us();
	long long ms = wiped_us && now_us > wiped_us ? (now_us - wiped_us) / 1000 : 0;

	keeper->since_us = now_us;
	/* while fail2ban puts them back one by one, the same wipe is closed again and again */
	if (wiped_us && wiped_us == keeper->told_us)
		return;
	keeper->told_us = wiped_us;
	logger_write(keeper->logger, LOGGER_NOTICE,
	             "%zu of %zu lost bans are blocked by the temporary table inet %s, %lld ms "
	             "after they were lost, until they are restored",
	             keeper->n_held, n, GAPTABLE_NAME, ms);
	record_event(keeper->record, EVENT_GAP, NULL,
	             "temporary table blocks %zu of %zu lost bans, %lld ms after they were lost",
	             keeper->n_held, n, ms);
}

/** gapkeeper_unprepare() - what was made ready is not true any more */
void gapkeeper_unprepare(struct gapkeeper *keeper)
{
	if (!keeper)
		return;
	gap_deinit(&keeper->ready);
	gap_sets_deinit(&keeper->ready_sets);
	keeper->is_ready = false;
}

/**
 * gapkeeper_prepare() - have ready what a wipe would take
 *
 * The parameters are those of gapkeeper_hold(). What cannot be made ready is left to
 * that, and told there.
 */
void gapkeeper_prepare(struct gapkeeper *keeper, const struct firewall *fw,
                       const struct gapkeeper_ban *bans, size_t n)
{
	if (!keeper)
		return;
	gapkeeper_unprepare(keeper);
	if (!keeper->enabled || n == 0)
		return;
	keeper->is_ready = collect(&keeper->ready, &keeper->n_ready, fw, bans, n) == 0 &&
	                   gap_sets_build(&keeper->ready_sets, &keeper->ready, clock_now_us()) == 0;
	if (!keeper->is_ready || keeper->ready.n == 0)
		gapkeeper_unprepare(keeper);
}

/**
 * gapkeeper_wiped() - a wipe has just taken what was made ready
 * @wiped_us: when that was noticed, microseconds since the epoch, UTC
 *
 * Who knows better, when it has been read what the wipe took, says so with
 * gapkeeper_hold().
 */
void gapkeeper_wiped(struct gapkeeper *keeper, int64_t wiped_us)
{
	bool again = keeper && keeper->since_us != 0;

	if (!keeper || !keeper->is_ready)
		return;
	gap_deinit(&keeper->gap);
	keeper->gap = keeper->ready;
	keeper->n_held = keeper->n_ready;
	keeper->ready = GAP_NULL;
	if (fill_with(keeper, &keeper->ready_sets) && !again)
		tell_closed(keeper, keeper->n_held, wiped_us);
	gapkeeper_unprepare(keeper);
}

/**
 * gapkeeper_hold() - these bans, and no others, are to be held
 * @fw:       borrowed; the firewall as it was before the wipe: where its zones' packets come in
 * @bans:     borrowed; @n of them; none at all ends it
 * @wiped_us: when the wipe was noticed, microseconds since the epoch, UTC; 0: not known
 *
 * Call it again when a ticket ends by hand, or when another wipe took more. What
 * no set can say exactly is left out and has its rule alone.
 */
void gapkeeper_hold(struct gapkeeper *keeper, const struct firewall *fw,
                    const struct gapkeeper_ban *bans, size_t n, int64_t wiped_us)
{
	bool again = keeper && keeper->since_us != 0;
	int r;

	if (!keeper)
		return;
	if (n == 0 || !keeper->enabled) {
		gapkeeper_end(keeper);
		return;
	}
	r = collect(&keeper->gap, &keeper->n_held, fw, bans, n);
	if (r < 0) {
		/* some are better than none */
		trouble(keeper, r, NULL);
	}
	if (keeper->gap.n == 0 && !keeper->there)
		return;
	if (fill(keeper) && !again && keeper->there)
		tell_closed(keeper, n, wiped_us);
}

/** gapkeeper_look() - somebody may have taken the table out of the kernel: then it is made anew */
void gapkeeper_look(struct gapkeeper *keeper)
{
	bool exists;

	if (!keeper || !keeper->there || keeper->gap.n == 0 ||
	    gaptable_exists(&keeper->table, &exists, NULL) != 0 || exists || !fill(keeper))
		return;
	logger_write(
	    keeper->logger, LOGGER_NOTICE,
	    "somebody removed the temporary table inet %s; what it blocks is blocked again",
	    GAPTABLE_NAME);
}

/** gapkeeper_end() - the rules are back, or nothing was lost: the table goes */
void gapkeeper_end(struct gapkeeper *keeper)
{
	if (keeper)
		end(keeper, "what it blocked is back or has ended");
}

/** gapkeeper_is_usable() - is it enabled, and did it work when it was tried last? */
bool gapkeeper_is_usable(const struct gapkeeper *keeper)
{
	return keeper && keeper->enabled && !keeper->told_trouble;
}
