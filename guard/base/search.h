/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * search - places in sorted arrays
 */
#ifndef GUARD_BASE_SEARCH_H
#define GUARD_BASE_SEARCH_H

#include "guard/base/util.h"

/* Below 0: the element stands before what is looked for; else at it, or behind. */
typedef int (*search_fn)(const void *element, const void *key);

size_t search_lower_bound(const void *array, size_t n, size_t element_size, const void *key,
                          search_fn compare);

#endif
