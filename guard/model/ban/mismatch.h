/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mismatch - where fail2ban's bans and firewalld's rules have come apart
 *
 * fail2ban makes a rule for a ban once and never looks again; firewalld knows
 * nothing of bans. So a ban may be without its rule, a rule may outlive its ban,
 * stand in a zone that its traffic does not come through, or become permanent.
 * Jails are looked at that ban in tables of their own (banplace.h), with rich rules, or by
 * firewalld's direct interface and its ipsets; of the kernel's own ipsets, whether a rule looks
 * into them; and of what else was seen to be made for a jail's bans, whether it is there. Pure;
 * what is not known is for the caller to say: without tickets there is no answer (law 2).
 *
 * A rule is held to be fail2ban's when it is, sign by sign, what the action of
 * one of its jails writes: rules of an administrator's own are none of our business.
 */
#ifndef GUARD_MODEL_BAN_MISMATCH_H
#define GUARD_MODEL_BAN_MISMATCH_H

#include "guard/model/ban/banplan.h"
#include "guard/model/finding.h"
#include "guard/model/firewall.h"

enum mismatch_kind {
	MISMATCH_BAN_WITHOUT_RULE,  /* the banned get through */
	MISMATCH_JAIL_ACTION_FAILS, /* and that since it was tried for the first time */
	MISMATCH_RULE_WITHOUT_BAN,  /* kept away, and fail2ban does not know */
	MISMATCH_BAN_PERMANENT,     /* comes back with every reload */
	MISMATCH_BAN_ZONE,          /* where its traffic does not come through */
	MISMATCH_N_KINDS,
};

struct mismatch_evidence {
	const struct firewall *fw;      /* borrowed; runtime and permanent */
	const struct tickets *tickets;  /* borrowed; known, with the actions of their jails */
	const struct banshapes *shapes; /* borrowed; what else bans look like; NULL: not known */
	const struct tickets *lost;     /* borrowed; by banplaces_lost(); NULL: not known */
	const struct strv *interfaces;  /* borrowed; of this machine, without loopback */
	/* Whom the guard keeps from being cut off, so that it leaves out such bans; NULL: nobody */
	const struct coverage_ranges *clients; /* borrowed */
	const struct coverage_ranges *learned; /* borrowed; of these, from logins alone; or NULL */
	const struct strv *failing; /* borrowed; jails of which it is told why their actions fail */
	int64_t now_us;
	/* Since when it would be known had rules been wiped, microseconds UTC; -1: never known */
	int64_t unwiped_us;
};

/* How many bans or rules. */
struct mismatch_counts {
	size_t n[MISMATCH_N_KINDS];
};

int mismatch_find(struct findings *out, struct mismatch_counts *counts, unsigned kinds,
                  const struct mismatch_evidence *evidence) _must_check_;
const char *mismatch_kind_name(enum mismatch_kind kind);

#endif
