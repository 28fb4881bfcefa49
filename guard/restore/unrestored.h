/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unrestored - bans that a reload, a restart or a flush took and that the guard does not put back
 *
 * They were in the chains of iptables, which are not firewalld's, and which it empties all the
 * same. Who put them there has to do it again; here it is said what to type.
 */
#ifndef GUARD_RESTORE_UNRESTORED_H
#define GUARD_RESTORE_UNRESTORED_H

#include "guard/model/ban/ticket.h"
#include "guard/restore/record.h"

struct unrestored_wipe {
	const struct tickets *tickets; /* borrowed; as they were read since */
	const char *by;                /* borrowed; "the reload" */
	int64_t since_us;              /* UTC: of earlier bans it was told before */
	int64_t at_us;                 /* when it was, UTC: later bans are there */
	enum jail_fate iptables;       /* what it did to iptables' chains, as far as is known */
};

void unrestored_tell(struct logger *logger, struct record *record,
                     const struct unrestored_wipe *wipe);

#endif
