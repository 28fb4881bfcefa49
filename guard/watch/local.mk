# SPDX-License-Identifier: GPL-2.0-or-later
# Floor 3: the daemon.
noinst_LIBRARIES += libguard-watch.a
libguard_watch_a_CPPFLAGS = $(AM_CPPFLAGS) $(DBUS_CFLAGS) $(JANSSON_CFLAGS)
libguard_watch_a_SOURCES = \
	guard/watch/attribution.c guard/watch/attribution.h \
	guard/watch/audit.c \
	guard/watch/bankeeper.c guard/watch/bankeeper.h \
	guard/watch/banlist.c guard/watch/banlist.h \
	guard/watch/clientkeeper.c guard/watch/clientkeeper.h \
	guard/watch/clientranges.c guard/watch/clientranges.h \
	guard/watch/conflictlist.c guard/watch/conflictlist.h \
	guard/watch/cycle.c \
	guard/watch/edits.c guard/watch/edits.h \
	guard/watch/expiry.c \
	guard/watch/fail2banwatch.c guard/watch/fail2banwatch.h \
	guard/watch/explain.c guard/watch/explain.h \
	guard/watch/gapkeeper.c guard/watch/gapkeeper.h \
	guard/watch/gather.c guard/watch/gather.h \
	guard/watch/historyfold.c guard/watch/historyfold.h \
	guard/watch/importer.c guard/watch/importer.h \
	guard/watch/learned.c guard/watch/learned.h \
	guard/watch/learner.c guard/watch/learner.h \
	guard/watch/metrics.c guard/watch/metrics.h \
	guard/watch/period.c guard/watch/period.h \
	guard/watch/persister.c guard/watch/persister.h \
	guard/watch/record.c guard/watch/record.h \
	guard/watch/report-check.c guard/watch/report-check.h \
	guard/watch/report-action.c \
	guard/watch/report-clients.c guard/watch/report-clients.h \
	guard/watch/report-conflicts.c guard/watch/report-conflicts.h \
	guard/watch/report-fail2ban.c \
	guard/watch/report-explain.c guard/watch/report-explain.h \
	guard/watch/report-html.c \
	guard/watch/report-internal.h \
	guard/watch/report-list.c \
	guard/watch/report-period.c guard/watch/report-period.h \
	guard/watch/report-probe.c guard/watch/report-probe.h \
	guard/watch/report-snapshot.c \
	guard/watch/report-status.c \
	guard/watch/report.c guard/watch/report.h \
	guard/watch/risk.c guard/watch/risk.h \
	guard/watch/restorer.c guard/watch/restorer.h \
	guard/watch/tell.c \
	guard/watch/tracker.c guard/watch/tracker.h \
	guard/watch/watcher.c guard/watch/watcher.h guard/watch/watcher-internal.h
WATCH_LIBS = libguard-watch.a $(SYSTEM_LIBS) $(JANSSON_LIBS)
