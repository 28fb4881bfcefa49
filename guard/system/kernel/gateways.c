// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/kernel/gateways.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "guard/system/kernel/links.h"
#include "guard/system/kernel/netlink.h"

struct port {
	char interface[IF_NAMESIZE];
	int index, master; /* master 0: none */
	bool is_bridge;
	bool is_virtual;    /* the end of a container or of a virtual machine */
	bool leads_outside; /* of a bridge */
};

struct look {
	struct rangeset *out;
	struct port *ports; /* owned */
	size_t n, capacity;
	int *uplinks; /* owned; indexes of what default routes go out by */
	size_t n_uplinks, uplinks_capacity;
};

static void look_deinit(struct look *look)
{
	free(look->ports);
	free(look->uplinks);
}

static struct port *find_port(const struct look *look, int index)
{
	for (size_t i = 0; i < look->n; i++)
		if (look->ports[i].index == index)
			return &look->ports[i];
	return NULL;
}

static const struct port *find_port_named(const struct look *look, const char *interface)
{
	for (size_t i = 0; i < look->n; i++)
		if (strcmp(look->ports[i].interface, interface) == 0)
			return &look->ports[i];
	return NULL;
}

static bool address_of(struct cidr *out, unsigned family, const void *bytes, size_t n)
{
	return ((family == AF_INET && n == 4) || (family == AF_INET6 && n == 16)) &&
	       cidr_from_bytes(out, bytes, n, (unsigned)n * 8) == 0;
}

/* --- default routes ---------------------------------------------------------------------- */

static int add_uplink(struct look *look, int index)
{
	int r = grow(&look->uplinks, &look->uplinks_capacity, look->n_uplinks + 1,
	             sizeof(*look->uplinks));

	if (r == 0)
		look->uplinks[look->n_uplinks++] = index;
	return r;
}

/* One way: a route, or one of several hops; @length bytes, whose attributes are behind @head. */
static int take_way(struct look *look, unsigned family, const void *way, size_t length, size_t head)
{
	int index = netlink_attribute_int(way, length, head, RTA_OIF);
	int r = index > 0 ? add_uplink(look, index) : 0;
	size_t n = 0;
	const void *bytes = netlink_attribute(way, length, head, RTA_GATEWAY, &n);
	struct cidr gateway;

	if (r == 0 && bytes && address_of(&gateway, family, bytes, n))
		r = rangeset_add(look->out, &gateway);
	return r;
}

static int take_hops(struct look *look, unsigned family, const char *hops, size_t length)
{
	struct rtnexthop hop;
	int r = 0;

	for (size_t at = 0; r == 0 && at < length && length - at >= sizeof(hop);
	     at += ((size_t)hop.rtnh_len + 3) & ~(size_t)3) {
		memcpy(&hop, hops + at, sizeof(hop));
		if (hop.rtnh_len < sizeof(hop) || hop.rtnh_len > length - at)
			break;
		r = add_uplink(look, hop.rtnh_ifindex);
		if (r == 0)
			r = take_way(look, family, hops + at, hop.rtnh_len, sizeof(hop));
	}
	return r;
}

static int take_route(struct nlmsghdr *header, void *userdata)
{
	const size_t head = NLMSG_LENGTH(sizeof(struct rtmsg));
	const struct rtmsg *route = NLMSG_DATA(header);
	const void *hops;
	size_t n = 0;
	int r;

	if (!netlink_is(header, RTM_NEWROUTE, head) || route->rtm_dst_len != 0 ||
	    route->rtm_type != RTN_UNICAST)
		return 0;
	r = take_way(userdata, route->rtm_family, header, header->nlmsg_len, head);
	hops = netlink_attribute(header, header->nlmsg_len, head, RTA_MULTIPATH, &n);
	return r == 0 && hops ? take_hops(userdata, route->rtm_family, hops, n) : r;
}

/* --- links ------------------------------------------------------------------------------- */

static int add_tie(const struct link_tie *tie, void *userdata)
{
	struct look *look = userdata;
	struct port port = {.index = tie->index,
	                    .master = tie->master,
	                    .is_bridge = tie->is_bridge,
	                    .is_virtual = tie->is_virtual};
	int r = grow(&look->ports, &look->capacity, look->n + 1, sizeof(*look->ports));

	snprintf(port.interface, sizeof(port.interface), "%s", tie->interface);
	if (r == 0)
		look->ports[look->n++] = port;
	return r;
}

static void mark_outside(struct look *look)
{
	for (size_t i = 0; i < look->n; i++) {
		struct port *bridge = find_port(look, look->ports[i].master);

		if (bridge && !look->ports[i].is_virtual)
			bridge->leads_outside = true;
	}
	for (size_t i = 0; i < look->n_uplinks; i++) {
		struct port *bridge = find_port(look, look->uplinks[i]);

		if (bridge)
			bridge->leads_outside = true;
	}
}

/* --- addresses --------------------------------------------------------------------------- */

static int add_address(const struct link *link, void *userdata)
{
	struct look *look = userdata;
	const struct port *port = find_port_named(look, link->interface);
	struct cidr range = link->address;

	if (!link->has_address)
		return 0;
	if (port && port->is_bridge && !port->leads_outside)
		range.prefix = (uint8_t)link->prefix;
	return rangeset_add(look->out, &range);
}

/* --- asking ------------------------------------------------------------------------------ */

/**
 * gateways_find() - those of now
 * @out: gets them added; on failure, too, what was found until then
 * @err: may be NULL; says why not
 *
 * Return: 0; negative errno.
 */
int gateways_find(struct rangeset *out, struct err *err)
{
	_cleanup_(look_deinit) struct look look = {.out = out};
	int r = netlink_list(RTM_GETROUTE, take_route, &look);

	if (r == 0)
		r = links_ties(add_tie, &look);
	mark_outside(&look);
	if (r == 0)
		r = links_each(add_address, &look);
	return r == 0 ? 0 : err_set(err, r, "this machine's networks: %s", strerror(-r));
}
