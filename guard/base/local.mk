# SPDX-License-Identifier: GPL-2.0-or-later
# What any C program would want, pure: no I/O, no clock, no log.
noinst_LIBRARIES += libguard-base.a
libguard_base_a_SOURCES = \
	guard/base/builder.c \
	guard/base/builder.h \
	guard/base/cidr.c \
	guard/base/cidr.h \
	guard/base/cidrindex.c \
	guard/base/cidrindex.h \
	guard/base/err.c \
	guard/base/err.h \
	guard/base/fold.c \
	guard/base/fold.h \
	guard/base/lines.c \
	guard/base/lines.h \
	guard/base/mime.c \
	guard/base/mime.h \
	guard/base/pickle.c \
	guard/base/pickle.h \
	guard/base/rangeset.c \
	guard/base/rangeset.h \
	guard/base/search.c \
	guard/base/search.h \
	guard/base/shell.c \
	guard/base/shell.h \
	guard/base/text.c \
	guard/base/text.h \
	guard/base/timespec.c \
	guard/base/timespec.h \
	guard/base/util.c \
	guard/base/util.h
BASE_LIBS = libguard-base.a $(NETTLE_LIBS)
