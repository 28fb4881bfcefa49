/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gap-internal - where what is denied has its place, for the rules that deny it */
#ifndef GUARD_MODEL_BAN_GAP_INTERNAL_H
#define GUARD_MODEL_BAN_GAP_INTERNAL_H

#include "guard/model/ban/gap.h"

void gap_place_deinit(struct gap_place *place);
int gap_place_find(struct gap *gap, const struct firewall *fw, const char *zone,
                   size_t *out) _must_check_;
int gap_place_of(struct gap *gap, const struct firewall *fw, const char *zone,
                 const struct cidr *source, size_t *out, struct err *err) _must_check_;

#endif
