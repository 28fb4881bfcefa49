// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/firewalld/firewalld.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "guard/model/portspace.h"
#include "guard/system/host/clock.h"
#include "guard/system/firewalld/firewalld-internal.h"
#include "guard/system/host/process.h"

#define DEFAULT_CALL_TIMEOUT_MS (10 * 60 * 1000)
#define DEFAULT_SLOW_MS         10000

/* The bus answers these itself; one that does not hangs. */
#define BUS_CALL_TIMEOUT_MS 5000

/* Between two attempts to learn the default zone. */
#define DEFAULT_ZONE_RETRY_MS 1000

/* Events that wait for the default zone, at most; a ban is one, and thousands come in a burst. */
#define HELD_MAX 20000

/* --- events ------------------------------------------------------------------------------ */

static void held_free(struct held_event *held)
{
	item_deinit(&held->item);
	free(held->zone);
	free(held);
}

static void drop_held(struct firewalld *fw)
{
	while (fw->held) {
		struct held_event *held = fw->held;

		fw->held = held->next;
		held_free(held);
	}
	fw->held_tail = &fw->held;
	fw->n_held = 0;
}

static void tell(struct firewalld *fw, const struct firewalld_event *event)
{
	if (fw->on_event)
		fw->on_event(event, fw->userdata);
}

static void tell_type(struct firewalld *fw, enum firewalld_event_type type)
{
	struct firewalld_event event = {.type = type, .at_us = clock_now_us()};

	tell(fw, &event);
}

static void lose_track(struct firewalld *fw)
{
	drop_held(fw);
	fw->generation++;
	tell_type(fw, FIREWALLD_EVENT_LOST_TRACK);
}

static int copy_held(struct held_event *held, const struct firewalld_event *event)
{
	held->event = *event;
	if (event->item) {
		int r = item_copy(&held->item, event->item);

		if (r < 0)
			return r;
		held->event.item = &held->item;
	}
	if (event->zone) {
		held->zone = strdup(event->zone);
		if (!held->zone)
			return -ENOMEM;
		held->event.zone = held->zone;
	}
	return 0;
}

static void hold(struct firewalld *fw, const struct firewalld_event *event, bool zone_is_default)
{
	struct held_event *held;

	if (fw->n_held >= HELD_MAX) {
		lose_track(fw);
		return;
	}
	held = calloc(1, sizeof(*held));
	if (!held || copy_held(held, event) < 0) {
		if (held)
			held_free(held);
		lose_track(fw);
		return;
	}
	held->zone_is_default = zone_is_default;
	*fw->held_tail = held;
	fw->held_tail = &held->next;
	fw->n_held++;
}

static bool set_item_zone(struct item *item, const char *zone)
{
	char *copy = strdup(zone);

	if (!copy)
		return false;
	free(item->zone);
	item->zone = copy;
	return true;
}

/* Events may lead to anything, so each is taken off the list before it is told. */
static void release_held(struct firewalld *fw)
{
	while (fw->held && fw->default_zone_fresh) {
		struct held_event *held = fw->held;
		bool ok = true;

		fw->held = held->next;
		if (!fw->held)
			fw->held_tail = &fw->held;
		fw->n_held--;
		if (held->zone_is_default)
			ok = set_item_zone(&held->item, fw->default_zone);
		if (ok)
			tell(fw, &held->event);
		held_free(held);
		if (!ok)
			lose_track(fw);
	}
}

/* In order: once one event waits, those after it do too. */
static void emit(struct firewalld *fw, const struct firewalld_event *event)
{
	if (fw->held)
		hold(fw, event, false);
	else
		tell(fw, event);
}

/* --- the default zone -------------------------------------------------------------------- */

/**
 * firewalld_learn_default_zone() - take note of the default zone, and tell what waited for it
 * @fw: the adapter
 * @zone: borrowed
 */
void firewalld_learn_default_zone(struct firewalld *fw, const char *zone)
{
	if (!fw->default_zone || strcmp(fw->default_zone, zone) != 0) {
		char *copy = strdup(zone);

		if (!copy) {
			lose_track(fw);
			return;
		}
		free(fw->default_zone);
		fw->default_zone = copy;
	}
	fw->default_zone_fresh = true;
	loop_timer_stop(fw->default_timer);
	release_held(fw);
}

static void on_default_zone(int result, DBusMessage *reply, void *userdata)
{
	struct firewalld *fw = userdata;
	const char *zone;

	fw->default_slot = NULL;
	if (result == BUS_E_GONE)
		return;
	if (result == 0 && firewalld_message_string(reply, DBUS_TYPE_STRING, &zone) == 0 && *zone) {
		firewalld_learn_default_zone(fw, zone);
		return;
	}
	/* As known before, for a zone that is likely right beats none. */
	if (fw->default_zone)
		firewalld_learn_default_zone(fw, fw->default_zone);
	else
		loop_timer_set(fw->default_timer, DEFAULT_ZONE_RETRY_MS);
}

static void ask_default_zone(void *userdata)
{
	struct firewalld *fw = userdata;

	if (!fw->owner)
		return;
	bus_cancel(steal(fw->default_slot));
	if (bus_call(fw->bus, &fw->default_slot,
	             firewalld_message_call(fw->owner, FIREWALLD_MESSAGE_PATH,
	                                    FIREWALLD_MESSAGE_INTERFACE, "getDefaultZone", NULL),
	             fw->call_timeout_ms, on_default_zone, fw) < 0)
		loop_timer_set(fw->default_timer, DEFAULT_ZONE_RETRY_MS);
}

/* --- coming and going -------------------------------------------------------------------- */

static void identify(struct firewalld *fw, dbus_uint32_t pid)
{
	int64_t start;

	fw->instance[0] = '\0';
	if (process_start(&start, fw->proc, pid) == 0)
		(void)snprintf(fw->instance, sizeof(fw->instance), "%u:%" PRId64, pid, start);
}

static void on_pid(int result, DBusMessage *reply, void *userdata)
{
	struct firewalld *fw = userdata;
	struct firewalld_event event = {.type = FIREWALLD_EVENT_APPEARED};
	dbus_uint32_t pid;

	fw->pid_slot = NULL;
	fw->instance[0] = '\0';
	/* It went at once, or the bus did: that news is on its way. */
	if (result == BUS_E_GONE)
		return;
	if (result == 0 &&
	    dbus_message_get_args(reply, NULL, DBUS_TYPE_UINT32, &pid, DBUS_TYPE_INVALID))
		identify(fw, pid);
	fw->present = true;
	fw->generation++;
	event.at_us = clock_now_us();
	event.instance = fw->instance;
	tell(fw, &event);
	/* Behind what the handler asks for at once, so that it costs that no time. */
	ask_default_zone(fw);
}

