/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hold - what a command that is printed would close, before anybody types it
 *
 * Whoever types it may have come by ssh, and mail is served while he does. So each command is
 * tried on the model: its firewall-cmd calls, reloads among them, are carried out on a copy of what
 * firewalld holds, and packets of strangers, of bound sources, and of who is connected by ssh now
 * are held against the rules before and after, at run time and for good. What is not understood
 * of a command changes nothing here; it is the programs' of this house, which make them.
 */
#ifndef GUARD_AUDIT_HOLD_H
#define GUARD_AUDIT_HOLD_H

#include "guard/audit/picture.h"
#include "guard/model/finding.h"

struct held {
	char *first;  /* owned; what opens beforehand what it would close; NULL: nothing needs to */
	char *closes; /* owned; what it would close all the same; NULL: nothing */
};
#define HELD_NULL      ((struct held){0})
#define _cleanup_held_ _cleanup_(held_deinit)

void held_deinit(struct held *held);
int hold_command(struct held *out, const struct picture *picture, const char *command) _must_check_;
int hold_finding(struct finding *finding, const struct picture *picture) _must_check_;
int hold_commands(struct strv *commands, struct strv *others, char **withheld,
                  const struct picture *picture) _must_check_;

#endif
