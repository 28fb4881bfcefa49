/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * route - which way the kernel answers an address
 *
 * What comes from a client comes in where the answers go out, unless the routing
 * is asymmetric. Asks rtnetlink of this network namespace.
 */
#ifndef GUARD_SYSTEM_KERNEL_ROUTE_H
#define GUARD_SYSTEM_KERNEL_ROUTE_H

#include <net/if.h>

#include "guard/base/rangeset.h"
#include "guard/model/packet/ruleset.h"

enum {
	ROUTE_E_NONE = 1, /* there is no route to it */
};

struct route {
	char interface[IF_NAMESIZE]; /* "lo" for an address of this machine */
	struct cidr local;           /* the address of this machine that it would talk to */
	bool has_local;
};

/* A network that an interface leads to without a gateway. Return: 0: go on. */
typedef int route_network_fn(const char *interface, const struct cidr *network, void *userdata);

int route_to(struct route *out, const struct cidr *address, struct err *err) _must_check_;
/* Does the kernel take what comes from @client to @own in there? Return: 1, 0; negative errno. */
int route_admits(const struct cidr *client, const struct cidr *own,
                 const char *interface) _must_check_;
int route_own_addresses(struct ruleset *out, struct err *err) _must_check_;
int route_networks(route_network_fn *fn, void *userdata, struct err *err) _must_check_;

#endif
