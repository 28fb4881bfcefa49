/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/fakewall.h"

#include <dbus/dbus.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME   "org.fedoraproject.FirewallD1"
#define PATH   "/org/fedoraproject/FirewallD1"
#define CONFIG PATH "/config"

struct fakewall_bus {
	DBusConnection *connection;
	DBusMessage *held;     /* the call that is not answered */
	char peer[64];         /* who has called last */
	bool said;             /* something that it is not known to have heard */
	DBusPendingCall *ping; /* that comes behind what was said */
};

static void must(bool what, const char *text)
{
	if (what)
		return;
	fprintf(stderr, "fakewall: %s\n", text);
	abort();
}

/* --- kinds ------------------------------------------------------------------------------- */

static const struct kind {
	enum item_kind kind;
	const char *key, *member;
	size_t n_parts;
	bool has_timeout;
} kinds[] = {
    {ITEM_INTERFACE, "interfaces", "Interface", 1, false},
    {ITEM_SOURCE, "sources", "Source", 1, false},
    {ITEM_SERVICE, "services", "Service", 1, true},
    {ITEM_PORT, "ports", "Port", 2, true},
    {ITEM_SOURCE_PORT, "source_ports", "SourcePort", 2, true},
    {ITEM_PROTOCOL, "protocols", "Protocol", 1, true},
    {ITEM_ICMP_BLOCK, "icmp_blocks", "IcmpBlock", 1, true},
    {ITEM_RULE, "rules_str", "RichRule", 1, true},
};

static const struct kind *kind_of(enum item_kind kind)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (kinds[i].kind == kind)
			return &kinds[i];
	return NULL;
}

static struct item item_of(const char *text)
{
	struct item item = ITEM_NULL;
	struct err err = ERR_NULL;

	must(item_parse(&item, text, &err) == 0, text);
	return item;
}

/* "465/tcp" has two parts. */
static size_t split(char *value, size_t n_parts, const char *parts[2])
{
	char *slash = n_parts == 2 ? strchr(value, '/') : NULL;

	parts[0] = value;
	if (slash) {
		*slash = '\0';
		parts[1] = slash + 1;
	}
	return n_parts;
}

/* --- signals ----------------------------------------------------------------------------- */

static void send_take(struct fakewall *wall, DBusMessage *message)
{
	if (wall->bus) {
		dbus_connection_send(wall->bus->connection, message, NULL);
		wall->bus->said = true;
	}
	dbus_message_unref(message);
}

static void ping(struct fakewall_bus *bus)
{
	DBusMessage *call =
	    dbus_message_new_method_call(bus->peer, "/", DBUS_INTERFACE_PEER, "Ping");

	must(call && dbus_connection_send_with_reply(bus->connection, call, &bus->ping, -1),
	     "memory");
	dbus_message_unref(call);
	bus->said = false;
}

/* The bus keeps the order: what answers a ping has had what was said before. */
bool fakewall_is_heard(const struct fakewall *wall)
{
	struct fakewall_bus *bus = wall->bus;

	if (!bus || !bus->peer[0])
		return true;
	if (bus->ping && dbus_pending_call_get_completed(bus->ping))
		dbus_pending_call_unref(steal(bus->ping));
	if (!bus->ping && bus->said)
		ping(bus);
	return !bus->ping;
}

static void signal_item(struct fakewall *wall, const struct item *item, const char *what,
                        int timeout_s)
{
	const struct kind *kind = kind_of(item->kind);
	_cleanup_free_ char *value = strdup(item->value);
	const char *parts[2], *zone = item->zone;
	const dbus_int32_t timeout = timeout_s;
	DBusMessage *signal;
	char member[64];

	snprintf(member, sizeof(member), "%s%s", kind->member, what);
	signal = dbus_message_new_signal(PATH, NAME ".zone", member);
	dbus_message_append_args(signal, DBUS_TYPE_STRING, &zone, DBUS_TYPE_INVALID);
	for (size_t i = 0, n = split(value, kind->n_parts, parts); i < n; i++)
		dbus_message_append_args(signal, DBUS_TYPE_STRING, &parts[i], DBUS_TYPE_INVALID);
	if (kind->has_timeout && strcmp(what, "Added") == 0)
		dbus_message_append_args(signal, DBUS_TYPE_INT32, &timeout, DBUS_TYPE_INVALID);
	send_take(wall, signal);
}

