/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * directban - bans that fail2ban's actions write through firewalld's direct interface
 */
#ifndef GUARD_MODEL_BAN_DIRECTBAN_H
#define GUARD_MODEL_BAN_DIRECTBAN_H

#include "guard/base/cidr.h"
#include "guard/model/item.h"

/* What fail2ban's actions put before the names of their chains and ipsets. */
#define DIRECTBAN_PREFIX "f2b-"

/* What an item is to fail2ban's actions firewallcmd-multiport, -new, -allports and -ipset. */
enum directban_role {
	DIRECTBAN_NONE,  /* somebody else's, or nothing that these actions write */
	DIRECTBAN_FRAME, /* a chain, the end of a chain, what leads there, or to an ipset */
	DIRECTBAN_BAN,   /* one address in such a chain */
};

/* @name: the action's name, as in f2b-NAME; @source: of a ban */
int directban_role(const struct item *item, char name[ITEM_ZONE_MAX + 1],
                   struct cidr *source) _must_check_;
int directban_ipset(const struct item *item, char **out) _must_check_;

#endif
