// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The forwarding of a zone, for which firewalld has no calls and signals of its own: it is one of
 * the zone's settings, which come and go as a dictionary.
 */
#include "guard/system/firewalld/firewalld-message-internal.h"

#include <string.h>

#include "guard/system/host/busdict.h"

/**
 * firewalld_message_set_forward() - the call that switches the forwarding of a zone
 * @destination: bus name
 * @path: the zone's object in the permanent configuration; NULL: in the runtime
 * @zone: its name
 * @on:   to be there already, or not to be, is no error
 *
 * Return: the message, which the caller unrefs; NULL without memory.
 */
DBusMessage *firewalld_message_set_forward(const char *destination, const char *path,
                                           const char *zone, bool on)
{
	_cleanup_message_ DBusMessage *message = dbus_message_new_method_call(
	    destination, path ? path : FIREWALLD_MESSAGE_PATH,
	    path ? FIREWALLD_MESSAGE_CONFIG_ZONE : FIREWALLD_MESSAGE_ZONE,
	    path ? "update2" : "setZoneSettings2");

	DBusMessageIter iter;

	if (!message)
		return NULL;
	dbus_message_iter_init_append(message, &iter);
	if (!path && !dbus_message_iter_append_basic(&iter, DBUS_TYPE_STRING, &zone))
		return NULL;
	return firewalld_message_append_switch(&iter, ITEM_FORWARD, on) ? steal(message) : NULL;
}

/* Of all settings that alone, which 2.4 and later say with a time. */
static bool is_alone(const DBusMessageIter *array, bool *on)
{
	dbus_bool_t forward = FALSE;
	bool found = false;
	struct busdict dict;
	DBusMessageIter value;
	const char *key;

	if (!busdict_begin(&dict, array))
		return false;
	while (busdict_next(&dict, &key, &value)) {
		int type = dbus_message_iter_get_arg_type(&value);

		if (strcmp(key, "timeout") == 0 && type == DBUS_TYPE_INT32)
			continue;
		if (strcmp(key, "forward") != 0 || type != DBUS_TYPE_BOOLEAN)
			return false;
		dbus_message_iter_get_basic(&value, &forward);
		found = true;
	}
	*on = forward;
	return found;
}

/**
 * firewalld_message_forward() - is it the forwarding of a zone that is set, and nothing else?
 * @message: setZoneSettings2, or the signal ZoneUpdated that repeats its words
 * @out:     receives it; untouched on failure; the caller frees out->value
 *
 * Return: 0; FIREWALLD_MESSAGE_E_OTHER; -ENOMEM.
 */
int firewalld_message_forward(DBusMessage *message, struct firewalld_message_item *out)
{
	struct firewalld_message_item item = {.kind = ITEM_FORWARD};
	DBusMessageIter iter;
	bool on;
	int r;

	if (!dbus_message_has_signature(message, "sa{sv}") ||
	    !dbus_message_iter_init(message, &iter))
		return FIREWALLD_MESSAGE_E_OTHER;
	dbus_message_iter_get_basic(&iter, &item.zone);
	dbus_message_iter_next(&iter);
	if (!is_alone(&iter, &on))
		return FIREWALLD_MESSAGE_E_OTHER;
	item.timeout_s = on ? firewalld_message_timeout(iter) : 0;
	item.change = on ? FIREWALLD_MESSAGE_ADDED : FIREWALLD_MESSAGE_REMOVED;
	r = firewalld_message_join(&item.value, ITEM_FORWARD, NULL);
	if (r < 0)
		return r;
	*out = item;
	return 0;
}
