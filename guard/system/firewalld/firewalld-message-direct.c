// SPDX-License-Identifier: GPL-2.0-or-later
/* What signals and answers of the direct interface say of its chains and rules. */
#include "guard/system/firewalld/firewalld-message-internal.h"

#include "guard/model/rule/direct.h"

#include <stdio.h>
#include <string.h>

static const char *direct_zone(const char *family)
{
	static const char *const zones[] = {ITEM_DIRECT_PREFIX "ipv4", ITEM_DIRECT_PREFIX "ipv6",
	                                    ITEM_DIRECT_PREFIX "eb"};

	for (size_t i = 0; i < ARRAY_SIZE(zones); i++)
		if (strcmp(item_direct_family(zones[i]), family) == 0)
			return zones[i];
	return NULL;
}

/* The words of a chain (sss) or a rule (sssias), whose types have been checked. */
static int read_direct(DBusMessageIter *iter, enum item_kind kind, const char **zone, char **value)
{
	const char *words[DIRECT_WORDS_MAX], *family;
	dbus_int32_t priority;
	DBusMessageIter args;
	char number[16];
	size_t n = 2;

	dbus_message_iter_get_basic(iter, &family);
	*zone = direct_zone(family);
	for (size_t i = 0; i < 2; i++) {
		dbus_message_iter_next(iter);
		dbus_message_iter_get_basic(iter, &words[i]);
	}
	if (kind == ITEM_DIRECT_RULE) {
		dbus_message_iter_next(iter);
		dbus_message_iter_get_basic(iter, &priority);
		snprintf(number, sizeof(number), "%d", (int)priority);
		words[n++] = number;
		dbus_message_iter_next(iter);
		for (dbus_message_iter_recurse(iter, &args);
		     dbus_message_iter_get_arg_type(&args) == DBUS_TYPE_STRING;
		     dbus_message_iter_next(&args)) {
			if (n >= DIRECT_WORDS_MAX)
				return FIREWALLD_MESSAGE_E_MALFORMED;
			dbus_message_iter_get_basic(&args, &words[n++]);
		}
	}
	if (!*zone)
		return FIREWALLD_MESSAGE_E_MALFORMED;
	return direct_format(value, words, n);
}

/**
 * firewalld_message_direct_signal() - what a signal of the direct interface says of which item
 * @out: receives it, untouched on failure; its zone is static, the caller frees out->value
 *
 * Return: as firewalld_message_item_signal().
 */
int firewalld_message_direct_signal(DBusMessage *signal, struct firewalld_message_item *out)
{
	static const struct {
		const char *member, *signature;
		enum item_kind kind;
		enum firewalld_message_change change;
	} members[] = {
	    {"ChainAdded", "sss", ITEM_CHAIN, FIREWALLD_MESSAGE_ADDED},
	    {"ChainRemoved", "sss", ITEM_CHAIN, FIREWALLD_MESSAGE_REMOVED},
	    {"RuleAdded", "sssias", ITEM_DIRECT_RULE, FIREWALLD_MESSAGE_ADDED},
	    {"RuleRemoved", "sssias", ITEM_DIRECT_RULE, FIREWALLD_MESSAGE_REMOVED},
	};

	for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
		struct firewalld_message_item item = {.kind = members[i].kind,
		                                      .change = members[i].change};
		DBusMessageIter iter;
		int r;

		if (strcmp(dbus_message_get_member(signal), members[i].member) != 0)
			continue;
		if (!dbus_message_has_signature(signal, members[i].signature) ||
		    !dbus_message_iter_init(signal, &iter))
			return FIREWALLD_MESSAGE_E_MALFORMED;
		r = read_direct(&iter, item.kind, &item.zone, &item.value);
		if (r == 0)
			*out = item;
		return r;
	}
	return FIREWALLD_MESSAGE_E_OTHER;
}

static int read_direct_list(DBusMessageIter *list, enum item_kind kind,
                            firewalld_message_direct_fn fn, void *userdata)
{
	DBusMessageIter element, iter;

	for (dbus_message_iter_recurse(list, &element);
	     dbus_message_iter_get_arg_type(&element) != DBUS_TYPE_INVALID;
	     dbus_message_iter_next(&element)) {
		_cleanup_free_ char *value = NULL;
		const char *zone;
		int r;

		dbus_message_iter_recurse(&element, &iter);
		r = read_direct(&iter, kind, &zone, &value);
		if (r == 0)
			r = fn(kind, zone, value, userdata);
		if (r != 0)
			return r;
	}
	return 0;
}

/**
 * firewalld_message_direct() - go through chains and rules of the direct interface
 * @message: the answer to getAllChains, getAllRules, or of the permanent ones getSettings
 * @fn: called for each; what it returns, if not 0, ends this
 * @userdata: for @fn
 *
 * Return: as firewalld_message_zone().
 */
int firewalld_message_direct(DBusMessage *message, firewalld_message_direct_fn fn, void *userdata)
{
	DBusMessageIter iter, lists;
	int r;

	if (!dbus_message_iter_init(message, &iter))
		return FIREWALLD_MESSAGE_E_MALFORMED;
	if (dbus_message_has_signature(message, "a(sss)"))
		return read_direct_list(&iter, ITEM_CHAIN, fn, userdata);
	if (dbus_message_has_signature(message, "a(sssias)"))
		return read_direct_list(&iter, ITEM_DIRECT_RULE, fn, userdata);
	if (!dbus_message_has_signature(message, "(a(sss)a(sssias)a(sas))"))
		return FIREWALLD_MESSAGE_E_MALFORMED;
	dbus_message_iter_recurse(&iter, &lists);
	r = read_direct_list(&lists, ITEM_CHAIN, fn, userdata);
	dbus_message_iter_next(&lists);
	return r == 0 ? read_direct_list(&lists, ITEM_DIRECT_RULE, fn, userdata) : r;
}
