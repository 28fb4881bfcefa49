/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * chainchange - by how many rules somebody changed the chains of firewalld's table
 *
 * From what the kernel tells of a transaction (nft monitor shows the same). Who has put
 * rules of his own into a chain of firewalld's and takes them out again has changed it by
 * none; below that it is firewalld's own rules that are gone.
 */
#ifndef GUARD_SYSTEM_KERNEL_CHAINCHANGE_H
#define GUARD_SYSTEM_KERNEL_CHAINCHANGE_H

#include "guard/base/util.h"

/* core/nftables.py of firewalld 0.6 to 2.5 */
#define CHAINCHANGE_TABLE "firewalld"

/* What does not fit is left out: who takes more chains than these has taken the base chains, too.
 */
#define CHAINCHANGE_MAX       16
#define CHAINCHANGE_NAME_SIZE 128

struct chainchange_row {
	uint8_t family; /* NFPROTO_* */
	char name[CHAINCHANGE_NAME_SIZE];
	int by; /* rules; below 0: fewer */
};

struct chainchange {
	struct chainchange_row rows[CHAINCHANGE_MAX];
	size_t n;
	/* A rule or an element of a set went, whatever came in its place: from firewalld's table;
	 * from where it has its rules with the backend iptables; from iptables' other chains. */
	bool taken, taken_from_iptables, taken_beside;
	/* A table of iptables' went as a whole, as iptables-restore does it unless told otherwise.
	 */
	bool iptables_replaced;
};
#define CHAINCHANGE_NULL ((struct chainchange){.n = 0})

void chainchange_note(struct chainchange *change, void *messages, size_t length);
void chainchange_add(struct chainchange *change, const struct chainchange *more);

#endif