static void forget_owner(struct firewalld *fw)
{
	bus_cancel(steal(fw->pid_slot));
	bus_cancel(steal(fw->default_slot));
	loop_timer_stop(fw->default_timer);
	drop_held(fw);
	free(steal(fw->owner));
	free(steal(fw->version));
	free(steal(fw->backend));
	free(steal(fw->default_zone));
	fw->default_zone_fresh = false;
	fw->instance[0] = '\0';
	fw->present = false;
	fw->panic = false;
	fw->generation++;
}

static DBusMessage *call_bus(const char *member, const char *argument)
{
	return firewalld_message_call(DBUS_SERVICE_DBUS, DBUS_PATH_DBUS, DBUS_INTERFACE_DBUS,
	                              member, argument);
}

static void set_owner(struct firewalld *fw, const char *owner)
{
	bool was_present = fw->present;

	fw->absent = !*owner;
	if (fw->owner && strcmp(fw->owner, owner) == 0)
		return;
	forget_owner(fw);
	if (was_present)
		tell_type(fw, FIREWALLD_EVENT_GONE);
	/* What was told may have ended the connection's world, not this one: bus state is later. */
	if (!*owner)
		return;
	fw->owner = strdup(owner);
	if (!fw->owner ||
	    bus_call(fw->bus, &fw->pid_slot, call_bus("GetConnectionUnixProcessID", owner),
	             BUS_CALL_TIMEOUT_MS, on_pid, fw) == -ENOMEM)
		loop_deferred_trigger(fw->queue_work); /* asks again */
}

static void ask_owner(struct firewalld *fw);

static void on_owner(int result, DBusMessage *reply, void *userdata)
{
	struct firewalld *fw = userdata;
	const char *owner;

	fw->owner_slot = NULL;
	if (result == 0 && firewalld_message_string(reply, DBUS_TYPE_STRING, &owner) == 0)
		set_owner(fw, owner);
	else if (reply && dbus_message_is_error(reply, DBUS_ERROR_NAME_HAS_NO_OWNER))
		set_owner(fw, "");
	else if (result != BUS_E_GONE)
		ask_owner(fw);
}

static void ask_owner(struct firewalld *fw)
{
	bus_cancel(steal(fw->owner_slot));
	if (bus_call(fw->bus, &fw->owner_slot, call_bus("GetNameOwner", FIREWALLD_MESSAGE_NAME),
	             BUS_CALL_TIMEOUT_MS, on_owner, fw) < 0)
		loop_deferred_trigger(fw->queue_work);
}

static void on_bus_state(bool connected, void *userdata)
{
	struct firewalld *fw = userdata;
	bool was_connected = fw->was_connected;

	fw->was_connected = connected;
	fw->absent = false;
	if (connected) {
		tell_type(fw, FIREWALLD_EVENT_BUS_BACK);
		ask_owner(fw);
		return;
	}
	bus_cancel(steal(fw->owner_slot));
	forget_owner(fw);
	if (was_connected)
		tell_type(fw, FIREWALLD_EVENT_BUS_GONE);
}

/* --- signals ----------------------------------------------------------------------------- */

/*
 * Ports change, and the words of the signal do not say which: they are read again (law 10).
 * What else is not understood is not understood when it is read, either.
 */
static bool getters_say_more(enum item_kind kind)
{
	return kind == ITEM_PORT || kind == ITEM_SOURCE_PORT || kind == ITEM_FORWARD_PORT;
}

static void on_item_signal(struct firewalld *fw, struct firewalld_message_item *raw)
{
	static const enum firewalld_event_type types[] = {
	    [FIREWALLD_MESSAGE_ADDED] = FIREWALLD_EVENT_ITEM_ADDED,
	    [FIREWALLD_MESSAGE_REMOVED] = FIREWALLD_EVENT_ITEM_REMOVED,
	    [FIREWALLD_MESSAGE_MOVED] = FIREWALLD_EVENT_ITEM_MOVED,
	};
	_cleanup_item_ struct item item = ITEM_NULL;
	struct firewalld_event event = {
	    .type = types[raw->change], .at_us = clock_now_us(), .timeout_s = raw->timeout_s};
	bool is_default = !*raw->zone;
	const char *zone = raw->zone;
	int r;

	/* A stand-in passes the checks until the default zone is known. */
	if (is_default)
		zone = fw->default_zone_fresh ? fw->default_zone : "default";
	r = item_init(&item, zone, raw->kind, raw->value, NULL);
	fw->n_malformed += r > 0;
	if (r < 0 || (r > 0 && getters_say_more(raw->kind)))
		lose_track(fw);
	if (r != 0)
		return;
	event.item = &item;
	if (is_default && !fw->default_zone_fresh)
		hold(fw, &event, true);
	else
		emit(fw, &event);
}

static void emit_zone(struct firewalld *fw, enum firewalld_event_type type, DBusMessage *signal)
{
	struct firewalld_event event = {.type = type, .at_us = clock_now_us()};
	DBusMessageIter iter;

	if (!dbus_message_iter_init(signal, &iter) ||
	    dbus_message_iter_get_arg_type(&iter) != DBUS_TYPE_STRING) {
		fw->n_malformed++;
		return;
	}
	dbus_message_iter_get_basic(&iter, &event.zone);
	if (!*event.zone || strlen(event.zone) > ITEM_ZONE_MAX) {
		fw->n_malformed++;
		return;
	}
	if (type == FIREWALLD_EVENT_DEFAULT_ZONE)
		firewalld_learn_default_zone(fw, event.zone);
	emit(fw, &event);
}

static void on_zone_signal(struct firewalld *fw, DBusMessage *signal)
{
	struct firewalld_message_item raw = {0};
	int r;

	if (strcmp(dbus_message_get_member(signal), "ZoneUpdated") == 0) {
		emit_zone(fw, FIREWALLD_EVENT_ZONE_CHANGED, signal);
		return;
	}
	r = firewalld_message_item_signal(signal, &raw);
	if (r == FIREWALLD_MESSAGE_E_MALFORMED)
		fw->n_malformed++;
	else if (r < 0)
		lose_track(fw);
	else if (r == 0)
		on_item_signal(fw, &raw);
	free(raw.value);
}

static void on_reloaded(struct firewalld *fw)
{
	struct firewalld_event event = {.type = FIREWALLD_EVENT_RELOADED, .at_us = clock_now_us()};

	fw->generation++;
	/* What came before the wipe is told before it, a removal above all. */
	if (fw->default_zone)
		firewalld_learn_default_zone(fw, fw->default_zone);
	drop_held(fw);
	tell(fw, &event);
	/* The reload may have read another one; asked for behind what the handler asks for. */
	fw->default_zone_fresh = false;
	ask_default_zone(fw);
}

