/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gap - the bans that a wipe took, as sets of addresses that stand in for them
 *
 * Putting rich rules back takes firewalld 25 ms each; until then the banned would
 * be free. So the same is said to the kernel at once, in a table of the guard's own
 * (system/gaptable). Here the rules become that: every address with its ports and
 * the way it is denied, in disjoint intervals, since prefixes overlap and end at
 * different times. What such a set cannot say exactly (limits, services by name,
 * sources by MAC address…) is left to the rule alone.
 */
#ifndef GUARD_MODEL_BAN_GAP_H
#define GUARD_MODEL_BAN_GAP_H

#include "guard/base/cidr.h"
#include "guard/model/firewall.h"
#include "guard/base/rangeset.h"

enum gap_action {
	GAP_DROP,
	GAP_REJECT_ICMP, /* with code, of the family's ICMP */
	GAP_REJECT_RESET,
};

/* What of an address is denied, and how. */
struct gap_match {
	enum gap_action action;
	uint8_t code;
	uint8_t family;       /* enum cidr_family */
	uint8_t protocol;     /* IPPROTO_*; 0: all of them */
	uint16_t first, last; /* ports; 0 and 0: all, or the protocol has none */
	size_t place;         /* index into the gap's places */
};

/* Where packets of a zone come in: only there is anything denied. */
struct gap_place {
	char *zone; /* owned; NULL: whatever comes in */
	struct strv interfaces;
	bool others;             /* all but these: the zone takes what is bound nowhere */
	struct rangeset own;     /* addresses that are the zone's wherever they come in */
	struct rangeset above;   /* of own, addresses that are another zone's nevertheless */
	struct rangeset foreign; /* addresses that are another zone's where the interfaces are */
};

struct gap_ban {
	struct gap_match match;
	struct cidr source;
	int64_t end_us; /* microseconds since the epoch, UTC; 0: never */
};

/* The number of a port that has a name, in host order; negative when there is none. */
typedef int (*gap_port_fn)(const char *name, const char *protocol);

struct gap {
	gap_port_fn port_of; /* NULL: names are not understood */
	struct gap_ban *bans;
	size_t n, capacity;
	struct gap_place *places;
	size_t n_places, places_capacity;
	struct gap_port *ports; /* that were asked for already */
	size_t n_ports, ports_capacity;
	struct gap_frame *frames; /* chains and ipsets that were looked up already */
	size_t n_frames, frames_capacity;
};
#define GAP_NULL      ((struct gap){0})
#define _cleanup_gap_ _cleanup_(gap_deinit)

enum {
	GAP_E_UNFIT = 1, /* not a ban, or one that no set can stand in for */
};

void gap_deinit(struct gap *gap);
int gap_add_item(struct gap *gap, const struct firewall *fw, const struct item *item,
                 int64_t end_us, struct err *err) _must_check_;

/* Addresses that share what is denied of them. */
struct gap_interval {
	uint8_t first[CIDR_KEY_LENGTH];
	uint8_t last[CIDR_KEY_LENGTH]; /* inclusive */
	int64_t end_us;
};
struct gap_set {
	const struct gap_match *matches; /* borrowed from the sets; sorted */
	size_t n_matches;
	struct gap_interval *intervals; /* owned; sorted, disjoint */
	size_t n;
};
struct gap_sets {
	struct gap_set *sets;
	size_t n, capacity;
	struct gap_match *matches; /* owned */
	size_t n_matches, matches_capacity;
};
#define GAP_SETS_NULL      ((struct gap_sets){0})
#define _cleanup_gap_sets_ _cleanup_(gap_sets_deinit)

void gap_sets_deinit(struct gap_sets *sets);
int gap_sets_build(struct gap_sets *out, const struct gap *gap, int64_t now_us) _must_check_;

#endif
