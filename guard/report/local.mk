# SPDX-License-Identifier: GPL-2.0-or-later
# How results look.
noinst_LIBRARIES += libguard-report.a
libguard_report_a_SOURCES = \
	guard/report/metrics.c \
	guard/report/metrics.h \
	guard/report/report-action.c \
	guard/report/report-check.c \
	guard/report/report-check.h \
	guard/report/report-clients.c \
	guard/report/report-clients.h \
	guard/report/report-config.c \
	guard/report/report-conflicts.c \
	guard/report/report-conflicts.h \
	guard/report/report-denies.c \
	guard/report/report-explain.c \
	guard/report/report-explain.h \
	guard/report/report-fail2ban.c \
	guard/report/report-headline.c \
	guard/report/report-html.c \
	guard/report/report-internal.h \
	guard/report/report-list.c \
	guard/report/report-probe.c \
	guard/report/report-probe.h \
	guard/report/report-remembered.c \
	guard/report/report-setup.c \
	guard/report/report-setup.h \
	guard/report/report-snapshot.c \
	guard/report/report-status.c \
	guard/report/report-summary.c \
	guard/report/report-summary.h \
	guard/report/report-trust.c \
	guard/report/report-trust.h \
	guard/report/report-zones.c \
	guard/report/report.c \
	guard/report/report.h
REPORT_LIBS = libguard-report.a libguard-audit.a $(RESTORE_LIBS)
