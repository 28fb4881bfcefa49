/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fwmessage - firewalld's messages: building calls, taking answers and signals apart
 *
 * No state and no connection. What comes in is checked against the types that
 * firewalld documents; what differs is FWMESSAGE_E_MALFORMED.
 */
#ifndef GUARD_SYSTEM_FWMESSAGE_H
#define GUARD_SYSTEM_FWMESSAGE_H

#include <dbus/dbus.h>

#include "guard/model/firewall.h"

#define FWMESSAGE_NAME          "org.fedoraproject.FirewallD1"
#define FWMESSAGE_PATH          "/org/fedoraproject/FirewallD1"
#define FWMESSAGE_INTERFACE     "org.fedoraproject.FirewallD1"
#define FWMESSAGE_ZONE          "org.fedoraproject.FirewallD1.zone"
#define FWMESSAGE_CONFIG_PATH   "/org/fedoraproject/FirewallD1/config"
#define FWMESSAGE_CONFIG        "org.fedoraproject.FirewallD1.config"
#define FWMESSAGE_CONFIG_ZONE   "org.fedoraproject.FirewallD1.config.zone"
#define FWMESSAGE_POLICY        "org.fedoraproject.FirewallD1.policy"
#define FWMESSAGE_CONFIG_POLICY "org.fedoraproject.FirewallD1.config.policy"
#define FWMESSAGE_IPSET         "org.fedoraproject.FirewallD1.ipset"
#define FWMESSAGE_CONFIG_IPSET  "org.fedoraproject.FirewallD1.config.ipset"
#define FWMESSAGE_DIRECT        "org.fedoraproject.FirewallD1.direct"
#define FWMESSAGE_CONFIG_DIRECT "org.fedoraproject.FirewallD1.config.direct"
#define FWMESSAGE_EXCEPTION     "org.fedoraproject.FirewallD1.Exception"

enum {
	FWMESSAGE_E_MALFORMED = 1, /* not of the documented types */
	FWMESSAGE_E_OTHER,         /* fwmessage_item_signal(): not a signal about an item */
};

enum fwmessage_change {
	FWMESSAGE_ADDED,
	FWMESSAGE_REMOVED,
	FWMESSAGE_MOVED,
};

/* An item as a signal names it: the zone may be "", and nothing is in normal form yet. */
struct fwmessage_item {
	enum fwmessage_change change;
	enum item_kind kind;
	const char *zone; /* borrowed from the message */
	char *value;      /* owned */
	int timeout_s;
};

/* Called for each entry of a zone; not 0 ends it. */
typedef int (*fwmessage_entry_fn)(enum item_kind kind, const char *value, void *userdata);

/* The same for what the direct interface holds; @zone is direct:FAMILY. */
typedef int (*fwmessage_direct_fn)(enum item_kind kind, const char *zone, const char *value,
                                   void *userdata);

/* Calls; NULL is out of memory. */
DBusMessage *fwmessage_call(const char *destination, const char *path, const char *interface,
                            const char *member, const char *argument);
DBusMessage *fwmessage_get_property(const char *destination, const char *path,
                                    const char *interface, const char *property);
DBusMessage *fwmessage_add(const char *destination, const struct item *item);
DBusMessage *fwmessage_move(const char *destination, const struct item *binding);
DBusMessage *fwmessage_remove(const char *destination, const struct item *item);
DBusMessage *fwmessage_query(const char *destination, const struct item *item);
DBusMessage *fwmessage_permanent_remove(const char *destination, const char *path,
                                        const struct item *item) _must_check_;
DBusMessage *fwmessage_permanent_add(const char *destination, const char *path,
                                     const struct item *item);

DBusMessage *fwmessage_policy_add(const char *destination, const char *path, DBusMessage *settings,
                                  const struct item *item, bool *there);
int fwmessage_policy_signal(DBusMessage *signal, const char **policy, unsigned *kinds,
                            fwmessage_entry_fn fn, void *userdata) _must_check_;
int fwmessage_direct_signal(DBusMessage *signal, struct fwmessage_item *out) _must_check_;
int fwmessage_direct(DBusMessage *message, fwmessage_direct_fn fn, void *userdata) _must_check_;
int fwmessage_item_signal(DBusMessage *signal, struct fwmessage_item *out) _must_check_;
int fwmessage_removal_call(DBusMessage *call, struct fwmessage_item *out) _must_check_;
int fwmessage_string(DBusMessage *message, int type, const char **out) _must_check_;
int fwmessage_variant_string(DBusMessage *message, const char **out) _must_check_;
int fwmessage_bool(DBusMessage *message, bool *out) _must_check_;
int fwmessage_list(DBusMessage *message, int type, struct strv *out) _must_check_;
int fwmessage_zone(DBusMessage *message, fwmessage_entry_fn fn, void *userdata) _must_check_;
int fwmessage_service(DBusMessage *message, struct strv *ports, struct strv *protocols,
                      struct strv *source_ports, struct strv *includes) _must_check_;
bool fwmessage_has_code(DBusMessage *error, const char *code);
const char *fwmessage_error_text(DBusMessage *error);

#endif
