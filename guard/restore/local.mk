# SPDX-License-Identifier: GPL-2.0-or-later
# The engine: what is wanted, a cycle, bans, repair.
noinst_LIBRARIES += libguard-restore.a
libguard_restore_a_SOURCES = \
	guard/restore/absence.c \
	guard/restore/absence.h \
	guard/restore/bankeeper-hold.c \
	guard/restore/bankeeper-judge.c \
	guard/restore/bankeeper-hand.c \
	guard/restore/bankeeper-suspects.c \
	guard/restore/bankeeper-internal.h \
	guard/restore/bankeeper.c \
	guard/restore/bankeeper.h \
	guard/restore/banlearn.c \
	guard/restore/banlearn.h \
	guard/restore/banlist.c \
	guard/restore/banlist.h \
	guard/restore/banlog.c \
	guard/restore/banlog.h \
	guard/restore/banorigin.c \
	guard/restore/banorigin.h \
	guard/restore/banwatch.c \
	guard/restore/banwatch.h \
	guard/restore/clientranges.c \
	guard/restore/clientranges.h \
	guard/restore/cycle.c \
	guard/restore/cycle.h \
	guard/restore/engine.c \
	guard/restore/engine.h \
	guard/restore/errand.c \
	guard/restore/errand.h \
	guard/restore/expiry.c \
	guard/restore/expiry.h \
	guard/restore/foreignwatch.c \
	guard/restore/foreignwatch.h \
	guard/restore/gapkeeper.c \
	guard/restore/gapkeeper.h \
	guard/restore/itemcall.c \
	guard/restore/itemcall.h \
	guard/restore/judge.c \
	guard/restore/judge.h \
	guard/restore/kernelwatch.c \
	guard/restore/kernelwatch.h \
	guard/restore/makeshift.c \
	guard/restore/makeshift.h \
	guard/restore/mender.c \
	guard/restore/mender.h \
	guard/restore/missing.c \
	guard/restore/missing.h \
	guard/restore/news.h \
	guard/restore/record.c \
	guard/restore/record.h \
	guard/restore/repair.c \
	guard/restore/repair.h \
	guard/restore/restorer.c \
	guard/restore/restorer.h \
	guard/restore/takeover.c \
	guard/restore/takeover.h \
	guard/restore/tracker.c \
	guard/restore/tracker.h \
	guard/restore/trust.c \
	guard/restore/trust.h \
	guard/restore/unread.c \
	guard/restore/unread.h \
	guard/restore/unrestored.c \
	guard/restore/unrestored.h
RESTORE_LIBS = libguard-restore.a $(SYSTEM_LIBS)
