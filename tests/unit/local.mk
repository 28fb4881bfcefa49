# SPDX-License-Identifier: GPL-2.0-or-later
# Unit tests, one program a module. A test links only its module's floor and the floors below.
if HAVE_CHECK
check_PROGRAMS += $(UNIT_TESTS)
TESTS += $(UNIT_TESTS)
endif
UNIT_TESTS = \
	tests/unit/test-banlist \
	tests/unit/test-banplan \
	tests/unit/test-bus \
	tests/unit/test-busmonitor \
	tests/unit/test-cause \
	tests/unit/test-cidr \
	tests/unit/test-clientranges \
	tests/unit/test-config \
	tests/unit/test-confwatch \
	tests/unit/test-conflict \
	tests/unit/test-conflictlist \
	tests/unit/test-coverage \
	tests/unit/test-dialogue \
	tests/unit/test-direct \
	tests/unit/test-denial \
	tests/unit/test-f2breply \
	tests/unit/test-f2btime \
	tests/unit/test-drift \
	tests/unit/test-explain \
	tests/unit/test-fail2ban \
	tests/unit/test-fail2ban-history \
	tests/unit/test-finding \
	tests/unit/test-firewall \
	tests/unit/test-gap \
	tests/unit/test-gaptable \
	tests/unit/test-fwruleset \
	tests/unit/test-item \
	tests/unit/test-jailaction \
	tests/unit/test-journal \
	tests/unit/test-lines \
	tests/unit/test-listeners \
	tests/unit/test-lock \
	tests/unit/test-logfollow \
	tests/unit/test-loginline \
	tests/unit/test-loop \
	tests/unit/test-loss \
	tests/unit/test-nftrules \
	tests/unit/test-mime \
	tests/unit/test-pace \
	tests/unit/test-pickle \
	tests/unit/test-period \
	tests/unit/test-process \
	tests/unit/test-rangeset \
	tests/unit/test-rangesfile \
	tests/unit/test-reach \
	tests/unit/test-report \
	tests/unit/test-report-period \
	tests/unit/test-richrule \
	tests/unit/test-spool \
	tests/unit/test-store \
	tests/unit/test-store-bans \
	tests/unit/test-store-faults \
	tests/unit/test-text \
	tests/unit/test-ticket \
	tests/unit/test-timespec \
	tests/unit/test-tracker \
	tests/unit/test-util \
	tests/unit/test-verdict \
	tests/unit/test-zonexml
MODEL_TEST_LIBS = $(MODEL_LIBS) $(CHECK_LIBS)
SYSTEM_TEST_LIBS = $(SYSTEM_LIBS) $(CHECK_LIBS)
WATCH_TEST_LIBS = $(WATCH_LIBS) $(CHECK_LIBS)

tests_unit_test_banlist_SOURCES = tests/unit/test-banlist.c tests/unit/firewalls.h \
	tests/unit/store-fixture.h tests/unit/unit.h
