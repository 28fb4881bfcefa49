// SPDX-License-Identifier: GPL-2.0-or-later
/* The settings of zones, policies and services, which come and go as one dictionary. */
#include "guard/system/firewalld/firewalld-message-internal.h"

#include "guard/system/host/busdict.h"

#include <errno.h>
#include <string.h>

/* An array of strings, or of structs of strings as many as the kind has parts. */
static int read_entries(DBusMessageIter *array, enum item_kind kind, firewalld_message_entry_fn fn,
                        void *userdata)
{
	DBusMessageIter element;

	for (dbus_message_iter_recurse(array, &element);
	     dbus_message_iter_get_arg_type(&element) != DBUS_TYPE_INVALID;
	     dbus_message_iter_next(&element)) {
		const char *parts[FIREWALLD_MESSAGE_PARTS] = {"", "", "", ""};
		_cleanup_free_ char *value = NULL;
		int r;

		if (firewalld_message_n_parts(kind) == 1) {
			dbus_message_iter_get_basic(&element, &parts[0]);
		} else {
			DBusMessageIter part;

			dbus_message_iter_recurse(&element, &part);
			for (size_t i = 0; i < firewalld_message_n_parts(kind); i++) {
				dbus_message_iter_get_basic(&part, &parts[i]);
				dbus_message_iter_next(&part);
			}
		}
		r = firewalld_message_join(&value, kind, parts);
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
	if (item_is_switch(setting->kind)) {
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
    {"forward", "b", ITEM_FORWARD},
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

/**
 * firewalld_message_timeout() - for how long what is new was added; 0: for good
 * @array: at the settings of a signal, which repeats what setPolicySettings or setZoneSettings2
 *         was given beside them
 */
int firewalld_message_timeout(DBusMessageIter array)
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
	*timeout_s = firewalld_message_timeout(iter);
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
	const char *parts[FIREWALLD_MESSAGE_PARTS] = {"", "", "", ""};
	DBusMessageIter entry;

	if (!value || !firewalld_message_split(kind, value, parts))
		return false;
	if (firewalld_message_n_parts(kind) == 1)
		return dbus_message_iter_append_basic(array, DBUS_TYPE_STRING, &parts[0]);
	if (!dbus_message_iter_open_container(array, DBUS_TYPE_STRUCT, NULL, &entry))
		return false;
	for (size_t i = 0; i < firewalld_message_n_parts(kind); i++)
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

	if (item_is_switch(list->kind)) {
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

/** firewalld_message_append_switch() - settings of which it is the one; false without memory */
bool firewalld_message_append_switch(DBusMessageIter *iter, enum item_kind kind, bool on)
{
	const struct policy_list list = {.kind = kind, .removes = !on};

	return append_setting(iter, &list);
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
