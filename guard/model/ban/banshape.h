/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * banshape - what the bans of a jail look like in firewalld, as it was seen (law 11)
 *
 * An action may bind the banned to a zone, fill any ipset, write a rule for the whole
 * network of an address, or call a script of which nothing is known. So what it makes is
 * learned: an item that appears when a ticket does, and names its address, has the shape
 * of that jail's bans. The shape is the item with <ip> in the place of the address; from
 * then on every item of that shape is a ban of the jail's for as long as it holds a ticket
 * for the address.
 *
 * A shape that is wider than its ticket, <ip>/24 say, is believed after the second one, or
 * when the jail's own command names that width: somebody may deny a whole network by hand
 * just when one of its addresses is banned.
 */
#ifndef GUARD_MODEL_BAN_BANSHAPE_H
#define GUARD_MODEL_BAN_BANSHAPE_H

#include "guard/model/ban/ticket.h"
#include "guard/model/item.h"

struct banshape {
	char *jail;    /* owned */
	char *zone;    /* owned; as in struct item */
	char *pattern; /* owned; the item's value, with <ip> or <ip>/N for its address */
	enum item_kind kind;
	struct cidr first; /* of the first ban that it was seen of */
	bool sure;         /* false: seen once, which does not suffice */
};

#define BANSHAPE_NULL ((struct banshape){0})

struct banshapes {
	struct banshape *shapes; /* a handful: one or two a jail */
	size_t n;
	size_t capacity;
};
#define BANSHAPES_NULL      ((struct banshapes){0})
#define _cleanup_banshapes_ _cleanup_(banshapes_deinit)

int banshape_cut(char **out, struct cidr *source, const struct item *item) _must_check_;

int banshape_fill(struct item *out, const struct banshape *shape, const struct cidr *address,
                  bool network) _must_check_;
bool banshape_makes(const struct jail_action *action, enum item_kind kind);
bool banshape_is_place(const struct jail_action *action, enum item_kind kind, const char *zone,
                       const char *default_zone);
bool banshape_names_its_own(const struct jail_action *action);
bool banshape_fits(const struct banshape *shape, const struct jail *jail);
bool banshape_is_said(const struct banshape *shape, const struct jail *jail,
                      const char *default_zone);

void banshape_deinit(struct banshape *shape);
void banshape_name(char *out, size_t size, const struct banshape *shape);
void banshapes_deinit(struct banshapes *shapes);
int banshapes_add_take(struct banshapes *shapes, struct banshape *shape) _must_check_;
int banshapes_ipsets(const struct banshapes *shapes, struct strv *out) _must_check_;
int banshapes_cut(char **out, struct cidr *source, const struct banshapes *shapes,
                  const struct item *item) _must_check_;
int banshapes_have(const struct banshapes *shapes, const struct item *item) _must_check_;
bool banshapes_of_jail(const struct banshapes *shapes, const struct item *item, const char *pattern,
                       const char *jail);
bool banshapes_lack(const struct banshapes *shapes, const struct jail *jail,
                    const struct jail_action *action, const char *default_zone);
int banshapes_see(struct banshapes *shapes, const struct item *item, const struct ticket *ticket,
                  const struct jail *jail, const struct banshape **learned) _must_check_;

#endif
