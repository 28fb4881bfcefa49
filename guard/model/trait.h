/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trait - what a policy has beside items, and firewall-cmd adds and removes
 *
 * disable, ingress-zone=ZONE and egress-zone=ZONE. They are told, and neither guarded nor put back.
 */
#ifndef GUARD_MODEL_TRAIT_H
#define GUARD_MODEL_TRAIT_H

#include "guard/base/builder.h"

int trait_format(char **out, const char *zone, const char *trait) _must_check_;
void trait_add_removal(struct builder *out, const char *zone, const char *trait);

#endif