static void signal_main(struct fakewall *wall, const char *member, const char *argument)
{
	DBusMessage *signal = dbus_message_new_signal(PATH, NAME, member);

	if (argument)
		dbus_message_append_args(signal, DBUS_TYPE_STRING, &argument, DBUS_TYPE_INVALID);
	send_take(wall, signal);
}

/* --- what it has ------------------------------------------------------------------------- */

static void put(struct fakewall *wall, const struct item *item, unsigned flags)
{
	struct firewall_entry *entry;

	must(firewall_put(&wall->fw, item, &entry) == 0, "memory");
	entry->flags |= flags;
}

static void take(struct fakewall *wall, const struct item *item, unsigned flags)
{
	struct firewall_entry *entry = firewall_find(&wall->fw, item);

	if (entry)
		entry->flags &= ~flags;
	firewall_sweep(&wall->fw);
}

void fakewall_add(struct fakewall *wall, const char *text, int timeout_s)
{
	_cleanup_item_ struct item item = item_of(text);

	put(wall, &item, FIREWALL_RUNTIME);
	signal_item(wall, &item, "Added", timeout_s);
}

void fakewall_remove(struct fakewall *wall, const char *text)
{
	_cleanup_item_ struct item item = item_of(text);

	take(wall, &item, FIREWALL_RUNTIME);
	signal_item(wall, &item, "Removed", 0);
}

void fakewall_say_removed(struct fakewall *wall, const char *text)
{
	_cleanup_item_ struct item item = item_of(text);

	signal_item(wall, &item, "Removed", 0);
}

void fakewall_drop(struct fakewall *wall, const char *text)
{
	_cleanup_item_ struct item item = item_of(text);

	take(wall, &item, FIREWALL_RUNTIME);
}

void fakewall_make_permanent(struct fakewall *wall, const char *text, bool permanent)
{
	_cleanup_item_ struct item item = item_of(text);

	if (permanent)
		put(wall, &item, FIREWALL_PERMANENT);
	else
		take(wall, &item, FIREWALL_PERMANENT);
}

void fakewall_wipe(struct fakewall *wall)
{
	for (size_t i = 0; i < wall->fw.n; i++) {
		struct firewall_entry *entry = &wall->fw.entries[i];

		entry->flags =
		    entry->flags & FIREWALL_PERMANENT ? FIREWALL_PERMANENT | FIREWALL_RUNTIME : 0;
	}
	firewall_sweep(&wall->fw);
	wall->loaded++;
}

void fakewall_reload(struct fakewall *wall)
{
	fakewall_wipe(wall);
	signal_main(wall, "Reloaded", NULL);
}

void fakewall_panic(struct fakewall *wall, bool on)
{
	wall->fw.panic = on;
	signal_main(wall, on ? "PanicModeEnabled" : "PanicModeDisabled", NULL);
}

void fakewall_default_zone(struct fakewall *wall, const char *zone)
{
	must(firewall_set_default_zone(&wall->fw, zone) == 0, "memory");
	signal_main(wall, "DefaultZoneChanged", zone);
}

bool fakewall_has(const struct fakewall *wall, const char *text)
{
	_cleanup_item_ struct item item = item_of(text);

	return firewall_has(&wall->fw, &item, FIREWALL_RUNTIME);
}

size_t fakewall_asked(const struct fakewall *wall, const char *text)
{
	size_t n = 0;

	for (size_t i = 0; i < wall->calls.n; i++)
		n += strstr(wall->calls.strings[i], text) != NULL;
	return n;
}

/* --- answers ----------------------------------------------------------------------------- */

static void append_value(DBusMessageIter *array, const struct kind *kind, const char *from)
{
	_cleanup_free_ char *value = strdup(from);
	const char *parts[2];
	DBusMessageIter entry;
	size_t n = split(value, kind->n_parts, parts);

	if (n == 1) {
		dbus_message_iter_append_basic(array, DBUS_TYPE_STRING, &parts[0]);
		return;
	}
	dbus_message_iter_open_container(array, DBUS_TYPE_STRUCT, NULL, &entry);
	for (size_t i = 0; i < n; i++)
		dbus_message_iter_append_basic(&entry, DBUS_TYPE_STRING, &parts[i]);
	dbus_message_iter_close_container(array, &entry);
}

