/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guard/system/host/bus.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>

#include "guard/system/host/clock.h"

#define DEFAULT_ADDRESS     "unix:path=/run/dbus/system_bus_socket"
#define DEFAULT_BACKOFF_MIN 100
#define DEFAULT_BACKOFF_MAX 5000

/* Messages handled in one go, so that a flood starves nobody. */
#define DISPATCH_BATCH 64

/* What the bus has to take a connection into its queue, which it does at once but when it is full.
 */
#define CONNECT_US 500000

/* libdbus ran out of memory while taking a message: time for others to give some back. */
#define NEED_MEMORY_MS 50

enum slot_kind {
	SLOT_CALL,
	SLOT_STATE,
	SLOT_SIGNAL,
};

struct bus_slot {
	struct bus *bus;
	struct bus_slot *prev;
	struct bus_slot *next;
	enum slot_kind kind;
	bool dead; /* a subscription that was cancelled while they were being called */
	DBusPendingCall *pending;
	union {
		bus_reply_fn reply;
		bus_state_fn state;
		bus_signal_fn signal;
	} fn;
	void *userdata;
};

struct slot_list {
	struct bus_slot *first;
	struct bus_slot *last;
};

enum bus_phase {
	PHASE_AWAY,  /* the retry timer runs */
	PHASE_HELLO, /* there is a connection; it has not said our name yet */
	PHASE_CONNECTED,
};

struct bus {
	struct loop *loop;
	char *address;
	int backoff_min_ms;
	int backoff_max_ms;
	bool monitor;
	long message_max;
	int backoff_ms;
	unsigned failures;
	char last_error[256];

	enum bus_phase phase;
	DBusConnection *connection;
	DBusPendingCall *hello;
	bool lost; /* libdbus said so; taken down after the dispatch */

	struct loop_source *retry;
	struct loop_source *dispatch;
	struct loop_source *memory;

	struct strv rules;
	struct slot_list calls;
	struct slot_list subscriptions;
	unsigned depth; /* of calling subscriptions */
	bool has_dead;
};

/* --- slots ------------------------------------------------------------------------------- */

static void slot_link(struct slot_list *list, struct bus_slot *slot)
{
	slot->prev = list->last;
	slot->next = NULL;
	if (list->last)
		list->last->next = slot;
	else
		list->first = slot;
	list->last = slot;
}

static void slot_unlink(struct slot_list *list, struct bus_slot *slot)
{
	if (slot->prev)
		slot->prev->next = slot->next;
	else
		list->first = slot->next;
	if (slot->next)
		slot->next->prev = slot->prev;
	else
		list->last = slot->prev;
}

static struct bus_slot *slot_new(struct bus *bus, enum slot_kind kind, void *userdata)
{
	struct bus_slot *slot = calloc(1, sizeof(*slot));

	if (!slot)
		return NULL;
	slot->bus = bus;
	slot->kind = kind;
	slot->userdata = userdata;
	slot_link(kind == SLOT_CALL ? &bus->calls : &bus->subscriptions, slot);
	return slot;
}

static void call_free(struct bus_slot *slot)
{
	slot_unlink(&slot->bus->calls, slot);
	if (slot->pending) {
		dbus_pending_call_cancel(slot->pending);
		dbus_pending_call_unref(slot->pending);
	}
	free(slot);
}

static void sweep(struct bus *bus)
{
	struct bus_slot *next;

	if (!bus->has_dead || bus->depth > 0)
		return;
	for (struct bus_slot *slot = bus->subscriptions.first; slot; slot = next) {
		next = slot->next;
		if (slot->dead) {
			slot_unlink(&bus->subscriptions, slot);
			free(slot);
		}
	}
	bus->has_dead = false;
}

/**
 * bus_cancel() - end a subscription, or forget a call
 * @slot: may be NULL; not to be used any more
 *
 * A call that has been sent may still be carried out; its callback is not
 * called.
 */
void bus_cancel(struct bus_slot *slot)
{
	if (!slot)
		return;
	if (slot->kind == SLOT_CALL) {
		call_free(slot);
		return;
	}
	slot->dead = true;
	slot->bus->has_dead = true;
	sweep(slot->bus);
}

static void tell_state(struct bus *bus, bool connected)
{
	bus->depth++;
	for (struct bus_slot *slot = bus->subscriptions.first; slot; slot = slot->next)
		if (slot->kind == SLOT_STATE && !slot->dead)
			slot->fn.state(connected, slot->userdata);
	bus->depth--;
	sweep(bus);
}

