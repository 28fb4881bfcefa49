// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/host/unitcall.h"

#include <errno.h>
#include <stdlib.h>

#define CALL_TIMEOUT_MS 10000

struct unitcall {
	struct bus_slot *slot;
	unitcall_fn fn;
	void *userdata;
};

static void on_reply(int result, DBusMessage *reply, void *userdata)
{
	struct unitcall *call = userdata;
	unitcall_fn fn = call->fn;
	DBusError error = DBUS_ERROR_INIT;
	const char *why = result == 0 ? NULL : "the service manager cannot be reached";

	userdata = call->userdata;
	free(call);
	if (result == BUS_E_ERROR && reply && dbus_set_error_from_message(&error, reply))
		why = error.message;
	fn(why, userdata);
	dbus_error_free(&error);
}

static DBusMessage *make_restart(const char *unit)
{
	const char *mode = "replace";
	DBusMessage *message =
	    dbus_message_new_method_call(SYSTEMD, SYSTEMD_PATH, SYSTEMD_MANAGER, "RestartUnit");

	if (message && !dbus_message_append_args(message, DBUS_TYPE_STRING, &unit, DBUS_TYPE_STRING,
	                                         &mode, DBUS_TYPE_INVALID)) {
		dbus_message_unref(message);
		message = NULL;
	}
	return message;
}

/**
 * unitcall_restart() - as `systemctl --no-block restart UNIT`
 * @out: receives what can be cancelled, until @fn is called
 * @fn:  called when the job is queued, or is not
 *
 * Return: 0; BUS_E_GONE; negative errno.
 */
int unitcall_restart(struct unitcall **out, struct bus *bus, const char *unit, unitcall_fn fn,
                     void *userdata)
{
	struct unitcall *call = calloc(1, sizeof(*call));
	DBusMessage *message = call ? make_restart(unit) : NULL;
	int r;

	if (!message) {
		free(call);
		return -ENOMEM;
	}
	call->fn = fn;
	call->userdata = userdata;
	r = bus_call(bus, &call->slot, message, CALL_TIMEOUT_MS, on_reply, call);
	if (r == 0)
		*out = call;
	else
		free(call);
	return r;
}

/** unitcall_cancel() - forget it; what was sent may still be carried out */
void unitcall_cancel(struct unitcall *call)
{
	if (!call)
		return;
	bus_cancel(call->slot);
	free(call);
}
