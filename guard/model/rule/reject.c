// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/rule/reject.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>
#include <string.h>

/*
 * The usual one of a family is its first. Names: firewalld's base.py, REJECT_TYPES, and
 * nft's, of which icmpx has its own for both families; errors: as Linux clients understand
 * the answers (net/ipv4/icmp.c, net/ipv6/icmp.c).
 */
/* clang-format off */
static const struct reject rejects[] = {
    {CIDR_IPV4, "icmp-port-unreachable", "port-unreach",  {"port-unreachable"},
     false, ICMP_PORT_UNREACH, ECONNREFUSED},
    {CIDR_IPV4, "icmp-net-unreachable",  "net-unreach",   {"net-unreachable", "no-route"},
     false, ICMP_NET_UNREACH, ENETUNREACH},
    {CIDR_IPV4, "icmp-host-unreachable", "host-unreach",  {"host-unreachable"},
     false, ICMP_HOST_UNREACH, EHOSTUNREACH},
    {CIDR_IPV4, "icmp-proto-unreachable","proto-unreach", {"prot-unreachable"},
     false, ICMP_PROT_UNREACH, ENOPROTOOPT},
    {CIDR_IPV4, "icmp-net-prohibited",   "net-prohib",    {"net-prohibited"},
     false, ICMP_NET_ANO, ENETUNREACH},
    {CIDR_IPV4, "icmp-host-prohibited",  "host-prohib",   {"host-prohibited"},
     false, ICMP_HOST_ANO, EHOSTUNREACH},
    {CIDR_IPV4, "icmp-admin-prohibited", "admin-prohib",  {"admin-prohibited"},
     false, ICMP_PKT_FILTERED, EHOSTUNREACH},
    {CIDR_IPV4, "tcp-reset",             "tcp-rst",       {NULL},
     true, 0, ECONNREFUSED},
    {CIDR_IPV6, "icmp6-port-unreachable","port-unreach",  {"port-unreachable"},
     false, ICMP6_DST_UNREACH_NOPORT, ECONNREFUSED},
    {CIDR_IPV6, "icmp6-no-route",        "no-route",      {NULL},
     false, ICMP6_DST_UNREACH_NOROUTE, ENETUNREACH},
    {CIDR_IPV6, "icmp6-adm-prohibited",  "adm-prohibited",{"admin-prohibited"},
     false, ICMP6_DST_UNREACH_ADMIN, EACCES},
    {CIDR_IPV6, "icmp6-addr-unreachable","addr-unreach",  {"addr-unreachable", "host-unreachable"},
     false, ICMP6_DST_UNREACH_ADDR, EHOSTUNREACH},
    {CIDR_IPV6, "tcp-reset",             NULL,            {NULL},
     true, 0, ECONNREFUSED},
};
/* clang-format on */

static bool is(const char *a, const char *b)
{
	return a && strcmp(a, b) == 0;
}

static const struct reject *find(enum cidr_family family, const char *name, bool kernel)
{
	for (size_t i = 0; i < ARRAY_SIZE(rejects); i++) {
		const struct reject *row = &rejects[i];

		if (row->family == family &&
		    (is(row->name, name) || is(row->also, name) ||
		     (kernel && (is(row->kernel[0], name) || is(row->kernel[1], name)))))
			return row;
	}
	return NULL;
}

/** reject_find() - by a name that it has anywhere; Return: static; NULL: not known */
const struct reject *reject_find(enum cidr_family family, const char *name)
{
	return find(family, name, true);
}

/** reject_usual() - where no type is named; static */
const struct reject *reject_usual(enum cidr_family family)
{
	const struct reject *row = rejects;

	while (row->family != family)
		row++;
	return row;
}

/** reject_is_type() - does firewalld take it for a type of the family? */
bool reject_is_type(enum cidr_family family, const char *name)
{
	return find(family, name, false) != NULL;
}
