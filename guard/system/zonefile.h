/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * zonefile - the administrator's zone files, which are copied before firewalld rewrites one
 */
#ifndef GUARD_SYSTEM_ZONEFILE_H
#define GUARD_SYSTEM_ZONEFILE_H

#include "guard/model/err.h"

#define ZONEFILE_BACKUP_DIR "backup" /* in the state directory */

int zonefile_backup(char **out, const char *state_dir, const char *zone,
                    struct err *err) _must_check_;

#endif
