# SPDX-License-Identifier: GPL-2.0-or-later
# All tests. `make check` runs what needs no root: units, what holds the house together, the man pages.
# tests/run runs everything, the labs included.
dist_check_SCRIPTS = tests/check-dead tests/check-includes tests/check-links tests/check-sleeps
EXTRA_DIST += tests/coverage tests/figures
# The policies of SELinux and AppArmor; tests/run runs it.
dist_noinst_SCRIPTS += tests/policy/run tests/policy/rules.py
EXTRA_DIST += tests/policy/selinux.table
TESTS += tests/check-dead tests/check-includes tests/check-links tests/check-sleeps
# Check's own limit of 4 s ends a test of a machine that is busy with something else.
AM_TESTS_ENVIRONMENT = CK_DEFAULT_TIMEOUT=$${CK_DEFAULT_TIMEOUT:-60}; export CK_DEFAULT_TIMEOUT;

# What the linker leaves out of the program when it gets all of guard/: tests/check-dead reads it.
WHOLE_HOUSE = libguard-base.a libguard-model.a libguard-system.a libguard-restore.a \
	libguard-watch.a libguard-audit.a libguard-report.a
check_DATA = tests/unreachable
tests/unreachable: $(reload_guard_OBJECTS) $(WHOLE_HOUSE)
	$(AM_V_GEN)$(MKDIR_P) tests && { LC_ALL=C $(CCLD) $(AM_CFLAGS) $(CFLAGS) $(AM_LDFLAGS) $(LDFLAGS) \
		-o $@.program $(reload_guard_OBJECTS) -Wl,--gc-sections -Wl,--print-gc-sections \
		-Wl,--whole-archive $(WHOLE_HOUSE) -Wl,--no-whole-archive $(reload_guard_LDADD) $(LIBS) \
		>$@.tmp 2>&1 || { cat $@.tmp; exit 1; }; } && rm -f $@.program && mv $@.tmp $@
CLEANFILES += tests/unreachable tests/unreachable.tmp tests/unreachable.program
include tests/unit/local.mk
include tests/fuzz/local.mk
include tests/bench/local.mk
include tests/lab/local.mk
include tests/machine/local.mk
include tests/faults/local.mk
