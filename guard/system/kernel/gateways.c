// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/kernel/gateways.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "guard/system/kernel/netlink.h"

struct port {
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

/* --- attributes -------------------------------------------------------------------------- */

static bool address_of(struct cidr *out, unsigned family, struct rtattr *attribute, unsigned prefix)
{
	uint8_t key[CIDR_KEY_LENGTH] = {[10] = 0xff, [11] = 0xff};
	size_t n = family == AF_INET ? 4 : 16;

	if ((family != AF_INET && family != AF_INET6) || RTA_PAYLOAD(attribute) != n ||
	    prefix > n * 8)
		return false;
	memcpy(key + CIDR_KEY_LENGTH - n, RTA_DATA(attribute), n);
	return cidr_from_key(out, key, prefix + (family == AF_INET ? 96 : 0)) == 0;
}

static int int_of(struct rtattr *attribute)
{
	int number = 0;

	if (RTA_PAYLOAD(attribute) == sizeof(number))
		memcpy(&number, RTA_DATA(attribute), sizeof(number));
	return number;
}

static bool is_text(struct rtattr *attribute, const char *text)
{
	size_t n = RTA_PAYLOAD(attribute);

	return n == strlen(text) + 1 && memcmp(RTA_DATA(attribute), text, n) == 0;
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

static int take_attributes(struct look *look, unsigned family, struct rtattr *attribute,
                           size_t left);

static int take_hops(struct look *look, unsigned family, struct rtattr *attribute)
{
	struct rtnexthop *hop = RTA_DATA(attribute);
	size_t left = RTA_PAYLOAD(attribute);
	int r = 0;

	while (r == 0 && left >= sizeof(*hop) && hop->rtnh_len >= sizeof(*hop) &&
	       hop->rtnh_len <= left) {
		size_t length =
		    ((size_t)hop->rtnh_len + RTNH_ALIGNTO - 1) / RTNH_ALIGNTO * RTNH_ALIGNTO;

		r = add_uplink(look, hop->rtnh_ifindex);
		if (r == 0)
			r = take_attributes(look, family, (struct rtattr *)(void *)(hop + 1),
			                    hop->rtnh_len - sizeof(*hop));
		left -= length < left ? length : left;
		hop = (struct rtnexthop *)(void *)((char *)hop + length);
	}
	return r;
}

static int take_attributes(struct look *look, unsigned family, struct rtattr *attribute,
                           size_t left)
{
	struct cidr gateway;
	int r = 0;

	for (; r == 0 && RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
		if (attribute->rta_type == RTA_OIF)
			r = add_uplink(look, int_of(attribute));
		else if (attribute->rta_type == RTA_MULTIPATH)
			r = take_hops(look, family, attribute);
		else if (attribute->rta_type == RTA_GATEWAY &&
		         address_of(&gateway, family, attribute, family == AF_INET ? 32 : 128))
			r = rangeset_add(look->out, &gateway);
	}
	return r;
}

static int take_route(struct nlmsghdr *header, void *userdata)
{
	struct rtmsg *route = NLMSG_DATA(header);

	if (header->nlmsg_type != RTM_NEWROUTE || route->rtm_dst_len != 0 ||
	    route->rtm_type != RTN_UNICAST)
		return 0;
	return take_attributes(userdata, route->rtm_family, RTM_RTA(route), RTM_PAYLOAD(header));
}

/* --- links ------------------------------------------------------------------------------- */

static void take_info(struct port *port, struct rtattr *info)
{
	struct rtattr *attribute = RTA_DATA(info);
	size_t left = RTA_PAYLOAD(info);

	for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
		if (attribute->rta_type != IFLA_INFO_KIND)
			continue;
		port->is_bridge = is_text(attribute, "bridge");
		port->is_virtual = is_text(attribute, "veth") || is_text(attribute, "tun");
	}
}

static int take_link(struct nlmsghdr *header, void *userdata)
{
	struct look *look = userdata;
	struct ifinfomsg *link = NLMSG_DATA(header);
	struct rtattr *attribute = IFLA_RTA(link);
	size_t left = IFLA_PAYLOAD(header);
	struct port port = {.index = link->ifi_index};
	int r;

	if (header->nlmsg_type != RTM_NEWLINK)
		return 0;
	for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
		if (attribute->rta_type == IFLA_MASTER)
			port.master = int_of(attribute);
		else if ((attribute->rta_type & NLA_TYPE_MASK) == IFLA_LINKINFO)
			take_info(&port, attribute);
	}
	r = grow(&look->ports, &look->capacity, look->n + 1, sizeof(port));
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

static int take_address(struct nlmsghdr *header, void *userdata)
{
	struct look *look = userdata;
	struct ifaddrmsg *message = NLMSG_DATA(header);
	struct rtattr *attribute = IFA_RTA(message);
	size_t left = IFA_PAYLOAD(header);
	const struct port *port = find_port(look, (int)message->ifa_index);
	struct rtattr *own = NULL;
	unsigned prefix = message->ifa_family == AF_INET ? 32 : 128;
	struct cidr address;

	if (header->nlmsg_type != RTM_NEWADDR)
		return 0;
	/* with both, the other is the far end's */
	for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left))
		if (attribute->rta_type == IFA_LOCAL ||
		    (attribute->rta_type == IFA_ADDRESS && !own))
			own = attribute;
	if (port && port->is_bridge && !port->leads_outside)
		prefix = message->ifa_prefixlen;
	if (!own || !address_of(&address, message->ifa_family, own, prefix))
		return 0;
	return rangeset_add(look->out, &address);
}

/* --- asking ------------------------------------------------------------------------------ */

static int ask(int type, netlink_fn *fn, struct look *look)
{
	_cleanup_netlink_ int fd = netlink_open(NETLINK_ROUTE);
	struct {
		struct nlmsghdr header;
		union {
			struct rtmsg route;
			struct ifinfomsg link;
			struct ifaddrmsg address;
		};
	} request = {.header = {.nlmsg_len = sizeof(request),
	                        .nlmsg_type = (uint16_t)type,
	                        .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP}};

	return fd < 0 ? fd : netlink_ask(fd, &request, sizeof(request), fn, look);
}

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
	int r = ask(RTM_GETROUTE, take_route, &look);

	if (r == 0)
		r = ask(RTM_GETLINK, take_link, &look);
	mark_outside(&look);
	if (r == 0)
		r = ask(RTM_GETADDR, take_address, &look);
	return r == 0 ? 0 : err_set(err, r, "this machine's networks: %s", strerror(-r));
}
