/* SPDX-License-Identifier: GPL-2.0-or-later */
/* firewalld-message-internal - how messages have what the model calls kind and value of an item */
#ifndef GUARD_SYSTEM_FIREWALLD_FIREWALLD_MESSAGE_INTERNAL_H
#define GUARD_SYSTEM_FIREWALLD_FIREWALLD_MESSAGE_INTERNAL_H

#include "guard/system/firewalld/firewalld-message.h"

DEFINE_CLEANUP(DBusMessage *, dbus_message_unref, firewalld_message_cleanup);
#define _cleanup_message_ _cleanup_(firewalld_message_cleanup)

/* The most strings that any kind of item is made of (a forward port: four). */
#define FIREWALLD_MESSAGE_PARTS 4

const char *firewalld_message_member(enum item_kind kind);
bool firewalld_message_has_timeout(enum item_kind kind);
size_t firewalld_message_n_parts(enum item_kind kind);
bool firewalld_message_split(enum item_kind kind, char *value,
                             const char *parts[FIREWALLD_MESSAGE_PARTS]);
int firewalld_message_join(char **out, enum item_kind kind,
                           const char *const parts[FIREWALLD_MESSAGE_PARTS]) _must_check_;
bool firewalld_message_append_switch(DBusMessageIter *iter, enum item_kind kind, bool on);
DBusMessage *firewalld_message_set_forward(const char *destination, const char *path,
                                           const char *zone, bool on);
int firewalld_message_forward(DBusMessage *message,
                              struct firewalld_message_item *out) _must_check_;

#endif
