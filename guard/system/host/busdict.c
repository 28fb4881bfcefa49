// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/host/busdict.h"

#include <string.h>

/** busdict_begin() - to its first entry; false: it is no dictionary with texts for keys */
bool busdict_begin(struct busdict *dict, const DBusMessageIter *array)
{
	DBusMessageIter copy = *array;
	char *signature;
	bool fits;

	if (dbus_message_iter_get_arg_type(&copy) != DBUS_TYPE_ARRAY)
		return false;
	signature = dbus_message_iter_get_signature(&copy);
	fits = signature && signature[1] == DBUS_DICT_ENTRY_BEGIN_CHAR &&
	       (signature[2] == DBUS_TYPE_STRING || signature[2] == DBUS_TYPE_OBJECT_PATH);
	dbus_free(signature);
	if (fits)
		dbus_message_iter_recurse(&copy, &dict->entry);
	return fits;
}

/**
 * busdict_next() - the entry that it is at, and on to the next one
 * @key:   receives its key, borrowed from the message
 * @value: receives its value, or what is in that variant
 *
 * Return: false: there is none.
 */
bool busdict_next(struct busdict *dict, const char **key, DBusMessageIter *value)
{
	DBusMessageIter pair;

	if (dbus_message_iter_get_arg_type(&dict->entry) != DBUS_TYPE_DICT_ENTRY)
		return false;
	dbus_message_iter_recurse(&dict->entry, &pair);
	dbus_message_iter_get_basic(&pair, key);
	dbus_message_iter_next(&pair);
	if (dbus_message_iter_get_arg_type(&pair) == DBUS_TYPE_VARIANT)
		dbus_message_iter_recurse(&pair, value);
	else
		*value = pair;
	dbus_message_iter_next(&dict->entry);
	return true;
}

/** busdict_find() - the value of one key; false: there is no such entry, or it is no dictionary */
bool busdict_find(const DBusMessageIter *array, const char *key, DBusMessageIter *value)
{
	struct busdict dict;
	const char *name;

	if (!busdict_begin(&dict, array))
		return false;
	while (busdict_next(&dict, &name, value))
		if (strcmp(name, key) == 0)
			return true;
	return false;
}
