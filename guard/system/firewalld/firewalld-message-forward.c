// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The forwarding of a zone, for which firewalld has no calls and signals of its own: it is one of
 * the zone's settings, which come and go as a dictionary.
 */
#include "guard/system/firewalld/firewalld-message-internal.h"

#include <string.h>

#include "guard/system/host/busdict.h"

static bool append_setting(DBusMessage *message, bool on)
{
	const char *key = "forward";
	const dbus_bool_t value = on;
	DBusMessageIter iter, dict, pair, variant;

	dbus_message_iter_init_append(message, &iter);
	/* an abandoned message is thrown away as a whole, whatever is still open in it */
	return dbus_message_iter_open_container(&iter, DBUS_TYPE_ARRAY, "{sv}", &dict) &&
	       dbus_message_iter_open_container(&dict, DBUS_TYPE_DICT_ENTRY, NULL, &pair) &&
	       dbus_message_iter_append_basic(&pair, DBUS_TYPE_STRING, &key) &&
	       dbus_message_iter_open_container(&pair, DBUS_TYPE_VARIANT, "b", &variant) &&
	       dbus_message_iter_append_basic(&variant, DBUS_TYPE_BOOLEAN, &value) &&
	       dbus_message_iter_close_container(&pair, &variant) &&
	       dbus_message_iter_close_container(&dict, &pair) &&
	       dbus_message_iter_close_container(&iter, &dict);
}

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

	if (!message || (!path && !dbus_message_append_args(message, DBUS_TYPE_STRING, &zone,
	                                                    DBUS_TYPE_INVALID)))
		return NULL;
	return append_setting(message, on) ? steal(message) : NULL;
}

/* Of all settings that alone, which 2.4 and later say with a time. */
static bool read_settings(const DBusMessageIter *array, bool *on, int *timeout_s)
{
	dbus_bool_t forward = FALSE;
	dbus_int32_t timeout = 0;
	bool found = false;
	struct busdict dict;
	DBusMessageIter value;
	const char *key;

	if (!busdict_begin(&dict, array))
		return false;
	while (busdict_next(&dict, &key, &value)) {
		int type = dbus_message_iter_get_arg_type(&value);

		if (strcmp(key, "forward") == 0 && type == DBUS_TYPE_BOOLEAN)
			dbus_message_iter_get_basic(&value, &forward);
		else if (strcmp(key, "timeout") == 0 && type == DBUS_TYPE_INT32)
			dbus_message_iter_get_basic(&value, &timeout);
		else
			return false;
		found |= type == DBUS_TYPE_BOOLEAN;
	}
	*on = forward;
	*timeout_s = forward && timeout > 0 ? timeout : 0;
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
	if (!read_settings(&iter, &on, &item.timeout_s))
		return FIREWALLD_MESSAGE_E_OTHER;
	item.change = on ? FIREWALLD_MESSAGE_ADDED : FIREWALLD_MESSAGE_REMOVED;
	r = firewalld_message_join(&item.value, ITEM_FORWARD, NULL);
	if (r < 0)
		return r;
	*out = item;
	return 0;
}
