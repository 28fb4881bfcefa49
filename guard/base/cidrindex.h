/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cidrindex - which of many prefixes contain an address, without asking each of them
 *
 * Each comes with a number of the caller's, an index of his, perhaps; one may be there many times.
 */
#ifndef GUARD_BASE_CIDRINDEX_H
#define GUARD_BASE_CIDRINDEX_H

#include "guard/base/cidr.h"
#include "guard/base/util.h"

struct cidrindex_entry {
	struct cidr prefix; /* without host bits */
	size_t value;
};

struct cidrindex {
	struct cidrindex_entry *entries; /* owned */
	size_t n, capacity;
	struct cidrindex_width {
		uint8_t family, prefix;
	} widths[33 + 129]; /* that they have, each once */
	size_t n_widths;
};
#define CIDRINDEX_NULL ((struct cidrindex){.entries = NULL})

/* Return: 0; else the search ends with that. */
typedef int (*cidrindex_fn)(size_t value, void *userdata);

void cidrindex_deinit(struct cidrindex *index);
int cidrindex_add(struct cidrindex *index, const struct cidr *prefix, size_t value) _must_check_;
void cidrindex_sort(struct cidrindex *index);
int cidrindex_each(const struct cidrindex *index, const struct cidr *inner, cidrindex_fn fn,
                   void *userdata) _must_check_;

#endif
