// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/kernel/links.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>

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

/** links_each() - all of them; Return: 0; what @fn ended it with; negative errno */
int links_each(links_fn *fn, void *userdata)
{
	struct ifaddrs *list;
	int r = 0;

	if (getifaddrs(&list) < 0)
		return -errno;
	for (const struct ifaddrs *at = list; at && r == 0; at = at->ifa_next) {
		struct link link = {
		    .interface = at->ifa_name,
		    .is_up = (at->ifa_flags & IFF_UP) != 0,
		};

		link.has_address = address_of(&link.address, at->ifa_addr);
		r = fn(&link, userdata);
	}
	freeifaddrs(list);
	return r;
}

/** links_is_outside() - may others come in on it? */
bool links_is_outside(const struct link *link)
{
	return strcmp(link->interface, "lo") != 0;
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
