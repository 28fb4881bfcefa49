# SPDX-License-Identifier: GPL-2.0-or-later
# Benchmarks: run by hand, on a built tree.
noinst_PROGRAMS += tests/bench/bare-restore
tests_bench_bare_restore_SOURCES = tests/bench/bare-restore.c
tests_bench_bare_restore_CPPFLAGS = $(AM_CPPFLAGS) $(DBUS_CFLAGS)
tests_bench_bare_restore_LDADD = $(DBUS_LIBS)
dist_noinst_SCRIPTS += tests/bench/gap tests/bench/outage
EXTRA_DIST += tests/bench/gap-rounds.sh tests/bench/outage-rounds.sh
noinst_PROGRAMS += tests/bench/bans
tests_bench_bans_SOURCES = tests/bench/bans.c
tests_bench_bans_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_bench_bans_LDADD = $(SYSTEM_LIBS)
dist_noinst_SCRIPTS += tests/bench/conflicts-others
noinst_PROGRAMS += tests/bench/conflicts
tests_bench_conflicts_SOURCES = tests/bench/conflicts.c
tests_bench_conflicts_LDADD = $(MODEL_LIBS)