static void tell_signal(struct bus *bus, DBusMessage *message)
{
	bus->depth++;
	for (struct bus_slot *slot = bus->subscriptions.first; slot; slot = slot->next)
		if (slot->kind == SLOT_SIGNAL && !slot->dead)
			slot->fn.signal(message, slot->userdata);
	bus->depth--;
	sweep(bus);
}

/* --- libdbus in the loop ----------------------------------------------------------------- */

static unsigned watch_events(DBusWatch *watch)
{
	unsigned flags = dbus_watch_get_flags(watch);

	if (!dbus_watch_get_enabled(watch))
		return 0;
	return (flags & DBUS_WATCH_READABLE ? LOOP_READ : 0) |
	       (flags & DBUS_WATCH_WRITABLE ? LOOP_WRITE : 0);
}

static void on_watch(int fd, unsigned events, void *userdata)
{
	unsigned flags = 0;

	(void)fd;
	if (events & LOOP_READ)
		flags |= DBUS_WATCH_READABLE;
	if (events & LOOP_WRITE)
		flags |= DBUS_WATCH_WRITABLE;
	if (events & LOOP_ERROR)
		flags |= DBUS_WATCH_ERROR | DBUS_WATCH_HANGUP;
	/* FALSE means out of memory; the descriptor stays ready, so it is tried again. */
	(void)dbus_watch_handle(userdata, flags);
}

static dbus_bool_t add_watch(DBusWatch *watch, void *userdata)
{
	struct bus *bus = userdata;
	struct loop_source *source;

	if (loop_add_io(bus->loop, &source, dbus_watch_get_unix_fd(watch), watch_events(watch),
	                on_watch, watch) < 0)
		return FALSE;
	dbus_watch_set_data(watch, source, NULL);
	return TRUE;
}

static void remove_watch(DBusWatch *watch, void *userdata)
{
	(void)userdata;
	loop_remove(dbus_watch_get_data(watch));
	dbus_watch_set_data(watch, NULL, NULL);
}

static void toggle_watch(DBusWatch *watch, void *userdata)
{
	struct loop_source *source = dbus_watch_get_data(watch);

	(void)userdata;
	if (source)
		loop_io_set_events(source, watch_events(watch));
}

static void on_timeout(void *userdata)
{
	DBusTimeout *timeout = userdata;

	/* It goes on until it is removed or disabled, which the handler may do. */
	loop_timer_set(dbus_timeout_get_data(timeout), dbus_timeout_get_interval(timeout));
	(void)dbus_timeout_handle(timeout);
}

static void toggle_timeout(DBusTimeout *timeout, void *userdata)
{
	struct loop_source *source = dbus_timeout_get_data(timeout);

	(void)userdata;
	if (!source)
		return;
	if (dbus_timeout_get_enabled(timeout))
		loop_timer_set(source, dbus_timeout_get_interval(timeout));
	else
		loop_timer_stop(source);
}

static dbus_bool_t add_timeout(DBusTimeout *timeout, void *userdata)
{
	struct bus *bus = userdata;
	struct loop_source *source;

	if (loop_add_timer(bus->loop, &source, on_timeout, timeout) < 0)
		return FALSE;
	dbus_timeout_set_data(timeout, source, NULL);
	toggle_timeout(timeout, userdata);
	return TRUE;
}

static void remove_timeout(DBusTimeout *timeout, void *userdata)
{
	(void)userdata;
	loop_remove(dbus_timeout_get_data(timeout));
	dbus_timeout_set_data(timeout, NULL, NULL);
}

/* Dispatching in here would recurse into libdbus: only take note. */
static void on_dispatch_status(DBusConnection *connection, DBusDispatchStatus status,
                               void *userdata)
{
	struct bus *bus = userdata;

	(void)connection;
	if (status != DBUS_DISPATCH_COMPLETE)
		loop_deferred_trigger(bus->dispatch);
}

static DBusHandlerResult on_message(DBusConnection *connection, DBusMessage *message,
                                    void *userdata)
{
	struct bus *bus = userdata;

	(void)connection;
	if (dbus_message_is_signal(message, DBUS_INTERFACE_LOCAL, "Disconnected")) {
		bus->lost = true;
		return DBUS_HANDLER_RESULT_HANDLED;
	}
	if (bus->monitor) {
		/* libdbus would answer calls to others that nobody has handled */
		tell_signal(bus, message);
		return DBUS_HANDLER_RESULT_HANDLED;
	}
	if (dbus_message_get_type(message) == DBUS_MESSAGE_TYPE_SIGNAL)
		tell_signal(bus, message);
	return DBUS_HANDLER_RESULT_NOT_YET_HANDLED;
}

