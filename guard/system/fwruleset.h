/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fwruleset - firewalld's answers as parts of a ruleset
 *
 * Like fwmessage: no state, no connection, and what is not of the documented types
 * is FWMESSAGE_E_MALFORMED. An entry that the model does not understand is noted
 * with ruleset_skip() and left out.
 */
#ifndef GUARD_SYSTEM_FWRULESET_H
#define GUARD_SYSTEM_FWRULESET_H

#include <dbus/dbus.h>

#include "guard/model/ruleset.h"

int fwruleset_zone(DBusMessage *message, struct ruleset *ruleset, const char *name,
                   bool is_policy) _must_check_;
int fwruleset_permanent(DBusMessage *message, struct ruleset *ruleset, const char *name,
                        bool is_policy) _must_check_;
int fwruleset_service(DBusMessage *message, struct ruleset *ruleset, const char *name) _must_check_;
int fwruleset_ipset(DBusMessage *message, struct ruleset *ruleset, const char *name) _must_check_;
int fwruleset_direct_rules(DBusMessage *message, struct ruleset *ruleset) _must_check_;
int fwruleset_passthroughs(DBusMessage *message, struct ruleset *ruleset) _must_check_;

#endif
