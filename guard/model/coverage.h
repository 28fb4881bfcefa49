/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * coverage - a deny rule's source against the ranges of legitimate clients
 */
#ifndef GUARD_MODEL_COVERAGE_H
#define GUARD_MODEL_COVERAGE_H

#include "guard/model/cidr.h"

/* In the order of weight; of two prefixes one holds the other, or they share nothing. */
enum coverage {
	COVERAGE_NONE,   /* no client range is touched */
	COVERAGE_INSIDE, /* denies a part of a range: one client of the office, say */
	COVERAGE_EQUAL,  /* denies exactly a range */
	COVERAGE_COVERS, /* denies a range and more */
	COVERAGE_N,
};

enum coverage coverage_of(const struct cidr *denied, const struct cidr *clients, size_t n,
                          size_t *which);
const char *coverage_name(enum coverage coverage);

#endif
