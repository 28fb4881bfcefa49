/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unrestored - bans that a reload took and that the guard does not put back
 *
 * They were in the chains of iptables, which are not firewalld's, and which it empties all the
 * same. Who put them there has to do it again; here it is said what to type.
 */
#ifndef GUARD_RESTORE_UNRESTORED_H
#define GUARD_RESTORE_UNRESTORED_H

#include "guard/model/ban/ticket.h"
#include "guard/restore/record.h"

struct unrestored_reload {
	const struct tickets *tickets; /* borrowed; as they were read since */
	int64_t at_us;                 /* when it was, UTC: later bans are there */
	enum jail_fate iptables;       /* what it did to iptables' chains, as far as is known */
};

void unrestored_tell(struct logger *logger, struct record *record,
                     const struct unrestored_reload *reload);

#endif
