// SPDX-License-Identifier: GPL-2.0-or-later
/* Signals about one item, and the calls of others that mean one. */
#include "guard/system/firewalld/firewalld-message-internal.h"

#include <string.h>

static bool parse_member(const char *member, struct firewalld_message_item *out)
{
	if (strcmp(member, "ZoneOfInterfaceChanged") == 0) {
		out->change = FIREWALLD_MESSAGE_MOVED;
		out->kind = ITEM_INTERFACE;
		return true;
	}
	if (strcmp(member, "ZoneOfSourceChanged") == 0) {
		out->change = FIREWALLD_MESSAGE_MOVED;
		out->kind = ITEM_SOURCE;
		return true;
	}
	for (enum item_kind kind = 0; kind <= ITEM_ENTRY; kind++) {
		const char *name = firewalld_message_member(kind);
		size_t n = strlen(name);

		if (strncmp(member, name, n) != 0)
			continue;
		out->kind = kind;
		out->change = FIREWALLD_MESSAGE_ADDED;
		if (strcmp(member + n, "Added") == 0)
			return true;
		out->change = FIREWALLD_MESSAGE_REMOVED;
		if (strcmp(member + n, "Removed") == 0)
			return true;
	}
	return false;
}

static int read_parts(DBusMessage *signal, struct firewalld_message_item *item,
                      const char *parts[FIREWALLD_MESSAGE_PARTS])
{
	size_t n = firewalld_message_n_parts(item->kind);
	DBusMessageIter iter;
	dbus_int32_t timeout_s = 0;

	if (!dbus_message_iter_init(signal, &iter))
		return FIREWALLD_MESSAGE_E_MALFORMED;
	for (size_t i = 0; i <= n; i++) {
		if (dbus_message_iter_get_arg_type(&iter) != DBUS_TYPE_STRING)
			return FIREWALLD_MESSAGE_E_MALFORMED;
		dbus_message_iter_get_basic(&iter, i == 0 ? &item->zone : &parts[i - 1]);
		dbus_message_iter_next(&iter);
	}
	if (item->change == FIREWALLD_MESSAGE_ADDED && firewalld_message_has_timeout(item->kind)) {
		if (dbus_message_iter_get_arg_type(&iter) != DBUS_TYPE_INT32)
			return FIREWALLD_MESSAGE_E_MALFORMED;
		dbus_message_iter_get_basic(&iter, &timeout_s);
		if (timeout_s < 0)
			return FIREWALLD_MESSAGE_E_MALFORMED;
		dbus_message_iter_next(&iter);
	}
	item->timeout_s = timeout_s;
	return dbus_message_iter_get_arg_type(&iter) == DBUS_TYPE_INVALID
	           ? 0
	           : FIREWALLD_MESSAGE_E_MALFORMED;
}

/* Its change and kind are known already. */
static int take_item(DBusMessage *message, struct firewalld_message_item *item,
                     struct firewalld_message_item *out)
{
	const char *parts[FIREWALLD_MESSAGE_PARTS] = {"", "", "", ""};
	int r = read_parts(message, item, parts);

	if (r != 0)
		return r;
	r = firewalld_message_join(&item->value, item->kind, parts);
	if (r < 0)
		return r;
	*out = *item;
	return 0;
}

/**
 * firewalld_message_item_signal() - what a signal of the zone interface says of which item
 * @signal: its interface has been checked by the caller
 * @out: receives it, untouched on failure; the caller frees out->value
 *
 * Return: 0; FIREWALLD_MESSAGE_E_OTHER for a signal that is not about one item;
 * FIREWALLD_MESSAGE_E_MALFORMED; -ENOMEM.
 */
int firewalld_message_item_signal(DBusMessage *signal, struct firewalld_message_item *out)
{
	struct firewalld_message_item item = {0};

	if (strcmp(dbus_message_get_member(signal), "ZoneUpdated") == 0)
		return firewalld_message_forward(signal, out);
	if (!parse_member(dbus_message_get_member(signal), &item))
		return FIREWALLD_MESSAGE_E_OTHER;
	return take_item(signal, &item, out);
}

/* What a call of removeX means; the members are those of signals about an item, without the end. */
static bool parse_removal(const char *member, struct firewalld_message_item *out)
{
	static const char verb[] = "remove";

	if (strncmp(member, verb, sizeof(verb) - 1) != 0)
		return false;
	for (enum item_kind kind = 0; kind <= ITEM_ENTRY; kind++)
		if (strcmp(member + sizeof(verb) - 1, firewalld_message_member(kind)) == 0) {
			out->kind = kind;
			out->change = FIREWALLD_MESSAGE_REMOVED;
			return true;
		}
	return false;
}

static int take_forward_removal(DBusMessage *call, struct firewalld_message_item *out)
{
	struct firewalld_message_item item = {0};
	int r = firewalld_message_forward(call, &item);

	if (r == 0 && item.change == FIREWALLD_MESSAGE_REMOVED) {
		*out = item;
		return 0;
	}
	free(item.value);
	return r < 0 ? r : FIREWALLD_MESSAGE_E_OTHER;
}

/**
 * firewalld_message_removal_call() - which item somebody asks firewalld to remove
 * @call: to the zone interface, as seen on the bus
 * @out: receives it, untouched on failure; the caller frees out->value
 *
 * Return: 0; FIREWALLD_MESSAGE_E_OTHER for a call that removes no single item;
 * FIREWALLD_MESSAGE_E_MALFORMED; -ENOMEM.
 */
int firewalld_message_removal_call(DBusMessage *call, struct firewalld_message_item *out)
{
	struct firewalld_message_item item = {0};

	if (strcmp(dbus_message_get_member(call), "setZoneSettings2") == 0)
		return take_forward_removal(call, out);
	if (!parse_removal(dbus_message_get_member(call), &item))
		return FIREWALLD_MESSAGE_E_OTHER;
	return take_item(call, &item, out);
}

/**
 * firewalld_message_binding_call() - where somebody asks firewalld to put an interface
 * @call: to the zone interface, as seen on the bus
 * @out:  written on success alone; its strings are the message's
 *
 * Return: 0; FIREWALLD_MESSAGE_E_OTHER for another call; FIREWALLD_MESSAGE_E_MALFORMED.
 */
int firewalld_message_binding_call(DBusMessage *call, struct firewalld_message_binding *out)
{
	static const char *const members[] = {"addInterface", "changeZone", "changeZoneOfInterface",
	                                      "removeInterface"};
	struct firewalld_message_binding binding;
	size_t i = 0;

	while (i < ARRAY_SIZE(members) && strcmp(dbus_message_get_member(call), members[i]) != 0)
		i++;
	if (i == ARRAY_SIZE(members))
		return FIREWALLD_MESSAGE_E_OTHER;
	if (!dbus_message_get_args(call, NULL, DBUS_TYPE_STRING, &binding.zone, DBUS_TYPE_STRING,
	                           &binding.interface, DBUS_TYPE_INVALID))
		return FIREWALLD_MESSAGE_E_MALFORMED;
	binding.removes = i == ARRAY_SIZE(members) - 1;
	*out = binding;
	return 0;
}
