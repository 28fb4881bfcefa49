/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unitcall - asks the service manager to restart a unit
 */
#ifndef GUARD_SYSTEM_HOST_UNITCALL_H
#define GUARD_SYSTEM_HOST_UNITCALL_H

#include "guard/system/host/bus.h"

/* The service manager on the bus. */
#define SYSTEMD         "org.freedesktop.systemd1"
#define SYSTEMD_PATH    "/org/freedesktop/systemd1"
#define SYSTEMD_MANAGER SYSTEMD ".Manager"

/* @why: it does not, and why; NULL: it has begun to. Borrowed. */
typedef void (*unitcall_fn)(const char *why, void *userdata);

struct unitcall;

int unitcall_restart(struct unitcall **out, struct bus *bus, const char *unit, unitcall_fn fn,
                     void *userdata) _must_check_;
void unitcall_cancel(struct unitcall *call); /* NULL is fine; a finished one is not */

#endif
