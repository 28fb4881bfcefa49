/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/fake-firewalld.h"

#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define NAME        "org.fedoraproject.FirewallD1"
#define ZONE_OBJECT "/org/fedoraproject/FirewallD1/config/zone/0"

static void must(bool what, const char *text)
{
	if (what)
		return;
	fprintf(stderr, "fake-firewalld: %s\n", text);
	abort();
}

/* --- the bus ----------------------------------------------------------------------------- */

static void write_config(const char *path, const char *address)
{
	FILE *file = fopen(path, "w");

	must(file, "fopen");
	fprintf(file,
	        "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\""
	        " \"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">\n"
	        "<busconfig><type>session</type><listen>%s</listen>\n"
	        "<policy context=\"default\"><allow send_destination=\"*\" eavesdrop=\"true\"/>"
	        "<allow eavesdrop=\"true\"/><allow own=\"*\"/></policy></busconfig>\n",
	        address);
	fclose(file);
}

/* The socket is there a moment before anyone listens on it. */
static bool is_listening(const char *path)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool ok;

	must(fd >= 0, "socket");
	snprintf(sa.sun_path, sizeof(sa.sun_path), "%.100s", path);
	ok = connect(fd, (struct sockaddr *)&sa, sizeof(sa)) == 0;
	close(fd);
	return ok;
}

pid_t fake_bus_start(const char *dir, char address[256])
{
	char config[256], option[300], path[256];
	pid_t pid;

	snprintf(address, 256, "unix:path=%.200s/bus", dir);
	snprintf(path, sizeof(path), "%.200s/bus", dir);
	snprintf(config, sizeof(config), "%.200s/bus.conf", dir);
	snprintf(option, sizeof(option), "--config-file=%s", config);
	unlink(path);
	write_config(config, address);
	pid = fork();
	must(pid >= 0, "fork");
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		must(freopen("/dev/null", "w", stderr), "freopen");
		execlp("dbus-daemon", "dbus-daemon", option, "--nofork", "--nopidfile",
		       (char *)NULL);
		_exit(127);
	}
	for (int i = 0; i < 2000 && !is_listening(path); i++)
		usleep(5000);
	return pid;
}

void fake_stop(pid_t *pid, int signo)
{
	if (*pid <= 0)
		return;
	kill(*pid, signo);
	kill(*pid, SIGCONT);
	waitpid(*pid, NULL, 0);
	*pid = 0;
}

/* --- answers ----------------------------------------------------------------------------- */

static void add_list(DBusMessageIter *dict, const char *key, const char *const values[])
{
	DBusMessageIter entry, variant, array;

	dbus_message_iter_open_container(dict, DBUS_TYPE_DICT_ENTRY, NULL, &entry);
	dbus_message_iter_append_basic(&entry, DBUS_TYPE_STRING, &key);
	dbus_message_iter_open_container(&entry, DBUS_TYPE_VARIANT, "as", &variant);
	dbus_message_iter_open_container(&variant, DBUS_TYPE_ARRAY, "s", &array);
	for (size_t i = 0; values[i]; i++)
		dbus_message_iter_append_basic(&array, DBUS_TYPE_STRING, &values[i]);
	dbus_message_iter_close_container(&variant, &array);
	dbus_message_iter_close_container(&entry, &variant);
	dbus_message_iter_close_container(dict, &entry);
}

static void add_settings(DBusMessage *reply, bool runtime)
{
	static const char *const in_runtime[] = {"ssh", "imaps", NULL};
	static const char *const permanent[] = {"ssh", NULL};
	/* The second is nothing that the model understands. */
	static const char *const protocols[] = {"gre", "no protocol/at all", NULL};
	static const char *const unknown[] = {"x", NULL};
	DBusMessageIter iter, dict;

	dbus_message_iter_init_append(reply, &iter);
	dbus_message_iter_open_container(&iter, DBUS_TYPE_ARRAY, "{sv}", &dict);
	add_list(&dict, "services", runtime ? in_runtime : permanent);
	add_list(&dict, "protocols", protocols);
	add_list(&dict, "key of a later release", unknown);
	dbus_message_iter_close_container(&iter, &dict);
}

