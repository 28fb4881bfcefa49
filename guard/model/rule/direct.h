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

#include "guard/base/util.h"

#define DIRECT_WORDS_MAX 128
#define DIRECT_TEXT_MAX  4096
#define DIRECT_CHAIN_MAX 64

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

int direct_parse(struct direct *out, bool is_chain, const char *value) _must_check_;
void direct_deinit(struct direct *direct);
int direct_format(char **out, const char *const *words, size_t n) _must_check_;
int direct_canonical(char **out, bool is_chain, const char *value) _must_check_;

const char *direct_option(const struct direct *direct, const char *name);

#endif
