/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guard/system/kernel/route.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "guard/system/kernel/links.h"
#include "guard/system/kernel/netlink.h"

/* For a route, with what it is asked by. */
struct question {
	struct nlmsghdr header;
	struct rtmsg route;
	uint8_t attributes[3 * RTA_SPACE(16)];
};

/* The bytes of an address as the kernel has them: IPv4 in the last four of the key. */
static const uint8_t *bytes_of(const struct cidr *address, size_t *n)
{
	*n = address->family == CIDR_IPV4 ? 4 : 16;
	return address->key + CIDR_KEY_LENGTH - *n;
}

static struct question question_for(enum cidr_family family)
{
	return (struct question){
	    .header = {.nlmsg_type = RTM_GETROUTE,
	               .nlmsg_flags = NLM_F_REQUEST,
	               .nlmsg_len = NLMSG_LENGTH(sizeof(struct rtmsg))},
	    .route = {.rtm_family = family == CIDR_IPV4 ? AF_INET : AF_INET6},
	};
}

static void add_attribute(struct question *question, unsigned type, const void *data, size_t n)
{
	const struct rtattr attribute = {.rta_type = (unsigned short)type,
	                                 .rta_len = (unsigned short)RTA_LENGTH(n)};
	uint8_t *at = (uint8_t *)question + question->header.nlmsg_len;

	memcpy(at, &attribute, sizeof(attribute));
	memcpy(at + RTA_LENGTH(0), data, n);
	question->header.nlmsg_len += (uint32_t)RTA_SPACE(n);
}

static void add_address(struct question *question, unsigned type, const struct cidr *address)
{
	size_t n;
	const uint8_t *bytes = bytes_of(address, &n);

	add_attribute(question, type, bytes, n);
	if (type == RTA_DST)
		question->route.rtm_dst_len = (unsigned char)(n * 8);
	else
		question->route.rtm_src_len = (unsigned char)(n * 8);
}

static int take_answer(struct nlmsghdr *header, void *userdata)
{
	const size_t head = NLMSG_LENGTH(sizeof(struct rtmsg));
	struct route *out = userdata;
	const struct rtmsg *message = NLMSG_DATA(header);
	const void *source;
	size_t n = 0;
	int index;

	if (!netlink_is(header, RTM_NEWROUTE, head))
		return -ENETUNREACH;
	index = netlink_attribute_int(header, header->nlmsg_len, head, RTA_OIF);
	source = netlink_attribute(header, header->nlmsg_len, head, RTA_PREFSRC, &n);
	if (source && n == (message->rtm_family == AF_INET ? 4u : 16u))
		out->has_local = cidr_from_bytes(&out->local, source, n, (unsigned)n * 8) == 0;
	if (message->rtm_type == RTN_LOCAL)
		strcpy(out->interface, "lo");
	else if (index <= 0 || !if_indextoname((unsigned)index, out->interface))
		return -ENETUNREACH;
	return 1;
}

/**
 * route_to() - the interface and the own address that answers to an address use
 * @out:     written on success alone
 * @address: an address
 * @err:     says why not
 *
 * Return: 0; ROUTE_E_NONE; negative errno.
 */
int route_to(struct route *out, const struct cidr *address, struct err *err)
{
	_cleanup_netlink_ int fd = netlink_open(NETLINK_ROUTE);
	struct question question = question_for(address->family);
	struct route route = {0};
	int r;

	add_address(&question, RTA_DST, address);
	r = fd < 0 ? fd
	           : netlink_ask(fd, &question, question.header.nlmsg_len, take_answer, &route);
	if (fd < 0 || r == -ETIMEDOUT || r == -ENOMEM || r == -EBADMSG)
		return err_set(err, r, "rtnetlink: %s", strerror(-r));
	/* also where a route says that nobody is let there */
	if (r < 0)
		return err_set(err, ROUTE_E_NONE, "there is no route to it");
	*out = route;
	return 0;
}

/**
 * route_admits() - does the kernel take a packet in by that interface?
 * @own: an address of this machine, of the client's family
 *
 * Of IPv4 it is asked for the way of that packet, which its reverse path filter refuses; of IPv6
 * for a way to the client by the interface, as firewalld's rule does.
 *
 * Return: 1; 0: answers would go out by another; negative errno.
 */
