# SPDX-License-Identifier: GPL-2.0-or-later
# Fuzz targets. Each is built twice: replay-NAME goes through the corpus in `make check`;
# fuzz-NAME is driven by libFuzzer (--enable-fuzzing, clang):
#   tests/fuzz/fuzz-richrule -dict=../tests/fuzz/richrule.dict ../tests/fuzz/corpus/richrule
REPLAYS = tests/fuzz/replay-f2breply tests/fuzz/replay-item tests/fuzz/replay-loginline \
	tests/fuzz/replay-richrule
check_PROGRAMS += $(REPLAYS)
TESTS += $(REPLAYS)

tests_fuzz_replay_f2breply_SOURCES = tests/fuzz/fuzz-f2breply.c tests/fuzz/fuzz.h \
	tests/fuzz/replay.c
tests_fuzz_replay_f2breply_LDADD = $(MODEL_LIBS)
tests_fuzz_replay_item_SOURCES = tests/fuzz/fuzz-item.c tests/fuzz/fuzz.h tests/fuzz/replay.c
tests_fuzz_replay_item_LDADD = $(MODEL_LIBS)
tests_fuzz_replay_loginline_SOURCES = tests/fuzz/fuzz-loginline.c tests/fuzz/fuzz.h \
	tests/fuzz/replay.c
tests_fuzz_replay_loginline_LDADD = $(MODEL_LIBS)
tests_fuzz_replay_richrule_SOURCES = tests/fuzz/fuzz-richrule.c tests/fuzz/fuzz.h \
	tests/fuzz/replay.c
tests_fuzz_replay_richrule_LDADD = $(MODEL_LIBS)

FUZZ_CFLAGS = $(AM_CFLAGS) -O1 -g -fsanitize=fuzzer,address,undefined \
	-fno-sanitize-recover=undefined
FUZZERS = tests/fuzz/fuzz-f2breply tests/fuzz/fuzz-item tests/fuzz/fuzz-loginline \
	tests/fuzz/fuzz-richrule
if FUZZING
noinst_PROGRAMS += $(FUZZERS)
endif
EXTRA_PROGRAMS += $(FUZZERS)
tests_fuzz_fuzz_f2breply_SOURCES = tests/fuzz/fuzz-f2breply.c tests/fuzz/fuzz.h \
	$(libguard_model_a_SOURCES)
tests_fuzz_fuzz_f2breply_CPPFLAGS = $(AM_CPPFLAGS) $(NETTLE_CFLAGS)
tests_fuzz_fuzz_f2breply_CFLAGS = $(FUZZ_CFLAGS)
tests_fuzz_fuzz_f2breply_LDADD = $(NETTLE_LIBS)
tests_fuzz_fuzz_item_SOURCES = tests/fuzz/fuzz-item.c tests/fuzz/fuzz.h \
	$(libguard_model_a_SOURCES)
tests_fuzz_fuzz_item_CPPFLAGS = $(AM_CPPFLAGS) $(NETTLE_CFLAGS)
tests_fuzz_fuzz_item_CFLAGS = $(FUZZ_CFLAGS)
tests_fuzz_fuzz_item_LDADD = $(NETTLE_LIBS)
tests_fuzz_fuzz_loginline_SOURCES = tests/fuzz/fuzz-loginline.c tests/fuzz/fuzz.h \
	$(libguard_model_a_SOURCES)
tests_fuzz_fuzz_loginline_CPPFLAGS = $(AM_CPPFLAGS) $(NETTLE_CFLAGS)
tests_fuzz_fuzz_loginline_CFLAGS = $(FUZZ_CFLAGS)
tests_fuzz_fuzz_loginline_LDADD = $(NETTLE_LIBS)
tests_fuzz_fuzz_richrule_SOURCES = tests/fuzz/fuzz-richrule.c tests/fuzz/fuzz.h \
	$(libguard_model_a_SOURCES)
tests_fuzz_fuzz_richrule_CPPFLAGS = $(AM_CPPFLAGS) $(NETTLE_CFLAGS)
tests_fuzz_fuzz_richrule_CFLAGS = $(FUZZ_CFLAGS)
tests_fuzz_fuzz_richrule_LDADD = $(NETTLE_LIBS)

EXTRA_DIST += tests/fuzz/corpus tests/fuzz/f2breply.dict tests/fuzz/richrule.dict

REPLAYS += tests/fuzz/replay-zonexml
tests_fuzz_replay_zonexml_SOURCES = tests/fuzz/fuzz-zonexml.c tests/fuzz/fuzz.h tests/fuzz/replay.c
tests_fuzz_replay_zonexml_LDADD = $(SYSTEM_LIBS)
FUZZERS += tests/fuzz/fuzz-zonexml
tests_fuzz_fuzz_zonexml_SOURCES = tests/fuzz/fuzz-zonexml.c tests/fuzz/fuzz.h \
	guard/system/zonexml.c guard/system/zonexml.h $(libguard_model_a_SOURCES)
tests_fuzz_fuzz_zonexml_CPPFLAGS = $(AM_CPPFLAGS) $(NETTLE_CFLAGS) $(EXPAT_CFLAGS)
tests_fuzz_fuzz_zonexml_CFLAGS = $(FUZZ_CFLAGS)
tests_fuzz_fuzz_zonexml_LDADD = $(NETTLE_LIBS) $(EXPAT_LIBS)

REPLAYS += tests/fuzz/replay-nftrules
tests_fuzz_replay_nftrules_SOURCES = tests/fuzz/fuzz-nftrules.c tests/fuzz/fuzz.h tests/fuzz/replay.c
tests_fuzz_replay_nftrules_LDADD = $(SYSTEM_LIBS)
FUZZERS += tests/fuzz/fuzz-nftrules
tests_fuzz_fuzz_nftrules_SOURCES = tests/fuzz/fuzz-nftrules.c tests/fuzz/fuzz.h \
	guard/system/clock.c guard/system/clock.h guard/system/nftrules.c guard/system/nftrules.h \
	$(libguard_model_a_SOURCES)
tests_fuzz_fuzz_nftrules_CPPFLAGS = $(AM_CPPFLAGS) $(NETTLE_CFLAGS) $(JANSSON_CFLAGS)
tests_fuzz_fuzz_nftrules_CFLAGS = $(FUZZ_CFLAGS)
tests_fuzz_fuzz_nftrules_LDADD = $(NETTLE_LIBS) $(JANSSON_LIBS)
