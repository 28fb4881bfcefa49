/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * directcount - rules of firewalld's direct interface, held against iptables' chains
 *
 * These have them with either backend, and others may have theirs in the same: a chain that has
 * fewer than firewalld lists lacks some.
 */
#ifndef GUARD_MODEL_BAN_DIRECTCOUNT_H
#define GUARD_MODEL_BAN_DIRECTCOUNT_H

#include "guard/model/ban/foreign.h"
#include "guard/model/packet/absent.h"

bool directcount_any(const struct ruleset *ruleset);
int directcount_find(struct absent *out, const struct ruleset *ruleset, bool iptables,
                     const struct foreign *now) _must_check_;

#endif
