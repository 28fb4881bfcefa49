/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * itemcall - calls to firewalld about one item each, that are under way
 *
 * Who makes them has a list of them, so that none outlives him.
 */
#ifndef GUARD_RESTORE_ITEMCALL_H
#define GUARD_RESTORE_ITEMCALL_H

#include "guard/system/firewalld/firewalld.h"

struct itemcall {
	struct item item;        /* owned */
	struct firewalld_op *op; /* until it is answered; for who starts it to set */
	void *userdata;          /* whose call it is */
	struct itemcall *next, **link;
};

struct itemcalls {
	struct itemcall *first;
};

struct itemcall *itemcall_new(struct itemcalls *calls, const struct item *item,
                              void *userdata) _must_check_;
struct itemcall *itemcalls_find(const struct itemcalls *calls, const struct item *item);
void itemcall_free(struct itemcall *call);
void itemcalls_deinit(struct itemcalls *calls); /* before firewalld */

#endif
