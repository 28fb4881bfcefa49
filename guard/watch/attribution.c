// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/watch/attribution.h"

#include "guard/system/firewalld/busmonitor.h"
#include "guard/system/host/clock.h"
#include "guard/system/firewalld/jobwatch.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* polkit's answers may come in another order than the calls. */
#define SEEN_FOR_US (2 * INT64_C(1000000))

/* So many calls for interfaces may wait for what firewalld says of them. NetworkManager makes one
 * for each that it keeps, all at once. */
#define BINDINGS_MAX 1024

/*
 * A call for an interface, NetworkManager's or another's, the guard's own among them:
 * firewalld speaks of them in the order of the calls, and what it says of one is not to be
 * taken for what it will say of the next.
 */
struct binding {
	uint64_t serial; /* 0: nothing */
	char interface[CAUSE_NAME_SIZE];
	char zone[CAUSE_NAME_SIZE];
	bool removes;
	bool by_network_manager;
};

struct attribution {
	struct logger *logger;
	struct busmonitor *monitor;
	struct jobwatch *jobs;
	struct cause_log log;
	struct cause_log removals; /* of their own: a flood of them must not wash out the rest */
	struct binding bindings[BINDINGS_MAX]; /* a ring */
	size_t next_binding;
	bool overrun; /* one was thrown out of it before firewalld spoke of it */
	attribution_failed_fn on_failed;
	void *userdata;
	uint64_t last_serial;
	bool monitoring;
	int64_t caught_up_us; /* monotonic; firewalld has done what was called before; 0: not yet */
	bool refused;         /* and none ever will be */
};

static uint64_t next_serial(void *userdata)
{
	struct attribution *attribution = userdata;

	return ++attribution->last_serial;
}

static void on_evidence(const struct cause_evidence *evidence, void *userdata)
{
	struct attribution *attribution = userdata;

	cause_log_put(evidence->kind == CAUSE_REMOVAL ? &attribution->removals : &attribution->log,
	              evidence);
}

static void on_binding(const struct busmonitor_binding *seen, void *userdata)
{
	struct attribution *attribution = userdata;
	struct binding *binding = &attribution->bindings[attribution->next_binding];

	attribution->next_binding = (attribution->next_binding + 1) % BINDINGS_MAX;
	attribution->overrun |= binding->serial != 0;
	binding->serial = seen->serial;
	binding->removes = seen->removes;
	binding->by_network_manager = seen->by_network_manager;
	/* names that are too long for either are no names of firewalld's */
	snprintf(binding->interface, sizeof(binding->interface), "%s", seen->interface);
	snprintf(binding->zone, sizeof(binding->zone), "%s", seen->zone);
}

static void forget_bindings(void *userdata)
{
	struct attribution *attribution = userdata;

	memset(attribution->bindings, 0, sizeof(attribution->bindings));
	attribution->overrun = false;
}

static void on_refused(uint64_t serial, bool failed, void *userdata)
{
	struct attribution *attribution = userdata;
	char who[CAUSE_WORDS_SIZE];
	bool tell =
	    failed && attribution->on_failed && cause_failed_reload(&attribution->log, serial, who);

	cause_log_drop(&attribution->log, serial);
	cause_log_drop(&attribution->removals, serial);
	for (size_t i = 0; i < BINDINGS_MAX; i++)
		if (attribution->bindings[i].serial == serial)
			attribution->bindings[i].serial = 0;
	if (tell)
		attribution->on_failed(who, attribution->userdata);
}

static void on_state(bool monitoring, const char *why, void *userdata)
{
	struct attribution *attribution = userdata;

	if (monitoring)
		logger_write(attribution->logger, LOGGER_DEBUG, "seeing who calls firewalld");
	else if (!attribution->monitoring)
		logger_write(attribution->logger, LOGGER_NOTICE,
		             "the bus does not let the guard see who calls firewalld (%s), so the "
		             "causes of reloads stay unknown",
		             why);
	attribution->refused = !monitoring && !attribution->monitoring;
	attribution->monitoring = monitoring;
	attribution->caught_up_us = 0;
	/* who removed what meanwhile was not seen */
	attribution->removals = CAUSE_LOG_NULL;
	forget_bindings(attribution);
}

static void on_caught_up(void *userdata)
{
	((struct attribution *)userdata)->caught_up_us = clock_monotonic_us();
}

/* Was the call of all that firewalld says now seen? */
static bool sees_all(const struct attribution *attribution)
{
	return attribution->caught_up_us &&
	       clock_monotonic_us() - attribution->caught_up_us > SEEN_FOR_US;
}

static int start(struct attribution *attribution, struct bus *bus)
{
	struct busmonitor_options monitor = {
	    .bus = bus,
	    .on_evidence = on_evidence,
	    .on_binding = on_binding,
	    .on_gone = forget_bindings,
	    .on_refused = on_refused,
	    .on_state = on_state,
	    .on_caught_up = on_caught_up,
	    .next_serial = next_serial,
	    .userdata = attribution,
	};
	struct jobwatch_options jobs = {
	    .bus = bus,
	    .on_evidence = on_evidence,
	    .next_serial = next_serial,
	    .userdata = attribution,
	};
	int r = busmonitor_new(&attribution->monitor, &monitor);

	return r < 0 ? r : jobwatch_new(&attribution->jobs, &jobs);
}