static void emit_panic(struct firewalld *fw, bool on)
{
	struct firewalld_event event = {
	    .type = FIREWALLD_EVENT_PANIC, .at_us = clock_now_us(), .on = on};

	fw->panic = on;
	emit(fw, &event);
}

static void on_main_signal(struct firewalld *fw, DBusMessage *signal)
{
	const char *member = dbus_message_get_member(signal);

	if (strcmp(member, "Reloaded") == 0)
		on_reloaded(fw);
	else if (strcmp(member, "DefaultZoneChanged") == 0)
		emit_zone(fw, FIREWALLD_EVENT_DEFAULT_ZONE, signal);
	else if (strcmp(member, "PanicModeEnabled") == 0)
		emit_panic(fw, true);
	else if (strcmp(member, "PanicModeDisabled") == 0)
		emit_panic(fw, false);
}

static void on_config_zone_signal(struct firewalld *fw, DBusMessage *signal)
{
	const char *member = dbus_message_get_member(signal);

	if (strcmp(member, "Updated") == 0 || strcmp(member, "Removed") == 0 ||
	    strcmp(member, "Renamed") == 0)
		emit_zone(fw, FIREWALLD_EVENT_PERMANENT_CHANGED, signal);
}

static void on_ipset_signal(struct firewalld *fw, DBusMessage *signal)
{
	struct firewalld_message_item raw = {0};
	_cleanup_free_ char *zone = NULL;
	int r = firewalld_message_item_signal(signal, &raw);

	if (r == 0 && xasprintf(&zone, ITEM_IPSET_PREFIX "%s", raw.zone) < 0)
		r = -ENOMEM;
	if (r < 0)
		lose_track(fw);
	else if (r == FIREWALLD_MESSAGE_E_MALFORMED || (r == 0 && raw.kind != ITEM_ENTRY))
		fw->n_malformed++;
	else if (r == 0) {
		raw.zone = zone;
		on_item_signal(fw, &raw);
	}
	free(raw.value);
}

static void on_direct_signal(struct firewalld *fw, DBusMessage *signal)
{
	struct firewalld_message_item raw = {0};
	int r = firewalld_message_direct_signal(signal, &raw);

	if (r < 0)
		lose_track(fw);
	else if (r == FIREWALLD_MESSAGE_E_MALFORMED)
		fw->n_malformed++;
	else if (r == 0)
		on_item_signal(fw, &raw);
	free(raw.value);
}

struct policy_contents {
	const char *zone;
	struct firewall firewall;
};

static int add_policy_entry(enum item_kind kind, const char *value, void *userdata)
{
	struct policy_contents *contents = userdata;
	_cleanup_item_ struct item item = ITEM_NULL;
	struct firewall_entry *entry;
	int r = item_init(&item, contents->zone, kind, value, NULL);

	if (r > 0)
		return 0; /* not understood when it is read, either */
	if (r == 0)
		r = firewall_put(&contents->firewall, &item, &entry);
	if (r == 0)
		entry->flags = FIREWALL_RUNTIME;
	return r;
}

static bool changes_policy(const struct firewalld *fw, const char *policy);

static void on_policy_signal(struct firewalld *fw, DBusMessage *signal)
{
	struct firewalld_event event = {.type = FIREWALLD_EVENT_POLICY_CHANGED,
	                                .at_us = clock_now_us()};
	struct policy_contents contents = {0};
	_cleanup_free_ char *zone = NULL;
	const char *policy = "";
	int r;

	if (strcmp(dbus_message_get_member(signal), "PolicyUpdated") != 0)
		return;
	if (dbus_message_get_args(signal, NULL, DBUS_TYPE_STRING, &policy, DBUS_TYPE_INVALID) &&
	    xasprintf(&zone, ITEM_POLICY_PREFIX "%s", policy) < 0) {
		lose_track(fw);
		return;
	}
	contents.zone = zone ? zone : "";
	r = firewalld_message_policy_signal(signal, &policy, &event.kinds, &event.timeout_s,
	                                    add_policy_entry, &contents);
	if (r == FIREWALLD_MESSAGE_E_MALFORMED || strlen(contents.zone) > ITEM_ZONE_MAX)
		fw->n_malformed++;
	else if (r < 0 || fw->held || portspace_settle(&contents.firewall) < 0)
		lose_track(fw); /* in order, or read anew */
	else {
		event.zone = contents.zone;
		event.contents = &contents.firewall;
		event.ours = changes_policy(fw, policy);
		tell(fw, &event);
	}
	firewall_deinit(&contents.firewall);
}

static void on_name_owner_changed(struct firewalld *fw, DBusMessage *signal)
{
	const char *name, *before, *after;

	if (!dbus_message_get_args(signal, NULL, DBUS_TYPE_STRING, &name, DBUS_TYPE_STRING, &before,
	                           DBUS_TYPE_STRING, &after, DBUS_TYPE_INVALID))
		return;
	if (strcmp(name, FIREWALLD_MESSAGE_NAME) == 0)
		set_owner(fw, after);
}

static void on_signal(DBusMessage *signal, void *userdata)
{
	struct firewalld *fw = userdata;
	const char *interface = dbus_message_get_interface(signal);

	if (dbus_message_is_signal(signal, DBUS_INTERFACE_DBUS, "NameOwnerChanged") &&
	    dbus_message_has_sender(signal, DBUS_SERVICE_DBUS)) {
		on_name_owner_changed(fw, signal);
		return;
	}
	if (!fw->present || !dbus_message_has_sender(signal, fw->owner))
		return;
	if (strcmp(interface, FIREWALLD_MESSAGE_ZONE) == 0)
		on_zone_signal(fw, signal);
	else if (strcmp(interface, FIREWALLD_MESSAGE_INTERFACE) == 0)
		on_main_signal(fw, signal);
	else if (strcmp(interface, FIREWALLD_MESSAGE_POLICY) == 0)
		on_policy_signal(fw, signal);
	else if (strcmp(interface, FIREWALLD_MESSAGE_IPSET) == 0)
		on_ipset_signal(fw, signal);
	else if (strcmp(interface, FIREWALLD_MESSAGE_DIRECT) == 0)
		on_direct_signal(fw, signal);
	else if (strcmp(interface, FIREWALLD_MESSAGE_CONFIG_ZONE) == 0 ||
	         strcmp(interface, FIREWALLD_MESSAGE_CONFIG_IPSET) == 0 ||
	         strcmp(interface, FIREWALLD_MESSAGE_CONFIG_POLICY) == 0)
		on_config_zone_signal(fw, signal);
	else if (dbus_message_is_signal(signal, FIREWALLD_MESSAGE_CONFIG, "ZoneAdded"))
		emit_zone(fw, FIREWALLD_EVENT_PERMANENT_CHANGED, signal);
}

/* --- ops and their calls ----------------------------------------------------------------- */

