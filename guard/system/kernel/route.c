/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guard/system/kernel/route.h"

#include <errno.h>
#include <ifaddrs.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ANSWER_MAX 8192
#define TIMEOUT_S  2

struct request {
	struct nlmsghdr header;
	struct rtmsg route;
	struct rtattr attribute;
	uint8_t address[16];
};

static void close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

/* The bytes of an address as the kernel has them: IPv4 in the last four of the key. */
static const uint8_t *bytes_of(const struct cidr *address, size_t *n)
{
	*n = address->family == CIDR_IPV4 ? 4 : 16;
	return address->key + CIDR_KEY_LENGTH - *n;
}

static int ask(int fd, const struct cidr *address)
{
	struct request request = {0};
	struct timeval timeout = {.tv_sec = TIMEOUT_S};
	size_t n;
	const uint8_t *bytes = bytes_of(address, &n);

	request.header.nlmsg_type = RTM_GETROUTE;
	request.header.nlmsg_flags = NLM_F_REQUEST;
	request.header.nlmsg_len = (uint32_t)(NLMSG_LENGTH(sizeof(struct rtmsg)) + RTA_SPACE(n));
	request.route.rtm_family = address->family == CIDR_IPV4 ? AF_INET : AF_INET6;
	request.route.rtm_dst_len = (unsigned char)(n * 8);
	request.attribute.rta_type = RTA_DST;
	request.attribute.rta_len = (unsigned short)RTA_LENGTH(n);
	memcpy(request.address, bytes, n);
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) < 0 ||
	    send(fd, &request, request.header.nlmsg_len, 0) < 0)
		return -errno;
	return 0;
}

static void take_source(struct route *out, struct rtattr *attribute, unsigned family)
{
	uint8_t key[CIDR_KEY_LENGTH] = {[10] = 0xff, [11] = 0xff};
	size_t n = RTA_PAYLOAD(attribute);

	if (n != (family == AF_INET ? 4u : 16u))
		return;
	memcpy(key + CIDR_KEY_LENGTH - n, RTA_DATA(attribute), n);
	out->has_local = cidr_from_key(&out->local, key, 128) == 0;
}

static int take_answer(struct route *out, struct nlmsghdr *header)
{
	struct rtmsg *message = NLMSG_DATA(header);
	struct rtattr *attribute = RTM_RTA(message);
	size_t left = RTM_PAYLOAD(header);
	int index = 0;

	for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
		if (attribute->rta_type == RTA_OIF && RTA_PAYLOAD(attribute) == sizeof(index))
			memcpy(&index, RTA_DATA(attribute), sizeof(index));
		else if (attribute->rta_type == RTA_PREFSRC)
			take_source(out, attribute, message->rtm_family);
	}
	if (message->rtm_type == RTN_LOCAL)
		strcpy(out->interface, "lo");
	else if (index <= 0 || !if_indextoname((unsigned)index, out->interface))
		return ROUTE_E_NONE;
	return 0;
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
	_cleanup_(close_fd) int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	_Alignas(struct nlmsghdr) char buffer[ANSWER_MAX];
	struct nlmsghdr *header = (void *)buffer;
	struct route route = {0};
	ssize_t n;
	int r;

	if (fd < 0)
		return err_set(err, -errno, "rtnetlink: %s", strerror(errno));
	r = ask(fd, address);
	if (r < 0)
		return err_set(err, r, "rtnetlink: %s", strerror(-r));
	n = recv(fd, buffer, sizeof(buffer), 0);
	if (n < 0)
		return err_set(err, -errno, "rtnetlink: %s", strerror(errno));
	if (!NLMSG_OK(header, (size_t)n) || header->nlmsg_type != RTM_NEWROUTE)
		return err_set(err, ROUTE_E_NONE, "there is no route to it");
	r = take_answer(&route, header);
	if (r == 0)
		*out = route;
	return r == 0 ? 0 : err_set(err, r, "there is no route to it");
}

static int add_own(struct rangeset *out, const struct sockaddr *address)
{
	uint8_t key[CIDR_KEY_LENGTH] = {[10] = 0xff, [11] = 0xff};
	struct cidr cidr;

	if (address->sa_family == AF_INET)
		memcpy(key + 12, &((const struct sockaddr_in *)address)->sin_addr, 4);
	else if (address->sa_family == AF_INET6)
		memcpy(key, &((const struct sockaddr_in6 *)address)->sin6_addr, 16);
	else
		return 0;
	return cidr_from_key(&cidr, key, 128) == 0 ? rangeset_add(out, &cidr) : 0;
}

/**
 * route_own_addresses() - the addresses of this machine
 * @out: gets them added
 * @err: says why not
 *
 * Return: 0; negative errno.
 */
int route_own_addresses(struct rangeset *out, struct err *err)
{
	struct ifaddrs *all;
	int r = 0;

	if (getifaddrs(&all) < 0)
		return err_set(err, -errno, "getifaddrs: %s", strerror(errno));
	for (const struct ifaddrs *one = all; one && r == 0; one = one->ifa_next)
		if (one->ifa_addr)
			r = add_own(out, one->ifa_addr);
	freeifaddrs(all);
	return r;
}
