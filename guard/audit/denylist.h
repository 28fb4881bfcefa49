/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * denylist - everything that denies: whom, how many addresses, and who of them is near
 *
 * Without any client range, too. What is near are the networks that this machine reaches
 * without a gateway, and addresses that logged in lately: who denies these may have meant
 * somebody else. Whether such a deny ever decides is judged as conflictlist.h judges. The same
 * deny on several ports is one.
 */
#ifndef GUARD_AUDIT_DENYLIST_H
#define GUARD_AUDIT_DENYLIST_H

#include "guard/audit/conflictlist.h"
#include "guard/audit/picture.h"

struct denylist_row {
	const struct conflict *conflict; /* borrowed; the first of its rules */
	size_t n_rules;                  /* on five ports it has five */
	char *where;                     /* owned; "in zone public", "bound to zone drop" */
	char *whom;                      /* owned; "192.0.2.0/24", "ipset:bad", "everybody" */
	const char *jail;                /* borrowed; whose ban it is; NULL: none that is known */
	bool more_jails;                 /* of a set that has bans of others, too */
	int64_t until_us;                /* of a ban of one address; 0: never, or no such ban */
	bool permanent;
	const struct picture_network **networks; /* owned array of borrowed; that it hits */
	size_t n_networks, networks_capacity;
	const struct cidr *whole; /* borrowed; of these, one that it denies altogether though nobody
	                             says where clients come from; NULL: none */
	size_t n_logins;          /* that it hits: an address each, of IPv6 a /64 */
	bool judged;              /* whether it ever decides; what hits nobody near is not asked */
	bool effective;
	char *why_not; /* owned; why it has no effect on mail; NULL: it has, or nobody asked */
};

struct denylist {
	struct conflicts conflicts;
	struct denylist_row *rows; /* owned; the widest first */
	size_t n;
};
#define DENYLIST_NULL      ((struct denylist){0})
#define _cleanup_denylist_ _cleanup_(denylist_deinit)

int denylist_make(struct denylist *out, const struct conflictlist_options *options,
                  const struct picture *picture) _must_check_;
bool denylist_hits(const struct denylist_row *row);
bool denylist_is_idle(const struct denylist_row *row);
void denylist_deinit(struct denylist *list);

#endif
