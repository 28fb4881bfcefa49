# SPDX-License-Identifier: GPL-2.0-or-later
# Benchmarks: run by hand, on a built tree.
dist_noinst_SCRIPTS += tests/bench/all
noinst_PROGRAMS += tests/bench/bare-restore
dist_noinst_SCRIPTS += tests/bench/gap tests/bench/hook tests/bench/outage
EXTRA_DIST += tests/bench/gap-rounds.sh tests/bench/outage-rounds.sh
noinst_PROGRAMS += tests/bench/bans
dist_noinst_SCRIPTS += tests/bench/conflicts-others
noinst_PROGRAMS += tests/bench/conflicts
EXTRA_DIST += tests/bench/prefix.h
noinst_PROGRAMS += tests/bench/scale
noinst_PROGRAMS += tests/bench/large
noinst_PROGRAMS += tests/bench/notices
dist_noinst_SCRIPTS += tests/bench/flood
EXTRA_DIST += tests/bench/flood-rounds.sh
dist_noinst_SCRIPTS += tests/bench/idle
EXTRA_DIST += tests/bench/idle-rounds.sh
dist_noinst_SCRIPTS += tests/bench/memory
EXTRA_DIST += tests/bench/memory-rounds.sh
dist_check_SCRIPTS += tests/bench/check-growth
TESTS += tests/bench/check-growth
