// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/ban/directcount.h"

#include <errno.h>
#include <linux/netfilter.h>
#include <stdio.h>
#include <string.h>

#include "guard/model/rule/direct.h"

/* NFPROTO_*; 0: of a family that is not counted. */
static uint8_t family_of(const struct ruleset_held *held)
{
	const char *family = held->permanent ? NULL : item_direct_family(held->zone);

	return !family                       ? 0
	       : strcmp(family, "ipv4") == 0 ? NFPROTO_IPV4
	       : strcmp(family, "ipv6") == 0 ? NFPROTO_IPV6
	                                     : 0;
}

/* core/fw_direct.py, _rule(): beside the chains of its own firewalld has one for these. */
static const char *chain_in_kernel(char out[DIRECT_CHAIN_MAX], const char *chain, bool iptables)
{
	static const char *const built_in[] = {"INPUT", "OUTPUT", "FORWARD", "PREROUTING",
	                                       "POSTROUTING"};

	for (size_t i = 0; i < ARRAY_SIZE(built_in); i++) {
		const size_t n = strlen(built_in[i]);

		if (strncmp(chain, built_in[i], n) == 0 &&
		    (!chain[n] || strcmp(chain + n, "_direct") == 0)) {
			(void)snprintf(out, DIRECT_CHAIN_MAX, "%s%s", built_in[i],
			               iptables ? "_direct" : "");
			return out;
		}
	}
	return chain;
}

static int count_direct(struct foreign *out, const struct ruleset_held *held, bool iptables)
{
	static const char kind[] = "direct-rule:";
	int r = 0;

	for (size_t i = 0; i < held->items.n && r == 0; i++) {
		_cleanup_direct_ struct direct direct = DIRECT_NULL;
		const char *text = held->items.strings[i];
		char chain[DIRECT_CHAIN_MAX];

		if (strncmp(text, kind, strlen(kind)) != 0 ||
		    direct_parse(&direct, false, text + strlen(kind)) != 0)
			continue;
		r = foreign_add(out, family_of(held), direct.table,
		                chain_in_kernel(chain, direct.chain, iptables), 1);
	}
	return r;
}

/** directcount_any() - does firewalld list something of its direct interface? */
bool directcount_any(const struct ruleset *ruleset)
{
	for (size_t i = 0; i < ruleset->n_held; i++)
		if (family_of(&ruleset->held[i]) && ruleset->held[i].items.n > 0)
			return true;
	return false;
}

/**
 * directcount_find() - the chains that have fewer rules than its direct interface lists
 * @out: added to
 * @now: how many iptables' chains have; others may have theirs among them
 *
 * Return: 0 or -ENOMEM.
 */
int directcount_find(struct absent *out, const struct ruleset *ruleset, bool iptables,
                     const struct foreign *now)
{
	_cleanup_foreign_ struct foreign listed = FOREIGN_NULL;
	int r = 0;

	for (size_t i = 0; i < ruleset->n_held && r == 0; i++)
		if (family_of(&ruleset->held[i]))
			r = count_direct(&listed, &ruleset->held[i], iptables);
	for (size_t i = 0; i < listed.n && r == 0; i++) {
		const struct foreign_chain *chain = &listed.chains[i];
		char text[2 * DIRECT_CHAIN_MAX];

		if (foreign_count(now, chain) >= chain->n)
			continue;
		(void)snprintf(text, sizeof(text), "%s/chain:%s %s",
		               chain->family == NFPROTO_IPV4 ? "direct:ipv4" : "direct:ipv6",
		               chain->table, chain->name);
		r = absent_note(out, ABSENT_DIRECT, text);
	}
	return r;
}
