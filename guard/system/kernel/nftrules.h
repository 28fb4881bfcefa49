/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nftrules - what the kernel filters, as `nft -j list ruleset` shows it
 *
 * Base chains that a packet to this machine passes, and those that they lead to:
 * fail2ban's table, iptables' chains, the guard's own table. Understood are addresses,
 * ports, protocols, interfaces, connection states, marks, the flags of TCP, sets of these and
 * several of them at once, and maps that lead to verdicts or translate; everything else becomes
 * a condition or an action of which nobody knows what it does. firewalld's
 * own table is marked as such, since its contents are known in better words: it is there to
 * be held against these, and with what tells whether it is there (struct ruleset_kernel).
 */
#ifndef GUARD_SYSTEM_KERNEL_NFTRULES_H
#define GUARD_SYSTEM_KERNEL_NFTRULES_H

#include "guard/model/packet/ruleset.h"

enum {
	NFTRULES_E_UNKNOWN = 1, /* could not be asked: no nft, no permission, no answer in time */
	NFTRULES_E_MALFORMED,   /* not what nft documents (libnftables-json(5)) */
};

enum nftrules_whose {
	NFTRULES_OTHERS, /* with firewalld's own, for what nobody has led elsewhere */
	NFTRULES_ALL,    /* firewalld's direct rules, too */
};

int nftrules_read(struct ruleset *ruleset, enum nftrules_whose whose, int timeout_ms,
                  struct err *err) _must_check_;
int nftrules_read_own(struct ruleset *ruleset, int timeout_ms, struct err *err) _must_check_;
int nftrules_parse(struct ruleset *ruleset, enum nftrules_whose whose, const char *json,
                   size_t length, struct err *err) _must_check_;
int nftrules_word(struct ruleset *ruleset, char *list) _must_check_;
int nftrules_read_worded(struct ruleset *ruleset, int timeout_ms, struct err *err) _must_check_;

#endif
