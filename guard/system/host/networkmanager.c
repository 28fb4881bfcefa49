// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/host/networkmanager.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "guard/system/host/busdict.h"

#define NAME       "org.freedesktop.NetworkManager"
#define DEVICE     NAME ".Device"
#define ACTIVE     NAME ".Connection.Active"
#define CONNECTION NAME ".Settings.Connection"

#define READ_MS  500
#define WRITE_MS 5000

/* NMSettingsConnectionFlags: made up for a device that somebody else has set up, or for now. */
#define NM_GENERATED 0x2
#define VOLATILE     0x4

/* NMActiveConnectionState */
enum { ACTIVATING = 1, ACTIVATED = 2 };

struct networkmanager {
	struct bus *bus; /* borrowed */
	struct bus_slot *slot;
	struct networkmanager_links links;
	size_t at;              /* the link whose settings are asked for */
	char *interface, *zone; /* to be set; NULL: it is only read */
	networkmanager_fn fn;
	void *userdata;
};

/** networkmanager_links_deinit() - release everything; the result is usable */
void networkmanager_links_deinit(struct networkmanager_links *links)
{
	for (size_t i = 0; i < links->n; i++) {
		free(links->rows[i].interface);
		free(links->rows[i].connection);
		free(links->rows[i].zone);
	}
	free(links->rows);
	*links = NETWORKMANAGER_LINKS_NULL;
}

/** networkmanager_links_have() - does NetworkManager keep this interface? */
bool networkmanager_links_have(const struct networkmanager_links *links, const char *interface)
{
	for (size_t i = 0; i < links->n; i++)
		if (strcmp(links->rows[i].interface, interface) == 0)
			return true;
	return false;
}

/* --- messages ---------------------------------------------------------------------------- */

static bool find_basic(const DBusMessageIter *array, const char *key, int type, void *out)
{
	DBusMessageIter value;

	if (!busdict_find(array, key, &value) || dbus_message_iter_get_arg_type(&value) != type)
		return false;
	dbus_message_iter_get_basic(&value, out);
	return true;
}

/* A property of one of the managed objects. */
static bool find_property(const DBusMessageIter *objects, const char *path, const char *interface,
                          const char *name, int type, void *out)
{
	DBusMessageIter interfaces, properties;

	return busdict_find(objects, path, &interfaces) &&
	       busdict_find(&interfaces, interface, &properties) &&
	       find_basic(&properties, name, type, out);
}

static DBusMessage *call_of(const char *path, const char *interface, const char *member)
{
	return dbus_message_new_method_call(NAME, path, interface, member);
}

static bool copy_value(DBusMessageIter *from, DBusMessageIter *to);

static bool copy_content(DBusMessageIter *from, DBusMessageIter *to, const char *signature)
{
	DBusMessageIter inside, copy;
	bool fine = dbus_message_iter_open_container(to, dbus_message_iter_get_arg_type(from),
	                                             signature, &copy);

	if (!fine)
		return false;
	dbus_message_iter_recurse(from, &inside);
	while (fine && dbus_message_iter_get_arg_type(&inside) != DBUS_TYPE_INVALID) {
		fine = copy_value(&inside, &copy);
		dbus_message_iter_next(&inside);
	}
	return dbus_message_iter_close_container(to, &copy) && fine;
}

static bool copy_container(DBusMessageIter *from, DBusMessageIter *to)
{
	int type = dbus_message_iter_get_arg_type(from);
	DBusMessageIter inside;
	char *signature;
	bool fine;

	if (type == DBUS_TYPE_STRUCT || type == DBUS_TYPE_DICT_ENTRY)
		return copy_content(from, to, NULL);
	dbus_message_iter_recurse(from, &inside);
	signature = dbus_message_iter_get_signature(type == DBUS_TYPE_ARRAY ? from : &inside);
	/* of an array what its elements are, also when there are none */
	fine = signature && copy_content(from, to, signature + (type == DBUS_TYPE_ARRAY));
	dbus_free(signature);
	return fine;
}

static bool copy_value(DBusMessageIter *from, DBusMessageIter *to)
{
	int type = dbus_message_iter_get_arg_type(from);
	DBusBasicValue value;

	if (!dbus_type_is_basic(type))
		return copy_container(from, to);
	dbus_message_iter_get_basic(from, &value);
	return dbus_message_iter_append_basic(to, type, &value);
}

static bool append_zone(DBusMessageIter *setting, const char *zone)
{
	DBusMessageIter entry, variant;
	const char *key = "zone";

	return dbus_message_iter_open_container(setting, DBUS_TYPE_DICT_ENTRY, NULL, &entry) &&
	       dbus_message_iter_append_basic(&entry, DBUS_TYPE_STRING, &key) &&
	       dbus_message_iter_open_container(&entry, DBUS_TYPE_VARIANT, "s", &variant) &&
	       dbus_message_iter_append_basic(&variant, DBUS_TYPE_STRING, &zone) &&
	       dbus_message_iter_close_container(&entry, &variant) &&
	       dbus_message_iter_close_container(setting, &entry);
}