/* --- coming and going -------------------------------------------------------------------- */

static void set_last_error(struct bus *bus, const char *text)
{
	(void)snprintf(bus->last_error, sizeof(bus->last_error), "%s", text);
}

static void retry_later(struct bus *bus)
{
	bus->phase = PHASE_AWAY;
	loop_timer_set(bus->retry, bus->backoff_ms);
	bus->backoff_ms *= 2;
	if (bus->backoff_ms > bus->backoff_max_ms)
		bus->backoff_ms = bus->backoff_max_ms;
}

static void drop_connection(struct bus *bus)
{
	if (bus->hello) {
		dbus_pending_call_cancel(bus->hello);
		dbus_pending_call_unref(bus->hello);
		bus->hello = NULL;
	}
	bus->lost = false;
	if (!bus->connection)
		return;
	dbus_connection_remove_filter(bus->connection, on_message, bus);
	(void)dbus_connection_set_watch_functions(bus->connection, NULL, NULL, NULL, NULL, NULL);
	(void)dbus_connection_set_timeout_functions(bus->connection, NULL, NULL, NULL, NULL, NULL);
	dbus_connection_set_dispatch_status_function(bus->connection, NULL, NULL, NULL);
	dbus_connection_close(bus->connection);
	dbus_connection_unref(bus->connection);
	bus->connection = NULL;
}

static void fail_attempt(struct bus *bus, const char *why)
{
	set_last_error(bus, why);
	bus->failures++;
	drop_connection(bus);
	retry_later(bus);
	/* Who waits for the first connection learns that there is none. */
	tell_state(bus, false);
}

/* Takes the slot off the list first: its callback may cancel or start others. */
static void finish_call(struct bus_slot *slot, int result, DBusMessage *reply)
{
	bus_reply_fn fn = slot->fn.reply;
	void *userdata = slot->userdata;

	call_free(slot);
	fn(result, reply, userdata);
}

static void lose_connection(struct bus *bus)
{
	if (bus->phase != PHASE_CONNECTED) {
		fail_attempt(bus, "the bus closed the connection before it said Hello");
		return;
	}
	/* From here on bus_call() refuses, so that the list only shrinks. */
	bus->phase = PHASE_AWAY;
	set_last_error(bus, "the bus closed the connection");
	while (bus->calls.first)
		finish_call(bus->calls.first, BUS_E_GONE, NULL);
	drop_connection(bus);
	retry_later(bus);
	tell_state(bus, false);
}

static void dispatch(void *userdata)
{
	struct bus *bus = userdata;
	DBusDispatchStatus status = DBUS_DISPATCH_COMPLETE;

	if (!bus->connection)
		return;
	for (unsigned i = 0; i < DISPATCH_BATCH && !bus->lost; i++) {
		status = dbus_connection_dispatch(bus->connection);
		if (status != DBUS_DISPATCH_DATA_REMAINS)
			break;
	}
	if (bus->lost)
		lose_connection(bus);
	else if (status == DBUS_DISPATCH_DATA_REMAINS)
		loop_deferred_trigger(bus->dispatch);
	else if (status == DBUS_DISPATCH_NEED_MEMORY)
		loop_timer_set(bus->memory, NEED_MEMORY_MS);
}

/* Each goes on to the end of what the socket holds, or for some kilobytes. */
#define CATCH_UP_READS 4

/**
 * bus_catch_up() - handle now what has come in, without waiting for the loop's turn
 *
 * For who asks, in a callback of another connection, what was said on this one before.
 */
void bus_catch_up(struct bus *bus)
{
	for (unsigned i = 0; i < CATCH_UP_READS && bus->connection && !bus->lost; i++) {
		(void)dbus_connection_read_write(bus->connection, 0);
		dispatch(bus);
	}
}

static void on_memory(void *userdata)
{
	struct bus *bus = userdata;

	loop_deferred_trigger(bus->dispatch);
}

static bool take_name(struct bus *bus, DBusMessage *reply)
{
	const char *name;

	if (dbus_message_get_type(reply) != DBUS_MESSAGE_TYPE_METHOD_RETURN ||
	    !dbus_message_get_args(reply, NULL, DBUS_TYPE_STRING, &name, DBUS_TYPE_INVALID))
		return false;
	return dbus_bus_set_unique_name(bus->connection, name);
}

