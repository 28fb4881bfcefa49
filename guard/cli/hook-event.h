/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hook-event - what fail2ban's action says, told to the watcher
 *
 * Of two programs: reload-guard, and reload-guard-hook, which fail2ban calls for each ban and
 * which therefore links nothing but this.
 */
#ifndef GUARD_CLI_HOOK_EVENT_H
#define GUARD_CLI_HOOK_EVENT_H

#include "guard/base/util.h"

enum hook_option {
	HOOK_JAIL,
	HOOK_ADDRESS,
	HOOK_FAMILY,
	HOOK_TIME,
	HOOK_BANTIME,
	HOOK_FAILURES,
	HOOK_COUNT,
	HOOK_RESTORED,
	HOOK_RULE,
	HOOK_N_OPTIONS,
};

extern const char *const hook_event_options[HOOK_N_OPTIONS];

void hook_event_say(const char *format, ...) _printf_(1, 2);
void hook_event_tell(const char *state_dir, const char *word,
                     const char *const values[HOOK_N_OPTIONS]);

#endif