struct firewalld_call {
	struct firewalld_op *op;
	struct firewalld_call *prev;
	struct firewalld_call *next;
	struct bus_slot *slot;
	char *tag;
	firewalld_answer_fn fn;
};

static void call_free(struct firewalld_call *call)
{
	struct firewalld_op *op = call->op;

	if (call->prev)
		call->prev->next = call->next;
	else
		op->calls = call->next;
	if (call->next)
		call->next->prev = call->prev;
	op->n_calls--;
	op->fw->n_pending--;
	bus_cancel(call->slot);
	free(call->tag);
	free(call);
}

static void set_slow(struct firewalld *fw, bool slow)
{
	if (fw->slow == slow)
		return;
	fw->slow = slow;
	if (fw->on_slow)
		fw->on_slow(slow, fw->userdata);
}

static void on_slow_timer(void *userdata)
{
	set_slow(userdata, true);
}

/* Who goes on answering has time for more, also of those that do not wait for ever. */
#define SLOW_LEAST_MS 500

static int slow_in_ms(const struct firewalld *fw)
{
	int64_t left_ms = fw->slow_by_ms - clock_monotonic_ms();

	if (!fw->slow_by_ms || left_ms > fw->slow_ms)
		return fw->slow_ms;
	return left_ms > SLOW_LEAST_MS ? (int)left_ms : SLOW_LEAST_MS;
}

/* From now on it is waited for. */
static void expect_answer(struct firewalld *fw)
{
	fw->waited_for_us = clock_now_us();
	loop_timer_set(fw->slow_timer, slow_in_ms(fw));
}

/** firewalld_waited_for_us() - since when has nothing been answered? While it is slow; UTC */
int64_t firewalld_waited_for_us(const struct firewalld *fw)
{
	return fw->waited_for_us;
}

static void note_answer(struct firewalld *fw)
{
	set_slow(fw, false);
	if (fw->n_pending > 0)
		expect_answer(fw);
	else
		loop_timer_stop(fw->slow_timer);
}

static int translate_error(DBusMessage *error, struct err *err)
{
	static const struct {
		const char *code;
		int result;
	} codes[] = {
	    {"ALREADY_ENABLED", FIREWALLD_E_ALREADY},
	    {"ZONE_ALREADY_SET", FIREWALLD_E_ALREADY},
	    {"NOT_ENABLED", FIREWALLD_E_NOT_ENABLED},
	    {"UNKNOWN_INTERFACE", FIREWALLD_E_NOT_ENABLED},
	    {"UNKNOWN_SOURCE", FIREWALLD_E_NOT_ENABLED},
	    {"ZONE_CONFLICT", FIREWALLD_E_CONFLICT},
	    {"ACCESS_DENIED", FIREWALLD_E_DENIED},
	    {"INVALID_SERVICE", FIREWALLD_E_INVALID_SERVICE},
	    {"INVALID_POLICY", FIREWALLD_E_INVALID_SERVICE},
	    {"INVALID_IPSET", FIREWALLD_E_INVALID_SERVICE},
	};
	int result = FIREWALLD_E_REFUSED;

	for (size_t i = 0; i < ARRAY_SIZE(codes); i++)
		if (firewalld_message_has_code(error, codes[i].code))
			result = codes[i].result;
	return err_set(err, result, "%s", firewalld_message_error_text(error));
}

static int translate_result(int result, DBusMessage *reply, struct err *err)
{
	if (result == 0)
		return 0;
	if (result == BUS_E_ERROR)
		return translate_error(reply, err);
	if (result == BUS_E_TIMEOUT)
		return err_set(err, FIREWALLD_E_TIMEOUT, "firewalld did not answer in time");
	return err_set(err, FIREWALLD_E_GONE, "firewalld went away");
}

static void on_answer(int result, DBusMessage *reply, void *userdata)
{
	struct firewalld_call *call = userdata;
	struct firewalld_op *op = call->op;
	firewalld_answer_fn fn = call->fn;
	_cleanup_free_ char *tag = steal(call->tag);
	struct err err = ERR_NULL;

	call->slot = NULL;
	call_free(call);
	note_answer(op->fw);
	result = translate_result(result, reply, &err);
	fn(op, result, reply, tag, &err);
}

/**
 * firewalld_op_call() - call firewalld on behalf of an op
 * @op: gets the call added
 * @take: the message, taken over also on failure; NULL counts as out of memory
 * @tag: copied, for @fn; may be NULL
 * @fn: called with the answer
 *
 * Return: 0; FIREWALLD_E_GONE; -ENOMEM.
 */
int firewalld_op_call(struct firewalld_op *op, DBusMessage *take, const char *tag,
                      firewalld_answer_fn fn)
{
	struct firewalld *fw = op->fw;
	struct firewalld_call *call = calloc(1, sizeof(*call));
	int r;

	if (!call || (tag && !(call->tag = strdup(tag)))) {
		free(call);
		if (take)
			dbus_message_unref(take);
		return -ENOMEM;
	}
	call->op = op;
	call->fn = fn;
	call->next = op->calls;
	if (op->calls)
		op->calls->prev = call;
	op->calls = call;
	op->n_calls++;
	if (fw->n_pending++ == 0)
		expect_answer(fw);
	r = bus_call(fw->bus, &call->slot, take, fw->call_timeout_ms, on_answer, call);
	if (r == 0)
		return 0;
	call->slot = NULL;
	call_free(call);
	return r < 0 ? r : FIREWALLD_E_GONE;
}

/**
 * firewalld_op_init() - begin an op
 * @fw: the adapter
 * @op: zeroed, on the heap; freed with firewalld_op_free() also on failure
 * @userdata: for its callback
 *
 * Return: 0; FIREWALLD_E_GONE when firewalld is away.
 */
int firewalld_op_init(struct firewalld *fw, struct firewalld_op *op, void *userdata)
{
	op->fw = fw;
	op->userdata = userdata;
	op->next = fw->ops;
	if (fw->ops)
		fw->ops->prev = op;
	fw->ops = op;
	return fw->present ? 0 : FIREWALLD_E_GONE;
}

/* Takes an op out of a queue; true: others wait in it. */
static bool take_out(struct firewalld_op **first, struct firewalld_op **end,
                     struct firewalld_op *op)
{
	struct firewalld_op **link = first;
	struct firewalld_op *last = NULL;

	while (*link && *link != op) {
		last = *link;
		link = &last->queue_next;
	}
	if (*link)
		*link = op->queue_next;
	if (*end == op)
		*end = last;
	return *first != NULL;
}

static void unqueue(struct firewalld_op *op)
{
	struct firewalld *fw = op->fw;

	if (op->queued && take_out(&fw->queue, &fw->queue_last, op))
		loop_deferred_trigger(fw->queue_work);
	if (op->in_policy && take_out(&fw->policy_queue, &fw->policy_last, op))
		loop_deferred_trigger(fw->policy_work);
	op->queued = false;
	op->in_policy = false;
}