static void append_kind(DBusMessageIter *dict, const struct fakewall *wall, const struct kind *kind,
                        const char *zone, unsigned flag)
{
	DBusMessageIter entry, variant, array;

	dbus_message_iter_open_container(dict, DBUS_TYPE_DICT_ENTRY, NULL, &entry);
	dbus_message_iter_append_basic(&entry, DBUS_TYPE_STRING, &kind->key);
	dbus_message_iter_open_container(&entry, DBUS_TYPE_VARIANT,
	                                 kind->n_parts == 2 ? "a(ss)" : "as", &variant);
	dbus_message_iter_open_container(&variant, DBUS_TYPE_ARRAY,
	                                 kind->n_parts == 2 ? "(ss)" : "s", &array);
	for (size_t i = 0; i < wall->fw.n; i++) {
		const struct firewall_entry *has = &wall->fw.entries[i];

		if (has->item.kind == kind->kind && (has->flags & flag) &&
		    strcmp(has->item.zone, zone) == 0)
			append_value(&array, kind, has->item.value);
	}
	dbus_message_iter_close_container(&variant, &array);
	dbus_message_iter_close_container(&entry, &variant);
	dbus_message_iter_close_container(dict, &entry);
}

static void append_zone(DBusMessage *reply, const struct fakewall *wall, const char *zone,
                        unsigned flag)
{
	DBusMessageIter iter, dict;

	dbus_message_iter_init_append(reply, &iter);
	dbus_message_iter_open_container(&iter, DBUS_TYPE_ARRAY, "{sv}", &dict);
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		append_kind(&dict, wall, &kinds[i], zone, flag);
	dbus_message_iter_close_container(&iter, &dict);
}

static const char *const zones[] = {"public", "trusted", "work"};

static void append_zones(DBusMessage *reply, int type)
{
	static const char *const objects[] = {CONFIG "/zone/0", CONFIG "/zone/1", CONFIG "/zone/2"};
	const char *const *list = type == DBUS_TYPE_STRING ? zones : objects;

	dbus_message_append_args(reply, DBUS_TYPE_ARRAY, type, &list, (int)ARRAY_SIZE(zones),
	                         DBUS_TYPE_INVALID);
}

static void append_nothing(DBusMessage *reply, const char *signature)
{
	DBusMessageIter iter, array, all;

	dbus_message_iter_init_append(reply, &iter);
	if (signature[0] != '(') {
		dbus_message_iter_open_container(&iter, DBUS_TYPE_ARRAY, signature + 1, &array);
		dbus_message_iter_close_container(&iter, &array);
		return;
	}
	dbus_message_iter_open_container(&iter, DBUS_TYPE_STRUCT, NULL, &all);
	for (size_t i = 0; i < 3; i++) {
		static const char *const parts[] = {"(sss)", "(sssias)", "(sas)"};

		dbus_message_iter_open_container(&all, DBUS_TYPE_ARRAY, parts[i], &array);
		dbus_message_iter_close_container(&all, &array);
	}
	dbus_message_iter_close_container(&iter, &all);
}

static void append_variant(DBusMessage *reply, const char *value)
{
	DBusMessageIter iter, variant;

	dbus_message_iter_init_append(reply, &iter);
	dbus_message_iter_open_container(&iter, DBUS_TYPE_VARIANT, "s", &variant);
	dbus_message_iter_append_basic(&variant, DBUS_TYPE_STRING, &value);
	dbus_message_iter_close_container(&iter, &variant);
}

static void append_string(DBusMessage *reply, const char *value)
{
	dbus_message_append_args(reply, DBUS_TYPE_STRING, &value, DBUS_TYPE_INVALID);
}

/* The zone that an object of the permanent configuration is. */
static const char *zone_of_path(const char *path)
{
	return zones[(path[strlen(path) - 1] - '0') % (int)ARRAY_SIZE(zones)];
}

