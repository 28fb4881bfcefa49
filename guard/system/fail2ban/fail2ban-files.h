/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fail2ban-files - which jails fail2ban's files have, and where their actions come from
 *
 * Reads jail.conf, jail.d/NAME.conf, jail.local and jail.d/NAME.local, in the order in
 * which fail2ban does (client/configreader.py); what a later file says counts. Nothing is
 * interpolated: what the server is told in the end, only fail2ban itself can say.
 */
#ifndef GUARD_SYSTEM_FAIL2BAN_FAIL2BAN_FILES_H
#define GUARD_SYSTEM_FAIL2BAN_FAIL2BAN_FILES_H

#include "guard/base/err.h"

/* The jail.d file that `reload-guard hook enable` writes; it is to be read last. */
#define FAIL2BAN_HOOK_FILE "jail.d/zz-reload-guard.local"

struct fail2ban_section {
	char *name;   /* owned */
	char *file;   /* owned; that has its action, or has the section when it has none */
	bool action;  /* it has one of its own, and not that of [DEFAULT] */
	bool chained; /* that is built on the action that an earlier file had: %(known/action)s */
	bool hooked;  /* that names reload-guard */
};

struct fail2ban_files {
	struct fail2ban_section *sections; /* owned; in the order in which they are met */
	size_t n;
	size_t capacity;
};
#define FAIL2BAN_FILES_NULL      ((struct fail2ban_files){0})
#define _cleanup_fail2ban_files_ _cleanup_(fail2ban_files_deinit)

int fail2ban_files_read(struct fail2ban_files *out, const char *folder,
                        struct err *err) _must_check_;
int fail2ban_files_add(struct fail2ban_files *files, const char *file,
                       const char *text) _must_check_;
const struct fail2ban_section *fail2ban_files_find(const struct fail2ban_files *files,
                                                   const char *name);
bool fail2ban_is_jail(const char *name);
void fail2ban_files_deinit(struct fail2ban_files *files);

#endif