static void on_network(int result, struct networkmanager_links *links, void *userdata)
{
	struct firewalld_op *op = userdata;

	op->question = NULL;
	op->n_calls--;
	op->fw->n_pending--;
	op->on_network(op, result, links);
}

/**
 * firewalld_op_network() - ask NetworkManager on behalf of an op, which has one question at most
 * @interface: whose zone its connection is to be given; NULL: all of them are read
 * @fn:        called with the answer
 *
 * Return: 0; NETWORKMANAGER_E_AWAY; -ENOMEM.
 */
int firewalld_op_network(struct firewalld_op *op, const struct item *interface,
                         firewalld_network_fn fn)
{
	struct bus *bus = op->fw->bus;
	int r = interface ? networkmanager_set_zone(&op->question, bus, interface->value,
	                                            interface->zone, on_network, op)
	                  : networkmanager_read(&op->question, bus, on_network, op);

	if (r != 0)
		return r;
	op->on_network = fn;
	op->n_calls++;
	op->fw->n_pending++;
	return 0;
}

/**
 * firewalld_op_free() - end an op and its calls without calling its callback
 * @op: not NULL
 */
void firewalld_op_free(struct firewalld_op *op)
{
	struct firewalld *fw = op->fw;

	unqueue(op);
	while (op->calls)
		call_free(op->calls);
	if (op->question)
		fw->n_pending--;
	networkmanager_cancel(op->question);
	if (fw->n_pending == 0)
		loop_timer_stop(fw->slow_timer);
	if (op->prev)
		op->prev->next = op->next;
	else
		fw->ops = op->next;
	if (op->next)
		op->next->prev = op->prev;
	if (op->deinit)
		op->deinit(op);
	item_deinit(&op->item);
	free(op);
}

/**
 * firewalld_cancel() - forget something that is under way
 * @op: may be NULL; not to be used any more
 *
 * What has been sent may still be carried out by firewalld.
 */
void firewalld_cancel(struct firewalld_op *op)
{
	if (op)
		firewalld_op_free(op);
}

/* --- adding and removing ----------------------------------------------------------------- */

static void finish_done(struct firewalld_op *op, int result, const struct err *err)
{
	firewalld_done_fn fn = op->fn.done;
	void *userdata = op->userdata;

	firewalld_op_free(op);
	fn(result, err, userdata);
}

static void on_changed(struct firewalld_op *op, int result, DBusMessage *reply, const char *tag,
                       struct err *err)
{
	(void)reply;
	(void)tag;
	finish_done(op, result, err);
}

static int start_change(struct firewalld *fw, struct firewalld_op **out, DBusMessage *take,
                        firewalld_done_fn fn, void *userdata)
{
	struct firewalld_op *op = calloc(1, sizeof(*op));
	int r;

	if (!op) {
		if (take)
			dbus_message_unref(take);
		return -ENOMEM;
	}
	op->fn.done = fn;
	r = firewalld_op_init(fw, op, userdata);
	if (r == 0)
		r = firewalld_op_call(op, take, NULL, on_changed);
	else if (take)
		dbus_message_unref(take);
	if (r != 0) {
		firewalld_op_free(op);
		return r;
	}
	if (out)
		*out = op;
	return 0;
}

/* --- policies: read a list, write it back with one more or less --------------------------- */

static void on_policy_settings(struct firewalld_op *op, int result, DBusMessage *reply,
                               const char *tag, struct err *err)
{
	struct firewalld *fw = op->fw;
	DBusMessage *message = NULL;
	bool done = false;
	int r = result;

	(void)tag;
	if (r == 0 && fw->owner)
		message = firewalld_message_policy_change(fw->owner, NULL, reply, &op->item,
		                                          op->removes, &done);
	if (r == 0 && done)
		r = op->removes ? FIREWALLD_E_NOT_ENABLED : FIREWALLD_E_ALREADY;
	else if (r == 0)
		r = message ? firewalld_op_call(op, message, NULL, on_changed)
		            : err_set(err, FIREWALLD_E_MALFORMED,
		                      "firewalld gave the policy in an unknown form");
	if (r != 0)
		finish_done(op, r, err);
}

static void work_policies(void *userdata)
{
	struct firewalld *fw = userdata;
	struct firewalld_op *op = fw->policy_queue;
	struct err err = ERR_NULL;
	int r = FIREWALLD_E_GONE;

	if (!op || op->n_calls > 0)
		return;
	if (fw->present)
		r = firewalld_op_call(op,
		                      firewalld_message_call(fw->owner, FIREWALLD_MESSAGE_PATH,
		                                             FIREWALLD_MESSAGE_POLICY,
		                                             "getPolicySettings",
		                                             item_policy_name(op->item.zone)),
		                      NULL, on_policy_settings);
	if (r != 0)
		finish_done(op, err_set(&err, r, "firewalld went away"), &err);
}

static int change_policy(struct firewalld *fw, struct firewalld_op **out, const struct item *item,
                         bool removes, firewalld_done_fn fn, void *userdata)
{
	struct firewalld_op *op = calloc(1, sizeof(*op));
	int r;

	if (!op)
		return -ENOMEM;
	op->fn.done = fn;
	r = firewalld_op_init(fw, op, userdata);
	if (r == 0)
		r = item_copy(&op->item, item);
	if (r != 0) {
		firewalld_op_free(op);
		return r;
	}
	op->removes = removes;
	op->in_policy = true;
	if (fw->policy_queue)
		fw->policy_last->queue_next = op;
	else
		fw->policy_queue = op;
	fw->policy_last = op;
	loop_deferred_trigger(fw->policy_work);
	if (out)
		*out = op;
	return 0;
}

static bool changes_policy(const struct firewalld *fw, const char *policy)
{
	const char *name = fw->policy_queue ? item_policy_name(fw->policy_queue->item.zone) : NULL;

	return name && fw->policy_queue->n_calls > 0 && strcmp(name, policy) == 0;
}

/**
 * firewalld_add() - add an item to the runtime, without a timeout
 * @fw: the adapter
 * @op: receives what can be cancelled; may be NULL
 * @item: borrowed during the call
 * @fn: called with 0 or a FIREWALLD_E_*
 * @userdata: for @fn
 *
 * Return: 0; FIREWALLD_E_GONE when firewalld is away; -ENOMEM.
 */
int firewalld_add(struct firewalld *fw, struct firewalld_op **op, const struct item *item,
                  firewalld_done_fn fn, void *userdata)
{
	if (!fw->present)
		return FIREWALLD_E_GONE;
	if (item_policy_name(item->zone))
		return change_policy(fw, op, item, false, fn, userdata);
	return start_change(fw, op, firewalld_message_add(fw->owner, item), fn, userdata);
}