static const char *property_of(const struct fakewall *wall, const char *property, const char *path)
{
	if (strcmp(property, "name") == 0)
		return zone_of_path(path);
	if (strcmp(property, "version") == 0)
		return wall->version;
	return strcmp(property, "FirewallBackend") == 0 ? wall->backend : wall->state;
}

static DBusMessage *answer_question(struct fakewall *wall, DBusMessage *call)
{
	const char *member = dbus_message_get_member(call), *path = dbus_message_get_path(call);
	DBusMessage *reply = dbus_message_new_method_return(call);
	const char *argument = "", *property = "";
	const dbus_bool_t panic = wall->fw.panic;

	if (wall->fail_reading && strcmp(member, "getZoneSettings2") == 0) {
		dbus_message_unref(reply);
		return dbus_message_new_error(call, NAME ".Exception", wall->fail_reading);
	}

	dbus_message_get_args(call, NULL, DBUS_TYPE_STRING, &argument, DBUS_TYPE_STRING, &property,
	                      DBUS_TYPE_INVALID);
	if (strcmp(member, "Get") == 0) {
		append_variant(reply, property_of(wall, property, path));
	} else if (strcmp(member, "getDefaultZone") == 0) {
		wall->n_readings++;
		append_string(reply, wall->fw.default_zone ? wall->fw.default_zone : "public");
	} else if (strcmp(member, "queryPanicMode") == 0) {
		dbus_message_append_args(reply, DBUS_TYPE_BOOLEAN, &panic, DBUS_TYPE_INVALID);
	} else if (strcmp(member, "getZones") == 0) {
		append_zones(reply, DBUS_TYPE_STRING);
	} else if (strcmp(member, "listZones") == 0) {
		append_zones(reply, DBUS_TYPE_OBJECT_PATH);
	} else if (strcmp(member, "getZoneSettings2") == 0) {
		dbus_message_get_args(call, NULL, DBUS_TYPE_STRING, &argument, DBUS_TYPE_INVALID);
		append_zone(reply, wall, argument, FIREWALL_RUNTIME);
	} else if (strcmp(member, "getSettings2") == 0) {
		append_zone(reply, wall, zone_of_path(path), FIREWALL_PERMANENT);
	} else if (strcmp(member, "getSettings") == 0) {
		append_nothing(reply, "(direct)");
	} else if (strcmp(member, "getAllChains") == 0) {
		append_nothing(reply, "a(sss)");
	} else if (strcmp(member, "getAllRules") == 0) {
		append_nothing(reply, "a(sssias)");
	} else if (strcmp(member, "listPolicies") == 0) {
		append_nothing(reply, "ao");
	} else if (strncmp(member, "get", 3) == 0) { /* policies, ipsets: none */
		append_nothing(reply, "as");
	} else {
		dbus_message_unref(reply);
		reply = dbus_message_new_error(call, DBUS_ERROR_UNKNOWN_METHOD, member);
	}
	return reply;
}

/* --- changes ----------------------------------------------------------------------------- */

/* Takes apart addService, removePort, changeZoneOfInterface. */
static const char *verb_of(const char *member, const struct kind **kind)
{
	static const char *const verbs[] = {"add", "remove", "changeZoneOf", "query"};

	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		for (size_t k = 0; k < ARRAY_SIZE(kinds); k++) {
			size_t n = strlen(verbs[i]);

			if (strncmp(member, verbs[i], n) != 0 ||
			    strcmp(member + n, kinds[k].member) != 0)
				continue;
			*kind = &kinds[k];
			return verbs[i];
		}
	return NULL;
}

static void read_item(struct item *out, DBusMessage *call, const struct kind *kind)
{
	const char *zone = "", *first = "", *second = "";
	char value[512], text[640];

	if (kind->n_parts == 2)
		dbus_message_get_args(call, NULL, DBUS_TYPE_STRING, &zone, DBUS_TYPE_STRING, &first,
		                      DBUS_TYPE_STRING, &second, DBUS_TYPE_INVALID);
	else
		dbus_message_get_args(call, NULL, DBUS_TYPE_STRING, &zone, DBUS_TYPE_STRING, &first,
		                      DBUS_TYPE_INVALID);
	snprintf(value, sizeof(value), "%s%s%s", first, *second ? "/" : "", second);
	snprintf(text, sizeof(text), "%s/%s:%s", zone, item_kind_name(kind->kind), value);
	*out = item_of(text);
}