tests_unit_test_banlist_CPPFLAGS = $(AM_CPPFLAGS) $(DBUS_CFLAGS) $(SQLITE_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_banlist_LDADD = $(WATCH_TEST_LIBS)

tests_unit_test_banplan_SOURCES = tests/unit/test-banplan.c tests/unit/unit.h
tests_unit_test_banplan_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_banplan_LDADD = $(MODEL_TEST_LIBS)

tests_unit_test_item_SOURCES = tests/unit/test-item.c tests/unit/unit.h
tests_unit_test_item_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_item_LDADD = $(MODEL_TEST_LIBS)

tests_unit_test_dialogue_SOURCES = tests/unit/test-dialogue.c tests/unit/unit.h
tests_unit_test_dialogue_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_dialogue_LDADD = $(MODEL_TEST_LIBS)

tests_unit_test_mime_SOURCES = tests/unit/test-mime.c tests/unit/unit.h
tests_unit_test_mime_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_mime_LDADD = $(MODEL_TEST_LIBS)

tests_unit_test_period_SOURCES = tests/unit/test-period.c tests/unit/unit.h
tests_unit_test_period_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_period_LDADD = $(WATCH_TEST_LIBS)

tests_unit_test_report_period_SOURCES = tests/unit/test-report-period.c tests/unit/unit.h
tests_unit_test_report_period_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_report_period_LDADD = $(WATCH_TEST_LIBS)
EXTRA_DIST += tests/unit/golden/report.txt tests/unit/golden/report.html

tests_unit_test_finding_SOURCES = tests/unit/test-finding.c tests/unit/unit.h
tests_unit_test_finding_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_finding_LDADD = $(MODEL_TEST_LIBS)

tests_unit_test_f2breply_SOURCES = tests/unit/test-f2breply.c tests/unit/unit.h
tests_unit_test_f2breply_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_f2breply_LDADD = $(MODEL_TEST_LIBS)
tests_unit_test_jailaction_SOURCES = tests/unit/test-jailaction.c tests/unit/unit.h
tests_unit_test_jailaction_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_jailaction_LDADD = $(MODEL_TEST_LIBS)
tests_unit_test_pickle_SOURCES = tests/unit/test-pickle.c tests/unit/unit.h
tests_unit_test_pickle_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_pickle_LDADD = $(MODEL_TEST_LIBS)
tests_unit_test_ticket_SOURCES = tests/unit/test-ticket.c tests/unit/unit.h
tests_unit_test_ticket_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_ticket_LDADD = $(MODEL_TEST_LIBS)

tests_unit_test_firewall_SOURCES = tests/unit/test-firewall.c tests/unit/firewalls.h tests/unit/unit.h
tests_unit_test_firewall_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_firewall_LDADD = $(MODEL_TEST_LIBS)

tests_unit_test_loss_SOURCES = tests/unit/test-loss.c tests/unit/firewalls.h tests/unit/unit.h
tests_unit_test_loss_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_loss_LDADD = $(MODEL_TEST_LIBS)

tests_unit_test_tracker_SOURCES = tests/unit/test-tracker.c tests/unit/firewalls.h tests/unit/unit.h
tests_unit_test_tracker_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_tracker_LDADD = $(WATCH_TEST_LIBS)

tests_unit_test_loop_SOURCES = tests/unit/test-loop.c tests/unit/unit.h
tests_unit_test_loop_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_loop_LDADD = $(SYSTEM_TEST_LIBS)

tests_unit_test_bus_SOURCES = tests/unit/test-bus.c tests/unit/unit.h \
	tests/unit/fake-firewalld.c tests/unit/fake-firewalld.h
tests_unit_test_bus_CPPFLAGS = $(AM_CPPFLAGS) $(DBUS_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_bus_LDADD = $(SYSTEM_TEST_LIBS)

tests_unit_test_store_SOURCES = tests/unit/test-store.c tests/unit/store-fixture.h tests/unit/unit.h
tests_unit_test_store_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_store_LDADD = $(SYSTEM_TEST_LIBS)

tests_unit_test_store_bans_SOURCES = tests/unit/test-store-bans.c tests/unit/store-fixture.h tests/unit/unit.h
tests_unit_test_store_bans_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_store_bans_LDADD = $(SYSTEM_TEST_LIBS)

tests_unit_test_store_faults_SOURCES = tests/unit/test-store-faults.c tests/unit/store-fixture.h tests/unit/unit.h
tests_unit_test_store_faults_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_store_faults_LDADD = $(SYSTEM_TEST_LIBS)

tests_unit_test_spool_SOURCES = tests/unit/test-spool.c tests/unit/store-fixture.h tests/unit/unit.h
tests_unit_test_spool_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_spool_LDADD = $(SYSTEM_TEST_LIBS)
tests_unit_test_busmonitor_SOURCES = tests/unit/test-busmonitor.c tests/unit/unit.h \
	tests/unit/fake-firewalld.c tests/unit/fake-firewalld.h
tests_unit_test_busmonitor_CPPFLAGS = $(AM_CPPFLAGS) $(DBUS_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_busmonitor_LDADD = $(SYSTEM_TEST_LIBS)
tests_unit_test_cause_SOURCES = tests/unit/test-cause.c tests/unit/unit.h
tests_unit_test_cause_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_cause_LDADD = $(MODEL_TEST_LIBS)
tests_unit_test_cidr_SOURCES = tests/unit/test-cidr.c tests/unit/unit.h
tests_unit_test_cidr_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_cidr_LDADD = $(MODEL_TEST_LIBS)
tests_unit_test_coverage_SOURCES = tests/unit/test-coverage.c tests/unit/unit.h
tests_unit_test_coverage_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_coverage_LDADD = $(MODEL_TEST_LIBS)
tests_unit_test_process_SOURCES = tests/unit/test-process.c tests/unit/unit.h
tests_unit_test_process_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_process_LDADD = $(SYSTEM_TEST_LIBS)
tests_unit_test_rangeset_SOURCES = tests/unit/test-rangeset.c tests/unit/unit.h
tests_unit_test_rangeset_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_rangeset_LDADD = $(MODEL_TEST_LIBS)
tests_unit_test_richrule_SOURCES = tests/unit/test-richrule.c tests/unit/unit.h
tests_unit_test_richrule_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_richrule_LDADD = $(MODEL_TEST_LIBS)

# Our parser of rich rules against firewalld's own, on rules made up at random. Skipped here (77)
# where firewalld is not installed; tests/run installs it first.
check_PROGRAMS += tests/unit/richrule-filter
tests_unit_richrule_filter_SOURCES = tests/unit/richrule-filter.c
tests_unit_richrule_filter_LDADD = $(MODEL_LIBS)
dist_check_SCRIPTS += tests/unit/richrule-oracle
EXTRA_DIST += tests/unit/richrule-oracle.py
TESTS += tests/unit/richrule-oracle

tests_unit_test_text_SOURCES = tests/unit/test-text.c tests/unit/unit.h
tests_unit_test_text_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_text_LDADD = $(MODEL_TEST_LIBS)

tests_unit_test_timespec_SOURCES = tests/unit/test-timespec.c tests/unit/unit.h
tests_unit_test_timespec_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_timespec_LDADD = $(MODEL_TEST_LIBS)

tests_unit_test_config_SOURCES = tests/unit/test-config.c tests/unit/unit.h
tests_unit_test_config_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_config_LDADD = $(SYSTEM_TEST_LIBS)

tests_unit_test_journal_SOURCES = tests/unit/test-journal.c tests/unit/unit.h
tests_unit_test_journal_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_journal_LDADD = $(SYSTEM_TEST_LIBS)

tests_unit_test_listeners_SOURCES = tests/unit/test-listeners.c tests/unit/unit.h
tests_unit_test_listeners_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_listeners_LDADD = $(SYSTEM_TEST_LIBS)

tests_unit_test_f2btime_SOURCES = tests/unit/test-f2btime.c tests/unit/unit.h
tests_unit_test_f2btime_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_f2btime_LDADD = $(SYSTEM_TEST_LIBS)
tests_unit_test_fail2ban_SOURCES = tests/unit/test-fail2ban.c tests/unit/unit.h
tests_unit_test_fail2ban_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_fail2ban_LDADD = $(SYSTEM_TEST_LIBS) -lpthread

tests_unit_test_fail2ban_history_SOURCES = tests/unit/test-fail2ban-history.c \
	tests/unit/store-fixture.h tests/unit/unit.h
tests_unit_test_fail2ban_history_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_fail2ban_history_LDADD = $(SYSTEM_TEST_LIBS)

tests_unit_test_drift_SOURCES = tests/unit/test-drift.c tests/unit/firewalls.h tests/unit/unit.h
tests_unit_test_drift_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_drift_LDADD = $(MODEL_TEST_LIBS)

tests_unit_test_reach_SOURCES = tests/unit/test-reach.c tests/unit/firewalls.h tests/unit/unit.h
tests_unit_test_reach_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_reach_LDADD = $(MODEL_TEST_LIBS)
tests_unit_test_report_SOURCES = tests/unit/test-report.c tests/unit/unit.h
tests_unit_test_report_CPPFLAGS = $(AM_CPPFLAGS) $(DBUS_CFLAGS) $(JANSSON_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_report_LDADD = $(WATCH_TEST_LIBS)

dist_check_SCRIPTS += tests/unit/cli.sh
TESTS += tests/unit/cli.sh

tests_unit_test_lock_SOURCES = tests/unit/test-lock.c tests/unit/unit.h
tests_unit_test_lock_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_lock_LDADD = $(SYSTEM_TEST_LIBS)

tests_unit_test_util_SOURCES = tests/unit/test-util.c tests/unit/unit.h
tests_unit_test_util_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_util_LDADD = $(MODEL_TEST_LIBS)

tests_unit_test_pace_SOURCES = tests/unit/test-pace.c tests/unit/unit.h
tests_unit_test_pace_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_pace_LDADD = $(MODEL_TEST_LIBS)

tests_unit_test_clientranges_SOURCES = tests/unit/test-clientranges.c tests/unit/unit.h
tests_unit_test_clientranges_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_clientranges_LDADD = $(WATCH_TEST_LIBS)

tests_unit_test_rangesfile_SOURCES = tests/unit/test-rangesfile.c tests/unit/unit.h
tests_unit_test_rangesfile_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_rangesfile_LDADD = $(SYSTEM_TEST_LIBS)

tests_unit_test_verdict_SOURCES = tests/unit/test-verdict.c tests/unit/rulesets.h tests/unit/unit.h
tests_unit_test_verdict_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_verdict_LDADD = $(MODEL_TEST_LIBS)

tests_unit_test_direct_SOURCES = tests/unit/test-direct.c tests/unit/unit.h
tests_unit_test_direct_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_direct_LDADD = $(MODEL_TEST_LIBS)

tests_unit_test_gap_SOURCES = tests/unit/test-gap.c tests/unit/unit.h
tests_unit_test_gap_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_gap_LDADD = $(MODEL_TEST_LIBS)

tests_unit_test_gaptable_SOURCES = tests/unit/test-gaptable.c tests/unit/unit.h
tests_unit_test_gaptable_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS) $(NFTABLES_CPPFLAGS)
tests_unit_test_gaptable_LDADD = $(SYSTEM_TEST_LIBS)
tests_unit_test_lines_SOURCES = tests/unit/test-lines.c tests/unit/unit.h
tests_unit_test_lines_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_lines_LDADD = $(MODEL_TEST_LIBS)

tests_unit_test_loginline_SOURCES = tests/unit/test-loginline.c tests/unit/unit.h
tests_unit_test_loginline_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_loginline_LDADD = $(MODEL_TEST_LIBS)

tests_unit_test_confwatch_SOURCES = tests/unit/test-confwatch.c tests/unit/unit.h
tests_unit_test_confwatch_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_confwatch_LDADD = $(SYSTEM_TEST_LIBS)

tests_unit_test_zonexml_SOURCES = tests/unit/test-zonexml.c tests/unit/unit.h
tests_unit_test_zonexml_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_zonexml_LDADD = $(SYSTEM_TEST_LIBS)
tests_unit_test_logfollow_SOURCES = tests/unit/test-logfollow.c tests/unit/unit.h
tests_unit_test_logfollow_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_logfollow_LDADD = $(SYSTEM_TEST_LIBS)

tests_unit_test_denial_SOURCES = tests/unit/test-denial.c tests/unit/unit.h
tests_unit_test_denial_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_denial_LDADD = $(MODEL_TEST_LIBS)

tests_unit_test_conflict_SOURCES = tests/unit/test-conflict.c tests/unit/rulesets.h tests/unit/unit.h
tests_unit_test_conflict_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_conflict_LDADD = $(MODEL_TEST_LIBS)

tests_unit_test_nftrules_SOURCES = tests/unit/test-nftrules.c tests/unit/unit.h
tests_unit_test_nftrules_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_nftrules_LDADD = $(SYSTEM_TEST_LIBS)

tests_unit_test_explain_SOURCES = tests/unit/test-explain.c tests/unit/rulesets.h tests/unit/unit.h
tests_unit_test_explain_CPPFLAGS = $(AM_CPPFLAGS) $(DBUS_CFLAGS) $(JANSSON_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_explain_LDADD = $(WATCH_TEST_LIBS)
# Long: PROPERTY_RUNS=1000000 tests/unit/test-property
UNIT_TESTS += tests/unit/test-property
tests_unit_test_property_SOURCES = tests/unit/test-property.c tests/unit/firewalls.h tests/unit/unit.h
tests_unit_test_property_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_property_LDADD = $(WATCH_TEST_LIBS)

tests_unit_test_conflictlist_SOURCES = tests/unit/test-conflictlist.c tests/unit/rulesets.h \
	tests/unit/unit.h
tests_unit_test_conflictlist_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_conflictlist_LDADD = $(WATCH_TEST_LIBS)
tests_unit_test_fwruleset_SOURCES = tests/unit/test-fwruleset.c tests/unit/unit.h
tests_unit_test_fwruleset_CPPFLAGS = $(AM_CPPFLAGS) $(DBUS_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_fwruleset_LDADD = $(SYSTEM_TEST_LIBS)
