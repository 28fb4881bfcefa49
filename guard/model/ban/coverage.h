/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * coverage - a deny rule's source against the ranges of legitimate clients
 *
 * struct coverage_ranges is made once and then answers in the time of a binary
 * search, however many ranges and questions.
 */
#ifndef GUARD_MODEL_BAN_COVERAGE_H
#define GUARD_MODEL_BAN_COVERAGE_H

#include "guard/base/cidr.h"
#include "guard/base/err.h"

enum {
	COVERAGE_E_TOO_WIDE = 1, /* no range of clients */
};

/* In the order of weight; of two prefixes one holds the other, or they share nothing. */
enum coverage {
	COVERAGE_NONE,   /* no client range is touched */
	COVERAGE_INSIDE, /* denies a part of a range: one client of the office, say */
	COVERAGE_EQUAL,  /* denies exactly a range */
	COVERAGE_COVERS, /* denies a range and more */
	COVERAGE_N,
};

/* Add, sort once, then ask; the places of the ranges are those after sorting. */
struct coverage_ranges {
	struct cidr *ranges; /* owned; after sorting: by cidr_cmp(), each once */
	size_t n;
	size_t capacity;
	size_t *outer; /* owned; the narrowest range that holds this one; SIZE_MAX: none */
};
#define COVERAGE_RANGES_NULL      ((struct coverage_ranges){0})
#define _cleanup_coverage_ranges_ _cleanup_(coverage_ranges_deinit)

void coverage_ranges_deinit(struct coverage_ranges *ranges);
int coverage_ranges_add(struct coverage_ranges *ranges, const struct cidr *range) _must_check_;
int coverage_ranges_sort(struct coverage_ranges *ranges) _must_check_;
enum coverage coverage_ranges_ask(const struct coverage_ranges *ranges, const struct cidr *denied,
                                  size_t *which);

int coverage_check_range(const struct cidr *range, struct err *err) _must_check_;
bool coverage_spares(const struct coverage_ranges *clients, const struct coverage_ranges *learned,
                     const struct cidr *denied) _must_check_;
size_t coverage_ranges_within(const struct coverage_ranges *ranges, const struct cidr *denied,
                              size_t *first);

#endif
