// SPDX-License-Identifier: GPL-2.0-or-later
/* What firewalld says: its signals as events, which wait while the default zone is not known. */
#include "guard/system/firewalld/firewalld-internal.h"

#include <errno.h>
#include <string.h>

#include "guard/model/portspace.h"
#include "guard/system/host/clock.h"

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

/** firewalld_drop_held() - forget the events that wait for the default zone */
void firewalld_drop_held(struct firewalld *fw)
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

/** firewalld_tell() - at once, before what is held: for what ends or begins all of it */
void firewalld_tell(struct firewalld *fw, enum firewalld_event_type type)
{
	const struct firewalld_event event = {
	    .type = type, .at_us = clock_now_us(), .instance = fw->instance};

	tell(fw, &event);
}

static void lose_track(struct firewalld *fw)
{
	firewalld_drop_held(fw);
	fw->generation++;
	firewalld_tell(fw, FIREWALLD_EVENT_LOST_TRACK);
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
			ok = item_set_zone(&held->item, fw->default_zone) == 0;
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

/* Take note of the default zone, and tell what waited for it. */
static void learn_default_zone(struct firewalld *fw, const char *zone)
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
		learn_default_zone(fw, zone);
		return;
	}
	/* As known before, for a zone that is likely right beats none. */
	if (fw->default_zone)
		learn_default_zone(fw, fw->default_zone);
	else
		loop_timer_set(fw->default_timer, DEFAULT_ZONE_RETRY_MS);
}

/** firewalld_ask_default_zone() - ask again, while firewalld is there; @userdata: the adapter */
void firewalld_ask_default_zone(void *userdata)
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

/* The zone that a signal begins with; "": none. */
static const char *zone_of(DBusMessage *signal)
{
	DBusMessageIter iter;
	const char *zone = "";

	if (dbus_message_iter_init(signal, &iter) &&
	    dbus_message_iter_get_arg_type(&iter) == DBUS_TYPE_STRING)
		dbus_message_iter_get_basic(&iter, &zone);
	return zone;
}

static void emit_zone(struct firewalld *fw, enum firewalld_event_type type, const char *zone)
{
	const struct firewalld_event event = {.type = type, .at_us = clock_now_us(), .zone = zone};

	if (!*event.zone || strlen(event.zone) > ITEM_ZONE_MAX) {
		fw->n_malformed++;
		return;
	}
	if (type == FIREWALLD_EVENT_DEFAULT_ZONE)
		learn_default_zone(fw, event.zone);
	emit(fw, &event);
}

/* What is no item has its end in these signals alone. @zone: policy:NAME. */
static void take_traits(struct firewalld *fw, const char *zone, DBusMessage *signal)
{
	DBusMessageIter iter;

	if (!dbus_message_has_signature(signal, "sa{sv}") || !dbus_message_iter_init(signal, &iter))
		return;
	dbus_message_iter_next(&iter);
	if (firewalld_take_traits(fw, zone, &iter, firewalld_message_timeout(iter)) < 0)
		lose_track(fw);
}

/* It says "" of the default zone, too. */
static void on_zone_updated(struct firewalld *fw, DBusMessage *signal)
{
	const char *zone = zone_of(signal);

	if (!*zone && fw->default_zone)
		zone = fw->default_zone;
	emit_zone(fw, FIREWALLD_EVENT_ZONE_CHANGED, zone);
}

static void on_zone_signal(struct firewalld *fw, DBusMessage *signal)
{
	struct firewalld_message_item raw = {0};
	int r;

	r = firewalld_message_item_signal(signal, &raw);
	if (r == FIREWALLD_MESSAGE_E_OTHER &&
	    strcmp(dbus_message_get_member(signal), "ZoneUpdated") == 0)
		on_zone_updated(fw, signal);
	else if (r == FIREWALLD_MESSAGE_E_MALFORMED)
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
		learn_default_zone(fw, fw->default_zone);
	firewalld_drop_held(fw);
	tell(fw, &event);
	/* The reload may have read another one; asked for behind what the handler asks for. */
	fw->default_zone_fresh = false;
	firewalld_ask_default_zone(fw);
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
		emit_zone(fw, FIREWALLD_EVENT_DEFAULT_ZONE, zone_of(signal));
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
		emit_zone(fw, FIREWALLD_EVENT_PERMANENT_CHANGED, zone_of(signal));
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
		event.ours = firewalld_changes_policy(fw, policy);
		tell(fw, &event);
		take_traits(fw, contents.zone, signal);
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
		firewalld_set_owner(fw, after);
}

/** firewalld_on_signal() - of the bus; @userdata: the adapter */
void firewalld_on_signal(DBusMessage *signal, void *userdata)
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
		emit_zone(fw, FIREWALLD_EVENT_PERMANENT_CHANGED, zone_of(signal));
}
