/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guard/system/firewalld/firewalld-message.h"

#include "guard/model/rule/direct.h"
#include "guard/system/firewalld/portname.h"
#include "guard/system/host/busdict.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* The most strings that any kind of item is made of (a forward port: four). */
#define MAX_PARTS 4

/* --- calls ------------------------------------------------------------------------------- */

static void unref_message(DBusMessage **message)
{
	if (*message)
		dbus_message_unref(*message);
}
#define _cleanup_message_ _cleanup_(unref_message)

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

/* What firewalld calls each kind of a zone's or an ipset's: add*, remove*, *Added, *Removed. */
static const char *kind_member(enum item_kind kind)
{
	static const char *const members[ITEM_N_KINDS] = {
	    [ITEM_INTERFACE] = "Interface",
	    [ITEM_SOURCE] = "Source",
	    [ITEM_SERVICE] = "Service",
	    [ITEM_PORT] = "Port",
	    [ITEM_SOURCE_PORT] = "SourcePort",
	    [ITEM_PROTOCOL] = "Protocol",
	    [ITEM_FORWARD_PORT] = "ForwardPort",
	    [ITEM_MASQUERADE] = "Masquerade",
	    [ITEM_ICMP_BLOCK] = "IcmpBlock",
	    [ITEM_RULE] = "RichRule",
	    [ITEM_ENTRY] = "Entry",
	};

	return members[kind];
}

static bool kind_has_timeout(enum item_kind kind)
{
	return kind != ITEM_INTERFACE && kind != ITEM_SOURCE && kind < ITEM_ENTRY;
}

static size_t kind_n_parts(enum item_kind kind)
{
	switch (kind) {
	case ITEM_MASQUERADE:
		return 0;
	case ITEM_PORT:
	case ITEM_SOURCE_PORT:
		return 2;
	case ITEM_FORWARD_PORT:
		return 4;
	case ITEM_INTERFACE:
	case ITEM_SOURCE:
	case ITEM_SERVICE:
	case ITEM_PROTOCOL:
	case ITEM_ICMP_BLOCK:
	case ITEM_RULE:
	case ITEM_ENTRY:
	case ITEM_CHAIN:
	case ITEM_DIRECT_RULE:
	case ITEM_N_KINDS:
		break;
	}
	return 1;
}

/* Takes apart port=80:proto=tcp:toport=8080:toaddr=ADDRESS, in place; ADDRESS may hold colons. */
static bool split_forward_port(char *value, const char *parts[MAX_PARTS])
{
	static const char *const keys[MAX_PARTS] = {"port=", "proto=", "toport=", "toaddr="};

	for (size_t i = 0; i < MAX_PARTS; i++) {
		char *colon;

		parts[i] = "";
		if (!value || strncmp(value, keys[i], strlen(keys[i])) != 0)
			continue;
		parts[i] = value + strlen(keys[i]);
		if (i == MAX_PARTS - 1)
			return true;
		colon = strchr(value, ':');
		if (colon)
			*colon++ = '\0';
		value = colon;
	}
	return !value && *parts[0] && *parts[1];
}

static bool split_value(enum item_kind kind, char *value, const char *parts[MAX_PARTS])
{
	char *slash;

	parts[0] = value;
	if (kind == ITEM_FORWARD_PORT)
		return split_forward_port(value, parts);
	if (kind_n_parts(kind) != 2)
		return true;
	slash = strchr(value, '/');
	if (!slash)
		return false;
	*slash = '\0';
	parts[1] = slash + 1;
	return true;
}

static bool append_parts(DBusMessage *message, const struct item *item)
{
	_cleanup_free_ char *value = strdup(item->value);
	const char *parts[MAX_PARTS];

	if (!value || !split_value(item->kind, value, parts))
		return false;
	for (size_t i = 0; i < kind_n_parts(item->kind); i++)
		if (!dbus_message_append_args(message, DBUS_TYPE_STRING, &parts[i],
		                              DBUS_TYPE_INVALID))
			return false;
	return true;
}

