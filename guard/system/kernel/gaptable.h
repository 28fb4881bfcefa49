/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gaptable - the guard's own nftables table, which denies what a wipe has freed
 *
 * `table inet reload_guard`: one chain at input, before firewalld's, which accepts
 * nothing for good (firewalld still decides) but whose drops and rejects are final.
 * Every element has a timeout of at most GAPTABLE_RENEW_MS and a bit, so that a
 * table left by a guard that was killed stops to deny anybody; a living guard fills
 * it again before that. Filling is one transaction with the kernel, without any
 * process or library in between: all of it or nothing, whatever was there before.
 *
 * Needs CAP_NET_ADMIN in the network namespace.
 */
#ifndef GUARD_SYSTEM_KERNEL_GAPTABLE_H
#define GUARD_SYSTEM_KERNEL_GAPTABLE_H

#include "guard/model/ban/gap.h"
#include "guard/system/kernel/nfbatch.h"

#define GAPTABLE_NAME     "reload_guard"
#define GAPTABLE_RENEW_MS (30 * 60 * 1000) /* fill it again when it is that old */

struct gaptable {
	struct nfsocket sock;
};
#define GAPTABLE_NULL ((struct gaptable){NFSOCKET_NULL})

enum {
	GAPTABLE_E_MISSING = 1, /* not built in, no nf_tables in the kernel, or not permitted */
};

int gaptable_fill(struct gaptable *table, const struct gap_sets *sets, const struct gap *gap,
                  int64_t now_us, struct err *err) _must_check_;
int gaptable_drop(struct gaptable *table, struct err *err) _must_check_;
int gaptable_exists(struct gaptable *table, bool *exists, struct err *err) _must_check_;
void gaptable_close(struct gaptable *table); /* the kernel's table stays as it is */
int gaptable_port_of(const char *name, const char *protocol);

#endif
