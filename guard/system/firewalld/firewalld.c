// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/firewalld/firewalld.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "guard/system/firewalld/firewalld-internal.h"
#include "guard/system/host/process.h"

#define DEFAULT_CALL_TIMEOUT_MS (10 * 60 * 1000)
#define DEFAULT_SLOW_MS         10000

/* The bus answers these itself; one that does not hangs. */
#define BUS_CALL_TIMEOUT_MS 5000

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
	firewalld_tell(fw, FIREWALLD_EVENT_APPEARED);
	/* Behind what the handler asks for at once, so that it costs that no time. */
	firewalld_ask_default_zone(fw);
}

static void forget_owner(struct firewalld *fw)
{
	bus_cancel(steal(fw->pid_slot));
	bus_cancel(steal(fw->default_slot));
	loop_timer_stop(fw->default_timer);
	firewalld_drop_held(fw);
	free(steal(fw->owner));
	free(steal(fw->version));
	free(steal(fw->backend));
	free(steal(fw->default_zone));
	strv_deinit(&fw->traits);
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

/** firewalld_set_owner() - take note of who owns the name now; @owner: "": nobody */
void firewalld_set_owner(struct firewalld *fw, const char *owner)
{
	bool was_present = fw->present;

	fw->absent = !*owner;
	if (fw->owner && strcmp(fw->owner, owner) == 0)
		return;
	forget_owner(fw);
	if (was_present)
		firewalld_tell(fw, FIREWALLD_EVENT_GONE);
	/* What was told may have ended the connection's world, not this one: bus state is later. */
	if (!*owner)
		return;
	fw->owner = strdup(owner);
	if (!fw->owner ||
	    bus_call(fw->bus, &fw->pid_slot, call_bus("GetConnectionUnixProcessID", owner),
	             BUS_CALL_TIMEOUT_MS, on_pid, fw) == -ENOMEM)
		loop_deferred_trigger(fw->queue_work); /* asks again */
}

static void on_owner(int result, DBusMessage *reply, void *userdata)
{
	struct firewalld *fw = userdata;
	const char *owner;

	fw->owner_slot = NULL;
	if (result == 0 && firewalld_message_string(reply, DBUS_TYPE_STRING, &owner) == 0)
		firewalld_set_owner(fw, owner);
	else if (reply && dbus_message_is_error(reply, DBUS_ERROR_NAME_HAS_NO_OWNER))
		firewalld_set_owner(fw, "");
	else if (result != BUS_E_GONE)
		firewalld_ask_owner(fw);
}

/** firewalld_ask_owner() - ask the bus who owns the name */
void firewalld_ask_owner(struct firewalld *fw)
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
		firewalld_tell(fw, FIREWALLD_EVENT_BUS_BACK);
		firewalld_ask_owner(fw);
		return;
	}
	bus_cancel(steal(fw->owner_slot));
	forget_owner(fw);
	if (was_connected)
		firewalld_tell(fw, FIREWALLD_EVENT_BUS_GONE);
}

/* --- the adapter itself ------------------------------------------------------------------- */

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
	int r = loop_add_timer(loop, &fw->slow_timer, firewalld_on_slow, fw);

	if (r == 0)
		r = loop_add_timer(loop, &fw->default_timer, firewalld_ask_default_zone, fw);
	if (r == 0)
		r = loop_add_deferred(loop, &fw->queue_work, firewalld_work_queue, fw);
	if (r == 0)
		r = loop_add_deferred(loop, &fw->policy_work, firewalld_work_policies, fw);
	if (r == 0)
		r = add_matches(fw);
	if (r == 0)
		r = bus_on_signal(fw->bus, &fw->signal_slot, firewalld_on_signal, fw);
	if (r == 0)
		r = bus_on_state(fw->bus, &fw->state_slot, on_bus_state, fw);
	if (r == 0 && bus_is_connected(fw->bus)) {
		fw->was_connected = true;
		firewalld_ask_owner(fw);
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
	firewalld_drop_held(fw);
	loop_remove(fw->slow_timer);
	loop_remove(fw->default_timer);
	loop_remove(fw->queue_work);
	loop_remove(fw->policy_work);
	strv_deinit(&fw->traits);
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

/** firewalld_has_iptables() - or there? */
bool firewalld_has_iptables(const struct firewalld *fw)
{
	return fw->backend && strcmp(fw->backend, "iptables") == 0;
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
