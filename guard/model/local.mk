# SPDX-License-Identifier: GPL-2.0-or-later
# Pure values of the field: no I/O, no clock, no log.
noinst_LIBRARIES += libguard-model.a
libguard_model_a_SOURCES = \
	guard/model/ban/banplan.c \
	guard/model/ban/banplan.h \
	guard/model/ban/conflict.c \
	guard/model/ban/conflict.h \
	guard/model/ban/coverage.c \
	guard/model/ban/coverage.h \
	guard/model/ban/denial.c \
	guard/model/ban/denial.h \
	guard/model/ban/drift.c \
	guard/model/ban/drift.h \
	guard/model/ban/fail2ban-reply.c \
	guard/model/ban/fail2ban-reply.h \
	guard/model/ban/gap.c \
	guard/model/ban/gap.h \
	guard/model/ban/jailaction.c \
	guard/model/ban/jailaction.h \
	guard/model/ban/ticket.c \
	guard/model/ban/ticket.h \
	guard/model/cause.c \
	guard/model/cause.h \
	guard/model/check.c \
	guard/model/check.h \
	guard/model/diff.c \
	guard/model/diff.h \
	guard/model/event.c \
	guard/model/event.h \
	guard/model/finding.c \
	guard/model/finding.h \
	guard/model/firewall.c \
	guard/model/firewall.h \
	guard/model/item-words.c \
	guard/model/item-words.h \
	guard/model/item.c \
	guard/model/item.h \
	guard/model/loss.c \
	guard/model/loss.h \
	guard/model/mail/dialogue.c \
	guard/model/mail/dialogue.h \
	guard/model/mail/loginline.c \
	guard/model/mail/loginline.h \
	guard/model/pace.c \
	guard/model/pace.h \
	guard/model/packet/reach.c \
	guard/model/packet/reach.h \
	guard/model/packet/ruleset.c \
	guard/model/packet/ruleset.h \
	guard/model/packet/verdict.c \
	guard/model/packet/verdict.h \
	guard/model/plan.c \
	guard/model/plan.h \
	guard/model/rule/direct.c \
	guard/model/rule/direct.h \
	guard/model/rule/richlex.c \
	guard/model/rule/richlex.h \
	guard/model/rule/richrule.c \
	guard/model/rule/richrule.h \
	guard/model/rule/richvalue.c \
	guard/model/rule/richvalue.h \
	guard/model/scope.c \
	guard/model/scope.h
MODEL_LIBS = libguard-model.a $(BASE_LIBS)