/**
 * firewalld_move() - bind an interface or source to its zone, wherever it is bound now
 * @fw: the adapter
 * @op: receives what can be cancelled; may be NULL
 * @binding: borrowed during the call
 * @fn: called with 0 or a FIREWALLD_E_*
 * @userdata: for @fn
 *
 * Return: 0; FIREWALLD_E_GONE when firewalld is away; -ENOMEM.
 */
int firewalld_move(struct firewalld *fw, struct firewalld_op **op, const struct item *binding,
                   firewalld_done_fn fn, void *userdata)
{
	if (!fw->present)
		return FIREWALLD_E_GONE;
	return start_change(fw, op, firewalld_message_move(fw->owner, binding), fn, userdata);
}

/**
 * firewalld_remove() - remove an item from the runtime
 * @fw: the adapter
 * @op: receives what can be cancelled; may be NULL
 * @item: borrowed during the call
 * @fn: called with 0 or a FIREWALLD_E_*
 * @userdata: for @fn
 *
 * Return: 0; FIREWALLD_E_GONE when firewalld is away; -ENOMEM.
 */
int firewalld_remove(struct firewalld *fw, struct firewalld_op **op, const struct item *item,
                     firewalld_done_fn fn, void *userdata)
{
	if (!fw->present)
		return FIREWALLD_E_GONE;
	if (item_policy_name(item->zone))
		return change_policy(fw, op, item, true, fn, userdata);
	return start_change(fw, op, firewalld_message_remove(fw->owner, item), fn, userdata);
}

static int call_main(struct firewalld *fw, struct firewalld_op **op, const char *member,
                     firewalld_done_fn fn, void *userdata)
{
	if (!fw->present)
		return FIREWALLD_E_GONE;
	return start_change(fw, op,
	                    firewalld_message_call(fw->owner, FIREWALLD_MESSAGE_PATH,
	                                           FIREWALLD_MESSAGE_INTERFACE, member, NULL),
	                    fn, userdata);
}

/**
 * firewalld_check() - have firewalld read its files, as `firewall-cmd --check-config`
 * @fw: the adapter
 * @op: receives what can be cancelled; may be NULL
 * @fn: called with 0 when they are in order, or with a FIREWALLD_E_*
 * @userdata: for @fn
 *
 * It answers nobody else meanwhile, for some 100 ms.
 *
 * Return: 0; FIREWALLD_E_GONE when firewalld is away; -ENOMEM.
 */
int firewalld_check(struct firewalld *fw, struct firewalld_op **op, firewalld_done_fn fn,
                    void *userdata)
{
	return call_main(fw, op, "checkPermanentConfig", fn, userdata);
}

/** firewalld_check_found() - does this result of a check say that the files are broken? */
bool firewalld_check_found(int result)
{
	return result == FIREWALLD_E_REFUSED || result == FIREWALLD_E_INVALID_SERVICE;
}

/**
 * firewalld_reload() - load the permanent configuration, as `firewall-cmd --reload`
 * @fw: the adapter
 * @op: receives what can be cancelled; may be NULL
 * @fn: called with 0 when it has, or with a FIREWALLD_E_*
 * @userdata: for @fn
 *
 * Return: 0; FIREWALLD_E_GONE when firewalld is away; -ENOMEM.
 */
int firewalld_reload(struct firewalld *fw, struct firewalld_op **op, firewalld_done_fn fn,
                     void *userdata)
{
	return call_main(fw, op, "reload", fn, userdata);
}

/* --- permanent writes: parallel ones have erased zone files (firewalld#1495)
 * ---------- */

static void on_permanent_done(struct firewalld_op *op, int result, DBusMessage *reply,
                              const char *tag, struct err *err)
{
	(void)reply;
	(void)tag;
	if (result == (op->removes ? FIREWALLD_E_NOT_ENABLED : FIREWALLD_E_ALREADY)) {
		*err = ERR_NULL;
		result = 0;
	}
	finish_done(op, result, err);
}

/* @tag: the policy's object */
static void on_permanent_settings(struct firewalld_op *op, int result, DBusMessage *reply,
                                  const char *tag, struct err *err)
{
	DBusMessage *message = NULL;
	bool there = false;
	int r = result;

	if (r == 0)
		message = firewalld_message_policy_change(dbus_message_get_sender(reply), tag,
		                                          reply, &op->item, false, &there);
	if (r == 0 && !there)
		r = message ? firewalld_op_call(op, message, NULL, on_permanent_done)
		            : err_set(err, FIREWALLD_E_MALFORMED,
		                      "firewalld gave the policy in an unknown form");
	if (r != 0 || there)
		finish_done(op, r, err);
}

static void on_permanent_path(struct firewalld_op *op, int result, DBusMessage *reply,
                              const char *tag, struct err *err)
{
	const char *path, *sender = reply ? dbus_message_get_sender(reply) : NULL;
	int r;

	(void)tag;
	if (result != 0) {
		finish_done(op, result, err);
		return;
	}
	if (firewalld_message_string(reply, DBUS_TYPE_OBJECT_PATH, &path) != 0) {
		finish_done(op, FIREWALLD_E_MALFORMED, err);
		return;
	}
	/* The same connection answered, so it is the same instance, whoever owns the name now. */
	if (item_policy_name(op->item.zone)) {
		r = firewalld_op_call(op,
		                      firewalld_message_call(sender, path,
		                                             FIREWALLD_MESSAGE_CONFIG_POLICY,
		                                             "getSettings", NULL),
		                      path, on_permanent_settings);
		if (r != 0)
			finish_done(op, r, err);
		return;
	}
	r = firewalld_op_call(op,
	                      op->removes
	                          ? firewalld_message_permanent_remove(sender, path, &op->item)
	                          : firewalld_message_permanent_add(sender, path, &op->item),
	                      NULL, on_permanent_done);
	if (r != 0)
		finish_done(op, r, err);
}

static int start_in_zone(struct firewalld_op *op)
{
	struct firewalld *fw = op->fw;
	const char *policy = item_policy_name(op->item.zone);
	const char *ipset = item_ipset_name(op->item.zone);

	if (!fw->present)
		return FIREWALLD_E_GONE;
	return firewalld_op_call(op,
	                         firewalld_message_call(fw->owner, FIREWALLD_MESSAGE_CONFIG_PATH,
	                                                FIREWALLD_MESSAGE_CONFIG,
	                                                policy  ? "getPolicyByName"
	                                                : ipset ? "getIPSetByName"
	                                                        : "getZoneByName",
	                                                policy  ? policy
	                                                : ipset ? ipset
	                                                        : op->item.zone),
	                         NULL, on_permanent_path);
}