static void on_hello(DBusPendingCall *pending, void *userdata)
{
	struct bus *bus = userdata;
	DBusMessage *reply = dbus_pending_call_steal_reply(pending);
	bool ok = reply && take_name(bus, reply);

	if (reply)
		dbus_message_unref(reply);
	dbus_pending_call_unref(steal(bus->hello));
	if (!ok) {
		/* The connection cannot go while libdbus dispatches on it. */
		bus->lost = true;
		return;
	}
	bus->phase = PHASE_CONNECTED;
	bus->failures = 0;
	bus->backoff_ms = bus->backoff_min_ms;
	set_last_error(bus, "");
	/* Without an error to fill it does not wait for the answer. */
	for (size_t i = 0; i < bus->rules.n; i++)
		dbus_bus_add_match(bus->connection, bus->rules.strings[i], NULL);
	tell_state(bus, true);
}

static DBusMessage *message_hello(void)
{
	DBusMessage *message = dbus_message_new_method_call(DBUS_SERVICE_DBUS, DBUS_PATH_DBUS,
	                                                    DBUS_INTERFACE_DBUS, "Hello");

	if (message)
		dbus_message_set_auto_start(message, FALSE);
	return message;
}

/*
 * No time limit: a bus that hangs answers when it goes on, and one that dies
 * closes the connection. Trying anew would only fill its backlog.
 */
static bool send_hello(struct bus *bus)
{
	DBusMessage *message = message_hello();
	bool ok = message && dbus_connection_send_with_reply(bus->connection, message, &bus->hello,
	                                                     DBUS_TIMEOUT_INFINITE);

	if (message)
		dbus_message_unref(message);
	return ok && bus->hello && dbus_pending_call_set_notify(bus->hello, on_hello, bus, NULL);
}

static bool set_up_connection(struct bus *bus)
{
	DBusConnection *connection = bus->connection;

	dbus_connection_set_exit_on_disconnect(connection, FALSE);
	if (bus->message_max)
		dbus_connection_set_max_message_size(connection, bus->message_max);
	dbus_connection_set_dispatch_status_function(connection, on_dispatch_status, bus, NULL);
	return dbus_connection_add_filter(connection, on_message, bus, NULL) &&
	       dbus_connection_set_watch_functions(connection, add_watch, remove_watch,
	                                           toggle_watch, bus, NULL) &&
	       dbus_connection_set_timeout_functions(connection, add_timeout, remove_timeout,
	                                             toggle_timeout, bus, NULL) &&
	       send_hello(bus);
}

static void on_alarm(int signo _unused_)
{
}

/*
 * libdbus waits in connect() for as long as the queue of the bus is full, which is for ever
 * while the bus is stopped: an alarm takes it out of there, once more if it came too early.
 */
static DBusConnection *connect_in_time(const char *address, DBusError *error)
{
	const struct sigaction action = {.sa_handler = on_alarm};
	const struct itimerval none = {.it_value = {.tv_sec = 0}},
	                       limit = {.it_value = {.tv_usec = CONNECT_US},
	                                .it_interval = {.tv_usec = CONNECT_US / 10}};
	int64_t end_us = clock_monotonic_us() + CONNECT_US;
	struct sigaction old;
	DBusConnection *connection;

	if (sigaction(SIGALRM, &action, &old) < 0 || setitimer(ITIMER_REAL, &limit, NULL) < 0)
		return NULL;
	connection = dbus_connection_open_private(address, error);
	(void)setitimer(ITIMER_REAL, &none, NULL);
	(void)sigaction(SIGALRM, &old, NULL);
	if (!connection && clock_monotonic_us() >= end_us) {
		dbus_error_free(error);
		dbus_set_error_const(error, DBUS_ERROR_TIMEOUT,
		                     "it takes no connection: it is stopped, or overloaded");
	}
	return connection;
}

static void try_to_connect(void *userdata)
{
	struct bus *bus = userdata;
	DBusError error = DBUS_ERROR_INIT;

	bus->connection = connect_in_time(bus->address, &error);
	if (!bus->connection) {
		fail_attempt(bus, error.message ? error.message : "unknown error");
		dbus_error_free(&error);
		return;
	}
	bus->phase = PHASE_HELLO;
	if (!set_up_connection(bus)) {
		fail_attempt(bus, "out of memory");
		return;
	}
	loop_deferred_trigger(bus->dispatch);
}