static DBusMessage *new_item_call(const char *destination, const char *path, const char *interface,
                                  const char *verb, enum item_kind kind)
{
	_cleanup_free_ char *member = NULL;

	if (xasprintf(&member, "%s%s", verb, kind_member(kind)) < 0)
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

	if (message && kind_has_timeout(item->kind) &&
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
 * @item: borrowed; not of a policy
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
	_cleanup_message_ DBusMessage *message =
	    new_item_call(destination, path,
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

/* --- signals ----------------------------------------------------------------------------- */

/* As firewalld has it, whoever typed it: signals and lists of policies carry names of ports. */
static int join_parts(char **out, enum item_kind kind, const char *const parts[MAX_PARTS])
{
	char port[PORTNAME_SIZE], to_port[PORTNAME_SIZE];

	switch (kind) {
	case ITEM_PORT:
	case ITEM_SOURCE_PORT:
		return xasprintf(out, "%s/%s", portname_settle(port, parts[0]), parts[1]);
	case ITEM_FORWARD_PORT:
		return xasprintf(out, "port=%s:proto=%s:toport=%s:toaddr=%s",
		                 portname_settle(port, parts[0]), parts[1],
		                 portname_settle(to_port, parts[2]), parts[3]);
	case ITEM_MASQUERADE:
		return xasprintf(out, "yes");
	case ITEM_INTERFACE:
	case ITEM_SOURCE:
	case ITEM_SERVICE:
	case ITEM_PROTOCOL:
	case ITEM_ICMP_BLOCK:
	case ITEM_RULE:
	case ITEM_ENTRY:
	case ITEM_CHAIN:
	case ITEM_DIRECT_RULE:
	case ITEM_N_KINDS:
		break;
	}
	return xasprintf(out, "%s", parts[0]);
}

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
		const char *name = kind_member(kind);
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
                      const char *parts[MAX_PARTS])
{
	size_t n = kind_n_parts(item->kind);
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
	if (item->change == FIREWALLD_MESSAGE_ADDED && kind_has_timeout(item->kind)) {
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
	const char *parts[MAX_PARTS] = {"", "", "", ""};
	int r = read_parts(message, item, parts);

	if (r != 0)
		return r;
	r = join_parts(&item->value, item->kind, parts);
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
		if (strcmp(member + sizeof(verb) - 1, kind_member(kind)) == 0) {
			out->kind = kind;
			out->change = FIREWALLD_MESSAGE_REMOVED;
			return true;
		}
	return false;
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

/* --- the direct interface ------------------------------------------------------------------ */

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

/* --- answers ----------------------------------------------------------------------------- */

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

/* An array of strings, or of structs of strings as many as the kind has parts. */
static int read_entries(DBusMessageIter *array, enum item_kind kind, firewalld_message_entry_fn fn,
                        void *userdata)
{
	DBusMessageIter element;

	for (dbus_message_iter_recurse(array, &element);
	     dbus_message_iter_get_arg_type(&element) != DBUS_TYPE_INVALID;
	     dbus_message_iter_next(&element)) {
		const char *parts[MAX_PARTS] = {"", "", "", ""};
		_cleanup_free_ char *value = NULL;
		int r;

		if (kind_n_parts(kind) == 1) {
			dbus_message_iter_get_basic(&element, &parts[0]);
		} else {
			DBusMessageIter part;

			dbus_message_iter_recurse(&element, &part);
			for (size_t i = 0; i < kind_n_parts(kind); i++) {
				dbus_message_iter_get_basic(&part, &parts[i]);
				dbus_message_iter_next(&part);
			}
		}
		r = join_parts(&value, kind, parts);
		if (r < 0)
			return r;
		r = fn(kind, value, userdata);
		if (r != 0)
			return r;
	}
	return 0;
}

struct setting {
	const char *key;
	const char *signature;
	enum item_kind kind;
};

static int read_setting(const struct setting *setting, DBusMessageIter *value,
                        firewalld_message_entry_fn fn, void *userdata)
{
	char *signature = dbus_message_iter_get_signature(value);
	bool fits;

	if (!signature)
		return -ENOMEM;
	fits = strcmp(signature, setting->signature) == 0;
	dbus_free(signature);
	if (!fits)
		return FIREWALLD_MESSAGE_E_MALFORMED;
	if (setting->kind == ITEM_MASQUERADE) {
		dbus_bool_t on;

		dbus_message_iter_get_basic(value, &on);
		return on ? fn(setting->kind, "yes", userdata) : 0;
	}
	return read_entries(value, setting->kind, fn, userdata);
}

static const struct setting *find_setting(const struct setting *settings, size_t n, const char *key)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(key, settings[i].key) == 0)
			return &settings[i];
	return NULL;
}

/* Keys that are not in the table are none of ours; firewalld adds new ones. */
static int read_dict(DBusMessageIter *array, const struct setting *settings, size_t n,
                     unsigned *kinds, firewalld_message_entry_fn fn, void *userdata)
{
	DBusMessageIter value;
	struct busdict dict;
	const char *key;
	int r = 0;

	if (!busdict_begin(&dict, array))
		return FIREWALLD_MESSAGE_E_MALFORMED;
	while (r == 0 && busdict_next(&dict, &key, &value)) {
		const struct setting *setting = find_setting(settings, n, key);

		if (setting && kinds)
			*kinds |= 1U << setting->kind;
		if (setting)
			r = read_setting(setting, &value, fn, userdata);
	}
	return r;
}

static int read_settings(DBusMessage *message, const struct setting *settings, size_t n,
                         firewalld_message_entry_fn fn, void *userdata)
{
	DBusMessageIter iter;

	if (!dbus_message_has_signature(message, "a{sv}") ||
	    !dbus_message_iter_init(message, &iter))
		return FIREWALLD_MESSAGE_E_MALFORMED;
	return read_dict(&iter, settings, n, NULL, fn, userdata);
}

/* Zones have their rules under one name, policies under another. */
static const struct setting zone_settings[] = {
    {"interfaces", "as", ITEM_INTERFACE},
    {"sources", "as", ITEM_SOURCE},
    {"services", "as", ITEM_SERVICE},
    {"ports", "a(ss)", ITEM_PORT},
    {"source_ports", "a(ss)", ITEM_SOURCE_PORT},
    {"protocols", "as", ITEM_PROTOCOL},
    {"forward_ports", "a(ssss)", ITEM_FORWARD_PORT},
    {"masquerade", "b", ITEM_MASQUERADE},
    {"icmp_blocks", "as", ITEM_ICMP_BLOCK},
    {"rules_str", "as", ITEM_RULE},
    {"rich_rules", "as", ITEM_RULE},
};

/**
 * firewalld_message_zone() - go through the entries of a zone or policy
 * @message: the answer to getZoneSettings2, getPolicySettings, getSettings2 or getSettings
 * @fn: called for each; what it returns, if not 0, ends this
 * @userdata: for @fn
 *
 * Return: 0; FIREWALLD_MESSAGE_E_MALFORMED, with @fn called for a part of them maybe;
 * -ENOMEM; what @fn returned.
 */
int firewalld_message_zone(DBusMessage *message, firewalld_message_entry_fn fn, void *userdata)
{
	return read_settings(message, zone_settings, ARRAY_SIZE(zone_settings), fn, userdata);
}

/* What setPolicySettings was given beside the settings, which the signal repeats. */
static int read_timeout(DBusMessageIter array)
{
	dbus_int32_t timeout_s = 0;
	DBusMessageIter value;
	struct busdict dict;
	const char *key;

	if (!busdict_begin(&dict, &array))
		return 0;
	while (busdict_next(&dict, &key, &value))
		if (strcmp(key, "timeout") == 0 &&
		    dbus_message_iter_get_arg_type(&value) == DBUS_TYPE_INT32)
			dbus_message_iter_get_basic(&value, &timeout_s);
	return timeout_s > 0 ? timeout_s : 0;
}

/**
 * firewalld_message_policy_signal() - what PolicyUpdated says
 * @signal: borrowed
 * @policy: receives its name, borrowed from the signal
 * @kinds:  receives a bit (1 << kind) for each kind that the signal has in full
 * @timeout_s: receives for how long what is new in it was added; 0: for good
 * @fn: called for each entry of these kinds; what it returns, if not 0, ends this
 * @userdata: for @fn
 *
 * Return: 0; FIREWALLD_MESSAGE_E_MALFORMED; -ENOMEM; what @fn returned.
 */
int firewalld_message_policy_signal(DBusMessage *signal, const char **policy, unsigned *kinds,
                                    int *timeout_s, firewalld_message_entry_fn fn, void *userdata)
{
	DBusMessageIter iter;

	*kinds = 0;
	*timeout_s = 0;
	if (!dbus_message_has_signature(signal, "sa{sv}") || !dbus_message_iter_init(signal, &iter))
		return FIREWALLD_MESSAGE_E_MALFORMED;
	dbus_message_iter_get_basic(&iter, policy);
	dbus_message_iter_next(&iter);
	*timeout_s = read_timeout(iter);
	return read_dict(&iter, zone_settings, ARRAY_SIZE(zone_settings), kinds, fn, userdata);
}

/* The entries of one kind that a policy has. */
struct policy_list {
	enum item_kind kind;
	const char *zone;
	struct strv values;
	const struct item *item;
	bool removes;
	bool there; /* it, or when it is to be added, ports that it is a part of */
};

static int collect_policy_value(enum item_kind kind, const char *value, void *userdata)
{
	struct policy_list *list = userdata;
	_cleanup_item_ struct item item = ITEM_NULL;
	bool same;
	int r;

	if (kind != list->kind)
		return 0;
	r = item_init(&item, list->zone, kind, value, NULL);
	if (r < 0)
		return r;
	same = r == 0 && item_cmp(&item, list->item) == 0;
	list->there |= same || (r == 0 && !list->removes && item_covers(&item, list->item));
	if (same && list->removes)
		return 0;
	/* as firewalld has it, whatever we make of it */
	return strv_add(&list->values, value);
}

static bool append_entry(DBusMessageIter *array, enum item_kind kind, const char *from)
{
	_cleanup_free_ char *value = strdup(from);
	const char *parts[MAX_PARTS] = {"", "", "", ""};
	DBusMessageIter entry;

	if (!value || !split_value(kind, value, parts))
		return false;
	if (kind_n_parts(kind) == 1)
		return dbus_message_iter_append_basic(array, DBUS_TYPE_STRING, &parts[0]);
	if (!dbus_message_iter_open_container(array, DBUS_TYPE_STRUCT, NULL, &entry))
		return false;
	for (size_t i = 0; i < kind_n_parts(kind); i++)
		if (!dbus_message_iter_append_basic(&entry, DBUS_TYPE_STRING, &parts[i])) {
			dbus_message_iter_abandon_container(array, &entry);
			return false;
		}
	return dbus_message_iter_close_container(array, &entry);
}

static bool append_list(DBusMessageIter *variant, const char *signature,
                        const struct policy_list *list)
{
	DBusMessageIter array;
	bool ok = true;

	if (list->kind == ITEM_MASQUERADE) {
		const dbus_bool_t on = !list->removes;

		return dbus_message_iter_append_basic(variant, DBUS_TYPE_BOOLEAN, &on);
	}
	if (!dbus_message_iter_open_container(variant, DBUS_TYPE_ARRAY, signature + 1, &array))
		return false;
	for (size_t i = 0; i < list->values.n && ok; i++)
		ok = append_entry(&array, list->kind, list->values.strings[i]);
	if (ok && (list->removes || append_entry(&array, list->kind, list->item->value)))
		return dbus_message_iter_close_container(variant, &array);
	dbus_message_iter_abandon_container(variant, &array);
	return false;
}

static const struct setting *policy_setting(enum item_kind kind)
{
	size_t i = ARRAY_SIZE(zone_settings) - 1;

	/* from the end, where the policies' name of the rules stands */
	while (i > 0 && zone_settings[i].kind != kind)
		i--;
	return &zone_settings[i];
}

static bool append_setting(DBusMessageIter *iter, const struct policy_list *list)
{
	const struct setting *setting = policy_setting(list->kind);
	DBusMessageIter dict, pair, variant;

	/* an abandoned message is thrown away as a whole, whatever is still open in it */
	return dbus_message_iter_open_container(iter, DBUS_TYPE_ARRAY, "{sv}", &dict) &&
	       dbus_message_iter_open_container(&dict, DBUS_TYPE_DICT_ENTRY, NULL, &pair) &&
	       dbus_message_iter_append_basic(&pair, DBUS_TYPE_STRING, &setting->key) &&
	       dbus_message_iter_open_container(&pair, DBUS_TYPE_VARIANT, setting->signature,
	                                        &variant) &&
	       append_list(&variant, setting->signature, list) &&
	       dbus_message_iter_close_container(&pair, &variant) &&
	       dbus_message_iter_close_container(&dict, &pair) &&
	       dbus_message_iter_close_container(iter, &dict);
}

/**
 * firewalld_message_policy_change() - the call that adds an item to a policy, or removes it
 * @destination: bus name
 * @path: the policy's object in the permanent configuration; NULL: in the runtime
 * @settings: the answer to getPolicySettings, or to getSettings of that object
 * @item: borrowed; its zone is policy:NAME
 * @removes: else it is added
 * @done: receives whether the policy has it already, or has it no more; then no call is made
 *
 * firewalld has no call for one item of a policy, only for all of one kind; other
 * kinds stay as they are.
 *
 * Return: the message, which the caller unrefs; NULL without memory, when
 * @settings are malformed, or when it is done.
 */
DBusMessage *firewalld_message_policy_change(const char *destination, const char *path,
                                             DBusMessage *settings, const struct item *item,
                                             bool removes, bool *done)
{
	struct policy_list list = {
	    .kind = item->kind, .zone = item->zone, .item = item, .removes = removes};
	const char *policy = item_policy_name(item->zone);
	_cleanup_message_ DBusMessage *message = dbus_message_new_method_call(
	    destination, path ? path : FIREWALLD_MESSAGE_PATH,
	    path ? FIREWALLD_MESSAGE_CONFIG_POLICY : FIREWALLD_MESSAGE_POLICY,
	    path ? "update" : "setPolicySettings");
	DBusMessageIter iter;
	bool ok = message && firewalld_message_zone(settings, collect_policy_value, &list) == 0;

	*done = list.there != removes;
	if (ok && !*done) {
		dbus_message_iter_init_append(message, &iter);
		ok = (path || dbus_message_iter_append_basic(&iter, DBUS_TYPE_STRING, &policy)) &&
		     append_setting(&iter, &list);
	}
	strv_deinit(&list.values);
	return ok && !*done ? steal(message) : NULL;
}

struct service_lists {
	struct strv *ports;
	struct strv *protocols;
	struct strv *source_ports;
	struct strv *includes;
};

static int add_to_service(enum item_kind kind, const char *value, void *userdata)
{
	struct service_lists *lists = userdata;

	if (kind == ITEM_PORT)
		return strv_add(lists->ports, value);
	if (kind == ITEM_PROTOCOL)
		return strv_add(lists->protocols, value);
	if (kind == ITEM_SOURCE_PORT)
		return strv_add(lists->source_ports, value);
	return strv_add(lists->includes, value);
}

/**
 * firewalld_message_service() - what a service consists of
 * @message: the answer to getServiceSettings2
 * @ports: gets PORT/PROTOCOL added
 * @protocols: gets the protocols added
 * @source_ports: gets PORT/PROTOCOL added
 * @includes: gets names of services added
 *
 * Return: 0; FIREWALLD_MESSAGE_E_MALFORMED; -ENOMEM. The lists may be filled in part on
 * failure.
 */
int firewalld_message_service(DBusMessage *message, struct strv *ports, struct strv *protocols,
                              struct strv *source_ports, struct strv *includes)
{
	static const struct setting settings[] = {
	    {"ports", "a(ss)", ITEM_PORT},
	    {"protocols", "as", ITEM_PROTOCOL},
	    {"source_ports", "a(ss)", ITEM_SOURCE_PORT},
	    {"includes", "as", ITEM_SERVICE},
	};
	struct service_lists lists = {ports, protocols, source_ports, includes};

	return read_settings(message, settings, ARRAY_SIZE(settings), add_to_service, &lists);
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
