/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * denial - does a rule, seen alone, keep somebody away from mail?
 *
 * A quick answer for rules as they come, without knowing what else there is; the
 * verdict on a packet (verdict.h) is the whole one.
 */
#ifndef GUARD_MODEL_BAN_DENIAL_H
#define GUARD_MODEL_BAN_DENIAL_H

#include "guard/model/ban/coverage.h"
#include "guard/model/firewall.h"

int denial_of_mail(const struct item *item, struct cidr *source) _must_check_;
int denial_count(size_t *out, const struct firewall *fw,
                 const struct coverage_ranges *clients) _must_check_;

#endif
