/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * foreigntables - how many rules the chains of iptables' tables have
 *
 * Those are the tables that firewalld empties. The kernel tells of each rule, and nobody reads
 * it. Needs CAP_NET_ADMIN. What iptables-legacy holds is not in nf_tables, and not here.
 */
#ifndef GUARD_SYSTEM_KERNEL_FOREIGNTABLES_H
#define GUARD_SYSTEM_KERNEL_FOREIGNTABLES_H

#include "guard/model/ban/foreign.h"
#include "guard/system/kernel/nfbatch.h"

enum {
	FOREIGNTABLES_E_UNKNOWN =
	    1, /* not built in, no nf_tables in the kernel, not permitted, or too many chains */
};

bool foreigntables_have(bool ipv6, const char *table, const char *chain);
int foreigntables_read(struct foreign *out, struct nfsocket *sock) _must_check_;

#endif
