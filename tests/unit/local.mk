# SPDX-License-Identifier: GPL-2.0-or-later
# Unit tests, one program a module: tests/unit/test-NAME.c, and its name in this list. What it
# is built from and what it links has one default (LDADD in Makefile.am); that no floor uses one
# above it is what tests/check-links looks at.
if HAVE_CHECK
check_PROGRAMS += $(UNIT_TESTS)
TESTS += $(UNIT_TESTS)
endif
UNIT_TESTS = \
	tests/unit/test-absent \
	tests/unit/test-actionlog \
	tests/unit/test-announce \
	tests/unit/test-bankeeper \
	tests/unit/test-bankill \
	tests/unit/test-banlist \
	tests/unit/test-banplace \
	tests/unit/test-banplan \
	tests/unit/test-banpresent \
	tests/unit/test-banprior \
	tests/unit/test-banrule \
	tests/unit/test-banshape \
	tests/unit/test-banwatch \
	tests/unit/test-bootid \
	tests/unit/test-bus \
	tests/unit/test-busmonitor \
	tests/unit/test-cause \
	tests/unit/test-chainchange \
	tests/unit/test-checks \
	tests/unit/test-cidr \
	tests/unit/test-clientranges \
	tests/unit/test-config \
	tests/unit/test-conflict \
	tests/unit/test-conflictlist \
	tests/unit/test-confwatch \
	tests/unit/test-culprit \
	tests/unit/test-coverage \
	tests/unit/test-cycle \
	tests/unit/test-denial \
	tests/unit/test-denylist \
	tests/unit/test-dialogue \
	tests/unit/test-direct \
	tests/unit/test-directxml \
	tests/unit/test-dispatch \
	tests/unit/test-errand \
	tests/unit/test-explain \
	tests/unit/test-fail2ban \
	tests/unit/test-fail2ban-files \
	tests/unit/test-fail2ban-history \
	tests/unit/test-fail2ban-reply \
	tests/unit/test-fail2ban-time \
	tests/unit/test-finding \
	tests/unit/test-firewall \
	tests/unit/test-firewalld-answers \
	tests/unit/test-foreign \
	tests/unit/test-gap \
	tests/unit/test-gaptable \
	tests/unit/test-fold \
	tests/unit/test-generation \
	tests/unit/test-heard \
	tests/unit/test-hold \
	tests/unit/test-item \
	tests/unit/test-itemview \
	tests/unit/test-jailaction \
	tests/unit/test-jailuse \
	tests/unit/test-lines \
	tests/unit/test-listeners \
	tests/unit/test-lock \
	tests/unit/test-logfollow \
	tests/unit/test-logger \
	tests/unit/test-loginline \
	tests/unit/test-logins \
	tests/unit/test-loop \
	tests/unit/test-loss \
	tests/unit/test-makeshift \
	tests/unit/test-memory \
	tests/unit/test-mime \
	tests/unit/test-mismatch \
	tests/unit/test-nftrules \
	tests/unit/test-pace \
	tests/unit/test-pickle \
	tests/unit/test-portspace \
	tests/unit/test-process \
	tests/unit/test-property \
	tests/unit/test-protocol \
	tests/unit/test-rangeset \
	tests/unit/test-rangesfile \
	tests/unit/test-record \
	tests/unit/test-reject \
	tests/unit/test-remembered \
	tests/unit/test-repair \
	tests/unit/test-report \
	tests/unit/test-report-summary \
	tests/unit/test-richrule \
	tests/unit/test-rules-by-source \
	tests/unit/test-search \
	tests/unit/test-selinux \
	tests/unit/test-services \
	tests/unit/test-setup \
	tests/unit/test-shell \
	tests/unit/test-spool \
	tests/unit/test-store \
	tests/unit/test-store-bans \
	tests/unit/test-scarce \
	tests/unit/test-store-faults \
	tests/unit/test-store-steps \
	tests/unit/test-summary \
	tests/unit/test-takeover \
	tests/unit/test-text \
	tests/unit/test-ticket \
	tests/unit/test-timespec \
	tests/unit/test-tracker \
	tests/unit/test-unread \
	tests/unit/test-unrestored \
	tests/unit/test-util \
	tests/unit/test-walk \
	tests/unit/test-wholefile \
	tests/unit/test-xtables \
	tests/unit/test-zoneparts \
	tests/unit/test-zonexml
noinst_HEADERS += tests/unit/commands.h tests/unit/engine-world.h tests/unit/failing.h tests/unit/fake-clock.h \
	tests/unit/fake-fail2ban.h tests/unit/fake-firewalld.h tests/unit/fakewall.h tests/unit/firewalls.h tests/unit/jails.h tests/unit/rulesets.h \
	tests/unit/store-fixture.h tests/unit/unit.h
ENGINE_WORLD = tests/unit/engine-world.c tests/unit/fake-clock.c tests/unit/fake-fail2ban.c \
	tests/unit/fake-firewalld.c tests/unit/fakewall.c
tests_unit_test_announce_SOURCES = tests/unit/test-announce.c $(ENGINE_WORLD)
tests_unit_test_bankeeper_SOURCES = tests/unit/test-bankeeper.c $(ENGINE_WORLD)
tests_unit_test_banwatch_SOURCES = tests/unit/test-banwatch.c $(ENGINE_WORLD)
tests_unit_test_banshape_SOURCES = tests/unit/test-banshape.c tests/unit/fake-clock.c
tests_unit_test_bankill_SOURCES = tests/unit/test-bankill.c $(ENGINE_WORLD)
tests_unit_test_takeover_SOURCES = tests/unit/test-takeover.c $(ENGINE_WORLD)
tests_unit_test_errand_SOURCES = tests/unit/test-errand.c $(ENGINE_WORLD)
tests_unit_test_repair_SOURCES = tests/unit/test-repair.c $(ENGINE_WORLD)
tests_unit_test_scarce_SOURCES = tests/unit/test-scarce.c $(ENGINE_WORLD)
tests_unit_test_cycle_SOURCES = tests/unit/test-cycle.c $(ENGINE_WORLD)
tests_unit_test_bus_SOURCES = tests/unit/test-bus.c tests/unit/fake-firewalld.c
tests_unit_test_busmonitor_SOURCES = tests/unit/test-busmonitor.c tests/unit/fake-firewalld.c
EXTRA_DIST += tests/unit/golden/report.txt tests/unit/golden/report.html

# Long: PROPERTY_RUNS=1000000 tests/unit/test-property
# Long: BANKILL_ROUNDS=5000 tests/unit/test-bankill
# Long: SCARCE_EVERY=1 tests/unit/test-scarce

# Our parser of rich rules against firewalld's own, on rules made up at random. Skipped here (77)
# where firewalld is not installed; tests/run installs it first.
check_PROGRAMS += tests/unit/richrule-filter
dist_check_SCRIPTS += tests/unit/richrule-oracle
EXTRA_DIST += tests/unit/richrule-oracle.py
TESTS += tests/unit/richrule-oracle

dist_check_SCRIPTS += tests/unit/cli.sh
TESTS += tests/unit/cli.sh

