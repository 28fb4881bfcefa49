/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * itemview - a ruleset as items
 *
 * What firewalld holds is read once, as a ruleset; to compare it, store it and put parts of
 * it back there is a struct firewall, which is made of the ruleset here.
 */
#ifndef GUARD_MODEL_PACKET_ITEMVIEW_H
#define GUARD_MODEL_PACKET_ITEMVIEW_H

#include "guard/model/firewall.h"
#include "guard/model/packet/ruleset.h"

struct itemview {
	struct firewall firewall;
	unsigned n_skipped; /* entries that are no items: left out */
	char skipped[256];  /* the first of them, with the reason */
};
#define ITEMVIEW_NULL      ((struct itemview){0})
#define _cleanup_itemview_ _cleanup_(itemview_deinit)

int itemview_of(struct itemview *out, const struct ruleset *ruleset) _must_check_;
int itemview_of_zone(struct itemview *out, const struct ruleset_zone *zone) _must_check_;
int itemview_of_held(struct itemview *out, const struct ruleset_held *held) _must_check_;
void itemview_deinit(struct itemview *view);

#endif
