/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bus - one private connection to the system bus, in the loop
 *
 * Connects by itself, also again after the bus went away (with a growing pause
 * between attempts), and never waits for a bus that hangs. Matches are made
 * anew on every connection. All messages go out with auto-start off. Nothing is
 * ever called from inside bus_call(); callbacks may call everything except
 * bus_free().
 *
 * $DBUS_SYSTEM_BUS_ADDRESS is honoured.
 */
#ifndef GUARD_SYSTEM_HOST_BUS_H
#define GUARD_SYSTEM_HOST_BUS_H

#include <dbus/dbus.h>

#include "guard/system/host/loop.h"

struct bus;
struct bus_slot; /* a pending call or a subscription, which can be cancelled */

enum {
	BUS_E_GONE = 1, /* not connected, or the connection or the peer went before it answered */
	BUS_E_TIMEOUT,  /* no answer in time */
	BUS_E_ERROR,    /* answered with an error message */
};

#define BUS_NO_TIMEOUT (-1)

/*
 * Exactly once for each bus_call() that returned 0 and was not cancelled. @reply
 * is borrowed: the method return (result 0), the error (BUS_E_ERROR, and
 * BUS_E_GONE if the bus itself said so), or NULL.
 */
typedef void (*bus_reply_fn)(int result, DBusMessage *reply, void *userdata);
typedef void (*bus_signal_fn)(DBusMessage *signal, void *userdata);
typedef void (*bus_state_fn)(bool connected, void *userdata);

struct bus_options {
	const char *address; /* NULL: the system bus */
	int backoff_min_ms;  /* 0: 100 */
	int backoff_max_ms;  /* 0: 5000 */
	/* Becomes a monitor: bus_on_signal() gets every message, and nobody is answered. */
	bool monitor;
	long
	    message_max; /* bytes: over a larger one the connection is made anew; 0: the bus' own */
};

int bus_new(struct bus **out, struct loop *loop, const struct bus_options *options) _must_check_;
void bus_free(struct bus *bus); /* pending callbacks are not called */
DEFINE_CLEANUP(struct bus *, bus_free, bus_cleanup);
#define _cleanup_bus_ _cleanup_(bus_cleanup)

struct loop *bus_loop(struct bus *bus);
bool bus_is_connected(const struct bus *bus);
unsigned bus_failed_attempts(const struct bus *bus); /* since it was last connected */
const char *bus_last_error(const struct bus *bus);   /* why the last attempt failed, or "" */

/* Slots go to *out, or, with out NULL, live until they are done or the bus is freed. */
int bus_on_state(struct bus *bus, struct bus_slot **out, bus_state_fn fn,
                 void *userdata) _must_check_;
int bus_on_signal(struct bus *bus, struct bus_slot **out, bus_signal_fn fn,
                  void *userdata) _must_check_;
int bus_match(struct bus *bus, const char *rule) _must_check_; /* for the life of the bus */
int bus_call(struct bus *bus, struct bus_slot **out, DBusMessage *take, int timeout_ms,
             bus_reply_fn fn, void *userdata) _must_check_;
void bus_catch_up(struct bus *bus);     /* not from a callback of its own */
void bus_cancel(struct bus_slot *slot); /* NULL is fine; a finished call's slot is not */

#endif
