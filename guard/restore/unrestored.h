/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unrestored - bans that the guard does not put back, and that a reload took, or somebody
 *
 * They were in the chains of iptables, which are not firewalld's, and which it empties all the
 * same, or in tables of their own. Who put them there has to do it again; here it is said what to
 * type.
 */
#ifndef GUARD_RESTORE_UNRESTORED_H
#define GUARD_RESTORE_UNRESTORED_H

#include "guard/model/ban/ticket.h"
#include "guard/restore/record.h"

/* What empties the chains of iptables: a reload of firewalld, or its restart. */
struct unrestored_wipe {
	const char *by;                /* borrowed; "the reload" */
	const struct tickets *tickets; /* borrowed; as they were read since */
	const struct tickets *seen;    /* borrowed; those that are seen to be there, or are told */
	int64_t at_us;                 /* when it was, UTC: later bans are there */
	enum jail_fate iptables;       /* what it did to iptables' chains, as far as is known */
};

void unrestored_tell(struct logger *logger, struct record *record,
                     const struct unrestored_wipe *wipe);
void unrestored_tell_jail(struct logger *logger, struct record *record, const char *by,
                          const char *jail, size_t n);

#endif
