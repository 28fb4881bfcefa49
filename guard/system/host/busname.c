/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guard/system/host/busname.h"

#include <errno.h>
#include <string.h>

#define ASK_TIMEOUT_MS 5000

struct busname {
	struct bus *bus; /* borrowed */
	char *name;
	struct bus_slot *state_slot;
	struct bus_slot *signal_slot;
	struct bus_slot *ask_slot;
	bool present;
};

static void on_asked(int result, DBusMessage *reply, void *userdata)
{
	struct busname *busname = userdata;
	dbus_bool_t owned;

	busname->ask_slot = NULL;
	if (result == 0 &&
	    dbus_message_get_args(reply, NULL, DBUS_TYPE_BOOLEAN, &owned, DBUS_TYPE_INVALID))
		busname->present = owned;
}

static void ask(struct busname *busname)
{
	DBusMessage *message = dbus_message_new_method_call(DBUS_SERVICE_DBUS, DBUS_PATH_DBUS,
	                                                    DBUS_INTERFACE_DBUS, "NameHasOwner");

	bus_cancel(steal(busname->ask_slot));
	if (message && !dbus_message_append_args(message, DBUS_TYPE_STRING, &busname->name,
	                                         DBUS_TYPE_INVALID)) {
		dbus_message_unref(message);
		message = NULL;
	}
	/* Unanswered, the name counts as away until it comes or goes. */
	(void)!bus_call(busname->bus, &busname->ask_slot, message, ASK_TIMEOUT_MS, on_asked,
	                busname);
}

static void on_state(bool connected, void *userdata)
{
	struct busname *busname = userdata;

	busname->present = false;
	if (connected)
		ask(busname);
}

static void on_signal(DBusMessage *signal, void *userdata)
{
	struct busname *busname = userdata;
	const char *name, *before, *after;

	if (dbus_message_is_signal(signal, DBUS_INTERFACE_DBUS, "NameOwnerChanged") &&
	    dbus_message_has_sender(signal, DBUS_SERVICE_DBUS) &&
	    dbus_message_get_args(signal, NULL, DBUS_TYPE_STRING, &name, DBUS_TYPE_STRING, &before,
	                          DBUS_TYPE_STRING, &after, DBUS_TYPE_INVALID) &&
	    strcmp(name, busname->name) == 0) {
		bus_cancel(steal(busname->ask_slot));
		busname->present = *after != '\0';
	}
}

/**
 * busname_new() - follow a name
 * @out:  receives it; untouched on failure
 * @bus:  borrowed; must outlive it
 * @name: copied; a valid bus name
 *
 * Return: 0; -ENOMEM.
 */
int busname_new(struct busname **out, struct bus *bus, const char *name)
{
	struct busname *busname = calloc(1, sizeof(*busname));
	_cleanup_free_ char *rule = NULL;
	int r = -ENOMEM;

	if (busname && (busname->name = strdup(name)))
		r = xasprintf(&rule,
		              "type='signal',sender='" DBUS_SERVICE_DBUS
		              "',interface='" DBUS_INTERFACE_DBUS
		              "',member='NameOwnerChanged',arg0='%s'",
		              name);
	if (r >= 0) {
		busname->bus = bus;
		r = bus_match(bus, rule);
	}
	if (r == 0)
		r = bus_on_signal(bus, &busname->signal_slot, on_signal, busname);
	if (r == 0)
		r = bus_on_state(bus, &busname->state_slot, on_state, busname);
	if (r < 0) {
		busname_free(busname);
		return r;
	}
	if (bus_is_connected(bus))
		ask(busname);
	*out = busname;
	return 0;
}

/** busname_free() - stop following */
void busname_free(struct busname *busname)
{
	if (!busname)
		return;
	bus_cancel(busname->ask_slot);
	bus_cancel(busname->signal_slot);
	bus_cancel(busname->state_slot);
	free(busname->name);
	free(busname);
}

/** busname_is_present() - as far as is known */
bool busname_is_present(const struct busname *busname)
{
	return busname->present;
}