static bool is_key(const DBusMessageIter *entry, const char *key)
{
	DBusMessageIter copy = *entry, inside;
	const char *name;

	dbus_message_iter_recurse(&copy, &inside);
	dbus_message_iter_get_basic(&inside, &name);
	return strcmp(name, key) == 0;
}

/* The entry "connection", with another zone. */
static bool copy_connection(DBusMessageIter *from, DBusMessageIter *to, const char *zone)
{
	DBusMessageIter inside, entry, setting, property;

	dbus_message_iter_recurse(from, &inside);
	if (!dbus_message_iter_open_container(to, DBUS_TYPE_DICT_ENTRY, NULL, &entry) ||
	    !copy_value(&inside, &entry) ||
	    !dbus_message_iter_open_container(&entry, DBUS_TYPE_ARRAY, "{sv}", &setting))
		return false;
	dbus_message_iter_next(&inside);
	dbus_message_iter_recurse(&inside, &property);
	for (; dbus_message_iter_get_arg_type(&property) == DBUS_TYPE_DICT_ENTRY;
	     dbus_message_iter_next(&property))
		if (!is_key(&property, "zone") && !copy_value(&property, &setting))
			return false;
	return append_zone(&setting, zone) && dbus_message_iter_close_container(&entry, &setting) &&
	       dbus_message_iter_close_container(to, &entry);
}

static bool copy_settings(DBusMessage *settings, DBusMessage *update, const char *zone)
{
	DBusMessageIter from, to, array, entry;

	dbus_message_iter_init(settings, &from);
	dbus_message_iter_init_append(update, &to);
	if (!dbus_message_iter_open_container(&to, DBUS_TYPE_ARRAY, "{sa{sv}}", &array))
		return false;
	dbus_message_iter_recurse(&from, &entry);
	for (; dbus_message_iter_get_arg_type(&entry) == DBUS_TYPE_DICT_ENTRY;
	     dbus_message_iter_next(&entry))
		if (!(is_key(&entry, "connection") ? copy_connection(&entry, &array, zone)
		                                   : copy_value(&entry, &array)))
			return false;
	return dbus_message_iter_close_container(&to, &array);
}

/* Update keeps the secrets that GetSettings does not give. */
static DBusMessage *message_update(DBusMessage *settings, const char *connection, const char *zone)
{
	DBusMessage *update = call_of(connection, CONNECTION, "Update");

	if (!update || copy_settings(settings, update, zone))
		return update;
	dbus_message_unref(update);
	return NULL;
}

/* --- a question --------------------------------------------------------------------------- */

static void question_free(struct networkmanager *question)
{
	bus_cancel(question->slot);
	networkmanager_links_deinit(&question->links);
	free(question->interface);
	free(question->zone);
	free(question);
}

static void finish(struct networkmanager *question, int result)
{
	networkmanager_fn fn = question->fn;
	struct networkmanager_links links = question->links;
	void *userdata = question->userdata;

	question->links = NETWORKMANAGER_LINKS_NULL;
	question_free(question);
	if (result != 0)
		networkmanager_links_deinit(&links);
	fn(result, &links, userdata);
	networkmanager_links_deinit(&links);
}

static void ask(struct networkmanager *question, DBusMessage *take, int timeout_ms, bus_reply_fn fn)
{
	if (bus_call(question->bus, &question->slot, take, timeout_ms, fn, question) != 0)
		finish(question, NETWORKMANAGER_E_AWAY);
}

static void on_updated(int result, DBusMessage *reply _unused_, void *userdata)
{
	struct networkmanager *question = userdata;

	question->slot = NULL;
	finish(question, result == 0 ? 0 : NETWORKMANAGER_E_REFUSED);
}

static void ask_settings(struct networkmanager *question);

static void on_settings(int result, DBusMessage *reply, void *userdata)
{
	struct networkmanager *question = userdata;
	struct networkmanager_link *link = &question->links.rows[question->at++];
	DBusMessageIter settings, connection;
	const char *zone = "";

	question->slot = NULL;
	if (result != 0 || !dbus_message_has_signature(reply, "a{sa{sv}}") ||
	    !dbus_message_iter_init(reply, &settings)) {
		finish(question, NETWORKMANAGER_E_AWAY);
		return;
	}
	if (question->zone) {
		ask(question, message_update(reply, link->connection, question->zone), WRITE_MS,
		    on_updated);
		return;
	}
	if (busdict_find(&settings, "connection", &connection))
		(void)find_basic(&connection, "zone", DBUS_TYPE_STRING, &zone);
	free(link->zone);
	link->zone = strdup(zone);
	if (link->zone)
		ask_settings(question);
	else
		finish(question, NETWORKMANAGER_E_AWAY);
}

static void ask_settings(struct networkmanager *question)
{
	const struct networkmanager_links *links = &question->links;

	while (question->interface && question->at < links->n &&
	       strcmp(links->rows[question->at].interface, question->interface) != 0)
		question->at++;
	if (question->at < links->n)
		ask(question,
		    call_of(links->rows[question->at].connection, CONNECTION, "GetSettings"),
		    READ_MS, on_settings);
	else
		finish(question, question->interface ? NETWORKMANAGER_E_OTHER : 0);
}

