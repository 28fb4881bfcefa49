/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rangeset - a set of addresses as sorted, merged intervals of 128-bit keys
 *
 * Keys are those of cidr.h. Neighbouring and overlapping ranges become one, so
 * the set says which addresses are in it, not which prefixes were put there.
 * IPv6 prefixes that reach around ::ffff:0:0/96 leave it out: IPv4 lives there.
 */
#ifndef GUARD_BASE_RANGESET_H
#define GUARD_BASE_RANGESET_H

#include "guard/base/cidr.h"

struct range {
	uint8_t first[CIDR_KEY_LENGTH];
	uint8_t last[CIDR_KEY_LENGTH]; /* inclusive */
};

struct rangeset {
	struct range *ranges; /* owned; sorted, disjoint, not adjacent */
	size_t n;
	size_t capacity;
};
#define RANGESET_NULL      ((struct rangeset){0})
#define _cleanup_rangeset_ _cleanup_(rangeset_deinit)

void rangeset_deinit(struct rangeset *set);
int rangeset_add(struct rangeset *set, const struct cidr *cidr) _must_check_;
int rangeset_add_range(struct rangeset *set, const uint8_t first[CIDR_KEY_LENGTH],
                       const uint8_t last[CIDR_KEY_LENGTH]) _must_check_;
int rangeset_add_between(struct rangeset *set, const char *first, const char *last) _must_check_;
bool rangeset_prefix(const struct range *range, struct cidr *out) _must_check_;
bool rangeset_contains(const struct rangeset *set, const struct cidr *cidr);
bool rangeset_covers(const struct rangeset *set, const struct rangeset *other);
bool rangeset_overlaps(const struct rangeset *set, const struct cidr *cidr);

#endif
