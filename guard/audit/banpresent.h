/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * banpresent - the store is the history of bans, the running server is their present
 *
 * fail2ban prolongs a ban in memory, without a row and without a word to anybody; an unban
 * while nobody watched, and a jail that has another name now, are on no record. So what is
 * said of the present is what the server says, where it does.
 */
#ifndef GUARD_AUDIT_BANPRESENT_H
#define GUARD_AUDIT_BANPRESENT_H

#include "guard/model/ban/ticket.h"
#include "guard/system/store/store.h"

struct banpresent {
	const struct tickets *tickets; /* borrowed; of the running server; NULL: not known */
	const struct tickets *missing; /* borrowed; of them, by banplaces_lost(); NULL: not known */
	/* These are all: what is not among them is over. A server that starts has not all yet. */
	bool whole;
	int64_t now_us;
};

int banpresent_list(struct store *store, const struct store_ban_query *query,
                    const struct banpresent *present, store_ban_fn *fn, void *userdata,
                    struct err *err) _must_check_;

#endif
