/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * firewalld-message - firewalld's messages: building calls, taking answers and signals apart
 *
 * No state and no connection. What comes in is checked against the types that
 * firewalld documents; what differs is FIREWALLD_MESSAGE_E_MALFORMED.
 */
#ifndef GUARD_SYSTEM_FIREWALLD_FIREWALLD_MESSAGE_H
#define GUARD_SYSTEM_FIREWALLD_FIREWALLD_MESSAGE_H

#include <dbus/dbus.h>

#include "guard/model/firewall.h"

#define FIREWALLD_MESSAGE_NAME          "org.fedoraproject.FirewallD1"
#define FIREWALLD_MESSAGE_PATH          "/org/fedoraproject/FirewallD1"
#define FIREWALLD_MESSAGE_INTERFACE     "org.fedoraproject.FirewallD1"
#define FIREWALLD_MESSAGE_ZONE          "org.fedoraproject.FirewallD1.zone"
#define FIREWALLD_MESSAGE_CONFIG_PATH   "/org/fedoraproject/FirewallD1/config"
#define FIREWALLD_MESSAGE_CONFIG        "org.fedoraproject.FirewallD1.config"
#define FIREWALLD_MESSAGE_CONFIG_ZONE   "org.fedoraproject.FirewallD1.config.zone"
#define FIREWALLD_MESSAGE_POLICY        "org.fedoraproject.FirewallD1.policy"
#define FIREWALLD_MESSAGE_CONFIG_POLICY "org.fedoraproject.FirewallD1.config.policy"
#define FIREWALLD_MESSAGE_IPSET         "org.fedoraproject.FirewallD1.ipset"
#define FIREWALLD_MESSAGE_CONFIG_IPSET  "org.fedoraproject.FirewallD1.config.ipset"
#define FIREWALLD_MESSAGE_DIRECT        "org.fedoraproject.FirewallD1.direct"
#define FIREWALLD_MESSAGE_CONFIG_DIRECT "org.fedoraproject.FirewallD1.config.direct"
#define FIREWALLD_MESSAGE_EXCEPTION     "org.fedoraproject.FirewallD1.Exception"

enum {
	FIREWALLD_MESSAGE_E_MALFORMED = 1, /* not of the documented types */
	FIREWALLD_MESSAGE_E_OTHER, /* firewalld_message_item_signal(): not a signal about an item */
};

enum firewalld_message_change {
	FIREWALLD_MESSAGE_ADDED,
	FIREWALLD_MESSAGE_REMOVED,
	FIREWALLD_MESSAGE_MOVED,
};

/* An item as a signal names it: the zone may be "", and nothing is in normal form yet. */
struct firewalld_message_item {
	enum firewalld_message_change change;
	enum item_kind kind;
	const char *zone; /* borrowed from the message */
	char *value;      /* owned */
	int timeout_s;
};

/* Called for each entry of a zone; not 0 ends it. */
typedef int (*firewalld_message_entry_fn)(enum item_kind kind, const char *value, void *userdata);

/* The same for what the direct interface holds; @zone is direct:FAMILY. */
typedef int (*firewalld_message_direct_fn)(enum item_kind kind, const char *zone, const char *value,
                                           void *userdata);

/* Calls; NULL is out of memory. */
DBusMessage *firewalld_message_call(const char *destination, const char *path,
                                    const char *interface, const char *member,
                                    const char *argument);
DBusMessage *firewalld_message_new_zone(const char *destination, const char *zone) _must_check_;
DBusMessage *firewalld_message_get_property(const char *destination, const char *path,
                                            const char *interface, const char *property);
DBusMessage *firewalld_message_add(const char *destination, const struct item *item);
DBusMessage *firewalld_message_move(const char *destination, const struct item *binding);
DBusMessage *firewalld_message_remove(const char *destination, const struct item *item);
DBusMessage *firewalld_message_query(const char *destination, const struct item *item);
DBusMessage *firewalld_message_permanent_remove(const char *destination, const char *path,
                                                const struct item *item) _must_check_;
DBusMessage *firewalld_message_permanent_add(const char *destination, const char *path,
                                             const struct item *item);

DBusMessage *firewalld_message_policy_change(const char *destination, const char *path,
                                             DBusMessage *settings, const struct item *item,
                                             bool removes, bool *done);
int firewalld_message_timeout(DBusMessageIter array) _must_check_;
int firewalld_message_policy_signal(DBusMessage *signal, const char **policy, unsigned *kinds,
                                    int *timeout_s, firewalld_message_entry_fn fn,
                                    void *userdata) _must_check_;
int firewalld_message_direct_signal(DBusMessage *signal,
                                    struct firewalld_message_item *out) _must_check_;
int firewalld_message_direct(DBusMessage *message, firewalld_message_direct_fn fn,
                             void *userdata) _must_check_;
int firewalld_message_item_signal(DBusMessage *signal,
                                  struct firewalld_message_item *out) _must_check_;
int firewalld_message_removal_call(DBusMessage *call,
                                   struct firewalld_message_item *out) _must_check_;
/* What a call does with an interface. */
struct firewalld_message_binding {
	const char *zone; /* "": the default zone */
	const char *interface;
	bool removes;
};
int firewalld_message_binding_call(DBusMessage *call,
                                   struct firewalld_message_binding *out) _must_check_;
int firewalld_message_string(DBusMessage *message, int type, const char **out) _must_check_;
int firewalld_message_variant_string(DBusMessage *message, const char **out) _must_check_;
int firewalld_message_bool(DBusMessage *message, bool *out) _must_check_;
int firewalld_message_list(DBusMessage *message, int type, struct strv *out) _must_check_;
int firewalld_message_zone(DBusMessage *message, firewalld_message_entry_fn fn,
                           void *userdata) _must_check_;
int firewalld_message_service(DBusMessage *message, struct strv *ports, struct strv *protocols,
                              struct strv *source_ports, struct strv *includes) _must_check_;
bool firewalld_message_has_code(DBusMessage *error, const char *code);
const char *firewalld_message_error_text(DBusMessage *error);

#endif
