/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * direct - chains and rules of firewalld's direct interface, which are iptables' own words
 *
 * As items they stand in the pseudo-zones direct:ipv4, direct:ipv6 and direct:eb, with
 * the words that `firewall-cmd --direct --add-chain|--add-rule` takes behind these:
 *
 *   direct:ipv4/chain:filter f2b-lab
 *   direct:ipv4/direct-rule:filter f2b-lab 0 -s 192.0.2.1 -j REJECT
 *
 * A word is quoted as a shell would have it where it holds more than letters, digits
 * and a few signs, so that the normal form can be pasted, and tells the same words
 * always by the same text. What the words mean is iptables' business; only where
 * fail2ban's own actions wrote them is more of it understood here.
 */
#ifndef GUARD_MODEL_RULE_DIRECT_H
#define GUARD_MODEL_RULE_DIRECT_H

#include "guard/base/cidr.h"
#include "guard/model/item.h"

#define DIRECT_WORDS_MAX 128

/* What fail2ban's actions put before the names of their chains and ipsets. */
#define DIRECT_F2B "f2b-"

struct direct {
	struct strv words; /* owned: all of them, in order */
	const char *table; /* these lead into words */
	const char *chain;
	int priority;      /* of a rule */
	char *const *args; /* of a rule */
	size_t n_args;
};
#define DIRECT_NULL      ((struct direct){0})
#define _cleanup_direct_ _cleanup_(direct_deinit)

enum {
	DIRECT_E_SYNTAX = 1, /* no words for that kind */
};

int direct_parse(struct direct *out, enum item_kind kind, const char *value) _must_check_;
void direct_deinit(struct direct *direct);
int direct_format(char **out, const char *const *words, size_t n) _must_check_;
int direct_canonical(char **out, enum item_kind kind, const char *value) _must_check_;

/* What an item is to fail2ban's actions firewallcmd-multiport, -new, -allports and -ipset. */
enum direct_role {
	DIRECT_ROLE_NONE,  /* somebody else's, or nothing that these actions write */
	DIRECT_ROLE_FRAME, /* a chain, the end of a chain, what leads there, or to an ipset */
	DIRECT_ROLE_BAN,   /* one address in such a chain */
};

/* @name: the action's name, as in f2b-NAME; @source: of a ban */
enum direct_role direct_role(const struct item *item, char name[ITEM_ZONE_MAX + 1],
                             struct cidr *source);
const char *direct_option(const struct direct *direct, const char *name);
bool direct_ipset(const struct item *item, char **out) _must_check_;

#endif
