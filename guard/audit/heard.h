/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heard - whether the hook has told of the latest ban of each jail
 *
 * The hook says nothing when it cannot write, and fail2ban does not look at how it ended. So
 * that it is silent is seen from the other side: fail2ban holds a ban, and what is on record
 * since it began does not come from the hook.
 */
#ifndef GUARD_AUDIT_HEARD_H
#define GUARD_AUDIT_HEARD_H

#include "guard/model/ban/ticket.h"
#include "guard/system/store/store.h"

/*
 * fail2ban holds a ban before its actions have been run, and runs those of all jails one after
 * another: with a burst of bans that takes its time.
 */
#define HEARD_AFTER_US (600 * INT64_C(1000000))

struct heard_jail {
	const struct ticket *ticket; /* borrowed: its latest ban that is old enough */
	bool told;                   /* by the hook, of this one, or of something later */
};

struct heard {
	struct heard_jail *jails; /* owned; jails without such a ban are not in it */
	size_t n, capacity;
	bool waits; /* what the hook has left is not taken in yet */
};
#define HEARD_NULL ((struct heard){0})

void heard_deinit(struct heard *heard);
int heard_read(struct heard *out, struct store *store, const char *spool_dir,
               const struct tickets *tickets, int64_t now_us, struct err *err) _must_check_;

#endif
