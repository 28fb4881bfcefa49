/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bantables - whom the kernel keeps away by the rules of others than firewalld and the guard
 *
 * Chains that packets come by, those that they lead to, and the sets that their rules ask for, in
 * every table of nf_tables that is in force, and the ipsets of their rules. Of the tables of
 * iptables-legacy it is read whether there are any. Of each rule that does not accept it is read
 * whom it is about, and nothing of its ports. Needs CAP_NET_ADMIN.
 */
#ifndef GUARD_SYSTEM_KERNEL_BANTABLES_H
#define GUARD_SYSTEM_KERNEL_BANTABLES_H

#include "guard/model/ban/banplace.h"
#include "guard/system/kernel/nfbatch.h"

enum {
	/* not built in, no nf_tables in the kernel, not permitted, or more than a machine has */
	BANTABLES_E_UNKNOWN = 1,
};

int bantables_read(struct banplaces *out, struct nfsocket *sock) _must_check_;
int bantables_read_once(struct banplaces *out) _must_check_;

#endif
