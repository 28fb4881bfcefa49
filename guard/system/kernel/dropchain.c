// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/kernel/dropchain.h"

#ifdef HAVE_NF_TABLES

#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

/* core/nftables.py of firewalld 0.6 to 2.4: set_policy("DROP"), also for panic mode */
#define TABLE_NAME "firewalld_policy_drop"

/**
 * dropchain_is_there() - does the kernel shut everything for firewalld?
 * @sock:  opened when it is not yet; the caller closes it
 * @there: written on success alone
 *
 * True during each reload and in panic mode, too.
 *
 * Return: 0; DROPCHAIN_E_UNKNOWN; negative errno.
 */
int dropchain_is_there(struct nfsocket *sock, bool *there)
{
	_cleanup_nfbatch_ struct nfbatch batch = NFBATCH_NULL;
	int r;

	nfbatch_message(&batch, NFT_MSG_GETTABLE, 0, NFPROTO_INET);
	nfbatch_string(&batch, NFTA_TABLE_NAME, TABLE_NAME);
	r = nfbatch_ask(&batch, sock, NULL);
	if (r != 0 && r != -ENOENT)
		return r > 0 ? DROPCHAIN_E_UNKNOWN : r;
	*there = r == 0;
	return 0;
}

#else

int dropchain_is_there(struct nfsocket *sock _unused_, bool *there _unused_)
{
	return DROPCHAIN_E_UNKNOWN;
}

#endif
