/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * jailaction - how an action of fail2ban carries a ban out, told by its commands
 *
 * By what they do, not by the action's name: people copy and rename actions. The
 * text is a shell's, and taken apart only as far as it takes to see which
 * program is called, and with which options.
 */
#ifndef GUARD_MODEL_BAN_JAILACTION_H
#define GUARD_MODEL_BAN_JAILACTION_H

#include "guard/model/ban/ticket.h"
#include "guard/model/item.h"

enum jail_action_kind jailaction_classify(const char *ban, const char *start);
int jailaction_zone(char **out, const char *ban) _must_check_;
int jailaction_ipset(char **out, const char *ban) _must_check_;
int jailaction_made(enum item_kind *kind, char **out, const char *ban) _must_check_;
bool jailaction_names(const char *ban, enum item_kind kind);
int jailaction_substitute(char **out, const char *text, const char *tag,
                          const char *value) _must_check_;

#endif
