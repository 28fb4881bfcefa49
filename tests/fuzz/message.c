// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/fuzz/message.h"

#include "guard/base/text.h"

#include "tests/fuzz/fuzz.h"

#define PATH "/org/fedoraproject/FirewallD1"

enum { DEPTH_MAX = 8 };

static const char *next(char **rest)
{
	const char *line = strsep(rest, "\n");

	return line && text_is_utf8(line, strlen(line)) ? line : "";
}

static void fill(DBusMessageIter *to, DBusSignatureIter *type, char **rest, unsigned depth);

static void fill_basic(DBusMessageIter *to, int type, const char *line)
{
	union {
		dbus_uint64_t number;
		const char *text;
		dbus_bool_t yes;
	} value = {0};

	if (type == DBUS_TYPE_STRING)
		value.text = line;
	else if (type == DBUS_TYPE_OBJECT_PATH)
		value.text = dbus_validate_path(line, NULL) ? line : "/";
	else if (type == DBUS_TYPE_SIGNATURE)
		value.text = dbus_signature_validate(line, NULL) ? line : "";
	else if (type == DBUS_TYPE_BOOLEAN)
		value.yes = line[0] == '1';
	else
		value.number = strtoull(line, NULL, 10);
	FUZZ_CHECK(dbus_message_iter_append_basic(to, type, &value));
}

/* Of an array its elements, of a structure its fields, of a variant what is in it. */
static void fill_container(DBusMessageIter *to, int type, DBusSignatureIter *inside,
                           const char *signature, char **rest, unsigned depth)
{
	unsigned n = type == DBUS_TYPE_ARRAY ? (unsigned)next(rest)[0] % 8 : 1;
	DBusMessageIter container;

	FUZZ_CHECK(dbus_message_iter_open_container(to, type, signature, &container));
	for (unsigned i = 0; i < n; i++) {
		DBusSignatureIter field = *inside;

		do
			fill(&container, &field, rest, depth + 1);
		while (type != DBUS_TYPE_ARRAY && dbus_signature_iter_next(&field));
	}
	FUZZ_CHECK(dbus_message_iter_close_container(to, &container));
}

static void fill(DBusMessageIter *to, DBusSignatureIter *type, char **rest, unsigned depth)
{
	int current = dbus_signature_iter_get_current_type(type);
	DBusSignatureIter inside;
	char *signature;
	const char *line;

	if (current == DBUS_TYPE_VARIANT) {
		line = next(rest);
		if (depth >= DEPTH_MAX || !dbus_signature_validate_single(line, NULL) ||
		    strchr(line, DBUS_TYPE_UNIX_FD))
			line = DBUS_TYPE_STRING_AS_STRING;
		dbus_signature_iter_init(&inside, line);
		fill_container(to, current, &inside, line, rest, depth);
	} else if (dbus_type_is_container(current)) {
		dbus_signature_iter_recurse(type, &inside);
		signature = dbus_signature_iter_get_signature(&inside);
		fill_container(to, current, &inside, current == DBUS_TYPE_ARRAY ? signature : NULL,
		               rest, depth);
		dbus_free(signature);
	} else {
		fill_basic(to, current, next(rest));
	}
}

static DBusMessage *begin(char kind, const char *interface, const char *member)
{
	DBusMessage *message;

	if (!dbus_validate_interface(interface, NULL))
		interface = "org.fedoraproject.FirewallD1.zone";
	if (!dbus_validate_member(member, NULL))
		member = "ServiceAdded";
	if (kind == 's')
		return dbus_message_new_signal(PATH, interface, member);
	if (kind == 'c')
		return dbus_message_new_method_call(interface, PATH, interface, member);
	message = dbus_message_new(kind == 'e' ? DBUS_MESSAGE_TYPE_ERROR
	                                       : DBUS_MESSAGE_TYPE_METHOD_RETURN);
	if (message && kind == 'e')
		FUZZ_CHECK(dbus_message_set_error_name(message, interface));
	return message;
}

DBusMessage *fuzz_message(char *text)
{
	char kind = next(&text)[0];
	const char *interface = next(&text), *member = next(&text), *signature = next(&text);
	DBusSignatureIter type;
	DBusMessageIter to;
	DBusMessage *message;

	if (strlen(signature) > 64 || !dbus_signature_validate(signature, NULL) ||
	    strchr(signature, DBUS_TYPE_UNIX_FD))
		return NULL;
	message = begin(kind, interface, member);
	FUZZ_CHECK(message);
	dbus_message_iter_init_append(message, &to);
	dbus_signature_iter_init(&type, signature);
	if (signature[0])
		do
			fill(&to, &type, &text, 0);
		while (dbus_signature_iter_next(&type));
	return message;
}

void fuzz_settle_item(enum item_kind kind, const char *zone, const char *value)
{
	_cleanup_item_ struct item item = ITEM_NULL, again = ITEM_NULL;
	_cleanup_free_ char *form = NULL;

	FUZZ_CHECK(value);
	if (item_init(&item, zone, kind, value, NULL) != 0)
		return;
	FUZZ_CHECK(item_format(&form, &item) == 0);
	FUZZ_CHECK(item_parse(&again, form, NULL) == 0 && item_cmp(&item, &again) == 0);
}