/* Not what is set up by others, and only looked at: there it sends no zone. */
static bool is_kept(const DBusMessageIter *objects, const char *device, const char **interface,
                    const char **connection)
{
	dbus_uint32_t state = 0, flags = 0;
	dbus_bool_t vpn = FALSE;
	const char *active;

	if (!find_property(objects, device, DEVICE, "ActiveConnection", DBUS_TYPE_OBJECT_PATH,
	                   &active) ||
	    !find_property(objects, active, ACTIVE, "Connection", DBUS_TYPE_OBJECT_PATH,
	                   connection))
		return false;
	(void)find_property(objects, active, ACTIVE, "State", DBUS_TYPE_UINT32, &state);
	(void)find_property(objects, active, ACTIVE, "Vpn", DBUS_TYPE_BOOLEAN, &vpn);
	(void)find_property(objects, *connection, CONNECTION, "Flags", DBUS_TYPE_UINT32, &flags);
	if ((state != ACTIVATING && state != ACTIVATED) || vpn || flags & (NM_GENERATED | VOLATILE))
		return false;
	if (find_property(objects, device, DEVICE, "IpInterface", DBUS_TYPE_STRING, interface) &&
	    **interface)
		return true;
	return find_property(objects, device, DEVICE, "Interface", DBUS_TYPE_STRING, interface) &&
	       **interface;
}

static int add_link(struct networkmanager_links *links, const char *interface,
                    const char *connection)
{
	struct networkmanager_link *link;

	if (grow(&links->rows, &links->capacity, links->n + 1, sizeof(*links->rows)) < 0)
		return -ENOMEM;
	link = &links->rows[links->n++];
	*link = (struct networkmanager_link){
	    .interface = strdup(interface), .connection = strdup(connection), .zone = strdup("")};
	return link->interface && link->connection && link->zone ? 0 : -ENOMEM;
}

static int take_objects(struct networkmanager_links *links, const DBusMessageIter *objects)
{
	const char *path, *interface, *connection;
	DBusMessageIter object;
	struct busdict dict;
	int r = 0;

	if (!busdict_begin(&dict, objects))
		return -EINVAL;
	while (r == 0 && busdict_next(&dict, &path, &object))
		if (is_kept(objects, path, &interface, &connection))
			r = add_link(links, interface, connection);
	return r;
}

static void on_objects(int result, DBusMessage *reply, void *userdata)
{
	struct networkmanager *question = userdata;
	DBusMessageIter objects;

	question->slot = NULL;
	if (result != 0 || !dbus_message_has_signature(reply, "a{oa{sa{sv}}}") ||
	    !dbus_message_iter_init(reply, &objects) ||
	    take_objects(&question->links, &objects) < 0)
		finish(question, NETWORKMANAGER_E_AWAY);
	else
		ask_settings(question);
}

static int start(struct networkmanager **out, struct networkmanager *question)
{
	int r = bus_call(
	    question->bus, &question->slot,
	    call_of("/org/freedesktop", "org.freedesktop.DBus.ObjectManager", "GetManagedObjects"),
	    READ_MS, on_objects, question);

	if (r != 0) {
		question_free(question);
		return r < 0 ? r : NETWORKMANAGER_E_AWAY;
	}
	*out = question;
	return 0;
}

static struct networkmanager *question_new(struct bus *bus, networkmanager_fn fn, void *userdata)
{
	struct networkmanager *question = calloc(1, sizeof(*question));

	if (question) {
		question->bus = bus;
		question->fn = fn;
		question->userdata = userdata;
	}
	return question;
}

/**
 * networkmanager_read() - the interfaces that it keeps, and the zones of their connections
 * @out: receives what can be cancelled, until @fn was called
 * @bus: borrowed, must outlive the question
 * @fn:  called once, never inside
 *
 * Return: 0; NETWORKMANAGER_E_AWAY; -ENOMEM.
 */
int networkmanager_read(struct networkmanager **out, struct bus *bus, networkmanager_fn fn,
                        void *userdata)
{
	struct networkmanager *question = question_new(bus, fn, userdata);

	return question ? start(out, question) : -ENOMEM;
}

/**
 * networkmanager_set_zone() - write the zone of an interface into its connection
 * @zone: copied, as @interface
 *
 * As firewall-cmd --permanent --change-interface does. @fn is called with 0 when it is
 * written, NETWORKMANAGER_E_OTHER when no connection of its has the interface.
 *
 * Return: 0; NETWORKMANAGER_E_AWAY; -ENOMEM.
 */
int networkmanager_set_zone(struct networkmanager **out, struct bus *bus, const char *interface,
                            const char *zone, networkmanager_fn fn, void *userdata)
{
	struct networkmanager *question = question_new(bus, fn, userdata);

	if (!question)
		return -ENOMEM;
	question->interface = strdup(interface);
	question->zone = strdup(zone);
	if (question->interface && question->zone)
		return start(out, question);
	question_free(question);
	return -ENOMEM;
}

/** networkmanager_cancel() - its function is not called any more */
void networkmanager_cancel(struct networkmanager *question)
{
	if (question)
		question_free(question);
}
