// SPDX-License-Identifier: GPL-2.0-or-later
/* Calls to firewalld: to add, move, remove and ask, now and for good. */
#include "guard/system/firewalld/firewalld-message-internal.h"

#include "guard/model/rule/direct.h"

#include <string.h>

/**
 * firewalld_message_call() - a call with one string or nothing as its arguments
 * @destination: bus name
 * @path: object
 * @interface: interface
 * @member: method
 * @argument: may be NULL
 *
 * Return: the message, which the caller unrefs; NULL without memory.
 */
DBusMessage *firewalld_message_call(const char *destination, const char *path,
                                    const char *interface, const char *member, const char *argument)
{
	_cleanup_message_ DBusMessage *message =
	    dbus_message_new_method_call(destination, path, interface, member);

	if (message && argument &&
	    !dbus_message_append_args(message, DBUS_TYPE_STRING, &argument, DBUS_TYPE_INVALID))
		return NULL;
	return steal(message);
}

/**
 * firewalld_message_get_property() - a call that asks for a property
 * @destination: bus name
 * @path: object
 * @interface: whose property it is
 * @property: its name
 *
 * Return: the message, which the caller unrefs; NULL without memory.
 */
DBusMessage *firewalld_message_get_property(const char *destination, const char *path,
                                            const char *interface, const char *property)
{
	_cleanup_message_ DBusMessage *message =
	    dbus_message_new_method_call(destination, path, DBUS_INTERFACE_PROPERTIES, "Get");

	if (message && !dbus_message_append_args(message, DBUS_TYPE_STRING, &interface,
	                                         DBUS_TYPE_STRING, &property, DBUS_TYPE_INVALID))
		return NULL;
	return steal(message);
}

/**
 * firewalld_message_new_zone() - the call that makes a zone permanent, with nothing in it
 *
 * Return: the message, which the caller unrefs; NULL without memory.
 */
DBusMessage *firewalld_message_new_zone(const char *destination, const char *zone)
{
	_cleanup_message_ DBusMessage *message = firewalld_message_call(
	    destination, FIREWALLD_MESSAGE_CONFIG_PATH, FIREWALLD_MESSAGE_CONFIG, "addZone2", zone);
	DBusMessageIter iter, settings;

	if (!message)
		return NULL;
	dbus_message_iter_init_append(message, &iter);
	if (!dbus_message_iter_open_container(&iter, DBUS_TYPE_ARRAY, "{sv}", &settings) ||
	    !dbus_message_iter_close_container(&iter, &settings))
		return NULL;
	return steal(message);
}

static bool append_parts(DBusMessage *message, const struct item *item)
{
	_cleanup_free_ char *value = strdup(item->value);
	const char *parts[FIREWALLD_MESSAGE_PARTS];

	if (!value || !firewalld_message_split(item->kind, value, parts))
		return false;
	for (size_t i = 0; i < firewalld_message_n_parts(item->kind); i++)
		if (!dbus_message_append_args(message, DBUS_TYPE_STRING, &parts[i],
		                              DBUS_TYPE_INVALID))
			return false;
	return true;
}

static DBusMessage *new_item_call(const char *destination, const char *path, const char *interface,
                                  const char *verb, enum item_kind kind)
{
	_cleanup_free_ char *member = NULL;

	if (xasprintf(&member, "%s%s", verb, firewalld_message_member(kind)) < 0)
		return NULL;
	return dbus_message_new_method_call(destination, path, interface, member);
}

static bool append_strings(DBusMessage *message, char *const *strings, size_t n)
{
	DBusMessageIter iter, array;

	dbus_message_iter_init_append(message, &iter);
	if (!dbus_message_iter_open_container(&iter, DBUS_TYPE_ARRAY, "s", &array))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!dbus_message_iter_append_basic(&array, DBUS_TYPE_STRING, &strings[i])) {
			dbus_message_iter_abandon_container(&iter, &array);
			return false;
		}
	return dbus_message_iter_close_container(&iter, &array);
}

/* A chain: family, table, chain. A rule: these, its priority, and a list of arguments. */
static DBusMessage *direct_call(const char *destination, const char *verb, const struct item *item)
{
	const char *family = item_direct_family(item->zone);
	_cleanup_direct_ struct direct direct = DIRECT_NULL;
	_cleanup_message_ DBusMessage *message = NULL;
	_cleanup_free_ char *member = NULL;
	dbus_int32_t priority;

	if (direct_parse(&direct, item->kind == ITEM_CHAIN, item->value) != 0 ||
	    xasprintf(&member, "%s%s", verb, item->kind == ITEM_CHAIN ? "Chain" : "Rule") < 0)
		return NULL;
	priority = direct.priority;
	message = dbus_message_new_method_call(destination, FIREWALLD_MESSAGE_PATH,
	                                       FIREWALLD_MESSAGE_DIRECT, member);
	if (!message || !dbus_message_append_args(message, DBUS_TYPE_STRING, &family,
	                                          DBUS_TYPE_STRING, &direct.table, DBUS_TYPE_STRING,
	                                          &direct.chain, DBUS_TYPE_INVALID))
		return NULL;
	if (item->kind == ITEM_DIRECT_RULE &&
	    (!dbus_message_append_args(message, DBUS_TYPE_INT32, &priority, DBUS_TYPE_INVALID) ||
	     !append_strings(message, direct.args, direct.n_args)))
		return NULL;
	return steal(message);
}

