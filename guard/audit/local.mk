# SPDX-License-Identifier: GPL-2.0-or-later
# Questions, asked once: the picture and the findings.
noinst_LIBRARIES += libguard-audit.a
libguard_audit_a_SOURCES = \
	guard/audit/check-around.c \
	guard/audit/check-fix.c \
	guard/audit/check-internal.h \
	guard/audit/check-items.c \
	guard/audit/check-mail.c \
	guard/audit/check-refused.c \
	guard/audit/check-required.c \
	guard/audit/check-service.c \
	guard/audit/check-settings.c \
	guard/audit/conflictlist.c \
	guard/audit/conflictlist.h \
	guard/audit/explain.c \
	guard/audit/explain.h \
	guard/audit/historyfold.c \
	guard/audit/historyfold.h \
	guard/audit/ranges.c \
	guard/audit/ranges.h \
	guard/audit/rules.c \
	guard/audit/rules.h \
	guard/audit/summary.c \
	guard/audit/summary.h
AUDIT_LIBS = libguard-audit.a $(RESTORE_LIBS)