static void add_chains(DBusMessageIter *iter, const char *chain)
{
	static const char *const family = "ipv4", *const table = "filter";
	DBusMessageIter array, entry;

	dbus_message_iter_open_container(iter, DBUS_TYPE_ARRAY, "(sss)", &array);
	dbus_message_iter_open_container(&array, DBUS_TYPE_STRUCT, NULL, &entry);
	dbus_message_iter_append_basic(&entry, DBUS_TYPE_STRING, &family);
	dbus_message_iter_append_basic(&entry, DBUS_TYPE_STRING, &table);
	dbus_message_iter_append_basic(&entry, DBUS_TYPE_STRING, &chain);
	dbus_message_iter_close_container(&array, &entry);
	dbus_message_iter_close_container(iter, &array);
}

static void add_rules(DBusMessageIter *iter, const char *chain)
{
	static const char *const words[] = {"ipv6", "filter", "-j", "it is dropped"};
	const dbus_int32_t priority = 7;
	DBusMessageIter array, entry, args;

	dbus_message_iter_open_container(iter, DBUS_TYPE_ARRAY, "(sssias)", &array);
	dbus_message_iter_open_container(&array, DBUS_TYPE_STRUCT, NULL, &entry);
	dbus_message_iter_append_basic(&entry, DBUS_TYPE_STRING, &words[0]);
	dbus_message_iter_append_basic(&entry, DBUS_TYPE_STRING, &words[1]);
	dbus_message_iter_append_basic(&entry, DBUS_TYPE_STRING, &chain);
	dbus_message_iter_append_basic(&entry, DBUS_TYPE_INT32, &priority);
	dbus_message_iter_open_container(&entry, DBUS_TYPE_ARRAY, "s", &args);
	dbus_message_iter_append_basic(&args, DBUS_TYPE_STRING, &words[2]);
	dbus_message_iter_append_basic(&args, DBUS_TYPE_STRING, &words[3]);
	dbus_message_iter_close_container(&entry, &args);
	dbus_message_iter_close_container(&array, &entry);
	dbus_message_iter_close_container(iter, &array);
}

/* The direct interface: chains, rules, or with its passthroughs all that is permanent. */
static void add_direct(DBusMessage *reply, const char *member)
{
	DBusMessageIter iter, all, none;

	dbus_message_iter_init_append(reply, &iter);
	if (strcmp(member, "getAllChains") == 0) {
		add_chains(&iter, "mine");
	} else if (strcmp(member, "getAllRules") == 0) {
		add_rules(&iter, "mine");
	} else {
		dbus_message_iter_open_container(&iter, DBUS_TYPE_STRUCT, NULL, &all);
		add_chains(&all, "permanent");
		add_rules(&all, "permanent");
		dbus_message_iter_open_container(&all, DBUS_TYPE_ARRAY, "(sas)", &none);
		dbus_message_iter_close_container(&all, &none);
		dbus_message_iter_close_container(&iter, &all);
	}
}

static void add_strings(DBusMessage *reply, int type, const char *value)
{
	const char **values = &value;

	must(dbus_message_append_args(reply, DBUS_TYPE_ARRAY, type, &values, value ? 1 : 0,
	                              DBUS_TYPE_INVALID),
	     "append");
}

static void add_variant(DBusMessage *reply, int type, const void *value)
{
	const char signature[] = {(char)type, 0};
	DBusMessageIter iter, variant;

	dbus_message_iter_init_append(reply, &iter);
	dbus_message_iter_open_container(&iter, DBUS_TYPE_VARIANT, signature, &variant);
	dbus_message_iter_append_basic(&variant, type, value);
	dbus_message_iter_close_container(&iter, &variant);
}

static void add_string(DBusMessage *reply, int type, const char *value)
{
	must(dbus_message_append_args(reply, type, &value, DBUS_TYPE_INVALID), "append");
}

static void add_wrong_values(DBusMessage *call, DBusMessage *reply)
{
	const dbus_int32_t number = 7;
	const char *key = "services";
	DBusMessageIter iter, dict, entry, variant;

	if (strcmp(dbus_message_get_member(call), "Get") == 0) {
		add_variant(reply, DBUS_TYPE_INT32, &number);
		return;
	}
	dbus_message_iter_init_append(reply, &iter);
	dbus_message_iter_open_container(&iter, DBUS_TYPE_ARRAY, "{sv}", &dict);
	dbus_message_iter_open_container(&dict, DBUS_TYPE_DICT_ENTRY, NULL, &entry);
	dbus_message_iter_append_basic(&entry, DBUS_TYPE_STRING, &key);
	dbus_message_iter_open_container(&entry, DBUS_TYPE_VARIANT, "i", &variant);
	dbus_message_iter_append_basic(&variant, DBUS_TYPE_INT32, &number);
	dbus_message_iter_close_container(&entry, &variant);
	dbus_message_iter_close_container(&dict, &entry);
	dbus_message_iter_close_container(&iter, &dict);
}

