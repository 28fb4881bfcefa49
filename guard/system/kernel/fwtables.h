/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fwtables - what of firewalld's own is in the kernel
 *
 * firewalld believes that its rules are there since it has put them there. Somebody
 * may have flushed them (nft flush ruleset): then everything is open, and firewalld
 * says the same as before. And it lets no new connection in from the beginning of a
 * reload to its end, by a table of its own, or by the policies of iptables' chains; a
 * reload that broke off leaves that there,
 * and then firewalld says that a service is open, and the kernel lets nobody in. A few
 * short questions, however many rules there are. Needs CAP_NET_ADMIN.
 */
#ifndef GUARD_SYSTEM_KERNEL_FWTABLES_H
#define GUARD_SYSTEM_KERNEL_FWTABLES_H

#include "guard/system/kernel/chainchange.h"
#include "guard/system/kernel/nfbatch.h"

/* Each a bit for a table or chain, in an order that is known to fwtables.c alone. */
struct fwtables {
	unsigned tables;  /* that are there */
	unsigned owned;   /* of these, by firewalld */
	unsigned chains;  /* that have rules in them */
	int64_t loaded;   /* of the first: the kernel gives another number to each */
	int64_t filter;   /* of both of iptables' together, which firewalld never makes anew */
	bool shut;        /* by firewalld: during each reload and in panic mode, too */
	unsigned dropped; /* of these families, a bit each, a policy DROP is on each packet's way,
	                     or there are none; not read while firewalld has rules in nftables */
};
#define FWTABLES_NULL ((struct fwtables){0})

/* What a firewalld with the backend nftables has at least. */
#define FWTABLES_ONE   ((struct fwtables){.tables = 1})
#define FWTABLES_THREE ((struct fwtables){.tables = 7})

/* What a new connection meets. */
enum fwtables_gate {
	FWTABLES_GUARDED,   /* firewalld's rules, some at least; or that is not known */
	FWTABLES_OPEN,      /* nothing */
	FWTABLES_OPEN_IPV4, /* the same, of one family */
	FWTABLES_OPEN_IPV6,
	FWTABLES_SHUT,   /* firewalld's policy DROP */
	FWTABLES_OTHERS, /* rules that are not firewalld's, and a policy DROP */
	FWTABLES_N_GATES,
};

enum {
	FWTABLES_E_UNKNOWN = 1, /* not built in, no nf_tables in the kernel, or not permitted */
};

int fwtables_read(struct fwtables *out, struct nfsocket *sock) _must_check_;
int fwtables_read_once(struct fwtables *out) _must_check_;
int64_t fwtables_loaded(void);
bool fwtables_lack(const struct fwtables *now, const struct fwtables *before);
bool fwtables_is_empty(const struct fwtables *now);
bool fwtables_lack_rules(const struct fwtables *now);
enum fwtables_gate fwtables_gate(const struct fwtables *now);
int fwtables_find_emptied(const struct chainchange *change, const struct chainchange_row **out,
                          struct nfsocket *sock) _must_check_;
int fwtables_add(const struct fwtables *now, const struct fwtables *before, struct nfsocket *sock,
                 struct err *err) _must_check_;
int fwtables_open(void) _must_check_;
int fwtables_shut(bool iptables, struct nfsocket *sock, struct err *err) _must_check_;

#endif
