/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ipsets - what is in the kernel's ipsets that rules of iptables ask for
 *
 * A rule tells only the name of its set (-m set --match-set); whom it is about the kernel has
 * to be asked, as `ipset save` writes it. Those of firewalld with the backend nftables are
 * sets of nft, and no matter of this.
 */
#ifndef GUARD_SYSTEM_KERNEL_IPSETS_H
#define GUARD_SYSTEM_KERNEL_IPSETS_H

#include "guard/model/packet/ruleset.h"

enum {
	IPSETS_E_UNKNOWN = 1, /* no set of addresses or networks alone */
};

int ipsets_parse(struct ruleset_match *out, char *text) _must_check_;
int ipsets_fill(struct ruleset *ruleset, int64_t end_ms) _must_check_;

#endif