static const char *get_property_name(DBusMessage *call)
{
	const char *interface = "", *property = "";

	dbus_message_get_args(call, NULL, DBUS_TYPE_STRING, &interface, DBUS_TYPE_STRING, &property,
	                      DBUS_TYPE_INVALID);
	return property;
}

static void answer_well(DBusMessage *call, DBusMessage *reply)
{
	static const char *const running = "RUNNING", *const public = "public";
	const char *member = dbus_message_get_member(call);
	const dbus_bool_t no = FALSE;

	if (strcmp(member, "Get") == 0)
		add_variant(reply, DBUS_TYPE_STRING,
		            strcmp(get_property_name(call), "name") == 0 ? &public : &running);
	else if (strcmp(member, "getDefaultZone") == 0)
		add_string(reply, DBUS_TYPE_STRING, public);
	else if (strcmp(member, "queryPanicMode") == 0)
		must(dbus_message_append_args(reply, DBUS_TYPE_BOOLEAN, &no, DBUS_TYPE_INVALID),
		     "append");
	else if (strcmp(member, "getPolicies") == 0)
		add_strings(reply, DBUS_TYPE_STRING, NULL);
	else if (strcmp(member, "listPolicies") == 0)
		add_strings(reply, DBUS_TYPE_OBJECT_PATH, NULL);
	else if (strcmp(member, "getZones") == 0)
		add_strings(reply, DBUS_TYPE_STRING, public);
	else if (strcmp(member, "listZones") == 0)
		add_strings(reply, DBUS_TYPE_OBJECT_PATH, ZONE_OBJECT);
	else if (strcmp(member, "getZoneByName") == 0)
		add_string(reply, DBUS_TYPE_OBJECT_PATH, ZONE_OBJECT);
	else if (strncmp(member, "getAll", 6) == 0 ||
	         strcmp(dbus_message_get_interface(call), NAME ".config.direct") == 0)
		add_direct(reply, member);
	else if (strncmp(member, "add", 3) == 0 || strncmp(member, "remove", 6) == 0)
		add_string(reply, DBUS_TYPE_STRING, public);
	else
		add_settings(reply, strcmp(member, "getZoneSettings2") == 0);
}

static DBusMessage *answer_badly(DBusMessage *call, const struct fake_behaviour *behaviour)
{
	DBusMessage *reply = dbus_message_new_method_return(call);
	const dbus_int32_t number = 7;

	switch (behaviour->answer) {
	case FAKE_HANG:
		dbus_message_unref(reply);
		return NULL;
	case FAKE_EMPTY:
		break;
	case FAKE_NUMBER:
		dbus_message_append_args(reply, DBUS_TYPE_INT32, &number, DBUS_TYPE_INVALID);
		break;
	case FAKE_STRING:
		add_string(reply, DBUS_TYPE_STRING, "nothing of the kind");
		break;
	case FAKE_WRONG_VALUES:
		add_wrong_values(call, reply);
		break;
	case FAKE_ERROR:
		dbus_message_unref(reply);
		return dbus_message_new_error(call, NAME ".Exception", behaviour->text);
	case FAKE_UNKNOWN_METHOD:
		dbus_message_unref(reply);
		return dbus_message_new_error(call, DBUS_ERROR_UNKNOWN_METHOD, "no such method");
	case FAKE_BARE_ERROR:
		dbus_message_unref(reply);
		return dbus_message_new_error(call, NAME ".Exception", NULL);
	case FAKE_DIE:
		_exit(0);
	case FAKE_STATE:
		if (strcmp(get_property_name(call), "state") == 0)
			add_variant(reply, DBUS_TYPE_STRING, &behaviour->text);
		else
			answer_well(call, reply);
		break;
	}
	return reply;
}

static void copy_arguments(DBusMessageIter *from, DBusMessageIter *to);

