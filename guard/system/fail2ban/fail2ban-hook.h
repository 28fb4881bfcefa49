/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fail2ban-hook - the action that tells the guard of bans, in every jail or in none
 *
 * It is switched by one file of ours, FAIL2BAN_HOOK_FILE: each jail keeps the action that it
 * has, whatever it is and whoever changes it later, and gets ours after it. What is written
 * counts only when fail2ban itself takes it: a jail that it would not start with is left out,
 * and where nothing helps the file goes. No file of anybody else is changed.
 */
#ifndef GUARD_SYSTEM_FAIL2BAN_FAIL2BAN_HOOK_H
#define GUARD_SYSTEM_FAIL2BAN_FAIL2BAN_HOOK_H

#include "guard/base/err.h"

#define FAIL2BAN_DEFAULT_FOLDER "/etc/fail2ban"

enum {
	FAIL2BAN_HOOK_E_ABSENT = 1, /* fail2ban or the action is not installed */
	FAIL2BAN_HOOK_E_BROKEN,     /* fail2ban does not take its own configuration */
	FAIL2BAN_HOOK_E_REFUSED,    /* it does, but not with the hook: it is off */
};

struct fail2ban_hook {
	bool enabled;     /* our file is there */
	struct strv told; /* jails that fail2ban starts with the action, ours or an own one */
	struct strv left; /* those that it starts without, each with the reason: "NAME: WHY" */
};
#define FAIL2BAN_HOOK_NULL      ((struct fail2ban_hook){0})
#define _cleanup_fail2ban_hook_ _cleanup_(fail2ban_hook_deinit)

bool fail2ban_hook_is_enabled(const char *folder);
int fail2ban_hook_look(struct fail2ban_hook *out, const char *folder, struct err *err) _must_check_;
int fail2ban_hook_enable(struct fail2ban_hook *out, const char *folder,
                         struct err *err) _must_check_;
int fail2ban_hook_disable(const char *folder, struct err *err) _must_check_;
int fail2ban_hook_tell(const char *folder, bool restart, struct err *err) _must_check_;
void fail2ban_hook_deinit(struct fail2ban_hook *hook);

#endif