static void on_connection(struct firewalld_op *op, int result, struct networkmanager_links *links)
{
	struct err err = ERR_NULL;
	int r = result;

	(void)links;
	if (r == NETWORKMANAGER_E_AWAY || r == NETWORKMANAGER_E_OTHER)
		r = start_in_zone(op);
	else if (r == NETWORKMANAGER_E_REFUSED)
		err_set(&err, r = FIREWALLD_E_REFUSED, "NetworkManager did not take the zone");
	if (r == 0 && result != 0)
		return;
	if (r == FIREWALLD_E_GONE)
		err_set(&err, r, "firewalld went away");
	finish_done(op, r, &err);
}

/* An interface that NetworkManager keeps has its permanent zone there. */
static int start_permanent(struct firewalld_op *op)
{
	int r = NETWORKMANAGER_E_AWAY;

	if (op->item.kind == ITEM_INTERFACE && !op->removes)
		r = firewalld_op_network(op, &op->item, on_connection);
	return r == NETWORKMANAGER_E_AWAY ? start_in_zone(op) : r;
}

/* Also where what could not be asked of the bus for want of memory is asked again. */
static void work_queue(void *userdata)
{
	struct firewalld *fw = userdata;
	struct firewalld_op *op = fw->queue;
	struct err err = ERR_NULL;
	int r;

	if (bus_is_connected(fw->bus) && !fw->present && !fw->absent && !fw->owner_slot &&
	    !fw->pid_slot) {
		free(steal(fw->owner));
		ask_owner(fw);
	}
	if (!op || op->n_calls > 0)
		return;
	r = start_permanent(op);
	if (r != 0)
		finish_done(op, err_set(&err, r, "firewalld went away"), &err);
}

static int queue_permanent(struct firewalld *fw, struct firewalld_op **op, const struct item *item,
                           bool removes, firewalld_done_fn fn, void *userdata)
{
	struct firewalld_op *new;
	int r;

	if (item_direct_family(item->zone) || (removes && item_policy_name(item->zone)))
		return -EOPNOTSUPP;
	new = calloc(1, sizeof(*new));
	if (!new)
		return -ENOMEM;
	new->fn.done = fn;
	r = firewalld_op_init(fw, new, userdata);
	if (r == 0)
		r = item_copy(&new->item, item);
	if (r != 0) {
		firewalld_op_free(new);
		return r;
	}
	new->queued = true;
	new->removes = removes;
	if (fw->queue)
		fw->queue_last->queue_next = new;
	else
		fw->queue = new;
	fw->queue_last = new;
	loop_deferred_trigger(fw->queue_work);
	if (op)
		*op = new;
	return 0;
}

/**
 * firewalld_permanent_add() - add an item to the permanent configuration of its zone
 * @fw: the adapter
 * @op: receives what can be cancelled; may be NULL
 * @item: copied
 * @fn: called with 0, also if it was there, or a FIREWALLD_E_*
 * @userdata: for @fn
 *
 * Return: 0; FIREWALLD_E_GONE when firewalld is away; -EOPNOTSUPP for an item of
 * the direct interface; -ENOMEM.
 */
int firewalld_permanent_add(struct firewalld *fw, struct firewalld_op **op, const struct item *item,
                            firewalld_done_fn fn, void *userdata)
{
	return queue_permanent(fw, op, item, false, fn, userdata);
}

/**
 * firewalld_permanent_remove() - take an item out of the permanent configuration of its zone
 *
 * For what an administrator asked for alone (law 8). As firewalld_permanent_add(), in
 * the same queue; @fn is called with 0, also if it was not there.
 */
int firewalld_permanent_remove(struct firewalld *fw, struct firewalld_op **op,
                               const struct item *item, firewalld_done_fn fn, void *userdata)
{
	return queue_permanent(fw, op, item, true, fn, userdata);
}

/* --- services
 * ------------------------------------------------------------------------- */

/**
 * firewalld_service_deinit() - free the lists of a service
 * @service: empty afterwards
 */
void firewalld_service_deinit(struct firewalld_service *service)
{
	strv_deinit(&service->ports);
	strv_deinit(&service->protocols);
	strv_deinit(&service->source_ports);
	strv_deinit(&service->includes);
}

static void on_service(struct firewalld_op *op, int result, DBusMessage *reply, const char *tag,
                       struct err *err)
{
	_cleanup_(firewalld_service_deinit) struct firewalld_service service = {0};
	firewalld_service_fn fn = op->fn.service;
	void *userdata = op->userdata;

	if (result == 0) {
		int r = firewalld_message_service(reply, &service.ports, &service.protocols,
		                                  &service.source_ports, &service.includes);

		if (r < 0)
			result = r;
		else if (r > 0)
			result =
			    err_set(err, FIREWALLD_E_MALFORMED,
			            "firewalld describes the service %s in an unknown way", tag);
	}
	firewalld_op_free(op);
	fn(result, &service, err, userdata);
}

/**
 * firewalld_service() - ask what a service consists of
 * @fw: the adapter
 * @op: receives what can be cancelled; may be NULL
 * @service: its name
 * @fn: called with 0 and the service, or a FIREWALLD_E_*
 * @userdata: for @fn
 *
 * Return: 0; FIREWALLD_E_GONE when firewalld is away; -ENOMEM.
 */
int firewalld_service(struct firewalld *fw, struct firewalld_op **op, const char *service,
                      firewalld_service_fn fn, void *userdata)
{
	struct firewalld_op *new = calloc(1, sizeof(*new));
	int r;

	if (!new)
		return -ENOMEM;
	new->fn.service = fn;
	r = firewalld_op_init(fw, new, userdata);
	if (r == 0)
		r = firewalld_op_call(new,
		                      firewalld_message_call(fw->owner, FIREWALLD_MESSAGE_PATH,
		                                             FIREWALLD_MESSAGE_INTERFACE,
		                                             "getServiceSettings2", service),
		                      service, on_service);
	if (r != 0) {
		firewalld_op_free(new);
		return r;
	}
	if (op)
		*op = new;
	return 0;
}

/* --- the adapter itself
 * --------------------------------------------------------------- */

