/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * firewalld-rules - read all that firewalld decides packets by, as a ruleset
 *
 * The runtime: zones, policies, the services that they use with their definitions,
 * ipsets with their entries, direct rules; and of each what is permanent too. For
 * `explain` and its like: the watcher reads firewalls (firewalld_read()) instead.
 */
#ifndef GUARD_SYSTEM_FIREWALLD_FIREWALLD_RULES_H
#define GUARD_SYSTEM_FIREWALLD_FIREWALLD_RULES_H

#include "guard/model/packet/ruleset.h"
#include "guard/system/firewalld/firewalld.h"

struct firewalld_rules {
	/* Read last. With anything but RUNNING the ruleset is not to be relied on. */
	enum firewall_state state;
	struct ruleset ruleset; /* may be taken: copy the struct, then RULESET_NULL */
	bool stale;             /* a reload ended while it was read: read again */
};

/* @rules: empty unless @result is 0. @err is empty when it is, never NULL. */
typedef void (*firewalld_rules_fn)(int result, struct firewalld_rules *rules, const struct err *err,
                                   void *userdata);

int firewalld_rules(struct firewalld *fw, struct firewalld_op **op, firewalld_rules_fn fn,
                    void *userdata) _must_check_;
int firewalld_rules_wait(struct firewalld *fw, struct firewalld_rules *out, int64_t deadline_ms,
                         struct err *err) _must_check_;
void firewalld_rules_deinit(struct firewalld_rules *rules);

#endif
