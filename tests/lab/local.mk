# SPDX-License-Identifier: GPL-2.0-or-later
# The lab's tools: what a client, a service manager and a listener on the bus see.
# lab.sh runs them; tests/lab/run runs the scenarios.
noinst_PROGRAMS += tests/lab/connect tests/lab/gaptable tests/lab/listener tests/lab/notify tests/lab/probe \
	tests/lab/signals tests/lab/tickets
tests_lab_connect_SOURCES = tests/lab/connect.c tests/lab/wire.c tests/lab/wire.h
tests_lab_gaptable_SOURCES = tests/lab/gaptable.c
tests_lab_gaptable_LDADD = $(SYSTEM_LIBS)
tests_lab_listener_SOURCES = tests/lab/listener.c
tests_lab_notify_SOURCES = tests/lab/notify.c tests/lab/wire.c tests/lab/wire.h
tests_lab_probe_SOURCES = tests/lab/probe.c tests/lab/wire.c tests/lab/wire.h
tests_lab_signals_SOURCES = tests/lab/signals.c tests/lab/wire.c tests/lab/wire.h
tests_lab_signals_CPPFLAGS = $(AM_CPPFLAGS) $(DBUS_CFLAGS)
tests_lab_signals_LDADD = $(DBUS_LIBS)
tests_lab_tickets_SOURCES = tests/lab/tickets.c
tests_lab_tickets_LDADD = $(SYSTEM_LIBS)
dist_noinst_SCRIPTS += tests/lab/lab.sh tests/lab/run tests/run
dist_noinst_SCRIPTS += tests/lab/lab.sh tests/lab/run tests/lab/systemctl tests/lab/walks tests/run
EXTRA_DIST += packaging/deps tests/lab/bans.sh tests/lab/random-walk.sh tests/lab/differential.py tests/lab/servers.py \
	$(srcdir)/tests/lab/[0-9]*.sh

# The adapter of floor 2 before a real firewalld that stalls, fails and dies; tests/run runs it.
check_PROGRAMS += tests/lab/firewalld-adapter
tests_lab_firewalld_adapter_SOURCES = tests/lab/firewalld-adapter.c
tests_lab_firewalld_adapter_CPPFLAGS = $(AM_CPPFLAGS) $(DBUS_CFLAGS)
tests_lab_firewalld_adapter_LDADD = $(SYSTEM_LIBS)
dist_check_SCRIPTS += tests/lab/firewalld-adapter.sh

# The model's verdicts against the kernel's, for the scenario of that name.
noinst_PROGRAMS += tests/lab/differential
tests_lab_differential_SOURCES = tests/lab/differential.c
tests_lab_differential_CPPFLAGS = $(AM_CPPFLAGS) $(DBUS_CFLAGS)
tests_lab_differential_LDADD = $(SYSTEM_LIBS)
