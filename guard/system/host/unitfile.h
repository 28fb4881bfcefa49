/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unitfile - what systemd's folders say of a unit: installed, masked, wanted
 *
 * Read from the folders, without asking systemd: also where it does not run.
 */
#ifndef GUARD_SYSTEM_HOST_UNITFILE_H
#define GUARD_SYSTEM_HOST_UNITFILE_H

#include "guard/base/err.h"
#include "guard/base/util.h"

bool unitfile_exists(const char *unit);
bool unitfile_is_masked(const char *unit);
int unitfile_is_wanted(bool *out, const char *unit, struct err *err) _must_check_;

#endif
