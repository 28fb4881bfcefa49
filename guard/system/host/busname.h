/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * busname - is somebody on the bus under this name?
 *
 * Follows one well-known name, and never starts its owner. While the bus is away
 * or has not answered yet, nobody is there.
 */
#ifndef GUARD_SYSTEM_HOST_BUSNAME_H
#define GUARD_SYSTEM_HOST_BUSNAME_H

#include "guard/system/host/bus.h"

struct busname;

int busname_new(struct busname **out, struct bus *bus, const char *name) _must_check_;
void busname_free(struct busname *busname); /* before its bus; NULL is fine */
bool busname_is_present(const struct busname *busname);

#endif
