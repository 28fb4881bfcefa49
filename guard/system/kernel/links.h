/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * links - the interfaces of this machine, and its addresses
 */
#ifndef GUARD_SYSTEM_KERNEL_LINKS_H
#define GUARD_SYSTEM_KERNEL_LINKS_H

#include "guard/base/cidr.h"

/* An interface, once for itself and once more for each of its addresses. */
struct link {
	const char *interface; /* borrowed */
	bool is_up;
	bool has_address;
	struct cidr address;
};

/* Return: 0: go on; anything else ends it. */
typedef int links_fn(const struct link *link, void *userdata);

int links_each(links_fn *fn, void *userdata) _must_check_;
bool links_is_outside(const struct link *link);
int links_names(struct strv *out) _must_check_;

#endif
