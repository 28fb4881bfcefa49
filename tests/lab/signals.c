// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * signals FILE - a trace of what firewalld tells everybody
 *
 * Writes Reloaded and the zones' signals to FILE, a line each: monotonic
 * microseconds of its arrival, member, arguments. Goes into the background,
 * printing its pid, once the bus has taken its matches.
 */
#include <dbus/dbus.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "tests/lab/wire.h"

static void write_line(FILE *out, DBusMessage *message)
{
	DBusMessageIter arg;

	fprintf(out, "%" PRId64 " %s", wire_now_us(), dbus_message_get_member(message));
	if (dbus_message_iter_init(message, &arg))
		do {
			const char *text;
			dbus_int32_t number;

			switch (dbus_message_iter_get_arg_type(&arg)) {
			case DBUS_TYPE_STRING:
				dbus_message_iter_get_basic(&arg, &text);
				fprintf(out, " %s", *text ? text : "-");
				break;
			case DBUS_TYPE_INT32:
				dbus_message_iter_get_basic(&arg, &number);
				fprintf(out, " %" PRId32, number);
				break;
			default:
				fputs(" ?", out);
			}
		} while (dbus_message_iter_next(&arg));
	fputc('\n', out);
	fflush(out);
}

static DBusConnection *subscribe(void)
{
	static const char *const matches[] = {
	    "type='signal',interface='org.fedoraproject.FirewallD1',member='Reloaded'",
	    "type='signal',interface='org.fedoraproject.FirewallD1.zone'",
	};
	DBusError error = DBUS_ERROR_INIT;
	DBusConnection *bus = dbus_bus_get_private(DBUS_BUS_SYSTEM, &error);

	if (bus) {
		dbus_connection_set_exit_on_disconnect(bus, FALSE);
		/* with an error to fill, each call waits for the bus's answer */
		for (size_t i = 0; i < 2 && !dbus_error_is_set(&error); i++)
			dbus_bus_add_match(bus, matches[i], &error);
	}
	if (!dbus_error_is_set(&error))
		return bus;
	fprintf(stderr, "signals: %s\n", error.message);
	dbus_error_free(&error);
	return NULL;
}

int main(int argc, char **argv)
{
	DBusConnection *bus;
	int ready[2];
	pid_t child;
	char byte;
	FILE *out;

	if (argc != 2) {
		fprintf(stderr, "usage: signals FILE\n");
		return 2;
	}
	out = fopen(argv[1], "w");
	if (!out || pipe(ready) < 0) {
		perror("signals");
		return 1;
	}
	/* libdbus connections do not live across fork(): the child makes its own */
	child = fork();
	if (child < 0)
		return 1;
	if (child > 0) {
		close(ready[1]);
		if (read(ready[0], &byte, 1) != 1)
			return 1;
		printf("%d\n", (int)child);
		return 0;
	}
	bus = subscribe();
	if (!bus)
		return 1;
	(void)!freopen("/dev/null", "w", stdout);
	if (write(ready[1], "", 1) != 1)
		return 1;
	close(ready[0]);
	close(ready[1]);
	while (dbus_connection_read_write(bus, -1)) {
		DBusMessage *message;

		while ((message = dbus_connection_pop_message(bus))) {
			if (dbus_message_get_type(message) == DBUS_MESSAGE_TYPE_SIGNAL &&
			    !dbus_message_has_interface(message, DBUS_INTERFACE_DBUS))
				write_line(out, message);
			dbus_message_unref(message);
		}
	}
	return 0;
}
