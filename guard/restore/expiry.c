// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/restore/expiry.h"

#include "guard/restore/itemcall.h"
#include "guard/system/host/clock.h"

#include <errno.h>

/* The clock may be set, so a long wait is cut into pieces. */
#define EXPIRY_LOOK_MS 30000

/* The timers of GLib that count seconds are put together, by less than one. */
#define TIMERS_APART_US 1000000

struct expiry {
	struct expiry_options given;
	struct itemcalls calls;
	struct loop_source *timer;
};

static void on_expired(int result, const struct err *err, void *userdata)
{
	struct itemcall *call = userdata;
	struct expiry *expiry = call->userdata;
	_cleanup_free_ char *text = NULL;

	if (item_format(&text, &call->item) < 0)
		text = NULL;
	if (result == 0 || result == FIREWALLD_E_NOT_ENABLED) {
		expiry->given.on_ended(&call->item, true, expiry->given.userdata);
	} else if (result != FIREWALLD_E_GONE) {
		/* it is still open, and still ours to close */
		logger_write(expiry->given.logger, LOGGER_WARNING,
		             "%s could not be closed at the end of its time: %s; trying again",
		             text ? text : "an item", err_text(err, result));
	}
	itemcall_free(call);
	expiry_plan(expiry);
}

/* Not a second time while the answer is on its way. */
static void expire(struct expiry *expiry, const struct item *item)
{
	struct itemcall *call = itemcalls_find(&expiry->calls, item)
	                            ? NULL
	                            : itemcall_new(&expiry->calls, item, expiry);

	if (call &&
	    firewalld_remove(expiry->given.fw, &call->op, &call->item, on_expired, call) != 0)
		itemcall_free(call);
}

/* Takes away what is over. */
static void on_due(void *userdata)
{
	struct expiry *expiry = userdata;
	struct firewall *wanted = &expiry->given.tracker->wanted;
	int64_t now_us = clock_now_us();

	for (size_t i = 0; firewalld_is_present(expiry->given.fw) && i < wanted->n; i++)
		if ((wanted->entries[i].flags & FIREWALL_GUARD_TIMED) &&
		    wanted->entries[i].until_us <= now_us)
			expire(expiry, &wanted->entries[i].item);
	expiry_plan(expiry);
}

/** expiry_plan() - wake up when the next item has to go; whenever one may have come or gone */
void expiry_plan(struct expiry *expiry)
{
	int64_t until_us, delay_ms;

	if (tracker_next_end(expiry->given.tracker, &until_us) < 0) {
		loop_timer_stop(expiry->timer);
		return;
	}
	delay_ms = (until_us - clock_now_us()) / 1000 + 1;
	if (delay_ms < 1) /* it was tried just now */
		delay_ms = firewalld_is_present(expiry->given.fw) ? 1000 : EXPIRY_LOOK_MS;
	if (delay_ms > EXPIRY_LOOK_MS)
		loop_timer_set_lazy(expiry->timer, EXPIRY_LOOK_MS);
	else
		loop_timer_set(expiry->timer, delay_ms);
}

static void on_probed(int result, enum firewall_state state, bool there, const struct err *err,
                      void *userdata)
{
	struct itemcall *call = userdata;
	struct expiry *expiry = call->userdata;

	(void)state;
	(void)err;
	if (result == 0 && !there)
		expiry->given.on_ended(&call->item, false, expiry->given.userdata);
	itemcall_free(call);
}

/**
 * expiry_doubt() - an item is said to be removed, and its end may be the guard's
 *
 * firewalld's addService() and the like start two timers, one that removes the item, and one
 * that only says so. The second outlives the item, and comes also when that was put back with
 * no timeout (firewalld.py). So firewalld is asked (law 10), or told to remove it when the time
 * is over.
 *
 * Return: false: the end is not the guard's, and what is said is so; else on_ended() follows, if
 * it is so.
 */
bool expiry_doubt(struct expiry *expiry, const struct item *item)
{
	const struct firewall_entry *entry = firewall_find(&expiry->given.tracker->wanted, item);
	struct itemcall *call;

	if (!entry || !(entry->flags & FIREWALL_GUARD_TIMED) || item_policy_name(item->zone))
		return false;
	if (itemcalls_find(&expiry->calls, item))
		return true;
	/* the two timers are not started at the same moment */
	if (entry->until_us <= clock_now_us() + TIMERS_APART_US) {
		expire(expiry, item);
		return itemcalls_find(&expiry->calls, item) != NULL;
	}
	call = itemcall_new(&expiry->calls, item, expiry);
	if (call && firewalld_probe(expiry->given.fw, &call->op, &call->item, on_probed, call) == 0)
		return true;
	itemcall_free(call);
	return false;
}

/**
 * expiry_new() - begin with nothing to end
 * @out:     written on success alone; release with expiry_free()
 * @options: copied
 *
 * Return: 0 or negative errno.
 */
int expiry_new(struct expiry **out, const struct expiry_options *options)
{
	struct expiry *expiry = calloc(1, sizeof(*expiry));
	int r;

	if (!expiry)
		return -ENOMEM;
	expiry->given = *options;
	r = loop_add_timer(options->loop, &expiry->timer, on_due, expiry);
	if (r == 0)
		*out = expiry;
	else
		free(expiry);
	return r;
}

/** expiry_free() - what was opened for a time stays open, until the next guard */
void expiry_free(struct expiry *expiry)
{
	if (!expiry)
		return;
	itemcalls_deinit(&expiry->calls);
	loop_remove(expiry->timer);
	free(expiry);
}
