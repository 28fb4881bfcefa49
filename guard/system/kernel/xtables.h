/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xtables - rules of iptables that nft does not tell of, or not all of
 *
 * iptables has two ways into the kernel. By nf_tables they are nft's, too, but of what a
 * module does (multiport, conntrack, addrtype, DNAT…) nft tells only its name. The older
 * tables (iptables-legacy) are in a place of their own, where nft does not look. Both are
 * told in full by iptables-save, in the words that iptables takes.
 */
#ifndef GUARD_SYSTEM_KERNEL_XTABLES_H
#define GUARD_SYSTEM_KERNEL_XTABLES_H

#include "guard/model/packet/ruleset.h"

struct xtables_source {
	const char *family; /* ip or ip6 */
	const char *tool;   /* static; iptables-nft, ip6tables-legacy… */
	bool legacy;
	bool all; /* firewalld's direct rules, too */
};

bool xtables_has_any_legacy(void);
bool xtables_has_legacy(bool ipv6);
int xtables_read(struct ruleset *ruleset, bool all, int64_t end_ms) _must_check_;
int xtables_parse(struct ruleset *ruleset, const struct xtables_source *source,
                  char *text) _must_check_;

#endif
