// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/kernel/links.h"

#include <errno.h>
#include <ifaddrs.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>

#include "guard/system/kernel/netlink.h"

/* --- what they are to each other ---------------------------------------------------------- */

struct ties {
	links_ties_fn *fn;
	void *userdata;
};

static void take_kinds(struct link_tie *tie, const void *info, size_t n)
{
	tie->is_bridge = netlink_attribute_is(info, n, 0, IFLA_INFO_KIND, "bridge");
	tie->is_virtual = netlink_attribute_is(info, n, 0, IFLA_INFO_KIND, "veth") ||
	                  netlink_attribute_is(info, n, 0, IFLA_INFO_KIND, "tun");
	/* one that routes only has its ports share a table of routes */
	tie->is_port &= !netlink_attribute_is(info, n, 0, IFLA_INFO_SLAVE_KIND, "vrf");
}

static int take_link(struct nlmsghdr *header, void *userdata)
{
	const size_t head = NLMSG_LENGTH(sizeof(struct ifinfomsg)), length = header->nlmsg_len;
	const struct ifinfomsg *link = NLMSG_DATA(header);
	const struct ties *ties = userdata;
	struct link_tie tie = {0};
	size_t n = 0;
	const void *info;

	tie.interface = netlink_attribute(header, length, head, IFLA_IFNAME, &n);
	if (!netlink_is(header, RTM_NEWLINK, head) || !tie.interface || n == 0 ||
	    tie.interface[n - 1] != '\0')
		return 0;
	tie.index = link->ifi_index;
	tie.master = netlink_attribute_int(header, length, head, IFLA_MASTER);
	tie.is_port = tie.master != 0;
	info = netlink_attribute(header, length, head, IFLA_LINKINFO, &n);
	if (info)
		take_kinds(&tie, info, n);
	return ties->fn(&tie, ties->userdata);
}

/** links_ties() - what each is to others; @fn returns 0, or a negative errno to end it */
int links_ties(links_ties_fn *fn, void *userdata)
{
	struct ties ties = {.fn = fn, .userdata = userdata};

	return netlink_list(RTM_GETLINK, take_link, &ties);
}

static int add_port(const struct link_tie *tie, void *userdata)
{
	return tie->is_port ? strv_add(userdata, tie->interface) : 0;
}

/* --- and their addresses ------------------------------------------------------------------ */

static bool address_of(struct cidr *out, const struct sockaddr *address)
{
	if (address && address->sa_family == AF_INET)
		return cidr_from_bytes(
		           out, &((const struct sockaddr_in *)(const void *)address)->sin_addr, 4,
		           32) == 0;
	if (address && address->sa_family == AF_INET6)
		return cidr_from_bytes(
		           out, &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr,
		           16, 128) == 0;
	return false;
}

/* All bits that are set are at its front. */
static unsigned prefix_of(const struct sockaddr *mask)
{
	struct cidr bits;
	unsigned prefix = 0;

	if (!address_of(&bits, mask))
		return 0;
	for (size_t i = 0; i < sizeof(bits.key); i++)
		prefix += (unsigned)__builtin_popcount(bits.key[i]);
	/* an IPv4 address has sixteen of its own in front of it */
	return bits.family == CIDR_IPV4 ? prefix - 16 : prefix;
}

/** links_each() - all of them; Return: 0; what @fn ended it with; negative errno */
int links_each(links_fn *fn, void *userdata)
{
	_cleanup_strv_ struct strv ports = STRV_NULL;
	struct ifaddrs *list;
	int r = links_ties(add_port, &ports);

	if (r < 0)
		return r;
	if (getifaddrs(&list) < 0)
		return -errno;
	for (const struct ifaddrs *at = list; at && r == 0; at = at->ifa_next) {
		struct link link = {
		    .interface = at->ifa_name,
		    .is_up = (at->ifa_flags & IFF_UP) != 0,
		    .is_port = strv_contains(&ports, at->ifa_name),
		};

		link.has_address = address_of(&link.address, at->ifa_addr);
		link.prefix = prefix_of(at->ifa_netmask);
		r = fn(&link, userdata);
	}
	freeifaddrs(list);
	return r;
}

/** links_is_outside() - may others come in on it? */
bool links_is_outside(const struct link *link)
{
	return strcmp(link->interface, "lo") != 0 && !link->is_port;
}

static int add_name(const struct link *link, void *userdata)
{
	struct strv *names = userdata;

	if (!links_is_outside(link) || strv_contains(names, link->interface))
		return 0;
	return strv_add(names, link->interface);
}

/** links_names() - add those that others may come in on, each once; Return: as links_each() */
int links_names(struct strv *out)
{
	return links_each(add_name, out);
}
