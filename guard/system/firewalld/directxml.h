/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * directxml - rules of direct.xml that iptables will refuse, since what they lead to is not there
 *
 * firewalld's own check takes their words as they are; it hands them to iptables when it loads
 * them, and fails as a whole over one. What may be there then counts as there: a chain that the
 * kernel has now, whoever made it, and each target, where nobody knows where iptables keeps its
 * own.
 */
#ifndef GUARD_SYSTEM_FIREWALLD_DIRECTXML_H
#define GUARD_SYSTEM_FIREWALLD_DIRECTXML_H

#include "guard/base/util.h"

int directxml_broken(char **out, const char *root) _must_check_;

#endif
