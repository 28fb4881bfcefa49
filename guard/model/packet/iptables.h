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

/* What leads to firewalld's zones, with its backend iptables, and with filter_ in front of it with
 * nftables: it has one of these, and nobody else. Source: core/ipXtables.py, core/nftables.py. */
#define IPTABLES_ZONES    "INPUT_ZONES"    /* 0.6 to 1.3 */
#define IPTABLES_POLICIES "INPUT_POLICIES" /* 2.0 to 2.3 */
#define IPTABLES_DISPATCH "INPUT_dispatch" /* 2.4 and later */

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