static int add_matches(struct firewalld *fw)
{
	/* Before GetNameOwner is asked, so that no change of owner is missed. */
	static const char *const rules[] = {
	    "type='signal',sender='" DBUS_SERVICE_DBUS "',path='" DBUS_PATH_DBUS
	    "',interface='" DBUS_INTERFACE_DBUS
	    "',member='NameOwnerChanged',arg0='" FIREWALLD_MESSAGE_NAME "'",
	    "type='signal',sender='" FIREWALLD_MESSAGE_NAME "',path='" FIREWALLD_MESSAGE_PATH
	    "',interface='" FIREWALLD_MESSAGE_INTERFACE "'",
	    "type='signal',sender='" FIREWALLD_MESSAGE_NAME "',path='" FIREWALLD_MESSAGE_PATH
	    "',interface='" FIREWALLD_MESSAGE_ZONE "'",
	    "type='signal',sender='" FIREWALLD_MESSAGE_NAME
	    "',interface='" FIREWALLD_MESSAGE_CONFIG_ZONE "'",
	    "type='signal',sender='" FIREWALLD_MESSAGE_NAME "',interface='" FIREWALLD_MESSAGE_CONFIG
	    "',member='ZoneAdded'",
	    "type='signal',sender='" FIREWALLD_MESSAGE_NAME "',path='" FIREWALLD_MESSAGE_PATH
	    "',interface='" FIREWALLD_MESSAGE_POLICY "'",
	    "type='signal',sender='" FIREWALLD_MESSAGE_NAME
	    "',interface='" FIREWALLD_MESSAGE_CONFIG_POLICY "'",
	    "type='signal',sender='" FIREWALLD_MESSAGE_NAME "',path='" FIREWALLD_MESSAGE_PATH
	    "',interface='" FIREWALLD_MESSAGE_IPSET "'",
	    "type='signal',sender='" FIREWALLD_MESSAGE_NAME "',path='" FIREWALLD_MESSAGE_PATH
	    "',interface='" FIREWALLD_MESSAGE_DIRECT "'",
	    "type='signal',sender='" FIREWALLD_MESSAGE_NAME
	    "',interface='" FIREWALLD_MESSAGE_CONFIG_IPSET "'",
	};

	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		int r = bus_match(fw->bus, rules[i]);

		if (r < 0)
			return r;
	}
	return 0;
}

static int attach(struct firewalld *fw)
{
	struct loop *loop = bus_loop(fw->bus);
	int r = loop_add_timer(loop, &fw->slow_timer, on_slow_timer, fw);

	if (r == 0)
		r = loop_add_timer(loop, &fw->default_timer, ask_default_zone, fw);
	if (r == 0)
		r = loop_add_deferred(loop, &fw->queue_work, work_queue, fw);
	if (r == 0)
		r = loop_add_deferred(loop, &fw->policy_work, work_policies, fw);
	if (r == 0)
		r = add_matches(fw);
	if (r == 0)
		r = bus_on_signal(fw->bus, &fw->signal_slot, on_signal, fw);
	if (r == 0)
		r = bus_on_state(fw->bus, &fw->state_slot, on_bus_state, fw);
	if (r == 0 && bus_is_connected(fw->bus)) {
		fw->was_connected = true;
		ask_owner(fw);
	}
	return r;
}

/**
 * firewalld_new() - follow firewalld
 * @out: receives the adapter; untouched on failure
 * @bus: borrowed; must outlive the adapter
 * @options: borrowed; may be NULL
 *
 * Return: 0; -ENOMEM.
 */
int firewalld_new(struct firewalld **out, struct bus *bus, const struct firewalld_options *options)
{
	static const struct firewalld_options defaults = {0};
	_cleanup_firewalld_ struct firewalld *fw = calloc(1, sizeof(*fw));
	int r;

	if (!fw)
		return -ENOMEM;
	if (!options)
		options = &defaults;
	fw->bus = bus;
	fw->held_tail = &fw->held;
	fw->on_event = options->on_event;
	fw->on_slow = options->on_slow;
	fw->userdata = options->userdata;
	fw->call_timeout_ms =
	    options->call_timeout_ms > 0 ? options->call_timeout_ms : DEFAULT_CALL_TIMEOUT_MS;
	fw->slow_ms = options->slow_ms > 0 ? options->slow_ms : DEFAULT_SLOW_MS;
	fw->slow_by_ms = options->slow_by_ms;
	fw->proc = strdup(options->proc ? options->proc : "/proc");
	if (!fw->proc)
		return -ENOMEM;
	r = attach(fw);
	if (r < 0)
		return r;
	*out = steal(fw);
	return 0;
}

/**
 * firewalld_free() - stop following firewalld
 * @fw: may be NULL; not from one of its callbacks
 */
void firewalld_free(struct firewalld *fw)
{
	if (!fw)
		return;
	while (fw->ops)
		firewalld_op_free(fw->ops);
	bus_cancel(fw->owner_slot);
	bus_cancel(fw->pid_slot);
	bus_cancel(fw->default_slot);
	bus_cancel(fw->signal_slot);
	bus_cancel(fw->state_slot);
	drop_held(fw);
	loop_remove(fw->slow_timer);
	loop_remove(fw->default_timer);
	loop_remove(fw->queue_work);
	loop_remove(fw->policy_work);
	free(fw->owner);
	free(fw->version);
	free(fw->backend);
	free(fw->default_zone);
	free(fw->proc);
	free(fw);
}

/**
 * firewalld_is_present() - whether calls can be made
 * @fw: the adapter
 *
 * Return: true between APPEARED and GONE or BUS_GONE.
 */
bool firewalld_is_present(const struct firewalld *fw)
{
	return fw->present;
}

/**
 * firewalld_instance() - which process it is
 * @fw: the adapter
 *
 * Return: borrowed, as in APPEARED; "" when it is away or not known.
 */
const char *firewalld_instance(const struct firewalld *fw)
{
	return fw->instance;
}

/**
 * firewalld_version() - as its property tells it, "2.3.1"
 * @fw: the adapter
 *
 * Return: borrowed; NULL until everything was read once of the one that is there.
 */
const char *firewalld_version(const struct firewalld *fw)
{
	return fw->version;
}

/**
 * firewalld_backend() - its setting FirewallBackend, as read last
 * @fw: the adapter
 *
 * Return: borrowed; NULL while that is not known; until everything was read once.
 */
const char *firewalld_backend(const struct firewalld *fw)
{
	return fw->backend;
}

/** firewalld_has_nftables() - does it put its rules there? false also while that is not known */
bool firewalld_has_nftables(const struct firewalld *fw)
{
	return fw->backend && strcmp(fw->backend, "nftables") == 0;
}

/**
 * firewalld_default_zone() - the default zone, as last heard
 * @fw: the adapter
 *
 * Return: borrowed; NULL when it is away or has not said yet.
 */
const char *firewalld_default_zone(const struct firewalld *fw)
{
	return fw->default_zone;
}

/**
 * firewalld_pending() - how many calls wait for an answer
 * @fw: the adapter
 *
 * Return: their number, not counting permanent writes that wait for their turn.
 */
unsigned firewalld_pending(const struct firewalld *fw)
{
	return fw->n_pending;
}

/**
 * firewalld_malformed() - how many signals were not what firewalld documents
 * @fw: the adapter
 *
 * Return: their number since firewalld_new().
 */
uint64_t firewalld_malformed(const struct firewalld *fw)
{
	return fw->n_malformed;
}
