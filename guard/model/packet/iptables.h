/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * iptables - rules as iptables takes them and iptables-save writes them
 *
 * firewalld's direct rules are such, and so are those of other programs, of which nft's JSON
 * hides what a module of iptables does. Understood are addresses, protocol, ports, interfaces,
 * state, kinds of addresses, and the targets that decide or lead elsewhere; a rule with
 * anything else is kept, with a condition of which nobody knows whether it is fulfilled.
 */
#ifndef GUARD_MODEL_PACKET_IPTABLES_H
#define GUARD_MODEL_PACKET_IPTABLES_H

#include "guard/model/packet/ruleset.h"

int iptables_add_direct(struct ruleset *ruleset, const char *family, const char *table,
                        const char *chain, const struct strv *words,
                        const char *command) _must_check_;
int iptables_add_step(struct ruleset_chain *chain, const struct strv *words,
                      const char *command) _must_check_;
bool iptables_is_idle(const char *name);
void iptables_place(struct ruleset_chain *chain);
bool iptables_is_direct(const char *chain);
void iptables_mark_own(struct ruleset *ruleset);

#endif
