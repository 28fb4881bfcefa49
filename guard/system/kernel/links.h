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
	bool is_port; /* what comes in on it comes in on the interface that it is a port of */
	bool has_address;
	struct cidr address;
	unsigned prefix; /* of the network that the address is in */
};

/* An interface, and what it is to others. */
struct link_tie {
	const char *interface; /* borrowed */
	int index;
	int master; /* its index; 0: none */
	bool is_port;
	bool is_bridge;
	bool is_virtual; /* the end of a container or of a virtual machine */
};

/* Return: 0: go on; anything else ends it. */
typedef int links_fn(const struct link *link, void *userdata);
typedef int links_ties_fn(const struct link_tie *tie, void *userdata);

int links_ties(links_ties_fn *fn, void *userdata) _must_check_;
int links_each(links_fn *fn, void *userdata) _must_check_;
bool links_is_outside(const struct link *link);
int links_names(struct strv *out) _must_check_;

#endif
