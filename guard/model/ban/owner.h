/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * owner - which program's rules these are, and how it is told to let somebody in
 *
 * A rule that another program has put into the kernel is that program's to change: taken
 * away behind its back it comes back, or its own lists no longer say what is. Programs are
 * known by the names that they give to their tables, chains and sets.
 */
#ifndef GUARD_MODEL_PACKET_OWNER_H
#define GUARD_MODEL_PACKET_OWNER_H

#include "guard/model/packet/verdict.h"

struct owner;

/* Comes with netavark 1.9 and later, and is not enabled by itself. */
#define OWNER_NETAVARK_UNIT "netavark-firewalld-reload.service"

const struct owner *owner_of(const struct ruleset *ruleset, const struct verdict_step *step);
const struct owner *owner_of_chain(const char *table, const char *chain);
const char *owner_name(const struct owner *owner);
const char *owner_again(const struct owner *owner);
bool owner_hears(const struct owner *owner);
const char *owner_unit(const struct owner *owner);
const struct owner *owner_fail2ban(void);
bool owner_is_fail2ban(const struct owner *owner);
const char *owner_ipset(const struct ruleset_step *rule);
void owner_element(struct cidr *out, const struct verdict_step *step, const struct cidr *client);
const struct ruleset_step *owner_rule(const struct verdict_step *step);
int owner_commands(struct strv *out, const struct owner *owner, const struct verdict_step *step,
                   const struct cidr *client, const struct strv *ports) _must_check_;

#endif