static void copy_container(DBusMessageIter *from, int type, DBusMessageIter *to)
{
	DBusMessageIter inside, copy;
	char *signature;

	dbus_message_iter_recurse(from, &inside);
	signature = type == DBUS_TYPE_ARRAY || type == DBUS_TYPE_VARIANT
	                ? dbus_message_iter_get_signature(&inside)
	                : NULL;
	must(dbus_message_iter_open_container(to, type, signature, &copy), "open");
	dbus_free(signature);
	copy_arguments(&inside, &copy);
	dbus_message_iter_close_container(to, &copy);
}

static void copy_arguments(DBusMessageIter *from, DBusMessageIter *to)
{
	int type;

	while ((type = dbus_message_iter_get_arg_type(from)) != DBUS_TYPE_INVALID) {
		DBusBasicValue value;

		if (dbus_type_is_basic(type)) {
			dbus_message_iter_get_basic(from, &value);
			dbus_message_iter_append_basic(to, type, &value);
		} else {
			copy_container(from, type, to);
		}
		dbus_message_iter_next(from);
	}
}

static void emit(DBusConnection *connection, DBusMessage *call)
{
	const char *interface, *member;
	DBusMessageIter iter, to;
	DBusMessage *signal;

	dbus_message_iter_init(call, &iter);
	dbus_message_iter_get_basic(&iter, &interface);
	dbus_message_iter_next(&iter);
	dbus_message_iter_get_basic(&iter, &member);
	dbus_message_iter_next(&iter);
	signal = dbus_message_new_signal("/org/fedoraproject/FirewallD1", interface, member);
	dbus_message_iter_init_append(signal, &to);
	copy_arguments(&iter, &to);
	dbus_connection_send(connection, signal, NULL);
	dbus_message_unref(signal);
}

static DBusHandlerResult on_call(DBusConnection *connection, DBusMessage *call, void *userdata)
{
	const struct fake_behaviour *behaviour = userdata;
	DBusMessage *reply;

	if (dbus_message_get_type(call) != DBUS_MESSAGE_TYPE_METHOD_CALL)
		return DBUS_HANDLER_RESULT_NOT_YET_HANDLED;
	if (dbus_message_get_auto_start(call))
		abort(); /* a guest starts nobody: law 7 */
	if (dbus_message_is_method_call(call, FAKE_INTERFACE, "Emit")) {
		emit(connection, call);
		reply = dbus_message_new_method_return(call);
	} else if (behaviour->member &&
	           strcmp(behaviour->member, dbus_message_get_member(call)) == 0) {
		reply = answer_badly(call, behaviour);
	} else {
		reply = dbus_message_new_method_return(call);
		answer_well(call, reply);
	}
	if (reply) {
		dbus_connection_send(connection, reply, NULL);
		dbus_message_unref(reply);
	}
	return DBUS_HANDLER_RESULT_HANDLED;
}

static void serve(const char *address, struct fake_behaviour behaviour)
{
	DBusConnection *connection = dbus_connection_open_private(address, NULL);

	must(connection && dbus_bus_register(connection, NULL), "connect");
	dbus_connection_set_exit_on_disconnect(connection, TRUE);
	dbus_connection_add_filter(connection, on_call, &behaviour, NULL);
	must(dbus_bus_request_name(connection, NAME, 0, NULL) ==
	         DBUS_REQUEST_NAME_REPLY_PRIMARY_OWNER,
	     "name");
	while (dbus_connection_read_write_dispatch(connection, -1))
		;
}

pid_t fake_firewalld_start(const char *address, const struct fake_behaviour *behaviour)
{
	static const struct fake_behaviour good = {0};
	pid_t pid = fork();

	must(pid >= 0, "fork");
	if (pid > 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	serve(address, behaviour ? *behaviour : good);
	_exit(0);
}

DBusMessage *fake_emit(const char *interface, const char *member, int first_type, ...)
{
	DBusMessage *call = dbus_message_new_method_call(NAME, "/", FAKE_INTERFACE, "Emit");
	va_list args;

	must(dbus_message_append_args(call, DBUS_TYPE_STRING, &interface, DBUS_TYPE_STRING, &member,
	                              DBUS_TYPE_INVALID),
	     "append");
	va_start(args, first_type);
	if (first_type != DBUS_TYPE_INVALID)
		must(dbus_message_append_args_valist(call, first_type, args), "append");
	va_end(args);
	return call;
}
