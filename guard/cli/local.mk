# SPDX-License-Identifier: GPL-2.0-or-later
# Floor 4: the command line.
sbin_PROGRAMS += reload-guard
reload_guard_CPPFLAGS = $(AM_CPPFLAGS) $(DBUS_CFLAGS) $(JANSSON_CFLAGS)
reload_guard_SOURCES = \
	guard/cli/cmd-after-boot.c \
	guard/cli/cli.c guard/cli/cli.h \
	guard/cli/check-around.c guard/cli/check.h \
	guard/cli/check-fix.c \
	guard/cli/check-items.c \
	guard/cli/check-mail.c \
	guard/cli/check-refused.c \
	guard/cli/check-required.c \
	guard/cli/check-service.c \
	guard/cli/check-settings.c \
	guard/cli/cmd-bans.c \
	guard/cli/cmd-check.c \
	guard/cli/cmd-clients.c \
	guard/cli/cmd-conflicts.c \
	guard/cli/cmd-explain.c \
	guard/cli/cmd-export.c \
	guard/cli/cmd-history.c \
	guard/cli/cmd-hook.c \
	guard/cli/cmd-metrics.c \
	guard/cli/cmd-persist.c \
	guard/cli/cmd-probe.c \
	guard/cli/cmd-release.c \
	guard/cli/cmd-report.c \
	guard/cli/cmd-restore.c \
	guard/cli/cmd-snapshot.c \
	guard/cli/cmd-status.c \
	guard/cli/cmd-watch.c \
	guard/cli/main.c \
	guard/cli/missing.c guard/cli/missing.h \
	guard/cli/ranges.c guard/cli/ranges.h \
	guard/cli/restore-bans.c guard/cli/restore-bans.h \
	guard/cli/rules.c guard/cli/rules.h
reload_guard_LDADD = $(WATCH_LIBS)