/**
 * attribution_new() - begin to collect evidence
 * @out:     receives it; untouched on failure
 * @bus:     the main connection; borrowed
 * @logger:  borrowed
 *
 * Return: 0; -ENOMEM.
 */
int attribution_new(struct attribution **out, struct bus *bus, struct logger *logger)
{
	struct attribution *attribution = calloc(1, sizeof(*attribution));
	int r;

	if (!attribution)
		return -ENOMEM;
	attribution->logger = logger;
	r = start(attribution, bus);
	if (r < 0) {
		attribution_free(attribution);
		return r;
	}
	*out = attribution;
	return 0;
}

/** attribution_free() - NULL is fine */
void attribution_free(struct attribution *attribution)
{
	if (!attribution)
		return;
	busmonitor_free(attribution->monitor);
	jobwatch_free(attribution->jobs);
	free(attribution);
}

/** attribution_reloaded() - Reloaded was heard; once for each time */
void attribution_reloaded(struct attribution *attribution)
{
	cause_log_reloaded(&attribution->log, clock_monotonic_us(), sees_all(attribution));
}

/** attribution_gone() - firewalld went away, or the bus and it with it */
void attribution_gone(struct attribution *attribution, bool bus)
{
	cause_log_gone(&attribution->log, clock_monotonic_us(), bus,
	               jobwatch_is_told(attribution->jobs));
}

/** attribution_end() - how firewalld's end came, in words; Return: whether there are any */
bool attribution_end(const struct attribution *attribution, char out[CAUSE_WORDS_SIZE])
{
	return cause_gone(out, &attribution->log);
}

/** attribution_came() - firewalld is on the bus anew */
void attribution_came(struct attribution *attribution)
{
	cause_log_came(&attribution->log);
}

/**
 * attribution_cause() - why there was a wipe, in words
 * @n_reloads: in one burst
 * @out:       receives the words; "" when there are none of this kind
 *
 * Return: whether there are words.
 */
bool attribution_cause(const struct attribution *attribution, enum wipe_kind kind,
                       unsigned n_reloads, char out[CAUSE_WORDS_SIZE])
{
	return cause_words(out, &attribution->log, kind, n_reloads, clock_monotonic_us());
}

/** attribution_on_failed() - call @fn when a reload was called for and failed */
void attribution_on_failed(struct attribution *attribution, attribution_failed_fn fn,
                           void *userdata)
{
	attribution->on_failed = fn;
	attribution->userdata = userdata;
}

/**
 * attribution_remover() - who asked firewalld to remove an item, in words
 * @zone_is_default: the item is in the default zone
 * @out:             receives the words; "" when it is not known
 *
 * Return: whether it is known.
 */
bool attribution_remover(const struct attribution *attribution, const struct item *item,
                         bool zone_is_default, char out[CAUSE_WORDS_SIZE])
{
	return cause_remover(out, &attribution->removals, item, zone_is_default,
	                     clock_monotonic_us());
}

static bool is_of(const struct binding *binding, const struct item *interface, bool removed)
{
	return binding->serial && binding->removes == removed &&
	       strcmp(binding->interface, interface->value) == 0 &&
	       (!*binding->zone || strcmp(binding->zone, interface->zone) == 0);
}

/**
 * attribution_mover() - is it NetworkManager that moved an interface, and for a reason?
 * @interface:       in the zone that firewalld has just named
 * @removed:         it was taken out of there; else it was put there
 * @zone_is_default: that is the default zone
 *
 * NetworkManager sends the zone of a connection whenever it activates it, and after each
 * reload of firewalld. Of a connection that names no zone that is the default zone, wherever
 * the interface was: a habit, not a decision. One that names a zone is somebody's decision.
 * When a connection goes down, its interface leaves its zone, whatever that is. Whose call
 * nobody could see yet, when all start at once, or remembers, where there are too many, has done
 * what is NetworkManager's habit.
 *
 * To be asked once for each thing that firewalld tells.
 */
enum cause_mover attribution_mover(struct attribution *attribution, const struct item *interface,
                                   bool removed, bool zone_is_default)
{
	bool unseen;

	busmonitor_catch_up(attribution->monitor);
	for (size_t i = 0; i < BINDINGS_MAX; i++) {
		size_t at = (attribution->next_binding + i) % BINDINGS_MAX; /* from the oldest on */
		struct binding *binding = &attribution->bindings[at];

		if (!is_of(binding, interface, removed))
			continue;
		binding->serial = 0;
		return !binding->by_network_manager ? CAUSE_MOVER_SOMEBODY
		       : removed || !*binding->zone ? CAUSE_MOVER_HABIT
		                                    : CAUSE_MOVER_CONNECTION;
	}
	unseen = (!sees_all(attribution) || attribution->overrun) && !attribution->refused &&
	         busmonitor_has_network_manager(attribution->monitor);
	return unseen && (removed || zone_is_default) ? CAUSE_MOVER_HABIT : CAUSE_MOVER_SOMEBODY;
}
