/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dropchain - the table with which firewalld shuts everything while it reloads
 *
 * firewalld lets no new connection in from the beginning of a reload to its end, by
 * a table of its own. A reload that broke off leaves it there: firewalld says that a
 * service is open, and the kernel lets nobody in. With the iptables backend there is
 * no such table, and nothing is known. Needs CAP_NET_ADMIN.
 */
#ifndef GUARD_SYSTEM_KERNEL_DROPCHAIN_H
#define GUARD_SYSTEM_KERNEL_DROPCHAIN_H

#include "guard/system/kernel/nfbatch.h"

enum {
	DROPCHAIN_E_UNKNOWN = 1, /* not built in, no nf_tables in the kernel, or not permitted */
};

int dropchain_is_there(struct nfsocket *sock, bool *there) _must_check_;

#endif
