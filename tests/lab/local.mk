# SPDX-License-Identifier: GPL-2.0-or-later
# The lab's tools: what a client, a service manager and a listener on the bus see.
# lab.sh runs them; tests/lab/run runs the scenarios.
noinst_PROGRAMS += tests/lab/connect tests/lab/gaptable tests/lab/listener tests/lab/notify tests/lab/probe \
	tests/lab/signals tests/lab/tickets
tests_lab_connect_SOURCES = tests/lab/connect.c tests/lab/wire.c tests/lab/wire.h
tests_lab_notify_SOURCES = tests/lab/notify.c tests/lab/wire.c tests/lab/wire.h
tests_lab_probe_SOURCES = tests/lab/probe.c tests/lab/wire.c tests/lab/wire.h
tests_lab_signals_SOURCES = tests/lab/signals.c tests/lab/wire.c tests/lab/wire.h
# a disk that takes its time, a clock that is set
noinst_PROGRAMS += tests/lab/clock-step.so tests/lab/slow-sync.so
tests_lab_clock_step_so_SOURCES = tests/lab/clock-step.c
tests_lab_clock_step_so_CFLAGS = $(AM_CFLAGS) -fPIC -fno-sanitize=all
tests_lab_clock_step_so_LDFLAGS = -shared
tests_lab_clock_step_so_LDADD =
tests_lab_slow_sync_so_SOURCES = tests/lab/slow-sync.c
tests_lab_slow_sync_so_CFLAGS = $(AM_CFLAGS) -fPIC -fno-sanitize=all
tests_lab_slow_sync_so_LDFLAGS = -shared
tests_lab_slow_sync_so_LDADD =
dist_noinst_SCRIPTS += tests/lab/lab.sh tests/lab/run tests/lab/systemctl tests/lab/systemd-run tests/lab/soak.py tests/lab/walks tests/run tests/soak
EXTRA_DIST += packaging/deps tests/generations tests/generations.sh tests/waits.sh tests/lab/bans.sh tests/lab/calls.sh tests/lab/containers.sh tests/lab/flush.sh tests/lab/hang.sh tests/lab/iptables.sh tests/lab/lapi.py tests/lab/jail-actions.sh tests/lab/nm.sh tests/lab/port-walk.py tests/lab/random-walk.sh tests/lab/replaced.sh tests/lab/differential.py tests/lab/firewalls.sh tests/lab/fleet.py tests/lab/fleet.sh tests/lab/servers.py tests/lab/setup.sh tests/lab/soak.sh tests/lab/stock-actions.sh tests/lab/trust.sh tests/lab/service-manager.py \
	$(srcdir)/tests/lab/[0-9]*.sh

# The adapter for firewalld before a real firewalld that stalls, fails and dies; tests/run runs it.
check_PROGRAMS += tests/lab/firewalld-adapter
dist_check_SCRIPTS += tests/lab/firewalld-adapter.sh

# The model's verdicts against the kernel's, for the scenario of that name.
noinst_PROGRAMS += tests/lab/differential
