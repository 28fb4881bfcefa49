/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * banrule - what an action of fail2ban makes in firewalld for a ban, sign by sign
 *
 * As its command and its parameters say, or as it was seen. So a rule can be told to be fail2ban's,
 * and one that nobody has seen can be known all the same.
 */
#ifndef GUARD_MODEL_BAN_BANRULE_H
#define GUARD_MODEL_BAN_BANRULE_H

#include "guard/base/text.h"
#include "guard/model/ban/banshape.h"
#include "guard/model/firewall.h"

/* All borrowed. */
struct banrule_query {
	const struct tickets *tickets;  /* with the actions of their jails */
	const struct banshapes *shapes; /* of the jails' bans; NULL: none */
	const struct firewall *now;     /* what is in force */
	int64_t since_us;               /* bans of before are known */
	int64_t began_us;               /* when fail2ban carried out what it held; 0: not known */
	int64_t now_us;
};

int banrule_write(char **out, const struct jail_action *action, const struct cidr *source,
                  const char *port) _must_check_;
int banrule_ports(struct strv *out, const struct jail_action *action) _must_check_;
bool banrule_is_shaped(const struct banshape *shape, const struct jail *jail,
                       const struct firewall *now);
int banrule_is_as_seen(const struct banshape *shape, const struct cidr *source,
                       const struct firewall *now) _must_check_;
int banrule_unseen(struct firewall *out, const struct banrule_query *query) _must_check_;

#endif
