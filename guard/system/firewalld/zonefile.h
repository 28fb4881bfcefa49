/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * zonefile - the administrator's zone files, which are copied before firewalld rewrites one
 *
 * and read where somebody else may have written them. Policies and ipsets (policy:NAME,
 * ipset:NAME) have such files, too.
 */
#ifndef GUARD_SYSTEM_FIREWALLD_ZONEFILE_H
#define GUARD_SYSTEM_FIREWALLD_ZONEFILE_H

#include "guard/model/firewall.h"

#define ZONEFILE_BACKUP_DIR "backup" /* in the state directory */

enum {
	ZONEFILE_E_ABSENT = 1, /* there is no file, neither the administrator's nor firewalld's */
	ZONEFILE_E_BROKEN,     /* firewalld will refuse it; the err says why */
	ZONEFILE_E_UNKNOWN,    /* it cannot be read, or is not understood */
};

int zonefile_default_zone(char **out, const char *root) _must_check_;
int zonefile_default_zone_command(char **out, const char *zone) _must_check_;
bool zonefile_is_own(const char *zone, const char *root);
bool zonefile_exists(const char *folder, const char *name, const char *root);
bool zonefile_is_there(const char *zone, const char *root);
int zonefile_part(char **out, const char *zone, const char *root) _must_check_;
int zonefile_read(struct firewall *out, const char *zone, const char *root,
                  struct err *err) _must_check_;
int zonefile_read_path(struct firewall *out, const char *path, const char *zone,
                       struct err *err) _must_check_;
int zonefile_backup(char **out, const char *state_dir, const char *zone,
                    struct err *err) _must_check_;
int zonefile_put_back(const char *zone, const char *copy, struct err *err) _must_check_;

#endif
