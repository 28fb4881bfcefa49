/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * firewalld-answers - firewalld's answers as parts of a ruleset
 *
 * Like firewalld_message: no state, no connection, and what is not of the documented types
 * is FIREWALLD_MESSAGE_E_MALFORMED. An entry that the model does not understand is noted
 * with ruleset_skip() and left out.
 */
#ifndef GUARD_SYSTEM_FIREWALLD_FIREWALLD_ANSWERS_H
#define GUARD_SYSTEM_FIREWALLD_FIREWALLD_ANSWERS_H

#include <dbus/dbus.h>

#include "guard/model/packet/ruleset.h"

int firewalld_answers_zone(DBusMessage *message, struct ruleset *ruleset,
                           const char *zone) _must_check_;
int firewalld_answers_resolve(struct ruleset *ruleset) _must_check_;
int firewalld_answers_combine(struct ruleset *ruleset) _must_check_;
int firewalld_answers_permanent(DBusMessage *message, struct ruleset *ruleset,
                                const char *zone) _must_check_;
int firewalld_answers_service(DBusMessage *message, struct ruleset *ruleset,
                              const char *name) _must_check_;
int firewalld_answers_ipset(DBusMessage *message, struct ruleset *ruleset,
                            const char *name) _must_check_;
int firewalld_answers_permanent_ipset(DBusMessage *message, struct ruleset *ruleset,
                                      const char *zone) _must_check_;
int firewalld_answers_direct(DBusMessage *message, struct ruleset *ruleset,
                             bool permanent) _must_check_;
int firewalld_answers_direct_rules(DBusMessage *message, struct ruleset *ruleset) _must_check_;
int firewalld_answers_passthroughs(DBusMessage *message, struct ruleset *ruleset) _must_check_;

#endif