static DBusMessage *refuse(DBusMessage *call, const char *words)
{
	return dbus_message_new_error(call, NAME ".Exception", words);
}

static DBusMessage *change(struct fakewall *wall, DBusMessage *call, const char *verb,
                           const struct item *item, const char *text)
{
	bool there = firewall_has(&wall->fw, item, FIREWALL_RUNTIME);
	bool add = strcmp(verb, "remove") != 0;
	DBusMessage *reply;

	if (wall->refuse && strstr(text, wall->refuse))
		return refuse(call, wall->error);
	if (wall->fw.panic && add)
		return refuse(call, "PANIC_MODE");
	if (add && there)
		return refuse(call, "ALREADY_ENABLED: it");
	if (!add && !there)
		return refuse(call, "NOT_ENABLED: it");
	reply = dbus_message_new_method_return(call);
	append_string(reply, item->zone);
	if (add && wall->forget && strstr(text, wall->forget))
		return reply;
	if (add)
		put(wall, item, FIREWALL_RUNTIME);
	else
		take(wall, item, FIREWALL_RUNTIME);
	signal_item(wall, item, add ? "Added" : "Removed", 0);
	return reply;
}

static DBusMessage *answer_item(struct fakewall *wall, DBusMessage *call, const char *verb,
                                const struct kind *kind)
{
	_cleanup_item_ struct item item = ITEM_NULL;
	_cleanup_free_ char *text = NULL, *what = NULL;
	DBusMessage *reply;
	dbus_bool_t there;

	read_item(&item, call, kind);
	must(item_format(&text, &item) == 0, "memory");
	if (strcmp(verb, "query") == 0) {
		there = firewall_has(&wall->fw, &item, FIREWALL_RUNTIME);
		reply = dbus_message_new_method_return(call);
		dbus_message_append_args(reply, DBUS_TYPE_BOOLEAN, &there, DBUS_TYPE_INVALID);
		return reply;
	}
	must(xasprintf(&what, "%s %s", verb, text) == 0, "memory");
	must(strv_add(&wall->calls, what) == 0, "memory");
	if (wall->on_change)
		wall->on_change(what, wall->userdata);
	return change(wall, call, verb, &item, text);
}

static DBusMessage *answer_reload(struct fakewall *wall, DBusMessage *call)
{
	must(strv_add(&wall->calls, "reload") == 0, "memory");
	if (wall->on_change)
		wall->on_change("reload", wall->userdata);
	if (wall->fail_reload)
		return refuse(call, wall->fail_reload);
	wall->broken = false;
	fakewall_reload(wall);
	return dbus_message_new_method_return(call);
}

/* Return: the error with which one that is broken answers; NULL: it answers this as ever. */
static DBusMessage *answer_broken(const struct fakewall *wall, DBusMessage *call)
{
	const char *member = dbus_message_get_member(call);
	DBusMessage *reply;

	if (!wall->broken)
		return NULL;
	if (strcmp(member, "getZones") == 0 || strcmp(member, "listZones") == 0) {
		reply = dbus_message_new_method_return(call);
		append_nothing(reply, strcmp(member, "getZones") == 0 ? "as" : "ao");
		return reply;
	}
	if (dbus_message_has_interface(call, NAME ".zone") || strcmp(member, "getZoneByName") == 0)
		return refuse(call, "INVALID_ZONE: public");
	return NULL;
}

static DBusMessage *answer(struct fakewall *wall, DBusMessage *call)
{
	const struct kind *kind = NULL;
	DBusMessage *broken = answer_broken(wall, call);
	const char *verb = verb_of(dbus_message_get_member(call), &kind);

	if (broken)
		return broken;
	if (strcmp(dbus_message_get_member(call), "reload") == 0)
		return answer_reload(wall, call);
	return verb && dbus_message_has_interface(call, NAME ".zone")
	           ? answer_item(wall, call, verb, kind)
	           : answer_question(wall, call);
}

