# SPDX-License-Identifier: GPL-2.0-or-later
# The daemon alone.
noinst_LIBRARIES += libguard-watch.a
libguard_watch_a_SOURCES = \
	guard/watch/announce.c \
	guard/watch/announce.h \
	guard/watch/attribution.c \
	guard/watch/attribution.h \
	guard/watch/canary.c \
	guard/watch/canary.h \
	guard/watch/clientwatch.c \
	guard/watch/clientwatch.h \
	guard/watch/confcheck.c \
	guard/watch/confcheck.h \
	guard/watch/edits.c \
	guard/watch/edits.h \
	guard/watch/fail2banwatch.c \
	guard/watch/fail2banwatch.h \
	guard/watch/hookserver.c \
	guard/watch/hookserver.h \
	guard/watch/importer.c \
	guard/watch/importer.h \
	guard/watch/logins.c \
	guard/watch/logins.h \
	guard/watch/loginwatch.c \
	guard/watch/loginwatch.h \
	guard/watch/persister.c \
	guard/watch/persister.h \
	guard/watch/risk.c \
	guard/watch/risk.h \
	guard/watch/watcher.c \
	guard/watch/watcher.h
WATCH_LIBS = libguard-watch.a $(RESTORE_LIBS)
