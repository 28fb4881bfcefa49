# SPDX-License-Identifier: GPL-2.0-or-later
# Floor 1: pure values. Nothing here may do I/O, read a clock or log.
noinst_LIBRARIES += libguard-model.a
libguard_model_a_CPPFLAGS = $(AM_CPPFLAGS) $(NETTLE_CFLAGS)
libguard_model_a_SOURCES = \
	guard/model/banplan.c guard/model/banplan.h \
	guard/model/cause.c guard/model/cause.h \
	guard/model/check.c guard/model/check.h \
	guard/model/cidr.c guard/model/cidr.h \
	guard/model/conflict.c guard/model/conflict.h \
	guard/model/coverage.c guard/model/coverage.h \
	guard/model/dialogue.c guard/model/dialogue.h \
	guard/model/denial.c guard/model/denial.h \
	guard/model/diff.c guard/model/diff.h \
	guard/model/direct.c guard/model/direct.h \
	guard/model/drift.c guard/model/drift.h \
	guard/model/err.c guard/model/err.h \
	guard/model/f2breply.c guard/model/f2breply.h \
	guard/model/finding.c guard/model/finding.h \
	guard/model/firewall.c guard/model/firewall.h \
	guard/model/gap.c guard/model/gap.h \
	guard/model/item.c guard/model/item.h \
	guard/model/jailaction.c guard/model/jailaction.h \
	guard/model/lines.c guard/model/lines.h \
	guard/model/loginline.c guard/model/loginline.h \
	guard/model/loss.c guard/model/loss.h \
	guard/model/mime.c guard/model/mime.h \
	guard/model/pace.c guard/model/pace.h \
	guard/model/pickle.c guard/model/pickle.h \
	guard/model/plan.c guard/model/plan.h \
	guard/model/rangeset.c guard/model/rangeset.h \
	guard/model/reach.c guard/model/reach.h \
	guard/model/richlex.c guard/model/richlex.h \
	guard/model/richrule.c guard/model/richrule.h \
	guard/model/richvalue.c guard/model/richvalue.h \
	guard/model/ruleset.c guard/model/ruleset.h \
	guard/model/scope.c guard/model/scope.h \
	guard/model/text.c guard/model/text.h \
	guard/model/ticket.c guard/model/ticket.h \
	guard/model/timespec.c guard/model/timespec.h \
	guard/model/util.c guard/model/util.h \
	guard/model/verdict.c guard/model/verdict.h
MODEL_LIBS = libguard-model.a $(NETTLE_LIBS)
