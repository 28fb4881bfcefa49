/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * banorigin - what the records say of who has made a deny, or taken it away
 *
 * A fail2ban that runs is asked (banplan). One that does not run cannot be, and may be away
 * for a moment, or never have been here. What it banned is on record: in its own database, in
 * what was read of it last, in the store. A rich rule against an address of which none of
 * these knows, and none of them is missing, is an administrator's own. From a record that
 * cannot be read nothing follows (law 2).
 *
 * A rule that goes while a ticket for its address stays was taken away by hand, or by the unban
 * of another jail. A guard that began after that unban does not know the other ticket; the store
 * does.
 */
#ifndef GUARD_RESTORE_BANORIGIN_H
#define GUARD_RESTORE_BANORIGIN_H

#include "guard/model/item.h"
#include "guard/system/fail2ban/fail2ban.h"
#include "guard/system/store/store.h"

struct banorigin_query {
	enum fail2ban_state state;
	const struct tickets *tickets; /* borrowed; as read last; NULL: not at all */
	const struct tickets *past;    /* borrowed; that ended lately */
	const char *database;          /* fail2ban's; borrowed; NULL: not known */
	struct store *store;           /* borrowed; NULL: there is none */
	int64_t since_us; /* a ban that was over before has had its rule taken away long ago */
};

struct banorigin {
	const struct item *item; /* borrowed; set by the caller, the rest is written */
	struct cidr source;
	bool by_hand;
};

int banorigin_was_unbanned(const struct item *item,
                           const struct banorigin_query *query) _must_check_;
int banorigin_judge(struct banorigin *denies, size_t n,
                    const struct banorigin_query *query) _must_check_;

#endif
