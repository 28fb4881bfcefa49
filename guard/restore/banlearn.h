/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * banlearn - what a jail's bans look like is learned from address and moment (law 11)
 *
 * What appears in firewalld and names an address is kept in mind for a short time, the
 * latest NEWCOMERS_MAX of it. Each reading of fail2ban's tickets, which comes anyway after
 * a ban, is held against that: where a jail has just banned the address, and nothing else
 * explains the item, and it does what the jail's bans do (model/ban/jailuse.h), and no other
 * jail that banned the address just then can have made it, that is what they look like. Jails
 * that say word by word that they make it share it. It goes into the store. What was there
 * before is looked at once (model/ban/banprior.h).
 */
#ifndef GUARD_RESTORE_BANLEARN_H
#define GUARD_RESTORE_BANLEARN_H

#include "guard/model/ban/banplan.h"
#include "guard/model/ban/banprior.h"
#include "guard/restore/record.h"

struct newcomer {
	struct item item; /* owned */
	struct cidr source;
	int64_t at_us; /* microseconds since the epoch, UTC */
};

struct banlearn {
	struct banshapes shapes;
	struct newcomer *newcomers; /* the oldest first */
	size_t n, capacity;
};
#define BANLEARN_NULL ((struct banlearn){0})

void banlearn_deinit(struct banlearn *learn);
int banlearn_added(struct banlearn *learn, const struct item *item) _must_check_;
void banlearn_removed(struct banlearn *learn, const struct item *item);

/* All borrowed. */
struct banlearn_reading {
	const struct tickets *before; /* NULL: not known */
	const struct tickets *now;
	const struct firewall *fw;
	/* A ban of a jail looks like this from now on; and of a newcomer that has its shape. */
	void (*on_shape)(const struct banshape *shape, void *userdata);
	void (*on_ban)(const struct item *item, void *userdata);
	void *userdata;
};
int banlearn_read(struct banlearn *learn, const struct banlearn_reading *reading) _must_check_;
int banlearn_look_back(struct banlearn *learn, const struct banlearn_reading *reading) _must_check_;

#endif
