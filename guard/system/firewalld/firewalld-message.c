// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/firewalld/firewalld-message.h"

#include <string.h>

/**
 * firewalld_message_string() - take the one string of a message
 * @message: borrowed
 * @type: DBUS_TYPE_STRING or DBUS_TYPE_OBJECT_PATH
 * @out: borrowed from the message
 *
 * Return: 0; FIREWALLD_MESSAGE_E_MALFORMED.
 */
int firewalld_message_string(DBusMessage *message, int type, const char **out)
{
	return dbus_message_get_args(message, NULL, type, out, DBUS_TYPE_INVALID)
	           ? 0
	           : FIREWALLD_MESSAGE_E_MALFORMED;
}

/**
 * firewalld_message_variant_string() - take the string in the one variant of a message
 * @message: borrowed; the answer to Properties.Get
 * @out: borrowed from the message
 *
 * Return: 0; FIREWALLD_MESSAGE_E_MALFORMED.
 */
int firewalld_message_variant_string(DBusMessage *message, const char **out)
{
	DBusMessageIter iter, value;

	if (!dbus_message_has_signature(message, "v") || !dbus_message_iter_init(message, &iter))
		return FIREWALLD_MESSAGE_E_MALFORMED;
	dbus_message_iter_recurse(&iter, &value);
	if (dbus_message_iter_get_arg_type(&value) != DBUS_TYPE_STRING)
		return FIREWALLD_MESSAGE_E_MALFORMED;
	dbus_message_iter_get_basic(&value, out);
	return 0;
}

/**
 * firewalld_message_bool() - take the one boolean of a message
 * @message: borrowed
 * @out: receives it
 *
 * Return: 0; FIREWALLD_MESSAGE_E_MALFORMED.
 */
int firewalld_message_bool(DBusMessage *message, bool *out)
{
	dbus_bool_t value;

	if (!dbus_message_get_args(message, NULL, DBUS_TYPE_BOOLEAN, &value, DBUS_TYPE_INVALID))
		return FIREWALLD_MESSAGE_E_MALFORMED;
	*out = value;
	return 0;
}

/**
 * firewalld_message_list() - take the one list of strings of a message
 * @message: borrowed
 * @type: DBUS_TYPE_STRING or DBUS_TYPE_OBJECT_PATH
 * @out: gets the strings added
 *
 * Return: 0; FIREWALLD_MESSAGE_E_MALFORMED; -ENOMEM.
 */
int firewalld_message_list(DBusMessage *message, int type, struct strv *out)
{
	const char *signature = type == DBUS_TYPE_STRING ? "as" : "ao";
	DBusMessageIter iter, element;

	if (!dbus_message_has_signature(message, signature) ||
	    !dbus_message_iter_init(message, &iter))
		return FIREWALLD_MESSAGE_E_MALFORMED;
	for (dbus_message_iter_recurse(&iter, &element);
	     dbus_message_iter_get_arg_type(&element) != DBUS_TYPE_INVALID;
	     dbus_message_iter_next(&element)) {
		const char *string;
		int r;

		dbus_message_iter_get_basic(&element, &string);
		r = strv_add(out, string);
		if (r < 0)
			return r;
	}
	return 0;
}

/**
 * firewalld_message_error_text() - the words of an error message
 * @error: borrowed
 *
 * Return: text borrowed from the message, its name if it has no words.
 */
const char *firewalld_message_error_text(DBusMessage *error)
{
	DBusMessageIter iter;
	const char *text = dbus_message_get_error_name(error);

	if (dbus_message_iter_init(error, &iter) &&
	    dbus_message_iter_get_arg_type(&iter) == DBUS_TYPE_STRING)
		dbus_message_iter_get_basic(&iter, &text);
	return text ? text : "";
}

/**
 * firewalld_message_has_code() - whether an error is firewalld's of that code
 * @error: borrowed
 * @code: e.g. ALREADY_ENABLED; stands first in the text, alone or before a colon
 *
 * Return: whether it is.
 */
bool firewalld_message_has_code(DBusMessage *error, const char *code)
{
	const char *text = firewalld_message_error_text(error);
	size_t n = strlen(code);

	return dbus_message_is_error(error, FIREWALLD_MESSAGE_EXCEPTION) &&
	       strncmp(text, code, n) == 0 && (text[n] == '\0' || text[n] == ':');
}