/* --- for the others ---------------------------------------------------------------------- */

static int init_sources(struct bus *bus)
{
	int r = loop_add_timer(bus->loop, &bus->retry, try_to_connect, bus);

	if (r < 0)
		return r;
	r = loop_add_timer(bus->loop, &bus->memory, on_memory, bus);
	if (r < 0)
		return r;
	return loop_add_deferred(bus->loop, &bus->dispatch, dispatch, bus);
}

static int init_options(struct bus *bus, const struct bus_options *options)
{
	const char *address = options ? options->address : NULL;

	if (!address)
		address = getenv("DBUS_SYSTEM_BUS_ADDRESS");
	if (!address || !*address)
		address = DEFAULT_ADDRESS;
	bus->address = strdup(address);
	bus->backoff_min_ms =
	    options && options->backoff_min_ms > 0 ? options->backoff_min_ms : DEFAULT_BACKOFF_MIN;
	bus->backoff_max_ms =
	    options && options->backoff_max_ms > 0 ? options->backoff_max_ms : DEFAULT_BACKOFF_MAX;
	bus->backoff_ms = bus->backoff_min_ms;
	bus->monitor = options && options->monitor;
	bus->message_max = options ? options->message_max : 0;
	return bus->address ? 0 : -ENOMEM;
}

/**
 * bus_new() - have a connection to the system bus
 * @out: receives the bus; untouched on failure
 * @loop: borrowed; must outlive the bus
 * @options: borrowed; may be NULL
 *
 * The first attempt is made as soon as the loop runs. That the bus cannot be
 * reached is no failure here: it is tried until it can.
 *
 * Return: 0; -ENOMEM.
 */
int bus_new(struct bus **out, struct loop *loop, const struct bus_options *options)
{
	_cleanup_bus_ struct bus *bus = calloc(1, sizeof(*bus));
	int r;

	if (!bus)
		return -ENOMEM;
	bus->loop = loop;
	r = init_options(bus, options);
	if (r < 0)
		return r;
	r = init_sources(bus);
	if (r < 0)
		return r;
	loop_timer_set(bus->retry, 0);
	*out = steal(bus);
	return 0;
}

/**
 * bus_free() - close the connection and forget all calls
 * @bus: may be NULL; not from one of its callbacks
 */
void bus_free(struct bus *bus)
{
	if (!bus)
		return;
	assert(bus->depth == 0);
	while (bus->calls.first)
		call_free(bus->calls.first);
	while (bus->subscriptions.first) {
		struct bus_slot *slot = bus->subscriptions.first;

		slot_unlink(&bus->subscriptions, slot);
		free(slot);
	}
	drop_connection(bus);
	loop_remove(bus->retry);
	loop_remove(bus->memory);
	loop_remove(bus->dispatch);
	strv_deinit(&bus->rules);
	free(bus->address);
	free(bus);
}

/**
 * bus_loop() - the loop that it is in
 * @bus: the bus
 *
 * Return: what bus_new() was given.
 */
struct loop *bus_loop(struct bus *bus)
{
	return bus->loop;
}

/**
 * bus_is_connected() - whether calls can be made
 * @bus: the bus
 *
 * Return: true between the callbacks with connected true and false.
 */
bool bus_is_connected(const struct bus *bus)
{
	return bus->phase == PHASE_CONNECTED;
}

/**
 * bus_failed_attempts() - how often it has tried to connect in vain
 * @bus: the bus
 *
 * Return: attempts since it was last connected; 0 while it is.
 */
unsigned bus_failed_attempts(const struct bus *bus)
{
	return bus->failures;
}

/**
 * bus_last_error() - why it is not connected
 * @bus: the bus
 *
 * Return: borrowed text, "" when nothing has gone wrong.
 */
const char *bus_last_error(const struct bus *bus)
{
	return bus->last_error;
}

/**
 * bus_on_state() - be told when the connection comes and goes
 * @bus: the bus
 * @out: receives the slot; may be NULL
 * @fn: called after each change; with false also after each failed attempt
 * @userdata: for @fn
 *
 * When the connection is lost, pending calls end first, then this is called.
 *
 * Return: 0; -ENOMEM.
 */
int bus_on_state(struct bus *bus, struct bus_slot **out, bus_state_fn fn, void *userdata)
{
	struct bus_slot *slot = slot_new(bus, SLOT_STATE, userdata);

	if (!slot)
		return -ENOMEM;
	slot->fn.state = fn;
	if (out)
		*out = slot;
	return 0;
}

