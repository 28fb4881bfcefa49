/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * busmonitor - who calls what of firewalld's that wipes or changes it
 *
 * A connection of its own that becomes a monitor of the bus, with rules for a
 * few methods and for firewalld's refusals alone: those that reload, and those that
 * remove an item from the runtime. Rich rules are not among these, since bans end in
 * bursts, and each call costs a look-up. The call is seen when it is
 * made, before firewalld acts, and its caller looked up at once (on the main
 * connection: a monitor may not send). Comes back with the bus by itself. Where
 * monitoring is not allowed, that is told once, and then there is no evidence.
 *
 * Each call for an interface is told in its order, and whether it is NetworkManager's: its
 * name is followed on the same connection. What was called before the monitor knew enough,
 * firewalld may still have in its queue: when it has got to the end of these, that is told.
 *
 * Evidence is told when the call is seen, and again, with the same serial, when
 * the caller is known.
 */
#ifndef GUARD_SYSTEM_HOST_BUSMONITOR_H
#define GUARD_SYSTEM_HOST_BUSMONITOR_H

#include "guard/model/cause.h"
#include "guard/system/host/bus.h"

struct busmonitor;

/* Somebody has asked for this; strings are borrowed. */
struct busmonitor_binding {
	uint64_t serial; /* for on_refused */
	const char *interface;
	const char *zone; /* "": the default zone, or wherever it is */
	bool removes;
	bool by_network_manager; /* "": of a connection that names none */
};

struct busmonitor_options {
	struct bus *bus;  /* the main connection; borrowed, must outlive the monitor */
	const char *proc; /* NULL: /proc; tests have their own */
	void (*on_evidence)(const struct cause_evidence *evidence, void *userdata);
	/* Of evidence that is none; @failed: firewalld tried, and it ended in an error. */
	void (*on_refused)(uint64_t serial, bool failed, void *userdata);
	/* once each time that it changes; @why not: borrowed */
	void (*on_state)(bool monitoring, const char *why, void *userdata);
	/* The call of all that firewalld says from now on was seen; after each on_state(true) */
	void (*on_caught_up)(void *userdata);
	void (*on_binding)(const struct busmonitor_binding *binding, void *userdata);
	/* firewalld left the bus: the calls before get no answer any more */
	void (*on_gone)(void *userdata);
	uint64_t (*next_serial)(void *userdata);
	void *userdata;
};

int busmonitor_new(struct busmonitor **out, const struct busmonitor_options *options) _must_check_;
void busmonitor_catch_up(struct busmonitor *monitor);
bool busmonitor_has_network_manager(const struct busmonitor *monitor);
void busmonitor_free(struct busmonitor *monitor); /* before the main connection */

#endif