int route_admits(const struct cidr *client, const struct cidr *own, const char *interface)
{
	_cleanup_netlink_ int fd = netlink_open(NETLINK_ROUTE);
	struct question question = question_for(client->family);
	const bool ipv4 = client->family == CIDR_IPV4;
	const unsigned index = if_nametoindex(interface);
	struct route route = {0};
	int r;

	if (fd < 0 || index == 0)
		return fd < 0 ? fd : -ENODEV;
	add_address(&question, RTA_DST, ipv4 ? own : client);
	if (ipv4)
		add_address(&question, RTA_SRC, client);
	add_attribute(&question, ipv4 ? RTA_IIF : RTA_OIF, &index, sizeof(index));
	r = netlink_ask(fd, &question, question.header.nlmsg_len, take_answer, &route);
	if (ipv4)
		return r == -EINVAL || r == -EXDEV ? 0 : r < 0 ? r : 1;
	return r == -ENETUNREACH ? 0 : r < 0 ? r : strcmp(route.interface, interface) == 0;
}

static int add_own(const struct link *link, void *userdata)
{
	return link->has_address
	           ? ruleset_add_own(userdata, link->interface, &link->address, link->prefix)
	           : 0;
}

/**
 * route_own_addresses() - the addresses of this machine, and the networks that they are in
 * @out: gets them added
 * @err: says why not
 *
 * Return: 0; negative errno.
 */
int route_own_addresses(struct ruleset *out, struct err *err)
{
	int r = links_each(add_own, out);

	return r < 0 ? err_set(err, r, "this machine's addresses: %s", strerror(-r)) : 0;
}

/* --- networks that are directly attached --------------------------------------------------- */

struct networks {
	route_network_fn *fn;
	void *userdata;
};

/* No default route, which leads everywhere, no link-local one, and no multicast. */
static bool is_network(const struct rtmsg *message, const struct cidr *network)
{
	const uint8_t *key = network->key;

	if (message->rtm_type != RTN_UNICAST || message->rtm_flags & RTM_F_CLONED ||
	    network->prefix == 0)
		return false;
	return network->family == CIDR_IPV4 || !(key[0] == 0xfe && (key[1] & 0xc0) == 0x80);
}

static int take_network(struct nlmsghdr *header, void *userdata)
{
	static const unsigned elsewhere[] = {RTA_GATEWAY, RTA_VIA, RTA_MULTIPATH};
	const size_t head = NLMSG_LENGTH(sizeof(struct rtmsg));
	const struct networks *networks = userdata;
	const struct rtmsg *message = NLMSG_DATA(header);
	char interface[IF_NAMESIZE];
	struct cidr network;
	const void *bytes;
	size_t n = 0;
	int index;

	if (!netlink_is(header, RTM_NEWROUTE, head))
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(elsewhere); i++)
		if (netlink_attribute(header, header->nlmsg_len, head, elsewhere[i], &n))
			return 0;
	bytes = netlink_attribute(header, header->nlmsg_len, head, RTA_DST, &n);
	index = netlink_attribute_int(header, header->nlmsg_len, head, RTA_OIF);
	if (!bytes || n != (message->rtm_family == AF_INET ? 4u : 16u) ||
	    cidr_from_bytes(&network, bytes, n, message->rtm_dst_len) != 0 ||
	    !is_network(message, &network) || index <= 0 ||
	    !if_indextoname((unsigned)index, interface) || strcmp(interface, "lo") == 0)
		return 0;
	return networks->fn(interface, &network, networks->userdata);
}

/**
 * route_networks() - the networks of this machine's links, and others that need no gateway
 * @fn:  gets each of them; one may come twice
 * @err: says why not
 *
 * Return: 0; negative errno.
 */
int route_networks(route_network_fn *fn, void *userdata, struct err *err)
{
	struct networks networks = {.fn = fn, .userdata = userdata};
	int r = netlink_list(RTM_GETROUTE, take_network, &networks);

	return r < 0 ? err_set(err, r, "this machine's networks: %s", strerror(-r)) : 0;
}
