/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * zoneparts - the zones that are put together from folders of files, as firewalld loads them
 *
 * Each folder below zones/ of the administrator's is such a zone, also one that was made for
 * copies. A file in there that firewalld cannot load ends a reload after the rules are gone, and
 * its own check looks at none of them before 2.5, and not at all names after (firewalld#1487,
 * #1590). Nor does it look for the ipset that is a source of any zone.
 */
#ifndef GUARD_SYSTEM_FIREWALLD_ZONEPARTS_H
#define GUARD_SYSTEM_FIREWALLD_ZONEPARTS_H

#include "guard/base/util.h"

#define ZONEPARTS_DEPTH 4 /* folders in folders */

int zoneparts_broken(char **out, const char *root) _must_check_;

#endif
