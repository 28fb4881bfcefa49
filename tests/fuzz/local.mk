# SPDX-License-Identifier: GPL-2.0-or-later
# Fuzz targets: fuzz-NAME.c, and its name here. Each is built twice: replay-NAME goes through the
# corpus in `make check`; fuzz-NAME is driven by libFuzzer (./configure CC=clang --enable-fuzzing,
# which builds all of the tree for it):
#   tests/fuzz/fuzz-richrule -dict=../tests/fuzz/richrule.dict ../tests/fuzz/corpus/richrule
REPLAYS = \
	tests/fuzz/replay-fail2ban-reply \
	tests/fuzz/replay-item \
	tests/fuzz/replay-loginline \
	tests/fuzz/replay-nftrules \
	tests/fuzz/replay-richrule \
	tests/fuzz/replay-zonexml
check_PROGRAMS += $(REPLAYS)
TESTS += $(REPLAYS)
tests_fuzz_replay_fail2ban_reply_SOURCES = tests/fuzz/fuzz-fail2ban-reply.c tests/fuzz/replay.c
tests_fuzz_replay_item_SOURCES = tests/fuzz/fuzz-item.c tests/fuzz/replay.c
tests_fuzz_replay_loginline_SOURCES = tests/fuzz/fuzz-loginline.c tests/fuzz/replay.c
tests_fuzz_replay_nftrules_SOURCES = tests/fuzz/fuzz-nftrules.c tests/fuzz/replay.c
tests_fuzz_replay_richrule_SOURCES = tests/fuzz/fuzz-richrule.c tests/fuzz/replay.c
tests_fuzz_replay_zonexml_SOURCES = tests/fuzz/fuzz-zonexml.c tests/fuzz/replay.c

FUZZERS = $(REPLAYS:tests/fuzz/replay-%=tests/fuzz/fuzz-%)
EXTRA_PROGRAMS += tests/fuzz/fuzz-fail2ban-reply tests/fuzz/fuzz-item tests/fuzz/fuzz-loginline \
	tests/fuzz/fuzz-nftrules tests/fuzz/fuzz-richrule tests/fuzz/fuzz-zonexml
if FUZZING
noinst_DATA += $(FUZZERS)
endif
FUZZER_FLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_fail2ban_reply_LDFLAGS = $(FUZZER_FLAGS)
tests_fuzz_fuzz_item_LDFLAGS = $(FUZZER_FLAGS)
tests_fuzz_fuzz_loginline_LDFLAGS = $(FUZZER_FLAGS)
tests_fuzz_fuzz_nftrules_LDFLAGS = $(FUZZER_FLAGS)
tests_fuzz_fuzz_richrule_LDFLAGS = $(FUZZER_FLAGS)
tests_fuzz_fuzz_zonexml_LDFLAGS = $(FUZZER_FLAGS)

noinst_HEADERS += tests/fuzz/fuzz.h
EXTRA_DIST += tests/fuzz/corpus tests/fuzz/fail2ban-reply.dict tests/fuzz/richrule.dict
