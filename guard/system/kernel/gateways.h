/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gateways - addresses behind which anybody may be
 *
 * This machine's own, those of its default gateways, and the networks of bridges that lead
 * to containers and virtual machines alone: who comes from there was sent on, by a proxy or
 * by address translation, and shares the address with everybody else. A bridge that has a
 * port of another kind than these have, or a default route, leads outside. Asks rtnetlink of
 * this network namespace.
 */
#ifndef GUARD_SYSTEM_KERNEL_GATEWAYS_H
#define GUARD_SYSTEM_KERNEL_GATEWAYS_H

#include "guard/base/rangeset.h"

int gateways_find(struct rangeset *out, struct err *err) _must_check_;

#endif