/**
 * bus_on_signal() - be told of every signal that comes in
 * @bus: the bus
 * @out: receives the slot; may be NULL
 * @fn: called for each signal that any bus_match() lets through
 * @userdata: for @fn
 *
 * Return: 0; -ENOMEM.
 */
int bus_on_signal(struct bus *bus, struct bus_slot **out, bus_signal_fn fn, void *userdata)
{
	struct bus_slot *slot = slot_new(bus, SLOT_SIGNAL, userdata);

	if (!slot)
		return -ENOMEM;
	slot->fn.signal = fn;
	if (out)
		*out = slot;
	return 0;
}

/**
 * bus_match() - ask the bus for some signals
 * @bus: the bus
 * @rule: a match rule, asked for on this and all later connections
 *
 * Return: 0; -ENOMEM.
 */
int bus_match(struct bus *bus, const char *rule)
{
	int r = strv_add(&bus->rules, rule);

	if (r < 0)
		return r;
	if (bus_is_connected(bus))
		dbus_bus_add_match(bus->connection, rule, NULL);
	return 0;
}

/* The bus answers in the place of someone who is not there or left without answering. */
static bool is_gone(DBusMessage *error)
{
	return dbus_message_has_sender(error, DBUS_SERVICE_DBUS) &&
	       (dbus_message_is_error(error, DBUS_ERROR_NO_REPLY) ||
	        dbus_message_is_error(error, DBUS_ERROR_NAME_HAS_NO_OWNER) ||
	        dbus_message_is_error(error, DBUS_ERROR_SERVICE_UNKNOWN));
}

static int classify(const struct bus *bus, DBusMessage *reply)
{
	if (dbus_message_get_type(reply) == DBUS_MESSAGE_TYPE_METHOD_RETURN)
		return 0;
	/* Errors without a sender are made by libdbus: at the time limit, or as the bus goes. */
	if (!dbus_message_get_sender(reply))
		return dbus_connection_get_is_connected(bus->connection) ? BUS_E_TIMEOUT
		                                                         : BUS_E_GONE;
	return is_gone(reply) ? BUS_E_GONE : BUS_E_ERROR;
}

static void on_reply(DBusPendingCall *pending, void *userdata)
{
	struct bus_slot *slot = userdata;
	DBusMessage *reply = dbus_pending_call_steal_reply(pending);
	int result = reply ? classify(slot->bus, reply) : BUS_E_GONE;
	bool answered = reply && dbus_message_get_sender(reply);

	dbus_pending_call_unref(steal(slot->pending));
	finish_call(slot, result, answered ? reply : NULL);
	if (reply)
		dbus_message_unref(reply);
}

static int send_call(struct bus_slot *slot, DBusMessage *message, int timeout_ms)
{
	if (!dbus_connection_send_with_reply(slot->bus->connection, message, &slot->pending,
	                                     timeout_ms < 0 ? DBUS_TIMEOUT_INFINITE : timeout_ms))
		return -ENOMEM;
	/* The connection is down, and the news of it are on their way. */
	if (!slot->pending)
		return BUS_E_GONE;
	return dbus_pending_call_set_notify(slot->pending, on_reply, slot, NULL) ? 0 : -ENOMEM;
}

/**
 * bus_call() - call a method, without waiting
 * @bus: the bus
 * @out: receives a slot that is valid until @fn is called; may be NULL
 * @take: the message; taken over also on failure. NULL counts as out of memory
 * @timeout_ms: BUS_NO_TIMEOUT for none
 * @fn: called once with the outcome, from the loop
 * @userdata: for @fn
 *
 * Return: 0; BUS_E_GONE when not connected; -ENOMEM.
 */
int bus_call(struct bus *bus, struct bus_slot **out, DBusMessage *take, int timeout_ms,
             bus_reply_fn fn, void *userdata)
{
	struct bus_slot *slot;
	int r;

	if (!take)
		return -ENOMEM;
	if (!bus_is_connected(bus)) {
		dbus_message_unref(take);
		return BUS_E_GONE;
	}
	dbus_message_set_auto_start(take, FALSE);
	slot = slot_new(bus, SLOT_CALL, userdata);
	if (slot) {
		slot->fn.reply = fn;
		r = send_call(slot, take, timeout_ms);
	} else {
		r = -ENOMEM;
	}
	dbus_message_unref(take);
	if (r != 0) {
		if (slot)
			call_free(slot);
		return r;
	}
	if (out)
		*out = slot;
	return 0;
}
