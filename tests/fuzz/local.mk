# SPDX-License-Identifier: GPL-2.0-or-later
# Fuzz targets: tests/fuzz/fuzz-NAME.c, and its name in this list. Each goes through its corpus in
# `make check`; built with --enable-fuzzing, libFuzzer drives it as soon as it gets an argument.
# tests/fuzz/run does both, for all of them.
FUZZ_TARGETS = \
	tests/fuzz/fuzz-actionlog \
	tests/fuzz/fuzz-answers \
	tests/fuzz/fuzz-cidr \
	tests/fuzz/fuzz-config \
	tests/fuzz/fuzz-culprit \
	tests/fuzz/fuzz-dialogue \
	tests/fuzz/fuzz-direct \
	tests/fuzz/fuzz-fail2ban-files \
	tests/fuzz/fuzz-fail2ban-reply \
	tests/fuzz/fuzz-fail2ban-rows \
	tests/fuzz/fuzz-hook \
	tests/fuzz/fuzz-item \
	tests/fuzz/fuzz-jailaction \
	tests/fuzz/fuzz-lines \
	tests/fuzz/fuzz-loginline \
	tests/fuzz/fuzz-message \
	tests/fuzz/fuzz-mime \
	tests/fuzz/fuzz-netlink \
	tests/fuzz/fuzz-nftrules \
	tests/fuzz/fuzz-process \
	tests/fuzz/fuzz-rangesfile \
	tests/fuzz/fuzz-richrule \
	tests/fuzz/fuzz-signals \
	tests/fuzz/fuzz-spool \
	tests/fuzz/fuzz-store \
	tests/fuzz/fuzz-store-lists \
	tests/fuzz/fuzz-text \
	tests/fuzz/fuzz-timespec \
	tests/fuzz/fuzz-words \
	tests/fuzz/fuzz-xtables \
	tests/fuzz/fuzz-zonexml
check_PROGRAMS += $(FUZZ_TARGETS)
TESTS += $(FUZZ_TARGETS)
# The main of a target, and what more than one of them uses.
check_LIBRARIES += tests/fuzz/libreplay.a
tests_fuzz_libreplay_a_SOURCES = tests/fuzz/folder.c tests/fuzz/message.c tests/fuzz/replay.c tests/fuzz/rows.c
tests_fuzz_fuzz_hook_SOURCES = tests/fuzz/fuzz-hook.c guard/cli/hook-event.c

noinst_HEADERS += tests/fuzz/fuzz.h tests/fuzz/message.h tests/fuzz/rows.h
EXTRA_DIST += tests/fuzz/corpus tests/fuzz/fail2ban-reply.dict tests/fuzz/richrule.dict tests/fuzz/run
