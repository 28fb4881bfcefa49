/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fake-firewalld - a private bus, and somebody on it who calls himself firewalld
 *
 * Only for what the real one cannot be brought to do: hang in one method, give
 * answers of wrong types, emit malformed signals. It holds one zone, public,
 * with services ssh and imaps (runtime) and ssh (permanent).
 */
#ifndef TESTS_UNIT_FAKE_FIREWALLD_H
#define TESTS_UNIT_FAKE_FIREWALLD_H

#include <dbus/dbus.h>
#include <sys/types.h>

enum fake_answer {
	FAKE_HANG,           /* none */
	FAKE_EMPTY,          /* no arguments */
	FAKE_NUMBER,         /* an int32 */
	FAKE_STRING,         /* a string where something else belongs */
	FAKE_WRONG_VALUES,   /* a{sv} with values of wrong types; a variant with a number */
	FAKE_ERROR,          /* firewalld's exception, with the text of the behaviour */
	FAKE_UNKNOWN_METHOD, /* as a release without that member */
	FAKE_BARE_ERROR,     /* an error without any text */
	FAKE_DIE,            /* instead of answering */
	FAKE_STATE,          /* the state, as the text of the behaviour */
};

/* What one method does differently; the others answer as they should. */
struct fake_behaviour {
	const char *member; /* NULL: none */
	enum fake_answer answer;
	const char *text;
};

/* A bus with its socket in @dir; the same address after a restart. */
pid_t fake_bus_start(const char *dir, char address[256]);
pid_t fake_firewalld_start(const char *address, const struct fake_behaviour *behaviour);
void fake_stop(pid_t *pid, int signo);

/* The call that makes it emit a signal with these arguments, as of dbus_message_append_args(). */
DBusMessage *fake_emit(const char *interface, const char *member, int first_type, ...);

#define FAKE_INTERFACE "org.example.Fake"

#endif
