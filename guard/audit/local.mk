# SPDX-License-Identifier: GPL-2.0-or-later
# Questions, asked once: the picture and the findings.
noinst_LIBRARIES += libguard-audit.a
libguard_audit_a_SOURCES = \
	guard/audit/after.c \
	guard/audit/after.h \
	guard/audit/banpresent.c \
	guard/audit/banpresent.h \
	guard/audit/check-around.c \
	guard/audit/check-items.c \
	guard/audit/check-mail.c \
	guard/audit/check-moves.c \
	guard/audit/check-others.c \
	guard/audit/check-published.c \
	guard/audit/check-record.c \
	guard/audit/check-refused.c \
	guard/audit/check-required.c \
	guard/audit/check-risk.c \
	guard/audit/check-same.c \
	guard/audit/check-service.c \
	guard/audit/check-settings.c \
	guard/audit/check-way.c \
	guard/audit/check-wide.c \
	guard/audit/checks-internal.h \
	guard/audit/checks.c \
	guard/audit/checks.h \
	guard/audit/conflictlist.c \
	guard/audit/conflictlist.h \
	guard/audit/denylist.c \
	guard/audit/denylist.h \
	guard/audit/explain-commands.c \
	guard/audit/explain-internal.h \
	guard/audit/explain-who.c \
	guard/audit/explain-words.c \
	guard/audit/explain.c \
	guard/audit/explain.h \
	guard/audit/heard.c \
	guard/audit/heard.h \
	guard/audit/historyfold.c \
	guard/audit/historyfold.h \
	guard/audit/hold.c \
	guard/audit/hold.h \
	guard/audit/picture-firewalld.c \
	guard/audit/picture-host.c \
	guard/audit/picture-internal.h \
	guard/audit/picture-read.c \
	guard/audit/picture.c \
	guard/audit/picture.h \
	guard/audit/setup.c \
	guard/audit/setup.h \
	guard/audit/status.c \
	guard/audit/status.h \
	guard/audit/summary.c \
	guard/audit/summary.h
AUDIT_LIBS = libguard-audit.a $(RESTORE_LIBS)