static DBusMessage *zone_call(const char *destination, const char *verb, const struct item *item)
{
	const char *ipset = item_ipset_name(item->zone), *zone = ipset ? ipset : item->zone;
	_cleanup_message_ DBusMessage *message = new_item_call(
	    destination, FIREWALLD_MESSAGE_PATH,
	    ipset ? FIREWALLD_MESSAGE_IPSET : FIREWALLD_MESSAGE_ZONE, verb, item->kind);

	if (!message ||
	    !dbus_message_append_args(message, DBUS_TYPE_STRING, &zone, DBUS_TYPE_INVALID))
		return NULL;
	return append_parts(message, item) ? steal(message) : NULL;
}

static DBusMessage *runtime_call(const char *destination, const char *verb, const struct item *item)
{
	if (item->kind == ITEM_FORWARD)
		return firewalld_message_set_forward(destination, NULL, item->zone,
		                                     strcmp(verb, "add") == 0);
	return item_direct_family(item->zone) ? direct_call(destination, verb, item)
	                                      : zone_call(destination, verb, item);
}

/**
 * firewalld_message_add() - the call that adds an item to the runtime
 * @destination: bus name
 * @item: borrowed
 *
 * The timeout is 0 always: pending ones crash reloads in firewalld 2.4.1 to 2.5
 * (firewalld#1597).
 *
 * Return: the message, which the caller unrefs; NULL without memory.
 */
DBusMessage *firewalld_message_add(const char *destination, const struct item *item)
{
	_cleanup_message_ DBusMessage *message = runtime_call(destination, "add", item);
	const dbus_int32_t timeout_s = 0;

	if (message && firewalld_message_has_timeout(item->kind) &&
	    !dbus_message_append_args(message, DBUS_TYPE_INT32, &timeout_s, DBUS_TYPE_INVALID))
		return NULL;
	return steal(message);
}

/**
 * firewalld_message_move() - the call that takes an interface or source to its zone from any other
 * @destination: bus name
 * @binding: borrowed
 *
 * Return: the message, which the caller unrefs; NULL without memory.
 */
DBusMessage *firewalld_message_move(const char *destination, const struct item *binding)
{
	return runtime_call(destination, "changeZoneOf", binding);
}

/**
 * firewalld_message_remove() - the call that removes an item from the runtime
 * @destination: bus name
 * @item: borrowed
 *
 * Return: the message, which the caller unrefs; NULL without memory.
 */
DBusMessage *firewalld_message_remove(const char *destination, const struct item *item)
{
	return runtime_call(destination, "remove", item);
}

/**
 * firewalld_message_query() - the call that asks whether an item is in the runtime
 * @destination: bus name
 * @item: borrowed; not of a policy, and not ITEM_FORWARD, of which it cannot be asked alone
 *
 * Return: the message, which the caller unrefs; NULL without memory.
 */
DBusMessage *firewalld_message_query(const char *destination, const struct item *item)
{
	return runtime_call(destination, "query", item);
}

static DBusMessage *permanent_call(const char *destination, const char *path, const char *verb,
                                   const struct item *item)
{
	_cleanup_message_ DBusMessage *message = NULL;

	if (item->kind == ITEM_FORWARD)
		return firewalld_message_set_forward(destination, path, item->zone,
		                                     strcmp(verb, "add") == 0);
	message = new_item_call(destination, path,
	                        item_ipset_name(item->zone) ? FIREWALLD_MESSAGE_CONFIG_IPSET
	                                                    : FIREWALLD_MESSAGE_CONFIG_ZONE,
	                        verb, item->kind);
	if (!message || !append_parts(message, item))
		return NULL;
	return steal(message);
}

/**
 * firewalld_message_permanent_remove() - the call that takes an item out of a zone's permanent part
 * @destination: bus name
 * @path: the zone's object
 * @item: borrowed; its zone does not matter
 *
 * Return: the message, which the caller unrefs; NULL without memory.
 */
DBusMessage *firewalld_message_permanent_remove(const char *destination, const char *path,
                                                const struct item *item)
{
	return permanent_call(destination, path, "remove", item);
}

/**
 * firewalld_message_permanent_add() - the call that adds an item to a zone's permanent
 * configuration
 * @destination: bus name
 * @path: the object of the zone or ipset
 * @item: borrowed
 *
 * Return: the message, which the caller unrefs; NULL without memory.
 */
DBusMessage *firewalld_message_permanent_add(const char *destination, const char *path,
                                             const struct item *item)
{
	return permanent_call(destination, path, "add", item);
}
