/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * culprit - where in its files that stands which firewalld refuses
 *
 * firewalld says what is wrong, and sometimes of which zone; the file and the line it mostly does
 * not. For text that a person reads, and for nothing else.
 */
#ifndef GUARD_SYSTEM_FIREWALLD_CULPRIT_H
#define GUARD_SYSTEM_FIREWALLD_CULPRIT_H

#include "guard/base/util.h"

/* Who sees it, and where it is. */
enum culprit_where {
	CULPRIT_CHECKED,   /* firewalld's own check does */
	CULPRIT_IN_ZONES,  /* it does not, for the files of zones are not all that it looks at */
	CULPRIT_IN_DIRECT, /* it does not: iptables refuses the rule */
};

int culprit_name(char **out, const char *words, const char *root) _must_check_;
int culprit_tell(char **out, enum culprit_where *where, const char *words,
                 const char *root) _must_check_;

#endif
