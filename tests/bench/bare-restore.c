// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bare-restore ZONE SERVICE... - the floor that a restore is measured against
 *
 * On Reloaded it sends one addService call for each SERVICE, all at once, and
 * checks nothing: not what was lost, not what was meant, not what became of it.
 * Goes into the background, printing its pid, once the bus has taken its match.
 */
#include <dbus/dbus.h>
#include <stdio.h>
#include <unistd.h>

static const char reloaded[] =
    "type='signal',interface='org.fedoraproject.FirewallD1',member='Reloaded'";

static DBusConnection *subscribe(void)
{
	DBusError error = DBUS_ERROR_INIT;
	DBusConnection *bus = dbus_bus_get_private(DBUS_BUS_SYSTEM, &error);

	if (bus) {
		dbus_connection_set_exit_on_disconnect(bus, FALSE);
		dbus_bus_add_match(bus, reloaded, &error);
	}
	if (!dbus_error_is_set(&error))
		return bus;
	fprintf(stderr, "bare-restore: %s\n", error.message);
	dbus_error_free(&error);
	return NULL;
}

static void add_service(DBusConnection *bus, const char *zone, const char *service)
{
	dbus_int32_t timeout = 0;
	DBusMessage *call = dbus_message_new_method_call(
	    "org.fedoraproject.FirewallD1", "/org/fedoraproject/FirewallD1",
	    "org.fedoraproject.FirewallD1.zone", "addService");

	if (!call)
		return;
	dbus_message_set_auto_start(call, FALSE);
	if (dbus_message_append_args(call, DBUS_TYPE_STRING, &zone, DBUS_TYPE_STRING, &service,
	                             DBUS_TYPE_INT32, &timeout, DBUS_TYPE_INVALID))
		dbus_connection_send(bus, call, NULL);
	dbus_message_unref(call);
}

int main(int argc, char **argv)
{
	DBusConnection *bus;
	int ready[2];
	pid_t child;
	char byte;

	if (argc < 3) {
		fprintf(stderr, "usage: bare-restore ZONE SERVICE...\n");
		return 2;
	}
	if (pipe(ready) < 0 || (child = fork()) < 0) {
		perror("bare-restore");
		return 1;
	}
	if (child > 0) {
		close(ready[1]);
		if (read(ready[0], &byte, 1) != 1)
			return 1;
		printf("%d\n", (int)child);
		return 0;
	}
	bus = subscribe();
	(void)!freopen("/dev/null", "w", stdout);
	if (!bus || write(ready[1], "", 1) != 1)
		return 1;
	close(ready[0]);
	close(ready[1]);
	while (dbus_connection_read_write(bus, -1)) {
		DBusMessage *message;

		while ((message = dbus_connection_pop_message(bus))) {
			if (dbus_message_is_signal(message, "org.fedoraproject.FirewallD1",
			                           "Reloaded"))
				for (int i = 2; i < argc; i++)
					add_service(bus, argv[1], argv[i]);
			dbus_message_unref(message);
		}
	}
	return 0;
}