static DBusHandlerResult on_call(DBusConnection *connection, DBusMessage *call, void *userdata)
{
	struct fakewall *wall = userdata;
	DBusMessage *reply;

	(void)connection;
	if (dbus_message_get_type(call) != DBUS_MESSAGE_TYPE_METHOD_CALL)
		return DBUS_HANDLER_RESULT_NOT_YET_HANDLED;
	snprintf(wall->bus->peer, sizeof(wall->bus->peer), "%s", dbus_message_get_sender(call));
	must(!dbus_message_get_auto_start(call), "a guest starts nobody: law 7");
	if (wall->deaf)
		return DBUS_HANDLER_RESULT_HANDLED;
	if (wall->silent && !wall->bus->held &&
	    strcmp(dbus_message_get_member(call), wall->silent) == 0) {
		wall->bus->held = dbus_message_ref(call);
		return DBUS_HANDLER_RESULT_HANDLED;
	}
	reply = answer(wall, call);
	/* it may have been stopped meanwhile */
	send_take(wall, reply);
	return DBUS_HANDLER_RESULT_HANDLED;
}

void fakewall_answer(struct fakewall *wall)
{
	DBusMessage *held = steal(wall->bus->held);

	wall->silent = NULL;
	if (!held)
		return;
	send_take(wall, answer(wall, held));
	dbus_message_unref(held);
}

void fakewall_drop_held(struct fakewall *wall)
{
	DBusMessage *held = steal(wall->bus->held);

	if (held)
		dbus_message_unref(held);
}

/* --- coming and going -------------------------------------------------------------------- */

/* Each start is another process, as far as anybody can see. */
static void be_new(const char *proc)
{
	static unsigned start_time = 1000;
	char path[256];
	FILE *file;

	mkdir(proc, 0700);
	snprintf(path, sizeof(path), "%.200s/%d", proc, (int)getpid());
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%.200s/%d/stat", proc, (int)getpid());
	file = fopen(path, "w");
	must(file != NULL, "stat");
	fprintf(file, "%d (firewalld) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 %u 0\n",
	        (int)getpid(), start_time++);
	fclose(file);
}

void fakewall_start(struct fakewall *wall, const char *address, const char *proc)
{
	struct fakewall_bus *bus = calloc(1, sizeof(*bus));

	must(bus != NULL, "memory");
	be_new(proc);
	if (!wall->state)
		wall->state = "RUNNING";
	if (!wall->version)
		wall->version = "1.3.3";
	if (!wall->backend)
		wall->backend = "iptables";
	bus->connection = dbus_connection_open_private(address, NULL);
	must(bus->connection && dbus_bus_register(bus->connection, NULL), "connect");
	dbus_connection_set_exit_on_disconnect(bus->connection, FALSE);
	dbus_connection_add_filter(bus->connection, on_call, wall, NULL);
	must(dbus_bus_request_name(bus->connection, NAME, 0, NULL) ==
	         DBUS_REQUEST_NAME_REPLY_PRIMARY_OWNER,
	     "name");
	wall->bus = bus;
}

void fakewall_stop(struct fakewall *wall)
{
	struct fakewall_bus *bus = steal(wall->bus);

	if (!bus)
		return;
	if (bus->held)
		dbus_message_unref(bus->held);
	if (bus->ping)
		dbus_pending_call_unref(bus->ping);
	dbus_connection_close(bus->connection);
	dbus_connection_unref(bus->connection);
	free(bus);
}

void fakewall_deinit(struct fakewall *wall)
{
	fakewall_stop(wall);
	firewall_deinit(&wall->fw);
	strv_deinit(&wall->calls);
}

void fakewall_turn(struct fakewall *wall)
{
	DBusConnection *connection = wall->bus ? wall->bus->connection : NULL;

	if (!connection)
		return;
	dbus_connection_ref(connection);
	dbus_connection_read_write(connection, 0);
	while (wall->bus && dbus_connection_dispatch(connection) == DBUS_DISPATCH_DATA_REMAINS)
		;
	if (wall->bus)
		dbus_connection_flush(connection);
	dbus_connection_unref(connection);
}
