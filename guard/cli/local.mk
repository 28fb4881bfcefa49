# SPDX-License-Identifier: GPL-2.0-or-later
# The command line: main, and one file a command.
sbin_PROGRAMS += reload-guard
reload_guard_SOURCES = \
	guard/cli/cli-explain.c \
	guard/cli/cli-explain.h \
	guard/cli/cli-open.c \
	guard/cli/cli.c \
	guard/cli/cli.h \
	guard/cli/cmd-after-boot.c \
	guard/cli/cmd-bans.c \
	guard/cli/cmd-check.c \
	guard/cli/cmd-clients.c \
	guard/cli/cmd-conflicts.c \
	guard/cli/cmd-explain.c \
	guard/cli/cmd-export.c \
	guard/cli/cmd-help.c \
	guard/cli/cmd-history.c \
	guard/cli/cmd-hook.c \
	guard/cli/cmd-metrics.c \
	guard/cli/cmd-persist.c \
	guard/cli/cmd-probe.c \
	guard/cli/cmd-release.c \
	guard/cli/cmd-report.c \
	guard/cli/cmd-restore.c \
	guard/cli/cmd-setup.c \
	guard/cli/cmd-snapshot.c \
	guard/cli/cmd-status.c \
	guard/cli/cmd-trust.c \
	guard/cli/cmd-version.c \
	guard/cli/cmd-watch.c \
	guard/cli/complete.c \
	guard/cli/complete.h \
	guard/cli/help.c \
	guard/cli/help.h \
	guard/cli/hook-event.c \
	guard/cli/hook-event.h \
	guard/cli/hook-switch.c \
	guard/cli/main.c \
	guard/cli/setup-steps.c \
	guard/cli/setup-steps.h \
	guard/cli/setup-undo.c \
	guard/cli/setup-undo.h
# fail2ban runs it for each ban, so it links the C library and no other.
libexec_PROGRAMS = reload-guard-hook
reload_guard_hook_SOURCES = guard/cli/hook-event.c guard/cli/hook-event.h guard/cli/hook-main.c
reload_guard_hook_LDADD = libguard-system.a libguard-model.a libguard-base.a
reload_guard_LDADD = libguard-report.a libguard-audit.a $(WATCH_LIBS)
